// A circuit breaker for calls to an outside party: after enough failures it stops calling at once, so that our own
// requests do not queue behind a dead party, then lets one probe through.
// It must not know what the call is, and must not read the demonstration clock: that one jumps by days.

export type BreakerState = 'closed' | 'open' | 'half_open';

export type BreakerOptions = {
  /** Failures inside the window that open it. Three calls of 3 s each still open it within 10 s. */
  readonly failuresToOpen?: number;
  /** Share of the window's calls that must have failed: a flood with a few errors is not a dead party. */
  readonly failureShare?: number;
  readonly windowMs?: number;
  /** How long it stays open before a probe. */
  readonly openMs?: number;
  /** Monotonic milliseconds. */
  readonly clockMs?: () => number;
  /** Which errors speak against the party; a refusal is an answer, not a failure. */
  readonly isFailure?: (error: unknown) => boolean;
};

export type Breaker = {
  run<T>(work: () => Promise<T>): Promise<T>;
  state(): BreakerState;
};

export class BreakerOpen extends Error {
  override readonly name = 'BreakerOpen';
}

// Enough to judge a share, small enough to scan on each call.
const OUTCOMES_MAX = 100;

export function createBreaker(options: BreakerOptions = {}): Breaker {
  const failuresToOpen = options.failuresToOpen ?? 3;
  const failureShare = options.failureShare ?? 0.5;
  const windowMs = options.windowMs ?? 10_000;
  const openMs = options.openMs ?? 5_000;
  const clockMs = options.clockMs ?? (() => performance.now());
  const isFailure = options.isFailure ?? (() => true);

  let outcomes: { atMs: number; failed: boolean }[] = [];
  let openedAtMs: number | undefined;
  let probing = false;
  // A call begun before the breaker changed must not decide anything after it.
  let epoch = 0;

  function rested(): boolean {
    if (openedAtMs === undefined) return false;
    const sinceMs = clockMs() - openedAtMs;
    // A clock set back must not keep the breaker open for days.
    return sinceMs >= openMs || sinceMs < 0;
  }

  function move(opened: number | undefined): void {
    epoch += 1;
    outcomes = [];
    openedAtMs = opened;
  }

  function note(failed: boolean): void {
    const atMs = clockMs();
    outcomes.push({ atMs, failed });
    outcomes = outcomes.filter((one) => atMs - one.atMs < windowMs).slice(-OUTCOMES_MAX);
    const failures = outcomes.filter((one) => one.failed).length;
    if (failures >= failuresToOpen && failures >= outcomes.length * failureShare) move(atMs);
  }

  async function probe<T>(work: () => Promise<T>): Promise<T> {
    probing = true;
    try {
      const result = await work();
      move(undefined);
      return result;
    } catch (error) {
      move(isFailure(error) ? clockMs() : undefined);
      throw error;
    } finally {
      probing = false;
    }
  }

  async function run<T>(work: () => Promise<T>): Promise<T> {
    if (openedAtMs !== undefined) {
      if (probing || !rested()) throw new BreakerOpen('the breaker is open');
      return await probe(work);
    }
    const begun = epoch;
    try {
      const result = await work();
      if (begun === epoch) note(false);
      return result;
    } catch (error) {
      if (begun === epoch) note(isFailure(error));
      throw error;
    }
  }

  function state(): BreakerState {
    if (openedAtMs === undefined) return 'closed';
    return probing || rested() ? 'half_open' : 'open';
  }

  return { run, state };
}
