// The real client of WeChat Pay API v3 for one merchant: JSAPI and H5 orders, query, close, refund, trade bill, callbacks.
// It must not believe an answer or callback whose signature it has not checked, and never retries by itself.
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Breaker } from '#platform/breaker';
import {
  beijingIso,
  createPartyCaller,
  newNonce,
  OutcomeUnknown,
  partyText,
  readJson,
  Refused,
  unixSeconds,
  type PartyAnswer,
} from '#adapters/party';
import { z } from 'zod';
import { BillUnreadable, parseBill } from './bill.ts';
import { parseCallback } from './callback.ts';
import type { BillLine, PaymentPort, PaymentState, PaymentStatus, RefundState, RefundStatus } from './port.ts';
import { createWithholding } from './withholding.ts';
import type { WithholdingPort } from './withholding-port.ts';
import { answerMessage, HEADER, requestMessage, signRsa, verifyRsa, writeAuthorization } from './wechat-v3.ts';

const PARTY = 'payment';

export type PaymentClientConfig = {
  /** https://api.mch.weixin.qq.com, or a simulator. */
  readonly baseUrl: string;
  readonly channel: 'h5' | 'jsapi';
  readonly appId: string;
  readonly merchantId: string;
  /** Serial of the merchant's API certificate, and its private key. */
  readonly merchantSerial: string;
  readonly merchantPrivateKeyPem: string;
  /** The party's public keys by serial (platform certificates or `PUB_KEY_ID_…`); two during a rotation. */
  readonly platformPublicKeysPem: Readonly<Record<string, string>>;
  /** 32 bytes. */
  readonly apiV3Key: string;
  readonly notifyUrl: string;
  readonly refundNotifyUrl: string;
  /** The template of withholding contracts agreed with the party; without it there is none. */
  readonly planId?: number;
  /** JSAPI only: our page that starts the payment inside WeChat. */
  readonly jsapiPageUrl?: string;
  readonly timeoutMs: number;
  readonly now: () => Date;
  readonly breaker?: Breaker;
};

/** What `WeixinJSBridge.invoke('getBrandWCPayRequest', …)` takes. */
export type JsapiInvocation = {
  readonly appId: string;
  readonly timeStamp: string;
  readonly nonceStr: string;
  readonly package: string;
  readonly signType: 'RSA';
  readonly paySign: string;
};

export type PaymentClient = PaymentPort & {
  /** Null where no template for withholding was agreed with the party. */
  readonly withholding: WithholdingPort | null;
  jsapiInvocation(prepayId: string): JsapiInvocation;
};

const errorSchema = z.object({ code: z.string(), message: z.string().optional() });
const jsapiOrderSchema = z.object({ prepay_id: z.string().min(1) });
const h5OrderSchema = z.object({ h5_url: z.url() });
/** Text of a QR code: an address of the party's own scheme. */
const nativeOrderSchema = z.object({ code_url: z.string().min(1).max(512) });
const transactionSchema = z.object({
  mchid: partyText,
  out_trade_no: partyText,
  trade_state: z.enum(['SUCCESS', 'REFUND', 'NOTPAY', 'CLOSED', 'REVOKED', 'USERPAYING', 'PAYERROR']),
  transaction_id: partyText.optional(),
  success_time: z.iso.datetime({ offset: true }).optional(),
  amount: z.object({ total: z.int().optional() }).optional(),
});
const refundSchema = z.object({
  refund_id: partyText,
  out_refund_no: partyText,
  status: z.enum(['SUCCESS', 'CLOSED', 'PROCESSING', 'ABNORMAL']),
});
const billSchema = z.object({ hash_type: z.literal('SHA1'), hash_value: z.string(), download_url: z.url() });

const STATES: Readonly<Record<z.infer<typeof transactionSchema>['trade_state'], PaymentState>> = {
  SUCCESS: 'paid',
  REFUND: 'refunded',
  NOTPAY: 'not_paid',
  USERPAYING: 'not_paid',
  PAYERROR: 'not_paid',
  CLOSED: 'closed',
  REVOKED: 'closed',
};
const REFUND_STATES: Readonly<Record<z.infer<typeof refundSchema>['status'], RefundState>> = {
  SUCCESS: 'success',
  CLOSED: 'closed',
  PROCESSING: 'processing',
  ABNORMAL: 'abnormal',
};

export type Wire = {
  /** Signed both ways; the body of a 2xx. */
  exchange(operation: string, method: 'GET' | 'POST', target: string, json?: unknown): Promise<Buffer>;
  /** Signed by us only: files prove themselves by their hash. */
  download(operation: string, target: string): Promise<Buffer>;
  sign(message: string): string;
};

