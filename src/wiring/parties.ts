// The outside parties: the real clients, each against the real address where one is set, else (in a demonstration) against its
// simulator on loopback. A party that is neither set nor simulated refuses to be used; nothing is pretended.

import { join } from 'node:path';
import { createBankClient, startBankSimulator, type BankPort, type BankSimulator } from '#adapters/bank';
import { createInsurerClient, startInsurerSimulator, type InsurerPort, type InsurerSimulator } from '#adapters/insurer';
import { createPaymentClient, startPaymentSimulator, type PaymentPort, type PaymentSimulator } from '#adapters/payment';
import { createAliyunSms, startSmsSimulator, type SmsPort, type SmsSimulator } from '#adapters/sms';
import { smsTemplates } from '#catalog/notices';
import type { Clock } from '#platform/clock';
import type { Config } from '#platform/config';
import { SetupError } from '#platform/setup-error';

export type Parties = {
  readonly payment: PaymentPort;
  readonly bank: BankPort;
  readonly insurer: InsurerPort;
  readonly sms: SmsPort;
  readonly simulators: {
    readonly payment: PaymentSimulator | null;
    readonly bank: BankSimulator | null;
    readonly insurer: InsurerSimulator | null;
    readonly sms: SmsSimulator | null;
  };
  stop(): Promise<void>;
};

/** A breaker must be able to open within ten seconds. */
const timeoutMs = 3_000;

export async function connectParties(
  config: Config,
  clock: Clock,
  options: { readonly callbackBase: string },
): Promise<Parties> {
  const now = () => new Date(clock.now());
  const state = (party: string) => join(config.dataDir, 'simulators', party);
  if (!config.demo) requireAll(config);
  const closers: (() => Promise<void>)[] = [];
  const keep = <T extends { close(): Promise<void> }>(simulator: T): T => {
    closers.push(() => simulator.close());
    return simulator;
  };
  const secret = config.masterKey.toString('hex').slice(0, 32);

  const paymentSimulator = config.ports.payment
    ? null
    : keep(await startPaymentSimulator({ now, stateDir: state('payment') }));
  const bankSimulator = config.ports.bank
    ? null
    : keep(
        await startBankSimulator({
          now,
          stateDir: state('bank'),
          clientId: 'gongdun',
          secret,
          callbackUrl: `${options.callbackBase}/ports/bank/callback`,
        }),
      );
  const insurerSimulator = config.ports.insurer
    ? null
    : keep(await startInsurerSimulator({ now, stateDir: state('insurer'), clientId: 'gongdun', secret }));
  const smsSimulator = config.ports.sms
    ? null
    : keep(
        await startSmsSimulator({
          now,
          accessKeyId: 'gongdun',
          accessKeySecret: secret,
          // A provider holds the texts that it has approved; ours are those of the catalogue.
          templates: smsTemplates,
        }),
      );

  const paymentConfig =
    config.ports.payment ?? (paymentSimulator ? { channel: 'h5' as const, ...paymentSimulator.credentials } : null);
  const bankConfig =
    config.ports.bank ?? (bankSimulator ? { baseUrl: bankSimulator.url, clientId: 'gongdun', secret } : null);
  const insurerConfig =
    config.ports.insurer ?? (insurerSimulator ? { baseUrl: insurerSimulator.url, clientId: 'gongdun', secret } : null);
  const smsConfig =
    config.ports.sms ??
    (smsSimulator
      ? { baseUrl: smsSimulator.url, accessKeyId: 'gongdun', accessKeySecret: secret, signName: '工盾' }
      : null);
  if (!paymentConfig || !bankConfig || !insurerConfig || !smsConfig) throw requireAll(config);

  return {
    payment: createPaymentClient({
      ...paymentConfig,
      notifyUrl: `${options.callbackBase}/ports/payment/callback`,
      refundNotifyUrl: `${options.callbackBase}/ports/payment/callback`,
      timeoutMs,
      now,
    }),
    bank: createBankClient({ ...bankConfig, timeoutMs, now }),
    insurer: createInsurerClient({ ...insurerConfig, timeoutMs, now }),
    sms: createAliyunSms({ ...smsConfig, timeoutMs, now }),
    simulators: { payment: paymentSimulator, bank: bankSimulator, insurer: insurerSimulator, sms: smsSimulator },
    stop: async () => {
      await Promise.all(closers.map((close) => close()));
    },
  };
}

function requireAll(config: Config): SetupError {
  const missing = Object.entries(config.ports)
    .filter(([, port]) => port === null)
    .map(([name]) => name.toUpperCase());
  const error = new SetupError(
    `正式运行必须设置外部系统：${missing.join('、')}。请按《运维手册》设置环境变量，或以 DEMO=on 启动演示。`,
    `These outside parties must be set for real use: ${missing.join(', ')}. Set their variables, or start a demonstration with DEMO=on.`,
  );
  if (missing.length > 0) throw error;
  return error;
}
