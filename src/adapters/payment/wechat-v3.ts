// The cryptographic envelope of WeChat Pay API v3: what is signed, in which order, and how a callback's resource is sealed.
// Only Node's own primitives; https://pay.weixin.qq.com/doc/v3/merchant/4012365336 (signing), 4012071382 (callbacks).
import { createCipheriv, createDecipheriv, createSign, createVerify, type KeyObject } from 'node:crypto';

export const SCHEME = 'WECHATPAY2-SHA256-RSA2048';

export const HEADER = {
  serial: 'wechatpay-serial',
  signature: 'wechatpay-signature',
  timestamp: 'wechatpay-timestamp',
  nonce: 'wechatpay-nonce',
} as const;

export type RequestToSign = {
  readonly method: string;
  /** Path with query, as sent. */
  readonly target: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly body: string | Buffer;
};

export function requestMessage(request: RequestToSign): string {
  return [request.method, request.target, request.timestamp, request.nonce, request.body]
    .map((part) => `${part.toString()}\n`)
    .join('');
}

/** Answers and callbacks are signed alike. */
export function answerMessage(answer: { timestamp: string; nonce: string; body: string | Buffer }): string {
  return [answer.timestamp, answer.nonce, answer.body].map((part) => `${part.toString()}\n`).join('');
}

export function signRsa(message: string, privateKey: KeyObject): string {
  return createSign('RSA-SHA256').update(message).sign(privateKey, 'base64');
}

export function verifyRsa(message: string, signature: string, publicKey: KeyObject): boolean {
  return createVerify('RSA-SHA256').update(message).verify(publicKey, signature, 'base64');
}

export type AuthorizationParts = {
  readonly merchantId: string;
  readonly serial: string;
  readonly nonce: string;
  readonly timestamp: string;
  readonly signature: string;
};

export function writeAuthorization(parts: AuthorizationParts): string {
  const { merchantId, nonce, signature, timestamp, serial } = parts;
  return (
    `${SCHEME} mchid="${merchantId}",nonce_str="${nonce}",signature="${signature}",` +
    `timestamp="${timestamp}",serial_no="${serial}"`
  );
}

export function readAuthorization(header: string): AuthorizationParts | undefined {
  if (!header.startsWith(`${SCHEME} `)) return undefined;
  const fields = new Map([...header.matchAll(/([a-z_]+)="([^"]*)"/g)].map((match) => [match[1], match[2]]));
  const [merchantId, serial, nonce, timestamp, signature] = [
    'mchid',
    'serial_no',
    'nonce_str',
    'timestamp',
    'signature',
  ].map((name) => fields.get(name));
  return merchantId && serial && nonce && timestamp && signature
    ? { merchantId, serial, nonce, timestamp, signature }
    : undefined;
}

export type SealedResource = { readonly ciphertext: string; readonly nonce: string; readonly associated_data: string };

const TAG_BYTES = 16;

/** AEAD_AES_256_GCM of RFC 5116: the tag follows the ciphertext. */
export function sealResource(plain: string, apiV3Key: string, nonce: string, associatedData: string): SealedResource {
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(apiV3Key), Buffer.from(nonce));
  cipher.setAAD(Buffer.from(associatedData));
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { ciphertext: sealed.toString('base64'), nonce, associated_data: associatedData };
}

/** Throws when key, nonce, associated data or ciphertext do not belong together. */
export function openResource(resource: SealedResource, apiV3Key: string): string {
  const sealed = Buffer.from(resource.ciphertext, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(apiV3Key), Buffer.from(resource.nonce), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(resource.associated_data));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
}
