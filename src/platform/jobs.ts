// Work written in the same transaction and done later (graphile-worker), and small loops of our own. A job may run twice: after a
// crash its lock is taken over at once, so every task must bear being repeated. Nothing here knows what a job does.

import { run, Logger, type Runner, type TaskList, type WorkerEvents } from 'graphile-worker';
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { systemAccess } from './access.ts';
import { dayOf, startOfDay } from './calendar.ts';
import type { Clock } from './clock.ts';
import { statement, type Database, type Tx } from './db.ts';
import { invariant } from './errors.ts';
import type { Log } from './log.ts';

export type JobOptions = {
  /** ISO instant of real time, not of the demonstration's. */
  readonly runAt?: string;
  /** A waiting job with the same key is replaced, not doubled. */
  readonly jobKey?: string;
  readonly maxAttempts?: number;
  /** Jobs of one queue run one after the other. */
  readonly queue?: string;
};

type JobParams = [string, string, string | null, string | null, number | null, string | null];

const enqueueJob = statement<JobParams, unknown>(
  'jobs.enqueue',
  'select enqueue_job($1, $2::json, $3::timestamptz, $4, $5::int, $6)',
);

/** Adds a job that exists when, and only when, the transaction commits. */
export function enqueue(tx: Tx, identifier: string, payload: unknown, options: JobOptions = {}): void {
  tx.send(enqueueJob, [
    identifier,
    JSON.stringify(payload),
    options.runAt ?? null,
    options.jobKey ?? null,
    options.maxAttempts ?? null,
    options.queue ?? null,
  ]);
}

export type Tasks = Readonly<Record<string, (payload: unknown) => Promise<void>>>;

export type WorkerOptions = {
  /** A connection that may read and lock the queue: the application's role may not. */
  readonly connectionString: string;
  readonly taskList: Tasks;
  readonly concurrency: number;
  readonly log: Log;
  readonly schema?: string;
  readonly onJob?: (identifier: string, outcome: 'done' | 'failed') => void;
};

export type Worker = { stop(): Promise<void> };

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const schema = options.schema ?? 'graphile_worker';
  invariant(/^[a-z_][a-z0-9_]{0,62}$/.test(schema), `schema name ${schema}`);
  const presence = createPresence(options.connectionString, schema, options.log);
  await presence.announce();
  const keepPresence = every(5_000, presence.announce, options.log);
  const runner = await keepRunning(options, schema);
  return {
    stop: async () => {
      await keepPresence();
      try {
        await runner.stop();
      } finally {
        await presence.leave();
      }
    },
  };
}

const restartMs = 1_000;
const failuresMax = 5;

/**
 * The queue's library remembers a failed first look at its own tables for ever: a database that restarts at that moment would stop
 * all jobs without a word. So a runner that fails to fetch jobs several times in a row is replaced, as is one that ended by itself.
 */
async function keepRunning(options: WorkerOptions, schema: string): Promise<Worker> {
  const stopping = new AbortController();
  const { signal } = stopping;
  let runner = await startRunner(options, schema);

  async function restart(): Promise<void> {
    if (signal.aborted) return;
    await delay(restartMs, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) return;
    try {
      runner = await startRunner(options, schema);
      supervise();
    } catch (error) {
      options.log.warn({ err: error }, 'the job runner cannot start yet');
      await restart();
    }
  }

  function supervise(): void {
    const note = (error: unknown) => options.log.error({ err: error }, 'the job runner ended');
    void runner.promise.catch(note).then(restart);
  }

  supervise();
  return {
    stop: async () => {
      stopping.abort();
      await runner.stop().catch((error: unknown) => {
        // It ended by itself and its successor had not begun.
        options.log.debug({ err: error }, 'the job runner was stopped already');
      });
    },
  };
}

async function startRunner(options: WorkerOptions, schema: string): Promise<Runner> {
  const events: WorkerEvents = new EventEmitter();
  let failures = 0;
  const well = () => {
    failures = 0;
  };
  const runner = await run({
    connectionString: options.connectionString,
    schema,
    events,
    concurrency: options.concurrency,
    maxPoolSize: options.concurrency + 2,
    noHandleSignals: true,
    pollInterval: 1_000,
    // Without a batch the library leaves a result that it cannot write (the database died) to nobody, and that ends the process. With
    // one, of no delay, it ends the runner, and the runner is replaced.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    taskList: taskListOf(options),
    logger: new Logger((scope) => (level, message) => {
      const place = { job: scope.taskIdentifier };
      if (level === 'error') options.log.error(place, message);
      else if (level === 'warning') options.log.warn(place, message);
      else options.log.debug(place, message);
    }),
  });
  events.on('worker:getJob:empty', well);
  events.on('job:start', well);
  events.on('worker:getJob:error', () => {
    failures += 1;
    if (failures === failuresMax) void runner.stop().catch(() => {});
  });
  return runner;
}

function taskListOf(options: WorkerOptions): TaskList {
  const entries = Object.entries(options.taskList).map(([identifier, task]) => {
    const wrapped = async (payload: unknown): Promise<void> => {
      try {
        await task(payload);
        options.onJob?.(identifier, 'done');
      } catch (error) {
        options.onJob?.(identifier, 'failed');
        options.log.warn({ err: error, job: identifier }, 'job failed, it will be tried again');
        throw error;
      }
    };
    return [identifier, wrapped] as const;
  });
  return Object.fromEntries(entries);
}

