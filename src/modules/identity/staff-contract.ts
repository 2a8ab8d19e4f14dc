// How staff are administered: accounts, roles, substitutions, links; and how it may say no. Runs in a browser: no I/O.

import { z } from 'zod';
import { staffKinds } from '#catalog/roles';
import { declareRefusals } from '#platform/errors';
import { reasonText, requestId } from '#contract/administration';
import { subjectItem } from './oidc-contract.ts';

export const refuse = declareRefusals({
  'identity.staff_missing': { status: 404, zh: '没有找到这个账号。', next: '请回到人员列表重新选择。' },
  'identity.login_taken': { status: 409, zh: '用户名“{login}”已经有人用了。', next: '请换一个用户名，例如加上工号。' },
  'identity.person_has_account': {
    status: 409,
    zh: '这个人已经有账号，一人只能有一个账号。',
    next: '请在人员列表里找到原账号；换岗由安全管理员调整岗位，改任管理员须先注销原账号。',
  },
  'identity.org_closed': { status: 409, zh: '这个单位不存在或已经撤销。', next: '请选择在用的单位。' },
  'identity.not_oneself': {
    status: 403,
    zh: '不能对自己的账号做这件事。',
    next: '请由另一名管理员办理。',
  },
  'identity.staff_state': {
    status: 409,
    zh: '账号现在是“{state}”，不能这样办理。',
    next: '请刷新页面，看一看账号的最新状态。',
  },
  'identity.too_few_administrators': {
    status: 409,
    zh: '这样一来，{role}就不够了（至少要有 {least} 名）。',
    next: '请先设好接任的管理员，再办理这一项。',
  },
  'identity.role_unfit': {
    status: 422,
    zh: '“{role}”不能给这个账号或这个单位。',
    next: '业务岗位只给业务账号，三员岗位只给对应种类的账号；岗位还要与单位的职责相符。',
  },
  'identity.role_not_held': { status: 409, zh: '这个人现在没有这个岗位。', next: '请刷新页面后再试。' },
  'identity.role_held': { status: 409, zh: '这个人已经有这个岗位。', next: '如要改期限，请先收回再授予。' },
  'identity.days_wrong': {
    status: 422,
    zh: '起止日期不对。',
    next: '结束日期不能早于开始日期，也不能早于今天；代办最长 92 天。',
  },
  'identity.proposal_missing': { status: 404, zh: '没有找到这件待复核的授权。', next: '请回到列表重新选择。' },
  'identity.proposal_waiting': {
    status: 409,
    zh: '同样的授权已经在等待复核。',
    next: '请由另一名安全管理员复核，或先撤回原来那一件。',
  },
  'identity.proposal_decided': { status: 409, zh: '这件授权已经处理过了。', next: '请刷新页面查看结果。' },
  'identity.four_eyes': {
    status: 403,
    zh: '重要岗位要由另一名安全管理员复核，提出的人和本人都不能复核。',
    next: '请另一名安全管理员登录后办理。',
  },
  'identity.link_unusable': {
    status: 410,
    zh: '链接或重置码无效、已经用过，或已经过期。',
    next: '请联系给您链接的管理员，重新发一个。',
  },
  'identity.password_weak': {
    status: 422,
    zh: '口令不够强：至少 10 位，含大写字母、小写字母、数字、符号中的三种；或至少 16 位。不能含用户名。',
    next: '请换一个口令再试。',
  },
  'identity.password_wrong': {
    status: 403,
    zh: '现用口令或动态码不对。',
    next: '请核对后再试；连续 5 次不对，账号会锁定 15 分钟。',
  },
  'identity.totp_wrong': {
    status: 422,
    zh: '动态码不对。',
    next: '请在验证器里添加这个账号，填写当前显示的 6 位数字；手机时间要准。',
  },
  'identity.substitute_unfit': {
    status: 422,
    zh: '不能由这个人代办。',
    next: '代办人须是同一单位在职的业务人员，不能是本人；管理员岗位不能代办。',
  },
  'identity.substitute_critical': {
    status: 403,
    zh: '“{role}”是重要岗位，代办要由安全管理员提出、另一名安全管理员复核。',
    next: '请联系安全管理员办理代办。',
  },
  'identity.already_founded': {
    status: 409,
    zh: '已经有管理员，首批管理员只能设立一次。',
    next: '请由在任的系统管理员邀请、安全管理员授权；演示数据的库不能用这个命令。',
  },
  'identity.substitution_missing': { status: 404, zh: '没有找到这项代办，或已经结束。', next: '请刷新页面查看。' },
});

