// Money back: a refund holds what it gives until the party's last word. One that was closed is tried again under another number, after
// a pause; one that is stuck keeps its number. A job asks the party; each answer is taken once.

import type { Effect } from '#modules/cases';
import { systemAccess } from '#platform/access';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import type { AccountId } from './accounts.ts';
import { refuse } from './contract.ts';
import { fenIn, textIn } from './data.ts';
import { listRefundsOf, selectByIdem } from './ledger-store.ts';
import type { PaymentsOptions } from './payments.ts';
import * as store from './payment-store.ts';
import { isRefused, type RefundState } from './ports.ts';

const attemptsMax = 40;

export function createRefunds(options: PaymentsOptions) {
  const { db, clock, ledger, port, cases } = options;

  /** Entering `refund-pay`: the whole payment of a case that was not insured, or what a release gives back of another case's. */
  const refund: Effect = async (context) => {
    const { tx, state, step } = context;
    const released = typeof state.data['refund_case_id'] === 'string' ? state.data['refund_case_id'] : null;
    const orders = await tx.run(store.listOrdersOfCase, [released ?? state.caseId]);
    // A case that renews has an order a day: the one of the policy given back is named.
    const named = state.data['refund_order_no'];
    const order = orders.find(
      (one) =>
        (typeof named !== 'string' || one.order_no === named) && ['paid', 'refunded', 'refunding'].includes(one.state),
    );
    const amountFen = released ? fenIn(state.data, 'refund_fen') : order ? order.amount_fen : 0;
    if (!order || amountFen === 0) {
      options.enqueue(tx, 'payments.nothing_to_refund', { caseId: state.caseId, step });
      return { refund_fen: 0 };
    }
    await startRefund(tx, {
      orderNo: order.order_no,
      caseId: state.caseId,
      amountFen,
      from: released ? 'premium_payable' : 'premium_received',
    });
    return { refund_fen: amountFen };
  };

  /** Holds the money and lets a job ask the party. The case is told at its step `refund-pay`, if it is there. */
  async function startRefund(
    tx: Tx,
    input: { orderNo: string; caseId: string; amountFen: number; from: AccountId },
  ): Promise<string> {
    const order = await tx.one(store.lockOrder, [input.orderNo]);
    if (order.state === 'refunding') throw refuse('money.refund_running');
    invariant(order.state === 'paid' || order.state === 'refunded', `order ${order.order_no} was not paid`);
    const tried = await refundsOf(tx, order.order_no);
    const givenFen = tried
      .filter((one) => one.resolution !== 'resolved_void')
      .reduce((fen, one) => fen + one.amount_fen, 0);
    if (givenFen + input.amountFen > order.amount_fen) throw refuse('money.refund_too_much');
    const refundNo = `${order.order_no}R${tried.length + 1}`;
    await ledger.reserve(tx, {
      idem: refundKey(order.order_no, refundNo),
      debit: input.from,
      credit: 'refund_clearing',
      amountFen: input.amountFen,
      code: 'refund',
      caseId: input.caseId,
    });
    tx.send(store.startRefund, [order.order_no, refundNo, input.amountFen]);
    const job = { maxAttempts: attemptsMax };
    const failed = tried.filter((one) => one.resolution === 'resolved_void').length;
    options.enqueue(
      tx,
      'payments.refund',
      { orderNo: order.order_no },
      failed > 0 ? { ...job, runAt: pausedUntil(failed) } : job,
    );
    return refundNo;
  }

  /** A party that refuses a refund is given ten minutes, then ever longer up to a day; jobs wait in real time. */
  function pausedUntil(failed: number): string {
    const pauseMs = Math.min(600_000 * 4 ** (failed - 1), 86_400_000);
    return new Date(Date.parse(clock.now()) - clock.offsetMs() + pauseMs).toISOString();
  }

  /** What was not insured goes back to where it came from (a day that somebody else's purchase took first). */
  async function refundPart(tx: Tx, caseId: string, amountFen: number): Promise<void> {
    const orders = await tx.run(store.listOrdersOfCase, [caseId]);
    const order = orders.find((one) => one.state === 'paid');
    invariant(order, `case ${caseId} has no payment to refund from`);
    await startRefund(tx, { orderNo: order.order_no, caseId, amountFen, from: 'premium_received' });
  }

  /**
   * `abnormal` is no end: the party holds the money until somebody there gives it another way, and it may still arrive. So it stays
   * under its number, the reconciliation names an owner, and only `closed` frees the money for another try.
   */
  async function applyRefund(orderNo: string, refundNo: string, state: RefundState): Promise<void> {
    if (state !== 'success' && state !== 'closed') return;
    await db.transaction(systemAccess, async (tx) => {
      const reserve = await tx.maybe(selectByIdem, [refundKey(orderNo, refundNo)]);
      // A refund that we never began is the reconciliation's find, not ours to book.
      if (!reserve?.case_id) return;
      await cases.lock(tx, reserve.case_id);
      const order = await tx.one(store.lockOrder, [orderNo]);
      if (order.state !== 'refunding' || order.refund_no !== refundNo) return;
      const key = `refund:${refundNo}:${state}`;
      await tx.run(store.insertEvent, [
        key,
        orderNo,
        `refund_${state}`,
        JSON.stringify({ refundNo, amountFen: reserve.amount_fen }),
        clock.now(),
      ]);
      const done = state === 'success';
      if (done) {
        await ledger.postPending(tx, reserve.transfer_id);
        await ledger.post(tx, {
          idem: `refunded:${refundNo}`,
          debit: 'refund_clearing',
          credit: 'payment_clearing',
          amountFen: reserve.amount_fen,
          code: 'refund_paid',
          caseId: reserve.case_id,
        });
      } else {
        await ledger.voidPending(tx, reserve.transfer_id);
      }
      const others = (await refundsOf(tx, orderNo)).some((one) => one.resolution === 'resolved_post');
      await tx.run(store.endRefund, [orderNo, others ? 'refunded' : 'paid']);
      await cases.event(tx, {
        caseId: reserve.case_id,
        step: 'refund-pay',
        outcome: done ? 'paid' : 'pay_failed',
        data: done
          ? { refund_paid_at: clock.now(), refund_fen: reserve.amount_fen }
          : { refund_failed_reason: '退款已被支付平台关闭' },
      });
    });
  }

  /** All refunds of an order, tried or done, in no order. */
  function refundsOf(tx: Tx, orderNo: string) {
    return tx.run(listRefundsOf, [orderNo]);
  }

  async function refundAtParty(orderNo: string): Promise<void> {
    const order = await db.transaction(systemAccess, (tx) => tx.maybe(store.selectOrder, [orderNo]));
    if (!order || order.state !== 'refunding' || !order.refund_no || !order.refund_fen) return;
    const refundNo = order.refund_no;
    try {
      const answer = await port.refund({
        refundNo,
        orderNo,
        amountFen: order.refund_fen,
        totalFen: order.amount_fen,
        reason: '日保退费',
      });
      await applyRefund(orderNo, refundNo, answer.state);
    } catch (error) {
      if (!isRefused(error)) throw error;
      const { state } = await port.queryRefund(refundNo);
      await applyRefund(orderNo, refundNo, state === 'not_found' ? 'closed' : state);
    }
  }

  /** A refund that the party does not know waits for its job, which may be pausing. */
  async function askRefund(order: store.OrderRow): Promise<void> {
    if (!order.refund_no) return;
    const { state } = await port.queryRefund(order.refund_no);
    await applyRefund(order.order_no, order.refund_no, state);
  }

  const tasks = {
    'payments.refund': (payload: unknown) => refundAtParty(textIn(payload, 'orderNo')),
    'payments.nothing_to_refund': async (payload: unknown) => {
      const input = { caseId: textIn(payload, 'caseId'), step: textIn(payload, 'step') };
      await db.transaction(systemAccess, (tx) =>
        cases.event(tx, { ...input, outcome: 'paid', data: { refund_fen: 0 } }),
      );
    },
  };

  return { effects: { 'payments.refund': refund }, tasks, startRefund, refundPart, applyRefund, askRefund };
}

function refundKey(orderNo: string, refundNo: string): string {
  return `refund:${orderNo}:${refundNo.slice(orderNo.length)}`;
}
