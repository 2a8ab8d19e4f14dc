// The holiday data against the notices and the sky, and what a new notice changes in a calendar.

import { describe, expect, test } from 'vitest';
import {
  changedDays,
  createCalendar,
  dayOf,
  dueAt,
  statutoryCalendar as calendar,
  workingDaysBetween,
} from './calendar.ts';
import type { Limit } from './calendar.ts';
import { announcedYears, provisionalYear } from './holidays.ts';

const DAY_MS = 86_400_000;

const noon = (day: string): string => `${day}T04:00:00.000Z`;
const plus = (day: string, days: number): string => Temporal.PlainDate.from(day).add({ days }).toString();
const wd = (value: number): Limit => ({ value, unit: 'working_day' });

describe('the announced years', () => {
  test('working days of a year are its days less weekends less statutory days: 251, 248, 248', () => {
    expect(workingDaysBetween(calendar, '2023-12-31', '2024-12-31')).toBe(251);
    expect(workingDaysBetween(calendar, '2024-12-31', '2025-12-31')).toBe(248);
    expect(workingDaysBetween(calendar, '2025-12-31', '2026-12-31')).toBe(248);
  });

  test('every statutory day of the law is among the announced days off', () => {
    for (const { year, holidays } of announcedYears) {
      for (const day of provisionalYear(year).holidays) expect(holidays).toContain(day);
    }
  });

  test('swapped weekends are worked, days off are not, plain weekends are no holidays', () => {
    expect(calendar.isWorkingDay('2026-02-14')).toBe(true);
    expect(calendar.isWorkingDay('2026-02-16')).toBe(false);
    expect(calendar.isHoliday('2026-02-21')).toBe(true);
    expect(calendar.isWorkingDay('2026-03-07')).toBe(false);
    expect(calendar.isHoliday('2026-03-07')).toBe(false);
    expect(calendar.isWorkingDay('2024-02-09')).toBe(true);
  });

  test('known until the end of 2026, provisional after it', () => {
    expect(calendar.knownUntil).toBe('2026-12-31');
    expect(calendar.isProvisional('2026-12-31')).toBe(false);
    expect(calendar.isProvisional('2027-01-01')).toBe(true);
  });
});

describe('provisional years', () => {
  // Spring Festival, 端午 and 中秋 as published by the Hong Kong Observatory; 2027 and 2030 are where `Intl` is a day off.
  test.each([
    ['2027-02-06', '2027-06-09', '2027-09-15'],
    ['2028-01-26', '2028-05-28', '2028-10-03'],
    ['2029-02-13', '2029-06-16', '2029-09-22'],
    ['2030-02-03', '2030-06-05', '2030-09-12'],
  ])('the lunar festivals from %s', (spring, dragonBoat, midAutumn) => {
    const { holidays, workingWeekends, provisional } = provisionalYear(Number(spring.slice(0, 4)));
    expect(holidays).toEqual(expect.arrayContaining([plus(spring, -1), spring, plus(spring, 1), plus(spring, 2)]));
    expect(holidays).toEqual(expect.arrayContaining([dragonBoat, midAutumn]));
    expect(workingWeekends).toEqual([]);
    expect(provisional).toBe(true);
  });

  test('thirteen days since 2025, eleven from 2008, ten before, unless 中秋 meets National Day', () => {
    expect(provisionalYear(2027).holidays).toHaveLength(13);
    expect(provisionalYear(2031).holidays).toHaveLength(12);
    expect(provisionalYear(2023).holidays).toHaveLength(11);
    expect(provisionalYear(2010).holidays).toHaveLength(11);
    expect(provisionalYear(2005).holidays).toHaveLength(10);
    expect(() => provisionalYear(1999)).toThrow(RangeError);
    expect(() => provisionalYear(2101)).toThrow(RangeError);
  });

  test('清明 is the day on which the sun reaches 15°, every year from 2008 to 2100', () => {
    for (let year = 2008; year <= 2100; year++) {
      const day = provisionalYear(year).holidays.find((one) => /-04-0\d$/.test(one));
      expect(day, String(year)).toBe(dayOf(new Date(instantOfSunAt15(year)).toISOString()));
    }
  });
});

