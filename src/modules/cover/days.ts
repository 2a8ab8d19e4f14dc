// Days and instants of cover, pure. A day is a Beijing day; cover of a day ends with it; the first day begins at its midnight, or at the
// minute of payment when that came later. Nothing is ever covered back in time.

import { dayOf, startOfDay } from '#platform/calendar';
import { invariant } from '#platform/errors';

const dayMs = 86_400_000;

export function addDays(day: string, count: number): string {
  const ms = Date.parse(`${day}T00:00:00Z`);
  invariant(!Number.isNaN(ms), `${day} is not a day`);
  return new Date(ms + count * dayMs).toISOString().slice(0, 10);
}

/** `count` days from `first` on. */
export function daysFrom(first: string, count: number): string[] {
  const days: string[] = [];
  for (let index = 0; index < count; index += 1) days.push(addDays(first, index));
  return days;
}

export function daysBetween(from: string, until: string): number {
  return Math.round((Date.parse(`${until}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs);
}

export type Span = { readonly day: string; readonly startsAt: string; readonly endsAt: string };

/** The spans of the days that can still be covered when the money came at `paidAt`; days that were over by then are left out. */
export function spansOf(days: readonly string[], paidAt: string): Span[] {
  const paidDay = dayOf(paidAt);
  return days
    .filter((day) => day >= paidDay)
    .map((day) => ({ day, startsAt: day === paidDay ? paidAt : startOfDay(day), endsAt: startOfDay(addDays(day, 1)) }));
}

/** How long cover lasts without a break from an instant on, or null when it does not hold then. */
export function unbrokenUntil(
  spans: readonly { readonly startsAt: string; readonly endsAt: string }[],
  at: string,
): string | null {
  let until: string | null = null;
  for (const span of spans.toSorted((a, b) => (a.startsAt < b.startsAt ? -1 : 1))) {
    if (until === null ? span.startsAt <= at && at < span.endsAt : span.startsAt <= until && span.endsAt > until)
      until = span.endsAt;
  }
  return until;
}
