// The working calendar against known examples, a naive walk day by day with Temporal, and its own laws.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addWorkingDays,
  dayOf,
  dueAfterPause,
  dueAt,
  dueBefore,
  lightAt,
  remainingAt,
  startOfDay,
  statutoryCalendar as calendar,
  workingDaysBetween,
} from './calendar.ts';
import type { Limit, LimitUnit } from './calendar.ts';
import { announcedYears, provisionalYear } from './holidays.ts';

const ZONE = 'Asia/Shanghai';
const DAY_MS = 86_400_000;

/** Noon in Shanghai, the way a test names "some time on that day". */
const noon = (day: string): string => `${day}T04:00:00.000Z`;
const plus = (day: string, days: number): string => Temporal.PlainDate.from(day).add({ days }).toString();
const wd = (value: number): Limit => ({ value, unit: 'working_day' });
const cd = (value: number): Limit => ({ value, unit: 'calendar_day' });

// The announced years and provisional ones on both sides of them.
const FIRST_MS = Date.UTC(2022, 0, 1);
const LAST_MS = Date.UTC(2029, 0, 1);
const instants = fc.integer({ min: FIRST_MS, max: LAST_MS }).map((ms) => new Date(ms).toISOString());
const days = instants.map((instant) => instant.slice(0, 10));
const workingDays = days.filter((day) => calendar.isWorkingDay(day));
const units = fc.constantFrom<LimitUnit>('minute', 'hour', 'working_day', 'calendar_day', 'month', 'year');
const dayUnits = fc.constantFrom<LimitUnit>('working_day', 'calendar_day', 'month', 'year');
const limitOf = (unit: fc.Arbitrary<LimitUnit>) => fc.record({ value: fc.integer({ min: 0, max: 20 }), unit });

const restDays = new Set(
  [...announcedYears, provisionalYear(2027), provisionalYear(2028)].flatMap((year) => year.holidays),
);
const workedWeekends = new Set(announcedYears.flatMap((year) => year.workingWeekends));

/** The definition, day by day, independent of the tables. Good for 2024 to 2028. */
function naiveIsWorkingDay(day: string): boolean {
  if (restDays.has(day)) return false;
  return workedWeekends.has(day) || Temporal.PlainDate.from(day).dayOfWeek <= 5;
}

function naiveLastDay(start: string, limit: Limit): string {
  let day = Temporal.PlainDate.from(start);
  if (limit.unit === 'working_day') {
    for (let left = limit.value; left > 0;) {
      day = day.add({ days: 1 });
      if (naiveIsWorkingDay(day.toString())) left -= 1;
    }
  } else if (limit.unit === 'calendar_day') day = day.add({ days: limit.value });
  else if (limit.unit === 'month') day = day.add({ months: limit.value });
  else day = day.add({ years: limit.value });
  while (!naiveIsWorkingDay(day.toString())) day = day.add({ days: 1 });
  return day.toString();
}

