// A company's administrator, its clerks, its keys and its programs, over HTTP: only its own, each once, limited and written down.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeResidentId, syntheticRegion } from '#catalog/fields/index';
import { agreeToAll } from '#test/consents';
import { submit, until } from '#test/first-journey';
import { workerAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { startApp, type Answer, type Caller, type TestApp } from '#test/app';
import { publishDeskService } from '#test/desk-service';

let app: TestApp;
let boss: Caller;
let rival: Caller;

beforeAll(async () => {
  app = await startApp({ background: true });
  await publishDeskService(app.services);
  boss = await app.staff('enterprise_administrator');
  rival = await app.staff('enterprise_administrator', 2);
}, 60_000);
afterAll(async () => app?.close());

const everything = ['cases:write', 'cases:read', 'signals:write'];
const keyInput = (more: object = {}) => ({
  requestId: randomUUID(),
  name: '派单系统',
  scopes: everything,
  days: 30,
  ratePerMinute: 600,
  ...more,
});

async function makeKey(more: object = {}, by = boss): Promise<{ keyId: string; key: string }> {
  const made = await by.post('/api/enterprise/keys', keyInput(more));
  expect(made.status).toBe(200);
  return made.body;
}

async function call(key: string | null, method: 'GET' | 'POST', url: string, payload?: object): Promise<Answer> {
  const response = await app.app.inject({
    method,
    url: `/api/enterprise/v1${url}`,
    headers: key === null ? {} : { authorization: `Bearer ${key}` },
    ...(payload ? { payload } : {}),
  });
  return { status: response.statusCode, body: JSON.parse(response.body), text: response.body };
}

let number = 0;
const idNumber = () => makeResidentId(syntheticRegion, '1991-03-03', (number += 1));
const signal = (more: object = {}) => ({
  orderRef: `ORDER-${(number += 1)}`,
  idNumber: idNumber(),
  at: new Date().toISOString(),
  ...more,
});
async function asSystem<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
  const client = await app.db.pool.connect();
  try {
    await client.query(`select set_config('gongdun.grants', '{*}', false)`);
    return (await client.query(text, values)).rows;
  } finally {
    client.release(true);
  }
}
const send = (key: string | null, signals: object[]) => call(key, 'POST', '/work-signals', { signals });

describe('a key', () => {
  test('is shown to whoever made it, by the same request again, and kept only as a hash', async () => {
    const input = keyInput();
    const made = await boss.post('/api/enterprise/keys', input);
    expect(made.body.key).toMatch(/^gd_[\w-]{43}$/);
    expect((await boss.post('/api/enterprise/keys', input)).body).toEqual(made.body);
    expect((await rival.post('/api/enterprise/keys', input)).body.code).toBe('administration.request_reused');
    const dump = await app.db.pool.query('select coalesce(json_agg(k)::text, $1) as text from api_key k', ['']);
    expect(dump.rows[0].text).toContain(made.body.keyId);
    expect(dump.rows[0].text).not.toContain(made.body.key);
    const list = await boss.get('/api/enterprise/keys');
    expect(list.text).not.toContain(made.body.key);
    expect(list.body.items[0]).toMatchObject({ hint: made.body.key.slice(-4), state: 'live' });
    expect((await rival.get('/api/enterprise/keys')).body.items).toEqual([]);
  });

  test('opens nothing but what its scopes say, and nothing for who guesses', async () => {
    const { key } = await makeKey({ scopes: ['signals:write'] });
    expect((await send(key, [signal()])).status).toBe(200);
    expect((await call(key, 'GET', '/cases')).body.code).toBe('enterprise.scope_missing');
    for (const wrong of [null, '', 'x', `gd_${'a'.repeat(43)}`, `${key}x`])
      expect((await send(wrong, [signal()])).body.code).toBe('enterprise.key_wrong');
    // A session is no key, and a key is no session.
    const byCookie = await boss.post('/api/enterprise/v1/work-signals', { signals: [signal()] });
    expect(byCookie.status).toBe(401);
    const byKey = await app.app.inject({
      method: 'GET',
      url: '/api/enterprise/keys',
      headers: { authorization: `Bearer ${key}` },
    });
    expect(byKey.statusCode).toBe(401);
  });

  test('is rotated with an overlap, once, and revoked at once', async () => {
    const old = await makeKey();
    const rotate = { requestId: randomUUID(), overlapHours: 1, days: 10 };
    const next = await boss.post(`/api/enterprise/keys/${old.keyId}/rotate`, rotate);
    expect(next.status).toBe(200);
    for (const key of [old.key, next.body.key]) expect((await send(key, [signal()])).status).toBe(200);
    const again = { ...rotate, requestId: randomUUID() };
    expect((await boss.post(`/api/enterprise/keys/${old.keyId}/rotate`, again)).body.code).toBe('enterprise.key_over');
    expect((await rival.post(`/api/enterprise/keys/${old.keyId}/rotate`, again)).status).toBe(404);
    expect((await rival.post(`/api/enterprise/keys/${old.keyId}/revoke`, { requestId: randomUUID() })).body.code).toBe(
      'enterprise.key_missing',
    );
    const revoke = { requestId: randomUUID() };
    expect((await boss.post(`/api/enterprise/keys/${old.keyId}/revoke`, revoke)).status).toBe(200);
    expect((await send(old.key, [signal()])).body.code).toBe('enterprise.key_wrong');
    expect((await send(next.body.key, [signal()])).status).toBe(200);
    const none = await makeKey();
    const atOnce = { requestId: randomUUID(), overlapHours: 0, days: 10 };
    await boss.post(`/api/enterprise/keys/${none.keyId}/rotate`, atOnce);
    expect((await send(none.key, [signal()])).status).toBe(401);
  });

  test('has its calls a minute, also when they come at once', async () => {
    const { key } = await makeKey({ ratePerMinute: 5 });
    // All within one minute of the clock.
    while (new Date().getUTCSeconds() > 57) await new Promise((resolve) => setTimeout(resolve, 500));
    const answers = await Promise.all(Array.from({ length: 12 }, () => call(key, 'GET', '/cases')));
    expect(answers.filter((one) => one.status === 200)).toHaveLength(5);
    expect(answers.filter((one) => one.body.code === 'enterprise.too_many')).toHaveLength(7);
  });

  test('leaves each call in the company’s list, before the answer leaves', async () => {
    const { key, keyId } = await makeKey();
    await call(key, 'GET', '/cases');
    await call(key, 'GET', `/cases/${randomUUID()}`);
    await send(key, [{ ...signal(), idNumber: 'x' }]);
    const uses = await boss.get(`/api/enterprise/keys/${keyId}/uses`);
    expect(uses.body.items.map((one: { status: number }) => one.status)).toEqual([422, 404, 200]);
    expect((await rival.get(`/api/enterprise/keys/${keyId}/uses`)).body.items).toEqual([]);
    const leaves = await app.db.pool.query(
      `select count(*)::int as n from log_leaf where entry like '%enterprise.called%'`,
    );
    expect(leaves.rows[0].n).toBeGreaterThanOrEqual(3);
  });
});

