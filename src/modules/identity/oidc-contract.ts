// Login by the identity provider: how it may say no, and what its addresses carry. Runs in a browser: no I/O.

import { z } from 'zod';
import { declareRefusals } from '#platform/errors';
import { reasonText, requestId } from '#contract/administration';

/** The login page says these itself: what comes back from a provider is a page, not an answer to a script. */
export const oidcRefusals = {
  'identity.oidc_off': {
    status: 404,
    zh: '本系统没有接入统一身份认证。',
    next: '请用工号和密码登录。',
  },
  'identity.oidc_unreachable': {
    status: 503,
    zh: '统一身份认证暂时连不上。',
    next: '请先用工号和密码登录，或过几分钟再试。',
  },
  'identity.oidc_expired': {
    status: 410,
    zh: '这次统一身份认证已经过期、用过，或不是从这个浏览器开始的。',
    next: '请重新点“统一身份认证登录”。',
  },
  'identity.oidc_refused': {
    status: 401,
    zh: '统一身份认证没有通过。',
    next: '请重新点“统一身份认证登录”，或用工号和密码登录；多次出现请联系系统管理员。',
  },
  'identity.oidc_unlinked': {
    status: 403,
    zh: '您的统一身份认证还没有登记到本系统的账号，或账号已停用。',
    next: '请把下面的认证标识交给系统管理员登记；现在可以用工号和密码登录。',
  },
} as const;
export type OidcRefusalCode = keyof typeof oidcRefusals;
export const refuseOidc = declareRefusals(oidcRefusals);

export const refuse = declareRefusals({
  'identity.subject_taken': {
    status: 409,
    zh: '这个认证标识已经登记在别的账号上。',
    next: '请核对标识；确需更换的，先解除原账号的登记。',
  },
  'identity.subject_held': {
    status: 409,
    zh: '这个账号已经登记了统一身份认证。',
    next: '如要更换，请先解除原来的登记。',
  },
  'identity.subject_missing': {
    status: 404,
    zh: '没有找到这项登记，或内容已经变了。',
    next: '请刷新页面，核对后再办理。',
  },
});

/** An address of the desk and of nothing else. */
export const deskPath = z
  .string()
  .max(500)
  .regex(/^\/desk(\/[\w\-./%~]*)?(\?[\w\-./%~=&+,:]*)?$/)
  .catch('/desk');

export const oidcBeginQuery = z.object({ back: deskPath.optional().describe('登录后回到工作台的哪一页') });
export const staffWays = z.object({
  oidc: z
    .object({ state: z.enum(['ready', 'unreachable']).describe('最近一次是否连得上') })
    .nullable()
    .describe('统一身份认证；没有接入为 null'),
});
export type StaffWays = z.infer<typeof staffWays>;

export const subjectText = z
  .string()
  .trim()
  .min(1, '请填写认证标识。')
  .max(255, '认证标识最多 255 个字符。')
  .describe('认证标识（sub），由统一身份认证方给出，不是邮箱');
export const subjectInput = z.object({ requestId, subject: subjectText, reason: reasonText });
export const subjectConfirmInput = z.object({ requestId, linkId: z.uuid().describe('要确认的登记') });
export const subjectRemoveInput = z.object({
  requestId,
  linkId: z.uuid().describe('要解除的登记'),
  reason: reasonText,
});
export const subjectAnswer = z.object({ linkId: z.string(), confirmed: z.boolean() });
export type SubjectAnswer = z.infer<typeof subjectAnswer>;

export const subjectItem = z.object({
  linkId: z.string(),
  issuer: z.string(),
  subject: z.string(),
  proposedBy: z.string(),
  proposedAt: z.string(),
  confirmedBy: z.string().nullable(),
  confirmedAt: z.string().nullable(),
});
