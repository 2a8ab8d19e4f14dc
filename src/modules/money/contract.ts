// How money may say no, and what its API gives and takes. Runs in a browser: no I/O. Names and cards leave masked.

import { z } from 'zod';
import { keyAnswer, type KeyAnswer } from '#contract/identity';
import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'money.idem_reused': { status: 409, zh: '这个记账编号已经用于另一笔不同的款项。', next: '请核对后使用新的编号。' },
  'money.below_floor': {
    status: 409,
    zh: '账户“{account}”可用余额不足，这笔款项不能预留。',
    next: '请先核对已核定未付的赔款，再组批。',
  },
  'money.over_reserved': { status: 409, zh: '入账金额超过预留金额。', next: '请核对银行回执后由结算专员处理。' },
  'money.already_resolved': { status: 409, zh: '这笔预留已经处理过，不能再次处理。', next: '请刷新页面查看最新状态。' },
  'money.no_card': {
    status: 422,
    zh: '申请人还没有登记收款银行卡，暂时不能支付。',
    next: '请先请申请人提交收款卡，再办理支付。',
  },
  'money.payout_running': {
    status: 409,
    zh: '这个办件有一笔款项在支付途中，银行回执到达之前不能离开支付环节，也不能再生成一笔。',
    next: '请等银行回执，或在支付管理中查看。',
  },
  'money.payout_missing': { status: 404, zh: '有付款单没有找到，或您无权办理。', next: '请刷新付款单列表后重新选择。' },
  'money.card_waits': {
    status: 409,
    zh: '有 {count} 笔现在不能付到收款卡：{why}。',
    next: '请去掉这几笔再组批；已组批的请退回批次，到时间或本人换卡以后再付。',
  },
  'money.payout_not_drafted': {
    status: 409,
    zh: '有付款单已在其他批次中或已支付，不能再次组批。',
    next: '请刷新付款单列表后重新选择。',
  },
  'money.payout_mixed': { status: 422, zh: '一个批次只能包含同一家机构的付款单。', next: '请分别组批。' },
  'money.batch_missing': { status: 404, zh: '没有找到这个支付批次，或您无权查看。', next: '请回到批次列表重新打开。' },
  'money.batch_decided': { status: 409, zh: '这个批次已经有了处理结果。', next: '请刷新页面查看最新状态。' },
  'money.four_eyes': { status: 403, zh: '制单人不能复核自己的批次。', next: '请由同单位的另一位结算专员复核。' },
  'money.stands_in_for_maker': {
    status: 403,
    zh: '您是代制单人办理，或这个批次是别人代您制单的，不能复核。',
    next: '请由同单位的另一位结算专员复核。',
  },
  'money.key_needed': {
    status: 403,
    zh: '同意付款要用您的安全密钥签名。',
    next: '请按“同意付款”，再按浏览器的提示触碰密钥。',
  },
  'money.key_missing': {
    status: 403,
    zh: '同意付款要用安全密钥，您还没有可用的密钥。',
    next: '请先到“我的账户”登记一把，再来复核。',
  },
  'money.lines_changed': {
    status: 409,
    zh: '批次明细与您看到的不一致，复核没有生效。',
    next: '请重新打开批次，逐笔核对后再复核；明细被改动的批次会作废。',
  },
  'money.reason_required': {
    status: 422,
    zh: '退回批次必须写明理由。',
    next: '请填写至少四个字的理由，制单人会看到。',
  },
  'money.refund_running': { status: 409, zh: '上一次退款还在办理。', next: '请等退款到账后再办。' },
  'money.refund_too_much': { status: 409, zh: '退款金额超过还可退的金额。', next: '请核对退保天数与已退金额。' },
  'money.day_not_over': { status: 422, zh: '{day}还没有结束，不能对账。', next: '请在次日零时以后对账。' },
  'money.party_silent': {
    status: 502,
    zh: '{party}没有给出当日账单，对账没有完成。',
    next: '请稍后重新对账；已有结果不受影响。',
  },
  'money.callback_forged': { status: 403, zh: '回调签名不正确，内容不予采信。', next: '请核对对方的签名密钥配置。' },
});

export const payoutState = z.enum([
  'drafted',
  'batched',
  'submitted',
  'unknown',
  'settled',
  'returned',
  'failed',
  'cancelled',
]);
export type PayoutState = z.infer<typeof payoutState>;
export const payoutStateZh: Readonly<Record<PayoutState, string>> = {
  drafted: '待组批',
  batched: '已组批',
  submitted: '银行处理中',
  unknown: '结果待查',
  settled: '已到账',
  returned: '银行退回',
  failed: '支付失败',
  cancelled: '已取消',
};

