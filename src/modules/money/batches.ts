// Batches of payouts with four eyes: one makes, another approves exactly the lines that he saw, then a job hands the batch to the
// bank. That maker and approver differ is held by the database; here its refusal only gets its sentence.

import { roleGrant, systemAccess, type Access } from '#platform/access';
import { sameBytes, sha256 } from '#platform/crypto';
import { brokenConstraint, type Tx } from '#platform/db';
import { canonical } from '#modules/trace';
import { newId } from '#platform/ids';
import { createBatchViews, officers } from './batch-views.ts';
import { refuse, type BatchDetail, type DecideBatchInput } from './contract.ts';
import { textIn } from './data.ts';
import { bookOf, enqueueSubmit, type Payouts, type PayoutsOptions } from './payouts.ts';
import * as store from './payout-store.ts';
import { isRefused, isUnknown, type AbsentOf, type KeptProof, type ProofSubject, type Proving } from './ports.ts';
import type { CardGate } from './withdrawn.ts';

export type Officer = {
  readonly access: Access;
  readonly staffId: string;
  /** Of the session, for what a key signs. */
  readonly mark?: string;
};

export type BatchesOptions = PayoutsOptions & {
  readonly payouts: Payouts;
  /** Cards that are new, stopped or somebody else's are not paid to. */
  readonly gate: CardGate;
  /** Names of staff, for the four eyes on the screen. */
  readonly staffName: (tx: Tx, staffId: string) => Promise<string>;
  readonly proving: Proving;
  readonly absentOf: AbsentOf;
};

const conflictCodes = ['BATCH_CONFLICT', 'DUPLICATE_REFERENCE'];

