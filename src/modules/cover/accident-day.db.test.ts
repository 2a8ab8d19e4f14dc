// Claims from before the day of the accident was stored get it from the report of the accident, in Beijing time, also where the owner
// of the database is no superuser and stands under row-level security.

import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '#platform/migrate';
import { administer, withLogin } from '#test/cluster';
import { emptyDatabase, type TestDatabase } from '#test/database';

const migrations = join(import.meta.dirname, '..', '..', '..', 'db');
const owner = `plain_owner_${randomBytes(4).toString('hex')}`;
let database: TestDatabase;
let before: string;

beforeAll(async () => {
  database = await emptyDatabase();
  before = mkdtempSync(join(tmpdir(), 'migrations-'));
  for (const name of readdirSync(migrations).filter((one) => /^000[12]_/.test(one)))
    copyFileSync(join(migrations, name), join(before, name));
  await administer(database.ownerUrl, `create role ${owner} login password 'plain'`);
  await administer(database.ownerUrl, `alter database ${database.name} owner to ${owner}`);
  // As an administrator prepares it for an owner who may make no roles.
  for (const role of ['gongdun_app', 'gongdun_eraser'])
    await administer(
      database.ownerUrl,
      `do $$ begin create role ${role}; exception when duplicate_object or unique_violation then null; end $$`,
    );
  await administer(database.ownerUrl, `grant gongdun_eraser to ${owner}`);
});
afterAll(async () => {
  const superuser = database.ownerUrl;
  await administer(superuser, `drop owned by ${owner} cascade`);
  await administer(superuser, `alter database ${database.name} owner to current_user`);
  await administer(superuser, `drop role ${owner}`);
  await database.drop();
  rmSync(before, { recursive: true });
});

it('is the day in Beijing on which the report says that it happened', async () => {
  const url = withLogin(database.ownerUrl, owner, 'plain');
  await migrate(url, { dir: before });
  await administer(
    database.ownerUrl,
    `insert into log_leaf (leaf_id, entry) values (gen_random_uuid(), '');
     insert into org (org_id, code, name, kind, region) values (gen_random_uuid(), 'X', 'X', 'insurer', '350200');
     insert into person (person_id, name_sealed, name_index, id_type, id_number_sealed, id_number_index, phone_sealed, phone_index, birth_day,
         sex, region, readers, created_at)
       values (gen_random_uuid(), '', '', '', '', '', '', '', '1990-01-01', 'unknown', '350203', '{*}', now());
     insert into cover_policy (policy_id, policy_no, person_id, case_id, insurer_org_id, region, work_type, first_day, days, starts_at, ends_at,
         premium_fen, subsidy_fen, issued_at, readers, leaf_id)
       select gen_random_uuid(), 'P', person_id, gen_random_uuid(), org_id, '350200', '', '2025-12-30', 3, now(), now() + interval '1 day', 1, 0, now(),
         '{*}', leaf_id from org, log_leaf, person;
     insert into case_state (case_id, case_no, service_code, service_hash, region, seq, head, status, state, readers, opened_at, updated_at)
       values (gen_random_uuid(), '1', 'DI-006', '', '350200', 1, '', 'open', '{"data": {"accident_time": "2025-12-31T16:30:00.000Z"}}', '{*}', now(), now());
     insert into benefit_claim (claim_id, report_case_id, benefit, case_id, person_id, policy_id, state, readers)
       select gen_random_uuid(), r.case_id, 'medical', r.case_id, p.person_id, policy_id, 'open', '{*}' from cover_policy p
         cross join lateral (select c.case_id from case_state c union all select gen_random_uuid()) r`,
  );
  await migrate(url, { dir: migrations });
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  const found = await client.query<{ day: string }>('select accident_day::text as day from benefit_claim order by 1');
  await client.end();
  expect(found.rows.map((row) => row.day)).toEqual(['2025-12-30', '2026-01-01']);
});
