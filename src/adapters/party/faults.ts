// The bad habits a simulated party can be given, with seeded randomness, so that a failing run can be repeated.
// Nothing here may be reached from a real client.
import { createHash } from 'node:crypto';

export type CommonFaults = {
  readonly latencyMs: number;
  /** Connection cut without an answer; half of them after the work was done. */
  readonly dropRate: number;
  /** Connection left open without an answer (black hole); half of them after the work was done. */
  readonly hangRate: number;
  /** 5xx; half of them after the work was done. */
  readonly errorRate: number;
  /** 200 with bytes that mean nothing, after the work was done. */
  readonly garbageRate: number;
  /** Copies of each callback, 1–5. */
  readonly repeatCallbacks: number;
  readonly forgetCallbackRate: number;
  /** Callbacks are gathered for a moment and sent last first. */
  readonly reorder: boolean;
};

export type Faults<Lie> = CommonFaults & { readonly lie: Lie };
export type FaultsPatch<Lie> = Partial<CommonFaults> & { readonly lie?: Partial<Lie> };

export type SimulatorOptions<Lie> = {
  readonly port?: number;
  readonly now: () => Date;
  readonly seed?: number;
  /** Folder for the durable state; without it the party forgets everything when closed. */
  readonly stateDir?: string;
  readonly faults?: FaultsPatch<Lie>;
  /** First pause before a callback is tried again; doubles up to 30 s. */
  readonly callbackRetryMs?: number;
  readonly callbackAttempts?: number;
};

export const HONEST: CommonFaults = {
  latencyMs: 0,
  dropRate: 0,
  hangRate: 0,
  errorRate: 0,
  garbageRate: 0,
  repeatCallbacks: 1,
  forgetCallbackRate: 0,
  reorder: false,
};

export type FaultBox<Lie> = { get(): Faults<Lie>; patch(patch: FaultsPatch<Lie>): void };

export function createFaultBox<Lie extends object>(honestLie: Lie, first: FaultsPatch<Lie> = {}): FaultBox<Lie> {
  let faults: Faults<Lie> = { ...HONEST, lie: honestLie };
  function patch(change: FaultsPatch<Lie>): void {
    const next = { ...faults, ...change, lie: { ...faults.lie, ...change.lie } };
    faults = { ...next, repeatCallbacks: Math.min(5, Math.max(1, Math.trunc(next.repeatCallbacks))) };
  }
  patch(first);
  return { get: () => faults, patch };
}

/** mulberry32: a stream of numbers in [0, 1) that depends on the seed only. */
export function seededStream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A number in [0, 1) bound to one thing: a lie about it stays the same lie however often it is asked. */
export function seededDraw(seed: number, label: string, key: string): number {
  const digest = createHash('sha256').update(`${seed}\n${label}\n${key}`).digest();
  return digest.readUInt32BE(0) / 4_294_967_296;
}
