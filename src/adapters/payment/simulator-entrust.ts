// The withholding part of the simulated payment party: contracts, the page where a payer signs or ends one, debits against a purse.
// A debit is decided when it arrives, and told by callback only when it was paid, as the real party does.
import { beijingIso, jsonAnswer, type SimAnswer, type SimRequest } from '#adapters/party';
import { z } from 'zod';
import { entrustPage, missingPage, safeReturnUrl } from './cashier.ts';
import type { SimKeys } from './simulator-keys.ts';
import type { PaymentBook, SimContract, SimOrder } from './simulator-state.ts';

export type EntrustContext = {
  readonly book: PaymentBook;
  readonly keys: SimKeys;
  readonly now: () => Date;
  readonly publicUrl: () => string;
  readonly onPaid: (order: SimOrder) => void;
  readonly onContract: (contract: SimContract, change: 'SIGN' | 'TERMINATE') => void;
};

const preSignSchema = z.object({
  sign_scene: z.enum(['SIGN_SCENE_APP', 'SIGN_SCENE_QRCODE']),
  appid: z.string(),
  plan_id: z.int(),
  out_contract_code: z.string().min(1).max(32),
  contract_display_account: z.string().min(1).max(32),
  contract_notify_url: z.url(),
  out_user_code: z.string().min(1),
  return_url: z.url().optional(),
  device_info: z.object({ device_type: z.string(), device_ip: z.string() }),
});
const debitSchema = z.object({
  appid: z.string(),
  out_trade_no: z.string().regex(/^[0-9a-zA-Z_\-*]{6,32}$/),
  description: z.string().min(1).max(127),
  transaction_notify_url: z.url(),
  contract_id: z.string(),
  amount: z.object({ total: z.int().min(1), currency: z.literal('CNY').default('CNY') }),
});

const refuse = (status: number, code: string, message: string): SimAnswer => jsonAnswer(status, { code, message });

function bodyOf<T>(request: SimRequest, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(request.body.toString('utf8')));
  } catch {
    return undefined;
  }
}

export function contractOf(contract: SimContract, keys: SimKeys): Record<string, unknown> {
  return {
    mchid: keys.merchantId,
    appid: keys.appId,
    plan_id: contract.planId,
    contract_id: contract.contractId,
    out_contract_code: contract.code,
    contract_display_account: contract.displayName,
    contract_state: contract.state,
    out_user_code: contract.user,
    openid: contract.user,
    ...(contract.signedAt ? { contract_signed_time: beijingIso(new Date(contract.signedAt)) } : {}),
    ...(contract.endedAt
      ? {
          contract_terminate_info: {
            contract_termination_mode: contract.endedBy,
            contract_terminated_time: beijingIso(new Date(contract.endedAt)),
          },
        }
      : {}),
  };
}

function preSign({ book, keys, publicUrl }: EntrustContext, request: SimRequest): SimAnswer {
  const wanted = bodyOf(request, preSignSchema);
  if (wanted === undefined || wanted.appid !== keys.appId) return refuse(400, 'PARAM_ERROR', '参数错误');
  const known = book.contract(wanted.out_contract_code);
  if (known?.state === 'SIGNED') return refuse(400, 'CONTRACT_EXISTED', '已存在签约关系');
  if (known?.state === 'TERMINATED') return refuse(400, 'INVALID_REQUEST', '签约协议号已使用');
  if (known === undefined)
    book.saveContract({
      code: wanted.out_contract_code,
      planId: wanted.plan_id,
      contractId: `C${book.nextNumber()}`,
      displayName: wanted.contract_display_account,
      user: wanted.out_user_code,
      notifyUrl: wanted.contract_notify_url,
      returnUrl: wanted.return_url ?? '',
      state: 'PRESIGNED',
    });
  return jsonAnswer(200, {
    pre_entrustweb_id: `pre-${wanted.out_contract_code}`,
    redirect_url: `${publicUrl()}/entrust/${encodeURIComponent(wanted.out_contract_code)}`,
  });
}

