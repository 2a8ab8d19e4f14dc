// Reading cases: one case as a view, a clerk's work list, a worker's own cases. Row-level security decides what is there at all.

import type { Service, StepDefinition } from '#catalog';
import type { Access } from '#platform/access';
import { dayOf, workingDaysBetween, type WorkingCalendar } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import { sha256 } from '#platform/crypto';
import { statement, type Database, type Tx } from '#platform/db';
import { encodeCursor } from '#platform/page';
import { refuse, type CaseView, type DeskPage, type DeskTab, type DeskTask } from './contract.ts';
import { stepOf } from './enter.ts';
import type { ActionBody, ActiveStep, Actor, CaseAction, CaseState } from './model.ts';
import { readState, type ActionRecord } from './store.ts';
import { viewCase } from './view.ts';
import type { ViewInput } from './view-input.ts';
import { limitText } from './words.ts';

export type ReaderOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly calendar: () => WorkingCalendar;
  readonly byHash: (hash: string) => Service;
  readonly publishedServices: () => readonly Service[];
  readonly orgName: (orgId: string) => string;
  readonly regionName: (code: string) => string | undefined;
  /** Masked name of the applicant, read in the same transaction. */
  readonly applicantName: (tx: Tx, personId: string | null, orgId: string | null, open: boolean) => Promise<string>;
  readonly targetZh: ViewInput['targetZh'];
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

const selectRelated = statement<[string, string | null], { case_id: string; state: CaseState; relation: string }>(
  'cases.related',
  `select s.case_id, s.state, 'dossier' as relation from case_state s
     where $2::uuid is not null and s.dossier_id = $2 and s.case_id <> $1
   union all
   select s.case_id, s.state, l.kind from case_link l join case_state s on s.case_id = l.to_case_id where l.from_case_id = $1
   union all
   select s.case_id, s.state, 'cited_by' from case_link l join case_state s on s.case_id = l.from_case_id where l.to_case_id = $1
   limit 50`,
);

const selectRating = statement<[string], { stars: number; comment: string | null }>(
  'cases.rating',
  'select stars, comment from rating where case_id = $1',
);

const selectStaffNames = statement<[string[]], { staff_id: string; name: string }>(
  'cases.staff_names',
  'select staff_id, name from staff where staff_id = any($1::uuid[])',
);

const selectMine = statement<[string, string, string, number], { case_id: string; state: CaseState }>(
  'cases.mine',
  `select case_id, state from case_state where person_id = $1 and (opened_at, case_id) < ($2, $3)
   order by opened_at desc, case_id desc limit $4`,
);

const selectIdByNo = statement<[string], { case_id: string }>(
  'cases.id_by_no',
  'select case_id from case_state where case_no = $1',
);

type TaskRow = {
  case_id: string;
  step: string;
  org_id: string | null;
  assignee_id: string | null;
  entered_at: string;
  due_at: string | null;
  light: DeskTask['light'];
  paused: boolean;
  supervised: boolean;
  state: CaseState;
};

const taskColumns = `t.case_id, t.step, t.org_id, t.assignee_id, t.entered_at, t.due_at, t.light, t.paused, t.supervised, s.state`;
const taskFilter = `($2::text is null or t.light = $2) and ($3::text is null or s.service_code = $3)
  and ($4::text is null or s.case_no like $4 || '%')
  and (coalesce(t.due_at, 'infinity'), t.case_id) > ($5::timestamptz, $6::uuid)`;

/** Own work: steps whose role and organisation the person holds, nearest due date first. */
const selectTodo = statement<
  [string[], string | null, string | null, string | null, string, string, number, string],
  TaskRow
>(
  'cases.desk_todo',
  `select ${taskColumns} from case_task t join case_state s on s.case_id = t.case_id
   where (t.org_id, t.role) in (select split_part(g, '@', 2)::uuid, split_part(g, '@', 1) from unnest($1::text[]) g)
     and (t.assignee_id is null or t.assignee_id = $8) and ${taskFilter}
   order by coalesce(t.due_at, 'infinity'), t.case_id limit $7`,
);

const selectSupervised = statement<
  [string[], string | null, string | null, string | null, string, string, number, string],
  TaskRow
>(
  'cases.desk_supervised',
  `select ${taskColumns} from case_task t join case_state s on s.case_id = t.case_id
   where t.supervised and s.readers && $1::text[] and $8::text is not null and ${taskFilter}
   order by coalesce(t.due_at, 'infinity'), t.case_id limit $7`,
);

const selectCopied = statement<
  [string[], string | null, string | null, string | null, string, string, number, string],
  TaskRow
>(
  'cases.desk_copied',
  `select ${taskColumns} from case_task t join case_state s on s.case_id = t.case_id
   where exists (select 1 from json_array_elements_text(s.state -> 'copied') c where c = any($1::text[]))
     and $8::text is not null and ${taskFilter}
   order by coalesce(t.due_at, 'infinity'), t.case_id limit $7`,
);