const day = z.iso.date('日期应为年-月-日。');
const text = z.string().trim();

export const staffStates = ['invited', 'active', 'suspended', 'closed'] as const;
export type StaffState = (typeof staffStates)[number];
export const staffStateZh: Readonly<Record<StaffState, string>> = {
  invited: '已邀请，未启用',
  active: '在用',
  suspended: '已停用',
  closed: '已注销',
};
export const staffKindZh = {
  business: '业务人员',
  system_administrator: '系统管理员',
  security_administrator: '安全管理员',
  audit_administrator: '审计管理员',
} as const;

export const staffQuery = z.object({
  text: z.string().max(80).optional().describe('姓名、用户名或单位名称中的文字'),
  orgId: z.uuid().optional().describe('单位'),
  state: z.enum(staffStates).optional().describe('账号状态'),
  kind: z.enum(staffKinds).optional().describe('账号种类'),
});
export type StaffQuery = z.infer<typeof staffQuery> & { readonly cursor?: string | undefined; readonly limit: number };

export const heldRole = z.object({
  role: z.string(),
  roleZh: z.string(),
  critical: z.boolean().describe('重要岗位，授予和收回都要双人复核'),
  orgId: z.string(),
  orgName: z.string(),
  standsInFor: z.string().nullable().describe('代谁办理；自己的岗位为 null'),
});

export const staffItem = z.object({
  staffId: z.string(),
  login: z.string(),
  name: z.string(),
  orgId: z.string(),
  orgName: z.string(),
  kind: z.enum(staffKinds),
  kindZh: z.string(),
  state: z.enum(staffStates),
  stateZh: z.string(),
  roles: z.array(heldRole),
});
export type StaffItem = z.infer<typeof staffItem>;

export const roleRecord = z.object({
  role: z.string(),
  roleZh: z.string(),
  orgId: z.string(),
  orgName: z.string(),
  fromDay: z.string(),
  untilDay: z.string().nullable(),
  givenBy: z.string().nullable(),
});

export const proposalStates = ['waiting', 'approved', 'rejected', 'withdrawn'] as const;
export const proposalItem = z.object({
  proposalId: z.string(),
  purpose: z.enum(['give', 'take', 'stand_in']),
  purposeZh: z.string(),
  staffId: z.string(),
  staffName: z.string(),
  standsInFor: z.string().nullable(),
  roleZh: z.string(),
  orgName: z.string(),
  fromDay: z.string(),
  untilDay: z.string().nullable(),
  reason: z.string(),
  proposedBy: z.string(),
  proposedAt: z.string(),
  state: z.enum(proposalStates),
  stateZh: z.string(),
  decidedBy: z.string().nullable(),
  decidedAt: z.string().nullable(),
  decisionReason: z.string().nullable(),
  canDecide: z.boolean().describe('我可以复核'),
  canWithdraw: z.boolean().describe('我可以撤回'),
});
export type ProposalItem = z.infer<typeof proposalItem>;

export const substitutionItem = z.object({
  substitutionId: z.string(),
  staffId: z.string(),
  staffName: z.string(),
  substituteId: z.string(),
  substituteName: z.string(),
  roleZh: z.string(),
  orgName: z.string(),
  fromDay: z.string(),
  untilDay: z.string(),
  reason: z.string(),
  state: z.enum(['coming', 'running', 'over']),
  canEnd: z.boolean(),
});
export type SubstitutionItem = z.infer<typeof substitutionItem>;

export const staffDetail = staffItem.extend({
  invitedAt: z.string().nullable(),
  suspendedAt: z.string().nullable(),
  closedAt: z.string().nullable(),
  lockedUntil: z.string().nullable(),
  history: z.array(roleRecord),
  proposals: z.array(proposalItem),
  substitutions: z.array(substitutionItem),
  subjects: z.array(subjectItem).describe('统一身份认证的登记'),
  can: z.object({
    administer: z.boolean().describe('我是系统管理员，且这不是我自己'),
    grant: z.boolean().describe('我是安全管理员，且这不是我自己'),
    linkSubject: z.boolean().describe('我可以登记统一身份认证'),
  }),
});
export type StaffDetail = z.infer<typeof staffDetail>;

