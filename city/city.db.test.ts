// A city of two thousand on real PostgreSQL: loaded in seconds, its states rebuild to themselves, its ledger balances.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import { documents } from '#catalog/documents/index';
import { notices } from '#catalog/notices';
import { catalogRegistry } from '#catalog/registry';
import { regionName } from '#catalog/regions';
import { services } from '#catalog/services/index';
import { statutoryCalendar } from '#platform/calendar';
import { fixedClock } from '#platform/clock';
import { createCrypto } from '#platform/crypto';
import { openDatabase, statement, type Database } from '#platform/db';
import { personGrant, roleGrant, systemAccess, workerAccess } from '#platform/access';
import { createCases, type Actor, type Cases } from '#modules/cases';
import { createDocuments } from '#modules/documents';
import { createMembership } from '#modules/membership';
import { createNotices } from '#modules/notices';
import { createOrgs } from '#modules/orgs';
import { createTrace } from '#modules/trace';
import { testDatabase, type TestDatabase } from '#test/database';
import { loadCity, makeCity, type City } from './index.ts';

const now = '2026-05-20T03:00:00.000Z';
const masterKey = Buffer.alloc(32, 9);
const workers = 2_000;
// Other test files share the cores, so what is held to is this process's own work; the whole time is printed.
const workMsMax = 10_000;

let database: TestDatabase;
let db: Database;
let city: City;
let cases: Cases;
let route: (role: string, region: string) => string | null;
const clock = fixedClock(now);
let workMs = 0;
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
  const before = process.cpuUsage();
  city = await makeCity({
    seed: 20_260_520,
    workers,
    now,
    masterKey,
    origin: 'gongdun.test',
    serviceHash: (code) => code,
  });
  const loaded = await loadCity(database.ownerUrl, city);
  const used = process.cpuUsage(before);
  workMs = Math.round((used.user + used.system) / 1_000);
  const tookMs = Math.round(performance.now() - startedMs);
  counted = loaded.cases;
  process.stdout.write(
    `a city of ${workers}: ${loaded.rows} rows, ${loaded.cases} cases, ${tookMs} ms, of which ${workMs} ms of work here\n`,
  );
  db = openDatabase({ url: database.appUrl, poolSize: 4 });
  const orgs = createOrgs({ db });
  await orgs.load();
  const crypto = createCrypto(masterKey);
  const find = (code: string) => services.find((service) => service.code === code);
  const trace = createTrace('gongdun.test', crypto);
  const never = () => Promise.reject(new Error('nobody is asked'));
  const nameOf = (code: string) => regionName(code) ?? code;
  const told = createNotices({
    db,
    clock,
    sms: { send: never },
    templates: notices,
    sources: catalogRegistry,
    regionName: nameOf,
    phoneOf: never,
  });
  const written = createDocuments({
    db,
    trace,
    templates: documents,
    sources: catalogRegistry,
    regionName: nameOf,
    orgName: orgs.orgName,
  });
  const membership = createMembership({
    trace,
    orgName: orgs.orgName,
    person: () => Promise.resolve({ birthDay: '1990-01-01', region: '350203' }),
  });
  route = orgs.route;
  cases = createCases({
    db,
    clock,
    calendar: () => statutoryCalendar,
    trace,
    crypto,
    route: orgs.route,
    published: (code) => {
      const service = find(code);
      return service ? { service, hash: code } : undefined;
    },
    byHash: (hash) => {
      const service = find(hash);
      if (!service) throw new Error(hash);
      return service;
    },
    isRegion: () => true,
    checkFiles: async () => new Map(),
    announce: told.announce,
    makeDocument: (context, template) => void written.makeDocument(context, template),
    effects: membership.effects,
    deciders: membership.deciders,
  });
});

afterAll(async () => {
  await db?.close();
  await database?.drop();
});

