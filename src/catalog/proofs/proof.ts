// What a proof is and what it may look at: one workflow with every service that binds it, the registry, and the map of its
// steps. A finding says in Chinese what to mend, so that staff who change an overlay can read it.

import { allFields } from '#catalog/form';
import type { Field, Fields, Service, StepDefinition, Workflow } from '#catalog/define';
import type { Registry } from '#catalog/registry';
import { roles, type Role } from '#catalog/roles';

export type Severity = 'error' | 'pending';
export type Finding = {
  readonly proof: string;
  readonly where: string;
  readonly zh: string;
  readonly severity: Severity;
};

export type Subject = {
  readonly workflow: Workflow;
  /** Services that bind this workflow; none for one that waits for its services. */
  readonly services: readonly Service[];
  readonly all: readonly Service[];
  readonly registry: Registry;
};

export type Report = (where: string, zh: string, severity?: Severity) => void;
export type Proof = {
  readonly name: string;
  readonly zh: string;
  readonly check: (subject: Subject, report: Report) => void;
};

export type Edge = { readonly from: string; readonly outcome: string; readonly to: string };

/** Every way from step to step: outcomes and special timers. Targets that do not exist are left to the proof of targets. */
export function edgesOf(workflow: Workflow): readonly Edge[] {
  const edges: Edge[] = [];
  for (const [from, step] of Object.entries(workflow.steps)) {
    for (const [outcome, { next }] of Object.entries(step.outcomes)) {
      for (const to of next ?? []) edges.push({ from, outcome, to });
    }
  }
  for (const timer of workflow.timers ?? []) edges.push({ from: timer.step, outcome: 'timer', to: timer.next });
  return edges.filter((edge) => edge.from in workflow.steps && edge.to in workflow.steps);
}

export function reach(starts: readonly string[], edges: readonly Pick<Edge, 'from' | 'to'>[]): ReadonlySet<string> {
  const seen = new Set(starts);
  const queue = [...seen];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const { from, to } of edges) {
      if (from === at && !seen.has(to)) {
        seen.add(to);
        queue.push(to);
      }
    }
  }
  return seen;
}

export const turnRound = (edges: readonly Edge[]): readonly Edge[] =>
  edges.map((edge) => ({ ...edge, from: edge.to, to: edge.from }));

export function entrySteps(workflow: Workflow): readonly string[] {
  return Object.values(workflow.entries)
    .map((entry) => entry.step)
    .filter((step) => step in workflow.steps);
}

/** True where the engine goes on at once: a system step with a decider, or with one outcome that nobody chooses. */
export function runsThrough(step: StepDefinition): boolean {
  if (step.role !== 'system') return false;
  const outcomes = Object.values(step.outcomes);
  return step.decide !== undefined || (outcomes.length === 1 && !outcomes[0]?.by);
}

export function actorsOf(step: StepDefinition): readonly Role[] {
  return step.actors ?? [step.role];
}

export function kindOf(role: Role): (typeof roles)[Role]['kind'] | undefined {
  return Object.hasOwn(roles, role) ? roles[role].kind : undefined;
}

export const isPerson = (role: string): boolean => role !== 'clock' && role !== 'event' && role !== 'system';

/** Forms of a step with the place where they stand. */
export function formsOf(
  workflow: Workflow,
): readonly { readonly where: string; readonly step: string; readonly form: Fields }[] {
  return Object.entries(workflow.steps).flatMap(([name, step]) => [
    ...(step.form ? [{ where: name, step: name, form: step.form }] : []),
    ...Object.entries(step.outcomes).flatMap(([outcome, { form }]) =>
      form ? [{ where: `${name}.${outcome}`, step: name, form }] : [],
    ),
  ]);
}

/** Every field that a case of this workflow can hold, whichever service began it. */
export function universe(subject: Subject): Fields {
  const found: Record<string, Field> = {};
  for (const step of Object.values(subject.workflow.steps)) {
    if (step.decide) Object.assign(found, subject.registry.deciders[step.decide]?.writes);
    for (const action of step.auto ?? [])
      if (action.effect) Object.assign(found, subject.registry.effects[action.effect]?.writes);
  }
  for (const { form } of formsOf(subject.workflow)) Object.assign(found, form);
  for (const service of subject.services) Object.assign(found, allFields(service));
  return found;
}

/** True while a service that begins this workflow is not authored yet: what it would ask is then pending, not missing. */
export function awaitsServices(subject: Subject): boolean {
  const bound = new Set(subject.services.map((service) => service.entry));
  return Object.entries(subject.workflow.entries).some(
    ([key, entry]) => entry.startedBy === 'service' && !bound.has(key),
  );
}
