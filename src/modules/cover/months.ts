// The ledger of cover as the treasury settles it: the days of a month at an instant, what changed after it, and how what an insurer
// declares differs from it. Set-based: a month may have millions of days. The ledger is append-only, so an instant freezes it for ever.

import { statement, type Tx } from '#platform/db';

/** A settlement's month and instant; ages are those that the rule allows, in whole years, both included. */
export type MonthQuery = {
  readonly insurerOrgId: string;
  /** First day of the month and of the next. */
  readonly from: string;
  readonly until: string;
  readonly cutoffAt: string;
  readonly ageMin: number;
  readonly ageMax: number;
};

type MonthParams = [
  insurerOrgId: string,
  from: string,
  until: string,
  cutoffAt: string,
  ageMin: number,
  ageMax: number,
];
type CompareParams = [...MonthParams, settlementId: string, rowsMax: number];
type DrawParams = [...MonthParams, seed: string, count: number];
type LimitedParams = [...MonthParams, limit: number];
const paramsOf = (query: MonthQuery): MonthParams => [
  query.insurerOrgId,
  query.from,
  query.until,
  query.cutoffAt,
  query.ageMin,
  query.ageMax,
];

/**
 * A policy's price by day: even parts where it divides, and else parts of whole fen that add up to it, by the place of the day among
 * the policy's own. `amount` and `entry` are aliases of ours.
 */
function dayShare(amount: string): string {
  return `case when ${amount} % p.days = 0 then ${amount} / p.days
     else (select ${amount} * n.place / p.days - ${amount} * (n.place - 1) / p.days
           from (select count(*) as place from cover_entry b
                 where b.person_id = e.person_id and b.policy_id = e.policy_id and b.kind = 'bound' and b.day <= e.day) n) end`;
}

/**
 * The insured days of $1 in [$2, $3) as they stood at $4; outside of the ages $5 to $6 a day is no ground for a subsidy. What an older
 * system sold is settled by it: here its subsidy would be paid twice.
 */
const monthDays = `
  select p.policy_id, p.policy_no, e.person_id, e.day, ${dayShare('p.premium_fen')} as gross_fen, ${dayShare('p.subsidy_fen')} as subsidy_fen,
    (e.day < r.birth_day + make_interval(years => $5::int) or e.day >= r.birth_day + make_interval(years => $6::int + 1)) as excluded
  from cover_entry e
  join cover_policy p on p.policy_id = e.policy_id
  join person r on r.person_id = e.person_id
  where e.day >= $2::date and e.day < $3::date and e.kind = 'bound' and e.at <= $4::timestamptz and p.insurer_org_id = $1
    and p.import_run_id is null
    and not exists (select 1 from cover_entry n
      where n.day >= $2::date and n.day < $3::date and n.kind = 'released' and n.at <= $4::timestamptz
        and n.person_id = e.person_id and n.day = e.day and n.generation = e.generation + 1)`;

export type MonthSums = {
  readonly policies: number;
  readonly person_days: number;
  readonly gross_fen: number;
  readonly subsidy_fen: number;
  readonly excluded_days: number;
  readonly excluded_fen: number;
};

export const sumMonth = statement<MonthParams, MonthSums>(
  'cover.sum_month',
  `select count(distinct policy_id) as policies, count(*) as person_days, coalesce(sum(gross_fen), 0)::bigint as gross_fen,
     coalesce(sum(subsidy_fen), 0)::bigint as subsidy_fen, count(*) filter (where excluded) as excluded_days,
     coalesce(sum(subsidy_fen) filter (where excluded), 0)::bigint as excluded_fen
   from (${monthDays}) d`,
);

/** What became of days of settled months after the settlement before this one: released is given back, bound is added. */
export const sumOffsets = statement<[string, string[], string, string], { days: number; subsidy_fen: number }>(
  'cover.sum_offsets',
  `select coalesce(sum(case e.kind when 'released' then 1 else -1 end), 0)::bigint as days,
     coalesce(sum(case e.kind when 'released' then share else -share end), 0)::bigint as subsidy_fen
   from (
     select e.kind, ${dayShare('p.subsidy_fen')} as share
     from cover_entry e join cover_policy p on p.policy_id = e.policy_id
     where e.at > $3::timestamptz and e.at <= $4::timestamptz and p.insurer_org_id = $1
       and p.import_run_id is null and date_trunc('month', e.day)::date = any($2::date[])
   ) e`,
);

