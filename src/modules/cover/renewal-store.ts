// Every query on renewal_mandate and renewal, and the binding of many renewed days at once.

import { statement } from '#platform/db';

export type Trigger = 'daily' | 'weekdays' | 'order';
export type MandateState = 'signing' | 'active' | 'paused' | 'ended';

export type MandateRow = {
  readonly case_id: string;
  readonly case_no: string;
  readonly person_id: string;
  readonly region: string;
  readonly work_type: string;
  readonly trigger: Trigger;
  readonly monthly_cap_fen: number;
  readonly state: MandateState;
  readonly contract_code: string | null;
  readonly first_day: string | null;
  readonly last_day: string;
  readonly paused_until: string | null;
  /** Since when nothing is renewed because a consent is withdrawn. */
  readonly stopped_at: string | null;
  /** Whose orders count where it renews by the first order; empty: whoever tells of orders. */
  readonly platforms: readonly string[];
};

const mandateColumns = `case_id, case_no, person_id, region, work_type, trigger, monthly_cap_fen, state, contract_code, first_day, last_day,
  paused_until, stopped_at, platforms`;

/** The mandate of a case as it was signed this time; null where the person has another live one. */
export const putMandate = statement<
  [string, string, string, string, string, Trigger, number, string, string | null, string, string[], readonly string[]],
  { case_id: string }
>(
  'cover.put_mandate',
  `insert into renewal_mandate (case_id, case_no, person_id, region, work_type, trigger, monthly_cap_fen, state, insurer_org_id, beneficiary,
     last_day, readers, platforms)
   values ($1, $2, $3, $4, $5, $6, $7, 'signing', $8, $9, $10, $11, $12)
   on conflict (case_id) do update set region = $4, work_type = $5, trigger = $6, monthly_cap_fen = $7, insurer_org_id = $8,
     beneficiary = $9, last_day = $10, readers = $11, platforms = $12
   returning case_id`,
);

export const activateMandate = statement<[string, string, string], never>(
  'cover.activate_mandate',
  `update renewal_mandate set state = 'active', contract_code = $2, first_day = $3 where case_id = $1 and state = 'signing'`,
);

export const setMandateState = statement<[string, MandateState, MandateState[], string | null], { case_id: string }>(
  'cover.set_mandate_state',
  `update renewal_mandate set state = $2, resumed_at = coalesce($4, resumed_at) where case_id = $1 and state = any($3) returning case_id`,
);

export const changeMandate = statement<[string, Trigger, number], never>(
  'cover.change_mandate',
  `update renewal_mandate set trigger = $2, monthly_cap_fen = $3,
     paused_until = case when $3 > monthly_cap_fen then null else paused_until end where case_id = $1`,
);

/** The live mandate of a person, else the last one. */
export const mandateOf = statement<[string], MandateRow>(
  'cover.mandate_of',
  `select ${mandateColumns} from renewal_mandate where person_id = any(ids_of($1)) order by (state = 'ended'), case_id desc limit 1`,
);

/** While a consent is withdrawn nothing is planned; what is being charged already goes on. */
export const stopMandates = statement<[string, string | null], never>(
  'cover.stop_mandates',
  `update renewal_mandate set stopped_at = case when $2::timestamptz is null then null else coalesce(stopped_at, $2::timestamptz) end
   where person_id = any(ids_of($1)) and state <> 'ended' and (stopped_at is null) = ($2::timestamptz is not null)`,
);

export const mandateOfCase = statement<[string], MandateRow>(
  'cover.mandate_of_case',
  `select ${mandateColumns} from renewal_mandate where case_id = $1`,
);

/** Where and for which trades people renew: a price is worked out once for each. */
export const listMarkets = statement<[Trigger[]], { region: string; work_type: string }>(
  'cover.renewal_markets',
  `select distinct region, work_type from renewal_mandate where state = 'active' and trigger = any($1)`,
);

export type Planned = {
  readonly case_id: string;
  readonly person_id: string;
  readonly order_no: string;
  readonly payable_fen: number;
  readonly contract_code: string | null;
  readonly readers: string[];
};

export type PlanParams = [
  day: string,
  triggers: Trigger[],
  regions: string[],
  workTypes: string[],
  payables: number[],
  subsidies: number[],
  monthStart: string,
  at: string,
  why: string,
  after: string,
  limit: number,
  onlyCase: string | null,
];