export const inviteInput = z.object({
  requestId,
  login: text
    .min(3, '用户名至少 3 个字符。')
    .max(60, '用户名最多 60 个字符。')
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/, '用户名用字母、数字、点、横线。')
    .describe('用户名'),
  name: text.min(2, '请填写姓名。').max(60, '姓名最多 60 个字。').describe('姓名'),
  idNumber: text
    .min(6, '请填写证件号码。')
    .max(30, '证件号码过长。')
    .describe('证件号码，只用于一人一账号，不保存原文'),
  orgId: z.uuid('请选择单位。').describe('所在单位'),
  kind: z.enum(staffKinds).default('business').describe('账号种类，以后不能改'),
});
export type InviteInput = z.infer<typeof inviteInput>;

export const clerkInput = inviteInput
  .omit({ orgId: true, kind: true })
  .extend({ role: z.enum(['enterprise', 'platform_company']).describe('岗位') });
export type ClerkInput = z.infer<typeof clerkInput>;

/** The link is shown to the administrator who asked for it, and never again. */
export const linkAnswer = z.object({ staffId: z.string(), link: z.string(), expiresAt: z.string() });
export const codeAnswer = z.object({ staffId: z.string(), code: z.string(), expiresAt: z.string() });
export const staffAnswer = z.object({ staffId: z.string(), state: z.enum(staffStates) });

export const reasonInput = z.object({ requestId, reason: reasonText });
export const linkInput = z.object({ requestId });

export const roleInput = z.object({
  requestId,
  role: z.string().max(60).describe('岗位代码'),
  orgId: z.uuid('请选择单位。').describe('在哪个单位任此岗位'),
  fromDay: day.optional().describe('从哪天起，不填为今天'),
  untilDay: day.nullable().optional().describe('到哪天止（含），不填为长期'),
  reason: reasonText,
});
export type RoleInput = z.infer<typeof roleInput>;
export const takeInput = roleInput.omit({ fromDay: true, untilDay: true });
export type TakeInput = z.infer<typeof takeInput>;

/** `waiting`: another security administrator must agree first. */
export const roleAnswer = z.object({ state: z.enum(['done', 'waiting']), proposalId: z.string().nullable() });

export const decideInput = z.object({
  requestId,
  agree: z.boolean().describe('同意或不同意'),
  reason: z.string().trim().max(200).default('').describe('不同意时必须写明理由'),
});

export const standInInput = z.object({
  requestId,
  staffId: z.uuid().optional().describe('谁不在岗；本人申请时不填'),
  substituteId: z.uuid('请选择代办人。').describe('代办人'),
  role: z.string().max(60).describe('代办的岗位'),
  orgId: z.uuid().describe('岗位所在单位'),
  fromDay: day.describe('从哪天起'),
  untilDay: day.describe('到哪天止（含）'),
  reason: reasonText,
});
export type StandInInput = z.infer<typeof standInInput>;

const token = z.string().max(100).describe('链接里的一次性凭证');
const password = z.string().min(1, '请填写口令。').max(200, '口令最多 200 位。');
const code = z.string().max(12).describe('验证器里的 6 位动态码');

export const lookInput = z.object({ token });
export const lookAnswer = z.object({
  purpose: z.enum(['invitation', 'password']),
  login: z.string(),
  name: z.string(),
  orgName: z.string(),
  expiresAt: z.string(),
  totpUri: z.string().nullable().describe('用验证器扫描；只有启用账号时给出'),
  totpSecret: z.string().nullable(),
});
export type LookAnswer = z.infer<typeof lookAnswer>;
export const acceptInput = z.object({
  token,
  password: password.describe('新口令'),
  code: code.optional().describe('验证器里的 6 位动态码'),
  recovery: z.string().max(40).optional().describe('安全管理员给的重置码，没有可用的验证器时填写'),
});
export type AcceptInput = z.infer<typeof acceptInput>;

export const recoverInput = z.object({ recovery: z.string().max(40).describe('安全管理员给的重置码') });
export const recoverAnswer = z.object({ totpUri: z.string(), totpSecret: z.string() });
export const recoverAcceptInput = recoverInput.extend({ code });

export const passwordInput = z.object({
  current: password.describe('现用口令'),
  next: password.describe('新口令'),
  code,
});

export const colleagueItem = z.object({ staffId: z.string(), name: z.string(), login: z.string() });