/** Benefits that an insurer paid for the accidents of a time. */
export const sumClaims = statement<[string, string, string], { fen: number }>(
  'cover.sum_claims',
  `select coalesce(sum(c.amount_fen), 0)::bigint as fen from benefit_claim c join cover_policy p on p.policy_id = c.policy_id
   where p.insurer_org_id = $1 and c.state = 'paid' and c.accident_day >= $2::date and c.accident_day < $3::date`,
);

export const policiesByNo = statement<
  [string[]],
  { policy_no: string; first_day: string; days: number; subsidy_fen: number }
>(
  'cover.policies_by_no',
  'select policy_no, first_day, days, subsidy_fen from cover_policy where policy_no = any($1) order by policy_no',
);

/** The days of a month as lines, in the order of policy and day. */
export const listLines = statement<
  LimitedParams,
  {
    policy_no: string;
    day: string;
    gross_fen: number;
    subsidy_fen: number;
    excluded: boolean;
    paid_on: string;
    paid_fen: number;
  }
>(
  'cover.list_lines',
  `select d.policy_no, d.day, d.gross_fen, d.subsidy_fen, d.excluded, (p.issued_at at time zone 'Asia/Shanghai')::date as paid_on,
     p.premium_fen - p.subsidy_fen as paid_fen
   from (${monthDays}) d join cover_policy p on p.policy_id = d.policy_id order by d.policy_no, d.day limit $7`,
);

/** The declared lines of a settlement ($7, kept by the settlement) against the ledger, in the order of policy and day; $8 rows at most are kept. */
export const compareMonth = statement<
  CompareParams,
  {
    total: number;
    kinds: string[];
    policy_nos: string[];
    days: string[];
    ours: (string | null)[];
    theirs: (string | null)[];
  }
>(
  'cover.compare_month',
  `with ours as (${monthDays}),
   theirs as (
     select policy_no, day, count(*) as lines, sum(subsidy_fen)::bigint as subsidy_fen, sum(premium_fen)::bigint as premium_fen
     from settlement_line where settlement_id = $7 and source = 'ledger' group by policy_no, day),
   differing as materialized (
     select policy_no, day, case when o.excluded then 0 else o.subsidy_fen end as ours_fen, t.subsidy_fen as theirs_fen,
       case when o.policy_no is null then 'missing_here' when t.policy_no is null then 'missing_there'
            when t.lines > 1 then 'double' when o.excluded and t.subsidy_fen <> 0 then 'excluded' else 'amount_differs' end as kind
     from ours o full join theirs t using (policy_no, day)
     where o.policy_no is null or t.policy_no is null or t.lines > 1 or o.gross_fen <> t.premium_fen
       or t.subsidy_fen <> case when o.excluded then 0 else o.subsidy_fen end)
   select (select count(*) from differing) as total, coalesce(array_agg(kind), '{}') as kinds, coalesce(array_agg(policy_no), '{}') as policy_nos,
     coalesce(array_agg(day::text), '{}') as days, coalesce(array_agg(ours_fen::text), '{}') as ours, coalesce(array_agg(theirs_fen::text), '{}') as theirs
   from (select * from differing order by policy_no, day limit $8) d`,
);

/** What people paid by the insurer's list, against the policies of the month; by policy, since a policy is paid once. */
export const compareFlow = statement<
  CompareParams,
  { total: number; policy_nos: string[]; ours: (string | null)[]; theirs: (string | null)[] }
