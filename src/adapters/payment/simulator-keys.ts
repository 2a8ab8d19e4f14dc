// Keys of the simulated payment party and of the merchant it knows, made on the spot and kept only in the state folder.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const keysSchema = z.object({
  appId: z.string(),
  merchantId: z.string(),
  merchantSerial: z.string(),
  merchantPrivateKeyPem: z.string(),
  merchantPublicKeyPem: z.string(),
  platformSerial: z.string(),
  platformPrivateKeyPem: z.string(),
  platformPublicKeyPem: z.string(),
  apiV3Key: z.string(),
});
export type SimKeys = z.infer<typeof keysSchema>;

function rsaPair(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

function makeKeys(): SimKeys {
  const merchant = rsaPair();
  const platform = rsaPair();
  return {
    appId: 'wx0000000000000001',
    merchantId: '1900000001',
    merchantSerial: randomBytes(20).toString('hex').toUpperCase(),
    merchantPrivateKeyPem: merchant.privateKey,
    merchantPublicKeyPem: merchant.publicKey,
    platformSerial: `PUB_KEY_ID_${randomBytes(16).toString('hex')}`,
    platformPrivateKeyPem: platform.privateKey,
    platformPublicKeyPem: platform.publicKey,
    apiV3Key: randomBytes(16).toString('hex'),
  };
}

export function loadKeys(stateDir: string | undefined): SimKeys {
  if (stateDir === undefined) return makeKeys();
  mkdirSync(stateDir, { recursive: true });
  const path = join(stateDir, 'payment-keys.json');
  if (existsSync(path)) return keysSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const keys = makeKeys();
  writeFileSync(path, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}