const dueMandates = `with price as (select * from unnest($3::text[], $4::text[], $5::bigint[], $6::bigint[]) as p (region, work_type, payable_fen, subsidy_fen)),
   due as (
     select m.case_id, m.person_id, m.contract_code, m.monthly_cap_fen, m.readers, p.payable_fen, p.subsidy_fen, tried.attempt,
       (select coalesce(sum(r.payable_fen), 0) from renewal r
        where r.case_id = m.case_id and r.planned_at >= $7 and r.state in ('charging', 'bound')) as used_fen
     from renewal_mandate m join price p on p.region = m.region and p.work_type = m.work_type
     cross join lateral (select coalesce(max(r.attempt), 0) + 1 as attempt, max(r.planned_at) as planned_at from renewal r
       where r.case_id = m.case_id and r.day = $1) tried
     where m.state = 'active' and m.stopped_at is null and m.trigger = any($2) and m.case_id > $10 and ($12::uuid is null or m.case_id = $12::uuid)
       and m.first_day <= $1 and $1 <= m.last_day and (m.paused_until is null or m.paused_until <= $1)
       and (tried.planned_at is null or tried.planned_at < m.resumed_at)
       and not exists (select 1 from unnest(ids_of(m.person_id)) as own (id) join renewal o on o.person_id = own.id
         where o.day = $1 and o.state in ('charging', 'bound'))
       and not exists (select 1 from unnest(ids_of(m.person_id)) as own (id) cross join lateral
         (select e.kind from cover_entry e where e.person_id = own.id and e.day = $1 order by e.generation desc limit 1) t where t.kind = 'bound')
     order by m.case_id limit $11)`;

/**
 * Plans a day's renewals of many mandates in one statement: who wants the day, is not covered or charged for it, and stays within the
 * month's cap. The number of each debit follows from mandate, day and attempt, so that the same renewal never has two.
 */
export const planRenewals = statement<PlanParams, Planned>(
  'cover.plan_renewals',
  `${dueMandates}
   , made as (
     insert into renewal (case_id, day, attempt, person_id, order_no, payable_fen, subsidy_fen, why, state, planned_at, readers)
     select case_id, $1, attempt, person_id,
       left(encode(sha256(convert_to(case_id::text || '/' || $1::date::text || '/' || attempt::text, 'UTF8')), 'hex'), 32),
       payable_fen, subsidy_fen, $9, 'charging', $8, readers
     from due where used_fen + payable_fen <= monthly_cap_fen
     on conflict do nothing
     returning case_id, person_id, order_no, payable_fen, readers)
   select made.*, due.contract_code from made join due using (case_id) order by case_id`,
);

/** Mandates whose month's cap the day would pass: they rest until the next month. */
export const restCapped = statement<PlanParams, { case_id: string }>(
  'cover.rest_capped',
  `${dueMandates}
   update renewal_mandate m set paused_until = (date_trunc('month', $8::timestamptz at time zone 'Asia/Shanghai') + interval '1 month')::date
   from due where m.case_id = due.case_id and due.used_fen + due.payable_fen > due.monthly_cap_fen and $9::text is not null
   returning m.case_id`,
);

export type RenewalRow = {
  readonly case_id: string;
  readonly day: string;
  readonly attempt: number;
  readonly person_id: string;
  readonly order_no: string;
  readonly payable_fen: number;
  readonly subsidy_fen: number;
  readonly why: string;
  readonly state: 'charging' | 'bound' | 'failed' | 'refunded';
  readonly reason: string | null;
  readonly policy_id: string | null;
};

export type ToBind = RenewalRow & {
  readonly case_no: string;
  readonly region: string;
  readonly work_type: string;
  readonly insurer_org_id: string;
  readonly beneficiary: string | null;
  readonly readers: string[];
};

/** Whoever was registered twice may buy the same day under the other id meanwhile; for everybody else the ledger's key is enough. */
export const holdMerged = statement<[string[]], unknown>(
  'cover.hold_merged',
  `select hold_person(one.person_id) from (select distinct r.person_id from renewal r where r.order_no = any($1)
     and exists (select 1 from person_alias a where r.person_id in (a.person_id, a.root_id)) order by r.person_id) one`,
);

export const renewalsByOrder = statement<[string[]], ToBind>(
  'cover.renewals_by_order',
  `select r.case_id, r.day, r.attempt, r.person_id, r.order_no, r.payable_fen, r.subsidy_fen, r.why, r.state, r.reason, r.policy_id,
     m.case_no, m.region, m.work_type, m.insurer_org_id, m.beneficiary, m.readers
   from renewal r join renewal_mandate m on m.case_id = r.case_id where r.order_no = any($1) order by r.order_no for update of r`,
);

