// What others may ask of authorities and how they may say no. Runs in a browser: no I/O.

import { z } from 'zod';
import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'authorities.none': {
    status: 404,
    zh: '没有找到这项代办授权。',
    next: '请回到“替家人办”查看，或重新申请。',
  },
  'authorities.over': {
    status: 403,
    zh: '这项代办授权已经结束或停止。',
    next: '需要继续代办的，请重新取得本人同意，或到窗口重新申请。',
  },
  'authorities.oneself': { status: 422, zh: '这是您自己的手机号。', next: '自己的事直接办理就行，不需要授权。' },
  'authorities.services_wrong': { status: 422, zh: '请选择要代办的事项。', next: '请从列表里选 1 到 20 项。' },
  'authorities.days_wrong': { status: 422, zh: '代办的期限不对。', next: '请从列表里选一个期限，最长 {days} 天。' },
  'authorities.too_many': {
    status: 429,
    zh: '您今天提出的代办申请太多了。',
    next: '请明天再试，或请本人一起到就近的窗口办理。',
  },
  'authorities.code_wrong': {
    status: 422,
    zh: '验证码不对、已过期，或试错次数太多。',
    next: '请向本人核对最新一条短信里的 6 位数字；仍不行请重新申请。',
  },
  'authorities.proof_missing': { status: 422, zh: '还没有上传证明材料。', next: '请上传能证明亲属或监护关系的材料。' },
  'authorities.no_office': {
    status: 409,
    zh: '您所在的地区还没有审核代办的窗口。',
    next: '请拨打 12333，或到就近的人社窗口办理。',
  },
  'authorities.decided': { status: 409, zh: '这项申请已经处理过了。', next: '请刷新页面查看结果。' },
  'authorities.reason_required': { status: 422, zh: '不同意时要写明理由。', next: '请填写至少四个字，申请人会看到。' },
  'authorities.principal_unknown': {
    status: 409,
    zh: '系统里没有姓名和证件号码都一致的人，不能授权。',
    next: '请核对材料；本人从未登记的，先在窗口为本人登记，或不予同意并说明。',
  },
  'authorities.not_registered': {
    status: 409,
    zh: '这个手机号还没有登记。',
    next: '请在代办窗口点“先登记新人”为劳动者登记，再开始代办。',
  },
});

/** Offices at whose windows workers are served. */
export const assistingRoles = [
  'hrss_window',
  'county_union',
  'township_union',
  'grassroots_union',
  'station_manager',
] as const;

export const authorityKinds = {
  consent: '本人同意',
  kinship: '近亲属',
  guardianship: '监护人',
  assisted: '窗口代办',
} as const;
export type AuthorityKind = keyof typeof authorityKinds;

export const authorityStates = {
  requested: '等待审核',
  active: '有效',
  refused: '没有同意',
  ended: '已停止',
} as const;
export type AuthorityState = keyof typeof authorityStates;

/** What the agent states of the relation and of why the person cannot act. */
export const relations = {
  spouse: '配偶',
  parent: '父母',
  child: '子女',
  sibling: '兄弟姐妹',
  grandparent: '祖父母、外祖父母',
  guardian: '监护人',
} as const;
export const causes = { dead: '本人已去世', unconscious: '本人昏迷或不能表达', minor: '本人未成年' } as const;

/** Longest term of each kind, in days; an assisted handling lasts minutes. */
export const daysMax = { consent: 180, kinship: 365, guardianship: 365 } as const;
export const dayChoices = [1, 7, 30, 90, 180] as const;
export const assistMinutes = 60;

const serviceCodes = z
  .array(z.string().regex(/^[A-Z]{2}-\d{3}$/))
  .min(1)
  .max(20)
  .describe('要代办的事项编号');

export const assistInput = z.object({
  requestId: z.uuid().describe('同一次申请重复提交时不变'),
  phone: z.string().max(40).describe('劳动者本人的手机号，验证码发到这里'),
  services: serviceCodes,
});
export type AssistInput = z.infer<typeof assistInput>;
export const assistAnswer = z.object({ authorityId: z.string(), waitSeconds: z.number().int() });
export const assistStart = z.object({ code: z.string().max(20).describe('劳动者告诉窗口的 6 位验证码') });
export const assistStarted = z.object({
  applicant: z.string().describe('劳动者姓名，请与证件核对'),
  href: z.string().describe('代办的填写页'),
});

export const authorityItem = z.object({
  authorityId: z.string(),
  kind: z.string(),
  kindZh: z.string(),
  state: z.string(),
  stateZh: z.string(),
  agent: z.string().describe('申请人姓名，已遮盖'),
  principal: z.string().describe('要替谁办，已遮盖'),
  relationZh: z.string(),
  causeZh: z.string(),
  services: z.array(z.object({ code: z.string(), zh: z.string() })),
  createdAt: z.string(),
  untilDay: z.string(),
  decidedAt: z.string().nullable(),
  reason: z.string().nullable(),
});
export type AuthorityItem = z.infer<typeof authorityItem>;

export const authorityDetail = authorityItem.extend({
  principalName: z.string().describe('申请人填写的姓名，用来与材料核对'),
  principalIdNumber: z.string().describe('申请人填写的证件号码，用来与材料核对'),
  agentName: z.string(),
  agentIdMasked: z.string(),
  known: z.boolean().describe('系统里有没有姓名和证件号码都一致的人'),
  files: z.array(z.object({ fileId: z.string(), name: z.string(), mediaType: z.string() })),
  cases: z
    .array(z.object({ caseId: z.string(), caseNo: z.string(), serviceZh: z.string(), openedAt: z.string() }))
    .describe('本人在办的、可以一并交给代办人的办件；核对一致后才列出'),
});
export type AuthorityDetail = z.infer<typeof authorityDetail>;

export const decideInput = z.object({
  approve: z.boolean().describe('同意还是不同意'),
  untilDay: z.iso.date().optional().describe('同意到哪一天'),
  services: serviceCodes.optional().describe('同意代办的事项，不填为全部申请的'),
  caseIds: z.array(z.uuid()).max(20).default([]).describe('一并交给代办人的在办件'),
  reason: z.string().trim().max(300).default('').describe('意见；不同意时必填'),
});
export type DecideInput = z.infer<typeof decideInput>;

/** What an agent or a principal reads of an authority on the phone. */
export type AuthorityView = {
  readonly authorityId: string;
  readonly kind: AuthorityKind;
  readonly kindZh: string;
  /** `over` where the term has passed. */
  readonly state: AuthorityState | 'over';
  readonly stateZh: string;
  readonly agentName: string;
  readonly principalName: string;
  readonly services: readonly { readonly code: string; readonly zh: string }[];
  readonly createdAt: string;
  readonly untilDay: string;
  readonly reason: string | null;
};
