// The wish that what is held about one be erased: said on the phone, taken back with one tap while it waits, decided by two persons at
// the desk. What is erased is found out anew when it is carried out; here nothing is.

import type { Acts, By } from '#modules/administration';
import type { Trace } from '#modules/trace';
import { personGrant, systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import { statement, type Database, type Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { cutPage, readCursor, type Page } from '#platform/page';
import { erasureStateZh, refuseErasure as refuse, type ErasureView, type PlanItem } from './erasure-contract.ts';
import { planOf, type CaseRow, type PersonRow } from './erasure-plan.ts';

const heldOver = (alias: string) => `exists (select 1 from legal_hold h where h.lifted_at is null
  and (h.case_id = ${alias}.case_id or h.dossier_id = ${alias}.dossier_id or h.person_id = any(ids_of($1))))`;

export const planCases = statement<[string], CaseRow>(
  'privacy.plan_cases',
  `select s.case_id, s.case_no, s.service_code, s.status, s.end_code, s.state ->> 'endedAt' as ended_at,
     (s.state ->> 'erased')::int > 0 as is_erased, ${heldOver('s')} as is_held,
     exists (select 1 from cover_policy p where p.case_id = s.case_id) or exists (select 1 from membership m where m.case_id = s.case_id)
       or exists (select 1 from payout p where p.case_id = s.case_id) or exists (select 1 from payment_order o where o.case_id = s.case_id and o.paid_at is not null)
       or exists (select 1 from benefit_claim b where b.case_id = s.case_id) as bore,
     (select max(p.ends_at)::date::text from cover_policy p where p.case_id = s.case_id) as cover_until
   from case_state s where s.person_id = any(ids_of($1)) order by s.opened_at, s.case_id`,
);
export const planPerson = statement<[string], PersonRow>(
  'privacy.plan_person',
  `select exists (select 1 from membership m where m.person_id = any(ids_of($1)) and m.ended_on is null) as is_member,
     exists (select 1 from legal_hold h where h.lifted_at is null and h.person_id = any(ids_of($1))) as is_held,
     bool_and(p.erased_at is not null) as is_erased,
     exists (select 1 from payout o where o.person_id = any(ids_of($1)) and o.state not in ('settled', 'cancelled', 'failed', 'returned'))
       as owes,
     (select max(c.ends_at)::date::text from cover_policy c where c.person_id = any(ids_of($1))) as cover_until
   from person p where p.person_id = any(ids_of($1))`,
);

const lockPerson = statement<[string], unknown>(
  'privacy.erasure_lock',
  `select pg_advisory_xact_lock(hashtextextended('erasure:' || (ids_of($1))[1], 0))`,
);
const insertErasure = statement<[string, string, string, string, string, string, string[]], never>(
  'privacy.insert_erasure',
  `insert into erasure (erasure_id, person_id, request_id, state, requested_at, due_at, leaf_id, readers)
   values ($1, $2, $3, 'waiting', $4, $5, $6, $7)`,
);
type Row = {
  erasure_id: string;
  person_id: string;
  state: ErasureView['state'];
  requested_at: string;
  due_at: string;
  agree: boolean | null;
  reason: string | null;
  proposed_by: string | null;
  proposed_name: string | null;
  decided_name: string | null;
  done_at: string | null;
  erased_count: number | null;
  kept_count: number | null;
};
const columns = `e.erasure_id, e.person_id, e.state, e.requested_at, e.due_at, e.agree, e.reason, e.proposed_by, p.name as proposed_name,
  d.name as decided_name, e.done_at, e.erased_count, e.kept_count from erasure e left join staff p on p.staff_id = e.proposed_by
  left join staff d on d.staff_id = e.decided_by`;
const lastOfPerson = statement<[string], Row>(
  'privacy.erasure_of_person',
  `select ${columns} where e.person_id = any(ids_of($1)) order by e.requested_at desc, e.erasure_id desc limit 1`,
);
const byRequest = statement<[string], { person_id: string }>(
  'privacy.erasure_by_request',
  'select person_id from erasure where request_id = $1',
);
const listErasures = statement<[string, string, number, boolean], Row>(
  'privacy.list_erasures',
  `select ${columns} where (e.requested_at, e.erasure_id) < ($1::timestamptz, $2::uuid)
     and ($4 or e.state in ('waiting', 'proposed', 'approved')) order by e.requested_at desc, e.erasure_id desc limit $3`,
);
const oneErasure = statement<[string], Row>('privacy.erasure', `select ${columns} where e.erasure_id = $1`);
const holdErasure = statement<
  [string],
  { state: ErasureView['state']; person_id: string; due_at: string; agree: boolean | null; proposed_by: string | null }
>(
  'privacy.erasure_for_update',
  'select state, person_id, due_at, agree, proposed_by from erasure where erasure_id = $1 for update',
);
const setState = statement<[string, string], never>(
  'privacy.erasure_state',
  'update erasure set state = $2 where erasure_id = $1',
);
const setProposal = statement<[string, string, boolean | null, string | null, string | null, string | null], never>(
  'privacy.erasure_proposal',
  'update erasure set state = $2, agree = $3, reason = $4, proposed_by = $5, proposed_at = $6 where erasure_id = $1',
);
const setDecision = statement<[string, string, string | null, string], never>(
  'privacy.erasure_decision',
  'update erasure set state = $2, decided_by = $3, decided_at = $4 where erasure_id = $1',
);

export type ErasuresOptions = {
  readonly db: Database;
  readonly acts: Acts;
  readonly trace: Trace;
  readonly clock: Clock;
  readonly waitDays: number;
  readonly serviceZh: (code: string) => string;
  readonly maskedName: (tx: Tx, personId: string) => Promise<string>;
};

export type Erasures = ReturnType<typeof createErasures>;

const dayMs = 86_400_000;
const lastId = 'ffffffff-ffff-7fff-bfff-ffffffffffff';

/** Read by the desk and by whoever carries it out, each with eyes of its own. */
export async function readPlan(
  tx: Tx,
  personId: string,
  now: string,
  serviceZh: (code: string) => string,
): Promise<readonly PlanItem[]> {
  const [cases, person] = await Promise.all([tx.run(planCases, [personId]), tx.one(planPerson, [personId])]);
  return person.is_erased ? [] : planOf(cases, person, dayOf(now), serviceZh);
}

export function createErasures({ db, acts, trace, clock, waitDays, serviceZh, maskedName }: ErasuresOptions) {
  const plan = (personId: string) =>
    db.transaction(systemAccess, (tx) => readPlan(tx, personId, clock.now(), serviceZh));

  /** The person's own page: what would be erased, and how far the last wish has come. */
  async function mine(personId: string) {
    const [items, row] = await Promise.all([
      plan(personId),
      db.transaction(systemAccess, (tx) => tx.maybe(lastOfPerson, [personId])),
    ]);
    return { items, last: row ? viewOf(row, '', '') : null, waitDays };
  }

  async function ask(personId: string, requestId: string): Promise<void> {
    await db.transaction(systemAccess, async (tx) => {
      await tx.run(lockPerson, [personId]);
      if ((await tx.maybe(byRequest, [requestId]))?.person_id === personId) return;
      const last = await tx.maybe(lastOfPerson, [personId]);
      if (last && isOpen(last.state)) throw refuse('privacy.erasure_open');
      const at = clock.now();
      const dueAt = new Date(Date.parse(at) + waitDays * dayMs).toISOString();
      const leafId = leaf(tx, 'erasure.asked', personId, { due_at: dueAt });
      const readers = ['*', personGrant(personId)];
      tx.send(insertErasure, [newId(), personId, requestId, at, dueAt, leafId, readers]);
    });
  }

  /** A second tap finds nothing to take back, and that is no error. */
  async function cancel(personId: string): Promise<void> {
    await db.transaction(systemAccess, async (tx) => {
      await tx.run(lockPerson, [personId]);
      const last = await tx.maybe(lastOfPerson, [personId]);
      if (!last) throw refuse('privacy.erasure_nothing');
      const held = await tx.one(holdErasure, [last.erasure_id]);
      if (held.state === 'cancelled') return;
      if (held.state === 'approved') throw refuse('privacy.erasure_late');
      if (!isOpen(held.state)) throw refuse('privacy.erasure_nothing');
      tx.send(setState, [last.erasure_id, 'cancelled']);
      leaf(tx, 'erasure.cancelled', personId, {});
    });
  }

  function leaf(tx: Tx, type: string, personId: string, body: Readonly<Record<string, unknown>>): string {
    const at = clock.now();
    return trace.record(tx, {
      eventId: newId(),
      type,
      at,
      region: '',
      department: '',
      actorId: personId,
      subjectId: personId,
      body,
    });
  }

  async function propose(by: By, erasureId: string, input: { requestId: string; agree: boolean; reason: string }) {
    const { agree, reason } = input;
    return acts.once<{ erasureId: string }>({
      by,
      requestId: input.requestId,
      type: 'erasure_proposed',
      content: { erasureId, agree, reason },
      work: async (tx) => {
        const row = await held(tx, erasureId);
        if (row.state !== 'waiting') throw refuse('privacy.erasure_changed');
        if (row.due_at > clock.now()) throw refuse('privacy.erasure_early');
        tx.send(setProposal, [erasureId, 'proposed', agree, reason, by.staffId, clock.now()]);
        return done(agree ? '提请删除个人信息' : '提请不予删除个人信息', erasureId, { agree, reason });
      },
    });
  }

  /** Agreeing settles it; disagreeing gives it back to be proposed anew. */
  async function decide(by: By, erasureId: string, input: { requestId: string; agree: boolean }) {
    return acts.once<{ erasureId: string }>({
      by,
      requestId: input.requestId,
      type: 'erasure_decided',
      content: { erasureId, agree: input.agree },
      work: async (tx) => {
        const row = await held(tx, erasureId);
        if (row.state !== 'proposed') throw refuse('privacy.erasure_changed');
        if (row.proposed_by === by.staffId) throw refuse('privacy.erasure_own');
        const state = row.agree ? 'approved' : 'refused';
        if (input.agree) tx.send(setDecision, [erasureId, state, by.staffId, clock.now()]);
        else tx.send(setProposal, [erasureId, 'waiting', null, null, null, null]);
        const zh = row.agree ? '删除个人信息' : '不予删除个人信息';
        return done(input.agree ? `同意${zh}` : `不同意${zh}，退回重提`, erasureId, { agree: input.agree });
      },
    });
  }

  async function held(tx: Tx, erasureId: string) {
    const row = await tx.maybe(holdErasure, [erasureId]);
    if (!row) throw refuse('privacy.erasure_missing');
    return row;
  }

  const done = (title: string, erasureId: string, more: Readonly<Record<string, unknown>>) => ({
    title,
    body: { erasure_id: erasureId, ...more },
    answer: { erasureId },
  });

  function viewOf(row: Row, person: string, viewerId: string): ErasureView {
    return {
      erasureId: row.erasure_id,
      person,
      state: row.state,
      stateZh: erasureStateZh[row.state],
      requestedAt: row.requested_at,
      dueAt: row.due_at,
      isDue: row.due_at <= clock.now(),
      agree: row.agree,
      reason: row.reason,
      proposedBy: row.proposed_name,
      decidedBy: row.decided_name,
      doneAt: row.done_at,
      erasedCount: row.erased_count,
      keptCount: row.kept_count,
      canDecide: row.state === 'proposed' && row.proposed_by !== viewerId,
    };
  }

  async function list(
    viewerId: string,
    query: { readonly cursor?: string | undefined; readonly limit: number; readonly all: boolean },
  ): Promise<Page<ErasureView>> {
    const [at, id] = readCursor(query.cursor) ?? ['infinity', lastId];
    return db.transaction(systemAccess, async (tx) => {
      const rows = await tx.run(listErasures, [at, id, query.limit + 1, query.all]);
      const page = cutPage(rows, query.limit, (last) => [last.requested_at, last.erasure_id]);
      const items = await Promise.all(
        page.items.map(async (row) => viewOf(row, await maskedName(tx, row.person_id), viewerId)),
      );
      return { items, nextCursor: page.nextCursor };
    });
  }

  /** What a decision would do today. */
  async function planFor(erasureId: string): Promise<readonly PlanItem[]> {
    const row = await db.transaction(systemAccess, (tx) => tx.maybe(oneErasure, [erasureId]));
    if (!row) throw refuse('privacy.erasure_missing');
    return plan(row.person_id);
  }

  return { mine, ask, cancel, propose, decide, list, planFor };
}

const isOpen = (state: ErasureView['state']): boolean => ['waiting', 'proposed', 'approved'].includes(state);
