// The payment port held by its contract: the real client against the simulator, over real HTTP, with every bad habit.
import { createPublicKey } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startReceiver, type Received, type Receiver } from '#adapters/party';
import { createBreaker } from '#platform/breaker';
import {
  createPaymentClient,
  OutcomeUnknown,
  PaymentCallbackForged,
  Refused,
  startPaymentSimulator,
  type PaymentClient,
  type PaymentEvent,
  type PaymentSimulator,
} from './index.ts';
import { verifyRsa } from './wechat-v3.ts';

const clock = { at: new Date('2026-03-02T04:00:00Z') };
const now = (): Date => clock.at;
let simulator: PaymentSimulator;
let honest: ReturnType<PaymentSimulator['faults']>;
let receiver: Receiver;
let stateDir: string;
let serial = 0;

const startSimulator = async (port?: number): Promise<PaymentSimulator> =>
  await startPaymentSimulator({
    now,
    stateDir,
    faults: { lie: { refundDelayMs: 10 } },
    callbackRetryMs: 20,
    callbackAttempts: 5,
    ...(port === undefined ? {} : { port }),
  });

// A breaker that never opens, except where the breaker is what is tested.
function client(overrides: Partial<Parameters<typeof createPaymentClient>[0]> = {}): PaymentClient {
  return createPaymentClient({
    ...simulator.credentials,
    channel: 'h5',
    notifyUrl: `${receiver.url}/paid`,
    refundNotifyUrl: `${receiver.url}/refunded`,
    timeoutMs: 250,
    now,
    breaker: createBreaker({ failuresToOpen: 1_000 }),
    ...overrides,
  });
}

function order(overrides: { orderNo?: string; amountFen?: number } = {}) {
  serial += 1;
  return {
    orderNo: `order-${serial}`,
    amountFen: 40,
    description: '职业伤害保障 1 天',
    expiresAt: new Date(clock.at.getTime() + 900_000),
    payerRef: '203.0.113.9',
    ...overrides,
  };
}

async function paidOrder(amountFen = 40): Promise<string> {
  const wanted = order({ amountFen });
  await client().createOrder(wanted);
  expect(simulator.pay(wanted.orderNo)).toBe(true);
  return wanted.orderNo;
}

const arrivals = async (count: number): Promise<Received[]> =>
  await vi.waitUntil(() => receiver.received.length >= count && [...receiver.received], {
    timeout: 2_000,
    interval: 5,
  });
const read = (arrival: Received): PaymentEvent => client().parseCallback(arrival.headers, arrival.body);

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'payment-'));
  receiver = await startReceiver();
  simulator = await startSimulator();
  honest = simulator.faults();
});
afterEach(async () => {
  simulator.setFaults(honest);
  receiver.answer = () => 204;
  const settled = (): boolean => simulator.refunds().every((refund) => refund.status !== 'PROCESSING');
  await vi.waitUntil(() => settled() && simulator.pendingCallbacks() === 0, { timeout: 2_000, interval: 5 });
  receiver.received.length = 0;
  clock.at = new Date('2026-03-02T04:00:00Z');
});
afterAll(async () => {
  await simulator.close();
  await receiver.close();
  await rm(stateDir, { recursive: true });
});