/**
 * A killed process leaves its jobs locked, for four hours by the queue's own rule. Each worker process therefore holds a shared
 * advisory lock while it lives; one that finds itself alone knows that every lock in the queue is a dead one's, and frees them.
 */
function createPresence(connectionString: string, schema: string, log: Log) {
  const lockName = `gongdun.worker.${schema}`;
  let client: pg.Client | undefined;

  async function announce(): Promise<void> {
    if (client) {
      await client.query('select 1').catch((error: unknown) => {
        client = undefined;
        throw error;
      });
      return;
    }
    const fresh = new pg.Client({
      connectionString,
      application_name: 'gongdun-worker-presence',
      connectionTimeoutMillis: 5_000,
    });
    fresh.on('error', () => {
      if (client === fresh) client = undefined;
    });
    try {
      await fresh.connect();
      await freeDeadLocks(fresh);
      client = fresh;
    } catch (error) {
      await fresh.end().catch(() => {});
      throw error;
    }
  }

  async function freeDeadLocks(connection: pg.Client): Promise<void> {
    const alone = await connection.query<{ got: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as got',
      [lockName],
    );
    const isAlone = alone.rows[0]?.got === true;
    if (isAlone) {
      const freed = await connection.query(
        `select ${schema}.force_unlock_workers(array(
           select locked_by from ${schema}._private_jobs where locked_by is not null
           union select locked_by from ${schema}._private_job_queues where locked_by is not null))
         where exists (select 1 from ${schema}._private_jobs where locked_by is not null)
            or exists (select 1 from ${schema}._private_job_queues where locked_by is not null)`,
      );
      if (freed.rowCount) log.warn('jobs of a worker that was killed are taken over');
    }
    // Shared before exclusive is given up, so that no moment lies between.
    await connection.query('select pg_advisory_lock_shared(hashtextextended($1, 0))', [lockName]);
    if (isAlone) await connection.query('select pg_advisory_unlock(hashtextextended($1, 0))', [lockName]);
  }

  async function leave(): Promise<void> {
    const last = client;
    client = undefined;
    await last?.end().catch(() => {});
  }

  return { announce, leave };
}

const backOffMsMax = 60_000;

/**
 * Runs `work` again and again, `ms` after it ended, never beside itself. An error is logged and lengthens the pause (doubled up to
 * a minute). What comes back stops the loop and waits for the run that is under way.
 */
export function every(ms: number, work: () => Promise<unknown>, log: Log): () => Promise<void> {
  let stopped = false;
  let pauseMs = ms;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function turn(): Promise<void> {
    try {
      await work();
      pauseMs = ms;
    } catch (error) {
      pauseMs = Math.min(Math.max(pauseMs * 2, 100), Math.max(backOffMsMax, ms));
      log.warn({ err: error, pauseMs }, 'a periodic task failed');
    }
    running = undefined;
    if (!stopped) schedule();
  }

  function schedule(): void {
    timer = setTimeout(() => {
      running = turn();
    }, pauseMs);
    timer.unref();
  }

  schedule();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}

const tryLockStatement = statement<[string], { got: boolean }>(
  'jobs.try_lock',
  `select pg_try_advisory_xact_lock(hashtextextended(current_schema() || '/periodic/' || $1, 0)) as got`,
);

/** True when this transaction alone may do the named periodic work; the lock goes with the transaction. */
export async function tryLock(tx: Tx, name: string): Promise<boolean> {
  return (await tx.one(tryLockStatement, [name])).got;
}

/** When a daily task ran last: its Beijing day, and the instant at which it began. */
export type LastRun = { readonly day: string; readonly at: string };

export type DailyTask = {
  readonly name: string;
  /** Hour of the Beijing day before which it does not begin. */
  readonly fromHour: number;
  /** Null on the first day of an installation. */
  readonly work: (last: LastRun | null) => Promise<unknown>;
};

const waitForWork = statement<[], never>(
  'jobs.wait_for_work',
  `select set_config('idle_in_transaction_session_timeout', '0', true)`,
);
const selectLastRun = statement<[string], LastRun>(
  'jobs.last_run',
  `select value ->> 'day' as day, at from setting where name = 'daily.' || $1`,
);
const saveLastRun = statement<[string, string, string], never>(
  'jobs.save_last_run',
  `insert into setting (name, value, at) values ('daily.' || $1, jsonb_build_object('day', $2::text), $3)
   on conflict (name) do update set value = excluded.value, at = excluded.at`,
);

/**
 * Once a Beijing day, in one process of all: whoever holds the lock does it while the others pass by. The day is written down when the
 * work is done, so what failed or died with its process is tried again. True when it was done now.
 */
export async function daily(db: Database, clock: Clock, task: DailyTask): Promise<boolean> {
  return db.transaction(systemAccess, async (tx) => {
    if (!(await tryLock(tx, task.name))) return false;
    const at = clock.now();
    const day = dayOf(at);
    const last = (await tx.maybe(selectLastRun, [task.name])) ?? null;
    const begins = Date.parse(startOfDay(day)) + task.fromHour * 3_600_000;
    if ((last && last.day >= day) || Date.parse(at) < begins) return false;
    // The lock goes with this transaction, which waits for work that has transactions of its own.
    tx.send(waitForWork, []);
    await task.work(last);
    tx.send(saveLastRun, [task.name, day, at]);
    return true;
  });
}
