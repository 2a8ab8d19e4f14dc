// No parameter of a published rule reaches an official by its English name or as code.

import { expect, test } from 'vitest';
import { rules } from '#catalog/rules/index';
import { describeValues } from './rule-words.ts';

test('every parameter of every rule has its Chinese name and no English in its value', () => {
  const said = Object.values(rules).flatMap((rule) => rule.versions.flatMap(({ values }) => describeValues(values)));
  expect(said.length).toBeGreaterThan(20);
  expect(said.filter(({ zh, text }) => /[A-Za-z{["]/.test(zh + text))).toEqual([]);
});

test('amounts are in yuan, shares in percent, what is missing is said', () => {
  expect(
    describeValues({
      rateDailyFen: 40,
      totalLimitFen: 40_000_000,
      subsidyBasisPoints: 5_000,
      monthlyFen: null,
      sameDay: true,
    }),
  ).toEqual([
    { zh: '每人每天保费', text: '0.40 元' },
    { zh: '累计给付限额', text: '400,000.00 元' },
    { zh: '财政补贴比例', text: '50%' },
    { zh: '月最低工资', text: '尚未配置' },
    { zh: '付款后当日生效', text: '是' },
  ]);
});
