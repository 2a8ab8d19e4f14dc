// What the catalogue may name beyond itself: effects, deciders and facts that modules register, and what they write into a
// case. `verify` holds definitions to it; main wires functions to these names. No function stands here.

import type { DataSources } from './data.ts';
import { choices, field } from './define.ts';
import { documents } from './documents/index.ts';
import { notices, type NoticeTemplate } from './notices.ts';
import { plannedWorkflows, ruleTables } from './planned.ts';
import { appealSubjects, proveTotal, rules, urgencies, type AnyRule, type TableProblem } from './rules/index.ts';
import type { DocumentTemplate } from './documents/letter.ts';

export type RuleEntry = {
  readonly zh: string;
  /** Findings of the rule's own proof that its tables are total and without overlap; absent while the values are not in. */
  readonly proveTotal?: () => readonly string[];
};

export type Registry = DataSources & {
  readonly facts: readonly string[];
  readonly notices: Readonly<Record<string, NoticeTemplate>>;
  readonly documents: Readonly<Record<string, DocumentTemplate>>;
  readonly rules: Readonly<Record<string, RuleEntry>>;
  /** Lifecycles that the catalogue of the field names and that may not be published yet. */
  readonly planned: Readonly<Record<string, { readonly zh: string; readonly ofOffices?: true }>>;
};

const nothing = (zh: string) => ({ zh, writes: {} });

const deciders: Registry['deciders'] = {
  'catalog.when': nothing('按各结果的条件取第一个成立的'),
  'membership.check': nothing('身份、年龄与重复会籍核验'),
  'cover.eligibility': {
    zh: '年龄、职业、重复投保与地区核对',
    writes: {
      insurable_count: field('integer', '可以投保的人数', {}, { class: 'internal', optional: true }),
      not_insurable_count: field('integer', '不能投保的人数', {}, { class: 'internal', optional: true }),
    },
  },
  'cover.quote': {
    zh: '保费与补贴分账',
    writes: {
      gross_fen: field('money', '总保费', {}, { class: 'internal' }),
      subsidy_fen: field('money', '财政补贴', {}, { class: 'internal' }),
      payable_fen: field('money', '应付金额', {}, { class: 'internal' }),
    },
  },
  'cover.issue': nothing('出单前核对是否仍有空闲的保障日'),
  'cover.policy_check': {
    zh: '出险时点保单核对',
    writes: {
      policy_id: field('text', '保单标识', {}, { class: 'internal' }),
      policy_no: field('text', '保单号', {}, { class: 'internal' }),
      same_accident_report: field('text', '可能是同一事故的报案', {}, { class: 'internal', optional: true }),
    },
  },
  'cover.refund_check': nothing('退保核对'),
  'appeals.classify': {
    zh: '诉求分类、紧急程度、建议主办与重复件',
    writes: {
      appeal_subject: field('enum', '认定类别', choices(...appealSubjects), { class: 'internal' }),
      urgency: field('enum', '紧急程度', choices(...urgencies), { class: 'internal' }),
      lead_org: field('org_ref', '主办单位', {}, { class: 'internal' }),
      similar_cases: field('text', '相似的在办件', {}, { class: 'internal', optional: true }),
      main_case: field('case_ref', '主件编号', {}, { class: 'internal', optional: true }),
      merged_count: field('integer', '并入本件的诉求数', {}, { class: 'internal', optional: true }),
      class_explanation: field(
        'group',
        '分类说明',
        { fields: { zh: { kind: 'text' }, value: { kind: 'text' } } },
        { class: 'internal' },
      ),
    },
  },
  'cover.stop_renewal': nothing('停止自动续保'),
};

