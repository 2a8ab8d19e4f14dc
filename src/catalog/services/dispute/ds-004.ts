// DS-004 服务评议与差评整改。一件一评；不满意的，回访、整改、再回访（国务院办公厅关于建立政务服务好差评制度的意见）。

import { choices, defineService, field } from '#catalog/define';
import { rightsAppealDispatch } from '#catalog/workflows/rights-appeal-dispatch';

export const ds004 = defineService({
  code: 'DS-004',
  zh: '服务评议与差评整改',
  en: 'Service rating and poor-rating rectification',
  domain: 'dispute',
  workflow: rightsAppealDispatch,
  entry: 'rating',
  audience: ['worker', 'enterprise'],
  lead: 'data_bureau',
  cooperating: ['hrss', 'union'],
  channels: ['mobile', 'proactive'],
  summary: '办完的事，您来打分。给了差评，会有人回访、整改，再来问您满不满意。',
  keywords: ['评价', '差评', '好评', '态度', '不满意', '打分'],
  fields: {
    rated_case: field('case_ref', '评价哪一件', {}, { help: '填办结的办件编号；从办件页点“评价”更方便' }),
    score: field('enum', '评价等级', choices('非常满意', '满意', '基本满意', '不满意', '非常不满意')),
    bad_reason: field(
      'multi_enum',
      '差评原因',
      choices('超期', '多次补正', '态度差', '指引不清', '系统故障', '结果不合理'),
      { optional: true },
    ),
    comment: field('longtext', '意见', {}, { optional: true }),
    contact_back: field('boolean', '愿意接受回访', {}, { help: '不愿意的，我们只在办件里回复您，不打电话' }),
    improve_idea: field('longtext', '改进建议', {}, { optional: true }),
  },
  materials: {
    rate_attach: { zh: '佐证截图', required: false, ocr: 'none', accept: ['image', 'pdf'], maxCount: 9 },
  },
  eligibility: [
    { zh: '办件已经办结', when: { fact: 'ratings.case_ended' } },
    { zh: '还没有评价过', when: { fact: 'ratings.not_rated' } },
  ],
  statutoryLimit: {
    value: 15,
    unit: 'working_day',
    basis: '政务服务好差评制度',
    basisType: 'statutory',
  },
  promisedLimit: { value: 10, unit: 'working_day' },
  outcome: { type: 'record', zh: '整改与回访记录' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-DISP-SCOPE'],
  legalBasis: ['国务院办公厅关于建立政务服务好差评制度的意见'],
});
