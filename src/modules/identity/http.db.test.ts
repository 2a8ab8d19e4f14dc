// Identity over HTTP: cookies, CSRF, other sites, and every kind of access against every kind of caller.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { roleGrant } from '#platform/access';
import { createHttp, type Http } from '#platform/http';
import { createLog } from '#platform/log';
import { makeFixture, type Fixture } from './fixture.ts';
import { createGuard } from './guard.ts';
import { checkCsrf, requireStaff, requireWorker } from './index.ts';
import { createSessions } from './sessions.ts';

let f: Fixture;
let app: Http;

beforeAll(async () => {
  f = await makeFixture();
  app = await createHttp({ log: createLog({ level: 'silent' }), publicUrl: 'http://localhost:4180' });
  f.identity.guard.install(app);
  await app.register(f.identity.routes);
  const ok = async () => 'ok';
  app.get('/test/public', { config: { access: 'public' } }, ok);
  app.get('/test/worker', { config: { access: 'worker' } }, async (request) => requireWorker(request).personId);
  app.get('/test/staff', { config: { access: 'staff' } }, async (request) => requireStaff(request).staff.staffId);
  app.get('/test/supervisor', { config: { access: ['supervisor', 'audit_officer'] } }, ok);
  app.get(
    '/test/inside',
    { config: { access: 'staff' } },
    async (request) => requireStaff(request, ['supervisor']).csrf,
  );
  app.post('/test/write', { config: { access: 'worker' }, schema: { body: z.object({ note: z.string() }) } }, ok);
  app.post('/test/stream', { config: { access: 'worker', csrf: 'handler' } }, async (request) => {
    checkCsrf(requireWorker(request), String(request.headers['x-from-stream']));
    return 'ok';
  });
  await app.ready();
});

afterAll(async () => {
  await app?.close();
  await f?.stop();
});

type Caller = { cookies: Record<string, string>; csrf: string };
const nobody: Caller = { cookies: {}, csrf: '' };

async function worker(): Promise<Caller & { personId: string }> {
  const { phone, personId } = await f.addPerson();
  const { token, csrf } = await f.login(phone);
  return { cookies: { gd_worker: token }, csrf, personId };
}

async function staff(...roles: Parameters<Fixture['newStaff']>): Promise<Caller & { orgId: string }> {
  const made = await f.newStaff(...roles);
  const { token, csrf } = await f.loginStaff(made);
  return { cookies: { gd_staff: token }, csrf, orgId: made.orgId };
}

async function call(
  caller: Caller,
  method: 'GET' | 'POST',
  url: string,
  payload?: object,
  headers: Record<string, string> = {},
) {
  const answer = await app.inject({
    method,
    url,
    cookies: caller.cookies,
    headers: { 'x-csrf': caller.csrf, ...headers },
    ...(payload ? { payload } : {}),
  });
  const isProblem = String(answer.headers['content-type']).includes('problem+json');
  return { status: answer.statusCode, code: isProblem ? String(answer.json().code) : null, answer };
}

test('every route declares who may call it; those of identity are exactly these', () => {
  const table = app.routeEntries
    .filter((one) => one.url.startsWith('/api/') && one.method !== 'HEAD' && one.url !== '/api/openapi.json')
    .map(({ method, url, access }) => `${method} ${url} ${String(access)}`);
  expect(table.toSorted()).toEqual([
    'GET /api/me/seen worker',
    'GET /api/staff/me staff',
    'POST /api/cases/:caseId/unmask staff',
    'POST /api/staff/login public',
    'POST /api/staff/logout staff',
    'POST /api/staff/totp public',
    'POST /api/worker/code public',
    'POST /api/worker/login public',
    'POST /api/worker/login/confirm public',
    'POST /api/worker/logout worker',
    'POST /api/worker/register public',
  ]);
});

test('each access against each caller, with the one who may as control', async () => {
  const callers = {
    nobody,
    worker: await worker(),
    clerk: await staff('hrss_window'),
    supervisor: await staff('supervisor'),
    roleless: await staff(),
    forged: { cookies: { gd_worker: 'x'.repeat(43), gd_staff: 'x'.repeat(43) }, csrf: 'x' },
  };
  const swapped = { cookies: { gd_staff: callers.worker.cookies.gd_worker ?? '' }, csrf: '' };
  const walk = async (url: string) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries({ ...callers, swapped }).map(async ([name, caller]) => [
          name,
          (await call(caller, 'GET', url)).status,
        ]),
      ),
    );
  const none = { nobody: 401, worker: 401, clerk: 401, supervisor: 401, roleless: 401, forged: 401, swapped: 401 };
  const all = { nobody: 200, worker: 200, clerk: 200, supervisor: 200, roleless: 200, forged: 200, swapped: 200 };
  expect(await walk('/test/public')).toEqual(all);
  expect(await walk('/test/worker')).toEqual({ ...none, worker: 200 });
  expect(await walk('/test/staff')).toEqual({ ...none, clerk: 200, supervisor: 200, roleless: 200 });
  expect(await walk('/test/supervisor')).toEqual({ ...none, clerk: 403, supervisor: 200, roleless: 403 });
  expect(await walk('/test/inside')).toEqual({ ...none, clerk: 403, supervisor: 200, roleless: 403 });
  expect((await call(nobody, 'POST', '/test/nowhere')).status).toBe(404);
});

