// What Gongdun asks of a payment party (money in). Amounts in fen, instants as Date.
// `OutcomeUnknown` (timeout, 5xx, open breaker, unreadable answer) is resolved by `query` or by repeating the same call
// with the same number; `Refused` is the party's final no.
import { CallbackForged, type IncomingHeaders } from '#adapters/party';

export type PaymentOrder = {
  /** 6–32 characters of A–Z, a–z, 0–9, `_`, `-`, `|`, `*`. Repeating it unchanged is safe. */
  readonly orderNo: string;
  readonly amountFen: number;
  readonly description: string;
  readonly expiresAt: Date;
  /** JSAPI: the payer's openid. H5: the payer's IP address. */
  readonly payerRef: string;
  /** Where the payer's browser goes after paying (H5). */
  readonly returnUrl?: string;
  /** The payer sits at another screen and scans what `payUrl` holds with a phone (Native). */
  readonly scan?: boolean;
};

export type PaymentState = 'not_paid' | 'paid' | 'closed' | 'refunded' | 'not_found';

export type PaymentStatus = {
  /** `refunded`: paid, and at least one refund was accepted. `not_found`: the party never received the order. */
  readonly state: PaymentState;
  readonly amountFen?: number;
  readonly transactionId?: string;
  readonly paidAt?: Date;
};

export type RefundOrder = {
  readonly refundNo: string;
  readonly orderNo: string;
  readonly amountFen: number;
  readonly totalFen: number;
  readonly reason: string;
};

export type RefundState = 'processing' | 'success' | 'closed' | 'abnormal';
export type RefundStatus = { readonly state: RefundState; readonly refundId: string };

export type BillLine = {
  /** A payment's success; a refund's acceptance. */
  readonly at: Date;
  readonly kind: 'payment' | 'refund';
  readonly orderNo: string;
  readonly transactionId: string;
  readonly amountFen: number;
  readonly refundNo?: string;
  readonly refundId?: string;
  /** As it stood when the bill was made; the party does not update it. */
  readonly refundState?: RefundState;
};

export type PaymentEvent =
  | {
      readonly kind: 'paid';
      readonly eventId: string;
      readonly orderNo: string;
      readonly transactionId: string;
      /** Compare it with the order: a wrong amount is not a payment. */
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
      readonly state: Exclude<RefundState, 'processing'>;
      readonly settledAt?: Date;
    }
  /** A withholding contract was signed or ended; the later of two is not always the last to arrive, so it is asked about. */
  | {
      readonly kind: 'contract';
      readonly eventId: string;
      readonly contractCode: string;
      readonly contractId: string;
      readonly state: 'signed' | 'terminated';
    }
  /** Genuine, but of a kind we do nothing for: acknowledge it. */
  | { readonly kind: 'other'; readonly eventId: string; readonly eventType: string };

export type PaymentPort = {
  /** No prepay id where the payer scans. */
  createOrder(order: PaymentOrder): Promise<{ payUrl: string; prepayId?: string }>;
  query(orderNo: string): Promise<PaymentStatus>;
  close(orderNo: string): Promise<void>;
  refund(order: RefundOrder): Promise<RefundStatus>;
  queryRefund(refundNo: string): Promise<RefundStatus | { readonly state: 'not_found' }>;
  /** All payments and refunds of one Beijing day that is over. An empty day is an empty list. */
  dailyBill(day: string): Promise<BillLine[]>;
  /** `rawBody` must be the bytes as received. Throws `PaymentCallbackForged`. */
  parseCallback(headers: IncomingHeaders, rawBody: Buffer): PaymentEvent;
};

export { OutcomeUnknown, Refused } from '#adapters/party';

export class PaymentCallbackForged extends CallbackForged {
  override readonly name = 'PaymentCallbackForged';
}
