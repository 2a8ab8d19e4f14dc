// The HMAC-SHA256 envelope that the bank's and the insurer's protocols share: each request carries client, timestamp and
// nonce; the answer is signed over the request's nonce, so that neither can be replayed or swapped for another.
// It must not compare signatures with `===`.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export const HEADER = {
  client: 'x-party-client',
  timestamp: 'x-party-timestamp',
  nonce: 'x-party-nonce',
  signature: 'x-party-signature',
} as const;

/** Signed messages older or newer than this are refused, as the parties themselves do. */
export const SKEW_SECONDS_MAX = 300;

export function newNonce(): string {
  return randomBytes(16).toString('hex');
}

export function unixSeconds(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}

export function withinSkew(timestamp: string, now: Date): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(unixSeconds(now) - Number(timestamp)) <= SKEW_SECONDS_MAX;
}

type Signed = { readonly timestamp: string; readonly nonce: string; readonly body: string | Buffer };

function sign(secret: string, parts: readonly string[], signed: Signed): string {
  const digest = createHash('sha256').update(signed.body).digest('hex');
  const text = [...parts, signed.timestamp, signed.nonce, digest].map((part) => `${part}\n`).join('');
  return createHmac('sha256', secret).update(text).digest('hex');
}

export function requestSignature(
  secret: string,
  request: Signed & { readonly method: string; readonly target: string },
): string {
  return sign(secret, ['REQUEST', request.method, request.target], request);
}

/** `nonce` is the nonce of the request that is answered. */
export function answerSignature(secret: string, answer: Signed & { readonly status: number }): string {
  return sign(secret, ['ANSWER', String(answer.status)], answer);
}

export function callbackSignature(secret: string, callback: Signed): string {
  return sign(secret, ['CALLBACK'], callback);
}

export function sameSignature(given: string, expected: string): boolean {
  const left = Buffer.from(given);
  const right = Buffer.from(expected);
  return left.length === right.length && timingSafeEqual(left, right);
}
