// The simulated payment party's wire protocol: authenticates the merchant, answers each API v3 route, signs its answers.
import { createHash, createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import {
  beijingDay,
  beijingIso,
  jsonAnswer,
  seededDraw,
  unixSeconds,
  withinSkew,
  type SimAnswer,
  type SimRequest,
} from '#adapters/party';
import { z } from 'zod';
import { writeBill } from './bill.ts';
import { entrustRoute, type EntrustContext } from './simulator-entrust.ts';
import type { PaymentBook, SimOrder, SimRefund } from './simulator-state.ts';
import type { SimKeys } from './simulator-keys.ts';
import { answerMessage, HEADER, readAuthorization, requestMessage, signRsa, verifyRsa } from './wechat-v3.ts';

export type RouteContext = {
  readonly book: PaymentBook;
  readonly keys: SimKeys;
  readonly now: () => Date;
  readonly seed: number;
  /** Where a payer's browser finds the cashier. */
  readonly publicUrl: () => string;
  readonly apiUrl: () => string;
  readonly lie: () => { readonly billMissingRate: number; readonly staleQueryRate: number };
  readonly onRefund: (refund: SimRefund) => void;
  readonly onPaid: (order: SimOrder) => void;
  readonly onContract: EntrustContext['onContract'];
};

const orderSchema = z.object({
  appid: z.string(),
  mchid: z.string(),
  description: z.string().min(1).max(127),
  out_trade_no: z.string().regex(/^[0-9a-zA-Z_\-|*]{6,32}$/),
  time_expire: z.iso.datetime({ offset: true }),
  notify_url: z.url(),
  amount: z.object({ total: z.int().min(1), currency: z.literal('CNY').default('CNY') }),
  payer: z.object({ openid: z.string().min(1) }).optional(),
  scene_info: z.object({ payer_client_ip: z.string().min(1), h5_info: z.object({ type: z.string() }) }).optional(),
});
const refundSchema = z.object({
  out_trade_no: z.string(),
  out_refund_no: z.string().min(1).max(64),
  reason: z.string().max(80).optional(),
  notify_url: z.url(),
  amount: z.object({ refund: z.int().min(1), total: z.int().min(1), currency: z.literal('CNY') }),
});

function refuse(status: number, code: string, message: string): SimAnswer {
  return jsonAnswer(status, { code, message });
}

function bodyOf<T>(request: SimRequest, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(request.body.toString('utf8')));
  } catch {
    return undefined;
  }
}

/** An order past its time can no longer be paid; judged at each look, because the clock may be set back. */
export function isPayable(order: SimOrder, now: Date): boolean {
  return order.state === 'NOTPAY' && now < new Date(order.expiresAt);
}

/** The clear text of a callback and of a query's answer. */
export function transactionOf(order: SimOrder, keys: SimKeys, now: Date): Record<string, unknown> {
  const expired = order.state === 'NOTPAY' && !isPayable(order, now);
  const paid =
    order.transactionId === undefined || order.paidAt === undefined
      ? {}
      : {
          transaction_id: order.transactionId,
          success_time: beijingIso(new Date(order.paidAt)),
          bank_type: 'OTHERS',
          payer: { openid: order.payer },
        };
  return {
    appid: keys.appId,
    mchid: keys.merchantId,
    out_trade_no: order.orderNo,
    trade_type: order.tradeType,
    trade_state: expired ? 'CLOSED' : order.state,
    trade_state_desc: order.failure ?? '',
    amount: { total: order.amountFen, payer_total: order.amountFen, currency: 'CNY', payer_currency: 'CNY' },
    ...paid,
  };
}

export function refundOf(refund: SimRefund, order: SimOrder): Record<string, unknown> {
  return {
    refund_id: refund.refundId,
    out_refund_no: refund.refundNo,
    transaction_id: order.transactionId ?? '',
    out_trade_no: refund.orderNo,
    channel: 'ORIGINAL',
    user_received_account: '模拟零钱',
    create_time: beijingIso(new Date(refund.createdAt)),
    ...(refund.doneAt === undefined ? {} : { success_time: beijingIso(new Date(refund.doneAt)) }),
    status: refund.status,
    amount: {
      total: order.amountFen,
      refund: refund.amountFen,
      payer_total: order.amountFen,
      payer_refund: refund.amountFen,
      currency: 'CNY',
    },
  };
}

