// A payment party on loopback that speaks WeChat Pay API v3, with a cashier page, and can be slow, fail, repeat, forget
// and lie. For demonstration and tests: no money moves.
import { createPrivateKey, randomBytes } from 'node:crypto';
import {
  beijingIso,
  createFaultBox,
  seededStream,
  startCallbacks,
  startSimServer,
  type Callback,
  type Callbacks,
  type CallbackAttempt,
  type Faults,
  type FaultsPatch,
  type SimAnswer,
  type SimRequest,
  type SimulatorOptions,
} from '#adapters/party';
import { cashierPage, missingPage, safeReturnUrl } from './cashier.ts';
import type { PaymentClientConfig } from './client.ts';
import { loadKeys, type SimKeys } from './simulator-keys.ts';
import { changeContract, contractOf, createEntrustPage } from './simulator-entrust.ts';
import { createApi, isPayable, refundOf, transactionOf } from './simulator-routes.ts';
import { openBook, type PaymentBook, type SimContract, type SimOrder, type SimRefund } from './simulator-state.ts';
import { answerMessage, HEADER, sealResource, signRsa } from './wechat-v3.ts';

export type PaymentLie = {
  /** Added to the amount that callbacks tell; the query tells the truth. */
  readonly wrongAmountFen: number;
  /** Forged copies sent beside each callback, with another amount and a signature of nobody. */
  readonly forgedCopies: number;
  readonly lateCallbackMs: number;
  /** Share of paid orders that the query still calls unpaid. */
  readonly staleQueryRate: number;
  readonly billMissingRate: number;
  readonly refundDelayMs: number;
  /** Refunds end abnormal instead of success. */
  readonly refundAbnormal: boolean;
};

const HONEST_LIE: PaymentLie = {
  wrongAmountFen: 0,
  forgedCopies: 0,
  lateCallbackMs: 0,
  staleQueryRate: 0,
  billMissingRate: 0,
  refundDelayMs: 50,
  refundAbnormal: false,
};

export type PaymentSimulator = {
  readonly url: string;
  readonly port: number;
  /** What `createPaymentClient` needs to be this party's merchant. */
  readonly credentials: Pick<
    PaymentClientConfig,
    | 'baseUrl'
    | 'appId'
    | 'merchantId'
    | 'merchantSerial'
    | 'merchantPrivateKeyPem'
    | 'platformPublicKeysPem'
    | 'apiV3Key'
  >;
  setFaults(patch: FaultsPatch<PaymentLie>): void;
  faults(): Faults<PaymentLie>;
  /** The payer presses the button. False when the order cannot be paid any more. */
  pay(orderNo: string): boolean;
  /** The payer signs or ends the contract at the party's side. */
  sign(contractCode: string): boolean;
  endContract(contractCode: string): boolean;
  contracts(): SimContract[];
  /** What the payer of a contract has left. */
  setPurse(payerRef: string, fen: number): void;
  order(orderNo: string): SimOrder | undefined;
  orders(): SimOrder[];
  /** Orders that were paid before this simulator began, as a city's history says; known ones are left alone. */
  learn(paid: readonly PaidBefore[]): void;
  refunds(): SimRefund[];
  /** Sends a forged "paid" for this order, as an attacker would. */
  sendForged(orderNo: string): void;
  /** Sends the genuine callback of a paid order once more. */
  resend(orderNo: string): void;
  pendingCallbacks(): number;
  callbackAttempts(): readonly CallbackAttempt[];
  close(): Promise<void>;
};

export type PaidBefore = {
  readonly orderNo: string;
  readonly transactionId: string;
  readonly amountFen: number;
  readonly description: string;
  readonly paidAt: string;
  readonly expiresAt: string;
};

/** `publicUrl`: how a payer's browser reaches the cashier, when not by the loopback address. */
export type PaymentSimulatorOptions = SimulatorOptions<PaymentLie> & { readonly publicUrl?: string };

type Till = {
  notifyContract(contract: SimContract, change: 'SIGN' | 'TERMINATE'): void;
  notifyPaid(order: SimOrder, forged?: boolean): void;
  pay(orderNo: string): boolean;
  scheduleRefund(refund: SimRefund): void;
  stop(): void;
};

type TillOptions = {
  readonly book: PaymentBook;
  readonly keys: SimKeys;
  readonly now: () => Date;
  readonly lie: () => PaymentLie;
  readonly callbacks: Callbacks;
};

type Notice = {
  readonly eventType: string;
  readonly summary: string;
  readonly original: string;
  readonly resource: unknown;
};