describe('the normal way', () => {
  test('order, pay, callback, query', async () => {
    const wanted = order();
    const { payUrl, prepayId } = await client().createOrder({ ...wanted, returnUrl: 'http://127.0.0.1:9/back?a=1' });
    expect(new URL(payUrl).searchParams.get('redirect_url')).toBe('http://127.0.0.1:9/back?a=1');
    expect(payUrl).toContain(prepayId);
    expect(await client().query(wanted.orderNo)).toEqual({ state: 'not_paid', amountFen: 40 });
    simulator.pay(wanted.orderNo);
    const [arrival] = await arrivals(1);
    if (arrival === undefined) throw new Error('no callback');
    const event = read(arrival);
    const status = await client().query(wanted.orderNo);
    expect(status).toMatchObject({ state: 'paid', amountFen: 40, paidAt: clock.at });
    expect(event).toMatchObject({ kind: 'paid', orderNo: wanted.orderNo, amountFen: 40, paidAt: clock.at });
    expect(event).toHaveProperty('transactionId', status.transactionId);
  });

  test('the cashier page takes the payment and returns the payer', async () => {
    const wanted = { ...order(), description: '<script>alert(1)</script>' };
    const { payUrl } = await client().createOrder({ ...wanted, returnUrl: 'http://127.0.0.1:9/back' });
    const page = await (await fetch(payUrl)).text();
    expect(page).toContain('模拟支付');
    expect(page).toContain('¥0.40');
    expect(page).not.toContain('<script>');
    const paid = await fetch(payUrl, { method: 'POST', redirect: 'manual' });
    expect([paid.status, paid.headers.get('location')]).toEqual([303, 'http://127.0.0.1:9/back']);
    expect((await client().query(wanted.orderNo)).state).toBe('paid');
    const hostile = payUrl.replace(/redirect_url=[^&]*/, 'redirect_url=javascript:alert(1)');
    expect(await (await fetch(hostile)).text()).not.toContain('javascript:');
  });

  test('Native: what the payer scans leads to the cashier, and the order is paid like any other', async () => {
    const wanted = order();
    const { payUrl } = await client().createOrder({ ...wanted, scan: true });
    expect((await client().createOrder({ ...wanted, scan: true })).payUrl).toBe(payUrl);
    expect((await fetch(payUrl, { method: 'POST', redirect: 'manual' })).status).toBeLessThan(400);
    expect(await client().query(wanted.orderNo)).toMatchObject({ state: 'paid', amountFen: 40 });
    await expect(client().createOrder(wanted)).rejects.toBeInstanceOf(Refused);
  });

  test('JSAPI: a prepay id and an invocation that the party would accept', async () => {
    const jsapi = client({ channel: 'jsapi', jsapiPageUrl: 'https://gongdun.example/pay' });
    const { payUrl, prepayId } = await jsapi.createOrder({ ...order(), payerRef: 'openid-1' });
    expect(payUrl).toBe(`https://gongdun.example/pay?prepay_id=${prepayId}`);
    const call = jsapi.jsapiInvocation(prepayId ?? '');
    const message = `${call.appId}\n${call.timeStamp}\n${call.nonceStr}\n${call.package}\n`;
    const merchantKey = createPublicKey(simulator.credentials.merchantPrivateKeyPem);
    expect(verifyRsa(message, call.paySign, merchantKey)).toBe(true);
  });

  test('repeating an order is safe; another amount under its number is refused', async () => {
    const wanted = order();
    const first = await client().createOrder(wanted);
    expect(await client().createOrder(wanted)).toEqual(first);
    const changed = client().createOrder({ ...wanted, amountFen: 41 });
    await expect(changed).rejects.toMatchObject({ kind: 'refused', code: 'INVALID_REQUEST' });
    simulator.pay(wanted.orderNo);
    await expect(client().createOrder(wanted)).rejects.toMatchObject({ code: 'ORDERPAID' });
  });

  test('a closed or expired order cannot be paid; a paid one cannot be closed', async () => {
    const closed = order();
    await client().createOrder(closed);
    await client().close(closed.orderNo);
    expect(simulator.pay(closed.orderNo)).toBe(false);
    expect((await client().query(closed.orderNo)).state).toBe('closed');
    const expired = order();
    await client().createOrder(expired);
    clock.at = new Date(clock.at.getTime() + 901_000);
    expect(simulator.pay(expired.orderNo)).toBe(false);
    expect((await client().query(expired.orderNo)).state).toBe('closed');
    await expect(client().close(await paidOrder())).rejects.toBeInstanceOf(Refused);
    expect(await client().query('never-seen')).toEqual({ state: 'not_found' });
  });

  test('refunds in parts, never more than was paid, each number once', async () => {
    const orderNo = await paidOrder(100);
    const part = { refundNo: `refund-${serial}-1`, orderNo, amountFen: 60, totalFen: 100, reason: '退保' };
    const first = await client().refund(part);
    expect(first.state).toBe('processing');
    expect((await client().refund(part)).refundId).toBe(first.refundId);
    await expect(client().refund({ ...part, amountFen: 61 })).rejects.toBeInstanceOf(Refused);
    await expect(client().refund({ ...part, refundNo: `refund-${serial}-2`, amountFen: 41 })).rejects.toBeInstanceOf(
      Refused,
    );
    const event = (await arrivals(2)).map(read).find((one) => one.kind === 'refund');
    expect(event).toMatchObject({
      refundNo: part.refundNo,
      orderNo,
      amountFen: 60,
      state: 'success',
      refundId: first.refundId,
    });
    expect(await client().queryRefund(part.refundNo)).toEqual({ state: 'success', refundId: first.refundId });
    expect((await client().query(orderNo)).state).toBe('refunded');
    expect(await client().queryRefund('refund-none')).toEqual({ state: 'not_found' });
    simulator.setFaults({ lie: { refundAbnormal: true } });
    const rest = { ...part, refundNo: `refund-${serial}-3`, amountFen: 40 };
    await client().refund(rest);
    await vi.waitUntil(async () => (await client().queryRefund(rest.refundNo)).state === 'abnormal', {
      timeout: 1_000,
    });
  });

  test('the bill of a day that is over agrees with what happened', async () => {
    clock.at = new Date('2026-04-10T15:59:59Z');
    const orderNo = await paidOrder(80);
    await client().refund({ refundNo: 'refund-bill', orderNo, amountFen: 30, totalFen: 80, reason: '退保' });
    await arrivals(2);
    await expect(client().dailyBill('2026-04-10')).rejects.toMatchObject({ code: 'STATEMENT_CREATING' });
    clock.at = new Date('2026-04-11T02:00:00Z');
    const bill = await client().dailyBill('2026-04-10');
    expect(bill.map((line) => [line.kind, line.orderNo, line.amountFen])).toEqual([
      ['payment', orderNo, 80],
      ['refund', orderNo, 30],
    ]);
    expect(await client().dailyBill('2026-04-09')).toEqual([]);
    simulator.setFaults({ lie: { billMissingRate: 1 } });
    expect(await client().dailyBill('2026-04-10')).toEqual([]);
  });
});

