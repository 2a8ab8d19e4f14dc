// The desk's work lists: to do, done, copied, supervised. Each page is read off an index in its own order and carries the few
// columns that a row shows; row-level security decides what is there at all.

import { z } from 'zod';
import type { Service } from '#catalog';
import type { Access } from '#platform/access';
import { dayOf, workingDaysBetween } from '#platform/calendar';
import { statement, type Tx } from '#platform/db';
import { cursorId, cursorInstant, cutPage, decodeCursor, readCursor } from '#platform/page';
import type { DeskPage, DeskTab, DeskTask } from './contract.ts';
import { createDeskCounts } from './desk-counts.ts';
import type { ReaderOptions } from './reading.ts';
import { limitText, summaryText } from './words.ts';

/** What every list needs of a case: its columns, and of its state only the steps at which it stands. */
export const caseColumns = `s.case_id, s.case_no, s.service_hash, s.person_id, s.applicant_org_id, s.status, s.end_code,
  array(select one ->> 'step' from json_array_elements(s.state -> 'active') one) as steps`;

export type CaseColumns = {
  readonly case_id: string;
  readonly case_no: string;
  readonly service_hash: string;
  readonly person_id: string | null;
  readonly applicant_org_id: string | null;
  readonly status: 'open' | 'ended';
  readonly end_code: string | null;
  readonly steps: readonly string[];
};

type TaskRow = CaseColumns & {
  readonly step: string;
  readonly org_id: string | null;
  readonly assignee_id: string | null;
  readonly entered_at: string;
  readonly due_at: string | null;
  readonly light: DeskTask['light'];
  readonly paused: boolean;
  /** Where the clock stood still; null where it runs. */
  readonly paused_at: string | null;
  readonly supervised: boolean;
};

const taskColumns = `${caseColumns}, t.step, t.org_id, t.assignee_id, t.entered_at, t.due_at, t.light, t.paused, t.supervised,
  case when t.paused then (select one -> 'paused' ->> 'at' from json_array_elements(s.state -> 'active') one
    where one ->> 'step' = t.step) end as paused_at`;
/** What has no due date comes last. Not `coalesce`: under row security PostgreSQL would not look that up in an index. */
const dueOf = (alias: string) => `case when ${alias}.due_at is null then 'infinity' else ${alias}.due_at end`;
/** The comparison of two columns repeats that of three: under row security an index may compare instants and ids, not texts. */
const taskFilter = `($2::text is null or t.light = $2) and ($3::text is null or s.service_code = $3)
  and ($4::text is null or s.case_no like $4 || '%')
  and (${dueOf('t')}, t.case_id) >= ($5::timestamptz, $6::uuid)
  and (${dueOf('t')}, t.case_id, t.step) > ($5::timestamptz, $6::uuid, $7::text)`;
const taskOrder = (alias: string) => `${dueOf(alias)}, ${alias}.case_id, ${alias}.step`;

type TaskQuery = [string[], string | null, string | null, string | null, string, string, string, number, string];

/** Own work: steps whose role and organisation the person holds, nearest due date first; each office's part from its own index. */
const selectTodo = statement<TaskQuery, TaskRow>(
  'cases.desk_todo',
  `select mine.* from unnest($1::text[]) g, lateral (
     select ${taskColumns} from case_task t join case_state s on s.case_id = t.case_id
     where t.org_id = split_part(g, '@', 2)::uuid and t.role = split_part(g, '@', 1)
       and (t.assignee_id is null or t.assignee_id = $9) and ${taskFilter}
     order by ${taskOrder('t')} limit $8) mine
   order by ${taskOrder('mine')} limit $8`,
);

const selectSupervised = statement<TaskQuery, TaskRow>(
  'cases.desk_supervised',
  `select ${taskColumns} from case_task t join case_state s on s.case_id = t.case_id
   where t.supervised and t.readers && $1::text[] and $9::text is not null and ${taskFilter}
   order by ${taskOrder('t')} limit $8`,
);

