// Every page of the worker's app through the real routes, the real bundle and the real modules: budgets, problems kept with what was
// typed, nothing that strangers type becomes markup.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import { transform } from 'esbuild';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeCardNumber, makeResidentId, syntheticRegion } from '#catalog/fields/index';
import { systemAccess, workerAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { statement } from '#platform/db';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { newId } from '#platform/ids';
import { codeFor, createVisitor, type Visitor } from '#test/visitor';
import { localTime } from '#test/first-journey';
import { createServer } from '#wiring/server';
import { everyKind, form, guide, hostile, questions, startPhoneWorld, type PhoneWorld } from './fixture.ts';
import { toGcj02 } from './island/datum.ts';
import { cookies } from './visit.ts';

const kB = 1_000;
/** Beside the server, which turns people away while its thread is held. */
const compressed = promisify(brotliCompress);
const dist = join(import.meta.dirname, '..', '..', '..', 'dist');
const island = () => readFileSync(join(dist, 'worker', 'island.js'), 'utf8');
let world: PhoneWorld;
/** In the middle of a claim: insured, reported, asked for papers. */
let hurt: Visitor;
let hurtId = '';
let caseId = '';
let newcomer: Visitor;
let payer: Visitor;
let payUrl = '';
let jpeg: Buffer;

const dropDrafts = statement<[string], never>('test.drop_drafts', 'delete from draft where person_id = $1');

beforeAll(async () => {
  world = await startPhoneWorld();
  ({ visitor: hurt, personId: hurtId } = await world.comeIn('claim: docs, fresh'));
  caseId = (await world.casesOf(hurtId)).find((one) => one.serviceCode === 'DI-006')?.caseId ?? '';
  const paying = await world.comeIn('cover: pay, fresh');
  payer = paying.visitor;
  const [order] = await world.casesOf(paying.personId);
  payUrl = `/m/pay/${order?.caseId}`;
  newcomer = createVisitor(world.app);
  await newcomer.prove('13900008001');
  jpeg = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#789' } })
    .jpeg()
    .toBuffer();
});
afterAll(() => world?.app.close());

const get = (url: string) => hurt.get(url);
const post = (url: string, fields: Parameters<Visitor['post']>[1] = {}) => hurt.post(url, fields);
async function freshDraft(): Promise<void> {
  await world.app.db.transaction(systemAccess, async (tx) => tx.send(dropDrafts, [hurtId]));
  expect((await post(`${guide}/start`)).headers.location).toBe(form);
}

const publicPages = [
  '/m',
  '/m/login',
  '/m/services',
  '/m/services?q=报案',
  '/m/service-points',
  '/m/services/DI-006',
  '/m/display',
  '/dev/phone',
  '/dev/clock',
];
const registerPages = [
  '/m/register/name',
  '/m/register/id',
  '/m/register/birth',
  '/m/register/region',
  '/m/register/consent',
];

async function workerPages(): Promise<string[]> {
  const acts = [...(await get(`/m/cases/${caseId}`)).body.matchAll(/href="(\/m\/cases\/[^"]+\/act\/[^"]+)"/g)];
  expect(acts).not.toEqual([]);
  const [message] = (await world.app.services.notices.list(hurtId, undefined)).items;
  return [
    '/m',
    '/m/services',
    '/m/services/DI-006',
    guide,
    '/m/cases',
    `/m/cases/${caseId}`,
    `/m/cases/${caseId}/receipt`,
    ...acts.map((match) => match[1] ?? ''),
    '/m/messages',
    `/m/messages/${message?.noticeId}`,
    '/m/cover',
    '/m/cover?day=2026-05-03&time=14:32',
    '/m/renewal',
    '/m/me',
    '/m/me/access',
    '/m/me/privacy',
    '/m/me/erasure',
    '/m/display',
    `${form}/review`,
    `${form}/area?at=all`,
    `${form}/spot?at=350200`,
    `${form}/platform?q=外卖`,
    ...questions.map((name) => `${form}/${name}`),
  ];
}

let seen: { url: string; html: string }[] = [];
async function everyPage(): Promise<typeof seen> {
  if (seen.length > 0) return seen;
  await freshDraft();
  const stranger = createVisitor(world.app);
  const login = await stranger
    .get('/m/login')
    .then(() => stranger.post('/m/login', { phone: '13900008002', next: '/m' }));
  const lacking = await world.comeIn('union: township-review, waiting for papers');
  const [asked] = await world.casesOf(lacking.personId);
  const all: [Visitor, string][] = [
    ...[...publicPages, login.headers.location ?? ''].map((url): [Visitor, string] => [stranger, url]),
    ...(await workerPages()).map((url): [Visitor, string] => [hurt, url]),
    [payer, payUrl],
    [lacking.visitor, `/m/cases/${asked?.caseId}/act/supplement`],
    ...registerPages.map((url): [Visitor, string] => [newcomer, url]),
  ];
  const pages: typeof seen = [];
  for (const [visitor, url] of all) {
    const answer = await visitor.get(url);
    expect(answer.statusCode, url).toBe(200);
    pages.push({ url, html: answer.body });
  }
  seen = pages;
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
      expect((await compressed(html)).length, url).toBeLessThanOrEqual(15 * kB);
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
    await freshDraft();
    const { app } = world;
    const typed = `${hostile}${hostile}`;
    await app.services.drafts.save(workerAccess(hurtId), everyKind.code, {
      story: typed,
      bills: [{ no: hostile }],
      home: { detail: hostile, region: '350203' },
    });
    const urls = [
      `${form}/story`,
      `${form}/bills`,
      `${form}/home`,
      `${form}/review`,
      `/m/services?q=${encodeURIComponent(hostile)}`,
    ];
    for (const url of [...urls, `${form}/platform?q=${encodeURIComponent(hostile)}`]) {
      const { body, statusCode } = await get(url);
      expect(statusCode, url).toBe(200);
      expect(body, url).toContain('&lt;script>alert(1)');
      expect(body, url).not.toContain('<script>alert');
      expect(body, url).not.toContain('<img src=x');
    }
  });
});

