// What others may ask of a case and how it may say no. Runs in a browser: no I/O.

import { z } from 'zod';
import { declareRefusals } from '#platform/errors';

export * from './start-contract.ts';
export * from './view-contract.ts';

export const refuse = declareRefusals({
  'cases.not_found': {
    status: 404,
    zh: '没有找到这个办件，或您无权查看。',
    next: '请核对办件编号，或回到“我的办件”重新打开。',
  },
  'cases.stale': {
    status: 409,
    zh: '这个办件刚刚被别人处理过了，您看到的不是最新状态。',
    next: '请刷新页面，看过最新情况后再操作。',
  },
  'cases.region_elsewhere': {
    status: 422,
    zh: '这个地区不在本系统的服务范围内。',
    next: '请选择{place}范围内的地区，或到当地的服务平台办理。',
  },
  'cases.out_of_step': {
    status: 409,
    zh: '办件现在不在“{step}”环节，这个操作不能进行。',
    next: '请刷新页面，按当前环节操作。',
  },
  'cases.wrong_role': {
    status: 403,
    zh: '当前环节“{step}”由{role}办理，您没有这个权限。',
    next: '如需办理，请联系该环节的经办单位。',
  },
  'cases.no_such_outcome': {
    status: 422,
    zh: '“{step}”环节没有“{outcome}”这个选项。',
    next: '请从页面给出的选项中选择。',
  },
  'cases.not_yours_to_choose': {
    status: 403,
    zh: '“{outcome}”不能由人工点选，它由系统或外部回执产生。',
    next: '请等待外部回执，或查看办件时限。',
  },
  'cases.reason_required': {
    status: 422,
    zh: '退回或不予通过时必须写明理由。',
    next: '请填写至少四个字的理由，申请人会看到。',
  },
  'cases.form_invalid': { status: 422, zh: '有{count}处填写需要修改。', next: '请按每一处的提示修改后再提交。' },
  'cases.ended': { status: 409, zh: '这个办件已经办结，不能再操作。', next: '如有异议，请通过“不服处理结果”提出。' },
  'cases.erased': {
    status: 410,
    zh: '这个办件的内容已依法删除，不能再操作。',
    next: '办理经过和存证还在；要办新的事，请重新申请。',
  },
  'cases.paused': {
    status: 409,
    zh: '“{step}”环节正在{why}，时限已暂停，暂时不能作出决定。',
    next: '请等材料补齐或恢复办理后再操作。',
  },
  'cases.not_paused': { status: 409, zh: '“{step}”环节没有暂停，不需要恢复。', next: '请刷新页面查看当前状态。' },
  'cases.four_eyes': {
    status: 403,
    zh: '您办理过前面的环节“{step}”，按规定这里必须由另一人办理。',
    next: '请转交给同单位的其他经办人。',
  },
  'cases.not_withdrawable': {
    status: 409,
    zh: '办件已到“{step}”环节，不能撤回。',
    next: '如需停止办理，请联系经办单位。',
  },
  'cases.claimed_by_other': {
    status: 409,
    zh: '这件事已由{name}领办。',
    next: '如需改由您办理，请先请对方释放或转办。',
  },
  'cases.cosign_pending': {
    status: 409,
    zh: '还有{count}个会签意见没有回来，暂时不能作出决定。',
    next: '请催请会签单位，或撤销会签后再办。',
  },
  'cases.vote_cast': { status: 409, zh: '您这一轮已经投过票，每人一票。', next: '请等待计票结果。' },
  'cases.reads_already': {
    status: 409,
    zh: '这个单位已经能看到本办件。',
    next: '不需要抄送；如需提醒，可以内部备注或电话联系。',
  },
  'cases.no_organisation': {
    status: 422,
    zh: '“{role}”没有这样的经办单位或经办人。',
    next: '请从列表中选择；列表中没有的，请管理员在“机构与人员”中配置。',
  },
  'cases.extension_refused': {
    status: 409,
    zh: '“{step}”环节的时限不能延长，或已经延长过一次。',
    next: '请在现有时限内办理，或中止后说明理由。',
  },
  'cases.urge_too_soon': {
    status: 429,
    zh: '您{hours}小时内已经催办过。',
    next: '请稍后再催，或拨打页面上的服务电话。',
  },
  'cases.request_reused': { status: 409, zh: '这个请求编号已经用于另一个不同的操作。', next: '请刷新页面后重新提交。' },
  'cases.not_published': {
    status: 404,
    zh: '服务“{code}”没有发布，暂时不能办理。',
    next: '请到服务目录查看可以办理的事项。',
  },
  'cases.outcome_not_open': {
    status: 409,
    zh: '“{outcome}”只在“{condition}”时可选。',
    next: '请按办件的实际情况选择其他选项。',
  },
  'cases.attach_through': {
    status: 422,
    zh: '“{step}”要通过具体的服务来提交。',
    next: '请从办件页面列出的服务（如医疗费用理赔、住院津贴理赔）进入。',
  },
  'cases.attach_nothing': {
    status: 409,
    zh: '您引用的办件现在没有在等这项材料。',
    next: '请打开那个办件，看它现在的进度。',
  },
  'cases.not_in_authority': {
    status: 403,
    zh: '您的代办授权不包括“{service}”。',
    next: '请在“替家人办”里另外申请这一项的授权，或请本人办理。',
  },
  'cases.not_applicant': { status: 403, zh: '这一步只能由申请人本人办理。', next: '请用申请时的手机号登录。' },
  'cases.already_rated': {
    status: 409,
    zh: '您已经评价过这个办件，每件只评一次。',
    next: '如有新的意见，请通过投诉建议提出。',
  },
  'cases.rating_answered': {
    status: 409,
    zh: '这条评价已经答复过，正在整改办件里办理，或您无权答复。',
    next: '请刷新页面查看答复；有整改办件的，在那里回访和整改。',
  },
  'cases.not_rateable': {
    status: 409,
    zh: '自己撤回或并入了别的办件的，不用评价。',
    next: '有意见请通过维权诉求提出，或拨打 12351。',
  },
  'cases.not_ended': { status: 409, zh: '办件还没有办结，暂时不能评价。', next: '办结后我们会请您评价。' },
});

