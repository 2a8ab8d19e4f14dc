// How a person is reached and paid: the refusals, the words and the window's input. Runs in a browser: no I/O.

import { z } from 'zod';
import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'contacts.card_invalid': {
    status: 422,
    zh: '这个银行卡号不对。',
    next: '请对照卡面逐位核对；必须是本人名下的银行卡。',
  },
  'contacts.card_same': { status: 409, zh: '现在用的就是这张卡。', next: '不需要更改。' },
  'contacts.card_stopped': {
    status: 409,
    zh: '这张卡被本人或收到通知的手机停止过，不能再用来收款。',
    next: '请换一张本人名下的卡；确实是本人的，请带身份证和银行卡到就近的工会服务站办理。',
  },
  'contacts.card_too_many': {
    status: 429,
    zh: '一天里更改收款卡的次数太多了。',
    next: '请明天再试，或带身份证和银行卡到就近的工会服务站办理。',
  },
  'contacts.code_wrong': {
    status: 422,
    zh: '验证码不对、已过期，或试错次数太多。',
    next: '请核对新号码收到的最新一条短信；仍不行请重新获取。',
  },
  'contacts.phone_same': { status: 422, zh: '登记的就是这个号码。', next: '不需要更换。' },
  'contacts.phone_taken': {
    status: 422,
    zh: '这个号码登记在别人名下。',
    next: '号码是您新办的，请退出后用它登录，选“不是我登记的”，再到就近的工会服务站更换；或换一个号码。',
  },
  'contacts.person_unknown': {
    status: 404,
    zh: '没有找到姓名和证件号码都一致的登记。',
    next: '请对照证件原件核对；没有登记过的，请本人用新号码登录登记。',
  },
  'contacts.change_gone': { status: 404, zh: '这次换号已经过期或不是您办的。', next: '请从头再办一次。' },
  'contacts.window_too_many': {
    status: 429,
    zh: '您今天办理换号的次数已达上限。',
    next: '请由其他经办人办理，或明天再办。',
  },
  'contacts.stop_gone': {
    status: 404,
    zh: '这个链接已经失效。',
    next: '请登录后到“我的”里查看；情况紧急请拨打 12351。',
  },
});

export const windowPhoneInput = z.object({
  requestId: z.uuid().describe('同一次办理重复提交时不变'),
  name: z.string().trim().min(1).max(60).describe('证件上的姓名'),
  idNumber: z.string().trim().min(1).max(40).describe('证件号码'),
  phone: z
    .string()
    .trim()
    .regex(/^1\d{10}$/, '请填写 11 位手机号。')
    .describe('新手机号'),
  documentSeen: z.literal(true, '请核对证件原件后勾选。').describe('已核对证件原件，人证一致'),
});
export type WindowPhoneInput = z.infer<typeof windowPhoneInput>;
export const windowPhoneAsked = z.object({ changeId: z.string().describe('这次换号的编号') });
export const windowPhoneAnswer = z.object({
  name: z.string().describe('登记的姓名'),
  effectiveAt: z.string().describe('什么时候起用新号码登录'),
});
export type WindowPhoneAnswer = z.infer<typeof windowPhoneAnswer>;

export type CheckState = 'waiting' | 'match' | 'mismatch' | 'no_record' | 'unchecked';

export const checkZh: Readonly<Record<CheckState, string>> = {
  waiting: '正在向银行核对持卡人',
  match: '银行已核对，是本人的卡',
  mismatch: '银行核对没有通过，不会付到这张卡',
  no_record: '银行没有查到记录，没有核对',
  unchecked: '没有核对',
};

/** Whether money may go to a card, as of a moment. */
export type CardStanding =
  | { readonly may: true }
  | { readonly may: false; readonly why: 'waits'; readonly untilAt: string }
  | { readonly may: false; readonly why: 'stopped' | 'mismatch' };

export type AccountView = {
  readonly accountId: string;
  readonly tail: string;
  readonly addedAt: string;
  readonly usableAt: string;
  readonly source: 'person' | 'claim' | 'window';
  readonly checkZh: string;
  /** `current` is paid to; `waiting` will be, unless it is stopped. */
  readonly standing: 'current' | 'waiting' | 'refused' | 'stopped' | 'former';
};

export const sourceZh = { person: '本人在手机上填的', claim: '申请时填的', window: '在窗口登记的' } as const;
