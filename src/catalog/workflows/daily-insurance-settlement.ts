// 日保财政补贴结算与服务考核：按月申报、逐单对账、审核抽样、财政拨付、年度清算；重复享受的追回；服务网点的备案与考核。

import { choices, defineWorkflow, field } from '#catalog/define';
import type { Condition } from '#platform/condition';

const internal = { class: 'internal' } as const;

/** Two amounts of the case, compared. */
const compared = (op: 'lt' | 'gte', a: string, b: string): Condition => ({
  op,
  a: { op: 'field', name: a },
  b: { op: 'field', name: b },
});

export const dailyInsuranceSettlement = defineWorkflow({
  code: 'daily-insurance-settlement',
  zh: '日保财政补贴结算与服务考核',
  en: 'Subsidy settlement and insurer assessment',
  domain: 'daily-insurance',
  purpose: '保险公司按月申报补贴，系统去重核验，人社审核、财政拨付、年度清算；兼管服务网点考核与追回',
  entries: {
    monthly: { step: 'declare', zh: '月度结算', caseMode: 'new', startedBy: 'service' },
    recover: { step: 'dup-find', zh: '重复核查追回', caseMode: 'new', startedBy: 'service' },
    outlet: { step: 'outlet-file', zh: '网点备案考核', caseMode: 'new', startedBy: 'service' },
  },
  steps: {
    declare: {
      zh: '申报月度补贴',
      kind: 'human',
      role: 'insurer_finance',
      orgFrom: { step: 'declare' },
      produces: '承保明细、补贴申请额',
      limit: { value: 10, unit: 'calendar_day', basis: '地方承诺', basisType: 'local_promise' },
      withdrawable: true,
      outcomes: { submit: { zh: '提交申报', next: ['reconcile'] } },
      auto: [{ action: 'record', targets: ['结算月份'], when: 'exit', effect: 'settlement.declare' }],
    },
    reconcile: {
      zh: '逐单对账与重复剔除',
      kind: 'auto',
      role: 'system',
      produces: '一致、差异、重复清单',
      limit: { value: 1, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      outcomes: {
        match: { zh: '与系统台账一致', next: ['hrss-review'], by: ['event'] },
        differ: { zh: '与系统台账不一致', next: ['explain'], by: ['event'] },
      },
      auto: [
        { action: 'match', targets: ['日保在保库', '支付流水'], when: 'enter', effect: 'settlement.reconcile' },
        { action: 'rule', targets: ['RT-DI-SUBSIDY'], when: 'enter' },
        // The declaration carries the system's own figures, which are known now and not when it was sent.
        { action: 'doc', targets: ['结算申报表'], when: 'exit', template: 'settlement_declaration' },
        { action: 'sms', targets: ['保险公司'], when: 'exit', on: ['differ'], template: 'settlement_differs' },
      ],
    },
    explain: {
      zh: '保险公司说明差异',
      kind: 'human',
      role: 'insurer_finance',
      orgFrom: { step: 'declare' },
      produces: '差异说明与调整单',
      limit: { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      shows: ['difference_count', 'settlement_explanation'],
      form: { difference_note: field('longtext', '差异说明', {}, internal) },
      outcomes: {
        accept: {
          zh: '接受系统核算，或换明细后再对账',
          next: ['reconcile'],
          form: {
            accept_way: field('enum', '怎样处理差异', choices('按系统核算数结算', '重新上传承保明细')),
            ledger_again: field(
              'file',
              '重新上传的承保明细',
              { accept: ['sheet'], maxCount: 9 },
              {
                optional: true,
                help: '只在选择重新上传时需要，格式见承保明细模板',
                ...internal,
              },
            ),
          },
        },
        dispute: { zh: '不认可差异，请人社部门审核', next: ['hrss-review'] },
      },
    },
    'hrss-review': {
      zh: '人社部门审核',
      kind: 'human',
      role: 'hrss_reviewer',
      produces: '审核意见',
      limit: { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      shows: ['difference_count', 'subsidy_claim', 'settlement_explanation', 'difference_note'],
      readers: ['supervisor'],
      form: { review_note: field('longtext', '审核意见', {}, internal) },
      outcomes: {
        approve: {
          zh: '审核通过，进入抽样与预算检查',
          next: ['sample-audit', 'budget-check'],
          parallel: { join: 'finance-review', scope: ['sample-audit', 'budget-check'] },
          form: {
            approved_subsidy: field('money', '审定补贴', { minFen: 1 }, { help: '不得超过系统核算的应付补贴' }),
          },
        },
        return: { zh: '退回保险公司补正', next: ['declare'] },
      },
      auto: [
        { action: 'record', targets: ['审定补贴'], when: 'exit', on: ['approve'], effect: 'settlement.review' },
        { action: 'sms', targets: ['保险公司'], when: 'exit', on: ['return'], template: 'settlement_returned' },
      ],
    },
    'sample-audit': {
      zh: '抽样电话核实与凭证审计',
      kind: 'human',
      role: 'hrss_investigator',
      produces: '抽样报告',
      limit: { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      shows: ['sample_size', 'sample_seed'],
      form: {
        sample_reached: field('integer', '已核实人数', { min: 0, max: 10_000, unit: '人' }),
        sample_report: field('longtext', '抽样报告', {}, internal),
      },
      outcomes: {
        pass: { zh: '抽样核实通过', next: ['finance-review'] },
        fail: { zh: '抽样发现问题，请保险公司说明', next: ['explain'], reason: 'required' },
      },
      auto: [
        // Told before the call, and not after it: who is called must know that the call is true.
        { action: 'sms', targets: ['被抽样人'], when: 'enter', effect: 'settlement.sample', template: 'sample_opened' },
      ],
    },
    'budget-check': {
      zh: '预算余额检查',
      kind: 'human',
      role: 'finance_bureau',
      produces: '可用额度',
      limit: { value: 3, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      shows: ['approved_subsidy', 'budget_used'],
      form: {
        budget_left: field('money', '本年预算可用余额', { minFen: 0 }, { help: '以国库集中支付系统的余额为准' }),
      },
      outcomes: {
        enough: {
          zh: '余额充足',
          next: ['finance-review'],
          conditionZh: '可用余额不少于审定补贴',
          when: compared('gte', 'budget_left', 'approved_subsidy'),
        },
        short: {
          zh: '余额不足',
          next: ['finance-review'],
          conditionZh: '可用余额少于审定补贴',
          when: compared('lt', 'budget_left', 'approved_subsidy'),
        },
      },
      auto: [{ action: 'rule', targets: ['RT-DI-SUBSIDY'], when: 'enter', effect: 'settlement.budget' }],
    },
    'finance-review': {
      zh: '财政复核',
      kind: 'join',
      role: 'finance_bureau',
      produces: '拨付审批',
      limit: { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      waitFor: 'all_active_branches',
      shows: ['approved_subsidy', 'budget_left', 'sample_report', 'settlement_explanation'],
      form: { finance_note: field('longtext', '复核意见', {}, internal) },
      outcomes: {
        approve: {
          zh: '按审定金额全额拨付',
          next: ['allocate'],
          conditionZh: '可用余额不少于审定补贴',
          when: compared('gte', 'budget_left', 'approved_subsidy'),
        },
        partial: {
          zh: '部分拨付，其余结转下次',
          conditionZh: '余额不足分批',
          next: ['allocate'],
          form: { partial_subsidy: field('money', '本次拨付金额', { minFen: 1 }) },
        },
        return: { zh: '退回人社部门', next: ['hrss-review'] },
      },
      auto: [
        {
          action: 'record',
          targets: ['拨付审批'],
          when: 'exit',
          on: ['approve', 'partial'],
          effect: 'settlement.allocate',
        },
      ],
    },
    allocate: {
      zh: '国库拨付',
      kind: 'human',
      role: 'finance_bureau',
      produces: '拨付回单',
      limit: { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      outcomes: {
        paid: { zh: '补贴已拨付到账', next: ['annual'], by: ['event'] },
        pay_failed: { zh: '补贴没有拨付成功', next: ['allocate'], by: ['event'] },
      },
      auto: [
        { action: 'pay', targets: ['财政补贴'], when: 'enter', effect: 'payouts.draft' },
        { action: 'record', targets: ['补贴结清'], when: 'exit', on: ['paid'], effect: 'settlement.paid' },
        { action: 'sms', targets: ['保险公司'], when: 'exit', on: ['paid'], template: 'settlement_paid' },
        { action: 'sms', targets: ['财政部门'], when: 'exit', on: ['pay_failed'], template: 'settlement_pay_failed' },
      ],
    },
    annual: {
      zh: '年度清算与赔付率调节',
      kind: 'human',
      role: 'finance_bureau',
      produces: '清算书、次年费率建议',
      limit: { value: 90, unit: 'calendar_day', basis: '地方承诺', basisType: 'local_promise' },
      shows: ['year_explanation', 'loss_ratio'],
      readers: ['insurer_finance', 'hrss_reviewer'],
      form: { rate_advice: field('longtext', '次年费率建议', {}, internal) },
      outcomes: {
        balanced: { zh: '收支平衡，办结', end: 'completed' },
        surplus: { zh: '有结余，结转下年后办结', conditionZh: '结余结转', end: 'completed' },
        recover: {
          zh: '追回多拨的补贴',
          next: ['recover'],
          form: {
            recover_fen: field('money', '责令退回金额', { minFen: 1 }),
            recover_ground: field('longtext', '追回的事实和理由', { min: 10 }, internal),
          },
        },
      },
      auto: [
        { action: 'rule', targets: ['RT-DI-SUBSIDY'], when: 'enter', effect: 'settlement.annual' },
        {
          action: 'doc',
          targets: ['清算书'],
          when: 'exit',
          on: ['balanced', 'surplus'],
          template: 'settlement_of_year',
        },
      ],
    },
    'dup-find': {
      zh: '重复享受线索登记',
      kind: 'human',
      role: 'risk_analyst',
      produces: '线索清单',
      limit: { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      outcomes: {
        valid: { zh: '线索成立，转核实', next: ['dup-verify'] },
        invalid: { zh: '线索无效，关闭', end: 'closed', reason: 'required' },
      },
      auto: [
        {
          action: 'match',
          targets: ['日保', '职业伤害', '互助'],
          when: 'exit',
          on: ['valid'],
          effect: 'settlement.clue',
        },
      ],
    },
    'dup-verify': {
      zh: '线索核实',
      kind: 'human',
      role: 'hrss_investigator',
      produces: '核实结论',
      limit: { value: 10, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      shows: ['amount_involved', 'clue_explanation'],
      form: { verify_note: field('longtext', '核实情况', {}, internal) },
      outcomes: {
        true: {
          zh: '属实，责令退回',
          next: ['recover'],
          form: {
            recover_from: field('org_ref', '退回单位', { known: true }, { help: '领取这笔补贴的保险公司' }),
            recover_fen: field('money', '责令退回金额', { minFen: 1 }),
            recover_ground: field('longtext', '追回的事实和理由', { min: 10 }, internal),
          },
        },
        false: { zh: '不属实，关闭', end: 'closed', reason: 'required' },
      },
    },
    recover: {
      zh: '责令退回补贴',
      kind: 'human',
      role: 'hrss_reviewer',
      produces: '追回决定书',
      limit: { value: 15, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      shows: ['recover_fen', 'recover_reference', 'recover_ground'],
      readers: ['insurer_finance', 'finance_bureau'],
      outcomes: {
        paid: { zh: '退回的补贴已到账', end: 'recovered', by: ['event'] },
        appeal: { zh: '对方不服，提出异议', end: 'transferred', reason: 'required' },
        refuse: { zh: '对方拒绝退回，移送处理', end: 'transferred' },
      },
      auto: [
        // The order goes out when it is made: nobody can obey one that comes after the money.
        { action: 'record', targets: ['应收退回补贴'], when: 'enter', effect: 'settlement.order_recovery' },
        { action: 'doc', targets: ['追回决定书'], when: 'enter', template: 'recovery_order' },
        { action: 'sms', targets: ['保险公司'], when: 'enter', template: 'recovery_ordered' },
        { action: 'record', targets: ['应收退回补贴'], when: 'exit', effect: 'settlement.end_recovery' },
        { action: 'open', targets: ['decision-review'], when: 'exit', on: ['appeal'] },
      ],
    },
    'outlet-file': {
      zh: '备案服务网点与车辆人员',
      kind: 'human',
      role: 'insurer_finance',
      orgFrom: { step: 'outlet-file' },
      produces: '备案表',
      limit: { value: 30, unit: 'calendar_day', basis: '地方承诺', basisType: 'local_promise' },
      withdrawable: true,
      outcomes: { submit: { zh: '提交备案', next: ['outlet-check'] } },
      auto: [{ action: 'ocr', targets: ['licence'], when: 'enter' }],
    },
    'outlet-check': {
      zh: '现场核验',
      kind: 'human',
      role: 'employment_officer',
      produces: '核验记录',
      limit: { value: 10, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      reveals: ['outlet_location', 'outlet_photo', 'outlet_licence'],
      shows: ['outlet_location', 'open_hours', 'hotline', 'staff_count', 'service_items'],
      form: {
        check_spot: field('location', '现场位置', {}, { help: '到网点后定位，或写明所在位置' }),
        check_note: field('longtext', '核验记录', {}, internal),
      },
      outcomes: {
        pass: { zh: '核验通过，予以公布', next: ['outlet-publish'] },
        return: { zh: '退回保险公司补正', next: ['outlet-file'] },
      },
      auto: [
        { action: 'locate', targets: ['网点坐标'], when: 'exit', on: ['pass'], effect: 'outlets.check' },
        { action: 'sms', targets: ['保险公司'], when: 'exit', on: ['return'], template: 'outlet_returned' },
      ],
    },
    'outlet-publish': {
      zh: '上图公布并纳入考核',
      kind: 'auto',
      role: 'system',
      produces: '网点地图点位',
      limit: { value: 1, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      outcomes: { done: { zh: '已经公布', next: ['outlet-score'] } },
      auto: [
        { action: 'publish', targets: ['服务网点'], when: 'enter', effect: 'outlets.publish' },
        { action: 'sms', targets: ['保险公司'], when: 'exit', template: 'outlet_published' },
      ],
    },
    'outlet-score': {
      zh: '季度服务考核',
      kind: 'human',
      role: 'supervisor',
      produces: '时效、投诉、回访评分',
      limit: { value: 90, unit: 'calendar_day', basis: '地方承诺', basisType: 'local_promise' },
      form: {
        on_time_percent: field('integer', '按时办理比例', { min: 0, max: 100, unit: '%' }),
        complaint_count: field('integer', '本季成立的投诉', { min: 0, max: 10_000, unit: '件' }),
        content_percent: field('integer', '回访满意比例', { min: 0, max: 100, unit: '%' }),
        outlet_meets: field('boolean', '现场达标（开门、有人、有专线）', {}, { optional: true }),
        score_note: field('longtext', '考核意见', {}, internal),
      },
      outcomes: {
        good: { zh: '考核良好，下季再考', next: ['outlet-score'] },
        poor: { zh: '考核较差，限期整改', next: ['outlet-rectify'], reason: 'required' },
        exit: { zh: '退出并停止公布', end: 'terminated', reason: 'required' },
      },
      auto: [
        { action: 'rule', targets: ['RT-DI-SERVICE'], when: 'exit', effect: 'outlets.score' },
        { action: 'publish', targets: ['服务网点'], when: 'exit', on: ['exit'], effect: 'outlets.remove' },
        { action: 'sms', targets: ['保险公司'], when: 'exit', on: ['poor'], template: 'outlet_poor' },
        { action: 'sms', targets: ['保险公司'], when: 'exit', on: ['exit'], template: 'outlet_removed' },
      ],
    },
    'outlet-rectify': {
      zh: '限期整改',
      kind: 'human',
      role: 'insurer_finance',
      orgFrom: { step: 'outlet-file' },
      produces: '整改报告',
      limit: { value: 15, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      shows: ['quarter_score', 'score_explanation', 'score_note'],
      form: { rectify_report: field('longtext', '整改报告', {}, internal) },
      outcomes: {
        // The insurer reports; whether it is better the supervisor says in the next appraisal, where this leads.
        pass: { zh: '整改完成，请重新考核', next: ['outlet-score'] },
        fail: { zh: '不能整改，网点退出', end: 'terminated', reason: 'required' },
      },
      auto: [{ action: 'publish', targets: ['服务网点'], when: 'exit', on: ['fail'], effect: 'outlets.remove' }],
    },
  },
  ends: {
    completed: '办结',
    closed: '核查后关闭',
    recovered: '已追回',
    transferred: '移送其他机关或渠道',
    terminated: '网点退出',
    withdrawn: '申请人撤回',
  },
});
