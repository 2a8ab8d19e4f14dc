// The daily cover and the membership of the city: what their modules decide and record in life, by the same rules of the catalogue,
// on the rows that the city holds. Nothing here computes an amount; the rules do.

import { evaluateRule, occupations, premiumOn, unionEligibilityRule } from '#catalog/rules/index';
import { ageOn } from '#catalog/fields/index';
import { personGrant, roleGrant } from '#platform/access';
import { dayOf, startOfDay } from '#platform/calendar';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { CaseState } from '#modules/cases';
import { post } from './ledger.ts';
import type { CityPerson } from './people.ts';
import type { Row } from './rows.ts';
import type { Decider, Effect, World } from './world.ts';

const dayMs = 86_400_000;

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * dayMs).toISOString().slice(0, 10);
}

export function personOf(world: World, state: CaseState): CityPerson {
  const person = world.people.get(state.personId ?? '');
  invariant(person, `case ${state.caseNo} has an applicant`);
  return person;
}

export function numberIn(state: CaseState, name: string): number {
  const value = state.data[name];
  return typeof value === 'number' ? value : 0;
}

export function textIn(state: CaseState, name: string): string {
  const value = state.data[name];
  return typeof value === 'string' ? value : '';
}

// ---- membership --------------------------------------------------------------------------------------------------------------

const checkMembership: Decider = ({ world, state, facts }) => {
  const person = personOf(world, state);
  const day = dayOf(facts.now);
  const member = world.rows.membership.some((one) => one.person_id === person.personId && one.ended_on === null);
  const { value, explanation } = evaluateRule(unionEligibilityRule, day, {
    age: ageOn(person.birthDay, day),
    occupation: textIn(state, 'occupation'),
    activeMember: member,
    labourIncome: true,
  });
  if (member) return { outcome: 'duplicate', explanation };
  return { outcome: value.eligible ? 'pass' : 'fail', explanation };
};

const recordMembership: Effect = ({ world, state, facts, actor }) => {
  const person = personOf(world, state);
  const reviewed = ['grassroots-review', 'industry-review', 'township-review']
    .map((step) => state.done[step]?.orgId)
    .find((orgId) => orgId);
  const unionOrgId = reviewed ?? facts.route('county_union', state.region);
  invariant(unionOrgId, 'some union receives the member');
  const memberNo = `M${state.caseNo}`;
  const joinedOn = dayOf(facts.now);
  const leafId = world.record({
    eventId: newId(),
    type: 'membership.joined',
    at: facts.now,
    region: state.region,
    department: unionOrgId,
    actorId: actor.id,
    subjectId: person.personId,
    body: { memberNo, unionOrgId, joinedOn, case: state.caseNo },
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
    readers: [
      '*',
      personGrant(person.personId),
      ...unions,
      ...state.readers.filter((one) => one.startsWith('county_union@')),
    ],
    leaf_id: leafId,
  });
  return { member_no: memberNo, union_name: world.orgs.name(unionOrgId), joined_on: joinedOn };
};

// ---- buying and giving back --------------------------------------------------------------------------------------------------

/** Whoever works with cover reads it, beside the insured. */
export function coverReaders(world: World, state: CaseState): string[] {
  const roles = [
    'insurer_underwriter',
    'insurer_adjuster',
    'insurer_finance',
    'medical_expert',
    'hrss_window',
    'hrss_investigator',
    'supervisor',
  ];
  const orgs = roles.flatMap((role) => {
    const orgId = world.orgs.route(role, state.region);
    return orgId ? [roleGrant(role, orgId)] : [];
  });
  return ['*', personGrant(state.personId ?? ''), ...orgs];
}

function premiumOf(world: World, state: CaseState, days = numberIn(state, 'days')) {
  const first = textIn(state, 'cover_from');
  const workType = occupations.find((one) => one === textIn(state, 'work_type')) ?? '其他';
  return premiumOn(
    first,
    { age: ageOn(personOf(world, state).birthDay, first), days, workType },
    textIn(state, 'work_region') || state.region,
  );
}

