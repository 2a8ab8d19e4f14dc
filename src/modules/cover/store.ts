// Every query on cover_policy, cover_entry and benefit_claim.

import { statement } from '#platform/db';

/** One purchase, release or claim at a time for a person, under whichever id: what was free when it was looked at is free when it is taken. */
export const lockPerson = statement<[string], never>('cover.lock_person', 'select hold_person($1::uuid)');

export type DayRow = {
  readonly day: string;
  readonly generation: number;
  readonly kind: 'bound' | 'released';
  readonly policy_id: string;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly at: string;
  readonly leaf_id: string;
};

const dayColumns = 'e.day, e.generation, e.kind, e.policy_id, e.starts_at, e.ends_at, e.at, e.leaf_id';

/** What holds of each day asked for: its last generation; of somebody registered twice, a day that is bound under any id. */
export const lastOfDays = statement<[string, string[]], DayRow>(
  'cover.last_of_days',
  `select distinct on (e.day) ${dayColumns}
   from unnest(ids_of($1)) as own (id) cross join lateral
     (select distinct on (day) * from cover_entry where person_id = own.id and day = any($2::date[]) order by day, generation desc) e
   order by e.day, e.kind, e.generation desc`,
);

export const lastOfPolicyDays = statement<[string, string], DayRow>(
  'cover.last_of_policy_days',
  `select distinct on (e.day) ${dayColumns} from cover_entry e
   where e.person_id = $1 and e.day in (select day from cover_entry where person_id = $1 and policy_id = $2)
   order by e.day, e.generation desc`,
);

export const lastFromDay = statement<[string, string], DayRow>(
  'cover.last_from_day',
  `select ${dayColumns}
   from unnest(ids_of($1)) as own (id) cross join lateral
     (select distinct on (day) * from cover_entry where person_id = own.id and day >= $2 order by day, generation desc) e
   order by e.day, e.kind, e.generation desc`,
);

export const listDays = statement<
  [string, string, number],
  DayRow & {
    readonly policy_no: string;
    readonly case_id: string | null;
    readonly import_source: string | null;
    readonly holder_org_id: string | null;
  }
>(
  'cover.list_days',
  `select ${dayColumns}, p.policy_no, p.case_id, p.import_source, p.holder_org_id
   from (select distinct on (l.day) l.* from unnest(ids_of($1)) as own (id) cross join lateral
       (select distinct on (day) * from cover_entry where person_id = own.id and day < $2 order by day desc, generation desc limit $3) l
     order by l.day desc, l.kind, l.generation desc limit $3) e
   join cover_policy p on p.policy_id = e.policy_id order by e.day desc`,
);

/** Was this person covered at this instant: one descent of the primary key for each id, which is nearly always one. */
export const coveredAt = statement<
  [string, string],
  DayRow & {
    readonly policy_no: string;
    readonly import_source: string | null;
    readonly imported_on: string | null;
  }
>(
  'cover.covered_at',
  `select ${dayColumns}, p.policy_no, p.import_source, p.imported_on
   from unnest(ids_of($1)) as own (id) cross join lateral
     (select * from cover_entry where person_id = own.id and day = $2 order by generation desc limit 1) e
   join cover_policy p on p.policy_id = e.policy_id order by e.kind, e.starts_at limit 1`,
);

export type BindParams = [
  personId: string,
  days: string[],
  starts: string[],
  ends: string[],
  policyId: string,
  at: string,
  readers: string[],
  leafId: string,
  policyNo: string,
  caseId: string,
  insurerOrgId: string,
  insurerPolicyNo: string | null,
  region: string,
  workType: string,
  beneficiary: string | null,
  premiums: number[],
  subsidies: number[],
];

/**
 * Binds what is free of the days asked for and makes the policy of just those, in one statement. `premiums` and `subsidies` hold what
 * one day, two days, … cost. A day that another purchase has bound meanwhile finds its key taken and is not in the answer.
 */
export const bindDays = statement<BindParams, { day: string }>(
  'cover.bind_days',
  `with asked as (select * from unnest($2::date[], $3::timestamptz[], $4::timestamptz[]) as a (day, starts_at, ends_at)),
   others as (select o.id from unnest(ids_of($1)) as o (id) where o.id <> $1),
   bound as (
     insert into cover_entry (person_id, day, generation, policy_id, kind, starts_at, ends_at, at, readers, leaf_id)
     select $1, a.day, coalesce(l.generation, 0) + 1, $5, 'bound', a.starts_at, a.ends_at, $6, $7, $8
     from asked a left join lateral (select max(e.generation) as generation from cover_entry e where e.person_id = $1 and e.day = a.day) l on true
     where coalesce(l.generation, 0) % 2 = 0
       and not exists (select 1 from others o cross join lateral
         (select e.kind from cover_entry e where e.person_id = o.id and e.day = a.day order by e.generation desc limit 1) t where t.kind = 'bound')
     on conflict do nothing returning day, starts_at, ends_at),
   total as (select count(*)::int as days, min(day) as first_day, min(starts_at) as starts_at, max(ends_at) as ends_at from bound),
   policy as (
     insert into cover_policy (policy_id, policy_no, person_id, case_id, insurer_org_id, insurer_policy_no, region, work_type, first_day, days,
       starts_at, ends_at, premium_fen, subsidy_fen, beneficiary, issued_at, readers, leaf_id)
     select $5, $9, $1, $10, $11, $12, $13, $14, first_day, days, starts_at, ends_at, ($16::bigint[])[days], ($17::bigint[])[days], $15, $6, $7, $8
     from total where days > 0)
   select day from bound order by day`,
);

