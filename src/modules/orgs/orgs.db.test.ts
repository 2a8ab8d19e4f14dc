// The directory as it comes out of PostgreSQL.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemAccess } from '#platform/access';
import { openDatabase, type Database } from '#platform/db';
import { newId } from '#platform/ids';
import { testDatabase, type TestDatabase } from '#test/database';
import { createActs } from '#modules/administration';
import { createTrace } from '#modules/trace';
import { fixedClock } from '#platform/clock';
import { createCrypto } from '#platform/crypto';
import { randomUUID } from 'node:crypto';
import { addOrg, addOrgRole, createOrgAdmin, createOrgs } from './index.ts';

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

test('are set up once, moved without a circle also at once, and routed; each act is listed', async () => {
  const crypto = createCrypto(Buffer.alloc(32, 7));
  const clock = fixedClock('2026-03-02T02:00:00.000Z');
  const acts = createActs({ db, trace: createTrace('gongdun.test', crypto), crypto, clock });
  const orgs = createOrgs({ db });
  const admin = createOrgAdmin({ db, acts, load: orgs.load });
  const by = { staffId: null, role: 'installation', orgId: null, region: '350200' };
  const input = (code: string) => ({
    requestId: randomUUID(),
    code,
    name: `示例${code}`,
    kind: 'union',
    region: '350206',
  });
  const first = input('tree-a');
  const a = await admin.add(by, first);
  expect(await admin.add(by, first)).toEqual(a);
  await expect(admin.add(by, input('tree-a'))).rejects.toMatchObject({ code: 'orgs.code_taken' });
  await expect(admin.add(by, { ...input('tree-x'), kind: 'castle' })).rejects.toMatchObject({
    code: 'orgs.kind_unknown',
  });
  const b = await admin.add(by, { ...input('tree-b'), parentId: a.orgId });
  const c = await admin.add(by, input('tree-c'));
  const move = (orgId: string, parentId: string | null) =>
    admin.move(by, orgId, { requestId: randomUUID(), name: '示例改名', parentId, reason: '机构调整' });
  await expect(move(a.orgId, b.orgId)).rejects.toMatchObject({ code: 'orgs.circle' });
  await expect(move(a.orgId, a.orgId)).rejects.toMatchObject({ code: 'orgs.circle' });
  const both = await Promise.allSettled([move(a.orgId, c.orgId), move(c.orgId, b.orgId)]);
  expect(both.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  await admin.route(by, b.orgId, { requestId: randomUUID(), role: 'supervisor', region: '350211', priority: 0 });
  await orgs.load();
  expect(orgs.route('supervisor', '350211')).toBe(b.orgId);
  const wrong = admin.route(by, b.orgId, {
    requestId: randomUUID(),
    role: 'system_administrator',
    region: '350211',
    priority: 0,
  });
  await expect(wrong).rejects.toMatchObject({ code: 'orgs.kind_unknown' });
  const listed = await acts.list(systemAccess, { limit: 20, type: 'org_' });
  expect(listed.items).toHaveLength(5);
  expect((await admin.list('tree-b', undefined))[0]?.routes).toEqual([{ role: 'supervisor', region: '350211' }]);
});
