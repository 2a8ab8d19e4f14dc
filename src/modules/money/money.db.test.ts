// Money in and out against parties with bad habits: forgotten, repeated, forged and wrong callbacks, silence, late payments, four
// eyes, and the reconciliation that empties the clearing accounts.

import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemAccess } from '#platform/access';
import { brokenConstraint, statement } from '#platform/db';
import { administer } from '#test/cluster';
import { makeWorld, refused, type Worker, type World } from '#test/money-world';
import { claimUnsettled } from './payout-store.ts';

let world: World;
const start = '2026-05-03T02:00:00.000Z';

const insertApproval = statement<[string, string, string], never>(
  'test.insert_approval',
  `insert into payout_approval (batch_id, maker_id, approver_id, lines_hash, decision, at, leaf_id)
   select $1, $2, $3, '\\x00', 'approve', now(), leaf_id from log_leaf limit 1`,
);
const changeAmount = statement<[string], never>(
  'test.change_amount',
  'update payout set amount_fen = amount_fen + 1 where payout_id = $1',
);
const payoutStates = statement<[string], { state: string; reason: string | null }>(
  'test.payout_states',
  'select state, reason from payout where case_id = $1 order by created_at',
);

const countRefused = statement<[], { count: number }>(
  'test.count_refused_results',
  `select count(*) as count from log_leaf where entry like '%"money.result_refused"%'`,
);
const setTries = statement<[string, number, string], never>(
  'test.set_tries',
  'update payout_batch set submit_count = $2, submitted_at = $3 where batch_id = $1',
);

beforeAll(async () => {
  world = await makeWorld(start);
});
afterAll(async () => world?.close());

const honest = {
  dropRate: 0,
  hangRate: 0,
  errorRate: 0,
  garbageRate: 0,
  repeatCallbacks: 1,
  forgetCallbackRate: 0,
  reorder: false,
};
beforeEach(() => {
  world.paymentSim.setFaults({
    ...honest,
    lie: {
      wrongAmountFen: 0,
      forgedCopies: 0,
      lateCallbackMs: 0,
      staleQueryRate: 0,
      billMissingRate: 0,
      refundDelayMs: 5,
      refundAbnormal: false,
    },
  });
  world.bankSim.setFaults({
    ...honest,
    lie: {
      settleDelayMs: 5,
      silentAcceptRate: 0,
      holdUntilQueriedRate: 0,
      unknownRate: 0,
      doubleResultRate: 0,
      wrongAmountFen: 0,
      statementMissingRate: 0,
      forgedCopies: 0,
    },
  });
});
afterEach(async () => {
  const broken = await world.money.brokenPromises();
  if (broken.length > 0) throw new Error(JSON.stringify(broken));
});

/** Moves the clock forward; it never goes back, as in life. */
function later(minutes: number): void {
  world.clock.set(new Date(Date.parse(world.clock.now()) + minutes * 60_000).toISOString());
}

async function order(who: Worker, from = '2026-06-01', days = '1') {
  const opened = await world.open(who, 'DI-001', {
    cover_from: from,
    days,
    work_type: '快递员',
    work_region: world.region,
    read_clause: 'on',
  });
  await world.drain();
  const made = await world.money.payments.orderOf(who.access, opened.caseId);
  expect(made).toMatchObject({ state: 'open', payUrl: expect.stringContaining('http') as string });
  return { caseId: opened.caseId, orderNo: made?.orderNo ?? '' };
}
const stepOf = async (caseId: string) => {
  const state = await world.state(caseId);
  return state.end ?? state.active.map((one) => one.step).join();
};
const stateOf = async (who: Worker, caseId: string) => (await world.money.payments.orderOf(who.access, caseId))?.state;
const quiet = () => expect.poll(() => world.paymentSim.pendingCallbacks()).toBe(0);

