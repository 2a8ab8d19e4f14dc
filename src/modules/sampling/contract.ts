// The check of ended claims by sampling, as the desk says it. Runs in a browser: no I/O.

import { z } from 'zod';
import { declareRefusals } from '#platform/errors';

/** Who checks, and who draws, hands out anew and sees everything. */
export const departmentRoles = ['hrss_reviewer', 'finance_bureau', 'county_union'] as const;
export const checkRoles = ['supervisor', ...departmentRoles] as const;
export type DepartmentRole = (typeof checkRoles)[number];

export const refuse = declareRefusals({
  'sampling.month_missing': {
    status: 404,
    zh: '这个月还没有封存，不能抽取。',
    next: '月份结束后的第二天自动封存；请到“理赔抽查”看哪些月份已经封存。',
  },
  'sampling.drawn': {
    status: 409,
    zh: '这个月已经抽取过，每个月只抽取一次。',
    next: '请刷新页面，看抽中的检查单。',
  },
  'sampling.nothing_to_draw': { status: 409, zh: '这个月没有办结的理赔，没有可抽取的。', next: '请选择别的月份。' },
  'sampling.no_department': {
    status: 409,
    zh: '有理赔所在的地区没有能检查的部门。',
    next: '请系统管理员登记该地区的监督部门后再抽取。',
  },
  'sampling.sheet_missing': { status: 404, zh: '没有找到这张检查单。', next: '请回到列表重新选择。' },
  'sampling.sheet_changed': {
    status: 409,
    zh: '这张检查单刚刚被别人处理过。',
    next: '请刷新页面，看现在的状态。',
  },
  'sampling.not_yours': {
    status: 403,
    zh: '这张检查单不由您检查。',
    next: '请领取它的人填写；需要换部门的，请督办人员改派。',
  },
  'sampling.own': {
    status: 403,
    zh: '结论为“有误”的，要由另一人复核，不能复核自己填写的。',
    next: '请同部门的另一名同事或者督办人员复核。',
  },
});

const requestId = z.uuid().describe('客户端生成的请求编号，重试时不变');
const words = (zh: string) =>
  z.string().trim().min(4, `请填写${zh}，至少四个字。`).max(1_000, `${zh}最多一千个字。`).describe(zh);
const done = z.object({ done: z.literal(true) });
export const doneAnswer = done;

export const monthParam = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
  .describe('月份，如 2026-05');

export const drawInput = z.object({
  requestId,
  sharePercent: z.number().min(0.1).max(100).describe('每层抽取的比例，百分之几'),
  leastEach: z.int().min(1).max(100).describe('每层至少抽取几件，不足的全抽'),
});
export type DrawInput = z.infer<typeof drawInput>;

export const conclusions = { right: '无误', wrong: '有误', unclear: '不能确定' } as const;
export const follows = { reassess: '要求重新核定', recover: '要求追回多付', correct: '要求改正做法' } as const;

export const concludeInput = z
  .object({
    requestId,
    conclusion: z.enum(['right', 'wrong', 'unclear']).describe('结论：无误、有误、不能确定'),
    remark: words('检查说明'),
    follow: z.enum(['reassess', 'recover', 'correct']).nullable().default(null).describe('有误时，怎么处理'),
  })
  .refine(({ conclusion, follow }) => (conclusion === 'wrong') === (follow !== null), {
    path: ['follow'],
    message: '结论为“有误”的，请选择怎么处理；其他结论不选。',
  });
export type ConcludeInput = z.infer<typeof concludeInput>;

export const takeInput = z.object({ requestId });
export const confirmInput = z
  .object({
    requestId,
    agree: z.boolean().describe('同意“有误”的结论为 true，退回重查为 false'),
    reason: z.string().trim().max(1_000).default('').describe('退回的理由'),
  })
  .refine(({ agree, reason }) => agree || reason.length >= 4, {
    path: ['reason'],
    message: '请写明为什么退回，至少四个字。',
  });
