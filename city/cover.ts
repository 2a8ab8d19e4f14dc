// The daily cover and the membership of the city: what their modules decide and record in life, by the same rules of the catalogue,
// on the rows that the city holds. Nothing here computes an amount; the rules do.

import { benefitOn, evaluateRule, premiumOn, unionEligibilityRule, type BenefitInput } from '#catalog/rules/index';
import { ageOn } from '#catalog/fields/index';
import { personGrant, roleGrant } from '#platform/access';
import { dayOf, startOfDay } from '#platform/calendar';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { CaseState } from '#modules/cases';
import { post } from './ledger.ts';
import type { CityPerson } from './people.ts';
import type { Row } from './rows.ts';
import type { Context, Decider, Effect, World } from './world.ts';

const dayMs = 86_400_000;

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * dayMs).toISOString().slice(0, 10);
}

function personOf(world: World, state: CaseState): CityPerson {
  const person = world.people.get(state.personId ?? '');
  invariant(person, `case ${state.caseNo} has an applicant`);
  return person;
}

function numberIn(state: CaseState, name: string): number {
  const value = state.data[name];
  return typeof value === 'number' ? value : 0;
}

function textIn(state: CaseState, name: string): string {
  const value = state.data[name];
  return typeof value === 'string' ? value : '';
}

function traceCover(context: Context, type: string, body: unknown): string {
  const { world, state, actor } = context;
  return world.record({
    eventId: newId(), type, at: world.now(), region: state.region, department: 'insurer', actorId: actor.id, subjectId: state.personId, body,
  });
}

// ---- membership --------------------------------------------------------------------------------------------------------------

const checkMembership: Decider = ({ world, state, facts }) => {
  const person = personOf(world, state);
  const day = dayOf(facts.now);
  const member = world.rows.membership.some((one) => one.person_id === person.personId && one.ended_on === null);
  const { value, explanation } = evaluateRule(unionEligibilityRule, day, {
    age: ageOn(person.birthDay, day), occupation: textIn(state, 'occupation'), activeMember: member, labourIncome: true,
  });
  if (member) return { outcome: 'duplicate', explanation };
  return { outcome: value.eligible ? 'pass' : 'fail', explanation };
};

const recordMembership: Effect = ({ world, state, facts, actor }) => {
  const person = personOf(world, state);
  const reviewed = ['grassroots-review', 'industry-review', 'township-review'].map((step) => state.done[step]?.orgId).find((orgId) => orgId);
  const unionOrgId = reviewed ?? facts.route('county_union', state.region);
  invariant(unionOrgId, 'some union receives the member');
  const memberNo = `M${state.caseNo}`;
  const joinedOn = dayOf(facts.now);
  const leafId = world.record({
    eventId: newId(), type: 'membership.joined', at: facts.now, region: state.region, department: unionOrgId, actorId: actor.id,
    subjectId: person.personId, body: { memberNo, unionOrgId, joinedOn, case: state.caseNo },
  });
  const unions = ['grassroots_union', 'township_union', 'industry_union'].map((role) => roleGrant(role, unionOrgId));
  world.rows.membership.push({
    membership_id: newId(),
    person_id: person.personId,
    union_org_id: unionOrgId,
    member_no: memberNo,
    joined_on: joinedOn,
    ended_on: null,
    case_id: state.caseId,
    readers: ['*', personGrant(person.personId), ...unions, ...state.readers.filter((one) => one.startsWith('county_union@'))],
    leaf_id: leafId,
  });
  return { member_no: memberNo, union_name: world.orgs.name(unionOrgId), joined_on: joinedOn };
};

// ---- buying and giving back --------------------------------------------------------------------------------------------------

function premiumOf(world: World, state: CaseState) {
  const day = textIn(state, 'cover_from');
  const age = ageOn(personOf(world, state).birthDay, day);
  // The parameters are the city's; a district has none of its own.
  return premiumOn(day, { age, days: numberIn(state, 'days'), workType: textIn(state, 'work_type') as never }, `${state.region.slice(0, 4)}00`);
}

