// The outside parties: the real clients, each against the real address where one is set, else (in a demonstration) against its
// simulator on loopback. A party that is neither set nor simulated refuses to be used; nothing is pretended.

import { join } from 'node:path';
import {
  bankTemplates,
  createBankClient,
  createFileBank,
  startBankSimulator,
  type BankPort,
  type BankSimulator,
} from '#adapters/bank';
import {
  createIdentityCheck,
  startIdentityCheckSimulator,
  type IdentityCheckPort,
  type IdentityCheckSimulator,
} from '#adapters/identity-check';
import { createInsurerClient, startInsurerSimulator, type InsurerPort, type InsurerSimulator } from '#adapters/insurer';
import {
  createPaymentClient,
  startPaymentSimulator,
  type PaymentClient,
  type PaymentSimulator,
} from '#adapters/payment';
import type { SmsFailover } from '#adapters/sms';
import type { Clock } from '#platform/clock';
import type { Config } from '#platform/config';
import { portVariables } from '#platform/config-ports';
import { SetupError } from '#platform/setup-error';
import { derivedSecret } from './database.ts';
import type { Party } from './health-judge.ts';
import { createBreakers, partyStates } from './parties-states.ts';
import { connectSms, type SmsInboxes, type SmsReceipts } from './parties-sms.ts';

export type Parties = {
  readonly payment: PaymentClient;
  readonly bank: BankPort;
  readonly insurer: InsurerPort;
  /** Null: not connected; then nobody is checked. */
  readonly identity: IdentityCheckPort | null;
  readonly sms: SmsFailover;
  readonly smsReceipts: SmsReceipts;
  readonly simulators: {
    readonly payment: PaymentSimulator | null;
    readonly bank: BankSimulator | null;
    readonly insurer: InsurerSimulator | null;
    readonly identity: IdentityCheckSimulator | null;
    readonly sms: SmsInboxes | null;
  };
  /** Whether each party is reached, for the health page. */
  states(): readonly Party[];
  stop(): Promise<void>;
};

/** The simulator takes any template. */
const simulatedPlan = 12_535;
/** A breaker must be able to open within ten seconds. */
const timeoutMs = 3_000;

export async function connectParties(
  config: Config,
  clock: Clock,
  options: {
    readonly callbackBase: string;
    readonly onTrouble?: (party: string, why: string) => void;
  },
): Promise<Parties> {
  if (!config.demo) requireAll(config);
  const now = () => new Date(clock.now());
  const secret = derivedSecret(config, 'simulators');
  const base = (party: string) => ({ now, stateDir: join(config.dataDir, 'simulators', party) });
  const link = { clientId: 'gongdun', secret };
  const { ports } = config;
  const callbackUrl = `${options.callbackBase}/ports/bank/callback`;
  const notifyUrl = `${options.callbackBase}/ports/payment/callback`;

  const breakers = createBreakers();
  const payment = await simulatedUnless(
    ports.payment,
    () => startPaymentSimulator(base('payment')),
    (simulator) => ({
      channel: 'h5' as const,
      planId: simulatedPlan,
      ...simulator.credentials,
    }),
  );
  const fileBank = connectFileBank(ports.bankFiles, now, options.onTrouble);
  const bank = fileBank
    ? { port: fileBank, simulator: null }
    : await simulatedUnless(
        ports.bank,
        () => startBankSimulator({ ...base('bank'), ...link, callbackUrl }),
        ({ url }) => ({ ...link, baseUrl: url }),
      ).then(({ set, simulator }) => ({
        port: createBankClient({ ...set, breaker: breakers.bank, timeoutMs, now }),
        simulator,
      }));
  const insurer = await simulatedUnless(
    ports.insurer,
    () => startInsurerSimulator({ ...base('insurer'), ...link }),
    ({ url }) => ({ ...link, baseUrl: url }),
  );
  const identityKeys = { secretId: 'gongdun', secretKey: secret };
  const identity =
    ports.identity === null && !config.demo
      ? null
      : await simulatedUnless(
          ports.identity,
          () => startIdentityCheckSimulator({ ...base('identity'), ...identityKeys }),
          ({ url }) => ({ ...identityKeys, baseUrl: url }),
        );
  const sms = await connectSms(config, {
    now,
    timeoutMs,
    secret,
    callbackBase: options.callbackBase,
    onTrouble: options.onTrouble ?? (() => undefined),
  });
  const simulators = {
    payment: payment.simulator,
    bank: bank.simulator,
    insurer: insurer.simulator,
    identity: identity?.simulator ?? null,
    sms: sms.simulators,
  };

  return {
    payment: createPaymentClient({
      ...payment.set,
      breaker: breakers.payment,
      notifyUrl,
      refundNotifyUrl: notifyUrl,
      timeoutMs,
      now,
    }),
    bank: bank.port,
    insurer: createInsurerClient({ ...insurer.set, breaker: breakers.insurer, timeoutMs, now }),

    identity: identity && createIdentityCheck({ ...identity.set, breaker: breakers.identity, timeoutMs, now }),
    sms: sms.port,
    smsReceipts: sms.receipts,
    simulators,
    states: () => partyStates(breakers, simulators, identity === null ? ['identity'] : []),
    stop: async () => {
      await sms.stop();
      const { sms: _closed, ...others } = simulators;
      await Promise.all(Object.values(others).map(async (simulator) => simulator?.close()));
    },
  };
}

/** A bank that only exchanges files, in the format of one of its templates. */
function connectFileBank(
  set: Config['ports']['bankFiles'],
  now: () => Date,
  onTrouble: ((party: string, why: string) => void) | undefined,
): BankPort | null {
  if (!set) return null;
  const template = bankTemplates.find((one) => one.code === set.template);
  if (!template) {
    const codes = bankTemplates.map((one) => one.code).join('、');
    throw new SetupError(
      `环境变量 BANK_TEMPLATE 的值不对，应为 ${codes} 之一。请改正后再启动。`,
      `The environment variable BANK_TEMPLATE is wrong: it takes one of ${codes}. Correct it and start again.`,
    );
  }
  return createFileBank({
    template,
    outbox: set.outbox,
    inbox: set.inbox,
    now,
    onRefused: (file, why) => onTrouble?.('bank', `the return file ${file} was refused: ${why}`),
  });
}

/** A party as it is set, or its simulator and how that is reached. */
async function simulatedUnless<Set, Simulator>(
  set: Set | null,
  start: () => Promise<Simulator>,
  reach: (simulator: Simulator) => Set,
): Promise<{ readonly set: Set; readonly simulator: Simulator | null }> {
  if (set) return { set, simulator: null };
  const simulator = await start();
  return { set: reach(simulator), simulator };
}

function requireAll({ ports }: Pick<Config, 'ports'>): void {
  const missing = Object.entries(portVariables).flatMap(([party, names]) =>
    ports[party as keyof typeof portVariables] || (party === 'bank' && ports.bankFiles)
      ? []
      : names.map((name) => `${party.toUpperCase()}_${name}`),
  );
  if (missing.length === 0) return;
  const listed = missing.join('、');
  throw new SetupError(
    `正式运行必须接好支付、银行、保险公司和短信，还缺这些环境变量：${listed}。请设置它们，或以 DEMO=on 启动演示。`,
    `For real use payment, bank, insurer and SMS must be set; these variables are missing: ${missing.join(', ')}. Set them, or start a demonstration with DEMO=on.`,
  );
}
