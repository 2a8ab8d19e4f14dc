// Files that no case took within a week are erased: the key first, then the bytes. What a person still has in an unfinished form
// stays for as long as the form.

import { rm } from 'node:fs/promises';
import { systemAccess } from '#platform/access';
import { statement, type Database } from '#platform/db';

const batchMax = 500;

/** Rows that a case is taking at this moment are held by it and left for the next time. */
const eraseUnclaimed = statement<[string, number], { address: string }>(
  'files.erase_unclaimed',
  `update file set state = 'erased', key_sealed = null
   where file_id in (
     select f.file_id from file f
     where f.case_id is null and f.state = 'clean' and f.at < $1::timestamptz - interval '7 days'
       and not exists (
         select 1 from draft d
         where d.person_id = f.person_id and d.submitted_case_id is null and d.updated_at > $1::timestamptz - interval '180 days')
     order by f.at limit $2 for update skip locked)
   returning address`,
);

/** The synthetic city's files share their bytes. */
const stillUsed = statement<[string[]], { address: string }>(
  'files.still_used',
  `select address from file where address = any($1::text[]) and state = 'clean'`,
);

export function createSweep(options: {
  readonly db: Database;
  readonly clock: { now(): string };
  readonly pathOf: (address: string) => string;
}) {
  /** Gives how many were erased. */
  return async function sweep(): Promise<number> {
    const { erased, used } = await options.db.transaction(systemAccess, async (tx) => {
      const rows = await tx.run(eraseUnclaimed, [options.clock.now(), batchMax]);
      const addresses = rows.map((row) => row.address);
      const kept = addresses.length > 0 ? await tx.run(stillUsed, [addresses]) : [];
      return { erased: addresses, used: new Set(kept.map((row) => row.address)) };
    });
    for (const address of erased) if (!used.has(address)) await rm(options.pathOf(address), { force: true });
    return erased.length;
  };
}
