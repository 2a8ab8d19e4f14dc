// The identity check held by its contract, over real HTTP: the signature's scope, every published result code, and every bad habit.
import { createServer, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createBreaker } from '#platform/breaker';
import {
  createIdentityCheck,
  OutcomeUnknown,
  Refused,
  startIdentityCheckSimulator,
  type IdentityCheckPort,
  type IdentityCheckSimulator,
} from './index.ts';

const now = (): Date => new Date('2026-03-02T04:00:00Z');
const keys = { secretId: 'test-id', secretKey: 'test-key' };
const person = { name: '张示例', idNumber: '999999199001010011', phone: '13800000001' };
const card = { ...person, card: '6200000000000000017' };

function client(baseUrl: string, more: Partial<Parameters<typeof createIdentityCheck>[0]> = {}): IdentityCheckPort {
  const breaker = createBreaker({ failuresToOpen: 1_000 });
  return createIdentityCheck({ ...keys, baseUrl, timeoutMs: 250, now, breaker, ...more });
}

describe('the simulator', () => {
  let simulator: IdentityCheckSimulator;
  let honest: ReturnType<IdentityCheckSimulator['faults']>;
  const port = (more: Partial<Parameters<typeof createIdentityCheck>[0]> = {}) => client(simulator.url, more);
  beforeAll(async () => {
    simulator = await startIdentityCheckSimulator({ ...keys, now });
    honest = simulator.faults();
  });
  afterEach(() => simulator.setFaults(honest));
  afterAll(() => simulator.close());

  test('whose phone and whose card, before and after they change hands', async () => {
    expect([await port().checkPerson(person), await port().checkCard(card)]).toEqual(['match', 'match']);
    simulator.setPhoneHolder(person.phone, '999999198501010022');
    simulator.setCardHolder(card.card, '999999198501010022');
    expect([await port().checkPerson(person), await port().checkCard(card)]).toEqual(['mismatch', 'mismatch']);
    simulator.setPhoneHolder(person.phone, person.idNumber);
    simulator.setCardHolder(card.card, person.idNumber);
    expect([await port().checkPerson(person), await port().checkCard(card)]).toEqual(['match', 'match']);
  });

  test('what it forgot is no record; what it lies about stays the same lie', async () => {
    simulator.setFaults({ lie: { forgetRate: 1 } });
    expect([await port().checkPerson(person), await port().checkCard(card)]).toEqual(['no_record', 'no_record']);
    simulator.setFaults({ lie: { forgetRate: 0, denyRate: 0.5 } });
    const many = Array.from({ length: 20 }, (_, n) => ({ ...person, phone: `138000001${String(n).padStart(2, '0')}` }));
    const ask = () => Promise.all(many.map((one) => port({ timeoutMs: 5_000 }).checkPerson(one)));
    const first = await ask();
    expect(new Set(first)).toEqual(new Set(['match', 'mismatch']));
    expect(await ask()).toEqual(first);
  });

  test.each([
    ['slow', { latencyMs: 500 }, 'timeout'],
    ['a black hole', { hangRate: 1 }, 'timeout'],
    ['cut off', { dropRate: 1 }, 'network'],
    ['ill', { errorRate: 1 }, 'server_error'],
    ['garbage', { garbageRate: 1 }, 'garbled'],
    ['busy', { lie: { busyRate: 1 } }, 'throttled'],
  ] as const)('%s: nobody knows, and no name or number is said', async (_name, faults, reason) => {
    simulator.setFaults(faults);
    for (const ask of [() => port().checkPerson(person), () => port().checkCard(card)]) {
      const error = await ask().catch((one: unknown) => one);
      expect(error).toBeInstanceOf(OutcomeUnknown);
      expect(error).toMatchObject({ reason });
      for (const secret of Object.values(card)) expect(String(error)).not.toContain(secret);
    }
  });

  test.each([
    ['another key', { secretKey: 'other' }, 'AuthFailure.SignatureFailure'],
    ['another id', { secretId: 'other' }, 'AuthFailure.SecretIdNotFound'],
    ['another hour', { now: () => new Date('2026-03-02T05:00:00Z') }, 'AuthFailure.SignatureExpire'],
  ] as const)('%s is refused', async (_name, more, code) => {
    await expect(port(more).checkPerson(person)).rejects.toMatchObject({ code });
  });

  test('a breaker that opened spares the party', async () => {
    simulator.setFaults({ errorRate: 1 });
    const port_ = port({
      breaker: createBreaker({ failuresToOpen: 2, isFailure: (e) => e instanceof OutcomeUnknown }),
    });
    for (let n = 0; n < 2; n += 1) await expect(port_.checkPerson(person)).rejects.toBeInstanceOf(OutcomeUnknown);
    const before = simulator.asked();
    await expect(port_.checkPerson(person)).rejects.toMatchObject({ reason: 'breaker_open' });
    expect(simulator.asked()).toBe(before);
  });
});

describe('the published result codes', () => {
  let server: Server;
  let url = '';
  let answer: object = {};
  beforeAll(async () => {
    server = createServer((_request, response) => response.end(JSON.stringify({ Response: answer })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '';
  });
  afterAll(() => server.close());

  const fate = (asked: Promise<string>) =>
    asked.catch((error: unknown) => (error instanceof OutcomeUnknown ? 'unknown' : 'refused'));
  // Each code with its published meaning, as judged for the person who waits.
  const persons: readonly (readonly [string, string])[] = [
    ['0', 'match'],
    ['-4', 'mismatch'],
    ['-6', 'mismatch'],
    ['-7', 'mismatch'],
    ['-8', 'mismatch'],
    ['-9', 'no_record'],
    ['-11', 'unknown'],
    ['-12', 'unknown'],
    ['-13', 'no_record'],
    ['-99', 'unknown'],
  ];
  test.each(persons)('PhoneVerification %s is %s', async (result, expected) => {
    answer = { Result: result };
    expect(await fate(client(url).checkPerson(person))).toBe(expected);
  });

  const cards: readonly (readonly [string, string])[] = [
    ['0', 'match'],
    ...Array.from({ length: 17 }, (_, n) => [String(-1 - n), 'mismatch'] as const),
    ['-18', 'unknown'],
    ['-19', 'unknown'],
    ['-20', 'no_record'],
    ['-99', 'unknown'],
  ];
  test.each(cards)('BankCard4EVerification %s is %s', async (result, expected) => {
    answer = { Result: result };
    expect(await fate(client(url).checkCard(card))).toBe(expected);
  });

  test.each([
    ['InternalError', OutcomeUnknown],
    ['RequestLimitExceeded.IPLimit', OutcomeUnknown],
    ['UnauthorizedOperation.ArrearsError', Refused],
  ])('the error %s', async (code, kind) => {
    answer = { Error: { Code: code, Message: '示例' } };
    await expect(client(url).checkPerson(person)).rejects.toBeInstanceOf(kind);
  });
});