const checkEligibility: Decider = ({ world, state }) => {
  const { value, explanation } = premiumOf(world, state);
  const first = textIn(state, 'cover_from');
  const wanted = new Set(daysOf(first, numberIn(state, 'days')));
  const doubts: string[] = [];
  if (!value.ageAllowed) doubts.push('年龄：起保日不满16周岁或超过65周岁');
  if (!value.daysAllowed) doubts.push('天数：不在单次可投保天数内');
  const taken = boundDays(world, state.personId ?? '').filter((one) => wanted.has(one.day ?? ''));
  if (taken.length > 0) doubts.push(`同日重复：${taken.map((one) => one.day).join('、')}已有保障`);
  const data = { risk_class: value.riskZh, ...(doubts.length > 0 ? { eligibility_doubts: doubts } : {}) };
  return { outcome: doubts.length === 0 ? 'pass' : 'fail', data, explanation };
};

const quote: Decider = ({ world, state }) => {
  const { value, explanation } = premiumOf(world, state);
  const { grossFen, subsidyFen, payableFen, riskZh } = value;
  const data = {
    gross_fen: grossFen,
    subsidy_fen: subsidyFen,
    payable_fen: payableFen,
    risk_class: riskZh,
    premium_explanation: explanation,
  };
  return { outcome: payableFen > 0 ? 'payable' : 'free', data, explanation };
};

function daysOf(first: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => addDays(first, at));
}

/** Days that stand: those whose last generation is odd. */
export function boundDays(world: World, personId: string): readonly Row<'cover_entry'>[] {
  const last = new Map<string, Row<'cover_entry'>>();
  for (const one of world.coverOf(personId)) last.set(one.day ?? '', one);
  return [...last.values()].filter((one) => one.kind === 'bound');
}

const requestUnderwriting: Effect = ({ world, state }) => {
  world.jobs.push({
    identifier: 'cover.underwrite',
    payload: { caseId: state.caseId },
    jobKey: `cover.underwrite:${state.caseId}`,
  });
};

const bind: Effect = ({ world, state, facts }) => {
  const person = personOf(world, state);
  const insurer = facts.route('insurer_underwriter', state.region);
  invariant(insurer, 'the insurer is routed');
  const first = textIn(state, 'cover_from');
  const at = world.now();
  const paidAt = textIn(state, 'paid_at') || at;
  const starts = (day: string) => (day === dayOf(paidAt) ? paidAt : startOfDay(day));
  const spans = daysOf(first, numberIn(state, 'days')).map((day) => ({
    day,
    startsAt: starts(day),
    endsAt: startOfDay(addDays(day, 1)),
  }));
  invariant(first >= dayOf(paidAt), 'the city pays before its cover starts');
  const days = spans.map((one) => one.day);
  const policyId = newId();
  const policyNo = `GD${state.caseNo}`;
  const { value: price } = premiumOf(world, state);
  const readers = coverReaders(world, state);
  const leafId = world.record({
    eventId: policyId,
    type: 'cover.bound',
    at,
    region: state.region,
    department: 'insurer',
    actorId: null,
    subjectId: person.personId,
    body: { policyNo, case: state.caseNo, asked: spans },
  });
  const startsAt = spans[0]?.startsAt ?? at;
  const endsAt = spans.at(-1)?.endsAt ?? at;
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
    starts_at: startsAt,
    ends_at: endsAt,
    premium_fen: price.grossFen,
    subsidy_fen: price.subsidyFen,
    beneficiary: textIn(state, 'beneficiary_name') || null,
    issued_at: at,
    readers,
    leaf_id: leafId,
  });
  for (const span of spans) addEntry(world, person.personId, span, policyId, 'bound', readers, leafId);
  post(
    world,
    {
      idem: `earned:${policyNo}`,
      debit: 'premium_received',
      credit: 'premium_payable',
      amountFen: price.payableFen,
      code: 'premium',
      caseId: state.caseId,
    },
    { region: state.region, subjectId: person.personId },
  );
  return {
    policy_no: policyNo,
    policy_id: policyId,
    cover_days: days,
    cover_starts_at: startsAt,
    cover_ends_at: endsAt,
    premium_fen: price.grossFen,
    subsidy_bound_fen: price.subsidyFen,
  };
};

type Span = { readonly day: string; readonly startsAt: string; readonly endsAt: string };

function addEntry(
  world: World,
  personId: string,
  span: Span,
  policyId: string,
  kind: 'bound' | 'released',
  readers: readonly string[],
  leafId: string,
): void {
  const { day, startsAt, endsAt } = span;
  const generation = 1 + world.coverOf(personId).filter((one) => one.day === day).length;
  invariant((generation % 2 === 1) === (kind === 'bound'), `${day} is bound or released twice`);
  world.addCover({
    person_id: personId,
    day,
    generation,
    policy_id: policyId,
    kind,
    starts_at: startsAt,
    ends_at: endsAt,
    at: world.now(),
    readers,
    leaf_id: leafId,
  });
}

