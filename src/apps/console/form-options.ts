// Reads the options of a field, which come as data, into what the controls need. Pure.

import type { FormField } from '#contract/cases';
import { entriesOf, textOr } from './data.ts';

/** What a control needs to know of its field, and whom it tells. */
export type ControlArgs = {
  readonly field: FormField;
  readonly required: boolean;
  readonly value: unknown;
  readonly error: string | undefined;
  readonly errors: Readonly<Record<string, string>>;
  readonly warning: string | undefined;
  readonly onChange: (value: unknown) => void;
  readonly onLeave: () => void;
};

export type Options = Readonly<Record<string, unknown>>;
export type Choice = { readonly value: string; readonly zh: string };

export function textOption(options: Options, name: string): string {
  const found = options[name];
  return typeof found === 'string' ? found : '';
}

export function numberOption(options: Options, name: string): number | undefined {
  const found = options[name];
  return typeof found === 'number' ? found : undefined;
}

export function choicesOf(options: Options): readonly Choice[] {
  const values = options['values'];
  if (!Array.isArray(values)) return [];
  return values.flatMap((one: unknown) => {
    if (typeof one === 'string') return [{ value: one, zh: one }];
    const choice = entriesOf(one);
    const value = choice.get('value');
    const zh = choice.get('zh');
    return typeof value === 'string' ? [{ value, zh: typeof zh === 'string' ? zh : value }] : [];
  });
}

export function unitOf(field: Pick<FormField, 'kind' | 'options'>): string {
  return field.kind === 'money' ? '元' : textOption(field.options, 'unit');
}

const columnsZh: Readonly<Record<string, readonly [string, string]>> = {
  idDocument: ['id_document', '证件'],
  phone: ['phone', '手机号'],
  post: ['text', '岗位'],
  relation: ['text', '关系'],
  sharePercent: ['decimal', '份额（%）'],
  cardNumber: ['bank_card', '收款账户'],
  amountFen: ['money', '金额'],
  note: ['text', '备注'],
};

/** A list of persons as the repeated group that it is. */
export function personListFields(options: Options): Options {
  const listed = (name: string, otherwise: readonly string[]): readonly string[] => {
    const found = options[name];
    return Array.isArray(found) ? found.filter((one) => typeof one === 'string') : otherwise;
  };
  const required = listed('required', []);
  const fields: Record<string, unknown> = { name: { kind: 'person_name', zh: '姓名', required: true } };
  for (const column of listed('columns', ['idDocument', 'phone'])) {
    const [kind, zh] = columnsZh[column] ?? ['text', column];
    fields[column] = { kind, zh, required: required.includes(column) };
  }
  return { ...options, fields };
}

/** The fields of a group's row, as fields of a form of their own. */
export function rowFields(options: Options): readonly FormField[] {
  const fields = options['fields'];
  if (typeof fields !== 'object' || fields === null) return [];
  return Object.entries(fields).map(([name, spec]) => {
    const given = entriesOf(spec);
    const inner = given.get('options');
    return {
      name,
      kind: textOr(given.get('kind'), 'text'),
      zh: textOr(given.get('zh'), name),
      required: given.get('required') === true,
      options: typeof inner === 'object' && inner !== null ? { ...inner } : {},
      help: null,
      showWhen: null,
      requiredWhen: null,
      check: null,
      secret: false,
    };
  });
}