test('a route for a role that does not exist is not registered', () => {
  const late = async () => {
    const other = await createHttp({ log: createLog({ level: 'silent' }), publicUrl: 'http://localhost:4180' });
    try {
      f.identity.guard.install(other);
      other.get('/x', { config: { access: ['superviser'] } }, async () => 'x');
    } finally {
      await other.close();
    }
  };
  return expect(late()).rejects.toThrow('superviser');
});

describe('a write', () => {
  test('needs the session’s own CSRF token, in the header or in the form', async () => {
    const caller = await worker();
    const other = await worker();
    const write = (who: Caller, payload: object) => call(who, 'POST', '/test/write', payload);
    expect((await write(caller, { note: 'x' })).status).toBe(200);
    expect((await write({ ...caller, csrf: '' }, { note: 'x' })).code).toBe('identity.csrf');
    expect((await write({ ...caller, csrf: other.csrf }, { note: 'x' })).code).toBe('identity.csrf');
    const form = (csrf: string) =>
      app.inject({
        method: 'POST',
        url: '/test/write',
        cookies: caller.cookies,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({ note: 'x', csrf }).toString(),
      });
    expect((await form(caller.csrf)).statusCode).toBe(200);
    expect((await form(other.csrf)).statusCode).toBe(403);
    expect((await form(caller.csrf.slice(1))).statusCode).toBe(403);
  });

  test('whose body is a stream is checked by its handler', async () => {
    const caller = await worker();
    const send = (token: string) =>
      call({ ...caller, csrf: '' }, 'POST', '/test/stream', {}, { 'x-from-stream': token });
    expect((await send(caller.csrf)).status).toBe(200);
    expect((await send('wrong')).code).toBe('identity.csrf');
  });

  test('from another site is refused, with the right token too, and also at the login', async () => {
    const caller = await worker();
    const from = (origin: string) => call(caller, 'POST', '/test/write', { note: 'x' }, { origin });
    expect((await from('https://evil.example')).code).toBe('identity.cross_site');
    expect((await from('http://localhost:4180')).status).toBe(200);
    const login = await call(
      nobody,
      'POST',
      '/api/worker/code',
      { phone: f.newPhone() },
      { 'sec-fetch-site': 'cross-site' },
    );
    expect(login.code).toBe('identity.cross_site');
  });

  test('of nobody is told to log in before its body is looked at', async () => {
    expect((await call(nobody, 'POST', '/test/write', { wrong: true })).code).toBe('identity.not_logged_in');
  });
});

describe('a worker’s way in', () => {
  test('code, registration, session, logout', async () => {
    const phone = f.newPhone();
    const asked = await call(nobody, 'POST', '/api/worker/code', { phone });
    expect(asked.answer.json()).toEqual({ sent: true, waitSeconds: 60 });
    const again = await call(nobody, 'POST', '/api/worker/code', { phone });
    expect([again.status, again.answer.headers['retry-after']]).toEqual([429, '60']);
    const login = await call(nobody, 'POST', '/api/worker/login', { phone, code: f.codeFor(phone) });
    expect(login.answer.json()).toMatchObject({ state: 'register' });
    expect(login.answer.cookies).toEqual([]);
    const { token } = login.answer.json();
    const young = { token, name: '李示例', region: '350203', idDocument: { type: 'resident_id', number: '1' } };
    const refused = await call(nobody, 'POST', '/api/worker/register', young);
    expect(refused.answer.json()).toMatchObject({ status: 422, problems: [{ path: 'idDocument.number' }] });
    const passport = { ...young, idDocument: { type: 'passport', number: 'X00777777' }, birthDay: '1991-02-03' };
    const registered = await call(nobody, 'POST', '/api/worker/register', passport);
    const [cookie] = registered.answer.cookies;
    expect(cookie).toMatchObject({ name: 'gd_worker', httpOnly: true, sameSite: 'Lax', path: '/', maxAge: 2_592_000 });
    const caller = { cookies: { gd_worker: cookie?.value ?? '' }, csrf: String(registered.answer.json().csrf) };
    expect((await call(caller, 'GET', '/test/worker')).status).toBe(200);
    expect((await call({ ...caller, csrf: '' }, 'POST', '/api/worker/logout')).code).toBe('identity.csrf');
    const out = await call(caller, 'POST', '/api/worker/logout');
    expect(out.answer.cookies[0]).toMatchObject({ name: 'gd_worker', value: '' });
    expect((await call(caller, 'GET', '/test/worker')).code).toBe('identity.not_logged_in');
  });

  test('a cookie that somebody planted does not become the session', async () => {
    const planted = 'p'.repeat(43);
    const { phone } = await f.addPerson();
    await call(nobody, 'POST', '/api/worker/code', { phone });
    const victim = { cookies: { gd_worker: planted }, csrf: '' };
    const login = await call(victim, 'POST', '/api/worker/login', { phone, code: f.codeFor(phone) });
    expect(login.answer.cookies[0]?.value).not.toBe(planted);
    expect((await call(victim, 'GET', '/test/worker')).status).toBe(401);
  });

  test('over https the cookie is Secure', async () => {
    const publicUrl = 'https://gongdun.example';
    const other = await createHttp({ log: createLog({ level: 'silent' }), publicUrl });
    try {
      const guard = createGuard({ sessions: createSessions({ ...f, authorityOf: async () => null }), publicUrl });
      guard.install(other);
      other.get('/in', { config: { access: 'public' } }, async (_request, reply) => {
        guard.setSessionCookie(reply, 'staff', 'token');
        return 'in';
      });
      const { cookies } = await other.inject('/in');
      expect(cookies).toEqual([
        { name: 'gd_staff', value: 'token', path: '/', httpOnly: true, secure: true, sameSite: 'Lax' },
      ]);
    } finally {
      await other.close();
    }
  });
});

