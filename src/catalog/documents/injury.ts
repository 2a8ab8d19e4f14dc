// Letters of the confirmation of occupational injuries and of the recognition of work injuries (工伤认定办法 8, 18–22 条).

import { defineDocument, facts, paragraph } from './letter.ts';

const remedy =
  '如不服本决定，可以自收到本决定书之日起六十日内依法申请行政复议，或者自收到本决定书之日起六个月内依法向人民法院提起行政诉讼。';
const parties = [
  'worker',
  'family_member',
  'grassroots_union',
  'platform_company',
  'enterprise',
  'hrss_window',
  'hrss_reviewer',
] as const;
const own = ['worker', 'family_member', 'grassroots_union', 'hrss_window', 'hrss_reviewer'] as const;

export const injuryDocuments = [
  defineDocument({
    code: 'injury_accepted',
    title: '职业伤害确认（工伤认定）申请受理决定书',
    recipients: parties,
    body: [
      paragraph('您于本办件（{{case_no}}）提出的{{service}}，经审查，符合受理条件，现决定予以受理。'),
      facts(['适用规则', '{{relation_track}}'], ['受理日期', '{{today}}']),
      paragraph('自受理之日起六十日内作出结论；事实清楚、权利义务明确的，十五日内作出。'),
    ],
  }),
  defineDocument({
    code: 'injury_supplement_letter',
    title: '职业伤害确认（工伤认定）申请材料补正告知书',
    recipients: own,
    body: [
      paragraph('您提出的{{service}}（办件编号{{case_no}}）材料不完整，现一次性书面告知需要补正的全部内容：'),
      paragraph('{{missing_items}}'),
      paragraph('请按办件页面所示期限补齐。收到全部补正材料后十五日内决定是否受理。'),
    ],
  }),
  defineDocument({
    code: 'injury_not_accepted',
    title: '职业伤害确认（工伤认定）申请不予受理决定书',
    recipients: own,
    body: [
      paragraph('您提出的{{service}}（办件编号{{case_no}}），经审查，不符合受理条件，现决定不予受理。'),
      paragraph('依据：{{reject_grounds}}'),
    ],
    remedy,
  }),
  defineDocument({
    code: 'evidence_notice',
    title: '职业伤害确认（工伤认定）举证通知书',
    addressee: '相关平台企业、用人单位：',
    recipients: ['platform_company', 'enterprise', 'hrss_window', 'hrss_investigator', 'hrss_reviewer'],
    body: [
      paragraph(
        '我单位已受理一件{{service}}（办件编号{{case_no}}）。请自收到本通知之日起十个工作日内，在本办件中提交订单、轨迹、用工管理等材料和书面意见。',
      ),
      paragraph(
        '不认为是职业伤害（工伤）的，由你单位承担举证责任。逾期不举证的，可以根据申请人提供的证据或者调查取得的证据依法作出结论。',
      ),
      facts(['送达方式', '{{notify_method}}'], ['送达日期', '{{notified_day}}']),
    ],
  }),
  defineDocument({
    code: 'injury_suspension',
    title: '职业伤害确认（工伤认定）中止通知书',
    recipients: parties,
    body: [
      paragraph(
        '{{service}}（办件编号{{case_no}}）因需要以其他机关的结论为依据，依照《工伤认定办法》第二十条中止办理。',
      ),
      facts(['等待的结论', '{{awaited_ruling}}'], ['中止事由', '{{suspend_reason}}']),
      paragraph('有关结论作出后，请及时告知，我们将恢复办理。中止的时间不计入办理期限。'),
    ],
  }),
  defineDocument({
    code: 'injury_confirmed',
    title: '职业伤害确认结论书（工伤认定决定书）',
    recipients: parties,
    body: [
      paragraph('关于{{service}}（办件编号{{case_no}}），经调查核实，结论如下：'),
      facts(['适用规则', '{{relation_track}}'], ['结论', '{{conclusion}}'], ['适用条款', '{{conclusion_clause}}']),
      paragraph('认定的事实与理由：{{conclusion_grounds}}'),
    ],
    remedy,
  }),
  defineDocument({
    code: 'injury_denied',
    title: '不予确认职业伤害（工伤）结论书',
    recipients: parties,
    body: [
      paragraph('关于{{service}}（办件编号{{case_no}}），经调查核实并经法制审核，结论如下：'),
      facts(['适用规则', '{{relation_track}}'], ['结论', '{{conclusion}}'], ['适用条款', '{{conclusion_clause}}']),
      paragraph('认定的事实与理由：{{conclusion_grounds}}'),
    ],
    remedy,
  }),
];