describe('word of orders', () => {
  test('counts each order of a company once, whatever comes again or at once', async () => {
    const { key } = await makeKey();
    const batch = Array.from({ length: 20 }, () => signal());
    const answers = await Promise.all([send(key, batch), send(key, batch.toReversed()), send(key, batch.slice(5))]);
    expect(answers.map((one) => one.status)).toEqual([200, 200, 200]);
    expect(answers.reduce((sum, one) => sum + one.body.accepted, 0)).toBe(20);
    expect((await send(key, batch)).body).toEqual({ accepted: 0, repeated: 20 });
    // Another company may use the same numbers.
    const other = await makeKey({}, rival);
    expect((await send(other.key, batch)).body).toEqual({ accepted: 20, repeated: 0 });
  });

  test('finds the worker who is registered, and keeps no ID number', async () => {
    const { key } = await makeKey();
    const person = idNumber();
    const personId = randomUUID();
    await app.services.db.transaction({ kind: 'system', actorId: null, grants: ['*'] }, (tx) =>
      app.services.identity.addPerson(tx, {
        personId,
        name: '张示例',
        idDocument: { type: 'resident_id', number: person },
        phone: '19912345678',
        birthDay: '1991-03-03',
        sex: 'unknown',
        region: '350203',
        occupation: 'food_rider',
        platformOrgId: null,
        card: null,
        synthetic: true,
        createdAt: app.clock.now(),
      }),
    );
    const one = signal({ idNumber: person });
    await send(key, [one]);
    const [row] = await asSystem<{ person_id: string; text: string }>(
      'select person_id, row_to_json(w)::text as text from work_signal w where order_ref = $1',
      [one.orderRef],
    );
    expect(row?.person_id).toBe(personId);
    expect(row?.text).not.toContain(person);
  });

  test('of a rider who renews by the first order covers the day, once whatever is repeated', async () => {
    const { key } = await makeKey();
    const rider = await app.worker('19900000001');
    await agreeToAll(app.services, rider.id);
    const profile = await app.services.identity.profile(rider.id);
    const order = () => signal({ idNumber: profile?.idNumber ?? '' });
    expect((await send(key, [order()])).status).toBe(200);
    const opened = await submit(rider, 'DI-003', {
      trigger_mode: '接单日自动',
      linked_platforms: ['其他'],
      monthly_cap: '10.00',
      work_type: '网约配送员',
      work_region: '350203',
      read_clause: 'on',
    });
    expect(opened.status, opened.text).toBe(201);
    const { caseId } = opened.body;
    await until('the signed contract', async () => {
      const state = await app.services.reader.state(workerAccess(rider.id), caseId);
      const code = state.data['withholding_contract'];
      if (typeof code === 'string') app.parties.simulators.payment?.sign(code);
      // Whoever comes back from signing sees what the party says now.
      await app.services.money.debits.refreshContract(workerAccess(rider.id), caseId);
      return state.active[0]?.step === 'auto-run';
    });
    // It renews from the day after it was signed; that day is today now.
    await asSystem(`update renewal_mandate set first_day = $2 where case_id = $1`, [caseId, dayOf(app.clock.now())]);
    const orders = [order(), order()];
    for (const batch of [orders, orders, [order()]]) expect((await send(key, batch)).status).toBe(200);
    const days = () =>
      asSystem<{ day: string; state: string }>('select day, state from renewal where person_id = $1', [rider.id]);
    await until('the day', async () => (await days()).some((one) => one.state === 'bound'));
    expect(await days()).toHaveLength(1);
    expect((await app.services.cover.coveredAt(rider.id, app.clock.now())).covered).toBe(true);
  });

  test('is refused whole when one line is wrong, each with its reason', async () => {
    const { key } = await makeKey();
    const good = signal();
    const bad = [
      good,
      signal({ idNumber: '110101199001011' }),
      signal({ at: new Date(Date.now() + 3_600_000).toISOString() }),
      signal({ at: new Date(Date.now() - 9 * 86_400_000).toISOString() }),
      { ...signal(), orderRef: good.orderRef },
    ];
    const answer = await send(key, bad);
    expect([answer.status, answer.body.code]).toEqual([422, 'enterprise.signal_invalid']);
    expect(answer.body.problems.map((one: { path: string }) => one.path)).toEqual([
      'signals.1.idNumber',
      'signals.2.at',
      'signals.3.at',
      'signals.4.orderRef',
    ]);
    expect((await send(key, [good])).body.accepted).toBe(1);
    expect((await send(key, [])).status).toBe(422);
  });
});

