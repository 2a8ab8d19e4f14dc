// Letters and certificates of membership and of the daily accident cover.

import { dailyCoverTerms } from '#catalog/services/daily-insurance/terms';
import type { Terms } from '#catalog/define';
import { defineDocument, facts, paragraph } from './letter.ts';

export const coverDocuments = [
  defineDocument({
    code: 'membership_notice',
    title: '入会通知书',
    recipients: ['worker', 'grassroots_union', 'industry_union', 'township_union', 'county_union'],
    body: [
      paragraph(
        '您提出的加入中国工会的申请（办件编号{{case_no}}），依照《中华人民共和国工会法》和《中国工会章程》，已获批准。',
      ),
      facts(['会员编号', '{{member_no}}'], ['所属工会', '{{union_name}}'], ['入会日期', '{{joined_on}}']),
      paragraph('自批准之日起，您享有会员的权利，履行会员的义务。变更单位或者地区时，请办理会籍接转，会龄连续计算。'),
    ],
  }),
  defineDocument({
    code: 'membership_card',
    title: '电子会员证',
    layout: 'certificate',
    addressee: '',
    recipients: ['worker', 'county_union'],
    body: [
      facts(
        ['姓名', '{{applicant}}'],
        ['会员编号', '{{member_no}}'],
        ['所属工会', '{{union_name}}'],
        ['入会日期', '{{joined_on}}'],
        ['发证日期', '{{today}}'],
        ['核验码', '{{card_code}}'],
      ),
      paragraph(
        '在“核验会员证”页面输入会员编号和核验码，可以看到本证现在是否有效。补换新证后，本证立即作废，会员编号不变。',
      ),
    ],
  }),
  defineDocument({
    code: 'policy',
    title: '按日意外伤害保险电子保单',
    layout: 'certificate',
    addressee: '',
    recipients: ['worker', 'family_member', 'enterprise', 'insurer_underwriter', 'insurer_adjuster', 'hrss_reviewer'],
    body: [
      facts(
        ['保单号', '{{policy_no}}'],
        ['保险公司', '{{insurer}}'],
        ['被保险人', '{{applicant}}'],
        ['证件号末四位', '{{id_tail}}'],
        ['从业类别', '{{work_type}}'],
        ['身故受益人', '{{beneficiary_name}}（未填写的，按法定继承）'],
        ['保障天数', '{{days}}'],
        ['保障起', '{{cover_starts_at}}'],
        ['保障止', '{{cover_ends_at}}'],
        ['保费合计', '{{gross_fen}}'],
        ['其中财政补贴', '{{subsidy_fen}}'],
        ['其中个人或单位缴纳', '{{payable_fen}}'],
      ),
      ...dailyCoverTerms.sections.map((section) =>
        paragraph(`${section.zh}：${section.lines.join('').replaceAll('{insurer}', '{{insurer}}')}${mark(section)}`),
      ),
      paragraph('尚未开始的保障日可以申请退保，钱原路退回。本保单未写明的，以保险公司的保险条款为准。'),
    ],
  }),
  defineDocument({
    code: 'group_policy',
    title: '团体按日意外伤害保险电子保单',
    layout: 'certificate',
    addressee: '',
    recipients: ['enterprise', 'grassroots_union', 'insurer_underwriter', 'insurer_finance', 'supervisor'],
    body: [
      facts(
        ['保单号', '{{policy_no}}'],
        ['保险公司', '{{insurer}}'],
        ['投保单位信用代码', '{{org_uscc}}'],
        ['被保险人', '{{bound_count}}人，见人员清单'],
        ['受益人', '没有指定的，按法定继承；单位不能指定本单位为受益人'],
        ['保障起', '{{cover_starts_at}}'],
        ['保障止', '{{cover_ends_at}}'],
        ['保费合计', '{{premium_fen}}'],
        ['其中财政补贴', '{{subsidy_fen}}'],
        ['其中单位缴纳', '{{payable_fen}}'],
        ['个人部分承担方', '{{payer_share}}'],
        ['临时换人', '{{replace_rule}}'],
        ['发票抬头', '{{invoice_title}}'],
      ),
      ...dailyCoverTerms.sections.map((section) =>
        paragraph(`${section.zh}：${section.lines.join('').replaceAll('{insurer}', '{{insurer}}')}${mark(section)}`),
      ),
      paragraph('每名被保险人可以在手机“我的保障”里查看自己的保险凭证。本保单未写明的，以保险公司的保险条款为准。'),
    ],
  }),
  defineDocument({
    code: 'renewal_stopped',
    title: '自动续保解约回执',
    recipients: ['worker', 'insurer_underwriter'],
    body: [
      paragraph('您的自动续保（办件编号{{case_no}}）已经停止，代扣授权同时解除。'),
      facts(['停止日期', '{{today}}'], ['触发方式', '{{trigger_mode}}'], ['每月扣款上限', '{{monthly_cap}}']),
      paragraph('自停止之时起不再发起扣款。停止前已经扣款的保障日照常有效；还没有开始的，可以申请退保，钱原路退回。'),
    ],
  }),
  defineDocument({
    code: 'endorsement',
    title: '保险批单',
    recipients: ['worker', 'enterprise', 'insurer_underwriter'],
    body: [
      paragraph(
        '您提出的保单批改申请（办件编号{{case_no}}）已经同意，自批改生效时起按批改后的内容承担保险责任。批改以前的保障不受影响。',
      ),
      facts(
        ['保单号', '{{endorsed_policy_no}}'],
        ['批改事项', '{{endorse_item}}'],
        ['批改前', '{{value_before}}'],
        ['批改后', '{{value_after}}'],
        ['生效时间', '{{endorsed_at}}'],
        ['保险公司', '{{insurer}}'],
      ),
    ],
  }),
  defineDocument({
    code: 'denial_notice',
    title: '拒绝赔付通知书',
    recipients: ['worker', 'family_member', 'insurer_adjuster', 'supervisor'],
    body: [
      paragraph('您提出的{{service}}申请（办件编号{{case_no}}），经核定，本次事故不予赔付。'),
      paragraph('理由：{{reason}}'),
      paragraph('本通知依照《中华人民共和国保险法》第二十四条作出并说明理由。'),
    ],
    remedy:
      '您对本通知有异议的，可以在本办件中提出异议申请复核，也可以向保险监督管理机构投诉，或者依法申请调解、提起诉讼。',
  }),
  defineDocument({
    code: 'claim_settlement',
    title: '赔付通知书',
    recipients: ['worker', 'family_member', 'insurer_adjuster', 'insurer_finance', 'supervisor'],
    body: [
      paragraph('您的事故理赔（办件编号{{case_no}}）已经核定，赔款已经付到收款人名下的银行卡。'),
      facts(
        ['赔付金额', '{{approved_fen}}'],
        ['计算过程', '{{benefit_explanation}}'],
        ['收款卡尾号', '{{card_tail}}'],
        ['付款日期', '{{today}}'],
        ['赔付的保险公司', '{{insurer}}'],
      ),
    ],
    remedy:
      '您对赔付金额有异议的，可以在本办件中提出异议申请复核，也可以向保险监督管理机构投诉，或者依法申请调解、提起诉讼。',
  }),
];

/** A figure that nobody has checked says so on the paper too. */
function mark({ confidence }: Terms['sections'][number]): string {
  return confidence === 'unverified' ? '（待核）' : '';
}