describe('staff over HTTP', () => {
  test('password, second factor, who am I, logout', async () => {
    f.pass(30);
    const made = await f.newStaff('supervisor');
    const login = await call(nobody, 'POST', '/api/staff/login', { login: made.login, password: made.password });
    expect(login.answer.json()).toEqual({ next: 'totp' });
    const pending = { cookies: { gd_staff: login.answer.cookies[0]?.value ?? '' }, csrf: '' };
    expect((await call(pending, 'GET', '/api/staff/me')).code).toBe('identity.not_logged_in');
    expect((await call(pending, 'POST', '/api/staff/totp', { code: '000' })).code).toBe('identity.login_failed');
    const full = await call(pending, 'POST', '/api/staff/totp', { code: f.totpNow(made) });
    const caller = {
      cookies: { gd_staff: full.answer.cookies[0]?.value ?? '' },
      csrf: String(full.answer.json().csrf),
    };
    expect((await call(caller, 'GET', '/api/staff/me')).answer.json()).toEqual({
      staff: { staffId: made.staffId, name: '经办示例', login: made.login },
      roles: [
        {
          role: 'supervisor',
          zh: expect.any(String),
          orgId: made.orgId,
          orgZh: '湖里区示例单位',
          region: '350206',
          standsInFor: null,
        },
      ],
      csrf: caller.csrf,
      demo: true,
      now: f.clock.now(),
    });
    expect((await call(caller, 'POST', '/api/staff/logout')).status).toBe(200);
    expect((await call(caller, 'GET', '/api/staff/me')).status).toBe(401);
  });

  test('unmasking asks for a reason, shows the value, and the person sees who looked', async () => {
    const clerk = await staff('hrss_window');
    const person = await worker();
    const caseId = await f.addCase(person.personId, ['*', roleGrant('hrss_window', clerk.orgId)]);
    const url = `/api/cases/${caseId}/unmask`;
    const short = await call(clerk, 'POST', url, { field: 'phone', reason: ' 看看 ' });
    expect(short.answer.json()).toMatchObject({
      status: 422,
      problems: [{ path: 'reason', zh: '请写明查看的理由，至少 4 个字。' }],
    });
    for (const reason of [
      '....',
      '\u200b\u200b\u200b\u200b\u200b',
      '看\u3164\u3164\u3164\u3164',
      '1234567',
      '查 看 了',
    ]) {
      const said = await call(clerk, 'POST', url, { field: 'phone', reason });
      expect([reason, said.status]).toEqual([reason, 422]);
    }
    const injected = await call(clerk, 'POST', url, { field: `name'; drop table person`, reason: '核对身份' });
    expect(injected.status).toBe(422);
    const shown = await call(clerk, 'POST', url, { field: 'phone', reason: '核对联系方式' });
    expect(shown.answer.json().value).toMatch(/^138/);
    expect((await call(person, 'POST', url, { field: 'phone', reason: '核对联系方式' })).status).toBe(401);
    const seen = await call(person, 'GET', '/api/me/seen');
    expect(seen.answer.json().items).toHaveLength(1);
    expect((await call(person, 'GET', '/api/me/seen?cursor=abc')).code).toBe('http.bad_cursor');
  });
});
