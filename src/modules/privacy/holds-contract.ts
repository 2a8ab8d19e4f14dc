// Legal hold as the desk says it. Runs in a browser: no I/O.

import { z } from 'zod';
import { declareRefusals } from '#platform/errors';

/** Who may order that something is kept, propose to lift it, and agree to what another one proposed. */
export const holdRoles = ['supervisor', 'hrss_reviewer', 'data_operator'] as const;

export const refuseHold = declareRefusals({
  'privacy.hold_missing': { status: 404, zh: '没有找到这项法律保全。', next: '请回到列表重新选择。' },
  'privacy.hold_changed': {
    status: 409,
    zh: '这项法律保全刚刚被别人处理过。',
    next: '请刷新列表，看现在的状态。',
  },
  'privacy.hold_own': {
    status: 403,
    zh: '解除由一人提请、另一人同意，您提请的不能由您自己同意。',
    next: '请有权限的另一名同事处理。',
  },
  'privacy.hold_no_dossier': {
    status: 409,
    zh: '这个办件不属于任何事件，只能保全办件本身。',
    next: '请把范围改为“这一个办件”。',
  },
});

const requestId = z.uuid().describe('客户端生成的请求编号，重试时不变');
const words = (zh: string, max = 100) =>
  z.string().trim().min(2, `请填写${zh}，至少两个字。`).max(max, `${zh}最多 ${max} 个字。`).describe(zh);

export const putHoldInput = z.object({
  requestId,
  scope: z.enum(['case', 'dossier', 'person']).describe('一个办件、一次事件的全部办件、一个人的全部资料'),
  caseNo: z.string().trim().max(30).optional().describe('办件编号；保全办件或事件时填写'),
  idNumber: z.string().trim().max(40).optional().describe('完整证件号码；保全一个人时填写'),
  authority: words('要求保全的机关'),
  documentNo: words('文书编号'),
  reason: words('事由', 500),
});
export type PutHoldInput = z.infer<typeof putHoldInput>;

export const liftHoldInput = z.object({ requestId, reason: words('解除的理由', 500) });
export const decideLiftInput = z.object({
  requestId,
  agree: z.boolean().describe('同意解除为 true'),
  reason: z.string().trim().max(500).default('').describe('不同意的理由'),
});

export const holdView = z.object({
  holdId: z.string().describe('保全编号'),
  scope: z.enum(['case', 'dossier', 'person']).describe('范围'),
  what: z.string().describe('保全什么，人名打码'),
  caseId: z.string().nullable().describe('办件，能打开时'),
  authority: z.string().describe('要求保全的机关'),
  documentNo: z.string().describe('文书编号'),
  reason: z.string().describe('事由'),
  putBy: z.string().describe('谁登记的'),
  putAt: z.string().describe('何时登记'),
  state: z.enum(['active', 'lifting', 'lifted']).describe('保全中、等另一人同意解除、已解除'),
  stateZh: z.string().describe('状态'),
  liftReason: z.string().nullable().describe('解除的理由'),
  liftProposedBy: z.string().nullable().describe('谁提请解除'),
  liftedBy: z.string().nullable().describe('谁同意解除'),
  liftedAt: z.string().nullable().describe('何时解除'),
  canDecide: z.boolean().describe('能否由看的人同意或者不同意'),
});
export type HoldView = z.infer<typeof holdView>;

export const caseHold = z.object({
  scopeZh: z.string().describe('保全的范围'),
  authority: z.string().describe('要求保全的机关'),
  documentNo: z.string().describe('文书编号'),
  putAt: z.string().describe('从何时起'),
});
export type CaseHold = z.infer<typeof caseHold>;

export const scopeZh = { case: '这一个办件', dossier: '这次事件的全部办件', person: '这个人的全部资料' } as const;
