// DI-007 日保医疗费用理赔：takes the waiting step of the report it names, or opens a case that cites it.

import { choices, defineService, field } from '#catalog/define';
import { sceneMedia, unlessMissing } from '#catalog/services/shared';
import { dailyInsuranceClaim } from '#catalog/workflows/daily-insurance-claim';

/** What was paid elsewhere, and what nobody pays, cannot be more than the bill. */
const within = (...names: readonly string[]) => ({
  when: unlessMissing('bill_total', {
    op: 'lte',
    a: { op: 'sum', of: names.map((name) => ({ op: 'field', name })) },
    b: { op: 'field', name: 'bill_total' },
  }),
  zh: '医保、职业伤害保障已付的和自费药加起来，比票据总额还多，请核对。',
});

export const di007 = defineService({
  code: 'DI-007',
  zh: '日保医疗费用理赔',
  en: 'Medical expense claim',
  domain: 'daily-insurance',
  workflow: dailyInsuranceClaim,
  entry: 'medical',
  audience: ['worker'],
  lead: 'hrss',
  cooperating: ['insurer', 'medical_insurance'],
  channels: ['mobile', 'window'],
  summary: '把医院的票据、清单和病历拍照上传，医保和职业伤害报过的部分会扣除，其余按比例赔付。',
  keywords: ['医疗费', '看病', '住院费', '报销', '理赔', '票据'],
  fields: {
    report_no: field('case_ref', '报案办件编号', {}, { concept: 'accident_report_no' }),
    treat_type: field('enum', '治疗方式', choices('门急诊', '住院', '手术')),
    treat_hospital: field('org_ref', '就诊医院', {}, { concept: 'hospital', help: '哪些医院可报，请问联系您的查勘员' }),
    bill_total: field('money', '票据总额', { minFen: 1 }, { help: '所有票据上的金额加起来' }),
    medicare_paid: field(
      'money',
      '医保已经报销的金额',
      { minFen: 0 },
      { optional: true, check: within('medicare_paid') },
    ),
    nef_injury_paid: field(
      'money',
      '职业伤害保障已经付的金额',
      { minFen: 0 },
      { optional: true, check: within('medicare_paid', 'nef_injury_paid'), help: '没有申请过职业伤害保障的，不用填' },
    ),
    self_pay_drug: field(
      'money',
      '医保不报的自费药金额',
      { minFen: 0 },
      {
        optional: true,
        check: within('medicare_paid', 'nef_injury_paid', 'self_pay_drug'),
        help: '看费用清单上标“自费”或“丙类”的药',
      },
    ),
    treat_finished: field('boolean', '治疗已经结束', {}, { optional: true }),
    payout_card: field('bank_card', '收款卡', {}, { concept: 'payout_account', help: '必须是本人名下的银行卡' }),
  },
  materials: {
    fee_bill: { zh: '医疗票据', required: true, ocr: 'invoice' },
    fee_list: { zh: '费用清单', required: true, ocr: 'none' },
    case_history: { zh: '病历', required: true, ocr: 'diagnosis' },
    scene_media: sceneMedia,
  },
  eligibility: [
    { zh: '已经报案', when: { op: 'present', a: { op: 'field', name: 'report_no' } } },
    { zh: '保险责任已经核定', when: { fact: 'cover.duty_accepted' } },
    { zh: '医疗费限额还有余额', when: { fact: 'cover.medical_limit_left' } },
  ],
  statutoryLimit: { value: 30, unit: 'calendar_day', basis: '保险法第二十三条', basisType: 'statutory' },
  promisedLimit: { value: 5, unit: 'working_day' },
  outcome: { type: 'payment', zh: '医疗费用赔款' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-DI-BEN'],
  legalBasis: ['保险法第二十三条', '保险条款（待核）'],
});
