// What the steps of a monthly settlement do when they are passed: register and freeze the month, check what was approved and allocated,
// tell who was drawn, book what was paid, show the year. The comparison itself is a job (reconcile.ts).

import { yuan } from '#catalog/rules/index';
import type { CaseState, Effect, EffectContext } from '#modules/cases';
import { dayOf } from '#platform/calendar';
import { brokenConstraint, type Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { refuse } from './contract.ts';
import { cutoffOf, monthZh, yearOf } from './month.ts';
import { filesIn, parameters, readersFor, textIn, wholeIn, type SettlementOptions } from './options.ts';
import * as store from './store.ts';

export function createEffects(options: SettlementOptions) {
  const { cases, ledger } = options;

  function insurerOf(state: CaseState): string {
    const orgId = state.applicantOrgId;
    if (!orgId || !options.isInsurer(orgId)) throw refuse('settlement.insurer_only');
    return orgId;
  }

  async function own(tx: Tx, state: CaseState): Promise<store.SettlementRow> {
    const row = await tx.asSystem().maybe(store.lockOfCase, [state.caseId]);
    if (!row) throw refuse('settlement.not_found');
    return row;
  }

  /** Leaving the declaration: the month is over, nobody declared it, and its days are taken as of now, for ever. */
  const declare: Effect = async (context) => {
    const { tx, state, facts } = context;
    const insurer = insurerOf(state);
    const month = textIn(state, 'settle_month');
    const cutoffAt = cutoffOf(month, facts.now);
    if (!cutoffAt) throw refuse('settlement.month_not_over', { month: monthZh(month) });
    await requireFree(tx, state, insurer, month);
    try {
      await register(context, insurer, month, cutoffAt);
    } catch (error) {
      if (brokenConstraint(error) === 'settlement_month_key')
        throw refuse('settlement.declared_already', { month: monthZh(month), caseNo: '刚刚提交' });
      throw error;
    }
    // What was chosen about an earlier comparison says nothing about the next.
    return { accept_way: null, ledger_again: null };
  };

  /** A month that somebody withdrew is free again. */
  async function requireFree(tx: Tx, state: CaseState, insurer: string, month: string): Promise<void> {
    const other = await tx.asSystem().maybe(store.ofMonth, [insurer, month]);
    if (!other || other.case_id === state.caseId) return;
    const owner = await cases.read(tx.asSystem(), other.case_id);
    if (owner?.status !== 'ended' || owner.end !== 'withdrawn')
      throw refuse('settlement.declared_already', { month: monthZh(month), caseNo: owner?.caseNo ?? '' });
    await tx.asSystem().run(store.releaseCarried, [other.settlement_id]);
    await tx.asSystem().run(store.withdraw, [other.settlement_id]);
  }

  async function register(context: EffectContext, insurer: string, month: string, cutoffAt: string): Promise<void> {
    const { tx, state, facts, actor } = context;
    const known = await tx.asSystem().maybe(store.ofCase, [state.caseId]);
    if (known) {
      // Declared again after a return: the instant stays, so that no day is counted by two settlements or by none.
      await tx.asSystem().run(store.redeclare, [known.settlement_id, month]);
      return;
    }
    const settlementId = newId();
    const leafId = options.trace.record(tx, {
      eventId: settlementId,
      type: 'settlement.declared',
      at: facts.now,
      region: state.region,
      department: insurer,
      actorId: actor.id,
      subjectId: null,
      body: { case: state.caseNo, month, cutoffAt },
    });
    await tx.run(store.insertSettlement, [
      settlementId,
      state.caseId,
      insurer,
      month,
      cutoffAt,
      facts.now,
      readersFor(context, insurer),
      leafId,
    ]);
  }

  /** Entering the comparison: a job does it, for a month may have millions of lines. */
  const reconcile: Effect = async ({ tx, state }) => {
    if (textIn(state, 'accept_way') === '重新上传承保明细' && filesIn(state, 'ledger_again').length === 0)
      throw refuse('settlement.ledger_missing');
    options.enqueue(
      tx,
      'settlement.reconcile',
      { caseId: state.caseId },
      { jobKey: `settlement.reconcile:${state.caseId}`, maxAttempts: 20 },
    );
  };

  const review: Effect = async ({ tx, state }) => {
    const row = await own(tx, state);
    const approvedFen = wholeIn(state, 'approved_subsidy');
    if (approvedFen > row.claim_fen) throw refuse('settlement.over_claim', { amount: yuan(row.claim_fen) });
    await tx.asSystem().run(store.approve, [row.settlement_id, approvedFen]);
  };

  /** Entering the audit: who was drawn at the comparison is told that a call will come. */
  const sample: Effect = async (context) => {
    const { tx, state } = context;
    const row = await own(tx, state);
    const drawn = await tx.asSystem().run(store.listSample, [row.settlement_id, row.round]);
    for (const { person_id: personId } of drawn) options.tellSampled(context, personId);
    return { sample_size: drawn.length, sample_seed: seedOf(options, state, row.round) };
  };

  const budget: Effect = async ({ tx, state, facts }) => {
    const row = await own(tx, state);
    const year = dayOf(facts.now).slice(0, 4);
    const { fen } = await tx.asSystem().one(store.sumAllocated, [year, row.settlement_id]);
    return { budget_used: fen };
  };

  const allocate: Effect = async ({ tx, state, outcome }) => {
    const row = await own(tx, state);
    const allocatedFen = outcome === 'partial' ? wholeIn(state, 'partial_subsidy') : row.approved_fen;
    if (allocatedFen > row.approved_fen) throw refuse('settlement.over_approved', { amount: yuan(row.approved_fen) });
    await tx.asSystem().run(store.allocate, [row.settlement_id, allocatedFen]);
    return { allocated_fen: allocatedFen };
  };

  /** The insurer has its subsidy from the treasury: what we owed it, and what we were owed for it, are both settled. */
  const paid: Effect = async ({ tx, state }) => {
    const row = await own(tx, state);
    await tx.asSystem().run(store.markPaid, [row.settlement_id]);
    if (row.allocated_fen === 0) return;
    await ledger.post(
      tx.asSystem(),
      {
        idem: `subsidy_paid:${state.caseId}`,
        debit: 'premium_payable',
        credit: 'subsidy_receivable',
        amountFen: row.allocated_fen,
        code: 'subsidy_paid',
        caseId: state.caseId,
      },
      { region: state.region },
    );
  };

  /** The year so far by the settled months: no scan of the year's days may hold up the bank's word, which leads here. */
  const annual: Effect = async ({ tx, state }) => {
    const row = await own(tx, state);
    const { from, until } = yearOf(row.month);
    const system = tx.asSystem();
    const [year, claimsFen] = await Promise.all([
      system.one(store.sumYear, [row.insurer_org_id, from, until]),
      options.claimsPaid(system, row.insurer_org_id, from, until),
    ]);
    const lossBp = year.gross_fen > 0 ? Math.round((claimsFen * 10_000) / year.gross_fen) : 0;
    const { lossLowBasisPoints, lossHighBasisPoints } = parameters(row.month, state.region);
    const judged = lossBp < lossLowBasisPoints ? '有结余' : lossBp > lossHighBasisPoints ? '超赔' : '基本平衡';
    const line = (zh: string, value: string) => ({ zh, value });
    return {
      loss_ratio: `${(lossBp / 100).toFixed(2)}%（${judged}，标准待核）`,
      year_explanation: [
        line('已结算月份', `${year.months} 个月`),
        line('承保', `${year.person_days} 人次日`),
        line('总保费', yuan(year.gross_fen)),
        line('应补贴', yuan(year.subsidy_fen)),
        line('批准拨付', yuan(year.allocated_fen)),
        line('已付赔款', yuan(claimsFen)),
      ],
    };
  };

  return {
    effects: {
      'settlement.declare': declare,
      'settlement.reconcile': reconcile,
      'settlement.review': review,
      'settlement.sample': sample,
      'settlement.budget': budget,
      'settlement.allocate': allocate,
      'settlement.paid': paid,
      'settlement.annual': annual,
    },
  };
}

/** Nobody outside can tell in advance whom it draws; with the key it is the same for ever. */
export function seedOf(
  options: Pick<SettlementOptions, 'crypto'>,
  state: Pick<CaseState, 'caseNo'>,
  round: number,
): string {
  invariant(round > 0, 'a sample is drawn of a comparison');
  return options.crypto.commitment('settlement-sample', `${state.caseNo}:${round}`).toString('hex').slice(0, 32);
}
