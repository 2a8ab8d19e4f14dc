// The day tables under `calendar.ts`: which day is worked, how many working days lie between two, and the change between
// strings and whole days. The door is `calendar.ts`; nothing else imports this file. No law of limits here.
// Shanghai has been +08:00 without summer time since September 1991, so a constant replaces the time-zone database on this
// hot path, and anything before 1992 is refused.

import { announcedYears, provisionalYear } from './holidays.ts';
import type { CalendarYear } from './holidays.ts';

export type { CalendarYear } from './holidays.ts';

export type WorkingCalendar = {
  /** Changes whenever the given data changes: store it beside every due date. */
  version: string;
  /** Last day of the unbroken run of announced years. */
  knownUntil: string;
  isWorkingDay(day: string): boolean;
  /** Inside announced (or provisional) days off; a plain weekend is no holiday. */
  isHoliday(day: string): boolean;
  isProvisional(day: string): boolean;
};

export const DAY_MS = 86_400_000;
const SHANGHAI_MS = 28_800_000;
const FIRST_YEAR = 2000;
const LAST_YEAR = 2100;
const FIRST_INSTANT_MS = Date.UTC(1992, 0, 1) - SHANGHAI_MS;
const END_INSTANT_MS = Date.UTC(10_000, 0, 1) - SHANGHAI_MS;

const WORKING = 1;
const HOLIDAY = 2;

const DAY_PATTERN = /^(\d{4})-(\d\d)-(\d\d)$/;
const INSTANT_PATTERN = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Days are whole numbers since 1970-01-01 in here; strings exist only at the doors. */
type YearTable = {
  firstDay: number;
  provisional: boolean;
  flags: Uint8Array;
  /** Working days from 1 January up to and including each day. */
  rank: Uint16Array;
  /** Index in the year of each working day, in order. */
  workingDays: Uint16Array;
};

export type Tables = {
  given: ReadonlyMap<number, CalendarYear>;
  /** What the given years say about single days: also about the December before, see `checkYear`. */
  announced: ReadonlyMap<number, number>;
  years: Map<number, YearTable>;
};

const tablesByCalendar = new WeakMap<WorkingCalendar, Tables>();

/** Years that are not given (2000 to 2100) are provisional; their tables are made when first asked for. */
export function createCalendar(years: readonly CalendarYear[], opts: { version?: string } = {}): WorkingCalendar {
  const given = new Map<number, CalendarYear>();
  const announced = new Map<number, number>();
  for (const entry of years) {
    if (given.has(entry.year)) throw new RangeError(`year ${entry.year} is given twice`);
    checkYear(entry);
    given.set(entry.year, entry);
    announce(announced, entry.holidays, HOLIDAY);
    announce(announced, entry.workingWeekends, WORKING);
  }
  const tables: Tables = { given, announced, years: new Map() };
  const calendar: WorkingCalendar = {
    version: opts.version ?? versionOf([...given.values()]),
    knownUntil: knownUntil(given),
    isWorkingDay: (day) => isWorking(tables, dayNumber(day)),
    isHoliday: (day) => (flagsOf(tables, dayNumber(day)) & HOLIDAY) !== 0,
    isProvisional: (day) => tableOf(tables, yearOf(dayNumber(day))).provisional,
  };
  tablesByCalendar.set(calendar, tables);
  return Object.freeze(calendar);
}

/** The announced years 2024 to 2026; every other year from 2000 to 2100 is provisional. */
export const statutoryCalendar: WorkingCalendar = createCalendar(announcedYears);

// ── the day tables ──────────────────────────────────────────────────────────────────────────────────────

export function tablesOf(calendar: WorkingCalendar): Tables {
  const tables = tablesByCalendar.get(calendar);
  if (tables === undefined) throw new RangeError('a calendar must come from createCalendar');
  return tables;
}

export function tableOf(tables: Tables, year: number): YearTable {
  let table = tables.years.get(year);
  if (table === undefined) {
    table = buildYear(tables, year);
    tables.years.set(year, table);
  }
  return table;
}

