// SMPP 3.4 against a message centre made with the package's own server: binding, long messages, window, throttling, receipts that come
// early, late, twice or never, silence, reconnection, unbinding.
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createSmppSms,
  OutcomeUnknown,
  startSmppSimulator,
  type SmppConfig,
  type SmppSimulator,
  type SmppSms,
  type SmsReceipt,
} from './index.ts';
import { concatenationHeader, readSmppReceipt, splitUcs2, ucs2 } from './smpp-text.ts';

const now = (): Date => new Date('2026-03-02T04:00:00Z');
const login = { systemId: 'gongdun', password: 'secret' };
const texts = { code: '验证码${code}，五分钟内有效。', long: '${text}' };
const open: { close(): Promise<void> }[] = [];

async function centre(faults: Parameters<SmppSimulator['setFaults']>[0] = {}): Promise<SmppSimulator> {
  const simulator = await startSmppSimulator({ ...login, now, faults });
  open.unshift(simulator);
  return simulator;
}

async function client(
  simulator: Pick<SmppSimulator, 'url'>,
  overrides: Partial<SmppConfig> = {},
): Promise<{ sms: SmppSms; receipts: SmsReceipt[]; troubles: string[] }> {
  const receipts: SmsReceipt[] = [];
  const troubles: string[] = [];
  const sms = createSmppSms({
    ...login,
    baseUrl: simulator.url,
    source: '10690000',
    signName: '工盾',
    texts,
    timeoutMs: 300,
    reconnectMs: 20,
    throttleMs: 30,
    onReceipt: async (receipt) => void receipts.push(receipt),
    onTrouble: (why) => troubles.push(why),
    ...overrides,
  });
  open.unshift(sms);
  return { sms, receipts, troubles };
}
const message = (phone: string, code = '123456') => ({
  phone,
  templateCode: 'code',
  params: { code },
  bizId: `biz-${phone}`,
});
const bound = (sms: SmppSms) => expect.poll(() => sms.bound(), { timeout: 5_000 }).toBe(true);

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

describe('texts', () => {
  test('parts fit, tear no pair of surrogates, and join to the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), (text) => {
        const parts = splitUcs2(text);
        if (!parts) return text.length > 600;
        const max = parts.length === 1 ? 140 : 134;
        return parts.join('') === text && parts.every((part) => ucs2(part).length <= max && part.isWellFormed());
      }),
    );
    expect(splitUcs2('长'.repeat(671))).toBeUndefined();
    expect([...concatenationHeader(0x1ff, 3, 2)]).toEqual([5, 0, 3, 0xff, 3, 2]);
  });

  test.each([
    ['id:A1 sub:001 dlvrd:001 stat:DELIVRD err:000 text:', undefined, undefined, 'delivered'],
    ['id:A1 stat:UNDELIV err:027', undefined, undefined, 'failed'],
    ['id:B2 stat:UNDELIV err:027', 'A1\0', 2, 'delivered'],
    ['id:A1 stat:ENROUTE err:000', undefined, undefined, null],
    ['id:A1 stat:UNKNOWN', undefined, undefined, null],
    ['您好，退订', undefined, undefined, null],
    [`id:${'x'.repeat(200)} stat:DELIVRD`, undefined, undefined, null],
  ])('receipt %j', (text, receiptedId, messageState, state) => {
    const read = readSmppReceipt({ text, receiptedId, messageState });
    expect(read && { providerId: read.providerId, state: read.state }).toEqual(state && { providerId: 'A1', state });
  });
});

test('binds, sends, and hears the receipt', async () => {
  const simulator = await centre();
  const { sms, receipts } = await client(simulator);
  await bound(sms);
  const { providerId, parts } = await sms.send(message('13800000001', '024680'));
  expect(parts).toEqual([providerId]);
  expect(simulator.messages()).toMatchObject([{ phone: '13800000001', text: '【工盾】验证码024680，五分钟内有效。' }]);
  await expect.poll(() => receipts).toEqual([{ providerId, state: 'delivered', code: 'DELIVRD 000' }]);
});

test.each(['udh', 'sar'] as const)('a long message goes in parts (%s) and arrives whole', async (concatenation) => {
  const simulator = await centre();
  const { sms, receipts } = await client(simulator, { concatenation });
  await bound(sms);
  const text = `办件进展😀${'您的理赔申请已受理，请留意'.repeat(14)}`;
  const { parts } = await sms.send({ ...message('13800000002'), templateCode: 'long', params: { text } });
  expect(parts?.length).toBe(3);
  expect(simulator.messages()).toMatchObject([{ text: `【工盾】${text}` }]);
  await expect.poll(() => receipts.length).toBe(3);
  const tooLong = { ...message('13800000002'), templateCode: 'long', params: { text: '长'.repeat(700) } };
  await expect(sms.send(tooLong)).rejects.toMatchObject({ code: 'TOO_LONG' });
});

