// Sheds load before it hurts: beyond so many requests at work, or when they make the event loop lag, a request is refused at once with
// 503 and Retry-After, so that those inside are still served in time. It must not know what a request is for.

import { monitorEventLoopDelay } from 'node:perf_hooks';

export type OverloadOptions = {
  readonly inFlightMax?: number;
  readonly lagMsMax?: number;
};

export type Overload = {
  /** False when the request must be refused; true counts it until `leave`. */
  enter(): boolean;
  leave(): void;
  inFlight(): number;
  lagMs(): number;
  stop(): void;
};

// Twenty connections and steps of a few ms: 400 in the house wait about a quarter of a second.
const inFlightDefault = 400;
const lagMsDefault = 300;
/** With fewer at work the lag is not of their making (a busy machine, a pause), and refusing one more would help nobody. */
const atWorkMin = 16;
const sampleMs = 250;
const resolutionMs = 10;

export function createOverload(options: OverloadOptions = {}): Overload {
  const inFlightMax = options.inFlightMax ?? inFlightDefault;
  const lagMsMax = options.lagMsMax ?? lagMsDefault;
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let lagMs = 0;
  let inFlight = 0;
  const timer = setInterval(() => {
    lagMs = delay.count > 0 ? Math.max(0, delay.mean / 1e6 - resolutionMs) : 0;
    delay.reset();
  }, sampleMs);
  timer.unref();

  return {
    enter: () => {
      if (inFlight >= inFlightMax || (inFlight >= atWorkMin && lagMs > lagMsMax)) return false;
      inFlight += 1;
      return true;
    },
    leave: () => {
      inFlight -= 1;
    },
    inFlight: () => inFlight,
    lagMs: () => lagMs,
    stop: () => {
      clearInterval(timer);
      delay.disable();
    },
  };
}
