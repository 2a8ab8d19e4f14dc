// Amounts to the fen, numbers to their scale, cards to their last digit.

import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  bankCard,
  decimal,
  fenMax,
  formatYuan,
  integer,
  luhnValid,
  makeCardNumber,
  money,
  parseYuan,
} from './money.ts';

const ctx = { today: '2026-01-05' };

test.each<[unknown, number]>([
  ['12.30', 1230],
  ['0.4', 40],
  ['0.40 元', 40],
  ['１２，３４５．６', 1_234_560],
  ['¥1,234.56', 123_456],
  ['1.', 100],
  ['90000000000000', fenMax],
  [{ fen: 40 }, 40],
  ['{"fen":40}', 40],
])('%j is %d fen', (raw, fen) => {
  expect(money.parse(raw, {}, ctx)).toEqual({ ok: true, value: fen, warnings: [] });
});

test.each<[unknown, string]>([
  ['12.345', 'money_format'],
  ['1,23', 'money_format'],
  ['1e3', 'money_format'],
  ['0x10', 'money_format'],
  ['--1', 'money_format'],
  [12, 'money_format'],
  [{ fen: '40' }, 'money_format'],
  [{ fen: 2 ** 53 }, 'money_format'],
  ['-1', 'too_small'],
  ['90000000000000.01', 'too_large'],
])('%j is refused as %s', (raw, code) => {
  expect(money.parse(raw, {}, ctx)).toMatchObject({ ok: false, problems: [{ code }] });
});

test('every amount goes to text and back, to the fen', () => {
  fc.assert(
    fc.property(fc.integer({ min: -fenMax, max: fenMax }), (fen) => {
      const value = fen === 0 ? 0 : fen;
      expect(parseYuan(formatYuan(value))).toBe(value);
      expect(money.parse(money.format(value, {}), { minFen: -fenMax }, ctx)).toMatchObject({ ok: true, value });
    }),
  );
  expect(formatYuan(-5)).toBe('-0.05');
  expect(formatYuan(123_456_789)).toBe('1,234,567.89');
});

test('limits are said in yuan', () => {
  const parsed = money.parse('400000.01', { maxFen: 40_000_000 }, ctx);
  expect(parsed).toMatchObject({ ok: false, problems: [{ zh: '金额不能超过 400,000.00 元，请核对。' }] });
  expect(money.mask(123_456)).toBe('***元');
});

test('whole numbers and decimals', () => {
  expect(integer.parse('１２ 天', { unit: '天' }, ctx)).toMatchObject({ ok: true, value: 12 });
  expect(integer.parse('-0', { min: -1 }, ctx)).toEqual({ ok: true, value: 0, warnings: [] });
  expect(integer.parse('1.0', {}, ctx)).toMatchObject({
    problems: [{ code: 'number_scale', zh: '这一项应为整数，请去掉小数。' }],
  });
  expect(integer.parse(1e21, {}, ctx)).toMatchObject({ problems: [{ code: 'number_format' }] });
  expect(decimal.parse('0.0001', { scale: 4 }, ctx)).toMatchObject({ ok: true, value: 0.0001 });
  expect(decimal.parse('0.00001', { scale: 4 }, ctx)).toMatchObject({ problems: [{ code: 'number_scale' }] });
  expect(decimal.format(0.000001, { scale: 6 })).toBe('0.000001');
  expect(decimal.format(100, {})).toBe('100');
  expect(decimal.format(60, { unit: '%' })).toBe('60%');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 99_999_999_00 }), (hundredths) => {
      const value = hundredths / 100;
      expect(decimal.parse(decimal.format(value, {}), {}, ctx)).toMatchObject({ ok: true, value });
    }),
  );
});

test('a card that fails Luhn is taken with a warning', () => {
  const right = makeCardNumber('620000000000000123');
  expect(luhnValid(right)).toBe(true);
  expect(bankCard.parse(right.replace(/(.{4})/g, '$1 '), {}, ctx)).toEqual({ ok: true, value: right, warnings: [] });
  const wrong = right.slice(0, -1) + String((Number(right.slice(-1)) + 1) % 10);
  expect(bankCard.parse(wrong, {}, ctx)).toMatchObject({ ok: true, value: wrong, warnings: [{ code: 'card_luhn' }] });
  expect(bankCard.parse('1'.repeat(12), {}, ctx)).toMatchObject({ ok: false, problems: [{ code: 'card_format' }] });
});

test('Luhn sees every single wrong digit, and the mask shows four digits only', () => {
  const cards = fc
    .string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 12, maxLength: 18 })
    .map(makeCardNumber);
  fc.assert(
    fc.property(cards, fc.nat(), fc.integer({ min: 1, max: 9 }), (card, where, step) => {
      const at = where % card.length;
      const changed = card.slice(0, at) + String((Number(card[at]) + step) % 10) + card.slice(at + 1);
      expect(luhnValid(changed)).toBe(false);
      expect(bankCard.mask(card).replace(/[* ]/g, '')).toBe(card.slice(-4));
    }),
  );
});
