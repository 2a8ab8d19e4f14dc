// DS-002 法律与政策咨询。

import { choices, defineService, field } from '#catalog/define';
import { rightsAppealDispatch } from '#catalog/workflows/rights-appeal-dispatch';

export const ds002 = defineService({
  code: 'DS-002',
  zh: '法律与政策咨询',
  en: 'Legal and policy consultation',
  domain: 'dispute',
  workflow: rightsAppealDispatch,
  entry: 'consult',
  audience: ['worker', 'enterprise'],
  lead: 'justice',
  cooperating: ['union', 'hrss'],
  channels: ['mobile', 'window'],
  summary: '不清楚自己有没有理、能不能赔，先问律师。两个工作日内书面答复，写明依据，不收费。',
  keywords: ['咨询', '问律师', '法律', '政策', '合同', '协议', '算不算工伤', '怎么赔', '婚姻', '借贷', '租车'],
  fields: {
    topic: field(
      'enum',
      '咨询主题',
      choices('劳动关系', '工伤与职业伤害', '社保', '合同协议', '交通事故', '借贷车租', '婚姻家庭', '其他'),
    ),
    question: field(
      'longtext',
      '想问什么',
      { min: 10 },
      { class: 'personal', help: '至少写十个字，说清楚事情和想知道的' },
    ),
    involved_platform: field('org_ref', '涉及平台', {}, { optional: true }),
    reply_mode: field('enum', '答复方式', choices('图文', '电话', '视频', '预约面谈'), {
      help: '无论怎样答复，都会有一份书面答复留在办件里',
    }),
    convenient_time: field('datetime', '方便时间', {}, { optional: true }),
    publish_agree: field('boolean', '同意去掉个人信息后收入知识库', {}, { help: '不同意也一样答复' }),
  },
  materials: {
    question_file: {
      zh: '相关文书',
      required: false,
      ocr: 'none',
      accept: ['image', 'pdf', 'document'],
      maxCount: 9,
    },
  },
  eligibility: [{ zh: '写清楚想问什么', when: { op: 'present', a: { op: 'field', name: 'question' } } }],
  promisedLimit: { value: 2, unit: 'working_day' },
  outcome: { type: 'document', zh: '咨询答复与法规依据' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-DISP-SCOPE'],
  legalBasis: ['法律援助法（咨询服务）', '工会法律服务规定（待核）'],
});
