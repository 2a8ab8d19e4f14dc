// Every query on group_cover and group_insured, and the binding of many people of a list at once.

import { statement } from '#platform/db';

export type GroupState = 'listing' | 'listed' | 'declaring' | 'declared' | 'binding' | 'bound';
export type ReplaceRule = 'none' | 'before_first_order';
export type Refusal = 'too_young' | 'too_old' | 'covered' | 'not_insurable' | 'declined';

export type GroupRow = {
  readonly case_id: string;
  readonly case_no: string;
  readonly org_id: string;
  readonly region: string;
  readonly day: string;
  readonly insurer_org_id: string | null;
  readonly replace_rule: ReplaceRule;
  readonly state: GroupState;
  readonly listed_line: number;
  readonly declared_line: number;
  readonly bound_line: number;
  readonly told_line: number;
  readonly listed_count: number;
  readonly refused_count: number;
  readonly declined_count: number;
  readonly bound_count: number;
  readonly left_refunded_fen: number;
  readonly paid_at: string | null;
  readonly policy_readers: string[];
};

const columns = `case_id, case_no, org_id, region, day, insurer_org_id, replace_rule, state, listed_line, declared_line, bound_line, told_line, listed_count,
  refused_count, declined_count, bound_count, left_refunded_fen, paid_at, policy_readers`;

type NewGroup = [
  caseId: string,
  caseNo: string,
  orgId: string,
  region: string,
  day: string,
  insurerOrgId: string | null,
  rule: ReplaceRule,
  readers: string[],
  policyReaders: string[],
];

/** The group of a case; a list that was given back and handed in again begins anew. */
export const putGroup = statement<NewGroup, never>(
  'cover.put_group',
  `insert into group_cover (case_id, case_no, org_id, region, day, insurer_org_id, replace_rule, state, readers, policy_readers)
   values ($1, $2, $3, $4, $5, $6, $7, 'listing', $8, $9)
   on conflict (case_id) do update set region = $4, day = $5, insurer_org_id = $6, replace_rule = $7, state = 'listing', listed_line = 0,
     listed_count = 0, refused_count = 0, readers = $8, policy_readers = $9
   where group_cover.state in ('listing', 'listed')`,
);

export const forgetInsured = statement<[string], never>(
  'cover.forget_insured',
  `delete from group_insured where case_id = $1
     and exists (select 1 from group_cover g where g.case_id = $1 and g.state in ('listing', 'listed'))`,
);

/** Who insures, and who reads the policies, as the region routes them when they are made. */
export const routeGroup = statement<[string, string | null, string[], string | null], never>(
  'cover.route_group',
  'update group_cover set insurer_org_id = $2, policy_readers = $3, paid_at = $4 where case_id = $1',
);

export const selectGroup = statement<[string], GroupRow>(
  'cover.group',
  `select ${columns} from group_cover where case_id = $1`,
);

/** One worker at a time goes on with a group; the other then finds it further. */
export const holdGroup = statement<[string], GroupRow>(
  'cover.group_for_update',
  `select ${columns} from group_cover where case_id = $1 for update`,
);

export const moveGroup = statement<[string, GroupState, GroupState], { case_id: string }>(
  'cover.move_group',
  'update group_cover set state = $3 where case_id = $1 and state = $2 returning case_id',
);

/** All ids of a person, at the price of a look where there is one, as nearly always: a list has a hundred thousand people. */
const idsOf = (id: string) =>
  `case when exists (select 1 from person_alias m where ${id} in (m.person_id, m.root_id)) then ids_of(${id}) else array[${id}] end`;

/** Which of these people have this day already */
export const coveredAmong = statement<[string, string[]], { person_id: string }>(
  'cover.covered_among',
  `select i.id as person_id from unnest($2::uuid[]) as i (id)
   where exists (select 1 from unnest(${idsOf('i.id')}) as own (id) cross join lateral
     (select e.kind from cover_entry e where e.person_id = own.id and e.day = $1 order by e.generation desc limit 1) t where t.kind = 'bound')`,
);

export const insertInsured = statement<
  [string, number[], string[], string[], string[], string[], (Refusal | null)[]],
  never
