// Months and instants of a settlement. Pure; days are those of Beijing.

import { startOfDay } from '#platform/calendar';

/** No transaction in flight can still write before this (statements end after 15 s): what stood then stands for ever. */
const settleMs = 600_000;

export function nextMonth(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01-01` : `${year}-${String(number + 1).padStart(2, '0')}-01`;
}

/** The instant at which a month's days are taken, or null while the month may still change under somebody's hands. */
export function cutoffOf(month: string, now: string): string | null {
  const cutoff = new Date(Date.parse(now) - settleMs).toISOString();
  return cutoff >= startOfDay(nextMonth(month)) ? cutoff : null;
}

export function monthZh(month: string): string {
  const [year, number] = month.split('-').map(Number);
  return `${year}年${number}月`;
}

export function yearOf(month: string): { readonly from: string; readonly until: string } {
  return { from: `${month.slice(0, 4)}-01-01`, until: nextMonth(month) };
}
