// Loads a city into a migrated database, in one transaction: all of it or nothing. Rows travel as arrays, some thousand a statement,
// so that they obey row-level security and constraints like any other insert; COPY is refused on such tables to all but superusers.

import pg from 'pg';
import type { City, CityBatch } from './make.ts';
import type { Rows, TableName } from './rows.ts';
import { tableNames } from './rows.ts';
import { tables } from './tables.ts';

const rowsAtOnce = 5_000;

export type Loaded = { readonly rows: number; readonly cases: number; readonly loadMs: number };

/** `url` is the owner's: staff and roles of a city are not the application's to make. */
export async function loadCity(url: string, city: City): Promise<Loaded> {
  const startedMs = performance.now();
  const client = new pg.Client({ connectionString: url, application_name: 'gongdun-city', options: '-c timezone=UTC' });
  await client.connect();
  let rows = 0;
  let cases = 0;
  try {
    await client.query('begin');
    await client.query(`set local gongdun.grants = '{*}'`);
    for (const batch of city.batches()) {
      rows += await loadBatch(client, batch);
      cases += batch.rows.case_state.length;
    }
    const about = JSON.stringify({ seed: city.seed, workers: city.workers, now: city.now });
    await client.query(
      `insert into setting (name, value, at) values ('city', $1::jsonb, $2)
       on conflict (name) do update set value = excluded.value, at = excluded.at`,
      [about, city.now],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    await client.end();
  }
  return { rows, cases, loadMs: Math.round(performance.now() - startedMs) };
}

async function loadBatch(client: pg.Client, batch: CityBatch): Promise<number> {
  let count = 0;
  for (const table of tableNames) {
    const list = batch.rows[table];
    for (let from = 0; from < list.length; from += rowsAtOnce) {
      await client.query(insertOf(table), columnsOf(batch.rows, table, from, from + rowsAtOnce));
    }
    count += list.length;
  }
  for (const { identifier, payload, jobKey } of batch.jobs) {
    await client.query('select enqueue_job($1, $2::json, null, $3, null, null)', [identifier, JSON.stringify(payload), jobKey]);
  }
  return count;
}

/** An array of arrays must be a rectangle, so lists of readers travel as text. */
function insertOf(table: TableName): string {
  const columns = Object.entries(tables[table]);
  const names = columns.map(([name]) => name).join(', ');
  const values = columns.map(([name, type]) => (type === 'text[]' ? `${name}::text[]` : name)).join(', ');
  const params = columns.map(([, type], at) => `$${at + 1}::${type === 'text[]' ? 'text' : type}[]`).join(', ');
  const known = table === 'account' ? ' on conflict do nothing' : '';
  return `insert into ${table} (${names}) select ${values} from unnest(${params}) as city_row (${names})${known}`;
}

function columnsOf(rows: Rows, table: TableName, from: number, to: number): unknown[][] {
  const part = rows[table].slice(from, to) as readonly Readonly<Record<string, unknown>>[];
  return Object.entries(tables[table]).map(([name, type]) =>
    part.map((row) => (type === 'text[]' ? `{${(row[name] as readonly string[]).join(',')}}` : row[name])),
  );
}
