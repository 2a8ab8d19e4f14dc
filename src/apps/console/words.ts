// Amounts, times and marks in the words that people at the desk read. Pure: the time is always handed in, and every instant is
// shown in Asia/Shanghai whatever the computer's own zone.

const zone = 'Asia/Shanghai';

type Parts = { readonly day: string; readonly time: string };

const dayFormat = new Intl.DateTimeFormat('en-CA', {
  timeZone: zone,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});
const timeFormat = new Intl.DateTimeFormat('en-GB', {
  timeZone: zone,
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

function partsOf(iso: string): Parts | null {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return null;
  return { day: dayFormat.format(ms), time: timeFormat.format(ms) };
}

/** Legal day of an instant, YYYY-MM-DD. */
export function dayOf(iso: string): string {
  return partsOf(iso)?.day ?? '';
}

export function dayZh(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return date === '' ? day : `${Number(year)}年${Number(month)}月${Number(date)}日`;
}

function shiftDay(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

export function dayBefore(day: string): string {
  return shiftDay(day, -1);
}

/** 今天 14:30, 昨天 09:05, 明天 18:00, 3月5日 14:30, 2025年3月5日: as exact as is useful. */
export function whenZh(iso: string | null | undefined, now: string): string {
  const at = iso ? partsOf(iso) : null;
  const today = dayOf(now);
  if (!at) return '—';
  if (at.day === today) return `今天 ${at.time}`;
  if (at.day === shiftDay(today, -1)) return `昨天 ${at.time}`;
  if (at.day === shiftDay(today, 1)) return `明天 ${at.time}`;
  const [year = '', month = '', date = ''] = at.day.split('-');
  const short = `${Number(month)}月${Number(date)}日`;
  return year === today.slice(0, 4) ? `${short} ${at.time}` : `${year}年${short}`;
}

/** The end of a limit is exclusive: midnight is the last minute of the day before, as people say it. */
export function dueZh(iso: string | null | undefined, now: string): string {
  const at = iso ? partsOf(iso) : null;
  if (!iso || at?.time !== '00:00') return whenZh(iso, now);
  return whenZh(new Date(Date.parse(iso) - 60_000).toISOString(), now).replace('23:59', '24:00');
}

/** The full instant, for titles of short ones. */
export function instantZh(iso: string | null | undefined): string {
  const at = iso ? partsOf(iso) : null;
  return at ? `${dayZh(at.day)} ${at.time}` : '—';
}

/** 1,234.50, without a unit. */
export function yuan(fen: number): string {
  const digits = String(Math.abs(Math.trunc(fen))).padStart(3, '0');
  const whole = digits.slice(0, -2).replace(/\B(?=(?:\d{3})+$)/g, ',');
  return `${fen < 0 ? '−' : ''}${whole}.${digits.slice(-2)}`;
}

export type Light = 'green' | 'yellow' | 'red';

/** A colour never stands alone: the word says the same. */
export const lightZh: Readonly<Record<Light, string>> = { green: '正常', yellow: '临期', red: '超期' };

export function shortHash(hash: string): string {
  return hash.length > 16 ? `${hash.slice(0, 8)}…${hash.slice(-6)}` : hash;
}

/** A number of 32 letters is told apart by its end: its beginning may be the time, which neighbours share. */
export function shortNo(no: string): string {
  return no.length > 16 ? `…${no.slice(-8)}` : no;
}

export const traceZh = {
  recorded: '已记录',
  numbered: '已编号',
  witnessed: '已见证',
  anchored: '已上链',
} as const;

/** A case number or its beginning as it is typed or pasted, with spaces or hyphens; at most the 20 digits that it has. */
export function digitsOf(text: string): string {
  return text.replace(/\D/g, '').slice(0, caseNoDigits);
}

export const caseNoDigits = 20;
