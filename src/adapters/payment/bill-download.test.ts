// The bill's file travels unsigned: only its hash, which was signed, proves it.
import { afterEach, expect, test, vi } from 'vitest';
import { createPaymentClient, startPaymentSimulator } from './index.ts';

afterEach(() => vi.restoreAllMocks());

test('a bill file changed on its way, or offered at another address, is not believed', async () => {
  const clock = { at: new Date('2026-03-02T04:00:00Z') };
  const now = (): Date => clock.at;
  const simulator = await startPaymentSimulator({ now, faults: { forgetCallbackRate: 1 } });
  const notifyUrl = `${simulator.url}/nowhere`;
  const client = createPaymentClient({
    ...simulator.credentials,
    channel: 'h5',
    notifyUrl,
    refundNotifyUrl: notifyUrl,
    timeoutMs: 1_000,
    now,
  });
  const expiresAt = new Date(clock.at.getTime() + 60_000);
  await client.createOrder({
    orderNo: 'order-1',
    amountFen: 40,
    description: '保障',
    expiresAt,
    payerRef: '203.0.113.9',
  });
  simulator.pay('order-1');
  clock.at = new Date('2026-03-03T04:00:00Z');
  expect((await client.dailyBill('2026-03-02'))[0]?.orderNo).toBe('order-1');

  const { fetch: genuineFetch } = globalThis;
  const asked: string[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const url = typeof input === 'string' ? input : '';
    asked.push(url);
    const answer = await genuineFetch(url, init);
    // The same count and sums: only the hash can tell.
    return url.includes('billdownload') ? new Response((await answer.text()).replace('order-1', 'order-2')) : answer;
  });
  await expect(client.dailyBill('2026-03-02')).rejects.toMatchObject({ kind: 'outcome_unknown', reason: 'garbled' });

  asked.length = 0;
  const aside = createPaymentClient({
    ...simulator.credentials,
    baseUrl: simulator.url.replace('127.0.0.1', 'localhost'),
    channel: 'h5',
    notifyUrl,
    refundNotifyUrl: notifyUrl,
    timeoutMs: 1_000,
    now,
  });
  await expect(aside.dailyBill('2026-03-02')).rejects.toMatchObject({ reason: 'garbled' });
  expect(asked.filter((url) => url.includes('billdownload'))).toEqual([]);
  await simulator.close();
});
