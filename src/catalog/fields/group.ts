// Repeated groups: rows of fields, each parsed by its own kind, each problem with the path to its place.
// The table of kinds is handed in, because it holds the group itself.

import type {
  FieldClass,
  FieldKind,
  FieldKindName,
  FieldSpec,
  FormatContext,
  InvalidSample,
  Parsed,
  ParseContext,
  Problem,
} from './kind.ts';
import { bad, isBlank, ok, readList, readObject, under } from './raw.ts';
import { sampler } from './sample.ts';

export type GroupFields = Readonly<Record<string, FieldSpec>>;
export type GroupOptions = { fields: GroupFields; min?: number; max?: number };
export type Row = Record<string, unknown>;
export type KindOf = (name: FieldKindName) => FieldKind;

/** More rows than a page can show; longer lists come as a file. */
const rowsMaxDefault = 50;

/**
 * One field with its requiredness: an optional field left empty is `undefined`, a required one is the problem 'blank'.
 * An unticked box is not sent at all, so a boolean is always parsed.
 */
export function parseSpec(spec: FieldSpec, raw: unknown, ctx: ParseContext, kindOf: KindOf): Parsed<unknown> {
  if (spec.kind !== 'boolean' && spec.required !== true && isBlank(raw)) return ok(undefined);
  return kindOf(spec.kind).parse(raw, spec.options ?? {}, ctx);
}

function parseRow(fields: GroupFields, raw: unknown, ctx: ParseContext, kindOf: KindOf): Parsed<Row> {
  const source = readObject(raw);
  if (!source) return bad('row_format', '这一行的内容无法识别，请删去后重新填写。');
  const row: Row = {};
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const [key, spec] of Object.entries(fields)) {
    const parsed = parseSpec(spec, source.get(key), ctx, kindOf);
    if (!parsed.ok) problems.push(...under(key, parsed.problems));
    else {
      warnings.push(...under(key, parsed.warnings));
      if (parsed.value !== undefined) row[key] = parsed.value;
    }
  }
  return problems.length > 0 ? { ok: false, problems } : ok(row, warnings);
}

/** No field of ours is answered and no box is ticked; what else the row carries does not matter. */
function isEmptyRow(fields: GroupFields, raw: unknown, ctx: ParseContext, kindOf: KindOf): boolean {
  const source = readObject(raw);
  if (!source) return isBlank(raw);
  return Object.entries(fields).every(([key, spec]) => {
    if (spec.kind !== 'boolean') return isBlank(source.get(key));
    const ticked = kindOf('boolean').parse(source.get(key), {}, ctx);
    return ticked.ok && ticked.value === false;
  });
}

export function parseRows(options: GroupOptions, raw: unknown, ctx: ParseContext, kindOf: KindOf): Parsed<Row[]> {
  const list = isBlank(raw) ? [] : readList(raw);
  if (!list) return bad('wrong_type', '这一项收到的内容不是列表，请重新填写。');
  const { min = 1, max = rowsMaxDefault } = options;
  if (list.length > max * 2) return bad('too_many', `最多填写 ${max} 行，请删去几行，或改为上传名单。`);
  // An enhanced page keeps an empty last row ready; it is nobody's answer. Its index is kept, so that paths stay true.
  const filled = list
    .map((one, index) => ({ one, index }))
    .filter(({ one }) => !isEmptyRow(options.fields, one, ctx, kindOf));
  if (filled.length === 0 && min > 0) return bad('blank', '还没有填写，请至少填写一行。');
  if (filled.length < min) return bad('too_few', `至少填写 ${min} 行，请补充。`);
  if (filled.length > max) return bad('too_many', `最多填写 ${max} 行，请删去几行，或改为上传名单。`);
  const rows: Row[] = [];
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const { one, index } of filled) {
    const parsed = parseRow(options.fields, one, ctx, kindOf);
    if (!parsed.ok) problems.push(...under(index, parsed.problems));
    else {
      rows.push(parsed.value);
      warnings.push(...under(index, parsed.warnings));
    }
  }
  return problems.length > 0 ? { ok: false, problems } : ok(rows, warnings);
}

export function formatRows(
  options: GroupOptions,
  rows: readonly Row[],
  names: FormatContext | undefined,
  kindOf: KindOf,
): string {
  return rows
    .map((row) =>
      Object.entries(options.fields)
        .filter(([key]) => row[key] !== undefined)
        .map(
          ([key, spec]) =>
            `${spec.zh ?? ''}${spec.zh ? '：' : ''}${kindOf(spec.kind).format(row[key], spec.options ?? {}, names)}`,
        )
        .join('，'),
    )
    .join('；');
}

