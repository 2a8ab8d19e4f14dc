// Erasure as the phone and the desk say it. Runs in a browser: no I/O.

import { z } from 'zod';
import { declareRefusals } from '#platform/errors';

export const refuseErasure = declareRefusals({
  'privacy.erasure_open': {
    status: 409,
    zh: '您已经申请过删除，正在等待。',
    next: '可以在“我的 → 个人信息 → 删除我的信息”里看进展，或者撤销。',
  },
  'privacy.erasure_nothing': { status: 409, zh: '现在没有等待中的删除申请。', next: '请刷新页面看最新的情况。' },
  'privacy.erasure_late': {
    status: 409,
    zh: '已经由两人同意删除，正在执行，不能撤销了。',
    next: '删除完成以后，本页会写明结果。',
  },
  'privacy.erasure_missing': { status: 404, zh: '没有找到这项删除申请。', next: '请回到列表重新选择。' },
  'privacy.erasure_early': {
    status: 409,
    zh: '等待期还没有过，本人随时可能撤销。',
    next: '请在等待期满以后再处理。',
  },
  'privacy.erasure_changed': {
    status: 409,
    zh: '这项申请刚刚被本人撤销或者被别人处理过。',
    next: '请刷新列表，看现在的状态。',
  },
  'privacy.erasure_own': {
    status: 403,
    zh: '删除由一人提出意见、另一人决定，您提的不能由您自己决定。',
    next: '请有权限的另一名同事处理。',
  },
});

export const planItem = z.object({
  kind: z.enum(['case', 'loose', 'person']).describe('办件、零散资料、本人身份资料'),
  id: z.string().nullable().describe('哪个办件'),
  zh: z.string().describe('是什么'),
  verdict: z.enum(['erase', 'keep']).describe('能删除，还是要保留'),
  why: z.string().describe('为什么'),
  until: z.string().nullable().describe('保留到哪一天'),
  basis: z.string().describe('依据'),
  needsCheck: z.boolean().describe('依据待核'),
});
export type PlanItem = z.infer<typeof planItem>;

export const erasureState = z.enum(['waiting', 'proposed', 'approved', 'done', 'refused', 'cancelled']);
export const erasureStateZh = {
  waiting: '等待中',
  proposed: '等另一人决定',
  approved: '已同意，正在删除',
  done: '已删除',
  refused: '不予删除',
  cancelled: '本人撤销',
} as const satisfies Record<z.infer<typeof erasureState>, string>;

export const erasureView = z.object({
  erasureId: z.string().describe('申请编号'),
  person: z.string().describe('申请人，姓名打码'),
  state: erasureState.describe('状态'),
  stateZh: z.string().describe('状态'),
  requestedAt: z.string().describe('何时申请'),
  dueAt: z.string().describe('等待期到何时'),
  isDue: z.boolean().describe('等待期是否已过'),
  agree: z.boolean().nullable().describe('提出的意见：删除为 true'),
  reason: z.string().nullable().describe('理由'),
  proposedBy: z.string().nullable().describe('谁提的意见'),
  decidedBy: z.string().nullable().describe('谁决定的'),
  doneAt: z.string().nullable().describe('何时删完'),
  erasedCount: z.number().nullable().describe('删了几项'),
  keptCount: z.number().nullable().describe('依法保留几项'),
  canDecide: z.boolean().describe('能否由看的人决定'),
});
export type ErasureView = z.infer<typeof erasureView>;

export const proposeErasureInput = z.object({
  requestId: z.uuid().describe('客户端生成的请求编号，重试时不变'),
  agree: z.boolean().describe('删除为 true，不予删除为 false'),
  reason: z.string().trim().min(2, '请写明理由，至少两个字。').max(500).describe('理由，本人看得到'),
});
export const decideErasureInput = z.object({
  requestId: z.uuid().describe('客户端生成的请求编号，重试时不变'),
  agree: z.boolean().describe('同意所提的意见为 true；不同意则退回重提'),
});
