// Claims on cover: was the person covered, one claim a benefit and accident, what the rule gives, what was agreed, paid or denied. The
// amount is computed again here whatever a page sent; nobody agrees to more than the rule gives.

import {
  benefitOn,
  parametersOf,
  benefitRule,
  yuan,
  type BenefitInput,
  type ExplanationLine,
} from '#catalog/rules/index';
import type { CaseState, Effect, EffectContext } from '#modules/cases';
import { dayOf } from '#platform/calendar';
import { brokenConstraint, type Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { benefitZh, refuse } from './contract.ts';
import { daysBetween } from './days.ts';
import { createDeaths } from './deaths.ts';
import { coverReaders, type CoverOptions } from './options.ts';
import { textOf, wholeOf, type Suggestion } from './ports.ts';
import { createReports, instantOf, isSameAccident, line, type Report } from './reports.ts';
import * as store from './store.ts';

const noClaim = '00000000-0000-0000-0000-000000000000';
const benefitOfService: Readonly<Record<string, store.Benefit>> = {
  'DI-007': 'medical',
  'DI-008': 'allowance',
  'DI-009': 'disability',
  'DI-010': 'death',
};
const grades = ['一级', '二级', '三级', '四级', '五级', '六级', '七级', '八级', '九级', '十级'];
const amountMax = 100_000_000_000;

export function createClaims(options: CoverOptions) {
  const { policyCheck, reportClaim, reportOf, liableReportOf } = createReports(options);
  const deaths = createDeaths(options);

  /** What a limit has given already, also to cases that whoever acts does not see. */
  const claimsUnder = (tx: Tx, report: Report) =>
    tx.asSystem().run(store.claimsOfPolicy, [report.policyId, dayOf(report.accidentAt)]);

  /** No other claim of this person moves until the transaction ends, also where there is no claim yet that a row lock could hold. */
  function heldClaims(tx: Tx, report: Report): Promise<readonly store.ClaimRow[]> {
    tx.send(store.lockPerson, [report.personId]);
    return claimsUnder(tx, report);
  }

  /** Leaving `docs` with the papers: the claim is opened, or the same case's own is opened again. */
  const openClaim: Effect = async (context) => {
    const { tx, state } = context;
    const benefit = benefitOf(state);
    const report = await liableReportOf(tx, state);
    const claims = await heldClaims(tx, report);
    const mine = claims.find((one) => one.case_id === state.caseId && one.benefit === benefit);
    const kept = benefit === 'death' ? await deaths.admit(context) : {};
    if (mine) {
      if (mine.state === 'paid') throw refuse('cover.claim_exists', { benefit: benefitZh[benefit] });
      // What some of a family have been paid stays agreed; the others give another card.
      if (deaths.isPartlyPaid(state)) return { ...kept, claim_id: mine.claim_id, benefit };
      await undoAgreement(tx, state, claims, mine);
      return { ...kept, claim_id: mine.claim_id, benefit, agreed_offset_fen: 0 };
    }
    // A second member of the family is not turned away: a person judges between them, and the claim stays the first one's till then.
    if (benefit === 'death' && (await deaths.rivalsOf(tx, state, report)).length > 0) return { ...kept, benefit };
    await requireOneAccident(tx, report, benefit, claims);
    await releaseAbandoned(
      tx,
      claims.find((one) => one.benefit === benefit && one.report_case_id === report.caseId),
    );
    const claimId = newId();
    await insertClaim(context, report, { claimId, benefit, amountFen: 0, state: 'open' });
    return { ...kept, claim_id: claimId, benefit };
  };

  /** The same accident reported twice is still one: its benefits are claimed once, whichever report is cited. */
  async function requireOneAccident(
    tx: Tx,
    report: Report,
    benefit: store.Benefit,
    claims: readonly store.ClaimRow[],
  ): Promise<void> {
    for (const one of claims) {
      if (one.benefit !== benefit || one.report_case_id === report.caseId) continue;
      const other = await options.cases.read(tx.asSystem(), one.report_case_id);
      if (other && isSameAccident(instantOf(other, 'accident_time'), report.accidentAt))
        throw refuse('cover.claim_exists', { benefit: benefitZh[benefit] });
    }
  }

  /** A claim whose case ended undecided (withdrawn, expired) stands in nobody's way. */
  async function releaseAbandoned(tx: Tx, claim: store.ClaimRow | undefined): Promise<void> {
    if (claim?.state !== 'open') return;
    const owner = await options.cases.read(tx, claim.case_id);
    if (owner?.status === 'ended') await tx.one(store.setClaim, [claim.claim_id, 0, 'denied', null]);
  }

  async function insertClaim(
    context: EffectContext,
    report: Report,
    claim: { claimId: string; benefit: store.Benefit; amountFen: number; state: 'open' | 'agreed' },
  ): Promise<void> {
    const { tx, state } = context;
    try {
      await tx.run(store.insertClaim, [
        claim.claimId,
        report.caseId,
        claim.benefit,
        state.caseId,
        report.personId,
        report.policyId,
        dayOf(report.accidentAt),
        claim.amountFen,
        claim.state,
        coverReaders(context),
      ]);
    } catch (error) {
      if (brokenConstraint(error) === 'benefit_claim_once_key')
        throw refuse('cover.claim_exists', { benefit: benefitZh[claim.benefit] });
      throw error;
    }
  }

  /** What was agreed once is taken back before it is agreed anew: the part paid ahead is a prepayment again. */
  async function undoAgreement(
    tx: Tx,
    state: CaseState,
    claims: readonly store.ClaimRow[],
    mine: store.ClaimRow,
  ): Promise<void> {
    const offsetFen = mine.state === 'agreed' ? wholeOf(state, 'agreed_offset_fen') : 0;
    const prepaid = claims.find((one) => one.benefit === 'prepay' && one.report_case_id === mine.report_case_id);
    if (offsetFen > 0 && prepaid)
      await tx.one(store.setClaim, [prepaid.claim_id, prepaid.amount_fen + offsetFen, prepaid.state, null]);
    await tx.one(store.setClaim, [mine.claim_id, 0, 'open', null]);
  }

  // ---- what the rule gives ---------------------------------------------------------------------------------------------------

  function benefitInput(
    state: CaseState,
    benefit: store.Benefit,
    before: BenefitInput['before'],
    usedDaysYear: number,
  ): BenefitInput {
    const fen = (name: string) => Math.min(wholeOf(state, name), amountMax);
    switch (benefit) {
      case 'medical':
        return {
          benefit,
          billFen: fen('bill_total'),
          medicareFen: fen('medicare_paid'),
          injuryFen: fen('nef_injury_paid'),
          selfPayFen: fen('self_pay_drug'),
          before,
        };
      case 'allowance': {
        const stayDays = daysBetween(textOf(state, 'in_date') ?? '', textOf(state, 'out_date') ?? '');
        return {
          benefit,
          stayDays: stayDays > 0 ? Math.min(stayDays, 3_660) : 0,
          leaveDays: wholeOf(state, 'leave_days'),
          usedDaysYear,
          before,
        };
      }
      case 'disability':
        return { benefit, grade: gradeOf(state), before };
      case 'death':
        return { benefit, before };
      case 'prepay':
        return { benefit, estimateFen: fen('estimate_fen'), before };
    }
  }

  async function computed(
    tx: Tx,
    state: CaseState,
    report: Report,
    benefit: store.Benefit,
    claims: readonly store.ClaimRow[],
  ) {
    const mine = claims.find((one) => one.case_id === state.caseId && one.benefit === benefit);
    const others = claims.filter((one) => one !== mine && one.state !== 'open');
    const ownOffsetFen = mine?.state === 'agreed' ? wholeOf(state, 'agreed_offset_fen') : 0;
    const sum = (rows: readonly store.ClaimRow[]) => rows.reduce((fen, row) => fen + row.amount_fen, 0);
    const life = ['disability', 'death'];
    const sameItem = (row: store.ClaimRow) =>
      row.benefit === benefit || (life.includes(row.benefit) && life.includes(benefit));
    const before = {
      totalFen: sum(others) + ownOffsetFen,
      itemFen: sum(others.filter(sameItem)),
      prepaidFen:
        sum(others.filter((row) => row.benefit === 'prepay' && row.report_case_id === report.caseId)) + ownOffsetFen,
    };
    const input = benefitInput(state, benefit, before, await daysUsed(tx, report, mine?.claim_id ?? noClaim, benefit));
    return { mine, others, ...benefitOn(dayOf(report.accidentAt), input, report.region) };
  }

  /** Days of allowance that the year has used, by what was paid for them. */
  async function daysUsed(tx: Tx, report: Report, claimId: string, benefit: store.Benefit): Promise<number> {
    if (benefit !== 'allowance') return 0;
    const day = dayOf(report.accidentAt);
    const dailyFen = parametersOf(benefitRule, day, report.region)?.values.allowanceDailyFen ?? 1;
    const { amount_fen: usedFen } = await tx
      .asSystem()
      .one(store.allowanceOfYear, [report.personId, day.slice(0, 4), claimId]);
    return Math.ceil(usedFen / dailyFen);
  }

  /** For the adjuster: what the rule gives, line by line; null where the case claims no benefit yet. */
  async function suggest(tx: Tx, state: CaseState): Promise<Suggestion | null> {
    const benefit = textOf(state, 'benefit');
    if (!isBenefit(benefit)) return null;
    const report = await reportOf(tx, state);
    const claims = await claimsUnder(tx, report);
    const { mine, value, explanation } = await computed(tx, state, report, benefit, claims);
    const others = await Promise.all(claims.filter((one) => one !== mine).map((one) => otherClaim(tx, one)));
    const late =
      benefit === 'disability'
        ? lateClaim(state, report)
        : benefit === 'death'
          ? await deaths.lines(tx, state, report, value.amountFen)
          : [];
    return { amountFen: value.amountFen, explanation: [...explanation, ...late, ...others] };
  }

  /** A disability claimed long after its accident: the adjuster looks at it, nobody is refused for it. */
  function lateClaim(state: CaseState, report: Report): ExplanationLine[] {
    const accident = dayOf(report.accidentAt);
    const limit = parametersOf(benefitRule, accident, report.region)?.values.disabilityDaysMax ?? 0;
    const days = daysBetween(accident, dayOf(state.openedAt));
    const asked = line(
      '提出时间',
      `事故后第 ${days} 天，期限 ${limit} 天（待核）${days > limit ? '，请核对延迟原因' : ''}`,
    );
    const said = wholeOf(state, 'assess_grade');
    return said === 0 ? [asked] : [asked, line('申请人所附评定书的等级', `${said}级，以专家评定的等级为准`)];
  }

  /** Another claim of the policy, for the adjuster to see whether the same harm is paid twice. */
  async function otherClaim(tx: Tx, claim: store.ClaimRow): Promise<ExplanationLine> {
    const owner = await options.cases.read(tx.asSystem(), claim.case_id);
    const amount = claim.state === 'open' ? '还没有核定' : yuan(claim.amount_fen);
    return line('同一保单的其他理赔', `${owner?.caseNo ?? ''}，${benefitZh[claim.benefit]}，${amount}`);
  }

  /** Leaving `assess` with an amount. The person's claims are held, so that two at once cannot both take the last of a limit. */
  const agree: Effect = async (context) => {
    const { tx, state } = context;
    const benefit = textOf(state, 'benefit');
    invariant(isBenefit(benefit), `case ${state.caseId} is assessed without a claim`);
    const report = await liableReportOf(tx, state);
    const enteredFen = wholeOf(state, 'approved_fen');
    if (benefit === 'death') {
      tx.send(store.lockPerson, [report.personId]);
      await deaths.requireAgreeable(context, report, enteredFen);
      await claimLeftOver(context, report);
    }
    const claims = await heldClaims(tx, report);
    const { mine, value, explanation } = await computed(tx, state, report, benefit, claims);
    invariant(mine, `case ${state.caseId} has no claim`);
    if (value.amountFen === 0) throw refuse('cover.nothing_due');
    if (enteredFen > value.amountFen)
      throw refuse('cover.over_limit', { entered: yuan(enteredFen), allowed: yuan(value.amountFen) });
    const agreedFen = Math.min(value.amountFen, enteredFen || value.amountFen);
    if (mine.state === 'agreed') await undoAgreement(tx, state, claims, mine);
    await takeOffset(
      tx,
      report,
      claims,
      mine.state === 'agreed' ? wholeOf(state, 'agreed_offset_fen') : 0,
      value.offsetFen,
    );
    await tx.one(store.setClaim, [mine.claim_id, agreedFen + value.offsetFen, 'agreed', null]);
    return {
      agreed_fen: agreedFen,
      approved_fen: agreedFen,
      rule_fen: value.amountFen,
      agreed_offset_fen: value.offsetFen,
      benefit_explanation: benefit === 'death' ? [...explanation, ...deaths.shareLines(state, agreedFen)] : explanation,
    };
  };

  /** A family's claim that came second holds none; once the first one's is gone it is opened. */
  async function claimLeftOver(context: EffectContext, report: Report): Promise<void> {
    const claims = await claimsUnder(context.tx, report);
    if (claims.some((one) => one.case_id === context.state.caseId && one.benefit === 'death')) return;
    await releaseAbandoned(
      context.tx,
      claims.find((one) => one.benefit === 'death' && one.report_case_id === report.caseId),
    );
    await requireOneAccident(context.tx, report, 'death', claims);
    await insertClaim(context, report, { claimId: newId(), benefit: 'death', amountFen: 0, state: 'open' });
  }

  /** What was paid ahead becomes a part of this benefit, so that it is neither lost nor counted twice. */
  async function takeOffset(
    tx: Tx,
    report: Report,
    claims: readonly store.ClaimRow[],
    restoredFen: number,
    offsetFen: number,
  ): Promise<void> {
    if (offsetFen === 0) return;
    const prepaid = claims.find((one) => one.benefit === 'prepay' && one.report_case_id === report.caseId);
    invariant(prepaid, 'an offset comes from a prepayment');
    await tx.one(store.setClaim, [prepaid.claim_id, prepaid.amount_fen + restoredFen - offsetFen, prepaid.state, null]);
  }

  /** Leaving `prepay-option` with a prepayment: at most the rule's share of what is expected, and within what the limits leave. */
  const checkPrepay: Effect = async (context) => {
    const { tx, state } = context;
    const report = await liableReportOf(tx, state);
    const claims = await heldClaims(tx, report);
    const limits = parametersOf(benefitRule, dayOf(report.accidentAt), report.region)?.values;
    invariant(limits, 'the rule of benefits is in force');
    // Nobody has estimated: the medical limit is the most that an accident's bill can come to.
    const estimated = wholeOf(state, 'estimate_fen') || limits.medicalLimitFen;
    const { mine, value, explanation } = await computed(
      tx,
      { ...state, data: { ...state.data, estimate_fen: estimated } },
      report,
      'prepay',
      claims,
    );
    const enteredFen = wholeOf(state, 'prepay_fen');
    if (enteredFen > value.amountFen)
      throw refuse('cover.over_limit', { entered: yuan(enteredFen), allowed: yuan(value.amountFen) });
    if (mine) await tx.one(store.setClaim, [mine.claim_id, enteredFen, 'agreed', null]);
    else
      await insertClaim(context, report, {
        claimId: newId(),
        benefit: 'prepay',
        amountFen: enteredFen,
        state: 'agreed',
      });
    return { prepay_explanation: explanation };
  };

  /** Leaving `pay` with the bank's receipt. */
  const settleClaim: Effect = async ({ tx, state, facts }) => {
    await tx.run(store.endClaimsOfCase, [state.caseId, ['agreed'], 'paid', facts.now]);
  };

  /** Entering `deny`: what was asked for is free to be asked for again; what was paid ahead stays paid. */
  const denyClaim: Effect = async ({ tx, state, facts }) => {
    const benefit = textOf(state, 'benefit');
    if (!isBenefit(benefit)) return;
    const report = await reportOf(tx, state);
    const claims = await heldClaims(tx, report);
    const mine = claims.find((one) => one.case_id === state.caseId && one.benefit === benefit);
    if (!mine || mine.state === 'paid') return;
    if (deaths.isPartlyPaid(state)) deaths.requireUnpaid(state, null);
    await undoAgreement(tx, state, claims, mine);
    await tx.one(store.setClaim, [mine.claim_id, 0, 'denied', facts.now]);
    return { agreed_offset_fen: 0 };
  };

  return {
    deciders: { 'cover.policy_check': policyCheck },
    effects: {
      'cover.open_claim': openClaim,
      'cover.agree': agree,
      'cover.check_prepay': checkPrepay,
      'cover.settle_claim': settleClaim,
      'cover.deny_claim': denyClaim,
      'cover.register_death': deaths.register,
    },
    suggest,
    reportClaim,
    sharesOf: deaths.sharesOf,
  };
}

/** The grade that the expert gave; the applicant's own is never taken for it. */
function gradeOf(state: CaseState): number {
  const index = grades.indexOf(textOf(state, 'disability_grade') ?? '');
  if (index === -1) throw refuse('cover.not_rated');
  return index + 1;
}

function isBenefit(value: string | null): value is store.Benefit {
  return value !== null && Object.hasOwn(benefitZh, value);
}

/** By the service that brought the papers, else by what the papers hold. */
function benefitOf(state: CaseState): store.Benefit {
  const code = textOf(state, 'attached_service') ?? state.serviceCode;
  const named = benefitOfService[code];
  if (named) return named;
  if (wholeOf(state, 'bill_total') > 0) return 'medical';
  if (textOf(state, 'in_date')) return 'allowance';
  throw refuse('cover.no_benefit');
}
