// Days that exist, bounds that move with today, and local time that becomes an instant.

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { addDays, isDay, resolveBound } from './day.ts';
import { date, datetime, shanghaiDay } from './time.ts';

const ctx = { today: '2026-01-05' };
const code = (parsed: ReturnType<typeof date.parse>): string =>
  parsed.ok ? parsed.value : (parsed.problems[0]?.code ?? '');

test.each([
  '2026-03-01',
  '2026/3/1',
  '2026.3.1',
  '2026年3月1日',
  '2026 年 3 月 1 日',
  '20260301',
  '２０２６－０３－０１',
])('%s', (raw) => {
  expect(code(date.parse(raw, {}, ctx))).toBe('2026-03-01');
});

test.each(['2026-02-29', '2026-00-01', '2026-1', '26-03-01', '2026-03-01T00:00', '1899-12-31', '2201-01-01', 'today'])(
  '%s is no day',
  (raw) => {
    expect(code(date.parse(raw, {}, ctx))).toBe('date_format');
  },
);

test('bounds: both ends included, relative ones move', () => {
  const options = { min: 'today-3', max: 'today+30' } as const;
  expect(code(date.parse('2026-01-02', options, ctx))).toBe('2026-01-02');
  expect(code(date.parse('2026-01-01', options, ctx))).toBe('too_early');
  expect(code(date.parse('2026-02-04', options, ctx))).toBe('2026-02-04');
  expect(code(date.parse('2026-02-05', options, ctx))).toBe('too_late');
  expect(code(date.parse('2026-01-01', options, { today: '2026-01-04' }))).toBe('2026-01-01');
  expect(date.parse('2025-12-31', { min: 'today' }, ctx)).toMatchObject({
    problems: [{ zh: '日期不能早于2026年1月5日，请核对。' }],
  });
  expect(resolveBound('today-5', '2026-01-05')).toBe('2025-12-31');
});

test('a month is its first day, and the month of the bound is in', () => {
  const options = { precision: 'month', min: '2025-11-20', max: 'today' } as const;
  expect(code(date.parse('2025-11', options, ctx))).toBe('2025-11-01');
  expect(code(date.parse('2025年12月', options, ctx))).toBe('2025-12-01');
  expect(code(date.parse('2025-10', options, ctx))).toBe('too_early');
  expect(code(date.parse('2026-02', options, ctx))).toBe('too_late');
  expect(date.format('2025-11-01', options)).toBe('2025年11月');
});

test('day arithmetic agrees with Temporal', () => {
  const day = fc
    .date({ min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true })
    .map((one) => one.toISOString().slice(0, 10));
  fc.assert(
    fc.property(day, fc.integer({ min: -4000, max: 4000 }), (one, days) => {
      expect(addDays(one, days)).toBe(Temporal.PlainDate.from(one).add({ days }).toString());
      expect(isDay(one)).toBe(true);
      expect(code(date.parse(date.format(one, {}), {}, ctx))).toBe(one);
    }),
  );
});

test('local time in Shanghai is kept as an instant', () => {
  expect(code(datetime.parse('2026-03-01T07:30', {}, ctx))).toBe('2026-02-28T23:30:00.000Z');
  expect(code(datetime.parse('2026年3月1日 7:30', {}, ctx))).toBe('2026-02-28T23:30:00.000Z');
  expect(code(datetime.parse('2026-02-28T23:30:00.000Z', {}, ctx))).toBe('2026-02-28T23:30:00.000Z');
  expect(code(datetime.parse('2026-03-01T07:30:00+08:00', {}, ctx))).toBe('2026-02-28T23:30:00.000Z');
  expect(datetime.format('2026-02-28T23:30:00.000Z', {})).toBe('2026年3月1日 07:30');
  expect(shanghaiDay('2026-02-28T16:00:00.000Z')).toBe('2026-03-01');
  for (const raw of [
    '2026-03-01T24:00',
    '2026-03-01T07:60',
    '2026-02-29T07:30',
    '2026-02-29T07:30Z',
    '07:30',
    '1990-05-01T08:00',
  ]) {
    expect(code(datetime.parse(raw, {}, ctx))).toBe('datetime_format');
  }
});

test('its bounds are days in Shanghai, not in UTC', () => {
  const options = { max: 'today' } as const;
  expect(code(datetime.parse('2026-01-05T23:59', options, ctx))).toBe('2026-01-05T15:59:00.000Z');
  expect(code(datetime.parse('2026-01-06T00:00', options, ctx))).toBe('too_late');
  expect(code(datetime.parse('2026-01-05T16:00:00Z', options, ctx))).toBe('too_late');
});

test('every minute agrees with Temporal and goes round', () => {
  const minutes = fc.integer({ min: Date.parse('1992-01-01') / 60_000, max: Date.parse('2199-01-01') / 60_000 });
  fc.assert(
    fc.property(minutes, (minute) => {
      const instant = new Date(minute * 60_000).toISOString();
      const local = Temporal.Instant.from(instant)
        .toZonedDateTimeISO('Asia/Shanghai')
        .toPlainDateTime()
        .toString({ smallestUnit: 'minute' });
      expect(code(datetime.parse(local, {}, ctx))).toBe(instant);
      expect(code(datetime.parse(datetime.format(instant, {}), {}, ctx))).toBe(instant);
    }),
  );
});