describe('money in', () => {
  it('a repeated callback pays once', async () => {
    const who = await world.worker();
    const { caseId, orderNo } = await order(who);
    const before = await world.balance('premium_received');
    world.paymentSim.setFaults({ repeatCallbacks: 5 });
    world.paymentSim.pay(orderNo);
    await world.until(caseId, 'underwrite');
    world.paymentSim.resend(orderNo);
    await quiet();
    expect((await world.balance('premium_received')).postedFen - before.postedFen).toBe(20);
  });

  it('a forgotten callback is found by asking, also when the payer asks', async () => {
    const who = await world.worker();
    world.paymentSim.setFaults({ forgetCallbackRate: 1 });
    const first = await order(who);
    world.paymentSim.pay(first.orderNo);
    expect(await stepOf(first.caseId)).toBe('pay');
    await world.money.payments.refreshOrder(who.access, first.caseId);
    expect(await stepOf(first.caseId)).toBe('underwrite');
    const second = await order(await world.worker());
    world.paymentSim.pay(second.orderNo);
    later(1);
    await world.money.payments.settleOpenOrders();
    expect(await stepOf(second.caseId)).toBe('underwrite');
  });

  it('a forged callback is refused and changes nothing', async () => {
    const who = await world.worker();
    const { caseId, orderNo } = await order(who);
    world.paymentSim.sendForged(orderNo);
    await expect
      .poll(() => world.paymentSim.callbackAttempts().filter((one) => one.forged && one.status === 403).length)
      .toBeGreaterThan(0);
    expect([await stepOf(caseId), await stateOf(who, caseId)]).toEqual(['pay', 'open']);
  });

  it('a callback of another amount is no payment; the true word is taken, and the lie becomes a difference', async () => {
    const who = await world.worker();
    const { caseId, orderNo } = await order(who);
    world.paymentSim.setFaults({ lie: { wrongAmountFen: 500 } });
    world.paymentSim.pay(orderNo);
    await quiet();
    expect(await stepOf(caseId)).toBe('pay');
    later(1);
    await world.money.payments.settleOpenOrders();
    expect(await stepOf(caseId)).toBe('underwrite');
  });

  it('an unpaid order is closed at the party before the clock ends the case', async () => {
    const who = await world.worker();
    const { caseId, orderNo } = await order(who);
    later(31);
    await world.cases.runDueDeadlines(50);
    expect(await stepOf(caseId)).toBe('pay');
    await world.money.payments.settleOpenOrders();
    expect(await stateOf(who, caseId)).toBe('closed');
    expect(world.paymentSim.pay(orderNo)).toBe(false);
    later(1);
    await world.cases.runDueDeadlines(50);
    expect(await stepOf(caseId)).toBe('cancelled');
  });

  it('a payment in the last minute, whose callback was forgotten, is not lost at expiry', async () => {
    const who = await world.worker();
    const { caseId, orderNo } = await order(who);
    world.paymentSim.setFaults({ forgetCallbackRate: 1 });
    later(27);
    world.paymentSim.pay(orderNo);
    later(5);
    await world.cases.runDueDeadlines(50);
    await world.money.payments.settleOpenOrders();
    await world.cases.runDueDeadlines(50);
    expect(await stepOf(caseId)).toBe('underwrite');
  });

  it('a payment that the case no longer waits for is refunded by itself', async () => {
    const who = await world.worker();
    const { caseId, orderNo } = await order(who);
    world.paymentSim.setFaults({ lie: { lateCallbackMs: 150 } });
    world.paymentSim.pay(orderNo);
    await world.casesEvent(caseId, 'pay', 'timeout');
    expect(await stepOf(caseId)).toBe('cancelled');
    await expect.poll(() => stateOf(who, caseId)).toBe('refunding');
    await world.drain();
    await expect.poll(() => stateOf(who, caseId)).toBe('refunded');
    expect((await world.balance('refund_clearing')).postedFen).toBe(0);
  });

  it('an order that the party did not answer for is made by the next try, under the same number', async () => {
    const who = await world.worker();
    world.paymentSim.setFaults({ errorRate: 1 });
    const opened = await world.open(who, 'DI-001', {
      cover_from: '2026-06-01',
      days: '1',
      work_type: '快递员',
      work_region: world.region,
      read_clause: 'on',
    });
    expect(await world.drain()).toHaveLength(1);
    expect(await stateOf(who, opened.caseId)).toBe('created');
    world.paymentSim.setFaults({ errorRate: 0 });
    expect(await world.drain()).toEqual([]);
    expect(await stateOf(who, opened.caseId)).toBe('open');
  });

  async function rejected(who: Worker) {
    const { caseId, order: made } = await world.buy(who, '2026-06-02', 1, '货车司机');
    await world.until(caseId, 'manual-underwrite');
    const underwriter = await world.officer('insurer_underwriter');
    await world.act(
      underwriter,
      caseId,
      'manual-underwrite',
      'reject',
      { underwriter_note: '超出承保范围' },
      '超出承保范围',
    );
    return { caseId, orderNo: made?.orderNo ?? '' };
  }

  it('a refund that the party closed is tried again later, under another number', async () => {
    const { caseId, orderNo } = await rejected(await world.worker());
    world.jobs.length = 0;
    const closed = {
      kind: 'refund',
      eventId: randomUUID(),
      refundNo: `${orderNo}R1`,
      orderNo,
      refundId: 'x',
      amountFen: 20,
      state: 'closed',
    } as const;
    await Promise.all([
      world.money.payments.handlePaymentEvent(closed),
      world.money.payments.handlePaymentEvent(closed),
    ]);
    expect((await world.state(caseId)).rounds['refund-pay']).toBe(2);
    expect(await world.drain()).toEqual([]);
    expect(world.paymentSim.refunds().filter((refund) => refund.orderNo === orderNo)).toEqual([]);
    world.jobs.push(...world.laterJobs.splice(0));
    await world.drain();
    await world.until(caseId, 'cancelled');
    expect(
      world.paymentSim
        .refunds()
        .filter((refund) => refund.orderNo === orderNo)
        .map((refund) => refund.refundNo),
    ).toEqual([`${orderNo}R2`]);
  });

  it('a refund that is stuck at the party keeps its number and is never sent under another', async () => {
    const who = await world.worker();
    world.paymentSim.setFaults({ lie: { refundAbnormal: true } });
    const { caseId, orderNo } = await rejected(who);
    await world.drain();
    await expect
      .poll(() => world.paymentSim.refunds().find((refund) => refund.orderNo === orderNo)?.status)
      .toBe('ABNORMAL');
    await quiet();
    later(1);
    await world.money.payments.settleOpenOrders();
    await world.drain();
    expect([await stepOf(caseId), await stateOf(who, caseId)]).toEqual(['refund-pay', 'refunding']);
    expect(world.paymentSim.refunds().filter((refund) => refund.orderNo === orderNo)).toHaveLength(1);
    expect((await world.balance('premium_received')).reservedFen).toBe(-20);
  });

  it('nobody sees another person’s order', async () => {
    const who = await world.worker();
    const { caseId } = await order(who);
    const other = await world.worker();
    expect(await world.money.payments.orderOf(other.access, caseId)).toBeNull();
    expect(await world.money.payments.orderOf(who.access, caseId)).not.toBeNull();
  });
});

