// What the payment party has published, against our own code. Sources of each vector:
// - request, answer and callback strings: pay.weixin.qq.com "签名生成" and "签名验证" (APIv3 development guide);
// - the signature of "source" and its public key: github.com/wechatpay-apiv3/wechatpay-go, core/auth/signers/sha256withrsa_signer_test.go
//   and core/auth/verifiers/sha256withrsa_pubkey_verifier_test.go;
// - a whole signed and sealed callback with its platform certificate: the same repository, core/notify/notify_test.go;
// - AEAD_AES_256_GCM: github.com/wechatpay-apiv3/wechatpay-java, core cipher AeadAesCipherTest with the key of TestConfig.
import { createPublicKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { parseCallback } from './callback.ts';
import { PaymentCallbackForged } from './port.ts';
import {
  answerMessage,
  openResource,
  readAuthorization,
  requestMessage,
  sealResource,
  verifyRsa,
  writeAuthorization,
} from './wechat-v3.ts';

const publicKey = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA2VCTd91fnUn73Xy9DLvt
/V62TVxRTEEstVdeRaZ3B3leO0pldE806mXO4RwdHXagHQ4vGeZN0yqm++rDsGK+
U3AH7kejyD2pXshNP9Cq5YwbptiLGtjcquw4HNxJQUOmDeJf2vg6byms9RUipiq4
SzbJKqJFlUpbuIPDpSpWz10PYmyCNeDGUUK65E5h2B834uxl1zNLYQCrkdBzb8oU
xwYeP5a2DNxmjL5lsJML7DGr5znsevnoqGRwTm9fxCGfy8wus7hwKz6clt3Whmmd
a7UAdb1c08hEQFVRbF14AR73xbnd8N0obCWJPCbzMCtkaSef4FdEEgEXJiw0VAJT
8wIDAQAB
-----END PUBLIC KEY-----`;

const certificate = `-----BEGIN CERTIFICATE-----
MIIDVzCCAj+gAwIBAgIJANfOWdH1ItcBMA0GCSqGSIb3DQEBCwUAMEIxCzAJBgNV
BAYTAlhYMRUwEwYDVQQHDAxEZWZhdWx0IENpdHkxHDAaBgNVBAoME0RlZmF1bHQg
Q29tcGFueSBMdGQwHhcNMjEwNDI3MDg1NTIzWhcNMzEwNDI1MDg1NTIzWjBCMQsw
CQYDVQQGEwJYWDEVMBMGA1UEBwwMRGVmYXVsdCBDaXR5MRwwGgYDVQQKDBNEZWZh
dWx0IENvbXBhbnkgTHRkMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA
2VCTd91fnUn73Xy9DLvt/V62TVxRTEEstVdeRaZ3B3leO0pldE806mXO4RwdHXag
HQ4vGeZN0yqm++rDsGK+U3AH7kejyD2pXshNP9Cq5YwbptiLGtjcquw4HNxJQUOm
DeJf2vg6byms9RUipiq4SzbJKqJFlUpbuIPDpSpWz10PYmyCNeDGUUK65E5h2B83
4uxl1zNLYQCrkdBzb8oUxwYeP5a2DNxmjL5lsJML7DGr5znsevnoqGRwTm9fxCGf
y8wus7hwKz6clt3Whmmda7UAdb1c08hEQFVRbF14AR73xbnd8N0obCWJPCbzMCtk
aSef4FdEEgEXJiw0VAJT8wIDAQABo1AwTjAdBgNVHQ4EFgQUT1c7nd/SUO76HSoZ
umNUJv1R5PwwHwYDVR0jBBgwFoAUT1c7nd/SUO76HSoZumNUJv1R5PwwDAYDVR0T
BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEAfTjxKRQMzNB/U6ZoCUS+BSNfa2Oh
0plMN6ZuzwiVVZwg1jywvv5yv04koS7Pd4i9E4gt9ZBUQXlpq+A3oOCEEHNRR6b2
kyazGRM7s0OP5X21WrbpSmKmU6K7hkfx30yYs08LVs/Q8DIhvaj1FCFeJzUCzYn/
fHMq4tsbKO0dKAeydPM/nrUZBmaYQVKMVOORGLFjFKVO7JV6Kq/R86ouhjEPgJOe
2xulNBUcjicqtZlBdEh/PWCYP2SpGVDclKm8jeo175T3EVAkdKzzmfpxtMmnMlmq
cTJOU9TxuGvNASMtjj7pYIerTx+xgZDXEVBWFW9PjJ0TV06tCRsgSHItgg==
-----END CERTIFICATE-----`;

test('the strings that are signed are those of the guide', () => {
  const request = {
    method: 'GET',
    target: '/v3/certificates',
    timestamp: '1554208460',
    nonce: '593BEC0C930BF1AFEB40B4A08C8FB242',
    body: '',
  };
  expect(requestMessage(request)).toBe('GET\n/v3/certificates\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n\n');
  const answer = { timestamp: '1554209980', nonce: 'c5ac7061fccab6bf3e254dcf98995b8c', body: '{"data":[]}' };
  expect(answerMessage(answer)).toBe('1554209980\nc5ac7061fccab6bf3e254dcf98995b8c\n{"data":[]}\n');
  const parts = {
    merchantId: '1900009191',
    serial: '1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C',
    nonce: request.nonce,
    timestamp: request.timestamp,
    signature: 'c2lnbmVk',
  };
  expect(readAuthorization(writeAuthorization(parts))).toEqual(parts);
});

test('the published signature of "source" is genuine under the published key, and of nothing else', () => {
  const signature =
    'BKyAfU4iMCuvXMXS0Wzam3V/cnxZ+JaqigPM5OhljS2iOT95OO6Fsuml2JkFANJU9K6q9bLlDhPXuoVz+pp4hAm6' +
    'pHU4ld815U4jsKu1RkyaII+1CYBUYC8TK0XtJ8FwUXXz8vZHh58rrAVN1XwNyvD1vfpxrMT4SL536GLwvpUHlCqIMzoZUguLli/K8V29QiOh' +
    'uH6IEqLNJn8e9b3nwNcQ7be3CzYGpDAKBfDGPCqCv8Rw5zndhlffk2FEA70G4hvMwe51qMN/RAJbknXG23bSlObuTCN7Ndj1aJGH6/L+hdwf' +
    'LpUtJm4QYVazzW7DFD27EpSQEqA8bX9+8m1rLg==';
  const key = createPublicKey(publicKey);
  expect(verifyRsa('source', signature, key)).toBe(true);
  for (const wrong of ['wrong source', '', 'source\n']) expect(verifyRsa(wrong, signature, key)).toBe(false);
  expect(verifyRsa('source', 'invalid base64 signature', key)).toBe(false);
});

test('the published ciphertext opens, and ours is the same to the byte', () => {
  const key = 'a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb';
  const sealed = {
    ciphertext: 'ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI=',
    nonce: 'uluk4a9R25RW',
    associated_data: 'associatedData',
  };
  expect(openResource(sealed, key)).toBe('message');
  expect(sealResource('message', key, sealed.nonce, sealed.associated_data)).toEqual(sealed);
  expect(() => openResource({ ...sealed, associated_data: 'other' }, key)).toThrow('unable to authenticate');
});

// The key of that test has 16 characters, as the library allows; ours takes 32, so only its signature is checked here.
const headers = {
  'wechatpay-nonce': 'EcZ9Cmy4Xyx1i6RlJQzLcCyEqDa26NBz',
  'wechatpay-timestamp': '1624523846',
  'wechatpay-serial': 'D7CE59D1F522D701',
  'wechatpay-signature':
    'tJHIiIS9eB2hAYstmAmbbD3ZE5LiIm/Ug5tuL4fC0YOFRWIHV39UFIZXC0e9Wl6lBu6sKvkqDkzpqzBsVHyXF' +
    'lbYZTOQrVdG4b6LfTnK4mikv9++ixJMd3vTf2yCqvBkh98zs3Ds5zsYQakzbcwhmw4fMJs4nPLws28H0UW9FjDR//rxELLwXvV1VEA1I' +
    'BLX70xptjL8hrfUjEE8kkry6yNJTHZRU8CAc7qHli2Ng1V1qb9ARbK8A3ThmFmPQvRGrapI/jS2laKKgYUmfdEdkNO6B2Cke5e8VTxY4' +
    '06ArAmQ90GAihDwIcb16TQMnzCMBoutnwZKNiKRACrFmtxw2Q==',
};
const body =
  '{"id":"3119dfba-e649-5eec-ab1e-3412bc4d2e17","create_time":"2021-06-24T16:37:26+08:00",' +
  '"resource_type":"encrypt-resource","event_type":"PAYSCORE.USER_OPEN_SERVICE","summary":"签约成功",' +
  '"resource":{"original_type":"payscore","algorithm":"AEAD_AES_256_GCM","ciphertext":"' +
  'YDS3lKPaC4Y52Gf3uhft5qUBlIa8b428AWTtTauHQfQrRw+X1WpiuHIDy0vo1Vd6VEq67aVyqPdDYMkRVSDaZL3iZt' +
  'tevRMOoPKMifozg6XPWjIZumks/GpT48lI4NizyeaqLBokNebthah3o1H76qSlO9NkDjp9bzmKLEYYH9TEklFUpsvPqOTOcgSLgh21YJXYR' +
  '7dEBXFgRLiNIKRgO5JdXh1hccRUAlyVWxE54PXpnQ==","associated_data":"payscore","nonce":"Kj7QIyUiYx1q"}}';
const platform = new Map([['D7CE59D1F522D701', new X509Certificate(certificate).publicKey]]);
const at = (seconds: number) => ({
  appId: 'a',
  merchantId: 'm',
  apiV3Key: 'k'.repeat(32),
  now: () => new Date((1624523846 + seconds) * 1000),
});

test('a published callback proves itself under its platform certificate; what is sealed with another key does not open', () => {
  const message = answerMessage({
    timestamp: headers['wechatpay-timestamp'],
    nonce: headers['wechatpay-nonce'],
    body,
  });
  const key = platform.get('D7CE59D1F522D701');
  expect(key && verifyRsa(message, headers['wechatpay-signature'], key)).toBe(true);
  expect(() => parseCallback(at(0), platform, headers, Buffer.from(body))).toThrow('the resource does not open');
});

test.each([
  ['too old', 301, {}, body, platform],
  ['too new', -301, {}, body, platform],
  ['another nonce', 0, { 'wechatpay-nonce': 'x' }, body, platform],
  ['another body', 0, {}, body.replace('签约', '解约'), platform],
  ['another serial', 0, { 'wechatpay-serial': 'PUB_KEY_ID_1' }, body, platform],
  [
    'a probe of the party with a wrong signature',
    0,
    { 'wechatpay-signature': 'WECHATPAY/SIGNTEST/abc' },
    body,
    platform,
  ],
  ['no key at all', 0, {}, body, new Map<string, never>()],
])('%s: forged', (_name, seconds, changed, sent, keys) => {
  const read = () => parseCallback(at(seconds), keys, { ...headers, ...changed }, Buffer.from(sent));
  expect(read).toThrow(PaymentCallbackForged);
  expect(read).not.toThrow('the resource does not open');
});
