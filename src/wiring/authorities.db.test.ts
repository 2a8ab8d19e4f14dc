// Acting for another, through the real pages and routes on a real city: by consent, by proof, at a window. What an agent may not see is
// asked for by its address; what is ended is tried again.

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemAccess, workerAccess, type Access } from '#platform/access';
import { statement } from '#platform/db';
import { startApp, type Caller, type TestApp } from '#test/app';
import { picture, reportForm } from '#test/first-journey';
import { codeFor, createVisitor, type Visitor } from '#test/visitor';

const allCases = statement<[], { case_id: string }>(
  'test.all_cases',
  'select case_id from case_state order by case_id',
);

const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let app: TestApp;
let owner: pg.Client;

const phoneOf = (story: string) => {
  const found = app.city.riders.find((one) => one.story === story);
  if (!found) throw new Error(`no story ${story}`);
  return found.phone;
};

type Someone = { readonly visitor: Visitor; readonly id: string; readonly phone: string; readonly name: string };

async function comeIn(story: string): Promise<Someone> {
  const visitor = createVisitor(app);
  const phone = phoneOf(story);
  await visitor.prove(phone);
  const session = await app.services.identity.sessionOf(visitor.jar['gd_worker'] ?? '', 'worker');
  if (!session) throw new Error(`${story} did not come in`);
  return { visitor, phone, id: session.personId, name: session.name };
}

async function rows<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
  return (await owner.query<Row>(text, values)).rows;
}

/** A number gets ten codes a day, and this file asks for more. */
const anotherDay = () => owner.query("update sms_code set issued_at = issued_at - interval '2 days'");

const textsTo = (phone: string) =>
  (app.parties.simulators.sms?.messages({ phone, limit: 20 }) ?? []).map((one) => one.text);

/** Asks for the consent of whoever has this number; gives the address of the page for the code, and the code that was sent. */
async function askConsent(agent: Someone, phone: string, services: readonly string[]) {
  await anotherDay();
  return codeFor(app, phone, () =>
    agent.visitor.post('/m/me/helping/consent', [
      ['phone', phone],
      ['days', '7'],
      ...services.map((code): readonly [string, string] => ['services', code]),
    ]),
  );
}

async function consented(agent: Someone, principal: Someone, services: readonly string[]): Promise<string> {
  const { asked, code } = await askConsent(agent, principal.phone, services);
  const page = asked.headers.location ?? '';
  expect((await agent.visitor.post(page, { code })).headers.location).toBe('/m/me/helping');
  return /helping\/([0-9a-f-]{36})\/code/.exec(page)?.[1] ?? '';
}

/** A report with its picture, uploaded by whoever acts. */
async function report(access: Access): Promise<Record<string, unknown>> {
  const { fileId } = await app.services.files.store(access, { name: '现场.png', bytes: onePixel });
  const days = await rows<{ at: Date }>(
    'select starts_at as at from cover_entry where person_id = $1 and starts_at < now() order by starts_at desc',
    [hurt.id],
  );
  let at = '';
  for (const day of days) {
    const later = new Date(day.at.getTime() + 60_000).toISOString();
    if ((await app.services.cover.coveredAt(hurt.id, later)).covered) at = later;
  }
  return {
    ...(await reportForm(app, hurt.id, at)),
    scene_media: [fileId],
    late_reason: '住院治疗，家人刚刚知道可以报案',
  };
}

async function actingAccess(agent: Someone) {
  const session = await app.services.identity.sessionOf(agent.visitor.jar['gd_worker'] ?? '', 'worker');
  return session?.access ?? null;
}

let hurt: Someone;
let helper: Someone;

beforeAll(async () => {
  app = await startApp();
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
  hurt = await comeIn('claim: docs, fresh');
  helper = await comeIn('还没有入会、还没有保障');
}, 60_000);
afterAll(async () => {
  await owner?.end();
  await app?.close();
});