// ---- out ---------------------------------------------------------------------------------------------------------------------

/** A case in its payment step with an agreed amount. */
async function owed(fen = 50_000, who?: Worker): Promise<{ caseId: string; who: Worker; payoutId: string }> {
  const person = who ?? (await world.worker());
  const today = new Date(Date.parse(world.clock.now()) + 8 * 3_600_000).toISOString().slice(0, 10);
  if (!who) await world.buy(person, today, 1);
  later(2);
  const opened = await world.open(person, 'DI-006', {
    accident_time: new Date(Date.parse(world.clock.now()) - 60_000).toISOString(),
    accident_spot: { text: '某路口', region: '350206' },
    accident_kind: '跌倒',
    on_work: 'on',
    injured_condition: '门诊',
    scene_media: [randomUUID()],
  });
  const adjuster = await world.officer('insurer_adjuster', 'traffic_police');
  const { caseId } = opened;
  await world.act(adjuster, caseId, 'dispatch', 'contact', { contact_note: '已联系' });
  await world.act(adjuster, caseId, 'survey', 'done', { survey_report: '属实' });
  await world.act(adjuster, caseId, 'police-doc', 'none');
  await world.act(adjuster, caseId, 'duty', 'yes', { duty_reason: '属于' });
  await world.act(adjuster, caseId, 'prepay-option', 'skip');
  await world.open(person, 'DI-007', {
    report_no: opened.caseNo,
    treat_type: '门急诊',
    treat_hospital: '示例医院',
    bill_total: { fen: fen * 2 },
    payout_card: person.card,
    fee_bill: [randomUUID()],
    fee_list: [randomUUID()],
    case_history: [randomUUID()],
  });
  await world.act(adjuster, caseId, 'doc-check', 'complete');
  await world.act(adjuster, caseId, 'assess', 'agree', { assess_note: '按规则', approved_fen: { fen } });
  await world.act(person, caseId, 'confirm', 'agree');
  const finance = await world.officer();
  const page = await world.money.batches.listPayouts(finance, ['drafted'], undefined, 100);
  const payout = page.items.find((one) => one.caseId === caseId);
  expect(payout).toMatchObject({ amountFen: fen, payee: '陈**', card: `**** ${person.card.slice(-4)}` });
  return { caseId, who: person, payoutId: payout?.payoutId ?? '' };
}

