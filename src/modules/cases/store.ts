// Every query on the tables of cases. One statement writes all that an action changes, so that a step costs two round trips.

import { statement, type Tx } from '#platform/db';
import type { Answer } from './contract.ts';
import type { ActionBody, ActionType, ActorKind, CaseAction, CaseState } from './model.ts';

export type StateRow = { readonly state: CaseState; readonly head: Buffer };

export const selectState = statement<[string], StateRow>(
  'cases.state_for_update',
  'select state, head from case_state where case_id = $1 for update',
);

export const selectStateByNo = statement<[string], StateRow>(
  'cases.state_by_no_for_update',
  'select state, head from case_state where case_no = $1 for update',
);

export const readState = statement<[string], StateRow>(
  'cases.state',
  'select state, head from case_state where case_id = $1',
);

/** A person's open cases of a service, the first opened first. */
export const openOfPerson = statement<[string, string], { state: CaseState }>(
  'cases.open_of_person',
  `select state from case_state where person_id = any(ids_of($1)) and service_code = $2 and status = 'open' order by opened_at, case_id limit 50`,
);

export const readStateByNo = statement<[string], StateRow>(
  'cases.state_by_no',
  'select state, head from case_state where case_no = $1',
);

export const selectRequest = statement<[string], { actor: string; answer: Answer; request_hash: Buffer }>(
  'cases.request',
  'select actor, answer, request_hash from request where request_id = $1',
);

export const takeNumbers = statement<[string, string, number], { last: number }>(
  'cases.take_numbers',
  `insert into case_number_counter (region, day, last) values ($1, $2::date, $3)
   on conflict (region, day) do update set last = case_number_counter.last + $3 returning last`,
);

