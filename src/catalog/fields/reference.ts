// References to persons and cases, and lists of persons. A reference says whom or what somebody means; whether it exists and
// may be seen is decided by the module that owns it.

import { isDay } from './day.ts';
import { formatRows, exampleRows, invalidRows, parseRows, rowCodes, rowsSchema } from './group.ts';
import type { GroupFields, GroupOptions } from './group.ts';
import { idDocument } from './identity.ts';
import type { IdDocument } from './identity.ts';
import type { FieldKind, FieldKindName, NoOptions, FieldSpec, Parsed, Problem } from './kind.ts';
import { exampleToday } from './kind.ts';
import { bankCard, money, decimal } from './money.ts';
import { phone } from './place.ts';
import {
  bad,
  foldIdentifier,
  isBlank,
  ok,
  readObject,
  readText,
  readUuid,
  textCodes,
  textSamples,
  under,
} from './raw.ts';
import type { Fields } from './raw.ts';
import { sampler } from './sample.ts';
import { personName, text } from './text.ts';

export type PersonRef = { name: string; personId?: string; phone?: string; idDocument?: IdDocument };
export type PersonRefOptions = { required?: readonly ('phone' | 'idDocument')[] };

function optional<V, O extends object>(
  kind: FieldKind<V, O>,
  key: string,
  fields: Fields,
  needed: boolean,
  options: O,
  today: string,
): Parsed<V | undefined> {
  const raw = fields.get(key);
  if (!needed && isBlank(raw)) return ok(undefined);
  const parsed = kind.parse(raw, options, { today });
  return parsed.ok ? parsed : { ok: false, problems: under(key, parsed.problems) };
}

export const personRef: FieldKind<PersonRef, PersonRefOptions> = {
  kind: 'person_ref',
  zh: '人员',
  fieldClass: 'personal',
  codes: [...personName.codes, 'reference'],
  parse(raw, options, ctx) {
    const fields = readObject(raw) ?? readObject(Array.isArray(raw) ? {} : { name: raw });
    if (!fields) return bad('wrong_type', '这一项收到的内容不是人员，请重新填写。');
    const needs = options.required ?? [];
    const name = optional(personName, 'name', fields, true, {}, ctx.today);
    const called = optional(phone, 'phone', fields, needs.includes('phone'), {}, ctx.today);
    const proved = optional(idDocument, 'idDocument', fields, needs.includes('idDocument'), {}, ctx.today);
    const problems: Problem[] = [name, called, proved].flatMap((one) => (one.ok ? [] : one.problems));
    const rawId = fields.get('personId') ?? '';
    const personId = readUuid(rawId);
    if (rawId !== '' && personId === undefined)
      problems.push({ code: 'reference', zh: '选中的人员无法识别，请重新选择。', path: ['personId'] });
    if (!name.ok || name.value === undefined || !called.ok || !proved.ok || problems.length > 0)
      return { ok: false, problems };
    const value: PersonRef = { name: name.value };
    if (personId !== undefined) value.personId = personId;
    if (called.value !== undefined) value.phone = called.value;
    if (proved.value !== undefined) value.idDocument = proved.value;
    return ok(value, name.warnings);
  },
  format: (value) =>
    [
      value.name,
      ...(value.phone === undefined ? [] : [phone.format(value.phone, {})]),
      ...(value.idDocument === undefined ? [] : [idDocument.format(value.idDocument, {})]),
    ].join('，'),
  mask: (value) =>
    [personName.mask(value.name), ...(value.phone === undefined ? [] : [phone.mask(value.phone)])].join('，'),
  jsonSchema: (options) => ({
    type: 'object',
    properties: {
      name: personName.jsonSchema({}),
      personId: { type: 'string', format: 'uuid' },
      phone: phone.jsonSchema({}),
      idDocument: idDocument.jsonSchema({}),
    },
    required: ['name', ...(options.required ?? [])],
    additionalProperties: false,
  }),
  example(options, seed) {
    const value: PersonRef = { name: personName.example({}, seed) };
    if (options.required?.includes('phone')) value.phone = phone.example({}, seed);
    if (options.required?.includes('idDocument')) value.idDocument = idDocument.example({}, seed);
    return value;
  },
  invalid: (options, seed) => {
    const right = personRef.example(options, seed);
    return [
      ...personName
        .invalid({}, seed)
        .filter((sample) => typeof sample.raw === 'string')
        .map((sample) => ({ raw: { ...right, name: sample.raw }, code: sample.code })),
      { raw: { ...right, name: ['a', 'b'] }, code: 'wrong_type' },
      { raw: { ...right, personId: '1' }, code: 'reference' },
    ];
  },
};

