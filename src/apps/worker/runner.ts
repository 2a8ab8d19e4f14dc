// The form runner without any page: which questions a service asks given what was answered, which comes next, how an answer
// becomes inputs and a post becomes an answer. Pure; the catalogue's form decides, this only walks it.

import type { Field, Service } from '#catalog/define';
import { consentToken, fieldKind, formatYuan, isBlank } from '#catalog/fields/index';
import type { ConsentOptions, FieldKindName, FormatContext } from '#catalog/fields/index';
import { allFields, isRequired, isSecret, isShown } from '#catalog/form';
import type { FieldProblem } from '#platform/errors';
import type { FormField } from '#contract/cases';
import { localInput } from './pages/words.ts';
import { list, part, textOf, texts } from './pages/raw.ts';

export type Question = { readonly name: string; readonly field: Field; readonly required: boolean };

export type Plan = {
  /** One page each, in the order of the catalogue. */
  readonly questions: readonly Question[];
  /** Consents and confirmations, ticked on the review page. */
  readonly declarations: readonly Question[];
};

function isDeclaration(field: Field): boolean {
  return field.kind === 'consent' || (field.kind === 'boolean' && part(field.options, 'mustBeTrue') === true);
}

export function planOf(
  service: Pick<Service, 'fields' | 'materials'>,
  answers: Readonly<Record<string, unknown>>,
  now: string,
): Plan {
  const shown = Object.entries(allFields(service))
    .filter(([, field]) => isShown(field, answers, now))
    .map(([name, field]) => ({ name, field, required: isRequired(field, answers, now) }));
  return {
    questions: shown.filter(({ field }) => !isDeclaration(field)),
    declarations: shown.filter(({ field }) => isDeclaration(field)),
  };
}

type Answered = {
  readonly answers: Readonly<Record<string, unknown>>;
  readonly masks: Readonly<Record<string, string>>;
};

export function isAnswered(name: string, draft: Answered): boolean {
  return draft.answers[name] !== undefined || draft.masks[name] !== undefined;
}

/** The page after `name`, or null for the review. */
export function nextAfter(plan: Plan, name: string): string | null {
  const index = plan.questions.findIndex((one) => one.name === name);
  return plan.questions[index + 1]?.name ?? null;
}

export function beforeOf(plan: Plan, name: string): string | null {
  const index = plan.questions.findIndex((one) => one.name === name);
  return index > 0 ? (plan.questions[index - 1]?.name ?? null) : null;
}

/** Where somebody who comes back goes on: the first question that must still be answered, or null for the review. */
export function resumeAt(plan: Plan, draft: Answered): string | null {
  const nothing = !plan.questions.some(({ name }) => isAnswered(name, draft));
  const open = plan.questions.find(({ name, required }) => required && !isAnswered(name, draft));
  return (nothing ? plan.questions[0] : open)?.name ?? null;
}

type Spec = { readonly kind: FieldKindName; readonly options: object };

function isConsent(options: object): options is ConsentOptions {
  return 'purpose' in options && 'version' in options;
}

/** A kept value as the inputs of its kind show it. */
export function inputsOf(spec: Spec, value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  switch (spec.kind) {
    case 'money':
      return typeof value === 'number' ? formatYuan(value).replace(/,/g, '') : value;
    case 'datetime':
      return typeof value === 'string' ? localInput(value) : value;
    case 'boolean':
      return textOf(value);
    case 'consent':
      return isConsent(spec.options) ? consentToken(spec.options) : undefined;
    case 'file':
      return texts(part(value, 'fileIds'));
    case 'group':
      return list(value).map((row) => rowInputs(part(spec.options, 'fields'), row));
    case 'person_list':
      return list(value).map((row) => rowInputs({ amountFen: { kind: 'money' } }, row));
    default:
      return value;
  }
}

function rowInputs(fields: unknown, row: unknown): unknown {
  if (typeof row !== 'object' || row === null) return row;
  return Object.fromEntries(
    Object.entries(row).map(([key, value]: [string, unknown]) => {
      const spec = part(fields, key);
      const kind = textOf(part(spec, 'kind'));
      const options = part(spec, 'options');
      return [
        key,
        kind === 'money' || kind === 'datetime'
          ? inputsOf({ kind, options: typeof options === 'object' && options !== null ? options : {} }, value)
          : value,
      ];
    }),
  );
}

/** The answer in a post: the value under its name, with the choices that only pages know undone. */
export function answerIn(kind: FieldKindName, name: string, values: Readonly<Record<string, unknown>>): unknown {
  const raw = values[name];
  if (kind === 'org_ref' && typeof raw === 'object' && raw !== null) {
    const pick = textOf(part(raw, 'pick'));
    return pick === '' ? { name: textOf(part(raw, 'name')) } : pick;
  }
  if (kind === 'signature' && typeof raw === 'object' && raw !== null) {
    const fileId = textOf(part(raw, 'fileId'));
    if (fileId !== '') return { fileId };
    // The name stands there already: without a drawing, only the code says that somebody signed.
    return isBlank(part(raw, 'smsCode')) ? undefined : raw;
  }
  if (kind === 'file') return { fileIds: texts(raw) };
  // The type alone is no answer: its box always has one.
  if (kind === 'id_document' && isBlank(part(raw, 'number'))) return undefined;
  if (kind === 'location' || kind === 'address') return placeIn(raw);
  return raw;
}

/** A region without any words or position is the page's own proposal, not an answer. */
function placeIn(raw: unknown): unknown {
  const said = ['text', 'detail', 'lat'].some((key) => !isBlank(part(raw, key)));
  return said || typeof raw === 'string' ? raw : undefined;
}

/** What was left open, said in the words of its kind: unticked radio buttons would be read as no, and nobody said no. */
export function unsaid(
  field: Spec & { readonly required: boolean },
  name: string,
  answer: unknown,
): readonly FieldProblem[] {
  if (field.kind === 'signature' && field.required && isBlank(answer))
    return [{ path: name, code: 'blank', zh: '请先签名：在框里手写，或填写姓名并用短信验证码确认。' }];
  const silent = field.kind === 'boolean' && part(field.options, 'mustBeTrue') !== true && isBlank(answer);
  return silent && field.required ? [{ path: name, code: 'blank', zh: '请选择“是”或“否”。' }] : [];
}

/** For people, masked where it must be. */
export function answerText(name: string, field: Field, draft: Answered, names: FormatContext): string {
  const value = draft.answers[name];
  if (isSecret(field) || value === undefined) return draft.masks[name] ?? '';
  return fieldKind(field.kind).format(value, field.options, names);
}

/** A field of a case's action is the same thing in the contract's words. */
export function asField(form: FormField, kind: FieldKindName): Field {
  return {
    kind,
    zh: form.zh,
    options: form.options,
    required: form.required,
    class: form.secret ? 'sensitive' : 'personal',
    retention: 'case',
    ...(form.help === null ? {} : { help: form.help }),
  };
}

/** Buttons of a repeated group or of files change what is shown, not what is kept: the new raw value, or null for other buttons. */
export function edited(
  op: string,
  values: Readonly<Record<string, unknown>>,
): { readonly name: string; readonly raw: unknown } | null {
  const [verb, name = '', which = ''] = op.split(':');
  const rows = list(values[name]);
  if (verb === 'add') return { name, raw: [...(rows.length > 0 ? rows : [{}]), {}] };
  if (verb === 'drop') return { name, raw: rows.filter((_, index) => index !== Number(which)) };
  if (verb === 'remove') return { name, raw: texts(values[name]).filter((fileId) => fileId !== which) };
  return null;
}
