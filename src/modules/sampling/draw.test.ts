// The draw as whoever checks it would do it: the same from the same list and seed, the share of each stratum and at least so many,
// and nobody favoured.

import { describe, expect, it } from 'vitest';
import { drawClaims, drawnOf, poolHash, type Pooled } from './draw.ts';

const claim = (id: number, insurer = 'a', outcome: Pooled['outcome'] = 'paid'): Pooled => ({
  claim_id: `claim-${id}`,
  insurer_org_id: insurer,
  outcome,
});
const many = (count: number, insurer = 'a', outcome: Pooled['outcome'] = 'paid', from = 0) =>
  Array.from({ length: count }, (_, index) => claim(from + index, insurer, outcome));
const ids = (drawn: readonly Pooled[]) => drawn.map((one) => one.claim_id);

describe('the draw', () => {
  const pool = [...many(200), ...many(30, 'a', 'denied', 1_000), ...many(3, 'b', 'denied', 2_000)];
  const rule = { shareBasisPoints: 500, leastEach: 2 };

  it('is the same from the same list and seed, in whatever order the list comes', () => {
    const first = drawClaims(pool, 'seed', rule);
    expect(ids(drawClaims(pool.toReversed(), 'seed', rule))).toEqual(ids(first));
    expect(ids(drawClaims(pool, 'another', rule))).not.toEqual(ids(first));
  });

  it('takes the share of each stratum, rounded up, and at least so many', () => {
    const drawn = drawClaims(pool, 'seed', rule);
    const count = (insurer: string, outcome: string) =>
      drawn.filter((one) => one.insurer_org_id === insurer && one.outcome === outcome).length;
    expect([count('a', 'paid'), count('a', 'denied'), count('b', 'denied')]).toEqual([10, 2, 2]);
    expect([drawnOf(1, rule), drawnOf(41, rule), drawnOf(0, rule)]).toEqual([1, 3, 0]);
    expect(drawClaims(pool, 'seed', { shareBasisPoints: 10_000, leastEach: 1 })).toHaveLength(233);
  });

  it('draws every claim about as often as any other', () => {
    const times = new Map<string, number>();
    for (let seed = 0; seed < 1_000; seed += 1)
      for (const id of ids(drawClaims(many(20), `seed-${seed}`, { shareBasisPoints: 1, leastEach: 5 })))
        times.set(id, (times.get(id) ?? 0) + 1);
    // 250 expected; six standard deviations of a hypergeometric draw are about 82.
    for (const count of times.values()) expect(Math.abs(count - 250)).toBeLessThan(82);
    expect(times.size).toBe(20);
  });

  it('a list that was changed has another hash, one in another order has not', () => {
    expect(poolHash(pool.toReversed())).toEqual(poolHash(pool));
    expect(poolHash(pool.slice(1))).not.toEqual(poolHash(pool));
    expect(poolHash([{ ...claim(0), outcome: 'denied' }, ...pool.slice(1)])).not.toEqual(poolHash(pool));
  });
});
