// Durable case steps a second, in-process, 16 at once: union applications from the form to the card through the real modules,
// and, turn by turn in the same run, the very same SQL sent by bare `pg`. The ratio says what the program costs beside its SQL.

import { Session } from 'node:inspector/promises';
import { writeFileSync } from 'node:fs';
import pg from 'pg';
import { invariant } from '#platform/errors';
import { median, numberOption, textOption, type BenchContext } from '#tools/bench-context';
import { cpuTimes } from './support/cpu.ts';
import { journeyOf, openDesk, type Desk } from './support/journey.ts';
import { createRecorder, replay, templatesOf, type Journey, type Recorder, type Script } from './support/recording.ts';
import { createWorld, type BenchPerson, type World } from './support/world.ts';

export const about = 'durable steps/s of the case engine in-process, and their ratio to the same SQL by bare pg';

const concurrency = 16;
/** Above what any machine of ours does, so that a round never runs out of people. */
const journeysASecondMax = 1_200;

/** Prepared plans become generic after five executions. */
const recordedAfter = 40;

type Bare = { readonly journey: Journey; readonly sample: BenchPerson; readonly stepsOf: readonly number[] };

export async function run(context: BenchContext): Promise<void> {
  const rounds = numberOption(context.args, 'rounds', 3);
  const seconds = numberOption(context.args, 'seconds', 4);
  const profile = textOption(context.args, 'profile');
  const database = await context.startDatabase();
  const poolSize = numberOption(context.args, 'pool', 20);
  const recorder = createRecorder();
  const world = await createWorld(database, context.folder, { poolSize, onPool: recorder.listen });
  context.keep(world.stop);
  const bare = new pg.Pool({
    connectionString: database.appUrl,
    max: poolSize,
    pipeline: true,
    options: '-c timezone=UTC',
  });
  context.keep(() => bare.end());

  const desk = openDesk(world);
  const crowd = createCrowd(world);
  const recorded = await recordJourney(world, desk, crowd, recorder);
  context.say(`a journey: ${recorded.stepsOf.join(' + ')} actions; warming up`);
  await walk(world, desk, crowd, 3, database.pid);
  await replayFor(bare, recorded, crowd, 1, database.pid);

  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    await crowd.ready(Math.ceil(journeysASecondMax * seconds));
    const mine = await profiled(round === 1 ? profile : null, () => walk(world, desk, crowd, seconds, database.pid));
    const sql = await replayFor(bare, recorded, crowd, seconds, database.pid);
    ours.push(mine);
    theirs.push(sql);
    context.say(`round ${round}: ${told(mine)}; bare SQL ${told(sql)}`);
  }
  const ratios = ours.map((mine, index) => mine.stepsPerSecond / (theirs[index]?.stepsPerSecond ?? 1));
  context.emit('steps_per_s', Math.round(median(ours.map((one) => one.stepsPerSecond))), 'steps/s');
  context.emit('bare_sql_steps_per_s', Math.round(median(theirs.map((one) => one.stepsPerSecond))), 'steps/s');
  context.emit('ratio_to_bare_sql', Number(median(ratios).toFixed(3)), 'ratio');
  context.emit('node_cpu_us_per_step', Math.round(median(ours.map((one) => one.nodeUs))), 'us');
  context.emit('postgres_cpu_us_per_step', Math.round(median(ours.map((one) => one.postgresUs))), 'us');
}

type Crowd = { ready(count: number): Promise<void>; take(): BenchPerson };

/** Everybody joins the union once only, so each journey takes somebody new; people are made outside of what is timed. */
function createCrowd(world: World): Crowd {
  const waiting: BenchPerson[] = [];
  return {
    ready: async (count) => {
      if (waiting.length < count) waiting.push(...(await world.addPeople(count - waiting.length, 1)));
    },
    take: () => {
      const person = waiting.pop();
      invariant(person, 'the round ran out of people');
      return person;
    },
  };
}

