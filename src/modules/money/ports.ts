// What money needs of others, as types only: the payment and bank parties, the case engine, people. main.ts hands the real ones in.
// The parties' errors are known by their `kind`, so that this module imports no adapter.

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
  readonly kind: 'payout' | 'return';
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
  queryLine(reference: string): Promise<{
    readonly state: 'unknown' | 'accepted' | 'settled' | 'returned' | 'failed' | 'not_found';
    readonly bankSerial?: string;
    readonly settledAt?: Date;
    readonly reason?: string;
  }>;
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

/** The part of a case that effects read. */
export type CaseState = {
  readonly caseId: string;
  readonly caseNo: string;
  readonly region: string;
  readonly personId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly rounds: Readonly<Record<string, number>>;
  readonly active: readonly { readonly step: string; readonly orgId: string | null; readonly dueAt: string | null }[];
};

export type CaseContext = {
  readonly tx: Tx;
  readonly state: CaseState;
  readonly step: string;
  readonly outcome: string | null;
  readonly facts: {
    readonly now: string;
    /** The organisation that acts in a role for a region. */
    route(role: string, region: string): string | null;
  };
};
export type CaseEffect = (context: CaseContext) => Promise<Readonly<Record<string, unknown>> | void>;

export type CasesPort = {
  /** Holds the case until the transaction ends. Money always takes the case first and its own rows after it. */
  lock(tx: Tx, caseId: string): Promise<void>;
  /** An outside party's event takes an outcome; false when the case is not in that step any more. */
  event(
    tx: Tx,
    input: {
      readonly caseId: string;
      readonly step: string;
      readonly outcome: string;
      readonly data: Readonly<Record<string, unknown>>;
    },
  ): Promise<boolean>;
};

export type Payee = { readonly name: string; readonly card: string | null };
/** Real name and registered card of a person, opened for a payout. The transaction may be a clerk's who does not see the person. */
export type FindPayee = (tx: Tx, personId: string) => Promise<Payee>;
