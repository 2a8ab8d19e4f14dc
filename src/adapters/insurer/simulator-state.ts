// What the simulated insurer remembers: policies with their days, refund endorsements and claims.
// No network and no lies here: this is the truth that the lies depart from.
import { join } from 'node:path';
import { openJournal } from '#adapters/party';
import { z } from 'zod';

export const underwriteSchema = z.object({
  policyNo: z.string().min(1).max(64),
  idNumberHash: z.string().min(1),
  age: z.int(),
  occupation: z.string(),
  riskClass: z.int().min(1).max(6),
  days: z.array(z.iso.date()).min(1).max(366),
  startsAt: z.iso.datetime({ offset: true }),
  premiumFen: z.int().nonnegative(),
  subsidyFen: z.int().nonnegative(),
});

const policySchema = underwriteSchema.extend({
  decision: z.enum(['approve', 'manual', 'declined']),
  insurerPolicyNo: z.string().optional(),
  reason: z.string().optional(),
});
export type SimPolicy = z.infer<typeof policySchema>;

const endorsementSchema = z.object({ endorsementNo: z.string(), policyNo: z.string(), days: z.array(z.iso.date()) });
export type SimEndorsement = z.infer<typeof endorsementSchema>;
const claimSchema = z.object({
  claimNo: z.string(),
  policyNo: z.string(),
  accidentAt: z.string(),
  insurerClaimNo: z.string(),
});
export type SimClaim = z.infer<typeof claimSchema>;

const recordSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('policy'), policy: policySchema }),
  z.object({ type: z.literal('endorsement'), endorsement: endorsementSchema }),
  z.object({ type: z.literal('claim'), claim: claimSchema }),
]);
type StateRecord = z.infer<typeof recordSchema>;

export type InsurerBook = {
  policy(policyNo: string): SimPolicy | undefined;
  policies(): SimPolicy[];
  endorsements(policyNo: string): readonly SimEndorsement[];
  claim(claimNo: string): SimClaim | undefined;
  claims(): SimClaim[];
  savePolicy(policy: SimPolicy): void;
  saveEndorsement(endorsement: SimEndorsement): void;
  saveClaim(claim: SimClaim): void;
  nextNumber(): string;
  /** Days of a policy that no endorsement took out. */
  daysLeft(policy: SimPolicy): string[];
  close(): void;
};

/** The share of one day in a total that need not divide evenly: the first days carry one fen more. */
export function dayShareFen(totalFen: number, days: readonly string[], day: string): number {
  const index = days.toSorted().indexOf(day);
  if (index < 0) return 0;
  return Math.floor(totalFen / days.length) + (index < totalFen % days.length ? 1 : 0);
}

export function openBook(stateDir: string | undefined): InsurerBook {
  const policies = new Map<string, SimPolicy>();
  const endorsements = new Map<string, SimEndorsement[]>();
  const claims = new Map<string, SimClaim>();
  let saved = 0;

  function replay(record: StateRecord): void {
    saved += 1;
    if (record.type === 'policy') policies.set(record.policy.policyNo, record.policy);
    if (record.type === 'claim') claims.set(record.claim.claimNo, record.claim);
    if (record.type === 'endorsement') {
      const ofPolicy = endorsements.get(record.endorsement.policyNo) ?? [];
      ofPolicy.push(record.endorsement);
      endorsements.set(record.endorsement.policyNo, ofPolicy);
    }
  }
  const journal = openJournal({
    path: stateDir === undefined ? undefined : join(stateDir, 'insurer.jsonl'),
    parse: (value) => recordSchema.parse(value),
    replay,
  });
  function save(record: StateRecord): void {
    journal.append(record);
    replay(record);
  }

  return {
    policy: (policyNo) => policies.get(policyNo),
    policies: () => [...policies.values()],
    endorsements: (policyNo) => endorsements.get(policyNo) ?? [],
    claim: (claimNo) => claims.get(claimNo),
    claims: () => [...claims.values()],
    savePolicy: (policy) => save({ type: 'policy', policy }),
    saveEndorsement: (endorsement) => save({ type: 'endorsement', endorsement }),
    saveClaim: (claim) => save({ type: 'claim', claim }),
    nextNumber: () => String(saved + 1).padStart(10, '0'),
    daysLeft(policy) {
      const taken = new Set((endorsements.get(policy.policyNo) ?? []).flatMap((one) => one.days));
      return policy.days.filter((day) => !taken.has(day));
    },
    close: () => journal.close(),
  };
}