/** What a row of a list of persons may hold beside the name. */
export type PersonColumn =
  | 'idDocument'
  | 'phone'
  | 'post'
  | 'relation'
  | 'sharePercent'
  | 'cardNumber'
  | 'amountFen'
  | 'note';

export type Person = {
  name: string;
  idDocument?: IdDocument;
  phone?: string;
  post?: string;
  relation?: string;
  sharePercent?: number;
  cardNumber?: string;
  amountFen?: number;
  note?: string;
};

export type PersonListOptions = {
  columns?: readonly PersonColumn[];
  /** Of the columns; the name always is. */
  required?: readonly PersonColumn[];
  min?: number;
  max?: number;
};

const columnSpecs: Record<PersonColumn, FieldSpec> = {
  idDocument: { kind: 'id_document', zh: '证件' },
  phone: { kind: 'phone', zh: '手机号' },
  post: { kind: 'text', options: { max: 40 }, zh: '岗位' },
  relation: { kind: 'text', options: { max: 20 }, zh: '关系' },
  sharePercent: { kind: 'decimal', options: { min: 0, max: 100, scale: 2 }, zh: '份额（%）' },
  cardNumber: { kind: 'bank_card', zh: '收款账户' },
  amountFen: { kind: 'money', zh: '金额' },
  note: { kind: 'text', options: { max: 200 }, zh: '备注' },
};
const columnsDefault: readonly PersonColumn[] = ['idDocument', 'phone'];

function listKind(name: FieldKindName): FieldKind {
  const kinds = { person_name: personName, id_document: idDocument, phone, text, decimal, bank_card: bankCard, money };
  for (const [key, kind] of Object.entries<FieldKind>(kinds)) if (key === name) return kind;
  return text;
}

function asGroup(options: PersonListOptions): GroupOptions {
  const fields: Record<string, FieldSpec> = { name: { kind: 'person_name', required: true, zh: '姓名' } };
  for (const column of options.columns ?? columnsDefault) {
    fields[column] = { ...columnSpecs[column], required: options.required?.includes(column) ?? false };
  }
  const bounds: { min?: number; max?: number } = {};
  if (options.min !== undefined) bounds.min = options.min;
  if (options.max !== undefined) bounds.max = options.max;
  return { fields: fields satisfies GroupFields, ...bounds };
}

function checkList(people: readonly Person[]): readonly Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  people.forEach((person, index) => {
    const document = person.idDocument;
    if (document === undefined) return;
    const key = `${document.type} ${document.number}`;
    if (seen.has(key))
      problems.push({
        code: 'duplicate_person',
        zh: `第 ${index + 1} 行与前面的人证件相同，请删去重复的一行。`,
        path: [index],
      });
    seen.add(key);
  });
  const shares = people.map((person) => person.sharePercent).filter((share) => share !== undefined);
  // In hundredths of a percent, as the column keeps two decimals.
  const total = shares.reduce((sum, share) => sum + Math.round(share * 100), 0);
  if (shares.length > 0 && total !== 10_000) {
    problems.push({ code: 'share_total', zh: `份额合计应为 100%，现在是 ${total / 100}%，请调整。` });
  }
  return problems;
}

/** A list of people that a case holds, read back. */
export function personListIn(value: unknown): Person[] {
  return Array.isArray(value) ? value.filter(isPerson) : [];
}

