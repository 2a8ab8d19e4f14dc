// What a person may say about the use of personal information, and how the answer may be no. Runs in a browser: no I/O.

import { z } from 'zod';
import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'privacy.consent_needed': {
    status: 409,
    zh: '办这件事需要您同意“{purpose}”，您还没有同意或者已经撤回。',
    next: '想继续办，请到“我的 → 个人信息”里同意这一项；不同意也不影响其他事项。',
  },
  'privacy.no_purpose': { status: 404, zh: '没有这一项个人信息用途。', next: '请回到“我的 → 个人信息”重新选择。' },
  'privacy.not_by_consent': {
    status: 409,
    zh: '“{purpose}”是依法必须做的，不以同意为前提，也不能撤回。',
    next: '依据写在这一项里；有疑问请拨打 12351。',
  },
  'privacy.words_changed': {
    status: 409,
    zh: '“{purpose}”的说明已经更新。',
    next: '请刷新页面，读过新的说明后再选择。',
  },
  'privacy.own_word': {
    status: 403,
    zh: '他本人可以决定，您不能替他同意。',
    next: '请他用自己的手机登录，到“我的 → 个人信息”里选择。',
  },
  'privacy.person_unknown': {
    status: 404,
    zh: '没有人用这个证件号码登记过。',
    next: '请逐位核对号码；外省登记的人不在本系统。',
  },
  'privacy.request_reused': {
    status: 409,
    zh: '这个请求编号已经用于另一次选择。',
    next: '请刷新页面后重新选择。',
  },
});

export const consentWord = z.object({
  purpose: z.string().max(40).describe('用途代码'),
  version: z.string().max(20).describe('所读说明的版本'),
  given: z.boolean().describe('同意为 true，撤回为 false'),
});
export const consentInput = consentWord.extend({ requestId: z.uuid().describe('客户端生成的请求编号，重试时不变') });
export type ConsentWord = z.infer<typeof consentWord>;

export const consentView = z.object({
  purpose: z.string().describe('用途代码'),
  zh: z.string().describe('用途'),
  version: z.string().describe('现行说明的版本'),
  state: z
    .enum(['given', 'withdrawn', 'outdated', 'never', 'duty'])
    .describe('同意、已撤回、说明已更新、没有问过、不以同意为前提'),
  at: z.string().nullable().describe('何时'),
  agreedVersion: z.string().nullable().describe('当时说明的版本'),
  channel: z.enum(['mobile', 'agent', 'window']).nullable().describe('本人手机、代办人、服务窗口'),
});
export type ConsentView = z.infer<typeof consentView>;

export * from './looks-contract.ts';
export * from './holds-contract.ts';
export * from './erasure-contract.ts';
