// Money in: an order at the payment party for each purchase, what the party says about it (callback, query, bill), and refunds. The
// network is only touched by jobs and pollers, outside of every transaction; each answer is then taken in one transaction, once.

import { systemAccess, type Access } from '#platform/access';
import type { Clock } from '#platform/clock';
import { sha256 } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import type { enqueue as enqueueJob } from '#platform/jobs';
import type { AccountId } from './accounts.ts';
import { paymentStateZh, refuse, type PaymentView } from './contract.ts';
import type { Ledger } from './ledger.ts';
import { listByPrefix, selectByIdem } from './ledger-store.ts';
import * as store from './payment-store.ts';
import { moneyReaders } from './readers.ts';
import { isRefused, isUnknown, type CaseContext, type CaseEffect, type CasesPort, type PaymentEvent, type PaymentPort, type RefundState } from './ports.ts';

export type PaymentsOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly port: PaymentPort;
  readonly cases: CasesPort;
  readonly enqueue: typeof enqueueJob;
  /** Where the payer's browser goes after paying. */
  readonly returnUrl?: (caseId: string) => string;
  /** The payer as the party wants to know him (address, openid). */
  readonly payerRef?: (personId: string) => string;
};

export type Paid = { readonly transactionId: string; readonly amountFen: number; readonly paidAt: string };

/** The party stops taking money this long before the case's limit runs out, so that the clock never meets a payment on its way. */
const closeBeforeMs = 120_000;
const payMs = 30 * 60_000;
const askAgainMs = 20_000;
const pollMax = 200;
const attemptsMax = 40;

export type Payments = ReturnType<typeof createPayments>;