const coreEffects: Registry['effects'] = {
  'rosters.take': {
    zh: '采用名单',
    writes: {
      roster_id: field('text', '名单', {}, { class: 'internal' }),
      people_count: field('integer', '名单人数', {}, { class: 'internal' }),
      left_out_count: field('integer', '没有计入的行数', {}, { class: 'internal' }),
      people_done_count: field('integer', '办成的人数', {}, { class: 'internal' }),
      people_dropped_count: field('integer', '没有办成的人数', {}, { class: 'internal' }),
    },
  },
  'membership.record': {
    zh: '会籍建档',
    writes: {
      member_no: field('text', '会员编号', {}, { class: 'internal' }),
      union_name: field('text', '所属工会', {}, { class: 'public' }),
      joined_on: field('date', '入会日期', {}, { class: 'internal' }),
      card_code: field('text', '核验码', {}, { class: 'personal' }),
    },
  },
  'membership.require_card': nothing('会员证号核对'),
  'membership.issue_card': {
    zh: '发会员证，旧证作废',
    writes: {
      member_no: field('text', '会员编号', {}, { class: 'internal' }),
      union_name: field('text', '所属工会', {}, { class: 'public' }),
      joined_on: field('date', '入会日期', {}, { class: 'internal' }),
      card_code: field('text', '核验码', {}, { class: 'personal' }),
    },
  },
  'payments.request': nothing('请求支付'),
  'payments.refund': nothing('原路退款'),
  'payouts.draft': nothing('起草付款'),
  'cover.request_underwriting': nothing('请求承保'),
  'cover.open_group': nothing('团体名单登记'),
  'cover.work_group': nothing('逐批核对、承保名单上的人'),
  'cover.settle_group': {
    zh: '团体保障入账',
    writes: {
      policy_no: field('text', '保单号', {}, { class: 'internal' }),
      bound_count: field('integer', '承保人数', {}, { class: 'internal' }),
      premium_fen: field('money', '已承保保费', {}, { class: 'internal' }),
      cover_starts_at: field('datetime', '保障起', {}, { class: 'internal' }),
      cover_ends_at: field('datetime', '保障止', {}, { class: 'internal' }),
      not_bound_count: field('integer', '没有承保的人数', {}, { class: 'internal' }),
      not_bound_fen: field('money', '没有承保、原路退回的金额', {}, { class: 'internal' }),
    },
  },
  'cover.bind': {
    zh: '保障入账',
    writes: {
      policy_no: field('text', '保单号', {}, { class: 'internal' }),
      premium_fen: field('money', '已承保保费', {}, { class: 'internal' }),
      cover_starts_at: field('datetime', '保障起', {}, { class: 'internal' }),
      cover_ends_at: field('datetime', '保障止', {}, { class: 'internal' }),
    },
  },
  'debits.sign': nothing('签代扣协议'),
  'cover.register_mandate': {
    zh: '续保授权登记',
    writes: {
      renewal_ends_at: field('datetime', '最后一个可投保日之后', {}, { class: 'internal' }),
      renewal_daily_fen: field('money', '每天应扣', {}, { class: 'internal' }),
    },
  },
  'cover.start_renewal': {
    zh: '开始自动续保',
    writes: { renewal_first_day: field('date', '第一个续保日', {}, { class: 'internal' }) },
  },
  'cover.change_renewal': nothing('修改自动续保'),
  'cover.pause_renewal': nothing('暂停自动续保'),
  'cover.resume_renewal': nothing('恢复自动续保'),
  'cover.end_renewal': nothing('停止自动续保'),
  'cover.accrue_subsidy': nothing('计提补贴'),
  'cover.require_days_left': nothing('退保天数核对'),
  'cover.release': {
    zh: '释放未开始的保障日',
    writes: { refund_fen: field('money', '退款金额', {}, { class: 'internal' }) },
  },
  'appeals.register': nothing('诉求登记，供查找重复件'),
  'appeals.merge': nothing('并入主件'),
  'appeals.tell_merged': nothing('告知并入本件的诉求人'),
  'ratings.take': nothing('记下评价'),
  'ratings.answer': nothing('答复差评'),
  'cover.check_endorsement': {
    zh: '批改核对',
    writes: {
      policy_id: field('text', '保单标识', {}, { class: 'internal' }),
      endorsed_policy_no: field('text', '保单号', {}, { class: 'internal' }),
      endorse_recorded: field('text', '系统记录的现值', { max: 60 }, { class: 'internal', optional: true }),
      endorse_doubt: field('text', '需要核对', { max: 60 }, { class: 'internal', optional: true }),
    },
  },
  'cover.endorse_policy': {
    zh: '批改登记',
    writes: { endorsed_at: field('datetime', '批改生效时间', {}, { class: 'internal' }) },
  },
  'cover.open_claim': nothing('理赔登记'),
  'cover.register_death': nothing('身故登记：停止自动续保'),
  'cover.check_prepay': nothing('预付核对'),
  'cover.agree': {
    zh: '理算',
    writes: {
      approved_fen: field('money', '核定赔付金额', {}),
      benefit_explanation: field(
        'group',
        '计算过程',
        { fields: { zh: { kind: 'text' }, value: { kind: 'text' } } },
        { class: 'personal' },
      ),
    },
  },
  'cover.settle_claim': nothing('结清理赔'),
  'cover.deny_claim': {
    zh: '拒赔登记',
    writes: {
      denial_kind: field('enum', '拒赔类别', choices('不属于保险责任', '责任免除', '不在保障期间', '其他'), {
        optional: true,
      }),
    },
  },
};

