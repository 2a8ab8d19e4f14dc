// Batches of payouts with four eyes: one makes, another approves exactly the lines that he saw, then a job hands the batch to the
// bank. That maker and approver differ is held by the database; here its refusal only gets its sentence.

import { roleGrant, systemAccess, type Access } from '#platform/access';
import { sameBytes, sha256 } from '#platform/crypto';
import { brokenConstraint, type Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { readCursor, cutPage, type Page } from '#platform/page';
import { canonical } from '#modules/trace';
import { newId } from '#platform/ids';
import {
  batchStateZh,
  payoutStateZh,
  refuse,
  type BatchDetail,
  type BatchView,
  type DecideBatchInput,
  type PayoutState,
  type PayoutView,
} from './contract.ts';
import { textIn } from './data.ts';
import { claimBook, subsidyBook } from './payout-books.ts';
import { bookOf, enqueueSubmit, type Payouts, type PayoutsOptions } from './payouts.ts';
import * as store from './payout-store.ts';
import { isRefused, isUnknown } from './ports.ts';

export type Officer = { readonly access: Access; readonly staffId: string };

export type BatchesOptions = PayoutsOptions & {
  readonly payouts: Payouts;
  /** Names of staff, for the four eyes on the screen. */
  readonly staffName: (tx: Tx, staffId: string) => Promise<string>;
};

/** An organisation pays its own money: an insurer's settlement officers its claims, the treasury's its subsidies. */
const officers = [claimBook.officer, subsidyBook.officer] as const;

const conflictCodes = ['BATCH_CONFLICT', 'DUPLICATE_REFERENCE'];

export function createBatches(options: BatchesOptions) {
  const { db, clock, crypto, ledger, payouts } = options;

  /** Hash over what the bank will be told: reference, amount, and name and card by a keyed digest. Order does not matter. */
  function linesHashOf(rows: readonly store.PayoutRow[]): Buffer {
    const lines = rows.map((row) => {
      const { name, card } = payouts.openPayee(row);
      return [row.reference, row.amount_fen, crypto.digest('payout-line', `${name}\n${card}`).toString('hex')];
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
      requireFinance(officer, orgId);
      if (rows.some((row) => row.state !== 'drafted')) throw refuse('money.payout_not_drafted');
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
        body: { batchNo, lines: rows.length, totalFen, linesHash: linesHash.toString('hex') },
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
      ]);
      await tx.run(store.setBatch, [ids, requestId]);
    });
    return batch(officer, requestId);
  }

  async function requireSame(tx: Tx, known: store.BatchRow, ids: readonly string[]): Promise<void> {
    const rows = await tx.run(store.listOfBatch, [known.batch_id]);
    const same =
      known.state === 'voided' || (rows.length === ids.length && rows.every((row) => ids.includes(row.payout_id)));
    if (!same) throw refuse('money.idem_reused');
  }

  function requireFinance(officer: Officer, orgId: string): void {
    const may = officers.some((role) => officer.access.grants.includes(roleGrant(role, orgId)));
    if (!may) throw refuse('money.payout_missing');
  }

  async function decideBatch(officer: Officer, batchId: string, input: DecideBatchInput): Promise<BatchDetail> {
    if (input.decision === 'refuse' && input.reason.length < 4) throw refuse('money.reason_required');
    const seen = Buffer.from(input.linesHash, 'hex');
    try {
      const changed = await db.transaction(officer.access, (tx) => decideIn(tx, officer, batchId, input, seen));
      if (changed) throw refuse('money.lines_changed');
    } catch (error) {
      if (brokenConstraint(error) === 'payout_approval_four_eyes_check') throw refuse('money.four_eyes');
      throw error;
    }
    return batch(officer, batchId);
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
    requireFinance(officer, row.org_id);
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
    const leafId = options.trace.record(tx, {
      eventId: newId(),
      type: `payout_batch.${input.decision}`,
      at: clock.now(),
      region: '',
      department: 'insurer',
      actorId: officer.staffId,
      subjectId: null,
      body: { batchNo: row.batch_no, linesHash: input.linesHash, reason: input.reason },
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
    ]);
    if (input.decision === 'refuse') await voidBatch(tx, batchId);
    else await approve(tx, officer, batchId, lines);
    return false;
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

  // ---- lists ---------------------------------------------------------------------------------------------------------------

  function payoutView(row: store.PayoutRow): PayoutView {
    const { name } = payouts.openPayee(row);
    return {
      payoutId: row.payout_id,
      reference: row.reference,
      caseId: row.case_id,
      purpose: row.purpose,
      payee: maskName(name),
      card: `**** ${row.card_tail}`,
      amountFen: row.amount_fen,
      state: row.state,
      stateZh: payoutStateZh[row.state],
      reason: row.reason,
      bankSerial: row.bank_serial,
      batchId: row.batch_id,
      createdAt: row.created_at,
      settledAt: row.settled_at,
    };
  }

  async function listPayouts(
    officer: Officer,
    states: readonly PayoutState[],
    cursor: string | undefined,
    limit: number,
  ): Promise<Page<PayoutView>> {
    const key = readCursor(cursor);
    const rows = await db.transaction(officer.access, (tx) =>
      tx.run(store.listPayouts, [[...states], key?.[0] ?? null, key?.[1] ?? null, limit + 1]),
    );
    const page = cutPage(rows, limit, (last) => [last.created_at, last.payout_id]);
    return { items: page.items.map(payoutView), nextCursor: page.nextCursor };
  }

  async function viewOf(
    tx: Tx,
    officer: Officer,
    row: store.BatchRow,
    approval: store.ApprovalRow | undefined,
  ): Promise<BatchView> {
    const mine = row.maker_id === officer.staffId;
    const blocked = row.state !== 'made' ? '批次已有处理结果' : mine ? '制单人不能复核自己的批次' : null;
    return {
      batchId: row.batch_id,
      batchNo: row.batch_no,
      state: row.state,
      stateZh: batchStateZh[row.state],
      maker: await options.staffName(tx, row.maker_id),
      mine,
      lineCount: row.line_count,
      totalFen: row.total_fen,
      linesHash: row.lines_hash.toString('hex'),
      madeAt: row.made_at,
      approver: approval ? await options.staffName(tx, approval.approver_id) : null,
      decision: approval?.decision ?? null,
      reason: approval?.reason ?? null,
      canDecide: blocked === null,
      blocked,
    };
  }

  async function listBatches(officer: Officer, cursor: string | undefined, limit: number): Promise<Page<BatchView>> {
    const key = readCursor(cursor);
    return db.transaction(officer.access, async (tx) => {
      const rows = await tx.run(store.listBatches, [key?.[0] ?? null, key?.[1] ?? null, limit + 1]);
      const page = cutPage(rows, limit, (last) => [last.made_at, last.batch_id]);
      const approvals = await tx.run(store.listApprovals, [page.items.map((row) => row.batch_id)]);
      const items: BatchView[] = [];
      for (const row of page.items)
        items.push(
          await viewOf(
            tx,
            officer,
            row,
            approvals.find((one) => one.batch_id === row.batch_id),
          ),
        );
      return { items, nextCursor: page.nextCursor };
    });
  }

  async function batch(officer: Officer, batchId: string): Promise<BatchDetail> {
    return db.transaction(officer.access, async (tx) => {
      const row = await tx.maybe(store.selectBatch, [batchId]);
      if (!row) throw refuse('money.batch_missing');
      const [approval] = await tx.run(store.listApprovals, [[batchId]]);
      const lines = await tx.run(store.listOfBatch, [batchId]);
      return { ...(await viewOf(tx, officer, row, approval)), lines: lines.map(payoutView) };
    });
  }

  const tasks = { 'payouts.submit': (payload: unknown) => submit(textIn(payload, 'batchId')) };
  return { tasks, makeBatch, decideBatch, submit, listPayouts, listBatches, batch };
}

/** 王*、欧阳** : the first character stays. */
export function maskName(name: string): string {
  const [first, ...rest] = Array.from(name);
  invariant(first, 'a payee has a name');
  return `${first}${'*'.repeat(Math.max(1, rest.length))}`;
}
