// UN-004 个体货车司机加入货运行业工会。

import { choices, defineService, field, on } from '#catalog/define';
import { unionMembershipJoin } from '#catalog/workflows/union-membership-join';

const ownership = { vehicle_ownership: field('enum', '车辆权属', choices('自有', '挂靠', '租赁')) };

export const un004 = defineService({
  code: 'UN-004',
  zh: '个体货车司机加入货运行业工会',
  en: 'Owner-driver joining the freight industry union',
  domain: 'union',
  workflow: unionMembershipJoin,
  entry: 'individual',
  audience: ['worker'],
  lead: 'union',
  cooperating: ['transport', 'public_security'],
  channels: ['mobile', 'window'],
  summary: '自己有车、挂靠、租车跑货运，都能加入货运行业工会。入会免费。',
  keywords: ['货车', '卡车', '货运', '司机', '入会', '行业工会', '挂靠'],
  fields: {
    plate_number: field('text', '车牌号', { min: 7, max: 8 }, { concept: 'vehicle_plate', help: '例如：闽D12345' }),
    ...ownership,
    affiliated_company: field(
      'org_ref',
      '挂靠公司',
      {},
      { optional: true, showWhen: on(ownership)('vehicle_ownership').eq('挂靠') },
    ),
    qualification_no: field('text', '从业资格证号', { min: 6, max: 30 }, { class: 'personal' }),
    main_route: field('text', '常跑线路', {}, { help: '例如：厦门到泉州' }),
    freight_platform: field('org_ref', '货运平台', {}, { optional: true, concept: 'platform' }),
    monthly_days: field('integer', '月均出车天数', { min: 0, max: 31, unit: '天' }, { optional: true }),
  },
  materials: {
    qualification_cert: {
      zh: '道路货运从业资格证',
      required: true,
      ocr: 'licence',
      exemptIfShared: true,
      accept: ['image', 'pdf'],
      maxCount: 2,
    },
    vehicle_licence: {
      zh: '行驶证',
      required: true,
      ocr: 'licence',
      exemptIfShared: true,
      accept: ['image', 'pdf'],
      maxCount: 2,
    },
  },
  eligibility: [
    { zh: '登记的从业类别是货车司机', when: { fact: 'membership.truck_driver' } },
    { zh: '道路货运从业资格有效', when: { fact: 'membership.transport_qualified' } },
    { zh: '目前没有有效会籍', when: { fact: 'membership.none_active' } },
  ],
  promisedLimit: { value: 7, unit: 'working_day' },
  outcome: { type: 'certificate', zh: '行业工会电子会员证' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-UNION-HOME'],
  legalBasis: ['工会法', '中国工会章程'],
});
