// The HTTP kernel without a database: what every answer carries, how errors are told, and what is refused before any handler.

import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Bug, declareRefusals } from './errors.ts';
import { addHealth } from './http-health.ts';
import { problemSchema } from './http-problem.ts';
import { isCrossSite } from './http-security.ts';
import { closeHttp, createHttp, type Http } from './http.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';

const refuse = declareRefusals({
  'http_test.wait': { status: 429, zh: '请等{waitSeconds}秒。', next: '稍后再试。' },
});

const open = { access: 'public' } as const;
let lines: string[];
let app: Http;

beforeEach(async () => {
  lines = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  app = await createHttp({
    log: createLog({ level: 'info', destination }),
    publicUrl: 'https://gongdun.example',
    metrics: createMetrics(),
    overload: { inFlightMax: 2, lagMsMax: 60_000 },
    publicFiles: ['/assets/'],
  });
});

afterEach(() => app.close());

function problemFrom(body: string) {
  return problemSchema.parse(JSON.parse(body));
}

describe('access', () => {
  test('a route that declares no access, or access for nobody, is not registered', () => {
    expect(() => app.get('/open', async () => 'x')).toThrow('declares no access');
    expect(() => app.get('/nobody', { config: { access: [] } }, async () => 'x')).toThrow('for nobody');
  });

  test('declared routes are listed with their access; files under a public path need no declaration', async () => {
    app.post('/api/a', { config: { access: ['supervisor'] } }, async () => 'x');
    app.get('/assets/*', async () => 'file');
    const listed = app.routeEntries.map(({ method, url, access }) => [method, url, access]);
    expect(listed).toContainEqual(['POST', '/api/a', ['supervisor']]);
    expect(listed).toContainEqual(['GET', '/assets/*', 'public']);
    expect(() => app.post('/assets/upload', async () => 'x')).toThrow('declares no access');
  });
});

describe('answers', () => {
  test('every answer carries the security headers and is not cached', async () => {
    app.get('/page', { config: open }, async () => 'x');
    const { headers } = await app.inject('/page');
    expect(headers['content-security-policy']).toContain(`default-src 'none'`);
    expect(headers['content-security-policy']).toContain(`frame-ancestors 'none'`);
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
      'strict-transport-security': expect.stringContaining('max-age'),
    });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('a page names its inline script by hash, and may be cached when it says so', async () => {
    app.get('/page', { config: open }, async (_request, reply) =>
      reply
        .pageSecurity({ script: [`'sha256-abc='`], formAction: ['https://pay.example'] })
        .header('cache-control', 'public, max-age=60')
        .send('x'),
    );
    const { headers } = await app.inject('/page');
    expect(headers['content-security-policy']).toContain(`script-src 'self' 'sha256-abc='`);
    expect(headers['content-security-policy']).toContain(`form-action 'self' https://pay.example`);
    expect(headers['cache-control']).toBe('public, max-age=60');
  });

  test('a refusal tells its sentence, the next thing to do, and when to come again', async () => {
    app.get('/wait', { config: open }, async () => {
      throw refuse('http_test.wait', { waitSeconds: 42 });
    });
    const answer = await app.inject('/wait');
    expect(answer.statusCode).toBe(429);
    expect(answer.headers['retry-after']).toBe('42');
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(problemFrom(answer.body)).toMatchObject({
      code: 'http_test.wait',
      detail: '请等42秒。',
      next: '稍后再试。',
    });
  });

  test('a bug shows a number and no detail; the log has both', async () => {
    app.get('/bug', { config: open }, async () => {
      throw new Bug('card 6222020000000000000 of 13800138000 broke');
    });
    const answer = await app.inject('/bug');
    expect(answer.statusCode).toBe(500);
    const { incident, detail } = problemFrom(answer.body);
    expect(incident).toMatch(/^[0-9A-Z]{8}$/);
    expect(detail).toContain(incident);
    expect(answer.body).not.toContain('broke');
    const line = lines.find((one) => one.includes(incident ?? '?'));
    expect(line).toContain('broke');
    expect(line).not.toContain('6222020000000000000');
    expect(line).not.toContain('13800138000');
  });

  test('a database that is away is 503 with Retry-After, not a bug', async () => {
    app.get('/away', { config: open }, async () => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
    });
    app.get('/restarting', { config: open }, async () => {
      throw Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' });
    });
    app.get('/mine', { config: open }, async () => {
      throw Object.assign(new Error('no such file'), { code: 'ENOENT', syscall: 'open' });
    });
    for (const path of ['/away', '/restarting']) {
      const answer = await app.inject(path);
      expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '3']);
    }
    expect((await app.inject('/mine')).statusCode).toBe(500);
  });

  test('what does not exist is a problem too, in every shape of address', async () => {
    const answer = await app.inject('/nowhere');
    expect([answer.statusCode, problemFrom(answer.body).code]).toEqual([404, 'http.not_found']);
    const bad = await app.inject('/%E0%A4%A');
    expect([bad.statusCode, problemFrom(bad.body).code]).toEqual([400, 'http.bad_request']);
  });
});

