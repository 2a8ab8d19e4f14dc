// Claims that ended by a decision, for those who check them afterwards: each with the insurer that decided it. Reading only.

import { statement, type Tx } from '#platform/db';
import type { Benefit } from './store.ts';

export type EndedClaim = {
  readonly claim_id: string;
  readonly case_id: string;
  readonly insurer_org_id: string;
  readonly region: string;
  readonly benefit: Benefit;
  readonly outcome: 'paid' | 'denied';
  readonly amount_fen: number;
  readonly ended_at: string;
};

/** A prepayment is no claim of its own: it ends as a part of the benefit that it anticipated. */
const listEnded = statement<[string, string], EndedClaim>(
  'cover.ended_claims',
  `select c.claim_id, c.case_id, p.insurer_org_id, p.region, c.benefit, c.state as outcome, c.amount_fen, c.ended_at
   from benefit_claim c join cover_policy p on p.policy_id = c.policy_id
   where c.ended_at >= $1 and c.ended_at < $2 and c.benefit <> 'prepay' order by c.claim_id`,
);
const firstEnded = statement<[string], { ended_at: string | null }>(
  'cover.first_ended_claim',
  'select min(ended_at) as ended_at from benefit_claim where ended_at >= $1',
);

export const endedClaims = {
  /** From the first instant up to the last, which is not in it. */
  between: (tx: Tx, from: string, until: string) => tx.run(listEnded, [from, until]),
  firstSince: async (tx: Tx, from: string) => (await tx.one(firstEnded, [from])).ended_at,
};
