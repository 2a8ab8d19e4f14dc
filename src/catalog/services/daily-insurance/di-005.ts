// DI-005 未生效日退保退费。

import { choices, defineService, field } from '#catalog/define';
import { dailyInsuranceEnrol } from '#catalog/workflows/daily-insurance-enrol';

export const di005 = defineService({
  code: 'DI-005',
  zh: '未生效日退保退费',
  en: 'Refund of unstarted insured days',
  domain: 'daily-insurance',
  workflow: dailyInsuranceEnrol,
  entry: 'refund',
  audience: ['worker', 'enterprise'],
  lead: 'hrss',
  cooperating: ['insurer', 'finance'],
  channels: ['mobile'],
  summary: '还没有开始的保障日可以退，钱原路退回。',
  keywords: ['退保', '退款', '退钱', '买错了'],
  fields: {
    policy_ref: field(
      'case_ref',
      '投保办件编号',
      {},
      { concept: 'policy_no', help: '在“我的保障”里点“退保”会自动带出' },
    ),
    refund_dates: field('date', '从哪一天开始退', { min: 'today+1' }, { help: '最早从明天起，今天和以前的不能退' }),
    refund_days: field(
      'integer',
      '退几天',
      { min: 1, max: 31, unit: '天' },
      { help: '1 至 31 天，不能多于还没有开始的天数' },
    ),
    refund_why: field('enum', '退保原因', choices('当日不出工', '重复投保', '误操作', '转行')),
    refund_account: field(
      'bank_card',
      '退款账户',
      {},
      { optional: true, concept: 'payout_account', help: '默认原路退回，不需要填写；原账户已注销时才填' },
    ),
    refund_sign: field('signature', '退保签名', {}, { optional: true }),
  },
  materials: {},
  eligibility: [
    { zh: '所退日期还没有开始', when: { fact: 'cover.refund_not_started' } },
    { zh: '所退日期没有报案', when: { fact: 'cover.no_claim' } },
  ],
  promisedLimit: { value: 3, unit: 'working_day' },
  outcome: { type: 'payment', zh: '您付的钱原路退回' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-DI-PREM'],
  legalBasis: ['保险法第十五条', '保险实施方案（待核）'],
});