describe('bad habits', () => {
  test.each([
    ['slow', { latencyMs: 400 }, 'timeout'],
    ['silent', { hangRate: 1 }, 'timeout'],
    ['cut off', { dropRate: 1 }, 'network'],
    ['5xx', { errorRate: 1 }, 'server_error'],
    ['garbage', { garbageRate: 1 }, 'garbled'],
  ] as const)('%s: the outcome is unknown, and a later repeat resolves it', async (_name, faults, reason) => {
    const wanted = order();
    simulator.setFaults(faults);
    const error: unknown = await client()
      .createOrder(wanted)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OutcomeUnknown);
    expect(error).toMatchObject({ kind: 'outcome_unknown', reason, maybeDone: true });
    simulator.setFaults(honest);
    expect(['not_paid', 'not_found']).toContain((await client().query(wanted.orderNo)).state);
    await client().createOrder(wanted);
    expect((await client().query(wanted.orderNo)).state).toBe('not_paid');
    expect(simulator.orders().filter((one) => one.orderNo === wanted.orderNo)).toHaveLength(1);
  });

  test('a refund whose answer was lost is done once', async () => {
    const orderNo = await paidOrder(50);
    const wanted = { refundNo: `refund-${orderNo}`, orderNo, amountFen: 50, totalFen: 50, reason: '退保' };
    simulator.setFaults({ garbageRate: 1 });
    await expect(client().refund(wanted)).rejects.toBeInstanceOf(OutcomeUnknown);
    simulator.setFaults({ garbageRate: 0 });
    const status = await client().queryRefund(wanted.refundNo);
    expect(['processing', 'success']).toContain(status.state);
    await client().refund(wanted);
    expect(simulator.refunds().filter((one) => one.orderNo === orderNo)).toHaveLength(1);
  });

  test('nobody listens: certain that nothing was done', async () => {
    const gone = await startReceiver();
    await gone.close();
    const dead = client({ baseUrl: gone.url });
    await expect(dead.query('order-1')).rejects.toMatchObject({ reason: 'network', maybeDone: false });
  });

  test('callbacks repeated five times and reordered say the same thing', async () => {
    simulator.setFaults({ repeatCallbacks: 5, reorder: true });
    const first = await paidOrder();
    const second = await paidOrder();
    const events = (await arrivals(10)).map(read);
    const told = events.map((event) => (event.kind === 'paid' ? event.orderNo : ''));
    expect(told[0]).toBe(second);
    expect([first, second].map((orderNo) => told.filter((one) => one === orderNo).length)).toEqual([5, 5]);
    expect(new Set(events.map((event) => event.eventId)).size).toBe(2);
  });

  test('a callback is tried again until we answer 2xx, and given up after its tries', async () => {
    receiver.answer = () => (receiver.received.length < 3 ? 500 : 200);
    const orderNo = await paidOrder();
    const three = await arrivals(3);
    expect(new Set(three.map((arrival) => read(arrival).eventId)).size).toBe(1);
    await vi.waitUntil(() => simulator.pendingCallbacks() === 0);
    receiver.received.length = 0;
    receiver.answer = () => 500;
    simulator.resend(orderNo);
    await vi.waitUntil(() => simulator.pendingCallbacks() === 0, { timeout: 2_000 });
    expect(receiver.received).toHaveLength(5);
  });

  test('a forgotten or stale party: no callback, a query that lags, then the truth', async () => {
    simulator.setFaults({ forgetCallbackRate: 1, lie: { staleQueryRate: 1 } });
    const orderNo = await paidOrder();
    expect(simulator.pendingCallbacks()).toBe(0);
    expect((await client().query(orderNo)).state).toBe('not_paid');
    simulator.setFaults({ lie: { staleQueryRate: 0 } });
    expect((await client().query(orderNo)).state).toBe('paid');
  });

  test('a lie about the amount is visible: callback against query', async () => {
    simulator.setFaults({ lie: { wrongAmountFen: 1 } });
    const orderNo = await paidOrder(40);
    const [arrival] = await arrivals(1);
    expect(arrival && read(arrival)).toMatchObject({ kind: 'paid', amountFen: 41 });
    expect((await client().query(orderNo)).amountFen).toBe(40);
  });
});

