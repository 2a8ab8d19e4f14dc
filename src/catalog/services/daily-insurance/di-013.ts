// DI-013 日保服务网点备案与考核。

import { choices, defineService, field } from '#catalog/define';
import { dailyInsuranceSettlement } from '#catalog/workflows/daily-insurance-settlement';

/** A service point is public: its name, place, hours and hotline are there to be found. */
const open = { class: 'public' } as const;

export const di013 = defineService({
  code: 'DI-013',
  zh: '日保服务网点备案与考核',
  en: 'Registration and appraisal of insurance service points',
  domain: 'daily-insurance',
  workflow: dailyInsuranceSettlement,
  entry: 'outlet',
  audience: ['enterprise', 'staff'],
  lead: 'hrss',
  cooperating: ['insurer', 'social_work'],
  channels: ['enterprise_portal', 'staff'],
  summary: '保险公司的服务网点经现场核验后公布，每季考核。',
  keywords: ['网点', '服务点', '备案', '考核'],
  fields: {
    outlet_name: field('text', '网点名称', { min: 2, max: 60 }, open),
    outlet_location: field(
      'location',
      '坐标',
      {},
      { help: '定位到门口；不能定位时写明街道门牌。核验通过后公开。“在哪里办理”请选网点所在的区' },
    ),
    open_hours: field('text', '服务时间', { min: 2, max: 60 }, { ...open, help: '如 每天 8:30—18:00' }),
    hotline: field('phone', '服务专线', { landline: true }, open),
    service_vehicle: field('text', '服务车辆号牌', { max: 20 }, { optional: true, class: 'internal' }),
    staff_count: field('integer', '服务人员数', { min: 1, max: 1_000, unit: '人' }, { class: 'internal' }),
    service_items: field('multi_enum', '服务事项', choices('咨询', '代投保', '收件理赔', '上门'), open),
    quarter_score: field('decimal', '季度考核分', {}, { optional: true, prefill: 'rule', class: 'internal' }),
  },
  materials: {
    outlet_photo: { zh: '门头照片', required: true, ocr: 'none', accept: ['image'] },
    outlet_licence: { zh: '机构许可证', required: true, ocr: 'licence', exemptIfShared: true },
  },
  eligibility: [
    { zh: '网点属于签约的承保公司', when: { fact: 'settlement.contracted_insurer' } },
    { zh: '至少有一名受过培训的服务人员', when: { fact: 'outlets.staff_trained' } },
  ],
  promisedLimit: { value: 10, unit: 'working_day' },
  outcome: { type: 'record', zh: '网点上图与考核档案' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-DI-SERVICE'],
  legalBasis: ['保险实施方案（服务规范）（待核）'],
});
