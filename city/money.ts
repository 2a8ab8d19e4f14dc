// What payers, finance officers, the payment party and the bank do in the stories: each act goes through the program's own money module.

import { systemAccess } from '#platform/access';
import { sha256 } from '#platform/crypto';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { AnswerLost } from './parties.ts';
import type { Row } from './rows.ts';
import type { Held, World } from './world.ts';

function orderOf(world: World, caseId: string, state: string): string {
  const order = world.by('payment_order', 'case_id', caseId).findLast((one) => one.state === state);
  invariant(order?.order_no, `case ${caseId} has an order that is ${state}`);
  return order.order_no;
}

/** The payer pays, and the payment party says so. */
export async function pay(world: World, held: Held): Promise<void> {
  const orderNo = orderOf(world, held.state.caseId, 'created');
  await world.runJob('payments.create', orderNo);
  const transactionId = `42${sha256(orderNo).toString('hex').replace(/\D/g, '').padEnd(26, '0').slice(0, 26)}`;
  const amountFen = world.by('payment_order', 'order_no', orderNo)[0]?.amount_fen ?? 0;
  await world.money.payments.acceptByNo(orderNo, { transactionId, amountFen, paidAt: world.now() });
}

/** A payment that fell through: its order is closed, and the step starts again with an order of its own. */
export async function failPayment(world: World, held: Held): Promise<void> {
  await world.runJob('payments.create', orderOf(world, held.state.caseId, 'created'));
  await world.money.payments.refreshOrder(systemAccess, held.state.caseId);
  await world.happen(held, 'pay', 'pay_failed');
}

/** The payment party pays a refund, or closes it unpaid. */
export async function settleRefund(world: World, held: Held, says: 'success' | 'closed'): Promise<void> {
  const released = held.state.data['refund_case_id'];
  world.says.refund = says;
  const caseId = typeof released === 'string' ? released : held.state.caseId;
  await world.runJob('payments.refund', orderOf(world, caseId, 'refunding'));
}

export async function underwrite(world: World, held: Held, doubt: string | null): Promise<void> {
  world.says.underwriting = doubt
    ? { decision: 'manual', reason: doubt }
    : { decision: 'approve', insurerPolicyNo: `LA${held.state.caseNo}` };
  await world.runJob('cover.underwrite', held.state.caseId);
}

// ---- payouts -----------------------------------------------------------------------------------------------------------------

/** The payout that a case waits for, with the batch that it is in. */
function payoutOf(world: World, held: Held): Row<'payout'> & { payout_id: string; org_id: string } {
  const found = world.by('payout', 'case_id', held.state.caseId).at(-1);
  invariant(found?.payout_id && found.org_id, `case ${held.state.caseNo} has no payout`);
  return { ...found, payout_id: found.payout_id, org_id: found.org_id };
}

function officer(world: World, orgId: string, which: number) {
  const actor = world.staffActor('insurer_finance', orgId, which);
  return { staffId: actor.id, access: world.accessOf(actor) };
}

/** One finance officer puts a payout into a batch of its own. */
export async function makeBatch(world: World, held: Held): Promise<void> {
  const { payout_id: payoutId, org_id: orgId } = payoutOf(world, held);
  await world.money.batches.makeBatch(officer(world, orgId, 0), [payoutId], newId());
}

async function decide(world: World, held: Held, decision: 'approve' | 'refuse', reason: string): Promise<string> {
  const { batch_id: batchId, org_id: orgId } = payoutOf(world, held);
  const batch = batchId && world.by('payout_batch', 'batch_id', batchId)[0];
  invariant(batchId && batch, 'the payout stands in a batch');
  const linesHash = batch.lines_hash.toString('hex');
  const input = { requestId: newId(), decision, reason, linesHash };
  await world.money.batches.decideBatch(officer(world, orgId, 1), batchId, input);
  return batchId;
}

/** Another officer approves exactly these lines, and the bank gets them; its answer may be lost. */
export async function approveBatch(world: World, held: Held, bankAnswers = true): Promise<void> {
  const batchId = await decide(world, held, 'approve', '');
  world.says.bankAnswers = bankAnswers;
  await world.runJob('payouts.submit', batchId).catch((error: unknown) => {
    if (!(error instanceof AnswerLost)) throw error;
  });
}

/** The other officer sends the batch back: its lines are free for another. */
export async function refuseBatch(world: World, held: Held, reason: string): Promise<void> {
  await decide(world, held, 'refuse', reason);
}

/** The bank's word, once: settled, or returned or failed with a reason. */
export async function settlePayout(
  world: World,
  held: Held,
  state: 'settled' | 'returned' | 'failed',
  reason?: string,
): Promise<void> {
  const { reference, amount_fen: amountFen } = payoutOf(world, held);
  invariant(reference && amountFen, 'a payout has a reference and an amount');
  const bankSerial = `BK${sha256(reference).toString('hex').slice(0, 16).toUpperCase()}`;
  const settled = state === 'settled' ? { settledAt: new Date(world.nowMs()) } : {};
  const result = { reference, state, amountFen, bankSerial, ...settled, ...(reason ? { reason } : {}) };
  invariant((await world.money.payouts.applyResult(result)) === 'taken', 'the bank has this payout');
}