describe('input', () => {
  const body = z.object({
    name: z.string().min(2),
    days: z.array(z.object({ day: z.int().max(31) })),
    note: z.string().min(4, '请写明理由。'),
  });

  beforeEach(() => {
    app.post('/form/:id', { config: open, schema: { body, params: z.object({ id: z.uuid() }) } }, async () => 'x');
  });

  const id = '01900000-0000-7000-8000-000000000000';

  test('each wrong field has its path and a Chinese sentence; the author’s own sentence is kept', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: `/form/${id}`,
      payload: { name: 'a', days: [{ day: 32 }], note: '短' },
    });
    expect(answer.statusCode).toBe(422);
    const { problems, code } = problemFrom(answer.body);
    expect(code).toBe('http.invalid');
    expect(problems.map((one) => one.path)).toEqual(['name', 'days.0.day', 'note']);
    expect(problems.map((one) => one.zh)).toEqual(['至少填写 2 个字。', '不能大于 31。', '请写明理由。']);
  });

  test('a missing field asks to be filled in', async () => {
    const answer = await app.inject({ method: 'POST', url: `/form/${id}`, payload: {} });
    expect(problemFrom(answer.body).problems[0]?.zh).toBe('这一项没有填写，请填写。');
  });

  test('wrong parameters, broken JSON, a foreign type, a body too large, a poisoned prototype', async () => {
    const send = async (url: string, type: string, payload: string) => {
      const answer = await app.inject({ method: 'POST', url, headers: { 'content-type': type }, payload });
      return [answer.statusCode, problemFrom(answer.body).code];
    };
    expect(await send('/form/1', 'application/json', '{}')).toEqual([400, 'http.bad_parameters']);
    expect(await send(`/form/${id}`, 'application/json', '{')).toEqual([400, 'http.bad_request']);
    expect(await send(`/form/${id}`, 'text/xml', '<a/>')).toEqual([415, 'http.unsupported_type']);
    expect(await send(`/form/${id}`, 'application/json', `"${'x'.repeat(1_048_600)}"`)).toEqual([
      413,
      'http.too_large',
    ]);
    expect(await send(`/form/${id}`, 'application/json', '{"__proto__":{"a":1}}')).toEqual([400, 'http.bad_request']);
  });
});

test('the description is OpenAPI 3.1 from the same schemas, with access and problems; pages are not in it', async () => {
  const schema = {
    body: z.object({ name: z.string().describe('姓名') }),
    response: { 200: z.object({ id: z.string() }) },
  };
  app.post('/api/things/:id', { config: { access: ['supervisor'] }, schema }, async () => ({ id: '1' }));
  app.get('/page', { config: open }, async () => 'x');
  const description = (await app.inject('/api/openapi.json')).json();
  expect(description.openapi).toBe('3.1.0');
  expect(Object.keys(description.paths)).toEqual(['/api/things/{id}']);
  const { post } = description.paths['/api/things/{id}'];
  expect(post.requestBody.content['application/json'].schema.properties.name.description).toBe('姓名');
  expect(post.security).toEqual([{ staff: [], csrf: [] }]);
  expect(post.responses.default.$ref).toBe('#/components/responses/Problem');
  expect(
    description.components.responses.Problem.content['application/problem+json'].schema.properties.incident,
  ).toBeDefined();
});

