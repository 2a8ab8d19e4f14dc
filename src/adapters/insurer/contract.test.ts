// The insurer port held by its contract: the real client against the simulator, over real HTTP, with every bad habit.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createBreaker } from '#platform/breaker';
import {
  createInsurerClient,
  OutcomeUnknown,
  Refused,
  startInsurerSimulator,
  type InsurerPort,
  type InsurerSimulator,
  type UnderwriteRequest,
} from './index.ts';

const clock = { at: new Date('2026-03-02T04:00:00Z') };
const now = (): Date => clock.at;
const link = { clientId: 'gongdun-test', secret: 'a-secret-of-the-test' };
let simulator: InsurerSimulator;
let honest: ReturnType<InsurerSimulator['faults']>;
let stateDir: string;
let serial = 0;

const startSimulator = async (port?: number): Promise<InsurerSimulator> =>
  await startInsurerSimulator({ ...link, now, stateDir, ...(port === undefined ? {} : { port }) });

function insurer(overrides: Partial<Parameters<typeof createInsurerClient>[0]> = {}): InsurerPort {
  const breaker = createBreaker({ failuresToOpen: 1_000 });
  return createInsurerClient({ ...link, baseUrl: simulator.url, timeoutMs: 250, now, breaker, ...overrides });
}

function request(overrides: Partial<UnderwriteRequest> = {}): UnderwriteRequest {
  serial += 1;
  return {
    policyNo: `policy-${serial}`,
    idNumberHash: 'keyed-hash',
    age: 30,
    occupation: 'food-delivery',
    riskClass: 4,
    days: ['2026-03-02', '2026-03-03', '2026-03-04'],
    startsAt: clock.at,
    premiumFen: 120,
    subsidyFen: 60,
    ...overrides,
  };
}

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'insurer-'));
  simulator = await startSimulator();
  honest = simulator.faults();
});
afterEach(() => {
  simulator.setFaults(honest);
  clock.at = new Date('2026-03-02T04:00:00Z');
});
afterAll(async () => {
  await simulator.close();
  await rm(stateDir, { recursive: true });
});

