// 日保出险报案与理赔：出险报案、查勘、责任核定、预付、定损、给付与拒赔告知。

import { choices, defineWorkflow, field } from '#catalog/define';

const disabilityGrades = choices('一级', '二级', '三级', '四级', '五级', '六级', '七级', '八级', '九级', '十级');
const approvedAmount = { approved_fen: field('money', '核定赔付金额', { minFen: 1, maxFen: 40_000_000 }) };

/** What the adjuster of a claim must see to judge it: the papers of every benefit. */
const claimPapers = [
  'accident_spot',
  'scene_media',
  'fee_bill',
  'fee_list',
  'case_history',
  'inpatient_record',
  'rate_report',
  'image_report',
  'functional_loss',
  'disability_opinion',
  'death_cert',
  'cremation_cert',
  'kin_proof',
  'liability_doc',
  'share_agreement',
  'other_heirs',
];

export const dailyInsuranceClaim = defineWorkflow({
  code: 'daily-insurance-claim',
  zh: '日保出险报案与理赔',
  en: 'Daily insurance accident claim',
  domain: 'daily-insurance',
  purpose: '出险报案、查勘、责任核定、预付、定损、给付与拒赔告知',
  entries: {
    report: { step: 'report', zh: '出险报案', caseMode: 'new', startedBy: 'service' },
    medical: {
      step: 'docs',
      waits: ['docs', 'remind-docs'],
      zh: '医疗费',
      caseMode: 'attach_or_new',
      startedBy: 'service',
    },
    allowance: {
      step: 'docs',
      waits: ['docs', 'remind-docs'],
      zh: '住院津贴',
      caseMode: 'attach_or_new',
      startedBy: 'service',
    },
    disability: {
      step: 'disability-start',
      again: ['docs', 'remind-docs'],
      after: { step: 'duty', outcome: 'yes' },
      zh: '伤残',
      caseMode: 'attach_or_new',
      startedBy: 'service',
    },
    death: {
      step: 'docs',
      // A case of its own: it is the family's, and what is asked for on the report was asked for by somebody else.
      waits: [],
      again: ['remind-docs'],
      after: { step: 'duty', outcome: 'yes' },
      zh: '身故',
      caseMode: 'attach_or_new',
      startedBy: 'service',
    },
  },
  steps: {
    report: {
      zh: '报案',
      kind: 'human',
      role: 'worker',
      actors: ['worker', 'family_member', 'enterprise'],
      produces: '报案号、时间地点、现场影像',
      limit: {
        value: 48,
        unit: 'hour',
        basis: '地方承诺',
        basisType: 'local_promise',
        countedFrom: { kind: 'event', ref: 'accident_time', zh: '出险时' },
      },
      withdrawable: true,
      outcomes: {
        submit: { zh: '提交报案', next: ['policy-check'] },
      },
      auto: [
        { action: 'locate', targets: ['出险地'], when: 'enter' },
        { action: 'record', targets: ['现场影像'], when: 'enter' },
        { action: 'sms', targets: ['报案人'], when: 'exit', template: 'accident_received' },
      ],
    },
    'policy-check': {
      zh: '核对出事时有没有保障',
      kind: 'auto',
      role: 'system',
      produces: '有效保单与责任类别',
      limit: { value: 1, unit: 'hour', basis: '地方承诺', basisType: 'local_promise' },
      decide: 'cover.policy_check',
      outcomes: {
        hit: { zh: '出事时有保障', next: ['dispatch'] },
        miss: { zh: '出事时没有保障', end: 'redirected' },
        late: { zh: '有保障，报案超过四十八小时', conditionZh: '超时报案', next: ['dispatch'] },
      },
      auto: [{ action: 'match', targets: ['日保在保库'], when: 'enter' }],
    },
    dispatch: {
      zh: '派单并首次联系',
      kind: 'human',
      role: 'insurer_adjuster',
      produces: '联系记录、就医指引',
      limit: { value: 2, unit: 'hour', basis: '地方承诺', basisType: 'local_promise' },
      form: {
        contact_note: field('longtext', '联系记录与就医指引', {}, { class: 'internal' }),
      },
      readers: ['supervisor', 'hrss_window'],
      reveals: ['accident_spot', 'scene_media'],
      outcomes: {
        contact: {
          zh: '已联系上',
          next: ['survey', 'police-doc'],
          parallel: { join: 'duty', scope: ['survey', 'police-doc'] },
        },
        unreachable: { zh: '联系不上，稍后再联系', next: ['dispatch'] },
      },
      auto: [{ action: 'sms', targets: ['报案人'], when: 'exit', on: ['contact'], template: 'claim_contact' }],
    },
    survey: {
      zh: '现场或线上查勘',
      kind: 'human',
      role: 'insurer_adjuster',
      produces: '查勘报告、是否工作过程',
      limit: { value: 3, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      form: {
        survey_report: field('longtext', '查勘报告', {}, { class: 'internal' }),
        survey_at_work: field('boolean', '属于工作过程', {}, { optional: true }),
      },
      reveals: ['accident_spot', 'scene_media'],
      outcomes: {
        done: { zh: '查勘完成，没有疑点', next: ['duty'] },
        doubt: { zh: '查勘完成，存在疑点', next: ['duty'] },
      },
      auto: [
        { action: 'locate', targets: ['查勘签到'], when: 'enter' },
        { action: 'match', targets: ['平台接单记录'], when: 'enter' },
      ],
    },
    'police-doc': {
      zh: '交通事故认定协查',
      kind: 'human',
      role: 'traffic_police',
      produces: '事故认定信息',
      limit: { value: 10, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      reveals: ['accident_spot', 'scene_media'],
      outcomes: {
        done: {
          zh: '已作出事故认定',
          next: ['duty'],
          form: {
            police_finding: field('longtext', '事故认定情况', {}, { class: 'internal' }),
            police_liability: field(
              'enum',
              '申请人的责任',
              choices('无责任', '次要责任', '同等责任', '主要责任', '全部责任', '成因无法查清'),
            ),
          },
        },
        none: { zh: '不是交通事故', next: ['duty'] },
      },
      auto: [{ action: 'match', targets: ['交警事故库'], when: 'enter' }],
    },
    duty: {
      zh: '保险责任初步核定',
      kind: 'join',
      role: 'insurer_adjuster',
      produces: '属于、不属于或待查',
      limit: { value: 3, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      waitFor: 'all_active_branches',
      form: { duty_reason: field('longtext', '责任核定意见', {}, { class: 'internal' }) },
      reveals: ['accident_spot', 'scene_media'],
      outcomes: {
        yes: { zh: '属于保险责任', next: ['prepay-option'] },
        no: { zh: '不属于保险责任', next: ['deny'] },
        pending: { zh: '需要再查', next: ['survey'] },
      },
      auto: [{ action: 'rule', targets: ['RT-DI-BEN'], when: 'enter' }],
    },
    'prepay-option': {
      zh: '是否预付赔款',
      kind: 'human',
      role: 'insurer_adjuster',
      produces: '预付金额',
      limit: { value: 1, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      reveals: ['accident_spot', 'scene_media'],
      outcomes: {
        prepay: {
          zh: '预付部分赔款',
          conditionZh: '重伤抢救',
          next: ['prepay'],
          form: {
            prepay_fen: field('money', '预付金额', { minFen: 1, maxFen: 20_000_000 }),
            payout_card: field('bank_card', '收款卡', {}, { concept: 'payout_account' }),
          },
        },
        skip: { zh: '不需要预付', next: ['docs'] },
      },
      auto: [
        { action: 'record', targets: ['预付登记'], when: 'exit', on: ['prepay'], effect: 'cover.check_prepay' },
        { action: 'rule', targets: ['RT-DI-BEN'], when: 'enter' },
      ],
    },
    prepay: {
      zh: '预付支付',
      kind: 'human',
      role: 'insurer_finance',
      produces: '预付回单',
      limit: { value: 1, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      outcomes: {
        paid: { zh: '预付款已到账', next: ['docs'], by: ['event'] },
        pay_failed: { zh: '预付款没有付成', next: ['prepay'], by: ['event'] },
      },
      auto: [
        { action: 'pay', targets: ['预付赔款'], when: 'enter', effect: 'payouts.draft' },
        { action: 'sms', targets: ['申请人'], when: 'exit', on: ['paid'], template: 'prepayment_paid' },
        { action: 'sms', targets: ['申请人'], when: 'exit', on: ['pay_failed'], template: 'payout_failed' },
      ],
    },
    docs: {
      zh: '提交索赔资料',
      kind: 'human',
      role: 'worker',
      actors: ['worker', 'family_member'],
      produces: '票据、病历、证明',
      limit: { value: 90, unit: 'calendar_day', basis: '地方承诺', basisType: 'local_promise' },
      withdrawable: true,
      outcomes: {
        submit: { zh: '提交索赔资料', next: ['doc-check'] },
        timeout: { zh: '期满没有提交', next: ['remind-docs'], by: ['clock'] },
      },
      auto: [
        { action: 'record', targets: ['理赔登记'], when: 'exit', on: ['submit'], effect: 'cover.open_claim' },
        { action: 'ocr', targets: ['invoice', 'diagnosis', 'bank_card'], when: 'enter' },
        { action: 'sms', targets: ['申请人'], when: 'enter', template: 'claim_papers' },
      ],
    },
    'remind-docs': {
      zh: '催交资料',
      kind: 'auto',
      role: 'system',
      produces: '提醒记录',
      limit: { value: 30, unit: 'calendar_day', basis: '地方承诺', basisType: 'local_promise' },
      outcomes: {
        submit: { zh: '提交索赔资料', next: ['doc-check'], by: ['worker', 'family_member'] },
        timeout: { zh: '催交后仍没有提交', end: 'expired', by: ['clock'] },
      },
      auto: [
        { action: 'sms', targets: ['申请人'], when: 'enter', template: 'docs_reminder' },
        { action: 'record', targets: ['理赔登记'], when: 'exit', on: ['submit'], effect: 'cover.open_claim' },
      ],
    },
    'doc-check': {
      zh: '检查索赔资料是否齐全',
      kind: 'human',
      role: 'insurer_adjuster',
      produces: '齐全或补正清单',
      limit: { value: 3, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      reveals: claimPapers,
      outcomes: {
        complete: { zh: '资料齐全', next: ['assess'] },
        return: { zh: '退回申请人补正', next: ['docs'] },
      },
      auto: [
        { action: 'record', targets: ['身故登记'], when: 'exit', on: ['complete'], effect: 'cover.register_death' },
      ],
    },
    'disability-start': {
      zh: '申请伤残评定',
      kind: 'human',
      role: 'worker',
      actors: ['worker', 'family_member'],
      produces: '评定申请、医疗终结证明',
      withdrawable: true,
      outcomes: {
        submit: { zh: '提交评定申请', next: ['disability-rate'] },
      },
      auto: [
        { action: 'record', targets: ['理赔登记'], when: 'exit', on: ['submit'], effect: 'cover.open_claim' },
        { action: 'ocr', targets: ['diagnosis'], when: 'enter' },
        { action: 'sms', targets: ['申请人'], when: 'exit', on: ['submit'], template: 'disability_received' },
      ],
    },
    'disability-rate': {
      zh: '伤残等级评定',
      kind: 'human',
      role: 'medical_expert',
      produces: '评定意见（人身保险伤残标准）',
      limit: { value: 30, unit: 'calendar_day', basis: '地方承诺', basisType: 'local_promise' },
      form: {
        disability_opinion: field('longtext', '评定意见', {}, { class: 'sensitive' }),
      },
      reveals: ['disability_opinion', 'functional_loss', 'rate_report', 'image_report'],
      outcomes: {
        rated: {
          zh: '已评定伤残等级',
          next: ['assess'],
          // A grade that nobody gave must never be taken for one.
          form: { disability_grade: field('enum', '伤残等级', disabilityGrades) },
        },
        none: { zh: '够不上伤残等级', next: ['deny'], reason: 'required' },
        unstable: { zh: '伤情未稳定，以后再评', next: ['disability-rate'] },
      },
      auto: [
        { action: 'rule', targets: ['RT-DI-DIS'], when: 'enter' },
        { action: 'sms', targets: ['申请人'], when: 'exit', on: ['unstable'], template: 'disability_unstable' },
      ],
    },
    assess: {
      zh: '理算核赔',
      kind: 'human',
      role: 'insurer_adjuster',
      produces: '理算书',
      limit: {
        value: 30,
        unit: 'calendar_day',
        basis: '保险法第二十三条（复杂情形上限；简单案件地方承诺5个工作日）',
        basisType: 'statutory',
        countedFrom: { kind: 'step', ref: 'docs', zh: '初次收到给付请求与证明资料之日（补正期间扣除）' },
      },
      form: {
        assess_note: field('longtext', '理算说明', {}, { class: 'internal' }),
      },
      reveals: claimPapers,
      outcomes: {
        agree: { zh: '按此金额赔付', next: ['confirm'], form: approvedAmount },
        high: {
          zh: '拟大额赔付，送复核',
          conditionZh: '身故、伤残或超核赔权限',
          next: ['assess-dual'],
          form: approvedAmount,
        },
        deny: { zh: '不予赔付', next: ['deny'] },
        complex: { zh: '情形复杂，继续核定', next: ['assess'] },
      },
      auto: [
        { action: 'record', targets: ['理算书'], when: 'exit', on: ['agree', 'high'], effect: 'cover.agree' },
        { action: 'rule', targets: ['RT-DI-BEN', 'RT-DI-DIS'], when: 'enter' },
      ],
    },
    'assess-dual': {
      zh: '大额核赔复核（与理算人不同）',
      kind: 'human',
      role: 'insurer_adjuster',
      produces: '复核意见',
      limit: { value: 2, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      differentFrom: ['assess'],
      form: { review_opinion: field('longtext', '复核意见', {}, { class: 'internal' }) },
      reveals: claimPapers,
      outcomes: {
        approve: { zh: '复核通过', next: ['confirm'] },
        return: { zh: '退回重新理算', next: ['assess'] },
      },
      auto: [{ action: 'sign', targets: ['复核单'], when: 'enter' }],
    },
    confirm: {
      zh: '申请人确认赔付金额',
      kind: 'human',
      role: 'worker',
      actors: ['worker', 'family_member'],
      produces: '确认或异议',
      limit: { value: 10, unit: 'calendar_day', basis: '地方承诺', basisType: 'local_promise' },
      // Nobody can agree to what he or she has not seen.
      shows: ['approved_fen', 'benefit_explanation', 'payout_card'],
      outcomes: {
        agree: { zh: '同意赔付金额', next: ['pay'] },
        disagree: { zh: '不同意赔付金额', conditionZh: '无争议部分先付，争议部分另行复核', next: ['pay'] },
        silent: { zh: '到期没有表态，按此金额支付', conditionZh: '到账后仍可提出异议', next: ['pay'], by: ['clock'] },
      },
      auto: [
        { action: 'sms', targets: ['申请人'], when: 'enter', template: 'claim_offer' },
        { action: 'sign', targets: ['赔付确认书'], when: 'enter' },
        { action: 'open', targets: ['decision-review'], when: 'exit', on: ['disagree'] },
      ],
    },
    pay: {
      zh: '支付赔款',
      kind: 'human',
      role: 'insurer_finance',
      produces: '到账回单',
      limit: {
        value: 10,
        unit: 'calendar_day',
        basis: '保险法第二十三条',
        basisType: 'statutory',
        countedFrom: { kind: 'step', ref: 'confirm', zh: '达成给付协议之日' },
      },
      outcomes: {
        paid: { zh: '赔款已到账', next: ['close'], by: ['event'] },
        pay_failed: { zh: '赔款没有付成', next: ['docs'], by: ['event'] },
      },
      auto: [
        { action: 'pay', targets: ['保险赔款'], when: 'enter', effect: 'payouts.draft' },
        { action: 'record', targets: ['理赔登记'], when: 'exit', on: ['paid'], effect: 'cover.settle_claim' },
        { action: 'doc', targets: ['赔付通知书'], when: 'exit', on: ['paid'], template: 'claim_settlement' },
        { action: 'sms', targets: ['申请人'], when: 'exit', on: ['paid'], template: 'claim_paid' },
        { action: 'sms', targets: ['申请人'], when: 'exit', on: ['pay_failed'], template: 'payout_failed' },
      ],
    },
    close: {
      zh: '结案回访与联动',
      kind: 'human',
      role: 'supervisor',
      produces: '回访、职业伤害或互助联动建议',
      limit: { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      form: { visit_note: field('longtext', '回访记录', {}, { class: 'internal' }) },
      outcomes: {
        done: { zh: '回访完成，结案', end: 'completed' },
      },
      auto: [
        { action: 'sms', targets: ['申请人'], when: 'exit', template: 'case_ended' },
        { action: 'open', targets: ['mutual-aid-claim'], when: 'exit' },
      ],
    },
    deny: {
      zh: '出具拒赔通知',
      kind: 'human',
      role: 'insurer_adjuster',
      produces: '拒赔理由',
      // The three days of 保险法 24 are kept by issuing the letter on entry; this limit is for the applicant's answer, and his or
      // her right to a review outlives it.
      limit: {
        value: 30,
        unit: 'calendar_day',
        basis: '地方承诺（保险法第二十四条的三日通知由系统即时送达）',
        basisType: 'local_promise',
      },
      outcomes: {
        expire: { zh: '期满没有提出异议', end: 'rejected', by: ['clock'] },
        accept: { zh: '接受不赔的决定', end: 'rejected', by: ['worker', 'family_member'] },
        appeal: { zh: '不服，提出异议', end: 'appealed', by: ['worker', 'family_member'] },
      },
      auto: [
        {
          action: 'doc',
          targets: ['拒赔通知书'],
          when: 'enter',
          template: 'denial_notice',
          effect: 'cover.deny_claim',
        },
        { action: 'sms', targets: ['申请人'], when: 'enter', template: 'claim_denied' },
        { action: 'open', targets: ['decision-review'], when: 'exit', on: ['appeal'] },
      ],
    },
  },
  ends: {
    redirected: '出事时没有日保，转互助保障或职业伤害保障',
    expired: '期满未办自动终结',
    completed: '办结',
    rejected: '不予办理（已告知理由与救济）',
    appealed: '已转复核或调解',
    withdrawn: '申请人撤回',
  },
});