describe('the shared script', () => {
  it('is at most 12 kB of brotli and ES2018 without top-level await', async () => {
    const source = island();
    expect((await compressed(source)).length).toBeLessThanOrEqual(12 * kB);
    // A compiler that lowers newer syntax finds none to lower.
    const options = { charset: 'utf8' } as const;
    const now = await transform(source, { ...options, target: 'esnext' });
    const then = await transform(source, { ...options, target: 'es2018' });
    expect(then.code).toBe(now.code);
    // A classic script that awaited at its top level would not parse.
    expect(() => new Script(source)).not.toThrow();
  });

  it('is served once for ever and without a session', async () => {
    const url = /\/m\/island\.js\?v=\w+/.exec((await get('/m')).body)?.[0] ?? '';
    const answer = await createVisitor(world.app).get(url);
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
    const { phone } = world.riderOf('claim: docs, fresh');
    const stranger = createVisitor(world.app);
    await stranger.get('/m/login?next=/m/cover');
    expect((await stranger.post('/m/login', { csrf: 'another', phone, next: '/m/cover' })).statusCode).toBe(403);
    const bad = await stranger.post('/m/login', { phone: '12<b>', next: '/m/cover' });
    expect(bad.statusCode).toBe(422);
    expect(bad.body).toContain('value="12&lt;b>"');
    expect(bad.body).toContain('href="#f-phone"');
    const { asked, code } = await codeFor(world.app, phone, () =>
      stranger.post('/m/login', { phone, next: '/m/cover' }),
    );
    expect(asked.headers.location).toMatch(/^\/m\/login\/code\?c=.+&next=%2Fm%2Fcover$/);
    const challenge = new URL(asked.headers.location ?? '', 'http://here').searchParams.get('c') ?? '';
    const wrong = code === '999999' ? '111111' : '999999';
    const wrongCode = await stranger.post('/m/login/verify', { challenge, code: wrong, next: '/m/cover' });
    expect(wrongCode.statusCode).toBe(422);
    expect(wrongCode.body).toContain('验证码不对');
    const right = await stranger.post('/m/login/verify', { challenge, code, next: '//evil.example' });
    expect(right.statusCode).toBe(303);
    expect(right.headers.location).toBe('/m');
    const cookie = right.cookies.find((one) => one.name === cookies.session);
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
  });

  it('registers a new person page by page and refuses without consent', async () => {
    const name = await newcomer.post('/m/register/name', { name: '张' });
    expect(name.statusCode).toBe(422);
    expect((await newcomer.post('/m/register/name', { name: '张三丰' })).headers.location).toBe('/m/register/id');
    const wrong = { 'idDocument.type': 'resident_id', 'idDocument.number': '350206199001010000' };
    const id = await newcomer.post('/m/register/id', wrong);
    expect(id.statusCode).toBe(422);
    expect(id.body).toContain('href="#f-idDocument-number"');
    expect(id.body).toContain('350206199001010000');
    const right = { ...wrong, 'idDocument.number': makeResidentId(syntheticRegion, '1990-01-01', 77) };
    expect((await newcomer.post('/m/register/id', right)).headers.location).toBe('/m/register/region');
    expect((await newcomer.get('/m/register/region?at=350200')).body).toContain('value="350206"');
    const region = await newcomer.post('/m/register/region', { region: '350206' });
    expect(region.headers.location).toBe('/m/register/consent');
    const consent = await newcomer.get('/m/register/consent');
    expect(consent.body).toContain('第 4 步，共 4 步');
    expect((await newcomer.post('/m/register/consent')).statusCode).toBe(422);
    const agreed = /name="agreed" value="([^"]+)"/.exec(consent.body)?.[1] ?? '';
    expect((await newcomer.post('/m/register/consent', { agreed })).headers.location).toBe('/m');
    expect((await newcomer.get('/m/me')).statusCode).toBe(200);
  });

  it('leads strangers to the login and back, and refuses a post with a foreign token', async () => {
    const refused = await createVisitor(world.app).get('/m/cases');
    expect([refused.statusCode, refused.headers.location]).toEqual([303, '/m/login?next=%2Fm%2Fcases']);
    const forged = await post('/m/messages/read', { csrf: 'other' });
    expect(forged.statusCode).toBe(403);
    expect(forged.body).toContain('这个页面放得太久');
  });

  it('keeps the text size', async () => {
    await post('/m/display', { size: 'large', next: '/m' });
    expect((await get('/m')).body).toContain('<html lang="zh-CN" class="large"');
    await post('/m/display', { size: 'normal', next: '/m' });
    expect((await get('/m')).body).not.toContain('class="large"');
  });
});

