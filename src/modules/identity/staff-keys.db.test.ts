// Keys of staff on real PostgreSQL: enrolled after a fresh code, a signature good for one act, once, in one session, by the person whose
// key it is; and what happens when keys are lost, removed, copied or used from elsewhere.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemAccess } from '#platform/access';
import { statement } from '#platform/db';
import { makeAuthenticator, type Authenticator } from '#test/authenticator';
import { makeFixture, refusalOf, type Fixture } from './fixture.ts';
import type { StaffSession } from './index.ts';
import type { Prover } from './staff-keys.ts';

let f: Fixture;
type Staff = Awaited<ReturnType<Fixture['newStaff']>>;
type Person = {
  readonly staff: Staff;
  readonly token: string;
  readonly session: StaffSession;
  readonly device: Authenticator;
};
const origin = 'http://localhost:4180';
const subject = { act: 'payout_batch.approve', id: randomUUID(), hash: 'ab'.repeat(32) };
const openChallenges = statement<[string], { used: boolean }>(
  'keys_test.challenges',
  'select used_at is not null as used from key_challenge where staff_id = $1 order by at',
);

beforeAll(async () => {
  f = await makeFixture();
});
afterAll(() => f?.stop());

async function enter(staff: Staff): Promise<Pick<Person, 'token' | 'session'>> {
  const { token } = await f.loginStaff(staff);
  const session = await f.identity.sessionOf(token, 'staff');
  if (!session) throw new Error('not logged in');
  return { token, session };
}

async function person(...roles: Parameters<Fixture['newStaff']>): Promise<Person> {
  const staff = await f.newStaff(...(roles.length > 0 ? roles : (['insurer_finance'] as const)));
  return { staff, ...(await enter(staff)), device: makeAuthenticator(origin) };
}

async function begin({ staff, session }: Person, recovery?: string) {
  f.pass(30);
  return f.identity.keys.beginKey(session, { code: f.totpNow(staff), ...(recovery ? { recovery } : {}) });
}

async function enrol(who: Person, name = '钥匙', recovery?: string) {
  const begun = await begin(who, recovery);
  const credential = who.device.create(begun.creation);
  const proof = begun.request ? who.device.get(begun.request) : null;
  return f.identity.keys.enrolKey(who.session, {
    requestId: randomUUID(),
    enrolId: begun.enrolId,
    name,
    credential,
    proof,
  });
}

const proverOf = ({ session }: Person): Prover => ({ staffId: session.staff.staffId, mark: session.csrf });
const take = (who: Person, answer: ReturnType<Authenticator['get']>, about = subject, prover = proverOf(who)) =>
  f.db.transaction(systemAccess, (tx) => f.identity.keys.takeProof(tx, prover, about, answer));
const ask = (who: Person, about = subject) => f.identity.keys.beginProof(proverOf(who), about);
const need = (who: Person) => f.db.transaction(systemAccess, (tx) => f.identity.keys.needOfKey(tx, who.staff.staffId));
const keysOf = (who: Person) => f.db.transaction(systemAccess, (tx) => tx.run(liveKeys, [who.staff.staffId]));
const liveKeys = statement<[string], { key_id: string; name: string; last_used_at: string | null }>(
  'keys_test.live',
  'select key_id, name, last_used_at from staff_key where staff_id = $1 and removed_at is null order by enrolled_at, key_id',
);