describe('with consent', () => {
  it('says the same of a number that nobody registered, and sends it nothing', async () => {
    const nobody = '19877777001';
    const one = await helper.visitor.post('/m/me/helping/consent', [
      ['phone', nobody],
      ['days', '7'],
      ['services', 'DI-006'],
    ]);
    const { asked } = await askConsent(helper, hurt.phone, ['DI-006']);
    expect([one.statusCode, asked.statusCode]).toEqual([303, 303]);
    const pages = await Promise.all([one, asked].map((answer) => helper.visitor.get(answer.headers.location ?? '')));
    const plain = (body: string) => body.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|value="[^"]*"/g, '');
    expect(plain(pages[0]?.body ?? '')).toBe(plain(pages[1]?.body ?? ''));
    expect(textsTo(nobody)).toEqual([]);
    expect(textsTo(hurt.phone)[0]).toMatch(/请求替您办理.*到\d{4}-\d\d-\d\d为止.*不同意，请勿告诉任何人/);
    // What was asked and never answered is nobody's authority.
    expect((await helper.visitor.get('/m/me/helping')).body).toContain('现在没有替别人办事的授权');
    expect((await hurt.visitor.get('/m/me/helping')).body).toContain('没有人替您办过事');
  });

  it('takes the code of this request only, five times, and not that of a login', async () => {
    const login = await codeFor(app, hurt.phone, () =>
      createVisitor(app).post('/m/login', { phone: hurt.phone, next: '/m' }),
    );
    const { asked, code } = await askConsent(helper, hurt.phone, ['DI-006']);
    const page = asked.headers.location ?? '';
    const wrong = ['000000', '111111', '222222', '333333'].filter((one) => one !== code);
    for (const one of [login.code === code ? '999999' : login.code, ...wrong]) {
      expect((await helper.visitor.post(page, { code: one })).statusCode).toBe(422);
    }
    const late = await helper.visitor.post(page, { code });
    // Five wrong ones were tried: the right one is worth nothing any more.
    expect([late.statusCode, wrong.length + 1 >= 5]).toEqual([422, true]);
  });

  it('lets the agent see and do what it covers, and nothing earlier; both names stand there', async () => {
    const earlier = await rows<{ case_id: string }>('select case_id from case_state where person_id = $1', [hurt.id]);
    expect(earlier.length).toBeGreaterThan(0);
    const authorityId = await consented(helper, hurt, ['DI-006']);
    expect((await helper.visitor.post(`/m/me/helping/${authorityId}/start`)).headers.location).toBe('/m');
    const { visitor } = helper;
    const first = await visitor.get('/m');
    expect(first.body).toContain(`正在替 ${hurt.name} 办事`);
    expect(first.body).toContain('还没有替他办过事');
    for (const { case_id: id } of earlier) expect((await visitor.get(`/m/cases/${id}`)).statusCode).toBe(404);
    // Pages of the person alone, the account, the messages, the cover: not for an agent.
    for (const page of [
      '/m/me',
      '/m/messages',
      '/m/cover',
      '/m/me/access',
      '/m/me/helping',
      '/api/me/cases',
      '/api/me/seen',
    ])
      expect([page, (await visitor.get(page)).statusCode]).toEqual([page, 403]);
    const guide = await visitor.get('/m/services/DI-006');
    expect(guide.body).not.toMatch(/您今天\d+周岁/);

    const access = await actingAccess(helper);
    if (!access?.onBehalf) throw new Error('no authority in use');
    const { cases } = app.services;
    const { agentKind: kind, agentName: name } = access.onBehalf;
    const actor = { kind, id: access.actorId, name, grants: access.grants, onBehalf: access.onBehalf };
    const open = (serviceCode: string, data: object) =>
      cases.openCase(
        access,
        actor,
        { personId: hurt.id, orgId: null },
        {
          requestId: randomUUID(),
          serviceCode,
          region: '350203',
          data: { ...data },
        },
      );
    await expect(open('DI-001', {})).rejects.toMatchObject({ code: 'cases.not_in_authority' });
    const { caseId } = await open('DI-006', await report(access));

    const page = await visitor.get(`/m/cases/${caseId}`);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain(`${helper.name}（代${hurt.name}）`);
    expect((await visitor.get('/m/cases')).body).toContain(caseId);
    // The principal sees it as the own case, and who did it.
    expect((await hurt.visitor.get(`/m/cases/${caseId}`)).body).toContain(`${helper.name}（代${hurt.name}）`);
    const adjuster = await app.staff('insurer_adjuster');
    const seen = await adjuster.get(`/api/cases/${caseId}`);
    expect(seen.body.timeline[0].by).toMatch(/^.\*+（代.\*+）$/);
    const [action] = await rows<{ actor_id: string; body: { onBehalf: object } }>(
      'select a.actor_id, b.body from case_action a join case_body b using (action_id) where a.case_id = $1 and seq = 1',
      [caseId],
    );
    expect(action).toMatchObject({
      actor_id: helper.id,
      body: { onBehalf: { authorityId, kind: 'consent', personId: hurt.id, agentName: helper.name } },
    });

    // Row-level security itself, past all pages.
    const visible = await app.db.transaction(access, async (tx) => tx.run(allCases, []));
    expect(visible.map((one) => one.case_id)).toEqual([caseId]);
    expect(await app.db.transaction(access, (tx) => app.services.identity.personIn(tx, hurt.id))).toBeUndefined();

    // Revoked: over at once, on the page that is open.
    expect((await hurt.visitor.post(`/m/me/helping/${authorityId}/end`)).statusCode).toBe(303);
    expect((await visitor.get(`/m/cases/${caseId}`)).statusCode).toBe(303);
    await expect(
      app.db.transaction(access, (tx) => app.services.authorities.hold(tx, authorityId)),
    ).rejects.toMatchObject({ code: 'authorities.over' });
    // What the browser holds is worth nothing now: the agent comes in again as himself.
    await anotherDay();
    await visitor.get('/m/login');
    await visitor.prove(helper.phone);
    expect((await helper.visitor.post(`/m/me/helping/${authorityId}/start`)).statusCode).toBe(403);
  });

  it('answers whether somebody may act, until it ends', async () => {
    const authorityId = await consented(helper, hurt, ['DI-007', 'DI-008']);
    const { authorities } = app.services;
    const may = (serviceCode: string, agentId = helper.id) =>
      app.db.transaction(systemAccess, (tx) => authorities.mayAct(tx, { agentId, principalId: hurt.id, serviceCode }));
    expect(await Promise.all([may('DI-007'), may('DI-008'), may('DI-006'), may('DI-007', hurt.id)])).toEqual([
      true,
      true,
      false,
      false,
    ]);
    await Promise.all([
      helper.visitor.post(`/m/me/helping/${authorityId}/end`),
      authorities.end(hurt.id, authorityId, false),
    ]);
    expect(await may('DI-007')).toBe(false);
    const leaves = await rows<{ n: number }>(
      `select count(*)::int as n from log_leaf where entry like '%"authority.ended"%'`,
    );
    // Two who end it at once end it once.
    expect(leaves[0]?.n).toBe(2);
  });

  it('is nobody else’s to use or to end', async () => {
    const authorityId = await consented(helper, hurt, ['DI-006']);
    const stranger = await comeIn('claim: rejected');
    expect((await stranger.visitor.post(`/m/me/helping/${authorityId}/start`)).statusCode).toBe(404);
    expect((await stranger.visitor.post(`/m/me/helping/${authorityId}/end`)).statusCode).toBe(404);
    expect((await stranger.visitor.post(`/m/me/helping/${authorityId}/code`, { code: '123456' })).statusCode).toBe(404);
    // The person for whom it is done cannot use it either: the own pages are there for that.
    expect((await hurt.visitor.post(`/m/me/helping/${authorityId}/start`)).statusCode).toBe(404);
  });
});

