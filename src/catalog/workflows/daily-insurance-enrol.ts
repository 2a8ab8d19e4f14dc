// 日保投保与批改退保：按日参保、按日计费，个人承担部分与财政补贴分账；支持个人、团体、自动续投、批改与退保。

import { defineWorkflow, field } from '#catalog/define';
import { renewalTerms } from '#catalog/services/daily-insurance/renewal-fields';

export const dailyInsuranceEnrol = defineWorkflow({
  code: 'daily-insurance-enrol',
  zh: '日保投保与批改退保',
  en: 'Daily insurance enrolment, endorsement and refund',
  domain: 'daily-insurance',
  purpose: '按日参保、按日计费，个人承担部分与财政补贴分账；支持个人、团体、自动续投、批改与退保',
  entries: {
    personal: { step: 'apply', zh: '个人投保', caseMode: 'new', startedBy: 'service' },
    group: { step: 'group-upload', zh: '团体投保', caseMode: 'new', startedBy: 'service' },
    auto: { step: 'auto-sign', zh: '自动续投', caseMode: 'new', startedBy: 'service' },
    endorse: { step: 'endorse-request', zh: '批改', caseMode: 'attach_or_new', startedBy: 'service' },
    refund: { step: 'refund-request', zh: '退保', caseMode: 'attach_or_new', startedBy: 'service' },
  },
  steps: {
    apply: {
      zh: '选择日期与职业投保',
      kind: 'human',
      role: 'worker',
      produces: '投保单、告知确认',
      withdrawable: true,
      outcomes: {
        submit: { zh: '提交投保单', next: ['eligibility'] },
      },
      auto: [
        { action: 'idcheck', targets: [], when: 'enter' },
        { action: 'sign', targets: ['投保告知'], when: 'enter' },
      ],
    },
    'group-upload': {
      zh: '企业导入次日名单',
      kind: 'human',
      role: 'enterprise',
      actors: ['enterprise', 'grassroots_union'],
      produces: '名单与日期',
      limit: { value: 1, unit: 'calendar_day', basis: '地方承诺（退回后重新导入）', basisType: 'local_promise' },
      outcomes: {
        submit: { zh: '提交投保名单', next: ['eligibility'] },
        return: { zh: '退回修改名单', next: ['group-upload'] },
      },
      auto: [
        { action: 'idcheck', targets: [], when: 'enter' },
        { action: 'match', targets: ['会员库'], when: 'exit', on: ['submit'], effect: 'rosters.take' },
        { action: 'record', targets: ['团体名单'], when: 'exit', on: ['submit'], effect: 'cover.open_group' },
      ],
    },
    eligibility: {
      zh: '年龄、地域、职业与同日重复校验',
      kind: 'auto',
      role: 'system',
      produces: '准入结论',
      limit: { value: 1, unit: 'hour', basis: '地方承诺', basisType: 'local_promise' },
      decide: 'cover.eligibility',
      outcomes: {
        pass: { zh: '符合投保条件', next: ['quote'] },
        partial: { zh: '部分人员不符合', conditionZh: '部分人员不合格', next: ['quote'] },
        fail: { zh: '有疑问，转人工核对', next: ['eligibility-manual'] },
      },
      auto: [
        { action: 'rule', targets: ['RT-DI-PREM'], when: 'enter' },
        // The people of a list are looked at by a job, some thousands at a time.
        { action: 'match', targets: ['日保在保库'], when: 'enter', effect: 'cover.work_group' },
      ],
    },
    'eligibility-manual': {
      zh: '准入不符人工核对',
      kind: 'human',
      role: 'insurer_underwriter',
      produces: '核对意见与理由',
      limit: { value: 4, unit: 'hour', basis: '地方承诺', basisType: 'local_promise' },
      form: { underwriter_note: field('longtext', '核对意见', {}, { class: 'internal' }) },
      outcomes: {
        pass: { zh: '可以投保', next: ['quote'] },
        reject: { zh: '不能投保', end: 'rejected' },
      },
      auto: [
        { action: 'sms', targets: ['被保险人'], when: 'enter', template: 'underwriting_manual' },
        { action: 'sms', targets: ['被保险人'], when: 'exit', on: ['pass'], template: 'underwriting_passed' },
      ],
    },
    quote: {
      zh: '计算保费和补贴',
      kind: 'auto',
      role: 'system',
      produces: '总保费、补贴额、应付额',
      limit: { value: 1, unit: 'hour', basis: '地方承诺', basisType: 'local_promise' },
      decide: 'cover.quote',
      outcomes: {
        payable: { zh: '已算出应付金额', next: ['pay'] },
        free: { zh: '全额资助，无需付款', conditionZh: '专项全额资助', next: ['underwrite'] },
      },
      auto: [{ action: 'rule', targets: ['RT-DI-PREM'], when: 'enter' }],
    },
    pay: {
      zh: '付款（个人或单位承担的部分）',
      kind: 'human',
      role: 'worker',
      actors: ['worker', 'enterprise', 'grassroots_union'],
      produces: '支付凭证',
      limit: { value: 30, unit: 'minute', basis: '地方承诺', basisType: 'local_promise' },
      outcomes: {
        paid: { zh: '付款成功', next: ['underwrite'], by: ['event'] },
        pay_failed: { zh: '付款没有成功', next: ['pay'], by: ['event'] },
        timeout: { zh: '超时没有付款', end: 'cancelled', by: ['clock'] },
      },
      auto: [
        { action: 'pay', targets: ['日保保费'], when: 'enter', effect: 'payments.request' },
        { action: 'sms', targets: ['投保人'], when: 'enter', template: 'premium_due' },
      ],
    },
    underwrite: {
      zh: '实时承保',
      kind: 'auto',
      role: 'system',
      produces: '承保或转人工',
      limit: { value: 1, unit: 'hour', basis: '地方承诺', basisType: 'local_promise' },
      outcomes: {
        approve: { zh: '同意承保', next: ['issue'], by: ['event'] },
        manual: { zh: '转人工核保', next: ['manual-underwrite'], by: ['event'] },
      },
      auto: [{ action: 'sync', targets: ['承保接口'], when: 'enter', effect: 'cover.request_underwriting' }],
    },
    'manual-underwrite': {
      zh: '高风险职业人工核保',
      kind: 'human',
      role: 'insurer_underwriter',
      produces: '核保结论',
      limit: { value: 4, unit: 'hour', basis: '地方承诺', basisType: 'local_promise' },
      form: { underwriter_note: field('longtext', '核对意见', {}, { class: 'internal' }) },
      outcomes: {
        approve: { zh: '同意承保', next: ['issue'] },
        reject: { zh: '不同意承保，退款', next: ['refund-pay'] },
      },
    },
    issue: {
      zh: '出具电子保单',
      kind: 'auto',
      role: 'system',
      produces: '电子保单、生效时点、补贴计提',
      limit: { value: 1, unit: 'hour', basis: '地方承诺', basisType: 'local_promise' },
      perItem: { zh: '每名被保险人', items: 'daily_roster' },
      decide: 'cover.issue',
      outcomes: {
        done: { zh: '保单已出具', next: ['in-force'] },
        // Two purchases of the same days at once: the later one is given back, never charged twice.
        conflict: { zh: '日期已被另一张保单占用', next: ['refund-pay'] },
        // Everybody of a list is bound by a job; what could not be bound is refunded, line by line.
        group_done: { zh: '团体保单已出具', next: ['in-force'], by: ['event'] },
      },
      auto: [
        { action: 'record', targets: ['保障台账'], when: 'enter', effect: 'cover.work_group' },
        { action: 'record', targets: ['保障台账'], when: 'exit', on: ['group_done'], effect: 'cover.settle_group' },
        { action: 'doc', targets: ['团体保单'], when: 'exit', on: ['group_done'], template: 'group_policy' },
        { action: 'sms', targets: ['投保单位'], when: 'exit', on: ['group_done'], template: 'group_policy_issued' },
        { action: 'record', targets: ['保障台账'], when: 'exit', on: ['done'], effect: 'cover.bind' },
        { action: 'doc', targets: ['电子保单'], when: 'exit', on: ['done'], template: 'policy' },
        { action: 'sms', targets: ['被保险人'], when: 'exit', on: ['done'], template: 'policy_issued' },
        {
          action: 'accrue',
          targets: ['财政补贴'],
          when: 'exit',
          on: ['done', 'group_done'],
          effect: 'cover.accrue_subsidy',
        },
      ],
    },
    'in-force': {
      zh: '保障有效期',
      kind: 'auto',
      role: 'system',
      produces: '当日有效标识',
      // Cover bought for several days ends with its last day, not one day after the policy was issued.
      limit: {
        value: 0,
        unit: 'minute',
        basis: '保单载明的保障终止时间',
        basisType: 'local_promise',
        countedFrom: { kind: 'event', ref: 'cover_ends_at', zh: '保障终止时' },
      },
      outcomes: {
        end: { zh: '保障到期', end: 'completed', by: ['clock'] },
      },
    },
    'auto-sign': {
      zh: '签约自动续投',
      kind: 'human',
      role: 'worker',
      produces: '代扣授权、触发方式、上限',
      limit: { value: 3, unit: 'calendar_day', basis: '地方承诺（签约未成后重新提交）', basisType: 'local_promise' },
      outcomes: {
        submit: { zh: '提交签约', next: ['auto-bank'] },
        stop: { zh: '停止自动续投', next: ['auto-stop'], by: ['worker', 'clock'] },
      },
      auto: [
        { action: 'record', targets: ['续保授权'], when: 'exit', on: ['submit'], effect: 'cover.register_mandate' },
        { action: 'sign', targets: ['代扣协议'], when: 'enter' },
        { action: 'sms', targets: ['被保险人'], when: 'enter', template: 'auto_renewal_sign' },
      ],
    },
    'auto-bank': {
      zh: '到支付平台签代扣协议',
      kind: 'human',
      role: 'bank',
      produces: '签约结果',
      limit: { value: 1, unit: 'hour', basis: '地方承诺', basisType: 'local_promise' },
      outcomes: {
        pass: { zh: '代扣协议已签', next: ['auto-run'], by: ['event'] },
        fail: { zh: '代扣协议没有签成', next: ['auto-sign'], by: ['event', 'clock'] },
      },
      auto: [
        { action: 'sync', targets: ['代扣协议'], when: 'enter', effect: 'debits.sign' },
        { action: 'record', targets: ['续保授权'], when: 'exit', on: ['pass'], effect: 'cover.start_renewal' },
        { action: 'sms', targets: ['被保险人'], when: 'exit', on: ['pass'], template: 'auto_renewal_started' },
      ],
    },
    // The days themselves are no steps of a case: half a million mandates of a province are renewed each evening, many at a time, and
    // each day stands in the record of renewals. The case tells of the mandate: signed, resting, changed, stopped.
    'auto-run': {
      zh: '自动续保中',
      standing: true,
      kind: 'auto',
      role: 'system',
      produces: '续保记录、次日保障或暂停',
      limit: {
        value: 0,
        unit: 'minute',
        basis: '投保年龄上限',
        basisType: 'local_promise',
        countedFrom: { kind: 'event', ref: 'renewal_ends_at', zh: '最后一个可投保日之后' },
      },
      outcomes: {
        insufficient: { zh: '扣款没有成功，暂停', next: ['auto-pause'], by: ['event'] },
        capped: { zh: '本月上限已到，下月恢复', next: ['auto-run'], by: ['event'] },
        change: { zh: '修改触发方式和上限', next: ['auto-run'], by: ['worker'], form: renewalTerms },
        stop: { zh: '停止自动续保', next: ['auto-stop'], by: ['worker', 'event', 'clock'] },
      },
      auto: [
        { action: 'record', targets: ['续保授权'], when: 'exit', on: ['insufficient'], effect: 'cover.pause_renewal' },
        { action: 'record', targets: ['续保授权'], when: 'exit', on: ['change'], effect: 'cover.change_renewal' },
        { action: 'match', targets: ['平台接单信号'], when: 'enter' },
        { action: 'rule', targets: ['RT-DI-PREM'], when: 'enter' },
        { action: 'sms', targets: ['被保险人'], when: 'exit', on: ['capped'], template: 'auto_renewal_capped' },
      ],
    },
    'auto-pause': {
      zh: '扣款没有成功，暂停并提醒',
      kind: 'auto',
      role: 'system',
      produces: '暂停记录',
      limit: { value: 3, unit: 'calendar_day', basis: '地方承诺', basisType: 'local_promise' },
      outcomes: {
        refill: { zh: '余额已补足，继续自动续保', next: ['auto-run'], by: ['worker'] },
        stop: { zh: '停止自动续保', next: ['auto-stop'], by: ['worker', 'event'] },
        timeout: { zh: '期满没有补足', next: ['auto-stop'], by: ['clock'] },
      },
      auto: [
        { action: 'record', targets: ['续保授权'], when: 'exit', on: ['refill'], effect: 'cover.resume_renewal' },
        { action: 'sms', targets: ['被保险人'], when: 'enter', template: 'auto_renewal_paused' },
      ],
    },
    'auto-stop': {
      zh: '解约自动续投',
      kind: 'auto',
      role: 'system',
      produces: '解约回执',
      limit: { value: 1, unit: 'hour', basis: '地方承诺', basisType: 'local_promise' },
      decide: 'cover.stop_renewal',
      outcomes: {
        done: { zh: '自动续保已停止', end: 'stopped' },
      },
      auto: [
        { action: 'record', targets: ['续保授权'], when: 'exit', effect: 'cover.end_renewal' },
        { action: 'doc', targets: ['解约回执'], when: 'exit', template: 'renewal_stopped' },
        { action: 'sms', targets: ['被保险人'], when: 'exit', template: 'auto_renewal_stopped' },
      ],
    },
    'endorse-request': {
      zh: '申请批改',
      kind: 'human',
      role: 'worker',
      actors: ['worker', 'enterprise'],
      produces: '批改事项',
      limit: { value: 15, unit: 'calendar_day', basis: '地方承诺（退回后重新提交）', basisType: 'local_promise' },
      outcomes: {
        submit: { zh: '提交批改申请', next: ['endorse-check'] },
      },
      withdrawable: true,
      auto: [
        { action: 'match', targets: ['保障台账'], when: 'exit', on: ['submit'], effect: 'cover.check_endorsement' },
        { action: 'ocr', targets: ['id_card'], when: 'enter' },
      ],
    },
    'endorse-check': {
      zh: '批改核验',
      kind: 'human',
      role: 'insurer_underwriter',
      produces: '批单或拒绝',
      limit: { value: 1, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      outcomes: {
        approve: { zh: '同意批改', end: 'completed' },
        return: { zh: '退回申请人补正', next: ['endorse-request'] },
        reject: { zh: '不同意批改', end: 'rejected' },
      },
      auto: [
        { action: 'record', targets: ['批改登记'], when: 'exit', on: ['approve'], effect: 'cover.endorse_policy' },
        { action: 'sms', targets: ['被保险人'], when: 'exit', on: ['approve', 'reject'], template: 'case_ended' },
        { action: 'doc', targets: ['批单'], when: 'exit', on: ['approve'], template: 'endorsement' },
        { action: 'sms', targets: ['被保险人'], when: 'enter', template: 'endorsement_received' },
        { action: 'sms', targets: ['被保险人'], when: 'exit', on: ['return'], template: 'case_returned' },
      ],
    },
    'refund-request': {
      zh: '申请未生效日退保',
      kind: 'human',
      role: 'worker',
      actors: ['worker', 'enterprise'],
      produces: '退保日期与账户',
      withdrawable: true,
      outcomes: {
        submit: { zh: '提交退保申请', next: ['refund-check'] },
      },
      auto: [
        { action: 'match', targets: ['日保在保库', '在途报案'], when: 'enter' },
        { action: 'match', targets: ['日保在保库'], when: 'exit', on: ['submit'], effect: 'cover.require_days_left' },
      ],
    },
    'refund-check': {
      zh: '核对能不能退、退多少',
      kind: 'auto',
      role: 'system',
      produces: '应退额、补贴冲回',
      limit: { value: 1, unit: 'hour', basis: '地方承诺', basisType: 'local_promise' },
      decide: 'cover.refund_check',
      outcomes: {
        pass: { zh: '可以退保', next: ['refund-pay'] },
        fail: { zh: '不能直接退，转人工核对', conditionZh: '已生效或已报案', next: ['refund-manual'] },
      },
      auto: [
        { action: 'record', targets: ['保障台账'], when: 'exit', on: ['pass'], effect: 'cover.release' },
        { action: 'rule', targets: ['RT-DI-PREM'], when: 'enter' },
      ],
    },
    'refund-manual': {
      zh: '不可退情形人工核对',
      kind: 'human',
      role: 'insurer_underwriter',
      produces: '核对意见与理由',
      limit: { value: 1, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      form: { underwriter_note: field('longtext', '核对意见', {}, { class: 'internal' }) },
      outcomes: {
        pass: { zh: '同意退保', next: ['refund-pay'] },
        reject: { zh: '不同意退保', end: 'rejected' },
      },
      auto: [
        { action: 'record', targets: ['保障台账'], when: 'exit', on: ['pass'], effect: 'cover.release' },
        { action: 'sms', targets: ['被保险人'], when: 'enter', template: 'refund_manual' },
      ],
    },
    'refund-pay': {
      zh: '原路退款',
      kind: 'human',
      role: 'insurer_finance',
      produces: '退款凭证',
      limit: { value: 3, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      outcomes: {
        paid: { zh: '退款已付出', end: 'cancelled', by: ['event'] },
        pay_failed: { zh: '退款没有付成', next: ['refund-pay'], by: ['event'] },
      },
      auto: [
        { action: 'pay', targets: ['退款'], when: 'enter', effect: 'payments.refund' },
        { action: 'sms', targets: ['被保险人'], when: 'exit', on: ['paid'], template: 'refund_done' },
      ],
    },
  },
  ends: {
    rejected: '不予办理（已告知理由与救济）',
    cancelled: '已取消，付过的钱原路退回',
    stopped: '自动续保已停止，不再扣款；已扣款的那天仍然保障',
    completed: '办结',
    withdrawn: '申请人撤回',
  },
});