test('beyond its limit the server says 503 at once, health still answers, and the limit is free again afterwards', async () => {
  addHealth(app, { ping: async () => {}, metrics: createMetrics(), metricsToken: null });
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  app.get('/slow', { config: open }, async () => {
    await held;
    return 'done';
  });
  const first = app.inject('/slow');
  const second = app.inject('/slow');
  await new Promise((resolve) => setTimeout(resolve, 20));
  const third = await app.inject('/slow');
  expect([third.statusCode, third.headers['retry-after'], problemFrom(third.body).code]).toEqual([
    503,
    '3',
    'http.busy',
  ]);
  expect((await app.inject('/healthz')).statusCode).toBe(200);
  release();
  expect([(await first).statusCode, (await second).statusCode]).toEqual([200, 200]);
  expect(app.overload.inFlight()).toBe(0);
  expect((await app.inject('/slow')).statusCode).toBe(200);
});

test('readiness follows the database; figures are for this machine or for the token', async () => {
  let isUp = true;
  const metrics = createMetrics();
  metrics.steps(3);
  const ping = async () => {
    if (!isUp) throw new Error('down');
  };
  addHealth(app, { ping, metrics, metricsToken: 'a-token-of-16-chars' });
  expect((await app.inject('/readyz')).statusCode).toBe(200);
  isUp = false;
  expect((await app.inject('/readyz')).statusCode).toBe(503);
  const local = await app.inject({ url: '/metrics', remoteAddress: '127.0.0.1' });
  expect(local.body).toContain('gongdun_case_steps_total 3');
  const passer = { url: '/metrics', remoteAddress: '203.0.113.9' };
  expect((await app.inject(passer)).statusCode).toBe(404);
  expect(
    (await app.inject({ ...passer, remoteAddress: '127.0.0.1', headers: { 'x-forwarded-for': '203.0.113.9' } }))
      .statusCode,
  ).toBe(404);
  expect((await app.inject({ ...passer, headers: { authorization: 'Bearer a-token-of-16-chars' } })).statusCode).toBe(
    200,
  );
  expect((await app.inject({ ...passer, headers: { authorization: 'Bearer wrong' } })).statusCode).toBe(404);
});

test('a write from another site is told from one of ours and from a server that calls us back', async () => {
  const seen: boolean[] = [];
  app.post('/write', { config: open }, async (request) => {
    seen.push(isCrossSite(request, 'https://gongdun.example'));
    return 'x';
  });
  const from = (headers: Record<string, string>) =>
    app.inject({ method: 'POST', url: '/write', headers: { host: 'inner:4180', ...headers } });
  await from({});
  await from({ origin: 'https://gongdun.example' });
  await from({ origin: 'http://inner:4180' });
  await from({ 'sec-fetch-site': 'same-origin' });
  await from({ origin: 'https://evil.example' });
  await from({ origin: 'null' });
  await from({ 'sec-fetch-site': 'cross-site', origin: 'https://gongdun.example' });
  expect(seen).toEqual([false, false, false, false, true, true, true]);
});

test('closing lets a request under way finish and takes no other', async () => {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  app.get('/slow', { config: open }, async () => {
    await held;
    return 'done';
  });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const under = fetch(`${address}/slow`);
  while (app.overload.inFlight() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const startedAt = performance.now();
  const closed = closeHttp(app, 5_000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await expect(fetch(address)).rejects.toThrow('fetch failed');
  release();
  expect(await (await under).text()).toBe('done');
  await closed;
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

test('who leaves still answers for a while, closes each connection behind its answer, and takes nothing more after it', async () => {
  app.get('/quick', { config: open }, async () => 'done');
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  expect((await fetch(`${address}/quick`)).headers.get('connection')).toBe('keep-alive');
  const closed = closeHttp(app, 1_000, 300);
  const reply = await fetch(`${address}/quick`);
  expect([await reply.text(), reply.headers.get('connection')]).toEqual(['done', 'close']);
  await closed;
  await expect(fetch(`${address}/quick`)).rejects.toThrow('fetch failed');
});

test('tells somebody who opened an address in words, and a program in JSON', async () => {
  const opened = await app.inject({ url: '/nowhere/%3Cb%3E', headers: { accept: 'text/html,*/*' } });
  expect([opened.statusCode, opened.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
  expect(opened.body).toContain('<h1>没有找到</h1>');
  expect(opened.body).not.toContain('<b>');
  const asked = await app.inject({ url: '/nowhere', headers: { accept: '*/*' } });
  expect(asked.json()).toMatchObject({ status: 404, code: 'http.not_found' });
});
