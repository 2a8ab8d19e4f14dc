// 企业工资集体协商：站点或平台合作企业内就工资、单价、补贴依法协商、表决、签订、送审、公布并检查履约。

import { defineWorkflow, field } from '#catalog/define';

const kept = { retention: 'five_years' } as const;
const keptOptional = { retention: 'five_years', optional: true } as const;
// The company's figures are confidential to the two sides (工资集体协商试行办法 18 条).
const confidential = { retention: 'five_years', class: 'internal' } as const;
const longer = { min: 4, max: 4000 } as const;
const local = { basis: '地方承诺', basisType: 'local_promise' } as const;

export const collectiveWageNegotiation = defineWorkflow({
  code: 'collective-wage-negotiation',
  zh: '企业工资集体协商',
  en: 'Enterprise collective wage negotiation',
  domain: 'bargaining',
  purpose: '站点或平台合作企业内就工资、单价、补贴依法协商、表决、签订、送审、公布并检查履约',
  entries: {
    invite: { step: 'invite', zh: '发出要约', caseMode: 'new', startedBy: 'service' },
    delegates: { step: 'delegates', zh: '代表备案', caseMode: 'attach_or_new', startedBy: 'service' },
    filing: { step: 'submit', zh: '合同送审', caseMode: 'attach_or_new', startedBy: 'service' },
    change: { step: 'change-request', zh: '变更续订解除', caseMode: 'attach_or_new', startedBy: 'service' },
    coordinate: { step: 'coordinate-request', zh: '争议协调', caseMode: 'attach_or_new', startedBy: 'service' },
  },
  steps: {
    invite: {
      zh: '发出协商要约书',
      kind: 'human',
      role: 'worker_representative',
      actors: ['worker_representative', 'worker'],
      produces: '要约书（议题、时间、地点）',
      withdrawable: true,
      limit: { value: 30, unit: 'calendar_day', ...local },
      outcomes: {
        submit: { zh: '发出协商要约', next: ['reply'] },
      },
      auto: [
        { action: 'sms', targets: ['劳动者方'], template: 'your_turn', when: 'enter' },
        { action: 'doc', targets: ['协商要约书'], template: 'bargaining_invitation', when: 'exit' },
        { action: 'sms', targets: ['企业'], template: 'bargaining_invited', when: 'exit' },
      ],
    },
    reply: {
      zh: '企业书面答复',
      kind: 'human',
      role: 'enterprise',
      produces: '同意或不同意的书面答复',
      limit: {
        value: 20,
        unit: 'calendar_day',
        basis: '工资集体协商试行办法第十七条',
        basisType: 'statutory',
        countedFrom: { kind: 'step', ref: 'invite', zh: '收到要约之日' },
      },
      form: { reply_text: field('longtext', '书面答复', longer, kept) },
      outcomes: {
        agree: { zh: '同意协商', next: ['delegates'] },
        refuse: { zh: '拒绝协商', next: ['urge'], reason: 'required' },
      },
      auto: [{ action: 'sign', targets: ['答复书'], when: 'enter' }],
    },
    urge: {
      zh: '上级工会督促应约',
      kind: 'human',
      role: 'county_union',
      produces: '督促函与指导员上门',
      limit: { value: 10, unit: 'working_day', ...local },
      form: { urge_note: field('longtext', '督促情况', { max: 2000 }, keptOptional) },
      readers: ['bargaining_guide', 'grassroots_union'],
      outcomes: {
        comply: { zh: '同意应约', next: ['delegates'], by: ['enterprise'] },
        refuse: { zh: '仍然拒绝协商', end: 'transferred', by: ['enterprise'] },
      },
      auto: [{ action: 'open', targets: ['union-supervision-letter'], when: 'exit', on: ['refuse'] }],
    },
    delegates: {
      zh: '双方代表产生与备案',
      kind: 'human',
      role: 'grassroots_union',
      actors: ['grassroots_union', 'enterprise'],
      produces: '代表名单、首席代表委托书',
      limit: { value: 10, unit: 'working_day', ...local },
      form: {
        worker_reps: field('person_list', '劳动者方代表', {}, kept),
        enterprise_reps: field('person_list', '企业方代表', {}, kept),
        meeting_date: field('date', '协商会议日期', { min: 'today' }, kept),
      },
      readers: ['bargaining_guide'],
      outcomes: {
        done: {
          zh: '代表备案完成',
          next: ['data-exchange', 'opinion-survey'],
          parallel: { join: 'prepare', scope: ['data-exchange', 'opinion-survey'] },
        },
        return: { zh: '退回修改代表名单', next: ['delegates'], reason: 'required' },
      },
      auto: [{ action: 'rule', targets: ['RT-BARG-DELEGATE'], when: 'enter' }],
    },
    'data-exchange': {
      zh: '企业提供经营与薪酬资料',
      kind: 'human',
      role: 'enterprise',
      produces: '工资总额、订单量、成本等资料（保密）',
      limit: {
        value: 5,
        unit: 'calendar_day',
        basis: '工资集体协商试行办法第十八条（协商前五日内）',
        basisType: 'statutory',
        countedFrom: { kind: 'event', ref: 'meeting_date', zh: '协商会议前', direction: 'before' },
      },
      form: {
        wage_total_fen: field('money', '上年度工资（报酬）总额', {}, confidential),
        order_volume: field('integer', '上年度订单量', { min: 0 }, kept),
        cost_note: field('longtext', '成本与经营说明', { max: 2000 }, confidential),
        enterprise_files: field('file', '经营与薪酬资料', { maxCount: 9 }, keptOptional),
      },
      outcomes: {
        done: { zh: '资料已提供', next: ['prepare'] },
        refuse: { zh: '拒绝提供资料', next: ['urge'], reason: 'required' },
      },
    },
    'opinion-survey': {
      zh: '征集劳动者意见与测算方案',
      kind: 'human',
      role: 'bargaining_guide',
      produces: '意见汇总、涨幅测算',
      limit: { value: 15, unit: 'calendar_day', ...local },
      form: {
        survey_count: field('integer', '征求意见人数', { min: 1 }, kept),
        opinion_summary: field('longtext', '意见汇总', longer, kept),
        raise_estimate: field('decimal', '测算涨幅（%）', { min: -100, max: 1000 }, kept),
      },
      outcomes: {
        done: { zh: '意见征集完成', next: ['prepare'] },
      },
      auto: [{ action: 'rule', targets: ['RT-WAGE-FLOOR'], when: 'enter' }],
    },
    prepare: {
      zh: '形成协商议题与预案',
      kind: 'join',
      role: 'worker_representative',
      produces: '协商预案',
      limit: { value: 5, unit: 'working_day', ...local },
      waitFor: 'all_active_branches',
      form: { bargaining_plan: field('longtext', '协商议题与预案', longer, kept) },
      outcomes: {
        done: { zh: '预案已形成', next: ['negotiate'] },
      },
      auto: [{ action: 'sms', targets: ['劳动者方'], template: 'your_turn', when: 'enter' }],
    },
    negotiate: {
      zh: '召开协商会议',
      kind: 'human',
      role: 'worker_representative',
      produces: '会议纪要、争议点',
      limit: { value: 60, unit: 'calendar_day', ...local },
      form: {
        minutes: field('longtext', '会议纪要', longer, kept),
        open_points: field('longtext', '争议点', { max: 2000 }, keptOptional),
      },
      outcomes: {
        agreed: { zh: '达成一致', next: ['draft'] },
        adjourn: { zh: '休会续谈', next: ['negotiate'] },
        deadlock: { zh: '陷入僵局', next: ['coordinate'] },
      },
      auto: [
        { action: 'sign', targets: ['会议纪要'], when: 'enter' },
        { action: 'sms', targets: ['劳动者方'], template: 'your_turn', when: 'enter' },
      ],
    },
    'coordinate-request': {
      zh: '申请协调处理',
      kind: 'human',
      role: 'worker_representative',
      actors: ['worker_representative', 'enterprise', 'employer_representative'],
      produces: '协调申请书（任一方或双方提出）',
      outcomes: {
        submit: { zh: '提交协调申请', next: ['coordinate'] },
      },
    },
    coordinate: {
      zh: '人社会同工会与企业代表协调',
      kind: 'human',
      role: 'hrss_reviewer',
      produces: '协调处理协议书',
      limit: {
        value: 30,
        unit: 'calendar_day',
        basis: '集体合同规定（协调处理）',
        basisType: 'statutory',
        needsCheck: true,
        extension: { value: 15, unit: 'calendar_day' },
      },
      form: { coordination_result: field('longtext', '协调结果', longer, kept) },
      outcomes: {
        resolved: { zh: '协调达成一致', next: ['draft'] },
        unresolved: { zh: '协调没有结果', end: 'no_agreement' },
        guide: { zh: '引导继续协商', next: ['negotiate'] },
      },
      auto: [
        {
          action: 'doc',
          targets: ['协调处理协议书'],
          template: 'coordination_agreement',
          when: 'exit',
          on: ['resolved'],
        },
      ],
    },
    draft: {
      zh: '形成工资协议草案',
      kind: 'human',
      role: 'bargaining_guide',
      produces: '草案文本与条款检查',
      limit: { value: 5, unit: 'working_day', ...local },
      form: {
        contract_title: field('text', '合同名称', { max: 80 }, kept),
        draft_text: field('longtext', '草案文本', longer, kept),
        min_unit_price: field('money', '最低计件单价', {}, confidential),
        average_raise: field('decimal', '平均调整幅度（%）', { min: -100, max: 1000 }, kept),
        valid_from: field('date', '生效起', {}, kept),
        valid_to: field('date', '期限止', {}, kept),
      },
      outcomes: {
        pass: { zh: '草案检查通过', next: ['vote'] },
        return: { zh: '退回修改草案', next: ['draft'], reason: 'required' },
      },
      auto: [{ action: 'rule', targets: ['RT-WAGE-FLOOR'], when: 'enter' }],
    },
    vote: {
      zh: '职代会或职工大会表决',
      kind: 'human',
      role: 'grassroots_union',
      produces: '到会三分之二以上、过半数通过记录',
      limit: { value: 15, unit: 'calendar_day', ...local },
      // The ballot is secret and happens in the assembly: teller and scrutineer, two people, each certify its result here.
      vote: { mode: 'all', count: 2, pass: 'pass', fail: 'fail' },
      outcomes: {
        pass: { zh: '表决通过', next: ['sign'] },
        fail: { zh: '表决没有通过', next: ['negotiate'] },
      },
      auto: [{ action: 'count', targets: ['无记名投票'], when: 'enter' }],
    },
    sign: {
      zh: '首席代表签字盖章',
      kind: 'human',
      role: 'employer_representative',
      produces: '签署文本',
      limit: { value: 5, unit: 'working_day', ...local },
      form: {
        sign_date: field('date', '签订日期', { max: 'today' }, kept),
        signed_contract: field('file', '签署文本', { maxCount: 3 }, kept),
      },
      outcomes: {
        done: { zh: '双方已签字盖章', next: ['submit'] },
      },
      auto: [{ action: 'sign', targets: ['工资专项集体合同'], when: 'enter' }],
    },
    submit: {
      zh: '报送人社审查',
      kind: 'human',
      role: 'enterprise',
      actors: ['enterprise', 'grassroots_union'],
      produces: '文本三份与说明',
      limit: {
        value: 7,
        unit: 'calendar_day',
        basis: '工资集体协商试行办法第二十一条',
        basisType: 'statutory',
        countedFrom: { kind: 'step', ref: 'sign', zh: '签订之日' },
      },
      form: {
        vote_attend: field('integer', '到会人数', { min: 1 }, kept),
        vote_yes: field('integer', '赞成人数', { min: 0 }, kept),
        covered_workers: field('integer', '覆盖人数', { min: 1 }, kept),
        filing_note: field('longtext', '报送说明', { max: 2000 }, keptOptional),
      },
      outcomes: {
        submit: { zh: '报送人社审查', next: ['review'] },
      },
    },
    review: {
      zh: '合法性审查',
      kind: 'human',
      role: 'hrss_reviewer',
      produces: '审查意见书',
      limit: {
        value: 15,
        unit: 'calendar_day',
        basis: '工资集体协商试行办法第二十二条',
        basisType: 'statutory',
        countedFrom: { kind: 'step', ref: 'submit', zh: '收到文本之日' },
        silence: { effect: 'deemed_approved', outcome: 'approve' },
      },
      form: { review_opinion: field('longtext', '审查意见', longer, kept) },
      differentFrom: ['coordinate'],
      outcomes: {
        approve: { zh: '审查没有异议', next: ['publicise'] },
        object: { zh: '提出审查异议', next: ['renegotiate'], reason: 'required' },
      },
      auto: [{ action: 'doc', targets: ['工资协议审查意见书'], template: 'wage_review_opinion', when: 'exit' }],
    },
    renegotiate: {
      zh: '就异议条款重新协商',
      kind: 'human',
      role: 'worker_representative',
      produces: '修改稿',
      limit: { value: 30, unit: 'calendar_day', ...local },
      form: { revised_text: field('longtext', '修改稿', longer, kept) },
      outcomes: {
        done: { zh: '修改稿已形成', next: ['vote'] },
        fail: { zh: '重新协商不成', end: 'no_agreement' },
      },
      auto: [{ action: 'sms', targets: ['劳动者方'], template: 'your_turn', when: 'enter' }],
    },
    publicise: {
      zh: '向全体劳动者公布',
      kind: 'human',
      role: 'enterprise',
      produces: '公布凭证',
      limit: {
        value: 5,
        unit: 'calendar_day',
        basis: '工资集体协商试行办法第二十三条',
        basisType: 'statutory',
        countedFrom: { kind: 'step', ref: 'review', zh: '协议生效之日' },
      },
      form: {
        published_day: field('date', '公布日期', { max: 'today' }, kept),
        published_proof: field('file', '公布凭证', { maxCount: 5 }, kept),
      },
      outcomes: {
        done: { zh: '已向劳动者公布', next: ['perform-check'] },
      },
      auto: [
        { action: 'publish', targets: ['协议文本'], when: 'enter' },
        { action: 'sms', targets: ['覆盖人员'], template: 'wage_agreement_effective', when: 'enter' },
      ],
    },
    'perform-check': {
      zh: '履约检查与评议',
      kind: 'human',
      role: 'county_union',
      produces: '履约评分、整改事项',
      limit: { value: 180, unit: 'calendar_day', ...local },
      form: {
        performance_score: field('integer', '履约评分', { min: 0, max: 100 }, kept),
        rectify_items: field('longtext', '整改事项', { max: 2000 }, keptOptional),
      },
      outcomes: {
        pass: { zh: '履约检查合格', next: ['expiry-reminder'] },
        breach: { zh: '存在违约', end: 'transferred' },
      },
      auto: [{ action: 'open', targets: ['union-supervision-letter'], when: 'exit', on: ['breach'] }],
    },
    'expiry-reminder': {
      zh: '期满前六十日提醒续约',
      kind: 'auto',
      role: 'system',
      produces: '续约提醒',
      limit: {
        value: 60,
        unit: 'calendar_day',
        basis: '工资集体协商试行办法第二十四条',
        basisType: 'statutory',
        countedFrom: { kind: 'event', ref: 'valid_to', zh: '合同期满前', direction: 'before' },
      },
      outcomes: {
        renew: { zh: '发起续订', next: ['invite'], by: ['worker_representative', 'enterprise', 'grassroots_union'] },
        end: { zh: '期满没有续订', end: 'completed', by: ['clock'] },
      },
      auto: [
        { action: 'sms', targets: ['双方首席代表'], template: 'wage_agreement_expiring', when: 'exit' },
        { action: 'sms', targets: ['双方首席代表'], template: 'wage_agreement_checked', when: 'enter' },
      ],
    },
    'change-request': {
      zh: '提出变更、续订或解除',
      kind: 'human',
      role: 'worker_representative',
      actors: ['worker_representative', 'enterprise'],
      produces: '变更理由与条款',
      withdrawable: true,
      limit: { value: 15, unit: 'working_day', ...local },
      outcomes: {
        change: { zh: '变更协议', next: ['negotiate'] },
        renew: { zh: '续订协议', next: ['invite'] },
        terminate: { zh: '解除或终止协议', next: ['terminate-record'] },
      },
      auto: [{ action: 'sms', targets: ['劳动者方'], template: 'your_turn', when: 'enter' }],
    },
    'terminate-record': {
      zh: '解除或终止备案',
      kind: 'human',
      role: 'hrss_reviewer',
      produces: '备案回执',
      limit: { value: 7, unit: 'working_day', ...local },
      form: { record_no: field('text', '备案号', { max: 40 }, kept) },
      outcomes: {
        done: { zh: '备案完成', end: 'terminated' },
        return: { zh: '退回补正材料', next: ['change-request'], reason: 'required' },
      },
      auto: [{ action: 'doc', targets: ['备案回执'], template: 'termination_receipt', when: 'exit', on: ['done'] }],
    },
  },
  timers: [
    {
      step: 'reply',
      after: { value: 20, unit: 'calendar_day', ...local },
      effectZh: '逾期未答复视为拒绝，启动上级督促',
      next: 'urge',
    },
  ],
  ends: {
    transferred: '移送其他机关或渠道',
    no_agreement: '未达成协议，另行救济',
    completed: '办结',
    terminated: '合同已解除终止',
    withdrawn: '申请人撤回',
  },
});