>(
  'cover.insert_insured',
  `insert into group_insured (case_id, line, person_id, policy_id, name_mask, work_type, refusal)
   select $1, i.line, i.person_id, i.policy_id, i.name_mask, i.work_type, i.refusal
   from unnest($2::int[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[])
     as i (line, person_id, policy_id, name_mask, work_type, refusal)`,
);

export const advanceListed = statement<[string, number, number, number], never>(
  'cover.advance_listed',
  `update group_cover set listed_line = $2, listed_count = listed_count + $3, refused_count = refused_count + $4 where case_id = $1`,
);

/** Whoever was registered twice may buy the day under the other id meanwhile; for everybody else the ledger's key is enough. */
export const holdMerged = statement<[string, number[]], unknown>(
  'cover.hold_merged_insured',
  `select hold_person(one.person_id) from (select distinct i.person_id from group_insured i where i.case_id = $1 and i.line = any($2::int[])
     and exists (select 1 from person_alias a where i.person_id in (a.person_id, a.root_id)) order by i.person_id) one`,
);

/** How many people of each trade are to be insured: what a group costs. */
export const tradesOf = statement<[string], { work_type: string; count: number }>(
  'cover.group_trades',
  `select work_type, count(*)::int as count from group_insured where case_id = $1 and refusal is null and replaces is null
   group by work_type order by work_type`,
);

export type ToInsure = {
  readonly line: number;
  readonly person_id: string;
  readonly policy_id: string;
  readonly work_type: string;
};

/** People still to be insured behind a line, in the order of the list. */
export const insuredAfter = statement<[string, number, number], ToInsure>(
  'cover.insured_after',
  `select line, person_id, policy_id, work_type from group_insured
   where case_id = $1 and line > $2 and refusal is null and replaces is null order by line limit $3`,
);

export type ToDeclare = ToInsure & { readonly birth_day: string; readonly id_number_index: Buffer };

/** The same, with what the insurer must know of each. */
export const toDeclareAfter = statement<[string, number, number], ToDeclare>(
  'cover.to_declare_after',
  // Person by person by its key: the planner would otherwise read all of the register for each part.
  `select i.*, r.birth_day, r.id_number_index
   from (select line, person_id, policy_id, work_type from group_insured
     where case_id = $1 and line > $2 and refusal is null and replaces is null order by line limit $3) i
   cross join lateral (select birth_day, id_number_index from person where person_id = i.person_id offset 0) r order by i.line`,
);

export const declineLines = statement<[string, number[]], { line: number }>(
  'cover.decline_lines',
  `update group_insured set refusal = 'declined' where case_id = $1 and line = any($2::int[]) and refusal is null returning line`,
);

export const advanceDeclared = statement<[string, number, number], never>(
  'cover.advance_declared',
  'update group_cover set declared_line = $2, declined_count = declined_count + $3 where case_id = $1',
);

export type BindParams = [
  caseId: string,
  lines: number[],
  leafIds: string[],
  readers: string[],
  personGrant: string,
  trades: string[],
  premiums: number[],
  subsidies: number[],
  policyPrefix: string,
  orgId: string,
  insurerOrgId: string,
  region: string,
  day: string,
  startsAt: string,
  endsAt: string,
  at: string,
  personIds: string[],
  policyIds: string[],
  workTypes: string[],
];

/**
 * Binds a day for many people of a list and makes a policy for each who was free. Whom another purchase has covered first finds the key
 * taken and is not in the answer.
 */
