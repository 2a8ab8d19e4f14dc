// Every page of the worker's app through the real routes and the real bundle, with a backend in memory: budgets, problems kept
// with what was typed, nothing that strangers type becomes markup.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { brotliCompressSync } from 'node:zlib';
import { transform } from 'esbuild';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeCardNumber } from '#catalog/fields/index';
import { allFields } from '#catalog/form';
import { fixedClock } from '#platform/clock';
import { newId } from '#platform/ids';
import { buildWorker } from './build.ts';
import { createFake, type Fake } from './fake-backend.ts';
import { at, fakeService, ids } from './fake-data.ts';
import { toGcj02 } from './island/datum.ts';
import { loadWorker, type WorkerBundle } from './load.ts';
import { workerRoutes } from './routes.ts';
import { cookies } from './visit.ts';

const kB = 1_000;
let folder = '';
let bundle: WorkerBundle;
let app: FastifyInstance;
let fake: Fake;
const clock = fixedClock(at);
const session = { [cookies.session]: 'worker' };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gongdun-worker-'));
  await buildWorker({ outDir: folder });
  bundle = await loadWorker(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  fake = createFake(() => clock.now());
  app = Fastify();
  const demo = {
    inbox: async () => [{ to: '199****0001', text: '验证码 111111', at }],
    advance: async (ms: number) => clock.set(new Date(Date.parse(clock.now()) + ms).toISOString()),
  };
  await app.register(workerRoutes, {
    backend: fake,
    homeRegion: '350200',
    ...bundle,
    demo,
    clock,
    uploadBytesMax: 64_000,
  });
  return async () => {
    await app.close();
    clock.set(at);
  };
});

const get = (url: string, jar: Record<string, string> = session) => app.inject({ url, cookies: jar });
function post(
  url: string,
  form: Record<string, string> | [string, string][],
  cookies: Record<string, string> = session,
) {
  const pairs = new URLSearchParams({ csrf: 'csrf-of-the-session-1', request_id: newId() });
  for (const [name, value] of Array.isArray(form) ? form : Object.entries(form)) pairs.append(name, value);
  return app.inject({
    method: 'POST',
    url,
    cookies,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: pairs.toString(),
  });
}

