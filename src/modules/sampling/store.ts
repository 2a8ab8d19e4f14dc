// Every query on claim_sampling, claim_pool and claim_sheet. Names of offices, staff and cases are joined for showing only.

import { statement } from '#platform/db';
import type { SheetItem } from './contract.ts';

export const closedMonths = statement<[], { month: string }>(
  'sampling.closed_months',
  'select month from claim_sampling',
);

export const closeMonth = statement<
  [string, string, Buffer, Buffer, number, string, string, string[]],
  { month: string }
>(
  'sampling.close_month',
  `insert into claim_sampling (month, seed_sealed, seed_hash, pool_hash, pool_size, closed_at, leaf_id, readers)
   values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning month`,
);

export type PoolRow = {
  readonly claim_id: string;
  readonly case_id: string;
  readonly insurer_org_id: string;
  readonly region: string;
  readonly benefit: string;
  readonly outcome: 'paid' | 'denied';
  readonly amount_fen: number;
  readonly ended_at: string;
};
export const insertPool = statement<
  [string, string[], string[], string[], string[], string[], string[], number[], string[]],
  never
>(
  'sampling.insert_pool',
  `insert into claim_pool (month, claim_id, case_id, insurer_org_id, region, benefit, outcome, amount_fen, ended_at, readers)
   select $1, c.*, array['*'] from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::timestamptz[]) c`,
);
export const listPool = statement<[string], PoolRow>(
  'sampling.list_pool',
  `select claim_id, case_id, insurer_org_id, region, benefit, outcome, amount_fen, ended_at from claim_pool
   where month = $1 order by claim_id`,
);

export type MonthRow = {
  readonly month: string;
  readonly leaf_id: string;
  readonly seed_sealed: string;
  readonly seed_hash: Buffer;
  readonly pool_hash: Buffer;
  readonly pool_size: number;
  readonly closed_at: string;
  readonly seed: string | null;
  readonly share_basis_points: number | null;
  readonly least_each: number | null;
  readonly due_on: string | null;
  readonly drawn_at: string | null;
};
const monthColumns = `m.month, m.leaf_id, m.seed_sealed, m.seed_hash, m.pool_hash, m.pool_size, m.closed_at, m.seed, m.share_basis_points, m.least_each,
  m.due_on, m.drawn_at`;
export const lockMonth = statement<[string], MonthRow>(
  'sampling.month_for_update',
  `select ${monthColumns} from claim_sampling m where m.month = $1 for update`,
);
export const markDrawn = statement<[string, string, number, number, string, string, string], never>(
  'sampling.mark_drawn',
  `update claim_sampling set seed = $2, share_basis_points = $3, least_each = $4, due_on = $5, drawn_by = $6, drawn_at = $7 where month = $1`,
);

export type MonthListRow = MonthRow & {
  readonly drawn_by_name: string | null;
  readonly sheets: number;
  readonly done: number;
  readonly overdue: number;
  readonly wrong: number;
};
export const listMonths = statement<[string, string, number], MonthListRow>(
  'sampling.list_months',
  `select ${monthColumns}, f.name as drawn_by_name, n.* from claim_sampling m left join staff f on f.staff_id = m.drawn_by
   cross join lateral (select count(*)::int as sheets, count(*) filter (where s.state = 'done')::int as done,
     count(*) filter (where s.state <> 'done' and s.due_on < $2::date)::int as overdue,
     count(*) filter (where s.state = 'done' and s.conclusion = 'wrong')::int as wrong
     from claim_sheet s where s.month = m.month) n
   where m.month < $1 order by m.month desc limit $3`,
);
export type StratumRow = {
  month: string;
  insurer_org_id: string;
  outcome: 'paid' | 'denied';
  total: number;
  drawn: number;
};
export const listStrata = statement<[string[]], StratumRow>(
  'sampling.strata',
  `select p.month, p.insurer_org_id, p.outcome, count(*)::int as total, count(s.sheet_id)::int as drawn
   from claim_pool p left join claim_sheet s on s.month = p.month and s.claim_id = p.claim_id
   where p.month = any($1::date[]) group by 1, 2, 3 order by 1, 2, 3`,
);

// ---- check sheets -----------------------------------------------------------------------------------------------------------------

