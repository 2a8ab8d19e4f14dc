// Starting a case at the desk for an organisation: what may be started in which capacity, and the form that it begins with.
// Runs in a browser: no I/O.

import { z } from 'zod';
import { formField } from './view-contract.ts';

/** The role and the organisation in which somebody of the staff applies. */
export const capacity = z.object({
  role: z.string().max(60).describe('以什么岗位办理'),
  orgId: z.uuid().describe('代表哪个单位'),
});

export const startCapacity = capacity.extend({ roleZh: z.string(), orgZh: z.string() });
export type StartCapacity = z.infer<typeof startCapacity>;

export const startable = z.object({
  code: z.string(),
  zh: z.string(),
  summary: z.string(),
  limitText: z.string().describe('承诺办结的时间'),
  feeZh: z.string(),
  as: z.array(startCapacity).describe('可以用哪些身份发起'),
});
export type Startable = z.infer<typeof startable>;

export const startForm = startable.extend({
  outcomeZh: z.string(),
  fields: z.array(formField),
  eligibility: z.array(z.string()).describe('办理条件'),
  legalBasis: z.array(z.string()),
  terms: z.array(z.object({ zh: z.string(), lines: z.array(z.string()), basis: z.string() })),
  regions: z
    .array(z.object({ orgId: z.string(), code: z.string(), zh: z.string() }))
    .describe('每个单位可以选的办理地区'),
  draft: z
    .object({
      orgId: z.string(),
      role: z.string(),
      region: z.string(),
      values: z.record(z.string(), z.unknown()),
      at: z.string(),
    })
    .nullable()
    .describe('上次没有填完的内容，只有本人能看到'),
});
export type StartForm = z.infer<typeof startForm>;

const values = z.record(z.string().max(80), z.unknown()).describe('表单内容，键为字段代码');
const region = z
  .string()
  .regex(/^\d{6}$/, '行政区划代码应为 6 位数字。')
  .describe('在哪里办理');

export const startDraftInput = capacity.extend({ region, values });
export const startInput = capacity.extend({
  requestId: z.uuid().describe('客户端生成的请求编号，重试时不变'),
  region,
  data: values,
});
