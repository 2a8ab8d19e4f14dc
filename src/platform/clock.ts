// The one source of "now". In demonstration mode an offset lets legal limits be lived through; elsewhere it is always zero.
// Nothing else in the program reads the machine's clock for a decision.

import { invariant } from './errors.ts';

/** A hundred years. */
const offsetMsMax = 100 * 366 * 86_400_000;

export type Clock = {
  /** ISO instant in UTC with milliseconds. */
  now(): string;
  /** Milliseconds that demonstration time runs ahead of real time. */
  offsetMs(): number;
  setOffsetMs(offsetMs: number): void;
};

export function systemClock(): Clock {
  let offset = 0;
  return {
    now: () => new Date(Date.now() + offset).toISOString(),
    offsetMs: () => offset,
    setOffsetMs: (offsetMs) => {
      offset = sane(offsetMs);
    },
  };
}

/** A clock that stands still until it is moved, for tests. */
export function fixedClock(start: string): Clock & { set(instant: string): void } {
  let current = start;
  return {
    now: () => current,
    offsetMs: () => Date.parse(current) - Date.now(),
    setOffsetMs: (offsetMs) => {
      current = new Date(Date.now() + sane(offsetMs)).toISOString();
    },
    set: (instant) => {
      current = instant;
    },
  };
}

/** A clock that is not a number stops everything that asks it, for good where the offset is kept. */
function sane(offsetMs: number): number {
  invariant(Math.abs(offsetMs) <= offsetMsMax, `a clock cannot be ${offsetMs} ms off`);
  return offsetMs;
}