const checkEligibility: Decider = ({ world, state }) => {
  const { value, explanation } = premiumOf(world, state);
  const wanted = new Set(daysOf(textIn(state, 'cover_from'), numberIn(state, 'days')));
  const overlaps = boundDays(world, state.personId ?? '').some((one) => wanted.has(one.day ?? ''));
  return { outcome: value.ageAllowed && value.daysAllowed && !overlaps ? 'pass' : 'fail', explanation };
};

const quote: Decider = ({ world, state }) => {
  const { value, explanation } = premiumOf(world, state);
  const { grossFen, subsidyFen, payableFen } = value;
  const data = { gross_fen: grossFen, premium_fen: grossFen, subsidy_fen: subsidyFen, payable_fen: payableFen, premium_explanation: explanation };
  return { outcome: payableFen > 0 ? 'payable' : 'free', data, explanation };
};

function daysOf(first: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => addDays(first, at));
}

/** Days that stand: those whose last generation is odd. */
export function boundDays(world: World, personId: string): readonly Row<'cover_entry'>[] {
  const last = new Map<string, Row<'cover_entry'>>();
  for (const one of world.rows.cover_entry) if (one.person_id === personId) last.set(one.day ?? '', one);
  return [...last.values()].filter((one) => one.kind === 'bound');
}

const requestUnderwriting: Effect = ({ world, state }) => {
  world.jobs.push({ identifier: 'cover.underwrite', payload: { caseId: state.caseId }, jobKey: `cover.underwrite:${state.caseId}` });
};

const bind: Effect = (context) => {
  const { world, state, facts } = context;
  const person = personOf(world, state);
  const insurer = facts.route('insurer_underwriter', state.region);
  invariant(insurer, 'the insurer is routed');
  const first = textIn(state, 'cover_from');
  const days = daysOf(first, numberIn(state, 'days'));
  const last = days.at(-1) ?? first;
  const paidAt = textIn(state, 'paid_at') || facts.now;
  const starts = (day: string) => (day === dayOf(paidAt) ? paidAt : startOfDay(day));
  const policyId = newId();
  const policyNo = `P${state.caseNo}`;
  const endsAt = startOfDay(addDays(last, 1));
  const readers = ['*', personGrant(person.personId), ...['insurer_underwriter', 'insurer_adjuster'].map((role) => roleGrant(role, insurer))];
  const leafId = traceCover(context, 'cover.bound', { policyNo, policyId, case: state.caseNo, days });
  world.rows.cover_policy.push({
    policy_id: policyId,
    policy_no: policyNo,
    person_id: person.personId,
    case_id: state.caseId,
    insurer_org_id: insurer,
    insurer_policy_no: textIn(state, 'insurer_policy_no') || null,
    region: state.region,
    work_type: textIn(state, 'work_type'),
    first_day: first,
    days: days.length,
    starts_at: starts(first),
    ends_at: endsAt,
    premium_fen: numberIn(state, 'premium_fen'),
    subsidy_fen: numberIn(state, 'subsidy_fen'),
    beneficiary: textIn(state, 'beneficiary_name') || null,
    issued_at: facts.now,
    readers,
    leaf_id: leafId,
  });
  for (const day of days) addEntry(world, person.personId, day, policyId, starts(day), readers, leafId);
  const payableFen = numberIn(state, 'payable_fen');
  post(
    world,
    { idem: `premium:${state.caseId}`, debit: 'premium_received', credit: 'premium_payable', amountFen: payableFen, code: 'premium', caseId: state.caseId },
    { region: state.region, subjectId: person.personId },
  );
  return {
    policy_id: policyId, policy_no: policyNo, cover_days: `${first}至${last}`, cover_starts_at: starts(first), cover_ends_at: endsAt,
  };
};

function addEntry(world: World, personId: string, day: string, policyId: string, startsAt: string, readers: readonly string[], leafId: string): void {
  const generation = 1 + world.rows.cover_entry.filter((one) => one.person_id === personId && one.day === day).length;
  const kind = generation % 2 === 1 ? 'bound' : 'released';
  world.rows.cover_entry.push({
    person_id: personId, day, generation, policy_id: policyId, kind, starts_at: startsAt, ends_at: startOfDay(addDays(day, 1)), at: world.now(),
    readers, leaf_id: leafId,
  });
}