describe('forgery', () => {
  test('forged copies are refused, the genuine one is read', async () => {
    simulator.setFaults({ lie: { forgedCopies: 3 } });
    await paidOrder();
    const outcomes = (await arrivals(4)).map((arrival) => {
      try {
        return read(arrival).kind;
      } catch (error) {
        return error instanceof PaymentCallbackForged ? 'forged' : 'bug';
      }
    });
    expect(outcomes.toSorted()).toEqual(['forged', 'forged', 'forged', 'paid']);
    const unpaid = order();
    await client().createOrder(unpaid);
    receiver.received.length = 0;
    simulator.sendForged(unpaid.orderNo);
    const [arrival] = await arrivals(1);
    expect(() => arrival && read(arrival)).toThrow(PaymentCallbackForged);
  });

  test('a genuine callback with anything changed, or replayed late, is forged', async () => {
    await paidOrder();
    const [arrival] = await arrivals(1);
    if (arrival === undefined) throw new Error('no callback');
    const { headers, body } = arrival;
    const text = body.toString('utf8');
    const forged: [typeof headers, Buffer][] = [
      [headers, Buffer.from(text.replace('TRANSACTION', 'REFUND'))],
      [headers, Buffer.from(`${text} `)],
      [{ ...headers, 'wechatpay-nonce': 'other' }, body],
      [{ ...headers, 'wechatpay-serial': 'other' }, body],
      [{ ...headers, 'wechatpay-timestamp': String(Number(headers['wechatpay-timestamp']) + 1) }, body],
      [{ ...headers, 'wechatpay-signature': 'WECHATPAY/SIGNTEST/abc' }, body],
      [{}, body],
    ];
    for (const [changed, bytes] of forged) {
      expect(() => client().parseCallback(changed, bytes)).toThrow(PaymentCallbackForged);
    }
    expect(() => client({ apiV3Key: '0'.repeat(32) }).parseCallback(headers, body)).toThrow(PaymentCallbackForged);
    expect(() => client({ merchantId: '1900000002' }).parseCallback(headers, body)).toThrow(PaymentCallbackForged);
    expect(read(arrival).kind).toBe('paid');
    clock.at = new Date(clock.at.getTime() + 301_000);
    expect(() => read(arrival)).toThrow(PaymentCallbackForged);
  });

  test('an answer signed by nobody we know is not believed; a wrong merchant is refused', async () => {
    const [otherKey] = Object.values(simulator.credentials.platformPublicKeysPem);
    const distrustful = client({ platformPublicKeysPem: { OTHER: otherKey ?? '' } });
    await expect(distrustful.createOrder(order())).rejects.toMatchObject({ reason: 'garbled' });
    const stranger = client({ merchantSerial: 'FFFF' });
    await expect(stranger.createOrder(order())).rejects.toMatchObject({
      kind: 'refused',
      status: 401,
      code: 'SIGN_ERROR',
    });
  });
});

