// The routes of administrators and of one's own account, for the test that walks every route as everybody.

import { randomUUID } from 'node:crypto';
import { makeResidentId, syntheticRegion } from '#catalog/fields/index';
import { totpCode } from '#modules/identity';
import { joinErasures } from '#wiring/eraser';
import { seedContext } from '#modules/sampling';
import type { Caller, Answer, TestApp } from './app.ts';
import { makeAuthenticator } from './authenticator.ts';

export type Someone = {
  readonly name: string;
  readonly kind: 'anonymous' | 'pending' | 'worker' | 'staff';
  readonly caller: Caller;
  readonly grants: readonly string[];
};
type More = { readonly also?: (someone: Someone) => boolean; readonly secret?: string };
export type AdminSpecs = {
  readonly app: TestApp;
  readonly staffNamed: (name: string) => Someone;
  readonly row: (text: string, values?: unknown[]) => Promise<Record<string, string>>;
  readonly add: (key: string, right: Someone, send: (caller: Caller) => Promise<Answer>, more?: More) => void;
};

const holds =
  (...roles: readonly string[]) =>
  (one: Someone) =>
    one.grants.some((grant) => roles.includes(grant.split('@')[0] ?? ''));
const anyStaff = (one: Someone) => one.kind === 'staff';
const reason = '访问测试';
const three = holds('system_administrator', 'security_administrator', 'audit_administrator');

export async function adminSpecs(world: AdminSpecs): Promise<void> {
  await accounts(world);
  await proposals(world);
  await own(world);
  await enterprises(world);
  await organisations(world);
  await looks(world);
  await legalHolds(world);
  await erasures(world);
  await sampling(world);
}

async function erasures({ app, staffNamed, row, add }: AdminSpecs): Promise<void> {
  const keeper = staffNamed('supervisor');
  const second = staffNamed('hrss_reviewer');
  const also = holds('supervisor', 'hrss_reviewer', 'data_operator');
  const { ids, persons } = await row(
    `select (select string_agg(staff_id::text, ' ') from staff_role where role in ('supervisor', 'hrss_reviewer', 'data_operator')) as ids,
       (select string_agg(person_id::text, ' ') from (select person_id from person order by person_id limit 16) p) as persons`,
  );
  for (const personId of (persons ?? '').split(' ')) await joinErasures(app.services).ask(personId, randomUUID());
  const made: string[] = (await keeper.caller.get('/api/desk/erasures')).body.items.map(
    (one: { erasureId: string }) => `/api/desk/erasures/${one.erasureId}`,
  );
  await row(
    `with due as (update erasure set due_at = now() - interval '1 hour' returning 1) select count(*) as n from due`,
  );
  const fresh = (caller: Caller): string => (ids?.includes(caller.id) && caller.id ? made.pop() : made[0]) ?? '';
  const propose = (caller: Caller, url: string) =>
    caller.post(`${url}/propose`, { requestId: randomUUID(), agree: true, reason });
  await propose(keeper.caller, made[0] ?? '');
  add('GET /api/desk/erasures', keeper, (caller) => caller.get('/api/desk/erasures'), { also });
  add('GET /api/desk/erasures/:erasureId/plan', keeper, (caller) => caller.get(`${made[0]}/plan`), { also });
  add('POST /api/desk/erasures/:erasureId/propose', keeper, (caller) => propose(caller, fresh(caller)), { also });
  add(
    'POST /api/desk/erasures/:erasureId/decide',
    second,
    async (caller) => {
      const url = caller === keeper.caller ? (made[0] ?? '') : fresh(caller);
      if (url !== made[0]) await propose(keeper.caller, url);
      return caller.post(`${url}/decide`, { requestId: randomUUID(), agree: false });
    },
    { also: (one) => one !== keeper && also(one) },
  );
}

