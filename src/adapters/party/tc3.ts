// TC3-HMAC-SHA256, the request signature of Tencent Cloud (signature method v3), for POST with a JSON body.
// https://cloud.tencent.com/document/api/382/52072
import { createHash, createHmac } from 'node:crypto';

export const TC3 = 'TC3-HMAC-SHA256';

export type Tc3Request = {
  readonly service: string;
  /** The headers that are signed, names in lower case; at least content-type and host. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** Unix seconds. */
  readonly timestamp: number;
};

const sha256Hex = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

export function tc3Scope(request: Pick<Tc3Request, 'service' | 'timestamp'>): string {
  const day = new Date(request.timestamp * 1000).toISOString().slice(0, 10);
  return `${day}/${request.service}/tc3_request`;
}

export function tc3Signature(request: Tc3Request, secretKey: string): { signedHeaders: string; signature: string } {
  const names = Object.keys(request.headers).toSorted();
  // Values are signed in lower case, as the method says.
  const headers = names.map((name) => `${name}:${(request.headers[name] ?? '').trim().toLowerCase()}\n`).join('');
  const signedHeaders = names.join(';');
  const canonical = ['POST', '/', '', headers, signedHeaders, sha256Hex(request.body)].join('\n');
  const scope = tc3Scope(request);
  const [day = '', service = '', ending = ''] = scope.split('/');
  const text = [TC3, request.timestamp, scope, sha256Hex(canonical)].join('\n');
  const key = hmac(hmac(hmac(`TC3${secretKey}`, day), service), ending);
  return { signedHeaders, signature: hmac(key, text).toString('hex') };
}

export function tc3Authorization(
  secretId: string,
  scope: string,
  signed: { signedHeaders: string; signature: string },
): string {
  return `${TC3} Credential=${secretId}/${scope}, SignedHeaders=${signed.signedHeaders}, Signature=${signed.signature}`;
}

/** The headers of one signed call; `host` is signed and left out, because the transport sets it from the same address. */
export function tc3Headers(
  keys: { readonly secretId: string; readonly secretKey: string },
  call: {
    readonly service: string;
    readonly version: string;
    readonly action: string;
    readonly host: string;
    readonly body: string;
    readonly timestamp: number;
  },
): Record<string, string> {
  const { service, body, timestamp } = call;
  const headers = { 'content-type': 'application/json; charset=utf-8', 'x-tc-action': call.action };
  const signed = tc3Signature({ service, headers: { ...headers, host: call.host }, body, timestamp }, keys.secretKey);
  return {
    ...headers,
    authorization: tc3Authorization(keys.secretId, tc3Scope({ service, timestamp }), signed),
    'x-tc-timestamp': String(timestamp),
    'x-tc-version': call.version,
  };
}