export const insertDossier = statement<[string, string, string | null, string, string | null, string, string[]], never>(
  'cases.insert_dossier',
  `insert into dossier (dossier_id, kind, person_id, title, happened_at, opened_at, readers)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);

export const widenDossier = statement<[string, string[]], never>(
  'cases.widen_dossier',
  `update dossier set readers = (select array_agg(distinct reader) from unnest(readers || $2::text[]) reader)
   where dossier_id = $1 and not readers @> $2::text[]`,
);

export const insertVote = statement<[string, string, number, string, string, string, string], never>(
  'cases.insert_vote',
  'insert into case_vote (case_id, step, round, voter_id, choice, at, leaf_id) values ($1, $2, $3, $4, $5, $6, $7)',
);

export const insertLink = statement<[string, string, string, string], never>(
  'cases.insert_link',
  `insert into case_link (from_case_id, to_case_id, kind, at) values ($1, $2, $3, $4) on conflict do nothing`,
);

/** Once copied is copied: the first time counts. */
export const insertCopy = statement<[string, string, string, string], never>(
  'cases.insert_copy',
  'insert into case_copy (case_id, role, org_id, at) values ($1, $2, $3, $4) on conflict do nothing',
);

/** The columns of one action as they travel to the database. */
export type ActionRow = {
  readonly actionId: string;
  readonly leafId: string;
  readonly entry: string;
  readonly seq: number;
  readonly type: ActionType;
  readonly step: string | null;
  readonly outcome: string | null;
  readonly actorKind: ActorKind;
  readonly actorId: string | null;
  readonly actorRole: string | null;
  readonly actorOrgId: string | null;
  readonly at: string;
  readonly previous: Buffer;
  readonly commitment: Buffer;
  readonly salt: Buffer;
  readonly body: string;
};

const actionRows = `
  a as (select * from unnest($2::uuid[], $3::uuid[], string_to_array($4, e'\\x1e'), $5::int[], $6::text[], $7::text[], $8::text[], $9::text[], $10::uuid[],
    $11::text[], $12::uuid[], $13::timestamptz[], $14::bytea[], $15::bytea[], $16::bytea[],
    string_to_array($17, e'\\x1e'))
  as a (action_id, leaf_id, entry, seq, type, step, outcome, actor_kind, actor_id, actor_role, actor_org_id, at, previous,
    commitment, salt, body))`;

const writeActions = `${actionRows},
  new_leaf as (insert into log_leaf (leaf_id, entry) select leaf_id, entry from a),
  new_action as (
    insert into case_action (action_id, case_id, seq, type, step, outcome, actor_kind, actor_id, actor_role, actor_org_id, at,
      recorded_at, request_id, case_prev, commitment, leaf_id)
    select action_id, $1, seq, type, step, outcome, actor_kind, actor_id, actor_role, actor_org_id, at, $18, $19, previous,
      commitment, leaf_id from a),
  new_request as (
    insert into request (request_id, actor, request_hash, answer, at)
    select $19, $39, $40, $41::json, $18 where $19::uuid is not null),
  new_body as (insert into case_body (action_id, salt, body) select action_id, salt, body::json from a),
  gone_task as (delete from case_task where case_id = $1 and step = any($20::text[])),
  gone_deadline as (delete from deadline where case_id = $1 and $31::text is null),
  new_task as (
    insert into case_task (case_id, step, role, org_id, assignee_id, entered_at, due_at, light, paused, supervised, readers)
    select $1, step, role, org_id, assignee_id, entered_at, due_at, light, paused, supervised, $27::text[]
    from unnest($21::text[], $22::text[], $23::uuid[], $24::uuid[], $25::timestamptz[], $26::timestamptz[], $28::text[],
      $29::boolean[], $30::boolean[]) as t (step, role, org_id, assignee_id, entered_at, due_at, light, paused, supervised)
    on conflict (case_id, step) do update set role = excluded.role, org_id = excluded.org_id,
      assignee_id = excluded.assignee_id, entered_at = excluded.entered_at, due_at = excluded.due_at, light = excluded.light,
      paused = excluded.paused, supervised = excluded.supervised, readers = excluded.readers),
  new_deadline as (
    insert into deadline (case_id, step, kind, fire_at, try_at)
    select $1, $31, $32, $33::timestamptz, $33::timestamptz where $31::text is not null
    on conflict (case_id) do update set step = excluded.step, kind = excluded.kind, fire_at = excluded.fire_at,
      try_at = excluded.try_at)`;

export const insertCase = statement<readonly unknown[], { done: number }>(
  'cases.insert_case',
  `with ${writeActions}
   insert into case_state (case_id, seq, head, status, end_code, state, readers, case_no, dossier_id, parent_case_id, service_code,
     service_hash, region, person_id, applicant_org_id, opened_at, updated_at)
   values ($1, $34, $35, $36, $37, $38::json, $27, $42, $43, $44, $45, $46, $47, $48, $49, $50, $18)
   returning 1 as done`,
);

export const updateCase = statement<readonly unknown[], { done: number }>(
  'cases.update_case',
  `with ${writeActions}
   update case_state set seq = $34, head = $35, status = $36, end_code = $37, state = $38::json, readers = $27, updated_at = $18
   where case_id = $1 and seq = $42
   returning 1 as done`,
);

export const selectActions = statement<[string], ActionRecord>(
  'cases.actions',
  `select a.action_id, a.seq, a.type, a.step, a.outcome, a.actor_kind, a.actor_id, a.actor_role, a.actor_org_id, a.at,
     b.body
   from case_action a left join case_body b on b.action_id = a.action_id
   where a.case_id = $1 order by a.seq`,
);

export type ActionRecord = {
  readonly action_id: string;
  readonly seq: number;
  readonly type: ActionType;
  readonly step: string | null;
  readonly outcome: string | null;
  readonly actor_kind: ActorKind;
  readonly actor_id: string | null;
  readonly actor_role: string | null;
  readonly actor_org_id: string | null;
  readonly at: string;
  readonly body: ActionBody | null;
};

export async function readActions(tx: Tx, caseId: string): Promise<CaseAction[]> {
  return (await tx.run(selectActions, [caseId])).map(toAction);
}

const selectActionsOfCases = statement<[string[]], ActionRecord & { readonly case_id: string }>(
  'cases.actions_of_cases',
  `select a.case_id, a.action_id, a.seq, a.type, a.step, a.outcome, a.actor_kind, a.actor_id, a.actor_role, a.actor_org_id, a.at,
     b.body
   from case_action a left join case_body b on b.action_id = a.action_id
   where a.case_id = any($1) order by a.case_id, a.seq`,
);

/** The actions of many cases in one question. */
export async function readActionsOf(tx: Tx, caseIds: string[]): Promise<ReadonlyMap<string, readonly CaseAction[]>> {
  const rows = await tx.run(selectActionsOfCases, [caseIds]);
  const found = new Map<string, CaseAction[]>(caseIds.map((caseId) => [caseId, []]));
  for (const row of rows) found.get(row.case_id)?.push(toAction(row));
  return found;
}

export function toAction(row: ActionRecord): CaseAction {
  return {
    actionId: row.action_id,
    seq: row.seq,
    type: row.type,
    step: row.step,
    outcome: row.outcome,
    actorKind: row.actor_kind,
    actorId: row.actor_id,
    actorRole: row.actor_role,
    actorOrgId: row.actor_org_id,
    at: row.at,
    body: row.body,
  };
}

// ---- deadlines ---------------------------------------------------------------------------------------------------------------

export type DeadlineRow = {
  readonly case_id: string;
  readonly step: string;
  readonly kind: string;
  readonly fire_at: string;
};

/** The next deadline that is due, with its case, which is held until the transaction ends. */
export const claimDeadline = statement<[string], DeadlineRow & StateRow>(
  'cases.claim_deadline',
  `select d.case_id, d.step, d.kind, d.fire_at, s.state, s.head
   from deadline d join case_state s on s.case_id = d.case_id
   where d.try_at <= $1 order by d.try_at, d.case_id limit 1 for update of s skip locked`,
);

/** Whether a case's deadline is still the one that was looked at. */
export const holdDeadline = statement<[string, string, string, string], { done: number }>(
  'cases.hold_deadline',
  'select 1 as done from deadline where case_id = $1 and step = $2 and kind = $3 and fire_at = $4 for update',
);

export const deleteDeadline = statement<[string], never>(
  'cases.delete_deadline',
  'delete from deadline where case_id = $1',
);

/** The clock looks at this case again at $2; when it acts, it acts at the deadline's own date. */
export const postponeDeadline = statement<[string, string], never>(
  'cases.postpone_deadline',
  'update deadline set try_at = $2 where case_id = $1',
);

/**
 * Cases in the order of their ids, so many at a time, and whether one is open with a due date that stands on a guess. They are looked
 * through once a year, when holidays are announced: an index on what every action rewrites would cost each of them more than this walk.
 */
export const listProvisional = statement<[string, number], { case_id: string; provisional: boolean }>(
  'cases.list_provisional',
  `select case_id, status = 'open' and exists (
     select 1 from json_array_elements(state -> 'active') one where (one ->> 'provisional')::boolean) as provisional
   from case_state where case_id > $1 order by case_id limit $2`,
);

/** Up to which day the holidays were known when due dates were last computed anew. */
export const selectCalendar = statement<[], { known_until: string }>(
  'cases.calendar',
  `select value ->> 'knownUntil' as known_until from setting where name = 'calendar'`,
);

export const putCalendar = statement<[string, string], never>(
  'cases.put_calendar',
  `insert into setting (name, value, at) values ('calendar', jsonb_build_object('knownUntil', $1::text), $2)
   on conflict (name) do update set value = excluded.value, at = excluded.at`,
);

export const listCases = statement<[string, number], { case_id: string; state: CaseState }>(
  'cases.list_after',
  'select case_id, state from case_state where case_id > $1 order by case_id limit $2',
);

export const answerRating = statement<[string, string, string | null, string], never>(
  'cases.answer_rating',
  'update rating set reply = $2, replied_by = $3, replied_at = $4 where case_id = $1 and replied_at is null',
);

export const insertRating = statement<readonly unknown[], never>(
  'cases.insert_rating',
  `insert into rating (case_id, person_id, stars, comment, at, due_rectify_at, readers, leaf_id, rectify_case_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);
