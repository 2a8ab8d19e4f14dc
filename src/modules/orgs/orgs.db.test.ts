// The directory as it comes out of PostgreSQL.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemAccess } from '#platform/access';
import { openDatabase, statement, type Database } from '#platform/db';
import { newId } from '#platform/ids';
import { testDatabase, type TestDatabase } from '#test/database';
import { createActs } from '#modules/administration';
import { createTrace } from '#modules/trace';
import { fixedClock } from '#platform/clock';
import { createCrypto } from '#platform/crypto';
import { randomUUID } from 'node:crypto';
import { addOrg, addOrgRole, createOrgAdmin, createOrgs, createOrgViews } from './index.ts';

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

test('organisations and their routes are read, and read again after a change', async () => {
  const orgs = createOrgs({ db });
  const city = newId();
  const county = newId();
  await db.transaction(systemAccess, async (tx) => {
    addOrg(tx, { orgId: city, code: 'U1', name: '示例市总工会', kind: 'union', region: '350200' });
    addOrgRole(tx, { orgId: city, role: 'county_union', region: '350200' });
  });
  expect(orgs.route('county_union', '350206')).toBeNull();
  await orgs.load();
  expect(orgs.route('county_union', '350206')).toBe(city);
  expect(orgs.orgName(city)).toBe('示例市总工会');
  await db.transaction(systemAccess, async (tx) => {
    addOrg(tx, { orgId: county, code: 'U2', name: '湖里区总工会', kind: 'union', region: '350206', parentId: city });
    addOrgRole(tx, { orgId: county, role: 'county_union', region: '350206', priority: 2 });
    addOrgRole(tx, { orgId: county, role: 'county_union', region: '350206', priority: 1 });
  });
  await orgs.load();
  expect(orgs.route('county_union', '350206')).toBe(county);
  expect(orgs.get(county)?.parentId).toBe(city);
  expect(orgs.orgsOf('union').map((one) => one.orgId)).toEqual([city, county]);
  expect(orgs.orgName(newId())).toBe('（已撤销的单位）');
});

const by = { staffId: null, role: 'installation', orgId: null, region: '350200' };

function setUp() {
  const crypto = createCrypto(Buffer.alloc(32, 7));
  const clock = fixedClock('2026-03-02T02:00:00.000Z');
  const acts = createActs({ db, trace: createTrace('gongdun.test', crypto), crypto, clock });
  const orgs = createOrgs({ db });
  const admin = createOrgAdmin({ acts, load: orgs.load });
  const views = createOrgViews({ db, acts, find: orgs.find });
  const input = (code: string, more: object = {}) => ({
    requestId: randomUUID(),
    code,
    name: `示例${code}`,
    kind: 'union',
    region: '350206',
    ...more,
  });
  const move = (orgId: string, parentId: string | null) =>
    admin.move(by, orgId, { requestId: randomUUID(), parentId, reason: '机构调整' });
  return { orgs, admin, views, input, move };
}

const page = { text: '', limit: 20 };

