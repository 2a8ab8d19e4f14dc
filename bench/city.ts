// Seconds from a seed to a loaded synthetic city: making its people and cases by the program's own modules in memory, and COPY into
// the run's own durable PostgreSQL. The files of its cases are written too; PostgreSQL's start and migrations are not counted.

import { loadCity, makeCity } from '#city';
import { serviceHash } from '#modules/catalogue';
import { numberOption, type BenchContext } from '#tools/bench-context';
import { createWorld } from './support/world.ts';

export const about = 'seconds to make and load the synthetic city (--workers 2000)';

export async function run(context: BenchContext): Promise<void> {
  const workers = numberOption(context.args, 'workers', 2_000);
  const database = await context.startDatabase();
  const { services, stop } = await createWorld(database, context.folder, { poolSize: 4 });
  context.keep(stop);
  const { masterKey, origin } = services.config;
  const startedMs = performance.now();
  const now = services.clock.now();
  const city = await makeCity({ seed: 1, workers, now, masterKey, origin, serviceHash, pricing: services.pricing });
  for (const blob of city.blobs) await services.files.writeWhole(blob.address, blob.sealed);
  const { rows, cases } = await loadCity(database.ownerUrl, city);
  const seconds = (performance.now() - startedMs) / 1_000;
  context.say(`${workers} people, ${cases} cases, ${rows} rows`);
  context.emit('seconds', Number(seconds.toFixed(2)), 's');
}
