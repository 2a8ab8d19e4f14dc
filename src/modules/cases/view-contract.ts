// What a person sees of a case: the same shape for phone and desk, already masked, already in words, with what may be done now.
// Runs in a browser: no I/O. Both apps take their types from here.

import { z } from 'zod';

export const light = z.enum(['green', 'yellow', 'red']);

/** One field of a form to fill in, as the pages draw it. `options` are those of the field kind. */
export const formField = z.object({
  name: z.string(),
  kind: z.string(),
  zh: z.string(),
  required: z.boolean(),
  options: z.record(z.string(), z.unknown()),
  help: z.string().nullable(),
  showWhen: z.unknown().nullable().describe('条件表达式，手机端与服务器同样求值'),
  requiredWhen: z.unknown().nullable(),
  check: z.unknown().nullable().describe('与前面各项核对的条件及不符时的提示'),
  secret: z.boolean().describe('敏感信息，单独一页填写，不存入手机'),
});
export type FormField = z.infer<typeof formField>;

export const fact = z.object({
  name: z.string(),
  zh: z.string(),
  kind: z.string(),
  text: z.string().describe('给人看的文字；敏感信息已遮盖'),
  masked: z.boolean(),
  canUnmask: z.boolean(),
  fileIds: z.array(z.string()),
  step: z.string().nullable().describe('在哪个环节填写；null 为申请表'),
});
export type Fact = z.infer<typeof fact>;

export const explanationLine = z.object({
  zh: z.string(),
  value: z.string(),
  basis: z.string(),
  verified: z.boolean(),
});
export type ExplanationLine = z.infer<typeof explanationLine>;

/** A fact by which whoever acts decides; `lines` is a calculation step by step. */
export const shownFact = fact.extend({ lines: z.array(explanationLine) });
export type ShownFact = z.infer<typeof shownFact>;

export const activeStep = z.object({
  step: z.string(),
  zh: z.string(),
  whose: z.string().describe('轮到谁'),
  mine: z.boolean(),
  assignee: z.string().nullable(),
  enteredAt: z.string(),
  dueAt: z.string().nullable(),
  lastDay: z.string().nullable(),
  limitText: z.string().describe('例如：共 5 个工作日，还剩 3 个工作日'),
  basis: z.string().describe('时限依据'),
  light,
  provisional: z.boolean(),
  paused: z.string().nullable(),
  supplement: z.object({ items: z.array(z.string()), note: z.string(), dueAt: z.string() }).nullable(),
  shows: z.array(shownFact).describe('办理前要先看的内容'),
  silence: z.string().nullable().describe('到期没有办时的结果'),
});
export type ActiveStepView = z.infer<typeof activeStep>;

export const timelineItem = z.object({
  seq: z.number(),
  at: z.string(),
  title: z.string().describe('用办事人的话说发生了什么'),
  by: z.string(),
  note: z.string().nullable(),
  explanation: z.unknown().nullable().describe('规则逐条说明'),
  trace: z.object({ state: z.enum(['recorded', 'numbered', 'witnessed', 'anchored']), entryHash: z.string() }),
});
export type TimelineItem = z.infer<typeof timelineItem>;

/** Something that this person may do, or may not and why. `command` is sent back with the form's values as `data`. */
export const possibleAction = z.object({
  key: z.string(),
  zh: z.string(),
  kind: z.enum(['outcome', 'verb']),
  tone: z.enum(['primary', 'normal', 'danger']),
  command: z.record(z.string(), z.unknown()).describe('提交时的命令模板，data 与 reason 由表单补上'),
  form: z.array(formField),
  needsReason: z.boolean(),
  blocked: z.string().nullable().describe('不能办的原因；null 为可以办'),
});
export type PossibleAction = z.infer<typeof possibleAction>;