describe('the form runner', () => {
  beforeEach(freshDraft);

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
    for (const [name, fields] of Object.entries(typed)) {
      const answer = await post(`${form}/${name}`, fields);
      expect(answer.statusCode, name).toBe(422);
      expect(answer.body, name).toMatch(/<div class="errs" id="errors" role="alert" tabindex="-1" autofocus/i);
      expect(answer.body, name).toContain(`href="#f-${name}"`);
      expect(answer.body, name).toContain(`id="f-${name}-error"`);
      expect(answer.body, name).toContain('aria-invalid="true"');
      expect(answer.body, name).not.toMatch(/<script>x|<i>|<3"/);
      const value = fields[0]?.[1] ?? '';
      const escaped = value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
      expect(answer.body.includes(escaped) || answer.body.includes(escaped.replace(/&quot;/g, '"')), name).toBe(true);
    }
    expect(await world.answers(hurtId)).toEqual({});
  });

  it('keeps the request id of a refused post', async () => {
    const requestId = newId();
    const answer = await post(`${form}/days`, [
      ['request_id', requestId],
      ['days', 'x'],
    ]);
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain(requestId);
  });

  it('opens and closes questions by earlier answers', async () => {
    expect((await post(`${form}/story`, { story: '在路口摔倒' })).headers.location).toBe(`${form}/happened`);
    await post(`${form}/mishap`, { mishap: '其他' });
    expect((await post(`${form}/story`, { story: '在路口摔倒' })).headers.location).toBe(`${form}/other_kind`);
    expect((await get(form)).headers.location).toBe(`${form}/other_kind`);
    expect((await post(`${form}/story`, { story: '在路口摔倒', change: '1' })).headers.location).toBe(`${form}/review`);
  });

  it('takes every kind of answer by plain posts and submits once for one request id', async () => {
    const happened = `${new Date(Date.parse(world.app.clock.now()) - 3_600_000).toISOString().slice(0, 16)}:00.000Z`;
    const [org] = world.app.services.orgs.search('外卖', 'platform_company');
    const platform = { name: org?.name ?? '', orgId: org?.orgId ?? '' };
    const { phone } = world.riderOf('claim: docs, fresh');
    const { asked, code } = await codeFor(world.app, phone, () => post(`${form}/signed`, { _op: 'code' }));
    expect(asked.body).toContain('验证码已发送到');
    const posts: [string, [string, string][]][] = [
      ['mishap', [['mishap', '跌倒']]],
      ['story', [['story', '在路口摔倒']]],
      ['happened', [['happened', localTime(happened)]]],
      ['start_month', [['start_month', '2025-03']]],
      ['cover_from', [['cover_from', dayOf(world.app.clock.now())]]],
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
          ['platform.pick', JSON.stringify(platform)],
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
          ['signed.smsCode', code],
        ],
      ],
    ];
    for (const [name, fields] of posts) {
      const answer = await post(`${form}/${name}`, [...fields, ['_op', 'next']]);
      expect(answer.statusCode, `${name} ${/class="bad"[^]*?<\/p>/.exec(answer.body)?.[0] ?? ''}`).toBe(303);
    }
    expect(await world.answers(hurtId)).toMatchObject({
      paid: 1230,
      days: 3,
      on_work: true,
      harms: ['手', '腿'],
      happened,
      bills: [{ no: 'A1', sum: 750 }],
      platform,
      spot: { text: '湖里大道路口', region: '350206' },
      heirs: [{ name: '赵六', relation: '配偶', amountFen: 500 }],
    });
    expect((await get(`${form}/paid`)).body).toContain('value="12.30"');
    expect((await get(`${form}/happened`)).body).toContain(`value="${localTime(happened).slice(0, 16)}`);
    expect((await get(`${form}/card`)).body).not.toContain(makeCardNumber('622848000000000'));

    const early = await post(`${form}/submit`, { truth: 'on', health: 'claim@1' });
    expect(early.statusCode).toBe(422);
    expect(early.body).toContain('href="#f-photos"');
    const photo = { name: 'photos.upload', filename: '现场.jpg', type: 'image/jpeg', bytes: jpeg };
    const uploaded = await hurt.upload(`${form}/photos`, { _op: 'next' }, photo);
    expect(uploaded.headers.location).toBe(`${form}/id_front`);
    const undeclared = await post(`${form}/submit`, { truth: 'on' });
    expect(undeclared.statusCode).toBe(422);
    expect(undeclared.body).toContain('href="#f-health"');
    const twice = { request_id: newId(), truth: 'on', health: 'claim@1' };
    const sent = await post(`${form}/submit`, twice);
    expect(sent.headers.location).toMatch(/^\/m\/cases\/[0-9a-f-]{36}\/receipt$/);
    expect((await post(`${form}/submit`, twice)).headers.location).toBe(sent.headers.location);
  });

  it('does not take silence for a no, and lets optional questions be skipped', async () => {
    const silent = await post(`${form}/on_work`, { _op: 'next' });
    expect(silent.statusCode).toBe(422);
    expect(silent.body).toContain('请选择“是”或“否”');
    expect((await post(`${form}/paid`, { _op: 'skip' })).statusCode).toBe(303);
  });

  it('adds and removes rows and finds organisations without script', async () => {
    const more = await post(`${form}/bills`, { 'bills.0.no': 'A<1', _op: 'add:bills' });
    expect(more.statusCode).toBe(200);
    expect(more.body).toContain('value="A&lt;1"');
    expect(more.body).toContain('name="bills.1.no"');
    const less = await post(`${form}/bills`, { 'bills.0.no': 'A', 'bills.1.no': 'B', _op: 'drop:bills:0' });
    expect(less.body).toContain('value="B"');
    expect(less.body).not.toContain('value="A"');
    expect((await post(`${form}/platform`, { 'platform.name': '星', _op: 'search' })).headers.location).toBe(
      `${form}/platform?q=%E6%98%9F`,
    );
    expect((await get(`${form}/platform?q=没有这家`)).body).toContain('没有找到“没有这家”');
    const { phone } = world.riderOf('claim: docs, fresh');
    const { asked } = await codeFor(world.app, phone, () =>
      post(`${form}/signed`, { 'signed.typedName': '张三丰', _op: 'code' }),
    );
    expect(asked.body).toMatch(/验证码已发送到 1\d\d\*{4}\d{4}/);
    expect(asked.body).toContain('value="张三丰"');
  });

  it('marks only what is not sensitive for the phone to keep', async () => {
    expect((await get(`${form}/days`)).body).toContain('data-draft=');
    for (const name of ['card', 'id', 'document', 'spot', 'diagnosis', 'heirs', 'signed', 'photos']) {
      expect((await get(`${form}/${name}`)).body, name).not.toContain('data-draft=');
    }
  });
});

