// What a case's new state makes of the database: one statement that writes actions, bodies, leaves, the state, whose turn it is and
// what the clock will do. Nothing is decided here.

import type { Service } from '#catalog';
import type { Tx } from '#platform/db';
import { jsonSeparator } from '#platform/db-batch';
import type { Request } from './engine.ts';
import { stepOf } from './enter.ts';
import type { ActiveStep, CaseState } from './model.ts';
import * as store from './store.ts';
import { clockOutcome } from './tick.ts';

export type Written = {
  readonly service: Service;
  readonly before: CaseState | null;
  readonly state: CaseState;
  readonly head: Buffer;
  readonly rows: readonly store.ActionRow[];
  readonly request: (Request & { readonly answer: string }) | null;
  readonly recordedAt: string;
};

export function write(tx: Tx, { service, before, state, head, rows, request, recordedAt }: Written): void {
  const column = <Key extends keyof store.ActionRow>(key: Key) => rows.map((row) => row[key]);
  const activeNow = new Set(state.active.map((one) => one.step));
  const gone = (before?.active ?? []).map((one) => one.step).filter((step) => !activeNow.has(step));
  const tasks = tasksOf(service, state);
  const next = nextDeadline(service, state);
  const common = [
    state.caseId,
    column('actionId'),
    column('leafId'),
    column('entry').join(jsonSeparator),
    column('seq'),
    column('type'),
    column('step'),
    column('outcome'),
    column('actorKind'),
    column('actorId'),
    column('actorRole'),
    column('actorOrgId'),
    column('at'),
    column('previous'),
    column('commitment'),
    column('salt'),
    column('body').join(jsonSeparator),
    recordedAt,
    request?.requestId ?? null,
    gone,
    tasks.map((one) => one.step),
    tasks.map((one) => one.role),
    tasks.map((one) => one.orgId),
    tasks.map((one) => one.assigneeId),
    tasks.map((one) => one.enteredAt),
    tasks.map((one) => one.dueAt),
    state.readers,
    tasks.map((one) => one.light),
    tasks.map((one) => one.paused !== null),
    tasks.map(() => state.supervised !== null),
    next?.step ?? null,
    next?.kind ?? null,
    next?.fireAt ?? null,
    state.seq,
    head,
    state.status,
    state.end,
    JSON.stringify(state),
    request?.actor ?? null,
    request?.hash ?? null,
    request?.answer ?? null,
  ];
  if (before) {
    tx.send(store.updateCase, [...common, before.seq]);
    return;
  }
  tx.send(store.insertCase, [
    ...common,
    state.caseNo,
    state.dossierId,
    state.parentCaseId,
    state.serviceCode,
    state.serviceHash,
    state.region,
    state.personId,
    state.applicantOrgId,
    state.openedAt,
  ]);
}

/** The steps in which it is somebody's turn. */
export function tasksOf(_service: Service, state: CaseState): readonly ActiveStep[] {
  return state.active.filter((one) => one.role !== 'system' || one.supplement);
}

type DeadlineKind = 'yellow' | 'red' | 'timer' | 'clock' | 'supplement';
type Deadline = { readonly step: string; readonly kind: DeadlineKind; readonly fireAt: string };

/** What the clock will do to an active step. A paused step has only the end of its supplement. */
export function deadlinesOf(service: Service, active: ActiveStep): Deadline[] {
  const rows: Deadline[] = [];
  const add = (kind: DeadlineKind, fireAt: string | null) => {
    if (fireAt) rows.push({ step: active.step, kind, fireAt });
  };
  if (active.supplement) add('supplement', active.supplement.dueAt);
  if (active.paused) return rows;
  const definition = stepOf(service.workflow, active.step);
  const acts = clockOutcome(definition) !== null;
  if (active.light === 'green') add('yellow', active.yellowAt);
  if (acts) add('clock', active.dueAt);
  else if (active.light !== 'red') add('red', active.dueAt);
  add('timer', active.timerAt);
  return rows;
}

/** The first thing that the clock will do to a case: one row a case, since whatever happens then says what is next. */
export function nextDeadline(service: Service, state: CaseState): Deadline | null {
  let next: Deadline | null = null;
  for (const active of state.active) {
    for (const one of deadlinesOf(service, active)) if (!next || one.fireAt < next.fireAt) next = one;
  }
  return next;
}
