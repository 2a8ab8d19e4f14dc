// "Was this person covered at that instant?", asked over HTTP at a steady rate of a ledger with ten million days of cover, while companies
// insure 250 people a second by lists (DI-002), through the same server and its jobs. Every answer is compared with what the ledger was
// filled with, and the days that were bound meanwhile are counted.

import pg from 'pg';
import { buildApps } from '#tools/build';
import { numberOption, type BenchContext } from '#tools/bench-context';
import { invariant } from '#platform/errors';
import { startChild } from './support/children.ts';
import type { CityJobsInput } from './support/city-jobs.ts';
import type { CityServing } from './support/city-server.ts';
import type { ReadsInput, ReadsResult } from './support/http-reads.ts';

export const about =
  'p99 of "covered at?" over HTTP with 10,000,000 cover days (--entries, --rate 100, --enrol 250, --list 500, --one-process)';

export async function run(context: BenchContext): Promise<void> {
  const seconds = numberOption(context.args, 'seconds', 20);
  const isOne = context.args.includes('--one-process');
  await buildApps();
  const database = await context.startDatabase();
  const server = startChild('city-server.ts', {
    ...database,
    folder: context.folder,
    poolSize: 10,
    workers: 300,
    cases: 1,
    coverEntries: numberOption(context.args, 'entries', 10_000_000),
    coverAsked: 20_000,
    enrolPerSecond: numberOption(context.args, 'enrol', 250),
    listPeople: numberOption(context.args, 'list', 500),
    background: isOne,
    roles: ['insurer_adjuster'],
  });
  context.keep(server.stop);
  const serving = (await server.message()) as CityServing;
  if (!isOne) {
    const jobs = startChild('city-jobs.ts', { ...database, folder: context.folder } satisfies CityJobsInput);
    context.keep(jobs.stop);
    await jobs.message();
  }
  const cookie = serving.clerks[0]?.cookie;
  invariant(cookie !== undefined, 'an adjuster is logged in');
  context.say(`${serving.questions.length} people to ask about`);
  const load = startChild('http-reads.ts', {
    port: serving.port,
    requests: serving.questions.map(({ caseId, at, covered }) => ({
      path: `/api/cover/at?caseId=${caseId}&at=${encodeURIComponent(at)}`,
      cookie,
      expects: `"covered":${covered}`,
    })),
    perSecond: numberOption(context.args, 'rate', 100),
    connections: 8,
    warmSeconds: 5,
    seconds,
  } satisfies ReadsInput);
  context.keep(load.stop);
  const startedAt = new Date();
  const result = (await load.message()) as ReadsResult;
  const bound = await boundSince(database.ownerUrl, startedAt);
  const elapsedSeconds = (Date.now() - startedAt.getTime()) / 1_000;
  invariant(result.firstRefusal === '', `not as the ledger says: ${result.firstRefusal}`);
  context.emit('p99_ms', Number(result.p99Ms.toFixed(1)), 'ms');
  context.emit('p50_ms', Number(result.p50Ms.toFixed(1)), 'ms');
  context.emit('enrolled_per_s', Number((bound / elapsedSeconds).toFixed(1)), '/s');
}

async function boundSince(ownerUrl: string, since: Date): Promise<number> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query("set gongdun.grants = '{*}'");
  const { rows } = await owner.query<{ count: number }>(
    `select count(*)::int as count from cover_entry where kind = 'bound' and at >= $1`,
    [since.toISOString()],
  );
  await owner.end();
  return rows[0]?.count ?? 0;
}
