// Tencent Cloud's port held by its contract: the published signature, the normal way, refusals, and every bad habit over real HTTP.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createBreaker } from '#platform/breaker';
import { startReceiver, tc3Authorization, tc3Scope, tc3Signature, type Receiver } from '#adapters/party';
import {
  createTencentSms,
  OutcomeUnknown,
  Refused,
  SmsReceiptsUnreadable,
  startTencentSmsSimulator,
  type SmsPort,
  type SmsSimulator,
} from './index.ts';

const now = (): Date => new Date('2026-03-02T04:00:00Z');
const keys = { secretId: 'test-id', secretKey: 'test-key', appId: '1400000000' };
const templates = { '100001': { code: 'login_code', text: '验证码{1}，{2}分钟内有效。' } };
let simulator: SmsSimulator;
let receiver: Receiver;
let honest: ReturnType<SmsSimulator['faults']>;

function sms(overrides: Partial<Parameters<typeof createTencentSms>[0]> = {}): SmsPort {
  return createTencentSms({
    ...keys,
    baseUrl: simulator.url,
    signName: '工盾',
    templates: { login_code: { id: '100001', params: ['code', 'minutes'] } },
    timeoutMs: 250,
    now,
    breaker: createBreaker({ failuresToOpen: 1_000 }),
    ...overrides,
  });
}
const login = (phone: string, code = '123456') => ({
  phone,
  templateCode: 'login_code',
  params: { minutes: '5', code },
  bizId: `biz-${phone}`,
});

beforeAll(async () => {
  receiver = await startReceiver();
  simulator = await startTencentSmsSimulator({ ...keys, now, templates, receiptUrl: `${receiver.url}/receipts` });
  honest = simulator.faults();
});
afterEach(() => simulator.setFaults(honest));
afterAll(async () => {
  await simulator.close();
  await receiver.close();
});

describe('the signature', () => {
  // The worked example of "签名方法 v3" (cloud.tencent.com/document/api/213/30654 and its copies for each product), whose published
  // secret key ends in seven asterisks: SignedHeaders=content-type;host.
  test('is the published one, to the byte', () => {
    const request = {
      service: 'cvm',
      headers: { 'content-type': 'application/json; charset=utf-8', host: 'cvm.tencentcloudapi.com' },
      body: '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
      timestamp: 1551113065,
    };
    const signed = tc3Signature(request, 'Gu5t9xGARNpq86cd98joQYCN3*******');
    expect(tc3Authorization('AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******', tc3Scope(request), signed)).toBe(
      'TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******/2019-02-25/cvm/tc3_request, ' +
        'SignedHeaders=content-type;host, Signature=2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c',
    );
  });

  test.each([
    ['a wrong key', { secretKey: 'other' }, 'AuthFailure.SignatureFailure'],
    ['an unknown id', { secretId: 'other' }, 'AuthFailure.SecretIdNotFound'],
    ['an old clock', { now: () => new Date('2026-03-02T03:54:59Z') }, 'AuthFailure.SignatureExpire'],
    ['another application', { appId: '1' }, 'UnauthorizedOperation.SmsSdkAppIdVerifyFail'],
    ['a wrong template', { templates: { login_code: { id: '9' } } }, 'FailedOperation.TemplateIncorrectOrUnapproved'],
    ['a template that was never mapped', { templates: {} }, 'TEMPLATE_NOT_MAPPED'],
  ])('%s is refused', async (_name, wrong, code) => {
    await expect(sms(wrong).send(login('13900000000'))).rejects.toMatchObject({ kind: 'refused', code });
    expect(simulator.messages({ phone: '13900000000' })).toEqual([]);
  });
});

test('a message arrives with its parameters in the order of the template, and its receipt is read', async () => {
  const { providerId } = await sms().send(login('13800000001', '024680'));
  expect(simulator.messages({ phone: '13800000001' })).toMatchObject([
    { providerId, text: '【工盾】验证码024680，5分钟内有效。', bizId: 'biz-13800000001' },
  ]);
  await expect.poll(() => receiver.received.length).toBe(1);
  expect(sms().readReceipts(receiver.received[0]?.body ?? Buffer.alloc(0))).toEqual([
    { providerId, state: 'delivered', code: 'DELIVRD' },
  ]);
  expect(() => sms().readReceipts(Buffer.from('{"sid":1}'))).toThrow(SmsReceiptsUnreadable);
});

test('a number that is none is refused for good', async () => {
  await expect(sms().send(login('23900000000'))).rejects.toBeInstanceOf(Refused);
});

test.each([
  ['slow', { latencyMs: 400 }, 'timeout'],
  ['a black hole', { hangRate: 1 }, 'timeout'],
  ['cut off', { dropRate: 1 }, 'network'],
  ['5xx', { errorRate: 1 }, 'server_error'],
  ['garbage', { garbageRate: 1 }, 'garbled'],
] as const)('%s: unknown, and nothing of the message in the error', async (_name, faults, reason) => {
  simulator.setFaults(faults);
  const error: unknown = await sms()
    .send(login('13700000001'))
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OutcomeUnknown);
  expect(error).toMatchObject({ reason });
  expect(String(error)).not.toMatch(/13700000001|123456/);
  expect(await sms().find({ phone: '13700000001', bizId: 'biz-13700000001', at: now() })).toEqual({
    state: 'cannot_tell',
  });
});
