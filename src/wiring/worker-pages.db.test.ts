// What the phone's pages promise on the real modules: sending again is safe, a login leaves no old session, a registration outlives
// the process, money and cover are the person's own, and who seems not to meet a condition is told before starting.

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { workerAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { createLog } from '#platform/log';
import { startApp, type Caller, type TestApp } from '#test/app';
import { buyCover, coverForm } from '#test/first-journey';
import { codeFor, createVisitor } from '#test/visitor';
import { startBackground, type Background } from './background.ts';
import { createWorkerBackend } from './worker-backend.ts';

let app: TestApp;
let owner: pg.Client;
let rider: Caller;
let background: Background | undefined;

beforeAll(async () => {
  app = await startApp();
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
  rider = await app.worker(app.city.rider.phone);
});
afterAll(async () => {
  await background?.stop();
  await owner?.end();
  await app?.close();
});

const tomorrow = () => new Date(Date.parse(dayOf(app.clock.now())) + 86_400_000).toISOString().slice(0, 10);

function post(
  who: Caller,
  url: string,
  fields: Readonly<Record<string, string>> = {},
  requestId: string = randomUUID(),
) {
  return app.app.inject({
    method: 'POST',
    url,
    headers: { cookie: who.cookie },
    payload: { csrf: who.csrf, request_id: requestId, ...fields },
  });
}

describe('sending again', () => {
  const declared = { read_clause: 'on' };

  async function draftOfCover(days: string): Promise<void> {
    await post(rider, '/m/services/DI-001/start');
    const answers = { cover_from: tomorrow(), days, work_type: '网约配送员', work_region: '350203' };
    for (const [name, value] of Object.entries(answers))
      expect((await post(rider, `/m/apply/DI-001/${name}`, { [name]: value })).statusCode, name).toBe(303);
  }
  async function counted(): Promise<{ cases: number; drafts: number }> {
    const { rows } = await owner.query<{ cases: number; drafts: number }>(
      `select (select count(*)::int from case_state where person_id = $1 and service_code = 'DI-001') as cases,
         (select count(*)::int from draft where person_id = $1 and submitted_case_id is null) as drafts`,
      [rider.id],
    );
    return rows[0] ?? { cases: -1, drafts: -1 };
  }

  it('a request that comes twice at once and once more later leads to one receipt', async () => {
    await draftOfCover('1');
    const before = await counted();
    const requestId = randomUUID();
    const send = () => post(rider, '/m/apply/DI-001/submit', declared, requestId);
    const answers = [...(await Promise.all([send(), send()])), await send()];
    expect(answers.map((one) => one.statusCode)).toEqual([303, 303, 303]);
    const [first] = answers;
    expect(first?.headers.location).toMatch(/^\/m\/cases\/[0-9a-f-]{36}\/receipt$/);
    expect(new Set(answers.map((one) => one.headers.location)).size).toBe(1);
    expect(await counted()).toEqual({ cases: before.cases + 1, drafts: 0 });
    expect((await rider.get(first?.headers.location ?? '')).status).toBe(200);
  });

  it('one draft opens one case, also under two request ids at once', async () => {
    await draftOfCover('2');
    const before = await counted();
    const answers = await Promise.all([1, 2].map(() => post(rider, '/m/apply/DI-001/submit', declared)));
    expect(new Set(answers.map((one) => one.statusCode))).toEqual(new Set([303, 409]));
    expect(await counted()).toEqual({ cases: before.cases + 1, drafts: 0 });
  });

  it('a server that dies right after the commit leaves no second draft, and the repeat gets the receipt', async () => {
    await draftOfCover('3');
    const before = await counted();
    const open = app.services.cases.openCase;
    const dying = vi.spyOn(app.services.cases, 'openCase').mockImplementationOnce(async (...given) => {
      await open(...given);
      throw new Error('the process is gone');
    });
    const requestId = randomUUID();
    const lost = await post(rider, '/m/apply/DI-001/submit', declared, requestId);
    dying.mockRestore();
    expect(await counted()).toEqual({ cases: before.cases + 1, drafts: 0 });
    const again = await post(rider, '/m/apply/DI-001/submit', declared, requestId);
    expect(again.headers.location).toMatch(/\/receipt$/);
    // The first answer may have been found already; it is the same one.
    if (lost.statusCode === 303) expect(lost.headers.location).toBe(again.headers.location);
    expect(await counted()).toEqual({ cases: before.cases + 1, drafts: 0 });
  });

  it('a case that does not open keeps its draft, and the page says which answers are wrong', async () => {
    await post(rider, '/m/services/DI-001/start');
    const refused = await post(rider, '/m/apply/DI-001/submit', declared);
    expect(refused.statusCode).toBe(422);
    for (const name of ['cover_from', 'days', 'work_region']) expect(refused.body).toContain(`href="#f-${name}"`);
    expect(refused.body).toContain('>保障几天：这一项还没有填写，请填写。</a>');
    expect((await counted()).drafts).toBe(1);
  });

  it('reading a draft waits for nobody who writes it', async () => {
    await owner.query('begin');
    await owner.query('select 1 from draft where person_id = $1 for update', [rider.id]);
    const late = new Promise((resolve) => setTimeout(resolve, 3_000, 'late'));
    const page = await Promise.race([rider.get('/m/apply/DI-001/review'), late]);
    await owner.query('rollback');
    expect(page).toMatchObject({ status: 200 });
  });
});

describe('coming in', () => {
  it('ends the session that the browser came with', async () => {
    const visitor = createVisitor(app);
    expect((await visitor.prove(app.city.rider.phone)).headers.location).toBe('/m');
    const old = { ...visitor.jar };
    expect((await createVisitor(app, old).get('/m/me')).statusCode).toBe(200);
    const fresh = createVisitor(app, { gd_worker: old['gd_worker'] ?? '' });
    expect((await fresh.prove(app.city.rider.phone)).headers.location).toBe('/m');
    expect(fresh.jar['gd_worker']).not.toBe(old['gd_worker']);
    expect((await createVisitor(app, old).get('/m/me')).headers.location).toBe('/m/login?next=%2Fm%2Fme');
    expect((await fresh.get('/m/me')).statusCode).toBe(200);
  });

  it('registers the holder of a passport, whose number says no birth day, and survives a repeated last post', async () => {
    const phone = '13900007001';
    const visitor = createVisitor(app);
    expect((await visitor.prove(phone)).headers.location).toBe('/m/register/name');
    await visitor.get('/m/register/name');
    await visitor.post('/m/register/name', { name: '李示例' });
    const passport = { 'idDocument.type': 'passport', 'idDocument.number': 'E91234567' };
    expect((await visitor.post('/m/register/id', passport)).headers.location).toBe('/m/register/birth');
    expect((await visitor.get('/m/register/birth')).body).toContain('第 3 步，共 5 步');
    expect((await visitor.post('/m/register/birth', { birthDay: '' })).statusCode).toBe(422);
    expect((await visitor.post('/m/register/birth', { birthDay: '1991-02-03' })).headers.location).toBe(
      '/m/register/region',
    );
    // The picker starts at the installation's own city.
    expect((await visitor.get('/m/register/region')).body).toContain('思明区');
    await visitor.post('/m/register/region', { region: '350203' });
    const consent = await visitor.get('/m/register/consent');
    const agreed = /name="agreed" value="([^"]+)"/.exec(consent.body)?.[1] ?? '';
    const before = { ...visitor.jar };
    const requestId = /name="request_id" value="([^"]+)"/.exec(consent.body)?.[1] ?? '';
    const answers = await Promise.all(
      [1, 2].map(() => visitor.post('/m/register/consent', { agreed, request_id: requestId })),
    );
    expect(answers.map((one) => [one.statusCode, one.headers.location])).toEqual([
      [303, '/m'],
      [303, '/m'],
    ]);
    const again = createVisitor(app, { ...before });
    await again.get('/m/register/consent');
    expect((await again.post('/m/register/consent', { agreed, request_id: requestId })).headers.location).toBe('/m');
    expect((await again.get('/m/me')).body).toContain('李');
    // Another request is no repeat: the proof of a phone registers once.
    const other = createVisitor(app, { ...before });
    await other.get('/m/register/consent');
    expect((await other.post('/m/register/consent', { agreed })).statusCode).toBe(409);
    const { rows } = await owner.query(`select birth_day::text from person where id_type = 'passport'`);
    expect(rows).toEqual([{ birth_day: '1991-02-03' }]);
  });

  it('keeps a registration in progress over a restart, and nothing of it can be read', async () => {
    const phone = '13900007002';
    const { asked, code } = await codeFor(app, phone, () =>
      createWorkerBackend(app.services).requestCode(phone, '198.51.100.7'),
    );
    const login = await createWorkerBackend(app.services).verifyCode(asked.challengeId, code, null, '198.51.100.7');
    if (login.kind !== 'register') throw new Error('a new number registers');
    const saved = await createWorkerBackend(app.services).saveRegistration(login.registrationToken, { name: '王示例' });
    if (!('token' in saved)) throw new Error('the name is right');
    const known = await createWorkerBackend(app.services).registration(saved.token);
    expect(known).toMatchObject({ name: '王示例', phoneMasked: '139****7002' });
    const readable = [saved.token, ...saved.token.split('.').map((part) => Buffer.from(part, 'base64url').toString())];
    for (const text of readable) expect(text).not.toMatch(/王示例|13900007002/);
    expect(await createWorkerBackend(app.services).registration(`${saved.token.slice(0, -2)}AA`)).toBeNull();
  });
});

