// Reconciliation of a day: the bank's statement and the payment party's bill against ours. What is learned first from them is booked
// first; what agrees empties the clearing accounts (T+1); what differs is written down with its owner and changes nothing.

import { systemAccess } from '#platform/access';
import { dayOf, startOfDay } from '#platform/calendar';
import type { Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { cutPage, readCursor, type Page } from '#platform/page';
import { refuse, type Difference, type Party, type ReconciliationView } from './contract.ts';
import { compare, type Comparison, type TheirLine, type Words } from './differences.ts';
import type { Movement } from './ledger.ts';
import type { Payments, PaymentsOptions } from './payments.ts';
import { listOrders, listPaidBetween, listRefusedEvents } from './payment-store.ts';
import { bookOf, type Payouts, type PayoutsOptions } from './payouts.ts';
import { listByReference } from './payout-store.ts';
import { isUnknown, type BillLine, type StatementLine } from './ports.ts';
import * as store from './reconcile-store.ts';

export type ReconcileOptions = Omit<PayoutsOptions, 'port'> & {
  readonly bank: PayoutsOptions['port'];
  readonly payment: PaymentsOptions['port'];
  readonly payments: Payments;
  readonly payouts: Payouts;
  readonly takeReceipt?: TakeReceipt;
};

/**
 * Takes money that came in for whoever expects it, once for each serial number of the bank. Gives what is still expected when this is
 * more than that, null when nobody expects anything.
 */
export type TakeReceipt = (receipt: {
  readonly reference: string;
  readonly bankSerial: string;
  readonly amountFen: number;
  readonly bookedAt: string;
}) => Promise<'taken' | number | null>;

const dayMs = 86_400_000;
const daysMax = 31;
const bankWords: Words = { party: '银行对账单', what: '付款', ownerRole: 'insurer_finance' };
const payWords: Words = { party: '支付平台账单', what: '收款', ownerRole: 'insurer_finance' };
const refundWords: Words = { party: '支付平台账单', what: '退款', ownerRole: 'insurer_finance' };

export function createReconcile(options: ReconcileOptions) {
  const { db, clock, ledger } = options;

  async function reconcileDay(day: string, party: Party, actorId: string | null = null): Promise<ReconciliationView> {
    if (day >= dayOf(clock.now())) throw refuse('money.day_not_over', { day });
    const from = startOfDay(day);
    const until = new Date(Date.parse(from) + dayMs).toISOString();
    const { matched, differences } =
      party === 'bank' ? await bankDay(day, from, until) : await paymentDay(day, from, until);
    return db.transaction(systemAccess, async (tx) => {
      const reconciliationId = newId();
      const at = clock.now();
      const body = { day, party, matched, differences };
      const leafId = options.trace.record(tx, {
        eventId: reconciliationId,
        type: 'reconciliation',
        at,
        region: '',
        department: 'insurer',
        actorId,
        subjectId: null,
        body,
      });
      await tx.run(store.insertReconciliation, [
        reconciliationId,
        day,
        party,
        matched,
        differences.length,
        JSON.stringify(differences),
        at,
        leafId,
      ]);
      return {
        reconciliationId,
        day,
        party,
        matchedCount: matched,
        differenceCount: differences.length,
        differences: [...differences],
        at,
      };
    });
  }

  /** Every day from `first` to yesterday that was not reconciled yet; the last month of them, since parties keep no bill for ever. */
  async function reconcileSince(first: string, party: Party): Promise<number> {
    const today = Date.parse(startOfDay(dayOf(clock.now())));
    const dayBefore = (days: number) => dayOf(new Date(today - days * dayMs).toISOString());
    const from = first > dayBefore(daysMax) ? first : dayBefore(daysMax);
    const open = await db.transaction(systemAccess, (tx) => tx.run(store.listOpenDays, [party, from, dayBefore(1)]));
    for (const { day } of open) await reconcileDay(day, party);
    return open.length;
  }

  async function heard<Answer>(party: string, ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      if (isUnknown(error)) throw refuse('money.party_silent', { party });
      throw error;
    }
  }

  type DayResult = { readonly matched: number; readonly differences: readonly Difference[] };

  // ---- bank ------------------------------------------------------------------------------------------------------------------

  async function bankDay(day: string, from: string, until: string): Promise<DayResult> {
    const lines = await heard('银行', () => options.bank.statement(day));
    await keepLines(day, lines);
    const returned = new Set(lines.filter((line) => line.kind === 'return').map((line) => line.reference));
    const paid = lines.filter((line) => line.kind === 'payout' && !returned.has(line.reference));
    await learnFromStatement(lines, returned);
    const receipts = await takeReceipts(lines.filter((line) => line.kind === 'receipt'));
    return db.transaction(systemAccess, async (tx) => {
      const settled = await tx.run(store.listSettledBetween, [from, until]);
      const ours = settled.map((row) => ({ reference: row.reference, amountFen: row.amount_fen }));
      const steps = new Map(settled.map((row) => [row.reference, row.step]));
      const known = new Set(ours.map((line) => line.reference));
      // A payout that the bank booked on this day and we settled on the next belongs to this day.
      const others = paid.map((line) => line.reference).filter((reference) => !known.has(reference));
      const late = (await tx.run(listByReference, [others])).filter((row) => row.state === 'settled');
      for (const row of late) steps.set(row.reference, row.step);
      const theirs = paid.map((line) => ({
        key: line.bankSerial,
        reference: line.reference,
        amountFen: line.amountFen,
      }));
      const all = [...ours, ...late.map((row) => ({ reference: row.reference, amountFen: row.amount_fen }))];
      const compared = compare(
        all.filter((line) => !returned.has(line.reference)),
        theirs,
        bankWords,
      );
      const returns = ours
        .filter((line) => returned.has(line.reference))
        .map((line): Difference => ({
          kind: 'state_differs',
          reference: line.reference,
          oursFen: line.amountFen,
          theirsFen: 0,
          zh: `付款${line.reference}系统记为已到账，银行对账单显示已退回，须重新核付。`,
          ownerRole: bankWords.ownerRole,
        }));
      await clear(tx, compared, (line) => ({
        idem: `statement:${line.key}`,
        debit: bookOf(steps.get(line.reference) ?? '').clearing,
        credit: bookOf(steps.get(line.reference) ?? '').bank,
        amountFen: line.amountFen,
        code: 'statement',
      }));
      return {
        matched: compared.matched.length + receipts.matched,
        differences: [...compared.differences, ...returns, ...receipts.differences],
      };
    });
  }

  /** Money that came in. What nobody expects, or not so much of it, is a difference and books nothing. */
  async function takeReceipts(lines: readonly StatementLine[]): Promise<DayResult> {
    let matched = 0;
    const differences: Difference[] = [];
    for (const line of lines) {
      const expectedFen = await (options.takeReceipt ?? nobodyExpects)({
        reference: line.reference,
        bankSerial: line.bankSerial,
        amountFen: line.amountFen,
        bookedAt: line.bookedAt.toISOString(),
      });
      if (expectedFen === 'taken') matched += 1;
      else
        differences.push({
          kind: expectedFen === null ? 'missing_here' : 'amount_differs',
          reference: line.reference,
          oursFen: expectedFen,
          theirsFen: line.amountFen,
          zh:
            expectedFen === null
              ? `银行收到附言为${line.reference}的款项，系统没有对应的应收，没有入账，须查明来源。`
              : `银行收到的退回款${line.reference}超过尚应退回的金额，没有入账，须核实。`,
          ownerRole: 'finance_bureau',
        });
    }
    return { matched, differences };
  }

  async function keepLines(day: string, lines: readonly StatementLine[]): Promise<void> {
    await db.transaction(systemAccess, async (tx) => {
      const rows = await tx.run(listByReference, [lines.map((line) => line.reference)]);
      const payoutOf = new Map(rows.map((row) => [row.reference, row.payout_id]));
      await tx.run(store.insertBankLines, [
        day,
        lines.map((line) => `${line.bankSerial}:${line.kind}`),
        lines.map((line) => line.reference),
        lines.map((line) => line.bankSerial),
        lines.map((line) => line.amountFen),
        lines.map((line) => line.kind),
        lines.map((line) => payoutOf.get(line.reference) ?? null),
        clock.now(),
      ]);
    });
  }

  /** The callback was forgotten: the statement tells the same. */
  async function learnFromStatement(lines: readonly StatementLine[], returned: ReadonlySet<string>): Promise<void> {
    for (const line of lines.filter((one) => one.kind === 'payout')) {
      const back = returned.has(line.reference);
      await options.payouts.applyResult({
        reference: line.reference,
        state: back ? 'returned' : 'settled',
        amountFen: line.amountFen,
        bankSerial: line.bankSerial,
        settledAt: line.bookedAt,
        ...(back ? { reason: '银行退回' } : {}),
      });
    }
  }

  // ---- payment ---------------------------------------------------------------------------------------------------------------

  async function paymentDay(day: string, from: string, until: string): Promise<DayResult> {
    const lines = await heard('支付平台', () => options.payment.dailyBill(day));
    const payments = lines.filter((line) => line.kind === 'payment');
    const refunds = lines.filter((line) => line.kind === 'refund');
    for (const line of payments) {
      await options.payments.acceptByNo(line.orderNo, {
        transactionId: line.transactionId,
        amountFen: line.amountFen,
        paidAt: line.at.toISOString(),
      });
    }
    return db.transaction(systemAccess, async (tx) => {
      const paid = await comparePayments(tx, payments, from, until);
      await clear(tx, paid, (line) => ({
        idem: `bill:${line.key}`,
        debit: 'bank_account',
        credit: 'payment_clearing',
        amountFen: line.amountFen,
        code: 'bill',
      }));
      const given = await compareRefunds(tx, refunds, from, until);
      // Only a refund that ended well has left our clearing account; one on its way is cleared when its day is run again.
      const done = await refundsDone(tx, given.matched);
      await clear(tx, { matched: done, differences: [] }, (line) => ({
        idem: `bill:${line.key}`,
        debit: 'payment_clearing',
        credit: 'bank_account',
        amountFen: line.amountFen,
        code: 'bill_refund',
      }));
      const refused = await refusedEvents(tx, from, until);
      const matched = paid.matched.length + given.matched.length;
      return {
        matched,
        differences: [...paid.differences, ...given.differences, ...stuckRefunds(refunds), ...refused],
      };
    });
  }

  async function comparePayments(
    tx: Tx,
    payments: readonly BillLine[],
    from: string,
    until: string,
  ): Promise<Comparison> {
    const booked = await tx.run(listPaidBetween, [from, until]);
    const seen = new Set(booked.map((order) => order.order_no));
    const others = payments.map((line) => line.orderNo).filter((orderNo) => !seen.has(orderNo));
    const late = (await tx.run(listOrders, [others])).filter((order) => order.paid_at !== null);
    const ours = [...booked, ...late].map((order) => ({ reference: order.order_no, amountFen: order.amount_fen }));
    return compare(
      ours,
      payments.map((line) => ({ key: line.orderNo, reference: line.orderNo, amountFen: line.amountFen })),
      payWords,
    );
  }

  async function compareRefunds(
    tx: Tx,
    refunds: readonly BillLine[],
    from: string,
    until: string,
  ): Promise<Comparison> {
    const began = await tx.run(store.listRefundsBetween, [from, until]);
    const ours = began
      .map((row) => ({
        reference: refundNoOf(row.idem),
        amountFen: row.amount_fen,
        failed: row.resolution === 'resolved_void',
      }))
      // One that failed and that they never took is no difference.
      .filter((line) => !line.failed || refunds.some((their) => their.refundNo === line.reference));
    const theirs = refunds.map((line) => ({
      key: line.refundNo ?? line.orderNo,
      reference: line.refundNo ?? line.orderNo,
      amountFen: line.amountFen,
    }));
    return compare(ours, theirs, refundWords);
  }

  /** The party could not give the money back to where it came from: somebody must find another way with it. */
  function stuckRefunds(refunds: readonly BillLine[]): readonly Difference[] {
    return refunds
      .filter((line) => line.refundState === 'abnormal')
      .map((line) => ({
        kind: 'state_differs',
        reference: line.refundNo ?? line.orderNo,
        oursFen: line.amountFen,
        theirsFen: line.amountFen,
        zh: `退款${line.refundNo ?? line.orderNo}在支付平台异常（原支付账户不可用），须在支付平台改用其他方式退回。`,
        ownerRole: refundWords.ownerRole,
      }));
  }

  async function refundsDone(tx: Tx, matched: readonly TheirLine[]): Promise<readonly TheirLine[]> {
    const rows = await tx.run(store.listIdems, [matched.map((line) => `refunded:${line.reference}`)]);
    const done = new Set(rows.map((row) => row.idem));
    return matched.filter((line) => done.has(`refunded:${line.reference}`));
  }

  async function refusedEvents(tx: Tx, from: string, until: string): Promise<readonly Difference[]> {
    const rows = await tx.run(listRefusedEvents, [from, until]);
    return rows.map((row) => ({
      kind: 'refused_event',
      reference: row.order_no,
      oursFen: null,
      theirsFen: row.body.amountFen ?? null,
      zh:
        row.kind === 'paid_differs'
          ? `支付平台通知的金额与订单${row.order_no}不一致，没有入账，须核实。`
          : `支付平台通知了系统没有的订单${row.order_no}，没有入账，须核实。`,
      ownerRole: payWords.ownerRole,
    }));
  }

  /** Books what agrees, each line once however often the day is run. */
  async function clear(tx: Tx, compared: Comparison, toMovement: (line: TheirLine) => Movement): Promise<void> {
    const movements = compared.matched.map(toMovement);
    const known = new Set((await tx.run(store.listIdems, [movements.map((one) => one.idem)])).map((row) => row.idem));
    await ledger.moveMany(
      tx,
      movements.filter((one) => !known.has(one.idem)),
      'posted',
    );
  }

  async function listReconciliations(cursor: string | undefined, limit: number): Promise<Page<ReconciliationView>> {
    const key = readCursor(cursor);
    const rows = await db.transaction(systemAccess, (tx) =>
      tx.run(store.listReconciliations, [key?.[0] ?? null, key?.[1] ?? null, limit + 1]),
    );
    const page = cutPage(rows, limit, (last) => [last.at, last.reconciliation_id]);
    return {
      items: page.items.map((row) => ({
        reconciliationId: row.reconciliation_id,
        day: row.day,
        party: row.party,
        matchedCount: row.matched_count,
        differenceCount: row.difference_count,
        differences: row.differences,
        at: row.at,
      })),
      nextCursor: page.nextCursor,
    };
  }

  return { reconcileDay, reconcileSince, listReconciliations };
}

const nobodyExpects: TakeReceipt = async () => null;

/** `refund:<order>:R1` names the refund `<order>R1`. */
function refundNoOf(idem: string): string {
  const [, orderNo = '', suffix = ''] = idem.split(':');
  return `${orderNo}${suffix}`;
}
