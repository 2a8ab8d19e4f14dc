// What runs without being asked: the clock of cases, the SMS outbox, orders and payouts that wait for word, snapshots of balances,
// and what is done once a day. Each loop is safe to run in several processes at once; what they take, they take with SKIP LOCKED or
// under a lock.

import { systemAccess } from '#platform/access';
import { daily, every, startWorker, tryLock, type DailyTask } from '#platform/jobs';
import type { Log } from '#platform/log';
import { openEraser } from './eraser.ts';
import type { Services } from './services.ts';
import { joinSampling } from './sampling.ts';
import { sweepAll } from './sweeps.ts';
import { scanWaitingFiles } from './waiting-files.ts';

const secondMs = 1_000;
const minuteMs = 60_000;
const deadlinesAtOnce = 500;
/** How soon an instance hears of organisations and roles that were changed in another. */
const orgsMs = 30_000;
/** What was on its way while a check ran is looked at by the next. */
const overlapMs = 600_000;

export type Background = { stop(): Promise<void> };

export async function startBackground(
  services: Services,
  options: { readonly ownerUrl: string; readonly concurrency: number; readonly log: Log },
): Promise<Background> {
  const { log } = options;
  const { money } = services;
  const worker = await startWorker({
    connectionString: options.ownerUrl,
    taskList: services.tasks,
    concurrency: options.concurrency,
    log,
    onJob: (identifier, outcome) => services.metrics.job(identifier, outcome),
  });
  const eraser = openEraser(services, options.ownerUrl);
  const stopping = new AbortController();
  const recomputing = services.cases.recomputeIfCalendarMoved(stopping.signal).catch((error: unknown) => {
    if (!stopping.signal.aborted) log.error({ err: error }, 'due dates could not be computed anew');
  });
  const stops = [
    every(30 * minuteMs, () => snapshot(services), log),
    every(secondMs, () => services.cases.runDueDeadlines(deadlinesAtOnce), log),
    every(secondMs, () => services.notices.sendQueued(), log),
    every(2 * secondMs, async () => void (await services.contacts.checks.askDue()), log),
    every(20 * secondMs, async () => void (await services.contacts.phones.applyDue()), log),
    every(20 * secondMs, scanWaitingFiles(services), log),
    every(5 * secondMs, () => money.payments.settleOpenOrders(), log),
    every(30 * secondMs, () => services.cover.renewals.run(), log),
    every(2 * secondMs, () => sendDebits(services), log),
    every(5 * secondMs, () => money.debits.askOpen(), log),
    every(5 * secondMs, () => money.debits.askWaitingContracts(), log),
    every(10 * secondMs, () => money.payouts.settleUnknownPayouts(), log),
    every(10 * minuteMs, watchStuckPayouts(services, log), log),
    every(orgsMs, () => services.orgs.load(), log),
    every(10 * minuteMs, () => runDaily(services, log, [closeMonths(services)]), log),
    every(60 * minuteMs, () => sweepAll(services), log),
    every(30 * secondMs, () => eraser.run(), log),
    every(60 * minuteMs, () => eraser.sweep(), log),
  ];
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all([recomputing, ...stops.map((stop) => stop())]);
      await worker.stop();
      await eraser.close();
    },
  };
}

/** What an instance without background work still does: who does what changes in another instance too. */
export function keepFresh(services: Pick<Services, 'orgs'>, log: Log, everyMs = orgsMs): Background {
  return { stop: every(everyMs, () => services.orgs.load(), log) };
}

/** Until nothing is due; processes share the work. */
async function sendDebits({ money }: Services): Promise<void> {
  for (let sent = 1; sent > 0;) sent = await money.debits.sendDue();
}

/** One process writes it; the others pass by. */
function snapshot({ db, money }: Services): Promise<unknown> {
  return db.transaction(systemAccess, async (tx) => (await tryLock(tx, 'snapshot')) && money.ledger.snapshot(tx));
}

/** Payouts that the bank has not ended for a day are counted for the operator and called out. */
function watchStuckPayouts({ metrics, money }: Services, log: Log): () => Promise<void> {
  let stuck = 0;
  metrics.gauge('gongdun_payouts_stuck', 'Payouts approved more than a day ago and still without an end', () => stuck);
  return async () => {
    stuck = await money.payouts.countStuck();
    if (stuck > 0) log.error({ count: stuck }, 'payouts approved more than a day ago are still without an end');
  };
}

type Nightly = { readonly merges: Pick<Services['merges'], 'night'> };

/** Months whose claims are frozen for the draw, once they are over. */
function closeMonths(services: Services): DailyTask {
  const { months } = joinSampling(services);
  return { name: 'close_claims', fromHour: 1, work: async () => void (await months.close()) };
}

/** One after the other, for each holds a connection while it runs; one that fails holds up no other and is tried again next time. */
export async function runDaily(
  services: Pick<Services, 'db' | 'clock' | 'cases' | 'money'> & Nightly,
  log: Log,
  more: readonly DailyTask[] = [],
): Promise<string[]> {
  const ran: string[] = [];
  for (const task of [...dailyTasks(services, log), ...more]) {
    try {
      if (await daily(services.db, services.clock, task)) ran.push(task.name);
    } catch (error) {
      log.warn({ err: error, task: task.name }, 'a daily task failed, it will be tried again');
    }
  }
  return ran;
}

/**
 * Days are reconciled with each party when its bill is there: the bank's after midnight, the payment party's from ten in the morning.
 * The ledger's promises are counted and states rebuilt from their actions; what is found is shouted.
 */
function dailyTasks(
  { cases, money, merges }: Pick<Services, 'cases' | 'money'> & Nightly,
  log: Log,
): readonly DailyTask[] {
  const reconcile = (party: 'bank' | 'payment', fromHour: number): DailyTask => ({
    name: `reconcile_${party}`,
    fromHour,
    // The first day of an installation has no day before it.
    work: async (last) => last && money.reconcile.reconcileSince(last.day, party),
  });
  return [
    reconcile('bank', 3),
    reconcile('payment', 11),
    {
      name: 'find_duplicates',
      fromHour: 1,
      work: async () => {
        const { looked, found } = await merges.night();
        if (found > 0) log.info({ looked, found }, 'people who may be registered twice were found');
      },
    },
    {
      name: 'check_ledger',
      fromHour: 2,
      work: async (last) => {
        const since = last && new Date(Date.parse(last.at) - overlapMs).toISOString();
        const broken = await money.brokenPromises(since);
        if (broken.length > 0)
          log.error({ broken: broken.slice(0, 20), count: broken.length }, 'the ledger breaks its promises');
        const unproved = await money.batches.unprovedApprovals();
        if (unproved.length > 0)
          log.error(
            { code: 'approval_unproved', batches: unproved.slice(0, 20), count: unproved.length },
            'approvals whose signature does not hold',
          );
      },
    },
    {
      name: 'check_states',
      fromHour: 2,
      work: async () => {
        const { different } = await cases.compareStates();
        if (different.length > 0)
          log.error(
            { cases: different.slice(0, 20), count: different.length },
            'case states differ from their actions',
          );
      },
    },
  ];
}
