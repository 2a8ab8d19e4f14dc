// What others may ask of identity and how it may say no. Runs in a browser: no I/O.

import { z } from 'zod';
import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'identity.phone_invalid': { status: 422, zh: '手机号不对。', next: '请填写 11 位手机号，验证码会发到这个号码。' },
  'identity.code_too_soon': {
    status: 429,
    zh: '验证码刚刚发出，请等{waitSeconds}秒再获取。',
    next: '请先查看短信；没有收到时，到时间后再点一次“获取验证码”。',
  },
  'identity.code_too_many': {
    status: 429,
    zh: '这个手机号获取验证码的次数太多了。',
    next: '请约{waitMinutes}分钟后再试，或到就近的工会服务站办理。',
  },
  'identity.code_too_many_here': {
    status: 429,
    zh: '您所在的网络获取验证码的次数太多了。',
    next: '请约{waitMinutes}分钟后再试，或换用手机流量。',
  },
  'identity.code_wrong': {
    status: 422,
    zh: '验证码不对、已过期，或试错次数太多。',
    next: '请核对最新一条短信里的 6 位数字；仍不行请重新获取。',
  },
  'identity.too_many_wrong_here': {
    status: 429,
    zh: '您所在的网络试错验证码的次数太多了。',
    next: '请约{waitMinutes}分钟后再试，或换用手机流量。',
  },
  'identity.confirm_wrong': {
    status: 422,
    zh: '与登记的证件号码不一致。',
    next: '请核对后再填；这个号码是您新办的，请点“不是我登记的”。',
  },
  'identity.confirm_closed': {
    status: 422,
    zh: '试错的次数太多，不能再在手机上核对。',
    next: '您是登记的本人，请带证件原件到就近的工会服务站；号码是您新办的，请点“不是我登记的”。',
  },
  'identity.registration_expired': { status: 410, zh: '登记的时间过长，已经失效。', next: '请重新获取短信验证码。' },
  'identity.registration_invalid': {
    status: 422,
    zh: '有{count}处填写需要修改。',
    next: '请按每一处的提示修改后再提交。',
  },
  'identity.too_young': {
    status: 422,
    zh: '未满 16 周岁，不能登记为劳动者。',
    next: '国家禁止使用童工；如有用工情况，请拨打 12333 或 12351 求助。',
  },
  'identity.id_taken': {
    status: 409,
    zh: '这个证件号码已经登记过。',
    next: '请用登记时的手机号登录；号码已停用的，请带证件原件到就近的工会服务站换号。',
  },
  'identity.listed_elsewhere': {
    status: 409,
    zh: '有单位在名单里登记过这个证件号码，但姓名或手机号与您填写的不一致。',
    next: '请用单位登记时的手机号登录，或请单位改正名单；也可以带证件原件到就近的工会服务站办理。',
  },
  'identity.phone_taken': { status: 409, zh: '这个手机号已经登记过。', next: '请回到登录页，用短信验证码登录。' },
  'identity.login_failed': {
    status: 401,
    zh: '用户名、口令或动态码不对，或账号暂时锁定。',
    next: '请核对后再试；连续 5 次不对，账号会锁定 15 分钟。忘记口令请联系管理员。',
  },
  'identity.login_busy': { status: 503, zh: '正在登录的人太多。', next: '请过几秒再试。' },
  'identity.not_logged_in': {
    status: 401,
    zh: '您还没有登录，或登录已经过期。',
    next: '请重新登录，填写过的内容仍在。',
  },
  'identity.not_allowed': { status: 403, zh: '您的岗位没有这项权限。', next: '如工作需要，请联系管理员调整岗位。' },
  'identity.only_oneself': {
    status: 403,
    zh: '您正在替别人办事，这一页只能由本人使用。',
    next: '请回到首页，办完后点“结束代办”。',
  },
  'identity.step_up_needed': {
    status: 403,
    zh: '做这件事之前，需要再验证一次手机。',
    next: '请获取短信验证码，验证后 5 分钟内有效。',
  },
  'identity.csrf': { status: 403, zh: '页面已经过期，为了安全没有提交。', next: '请刷新页面后再提交一次。' },
  'identity.cross_site': { status: 403, zh: '这个请求来自别的网站，系统没有处理。', next: '请从本系统的页面操作。' },
  'identity.person_not_visible': {
    status: 404,
    zh: '没有找到这个人的办件，或您无权查看。',
    next: '只能查看由您单位办理的办件中的资料。',
  },
  'identity.field_hidden': {
    status: 403,
    zh: '这一项资料在当前环节不能查看。',
    next: '如确有需要，请由有权限的环节查看。',
  },
  'identity.unmask_too_many': {
    status: 429,
    zh: '一小时内查看完整资料的次数已达上限（{limit} 次）。',
    next: '请稍后再看；确需批量核对的，请联系数据治理员。',
  },
});

