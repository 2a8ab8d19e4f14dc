// DI-011 保费财政补贴月度结算。

import { defineService, field } from '#catalog/define';
import { dailyInsuranceSettlement } from '#catalog/workflows/daily-insurance-settlement';

const byRule = { optional: true, prefill: 'rule', class: 'internal' } as const;

export const di011 = defineService({
  code: 'DI-011',
  zh: '保费财政补贴月度结算',
  en: 'Monthly settlement of premium subsidy',
  domain: 'daily-insurance',
  workflow: dailyInsuranceSettlement,
  entry: 'monthly',
  audience: ['enterprise', 'staff'],
  lead: 'hrss',
  cooperating: ['finance', 'insurer'],
  channels: ['enterprise_portal', 'staff'],
  summary: '保险公司申报上月的保费补贴，系统按保障台账逐单核对。',
  keywords: ['补贴', '结算', '月结', '财政补贴'],
  fields: {
    settle_month: field(
      'date',
      '结算月份',
      { precision: 'month', max: 'today' },
      { help: '已经结束的月份，每月只申报一次', class: 'internal' },
    ),
    insured_person_days: field(
      'integer',
      '承保人次日',
      { min: 1, max: 100_000_000, unit: '人次日' },
      { help: '“补贴结算”页列有系统台账的数，供核对', class: 'internal' },
    ),
    gross_premium: field('money', '总保费', { minFen: 1 }, { class: 'internal' }),
    personal_part: field('money', '个人承担', {}, byRule),
    subsidy_claim: field('money', '申请补贴', {}, byRule),
    refund_offset: field('money', '退保冲回', {}, byRule),
    duplicate_removed: field('integer', '剔除重复人次', {}, byRule),
    bank_account: field(
      'text',
      '收款账户',
      { min: 8, max: 32, charset: 'digits' },
      { help: '保险公司对公账户的账号，户名须与单位名称一致', class: 'internal' },
    ),
  },
  materials: {
    premium_ledger: { zh: '承保明细', required: true, ocr: 'none', accept: ['sheet'], maxCount: 9 },
    payment_flow: { zh: '个人缴费流水', required: true, ocr: 'none', accept: ['sheet'], maxCount: 9 },
    tax_invoice: { zh: '结算发票', required: true, ocr: 'invoice', accept: ['image', 'pdf'] },
  },
  eligibility: [
    { zh: '申请单位是签约的承保公司', when: { fact: 'settlement.contracted_insurer' } },
    { zh: '结算月份已经结束', when: { fact: 'settlement.month_over' } },
    { zh: '这个月没有申报过', when: { fact: 'settlement.not_declared' } },
  ],
  promisedLimit: { value: 20, unit: 'working_day' },
  outcome: { type: 'payment', zh: '财政补贴拨付' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-DI-SUBSIDY'],
  legalBasis: ['财政专项资金管理办法（待核）', '保险实施方案（待核）'],
});
