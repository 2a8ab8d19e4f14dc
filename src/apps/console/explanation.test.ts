// Explanations come bare, wrapped or not at all; what is not said to be checked counts as unchecked.

import { expect, test } from 'vitest';
import { clausesOf, explanationOf } from './explanation.ts';

const line = { zh: '按 80% 给付', value: '2,688.40 元', basis: '日保条款第 9 条', verified: true };

test.each([[[line]], [{ lines: [line] }], [{ explanation: [line], amountFen: 268_840 }], [line]])('%o', (value) => {
  expect(explanationOf(value)).toEqual([line]);
});

test.each([[null], [undefined], [7], [{}], [[null, 3, {}]]])('%o explains nothing', (value) => {
  expect(explanationOf(value)).toEqual([]);
});

test('a clause without a word about its check is unchecked', () => {
  expect(explanationOf([{ zh: '减免赔额', value: 500 }])).toEqual([
    { zh: '减免赔额', value: '500', basis: '', verified: false },
  ]);
});

test('a clause is named once, and is checked only if it is for every line that stands on it', () => {
  const lines = [line, { ...line, basis: '第 4 条' }, { ...line, verified: false }, { ...line, basis: '' }];
  expect(clausesOf(lines)).toEqual([
    { basis: line.basis, verified: false },
    { basis: '第 4 条', verified: true },
  ]);
});
