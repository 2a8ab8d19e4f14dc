// What others may ask of merges and how they may say no. Runs in a browser: no I/O.

import { z } from 'zod';
import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'merges.none': {
    status: 404,
    zh: '没有找到这一项，或您的单位不能处理。',
    next: '请回到列表；只能处理本地区人员的疑似重复和合并。',
  },
  'merges.already_one': { status: 409, zh: '这两个登记已经是同一个人。', next: '请在“已合并”里查看。' },
  'merges.not_the_root': {
    status: 409,
    zh: '其中一个登记已经并入别的登记。',
    next: '请刷新页面，用它现在所在的登记来合并。',
  },
  'merges.proposed_already': {
    status: 409,
    zh: '其中一个登记已有等待复核的合并。',
    next: '请先把那一件复核或撤回，再提请这一件。',
  },
  'merges.decided': { status: 409, zh: '这件合并已经处理过了。', next: '请刷新页面查看结果。' },
  'merges.same_eyes': {
    status: 403,
    zh: '提请的人不能复核自己的合并。',
    next: '请由另一位有复核岗位的同事办理。',
  },
  'merges.reason_required': { status: 422, zh: '不同意时要写明理由。', next: '请填写至少四个字，提请人会看到。' },
  'merges.changed': {
    status: 409,
    zh: '两个登记的情况刚刚有变化。',
    next: '请刷新页面，把并排的内容再看一遍后再办。',
  },
  'merges.not_active': { status: 409, zh: '这件合并现在没有生效。', next: '请刷新页面查看。' },
  'merges.built_upon': {
    status: 409,
    zh: '已有另一件等待复核的合并以它为前提。',
    next: '请先复核或撤回那一件，再撤销这一件。',
  },
  'merges.same_number': {
    status: 422,
    zh: '两个号码属于同一个登记，或没有登记过。',
    next: '请核对两个证件号码；没有登记过的，不用合并。',
  },
});

/** Why two registrations may be one person, in the words that are shown. */
export const reasonWords = {
  id_near: '姓名、出生日期相同，证件号码只差一位或相邻两位颠倒',
  id_other_kind: '姓名、出生日期相同，登记的证件种类不同',
  id_renewed: '姓名、出生日期相同，同一种证件换过号码',
  phone_name: '姓名相同，手机号（含曾用的）相同',
  card_name: '姓名相同，收款卡相同',
  card: '收款卡相同，姓名不同',
  reported: '窗口人员提出核对',
} as const;
export type Reason = keyof typeof reasonWords;

export const strengthWords = { strong: '很可能是同一人', likely: '可能是同一人', weak: '需要留意' } as const;
export type Strength = keyof typeof strengthWords;

export const mergeStates = {
  proposed: '等待复核',
  active: '已合并',
  refused: '没有同意',
  withdrawn: '已撤回',
  undone: '已撤销',
} as const;
export type MergeState = keyof typeof mergeStates;

/** Who looks at suspicions and proposes, and who decides and undoes; one person is never both for one merge. */
export const proposingRoles = ['hrss_window'] as const;
export const decidingRoles = ['hrss_reviewer', 'supervisor'] as const;
export const mergingRoles = [...proposingRoles, ...decidingRoles] as const;

const side = z.object({
  personId: z.string().describe('登记的编号'),
  name: z.string().describe('姓名，已遮盖'),
  idTypeZh: z.string().describe('证件种类'),
  idNumber: z.string().describe('证件号码，已遮盖'),
  phone: z.string().describe('手机号，已遮盖'),
  birthDay: z.string().describe('出生日期，已遮盖'),
  card: z.string().nullable().describe('收款卡，已遮盖'),
  region: z.string().describe('登记地区'),
  registeredAt: z.string().describe('登记时间'),
  verified: z.boolean().describe('是否经过实名核验'),
  listed: z.boolean().describe('只在单位名单里出现过，本人还没有来'),
  ids: z.number().int().describe('这个人现在有几个登记'),
  counts: z
    .array(z.object({ zh: z.string().describe('哪一类'), text: z.string().describe('有多少') }))
    .describe('这个登记名下有什么'),
});
export type Side = z.infer<typeof side>;

export const conflict = z.object({
  code: z.string().describe('冲突的种类'),
  zh: z.string().describe('冲突是什么'),
  one: z.string().describe('左边登记的情况'),
  other: z.string().describe('右边登记的情况'),
  after: z.string().describe('合并以后按什么办'),
});
export type Conflict = z.infer<typeof conflict>;

