// The text-message port held by its contract: the real client against the simulator, over real HTTP, with every bad habit.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createBreaker } from '#platform/breaker';
import { acs3Signature, canonicalQuery, sha256Hex, writeAuthorization } from './acs3.ts';
import {
  createAliyunSms,
  OutcomeUnknown,
  Refused,
  SmsReceiptsUnreadable,
  startSmsSimulator,
  type SmsPort,
  type SmsSimulator,
} from './index.ts';

const clock = { at: new Date('2026-03-02T04:00:00Z') };
const now = (): Date => clock.at;
const keys = { accessKeyId: 'test-key', accessKeySecret: 'test-secret' };
const templates = { SMS_LOGIN: '验证码${code}，${minutes}分钟内有效。', SMS_PLAIN: '您的申请已受理。' };
let simulator: SmsSimulator;
let honest: ReturnType<SmsSimulator['faults']>;
let stateDir: string;

const startSimulator = async (port?: number): Promise<SmsSimulator> =>
  await startSmsSimulator({ ...keys, now, stateDir, templates, ...(port === undefined ? {} : { port }) });

function sms(overrides: Partial<Parameters<typeof createAliyunSms>[0]> = {}): SmsPort {
  const breaker = createBreaker({ failuresToOpen: 1_000 });
  return createAliyunSms({
    ...keys,
    baseUrl: simulator.url,
    signName: '工盾',
    timeoutMs: 250,
    now,
    breaker,
    ...overrides,
  });
}

const login = (phone: string, code = '123456') => ({
  phone,
  templateCode: 'SMS_LOGIN',
  params: { code, minutes: '5' },
  bizId: `biz-${phone}-${code}`,
});

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'sms-'));
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

describe('the signature', () => {
  // The worked example of the provider's own documentation (fixed parameters, RunInstances).
  test('is the documented one, to the byte', () => {
    const bodyHash = sha256Hex('');
    const query = canonicalQuery([
      ['RegionId', 'cn-shanghai'],
      ['ImageId', 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd'],
    ]);
    const headers = {
      host: 'ecs.cn-shanghai.aliyuncs.com',
      'x-acs-action': 'RunInstances',
      'x-acs-content-sha256': bodyHash,
      'x-acs-date': '2023-10-26T10:22:32Z',
      'x-acs-signature-nonce': '3156853299f313e23d1673dc12e1703d',
      'x-acs-version': '2014-05-26',
    };
    const signed = acs3Signature({ method: 'POST', query, headers, bodyHash }, 'YourAccessKeySecret');
    expect(writeAuthorization('YourAccessKeyId', signed)).toBe(
      'ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;' +
        'x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
    );
  });

  test('encodes by RFC 3986', () => {
    expect(
      canonicalQuery([
        ['b', "a b*c~d/e'(!)"],
        ['a', '工'],
      ]),
    ).toBe('a=%E5%B7%A5&b=a%20b%2Ac~d%2Fe%27%28%21%29');
  });

  test('a wrong secret, a wrong key, a stale date, a replay are refused', async () => {
    const code = async (port: SmsPort): Promise<unknown> =>
      await port.send(login('13900000000')).catch((error: unknown) => error instanceof Refused && error.code);
    expect(await code(sms({ accessKeySecret: 'other' }))).toBe('SignatureDoesNotMatch');
    expect(await code(sms({ accessKeyId: 'other' }))).toBe('InvalidAccessKeyId.NotFound');
    expect(await code(sms({ now: () => new Date(clock.at.getTime() - 901_000) }))).toBe('InvalidTimeStamp.Expired');
    const spy = vi.spyOn(globalThis, 'fetch');
    await sms().send(login('13900000001'));
    const [target, init] = spy.mock.calls[0] ?? [];
    spy.mockRestore();
    const url = typeof target === 'string' ? target : '';
    const replay = await fetch(url, { method: 'POST', headers: init?.headers ?? {} });
    expect(await replay.json()).toMatchObject({ Code: 'SignatureNonceUsed' });
    const changed = await fetch(url.replace('13900000001', '13900000002'), {
      method: 'POST',
      headers: init?.headers ?? {},
    });
    expect(await changed.json()).toMatchObject({ Code: 'SignatureDoesNotMatch' });
    expect(simulator.messages({ phone: '13900000000' })).toEqual([]);
    expect(simulator.messages({ phone: '13900000001' })).toHaveLength(1);
  });
});

describe('the normal way', () => {
  test('a message arrives as its template says', async () => {
    const { providerId } = await sms().send(login('13800000001', '024680'));
    expect(simulator.messages({ phone: '13800000001' })).toEqual([
      {
        providerId,
        phone: '13800000001',
        signName: '工盾',
        templateCode: 'SMS_LOGIN',
        params: { code: '024680', minutes: '5' },
        bizId: 'biz-13800000001-024680',
        text: '【工盾】验证码024680，5分钟内有效。',
        at: '2026-03-02T04:00:00.000Z',
      },
    ]);
  });

  test('the newest first, only of that phone, no more than asked', async () => {
    for (const code of ['1', '2', '3']) await sms().send(login('13800000002', code));
    await sms().send(login('13800000003'));
    const codes = simulator.messages({ phone: '13800000002', limit: 2 }).map((message) => message.params.code);
    expect(codes).toEqual(['3', '2']);
  });

  test.each([
    ['a number that is none', { phone: '2390000' }, 'isv.MOBILE_NUMBER_ILLEGAL'],
    ['an unknown template', { templateCode: 'SMS_NONE' }, 'isv.SMS_TEMPLATE_ILLEGAL'],
    ['a missing parameter', { params: { code: '1' } }, 'isv.TEMPLATE_MISSING_PARAMETERS'],
  ])('%s is refused', async (_name, wrong, code) => {
    await expect(sms().send({ ...login('13800000004'), ...wrong })).rejects.toMatchObject({ kind: 'refused', code });
    expect(simulator.messages({ phone: '13800000004' })).toEqual([]);
  });
});

describe('bad habits', () => {
  test.each([
    ['slow', { latencyMs: 400 }, 'timeout'],
    ['a black hole', { hangRate: 1 }, 'timeout'],
    ['cut off', { dropRate: 1 }, 'network'],
    ['5xx', { errorRate: 1 }, 'server_error'],
    ['garbage', { garbageRate: 1 }, 'garbled'],
  ] as const)('%s: unknown; a repeat gets through', async (_name, faults, reason) => {
    simulator.setFaults(faults);
    const error: unknown = await sms()
      .send(login('13700000001'))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OutcomeUnknown);
    expect(error).toMatchObject({ reason });
    expect(String(error)).not.toMatch(/13700000001|123456/);
    simulator.setFaults(honest);
    expect((await sms().send(login('13700000001', '777777'))).providerId).not.toBe('');
    expect(simulator.messages({ phone: '13700000001', limit: 1 })[0]?.params.code).toBe('777777');
  });

  test('lost, doubled, limited', async () => {
    simulator.setFaults({ lie: { loseRate: 1 } });
    await sms().send(login('13700000002'));
    expect(simulator.messages({ phone: '13700000002' })).toHaveLength(0);
    simulator.setFaults({ lie: { loseRate: 0, doubleRate: 1 } });
    await sms().send(login('13700000002'));
    expect(simulator.messages({ phone: '13700000002' })).toHaveLength(2);
    simulator.setFaults({ lie: { limitRate: 1 } });
    await expect(sms().send(login('13700000002'))).rejects.toMatchObject({ code: 'isv.BUSINESS_LIMIT_CONTROL' });
  });
});

