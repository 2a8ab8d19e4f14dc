// Grows a loaded city's tables to the size of a province by copying rows inside the database: every copy is a row as the program
// wrote it, under ids of its own. Only the tables that the measured page reads are grown; the copies are never acted upon.

import type pg from 'pg';
import { addDays } from '#modules/cover';
import { dayOf, startOfDay } from '#platform/calendar';
import { invariant } from '#platform/errors';

/** A copy's id follows from the original's, so that a case's rows in several tables stay together. */
const idOf = (column: string): string => uuidOf(`${column}::text`);
/** The digits that say a UUID's version and variant, without which it is none. */
const uuidOf = (text: string): string =>
  `overlay(overlay(md5(${text} || n) placing '7' from 13) placing '8' from 17)::uuid`;

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

/** An instant at which somebody asks of a case whether its person was covered, and what the ledger must answer. */
export type CoverQuestion = { readonly caseId: string; readonly at: string; readonly covered: boolean };

const daysEach = 20;
const rowsAtOnce = 50_000;

/**
 * People, each with a policy of twenty days in a row, until the ledger of cover has `entries` rows, and for the first `asked` of them a
 * reported accident which the reader may open. Gives a question about each of those, half of them inside the twenty days.
 */
export async function growCover(
  owner: pg.Client,
  entries: number,
  asked: number,
  options: { readonly reader: string; readonly now: string },
): Promise<readonly CoverQuestion[]> {
  await owner.query("set gongdun.grants = '{*}'");
  const people = Math.ceil(entries / daysEach);
  const today = dayOf(options.now);
  const firstDay = `(date '${addDays(today, -300)}' + (n % 240))`;
  const named = (kind: string): string => uuidOf(`'${kind}'`);
  const readers = `jsonb_build_array('*', 'person:' || ${named('person')}, '${options.reader}')`;
  const copyOf = (table: string, where: string, changed: string): string =>
    `insert into ${table} select (jsonb_populate_record(one.original, jsonb_build_object(${changed}))).*
     from (select t as original from ${table} t where ${where} limit 1) one cross join generate_series($1::int, $2::int) n`;
  const steps = [
    copyOf(
      'person',
      'platform_org_id is not null',
      `'person_id', ${named('person')}, 'id_number_index', '\\x' || md5('i' || n), 'phone_index', '\\x' || md5('p' || n), 'readers', ${readers}`,
    ),
    copyOf(
      'cover_policy',
      'true',
      `'policy_id', ${named('policy')}, 'policy_no', 'BENCH' || n, 'person_id', ${named('person')}, 'case_id', ${named('purchase')},
       'first_day', ${firstDay}, 'days', ${daysEach}, 'readers', ${readers}`,
    ),
    `insert into cover_entry (person_id, day, generation, policy_id, kind, starts_at, ends_at, at, readers, leaf_id)
     select ${named('person')}, ${firstDay} + d, 1, ${named('policy')}, 'bound', ((${firstDay} + d)::timestamp at time zone 'Asia/Shanghai'),
       ((${firstDay} + d + 1)::timestamp at time zone 'Asia/Shanghai'), now(), array['*', 'person:' || ${named('person')}, '${options.reader}'], l.leaf_id
     from (select leaf_id from log_leaf limit 1) l, generate_series($1::int, $2::int) n, generate_series(0, ${daysEach - 1}) d`,
  ];
  for (let from = 1; from <= people; from += rowsAtOnce) {
    for (const step of steps) await owner.query(step, [from, Math.min(people, from + rowsAtOnce - 1)]);
  }
  await owner.query(
    copyOf(
      'case_state',
      "service_code = 'DI-006'",
      `'case_id', ${named('report')}, 'case_no', 'BENCH' || n, 'dossier_id', null, 'person_id', ${named('person')}, 'readers', ${readers},
       'state', (one.original).state::jsonb || jsonb_build_object('personId', ${named('person')})`,
    ),
    [1, Math.min(asked, people)],
  );
  for (const table of ['person', 'cover_policy', 'cover_entry', 'case_state'])
    await owner.query(`vacuum analyze ${table}`);
  // A ledger grows over months: what minutes of filling left to be written is none of the measured minute's.
  await owner.query('checkpoint');
  const { rows } = await owner.query<{ case_id: string; first_day: string }>(
    `select ${named('report')} as case_id, ${firstDay}::text as first_day from generate_series(1, $1::int) n`,
    [Math.min(asked, people)],
  );
  return rows.map(({ case_id: caseId, first_day: first }, index) => {
    const covered = index % 2 === 0;
    const day = addDays(first, covered ? index % daysEach : daysEach + (index % 30));
    return { caseId, at: new Date(Date.parse(startOfDay(day)) + (index % 86_000) * 1_000).toISOString(), covered };
  });
}
