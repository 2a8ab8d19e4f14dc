// Who reads a row of money: the system, the person it concerns, and the roles of the insurer that act on it, where the region routes them.

import { personGrant, roleGrant } from '#platform/access';
import type { CaseContext } from './ports.ts';

const insurerRoles = ['insurer_finance', 'insurer_underwriter', 'insurer_adjuster'] as const;

export function moneyReaders({ state, facts }: Pick<CaseContext, 'state' | 'facts'>): string[] {
  const readers = ['*', ...(state.personId ? [personGrant(state.personId)] : [])];
  for (const role of insurerRoles) {
    const orgId = facts.route(role, state.region);
    if (orgId) readers.push(roleGrant(role, orgId));
  }
  return readers;
}
