// What others may ask of lists and how they may say no. Runs in a browser: no I/O.

import { z } from 'zod';
import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'rosters.not_found': {
    status: 404,
    zh: '没有找到这份名单，或您无权查看。',
    next: '请回到填写的申请，重新上传名单。',
  },
  'rosters.wrong_field': {
    status: 422,
    zh: '这项服务不收名单，或您的岗位不能上传。',
    next: '请从“发起办件”进入相应的服务后上传。',
  },
  'rosters.not_checked': {
    status: 409,
    zh: '名单还没有核对完，或没有通过核对。',
    next: '请等核对完成、看过结果后再提交。',
  },
  'rosters.taken': { status: 409, zh: '这份名单已经用在另一个办件里。', next: '请重新上传一份名单。' },
  'rosters.too_few': {
    status: 422,
    zh: '名单里没有问题的只有 {good} 人，至少要 {min} 人。',
    next: '请下载标好问题的名单，改好后重新上传。',
  },
  'rosters.changed': {
    status: 409,
    zh: '这个上传编号已经用于另一个文件。',
    next: '请刷新页面后重新上传。',
  },
});

export const rosterState = z.enum(['checking', 'checked', 'failed', 'taken', 'erased']);

export const rosterView = z.object({
  rosterId: z.string(),
  fileName: z.string(),
  state: rosterState,
  stateZh: z.string(),
  how: z.string().nullable().describe('识别出的编码或工作表'),
  headerZh: z.string().nullable().describe('表头在第几行、认出了哪几列'),
  notes: z.array(z.string()),
  failure: z.string().nullable().describe('整份文件读不了的原因和办法'),
  read: z.number().describe('已核对的人数'),
  good: z.number(),
  bad: z.number(),
  kinds: z.array(z.object({ zh: z.string(), count: z.number() })).describe('各类问题各有几处'),
  changes: z
    .object({ added: z.number(), changed: z.number(), removed: z.number(), same: z.number() })
    .nullable()
    .describe('与上一次上传相比'),
  createdAt: z.string(),
});
export type RosterView = z.infer<typeof rosterView>;

export const rosterLine = z.object({
  line: z.number().describe('文件里的行号'),
  name: z.string().describe('姓名（已遮盖）'),
  problems: z.array(z.object({ field: z.string(), zh: z.string() })),
});
export const rosterLines = z.object({ items: z.array(rosterLine), nextCursor: z.string().nullable() });
export type RosterLines = z.infer<typeof rosterLines>;

export const rosterPeople = z.object({
  total: z.number(),
  leftOut: z.number().describe('有问题、没有计入的行数'),
  stages: z.array(z.object({ zh: z.string(), ended: z.boolean(), count: z.number() })),
  items: z.array(z.object({ line: z.number(), name: z.string().describe('姓名（已遮盖）'), stageZh: z.string() })),
  nextCursor: z.string().nullable(),
});
export type RosterPeople = z.infer<typeof rosterPeople>;

export const rosterStateZh: Readonly<Record<z.infer<typeof rosterState>, string>> = {
  checking: '正在核对',
  checked: '核对完成',
  failed: '没能读取',
  taken: '已用于办件',
  erased: '已按期清除',
};
