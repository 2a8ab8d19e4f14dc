// A month of the ledger is read off an index, whatever lies in the other months: PostgreSQL's own plan says so, and the sums are right.

import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '#test/database';
import { fillLedger } from '#test/ledger-of-months';
import { compareMonth, drawPolicies, sumMonth, sumOffsets } from './months.ts';

let database: TestDatabase;
let owner: pg.Client;
let insurer: string;

const policies = 1_000;
const months = 12;

beforeAll(async () => {
  database = await testDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  insurer = await fillLedger(owner, { policies, months });
}, 120_000);
afterAll(async () => {
  await owner?.end();
  await database?.drop();
});

const month = () => [`'${insurer}'`, `'2025-06-01'`, `'2025-07-01'`, `'2026-01-01'`, '16', '65'];
const nobody = `'00000000-0000-0000-0000-000000000000'`;

it.each([
  [sumMonth, () => month(), 'cover_entry_day_idx'],
  [compareMonth, () => [...month(), nobody, '100'], 'cover_entry_day_idx'],
  [drawPolicies, () => [...month(), `'seed'`, '10'], 'cover_entry_day_idx'],
  [sumOffsets, () => [`'${insurer}'`, `'{2025-05-01}'`, `'2026-02-01'`, `'2026-02-02'`], 'cover_entry_at_idx'],
] as const)('$name', async ({ name, text }, values, index) => {
  const as = name.replaceAll('.', '_');
  await owner.query(`prepare ${as} as ${text}`);
  const plan = await owner.query<{ 'QUERY PLAN': string }>(`explain execute ${as} (${values().join(', ')})`);
  const lines = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(lines).toContain(index);
  expect(lines).not.toContain('Seq Scan on cover_entry');
});

it('counts every day once, and none that was given back', async () => {
  await owner.query(`insert into cover_entry (person_id, day, generation, policy_id, kind, starts_at, ends_at, at, readers, leaf_id)
    select person_id, day, 2, policy_id, 'released', starts_at, ends_at, '2025-06-20', readers, leaf_id from cover_entry
    where day = '2025-06-03' order by person_id limit 7`);
  const { rows } = await owner.query(`execute cover_sum_month (${month().join(', ')})`);
  expect(rows[0]).toMatchObject({
    policies: String(policies),
    person_days: String(policies * 3 - 7),
    subsidy_fen: String((policies * 3 - 7) * 20),
    excluded_days: '0',
  });
});
