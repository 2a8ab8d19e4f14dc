// How well one provider does at this time: shares and speed over a few minutes. It decides only whether the next message should
// rather go to another; who that is, and what may be repeated, is the fail-over's. Monotonic time, never the demonstration clock.

export type SmsHealth = {
  readonly provider: string;
  readonly state: 'good' | 'trial' | 'resting';
  readonly accepted: number;
  readonly failed: number;
  readonly delivered: number;
  readonly undelivered: number;
  /** 95th percentile of the time until an answer; null before the first. */
  readonly p95Ms: number | null;
  readonly lastError: string | null;
};

export type HealthOptions = {
  readonly clockMs?: () => number;
  readonly windowMs?: number;
  readonly restMs?: number;
  readonly slowMs?: number;
};

type Note = {
  readonly atMs: number;
  readonly kind: 'accepted' | 'failed' | 'delivered' | 'undelivered';
  readonly ms: number;
};

const NOTES_MAX = 1_000;
/** Fewer than these say nothing. */
const ATTEMPTS_MIN = 5;
const RECEIPTS_MIN = 10;
const FAILED_SHARE_MAX = 0.3;
const UNDELIVERED_SHARE_MAX = 0.5;
const TRIALS_TO_RETURN = 3;

export type Health = ReturnType<typeof createHealth>;

export function createHealth(provider: string, options: HealthOptions = {}) {
  const clockMs = options.clockMs ?? (() => performance.now());
  const windowMs = options.windowMs ?? 300_000;
  const restMs = options.restMs ?? 60_000;
  const slowMs = options.slowMs ?? 2_000;
  let notes: Note[] = [];
  let restUntilMs: number | undefined;
  let trialsPassed = 0;
  let trialRunning = false;
  let lastError: string | null = null;

  function recent(): readonly Note[] {
    const atMs = clockMs();
    notes = notes.filter((one) => atMs - one.atMs < windowMs).slice(-NOTES_MAX);
    return notes;
  }

  const count = (kind: Note['kind']) => recent().filter((one) => one.kind === kind).length;

  function p95(): number | null {
    const times = recent()
      .filter((one) => one.kind === 'accepted' || one.kind === 'failed')
      .map((one) => one.ms)
      .toSorted((a, b) => a - b);
    return times[Math.max(0, Math.ceil(times.length * 0.95) - 1)] ?? null;
  }

  function poor(): boolean {
    const [accepted, failed] = [count('accepted'), count('failed')];
    const [delivered, undelivered] = [count('delivered'), count('undelivered')];
    const attempts = accepted + failed;
    if (attempts >= ATTEMPTS_MIN && (failed / attempts > FAILED_SHARE_MAX || (p95() ?? 0) > slowMs)) return true;
    const receipts = delivered + undelivered;
    return receipts >= RECEIPTS_MIN && undelivered / receipts > UNDELIVERED_SHARE_MAX;
  }

  function rest(): void {
    restUntilMs = clockMs() + restMs;
    trialsPassed = 0;
    notes = [];
  }

  function state(): SmsHealth['state'] {
    if (restUntilMs === undefined) return 'good';
    return clockMs() >= restUntilMs ? 'trial' : 'resting';
  }

  function note(kind: Note['kind'], ms = 0): void {
    notes.push({ atMs: clockMs(), kind, ms });
    if (state() === 'good' && poor()) rest();
  }

  /** One message's way through this provider: timed, judged, and counted. `speaksAgainst`: errors that are the provider's fault. */
  async function watch<T>(work: () => Promise<T>, speaksAgainst: (error: unknown) => boolean): Promise<T> {
    const began = clockMs();
    const trial = state() === 'trial';
    if (trial) trialRunning = true;
    try {
      const result = await work();
      const ms = clockMs() - began;
      note('accepted', ms);
      if (trial && ms > slowMs) rest();
      else if (trial && ++trialsPassed >= TRIALS_TO_RETURN) restUntilMs = undefined;
      return result;
    } catch (error) {
      if (speaksAgainst(error)) {
        lastError = error instanceof Error ? error.message : String(error);
        note('failed', clockMs() - began);
        if (trial) rest();
      }
      throw error;
    } finally {
      if (trial) trialRunning = false;
    }
  }

  return {
    watch,
    receipt: (delivered: boolean) => note(delivered ? 'delivered' : 'undelivered'),
    /** Whether the next message may begin with this provider. One trial at a time. */
    ready: () => state() === 'good' || (state() === 'trial' && !trialRunning),
    view: (): SmsHealth => ({
      provider,
      state: state(),
      accepted: count('accepted'),
      failed: count('failed'),
      delivered: count('delivered'),
      undelivered: count('undelivered'),
      p95Ms: p95(),
      lastError,
    }),
  };
}
