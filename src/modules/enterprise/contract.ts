// What companies' programs may ask, what their administrators may do with keys, and how it may say no. Runs in a browser: no I/O.

import { z } from 'zod';
import { requestId } from '#contract/administration';
import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'enterprise.key_wrong': {
    status: 401,
    zh: '接口密钥不对、已停用，或已经过期。',
    next: '请在请求头 Authorization 里写 Bearer 和密钥；仍不行请联系本企业的管理员。',
  },
  'enterprise.scope_missing': {
    status: 403,
    zh: '这个密钥没有“{scope}”的权限。',
    next: '请本企业的管理员另发一个带此权限的密钥。',
  },
  'enterprise.too_many': {
    status: 429,
    zh: '这个密钥一分钟最多调用 {limit} 次。',
    next: '请等到下一分钟再调用，或合并成批量请求。',
  },
  'enterprise.key_missing': { status: 404, zh: '没有找到这个密钥。', next: '请回到密钥列表重新选择。' },
  'enterprise.key_over': {
    status: 409,
    zh: '这个密钥已经停用、过期，或已经换过。',
    next: '请刷新列表，使用仍有效的密钥。',
  },
  'enterprise.too_many_keys': { status: 409, zh: '有效的密钥已有 {limit} 个。', next: '请先停用不再使用的密钥。' },
  'enterprise.not_for_companies': {
    status: 422,
    zh: '“{code}”不能由企业发起，或还没有发布。',
    next: '请查看可以由企业发起的服务。',
  },
  'enterprise.signal_invalid': {
    status: 422,
    zh: '有 {count} 条接单信息填写不对，一条也没有收下。',
    next: '请按每一条的提示改正后，用同样的订单号重发整批。',
  },
});

export const scopes = ['cases:write', 'cases:read', 'signals:write'] as const;
export type Scope = (typeof scopes)[number];
export const scopeZh: Readonly<Record<Scope, string>> = {
  'cases:write': '发起办件',
  'cases:read': '查看本企业的办件',
  'signals:write': '报送接单信息',
};

export const keyInput = z.object({
  requestId,
  name: z.string().trim().min(2, '请给密钥起个名字。').max(40, '名字最多 40 个字。').describe('用在哪里'),
  scopes: z.array(z.enum(scopes)).min(1, '至少选一项权限。').max(scopes.length).describe('权限'),
  days: z.number().int().min(1, '至少 1 天。').max(365, '最长 365 天。').describe('有效天数'),
  ratePerMinute: z.number().int().min(1).max(600).default(60).describe('每分钟最多调用次数'),
});
export type KeyInput = z.infer<typeof keyInput>;

export const rotateInput = z.object({
  requestId,
  overlapHours: z.number().int().min(0).max(168, '最多重叠 168 小时。').default(24).describe('旧密钥再用几小时'),
  days: z.number().int().min(1).max(365).default(90).describe('新密钥的有效天数'),
});
export type RotateInput = z.infer<typeof rotateInput>;

export const keyItem = z.object({
  keyId: z.string(),
  name: z.string(),
  hint: z.string().describe('密钥的最后四位'),
  scopes: z.array(z.enum(scopes)),
  scopesZh: z.array(z.string()),
  ratePerMinute: z.number(),
  madeBy: z.string(),
  madeAt: z.string(),
  expiresAt: z.string(),
  lastUsedAt: z.string().nullable(),
  state: z.enum(['live', 'ending', 'over']),
  stateZh: z.string(),
});
export type KeyItem = z.infer<typeof keyItem>;
export const keyAnswer = z.object({
  keyId: z.string(),
  key: z.string().describe('只在这里出现一次'),
  expiresAt: z.string(),
});

export const keyUseItem = z.object({
  useId: z.string(),
  at: z.string(),
  method: z.string(),
  route: z.string(),
  status: z.number(),
  address: z.string(),
});
export type KeyUseItem = z.infer<typeof keyUseItem>;

export const workSignalsInput = z.object({
  signals: z
    .array(
      z.object({
        orderRef: z
          .string()
          .trim()
          .min(1, '请填写订单号。')
          .max(80, '订单号最多 80 个字符。')
          .describe('订单号，本企业内唯一'),
        idNumber: z.string().max(40).describe('劳动者的居民身份证号；只用于匹配，不保存原文'),
        at: z.iso.datetime({ offset: true }).describe('接单时间，带时区'),
      }),
    )
    .min(1, '至少一条。')
    .max(500, '一次最多 500 条。')
    .describe('接单信息'),
});
export type WorkSignalsInput = z.infer<typeof workSignalsInput>;
export const workSignalsAnswer = z.object({
  accepted: z.number().int().describe('新收下的条数'),
  repeated: z.number().int().describe('以前收过的条数'),
});

export const openInput = z.object({
  requestId,
  serviceCode: z
    .string()
    .regex(/^[A-Z]{2}-\d{3}$/)
    .describe('服务代码'),
  region: z
    .string()
    .regex(/^\d{6}$/, '行政区划代码应为 6 位数字。')
    .describe('在哪里办理'),
  data: z.record(z.string().max(80), z.unknown()).describe('表单内容，键为字段代码'),
});
export const openAnswer = z.object({ caseId: z.string(), caseNo: z.string(), status: z.enum(['open', 'ended']) });

export const enterpriseCase = z.object({
  caseId: z.string(),
  caseNo: z.string(),
  serviceCode: z.string(),
  serviceZh: z.string(),
  status: z.enum(['open', 'ended']),
  end: z.string().nullable(),
  steps: z
    .array(z.object({ step: z.string(), zh: z.string(), dueAt: z.string().nullable() }))
    .describe('现在到了哪一步'),
  openedAt: z.string(),
  updatedAt: z.string(),
});
export type EnterpriseCase = z.infer<typeof enterpriseCase>;
