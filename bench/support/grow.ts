// Grows a loaded city's tables to the size of a province by copying rows inside the database: every copy is a row as the program
// wrote it, under ids of its own. Only the tables that the measured page reads are grown; the copies are never acted upon.

import type pg from 'pg';
import { invariant } from '#platform/errors';

/** A copy's id follows from the original's, so that a case's rows in several tables stay together. */
const idOf = (column: string): string => `md5(${column}::text || n)::uuid`;

/** Copies all cases with what waits in them until there are `wanted`. Case numbers of copies carry a letter: they are nobody's. */
export async function growCases(
  owner: pg.Client,
  wanted: number,
): Promise<{ readonly cases: number; readonly openTasks: number }> {
  await owner.query("set gongdun.grants = '{*}'");
  const { rows } = await owner.query<{ cases: string }>('select count(*) as cases from case_state');
  const original = Number(rows[0]?.cases);
  invariant(original > 0, 'the city has cases');
  const copies = Math.max(0, Math.ceil(wanted / original) - 1);
  if (copies > 0) {
    const copied = 'from case_state s cross join generate_series(1, $1::int) n';
    await owner.query(
      `insert into case_state (case_id, case_no, dossier_id, parent_case_id, service_code, service_hash, region, person_id,
         applicant_org_id, seq, head, status, end_code, state, readers, opened_at, updated_at)
       select ${idOf('case_id')}, case_no || 'x' || n, null, null, service_code, service_hash, region, person_id,
         applicant_org_id, seq, head, status, end_code, state, readers, opened_at, updated_at ${copied}`,
      [copies],
    );
    await owner.query(
      `insert into case_task (case_id, step, role, org_id, assignee_id, entered_at, due_at, light, paused, supervised, readers)
       select ${idOf('case_id')}, step, role, org_id, assignee_id, entered_at, due_at + n * interval '1 second', light, paused,
         supervised, readers from case_task cross join generate_series(1, $1::int) n`,
      [copies],
    );
  }
  await owner.query('vacuum analyze case_state');
  await owner.query('vacuum analyze case_task');
  const grown = await owner.query<{ cases: string; tasks: string }>(
    'select (select count(*) from case_state) as cases, (select count(*) from case_task) as tasks',
  );
  return { cases: Number(grown.rows[0]?.cases), openTasks: Number(grown.rows[0]?.tasks) };
}