export function createBatches(options: BatchesOptions) {
  const { db, clock, crypto, ledger, payouts, proving } = options;
  const views = createBatchViews(options);

  /** Hash over what the bank will be told: reference, amount, and name and card by a keyed digest. Order does not matter. */
  function linesHashOf(rows: readonly store.PayoutRow[]): Buffer {
    const lines = rows.map((row) => {
      const { name, card } = payouts.openPayee(row);
      return [row.reference, row.amount_fen, crypto.commitment('payout-line', `${name}\n${card}`).toString('hex')];
    });
    return sha256(canonical(lines.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))));
  }

  /** The request's id is the batch's id: the same request again finds its batch. */
  async function makeBatch(officer: Officer, payoutIds: readonly string[], requestId: string): Promise<BatchDetail> {
    const ids = [...new Set(payoutIds)];
    await db.transaction(officer.access, async (tx) => {
      // The payouts' locks come first, so that the same request sent twice at once finds what its twin made.
      const rows = await tx.run(store.lockPayouts, [ids]);
      const known = await tx.maybe(store.selectBatch, [requestId]);
      if (known) return requireSame(tx, known, ids);
      const orgId = rows[0]?.org_id;
      if (rows.length !== ids.length || !orgId) throw refuse('money.payout_missing');
      if (rows.some((row) => row.org_id !== orgId)) throw refuse('money.payout_mixed');
      const [makerFor = null] = await options.absentOf(tx, officer.staffId, requireFinance(officer, orgId), orgId);
      if (rows.some((row) => row.state !== 'drafted')) throw refuse('money.payout_not_drafted');
      await options.gate.requirePayable(tx, rows);
      const totalFen = rows.reduce((fen, row) => fen + row.amount_fen, 0);
      const linesHash = linesHashOf(rows);
      const batchNo = `B${requestId.replaceAll('-', '')}`;
      const leafId = options.trace.record(tx, {
        eventId: requestId,
        type: 'payout_batch.made',
        at: clock.now(),
        region: '',
        department: 'insurer',
        actorId: officer.staffId,
        subjectId: null,
        body: { batchNo, lines: rows.length, totalFen, linesHash: linesHash.toString('hex'), makerFor },
      });
      await tx.run(store.insertBatch, [
        requestId,
        batchNo,
        orgId,
        officer.staffId,
        rows.length,
        totalFen,
        linesHash,
        clock.now(),
        ['*', ...officers.map((role) => roleGrant(role, orgId))],
        leafId,
        makerFor,
      ]);
      await tx.run(store.setBatch, [ids, requestId]);
    });
    return views.batch(officer, requestId);
  }

  async function requireSame(tx: Tx, known: store.BatchRow, ids: readonly string[]): Promise<void> {
    const rows = await tx.run(store.listOfBatch, [known.batch_id]);
    const same =
      known.state === 'voided' || (rows.length === ids.length && rows.every((row) => ids.includes(row.payout_id)));
    if (!same) throw refuse('money.idem_reused');
  }

  /** The role in which this officer acts there. */
  function requireFinance(officer: Officer, orgId: string): string {
    const held = officers.find((role) => officer.access.grants.includes(roleGrant(role, orgId)));
    if (!held) throw refuse('money.payout_missing');
    return held;
  }

  /** What the approver's key is to sign. Nothing is decided by it; a key that is lost never hinders a refusal. */
  async function beginApproval(officer: Officer, batchId: string, linesHash: string) {
    await db.transaction(officer.access, async (tx) => {
      const row = await tx.maybe(store.selectBatch, [batchId]);
      if (!row) throw refuse('money.batch_missing');
      requireFinance(officer, row.org_id);
      if (row.state !== 'made') throw refuse('money.batch_decided');
      if ((await proving.need(tx.asSystem(), officer.staffId)) === 'missing') throw refuse('money.key_missing');
    });
    return proving.begin({ staffId: officer.staffId, mark: officer.mark ?? '' }, approvalSubject(batchId, linesHash));
  }

  async function proved(tx: Tx, officer: Officer, batchId: string, input: DecideBatchInput): Promise<KeptProof | null> {
    if (input.decision !== 'approve') return null;
    const need = await proving.need(tx.asSystem(), officer.staffId);
    if (need === 'missing') throw refuse('money.key_missing');
    if (need === 'none') return null;
    if (!input.proof) throw refuse('money.key_needed');
    const prover = { staffId: officer.staffId, mark: officer.mark ?? '' };
    return proving.take(tx.asSystem(), prover, approvalSubject(batchId, input.linesHash), input.proof);
  }

  /** Every kept proof again, against the batch as it stands; those that do not hold. */
  async function unprovedApprovals(): Promise<readonly string[]> {
    const failed: string[] = [];
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const seen = after;
      const rows = await db.transaction(systemAccess, async (tx) => {
        const page = await tx.run(store.listProved, [seen, proofsAtOnce]);
        for (const row of page) {
          const subject = approvalSubject(row.batch_id, row.lines_hash.toString('hex'));
          const holds = row.proof !== null && (await proving.check(tx, row.proof, subject, row.approver_id));
          if (!holds) failed.push(row.batch_id);
        }
        return page;
      });
      const last = rows.at(-1);
      if (!last || rows.length < proofsAtOnce) return failed;
      after = last.batch_id;
    }
  }

  async function decideBatch(officer: Officer, batchId: string, input: DecideBatchInput): Promise<BatchDetail> {
    if (input.decision === 'refuse' && input.reason.length < 4) throw refuse('money.reason_required');
    const seen = Buffer.from(input.linesHash, 'hex');
    try {
      const changed = await db.transaction(officer.access, (tx) => decideIn(tx, officer, batchId, input, seen));
      if (changed) throw refuse('money.lines_changed');
    } catch (error) {
      const broken = brokenConstraint(error);
      if (broken === 'payout_approval_four_eyes_check') throw refuse('money.four_eyes');
      if (broken === 'payout_approval_stand_in_check') throw refuse('money.stands_in_for_maker');
      throw error;
    }
    return views.batch(officer, batchId);
  }

  /** True when the lines are not those that were made: the batch is void then, and stays so. */
  async function decideIn(
    tx: Tx,
    officer: Officer,
    batchId: string,
    input: DecideBatchInput,
    seen: Buffer,
  ): Promise<boolean> {
    const row = await tx.maybe(store.lockBatch, [batchId]);
    if (!row) throw refuse('money.batch_missing');
    const role = requireFinance(officer, row.org_id);
    if (row.state !== 'made') {
      const mine = (await tx.run(store.listApprovals, [[batchId]])).find((one) => one.approver_id === officer.staffId);
      if (mine?.decision === input.decision) return false;
      throw refuse('money.batch_decided');
    }
    if (!sameBytes(row.lines_hash, seen)) throw refuse('money.lines_changed');
    const lines = await tx.run(store.lockOfBatch, [batchId]);
    const intact =
      lines.length === row.line_count &&
      lines.every((line) => line.state === 'batched') &&
      sameBytes(linesHashOf(lines), row.lines_hash);
    if (!intact) {
      await voidBatch(tx, batchId);
      return true;
    }
    if (input.decision === 'approve') await options.gate.requirePayable(tx, lines);
    const approverFor = await approverForOf(tx, officer, role, row);
    const proof = await proved(tx, officer, batchId, input);
    const leafId = options.trace.record(tx, {
      eventId: newId(),
      type: `payout_batch.${input.decision}`,
      at: clock.now(),
      region: '',
      department: 'insurer',
      actorId: officer.staffId,
      subjectId: null,
      body: { batchNo: row.batch_no, linesHash: input.linesHash, reason: input.reason, approverFor, proof },
    });
    await tx.run(store.insertApproval, [
      batchId,
      row.maker_id,
      officer.staffId,
      row.lines_hash,
      input.decision,
      input.reason || null,
      clock.now(),
      leafId,
      row.maker_for,
      approverFor,
      proof && JSON.stringify(proof),
    ]);
    if (input.decision === 'refuse') await voidBatch(tx, batchId);
    else await approve(tx, officer, batchId, lines);
    return false;
  }

  /** For whom this officer approves, who is nobody of those that made it; said before anybody looks for a key. */
  async function approverForOf(tx: Tx, officer: Officer, role: string, row: store.BatchRow): Promise<string | null> {
    if (officer.staffId === row.maker_id) throw refuse('money.four_eyes');
    const absent = await options.absentOf(tx, officer.staffId, role, row.org_id);
    const fit = absent.find((one) => one !== row.maker_id && one !== row.maker_for);
    if (officer.staffId === row.maker_for || (absent.length > 0 && !fit)) throw refuse('money.stands_in_for_maker');
    return fit ?? null;
  }

  async function voidBatch(tx: Tx, batchId: string): Promise<void> {
    await tx.run(store.setBatchState, [batchId, 'voided']);
    await tx.run(store.releaseBatch, [batchId]);
  }

  async function approve(tx: Tx, officer: Officer, batchId: string, lines: readonly store.PayoutRow[]): Promise<void> {
    const reserves = await ledger.moveMany(
      tx,
      lines.map((line) => ({
        idem: `payout:${line.reference}`,
        debit: bookOf(line.step).reserve,
        credit: bookOf(line.step).clearing,
        amountFen: line.amount_fen,
        code: 'payout',
        caseId: line.case_id,
      })),
      'pending',
      { actorId: officer.staffId },
    );
    await tx.run(store.setReserves, [lines.map((line) => line.payout_id), [...reserves]]);
    await tx.run(store.setBatchState, [batchId, 'approved']);
    enqueueSubmit(options.enqueue, tx, batchId);
  }

  /** Hands a batch to the bank. Sent again after a doubt it carries the same number and the same lines; the bank takes it once. */
  async function submit(batchId: string): Promise<void> {
    const prepared = await db.transaction(systemAccess, async (tx) => {
      const counted = await tx.maybe(store.countSubmit, [batchId, clock.now()]);
      if (!counted) return null;
      const row = await tx.one(store.selectBatch, [batchId]);
      return { row, lines: await tx.run(store.listOfBatch, [batchId]) };
    });
    if (!prepared) return;
    const { row, lines } = prepared;
    try {
      await options.port.submitBatch({
        batchNo: row.batch_no,
        lines: lines.map((line) => {
          const { name, card } = payouts.openPayee(line);
          return {
            reference: line.reference,
            payeeName: name,
            cardNumber: card,
            amountFen: line.amount_fen,
            purpose: line.purpose,
          };
        }),
      });
      await mark(batchId, 'submitted');
    } catch (error) {
      if (isRefused(error)) return refusedWhole(row, lines, error);
      if (isUnknown(error)) await mark(batchId, 'unknown');
      throw error;
    }
  }

  async function mark(batchId: string, state: 'submitted' | 'unknown'): Promise<void> {
    await db.transaction(systemAccess, async (tx) => {
      // Payouts before their batch, in the order in which a result takes them.
      await tx.run(store.lockOfBatch, [batchId]);
      const row = await tx.one(store.lockBatch, [batchId]);
      if (row.state === 'approved' && state === 'submitted') await tx.run(store.setBatchState, [batchId, 'submitted']);
      await tx.run(store.setStateOfBatch, [batchId, state]);
      await tx.run(store.finishBatch, [batchId]);
    });
  }

  /** A no to the whole file means that nothing was taken, unless an earlier sending was: then the query decides, line by line. */
  async function refusedWhole(
    row: store.BatchRow,
    lines: readonly store.PayoutRow[],
    error: { code: string; partyMessage: string },
  ): Promise<void> {
    const doubtful = row.submit_count > 1 || conflictCodes.includes(error.code);
    if (doubtful) await mark(row.batch_id, 'unknown');
    const reason = error.partyMessage || '银行拒收批次文件';
    for (const line of lines) {
      const untouched = !doubtful || (await options.port.queryLine(line.reference)).state === 'not_found';
      if (untouched)
        await payouts.applyResult({ reference: line.reference, state: 'failed', amountFen: line.amount_fen, reason });
    }
  }

  const tasks = { 'payouts.submit': (payload: unknown) => submit(textIn(payload, 'batchId')) };
  return { tasks, ...views, makeBatch, beginApproval, decideBatch, unprovedApprovals, submit };
}

const proofsAtOnce = 200;

/** A signature for one batch, one set of lines and one decision is none for any other. */
function approvalSubject(batchId: string, linesHash: string): ProofSubject {
  return { act: 'payout_batch.approve', id: batchId, hash: linesHash };
}
