// A city of two thousand on real PostgreSQL: loaded in seconds, its states rebuild to themselves, its ledger balances.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { services } from '#catalog/services/index';
import { statutoryCalendar } from '#platform/calendar';
import { fixedClock } from '#platform/clock';
import { createCrypto } from '#platform/crypto';
import { openDatabase, statement, type Database } from '#platform/db';
import { systemAccess, workerAccess } from '#platform/access';
import { createCases, type Cases } from '#modules/cases';
import { createOrgs } from '#modules/orgs';
import { createTrace } from '#modules/trace';
import { testDatabase, type TestDatabase } from '#test/database';
import { loadCity, makeCity, type City } from './index.ts';

const now = '2026-05-20T03:00:00.000Z';
const masterKey = Buffer.alloc(32, 9);
const workers = 2_000;
const loadMsMax = 10_000;

let database: TestDatabase;
let db: Database;
let city: City;
let cases: Cases;
let tookMs = 0;
let counted = 0;

const counts = statement<[], { people: number; staff: number; cases: number; jobs: number; broken: number }>(
  'test.city_counts',
  `select (select count(*) from person) as people, (select count(*) from staff) as staff, (select count(*) from case_state) as cases,
     (select count(*) from graphile_worker.jobs) as jobs,
     (select count(*) from (select 1 from entry group by transfer_id having sum(amount_fen) <> 0) b) as broken`,
);

const oneCase = statement<[], { case_id: string; person_id: string }>(
  'test.city_case',
  `select case_id, person_id from case_state where status = 'open' order by case_id limit 1`,
);

const seen = statement<[], { people: number; cases: number }>(
  'test.city_seen',
  'select (select count(distinct person_id) from person) as people, (select count(distinct person_id) from case_state) as cases',
);

beforeAll(async () => {
  database = await testDatabase();
  const startedMs = performance.now();
  city = await makeCity({ seed: 20_260_520, workers, now, masterKey, origin: 'gongdun.test', serviceHash: (code) => code });
  const loaded = await loadCity(database.ownerUrl, city);
  tookMs = Math.round(performance.now() - startedMs);
  counted = loaded.cases;
  process.stdout.write(`a city of ${workers}: ${loaded.rows} rows, ${loaded.cases} cases, ${tookMs} ms\n`);
  db = openDatabase({ url: database.appUrl, poolSize: 4 });
  const orgs = createOrgs({ db });
  await orgs.load();
  const crypto = createCrypto(masterKey);
  const find = (code: string) => services.find((service) => service.code === code);
  cases = createCases({
    db, clock: fixedClock(now), calendar: () => statutoryCalendar, trace: createTrace('gongdun.test', crypto), crypto, route: orgs.route,
    published: (code) => {
      const service = find(code);
      return service ? { service, hash: code } : undefined;
    },
    byHash: (hash) => {
      const service = find(hash);
      if (!service) throw new Error(hash);
      return service;
    },
    isRegion: () => true, checkFiles: async () => new Map(), announce: () => {}, makeDocument: () => {}, effects: {}, deciders: {},
  });
});

afterAll(async () => {
  await db?.close();
  await database?.drop();
});

it('is there in seconds', async () => {
  expect(tookMs).toBeLessThanOrEqual(loadMsMax);
  const client = openDatabase({ url: database.ownerUrl, poolSize: 1 });
  const row = await client.transaction(systemAccess, (tx) => tx.one(counts, []));
  await client.close();
  expect(row.people).toBe(workers);
  expect(row.staff).toBe(city.accounts.length);
  expect(row.cases).toBe(counted);
  expect(row.jobs).toBeGreaterThan(0);
  expect(row.broken).toBe(0);
});

it('holds states that rebuild to themselves', async () => {
  const { checked, different } = await cases.compareStates();
  expect(checked).toBe(counted);
  expect(different).toEqual([]);
});

it('has nothing due at its own time, and the clock goes on from there', async () => {
  expect(await cases.runNextDeadline()).toBe(false);
});

it('shows a worker only what is his or hers', async () => {
  const found = await db.transaction(systemAccess, (tx) => tx.one(oneCase, []));
  const mine = await db.transaction(workerAccess(found.person_id), (tx) => tx.one(seen, []));
  expect(mine).toEqual({ people: 1, cases: 1 });
  const all = await db.transaction(systemAccess, (tx) => tx.one(seen, []));
  expect(all.people).toBe(workers);
});
