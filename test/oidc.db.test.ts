// Staff come in by their employer's identity provider, through the real app: what it proves, what it never proves, and that the password
// is left when it is away.

import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startOidcSimulator, type OidcSimulator } from '#adapters/oidc';
import { totpCode } from '#modules/identity';
import { startApp, type Caller, type TestApp } from './app.ts';

const clientId = 'gongdun';
const clientSecret = 'a secret of the tests, only of the tests';

let app: TestApp;
let provider: OidcSimulator;
let honest: ReturnType<OidcSimulator['faults']>;
let system: Caller;
let security: Caller;

beforeAll(async () => {
  app = await startApp({
    settings: async (url) => {
      provider = await startOidcSimulator({ clientId, clientSecret, redirectUri: `${url}/api/staff/oidc/callback` });
      honest = provider.faults();
      return {
        PUBLIC_URL: url,
        OIDC_ISSUER: provider.issuer,
        OIDC_CLIENT_ID: clientId,
        OIDC_CLIENT_SECRET: clientSecret,
        OIDC_ACCEPT_ACR: 'urn:two-factors',
        OIDC_ACCEPT_AMR: 'mfa',
      };
    },
  });
  system = await app.staff('system_administrator');
  security = await app.staff('security_administrator');
});
afterEach(() => provider.setFaults(honest));
afterAll(async () => {
  await app?.close();
  await provider?.close();
});

type Answer = { readonly status: number; readonly location: string; readonly cookies: ReadonlyMap<string, string> };

async function visit(url: string, cookies: ReadonlyMap<string, string> = new Map()): Promise<Answer> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await fetch(`${app.url}${url}`, { redirect: 'manual', headers: { cookie } });
  const set = answer.headers.getSetCookie().map((one) => {
    const pair = one.split(';')[0] ?? '';
    return [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const;
  });
  return { status: answer.status, location: answer.headers.get('location') ?? '', cookies: new Map(set) };
}

/** A whole login of one browser. */
async function enter(subject: string, back = '/desk/cases?x=1') {
  const begun = await visit(`/api/staff/oidc/begin?${new URLSearchParams({ back }).toString()}`);
  const query = await provider.visit(begun.location, subject);
  return { begun, query, done: await visit(`/api/staff/oidc/callback?${query.toString()}`, begun.cookies) };
}

type Me = { readonly csrf: string; readonly staff: { readonly login: string } };

const whyOf = (answer: Answer): string | null => new URL(answer.location, app.url).searchParams.get('sso');
const opened = (answer: Answer): boolean => answer.cookies.has('gd_staff');

async function meOf(answer: Answer): Promise<{ status: number; body: Me }> {
  const reply = await fetch(`${app.url}/api/staff/me`, {
    headers: { cookie: `gd_staff=${answer.cookies.get('gd_staff') ?? ''}` },
  });
  return { status: reply.status, body: (await reply.json()) as Me };
}

const post = (who: Caller, staffId: string, path: string, body: object) =>
  who.post(`/api/admin/staff/${staffId}/subject${path}`, { requestId: randomUUID(), ...body });

async function accountOf(login: string) {
  const account = app.city.accounts.find((one) => one.login === login);
  if (!account) throw new Error(`no ${login}`);
  const found = await system.get(`/api/admin/staff?text=${login}&limit=50`);
  const staffId: string = found.body.items.find((one: { login: string }) => one.login === login).staffId;
  return { ...account, staffId };
}

async function link(login: string, subject: string) {
  const account = await accountOf(login);
  const proposed = await post(system, account.staffId, '', { subject, reason: '当面核对' });
  expect(proposed.status).toBe(200);
  const confirmed = await post(security, account.staffId, '/confirm', { linkId: proposed.body.linkId });
  expect(confirmed.body).toEqual({ linkId: proposed.body.linkId, confirmed: true });
  return { ...account, linkId: String(proposed.body.linkId) };
}

