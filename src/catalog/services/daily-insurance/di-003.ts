// DI-003 自动续投签约与解约: one case is one mandate. It is changed and stopped from its own page, so that no second form asks which.

import { defineService, field } from '#catalog/define';
import { occupations } from '#catalog/services/shared';
import { dailyInsuranceEnrol } from '#catalog/workflows/daily-insurance-enrol';
import { linkedPlatforms, renewalTerms } from './renewal-fields.ts';
import { dailyCoverTerms } from './terms.ts';

export const di003 = defineService({
  code: 'DI-003',
  zh: '自动续投签约与解约',
  en: 'Auto-renewal mandate and cancellation',
  domain: 'daily-insurance',
  workflow: dailyInsuranceEnrol,
  entry: 'auto',
  audience: ['worker'],
  lead: 'hrss',
  cooperating: ['insurer', 'bank'],
  channels: ['mobile'],
  summary: '签一次，以后按您选的日子自动买第二天的保障，每月扣多少您说了算，随时可以停。',
  keywords: ['自动续保', '自动投保', '代扣', '每天', '停止', '解约', '续投'],
  fields: {
    ...renewalTerms,
    linked_platforms: field(
      'multi_enum',
      '哪些平台的接单算数',
      { values: linkedPlatforms.map((zh) => ({ value: zh, zh })) },
      {
        optional: true,
        showWhen: {
          op: 'eq',
          a: { op: 'field', name: 'trigger_mode' },
          b: { op: 'const', value: '接单日自动' },
        },
        help: '不选，则已接入的平台都算',
      },
    ),
    work_type: field('enum', '从业类别', occupations, { concept: 'occupation' }),
    work_region: field('region', '作业区域', {}),
    beneficiary_name: field('text', '身故受益人', { max: 30 }, { optional: true, help: '不填则按法定继承人' }),
    low_balance_alert: field(
      'boolean',
      '扣款没有成功时发短信提醒我',
      {},
      { optional: true, help: '没有扣成就没有保障，建议打开；不打开也会在消息里告诉您' },
    ),
    read_clause: field(
      'boolean',
      '我已阅读保险条款，特别是不赔的情形；同意按我选的日子和上限自动扣款',
      { mustBeTrue: true },
      { help: '前一天 18 点起扣下一天的保费，每天只扣一次；停止后不再扣，已扣的那天仍然保障。' },
    ),
  },
  materials: {},
  terms: dailyCoverTerms,
  eligibility: [
    { zh: '年满 16 周岁、不超过 65 周岁', when: { fact: 'cover.age_in_range' } },
    { zh: '没有另一份自动续保', when: { fact: 'cover.no_mandate' } },
    { zh: '在本市行政区域内作业', when: { fact: 'cover.region_in_city' } },
  ],
  promisedLimit: { value: 1, unit: 'working_day' },
  outcome: { type: 'record', zh: '代扣签约或解约回执' },
  fee: { charged: false, zh: '签约免费；每续保一天按当天保费扣款' },
  rules: ['RT-DI-PREM'],
  legalBasis: ['保险法第十七条', '支付结算管理规定（待核）', '保险实施方案（待核）'],
});
