// What of a person can be erased today, and what must be kept, until when and by which clause. Pure: the facts are read by others.

import { classOfCase, keptUntil, retentionClasses, type RetentionCode } from '#catalog/retention';
import { dayOf } from '#platform/calendar';
import type { PlanItem } from './erasure-contract.ts';

export type CaseRow = {
  readonly case_id: string;
  readonly case_no: string;
  readonly service_code: string;
  readonly status: 'open' | 'ended';
  readonly end_code: string | null;
  readonly ended_at: string | null;
  readonly bore: boolean;
  readonly is_erased: boolean;
  readonly is_held: boolean;
  /** The last day of the policies that came of it. */
  readonly cover_until: string | null;
};
export type PersonRow = {
  readonly is_member: boolean;
  readonly is_held: boolean;
  readonly is_erased: boolean;
  /** Money is still on its way to or from the person. */
  readonly owes: boolean;
  readonly cover_until: string | null;
};

export function planOf(
  cases: readonly CaseRow[],
  person: PersonRow,
  today: string,
  serviceZh: (code: string) => string,
): readonly PlanItem[] {
  const items = cases.filter((one) => !one.is_erased).map((one) => ofCase(one, today, serviceZh));
  const policies = person.cover_until && keptUntil('insurance_file', person.cover_until);
  const isKept = items.some(({ verdict }) => verdict === 'keep');
  const base = { kind: 'person' as const, id: null, zh: '姓名、证件、电话、收款卡和账号' };
  const keep = (why: string, until: string | null = null, code: RetentionCode = 'person'): PlanItem => ({
    ...base,
    verdict: 'keep',
    why,
    until,
    ...basisOf(code),
  });
  const whole = person.is_held
    ? keep('有关机关要求保全，解除以前不能删除')
    : person.is_member
      ? keep('您还是工会会员；退会以后再删除', null, 'membership_file')
      : person.owes
        ? keep('还有款项没有结清，到账以后再删除', null, 'accounting')
        : policies && policies >= today
          ? keep('保单资料保存期内要知道是谁的保单', policies, 'insurance_file')
          : isKept
            ? keep('上面保留的办件要知道是谁的')
            : { ...base, verdict: 'erase' as const, why: '没有别的资料还需要它', until: null, ...basisOf('person') };
  const loose: PlanItem = {
    kind: 'loose',
    id: null,
    zh: '草稿、没有用到的照片、消息和接单记录',
    verdict: person.is_held ? 'keep' : 'erase',
    why: person.is_held ? '有关机关要求保全，解除以前不能删除' : '用完了，没有必要再留',
    until: null,
    ...basisOf('loose'),
  };
  return [...items, loose, whole];
}

function ofCase(one: CaseRow, today: string, serviceZh: (code: string) => string): PlanItem {
  const { case_id: id, case_no: caseNo, service_code: serviceCode, end_code: end, bore } = one;
  const code = classOfCase({ serviceCode, end, bore });
  const base = { kind: 'case' as const, id, zh: `${serviceZh(serviceCode)} ${caseNo}`, ...basisOf(code) };
  if (one.is_held) return { ...base, verdict: 'keep', why: '有关机关要求保全，解除以前不能删除', until: null };
  if (one.status === 'open' || one.ended_at === null)
    return { ...base, verdict: 'keep', why: '还在办理，办结以后才算保存期', until: null };
  const ended = dayOf(one.ended_at);
  const from = one.cover_until && one.cover_until > ended ? one.cover_until : ended;
  const until = keptUntil(code, from);
  if (until !== null && until >= today)
    return { ...base, verdict: 'keep', why: `${retentionClasses[code].zh}还在保存期内`, until };
  return { ...base, verdict: 'erase', why: until === null ? '没有产生权益，不需要保存' : '保存期已满', until };
}

const basisOf = (code: RetentionCode) => ({
  basis: retentionClasses[code].basis,
  needsCheck: retentionClasses[code].needsCheck,
});