/** Releases bound days of a policy that have not started. */
export const releaseDays = statement<[string, string[], string, string, string[], string], { day: string }>(
  'cover.release_days',
  `insert into cover_entry (person_id, day, generation, policy_id, kind, starts_at, ends_at, at, readers, leaf_id)
   select $1, l.day, l.generation + 1, l.policy_id, 'released', l.starts_at, l.ends_at, $4, $5, $6
   from (select distinct on (e.day) e.* from cover_entry e where e.person_id = $1 and e.day = any($2::date[]) order by e.day, e.generation desc) l
   where l.kind = 'bound' and l.policy_id = $3 and l.starts_at > $4
   returning day`,
);

export type PolicyRow = {
  readonly policy_id: string;
  readonly policy_no: string;
  readonly person_id: string;
  readonly case_id: string;
  readonly insurer_policy_no: string | null;
  readonly region: string;
  readonly work_type: string;
  readonly first_day: string;
  readonly days: number;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly premium_fen: number;
  readonly subsidy_fen: number;
};

const policyColumns = `policy_id, policy_no, person_id, case_id, insurer_policy_no, region, work_type, first_day, days, starts_at, ends_at,
  premium_fen, subsidy_fen`;

/** The policy that a person bought in a case; of one that renews, the policy that holds the day. */
export const policyOfCase = statement<[string, string], PolicyRow>(
  'cover.policy_of_case',
  `select ${policyColumns} from cover_policy where case_id = $1 and holder_org_id is null
   order by ($2::date >= first_day and $2::date < first_day + days) desc, first_day limit 1`,
);

export const policiesOf = statement<
  [string, number],
  Omit<PolicyRow, 'case_id'> & {
    readonly case_id: string | null;
    readonly import_source: string | null;
    readonly holder_org_id: string | null;
  }
>(
  'cover.policies_of',
  `select ${policyColumns}, import_source, holder_org_id from cover_policy where person_id = any(ids_of($1)) order by first_day desc, policy_id desc limit $2`,
);

export type Benefit = 'medical' | 'allowance' | 'disability' | 'death' | 'prepay';

export type ClaimRow = {
  readonly claim_id: string;
  readonly report_case_id: string;
  readonly benefit: Benefit;
  readonly case_id: string;
  readonly policy_id: string;
  readonly amount_fen: number;
  readonly state: 'open' | 'agreed' | 'paid' | 'denied';
};

const claimColumns = 'claim_id, report_case_id, benefit, case_id, policy_id, amount_fen, state';

export const insertClaim = statement<
  [string, string, Benefit, string, string, string, string, number, 'open' | 'agreed', string[]],
  { claim_id: string }
>(
  'cover.insert_claim',
  `insert into benefit_claim (claim_id, report_case_id, benefit, case_id, person_id, policy_id, accident_day, amount_fen, state, readers)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning claim_id`,
);

/**
 * Live claims of a policy: what its limits have given already. Where an accident's day is given, also what another policy gives for
 * that day: only who was registered twice has one, and one accident is compensated once.
 */
export const claimsOfPolicy = statement<[string, string | null], ClaimRow>(
  'cover.claims_of_policy',
  `select ${claimColumns} from benefit_claim where policy_id = $1 and state <> 'denied'
   union all
   select ${claimColumns} from benefit_claim
   where person_id = any(ids_of((select p.person_id from cover_policy p where p.policy_id = $1))) and accident_day = $2::date
     and policy_id <> $1 and state <> 'denied'`,
);

/** Hospital allowance that a person's accidents of a year have drawn, whichever policies covered them. */
export const allowanceOfYear = statement<[string, string, string], { amount_fen: number }>(
  'cover.allowance_of_year',
  `select coalesce(sum(c.amount_fen), 0)::bigint as amount_fen
   from benefit_claim c
   where c.person_id = any(ids_of($1)) and c.benefit = 'allowance' and c.state in ('agreed', 'paid')
     and c.accident_day >= make_date($2::int, 1, 1) and c.accident_day < make_date($2::int + 1, 1, 1) and c.claim_id <> $3`,
);

/** `endedAt` where a decision ends it; one that was let go with an undecided case has no end. */
export const setClaim = statement<[string, number, string, string | null], { claim_id: string }>(
  'cover.set_claim',
  `update benefit_claim set amount_fen = $2, state = $3, ended_at = case when $3 in ('paid', 'denied') then coalesce($4, ended_at) end
   where claim_id = $1 returning claim_id`,
);

export const endClaimsOfCase = statement<[string, string[], string, string], { claim_id: string }>(
  'cover.end_claims_of_case',
  'update benefit_claim set state = $3, ended_at = $4 where case_id = $1 and state = any($2) returning claim_id',
);
