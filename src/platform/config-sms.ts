// The providers of text messages: one, or two between which messages fail over. Each is set whole or not at all.

import { z } from 'zod';
import { fileText, httpUrl, whole, wrong, type Environment } from './config-read.ts';

const kinds = ['aliyun', 'tencent', 'smpp'] as const;

export type SmsProviderConfig = {
  readonly kind: (typeof kinds)[number];
  /** Under which its receipts come and its health is shown. */
  readonly name: string;
  readonly baseUrl: string;
  /** Access key, secret id, or system id of SMPP. */
  readonly keyId: string;
  readonly secret: string;
  readonly signName: string;
  /** SdkAppId of Tencent, or the number that the phone shows with SMPP. */
  readonly sender: string;
  /** By our own code: the provider's template, and the order of its parameters. */
  readonly templates: Readonly<Record<string, { readonly id: string; readonly params?: readonly string[] }>> | null;
  readonly window: number;
};

export const smsVariables = ['URL', 'KEY_ID', 'SECRET', 'SIGN_NAME'] as const;

const templatesSchema = z.record(
  z.string(),
  z.object({ id: z.string().min(1), params: z.array(z.string()).optional() }).transform(({ id, params }) => ({
    id,
    ...(params === undefined ? {} : { params }),
  })),
);

/** Null when none is set; a second without a first is a mistake. */
export function readSmsProviders(env: Environment): readonly SmsProviderConfig[] | null {
  const first = readOne(env, 'SMS');
  const second = readOne(env, 'SMS2');
  if (!first && second) throw wrong('SMS2_URL', '在设置了 SMS_URL 之后才使用', 'used only together with SMS_URL');
  if (!first) return null;
  if (!second) return [first];
  return [first, second.name === first.name ? { ...second, name: `${second.name}-2` } : second];
}

/** What stands in the address that providers post their receipts to. */
export function readReceiptsToken(env: Environment): string | null {
  const token = (env['SMS_RECEIPTS_TOKEN'] ?? '').trim();
  if (token === '') return null;
  if (!/^[\w-]{24,200}$/.test(token))
    throw wrong('SMS_RECEIPTS_TOKEN', '至少 24 位字母、数字、- 或 _', 'at least 24 letters, digits, - or _');
  return token;
}

function readOne(env: Environment, prefix: string): SmsProviderConfig | null {
  const set = whole(env, prefix, smsVariables);
  if (!set) return null;
  const extra = (name: string): string => (env[`${prefix}_${name}`] ?? '').trim();
  const kind = kinds.find((one) => one === (extra('KIND') || 'aliyun'));
  if (!kind) throw wrong(`${prefix}_KIND`, 'aliyun、tencent 或 smpp', 'aliyun, tencent or smpp');
  if (kind !== 'aliyun' && extra('SENDER') === '')
    throw wrong(
      `${prefix}_SENDER`,
      '腾讯云的 SdkAppId 或 SMPP 的接入号',
      'the SdkAppId of Tencent or the number of SMPP',
    );
  if (kind === 'tencent' && extra('TEMPLATES_FILE') === '') throw templatesWrong(prefix);
  const window = extra('WINDOW') || '10';
  if (!/^[1-9]\d{0,2}$/.test(window)) throw wrong(`${prefix}_WINDOW`, '1 到 999', 'from 1 to 999');
  return {
    kind,
    name: kind,
    baseUrl: kind === 'smpp' ? smppUrl(`${prefix}_URL`, set('URL')) : httpUrl(`${prefix}_URL`, set('URL')),
    keyId: set('KEY_ID'),
    secret: set('SECRET'),
    signName: set('SIGN_NAME'),
    sender: extra('SENDER'),
    templates: extra('TEMPLATES_FILE') === '' ? null : readTemplates(prefix, extra('TEMPLATES_FILE')),
    window: Number(window),
  };
}

function smppUrl(name: string, text: string): string {
  if (URL.canParse(text) && /^s?smpp:$/.test(new URL(text).protocol) && new URL(text).hostname !== '') return text;
  throw wrong(name, 'smpp:// 或 ssmpp:// 开头的地址', 'an address that begins with smpp:// or ssmpp://');
}

function readTemplates(prefix: string, path: string): NonNullable<SmsProviderConfig['templates']> {
  const text = fileText(`${prefix}_TEMPLATES_FILE`, path);
  try {
    return templatesSchema.parse(JSON.parse(text));
  } catch {
    throw templatesWrong(prefix);
  }
}

function templatesWrong(prefix: string) {
  return wrong(
    `${prefix}_TEMPLATES_FILE`,
    '一个 JSON 文件：{"login_code": {"id": "服务商的模板号", "params": ["code"]}}',
    'a JSON file {"login_code": {"id": "template of the provider", "params": ["code"]}}',
  );
}