describe('a signature', () => {
  let who: Person;
  beforeAll(async () => {
    who = await person();
    await enrol(who);
  });

  test('is asked of whoever has a key, and of nobody else where keys are not required', async () => {
    expect([await need(who), await need(await person())]).toEqual(['needed', 'none']);
  });

  test('is good once, and can be checked again for ever', async () => {
    const answer = who.device.get(await ask(who));
    const proof = await take(who, answer);
    expect(await refusalOf(take(who, answer))).toBe('identity.key_over');
    const check = (about: typeof subject, kept = proof, staffId = who.staff.staffId) =>
      f.db.transaction(systemAccess, (tx) => f.identity.keys.checkKept(tx, kept, about, staffId));
    expect(await check(subject)).toBe(true);
    expect(await check({ ...subject, hash: 'ac'.repeat(32) })).toBe(false);
    expect(await check({ ...subject, id: randomUUID() })).toBe(false);
    expect(await check({ ...subject, act: 'payout_batch.refuse' })).toBe(false);
    expect(await check(subject, { ...proof, nonce: '00'.repeat(32) })).toBe(false);
    expect(await check(subject, proof, (await person()).staff.staffId)).toBe(false);
    expect((await keysOf(who))[0]?.last_used_at).not.toBeNull();
  });

  test('brought twice at once counts once', async () => {
    const answer = who.device.get(await ask(who));
    const outcomes = await Promise.allSettled([take(who, answer), take(who, answer), take(who, answer)]);
    expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  });

  test.each([
    ['from another site', { origin: 'https://gongdun.example' }, 'identity.key_wrong'],
    ['for another name', { rpId: 'gongdun.example' }, 'identity.key_wrong'],
    ['without PIN or fingerprint', { noPin: true }, 'identity.key_wrong'],
    ['of another ceremony', { type: 'webauthn.create' }, 'identity.key_wrong'],
    ['whose counter falls behind', { counter: 1 }, 'identity.key_counter'],
  ])('%s is refused', async (_what, habits, code) => {
    expect(await refusalOf(take(who, who.device.get(await ask(who), habits)))).toBe(code);
  });

  test('for something else, by somebody else, in another session, too late: refused', async () => {
    const other = await person();
    await enrol(other);
    const late = who.device.get(await ask(who));
    f.pass(121);
    expect(await refusalOf(take(who, late))).toBe('identity.key_over');
    const answer = who.device.get(await ask(who));
    expect(await refusalOf(take(who, answer, { ...subject, hash: 'cd'.repeat(32) }))).toBe('identity.key_other');
    expect(await refusalOf(take(who, answer, { ...subject, id: randomUUID() }))).toBe('identity.key_other');
    expect(await refusalOf(take(other, answer))).toBe('identity.key_over');
    const again = { ...who, ...(await enter(who.staff)) };
    expect(await refusalOf(take(again, answer))).toBe('identity.key_over');
    // The other's key signs what this person was asked to.
    expect(await refusalOf(take(who, other.device.get(await ask(who))))).toBe('identity.key_unknown');
    const made = { ...answer, response: { ...answer.response, clientDataJSON: 'bm90IGpzb24' } };
    expect(await refusalOf(take(who, made))).toBe('identity.key_wrong');
    const unasked = who.device.get({ challenge: Buffer.alloc(32).toString('base64url'), allowCredentials: [] });
    expect(await refusalOf(take(who, unasked))).toBe('identity.key_over');
    // What was refused has spent nothing of the person's.
    await take(who, who.device.get(await ask(who)));
  });

  test('of a changed answer is refused', async () => {
    const answer = who.device.get(await ask(who));
    const signature = Buffer.from(answer.response.signature, 'base64url');
    signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
    const changed = { ...answer, response: { ...answer.response, signature: signature.toString('base64url') } };
    expect(await refusalOf(take(who, changed))).toBe('identity.key_wrong');
  });
});

describe('enrolling', () => {
  test('takes a fresh code, good once', async () => {
    const who = await person();
    f.pass(30);
    const code = f.totpNow(who.staff);
    expect(await refusalOf(f.identity.keys.beginKey(who.session, { code: '000000' }))).toBe('identity.totp_wrong');
    const begun = await f.identity.keys.beginKey(who.session, { code });
    expect(begun).toMatchObject({ request: null, creation: { rp: { id: 'localhost' } } });
    expect(await refusalOf(f.identity.keys.beginKey(who.session, { code }))).toBe('identity.totp_wrong');
    expect(await need(who)).toBe('none');
  });

  test('sent again gives one key; a key of another site, another ceremony or another person is none', async () => {
    const who = await person();
    const begun = await begin(who);
    const input = (habits = {}) => ({
      requestId: randomUUID(),
      enrolId: begun.enrolId,
      name: '蓝色U盘',
      credential: who.device.create(begun.creation, habits),
      proof: null,
    });
    const enrolKey = (one: ReturnType<typeof input>, session = who.session) => f.identity.keys.enrolKey(session, one);
    expect(await refusalOf(enrolKey(input({ origin: 'https://elsewhere.example' })))).toBe('identity.key_wrong');
    expect(await refusalOf(enrolKey(input({ noPin: true })))).toBe('identity.key_wrong');
    expect(await refusalOf(enrolKey({ ...input(), enrolId: randomUUID() }))).toBe('identity.key_other');
    expect(await refusalOf(enrolKey(input(), (await person()).session))).toBe('identity.key_over');
    const good = input();
    expect(await Promise.all([enrolKey(good), enrolKey(good)])).toEqual([{ done: true }, { done: true }]);
    expect((await keysOf(who)).map((one) => one.name)).toEqual(['蓝色U盘']);
  });

  test('another key needs the word of one that is there; two first keys at once are one', async () => {
    const who = await person();
    const [one, two] = [await begin(who), await begin(who)];
    const input = (begun: typeof one, device = who.device) => ({
      requestId: randomUUID(),
      enrolId: begun.enrolId,
      name: '第一把',
      credential: device.create(begun.creation),
      proof: null,
    });
    await f.identity.keys.enrolKey(who.session, input(one));
    // Begun as a first key, it is none any more.
    expect(await refusalOf(f.identity.keys.enrolKey(who.session, input(two)))).toBe('identity.key_wrong');
    const thief = makeAuthenticator(origin);
    const begun = await begin(who);
    const credential = thief.create(begun.creation);
    if (!begun.request) throw new Error('the first key is asked for');
    const proof = thief.get(begun.request);
    const stolen = { requestId: randomUUID(), enrolId: begun.enrolId, name: '贼', credential, proof };
    expect(await refusalOf(f.identity.keys.enrolKey(who.session, stolen))).toBe('identity.key_unknown');
    await enrol(who, '第二把');
    expect((await keysOf(who)).map(({ name }) => name)).toEqual(['第一把', '第二把']);
  });
});