function multipart(
  url: string,
  fields: Record<string, string>,
  file: { name: string; filename: string; type: string; bytes: Buffer },
) {
  const boundary = '----gongdun';
  const head = Object.entries({ csrf: 'csrf-of-the-session-1', request_id: newId(), ...fields })
    .map(([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    .join('');
  const part = `--${boundary}\r\ncontent-disposition: form-data; name="${file.name}"; filename="${file.filename}"\r\ncontent-type: ${file.type}\r\n\r\n`;
  const payload = Buffer.concat([Buffer.from(head + part), file.bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return app.inject({
    method: 'POST',
    url,
    cookies: session,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    payload,
  });
}

const asked = Object.entries(allFields(fakeService)).filter(
  ([name]) => !['truth', 'health', 'other_kind'].includes(name),
);
const publicPages = [
  '/m',
  '/m/login',
  '/m/login/code?c=challenge-1',
  '/m/services',
  '/m/services?q=报案',
  '/m/services/DI-006',
  '/m/display',
  '/dev/phone',
  '/dev/clock',
];
const workerPages = [
  '/m',
  '/m/services',
  '/m/services/DI-006',
  '/m/cases',
  '/m/cases?cursor=c2',
  `/m/cases/${ids.case}`,
  `/m/cases/${ids.case}/receipt`,
  `/m/cases/${ids.case}/act/supplement`,
  `/m/cases/${ids.case}/act/urge`,
  `/m/cases/${ids.case}/act/withdraw`,
  `/m/pay/${ids.order}`,
  '/m/messages',
  `/m/messages/${ids.message}`,
  '/m/cover',
  '/m/cover?day=2026-05-03&time=14:32',
  '/m/me',
  '/m/me/access',
  '/m/display',
  '/m/apply/DI-006/review',
  '/m/apply/DI-006/area?at=all',
  '/m/apply/DI-006/spot?at=350200',
  '/m/apply/DI-006/platform?q=星',
  ...asked.map(([name]) => `/m/apply/DI-006/${name}`),
];
const registerPages = ['/m/register/name', '/m/register/id', '/m/register/region', '/m/register/consent'];

async function everyPage(): Promise<{ url: string; html: string }[]> {
  await fake.startDraft(ids.person, 'DI-006');
  const all = [
    ...publicPages.map((url) => ({ url, cookies: {} })),
    ...workerPages.map((url) => ({ url, cookies: session })),
    ...registerPages.map((url) => ({ url, cookies: { gongdun_register: 'new' } })),
  ];
  const pages = [];
  for (const { url, cookies } of all) {
    const answer = await get(url, cookies);
    expect(answer.statusCode, url).toBe(200);
    pages.push({ url, html: answer.body });
  }
  return pages;
}

describe('every page', () => {
  it('renders whole: language, one heading of the first level, landmarks, a title, the banner of the demonstration', async () => {
    for (const { url, html } of await everyPage()) {
      expect(html.startsWith('<!doctype html><html lang="zh-CN"'), url).toBe(true);
      expect(html.match(/<h1/g), url).toHaveLength(1);
      expect(html.match(/<main/g), url).toHaveLength(1);
      expect(html, url).toMatch(/<title>[^<]+<\/title>/);
      expect(html, url).toContain('演示环境：数据均为虚构');
      expect(html, url).not.toMatch(/undefined|\[object Object\]|NaN/);
    }
  });

  it('keeps the budgets: at most 15 kB of HTML and CSS, at most 3 requests, no other host', async () => {
    for (const { url, html } of await everyPage()) {
      expect(brotliCompressSync(html).length, url).toBeLessThanOrEqual(15 * kB);
      const loads = html.match(/<(?:script|img|iframe|video|audio)[^>]+src=|<link[^>]+href="(?!data:)/g) ?? [];
      expect(1 + loads.length, url).toBeLessThanOrEqual(3);
      expect(html, url).not.toMatch(/(?:src|href|action)="(?:https?:)?\/\//);
      expect(html, url).not.toMatch(/ style="| on[a-z]+="/);
    }
  });

  it('labels every input and gives every plain post its token and request id', async () => {
    for (const { url, html } of await everyPage()) {
      const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]));
      for (const [, target] of html.matchAll(/<label[^>]* for="([^"]+)"/g))
        expect(ids, `${url} ${target}`).toContain(target);
      const forms = html.match(/<form method="post"/g)?.length ?? 0;
      expect(html.match(/name="csrf"/g)?.length ?? 0, url).toBe(forms);
      expect(html.match(/name="request_id"/g)?.length ?? 0, url).toBe(forms);
    }
  });

  it('shows what strangers typed as text only', async () => {
    fake.poison();
    for (const { url, html } of await everyPage()) {
      expect(html, url).not.toContain('<script>alert');
      expect(html, url).not.toContain('<img src=x');
    }
    expect((await get('/m')).body).toContain('&lt;script>alert(1)');
  });
});

describe('the shared script', () => {
  it('is at most 12 kB of brotli and ES2018 without top-level await', async () => {
    const { source } = bundle.island;
    expect(brotliCompressSync(source).length).toBeLessThanOrEqual(12 * kB);
    // A compiler that lowers newer syntax finds none to lower.
    const options = { charset: 'utf8' } as const;
    const now = await transform(source, { ...options, target: 'esnext' });
    const then = await transform(source, { ...options, target: 'es2018' });
    expect(then.code).toBe(now.code);
    // A classic script that awaited at its top level would not parse.
    expect(() => new Script(source)).not.toThrow();
  });

  it('is served once for ever and without a session', async () => {
    const answer = await get(`/m/island.js?v=${bundle.island.hash}`, {});
    expect(answer.headers['cache-control']).toContain('immutable');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('turns the position of a phone into the datum of Chinese maps', () => {
    // 天安门 by GPS is 39.908722, 116.397499; the maps of China show it about 500 m to the north-east.
    const moved = toGcj02(39.908722, 116.397499);
    expect(moved.lat - 39.908722).toBeCloseTo(0.0014, 3);
    expect(moved.lng - 116.397499).toBeCloseTo(0.00624, 3);
    expect(toGcj02(48.85, 2.35)).toEqual({ lat: 48.85, lng: 2.35 });
  });
});

describe('coming in', () => {
  it('asks a phone, then a code, keeps what was typed, and only then opens a session', async () => {
    const page = await get('/m/login?next=/m/cover', {});
    const token = page.cookies.find((one) => one.name === 'gongdun_token')?.value ?? '';
    const jar = { gongdun_token: token };
    const wrong = await post('/m/login', { csrf: token, phone: '12<b>', next: '/m/cover' }, jar);
    expect(wrong.statusCode).toBe(403);
    const form = (fields: Record<string, string>) => new URLSearchParams({ csrf: token, ...fields }).toString();
    const send = (url: string, fields: Record<string, string>) =>
      app.inject({
        method: 'POST',
        url,
        cookies: jar,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: form(fields),
      });
    const bad = await send('/m/login', { phone: '12<b>', next: '/m/cover' });
    expect(bad.statusCode).toBe(422);
    expect(bad.body).toContain('value="12&lt;b>"');
    expect(bad.body).toContain('href="#f-phone"');
    const sent = await send('/m/login', { phone: '19900000001', next: '/m/cover' });
    expect(sent.headers.location).toBe('/m/login/code?c=challenge-1&next=%2Fm%2Fcover');
    const wrongCode = await send('/m/login/verify', { challenge: 'challenge-1', code: '999999', next: '/m/cover' });
    expect(wrongCode.statusCode).toBe(422);
    expect(wrongCode.body).toContain('还可以试 4 次');
    const right = await send('/m/login/verify', { challenge: 'challenge-1', code: '111111', next: '//evil.example' });
    expect(right.statusCode).toBe(303);
    expect(right.headers.location).toBe('/m');
    const cookie = right.cookies.find((one) => one.name === cookies.session);
    expect(cookie).toMatchObject({ value: 'worker', httpOnly: true, sameSite: 'Lax' });
  });

  it('registers a new person on four pages and refuses without consent', async () => {
    const jar = { gongdun_register: 'new', gongdun_token: 'csrf-of-the-session-1' };
    const name = await post('/m/register/name', { name: '张' }, jar);
    expect(name.statusCode).toBe(422);
    expect((await post('/m/register/name', { name: '张三丰' }, jar)).headers.location).toBe('/m/register/id');
    const id = await post(
      '/m/register/id',
      { 'idDocument.type': 'resident_id', 'idDocument.number': '350206199001010000' },
      jar,
    );
    expect(id.statusCode).toBe(422);
    expect(id.body).toContain('href="#f-idDocument-number"');
    expect(id.body).toContain('350206199001010000');
    expect((await get('/m/register/region?at=350200', jar)).body).toContain('value="350206"');
    expect((await post('/m/register/region', { region: '350206' }, jar)).headers.location).toBe('/m/register/consent');
    expect((await post('/m/register/consent', {}, jar)).statusCode).toBe(422);
    expect((await post('/m/register/consent', { agreed: 'service@1' }, jar)).headers.location).toBe('/m');
  });

  it('leads strangers to the login and back, and refuses a post with a foreign token', async () => {
    expect((await get('/m/cases', {})).headers.location).toBe('/m/login?next=%2Fm%2Fcases');
    const forged = await app.inject({
      method: 'POST',
      url: '/m/messages/read',
      cookies: session,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'csrf=other',
    });
    expect(forged.statusCode).toBe(403);
    expect(forged.body).toContain('这个页面放得太久');
  });

  it('keeps the text size', async () => {
    const kept = await post('/m/display', { size: 'large', next: '/m' });
    expect(kept.cookies.find((one) => one.name === 'gongdun_size')?.value).toBe('large');
    expect((await get('/m', { ...session, gongdun_size: 'large' })).body).toContain('<html lang="zh-CN" class="large"');
  });
});

describe('the form runner', () => {
  beforeEach(async () => {
    await post('/m/services/DI-006/start', {});
  });

  it('answers a bad post with 422, a summary that takes the focus, and what was typed', async () => {
    const typed: Record<string, [string, string][]> = {
      days: [['days', '三十<i>']],
      story: [['story', '"><script>x</script>'.repeat(30)]],
      called: [['called', '12"3']],
      happened: [['happened', '昨天']],
      cover_from: [['cover_from', '2020-01-01']],
      paid: [['paid', '1.234']],
      named: [['named', '张<3']],
      code: [['code', '91<']],
      diagnosis: [['diagnosis', '<S82']],
      policy: [['policy', '35<']],
      share: [['share', '101%<']],
      id: [['id', '11<']],
      card: [['card', '6222<']],
    };
    for (const [name, form] of Object.entries(typed)) {
      const answer = await post(`/m/apply/DI-006/${name}`, form);
      expect(answer.statusCode, name).toBe(422);
      expect(answer.body, name).toMatch(/<div class="errs" id="errors" role="alert" tabindex="-1" autofocus/i);
      expect(answer.body, name).toContain(`href="#f-${name}"`);
      expect(answer.body, name).toContain(`id="f-${name}-error"`);
      expect(answer.body, name).toContain('aria-invalid="true"');
      expect(answer.body, name).not.toMatch(/<script>x|<i>|<3"/);
      const value = form[0]?.[1] ?? '';
      const escaped = value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
      expect(answer.body.includes(escaped) || answer.body.includes(escaped.replace(/&quot;/g, '"')), name).toBe(true);
    }
    expect(fake.answers()).toEqual({});
  });

  it('keeps the request id of a refused post', async () => {
    const requestId = newId();
    const answer = await post('/m/apply/DI-006/days', [
      ['request_id', requestId],
      ['days', 'x'],
    ]);
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain(requestId);
  });

  it('opens and closes questions by earlier answers', async () => {
    expect((await post('/m/apply/DI-006/story', { story: '在路口摔倒' })).headers.location).toBe(
      '/m/apply/DI-006/happened',
    );
    await post('/m/apply/DI-006/mishap', { mishap: '其他' });
    expect((await post('/m/apply/DI-006/story', { story: '在路口摔倒' })).headers.location).toBe(
      '/m/apply/DI-006/other_kind',
    );
    expect((await get('/m/apply/DI-006')).headers.location).toBe('/m/apply/DI-006/other_kind');
    expect((await post('/m/apply/DI-006/story', { story: '在路口摔倒', change: '1' })).headers.location).toBe(
      '/m/apply/DI-006/review',
    );
  });

  it('takes every kind of answer by plain posts and submits once for one request id', async () => {
    const posts: [string, [string, string][]][] = [
      ['mishap', [['mishap', '跌倒']]],
      ['story', [['story', '在路口摔倒']]],
      ['happened', [['happened', '2026-05-03T14:00']]],
      ['start_month', [['start_month', '2025-03']]],
      ['cover_from', [['cover_from', '2026-05-04']]],
      [
        'spot',
        [
          ['spot.text', '湖里大道路口'],
          ['spot.region', '350206'],
          ['spot.lat', ''],
          ['spot.lng', ''],
        ],
      ],
      [
        'home',
        [
          ['home.detail', '示例路1号'],
          ['home.region', '350206'],
        ],
      ],
      ['area', [['area', '350206']]],
      [
        'platform',
        [
          ['platform.pick', JSON.stringify({ name: '示例平台', orgId: ids.order })],
          ['platform.name', 'x'],
        ],
      ],
      ['on_work', [['on_work', 'true']]],
      [
        'harms',
        [
          ['harms', '手'],
          ['harms', '腿'],
        ],
      ],
      ['card', [['card', makeCardNumber('622848000000000')]]],
      ['called', [['called', '199 0000 0001']]],
      ['named', [['named', '李四']]],
      ['paid', [['paid', '12.30']]],
      ['days', [['days', '3']]],
      [
        'witness',
        [
          ['witness.name', '王五'],
          ['witness.phone', '19900000002'],
          ['witness.idDocument.type', 'passport'],
          ['witness.idDocument.number', 'X00123456'],
        ],
      ],
      [
        'heirs',
        [
          ['heirs.0.name', '赵六'],
          ['heirs.0.relation', '配偶'],
          ['heirs.0.amountFen', '5'],
        ],
      ],
      [
        'bills',
        [
          ['bills.0.no', 'A1'],
          ['bills.0.sum', '7.5'],
          ['bills.1.no', ''],
        ],
      ],
      [
        'signed',
        [
          ['signed.typedName', '张三丰'],
          ['signed.smsCode', '123456'],
        ],
      ],
    ];
    for (const [name, form] of posts) {
      const answer = await post(`/m/apply/DI-006/${name}`, [...form, ['_op', 'next']]);
      expect(answer.statusCode, `${name} ${/class="bad"[^]*?<\/p>/.exec(answer.body)?.[0] ?? ''}`).toBe(303);
    }
    expect(fake.answers()).toMatchObject({
      paid: 1230,
      days: 3,
      on_work: true,
      harms: ['手', '腿'],
      happened: '2026-05-03T06:00:00.000Z',
      bills: [{ no: 'A1', sum: 750 }],
      platform: { name: '示例平台', orgId: ids.order },
      spot: { text: '湖里大道路口', region: '350206' },
      heirs: [{ name: '赵六', relation: '配偶', amountFen: 500 }],
    });
    expect((await get('/m/apply/DI-006/paid')).body).toContain('value="12.30"');
    expect((await get('/m/apply/DI-006/happened')).body).toContain('value="2026-05-03T14:00"');
    expect((await get('/m/apply/DI-006/card')).body).not.toContain(makeCardNumber('622848000000000'));

    const early = await post('/m/apply/DI-006/submit', { truth: 'on', health: 'claim@1' });
    expect(early.statusCode).toBe(422);
    expect(early.body).toContain('“现场照片或视频”还没有填写');
    const photo = await multipart(
      '/m/apply/DI-006/photos',
      { _op: 'next' },
      { name: 'photos.upload', filename: '现场.jpg', type: 'image/jpeg', bytes: Buffer.from('jpeg') },
    );
    expect(photo.headers.location).toBe('/m/apply/DI-006/id_front');
    const undeclared = await post('/m/apply/DI-006/submit', { truth: 'on' });
    expect(undeclared.statusCode).toBe(422);
    expect(undeclared.body).toContain('href="#f-health"');
    const request: Record<string, string> = { request_id: newId(), truth: 'on', health: 'claim@1' };
    const twice = [
      ['request_id', request['request_id'] ?? ''],
      ['truth', 'on'],
      ['health', 'claim@1'],
    ] as [string, string][];
    expect((await post('/m/apply/DI-006/submit', twice)).headers.location).toBe(`/m/cases/${ids.case}/receipt`);
  });

  it('does not take silence for a no, and lets optional questions be skipped', async () => {
    const silent = await post('/m/apply/DI-006/on_work', { _op: 'next' });
    expect(silent.statusCode).toBe(422);
    expect(silent.body).toContain('请选择“是”或“否”');
    expect((await post('/m/apply/DI-006/paid', { _op: 'skip' })).statusCode).toBe(303);
  });

  it('adds and removes rows and finds organisations without script', async () => {
    const more = await post('/m/apply/DI-006/bills', { 'bills.0.no': 'A<1', _op: 'add:bills' });
    expect(more.statusCode).toBe(200);
    expect(more.body).toContain('value="A&lt;1"');
    expect(more.body).toContain('name="bills.1.no"');
    const less = await post('/m/apply/DI-006/bills', { 'bills.0.no': 'A', 'bills.1.no': 'B', _op: 'drop:bills:0' });
    expect(less.body).toContain('value="B"');
    expect(less.body).not.toContain('value="A"');
    expect((await post('/m/apply/DI-006/platform', { 'platform.name': '星', _op: 'search' })).headers.location).toBe(
      '/m/apply/DI-006/platform?q=%E6%98%9F',
    );
    expect((await get('/m/apply/DI-006/platform?q=没有')).body).toContain('没有找到“没有”');
    const code = await post('/m/apply/DI-006/signed', { 'signed.typedName': '张三丰', _op: 'code' });
    expect(code.body).toContain('验证码已发送到 199****0001');
    expect(code.body).toContain('value="张三丰"');
  });

  it('marks only what is not sensitive for the phone to keep', async () => {
    expect((await get('/m/apply/DI-006/days')).body).toContain('data-draft=');
    for (const name of ['card', 'id', 'document', 'spot', 'diagnosis', 'heirs', 'signed', 'photos']) {
      expect((await get(`/m/apply/DI-006/${name}`)).body, name).not.toContain('data-draft=');
    }
  });
});

describe('files', () => {
  const photo = { name: 'file', filename: '<b>.jpg', type: 'image/jpeg', bytes: Buffer.from('jpeg') };

  it('takes one photo at once into the draft, shows it, and gives it back harmless', async () => {
    await post('/m/services/DI-006/start', {});
    const answer = await multipart('/m/files', { draft: 'DI-006/photos' }, photo);
    const { fileId } = answer.json<{ fileId: string }>();
    expect(fake.answers()).toEqual({ photos: { fileIds: [fileId] } });
    expect((await get('/m/apply/DI-006/photos')).body).toContain('&lt;b>.jpg');
    const bytes = await get(`/m/files/${fileId}`);
    expect(bytes.body).toBe('jpeg');
    expect(bytes.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'private, no-store' });
    const removed = await multipart(
      '/m/apply/DI-006/photos',
      { _op: `remove:photos:${fileId}` },
      { ...photo, name: 'photos.upload', filename: '', bytes: Buffer.alloc(0) },
    );
    expect(removed.headers.location).toBe('/m/apply/DI-006/photos');
    expect(fake.answers()).toEqual({});
  });

  it('refuses a file that is too large, one without a token, and none at all', async () => {
    const large = await multipart('/m/files', {}, { ...photo, bytes: Buffer.alloc(70_000) });
    expect(large.statusCode).toBe(413);
    expect(large.body).toContain('文件太大');
    expect((await multipart('/m/files', { csrf: 'other' }, photo)).statusCode).toBe(403);
    expect((await multipart('/m/files', {}, { ...photo, filename: '', bytes: Buffer.alloc(0) })).statusCode).toBe(422);
  });
});

describe('a case', () => {
  const act = `/m/cases/${ids.case}/act`;

  it('sends the command that the view offered, with the form and the reason', async () => {
    const requestId = newId();
    expect(
      (
        await post(`${act}/withdraw`, [
          ['request_id', requestId],
          ['reason', '不需要了'],
        ])
      ).headers.location,
    ).toBe(`/m/cases/${ids.case}`);
    await post(`${act}/supplement`, [
      ['invoices', ids.paper],
      ['amount', '12.5'],
      ['inpatient', 'false'],
      ['lines.0.no', 'A1'],
    ]);
    expect(fake.commands.map((one) => one.command)).toMatchObject([
      { type: 'withdraw', seen: 4, reason: '不需要了' },
      {
        type: 'supplement',
        step: 'docs',
        data: { invoices: { fileIds: [ids.paper] }, amount: '12.5', inpatient: 'false', lines: { 0: { no: 'A1' } } },
      },
    ]);
  });

  it('keeps what was typed when the engine refuses a field, a reason is missing, or somebody was first', async () => {
    expect((await post(`${act}/withdraw`, {})).body).toContain('请写明理由');
    fake.fail('form');
    const refused = await post(`${act}/supplement`, [
      ['amount', 'x<1'],
      ['inpatient', 'true'],
    ]);
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain('value="x&lt;1"');
    expect(refused.body).toContain('href="#f-amount"');
    fake.fail('stale');
    const stale = await post(`${act}/urge`, {});
    expect(stale.statusCode).toBe(409);
    expect(stale.body).toContain(`href="/m/cases/${ids.case}"`);
    expect((await post(`${act}/appeal`, { reason: '不服这个结果' })).statusCode).toBe(409);
  });

  it('asks for one of five levels', async () => {
    const blank = await post(`/m/cases/${ids.case}/rate`, { comment: '慢<' });
    expect(blank.statusCode).toBe(422);
    expect(blank.body).toContain('慢&lt;');
    expect((await post(`/m/cases/${ids.case}/rate`, { stars: '5' })).statusCode).toBe(303);
  });
});

describe('what goes wrong', () => {
  it('is a page that says what to do next', async () => {
    for (const url of [
      '/m/nothing',
      '/m/services/XX-999',
      '/m/cases/not-an-id',
      `/m/cases/${newId()}`,
      `/m/files/${newId()}`,
    ]) {
      const answer = await get(url);
      expect(answer.statusCode, url).toBe(404);
      expect(answer.body, url).toContain('回到首页');
    }
    expect((await get('/m/apply/DI-006/days')).statusCode).toBe(409);
    expect((await get('/m/cover?day=2026-02-30&time=25:00')).statusCode).toBe(422);
  });

  it('gives the island its answers as data', async () => {
    const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
    const moved = await app.inject({
      method: 'POST',
      url: '/m/services/DI-006/start',
      cookies: session,
      headers,
      payload: 'csrf=csrf-of-the-session-1',
    });
    expect(moved.json()).toEqual({ location: '/m/apply/DI-006' });
    const refused = await app.inject({
      url: `/m/cases/${newId()}`,
      cookies: session,
      headers: { accept: 'application/json' },
    });
    expect(refused.json()).toMatchObject({ code: 'fake.nothing', next: '请回到首页。' });
  });

  it('moves the time of the demonstration forward only', async () => {
    const jar = { gongdun_token: 'csrf-of-the-session-1' };
    expect((await post('/dev/clock', { jump: 'day' }, jar)).statusCode).toBe(303);
    expect(clock.now()).toBe('2026-05-04T06:32:00.000Z');
    expect((await post('/dev/clock', { jump: 'hours', hours: '-5' }, jar)).statusCode).toBe(422);
  });

  it('has no demonstration pages outside the demonstration', async () => {
    const real = Fastify();
    await real.register(workerRoutes, { backend: fake, homeRegion: '350200', ...bundle, demo: null, clock });
    expect((await real.inject('/dev/phone')).statusCode).toBe(404);
    expect((await real.inject('/m/login')).body).not.toContain('演示');
    await real.close();
  });
});