const accrueSubsidy: Effect = ({ world, state }) => {
  const amountFen = numberIn(state, 'subsidy_fen');
  if (amountFen === 0) return;
  post(
    world,
    { idem: `subsidy:${state.caseId}`, debit: 'subsidy_receivable', credit: 'premium_payable', amountFen, code: 'subsidy', caseId: state.caseId },
    { region: state.region, subjectId: state.personId },
  );
};

/** The policy that a case cites, and its days that can still be given back. */
function refundable(world: World, state: CaseState) {
  const policy = world.rows.cover_policy.find((one) => one.case_id === state.data['cited_case_id']);
  const wanted = new Set(daysOf(textIn(state, 'refund_dates'), numberIn(state, 'refund_days')));
  const today = dayOf(world.now());
  const days = boundDays(world, state.personId ?? '').filter(
    (one) => one.policy_id === policy?.policy_id && wanted.has(one.day ?? '') && (one.day ?? '') > today,
  );
  return { policy, days, whole: days.length === wanted.size };
}

const checkRefund: Decider = ({ world, state }) => {
  const { policy, days, whole } = refundable(world, state);
  const claimed = world.rows.benefit_claim.some((one) => one.policy_id === policy?.policy_id);
  if (!policy?.premium_fen || !policy.days || !whole || claimed) return { outcome: 'fail', data: { refund_case_id: policy?.case_id ?? null } };
  const paidFen = policy.premium_fen - (policy.subsidy_fen ?? 0);
  return { outcome: 'pass', data: { refund_fen: Math.floor((paidFen * days.length) / policy.days), refund_case_id: policy.case_id } };
};

const release: Effect = (context) => {
  const { world, state } = context;
  const { policy, days } = refundable(world, state);
  if (!policy?.policy_id || !policy.days || !policy.premium_fen || days.length === 0) return;
  const leafId = traceCover(context, 'cover.released', { policyNo: policy.policy_no, days: days.map((one) => one.day) });
  for (const one of days) addEntry(world, state.personId ?? '', one.day ?? '', policy.policy_id, one.starts_at ?? '', policy.readers, leafId);
  const share = (fen: number) => Math.floor((fen * days.length) / (policy.days ?? 1));
  const subsidyFen = share(policy.subsidy_fen ?? 0);
  if (subsidyFen > 0) {
    post(world, {
      idem: `subsidy_back:${state.caseId}`, debit: 'premium_payable', credit: 'subsidy_receivable', amountFen: subsidyFen, code: 'subsidy_back',
      caseId: state.caseId,
    });
  }
  return { refund_fen: share(policy.premium_fen - (policy.subsidy_fen ?? 0)), refund_case_id: policy.case_id };
};

// ---- claims ------------------------------------------------------------------------------------------------------------------

const checkPolicy: Decider = ({ world, state, facts }) => {
  const at = textIn(state, 'accident_time');
  const hit = boundDays(world, state.personId ?? '').find((one) => (one.starts_at ?? '') <= at && at < (one.ends_at ?? ''));
  if (!hit) return { outcome: 'miss' };
  const policy = world.rows.cover_policy.find((one) => one.policy_id === hit.policy_id);
  const late = Date.parse(facts.now) - Date.parse(at) > 48 * 3_600_000;
  const data = { policy_id: hit.policy_id, policy_no: policy?.policy_no ?? '', cover_evidence: { leafId: hit.leaf_id, generation: hit.generation } };
  return { outcome: late ? 'late' : 'hit', data };
};

/** The report that a claim belongs to: its own case, or the one that it cites. */
function reportOf(world: World, state: CaseState): CaseState {
  const cited = state.data['cited_case_id'];
  return (typeof cited === 'string' ? world.held.get(cited)?.state : undefined) ?? state;
}

