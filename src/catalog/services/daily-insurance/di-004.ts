// DI-004 日保保单批改: what is changed holds from the endorsement on; what was insured before stands as it was.

import { choices, defineService, field } from '#catalog/define';
import { dailyInsuranceEnrol } from '#catalog/workflows/daily-insurance-enrol';

export const di004 = defineService({
  code: 'DI-004',
  zh: '日保保单批改',
  en: 'Policy endorsement',
  domain: 'daily-insurance',
  workflow: dailyInsuranceEnrol,
  entry: 'endorse',
  audience: ['worker', 'enterprise'],
  lead: 'hrss',
  cooperating: ['insurer'],
  channels: ['mobile', 'enterprise_portal'],
  summary: '保单上的姓名、职业、受益人、电话写错了或变了，可以改；从批改之日起生效，以前的保障不受影响。',
  keywords: ['批改', '改保单', '受益人', '改名字', '改电话', '换工种'],
  fields: {
    policy_ref: field(
      'case_ref',
      '投保办件编号',
      {},
      { concept: 'policy_no', help: '自动续保的，填自动续保的办件编号' },
    ),
    endorse_item: field('enum', '改哪一项', choices('姓名证件', '职业类别', '受益人', '联系电话')),
    value_before: field('text', '现在写的是', { max: 60 }, {}),
    value_after: field(
      'text',
      '要改成',
      { max: 60 },
      { help: '改职业的，请写目录里的名称，如“网约配送员”；受益人改回按法定继承的，写“法定”' },
    ),
    endorse_reason: field('text', '为什么改', { max: 300 }, {}),
  },
  materials: {
    endorse_proof: { zh: '证明材料', required: true, ocr: 'id_card' },
  },
  eligibility: [
    { zh: '保障还没有结束', when: { fact: 'cover.policy_running' } },
    { zh: '没有报案（报过案的由保险公司核对）', when: { fact: 'cover.no_claim' } },
  ],
  promisedLimit: { value: 1, unit: 'working_day' },
  outcome: { type: 'document', zh: '批单' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-DI-PREM'],
  legalBasis: ['保险法第二十条', '保险法第四十一条'],
});