export function rowsSchema(options: GroupOptions, kindOf: KindOf): Record<string, unknown> {
  const entries = Object.entries(options.fields);
  const properties: Record<string, unknown> = {};
  for (const [key, spec] of entries) properties[key] = kindOf(spec.kind).jsonSchema(spec.options ?? {});
  return {
    type: 'array',
    items: {
      type: 'object',
      properties,
      required: entries.filter(([, spec]) => spec.required === true || spec.kind === 'boolean').map(([key]) => key),
      additionalProperties: false,
    },
    minItems: options.min ?? 1,
    maxItems: options.max ?? rowsMaxDefault,
  };
}

function exampleRow(fields: GroupFields, seed: number, today: string | undefined, kindOf: KindOf): Row {
  const row: Row = {};
  Object.entries(fields).forEach(([key, spec], index) => {
    row[key] = kindOf(spec.kind).example(spec.options ?? {}, seed * 31 + index, today);
  });
  return row;
}

export function exampleRows(options: GroupOptions, seed: number, today: string | undefined, kindOf: KindOf): Row[] {
  const { min = 1, max = rowsMaxDefault } = options;
  const count = sampler(seed).int(Math.max(1, min), Math.max(1, min, Math.min(max, min + 2)));
  return Array.from({ length: count }, (_, index) => exampleRow(options.fields, seed * 100 + index, today, kindOf));
}

export function invalidRows(
  options: GroupOptions,
  seed: number,
  today: string | undefined,
  kindOf: KindOf,
): InvalidSample[] {
  const { min = 1, max = rowsMaxDefault } = options;
  const row = rawRow(options.fields, seed, today, kindOf);
  const copies = (count: number): Row[] => Array.from({ length: count }, () => row);
  const inner = Object.entries(options.fields).flatMap(([key, spec]) =>
    kindOf(spec.kind)
      .invalid(spec.options ?? {}, seed, today)
      .filter((sample) => sample.code !== 'blank')
      .slice(0, 3)
      .map((sample) => ({ raw: [{ ...row, [key]: sample.raw }, ...copies(Math.max(0, min - 1))], code: sample.code })),
  );
  return [
    ...(min > 0
      ? [
          { raw: [], code: 'blank' },
          { raw: [{}], code: 'blank' },
        ]
      : []),
    { raw: 7, code: 'wrong_type' },
    { raw: [...copies(Math.max(0, min - 1)), 'x'], code: 'row_format' },
    { raw: copies(max + 1), code: 'too_many' },
    ...(min > 1 ? [{ raw: copies(1), code: 'too_few' }] : []),
    ...inner,
  ];
}

/** An example row as a form would send it. */
function rawRow(fields: GroupFields, seed: number, today: string | undefined, kindOf: KindOf): Row {
  const row = exampleRow(fields, seed, today, kindOf);
  for (const [key, spec] of Object.entries(fields)) row[key] = toRaw(spec, row[key]);
  return row;
}

/** Raw input that parses to `value`: most values are their own, money is not, since a bare number could be yuan. */
export function toRaw(spec: FieldSpec, value: unknown): unknown {
  if (spec.kind === 'money') return { fen: value };
  if (!Array.isArray(value)) return value;
  const fields = spec.kind === 'person_list' ? personRawFields : groupFields(spec.options);
  return fields ? value.map((one: unknown) => rawOfRow(fields, one)) : value;
}

/** The one column of a list of persons that is not its own raw form. */
const personRawFields: GroupFields = { amountFen: { kind: 'money' } };

function rawOfRow(fields: GroupFields, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const row: Row = { ...value };
  for (const [key, inner] of Object.entries(fields)) {
    if (row[key] !== undefined) row[key] = toRaw(inner, row[key]);
  }
  return row;
}

function groupFields(options: object | undefined): GroupFields | undefined {
  return options && 'fields' in options ? (options as GroupOptions).fields : undefined;
}

const order: readonly FieldClass[] = ['public', 'internal', 'personal', 'sensitive'];

/** A group is as closed as the most closed field in it. */
export function groupClass(fields: GroupFields, kindOf: KindOf): FieldClass {
  const ranks = Object.values(fields).map((spec) => {
    const nested = groupFields(spec.options);
    return order.indexOf(nested ? groupClass(nested, kindOf) : kindOf(spec.kind).fieldClass);
  });
  return order[Math.max(0, ...ranks)] ?? 'sensitive';
}

export const rowCodes = ['blank', 'wrong_type', 'row_format', 'too_few', 'too_many'] as const;

export function makeGroup(kindOf: KindOf): FieldKind<Row[], GroupOptions> {
  return {
    kind: 'group',
    zh: '可重复填写的一组',
    fieldClass: 'sensitive',
    codes: rowCodes,
    parse: (raw, options, ctx) => parseRows(options, raw, ctx, kindOf),
    format: (value, options, names) => formatRows(options, value, names, kindOf),
    mask: (value) => `共 ${value.length} 行`,
    jsonSchema: (options) => rowsSchema(options, kindOf),
    example: (options, seed, today) => exampleRows(options, seed, today, kindOf),
    invalid: (options, seed, today) => invalidRows(options, seed, today, kindOf),
  };
}
