// What is shown of settlements: the list, one with its differences, the figures of a month before it is declared, and what to download.
// Rows are seen by the insurer that declared and by the offices that check it; row-level security holds that.

import { systemAccess, type Access } from '#platform/access';
import type { Tx } from '#platform/db';
import { cutPage, decodeCursor, readCursor, type Page } from '#platform/page';
import { z } from 'zod';
import {
  clueKindZh,
  differenceKindZh,
  refuse,
  settlementStateZh,
  type ClueView,
  type DifferenceView,
  type PreviewView,
  type SampleView,
  type SettlementView,
} from './contract.ts';
import { csv, yuanOf } from '#platform/csv';
import { headers, type FileKind } from './ledger-file.ts';
import { cutoffOf, nextMonth } from './month.ts';
import { parameters, type SettlementOptions } from './options.ts';
import * as store from './store.ts';

const pageMax = 50;
const cluesMax = 500;
/** What fits into one file that may be uploaded again (20 MB). */
const linesMax = 300_000;
const downloadMax = 50_000;

export function createReading(options: SettlementOptions & { readonly region: string }) {
  const { db, clock, months } = options;

  function view(row: store.SettlementRow): SettlementView {
    return {
      settlementId: row.settlement_id,
      caseId: row.case_id,
      insurer: options.orgName(row.insurer_org_id),
      month: row.month,
      state: row.state,
      stateZh: settlementStateZh[row.state],
      cutoffAt: row.cutoff_at,
      round: row.round,
      personDays: row.person_days,
      grossFen: row.gross_fen,
      subsidyFen: row.subsidy_fen,
      excludedDays: row.excluded_days,
      excludedFen: row.excluded_fen,
      offsetFen: row.offset_fen,
      carriedFen: row.carried_fen,
      claimFen: row.claim_fen,
      differenceCount: row.difference_count,
      approvedFen: row.approved_fen,
      allocatedFen: row.allocated_fen,
      declaredAt: row.declared_at,
    };
  }

  async function list(access: Access, cursor: string | undefined): Promise<Page<SettlementView>> {
    const key = readCursor(cursor);
    const rows = await db.transaction(access, (tx) =>
      tx.run(store.listSettlements, [key?.[0] ?? null, key?.[1] ?? null, pageMax + 1]),
    );
    const page = cutPage(rows, pageMax, (last) => [last.month, last.settlement_id]);
    return { items: page.items.map(view), nextCursor: page.nextCursor };
  }

  async function found(tx: Tx, caseId: string): Promise<store.SettlementRow> {
    const row = await tx.maybe(store.ofCase, [caseId]);
    if (!row) throw refuse('settlement.not_found');
    return row;
  }

  const one = (access: Access, caseId: string) => db.transaction(access, async (tx) => view(await found(tx, caseId)));

  function differenceView(row: store.DifferenceRow): DifferenceView {
    return {
      place: row.place,
      kind: row.kind,
      kindZh: differenceKindZh[row.kind],
      policyNo: row.policy_no,
      day: row.day,
      oursFen: row.ours_fen,
      theirsFen: row.theirs_fen,
      note: row.note,
    };
  }

  async function differences(
    access: Access,
    caseId: string,
    cursor: string | undefined,
  ): Promise<Page<DifferenceView>> {
    const after = decodeCursor(z.int(), cursor) ?? 0;
    const rows = await db.transaction(access, async (tx) => {
      const row = await found(tx, caseId);
      return tx.run(store.listDifferences, [row.settlement_id, row.round, after, pageMax + 1]);
    });
    const page = cutPage(rows, pageMax, (last) => last.place);
    return { items: page.items.map(differenceView), nextCursor: page.nextCursor };
  }

  async function differencesFile(access: Access, caseId: string): Promise<string> {
    const rows = await db.transaction(access, async (tx) => {
      const row = await found(tx, caseId);
      return tx.run(store.listDifferences, [row.settlement_id, row.round, 0, downloadMax]);
    });
    return csv([
      ['序号', '种类', '保单号', '保障日期', '台账(元)', '申报(元)', '说明'],
      ...rows.map((row) => [
        row.place,
        differenceKindZh[row.kind],
        row.policy_no,
        row.day,
        yuanOf(row.ours_fen),
        yuanOf(row.theirs_fen),
        row.note,
      ]),
    ]);
  }

  /** Who was drawn, with masked names: the number to call is opened one by one, with a trace. */
  async function sample(access: Access, caseId: string): Promise<readonly SampleView[]> {
    return db.transaction(access, async (tx) => {
      const row = await found(tx, caseId);
      const drawn = await tx.run(store.listSample, [row.settlement_id, row.round]);
      const names = await Promise.all(drawn.map((person) => options.nameOf(tx.asSystem(), person.person_id)));
      return drawn.map((person, at) => ({
        place: person.place,
        policyNo: person.policy_no,
        name: names[at] ?? '',
        days: person.days,
      }));
    });
  }

  /** The person at a place of the sample, for whoever may see it. */
  async function sampled(access: Access, caseId: string, place: number): Promise<string> {
    return db.transaction(access, async (tx) => {
      const row = await found(tx, caseId);
      const drawn = await tx.run(store.listSample, [row.settlement_id, row.round]);
      const person = drawn.find((one) => one.place === place);
      if (!person) throw refuse('settlement.not_found');
      return person.person_id;
    });
  }

  const template = (kind: FileKind): string => csv([headers[kind]]);

  function queryFor(insurerOrgId: string, month: string) {
    const now = clock.now();
    const { ageMin, ageMax } = parameters(month, options.region);
    return {
      insurerOrgId,
      from: month,
      until: nextMonth(month),
      cutoffAt: cutoffOf(month, now) ?? now,
      ageMin,
      ageMax,
    };
  }

  /** The month as our ledger has it now, for the insurer that is about to declare it. */
  async function preview(insurerOrgId: string, month: string): Promise<PreviewView> {
    return db.transaction(systemAccess, async (tx) => {
      const query = queryFor(insurerOrgId, month);
      const [sums, declared] = await Promise.all([
        months.sum(tx, query),
        tx.maybe(store.ofMonth, [insurerOrgId, month]),
      ]);
      return {
        month,
        declared: declared !== undefined,
        over: cutoffOf(month, clock.now()) !== null,
        policies: sums.policies,
        personDays: sums.person_days,
        grossFen: sums.gross_fen,
        personalFen: sums.gross_fen - sums.subsidy_fen,
        subsidyFen: sums.subsidy_fen,
        excludedDays: sums.excluded_days,
      };
    });
  }

  /** Our own lines in the format of the files, for the insurer to compare with its books before it declares. */
  async function ledgerFile(insurerOrgId: string, month: string, kind: FileKind): Promise<string> {
    const rows = await db.transaction(systemAccess, (tx) =>
      months.lines(tx, queryFor(insurerOrgId, month), linesMax + 1),
    );
    if (rows.length > linesMax) throw refuse('settlement.too_many_lines', { count: rows.length, max: linesMax });
    if (kind === 'ledger')
      return csv([
        headers.ledger,
        ...rows.map((row) => [
          row.policy_no,
          row.day,
          yuanOf(row.gross_fen),
          yuanOf(row.gross_fen - (row.excluded ? 0 : row.subsidy_fen)),
          yuanOf(row.excluded ? 0 : row.subsidy_fen),
        ]),
      ]);
    const seen = new Map(rows.toReversed().map((row) => [row.policy_no, row]));
    return csv([headers.flow, ...[...seen.values()].map((row) => [row.policy_no, row.paid_on, yuanOf(row.paid_fen)])]);
  }

  async function clues(month: string): Promise<readonly ClueView[]> {
    const insurers = options.insurers();
    return db.transaction(systemAccess, async (tx) => {
      const views: ClueView[] = [];
      for (const insurerOrgId of insurers)
        for (const row of await months.clues(tx, queryFor(insurerOrgId, month), cluesMax))
          views.push({
            policyNo: row.policy_no,
            kindZh: clueKindZh[row.kind],
            firstDay: row.first_day,
            lastDay: row.last_day,
            days: row.days,
            subsidyFen: row.subsidy_fen,
          });
      return views;
    });
  }

  async function cluesFile(month: string): Promise<string> {
    const rows = await clues(month);
    return csv([
      ['保单号', '线索', '第一天', '最后一天', '天数', '涉及补贴(元)'],
      ...rows.map((row) => [row.policyNo, row.kindZh, row.firstDay, row.lastDay, row.days, yuanOf(row.subsidyFen)]),
    ]);
  }

  return { list, one, differences, differencesFile, sample, sampled, template, preview, ledgerFile, clues, cluesFile };
}
