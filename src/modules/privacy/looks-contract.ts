// Looks at people's data as the audit administrator reads them, and the plain criteria by which a day's are called unusual. Runs in a
// browser: no I/O.

import { z } from 'zod';

/** In a day, by one clerk: more persons than this is worth a question. */
export const personsADayMax = 50;
/** Looks in a day at cases in which the clerk has never acted and that he or she does not hold; more than this is worth a question. */
export const outsideADayMax = 10;

export const lookKinds = { case: '打开办件', file: '查看文件', document: '查看文书', value: '查看完整号码' } as const;

export const looksFilter = z.object({
  personId: z.uuid().optional().describe('只看对这个人的查看'),
  staffId: z.uuid().optional().describe('只看这个工作人员的查看'),
  staff: z.string().trim().max(40).optional().describe('工作人员的姓名或用户名'),
  org: z.string().trim().max(60).optional().describe('单位名称'),
  day: z.iso.date().optional().describe('哪一天；不填为最近三十天，指定了人时为全部'),
  kind: z.enum(['case', 'file', 'document', 'value']).optional().describe('查看的种类'),
});
export type LooksFilter = z.infer<typeof looksFilter>;

export const lookItem = z.object({
  lookId: z.string().describe('查看编号'),
  at: z.string().describe('何时'),
  kind: z.enum(['case', 'file', 'document', 'value']).describe('查看的种类'),
  staffId: z.string().nullable().describe('工作人员；代办人为空'),
  who: z.string().describe('谁看的'),
  orgName: z.string().nullable().describe('所在单位'),
  personId: z.string().nullable().describe('被查看的人'),
  person: z.string().describe('被查看的人，姓名打码'),
  caseNo: z.string().nullable().describe('在哪个办件里'),
  reason: z.string().nullable().describe('查看完整号码时写的理由'),
});
export type LookItem = z.infer<typeof lookItem>;

export const unusualItem = z.object({
  staffId: z.string().describe('工作人员'),
  who: z.string().describe('姓名'),
  orgName: z.string().describe('所在单位'),
  looks: z.number().describe('这一天的查看次数（同一办件一小时内算一次）'),
  persons: z.number().describe('这一天看了多少人'),
  outside: z.number().describe('其中不是自己经手的办件'),
  why: z.array(z.string()).describe('超过了哪一条'),
});
export type UnusualItem = z.infer<typeof unusualItem>;

export const unusualAnswer = z.object({
  day: z.string().describe('哪一天'),
  criteria: z.array(z.string()).describe('怎样算异常'),
  items: z.array(unusualItem),
  isCut: z.boolean().describe('人太多，只列了最多的'),
});
export type UnusualAnswer = z.infer<typeof unusualAnswer>;

export const personAsked = z.object({
  requestId: z.uuid().describe('客户端生成的请求编号，重试时不变'),
  idNumber: z.string().max(40).describe('完整的证件号码'),
  reason: z.string().trim().min(4, '请写明理由，至少四个字。').max(200).describe('为什么查'),
});
export const personFound = z.object({
  personId: z.string().describe('查到的人'),
  person: z.string().describe('姓名，打码'),
});
export type PersonFound = z.infer<typeof personFound>;
