// How a person stands to the conditions of a service before starting: only what our own records say today. It warns and decides
// nothing; the deciders look again, at what is submitted, and the law lets anybody ask.

import { ageOn } from '#catalog/fields/index';
import { evaluateRule, premiumOn, unionEligibilityRule } from '#catalog/rules/index';
import type { ConditionView } from '#apps/worker/pages/model';
import { workerAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { invariant } from '#platform/errors';
import type { Services } from './services.ts';

type Standing = Pick<ConditionView, 'standing' | 'why'>;

const judged = (met: boolean, why: string): Standing => ({ standing: met ? 'met' : 'unmet', why });
const later = (why: string): Standing => ({ standing: 'unknown', why });

export function createConditions({ catalogue, clock, cover, db, identity, membership, orgs }: Services) {
  /** What the records say of a person, by the facts that services name. A fact that is not here is known only in the case. */
  async function factsOf(personId: string): Promise<Readonly<Record<string, Standing>>> {
    const [person, member, days] = await Promise.all([
      identity.profile(personId),
      db.transaction(workerAccess(personId), (tx) => membership.activeMember(tx, personId)),
      cover.days(personId, null),
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
      'membership.occupation_listed': occupation
        ? judged(!unmet.includes('从业类别'), `您登记的从业类别是${occupation}。`)
        : later('您还没有登记从业类别，按申请表里填的核对。'),
      'membership.none_active': member
        ? judged(false, `您已经是${orgs.orgName(member.unionOrgId)}的会员，会员编号 ${member.memberNo}。`)
        : judged(true, '没有查到您的有效会籍。'),
      'cover.age_in_range': judged(ageAllowed, ageWhy),
      'cover.refund_not_started': judged(
        openDays > 0,
        openDays > 0 ? '您有还没有开始的保障日。' : '没有查到还没有开始的保障日。',
      ),
      'cover.in_force':
        days.items.length === 0 ? judged(false, '没有查到您的投保记录。') : later('以出事的那一刻是否在保为准。'),
    };
  }

  return async function conditions(personId: string, serviceCode: string): Promise<readonly ConditionView[]> {
    const eligibility = catalogue.published(serviceCode)?.service.eligibility ?? [];
    const facts = await factsOf(personId);
    return eligibility.map(({ zh, when }) => {
      if (!('fact' in when)) return { zh, ...later('按您填写的内容核对。') };
      return { zh, ...(facts[when.fact] ?? later('要看您填写的内容和办理中的核对。')) };
    });
  };
}
