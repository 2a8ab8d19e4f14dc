// The contract of an identity provider: held by `oidc-provider`, a certified issuer, and by our simulator, which then lies.
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { Provider } from 'oidc-provider';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createBreaker } from '#platform/breaker';
import { createOidcClient, startOidcSimulator, type OidcPort, type OidcSimulator } from './index.ts';

const clientId = 'gongdun';
const clientSecret = 'a secret of the tests, only of the tests';
const redirectUri = 'http://127.0.0.1:4180/api/staff/oidc/callback';

type Issuer = {
  readonly issuer: string;
  visit(url: string, subject: string): Promise<URLSearchParams>;
  close(): Promise<void>;
};

function clientOf(issuer: string, more: { timeoutMs?: number; clientId?: string } = {}): OidcPort {
  return createOidcClient({
    issuer,
    clientId,
    clientSecret,
    redirectUri,
    acrValues: [],
    timeoutMs: 2_000,
    breaker: createBreaker({ failuresToOpen: 1_000 }),
    ...more,
  });
}

function contract(of: () => Issuer): void {
  test('proves who came back', async () => {
    const port = clientOf(of().issuer);
    const login = await port.begin();
    const asked = new URL(login.url).searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('scope')).toBe('openid');
    expect(asked.get('code_challenge')).not.toBe(login.codeVerifier);
    const proof = await port.finish(await of().visit(login.url, 'clerk-1'), login);
    expect(proof).toMatchObject({ issuer: of().issuer, subject: 'clerk-1' });
    expect(port.state()).toBe('ready');
  });

  test('a code is good once', async () => {
    const port = clientOf(of().issuer);
    const login = await port.begin();
    const query = await of().visit(login.url, 'clerk-1');
    await port.finish(query, login);
    await expect(port.finish(query, login)).rejects.toMatchObject({ kind: 'refused', code: 'invalid_grant' });
  });

  test('another state, nonce or verifier proves nothing', async () => {
    const port = clientOf(of().issuer);
    const other = await port.begin();
    for (const wrong of ['state', 'nonce', 'codeVerifier'] as const) {
      const login = await port.begin();
      const query = await of().visit(login.url, 'clerk-1');
      const mixed = { ...login, [wrong]: other[wrong] };
      await expect(port.finish(query, mixed), wrong).rejects.toMatchObject({ kind: 'refused' });
    }
  });

  test('the answer of another issuer is not taken', async () => {
    const port = clientOf(of().issuer);
    const login = await port.begin();
    const query = await of().visit(login.url, 'clerk-1');
    query.set('iss', 'https://other.example');
    await expect(port.finish(query, login)).rejects.toMatchObject({ kind: 'refused' });
    query.delete('iss');
    await expect(port.finish(query, login)).rejects.toMatchObject({ kind: 'refused' });
  });

  test('a no of the person or the provider is a no', async () => {
    const port = clientOf(of().issuer);
    const login = await port.begin();
    const query = new URLSearchParams({ error: 'access_denied', state: login.state, iss: of().issuer });
    await expect(port.finish(query, login)).rejects.toMatchObject({ kind: 'refused', code: 'access_denied' });
  });
}

describe('oidc-provider', () => {
  let issuer: Issuer;
  beforeAll(async () => {
    issuer = await startProvider();
  });
  afterAll(() => issuer?.close());
  contract(() => issuer);
});

