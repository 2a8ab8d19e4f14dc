// An identity provider on loopback that can lie: another nonce, audience or issuer, an expired token, a strange signature, new keys.
// It logs in whoever is named, without a page: only tests use it. The contract is held by `oidc-provider` too.
import { createHash, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import {
  createFaultBox,
  jsonAnswer,
  seededStream,
  startSimServer,
  type Faults,
  type FaultsPatch,
  type SimAnswer,
  type SimRequest,
} from '#adapters/party';

export type OidcLie = {
  readonly nonce: string | null;
  readonly audience: string | null;
  readonly issuer: string | null;
  /** The issuer named beside the code (RFC 9207). */
  readonly answeredBy: string | null;
  readonly expired: boolean;
  readonly strangeSignature: boolean;
  readonly noIdToken: boolean;
  readonly acr: string | null;
  readonly amr: readonly string[] | null;
};

const HONEST_LIE: OidcLie = {
  nonce: null,
  audience: null,
  issuer: null,
  answeredBy: null,
  expired: false,
  strangeSignature: false,
  noIdToken: false,
  acr: null,
  amr: null,
};

export type OidcSimulator = {
  readonly issuer: string;
  /** What the browser of this person would bring back to the redirect address. */
  visit(url: string, subject: string): Promise<URLSearchParams>;
  rollKeys(): void;
  faults(): Faults<OidcLie>;
  setFaults(patch: FaultsPatch<OidcLie>): void;
  close(): Promise<void>;
};

export type OidcSimulatorOptions = {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly port?: number;
};

type Grant = { readonly subject: string; readonly nonce: string; readonly challenge: string };
type Key = { readonly kid: string; readonly privateKey: KeyObject; readonly publicKey: KeyObject };

const TOKEN_SECONDS = 300;

function newKey(): Key {
  return { kid: randomUUID(), ...generateKeyPairSync('rsa', { modulusLength: 2_048 }) };
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export async function startOidcSimulator(options: OidcSimulatorOptions): Promise<OidcSimulator> {
  const { clientId, clientSecret, redirectUri } = options;
  const box = createFaultBox(HONEST_LIE);
  const codes = new Map<string, Grant>();
  let key = newKey();
  let issuer = '';

  function authorize(query: URLSearchParams): SimAnswer {
    const fits =
      query.get('client_id') === clientId &&
      query.get('redirect_uri') === redirectUri &&
      query.get('response_type') === 'code' &&
      query.get('code_challenge_method') === 'S256';
    if (!fits) return jsonAnswer(400, { error: 'invalid_request' });
    const code = randomUUID();
    codes.set(code, {
      subject: query.get('login_hint') ?? '',
      nonce: query.get('nonce') ?? '',
      challenge: query.get('code_challenge') ?? '',
    });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    back.searchParams.set('state', query.get('state') ?? '');
    back.searchParams.set('iss', box.get().lie.answeredBy ?? issuer);
    return { status: 303, headers: { location: back.href } };
  }

  /** Both halves are form-encoded before they are joined (RFC 6749 2.3.1). */
  function isOurs(header = ''): boolean {
    const given = Buffer.from(header.replace(/^Basic /, ''), 'base64').toString('utf8');
    const halves = given.split(':').map((half) => decodeURIComponent(half.replaceAll('+', ' ')));
    return halves.length === 2 && halves[0] === clientId && halves[1] === clientSecret;
  }

  function token(request: SimRequest): SimAnswer {
    const form = new URLSearchParams(request.body.toString('utf8'));
    if (!isOurs(request.headers.authorization)) return jsonAnswer(401, { error: 'invalid_client' });
    const code = form.get('code') ?? '';
    const grant = codes.get(code);
    // Good once.
    codes.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!grant || grant.challenge !== challenge || form.get('redirect_uri') !== redirectUri)
      return jsonAnswer(400, { error: 'invalid_grant' });
    const answer = { access_token: randomUUID(), token_type: 'Bearer', expires_in: TOKEN_SECONDS };
    return jsonAnswer(200, box.get().lie.noIdToken ? answer : { ...answer, id_token: idToken(grant) });
  }

  function idToken(grant: Grant): string {
    const { lie } = box.get();
    const nowSeconds = Math.floor(Date.now() / 1_000) - (lie.expired ? 2 * TOKEN_SECONDS : 0);
    const head = base64url({ alg: 'RS256', kid: key.kid, typ: 'JWT' });
    const body = base64url({
      iss: lie.issuer ?? issuer,
      aud: lie.audience ?? clientId,
      sub: grant.subject,
      nonce: lie.nonce ?? grant.nonce,
      iat: nowSeconds,
      exp: nowSeconds + TOKEN_SECONDS,
      ...(lie.acr === null ? {} : { acr: lie.acr }),
      ...(lie.amr === null ? {} : { amr: lie.amr }),
    });
    const signer = lie.strangeSignature ? newKey() : key;
    const signature = sign('sha256', Buffer.from(`${head}.${body}`), signer.privateKey).toString('base64url');
    return `${head}.${body}.${signature}`;
  }

  const server = await startSimServer({
    port: options.port,
    faults: box.get,
    random: seededStream(7),
    handle: (request) => {
      if (request.path === '/.well-known/openid-configuration') return jsonAnswer(200, metadataOf(issuer));
      if (request.path === '/authorize') return authorize(request.query);
      if (request.path === '/token') return token(request);
      if (request.path !== '/keys') return jsonAnswer(404, {});
      const jwk = { ...key.publicKey.export({ format: 'jwk' }), kid: key.kid, alg: 'RS256', use: 'sig' };
      return jsonAnswer(200, { keys: [jwk] });
    },
  });
  issuer = server.url;
  return {
    issuer,
    visit: async (url, subject) => {
      const at = new URL(url);
      at.searchParams.set('login_hint', subject);
      const answer = await fetch(at, { redirect: 'manual' });
      return new URL(answer.headers.get('location') ?? '').searchParams;
    },
    rollKeys: () => void (key = newKey()),
    faults: box.get,
    setFaults: box.patch,
    close: server.close,
  };
}

function metadataOf(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  };
}
