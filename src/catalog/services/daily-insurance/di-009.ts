// DI-009 日保伤残理赔: a case of its own that cites the report. An expert rates, the insurer works out the share of the grade.

import { defineService, field } from '#catalog/define';
import { dailyInsuranceClaim } from '#catalog/workflows/daily-insurance-claim';

export const di009 = defineService({
  code: 'DI-009',
  zh: '日保伤残理赔',
  en: 'Disability claim',
  domain: 'daily-insurance',
  workflow: dailyInsuranceClaim,
  entry: 'disability',
  audience: ['worker'],
  lead: 'hrss',
  cooperating: ['insurer', 'health'],
  channels: ['mobile', 'window'],
  summary: '治疗结束后留下伤残的，由专家评定等级，按等级比例赔付；预付过的会扣除。',
  keywords: ['伤残', '残疾', '评残', '鉴定', '理赔', '后遗症'],
  fields: {
    linked_report: field('case_ref', '报案办件编号', {}, { concept: 'accident_report_no' }),
    closed_on: field(
      'date',
      '治疗结束的日期',
      { max: 'today' },
      { help: '医生说治疗结束、伤情稳定的那一天；还在治疗的，等结束后再申请' },
    ),
    assess_org: field('org_ref', '评定机构', {}, { help: '出具伤残评定书的医院或鉴定机构' }),
    assess_grade: field(
      'integer',
      '评定书上的等级（1 至 10）',
      { min: 1, max: 10, unit: '级' },
      { optional: true, help: '1 级最重。看不清楚可以不填，由专家评定' },
    ),
    functional_loss: field(
      'longtext',
      '现在哪些动作做不了、做不好',
      { max: 2_000 },
      { class: 'sensitive', help: '例如：右手中指不能弯曲，握不住车把' },
    ),
    labour_appraisal_ref: field(
      'case_ref',
      '劳动能力鉴定结论号',
      {},
      { optional: true, concept: 'appraisal_no', help: '做过劳动能力鉴定的才填；两者标准不同，等级只作参考' },
    ),
    prepaid_offset: field(
      'money',
      '已预付金额',
      { minFen: 0 },
      { optional: true, prefill: 'rule', help: '可以不填，系统按记录扣除' },
    ),
    payout_card: field('bank_card', '收款卡', {}, { concept: 'payout_account', help: '必须是本人名下的银行卡' }),
  },
  materials: {
    rate_report: { zh: '伤残评定书', required: true, ocr: 'diagnosis' },
    image_report: { zh: '影像资料', required: true, ocr: 'none' },
  },
  eligibility: [
    { zh: '保险责任已经核定', when: { fact: 'cover.duty_accepted' } },
    { zh: '治疗已经结束', when: { op: 'present', a: { op: 'field', name: 'closed_on' } } },
    {
      zh: '事故后 180 日内提出（期限待核，超过的由保险公司核对，不会直接拒绝）',
      when: { fact: 'cover.disability_window' },
    },
  ],
  statutoryLimit: { value: 30, unit: 'calendar_day', basis: '保险法第二十三条', basisType: 'statutory' },
  promisedLimit: { value: 10, unit: 'working_day' },
  outcome: { type: 'payment', zh: '伤残赔款（等级比例）' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-DI-DIS', 'RT-DI-BEN'],
  legalBasis: ['人身保险伤残评定标准（待核）', '保险条款（待核）'],
});
