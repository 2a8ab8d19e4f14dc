// What the operator's commands share: the modules over a database without a server, and the sentence at the end when something stops
// them. A command that only reads asks no outside party.

import type { Config } from '#platform/config';
import { systemClock } from '#platform/clock';
import { openDatabase } from '#platform/db';
import { invariant } from '#platform/errors';
import { createLog } from '#platform/log';
import type { Keyring } from '#platform/keyring';
import { createMetrics } from '#platform/metrics';
import { reasonOf, SetupError } from '#platform/setup-error';
import { openBlobs } from './blobs.ts';
import { restoreClock } from './first-run.ts';
import { traceMaster } from './key-work.ts';
import { followKeys } from './keys.ts';
import { connectParties } from './parties.ts';
import { connectScanner } from './scanner.ts';
import { createServices, type Services, type ServicesOptions } from './services.ts';

export type Operated = { readonly services: Services; close(): Promise<void> };

/** `parties`: connected when the command asks them something; else using one is a bug. */
export async function operate(
  config: Config,
  database: { readonly appUrl: string; readonly keyring: Keyring; readonly rewrapped?: number },
  parties: 'connected' | 'none',
): Promise<Operated> {
  const clock = systemClock();
  // A proof reads whole tables.
  const db = openDatabase({
    url: database.appUrl,
    poolSize: 4,
    applicationName: 'gongdun-operate',
    statementTimeoutMs: 0,
  });
  const log = createLog({ level: 'silent' });
  const unfollow = followKeys(db, database.keyring, config.masterKey, log);
  const connected =
    parties === 'connected' ? await connectParties(config, clock, { callbackBase: config.publicUrl }) : null;
  const services = createServices({
    config,
    keyring: database.keyring,
    db,
    clock,
    parties: connected ?? nobody,
    metrics: createMetrics(),
    ...connectScanner(config),
    blobs: openBlobs(config),
    log,
    publicUrl: config.publicUrl,
  });
  await restoreClock(services);
  await traceMaster(services.acts, config.masterKey, database.rewrapped ?? 0);
  return {
    services,
    close: async () => {
      await unfollow();
      await connected?.stop();
      await db.close();
    },
  };
}

/** Joining the modules may look at a party; asking it is the mistake. */
const absent = new Proxy(
  {},
  { get: (_target, name) => () => invariant(false, `a command asked an outside party: ${String(name)}`) },
) as never;
const nobody: ServicesOptions['parties'] = {
  payment: absent,
  bank: absent,
  insurer: absent,
  identity: null,
  sms: absent,
  smsReceipts: { token: null, handTo: () => undefined },
};

/** Runs a command: 0 when it did what it says, 1 with a sentence otherwise. */
export async function runCommand(work: () => Promise<boolean | void>): Promise<void> {
  try {
    process.exitCode = (await work()) === false ? 1 : 0;
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : `\n${reasonOf(error)}`);
    if (!(error instanceof SetupError)) console.error(error);
    process.exitCode = 1;
  }
}
