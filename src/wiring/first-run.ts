// The first start of a demonstration: a synthetic city, loaded in one transaction together with the mark that says so. A start that
// was broken off leaves no city, and the next one makes it again.

import { makeCity, loadCity, accountsOf, type CityAccount } from '#city';
import { systemAccess } from '#platform/access';
import type { Config } from '#platform/config';
import { statement, type Database } from '#platform/db';
import type { Services } from './services.ts';

type Mark = { readonly seed: number; readonly workers: number };

const selectSetting = statement<[string], { value: unknown }>('wiring.setting', 'select value from setting where name = $1');
const insertSetting = statement<[string, string, string], never>(
  'wiring.insert_setting',
  'insert into setting (name, value, at) values ($1, $2::jsonb, $3) on conflict (name) do update set value = excluded.value, at = excluded.at',
);

const cityName = 'city';
const clockName = 'clock';

export async function readSetting(db: Database, name: string): Promise<unknown> {
  const row = await db.transaction(systemAccess, (tx) => tx.maybe(selectSetting, [name]));
  return row?.value ?? null;
}

export async function writeSetting(db: Database, name: string, value: unknown, at: string): Promise<void> {
  await db.transaction(systemAccess, async (tx) => tx.send(insertSetting, [name, JSON.stringify(value), at]));
}

function isMark(value: unknown): value is Mark {
  return typeof value === 'object' && value !== null && 'seed' in value && 'workers' in value;
}

/** Makes the city if there is none; gives the demonstration's logins of the city that there is. */
export async function ensureCity(services: Services, config: Config, ownerUrl: string, say: (line: string) => void): Promise<readonly CityAccount[]> {
  const known = await readSetting(services.db, cityName);
  if (isMark(known)) return accountsOf({ seed: known.seed, workers: known.workers });
  const started = Date.now();
  const city = makeCity({ seed: config.seed, workers: config.workers, now: services.clock.now(), services });
  await loadCity(ownerUrl, city, { mark: { name: cityName, value: { seed: config.seed, workers: config.workers } } });
  await services.prepare();
  say(`合成城市已生成：${config.workers} 人，种子 ${config.seed}，用时 ${((Date.now() - started) / 1000).toFixed(1)} 秒（全部虚构）`);
  return city.accounts;
}

/** The demonstration's time survives a restart: what was lived through stays lived through. */
export async function restoreClock(services: Services): Promise<void> {
  const offset = await readSetting(services.db, clockName);
  if (typeof offset === 'number') services.clock.setOffsetMs(offset);
}

export async function keepClock(services: Services): Promise<void> {
  await writeSetting(services.db, clockName, services.clock.offsetMs(), new Date().toISOString());
}
