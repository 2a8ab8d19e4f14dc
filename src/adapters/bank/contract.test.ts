// The bank port held by its contract: the real client against the simulator, over real HTTP, with every bad habit.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startReceiver, type Receiver } from '#adapters/party';
import { createBreaker } from '#platform/breaker';
import {
  BankCallbackForged,
  createBankClient,
  FileUnreadable,
  OutcomeUnknown,
  Refused,
  startBankSimulator,
  type BankEvent,
  type BankPort,
  type BankSimulator,
  type PayoutLine,
} from './index.ts';
import { readBatch, writeBatch } from './file.ts';

const clock = { at: new Date('2026-03-02T04:00:00Z') };
const now = (): Date => clock.at;
const link = { clientId: 'gongdun-test', secret: 'a-secret-of-the-test' };
let simulator: BankSimulator;
let honest: ReturnType<BankSimulator['faults']>;
let receiver: Receiver;
let stateDir: string;
let serial = 0;

const startSimulator = async (port?: number): Promise<BankSimulator> =>
  await startBankSimulator({
    ...link,
    now,
    stateDir,
    callbackUrl: `${receiver.url}/results`,
    faults: { lie: { settleDelayMs: 10 } },
    callbackRetryMs: 20,
    callbackAttempts: 5,
    ...(port === undefined ? {} : { port }),
  });

function bank(overrides: Partial<Parameters<typeof createBankClient>[0]> = {}): BankPort {
  const breaker = createBreaker({ failuresToOpen: 1_000 });
  return createBankClient({ ...link, baseUrl: simulator.url, timeoutMs: 250, now, breaker, ...overrides });
}

function line(overrides: Partial<PayoutLine> = {}): PayoutLine {
  serial += 1;
  return {
    reference: `ref-${serial}`,
    payeeName: '张三',
    cardNumber: '6222020000000000001',
    amountFen: 120_000 + serial,
    purpose: '医疗费',
    ...overrides,
  };
}

async function submit(lines: readonly PayoutLine[]): Promise<string> {
  serial += 1;
  const batchNo = `batch-${serial}`;
  await bank().submitBatch({ batchNo, lines });
  return batchNo;
}

const events = async (count: number): Promise<BankEvent[]> => {
  const all = await vi.waitUntil(() => receiver.received.length >= count && receiver.received, {
    timeout: 2_000,
    interval: 5,
  });
  return all.map((arrival) => bank().verifyCallback(arrival.headers, arrival.body));
};

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'bank-'));
  receiver = await startReceiver();
  simulator = await startSimulator();
  honest = simulator.faults();
});
afterEach(async () => {
  simulator.setFaults(honest);
  receiver.answer = () => 204;
  simulator.settleNow();
  await vi.waitUntil(() => simulator.pendingCallbacks() === 0, { timeout: 2_000, interval: 5 });
  receiver.received.length = 0;
  clock.at = new Date('2026-03-02T04:00:00Z');
});
afterAll(async () => {
  await simulator.close();
  await receiver.close();
  await rm(stateDir, { recursive: true });
});

describe('the file', () => {
  test('reads back what it writes, with commas and quotes in names', () => {
    const lines = [line({ payeeName: '买买提·"小,马"', purpose: 'a,b' }), line({ payeeName: '"' })];
    expect(readBatch(writeBatch('b-1', lines))).toMatchObject({ batchNo: 'b-1', lines });
    const turned = readBatch(writeBatch('b-1', lines.toReversed()));
    expect(turned.digest).toBe(readBatch(writeBatch('b-1', lines)).digest);
  });

  test.each([
    ['a changed amount', (text: string) => text.replace(/,12\d{4},/, ',999999,')],
    ['a changed payee', (text: string) => text.replace('张三', '张四')],
    ['a lost line', (text: string) => text.split('\n').slice(0, 2).join('\n')],
    ['an added line', (text: string) => `${text}${text.split('\n')[1] ?? ''}\n`],
    ['broken quoting', (text: string) => text.replace('张三', '"张三')],
  ])('%s is seen', (_name, change) => {
    const text = writeBatch('b-1', [line(), line()]);
    expect(() => readBatch(change(text))).toThrow(FileUnreadable);
  });

  test.each([
    ['a line break in a name', { payeeName: '张三\nD,x' }],
    ['no amount', { amountFen: 0 }],
    ['a negative amount', { amountFen: -5 }],
    ['half a fen', { amountFen: 1.5 }],
    ['letters in a card number', { cardNumber: '6222x' }],
  ])('%s never leaves', async (_name, wrong) => {
    await expect(bank().submitBatch({ batchNo: 'b-2', lines: [line(wrong)] })).rejects.toBeInstanceOf(FileUnreadable);
  });
});

