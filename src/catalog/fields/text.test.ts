// What people really write: rare characters, transliterated names, other scripts, pasted rubbish. Also diagnosis codes.

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { icd10, icd10Group } from './diagnosis.ts';
import { foldIdentifier, foldLine, foldProse, isBlank, maskMiddle, readList, readObject } from './raw.ts';
import { longtext, personName, text } from './text.ts';

const ctx = { today: '2026-01-05' };
const name = (raw: unknown): string => {
  const parsed = personName.parse(raw, {}, ctx);
  return parsed.ok ? parsed.value : (parsed.problems[0]?.code ?? '');
};

test.each([
  ['张三', '张三'],
  [' 张\u3000三 ', '张 三'],
  ['买买提・吐尔逊', '买买提·吐尔逊'],
  ['买买提 • 吐尔逊', '买买提·吐尔逊'],
  ['买买提．吐尔逊', '买买提·吐尔逊'],
  ['𠮷田', '𠮷田'],
  ['刘䶮', '刘䶮'],
  ['王〇', '王〇'],
  ['ئەخمەت', 'ئەخمەت'],
  ['\u202Eאבג\u202C', 'אבג'],
  ["Ｍａｒｙ O'Neil-Smith", "Mary O'Neil-Smith"],
  ['Jose\u0301 Li', 'José Li'],
  ['张\u200B三\uFEFF', '张三'],
])('the name %s', (raw, value) => {
  expect(name(raw)).toBe(value);
  expect(name(value)).toBe(value);
});

test.each([
  ['张', 'too_short'],
  ['张三3', 'name_characters'],
  ['张三<script>', 'name_characters'],
  ["'; DROP TABLE person;--", 'name_characters'],
  ['···', 'name_characters'],
  ['张\u0000三', 'control_character'],
  ['张\u009F三', 'control_character'],
  ['张\uFFFD', 'control_character'],
  ['\uD842田', 'control_character'],
  ['', 'blank'],
])('the name %j is refused', (raw, code) => {
  expect(name(raw)).toBe(code);
});

test('a private-use character is taken with a warning', () => {
  expect(personName.parse('张\uE863', {}, ctx)).toMatchObject({
    ok: true,
    value: '张\uE863',
    warnings: [{ code: 'private_use' }],
  });
});

test('masks show the first character, whole, and no other', () => {
  expect(personName.mask('张三')).toBe('张*');
  expect(personName.mask('𠮷田路')).toBe('𠮷**');
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
      fc.nat(6),
      fc.nat(6),
      (value, head, tail) => {
        const chars = Array.from(value);
        const masked = Array.from(maskMiddle(value, head, tail));
        expect(masked.length).toBe(Math.max(chars.length, 1));
        expect(masked.filter((char) => char === '*').length).toBeGreaterThanOrEqual(Math.min(2, chars.length));
        for (let at = head; at < chars.length - tail; at += 1) expect(masked[at]).toBe('*');
      },
    ),
  );
});

test('lengths count code points', () => {
  expect(text.parse('𠮷'.repeat(5), { max: 5 }, ctx)).toMatchObject({ ok: true });
  expect(text.parse('𠮷'.repeat(6), { max: 5 }, ctx)).toMatchObject({
    ok: false,
    problems: [{ code: 'too_long', zh: '最多填写 5 个字，现在有 6 个字，请删减。' }],
  });
});

test('prose keeps its punctuation, its lines, and scripts that need joiners', () => {
  const raw = '  他说：“①先送医，②再报案”。\r\n\r\n面积３０㎡。\u00A0\n می\u200Cخواهم 👨‍👩‍👧 ';
  expect(longtext.parse(raw, {}, ctx)).toMatchObject({
    ok: true,
    value: '他说：“①先送医，②再报案”。\n\n面积30㎡。\nمی\u200Cخواهم 👨‍👩‍👧',
  });
  expect(text.parse('一\n二', {}, ctx)).toMatchObject({ ok: true, value: '一 二' });
  // Markup and SQL are text like any other; the page escapes them and the database binds them.
  expect(longtext.parse('<b>x</b> OR 1=1;--', {}, ctx)).toMatchObject({ ok: true, value: '<b>x</b> OR 1=1;--' });
  expect(text.parse('ＡＢ－１２', { charset: 'alphanumeric' }, ctx)).toMatchObject({ ok: true, value: 'AB-12' });
});

test('folding twice is folding once', () => {
  for (const fold of [foldProse, foldLine, foldIdentifier]) {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        expect(fold(fold(raw))).toBe(fold(raw));
      }),
      { numRuns: 1000 },
    );
  }
});

test('objects and lists: own properties of plain ones only', () => {
  expect(readObject({})?.get('toString')).toBeUndefined();
  expect(readObject('{"__proto__":{"a":1}}')?.get('a')).toBeUndefined();
  expect(readObject(new Map([['a', 1]]))).toBeUndefined();
  expect(readObject('{broken')).toBeUndefined();
  expect(readList({ '10': 'c', '2': 'b', '0': 'a' })).toEqual(['a', 'b', 'c']);
  expect(readList({ length: 1 })).toBeUndefined();
  expect(isBlank({ a: '', b: [' ', null] })).toBe(true);
  expect(isBlank({ a: 0 })).toBe(false);
  expect(isBlank(new Date(0))).toBe(false);
});

test.each([
  ['s82.201', 'S82.201'],
  ['S82201', 'S82.201'],
  ['I10.X00X002', 'I10.x00x002'],
  ['i10x00', 'I10.x00'],
  ['A17.000+', 'A17.000†'],
  ['G63.2*', 'G63.2*'],
  ['Ｓ８２', 'S82'],
  ['U07.1', 'U07.1'],
])('the diagnosis %s', (raw, value) => {
  expect(icd10.parse(raw, {}, ctx)).toMatchObject({ ok: true, value });
  expect(icd10.parse(value, {}, ctx)).toMatchObject({ ok: true, value });
});

test('chapters of ICD-10', () => {
  expect(['S00', 'T98.3', 'V01', 'Y98', 'Z99', 'U07.1', 'A00', 'R99'].map(icd10Group)).toEqual([
    'injury',
    'injury',
    'external_cause',
    'external_cause',
    'contact_factor',
    'special',
    'disease',
    'disease',
  ]);
  expect(icd10.parse('I10', { groups: ['injury'] }, ctx)).toMatchObject({
    ok: false,
    problems: [{ code: 'icd10_group' }],
  });
  for (const raw of ['S8', '骨折', 'S82.', '82.2', 'T99', 'S82.20123']) {
    expect(icd10.parse(raw, {}, ctx)).toMatchObject({ ok: false, problems: [{ code: 'icd10_format' }] });
  }
});
