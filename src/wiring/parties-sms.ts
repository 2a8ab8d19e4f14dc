// The providers of text messages behind one port: those that are set, or in a demonstration two simulators, so that fail-over can be
// seen. Receipts come by HTTP to an address with a secret, or over SMPP's own connection.

import { randomBytes } from 'node:crypto';
import {
  createAliyunSms,
  createSmppSms,
  createSmsFailover,
  createTencentSms,
  startSmsSimulator,
  startTencentSmsSimulator,
  type NamedSms,
  type SimSms,
  type SmsFailover,
  type SmsReceipt,
  type SmsSimulator,
  type SmsTemplateMap,
} from '#adapters/sms';
import { smsTemplates } from '#catalog/notices';
import type { Config } from '#platform/config';
import type { PortsConfig } from '#platform/config-ports';
import { SetupError } from '#platform/setup-error';

export type SmsInboxes = {
  readonly first: SmsSimulator;
  readonly second: SmsSimulator;
  /** Of both, the newest first. */
  messages(filter?: { readonly phone?: string; readonly limit?: number }): SimSms[];
};

type TakeReceipts = (provider: string, receipts: readonly SmsReceipt[]) => Promise<void>;

export type SmsReceipts = {
  /** What stands in the address that receipts are posted to; null where none are. */
  readonly token: string | null;
  /** Who keeps receipts that come over a connection of their own. Until somebody does, the provider is asked to send them again. */
  handTo(take: TakeReceipts): void;
};

export type ConnectedSms = {
  readonly port: SmsFailover;
  readonly receipts: SmsReceipts;
  readonly simulators: SmsInboxes | null;
  stop(): Promise<void>;
};

type SmsWiring = {
  readonly now: () => Date;
  readonly timeoutMs: number;
  readonly secret: string;
  readonly callbackBase: string;
  readonly onTrouble: (party: string, why: string) => void;
};

type Provider = NonNullable<PortsConfig['sms']>[number];

export async function connectSms(config: Config, wiring: SmsWiring): Promise<ConnectedSms> {
  const { ports } = config;
  let keeper: TakeReceipts = async () => {
    throw new Error('nobody keeps receipts yet');
  };
  const take: TakeReceipts = (provider, receipts) => keeper(provider, receipts);
  const handTo = (next: TakeReceipts): void => {
    keeper = next;
  };
  if (ports.sms) {
    const made = ports.sms.map((provider) => clientOf(provider, wiring, take));
    return {
      port: createSmsFailover(made),
      receipts: { token: ports.smsReceiptsToken, handTo },
      simulators: null,
      stop: async () => {
        for (const one of made) await one.close?.();
      },
    };
  }
  const token = randomBytes(24).toString('base64url');
  const simulators = await startSimulators(wiring, token);
  const clients = simulatedProviders(wiring, simulators).map((provider) => clientOf(provider, wiring, take));
  return {
    port: createSmsFailover(clients),
    receipts: { token, handTo },
    simulators,
    stop: async () => void (await Promise.all([simulators.first.close(), simulators.second.close()])),
  };
}

function clientOf(
  provider: Provider,
  wiring: SmsWiring,
  take: TakeReceipts,
): NamedSms & { close?: () => Promise<void> } {
  const { name, baseUrl, signName } = provider;
  const { timeoutMs, now } = wiring;
  const templates = provider.templates ?? undefined;
  if (templates) requireTemplates(name, templates);
  if (provider.kind === 'aliyun') {
    const keys = { accessKeyId: provider.keyId, accessKeySecret: provider.secret };
    const port = createAliyunSms({ baseUrl, ...keys, signName, timeoutMs, now, ...(templates ? { templates } : {}) });
    return { name, port };
  }
  if (provider.kind === 'tencent') {
    const keys = { secretId: provider.keyId, secretKey: provider.secret, appId: provider.sender };
    return { name, port: createTencentSms({ baseUrl, ...keys, signName, templates: templates ?? {}, timeoutMs, now }) };
  }
  const port = createSmppSms({
    baseUrl,
    systemId: provider.keyId,
    password: provider.secret,
    source: provider.sender,
    signName,
    texts: smsTemplates,
    timeoutMs,
    window: provider.window,
    onReceipt: (receipt) => take(name, [receipt]),
    onTrouble: (why) => wiring.onTrouble(name, why),
  });
  return { name, port, close: port.close };
}

/** A text that a provider has not approved would be found out at the first message. */
function requireTemplates(name: string, map: SmsTemplateMap): void {
  const missing = Object.keys(smsTemplates).filter((code) => !map[code]);
  if (missing.length === 0) return;
  throw new SetupError(
    `短信服务商 ${name} 的模板文件缺少：${missing.join('、')}。请补齐后再启动。`,
    `The templates of the SMS provider ${name} lack ${missing.join(', ')}. Add them and start again.`,
  );
}

/** The second simulator's numbers for our texts, which take parameters by place. */
const placed = Object.entries(smsTemplates).map(([code, text], at) => {
  const params = [...new Set([...text.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1] ?? ''))];
  const byPlace = params.reduce((all, name, place) => all.replaceAll(`\${${name}}`, `{${place + 1}}`), text);
  return { code, id: String(100_001 + at), params, text: byPlace };
});

async function startSimulators(wiring: SmsWiring, token: string): Promise<SmsInboxes> {
  const { now, secret, callbackBase } = wiring;
  const receiptUrl = (name: string) => `${callbackBase}/ports/sms/${name}/receipts/${token}`;
  const patience = { callbackRetryMs: 1_000, callbackAttempts: 4 };
  const first = await startSmsSimulator({
    now,
    ...patience,
    accessKeyId: 'gongdun',
    accessKeySecret: secret,
    templates: smsTemplates,
    receiptUrl: receiptUrl('aliyun'),
  });
  const second = await startTencentSmsSimulator({
    now,
    ...patience,
    secretId: 'gongdun',
    secretKey: secret,
    appId: '1400000000',
    templates: Object.fromEntries(placed.map(({ id, code, text }) => [id, { code, text }])),
    receiptUrl: receiptUrl('tencent'),
  });
  return {
    first,
    second,
    messages: (filter = {}) =>
      [...first.messages(filter), ...second.messages(filter)]
        .toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
        .slice(0, filter.limit),
  };
}

function simulatedProviders({ secret }: SmsWiring, { first, second }: SmsInboxes): readonly Provider[] {
  const common = { keyId: 'gongdun', secret, signName: '工盾', window: 10 };
  const templates = Object.fromEntries(placed.map(({ code, id, params }) => [code, { id, params }]));
  return [
    { kind: 'aliyun', name: 'aliyun', baseUrl: first.url, sender: '', templates: null, ...common },
    { kind: 'tencent', name: 'tencent', baseUrl: second.url, sender: '1400000000', templates, ...common },
  ];
}
