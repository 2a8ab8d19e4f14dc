// What runs without being asked: the clock of cases, the SMS outbox, orders and payouts that wait for word, the nightly checks.
// Each loop is safe to run in several processes at once; what they take, they take with SKIP LOCKED or under a lock.

import { every, startWorker } from '#platform/jobs';
import type { Log } from '#platform/log';
import type { Services } from './services.ts';

const secondMs = 1_000;
const deadlinesAtOnce = 500;

export type Background = { stop(): Promise<void> };

export async function startBackground(
  services: Services,
  options: { readonly ownerUrl: string; readonly concurrency: number; readonly log: Log },
): Promise<Background> {
  const { log } = options;
  const worker = await startWorker({
    connectionString: options.ownerUrl,
    taskList: services.tasks,
    concurrency: options.concurrency,
    log,
    onJob: (identifier, outcome) => services.metrics.job(identifier, outcome),
  });
  const stops = [
    every(secondMs, () => services.cases.runDueDeadlines(deadlinesAtOnce), log),
    every(secondMs, () => services.notices.sendQueued(), log),
    every(5 * secondMs, () => services.money.payments.settleOpenOrders(), log),
    every(10 * secondMs, () => services.money.payouts.settleUnknownPayouts(), log),
    every(30 * secondMs, () => services.orgs.load(), log),
    every(3_600 * secondMs, () => nightly(services, log), log),
  ];
  return {
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
      await worker.stop();
    },
  };
}

/** States are rebuilt from their actions and compared; the ledger's promises are counted. What is found is shouted. */
async function nightly(services: Services, log: Log): Promise<void> {
  const { different } = await services.cases.compareStates();
  if (different.length > 0)
    log.error({ cases: different.slice(0, 20), count: different.length }, 'case states differ from their actions');
  const broken = await services.money.brokenPromises();
  if (broken.length > 0)
    log.error({ broken: broken.slice(0, 20), count: broken.length }, 'the ledger breaks its promises');
  await services.money.snapshot();
}
