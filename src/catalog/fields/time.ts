// Legal days and instants. A day is a plain date of Asia/Shanghai; an instant is typed as local time there and kept in UTC.
// No clock is read: today comes with the context.

import { addDays, formatDay, isDay, resolveBound } from './day.ts';
import type { DateBound } from './day.ts';
import { exampleToday } from './kind.ts';
import type { FieldKind, InvalidSample, Parsed } from './kind.ts';
import { bad, foldPlain, ok, readText, textCodes, textSamples } from './raw.ts';
import { sampler } from './sample.ts';

export type DateOptions = {
  min?: DateBound;
  max?: DateBound;
  /** A month is kept as its first day. */
  precision?: 'day' | 'month';
};
/** The bounds are days in Shanghai, both included; what has happened is bounded by `now`. */
export type DatetimeOptions = { min?: DateBound; max?: DateBound | 'now' };

const yearMin = 1900;
const yearMax = 2200;
// Shanghai has kept UTC+8 without summer time since 15 September 1991.
const shanghaiMs = 8 * 3_600_000;
const fixedOffsetFrom = '1991-09-16';

/** 2026-03-01, 2026/3/1, 2026.3.1, 2026年3月1日, 20260301; undefined when no such day exists. */
function readDay(text: string): string | undefined {
  const match =
    /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(text) ??
    /^(\d{4}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日$/.exec(text) ??
    /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (!match) return undefined;
  const [, year = '', month = '', day = ''] = match;
  const value = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isDay(value) && Number(year) >= yearMin && Number(year) <= yearMax ? value : undefined;
}

function readMonth(text: string): string | undefined {
  const match = /^(\d{4})(?:[-/.]| ?年 ?)(\d{1,2}) ?月?$/.exec(text);
  return match ? readDay(`${match[1]}-${match[2]}-1`) : readDay(text)?.replace(/\d\d$/, '01');
}

type DayBounds = { min?: DateBound | 'now'; max?: DateBound | 'now' };

function checkBounds(day: string, options: DayBounds, today: string): Parsed<string> {
  const min = options.min === undefined ? undefined : resolveBound(options.min, today);
  const max = options.max === undefined ? undefined : resolveBound(options.max, today);
  if (min !== undefined && day < min) return bad('too_early', `日期不能早于${formatDay(min)}，请核对。`);
  if (max !== undefined && day > max) return bad('too_late', `日期不能晚于${formatDay(max)}，请核对。`);
  return ok(day);
}

/** The month that holds a bound may be chosen, though it began before it. */
function monthBounds(options: DateOptions, today: string): DatetimeOptions {
  const { min, max } = options;
  const firstOf = (bound: DateBound): DateBound => {
    const [year = '', month = ''] = resolveBound(bound, today).split('-');
    return `${Number(year)}-${month as `${number}`}-01`;
  };
  return { ...(min === undefined ? {} : { min: firstOf(min) }), ...(max === undefined ? {} : { max }) };
}

function exampleDay(options: DatetimeOptions, seed: number, today: string): string {
  const min = options.min === undefined ? undefined : resolveBound(options.min, today);
  const max = options.max === undefined ? undefined : resolveBound(options.max, today);
  const from = min ?? addDays(max ?? today, -60);
  const to = max ?? addDays(from, 60);
  const span = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
  return addDays(from, sampler(seed).int(0, Math.max(0, Math.min(span, 60))));
}

function boundSamples(options: DatetimeOptions, today: string, tail: string): InvalidSample[] {
  const { min, max } = options;
  return [
    ...(min === undefined ? [] : [{ raw: addDays(resolveBound(min, today), -32) + tail, code: 'too_early' }]),
    ...(max === undefined ? [] : [{ raw: addDays(resolveBound(max, today), 32) + tail, code: 'too_late' }]),
  ];
}

export const date: FieldKind<string, DateOptions> = {
  kind: 'date',
  zh: '日期',
  fieldClass: 'internal',
  codes: [...textCodes, 'date_format', 'too_early', 'too_late'],
  parse(raw, options, ctx) {
    const read = readText(raw, foldPlain);
    if (!read.ok) return read;
    const month = options.precision === 'month';
    const day = month ? readMonth(read.value) : readDay(read.value);
    if (day === undefined) {
      return month
        ? bad('date_format', '请填写实际存在的年月，如 2026-03。')
        : bad('date_format', '请填写实际存在的日期，如 2026-03-01。');
    }
    return checkBounds(day, month ? monthBounds(options, ctx.today) : options, ctx.today);
  },
  format: (value, options) =>
    options.precision === 'month' ? formatDay(value).replace(/\d+日$/, '') : formatDay(value),
  mask: (value) => `${value.slice(0, 4)}年**月**日`,
  jsonSchema: () => ({ type: 'string', format: 'date' }),
  example(options, seed, today = exampleToday) {
    const day = exampleDay(options, seed, today);
    return options.precision === 'month' ? day.replace(/\d\d$/, '01') : day;
  },
  invalid: (options, _seed, today = exampleToday) => [
    ...textSamples,
    { raw: '2025-02-29', code: 'date_format' },
    { raw: '2026-13-01', code: 'date_format' },
    { raw: '昨天', code: 'date_format' },
    { raw: '1899-12-31', code: 'date_format' },
    ...boundSamples(options, today, ''),
  ],
};

/** The day in Shanghai of an instant, and its time of day HH:mm:ss. */
function localParts(instant: string): { day: string; time: string } {
  const local = new Date(Date.parse(instant) + shanghaiMs).toISOString();
  return { day: local.slice(0, 10), time: local.slice(11, 19) };
}

export function shanghaiDay(instant: string): string {
  return localParts(instant).day;
}

function formatInstant(instant: string): string {
  const { day, time } = localParts(instant);
  return `${formatDay(day)} ${time.endsWith(':00') ? time.slice(0, 5) : time}`;
}

/** Local time, or an instant with Z or an offset. */
function readInstant(text: string): string | undefined {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/.test(text)) {
    const time = Date.parse(text);
    return Number.isNaN(time) || !isDay(text.slice(0, 10)) ? undefined : new Date(time).toISOString();
  }
  const match = /^(.{8,14}?)(?:[T ]| ?(?=\d{1,2}:))(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  const [, dayText = '', hour = '', minute = '', second = '00'] = match ?? [];
  const day = readDay(dayText);
  if (!match || day === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const utc = Date.parse(`${day}T${hour.padStart(2, '0')}:${minute}:${second}.000Z`);
  return new Date(utc - shanghaiMs).toISOString();
}

export const datetime: FieldKind<string, DatetimeOptions> = {
  kind: 'datetime',
  zh: '日期和时间',
  fieldClass: 'internal',
  codes: [...textCodes, 'datetime_format', 'too_early', 'too_late'],
  parse(raw, options, ctx) {
    const read = readText(raw, foldPlain);
    if (!read.ok) return read;
    const instant = readInstant(read.value);
    const day = instant === undefined ? '' : shanghaiDay(instant);
    if (instant === undefined || day < fixedOffsetFrom || day > `${yearMax}-12-31`) {
      return bad('datetime_format', '请填写实际存在的日期和时间，如 2026-03-01 18:30。');
    }
    const bounded = checkBounds(day, options, ctx.today);
    if (!bounded.ok) return bounded;
    return options.max === 'now' && ctx.now !== undefined && instant > new Date(ctx.now).toISOString()
      ? bad('too_late', `时间不能晚于现在（${formatInstant(`${ctx.now.slice(0, 16)}:00.000Z`)}），请核对。`)
      : ok(instant);
  },
  format: formatInstant,
  mask: (value) => `${localParts(value).day.slice(0, 4)}年**月**日 **:**`,
  jsonSchema: () => ({ type: 'string', format: 'date-time' }),
  example(options, seed, today = exampleToday) {
    const random = sampler(seed + 1);
    const time = `${String(random.int(0, 23)).padStart(2, '0')}:${String(random.int(0, 59)).padStart(2, '0')}`;
    // No clock is read: a day that is over is before any now.
    const day = exampleDay(options, seed, options.max === 'now' ? addDays(today, -1) : today);
    const utc = Date.parse(`${day}T${time}:00.000Z`) - shanghaiMs;
    return new Date(utc).toISOString();
  },
  invalid: (options, _seed, today = exampleToday) => [
    ...textSamples,
    { raw: '2026-03-01', code: 'datetime_format' },
    { raw: '2026-03-01 24:00', code: 'datetime_format' },
    { raw: '2025-02-29T08:00', code: 'datetime_format' },
    { raw: '1989-07-01 08:00', code: 'datetime_format' },
    ...boundSamples(options, today, 'T12:00'),
  ],
};
