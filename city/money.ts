// Money in and out as the city's cases need it: payment orders and refunds, payouts and their batches with four eyes. What the
// payment party, the bank and the finance officers do is told by the stories; the rows are those that life would have left.

import { personGrant, roleGrant } from '#platform/access';
import { sha256 } from '#platform/crypto';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { canonical } from '#modules/trace';
import { post, postPending, reserve, voidPending } from './ledger.ts';
import type { Row } from './rows.ts';
import type { Context, Effect, Held, World } from './world.ts';

const payMs = 28 * 60_000;

function fenOf(data: Readonly<Record<string, unknown>>, name: string): number {
  const value = data[name];
  return typeof value === 'number' ? value : 0;
}

// ---- payments ----------------------------------------------------------------------------------------------------------------

const requestPayment: Effect = ({ world, state, step }) => {
  const personId = personOf(state.personId);
  const orderNo = sha256(`${state.caseId}/${step}/${state.rounds[step] ?? 1}`).toString('hex').slice(0, 32);
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
    readers: ['*', personGrant(personId)],
  });
  world.jobs.push({ identifier: 'payments.create', payload: { orderNo }, jobKey: `payments.create:${orderNo}` });
  return { payment_order_no: orderNo, pay_until: expiresAt };
};

function personOf(personId: string | null): string {
  invariant(personId, 'money concerns a person');
  return personId;
}

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
  world.rows.payment_event.push({ event_key: `paid:${orderNo}:${transactionId}`, order_no: orderNo, kind: 'paid', body, at: paidAt });
  post(
    world,
    { idem: `payment:${orderNo}`, debit: 'payment_clearing', credit: 'premium_received', amountFen, code: 'payment', caseId: held.state.caseId },
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
  reserve(world, [{ idem: `refund:${order.order_no}:R${tried + 1}`, debit, credit: 'refund_clearing', amountFen, code: 'refund', caseId: state.caseId }]);
  Object.assign(order, { state: 'refunding', refund_no: refundNo, refund_fen: amountFen });
  world.jobs.push({ identifier: 'payments.refund', payload: { orderNo: order.order_no }, jobKey: `payments.refund:${refundNo}` });
  return { refund_fen: amountFen };
};

