// Buying cover: eligibility, quote, underwriting, binding days in the ledger. A doubt goes to a person; nothing here refuses an
// applicant. Whatever cannot be insured after all is refunded, never kept.

import type { ExplanationLine, Premium } from '#catalog/rules/index';
import type { CaseState, Decider, Effect } from '#modules/cases';
import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { addDays, spansOf } from './days.ts';
import { coverReaders, isRefused, partyAttempts, policyNoOf, type CoverOptions } from './options.ts';
import { textOf, wholeOf, type InsurerPort } from './ports.ts';
import { isGroup, type GroupCover } from './group.ts';
import { createPricing, fact, purchaseOf, type Purchase } from './purchase.ts';
import * as store from './store.ts';

export function createEnrolment(options: CoverOptions, group: Pick<GroupCover, 'quote' | 'work'>) {
  const { db, clock, money } = options;
  const { priced, premium } = createPricing(options);

  const eligibility: Decider = async ({ tx, state, facts }) => {
    // A list is looked at by a job, which then says the outcome.
    if (isGroup(state)) return null;
    const purchase = purchaseOf(state);
    const { value, explanation } = await premium(tx, purchase);
    const last = await tx.run(store.lastOfDays, [purchase.personId, [...purchase.days]]);
    const inRegion = options.inRegion
      ? options.inRegion(purchase.region)
      : purchase.region.slice(0, 4) === state.region.slice(0, 4);
    const insurable = inRegion && facts.route('insurer_underwriter', state.region) !== null;
    const bound = last.filter((row) => row.kind === 'bound').map((row) => row.day);
    const doubts = doubtsOf(purchase, value, insurable, dayOf(clock.now()), bound);
    const lines = doubts.length > 0 ? [...explanation, ...doubts] : explanation;
    return {
      outcome: doubts.length === 0 ? 'pass' : 'fail',
      data: {
        risk_class: value.riskZh,
        ...(doubts.length === 0 ? {} : { eligibility_doubts: doubts.map((line) => `${line.zh}：${line.value}`) }),
      },
      explanation: lines,
    };
  };

  const quote: Decider = async ({ tx, state }) => {
    if (isGroup(state)) return group.quote(tx, state);
    const { value, explanation } = await premium(tx, purchaseOf(state));
    return {
      outcome: value.payableFen > 0 ? 'payable' : 'free',
      data: {
        gross_fen: value.grossFen,
        premium_fen: value.grossFen,
        subsidy_fen: value.subsidyFen,
        payable_fen: value.payableFen,
        risk_class: value.riskZh,
        premium_explanation: explanation,
      },
      explanation,
    };
  };

  /** Entering `underwrite`: a job asks the insurer; the case waits for its answer, however long that takes. */
  const requestUnderwriting: Effect = async (context) => {
    const { tx, state } = context;
    if (isGroup(state)) return group.work(context);
    options.enqueue(
      tx,
      'cover.underwrite',
      { caseId: state.caseId },
      { jobKey: `cover.underwrite:${state.caseId}`, maxAttempts: partyAttempts },
    );
  };

  async function underwrite(caseId: string): Promise<void> {
    const asked = await db.transaction(systemAccess, async (tx) => {
      const state = await options.cases.read(tx, caseId);
      if (!state?.active.some((one) => one.step === 'underwrite')) return null;
      const purchase = purchaseOf(state);
      const { insured, age, value } = await premium(tx, purchase);
      const spans = spansOf(purchase.days, paidAtOf(state, clock.now()));
      return { state, purchase, insured, age, value, startsAt: spans[0]?.startsAt ?? clock.now() };
    });
    if (!asked) return;
    const { state, purchase, insured, age, value } = asked;
    const answer = await heard(() =>
      options.insurer.underwrite({
        policyNo: policyNoOf(state),
        idNumberHash: insured.idNumberHash,
        age,
        occupation: purchase.workType,
        riskClass: value.riskClass,
        days: purchase.days,
        startsAt: new Date(asked.startsAt),
        premiumFen: value.grossFen,
        subsidyFen: value.subsidyFen,
      }),
    );
    await db.transaction(systemAccess, (tx) =>
      options.cases.event(tx, {
        caseId,
        step: 'underwrite',
        outcome: answer.decision,
        data: {
          ...(answer.insurerPolicyNo ? { insurer_policy_no: answer.insurerPolicyNo } : {}),
          ...(answer.reason ? { underwriting_reason: answer.reason } : {}),
        },
      }),
    );
  }

  /** Whether an insurer acts here and a day is still free; if not, all of it goes back. */
  const issue: Decider = async ({ tx, state, facts }) => {
    if (isGroup(state)) return null;
    if (!facts.route('insurer_underwriter', state.region)) {
      return { outcome: 'conflict', explanation: [fact('承保机构', '所选地区没有保险公司承保，保费全额退回')] };
    }
    const purchase = purchaseOf(state);
    tx.send(store.lockPerson, [purchase.personId]);
    const taken = await tx.run(store.lastOfDays, [purchase.personId, [...purchase.days]]);
    const free = spansOf(purchase.days, paidAtOf(state, clock.now())).filter(
      (span) => !taken.some((row) => row.day === span.day && row.kind === 'bound'),
    );
    return { outcome: free.length > 0 ? 'done' : 'conflict' };
  };

  /** Leaving `issue`: what is free is bound and earned; what another purchase took first, or what is over, is refunded. */
  const bind: Effect = async (context) => {
    const { tx, state, facts } = context;
    const purchase = purchaseOf(state);
    const insurerOrgId = facts.route('insurer_underwriter', state.region);
    invariant(insurerOrgId, `no insurer acts in ${state.region}`);
    tx.send(store.lockPerson, [purchase.personId]);
    const at = clock.now();
    const spans = spansOf(purchase.days, paidAtOf(state, at));
    const prices = await pricesOf(tx, purchase);
    const policyId = newId();
    const policyNo = policyNoOf(state);
    const leafId = options.trace.record(tx, {
      eventId: policyId,
      type: 'cover.bound',
      at,
      region: state.region,
      department: 'insurer',
      actorId: null,
      subjectId: purchase.personId,
      body: { policyNo, case: state.caseNo, asked: spans },
    });
    const bound = await tx.run(store.bindDays, [
      purchase.personId,
      spans.map((one) => one.day),
      spans.map((one) => one.startsAt),
      spans.map((one) => one.endsAt),
      policyId,
      at,
      coverReaders(context),
      leafId,
      policyNo,
      state.caseId,
      insurerOrgId,
      textOf(state, 'insurer_policy_no'),
      state.region,
      purchase.workType,
      textOf(state, 'beneficiary_name'),
      prices.map((one) => one.grossFen),
      prices.map((one) => one.subsidyFen),
    ]);
    const price = prices[bound.length - 1];
    const paidFen = wholeOf(state, 'paid_fen');
    const earnedFen = price?.payableFen ?? 0;
    if (price && earnedFen > 0) {
      await money.ledger.post(
        tx,
        {
          idem: `earned:${policyNo}`,
          debit: 'premium_received',
          credit: 'premium_payable',
          amountFen: earnedFen,
          code: 'premium',
          caseId: state.caseId,
        },
        { region: state.region, subjectId: purchase.personId },
      );
    }
    if (paidFen > earnedFen) await money.payments.refundPart(tx, state.caseId, paidFen - earnedFen);
    const days = bound.map((row) => row.day);
    const left = purchase.days.filter((day) => !days.includes(day));
    const held = spans.filter((span) => days.includes(span.day));
    return {
      ...(price
        ? {
            policy_no: policyNo,
            policy_id: policyId,
            cover_days: spanText(days),
            cover_day_list: days,
            cover_starts_at: held[0]?.startsAt,
            cover_ends_at: held.at(-1)?.endsAt,
            gross_fen: price.grossFen,
            premium_fen: price.grossFen,
            subsidy_fen: price.subsidyFen,
            payable_fen: price.payableFen,
            subsidy_bound_fen: price.subsidyFen,
          }
        : { cover_conflict: true }),
      ...(left.length > 0 ? { conflict_days: left, conflict_refund_fen: paidFen - earnedFen } : {}),
    };
  };

  /** What one day, two days, … of a purchase cost: the same rule at each count, so that partial refunds add up to the whole. */
  async function pricesOf(tx: Tx, purchase: Purchase): Promise<Premium[]> {
    const { age } = await premium(tx, purchase);
    return purchase.days.map((_, index) => priced(purchase, age, index + 1).value);
  }

  /** Leaving `issue`, after bind: the public money's part is owed to the insurer. */
  const accrueSubsidy: Effect = async ({ tx, state }) => {
    const amountFen = wholeOf(state, 'subsidy_bound_fen');
    if (amountFen === 0 || !textOf(state, 'policy_no')) return;
    await money.ledger.post(
      tx,
      {
        idem: `subsidy:${policyNoOf(state)}`,
        debit: 'subsidy_receivable',
        credit: 'premium_payable',
        amountFen,
        code: 'subsidy',
        caseId: state.caseId,
      },
      { region: state.region, subjectId: state.personId },
    );
  };

  return {
    deciders: {
      'cover.eligibility': eligibility,
      'cover.quote': quote,
      'cover.issue': issue,
    },
    effects: {
      'cover.request_underwriting': requestUnderwriting,
      'cover.bind': bind,
      'cover.accrue_subsidy': accrueSubsidy,
    },
    underwrite,
  };
}