export const insertSheets = statement<[string, string, string[], string[], string[], string[], string[]], never>(
  'sampling.insert_sheets',
  `insert into claim_sheet (sheet_id, month, claim_id, place, role, org_id, due_on, state, readers)
   select c.sheet_id, $1, c.claim_id, c.place, c.role, c.org_id, $2, 'waiting', c.readers::text[]
   from unnest($3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::text[]) with ordinality
     as c (sheet_id, claim_id, role, org_id, readers, place)`,
);

export type SheetRow = {
  readonly sheet_id: string;
  readonly month: string;
  readonly place: number;
  readonly role: string;
  readonly org_id: string;
  readonly region: string;
  readonly case_id: string;
  readonly case_no: string;
  readonly insurer_org_id: string;
  readonly insurer: string;
  readonly benefit: string;
  readonly outcome: 'paid' | 'denied';
  readonly amount_fen: number;
  readonly department: string;
  readonly checker_id: string | null;
  readonly checker: string | null;
  readonly due_on: string;
  readonly state: SheetItem['state'];
  readonly conclusion: SheetItem['conclusion'];
  readonly remark: string | null;
  readonly return_reason: string | null;
  readonly follow: 'reassess' | 'recover' | 'correct' | null;
  readonly concluded_at: string | null;
  readonly confirmer: string | null;
  readonly confirmed_at: string | null;
  readonly readers: string[];
};
const sheetColumns = `s.sheet_id, s.month, s.place, s.role, s.org_id, p.region, p.case_id, c.case_no, p.insurer_org_id,
  i.name as insurer, p.benefit, p.outcome, p.amount_fen,
  d.name as department, s.checker_id, f.name as checker, s.due_on, s.state, s.conclusion, s.remark, s.return_reason, s.follow, s.concluded_at,
  g.name as confirmer, s.confirmed_at, s.readers
  from claim_sheet s join claim_pool p on p.month = s.month and p.claim_id = s.claim_id join case_state c on c.case_id = p.case_id
  join org i on i.org_id = p.insurer_org_id join org d on d.org_id = s.org_id left join staff f on f.staff_id = s.checker_id
  left join staff g on g.staff_id = s.confirmed_by`;

export type SheetFilter = 'open' | 'done' | 'overdue' | 'to_confirm' | 'all';
/** By who may read them; what is due first stands first. */
export const listSheets = statement<
  [string[], string, string, number, string | null, string | null, SheetFilter, string],
  SheetRow
>(
  'sampling.list_sheets',
  `select ${sheetColumns} where s.readers && $1::text[] and (s.due_on, s.sheet_id) > ($2::date, $3::uuid)
     and ($5::date is null or s.month = $5) and ($6::uuid is null or s.checker_id = $6)
     and case $7::text when 'open' then s.state <> 'done' when 'done' then s.state = 'done' when 'to_confirm' then s.state = 'to_confirm'
       when 'overdue' then s.state <> 'done' and s.due_on < $8::date else true end
   order by s.due_on, s.sheet_id limit $4`,
);
export const sheetById = statement<[string], SheetRow>(
  'sampling.sheet',
  `select ${sheetColumns} where s.sheet_id = $1`,
);
export const lockSheet = statement<[string], { sheet_id: string }>(
  'sampling.sheet_for_update',
  'select sheet_id from claim_sheet where sheet_id = $1 for update',
);
export const takeSheet = statement<[string, string], never>(
  'sampling.take_sheet',
  `update claim_sheet set checker_id = $2, state = 'checking' where sheet_id = $1`,
);
export const concludeSheet = statement<[string, string, string, string, string | null, string], never>(
  'sampling.conclude_sheet',
  `update claim_sheet set state = $2, conclusion = $3, remark = $4, follow = $5, concluded_at = $6 where sheet_id = $1`,
);
export const confirmSheet = statement<[string, string, string], never>(
  'sampling.confirm_sheet',
  `update claim_sheet set state = 'done', confirmed_by = $2, confirmed_at = $3 where sheet_id = $1`,
);
export const returnSheet = statement<[string, string], never>(
  'sampling.return_sheet',
  `update claim_sheet set state = 'checking', conclusion = null, follow = null, return_reason = $2, concluded_at = null where sheet_id = $1`,
);
export const assignSheet = statement<[string, string, string, string[]], never>(
  'sampling.assign_sheet',
  `update claim_sheet set role = $2, org_id = $3, readers = $4, checker_id = null, state = 'waiting' where sheet_id = $1`,
);
