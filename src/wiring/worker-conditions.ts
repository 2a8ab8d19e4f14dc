// How a person stands to the conditions of a service before starting: only what our own records say today. It warns and decides
// nothing; the deciders look again, at what is submitted, and the law lets anybody ask.

import { ageOn } from '#catalog/fields/index';
import { benefitRule, evaluateRule, parametersOf, premiumOn, unionEligibilityRule } from '#catalog/rules/index';
import type { ConditionView } from '#apps/worker/pages/model';
import { subjectOf, workerAccess, type Access } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { invariant } from '#platform/errors';
import type { Services } from './services.ts';

type Standing = Pick<ConditionView, 'standing' | 'why'>;

const judged = (met: boolean, why: string): Standing => ({ standing: met ? 'met' : 'unmet', why });
type Report = { readonly duty: string | null; readonly accidentDay: string };

/** What the records say of claims: an accepted report, and how long ago its accident was. */
function afterAccident(reports: readonly Report[], today: string, region: string): Record<string, Standing> {
  const accepted = reports.find((one) => one.duty === 'yes');
  const waiting = reports.some((one) => one.duty === null);
  const duty = accepted
    ? judged(true, `${accepted.accidentDay} 的事故已核定属于保险责任。`)
    : waiting
      ? later('您报的案还在核定责任，结果出来会通知您。')
      : judged(false, reports.length === 0 ? '没有查到您的报案，请先报案。' : '您报的案没有核定为保险责任。');
  if (!accepted) return { 'cover.duty_accepted': duty };
  const limit = parametersOf(benefitRule, accepted.accidentDay, region)?.values.disabilityDaysMax ?? 0;
  const days = Math.round((Date.parse(today) - Date.parse(accepted.accidentDay)) / 86_400_000);
  return {
    'cover.duty_accepted': duty,
    'cover.disability_window': judged(days <= limit, `今天是事故后第 ${days} 天。`),
  };
}

const later = (why: string): Standing => ({ standing: 'unknown', why });

const reportsMax = 5;

export function createConditions({ catalogue, clock, cover, db, identity, membership, orgs, reader }: Services) {
  /** What the records say of a person, by the facts that services name. A fact that is not here is known only in the case. */
  async function factsOf(personId: string): Promise<Readonly<Record<string, Standing>>> {
    const [person, member, days, reports, mandate] = await Promise.all([
      identity.profile(personId),
      db.transaction(workerAccess(personId), (tx) => membership.activeMember(tx, personId)),
      cover.days(personId, null),
      reportsOf(personId),
      cover.renewals.mandateOf(workerAccess(personId), personId),
    ]);
    invariant(person, 'who is logged in is registered');
    const today = dayOf(clock.now());
    const age = ageOn(person.birthDay, today);
    const { occupation, region } = person;
    const { unmet } = evaluateRule(unionEligibilityRule, today, {
      age,
      occupation: occupation ?? '',
      activeMember: member !== null,
      labourIncome: true,
    }).value;
    const { ageAllowed } = premiumOn(today, { age, days: 1, workType: '其他' }, region).value;
    const ageWhy = `您今天${age}周岁。`;
    const openDays = days.items.filter((day) => day.refundable).length;
    return {
      'person.age_at_least_16': judged(!unmet.includes('年龄'), ageWhy),
      'membership.active': member
        ? judged(true, `您的会员编号是${member.memberNo}。`)
        : judged(false, '您还没有有效会籍。'),
      'membership.truck_driver': occupation
        ? judged(occupation === '货车司机', `您登记的从业类别是${occupation}。`)
        : later('您还没有登记从业类别，由工会核对。'),
      'membership.occupation_listed': occupation
        ? judged(!unmet.includes('从业类别'), `您登记的从业类别是${occupation}。`)
        : later('您还没有登记从业类别，按申请表里填的核对。'),
      'membership.none_active': member
        ? judged(false, `您已经是${orgs.orgName(member.unionOrgId)}的会员，会员编号 ${member.memberNo}。`)
        : judged(true, '没有查到您的有效会籍。'),
      'cover.age_in_range': judged(ageAllowed, ageWhy),
      'cover.policy_running': judged(
        days.items.some((day) => day.stateZh === '在保' || day.stateZh === '未开始'),
        days.items.some((day) => day.stateZh === '在保' || day.stateZh === '未开始')
          ? '您有还没有结束的保障。'
          : '没有查到还没有结束的保障。',
      ),
      'cover.no_mandate':
        mandate && mandate.state !== 'ended'
          ? judged(false, `您已有一份自动续保，办件编号 ${mandate.case_no}。`)
          : judged(true, '没有查到您的自动续保。'),
      'cover.refund_not_started': judged(
        openDays > 0,
        openDays > 0 ? '您有还没有开始的保障日。' : '没有查到还没有开始的保障日。',
      ),
      ...afterAccident(reports, today, region),
      'cover.in_force':
        days.items.length === 0 ? judged(false, '没有查到您的投保记录。') : later('以出事的那一刻是否在保为准。'),
    };
  }

  /** The person's latest reports of accidents, as far as the insurer has come with each. */
  async function reportsOf(personId: string) {
    const access = workerAccess(personId);
    const { items } = await reader.mine(access, personId, null);
    const reports = items.filter((one) => one.serviceCode === 'DI-006').slice(0, reportsMax);
    const states = await Promise.all(reports.map((one) => reader.state(access, one.caseId)));
    return states.map(({ data, done, openedAt }) => ({
      duty: done['duty']?.outcome ?? null,
      accidentDay: dayOf(typeof data['accident_time'] === 'string' ? data['accident_time'] : openedAt),
    }));
  }

  return async function conditions(access: Access, serviceCode: string): Promise<readonly ConditionView[]> {
    const eligibility = catalogue.published(serviceCode)?.service.eligibility ?? [];
    // What our records say of the principal is not the agent's to read.
    const facts = access.onBehalf ? {} : await factsOf(subjectOf(access));
    return eligibility.map(({ zh, when }) => {
      if (!('fact' in when)) return { zh, ...later('按您填写的内容核对。') };
      return { zh, ...(facts[when.fact] ?? later('要看您填写的内容和办理中的核对。')) };
    });
  };
}
