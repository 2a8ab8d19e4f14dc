// What has been asked by the time a step begins: the union over all paths from the entries. A condition reads a value that is
// missing as false, so that a field asked on some path only is no fault; one asked on none is.

import { allFields } from '#catalog/form';
import { edgesOf, type Subject } from './proof.ts';

/** Names of the fields that may be in the case when each step is entered. */
export function collectedBefore(subject: Subject): ReadonlyMap<string, ReadonlySet<string>> {
  const { workflow, services, registry } = subject;
  const before = new Map<string, Set<string>>(Object.keys(workflow.steps).map((step) => [step, new Set()]));
  for (const service of services) {
    const step = workflow.entries[service.entry]?.step;
    for (const name of Object.keys(allFields(service))) before.get(step ?? '')?.add(name);
  }
  const edges = edgesOf(workflow);
  for (let changed = true; changed;) {
    changed = false;
    for (const { from, outcome, to } of edges) {
      const into = before.get(to);
      const size = into?.size ?? 0;
      for (const name of [...(before.get(from) ?? []), ...addedBy(subject, from, outcome)]) into?.add(name);
      changed ||= (into?.size ?? 0) > size;
    }
  }
  // What runs on entry of a step is there for its own deciders and forms.
  for (const [name, step] of Object.entries(workflow.steps)) {
    for (const action of step.auto ?? []) {
      if (action.when !== 'enter' || !action.effect) continue;
      for (const key of Object.keys(registry.effects[action.effect]?.writes ?? {})) before.get(name)?.add(key);
    }
  }
  return before;
}

function addedBy({ workflow, registry }: Subject, from: string, outcome: string): readonly string[] {
  const step = workflow.steps[from];
  if (!step) return [];
  return [
    ...Object.keys(step.form ?? {}),
    ...Object.keys(step.outcomes[outcome]?.form ?? {}),
    ...(step.decide ? Object.keys(registry.deciders[step.decide]?.writes ?? {}) : []),
    ...(step.auto ?? []).flatMap((action) =>
      action.effect ? Object.keys(registry.effects[action.effect]?.writes ?? {}) : [],
    ),
  ];
}