it('is there in seconds', async () => {
  expect(workMs).toBeLessThanOrEqual(workMsMax);
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

/** What an action did, without its ids, times and texts. */
const shapes = statement<[string], { shape: unknown }>(
  'test.city_shapes',
  `select json_build_array(a.type, a.step, a.outcome, a.actor_kind, a.actor_role, (select array_agg(k order by k) from json_object_keys(b.body) k),
     (select array_agg(k order by k) from json_object_keys(coalesce(b.body -> 'data', '{}')) k), json_array_length(coalesce(b.body -> 'readers', '[]')),
     (select array_agg(e ->> 'step') from json_array_elements(coalesce(b.body -> 'entered', '[]')) e)) as shape
   from case_action a join case_body b on b.action_id = a.action_id where a.case_id = $1 order by a.seq`,
);

const besides = statement<[string], { notices: number; papers: number; members: number; links: number }>(
  'test.city_besides',
  `select (select count(*) from notice where case_id = $1) as notices, (select count(*) from case_document where case_id = $1) as papers,
     (select count(*) from membership where case_id = $1) as members, (select count(*) from case_link where from_case_id = $1) as links`,
);

const twin = statement<[Buffer], { person_id: string; case_id: string | null }>(
  'test.city_twin',
  `select p.person_id, s.case_id from person p left join case_state s on s.person_id = p.person_id where p.phone_index = $1`,
);

it('tells what the program itself does: the same application, lived through, leaves the same behind', async () => {
  const phoneOf = (story: string) => city.riders.find((one) => one.story === story)?.phone ?? '';
  const find = (phone: string) =>
    db.transaction(systemAccess, (tx) => tx.one(twin, [createCrypto(masterKey).blindIndex('phone', phone)]));
  const told = await find(phoneOf('union: overruled'));
  const { person_id: personId } = await find(city.rider.phone);
  const region = '350203';
  const access = workerAccess(personId);
  const worker: Actor = { kind: 'worker', id: personId, name: '某*', grants: [personGrant(personId)] };
  const fileId = randomUUID();
  const data = {
    occupation: '快递员',
    main_platform: { name: '闽达快递（虚构）', orgId: randomUUID() },
    start_month: '2025-05-01',
    usual_area: region,
    education: '大专',
    accept_charter: 'on',
    applicant_sign: { fileId },
    photo: [fileId],
  };
  const { caseId } = await cases.openCase(
    access,
    worker,
    { personId, orgId: null },
    { requestId: randomUUID(), serviceCode: 'UN-001', region, data },
  );
  const act = async (
    role: string,
    step: string,
    outcome: string,
    extra: { data?: Record<string, unknown>; reason?: string } = {},
  ) => {
    clock.set(new Date(Date.parse(clock.now()) + 3_600_000).toISOString());
    const grants = [roleGrant(role, route(role, region) ?? '')];
    const actor: Actor = { kind: 'staff', id: randomUUID(), name: '经办', grants };
    const command = {
      type: 'act' as const,
      step,
      outcome,
      data: extra.data ?? {},
      ...(extra.reason ? { reason: extra.reason } : {}),
    };
    await cases.commandCase({ kind: 'staff', actorId: actor.id, grants }, actor, {
      requestId: randomUUID(),
      caseId,
      command,
    });
  };
  await act('county_union', 'assign-union', 'region', { data: { assign_note: '按区域归口' } });
  await act('township_union', 'township-review', 'reject', { reason: '已停止接单' });
  await act('county_union', 'county-recheck', 'overrule');
  await act('county_union', 'county-record', 'single');
  const left = (id: string) =>
    db.transaction(systemAccess, async (tx) => ({
      actions: (await tx.run(shapes, [id])).map((row) => JSON.stringify(row.shape)),
      besides: await tx.one(besides, [id]),
    }));
  const lived = await left(caseId);
  expect(lived.actions).toHaveLength(8);
  expect(lived.besides.members).toBe(1);
  expect(await left(told.case_id ?? '')).toEqual(lived);
});
