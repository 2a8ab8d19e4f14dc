// The verbs of the clock, as pure functions: lights, timers, silence, the end of a supplement, and due dates computed anew.

import type { Service, StepDefinition } from '#catalog';
import { dueAt } from '#platform/calendar';
import { act, readersOf, type Decision } from './decide.ts';
import { clockOf, enterStep, stepOf, timerOf, yellowAt, type Facts } from './enter.ts';
import { systemActor, type ActiveStep, type Actor, type CaseState } from './model.ts';
import { running } from './pauses.ts';
import { record, type Context } from './verb-context.ts';

export type ClockKind = 'yellow' | 'red' | 'timer' | 'clock' | 'supplement';

const nobody = { role: null, orgId: null };

/** What the clock does to a step at its true date; null when the step has moved on meanwhile or rests. */
export function tick(
  service: Service,
  state: CaseState,
  step: string,
  kind: ClockKind,
  actor: Actor,
  facts: Facts,
): Decision | null {
  const context: Context = { workflow: service.workflow, state, actor, facts };
  const active = state.active.find((one) => one.step === step);
  if (state.status === 'ended' || !active) return null;
  if (kind === 'supplement') return active.supplement ? expireSupplement(context, active) : null;
  if (active.paused) return null;
  if (kind === 'yellow' || kind === 'red') {
    const changed = [{ ...active, light: kind }];
    const note = `“${stepOf(context.workflow, step).zh}”已到办理时限，请督办`;
    const body = { changed, ...(kind === 'red' ? { supervised: { note } } : {}) };
    return record(context, 'light_turned', nobody, body, step, kind);
  }
  if (kind === 'timer') return fireTimer(context, active);
  const outcome = clockOutcome(stepOf(context.workflow, step));
  if (!outcome) return null;
  return act(service, state, { type: 'act', step, outcome, data: {} }, actor, facts);
}

/** The outcome that the clock takes at expiry: one that names the clock, or silence with a legal effect. */
export function clockOutcome(definition: StepDefinition): string | null {
  const byClock = Object.entries(definition.outcomes).find(([, outcome]) => outcome.by?.includes('clock'));
  return byClock?.[0] ?? definition.limit?.silence?.outcome ?? null;
}

function fireTimer(context: Context, active: ActiveStep): Decision | null {
  if (!active.timerNext) return null;
  const entered = enterStep(context.workflow, context.state, active.timerNext, context.facts, null);
  const readers = readersOf(stepOf(context.workflow, active.timerNext), entered, context.state, context.facts);
  const body = { left: [active.step], entered: [entered], readers };
  return { ...record(context, 'timer_fired', nobody, body, active.step, 'timer'), entries: [active.timerNext] };
}

/** The supplement was not brought in time: the step runs again and a person decides what that means. */
function expireSupplement(context: Context, active: ActiveStep): Decision {
  const body = { changed: [running(context, active)], note: '补正期限已满，材料没有补齐，请经办人决定' };
  return record(context, 'supplement_expired', nobody, body, active.step);
}

/** 节假日安排公布后: the due dates of the active steps are computed anew and the change is recorded. */
export function recompute(service: Service, state: CaseState, facts: Facts): Decision | null {
  const context: Context = { workflow: service.workflow, state, actor: systemActor, facts };
  const changed: ActiveStep[] = [];
  for (const active of state.active) {
    if (!active.provisional || !active.countedFrom || active.paused || active.extended) continue;
    const definition = stepOf(service.workflow, active.step);
    const clock = clockOf(definition.limit, state, { ...facts, now: active.enteredAt });
    if (!clock.dueAt || (clock.dueAt === active.dueAt && clock.provisional === active.provisional)) continue;
    const after = timerOf(service.workflow, active.step)?.after;
    changed.push({
      ...active,
      ...clock,
      yellowAt: yellowAt(active.countedFrom, clock.dueAt, facts.now),
      light: lightAfter(active, clock.dueAt, facts.now),
      timerAt: after ? dueAt(facts.calendar, active.enteredAt, after).dueAt : active.timerAt,
    });
  }
  if (changed.length === 0) return null;
  const body = { changed, note: '节假日安排公布后重新计算时限' };
  return record(context, 'clock_recomputed', { role: 'system', orgId: null }, body);
}

/** A light that was turned on a wrong due date goes back as far as the right one says; it is never turned here. */
function lightAfter(active: ActiveStep, due: string, now: string): ActiveStep['light'] {
  if (due <= now || active.light === 'green') return active.light;
  return yellowAt(active.countedFrom ?? active.enteredAt, due, now) <= now ? 'yellow' : 'green';
}