type ListQuery = [string, string, number, string | null, string | null];
type CopiedQuery = [string[], ...ListQuery];
type DoneQuery = [string, ...ListQuery];
type SeenRow = CaseColumns & { readonly at: string; readonly supervised: boolean };
type PastRow = SeenRow & { readonly step: string; readonly org_id?: string | null; readonly due_at?: string | null };

/** Copies to the offices that a person holds, newest first; one that reached two of them is shown once. */
const selectCopied = statement<CopiedQuery, SeenRow>(
  'cases.desk_copied',
  `select mine.* from unnest($1::text[]) g, lateral (
     select ${caseColumns}, c.at, s.state ->> 'supervised' is not null as supervised
     from case_copy c join case_state s on s.case_id = c.case_id
     where c.org_id = split_part(g, '@', 2)::uuid and c.role = split_part(g, '@', 1)
       and ($5::text is null or s.service_code = $5) and ($6::text is null or s.case_no like $6 || '%')
       and (c.at, c.case_id) < ($2::timestamptz, $3::uuid)
       and not exists (select 1 from case_copy o where o.case_id = c.case_id and o.role || '@' || o.org_id = any($1)
         and (o.at, o.role, o.org_id) > (c.at, c.role, c.org_id))
     order by c.at desc, c.case_id desc limit $4) mine
   order by mine.at desc, mine.case_id desc limit $4`,
);

/** Cases in which the person took a step, by the last one, newest first. */
const selectDone = statement<DoneQuery, SeenRow & { readonly step: string }>(
  'cases.desk_done',
  `select ${caseColumns}, a.at, a.step, s.state ->> 'supervised' is not null as supervised
   from case_action a join case_state s on s.case_id = a.case_id
   where a.actor_id = $1 and a.step is not null and (a.at, a.case_id) < ($2::timestamptz, $3::uuid)
     and ($5::text is null or s.service_code = $5) and ($6::text is null or s.case_no like $6 || '%')
     and not exists (select 1 from case_action o where o.case_id = a.case_id and o.actor_id = $1 and o.step is not null
       and o.seq > a.seq)
   order by a.at desc, a.case_id desc limit $4`,
);

/** What the person's own organisations applied for, newest first, with the office whose turn it is. */
const selectStarted = statement<
  CopiedQuery,
  SeenRow & { readonly org_id: string | null; readonly due_at: string | null }
>(
  'cases.desk_started',
  `select mine.* from unnest($1::text[]) g, lateral (
     select ${caseColumns}, s.opened_at as at, s.state ->> 'supervised' is not null as supervised,
       s.state -> 'active' -> 0 ->> 'orgId' as org_id, (s.state -> 'active' -> 0 ->> 'dueAt')::timestamptz as due_at
     from case_state s
     where s.applicant_org_id = g::uuid and ($5::text is null or s.service_code = $5)
       and ($6::text is null or s.case_no like $6 || '%') and (s.opened_at, s.case_id) < ($2::timestamptz, $3::uuid)
     order by s.opened_at desc, s.case_id desc limit $4) mine
   order by mine.at desc, mine.case_id desc limit $4`,
);

export const summaryOf = (service: Service, row: CaseColumns): string =>
  summaryText(service, { status: row.status, end: row.end_code, steps: row.steps });

export type DeskQuery = {
  readonly tab: DeskTab;
  readonly light: string | null;
  readonly service: string | null;
  readonly number: string | null;
  readonly cursor: string | undefined;
};

export const pageSize = 30;
export const zeroId = '00000000-0000-0000-0000-000000000000';
export const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** Where a page of tasks ended. A case may wait in two steps that are due at once. */
const taskCursor = z.tuple([cursorInstant, cursorId, z.string().max(64)]);

type Rows = Omit<DeskPage, 'counts'>;

