// Which claims of a closed month are checked, and by whom. Pure: whoever has the list of the month and the seed gets the same again.
// A claim's rank is the SHA-256 of `seed/claim id`; of each stratum (insurer and outcome) the lowest ranks are drawn.

import { createHash } from 'node:crypto';

export type Pooled = {
  readonly claim_id: string;
  readonly insurer_org_id: string;
  readonly outcome: 'paid' | 'denied';
};
export type DrawRule = { readonly shareBasisPoints: number; readonly leastEach: number };

const hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** In the order of their ranks, whatever order the list is in. */
export function drawClaims<Claim extends Pooled>(
  pool: readonly Claim[],
  seed: string,
  rule: DrawRule,
): readonly Claim[] {
  const ranked = pool
    .map((claim) => ({ claim, rank: hex(`${seed}/${claim.claim_id}`) }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : 1));
  const left = new Map<string, number>();
  for (const [stratum, total] of totalsOf(pool)) left.set(stratum, drawnOf(total, rule));
  return ranked.flatMap(({ claim }) => {
    const stratum = stratumOf(claim);
    const count = left.get(stratum) ?? 0;
    left.set(stratum, count - 1);
    return count > 0 ? [claim] : [];
  });
}

/** The share, rounded up, and at least so many; all where there are not so many. */
export function drawnOf(total: number, { shareBasisPoints, leastEach }: DrawRule): number {
  return Math.min(total, Math.max(leastEach, Math.ceil((total * shareBasisPoints) / 10_000)));
}

/** What is frozen when a month is closed: one line a claim, in the order of their ids. */
export function poolHash(pool: readonly Pooled[]): Buffer {
  const lines = pool.map((one) => `${one.claim_id},${one.insurer_org_id},${one.outcome}\n`).toSorted();
  return createHash('sha256').update(lines.join('')).digest();
}

function totalsOf(pool: readonly Pooled[]): ReadonlyMap<string, number> {
  const totals = new Map<string, number>();
  for (const claim of pool) totals.set(stratumOf(claim), (totals.get(stratumOf(claim)) ?? 0) + 1);
  return totals;
}

function stratumOf({ insurer_org_id: insurer, outcome }: Pooled): string {
  return `${insurer}/${outcome}`;
}