describe('files', () => {
  const photo = () => ({ name: 'file', filename: '<b>.jpg', type: 'image/jpeg', bytes: jpeg });

  it('takes one photo at once into the draft, shows it, and gives it back harmless', async () => {
    await freshDraft();
    const answer = await hurt.upload('/m/files', { draft: `${everyKind.code}/photos` }, photo());
    const { fileId } = answer.json<{ fileId: string }>();
    expect(await world.answers(hurtId)).toEqual({ photos: { fileIds: [fileId] } });
    const page = (await get(`${form}/photos`)).body;
    expect(page).toContain(fileId);
    expect(page).not.toContain('<b>.jpg');
    const bytes = await get(`/m/files/${fileId}`);
    expect(bytes.headers['content-type']).toBe('image/jpeg');
    expect(bytes.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'private, no-store' });
    const empty = { ...photo(), name: 'photos.upload', filename: '', bytes: Buffer.alloc(0) };
    const removed = await hurt.upload(`${form}/photos`, { _op: `remove:photos:${fileId}` }, empty);
    expect(removed.headers.location).toBe(`${form}/photos`);
    expect(await world.answers(hurtId)).toEqual({});
  });

  it('takes one file a post', async () => {
    const part = { name: 'a', filename: 'a.jpg', type: 'image/jpeg', bytes: jpeg };
    expect((await hurt.upload('/m/files', {}, part, { ...part, name: 'b' })).statusCode).toBe(413);
  });

  it('refuses a file that is too large, one without a token, and none at all', async () => {
    const large = await hurt.upload('/m/files', {}, { ...photo(), bytes: Buffer.alloc(21 * 1024 * 1024) });
    expect(large.statusCode).toBe(413);
    expect(large.body).toContain('文件太大');
    expect((await hurt.upload('/m/files', { csrf: 'other' }, photo())).statusCode).toBe(403);
    expect((await hurt.upload('/m/files', {}, { ...photo(), filename: '', bytes: Buffer.alloc(0) })).statusCode).toBe(
      422,
    );
  });
});