export type ConfirmInput = z.infer<typeof confirmInput>;

export const assignInput = z.object({
  requestId,
  role: z.enum(checkRoles).describe('改由哪个部门检查'),
});
export type AssignInput = z.infer<typeof assignInput>;

export const stratumView = z.object({
  insurer: z.string().describe('保险公司'),
  outcomeZh: z.string().describe('结果'),
  total: z.number().describe('办结几件'),
  drawn: z.number().describe('抽中几件'),
});

export const samplingView = z.object({
  month: z.string().describe('月份'),
  closedAt: z.string().describe('何时封存'),
  seedHash: z.string().describe('封存时公布的种子摘要'),
  poolHash: z.string().describe('封存名单的摘要'),
  total: z.number().describe('办结几件'),
  drawnAt: z.string().nullable().describe('何时抽取'),
  drawnBy: z.string().nullable().describe('谁抽取的'),
  seed: z.string().nullable().describe('抽取时公布的种子'),
  sharePercent: z.number().nullable().describe('每层抽取的比例，百分之几'),
  leastEach: z.number().nullable().describe('每层至少几件'),
  dueOn: z.string().nullable().describe('检查期限'),
  sheets: z.number().describe('检查单张数'),
  done: z.number().describe('已完成'),
  overdue: z.number().describe('超期未完成'),
  wrong: z.number().describe('经复核有误'),
  strata: z.array(stratumView).describe('各层'),
});
export type SamplingView = z.infer<typeof samplingView>;

export const sheetItem = z.object({
  sheetId: z.string().describe('检查单'),
  no: z.string().describe('检查单编号'),
  caseNo: z.string().describe('办件编号'),
  insurer: z.string().describe('保险公司'),
  benefitZh: z.string().describe('理赔项目'),
  outcomeZh: z.string().describe('保险公司的结果'),
  amountFen: z.number().describe('金额，分'),
  department: z.string().describe('检查部门'),
  checker: z.string().nullable().describe('检查人'),
  dueOn: z.string().describe('期限'),
  overdue: z.boolean().describe('是否超期'),
  state: z.enum(['waiting', 'checking', 'to_confirm', 'done']).describe('状态'),
  stateZh: z.string().describe('状态'),
  conclusion: z.enum(['right', 'wrong', 'unclear']).nullable().describe('结论'),
});
export type SheetItem = z.infer<typeof sheetItem>;

const lineView = z.object({ zh: z.string().describe('项目'), value: z.string().describe('内容') });
export const claimDetails = z.object({
  serviceZh: z.string().describe('服务'),
  applicant: z.string().describe('申请人，打码'),
  denial: z.string().nullable().describe('不予赔付的理由'),
  calculation: z.array(lineView).describe('规则的计算过程'),
  papers: z
    .array(z.object({ zh: z.string().describe('材料'), files: z.number().describe('几份文件') }))
    .describe('材料'),
});
export type ClaimDetails = z.infer<typeof claimDetails>;

export const sheetView = sheetItem.extend({
  claim: claimDetails,
  caseId: z.string().nullable().describe('办件，看的人能打开时'),
  remark: z.string().nullable().describe('检查说明'),
  returnReason: z.string().nullable().describe('复核退回的理由'),
  followZh: z.string().nullable().describe('怎么处理'),
  concludedAt: z.string().nullable().describe('何时作出结论'),
  confirmedBy: z.string().nullable().describe('谁复核的'),
  confirmedAt: z.string().nullable().describe('何时复核'),
  can: z.object({
    take: z.boolean().describe('能否领取'),
    conclude: z.boolean().describe('能否填写结论'),
    confirm: z.boolean().describe('能否复核'),
    assign: z.boolean().describe('能否改派'),
  }),
});
export type SheetView = z.infer<typeof sheetView>;

export const outcomeZh = { paid: '已赔付', denied: '不予赔付' } as const;
export const sheetStateZh = { waiting: '待领取', checking: '检查中', to_confirm: '待复核', done: '已完成' } as const;
