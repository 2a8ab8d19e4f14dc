// Consent on the real pages, routes and database: asked before, one at a time, never ticked beforehand; withdrawn with one tap, and
// what was withdrawn stops; what does not need it goes on; words that arrive twice, late or at once.

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { purposeOf, purposesFor } from '#catalog/purposes';
import { agentAccess, systemAccess, workerAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { newId } from '#platform/ids';
import { startApp, type TestApp } from '#test/app';
import { agreeToAll } from '#test/consents';
import { createWorkerBackend } from './worker-backend.ts';
import { createVisitor, type Visitor } from '#test/visitor';
import { makeResidentId, syntheticRegion } from '#catalog/fields/index';

let app: TestApp;
let owner: pg.Client;
const stories = { fresh: '还没有入会、还没有保障' };

beforeAll(async () => {
  app = await startApp();
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner?.end();
  await app?.close();
});

const tomorrow = () => new Date(Date.parse(dayOf(app.clock.now())) + 86_400_000).toISOString().slice(0, 10);
const purchase = () => ({
  cover_from: tomorrow(),
  days: '1',
  work_type: '快递员',
  work_region: '350203',
  read_clause: 'on',
});
const versionOf = (code: string) => purposeOf(code)?.version ?? '';
const say = (personId: string, purpose: string, given: boolean, requestId: string = randomUUID()) =>
  app.services.privacy.decide(workerAccess(personId), personId, {
    purpose,
    version: versionOf(purpose),
    given,
    requestId,
  });
const stateOf = async (personId: string, purpose: string) =>
  (await app.services.privacy.list(personId)).find((one) => one.purpose === purpose)?.state;
async function words(personId: string) {
  const { rows } = await owner.query<{ purpose: string; seq: number; state: string; version: string; channel: string }>(
    'select purpose, seq, state, version, channel from consent where person_id = $1 order by purpose, seq',
    [personId],
  );
  return rows;
}

let serial = 100;
/** A person of our own, who was asked nothing yet. */
async function somebody(): Promise<string> {
  const personId = newId();
  serial += 1;
  await app.db.transaction(systemAccess, (tx) =>
    app.services.identity.addPerson(tx, {
      personId,
      name: '甄试验',
      idDocument: { type: 'resident_id', number: makeResidentId(syntheticRegion, '1990-05-03', serial) },
      phone: `1390077${String(serial).padStart(4, '0')}`,
      birthDay: '1990-05-03',
      sex: 'male',
      region: '350203',
      occupation: null,
      platformOrgId: null,
      createdAt: app.clock.now(),
    }),
  );
  return personId;
}
async function visit(personId: string): Promise<Visitor> {
  const begun = await app.db.transaction(systemAccess, async (tx) =>
    app.services.identity.beginSession(tx, 'worker', { personId }, null),
  );
  return createVisitor(app, { gd_worker: begun.token });
}

describe('asking', () => {
  it('leads through the purposes of a service one by one before its form, nothing ticked, and not again', async () => {
    const personId = await somebody();
    const phone = await visit(personId);
    const start = await phone.post('/m/services/DI-001/start');
    expect(start.headers.location).toBe('/m/apply/DI-001');
    for (const purpose of purposesFor('DI-001')) {
      const led = await phone.get('/m/apply/DI-001');
      expect(led.headers.location).toBe(`/m/consent/DI-001?of=${purpose.code}`);
      const page = await phone.get(`/m/consent/DI-001?of=${purpose.code}`);
      expect(page.body).toContain(purpose.zh);
      for (const text of purpose.words) expect(page.body).toContain(text);
      expect(page.body).toContain(purpose.recipients);
      expect(page.body.match(/type="checkbox"/g)).toHaveLength(1);
      expect(page.body).not.toMatch(/checkbox[^>]*checked/);
      const unticked = await phone.post('/m/consent/DI-001', { purpose: purpose.code });
      expect(unticked.statusCode).toBe(422);
      const agreed = await phone.post('/m/consent/DI-001', { purpose: purpose.code, agreed: purpose.version });
      expect(agreed.headers.location).toBe('/m/apply/DI-001');
    }
    expect((await phone.get('/m/apply/DI-001')).headers.location).toMatch(/^\/m\/apply\/DI-001\//);
    expect((await phone.get('/m/consent/DI-001')).headers.location).toBe('/m/apply/DI-001');
    expect(await words(personId)).toMatchObject([
      { purpose: 'identity', seq: 1, state: 'given', channel: 'mobile' },
      { purpose: 'insurer', seq: 1, state: 'given', channel: 'mobile' },
    ]);
  });

  it('keeps no sensitive answer, not even in a draft, before the consent that it needs', async () => {
    const personId = await somebody();
    const phone = await visit(personId);
    await say(personId, 'identity', true);
    await phone.post('/m/services/DI-005/start');
    const card = await phone.post('/m/apply/DI-005/refund_account', { refund_account: '6222021234567890128' });
    expect(card.statusCode).toBe(409);
    expect(card.body).toContain('用银行卡号给我付款');
    const { rows } = await owner.query('select data from draft where person_id = $1', [personId]);
    expect(rows).toEqual([{ data: {} }]);
  });

  it('asks again when the words have changed, and takes no answer to old words', async () => {
    const personId = await somebody();
    await agreeToAll(app.services, personId);
    await owner.query(`update consent set version = '2020-01' where person_id = $1 and purpose = 'insurer'`, [
      personId,
    ]);
    expect(await stateOf(personId, 'insurer')).toBe('outdated');
    const phone = await visit(personId);
    await phone.post('/m/services/DI-001/start');
    expect((await phone.get('/m/apply/DI-001')).headers.location).toBe('/m/consent/DI-001?of=insurer');
    const old = await phone.post('/m/consent/DI-001', { purpose: 'insurer', agreed: '2020-01' });
    expect(old.statusCode).toBe(409);
    expect(old.body).toContain('说明已经更新');
    await say(personId, 'insurer', true);
    expect(await stateOf(personId, 'insurer')).toBe('given');
  });

  it('registering keeps the consent of its last page', async () => {
    const phone = createVisitor(app);
    await phone.prove('13900076001');
    await phone.post('/m/register/name', { name: '甄登记' });
    const number = makeResidentId(syntheticRegion, '1991-05-03', 7);
    await phone.post('/m/register/id', { 'idDocument.type': 'resident_id', 'idDocument.number': number });
    await phone.post('/m/register/region', { region: '350203' });
    await phone.get('/m/register/consent');
    const done = await phone.post('/m/register/consent', { agreed: `identity@${versionOf('identity')}` });
    expect(done.headers.location).toBe('/m');
    const session = await app.services.identity.sessionOf(phone.jar['gd_worker'] ?? '', 'worker');
    const personId = session?.kind === 'worker' ? session.personId : '';
    expect(await words(personId)).toMatchObject([{ purpose: 'identity', seq: 1, state: 'given', channel: 'mobile' }]);
  });
});

describe('withdrawing', () => {
  it('is one tap; what needs it is refused with a sentence, what does not goes on, and agreeing again opens it', async () => {
    const rider = await app.worker(app.city.riders.find((one) => one.story === stories.fresh)?.phone ?? '');
    const phone = createVisitor(app, { gd_worker: rider.cookie.split('=')[1] ?? '' });
    const page = await phone.get('/m/me/privacy');
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('自动续保从下一次起停下');
    const tap = await phone.post('/m/me/privacy/insurer', { _op: 'withdraw' });
    expect(tap.headers.location).toBe('/m/me/privacy?done=withdrawn');
    expect((await phone.get('/m/me/privacy?done=withdrawn')).body).toContain('已撤回');
    const buy = () =>
      rider.post('/api/me/cases', {
        requestId: randomUUID(),
        serviceCode: 'DI-001',
        region: '350203',
        data: purchase(),
      });
    const refused = await buy();
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'privacy.consent_needed' });
    expect(refused.text).toContain('把投保和理赔资料交给保险公司');
    expect((await phone.post('/m/services/UN-001/start')).headers.location).toBe('/m/apply/UN-001');
    expect((await phone.get('/m/apply/UN-001')).headers.location).not.toContain('/m/consent/');
    await phone.post('/m/me/privacy/insurer', { _op: 'give', version: versionOf('insurer') });
    expect((await buy()).status).toBe(201);
    expect((await words(rider.id)).filter((one) => one.purpose === 'insurer').map((one) => one.state)).toEqual([
      'given',
      'withdrawn',
      'given',
    ]);
  });

  it('stops auto-renewal in the same transaction, and giving it back lets it run', async () => {
    const personId = await somebody();
    await agreeToAll(app.services, personId);
    const { rows } = await owner.query<{ org_id: string }>('select org_id from org limit 1');
    await owner.query(
      `insert into renewal_mandate (case_id, case_no, person_id, region, work_type, trigger, monthly_cap_fen, state, insurer_org_id, first_day,
         last_day, readers)
       values ($1, 'X', $2, '350203', '快递员', 'daily', 1000, 'active', $3, '2026-01-01', '2030-01-01', '{*}')`,
      [newId(), personId, rows[0]?.org_id],
    );
    const stopped = async () => {
      const found = await owner.query<{ stopped: boolean }>(
        'select stopped_at is not null as stopped from renewal_mandate where person_id = $1',
        [personId],
      );
      return found.rows[0]?.stopped;
    };
    await say(personId, 'health', false);
    expect(await stopped()).toBe(false);
    await say(personId, 'insurer', false);
    expect(await stopped()).toBe(true);
    await say(personId, 'identity', false);
    await say(personId, 'insurer', true);
    expect(await stopped()).toBe(true);
    await say(personId, 'identity', true);
    expect(await stopped()).toBe(false);
  });

  it('does not touch what the law requires', async () => {
    const personId = await somebody();
    await expect(say(personId, 'evidence', false)).rejects.toMatchObject({ code: 'privacy.not_by_consent' });
    await expect(say(personId, 'nothing', false)).rejects.toMatchObject({ code: 'privacy.no_purpose' });
  });

  it('somebody in need can report an accident without any consent', async () => {
    const { rows } = await owner.query<{ person_id: string; phone: string }>('select person_id from person limit 1');
    expect(await app.services.privacy.missing(rows[0]?.person_id ?? '', 'DI-006')).toEqual([]);
  });
});