function debit({ book, keys, now, onPaid }: EntrustContext, request: SimRequest): SimAnswer {
  const wanted = bodyOf(request, debitSchema);
  if (wanted === undefined || wanted.appid !== keys.appId) return refuse(400, 'PARAM_ERROR', '参数错误');
  const accepted = jsonAnswer(200, { out_trade_no: wanted.out_trade_no, amount: wanted.amount });
  const known = book.order(wanted.out_trade_no);
  if (known !== undefined) {
    const same = known.amountFen === wanted.amount.total && known.payer === wanted.contract_id;
    if (!same) return refuse(400, 'INVALID_REQUEST', '商户订单号重复且参数不一致');
    return known.state === 'PAYERROR' ? refuse(400, 'ORDER_CLOSED', '订单已关闭') : accepted;
  }
  const contract = book.contracts().find((one) => one.contractId === wanted.contract_id);
  if (contract?.state !== 'SIGNED') return refuse(400, 'CONTRACT_NOT_EXIST', '签约关系不存在或已解除');
  const purseFen = book.purseFen(contract.user);
  const isShort = purseFen !== null && purseFen < wanted.amount.total;
  const order: SimOrder = {
    orderNo: wanted.out_trade_no,
    prepayId: `pap-${wanted.out_trade_no}`,
    tradeType: 'PAP',
    description: wanted.description,
    amountFen: wanted.amount.total,
    expiresAt: new Date(now().getTime() + 86_400_000).toISOString(),
    notifyUrl: wanted.transaction_notify_url,
    payer: wanted.contract_id,
    ...(isShort
      ? { state: 'PAYERROR' as const, failure: '扣款失败，余额不足' }
      : { state: 'SUCCESS' as const, transactionId: `4200${book.nextNumber()}`, paidAt: now().toISOString() }),
  };
  if (!isShort && purseFen !== null) book.savePurse(contract.user, purseFen - wanted.amount.total);
  book.saveOrder(order);
  if (!isShort) onPaid(order);
  return accepted;
}

/** Signs or ends a contract, by the payer's hand or the merchant's. False when there is nothing to change. */
export function changeContract(
  context: EntrustContext,
  code: string,
  change: 'SIGN' | 'TERMINATE',
  by: 'USER' | 'MERCHANT' = 'USER',
): boolean {
  const { book, now } = context;
  const contract = book.contract(code);
  if (contract?.state !== (change === 'SIGN' ? 'PRESIGNED' : 'SIGNED')) return false;
  const at = now().toISOString();
  const changed: SimContract =
    change === 'SIGN'
      ? { ...contract, state: 'SIGNED', signedAt: at }
      : { ...contract, state: 'TERMINATED', endedAt: at, endedBy: by };
  book.saveContract(changed);
  context.onContract(changed, change);
  return true;
}

/** Null where the path is none of withholding. */
export function entrustRoute(context: EntrustContext, request: SimRequest): SimAnswer | null {
  const { method, path } = request;
  const [, code, tail] =
    /^\/v3\/papay\/sign\/contracts\/plan-id\/\d+\/out-contract-code\/([^/]+)(\/terminate)?$/.exec(path) ?? [];
  if (code !== undefined) {
    const contract = context.book.contract(decodeURIComponent(code));
    if (contract === undefined || contract.state === 'PRESIGNED')
      return refuse(404, 'RESOURCE_NOT_EXISTS', '签约关系不存在');
    if (tail === undefined) return jsonAnswer(200, contractOf(contract, context.keys));
    return changeContract(context, contract.code, 'TERMINATE', 'MERCHANT')
      ? { status: 204 }
      : refuse(400, 'CONTRACT_TERMINATED', '签约关系已解除');
  }
  if (method !== 'POST') return null;
  if (path === '/v3/papay/entrust-sign/contracts/pre-entrust-sign') return preSign(context, request);
  return path === '/v3/papay/pay/transactions/apply' ? debit(context, request) : null;
}

/** The payer's page: read, sign, and later end the contract. */
export function createEntrustPage(context: EntrustContext): (request: SimRequest) => SimAnswer {
  const html = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
  return (request) => {
    const code = decodeURIComponent(request.path.slice('/entrust/'.length));
    const before = context.book.contract(code);
    if (before === undefined) return { status: 404, headers: html, body: missingPage() };
    const returnUrl = safeReturnUrl(before.returnUrl);
    const changed =
      request.method === 'POST' && changeContract(context, code, before.state === 'SIGNED' ? 'TERMINATE' : 'SIGN');
    if (changed && returnUrl !== undefined) return { status: 303, headers: { location: returnUrl } };
    const { displayName, state } = context.book.contract(code) ?? before;
    return { status: 200, headers: html, body: entrustPage({ displayName, state, returnUrl }) };
  };
}
