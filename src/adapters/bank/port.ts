// What Gongdun asks of a paying bank (money out). Amounts in fen, instants as Date.
// `OutcomeUnknown` is resolved by `queryLine` or by sending the same batch again under the same number, never by a new
// number: that would pay twice. `Refused` is the bank's final no and nothing of the batch was taken.
import { CallbackForged, type IncomingHeaders } from '#adapters/party';

export type PayoutLine = {
  /** Our id of this payout, unique over all batches for ever. */
  readonly reference: string;
  readonly payeeName: string;
  readonly cardNumber: string;
  readonly amountFen: number;
  readonly purpose: string;
};

export type StatementLine = {
  readonly bankSerial: string;
  readonly reference: string;
  /** A returned payout has two lines: `payout` out and `return` in. `receipt`: somebody paid in, and wrote this reference. */
  readonly kind: 'payout' | 'return' | 'receipt';
  readonly amountFen: number;
  readonly cardTail: string;
  readonly bookedAt: Date;
};

/** `returned`: booked, then given back. `failed`: never booked. */
export type BankResult = {
  readonly reference: string;
  readonly state: 'settled' | 'returned' | 'failed';
  /** As the bank says it: whether that is what it was told is for the asker to compare. */
  readonly amountFen: number;
  readonly bankSerial?: string;
  readonly settledAt?: Date;
  /** The bank's own words, for example 户名不符. */
  readonly reason?: string;
};

/** `unknown`: the bank itself does not know yet. */
export type LineStatus = { readonly state: 'unknown' | 'accepted' | 'not_found' } | BankResult;

/** Up to 500 results of one batch. The same result may come again under another event. */
export type BankEvent = { readonly eventId: string; readonly batchNo: string; readonly results: readonly BankResult[] };

export type BankPort = {
  /** Same number and content: the same answer. Same number, other content: `Refused` with BATCH_CONFLICT. */
  submitBatch(batch: {
    readonly batchNo: string;
    readonly lines: readonly PayoutLine[];
  }): Promise<{ acceptedAt: Date }>;
  queryLine(reference: string): Promise<LineStatus>;
  /** Booked on that Beijing day so far; complete once the day is over. */
  statement(day: string): Promise<StatementLine[]>;
  /** `rawBody` must be the bytes as received. Throws `BankCallbackForged`. */
  verifyCallback(headers: IncomingHeaders, rawBody: Buffer): BankEvent;
};

export { OutcomeUnknown, Refused } from '#adapters/party';

export class BankCallbackForged extends CallbackForged {
  override readonly name = 'BankCallbackForged';
}
