// What people at the desk read of times, limits and amounts.

import { describe, expect, test } from 'vitest';
import { digitsOf, dayOf, dueZh, shortHash, shortNo, whenZh, yuan } from './words.ts';

const now = '2026-03-12T02:20:00.000Z';

describe('times in words', () => {
  test.each([
    ['2026-03-12T01:05:00.000Z', '今天 09:05'],
    ['2026-03-11T16:00:00.000Z', '今天 00:00'],
    ['2026-03-11T15:59:00.000Z', '昨天 23:59'],
    ['2026-03-13T10:00:00.000Z', '明天 18:00'],
    ['2026-02-28T06:30:00.000Z', '2月28日 14:30'],
    ['2025-12-31T06:30:00.000Z', '2025年12月31日'],
    ['not a time', '—'],
    [null, '—'],
  ])('%s is %s', (at, zh) => {
    expect(whenZh(at, now)).toBe(zh);
  });

  test('a limit that runs out at midnight is the end of the day before', () => {
    expect(dueZh('2026-03-13T16:00:00.000Z', now)).toBe('明天 24:00');
    expect(dueZh('2026-03-13T10:00:00.000Z', now)).toBe('明天 18:00');
    expect(dueZh(null, now)).toBe('—');
  });

  test('the legal day is that of Shanghai', () => {
    expect(dayOf('2026-03-11T16:30:00.000Z')).toBe('2026-03-12');
  });
});

test.each([
  [0, '0.00'],
  [5, '0.05'],
  [40, '0.40'],
  [123_456_789, '1,234,567.89'],
  [-2_308_440, '−23,084.40'],
])('%i fen reads %s', (fen, text) => {
  expect(yuan(fen)).toBe(text);
});

test('a hash is shown by its ends, a short one whole', () => {
  expect(shortHash('4d9035c1e8f7a26b9f2c')).toBe('4d9035c1…6b9f2c');
  expect(shortHash('4d9035c1')).toBe('4d9035c1');
});

test('a case number may be pasted with spaces', () => {
  expect(digitsOf(' 350203-20260310 000017\n')).toBe('35020320260310000017');
});

test('a long number is shown by its end, a short one whole', () => {
  expect(shortNo('B0195a000000070008000000000000401')).toBe('…00000401');
  expect(shortNo('PB20260311-003')).toBe('PB20260311-003');
});