/** What needs a fresh code on the phone, in the words of the message that carries it. */
export const stepUpReasons = {
  health_data: '查看伤情、病历等健康资料',
  payout_account: '更改收款银行卡',
  phone_change: '更换登记的手机号',
  data_export: '导出全部个人资料',
} as const;
export type StepUpReason = keyof typeof stepUpReasons;

export function isStepUpReason(value: string): value is StepUpReason {
  return Object.hasOwn(stepUpReasons, value);
}

const phone = z.string().max(40).describe('手机号');
const code = z.string().max(20).describe('6 位短信验证码');

export const codeInput = z.object({ phone });
export const codeAnswer = z.object({ sent: z.literal(true), waitSeconds: z.number().int() });

export const workerLoginInput = z.object({ phone, code });
export const workerLoginAnswer = z.discriminatedUnion('state', [
  z.object({ state: z.literal('in'), csrf: z.string() }),
  z.object({ state: z.literal('register'), token: z.string().describe('15 分钟内凭它登记') }),
  z.object({ state: z.literal('confirm'), token: z.string().describe('10 分钟内凭它和证件号码后四位登录') }),
]);

export const confirmInput = z.object({
  token: z.string().max(800).describe('登录时得到的凭据'),
  tail: z.string().max(8).describe('登记人证件号码的后四位'),
});

export const registerInput = z.object({
  token: z.string().max(600),
  requestId: z.uuid().optional().describe('同一次登记重复提交时不变；不填则每次都是新的登记'),
  name: z.string().max(200),
  idDocument: z.object({ type: z.string().max(40), number: z.string().max(60) }),
  region: z.string().max(12).describe('主要工作地的 6 位行政区划代码'),
  birthDay: z.string().max(10).optional().describe('证件号码里没有出生日期时填写'),
  sex: z.enum(['male', 'female', 'unknown']).optional(),
  occupation: z.string().max(60).optional(),
  platformOrgId: z.uuid().optional(),
  consentVersion: z.string().max(40).optional().describe('同意的个人信息处理规则的版本'),
});
export type RegisterInput = z.infer<typeof registerInput>;
export const csrfAnswer = z.object({ csrf: z.string() });

export const staffLoginInput = z.object({ login: z.string().max(80), password: z.string().max(200) });
export const staffLoginAnswer = z.object({ next: z.literal('totp') });
export const totpInput = z.object({ code: z.string().max(12) });

export const staffMe = z.object({
  staff: z.object({ staffId: z.string(), name: z.string(), login: z.string() }),
  roles: z.array(
    z.object({
      role: z.string(),
      zh: z.string(),
      orgId: z.string(),
      orgZh: z.string(),
      region: z.string(),
      standsInFor: z.string().nullable().describe('代谁办理；自己的岗位为 null'),
    }),
  ),
  csrf: z.string(),
  demo: z.boolean(),
  now: z.string(),
});

export const personFieldNames = ['name', 'id_number', 'phone', 'card'] as const;
export type PersonFieldName = (typeof personFieldNames)[number];

/** Letters and ideographs that can be seen; a reason of dots and spaces without width is none. */
const visibleLetters = /(?!\p{Default_Ignorable_Code_Point})\p{L}/gu;
const reasonLettersMin = 4;

export const unmaskInput = z.object({
  field: z.string().regex(/^[a-z][a-z0-9_]{0,59}$/, '没有这一项资料。'),
  reason: z
    .string()
    .trim()
    .max(200, '理由最多 200 个字。')
    .refine(
      (reason) => (reason.match(visibleLetters)?.length ?? 0) >= reasonLettersMin,
      `请写明查看的理由，至少 ${reasonLettersMin} 个字。`,
    ),
});

export const seenItem = z.object({
  seenId: z.string().describe('查看记录的编号'),
  at: z.string(),
  field: z.string(),
  fieldZh: z.string(),
  staffName: z.string(),
  orgName: z.string(),
  reason: z.string(),
  caseId: z.string().nullable(),
});
export type SeenItem = z.infer<typeof seenItem>;

export type { LookAnswer, ProposalItem, StaffDetail, StaffItem, SubstitutionItem } from './staff-contract.ts';
export { oidcRefusals, type OidcRefusalCode, type StaffWays } from './oidc-contract.ts';
export {
  keyAnswer,
  keyRequest,
  type KeyAnswer,
  type KeyBeginAnswer,
  type KeyItem,
  type KeyRequest,
  type OwnAccount,
} from './staff-keys-contract.ts';
