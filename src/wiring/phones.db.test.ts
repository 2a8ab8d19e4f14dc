// Numbers that change: by both codes, at a window, and by going to somebody else. What the new holder of a number sees, what the old
// owner keeps, and whom messages reach meanwhile.

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemAccess } from '#platform/access';
import { startApp, type Caller, type TestApp } from '#test/app';
import { until } from '#test/first-journey';
import { codeFor, createVisitor, type Visitor } from '#test/visitor';

let app: TestApp;
let owner: pg.Client;
let serial = 0;
const hourMs = 3_600_000;

beforeAll(async () => {
  app = await startApp({ workers: 20, background: true });
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner?.end();
  await app?.close();
});

const newPhone = () => `1390000${String((serial += 1)).padStart(4, '0')}`;
const texts = (phone: string) =>
  (app.parties.simulators.sms?.messages({ phone, limit: 20 }) ?? []).map((one) => one.text);
const told = (phone: string, words: string) =>
  until(`a message to ${phone}`, async () => texts(phone).find((one) => one.includes(words)));

async function rider(at: number) {
  const phone = app.city.riders[at]?.phone ?? '';
  const visitor = createVisitor(app);
  await visitor.prove(phone);
  const session = await app.services.identity.sessionOf(visitor.jar['gd_worker'] ?? '', 'worker');
  const profile = await app.services.identity.profile(session?.personId ?? '');
  if (!session || !profile) throw new Error('nobody came in');
  return { visitor, phone, personId: session.personId, name: profile.name, idNumber: profile.idNumber };
}

const longAgo = (personId: string) =>
  owner.query("update person set logged_in_at = now() - interval '91 days' where person_id = $1", [personId]);
const phoneOf = async (personId: string) => (await app.services.identity.profile(personId))?.phone;
const goTo = (answer: { headers: { location?: string | undefined } }) => answer.headers.location ?? '';

describe('a number that was not used for 90 days', () => {
  it('opens only with the last four of the ID number, and tells nothing before', async () => {
    const one = await rider(0);
    await longAgo(one.personId);
    const visitor = createVisitor(app);
    const asked = goTo(await visitor.prove(one.phone));
    expect(asked).toMatch(/^\/m\/login\/confirm\?t=/);
    const page = (await visitor.get(asked)).body;
    for (const secret of [one.name, one.idNumber, one.idNumber.slice(-4), one.personId])
      expect(page).not.toContain(secret);
    expect((await visitor.get('/m/me')).headers.location).toContain('/m/login');
    expect((await visitor.post(asked, { tail: '0000' })).statusCode).toBe(422);
    expect(goTo(await visitor.post(asked, { tail: one.idNumber.slice(-4).toLowerCase() }))).toBe('/m');
    expect((await visitor.get('/m/me')).statusCode).toBe(200);
    // The next login is one like any other.
    expect(goTo(await createVisitor(app).prove(one.phone))).toBe('/m');
  });

  it('of many guesses at once nine are heard; then only a window helps', async () => {
    const one = await rider(1);
    await longAgo(one.personId);
    const visitor = createVisitor(app);
    const asked = goTo(await visitor.prove(one.phone));
    const token = new URL(asked, 'http://here').searchParams.get('t') ?? '';
    const guess = (tail: string) =>
      app.services.identity.confirmOwner(token, tail, null).then(
        () => 'in',
        (error: { code?: string }) => String(error.code),
      );
    const wrong = one.idNumber.endsWith('9') ? '0000' : '9999';
    const answers = await Promise.all(Array.from({ length: 14 }, () => guess(wrong)));
    expect(answers.filter((code) => code === 'identity.confirm_wrong')).toHaveLength(9);
    expect(answers.filter((code) => code === 'identity.confirm_closed')).toHaveLength(5);
    expect(await guess(one.idNumber.slice(-4))).toBe('identity.confirm_closed');
  });

  it('its new holder starts anew and never sees the former owner, who keeps all and is sent nothing there', async () => {
    const one = await rider(2);
    await longAgo(one.personId);
    const holder = createVisitor(app);
    const asked = goTo(await holder.prove(one.phone));
    const sent = texts(one.phone).length;
    const notMe = asked.replace('/confirm', '/not-me');
    expect((await holder.get(notMe)).body).not.toContain(one.name);
    for (let n = 0; n < 2; n += 1) expect(goTo(await holder.post(notMe))).toBe('/m/register/name');
    expect((await holder.get('/m/register/name')).statusCode).toBe(200);
    const { rows } = await owner.query<{ name: string; count: number }>(
      `select (select count(*)::int from case_state where person_id = $1) as count`,
      [one.personId],
    );
    expect(rows).toHaveLength(1);
    expect((await app.services.identity.profile(one.personId))?.name).toBe(one.name);
    expect(await phoneOf(one.personId)).toBe('');
    // Whoever was still logged in there is out.
    expect((await one.visitor.get('/m/me')).headers.location).toContain('/m/login');
    const { db, notices } = app.services;
    await db.transaction(systemAccess, async (tx) => notices.tell(tx, one.personId, 'card_stopped', { tail: '0000' }));
    await until('the end of the message', async () => {
      const found = await owner.query<{ sms_state: string }>(
        "select sms_state from notice where person_id = $1 and template = 'card_stopped'",
        [one.personId],
      );
      return found.rows[0]?.sms_state === 'failed';
    });
    expect(texts(one.phone).length).toBe(sent);
    // The number is free: its holder registers like anybody.
    expect(goTo(await createVisitor(app).prove(one.phone))).toBe('/m/register/name');
  });

  it('who sees somebody else’s data after the login gives the number back, after a code', async () => {
    const one = await rider(3);
    expect((await one.visitor.post('/m/me/not-me')).statusCode).toBe(403);
    await one.visitor.stepUp(one.phone, 'phone_change', '/m/me/not-me');
    expect(goTo(await one.visitor.post('/m/me/not-me'))).toBe('/m/login');
    expect(await phoneOf(one.personId)).toBe('');
  });
});