/** Apparent longitude of the sun after Meeus, Astronomical Algorithms, ch. 25 (0.01°, a quarter of an hour), by bisection. */
function instantOfSunAt15(year: number): number {
  const sin = (degrees: number): number => Math.sin((degrees * Math.PI) / 180);
  const longitude = (ms: number): number => {
    const deltaT = (62.92 + 0.32217 * (year - 2000) + 0.005589 * (year - 2000) ** 2) * 1000;
    const t = ((ms + deltaT) / DAY_MS + 2_440_587.5 - 2_451_545) / 36_525;
    const mean = 280.46646 + 36_000.76983 * t + 0.0003032 * t * t;
    const anomaly = 357.52911 + 35_999.05029 * t - 0.0001537 * t * t;
    const centre =
      (1.914602 - 0.004817 * t) * sin(anomaly) +
      (0.019993 - 0.000101 * t) * sin(2 * anomaly) +
      0.000289 * sin(3 * anomaly);
    return (((mean + centre - 0.00569 - 0.00478 * sin(125.04 - 1934.136 * t)) % 360) + 360) % 360;
  };
  let low = Date.UTC(year, 3, 1);
  let high = Date.UTC(year, 3, 9);
  while (high - low > 1000) {
    const middle = (low + high) / 2;
    if (longitude(middle) < 15) low = middle;
    else high = middle;
  }
  return high;
}

describe('a new notice', () => {
  const year2027 = {
    ...provisionalYear(2027),
    source: 'test',
    provisional: false,
    holidays: [...provisionalYear(2027).holidays, '2027-02-09'],
    workingWeekends: ['2026-12-27', '2027-02-20'],
  };

  test('tells the days that changed, also in the December before, and moves what crosses them', () => {
    const next = createCalendar([...announcedYears, year2027]);
    expect(changedDays(calendar, next)).toEqual(['2026-12-27', '2027-02-09', '2027-02-20']);
    expect(changedDays(next, calendar)).toEqual(changedDays(calendar, next));
    expect(changedDays(calendar, createCalendar(announcedYears))).toEqual([]);
    expect(next.knownUntil).toBe('2027-12-31');
    expect(dueAt(calendar, noon('2026-12-25'), wd(1))).toMatchObject({ lastDay: '2026-12-28', provisional: false });
    expect(dueAt(next, noon('2026-12-25'), wd(1))).toMatchObject({ lastDay: '2026-12-27', provisional: false });
    expect(dueAt(next, noon('2027-02-01'), wd(20)).provisional).toBe(false);
  });

  test('changes the version, the order of what is given does not', () => {
    expect(createCalendar([...announcedYears, year2027]).version).not.toBe(calendar.version);
    expect(createCalendar(announcedYears.toReversed()).version).toBe(calendar.version);
    expect(createCalendar(announcedYears, { version: 'v7' }).version).toBe('v7');
  });

  test('a gap in the announced years ends what is known', () => {
    const [first, , third] = announcedYears;
    const gap = createCalendar([first, third].filter((one) => one !== undefined));
    expect(gap.knownUntil).toBe('2024-12-31');
    expect(gap.isProvisional('2025-06-01')).toBe(true);
    expect(createCalendar([]).knownUntil).toBe('1999-12-31');
  });

  test.each([
    ['a year given twice', [year2027, year2027]],
    ['a year out of range', [{ ...year2027, year: 1999 }]],
    ['no source', [{ ...year2027, source: ' ' }]],
    ['announced without a holiday', [{ ...year2027, holidays: [] }]],
    ['a day of another year', [{ ...year2027, holidays: ['2026-10-01'] }]],
    ['a day that does not exist', [{ ...year2027, holidays: ['2027-02-29'] }]],
    ['a day that is no day', [{ ...year2027, holidays: ['2027-1-01'] }]],
    ['the same day twice', [{ ...year2027, holidays: ['2027-01-01', '2027-01-01'] }]],
    ['a holiday that is worked', [{ ...year2027, holidays: ['2027-02-20'] }]],
    ['a worked weekend that is a Monday', [{ ...year2027, workingWeekends: ['2027-02-22'] }]],
  ])('refuses %s', (_why, years) => {
    expect(() => createCalendar(years)).toThrow(RangeError);
  });
});