describe('the normal way', () => {
  test('harmless work is approved at once, and the policy can be asked for', async () => {
    const wanted = request();
    const answer = await insurer().underwrite(wanted);
    expect(answer).toMatchObject({ decision: 'approve', insurerPolicyNo: expect.stringMatching(/^P\d+$/) });
    expect(await insurer().queryPolicy(wanted.policyNo)).toEqual(answer);
    expect(await insurer().queryPolicy('policy-none')).toEqual({ decision: 'not_found' });
  });

  test.each([
    ['high risk', { riskClass: 5 }, 'manual'],
    ['highest ordinary class', { riskClass: 4 }, 'approve'],
    ['15 years', { age: 15 }, 'manual'],
    ['16 years', { age: 16 }, 'approve'],
    ['65 years', { age: 65 }, 'approve'],
    ['66 years', { age: 66 }, 'manual'],
  ] as const)('%s: %o → %s', async (_name, risk, decision) => {
    const answer = await insurer().underwrite(request(risk));
    expect(answer.decision).toBe(decision);
    expect(answer.insurerPolicyNo === undefined).toBe(decision === 'manual');
  });

  test('a person decides the doubtful ones', async () => {
    const [one, two] = [request({ riskClass: 6 }), request({ riskClass: 6 })];
    await insurer().underwrite(one);
    await insurer().underwrite(two);
    simulator.decide(one.policyNo, 'approve');
    simulator.decide(two.policyNo, 'declined');
    expect(await insurer().queryPolicy(one.policyNo)).toMatchObject({ decision: 'approve' });
    expect(await insurer().queryPolicy(two.policyNo)).toMatchObject({ decision: 'declined' });
    await expect(insurer().underwrite(two)).rejects.toMatchObject({ kind: 'refused', code: 'DECLINED' });
  });

  test('repeating is safe; other content under the same number is refused', async () => {
    const wanted = request();
    const first = await insurer().underwrite(wanted);
    expect(await insurer().underwrite(wanted)).toEqual(first);
    await expect(insurer().underwrite({ ...wanted, premiumFen: 121 })).rejects.toMatchObject({
      code: 'POLICY_CONFLICT',
    });
    const claim = { claimNo: `claim-${serial}`, policyNo: wanted.policyNo, accidentAt: clock.at };
    const reported = await insurer().reportClaim(claim);
    expect(await insurer().reportClaim(claim)).toEqual(reported);
    const changed = { ...claim, accidentAt: new Date(0) };
    await expect(insurer().reportClaim(changed)).rejects.toMatchObject({ code: 'CLAIM_CONFLICT' });
    await expect(insurer().reportClaim({ ...claim, claimNo: 'c', policyNo: 'none' })).rejects.toMatchObject({
      code: 'POLICY_NOT_FOUND',
    });
    expect(simulator.claims().filter((one) => one.claimNo === claim.claimNo)).toHaveLength(1);
  });

  test('only days that have not started are refunded, each once, shares adding up to the total', async () => {
    const wanted = request({ premiumFen: 121, subsidyFen: 61, startsAt: new Date(clock.at.getTime() + 3_600_000) });
    const { policyNo } = wanted;
    await insurer().underwrite(wanted);
    const today = await insurer().endorseRefund({ policyNo, days: ['2026-03-02'] });
    clock.at = new Date('2026-03-02T16:00:00Z');
    await expect(insurer().endorseRefund({ policyNo, days: ['2026-03-03'] })).rejects.toMatchObject({
      code: 'DAY_STARTED',
    });
    const last = await insurer().endorseRefund({ policyNo, days: ['2026-03-04'] });
    expect(await insurer().endorseRefund({ policyNo, days: ['2026-03-04'] })).toEqual(last);
    expect(last.endorsementNo).not.toBe(today.endorsementNo);
    expect([today, last].map((one) => [one.refundedPremiumFen, one.refundedSubsidyFen])).toEqual([
      [41, 21],
      [40, 20],
    ]);
    await expect(insurer().endorseRefund({ policyNo, days: ['2026-03-04', '2026-03-05'] })).rejects.toMatchObject({
      code: 'DAY_NOT_COVERED',
    });
  });

  test('the subsidy of a month is confirmed to the fen, or its own figures are given', async () => {
    const wanted = request({ days: ['2026-07-31', '2026-08-01', '2026-08-02'], premiumFen: 120, subsidyFen: 61 });
    await insurer().underwrite(wanted);
    await insurer().underwrite(request({ days: ['2026-08-01'], riskClass: 6, subsidyFen: 20 }));
    await insurer().endorseRefund({ policyNo: wanted.policyNo, days: ['2026-08-02'] });
    const claim = { month: '2026-08', personDays: 1, subsidyFen: 20 };
    expect(await insurer().confirmSubsidy(claim)).toEqual({ state: 'confirmed', personDays: 1, subsidyFen: 20 });
    expect(await insurer().confirmSubsidy({ ...claim, personDays: 2 })).toMatchObject({
      state: 'differs',
      personDays: 1,
    });
    simulator.setFaults({ lie: { subsidyOffFen: 3 } });
    expect(await insurer().confirmSubsidy(claim)).toMatchObject({ state: 'differs', subsidyFen: 23 });
  });
});