describe('a key that is gone', () => {
  test('removed, it signs nothing; without any the person can approve nothing and needs the administrator’s code', async () => {
    const who = await person();
    await enrol(who);
    const [key] = await keysOf(who);
    const answer = who.device.get(await ask(who));
    const other = await person();
    f.pass(30);
    const others = { requestId: randomUUID(), code: f.totpNow(other.staff) };
    expect(await refusalOf(f.identity.keys.removeKey(other.session, key?.key_id ?? '', others))).toBe(
      'identity.key_missing',
    );
    const input = { requestId: randomUUID(), code: f.totpNow(who.staff) };
    const remove = () => f.identity.keys.removeKey(who.session, key?.key_id ?? '', input);
    expect([await remove(), await remove()]).toEqual([{ done: true }, { done: true }]);
    expect(await refusalOf(take(who, answer))).toBe('identity.key_unknown');
    // Taking the key away is no way around it.
    expect(await need(who)).toBe('missing');
    expect(await refusalOf(begin(who))).toBe('identity.key_reset_code');
    expect(await refusalOf(begin(who, 'AAAA-BBBB-CCCC-DDDD'))).toBe('identity.key_reset_code');
  });

  test('reset takes a security administrator who is not the person; the code is good once, for that person', async () => {
    const [who, other, security] = [await person(), await person(), await person('security_administrator')];
    await enrol(who);
    await enrol(other);
    const input = { requestId: randomUUID(), reason: '密钥丢失' };
    const reset = (by: Person, target = who) => f.identity.keys.resetKeys(by.session, target.staff.staffId, input);
    expect(await refusalOf(reset(other))).toBe('identity.not_allowed');
    expect(await refusalOf(reset(security, security))).toBe('identity.not_oneself');
    expect(await f.identity.sessionOf(who.token, 'staff')).not.toBeNull();
    const [{ code }, again] = [await reset(security), await reset(security)];
    expect(again.code).toBe(code);
    expect(await f.identity.sessionOf(who.token, 'staff')).toBeNull();
    expect(await need(who)).toBe('missing');
    await f.identity.keys.resetKeys(security.session, other.staff.staffId, { ...input, requestId: randomUUID() });
    const others = { ...other, ...(await enter(other.staff)) };
    expect(await refusalOf(begin(others, code))).toBe('identity.key_reset_code');
    const back = { ...who, ...(await enter(who.staff)), device: makeAuthenticator(origin) };
    await enrol(back, '新钥匙', code);
    expect(await need(back)).toBe('needed');
    await f.identity.keys.resetKeys(security.session, who.staff.staffId, { ...input, requestId: randomUUID() });
    const third = { ...back, ...(await enter(who.staff)) };
    expect(await refusalOf(begin(third, code))).toBe('identity.key_reset_code');
    const told = await f.acts.list(systemAccess, { staffId: who.staff.staffId, limit: 20 });
    expect(told.items.map(({ title }) => title)).toContain(`重置“经办示例”（${who.staff.login}）的安全密钥：密钥丢失`);
  });
});

test('a session that another’s login opened (the identity provider’s) is asked for the key all the same', async () => {
  const who = await person();
  await enrol(who);
  const { token } = await f.db.transaction(systemAccess, async (tx) =>
    f.identity.beginSession(tx, 'staff', { staffId: who.staff.staffId }, null),
  );
  const session = await f.identity.sessionOf(token, 'staff');
  if (!session) throw new Error('not logged in');
  const there = { ...who, token, session };
  expect(await need(there)).toBe('needed');
  const answer = who.device.get(await ask(there));
  expect(await refusalOf(take(who, answer))).toBe('identity.key_over');
  await take(there, answer);
});

test('one’s own account: keys, logins and what was done; the other logins end, this one stays', async () => {
  const who = await person();
  await enrol(who, '桌上的');
  const elsewhere = await enter(who.staff);
  const account = await f.identity.ownAccount(who.session);
  expect(account).toMatchObject({
    login: who.staff.login,
    keyNeed: 'proof',
    keys: [{ name: '桌上的', lastUsedAt: null }],
  });
  expect(account.sessions).toHaveLength(2);
  expect(account.sessions.filter((one) => one.current)).toHaveLength(1);
  expect(account.events.map((one) => one.title)).toEqual(['登记安全密钥“桌上的”']);
  expect(await f.identity.endOtherSessions(who.session)).toEqual({ ended: 1 });
  expect(await f.identity.sessionOf(elsewhere.token, 'staff')).toBeNull();
  expect(await f.identity.sessionOf(who.token, 'staff')).not.toBeNull();
  expect((await f.identity.ownAccount(who.session)).sessions).toHaveLength(1);
});

test('what was asked of a key is forgotten after a day', async () => {
  const who = await person();
  await enrol(who);
  await ask(who);
  const asked = () => f.db.transaction(systemAccess, (tx) => tx.run(openChallenges, [who.staff.staffId]));
  expect(await asked()).toEqual([{ used: true }, { used: false }]);
  await f.identity.sweep();
  expect(await asked()).toHaveLength(2);
  f.pass(86_500);
  await f.identity.sweep();
  expect(await asked()).toEqual([]);
});