describe('another number by both phones', () => {
  async function change(visitor: Visitor, old: string, phone: string) {
    await visitor.stepUp(old, 'phone_change', '/m/me/phone/new');
    const { asked, code } = await codeFor(app, phone, () => visitor.post('/m/me/phone/new', { phone }));
    const at = goTo(asked);
    return { at, code };
  }

  it('takes a code of each, ends every other login, and both phones hear of it', async () => {
    const one = await rider(4);
    const thief = createVisitor(app);
    await thief.prove(one.phone);
    const phone = newPhone();
    expect((await one.visitor.get('/m/me/phone/new')).headers.location).toContain('/m/step-up?for=phone_change');
    const { at, code } = await change(one.visitor, one.phone, phone);
    expect((await one.visitor.post(at, { code: '000000' })).statusCode).toBe(422);
    expect(goTo(await one.visitor.post(at, { code }))).toBe('/m/me/phone?done=changed');
    expect(await phoneOf(one.personId)).toBe(phone);
    expect((await thief.get('/m/me')).headers.location).toContain('/m/login');
    expect((await one.visitor.get('/m/me')).statusCode).toBe(200);
    expect(await told(one.phone, '已换成尾号')).toContain(phone.slice(-4));
    await told(phone, '以后用它登录');
    // A card that is changed now is told to the number that was given up as well.
    await app.services.contacts.accounts.change(one.personId, {
      requestId: randomUUID(),
      card: '6200009000000000008',
      bankPhone: null,
    });
    expect(await told(one.phone, '/m/stop/')).toContain('收款卡');
    expect(await told(phone, '/m/stop/')).toContain('收款卡');
  });

  it('a number that is another’s is not taken, and of two who take one at once one has it', async () => {
    const [one, two, three] = [await rider(5), await rider(6), await rider(7)];
    const other = await change(one.visitor, one.phone, three.phone);
    expect((await one.visitor.post(other.at, { code: other.code })).statusCode).toBe(422);
    expect([await phoneOf(one.personId), await phoneOf(three.personId)]).toEqual([one.phone, three.phone]);
    const phone = newPhone();
    const { phones } = app.services.contacts;
    const ask = async (personId: string) => (await codeFor(app, phone, () => phones.requestNew(personId, phone))).code;
    const codes = [await ask(one.personId), await ask(two.personId)];
    const taken = await Promise.allSettled(
      [one, two].map(({ personId }, at) =>
        phones.changeByCodes(personId, { requestId: randomUUID(), phone, code: codes[at] ?? '' }),
      ),
    );
    expect(taken.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
    const now = [await phoneOf(one.personId), await phoneOf(two.personId)];
    expect(now.filter((has) => has === phone)).toHaveLength(1);
  });
});

describe('at a window, the old phone lost', () => {
  let clerk: Caller;
  beforeAll(async () => {
    clerk = await app.staff('hrss_window', 1);
  });

  async function ask(who: { name: string; idNumber: string }, phone: string) {
    const body = { requestId: randomUUID(), ...who, phone, documentSeen: true };
    const { asked, code } = await codeFor(app, phone, () => clerk.post('/api/desk/phone-changes', body));
    return { asked, code, url: `/api/desk/phone-changes/${asked.body.changeId}/confirm` };
  }

  it('takes the new phone’s code, waits, can be stopped by the old phone, and else takes effect', async () => {
    const one = await rider(8);
    const first = await ask(one, newPhone());
    expect((await clerk.post(first.url, { code: '000000' })).status).toBe(422);
    const confirmed = await clerk.post(first.url, { code: first.code });
    expect(confirmed.status).toBe(200);
    expect(confirmed.body.name).toBe(one.name);
    expect(await phoneOf(one.personId)).toBe(one.phone);
    const link = /\/m\/stop\/[\w-]+/.exec(await told(one.phone, '有人带证件在窗口'))?.[0] ?? '';
    const anybody = createVisitor(app);
    const shown = (await anybody.get(link)).body;
    expect(shown).not.toContain(one.name);
    expect((await anybody.post(link)).statusCode).toBe(303);
    expect((await anybody.get(link)).body).toContain('已经停止');
    app.clock.setOffsetMs(app.clock.offsetMs() + 25 * hourMs);
    await app.services.contacts.phones.applyDue();
    expect(await phoneOf(one.personId)).toBe(one.phone);

    const phone = newPhone();
    const second = await ask(one, phone);
    expect((await clerk.post(second.url, { code: second.code })).status).toBe(200);
    // Sent again because the answer was lost: the same change, and not a second one.
    expect((await clerk.post(second.url, { code: second.code })).status).toBe(200);
    expect((await one.visitor.get('/m/me/phone')).body).toContain('窗口在换');
    app.clock.setOffsetMs(app.clock.offsetMs() + 25 * hourMs);
    await until('the change', async () => {
      await app.services.contacts.phones.applyDue();
      return (await phoneOf(one.personId)) === phone;
    });
    expect((await one.visitor.get('/m/me')).headers.location).toContain('/m/login');
    expect(goTo(await createVisitor(app).prove(phone))).toBe('/m');
    const { rows } = await owner.query(
      'select state, leaf_id is not null as traced from phone_change where person_id = $1 order by asked_at',
      [one.personId],
    );
    expect(rows).toEqual([
      { state: 'stopped', traced: true },
      { state: 'done', traced: true },
    ]);
  });

  it('answers alike whether the person is known; another clerk’s change is none; who gave up the number waits for nothing', async () => {
    const one = await rider(9);
    const stranger = await ask({ name: '查无此人', idNumber: one.idNumber }, newPhone());
    expect(Object.keys(stranger.asked.body)).toEqual(['changeId']);
    expect((await clerk.post(stranger.url, { code: stranger.code })).body).toMatchObject({
      code: 'contacts.person_unknown',
    });
    const phone = newPhone();
    await app.services.identity.disownPhone(one.personId);
    const lost = await ask(one, phone);
    const other = await app.staff('hrss_window', 2);
    expect((await other.post(lost.url, { code: lost.code })).status).toBe(404);
    expect((await clerk.post(lost.url, { code: lost.code })).status).toBe(200);
    await until('the change', async () => (await phoneOf(one.personId)) === phone);
    expect(goTo(await createVisitor(app).prove(phone))).toBe('/m');
  });
});
