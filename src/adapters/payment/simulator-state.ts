// What the simulated payment party remembers: orders and refunds, as a fold of journalled records.
// No network and no lies here: this is the truth that the lies depart from.
import { join } from 'node:path';
import { beijingDay, openJournal } from '#adapters/party';
import { z } from 'zod';
import type { BillRow } from './bill.ts';

const orderSchema = z.object({
  orderNo: z.string(),
  prepayId: z.string(),
  tradeType: z.enum(['JSAPI', 'MWEB', 'NATIVE', 'PAP']),
  description: z.string(),
  amountFen: z.int(),
  expiresAt: z.string(),
  notifyUrl: z.string(),
  payer: z.string(),
  state: z.enum(['NOTPAY', 'SUCCESS', 'CLOSED', 'REFUND', 'PAYERROR']),
  failure: z.string().optional(),
  transactionId: z.string().optional(),
  paidAt: z.string().optional(),
});
export type SimOrder = z.infer<typeof orderSchema>;

const refundSchema = z.object({
  refundNo: z.string(),
  refundId: z.string(),
  orderNo: z.string(),
  amountFen: z.int(),
  notifyUrl: z.string(),
  createdAt: z.string(),
  status: z.enum(['PROCESSING', 'SUCCESS', 'ABNORMAL']),
  doneAt: z.string().optional(),
});
export type SimRefund = z.infer<typeof refundSchema>;

const contractSchema = z.object({
  code: z.string(),
  planId: z.int(),
  contractId: z.string(),
  displayName: z.string(),
  user: z.string(),
  notifyUrl: z.string(),
  returnUrl: z.string(),
  state: z.enum(['PRESIGNED', 'SIGNED', 'TERMINATED']),
  signedAt: z.string().optional(),
  endedAt: z.string().optional(),
  endedBy: z.enum(['USER', 'MERCHANT']).optional(),
});
export type SimContract = z.infer<typeof contractSchema>;

const recordSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('order'), order: orderSchema }),
  z.object({ type: z.literal('refund'), refund: refundSchema }),
  z.object({ type: z.literal('contract'), contract: contractSchema }),
  z.object({ type: z.literal('purse'), user: z.string(), fen: z.int() }),
]);
type StateRecord = z.infer<typeof recordSchema>;

export type PaymentBook = {
  order(orderNo: string): SimOrder | undefined;
  orderByPrepay(prepayId: string): SimOrder | undefined;
  orders(): SimOrder[];
  refund(refundNo: string): SimRefund | undefined;
  refunds(): SimRefund[];
  refundedFen(orderNo: string): number;
  contract(code: string): SimContract | undefined;
  contracts(): SimContract[];
  saveContract(contract: SimContract): void;
  /** What a payer has left; null is without end. */
  purseFen(user: string): number | null;
  savePurse(user: string, fen: number): void;
  saveOrder(order: SimOrder): void;
  saveRefund(refund: SimRefund): void;
  /** A number never given before, also after a restart. */
  nextNumber(): string;
  billRows(day: string): BillRow[];
  close(): void;
};

const BILL_STATES = { PROCESSING: 'processing', SUCCESS: 'success', ABNORMAL: 'abnormal' } as const;

function rowOf(order: SimOrder): Pick<BillRow, 'orderNo' | 'transactionId' | 'description' | 'payer' | 'tradeType'> {
  const { orderNo, transactionId = '', description, payer, tradeType } = order;
  return { orderNo, transactionId, description, payer, tradeType };
}

export function openBook(stateDir: string | undefined): PaymentBook {
  const orders = new Map<string, SimOrder>();
  const prepays = new Map<string, string>();
  const refunds = new Map<string, SimRefund>();
  const refundedFen = new Map<string, number>();
  const contracts = new Map<string, SimContract>();
  const purses = new Map<string, number>();
  let saved = 0;

  function replay(record: StateRecord): void {
    saved += 1;
    if (record.type === 'contract') {
      contracts.set(record.contract.code, record.contract);
      return;
    }
    if (record.type === 'purse') {
      purses.set(record.user, record.fen);
      return;
    }
    if (record.type === 'refund') {
      const { refundNo, orderNo, amountFen } = record.refund;
      // A refund is recorded again when it ends; its amount counts once.
      if (!refunds.has(refundNo)) refundedFen.set(orderNo, (refundedFen.get(orderNo) ?? 0) + amountFen);
      refunds.set(refundNo, record.refund);
      return;
    }
    orders.set(record.order.orderNo, record.order);
    prepays.set(record.order.prepayId, record.order.orderNo);
  }
  const journal = openJournal({
    path: stateDir === undefined ? undefined : join(stateDir, 'payment.jsonl'),
    parse: (value) => recordSchema.parse(value),
    replay,
  });
  function save(record: StateRecord): void {
    journal.append(record);
    replay(record);
  }

  function billRows(day: string): BillRow[] {
    const rows: BillRow[] = [];
    for (const order of orders.values()) {
      if (order.paidAt === undefined || beijingDay(new Date(order.paidAt)) !== day) continue;
      rows.push({ ...rowOf(order), kind: 'payment', at: new Date(order.paidAt), amountFen: order.amountFen });
    }
    for (const refund of refunds.values()) {
      const at = new Date(refund.createdAt);
      const order = orders.get(refund.orderNo);
      if (order === undefined || beijingDay(at) !== day) continue;
      const { refundNo, refundId, amountFen, status } = refund;
      rows.push({
        ...rowOf(order),
        kind: 'refund',
        at,
        amountFen,
        refundNo,
        refundId,
        refundState: BILL_STATES[status],
      });
    }
    return rows.toSorted((left, right) => left.at.getTime() - right.at.getTime());
  }

  return {
    order: (orderNo) => orders.get(orderNo),
    orderByPrepay: (prepayId) => orders.get(prepays.get(prepayId) ?? ''),
    orders: () => [...orders.values()],
    refund: (refundNo) => refunds.get(refundNo),
    refunds: () => [...refunds.values()],
    refundedFen: (orderNo) => refundedFen.get(orderNo) ?? 0,
    contract: (code) => contracts.get(code),
    contracts: () => [...contracts.values()],
    saveContract: (contract) => save({ type: 'contract', contract }),
    purseFen: (user) => purses.get(user) ?? null,
    savePurse: (user, fen) => save({ type: 'purse', user, fen }),
    saveOrder: (order) => save({ type: 'order', order }),
    saveRefund: (refund) => save({ type: 'refund', refund }),
    nextNumber: () => String(saved + 1).padStart(10, '0'),
    billRows,
    close: () => journal.close(),
  };
}
