// What several steps of the handling of appeals share, and the steps by which a poor rating is rectified (差评整改).

import { field, on, type AutoAction, type LimitDefinition } from '#catalog/define';
import { leadRoles } from '#catalog/rules/dispatch';

export const promise = (value: number, unit: LimitDefinition['unit']): LimitDefinition<never> => ({
  value,
  unit,
  basis: '地方承诺',
  basisType: 'local_promise',
});

export const tell = (template: string, target: string, extra: Partial<AutoAction> = {}): AutoAction => ({
  action: 'sms',
  targets: [target],
  when: 'exit',
  template,
  ...extra,
});
export const openOn = (target: string, outcome: string): AutoAction => ({
  action: 'open',
  targets: [target],
  on: [outcome],
  when: 'exit',
});
/** People whose appeals were merged into this one hear of it too. */
export const tellMerged = (...outcomes: string[]): AutoAction => ({
  action: 'sync',
  targets: ['并入本件的诉求人'],
  when: 'exit',
  effect: 'appeals.tell_merged',
  ...(outcomes.length > 0 ? { on: outcomes } : {}),
});

export const leadOrg = (zh: string, help?: string) =>
  field(
    'org_ref',
    zh,
    { known: true, roles: leadRoles },
    { optional: true, class: 'internal', ...(help ? { help } : {}) },
  );
export const named = { field: 'lead_org' } as const;

/** What a department needs to see before it acts, with the wish to stay unnamed on top. */
export const told = ['hide_name', 'urgency', 'appeal_subject', 'class_explanation'] as const;
export const evidence = ['evidence_pack'] as const;

const mergedForm = { merged_count: field('integer', '并入本件的诉求数', {}, { class: 'internal' }) };
export const replyForm = {
  reply_text: field('longtext', '答复内容', {}, { help: '写明查明的情况、处理结果和依据；诉求人会收到答复书' }),
  reply_basis: field('text', '依据', {}, { optional: true, class: 'public' }),
  reply_summary: field(
    'longtext',
    '答复要点',
    {},
    {
      optional: true,
      class: 'public',
      help: '有并入本件的诉求时必填：他们也会看到，不写姓名、金额等个人信息',
      requiredWhen: on(mergedForm)('merged_count').gt(0),
    },
  ),
};

/** 好差评：回访核实、限期整改、整改后再回访。 */
export const ratingSteps = {
  'bad-rating': {
    zh: '提交五级评价',
    kind: 'human',
    role: 'worker',
    actors: ['worker', 'enterprise', 'family_member'],
    produces: '评价等级与原因',
    limit: { value: 15, unit: 'calendar_day', basis: '地方承诺（退回后重新提交）', basisType: 'local_promise' },
    outcomes: {
      good: {
        zh: '满意类评价',
        conditionZh: '非常满意、满意、基本满意',
        when: { op: 'in', a: { op: 'field', name: 'score' }, values: ['非常满意', '满意', '基本满意'] },
        end: 'completed',
      },
      poor: {
        zh: '不满意类评价',
        conditionZh: '不满意、非常不满意',
        when: { op: 'in', a: { op: 'field', name: 'score' }, values: ['不满意', '非常不满意'] },
        next: ['contact-back'],
      },
    },
    auto: [
      { action: 'match', targets: ['办件库'], when: 'enter' },
      { action: 'record', targets: ['评价'], when: 'exit', effect: 'ratings.take' },
      tell('poor_rating_received', '评价人', { on: ['poor'] }),
    ],
  },
  'contact-back': {
    zh: '回访核实差评',
    kind: 'human',
    role: 'supervisor',
    produces: '是否属实',
    limit: promise(1, 'working_day'),
    form: {
      contact_record: field('longtext', '回访记录', {}, { help: '写明何时、怎样联系、对方怎么说；评价人会看到' }),
    },
    outcomes: {
      true: { zh: '差评属实，限期整改', next: ['rectify'] },
      false: { zh: '不属实，说明后关闭', end: 'closed', reason: 'required' },
    },
    auto: [
      { action: 'record', targets: ['通话'], when: 'enter' },
      { action: 'record', targets: ['评价'], when: 'exit', on: ['false'], effect: 'ratings.answer' },
      tell('case_ended', '评价人', { on: ['false'] }),
    ],
  },
  rectify: {
    zh: '限期整改',
    kind: 'human',
    role: 'case_dispatcher',
    produces: '整改措施',
    limit: { value: 15, unit: 'working_day', basis: '政务服务好差评制度', basisType: 'statutory' },
    shows: ['contact_record'],
    form: { rectify_text: field('longtext', '整改措施与结果', {}, { help: '评价人会看到' }) },
    outcomes: { done: { zh: '整改完毕，请回访', next: ['return-visit'] } },
    auto: [tell('rating_rectified', '评价人')],
  },
  'return-visit': {
    zh: '整改后回访',
    kind: 'human',
    role: 'supervisor',
    produces: '回访结果',
    limit: promise(3, 'working_day'),
    shows: ['rectify_text'],
    outcomes: {
      satisfied: { zh: '满意，整改完成', end: 'completed', by: ['worker', 'supervisor'], reason: 'required' },
      unsatisfied: { zh: '不满意，继续整改', next: ['rectify'], by: ['worker', 'supervisor'], reason: 'required' },
    },
    auto: [
      { action: 'record', targets: ['评价'], when: 'exit', on: ['satisfied'], effect: 'ratings.answer' },
      tell('case_ended', '评价人', { on: ['satisfied'] }),
    ],
  },
} as const;
