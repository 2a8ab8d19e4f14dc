// AWS Signature Version 4 as a store checks it: for the simulator only. The real client signs by its own library.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
import { createHash, createHmac } from 'node:crypto';

export type SignedRequest = {
  readonly method: string;
  /** Path as sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly signedHeaders: readonly string[];
  readonly bodyHash: string;
  /** 20130524T000000Z */
  readonly date: string;
  readonly region: string;
  readonly service: string;
};

const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

export function sigV4(request: SignedRequest, secret: string): string {
  const query = [...request.query]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join('&');
  const headers = request.signedHeaders.map((name) => `${name}:${(request.headers[name] ?? '').trim()}\n`).join('');
  const names = request.signedHeaders.join(';');
  const canonical = [request.method, request.path, query, headers, names, request.bodyHash].join('\n');
  const day = request.date.slice(0, 8);
  const scope = `${day}/${request.region}/${request.service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', request.date, scope, sha256Hex(canonical)].join('\n');
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), request.region), request.service), 'aws4_request');
  return hmac(key, text).toString('hex');
}
