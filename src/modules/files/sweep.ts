// Files that no case took within a week are erased: the key first, then the bytes. What a person still has in an unfinished form
// stays for as long as the form.

import { systemAccess } from '#platform/access';
import { statement, type Database } from '#platform/db';
import type { FileBlobs } from './index.ts';
import { selectKnown } from './store.ts';

const batchMax = 500;
/** By the store's own clock, which no demonstration moves. */
const graceMs = 86_400_000;

/** Rows that a case is taking at this moment are held by it and left for the next time. */
const eraseUnclaimed = statement<[string, number], { address: string }>(
  'files.erase_unclaimed',
  `update file set state = 'erased', key_sealed = null
   where file_id in (
     select f.file_id from file f
     where f.case_id is null and f.authority_id is null and f.state in ('clean', 'quarantined') and f.at < $1::timestamptz - interval '7 days'
       and not exists (
         select 1 from draft d
         where d.person_id = f.person_id and d.submitted_case_id is null and d.updated_at > $1::timestamptz - interval '180 days')
     order by f.at limit $2 for update skip locked)
   returning address`,
);

/** The synthetic city's files share their bytes. */
const stillUsed = statement<[string[]], { address: string }>(
  'files.still_used',
  `select address from file where address = any($1::text[]) and state in ('clean', 'quarantined')`,
);

export function createSweep(options: {
  readonly db: Database;
  readonly clock: { now(): string };
  readonly blobs: FileBlobs;
}) {
  let orphansAfter: string | null = null;

  /** Gives how many were erased. */
  async function sweep(): Promise<number> {
    const { erased, used } = await options.db.transaction(systemAccess, async (tx) => {
      const rows = await tx.run(eraseUnclaimed, [options.clock.now(), batchMax]);
      const addresses = rows.map((row) => row.address);
      const kept = addresses.length > 0 ? await tx.run(stillUsed, [addresses]) : [];
      return { erased: addresses, used: new Set(kept.map((row) => row.address)) };
    });
    for (const address of erased) if (!used.has(address)) await options.blobs.remove(address);
    return erased.length;
  }

  /**
   * What lies in the store and belongs to no row: a crash between the two, or an erasure that the store did not hear of. Looked
   * through page by page; a day's grace, because bytes are written before their row. Gives how many were removed.
   */
  async function sweepOrphans(): Promise<number> {
    const page = await options.blobs.list(orphansAfter, batchMax);
    orphansAfter = page.length < batchMax ? null : (page.at(-1)?.address ?? null);
    const old = page.filter((one) => one.at.getTime() < Date.now() - graceMs).map((one) => one.address);
    if (old.length === 0) return 0;
    const known = await options.db.transaction(systemAccess, (tx) => tx.run(selectKnown, [old]));
    const kept = new Set(known.map((row) => row.address));
    const orphans = old.filter((address) => !kept.has(address));
    for (const address of orphans) await options.blobs.remove(address);
    return orphans.length;
  }

  return { sweep, sweepOrphans };
}
