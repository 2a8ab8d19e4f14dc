// Keys by which staff prove who approves (WebAuthn), the desk's page of one's own account, and how they may say no. Runs in a browser:
// no I/O.

import { z } from 'zod';
import { requestId, reasonText } from '#contract/administration';
import { declareRefusals } from '#platform/errors';

export const refuseKey = declareRefusals({
  'identity.key_missing': { status: 404, zh: '没有找到这把安全密钥，或已经移除。', next: '请刷新页面查看。' },
  'identity.key_unavailable': {
    status: 409,
    zh: '本系统的网址不能使用安全密钥。',
    next: '安全密钥要求以域名和 https 访问，请联系运维人员。',
  },
  'identity.key_too_many': { status: 409, zh: '安全密钥最多 10 把。', next: '请先移除不用的。' },
  'identity.key_reset_code': {
    status: 403,
    zh: '您的安全密钥已全部移除，重新登记要有安全管理员给的重置码。',
    next: '请当面向安全管理员申请重置码，再来登记。',
  },
  'identity.key_known': { status: 409, zh: '这把安全密钥已经登记过。', next: '请换一把，或直接使用。' },
  'identity.key_over': {
    status: 409,
    zh: '这次安全密钥的验证已经用过，或过了两分钟。',
    next: '请再按一次按钮，重新触碰密钥。',
  },
  'identity.key_other': {
    status: 403,
    zh: '密钥签的不是这件事，没有办理。',
    next: '请刷新页面，核对内容后重新办理。',
  },
  'identity.key_unknown': {
    status: 403,
    zh: '这把安全密钥不是您登记的，或已经移除。',
    next: '请使用“我的账户”里登记着的密钥。',
  },
  'identity.key_wrong': {
    status: 403,
    zh: '安全密钥的验证没有通过。',
    next: '请在本系统的页面上重新操作，并按密钥的要求输入 PIN 或指纹。',
  },
  'identity.key_counter': {
    status: 403,
    zh: '这把安全密钥的计数倒退了，可能有人复制了它，已拒绝。',
    next: '请立即移除这把密钥，改用另一把，并告诉安全管理员。',
  },
});

/** Bytes, as WebAuthn's JSON writes them. */
const bytes = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\w-]*$/);

/** What a key answers when it signs; all else that a browser adds is left out. */
export const keyAnswer = z
  .object({
    id: bytes(1_400).describe('密钥编号'),
    rawId: bytes(1_400).describe('密钥编号'),
    type: z.literal('public-key').describe('种类'),
    response: z
      .object({
        clientDataJSON: bytes(4_000).describe('浏览器写明的网址和被签的摘要'),
        authenticatorData: bytes(4_000).describe('密钥的状态：本人验证、计数'),
        signature: bytes(4_000).describe('签名'),
      })
      .describe('密钥的回答'),
  })
  .describe('安全密钥的签名');
export type KeyAnswer = z.infer<typeof keyAnswer>;

const descriptor = z.object({
  id: z.string(),
  type: z.literal('public-key'),
  transports: z.array(z.string()),
});

/** What the browser hands to a key, to be signed. */
export const keyRequest = z.object({
  challenge: z.string(),
  timeout: z.number(),
  rpId: z.string(),
  allowCredentials: z.array(descriptor),
  userVerification: z.literal('required'),
});
export type KeyRequest = z.infer<typeof keyRequest>;

export const keyCreation = z.object({
  challenge: z.string(),
  rp: z.object({ name: z.string(), id: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  pubKeyCredParams: z.array(z.object({ alg: z.number(), type: z.literal('public-key') })),
  timeout: z.number(),
  excludeCredentials: z.array(descriptor),
  authenticatorSelection: z.object({ residentKey: z.literal('discouraged'), userVerification: z.literal('required') }),
  attestation: z.literal('none'),
});
export type KeyCreation = z.infer<typeof keyCreation>;

const code = z.string().trim().max(12).describe('验证器里的 6 位动态码');

export const keyBeginInput = z.object({
  code,
  recovery: z.string().max(40).optional().describe('安全管理员给的重置码；全部移除之后重新登记时填写'),
});
export type KeyBeginInput = z.infer<typeof keyBeginInput>;
export const keyBeginAnswer = z.object({
  enrolId: z.string().describe('这次登记'),
  creation: keyCreation.describe('交给新密钥'),
  request: keyRequest.nullable().describe('已有密钥时，先用其中一把签名'),
});
export type KeyBeginAnswer = z.infer<typeof keyBeginAnswer>;

export const keyEnrolInput = z.object({
  requestId,
  enrolId: z.uuid().describe('这次登记'),
  name: z.string().trim().min(1, '请给密钥起个名字。').max(40, '名字最多 40 个字。').describe('名字，例如“蓝色U盘”'),
  credential: z
    .object({
      id: bytes(1_400).describe('密钥编号'),
      rawId: bytes(1_400).describe('密钥编号'),
      type: z.literal('public-key').describe('种类'),
      response: z
        .object({
          clientDataJSON: bytes(4_000).describe('浏览器写明的网址和被签的摘要'),
          attestationObject: bytes(20_000).describe('新密钥的公钥'),
          transports: z.array(z.string().max(20)).max(8).default([]).describe('怎样连接'),
        })
        .describe('密钥的回答'),
    })
    .describe('新的安全密钥'),
  proof: keyAnswer.nullable().default(null).describe('已有密钥的签名'),
});
export type KeyEnrolInput = z.infer<typeof keyEnrolInput>;

export const keyRemoveInput = z.object({ requestId, code });
export type KeyRemoveInput = z.infer<typeof keyRemoveInput>;
export const keyResetInput = z.object({ requestId, reason: reasonText });

export const keyItem = z.object({
  keyId: z.string(),
  name: z.string(),
  enrolledAt: z.string(),
  lastUsedAt: z.string().nullable(),
});
export type KeyItem = z.infer<typeof keyItem>;

export const ownSession = z.object({
  since: z.string().describe('何时登录'),
  seenAt: z.string().describe('最近使用'),
  current: z.boolean().describe('就是这一个'),
});

/** One's own account at the desk. */
export const ownAccount = z.object({
  login: z.string(),
  name: z.string(),
  orgName: z.string(),
  canUseKeys: z.boolean().describe('本系统的网址可以用安全密钥'),
  keyNeed: z.enum(['none', 'first', 'proof', 'code']).describe('登记密钥还要什么：无、首把、已有密钥的签名、重置码'),
  keys: z.array(keyItem),
  sessions: z.array(ownSession),
  events: z
    .array(z.object({ at: z.string(), title: z.string(), by: z.string().nullable() }))
    .describe('最近与本账号有关的办理'),
});
export type OwnAccount = z.infer<typeof ownAccount>;
