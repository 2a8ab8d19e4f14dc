// A callback that is signed by the right key and still says what cannot be kept.
import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { parseCallback } from './callback.ts';
import { PaymentCallbackForged } from './port.ts';
import { answerMessage, HEADER, sealResource, signRsa } from './wechat-v3.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const now = new Date('2026-05-03T04:00:00Z');
const config = { appId: 'app', merchantId: 'mch', apiV3Key: 'k'.repeat(32), now: () => now };

function event(changed: object) {
  const said = {
    mchid: 'mch',
    appid: 'app',
    out_trade_no: 'order-1',
    transaction_id: 'transaction-1',
    trade_state: 'SUCCESS',
    success_time: '2026-05-03T12:00:00+08:00',
    amount: { total: 20 },
    ...changed,
  };
  const resource = sealResource(JSON.stringify(said), config.apiV3Key, 'n'.repeat(12), 'transaction');
  const envelope = { algorithm: 'AEAD_AES_256_GCM', ...resource };
  const body = JSON.stringify({ id: 'e1', event_type: 'TRANSACTION.SUCCESS', resource: envelope });
  const timestamp = String(now.getTime() / 1000);
  const signature = signRsa(answerMessage({ timestamp, nonce: 'n', body }), privateKey);
  const headers = {
    [HEADER.serial]: 's',
    [HEADER.timestamp]: timestamp,
    [HEADER.nonce]: 'n',
    [HEADER.signature]: signature,
  };
  return () => parseCallback(config, new Map([['s', publicKey]]), headers, Buffer.from(body));
}

test('a genuine one is read', () => {
  expect(event({})()).toMatchObject({ kind: 'paid', orderNo: 'order-1', amountFen: 20 });
});

test.each([
  ['a NUL in the order', { out_trade_no: 'order\u00001' }],
  ['a NUL in the transaction', { transaction_id: 'transaction\u00001' }],
  ['half a surrogate pair', { transaction_id: '\ud800' }],
  ['a number that is a novel', { out_trade_no: 'x'.repeat(501) }],
])('%s is not taken', (_name, changed) => {
  expect(event(changed)).toThrow(PaymentCallbackForged);
});