>(
  'cover.compare_flow',
  `with ours as (select policy_no, premium_fen - subsidy_fen as fen from cover_policy
     where policy_id in (select policy_id from (${monthDays}) d)),
   theirs as (select policy_no, sum(personal_fen)::bigint as fen from settlement_line
     where settlement_id = $7 and source = 'flow' group by policy_no),
   differing as materialized (
     select policy_no, o.fen as ours_fen, t.fen as theirs_fen from ours o full join theirs t using (policy_no)
     where o.fen is distinct from t.fen)
   select (select count(*) from differing) as total, coalesce(array_agg(policy_no), '{}') as policy_nos,
     coalesce(array_agg(ours_fen::text), '{}') as ours, coalesce(array_agg(theirs_fen::text), '{}') as theirs
   from (select * from differing order by policy_no limit $8) d`,
);

/** Policies of a month in an order that only the seed decides: the same seed draws the same people, whoever asks. */
export const drawPolicies = statement<DrawParams, { policy_no: string; person_id: string; days: number }>(
  'cover.draw_policies',
  `select policy_no, (array_agg(person_id))[1] as person_id, count(*)::int as days from (${monthDays}) d
   group by policy_no order by sha256(convert_to($7 || policy_no, 'UTF8')), policy_no limit $8`,
);

export type Clue = {
  readonly policy_no: string;
  readonly first_day: string;
  readonly last_day: string;
  readonly days: number;
  readonly subsidy_fen: number;
  readonly kind: 'age' | 'after_death';
};

/** Subsidised days that should not have been: of the wrong age, or after an accident of which the person died. */
export const listClues = statement<LimitedParams, Clue>(
  'cover.list_clues',
  `select policy_no, min(day) as first_day, max(day) as last_day, count(*)::int as days, sum(subsidy_fen)::bigint as subsidy_fen, kind
   from (select d.*, case when d.excluded then 'age' else 'after_death' end as kind from (${monthDays}) d
     where d.excluded or exists (select 1 from benefit_claim c where c.person_id = d.person_id and c.benefit = 'death'
       and c.state in ('agreed', 'paid') and c.accident_day < d.day)) f
   where subsidy_fen > 0 group by policy_no, kind order by policy_no limit $7`,
);

/** A month of millions takes longer than any other statement may, and more memory for its joins; to the end of the transaction. */
const allowLong = statement<[], never>(
  'cover.allow_long',
  `select set_config('statement_timeout', '300s', true), set_config('work_mem', '128MB', true)`,
);

export const months = {
  sum: (tx: Tx, query: MonthQuery) => {
    tx.send(allowLong, []);
    return tx.one(sumMonth, paramsOf(query));
  },
  offsets: (tx: Tx, insurerOrgId: string, settled: readonly string[], afterAt: string, untilAt: string) => {
    tx.send(allowLong, []);
    return tx.one(sumOffsets, [insurerOrgId, [...settled], afterAt, untilAt]);
  },
  compare: (tx: Tx, query: MonthQuery, settlementId: string, rowsMax: number) => {
    tx.send(allowLong, []);
    return tx.one(compareMonth, [...paramsOf(query), settlementId, rowsMax]);
  },
  compareFlow: (tx: Tx, query: MonthQuery, settlementId: string, rowsMax: number) => {
    tx.send(allowLong, []);
    return tx.one(compareFlow, [...paramsOf(query), settlementId, rowsMax]);
  },
  draw: (tx: Tx, query: MonthQuery, seed: string, count: number) => {
    tx.send(allowLong, []);
    return tx.run(drawPolicies, [...paramsOf(query), seed, count]);
  },
  lines: (tx: Tx, query: MonthQuery, limit: number) => {
    tx.send(allowLong, []);
    return tx.run(listLines, [...paramsOf(query), limit]);
  },
  claimsPaid: async (tx: Tx, insurerOrgId: string, from: string, until: string) =>
    (await tx.one(sumClaims, [insurerOrgId, from, until])).fen,
  policiesByNo: (tx: Tx, policyNos: readonly string[]) => tx.run(policiesByNo, [[...policyNos]]),
  clues: (tx: Tx, query: MonthQuery, limit: number) => {
    tx.send(allowLong, []);
    return tx.run(listClues, [...paramsOf(query), limit]);
  },
};
