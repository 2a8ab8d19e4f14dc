// 会员入会：让没有固定单位的新就业形态劳动者在线实名入会，按行业、区域或企业归口，并可同时办理社保缴费。

import { defineWorkflow, field } from '#catalog/define';

export const unionMembershipJoin = defineWorkflow({
  code: 'union-membership-join',
  zh: '会员入会',
  en: 'Union membership joining',
  domain: 'union',
  purpose: '让没有固定单位的新就业形态劳动者在线实名入会，按行业、区域或企业归口，并可同时办理社保缴费',
  entries: {
    individual: { step: 'apply', zh: '个人申请', caseMode: 'new', startedBy: 'service' },
    batch: { step: 'batch-import', zh: '企业批量', caseMode: 'new', startedBy: 'service' },
    joint: { step: 'apply', zh: '入会与社保缴费一件事', caseMode: 'new', startedBy: 'service' },
    card: { step: 'card-request', zh: '电子证补换', caseMode: 'new', startedBy: 'service' },
  },
  steps: {
    apply: {
      zh: '填写并签署入会申请',
      kind: 'human',
      role: 'worker',
      produces: '入会申请书与电子签名',
      // The catalogue sets no limit for the first filling; a returned application must not wait for ever.
      limit: { value: 15, unit: 'calendar_day', basis: '地方承诺（退回后重新提交）', basisType: 'local_promise' },
      withdrawable: true,
      outcomes: {
        submit: { zh: '提交入会申请', next: ['auto-check'] },
      },
      auto: [
        { action: 'ocr', targets: ['id_card'], when: 'enter' },
        { action: 'sign', targets: ['入会申请书'], when: 'enter' },
      ],
    },
    'batch-import': {
      zh: '导入拟入会名单',
      kind: 'human',
      role: 'enterprise',
      actors: ['enterprise', 'grassroots_union'],
      produces: '校验后的名单与错误清单',
      limit: { value: 15, unit: 'calendar_day', basis: '地方承诺（退回后重新提交）', basisType: 'local_promise' },
      outcomes: {
        submit: { zh: '提交入会名单', next: ['batch-confirm'] },
        return: { zh: '名单有误，退回修改', conditionZh: '存在错误行', next: ['batch-import'] },
      },
      auto: [
        { action: 'idcheck', targets: [], when: 'enter' },
        { action: 'match', targets: ['会员库'], when: 'exit', on: ['submit'], effect: 'rosters.take' },
      ],
    },
    'batch-confirm': {
      zh: '逐人短信确认入会意愿',
      kind: 'human',
      role: 'worker',
      produces: '本人意愿记录；未确认者剔除',
      limit: { value: 15, unit: 'calendar_day', basis: '地方承诺', basisType: 'local_promise' },
      perItem: { zh: '名单每人', items: 'worker_list' },
      outcomes: {
        agree: { zh: '本人同意入会', next: ['grassroots-review'] },
        disagree: { zh: '本人不同意入会', end: 'dropped' },
        timeout: { zh: '到期没有确认', end: 'dropped', by: ['clock'] },
      },
      auto: [
        { action: 'sms', targets: ['被申报人'], when: 'enter', template: 'membership_confirm' },
        { action: 'sign', targets: ['入会申请书'], when: 'enter' },
      ],
    },
    'auto-check': {
      zh: '身份、年龄与重复会籍核验',
      kind: 'auto',
      role: 'system',
      produces: '核验结论与建议归口',
      limit: { value: 1, unit: 'hour', basis: '地方承诺', basisType: 'local_promise' },
      decide: 'membership.check',
      outcomes: {
        pass: { zh: '核验通过', next: ['assign-union'] },
        fail: { zh: '核验没有通过，请修改', next: ['apply'] },
        duplicate: { zh: '已有有效会籍', conditionZh: '已有有效会籍', end: 'redirected' },
      },
      auto: [
        { action: 'idcheck', targets: [], when: 'enter' },
        { action: 'match', targets: ['会员库'], when: 'enter' },
        { action: 'rule', targets: ['RT-ELIG-UNION'], when: 'enter' },
        { action: 'sms', targets: ['申请人'], when: 'exit', on: ['fail'], template: 'membership_returned' },
      ],
    },
    'assign-union': {
      zh: '确定由哪个工会接收',
      kind: 'human',
      role: 'county_union',
      produces: '归口工会：企业、行业或区域',
      limit: { value: 2, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      withdrawable: true,
      form: {
        assign_note: field('text', '分派说明', {}, { optional: true, class: 'internal' }),
      },
      reveals: ['photo', 'platform_profile', 'id_front'],
      outcomes: {
        enterprise: { zh: '由接单单位工会接收', conditionZh: '接单企业已建会', next: ['grassroots-review'] },
        industry: { zh: '由行业工会接收', conditionZh: '属八大群体且有行业工会', next: ['industry-review'] },
        region: { zh: '由乡镇街道工会接收', conditionZh: '其余', next: ['township-review'] },
      },
      auto: [{ action: 'rule', targets: ['RT-UNION-HOME'], when: 'enter' }],
    },
    'grassroots-review': {
      zh: '基层工会审查',
      kind: 'human',
      role: 'grassroots_union',
      produces: '同意或不同意接收意见',
      limit: { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      withdrawable: true,
      form: { review_note: field('longtext', '审查意见', {}, { optional: true, class: 'internal' }) },
      reveals: ['photo', 'platform_profile', 'id_front'],
      outcomes: {
        approve: { zh: '同意接收', next: ['county-record'] },
        return: {
          zh: '退回申请人修改',
          conditionZh: '本人申请的',
          // Who was named in a list filled in no form that could be given back.
          when: { op: 'not', of: { op: 'present', a: { op: 'field', name: 'dues_mode' } } },
          next: ['apply'],
        },
        reject: { zh: '不同意接收，送复核', next: ['county-recheck'] },
      },
      auto: [{ action: 'sms', targets: ['申请人'], when: 'exit', on: ['return'], template: 'membership_returned' }],
    },
    'industry-review': {
      zh: '行业工会联合会审查',
      kind: 'human',
      role: 'industry_union',
      produces: '从业真实性核对意见',
      limit: { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      withdrawable: true,
      form: { review_note: field('longtext', '审查意见', {}, { optional: true, class: 'internal' }) },
      reveals: ['photo', 'platform_profile', 'id_front'],
      outcomes: {
        approve: { zh: '同意接收', next: ['county-record'] },
        return: { zh: '退回申请人修改', next: ['apply'] },
        reject: { zh: '不同意接收，送复核', next: ['county-recheck'] },
      },
      auto: [
        { action: 'sms', targets: ['申请人'], when: 'exit', on: ['return'], template: 'membership_returned' },
        { action: 'match', targets: ['平台接单记录'], when: 'enter' },
      ],
    },
    'township-review': {
      zh: '乡镇街道工会兜底审查',
      kind: 'human',
      role: 'township_union',
      produces: '兜底接收意见',
      limit: { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      withdrawable: true,
      form: { review_note: field('longtext', '审查意见', {}, { optional: true, class: 'internal' }) },
      reveals: ['photo', 'platform_profile', 'id_front'],
      outcomes: {
        approve: { zh: '同意接收', next: ['county-record'] },
        return: { zh: '退回申请人修改', next: ['apply'] },
        reject: { zh: '不同意接收，送复核', next: ['county-recheck'] },
      },
      auto: [{ action: 'sms', targets: ['申请人'], when: 'exit', on: ['return'], template: 'membership_returned' }],
    },
    'county-recheck': {
      zh: '县总工会复核不予入会意见或超期代审',
      kind: 'human',
      role: 'county_union',
      produces: '维持不予入会、责成接收或代审通过',
      limit: { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      reveals: ['photo', 'platform_profile', 'id_front'],
      outcomes: {
        overrule: { zh: '责成工会接收', next: ['county-record'] },
        reject: { zh: '不予入会', end: 'rejected' },
      },
      auto: [{ action: 'sms', targets: ['申请人'], when: 'exit', on: ['reject'], template: 'membership_rejected' }],
    },
    'county-record': {
      zh: '县总工会备案建档',
      kind: 'human',
      role: 'county_union',
      produces: '会员编号与会籍档案',
      limit: { value: 2, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      reveals: ['photo', 'platform_profile', 'id_front'],
      outcomes: {
        joint: {
          zh: '备案建档，同时办社保',
          conditionZh: '勾选一件事',
          when: { op: 'present', a: { op: 'field', name: 'insurance_kinds' } },
          next: ['card-issue', 'insurance-handoff'],
          parallel: { join: 'finish', scope: ['card-issue', 'insurance-handoff'] },
        },
        single: { zh: '备案建档', next: ['card-issue'] },
      },
      auto: [
        { action: 'record', targets: ['会籍档案'], when: 'exit', effect: 'membership.record' },
        { action: 'doc', targets: ['入会通知书'], when: 'exit', template: 'membership_notice' },
        { action: 'sms', targets: ['申请人'], when: 'exit', template: 'membership_approved' },
      ],
    },
    'card-request': {
      zh: '电子证补领换领',
      kind: 'human',
      role: 'worker',
      produces: '补换原因与新照片',
      outcomes: {
        submit: { zh: '提交补换申请', next: ['card-issue'] },
      },
      auto: [
        { action: 'idcheck', targets: [], when: 'enter' },
        { action: 'match', targets: ['会员库'], when: 'exit', effect: 'membership.require_card' },
      ],
    },
    'card-issue': {
      zh: '生成电子会员证',
      kind: 'auto',
      role: 'system',
      produces: '电子会员证与扫码凭证',
      limit: { value: 1, unit: 'hour', basis: '地方承诺', basisType: 'local_promise' },
      outcomes: {
        done: { zh: '会员证已生成', next: ['finish'] },
      },
      auto: [
        { action: 'record', targets: ['会员证'], when: 'exit', effect: 'membership.issue_card' },
        { action: 'doc', targets: ['电子会员证'], when: 'exit', template: 'membership_card' },
        { action: 'sms', targets: ['申请人'], when: 'exit', template: 'card_issued' },
        { action: 'chain', targets: ['会籍存证'], when: 'exit' },
      ],
    },
    'insurance-handoff': {
      zh: '转交社保参保信息',
      kind: 'auto',
      role: 'system',
      produces: '参保状态与税务缴费入口',
      limit: { value: 1, unit: 'hour', basis: '地方承诺', basisType: 'local_promise' },
      outcomes: {
        done: { zh: '社保信息已转交', next: ['finish'] },
      },
      auto: [
        { action: 'match', targets: ['社保参保库'], when: 'enter' },
        { action: 'open', targets: ['flexible-insurance-enrol'], when: 'exit' },
      ],
    },
    finish: {
      zh: '汇聚办结',
      kind: 'join',
      role: 'system',
      produces: '办结通知与评价邀请',
      waitFor: 'all_active_branches',
      outcomes: {
        done: { zh: '全部办完', end: 'completed' },
      },
      auto: [{ action: 'sms', targets: ['申请人'], when: 'exit', template: 'case_ended' }],
    },
  },
  timers: [
    {
      step: 'grassroots-review',
      after: { value: 7, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      effectZh: '超期未审，自动转县总工会代审（由人决定）',
      next: 'county-recheck',
    },
    {
      step: 'industry-review',
      after: { value: 7, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      effectZh: '超期未审，自动转县总工会代审（由人决定）',
      next: 'county-recheck',
    },
    {
      step: 'township-review',
      after: { value: 7, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      effectZh: '超期未审，自动转县总工会代审（由人决定）',
      next: 'county-recheck',
    },
  ],
  ends: {
    dropped: '本人未确认入会',
    redirected: '已有会籍，转会籍转接',
    rejected: '不予办理（已告知理由与救济）',
    completed: '办结',
    withdrawn: '申请人撤回',
  },
});
