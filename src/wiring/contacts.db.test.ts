// Cards and checks as people and payers meet them: the wait of a new card, the link that stops it, what that does to money that waits,
// and a provider of checks that is silent, comes back, and says no.

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeCardNumber } from '#catalog/fields/index';
import { systemAccess } from '#platform/access';
import { startApp, type TestApp } from '#test/app';
import { until } from '#test/first-journey';
import { createVisitor, type Visitor } from '#test/visitor';

let app: TestApp;
let owner: pg.Client;
let serial = 0;
const hourMs = 3_600_000;

beforeAll(async () => {
  app = await startApp({ workers: 20, background: true, settings: async () => ({ PAYOUT_COOLING_HOURS: '24' }) });
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
});
afterEach(() => app.parties.simulators.identity?.setFaults({ errorRate: 0, hangRate: 0 }));
afterAll(async () => {
  await owner?.end();
  await app?.close();
});

const newCard = () => makeCardNumber(`620000${String((serial += 1)).padStart(12, '0')}`);
const texts = (phone: string) =>
  (app.parties.simulators.sms?.messages({ phone, limit: 20 }) ?? []).map((one) => one.text);
const wait = (hours: number) => app.clock.setOffsetMs(app.clock.offsetMs() + hours * hourMs);

async function rider(at: number): Promise<{ visitor: Visitor; phone: string; personId: string }> {
  const phone = app.city.riders[at]?.phone ?? '';
  const visitor = createVisitor(app);
  await visitor.prove(phone);
  const session = await app.services.identity.sessionOf(visitor.jar['gd_worker'] ?? '', 'worker');
  return { visitor, phone, personId: session?.personId ?? '' };
}

async function prove(visitor: Visitor, phone: string): Promise<void> {
  const done = await visitor.stepUp(phone, 'payout_account', '/m/me/card/new');
  expect(done.headers.location).toBe('/m/me/card/new');
}

async function linkIn(phone: string, tail: string): Promise<string> {
  const text = await until('the message', async () =>
    texts(phone).find((one) => one.includes(`尾号${tail}`) && one.includes('/m/stop/')),
  );
  return /\/m\/stop\/[\w-]+/.exec(text ?? '')?.[0] ?? '';
}

const rowsOf = async (personId: string) =>
  (
    await owner.query<{ card_tail: string; state: string; check_state: string; source: string }>(
      'select card_tail, state, check_state, source from payout_account where person_id = $1 order by added_at',
      [personId],
    )
  ).rows;