describe('the normal way', () => {
  test('accepted, settled, called back, queried, stated', async () => {
    const lines = [line(), line(), line()];
    const batchNo = await submit(lines);
    const [event] = await events(1);
    expect(event).toMatchObject({ batchNo });
    expect(event?.results.map((result) => [result.reference, result.state, result.amountFen])).toEqual(
      lines.map((one) => [one.reference, 'settled', one.amountFen]),
    );
    const statement = await bank().statement('2026-03-02');
    for (const one of lines) {
      const status = await bank().queryLine(one.reference);
      expect(status).toMatchObject({ state: 'settled', settledAt: clock.at, amountFen: one.amountFen });
      const stated = statement.filter((entry) => entry.reference === one.reference);
      expect(stated).toEqual([
        {
          bankSerial: 'bankSerial' in status ? status.bankSerial : null,
          reference: one.reference,
          kind: 'payout',
          amountFen: one.amountFen,
          cardTail: '0001',
          bookedAt: clock.at,
        },
      ]);
    }
    expect(new Set(statement.map((entry) => entry.bankSerial)).size).toBe(statement.length);
    expect(await bank().queryLine('ref-none')).toEqual({ state: 'not_found' });
    expect(await bank().statement('2020-01-01')).toEqual([]);
  });

  test('the same batch again is the same batch, in any order; other content is refused whole', async () => {
    const lines = [line(), line()];
    const first = await bank().submitBatch({ batchNo: 'batch-same', lines });
    clock.at = new Date(clock.at.getTime() + 60_000);
    expect(await bank().submitBatch({ batchNo: 'batch-same', lines: lines.toReversed() })).toEqual(first);
    const other = bank().submitBatch({ batchNo: 'batch-same', lines: [...lines, line()] });
    await expect(other).rejects.toMatchObject({ kind: 'refused', code: 'BATCH_CONFLICT' });
    const fresh = line();
    const reused = bank().submitBatch({ batchNo: 'batch-other', lines: [fresh, ...lines] });
    await expect(reused).rejects.toMatchObject({ code: 'DUPLICATE_REFERENCE' });
    expect((await bank().queryLine(fresh.reference)).state).toBe('not_found');
  });

  test('a card in another name is returned, a closed one fails, writing variants are the same name', async () => {
    simulator.registerCard('6222020000000000101', '李四');
    simulator.registerCard('6222020000000000102', '买买提·艾力');
    simulator.closeCard('6222020000000000103', '王五');
    const wrong = line({ cardNumber: '6222020000000000101', payeeName: '张三' });
    const variant = line({ cardNumber: '6222020000000000102', payeeName: '买买提•艾力' });
    const closed = line({ cardNumber: '6222020000000000103', payeeName: '王五' });
    await submit([wrong, variant, closed]);
    const [event] = await events(1);
    expect(event?.results.map((result) => [result.state, result.reason])).toEqual([
      ['returned', '户名不符'],
      ['settled', undefined],
      ['failed', '账户已销户'],
    ]);
    const statement = await bank().statement('2026-03-02');
    const kinds = (reference: string): string[] =>
      statement.filter((one) => one.reference === reference).map((one) => one.kind);
    expect([kinds(wrong.reference), kinds(variant.reference), kinds(closed.reference)]).toEqual([
      ['payout', 'return'],
      ['payout'],
      [],
    ]);
  });

  test('1,200 lines settle once each, in callbacks of at most 500', async () => {
    const lines = Array.from({ length: 1_200 }, () => line());
    await submit(lines);
    const told = (await events(3)).map((event) => event.results);
    expect(told.map((results) => results.length).toSorted((a, b) => b - a)).toEqual([500, 500, 200]);
    expect(new Set(told.flat().map((result) => result.bankSerial)).size).toBe(1_200);
  });
});

