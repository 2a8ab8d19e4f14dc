// Rows and people: paths of problems, spare rows, shares that sum, duplicates; persons and case numbers.

import { expect, test } from 'vitest';

import { fieldKinds } from './index.ts';
import { caseRef, personList, personRef } from './reference.ts';

const ctx = { today: '2026-01-05' };
const { group } = fieldKinds;
const options = {
  fields: {
    what: { kind: 'text', required: true, zh: '项目' },
    cost: { kind: 'money', required: true, zh: '金额' },
    day: { kind: 'date', options: { max: 'today' }, zh: '日期' },
    insured: { kind: 'boolean' },
  },
  max: 3,
} as const;

test('rows are parsed by their kinds; what is not a field is dropped', () => {
  const raw = [
    { what: ' 拍片 ', cost: '120.5', day: '', insured: 'on', extra: 1 },
    { what: '药', cost: { fen: 900 } },
  ];
  expect(group.parse(raw, options, ctx)).toEqual({
    ok: true,
    value: [
      { what: '拍片', cost: 12_050, insured: true },
      { what: '药', cost: 900, insured: false },
    ],
    warnings: [],
  });
});

test('a problem carries the path to its place, and all are told at once', () => {
  const parsed = group.parse(
    [
      { what: '药', cost: '9' },
      { cost: '1.234', day: '2026-01-06' },
    ],
    options,
    ctx,
  );
  expect(parsed.ok ? [] : parsed.problems.map((one) => [one.path?.join('.'), one.code])).toEqual([
    ['1.what', 'blank'],
    ['1.cost', 'money_format'],
    ['1.day', 'too_late'],
  ]);
});

test('the spare row of a page is nobody’s answer, and does not shift the paths', () => {
  const spare = { what: '', cost: ' ', insured: 'off', row: '7' };
  expect(group.parse([spare, { what: '药', cost: '9' }], options, ctx)).toMatchObject({
    ok: true,
    value: [{ what: '药' }],
  });
  expect(group.parse([spare, { what: '药' }], options, ctx)).toMatchObject({
    ok: false,
    problems: [{ path: [1, 'cost'] }],
  });
  expect(group.parse([spare], options, ctx)).toMatchObject({ ok: false, problems: [{ code: 'blank' }] });
  expect(group.parse([spare], { ...options, min: 0 }, ctx)).toMatchObject({ ok: true, value: [] });
});

test('a form post with row numbers, and groups in groups', () => {
  expect(group.parse({ '1': { what: '药', cost: '9' }, '0': { what: '床', cost: '8' } }, options, ctx)).toMatchObject({
    ok: true,
    value: [{ what: '床' }, { what: '药' }],
  });
  const outer = { fields: { visit: { kind: 'group', options, required: true } } } as const;
  expect(group.parse([{ visit: [{ what: '药', cost: '9' }] }], outer, ctx)).toMatchObject({ ok: true });
  expect(group.parse([{ visit: [{ what: '药', cost: 'x' }] }], outer, ctx)).toMatchObject({
    ok: false,
    problems: [{ path: [0, 'visit', 0, 'cost'], code: 'money_format' }],
  });
});

test('limits and format', () => {
  const row = { what: '药', cost: '9' };
  expect(group.parse([row, row, row, row], options, ctx)).toMatchObject({
    ok: false,
    problems: [{ code: 'too_many' }],
  });
  expect(
    group.parse(
      Array.from({ length: 100_000 }, () => row),
      options,
      ctx,
    ),
  ).toMatchObject({ ok: false, problems: [{ code: 'too_many' }] });
  expect(group.format([{ what: '药', cost: 900, insured: false }], options)).toBe('项目：药，金额：9.00元，否');
});

test('lists of people: warnings keep their row, shares make 100 %, nobody twice', () => {
  const columns = { columns: ['idDocument', 'relation', 'sharePercent', 'cardNumber'] } as const;
  const people = [
    {
      name: '张三',
      idDocument: '11010519491231002X',
      relation: '配偶',
      sharePercent: '33.34',
      cardNumber: '6200000000000001',
    },
    { name: '李四', relation: '子女', sharePercent: '66.66' },
  ];
  const parsed = personList.parse(people, columns, ctx);
  expect(parsed).toMatchObject({
    ok: true,
    value: [{ name: '张三', idDocument: { type: 'resident_id' }, sharePercent: 33.34 }, { name: '李四' }],
    warnings: [{ code: 'card_luhn', path: [0, 'cardNumber'] }],
  });
  expect(personList.parse([{ ...people[0], sharePercent: '33.33' }, people[1]], columns, ctx)).toMatchObject({
    ok: false,
    problems: [{ code: 'share_total', zh: '份额合计应为 100%，现在是 99.99%，请调整。' }],
  });
  expect(personList.parse([people[0], { ...people[0], sharePercent: '66.66' }], columns, ctx)).toMatchObject({
    ok: false,
    problems: [{ code: 'duplicate_person', path: [1] }],
  });
  expect(personList.mask([{ name: '张三' }, { name: '欧阳示例' }])).toBe('共 2 人：张*、欧***');
});

test('a person by name, with what the definition requires', () => {
  expect(personRef.parse('张三', {}, ctx)).toMatchObject({ ok: true, value: { name: '张三' } });
  expect(personRef.parse({ name: '张三' }, { required: ['phone'] }, ctx)).toMatchObject({
    ok: false,
    problems: [{ path: ['phone'] }],
  });
  expect(personRef.parse({ name: '张', phone: '1' }, {}, ctx)).toMatchObject({
    ok: false,
    problems: [{ path: ['name'] }, { path: ['phone'] }],
  });
});

test('case numbers: region, a day that exists, sequence', () => {
  expect(caseRef.parse('350206-20260105-000123', {}, ctx)).toMatchObject({ ok: true, value: '35020620260105000123' });
  expect(caseRef.parse('35020620260230000123', {}, ctx)).toMatchObject({
    ok: false,
    problems: [{ code: 'case_number' }],
  });
  expect(caseRef.format('35020620260105000123', {})).toBe('350206-20260105-000123');
});
