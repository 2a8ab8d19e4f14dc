// Codes under attack: guessing across numbers from one place, and telling known numbers from unknown ones by what they cost.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFixture, refusalOf, type Fixture } from './fixture.ts';

let f: Fixture;
const hourSeconds = 3_600;

beforeAll(async () => {
  f = await makeFixture();
});
afterAll(() => f?.stop());

test('wrong codes are counted for the address that tries them, on whatever numbers, known or not', async () => {
  const guess = async (phone: string, address: string) =>
    refusalOf(f.identity.verifyCode(phone, '000000', null, address));
  const known = [await f.addPerson(), await f.addPerson()].map((one) => one.phone);
  const outcomes: string[] = [];
  for (let n = 0; n < 100; n += 1) outcomes.push(await guess(known[n] ?? f.newPhone(), '203.0.113.9'));
  expect(new Set(outcomes)).toEqual(new Set(['identity.code_wrong']));
  const late = await Promise.all(Array.from({ length: 4 }, () => guess(f.newPhone(), '203.0.113.9')));
  expect(new Set(late)).toEqual(new Set(['identity.too_many_wrong_here']));
  // Not even the right code is looked at from there; from elsewhere it is.
  const [phone = ''] = known;
  await f.identity.requestCode(phone, 'guessed');
  const code = f.codeFor(phone);
  expect(await refusalOf(f.identity.verifyCode(phone, code, null, '203.0.113.9'))).toBe('identity.too_many_wrong_here');
  expect((await f.identity.verifyCode(phone, code, null, '203.0.113.10')).state).toBe('in');
  f.pass(hourSeconds + 1);
  expect(await guess(f.newPhone(), '203.0.113.9')).toBe('identity.code_wrong');
});

test('known and unknown numbers cost the same statements, asked for and guessed at', async () => {
  const counted = async (work: () => Promise<unknown>): Promise<string[]> => {
    const seen: string[] = [];
    f.watch((name) => seen.push(name));
    await work().catch(() => undefined);
    f.watch(null);
    return seen;
  };
  const { phone } = await f.addPerson();
  const unknown = f.newPhone();
  const asks = await Promise.resolve([
    await counted(() => f.identity.requestCode(phone, 'same-1')),
    await counted(() => f.identity.requestCode(unknown, 'same-2')),
  ]);
  expect(asks[0]?.length).toBeGreaterThan(2);
  expect(asks[1]).toEqual(asks[0]);
  const wrongs = [
    await counted(() => f.identity.verifyCode(phone, '000000', null, 'same-3')),
    await counted(() => f.identity.verifyCode(unknown, '000000', null, 'same-4')),
  ];
  expect(wrongs[0]?.length).toBeGreaterThan(2);
  expect(wrongs[1]).toEqual(wrongs[0]);
});
