// The verbs that stop, start and lengthen the clock of a step: 补正, 中止, 恢复, 延期. Pure.

import { dueAfterPause, dueAt } from '#platform/calendar';
import { refuse } from './contract.ts';
import { pauseZh, requireActive, requireReason, type Decision } from './decide.ts';
import { stepOf, yellowAt } from './enter.ts';
import type { ActiveStep } from './model.ts';
import { applicant, clerk, record, type Context } from './verb-context.ts';

/** 补正: the applicant is told once, in one list, what is missing; the clock of the step rests meanwhile. */
export function requestSupplement(
  context: Context,
  input: { step: string; items: string[]; note: string; days: number },
): Decision {
  const { active, capacity, definition } = clerk(context, input.step);
  requireRunning(active, definition.zh);
  const due = dueAt(context.facts.calendar, context.facts.now, { value: input.days, unit: 'calendar_day' });
  const changed: ActiveStep = {
    ...active,
    paused: { at: context.facts.now, reason: 'supplement', note: input.note },
    supplement: { items: input.items, note: input.note, dueAt: due.dueAt, by: context.actor.id ?? '' },
  };
  return record(context, 'supplement_requested', capacity, { changed: [changed], note: input.note }, input.step);
}

export function supplement(context: Context, input: { step: string; data: Record<string, unknown> }): Decision {
  const active = requireActive(context.workflow, context.state, input.step);
  const capacity = applicant(context);
  if (!active.supplement) throw refuse('cases.not_paused', { step: stepOf(context.workflow, input.step).zh });
  const body = { changed: [running(context, active)], data: input.data };
  return record(context, 'supplement_submitted', capacity, body, input.step);
}

export function suspend(context: Context, input: { step: string; reason: string }): Decision {
  const { active, capacity, definition } = clerk(context, input.step);
  requireRunning(active, definition.zh);
  const reason = requireReason(input.reason);
  const paused = { at: context.facts.now, reason: 'suspension' as const, note: reason };
  return record(context, 'suspended', capacity, { changed: [{ ...active, paused }], reason }, input.step);
}

export function resume(context: Context, input: { step: string; note?: string | undefined }): Decision {
  const { active, capacity, definition } = clerk(context, input.step);
  if (active.paused?.reason !== 'suspension') throw refuse('cases.not_paused', { step: definition.zh });
  const body = { changed: [running(context, active)], ...(input.note ? { note: input.note } : {}) };
  return record(context, 'resumed', capacity, body, input.step);
}

function requireRunning(active: ActiveStep, step: string): void {
  if (active.paused) throw refuse('cases.paused', { step, why: pauseZh[active.paused.reason] });
}

/** A paused step runs again: what was left of its limit is left still. */
export function running(context: Context, active: ActiveStep): ActiveStep {
  const base = { ...active, paused: null, supplement: null };
  if (!active.paused || !active.dueAt || !active.unit || active.dueAt <= active.paused.at) return base;
  const { calendar, now } = context.facts;
  const due = dueAfterPause(calendar, active.dueAt, active.paused.at, now, active.unit);
  return {
    ...base,
    dueAt: due.dueAt,
    lastDay: due.lastDay,
    provisional: due.provisional,
    yellowAt: active.countedFrom ? yellowAt(active.countedFrom, due.dueAt, now) : null,
    timerAt: active.timerAt ? dueAfterPause(calendar, active.timerAt, active.paused.at, now, active.unit).dueAt : null,
  };
}

export function extend(context: Context, input: { step: string; reason: string }): Decision {
  const { active, capacity, definition } = clerk(context, input.step);
  const { calendar, now } = context.facts;
  const extension = definition.limit?.extension;
  if (!extension || active.extended || !active.dueAt) throw refuse('cases.extension_refused', { step: definition.zh });
  requireRunning(active, definition.zh);
  const reason = requireReason(input.reason);
  // The extension follows the limit: it starts with the last day of what there was.
  const from = new Date(Date.parse(active.dueAt) - 1).toISOString();
  const due = dueAt(calendar, from, extension);
  const changed: ActiveStep = {
    ...active,
    extended: true,
    dueAt: due.dueAt,
    lastDay: due.lastDay,
    provisional: due.provisional,
    yellowAt: yellowAt(active.countedFrom ?? active.enteredAt, due.dueAt, now),
    light: due.dueAt > now ? 'green' : active.light,
  };
  return record(context, 'extended', capacity, { changed: [changed], reason }, input.step);
}
