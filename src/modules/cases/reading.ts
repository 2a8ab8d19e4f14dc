// Reading cases: one case as a view, a worker's own cases. The desk's lists stand in desk.ts. Row-level security decides what is there at all.

import { roles, type Service, type StepDefinition } from '#catalog';
import type { Access } from '#platform/access';
import type { WorkingCalendar } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import { sha256 } from '#platform/crypto';
import { statement, type Database, type Tx } from '#platform/db';
import { cutPage, type Cursor } from '#platform/page';
import type { Colleague, Colleagues } from './actions.ts';
import { refuse, type CasePage, type CaseSummary, type CaseView } from './contract.ts';
import { caseColumns, createDesk, lastId, pageSize, summaryOf, type CaseColumns } from './desk.ts';
import { stepOf, type Facts } from './enter.ts';
import { isRateable, type ActiveStep, type Actor, type CaseState } from './model.ts';
import { readState, toAction, type ActionRecord } from './store.ts';
import { clerkCapacity } from './verb-context.ts';
import { viewCase } from './view.ts';
import type { ViewInput } from './view-input.ts';
import { summaryText } from './words.ts';

export type ReaderOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly calendar: () => WorkingCalendar;
  readonly byHash: (hash: string) => Service;
  readonly publishedServices: () => readonly Service[];
  readonly route: Facts['route'];
  readonly colleagues: Colleagues;
  readonly orgName: (orgId: string) => string;
  readonly regionName: (code: string) => string | undefined;
  /** Masked name of the applicant, read in the same transaction. */
  readonly applicantName: (tx: Tx, personId: string | null, orgId: string | null, open: boolean) => Promise<string>;
  readonly targetZh: ViewInput['targetZh'];
  /** Told who looks, in the transaction that shows the case. */
  readonly onViewed?: (tx: Tx, access: Access, state: CaseState) => void;
  /** The main case of one that was merged, and what was merged into one. */
  readonly joined?: (tx: Tx, state: CaseState) => Promise<Pick<CaseView, 'main' | 'merged'>>;
};

const selectTimeline = statement<[string], ActionRecord & { entry: string }>(
  'cases.timeline',
  `select a.action_id, a.seq, a.type, a.step, a.outcome, a.actor_kind, a.actor_id, a.actor_role, a.actor_org_id, a.at,
     b.body, l.entry
   from case_action a join log_leaf l on l.leaf_id = a.leaf_id left join case_body b on b.action_id = a.action_id
   where a.case_id = $1 order by a.seq`,
);

const selectDocuments = statement<[string], { document_id: string; title: string; at: string }>(
  'cases.documents',
  'select document_id, title, at from case_document where case_id = $1 order by at, document_id',
);

const selectRelated = statement<[string, string | null], CaseColumns & { relation: string }>(
  'cases.related',
  `select ${caseColumns}, 'dossier' as relation from case_state s
     where $2::uuid is not null and s.dossier_id = $2 and s.case_id <> $1
   union all
   select ${caseColumns}, l.kind from case_link l join case_state s on s.case_id = l.to_case_id where l.from_case_id = $1
   union all
   select ${caseColumns}, 'cited_by' from case_link l join case_state s on s.case_id = l.from_case_id where l.to_case_id = $1
   limit 50`,
);

const selectRating = statement<[string], { stars: number; comment: string | null }>(
  'cases.rating',
  'select stars, comment from rating where case_id = $1',
);

const selectStaffNames = statement<[string[]], { staff_id: string; name: string }>(
  'cases.staff_names',
  `select staff_id, name from staff where staff_id = any($1::uuid[])
   union all select key_id, '接口“' || name || '”' from api_key where key_id = any($1::uuid[])`,
);

const selectMine = statement<[string, string, string, number], { case_id: string; state: CaseState }>(
  'cases.mine',
  `select case_id, state from case_state where person_id = any(ids_of($1)) and (opened_at, case_id) < ($2, $3)
   order by opened_at desc, case_id desc limit $4`,
);

const selectIdByNo = statement<[string], { case_id: string }>(
  'cases.id_by_no',
  'select case_id from case_state where case_no = $1',
);

export type Reader = ReturnType<typeof createReader>;

