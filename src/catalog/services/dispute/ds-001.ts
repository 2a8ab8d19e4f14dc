// DS-001 维权诉求登记。

import { choices, defineService, field } from '#catalog/define';
import { appealSubjects } from '#catalog/rules/dispatch';
import { rightsAppealDispatch } from '#catalog/workflows/rights-appeal-dispatch';

export const ds001 = defineService({
  code: 'DS-001',
  zh: '维权诉求登记',
  en: 'Registration of a rights appeal',
  domain: 'dispute',
  workflow: rightsAppealDispatch,
  entry: 'appeal',
  audience: ['worker', 'family'],
  lead: 'hrss',
  cooperating: ['union', 'justice', 'transport', 'post', 'market_regulation', 'commerce'],
  channels: ['mobile', 'window'],
  summary: '被扣钱、欠工资、封号、不退押金、受了不公平对待，说一次就行：我们派给管这事的部门，限时给您答复。',
  keywords: [
    '被扣钱',
    '扣钱',
    '罚款',
    '扣款',
    '欠薪',
    '拖欠工资',
    '没发工资',
    '少算单价',
    '封号',
    '账号',
    '押金',
    '超时',
    '骚扰',
    '歧视',
    '投诉',
    '举报',
    '维权',
    '停车',
    '进不去小区',
  ],
  fields: {
    appeal_kind: field('enum', '诉求类别', choices(...appealSubjects), {
      help: '被罚款选“奖惩”，少发、少算钱选“报酬”。选最接近的一类，选错了我们会更正',
    }),
    against: field('org_ref', '被反映单位', {}, { help: '平台、站点、公司或小区物业，写您知道的名称就行' }),
    event_time: field('datetime', '发生时间', { max: 'now' }, { help: '记不准就写最近一次' }),
    event_place: field('location', '发生地点', {}, { optional: true }),
    facts: field(
      'longtext',
      '事情的经过',
      {},
      {
        class: 'personal',
        help: '什么时候、谁、怎么做的。有人身危险，请先拨打 110、120',
      },
    ),
    expectation: field('longtext', '您希望怎么解决', {}, { class: 'personal' }),
    amount_claimed: field('money', '涉及金额', { minFen: 1 }, { optional: true }),
    hide_name: field(
      'boolean',
      '不要让被反映的单位知道我是谁',
      {},
      {
        help: '选“是”，经办部门联系单位时不得透露您的姓名、电话和工号',
      },
    ),
  },
  materials: {
    evidence_pack: {
      zh: '截图录音等证据',
      required: false,
      ocr: 'none',
      accept: ['image', 'pdf', 'audio', 'video'],
      maxCount: 9,
    },
  },
  eligibility: [
    { zh: '事情发生在本地，或单位、平台在本地接单', when: { op: 'present', a: { op: 'field', name: 'against' } } },
    { zh: '同一件事没有正在法院或仲裁审理', when: { fact: 'appeals.not_in_court' } },
  ],
  promisedLimit: { value: 10, unit: 'working_day' },
  outcome: { type: 'document', zh: '受理编号与答复书' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-DISP-SCOPE'],
  legalBasis: ['新就业形态劳动者权益维护服务指南', '信访工作条例（参照）'],
});