async function approved(payoutIds: readonly string[]): Promise<string> {
  const maker = await world.officer();
  const checker = await world.officer();
  const batch = await world.money.batches.makeBatch(maker, payoutIds, randomUUID());
  await world.money.batches.decideBatch(checker, batch.batchId, {
    requestId: randomUUID(),
    decision: 'approve',
    reason: '',
    linesHash: batch.linesHash,
  });
  return batch.batchId;
}
const states = (caseId: string) => world.db.transaction(systemAccess, (tx) => tx.run(payoutStates, [caseId]));

describe('money out', () => {
  it('is reserved, submitted and settled; the case is paid in the same transaction', async () => {
    const { caseId, payoutId } = await owed(90_000);
    await approved([payoutId]);
    expect((await world.balance('payout_reserve')).reservedFen).toBe(-90_000);
    await world.drain();
    await world.until(caseId, 'close');
    expect((await world.state(caseId)).data).toMatchObject({
      paid_fen: 90_000,
      bank_serial: expect.stringMatching(/^B/) as string,
    });
    expect(await states(caseId)).toEqual([{ state: 'settled', reason: null }]);
    expect(await world.balance('payout_reserve')).toMatchObject({ postedFen: 0, reservedFen: 0 });
  });

  it('is shown as reserved from the batch to the bank’s word, and every account on its own side', async () => {
    const shown = async () => new Map((await world.money.listAccounts()).map((one) => [one.accountId, one]));
    const { caseId, payoutId } = await owed(80_000);
    const before = (await shown()).get('payout_reserve');
    expect(before).toMatchObject({ name: '已核定待付赔款', kindZh: '应付', balanceFen: 80_000, reservedFen: 0 });
    const batch = await world.money.batches.makeBatch(await world.officer(), [payoutId], randomUUID());
    expect((await shown()).get('payout_reserve')).toEqual({ ...before, reservedFen: 80_000 });
    const decision = { requestId: randomUUID(), decision: 'approve', reason: '', linesHash: batch.linesHash } as const;
    await world.money.batches.decideBatch(await world.officer(), batch.batchId, decision);
    expect((await shown()).get('payout_reserve')).toEqual({ ...before, reservedFen: 80_000 });
    await world.drain();
    await world.until(caseId, 'close');
    const after = await shown();
    expect(after.get('payout_reserve')).toEqual({ ...before, balanceFen: 0 });
    expect(after.get('insurer_claims')?.balanceFen).toBeGreaterThanOrEqual(80_000);
  });

  it('a card in another name fails the payment with the bank’s words, and the case asks for the card again', async () => {
    const { caseId, payoutId, who } = await owed();
    world.bankSim.registerCard(who.card, '王大山');
    await approved([payoutId]);
    await world.drain();
    await world.until(caseId, 'docs');
    expect((await world.state(caseId)).data['pay_failed_reason']).toBe('户名不符');
    expect(await states(caseId)).toEqual([{ state: 'returned', reason: '户名不符' }]);
    expect(await world.balance('payout_reserve')).toMatchObject({ postedFen: 0, reservedFen: 0 });
    world.bankSim.registerCard(who.card, who.name);
  });

  it('results that come twice pay once', async () => {
    world.bankSim.setFaults({ repeatCallbacks: 3, lie: { doubleResultRate: 1 } });
    const before = await world.balance('bank_clearing');
    const { caseId, payoutId } = await owed(70_000);
    await approved([payoutId]);
    await world.drain();
    await world.until(caseId, 'close');
    await expect.poll(() => world.bankSim.pendingCallbacks()).toBe(0);
    expect((await world.balance('bank_clearing')).postedFen - before.postedFen).toBe(70_000);
  });

  it('a forged result is refused', async () => {
    world.bankSim.setFaults({ forgetCallbackRate: 1, lie: { forgedCopies: 2 } });
    const { caseId, payoutId } = await owed();
    await approved([payoutId]);
    await world.drain();
    await expect
      .poll(() => world.bankSim.callbackAttempts().filter((one) => one.forged && one.status === 403).length)
      .toBeGreaterThan(0);
    expect(await stepOf(caseId)).toBe('pay');
    later(2);
    await world.money.payouts.settleUnknownPayouts();
    expect(await stepOf(caseId)).toBe('close');
  });

  it('a bank that took the batch and fell silent is asked, and never sent a second number', async () => {
    world.bankSim.setFaults({ lie: { silentAcceptRate: 1, settleDelayMs: 60_000 } });
    const { caseId, payoutId } = await owed();
    await approved([payoutId]);
    const known = world.bankSim.lines().length;
    expect(await world.drain()).toHaveLength(1);
    expect(await states(caseId)).toMatchObject([{ state: 'unknown' }]);
    await world.drain();
    expect(world.bankSim.lines().length - known).toBe(1);
    world.bankSim.settleNow();
    await world.until(caseId, 'close');
    world.bankSim.setFaults({ lie: { silentAcceptRate: 0 } });
    expect(await world.drain()).toEqual([]);
    expect(await states(caseId)).toEqual([{ state: 'settled', reason: null }]);
  });

  it('a copy restored to the moment before the bank got the batch asks the bank, sends nothing, and learns what it paid since', async () => {
    world.bankSim.setFaults({ forgetCallbackRate: 1 });
    const { caseId, payoutId } = await owed(61_000);
    const reference = payoutId.replaceAll('-', '');
    const batchId = await approved([payoutId]);
    const since = world.clock.now();
    await world.drain();
    await expect.poll(() => world.bankSim.line(reference)?.result?.state).toBe('settled');
    await administer(
      world.database.ownerUrl,
      `update payout set state = 'batched', checked_at = null where payout_id = '${payoutId}';
       update payout_batch set state = 'approved', submitted_at = null, submit_count = 0 where batch_id = '${batchId}'`,
    );
    const payee = { payeeName: '陈小雨', cardNumber: '6200000000000000017', amountFen: 4_200, purpose: '日保赔款' };
    const lost = 'f'.repeat(32);
    await world.money.bank.submitBatch({ batchNo: 'AFTER-THE-COPY', lines: [{ ...payee, reference: lost }] });
    world.bankSim.settleNow();

    const { restored } = world.money;
    expect(await restored.doubtful()).toMatchObject([{ reference, state: 'batched', amountFen: 61_000, caseId }]);
    expect((await restored.askBank(reference)).state).toBe('settled');
    expect((await restored.lostSince(since)).map((line) => line.reference)).toContain(lost);
    expect((await restored.lostSince(since)).map((line) => line.reference)).not.toContain(reference);
    const known = world.bankSim.lines().length;
    await world.db.transaction(systemAccess, async (tx) => restored.hold(tx));
    expect(await states(caseId)).toMatchObject([{ state: 'unknown' }]);
    later(2);
    await world.money.payouts.settleUnknownPayouts();
    await world.drain();
    expect(await states(caseId)).toEqual([{ state: 'settled', reason: null }]);
    expect(await stepOf(caseId)).toBe('close');
    expect(world.bankSim.lines().length).toBe(known);
    world.bankSim.setFaults({ forgetCallbackRate: 0 });
  });

  it('a bank that never got the batch gets the same one again', async () => {
    const { caseId, payoutId } = await owed();
    await approved([payoutId]);
    world.bankSim.setFaults({ errorRate: 1 });
    expect(await world.drain()).toHaveLength(1);
    world.bankSim.setFaults({ errorRate: 0 });
    world.jobs.length = 0;
    later(2);
    await world.money.payouts.settleUnknownPayouts();
    await world.drain();
    await world.until(caseId, 'close');
    expect(await states(caseId)).toHaveLength(1);
  });

  it('a bank that answers with another amount is not believed, however often; its true word is taken', async () => {
    world.bankSim.setFaults({ forgetCallbackRate: 1, lie: { wrongAmountFen: 100 } });
    const { caseId, payoutId } = await owed();
    await approved([payoutId]);
    await world.drain();
    await expect.poll(() => world.bankSim.line(payoutId.replaceAll('-', ''))?.result?.state).toBe('settled');
    for (let times = 0; times < 3; times += 1) {
      later(2);
      await world.money.payouts.settleUnknownPayouts();
    }
    expect(await stepOf(caseId)).toBe('pay');
    expect(await states(caseId)).toEqual([
      { state: 'submitted', reason: expect.stringContaining('501.00 元与应付的500.00 元不一致') as string },
    ]);
    expect(await world.db.transaction(systemAccess, (tx) => tx.one(countRefused, []))).toEqual({ count: 1 });
    world.bankSim.setFaults({ lie: { wrongAmountFen: 0 } });
    later(2);
    await world.money.payouts.settleUnknownPayouts();
    expect(await states(caseId)).toEqual([{ state: 'settled', reason: null }]);
  });

  it('who has waited longest is asked about next, each at most once a minute', async () => {
    world.bankSim.setFaults({ forgetCallbackRate: 1, lie: { unknownRate: 1 } });
    const payouts = [await owed(), await owed(), await owed()];
    await approved(payouts.map((one) => one.payoutId));
    await world.drain();
    later(2);
    const before = new Date(Date.parse(world.clock.now()) - 60_000).toISOString();
    const claim = () =>
      world.db.transaction(systemAccess, (tx) => tx.run(claimUnsettled, [before, world.clock.now(), 60, 1]));
    const asked = [...(await claim()), ...(await claim()), ...(await claim())].map((one) => one.reference);
    expect(asked.toSorted()).toEqual(payouts.map((one) => one.payoutId.replaceAll('-', '')).toSorted());
    expect(await claim()).toEqual([]);
    world.bankSim.setFaults({ lie: { unknownRate: 0 } });
    later(2);
    expect(await world.money.payouts.settleUnknownPayouts()).toBe(3);
    for (const { caseId } of payouts) expect(await states(caseId)).toEqual([{ state: 'settled', reason: null }]);
  });

  it('a batch whose job has used up its attempts is asked about, sent again, and called out after a day', async () => {
    const { caseId, payoutId } = await owed();
    const batchId = await approved([payoutId]);
    const tries = (count: number) =>
      world.db.transaction(systemAccess, (tx) => tx.run(setTries, [batchId, count, world.clock.now()]));
    world.jobs.length = 0;
    await tries(59);
    later(2);
    expect(await world.money.payouts.settleUnknownPayouts()).toBe(0);
    await tries(60);
    expect(await world.money.payouts.countStuck()).toBe(0);
    later(24 * 60);
    expect(await world.money.payouts.countStuck()).toBe(1);
    expect(await world.money.payouts.settleUnknownPayouts()).toBe(1);
    await world.drain();
    await world.until(caseId, 'close');
    expect(await world.money.payouts.countStuck()).toBe(0);
  });
});

