// Credentials of the outside parties. A party is set whole or not at all: half of it is a mistake that must not be found out at the
// first payment. Nothing here connects to anybody.

import { readFileSync } from 'node:fs';
import { reasonOf, SetupError } from './setup-error.ts';

export type HmacPort = { readonly baseUrl: string; readonly clientId: string; readonly secret: string };

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
};

export type SmsPortConfig = {
  readonly baseUrl: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly signName: string;
};

/** Null is a party that is not connected; a demonstration then uses its simulator. */
export type PortsConfig = {
  readonly payment: PaymentPort | null;
  readonly bank: HmacPort | null;
  readonly insurer: HmacPort | null;
  readonly sms: SmsPortConfig | null;
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
  sms: ['URL', 'KEY_ID', 'SECRET', 'SIGN_NAME'],
} as const satisfies Readonly<Record<keyof PortsConfig, readonly string[]>>;

type Environment = Readonly<Record<string, string | undefined>>;

export function readPorts(env: Environment): PortsConfig {
  return {
    payment: readPayment(env),
    bank: readHmac(env, 'bank'),
    insurer: readHmac(env, 'insurer'),
    sms: readSms(env),
  };
}

function readHmac(env: Environment, party: 'bank' | 'insurer'): HmacPort | null {
  const set = whole(env, party);
  return (
    set && {
      baseUrl: httpUrl(`${party.toUpperCase()}_URL`, set('URL')),
      clientId: set('CLIENT_ID'),
      secret: set('SECRET'),
    }
  );
}

function readSms(env: Environment): SmsPortConfig | null {
  const set = whole(env, 'sms');
  return (
    set && {
      baseUrl: httpUrl('SMS_URL', set('URL')),
      accessKeyId: set('KEY_ID'),
      accessKeySecret: set('SECRET'),
      signName: set('SIGN_NAME'),
    }
  );
}

function readPayment(env: Environment): PaymentPort | null {
  const set = whole(env, 'payment');
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
  };
}

/** Reads all variables of a party, or none; some of them is refused by name. */
function whole(env: Environment, port: keyof PortsConfig): ((name: string) => string) | null {
  const party = port.toUpperCase();
  const names: readonly string[] = portVariables[port];
  const values = new Map(names.map((name) => [name, (env[`${party}_${name}`] ?? '').trim()]));
  const missing = names.filter((name) => values.get(name) === '');
  if (missing.length === names.length) return null;
  if (missing.length > 0) {
    const listed = missing.map((name) => `${party}_${name}`).join('、');
    throw new SetupError(
      `外部系统 ${party} 的设置不完整，还缺 ${listed}。请补齐，或全部去掉。`,
      `The settings of ${party} are incomplete: ${listed} missing. Set all of them or none.`,
    );
  }
  return (name) => values.get(name) ?? '';
}

function httpUrl(name: string, text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, '');
  throw wrong(name, 'http:// 或 https:// 开头的网址', 'a URL that begins with http:// or https://');
}

function fileText(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new SetupError(
      `环境变量 ${name} 指定的文件无法读取：${reasonOf(error)}。请检查路径和权限。`,
      `The file named by ${name} cannot be read: ${reasonOf(error)}. Check the path and its rights.`,
      error,
    );
  }
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

function wrong(name: string, zh: string, en: string): SetupError {
  return new SetupError(
    `环境变量 ${name} 的值不对，应为${zh}。请改正后再启动。`,
    `The environment variable ${name} is wrong: it takes ${en}. Correct it and start again.`,
  );
}
