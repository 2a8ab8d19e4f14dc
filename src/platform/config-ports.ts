// Credentials of the outside parties. A party is set whole or not at all: half of it is a mistake that must not be found out at the
// first payment. Nothing here connects to anybody.

import { readClamd, readS3, type ClamdPortConfig, type S3PortConfig } from './config-files.ts';
import { readOidc, type OidcPortConfig } from './config-oidc.ts';
import { fileText, httpUrl, whole, wrong, type Environment } from './config-read.ts';
import { readReceiptsToken, readSmsProviders, smsVariables, type SmsProviderConfig } from './config-sms.ts';

export type HmacPort = { readonly baseUrl: string; readonly clientId: string; readonly secret: string };

export type IdentityPort = { readonly baseUrl: string; readonly secretId: string; readonly secretKey: string };

export type PaymentPort = {
  readonly baseUrl: string;
  readonly channel: 'h5' | 'jsapi';
  readonly appId: string;
  readonly merchantId: string;
  readonly merchantSerial: string;
  readonly merchantPrivateKeyPem: string;
  /** By serial. */
  readonly platformPublicKeysPem: Readonly<Record<string, string>>;
  readonly apiV3Key: string;
  /** The template of withholding contracts agreed with the party; auto-renewal is closed without one. */
  readonly planId?: number;
};

export type BankFilesConfig = { readonly outbox: string; readonly inbox: string; readonly template: string };

/** Null is a party that is not connected; a demonstration then uses its simulator. */
export type PortsConfig = {
  readonly payment: PaymentPort | null;
  readonly bank: HmacPort | null;
  /** A bank that only exchanges files; instead of `bank`. */
  readonly bankFiles: BankFilesConfig | null;
  readonly insurer: HmacPort | null;
  /** Whose name, phone and card are whose; null: nobody is checked, and nobody is held up. */
  readonly identity: IdentityPort | null;
  /** Two fail over; in this order. */
  readonly sms: readonly SmsProviderConfig[] | null;
  readonly smsReceiptsToken: string | null;
  /** Null keeps files in the data folder. */
  readonly s3: S3PortConfig | null;
  readonly clamd: ClamdPortConfig | null;
  /** Null: staff come in by password only. */
  readonly oidc: OidcPortConfig | null;
};

/** The variables of each party, without its name before them. */
export const portVariables = {
  payment: [
    'URL',
    'CHANNEL',
    'APP_ID',
    'MERCHANT_ID',
    'MERCHANT_SERIAL',
    'MERCHANT_KEY_FILE',
    'PLATFORM_KEYS_FILE',
    'API_V3_KEY',
  ],
  bank: ['URL', 'CLIENT_ID', 'SECRET'],
  insurer: ['URL', 'CLIENT_ID', 'SECRET'],
  sms: smsVariables,
} as const satisfies Readonly<Partial<Record<keyof PortsConfig, readonly string[]>>>;

export function readPorts(env: Environment): PortsConfig {
  return {
    payment: readPayment(env),
    bank: readHmac(env, 'bank'),
    bankFiles: readBankFiles(env),
    insurer: readHmac(env, 'insurer'),
    identity: readIdentity(env),
    sms: readSmsProviders(env),
    smsReceiptsToken: readReceiptsToken(env),
    s3: readS3(env),
    clamd: readClamd(env),
    oidc: readOidc(env),
  };
}

/** Two folders and the code of a template; the codes are the bank adapter's. */
function readBankFiles(env: Environment): BankFilesConfig | null {
  const set = whole(env, 'BANK', ['OUTBOX', 'INBOX', 'TEMPLATE']);
  if (!set) return null;
  if ((env['BANK_URL'] ?? '').trim() !== '')
    throw wrong('BANK_OUTBOX', '不能与 BANK_URL 同时设置，银行只接一种', 'not set together with BANK_URL: one bank');
  return { outbox: set('OUTBOX'), inbox: set('INBOX'), template: set('TEMPLATE') };
}

function readHmac(env: Environment, party: 'bank' | 'insurer'): HmacPort | null {
  const set = whole(env, party.toUpperCase(), portVariables[party]);
  return (
    set && {
      baseUrl: httpUrl(`${party.toUpperCase()}_URL`, set('URL')),
      clientId: set('CLIENT_ID'),
      secret: set('SECRET'),
    }
  );
}

function readIdentity(env: Environment): IdentityPort | null {
  const set = whole(env, 'IDENTITY', ['URL', 'SECRET_ID', 'SECRET_KEY']);
  return (
    set && {
      baseUrl: httpUrl('IDENTITY_URL', set('URL')),
      secretId: set('SECRET_ID'),
      secretKey: set('SECRET_KEY'),
    }
  );
}

function readPayment(env: Environment): PaymentPort | null {
  const set = whole(env, 'PAYMENT', portVariables.payment);
  if (!set) return null;
  const channel = set('CHANNEL');
  if (channel !== 'h5' && channel !== 'jsapi') throw wrong('PAYMENT_CHANNEL', 'h5 或 jsapi', 'h5 or jsapi');
  if (Buffer.byteLength(set('API_V3_KEY')) !== 32) throw wrong('PAYMENT_API_V3_KEY', '32 个字符', '32 characters');
  return {
    baseUrl: httpUrl('PAYMENT_URL', set('URL')),
    channel,
    appId: set('APP_ID'),
    merchantId: set('MERCHANT_ID'),
    merchantSerial: set('MERCHANT_SERIAL'),
    merchantPrivateKeyPem: fileText('PAYMENT_MERCHANT_KEY_FILE', set('MERCHANT_KEY_FILE')),
    platformPublicKeysPem: keysBySerial(fileText('PAYMENT_PLATFORM_KEYS_FILE', set('PLATFORM_KEYS_FILE'))),
    apiV3Key: set('API_V3_KEY'),
    ...planOf(env['PAYMENT_PLAN_ID']),
  };
}

function planOf(text: string | undefined): { planId?: number } {
  if (text === undefined || text.trim() === '') return {};
  const planId = Number(text.trim());
  if (!Number.isSafeInteger(planId) || planId <= 0)
    throw wrong('PAYMENT_PLAN_ID', '代扣模板的编号', 'the number of a template');
  return { planId };
}

function keysBySerial(text: string): Record<string, string> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) {
      const entries = Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
      if (entries.length > 0) return Object.fromEntries(entries);
    }
  } catch {
    // Said below, in the same words as for a file of another shape.
  }
  throw wrong(
    'PAYMENT_PLATFORM_KEYS_FILE',
    '一个 JSON 文件：{"证书序列号": "公钥 PEM"}',
    'a JSON file {"serial": "public key PEM"}',
  );
}