describe('four eyes', () => {
  it('the maker’s own approval is refused by the database, through the API and by bare SQL', async () => {
    const { payoutId } = await owed();
    const maker = await world.officer();
    const batch = await world.money.batches.makeBatch(maker, [payoutId], randomUUID());
    expect(batch).toMatchObject({ mine: true, canDecide: false });
    const approve = { requestId: randomUUID(), decision: 'approve' as const, reason: '', linesHash: batch.linesHash };
    expect(await refused(world.money.batches.decideBatch(maker, batch.batchId, approve))).toBe('money.four_eyes');
    const bare = (makerId: string) =>
      world.db
        .transaction(systemAccess, (tx) => tx.run(insertApproval, [batch.batchId, makerId, maker.staffId]))
        .catch((error: unknown) => brokenConstraint(error));
    expect(await bare(maker.staffId)).toBe('payout_approval_four_eyes_check');
    const other = await world.officer();
    expect(await bare(other.staffId)).toBe('payout_approval_batch_fkey');
    expect((await world.money.batches.decideBatch(other, batch.batchId, approve)).state).toBe('approved');
    expect((await world.money.batches.decideBatch(other, batch.batchId, approve)).state).toBe('approved');
    expect(
      await refused(
        world.money.batches.decideBatch(await world.officer(), batch.batchId, {
          ...approve,
          decision: 'refuse',
          reason: '晚了一步',
        }),
      ),
    ).toBe('money.batch_decided');
    await world.drain();
  });

  it('an approval counts for the lines that were seen; changed lines void the batch', async () => {
    const { payoutId } = await owed();
    const [maker, checker] = [await world.officer(), await world.officer()];
    const batch = await world.money.batches.makeBatch(maker, [payoutId], randomUUID());
    const decide = (linesHash: string) =>
      world.money.batches.decideBatch(checker, batch.batchId, {
        requestId: randomUUID(),
        decision: 'approve',
        reason: '',
        linesHash,
      });
    expect(await refused(decide('0'.repeat(64)))).toBe('money.lines_changed');
    expect((await world.money.batches.batch(checker, batch.batchId)).state).toBe('made');
    await world.db.transaction(systemAccess, (tx) => tx.run(changeAmount, [payoutId]));
    expect(await refused(decide(batch.linesHash))).toBe('money.lines_changed');
    expect((await world.money.batches.batch(checker, batch.batchId)).state).toBe('voided');
  });

  it('a refused batch gives its payouts back, and the same request makes one batch', async () => {
    const { payoutId } = await owed();
    const [maker, checker] = [await world.officer(), await world.officer()];
    const requestId = randomUUID();
    const made = await Promise.all(
      Array.from({ length: 5 }, () => world.money.batches.makeBatch(maker, [payoutId], requestId)),
    );
    expect(new Set(made.map((one) => one.batchId))).toEqual(new Set([requestId]));
    expect(await refused(world.money.batches.makeBatch(maker, [payoutId], randomUUID()))).toBe(
      'money.payout_not_drafted',
    );
    const linesHash = made[0]?.linesHash ?? '';
    expect(
      await refused(
        world.money.batches.decideBatch(checker, requestId, {
          requestId: randomUUID(),
          decision: 'refuse',
          reason: '',
          linesHash,
        }),
      ),
    ).toBe('money.reason_required');
    expect(
      (
        await world.money.batches.decideBatch(checker, requestId, {
          requestId: randomUUID(),
          decision: 'refuse',
          reason: '金额有误',
          linesHash,
        })
      ).state,
    ).toBe('voided');
    expect((await world.money.batches.makeBatch(maker, [payoutId], randomUUID())).state).toBe('made');
  });

  it('an officer of another insurer sees no payout and no batch', async () => {
    const { payoutId } = await owed();
    const mine = await world.officer();
    const stranger = {
      staffId: mine.staffId,
      access: { kind: 'staff' as const, actorId: mine.staffId, grants: [`insurer_finance@${randomUUID()}`] },
    };
    const all = ['drafted'] as const;
    expect((await world.money.batches.listPayouts(stranger, all, undefined, 50)).items).toEqual([]);
    expect(
      (await world.money.batches.listPayouts(mine, all, undefined, 50)).items.some((one) => one.payoutId === payoutId),
    ).toBe(true);
    expect(await refused(world.money.batches.makeBatch(stranger, [payoutId], randomUUID()))).toBe(
      'money.payout_missing',
    );
    const batch = await world.money.batches.makeBatch(mine, [payoutId], randomUUID());
    expect(await refused(world.money.batches.batch(stranger, batch.batchId))).toBe('money.batch_missing');
  });
});

