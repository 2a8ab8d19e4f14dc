// Who may do what: every route for everybody, on seeded rows. A denial counts only because the same request by the right person, on the
// same row, is then answered with 2xx. At the end the database itself is asked, past all routes. Nothing here decides who may.

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roles, type Role } from '#catalog';
import { fieldKinds } from '#catalog/fields/index';
import { addOrg, addOrgRole } from '#modules/orgs';
import { addStaff, changeStaffRole, hashPassword, newTotpSecret, totpCode } from '#modules/identity';
import { roleGrant, systemAccess, workerAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { newId } from '#platform/ids';
import { publishDeskService } from './desk-service.ts';
import { accountSpecs, windowPhoneSpecs } from './access-account.ts';
import { adminSpecs, type Someone } from './access-admin.ts';
import { mergeSpecs, windowSpecs } from './access-merges.ts';
import { csvOf, listOf, people, type Someone as Named } from './roster-files.ts';
import { startApp, type Answer, type Caller, type TestApp } from './app.ts';

type Spec = {
  readonly send: (caller: Caller) => Promise<Answer>;
  readonly right: Someone;
  /** Who else may, besides the right one; for the rest the row, not the route, decides. */
  readonly also?: (someone: Someone) => boolean;
  /** Text that the right answer holds and that nobody else's may. */
  readonly secret?: string;
};

let app: TestApp;
let owner: pg.Client;
const everyone: Someone[] = [];
const specs = new Map<string, Spec>();
let other: { finance: Someone; adjuster: Someone };

const sees = (readers: readonly string[]) => (someone: Someone) =>
  someone.grants.some((grant) => readers.includes(grant));
const holds = (someone: Someone, roles: readonly string[]) =>
  someone.grants.some((grant) => roles.includes(grant.split('@')[0] ?? ''));
const anyStaff = (someone: Someone) => someone.kind === 'staff';
const anyWorker = (someone: Someone) => someone.kind === 'worker';

async function rows<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
  return (await owner.query<Row>(text, values)).rows;
}

async function row<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row> {
  const [found] = await rows<Row>(text, values);
  if (!found) throw new Error(`the city has no row for: ${text}`);
  return found;
}

async function workerOf(story: string): Promise<Someone> {
  const rider = app.city.riders.find((one) => one.story === story);
  if (!rider) throw new Error(`no story ${story}`);
  const caller = await app.worker(rider.phone);
  return { name: story, kind: 'worker', caller, grants: [`person:${caller.id}`] };
}

async function staffOf(name: string, caller: Caller): Promise<Someone> {
  const me = await caller.get('/api/staff/me');
  const held: { role: string; orgId: string }[] = me.body.roles;
  return { name, kind: 'staff', caller, grants: held.map((one) => `${one.role}@${one.orgId}`) };
}

/** The desk of another insurer in another province: the same roles, none of the cases. */
async function otherInsurer(): Promise<void> {
  const orgId = newId();
  const password = 'Gd-OTHERINSURER';
  const passwordHash = await hashPassword(password);
  const { services } = app;
  const enter = async (role: Role): Promise<Someone> => {
    const secret = newTotpSecret();
    const staffId = newId();
    await services.db.transaction(systemAccess, async (tx) => {
      addStaff(tx, services.crypto, {
        staffId,
        login: `other-${role}`,
        name: '别处经办',
        orgId,
        passwordHash,
        totpSecret: secret,
      });
      const at = services.clock.now();
      changeStaffRole(tx, services.trace, {
        staffId,
        role,
        orgId,
        fromDay: '2020-01-01',
        untilDay: null,
        at,
        region: '110000',
        actorId: null,
      });
    });
    const first = await app.app.inject({
      method: 'POST',
      url: '/api/staff/login',
      payload: { login: `other-${role}`, password },
    });
    const pending = cookieOf(first.headers['set-cookie']);
    const code = totpCode(secret, Date.now());
    const second = await app.app.inject({
      method: 'POST',
      url: '/api/staff/totp',
      headers: { cookie: pending },
      payload: { code },
    });
    const cookie = cookieOf(second.headers['set-cookie']);
    return staffOf(`${role} of another insurer`, callerOf(cookie, JSON.parse(second.body).csrf, staffId));
  };
  await services.db.transaction(systemAccess, async (tx) => {
    addOrg(tx, { orgId, code: 'OTHER', name: '别处保险公司', kind: 'insurer', region: '110000' });
    addOrgRole(tx, { orgId, role: 'insurer_adjuster', region: '110000' });
  });
  other = { finance: await enter('insurer_finance'), adjuster: await enter('insurer_adjuster') };
  everyone.push(
    other.finance,
    other.adjuster,
    await enter('insurer_underwriter'),
    await enter('supervisor'),
    await enter('county_union'),
  );
}

function cookieOf(header: string | string[] | undefined): string {
  return ([header ?? ''].flat()[0] ?? '').split(';')[0] ?? '';
}

function callerOf(cookie: string, csrf: string, id: string): Caller {
  const call = async (method: 'GET' | 'POST', url: string, payload?: object): Promise<Answer> => {
    const response = await app.app.inject({
      method,
      url,
      headers: { cookie, 'x-csrf': csrf },
      ...(payload ? { payload } : {}),
    });
    const isJson = (response.headers['content-type'] ?? '').includes('json');
    return { status: response.statusCode, body: isJson ? JSON.parse(response.body) : null, text: response.body };
  };
  return { cookie, csrf, id, get: (url) => call('GET', url), post: (url, body) => call('POST', url, body) };
}

/** Password given, one-time code not yet. */
async function pendingStaff(): Promise<Someone> {
  const account = app.city.accounts.find((one) => one.role === 'insurer_finance');
  const answer = await app.app.inject({
    method: 'POST',
    url: '/api/staff/login',
    payload: { login: account?.login, password: account?.password },
  });
  expect(answer.statusCode).toBe(200);
  return {
    name: 'staff without the second factor',
    kind: 'pending',
    caller: callerOf(cookieOf(answer.headers['set-cookie']), '', ''),
    grants: [],
  };
}