describe('a card that is changed on the phone', () => {
  it('asks for a code first, waits a day, is told, and then is the one', async () => {
    const { visitor, phone, personId } = await rider(0);
    const asked = await visitor.get('/m/me/card/new');
    expect(asked.headers.location).toBe(`/m/step-up?for=payout_account&next=${encodeURIComponent('/m/me/card/new')}`);
    const card = newCard();
    const posted = await visitor.post('/m/me/card/new', { card });
    expect([posted.statusCode, posted.body.includes('再验证一次手机')]).toEqual([403, true]);
    await prove(visitor, phone);
    expect((await visitor.get('/m/me/card/new')).statusCode).toBe(200);
    expect((await visitor.post('/m/me/card/new', { card: '1111111111111111' })).statusCode).toBe(422);
    const requestId = randomUUID();
    const send = () => visitor.post('/m/me/card/new', { card, request_id: requestId });
    const answers = [...(await Promise.all([send(), send()])), await send()];
    expect(answers.map((one) => one.statusCode)).toEqual([303, 303, 303]);
    expect((await rowsOf(personId)).map((one) => one.card_tail)).toEqual([card.slice(-4)]);
    const before = await app.db.transaction(systemAccess, (tx) => app.services.contacts.accounts.current(tx, personId));
    expect(before).not.toBe(card);
    const page = (await visitor.get('/m/me/card')).body;
    expect(page).toContain('等待生效');
    expect(page).not.toContain(card);
    expect(await linkIn(phone, card.slice(-4))).not.toBe('');
    wait(25);
    const after = await app.db.transaction(systemAccess, (tx) => app.services.contacts.accounts.current(tx, personId));
    expect(after).toBe(card);
    expect((await visitor.get('/m/me/card')).body).toContain('现在用的');
  });

  it('is stopped by whoever was told, without a login, once and for good', async () => {
    const { visitor, phone, personId } = await rider(1);
    await prove(visitor, phone);
    const card = newCard();
    await visitor.post('/m/me/card/new', { card });
    const link = await linkIn(phone, card.slice(-4));
    const anybody = createVisitor(app);
    const shown = await anybody.get(link);
    expect(shown.body).toContain(`尾号 ${card.slice(-4)}`);
    const { rows } = await owner.query<{ name: string }>('select 1 as name from person where person_id = $1', [
      personId,
    ]);
    expect(rows).toHaveLength(1);
    expect(shown.body).not.toContain(phone);
    for (let n = 0; n < 2; n += 1) expect((await anybody.post(link)).statusCode).toBe(303);
    expect((await anybody.get(link)).body).toContain('已经停止');
    expect((await rowsOf(personId)).map((one) => one.state)).toEqual(['stopped']);
    // Whoever was in the account is out of it.
    expect((await visitor.get('/m/me/card')).headers.location).toContain('/m/login');
    wait(25);
    const { accounts } = app.services.contacts;
    expect(await app.db.transaction(systemAccess, (tx) => accounts.mayPay(tx, [{ personId, card }]))).toEqual([
      { may: false, why: 'stopped' },
    ]);
    const again = accounts.change(personId, { requestId: randomUUID(), card, bankPhone: null });
    await expect(again).rejects.toMatchObject({ code: 'contacts.card_stopped' });
    expect((await createVisitor(app).get('/m/stop/AAAAAAAAAAAAAAAAAAAAAA')).statusCode).toBe(404);
  });

  it('nobody stops the card of somebody else by its number', async () => {
    const one = await rider(2);
    const other = await rider(3);
    await app.services.contacts.accounts.change(one.personId, {
      requestId: randomUUID(),
      card: newCard(),
      bankPhone: null,
    });
    const { rows } = await owner.query<{ account_id: string }>(
      'select account_id from payout_account where person_id = $1',
      [one.personId],
    );
    const answer = await other.visitor.post(`/m/me/card/${rows[0]?.account_id}/stop`);
    expect(answer.statusCode).toBe(404);
    expect((await rowsOf(one.personId)).map((row) => row.state)).toEqual(['live']);
  });

  it('five changes a day, and two at once are two, one after the other', async () => {
    const { personId } = await rider(2);
    const { accounts } = app.services.contacts;
    const change = () => accounts.change(personId, { requestId: randomUUID(), card: newCard(), bankPhone: null });
    const all = await Promise.allSettled(Array.from({ length: 6 }, change));
    expect(all.filter((one) => one.status === 'fulfilled')).toHaveLength(4);
    expect(all.filter((one) => one.status === 'rejected').map((one) => String(one.reason.code))).toEqual([
      'contacts.card_too_many',
      'contacts.card_too_many',
    ]);
  });
});

describe('money that waits for a new card', () => {
  async function waiting() {
    const { rows } = await owner.query<{ payout_id: string; person_id: string; case_id: string }>(
      `select payout_id, person_id, case_id from payout
       where state = 'drafted' and payee is null and person_id is not null and purpose like '日保赔款%'
         and not exists (select 1 from payout_account a where a.person_id = payout.person_id) order by payout_id limit 1`,
    );
    const row = rows[0];
    if (!row) throw new Error('the city has nothing to pay');
    const found = await owner.query('select * from payout where payout_id = $1', [row.payout_id]);
    return { ...row, card: app.services.money.payouts.openPayee(found.rows[0]).card };
  }

  it('is in no batch before the day is over, says why, and goes back to the person when the card is stopped', async () => {
    const { payout_id: payoutId, person_id: personId, case_id: caseId, card } = await waiting();
    const finance = await app.staff('insurer_finance', 1);
    // As if nobody had known a card of this person before the claim.
    await owner.query('update person set card_sealed = null, card_tail = null where person_id = $1', [personId]);
    const { accounts } = app.services.contacts;
    await app.db.transaction(systemAccess, (tx) => accounts.typed(tx, { personId, card, caseId, actorId: personId }));
    // Typed into a claim it obeys the same rule as on the page of the card.
    expect((await rowsOf(personId)).map((one) => one.source)).toEqual(['claim']);
    const listed = await finance.get('/api/payouts?state=drafted&limit=100');
    const shown = listed.body.items.find((one: { payoutId: string }) => one.payoutId === payoutId);
    expect(shown.waitsZh).toMatch(/^新换的卡，\d+月\d+日\d\d:\d\d起可付$/);
    const batch = () => finance.post('/api/payout-batches', { requestId: randomUUID(), payoutIds: [payoutId] });
    expect((await batch()).body).toMatchObject({ code: 'money.card_waits' });
    wait(25);
    expect((await batch()).status).toBe(200);
    // Stopped after all: the batch that nobody approved is void, the payout ends, and the case asks for another card.
    const { rows } = await owner.query<{ account_id: string }>(
      'select account_id from payout_account where person_id = $1',
      [personId],
    );
    await accounts.stopOwn(personId, rows[0]?.account_id ?? '');
    await until('the end of the payout', async () => {
      const { rows: ended } = await owner.query<{ state: string; reason: string }>(
        'select state, reason from payout where payout_id = $1',
        [payoutId],
      );
      return ended[0]?.state === 'failed' && ended[0].reason.includes('收款卡已被停止');
    });
    const state = await app.services.reader.state(systemAccess, caseId);
    expect(state.data['pay_failed_reason']).toContain('收款卡已被停止');
    expect(state.active.map((one) => one.step)).not.toContain('pay');
    expect(await app.services.money.brokenPromises()).toEqual([]);
  });
});