test('are set up once, moved without a circle also at once, and routed; each act stands in the history', async () => {
  const { orgs, admin, views, input, move } = setUp();
  const first = input('tree-a');
  const a = await admin.add(by, first);
  expect(await admin.add(by, first)).toEqual(a);
  await expect(admin.add(by, input('tree-a'))).rejects.toMatchObject({ code: 'orgs.code_taken' });
  await expect(admin.add(by, input('tree-y', { name: '示例tree-a' }))).rejects.toMatchObject({
    code: 'orgs.name_taken',
  });
  await expect(admin.add(by, input('tree-x', { kind: 'castle' }))).rejects.toMatchObject({ code: 'orgs.kind_unknown' });
  await expect(admin.add(by, input('tree-x', { kind: 'constructor' }))).rejects.toMatchObject({
    code: 'orgs.kind_unknown',
  });
  const b = await admin.add(by, input('tree-b', { parentId: a.orgId }));
  const c = await admin.add(by, input('tree-c'));
  await expect(move(a.orgId, b.orgId)).rejects.toMatchObject({ code: 'orgs.circle' });
  await expect(move(a.orgId, a.orgId)).rejects.toMatchObject({ code: 'orgs.circle' });
  const both = await Promise.allSettled([move(a.orgId, c.orgId), move(c.orgId, b.orgId)]);
  expect(both.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  await admin.route(by, b.orgId, { requestId: randomUUID(), role: 'supervisor', region: '350211', priority: 3 });
  await orgs.load();
  expect(orgs.route('supervisor', '350211')).toBe(b.orgId);
  const wrong = admin.route(by, b.orgId, {
    requestId: randomUUID(),
    role: 'system_administrator',
    region: '350211',
    priority: 0,
  });
  await expect(wrong).rejects.toMatchObject({ code: 'orgs.kind_unknown' });
  const listed = await views.history(b.orgId, { limit: 1 });
  expect(listed.items.map(({ title }) => title)).toEqual([
    '由“示例tree-b”承办福建省厦门市集美区的“督办员／效能监督员”',
  ]);
  const older = await views.history(b.orgId, { limit: 1, cursor: listed.nextCursor ?? '' });
  expect(older).toMatchObject({ items: [{ title: '设立单位“示例tree-b”，“示例tree-a”之下' }], nextCursor: null });
  expect((await views.one(b.orgId)).routes).toMatchObject([
    { role: 'supervisor', regionZh: '福建省厦门市集美区', priority: 3 },
  ]);
});

test('stand only where the tree allows: under their own system, in the place of their parent', async () => {
  const { admin, input, move } = setUp();
  const add = async (code: string, more: object) => (await admin.add(by, input(code, more))).orgId;
  const city = await add('fit-union', { region: '350200' });
  const company = await add('fit-platform', { kind: 'platform_company', region: '350200' });
  const station = await add('fit-station', { kind: 'cooperating_employer', region: '350203', parentId: company });
  const elsewhere = input('fit-far', { region: '350100', parentId: city });
  await expect(admin.add(by, elsewhere)).rejects.toMatchObject({ code: 'orgs.parent_elsewhere' });
  await expect(move(station, city)).rejects.toMatchObject({ code: 'orgs.parent_unfit' });
  const other = await add('fit-other', { kind: 'platform_company', region: '350200' });
  await expect(move(other, station)).rejects.toMatchObject({ code: 'orgs.parent_unfit' });
  await expect(move(station, newId())).rejects.toMatchObject({ code: 'orgs.missing' });
});

test('two who change one at once: whoever saw the old state is told, and neither undoes the other', async () => {
  const { admin, views, input } = setUp();
  const top = (await admin.add(by, input('seen-top'))).orgId;
  const { orgId } = await admin.add(by, input('seen-one'));
  const seen = { name: '示例seen-one', parentId: null };
  const change = (more: object) => admin.move(by, orgId, { requestId: randomUUID(), reason: '机构调整', ...more });
  const races = await Promise.allSettled([change({ name: '示例新名甲', seen }), change({ name: '示例新名乙', seen })]);
  expect(races.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const { name } = await views.one(orgId);
  // Without having seen anything, a move leaves the name alone and a new name leaves the place alone.
  await change({ parentId: top });
  await change({ name: '示例再改名' });
  expect(await views.one(orgId)).toMatchObject({ name: '示例再改名', parentId: top, path: [{ orgId: top }] });
  expect((await views.history(orgId, { limit: 9 })).items.map(({ title }) => title)).toEqual([
    `单位“${name}”改名为“示例再改名”：机构调整`,
    `单位“${name}”移到“示例seen-top”之下：机构调整`,
    `单位“示例seen-one”改名为“${name}”：机构调整`,
    '设立单位“示例seen-one”，最上一级',
  ]);
});

test('are seen level by level, page by page, and found by name, initials and code', async () => {
  const { orgs, admin, views, input } = setUp();
  const top = (await admin.add(by, input('bank-top', { kind: 'bank', name: '鼓浪屿银行' }))).orgId;
  for (let index = 0; index < 5; index += 1)
    await admin.add(by, input(`bank-${index}`, { kind: 'bank', name: `鼓浪屿银行支行${index}`, parentId: top }));
  await orgs.load();
  expect((await views.list({ ...page, kind: 'bank' })).items).toMatchObject([
    { orgId: top, children: 5, kindZh: '合作银行' },
  ]);
  const codes: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const level = await views.list({ ...page, parentId: top, limit: 2, cursor });
    codes.push(...level.items.map(({ code }) => code));
    cursor = level.nextCursor;
  }
  expect(codes).toEqual(['bank-0', 'bank-1', 'bank-2', 'bank-3', 'bank-4']);
  const first = await views.list({ ...page, text: 'glyyh', limit: 4 });
  const second = await views.list({ ...page, text: 'glyyh', limit: 4, cursor: first.nextCursor ?? '' });
  expect(first.items[0]?.orgId).toBe(top);
  expect(new Set([...first.items, ...second.items].map(({ code }) => code)).size).toBe(6);
  expect(second.nextCursor).toBeNull();
  expect((await views.list({ ...page, text: 'BANK-3' })).items.map(({ name }) => name)).toEqual(['鼓浪屿银行支行3']);
  expect((await views.list({ ...page, text: '没有这个单位' })).items).toEqual([]);
  await expect(views.list({ ...page, cursor: 'bm9uZQ' })).rejects.toMatchObject({ code: 'http.bad_cursor' });
  await expect(views.one(newId())).rejects.toMatchObject({ code: 'orgs.missing' });
});

test('whatever is set up, moved and renamed in whatever order, every organisation hangs from a top and none from itself', async () => {
  const { admin, input } = setUp();
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  let state = seed;
  const below = (count: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * count);
  };
  const made: string[] = [];
  const act = async (round: number) => {
    const pick = () => made[below(made.length)] ?? null;
    if (made.length < 3 || below(4) === 0)
      return made.push((await admin.add(by, input(`random-${seed}-${round}`, { parentId: pick() }))).orgId);
    const [orgId, parentId] = [pick() ?? '', below(6) === 0 ? null : pick()];
    return admin.move(by, orgId, { requestId: randomUUID(), parentId, reason: '随机调整' });
  };
  for (let round = 0; round < 40; round += 2) {
    const done = await Promise.allSettled([act(round), act(round + 1)]);
    const refused = done.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    for (const reason of refused) expect(reason, `seed ${seed}`).toMatchObject({ code: 'orgs.circle' });
  }
  expect(made.length, `seed ${seed}`).toBeGreaterThan(5);
  const hung = await db.transaction(systemAccess, (tx) => tx.run(hanging, [made]));
  expect(Number(hung[0]?.count), `seed ${seed}`).toBe(made.length);
});

