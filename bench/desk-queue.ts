// The first page of a clerk's to-do list with a million cases: the real server on a city whose cases were copied, the clerks of its
// offices asking at a steady rate.

import { buildApps } from '#tools/build';
import { numberOption, type BenchContext } from '#tools/bench-context';
import { invariant } from '#platform/errors';
import { startChild } from './support/children.ts';
import type { CityServing } from './support/city-server.ts';
import type { ReadsInput, ReadsResult } from './support/http-reads.ts';

export const about = 'p99 of the first page of a to-do list with 1,000,000 cases (--cases, --rate 40)';

/** Offices that have a queue of their own in every district, and those that have one for the whole city. */
const roles = ['county_union', 'township_union', 'insurer_adjuster', 'insurer_finance', 'traffic_police'];

export async function run(context: BenchContext): Promise<void> {
  const cases = numberOption(context.args, 'cases', 1_000_000);
  const perSecond = numberOption(context.args, 'rate', 40);
  const seconds = numberOption(context.args, 'seconds', 20);
  await buildApps();
  const database = await context.startDatabase();
  const server = startChild('city-server.ts', {
    ...database,
    folder: context.folder,
    poolSize: 10,
    workers: numberOption(context.args, 'workers', 2_000),
    cases,
    roles,
  });
  context.keep(server.stop);
  const serving = (await server.message()) as CityServing;
  const clerks = serving.clerks.filter((clerk) => clerk.todo > 0);
  invariant(clerks.length > 0, 'somebody has work to do');
  const queues = clerks.map((clerk) => clerk.todo).toSorted((a, b) => b - a);
  context.say(
    `${serving.cases} cases, ${serving.openTasks} waiting; ${clerks.length} clerks, queues of ${queues.at(-1)} to ${queues[0]}`,
  );
  const load = startChild('http-reads.ts', {
    port: serving.port,
    requests: clerks.map(({ cookie }) => ({ path: '/api/desk/tasks?tab=todo', cookie })),
    perSecond,
    connections: 8,
    warmSeconds: 5,
    seconds,
  } satisfies ReadsInput);
  context.keep(load.stop);
  const result = (await load.message()) as ReadsResult;
  context.say(`answers: ${JSON.stringify(result.statuses)} ${result.firstRefusal}`);
  invariant(Object.keys(result.statuses).join() === '200', `refused: ${result.firstRefusal}`);
  context.emit('p99_ms', Number(result.p99Ms.toFixed(1)), 'ms');
  context.emit('p50_ms', Number(result.p50Ms.toFixed(1)), 'ms');
}
