// What others see of notices, and how reading them may be refused. Runs in a browser: no I/O.

import { z } from 'zod';
import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'notices.not_found': { status: 404, zh: '没有找到这条消息，或您无权查看。', next: '请回到消息列表重新打开。' },
  'notices.no_such_address': { status: 404, zh: '没有这个地址。', next: '请核对短信服务商控制台里填写的回执地址。' },
  'notices.receipts_unreadable': {
    status: 422,
    zh: '回执的格式不对，没有采用。',
    next: '请确认短信服务商控制台选择的是 JSON 格式的状态回执。',
  },
});

export const noticeView = z.object({
  noticeId: z.uuid(),
  template: z.string(),
  title: z.string(),
  text: z.string(),
  caseId: z.uuid().nullable(),
  at: z.string().describe('发出的时间'),
  readAt: z.string().nullable(),
});
export type NoticeView = z.infer<typeof noticeView>;

export const noticePage = z.object({
  items: z.array(noticeView),
  unread: z.number().int().nonnegative(),
  nextCursor: z.string().nullable().describe('没有下一页时为 null'),
});
export type NoticePage = z.infer<typeof noticePage>;