test('never more parts without an answer than the window', async () => {
  const simulator = await centre({ latencyMs: 20 });
  const { sms } = await client(simulator, { window: 4, timeoutMs: 5_000 });
  await bound(sms);
  await Promise.all(Array.from({ length: 40 }, (_, n) => sms.send(message(`138000001${String(n).padStart(2, '0')}`))));
  expect(simulator.windowSeen()).toBe(4);
  expect(new Set(simulator.messages().map((one) => one.phone)).size).toBe(40);
});

test('throttled: waits and sends once; throttled for ever: certain that nothing was taken', async () => {
  const simulator = await centre({ lie: { throttleRate: 0.6 } });
  const { sms } = await client(simulator, { timeoutMs: 10_000 });
  await bound(sms);
  await Promise.all(Array.from({ length: 10 }, (_, n) => sms.send(message(`1380000020${n}`))));
  expect(simulator.messages()).toHaveLength(10);
  simulator.setFaults({ lie: { throttleRate: 1 } });
  const short = await client(simulator);
  await bound(short.sms);
  await expect(short.sms.send(message('13800000300'))).rejects.toMatchObject({ reason: 'throttled', maybeDone: false });
  expect(simulator.messages()).toHaveLength(10);
});

test('no answer, or a cut after the work: unknown, and not sent again by itself', async () => {
  const simulator = await centre({ lie: { muteRate: 1 } });
  const { sms, troubles } = await client(simulator);
  await bound(sms);
  await expect(sms.send(message('13800000400'))).rejects.toMatchObject({ reason: 'timeout', maybeDone: true });
  simulator.setFaults({ dropRate: 1, lie: { muteRate: 0 } });
  await expect(sms.send(message('13800000401'))).rejects.toMatchObject({ reason: 'network', maybeDone: true });
  simulator.setFaults({ dropRate: 0 });
  await bound(sms);
  await sms.send(message('13800000402'));
  expect(simulator.messages().map((one) => one.phone)).toEqual(['13800000402', '13800000401', '13800000400']);
  expect(troubles).toContain('closed by the other side');
});

test('receipts early, twice, and again after we could not keep them', async () => {
  const simulator = await centre({ repeatCallbacks: 3, lie: { earlyReceipts: true, undeliveredRate: 1 } });
  const heard: SmsReceipt[] = [];
  let broken = true;
  const { sms } = await client(simulator, {
    onReceipt: async (receipt) => {
      if (broken) throw new Error('the database is away');
      heard.push(receipt);
    },
  });
  await bound(sms);
  const { providerId } = await sms.send(message('13800000500'));
  expect(heard).toEqual([]);
  broken = false;
  await expect.poll(() => heard.length).toBe(3);
  expect(new Set(heard.map((one) => `${one.providerId} ${one.state}`))).toEqual(new Set([`${providerId} failed`]));
});

test('a silent centre is noticed by enquire_link and left; unbound by the centre, we come back', async () => {
  const simulator = await centre();
  const { sms, troubles } = await client(simulator, { enquireLinkMs: 50, timeoutMs: 100 });
  await bound(sms);
  await expect.poll(() => simulator.counts().enquiries).toBeGreaterThan(1);
  simulator.setFaults({ lie: { silent: true } });
  await expect.poll(() => troubles).toContain('no answer to enquire_link');
  await expect(sms.send(message('13800000600'))).rejects.toMatchObject({ maybeDone: false });
  simulator.setFaults({ lie: { silent: false } });
  await bound(sms);
  simulator.unbindAll();
  await expect.poll(() => troubles).toContain('unbound by the other side');
  await bound(sms);
  await sms.send(message('13800000601'));
});

test('wrong password: never bound, says why, and nothing is sent', async () => {
  const simulator = await centre();
  const { sms, troubles } = await client(simulator, { password: 'other' });
  await expect.poll(() => troubles.some((why) => why.startsWith('bind refused'))).toBe(true);
  expect(sms.bound()).toBe(false);
  await expect(sms.send(message('13800000700'))).rejects.toBeInstanceOf(OutcomeUnknown);
});

test('the end is an unbind', async () => {
  const simulator = await centre();
  const { sms } = await client(simulator);
  await bound(sms);
  await sms.close();
  expect(simulator.counts().unbinds).toBe(1);
});
