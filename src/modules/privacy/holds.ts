// Legal hold: what an authority ordered to be kept stands above every retention and every erasure until two persons let it go. Whoever
// erases asks `over` in its own transaction; a hold that is being put waits for it, and it for the hold.

import type { Acts, By } from '#modules/administration';
import { systemAccess } from '#platform/access';
import type { Clock } from '#platform/clock';
import { statement, type Database, type Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { cutPage, readCursor, type Page } from '#platform/page';
import { refuseHold as refuse, scopeZh, type CaseHold, type HoldView } from './holds-contract.ts';

/** Puts wait for erasures and erasures for puts; erasures do not wait for each other. */
const lockPut = statement<[], unknown>(
  'privacy.hold_put_lock',
  `select pg_advisory_xact_lock(hashtextextended('legal_hold', 0))`,
);
const lockErase = statement<[], unknown>(
  'privacy.hold_erase_lock',
  `select pg_advisory_xact_lock_shared(hashtextextended('legal_hold', 0))`,
);

const insertHold = statement<
  [
    string,
    string,
    string | null,
    string | null,
    string | null,
    string,
    string,
    string,
    string | null,
    string,
    string[],
  ],
  never
>(
  'privacy.insert_hold',
  `insert into legal_hold (hold_id, scope, case_id, dossier_id, person_id, authority, document_no, reason, put_by, put_at, readers)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);

type LiftRow = { lift_proposed_by: string | null; lifted_at: string | null; authority: string; document_no: string };
const heldForUpdate = statement<[string], LiftRow>(
  'privacy.hold_for_update',
  'select lift_proposed_by, lifted_at, authority, document_no from legal_hold where hold_id = $1 for update',
);
const proposeLift = statement<[string, string | null, string | null, string | null], never>(
  'privacy.propose_lift',
  'update legal_hold set lift_proposed_by = $2, lift_reason = $3, lift_proposed_at = $4 where hold_id = $1',
);
const liftHold = statement<[string, string, string], never>(
  'privacy.lift_hold',
  'update legal_hold set lifted_by = $2, lifted_at = $3 where hold_id = $1',
);

type HoldRow = LiftRow & {
  hold_id: string;
  scope: HoldView['scope'];
  case_id: string | null;
  case_no: string | null;
  person_id: string | null;
  reason: string;
  put_by_name: string;
  put_at: string;
  lift_reason: string | null;
  proposed_name: string | null;
  lifted_name: string | null;
};
const listHolds = statement<[string, string, number, boolean], HoldRow>(
  'privacy.list_holds',
  `select h.hold_id, h.scope, coalesce(h.case_id, first.case_id) as case_id, coalesce(s.case_no, first.case_no) as case_no, h.person_id, h.authority, h.document_no,
     h.reason, p.name as put_by_name, h.put_at, h.lift_reason, h.lift_proposed_by, q.name as proposed_name, l.name as lifted_name, h.lifted_at
   from legal_hold h join staff p on p.staff_id = h.put_by left join staff q on q.staff_id = h.lift_proposed_by
     left join staff l on l.staff_id = h.lifted_by left join case_state s on s.case_id = h.case_id
     left join lateral (select c.case_id, c.case_no from case_state c where c.dossier_id = h.dossier_id order by c.opened_at limit 1) first on true
   where (h.put_at, h.hold_id) < ($1::timestamptz, $2::uuid) and ($4 or h.lifted_at is null)
   order by h.put_at desc, h.hold_id desc limit $3`,
);

/** The cases and the persons of a list that are held: by themselves, by their event, by their person. */
const selectOver = statement<
  [string[], string[]],
  {
    scope: HoldView['scope'];
    case_id: string | null;
    person_id: string | null;
    authority: string;
    document_no: string;
    put_at: string;
  }
>(
  'privacy.holds_over',
  `select h.scope, s.case_id, null::uuid as person_id, h.authority, h.document_no, h.put_at from case_state s
     join legal_hold h on h.lifted_at is null and (h.case_id = s.case_id or h.dossier_id = s.dossier_id or h.person_id = s.person_id)
   where s.case_id = any($1::uuid[])
   union all
   select h.scope, null, h.person_id, h.authority, h.document_no, h.put_at from legal_hold h
   where h.lifted_at is null and h.person_id = any($2::uuid[])`,
);

export type Held = { readonly caseIds: ReadonlySet<string>; readonly personIds: ReadonlySet<string> };

/** What is to be kept, as the caller has found it. */
export type HoldTarget =
  | { readonly scope: 'case'; readonly id: string; readonly title: string }
  | { readonly scope: 'dossier'; readonly id: string; readonly title: string }
  | { readonly scope: 'person'; readonly id: string; readonly title: string };

export type HoldsOptions = {
  readonly db: Database;
  readonly acts: Acts;
  readonly clock: Clock;
  readonly maskedName: (tx: Tx, personId: string) => Promise<string>;
};

export type Holds = ReturnType<typeof createHolds>;

const lastId = 'ffffffff-ffff-7fff-bfff-ffffffffffff';
const stateZh = { active: '保全中', lifting: '等另一人同意解除', lifted: '已解除' } as const;

export function createHolds({ db, acts, clock, maskedName }: HoldsOptions) {
  type PutWords = { requestId: string; authority: string; documentNo: string; reason: string };

  async function put(by: By, target: HoldTarget, words: PutWords): Promise<{ holdId: string }> {
    const { requestId, authority, documentNo, reason } = words;
    const { scope, id, title } = target;
    return acts.once<{ holdId: string }>({
      by,
      requestId,
      type: 'hold_put',
      content: { scope, id, authority, documentNo, reason },
      work: async (tx) => {
        await tx.run(lockPut, []);
        const holdId = newId();
        const idOf = (one: HoldTarget['scope']) => (scope === one ? id : null);
        const to = [holdId, scope, idOf('case'), idOf('dossier'), idOf('person')] as const;
        tx.send(insertHold, [...to, authority, documentNo, reason, by.staffId, clock.now(), ['*']]);
        return {
          title: `登记法律保全：${title}（${authority} ${documentNo}）`,
          body: { hold_id: holdId, scope, target: id, authority, document_no: documentNo, reason },
          answer: { holdId },
        };
      },
    });
  }

  async function propose(by: By, holdId: string, input: { requestId: string; reason: string }) {
    return acts.once<{ holdId: string }>({
      by,
      requestId: input.requestId,
      type: 'hold_lift_proposed',
      content: { holdId, reason: input.reason },
      work: async (tx) => {
        const row = await held(tx, holdId);
        if (row.lifted_at !== null || row.lift_proposed_by !== null) throw refuse('privacy.hold_changed');
        tx.send(proposeLift, [holdId, by.staffId, input.reason, clock.now()]);
        return done('提请解除法律保全', row, holdId, { reason: input.reason });
      },
    });
  }

  /** Another person than the one who proposed; a refusal leaves the hold as it was. */
  async function decide(by: By, holdId: string, input: { requestId: string; agree: boolean; reason: string }) {
    const { requestId, agree, reason } = input;
    return acts.once<{ holdId: string }>({
      by,
      requestId,
      type: agree ? 'hold_lifted' : 'hold_lift_refused',
      content: { holdId, agree, reason },
      work: async (tx) => {
        const row = await held(tx, holdId);
        if (row.lifted_at !== null || row.lift_proposed_by === null) throw refuse('privacy.hold_changed');
        if (row.lift_proposed_by === by.staffId) throw refuse('privacy.hold_own');
        if (agree && by.staffId !== null) tx.send(liftHold, [holdId, by.staffId, clock.now()]);
        else tx.send(proposeLift, [holdId, null, null, null]);
        return done(agree ? '同意解除法律保全' : '不同意解除法律保全', row, holdId, { agree, reason });
      },
    });
  }

  async function held(tx: Tx, holdId: string): Promise<LiftRow> {
    const row = await tx.maybe(heldForUpdate, [holdId]);
    if (!row) throw refuse('privacy.hold_missing');
    return row;
  }

  const done = (zh: string, row: LiftRow, holdId: string, more: Readonly<Record<string, unknown>>) => ({
    title: `${zh}（${row.authority} ${row.document_no}）`,
    body: { hold_id: holdId, ...more },
    answer: { holdId },
  });

  async function list(
    viewerId: string,
    query: { readonly cursor?: string | undefined; readonly limit: number; readonly all: boolean },
  ): Promise<Page<HoldView>> {
    const [at, id] = readCursor(query.cursor) ?? ['infinity', lastId];
    return db.transaction(systemAccess, async (tx) => {
      const rows = await tx.run(listHolds, [at, id, query.limit + 1, query.all]);
      const page = cutPage(rows, query.limit, (last) => [last.put_at, last.hold_id]);
      const items = await Promise.all(page.items.map((row) => viewOf(tx, row, viewerId)));
      return { items, nextCursor: page.nextCursor };
    });
  }

  async function viewOf(tx: Tx, row: HoldRow, viewerId: string): Promise<HoldView> {
    const state = row.lifted_at ? 'lifted' : row.lift_proposed_by ? 'lifting' : 'active';
    const target = row.person_id ? await maskedName(tx, row.person_id) : (row.case_no ?? '');
    return {
      holdId: row.hold_id,
      scope: row.scope,
      what: `${scopeZh[row.scope]}：${target}`,
      caseId: row.case_id,
      authority: row.authority,
      documentNo: row.document_no,
      reason: row.reason,
      putBy: row.put_by_name,
      putAt: row.put_at,
      state,
      stateZh: stateZh[state],
      liftReason: row.lift_reason,
      liftProposedBy: row.proposed_name,
      liftedBy: row.lifted_name,
      liftedAt: row.lifted_at,
      canDecide: state === 'lifting' && row.lift_proposed_by !== viewerId,
    };
  }

  /** For whoever erases, in its transaction: nothing of what is named here may go, and no hold comes until it has ended. */
  async function over(tx: Tx, caseIds: readonly string[], personIds: readonly string[]): Promise<Held> {
    const all = tx.asSystem();
    await all.run(lockErase, []);
    const rows = await all.run(selectOver, [[...caseIds], [...personIds]]);
    return {
      caseIds: new Set(rows.flatMap((row) => row.case_id ?? [])),
      personIds: new Set(rows.flatMap((row) => row.person_id ?? [])),
    };
  }

  /** What stands over a case, for whoever the caller has found to see it. */
  async function ofCase(caseId: string): Promise<readonly CaseHold[]> {
    const rows = await db.transaction(systemAccess, (tx) => tx.run(selectOver, [[caseId], []]));
    return rows.map((row) => ({
      scopeZh: scopeZh[row.scope],
      authority: row.authority,
      documentNo: row.document_no,
      putAt: row.put_at,
    }));
  }

  return { put, propose, decide, list, over, ofCase };
}