function createWire(config: PaymentClientConfig, platformKeys: ReadonlyMap<string, KeyObject>): Wire {
  const call = createPartyCaller({ party: PARTY, timeoutMs: config.timeoutMs, breaker: config.breaker });
  const privateKey = createPrivateKey(config.merchantPrivateKeyPem);
  const base = config.baseUrl.replace(/\/$/, '');
  const publicKeyId = [...platformKeys.keys()].findLast((serial) => serial.startsWith('PUB_KEY_ID_'));

  function genuine(answer: PartyAnswer): boolean {
    const key = platformKeys.get(answer.headers.get(HEADER.serial) ?? '');
    if (key === undefined) return false;
    const timestamp = answer.headers.get(HEADER.timestamp) ?? '';
    const nonce = answer.headers.get(HEADER.nonce) ?? '';
    const signature = answer.headers.get(HEADER.signature) ?? '';
    const fresh = Math.abs(unixSeconds(config.now()) - Number(timestamp)) <= 300;
    return fresh && verifyRsa(answerMessage({ timestamp, nonce, body: answer.body }), signature, key);
  }

  async function send(
    operation: string,
    method: 'GET' | 'POST',
    target: string,
    json: unknown,
    signed: boolean,
  ): Promise<Buffer> {
    const body = json === undefined ? '' : JSON.stringify(json);
    const timestamp = String(unixSeconds(config.now()));
    const nonce = newNonce();
    const signature = signRsa(requestMessage({ method, target, timestamp, nonce, body }), privateKey);
    const { merchantId, merchantSerial: serial } = config;
    return await call({
      operation,
      method,
      url: base + target,
      headers: {
        accept: 'application/json',
        'user-agent': 'gongdun',
        authorization: writeAuthorization({ merchantId, serial, nonce, timestamp, signature }),
        // Whoever holds the party's public key says so, and is answered under it while certificates still exist.
        ...(publicKeyId === undefined ? {} : { [HEADER.serial]: publicKeyId }),
        ...(body === '' ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === '' ? {} : { body }),
      accept: (answer) => {
        // Like the party's own libraries: errors come unsigned when the request could not be authenticated.
        const unsignedError = answer.status >= 400 && !answer.headers.has(HEADER.signature);
        if (signed && !unsignedError && !genuine(answer)) throw new OutcomeUnknown(PARTY, operation, 'garbled');
        if (answer.status < 300) return answer.body;
        const { code, message } = readJson(PARTY, operation, answer.body, errorSchema);
        if (code === 'SYSTEM_ERROR') throw new OutcomeUnknown(PARTY, operation, 'server_error');
        throw new Refused(PARTY, operation, { status: answer.status, code, partyMessage: message ?? '' });
      },
    });
  }

  return {
    exchange: async (operation, method, target, json) => await send(operation, method, target, json, true),
    download: async (operation, target) => await send(operation, 'GET', target, undefined, false),
    sign: (message) => signRsa(message, privateKey),
  };
}

// Only these codes mean that the party never had it; any other 404 is a wrong address of ours.
const MISSING_CODES = new Set(['ORDER_NOT_EXIST', 'ORDERNOTEXIST', 'RESOURCE_NOT_EXISTS']);

function isMissing(error: unknown): boolean {
  return error instanceof Refused && error.status === 404 && MISSING_CODES.has(error.code);
}

async function createOrder(
  config: PaymentClientConfig,
  wire: Wire,
  order: Parameters<PaymentPort['createOrder']>[0],
): Promise<{ payUrl: string; prepayId?: string }> {
  const operation = 'createOrder';
  const common = {
    appid: config.appId,
    mchid: config.merchantId,
    description: order.description,
    out_trade_no: order.orderNo,
    time_expire: beijingIso(order.expiresAt),
    notify_url: config.notifyUrl,
    amount: { total: order.amountFen, currency: 'CNY' },
  };
  if (order.scan) {
    const body = await wire.exchange(operation, 'POST', '/v3/pay/transactions/native', common);
    return { payUrl: readJson(PARTY, operation, body, nativeOrderSchema).code_url };
  }
  if (config.channel === 'jsapi') {
    const json = { ...common, payer: { openid: order.payerRef } };
    const body = await wire.exchange(operation, 'POST', '/v3/pay/transactions/jsapi', json);
    const { prepay_id: prepayId } = readJson(PARTY, operation, body, jsapiOrderSchema);
    const page = new URL(config.jsapiPageUrl ?? config.notifyUrl);
    page.searchParams.set('prepay_id', prepayId);
    return { payUrl: page.href, prepayId };
  }
  const json = { ...common, scene_info: { payer_client_ip: order.payerRef, h5_info: { type: 'Wap' } } };
  const body = await wire.exchange(operation, 'POST', '/v3/pay/transactions/h5', json);
  const payUrl = new URL(readJson(PARTY, operation, body, h5OrderSchema).h5_url);
  const prepayId = payUrl.searchParams.get('prepay_id');
  if (prepayId === null) throw new OutcomeUnknown(PARTY, operation, 'garbled');
  if (order.returnUrl !== undefined) payUrl.searchParams.set('redirect_url', order.returnUrl);
  return { payUrl: payUrl.href, prepayId };
}

async function query(config: PaymentClientConfig, wire: Wire, orderNo: string): Promise<PaymentStatus> {
  const operation = 'query';
  const target = `/v3/pay/transactions/out-trade-no/${encodeURIComponent(orderNo)}?mchid=${config.merchantId}`;
  let body: Buffer;
  try {
    body = await wire.exchange(operation, 'GET', target);
  } catch (error) {
    if (isMissing(error)) return { state: 'not_found' };
    throw error;
  }
  const found = readJson(PARTY, operation, body, transactionSchema);
  const paid = found.trade_state === 'SUCCESS' || found.trade_state === 'REFUND';
  const amountFen = found.amount?.total;
  const complete = found.transaction_id !== undefined && found.success_time !== undefined && amountFen !== undefined;
  if (found.out_trade_no !== orderNo || found.mchid !== config.merchantId || (paid && !complete)) {
    throw new OutcomeUnknown(PARTY, operation, 'garbled');
  }
  return {
    state: STATES[found.trade_state],
    ...(amountFen === undefined ? {} : { amountFen }),
    ...(found.transaction_id === undefined ? {} : { transactionId: found.transaction_id }),
    ...(found.success_time === undefined ? {} : { paidAt: new Date(found.success_time) }),
  };
}

function readRefund(operation: string, body: Buffer, refundNo: string): RefundStatus {
  const found = readJson(PARTY, operation, body, refundSchema);
  if (found.out_refund_no !== refundNo) throw new OutcomeUnknown(PARTY, operation, 'garbled');
  return { state: REFUND_STATES[found.status], refundId: found.refund_id };
}

async function dailyBill(config: PaymentClientConfig, wire: Wire, day: string): Promise<BillLine[]> {
  const operation = 'dailyBill';
  let offer: z.infer<typeof billSchema>;
  try {
    const body = await wire.exchange(operation, 'GET', `/v3/bill/tradebill?bill_date=${day}&bill_type=ALL`);
    offer = readJson(PARTY, operation, body, billSchema);
  } catch (error) {
    // No payment and no refund on that day.
    if (error instanceof Refused && error.code === 'NO_STATEMENT_EXIST') return [];
    throw error;
  }
  const url = new URL(offer.download_url);
  // Our authorisation goes to the party only, whatever address the answer names.
  if (url.origin !== new URL(config.baseUrl).origin) throw new OutcomeUnknown(PARTY, operation, 'garbled');
  const file = await wire.download(operation, url.pathname + url.search);
  const hash = createHash('sha1').update(file).digest('hex');
  if (hash !== offer.hash_value.toLowerCase()) throw new OutcomeUnknown(PARTY, operation, 'garbled');
  try {
    return parseBill(file.toString('utf8'));
  } catch (error) {
    if (error instanceof BillUnreadable) throw new OutcomeUnknown(PARTY, operation, 'garbled', { cause: error });
    throw error;
  }
}

export function createPaymentClient(config: PaymentClientConfig): PaymentClient {
  const platformKeys = new Map(
    Object.entries(config.platformPublicKeysPem).map(([serial, pem]) => [serial, createPublicKey(pem)]),
  );
  const wire = createWire(config, platformKeys);

  return {
    withholding: config.planId === undefined ? null : createWithholding(config, config.planId, wire),
    createOrder: async (order) => await createOrder(config, wire, order),
    query: async (orderNo) => await query(config, wire, orderNo),
    async close(orderNo) {
      const target = `/v3/pay/transactions/out-trade-no/${encodeURIComponent(orderNo)}/close`;
      await wire.exchange('close', 'POST', target, { mchid: config.merchantId });
    },
    async refund(order) {
      const body = await wire.exchange('refund', 'POST', '/v3/refund/domestic/refunds', {
        out_trade_no: order.orderNo,
        out_refund_no: order.refundNo,
        reason: order.reason,
        notify_url: config.refundNotifyUrl,
        amount: { refund: order.amountFen, total: order.totalFen, currency: 'CNY' },
      });
      return readRefund('refund', body, order.refundNo);
    },
    async queryRefund(refundNo) {
      const target = `/v3/refund/domestic/refunds/${encodeURIComponent(refundNo)}`;
      try {
        return readRefund('queryRefund', await wire.exchange('queryRefund', 'GET', target), refundNo);
      } catch (error) {
        if (isMissing(error)) return { state: 'not_found' };
        throw error;
      }
    },
    dailyBill: async (day) => await dailyBill(config, wire, day),
    parseCallback: (headers, rawBody) => parseCallback(config, platformKeys, headers, rawBody),
    jsapiInvocation(prepayId) {
      const timeStamp = String(unixSeconds(config.now()));
      const nonceStr = newNonce();
      const packed = `prepay_id=${prepayId}`;
      const paySign = wire.sign(`${config.appId}\n${timeStamp}\n${nonceStr}\n${packed}\n`);
      return { appId: config.appId, timeStamp, nonceStr, package: packed, signType: 'RSA', paySign };
    },
  };
}
