// What money needs of others, as types only: the payment and bank parties, the case engine, people. main.ts hands the real ones in.
// The parties' errors are known by their `kind`, so that this module imports no adapter.

import type { Cases, CaseState } from '#modules/cases';
import type { KeyAnswer, KeyRequest } from '#contract/identity';
import type { Tx } from '#platform/db';

// ---- outside parties ---------------------------------------------------------------------------------------------------------

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export type PaymentEvent =
  | {
      readonly kind: 'paid';
      readonly eventId: string;
      readonly orderNo: string;
      readonly transactionId: string;
      readonly amountFen: number;
      readonly paidAt: Date;
    }
  | {
      readonly kind: 'refund';
      readonly eventId: string;
      readonly refundNo: string;
      readonly orderNo: string;
      readonly refundId: string;
      readonly amountFen: number;
      readonly state: 'success' | 'closed' | 'abnormal';
      readonly settledAt?: Date;
    }
  | {
      readonly kind: 'contract';
      readonly eventId: string;
      readonly contractCode: string;
      readonly contractId: string;
      readonly state: 'signed' | 'terminated';
    }
  | { readonly kind: 'other'; readonly eventId: string; readonly eventType: string };

export type RefundState = 'processing' | 'success' | 'closed' | 'abnormal' | 'not_found';

export type BillLine = {
  readonly at: Date;
  readonly kind: 'payment' | 'refund';
  readonly orderNo: string;
  readonly transactionId: string;
  readonly amountFen: number;
  readonly refundNo?: string;
  readonly refundState?: Exclude<RefundState, 'not_found'>;
};

export type PaymentPort = {
  createOrder(order: {
    orderNo: string;
    amountFen: number;
    description: string;
    expiresAt: Date;
    payerRef: string;
    returnUrl?: string;
    scan?: boolean;
  }): Promise<{ payUrl: string }>;
  query(orderNo: string): Promise<{
    readonly state: 'not_paid' | 'paid' | 'closed' | 'refunded' | 'not_found';
    readonly amountFen?: number;
    readonly transactionId?: string;
    readonly paidAt?: Date;
  }>;
  close(orderNo: string): Promise<void>;
  refund(order: {
    refundNo: string;
    orderNo: string;
    amountFen: number;
    totalFen: number;
    reason: string;
  }): Promise<{ readonly state: RefundState }>;
  queryRefund(refundNo: string): Promise<{ readonly state: RefundState }>;
  dailyBill(day: string): Promise<readonly BillLine[]>;
  parseCallback(headers: Headers, rawBody: Buffer): PaymentEvent;
};

export type WithholdingPort = {
  preSign(contract: {
    contractCode: string;
    displayName: string;
    payerRef: string;
    returnUrl?: string;
  }): Promise<{ signUrl: string }>;
  contract(
    contractCode: string,
  ): Promise<{ readonly state: 'unsigned' | 'signed' | 'terminated'; readonly contractId?: string }>;
  terminate(contractCode: string, remark: string): Promise<void>;
  debit(debit: { orderNo: string; contractId: string; amountFen: number; description: string }): Promise<void>;
  queryDebit(orderNo: string): Promise<{
    readonly state: 'waiting' | 'paid' | 'failed' | 'not_found';
    readonly amountFen?: number;
    readonly transactionId?: string;
    readonly paidAt?: Date;
    readonly reason?: string;
  }>;
};

export type LineResult = {
  readonly reference: string;
  readonly state: 'settled' | 'returned' | 'failed';
  readonly amountFen: number;
  readonly bankSerial?: string;
  readonly settledAt?: Date;
  readonly reason?: string;
};

export type StatementLine = {
  readonly bankSerial: string;
  readonly reference: string;
  /** `receipt`: money that came in, with whatever the payer wrote as its reference. */
  readonly kind: 'payout' | 'return' | 'receipt';
  readonly amountFen: number;
  readonly cardTail: string;
  readonly bookedAt: Date;
};

export type PayoutLine = {
  readonly reference: string;
  readonly payeeName: string;
  readonly cardNumber: string;
  readonly amountFen: number;
  readonly purpose: string;
};

export type BankPort = {
  submitBatch(batch: { batchNo: string; lines: readonly PayoutLine[] }): Promise<{ acceptedAt: Date }>;
  queryLine(reference: string): Promise<{ readonly state: 'unknown' | 'accepted' | 'not_found' } | LineResult>;
  statement(day: string): Promise<readonly StatementLine[]>;
  verifyCallback(
    headers: Headers,
    rawBody: Buffer,
  ): { readonly eventId: string; readonly batchNo: string; readonly results: readonly LineResult[] };
};

function hasKind(error: unknown, kind: string): boolean {
  return error instanceof Error && 'kind' in error && error.kind === kind;
}

/** The party's final no. */
export function isRefused(error: unknown): error is Error & { code: string; partyMessage: string } {
  return hasKind(error, 'refused');
}

/** Nobody knows whether it was done. */
export function isUnknown(error: unknown): boolean {
  return hasKind(error, 'outcome_unknown');
}

export function isForged(error: unknown): boolean {
  return hasKind(error, 'callback_forged');
}

// ---- the case engine and people ----------------------------------------------------------------------------------------------

/** `lock` holds the case until the transaction ends: money always takes the case first and its own rows after it. */
export type CasesPort = Pick<Cases, 'lock' | 'event'>;

export type Payee = { readonly name: string; readonly card: string | null };
/** Whether money may go to a person's card now; the person's contacts know. */
export type CardStanding =
  | { readonly may: true }
  | { readonly may: false; readonly why: 'waits'; readonly untilAt: string }
  | { readonly may: false; readonly why: 'stopped' | 'mismatch' };
export type MayPay = (
  tx: Tx,
  cards: readonly { readonly personId: string; readonly card: string }[],
) => Promise<readonly CardStanding[]>;
/** One of several who are paid for one case: which, counted from 1, and how much. */
export type Share = Payee & { readonly payee: number; readonly card: string; readonly amountFen: number };
/** Who shares what a case pays in a step; null where it pays its own applicant. Called inside of the transaction that drafts. */
export type SharesOf = (state: CaseState, step: string, amountFen: number) => readonly Share[] | null;
/** Real name and registered card of a person, opened for a payout. The transaction may be a clerk's who does not see the person. */
export type FindPayee = (tx: Tx, personId: string) => Promise<Payee>;

/** Who proves, and the mark of the session in which: a signature of another session counts for nothing. */
export type Prover = { readonly staffId: string; readonly mark: string };
/** Which act, on what, with which content: this is what a key signs. */
export type ProofSubject = { readonly act: string; readonly id: string; readonly hash: string };
/** What stays with an approval: opaque here, read again by whoever checks it. */
export type KeptProof = Readonly<Record<string, string>>;
export type Proving = {
  need(tx: Tx, staffId: string): Promise<'none' | 'needed' | 'missing'>;
  begin(prover: Prover, subject: ProofSubject): Promise<KeyRequest>;
  take(tx: Tx, prover: Prover, subject: ProofSubject, answer: KeyAnswer): Promise<KeptProof>;
  check(tx: Tx, proof: KeptProof, subject: ProofSubject, staffId: string): Promise<boolean>;
};

/** For whom somebody holds this role today; nobody when it is his or her own. */
export type AbsentOf = (tx: Tx, staffId: string, role: string, orgId: string) => Promise<readonly string[]>;
