// The address of receipts: only with its secret, only of providers that we have, only of the agreed shape.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHttp, type Http } from '#platform/http';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { createAliyunSms } from '#adapters/sms';
import { smsRoutes, type SmsReceipt } from './index.ts';

const token = 'secret-token-of-24-letters';
const taken: [string, readonly SmsReceipt[]][] = [];
let app: Http;

beforeAll(async () => {
  const { readReceipts } = createAliyunSms({
    baseUrl: 'http://127.0.0.1:1',
    accessKeyId: 'k',
    accessKeySecret: 's',
    signName: '工盾',
    timeoutMs: 100,
    now: () => new Date(),
  });
  app = await createHttp({
    log: createLog({ level: 'silent' }),
    publicUrl: 'http://127.0.0.1',
    trustProxy: false,
    metrics: createMetrics(),
  });
  await app.register(
    smsRoutes({
      token,
      read: (provider, body) => (provider === 'aliyun' ? readReceipts(body) : null),
      take: async (provider, receipts) => void taken.push([provider, receipts]),
    }),
  );
});
afterAll(() => app.close());

const post = async (path: string, body: string) =>
  await app.inject({ method: 'POST', url: path, headers: { 'content-type': 'application/json' }, payload: body });
const good = JSON.stringify([{ biz_id: 'b1', success: true, err_code: 'DELIVERED' }]);

it('takes receipts, and answers in the words of both providers', async () => {
  const answer = await post(`/ports/sms/aliyun/receipts/${token}`, good);
  expect([answer.statusCode, answer.json()]).toEqual([200, { code: 0, msg: 'OK', result: 0, errmsg: 'OK' }]);
  expect(taken).toEqual([['aliyun', [{ providerId: 'b1', state: 'delivered', code: 'DELIVERED' }]]]);
});

it.each([
  ['a wrong secret', `/ports/sms/aliyun/receipts/${token}x`, good, 404],
  ['another provider', `/ports/sms/nobody/receipts/${token}`, good, 404],
  ['no receipts', `/ports/sms/aliyun/receipts/${token}`, '{"biz_id":"b1"}', 422],
  ['nothing', `/ports/sms/aliyun/receipts/${token}`, '', 422],
  ['too much', `/ports/sms/aliyun/receipts/${token}`, `[${'1,'.repeat(400_000)}1]`, 413],
])('%s moves nothing', async (_name, path, body, status) => {
  const before = taken.length;
  expect((await post(path, body)).statusCode).toBe(status);
  expect(taken.length).toBe(before);
});