describe('reconciliation', () => {
  const day = '2026-05-20';

  it('empties the clearing accounts by T+1, books what it learns first, and finds what is missing there', async () => {
    world.clock.set(`${day}T02:00:00.000Z`);
    const before = { bank: await world.balance('bank_clearing'), payment: await world.balance('payment_clearing') };
    const first = await owed(30_000);
    const second = await owed(40_000);
    const third = await owed(50_000);
    world.bankSim.setFaults({ forgetCallbackRate: 1 });
    await approved([first.payoutId, second.payoutId]);
    await world.drain();
    await expect.poll(() => world.bankSim.line(second.payoutId.replaceAll('-', ''))?.result?.state).toBe('settled');
    world.bankSim.setFaults({ forgetCallbackRate: 0 });
    await approved([third.payoutId]);
    await world.drain();
    await world.until(third.caseId, 'close');
    expect(await stepOf(first.caseId)).toBe('pay');
    expect(await refused(world.money.reconcile.reconcileDay(day, 'bank'))).toBe('money.day_not_over');
    world.clock.set(`${day.slice(0, 8)}21T02:00:00.000Z`);
    const bank = await world.money.reconcile.reconcileDay(day, 'bank');
    expect(bank).toMatchObject({ matchedCount: 3, differenceCount: 0 });
    expect([await stepOf(first.caseId), await stepOf(second.caseId)]).toEqual(['close', 'close']);
    expect((await world.balance('bank_clearing')).postedFen).toBe(before.bank.postedFen);
    const payment = await world.money.reconcile.reconcileDay(day, 'payment');
    expect(payment).toMatchObject({ matchedCount: 3, differenceCount: 0 });
    expect((await world.balance('payment_clearing')).postedFen).toBe(before.payment.postedFen);
    await world.money.reconcile.reconcileDay(day, 'bank');
    expect((await world.balance('bank_clearing')).postedFen).toBe(before.bank.postedFen);
    world.bankSim.setFaults({ lie: { statementMissingRate: 1 } });
    const lying = await world.money.reconcile.reconcileDay(day, 'bank');
    expect(lying.differences.map((one) => one.kind)).toEqual(['missing_there', 'missing_there', 'missing_there']);
    expect((await world.money.reconcile.listReconciliations(undefined, 1)).items[0]).toMatchObject({
      differenceCount: 3,
    });
  });

  it('a party that gives no bill stops the reconciliation with a clear word', async () => {
    world.bankSim.setFaults({ errorRate: 1 });
    expect(await refused(world.money.reconcile.reconcileDay('2026-05-19', 'bank'))).toBe('money.party_silent');
  });

  it('days that nobody reconciled are, once, up to yesterday', async () => {
    const since = () => world.money.reconcile.reconcileSince('2026-05-18', 'bank');
    expect([await since(), await since()]).toEqual([2, 0]);
    world.clock.set('2026-05-22T02:00:00.000Z');
    expect([await since(), await since()]).toEqual([1, 0]);
    const page = await world.money.reconcile.listReconciliations(undefined, 3);
    expect(page.items.map((one) => one.day)).toEqual(['2026-05-21', '2026-05-19', '2026-05-18']);
  });

  it('the callback with a wrong amount of the first day is among its differences', async () => {
    const result = await world.money.reconcile.reconcileDay('2026-05-03', 'payment');
    expect(result.differences.filter((one) => one.kind === 'refused_event').map((one) => one.theirsFen)).toEqual([520]);
    expect(result.differences.filter((one) => one.kind === 'state_differs').map((one) => one.oursFen)).toEqual([20]);
    expect(result.differences).toHaveLength(2);
  });
});

