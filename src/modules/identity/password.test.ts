// Passwords and one-time codes, against the vectors of RFC 6238 and a flood.

import { expect, test } from 'vitest';
import { createPasswordChecker, hashPassword, newTotpSecret, totpCode, totpStep } from './password.ts';

// RFC 6238 appendix B, SHA-1, the last 6 of its 8 digits: the secret is the ASCII text 12345678901234567890.
const rfcSecret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_234_567_890, '005924'],
  [20_000_000_000, '353130'],
])('the code at second %i is %s', (second, code) => {
  expect(totpCode(rfcSecret, second * 1000)).toBe(code);
  expect(totpStep(rfcSecret, code, second * 1000)).toBe(Math.floor(second / 30));
});

test('one step early or late is taken and named; two are not; nor is anything else', () => {
  const secret = newTotpSecret();
  const at = 1_800_000_015_000;
  const step = Math.floor(at / 30_000);
  expect(totpStep(secret, totpCode(secret, at - 30_000), at)).toBe(step - 1);
  expect(totpStep(secret, totpCode(secret, at + 30_000), at)).toBe(step + 1);
  expect(totpStep(secret, totpCode(secret, at - 60_000), at)).toBeNull();
  const code = totpCode(secret, at);
  expect(totpStep(secret, ` ${code.slice(0, 3)} ${code.slice(3)} `, at)).toBe(step);
  for (const wrong of ['', '12345', '1234567', 'abcdef']) expect(totpStep(secret, wrong, at)).toBeNull();
});

test('a password is kept as argon2id and only itself is right; nobody’s password is never right', async () => {
  const hash = await hashPassword('correct horse');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  const { check } = createPasswordChecker();
  expect(await check(hash, 'correct horse')).toBe(true);
  expect(await check(hash, 'correct  horse')).toBe(false);
  expect(await check(null, 'correct horse')).toBe(false);
});

test('a flood of logins is turned away beyond what can wait, and the rest are served', async () => {
  const hash = await hashPassword('correct horse');
  const { check } = createPasswordChecker();
  const settled = await Promise.allSettled(Array.from({ length: 60 }, () => check(hash, 'correct horse')));
  const refused = settled.filter((one) => one.status === 'rejected');
  expect(refused).toHaveLength(18);
  for (const one of refused) expect(one.reason).toMatchObject({ code: 'identity.login_busy' });
  expect(await check(hash, 'correct horse')).toBe(true);
});
