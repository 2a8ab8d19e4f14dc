// The directory as it comes out of PostgreSQL.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemAccess } from '#platform/access';
import { openDatabase, type Database } from '#platform/db';
import { newId } from '#platform/ids';
import { testDatabase, type TestDatabase } from '#test/database';
import { addOrg, addOrgRole, createOrgs } from './index.ts';

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
