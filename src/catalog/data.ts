// What a case can hold: the fields of its service, of the steps' forms and of what registered effects write; and the standard
// variables that every notice and document may use. Pure: nothing here decides who may read a value.

import type { Field, Fields, Service, Workflow } from '#catalog/define';
import { fieldKind } from './fields/index.ts';
import { allFields } from './form.ts';

/** What a registered effect or decider promises to merge into the case's data. */
export type Writes = { readonly zh: string; readonly writes: Fields };

export type DataSources = {
  readonly effects: Readonly<Record<string, Writes>>;
  readonly deciders: Readonly<Record<string, Writes>>;
};

/** Given by the engine to every notice and document. */
export const standardVariables = {
  case_no: { zh: '办件编号', class: 'internal' },
  service: { zh: '事项名称', class: 'public' },
  step: { zh: '环节名称', class: 'internal' },
  due_day: { zh: '办理期限', class: 'internal' },
  applicant: { zh: '申请人（遮盖）', class: 'internal' },
  end: { zh: '办理结果', class: 'internal' },
  reason: { zh: '理由', class: 'personal' },
  region_name: { zh: '地区', class: 'public' },
  today: { zh: '当日', class: 'public' },
} as const satisfies Record<string, { readonly zh: string; readonly class: Field['class'] }>;

export type StandardVariable = keyof typeof standardVariables;

export function isStandardVariable(name: string): name is StandardVariable {
  return Object.hasOwn(standardVariables, name);
}

/** Fields that the steps of a workflow and their effects may add to a case. */
export function workflowFields(workflow: Workflow, sources: DataSources): Fields {
  const found: Record<string, Field> = {};
  for (const step of Object.values(workflow.steps)) {
    Object.assign(found, step.form);
    if (step.decide) Object.assign(found, sources.deciders[step.decide]?.writes);
    for (const outcome of Object.values(step.outcomes)) Object.assign(found, outcome.form);
    for (const action of step.auto ?? [])
      if (action.effect) Object.assign(found, sources.effects[action.effect]?.writes);
  }
  return found;
}

const fieldsKnown = new WeakMap<DataSources, WeakMap<Service, Fields>>();

/** Every field that a case of this service can hold; gathered once, since a definition never changes. */
export function caseFields(service: Service, sources: DataSources): Fields {
  const known = fieldsKnown.get(sources) ?? new WeakMap<Service, Fields>();
  fieldsKnown.set(sources, known);
  const fields = known.get(service) ?? { ...workflowFields(service.workflow, sources), ...allFields(service) };
  known.set(service, fields);
  return fields;
}

/** Names in `{name}` or `{{name}}`, once each, in order. */
export function variablesIn(text: string): readonly string[] {
  const names = [...text.matchAll(/\{\{?([a-z][a-z0-9_]*)\}?\}/g)].map((match) => match[1] ?? '');
  return [...new Set(names)];
}

/** A stored value as words. A sealed value shows its mask; a sensitive one that is not sealed is masked here. */
export function showValue(field: Field, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object' && 'mask' in value && 'sealed' in value) return String(value.mask);
  const kind = fieldKind(field.kind);
  return field.class === 'sensitive' ? kind.mask(value) : kind.format(value, field.options);
}
