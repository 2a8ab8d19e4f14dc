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

it('the store of files and the scanner are read whole or refused by name', () => {
  const s3 = { S3_URL: 'https://store.test/', S3_BUCKET: 'gongdun', S3_KEY_ID: 'k', S3_SECRET: 's' };
  const read = (more: Record<string, string>) => readConfig({ ...env, ...more }, []).ports;
  expect(read(s3).s3).toMatchObject({ endpoint: 'https://store.test', region: 'us-east-1', virtualHost: false });
  expect(read({ CLAMD_ADDRESS: '/run/clamav/clamd.ctl' }).clamd).toEqual({ path: '/run/clamav/clamd.ctl' });
  expect(read({ CLAMD_ADDRESS: '[::1]:3310' }).clamd).toEqual({ host: '::1', port: 3310 });
  expect([read({}).s3, read({}).clamd]).toEqual([null, null]);
  for (const [more, named] of [
    [{ S3_URL: 'https://store.test' }, 'S3_BUCKET、S3_KEY_ID、S3_SECRET'],
    [{ ...s3, S3_BUCKET: 'Big' }, 'S3_BUCKET'],
    [{ ...s3, S3_STYLE: 'dns' }, 'S3_STYLE'],
    [{ CLAMD_ADDRESS: 'clamd' }, 'CLAMD_ADDRESS'],
    [{ CLAMD_ADDRESS: 'clamd:70000' }, 'CLAMD_ADDRESS'],
  ] as const)
    expect(() => read(more)).toThrow(named);
});

it('a bank of files is set whole, alone, and with a template that is known', async () => {
  const { BANK_URL: _url, BANK_CLIENT_ID: _id, BANK_SECRET: _secret, ...none } = env;
  const files = { BANK_OUTBOX: '/tmp/out', BANK_INBOX: '/tmp/in', BANK_TEMPLATE: 'csv-gbk' };
  expect(readConfig({ ...none, ...files }, []).ports.bankFiles).toMatchObject({ template: 'csv-gbk' });
  expect(() => readConfig({ ...none, BANK_OUTBOX: '/tmp/out' }, [])).toThrow('BANK_INBOX、BANK_TEMPLATE');
  expect(() => readConfig({ ...env, ...files }, [])).toThrow('BANK_OUTBOX');
  const wrong = readConfig({ ...none, ...files, BANK_TEMPLATE: 'x', DEMO: 'on' }, []);
  await expect(connectParties(wrong, systemClock(), { callbackBase: '' })).rejects.toThrow('fixed-gbk');
});

it('two providers of SMS are read by kind; a half, a second without a first, and a wrong kind are refused by name', async () => {
  const first = { SMS_URL: 'https://dysmsapi.test', SMS_KEY_ID: 'k', SMS_SECRET: 's', SMS_SIGN_NAME: '工盾' };
  const second = { SMS2_URL: 'smpp://centre.test:2775', SMS2_KEY_ID: 'k', SMS2_SECRET: 's', SMS2_SIGN_NAME: '工盾' };
  const smpp = { SMS2_KIND: 'smpp', SMS2_SENDER: '10690000' };
  const read = (more: Record<string, string>) => readConfig({ ...env, ...more }, []);
  expect(read({ ...first, ...second, ...smpp }).ports.sms).toMatchObject([
    { kind: 'aliyun', name: 'aliyun', window: 10 },
    { kind: 'smpp', name: 'smpp', sender: '10690000', baseUrl: 'smpp://centre.test:2775' },
  ]);
  const again = { SMS2_URL: 'https://other.test', SMS2_KEY_ID: 'k', SMS2_SECRET: 's', SMS2_SIGN_NAME: '工盾' };
  expect(read({ ...first, ...again }).ports.sms?.map((one) => one.name)).toEqual(['aliyun', 'aliyun-2']);
  for (const [more, named] of [
    [{ SMS_URL: 'https://x.test' }, 'SMS_KEY_ID、SMS_SECRET、SMS_SIGN_NAME'],
    [second, 'SMS2_URL'],
    [{ ...first, SMS_KIND: 'pigeon' }, 'SMS_KIND'],
    [{ ...first, SMS_KIND: 'tencent' }, 'SMS_SENDER'],
    [{ ...first, SMS_KIND: 'tencent', SMS_SENDER: '1' }, 'SMS_TEMPLATES_FILE'],
    [{ ...first, ...second, SMS2_KIND: 'smpp', SMS2_SENDER: '1', SMS2_WINDOW: '0' }, 'SMS2_WINDOW'],
    [{ ...first, ...second, ...smpp, SMS2_URL: 'https://x.test' }, 'SMS2_URL'],
    [{ ...first, SMS_RECEIPTS_TOKEN: 'short' }, 'SMS_RECEIPTS_TOKEN'],
  ] as const)
    expect(() => read(more)).toThrow(named);
});
