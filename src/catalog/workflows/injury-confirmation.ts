// 职业伤害确认与工伤认定：受理、补正、通知举证、并行调查、中止恢复、结论审批、送达与救济；按用工关系分新职伤确认和工伤认定两条规则。

import { choices, defineWorkflow, field, on } from '#catalog/define';

const injury = { retention: 'injury' } as const;
const injuryOptional = { retention: 'injury', optional: true } as const;

const acceptForm = {
  relation_track: field('enum', '适用规则', choices('新就业形态职业伤害确认', '工伤认定'), injury),
  awaited_ruling: field(
    'enum',
    '是否需要等待其他结论',
    choices('不需要', '劳动仲裁或诉讼', '交通事故认定', '其他司法结论'),
    injury,
  ),
};
const conclusionForm = {
  conclusion: field('enum', '结论', choices('予以确认', '不予确认'), injury),
  conclusion_clause: field('text', '适用条款', { max: 120 }, injury),
  conclusion_grounds: field('longtext', '认定的事实与理由', { min: 10, max: 4000 }, injury),
};
const awaits = on(acceptForm)('awaited_ruling');
const concluded = on(conclusionForm)('conclusion');

export const injuryConfirmation = defineWorkflow({
  code: 'injury-confirmation',
  zh: '职业伤害确认与工伤认定',
  en: 'Occupational injury confirmation and work-injury recognition',
  domain: 'occupational-injury',
  purpose: '受理、补正、通知举证、并行调查、中止恢复、结论审批、送达与救济；按用工关系分新职伤确认和工伤认定两条规则',
  entries: {
    nef_worker: { step: 'apply', zh: '个人申请', caseMode: 'new', startedBy: 'service' },
    nef_platform: { step: 'platform-apply', zh: '平台申请', caseMode: 'new', startedBy: 'service' },
    wi_employer: { step: 'employer-apply', zh: '单位申请', caseMode: 'new', startedBy: 'service' },
    wi_worker: { step: 'apply', zh: '职工近亲属申请', caseMode: 'new', startedBy: 'service' },
    sudden: { step: 'apply', zh: '突发疾病视同', caseMode: 'new', startedBy: 'service' },
  },
  steps: {
    apply: {
      zh: '劳动者或近亲属申请',
      kind: 'human',
      role: 'worker',
      actors: ['worker', 'family_member', 'grassroots_union'],
      produces: '申请表与知情同意',
      limit: {
        value: 1,
        unit: 'year',
        basis: '工伤保险条例第十七条（新职伤参照）',
        basisType: 'statutory',
        needsCheck: true,
        countedFrom: { kind: 'event', ref: 'accident_at', zh: '事故发生之日' },
      },
      withdrawable: true,
      outcomes: {
        submit: { zh: '提交申请', next: ['intake'] },
      },
      auto: [
        { action: 'ocr', targets: ['id_card', 'diagnosis'], when: 'enter' },
        { action: 'sign', targets: ['知情同意确认书'], when: 'enter' },
      ],
    },
    'platform-apply': {
      zh: '平台企业申请',
      kind: 'human',
      role: 'platform_company',
      produces: '申请表、订单证据',
      limit: {
        value: 30,
        unit: 'calendar_day',
        basis: '工伤保险条例第十七条（新职伤参照）',
        basisType: 'statutory',
        needsCheck: true,
        countedFrom: { kind: 'event', ref: 'accident_at', zh: '事故发生之日' },
      },
      withdrawable: true,
      outcomes: {
        submit: { zh: '提交申请', next: ['intake'] },
      },
      auto: [{ action: 'match', targets: ['报案卷宗'], when: 'enter' }],
    },
    'employer-apply': {
      zh: '用人单位申请',
      kind: 'human',
      role: 'enterprise',
      produces: '申请表、劳动关系材料',
      limit: {
        value: 30,
        unit: 'calendar_day',
        basis: '工伤保险条例第十七条',
        basisType: 'statutory',
        countedFrom: { kind: 'event', ref: 'accident_at', zh: '事故发生之日' },
      },
      withdrawable: true,
      outcomes: {
        submit: { zh: '提交申请', next: ['intake'] },
        late: { zh: '逾期提交申请', conditionZh: '超期说明', next: ['intake'] },
      },
      auto: [{ action: 'ocr', targets: ['diagnosis'], when: 'enter' }],
    },
    intake: {
      zh: '收件审查',
      kind: 'human',
      role: 'hrss_window',
      produces: '受理、补正、不予受理或移送',
      limit: {
        value: 15,
        unit: 'calendar_day',
        basis: '工伤认定办法第八条（新职伤参照）',
        basisType: 'statutory',
        needsCheck: true,
      },
      withdrawable: true,
      outcomes: {
        accept: { zh: '受理申请', next: ['notify-party'], form: acceptForm },
        return: {
          zh: '退回补正材料',
          next: ['supplement'],
          form: { missing_items: field('longtext', '一次性告知的补正内容', { min: 4, max: 1000 }, injury) },
          reason: 'required',
        },
        reject: {
          zh: '不予受理',
          end: 'not_accepted',
          form: { reject_grounds: field('longtext', '不予受理的依据', { min: 4, max: 1000 }, injury) },
          reason: 'required',
        },
        transfer: {
          zh: '移送有权机关',
          conditionZh: '不属管辖',
          end: 'transferred',
          form: { transfer_to: field('text', '移送的机关', { max: 60 }, injury) },
        },
        expired: { zh: '补正期满没有补正', conditionZh: '补正期满未补且无正当理由', end: 'abandoned' },
      },
      auto: [
        { action: 'doc', targets: ['受理决定书'], template: 'injury_accepted', when: 'exit', on: ['accept'] },
        { action: 'doc', targets: ['补正告知书'], template: 'injury_supplement_letter', when: 'exit', on: ['return'] },
        { action: 'doc', targets: ['不予受理决定书'], template: 'injury_not_accepted', when: 'exit', on: ['reject'] },
        { action: 'open', targets: ['decision-review'], when: 'exit', on: ['reject'] },
        { action: 'rule', targets: ['RT-OI-SCOPE'], when: 'enter' },
      ],
    },
    supplement: {
      zh: '一次性补正',
      kind: 'human',
      role: 'worker',
      actors: ['worker', 'family_member'],
      produces: '补正材料',
      limit: { value: 15, unit: 'calendar_day', basis: '地方承诺', basisType: 'local_promise' },
      form: {
        supplement_note: field('longtext', '补正说明', { max: 1000 }, injuryOptional),
        supplement_files: field('file', '补正材料', { maxCount: 9 }, injury),
      },
      outcomes: {
        submit: { zh: '提交补正材料', next: ['intake'] },
        timeout: { zh: '到期没有补正', conditionZh: '由窗口判断有无正当理由', next: ['intake'], by: ['clock'] },
      },
      auto: [{ action: 'sms', targets: ['申请人'], template: 'injury_supplement', when: 'enter' }],
    },
    'notify-party': {
      zh: '通知平台或单位举证',
      kind: 'human',
      role: 'hrss_window',
      produces: '举证通知送达',
      limit: { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      form: {
        notified_day: field('date', '举证通知送达日', { max: 'today' }, injury),
        notify_method: field('enum', '送达方式', choices('电子送达', '直接送达', '邮寄送达', '公告送达'), injury),
      },
      readers: ['platform_company'],
      outcomes: {
        done: {
          zh: '举证通知已送达',
          next: ['evidence', 'investigate', 'relation-check'],
          parallel: {
            join: 'fact-find',
            scope: ['evidence', 'investigate', 'relation-check', 'suspend', 'resume-wait'],
          },
        },
      },
      auto: [
        { action: 'doc', targets: ['举证通知书'], template: 'evidence_notice', when: 'exit' },
        { action: 'sms', targets: ['平台企业'], template: 'injury_evidence_asked', when: 'exit' },
      ],
    },
    evidence: {
      zh: '平台或单位举证',
      kind: 'human',
      role: 'platform_company',
      produces: '订单轨迹、规则、意见',
      limit: { value: 10, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      form: {
        party_opinion: field('enum', '对申请事实的意见', choices('认可', '部分认可', '不认可'), injury),
        party_reason: field('longtext', '意见与理由', { max: 2000 }, injuryOptional),
        order_track: field('file', '订单与轨迹材料', { maxCount: 9 }, injuryOptional),
      },
      outcomes: {
        done: { zh: '已提交举证材料', next: ['fact-find'] },
        timeout: { zh: '到期没有举证', next: ['fact-find'], by: ['clock'] },
      },
      auto: [{ action: 'chain', targets: ['证据存证'], when: 'exit' }],
    },
    investigate: {
      zh: '调查核实（两人以上，可委托商保协助）',
      kind: 'human',
      role: 'hrss_investigator',
      produces: '调查笔录、核实报告',
      limit: { value: 30, unit: 'calendar_day', basis: '地方承诺', basisType: 'local_promise' },
      form: {
        second_investigator: field('person_name', '共同调查人（两人以上）', {}, injury),
        investigated_day: field('date', '调查日期', { max: 'today' }, injury),
        facts_found: field('longtext', '查明的事实', { min: 10, max: 4000 }, injury),
        interview_record: field('file', '调查笔录', { maxCount: 9 }, injury),
      },
      reveals: ['diagnosis_list', 'onset_spot'],
      outcomes: {
        done: { zh: '调查核实完毕', next: ['fact-find'] },
      },
      auto: [
        { action: 'locate', targets: ['调查签到'], when: 'enter' },
        { action: 'sign', targets: ['笔录'], when: 'enter' },
      ],
    },
    'relation-check': {
      zh: '用工关系与责任认定依赖检查',
      kind: 'auto',
      role: 'system',
      produces: '是否待仲裁、交警或司法结论',
      limit: { value: 1, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      decide: 'catalog.when',
      outcomes: {
        clear: { zh: '不用等其他结论', next: ['fact-find'], when: awaits.eq('不需要') },
        depend: { zh: '要等其他结论', next: ['suspend'], when: awaits.ne('不需要') },
      },
      auto: [{ action: 'match', targets: ['仲裁案件', '交警事故库'], when: 'enter' }],
    },
    suspend: {
      zh: '中止',
      kind: 'human',
      role: 'hrss_reviewer',
      produces: '中止通知（依据工伤认定办法第二十条，书面通知）',
      limit: { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      form: { suspend_reason: field('longtext', '中止的事由', { min: 4, max: 1000 }, injury) },
      outcomes: {
        done: { zh: '决定中止办理', next: ['resume-wait'] },
      },
      auto: [
        { action: 'doc', targets: ['中止通知书'], template: 'injury_suspension', when: 'exit' },
        { action: 'sms', targets: ['申请人'], template: 'injury_suspended', when: 'exit' },
      ],
    },
    'resume-wait': {
      zh: '等待结论并恢复',
      kind: 'auto',
      role: 'system',
      produces: '恢复通知',
      limit: { value: 180, unit: 'calendar_day', basis: '地方承诺', basisType: 'local_promise' },
      outcomes: {
        resume: {
          zh: '恢复办理',
          next: ['fact-find'],
          by: ['event', 'hrss_reviewer'],
          form: {
            ruling_no: field('text', '所依据结论的文号', { max: 60 }, injury),
            ruling_result: field('longtext', '结论要点', { max: 1000 }, injury),
          },
        },
        timeout: { zh: '仍在等待结论', next: ['resume-wait'], by: ['clock'] },
      },
      auto: [
        { action: 'match', targets: ['仲裁结果', '事故认定'], when: 'enter' },
        { action: 'sms', targets: ['申请人'], template: 'injury_resumed', when: 'exit', on: ['resume'] },
      ],
    },
    'fact-find': {
      zh: '事实认定',
      kind: 'join',
      role: 'hrss_investigator',
      produces: '事实清楚或复杂',
      limit: { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      waitFor: 'all_active_branches',
      form: { fact_summary: field('longtext', '事实认定意见', { min: 10, max: 4000 }, injury) },
      reveals: ['diagnosis_list', 'onset_spot'],
      outcomes: {
        clear: { zh: '事实清楚', next: ['fast-decide'] },
        complex: { zh: '情形复杂', next: ['decide'] },
      },
      auto: [{ action: 'rule', targets: ['RT-OI-SCOPE'], when: 'enter' }],
    },
    'fast-decide': {
      zh: '快速结论',
      kind: 'human',
      role: 'hrss_reviewer',
      produces: '确认结论',
      limit: {
        value: 15,
        unit: 'calendar_day',
        basis: '工伤保险条例第二十条（新职伤参照）',
        basisType: 'statutory',
        needsCheck: true,
        countedFrom: { kind: 'step', ref: 'intake', zh: '受理之日' },
      },
      form: conclusionForm,
      differentFrom: ['fact-find', 'investigate'],
      reveals: ['diagnosis_list', 'onset_spot'],
      outcomes: {
        confirm: { zh: '予以确认', next: ['serve'] },
        deny: { zh: '不予确认', next: ['legal-check'], reason: 'required' },
      },
    },
    decide: {
      zh: '结论审批',
      kind: 'human',
      role: 'hrss_reviewer',
      produces: '确认或不予确认',
      limit: {
        value: 60,
        unit: 'calendar_day',
        basis: '工伤保险条例第二十条（新职伤参照）',
        basisType: 'statutory',
        needsCheck: true,
        countedFrom: { kind: 'step', ref: 'intake', zh: '受理之日' },
      },
      form: conclusionForm,
      differentFrom: ['fact-find', 'investigate'],
      reveals: ['diagnosis_list', 'onset_spot'],
      outcomes: {
        confirm: { zh: '予以确认', next: ['serve'] },
        deny: { zh: '不予确认', next: ['legal-check'], reason: 'required' },
        return: { zh: '退回补充调查', next: ['investigate'], reason: 'required' },
      },
    },
    'legal-check': {
      zh: '不予确认法制审核（与审批人不同）',
      kind: 'human',
      role: 'hrss_reviewer',
      produces: '法制审核意见',
      limit: { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' },
      form: { legal_opinion: field('longtext', '法制审核意见', { min: 4, max: 2000 }, injury) },
      differentFrom: ['decide', 'fast-decide'],
      reveals: ['diagnosis_list', 'onset_spot'],
      outcomes: {
        pass: { zh: '法制审核通过', next: ['serve'] },
        return: { zh: '退回重新审批', next: ['decide'], reason: 'required' },
      },
    },
    serve: {
      zh: '送达结论',
      kind: 'human',
      role: 'hrss_window',
      produces: '结论书与送达回证',
      limit: {
        value: 20,
        unit: 'calendar_day',
        basis: '工伤认定办法第二十二条（新职伤参照）',
        basisType: 'statutory',
        needsCheck: true,
        countedFrom: { kind: 'step', ref: 'decide', zh: '作出结论之日' },
      },
      form: {
        serve_method: field('enum', '送达方式', choices('电子送达', '直接送达', '邮寄送达', '公告送达'), injury),
        served_day: field('date', '送达日', { max: 'today' }, injury),
        serve_receipt: field('file', '送达回证', { maxCount: 3 }, injuryOptional),
      },
      outcomes: {
        confirmed: { zh: '已送达确认结论', next: ['open-benefit'], when: concluded.eq('予以确认') },
        denied: { zh: '已送达不予确认结论', next: ['remedy'], when: concluded.eq('不予确认') },
      },
      auto: [
        {
          action: 'doc',
          targets: ['职业伤害确认结论书', '工伤认定决定书'],
          template: 'injury_confirmed',
          when: 'exit',
          on: ['confirmed'],
        },
        { action: 'doc', targets: ['不予确认结论书'], template: 'injury_denied', when: 'exit', on: ['denied'] },
        { action: 'sms', targets: ['双方'], template: 'injury_concluded', when: 'exit' },
      ],
    },
    'open-benefit': {
      zh: '自动开启鉴定与待遇事项',
      kind: 'auto',
      role: 'system',
      produces: '待遇建议清单',
      limit: { value: 1, unit: 'hour', basis: '地方承诺', basisType: 'local_promise' },
      outcomes: {
        done: { zh: '待遇事项已开启', end: 'confirmed' },
      },
      auto: [{ action: 'open', targets: ['labour-ability-assessment', 'injury-benefit-payment'], when: 'exit' }],
    },
    remedy: {
      zh: '救济告知与期限计时',
      kind: 'auto',
      role: 'system',
      produces: '复议60日、诉讼6个月倒计时',
      limit: {
        value: 60,
        unit: 'calendar_day',
        basis: '行政复议法第二十条',
        basisType: 'statutory',
        countedFrom: { kind: 'step', ref: 'serve', zh: '知道该决定之日' },
      },
      outcomes: {
        appeal: {
          zh: '不服，申请救济',
          end: 'appealed',
          by: ['worker', 'family_member', 'platform_company', 'enterprise'],
          form: { appeal_channel: field('enum', '救济途径', choices('行政复议', '行政诉讼'), injury) },
        },
        accept: { zh: '接受结论', end: 'denied', by: ['worker', 'family_member', 'platform_company', 'enterprise'] },
        expire: { zh: '救济期限已满', end: 'denied', by: ['clock'] },
      },
      auto: [{ action: 'open', targets: ['decision-review', 'legal-aid'], when: 'exit', on: ['appeal'] }],
    },
  },
  ends: {
    not_accepted: '不予受理',
    transferred: '移送其他机关或渠道',
    abandoned: '视为放弃本次申请（时限内可再申请）',
    confirmed: '已确认',
    appealed: '进入复议诉讼',
    denied: '不予确认生效',
    withdrawn: '申请人撤回',
  },
});
