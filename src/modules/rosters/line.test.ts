// Every class of bad line, and what is taken as it is meant.

import { expect, test } from 'vitest';
import { makeResidentId } from '#catalog/fields/identity';
import { people } from '#test/roster-files';
import { headerIn } from './header.ts';
import { checkLine } from './line.ts';

const header = headerIn({
  line: 1,
  cells: ['姓名', '身份证号码', '手机', '工种', '证件类型'].map((text) => ({ text })),
});
const rules = { ageMin: 16, ageMax: 65, today: '2026-06-01' };
const [one] = people(1);

function check(name: string, id: string, phone: string, type = '') {
  if (!header) throw new Error('a header');
  return checkLine({ line: 2, cells: [name, id, phone, '', type].map((text) => ({ text })) }, header, rules);
}
const codes = (...line: [string, string, string, string?]) =>
  check(...line).problems.map(({ field, code }) => `${field} ${code}`);
const right = (name = one?.name ?? '', id = one?.id ?? '', phone = one?.phone ?? '') => check(name, id, phone).listed;

test('headers are known by the words that offices use', () => {
  const found = headerIn({
    line: 4,
    cells: ['序号', '* 员工姓名', '证件号码（必填）', '联系电话：', '从业类别'].map((text) => ({ text })),
  });
  expect(found?.columns).toEqual({ name: 1, idNumber: 2, phone: 3, post: 4 });
  expect(headerIn({ line: 1, cells: [{ text: '姓名' }, { text: '手机' }] })).toBeNull();
});

test('full-width digits, blanks, apostrophes, dots of every kind and rare characters are what they mean', () => {
  const wide = (text: string) => text.replaceAll(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
  const { id = '', phone = '' } = one ?? {};
  expect(right('赵 伟', wide(id), wide(phone))).toMatchObject({ name: '赵伟', idDocument: { number: id }, phone });
  expect(
    right('\u200b赵伟\u00a0', `'${id}`, `+86 ${phone.slice(0, 3)}-${phone.slice(3, 7)}-${phone.slice(7)}`),
  ).toMatchObject({ phone });
  expect(right('买买提•吐尔逊')?.name).toBe('买买提·吐尔逊');
  expect(right('𠮷田㐂')?.name).toBe('𠮷田㐂');
  expect(right('赵伟', id.toLowerCase(), `${phone}.0`)?.phone).toBe(phone);
  expect(right('赵伟', id, '1.9900000000E10')?.phone).toBe('19900000000');
});

test('what is wrong is said field by field, with what to do', () => {
  const { name = '', id = '', phone = '' } = one ?? {};
  const wrongEnd = id.slice(0, 17) + (id.endsWith('1') ? '2' : '1');
  expect(codes('', id, phone)).toEqual(['name blank']);
  expect(codes(name, '', phone)).toEqual(['idNumber blank']);
  expect(codes(name, id, '')).toEqual(['phone blank']);
  expect(codes(name, wrongEnd, phone)).toEqual(['idNumber id_check_digit']);
  expect(codes(name, id.slice(0, 10), phone)).toHaveLength(1);
  expect(codes(name, '3.50203E+17', phone)).toEqual(['idNumber scientific']);
  expect(codes(name, id, '1380000')).toHaveLength(1);
  expect(codes('张三123', id, phone)).toHaveLength(1);
  expect(codes(name, makeResidentId('000000', '2015-01-01', 1), phone)).toEqual(['idNumber too_young']);
  expect(codes(name, makeResidentId('000000', '1950-01-01', 1), phone)).toEqual(['idNumber too_old']);
  expect(codes(name, id, phone, '驾驶证')).toEqual(['idType id_type']);
  expect(codes(name, id, phone, '居民身份证')).toEqual([]);
  const several = check('', '1', '2').problems;
  expect(several.map(({ field }) => field)).toEqual(['name', 'idNumber', 'phone']);
  for (const { zh } of several) expect(zh).toMatch(/请/);
});

test('sixteen today is old enough, and not a day before', () => {
  const { name = '', phone = '' } = one ?? {};
  expect(codes(name, makeResidentId('000000', '2010-06-01', 1), phone)).toEqual([]);
  expect(codes(name, makeResidentId('000000', '2010-06-02', 1), phone)).toEqual(['idNumber too_young']);
});
