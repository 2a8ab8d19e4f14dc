// What a case's new state makes of the database: one statement that writes actions, bodies, leaves, the state, whose turn it is and
// what the clock will do. Nothing is decided here.

import type { Service } from '#catalog';
import type { Tx } from '#platform/db';
import { stepOf } from './enter.ts';
import type { ActiveStep, CaseState } from './model.ts';
import * as store from './store.ts';
import { clockOutcome } from './verbs.ts';

export function write(
  tx: Tx,
  service: Service,
  before: CaseState | null,
  state: CaseState,
  head: Buffer,
  rows: readonly store.ActionRow[],
  requestId: string | null,
  recordedAt: string,
): void {
  const column = <Key extends keyof store.ActionRow>(key: Key) => rows.map((row) => row[key]);
  const activeNow = new Set(state.active.map((one) => one.step));
  const gone = (before?.active ?? []).map((one) => one.step).filter((step) => !activeNow.has(step));
  const tasks = state.active.filter((one) => stepOf(service.workflow, one.step).role !== 'system' || one.supplement);
  const deadlines = state.active.flatMap((one) => deadlinesOf(service, one));
  const stale = staleDeadlines(service, before, state);
  const common = [
    state.caseId,
    column('actionId'),
    column('leafId'),
    column('entry'),
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
    column('body'),
    recordedAt,
    requestId,
    gone,
    [...new Set([...gone, ...stale])],
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
    state.seq,
    deadlines.map((one) => one.step),
    deadlines.map((one) => one.kind),
    deadlines.map((one) => one.fireAt),
  ];
  const json = JSON.stringify(state);
  if (before) {
    tx.send(store.updateCase, [...common, head, state.status, state.end, json, before.seq]);
  } else {
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
      head,
      state.status,
      state.end,
      json,
      state.openedAt,
    ]);
  }
}

type DeadlineKind = 'yellow' | 'red' | 'timer' | 'clock' | 'supplement';

/** What the clock will do to an active step. A paused step has only the end of its supplement. */
export function deadlinesOf(
  service: Service,
  active: ActiveStep,
): { step: string; kind: DeadlineKind; fireAt: string }[] {
  const rows: { step: string; kind: DeadlineKind; fireAt: string }[] = [];
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

/** Steps whose deadlines changed: all their rows go before the new ones come. */
function staleDeadlines(service: Service, before: CaseState | null, state: CaseState): string[] {
  if (!before) return [];
  const signature = (one: ActiveStep) => JSON.stringify(deadlinesOf(service, one));
  const old = new Map(before.active.map((one) => [one.step, signature(one)]));
  return state.active.filter((one) => old.has(one.step) && old.get(one.step) !== signature(one)).map((one) => one.step);
}