describe('a case of the company', () => {
  test('is opened once, read by its company only, and shows that a program did it', async () => {
    const { key } = await makeKey();
    const input = {
      requestId: randomUUID(),
      serviceCode: 'CA-901',
      region: '350203',
      data: { station_size: '十人以下' },
    };
    const [first, second] = await Promise.all([call(key, 'POST', '/cases', input), call(key, 'POST', '/cases', input)]);
    expect(first.status).toBe(201);
    expect(second.body).toEqual(first.body);
    const { caseId } = first.body;
    expect((await call(key, 'GET', `/cases/${caseId}`)).body).toMatchObject({
      caseId,
      serviceCode: 'CA-901',
      status: 'open',
    });
    expect((await call(key, 'GET', '/cases')).body.items.map((one: { caseId: string }) => one.caseId)).toContain(
      caseId,
    );
    const other = await makeKey({}, rival);
    expect((await call(other.key, 'GET', `/cases/${caseId}`)).status).toBe(404);
    expect((await call(other.key, 'GET', '/cases')).body.items).toEqual([]);
    const union = await app.staff('county_union');
    const seen = await union.get(`/api/cases/${caseId}`);
    expect(seen.text).toContain('接口“派单系统”');
    // A worker's service is not a company's.
    const wrong = await call(key, 'POST', '/cases', { ...input, requestId: randomUUID(), serviceCode: 'DI-001' });
    expect(wrong.body.code).toBe('enterprise.not_for_companies');
  });
});

describe('clerks of a company', () => {
  const clerk = (more: object = {}) => ({
    requestId: randomUUID(),
    login: `clerk-of-company-${(number += 1)}`,
    name: '企业经办',
    idNumber: idNumber(),
    role: 'platform_company',
    ...more,
  });

  test('are invited with its roles, listed and removed by its own administrator only', async () => {
    const made = await boss.post('/api/enterprise/clerks', clerk());
    expect(made.status).toBe(200);
    const { staffId } = made.body;
    const mine = (await boss.get('/api/enterprise/clerks')).body.items.find(
      (one: { staffId: string }) => one.staffId === staffId,
    );
    expect(mine).toMatchObject({ state: 'invited', roles: [{ role: 'platform_company' }] });
    expect((await boss.post('/api/enterprise/clerks', clerk({ role: 'county_union' }))).status).toBe(422);
    const remove = { requestId: randomUUID(), reason: '离职' };
    expect((await rival.post(`/api/enterprise/clerks/${staffId}/remove`, remove)).body.code).toBe(
      'identity.staff_missing',
    );
    const gone = await boss.post(`/api/enterprise/clerks/${staffId}/remove`, { ...remove, requestId: randomUUID() });
    expect(gone.body).toEqual({ staffId, state: 'closed' });
    const own = await boss.post(`/api/enterprise/clerks/${boss.id}/remove`, { ...remove, requestId: randomUUID() });
    expect(own.body.code).toBe('identity.not_oneself');
    const union = await app.staff('county_union');
    const foreign = `/api/enterprise/clerks/${union.id}/remove`;
    expect((await boss.post(foreign, { ...remove, requestId: randomUUID() })).body.code).toBe('identity.staff_missing');
  });
});

test('the interface is described', async () => {
  const described = JSON.parse((await app.app.inject({ url: '/api/openapi.json' })).body);
  for (const path of ['/cases', '/cases/{caseId}', '/work-signals']) {
    const operations = Object.values(described.paths[`/api/enterprise/v1${path}`] ?? {});
    expect([path, operations.length > 0]).toEqual([path, true]);
    for (const one of operations) expect(one).toMatchObject({ security: [{ apiKey: [] }] });
  }
});
