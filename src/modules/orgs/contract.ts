// What others may ask of organisations. Runs in a browser: no I/O.

import { z } from 'zod';

export const orgView = z.object({
  orgId: z.uuid(),
  name: z.string(),
  kind: z.string().describe('目录里的部门或外部单位代码'),
  region: z.string(),
  uscc: z.string().nullable(),
});
export type OrgView = z.infer<typeof orgView>;

export const orgSearchQuery = z.object({
  text: z.string().max(120).default('').describe('名称中的文字或统一社会信用代码'),
  kind: z.string().max(40).optional(),
  role: z.string().max(300).optional().describe('只找以这个角色办事的单位；几个角色用逗号分开，任一即可'),
  region: z
    .string()
    .regex(/^\d{6}$/, '行政区划代码应为 6 位数字。')
    .optional()
    .describe('这里的单位排在前面'),
});
