// Codes, registration and worker sessions on real PostgreSQL: every limit, and everything that two can do at once.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeResidentId, syntheticRegion } from '#catalog/fields/index';
import { anonymousAccess, systemAccess, workerAccess } from '#platform/access';
import { statement } from '#platform/db';
import { newId } from '#platform/ids';
import { makeFixture, refusalOf, type Fixture } from './fixture.ts';

let f: Fixture;

beforeAll(async () => {
  f = await makeFixture();
});

afterAll(() => f?.stop());

const hourSeconds = 3_600;
const daySeconds = 86_400;

function wrong(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}

describe('asking for a code', () => {
  test('one a minute, five an hour, ten a day for a number', async () => {
    const phone = f.newPhone();
    const ask = (address: string) => refusalOf(f.identity.requestCode(phone, address));
    const sent = () => f.outbox.filter((one) => one.phone === phone).length;
    await ask('a1');
    expect(await ask('a2')).toBe('identity.code_too_soon');
    for (let n = 2; n <= 5; n += 1) {
      f.pass(61);
      await ask(`a${n}`);
    }
    f.pass(61);
    expect(await ask('a6')).toBe('identity.code_too_many');
    expect(sent()).toBe(5);
    f.pass(hourSeconds);
    for (let n = 6; n <= 10; n += 1) {
      f.pass(61);
      await ask(`a${n}`);
    }
    expect(sent()).toBe(10);
    f.pass(hourSeconds);
    expect(await ask('a11')).toBe('identity.code_too_many');
    f.pass(daySeconds);
    expect(await ask('a12')).toBe('nothing was refused');
  });

  test('thirty an hour from an address, for whatever numbers', async () => {
    for (let n = 0; n < 30; n += 1) await f.identity.requestCode(f.newPhone(), 'one-address');
    expect(await refusalOf(f.identity.requestCode(f.newPhone(), 'one-address'))).toBe('identity.code_too_many_here');
    expect(await refusalOf(f.identity.requestCode(f.newPhone(), 'other-address'))).toBe('nothing was refused');
    f.pass(hourSeconds);
    expect(await refusalOf(f.identity.requestCode(f.newPhone(), 'one-address'))).toBe('nothing was refused');
  });

  test('who pumps messages to many numbers from one place is stopped for the day, not only for the hour', async () => {
    const ask = () => refusalOf(f.identity.requestCode(f.newPhone(), 'pumping'));
    const before = f.outbox.length;
    for (let hour = 0; hour < 10; hour += 1) {
      for (let n = 0; n < 30; n += 1) expect(await ask()).toBe('nothing was refused');
      expect(await ask()).toBe('identity.code_too_many_here');
      f.pass(hourSeconds);
    }
    expect(await ask()).toBe('identity.code_too_many_here');
    expect(f.outbox.length - before).toBe(300);
    f.pass(daySeconds);
    expect(await ask()).toBe('nothing was refused');
  });

  test('guessing at every purpose of a number is no more than five tries at each of its ten codes a day', async () => {
    const { phone } = await f.addPerson();
    const purposes = ['login', 'sign', 'authority:a', 'authority:b'] as const;
    let sent = 0;
    let tries = 0;
    for (let n = 0; n < 14; n += 1) {
      f.pass(hourSeconds / 4);
      const purpose = purposes[n % purposes.length] ?? 'login';
      const refused = await refusalOf(f.identity.requestCode(phone, `guess-${n}`, purpose));
      if (refused !== 'nothing was refused') continue;
      sent += 1;
      const code = f.codeFor(phone);
      const guesses = Array.from({ length: 8 }, () =>
        f.db.transaction(systemAccess, (tx) => f.identity.proveCode(tx, phone, purpose, wrong(code))),
      );
      expect((await Promise.all(guesses)).includes(true)).toBe(false);
      // All at once, and the right one after them: the tries of those before count for everybody.
      const late = await f.db.transaction(systemAccess, (tx) => f.identity.proveCode(tx, phone, purpose, code));
      expect(late).toBe(false);
      tries += 5;
    }
    expect([sent, tries]).toEqual([10, 50]);
  });

  test('a code of one purpose is worth nothing for another, on the same number', async () => {
    const { phone } = await f.addPerson();
    await f.identity.requestCode(phone, 'purposes', 'authority:a');
    const code = f.codeFor(phone);
    const prove = (purpose: 'login' | 'sign' | 'authority:a' | 'authority:b') =>
      f.db.transaction(systemAccess, (tx) => f.identity.proveCode(tx, phone, purpose, code));
    expect([await prove('login'), await prove('sign'), await prove('authority:b')]).toEqual([false, false, false]);
    const raced = await Promise.all([1, 2, 3].map(() => prove('authority:a')));
    expect(raced.filter(Boolean)).toHaveLength(1);
  });

  test('a flood at once sends one message for a number and thirty from an address', async () => {
    const phone = f.newPhone();
    await Promise.allSettled(Array.from({ length: 12 }, (_, n) => f.identity.requestCode(phone, `flood-${n}`)));
    expect(f.outbox.filter((one) => one.phone === phone)).toHaveLength(1);
    const before = f.outbox.length;
    await Promise.allSettled(Array.from({ length: 45 }, () => f.identity.requestCode(f.newPhone(), 'flood')));
    expect(f.outbox.length - before).toBe(30);
  });

  test('a number that nobody registered gets the same answer as one that somebody did', async () => {
    const { phone } = await f.addPerson();
    const known = await f.identity.requestCode(phone, 'e1');
    const unknown = await f.identity.requestCode(f.newPhone(), 'e2');
    expect(known).toEqual(unknown);
    const answers = await Promise.all(
      [phone, f.newPhone()].map((one) => refusalOf(f.identity.verifyCode(one, '000000x'))),
    );
    expect(answers).toEqual(['identity.code_wrong', 'identity.code_wrong']);
  });

  test.each(['', '12345', '1380000000a', '02168900000', '23800000000'])('%s is no phone', async (phone) => {
    expect(await refusalOf(f.identity.requestCode(phone, 'x'))).toBe('identity.phone_invalid');
  });

  test('a message that cannot be written undoes the code, so that it does not count', async () => {
    const phone = f.newPhone();
    const push = f.outbox.push;
    f.outbox.push = () => {
      throw new Error('outbox full');
    };
    await expect(f.identity.requestCode(phone, 'x1')).rejects.toThrow('outbox full');
    f.outbox.push = push;
    expect(await refusalOf(f.identity.requestCode(phone, 'x1'))).toBe('nothing was refused');
  });
});