export function createReader(options: ReaderOptions) {
  const attachedOf = (state: CaseState): Service[] =>
    state.attached.flatMap((code) => options.publishedServices().find((service) => service.code === code) ?? []);

  async function view(access: Access, viewer: Actor, caseId: string): Promise<CaseView> {
    return options.db.transaction(access, async (tx) => {
      const [row, actions, documents, rating] = await Promise.all([
        tx.maybe(readState, [caseId]),
        tx.run(selectTimeline, [caseId]),
        tx.run(selectDocuments, [caseId]),
        tx.maybe(selectRating, [caseId]),
      ]);
      if (!row) throw refuse('cases.not_found');
      const { state } = row;
      options.onViewed?.(tx, access, state);
      const service = options.byHash(state.serviceHash);
      const mine = viewer.kind === 'worker' || viewer.onBehalf !== undefined;
      const [related, applicant, names, colleagues, joined] = await Promise.all([
        tx.run(selectRelated, [caseId, state.dossierId]),
        options.applicantName(tx, state.personId, state.applicantOrgId, mine),
        tx.run(selectStaffNames, [staffIn(state, actions)]),
        colleaguesIn(tx, service, state, viewer),
        options.joined?.(tx, state) ?? { main: null, merged: [] },
      ]);
      const staff = new Map(names.map((one) => [one.staff_id, one.name]));
      return viewCase({
        service,
        attached: attachedOf(state),
        state,
        actions: actions.map((one) => ({
          ...toAction(one),
          entryHash: sha256(one.entry).toString('hex'),
          traceState: 'recorded' as const,
        })),
        viewer,
        facts: { now: options.clock.now(), calendar: options.calendar(), route: options.route },
        colleagues,
        applicant,
        regionZh: options.regionName(state.region) ?? state.region,
        orgName: options.orgName,
        staffName: (id) => staff.get(id) ?? '经办人',
        regionName: options.regionName,
        documents: documents.map((one) => ({ documentId: one.document_id, title: one.title, at: one.at })),
        related: uniqueRelated(related).map((one) => ({
          caseId: one.case_id,
          caseNo: one.case_no,
          serviceZh: options.byHash(one.service_hash).zh,
          statusText: summaryOf(options.byHash(one.service_hash), one),
          relation: relationZh[one.relation] ?? '同一事件',
        })),
        rating: rating ?? null,
        ...joined,
        entrances: entrancesOf(service),
        targetZh: options.targetZh,
      });
    });
  }

  /** To whom the viewer may hand on his or her steps: those who hold the role there, without the viewer. */
  async function colleaguesIn(tx: Tx, service: Service, state: CaseState, viewer: Actor) {
    const known = await Promise.all(
      state.active.map(async (one): Promise<[string, readonly Colleague[]]> => {
        const mine = clerkCapacity(stepOf(service.workflow, one.step), state, one, viewer);
        const there = mine && one.orgId ? await options.colleagues(tx, one.role, one.orgId) : [];
        return [one.step, there.filter(({ staffId }) => staffId !== viewer.id)];
      }),
    );
    return new Map(known);
  }

  /** Services of the same lifecycle that enter at a waiting step of a running case. */
  function entrancesOf(service: Service): ViewInput['entrances'] {
    return options.publishedServices().flatMap((one) => {
      const entry = one.workflow.entries[one.entry];
      if (one.workflow.code !== service.workflow.code || !entry || entry.caseMode === 'new') return [];
      const { after } = entry;
      // Only the case that came first leads on to what is started beside it.
      const beside = after && service.code !== one.code && !service.workflow.entries[service.entry]?.after;
      return [{ code: one.code, zh: one.zh, steps: entry.waits ?? [entry.step], ...(beside ? { after } : {}) }];
    });
  }

  async function mine(access: Access, personId: string, cursor: Cursor | null): Promise<CasePage> {
    return options.db.transaction(access, async (tx) => {
      const [at, id] = cursor ?? ['infinity', lastId];
      const rows = await tx.run(selectMine, [personId, at, id, pageSize + 1]);
      const page = cutPage(rows, pageSize, (last) => [last.state.openedAt, last.case_id]);
      return { ...page, items: page.items.map((row) => summary(row.state)) };
    });
  }

  function summary(state: CaseState): CaseSummary {
    const service = options.byHash(state.serviceHash);
    const turn = state.active.find((one) => one.supplement || applicantActs(service, one));
    const office = turn ? undefined : state.active.find(({ role }) => role !== 'system');
    return {
      caseId: state.caseId,
      caseNo: state.caseNo,
      serviceCode: service.code,
      serviceZh: service.zh,
      status: state.status,
      statusText: summaryText(service, { ...state, steps: state.active.map((one) => one.step) }),
      openedAt: state.openedAt,
      mineNow: turn !== undefined,
      officeZh: office ? (office.orgId ? options.orgName(office.orgId) : roles[office.role].zh) : null,
      dueAt: turn?.supplement?.dueAt ?? turn?.dueAt ?? null,
      light: turn?.light ?? 'green',
      canRate: isRateable(state),
    };
  }

  async function idByNo(access: Access, caseNo: string): Promise<string> {
    const row = await options.db.transaction(access, (tx) => tx.maybe(selectIdByNo, [caseNo]));
    if (!row) throw refuse('cases.not_found');
    return row.case_id;
  }

  async function state(access: Access, caseId: string): Promise<CaseState> {
    const row = await options.db.transaction(access, (tx) => tx.maybe(readState, [caseId]));
    if (!row) throw refuse('cases.not_found');
    return row.state;
  }

  return { view, desk: createDesk(options), mine, idByNo, state, summary };
}

const relationZh: Readonly<Record<string, string>> = {
  dossier: '同一事件',
  cites: '引用的办件',
  cited_by: '引用本件的办件',
};

function uniqueRelated<Row extends { case_id: string; relation: string }>(rows: readonly Row[]): Row[] {
  const known = new Map<string, Row>();
  for (const row of rows) if (!known.has(row.case_id) || row.relation !== 'dossier') known.set(row.case_id, row);
  return [...known.values()];
}

function applicantActs(service: Service, active: ActiveStep): boolean {
  const definition = stepOf(service.workflow, active.step);
  if (definition.standing) return false;
  const outcomes = Object.values(definition.outcomes);
  const open = outcomes.some((outcome) => !outcome.by);
  return (
    (open && definition.role === 'worker') ||
    outcomes.some((outcome) => outcome.by?.includes('worker')) ||
    paysNow(definition)
  );
}

/** A payment is completed by the payment port's event, but it is the applicant who pays. */
function paysNow(definition: StepDefinition): boolean {
  return definition.role === 'worker' && (definition.auto ?? []).some((action) => action.action === 'pay');
}

function staffIn(state: CaseState, actions: readonly { actor_kind: string; actor_id: string | null }[]): string[] {
  const ids = actions.filter((one) => one.actor_kind === 'staff').map((one) => one.actor_id);
  return [...new Set([...ids, ...state.active.map((one) => one.assigneeId)])].filter((id): id is string => id !== null);
}
