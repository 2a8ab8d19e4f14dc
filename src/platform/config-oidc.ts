// The identity provider of the staff's employer, when there is one. What it asserts counts as a second factor only where the operator
// has named it.

import { fileText, whole, wrong, type Environment } from './config-read.ts';

export type OidcPortConfig = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Either one of these proves a second factor; both empty: our own code follows always. */
  readonly acceptedAcr: readonly string[];
  readonly acceptedAmr: readonly string[];
};

export function readOidc(env: Environment): OidcPortConfig | null {
  const set = whole(env, 'OIDC', ['ISSUER', 'CLIENT_ID']);
  const secret = (env['OIDC_CLIENT_SECRET'] ?? '').trim();
  const file = (env['OIDC_CLIENT_SECRET_FILE'] ?? '').trim();
  const acceptedAcr = words(env['OIDC_ACCEPT_ACR']);
  const acceptedAmr = words(env['OIDC_ACCEPT_AMR']);
  if (!set) {
    if (secret || file || acceptedAcr.length > 0 || acceptedAmr.length > 0)
      throw wrong(
        'OIDC_ISSUER',
        '统一身份认证的网址，与其他 OIDC_ 变量一起设置',
        'the issuer, with the other OIDC_ ones',
      );
    return null;
  }
  if ((secret === '') === (file === ''))
    throw wrong(
      'OIDC_CLIENT_SECRET',
      '密钥，或改设 OIDC_CLIENT_SECRET_FILE，只设一个',
      'a secret, or its file instead',
    );
  return {
    issuer: issuerUrl(set('ISSUER')),
    clientId: set('CLIENT_ID'),
    clientSecret: secret || fileText('OIDC_CLIENT_SECRET_FILE', file).trim(),
    acceptedAcr,
    acceptedAmr,
  };
}

function words(text: string | undefined): readonly string[] {
  return (text ?? '').split(/[\s,]+/).filter(Boolean);
}

/** Whoever can change what travels can be anybody: https, but on one's own machine. The text stays as it is, for it is compared. */
function issuerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const local = url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url?.protocol === 'https:' || local) return text;
  throw wrong('OIDC_ISSUER', 'https:// 开头的网址', 'a URL that begins with https://');
}
