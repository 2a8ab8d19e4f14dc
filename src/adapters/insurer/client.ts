// The real client of the insurer link: JSON over HTTP, HMAC-SHA256 both ways. It never retries by itself.
import { createHmacCaller, OutcomeUnknown, readJson, Refused, type HmacClientConfig } from '#adapters/party';
import { z } from 'zod';
import type { InsurerPort, PolicyStatus } from './port.ts';

const PARTY = 'insurer';

export type InsurerClientConfig = HmacClientConfig;

const decisionFields = { policyNo: z.string(), insurerPolicyNo: z.string().optional(), reason: z.string().optional() };
const policySchema = z.object({ ...decisionFields, decision: z.enum(['approve', 'manual', 'declined']) });
const amount = z.int().nonnegative();
const batchSchema = z.object({
  batchNo: z.string(),
  accepted: amount,
  refused: z.array(z.object({ policyNo: z.string(), code: z.string() })),
});
const endorsementSchema = z.object({
  endorsementNo: z.string(),
  refundedPremiumFen: amount,
  refundedSubsidyFen: amount,
});
const claimSchema = z.object({ claimNo: z.string(), insurerClaimNo: z.string() });
const subsidySchema = z.object({
  month: z.string(),
  state: z.enum(['confirmed', 'differs']),
  personDays: amount,
  subsidyFen: amount,
});

function details(answer: {
  insurerPolicyNo?: string | undefined;
  reason?: string | undefined;
}): Omit<PolicyStatus, 'decision'> {
  return {
    ...(answer.insurerPolicyNo === undefined ? {} : { insurerPolicyNo: answer.insurerPolicyNo }),
    ...(answer.reason === undefined ? {} : { reason: answer.reason }),
  };
}

export function createInsurerClient(config: InsurerClientConfig): InsurerPort {
  const call = createHmacCaller(PARTY, config);

  async function ask<T>(operation: string, schema: z.ZodType<T>, target: string, json?: unknown): Promise<T> {
    const method = json === undefined ? 'GET' : 'POST';
    return readJson(PARTY, operation, await call({ operation, method, target, json }), schema);
  }
  /** An answer about something else is no answer. */
  function match(operation: string, asked: string, answered: string): void {
    if (asked !== answered) throw new OutcomeUnknown(PARTY, operation, 'garbled');
  }
  const policyPath = (policyNo: string): string => `/v1/policies/${encodeURIComponent(policyNo)}`;

  return {
    async underwrite(request) {
      const json = { ...request, startsAt: request.startsAt.toISOString() };
      const answer = await ask('underwrite', policySchema, '/v1/policies', json);
      match('underwrite', request.policyNo, answer.policyNo);
      if (answer.decision === 'declined') {
        throw new Refused(PARTY, 'underwrite', { status: 200, code: 'DECLINED', partyMessage: answer.reason ?? '' });
      }
      // Cover without the insurer's number could not be proved later.
      if (answer.decision === 'approve' && answer.insurerPolicyNo === undefined) {
        throw new OutcomeUnknown(PARTY, 'underwrite', 'garbled');
      }
      return { decision: answer.decision, ...details(answer) };
    },
    async declare({ batchNo, policies }) {
      const json = {
        batchNo,
        policies: policies.map((one) => ({ ...one, startsAt: one.startsAt.toISOString() })),
      };
      const answer = await ask('declare', batchSchema, '/v1/policy-batches', json);
      match('declare', batchNo, answer.batchNo);
      if (answer.accepted + answer.refused.length !== policies.length)
        throw new OutcomeUnknown(PARTY, 'declare', 'garbled');
      return { refused: answer.refused };
    },
    async queryPolicy(policyNo) {
      try {
        const answer = await ask('queryPolicy', policySchema, policyPath(policyNo));
        match('queryPolicy', policyNo, answer.policyNo);
        return { decision: answer.decision, ...details(answer) };
      } catch (error) {
        if (error instanceof Refused && error.code === 'POLICY_NOT_FOUND') return { decision: 'not_found' };
        throw error;
      }
    },
    async endorseRefund({ policyNo, days }) {
      const target = `${policyPath(policyNo)}/refund-endorsements`;
      return await ask('endorseRefund', endorsementSchema, target, { days: days.toSorted() });
    },
    async reportClaim({ claimNo, policyNo, accidentAt }) {
      const json = { claimNo, policyNo, accidentAt: accidentAt.toISOString() };
      const answer = await ask('reportClaim', claimSchema, '/v1/claims', json);
      match('reportClaim', claimNo, answer.claimNo);
      return { insurerClaimNo: answer.insurerClaimNo };
    },
    async confirmSubsidy(claim) {
      const { month, ...answer } = await ask('confirmSubsidy', subsidySchema, '/v1/subsidies', claim);
      match('confirmSubsidy', claim.month, month);
      return answer;
    },
  };
}
