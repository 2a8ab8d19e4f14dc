// Withholding held by its contract: the real client against the simulator, over real HTTP, with every bad habit.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startReceiver, type Receiver } from '#adapters/party';
import { createBreaker } from '#platform/breaker';
import {
  createPaymentClient,
  OutcomeUnknown,
  startPaymentSimulator,
  type PaymentClient,
  type PaymentSimulator,
  type WithholdingPort,
} from './index.ts';

const clock = { at: new Date('2026-03-02T04:00:00Z') };
const now = (): Date => clock.at;
let simulator: PaymentSimulator;
let honest: ReturnType<PaymentSimulator['faults']>;
let receiver: Receiver;
let stateDir: string;
let serial = 0;

const start = async (): Promise<PaymentSimulator> =>
  await startPaymentSimulator({ now, stateDir, callbackRetryMs: 20, callbackAttempts: 5 });

function client(planId: number | undefined = 12_535): PaymentClient {
  return createPaymentClient({
    ...simulator.credentials,
    channel: 'h5',
    notifyUrl: `${receiver.url}/told`,
    refundNotifyUrl: `${receiver.url}/refunded`,
    timeoutMs: 800,
    now,
    breaker: createBreaker({ failuresToOpen: 1_000 }),
    ...(planId === undefined ? {} : { planId }),
  });
}

function port(): WithholdingPort {
  const { withholding } = client();
  if (withholding === null) throw new Error('a plan was given');
  return withholding;
}

async function signed(): Promise<{ code: string; contractId: string }> {
  serial += 1;
  const code = `contract-${serial}`;
  await port().preSign({ contractCode: code, displayName: '示例账户', payerRef: `payer-${serial}` });
  expect(simulator.sign(code)).toBe(true);
  const { contractId } = await port().contract(code);
  if (contractId === undefined) throw new Error('a signed contract has a number');
  return { code, contractId };
}

const debit = (contractId: string, orderNo: string, amountFen = 20) => ({
  orderNo,
  contractId,
  amountFen,
  description: '日保自动续保',
});

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'withholding-'));
  receiver = await startReceiver();
  simulator = await start();
  honest = simulator.faults();
});
afterEach(async () => {
  simulator.setFaults(honest);
  await vi.waitUntil(() => simulator.pendingCallbacks() === 0, { timeout: 2_000, interval: 5 });
  receiver.received.length = 0;
});
afterAll(async () => {
  await simulator.close();
  await receiver.close();
  await rm(stateDir, { recursive: true });
});

const told = async (count: number) => {
  await vi.waitUntil(() => receiver.received.length >= count, { timeout: 2_000, interval: 5 });
  return receiver.received.map((one) => client().parseCallback(one.headers, one.body));
};

describe('contracts', () => {
  test('none without a template', () => {
    expect(
      createPaymentClient({
        ...simulator.credentials,
        channel: 'h5',
        notifyUrl: 'http://127.0.0.1',
        refundNotifyUrl: 'http://127.0.0.1',
        timeoutMs: 1,
        now,
      }).withholding,
    ).toBeNull();
  });

  test('read and signed on the party’s page, told by callback, ended by the payer', async () => {
    serial += 1;
    const code = `contract-${serial}`;
    const asked = {
      contractCode: code,
      displayName: '<b>账户</b>',
      payerRef: 'payer',
      returnUrl: 'http://127.0.0.1:9/back',
    };
    const { signUrl } = await port().preSign(asked);
    expect(await port().preSign(asked)).toEqual({ signUrl });
    expect((await port().contract(code)).state).toBe('unsigned');
    const page = await (await fetch(signUrl)).text();
    expect(page).toContain('不会真的扣款');
    expect(page).not.toContain('<b>账户</b>');
    const answer = await fetch(signUrl, { method: 'POST', redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, 'http://127.0.0.1:9/back']);
    const status = await port().contract(code);
    expect(status.state).toBe('signed');
    expect((await told(1))[0]).toMatchObject({
      kind: 'contract',
      contractCode: code,
      contractId: status.contractId,
      state: 'signed',
    });
    expect(simulator.endContract(code)).toBe(true);
    expect((await told(2))[1]).toMatchObject({ kind: 'contract', contractCode: code, state: 'terminated' });
    expect((await port().contract(code)).state).toBe('terminated');
  });

  test('ended by us, twice and when it never was: as good', async () => {
    const { code } = await signed();
    await port().terminate(code, '本人停止');
    await port().terminate(code, '本人停止');
    await port().terminate('never-signed', '本人停止');
    expect((await port().contract(code)).state).toBe('terminated');
  });
});

describe('debits', () => {
  test('accepted, paid, told; the same number again takes nothing more', async () => {
    const { contractId } = await signed();
    const wanted = debit(contractId, `debit-${serial}`);
    await port().debit(wanted);
    await port().debit(wanted);
    expect(await port().queryDebit(wanted.orderNo)).toMatchObject({ state: 'paid', amountFen: 20, paidAt: now() });
    const paid = (await told(2)).filter((one) => one.kind === 'paid');
    expect(paid).toMatchObject([{ orderNo: wanted.orderNo, amountFen: 20 }]);
    await expect(port().debit({ ...wanted, amountFen: 21 })).rejects.toMatchObject({ kind: 'refused' });
    expect((await port().queryDebit('never-sent')).state).toBe('not_found');
  });

  test('a short purse is the party’s final no, and says why', async () => {
    const { contractId } = await signed();
    simulator.setPurse(`payer-${serial}`, 30);
    await port().debit(debit(contractId, `purse-${serial}-1`));
    await port().debit(debit(contractId, `purse-${serial}-2`));
    expect((await port().queryDebit(`purse-${serial}-1`)).state).toBe('paid');
    expect(await port().queryDebit(`purse-${serial}-2`)).toEqual({ state: 'failed', reason: '扣款失败，余额不足' });
  });

  test('nothing is taken under a contract that ended', async () => {
    const { code, contractId } = await signed();
    simulator.endContract(code);
    await expect(port().debit(debit(contractId, `ended-${serial}`))).rejects.toMatchObject({
      code: 'CONTRACT_NOT_EXIST',
    });
    expect((await port().queryDebit(`ended-${serial}`)).state).toBe('not_found');
  });

  test.each([
    ['slow', { latencyMs: 1_000 }],
    ['silent', { hangRate: 1 }],
    ['cut off', { dropRate: 1 }],
    ['5xx', { errorRate: 1 }],
    ['garbage', { garbageRate: 1 }],
  ] as const)('%s: unknown, and repeating the number resolves it with one payment', async (_name, faults) => {
    const { contractId } = await signed();
    const wanted = debit(contractId, `unknown-${serial}`);
    simulator.setFaults(faults);
    await expect(port().debit(wanted)).rejects.toBeInstanceOf(OutcomeUnknown);
    simulator.setFaults(honest);
    expect(['paid', 'not_found']).toContain((await port().queryDebit(wanted.orderNo)).state);
    await port().debit(wanted);
    expect((await port().queryDebit(wanted.orderNo)).state).toBe('paid');
    expect(simulator.orders().filter((one) => one.orderNo === wanted.orderNo)).toHaveLength(1);
  });

  test('contracts and debits outlive the party’s restart', async () => {
    const { code, contractId } = await signed();
    const wanted = debit(contractId, `restart-${serial}`);
    await port().debit(wanted);
    await simulator.close();
    simulator = await start();
    expect((await port().contract(code)).state).toBe('signed');
    await port().debit(wanted);
    expect(simulator.orders().filter((one) => one.orderNo === wanted.orderNo)).toHaveLength(1);
  });
});