/** The check of ended claims: a sheet of the supervisor's own department, in the state that each act needs. */
async function sampling({ app, staffNamed, row, add }: AdminSpecs): Promise<void> {
  const keeper = staffNamed('supervisor');
  const checks = { also: holds('supervisor', 'hrss_reviewer', 'finance_bureau', 'county_union') };
  const grant = keeper.grants.find((one) => one.startsWith('supervisor@')) ?? '';
  const { org_id: orgId } = await row(`select org_id from staff_role where role = 'supervisor' and staff_id = $1`, [
    keeper.caller.id,
  ]);
  const { claim_id: claimId } = await row(`select claim_id from benefit_claim where ended_at is not null limit 1`);
  const month = '2020-01';
  const { leaf_id: leafId } = await row('select leaf_id from log_leaf order by leaf_id limit 1');
  const { leaf_id: otherLeaf } = await row('select leaf_id from log_leaf order by leaf_id desc limit 1');
  await row(
    `insert into claim_sampling (month, seed_sealed, seed_hash, pool_hash, pool_size, closed_at, leaf_id, readers)
     values ('2020-01-01', $1, sha256('access-seed'), '', 1, now(), $2, '{*}') returning month`,
    [app.services.crypto.seal(seedContext(leafId ?? ''), 'access-seed'), leafId],
  );
  await row(
    `insert into claim_pool select '2020-01-01', c.claim_id, c.case_id, p.insurer_org_id, p.region, c.benefit, c.state, c.amount_fen, c.ended_at, '{*}'
     from benefit_claim c join cover_policy p using (policy_id) where c.claim_id = $1 returning month`,
    [claimId],
  );
  await row(
    `update claim_sampling set pool_hash = sha256(convert_to((select claim_id || ',' || insurer_org_id || ',' || outcome || chr(10)
       from claim_pool where month = '2020-01-01'), 'UTF8')) where month = '2020-01-01' returning month`,
  );
  const { sheet_id: sheetId } = await row('select gen_random_uuid() as sheet_id');
  const checker = await row(`select staff_id from staff where staff_id <> $1 limit 1`, [keeper.caller.id]);
  // Of another month, so that the draw of this one is still to come.
  await row(
    `insert into claim_sampling (month, seed_sealed, seed_hash, pool_hash, pool_size, closed_at, leaf_id, readers)
     values ('2019-12-01', '', '', '', 1, now(), $1, '{*}') returning month`,
    [otherLeaf],
  );
  await row(`insert into claim_pool select '2019-12-01', claim_id, case_id, insurer_org_id, region, benefit, outcome, amount_fen, ended_at, readers
    from claim_pool where month = '2020-01-01' returning month`);
  await row(
    `insert into claim_sheet (sheet_id, month, claim_id, place, role, org_id, due_on, state, readers)
     values ($1, '2019-12-01', $2, 1, 'supervisor', $3, '2099-01-01', 'waiting', array['*', $4]) returning month`,
    [sheetId, claimId, orgId, grant],
  );
  const url = `/api/sampling/sheets/${sheetId}`;
  const post = (verb: string, body: object) => (caller: Caller) =>
    caller.post(`${url}/${verb}`, { requestId: randomUUID(), ...body });
  /** The state that the right one finds, whoever knocked before. */
  const from = (set: string, send: (caller: Caller) => Promise<Answer>) => async (caller: Caller) => {
    if (caller === keeper.caller)
      await row(`update claim_sheet set ${set} where sheet_id = $1 returning month`, [sheetId]);
    return send(caller);
  };
  const mine = `state = 'checking', checker_id = '${keeper.caller.id}', conclusion = null, follow = null`;
  const theirs = `state = 'to_confirm', checker_id = '${checker['staff_id']}', conclusion = 'wrong', follow = 'correct'`;
  const seesSheet = { also: (one: Someone) => one.grants.includes(grant) };
  add('GET /api/sampling/months', keeper, (caller) => caller.get('/api/sampling/months'), checks);
  add('GET /api/sampling/months/:month/pool', keeper, (caller) => caller.get(`/api/sampling/months/${month}/pool`), {
    ...checks,
  });
  add('GET /api/sampling/months/:month/sheets', keeper, (one) => one.get('/api/sampling/months/2019-12/sheets'), {
    ...checks,
    secret: '201912-001',
  });
  add('GET /api/sampling/sheets', keeper, (caller) => caller.get('/api/sampling/sheets'), {
    ...checks,
    secret: '201912-001',
  });
  add('GET /api/sampling/sheets/:sheetId', keeper, (caller) => caller.get(url), { ...seesSheet, secret: '201912-001' });
  add('POST /api/sampling/sheets/:sheetId/take', keeper, post('take', {}), seesSheet);
  const right = post('conclude', { conclusion: 'right', remark: '访问测试的结论' });
  add('POST /api/sampling/sheets/:sheetId/conclude', keeper, from(mine, right), seesSheet);
  const confirm = post('confirm', { agree: true });
  add('POST /api/sampling/sheets/:sheetId/confirm', keeper, from(theirs, confirm), seesSheet);
  const waiting = `state = 'waiting', checker_id = null, conclusion = null, follow = null, confirmed_by = null, confirmed_at = null`;
  add(
    'POST /api/sampling/sheets/:sheetId/assign',
    keeper,
    from(waiting, post('assign', { role: 'supervisor' })),
    seesSheet,
  );
  const draw = { sharePercent: 5, leastEach: 1 };
  add(
    'POST /api/sampling/months/:month/draw',
    keeper,
    (caller) => caller.post(`/api/sampling/months/${month}/draw`, { requestId: randomUUID(), ...draw }),
    { also: holds('supervisor') },
  );
}

