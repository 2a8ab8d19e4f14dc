// Claims on the city's cover: the module's rules on the rows that the city holds. Amounts come from the rule of benefits alone.

import { benefitOn, type BenefitInput } from '#catalog/rules/index';
import { dayOf } from '#platform/calendar';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { CaseState } from '#modules/cases';
import { boundDays, coverReaders, numberIn, textIn } from './cover.ts';
import type { Row } from './rows.ts';
import type { Decider, Effect, World } from './world.ts';

const dayMs = 86_400_000;
type Benefit = 'medical' | 'allowance' | 'prepay';
type Claim = Row<'benefit_claim'>;

const checkPolicy: Decider = ({ world, state, facts }) => {
  const at = textIn(state, 'accident_time');
  const hit = boundDays(world, state.personId ?? '').find(
    (one) => (one.starts_at ?? '') <= at && at < (one.ends_at ?? ''),
  );
  if (!hit) return { outcome: 'miss', data: { covered: false } };
  const policy = world.rows.cover_policy.find((one) => one.policy_id === hit.policy_id);
  const late = Date.parse(facts.now) - Date.parse(at) > 48 * 3_600_000;
  const data = {
    covered: true,
    policy_id: hit.policy_id,
    policy_no: policy?.policy_no ?? '',
    cover_leaf_id: hit.leaf_id,
  };
  return { outcome: late ? 'late' : 'hit', data };
};

/** The report that a claim belongs to: its own case, or the one that it cites. */
function reportOf(world: World, state: CaseState): CaseState {
  if (textIn(state, 'policy_id')) return state;
  const report = world.held.get(textIn(state, 'cited_case_id'))?.state;
  invariant(report, `case ${state.caseNo} cites its report`);
  return report;
}

function claimsOf(world: World, report: CaseState): Claim[] {
  return world.rows.benefit_claim.filter(
    (one) => one.policy_id === textIn(report, 'policy_id') && one.state !== 'denied',
  );
}

function addClaim(
  world: World,
  state: CaseState,
  benefit: Benefit,
  amountFen: number,
  claimState: 'open' | 'agreed',
): string {
  const report = reportOf(world, state);
  const claimId = newId();
  world.rows.benefit_claim.push({
    claim_id: claimId,
    report_case_id: report.caseId,
    benefit,
    case_id: state.caseId,
    person_id: state.personId,
    policy_id: textIn(report, 'policy_id'),
    amount_fen: amountFen,
    state: claimState,
    readers: coverReaders(world, state),
    accident_day: dayOf(textIn(report, 'accident_time')),
  });
  return claimId;
}

const openClaim: Effect = ({ world, state }) => {
  const benefit = (textIn(state, 'attached_service') || state.serviceCode) === 'DI-008' ? 'allowance' : 'medical';
  const claims = claimsOf(world, reportOf(world, state));
  const mine = claims.find((one) => one.case_id === state.caseId && one.benefit === benefit);
  if (!mine) return { claim_id: addClaim(world, state, benefit, 0, 'open'), benefit };
  undoAgreement(state, claims, mine);
  return { claim_id: mine.claim_id, benefit, agreed_offset_fen: 0 };
};

/** What was paid ahead is a prepayment again before it is agreed anew. */
function undoAgreement(state: CaseState, claims: readonly Claim[], mine: Claim): void {
  const offsetFen = mine.state === 'agreed' ? numberIn(state, 'agreed_offset_fen') : 0;
  const prepaid = claims.find((one) => one.benefit === 'prepay' && one.report_case_id === mine.report_case_id);
  if (prepaid) prepaid.amount_fen = (prepaid.amount_fen ?? 0) + offsetFen;
  Object.assign(mine, { amount_fen: 0, state: 'open' });
}

