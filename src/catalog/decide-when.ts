// The one decider that needs no module: the first outcome whose condition holds, else the only one without a condition. Pure.

import { evaluate } from '#platform/condition';
import type { StepDefinition } from './define.ts';

/** Outcomes that the clock, an event or a person takes are not the decider's to take. */
export function decideWhen(
  step: StepDefinition,
  fields: Readonly<Record<string, unknown>>,
  now: string,
): string | null {
  const own = Object.entries(step.outcomes).filter(([, outcome]) => !outcome.by);
  const holding = own.find(([, outcome]) => outcome.when && evaluate(outcome.when, { fields, now }));
  const otherwise = own.filter(([, outcome]) => !outcome.when);
  return holding?.[0] ?? (otherwise.length === 1 ? (otherwise[0]?.[0] ?? null) : null);
}
