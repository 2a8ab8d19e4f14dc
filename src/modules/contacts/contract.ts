// How a person is reached and paid: the refusals and words of it. Runs in a browser: no I/O.

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
  'contacts.stop_gone': {
    status: 404,
    zh: '这个链接已经失效。',
    next: '请登录后到“我的”里查看；情况紧急请拨打 12351。',
  },
});

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
