// Turns a definition into immutable, canonical JSON named by its hash, and back. The order of object keys does not matter, the
// order of fields, steps and outcomes does: they become lists of pairs. Pure; the hash function is given by whoever calls.

import canonicalize from 'canonicalize';
import { invariant } from '#platform/errors';
import type { Field, Fields, Service, StepDefinition, Workflow } from './define.ts';
import { parseCompiled } from './schema.ts';

export type Compiled = { readonly hash: string; readonly json: string; readonly service: Service };
export type HashText = (text: string) => string;

const formatVersion = 1;

/** Throws a Bug for what is not data, and a ZodError for data of the wrong shape. `service` is the frozen copy that `json` says. */
export function compile(service: Service, sha256Hex: HashText): Compiled {
  refuseCode(service, service.code, new Set());
  const json = canonicalize(encodeService(service));
  invariant(typeof json === 'string', `service ${service.code} is not JSON`);
  return { hash: sha256Hex(json), json, service: readCompiled(json) };
}

/** The service that compiled JSON says, checked and frozen; accepts the text, or the value that jsonb gives back. */
export function readCompiled(json: string | object): Service {
  const data: unknown = typeof json === 'string' ? JSON.parse(json) : json;
  return deepFreeze(parseCompiled(data));
}

/** Canonical text of a value that came back from jsonb, to check its hash again. */
export function canonicalText(data: unknown): string {
  const text = canonicalize(data);
  invariant(typeof text === 'string', 'a compiled definition is JSON');
  return text;
}

type Pairs = readonly (readonly [string, unknown])[];

function encodeService(service: Service): object {
  return {
    ...service,
    v: formatVersion,
    workflow: encodeWorkflow(service.workflow),
    fields: encodeFields(service.fields),
    materials: Object.entries(service.materials),
  };
}

function encodeWorkflow(workflow: Workflow): object {
  return {
    ...workflow,
    entries: Object.entries(workflow.entries),
    steps: Object.entries(workflow.steps).map(([name, step]) => [name, encodeStep(step)]),
    ends: Object.entries(workflow.ends),
  };
}

function encodeStep(step: StepDefinition): object {
  const outcomes: Pairs = Object.entries(step.outcomes).map(([name, outcome]) => [
    name,
    outcome.form ? { ...outcome, form: encodeFields(outcome.form) } : outcome,
  ]);
  return { ...step, outcomes, ...(step.form ? { form: encodeFields(step.form) } : {}) };
}

function encodeFields(fields: Fields): Pairs {
  return Object.entries(fields).map(([name, field]) => [name, encodeField(field)]);
}

function encodeField(field: Field): object {
  const options: Readonly<Record<string, unknown>> = { ...field.options };
  const inner = options['fields'];
  return field.kind === 'group' && typeof inner === 'object' && inner !== null
    ? { ...field, options: { ...options, fields: Object.entries(inner) } }
    : field;
}

/** No function, class instance, cycle, or number that JSON cannot hold gets into an artefact. */
function refuseCode(value: unknown, path: string, above: ReadonlySet<object>): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || value === undefined) return;
  if (typeof value === 'number') {
    invariant(Number.isFinite(value), `${path} is not a finite number`);
    return;
  }
  invariant(typeof value === 'object', `${path} is a ${typeof value}; a definition holds data only`);
  invariant(!above.has(value), `${path} contains itself`);
  const prototype: unknown = Object.getPrototypeOf(value);
  invariant(
    Array.isArray(value) || prototype === Object.prototype || prototype === null,
    `${path} is an instance of a class`,
  );
  const inside = new Set([...above, value]);
  for (const [key, part] of Object.entries(value)) refuseCode(part, `${path}.${key}`, inside);
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
