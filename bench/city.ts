// Seconds from a seed to a loaded synthetic city: its first people live their stories case by case through the program's own modules in
// memory, everybody beyond comes by the import of a register; all of it by COPY into the run's own durable PostgreSQL, with its indexes,
// constraints and statistics. The files of its cases are written too; PostgreSQL's start and migrations are not counted.

import pg from 'pg';
import { loadCity, makeCity } from '#city';
import { serviceHash } from '#modules/catalogue';
import { numberOption, type BenchContext } from '#tools/bench-context';
import { cpuTimes } from './support/cpu.ts';
import { createWorld } from './support/world.ts';

const saidEvery = 50_000;

export const about = 'seconds to make and load the synthetic city (--workers 2000)';

export async function run(context: BenchContext): Promise<void> {
  const workers = numberOption(context.args, 'workers', 2_000);
  const database = await context.startDatabase();
  const { services, stop } = await createWorld(database, context.folder, { poolSize: 4 });
  context.keep(stop);
  const { masterKey, origin } = services.config;
  const before = cpuTimes(database.pid);
  const startedMs = performance.now();
  const now = services.clock.now();
  const city = await makeCity({ seed: 1, workers, now, masterKey, origin, serviceHash, pricing: services.pricing });
  for (const blob of city.blobs) await services.files.writeWhole(blob.address, blob.sealed);
  let said = 0;
  const onProgress = (people: number): void => {
    if (people < said + saidEvery) return;
    said = people;
    context.say(`${people} people after ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
  };
  const { rows, cases } = await loadCity(database.ownerUrl, city, { onProgress });
  const seconds = (performance.now() - startedMs) / 1_000;
  const after = cpuTimes(database.pid);
  context.say(`${workers} people, ${cases} cases, ${rows} rows`);
  const { people, coverDays } = await countIn(database.ownerUrl);
  context.emit('seconds', Number(seconds.toFixed(2)), 's');
  context.emit('cpu_seconds_node', secondsOf(after.nodeUs - before.nodeUs), 's');
  if (after.postgresUs !== null && before.postgresUs !== null)
    context.emit('cpu_seconds_postgres', secondsOf(after.postgresUs - before.postgresUs), 's');
  context.emit('people', people, 'people');
  context.emit('cover_days', coverDays, 'days');
  context.emit('memory_mb', Math.round(process.resourceUsage().maxRSS / 1_024), 'MB');
}

const secondsOf = (microseconds: number): number => Number((microseconds / 1_000_000).toFixed(1));

async function countIn(ownerUrl: string): Promise<{ people: number; coverDays: number }> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query("set gongdun.grants = '{*}'");
  const { rows } = await owner.query<{ people: number; days: number }>(
    'select (select count(*)::int from person) as people, (select count(*)::int from cover_entry) as days',
  );
  await owner.end();
  return { people: rows[0]?.people ?? 0, coverDays: rows[0]?.days ?? 0 };
}