export const suspicionItem = z.object({
  suspicionId: z.string().describe('疑似重复的编号'),
  one: z.string().describe('一个登记：姓名与证件，已遮盖'),
  other: z.string().describe('另一个登记'),
  reasons: z.array(z.string()).describe('为什么怀疑'),
  strength: z.enum(['strong', 'likely', 'weak']).describe('有多像'),
  strengthZh: z.string().describe('有多像，写成字'),
  state: z.enum(['open', 'different', 'proposed', 'merged']).describe('处理到哪里'),
  foundAt: z.string().describe('什么时候发现的'),
  settledBy: z.string().nullable().describe('谁认定不是同一人'),
  note: z.string().nullable().describe('认定的说明'),
});
export type SuspicionItem = z.infer<typeof suspicionItem>;

export const pairView = z.object({
  suspicionId: z.string().nullable().describe('疑似重复的编号'),
  reasons: z.array(z.string()).describe('为什么怀疑'),
  strengthZh: z.string().nullable().describe('有多像'),
  state: suspicionItem.shape.state,
  one: side,
  other: side,
  conflicts: z.array(conflict).describe('两边不一致、合并前必须看到的'),
  conflictsHash: z.string().describe('上面这些内容的指纹，提请和复核时带上'),
  mergeId: z.string().nullable().describe('已提请或已生效的合并'),
});
export type PairView = z.infer<typeof pairView>;

export const mergeItem = z.object({
  mergeId: z.string().describe('合并的编号'),
  from: z.string().describe('并入别人的登记，已遮盖'),
  into: z.string().describe('保留的登记，已遮盖'),
  state: z.enum(['proposed', 'active', 'refused', 'withdrawn', 'undone']).describe('状态'),
  stateZh: z.string().describe('状态，写成字'),
  reasons: z.array(z.string()).describe('为什么怀疑'),
  note: z.string().describe('提请的说明'),
  proposedBy: z.string().describe('谁提请的'),
  proposedAt: z.string().describe('提请时间'),
  decidedBy: z.string().nullable().describe('谁复核的'),
  decidedAt: z.string().nullable().describe('复核时间'),
  decisionNote: z.string().nullable().describe('复核意见'),
  undoneBy: z.string().nullable().describe('谁撤销的'),
  undoneAt: z.string().nullable().describe('撤销时间'),
  undoNote: z.string().nullable().describe('撤销的理由'),
  objectedAt: z.string().nullable().describe('本人什么时候提出异议'),
  conflicts: z.number().int().describe('提请时两边不一致的项数'),
  can: z.object({
    decide: z.boolean().describe('我能不能复核'),
    withdraw: z.boolean().describe('我能不能撤回'),
    undo: z.boolean().describe('我能不能撤销'),
  }),
});
export type MergeItem = z.infer<typeof mergeItem>;

export const mergeView = z.object({ merge: mergeItem, pair: pairView });
export type MergeView = z.infer<typeof mergeView>;

const requestId = z.uuid().describe('同一次办理重复提交时不变');
const note = z.string().trim().min(4, '请写明理由，至少四个字。').max(300).describe('理由');
const conflictsHash = z.string().max(100).describe('看过的冲突清单的指纹');

export const settleInput = z.object({ requestId, note });
export const proposeInput = z.object({
  requestId,
  fromId: z.uuid().describe('并入的登记'),
  intoId: z.uuid().describe('保留的登记'),
  note,
  conflictsHash,
});
export const decideInput = z.object({
  requestId,
  agree: z.boolean().describe('同意还是不同意'),
  note: z.string().trim().max(300).default('').describe('意见；不同意时必填'),
  conflictsHash,
});
export const undoInput = z.object({ requestId, note });
export const withdrawInput = z.object({ requestId });
export const compareInput = z.object({
  requestId,
  oneType: z.string().max(40).describe('一个证件的种类'),
  oneNumber: z.string().max(60).describe('一个证件的号码'),
  otherType: z.string().max(40).describe('另一个证件的种类'),
  otherNumber: z.string().max(60).describe('另一个证件的号码'),
  note,
});
export const unmaskInput = z.object({
  personId: z.uuid().describe('看哪一个登记'),
  field: z.enum(['name', 'id_number', 'phone', 'card']).describe('看哪一项'),
  reason: z.string().trim().max(200).describe('查看的理由'),
});
export const made = z.object({ mergeId: z.string().describe('合并的编号') });
export const found = z.object({ suspicionId: z.string().describe('疑似重复的编号') });
export const done = z.object({ done: z.literal(true) });