const selectDone = statement<
  [string, string, string, number, string | null, string | null],
  { case_id: string; at: string; step: string; state: CaseState }
>(
  'cases.desk_done',
  `select * from (
     select distinct on (a.case_id) a.case_id, a.at, a.step, s.state from case_action a join case_state s on s.case_id = a.case_id
     where a.actor_id = $1 and a.step is not null and ($5::text is null or s.service_code = $5)
       and ($6::text is null or s.case_no like $6 || '%')
     order by a.case_id, a.at desc) latest
   where (at, case_id) < ($2::timestamptz, $3::uuid) order by at desc, case_id desc limit $4`,
);

const selectCounts = statement<[string[], string], { todo: number; yellow: number; red: number; supervised: number }>(
  'cases.desk_counts',
  `select count(*) filter (where own) as todo, count(*) filter (where own and light = 'yellow') as yellow,
     count(*) filter (where own and light = 'red') as red, count(*) filter (where supervised) as supervised
   from (select t.light, t.supervised, coalesce(t.role || '@' || t.org_id::text = any($1::text[]), false)
           and (t.assignee_id is null or t.assignee_id = $2) as own from case_task t) tasks`,
);

/** Where a page ended: the sort key and the id of its last row. */
export type Cursor = readonly [string, string];

export type DeskQuery = {
  readonly tab: DeskTab;
  readonly light: string | null;
  readonly service: string | null;
  readonly number: string | null;
  readonly cursor: Cursor | null;
};

const pageSize = 30;
const zeroId = '00000000-0000-0000-0000-000000000000';
const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

