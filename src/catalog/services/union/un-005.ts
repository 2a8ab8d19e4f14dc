// UN-005 会员电子证补领换领。编号不变，旧证自新证发出时作废。

import { choices, defineService, field, on } from '#catalog/define';
import { unionMembershipJoin } from '#catalog/workflows/union-membership-join';

const reason = { reissue_reason: field('enum', '补换原因', choices('遗失', '损坏', '信息变更', '换实体服务卡')) };
const physical = { need_physical: field('boolean', '是否需实体卡', {}) };

export const un005 = defineService({
  code: 'UN-005',
  zh: '会员电子证补领换领',
  en: 'Reissue or replacement of e-membership card',
  domain: 'union',
  workflow: unionMembershipJoin,
  entry: 'card',
  audience: ['worker'],
  lead: 'union',
  cooperating: ['data_bureau'],
  channels: ['mobile', 'window'],
  summary: '会员证丢了、信息变了，当场换新证。会员编号不变，旧证马上作废。',
  keywords: ['会员证', '补办', '换证', '丢了', '会员卡', '实体卡'],
  fields: {
    card_no: field(
      'text',
      '原会员证号',
      { min: 10, max: 30 },
      {
        concept: 'member_card_no',
        class: 'personal',
        help: '就是会员编号，在“我的”页面可以看到',
      },
    ),
    ...reason,
    loss_date: field(
      'date',
      '遗失日期',
      { max: 'today' },
      {
        optional: true,
        showWhen: on(reason)('reissue_reason').eq('遗失'),
      },
    ),
    ...physical,
    pickup_station: field(
      'org_ref',
      '领取驿站',
      {},
      {
        optional: true,
        showWhen: on(physical)('need_physical').eq(true),
        help: '实体卡制好后，驿站会通知您；电子证不用等，马上能用',
      },
    ),
    freeze_old: field('boolean', '立即停用旧证', { mustBeTrue: true }, { help: '新证发出，旧证就作废，不能两张都用' }),
  },
  materials: {
    new_photo: { zh: '新照片', required: true, ocr: 'none', accept: ['image'], maxCount: 1 },
    loss_statement: {
      zh: '遗失说明',
      required: false,
      ocr: 'none',
      accept: ['image', 'pdf'],
      maxCount: 3,
      requiredWhen: on(reason)('reissue_reason').eq('遗失'),
    },
  },
  eligibility: [{ zh: '目前有有效会籍', when: { fact: 'membership.active' } }],
  promisedLimit: { value: 1, unit: 'working_day' },
  outcome: { type: 'certificate', zh: '新电子会员证（旧证作废）' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-MEMBER-STATUS'],
  legalBasis: ['中国工会章程', '会员会籍管理办法（待核）'],
});
