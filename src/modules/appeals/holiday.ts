// How far the next long holiday is: wages that are owed then are urgent. Pure; a holiday is long from five days off in a row.

import { announcedYears } from '#platform/holidays';

const longDaysMin = 5;
const dayMs = 86_400_000;

/** Whole days until the next long holiday begins, 0 inside of one; null after the last that is announced. */
export function daysToLongHoliday(day: string): number | null {
  const at = Date.parse(day);
  for (const [first, last] of longHolidays()) {
    if (at > last) continue;
    return Math.max(0, Math.round((first - at) / dayMs));
  }
  return null;
}

function longHolidays(): readonly (readonly [number, number])[] {
  const days = announcedYears.flatMap((year) => year.holidays.map((one) => Date.parse(one))).toSorted((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const day of days) {
    const run = runs.at(-1);
    if (run && day - run[1] === dayMs) run[1] = day;
    else runs.push([day, day]);
  }
  return runs.filter(([first, last]) => (last - first) / dayMs + 1 >= longDaysMin);
}