function createOrder(context: RouteContext, request: SimRequest, tradeType: SimOrder['tradeType']): SimAnswer {
  const { book, keys } = context;
  const wanted = bodyOf(request, orderSchema);
  if (wanted === undefined) return refuse(400, 'PARAM_ERROR', '参数错误');
  if (wanted.mchid !== keys.merchantId || wanted.appid !== keys.appId)
    return refuse(400, 'APPID_MCHID_NOT_MATCH', '商户号与应用不匹配');
  // Whoever scans is known only once he or she pays.
  const payers = {
    JSAPI: wanted.payer?.openid,
    MWEB: wanted.scene_info?.payer_client_ip,
    NATIVE: 'scanned',
    PAP: undefined,
  };
  const payer = payers[tradeType];
  if (payer === undefined) return refuse(400, 'PARAM_ERROR', '缺少付款人信息');
  const known = book.order(wanted.out_trade_no);
  if (known !== undefined) {
    if (known.state === 'SUCCESS' || known.state === 'REFUND') return refuse(400, 'ORDERPAID', '订单已支付');
    if (!isPayable(known, context.now())) return refuse(400, 'ORDER_CLOSED', '订单已关闭');
    const same =
      known.amountFen === wanted.amount.total &&
      known.description === wanted.description &&
      known.tradeType === tradeType;
    return same ? prepayAnswer(context, known) : refuse(400, 'INVALID_REQUEST', '请求重入时，参数与首次请求不一致');
  }
  const order: SimOrder = {
    orderNo: wanted.out_trade_no,
    prepayId: `wx${beijingDay(context.now()).replaceAll('-', '')}${book.nextNumber()}${randomBytes(6).toString('hex')}`,
    tradeType,
    description: wanted.description,
    amountFen: wanted.amount.total,
    expiresAt: new Date(wanted.time_expire).toISOString(),
    notifyUrl: wanted.notify_url,
    payer,
    state: 'NOTPAY',
  };
  book.saveOrder(order);
  return prepayAnswer(context, order);
}

function prepayAnswer(context: RouteContext, order: SimOrder): SimAnswer {
  if (order.tradeType === 'JSAPI') return jsonAnswer(200, { prepay_id: order.prepayId });
  // The party's own scheme cannot be opened here: what is scanned leads to the same cashier.
  if (order.tradeType === 'NATIVE')
    return jsonAnswer(200, { code_url: `${context.publicUrl()}/cashier/${order.prepayId}` });
  return jsonAnswer(200, { h5_url: `${context.publicUrl()}/cashier/${order.prepayId}?prepay_id=${order.prepayId}` });
}

function queryOrder(context: RouteContext, orderNo: string): SimAnswer {
  const order = context.book.order(orderNo);
  if (order === undefined) return refuse(404, 'ORDER_NOT_EXIST', '订单不存在');
  const stale = seededDraw(context.seed, 'stale', orderNo) < context.lie().staleQueryRate;
  if (stale && order.state === 'SUCCESS') {
    const { transactionId: _transaction, paidAt: _paid, ...unpaid } = order;
    return jsonAnswer(200, transactionOf({ ...unpaid, state: 'NOTPAY' }, context.keys, new Date(0)));
  }
  return jsonAnswer(200, transactionOf(order, context.keys, context.now()));
}

function closeOrder(context: RouteContext, orderNo: string): SimAnswer {
  const order = context.book.order(orderNo);
  if (order === undefined) return refuse(404, 'ORDER_NOT_EXIST', '订单不存在');
  if (order.state === 'SUCCESS' || order.state === 'REFUND') return refuse(400, 'ORDERPAID', '订单已支付');
  if (order.state === 'NOTPAY') context.book.saveOrder({ ...order, state: 'CLOSED' });
  return { status: 204 };
}

function createRefund(context: RouteContext, request: SimRequest): SimAnswer {
  const { book } = context;
  const wanted = bodyOf(request, refundSchema);
  if (wanted === undefined) return refuse(400, 'PARAM_ERROR', '参数错误');
  const order = book.order(wanted.out_trade_no);
  if (order === undefined) return refuse(404, 'RESOURCE_NOT_EXISTS', '订单不存在');
  const known = book.refund(wanted.out_refund_no);
  if (known !== undefined) {
    const same = known.orderNo === order.orderNo && known.amountFen === wanted.amount.refund;
    return same ? jsonAnswer(200, refundOf(known, order)) : refuse(400, 'INVALID_REQUEST', '退款单号重复且参数不一致');
  }
  if (order.state !== 'SUCCESS' && order.state !== 'REFUND') return refuse(400, 'INVALID_REQUEST', '订单未支付');
  const leftFen = order.amountFen - book.refundedFen(order.orderNo);
  if (wanted.amount.total !== order.amountFen) return refuse(400, 'INVALID_REQUEST', '订单金额不一致');
  if (wanted.amount.refund > leftFen) return refuse(400, 'INVALID_REQUEST', '申请退款金额大于可退金额');
  const refund: SimRefund = {
    refundNo: wanted.out_refund_no,
    refundId: `5030${book.nextNumber()}`,
    orderNo: order.orderNo,
    amountFen: wanted.amount.refund,
    notifyUrl: wanted.notify_url,
    createdAt: context.now().toISOString(),
    status: 'PROCESSING',
  };
  book.saveRefund(refund);
  book.saveOrder({ ...order, state: 'REFUND' });
  context.onRefund(refund);
  return jsonAnswer(200, refundOf(refund, order));
}