/** Every write carries one, made by the client: sending it again is always safe. */
export const requestId = z.uuid().describe('客户端生成的请求编号，重试时不变');

const note = z.string().trim().max(2000);
const seen = z.number().int().nonnegative().optional().describe('操作者看到的办件序号；落后则拒绝');
const data = z.record(z.string(), z.unknown()).default({});

export const openCaseInput = z.object({
  requestId,
  serviceCode: z.string().regex(/^[A-Z]{2}-\d{3}$/),
  region: z.string().regex(/^\d{6}$/),
  data,
});
export type OpenCaseInput = z.infer<typeof openCaseInput>;

/** A verb about one step. */
const onStep = { step: z.string(), seen };

/**
 * The clerk's verbs. `seen` is the sequence number that the person had on the screen: what is done to a step, and a withdrawal,
 * which cannot be taken back, are refused once somebody else has acted; a note or an urging is as true after that.
 */
export const caseCommand = z.discriminatedUnion('type', [
  z.object({ type: z.literal('act'), ...onStep, outcome: z.string(), data, reason: note.optional() }),
  z.object({ type: z.literal('return'), ...onStep, to: z.string(), reason: note }),
  z.object({ type: z.literal('withdraw'), reason: note.optional(), seen }),
  z.object({
    type: z.literal('transfer'),
    ...onStep,
    orgId: z.uuid().optional(),
    assigneeId: z.uuid().optional(),
    reason: note,
  }),
  z.object({ type: z.literal('claim'), ...onStep }),
  z.object({ type: z.literal('release'), ...onStep }),
  z.object({ type: z.literal('cosign'), ...onStep, role: z.string(), orgId: z.uuid(), note }),
  z.object({ type: z.literal('opinion'), ...onStep, agree: z.boolean(), text: note }),
  z.object({
    type: z.literal('vote'),
    ...onStep,
    choice: z.enum(['agree', 'disagree', 'abstain']),
    reason: note.optional(),
  }),
  z.object({
    type: z.literal('request_supplement'),
    ...onStep,
    items: z.array(z.string().min(1).max(200)).min(1).max(20),
    note,
    days: z.number().int().min(1).max(60).default(15),
  }),
  z.object({ type: z.literal('supplement'), ...onStep, data }),
  z.object({ type: z.literal('suspend'), ...onStep, reason: note }),
  z.object({ type: z.literal('resume'), ...onStep, note: note.optional() }),
  z.object({ type: z.literal('extend'), ...onStep, reason: note }),
  z.object({ type: z.literal('urge') }),
  z.object({ type: z.literal('supervise'), note }),
  z.object({ type: z.literal('answer_supervision'), note }),
  z.object({ type: z.literal('note'), note: note.min(1) }),
  z.object({ type: z.literal('copy'), role: z.string(), orgId: z.uuid(), reason: note }),
  z.object({ type: z.literal('appeal'), reason: note.min(4) }),
]);
export type CaseCommand = z.infer<typeof caseCommand>;