export const bindGroup = statement<BindParams, { policy_id: string }>(
  'cover.bind_group',
  `with asked as (
     select i.*, array_append($4::text[], $5::text || i.person_id) as readers, w.premium_fen, w.subsidy_fen
     from unnest($2::int[], $3::uuid[], $17::uuid[], $18::uuid[], $19::text[]) as i (line, leaf_id, person_id, policy_id, work_type)
     join unnest($6::text[], $7::bigint[], $8::bigint[]) as w (work_type, premium_fen, subsidy_fen) on w.work_type = i.work_type),
   bound as (
     insert into cover_entry (person_id, day, generation, policy_id, kind, starts_at, ends_at, at, readers, leaf_id)
     select a.person_id, $13, coalesce(l.generation, 0) + 1, a.policy_id, 'bound', $14, $15, $16, a.readers, a.leaf_id
     from asked a left join lateral
       (select max(e.generation) as generation from cover_entry e where e.person_id = a.person_id and e.day = $13) l on true
     where coalesce(l.generation, 0) % 2 = 0
       and not exists (select 1 from unnest(${idsOf('a.person_id')}) as own (id) cross join lateral
         (select e.kind from cover_entry e where e.person_id = own.id and e.day = $13 order by e.generation desc limit 1) t
         where own.id <> a.person_id and t.kind = 'bound')
     order by a.person_id
     on conflict do nothing returning policy_id)
   insert into cover_policy (policy_id, policy_no, person_id, case_id, insurer_org_id, region, work_type, first_day, days, starts_at, ends_at,
     premium_fen, subsidy_fen, issued_at, readers, leaf_id, holder_org_id)
   select a.policy_id, $9 || a.line, a.person_id, $1, $11, $12, a.work_type, $13, 1, $14, $15, a.premium_fen, a.subsidy_fen, $16, a.readers,
     a.leaf_id, $10
   from asked a join bound b on b.policy_id = a.policy_id returning policy_id`,
);

export const advanceBound = statement<[string, number, number], never>(
  'cover.advance_bound',
  'update group_cover set bound_line = $2, bound_count = bound_count + $3 where case_id = $1',
);

/** What the bound people of a group cost: counted off the policies themselves. */
export const sumBound = statement<[string], { count: number; premium_fen: number; subsidy_fen: number }>(
  'cover.sum_group',
  `select count(*)::int as count, coalesce(sum(premium_fen), 0)::bigint as premium_fen, coalesce(sum(subsidy_fen), 0)::bigint as subsidy_fen
   from cover_policy where case_id = $1 and holder_org_id is not null`,
);

/** Declared to the insurer and not bound after all. */
export const declaredUnbound = statement<[string, number, number], { line: number }>(
  'cover.declared_unbound',
  `select i.line from group_insured i where i.case_id = $1 and i.line > $2 and i.refusal is null
     and not exists (select 1 from cover_policy p where p.policy_id = i.policy_id)
   order by i.line limit $3`,
);

/** Bound people behind a line, to be told. */
export const boundAfter = statement<[string, number, number], { line: number; person_id: string; policy_no: string }>(
  'cover.group_bound_after',
  `select i.line, i.person_id, p.policy_no from group_insured i join cover_policy p on p.policy_id = i.policy_id
   where i.case_id = $1 and i.line > $2 order by i.line limit $3`,
);

export type InsuredRow = {
  readonly line: number;
  readonly person_id: string;
  readonly name_mask: string;
  readonly work_type: string;
  readonly refusal: Refusal | null;
  readonly replaces: number | null;
  readonly policy_no: string | null;
  readonly kind: 'bound' | 'released' | null;
};

const insuredRows = `select i.line, i.person_id, i.name_mask, i.work_type, i.refusal, i.replaces, p.policy_no, e.kind
   from group_insured i left join cover_policy p on p.policy_id = i.policy_id
   left join lateral (select l.kind from cover_entry l where l.person_id = p.person_id and l.day = p.first_day and l.policy_id = p.policy_id
     order by l.generation desc limit 1) e on true`;

export const listInsured = statement<[string, number, number], InsuredRow>(
  'cover.list_insured',
  `${insuredRows} where i.case_id = $1 and i.line > $2 order by i.line limit $3`,
);

/** Who is not insured: refused, declined, or covered by another purchase first. */
export const listLeftOut = statement<[string, number, number, boolean], InsuredRow>(
  'cover.list_left_out',
  `${insuredRows} where i.case_id = $1 and i.line > $2 and (i.refusal is not null or ($4 and p.policy_id is null)) order by i.line limit $3`,
);

export const countRefusals = statement<[string], { refusal: Refusal; count: number }>(
  'cover.count_refusals',
  `select refusal, count(*)::int as count from group_insured where case_id = $1 and refusal is not null group by refusal order by 2 desc, 1`,
);

export const advanceTold = statement<[string, number], never>(
  'cover.advance_told',
  'update group_cover set told_line = $2 where case_id = $1',
);
