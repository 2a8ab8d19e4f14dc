// Who reads a row that hangs on a case: the system, the person it concerns, and the roles that act on it, where the region routes them.

import type { Role } from '#catalog';
import type { EffectContext } from '#modules/cases';
import { authoritiesIn, personGrant, roleGrant } from '#platform/access';

export function readersOf({ state, facts }: Pick<EffectContext, 'state' | 'facts'>, roles: readonly Role[]): string[] {
  const own = state.personId ? [personGrant(state.personId)] : [];
  const readers = ['*', ...own, ...authoritiesIn(state.readers)];
  for (const role of roles) {
    const orgId = facts.route(role, state.region);
    if (orgId) readers.push(roleGrant(role, orgId));
  }
  return readers;
}

export const moneyRoles = [
  'insurer_finance',
  'insurer_underwriter',
  'insurer_adjuster',
] as const satisfies readonly Role[];
