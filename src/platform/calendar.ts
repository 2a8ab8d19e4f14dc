// Legal limits on the Chinese working calendar: when a clock runs out, turns yellow, pauses and resumes. Pure: no clock of its
// own, no I/O. What happens when a limit runs out is the engine's affair; the days themselves stand in `holidays.ts`.
// Instants are ISO UTC strings (1992 to 9999), legal days are plain days in Asia/Shanghai. Impossible input is a RangeError.

import {
  DAY_MS,
  addMonths,
  countWorking,
  dayAt,
  dayNumber,
  dayText,
  flippedDays,
  instantMs,
  isWorking,
  iso,
  nthWorkingDay,
  startMs,
  tableOf,
  tablesOf,
  yearOf,
} from './calendar-tables.ts';
import type { Tables, WorkingCalendar } from './calendar-tables.ts';

export { createCalendar, statutoryCalendar } from './calendar-tables.ts';
export type { CalendarYear, WorkingCalendar } from './calendar-tables.ts';

export type LimitUnit = 'minute' | 'hour' | 'working_day' | 'calendar_day' | 'month' | 'year';
export type Limit = { value: number; unit: LimitUnit };

/**
 * `dueAt` is exclusive: a limit that ends at 24:00 of its last day ends at the first instant of the next
 * day, and whatever is done strictly before `dueAt` is in time. `lastDay` is null for minutes and hours.
 * `provisional` says that a year not announced yet took part: recompute when it is.
 */
export type Due = { dueAt: string; lastDay: string | null; provisional: boolean };

/**
 * When a limit that starts at `fromInstant` runs out (民法典 200–204). Minutes and hours run exactly. For
 * the rest the day of the start is not counted (201); a month or year ends on the same day number, or on
 * the month's last day if there is none (202); a last day on which nobody works moves to the next working
 * day, and the limit ends at 24:00 of it (203).
 */
export function dueAt(calendar: WorkingCalendar, fromInstant: string, limit: Limit): Due {
  const fromMs = instantMs(fromInstant);
  checkLimit(limit);
  const exactMs = msOf(limit);
  if (exactMs !== null) return exactly(fromMs + exactMs);
  const tables = tablesOf(calendar);
  return ending(tables, dayAt(fromMs), limit.unit, limit.value, 1);
}

/**
 * The latest moment for what must be done `limit` before an event. The mirror of `dueAt`: the day of the
 * event is not counted, and a last day on which nobody works moves to the working day before it, since
 * moving later would eat into the notice. An event given as a day begins at 0:00 of it.
 */
export function dueBefore(calendar: WorkingCalendar, eventInstantOrDay: string, limit: Limit): Due {
  checkLimit(limit);
  const isDay = eventInstantOrDay.length === 10;
  const eventDay = isDay ? dayNumber(eventInstantOrDay) : null;
  const eventMs = eventDay === null ? instantMs(eventInstantOrDay) : startMs(eventDay);
  const exactMs = msOf(limit);
  if (exactMs !== null) return exactly(eventMs - exactMs);
  const due = ending(tablesOf(calendar), dayAt(eventMs), limit.unit, -limit.value, -1);
  // Only a limit of zero ends on the day of the event itself: then the event is the end.
  return !isDay && Date.parse(due.dueAt) > eventMs ? { ...due, dueAt: iso(eventMs) } : due;
}

/**
 * The instant at which `fraction` of the way to the due date is gone: the yellow light. With a calendar
 * (limits in working days) only the hours of working days count, so a holiday never turns a light yellow.
 */
export function lightAt(fromInstant: string, dueAtInstant: string, fraction = 0.8, calendar?: WorkingCalendar): string {
  const fromMs = instantMs(fromInstant);
  const dueMs = instantMs(dueAtInstant);
  if (dueMs < fromMs) throw new RangeError(`due at ${dueAtInstant} before its start ${fromInstant}`);
  if (!(fraction >= 0 && fraction <= 1)) {
    throw new RangeError(`fraction must be between 0 and 1, not ${fraction}`);
  }
  const linear = (): string => iso(fromMs + Math.round((dueMs - fromMs) * fraction));
  if (calendar === undefined) return linear();

  const tables = tablesOf(calendar);
  const first = dayAt(fromMs);
  const last = dayAt(Math.max(fromMs, dueMs - 1));
  const firstMs = isWorking(tables, first) ? Math.min(startMs(first + 1), dueMs) - fromMs : 0;
  const lastMs = last > first && isWorking(tables, last) ? dueMs - startMs(last) : 0;
  const between = last > first ? countWorking(tables, first, last - 1) : 0;
  const totalMs = firstMs + between * DAY_MS + lastMs;
  if (totalMs === 0) return linear();

  const goneMs = Math.round(totalMs * fraction);
  if (goneMs <= firstMs) return iso(fromMs + goneMs);
  const nth = Math.ceil((goneMs - firstMs) / DAY_MS);
  const day = nthWorkingDay(tables, first, nth);
  return iso(startMs(day) + (goneMs - firstMs - (nth - 1) * DAY_MS));
}

/** The n-th working day after `day` (before it if n is negative); 0 is `day` itself, whatever it is. */
export function addWorkingDays(calendar: WorkingCalendar, day: string, n: number): string {
  if (!Number.isSafeInteger(n)) throw new RangeError(`working days are whole, not ${n}`);
  return dayText(nthWorkingDay(tablesOf(calendar), dayNumber(day), n));
}

/** Working days in (a, b]: the start is not counted, the end is. Negative when b is before a. */
export function workingDaysBetween(calendar: WorkingCalendar, a: string, b: string): number {
  return countWorking(tablesOf(calendar), dayNumber(a), dayNumber(b));
}