const isPerson = (one: unknown): one is Person =>
  typeof one === 'object' && one !== null && 'name' in one && typeof one.name === 'string';

export const personList: FieldKind<Person[], PersonListOptions> = {
  kind: 'person_list',
  zh: '人员名单',
  fieldClass: 'sensitive',
  codes: [...rowCodes, 'duplicate_person', 'share_total'],
  parse(raw, options, ctx) {
    const parsed = parseRows(asGroup(options), raw, ctx, listKind);
    if (!parsed.ok) return parsed;
    // The rows were parsed by the columns' own kinds, so each key holds what Person says.
    const people = parsed.value as Person[];
    const problems = checkList(people);
    return problems.length > 0 ? { ok: false, problems } : ok(people, parsed.warnings);
  },
  format: (value, options, names) => formatRows(asGroup(options), value, names, listKind),
  mask: (value) => `共 ${value.length} 人：${value.map((person) => personName.mask(person.name)).join('、')}`,
  jsonSchema: (options) => rowsSchema(asGroup(options), listKind),
  example(options, seed, today) {
    const people = exampleRows(asGroup(options), seed, today, listKind) as Person[];
    const withShare = people.filter((person) => person.sharePercent !== undefined);
    withShare.forEach((person, index) => {
      const equal = Math.floor(10_000 / withShare.length);
      person.sharePercent = (index === 0 ? 10_000 - equal * (withShare.length - 1) : equal) / 100;
    });
    return people;
  },
  invalid(options, seed, today) {
    const columns = options.columns ?? columnsDefault;
    const samples = [
      ...invalidRows(
        asGroup({ ...options, columns: columns.filter((one) => one !== 'sharePercent') }),
        seed,
        today,
        listKind,
      ),
    ];
    const document = idDocument.example({ types: ['resident_id'] }, seed);
    const fits = (options.min ?? 1) <= 2 && (options.max ?? 2) >= 2 && (options.required ?? []).length === 0;
    if (columns.includes('idDocument') && fits) {
      samples.push({
        raw: [
          { name: '张三', idDocument: document },
          { name: '李四', idDocument: document },
        ],
        code: 'duplicate_person',
      });
    }
    if (columns.includes('sharePercent') && fits) {
      samples.push({
        raw: [
          { name: '张三', sharePercent: '60' },
          { name: '李四', sharePercent: '39.99' },
        ],
        code: 'share_total',
      });
    }
    return samples;
  },
};

/** Region 6, day of acceptance 8, sequence 6. */
export const caseRef: FieldKind<string, NoOptions> = {
  kind: 'case_ref',
  zh: '办件编号',
  fieldClass: 'internal',
  codes: [...textCodes, 'case_number'],
  parse(raw) {
    // A number of 20 digits is past what a JSON number can hold, so only text is read.
    const read = readText(typeof raw === 'number' ? {} : raw, (one) => foldIdentifier(one).replace(/-/g, ''));
    if (!read.ok) return read;
    const [, year = '', month = '', day = ''] = /^[1-8]\d{5}(20\d{2})(\d{2})(\d{2})\d{6}$/.exec(read.value) ?? [];
    return isDay(`${year}-${month}-${day}`)
      ? ok(read.value)
      : bad('case_number', '办件编号应为 20 位数字（地区 6 位、日期 8 位、序号 6 位），请对照受理通知填写。');
  },
  format: (value) => `${value.slice(0, 6)}-${value.slice(6, 14)}-${value.slice(14)}`,
  mask: (value) => `${value.slice(0, 14)}******`,
  jsonSchema: () => ({ type: 'string', pattern: '^[1-8][0-9]{5}20[0-9]{12}$' }),
  example: (_options, seed, today = exampleToday) => `350206${today.replace(/-/g, '')}${sampler(seed).digits(6)}`,
  invalid: () => [
    ...textSamples,
    { raw: 35020620260105, code: 'wrong_type' },
    { raw: '3502062026010', code: 'case_number' },
    { raw: '35020620260230000001', code: 'case_number' },
    { raw: '厦湖案一号', code: 'case_number' },
  ],
};
