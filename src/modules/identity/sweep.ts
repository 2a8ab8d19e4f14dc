// Sessions and codes that can have no effect any more are deleted. A session stays a month past its end, for whoever asks what
// happened; a code counts towards its limits for a day, and a login of the identity provider and what a key was asked to sign are
// remembered as long.

import { systemAccess } from '#platform/access';
import type { Clock } from '#platform/clock';
import { statement, type Database } from '#platform/db';
import { sweepChallenges } from './staff-key-store.ts';

const batchMax = 5_000;

const deleteSessions = statement<[string, number], never>(
  'identity.sweep_sessions',
  `delete from session where token_hash in
     (select token_hash from session where expires_at < $1::timestamptz - interval '30 days' limit $2)`,
);
const deleteCodes = statement<[string, number], never>(
  'identity.sweep_codes',
  `delete from sms_code where code_id in
     (select code_id from sms_code where issued_at < $1::timestamptz - interval '1 day' limit $2)`,
);
/** A ticket lives for ten minutes; a day later nothing can come back on it. */
const deleteLogins = statement<[string, number], never>(
  'identity.sweep_oidc_logins',
  `delete from oidc_login where state_hash in
     (select state_hash from oidc_login where at < $1::timestamptz - interval '1 day' limit $2)`,
);

const deleteFailures = statement<[string, number], never>(
  'identity.sweep_code_failures',
  `delete from code_failure where ctid in
     (select ctid from code_failure where at < $1::timestamptz - interval '1 day' limit $2)`,
);

export function createSweep({ db, sessionClock }: { readonly db: Database; readonly sessionClock: Clock }) {
  return async function sweep(): Promise<void> {
    await db.transaction(systemAccess, async (tx) => {
      tx.send(deleteSessions, [sessionClock.now(), batchMax]);
      tx.send(deleteCodes, [sessionClock.now(), batchMax]);
      tx.send(deleteFailures, [sessionClock.now(), batchMax]);
      tx.send(deleteLogins, [sessionClock.now(), batchMax]);
      tx.send(sweepChallenges, [sessionClock.now(), batchMax]);
    });
  };
}