describe('by proof', () => {
  let dead: Someone;
  let requestId: ReturnType<typeof randomUUID>;

  const askProof = async (agent: Someone, change: Readonly<Record<string, string>> = {}, id: string = randomUUID()) => {
    const person = await app.services.identity.profile(dead.id);
    return agent.visitor.post('/m/me/helping/proof', {
      request_id: id,
      cause: 'dead',
      kind: 'kinship',
      relation: 'spouse',
      name: dead.name,
      idNumber: person?.idNumber ?? '',
      services: 'DI-007',
      days: '90',
      proof: await picture(app, agent.id),
      ...change,
    });
  };

  /** The window of the agent's own district. */
  async function windowFor(agent: Someone): Promise<Caller> {
    const person = await app.services.identity.profile(agent.id);
    const orgId = app.services.orgs.route('hrss_window', person?.region ?? '');
    for (let nth = 1; nth < 9; nth += 1) {
      const caller = await app.staff('hrss_window', nth);
      const me = await caller.get('/api/staff/me');
      if (me.body.roles.some((role: { orgId: string }) => role.orgId === orgId)) return caller;
    }
    throw new Error('no window');
  }

  beforeAll(async () => {
    dead = await comeIn('cover: pay, fresh');
    requestId = randomUUID();
  });

  it('tells the agent nothing, known or not, and asks once however often it is sent', async () => {
    const known = await Promise.all([askProof(helper, {}, requestId), askProof(helper, {}, requestId)]);
    const unknown = await askProof(helper, { name: '无此人' });
    expect([...known, unknown].map((one) => [one.statusCode, one.headers.location])).toEqual(
      Array.from({ length: 3 }, () => [303, '/m/me/helping']),
    );
    const found = await rows('select 1 from authority where request_id = $1', [requestId]);
    expect(found).toHaveLength(1);
    expect((await dead.visitor.get('/m/me/helping')).body).toContain('没有人替您办过事');
    expect((await askProof(helper, { proof: '' })).statusCode).toBe(422);
    // A paper of somebody else is no proof.
    expect((await askProof(helper, { proof: await picture(app, dead.id) })).statusCode).not.toBe(303);
  });

  it('is decided at the window of the region, with what was stated beside what is known', async () => {
    const window = await windowFor(helper);
    const list = await window.get('/api/desk/authorities');
    const texts = JSON.stringify(list.body);
    expect(texts).not.toContain(dead.name);
    const details = await Promise.all(
      list.body.items.map((one: { authorityId: string }) => window.get(`/api/desk/authorities/${one.authorityId}`)),
    );
    const right = details.find((one) => one.body.principalName === dead.name)?.body;
    const wrong = details.find((one) => one.body.principalName === '无此人')?.body;
    expect([right.known, wrong.known, wrong.cases]).toEqual([true, false, []]);
    expect(right.cases.length).toBeGreaterThan(0);
    expect((await window.get(`/api/files/${right.files[0].fileId}`)).status).toBe(200);
    const other = await app.staff('insurer_adjuster');
    expect((await other.get(`/api/files/${right.files[0].fileId}`)).status).toBe(404);
    expect((await other.get(`/api/desk/authorities/${right.authorityId}`)).status).toBe(403);

    const decide = (id: string, body: object) => window.post(`/api/desk/authorities/${id}/decide`, body);
    expect((await decide(wrong.authorityId, { approve: true })).body.code).toBe('authorities.principal_unknown');
    expect((await decide(wrong.authorityId, { approve: false })).body.code).toBe('authorities.reason_required');
    expect((await decide(wrong.authorityId, { approve: false, reason: '材料看不清楚' })).status).toBe(200);
    expect((await decide(right.authorityId, { approve: true, untilDay: '2099-01-01' })).body.code).toBe(
      'authorities.days_wrong',
    );
    const caseIds = right.cases.slice(0, 1).map((one: { caseId: string }) => one.caseId);
    const both = await Promise.all([1, 2].map(() => decide(right.authorityId, { approve: true, caseIds })));
    expect(both.map((one) => one.status)).toEqual([200, 200]);

    const page = (await helper.visitor.get('/m/me/helping')).body;
    expect(page).toContain('窗口意见：材料看不清楚');
    expect((await helper.visitor.post(`/m/me/helping/${right.authorityId}/start`)).statusCode).toBe(303);
    // The case that was entrusted, and no other of the person's.
    const access = await actingAccess(helper);
    if (!access) throw new Error('no authority in use');
    const visible = await app.db.transaction(access, async (tx) => tx.run(allCases, []));
    expect(visible.map((one) => one.case_id)).toEqual(caseIds);
    expect((await helper.visitor.get(`/m/cases/${caseIds[0]}`)).body).toContain('交给代办人一起办理');
    expect((await helper.visitor.post('/m/helping/stop')).headers.location).toBe('/m/me/helping');
    expect((await helper.visitor.get('/m/me')).statusCode).toBe(200);
  });
});