describe('bad habits', () => {
  test.each([
    ['slow', { latencyMs: 400 }, 'timeout'],
    ['taken in silence', { lie: { silentAcceptRate: 1 } }, 'timeout'],
    ['cut off', { dropRate: 1 }, 'network'],
    ['5xx', { errorRate: 1 }, 'server_error'],
    ['garbage', { garbageRate: 1 }, 'garbled'],
  ] as const)('%s: unknown; the same batch again pays once', async (name, faults, reason) => {
    const batch = { batchNo: `batch-${name}`, lines: [line()] };
    const { reference } = batch.lines[0] ?? line();
    simulator.setFaults(faults);
    const error: unknown = await bank()
      .submitBatch(batch)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OutcomeUnknown);
    expect(error).toMatchObject({ reason, maybeDone: true });
    simulator.setFaults(honest);
    const state = (await bank().queryLine(reference)).state;
    expect(['not_found', 'accepted', 'settled']).toContain(state);
    if (name === 'taken in silence') expect(state).not.toBe('not_found');
    await bank().submitBatch(batch);
    await vi.waitUntil(async () => (await bank().queryLine(reference)).state === 'settled', {
      timeout: 1_000,
      interval: 10,
    });
    const stated = await bank().statement('2026-03-02');
    expect(stated.filter((one) => one.reference === reference)).toHaveLength(1);
  });

  test('held lines settle only when asked for', async () => {
    simulator.setFaults({ lie: { holdUntilQueriedRate: 1 } });
    const held = line();
    await submit([held]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(receiver.received).toHaveLength(0);
    expect((await bank().queryLine(held.reference)).state).toBe('accepted');
    expect((await bank().queryLine(held.reference)).state).toBe('settled');
    expect((await events(1))[0]?.results[0]?.reference).toBe(held.reference);
  });

  test('"unknown" is not an end: the truth comes later', async () => {
    simulator.setFaults({ lie: { unknownRate: 1 } });
    const doubtful = line();
    await submit([doubtful]);
    await events(1);
    expect(await bank().queryLine(doubtful.reference)).toEqual({ state: 'unknown' });
    simulator.setFaults({ lie: { unknownRate: 0 } });
    expect((await bank().queryLine(doubtful.reference)).state).toBe('settled');
  });

  test('results told twice, in five copies, last first: one result under one serial', async () => {
    simulator.setFaults({ repeatCallbacks: 5, reorder: true, lie: { doubleResultRate: 1 } });
    const once = line();
    await submit([once]);
    const told = await events(10);
    expect(new Set(told.map((event) => event.eventId)).size).toBe(2);
    expect(new Set(told.flatMap((event) => event.results.map((result) => result.bankSerial))).size).toBe(1);
  });

  test('forgotten callback: only the query knows', async () => {
    simulator.setFaults({ forgetCallbackRate: 1 });
    const forgotten = line();
    await submit([forgotten]);
    await vi.waitUntil(async () => (await bank().queryLine(forgotten.reference)).state === 'settled', {
      timeout: 1_000,
      interval: 10,
    });
    expect([simulator.pendingCallbacks(), receiver.received.length]).toEqual([0, 0]);
  });

  test('another amount is passed on as the bank says it, in results and in answers', async () => {
    simulator.setFaults({ lie: { wrongAmountFen: 700 } });
    const wrong = line();
    await submit([wrong]);
    const told = wrong.amountFen + 700;
    expect((await events(1))[0]?.results[0]).toMatchObject({ state: 'settled', amountFen: told });
    expect(await bank().queryLine(wrong.reference)).toMatchObject({ state: 'settled', amountFen: told });
  });

  test('told as settled but missing in the statement, the same lie each time', async () => {
    simulator.setFaults({ lie: { statementMissingRate: 0.5 } });
    const lines = Array.from({ length: 40 }, () => line());
    await submit(lines);
    await events(1);
    const stated = async (): Promise<string[]> => (await bank().statement('2026-03-02')).map((one) => one.reference);
    const first = await stated();
    const missing = lines.filter((one) => !first.includes(one.reference));
    expect(missing.length).toBeGreaterThan(5);
    expect(missing.length).toBeLessThan(35);
    expect(await stated()).toEqual(first);
  });

  test('forged and changed callbacks are refused', async () => {
    simulator.setFaults({ lie: { forgedCopies: 2 } });
    await submit([line()]);
    await vi.waitUntil(() => receiver.received.length >= 3, { timeout: 2_000, interval: 5 });
    const verdicts = receiver.received.map((arrival) => {
      try {
        return bank().verifyCallback(arrival.headers, arrival.body).results.length;
      } catch (error) {
        return error instanceof BankCallbackForged ? 'forged' : 'bug';
      }
    });
    expect(verdicts.filter((one) => one === 'forged')).toHaveLength(2);
    const genuine = receiver.received[verdicts.indexOf(1)];
    if (genuine === undefined) throw new Error('no genuine callback');
    const { headers, body } = genuine;
    const changed = Buffer.from(body.toString('utf8').replace('settled', 'failed'));
    expect(() => bank().verifyCallback(headers, changed)).toThrow(BankCallbackForged);
    expect(() => bank().verifyCallback({ ...headers, 'x-party-nonce': 'x' }, body)).toThrow(BankCallbackForged);
    expect(() => bank().verifyCallback({}, body)).toThrow(BankCallbackForged);
    expect(() => bank({ secret: 'other' }).verifyCallback(headers, body)).toThrow(BankCallbackForged);
    clock.at = new Date(clock.at.getTime() + 301_000);
    expect(() => bank().verifyCallback(headers, body)).toThrow(BankCallbackForged);
  });

  test('a wrong secret is not let in, and a stale or replayed request neither', async () => {
    await expect(bank({ secret: 'other' }).queryLine('ref-1')).rejects.toBeInstanceOf(OutcomeUnknown);
    const late = bank({ now: () => new Date(clock.at.getTime() - 301_000) });
    await expect(late.queryLine('ref-1')).rejects.toMatchObject({ kind: 'refused', status: 401, code: 'TIMESTAMP' });
    const sent: RequestInit[] = [];
    const spy = vi.spyOn(globalThis, 'fetch');
    await bank().queryLine('ref-none');
    for (const [, init] of spy.mock.calls) if (init !== undefined) sent.push(init);
    spy.mockRestore();
    const replay = await fetch(`${simulator.url}/v1/lines/ref-none`, { headers: sent[0]?.headers ?? {} });
    expect([replay.status, await replay.json()]).toMatchObject([401, { code: 'REPLAY' }]);
  });
});