const internal = { class: 'internal' } as const;
/** How a figure was come to, line by line. */
const lines = (zh: string) =>
  field('group', zh, { fields: { zh: { kind: 'text' }, value: { kind: 'text' } } }, { ...internal, optional: true });

const settlementEffects: Registry['effects'] = {
  'settlement.declare': nothing('月度申报登记：已结束的月份，每月一次，台账从此不再变动'),
  'settlement.reconcile': {
    zh: '逐单对账',
    writes: {
      our_person_days: field('integer', '台账的承保人次日', {}, internal),
      our_gross: field('money', '台账的总保费', {}, internal),
      difference_count: field('integer', '差异笔数', {}, internal),
      settlement_explanation: lines('核算过程'),
    },
  },
  'settlement.review': nothing('审定补贴核对'),
  'settlement.sample': {
    zh: '抽样',
    writes: {
      sample_size: field('integer', '抽样人数', { unit: '人' }, internal),
      sample_seed: field('text', '抽样种子（同一种子抽出同一批人）', {}, internal),
    },
  },
  'settlement.budget': {
    zh: '本年已用预算',
    writes: { budget_used: field('money', '本年经本系统已拨和待拨的补贴', {}, internal) },
  },
  'settlement.allocate': {
    zh: '拨付审批',
    writes: { allocated_fen: field('money', '本次拨付', {}, internal) },
  },
  'settlement.paid': nothing('补贴结清入账'),
  'settlement.annual': {
    zh: '年度清算',
    writes: {
      loss_ratio: field('text', '本年赔付率', {}, internal),
      year_explanation: lines('本年累计'),
    },
  },
  'settlement.clue': { zh: '线索比对', writes: { clue_explanation: lines('系统比对结果') } },
  'settlement.order_recovery': {
    zh: '责令退回登记',
    writes: {
      recover_reference: field('text', '退款附言编号', {}, internal),
      recover_org_name: field('text', '退回单位名称', {}, internal),
    },
  },
  'settlement.end_recovery': nothing('责令退回结束登记'),
  'outlets.check': {
    zh: '现场位置与备案坐标核对',
    writes: { check_distance: field('integer', '现场与备案位置相距', { unit: '米' }, { ...internal, optional: true }) },
  },
  'outlets.publish': nothing('网点公布'),
  'outlets.score': {
    zh: '考核计分',
    writes: { quarter_score: field('decimal', '季度考核分', {}, internal), score_explanation: lines('计分过程') },
  },
  'outlets.remove': nothing('网点停止公布'),
};

/** A table without values yet has nothing to prove. */
function ruleEntry(zh: string, rule: AnyRule | undefined): RuleEntry {
  if (!rule) return { zh };
  return {
    zh,
    proveTotal: () =>
      rule.versions.flatMap(({ from, tables }) =>
        tables.flatMap(proveTotal).map((problem) => `${from} 起：${problemZh(problem)}`),
      ),
  };
}

function problemZh(problem: TableProblem): string {
  if ('at' in problem) {
    const place = Object.entries(problem.at)
      .map(([axis, value]) => `${axis}=${String(value)}`)
      .join('，');
    return `${place} ${problem.kind === 'gap' ? '没有取值' : '取值不止一个'}`;
  }
  return `第 ${problem.row + 1} 行的“${problem.axis}”不对`;
}

export const catalogRegistry: Registry = {
  deciders,
  effects: { ...coreEffects, ...settlementEffects },
  facts: [
    'person.age_at_least_16',
    'membership.none_active',
    'membership.active',
    'membership.truck_driver',
    'membership.transport_qualified',
    'membership.occupation_listed',
    'appeals.not_in_court',
    'ratings.case_ended',
    'ratings.not_rated',
    'cover.age_in_range',
    'cover.no_overlap',
    'cover.no_mandate',
    'cover.region_in_city',
    'cover.refund_not_started',
    'cover.no_claim',
    'cover.policy_running',
    'cover.in_force',
    'cover.duty_accepted',
    'cover.medical_limit_left',
    'cover.hospital_days',
    'cover.allowance_days_left',
    'cover.disability_window',
    'cover.insured_dead',
    'cover.claimant_entitled',
    'settlement.contracted_insurer',
    'settlement.month_over',
    'settlement.not_declared',
    'settlement.overlap_found',
    'outlets.staff_trained',
  ],
  notices,
  documents,
  rules: Object.fromEntries(Object.entries(ruleTables).map(([id, { zh }]) => [id, ruleEntry(zh, rules[id])])),
  planned: plannedWorkflows,
};