describe('money and cover', () => {
  it('asks the payment party about the person’s own order only', async () => {
    const others = () => owner.query('select * from payment_order where person_id <> $1 order by order_no', [rider.id]);
    const before = await others();
    expect(before.rows.some((one) => ['created', 'open'].includes(one.state))).toBe(true);
    const { rows } = await owner.query<{ case_id: string }>(
      "select case_id from payment_order where person_id = $1 and state = 'created' limit 1",
      [rider.id],
    );
    const url = `/m/pay/${rows[0]?.case_id}`;
    expect((await post(rider, `${url}/refresh`)).headers.location).toBe(url);
    expect((await rider.get(url)).text).toContain('去收银台付款');
    expect((await others()).rows).toEqual(before.rows);
  });

  it('shows each day of cover with its own hours, page by page', async () => {
    const log = createLog({ level: 'silent' });
    background = await startBackground(app.services, { ownerUrl: app.database.ownerUrl, concurrency: 2, log });
    await buyCover(app, rider, coverForm(app, 31, tomorrow()));
    const later = new Date(Date.parse(tomorrow()) + 30 * 86_400_000).toISOString().slice(0, 10);
    const first = await rider.get('/m/cover');
    const ownDays = (html: string) => html.match(/00:00 至 24:00/g)?.length ?? 0;
    expect(ownDays(first.text)).toBe(31);
    expect(first.text).toContain(`${Number(later.slice(5, 7))}月${Number(later.slice(8))}日`);
    expect(first.text).toContain('退未开始的天');
    await buyCover(app, rider, coverForm(app, 1));
    const more = /href="(\/m\/cover\?cursor=[^"]+)"/.exec((await rider.get('/m/cover')).text)?.[1];
    expect(more).toBeDefined();
    const second = await rider.get(more ?? '');
    expect(second.text).toContain('至 24:00');
    expect(ownDays(second.text)).toBeLessThan(31);
    expect((await rider.get('/m/cover?cursor=nonsense')).status).toBe(400);
  });
});

