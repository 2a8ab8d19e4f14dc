// UN-002 平台企业与站点集体批量入会。

import { choices, defineService, field } from '#catalog/define';
import { unionMembershipJoin } from '#catalog/workflows/union-membership-join';

export const un002 = defineService({
  code: 'UN-002',
  zh: '平台企业与站点集体批量入会',
  en: 'Batch membership enrolment by enterprise or station',
  domain: 'union',
  workflow: unionMembershipJoin,
  entry: 'batch',
  audience: ['enterprise', 'union'],
  lead: 'union',
  cooperating: ['post', 'transport'],
  channels: ['enterprise_portal'],
  summary: '单位交名单，每个人在手机上自己确认；不确认的不入会，是否入会由本人决定。',
  keywords: ['批量入会', '集体入会', '站点入会', '名单'],
  fields: {
    station_name: field('org_ref', '站点或网点', {}),
    host_union: field('org_ref', '接收工会', {}, { help: '填写希望接收的工会，由当地工会审查时核对' }),
    worker_list: field(
      'roster',
      '拟入会名单',
      { min: 3, ageMin: 16 },
      { help: '姓名、证件号、手机号、岗位；至少 3 人。名单上的人会收到短信，由本人确认。' },
    ),
    dues_mode: field('enum', '会费方式', choices('免收', '工会经费列支', '个人按月')),
    contact_person: field('text', '站点联络人', { max: 30 }, { class: 'personal' }),
    campaign_code: field('text', '集中行动批次号', { max: 30 }, { optional: true }),
  },
  materials: {
    roster_file: { zh: '盖章名单', required: true, ocr: 'none', accept: ['image', 'pdf'], maxCount: 9 },
    station_licence: {
      zh: '站点营业执照',
      required: true,
      ocr: 'licence',
      exemptIfShared: true,
      accept: ['image', 'pdf'],
      maxCount: 2,
    },
  },
  eligibility: [
    { zh: '已建工会，或有乡镇街道工会接收', when: { op: 'present', a: { op: 'field', name: 'host_union' } } },
    { zh: '名单不少于 3 人', when: { op: 'present', a: { op: 'field', name: 'worker_list' } } },
    { zh: '每个人年满 16 周岁', when: { op: 'present', a: { op: 'field', name: 'worker_list' } } },
    { zh: '每个人目前没有有效会籍', when: { op: 'present', a: { op: 'field', name: 'worker_list' } } },
  ],
  promisedLimit: { value: 10, unit: 'working_day' },
  outcome: { type: 'record', zh: '批量入会回执与失败清单' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-ELIG-UNION'],
  legalBasis: ['工会法', '新就业形态劳动者集中入会工作部署（待核）'],
});
