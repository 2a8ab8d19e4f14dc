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
const divide = statement<[number], { half: number }>('db_test.divide', 'select 10 / $1::int as half');
const huge = statement<[], { n: number }>('db_test.huge', 'select 9223372036854775807::int8 as n');
const echo = statement<[(string | null)[], Buffer[], boolean, string | null], Record<string, unknown>>(
  'db_test.echo',
  'select $1::text[] as texts, $2::bytea[] as bytes, $3::boolean as yes, $4::text as nothing',
);

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

describe('statements that travel together', () => {
  const access = workerAccess(newId());

  it('carry every value as it was', async () => {
    const texts = ['', 'NULL', null, 'a,b{c}', '"\\', '工会\n', ' '];
    const bytes = [Buffer.from([0, 34, 92, 255]), Buffer.alloc(0)];
    const row = await db.transaction(access, (tx) => tx.one(echo, [texts, bytes, true, null]));
    expect(row).toEqual({ texts, bytes, yes: true, nothing: null });
  });

  it('fail together with the error of the one that failed, and leave the connection whole', async () => {
    for (let round = 0; round < 2; round += 1) {
      const sent = db.transaction(access, async (tx) => {
        tx.send(broken, []);
        tx.send(divide, [2]);
      });
      await expect(sent).rejects.toThrow('division by zero');
      const waited = db.transaction(access, async (tx) => {
        tx.send(divide, [0]);
        await tx.one(grants, []);
      });
      await expect(waited).rejects.toThrow('division by zero');
      expect(await db.transaction(access, (tx) => tx.one(divide, [2]))).toEqual({ half: 5 });
    }
  });

  it('refuse to commit after a failure that the work swallowed', async () => {
    const swallowed = db.transaction(access, async (tx) => {
      await tx.run(divide, [0]).catch(() => {});
      return 'done';
    });
    await expect(swallowed).rejects.toThrow('division by zero');
  });

  it('say of a number too large for us that it cannot be read, and leave the connection whole', async () => {
    await expect(db.transaction(access, (tx) => tx.one(huge, []))).rejects.toThrow('beyond 2^53');
    expect(await db.transaction(access, (tx) => tx.one(divide, [2]))).toEqual({ half: 5 });
  });

  it('refuse a value that has no text before anything is sent', async () => {
    const odd = db.transaction(access, (tx) => tx.run(divide, [new Date() as unknown as number]));
    await expect(odd).rejects.toThrow('cannot be sent');
  });
});
