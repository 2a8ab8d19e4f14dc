// Who may see what of a person: unmasking under row-level security, its limit, its trace, and what the person is told of it.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { roleGrant, systemAccess } from '#platform/access';
import { statement } from '#platform/db';
import { makeFixture, refusalOf, type Fixture } from './fixture.ts';
import type { StaffSession } from './index.ts';

let f: Fixture;

beforeAll(async () => {
  f = await makeFixture();
});

afterAll(() => f?.stop());

const tracedUnmaskings = statement<[string], { entry: string; body: { reason: string; field: string } }>(
  'identity_test.traced',
  `select l.entry, b.body from unmasking u join log_leaf l on l.leaf_id = u.leaf_id join trace_body b on b.leaf_id = u.leaf_id
   where u.staff_id = $1 order by u.at`,
);

async function clerk(): Promise<{ session: StaffSession; grant: string }> {
  const staff = await f.newStaff('hrss_window');
  const { token } = await f.loginStaff(staff);
  const session = await f.identity.sessionOf(token, 'staff');
  if (!session) throw new Error('not logged in');
  return { session, grant: roleGrant('hrss_window', staff.orgId) };
}

const reason = '核对身份证件';

test('staff who see the case see one value, with a reason, and the person is told', async () => {
  const { session, grant } = await clerk();
  const person = await f.addPerson();
  const caseId = await f.addCase(person.personId, ['*', grant]);
  const unmask = (field: string) => f.identity.unmask(session, { caseId, field, reason });
  expect(await unmask('id_number')).toBe(person.idNumber);
  f.clock.set('2026-03-02T03:00:00.000Z');
  expect(await unmask('phone')).toBe(person.phone);
  expect(await unmask('name')).toBe(person.name);
  expect(await unmask('card')).toBe('6222020000000000000');
  const traced = await f.db.transaction(systemAccess, (tx) => tx.run(tracedUnmaskings, [session.staff.staffId]));
  expect(traced).toHaveLength(4);
  expect(traced[0]?.body).toMatchObject({ reason, field: 'id_number' });
  for (const { entry } of traced) {
    expect(entry).not.toContain(person.personId);
    expect(entry).not.toContain(person.idNumber);
  }
  const seen = await f.identity.whoHasSeen(person.personId);
  expect(seen.items.map((one) => one.fieldZh)).toContain('证件号码');
  expect(seen.items.at(-1)).toMatchObject({ field: 'id_number', staffName: '经办示例', reason, caseId });
  expect(await f.identity.whoHasSeen((await f.addPerson()).personId)).toEqual({ items: [], nextCursor: null });
});

test('staff of another organisation do not see that the case exists, and nothing is written', async () => {
  const own = await clerk();
  const other = await clerk();
  const person = await f.addPerson();
  const caseId = await f.addCase(person.personId, ['*', own.grant]);
  const ask = (session: StaffSession) => f.identity.unmask(session, { caseId, field: 'phone', reason });
  expect(await refusalOf(ask(other.session))).toBe('identity.person_not_visible');
  expect((await f.identity.whoHasSeen(person.personId)).items).toEqual([]);
  expect(await ask(own.session)).toBe(person.phone);
});

test('a field of the case itself is opened by the case; a field of nobody is refused and not written', async () => {
  const { session, grant } = await clerk();
  const { personId } = await f.addPerson();
  const caseId = await f.addCase(personId, ['*', grant]);
  expect(await f.identity.unmask(session, { caseId, field: 'payout_card', reason })).toBe('6222000');
  expect(await refusalOf(f.identity.unmask(session, { caseId, field: 'password_hash', reason }))).toBe(
    'identity.field_hidden',
  );
  expect((await f.identity.whoHasSeen(personId)).items.map((one) => one.field)).toEqual(['payout_card']);
});

test('thirty an hour, also when they come at once; the next hour is free again', async () => {
  const { session, grant } = await clerk();
  const { personId } = await f.addPerson();
  const caseId = await f.addCase(personId, ['*', grant]);
  const ask = () => refusalOf(f.identity.unmask(session, { caseId, field: 'name', reason }));
  const answers = await Promise.all(Array.from({ length: 36 }, ask));
  expect(answers.filter((one) => one === 'nothing was refused')).toHaveLength(30);
  expect(answers.filter((one) => one === 'identity.unmask_too_many')).toHaveLength(6);
  f.clock.set(new Date(Date.parse(f.clock.now()) + 3_601_000).toISOString());
  expect(await ask()).toBe('nothing was refused');
  const first = await f.identity.whoHasSeen(personId, undefined, 20);
  const second = await f.identity.whoHasSeen(personId, first.nextCursor ?? undefined, 20);
  expect([first.items.length, second.items.length, second.nextCursor]).toEqual([20, 11, null]);
});

test('others are shown a person only masked', async () => {
  const person = await f.addPerson(f.newPhone(), '欧阳示例');
  const masked = await f.identity.maskedProfile(person.personId);
  expect(masked?.name).toBe('欧***');
  expect(JSON.stringify(masked)).not.toContain(person.idNumber);
  expect(JSON.stringify(masked)).not.toContain(person.phone);
  expect(await f.identity.profile(person.personId)).toMatchObject({ name: '欧阳示例', phone: person.phone });
});
