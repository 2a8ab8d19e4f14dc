// DI-012 重复享受补贴核查与追回。

import { choices, defineService, field } from '#catalog/define';
import { dailyInsuranceSettlement } from '#catalog/workflows/daily-insurance-settlement';

export const di012 = defineService({
  code: 'DI-012',
  zh: '重复享受补贴核查与追回',
  en: 'Verification and recovery of duplicated subsidy',
  domain: 'daily-insurance',
  workflow: dailyInsuranceSettlement,
  entry: 'recover',
  audience: ['staff'],
  lead: 'hrss',
  cooperating: ['finance', 'insurer', 'data_bureau'],
  channels: ['staff', 'proactive'],
  summary: '登记重复享受保费补贴的线索，核实后责令退回，到账为准。',
  keywords: ['重复补贴', '追回', '退回补贴', '核查'],
  fields: {
    clue_source: field('enum', '线索来源', choices('系统比对', '举报', '审计'), { class: 'internal' }),
    person_or_org: field(
      'text',
      '涉及对象',
      { max: 200 },
      { help: '保单号或单位名称，多个用顿号分开，不要填写身份证号', class: 'internal' },
    ),
    overlap_range: field('text', '重复区间', { max: 100 }, { help: '如 2026-10-01 至 2026-10-15', class: 'internal' }),
    overlap_scheme: field('multi_enum', '重复项目', choices('职业伤害保障', '工伤保险', '同日两单', '他地补贴'), {
      class: 'internal',
    }),
    amount_involved: field('money', '涉及金额', { minFen: 1 }, { class: 'internal' }),
    refund_plan: field('longtext', '退回安排', {}, { optional: true, class: 'internal' }),
  },
  materials: {
    match_report: { zh: '比对报告', required: true, ocr: 'none', accept: ['sheet', 'pdf', 'image'] },
  },
  eligibility: [{ zh: '有重复的保障日，或年龄不符', when: { fact: 'settlement.overlap_found' } }],
  promisedLimit: { value: 30, unit: 'working_day' },
  outcome: { type: 'document', zh: '核查结论与追回决定书' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-DI-SUBSIDY'],
  legalBasis: ['财政违法行为处罚处分条例（待核）', '保险实施方案（待核）'],
});
