// Checks a form before it is sent, with the same field kinds and conditions as the server, in the same forward pass. Pure. The
// server has the last word: what passes here may still come back with problems.

import type { Field } from '#catalog';
import { fieldKindNames, isBlank, parseField, type FieldKindName } from '#catalog/fields/index';
import { disagreement } from '#catalog/form';
import { evaluate, type Condition } from '#platform/condition';
import type { FormField } from '#contract/cases';

export type FormState = {
  readonly shown: readonly FormField[];
  readonly required: ReadonlySet<string>;
  /** By path: `field` or `group.0.field`. */
  readonly problems: Readonly<Record<string, string>>;
  readonly warnings: Readonly<Record<string, string>>;
};

function kindOf(name: string): FieldKindName | null {
  return fieldKindNames.find((kind) => kind === name) ?? null;
}

// A condition comes from the compiled catalogue as data; its shape was proved when it was published.
function holds(
  condition: unknown,
  fields: Readonly<Record<string, unknown>>,
  now: string,
  otherwise: boolean,
): boolean {
  if (condition === null || condition === undefined) return otherwise;
  return evaluate(condition as Condition, { fields, now });
}

function checkOf(field: FormField): Pick<Field, 'check'> {
  return field.check ? { check: field.check as NonNullable<Field['check']> } : {};
}

export function checkForm(
  form: readonly FormField[],
  raw: Readonly<Record<string, unknown>>,
  at: { readonly today: string; readonly now: string },
): FormState {
  const shown: FormField[] = [];
  const required = new Set<string>();
  const problems: Record<string, string> = {};
  const warnings: Record<string, string> = {};
  const parsed: Record<string, unknown> = {};
  for (const field of form) {
    if (!holds(field.showWhen, parsed, at.now, true)) continue;
    shown.push(field);
    const judged = field.kind === 'boolean' && field.options['mustBeTrue'] !== true;
    const needed = judged || field.required || holds(field.requiredWhen, parsed, at.now, false);
    if (needed) required.add(field.name);
    const kind = kindOf(field.kind);
    if (!kind) continue;
    if (judged && isBlank(raw[field.name])) {
      problems[field.name] = '还没有选择，请选“是”或“否”。';
      continue;
    }
    const result = parseField({ kind, options: field.options, required: needed, zh: field.zh }, raw[field.name], at);
    const found = result.ok ? result.warnings : result.problems;
    for (const one of found) {
      const path = [field.name, ...(one.path ?? [])].join('.');
      (result.ok ? warnings : problems)[path] ??= one.zh;
    }
    if (!result.ok || result.value === undefined) continue;
    parsed[field.name] = result.value;
    const disagrees = disagreement(field.name, checkOf(field), parsed, at.now);
    if (disagrees) problems[field.name] = disagrees.zh;
  }
  return { shown, required, problems, warnings };
}

/** The server's problems by the path that the form knows them by. */
export function problemsByPath(
  problems: readonly { readonly path: string; readonly zh: string }[],
): Record<string, string> {
  return Object.fromEntries(
    problems.map(({ path, zh }) => [path.replace(/^(?:command\.)?data\./, '').replace(/^command\./, ''), zh]),
  );
}

/** The problem of a field itself or of a part of it (`location.text`), for a control that is drawn as one. */
export function problemOf(problems: Readonly<Record<string, string>>, name: string): string | undefined {
  if (problems[name] !== undefined) return problems[name];
  const inside = Object.keys(problems).find((path) => path.startsWith(`${name}.`));
  return inside === undefined ? undefined : problems[inside];
}

/** Values of fields that are not shown are not sent. */
export function valuesShown(state: FormState, raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given: [string, unknown][] = state.shown.map((field) => [field.name, withoutNames(raw[field.name])]);
  return Object.fromEntries(given.filter(([, value]) => !isBlank(value)));
}

/** File names are kept beside the ids for the page only. */
function withoutNames(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('names' in value)) return value;
  const { names: _names, ...rest } = value;
  return rest;
}