test('a routing ends only where somebody else takes over, who is the one that is routed to then; not both of two at once', async () => {
  const { orgs, admin, views, input } = setUp();
  const add = async (code: string, kind = 'hrss') =>
    (await admin.add(by, input(code, { kind, region: '350200' }))).orgId;
  const [a, b] = [await add('end-a'), await add('end-b')];
  const role = 'arbitrator';
  const route = (orgId: string, region: string, priority = 0) =>
    admin.route(by, orgId, { requestId: randomUUID(), role, region, priority });
  const end = (orgId: string, region: string) =>
    admin.unroute(by, orgId, { requestId: randomUUID(), role, region, reason: '职能调整' });
  await route(a, '350206', 5);
  await expect(end(a, '350206')).rejects.toMatchObject({ code: 'orgs.route_last' });
  await route(a, '350200');
  await route(b, '350200');
  // The same office by its wider region, then the other one.
  expect((await views.one(a)).successors).toEqual([
    { role, region: '350200', name: '示例end-b' },
    { role, region: '350206', name: '示例end-a' },
  ]);
  await end(a, '350206');
  await orgs.load();
  expect(orgs.route(role, '350206')).toBe(a);
  await expect(end(a, '350206')).rejects.toMatchObject({ code: 'orgs.route_missing' });
  const races = await Promise.allSettled([end(a, '350200'), end(b, '350200')]);
  expect(races.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  await orgs.load();
  expect(orgs.route(role, '350206')).toBe(races[0].status === 'fulfilled' ? b : a);
});

/** How many of these are reached from the tops downwards: one in a circle is not. */
const hanging = statement<[readonly string[]], { count: string }>(
  'test.hanging',
  `with recursive down as (select org_id from org where parent_id is null
     union select o.org_id from org o join down on o.parent_id = down.org_id)
   select count(*) from down where org_id = any($1::uuid[])`,
);