describe('before starting', () => {
  it('says for the person who asks which conditions are met, not met and not known, and blocks nothing', async () => {
    const stranger = await app.anonymous().get('/m/services/UN-001');
    expect(stranger.text).toContain('目前没有有效会籍');
    expect(stranger.text).not.toMatch(/>符合<|不符合|提交后核对/);

    const fresh = await rider.get('/m/services/UN-001');
    expect(fresh.text).not.toContain('您好像不符合');
    expect(fresh.text).toMatch(/年满 16 周岁[^]*?>符合</);

    const { rows } = await owner.query<{ person_id: string }>(
      'select person_id from membership where ended_on is null limit 1',
    );
    const profile = await app.services.identity.profile(rows[0]?.person_id ?? '');
    const member = await app.worker(profile?.phone ?? '');
    const warned = await member.get('/m/services/UN-001');
    expect(warned.text).toMatch(/您好像不符合[^]*?目前没有有效会籍[^]*?会员编号/);
    expect(warned.text).toContain('仍然可以申请');
    expect((await post(member, '/m/services/UN-001/start')).statusCode).toBe(303);

    const bought = await rider.get('/m/services/DI-001');
    expect(bought.text).toMatch(/所选日期没有重复投保[^]*?>提交后核对</);
  });

  it('every condition of every service is either judged or said to be judged later, for anybody', async () => {
    const backend = createWorkerBackend(app.services);
    for (const service of app.services.catalogue.publishedServices()) {
      const judged = await backend.conditions(workerAccess(rider.id), service.code);
      expect(judged.map((one) => one.zh)).toEqual(service.eligibility.map((one) => one.zh));
      for (const one of judged) expect(one.why, one.zh).not.toBe('');
    }
  });
});