describe('limits: known examples', () => {
  test.each<[string, string, Limit, string]>([
    ['the swapped Saturday before the Spring Festival counts', '2026-02-13', wd(1), '2026-02-14'],
    ['five working days across the Spring Festival', '2026-02-13', wd(5), '2026-02-27'],
    ['six end on the second swapped Saturday', '2026-02-13', wd(6), '2026-02-28'],
    ['a start on a rest day is not counted either', '2026-05-02', wd(1), '2026-05-06'],
    ['fifteen calendar days that end inside National Day 2025', '2025-09-20', cd(15), '2025-10-09'],
    ['calendar days that end on a swapped Sunday stay', '2025-09-13', cd(15), '2025-09-28'],
    ['calendar days that end on a plain Saturday move to Monday', '2025-06-06', cd(15), '2025-06-23'],
    ['a month without the day ends on its last day', '2024-01-31', { value: 1, unit: 'month' }, '2024-02-29'],
    ['one month on, off the weekend', '2025-01-22', { value: 1, unit: 'month' }, '2025-02-24'],
    ['a year from a leap day', '2024-02-29', { value: 1, unit: 'year' }, '2025-02-28'],
    ['zero working days on a rest day move to the next working day', '2026-10-03', wd(0), '2026-10-08'],
  ])('%s', (_why, start, limit, lastDay) => {
    expect(dueAt(calendar, noon(start), limit)).toEqual({
      dueAt: startOfDay(plus(lastDay, 1)),
      lastDay,
      provisional: false,
    });
  });

  test('the end is 24:00 in Shanghai, and the start day is the one in Shanghai', () => {
    expect(dueAt(calendar, '2026-03-02T15:59:59.999Z', wd(1)).dueAt).toBe('2026-03-03T16:00:00.000Z');
    expect(dueAt(calendar, '2026-03-02T16:00:00.000Z', wd(1)).dueAt).toBe('2026-03-04T16:00:00.000Z');
  });

  test('minutes and hours run exactly, through nights and holidays', () => {
    expect(dueAt(calendar, '2026-02-14T10:00:00Z', { value: 48, unit: 'hour' })).toEqual({
      dueAt: '2026-02-16T10:00:00.000Z',
      lastDay: null,
      provisional: false,
    });
    expect(dueAt(calendar, '2026-02-14T10:00:00.250Z', { value: 90, unit: 'minute' }).dueAt).toBe(
      '2026-02-14T11:30:00.250Z',
    );
  });

  test('a limit is provisional when a year not announced took part', () => {
    expect(dueAt(calendar, noon('2026-12-30'), wd(1)).provisional).toBe(false);
    expect(dueAt(calendar, noon('2026-12-30'), wd(2)).provisional).toBe(true);
    // Only where calendar days end matters, not what they cross.
    expect(dueAt(calendar, noon('2023-12-20'), cd(20)).provisional).toBe(false);
    expect(dueAt(calendar, noon('2023-12-20'), wd(20)).provisional).toBe(true);
  });

  test('before an event: the day of the event is not counted, and rest days move earlier', () => {
    // A hearing on Thursday 2025-10-09: five working days before it, with the worked Sunday 28 September.
    expect(dueBefore(calendar, '2025-10-09', wd(5)).lastDay).toBe('2025-09-25');
    expect(dueBefore(calendar, '2025-10-09', cd(5))).toEqual({
      dueAt: startOfDay('2025-10-01'),
      lastDay: '2025-09-30',
      provisional: false,
    });
    expect(dueBefore(calendar, '2025-10-09T01:30:00Z', { value: 2, unit: 'hour' }).dueAt).toBe(
      '2025-10-08T23:30:00.000Z',
    );
    expect(dueBefore(calendar, '2025-10-09', { value: 24, unit: 'hour' }).dueAt).toBe(startOfDay('2025-10-08'));
    expect(dueBefore(calendar, '2025-10-09T01:30:00Z', wd(0)).dueAt).toBe('2025-10-09T01:30:00.000Z');
  });
});

describe('limits: laws', () => {
  test('equal the naive walk, day by day', () => {
    const starts = fc.integer({ min: Date.UTC(2024, 0, 2), max: Date.UTC(2026, 11, 1) });
    const limits = fc.oneof(
      fc.record({ value: fc.nat(90), unit: fc.constantFrom<LimitUnit>('working_day', 'calendar_day') }),
      fc.record({ value: fc.nat(20), unit: fc.constant<LimitUnit>('month') }),
      fc.record({ value: fc.nat(1), unit: fc.constant<LimitUnit>('year') }),
    );
    fc.assert(
      fc.property(starts, limits, (ms, limit) => {
        const instant = new Date(ms).toISOString();
        const day = Temporal.Instant.from(instant).toZonedDateTimeISO(ZONE).toPlainDate().toString();
        const due = dueAt(calendar, instant, limit);
        expect(due.lastDay).toBe(naiveLastDay(day, limit));
        const end = Temporal.PlainDate.from(naiveLastDay(day, limit)).add({ days: 1 }).toZonedDateTime(ZONE);
        expect(Date.parse(due.dueAt)).toBe(end.epochMilliseconds);
      }),
      { numRuns: 400 },
    );
  });

  test('a longer limit never ends earlier, and no limit ends before it starts', () => {
    fc.assert(
      fc.property(instants, limitOf(units), fc.nat(30), (from, limit, more) => {
        const short = dueAt(calendar, from, limit);
        const long = dueAt(calendar, from, { ...limit, value: limit.value + more });
        expect(long.dueAt >= short.dueAt).toBe(true);
        expect(short.dueAt >= from).toBe(true);
      }),
    );
  });

  test('a later start never ends earlier', () => {
    fc.assert(
      fc.property(instants, fc.nat(20 * DAY_MS), limitOf(units), (from, laterMs, limit) => {
        const later = new Date(Date.parse(from) + laterMs).toISOString();
        expect(dueAt(calendar, later, limit).dueAt >= dueAt(calendar, from, limit).dueAt).toBe(true);
      }),
    );
  });

  test('no limit in days ends on a rest day, forwards or backwards', () => {
    fc.assert(
      fc.property(instants, limitOf(dayUnits), (from, limit) => {
        for (const due of [dueAt(calendar, from, limit), dueBefore(calendar, from, limit)]) {
          expect(due.lastDay !== null && calendar.isWorkingDay(due.lastDay)).toBe(true);
        }
      }),
    );
  });

  test('before and after are mirrors: n working days back from the end is the start', () => {
    fc.assert(
      fc.property(workingDays, fc.integer({ min: 1, max: 300 }), (day, n) => {
        const last = dueAt(calendar, noon(day), wd(n)).lastDay ?? '';
        expect(dueBefore(calendar, noon(last), wd(n)).lastDay).toBe(day);
        expect(dueBefore(calendar, last, wd(n)).lastDay).toBe(day);
      }),
    );
  });

  test('what is due before an event leaves the whole limit before it', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 0, max: 60 }), (event, value) => {
        const { lastDay } = dueBefore(calendar, event, cd(value));
        expect(lastDay !== null && lastDay <= plus(event, -value)).toBe(true);
      }),
    );
  });
});

