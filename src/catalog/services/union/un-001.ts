// UN-001 新就业形态劳动者个人入会。

import { choices, defineService, field } from '#catalog/define';
import { unionMembershipJoin } from '#catalog/workflows/union-membership-join';
import { occupations } from '#catalog/services/shared';

export const un001 = defineService({
  code: 'UN-001',
  zh: '新就业形态劳动者个人入会',
  en: 'Individual union membership application',
  domain: 'union',
  workflow: unionMembershipJoin,
  entry: 'individual',
  audience: ['worker'],
  lead: 'union',
  cooperating: ['social_work', 'platform_company'],
  channels: ['mobile', 'window'],
  summary: '没有固定单位也能加入工会。入会免费，入会后可以参加互助保障、法律援助和帮扶。',
  keywords: ['入会', '工会', '会员', '加入工会', '会员证'],
  fields: {
    occupation: field('enum', '从业类别', occupations, { concept: 'occupation' }),
    main_platform: field('org_ref', '主要接单平台或单位', {}, { concept: 'platform' }),
    start_month: field('date', '从业起始时间', { max: 'today' }, { help: '记不清具体日期，填那个月的 1 日' }),
    usual_area: field('region', '常接单区域', {}),
    education: field('enum', '文化程度', choices('初中及以下', '高中中专', '大专', '本科及以上'), { optional: true }),
    home_union: field(
      'org_ref',
      '意向加入工会',
      {},
      { optional: true, help: '可以不填，由县总工会按您的行业和区域分派' },
    ),
    accept_charter: field('boolean', '我自愿加入工会，承认《中国工会章程》', { mustBeTrue: true }),
    applicant_sign: field('signature', '入会签名', {}),
  },
  materials: {
    id_front: {
      zh: '身份证人像面',
      required: true,
      ocr: 'id_card',
      exemptIfShared: true,
      accept: ['image'],
      maxCount: 1,
    },
    photo: { zh: '一寸免冠照片', required: true, ocr: 'none', accept: ['image'], maxCount: 1 },
    platform_profile: { zh: '平台接单账号截图', required: false, ocr: 'none', accept: ['image'], maxCount: 3 },
  },
  eligibility: [
    { zh: '年满 16 周岁', when: { fact: 'person.age_at_least_16' } },
    { zh: '从事快递、外卖、网约车、货运、家政等新就业形态工作', when: { fact: 'membership.occupation_listed' } },
    { zh: '目前没有有效会籍', when: { fact: 'membership.none_active' } },
    { zh: '有劳动收入', when: { op: 'present', a: { op: 'field', name: 'occupation' } } },
  ],
  promisedLimit: { value: 7, unit: 'working_day' },
  outcome: { type: 'certificate', zh: '电子会员证与入会通知书' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-ELIG-UNION', 'RT-UNION-HOME'],
  legalBasis: ['工会法第三条', '中国工会章程'],
});