describe('a code', () => {
  test('opens a session once; blanks and full-width digits make no difference', async () => {
    const { phone, personId } = await f.addPerson();
    await f.identity.requestCode(phone, 'c1');
    const code = f.codeFor(phone);
    const wide = code.slice(3).replaceAll(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
    expect(await f.identity.verifyCode(phone, ` ${code.slice(0, 3)} ${wide}`)).toMatchObject({ state: 'in', personId });
    expect(await refusalOf(f.identity.verifyCode(phone, code))).toBe('identity.code_wrong');
  });

  test('is good for five minutes', async () => {
    const { phone } = await f.addPerson();
    await f.identity.requestCode(phone, 'c2');
    f.pass(300);
    expect(await refusalOf(f.identity.verifyCode(phone, f.codeFor(phone)))).toBe('identity.code_wrong');
  });

  test('dies of five wrong tries, also when they come at once', async () => {
    const { phone } = await f.addPerson();
    await f.identity.requestCode(phone, 'c3');
    const code = f.codeFor(phone);
    await Promise.allSettled(Array.from({ length: 5 }, () => f.identity.verifyCode(phone, wrong(code))));
    expect(await refusalOf(f.identity.verifyCode(phone, code))).toBe('identity.code_wrong');
  });

  test('survives four wrong tries', async () => {
    const { phone } = await f.addPerson();
    await f.identity.requestCode(phone, 'c4');
    const code = f.codeFor(phone);
    for (let n = 0; n < 4; n += 1) await refusalOf(f.identity.verifyCode(phone, wrong(code)));
    expect(await f.identity.verifyCode(phone, code)).toMatchObject({ state: 'in' });
  });

  test('is outdated by a newer one', async () => {
    const { phone } = await f.addPerson();
    await f.identity.requestCode(phone, 'c5');
    const first = f.codeFor(phone);
    f.pass(61);
    await f.identity.requestCode(phone, 'c5');
    const second = f.codeFor(phone);
    if (first !== second) expect(await refusalOf(f.identity.verifyCode(phone, first))).toBe('identity.code_wrong');
    expect(await f.identity.verifyCode(phone, second)).toMatchObject({ state: 'in' });
  });

  test('brought by two at once lets one in', async () => {
    const { phone } = await f.addPerson();
    await f.identity.requestCode(phone, 'c6');
    const code = f.codeFor(phone);
    const settled = await Promise.allSettled(Array.from({ length: 8 }, () => f.identity.verifyCode(phone, code)));
    expect(settled.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  });

  test('for a signature opens no session, and a code for login signs nothing', async () => {
    const { phone } = await f.addPerson();
    await f.identity.requestCode(phone, 'c7', 'sign');
    const code = f.codeFor(phone);
    expect(await refusalOf(f.identity.verifyCode(phone, code))).toBe('identity.code_wrong');
    await f.identity.proveSignature(phone, code);
    expect(await refusalOf(f.identity.proveSignature(phone, code))).toBe('identity.code_wrong');
  });

  test('is not in the table in the clear', async () => {
    const phone = f.newPhone();
    await f.identity.requestCode(phone, 'c8');
    const all = statement<[], { row: string }>('identity_test.codes', 'select sms_code::text as row from sms_code');
    const rows = await f.db.transaction(systemAccess, (tx) => tx.run(all, []));
    for (const { row } of rows) expect(row).not.toContain(phone);
  });
});

describe('registration', () => {
  let sequence = 500;
  const idNumber = (birthDay = '1990-01-01') => makeResidentId(syntheticRegion, birthDay, (sequence += 1));
  const form = (token: string, number = idNumber()) => ({
    token,
    name: '李示例',
    idDocument: { type: 'resident_id', number },
    region: '350203',
    consentVersion: '2026-01',
  });

  async function proven(phone = f.newPhone()): Promise<string> {
    await f.identity.requestCode(phone, `reg-${phone}`);
    const verified = await f.identity.verifyCode(phone, f.codeFor(phone));
    if (verified.state !== 'register') throw new Error('already registered');
    return verified.token;
  }

  test('makes the person and opens a session; the phone then logs in', async () => {
    const phone = f.newPhone();
    const { personId, token } = await f.identity.register(form(await proven(phone)));
    expect(await f.identity.sessionOf(token, 'worker')).toMatchObject({ personId, name: '李示例' });
    expect(await f.identity.profile(personId)).toMatchObject({ phone, verified: false, birthDay: '1990-01-01' });
    f.pass(61);
    expect((await f.login(phone)).personId).toBe(personId);
  });

  test('is refused below sixteen to the day, and not on the birthday', async () => {
    expect(await refusalOf(f.identity.register(form(await proven(), idNumber('2010-03-03'))))).toBe(
      'identity.too_young',
    );
    expect(await refusalOf(f.identity.register(form(await proven(), idNumber('2010-03-02'))))).toBe(
      'nothing was refused',
    );
  });

  test('of an ID number that is registered is refused without naming the phone', async () => {
    const known = await f.addPerson();
    const work = f.identity.register(form(await proven(), known.idNumber));
    const error: unknown = await work.catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'identity.id_taken', status: 409 });
    expect(JSON.stringify(error)).not.toContain(known.phone.slice(-4));
  });

  test('cannot try ID numbers without end on one proven phone', async () => {
    const known = await f.addPerson();
    const token = await proven();
    const answers: string[] = [];
    for (let n = 0; n < 16; n += 1) answers.push(await refusalOf(f.identity.register(form(token, known.idNumber))));
    expect(answers.slice(0, 15)).toEqual(Array.from({ length: 15 }, () => 'identity.id_taken'));
    expect(answers[15]).toBe('identity.registration_expired');
  });

  test('happens once, when the form is sent twice at once', async () => {
    const token = await proven();
    const number = idNumber();
    const settled = await Promise.allSettled(Array.from({ length: 4 }, () => f.identity.register(form(token, number))));
    expect(settled.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    expect(['identity.phone_taken', 'identity.id_taken']).toContain(
      await refusalOf(f.identity.register(form(token, number))),
    );
    expect(await refusalOf(f.identity.register(form(token)))).toBe('identity.phone_taken');
  });

  test('of the same request is the same person, each with a session; of another request it is refused', async () => {
    const sent = { ...form(await proven(), idNumber()), requestId: newId() };
    const made = await Promise.all([1, 2, 3].map(() => f.identity.register(sent)));
    expect(new Set(made.map((one) => one.personId)).size).toBe(1);
    for (const { token, personId } of made)
      expect(await f.identity.sessionOf(token, 'worker')).toMatchObject({ personId });
    expect(await refusalOf(f.identity.register({ ...sent, requestId: newId() }))).toMatch(/_taken$/);
  });

  test('needs a token of ours that is younger than 15 minutes', async () => {
    const token = await proven();
    expect(await refusalOf(f.identity.register(form(`${token.slice(0, -2)}xx`)))).toBe('identity.registration_expired');
    expect(await refusalOf(f.identity.register(form('v1.AAAA')))).toBe('identity.registration_expired');
    f.pass(900);
    expect(await refusalOf(f.identity.register(form(token)))).toBe('identity.registration_expired');
  });

  test('names wrong fields, and an employer that does not exist', async () => {
    const token = await proven();
    const bad = { ...form(token), name: '1', idDocument: { type: 'resident_id', number: '123' } };
    const error: unknown = await f.identity.register(bad).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'identity.registration_invalid',
      problems: [{ path: 'name' }, { path: 'idDocument.number' }],
    });
    const unknownOrg: unknown = await f.identity
      .register({ ...form(token), platformOrgId: newId() })
      .catch((caught: unknown) => caught);
    expect(unknownOrg).toMatchObject({ problems: [{ path: 'platformOrgId' }] });
  });
});