describe('over HTTP', () => {
  it('lists, makes and decides with the session’s own eyes', async () => {
    world.clock.set('2026-05-25T02:00:00.000Z');
    const { payoutId } = await owed();
    const [maker, checker] = [await world.officer(), await world.officer()];
    world.asker.current = maker;
    const listed = await world.app.inject({ url: '/api/payouts?state=drafted&limit=100' });
    expect(listed.statusCode).toBe(200);
    expect(listed.body).toContain(payoutId);
    expect(listed.body).not.toContain('陈小雨');
    const requestId = randomUUID();
    const made = await world.app.inject({
      method: 'POST',
      url: '/api/payout-batches',
      payload: { requestId, payoutIds: [payoutId] },
    });
    expect(made.statusCode).toBe(200);
    world.asker.current = checker;
    const { linesHash } = made.json<{ linesHash: string }>();
    const decided = await world.app.inject({
      method: 'POST',
      url: `/api/payout-batches/${requestId}/decide`,
      payload: { requestId: randomUUID(), decision: 'approve', linesHash },
    });
    expect(decided.json()).toMatchObject({ state: 'approved', decision: 'approve' });
    expect(
      (await world.app.inject({ url: '/api/payout-batches' })).json<{ items: unknown[] }>().items.length,
    ).toBeGreaterThan(3);
    expect((await world.app.inject({ url: '/api/ledger/accounts' })).json<{ items: unknown[] }>().items).toHaveLength(
      14,
    );
    expect((await world.app.inject({ url: '/api/reconciliations' })).statusCode).toBe(200);
    await world.drain();
  });
});