describe('working-day arithmetic', () => {
  test('adding and counting agree, and counting is additive', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 600 }), days, (day, n, other) => {
        expect(workingDaysBetween(calendar, day, addWorkingDays(calendar, day, n))).toBe(n);
        const there = workingDaysBetween(calendar, day, other);
        expect(workingDaysBetween(calendar, other, day) + there).toBe(0);
        const middle = '2025-07-01';
        expect(workingDaysBetween(calendar, day, middle) + workingDaysBetween(calendar, middle, other)).toBe(there);
      }),
    );
  });

  test('steps compose, and going back undoes them from a working day', () => {
    fc.assert(
      fc.property(workingDays, fc.nat(200), fc.nat(200), (day, a, b) => {
        const far = addWorkingDays(calendar, addWorkingDays(calendar, day, a), b);
        expect(far).toBe(addWorkingDays(calendar, day, a + b));
        expect(addWorkingDays(calendar, far, -(a + b))).toBe(day);
      }),
    );
  });

  test('zero is the day itself; one before a rest day is the working day before it', () => {
    expect(addWorkingDays(calendar, '2026-10-03', 0)).toBe('2026-10-03');
    expect(addWorkingDays(calendar, '2026-10-03', -1)).toBe('2026-09-30');
    expect(addWorkingDays(calendar, '2026-10-03', 2)).toBe('2026-10-09');
    expect(addWorkingDays(calendar, '2026-01-05', -1)).toBe('2026-01-04');
    expect(addWorkingDays(calendar, '2026-01-04', -1)).toBe('2025-12-31');
  });

  test('days and instants agree with the time-zone database since 1992', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1992, 0, 1), max: Date.UTC(2100, 0, 1) }), (ms) => {
        const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(ZONE);
        const day = dayOf(new Date(ms).toISOString());
        expect(day).toBe(zoned.toPlainDate().toString());
        expect(Date.parse(startOfDay(day))).toBe(zoned.startOfDay().epochMilliseconds);
      }),
    );
  });
});