describe('a case', () => {
  const act = () => `/m/cases/${caseId}/act`;

  it('keeps what was typed when the engine refuses a field, or a reason is missing', async () => {
    const returned = await world.comeIn('cover: apply, returned');
    const [open] = await world.casesOf(returned.personId);
    const submit = `/m/cases/${open?.caseId}/act/apply%2Fsubmit`;
    const refused = await returned.visitor.post(submit, { days: 'x<1', cover_from: '2020-01-01' });
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain('value="x&lt;1"');
    for (const name of ['days', 'cover_from']) expect(refused.body).toContain(`href="#f-${name}"`);
    const ended = await world.comeIn('cover: rejected');
    const [done] = await world.casesOf(ended.personId);
    const appeal = await ended.visitor.post(`/m/cases/${done?.caseId}/act/appeal`);
    expect(appeal.statusCode).toBe(422);
    expect(appeal.body).toContain('请写明理由');
    expect((await post(`${act()}/appeal`, { reason: '不服这个结果' })).statusCode).toBe(409);
  });

  it('asks for one of five levels', async () => {
    const { visitor, personId } = await world.comeIn('cover: rejected');
    const rate = `/m/cases/${(await world.casesOf(personId))[0]?.caseId}/rate`;
    const blank = await visitor.post(rate, { comment: '慢<' });
    expect(blank.statusCode).toBe(422);
    expect(blank.body).toContain('慢&lt;');
    expect((await visitor.post(rate, { stars: '5' })).statusCode).toBe(303);
    // What one withdrew oneself is not asked about, and not taken.
    const withdrawn = await world.comeIn('cover: withdrawn');
    const [own] = await world.casesOf(withdrawn.personId);
    expect((await withdrawn.visitor.get(`/m/cases/${own?.caseId}`)).body).not.toContain('提交评价');
    const refused = await withdrawn.visitor.post(`/m/cases/${own?.caseId}/rate`, { stars: '5' });
    expect(refused.statusCode).toBe(409);
  });

  it('sends the command that the view offered, and lets one of two through', async () => {
    // Nobody urges an office while the next step is the person's own.
    expect((await get(`/m/cases/${caseId}`)).body).not.toContain('催办');
    const waiting = await world.comeIn('claim: assess, fresh');
    const [theirs] = (await world.casesOf(waiting.personId)).filter((one) => one.serviceCode === 'DI-006');
    const urged = await waiting.visitor.post(`/m/cases/${theirs?.caseId}/act/urge`);
    expect(urged.headers.location).toBe(`/m/cases/${theirs?.caseId}`);
    const both = await Promise.all([1, 2].map(() => post(`${act()}/withdraw`, { reason: '不需要<了' })));
    expect(new Set(both.map((one) => one.statusCode))).toEqual(new Set([303, 409]));
    expect(both.find((one) => one.statusCode === 409)?.body).toContain(`href="/m/cases/${caseId}"`);
    const page = await get(`/m/cases/${caseId}`);
    expect(page.body).toContain('撤回');
    expect(page.body).not.toContain('不需要<了');
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
    expect((await get('/m/apply/UN-001/occupation')).statusCode).toBe(409);
    expect((await get('/m/cover?day=2026-02-30&time=25:00')).statusCode).toBe(422);
  });

  it('gives the island its answers as data', async () => {
    const moved = await hurt.post(`${guide}/start`, {}, 'application/json');
    expect(moved.json()).toEqual({ location: form });
    const refused = await hurt.get(`/m/cases/${newId()}`, 'application/json');
    expect(refused.json()).toMatchObject({ code: 'cases.not_found', next: expect.any(String) });
  });

  it('has no demonstration pages outside the demonstration', async () => {
    const { url } = world.app;
    const services = { ...world.app.services, metrics: createMetrics() };
    const real = await createServer({
      services,
      log: createLog({ level: 'silent' }),
      publicUrl: url,
      dist,
      demo: null,
      health: null,
    });
    expect((await real.inject('/dev/phone')).statusCode).toBe(404);
    expect((await real.inject('/m/login')).body).not.toContain('演示');
    await real.close();
  });

  it('moves the time of the demonstration forward only', async () => {
    const before = Date.parse(world.app.clock.now());
    expect((await post('/dev/clock', { jump: 'day' })).statusCode).toBe(303);
    expect(Math.round((Date.parse(world.app.clock.now()) - before) / 3_600_000)).toBe(24);
    const now = Date.parse(world.app.clock.now());
    for (const jump of ['hours', 'constructor', '__proto__', 'toString'])
      expect((await post('/dev/clock', { jump, hours: '-5' })).statusCode).toBe(422);
    expect(Date.parse(world.app.clock.now()) - now).toBeLessThan(60_000);
  });
});