function benefitInput(state: CaseState, benefit: Benefit, before: BenefitInput['before']): BenefitInput {
  if (benefit === 'prepay') return { benefit, estimateFen: 8_000_000, before };
  if (benefit === 'medical') {
    return {
      benefit,
      billFen: numberIn(state, 'bill_total'),
      medicareFen: numberIn(state, 'medicare_paid'),
      injuryFen: numberIn(state, 'nef_injury_paid'),
      selfPayFen: numberIn(state, 'self_pay_drug'),
      before,
    };
  }
  const stayDays = Math.round((Date.parse(textIn(state, 'out_date')) - Date.parse(textIn(state, 'in_date'))) / dayMs);
  return { benefit, stayDays, leaveDays: numberIn(state, 'leave_days'), usedDaysYear: 0, before };
}

/** What the rule gives for the claim as it stands; the adjuster of the city enters just that. */
export function suggestion(
  world: World,
  state: CaseState,
  benefit: Benefit = textIn(state, 'benefit') === 'allowance' ? 'allowance' : 'medical',
) {
  const report = reportOf(world, state);
  const claims = claimsOf(world, report);
  const mine = claims.find((one) => one.case_id === state.caseId && one.benefit === benefit);
  const others = claims.filter((one) => one !== mine && one.state !== 'open');
  const ownOffsetFen = mine?.state === 'agreed' ? numberIn(state, 'agreed_offset_fen') : 0;
  const sum = (rows: readonly Claim[]) => rows.reduce((fen, row) => fen + (row.amount_fen ?? 0), 0);
  const before = {
    totalFen: sum(others) + ownOffsetFen,
    itemFen: sum(others.filter((row) => row.benefit === benefit)),
    prepaidFen:
      sum(others.filter((row) => row.benefit === 'prepay' && row.report_case_id === report.caseId)) + ownOffsetFen,
  };
  const ruled = benefitOn(dayOf(textIn(report, 'accident_time')), benefitInput(state, benefit, before), report.region);
  return { report, claims, mine, ...ruled };
}

const agree: Effect = ({ world, state }) => {
  const { report, claims, mine, value, explanation } = suggestion(world, state);
  const enteredFen = numberIn(state, 'approved_fen');
  invariant(
    mine && value.amountFen > 0 && enteredFen <= value.amountFen,
    `case ${state.caseNo} agrees to what the rule does not give`,
  );
  const agreedFen = Math.min(value.amountFen, enteredFen || value.amountFen);
  const restoredFen = mine.state === 'agreed' ? numberIn(state, 'agreed_offset_fen') : 0;
  if (mine.state === 'agreed') undoAgreement(state, claims, mine);
  const prepaid = claims.find((one) => one.benefit === 'prepay' && one.report_case_id === report.caseId);
  if (prepaid && value.offsetFen > 0) prepaid.amount_fen = (prepaid.amount_fen ?? 0) + restoredFen - value.offsetFen;
  Object.assign(mine, { amount_fen: agreedFen + value.offsetFen, state: 'agreed' });
  return {
    agreed_fen: agreedFen,
    rule_fen: value.amountFen,
    agreed_offset_fen: value.offsetFen,
    benefit_explanation: explanation,
  };
};

const checkPrepay: Effect = ({ world, state }) => {
  const { mine, value, explanation } = suggestion(world, state, 'prepay');
  const enteredFen = numberIn(state, 'prepay_fen');
  invariant(enteredFen <= value.amountFen, 'a prepayment keeps to its share');
  if (mine) Object.assign(mine, { amount_fen: enteredFen, state: 'agreed' });
  else addClaim(world, state, 'prepay', enteredFen, 'agreed');
  return { prepay_explanation: explanation };
};

function endClaims(world: World, caseId: string, from: string, to: string): void {
  for (const claim of world.rows.benefit_claim) if (claim.case_id === caseId && claim.state === from) claim.state = to;
}

export const claimEffects: Readonly<Record<string, Effect>> = {
  'cover.open_claim': openClaim,
  'cover.agree': agree,
  'cover.check_prepay': checkPrepay,
  'cover.settle_claim': ({ world, state }) => endClaims(world, state.caseId, 'agreed', 'paid'),
  'cover.deny_claim': ({ world, state }) => endClaims(world, state.caseId, 'open', 'denied'),
};

export const claimDeciders: Readonly<Record<string, Decider>> = { 'cover.policy_check': checkPolicy };