describe('an agent', () => {
  const behalf = (kind: 'consent' | 'kinship' | 'assisted', personId: string, agentId: string) =>
    agentAccess(agentId, {
      authorityId: newId(),
      kind,
      personId,
      principalName: '甄试验',
      agentKind: kind === 'assisted' ? 'staff' : 'worker',
      agentName: '贾代办',
      untilAt: '2030-01-01T00:00:00.000Z',
      services: ['DI-007'],
    });
  const word = () => ({ purpose: 'health', version: versionOf('health'), given: true, requestId: randomUUID() });

  it('does not answer for somebody who can answer', async () => {
    const [personId, agentId] = [await somebody(), await somebody()];
    const { privacy } = createWorkerBackend(app.services);
    await expect(privacy.decide(behalf('consent', personId, agentId), word())).rejects.toMatchObject({
      code: 'privacy.own_word',
    });
    expect(await words(personId)).toEqual([]);
  });

  it('answers for who cannot, and a clerk writes down the word of who is there; both are named', async () => {
    const { privacy } = createWorkerBackend(app.services);
    for (const [kind, channel] of [
      ['kinship', 'agent'],
      ['assisted', 'window'],
    ] as const) {
      const [personId, agentId] = [await somebody(), await somebody()];
      await privacy.decide(behalf(kind, personId, agentId), word());
      const { rows } = await owner.query('select channel, by_id from consent where person_id = $1', [personId]);
      expect(rows).toEqual([{ channel, by_id: agentId }]);
    }
  });
});