describe('pause and resume', () => {
  const pausedCase = fc.record({
    from: instants,
    limit: limitOf(units),
    part: fc.double({ min: 0, max: 0.999, noNaN: true }),
  });
  const inside = (from: string, due: string, part: number): string =>
    new Date(Date.parse(from) + Math.floor((Date.parse(due) - Date.parse(from)) * part)).toISOString();

  test('a pause of no time changes nothing', () => {
    fc.assert(
      fc.property(pausedCase, ({ from, limit, part }) => {
        const due = dueAt(calendar, from, limit);
        const at = inside(from, due.dueAt, part);
        const after = dueAfterPause(calendar, due.dueAt, at, at, limit.unit);
        expect([after.dueAt, after.lastDay]).toEqual([due.dueAt, due.lastDay]);
      }),
    );
  });

  test('k whole working days of pause move a working-day limit by k working days', () => {
    fc.assert(
      fc.property(pausedCase, fc.integer({ min: 1, max: 40 }), ({ from, limit, part }, k) => {
        const due = dueAt(calendar, from, wd(limit.value));
        const at = inside(from, due.dueAt, part);
        const resumedDay = addWorkingDays(calendar, dayOf(at), k);
        const after = dueAfterPause(calendar, due.dueAt, at, noon(resumedDay), 'working_day');
        expect(after.lastDay).toBe(addWorkingDays(calendar, due.lastDay ?? '', k));
      }),
    );
  });

  test('a pause of exact time moves minutes and hours by just that', () => {
    fc.assert(
      fc.property(pausedCase, fc.nat(10 * DAY_MS), ({ from, limit, part }, pauseMs) => {
        const due = dueAt(calendar, from, { value: limit.value + 1, unit: 'hour' });
        const at = inside(from, due.dueAt, part);
        const resumed = new Date(Date.parse(at) + pauseMs).toISOString();
        const after = dueAfterPause(calendar, due.dueAt, at, resumed, 'hour');
        expect(Date.parse(after.dueAt) - Date.parse(due.dueAt)).toBe(pauseMs);
      }),
    );
  });

  test('what was left at the pause is what is left at the resumption, and a longer pause never ends earlier', () => {
    fc.assert(
      fc.property(pausedCase, fc.nat(90), fc.nat(30), ({ from, limit, part }, pauseDays, more) => {
        const due = dueAt(calendar, from, limit);
        const at = inside(from, due.dueAt, part);
        const resumed = new Date(Date.parse(at) + pauseDays * DAY_MS).toISOString();
        const later = new Date(Date.parse(resumed) + more * DAY_MS).toISOString();
        const after = dueAfterPause(calendar, due.dueAt, at, resumed, limit.unit);
        expect(dueAfterPause(calendar, due.dueAt, at, later, limit.unit).dueAt >= after.dueAt).toBe(true);
        if (due.dueAt === from) return; // a limit of zero minutes has run out before any pause
        expect(after.dueAt > resumed).toBe(true);
        const left = remainingAt(calendar, at, due.dueAt, limit.unit);
        const leftAfter = remainingAt(calendar, resumed, after.dueAt, limit.unit);
        expect(leftAfter.unit).toBe(left.unit);
        // Calendar days may gain the rest days that the last day moved off; a last day paused may reach the next working day.
        expect(leftAfter.value).toBeGreaterThanOrEqual(left.value);
        if (limit.unit === 'working_day' && left.value > 0) expect(leftAfter.value).toBe(left.value);
      }),
    );
  });

  test('known examples', () => {
    // Five working days from Monday 2 March 2026 end on the 9th. Paused on Wednesday (three left), resumed a week later.
    const due = dueAt(calendar, noon('2026-03-02'), wd(5)).dueAt;
    expect(remainingAt(calendar, noon('2026-03-04'), due, 'working_day')).toEqual({ value: 3, unit: 'working_day' });
    expect(dueAfterPause(calendar, due, noon('2026-03-04'), noon('2026-03-11'), 'working_day').lastDay).toBe(
      '2026-03-16',
    );
    // Paused on its last day, resumed on a Saturday: the next working day, not the Friday that is over.
    const friday = dueAt(calendar, noon('2026-03-05'), wd(1)).dueAt;
    expect(dueAfterPause(calendar, friday, noon('2026-03-06'), noon('2026-03-07'), 'working_day').lastDay).toBe(
      '2026-03-09',
    );
    // Run out before the pause: nothing is given back.
    expect(dueAfterPause(calendar, due, noon('2026-03-20'), noon('2026-04-20'), 'working_day').dueAt).toBe(due);
    expect(remainingAt(calendar, noon('2026-03-20'), due, 'working_day').value).toBe(0);
    expect(remainingAt(calendar, '2026-03-02T00:00:00Z', '2026-03-02T01:30:00Z', 'hour')).toEqual({
      value: 1.5,
      unit: 'hour',
    });
    expect(remainingAt(calendar, noon('2026-03-02'), startOfDay('2026-04-03'), 'month')).toEqual(cd(31));
    expect(() => dueAfterPause(calendar, due, noon('2026-03-05'), noon('2026-03-04'), 'working_day')).toThrow(
      RangeError,
    );
  });
});