describe('a login', () => {
  test('proves who somebody is; our own code follows', async () => {
    const account = await link('county-union-1', 'sub-1');
    const { done } = await enter('sub-1');
    expect(done.status).toBe(303);
    expect(done.location).toBe(
      `/desk/login?${new URLSearchParams({ sso: 'totp', back: '/desk/cases?x=1' }).toString()}`,
    );
    expect((await meOf(done)).status).toBe(401);
    const second = await app.app.inject({
      method: 'POST',
      url: '/api/staff/totp',
      headers: { cookie: `gd_staff=${done.cookies.get('gd_staff') ?? ''}` },
      payload: { code: totpCode(account.totpSecret, Date.now()) },
    });
    expect(second.statusCode).toBe(200);
  });

  test.each([
    ['acr', { acr: 'urn:two-factors' }, 'in'],
    ['amr', { amr: ['pwd', 'mfa'] }, 'in'],
    ['an acr that nobody named', { acr: 'urn:one-factor' }, 'totp'],
    ['an amr that nobody named', { amr: ['pwd', 'otp'] }, 'totp'],
  ] as const)('takes the provider’s second factor only as configured: %s', async (_name, lie, next) => {
    const login = 'county-union-2';
    const { staffId } = await accountOf(login);
    const held = await system.get(`/api/admin/staff/${staffId}`);
    if (held.body.subjects.length === 0) await link(login, 'sub-2');
    provider.setFaults({ lie });
    const { done } = await enter('sub-2');
    if (next === 'totp') return expect(whyOf(done)).toBe('totp');
    expect(done.location).toBe('/desk/cases?x=1');
    const me = await meOf(done);
    expect(me.body.staff.login).toBe(login);
    const cookie = `gd_staff=${done.cookies.get('gd_staff') ?? ''}`;
    const out = await app.app.inject({
      method: 'POST',
      url: '/api/staff/logout',
      headers: { cookie, 'x-csrf': me.body.csrf },
    });
    expect(out.statusCode).toBe(200);
    return expect((await meOf(done)).status).toBe(401);
  });

  test('leads nowhere but to the desk', async () => {
    provider.setFaults({ lie: { amr: ['mfa'] } });
    for (const back of ['https://evil.example', '//evil.example', '/desk@evil.example', '/m', '/desk\\evil']) {
      const { done } = await enter('sub-2', back);
      expect(done.location, back).toBe('/desk');
    }
  });
});

describe('what proves nothing', () => {
  const said = async (change: (query: URLSearchParams, ticket: Map<string, string>) => void) => {
    const begun = await visit('/api/staff/oidc/begin');
    const query = await provider.visit(begun.location, 'sub-1');
    const ticket = new Map(begun.cookies);
    change(query, ticket);
    const done = await visit(`/api/staff/oidc/callback?${query.toString()}`, ticket);
    expect(opened(done)).toBe(false);
    return whyOf(done);
  };

  test('another state, no ticket, a changed ticket', async () => {
    expect(await said((query) => query.set('state', 'other'))).toBe('expired');
    expect(await said((_query, ticket) => ticket.clear())).toBe('expired');
    expect(await said((_query, ticket) => ticket.set('gd_oidc', 'v1.AAAA'))).toBe('expired');
    expect(await said((query) => query.set('code', 'other'))).toBe('refused');
    expect(await said((query) => query.set('iss', 'https://other.example'))).toBe('refused');
  });

  test('an answer that was begun in another browser', async () => {
    const mine = await visit('/api/staff/oidc/begin');
    const theirs = await visit('/api/staff/oidc/begin');
    const query = await provider.visit(theirs.location, 'sub-1');
    expect(whyOf(await visit(`/api/staff/oidc/callback?${query.toString()}`, mine.cookies))).toBe('expired');
  });

  test('an answer twice: once, also when both come at the same moment', async () => {
    const { begun, query, done } = await enter('sub-1');
    expect(opened(done)).toBe(true);
    const again = await visit(`/api/staff/oidc/callback?${query.toString()}`, begun.cookies);
    expect([whyOf(again), opened(again)]).toEqual(['expired', false]);
    const other = await visit('/api/staff/oidc/begin');
    const twice = await provider.visit(other.location, 'sub-1');
    const answers = await Promise.all(
      [1, 2, 3].map(() => visit(`/api/staff/oidc/callback?${twice.toString()}`, other.cookies)),
    );
    expect(answers.filter(opened)).toHaveLength(1);
  });

  test.each([
    ['another nonce', { nonce: 'other' }],
    ['another audience', { audience: 'other' }],
    ['another issuer', { issuer: 'https://other.example' }],
    ['an expired token', { expired: true }],
    ['a strange signature', { strangeSignature: true }],
  ] as const)('%s', async (_name, lie) => {
    provider.setFaults({ lie });
    const { done } = await enter('sub-1');
    expect([whyOf(done), opened(done)]).toEqual(['refused', false]);
  });

  test('a subject that nobody registered, with the subject for whoever registers it', async () => {
    const { done } = await enter('sub unknown@example.org');
    expect([whyOf(done), opened(done)]).toEqual(['unlinked', false]);
    expect(new URL(done.location, app.url).hash).toBe('#sub%20unknown%40example.org');
  });
});

