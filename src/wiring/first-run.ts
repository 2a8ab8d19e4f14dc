// The first start of a demonstration: a synthetic city, loaded in one transaction together with the mark that says so. A start that
// was broken off leaves no city, and the next one makes it again.

import { z } from 'zod';
import { loadCity, makeCity, type City, type CityOptions, type Loaded, type LoadOptions } from '#city';
import { serviceHash } from '#modules/catalogue';
import { systemAccess } from '#platform/access';
import { statement, type Database } from '#platform/db';
import type { Services } from './services.ts';

const cityMark = z.object({ seed: z.number(), workers: z.number(), now: z.string() });
export type CityMark = z.infer<typeof cityMark>;

const selectSetting = statement<[string], { value: unknown }>(
  'wiring.setting',
  'select value from setting where name = $1',
);
const upsertSetting = statement<[string, string, string], never>(
  'wiring.upsert_setting',
  'insert into setting (name, value, at) values ($1, $2::jsonb, $3) on conflict (name) do update set value = excluded.value, at = excluded.at',
);

const clockName = 'clock';
/** People between two words on how far the city has come. */
const saidEvery = 50_000;

async function readSetting(db: Database, name: string): Promise<unknown> {
  const row = await db.transaction(systemAccess, (tx) => tx.maybe(selectSetting, [name]));
  return row?.value ?? null;
}

/** The city of this database, made again from its mark; null where none was loaded. */
export async function knownCity(services: Services): Promise<City | null> {
  const mark = cityMark.safeParse(await readSetting(services.db, 'city'));
  return mark.success ? build(services, mark.data) : null;
}

/** The simulated payment party must know what the city's people have paid, or it refuses their refunds. */
export type Learn = (paid: Loaded['paidOrders']) => void;

type MakeOptions = LoadOptions & Pick<CityOptions, 'lived'>;

/** Makes and loads a city; the files of its cases go where the program looks for them. */
export async function makeAndLoad(
  services: Services,
  ownerUrl: string,
  mark: CityMark,
  learn: Learn,
  options: MakeOptions = {},
): Promise<City> {
  const city = await build(services, mark, options);
  for (const blob of city.blobs) await services.files.writeWhole(blob.address, blob.sealed);
  const { paidOrders } = await loadCity(ownerUrl, city, options);
  learn(paidOrders);
  await services.prepare();
  return city;
}

function build(services: Services, mark: CityMark, { lived }: Pick<MakeOptions, 'lived'> = {}): Promise<City> {
  const { masterKey, origin } = services.config;
  const some = lived === undefined ? {} : { lived };
  return makeCity({ ...mark, ...some, masterKey, origin, serviceHash, pricing: services.pricing });
}

/** The demonstration's city: the one that is there, or a new one on the first run. */
export async function ensureCity(
  services: Services,
  ownerUrl: string,
  learn: Learn,
  say: (line: string) => void,
): Promise<City> {
  const known = await knownCity(services);
  if (known) return known;
  const { seed, workers } = services.config;
  const started = Date.now();
  let said = 0;
  const onProgress = (people: number): void => {
    if (people < said + saidEvery) return;
    said = people;
    say(`  合成城市：已载入 ${people} 人，共 ${workers} 人`);
  };
  const mark = { seed, workers, now: services.clock.now() };
  const city = await makeAndLoad(services, ownerUrl, mark, learn, { onProgress });
  say(`合成城市已生成：${workers} 人，种子 ${seed}，用时 ${((Date.now() - started) / 1000).toFixed(1)} 秒（全部虚构）`);
  return city;
}

/** The demonstration's time survives a restart: what was lived through stays lived through. */
export async function restoreClock(services: Services): Promise<void> {
  const offset = await readSetting(services.db, clockName);
  if (typeof offset === 'number') services.clock.setOffsetMs(offset);
}

export async function keepClock(services: Services): Promise<void> {
  await services.db.transaction(systemAccess, async (tx) =>
    tx.send(upsertSetting, [clockName, JSON.stringify(services.clock.offsetMs()), new Date().toISOString()]),
  );
}
