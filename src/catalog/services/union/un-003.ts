// UN-003 入会与社保缴费一件事联办。A draft: it opens the enrolment in social insurance, which no service offers yet.

import { choices, defineService, field } from '#catalog/define';
import { unionMembershipJoin } from '#catalog/workflows/union-membership-join';
import { occupations } from '#catalog/services/shared';

export const un003 = defineService({
  code: 'UN-003',
  zh: '入会与社保缴费一件事联办',
  en: 'Joint union joining and social-insurance payment',
  domain: 'union',
  workflow: unionMembershipJoin,
  entry: 'joint',
  audience: ['worker'],
  lead: 'union',
  cooperating: ['tax', 'hrss', 'medical_insurance'],
  channels: ['mobile'],
  fields: {
    occupation: field('enum', '从业类别', occupations, { concept: 'occupation' }),
    insured_place: field('region', '参保地', {}),
    insurance_kinds: field('multi_enum', '拟缴险种', choices('职工养老', '职工医保')),
    pay_cycle: field('enum', '缴费周期', choices('按月', '按季', '按半年', '按年')),
    base_grade: field('decimal', '缴费基数档次', { min: 60, max: 300, unit: '%' }),
    tax_consent: field('boolean', '同意共享至税务端口', { mustBeTrue: true }),
    home_union: field('org_ref', '意向工会', {}, { optional: true }),
  },
  materials: {
    id_front: { zh: '身份证人像面', required: true, ocr: 'id_card', exemptIfShared: true, accept: ['image'] },
    bank_card: { zh: '缴费扣款银行卡', required: true, ocr: 'bank_card', accept: ['image'] },
  },
  eligibility: [
    { zh: '年满 16 周岁', when: { fact: 'person.age_at_least_16' } },
    { zh: '目前没有有效会籍', when: { fact: 'membership.none_active' } },
  ],
  promisedLimit: { value: 7, unit: 'working_day' },
  outcome: { type: 'record', zh: '电子会员证、参保登记回执与税务缴费凭证' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-ELIG-UNION', 'RT-SI-BASE'],
  legalBasis: ['社会保险法', '省工会与税务联合服务机制（待核）'],
});