describe('a worker’s session', () => {
  test('lives seven days from its last use and thirty in all', async () => {
    const { phone } = await f.addPerson();
    const { token } = await f.login(phone);
    for (let days = 0; days < 28; days += 7) {
      f.pass(7 * daySeconds - 60);
      expect(await f.identity.sessionOf(token, 'worker')).not.toBeNull();
    }
    f.pass(2 * daySeconds + 300);
    expect(await f.identity.sessionOf(token, 'worker')).toBeNull();
  });

  test('ends after seven idle days', async () => {
    const { phone } = await f.addPerson();
    const { token } = await f.login(phone);
    f.pass(7 * daySeconds);
    expect(await f.identity.sessionOf(token, 'worker')).toBeNull();
  });

  test('does not end when the demonstration jumps ahead by months', async () => {
    const { phone } = await f.addPerson();
    const { token } = await f.login(phone);
    f.clock.set('2026-09-01T00:00:00.000Z');
    expect(await f.identity.sessionOf(token, 'worker')).not.toBeNull();
    f.clock.set('2026-03-02T02:00:00.000Z');
  });

  test('ends at logout and when all are revoked; another’s goes on', async () => {
    const { phone, personId } = await f.addPerson();
    const other = await f.login((await f.addPerson()).phone);
    const first = await f.login(phone);
    expect(await f.identity.sessionOf(first.token, 'worker')).not.toBeNull();
    await f.identity.logout(first.token);
    expect(await f.identity.sessionOf(first.token, 'worker')).toBeNull();
    f.pass(61);
    const second = await f.login(phone);
    await f.identity.revokeAll({ personId });
    expect(await f.identity.sessionOf(second.token, 'worker')).toBeNull();
    expect(await f.identity.sessionOf(other.token, 'worker')).not.toBeNull();
  });

  test('that the browser came with ends at login: nobody can fix a session beforehand', async () => {
    const attacker = await f.login((await f.addPerson()).phone);
    const { phone } = await f.addPerson();
    await f.identity.requestCode(phone, 'fix');
    const verified = await f.identity.verifyCode(phone, f.codeFor(phone), attacker.token);
    expect(verified).toMatchObject({ state: 'in' });
    expect(await f.identity.sessionOf(attacker.token, 'worker')).toBeNull();
    if (verified.state === 'in') expect(verified.token).not.toBe(attacker.token);
  });

  test('is no staff session, and a made-up token is none at all', async () => {
    const { token } = await f.login((await f.addPerson()).phone);
    expect(await f.identity.sessionOf(token, 'staff')).toBeNull();
    for (const bad of [null, '', 'x', token.slice(1), `${token}a`, `${token.slice(0, -1)}!`, "' or 1=1 --"]) {
      expect(await f.identity.sessionOf(bad, 'worker')).toBeNull();
    }
  });
});

describe('row-level security', () => {
  const people = statement<[], { person_id: string }>('identity_test.people', 'select person_id from person');

  test('a person’s row is seen by that person and the system, and by nobody else', async () => {
    const mine = await f.addPerson();
    const other = await f.addPerson();
    const seenBy = async (access: Parameters<typeof f.db.transaction>[0]) =>
      (await f.db.transaction(access, (tx) => tx.run(people, []))).map((row) => row.person_id);
    expect(await seenBy(workerAccess(mine.personId))).toEqual([mine.personId]);
    expect(await seenBy(systemAccess)).toEqual(expect.arrayContaining([mine.personId, other.personId]));
    expect(await seenBy(anonymousAccess)).toEqual([]);
    expect(await seenBy({ kind: 'staff', actorId: newId(), grants: [`supervisor@${newId()}`] })).toEqual([]);
    expect(
      await f.db.transaction(workerAccess(mine.personId), (tx) => f.identity.personIn(tx, other.personId)),
    ).toBeUndefined();
  });
});