describe('bad habits', () => {
  test.each([
    ['slow', { latencyMs: 400 }, 'timeout'],
    ['taken in silence', { lie: { silentAcceptRate: 1 } }, 'timeout'],
    ['a black hole', { hangRate: 1 }, 'timeout'],
    ['cut off', { dropRate: 1 }, 'network'],
    ['5xx', { errorRate: 1 }, 'server_error'],
    ['garbage', { garbageRate: 1 }, 'garbled'],
  ] as const)('%s: unknown; asking and repeating resolve it to one policy', async (name, faults, reason) => {
    const wanted = request();
    simulator.setFaults(faults);
    const error: unknown = await insurer()
      .underwrite(wanted)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OutcomeUnknown);
    expect(error).toMatchObject({ reason, maybeDone: true });
    simulator.setFaults(honest);
    const { decision } = await insurer().queryPolicy(wanted.policyNo);
    expect(['approve', 'not_found']).toContain(decision);
    if (name === 'taken in silence') expect(decision).toBe('approve');
    const repeated = await insurer().underwrite(wanted);
    expect(await insurer().queryPolicy(wanted.policyNo)).toEqual(repeated);
    expect(simulator.policies().filter((one) => one.policyNo === wanted.policyNo)).toHaveLength(1);
  });

  test('doubt without reason, and an insurer that contradicts itself', async () => {
    simulator.setFaults({ lie: { manualRate: 1 } });
    expect((await insurer().underwrite(request())).decision).toBe('manual');
    simulator.setFaults({ lie: { manualRate: 0, contradicts: true } });
    const wanted = request();
    expect((await insurer().underwrite(wanted)).decision).toBe('approve');
    expect((await insurer().underwrite(wanted)).decision).toBe('manual');
    expect((await insurer().queryPolicy(wanted.policyNo)).decision).toBe('approve');
  });

  test('a wrong secret or a wrong shape is not let in', async () => {
    await expect(insurer({ secret: 'other' }).underwrite(request())).rejects.toBeInstanceOf(OutcomeUnknown);
    await expect(insurer().underwrite(request({ riskClass: 7 }))).rejects.toMatchObject({
      kind: 'refused',
      code: 'FORMAT',
    });
    await expect(insurer().underwrite(request({ days: [] }))).rejects.toBeInstanceOf(Refused);
  });
});

test('the breaker opens, spares the insurer, and closes by a probe', async () => {
  const steps = { ms: 0 };
  const breaker = createBreaker({
    failuresToOpen: 3,
    openMs: 1_000,
    clockMs: () => steps.ms,
    isFailure: (error) => !(error instanceof Refused),
  });
  const guarded = insurer({ breaker });
  simulator.setFaults({ errorRate: 1 });
  for (let n = 0; n < 3; n += 1)
    await expect(guarded.queryPolicy('p')).rejects.toMatchObject({ reason: 'server_error' });
  simulator.setFaults({ errorRate: 0 });
  await expect(guarded.queryPolicy('p')).rejects.toMatchObject({ reason: 'breaker_open', maybeDone: false });
  steps.ms += 1_000;
  expect(await guarded.queryPolicy('p')).toEqual({ decision: 'not_found' });
  expect(breaker.state()).toBe('closed');
});

test('the insurer remembers policies, endorsements and claims over a restart', async () => {
  const wanted = request({ days: ['2026-05-01', '2026-05-02'] });
  const { policyNo } = wanted;
  const first = await insurer().underwrite(wanted);
  const endorsed = await insurer().endorseRefund({ policyNo, days: ['2026-05-02'] });
  const claim = { claimNo: 'claim-restart', policyNo, accidentAt: clock.at };
  const reported = await insurer().reportClaim(claim);
  const { port } = simulator;
  await simulator.close();
  simulator = await startSimulator(port);
  // Kept connections of before the restart break first; a caller would try again.
  await vi.waitUntil(
    async () =>
      await insurer()
        .queryPolicy(policyNo)
        .then(
          () => true,
          () => false,
        ),
  );
  expect(await insurer().underwrite(wanted)).toEqual(first);
  expect(await insurer().endorseRefund({ policyNo, days: ['2026-05-02'] })).toEqual(endorsed);
  expect(await insurer().reportClaim(claim)).toEqual(reported);
  const another = await insurer().underwrite(request());
  const numbers = simulator.policies().flatMap((one) => one.insurerPolicyNo ?? []);
  expect(numbers.filter((one) => one === another.insurerPolicyNo)).toHaveLength(1);
});