/** The payment party said what became of a refund. */
export function settleRefund(world: World, held: Held, state: 'success' | 'abnormal'): void {
  const order = world.rows.payment_order.find((one) => one.state === 'refunding' && refundCase(world, one) === held.state.caseId);
  invariant(order?.refund_no && order.order_no && order.refund_fen, 'a refund is under way');
  const { order_no: orderNo, refund_no: refundNo, refund_fen: amountFen } = order;
  const pending = world.rows.transfer.find((one) => one.idem === `refund:${orderNo}:${refundNo.slice(orderNo.length)}`);
  invariant(pending?.transfer_id, 'a refund was reserved');
  const body = JSON.stringify({ refundNo, amountFen });
  world.rows.payment_event.push({ event_key: `refund:${refundNo}:${state}`, order_no: orderNo, kind: `refund_${state}`, body, at: world.now() });
  if (state === 'success') {
    postPending(world, pending.transfer_id);
    const caseId = held.state.caseId;
    post(world, { idem: `refunded:${refundNo}`, debit: 'refund_clearing', credit: 'payment_clearing', amountFen, code: 'refund_paid', caseId });
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

// ---- payouts -----------------------------------------------------------------------------------------------------------------

const purposes: Readonly<Record<string, { readonly zh: string; readonly field: string }>> = {
  pay: { zh: '日保赔款', field: 'agreed_fen' },
  prepay: { zh: '日保预付赔款', field: 'prepay_fen' },
};

const draftPayout: Effect = ({ world, state, step }: Context) => {
  const purpose = purposes[step];
  const orgId = state.active.find((one) => one.step === step)?.orgId;
  const person = world.people.get(personOf(state.personId));
  invariant(purpose && orgId && person, `case ${state.caseNo} cannot be paid at ${step}`);
  const amountFen = fenOf(state.data, purpose.field);
  cancelDraft(world, state.caseId, step);
  const payoutId = newId();
  const reference = payoutId.replaceAll('-', '');
  world.rows.payout.push({
    payout_id: payoutId,
    reference,
    case_id: state.caseId,
    person_id: person.personId,
    step,
    purpose: `${purpose.zh} ${state.caseNo}`,
    payee_name_sealed: world.crypto.seal(`payout:payee_name:${payoutId}`, person.name),
    card_sealed: world.crypto.seal(`payout:card:${payoutId}`, person.card),
    card_tail: person.card.slice(-4),
    amount_fen: amountFen,
    org_id: orgId,
    batch_id: null,
    state: 'drafted',
    bank_serial: null,
    reason: null,
    created_at: world.now(),
    settled_at: null,
    reserve_id: null,
    readers: ['*', personGrant(person.personId), roleGrant('insurer_finance', orgId)],
  });
  post(
    world,
    { idem: `agreed:${reference}`, debit: 'insurer_claims', credit: 'payout_reserve', amountFen, code: 'claim_agreed', caseId: state.caseId },
    { region: state.region, subjectId: person.personId },
  );
  return { payout_fen: amountFen, payout_reference: reference };
};

/** A step that is entered again replaces a draft that nobody has batched. */
function cancelDraft(world: World, caseId: string, step: string): void {
  for (const row of world.rows.payout) {
    if (row.case_id !== caseId || row.step !== step || row.state !== 'drafted') continue;
    Object.assign(row, { state: 'cancelled', reason: '办件重新进入支付环节' });
    const { reference, amount_fen: amountFen } = row;
    invariant(reference && amountFen, 'a payout has a reference and an amount');
    post(
      world,
      { idem: `unagreed:${reference}`, debit: 'payout_reserve', credit: 'insurer_claims', amountFen, code: 'claim_released', caseId },
      { subjectId: row.person_id },
    );
  }
}

/** The payout that a case waits for. */
export function payoutOf(world: World, held: Held): Row<'payout'> {
  const found = world.rows.payout.findLast((one) => one.case_id === held.state.caseId);
  invariant(found, `case ${held.state.caseNo} has no payout`);
  return found;
}

/** One finance officer puts a payout into a batch of its own. */
export function makeBatch(world: World, payout: Row<'payout'>): void {
  const orgId = payout.org_id;
  invariant(orgId && payout.amount_fen, 'a payout names its organisation');
  const maker = world.staffActor('insurer_finance', orgId, 0);
  const batchId = newId();
  const linesHash = linesHashOf(world, payout);
  const batchNo = `B${batchId.replaceAll('-', '').slice(0, 31)}`;
  const leafId = world.record({
    eventId: batchId,
    type: 'payout_batch.made',
    at: world.now(),
    region: '',
    department: 'insurer',
    actorId: maker.id,
    subjectId: null,
    body: { batchNo, lines: 1, totalFen: payout.amount_fen, linesHash: linesHash.toString('hex') },
  });
  world.rows.payout_batch.push({
    batch_id: batchId,
    batch_no: batchNo,
    org_id: orgId,
    maker_id: maker.id,
    line_count: 1,
    total_fen: payout.amount_fen,
    lines_hash: linesHash,
    state: 'made',
    made_at: world.now(),
    submitted_at: null,
    submit_count: 0,
    readers: ['*', roleGrant('insurer_finance', orgId)],
    leaf_id: leafId,
  });
  Object.assign(payout, { batch_id: batchId, state: 'batched' });
}

/** What the bank will be told: reference, amount, and name and card by a keyed digest. */
function linesHashOf(world: World, payout: Row<'payout'>): Buffer {
  const person = world.people.get(payout.person_id ?? '');
  invariant(person, 'a payee is somebody');
  const digest = world.crypto.digest('payout-line', `${person.name}\n${person.card}`).toString('hex');
  return sha256(canonical([[payout.reference, payout.amount_fen, digest]]));
}

function batchOf(world: World, payout: Row<'payout'>): Row<'payout_batch'> {
  const batch = world.rows.payout_batch.find((one) => one.batch_id === payout.batch_id);
  invariant(batch, 'the payout stands in a batch');
  return batch;
}

/** Another officer approves exactly these lines, and the bank gets them. */
export function approveBatch(world: World, payout: Row<'payout'>): void {
  const batch = batchOf(world, payout);
  decide(world, batch, 'approve', '');
  const { reference, amount_fen: amountFen, case_id: caseId } = payout;
  invariant(reference && amountFen && caseId, 'a payout has a reference, an amount and a case');
  const [reserveId] = reserve(world, [
    { idem: `payout:${reference}`, debit: 'payout_reserve', credit: 'bank_clearing', amountFen, code: 'payout', caseId },
  ]);
  Object.assign(payout, { reserve_id: reserveId ?? null, state: 'submitted' });
  Object.assign(batch, { state: 'submitted', submitted_at: world.now(), submit_count: 1 });
}

/** The other officer sends the batch back: its lines are free for another. */
export function refuseBatch(world: World, payout: Row<'payout'>, reason: string): void {
  const batch = batchOf(world, payout);
  decide(world, batch, 'refuse', reason);
  batch.state = 'voided';
  Object.assign(payout, { batch_id: null, state: 'drafted' });
}

function decide(world: World, batch: Row<'payout_batch'>, decision: 'approve' | 'refuse', reason: string): void {
  const { batch_id: batchId, batch_no: batchNo, org_id: orgId, maker_id: makerId, lines_hash: linesHash } = batch;
  invariant(batchId && orgId && makerId, 'a batch has its maker');
  const approver = world.staffActor('insurer_finance', orgId, 1);
  invariant(approver.id && approver.id !== makerId, 'four eyes');
  const leafId = world.record({
    eventId: newId(),
    type: `payout_batch.${decision}`,
    at: world.now(),
    region: '',
    department: 'insurer',
    actorId: approver.id,
    subjectId: null,
    body: { batchNo, linesHash: linesHash.toString('hex'), reason },
  });
  world.rows.payout_approval.push({
    batch_id: batchId, maker_id: makerId, approver_id: approver.id, lines_hash: linesHash, decision, reason: reason || null,
    at: world.now(), leaf_id: leafId,
  });
}

/** The bank's word, once: settled, or returned or failed with a reason. */
export function settlePayout(world: World, held: Held, state: 'settled' | 'returned' | 'failed', reason: string | null = null): void {
  const payout = payoutOf(world, held);
  const { reference, amount_fen: amountFen, case_id: caseId, reserve_id: reserveId, step } = payout;
  invariant(reference && amountFen && caseId && reserveId && step, 'the bank has this payout');
  const serial = `BK${sha256(reference).toString('hex').slice(0, 16).toUpperCase()}`;
  Object.assign(payout, { state, bank_serial: serial, reason, settled_at: state === 'settled' ? world.now() : null });
  batchOf(world, payout).state = 'done';
  if (state === 'settled') {
    postPending(world, reserveId, { subjectId: payout.person_id });
    world.happen(held, step, 'paid', { paid_fen: amountFen, bank_serial: serial, paid_at: world.now() });
    return;
  }
  voidPending(world, reserveId, { subjectId: payout.person_id });
  post(
    world,
    { idem: `unagreed:${reference}`, debit: 'payout_reserve', credit: 'insurer_claims', amountFen, code: 'claim_released', caseId },
    { subjectId: payout.person_id },
  );
  world.happen(held, step, 'pay_failed', { pay_failed_reason: reason, pay_failed_at: world.now() });
}

/** The bank answered nothing: only its own word resolves it. */
export function loseAnswer(world: World, held: Held): void {
  payoutOf(world, held).state = 'unknown';
}

export const moneyEffects: Readonly<Record<string, Effect>> = {
  'payments.request': requestPayment,
  'payments.refund': refundPayment,
  'payments.expire': ({ world, state }) => closeOrders(world, state.caseId),
  'payouts.draft': draftPayout,
};