export function createDesk(options: ReaderOptions) {
  const countsOf = createDeskCounts(options.db);

  async function desk(access: Access, staffId: string, query: DeskQuery): Promise<DeskPage> {
    return options.db.transaction(access, async (tx) => {
      const grants = [...access.grants];
      const [counts, page] = await Promise.all([
        countsOf(tx, access, staffId),
        query.tab === 'done' || query.tab === 'copied' || query.tab === 'started'
          ? pastPage(tx, grants, staffId, query)
          : taskPage(tx, grants, staffId, query),
      ]);
      return { ...page, counts };
    });
  }

  async function taskPage(tx: Tx, grants: string[], staffId: string, query: DeskQuery): Promise<Rows> {
    const [due, id, step] = decodeCursor(taskCursor, query.cursor) ?? ['-infinity', zeroId, ''];
    const { light, service, number } = query;
    const what = query.tab === 'todo' ? selectTodo : selectSupervised;
    const rows = await tx.run(what, [grants, light, service, number, due, id, step, pageSize + 1, staffId]);
    const page = cutPage(rows, pageSize, (last) => [last.due_at ?? 'infinity', last.case_id, last.step]);
    const items = page.items.map((row) => toTask(tx, row, staffId, clockText(row)));
    return { ...page, items: await Promise.all(items) };
  }

  /** What lies behind: cases that the person worked on, or that were shown to the office. They stay when the case has ended. */
  async function pastPage(tx: Tx, grants: string[], staffId: string, query: DeskQuery): Promise<Rows> {
    const [at, id] = readCursor(query.cursor) ?? ['infinity', lastId];
    const rest: ListQuery = [at, id, pageSize + 1, query.service, query.number];
    const rows: PastRow[] =
      query.tab === 'done'
        ? await tx.run(selectDone, [staffId, ...rest])
        : query.tab === 'started'
          ? await startedRows(tx, grants, rest)
          : (await tx.run(selectCopied, [grants, ...rest])).map((row) => ({ ...row, step: '' }));
    const page = cutPage(rows, pageSize, (last) => [last.at, last.case_id]);
    const items = page.items.map((row) => toTask(tx, pastTask(row), staffId, row.step === '' ? '' : standing(row)));
    return { ...page, items: await Promise.all(items) };
  }

  async function startedRows(tx: Tx, grants: string[], rest: ListQuery) {
    const orgIds = [...new Set(grants.flatMap((grant) => grant.split('@')[1] ?? []))];
    const rows = await tx.run(selectStarted, [orgIds, ...rest]);
    return rows.map((row) => ({ ...row, step: '' }));
  }

  async function toTask(tx: Tx, row: TaskRow, staffId: string, limit: string): Promise<DeskTask> {
    const service = options.byHash(row.service_hash);
    return {
      caseId: row.case_id,
      caseNo: row.case_no,
      serviceCode: service.code,
      serviceZh: service.zh,
      step: row.step,
      stepZh: row.step === '' ? standing(row) : (service.workflow.steps[row.step]?.zh ?? row.step),
      applicant: await options.applicantName(tx, row.person_id, row.applicant_org_id, false),
      orgZh: row.org_id ? options.orgName(row.org_id) : '',
      enteredAt: row.entered_at,
      dueAt: row.due_at,
      limitText: limit,
      light: row.light,
      paused: row.paused,
      supervised: row.supervised,
      assignedToMe: row.assignee_id === staffId,
      assignedToOther: row.assignee_id !== null && row.assignee_id !== staffId,
    };
  }

  /** Where the case stands now. */
  const standing = (row: CaseColumns) => summaryOf(options.byHash(row.service_hash), row);

  function clockText(row: TaskRow): string {
    const calendar = options.calendar();
    const limit = options.byHash(row.service_hash).workflow.steps[row.step]?.limit;
    return limitText({ dueAt: row.due_at, pausedAt: row.paused_at }, limit, options.clock.now(), (from, to) =>
      workingDaysBetween(calendar, dayOf(from), dayOf(to)),
    );
  }

  return desk;
}

function pastTask(row: PastRow): TaskRow {
  return {
    ...row,
    org_id: row.org_id ?? null,
    assignee_id: null,
    entered_at: row.at,
    due_at: row.due_at ?? null,
    light: 'green',
    paused: false,
    paused_at: null,
  };
}
