// Papers of the subsidy settlement: the declaration as it was reconciled, the settlement of the year, the order to return.

import { defineDocument, facts, paragraph } from './letter.ts';

export const settlementDocuments = [
  defineDocument({
    code: 'settlement_declaration',
    title: '保费财政补贴结算申报表',
    addressee: '',
    recipients: ['insurer_finance', 'hrss_reviewer', 'hrss_investigator', 'finance_bureau'],
    body: [
      paragraph('本表按保险公司的申报和系统保障台账的逐单核对结果生成（办件编号{{case_no}}）。'),
      facts(
        ['结算月份', '{{settle_month}}'],
        ['申报的承保人次日', '{{insured_person_days}}'],
        ['申报的总保费', '{{gross_premium}}'],
        ['台账的承保人次日', '{{our_person_days}}'],
        ['台账的总保费', '{{our_gross}}'],
        ['个人或单位承担', '{{personal_part}}'],
        ['剔除重复和不符的人次', '{{duplicate_removed}}'],
        ['以前月份冲回', '{{refund_offset}}'],
        ['申请补贴', '{{subsidy_claim}}'],
        ['差异笔数', '{{difference_count}}'],
        ['收款账户', '{{bank_account}}'],
      ),
      facts(['计算过程', '{{settlement_explanation}}']),
    ],
  }),
  defineDocument({
    code: 'settlement_of_year',
    title: '保费财政补贴清算书',
    addressee: '',
    recipients: ['insurer_finance', 'hrss_reviewer', 'finance_bureau'],
    body: [
      paragraph('按日意外伤害保险保费财政补贴（{{settle_month}}，办件编号{{case_no}}）清算如下。'),
      facts(
        ['审定补贴', '{{approved_subsidy}}'],
        ['本次拨付', '{{allocated_fen}}'],
        ['本年累计', '{{year_explanation}}'],
        ['赔付率', '{{loss_ratio}}'],
        ['次年费率建议', '{{rate_advice}}'],
      ),
    ],
  }),
  defineDocument({
    code: 'recovery_order',
    title: '财政补贴追回决定书',
    addressee: '{{recover_org_name}}：',
    recipients: ['insurer_finance', 'hrss_reviewer', 'hrss_investigator', 'finance_bureau'],
    body: [
      paragraph('经核查（办件编号{{case_no}}），你单位领取的按日意外伤害保险保费财政补贴中有应当退回的款项。'),
      paragraph('事实和理由：{{recover_ground}}'),
      facts(
        ['责令退回金额', '{{recover_fen}}'],
        ['退款附言（必须填写）', '{{recover_reference}}'],
        ['退回期限', '自收到本决定书之日起十五个工作日内'],
      ),
      paragraph('请按原拨付渠道退回国库，附言写明上列编号。款项以银行到账为准，到账后本案办结。'),
      paragraph('依据：财政违法行为处罚处分条例（待核）、保险实施方案（待核）。'),
    ],
    remedy:
      '你单位对本决定不服的，可以自收到本决定书之日起六十日内依法申请行政复议，或者自收到之日起六个月内向人民法院提起行政诉讼。复议、诉讼期间本决定不停止执行，法律另有规定的除外。',
  }),
];