export type CaseSummary = {
  readonly caseId: string;
  readonly caseNo: string;
  readonly serviceCode: string;
  readonly serviceZh: string;
  readonly status: 'open' | 'ended';
  readonly statusText: string;
  readonly openedAt: string;
  readonly mineNow: boolean;
  readonly dueAt: string | null;
  readonly light: 'green' | 'yellow' | 'red';
  readonly canRate: boolean;
};

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
      const service = options.byHash(state.serviceHash);
      const mine = viewer.kind === 'worker';
      const [related, applicant, names] = await Promise.all([
        tx.run(selectRelated, [caseId, state.dossierId]),
        options.applicantName(tx, state.personId, state.applicantOrgId, mine),
        tx.run(selectStaffNames, [staffIn(state, actions)]),
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
        now: options.clock.now(),
        calendar: options.calendar(),
        applicant,
        regionZh: options.regionName(state.region) ?? state.region,
        orgName: options.orgName,
        staffName: (id) => staff.get(id) ?? '经办人',
        regionName: options.regionName,
        documents: documents.map((one) => ({ documentId: one.document_id, title: one.title, at: one.at })),
        related: uniqueRelated(related).map((one) => ({
          caseId: one.case_id,
          caseNo: one.state.caseNo,
          serviceZh: options.byHash(one.state.serviceHash).zh,
          statusText: summaryText(options.byHash(one.state.serviceHash), one.state),
          relation: relationZh[one.relation] ?? '同一事件',
        })),
        rating: rating ?? null,
        entrances: entrancesOf(service),
        targetZh: options.targetZh,
      });
    });
  }

  /** Services of the same lifecycle that enter at a waiting step of a running case. */
  function entrancesOf(service: Service): ViewInput['entrances'] {
    return options.publishedServices().flatMap((one) => {
      const entry = one.workflow.entries[one.entry];
      if (one.workflow.code !== service.workflow.code || !entry || entry.caseMode === 'new') return [];
      return [{ code: one.code, zh: one.zh, steps: entry.waits ?? [entry.step] }];
    });
  }

  async function desk(access: Access, staffId: string, query: DeskQuery): Promise<DeskPage> {
    return options.db.transaction(access, async (tx) => {
      const grants = [...access.grants];
      const [counts, page] = await Promise.all([
        tx.one(selectCounts, [grants, staffId]),
        query.tab === 'done' ? donePage(tx, staffId, query) : taskPage(tx, grants, staffId, query),
      ]);
      return { ...page, counts };
    });
  }

  async function taskPage(
    tx: Tx,
    grants: string[],
    staffId: string,
    query: DeskQuery,
  ): Promise<Omit<DeskPage, 'counts'>> {
    const what = query.tab === 'todo' ? selectTodo : query.tab === 'supervised' ? selectSupervised : selectCopied;
    const [due, id] = query.cursor ?? ['-infinity', zeroId];
    const rows = await tx.run(what, [grants, query.light, query.service, query.number, due, id, pageSize + 1, staffId]);
    const items = await Promise.all(rows.slice(0, pageSize).map((row) => toTask(tx, row, staffId)));
    const last = rows.length > pageSize ? rows[pageSize - 1] : undefined;
    return { items, nextCursor: last ? encodeCursor([last.due_at ?? 'infinity', last.case_id]) : null };
  }

  async function donePage(tx: Tx, staffId: string, query: DeskQuery): Promise<Omit<DeskPage, 'counts'>> {
    const [at, id] = query.cursor ?? ['infinity', lastId];
    const rows = await tx.run(selectDone, [staffId, at, id, pageSize + 1, query.service, query.number]);
    const items = await Promise.all(
      rows.slice(0, pageSize).map((row) =>
        toTask(
          tx,
          {
            case_id: row.case_id,
            step: row.step,
            org_id: null,
            assignee_id: null,
            entered_at: row.at,
            due_at: null,
            light: 'green',
            paused: false,
            supervised: row.state.supervised !== null,
            state: row.state,
          },
          staffId,
        ),
      ),
    );
    const last = rows.length > pageSize ? rows[pageSize - 1] : undefined;
    return { items, nextCursor: last ? encodeCursor([last.at, last.case_id]) : null };
  }

  async function toTask(tx: Tx, row: TaskRow, staffId: string): Promise<DeskTask> {
    const { state } = row;
    const service = options.byHash(state.serviceHash);
    const active = state.active.find((one) => one.step === row.step);
    return {
      caseId: row.case_id,
      caseNo: state.caseNo,
      serviceCode: service.code,
      serviceZh: service.zh,
      step: row.step,
      stepZh: service.workflow.steps[row.step]?.zh ?? row.step,
      applicant: await options.applicantName(tx, state.personId, state.applicantOrgId, false),
      orgZh: row.org_id ? options.orgName(row.org_id) : '',
      enteredAt: row.entered_at,
      dueAt: row.due_at,
      limitText: active ? clockText(service, active) : summaryText(service, state),
      light: row.light,
      paused: row.paused,
      supervised: row.supervised,
      assignedToMe: row.assignee_id === staffId,
      assignedToOther: row.assignee_id !== null && row.assignee_id !== staffId,
    };
  }

  function clockText(service: Service, active: ActiveStep): string {
    const calendar = options.calendar();
    return limitText(active, stepOf(service.workflow, active.step).limit, options.clock.now(), (from, to) =>
      workingDaysBetween(calendar, dayOf(from), dayOf(to)),
    );
  }

  async function mine(
    access: Access,
    personId: string,
    cursor: Cursor | null,
  ): Promise<{ items: CaseSummary[]; nextCursor: string | null }> {
    return options.db.transaction(access, async (tx) => {
      const [at, id] = cursor ?? ['infinity', lastId];
      const rows = await tx.run(selectMine, [personId, at, id, pageSize + 1]);
      const last = rows.length > pageSize ? rows[pageSize - 1] : undefined;
      return {
        items: rows.slice(0, pageSize).map((row) => summary(row.state)),
        nextCursor: last ? encodeCursor([last.state.openedAt, last.case_id]) : null,
      };
    });
  }

  function summary(state: CaseState): CaseSummary {
    const service = options.byHash(state.serviceHash);
    const turn = state.active.find((one) => one.supplement || applicantActs(service, one));
    return {
      caseId: state.caseId,
      caseNo: state.caseNo,
      serviceCode: service.code,
      serviceZh: service.zh,
      status: state.status,
      statusText: summaryText(service, state),
      openedAt: state.openedAt,
      mineNow: turn !== undefined,
      dueAt: turn?.supplement?.dueAt ?? turn?.dueAt ?? null,
      light: turn?.light ?? 'green',
      canRate: state.status === 'ended' && state.ratedStars === null && state.end !== 'withdrawn',
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

  return { view, desk, mine, idByNo, state, summary };
}

const relationZh: Readonly<Record<string, string>> = {
  dossier: '同一事件',
  cites: '引用的办件',
  cited_by: '引用本件的办件',
  opened: '由本件开启',
  child: '子办件',
};

function uniqueRelated<Row extends { case_id: string; relation: string }>(rows: readonly Row[]): Row[] {
  const known = new Map<string, Row>();
  for (const row of rows) if (!known.has(row.case_id) || row.relation !== 'dossier') known.set(row.case_id, row);
  return [...known.values()];
}

function applicantActs(service: Service, active: ActiveStep): boolean {
  const definition = stepOf(service.workflow, active.step);
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

function summaryText(service: Service, state: CaseState): string {
  if (state.status === 'ended') return service.workflow.ends[state.end ?? ''] ?? '办结';
  const names = state.active.map((one) => stepOf(service.workflow, one.step).zh);
  return names.join('、') || '办理中';
}

function staffIn(state: CaseState, actions: readonly { actor_kind: string; actor_id: string | null }[]): string[] {
  const ids = actions.filter((one) => one.actor_kind === 'staff').map((one) => one.actor_id);
  return [...new Set([...ids, ...state.active.map((one) => one.assigneeId)])].filter((id): id is string => id !== null);
}

function toAction(row: ActionRecord): CaseAction {
  const body: ActionBody | null = row.body;
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
    body,
  };
}