test('the breaker opens, spares the bank, and closes by a probe', async () => {
  const steps = { ms: 0 };
  const breaker = createBreaker({
    failuresToOpen: 3,
    openMs: 1_000,
    clockMs: () => steps.ms,
    isFailure: (error) => !(error instanceof Refused),
  });
  const guarded = bank({ breaker });
  simulator.setFaults({ errorRate: 1 });
  for (let n = 0; n < 3; n += 1) await expect(guarded.queryLine('ref-x')).rejects.toBeInstanceOf(OutcomeUnknown);
  simulator.setFaults({ errorRate: 0 });
  await expect(guarded.queryLine('ref-x')).rejects.toMatchObject({ reason: 'breaker_open', maybeDone: false });
  steps.ms += 1_000;
  expect(await guarded.queryLine('ref-x')).toEqual({ state: 'not_found' });
  expect(breaker.state()).toBe('closed');
});

test('the bank does not forget over a restart: batches, waiting lines, undelivered results, cards', async () => {
  simulator.registerCard('6222020000000000201', '赵六');
  receiver.answer = () => 500;
  const told = line();
  await submit([told]);
  await vi.waitUntil(() => receiver.received.length > 0, { timeout: 1_000 });
  simulator.setFaults({ lie: { settleDelayMs: 60_000 } });
  const waits = line({ cardNumber: '6222020000000000201' });
  const batchNo = await submit([waits]);
  const { port } = simulator;
  await simulator.close();
  receiver.received.length = 0;
  receiver.answer = () => 204;
  simulator = await startSimulator(port);
  const seen = (await events(2)).flatMap((event) => event.results).map((one) => `${one.reference} ${one.state}`);
  expect(new Set(seen)).toEqual(new Set([`${told.reference} settled`, `${waits.reference} returned`]));
  // Kept connections of before the restart break first; a caller would try again.
  await vi.waitUntil(
    async () =>
      await bank()
        .queryLine(told.reference)
        .then(
          () => true,
          () => false,
        ),
  );
  await expect(bank().submitBatch({ batchNo, lines: [line()] })).rejects.toMatchObject({ code: 'BATCH_CONFLICT' });
  const serials = simulator.lines().flatMap((one) => one.result?.bankSerial ?? []);
  expect(new Set(serials).size).toBe(serials.length);
});
