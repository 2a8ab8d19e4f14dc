// Answers to requests are kept for whoever repeats one; after ninety days nobody does.

import { systemAccess } from '#platform/access';
import type { Clock } from '#platform/clock';
import { statement, type Database } from '#platform/db';

const batchMax = 20_000;

const deleteRequests = statement<[string, number], never>(
  'cases.sweep_requests',
  `delete from request where request_id in
     (select request_id from request where at < $1::timestamptz - interval '90 days' limit $2)`,
);

export function createSweep({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
  return async function sweep(): Promise<void> {
    await db.transaction(systemAccess, async (tx) => tx.send(deleteRequests, [clock.now(), batchMax]));
  };
}