async function legalHolds({ app, staffNamed, row, add }: AdminSpecs): Promise<void> {
  const keeper = staffNamed('supervisor');
  const also = holds('supervisor', 'hrss_reviewer', 'data_operator');
  const seen = await row(
    `select s.case_id, s.case_no, s.readers from case_state s where $1 = any (s.readers) and s.status = 'ended' limit 1`,
    [keeper.grants.find((grant) => grant.startsWith('supervisor@'))],
  );
  const person = await row(`select person_id from person where id_type = 'resident_id' limit 1`);
  const { idNumber = '' } = (await app.services.identity.profile(person['person_id'] ?? '')) ?? {};
  const words = { authority: '访问测试法院', documentNo: '测试 1 号', reason };
  const put = (caller: Caller) =>
    caller.post('/api/desk/holds', { requestId: randomUUID(), scope: 'person', idNumber, ...words });
  const second = staffNamed('hrss_reviewer');
  // One for each call of those who may; the others knock at the first one and change nothing.
  const { ids } = await row(
    `select string_agg(staff_id::text, ' ') as ids from staff_role where role in ('supervisor', 'hrss_reviewer', 'data_operator')`,
  );
  const made: string[] = [];
  for (let count = 0; count < 40; count += 1) made.push(`/api/desk/holds/${(await put(keeper.caller)).body.holdId}`);
  const fresh = (caller: Caller): string => (ids?.includes(caller.id) && caller.id ? made.pop() : made[0]) ?? '';
  const lift = (caller: Caller, url: string) => caller.post(`${url}/lift`, { requestId: randomUUID(), reason });
  add('GET /api/desk/holds', keeper, (caller) => caller.get('/api/desk/holds'), { also });
  add('POST /api/desk/holds', keeper, put, { also });
  await lift(keeper.caller, made[0] ?? '');
  add('POST /api/desk/holds/:holdId/lift', keeper, (caller) => lift(caller, fresh(caller)), { also });
  add(
    'POST /api/desk/holds/:holdId/decide',
    second,
    async (caller) => {
      const url = caller === keeper.caller ? (made[0] ?? '') : fresh(caller);
      if (url !== made[0]) await lift(keeper.caller, url);
      return caller.post(`${url}/decide`, { requestId: randomUUID(), agree: true });
    },
    // Whoever proposed does not decide.
    { also: (one) => one !== keeper && also(one) },
  );
  add('GET /api/cases/:caseId/holds', keeper, (caller) => caller.get(`/api/cases/${seen['case_id']}/holds`), {
    also: (one) => one.grants.some((grant) => seen['readers']?.includes(grant)),
  });
}