describe('the yellow light', () => {
  test('stands at the fraction of the time, or of the working time', () => {
    expect(lightAt('2026-03-02T00:00:00Z', '2026-03-02T10:00:00Z')).toBe('2026-03-02T08:00:00.000Z');
    // Noon of Friday 13 February to the end of Saturday the 28th: 0.5 + 6 working days = 6.5; half of it is 3.25 days in,
    // 18 hours into Wednesday the 25th, while half of the plain time falls on the 21st, inside the holiday.
    const from = noon('2026-02-13');
    const due = dueAt(calendar, from, wd(6)).dueAt;
    expect(lightAt(from, due, 0.5, calendar)).toBe('2026-02-25T10:00:00.000Z');
    expect(dayOf(lightAt(from, due, 0.5))).toBe('2026-02-21');
  });

  test('lies between start and end, grows with the fraction, and never turns on a rest day', () => {
    const fraction = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 60 }), fraction, fraction, (from, value, one, two) => {
        const due = dueAt(calendar, from, wd(value)).dueAt;
        const [low, high] = one < two ? [one, two] : [two, one];
        const light = lightAt(from, due, low, calendar);
        expect(light >= from && light <= due).toBe(true);
        expect(lightAt(from, due, high, calendar) >= light).toBe(true);
        // The instant before it is working time: the light is the first at which that fraction is gone.
        expect(calendar.isWorkingDay(dayOf(new Date(Date.parse(light) - 1).toISOString()))).toBe(true);
        expect(lightAt(from, due, 0, calendar)).toBe(from);
        expect(lightAt(from, due, 1, calendar)).toBe(due);
        expect(lightAt(from, due, 1)).toBe(due);
      }),
    );
  });

  test('a limit with no working time in it is divided evenly', () => {
    expect(lightAt('2026-10-02T00:00:00Z', '2026-10-02T10:00:00Z', 0.5, calendar)).toBe('2026-10-02T05:00:00.000Z');
  });

  test('refuses an end before the start and a fraction outside 0 to 1', () => {
    expect(() => lightAt('2026-03-02T00:00:00Z', '2026-03-01T00:00:00Z')).toThrow(RangeError);
    expect(() => lightAt('2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z', 1.1)).toThrow(RangeError);
    expect(() => lightAt('2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z', Number.NaN)).toThrow(RangeError);
  });
});

describe('impossible input', () => {
  test.each<[string, () => unknown]>([
    ['a negative limit', () => dueAt(calendar, noon('2026-03-02'), wd(-1))],
    ['half a working day', () => dueAt(calendar, noon('2026-03-02'), wd(1.5))],
    ['no number', () => dueAt(calendar, noon('2026-03-02'), { value: Number.NaN, unit: 'hour' })],
    ['an infinite limit', () => dueAt(calendar, noon('2026-03-02'), { value: Infinity, unit: 'hour' })],
    ['more working days than there are', () => dueAt(calendar, noon('2026-03-02'), wd(1_000_000))],
    ['more years than there are', () => dueAt(calendar, noon('2026-03-02'), { value: 1e15, unit: 'year' })],
    ['an instant without zone', () => dueAt(calendar, '2026-03-02T04:00:00', wd(1))],
    ['an instant on 30 February', () => dueAt(calendar, '2026-02-30T04:00:00Z', wd(1))],
    ['an instant at 25:00', () => dueAt(calendar, '2026-02-20T25:00:00Z', wd(1))],
    ['a time before 1992', () => dayOf('1991-12-31T15:59:59Z')],
    ['a day before 1992', () => startOfDay('1991-12-31')],
    ['a day outside the calendar', () => calendar.isWorkingDay('1999-12-31')],
    ['a step outside the calendar', () => addWorkingDays(calendar, '2000-01-04', -5)],
    ['half a step', () => addWorkingDays(calendar, '2026-03-02', 0.5)],
    ['a day that does not exist', () => calendar.isWorkingDay('2026-02-30')],
    ['an instant where a day is meant', () => calendar.isHoliday('2026-02-20T00:00:00Z')],
    ['a calendar made by hand', () => addWorkingDays({ ...calendar }, '2026-03-02', 1)],
  ])('refuses %s', (_why, act) => {
    expect(act).toThrow(RangeError);
  });

  test('refuses an unknown unit', () => {
    const limit: Limit = JSON.parse('{"value":1,"unit":"week"}');
    expect(() => dueAt(calendar, noon('2026-03-02'), limit)).toThrow(/week/);
  });

  test('accepts the edges: 1992, an offset, 31 December 2100', () => {
    expect(dayOf('1991-12-31T16:00:00Z')).toBe('1992-01-01');
    expect(dayOf('2026-03-02T00:30:00+08:00')).toBe('2026-03-02');
    expect(dueAt(calendar, noon('2100-12-30'), wd(1)).dueAt).toBe('2100-12-31T16:00:00.000Z');
    expect(lightAt(noon('2100-12-30'), '2100-12-31T16:00:00.000Z', 1, calendar)).toBe('2100-12-31T16:00:00.000Z');
  });
});
