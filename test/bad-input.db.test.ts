// Bad input of every kind, over HTTP: each is refused with a Chinese sentence that says what to do next, and nothing is written. What
// may be said (a script, a quote) is kept as text and shown as text. The refusals of single fields are tested with the fields.

import { createHash, createHmac, randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeResidentId, syntheticRegion } from '#catalog/fields/index';
import { workerAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { derivedSecret } from '#wiring/database';
import { agreeToAll } from './consents.ts';
import { startApp, type Caller, type TestApp } from './app.ts';

type Reply = {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
};

let app: TestApp;
let owner: pg.Client;
let tables: readonly string[];
let newcomer: Caller;
let adjuster: Caller;
let photo: string;
let officers: readonly Caller[];

const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const evil = `'); drop table case_state; --<script>alert(1)</script><img src=x onerror=alert(2)>`;
const dayMs = 86_400_000;

beforeAll(async () => {
  app = await startApp();
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
  const found = await owner.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename not in ('sms_code', 'sms_part', 'session', 'case_number_counter', 'schema_migration') order by 1`,
  );
  tables = found.rows.map((one) => one.name);
  newcomer = await app.worker(app.city.rider.phone);
  adjuster = await app.staff('insurer_adjuster');
  officers = [await app.staff('insurer_finance', 1), await app.staff('insurer_finance', 2)];
  const stored = await app.services.files.store(workerAccess(newcomer.id), { name: '现场.png', bytes: picture });
  photo = stored.fileId;
}, 60_000);
afterAll(async () => {
  await owner?.end();
  await app?.close();
});

async function send(
  caller: Caller,
  method: 'GET' | 'POST',
  url: string,
  payload?: string | Buffer | object,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await app.app.inject({
    method,
    url,
    headers: { cookie: caller.cookie, 'x-csrf': caller.csrf, ...headers },
    ...(payload === undefined ? {} : { payload }),
  });
  return {
    status: response.statusCode,
    type: response.headers['content-type'] ?? '',
    text: response.body,
    headers: response.headers,
  };
}

/** Rows of every table, counted exactly. Numbers may be used up, codes and sessions come and go; nothing else may change. */
async function counts(): Promise<string> {
  const found = await owner.query<{ all: string }>(
    `select concat_ws(', ', ${tables.map((name) => `'${name} ' || (select count(*) from ${name})`).join(', ')}) as all`,
  );
  return found.rows[0]?.all ?? '';
}

/** The request is refused with this status and code, in words, and leaves no trace. */
async function refuses(request: () => Promise<Reply>, status: number, code: string): Promise<Reply> {
  const before = await counts();
  const reply = await request();
  expect([reply.status, reply.text.slice(0, 300)]).toEqual([status, expect.stringContaining(`"${code}"`)]);
  expect(reply.type).toContain('application/problem+json');
  const problem = JSON.parse(reply.text);
  expect(problem).toMatchObject({ status, code, type: `urn:gongdun:problem:${code}` });
  expect(problem.detail).toMatch(/[一-鿿]/);
  expect(problem.next).toMatch(/[一-鿿]/);
  expect(problem.problems.every((one: { zh: string }) => /[一-鿿]/.test(one.zh))).toBe(true);
  expect(await counts()).toBe(before);
  return reply;
}

const today = (): string => dayOf(app.services.clock.now());
const daysOn = (days: number): string =>
  new Date(Date.parse(`${today()}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
const purchase = (more: object = {}) => ({
  cover_from: daysOn(1),
  days: '1',
  work_type: '快递员',
  work_region: '350203',
  read_clause: 'on',
  ...more,
});
const submit = (caller: Caller, serviceCode: string, data: unknown, requestId: string = randomUUID()) =>
  send(caller, 'POST', '/api/me/cases', { requestId, serviceCode, region: '350203', data });
const beijing = (hoursAgo: number): string =>
  new Date(Date.parse(app.services.clock.now()) + (8 - hoursAgo) * 3_600_000).toISOString().slice(0, 16);
const accident = (more: object = {}) => ({
  accident_time: beijing(1),
  accident_spot: { text: '湖里区某路口', region: '350206' },
  accident_kind: '道路交通',
  injured_condition: '门诊',
  scene_media: [photo],
  ...more,
});

let phones = 13_800_000_000;
async function registration(idNumber: string, more: object = {}): Promise<Record<string, unknown>> {
  phones += 1;
  const phone = String(phones);
  expect((await send(app.anonymous(), 'POST', '/api/worker/code', { phone })).status).toBe(200);
  let code: string | undefined;
  await expect
    .poll(
      () =>
        (code = /\d{6}/.exec(
          JSON.stringify(app.parties.simulators.sms?.messages({ phone, limit: 1 })[0]?.text ?? ''),
        )?.[0]),
    )
    .toBeDefined();
  const login = JSON.parse((await send(app.anonymous(), 'POST', '/api/worker/login', { phone, code })).text);
  expect(login.state).toBe('register');
  return {
    token: login.token,
    name: '陈小雨',
    idDocument: { type: 'resident_id', number: idNumber },
    region: '350203',
    consentVersion: '2026-01',
    ...more,
  };
}

const born = (years: number): string => `${Number(today().slice(0, 4)) - years}${today().slice(4)}`;

describe('who one is', () => {
  it('an ID number with a wrong check digit', async () => {
    const good = makeResidentId(syntheticRegion, born(30), 901);
    const wrong = good.slice(0, 17) + (good.endsWith('1') ? '2' : '1');
    const body = await registration(wrong);
    const reply = await refuses(
      () => send(app.anonymous(), 'POST', '/api/worker/register', body),
      422,
      'identity.registration_invalid',
    );
    expect(JSON.parse(reply.text).problems.length).toBeGreaterThan(0);
    const corrected = { ...body, idDocument: { type: 'resident_id', number: good } };
    expect((await send(app.anonymous(), 'POST', '/api/worker/register', corrected)).status).toBe(200);
  });

  it('fifteen years old, and sixteen today', async () => {
    const tooYoung = daysBefore(born(16), -1);
    const body = await registration(makeResidentId(syntheticRegion, tooYoung, 903));
    await refuses(() => send(app.anonymous(), 'POST', '/api/worker/register', body), 422, 'identity.too_young');
    const sixteen = await registration(makeResidentId(syntheticRegion, born(16), 905));
    expect((await send(app.anonymous(), 'POST', '/api/worker/register', sixteen)).status).toBe(200);
  });

  it('sixty-six: cover is decided by a person, not taken in silence and not paid for', async () => {
    const body = await registration(makeResidentId(syntheticRegion, born(66), 907));
    const response = await app.app.inject({ method: 'POST', url: '/api/worker/register', payload: body });
    expect(response.statusCode).toBe(200);
    const cookie = ([response.headers['set-cookie'] ?? ''].flat()[0] ?? '').split(';')[0] ?? '';
    const old: Caller = { ...newcomer, cookie, csrf: JSON.parse(response.body).csrf };
    const session = await app.services.identity.sessionOf(cookie.split('=')[1] ?? '', 'worker');
    await agreeToAll(app.services, session?.kind === 'worker' ? session.personId : '');
    const bought = JSON.parse((await submit(old, 'DI-001', purchase())).text);
    expect(bought.active.map((one: { step: string }) => one.step)).toEqual(['eligibility-manual']);
    expect((await owner.query('select 1 from payment_order where case_id = $1', [bought.caseId])).rowCount).toBe(0);
    expect(
      (
        await owner.query(
          'select 1 from cover_entry e join case_state s on s.person_id = e.person_id where s.case_id = $1',
          [bought.caseId],
        )
      ).rowCount,
    ).toBe(0);
  });

  it('a forged, a stolen and a nonsensical session', async () => {
    expect.hasAssertions();
    for (const cookie of [
      `gd_worker=${'a'.repeat(43)}`,
      `gd_worker=' or 1=1 --`,
      'gd_worker=',
      `gd_staff=${newcomer.cookie.split('=')[1]}`,
      `gd_worker=${adjuster.cookie.split('=')[1]}`,
    ]) {
      const url = cookie.startsWith('gd_staff') ? '/api/desk/tasks' : '/api/me/cases';
      await refuses(() => send({ ...newcomer, cookie }, 'GET', url), 401, 'identity.not_logged_in');
    }
  });
});

function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * dayMs).toISOString().slice(0, 10);
}

describe('forms', () => {
  it.each([
    ['a day in the past', () => ({ cover_from: daysOn(-1) }), 'cover_from'],
    ['a day that does not exist', () => ({ cover_from: '2026-02-30' }), 'cover_from'],
    ['a day beyond what is offered', () => ({ cover_from: daysOn(31) }), 'cover_from'],
    ['no days', () => ({ days: '0' }), 'days'],
    ['half a day', () => ({ days: '1.5' }), 'days'],
    ['more days than one may buy', () => ({ days: '32' }), 'days'],
    ['a trade of one’s own making', () => ({ work_type: evil }), 'work_type'],
    ['a region that is none', () => ({ work_region: '999999' }), 'work_region'],
    ['clauses unread', () => ({ read_clause: false }), 'read_clause'],
    ['an object where a day belongs', () => ({ cover_from: { $gt: '' } }), 'cover_from'],
    ['a list where a number belongs', () => ({ days: ['1', '2'] }), 'days'],
    ['nothing at all', () => ({ cover_from: null, days: undefined }), 'days'],
  ])('%s', async (_name, wrong, path) => {
    const reply = await refuses(() => submit(newcomer, 'DI-001', purchase(wrong())), 422, 'cases.form_invalid');
    expect(JSON.parse(reply.text).problems.map((one: { path: string }) => one.path.split('.')[0])).toContain(path);
    expect(reply.text).not.toContain('<script>');
  });

  it('a service that is not offered, a region that is no code, a request without an id', async () => {
    expect.hasAssertions();
    await refuses(() => submit(newcomer, 'ZZ-999', {}), 404, 'cases.not_published');
    await refuses(
      () =>
        send(newcomer, 'POST', '/api/me/cases', {
          requestId: 'no-uuid',
          serviceCode: 'DI-001',
          region: '350203',
          data: purchase(),
        }),
      422,
      'http.invalid',
    );
    await refuses(
      () =>
        send(newcomer, 'POST', '/api/me/cases', {
          requestId: randomUUID(),
          serviceCode: `DI-001' or '1`,
          region: `'; --`,
          data: {},
        }),
      422,
      'http.invalid',
    );
    await refuses(
      () =>
        send(newcomer, 'POST', '/api/me/cases', {
          requestId: randomUUID(),
          serviceCode: 'DI-001',
          region: '350203',
          data: 'text',
        }),
      422,
      'http.invalid',
    );
    await refuses(() => send(newcomer, 'POST', '/api/me/cases', []), 422, 'http.invalid');
  });

  it('what is no JSON, too much of it, and too deep', async () => {
    const json = { 'content-type': 'application/json' };
    await refuses(() => send(newcomer, 'POST', '/api/me/cases', '{"requestId":', json), 400, 'http.bad_request');
    await refuses(
      () => send(newcomer, 'POST', '/api/me/cases', JSON.stringify({ data: { a: 'x'.repeat(2_000_000) } }), json),
      413,
      'http.too_large',
    );
    await refuses(
      () => send(newcomer, 'POST', '/api/me/cases', 'a=1', { 'content-type': 'application/x-yaml' }),
      415,
      'http.unsupported_type',
    );
    const deep = `{"requestId":"${randomUUID()}","serviceCode":"DI-001","region":"350203","data":{"cover_from":${'['.repeat(5_000)}${']'.repeat(5_000)}}}`;
    await refuses(() => send(newcomer, 'POST', '/api/me/cases', deep, json), 400, 'http.bad_request');
    const deeper = `{"requestId":"${randomUUID()}","serviceCode":"DI-001","region":"350203","data":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_001)}`;
    await refuses(() => send(newcomer, 'POST', '/api/me/cases', deeper, json), 400, 'http.bad_request');
    const polluted = `{"requestId":"${randomUUID()}","serviceCode":"DI-001","region":"350203","data":{"__proto__":{"days":"1"},"constructor":{"prototype":{"polluted":true}}}}`;
    const before = await counts();
    const reply = await send(newcomer, 'POST', '/api/me/cases', polluted, json);
    expect([400, 422]).toContain(reply.status);
    expect(await counts()).toBe(before);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('fields that the form does not have are not kept, whatever they claim', async () => {
    const claims = {
      policy_id: randomUUID(),
      payable_fen: 0,
      premium_fen: 1,
      approved_fen: 40_000_000,
      paid_fen: 100,
      covered: true,
      evil: 'kept?',
    };
    const reply = await submit(newcomer, 'DI-001', purchase({ cover_from: daysOn(20), ...claims }));
    expect(reply.status).toBe(201);
    const { data } = await app.services.reader.state(workerAccess(newcomer.id), JSON.parse(reply.text).caseId);
    for (const name of ['policy_id', 'approved_fen', 'paid_fen', 'covered', 'evil'])
      expect(data).not.toHaveProperty(name);
    expect(data['payable_fen']).toBeGreaterThan(0);
  });

  it('wrong parameters of addresses', async () => {
    await refuses(() => send(adjuster, 'GET', '/api/cases/not-an-id'), 400, 'http.bad_parameters');
    await refuses(
      () => send(adjuster, 'GET', `/api/desk/tasks?q=${encodeURIComponent("1' or '1'='1")}`),
      400,
      'http.bad_parameters',
    );
    await refuses(() => send(adjuster, 'GET', '/api/desk/tasks?cursor=not-a-cursor'), 400, 'http.bad_cursor');
    const forged = Buffer.from(JSON.stringify(['x', randomUUID()])).toString('base64url');
    for (const url of [
      '/api/desk/tasks?tab=todo',
      '/api/desk/tasks?tab=done',
      '/api/desk/tasks?tab=copied',
      '/api/desk/tasks?tab=supervised',
      '/api/ratings?due=1',
    ])
      await refuses(() => send(adjuster, 'GET', `${url}&cursor=${forged}`), 400, 'http.bad_cursor');
    await refuses(() => send(newcomer, 'GET', `/api/me/cases?cursor=${forged}`), 400, 'http.bad_cursor');
    await refuses(() => send(adjuster, 'GET', '/api/desk/tasks?tab=everything'), 400, 'http.bad_parameters');
    await refuses(() => send(app.anonymous(), 'GET', '/api/no-such-thing'), 404, 'http.not_found');
    const found = await send(app.anonymous(), 'GET', `/api/orgs?text=${encodeURIComponent(evil.slice(0, 60))}`);
    expect([found.status, JSON.parse(found.text)]).toEqual([200, { items: [] }]);
  });
});

describe('text that cannot be kept', () => {
  it.each(['\ud800', 'a\udc00b', 'a\u0000b'])('%j in a form, a note, a name and a search', async (text) => {
    expect.hasAssertions();
    const json = { 'content-type': 'application/json' };
    const bad = [400, 'http.bad_request'] as const;
    const asJson = (value: object) => JSON.stringify(value);
    const form = {
      requestId: randomUUID(),
      serviceCode: 'DI-006',
      region: '350203',
      data: accident({ order_no: text }),
    };
    await refuses(() => send(newcomer, 'POST', '/api/me/cases', asJson(form), json), ...bad);
    const key = { ...form, data: { [text]: '1' } };
    await refuses(() => send(newcomer, 'POST', '/api/me/cases', asJson(key), json), ...bad);
    const caseId = (await owner.query<{ case_id: string }>('select case_id from case_state limit 1')).rows[0]?.case_id;
    const note = { requestId: randomUUID(), command: { type: 'note', note: `说明${text}` } };
    await refuses(() => send(adjuster, 'POST', `/api/cases/${caseId}/commands`, asJson(note), json), ...bad);
    const login = { login: text, password: text };
    await refuses(() => send(app.anonymous(), 'POST', '/api/staff/login', asJson(login), json), ...bad);
  });

  it('a NUL in an address', async () => {
    expect.hasAssertions();
    await refuses(() => send(app.anonymous(), 'GET', '/api/orgs?text=%00'), 400, 'http.bad_request');
    await refuses(() => send(adjuster, 'GET', '/api/desk/tasks?q=%00'), 400, 'http.bad_request');
  });

  it('a signed callback of the bank that says so', async () => {
    const secret = derivedSecret(app.services.config, 'simulators');
    const callback = (body: string) => {
      const timestamp = String(Math.floor(Date.parse(app.services.clock.now()) / 1000));
      const digest = createHash('sha256').update(body).digest('hex');
      const signed = ['CALLBACK', timestamp, 'n', digest].map((part) => `${part}\n`).join('');
      return send(app.anonymous(), 'POST', '/ports/bank/callback', body, {
        'content-type': 'application/json',
        'x-party-client': 'gongdun',
        'x-party-timestamp': timestamp,
        'x-party-nonce': 'n',
        'x-party-signature': createHmac('sha256', secret).update(signed).digest('hex'),
      });
    };
    const event = (line: object) =>
      JSON.stringify({
        eventId: 'e',
        batchNo: 'b',
        results: [{ reference: 'nobody-knows-it', state: 'settled', amountFen: 1, ...line }],
      });
    expect((await callback(event({}))).status).toBe(204);
    for (const line of [{ reference: 'a\u0000' }, { bankSerial: '\ud800' }, { reason: 'a\u0000' }])
      await refuses(() => callback(event(line)), 403, 'money.callback_forged');
  });
});

describe('a day to reconcile', () => {
  it.each(['1999-01-01', '2023-12-31', '0000-01-01', '2026-02-30', '9999-12-31', 'yesterday', '\u0000'])(
    '%j',
    async (day) => {
      const [finance = newcomer] = officers;
      for (const party of ['bank', 'payment']) {
        const reply = await send(finance, 'POST', '/api/reconciliations', { day, party });
        expect([400, 422]).toContain(reply.status);
        expect(JSON.parse(reply.text).detail).toMatch(/[一-鿿]/);
      }
    },
  );
});

describe('a region that is not served', () => {
  it.each(['110101', '360100', '350100', '350000', '350299'])('%s', async (region) => {
    expect.hasAssertions();
    await refuses(
      () =>
        send(newcomer, 'POST', '/api/me/cases', {
          requestId: randomUUID(),
          serviceCode: 'DI-001',
          region,
          data: purchase(),
        }),
      422,
      'cases.region_elsewhere',
    );
  });
});

describe('scripts and SQL in every text', () => {
  it('are kept as text and shown as text', async () => {
    const opened = await submit(
      newcomer,
      'DI-006',
      accident({
        accident_spot: { text: evil, region: '350206' },
        order_no: evil.slice(0, 60),
        police_case: evil.slice(0, 38),
      }),
    );
    expect(opened.status).toBe(201);
    const { caseId } = JSON.parse(opened.text);
    const { data } = await app.services.reader.state(workerAccess(newcomer.id), caseId);
    expect(data['order_no']).toBe(evil.slice(0, 60));
    await send(newcomer, 'POST', `/api/me/cases/${caseId}/rating`, {
      requestId: randomUUID(),
      stars: 3,
      comment: evil,
    });
    for (const path of [
      `/m/cases/${caseId}`,
      `/m/cases/${caseId}/receipt`,
      '/m/cases',
      '/m/messages',
      `/m/services?q=${encodeURIComponent(evil)}`,
    ]) {
      const page = await send(newcomer, 'GET', path);
      expect([path, page.status]).toEqual([path, 200]);
      expect(page.text).not.toMatch(/<script>alert|<img src=x/);
      expect(String(page.headers['content-security-policy'])).toContain("default-src 'none'");
    }
    const page = await send(newcomer, 'GET', `/m/cases/${caseId}`);
    expect(page.text).toContain('&lt;script>alert(1)');
    const json = await send(newcomer, 'GET', `/api/me/cases/${caseId}`);
    expect(json.type).toContain('application/json');
    expect(String(json.headers['x-content-type-options'])).toBe('nosniff');
    expect((await owner.query('select 1 from case_state limit 1')).rowCount).toBe(1);
  });

  it('in what clerks write as well', async () => {
    const task = await owner.query<{ case_id: string }>(
      `select case_id from case_task where step = 'dispatch' limit 1`,
    );
    const caseId = task.rows[0]?.case_id ?? '';
    const note = await send(adjuster, 'POST', `/api/cases/${caseId}/commands`, {
      requestId: randomUUID(),
      command: { type: 'note', note: evil },
    });
    expect(note.status).toBe(200);
    expect((await send(adjuster, 'GET', `/api/cases/${caseId}`)).text).toContain(JSON.stringify(evil).slice(1, -1));
    await refuses(
      () =>
        send(adjuster, 'POST', `/api/cases/${caseId}/commands`, {
          requestId: randomUUID(),
          command: { type: 'act', step: evil, outcome: evil, data: {} },
        }),
      409,
      'cases.out_of_step',
    );
  });
});

describe('files', () => {
  function upload(caller: Caller, url: string, name: string, bytes: Buffer, mediaType = 'image/jpeg'): Promise<Reply> {
    const boundary = `b${randomUUID()}`;
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n${caller.csrf}\r\n--${boundary}\r\ncontent-disposition: form-data; name="f.upload"; filename="${name}"\r\ncontent-type: ${mediaType}\r\n\r\n`;
    const payload = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
    return send(caller, 'POST', url, payload, {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      accept: 'application/json',
    });
  }

  const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
  // In two halves, so that no scanner takes this file for what it is about.
  const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');
  const bad: readonly (readonly [string, string, () => Buffer, number, string])[] = [
    [
      'a program that calls itself a photo',
      'a.jpg',
      () => Buffer.concat([Buffer.from('MZ\x90\x00\x03\x00\x00\x00', 'latin1'), Buffer.alloc(2_000)]),
      415,
      'files.not_what_it_says',
    ],
    [
      'an ELF that calls itself a photo',
      'a.jpg',
      () => Buffer.concat([Buffer.from('7f454c4602010100', 'hex'), Buffer.alloc(2_000)]),
      415,
      'files.not_what_it_says',
    ],
    ['a page', 'a.jpg', () => Buffer.from('<!doctype html><script>alert(1)</script>'), 415, 'files.not_what_it_says'],
    [
      'a drawing with a script',
      'a.svg',
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
      415,
      'files.not_what_it_says',
    ],
    [
      'an archive',
      'a.pdf',
      () => Buffer.concat([Buffer.from('504b0304140000000000', 'hex'), Buffer.alloc(100)]),
      415,
      'files.not_what_it_says',
    ],
    ['half a photo', 'a.png', () => picture.subarray(0, 40), 422, 'files.broken_image'],
    ['nothing', 'a.png', () => Buffer.alloc(0), 422, 'files.empty'],
    ['what the scanner knows', 'a.pdf', () => Buffer.concat([pdf, Buffer.from(eicar)]), 422, 'files.infected'],
    ['fifty megabytes', 'a.pdf', () => Buffer.concat([pdf, Buffer.alloc(50 * 1024 * 1024)]), 413, 'files.too_large'],
  ];

  it.each(bad)('%s', async (_what, name, bytes, status, code) => {
    await refuses(() => upload(adjuster, '/api/files', name, bytes()), status, code);
    const before = await counts();
    const onPhone = await upload(newcomer, '/m/files', name, bytes());
    // The phone's own limit speaks first there.
    expect([413, 415, 422]).toContain(onPhone.status);
    expect(JSON.parse(onPhone.text).zh).toMatch(/[一-鿿]/);
    expect(JSON.parse(onPhone.text).next).toMatch(/[一-鿿]/);
    expect(await counts()).toBe(before);
  });

  it('what hides behind a picture does not survive it', async () => {
    const hidden = Buffer.concat([picture, Buffer.from('<script>alert(1)</script>PK\x03\x04')]);
    const stored = await upload(newcomer, '/m/files', '../../etc/<b>x</b>.png', hidden);
    expect(stored.status).toBe(200);
    const { fileId } = JSON.parse(stored.text);
    const served = await app.app.inject({ url: `/m/files/${fileId}`, headers: { cookie: newcomer.cookie } });
    expect(served.statusCode).toBe(200);
    expect(served.headers['content-type']).toContain('image/jpeg');
    expect(served.headers['x-content-type-options']).toBe('nosniff');
    expect(served.rawPayload.includes('<script>')).toBe(false);
    expect(served.rawPayload.subarray(0, 3).toString('hex')).toBe('ffd8ff');
    expect(String(served.headers['content-disposition'])).not.toContain('etc');
  });

  it('a file of a kind that its field does not take, by name of the field', async () => {
    const film = Buffer.concat([
      Buffer.from('0000001c6674797069736f6d0000020069736f6d69736f326d703431', 'hex'),
      Buffer.alloc(64),
    ]);
    const { fileId } = JSON.parse((await upload(newcomer, '/m/files', 'a.mp4', film)).text);
    const reply = await refuses(
      () =>
        submit(newcomer, 'UN-001', {
          occupation: '快递员',
          main_platform: '示例平台（虚构）',
          start_month: '2025-05-01',
          usual_area: '350203',
          accept_charter: 'on',
          applicant_sign: { fileId },
          photo: [fileId],
        }),
      422,
      'cases.form_invalid',
    );
    expect(JSON.parse(reply.text).problems).toEqual(
      ['applicant_sign', 'photo'].map((path) => ({
        path,
        code: 'media_type',
        zh: '这里只收照片，请删去别的文件，重新上传。',
      })),
    );
  });

  it('a file of somebody else cannot be handed in, and one that never was neither', async () => {
    expect.hasAssertions();
    const theirs = await owner.query<{ file_id: string }>('select file_id from file where person_id <> $1 limit 1', [
      newcomer.id,
    ]);
    await refuses(
      () => submit(newcomer, 'DI-006', accident({ scene_media: [theirs.rows[0]?.file_id] })),
      422,
      'files.not_yours',
    );
    await refuses(() => submit(newcomer, 'DI-006', accident({ scene_media: [randomUUID()] })), 422, 'files.not_yours');
    await refuses(() => submit(newcomer, 'DI-006', accident({ scene_media: [evil] })), 422, 'cases.form_invalid');
  });
});

describe('claims', () => {
  const money = async () =>
    (
      await owner.query<{ all: string }>(
        `select (select count(*) from payout) || ',' || (select count(*) from benefit_claim) || ',' || (select count(*) from transfer) as all`,
      )
    ).rows[0]?.all;

  it('an accident at an hour without cover is told so at once, and nothing is paid', async () => {
    const before = await money();
    const opened = JSON.parse((await submit(newcomer, 'DI-006', accident())).text);
    expect(opened).toMatchObject({ status: 'ended', end: 'redirected' });
    expect(await money()).toBe(before);
    const bill = {
      report_no: opened.caseNo,
      treat_type: '门急诊',
      treat_hospital: { name: '示例医院' },
      bill_total: '100',
      payout_card: '6222020000000000008',
      fee_bill: [photo],
      fee_list: [photo],
      case_history: [photo],
    };
    await refuses(() => submit(newcomer, 'DI-007', bill), 409, 'cover.not_covered');
    await refuses(
      () => submit(newcomer, 'DI-006', accident({ accident_time: beijing(-30) })),
      422,
      'cases.form_invalid',
    );
  });

  it('more days given back than are left: the number that is left, at the field', async () => {
    const rider = app.city.riders.find((one) => one.story === 'cover: refund-pay, fresh');
    const owned = await app.worker(rider?.phone ?? '');
    const policy = await owner.query<{ case_no: string; last: string }>(
      `select s.case_no, max(e.day)::text as last from case_state s join cover_policy p on p.case_id = s.case_id
       join cover_entry e on e.policy_id = p.policy_id where s.person_id = $1 group by 1`,
      [owned.id],
    );
    const { case_no: caseNo = '', last = '' } = policy.rows[0] ?? {};
    const form = { policy_ref: caseNo, refund_dates: last, refund_days: '2', refund_why: '误操作' };
    const reply = await refuses(() => submit(owned, 'DI-005', form), 422, 'cover.refund_days');
    expect(JSON.parse(reply.text)).toMatchObject({
      detail: `从${last}起还能退的保障日有 1 天，填写的天数超过了。`,
      problems: [{ path: 'refund_days', zh: '还能退的保障日有 1 天，请填写不超过 1 天。' }],
    });
  });

  it('a second claim for the same accident and benefit', async () => {
    const rider = app.city.riders.find((one) => one.story === 'claim: doc-check');
    const hurt = await app.worker(rider?.phone ?? '');
    const claim = await owner.query<{ case_no: string; state: string }>(
      `select s.case_no, b.state from benefit_claim b join case_state s on s.case_id = b.case_id where b.person_id = $1 and b.benefit = 'medical'`,
      [hurt.id],
    );
    expect(claim.rows).toHaveLength(1);
    const paper = (await app.services.files.store(workerAccess(hurt.id), { name: '票据.png', bytes: picture })).fileId;
    const bill = {
      report_no: claim.rows[0]?.case_no,
      treat_type: '门急诊',
      treat_hospital: { name: '示例医院' },
      bill_total: '100',
      payout_card: '6222020000000000008',
      fee_bill: [paper],
      fee_list: [paper],
      case_history: [paper],
    };
    await refuses(() => submit(hurt, 'DI-007', bill), 409, 'cover.claim_exists');
    await refuses(
      () => submit(newcomer, 'DI-007', { ...bill, fee_bill: [photo], fee_list: [photo], case_history: [photo] }),
      404,
      'cases.not_found',
    );
  });
});

describe('commands', () => {
  const command = (caller: Caller, caseId: string, body: object, requestId: string = randomUUID()) =>
    send(caller, 'POST', `/api/cases/${caseId}/commands`, { requestId, command: body });
  const taskAt = async (step: string): Promise<string> => {
    const found = await owner.query<{ case_id: string }>(
      'select case_id from case_task where step = $1 and assignee_id is null and not paused order by case_id limit 1',
      [step],
    );
    return found.rows[0]?.case_id ?? '';
  };

  it('a request id used again: the same content gets the same answer, other content is refused', async () => {
    const requestId = randomUUID();
    const first = await submit(newcomer, 'DI-001', purchase({ cover_from: daysOn(12) }), requestId);
    expect(first.status).toBe(201);
    const before = await counts();
    const again = await submit(newcomer, 'DI-001', purchase({ cover_from: daysOn(12) }), requestId);
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(await counts()).toBe(before);
    await refuses(
      () => submit(newcomer, 'DI-001', purchase({ cover_from: daysOn(13) }), requestId),
      409,
      'cases.request_reused',
    );
    const caseId = await taskAt('assess');
    await refuses(
      () => command(adjuster, caseId, { type: 'note', note: '换了内容' }, requestId),
      409,
      'cases.request_reused',
    );
  });

  it('somebody else’s request id gives nothing of theirs away', async () => {
    const requestId = randomUUID();
    const body = { requestId, serviceCode: 'DI-001', region: '350203', data: purchase({ cover_from: daysOn(14) }) };
    const mine = await send(newcomer, 'POST', '/api/me/cases', body);
    expect(mine.status).toBe(201);
    const other = await app.worker(app.city.riders.find((one) => one.story === 'claim: completed')?.phone ?? '');
    await refuses(() => send(other, 'POST', '/api/me/cases', body), 409, 'cases.request_reused');
  });

  it('out of step, too late, by the wrong role, on what was seen before', async () => {
    expect.hasAssertions();
    const caseId = await taskAt('assess');
    const act = (step: string, outcome: string, more: object = {}) => ({
      type: 'act',
      step,
      outcome,
      data: { assess_note: '说明' },
      ...more,
    });
    await refuses(() => command(adjuster, caseId, act('duty', 'yes')), 409, 'cases.out_of_step');
    await refuses(() => command(adjuster, caseId, act('assess', 'no-such')), 422, 'cases.no_such_outcome');
    await refuses(() => command(adjuster, caseId, act('assess', 'deny')), 422, 'cases.reason_required');
    await refuses(() => command(adjuster, caseId, act('assess', 'agree', { seen: 1 })), 409, 'cases.stale');
    await refuses(
      () =>
        command(adjuster, caseId, {
          type: 'act',
          step: 'assess',
          outcome: 'agree',
          data: { assess_note: '说明', approved_fen: '400000' },
        }),
      422,
      'cover.over_limit',
    );
    await refuses(() => command(adjuster, caseId, { type: 'no-such-verb' }), 422, 'http.invalid');
    const police = await app.staff('traffic_police');
    await refuses(() => command(police, caseId, act('assess', 'complex')), 403, 'cases.wrong_role');
    const paying = await owner.query<{ case_id: string }>(
      `select case_id from case_task where step = 'pay' and role = 'insurer_finance' limit 1`,
    );
    const [finance = newcomer] = officers;
    await refuses(
      () => command(finance, paying.rows[0]?.case_id ?? '', { type: 'act', step: 'pay', outcome: 'paid', data: {} }),
      403,
      'cases.not_yours_to_choose',
    );
    const ended = await owner.query<{ case_id: string }>(
      `select case_id from case_state where end_code = 'completed' and service_code = 'DI-006' limit 1`,
    );
    await refuses(() => command(adjuster, ended.rows[0]?.case_id ?? '', act('assess', 'agree')), 409, 'cases.ended');
  });

  it('the maker of a batch does not approve it, and lines that were not seen are not approved', async () => {
    const made = await owner.query<{ batch_id: string; maker_id: string; hash: string }>(
      `select batch_id, maker_id, encode(lines_hash, 'hex') as hash from payout_batch where state = 'made' limit 1`,
    );
    const batch = made.rows[0];
    const maker = officers.find((one) => one.id === batch?.maker_id);
    const checker = officers.find((one) => one.id !== batch?.maker_id);
    if (!batch || !maker || !checker) throw new Error('the city has a batch that one of two officers made');
    const decide = (caller: Caller, linesHash: string) =>
      send(caller, 'POST', `/api/payout-batches/${batch.batch_id}/decide`, {
        requestId: randomUUID(),
        decision: 'approve',
        linesHash,
      });
    await refuses(() => decide(maker, batch.hash), 403, 'money.four_eyes');
    await refuses(() => decide(checker, '0'.repeat(64)), 409, 'money.lines_changed');
    expect((await decide(checker, batch.hash)).status).toBe(200);
  });
});
