// COPY on real PostgreSQL: every value comes back as it was, one failure fails all of it, and the connection stays good.

import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { emptyDatabase, type TestDatabase } from '#test/database';
import { copyInto } from './db-copy.ts';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await emptyDatabase();
  client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  await client.query(`create table word (id int primary key, text text, bytes bytea, list text[], json json, yes boolean);
    create table part (id int references word)`);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const columns = ['id', 'text', 'bytes', 'list', 'json', 'yes'];

it('keeps every value: escapes, bytes, lists, nulls, and more than one message of them', async () => {
  const words = ['', '\\N', 'a\tb\nc\rd\\e', '\\.', '工盾 😀', '"{},\'', null];
  const rows = Array.from({ length: 4_000 }, (_, id) => [
    id,
    words[id % words.length],
    Buffer.from([0, 92, id % 256]),
    ['a"b', 'c\\d', '', '\n'],
    JSON.stringify({ said: words[id % words.length] }),
    id % 2 === 0,
  ]);
  await copyInto(client, [
    { table: 'word', columns, rows },
    { table: 'part', columns: ['id'], rows: rows.map(([id]) => [id]) },
  ]);
  const found = await client.query({ text: 'select * from word order by id', rowMode: 'array' });
  expect(found.rows).toEqual(
    rows.map(([id, text, bytes, list, json, yes]) => [id, text, bytes, list, JSON.parse(String(json)), yes]),
  );
  expect((await client.query('select count(*)::int as count from part')).rows).toEqual([{ count: 4_000 }]);
});

it('fails as a whole, and the connection goes on', async () => {
  const broken = copyInto(client, [
    { table: 'word', columns: ['id'], rows: [[5_000]] },
    { table: 'part', columns: ['id'], rows: [[9_999]] },
    { table: 'word', columns: ['id'], rows: [[5_001]] },
  ]);
  await expect(broken).rejects.toThrow(/foreign key/);
  expect((await client.query('select count(*)::int as count from word')).rows).toEqual([{ count: 4_000 }]);
  await expect(copyInto(client, [{ table: 'word', columns: ['id'], rows: [[{}]] }])).rejects.toThrow('cannot be sent');
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});