export const caseView = z.object({
  caseId: z.string(),
  caseNo: z.string(),
  seq: z.number(),
  serviceCode: z.string(),
  serviceZh: z.string(),
  workflowZh: z.string(),
  status: z.enum(['open', 'ended']),
  endZh: z.string().nullable(),
  statusText: z.string().describe('一句话说明现在怎样、接下来是什么'),
  applicant: z.string().describe('申请人（已遮盖）'),
  canUnmaskApplicant: z.boolean().describe('可写明理由查看申请人的姓名、手机号与证件号码'),
  region: z.string(),
  openedAt: z.string(),
  submittedAt: z.string().describe('最近一次提交申请或理赔的时间'),
  endedAt: z.string().nullable(),
  supervised: z.string().nullable(),
  active: z.array(activeStep),
  facts: z.array(fact),
  timeline: z.array(timelineItem),
  actions: z.array(possibleAction),
  documents: z.array(z.object({ documentId: z.string(), title: z.string(), at: z.string() })),
  related: z.array(
    z.object({
      caseId: z.string(),
      caseNo: z.string(),
      serviceZh: z.string(),
      statusText: z.string(),
      relation: z.string(),
    }),
  ),
  referrals: z.array(z.object({ zh: z.string(), available: z.boolean() })),
  main: z
    .object({
      statusZh: z.string(),
      dueAt: z.string().nullable(),
      ended: z.boolean(),
      replySummary: z.string().nullable().describe('主件的答复要点，不含他人信息'),
    })
    .nullable()
    .describe('并入的主件进展到哪里；没有并案为空'),
  merged: z
    .array(z.object({ caseNo: z.string(), openedAt: z.string(), asks: z.string() }))
    .describe('并入本件的诉求，只给经办单位看'),
  rating: z.object({ stars: z.number(), comment: z.string().nullable() }).nullable(),
  canRate: z.boolean(),
  path: z
    .array(z.object({ step: z.string(), zh: z.string(), state: z.enum(['done', 'active', 'ahead']) }))
    .describe('主要环节，供进度条使用'),
});
export type CaseView = z.infer<typeof caseView>;

/** What a write gives back: the case as it stands after it. */
export const caseAnswer = z.object({
  caseId: z.string(),
  caseNo: z.string(),
  seq: z.number(),
  status: z.enum(['open', 'ended']),
  end: z.string().nullable(),
  active: z.array(z.object({ step: z.string(), zh: z.string(), dueAt: z.string().nullable() })),
});
export type Answer = z.infer<typeof caseAnswer>;

/** One of a worker's own cases in a list. */
export const caseSummary = z.object({
  caseId: z.string(),
  caseNo: z.string(),
  serviceCode: z.string(),
  serviceZh: z.string(),
  status: z.enum(['open', 'ended']),
  statusText: z.string(),
  openedAt: z.string(),
  mineNow: z.boolean(),
  officeZh: z.string().nullable().describe('轮到哪个单位；保障期间只等时间，不轮到谁'),
  dueAt: z.string().nullable(),
  light,
  canRate: z.boolean(),
});
export type CaseSummary = z.infer<typeof caseSummary>;
export const casePage = z.object({ items: z.array(caseSummary), nextCursor: z.string().nullable() });
export type CasePage = z.infer<typeof casePage>;

export const ratingView = z.object({
  caseId: z.string(),
  caseNo: z.string(),
  serviceZh: z.string(),
  stars: z.number(),
  comment: z.string().nullable(),
  at: z.string(),
  dueRectifyAt: z.string().nullable(),
  rectifyCaseId: z.string().nullable().describe('差评整改的办件，有它就在那里答复'),
  reply: z.string().nullable(),
});
export type RatingView = z.infer<typeof ratingView>;
export const ratingPage = z.object({ items: z.array(ratingView), nextCursor: z.string().nullable() });
export type RatingPage = z.infer<typeof ratingPage>;

export const deskTab = z.enum(['todo', 'done', 'copied', 'supervised', 'started']);
export type DeskTab = z.infer<typeof deskTab>;

export const deskTask = z.object({
  caseId: z.string(),
  caseNo: z.string(),
  serviceCode: z.string(),
  serviceZh: z.string(),
  step: z.string(),
  stepZh: z.string(),
  applicant: z.string(),
  orgZh: z.string(),
  enteredAt: z.string(),
  dueAt: z.string().nullable(),
  limitText: z.string(),
  light,
  paused: z.boolean(),
  supervised: z.boolean(),
  assignedToMe: z.boolean(),
  assignedToOther: z.boolean(),
});
export type DeskTask = z.infer<typeof deskTask>;

export const deskPage = z.object({
  items: z.array(deskTask),
  nextCursor: z.string().nullable(),
  counts: z.object({ todo: z.number(), yellow: z.number(), red: z.number(), supervised: z.number() }),
});
export type DeskPage = z.infer<typeof deskPage>;
