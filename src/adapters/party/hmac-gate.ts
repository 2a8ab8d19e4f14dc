// The simulated party's side of the HMAC envelope: lets in only fresh, signed requests and signs what goes out.
import {
  answerSignature,
  callbackSignature,
  HEADER,
  newNonce,
  requestSignature,
  sameSignature,
  SKEW_SECONDS_MAX,
  unixSeconds,
  withinSkew,
} from './hmac.ts';
import { jsonAnswer, type SimAnswer, type SimOutcome, type SimRequest } from './server.ts';

export type HmacGateConfig = { readonly clientId: string; readonly secret: string; readonly now: () => Date };

export type HmacGate = {
  /** Wraps a handler: checks the request, signs the answer. */
  guard(handle: (request: SimRequest) => SimOutcome): (request: SimRequest) => SimOutcome;
  callbackHeaders(body: string, forged: boolean): Record<string, string>;
};

export function refusal(status: number, code: string, message: string): SimAnswer {
  return jsonAnswer(status, { code, message });
}

export function createHmacGate(config: HmacGateConfig): HmacGate {
  const { secret, now } = config;
  const seenNonces = new Map<string, number>();

  function seenBefore(nonce: string): boolean {
    const at = unixSeconds(now());
    for (const [old, seenAt] of seenNonces) {
      // Insertion order is time order, so the scan ends at the first young one.
      if (Math.abs(at - seenAt) <= 2 * SKEW_SECONDS_MAX) break;
      seenNonces.delete(old);
    }
    if (seenNonces.has(nonce)) return true;
    seenNonces.set(nonce, at);
    return false;
  }

  function objection(request: SimRequest): SimAnswer | undefined {
    const text = (name: string): string => String(request.headers[name] ?? '');
    const timestamp = text(HEADER.timestamp);
    const nonce = text(HEADER.nonce);
    const { method, target, body } = request;
    const expected = requestSignature(secret, { method, target, timestamp, nonce, body });
    if (text(HEADER.client) !== config.clientId || !sameSignature(text(HEADER.signature), expected)) {
      return refusal(401, 'SIGNATURE', '签名不符');
    }
    if (!withinSkew(timestamp, now())) return refusal(401, 'TIMESTAMP', '时间戳超出允许范围');
    return seenBefore(nonce) ? refusal(401, 'REPLAY', '随机串重复使用') : undefined;
  }

  return {
    guard: (handle) => (request) => {
      const outcome = objection(request) ?? handle(request);
      if (outcome === 'hang') return outcome;
      const timestamp = String(unixSeconds(now()));
      const nonce = String(request.headers[HEADER.nonce] ?? '');
      const { status, body = '' } = outcome;
      const signature = answerSignature(secret, { status, timestamp, nonce, body });
      return {
        ...outcome,
        headers: { ...outcome.headers, [HEADER.timestamp]: timestamp, [HEADER.signature]: signature },
      };
    },
    callbackHeaders(body, forged) {
      const timestamp = String(unixSeconds(now()));
      const nonce = newNonce();
      return {
        'content-type': 'application/json; charset=utf-8',
        [HEADER.client]: config.clientId,
        [HEADER.timestamp]: timestamp,
        [HEADER.nonce]: nonce,
        [HEADER.signature]: callbackSignature(forged ? newNonce() : secret, { timestamp, nonce, body }),
      };
    },
  };
}
