// Batches and payouts as the desk lists them, and for each who looks whether he or she may decide.

import { readCursor, cutPage, type Page } from '#platform/page';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { roleGrant } from '#platform/access';
import { claimBook, subsidyBook } from './payout-books.ts';
import type { BatchesOptions, Officer } from './batches.ts';
import {
  batchStateZh,
  payoutStateZh,
  refuse,
  type BatchDetail,
  type BatchView,
  type PayoutState,
  type PayoutView,
} from './contract.ts';
import * as store from './payout-store.ts';
import type { CardStanding } from './ports.ts';
import { waitsZh } from './withdrawn.ts';

/** An organisation pays its own money: an insurer's settlement officers its claims, the treasury's its subsidies. */
export const officers = [claimBook.officer, subsidyBook.officer] as const;

export function createBatchViews(options: BatchesOptions) {
  const { db, payouts } = options;

  function payoutView(row: store.PayoutRow, standing: CardStanding): PayoutView {
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
      waitsZh: row.state === 'drafted' ? waitsZh(standing) : null,
    };
  }

  async function payoutViews(tx: Tx, rows: readonly store.PayoutRow[]): Promise<PayoutView[]> {
    const standings = await options.gate.standings(
      tx,
      rows.filter((row) => row.state === 'drafted'),
    );
    return rows.map((row) => payoutView(row, standings.get(row) ?? { may: true }));
  }

  async function listPayouts(
    officer: Officer,
    states: readonly PayoutState[],
    cursor: string | undefined,
    limit: number,
  ): Promise<Page<PayoutView>> {
    const key = readCursor(cursor);
    return db.transaction(officer.access, async (tx) => {
      const rows = await tx.run(store.listPayouts, [[...states], key?.[0] ?? null, key?.[1] ?? null, limit + 1]);
      const page = cutPage(rows, limit, (last) => [last.created_at, last.payout_id]);
      return { items: await payoutViews(tx, page.items), nextCursor: page.nextCursor };
    });
  }

  /** Why this officer may not decide; the database holds the same. */
  async function blockedBy(tx: Tx, officer: Officer, row: store.BatchRow): Promise<string | null> {
    if (row.maker_id === officer.staffId) return '制单人不能复核自己的批次';
    if (row.maker_for === officer.staffId) return '这个批次是别人代您制单的，您不能复核';
    const role = officers.find((one) => officer.access.grants.includes(roleGrant(one, row.org_id)));
    const absent = role ? await options.absentOf(tx, officer.staffId, role, row.org_id) : [];
    const fits = absent.length === 0 || absent.some((one) => one !== row.maker_id && one !== row.maker_for);
    return fits ? null : '您是代制单人办理，不能复核他制单的批次';
  }

  async function viewOf(
    tx: Tx,
    officer: Officer,
    row: store.BatchRow,
    approval: store.ApprovalRow | undefined,
  ): Promise<BatchView> {
    const mine = row.maker_id === officer.staffId;
    const nameOf = (staffId: string | null) => (staffId ? options.staffName(tx, staffId) : null);
    const blocked = row.state === 'made' ? await blockedBy(tx, officer, row) : '批次已有处理结果';
    return {
      batchId: row.batch_id,
      batchNo: row.batch_no,
      state: row.state,
      stateZh: batchStateZh[row.state],
      maker: await options.staffName(tx, row.maker_id),
      makerFor: await nameOf(row.maker_for),
      mine,
      lineCount: row.line_count,
      totalFen: row.total_fen,
      linesHash: row.lines_hash.toString('hex'),
      madeAt: row.made_at,
      approver: await nameOf(approval?.approver_id ?? null),
      approverFor: await nameOf(approval?.approver_for ?? null),
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
      return {
        ...(await viewOf(tx, officer, row, approval)),
        lines: lines.map((line) => payoutView(line, { may: true })),
        key: row.state === 'made' ? await options.proving.need(tx.asSystem(), officer.staffId) : 'none',
        signed: approval?.proof != null,
      };
    });
  }

  return { listPayouts, listBatches, batch };
}

/** 王*、欧阳** : the first character stays. */
export function maskName(name: string): string {
  const [first, ...rest] = Array.from(name);
  invariant(first, 'a payee has a name');
  return `${first}${'*'.repeat(Math.max(1, rest.length))}`;
}
