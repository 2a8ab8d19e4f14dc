// Deterministic choices for examples: the same seed gives the same value on every machine.
// Only for examples and generated tests; nothing here is random enough for a secret.

export type Sampler = {
  /** A whole number from `min` to `max`, both included. */
  int: (min: number, max: number) => number;
  pick: <T>(list: readonly [T, ...T[]]) => T;
  digits: (count: number) => string;
};

export function sampler(seed: number): Sampler {
  let state = (Math.trunc(Number.isFinite(seed) ? seed : 0) ^ 0x9e3779b9) >>> 0;
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    int,
    pick: (list) => list[int(0, list.length - 1)] ?? list[0],
    digits: (count) => {
      let text = '';
      for (let index = 0; index < count; index += 1) text += String(int(0, 9));
      return text;
    },
  };
}

/** A UUID of version 7's form that no database made: its time is zero. */
export function sampleUuid(seed: number): string {
  const { digits } = sampler(seed);
  return `00000000-0000-7${digits(3)}-8${digits(3)}-${digits(12)}`;
}