describe('words that come again', () => {
  it('a repeat changes nothing, however late; the same id for something else is refused', async () => {
    const personId = await somebody();
    const requestId = randomUUID();
    await say(personId, 'insurer', true, requestId);
    await say(personId, 'insurer', false);
    // The first tap was repeated by a slow phone: the withdrawal stands.
    await say(personId, 'insurer', true, requestId);
    expect(await stateOf(personId, 'insurer')).toBe('withdrawn');
    await expect(say(personId, 'health', true, requestId)).rejects.toMatchObject({ code: 'privacy.request_reused' });
  });

  it('ten at once leave one row, and each row has its leaf', async () => {
    const personId = await somebody();
    await Promise.all(Array.from({ length: 10 }, () => say(personId, 'insurer', true)));
    await Promise.all(Array.from({ length: 10 }, () => say(personId, 'insurer', false)));
    expect((await words(personId)).map((one) => one.state)).toEqual(['given', 'withdrawn']);
    const { rows } = await owner.query<{ count: number }>(
      `select count(*)::int as count from consent c join log_leaf l using (leaf_id) join trace_body b using (leaf_id)
       where c.person_id = $1`,
      [personId],
    );
    expect(rows[0]?.count).toBe(2);
  });

  it('a withdrawal and an application at once: either the case came before it, or there is none', async () => {
    for (let round = 0; round < 6; round += 1) {
      const personId = await somebody();
      await agreeToAll(app.services, personId);
      const phone = await visit(personId);
      await phone.post('/m/services/DI-001/start');
      const { read_clause: declared, ...answers } = purchase();
      for (const [name, value] of Object.entries(answers))
        await phone.post(`/m/apply/DI-001/${name}`, { [name]: value });
      const [sent] = await Promise.all([
        phone.post('/m/apply/DI-001/submit', { read_clause: declared }),
        say(personId, 'insurer', false),
      ]);
      const { rows } = await owner.query<{ before: boolean }>(
        `select a.action_id < c.leaf_id or a.at <= c.at as before from case_state s join case_action a on a.case_id = s.case_id and a.seq = 1
         join consent c on c.person_id = s.person_id and c.state = 'withdrawn' where s.person_id = $1`,
        [personId],
      );
      if (sent?.statusCode === 303) expect(rows).toEqual([{ before: true }]);
      else {
        expect(sent?.statusCode).toBe(409);
        expect(rows).toEqual([]);
      }
    }
  });

  it('nobody else sees them, and no row is ever changed by the application', async () => {
    const [mine, other] = [await somebody(), await somebody()];
    await say(mine, 'insurer', true);
    const client = new pg.Client({ connectionString: app.database.appUrl });
    await client.connect();
    try {
      await client.query('begin');
      await client.query(`select set_config('gongdun.grants', $1, true)`, [`{person:${other}}`]);
      expect((await client.query('select 1 from consent where person_id = $1', [mine])).rowCount).toBe(0);
      await expect(client.query(`update consent set state = 'given'`)).rejects.toThrow(/permission denied/);
    } finally {
      await client.query('rollback');
      await client.end();
    }
  });
});