function buildYear(tables: Tables, year: number): YearTable {
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR)) {
    throw new RangeError(`the calendar covers ${FIRST_YEAR} to ${LAST_YEAR}, not ${year}`);
  }
  const source = tables.given.get(year) ?? provisionalYear(year);
  const statutory = new Map<number, number>();
  if (source.provisional) announce(statutory, source.holidays, HOLIDAY);
  const firstDay = Date.UTC(year, 0, 1) / DAY_MS;
  const length = Date.UTC(year + 1, 0, 1) / DAY_MS - firstDay;
  const flags = new Uint8Array(length);
  const rank = new Uint16Array(length);
  const workingDays: number[] = [];
  for (let index = 0; index < length; index++) {
    const day = firstDay + index;
    const flag = tables.announced.get(day) ?? statutory.get(day) ?? (isWeekend(day) ? 0 : WORKING);
    if (flag === WORKING) workingDays.push(index);
    flags[index] = flag;
    rank[index] = workingDays.length;
  }
  const provisional = source.provisional;
  return { firstDay, provisional, flags, rank, workingDays: Uint16Array.from(workingDays) };
}

function flagsOf(tables: Tables, day: number): number {
  const table = tableOf(tables, yearOf(day));
  return table.flags[day - table.firstDay] ?? 0;
}

export function isWorking(tables: Tables, day: number): boolean {
  return (flagsOf(tables, day) & WORKING) !== 0;
}

function isWeekend(day: number): boolean {
  return day % 7 === 2 || day % 7 === 3; // day 0, 1970-01-01, was a Thursday
}

export function nthWorkingDay(tables: Tables, day: number, n: number): number {
  if (n === 0) return day;
  let year = yearOf(day);
  let table = tableOf(tables, year);
  const rank = table.rank[day - table.firstDay] ?? 0;
  const own = isWorking(tables, day) ? 1 : 0;
  // Place of the wanted day among the working days of the year, 1-based; outside it, in a neighbour.
  let place = n > 0 ? rank + n : rank - own + n + 1;
  while (place > table.workingDays.length) {
    place -= table.workingDays.length;
    table = tableOf(tables, ++year);
  }
  while (place < 1) {
    table = tableOf(tables, --year);
    place += table.workingDays.length;
  }
  return table.firstDay + (table.workingDays[place - 1] ?? 0);
}

/** Working days in (a, b], negative when b is before a. */
export function countWorking(tables: Tables, a: number, b: number): number {
  if (b < a) return 0 - countWorking(tables, b, a); // 0 minus, so that no days is never −0
  const firstYear = yearOf(a);
  const lastYear = yearOf(b);
  const first = tableOf(tables, firstYear);
  const last = tableOf(tables, lastYear);
  let count = (last.rank[b - last.firstDay] ?? 0) - (first.rank[a - first.firstDay] ?? 0);
  for (let year = firstYear; year < lastYear; year++) {
    count += tableOf(tables, year).workingDays.length;
  }
  return count;
}

/** Days that are worked in one and not in the other. Years given to neither are provisional in both, so alike. */
export function flippedDays(before: Tables, after: Tables): number[] {
  const years = new Set<number>();
  for (const year of [...before.given.keys(), ...after.given.keys()]) {
    if (year > FIRST_YEAR) years.add(year - 1);
    years.add(year);
  }
  const flipped: number[] = [];
  for (const year of [...years].toSorted((a, b) => a - b)) {
    const { firstDay, flags } = tableOf(before, year);
    for (let day = firstDay; day < firstDay + flags.length; day++) {
      if (isWorking(before, day) !== isWorking(after, day)) flipped.push(day);
    }
  }
  return flipped;
}

// ── checking what is given ──────────────────────────────────────────────────────────────────────────────

/**
 * A notice may arrange the last days of the December before its own year (the New Year of 2019 began on
 * 30 December 2018), so those are allowed; no other day outside the year is.
 */