function multipart(
  caller: Caller,
  url: string,
  fields: Readonly<Record<string, string>>,
  bytes: Buffer,
): Promise<Answer> {
  const boundary = 'gongdun-boundary';
  const field = (name: string, value: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const head = `${Object.entries(fields)
    .map(([name, value]) => field(name, value))
    .join(
      '',
    )}--${boundary}\r\ncontent-disposition: form-data; name="photo.upload"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n`;
  const payload = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  const headers = {
    cookie: caller.cookie,
    'x-csrf': caller.csrf,
    'content-type': `multipart/form-data; boundary=${boundary}`,
    accept: 'application/json',
  };
  return app.app
    .inject({ method: 'POST', url, headers, payload })
    .then((one) => ({ status: one.statusCode, body: null, text: one.body }));
}

/** One pixel. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

beforeAll(async () => {
  // Connected to nobody: what administrators do about the provider's subjects asks it nothing.
  const provider = { OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CLIENT_ID: 'gongdun', OIDC_CLIENT_SECRET: 'access' };
  // Security keys are known on a name only.
  app = await startApp({ host: 'localhost', settings: async () => provider });
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
  everyone.push({ name: 'nobody', kind: 'anonymous', caller: app.anonymous(), grants: [] }, await pendingStaff());
  for (const role of new Set(app.city.accounts.map((one) => one.role)))
    everyone.push(await staffOf(role, await app.staff(role)));
  // The same offices of another district, and the second of each pair.
  for (const role of ['county_union', 'grassroots_union', 'hrss_window', 'insurer_adjuster', 'insurer_finance'])
    everyone.push(await staffOf(`${role} 3`, await app.staff(role, 2)));
  everyone.push(await staffOf('security_administrator 2', await app.staff('security_administrator', 2)));
  await otherInsurer();
  everyone.push(await workerOf('还没有入会、还没有保障'));
  await workerSpecs();
  await authoritySpecs();
  await staffSpecs();
  await startSpecs();
  await rosterSpecs();
  await moneySpecs();
  const world: Parameters<typeof mergeSpecs>[0] = {
    app,
    staffNamed,
    row,
    add: (key, right, send, more = {}) => specs.set(key, { right, send, ...more }),
  };
  await adminSpecs(world);
  await mergeSpecs(world);
  windowSpecs(world);
  await settlementSpecs();
}, 60_000);

afterAll(async () => {
  await owner?.end();
  await app?.close();
});

const staffNamed = (name: string): Someone => {
  const found = everyone.find((one) => one.name === name);
  if (!found) throw new Error(`nobody is ${name}`);
  return found;
};

function form(caller: Caller, url: string, values: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return caller.post(url, { csrf: caller.csrf, request_id: randomUUID(), ...values });
}

async function workerSpecs(): Promise<void> {
  const hurt = await workerOf('claim: docs, fresh');
  const done = await workerOf('claim: rejected');
  const ended = await workerOf('claim: appealed');
  const paying = await workerOf('cover: pay, fresh');
  const leaving = await workerOf('claim: expired');
  const robbed = await workerOf('claim: withdrawn');
  const newcomer = staffNamed('还没有入会、还没有保障');
  everyone.push(hurt, done);
  const claimOf = (who: Someone) =>
    row<{ case_id: string; case_no: string }>(
      `select case_id, case_no from case_state where person_id = $1 and service_code = 'DI-006'`,
      [who.caller.id],
    );
  const claim = await claimOf(hurt);
  const rated = await claimOf(done);
  const rated2 = await claimOf(ended);
  const order = await row<{ case_id: string; order_no: string }>(
    'select case_id, order_no from payment_order where person_id = $1',
    [paying.caller.id],
  );
  const policy = await row<{ policy_no: string }>('select policy_no from cover_policy where person_id = $1', [
    hurt.caller.id,
  ]);
  const notice = await row<{ notice_id: string; title: string }>(
    'select notice_id, title from notice where person_id = $1',
    [hurt.caller.id],
  );
  const file = await row<{ file_id: string }>('select file_id from file where person_id = $1', [hurt.caller.id]);
  const paper = await row<{ document_id: string }>(
    'select document_id from case_document d join case_state s using (case_id) where s.person_id = $1',
    [hurt.caller.id],
  );
  await owner.query(
    `with leaf as (insert into log_leaf (leaf_id, entry) values ($1, '{}') returning leaf_id)
     insert into unmasking (unmasking_id, staff_id, case_id, person_id, field, reason, at, leaf_id)
     select $1, staff_id, $2, $3, 'phone', '电话回访被查看的理由', now(), leaf_id from staff, leaf limit 1`,
    [newId(), claim.case_id, hurt.caller.id],
  );

  const add = (key: string, right: Someone, send: Spec['send'], more: Partial<Spec> = {}) =>
    specs.set(key, { right, send, ...more });
  const page = (url: string, right: Someone, path: string, more: Partial<Spec> = {}) =>
    add(`GET ${url}`, right, (caller) => caller.get(path), more);
  const mine = { also: anyWorker };

  page('/api/me/seen', hurt, '/api/me/seen', { ...mine, secret: '电话回访被查看的理由' });
  page('/api/me/cases', hurt, '/api/me/cases', { ...mine, secret: claim.case_id });
  page('/api/me/cases/:caseId', hurt, `/api/me/cases/${claim.case_id}`, { secret: claim.case_no });
  page('/api/me/payments/:caseId', paying, `/api/me/payments/${order.case_id}`, { ...mine, secret: order.order_no });
  page('/api/me/cover', hurt, '/api/me/cover', { ...mine, secret: policy.policy_no });
  add('POST /api/me/cases/:caseId/commands', hurt, (caller) =>
    caller.post(`/api/me/cases/${claim.case_id}/commands`, { requestId: randomUUID(), command: { type: 'urge' } }),
  );
  add('POST /api/me/cases/:caseId/rating', done, (caller) =>
    caller.post(`/api/me/cases/${rated.case_id}/rating`, { requestId: randomUUID(), stars: 4 }),
  );
  const tomorrow = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
  const purchase = { cover_from: tomorrow, days: '1', work_type: '快递员', work_region: '350203', read_clause: 'on' };
  add(
    'POST /api/me/cases',
    newcomer,
    (caller) =>
      caller.post('/api/me/cases', {
        requestId: randomUUID(),
        serviceCode: 'DI-001',
        region: '350203',
        data: purchase,
      }),
    mine,
  );
  add('POST /api/worker/logout', leaving, (caller) => caller.post('/api/worker/logout', {}), mine);

  page('/m/cover', hurt, '/m/cover', { ...mine, secret: policy.policy_no });
  page('/m/renewal', hurt, '/m/renewal', mine);
  page('/m/me', hurt, '/m/me', mine);
  page('/m/me/privacy', hurt, '/m/me/privacy', mine);
  page('/api/me/consents', hurt, '/api/me/consents', mine);
  page('/m/consent/:code', newcomer, '/m/consent/DI-001', mine);
  const word = { purpose: 'health', version: '2026-11' };
  add(
    'POST /api/me/consents',
    newcomer,
    (caller) => caller.post('/api/me/consents', { ...word, given: true, requestId: randomUUID() }),
    mine,
  );
  add(
    'POST /m/me/privacy/:purpose',
    newcomer,
    (caller) => form(caller, '/m/me/privacy/health', { _op: 'withdraw' }),
    mine,
  );
  add(
    'POST /m/consent/:code',
    newcomer,
    (caller) => form(caller, '/m/consent/DI-007', { purpose: 'health', agreed: word.version }),
    mine,
  );
  page('/m/me/erasure', hurt, '/m/me/erasure', mine);
  add('POST /m/me/erasure', newcomer, (caller) => form(caller, '/m/me/erasure', { _op: 'ask' }), mine);
  page('/m/me/access', hurt, '/m/me/access', { ...mine, secret: '电话回访被查看的理由' });
  page('/m/messages', hurt, '/m/messages', { ...mine, secret: notice.notice_id });
  page('/m/messages/:messageId', hurt, `/m/messages/${notice.notice_id}`, { secret: notice.title });
  add('POST /m/messages/read', newcomer, (caller) => form(caller, '/m/messages/read'), mine);
  page('/m/pay/:caseId', paying, `/m/pay/${order.case_id}`);
  page('/m/pay/:caseId/state', paying, `/m/pay/${order.case_id}/state`);
  add('POST /m/pay/:caseId/refresh', paying, (caller) => form(caller, `/m/pay/${order.case_id}/refresh`));
  page('/m/cases', hurt, '/m/cases', { ...mine, secret: claim.case_id });
  page('/m/cases/:caseId', hurt, `/m/cases/${claim.case_id}`, { secret: claim.case_no });
  page('/m/cases/:caseId/receipt', hurt, `/m/cases/${claim.case_id}/receipt`, { secret: claim.case_no });
  page('/m/cases/:caseId/act/:key', hurt, `/m/cases/${claim.case_id}/act/withdraw`, { secret: claim.case_no });
  add('POST /m/cases/:caseId/act/:key', hurt, (caller) =>
    form(caller, `/m/cases/${claim.case_id}/act/withdraw`, { reason: '对方已经赔付' }),
  );
  add('POST /m/cases/:caseId/rate', ended, (caller) => form(caller, `/m/cases/${rated2.case_id}/rate`, { stars: '5' }));
  // What asks for a fresh code is opened here by sessions that have given one: who may is another question than how fresh.
  await owner.query(
    "update session set stepped_up_at = now(), stepped_up_for = 'health_data' where person_id is not null",
  );
  await accountSpecs({
    app,
    owner,
    newcomer,
    robbed,
    moving: await workerOf('claim: completed'),
    straying: await workerOf('claim: report, returned'),
    add,
    mine,
    form,
    nextPhone,
  });
  page('/m/step-up', newcomer, '/m/step-up?for=data_export', mine);
  page('/m/step-up/code', newcomer, '/m/step-up/code?for=data_export', mine);
  add('POST /m/step-up/code', newcomer, (caller) => form(caller, '/m/step-up/code?for=data_export'), mine);
  add(
    'POST /m/step-up/code/check',
    newcomer,
    (caller) => form(caller, '/m/step-up/code/check?for=health_data', { code: '123456' }),
    mine,
  );
  page('/m/files/:fileId', hurt, `/m/files/${file.file_id}`);
  page('/m/documents/:documentId', hurt, `/m/documents/${paper.document_id}`);
  page('/m/documents/:documentId/pdf', hurt, `/m/documents/${paper.document_id}/pdf`);
  add('POST /m/files', newcomer, (caller) => multipart(caller, '/m/files', { csrf: caller.csrf }, picture), mine);
  add('POST /m/services/:code/start', newcomer, (caller) => form(caller, '/m/services/DI-001/start'), mine);
  page('/m/apply/:code', newcomer, '/m/apply/DI-001', mine);
  page('/m/apply/:code/:field', newcomer, '/m/apply/DI-001/days', mine);
  add('POST /m/apply/:code/:field', newcomer, (caller) => form(caller, '/m/apply/DI-001/days', { days: '3' }), mine);
  page('/m/apply/:code/review', newcomer, '/m/apply/DI-001/review', mine);
  add(
    'POST /m/apply/:code/submit',
    newcomer,
    (caller) => form(caller, '/m/apply/DI-001/submit', { read_clause: 'on' }),
    mine,
  );
}

/** Acting for another: who asks, for whom, and the window that decides. */
async function authoritySpecs(): Promise<void> {
  const add = (key: string, right: Someone, send: Spec['send'], more: Partial<Spec> = {}) =>
    specs.set(key, { right, send, ...more });
  const { authorities, identity, files } = app.services;
  const agent = staffNamed('还没有入会、还没有保障');
  const principal = staffNamed('claim: docs, fresh');
  const window = staffNamed('hrss_window');
  const mine = { also: anyWorker };
  for (const path of ['/m/me/helping', '/m/me/helping/consent', '/m/me/helping/proof'])
    add(`GET ${path}`, agent, (caller) => caller.get(path), mine);
  const person = await identity.profile(principal.caller.id);
  const stated = { name: person?.name ?? '', idNumber: person?.idNumber ?? '' };
  const services = ['DI-006'];
  const paper = async (personId: string) =>
    (await files.store(workerAccess(personId), { name: '户口簿.png', bytes: picture })).fileId;
  add(
    'POST /m/me/helping/consent',
    agent,
    (caller) => form(caller, '/m/me/helping/consent', { phone: nextPhone(), days: '7', services: 'DI-006' }),
    mine,
  );
  const proof = await paper(agent.caller.id);
  add('POST /m/me/helping/proof', agent, (caller) =>
    form(caller, '/m/me/helping/proof', {
      cause: 'dead',
      kind: 'kinship',
      relation: 'spouse',
      name: '无此人',
      idNumber: stated.idNumber,
      services: 'DI-006',
      days: '7',
      proof,
    }),
  );
  const orgId = window.grants.find((grant) => grant.startsWith('hrss_window@'))?.split('@')[1] ?? '';
  const request = async () => {
    const authorityId = await authorities.requestByProof(agent.caller.id, {
      requestId: randomUUID(),
      kind: 'kinship',
      relation: 'spouse',
      cause: 'dead',
      ...stated,
      services,
      days: 30,
      fileIds: [await paper(agent.caller.id)],
    });
    // Whatever district the agent lives in, here the first window decides.
    await owner.query('update authority set org_id = $2, readers = $3 where authority_id = $1', [
      authorityId,
      orgId,
      ['*', ...agent.grants, ...window.grants],
    ]);
    return authorityId;
  };
  const granted = await request();
  const asWindow = { kind: 'staff' as const, actorId: window.caller.id, grants: window.grants };
  await authorities.decide(asWindow, granted, { approve: true, caseIds: [], reason: '' });
  add('POST /m/me/helping/:authorityId/start', agent, async (caller) => {
    const kept = await identity.sessionOf(caller.cookie.split('=')[1] ?? '', 'worker');
    const answer = await form(caller, `/m/me/helping/${granted}/start`);
    // The session that began ends the own one; the next request of this test is the person's own again.
    if (answer.status < 400 && kept)
      await owner.query('update session set revoked_at = null where person_id = $1 and authority_id is null', [
        kept.personId,
      ]);
    return answer;
  });
  const ending = await request();
  add('POST /m/me/helping/:authorityId/end', agent, (caller) => form(caller, `/m/me/helping/${ending}/end`));
  const waiting = await request();
  add('GET /m/me/helping/:authorityId/code', agent, (caller) => caller.get(`/m/me/helping/${waiting}/code`), mine);
  const asked = await authorities.requestConsent(
    agent.caller.id,
    { requestId: randomUUID(), phone: nextPhone(), services, days: 7 },
    '198.51.100.77',
  );
  // A consent that is there already is confirmed again by its agent, and by nobody else.
  await owner.query(
    `update authority set state = 'active', principal_id = $2, from_at = now() where authority_id = $1`,
    [asked.authorityId, principal.caller.id],
  );
  add('POST /m/me/helping/:authorityId/code', agent, (caller) =>
    form(caller, `/m/me/helping/${asked.authorityId}/code`, { code: '123456' }),
  );
  const acting = await app.services.db.transaction(systemAccess, async (tx) =>
    identity.beginActing(tx, { personId: agent.caller.id }, granted, null),
  );
  const helper: Someone = {
    name: 'an agent under an authority',
    kind: 'worker',
    caller: callerOf(`gd_worker=${acting.token}`, acting.csrf, agent.caller.id),
    grants: [`authority:${granted}`],
  };
  everyAgent.push(helper);

  const windows = ['hrss_window', 'county_union', 'township_union', 'grassroots_union', 'station_manager'];
  add('GET /api/desk/authorities', window, (caller) => caller.get('/api/desk/authorities'), {
    also: (someone) => holds(someone, ['hrss_window']),
    secret: waiting,
  });
  add('GET /api/desk/authorities/:authorityId', window, (caller) => caller.get(`/api/desk/authorities/${waiting}`), {
    secret: stated.name,
  });
  add('POST /api/desk/authorities/:authorityId/decide', window, (caller) =>
    caller.post(`/api/desk/authorities/${waiting}/decide`, { approve: false, reason: '材料看不清楚' }),
  );
  add(
    'POST /api/desk/assist',
    window,
    (caller) => caller.post('/api/desk/assist', { requestId: randomUUID(), phone: nextPhone(), services }),
    { also: (someone) => holds(someone, windows) },
  );
  await windowPhoneSpecs({ app, window, add, nextPhone, also: (someone) => holds(someone, windows) });
  const { code, authorityId } = await assistCode(window, person?.phone ?? '');
  add('POST /api/desk/assist/:authorityId/start', window, (caller) =>
    caller.post(`/api/desk/assist/${authorityId}/start`, { code }),
  );
}

/** Agents have a session like a worker's, in which only what says so is open. */
const everyAgent: Someone[] = [];

let phones = 0;
function nextPhone(): string {
  phones += 1;
  return `1987776${String(phones).padStart(4, '0')}`;
}

/** A code as the worker's phone would show it. */
async function assistCode(window: Someone, phone: string) {
  await owner.query("update sms_code set issued_at = issued_at - interval '2 days'");
  const asked = await window.caller.post('/api/desk/assist', { requestId: randomUUID(), phone, services: ['DI-006'] });
  for (let tries = 0; tries < 200; tries += 1) {
    const messages = app.parties.simulators.sms?.messages({ phone, limit: 20 }) ?? [];
    const code = messages.map((one) => /验证码(\d{6})告诉窗口/.exec(one.text)?.[1]).find(Boolean);
    if (code) return { code, authorityId: String(asked.body.authorityId) };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no code: ${asked.text}`);
}

async function staffSpecs(): Promise<void> {
  const add = (key: string, right: Someone, send: Spec['send'], more: Partial<Spec> = {}) =>
    specs.set(key, { right, send, ...more });
  const page = (url: string, right: Someone, path: string, more: Partial<Spec> = {}) =>
    add(`GET ${url}`, right, (caller) => caller.get(path), more);
  const adjuster = staffNamed('insurer_adjuster');
  const claim = await row<{ case_id: string; case_no: string; readers: string[]; person_id: string }>(
    `select case_id, case_no, s.readers, person_id from case_state s join case_task t using (case_id) where t.step = 'doc-check' and s.service_code = 'DI-006' order by cardinality(s.readers), case_id limit 1`,
  );
  const readable = { also: sees(claim.readers) };
  page('/api/staff/me', adjuster, '/api/staff/me', { also: anyStaff });
  const leaving = await staffOf('a clerk who leaves', await app.staff('hrss_window', 3));
  add('POST /api/staff/logout', leaving, (caller) => caller.post('/api/staff/logout', {}), { also: anyStaff });
  page('/api/desk/tasks', adjuster, `/api/desk/tasks?q=${claim.case_no}`, { also: anyStaff, secret: claim.case_id });
  page('/api/cases/by-no/:no', adjuster, `/api/cases/by-no/${claim.case_no}`, { ...readable, secret: claim.case_id });
  page('/api/cases/:caseId', adjuster, `/api/cases/${claim.case_id}`, { ...readable, secret: claim.case_no });
  page('/api/cases/:caseId/suggestion', adjuster, `/api/cases/${claim.case_id}/suggestion`, readable);
  add(
    'POST /api/cases/:caseId/commands',
    adjuster,
    (caller) =>
      caller.post(`/api/cases/${claim.case_id}/commands`, {
        requestId: randomUUID(),
        command: { type: 'act', step: 'doc-check', outcome: 'complete', data: {} },
      }),
    { also: sees(adjuster.grants) },
  );
  add(
    'POST /api/cases/:caseId/unmask',
    adjuster,
    (caller) => caller.post(`/api/cases/${claim.case_id}/unmask`, { field: 'phone', reason: '联系申请人补正' }),
    // Who only reads the case (a supervisor, the window) does not unmask; who works on one of its steps may.
    { also: (one) => sees(claim.readers)(one) && holds(one, ['insurer_adjuster', 'traffic_police']) },
  );
  const file = await row<{ file_id: string }>('select file_id from file where case_id = $1', [claim.case_id]);
  page('/api/files/:fileId', adjuster, `/api/files/${file.file_id}`, readable);
  add('POST /api/files', adjuster, (caller) => multipart(caller, '/api/files', {}, picture), { also: anyStaff });

  const notice = await row<{ notice_id: string; org_id: string; role: string }>(
    `select notice_id, org_id, role from notice where role = 'insurer_adjuster' order by at desc limit 1`,
  );
  const told = { also: sees([`${notice.role}@${notice.org_id}`]) };
  page('/api/desk/notices', adjuster, '/api/desk/notices', { also: anyStaff, secret: notice.notice_id });
  add(
    'POST /api/desk/notices/:noticeId/read',
    adjuster,
    (caller) => caller.post(`/api/desk/notices/${notice.notice_id}/read`, {}),
    told,
  );
  const paper = await row<{ document_id: string; readers: string[]; case_readers: string[] }>(
    `select document_id, d.readers, s.readers as case_readers from case_document d join case_state s using (case_id) where s.service_code = 'UN-001' limit 1`,
  );
  const clerk = everyone.find(
    (one) => one.kind === 'staff' && sees(paper.readers)(one) && sees(paper.case_readers)(one),
  );
  if (!clerk) throw new Error('nobody reads the document');
  const reads = { also: (one: Someone) => sees(paper.readers)(one) && sees(paper.case_readers)(one) };
  page('/api/documents/:documentId', clerk, `/api/documents/${paper.document_id}`, reads);
  page('/api/documents/:documentId/pdf', clerk, `/api/documents/${paper.document_id}/pdf`, reads);
  const ratings = await rows<{ case_id: string; readers: string[] }>(
    'select case_id, readers from rating where replied_at is null order by case_id',
  );
  const mayAnswer = (readers: readonly string[]) => (one: Someone) =>
    one.kind === 'staff' &&
    sees(readers)(one) &&
    holds(one, ['supervisor', 'county_union', 'hrss_window', 'case_dispatcher']);
  const bad = ratings.find((one) => everyone.some(mayAnswer(one.readers)));
  const answers = bad && everyone.find(mayAnswer(bad.readers));
  if (!bad || !answers) throw new Error(`nobody reads a rating: ${JSON.stringify(ratings)}`);
  ratingReaders.push(...bad.readers);
  page('/api/ratings', answers, '/api/ratings', { also: anyStaff, secret: bad.case_id });
  add(
    'POST /api/ratings/:caseId/reply',
    answers,
    (caller) =>
      caller.post(`/api/ratings/${bad.case_id}/reply`, { requestId: randomUUID(), reply: '已经整改，谢谢您的意见' }),
    { also: mayAnswer(bad.readers) },
  );
  page('/api/catalogue/services', adjuster, '/api/catalogue/services', { also: anyStaff });
  page('/api/catalogue/services/:code', adjuster, '/api/catalogue/services/DI-001', { also: anyStaff });
  page('/api/cover/refusals', adjuster, '/api/cover/refusals', {
    also: (one) => holds(one, ['supervisor', 'hrss_window', 'insurer_adjuster', 'insurer_finance']),
  });
  page('/api/cover/at', adjuster, `/api/cover/at?caseId=${claim.case_id}&at=2026-01-01T00:00:00Z`, {
    also: (one) =>
      sees(claim.readers)(one) &&
      one.grants.some((grant) => /^(insurer_adjuster|hrss_window|supervisor|hrss_investigator)@/.test(grant)),
  });
}

/** A company applies at the desk; the same role of another company may as well, for itself. */
async function startSpecs(): Promise<void> {
  await publishDeskService(app.services);
  const company = staffNamed('enterprise');
  const [grant = ''] = company.grants;
  const [role, orgId] = grant.split('@');
  const office = { role, orgId, region: '350203' };
  const add = (key: string, send: Spec['send'], more: Partial<Spec> = {}) =>
    specs.set(key, { right: company, send, ...more });
  const starters = { also: (one: Someone) => holds(one, ['enterprise', 'grassroots_union']) };
  const url = '/api/desk/services/CA-901';
  add('GET /api/desk/services', (caller) => caller.get('/api/desk/services'), { also: anyStaff });
  add('GET /api/desk/services/:code', (caller) => caller.get(url), starters);
  add('POST /api/desk/services/:code/draft', (caller) => caller.post(`${url}/draft`, { ...office, values: {} }));
  add('POST /api/desk/services/:code/start', (caller) =>
    caller.post(`${url}/start`, { requestId: randomUUID(), ...office, data: { station_size: '十人以下' } }),
  );
}

/** A list that a case has taken. */
async function batchOf(caller: Caller): Promise<string> {
  const list = Buffer.from(csvOf(listOf(people(3, 40))));
  const url = `/api/desk/rosters?requestId=${randomUUID()}&service=UN-002&field=worker_list`;
  const { rosterId }: { rosterId: string } = JSON.parse((await multipart(caller, url, {}, list)).text);
  await app.services.tasks['rosters.check']({ rosterId });
  const { fileId }: { fileId: string } = JSON.parse((await multipart(caller, '/api/files', {}, picture)).text);
  const [grant = ''] = staffNamed('enterprise').grants;
  const [role, orgId] = grant.split('@');
  const data = {
    station_name: { name: '示例站点' },
    host_union: { name: '示例工会' },
    worker_list: { rosterId },
    dues_mode: '免收',
    contact_person: '王联络',
    roster_file: { fileIds: [fileId] },
  };
  const body = { requestId: randomUUID(), role, orgId, region: '350203', data };
  const made = await caller.post('/api/desk/services/UN-002/start', body);
  const caseId: string = made.body.caseId;
  await app.services.tasks['rosters.open_items']({ caseId, step: 'batch-confirm' });
  return caseId;
}

/** A group that waits for its company's payment. */
async function groupOf(caller: Caller, insured: readonly Named[] = people(3, 60), days = 1): Promise<string> {
  const list = Buffer.from(csvOf(listOf([...insured])));
  const url = `/api/desk/rosters?requestId=${randomUUID()}&service=DI-002&field=daily_roster`;
  const { rosterId }: { rosterId: string } = JSON.parse((await multipart(caller, url, {}, list)).text);
  await app.services.tasks['rosters.check']({ rosterId });
  const [grant = ''] = staffNamed('enterprise').grants;
  const [role, orgId] = grant.split('@');
  const day = dayOf(new Date(Date.parse(app.services.clock.now()) + days * 86_400_000).toISOString());
  const data = {
    org_uscc: fieldKinds.uscc.example({}, 1),
    cover_date: day,
    daily_roster: { rosterId },
    work_type: '网约配送员',
    payer_share: '单位',
    cutoff_ack: true,
    people_agree: true,
    read_clause: true,
  };
  const body = { requestId: randomUUID(), role, orgId, region: '350203', data };
  const made = await caller.post('/api/desk/services/DI-002/start', body);
  const caseId: string = made.body.caseId;
  await app.services.tasks['cover.group']({ caseId, step: 'eligibility' });
  return caseId;
}

/** A group that is insured, with somebody who may leave it. */
async function insuredOf(caller: Caller, person: Someone): Promise<{ caseId: string; policyNo: string; line: number }> {
  const profile = await app.services.identity.profile(person.caller.id);
  if (!profile) throw new Error('nobody to insure');
  const own = { name: profile.name, id: profile.idNumber, phone: '19900000008' };
  const caseId = await groupOf(caller, [own, ...people(2, 70)], 9);
  const { order_no: orderNo, amount_fen: amountFen } = await row<{ order_no: string; amount_fen: string }>(
    'select order_no, amount_fen from payment_order where case_id = $1',
    [caseId],
  );
  const paid = { transactionId: 'access', amountFen: Number(amountFen), paidAt: app.services.clock.now() };
  await app.services.money.payments.acceptByNo(orderNo, paid);
  for (const step of ['underwrite', 'issue']) await app.services.tasks['cover.group']({ caseId, step });
  const { policy_no: policyNo } = await row<{ policy_no: string }>(
    'select policy_no from cover_policy where case_id = $1 and person_id = $2',
    [caseId, person.caller.id],
  );
  return { caseId, policyNo, line: 3 };
}

async function rosterSpecs(): Promise<void> {
  const company = staffNamed('enterprise');
  const list = Buffer.from('姓名,身份证号,手机号\n张三,1,2');
  const upload = (caller: Caller) =>
    multipart(caller, `/api/desk/rosters?requestId=${randomUUID()}&service=CA-901&field=staff_list`, {}, list);
  const { text } = await upload(company.caller);
  const { rosterId }: { rosterId: string } = JSON.parse(text);
  await app.services.tasks['rosters.check']({ rosterId });
  const add = (key: string, send: Spec['send'], more: Partial<Spec> = {}) =>
    specs.set(key, { right: company, send, ...more });
  const url = `/api/desk/rosters/${rosterId}`;
  add('POST /api/desk/rosters', upload, {
    also: (one) => holds(one, ['enterprise', 'grassroots_union']) || anyStaff(one),
  });
  add('GET /api/desk/rosters/:rosterId', (caller) => caller.get(url), { secret: rosterId });
  add('GET /api/desk/rosters/:rosterId/lines', (caller) => caller.get(`${url}/lines`), { secret: '身份证' });
  const batch = await batchOf(company.caller);
  add('GET /api/desk/cases/:caseId/people', (caller) => caller.get(`/api/desk/cases/${batch}/people`), {
    secret: '等待本人确认',
  });
  const groupId = await groupOf(company.caller);
  const group = `/api/desk/cases/${groupId}`;
  const { readers } = await row<{ readers: string[] }>('select readers from group_cover where case_id = $1', [groupId]);
  const readable = { also: sees(readers) };
  add('GET /api/desk/cases/:caseId/group', (caller) => caller.get(`${group}/group`), readable);
  add('GET /api/desk/cases/:caseId/insured', (caller) => caller.get(`${group}/insured`), readable);
  const payers = { also: anyStaff };
  add('GET /api/desk/cases/:caseId/payment', (caller) => caller.get(`${group}/payment`), payers);
  add('POST /api/desk/cases/:caseId/payment/check', (caller) => caller.post(`${group}/payment/check`, {}), payers);
  const rider = staffNamed('还没有入会、还没有保障');
  const { caseId, policyNo, line } = await insuredOf(company.caller, rider);
  const [newcomer] = people(1, 80);
  add('POST /api/desk/cases/:caseId/insured/:line/replace', (caller) =>
    caller.post(`/api/desk/cases/${caseId}/insured/${line}/replace`, {
      requestId: randomUUID(),
      name: newcomer?.name,
      idNumber: newcomer?.id,
      phone: newcomer?.phone,
    }),
  );
  specs.set('GET /m/cover/:policyNo', {
    right: rider,
    send: (caller) => caller.get(`/m/cover/${policyNo}`),
    secret: policyNo,
  });
  specs.set('POST /m/cover/:policyNo/leave', {
    right: rider,
    send: (caller) => form(caller, `/m/cover/${policyNo}/leave`),
  });
  add('GET /api/desk/rosters/:rosterId/corrected', (caller) => caller.get(`${url}/corrected`), { secret: '张三' });
}

async function moneySpecs(): Promise<void> {
  const add = (key: string, right: Someone, send: Spec['send'], more: Partial<Spec> = {}) =>
    specs.set(key, { right, send, ...more });
  const page = (url: string, right: Someone, path: string, more: Partial<Spec> = {}) =>
    add(`GET ${url}`, right, (caller) => caller.get(path), more);
  const finance = staffNamed('insurer_finance');
  const payout = await row<{ payout_id: string; reference: string; org_id: string }>(
    `select payout_id, reference, org_id from payout where state = 'drafted' limit 1`,
  );
  const ours = { also: sees([`insurer_finance@${payout.org_id}`]) };
  const made = await row<{ batch_id: string; batch_no: string; maker_id: string; hash: string }>(
    `select batch_id, batch_no, maker_id, encode(lines_hash, 'hex') as hash from payout_batch where state = 'made' limit 1`,
  );
  const checker = everyone.find(
    (one) => sees([`insurer_finance@${payout.org_id}`])(one) && one.caller.id !== made.maker_id,
  );
  if (!checker) throw new Error('nobody can check the batch');
  const financeAnywhere = (someone: Someone) => someone.grants.some((grant) => grant.startsWith('insurer_finance@'));
  const payers = (someone: Someone) => holds(someone, ['insurer_finance', 'finance_bureau']);
  page('/api/payouts', finance, '/api/payouts?limit=100', { also: payers, secret: payout.payout_id });
  page('/api/payout-batches', finance, '/api/payout-batches', { also: payers, secret: made.batch_id });
  page('/api/payout-batches/:id', finance, `/api/payout-batches/${made.batch_id}`, ours);
  add(
    'POST /api/payout-batches',
    finance,
    (caller) => caller.post('/api/payout-batches', { requestId: randomUUID(), payoutIds: [payout.payout_id] }),
    ours,
  );
  add(
    'POST /api/payout-batches/:id/prove',
    checker,
    async (caller) => {
      const keyId = newId();
      const isRight = caller.id === checker.caller.id;
      if (isRight)
        await rows(
          `insert into staff_key (key_id, staff_id, name, credential_id, public_key, transports, counter, enrolled_at)
           values ($1, $2, '访问测试', $3, '', '{}', 0, now())`,
          [keyId, caller.id, Buffer.from(keyId)],
        );
      const asked = { requestId: randomUUID(), linesHash: made.hash };
      const answer = await caller.post(`/api/payout-batches/${made.batch_id}/prove`, asked);
      // Without it again, so that the approval below needs no signature.
      if (isRight) await rows('delete from staff_key where key_id = $1', [keyId]);
      return answer;
    },
    ours,
  );
  add(
    'POST /api/payout-batches/:id/decide',
    checker,
    (caller) =>
      caller.post(`/api/payout-batches/${made.batch_id}/decide`, {
        requestId: randomUUID(),
        decision: 'approve',
        linesHash: made.hash,
      }),
    ours,
  );
  const overseers = ['insurer_finance', 'finance_bureau', 'supervisor', 'audit_officer'];
  const oversees = (someone: Someone) => someone.grants.some((grant) => overseers.includes(grant.split('@')[0] ?? ''));
  page('/api/reconciliations', finance, '/api/reconciliations', { also: oversees });
  page('/api/desk/health', staffNamed('system_administrator'), '/api/desk/health');
  page('/api/ledger/accounts', finance, '/api/ledger/accounts', { also: oversees });
  add(
    'POST /api/reconciliations',
    finance,
    (caller) => caller.post('/api/reconciliations', { day: '2026-01-05', party: 'payment' }),
    { also: financeAnywhere },
  );
}

/** A declaration of the city's insurer, seen by it and by the offices that check it. */
async function settlementSpecs(): Promise<void> {
  const finance = staffNamed('insurer_finance');
  const [grant = ''] = finance.grants;
  const officers = [
    'hrss_reviewer',
    'hrss_investigator',
    'finance_bureau',
    'risk_analyst',
    'supervisor',
    'audit_officer',
  ];
  const ofCity = (role: string) => staffNamed(role).grants.filter((one) => one.startsWith(`${role}@`));
  const readers = [grant, ...officers.flatMap(ofCity)];
  settlementReaders.push(...readers);
  const ids = { case: newId(), settlement: newId() };
  await owner.query(
    `with leaf as (insert into log_leaf (leaf_id, entry) values ($1, '{}') returning leaf_id),
     made as (insert into settlement (settlement_id, case_id, insurer_org_id, month, state, cutoff_at, round, declared_at, readers, leaf_id)
       select $1, $2, $3, '2025-01-01', 'declared', now(), 1, now(), $4, leaf_id from leaf returning settlement_id),
     differing as (insert into settlement_difference (settlement_id, round, place, kind, note, readers)
       select settlement_id, 1, 1, 'total', '只有相关单位能看到的差异', $4 from made)
     insert into settlement_sample (settlement_id, round, place, policy_no, person_id, days, readers)
     select settlement_id, 1, 1, 'GD00000000000000000001', (select person_id from person order by person_id limit 1), 3, $4 from made`,
    [ids.settlement, ids.case, grant.slice('insurer_finance@'.length), ['*', ...readers]],
  );
  const page = (url: string, right: Someone, path: string, more: Partial<Spec> = {}) =>
    specs.set(`GET ${url}`, { right, send: (caller) => caller.get(path), ...more });
  const reads = { also: sees(readers) };
  const checkers = { also: (one: Someone) => holds(one, ['insurer_finance', ...officers]) };
  const one = `/api/settlements/${ids.case}`;
  page('/api/settlements', finance, '/api/settlements', { ...checkers, secret: ids.settlement });
  page('/api/settlements/:caseId', finance, one, { ...reads, secret: ids.settlement });
  page('/api/settlements/:caseId/differences', finance, `${one}/differences`, {
    ...reads,
    secret: '只有相关单位能看到的差异',
  });
  page('/api/settlements/:caseId/differences/file', finance, `${one}/differences/file`, {
    ...reads,
    secret: '只有相关单位能看到的差异',
  });
  const insurers = { also: (someone: Someone) => holds(someone, ['insurer_finance']) };
  page('/api/settlements/preview', finance, '/api/settlements/preview?month=2025-01', insurers);
  page('/api/settlements/ledger', finance, '/api/settlements/ledger?month=2025-01&kind=ledger', insurers);
  page('/api/settlements/template', finance, '/api/settlements/template?kind=flow', insurers);
  const analyst = staffNamed('risk_analyst');
  const clues = {
    also: (someone: Someone) => holds(someone, ['risk_analyst', 'hrss_investigator', 'hrss_reviewer', 'audit_officer']),
  };
  page('/api/settlements/clues', analyst, '/api/settlements/clues?month=2025-01', clues);
  page('/api/settlements/clues/file', analyst, '/api/settlements/clues/file?month=2025-01', clues);
  const investigator = staffNamed('hrss_investigator');
  const callers = { also: sees(ofCity('hrss_investigator')) };
  page('/api/settlements/:caseId/sample', investigator, `${one}/sample`, {
    ...callers,
    secret: 'GD00000000000000000001',
  });
  specs.set('POST /api/settlements/:caseId/sample/phone', {
    right: investigator,
    send: (caller) => caller.post(`${one}/sample/phone`, { place: 1, reason: '抽样电话核实' }),
    ...callers,
  });
}

/** Data that everybody may have: pages to log in by, the directory, health, callbacks that prove themselves by signature. */
const open = [
  'GET /',
  'GET /api/dev/accounts',
  'GET /api/openapi.json',
  'GET /api/orgs',
  'GET /api/service-points',
  'GET /api/staff/oidc/begin',
  'GET /api/staff/oidc/callback',
  'GET /api/staff/ways',
  'GET /desk',
  'GET /desk/*',
  'GET /dev/clock',
  'GET /dev/phone',
  'GET /healthz',
  'GET /m',
  'GET /m/*',
  'GET /m/card',
  'GET /m/display',
  'GET /m/island.js',
  'GET /m/login',
  'GET /m/login/code',
  'GET /m/login/confirm',
  'GET /m/login/not-me',
  'GET /m/register/birth',
  'GET /m/register/consent',
  'GET /m/register/id',
  'GET /m/register/name',
  'GET /m/register/region',
  'GET /m/service-points',
  'GET /m/services',
  'GET /m/stop/:token',
  'GET /m/services/:code',
  'GET /metrics',
  'GET /readyz',
  'POST /api/staff/invitation/accept',
  'POST /api/staff/invitation/look',
  'POST /api/staff/login',
  'POST /api/staff/totp',
  'POST /api/staff/totp/recover',
  'POST /api/staff/totp/recover/accept',
  'POST /api/worker/code',
  'POST /api/worker/login',
  'POST /api/worker/login/confirm',
  'POST /api/worker/register',
  'POST /dev/clock',
  'POST /m/display',
  'POST /m/login',
  'POST /m/login/confirm',
  'POST /m/login/not-me',
  'POST /m/login/verify',
  'POST /m/logout',
  'POST /m/register/birth',
  'POST /m/register/consent',
  'POST /m/register/id',
  'POST /m/register/name',
  'POST /m/register/region',
  'POST /m/stop/:token',
  'POST /ports/bank/callback',
  'POST /ports/payment/callback',
  'POST /ports/sms/:provider/receipts/:token',
];

const guarded = () => app.app.routeEntries.filter((one) => one.access !== 'public' && one.method !== 'HEAD');

it('every route is either open on purpose or walked below', () => {
  const publicOnes = app.app.routeEntries.filter(
    (one) => one.access === 'public' && !['HEAD', 'OPTIONS'].includes(one.method),
  );
  expect(publicOnes.map((one) => `${one.method} ${one.url}`).toSorted()).toEqual(open.toSorted());
  expect(
    guarded()
      .map((one) => `${one.method} ${one.url}`)
      .toSorted(),
  ).toEqual([...specs.keys(), 'POST /m/helping/stop'].toSorted());
  for (const one of guarded())
    if (typeof one.access !== 'string') expect(one.access.every((role) => role in roles)).toBe(true);
});

it('an agent is refused by every route that does not say that agents may come', async () => {
  const [helper] = everyAgent;
  if (!helper) throw new Error('no agent');
  const forWorkers = [...specs.entries()].filter(([key]) => guardedFor('worker').includes(key));
  const answers = await Promise.all(
    forWorkers.map(async ([key, spec]) => [key, (await spec.send(helper.caller)).status] as const),
  );
  const open = answers.filter(([, status]) => status !== 403).map(([key]) => key);
  for (const key of open)
    expect(key).toMatch(/^(GET|POST) \/m\/(cases|apply|consent|services|files|documents|pay|helping|step-up)/);
  // And of the person's own things it sees none.
  const refused = answers
    .filter(([key]) => /^GET \/m\/(cases|files|documents|pay)\/:/.test(key))
    .map(([, status]) => status);
  expect(new Set(refused)).toEqual(new Set([404]));
  // Ends its session, so last.
  expect((await form(helper.caller, '/m/helping/stop')).status).toBe(303);
});

const guardedFor = (access: string) =>
  guarded()
    .filter((one) => one.access === access)
    .map((one) => `${one.method} ${one.url}`);

/** What a request may have written even when it was refused: nothing that is about cases, people or money. */
async function contents(): Promise<string> {
  const tables = [
    'case_state',
    'case_action',
    'case_body',
    'case_task',
    'rating',
    'notice',
    'file',
    'draft',
    'payout',
    'payout_batch',
    'payout_approval',
    'transfer',
    'unmasking',
    'reconciliation',
    'request',
    'log_leaf',
    'session',
    'staff',
    'staff_role',
    'key_challenge',
    'staff_key',
    'staff_link',
    'staff_subject',
    'role_proposal',
    'substitution',
    'admin_act',
    'api_key',
    'api_key_use',
    'work_signal',
  ];
  const [found] = await rows<{
    all: string;
  }>(`select ${tables.map((name) => `(select count(*) from ${name})::text`).join(` || ',' || `)} || ',' ||
    (select count(*) from notice where read_at is not null)::text || ',' || (select count(*) from session where revoked_at is not null)::text as all`);
  return found?.all ?? '';
}

it('answers nobody but those who may, and those on the same row', async () => {
  const faults: string[] = [];
  let denials = 0;
  for (const [key, spec] of specs) {
    const before = await contents();
    for (const someone of everyone) {
      if (someone === spec.right || spec.also?.(someone)) continue;
      if (someone.caller.id !== '' && someone.caller.id === spec.right.caller.id) continue;
      const answer = await spec.send(someone.caller);
      denials += 1;
      const expected = [401, 403, 404, ...(key === 'POST /api/ratings/:caseId/reply' ? [409] : [])];
      if (someone.kind !== 'staff' && someone.kind !== 'worker' && answer.status !== 401 && answer.status !== 303)
        faults.push(`${key}: ${someone.name} got ${answer.status}`);
      const toLogin = answer.status === 303 && key.startsWith('GET /m');
      if (!expected.includes(answer.status) && !toLogin)
        faults.push(`${key}: ${someone.name} got ${answer.status} ${answer.text.slice(0, 120)}`);
      if (spec.secret && answer.text.includes(spec.secret)) faults.push(`${key}: ${someone.name} read ${spec.secret}`);
    }
    if ((await contents()) !== before) faults.push(`${key}: a refused request wrote something`);
    for (const someone of everyone.filter(
      (one) => one !== spec.right && one.caller.id !== spec.right.caller.id && spec.also?.(one),
    )) {
      if (key.endsWith('/logout') || (key.startsWith('POST') && someone.kind === 'staff' && !key.includes('unmask')))
        continue;
      const answer = await spec.send(someone.caller);
      if (answer.status >= 400 && !key.includes('/m/apply'))
        faults.push(`${key}: ${someone.name} may, but got ${answer.status} ${answer.text.slice(0, 160)}`);
      const entitled =
        spec.right.grants.some((grant) => someone.grants.includes(grant)) ||
        key.includes('/api/cases/') ||
        readsToo(key, someone);
      if (spec.secret && !entitled && answer.text.includes(spec.secret))
        faults.push(`${key}: ${someone.name} read ${spec.secret} of somebody else`);
    }
    const control = await spec.send(spec.right.caller);
    const isGood = control.status < 400 || (key.includes('/m/apply/:code/submit') && control.status === 422);
    if (!isGood)
      faults.push(`${key}: the right one, ${spec.right.name}, got ${control.status} ${control.text.slice(0, 200)}`);
    if (spec.secret && !control.text.includes(spec.secret))
      faults.push(`${key}: the right one did not find ${spec.secret}`);
  }
  expect(faults).toEqual([]);
  expect(denials).toBeGreaterThan(2_000);
}, 120_000);

/** Lists show a row to whoever reads the row, whatever the role. */
function readsToo(key: string, someone: Someone): boolean {
  if (key.startsWith('GET /api/settlements')) return sees(settlementReaders)(someone);
  return key === 'GET /api/ratings' && sees(ratingReaders)(someone);
}
const ratingReaders: string[] = [];
const settlementReaders: string[] = [];

it('a session alone is not enough for a write: the token is proved, and other sites are turned away', async () => {
  const adjuster = staffNamed('insurer_adjuster').caller;
  const worker = staffNamed('还没有入会、还没有保障').caller;
  const noToken = callerOf(adjuster.cookie, '', '');
  expect((await noToken.post('/api/staff/logout', {})).status).toBe(403);
  expect((await callerOf(worker.cookie, adjuster.csrf, '').post('/api/worker/logout', {})).status).toBe(403);
  expect((await form(callerOf(worker.cookie, 'x'.repeat(24), ''), '/m/messages/read')).status).toBe(403);
  const crossSite = await app.app.inject({
    method: 'POST',
    url: '/api/staff/logout',
    headers: {
      cookie: adjuster.cookie,
      'x-csrf': adjuster.csrf,
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
    },
    payload: {},
  });
  expect(crossSite.statusCode).toBe(403);
  expect((await adjuster.get('/api/staff/me')).status).toBe(200);
});

it('a case is read by the offices of its own steps and region, and by no other', async () => {
  const seeded = await rows<{
    case_id: string;
    region: string;
    service_hash: string;
    steps: string[];
    person_id: string;
    supervised: boolean;
    readers: string[];
  }>(
    `select s.case_id, s.region, s.service_hash, s.person_id, array(select json_object_keys(s.state->'rounds') union select a.step from case_action a where a.case_id = s.case_id and a.step is not null) as steps,
       exists (select 1 from case_body b join case_action a using (action_id) where a.case_id = s.case_id and (b.body -> 'supervised') is not null) as supervised, s.readers
     from case_state s where s.applicant_org_id is null order by s.case_no`,
  );
  const faults: string[] = [];
  let read = 0;
  let denied = 0;
  const staff = everyone.filter((one) => one.kind === 'staff' && one.name !== 'a clerk who leaves');
  for (const one of seeded.filter((_, at) => at % 6 === 0)) {
    const { workflow } = app.services.catalogue.byHash(one.service_hash);
    const concerned = one.steps.flatMap((name) => {
      const step = workflow.steps[name];
      if (!step) return [];
      // Where a person may act or the person's company, only a company that applied itself is concerned; none of the city did.
      const actors = (step.actors ?? [step.role]).filter(
        (role) => roles[step.role].kind !== 'public' || roles[role].kind !== 'external',
      );
      return [...actors, ...(step.readers ?? [])];
    });
    if (one.supervised) concerned.push('supervisor');
    const may = concerned.flatMap((role) => {
      const orgId = app.services.orgs.route(role, one.region);
      return orgId ? [roleGrant(role, orgId)] : [];
    });
    for (const someone of staff) {
      const { status } = await someone.caller.get(`/api/cases/${one.case_id}`);
      const allowed = someone.grants.some((grant) => may.includes(grant));
      if (status === 200) read += 1;
      else denied += 1;
      // A step entered only for a moment (an automatic one) concerns nobody else, so "may" is the widest that the definition allows.
      if (status === 200 && !allowed) faults.push(`${someone.name} reads ${one.case_id}`);
      if (status !== 200 && one.readers.some((reader) => someone.grants.includes(reader)))
        faults.push(`${someone.name} cannot read ${one.case_id}`);
      if (status !== 200 && status !== 404) faults.push(`${someone.name} got ${status}`);
    }
  }
  expect(faults).toEqual([]);
  expect(Math.min(read, denied)).toBeGreaterThan(30);
  // In this city people buy cover for themselves: no company of the region looks on.
  expect(
    await rows(
      `select case_no from case_state where applicant_org_id is null and exists (select 1 from unnest(readers) reader where reader ~ '^(enterprise|platform_company)@')`,
    ),
  ).toEqual([]);
}, 60_000);

describe('past all routes, as the application’s role in SQL', () => {
  let client: pg.Client;
  beforeAll(async () => {
    client = new pg.Client({ connectionString: app.database.appUrl });
    await client.connect();
  });
  afterAll(() => client?.end());

  const count = async (table: string, where = 'true', values: unknown[] = []): Promise<number> =>
    Number(
      (await client.query<{ count: string }>(`select count(*) from ${table} where ${where}`, values)).rows[0]?.count,
    );
  const as = (grants: readonly string[]) =>
    client.query(`select set_config('gongdun.grants', $1, false)`, [`{${grants.join(',')}}`]);
  const tables = [
    'person',
    'case_state',
    'case_action',
    'case_body',
    'case_task',
    'case_document',
    'dossier',
    'cover_policy',
    'cover_entry',
    'benefit_claim',
    'payout',
    'payout_batch',
    'payment_order',
    'notice',
    'file',
    'rating',
    'membership',
  ];

  it('an access that was never set is an error, an empty one sees nothing', async () => {
    for (const table of tables)
      await expect(client.query(`select 1 from ${table} limit 1`)).rejects.toThrow(/gongdun\.grants/);
    await as([]);
    for (const table of tables) expect([table, await count(table)]).toEqual([table, 0]);
  });

  it('a person’s rows are for that person, and for nobody who only knows the id', async () => {
    const hurt = staffNamed('claim: docs, fresh');
    const stranger = staffNamed('还没有入会、还没有保障');
    const own = ['person', 'case_state', 'cover_policy', 'cover_entry', 'notice', 'file', 'payment_order'];
    for (const table of own) {
      await as(hurt.grants);
      const mine = await count(table, 'person_id = $1', [hurt.caller.id]);
      expect([table, mine > 0, mine === (await count(table))]).toEqual([table, true, true]);
      await as(stranger.grants);
      expect([table, await count(table, 'person_id = $1', [hurt.caller.id])]).toEqual([table, 0]);
      await as(other.adjuster.grants);
      expect([table, await count(table)]).toEqual([table, 0]);
    }
    const caseOf = (
      await rows<{ case_id: string }>('select case_id from case_state where person_id = $1', [hurt.caller.id])
    )[0]?.case_id;
    for (const [grants, seen] of [
      [hurt.grants, true],
      [stranger.grants, false],
      [other.finance.grants, false],
    ] as const) {
      await as(grants);
      expect((await count('case_action', 'case_id = $1', [caseOf])) > 0).toBe(seen);
      expect(
        (await count('case_body', 'action_id in (select action_id from case_action where case_id = $1)', [caseOf])) > 0,
      ).toBe(seen);
    }
  });

  it('payouts are for the officers of the insurer that pays', async () => {
    for (const [someone, seen] of [
      [staffNamed('insurer_finance'), true],
      [other.finance, false],
      [staffNamed('hospital'), false],
    ] as const) {
      await as(someone.grants);
      expect([someone.name, (await count('payout')) > 0, (await count('payout_batch')) > 0]).toEqual([
        someone.name,
        seen,
        seen,
      ]);
    }
  });

  it('what was written cannot be rewritten, and what is not seen cannot be changed', async () => {
    await as(['*']);
    for (const table of [
      'case_action',
      'log_leaf',
      'transfer',
      'entry',
      'cover_entry',
      'payout_approval',
      'unmasking',
    ]) {
      await expect(client.query(`delete from ${table}`)).rejects.toThrow(/permission denied/);
      await expect(client.query(`truncate ${table}`)).rejects.toThrow(/permission denied/);
    }
    await expect(client.query(`update case_action set type = 'x'`)).rejects.toThrow(/permission denied/);
    await expect(client.query('update transfer set amount_fen = 1')).rejects.toThrow(/permission denied/);
    await as(other.finance.grants);
    expect((await client.query(`update payout set state = 'cancelled'`)).rowCount).toBe(0);
    expect((await client.query(`update case_state set status = 'ended'`)).rowCount).toBe(0);
    await expect(client.query(`set role ${app.database.name}`)).rejects.toThrow(/does not exist|permission denied/);
    await expect(client.query('alter table payout disable row level security')).rejects.toThrow(/must be owner/);
  });
});

// Last, because a copy lets others read from then on.
it('a copy shows the case, and opens nothing of it', async () => {
  const adjuster = staffNamed('insurer_adjuster');
  const claim = await row<{ case_id: string }>(
    `select case_id from case_state s join case_task t using (case_id) where t.role = 'insurer_adjuster' and s.service_code = 'DI-006' order by case_no limit 1`,
  );
  const url = `/api/cases/${claim.case_id}`;
  await app.services.orgs.load();
  const copied = [other.adjuster, ...everyone.filter((one) => holds(one, ['enterprise']))];
  expect(copied.length).toBeGreaterThan(1);
  const unmask = (someone: Someone) =>
    someone.caller.post(`${url}/unmask`, { field: 'phone', reason: '联系申请人补正' });
  for (const someone of copied) {
    const [role = '', orgId] = (someone.grants[0] ?? '').split('@');
    const command = { type: 'copy', role, orgId, reason: '请知悉案情' };
    // Several of one office are let in by one copy.
    if ((await someone.caller.get(url)).status === 404) {
      const made = await adjuster.caller.post(`${url}/commands`, { requestId: randomUUID(), command });
      expect([someone.name, made.status]).toEqual([someone.name, 200]);
    }
    const view = await someone.caller.get(url);
    expect([someone.name, view.status, view.body.canUnmaskApplicant]).toEqual([someone.name, 200, false]);
    const shown = await unmask(someone);
    expect([someone.name, shown.status, shown.body.code]).toEqual([someone.name, 403, 'identity.field_hidden']);
  }
  expect((await adjuster.caller.get(url)).body.canUnmaskApplicant).toBe(true);
  expect((await unmask(adjuster)).status).toBe(200);
});
