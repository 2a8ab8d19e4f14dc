// The trace's door: the canonical entry that every traced act leaves behind, and the commitment to its body. The sequencer,
// tiles and witnesses number these entries later; nothing here takes a lock that writers would share.

import type { CryptoPort } from '#platform/crypto';
import { freshBytes, sha256 } from '#platform/crypto';
import { rowsStatement, type Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { canonical } from './canonical.ts';

export { canonical } from './canonical.ts';

/** Which installation wrote an entry; part of every entry. */
export type Origin = string;

export type TracedAct = {
  readonly eventId: string;
  readonly type: string;
  readonly at: string;
  readonly region: string;
  readonly department: string;
  readonly actorId: string | null;
  readonly subjectId: string | null;
  /** Hash of the case's previous entry, or 32 zero bytes. */
  readonly previous: Buffer;
  readonly commitment: Buffer;
};

export const noPrevious = Buffer.alloc(32);

export type Leaf = { readonly leafId: string; readonly entry: string; readonly hash: Buffer };

export type Trace = {
  leaf(act: TracedAct): Leaf;
  /** SHA-256(32-byte salt ‖ canonical body), with the body as it was hashed. Deleting body and salt erases the content and keeps every proof valid. */
  commit(body: unknown): { salt: Buffer; commitment: Buffer; text: string };
  /** Writes the leaf of an act that is not a case action (money, unmasking, publication, roles) and gives its id. */
  record(tx: Tx, act: RecordedAct): string;
  /** The same in two parts, for many at once: made while the database is busy, and written when it is not. */
  make(act: RecordedAct): NewRecord;
  add(tx: Tx, record: NewRecord): void;
};

export type RecordedAct = Omit<TracedAct, 'previous' | 'commitment'> & { readonly body: unknown };

export type NewRecord = { leaf_id: string; entry: string; salt: Buffer; body: string };

/** Leaf and body in one statement: what refers to the leaf may follow at once. */
const insertRecord = rowsStatement<NewRecord>(
  'trace.insert',
  { leaf_id: 'uuid', entry: 'text', salt: 'bytea', body: 'json' },
  { log_leaf: ['leaf_id', 'entry'], trace_body: ['leaf_id', 'salt', 'body'] },
);

export function createTrace(origin: Origin, crypto: CryptoPort, random: (bytes: number) => Buffer = freshBytes): Trace {
  const leaf = (act: TracedAct): Leaf => {
    const entry = canonical({
      v: 1,
      origin,
      id: act.eventId,
      type: act.type,
      time: act.at,
      region: act.region,
      department: act.department,
      actor: act.actorId ? crypto.pseudonym(act.actorId) : null,
      subject: act.subjectId ? crypto.pseudonym(act.subjectId) : null,
      previous: act.previous.toString('base64'),
      commitment: act.commitment.toString('base64'),
    });
    return { leafId: newId(), entry, hash: sha256(entry) };
  };
  const commit = (body: unknown) => {
    const salt = random(32);
    const text = canonical(body);
    return { salt, commitment: sha256(salt, text), text };
  };
  const make = ({ body, ...rest }: RecordedAct): NewRecord => {
    const committed = commit(body);
    const made = leaf({ ...rest, previous: noPrevious, commitment: committed.commitment });
    return { leaf_id: made.leafId, entry: made.entry, salt: committed.salt, body: committed.text };
  };
  const add = (tx: Tx, record: NewRecord) => tx.add(insertRecord, record);
  return {
    leaf,
    commit,
    make,
    add,
    record: (tx, act) => {
      const record = make(act);
      add(tx, record);
      return record.leaf_id;
    },
  };
}
