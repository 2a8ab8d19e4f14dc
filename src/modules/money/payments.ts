// Money in: an order at the payment party for each purchase, and what the party says about it (callback, query, bill). The network is
// only touched by jobs and pollers, outside of every transaction; each answer is then taken in one transaction, once.

import type { Effect } from '#modules/cases';
import { roleGrant, systemAccess, type Access } from '#platform/access';
import type { Clock } from '#platform/clock';
import { sha256 } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import type { enqueue as enqueueJob } from '#platform/jobs';
import type { Debits } from './debits.ts';
import { paymentStateZh, type PaymentView } from './contract.ts';
import { fenIn, textIn } from './data.ts';
import type { Ledger } from './ledger.ts';
import * as store from './payment-store.ts';
import { moneyRoles, readersOf } from './readers.ts';
import { createRefunds } from './refunds.ts';
import { isRefused, isUnknown, type CasesPort, type PaymentEvent, type PaymentPort } from './ports.ts';

export type PaymentsOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly port: PaymentPort;
  readonly cases: CasesPort;
  readonly enqueue: typeof enqueueJob;
  readonly debits: Pick<Debits, 'settle'>;
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
  const refunds = createRefunds(options);
  const { startRefund, refundPart, applyRefund, askRefund } = refunds;

  /** Entering `pay`: an order for what the premium rule left to the payer. The job makes it known to the party. */
  const request: Effect = async (context) => {
    const { tx, state, step } = context;
    const amountFen = fenIn(state.data, 'payable_fen');
    const { personId, applicantOrgId: orgId, applicantRole: role } = state;
    const payer = personId ?? orgId;
    invariant(payer && amountFen > 0, `case ${state.caseId} asks for a payment of ${amountFen}`);
    const now = clock.now();
    const due = state.active.find((one) => one.step === step)?.dueAt ?? null;
    const before = state.data['pay_before'];
    const lastMs = typeof before === 'string' ? Date.parse(before) : Number.POSITIVE_INFINITY;
    const limitMs = due ? Date.parse(due) - closeBeforeMs : Date.parse(now) + payMs;
    const expiresAt = new Date(Math.max(Math.min(limitMs, lastMs), Date.parse(now) + 60_000)).toISOString();
    // The same entry into the step makes the same number; a new round makes a new one.
    const orderNo = sha256(`${state.caseId}/${step}/${state.rounds[step] ?? 1}`)
      .toString('hex')
      .slice(0, 32);
    const own = personId === null && orgId && role ? [roleGrant(role, orgId)] : [];
    tx.send(personId === null ? store.insertOrgOrder : store.insertOrder, [
      orderNo,
      state.caseId,
      payer,
      amountFen,
      `日保保费 ${state.caseNo}`,
      expiresAt,
      now,
      [...readersOf(context, moneyRoles), ...own],
    ]);
    options.enqueue(
      tx,
      'payments.create',
      { orderNo },
      { jobKey: `payments.create:${orderNo}`, maxAttempts: attemptsMax },
    );
    return { payment_order_no: orderNo, pay_until: expiresAt };
  };

  /** Takes a payment that the party confirmed, once. A payment that the case no longer waits for goes back by itself. */
  async function accept(tx: Tx, order: store.OrderRow, said: Paid): Promise<'accepted' | 'known' | 'differs'> {
    await cases.lock(tx, order.case_id);
    // A party's clock may be ahead, or mad: nothing was paid later than now.
    const paid = { ...said, paidAt: earlier(said.paidAt, clock.now()) };
    const current = await tx.one(store.lockOrder, [order.order_no]);
    if (current.paid_at) return 'known';
    if (paid.amountFen !== current.amount_fen) {
      const key = `paid_differs:${order.order_no}:${paid.transactionId}:${paid.amountFen}`;
      await tx.run(store.insertEvent, [key, order.order_no, 'paid_differs', JSON.stringify(paid), clock.now()]);
      return 'differs';
    }
    await tx.run(store.insertEvent, [
      `paid:${order.order_no}:${paid.transactionId}`,
      order.order_no,
      'paid',
      JSON.stringify(paid),
      clock.now(),
    ]);
    await tx.run(store.payOrder, [order.order_no, paid.transactionId, paid.paidAt]);
    await ledger.post(
      tx,
      {
        idem: `payment:${order.order_no}`,
        debit: 'payment_clearing',
        credit: 'premium_received',
        amountFen: paid.amountFen,
        code: 'payment',
        caseId: order.case_id,
      },
      { subjectId: order.person_id },
    );
    const taken = await cases.event(tx, {
      caseId: order.case_id,
      step: 'pay',
      outcome: 'paid',
      data: { paid_at: paid.paidAt, paid_fen: paid.amountFen, transaction_id: paid.transactionId },
    });
    if (!taken)
      await startRefund(tx, {
        orderNo: order.order_no,
        caseId: order.case_id,
        amountFen: paid.amountFen,
        from: 'premium_received',
      });
    return 'accepted';
  }

  async function acceptByNo(orderNo: string, paid: Paid): Promise<'accepted' | 'known' | 'differs' | 'unknown'> {
    const answer = await db.transaction(systemAccess, async (tx) => {
      const order = await tx.maybe(store.selectOrder, [orderNo]);
      if (order?.contract_code) return order.paid_at ? 'known' : 'debited';
      if (order) return accept(tx, order, paid);
      await tx.run(store.insertEvent, [
        `paid_unknown:${orderNo}:${paid.transactionId}`,
        orderNo,
        'paid_unknown',
        JSON.stringify(paid),
        clock.now(),
      ]);
      return 'unknown';
    });
    if (answer !== 'debited') return answer;
    await options.debits.settle([{ orderNo, state: 'paid', ...paid }]);
    return (await load(orderNo))?.paid_at ? 'accepted' : 'differs';
  }

  /** A verified callback. Safe to repeat; whatever it says, the party gets its acknowledgement. */
  async function handlePaymentEvent(event: PaymentEvent): Promise<void> {
    if (event.kind === 'paid') {
      await acceptByNo(event.orderNo, {
        transactionId: event.transactionId,
        amountFen: event.amountFen,
        paidAt: event.paidAt.toISOString(),
      });
    }
    if (event.kind === 'contract') {
      const { contractCode } = event;
      await db.transaction(systemAccess, async (tx) =>
        options.enqueue(tx, 'debits.contract', { contractCode }, { maxAttempts: attemptsMax }),
      );
    }
    if (event.kind === 'refund') await applyRefund(event.orderNo, event.refundNo, event.state);
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
    // An organisation pays at its desk, by scanning; a person on the phone.
    const { payUrl } = await port.createOrder({
      ...(order.person_id === null ? { scan: true } : {}),
      orderNo,
      amountFen: order.amount_fen,
      description: order.description,
      expiresAt: new Date(order.expires_at),
      payerRef: (order.person_id && options.payerRef?.(order.person_id)) ?? '127.0.0.1',
      ...(url ? { returnUrl: url } : {}),
    });
    await db.transaction(systemAccess, (tx) => tx.run(store.openOrder, [orderNo, payUrl]));
  }

  /** Asks what became of an order. Past its time it is closed at the party first: only the party's word ends it unpaid. */
  async function askParty(order: store.OrderRow): Promise<void> {
    const mustClose = order.expires_at <= clock.now();
    if (mustClose) await closeAtParty(order.order_no);
    const status = await port.query(order.order_no);
    if ((status.state === 'paid' || status.state === 'refunded') && status.amountFen !== undefined) {
      await acceptByNo(order.order_no, {
        transactionId: status.transactionId ?? '',
        amountFen: status.amountFen,
        paidAt: (status.paidAt ?? new Date(clock.now())).toISOString(),
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

  /** The callback may be forgotten: everything that waits is asked about. Gives how many were asked. */
  async function settleOpenOrders(): Promise<number> {
    const now = clock.now();
    const before = new Date(Date.parse(now) - askAgainMs).toISOString();
    const orders = await db.transaction(systemAccess, (tx) => tx.run(store.listWaiting, [before, pollMax]));
    for (const order of orders) {
      await db.transaction(systemAccess, (tx) => tx.run(store.touchOrder, [order.order_no, now]));
      await askAbout(order);
    }
    return orders.length;
  }

  async function askAbout(order: store.OrderRow): Promise<void> {
    try {
      if (order.contract_code && order.state !== 'refunding') return;
      if (order.state === 'created') await createAtParty(order.order_no);
      else if (order.state === 'open') await askParty(order);
      else if (order.state === 'refunding') await askRefund(order);
    } catch (error) {
      // Not known now is known later; the next order is not to wait for it.
      if (!isUnknown(error) && !isRefused(error)) throw error;
    }
  }

  /** False while an order of the case may still have been paid: the clock that would end the case waits for the party's word. */
  async function mayExpire(tx: Tx, caseId: string): Promise<boolean> {
    const orders = await tx.run(store.listOrdersOfCase, [caseId]);
    return !orders.some((order) => order.state === 'created' || order.state === 'open');
  }

  /** The payer came back from paying and asks at once: the party is asked too, unless it is silent. */
  async function refreshOrder(access: Access, caseId: string): Promise<void> {
    const [order] = await db.transaction(access, (tx) => tx.run(store.listOrdersOfCase, [caseId]));
    if (order) await askAbout(order);
  }

  /** What the payer sees: the newest order of the case. Row-level security decides whether there is one. */
  async function orderOf(access: Access, caseId: string): Promise<PaymentView | null> {
    const [order] = await db.transaction(access, (tx) => tx.run(store.listOrdersOfCase, [caseId]));
    // What is withheld under a contract is nothing that anybody pays by hand.
    return !order || order.contract_code ? null : viewOf(order);
  }

  /** The number of the order by which a case was paid, for what is given back of it. */
  async function paidOrderOf(tx: Tx, caseId: string): Promise<string> {
    const order = (await tx.run(store.listOrdersOfCase, [caseId])).find((one) => one.paid_at !== null);
    invariant(order, `case ${caseId} was paid`);
    return order.order_no;
  }

  /** What an organisation pays at its desk; nothing of what a person pays. */
  async function orgOrderOf(access: Access, caseId: string): Promise<PaymentView | null> {
    const [order] = await db.transaction(access, (tx) => tx.run(store.listOrdersOfCase, [caseId]));
    return order && order.person_id === null ? viewOf(order) : null;
  }

  function viewOf(order: store.OrderRow): PaymentView {
    return {
      orderNo: order.order_no,
      amountFen: order.amount_fen,
      description: order.description,
      state: order.state,
      stateZh: paymentStateZh[order.state],
      payUrl: order.state === 'open' ? order.pay_url : null,
      expiresAt: order.expires_at,
      paidAt: order.paid_at,
    };
  }

  const tasks = {
    'payments.create': (payload: unknown) => createAtParty(textIn(payload, 'orderNo')),
    ...refunds.tasks,
  };

  return {
    effects: { 'payments.request': request, ...refunds.effects },
    tasks,
    handlePaymentEvent,
    acceptByNo,
    settleOpenOrders,
    mayExpire,
    orderOf,
    orgOrderOf,
    paidOrderOf,
    refreshOrder,
    refundPart,
    refundOrder: refunds.startRefund,
  };
}

function earlier(one: string, other: string): string {
  return Date.parse(one) < Date.parse(other) ? one : other;
}
