// DI-006 日保出险报案：opens the dossier of the accident.

import { choices, defineService, field } from '#catalog/define';
import { sceneMedia } from '#catalog/services/shared';
import { dailyInsuranceClaim } from '#catalog/workflows/daily-insurance-claim';

export const di006 = defineService({
  code: 'DI-006',
  zh: '日保出险报案',
  en: 'Daily insurance loss report',
  domain: 'daily-insurance',
  workflow: dailyInsuranceClaim,
  entry: 'report',
  audience: ['worker', 'family', 'enterprise'],
  lead: 'hrss',
  cooperating: ['insurer', 'public_security'],
  channels: ['mobile', 'window'],
  summary: '出了事先报案，再慢慢补材料。我们替您核对保障、联系保险公司和交警。',
  keywords: ['出事了', '报案', '车祸', '摔伤', '受伤', '交通事故', '撞车'],
  dossier: { kind: 'accident', zh: '意外事故', happenedAt: 'accident_time' },
  fields: {
    accident_time: field(
      'datetime',
      '事故发生时间',
      { max: 'now' },
      { concept: 'accident_time', help: '不能晚于现在；记不清，填大概的时间' },
    ),
    accident_spot: field('location', '事故发生地点', {}, { concept: 'accident_place' }),
    accident_kind: field('enum', '事故类型', choices('道路交通', '装卸搬运', '跌倒', '烫伤', '斗殴被打', '其他')),
    order_no: field(
      'text',
      '当时订单号',
      { max: 64 },
      { optional: true, concept: 'order_no', help: '在平台接单记录里可以找到，没有可以不填' },
    ),
    on_work: field('boolean', '是在工作过程中发生的', {}, { optional: true }),
    injured_condition: field('enum', '伤情', choices('门诊', '住院', '危重', '身故')),
    sent_hospital: field(
      'org_ref',
      '送医医院',
      {},
      { optional: true, concept: 'hospital', help: '急救可就近就医。其他就医哪些医院可报，请问联系您的查勘员' },
    ),
    police_case: field('text', '交警案件号', { max: 40 }, { optional: true }),
    late_reason: field(
      'text',
      '延迟报案原因',
      { max: 300 },
      {
        optional: true,
        showWhen: {
          op: 'gt',
          a: { op: 'hours_since', of: { op: 'field', name: 'accident_time' } },
          b: { op: 'const', value: 48 },
        },
        requiredWhen: {
          op: 'gt',
          a: { op: 'hours_since', of: { op: 'field', name: 'accident_time' } },
          b: { op: 'const', value: 48 },
        },
        help: '超过 48 小时报案也会受理，请说明原因',
      },
    ),
    injured_person: field('person_ref', '被保险人（代报时填写）', {}, { optional: true, prefill: 'rule' }),
  },
  materials: {
    // Whoever lies in an ambulance takes no pictures: they can come later, with the papers of the claim.
    scene_media: sceneMedia,
  },
  eligibility: [
    { zh: '事故发生时保障有效', when: { fact: 'cover.in_force' } },
    {
      zh: '48 小时内报案，或说明延迟原因',
      when: {
        op: 'or',
        of: [
          {
            op: 'lte',
            a: { op: 'hours_since', of: { op: 'field', name: 'accident_time' } },
            b: { op: 'const', value: 48 },
          },
          { op: 'present', a: { op: 'field', name: 'late_reason' } },
        ],
      },
    },
  ],
  promisedLimit: { value: 1, unit: 'working_day' },
  outcome: { type: 'record', zh: '报案号与查勘派单' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-DI-BEN'],
  legalBasis: ['保险法第二十一条'],
});
