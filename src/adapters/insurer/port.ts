// What Gongdun asks of the insurer of daily cover. Amounts in fen, days as Beijing dates 'YYYY-MM-DD'.
// Every call is idempotent by its own number: after `OutcomeUnknown`, repeat it unchanged or ask `queryPolicy`.
// The insurer gets a keyed hash of the ID number, never the number.

export type UnderwriteRequest = {
  readonly policyNo: string;
  readonly idNumberHash: string;
  readonly age: number;
  readonly occupation: string;
  /** The insurers' occupational class, 1 (office) to 6 (highest risk). */
  readonly riskClass: number;
  readonly days: readonly string[];
  /** From when the first day is covered. */
  readonly startsAt: Date;
  /** Totals over all days. */
  readonly premiumFen: number;
  readonly subsidyFen: number;
};

/** `manual`: doubtful; a person decides. */
export type Underwriting = {
  readonly decision: 'approve' | 'manual';
  readonly insurerPolicyNo?: string;
  readonly reason?: string;
};

/** `declined`: what the insurer's person decided about a `manual` one. */
export type PolicyStatus = {
  readonly decision: 'approve' | 'manual' | 'declined' | 'not_found';
  readonly insurerPolicyNo?: string;
  readonly reason?: string;
};

export type RefundEndorsement = {
  readonly endorsementNo: string;
  readonly refundedPremiumFen: number;
  readonly refundedSubsidyFen: number;
};

export type SubsidyClaim = {
  /** 'YYYY-MM' */
  readonly month: string;
  readonly personDays: number;
  readonly subsidyFen: number;
};

/** `differs`: the insurer counts otherwise; its figures are for the reconciliation. */
export type SubsidyAnswer = {
  readonly state: 'confirmed' | 'differs';
  readonly personDays: number;
  readonly subsidyFen: number;
};

export type InsurerPort = {
  /** Asked again after the insurer's person declined: `Refused` with DECLINED. */
  underwrite(request: UnderwriteRequest): Promise<Underwriting>;
  /** Policies that follow from a mandate underwritten before, many at once; the same batch again changes nothing. */
  declare(batch: {
    readonly batchNo: string;
    readonly policies: readonly UnderwriteRequest[];
  }): Promise<{ readonly refused: readonly { readonly policyNo: string; readonly code: string }[] }>;
  queryPolicy(policyNo: string): Promise<PolicyStatus>;
  /** Takes days that have not started out of the policy. `Refused` with DAY_STARTED or DAY_NOT_COVERED. */
  endorseRefund(request: { readonly policyNo: string; readonly days: readonly string[] }): Promise<RefundEndorsement>;
  reportClaim(request: {
    readonly claimNo: string;
    readonly policyNo: string;
    readonly accidentAt: Date;
  }): Promise<{ insurerClaimNo: string }>;
  confirmSubsidy(claim: SubsidyClaim): Promise<SubsidyAnswer>;
};

export { OutcomeUnknown, Refused } from '#adapters/party';