async function looks({ app, staffNamed, row, add }: AdminSpecs): Promise<void> {
  const auditor = staffNamed('audit_administrator');
  const also = holds('audit_administrator');
  const person = await row(`select person_id from person where id_type = 'resident_id' limit 1`);
  const { idNumber = '' } = (await app.services.identity.profile(person['person_id'] ?? '')) ?? {};
  add('GET /api/admin/looks', auditor, (caller) => caller.get('/api/admin/looks'), { also });
  add('GET /api/admin/looks/unusual', auditor, (caller) => caller.get('/api/admin/looks/unusual'), { also });
  add(
    'POST /api/admin/looks/person',
    auditor,
    (caller) => caller.post('/api/admin/looks/person', { requestId: randomUUID(), idNumber, reason }),
    { also },
  );
}

async function organisations({ staffNamed, row, add }: AdminSpecs): Promise<void> {
  const system = staffNamed('system_administrator');
  const also = holds('system_administrator');
  const office = await row(`select org_id, name from org where code = 'hrss-350203'`);
  const url = `/api/admin/orgs/${office['org_id']}`;
  const post = (path: string, more: () => object) => (caller: Caller) =>
    caller.post(path, { requestId: randomUUID(), ...more() });
  const fresh = () => ({
    code: `access-${randomUUID()}`,
    name: `访问测试单位${randomUUID()}`,
    kind: 'hrss',
    region: '350203',
  });
  add('GET /api/admin/orgs', system, (caller) => caller.get('/api/admin/orgs'), { also: three });
  add('GET /api/admin/orgs/:orgId', system, (caller) => caller.get(url), { also: three });
  add('GET /api/admin/orgs/:orgId/history', system, (caller) => caller.get(`${url}/history`), { also: three });
  add('POST /api/admin/orgs', system, post('/api/admin/orgs', fresh), { also });
  add(
    'POST /api/admin/orgs/:orgId/move',
    system,
    post(`${url}/move`, () => ({ name: office['name'], parentId: null, reason })),
    { also },
  );
  add(
    'POST /api/admin/orgs/:orgId/routes',
    system,
    post(`${url}/routes`, () => ({ role: 'hrss_window', region: '350203' })),
    { also },
  );
  // The city's office stays, so that this one may end.
  const reviewer = { role: 'hrss_reviewer', region: '350203' };
  await post(`${url}/routes`, () => reviewer)(system.caller);
  add(
    'POST /api/admin/orgs/:orgId/routes/end',
    system,
    post(`${url}/routes/end`, () => ({ ...reviewer, reason })),
    { also },
  );
}

