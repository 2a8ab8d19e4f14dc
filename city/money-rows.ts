// What payments and payouts of the city have in common: amounts of a case, and who reads a row of money.

import { personGrant, roleGrant } from '#platform/access';
import { invariant } from '#platform/errors';
import type { CaseState } from '#modules/cases';
import type { World } from './world.ts';

export function fenOf(data: Readonly<Record<string, unknown>>, name: string): number {
  const value = data[name];
  return typeof value === 'number' ? value : 0;
}

export function personOf(personId: string | null): string {
  invariant(personId, 'money concerns a person');
  return personId;
}

/** The system, the person concerned, and the insurer's roles that act on money. */
export function moneyReaders(world: World, { personId, region }: Pick<CaseState, 'personId' | 'region'>): string[] {
  const insurers = ['insurer_finance', 'insurer_underwriter', 'insurer_adjuster'].flatMap((role) => {
    const orgId = world.orgs.route(role, region);
    return orgId ? [roleGrant(role, orgId)] : [];
  });
  return ['*', personGrant(personOf(personId)), ...insurers];
}
