// A form as data meets raw input: one forward pass over fields and materials, alike on server and phone. What is not shown is
// not asked and not kept; nothing unknown gets in. Sealing secrets and looking at files is the server's part.

import { evaluate, type Condition } from '#platform/condition';
import type { FieldProblem } from '#platform/errors';
import type { Field, Fields, Material, Service } from './define.ts';
import {
  acceptDefault,
  acceptedZh,
  fieldKind,
  mediaTypesOf,
  parseField,
  type FileAccept,
  type FileOptions,
} from './fields/index.ts';

export type FormContext = {
  /** ISO instant. */
  readonly now: string;
  readonly today: string;
  readonly isRegion?: (code: string) => boolean;
  readonly smsCodeVerified?: boolean;
  /** What the case holds already; conditions may read it, and nothing of it is asked or given again. */
  readonly known?: Readonly<Record<string, unknown>>;
};

export type ParsedForm =
  | {
      readonly ok: true;
      readonly data: Readonly<Record<string, unknown>>;
      readonly warnings: readonly FieldProblem[];
      readonly fileIds: readonly string[];
      /** Values that must be sealed before they are stored, with the mask that is shown instead. */
      readonly secrets: Readonly<Record<string, { readonly mask: string }>>;
    }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

const signatureOptions: FileOptions = { accept: ['image'] };

/** Kinds whose value identifies a person or an account and is stored sealed wherever it appears. */
const secretKinds = new Set(['id_number', 'id_document', 'bank_card']);

export function isSecret(field: Pick<Field, 'kind' | 'options'>): boolean {
  return secretKinds.has(field.kind) || (field.kind === 'person_list' && holdsCards(field.options));
}

/** A list of people who are paid holds their numbers and their cards. */
function holdsCards(options: object): boolean {
  return 'columns' in options && Array.isArray(options.columns) && options.columns.includes('cardNumber');
}

/** A material is a field of files: what the form, its check and its test matrix make of it. */
export function materialField(material: Material): Field {
  const accept: readonly FileAccept[] = material.accept ?? [...acceptDefault, 'video'];
  return {
    kind: 'file',
    zh: material.zh,
    options: { accept, maxCount: material.maxCount ?? 9 },
    required: material.required && !material.exemptIfShared,
    class: 'sensitive',
    retention: 'insurance',
    ...(material.requiredWhen ? { requiredWhen: material.requiredWhen } : {}),
  };
}

export function allFields(service: Pick<Service, 'fields' | 'materials'>): Fields {
  return {
    ...service.fields,
    ...Object.fromEntries(Object.entries(service.materials).map(([name, material]) => [name, materialField(material)])),
  };
}

function holds(
  condition: Condition | undefined,
  fields: Readonly<Record<string, unknown>>,
  now: string,
  otherwise: boolean,
): boolean {
  return condition ? evaluate(condition, { fields, now }) : otherwise;
}

/** Whether a field is asked for, given what was answered before it. */
export function isShown(field: Field, answers: Readonly<Record<string, unknown>>, now: string): boolean {
  return field.prefill !== 'rule' && holds(field.showWhen, answers, now, true);
}

export function isRequired(field: Field, answers: Readonly<Record<string, unknown>>, now: string): boolean {
  return field.required || holds(field.requiredWhen, answers, now, false);
}

/** The problem of an answer that does not agree with itself or with an earlier one; `answers` holds it already. */
export function disagreement(
  name: string,
  field: Pick<Field, 'check'>,
  answers: Readonly<Record<string, unknown>>,
  now: string,
): FieldProblem | null {
  if (!field.check || holds(field.check.when, answers, now, true)) return null;
  return { path: name, code: 'disagrees', zh: field.check.zh };
}

export function parseForm(
  fields: Fields,
  materials: Service['materials'],
  raw: Readonly<Record<string, unknown>>,
  context: FormContext,
): ParsedForm {
  const data: Record<string, unknown> = {};
  const problems: FieldProblem[] = [];
  const warnings: FieldProblem[] = [];
  const fileIds: string[] = [];
  const secrets: Record<string, { mask: string }> = {};

  for (const [name, field] of Object.entries(allFields({ fields, materials }))) {
    const answers = context.known ? { ...context.known, ...data } : data;
    if (!isShown(field, answers, context.now)) continue;
    const required = isRequired(field, answers, context.now);
    const parsed = parseField({ kind: field.kind, options: field.options, required, zh: field.zh }, raw[name], context);
    if (!parsed.ok) {
      problems.push(...parsed.problems.map((problem) => toProblem(name, problem)));
      continue;
    }
    warnings.push(...parsed.warnings.map((problem) => toProblem(name, problem)));
    if (parsed.value === undefined) continue;
    data[name] = parsed.value;
    const problem = disagreement(name, field, { ...answers, ...data }, context.now);
    if (problem) problems.push(problem);
    fileIds.push(...fileIdsIn(parsed.value));
    if (isSecret(field)) secrets[name] = { mask: fieldKind(field.kind).mask(parsed.value) };
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, data, warnings, fileIds, secrets };
}

/** Fields that were given a file of a kind which they do not take. `mediaTypes` says what each file is, by its content. */
export function fileProblems(
  fields: Fields,
  data: Readonly<Record<string, unknown>>,
  mediaTypes: ReadonlyMap<string, string>,
): FieldProblem[] {
  return Object.entries(fields).flatMap(([path, { kind, options }]) => {
    const accepted = kind === 'file' ? options : kind === 'signature' ? signatureOptions : null;
    const given = fileIdsIn(data[path]).flatMap((id) => mediaTypes.get(id) ?? []);
    if (!accepted || given.every((one) => mediaTypesOf(accepted).includes(one))) return [];
    return [{ path, code: 'media_type', zh: `这里只收${acceptedZh(accepted)}，请删去别的文件，重新上传。` }];
  });
}

function toProblem(
  name: string,
  problem: { code: string; zh: string; path?: readonly (string | number)[] },
): FieldProblem {
  return { path: [name, ...(problem.path ?? [])].join('.'), code: problem.code, zh: problem.zh };
}

function fileIdsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('fileIds' in value && Array.isArray(value.fileIds)) return value.fileIds.filter((id) => typeof id === 'string');
  return 'fileId' in value && typeof value.fileId === 'string' ? [value.fileId] : [];
}
