// The headers that every answer carries. No inline script or style runs unless the page names it by hash or nonce; nobody may
// frame us; nothing personal is cached. Cross-site writes are refused by what browsers say of their origin.

import type { FastifyReply, FastifyRequest } from 'fastify';

/** What a page needs beyond the default policy. Sources stand as in CSP: `'sha256-…'`, `'nonce-…'`, `https://pay.example`. */
export type PageSecurity = {
  readonly script?: readonly string[];
  readonly style?: readonly string[];
  readonly image?: readonly string[];
  readonly connect?: readonly string[];
  /** Also where a form's answer may redirect to. */
  readonly formAction?: readonly string[];
};

declare module 'fastify' {
  // Fastify's way to type what is decorated onto a reply.
  interface FastifyReply {
    /** Widens this answer's content security policy. */
    pageSecurity(more: PageSecurity): FastifyReply;
  }
}

export function policyOf(more: PageSecurity): string {
  const list = (first: string, rest: readonly string[] | undefined) => [first, ...(rest ?? [])].join(' ');
  return [
    `default-src 'none'`,
    `script-src ${list("'self'", more.script)}`,
    `style-src ${list("'self'", more.style)}`,
    `img-src ${list("'self' data: blob:", more.image)}`,
    `connect-src ${list("'self'", more.connect)}`,
    `form-action ${list("'self'", more.formAction)}`,
    `font-src 'self'`,
    `manifest-src 'self'`,
    `media-src 'self' blob:`,
    `worker-src 'self'`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}

const defaultPolicy = policyOf({});

export function secure(reply: FastifyReply, isHttps: boolean): void {
  const absent = (name: string, value: string) => {
    if (!reply.hasHeader(name)) void reply.header(name, value);
  };
  absent('content-security-policy', defaultPolicy);
  absent('cache-control', 'no-store');
  absent('x-content-type-options', 'nosniff');
  absent('referrer-policy', 'same-origin');
  absent('cross-origin-resource-policy', 'same-origin');
  absent('permissions-policy', 'camera=(self), geolocation=(self), microphone=()');
  if (isHttps) absent('strict-transport-security', 'max-age=31536000; includeSubDomains');
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

export function isWrite(request: FastifyRequest): boolean {
  return !safeMethods.has(request.method);
}

/** True for a write that a browser sent from another site. A server that calls us back sends neither header. */
export function isCrossSite(request: FastifyRequest, publicOrigin: string | null): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin } = request.headers;
  if (origin === undefined) return false;
  if (publicOrigin !== null && origin === publicOrigin) return false;
  return !URL.canParse(origin) || new URL(origin).host !== request.host;
}