export const payoutView = z.object({
  payoutId: z.string(),
  reference: z.string(),
  caseId: z.string(),
  purpose: z.string(),
  payee: z.string().describe('收款人（已遮盖）'),
  card: z.string().describe('收款卡（已遮盖）'),
  amountFen: z.number(),
  state: payoutState,
  stateZh: z.string(),
  reason: z.string().nullable(),
  bankSerial: z.string().nullable(),
  batchId: z.string().nullable(),
  createdAt: z.string(),
  settledAt: z.string().nullable(),
  waitsZh: z.string().nullable().describe('现在不能付到这张卡的原因；可以付时为空'),
});
export type PayoutView = z.infer<typeof payoutView>;

export const batchView = z.object({
  batchId: z.string(),
  batchNo: z.string(),
  state: z.enum(['made', 'approved', 'submitted', 'done', 'voided']),
  stateZh: z.string(),
  maker: z.string().describe('制单人'),
  makerFor: z.string().nullable().describe('制单人代谁办理'),
  mine: z.boolean().describe('本人制单，不能复核'),
  lineCount: z.number(),
  totalFen: z.number(),
  linesHash: z.string().describe('明细摘要，复核时原样带回'),
  madeAt: z.string(),
  approver: z.string().nullable(),
  approverFor: z.string().nullable().describe('复核人代谁办理'),
  decision: z.enum(['approve', 'refuse']).nullable(),
  reason: z.string().nullable(),
  canDecide: z.boolean(),
  blocked: z.string().nullable().describe('不能复核的原因'),
});
export type BatchView = z.infer<typeof batchView>;
export const batchDetail = batchView.extend({
  lines: z.array(payoutView),
  key: z.enum(['none', 'needed', 'missing']).describe('我同意付款时要不要安全密钥'),
  signed: z.boolean().describe('复核时用安全密钥签了名'),
});
export type BatchDetail = z.infer<typeof batchDetail>;

export const batchStateZh = {
  made: '待复核',
  approved: '已复核，待送银行',
  submitted: '已送银行',
  done: '已完成',
  voided: '已作废',
} as const;

export const makeBatchInput = z.object({
  requestId: z.uuid().describe('客户端生成的请求编号，也是批次的编号'),
  payoutIds: z.array(z.uuid()).min(1).max(5_000),
});
export const decideBatchInput = z.object({
  requestId: z.uuid(),
  decision: z.enum(['approve', 'refuse']),
  reason: z.string().trim().max(500).default(''),
  linesHash: z.string().regex(/^[0-9a-f]{64}$/),
  proof: keyAnswer.nullable().default(null),
});
export const proveBatchInput = z.object({
  linesHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('看到的明细摘要'),
});
export type DecideBatchInput = Omit<z.infer<typeof decideBatchInput>, 'proof'> & { readonly proof?: KeyAnswer | null };

export const party = z.enum(['bank', 'payment']);
export type Party = z.infer<typeof party>;

export const difference = z.object({
  kind: z.enum(['missing_here', 'missing_there', 'amount_differs', 'double', 'refused_event', 'state_differs']),
  reference: z.string(),
  oursFen: z.number().nullable(),
  theirsFen: z.number().nullable(),
  zh: z.string(),
  ownerRole: z.string().describe('负责处理的角色'),
});
export type Difference = z.infer<typeof difference>;

export const reconciliationView = z.object({
  reconciliationId: z.string(),
  day: z.string(),
  party,
  matchedCount: z.number(),
  differenceCount: z.number(),
  differences: z.array(difference),
  at: z.string(),
});
export type ReconciliationView = z.infer<typeof reconciliationView>;

export const accountView = z.object({
  accountId: z.string(),
  name: z.string(),
  kindZh: z.string(),
  balanceFen: z.number().describe('已记账的余额；存款、应收、支出按借方，应付按贷方，各以正数表示'),
  reservedFen: z.number().describe('余额中已编入批次或正在退款、还没有结果的钱；待复核的批次也算'),
  floorFen: z.number().nullable(),
});
export type AccountView = z.infer<typeof accountView>;

export const accountKindZh = {
  bank: '存款',
  clearing: '清算',
  payable: '应付',
  receivable: '应收',
  fund: '支出',
} as const;

export const paymentView = z.object({
  orderNo: z.string(),
  amountFen: z.number(),
  description: z.string(),
  state: z.enum(['created', 'open', 'paid', 'closed', 'refunding', 'refunded']),
  stateZh: z.string(),
  payUrl: z.string().nullable(),
  expiresAt: z.string(),
  paidAt: z.string().nullable(),
});
export type PaymentView = z.infer<typeof paymentView>;
export const paymentStateZh = {
  created: '正在准备支付',
  open: '等待支付',
  paid: '已支付',
  closed: '已关闭',
  refunding: '退款中',
  refunded: '已退款',
} as const;
