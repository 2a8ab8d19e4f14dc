// Every query on import_run and import_line.

import { rowsStatement, statement } from '#platform/db';
import type { ImportKind } from './contract.ts';

export type RunRow = {
  readonly import_run_id: string;
  readonly kind: ImportKind;
  readonly source: string;
  readonly file_name: string;
  readonly state: 'running' | 'done' | 'undoing' | 'undone' | 'partly_undone';
  readonly staff_id: string;
  readonly started_at: string;
  readonly last_line: number;
  readonly imported_count: number;
  readonly same_count: number;
  readonly bad_count: number;
  readonly lines_erased_at: string | null;
};

const columns = `import_run_id, kind, source, file_name, state, staff_id, started_at, last_line, imported_count, same_count, bad_count,
  lines_erased_at`;

/** One chunk at a time, of whichever run: what was free when it was looked at is free when it is taken. */
export const lockImports = statement<[], unknown>(
  'imports.lock',
  `select pg_advisory_xact_lock(hashtextextended(current_schema() || '/imports', 0))`,
);

export const findRun = statement<[ImportKind, string, Buffer], RunRow>(
  'imports.find_run',
  `select ${columns} from import_run where kind = $1 and source = $2 and file_hash = $3 and state in ('running', 'done', 'undoing')`,
);

export const insertRun = statement<[string, ImportKind, string, string, Buffer, string, string], never>(
  'imports.insert_run',
  `insert into import_run (import_run_id, kind, source, file_name, file_hash, state, staff_id, started_at, readers)
   values ($1, $2, $3, $4, $5, 'running', $6, $7, array['*'])`,
);

export const selectRun = statement<[string], RunRow>(
  'imports.run',
  `select ${columns} from import_run where import_run_id = $1`,
);

export const holdRun = statement<[string], RunRow>(
  'imports.hold_run',
  `select ${columns} from import_run where import_run_id = $1 for update`,
);

export const listRuns = statement<[number], RunRow>(
  'imports.list',
  `select ${columns} from import_run order by started_at desc, import_run_id desc limit $1`,
);

export const advanceRun = statement<[string, number, number, number, number], never>(
  'imports.advance',
  `update import_run set last_line = $2, imported_count = imported_count + $3, same_count = same_count + $4, bad_count = bad_count + $5
   where import_run_id = $1`,
);

export const setState = statement<[string, RunRow['state'], string], never>(
  'imports.set_state',
  'update import_run set state = $2, finished_at = $3 where import_run_id = $1',
);

export type LineRow = {
  readonly import_run_id: string;
  readonly line: number;
  readonly state: 'imported' | 'same' | 'bad';
  readonly problem_sealed: string | null;
  readonly person_id: string | null;
  readonly made_person: boolean;
  readonly target_id: string | null;
};

export const insertLine = rowsStatement<LineRow>(
  'imports.insert_lines',
  {
    import_run_id: 'uuid',
    line: 'int',
    state: 'text',
    problem_sealed: 'text',
    person_id: 'uuid',
    made_person: 'boolean',
    target_id: 'uuid',
  },
  { import_line: ['import_run_id', 'line', 'state', 'problem_sealed', 'person_id', 'made_person', 'target_id'] },
);

export const countLines = statement<[string], { imported: number; linked: number; same: number; bad: number }>(
  'imports.count_lines',
  `select count(*) filter (where state = 'imported')::int as imported,
     count(*) filter (where state = 'imported' and not made_person)::int as linked,
     count(*) filter (where state = 'same')::int as same, count(*) filter (where state = 'bad')::int as bad
   from import_line where import_run_id = $1`,
);

export const badLines = statement<[string], { line: number; problem_sealed: string }>(
  'imports.bad_lines',
  `select line, problem_sealed from import_line where import_run_id = $1 and state = 'bad' order by line`,
);

export type UndoRow = {
  readonly line: number;
  readonly person_id: string;
  readonly made_person: boolean;
  readonly target_id: string;
};

export const linesToUndo = statement<[string, number], UndoRow>(
  'imports.to_undo',
  `select line, person_id, made_person, target_id from import_line
   where import_run_id = $1 and state = 'imported' and undone_at is null and kept_because is null order by line limit $2`,
);

/** Undone where `kept` is null, kept with the reason otherwise. */
export const endLines = statement<[string, number[], (string | null)[], string], never>(
  'imports.end_lines',
  `update import_line l set undone_at = case when n.kept is null then $4::timestamptz end, kept_because = n.kept
   from unnest($2::int[], $3::text[]) as n (line, kept) where l.import_run_id = $1 and l.line = n.line`,
);

/** A second try of an undo asks anew about what the first one kept. */
export const askAgain = statement<[string], never>(
  'imports.ask_again',
  'update import_line set kept_because = null where import_run_id = $1 and kept_because is not null',
);

export const keptLines = statement<[string], { line: number; kept_because: string }>(
  'imports.kept_lines',
  `select line, kept_because from import_line where import_run_id = $1 and kept_because is not null order by line`,
);

export const selectOperator = statement<
  [string],
  { staff_id: string; name: string; org_id: string; region: string; kind: string }
>(
  'imports.operator',
  `select f.staff_id, f.name, f.org_id, o.region, f.kind from staff f join org o on o.org_id = f.org_id
   where lower(f.login) = lower($1) and f.active and f.kind = 'system_administrator'`,
);

export const oldRuns = statement<[string, number], { import_run_id: string }>(
  'imports.old_runs',
  `select import_run_id from import_run where lines_erased_at is null and state <> 'undoing' and started_at < $1
   order by started_at limit $2 for update skip locked`,
);

export const eraseLines = statement<[string[]], never>(
  'imports.erase_lines',
  'delete from import_line where import_run_id = any($1::uuid[])',
);

export const markErased = statement<[string[], string], never>(
  'imports.mark_erased',
  `update import_run set lines_erased_at = $2, file_name = '', file_hash = sha256(import_run_id::text::bytea)
   where import_run_id = any($1::uuid[])`,
);