function billFile(context: RouteContext, day: string): Buffer | undefined {
  const rows = context.book
    .billRows(day)
    .filter((row) => seededDraw(context.seed, 'bill', row.refundNo ?? row.orderNo) >= context.lie().billMissingRate);
  return rows.length === 0 ? undefined : Buffer.from(writeBill(rows, context.keys.appId, context.keys.merchantId));
}

function offerBill(context: RouteContext, day: string): SimAnswer {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return refuse(400, 'PARAM_ERROR', '账单日期格式错误');
  if (day >= beijingDay(context.now())) return refuse(400, 'STATEMENT_CREATING', '账单生成中');
  const file = billFile(context, day);
  if (file === undefined) return refuse(400, 'NO_STATEMENT_EXIST', '账单文件不存在');
  return jsonAnswer(200, {
    hash_type: 'SHA1',
    hash_value: createHash('sha1').update(file).digest('hex'),
    download_url: `${context.apiUrl()}/v3/billdownload/file?token=${day}`,
  });
}

function route(context: RouteContext, request: SimRequest): SimAnswer {
  const { method, path, query } = request;
  const entrusted = entrustRoute(context, request);
  if (entrusted) return entrusted;
  const [, orderNo, tail] = /^\/v3\/pay\/transactions\/out-trade-no\/([^/]+)(\/close)?$/.exec(path) ?? [];
  if (orderNo !== undefined) {
    const plain = decodeURIComponent(orderNo);
    return tail === undefined ? queryOrder(context, plain) : closeOrder(context, plain);
  }
  const [, refundNo] = /^\/v3\/refund\/domestic\/refunds\/([^/]+)$/.exec(path) ?? [];
  if (refundNo !== undefined) {
    const refund = context.book.refund(decodeURIComponent(refundNo));
    const order = context.book.order(refund?.orderNo ?? '');
    if (refund === undefined || order === undefined) return refuse(404, 'RESOURCE_NOT_EXISTS', '退款单不存在');
    return jsonAnswer(200, refundOf(refund, order));
  }
  switch (`${method} ${path}`) {
    case 'POST /v3/pay/transactions/jsapi':
      return createOrder(context, request, 'JSAPI');
    case 'POST /v3/pay/transactions/h5':
      return createOrder(context, request, 'MWEB');
    case 'POST /v3/pay/transactions/native':
      return createOrder(context, request, 'NATIVE');
    case 'POST /v3/refund/domestic/refunds':
      return createRefund(context, request);
    case 'GET /v3/bill/tradebill':
      return offerBill(context, query.get('bill_date') ?? '');
    case 'GET /v3/billdownload/file':
      return {
        status: 200,
        headers: { 'content-type': 'text/plain' },
        body: billFile(context, query.get('token') ?? '') ?? '',
      };
    default:
      return refuse(404, 'RESOURCE_NOT_EXISTS', '接口不存在');
  }
}

export function createApi(context: RouteContext): (request: SimRequest) => SimAnswer {
  const { keys, now } = context;
  const merchantKey = createPublicKey(keys.merchantPublicKeyPem);
  const platformKey = createPrivateKey(keys.platformPrivateKeyPem);

  function authentic(request: SimRequest): boolean {
    const parts = readAuthorization(request.headers.authorization ?? '');
    if (parts?.merchantId !== keys.merchantId || parts.serial !== keys.merchantSerial) return false;
    return (
      withinSkew(parts.timestamp, now()) &&
      verifyRsa(requestMessage({ ...request, ...parts }), parts.signature, merchantKey)
    );
  }

  return (request) => {
    if (!authentic(request)) return refuse(401, 'SIGN_ERROR', '签名错误');
    const answer = route(context, request);
    const timestamp = String(unixSeconds(now()));
    const nonce = randomBytes(16).toString('hex');
    const signature = signRsa(answerMessage({ timestamp, nonce, body: answer.body ?? '' }), platformKey);
    return {
      ...answer,
      headers: {
        ...answer.headers,
        [HEADER.serial]: keys.platformSerial,
        [HEADER.timestamp]: timestamp,
        [HEADER.nonce]: nonce,
        [HEADER.signature]: signature,
      },
    };
  };
}