function checkYear(entry: CalendarYear): void {
  const { year, source, provisional, holidays, workingWeekends } = entry;
  if (!(Number.isInteger(year) && year >= FIRST_YEAR && year <= LAST_YEAR)) {
    throw new RangeError(`calendar years are ${FIRST_YEAR} to ${LAST_YEAR}, not ${year}`);
  }
  if (source.trim() === '') throw new RangeError(`year ${year} has no source`);
  if (!provisional && holidays.length === 0) {
    throw new RangeError(`year ${year} is announced, yet without a single holiday`);
  }
  for (const day of [...holidays, ...workingWeekends]) {
    dayNumber(day);
    if (!day.startsWith(`${year}-`) && !(day >= `${year - 1}-12-25` && day < `${year}-`)) {
      throw new RangeError(`${day} does not belong to the arrangements of ${year}`);
    }
  }
  for (const day of workingWeekends) {
    if (!isWeekend(dayNumber(day))) throw new RangeError(`${day} is no Saturday or Sunday`);
  }
}

function announce(into: Map<number, number>, days: readonly string[], flag: number): void {
  for (const day of days) {
    const number = dayNumber(day);
    if (into.has(number)) throw new RangeError(`${day} is arranged twice`);
    into.set(number, flag);
  }
}

function knownUntil(given: ReadonlyMap<number, CalendarYear>): string {
  const known = (year: number): boolean => given.get(year)?.provisional === false;
  let year = Math.min(...[...given.keys()].filter(known));
  if (!Number.isFinite(year)) return `${FIRST_YEAR - 1}-12-31`;
  while (known(year + 1)) year++;
  return `${year}-12-31`;
}

/** Years and a checksum (FNV-1a, to tell versions apart, not to protect) of everything given. */
function versionOf(years: readonly CalendarYear[]): string {
  const sorted = years.toSorted((a, b) => a.year - b.year);
  const text = JSON.stringify(
    sorted.map((one) => [
      one.year,
      one.source,
      one.provisional,
      one.holidays.toSorted(),
      one.workingWeekends.toSorted(),
    ]),
  );
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return `cn-${sorted.at(0)?.year ?? 0}-${sorted.at(-1)?.year ?? 0}-${hash.toString(16).padStart(8, '0')}`;
}

// ── days and instants ───────────────────────────────────────────────────────────────────────────────────

/** Strict: a day that does not exist (30 February) is refused, not rolled over. */
export function dayNumber(text: string): number {
  const ms = DAY_PATTERN.test(text) ? existingDayMs(text) : NaN;
  if (Number.isNaN(ms)) throw new RangeError(`not a day (YYYY-MM-DD): ${text}`);
  return checkedDay(ms / DAY_MS);
}

function existingDayMs(text: string): number {
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  const ms = Date.UTC(Number(text.slice(0, 4)), month - 1, day);
  const date = new Date(ms);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? ms : NaN;
}

function checkedDay(day: number): number {
  checkedMs(startMs(day));
  return day;
}

export function instantMs(text: string): number {
  const date = INSTANT_PATTERN.exec(text)?.[1];
  const ms = date === undefined || Number.isNaN(existingDayMs(date)) ? NaN : Date.parse(text);
  if (Number.isNaN(ms)) throw new RangeError(`not an instant (ISO with Z or offset): ${text}`);
  return checkedMs(ms);
}

function checkedMs(ms: number): number {
  if (ms >= FIRST_INSTANT_MS && ms < END_INSTANT_MS) return ms;
  throw new RangeError('outside 1992 to 9999: before 1992 Shanghai was not always +08:00');
}

export function iso(ms: number): string {
  return new Date(checkedMs(ms)).toISOString();
}

export function dayAt(ms: number): number {
  return Math.floor((ms + SHANGHAI_MS) / DAY_MS);
}

export function startMs(day: number): number {
  return day * DAY_MS - SHANGHAI_MS;
}

export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

export function yearOf(day: number): number {
  return new Date(day * DAY_MS).getUTCFullYear();
}

/** Same day number that many months on, or the last day of that month if it has none (民法典 202). */
export function addMonths(day: number, months: number): number {
  const date = new Date(day * DAY_MS);
  const month = date.getUTCMonth() + months;
  const lastOfMonth = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const dayOfMonth = Math.min(date.getUTCDate(), lastOfMonth);
  return Date.UTC(date.getUTCFullYear(), month, dayOfMonth) / DAY_MS;
}
