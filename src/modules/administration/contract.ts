// The list of administrative acts as the audit administrator reads it. Runs in a browser: no I/O.

import { z } from 'zod';
import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'administration.request_reused': {
    status: 409,
    zh: '这个请求编号已经用于另一个不同的操作。',
    next: '请刷新页面后重新提交。',
  },
  'administration.act_missing': {
    status: 404,
    zh: '没有找到这条管理记录，或您无权查看。',
    next: '请回到列表重新选择。',
  },
});

export const requestId = z.uuid().describe('客户端生成的请求编号，重试时不变');
export const reasonText = z
  .string()
  .trim()
  .min(2, '请写明理由，至少两个字。')
  .max(200, '理由最多 200 个字。')
  .describe('理由');

export const adminActItem = z.object({
  actId: z.string(),
  at: z.string(),
  type: z.string().describe('行为代码'),
  title: z.string().describe('做了什么'),
  actorName: z.string(),
  actorRoleZh: z.string(),
  staffName: z.string().nullable().describe('涉及的工作人员'),
  orgName: z.string().nullable().describe('涉及的单位'),
});
export type AdminActItem = z.infer<typeof adminActItem>;

export const adminActDetail = adminActItem.extend({
  entry: z.string().describe('存证叶'),
  body: z.unknown().describe('行为的全部内容'),
});
export type AdminActDetail = z.infer<typeof adminActDetail>;