export function createPayments(options: PaymentsOptions) {
  const { db, clock, ledger, port, cases } = options;

  /** Entering `pay`: an order for what the premium rule left to the payer. The job makes it known to the party. */
  const request: CaseEffect = async (context) => {
    const { tx, state, step } = context;
    const amountFen = fenIn(state.data, 'payable_fen');
    invariant(state.personId && amountFen > 0, `case ${state.caseId} asks for a payment of ${amountFen}`);
    const now = clock.now();
    const due = state.active.find((one) => one.step === step)?.dueAt ?? null;
    const limitMs = due ? Date.parse(due) - closeBeforeMs : Date.parse(now) + payMs;
    const expiresAt = new Date(Math.max(limitMs, Date.parse(now) + 60_000)).toISOString();
    // The same entry into the step makes the same number; a new round makes a new one.
    const orderNo = sha256(`${state.caseId}/${step}/${state.rounds[step] ?? 1}`).toString('hex').slice(0, 32);
    tx.send(store.insertOrder, [
      orderNo, state.caseId, state.personId, amountFen, `日保保费 ${state.caseNo}`, expiresAt, now, moneyReaders(context),
    ]);
    options.enqueue(tx, 'payments.create', { orderNo }, { jobKey: `payments.create:${orderNo}`, maxAttempts: attemptsMax });
    return { payment_order_no: orderNo, pay_until: expiresAt };
  };

  /** Leaving `pay` without money (the clock, a withdrawal): the order must not be payable any more. */
  const expire: CaseEffect = async ({ tx, state }) => {
    const orders = await tx.run(store.listOrdersOfCase, [state.caseId]);
    for (const order of orders) {
      if (isWaiting(order.state)) options.enqueue(tx, 'payments.ask', { orderNo: order.order_no }, { maxAttempts: attemptsMax });
    }
  };

  /** Entering `refund-pay`: the whole payment of a case that was not insured, or what a release gives back of another case's. */
  const refund: CaseEffect = async (context) => {
    const { tx, state, step } = context;
    const released = typeof state.data['refund_case_id'] === 'string' ? state.data['refund_case_id'] : null;
    const orders = await tx.run(store.listOrdersOfCase, [released ?? state.caseId]);
    const order = orders.find((one) => one.state === 'paid' || one.state === 'refunded' || one.state === 'refunding');
    const amountFen = released ? fenIn(state.data, 'refund_fen') : order ? order.amount_fen : 0;
    if (!order || amountFen === 0) {
      options.enqueue(tx, 'payments.nothing_to_refund', { caseId: state.caseId, step });
      return { refund_fen: 0 };
    }
    await startRefund(tx, { orderNo: order.order_no, caseId: state.caseId, amountFen, from: released ? 'premium_payable' : 'premium_received' });
    return { refund_fen: amountFen };
  };

  /** Holds the money and lets a job ask the party. The case is told at its step `refund-pay`, if it is there. */
  async function startRefund(tx: Tx, input: { orderNo: string; caseId: string; amountFen: number; from: AccountId }): Promise<string> {
    const order = await tx.one(store.lockOrder, [input.orderNo]);
    if (order.state === 'refunding') throw refuse('money.refund_running');
    invariant(order.state === 'paid' || order.state === 'refunded', `order ${order.order_no} was not paid`);
    const tried = await refundsOf(tx, order.order_no);
    const givenFen = tried.filter((one) => one.resolution !== 'resolved_void').reduce((fen, one) => fen + one.amount_fen, 0);
    if (givenFen + input.amountFen > order.amount_fen) throw refuse('money.refund_too_much');
    const refundNo = `${order.order_no}R${tried.length + 1}`;
    await ledger.reserve(tx, {
      idem: refundKey(order.order_no, refundNo), debit: input.from, credit: 'refund_clearing', amountFen: input.amountFen,
      code: 'refund', caseId: input.caseId,
    });
    tx.send(store.startRefund, [order.order_no, refundNo, input.amountFen]);
    const job = { maxAttempts: attemptsMax };
    const failed = tried.filter((one) => one.resolution === 'resolved_void').length;
    options.enqueue(tx, 'payments.refund', { orderNo: order.order_no }, failed > 0 ? { ...job, runAt: pausedUntil(failed) } : job);
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

  /** Takes a payment that the party confirmed, once. A payment that the case no longer waits for goes back by itself. */
  async function accept(tx: Tx, order: store.OrderRow, paid: Paid): Promise<'accepted' | 'known' | 'differs'> {
    await cases.lock(tx, order.case_id);
    const current = await tx.one(store.lockOrder, [order.order_no]);
    if (current.paid_at) return 'known';
    if (paid.amountFen !== current.amount_fen) {
      const key = `paid_differs:${order.order_no}:${paid.transactionId}:${paid.amountFen}`;
      await tx.run(store.insertEvent, [key, order.order_no, 'paid_differs', JSON.stringify(paid), clock.now()]);
      return 'differs';
    }
    await tx.run(store.insertEvent, [`paid:${order.order_no}:${paid.transactionId}`, order.order_no, 'paid', JSON.stringify(paid), clock.now()]);
    await tx.run(store.payOrder, [order.order_no, paid.transactionId, paid.paidAt]);
    await ledger.post(tx, {
      idem: `payment:${order.order_no}`, debit: 'payment_clearing', credit: 'premium_received', amountFen: paid.amountFen,
      code: 'payment', caseId: order.case_id,
    }, { subjectId: order.person_id });
    const taken = await cases.event(tx, {
      caseId: order.case_id, step: 'pay', outcome: 'paid',
      data: { paid_at: paid.paidAt, paid_fen: paid.amountFen, transaction_id: paid.transactionId },
    });
    if (!taken) await startRefund(tx, { orderNo: order.order_no, caseId: order.case_id, amountFen: paid.amountFen, from: 'premium_received' });
    return 'accepted';
  }

  async function acceptByNo(orderNo: string, paid: Paid): Promise<'accepted' | 'known' | 'differs' | 'unknown'> {
    return db.transaction(systemAccess, async (tx) => {
      const order = await tx.maybe(store.selectOrder, [orderNo]);
      if (order) return accept(tx, order, paid);
      await tx.run(store.insertEvent, [`paid_unknown:${orderNo}:${paid.transactionId}`, orderNo, 'paid_unknown', JSON.stringify(paid), clock.now()]);
      return 'unknown';
    });
  }

  /** A verified callback. Safe to repeat; whatever it says, the party gets its acknowledgement. */
  async function handlePaymentEvent(event: PaymentEvent): Promise<void> {
    if (event.kind === 'paid') {
      await acceptByNo(event.orderNo, { transactionId: event.transactionId, amountFen: event.amountFen, paidAt: event.paidAt.toISOString() });
    }
    if (event.kind === 'refund') await applyRefund(event.orderNo, event.refundNo, event.state);
  }

  async function applyRefund(orderNo: string, refundNo: string, state: RefundState): Promise<void> {
    if (state === 'processing' || state === 'not_found') return;
    await db.transaction(systemAccess, async (tx) => {
      const reserve = await tx.maybe(selectByIdem, [refundKey(orderNo, refundNo)]);
      // A refund that we never began is the reconciliation's find, not ours to book.
      if (!reserve?.case_id) return;
      await cases.lock(tx, reserve.case_id);
      const order = await tx.one(store.lockOrder, [orderNo]);
      if (order.state !== 'refunding' || order.refund_no !== refundNo) return;
      const key = `refund:${refundNo}:${state}`;
      await tx.run(store.insertEvent, [key, orderNo, `refund_${state}`, JSON.stringify({ refundNo, amountFen: reserve.amount_fen }), clock.now()]);
      const done = state === 'success';
      if (done) {
        await ledger.postPending(tx, reserve.transfer_id);
        await ledger.post(tx, {
          idem: `refunded:${refundNo}`, debit: 'refund_clearing', credit: 'payment_clearing', amountFen: reserve.amount_fen,
          code: 'refund_paid', caseId: reserve.case_id,
        });
      } else {
        await ledger.voidPending(tx, reserve.transfer_id);
      }
      const others = (await refundsOf(tx, orderNo)).some((one) => one.resolution === 'resolved_post');
      await tx.run(store.endRefund, [orderNo, others ? 'refunded' : 'paid']);
      await cases.event(tx, {
        caseId: reserve.case_id, step: 'refund-pay', outcome: done ? 'paid' : 'pay_failed',
        data: done
          ? { refund_paid_at: clock.now(), refund_fen: reserve.amount_fen }
          : { refund_failed_reason: state === 'abnormal' ? '退款入账异常（付款账户不可用）' : '退款已被支付平台关闭' },
      });
    });
  }

  /** All refunds of an order, tried or done, in no order. */
  function refundsOf(tx: Tx, orderNo: string) {
    return tx.run(listByPrefix, [`refund:${orderNo}:`, `refund:${orderNo};`]);
  }

  async function load(orderNo: string): Promise<store.OrderRow | undefined> {
    return db.transaction(systemAccess, (tx) => tx.maybe(store.selectOrder, [orderNo]));
  }

  /** Makes an order known to the party. Its number never changes, so trying again is safe. */
  async function createAtParty(orderNo: string): Promise<void> {
    const order = await load(orderNo);
    if (!order || order.state !== 'created') return;
    if (order.expires_at <= clock.now()) return askParty(order);
    const url = options.returnUrl?.(order.case_id);
    const { payUrl } = await port.createOrder({
      orderNo, amountFen: order.amount_fen, description: order.description, expiresAt: new Date(order.expires_at),
      payerRef: options.payerRef?.(order.person_id) ?? '127.0.0.1', ...(url ? { returnUrl: url } : {}),
    });
    await db.transaction(systemAccess, (tx) => tx.run(store.openOrder, [orderNo, payUrl]));
  }

  /** Asks what became of an order. Past its time it is closed at the party first: only the party's word ends it unpaid. */
  async function askParty(order: store.OrderRow, mustClose = order.expires_at <= clock.now()): Promise<void> {
    if (mustClose) await closeAtParty(order.order_no);
    const status = await port.query(order.order_no);
    if ((status.state === 'paid' || status.state === 'refunded') && status.amountFen !== undefined) {
      await acceptByNo(order.order_no, {
        transactionId: status.transactionId ?? '', amountFen: status.amountFen, paidAt: (status.paidAt ?? new Date(clock.now())).toISOString(),
      });
    } else if (status.state === 'closed' || (mustClose && status.state === 'not_found')) {
      await db.transaction(systemAccess, (tx) => tx.run(store.closeOrder, [order.order_no]));
    }
  }

  async function closeAtParty(orderNo: string): Promise<void> {
    try {
      await port.close(orderNo);
    } catch (error) {
      // Paid meanwhile, closed already, or never received: the query that follows tells which.
      if (!isRefused(error)) throw error;
    }
  }

  async function refundAtParty(orderNo: string): Promise<void> {
    const order = await load(orderNo);
    if (!order || order.state !== 'refunding' || !order.refund_no || !order.refund_fen) return;
    const refundNo = order.refund_no;
    try {
      const answer = await port.refund({ refundNo, orderNo, amountFen: order.refund_fen, totalFen: order.amount_fen, reason: '日保退费' });
      await applyRefund(orderNo, refundNo, answer.state);
    } catch (error) {
      if (!isRefused(error)) throw error;
      const { state } = await port.queryRefund(refundNo);
      await applyRefund(orderNo, refundNo, state === 'not_found' ? 'closed' : state);
    }
  }

  async function askRefund(order: store.OrderRow): Promise<void> {
    if (!order.refund_no) return;
    const { state } = await port.queryRefund(order.refund_no);
    if (state === 'not_found') await refundAtParty(order.order_no);
    else await applyRefund(order.order_no, order.refund_no, state);
  }

  /** The callback may be forgotten: everything that waits is asked about. Gives how many were asked. */
  async function settleOpenOrders(): Promise<number> {
    const now = clock.now();
    const before = new Date(Date.parse(now) - askAgainMs).toISOString();
    const orders = await db.transaction(systemAccess, (tx) => tx.run(store.listWaiting, [before, pollMax]));
    for (const order of orders) {
      await db.transaction(systemAccess, (tx) => tx.run(store.touchOrder, [order.order_no, now]));
      try {
        if (order.state === 'created') await createAtParty(order.order_no);
        else if (order.state === 'open') await askParty(order);
        else await askRefund(order);
      } catch (error) {
        // Not known now is known later; the next order is not to wait for it.
        if (!isUnknown(error) && !isRefused(error)) throw error;
      }
    }
    return orders.length;
  }

  /** False while an order of the case may still have been paid: the clock that would end the case waits for the party's word. */
  async function mayExpire(tx: Tx, caseId: string): Promise<boolean> {
    const orders = await tx.run(store.listOrdersOfCase, [caseId]);
    return !orders.some((order) => isWaiting(order.state));
  }

  /** The payer came back from paying and asks at once: the party is asked too, unless it is silent. */
  async function refreshOrder(access: Access, caseId: string): Promise<void> {
    const [order] = await db.transaction(access, (tx) => tx.run(store.listOrdersOfCase, [caseId]));
    if (!order || !isWaiting(order.state)) return;
    try {
      await (order.state === 'created' ? createAtParty(order.order_no) : askParty(order));
    } catch (error) {
      if (!isUnknown(error) && !isRefused(error)) throw error;
    }
  }

  /** What the payer sees: the newest order of the case. Row-level security decides whether there is one. */
  async function orderOf(access: Access, caseId: string): Promise<PaymentView | null> {
    const [order] = await db.transaction(access, (tx) => tx.run(store.listOrdersOfCase, [caseId]));
    if (!order) return null;
    return {
      orderNo: order.order_no, amountFen: order.amount_fen, description: order.description, state: order.state,
      stateZh: paymentStateZh[order.state], payUrl: order.state === 'open' ? order.pay_url : null, expiresAt: order.expires_at, paidAt: order.paid_at,
    };
  }

  const withOrder = (work: (orderNo: string) => Promise<void>) => (payload: unknown) => work(textIn(payload, 'orderNo'));
  const tasks = {
    'payments.create': withOrder(createAtParty),
    'payments.ask': withOrder(async (orderNo) => {
      const order = await load(orderNo);
      if (order && isWaiting(order.state)) await askParty(order, true);
    }),
    'payments.refund': withOrder(refundAtParty),
    'payments.nothing_to_refund': async (payload: unknown) => {
      const input = { caseId: textIn(payload, 'caseId'), step: textIn(payload, 'step') };
      await db.transaction(systemAccess, (tx) => cases.event(tx, { ...input, outcome: 'paid', data: { refund_fen: 0 } }));
    },
  };

  return {
    effects: { 'payments.request': request, 'payments.refund': refund, 'payments.expire': expire },
    tasks, handlePaymentEvent, acceptByNo, settleOpenOrders, mayExpire, orderOf, refreshOrder, refundPart, startRefund,
  };
}

function isWaiting(state: store.OrderState): boolean {
  return state === 'created' || state === 'open';
}

function refundKey(orderNo: string, refundNo: string): string {
  return `refund:${orderNo}:${refundNo.slice(orderNo.length)}`;
}

export function fenIn(data: CaseContext['state']['data'], name: string): number {
  const value = data[name];
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0;
}

export function textIn(payload: unknown, name: string): string {
  invariant(typeof payload === 'object' && payload !== null && name in payload, `a job lacks ${name}`);
  const value = Object.entries(payload).find(([key]) => key === name)?.[1];
  invariant(typeof value === 'string', `a job's ${name} is not text`);
  return value;
}
