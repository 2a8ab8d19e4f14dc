// What is deleted by age, on a whole installation: only what is old enough goes.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import pg from 'pg';
import { startApp, type TestApp } from '#test/app';
import { sweepAll } from './sweeps.ts';

let app: TestApp;
let owner: pg.Client;
beforeAll(async () => {
  app = await startApp();
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
}, 60_000);
afterAll(async () => {
  await owner?.end();
  await app?.close();
});

it('sessions a month past their end, codes of yesterday and requests of last season go; the others stay', async () => {
  const worker = await app.worker(app.city.rider.phone);
  const count = async (table: string) =>
    Number((await owner.query<{ count: string }>(`select count(*) from ${table}`)).rows[0]?.count);
  const tables = ['session', 'sms_code', 'request', 'file', 'case_action', 'log_leaf'];
  const counts = async () => {
    const found: number[] = [];
    for (const table of tables) found.push(await count(table));
    return found;
  };
  // What the city's past left goes first.
  await sweepAll(app.services);
  const before = await counts();
  await owner.query(
    `insert into session (token_hash, kind, person_id, created_at, seen_at, idle_minutes, expires_at, csrf)
     select decode(md5(days::text), 'hex'), 'worker', $1, now(), now(), 30, now() - days * interval '1 day', 'x'
     from unnest(array[29, 31, 400]) as days`,
    [worker.id],
  );
  await owner.query(
    `insert into sms_code (code_id, phone_index, purpose, code_hash, issued_at, expires_at, address)
     select gen_random_uuid(), '', 'login', '', now() - hours * interval '1 hour', now(), ''
     from unnest(array[23, 25]) as hours`,
  );
  await owner.query(
    `insert into request (request_id, actor, request_hash, answer, at)
     select gen_random_uuid(), $1, '', '{}', now() - days * interval '1 day' from unnest(array[89, 91, 900]) as days`,
    [randomUUID()],
  );
  await sweepAll(app.services);
  expect(await counts()).toEqual(before.map((rows, at) => rows + ([1, 1, 1][at] ?? 0)));
  expect((await worker.get('/api/me/cases')).status).toBe(200);
});