/** A refusal of the insurer is a doubt, and a doubt goes to a person. */
async function heard(ask: () => ReturnType<InsurerPort['underwrite']>): ReturnType<InsurerPort['underwrite']> {
  try {
    return await ask();
  } catch (error) {
    if (isRefused(error)) return { decision: 'manual', reason: error.partyMessage || '保险公司系统未接受，转人工核保' };
    throw error;
  }
}

/** 2026-05-03 至 2026-05-05（3天） */
function spanText(days: readonly string[]): string {
  const [first] = days;
  return days.length === 1 ? `${first}（1天）` : `${first} 至 ${days.at(-1)}（${days.length}天）`;
}

function paidAtOf(state: CaseState, now: string): string {
  return textOf(state, 'paid_at') ?? now;
}

/** Everything that stands against passing at once; each is for a person to look at. */
function doubtsOf(
  purchase: Purchase,
  value: Premium,
  insurable: boolean,
  today: string,
  bound: readonly string[],
): ExplanationLine[] {
  const { firstDay } = purchase;
  const doubts: (ExplanationLine | false)[] = [
    !value.ageAllowed && fact('年龄', '起保日不满16周岁或超过65周岁'),
    !value.daysAllowed && fact('天数', `${purchase.days.length}天，不在单次可投保天数内`),
    !purchase.workTypeKnown && fact('从业类别', '不在目录内'),
    !insurable && fact('作业区域', '不在本市，或没有保险公司承保'),
    firstDay < today && fact('起保日期', '早于今天'),
    firstDay === today && !value.sameDayAllowed && fact('起保日期', `本地区不能当日起保，最早${addDays(today, 1)}`),
    bound.length > 0 && fact('同日重复', `${bound.join('、')}已有保障`),
  ];
  return doubts.filter((line) => line !== false);
}
