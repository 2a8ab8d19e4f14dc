// A machine that dies in the middle of a job: the n-th time that a certain statement is sent, its transaction fails.

import type { Database, Tx } from '#platform/db';

export async function killedAt(
  db: Database,
  statement: string,
  nth: number,
  work: () => Promise<unknown>,
): Promise<string | null> {
  const real = db.transaction;
  let count = 0;
  const sent = (name: string): void => {
    if (name === statement) count += 1;
    if (name === statement && count >= nth) throw new Error('killed');
  };
  const watched = (tx: Tx): Tx =>
    Object.assign(Object.create(tx) as Tx, {
      send: (what: { name: string }, params: never) => (sent(what.name), tx.send(what as never, params)),
      maybe: (what: { name: string }, params: never) => (sent(what.name), tx.maybe(what as never, params)),
    });
  Object.assign(db, {
    transaction: (access: never, inside: (tx: Tx) => Promise<never>) => real(access, (tx) => inside(watched(tx))),
  });
  try {
    await work();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    Object.assign(db, { transaction: real });
  }
}