describe('a link', () => {
  test('is good when two administrators have agreed, each in his own right, and ends at once', async () => {
    const { staffId } = await accountOf('county-union-3');
    provider.setFaults({ lie: { amr: ['mfa'] } });
    expect((await post(security, staffId, '', { subject: 'sub-3', reason: '当面核对' })).status).toBe(403);
    const requestId = randomUUID();
    const body = { requestId, subject: 'sub-3', reason: '当面核对' };
    const [proposed, twin] = await Promise.all(
      [1, 2].map(() => system.post(`/api/admin/staff/${staffId}/subject`, body)),
    );
    expect(twin?.body).toEqual(proposed?.body);
    const linkId: string = proposed?.body.linkId;
    expect(whyOf((await enter('sub-3')).done)).toBe('unlinked');
    expect((await post(system, staffId, '/confirm', { linkId })).status).toBe(403);
    expect((await post(security, staffId, '/confirm', { linkId: randomUUID() })).status).toBe(404);
    expect((await post(security, staffId, '/confirm', { linkId })).status).toBe(200);
    const { done } = await enter('sub-3');
    expect((await meOf(done)).body.staff.login).toBe('county-union-3');

    const other = await accountOf('township-union-1');
    const taken = await post(system, other.staffId, '', { subject: 'sub-3', reason: '当面核对' });
    expect([taken.status, taken.body.code]).toEqual([409, 'identity.subject_taken']);
    const held = await post(system, staffId, '', { subject: 'sub-4', reason: '当面核对' });
    expect([held.status, held.body.code]).toEqual([409, 'identity.subject_held']);

    expect((await post(security, staffId, '/remove', { linkId, reason: '离职' })).status).toBe(200);
    expect((await meOf(done)).status).toBe(401);
    expect(whyOf((await enter('sub-3')).done)).toBe('unlinked');
    const audit = await app.staff('audit_administrator');
    const acts = await audit.get(`/api/admin/acts?staffId=${staffId}&type=staff_subject`);
    expect(acts.body.items.map((one: { type: string }) => one.type)).toEqual([
      'staff_subject_removed',
      'staff_subject_confirmed',
      'staff_subject_proposed',
    ]);
  });

  test('opens no account that is suspended, and none of an administrator’s own', async () => {
    const { staffId } = await link('township-union-2', 'sub-5');
    await system.post(`/api/admin/staff/${staffId}/suspend`, { requestId: randomUUID(), reason: '离岗核查' });
    provider.setFaults({ lie: { amr: ['mfa'] } });
    expect(whyOf((await enter('sub-5')).done)).toBe('unlinked');
    const own = await post(system, system.id, '', { subject: 'sub-6', reason: '当面核对' });
    expect([own.status, own.body.code]).toEqual([403, 'identity.not_oneself']);
  });
});

describe('a provider that is away', () => {
  test.each([
    ['cut off', { dropRate: 1 }],
    ['errors', { errorRate: 1 }],
    ['garbage', { garbageRate: 1 }],
  ] as const)('%s: the page says so, and the password opens the desk', async (_name, faults) => {
    const begun = await visit('/api/staff/oidc/begin');
    const query = await provider.visit(begun.location, 'sub-1');
    provider.setFaults(faults);
    expect(whyOf(await visit(`/api/staff/oidc/callback?${query.toString()}`, begun.cookies))).toBe('unreachable');
    const ways = await app.anonymous().get('/api/staff/ways');
    expect(ways.body).toEqual({ oidc: { state: 'unreachable' } });
    const account = await accountOf('insurer-finance-1');
    const { login, password } = account;
    const first = await app.app.inject({ method: 'POST', url: '/api/staff/login', payload: { login, password } });
    expect(first.statusCode).toBe(200);
  });
});