/** A company's administrator and its program; the program is nobody without its key, whoever else is logged in. */
async function enterprises({ app, staffNamed, add }: AdminSpecs): Promise<void> {
  const boss = staffNamed('enterprise_administrator');
  const also = holds('enterprise_administrator');
  const key = { requestId: randomUUID(), name: '访问测试', scopes: ['cases:read', 'cases:write'], days: 9 };
  const scopes = [...key.scopes, 'signals:write'];
  const made = await boss.caller.post('/api/enterprise/keys', { ...key, scopes });
  const url = `/api/enterprise/keys/${made.body.keyId}`;
  const clerk = () => ({
    requestId: randomUUID(),
    login: `access-clerk-${Math.random().toString(36).slice(2)}`,
    name: '访问测试',
    idNumber: makeResidentId(syntheticRegion, '1978-08-08', 1),
    role: 'platform_company',
  });
  const post = (path: string, more: object) => (caller: Caller) =>
    caller.post(path, { requestId: randomUUID(), ...more });
  const program: Someone = { name: 'a program with its key', kind: 'staff', grants: [], caller: programCaller() };
  function programCaller(): Caller {
    const call = async (method: 'GET' | 'POST', path: string, payload?: object): Promise<Answer> => {
      const headers = { authorization: `Bearer ${made.body.key}` };
      const response = await app.app.inject({ method, url: path, headers, ...(payload ? { payload } : {}) });
      return { status: response.statusCode, body: JSON.parse(response.body), text: response.body };
    };
    return {
      cookie: '',
      csrf: '',
      id: 'program',
      get: (path) => call('GET', path),
      post: (path, body) => call('POST', path, body),
    };
  }
  const v1 = '/api/enterprise/v1';
  const open = { serviceCode: 'CA-901', region: '350203', data: { station_size: '十人以下' } };
  const opened = await program.caller.post(`${v1}/cases`, { requestId: randomUUID(), ...open });
  add('POST /api/enterprise/v1/cases', program, post(`${v1}/cases`, open));
  add('GET /api/enterprise/v1/cases', program, (caller) => caller.get(`${v1}/cases`), { secret: opened.body.caseId });
  add('GET /api/enterprise/v1/cases/:caseId', program, (caller) => caller.get(`${v1}/cases/${opened.body.caseId}`), {
    secret: opened.body.caseNo,
  });
  const signals = [
    { orderRef: 'ACCESS-1', idNumber: makeResidentId(syntheticRegion, '1977-07-07', 1), at: new Date().toISOString() },
  ];
  add('POST /api/enterprise/v1/work-signals', program, (caller) => caller.post(`${v1}/work-signals`, { signals }));
  add('GET /api/enterprise/keys', boss, (caller) => caller.get('/api/enterprise/keys'), { also, secret: '访问测试' });
  add('POST /api/enterprise/keys', boss, post('/api/enterprise/keys', { ...key, requestId: randomUUID() }), { also });
  add('GET /api/enterprise/keys/:keyId/uses', boss, (caller) => caller.get(`${url}/uses`), { also });
  add('POST /api/enterprise/keys/:keyId/rotate', boss, post(`${url}/rotate`, {}));
  add('POST /api/enterprise/keys/:keyId/revoke', boss, post(`${url}/revoke`, {}));
  const invited = await boss.caller.post('/api/enterprise/clerks', {
    ...clerk(),
    idNumber: makeResidentId(syntheticRegion, '1978-08-08', 2),
  });
  add('GET /api/enterprise/clerks', boss, (caller) => caller.get('/api/enterprise/clerks'), { also });
  add('POST /api/enterprise/clerks', boss, (caller) => caller.post('/api/enterprise/clerks', clerk()), { also });
  add(
    'POST /api/enterprise/clerks/:staffId/remove',
    boss,
    post(`/api/enterprise/clerks/${invited.body.staffId}/remove`, { reason: '离职' }),
  );
}