describe('what became of a message', () => {
  test('found by our own id, also when its answer was lost; never sent: not found', async () => {
    const at = now();
    await sms().send(login('13400000001', '1'));
    simulator.setFaults({ garbageRate: 1 });
    await sms()
      .send(login('13400000001', '2'))
      .catch(() => undefined);
    simulator.setFaults(honest);
    const fate = async (code: string) =>
      await sms().find({ phone: '13400000001', bizId: `biz-13400000001-${code}`, at });
    const [arrived] = simulator.messages({ phone: '13400000001', limit: 1 });
    expect(await fate('2')).toMatchObject({ state: 'delivered', providerId: arrived?.providerId });
    expect(await fate('3')).toEqual({ state: 'not_found' });
    simulator.setFaults({ lie: { undeliveredRate: 1 } });
    await sms().send(login('13400000001', '4'));
    expect(await fate('4')).toMatchObject({ state: 'failed', code: 'MOBILE_NOT_ON_SERVICE' });
  });

  test('on the second page too', async () => {
    for (let n = 0; n < 60; n += 1) await sms().send(login('13400000002', String(n)));
    const fate = await sms().find({ phone: '13400000002', bizId: 'biz-13400000002-59', at: now() });
    expect(fate.state).toBe('delivered');
  });

  test('receipts are read; anything else is unreadable', () => {
    const one = { biz_id: 'b1', success: false, err_code: 'E', phone_number: '13400000003' };
    expect(sms().readReceipts(Buffer.from(JSON.stringify([one])))).toEqual([
      { providerId: 'b1', state: 'failed', code: 'E' },
    ]);
    for (const body of ['', '{}', '[{"biz_id":""}]', '[1]'])
      expect(() => sms().readReceipts(Buffer.from(body))).toThrow(SmsReceiptsUnreadable);
  });
});

test('the breaker opens, spares the provider, and closes by a probe', async () => {
  const steps = { ms: 0 };
  const breaker = createBreaker({
    failuresToOpen: 3,
    openMs: 1_000,
    clockMs: () => steps.ms,
    isFailure: (error) => !(error instanceof Refused),
  });
  const guarded = sms({ breaker });
  simulator.setFaults({ errorRate: 1 });
  for (let n = 0; n < 3; n += 1)
    await expect(guarded.send(login('13600000001'))).rejects.toBeInstanceOf(OutcomeUnknown);
  simulator.setFaults({ errorRate: 0 });
  await expect(guarded.send(login('13600000001'))).rejects.toMatchObject({ reason: 'breaker_open', maybeDone: false });
  steps.ms += 1_000;
  await guarded.send(login('13600000001'));
  expect(breaker.state()).toBe('closed');
});

test('messages survive a restart, and no more than the last 2,000 are kept', async () => {
  await sms().send(login('13500000001', '42'));
  const { port } = simulator;
  await simulator.close();
  simulator = await startSimulator(port);
  expect(simulator.messages({ phone: '13500000001' })).toHaveLength(1);
  // Kept connections of before the restart break first; a caller would try again.
  await vi.waitUntil(
    async () =>
      await sms()
        .send(login('13500000003'))
        .then(
          () => true,
          () => false,
        ),
  );
  const patient = sms({ timeoutMs: 5_000 });
  for (let round = 0; round < 20; round += 1) {
    await Promise.all(
      Array.from({ length: 105 }, async (_, n) => await patient.send(login('13500000002', `${round}-${n}`))),
    );
  }
  expect(simulator.messages()).toHaveLength(2_000);
  expect(simulator.messages({ phone: '13500000001' })).toHaveLength(0);
});
