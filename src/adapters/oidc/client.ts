// The real client of an OpenID Connect provider: authorization code with PKCE, state and nonce, and the ID token's signature checked
// although it came over TLS. Keys are fetched anew for each login: there are few logins, and a provider that has just changed its
// keys must not lock everybody out for a minute. It never retries and decides nothing about accounts.
import * as oidc from 'openid-client';
import { createPartyBreaker } from '#adapters/party';
import { BreakerOpen, type Breaker } from '#platform/breaker';
import { OutcomeUnknown, Refused, type OidcLogin, type OidcPort, type OidcProof } from './port.ts';

const PARTY = 'oidc';
const METADATA_MS = 600_000;
const UNREACHABLE_MS = 60_000;
const SUBJECT_LENGTH_MAX = 255;

export type OidcClientConfig = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  /** Asked for where the provider knows it; what comes back is judged by whoever asked. */
  readonly acrValues: readonly string[];
  readonly timeoutMs: number;
  readonly breaker?: Breaker;
  /** Monotonic milliseconds. */
  readonly clockMs?: () => number;
};

export function createOidcClient(config: OidcClientConfig): OidcPort {
  const breaker = config.breaker ?? createPartyBreaker();
  const clockMs = config.clockMs ?? (() => performance.now());
  const issuer = new URL(config.issuer);
  let known: { readonly metadata: oidc.ServerMetadata; readonly atMs: number } | null = null;
  let failedAtMs: number | null = null;

  async function call<T>(operation: string, work: () => Promise<T>): Promise<T> {
    try {
      const answer = await breaker.run(async () => {
        try {
          return await work();
        } catch (error) {
          throw sorted(operation, error);
        }
      });
      failedAtMs = null;
      return answer;
    } catch (error) {
      if (error instanceof Refused) failedAtMs = null;
      else failedAtMs = clockMs();
      if (error instanceof BreakerOpen) throw new OutcomeUnknown(PARTY, operation, 'breaker_open');
      throw error;
    }
  }

  /** A new one each time, because the library keeps a provider's keys with it. */
  async function configuration(): Promise<oidc.Configuration> {
    const discovered = await metadata();
    const made = new oidc.Configuration(discovered, config.clientId, undefined, authentication(discovered));
    return prepared(made);
  }

  function authentication(server: oidc.ServerMetadata): oidc.ClientAuth {
    // Without a list the standard's default holds, which is the header.
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return methods.includes('client_secret_basic')
      ? oidc.ClientSecretBasic(config.clientSecret)
      : oidc.ClientSecretPost(config.clientSecret);
  }

  function prepared(made: oidc.Configuration): oidc.Configuration {
    made.timeout = config.timeoutMs / 1_000;
    if (issuer.protocol === 'http:') oidc.allowInsecureRequests(made);
    oidc.enableNonRepudiationChecks(made);
    return made;
  }

  async function metadata(): Promise<oidc.ServerMetadata> {
    if (known && clockMs() - known.atMs < METADATA_MS) return known.metadata;
    const found = await call('discovery', () =>
      oidc.discovery(issuer, config.clientId, undefined, undefined, {
        timeout: config.timeoutMs / 1_000,
        execute: issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [],
      }),
    );
    known = { metadata: found.serverMetadata(), atMs: clockMs() };
    return known.metadata;
  }

  async function begin(): Promise<OidcLogin> {
    const server = await configuration();
    const state = oidc.randomState();
    const nonce = oidc.randomNonce();
    const codeVerifier = oidc.randomPKCECodeVerifier();
    const url = oidc.buildAuthorizationUrl(server, {
      redirect_uri: config.redirectUri,
      scope: 'openid',
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      ...(config.acrValues.length > 0 ? { acr_values: config.acrValues.join(' ') } : {}),
    });
    return { url: url.href, state, nonce, codeVerifier };
  }

  async function finish(query: URLSearchParams, login: Omit<OidcLogin, 'url'>): Promise<OidcProof> {
    const back = new URL(config.redirectUri);
    back.search = query.toString();
    const server = await configuration();
    return call('finish', async () => {
      const tokens = await oidc.authorizationCodeGrant(server, back, {
        expectedState: login.state,
        expectedNonce: login.nonce,
        pkceCodeVerifier: login.codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims || claims.sub.length > SUBJECT_LENGTH_MAX) throw unproven('finish', 'no_subject');
      const { acr, amr } = claims;
      return {
        issuer: claims.iss,
        subject: claims.sub,
        acr: typeof acr === 'string' ? acr : null,
        amr: Array.isArray(amr) ? amr.filter((one) => typeof one === 'string') : [],
      };
    });
  }

  function state(): 'ready' | 'unreachable' {
    const failedLately = failedAtMs !== null && clockMs() - failedAtMs < UNREACHABLE_MS;
    return failedLately ? 'unreachable' : 'ready';
  }

  return { issuer: config.issuer, begin, finish, state };
}

function unproven(operation: string, code: string): Refused {
  return new Refused(PARTY, operation, { status: 401, code });
}

/** Not reached, or not proven. What the library does not trust is never a proof, whatever it was called. */
function sorted(operation: string, error: unknown): unknown {
  if (error instanceof Refused) return error;
  const unknown = (reason: 'timeout' | 'network' | 'server_error' | 'garbled') =>
    new OutcomeUnknown(PARTY, operation, reason, { cause: error });
  if (error instanceof oidc.AuthorizationResponseError) {
    const busy = ['server_error', 'temporarily_unavailable'].includes(error.error);
    return busy ? unknown('server_error') : unproven(operation, error.error);
  }
  if (error instanceof oidc.ResponseBodyError) {
    return error.status >= 500 ? unknown('server_error') : unproven(operation, error.error);
  }
  if (!(error instanceof Error)) return unknown('network');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (error.name === 'TimeoutError' || code === 'OAUTH_TIMEOUT') return unknown('timeout');
  if (error.cause instanceof Response) return unknown(error.cause.status >= 500 ? 'server_error' : 'garbled');
  if (code === 'OAUTH_PARSE_ERROR') return unknown('garbled');
  if (code.startsWith('OAUTH_')) return unproven(operation, code);
  return unknown('network');
}