export type BindParams = [
  policyIds: string[],
  policyNos: string[],
  personIds: string[],
  caseIds: string[],
  days: string[],
  starts: string[],
  ends: string[],
  insurers: string[],
  regions: string[],
  workTypes: string[],
  premiums: number[],
  subsidies: number[],
  beneficiaries: (string | null)[],
  leafIds: string[],
  readers: string[],
  at: string,
];

/** Binds one day each for many people, and makes a policy for each that was free. What another purchase took first is not in the answer. */
export const bindRenewed = statement<BindParams, { policy_id: string }>(
  'cover.bind_renewed',
  `with asked as (
     select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::date[], $6::timestamptz[], $7::timestamptz[], $8::uuid[],
       $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::text[], $14::uuid[], $15::text[])
     as a (policy_id, policy_no, person_id, case_id, day, starts_at, ends_at, insurer_org_id, region, work_type, premium_fen, subsidy_fen,
       beneficiary, leaf_id, readers)),
   bound as (
     insert into cover_entry (person_id, day, generation, policy_id, kind, starts_at, ends_at, at, readers, leaf_id)
     select a.person_id, a.day, coalesce(l.generation, 0) + 1, a.policy_id, 'bound', a.starts_at, a.ends_at, $16, a.readers::text[], a.leaf_id
     from asked a left join lateral
       (select max(e.generation) as generation from cover_entry e where e.person_id = a.person_id and e.day = a.day) l on true
     where coalesce(l.generation, 0) % 2 = 0
       and not exists (select 1 from unnest(ids_of(a.person_id)) as own (id) cross join lateral
         (select e.kind from cover_entry e where e.person_id = own.id and e.day = a.day order by e.generation desc limit 1) t
         where own.id <> a.person_id and t.kind = 'bound')
     on conflict do nothing returning policy_id)
   insert into cover_policy (policy_id, policy_no, person_id, case_id, insurer_org_id, region, work_type, first_day, days, starts_at, ends_at,
     premium_fen, subsidy_fen, beneficiary, issued_at, readers, leaf_id)
   select a.policy_id, a.policy_no, a.person_id, a.case_id, a.insurer_org_id, a.region, a.work_type, a.day, 1, a.starts_at, a.ends_at,
     a.premium_fen, a.subsidy_fen, a.beneficiary, $16, a.readers::text[], a.leaf_id
   from asked a join bound b on b.policy_id = a.policy_id returning policy_id`,
);

export const endRenewals = statement<[string[], (string | null)[], string[], (string | null)[]], never>(
  'cover.end_renewals',
  `update renewal r set state = e.state, policy_id = e.policy_id, reason = e.reason
   from unnest($1::text[], $2::uuid[], $3::text[], $4::text[]) as e (order_no, policy_id, state, reason) where r.order_no = e.order_no`,
);

export const listRenewals = statement<[string, string, number], RenewalRow & { readonly case_no: string }>(
  'cover.list_renewals',
  `select r.case_id, r.day, r.attempt, r.person_id, r.order_no, r.payable_fen, r.subsidy_fen, r.why, r.state, r.reason, r.policy_id, m.case_no
   from renewal r join renewal_mandate m on m.case_id = r.case_id
   where r.person_id = any(ids_of($1)) and r.day < $2 order by r.day desc, r.attempt desc limit $3`,
);

export const usedInMonth = statement<[string, string], { fen: number }>(
  'cover.renewal_used',
  `select coalesce(sum(payable_fen), 0)::bigint as fen from renewal where case_id = $1 and planned_at >= $2 and state in ('charging', 'bound')`,
);

/** The debit behind a renewed policy, for what is given back of it. */
export const orderOfPolicy = statement<[string, string], { order_no: string }>(
  'cover.order_of_policy',
  'select order_no from renewal where case_id = $1 and policy_id = $2',
);

export type Declared = {
  readonly policy_id: string;
  readonly policy_no: string;
  readonly person_id: string;
  readonly work_type: string;
  readonly region: string;
  readonly first_day: string;
  readonly starts_at: string;
  readonly premium_fen: number;
  readonly subsidy_fen: number;
};

export const policiesToDeclare = statement<[string[]], Declared>(
  'cover.policies_to_declare',
  `select policy_id, policy_no, person_id, work_type, region, first_day, starts_at, premium_fen, subsidy_fen
   from cover_policy where policy_id = any($1) order by policy_id`,
);