function liveClaim(world: World, state: CaseState): Row<'benefit_claim'> | undefined {
  return world.rows.benefit_claim.findLast((one) => one.case_id === state.caseId && one.state !== 'denied');
}

function benefitName(state: CaseState): 'medical' | 'allowance' {
  const code = state.attached.at(-1) ?? textIn(state, 'attached_service');
  return (code || state.serviceCode) === 'DI-008' ? 'allowance' : 'medical';
}

const openClaim: Effect = ({ world, state }) => {
  const benefit = benefitName(state);
  const report = reportOf(world, state);
  const policyId = textIn(report, 'policy_id');
  if (liveClaim(world, state)) return { benefit };
  world.rows.benefit_claim.push({
    claim_id: newId(),
    report_case_id: report.caseId,
    benefit,
    case_id: state.caseId,
    person_id: state.personId,
    policy_id: policyId,
    amount_fen: 0,
    state: 'open',
    readers: [...state.readers],
  });
  return { benefit, policy_id: policyId };
};

function benefitInput(state: CaseState, totalFen: number, prepaidFen: number): BenefitInput {
  const before = { totalFen, itemFen: 0, prepaidFen };
  if (benefitName(state) === 'medical') {
    return {
      benefit: 'medical', billFen: numberIn(state, 'bill_total'), medicareFen: numberIn(state, 'medicare_paid'),
      injuryFen: numberIn(state, 'nef_injury_paid'), selfPayFen: numberIn(state, 'self_pay_drug'), before,
    };
  }
  const stayDays = Math.round((Date.parse(textIn(state, 'out_date')) - Date.parse(textIn(state, 'in_date'))) / dayMs);
  return { benefit: 'allowance', stayDays, leaveDays: numberIn(state, 'leave_days'), usedDaysYear: 0, before };
}

/** What the rule gives for the claim as it stands; the adjuster of the city enters just that. */
export function suggestedFen(world: World, state: CaseState) {
  const report = reportOf(world, state);
  const earlier = world.rows.benefit_claim.filter(
    (one) => one.report_case_id === report.caseId && one.case_id !== state.caseId && ['agreed', 'paid'].includes(one.state ?? ''),
  );
  const prepaidFen = state.done['prepay']?.outcome === 'paid' ? numberIn(state, 'prepay_fen') : 0;
  const totalFen = earlier.reduce((sum, one) => sum + (one.amount_fen ?? 0), 0) + prepaidFen;
  const { value, explanation } = benefitOn(
    dayOf(textIn(report, 'accident_time')), benefitInput(state, totalFen, prepaidFen), `${state.region.slice(0, 4)}00`,
  );
  return { amountFen: value.amountFen, explanation };
}

const agree: Effect = ({ world, state }) => {
  const { amountFen, explanation } = suggestedFen(world, state);
  const agreedFen = Math.min(amountFen, numberIn(state, 'approved_fen'));
  const claim = liveClaim(world, state);
  if (claim) Object.assign(claim, { amount_fen: agreedFen, state: 'agreed' });
  return { agreed_fen: agreedFen, approved_fen: agreedFen, benefit_explanation: explanation };
};

const settleClaim: Effect = ({ world, state }) => {
  const claim = liveClaim(world, state);
  if (claim) claim.state = 'paid';
};

const denyClaim: Effect = ({ world, state }) => {
  const claim = liveClaim(world, state);
  if (claim) claim.state = 'denied';
};

export const coverEffects: Readonly<Record<string, Effect>> = {
  'membership.record': recordMembership,
  'cover.request_underwriting': requestUnderwriting,
  'cover.bind': bind,
  'cover.accrue_subsidy': accrueSubsidy,
  'cover.release': release,
  'cover.check_prepay': () => {},
  'cover.open_claim': openClaim,
  'cover.agree': agree,
  'cover.settle_claim': settleClaim,
  'cover.deny_claim': denyClaim,
};

export const coverDeciders: Readonly<Record<string, Decider>> = {
  'membership.check': checkMembership,
  'cover.eligibility': checkEligibility,
  'cover.quote': quote,
  'cover.refund_check': checkRefund,
  'cover.policy_check': checkPolicy,
};
