// Every query on roster and roster_line.

import { rowsStatement, statement } from '#platform/db';
import type { Header } from './header.ts';
import type { LineProblem } from './line.ts';

export type RosterRow = {
  readonly roster_id: string;
  readonly org_id: string;
  readonly staff_id: string;
  readonly service_code: string;
  readonly field: string;
  readonly file_id: string;
  readonly file_name: string;
  readonly previous_id: string | null;
  readonly state: 'checking' | 'checked' | 'failed' | 'taken' | 'erased';
  readonly kind: 'csv' | 'xlsx' | null;
  readonly how: string | null;
  readonly header: Header | null;
  readonly notes: readonly string[];
  readonly failure: string | null;
  readonly lines_read: number;
  readonly last_line: number;
  readonly good_count: number;
  readonly bad_count: number;
  readonly case_id: string | null;
  readonly created_at: string;
};

const columns = `roster_id, org_id, staff_id, service_code, field, file_id, file_name, previous_id, state, kind, how, header, notes,
  failure, lines_read, last_line, good_count, bad_count, case_id, created_at`;

type New = [string, string, string, string, string, string, string, string, string | null, string, string[]];

/** Two uploads under one request make one list. */
export const insertRoster = statement<New, { roster_id: string }>(
  'rosters.insert',
  `insert into roster (roster_id, request_id, org_id, staff_id, service_code, field, file_id, file_name, previous_id, state, created_at, readers)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'checking', $10, $11) on conflict (request_id) do nothing returning roster_id`,
);

export const selectByRequest = statement<[string, string], RosterRow>(
  'rosters.by_request',
  `select ${columns} from roster where request_id = $1 and staff_id = $2`,
);

export const selectRoster = statement<[string], RosterRow>(
  'rosters.roster',
  `select ${columns} from roster where roster_id = $1`,
);

export const holdRoster = statement<[string], RosterRow>(
  'rosters.roster_for_update',
  `select ${columns} from roster where roster_id = $1 for update`,
);

/** What the file turned out to be; the first look says it, a repeated one says the same. */
export const describeRoster = statement<[string, string, string, string, string[]], never>(
  'rosters.describe',
  `update roster set kind = $2, how = $3, header = $4::json, notes = $5 where roster_id = $1 and state = 'checking'`,
);

/** No row comes back when another worker has gone on meanwhile. */
export const advanceRoster = statement<[string, number, number, number, number, number], { roster_id: string }>(
  'rosters.advance',
  `update roster set lines_read = lines_read + $3, last_line = $4, good_count = good_count + $5, bad_count = bad_count + $6
   where roster_id = $1 and state = 'checking' and last_line = $2 returning roster_id`,
);

export const endCheck = statement<[string, string, string | null, string], never>(
  'rosters.end_check',
  `update roster set state = $2, failure = $3, checked_at = $4 where roster_id = $1 and state = 'checking'`,
);

export const takeRoster = statement<[string, string], never>(
  'rosters.take',
  `update roster set state = 'taken', case_id = $2 where roster_id = $1`,
);

/** A list that a returned application no longer names is free again. */
export const freeOthers = statement<[string, string], never>(
  'rosters.free_others',
  `update roster set state = 'checked', case_id = null where case_id = $1 and roster_id <> $2 and state = 'taken'`,
);

export type NewLine = {
  readonly roster_id: string;
  readonly line: number;
  readonly state: 'good' | 'bad';
  readonly content_sealed: string;
  readonly name_mask: string;
  readonly id_index: Buffer | null;
  readonly content_index: Buffer | null;
  readonly problems: string;
};

export const insertLine = rowsStatement<NewLine>(
  'rosters.insert_lines',
  {
    roster_id: 'uuid',
    line: 'int',
    state: 'text',
    content_sealed: 'text',
    name_mask: 'text',
    id_index: 'bytea',
    content_index: 'bytea',
    problems: 'json',
  },
  {
    roster_line: ['roster_id', 'line', 'state', 'content_sealed', 'name_mask', 'id_index', 'content_index', 'problems'],
  },
);