describe('the provider of checks', () => {
  const simulator = () => {
    const found = app.parties.simulators.identity;
    if (!found) throw new Error('no simulator');
    return found;
  };
  const verified = async (personId: string) =>
    (await owner.query<{ verified: boolean }>('select verified from person where person_id = $1', [personId])).rows[0]
      ?.verified;

  it('silent, it holds up nobody; asked again later it answers, and the outcome is kept with its provider', async () => {
    const { personId } = await rider(4);
    const { accounts, checks } = app.services.contacts;
    simulator().setFaults({ errorRate: 1 });
    const card = newCard();
    await accounts.change(personId, { requestId: randomUUID(), card, bankPhone: null });
    await until('a try', async () => {
      const { rows } = await owner.query('select 1 from identity_check where person_id = $1 and tries > 0', [personId]);
      return rows.length > 0;
    });
    expect((await checks.queue()).count).toBeGreaterThan(0);
    expect((await rowsOf(personId)).map((one) => one.check_state)).toEqual(['waiting']);
    wait(25);
    expect(await app.db.transaction(systemAccess, (tx) => accounts.mayPay(tx, [{ personId, card }]))).toEqual([
      { may: true },
    ]);
    simulator().setFaults({ errorRate: 0 });
    // The breaker that opened while it was silent tries again by itself.
    await until(
      'an answer',
      async () => {
        wait(7);
        return (await rowsOf(personId))[0]?.check_state === 'match';
      },
      60_000,
    );
    const { rows } = await owner.query(
      'select state, provider, leaf_id is not null as traced from identity_check where person_id = $1',
      [personId],
    );
    expect(rows).toEqual([{ state: 'match', provider: 'tencent-faceid', traced: true }]);
  }, 90_000);

  it('a card that is somebody else’s is paid to at no time, and its person is told what to do', async () => {
    const { personId, phone } = await rider(5);
    const { accounts } = app.services.contacts;
    const card = newCard();
    simulator().setCardHolder(card, '999999198501010022');
    await accounts.change(personId, { requestId: randomUUID(), card, bankPhone: null });
    await until('the no', async () => (await rowsOf(personId))[0]?.check_state === 'mismatch', 30_000);
    wait(25);
    expect(await app.db.transaction(systemAccess, (tx) => accounts.mayPay(tx, [{ personId, card }]))).toEqual([
      { may: false, why: 'mismatch' },
    ]);
    expect(await app.db.transaction(systemAccess, (tx) => accounts.current(tx, personId))).not.toBe(card);
    await until('the message', async () => texts(phone).some((one) => one.includes('不是您本人名下的')));
  });

  it('whose phone it is: a yes is noted on the person, a no leaves everything open and leads to a window', async () => {
    const { personId, phone } = await rider(6);
    const { checks } = app.services.contacts;
    const ask = () => app.db.transaction(systemAccess, (tx) => checks.ask(tx, personId, null));
    await owner.query('update person set verified = false where person_id = $1', [personId]);
    expect(await ask()).toBe(true);
    await until('the yes', () => verified(personId), 30_000);
    simulator().setPhoneHolder(phone, '999999198501010022');
    await ask();
    await until('the no', async () => (await verified(personId)) === false, 30_000);
    await until('the message', async () => texts(phone).some((one) => one.includes('没有核对上')));
    const again = createVisitor(app);
    await again.prove(phone);
    expect((await again.get('/m')).statusCode).toBe(200);
    simulator().setPhoneHolder(phone, '');
  });
});
