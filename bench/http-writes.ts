// Submissions a second over HTTP, with their 99th percentile: the real server in one process, the load in another, sessions that
// were logged in, forms with papers of their own. Loopback only.

import type { z } from 'zod';
import { buildApps } from '#tools/build';
import { numberOption, textOption, type BenchContext } from '#tools/bench-context';
import { invariant } from '#platform/errors';
import { startChild } from './support/children.ts';
import type { loadResult } from './support/http-load.ts';
import type { Serving } from './support/http-server.ts';

export const about = 'submissions/s and p99 over HTTP: server, database and load client each in processes of their own';

/** More papers than any machine of ours uses up in the time. */
const submissionsASecondMax = 2_500;
const people = 200;

export async function run(context: BenchContext): Promise<void> {
  const seconds = numberOption(context.args, 'seconds', 12);
  const warmSeconds = numberOption(context.args, 'warm', 4);
  const connections = numberOption(context.args, 'connections', 32);
  const profile = textOption(context.args, 'profile');
  await buildApps();
  const database = await context.startDatabase();
  const papersEach = Math.ceil((submissionsASecondMax * (seconds + warmSeconds)) / people);
  const server = startChild(
    'http-server.ts',
    { ...database, folder: context.folder, people, papersEach, poolSize: numberOption(context.args, 'pool', 20) },
    profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`],
  );
  context.keep(server.stop);
  const serving = (await server.message()) as Serving;
  context.say(`${people} people logged in; ${connections} connections for ${warmSeconds} + ${seconds} s`);
  const client = startChild('http-load.ts', { ...serving, connections, warmSeconds, seconds });
  context.keep(client.stop);
  const result = (await client.message()) as z.infer<typeof loadResult>;
  context.say(`answers: ${JSON.stringify(result.statuses)}; median ${result.p50Ms.toFixed(1)} ms`);
  invariant(
    Object.keys(result.statuses).every((status) => status === '201'),
    `refused: ${result.firstRefusal}`,
  );
  context.emit('submissions_per_s', Math.round(result.done / result.seconds), '1/s');
  context.emit('p99_ms', Number(result.p99Ms.toFixed(1)), 'ms');
}
