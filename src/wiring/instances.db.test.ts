// An instance that leaves the background work to another one: it still hears of what is changed there.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemAccess } from '#platform/access';
import { openDatabase, type Database } from '#platform/db';
import { createLog } from '#platform/log';
import { addOrg, createOrgs } from '#modules/orgs';
import { testDatabase, type TestDatabase } from '#test/database';
import { until } from '#test/first-journey';
import { keepFresh } from './background.ts';

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await testDatabase();
  db = openDatabase({ url: database.appUrl, poolSize: 2 });
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

it('hears of organisations that another instance has added, until it is stopped', async () => {
  const orgs = createOrgs({ db });
  await orgs.load();
  const fresh = keepFresh({ orgs }, createLog({ level: 'silent' }), 30);
  const add = (code: string) =>
    db.transaction(systemAccess, async (tx) =>
      addOrg(tx, { orgId: randomUUID(), code, name: code, kind: 'union', region: '350203', synthetic: true }),
    );
  await add('added-elsewhere');
  await until('the other instance’s organisation', async () => orgs.byCode('added-elsewhere'));
  await fresh.stop();
  await add('added-later');
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(orgs.byCode('added-later')).toBeUndefined();
});
