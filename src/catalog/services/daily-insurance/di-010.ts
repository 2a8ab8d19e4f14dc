// DI-010 日保身故理赔: asked by a family member whose relation a window has checked, for all beneficiaries at once. A case of its own that
// cites the report, so that what was begun before the death stays what it is.

import { choices, defineService, field } from '#catalog/define';
import { dailyInsuranceClaim } from '#catalog/workflows/daily-insurance-claim';

export const di010 = defineService({
  code: 'DI-010',
  zh: '日保身故理赔',
  en: 'Death claim',
  domain: 'daily-insurance',
  workflow: dailyInsuranceClaim,
  entry: 'death',
  audience: ['family'],
  lead: 'hrss',
  cooperating: ['insurer', 'civil_affairs', 'public_security'],
  channels: ['mobile', 'window'],
  summary:
    '被保险人因事故去世的，由一位家人替全体受益人申请，赔款分别付给每一位受益人。请先在“替家人办”里提交亲属关系和死亡证明。',
  keywords: ['身故', '去世', '死亡', '死亡赔偿', '受益人', '理赔'],
  fields: {
    linked_report: field(
      'case_ref',
      '报案办件编号',
      {},
      {
        concept: 'accident_report_no',
        help: '窗口把报案交给您一起办理后，在“我的办件”里可以看到；没有报过案的，请先替他报案',
      },
    ),
    insured_id: field('id_number', '去世的被保险人的身份证号', {}, { concept: 'deceased_id_no' }),
    death_time: field('datetime', '去世时间', { max: 'now' }, { concept: 'death_date', help: '按死亡证明填写' }),
    death_reason: field('enum', '死因', choices('事故直接致死', '抢救无效', '猝死', '失踪宣告')),
    within_180_days: field('boolean', '是事故发生后 180 日以内去世的', {}),
    claimants: field(
      'person_list',
      '受益人及份额',
      {
        columns: ['idDocument', 'relation', 'sharePercent', 'cardNumber', 'note'],
        required: ['idDocument', 'relation', 'cardNumber'],
        min: 1,
        max: 20,
      },
      {
        class: 'sensitive',
        help: '保单指定了受益人的，填指定的人；没有指定的，填配偶、子女、父母（不要漏人）。份额都不填就是均分。未满十八岁的填监护人的卡，并在备注写监护人姓名。付款退回后再交的，只填要换卡的那一位',
      },
    ),
    other_heirs: field(
      'longtext',
      '没有列在上面的受益人或继承人',
      { max: 500 },
      { optional: true, class: 'sensitive', help: '比如已经去世、放弃、联系不上的：写姓名、关系和原因；没有就不填' },
    ),
    prepaid_amount: field(
      'money',
      '已预付',
      { minFen: 0 },
      { optional: true, prefill: 'rule', help: '可以不填，系统按记录扣除' },
    ),
    criminal_case: field('boolean', '公安机关作为刑事案件在查', {}, { optional: true }),
  },
  materials: {
    death_cert: { zh: '死亡证明', required: true, ocr: 'none', exemptIfShared: true },
    cremation_cert: { zh: '火化或土葬证明', required: true, ocr: 'none' },
    kin_proof: { zh: '受益人关系证明', required: true, ocr: 'none' },
    liability_doc: { zh: '事故责任认定书', required: false, ocr: 'none' },
    share_agreement: { zh: '全体继承人书面同意的份额协议', required: false, ocr: 'none' },
  },
  eligibility: [
    { zh: '保险责任已经核定', when: { fact: 'cover.duty_accepted' } },
    { zh: '被保险人已经去世，窗口核对过亲属关系', when: { fact: 'cover.insured_dead' } },
    { zh: '申请人是受益人之一，或受全体受益人委托', when: { fact: 'cover.claimant_entitled' } },
  ],
  statutoryLimit: { value: 30, unit: 'calendar_day', basis: '保险法第二十三条', basisType: 'statutory' },
  promisedLimit: { value: 10, unit: 'working_day' },
  outcome: { type: 'payment', zh: '身故保险金' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-DI-BEN'],
  legalBasis: [
    '保险法第四十二条、第四十三条（待核）',
    '民法典第一千一百二十七条、第一千一百三十条（待核）',
    '保险条款（待核）',
  ],
});
