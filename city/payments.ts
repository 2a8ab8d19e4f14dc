// Money in, as the city's cases need it: orders, what the payment party said of them, refunds. The stories tell what the party and
// the payer did; the rows are those that life would have left.

import { sha256 } from '#platform/crypto';
import { invariant } from '#platform/errors';
import { post, postPending, reserve, voidPending } from './ledger.ts';
import { fenOf, moneyReaders, personOf } from './money-rows.ts';
import type { Row } from './rows.ts';
import type { Effect, Held, World } from './world.ts';

const payMs = 28 * 60_000;

const requestPayment: Effect = ({ world, state, step }) => {
  const personId = personOf(state.personId);
  const orderNo = sha256(`${state.caseId}/${step}/${state.rounds[step] ?? 1}`)
    .toString('hex')
    .slice(0, 32);
  const expiresAt = new Date(world.nowMs() + payMs).toISOString();
  world.rows.payment_order.push({
    order_no: orderNo,
    case_id: state.caseId,
    person_id: personId,
    amount_fen: fenOf(state.data, 'payable_fen'),
    description: `日保保费 ${state.caseNo}`,
    state: 'created',
    pay_url: null,
    transaction_id: null,
    refund_no: null,
    refund_fen: null,
    expires_at: expiresAt,
    paid_at: null,
    created_at: world.now(),
    checked_at: null,
    readers: moneyReaders(world, state),
  });
  world.jobs.push({ identifier: 'payments.create', payload: { orderNo }, jobKey: `payments.create:${orderNo}` });
  return { payment_order_no: orderNo, pay_until: expiresAt };
};

function orderOf(world: World, caseId: string): Row<'payment_order'> | undefined {
  return world.rows.payment_order.findLast((one) => one.case_id === caseId);
}

/** The payment party said that the order was paid. */
export function pay(world: World, held: Held): void {
  const order = orderOf(world, held.state.caseId);
  invariant(order?.order_no && order.amount_fen, 'an order was asked for');
  const { order_no: orderNo, amount_fen: amountFen } = order;
  const paidAt = world.now();
  const transactionId = `42${sha256(orderNo).toString('hex').replace(/\D/g, '').padEnd(26, '0').slice(0, 26)}`;
  Object.assign(order, { state: 'paid', transaction_id: transactionId, paid_at: paidAt, pay_url: null });
  const body = JSON.stringify({ transactionId, amountFen, paidAt });
  world.rows.payment_event.push({
    event_key: `paid:${orderNo}:${transactionId}`,
    order_no: orderNo,
    kind: 'paid',
    body,
    at: paidAt,
  });
  post(
    world,
    {
      idem: `payment:${orderNo}`,
      debit: 'payment_clearing',
      credit: 'premium_received',
      amountFen,
      code: 'payment',
      caseId: held.state.caseId,
    },
    { subjectId: held.state.personId },
  );
  world.happen(held, 'pay', 'paid', { paid_at: paidAt, paid_fen: amountFen, transaction_id: transactionId });
}

/** A payment that fell through: the step starts again with an order of its own. */
export function failPayment(world: World, held: Held): void {
  const order = orderOf(world, held.state.caseId);
  if (order) order.state = 'closed';
  world.happen(held, 'pay', 'pay_failed');
}

const refundPayment: Effect = ({ world, state }) => {
  const released = typeof state.data['refund_case_id'] === 'string' ? state.data['refund_case_id'] : null;
  const order = orderOf(world, released ?? state.caseId);
  invariant(order?.order_no && order.amount_fen, 'only what was paid is refunded');
  const amountFen = released ? fenOf(state.data, 'refund_fen') : order.amount_fen;
  const tried = world.rows.transfer.filter((one) => one.idem?.startsWith(`refund:${order.order_no}:`)).length;
  const refundNo = `${order.order_no}R${tried + 1}`;
  const debit = released ? 'premium_payable' : 'premium_received';
  reserve(world, [
    {
      idem: `refund:${order.order_no}:R${tried + 1}`,
      debit,
      credit: 'refund_clearing',
      amountFen,
      code: 'refund',
      caseId: state.caseId,
    },
  ]);
  Object.assign(order, { state: 'refunding', refund_no: refundNo, refund_fen: amountFen });
  world.jobs.push({
    identifier: 'payments.refund',
    payload: { orderNo: order.order_no },
    jobKey: `payments.refund:${refundNo}`,
  });
  return { refund_fen: amountFen };
};

/** The payment party said what became of a refund. */
export function settleRefund(world: World, held: Held, state: 'success' | 'abnormal'): void {
  const order = world.rows.payment_order.find(
    (one) => one.state === 'refunding' && refundCase(world, one) === held.state.caseId,
  );
  invariant(order?.refund_no && order.order_no && order.refund_fen, 'a refund is under way');
  const { order_no: orderNo, refund_no: refundNo, refund_fen: amountFen } = order;
  const pending = world.rows.transfer.find((one) => one.idem === `refund:${orderNo}:${refundNo.slice(orderNo.length)}`);
  invariant(pending?.transfer_id, 'a refund was reserved');
  const body = JSON.stringify({ refundNo, amountFen });
  world.rows.payment_event.push({
    event_key: `refund:${refundNo}:${state}`,
    order_no: orderNo,
    kind: `refund_${state}`,
    body,
    at: world.now(),
  });
  if (state === 'success') {
    postPending(world, pending.transfer_id);
    const caseId = held.state.caseId;
    post(world, {
      idem: `refunded:${refundNo}`,
      debit: 'refund_clearing',
      credit: 'payment_clearing',
      amountFen,
      code: 'refund_paid',
      caseId,
    });
    order.state = 'refunded';
    world.happen(held, 'refund-pay', 'paid', { refund_paid_at: world.now(), refund_fen: amountFen });
    return;
  }
  voidPending(world, pending.transfer_id);
  order.state = 'paid';
  world.happen(held, 'refund-pay', 'pay_failed', { refund_failed_reason: '退款入账异常（付款账户不可用）' });
}

function refundCase(world: World, order: Row<'payment_order'>): string | null {
  const part = `refund:${order.order_no}:${(order.refund_no ?? '').slice((order.order_no ?? '').length)}`;
  return world.rows.transfer.find((one) => one.idem === part)?.case_id ?? null;
}

/** An order that nobody paid is closed with its case. */
export function closeOrders(world: World, caseId: string): void {
  for (const order of world.rows.payment_order) {
    if (order.case_id === caseId && (order.state === 'created' || order.state === 'open')) order.state = 'closed';
  }
}

export const paymentEffects: Readonly<Record<string, Effect>> = {
  'payments.request': requestPayment,
  'payments.refund': refundPayment,
  'payments.expire': ({ world, state }) => closeOrders(world, state.caseId),
};