const accrueSubsidy: Effect = ({ world, state }) => {
  const amountFen = numberIn(state, 'subsidy_bound_fen');
  if (amountFen === 0) return;
  const idem = `subsidy:GD${state.caseNo}`;
  post(
    world,
    { idem, debit: 'subsidy_receivable', credit: 'premium_payable', amountFen, code: 'subsidy', caseId: state.caseId },
    { region: state.region, subjectId: state.personId },
  );
};

/** What can be given back of what was asked: bound days of the cited policy that have not started. */
function refundOf(world: World, state: CaseState) {
  const cited = world.held.get(textIn(state, 'cited_case_id'))?.state;
  const policy = world.rows.cover_policy.find((one) => one.case_id === cited?.caseId);
  const asked = daysOf(textIn(state, 'refund_dates'), numberIn(state, 'refund_days'));
  if (!cited || !policy?.policy_id || !policy.days)
    return { policy: null, spans: [], refundFen: 0, subsidyFen: 0, why: '引用的办件没有本人的有效保单' };
  const bound = boundDays(world, state.personId ?? '').filter((one) => one.policy_id === policy.policy_id);
  const spans = bound
    .filter((one) => asked.includes(one.day ?? '') && (one.starts_at ?? '') > world.now())
    .map((one) => ({ day: one.day ?? '', startsAt: one.starts_at ?? '', endsAt: one.ends_at ?? '' }));
  const claimed = world.rows.benefit_claim.some((one) => one.policy_id === policy.policy_id && one.state !== 'denied');
  const why = claimed
    ? '该保单已有理赔'
    : spans.length < asked.length
      ? '所选日期中有的已经开始、已退或不在保单内'
      : null;
  const whole = premiumOf(world, cited, bound.length).value;
  const rest = premiumOf(world, cited, bound.length - spans.length).value;
  return {
    policy,
    spans,
    refundFen: whole.payableFen - rest.payableFen,
    subsidyFen: whole.subsidyFen - rest.subsidyFen,
    why,
  };
}

const checkRefund: Decider = ({ world, state }) => {
  const { spans, why } = refundOf(world, state);
  const data = { ...(why ? { refund_doubt: why } : {}), refund_day_list: spans.map((one) => one.day) };
  return { outcome: why === null && spans.length > 0 ? 'pass' : 'fail', data };
};

const release: Effect = ({ world, state }) => {
  const { policy, spans, refundFen, subsidyFen } = refundOf(world, state);
  const days = spans.map((one) => one.day);
  if (!policy?.policy_id || days.length === 0)
    return { refund_fen: 0, refund_case_id: policy?.case_id ?? state.caseId, refund_day_list: [] };
  const leafId = world.record({
    eventId: newId(),
    type: 'cover.released',
    at: world.now(),
    region: state.region,
    department: 'insurer',
    actorId: null,
    subjectId: state.personId,
    body: { policyNo: policy.policy_no, case: state.caseNo, days, refundFen, subsidyFen },
  });
  const readers = coverReaders(world, state);
  for (const span of spans) addEntry(world, state.personId ?? '', span, policy.policy_id, 'released', readers, leafId);
  if (subsidyFen > 0) {
    post(
      world,
      {
        idem: `unsubsidy:${state.caseId}`,
        debit: 'premium_payable',
        credit: 'subsidy_receivable',
        amountFen: subsidyFen,
        code: 'subsidy_reversed',
        caseId: state.caseId,
      },
      { region: state.region, subjectId: state.personId },
    );
  }
  return {
    refund_fen: refundFen,
    refund_subsidy_fen: subsidyFen,
    refund_case_id: policy.case_id,
    refund_day_list: days,
  };
};

export const coverEffects: Readonly<Record<string, Effect>> = {
  'membership.record': recordMembership,
  'cover.request_underwriting': requestUnderwriting,
  'cover.bind': bind,
  'cover.accrue_subsidy': accrueSubsidy,
  'cover.release': release,
};

export const coverDeciders: Readonly<Record<string, Decider>> = {
  'membership.check': checkMembership,
  'cover.eligibility': checkEligibility,
  'cover.quote': quote,
  'cover.issue': () => ({ outcome: 'done' }),
  'cover.refund_check': checkRefund,
};
