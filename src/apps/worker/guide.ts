// The guide of a service, made from its definition: who, what to prepare, how long, what it costs, by which law. Pure.

import { departments, outsideParties } from '#catalog';
import type { Service } from '#catalog/define';
import type { LimitUnit } from '#platform/calendar';
import type { Draft } from './backend.ts';
import type { ConditionView, ServiceGuide, TermsView } from './pages/model.ts';
import { planOf } from './runner.ts';

const audienceZh: Record<Service['audience'][number], string> = {
  worker: '新就业形态劳动者本人',
  family: '本人的家属',
  enterprise: '平台企业和合作用工企业',
  union: '工会',
  staff: '工作人员',
};

const unitZh: Record<LimitUnit, string> = {
  minute: '分钟',
  hour: '小时',
  working_day: '个工作日',
  calendar_day: '天',
  month: '个月',
  year: '年',
};

function officeName(code: string): string {
  const all: Readonly<Record<string, { readonly zh: string }>> = { ...departments, ...outsideParties };
  return all[code]?.zh ?? code;
}

function timesOf(service: Service): ServiceGuide['time'] {
  const promised = service.promisedLimit;
  const legal = service.statutoryLimit;
  return [
    { zh: '承诺办理时间', text: `${promised.value} ${unitZh[promised.unit]}`, unverified: false },
    ...(legal
      ? [
          {
            zh: '法定办理时间',
            text: `${legal.value} ${unitZh[legal.unit]}（${legal.basis}）`,
            unverified: legal.needsCheck === true,
          },
        ]
      : []),
  ];
}

/** `conditions` are those of a person who is known; a stranger reads them without a word about himself. */
export function guideOf(
  service: Service,
  conditions: readonly ConditionView[] | null,
  draft: Draft | null,
  now: string,
): ServiceGuide {
  return {
    code: service.code,
    zh: service.zh,
    summary: service.summary ?? `办成后得到：${service.outcome.zh}。`,
    who: service.audience.map((one) => audienceZh[one]),
    conditions: conditions ?? service.eligibility.map(({ zh }) => ({ zh, standing: null, why: '' })),
    needs: Object.values(service.materials).map((material) => ({
      zh: material.zh,
      note: material.exemptIfShared ? '有共享数据时不用交' : material.required ? '必交' : '有就交',
    })),
    asks: planOf(service, draft?.answers ?? {}, now).questions.map(({ field }) => field.zh),
    time: timesOf(service),
    fee: service.fee.zh,
    outcome: service.outcome.zh,
    office: [service.lead, ...service.cooperating].map(officeName).join('、'),
    basis: service.legalBasis.map((one) => ({ zh: one.replace(/（待核）/g, ''), unverified: one.includes('待核') })),
    draftAt: draft?.updatedAt ?? null,
  };
}

export function termsOf({ terms }: Service, insurer: string | null): TermsView | null {
  if (terms === undefined) return null;
  return {
    zh: terms.zh,
    before: terms.before,
    sections: terms.sections.map(({ zh, lines, basis, confidence }) => ({
      zh,
      lines: lines.map((line) => line.replace('{insurer}', insurer ?? '承保的保险公司')),
      basis,
      unverified: confidence === 'unverified',
    })),
  };
}