async function accounts({ staffNamed, row, add }: AdminSpecs): Promise<void> {
  const system = staffNamed('system_administrator');
  const security = staffNamed('security_administrator');
  const audit = staffNamed('audit_administrator');
  const office = await row(`select org_id from org where code = 'hrss'`);
  const clerk = await row(`select staff_id, login, org_id from staff where login = 'county-union-4'`);
  let number = 0;
  const invitation = () => ({
    requestId: randomUUID(),
    login: `access.${(number += 1)}`,
    name: '访问测试',
    idNumber: makeResidentId(syntheticRegion, '1979-09-09', number),
    orgId: office['org_id'],
  });
  const invited = await system.caller.post('/api/admin/staff', invitation());
  const staffId: string = invited.body.staffId;
  const act = await row(`select act_id from admin_act where staff_id = $1`, [staffId]);
  const isAudit = holds('audit_administrator');
  const isSystem = holds('system_administrator');
  const isSecurity = holds('security_administrator');
  const url = `/api/admin/staff/${staffId}`;
  const clerkUrl = `/api/admin/staff/${clerk['staff_id']}`;
  const post =
    (path: string, more: object = { reason }) =>
    (caller: Caller) =>
      caller.post(path, { requestId: randomUUID(), ...more });
  const role = { role: 'hrss_window', orgId: office['org_id'], reason };

  add('GET /api/admin/acts', audit, (caller) => caller.get('/api/admin/acts?limit=100'), {
    also: isAudit,
    secret: 'access.1',
  });
  add('GET /api/admin/acts/:actId', audit, (caller) => caller.get(`/api/admin/acts/${act['act_id']}`), {
    also: isAudit,
    secret: 'access.1',
  });
  add('GET /api/admin/staff', system, (caller) => caller.get('/api/admin/staff?text=access'), {
    also: three,
  });
  add('GET /api/admin/staff/:staffId', audit, (caller) => caller.get(url), { also: three });
  add('POST /api/admin/staff', system, (caller) => caller.post('/api/admin/staff', invitation()), { also: isSystem });
  add('POST /api/admin/staff/:staffId/link', system, post(`${url}/link`, {}), { also: isSystem });
  add('POST /api/admin/staff/:staffId/roles', security, post(`${url}/roles`, role), { also: isSecurity });
  add('POST /api/admin/staff/:staffId/roles/take', security, post(`${url}/roles/take`, role), { also: isSecurity });
  add('POST /api/admin/staff/:staffId/keys/reset', security, post(`${clerkUrl}/keys/reset`), { also: isSecurity });
  add('POST /api/admin/staff/:staffId/second-factor', security, post(`${clerkUrl}/second-factor`), {
    also: isSecurity,
  });
  const linkOf = async (login: string): Promise<{ at: string; linkId: string }> => {
    const found = await row(`select staff_id from staff where login = $1`, [login]);
    const at = `/api/admin/staff/${found['staff_id']}/subject`;
    const made = await system.caller.post(at, { requestId: randomUUID(), subject: `access-${login}`, reason });
    return { at, linkId: made.body.linkId };
  };
  const toConfirm = await linkOf('county-union-5');
  const toRemove = await linkOf('county-union-6');
  add('POST /api/admin/staff/:staffId/subject', system, post(`${url}/subject`, { subject: 'access', reason }), {
    also: isSystem,
  });
  add(
    'POST /api/admin/staff/:staffId/subject/confirm',
    security,
    post(`${toConfirm.at}/confirm`, { linkId: toConfirm.linkId }),
    { also: isSecurity },
  );
  add(
    'POST /api/admin/staff/:staffId/subject/remove',
    system,
    post(`${toRemove.at}/remove`, { linkId: toRemove.linkId, reason }),
    { also: holds('system_administrator', 'security_administrator') },
  );
  add('POST /api/admin/staff/:staffId/suspend', system, post(`${clerkUrl}/suspend`), { also: isSystem });
  add('POST /api/admin/staff/:staffId/resume', system, post(`${clerkUrl}/resume`), { also: isSystem });
  add('POST /api/admin/staff/:staffId/close', system, post(`${url}/close`), { also: isSystem });
}

async function proposals({ staffNamed, row, add }: AdminSpecs): Promise<void> {
  const security = staffNamed('security_administrator');
  const second = staffNamed('security_administrator 2');
  const both = holds('security_administrator', 'audit_administrator');
  const propose = async (login: string): Promise<string> => {
    const target = await row('select staff_id, org_id from staff where login = $1', [login]);
    const made = await security.caller.post(`/api/admin/staff/${target['staff_id']}/roles`, {
      requestId: randomUUID(),
      role: 'insurer_finance',
      orgId: target['org_id'],
      fromDay: '2099-01-01',
      reason: '等待复核的提请',
    });
    return made.body.proposalId;
  };
  const first = await propose('insurer-underwriter-1');
  const next = await propose('insurer-underwriter-2');
  add('GET /api/admin/role-proposals', second, (caller) => caller.get('/api/admin/role-proposals'), {
    also: both,
  });
  add(
    'POST /api/admin/role-proposals/:proposalId/decide',
    second,
    (caller) =>
      caller.post(`/api/admin/role-proposals/${first}/decide`, { requestId: randomUUID(), agree: true, reason: '' }),
    {},
  );
  add('POST /api/admin/role-proposals/:proposalId/withdraw', security, (caller) =>
    caller.post(`/api/admin/role-proposals/${next}/withdraw`, { requestId: randomUUID() }),
  );
}