/** The day in Asia/Shanghai on which an instant falls. */
export function dayOf(instant: string): string {
  return dayText(dayAt(instantMs(instant)));
}

/** An instant in words, as a message says it: 3月2日10:05 in Asia/Shanghai. */
export function momentZh(instant: string): string {
  const day = dayOf(instant);
  const minutes = Math.floor((instantMs(instant) - instantMs(startOfDay(day))) / 60_000);
  const two = (n: number) => String(n).padStart(2, '0');
  const [, month, date] = day.split('-').map(Number);
  return `${month}月${date}日${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** The instant at which a day begins in Asia/Shanghai. */
export function startOfDay(day: string): string {
  return iso(startMs(dayNumber(day)));
}

/**
 * What is left of a limit: exact for minutes and hours (so perhaps a fraction), else whole days after the
 * day of `nowInstant`, which counts as used. What is left of months and years is told in calendar days,
 * for months differ. Nothing is left after the end.
 */
export function remainingAt(
  calendar: WorkingCalendar,
  nowInstant: string,
  dueAtInstant: string,
  unit: LimitUnit,
): Limit {
  const nowMs = instantMs(nowInstant);
  const leftMs = Math.max(0, instantMs(dueAtInstant) - nowMs);
  const exactMs = msOf({ value: 1, unit });
  if (exactMs !== null) return { value: leftMs / exactMs, unit };
  const value = leftMs === 0 ? 0 : daysLeft(tablesOf(calendar), dayAt(nowMs), dayAt(nowMs + leftMs - 1), unit);
  return { value, unit: unit === 'working_day' ? unit : 'calendar_day' };
}

/**
 * The due date of a clock that stood still from `pausedAt` to `resumedAt`: what was left at the pause runs
 * from the resumption, by the rules of `dueAt`. A pause inside one day, or of a clock that had already run
 * out, changes nothing for a limit in days. The days left are counted to the given end: where that end had
 * moved off a holiday, the days it moved by are kept.
 */
export function dueAfterPause(
  calendar: WorkingCalendar,
  dueAtInstant: string,
  pausedAt: string,
  resumedAt: string,
  unit: LimitUnit,
): Due {
  const dueMs = instantMs(dueAtInstant);
  const pausedMs = instantMs(pausedAt);
  const resumedMs = instantMs(resumedAt);
  if (resumedMs < pausedMs) throw new RangeError(`resumed at ${resumedAt} before ${pausedAt}`);
  const over = pausedMs >= dueMs;
  if (msOf({ value: 1, unit }) !== null) {
    return exactly(over ? dueMs : dueMs + resumedMs - pausedMs);
  }
  const tables = tablesOf(calendar);
  const last = dayAt(dueMs - 1);
  const paused = dayAt(pausedMs);
  const resumed = dayAt(resumedMs);
  if (over || paused === resumed) {
    const provisional = tableOf(tables, yearOf(last)).provisional;
    return { dueAt: iso(dueMs), lastDay: dayText(last), provisional };
  }
  const countedUnit = unit === 'working_day' ? unit : 'calendar_day';
  return ending(tables, resumed, countedUnit, daysLeft(tables, paused, last, unit), 1);
}

/** Days that are worked in one calendar and not in the other: due dates across them must be recomputed. */
export function changedDays(oldCal: WorkingCalendar, newCal: WorkingCalendar): string[] {
  return flippedDays(tablesOf(oldCal), tablesOf(newCal)).map(dayText);
}

/** The limit of `count` units counted from `start` (negative: backwards), moved off rest days. */
function ending(tables: Tables, start: number, unit: LimitUnit, count: number, direction: 1 | -1): Due {
  const nominal = countedDay(tables, start, unit, count);
  const last = isWorking(tables, nominal) ? nominal : nthWorkingDay(tables, nominal, direction);
  // Working days depend on every day they crossed, calendar days only on where they end.
  const edge = unit === 'working_day' && count !== 0 ? start + direction : nominal;
  const lastYear = yearOf(Math.max(edge, last));
  let provisional = false;
  for (let year = yearOf(Math.min(edge, last)); year <= lastYear; year++) {
    provisional ||= tableOf(tables, year).provisional;
  }
  return { dueAt: iso(startMs(last + 1)), lastDay: dayText(last), provisional };
}

function countedDay(tables: Tables, start: number, unit: LimitUnit, count: number): number {
  if (unit === 'working_day') return nthWorkingDay(tables, start, count);
  if (unit === 'calendar_day') return start + count;
  return addMonths(start, unit === 'year' ? count * 12 : count);
}

function daysLeft(tables: Tables, from: number, last: number, unit: LimitUnit): number {
  return unit === 'working_day' ? countWorking(tables, from, last) : last - from;
}

function exactly(ms: number): Due {
  return { dueAt: iso(ms), lastDay: null, provisional: false };
}

/** Length of a limit that runs exactly, null for one that is counted in days. */
function msOf(limit: Limit): number | null {
  switch (limit.unit) {
    case 'minute':
      return Math.round(limit.value * 60_000);
    case 'hour':
      return Math.round(limit.value * 3_600_000);
    case 'working_day':
    case 'calendar_day':
    case 'month':
    case 'year':
      return null;
    default:
      throw new RangeError(`unknown unit of a limit: ${String(limit.unit)}`);
  }
}

function checkLimit(limit: Limit): void {
  const { value, unit } = limit;
  const whole = unit !== 'minute' && unit !== 'hour';
  if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER) || (whole && !Number.isInteger(value))) {
    throw new RangeError(`a limit is ${whole ? 'a whole number' : 'a number'} ≥ 0, not ${value} ${unit}`);
  }
}
