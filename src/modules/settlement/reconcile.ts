// The comparison of a declaration with the ledger of cover, as a job: sums and offsets, the files line by line, the sample, and then
// the case goes on. It may run twice, or die in the middle: nothing counts before its last transaction, which the case guards.

import { evaluateRule, sampleSize, subsidyRule, type ExplanationLine } from '#catalog/rules/index';
import { systemAccess } from '#platform/access';
import type { CaseState } from '#modules/cases';
import type { MonthQuery } from '#modules/cover';
import type { Tx } from '#platform/db';
import type { DifferenceKind } from './contract.ts';
import { seedOf } from './effects.ts';
import { decode, fileZh, readFile, type DeclaredLine, type FileKind } from './ledger-file.ts';
import { nextMonth } from './month.ts';
import { filesIn, linesOf, parameters, textIn, wholeIn, type SettlementOptions } from './options.ts';
import * as store from './store.ts';

/** So many differences are kept and shown; how many there are is always told. */
const differencesMax = 50_000;
const linesAtOnce = 10_000;

type Difference = {
  readonly kind: DifferenceKind;
  readonly policyNo: string | null;
  readonly day: string | null;
  readonly ours: string | null;
  readonly theirs: string | null;
  readonly note: string | null;
};

export function createReconcile(options: SettlementOptions) {
  const { db, cases, months } = options;

  function queryOf(row: store.SettlementRow, state: CaseState): MonthQuery {
    const { ageMin, ageMax } = parameters(row.month, state.region);
    return {
      insurerOrgId: row.insurer_org_id,
      from: row.month,
      until: nextMonth(row.month),
      cutoffAt: row.cutoff_at,
      ageMin,
      ageMax,
    };
  }

  async function reconcile(caseId: string): Promise<void> {
    const begun = await db.transaction(systemAccess, async (tx) => {
      const [state, row] = await Promise.all([cases.read(tx, caseId), tx.maybe(store.ofCase, [caseId])]);
      return state && row && waits(state) ? { state, row } : null;
    });
    if (!begun) return;
    const { state, row } = begun;
    const compares = textIn(state, 'accept_way') !== '按系统核算数结算';
    const unreadable = compares ? await loadFiles(row.settlement_id, state) : [];
    await db.transaction(systemAccess, async (tx) => {
      await cases.lock(tx, caseId);
      const now = await cases.read(tx, caseId);
      const held = await tx.maybe(store.lockOfCase, [caseId]);
      if (!now || !held || !waits(now) || held.round !== row.round) return;
      await finish(tx, now, held, compares, unreadable);
    });
  }

  const waits = (state: CaseState) => state.active.some((one) => one.step === 'reconcile');

  // ---- the files -------------------------------------------------------------------------------------------------------------

  async function loadFiles(settlementId: string, state: CaseState): Promise<readonly Difference[]> {
    const again = filesIn(state, 'ledger_again');
    const files: readonly (readonly [FileKind, readonly string[]])[] = [
      ['ledger', again.length > 0 ? again : filesIn(state, 'premium_ledger')],
      ['flow', filesIn(state, 'payment_flow')],
    ];
    await db.transaction(systemAccess, (tx) => tx.run(store.deleteLines, [settlementId]));
    const problems: Difference[] = [];
    for (const [kind, ids] of files) {
      let lineNo = 0;
      for (const [place, id] of ids.entries()) {
        const read = readFile(kind, decode(await options.readFile(id)));
        await insertLines(settlementId, kind, lineNo, read.lines);
        lineNo += read.lines.length;
        const name = ids.length > 1 ? `${fileZh[kind]}第${place + 1}个文件` : fileZh[kind];
        for (const one of read.problems) problems.push(unreadable(`${name}第${one.lineNo}行：${one.zh}`));
        const more = read.problemCount - read.problems.length;
        if (more > 0) problems.push(unreadable(`${name}还有 ${more} 行读不出来`));
      }
    }
    return problems;
  }

  async function insertLines(
    settlementId: string,
    kind: FileKind,
    from: number,
    lines: readonly DeclaredLine[],
  ): Promise<void> {
    for (let start = 0; start < lines.length; start += linesAtOnce) {
      const part = lines.slice(start, start + linesAtOnce);
      await db.transaction(systemAccess, (tx) =>
        tx.run(store.insertLines, [
          settlementId,
          kind,
          from + start,
          part.map((line) => line.policyNo),
          part.map((line) => line.day),
          part.map((line) => line.premiumFen),
          part.map((line) => line.personalFen),
          part.map((line) => line.subsidyFen),
        ]),
      );
    }
  }

  // ---- the comparison --------------------------------------------------------------------------------------------------------

  async function finish(
    tx: Tx,
    state: CaseState,
    row: store.SettlementRow,
    compares: boolean,
    problems: readonly Difference[],
  ): Promise<void> {
    const query = queryOf(row, state);
    const round = row.round + 1;
    const sums = await months.sum(tx, query);
    const before = await tx.one(store.settledBefore, [row.insurer_org_id, row.settlement_id, row.cutoff_at]);
    const offsets =
      before.cutoff_at && before.months
        ? await months.offsets(tx, row.insurer_org_id, before.months, before.cutoff_at, row.cutoff_at)
        : { subsidy_fen: 0 };
    await tx.run(store.carry, [row.insurer_org_id, row.settlement_id, row.cutoff_at]);
    const carried = await tx.one(store.sumCarried, [row.settlement_id]);
    const ruled = evaluateRule(
      subsidyRule,
      row.month,
      {
        personDays: sums.person_days,
        grossFen: sums.gross_fen,
        subsidyFen: sums.subsidy_fen,
        excludedDays: sums.excluded_days,
        excludedFen: sums.excluded_fen,
        offsetFen: offsets.subsidy_fen + carried.owed_fen,
        carriedFen: carried.left_fen,
      },
      state.region,
    );
    const { total, kept } = compares
      ? await differences(tx, state, row, query, sums, problems)
      : { total: row.difference_count, kept: [] };
    const readers = await readersOf(tx, row);
    await keep(tx, row.settlement_id, round, readers, kept);
    await draw(tx, state, row, query, round, sums.policies, readers);
    await tx.run(store.deleteLines, [row.settlement_id]);
    const offsetFen = offsets.subsidy_fen + carried.owed_fen;
    await tx.run(store.setReconciled, [
      row.settlement_id,
      round,
      sums.person_days,
      sums.gross_fen,
      sums.subsidy_fen,
      sums.excluded_days,
      sums.excluded_fen,
      offsetFen,
      carried.left_fen,
      ruled.value.claimFen,
      ruled.value.owedBackFen,
      total,
    ]);
    await cases.event(tx, {
      caseId: state.caseId,
      step: 'reconcile',
      outcome: !compares || total === 0 ? 'match' : 'differ',
      data: {
        our_person_days: sums.person_days,
        our_gross: sums.gross_fen,
        personal_part: ruled.value.personalFen,
        subsidy_claim: ruled.value.claimFen,
        refund_offset: Math.max(0, offsetFen),
        duplicate_removed: sums.excluded_days,
        difference_count: total,
        settlement_explanation: explained(ruled.explanation, compares, total),
      },
    });
  }

  function explained(lines: readonly ExplanationLine[], compares: boolean, total: number) {
    const told = compares
      ? total === 0
        ? '逐单一致'
        : `${total} 处不一致`
      : `保险公司接受按系统核算数结算（原有 ${total} 处不一致）`;
    return [...linesOf(lines), { zh: '与申报逐单核对', value: told }];
  }

  async function differences(
    tx: Tx,
    state: CaseState,
    row: store.SettlementRow,
    query: MonthQuery,
    sums: { person_days: number; gross_fen: number },
    problems: readonly Difference[],
  ): Promise<{ total: number; kept: readonly Difference[] }> {
    const ledger = await months.compare(tx, query, row.settlement_id, differencesMax);
    const flow = await months.compareFlow(tx, query, row.settlement_id, differencesMax);
    const totals = [
      ...totalOf('承保人次日', wholeIn(state, 'insured_person_days'), sums.person_days, null),
      ...totalOf('总保费', wholeIn(state, 'gross_premium'), sums.gross_fen, sums.gross_fen),
    ];
    const kept: Difference[] = [...totals, ...problems];
    for (const [at, kind] of ledger.kinds.entries())
      kept.push({
        kind: kind as DifferenceKind,
        policyNo: ledger.policy_nos[at] ?? null,
        day: ledger.days[at] ?? null,
        ours: ledger.ours[at] ?? null,
        theirs: ledger.theirs[at] ?? null,
        note: null,
      });
    for (const [at, policyNo] of flow.policy_nos.entries())
      kept.push({
        kind: 'flow_differs',
        policyNo,
        day: null,
        ours: flow.ours[at] ?? null,
        theirs: flow.theirs[at] ?? null,
        note: null,
      });
    return { total: totals.length + problems.length + ledger.total + flow.total, kept: kept.slice(0, differencesMax) };
  }

  async function readersOf(tx: Tx, row: store.SettlementRow): Promise<string[]> {
    return (await tx.one(store.readersOf, [row.settlement_id])).readers;
  }

  async function keep(
    tx: Tx,
    settlementId: string,
    round: number,
    readers: string[],
    kept: readonly Difference[],
  ): Promise<void> {
    for (let start = 0; start < kept.length; start += linesAtOnce) {
      const part = kept.slice(start, start + linesAtOnce);
      await tx.run(store.insertDifferences, [
        settlementId,
        round,
        start,
        readers,
        part.map((one) => one.kind),
        part.map((one) => one.policyNo),
        part.map((one) => one.day),
        part.map((one) => one.ours),
        part.map((one) => one.theirs),
        part.map((one) => one.note),
      ]);
    }
  }

  async function draw(
    tx: Tx,
    state: CaseState,
    row: store.SettlementRow,
    query: MonthQuery,
    round: number,
    policies: number,
    readers: string[],
  ): Promise<void> {
    const size = sampleSize(policies, parameters(row.month, state.region));
    const drawn = await months.draw(tx, query, seedOf(options, state, round), size);
    await tx.run(store.insertSample, [
      row.settlement_id,
      round,
      readers,
      drawn.map((one) => one.policy_no),
      drawn.map((one) => one.person_id),
      drawn.map((one) => one.days),
    ]);
  }

  return { reconcile };
}

function unreadable(note: string): Difference {
  return { kind: 'unreadable', policyNo: null, day: null, ours: null, theirs: null, note };
}

/** A total in people or in money; only money is an amount. */
function totalOf(zh: string, theirs: number, ours: number, oursFen: number | null): readonly Difference[] {
  if (theirs === ours) return [];
  const isMoney = oursFen !== null;
  return [
    {
      kind: 'total',
      policyNo: null,
      day: null,
      ours: isMoney ? String(ours) : null,
      theirs: isMoney ? String(theirs) : null,
      note: isMoney ? `${zh}合计` : `${zh}合计：申报 ${theirs}，台账 ${ours}`,
    },
  ];
}