function createSigner(
  keys: SimKeys,
  now: () => Date,
): (callback: Callback) => { headers: Record<string, string>; body: string } {
  const platformKey = createPrivateKey(keys.platformPrivateKeyPem);
  return (callback) => {
    const timestamp = String(Math.floor(now().getTime() / 1000));
    const nonce = randomBytes(16).toString('hex');
    const body = callback.payload;
    const message = answerMessage({ timestamp, nonce, body });
    const signature = callback.forged ? randomBytes(256).toString('base64') : signRsa(message, platformKey);
    return {
      headers: {
        'content-type': 'application/json',
        [HEADER.serial]: keys.platformSerial,
        [HEADER.timestamp]: timestamp,
        [HEADER.nonce]: nonce,
        [HEADER.signature]: signature,
      },
      body,
    };
  };
}

function envelope(id: string, notice: Notice, apiV3Key: string, now: Date): string {
  const sealed = sealResource(
    JSON.stringify(notice.resource),
    apiV3Key,
    randomBytes(6).toString('hex'),
    notice.original,
  );
  return JSON.stringify({
    id,
    create_time: beijingIso(now),
    resource_type: 'encrypt-resource',
    event_type: notice.eventType,
    summary: notice.summary,
    resource: { original_type: notice.original, algorithm: 'AEAD_AES_256_GCM', ...sealed },
  });
}

function createCashier(options: {
  now: () => Date;
  find: (prepayId: string) => SimOrder | undefined;
  pay: (orderNo: string) => boolean;
}): (request: SimRequest) => SimAnswer {
  const html = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
  return (request) => {
    const order = options.find(decodeURIComponent(request.path.slice('/cashier/'.length)));
    if (order === undefined) return { status: 404, headers: html, body: missingPage() };
    const returnUrl = safeReturnUrl(request.query.get('redirect_url') ?? request.query.get('return_url'));
    const paidNow = request.method === 'POST' && options.pay(order.orderNo);
    if (paidNow && returnUrl !== undefined) return { status: 303, headers: { location: returnUrl } };
    const paid = paidNow || order.state === 'SUCCESS' || order.state === 'REFUND';
    const state = paid ? 'paid' : isPayable(order, options.now()) ? 'payable' : 'closed';
    return { status: 200, headers: html, body: cashierPage({ ...order, state, returnUrl }) };
  };
}

/** Takes payments, ends refunds, and tells about both, with the lies of the moment. */
function createTill({ book, keys, now, lie, callbacks }: TillOptions): Till {
  const timers = new Set<NodeJS.Timeout>();

  function notify(target: string, notice: Notice, forged: boolean): void {
    const id = randomBytes(16).toString('hex');
    const payload = envelope(id, notice, keys.apiV3Key, now());
    callbacks.push({ id, url: target, payload, forged }, forged ? 0 : lie().lateCallbackMs);
  }

  function notifyPaid(order: SimOrder, forged = false): void {
    const addedFen = forged ? 1 : lie().wrongAmountFen;
    const told = { ...order, amountFen: order.amountFen + addedFen, state: 'SUCCESS' as const };
    const fake = { transactionId: `4200${book.nextNumber()}`, paidAt: now().toISOString() };
    const resource = transactionOf(forged ? { ...fake, ...told } : told, keys, now());
    const notice = { eventType: 'TRANSACTION.SUCCESS', summary: '支付成功', original: 'transaction', resource };
    notify(order.notifyUrl, notice, forged);
    if (!forged) for (let copy = 0; copy < lie().forgedCopies; copy += 1) notifyPaid(order, true);
  }

  function pay(orderNo: string): boolean {
    const order = book.order(orderNo);
    if (order === undefined || !isPayable(order, now())) return false;
    const transactionId = `4200${book.nextNumber()}`;
    const paid = { ...order, state: 'SUCCESS' as const, transactionId, paidAt: now().toISOString() };
    book.saveOrder(paid);
    notifyPaid(paid);
    return true;
  }

  function finishRefund(refundNo: string): void {
    const refund = book.refund(refundNo);
    const order = book.order(refund?.orderNo ?? '');
    if (refund?.status !== 'PROCESSING' || order === undefined) return;
    const status = lie().refundAbnormal ? 'ABNORMAL' : 'SUCCESS';
    const done = { ...refund, status, ...(status === 'SUCCESS' ? { doneAt: now().toISOString() } : {}) } as const;
    book.saveRefund(done);
    const { status: refund_status, ...rest } = refundOf(done, order);
    const resource = { ...rest, refund_status, mchid: keys.merchantId };
    notify(
      refund.notifyUrl,
      { eventType: `REFUND.${status}`, summary: '退款结果', original: 'refund', resource },
      false,
    );
  }

  function notifyContract(contract: SimContract, change: 'SIGN' | 'TERMINATE'): void {
    const summary = change === 'SIGN' ? '签约成功' : '解约成功';
    const resource = contractOf(contract, keys);
    notify(contract.notifyUrl, { eventType: `ENTRUST.${change}`, summary, original: 'entrust', resource }, false);
  }

  return {
    notifyContract,
    notifyPaid,
    pay,
    scheduleRefund(refund) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        finishRefund(refund.refundNo);
      }, lie().refundDelayMs).unref();
      timers.add(timer);
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function credentialsOf(keys: SimKeys, baseUrl: string): PaymentSimulator['credentials'] {
  const { appId, merchantId, merchantSerial, merchantPrivateKeyPem, apiV3Key } = keys;
  const platformPublicKeysPem = { [keys.platformSerial]: keys.platformPublicKeyPem };
  return { baseUrl, appId, merchantId, merchantSerial, merchantPrivateKeyPem, platformPublicKeysPem, apiV3Key };
}

