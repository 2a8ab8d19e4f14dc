// Compares authored definitions with the index of the field's catalogue, and says each difference in one line.

import type { Service, Workflow } from '#catalog';

type IndexedOutcome = { id: string; zh: string; next?: string[]; end?: string };
type IndexedWorkflow = {
  code: string;
  zh: string;
  domain: string;
  entries: { key: string; step: string; zh: string; caseMode: string; startedBy: string }[];
  steps: { id: string; zh: string; role: string; kind: string; outcomes: IndexedOutcome[] }[];
  timers: { step: string; next: string }[];
  ends: string[];
};
type IndexedService = {
  code: string;
  zh: string;
  workflow: string;
  entry: string;
  fields: { key: string; zh: string; type: string; required: boolean; options?: string[] }[];
  materials: { key: string; zh: string }[];
};
export type CatalogueIndex = { workflows: IndexedWorkflow[]; services: IndexedService[] };

export function differences(
  index: CatalogueIndex,
  workflows: readonly Workflow[],
  services: readonly Service[],
): readonly string[] {
  return [
    ...workflows.flatMap((workflow) => {
      const known = index.workflows.find((one) => one.code === workflow.code);
      return known ? compareWorkflow(known, workflow) : [`${workflow.code}: not in the index`];
    }),
    ...services.flatMap((service) => {
      const known = index.services.find((one) => one.code === service.code);
      return known ? compareService(known, service) : [`${service.code}: not in the index`];
    }),
  ];
}

/** One line for each key that is missing, added, or says something else. */
function compareMaps(
  where: string,
  known: Readonly<Record<string, string>>,
  ours: Readonly<Record<string, string>>,
): readonly string[] {
  const keys = [...new Set([...Object.keys(known), ...Object.keys(ours)])];
  return keys.flatMap((key) => {
    if (!(key in ours)) return [`${where}.${key}: missing`];
    if (!(key in known)) return [`${where}.${key}: added (${ours[key]})`];
    return known[key] === ours[key] ? [] : [`${where}.${key}: ${known[key]} → ${ours[key]}`];
  });
}

const toMap = <Item>(
  items: readonly Item[],
  key: (item: Item) => string,
  value: (item: Item) => string,
): Record<string, string> => Object.fromEntries(items.map((item) => [key(item), value(item)]));

function compareWorkflow(known: IndexedWorkflow, ours: Workflow): readonly string[] {
  const where = ours.code;
  const entries = (list: IndexedWorkflow['entries']) =>
    toMap(
      list,
      (one) => one.key,
      (one) => `${one.zh}, ${one.step}, ${one.caseMode}, ${one.startedBy}`,
    );
  return [
    ...compareMaps(where, { zh: known.zh, domain: known.domain }, { zh: ours.zh, domain: ours.domain }),
    ...compareMaps(
      `${where}.entries`,
      entries(known.entries),
      entries(Object.entries(ours.entries).map(([key, one]) => ({ key, ...one }))),
    ),
    ...compareMaps(
      where,
      toMap(
        known.steps,
        (step) => step.id,
        (step) => `${step.zh}, ${step.role}, ${step.kind}`,
      ),
      Object.fromEntries(
        Object.entries(ours.steps).map(([id, step]) => [id, `${step.zh}, ${step.role}, ${step.kind}`]),
      ),
    ),
    ...known.steps.flatMap((step) =>
      compareMaps(
        `${where}.${step.id}`,
        toMap(step.outcomes, (one) => one.id, describeOutcome),
        Object.fromEntries(
          Object.entries(ours.steps[step.id]?.outcomes ?? {}).map(([id, one]) => [id, describeOutcome(one)]),
        ),
      ),
    ),
    ...compareMaps(
      `${where}.timers`,
      toMap(
        known.timers,
        (one) => one.step,
        (one) => one.next,
      ),
      toMap(
        ours.timers ?? [],
        (one) => one.step,
        (one) => one.next,
      ),
    ),
    ...compareMaps(
      `${where}.ends`,
      toMap(
        known.ends,
        (one) => one,
        () => 'end',
      ),
      Object.fromEntries(Object.keys(ours.ends).map((one) => [one, 'end'])),
    ),
  ];
}

/** Where it leads. The index names outcomes by keywords (是, 跳过); ours say the whole of it, as the proof `outcome_speaks` demands. */
function describeOutcome(outcome: { next?: readonly string[]; end?: string }): string {
  return `→ ${outcome.end ?? (outcome.next ?? []).join(' + ')}`;
}

function compareService(known: IndexedService, ours: Service): readonly string[] {
  const options = (value: object): string => {
    const values: unknown = 'values' in value ? value.values : undefined;
    return Array.isArray(values) ? ` [${values.map((one: { zh: string }) => one.zh).join('、')}]` : '';
  };
  return [
    ...compareMaps(
      ours.code,
      { zh: known.zh, workflow: known.workflow, entry: known.entry },
      { zh: ours.zh, workflow: ours.workflow.code, entry: ours.entry },
    ),
    ...compareMaps(
      `${ours.code}.fields`,
      toMap(
        known.fields,
        (one) => one.key,
        (one) => `${one.zh}, ${one.type}${one.options ? ` [${one.options.join('、')}]` : ''}`,
      ),
      Object.fromEntries(
        Object.entries(ours.fields).map(([key, one]) => [key, `${one.zh}, ${one.kind}${options(one.options)}`]),
      ),
    ),
    ...compareMaps(
      `${ours.code}.materials`,
      toMap(
        known.materials,
        (one) => one.key,
        (one) => one.zh,
      ),
      Object.fromEntries(Object.entries(ours.materials).map(([key, one]) => [key, one.zh])),
    ),
  ];
}
