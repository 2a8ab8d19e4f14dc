// DI-008 日保住院津贴理赔。

import { defineService, field } from '#catalog/define';
import { sceneMedia, unlessMissing } from '#catalog/services/shared';
import { dailyInsuranceClaim } from '#catalog/workflows/daily-insurance-claim';

export const di008 = defineService({
  code: 'DI-008',
  zh: '日保住院津贴理赔',
  en: 'Hospital daily allowance claim',
  domain: 'daily-insurance',
  workflow: dailyInsuranceClaim,
  entry: 'allowance',
  audience: ['worker'],
  lead: 'hrss',
  cooperating: ['insurer'],
  channels: ['mobile'],
  summary: '住院期间按天给津贴，上传住院病案首页即可申请。',
  keywords: ['住院', '津贴', '误工', '补助'],
  fields: {
    report_ref: field('case_ref', '报案办件编号', {}, { concept: 'accident_report_no' }),
    ward_hospital: field('org_ref', '住院医院', {}, { concept: 'hospital' }),
    in_date: field('date', '入院日', { max: 'today' }, { concept: 'admission_date' }),
    out_date: field(
      'date',
      '出院日',
      { max: 'today' },
      {
        concept: 'discharge_date',
        check: {
          when: unlessMissing('in_date', {
            op: 'gte',
            a: { op: 'field', name: 'out_date' },
            b: { op: 'field', name: 'in_date' },
          }),
          zh: '出院日比入院日还早，请核对。',
        },
      },
    ),
    icu_days: field('integer', '重症监护天数', { min: 0, max: 366, unit: '天' }, { optional: true }),
    leave_days: field('integer', '住院期间请假外出天数', { min: 0, max: 366, unit: '天' }, { optional: true }),
    daily_income_loss: field('money', '日均误工收入（参考）', { minFen: 0 }, { optional: true }),
    payout_card: field('bank_card', '收款卡', {}, { concept: 'payout_account', help: '必须是本人名下的银行卡' }),
  },
  materials: {
    inpatient_record: { zh: '住院病案首页', required: true, ocr: 'diagnosis' },
    scene_media: sceneMedia,
  },
  eligibility: [
    { zh: '保险责任已经核定', when: { fact: 'cover.duty_accepted' } },
    { zh: '住院满一天', when: { fact: 'cover.hospital_days' } },
    { zh: '津贴天数还有余额', when: { fact: 'cover.allowance_days_left' } },
  ],
  statutoryLimit: { value: 30, unit: 'calendar_day', basis: '保险法第二十三条', basisType: 'statutory' },
  promisedLimit: { value: 5, unit: 'working_day' },
  outcome: { type: 'payment', zh: '住院津贴（按日）' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-DI-BEN'],
  legalBasis: ['保险条款（待核）'],
});
