// Money out, as the city's cases need it: payouts, batches with four eyes, the bank's word. The stories tell what the finance officers
// and the bank did; the rows are those that life would have left.

import { roleGrant } from '#platform/access';
import { sha256 } from '#platform/crypto';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { canonical } from '#modules/trace';
import { post, postPending, reserve, voidPending } from './ledger.ts';
import { fenOf, moneyReaders, personOf } from './money-rows.ts';
import type { Row } from './rows.ts';
import type { Effect, Held, World } from './world.ts';

const purposes: Readonly<Record<string, { readonly zh: string; readonly field: string }>> = {
  pay: { zh: '日保赔款', field: 'agreed_fen' },
  prepay: { zh: '日保预付赔款', field: 'prepay_fen' },
};

const draftPayout: Effect = ({ world, state, step }) => {
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
    checked_at: null,
    readers: [...new Set([...moneyReaders(world, state), roleGrant('insurer_finance', orgId)])],
  });
  post(
    world,
    {
      idem: `agreed:${reference}`,
      debit: 'insurer_claims',
      credit: 'payout_reserve',
      amountFen,
      code: 'claim_agreed',
      caseId: state.caseId,
    },
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
      {
        idem: `unagreed:${reference}`,
        debit: 'payout_reserve',
        credit: 'insurer_claims',
        amountFen,
        code: 'claim_released',
        caseId,
      },
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
    {
      idem: `payout:${reference}`,
      debit: 'payout_reserve',
      credit: 'bank_clearing',
      amountFen,
      code: 'payout',
      caseId,
    },
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
    batch_id: batchId,
    maker_id: makerId,
    approver_id: approver.id,
    lines_hash: linesHash,
    decision,
    reason: reason || null,
    at: world.now(),
    leaf_id: leafId,
  });
}

/** The bank's word, once: settled, or returned or failed with a reason. */
export function settlePayout(
  world: World,
  held: Held,
  state: 'settled' | 'returned' | 'failed',
  reason: string | null = null,
): void {
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
    {
      idem: `unagreed:${reference}`,
      debit: 'payout_reserve',
      credit: 'insurer_claims',
      amountFen,
      code: 'claim_released',
      caseId,
    },
    { subjectId: payout.person_id },
  );
  world.happen(held, step, 'pay_failed', { pay_failed_reason: reason, pay_failed_at: world.now() });
}

/** The bank answered nothing: only its own word resolves it. */
export function loseAnswer(world: World, held: Held): void {
  payoutOf(world, held).state = 'unknown';
}

export const payoutEffects: Readonly<Record<string, Effect>> = { 'payouts.draft': draftPayout };
