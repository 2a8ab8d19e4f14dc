// Plain dates (YYYY-MM-DD) and bounds relative to today, in whole days. No Temporal, because old phones run this.
// Knows no time zone: the caller says which day today is. Working days belong to the calendar, not here.

const dayMs = 86_400_000;

export type DateBound = 'today' | `today+${number}` | `today-${number}` | `${number}-${number}-${number}`;

/** True for a day that exists in the calendar, from 1000 to 9999. */
export function isDay(text: string): boolean {
  if (!/^[1-9]\d{3}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00.000Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) + days * dayMs).toISOString().slice(0, 10);
}

/** Plain dates of equal width compare as text. The instant `now` is bounded by its day here. */
export function resolveBound(bound: DateBound | 'now', today: string): string {
  if (bound === 'now') return today;
  const match = /^today([+-]\d+)?$/.exec(bound);
  return match ? addDays(today, Number(match[1] ?? 0)) : bound;
}

export function formatDay(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return `${year}年${Number(month)}月${Number(date)}日`;
}

/** Full years of age on a day: one more on the birthday itself; born on 29 February, on 1 March of a common year. */
export function ageOn(birthDate: string, day: string): number {
  const years = Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return day.slice(5) < birthDate.slice(5) ? years - 1 : years;
}