describe('at a window', () => {
  async function assisted(clerk: Caller, phone: string) {
    await anotherDay();
    const { asked, code } = await codeFor(app, phone, () =>
      clerk.post('/api/desk/assist', { requestId: randomUUID(), phone, services: ['DI-006'] }),
    );
    return { authorityId: String(asked.body.authorityId), code };
  }

  async function start(clerk: Caller, authorityId: string, code: string) {
    const answer = await app.app.inject({
      method: 'POST',
      url: `/api/desk/assist/${authorityId}/start`,
      headers: { cookie: clerk.cookie, 'x-csrf': clerk.csrf },
      payload: { code },
    });
    const token = answer.cookies.find((one) => one.name === 'gd_worker')?.value ?? '';
    return {
      status: answer.statusCode,
      body: JSON.parse(answer.body),
      visitor: createVisitor(app, { gd_worker: token }),
      token,
    };
  }

  it('needs the worker’s own code, says both names, and the worker can say that it was not theirs', async () => {
    const clerk = await app.staff('hrss_window');
    const { authorityId, code } = await assisted(clerk, hurt.phone);
    expect(textsTo(hurt.phone)[0]).toMatch(/正在替您办理.*请把验证码\d{6}告诉窗口；不是，请勿告诉任何人/);
    expect((await start(clerk, authorityId, code === '000000' ? '000001' : '000000')).body.code).toBe(
      'authorities.code_wrong',
    );
    expect((await start(await app.staff('county_union'), authorityId, code)).status).toBe(404);
    const begun = await start(clerk, authorityId, code);
    expect(begun.body).toEqual({ applicant: hurt.name, href: '/m/services/DI-006' });
    // One code, one beginning.
    expect((await start(clerk, authorityId, code)).status).toBe(403);

    const session = await app.services.identity.sessionOf(begun.token, 'worker');
    if (!session?.access.onBehalf) throw new Error('no session');
    const { caseId } = await app.services.cases.openCase(
      session.access,
      session.actor,
      { personId: hurt.id, orgId: null },
      {
        requestId: randomUUID(),
        serviceCode: 'DI-006',
        region: '350203',
        data: await report(session.access),
      },
    );
    const page = await begun.visitor.get(`/m/cases/${caseId}`);
    expect(page.body).toContain(`${session.name}（代${hurt.name}，窗口代办）`);
    const [action] = await rows<{ actor_kind: string; actor_id: string }>(
      'select actor_kind, actor_id from case_action where case_id = $1 and seq = 1',
      [caseId],
    );
    expect(action).toEqual({ actor_kind: 'staff', actor_id: clerk.id });
    // The worker's phone is told at once.
    await app.services.notices.sendQueued();
    expect(textsTo(hurt.phone).some((text) => text.includes('正在替您办理') && text.includes('不是我办的'))).toBe(true);

    expect((await hurt.visitor.post(`/m/me/helping/${authorityId}/end`, { disowned: 'yes' })).statusCode).toBe(303);
    expect((await begun.visitor.get(`/m/cases/${caseId}`)).statusCode).toBe(303);
    const state = await app.services.reader.state(workerAccess(hurt.id), caseId);
    expect(state.supervised?.note).toContain('不是本人要办的');
  });

  it('a number that nobody registered is said only after its code is proven', async () => {
    const clerk = await app.staff('hrss_window');
    const { authorityId, code } = await assisted(clerk, '19877777002');
    expect((await start(clerk, authorityId, code)).body.code).toBe('authorities.not_registered');
  });
});
