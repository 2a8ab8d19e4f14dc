// DI-002 企业站点团体按日投保。

import { choices, defineService, field } from '#catalog/define';
import { dailyInsuranceEnrol } from '#catalog/workflows/daily-insurance-enrol';
import { occupations } from '#catalog/services/shared';
import { dailyCoverTerms } from './terms.ts';

const aboutList = { op: 'present', a: { op: 'field', name: 'daily_roster' } } as const;

export const di002 = defineService({
  code: 'DI-002',
  zh: '企业站点团体按日投保',
  en: 'Group daily purchase by station or enterprise',
  domain: 'daily-insurance',
  workflow: dailyInsuranceEnrol,
  entry: 'group',
  audience: ['enterprise'],
  lead: 'hrss',
  cooperating: ['finance', 'insurer'],
  channels: ['enterprise_portal'],
  summary: '单位交一份当日名单，一次付款，名单上的每个人各有一天保障；财政补贴一半保费，已有保障的人不重复收费。',
  keywords: ['团体投保', '企业投保', '站点投保', '名单', '日保'],
  fields: {
    org_uscc: field('uscc', '投保单位信用代码', {}, { concept: 'uscc' }),
    cover_date: field(
      'date',
      '保障日期',
      { min: 'today+1', max: 'today+30' },
      { help: '明天起 30 天以内的某一天；当天 0 时到 24 时有保障' },
    ),
    daily_roster: field(
      'roster',
      '当日人员名单',
      { min: 2, ageMin: 16, ageMax: 65 },
      { help: '姓名、证件号、手机号、岗位；至少 2 人，16 至 65 周岁。每个人会收到短信，在手机上能看到由贵单位投保。' },
    ),
    work_type: field('enum', '从业类别', occupations, {
      concept: 'occupation',
      help: '名单写明岗位、且在目录里的，按名单；其余的人按这一项',
    }),
    payer_share: field('enum', '个人部分承担方', choices('单位', '个人', '各半'), {
      help: '都由单位先付。选“个人”或“各半”的，由单位与本人另行结算，本系统不向个人扣款',
    }),
    cutoff_ack: field(
      'boolean',
      '确认前一日24时截止',
      { mustBeTrue: true },
      { help: '付款在保障日的前一日 24 时以前完成；过了时间不再收款' },
    ),
    replace_rule: field('enum', '临时换人规则', choices('当日不可换', '首单前可换'), {
      optional: true,
      help: '不选的，当日不可换；保障开始以前都可以换',
    }),
    people_agree: field(
      'boolean',
      '名单上的每个人都知道并同意由本单位投保',
      { mustBeTrue: true },
      { help: '含身故责任的保险，未经被保险人同意的无效（保险法第三十一条、第三十四条）' },
    ),
    read_clause: field(
      'boolean',
      '我已阅读保险条款，特别是不赔的情形',
      { mustBeTrue: true },
      { help: '保从业中的意外身故、伤残、医疗费、住院津贴；疾病、故意行为、酒驾和无证驾驶等不赔。' },
    ),
    invoice_title: field('text', '发票抬头', { max: 100 }, { optional: true }),
  },
  materials: {
    org_licence: {
      zh: '营业执照',
      required: true,
      ocr: 'licence',
      exemptIfShared: true,
      accept: ['image', 'pdf'],
      maxCount: 2,
    },
  },
  terms: dailyCoverTerms,
  eligibility: [
    { zh: '单位在本市登记', when: { op: 'present', a: { op: 'field', name: 'org_uscc' } } },
    { zh: '名单不少于 2 人', when: aboutList },
    { zh: '每个人年满 16 周岁、不超过 65 周岁', when: aboutList },
    { zh: '那一天还没有保障（已有的人不重复收费）', when: aboutList },
  ],
  promisedLimit: { value: 1, unit: 'working_day' },
  outcome: { type: 'certificate', zh: '团体保单与人员清单' },
  fee: { charged: true, zh: '每人每日0.4元，财政补贴50%（补贴口径以本地文件为准），由单位一次付清' },
  rules: ['RT-DI-PREM'],
  legalBasis: ['保险法', '市级灵活就业人员职业伤害保险实施方案（待核）'],
});
