// DS-003 群体性诉求登记与代表推举。信访工作条例：多人走访的，应当推选代表，代表人数不得超过五人。

import { choices, defineService, field } from '#catalog/define';
import { rightsAppealDispatch } from '#catalog/workflows/rights-appeal-dispatch';

export const ds003 = defineService({
  code: 'DS-003',
  zh: '群体性诉求登记与代表推举',
  en: 'Collective appeal registration',
  domain: 'dispute',
  workflow: rightsAppealDispatch,
  entry: 'group',
  audience: ['worker'],
  lead: 'hrss',
  cooperating: ['petition', 'public_security', 'union', 'social_work'],
  channels: ['mobile', 'window', 'staff'],
  summary: '五个人以上为同一件事：推举不超过五位代表，一起登记，二十四小时内由联合接访组处置。',
  keywords: ['集体', '很多人', '一起反映', '降价', '站点关了', '欠薪', '封号', '押金', '代表'],
  fields: {
    people_count: field(
      'integer',
      '涉及人数',
      { min: 5, max: 100_000, unit: '人' },
      {
        help: '五人以上才算群体诉求；不到五人的，各自办理“维权诉求登记”',
      },
    ),
    representatives: field('person_list', '代表（不超过5人）', {
      columns: ['phone'],
      required: ['phone'],
      min: 1,
      max: 5,
    }),
    common_cause: field('enum', '共同事由', choices('降价', '欠薪', '站点关停', '规则变更', '封号潮', '押金不退')),
    target_org: field('org_ref', '涉及单位', {}),
    total_amount: field('money', '涉及总额', { minFen: 1 }, { optional: true }),
    gather_place: field('location', '聚集地点', {}, { optional: true, help: '没有聚集就不填' }),
    first_happen: field('date', '最早发生日', { max: 'today' }),
    demand: field('longtext', '共同诉求', {}, { class: 'personal' }),
  },
  materials: {
    joint_list: {
      zh: '联名名单',
      required: true,
      ocr: 'none',
      accept: ['image', 'pdf', 'sheet', 'document'],
      maxCount: 9,
    },
    recommend_letter: { zh: '代表推举书', required: true, ocr: 'none', accept: ['image', 'pdf'], maxCount: 3 },
  },
  eligibility: [
    {
      zh: '涉及五人以上',
      when: { op: 'gte', a: { op: 'field', name: 'people_count' }, b: { op: 'const', value: 5 } },
    },
    { zh: '为同一件事', when: { op: 'present', a: { op: 'field', name: 'common_cause' } } },
  ],
  promisedLimit: { value: 5, unit: 'working_day' },
  outcome: { type: 'document', zh: '联合处置方案与答复' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-DISP-SCOPE', 'RT-RISK-IND'],
  legalBasis: ['信访工作条例', '重大事项报告制度（待核）'],
});