/** Whom the lines that were checked so far mean: for a check that goes on after an interruption. */
export const indexesOf = statement<[string], { line: number; id_index: Buffer }>(
  'rosters.indexes',
  'select line, id_index from roster_line where roster_id = $1 and id_index is not null order by line',
);

export const badLines = statement<
  [string, number, number],
  { line: number; name_mask: string; problems: readonly LineProblem[] }
>(
  'rosters.bad_lines',
  `select line, name_mask, problems from roster_line where roster_id = $1 and state = 'bad' and line > $2 order by line limit $3`,
);

export const problemKinds = statement<[string], { field: string; code: string; count: number }>(
  'rosters.problem_kinds',
  `select p ->> 'field' as field, p ->> 'code' as code, count(*)::int as count
   from roster_line l, json_array_elements(l.problems) p where l.roster_id = $1 and l.state = 'bad'
   group by 1, 2 order by 3 desc, 1, 2 limit 30`,
);

/** What differs from the list that was uploaded before: by ID number, and by all that the line says. */
export const changesSince = statement<
  [string, string],
  { added: number; changed: number; removed: number; same: number }
>(
  'rosters.changes',
  `select count(*) filter (where o.id_index is null)::int as added,
     count(*) filter (where n.content_index <> o.content_index)::int as changed,
     count(*) filter (where n.id_index is null)::int as removed,
     count(*) filter (where n.content_index = o.content_index)::int as same
   from (select distinct on (id_index) id_index, content_index from roster_line where roster_id = $1 and state = 'good' order by id_index, line) n
   full join (select distinct on (id_index) id_index, content_index from roster_line where roster_id = $2 and state = 'good' order by id_index, line) o
     on o.id_index = n.id_index`,
);

// ---- people of a list that a case has taken ----------------------------------------------------------------------------------

export const selectOfCase = statement<[string], RosterRow>(
  'rosters.of_case',
  `select ${columns} from roster where case_id = $1 and state = 'taken'`,
);

/** People for whom no case is open yet; several workers may open at once. */
export const holdUnopened = statement<[string, number], { line: number; content_sealed: string }>(
  'rosters.hold_unopened',
  `select line, content_sealed from roster_line where roster_id = $1 and state = 'good' and item_case_id is null
   order by line limit $2 for update skip locked`,
);

export const openLine = statement<[string, number, string, string], never>(
  'rosters.open_line',
  `update roster_line set person_id = $3, item_case_id = $4, outcome = 'waiting' where roster_id = $1 and line = $2`,
);

export const moveLine = statement<[string, string, boolean], never>(
  'rosters.move_line',
  'update roster_line set outcome = $2, item_ended = $3 where item_case_id = $1',
);

export type Stage = { readonly outcome: string | null; readonly ended: boolean; readonly count: number };

export const stagesOf = statement<[string], Stage>(
  'rosters.stages',
  `select outcome, item_ended as ended, count(*)::int as count from roster_line where roster_id = $1 and state = 'good'
   group by 1, 2 order by 2, 1`,
);

export const peopleLines = statement<
  [string, number, number],
  { line: number; name_mask: string; outcome: string | null; item_ended: boolean }
>(
  'rosters.people',
  `select line, name_mask, outcome, item_ended from roster_line where roster_id = $1 and state = 'good' and line > $2
   order by line limit $3`,
);

/** People of a list behind a line, for whoever goes through all of them. */
export const goodAfter = statement<
  [string, number, number],
  { line: number; name_mask: string; content_sealed: string }
>(
  'rosters.good_after',
  `select line, name_mask, content_sealed from roster_line where roster_id = $1 and state = 'good' and line > $2 order by line limit $3`,
);

// ---- old lists ---------------------------------------------------------------------------------------------------------------

export const listOld = statement<[string, number], { roster_id: string }>(
  'rosters.list_old',
  `select roster_id from roster where state in ('checking', 'checked', 'failed') and created_at < $1 order by created_at limit $2
   for update skip locked`,
);

export const eraseLines = statement<[string[]], never>(
  'rosters.erase_lines',
  'delete from roster_line where roster_id = any($1::uuid[])',
);

export const eraseRosters = statement<[string[]], never>(
  'rosters.erase',
  `update roster set state = 'erased', file_name = '', header = null where roster_id = any($1::uuid[])`,
);
