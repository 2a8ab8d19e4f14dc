// The client's side of the HMAC envelope: signs a request, believes only an answer signed for that request.
import type { Breaker } from '#platform/breaker';
import { z } from 'zod';
import { createPartyCaller, readJson, type PartyAnswer } from './call.ts';
import { OutcomeUnknown, Refused } from './errors.ts';
import {
  answerSignature,
  callbackSignature,
  HEADER,
  newNonce,
  requestSignature,
  sameSignature,
  unixSeconds,
  withinSkew,
} from './hmac.ts';

export type HmacClientConfig = {
  readonly baseUrl: string;
  readonly clientId: string;
  readonly secret: string;
  readonly timeoutMs: number;
  readonly now: () => Date;
  readonly breaker?: Breaker | undefined;
};

/** Headers as Node, fetch or a test hand them over. */
export type IncomingHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export function headerText(headers: IncomingHeaders, name: string): string {
  const value = headers[name] ?? headers[name.toLowerCase()];
  return typeof value === 'string' ? value : '';
}

const refusal = z.object({ code: z.string(), message: z.string() });

export type HmacRequest = {
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly target: string;
  readonly json?: unknown;
};

/** The answer's body when it is signed and 2xx; `Refused` when it is signed and 4xx; otherwise `OutcomeUnknown`. */
export function createHmacCaller(party: string, config: HmacClientConfig): (request: HmacRequest) => Promise<Buffer> {
  const call = createPartyCaller({ party, timeoutMs: config.timeoutMs, breaker: config.breaker });
  const base = config.baseUrl.replace(/\/$/, '');

  return async ({ operation, method, target, json }) => {
    const body = json === undefined ? '' : JSON.stringify(json);
    const timestamp = String(unixSeconds(config.now()));
    const nonce = newNonce();
    return await call({
      operation,
      method,
      url: base + target,
      headers: {
        ...(body === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
        [HEADER.client]: config.clientId,
        [HEADER.timestamp]: timestamp,
        [HEADER.nonce]: nonce,
        [HEADER.signature]: requestSignature(config.secret, { method, target, timestamp, nonce, body }),
      },
      ...(body === '' ? {} : { body }),
      accept: (answer) => {
        if (!answerIsGenuine(answer, config.secret, nonce)) throw new OutcomeUnknown(party, operation, 'garbled');
        if (answer.status < 300) return answer.body;
        const { code, message } = readJson(party, operation, answer.body, refusal);
        throw new Refused(party, operation, { status: answer.status, code, partyMessage: message });
      },
    });
  };
}

function answerIsGenuine(answer: PartyAnswer, secret: string, nonce: string): boolean {
  const timestamp = answer.headers.get(HEADER.timestamp) ?? '';
  const given = answer.headers.get(HEADER.signature) ?? '';
  // The nonce is fresh, so an old answer cannot fit: its timestamp need not be judged.
  return sameSignature(given, answerSignature(secret, { status: answer.status, timestamp, nonce, body: answer.body }));
}

export function callbackIsGenuine(
  headers: IncomingHeaders,
  rawBody: Buffer,
  config: { readonly secret: string; readonly now: () => Date },
): boolean {
  const timestamp = headerText(headers, HEADER.timestamp);
  const nonce = headerText(headers, HEADER.nonce);
  const given = headerText(headers, HEADER.signature);
  if (nonce === '' || !withinSkew(timestamp, config.now())) return false;
  return sameSignature(given, callbackSignature(config.secret, { timestamp, nonce, body: rawBody }));
}