describe('the simulator', () => {
  let simulator: OidcSimulator;
  let honest: ReturnType<OidcSimulator['faults']>;
  beforeAll(async () => {
    simulator = await startOidcSimulator({ clientId, clientSecret, redirectUri });
    honest = simulator.faults();
  });
  afterEach(() => simulator.setFaults(honest));
  afterAll(() => simulator?.close());
  contract(() => simulator);

  test.each([
    ['another nonce', { nonce: 'other' }, 'OAUTH_JWT_CLAIM_COMPARISON_FAILED'],
    ['another audience', { audience: 'other-client' }, 'OAUTH_JWT_CLAIM_COMPARISON_FAILED'],
    ['another issuer in the token', { issuer: 'https://other.example' }, 'OAUTH_JWT_CLAIM_COMPARISON_FAILED'],
    ['another issuer beside the code', { answeredBy: 'https://other.example' }, 'OAUTH_INVALID_RESPONSE'],
    ['an expired token', { expired: true }, 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED'],
    ['a signature by a key that is not published', { strangeSignature: true }, 'OAUTH_INVALID_RESPONSE'],
    ['no ID token', { noIdToken: true }, 'OAUTH_INVALID_RESPONSE'],
  ] as const)('%s proves nothing', async (_name, lie, code) => {
    const port = clientOf(simulator.issuer);
    const login = await port.begin();
    simulator.setFaults({ lie });
    const query = await simulator.visit(login.url, 'clerk-1');
    await expect(port.finish(query, login)).rejects.toMatchObject({ kind: 'refused', code });
  });

  test('new keys are found at once', async () => {
    const port = clientOf(simulator.issuer);
    for (let round = 0; round < 3; round += 1) {
      const login = await port.begin();
      simulator.rollKeys();
      const proof = await port.finish(await simulator.visit(login.url, `clerk-${round}`), login);
      expect(proof.subject).toBe(`clerk-${round}`);
    }
  });

  test('what the provider asserts is handed on and not judged', async () => {
    const port = clientOf(simulator.issuer);
    const login = await port.begin();
    simulator.setFaults({ lie: { acr: 'urn:two', amr: ['pwd', 'otp'] } });
    const proof = await port.finish(await simulator.visit(login.url, 'clerk-1'), login);
    expect(proof).toMatchObject({ acr: 'urn:two', amr: ['pwd', 'otp'] });
  });

  test.each([
    ['slow', { latencyMs: 900 }, 'timeout'],
    ['a black hole', { hangRate: 1 }, 'timeout'],
    ['cut off', { dropRate: 1 }, 'network'],
    ['errors', { errorRate: 1 }, 'server_error'],
    ['garbage', { garbageRate: 1 }, 'garbled'],
  ] as const)('%s: not reached, at the beginning and at the end', async (_name, faults, reason) => {
    const port = clientOf(simulator.issuer, { timeoutMs: 300 });
    const login = await port.begin();
    const query = await simulator.visit(login.url, 'clerk-1');
    simulator.setFaults(faults);
    await expect(port.finish(query, login)).rejects.toMatchObject({ kind: 'outcome_unknown', reason });
    expect(port.state()).toBe('unreachable');
    await expect(clientOf(simulator.issuer, { timeoutMs: 300 }).begin()).rejects.toMatchObject({
      kind: 'outcome_unknown',
      reason,
    });
  });

  test('a provider that is away is left alone after three calls, and taken again when it is back', async () => {
    const away = await startOidcSimulator({ clientId, clientSecret, redirectUri });
    await away.close();
    let nowMs = 0;
    const breaker = createBreaker({ clockMs: () => nowMs });
    const port = createOidcClient({
      issuer: away.issuer,
      clientId,
      clientSecret,
      redirectUri,
      acrValues: [],
      timeoutMs: 500,
      breaker,
      clockMs: () => nowMs,
    });
    for (let attempt = 0; attempt < 3; attempt += 1)
      await expect(port.begin()).rejects.toMatchObject({ reason: 'network' });
    await expect(port.begin()).rejects.toMatchObject({ reason: 'breaker_open' });
    expect(port.state()).toBe('unreachable');
    const back = await startOidcSimulator({
      clientId,
      clientSecret,
      redirectUri,
      port: Number(new URL(away.issuer).port),
    });
    nowMs += 6_000;
    await port.begin();
    expect(port.state()).toBe('ready');
    await back.close();
  });
});

/** A browser without pages: it follows redirects and keeps cookies until the redirect address comes. */
async function follow(start: string): Promise<URLSearchParams> {
  const cookies = new Map<string, string>();
  let at = start;
  for (let hop = 0; hop < 10; hop += 1) {
    if (at.startsWith(redirectUri)) return new URL(at).searchParams;
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(at, { redirect: 'manual', headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      const cut = pair.indexOf('=');
      cookies.set(pair.slice(0, cut), pair.slice(cut + 1));
    }
    at = new URL(answer.headers.get('location') ?? '', at).href;
  }
  throw new Error('the issuer never sent the browser back');
}

async function startProvider(): Promise<Issuer> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const issuer = `http://127.0.0.1:${address.port}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'test' }] },
    cookies: { keys: ['a key of the tests'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx: unknown, interaction: { uid: string }) => `/login/${interaction.uid}` },
    findAccount: (_ctx: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
  });
  const handle = provider.callback();
  server.on('request', (request, response) => {
    if (!(request.url ?? '').startsWith('/login/')) return handle(request, response);
    void (async () => {
      const { params } = await provider.interactionDetails(request, response);
      const accountId = String(params['login_hint']);
      const grant = new provider.Grant({ accountId, clientId });
      grant.addOIDCScope('openid');
      const grantId = await grant.save();
      await provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId } });
    })();
  });
  return {
    issuer,
    visit: (url, subject) => {
      const at = new URL(url);
      at.searchParams.set('login_hint', subject);
      return follow(at.href);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
