// Outside parties that are not set: an operator is told which variables to set, and the simulators' secret gives nothing of the key away.

import { expect, it } from 'vitest';
import { systemClock } from '#platform/clock';
import { readConfig } from '#platform/config';
import { SetupError } from '#platform/setup-error';
import { derivedSecret } from './database.ts';
import { connectParties } from './parties.ts';

const masterKey = '0123456789abcdef'.repeat(4);
const bank = { BANK_URL: 'https://bank.test', BANK_CLIENT_ID: 'us', BANK_SECRET: 'secret' };
const env = {
  DATABASE_URL: 'postgres://x@127.0.0.1/x',
  MASTER_KEY: masterKey,
  PUBLIC_URL: 'https://city.test',
  ...bank,
};

it('names the variables of every party that is not set, and only those', async () => {
  const config = readConfig(env, []);
  const failure: unknown = await connectParties(config, systemClock(), { callbackBase: '' }).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(SetupError);
  const said = failure instanceof SetupError ? failure.message : '';
  for (const name of ['PAYMENT_MERCHANT_KEY_FILE', 'INSURER_URL', 'SMS_SIGN_NAME', 'DEMO=on'])
    expect(said).toContain(name);
  expect(said).not.toContain('BANK_');
});

it('gives simulators and the database secrets of their own', () => {
  const config = readConfig(env, []);
  const secrets = [derivedSecret(config, 'simulators'), derivedSecret(config, 'app-role')];
  expect(new Set(secrets).size).toBe(2);
  const all = [...secrets, ...secrets.map((secret) => Buffer.from(secret, 'base64url').toString('hex'))].join();
  for (let at = 0; at + 8 <= masterKey.length; at += 8) expect(all).not.toContain(masterKey.slice(at, at + 8));
});
