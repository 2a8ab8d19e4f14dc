// DI-001 个人按日投保。

import { choices, defineService, field } from '#catalog/define';
import { dailyInsuranceEnrol } from '#catalog/workflows/daily-insurance-enrol';
import { occupations } from '#catalog/services/shared';
import { dailyCoverTerms } from './terms.ts';

export const di001 = defineService({
  code: 'DI-001',
  zh: '个人按日投保',
  en: 'Individual daily insurance purchase',
  domain: 'daily-insurance',
  workflow: dailyInsuranceEnrol,
  entry: 'personal',
  audience: ['worker'],
  lead: 'hrss',
  cooperating: ['finance', 'insurer'],
  channels: ['mobile'],
  summary: '按天买意外保障，每天 0.4 元，财政补贴一半。身故、伤残、医疗费、住院津贴，每人每份保单最高 40 万元。',
  keywords: ['保险', '日保', '投保', '意外险', '买保障', '益鹭保'],
  fields: {
    cover_from: field('date', '从哪天开始保障', { min: 'today', max: 'today+30' }, { help: '可以选今天起 30 天以内' }),
    days: field('integer', '保障几天', { min: 1, max: 31, unit: '天' }, { help: '1 至 31 天，连续计算' }),
    work_type: field('enum', '当日从业类别', occupations, { concept: 'occupation' }),
    risk_class: field('enum', '风险类别', choices('一般', '较高'), { optional: true, prefill: 'rule' }),
    work_region: field('region', '作业区域', {}),
    beneficiary_name: field('text', '身故受益人', { max: 30 }, { optional: true, help: '不填则按法定继承人' }),
    read_clause: field(
      'boolean',
      '我已阅读保险条款，特别是不赔的情形',
      { mustBeTrue: true },
      { help: '保从业中的意外身故、伤残、医疗费、住院津贴；疾病、故意行为、酒驾和无证驾驶等不赔。' },
    ),
  },
  materials: {
    self_id: { zh: '身份证', required: true, ocr: 'id_card', exemptIfShared: true, accept: ['image'], maxCount: 2 },
  },
  terms: dailyCoverTerms,
  eligibility: [
    { zh: '年满 16 周岁、不超过 65 周岁', when: { fact: 'cover.age_in_range' } },
    { zh: '以灵活就业方式取得收入', when: { op: 'present', a: { op: 'field', name: 'work_type' } } },
    { zh: '所选日期没有重复投保', when: { fact: 'cover.no_overlap' } },
    { zh: '在本市行政区域内作业', when: { fact: 'cover.region_in_city' } },
  ],
  promisedLimit: { value: 1, unit: 'working_day' },
  outcome: { type: 'certificate', zh: '电子保单' },
  fee: { charged: true, zh: '每人每日0.4元，财政补贴50%（补贴口径以本地文件为准）' },
  rules: ['RT-DI-PREM'],
  legalBasis: ['市级灵活就业人员职业伤害保险实施方案（待核）'],
});
