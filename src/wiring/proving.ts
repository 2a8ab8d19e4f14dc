// What money asks of identity: for whom somebody holds a role today, and an approver's key. Without a need for keys nothing is asked.

import type { Identity } from '#modules/identity';
import { keyProofOf } from '#modules/identity';
import type { AbsentOf, Proving } from '#modules/money';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import { statement } from '#platform/db';

const selectAbsent = statement<[string, string, string, string], { staff_id: string | null }>(
  'wiring.absent',
  `select r.stands_in_for as staff_id from roles_on($4::date) r
   where r.staff_id = $1 and r.role = $2 and r.org_id = $3 order by r.stands_in_for nulls first`,
);

export function absentWith(clock: Clock): AbsentOf {
  return async (tx, staffId, role, orgId) => {
    const rows = await tx.asSystem().run(selectAbsent, [staffId, role, orgId, dayOf(clock.now())]);
    // One's own role goes before what is lent.
    return rows.some((row) => row.staff_id === null) ? [] : rows.flatMap((row) => row.staff_id ?? []);
  };
}

export function provingWith({ keys }: Pick<Identity, 'keys'>): Proving {
  return {
    need: keys.needOfKey,
    begin: keys.beginProof,
    take: keys.takeProof,
    check: async (tx, proof, subject, staffId) => {
      const kept = keyProofOf(proof);
      return kept !== null && keys.checkKept(tx, kept, subject, staffId);
    },
  };
}
