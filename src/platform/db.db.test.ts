// The transaction's other eyes: what is read as the system, and only that, is read so.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '#test/database';
import { workerAccess } from './access.ts';
import { openDatabase, statement, type Database } from './db.ts';
import { newId } from './ids.ts';

let database: TestDatabase;
let db: Database;

const grants = statement<[], { grants: string }>(
  'db_test.grants',
  `select current_setting('gongdun.grants') as grants`,
);
const broken = statement<[], never>('db_test.broken', 'select 1 / 0');

beforeAll(async () => {
  database = await testDatabase();
  db = openDatabase({ url: database.appUrl, poolSize: 1 });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

describe('asSystem', () => {
  it('sees as the system on the same connection, and nothing sent beside it does', async () => {
    const access = workerAccess(newId());
    const own = `{${access.grants[0]}}`;
    const seen = await db.transaction(access, async (tx) => {
      const system = tx.asSystem();
      const rows = await Promise.all([
        tx.one(grants, []),
        system.one(grants, []),
        tx.one(grants, []),
        system.asSystem().one(grants, []),
        tx.one(grants, []),
      ]);
      rows.push(await tx.one(grants, []));
      return rows.map((row) => row.grants);
    });
    expect(seen).toEqual([own, '{*}', own, '{*}', own, own]);
  });

  it('fails the transaction when its statement fails', async () => {
    const access = workerAccess(newId());
    await expect(db.transaction(access, (tx) => tx.asSystem().run(broken, []))).rejects.toThrow('division by zero');
    const after = await db.transaction(access, (tx) => tx.one(grants, []));
    expect(after.grants).toBe(`{${access.grants[0]}}`);
  });
});