test('the breaker opens on a dead party, spares it, and closes by a probe', async () => {
  const steps = { ms: 0 };
  const breaker = createBreaker({
    failuresToOpen: 3,
    openMs: 1_000,
    clockMs: () => steps.ms,
    isFailure: (error) => error instanceof OutcomeUnknown,
  });
  const guarded = client({ breaker });
  simulator.setFaults({ errorRate: 1 });
  for (let n = 0; n < 3; n += 1)
    await expect(guarded.query('order-x')).rejects.toMatchObject({ reason: 'server_error' });
  simulator.setFaults({ errorRate: 0 });
  await expect(guarded.query('order-x')).rejects.toMatchObject({ reason: 'breaker_open', maybeDone: false });
  steps.ms += 1_000;
  expect(await guarded.query('order-x')).toEqual({ state: 'not_found' });
  expect(breaker.state()).toBe('closed');
});

test('the simulator remembers orders, keys and undelivered callbacks over a restart', async () => {
  receiver.answer = () => 500;
  const before = client();
  const orderNo = await paidOrder();
  await arrivals(1);
  const { port } = simulator;
  await simulator.close();
  receiver.received.length = 0;
  receiver.answer = () => 204;
  simulator = await startSimulator(port);
  const [arrival] = await arrivals(1);
  expect(arrival && read(arrival)).toMatchObject({ kind: 'paid', orderNo });
  await vi.waitUntil(
    async () =>
      await before.query(orderNo).then(
        () => true,
        () => false,
      ),
  );
  expect((await before.query(orderNo)).state).toBe('paid');
  const numbers = simulator
    .orders()
    .map((one) => one.transactionId)
    .filter((id) => id !== undefined);
  expect(new Set(numbers).size).toBe(numbers.length);
  const keyFile = await stat(join(stateDir, 'payment-keys.json'));
  expect(keyFile.mode & 0o077).toBe(0);
});
