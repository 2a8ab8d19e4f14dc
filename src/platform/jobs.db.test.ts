// Jobs on real PostgreSQL: they exist when their transaction commits, are tried again, and survive a worker that was killed.

import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemAccess } from './access.ts';
import { openDatabase, type Database } from './db.ts';
import { fixedClock } from './clock.ts';
import { daily, enqueue, every, startWorker, tryLock, type LastRun } from './jobs.ts';
import { createLog } from './log.ts';
import { testDatabase, type TestDatabase } from '#test/database';

const log = createLog({ level: 'silent' });
let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await testDatabase();
  db = openDatabase({ url: database.appUrl, poolSize: 4 });
});

afterAll(async () => {
  await db?.close();
  await database?.drop();
});

async function until(condition: () => boolean, limitMs = 10_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('a job is done once after its commit, never after a rollback, and again after a failure', async () => {
  const done: unknown[] = [];
  const outcomes: string[] = [];
  let failures = 1;
  const worker = await startWorker({
    connectionString: database.ownerUrl,
    concurrency: 2,
    log,
    onJob: (identifier, outcome) => outcomes.push(`${identifier} ${outcome}`),
    taskList: {
      note: async (payload) => {
        done.push(payload);
      },
      stumble: async () => {
        failures -= 1;
        if (failures >= 0) throw new Error('not yet');
        done.push('stumbled');
      },
    },
  });
  try {
    await db.transaction(systemAccess, async (tx) => enqueue(tx, 'note', { n: 1 }));
    const undone = db.transaction(systemAccess, async (tx) => {
      enqueue(tx, 'note', { n: 2 });
      throw new Error('rolled back');
    });
    await expect(undone).rejects.toThrow('rolled back');
    await db.transaction(systemAccess, async (tx) => {
      enqueue(tx, 'note', { n: 3 }, { jobKey: 'same', runAt: new Date(Date.now() + 600).toISOString() });
      enqueue(tx, 'note', { n: 4 }, { jobKey: 'same', runAt: new Date(Date.now() + 600).toISOString() });
      enqueue(tx, 'stumble', {});
    });
    await until(() => done.length >= 3, 20_000);
    expect(done).toContainEqual({ n: 1 });
    expect(done).toContainEqual({ n: 4 });
    expect(done).toContain('stumbled');
    expect(done).toHaveLength(3);
    expect(outcomes).toContain('stumble failed');
    expect(outcomes).toContain('stumble done');
  } finally {
    await worker.stop();
  }
});

test('jobs that a killed worker held are taken over at once, but not those of a living one', async () => {
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  try {
    await db.transaction(systemAccess, async (tx) => enqueue(tx, 'left', {}));
    const take = `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'worker-of-the-dead'`;
    await owner.query(take);
    // Somebody else lives: the lock may be theirs.
    await owner.query(`select pg_advisory_lock_shared(hashtextextended('gongdun.worker.graphile_worker', 0))`);
    const done: string[] = [];
    const taskList = { left: async () => void done.push('left') };
    const options = { connectionString: database.ownerUrl, concurrency: 1, log, taskList };
    const cautious = await startWorker(options);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await cautious.stop();
    expect(done).toEqual([]);
    await owner.query(`select pg_advisory_unlock_shared(hashtextextended('gongdun.worker.graphile_worker', 0))`);
    const heir = await startWorker(options);
    try {
      await until(() => done.length === 1);
    } finally {
      await heir.stop();
    }
  } finally {
    await owner.end();
  }
});

test('jobs go on whenever the database throws the worker out, also at the very start', async () => {
  const done = new Set<unknown>();
  const taskList = { later: async (payload: unknown) => void done.add(JSON.stringify(payload)) };
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  const worker = await startWorker({ connectionString: database.ownerUrl, concurrency: 2, log, taskList });
  try {
    for (let n = 1; n <= 3; n += 1) {
      const thrownOut = owner.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and usename = current_user`,
      );
      await db.transaction(systemAccess, async (tx) => enqueue(tx, 'later', { n }));
      await thrownOut;
      await until(() => done.has(`{"n":${n}}`), 20_000);
    }
    expect(done.size).toBe(3);
  } finally {
    await owner.end();
    await worker.stop();
  }
}, 90_000);

test('a periodic task never overlaps itself, survives errors, and ends when told', async () => {
  let running = 0;
  let overlaps = 0;
  let runs = 0;
  const stop = every(
    5,
    async () => {
      running += 1;
      if (running > 1) overlaps += 1;
      runs += 1;
      await new Promise((resolve) => setTimeout(resolve, 15));
      running -= 1;
      if (runs === 1) throw new Error('once');
    },
    log,
  );
  await until(() => runs >= 3);
  await stop();
  expect(running).toBe(0);
  const after = runs;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([overlaps, runs]).toEqual([0, after]);
});

test('of two that want a periodic lock at once one gets it', async () => {
  const [first, second] = await db.transaction(systemAccess, async (one) => {
    const got = await tryLock(one, 'sweep');
    return [got, await db.transaction(systemAccess, (two) => tryLock(two, 'sweep'))];
  });
  expect([first, second]).toEqual([true, false]);
  expect(await db.transaction(systemAccess, (tx) => tryLock(tx, 'sweep'))).toBe(true);
});

test('a daily task is done once a Beijing day, in one process of all, not before its hour, and again after a failure', async () => {
  const clock = fixedClock('2026-05-03T16:59:00.000Z');
  const runs: (LastRun | null)[] = [];
  let failures = 0;
  const task = {
    name: 'sweep_all',
    fromHour: 1,
    work: async (last: LastRun | null) => {
      runs.push(last);
      await new Promise((resolve) => setTimeout(resolve, 50));
      failures -= 1;
      if (failures >= 0) throw new Error('the party is silent');
    },
  };
  const inAll = () => Promise.all([1, 2, 3].map(() => daily(db, clock, task)));
  expect(await inAll()).toEqual([false, false, false]);
  clock.set('2026-05-03T17:00:00.000Z');
  failures = 1;
  await expect(daily(db, clock, task)).rejects.toThrow('silent');
  expect((await inAll()).filter(Boolean)).toHaveLength(1);
  expect(await inAll()).toEqual([false, false, false]);
  clock.set('2026-05-04T15:59:59.000Z');
  expect(await inAll()).toEqual([false, false, false]);
  clock.set('2026-05-04T17:30:00.000Z');
  expect((await inAll()).filter(Boolean)).toHaveLength(1);
  expect(runs).toEqual([null, null, { day: '2026-05-04', at: '2026-05-03T17:00:00.000Z' }]);
});
