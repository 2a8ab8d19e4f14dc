// The phone proven once more in a session: what for, for how long, by whom, and that neither races nor repeats nor another's code help.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { statement } from '#platform/db';
import { systemAccess } from '#platform/access';
import { makeFixture, refusalOf, type Fixture } from './fixture.ts';

let f: Fixture;
beforeAll(async () => {
  f = await makeFixture();
});
afterAll(() => f?.stop());

const leaves = statement<[string], { count: number }>(
  'identity_test.stepped_up_leaves',
  `select count(*)::int as count from log_leaf where entry like '%person.stepped_up%' and entry like '%' || $1 || '%'`,
);

async function comeIn() {
  const person = await f.addPerson();
  const { token } = await f.login(person.phone);
  const session = await f.identity.sessionOf(token, 'worker');
  if (!session) throw new Error('nobody came in');
  return { ...person, token, session };
}

test('a code opens what its message named, in its own session, for five minutes', async () => {
  const one = await comeIn();
  f.pass(61);
  const other = await f.login(one.phone);
  expect(await f.identity.isSteppedUp(one.token, 'payout_account')).toBe(false);
  await f.identity.requestStepUp(one.session, 'payout_account');
  const code = f.codeFor(one.phone);
  expect(f.outbox.at(-1)?.message).toEqual({ template: 'step_up_code', values: { purpose: '更改收款银行卡' } });
  // For something else it is worth nothing, and as a login neither.
  expect(await refusalOf(f.identity.proveStepUp(one.token, one.session, 'health_data', code))).toBe(
    'identity.code_wrong',
  );
  expect(await refusalOf(f.identity.verifyCode(one.phone, code))).toBe('identity.code_wrong');
  await f.identity.proveStepUp(one.token, one.session, 'payout_account', code);
  expect(await f.identity.isSteppedUp(one.token, 'payout_account')).toBe(true);
  expect(await f.identity.isSteppedUp(one.token, 'health_data')).toBe(false);
  expect(await f.identity.isSteppedUp(other.token, 'payout_account')).toBe(false);
  // The answer was lost on the way and the phone sends again: proven is proven, with one leaf.
  await f.identity.proveStepUp(one.token, one.session, 'payout_account', code);
  const { count } = await f.db.transaction(systemAccess, (tx) => tx.one(leaves, [f.crypto.pseudonym(one.personId)]));
  expect(count).toBe(1);
  f.pass(5 * 60 + 1);
  expect(await f.identity.isSteppedUp(one.token, 'payout_account')).toBe(false);
});

test('the code of the login a moment ago is not in its way, the limits of the number are', async () => {
  const one = await comeIn();
  await f.identity.requestStepUp(one.session, 'health_data');
  expect(await refusalOf(f.identity.requestStepUp(one.session, 'health_data'))).toBe('identity.code_too_soon');
  for (let n = 3; n <= 5; n += 1) {
    f.pass(61);
    await f.identity.requestStepUp(one.session, 'health_data');
  }
  f.pass(61);
  expect(await refusalOf(f.identity.requestStepUp(one.session, 'health_data'))).toBe('identity.code_too_many');
});

test('of many who bring wrong codes at once five are heard, and the right one after them is not', async () => {
  const one = await comeIn();
  await f.identity.requestStepUp(one.session, 'payout_account');
  const code = f.codeFor(one.phone);
  const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
  const prove = (given: string) => refusalOf(f.identity.proveStepUp(one.token, one.session, 'payout_account', given));
  await Promise.all(Array.from({ length: 12 }, () => prove(wrong)));
  expect(await prove(code)).toBe('identity.code_wrong');
  expect(await f.identity.isSteppedUp(one.token, 'payout_account')).toBe(false);
});

test('a session that ended is not opened any more by its code', async () => {
  const one = await comeIn();
  await f.identity.requestStepUp(one.session, 'payout_account');
  const code = f.codeFor(one.phone);
  await f.identity.logout(one.token);
  expect(await refusalOf(f.identity.proveStepUp(one.token, one.session, 'payout_account', code))).toBe(
    'identity.not_logged_in',
  );
  expect(await f.identity.isSteppedUp(one.token, 'payout_account')).toBe(false);
});
