// ACS3-HMAC-SHA256, the request signature of Alibaba Cloud (signature method V3).
// https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
import { createHash, createHmac } from 'node:crypto';

export const ALGORITHM = 'ACS3-HMAC-SHA256';

export function sha256Hex(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** RFC 3986: unlike `encodeURIComponent`, `!'()*` are encoded too. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

export function canonicalQuery(params: Iterable<readonly [string, string]>): string {
  return [...params]
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

export type RequestToSign = {
  readonly method: string;
  readonly query: string;
  /** The headers that are signed, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyHash: string;
};

export function acs3Signature(request: RequestToSign, secret: string): { signedHeaders: string; signature: string } {
  const names = Object.keys(request.headers).toSorted();
  const headers = names.map((name) => `${name}:${(request.headers[name] ?? '').trim()}\n`).join('');
  const signedHeaders = names.join(';');
  const canonical = [request.method, '/', request.query, headers, signedHeaders, request.bodyHash].join('\n');
  const text = `${ALGORITHM}\n${sha256Hex(canonical)}`;
  return { signedHeaders, signature: createHmac('sha256', secret).update(text).digest('hex') };
}

export function writeAuthorization(accessKeyId: string, signed: { signedHeaders: string; signature: string }): string {
  return `${ALGORITHM} Credential=${accessKeyId},SignedHeaders=${signed.signedHeaders},Signature=${signed.signature}`;
}