/** One journey alone, after some that have prepared the statements, with every query written down. */
async function recordJourney(world: World, desk: Desk, crowd: Crowd, recorder: Recorder): Promise<Bare> {
  await crowd.ready(recordedAfter + 1);
  for (let count = 0; count < recordedAfter; count += 1) {
    for (const call of journeyOf(world, desk, crowd.take())) await call();
  }
  const sample = crowd.take();
  const scripts: Script[] = [];
  const stepsOf: number[] = [];
  const recordedAtMs = Date.now();
  for (const call of journeyOf(world, desk, sample)) {
    const before = world.stepsDone();
    scripts.push(await recorder.capture(call));
    stepsOf.push(world.stepsDone() - before);
  }
  const fixed = new Set([...world.orgIds, desk.county.actor.id ?? '', desk.township.actor.id ?? '']);
  return { journey: templatesOf(scripts, fixed, recordedAtMs), sample, stepsOf };
}

async function walk(world: World, desk: Desk, crowd: Crowd, seconds: number, pid: number): Promise<Measured> {
  await crowd.ready(Math.ceil(journeysASecondMax * seconds));
  const before = world.stepsDone();
  return measured(
    seconds,
    pid,
    () => world.stepsDone() - before,
    async (endsMs) => {
      while (performance.now() < endsMs) {
        for (const call of journeyOf(world, desk, crowd.take())) await call();
      }
    },
  );
}

async function replayFor(pool: pg.Pool, bare: Bare, crowd: Crowd, seconds: number, pid: number): Promise<Measured> {
  const count = Math.ceil(journeysASecondMax * seconds);
  await crowd.ready(count);
  // Parameters are made beforehand: bare pg must not pay for making them.
  const waiting = Array.from({ length: count }, () => bare.journey.fill(sameFor(bare.sample, crowd.take())));
  let steps = 0;
  return measured(
    seconds,
    pid,
    () => steps,
    async (endsMs) => {
      while (performance.now() < endsMs) {
        const scripts = waiting.pop();
        invariant(scripts, 'the round ran out of journeys');
        for (const [index, script] of scripts.entries()) {
          await replay(pool, script);
          steps += bare.stepsOf[index] ?? 0;
        }
      }
    },
  );
}

/** The ids of the sample that stand for somebody who must exist, and those of the person who takes the place. */
function sameFor(sample: BenchPerson, person: BenchPerson): ReadonlyMap<string, string> {
  const from = sample.papers[0];
  const to = person.papers[0];
  invariant(from && to, 'everybody has papers');
  return new Map([
    [sample.personId, person.personId],
    [from.photo, to.photo],
    [from.signature, to.signature],
  ]);
}

type Measured = { readonly stepsPerSecond: number; readonly nodeUs: number; readonly postgresUs: number };

/** Sixteen at once until the time is over. */
async function measured(
  seconds: number,
  pid: number,
  steps: () => number,
  work: (endsMs: number) => Promise<void>,
): Promise<Measured> {
  const before = cpuTimes(pid);
  const started = performance.now();
  await Promise.all(Array.from({ length: concurrency }, () => work(started + seconds * 1_000)));
  const tookMs = performance.now() - started;
  const after = cpuTimes(pid);
  const done = steps();
  return {
    stepsPerSecond: (done * 1_000) / tookMs,
    nodeUs: (after.nodeUs - before.nodeUs) / done,
    postgresUs: ((after.postgresUs ?? 0) - (before.postgresUs ?? 0)) / done,
  };
}

function told({ stepsPerSecond, nodeUs, postgresUs }: Measured): string {
  return `${stepsPerSecond.toFixed(0)} steps/s (CPU a step: node ${nodeUs.toFixed(0)} us, postgres ${postgresUs.toFixed(0)} us)`;
}

/** With `--profile FILE`, the first round's CPU profile of this process. */
async function profiled<T>(path: string | null, work: () => Promise<T>): Promise<T> {
  if (path === null) return work();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  const result = await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  writeFileSync(path, JSON.stringify(profile));
  return result;
}