function paidBefore(one: PaidBefore): SimOrder {
  return {
    ...one,
    prepayId: `before-${one.orderNo}`,
    tradeType: 'MWEB',
    notifyUrl: '',
    payer: '',
    state: 'SUCCESS',
  };
}

export async function startPaymentSimulator(options: PaymentSimulatorOptions): Promise<PaymentSimulator> {
  const { now, stateDir, seed = 1 } = options;
  const keys = loadKeys(stateDir);
  const book = openBook(stateDir);
  const box = createFaultBox(HONEST_LIE, options.faults);
  const lie = (): PaymentLie => box.get().lie;
  const random = seededStream(seed);
  let apiUrl = '';
  const callbacks = startCallbacks({
    stateDir,
    party: 'payment',
    faults: box.get,
    random,
    prepare: createSigner(keys, now),
    retryMs: options.callbackRetryMs,
    attempts: options.callbackAttempts,
  });
  const till = createTill({ book, keys, now, lie, callbacks });
  const publicUrl = (): string => options.publicUrl ?? apiUrl;
  const entrust = {
    book,
    keys,
    now,
    publicUrl,
    onPaid: (order: SimOrder) => till.notifyPaid(order),
    onContract: till.notifyContract,
  };
  const api = createApi({ ...entrust, seed, lie, apiUrl: () => apiUrl, onRefund: till.scheduleRefund });
  const contractPage = createEntrustPage(entrust);
  const cashier = createCashier({ now, find: (prepayId) => book.orderByPrepay(prepayId), pay: till.pay });
  const isPage = (path: string): boolean => path.startsWith('/cashier/') || path.startsWith('/entrust/');
  const page = (request: SimRequest): SimAnswer =>
    request.path.startsWith('/entrust/') ? contractPage(request) : cashier(request);
  const handle = (request: SimRequest): SimAnswer => (isPage(request.path) ? page(request) : api(request));
  const server = await startSimServer({ port: options.port, faults: box.get, random, isPage, handle });
  apiUrl = server.url;
  for (const refund of book.refunds()) if (refund.status === 'PROCESSING') till.scheduleRefund(refund);

  const withOrder = (work: (order: SimOrder) => void) => (orderNo: string) => {
    const order = book.order(orderNo);
    if (order !== undefined) work(order);
  };
  return {
    url: server.url,
    port: server.port,
    credentials: credentialsOf(keys, server.url),
    setFaults: box.patch,
    faults: box.get,
    pay: till.pay,
    sign: (code) => changeContract(entrust, code, 'SIGN'),
    endContract: (code) => changeContract(entrust, code, 'TERMINATE'),
    contracts: () => book.contracts(),
    setPurse: (payerRef, fen) => book.savePurse(payerRef, fen),
    order: (orderNo) => book.order(orderNo),
    orders: () => book.orders(),
    learn: (paid) => {
      for (const one of paid) {
        if (!book.order(one.orderNo)) book.saveOrder(paidBefore(one));
      }
    },
    refunds: () => book.refunds(),
    sendForged: withOrder((order) => till.notifyPaid(order, true)),
    resend: withOrder((order) => (order.paidAt === undefined ? undefined : till.notifyPaid(order))),
    pendingCallbacks: callbacks.pending,
    callbackAttempts: callbacks.attempts,
    async close() {
      till.stop();
      await server.close();
      await callbacks.close();
      book.close();
    },
  };
}
