// What a scanner could not look at when it came: looked at later, then shown, or destroyed. Safe in several processes at once.

import { systemAccess } from '#platform/access';
import type { Database } from '#platform/db';
import { Refusal } from '#platform/errors';
import { reencode } from './images.ts';
import type { FileBlobs, Scanner } from './index.ts';
import * as rows from './store.ts';

/** A file that did not pass, for whoever tells its people. */
export type Rejected = { readonly fileId: string; readonly caseId: string | null; readonly personId: string | null };

export type Looked = { readonly passed: number; readonly rejected: readonly Rejected[]; readonly waiting: number };

const batchMax = 20;

export function createQuarantine(options: {
  readonly db: Database;
  readonly blobs: FileBlobs;
  readonly scan: Scanner;
  readonly unseal: (row: rows.FileRow) => Promise<Buffer>;
  readonly seal: (fileId: string, bytes: Buffer) => { sealed: Buffer; address: string; keySealed: string };
}) {
  const { db, blobs } = options;

  /** The oldest few; ends at the first that the scanner cannot look at, for then it cannot look at the others. */
  async function scanWaiting(limit: number = batchMax): Promise<Looked> {
    const waiting = await db.transaction(systemAccess, (tx) => tx.run(rows.selectWaiting, [limit]));
    const rejected: Rejected[] = [];
    let passed = 0;
    try {
      for (const row of waiting) {
        const bytes = await options.unseal(row);
        if ((await options.scan(bytes)) === 'infected') rejected.push(...(await reject(row)));
        else if (await pass(row, bytes)) passed += 1;
        else rejected.push(...(await reject(row)));
      }
    } catch (error) {
      if (passed + rejected.length === 0) throw error;
    }
    const { waiting: left } = await db.transaction(systemAccess, (tx) => tx.one(rows.countWaiting, []));
    return { passed, rejected, waiting: left };
  }

  /** False for a picture that is none: it is not shown either. */
  async function pass(row: rows.FileRow, bytes: Buffer): Promise<boolean> {
    let clean = { bytes, mediaType: row.media_type };
    try {
      if (row.media_type.startsWith('image/')) clean = await reencode(bytes);
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
    const { sealed, address, keySealed } = options.seal(row.file_id, clean.bytes);
    await blobs.put(address, sealed);
    const changed = await db.transaction(systemAccess, (tx) =>
      tx.maybe(rows.passFile, [row.file_id, clean.mediaType, clean.bytes.length, address, keySealed]),
    );
    // Somebody else passed it first: ours is the one too many.
    await blobs.remove(changed ? row.address : address);
    return true;
  }

  async function reject(row: rows.FileRow): Promise<readonly Rejected[]> {
    const changed = await db.transaction(systemAccess, (tx) => tx.maybe(rows.rejectFile, [row.file_id]));
    if (!changed) return [];
    await blobs.remove(row.address);
    return [{ fileId: changed.file_id, caseId: changed.case_id, personId: changed.person_id }];
  }

  return { scanWaiting };
}