async function ownKeys({ app, row, add }: Omit<AdminSpecs, 'staffNamed'>): Promise<void> {
  const anybody = { also: anyStaff };
  const account = app.city.accounts.find((one) => one.login === 'county-union-2');
  const caller = await app.staff('county_union', 2);
  const keeper: Someone = { name: 'a clerk with a key', kind: 'staff', caller, grants: [] };
  const device = makeAuthenticator(app.url);
  /** The same code may be used again here: the test does not wait for the next one. */
  const code = async () => {
    await row('update staff set totp_last_step = 0 where staff_id = $1 returning staff_id', [caller.id]);
    return totpCode(account?.totpSecret ?? '', Date.now());
  };
  const begin = async (who: Caller) => who.post('/api/staff/keys/begin', { code: await code() });
  const enrol = async (who: Caller) => {
    const begun = await begin(who);
    const proof = begun.body.request ? device.get(begun.body.request) : null;
    const credential = device.create(begun.body.creation ?? { challenge: 'AAAA' });
    const enrolId = begun.body.enrolId ?? randomUUID();
    return who.post('/api/staff/keys', { requestId: randomUUID(), enrolId, name: '访问测试', credential, proof });
  };
  add('GET /api/staff/account', keeper, (who) => who.get('/api/staff/account'), anybody);
  add('POST /api/staff/sessions/end', keeper, (who) => who.post('/api/staff/sessions/end', {}), anybody);
  add('POST /api/staff/keys/begin', keeper, begin, anybody);
  add('POST /api/staff/keys', keeper, enrol, anybody);
  await enrol(caller);
  const key = await row('select key_id from staff_key where staff_id = $1', [caller.id]);
  const remove = async (who: Caller) =>
    who.post(`/api/staff/keys/${key['key_id']}/remove`, { requestId: randomUUID(), code: await code() });
  // Whoever else is logged in has another code; nobody removes another's key with his own (staff-keys.db.test.ts).
  add('POST /api/staff/keys/:keyId/remove', keeper, remove, anybody);
}

async function own({ app, staffNamed, row, add }: AdminSpecs): Promise<void> {
  const window = staffNamed('hrss_window');
  const orgId = (window.grants[0] ?? '').split('@')[1] ?? '';
  const colleague = await row(
    `select staff_id from staff where org_id = $1 and staff_id <> $2 order by login limit 1`,
    [orgId, window.caller.id],
  );
  const leave = (fromDay: string, untilDay: string) => ({
    requestId: randomUUID(),
    substituteId: colleague['staff_id'],
    role: 'hrss_window',
    orgId,
    fromDay,
    untilDay,
    reason: '访问测试的代办',
  });
  await window.caller.post('/api/staff/substitutions', leave('2099-01-01', '2099-01-05'));
  const made = await row(`select substitution_id from substitution`);
  const anybody = { also: anyStaff };
  add('GET /api/staff/substitutions', window, (caller) => caller.get('/api/staff/substitutions'), {
    ...anybody,
  });
  add(
    'POST /api/staff/substitutions',
    window,
    (caller) => caller.post('/api/staff/substitutions', leave('2099-02-01', '2099-02-05')),
    anybody,
  );
  add(
    'POST /api/staff/substitutions/:substitutionId/end',
    window,
    (caller) => caller.post(`/api/staff/substitutions/${made['substitution_id']}/end`, { requestId: randomUUID() }),
    { also: holds('security_administrator') },
  );
  add('GET /api/staff/colleagues', window, (caller) => caller.get(`/api/staff/colleagues?orgId=${orgId}`), {
    also: (one) => one.grants.some((grant) => grant.endsWith(`@${orgId}`)) || holds('security_administrator')(one),
  });
  await ownKeys({ app, row, add });
  const account = app.city.accounts.find((one) => one.login === 'county-union-5');
  const writer: Someone = {
    name: 'a clerk with a new password',
    kind: 'staff',
    caller: await app.staff('county_union', 5),
    grants: [],
  };
  add(
    'POST /api/staff/password',
    writer,
    (caller) =>
      caller.post('/api/staff/password', {
        current: account?.password,
        next: 'Another-Horse-9',
        // The step of now was spent at the login; one step ahead is taken too.
        code: totpCode(account?.totpSecret ?? '', Date.now() + 30_000),
      }),
    anybody,
  );
}
