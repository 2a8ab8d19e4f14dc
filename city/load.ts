// Loads a city into a migrated database by COPY, in one transaction: all of it or nothing. PostgreSQL refuses COPY to whoever is under
// row-level security, and FORCE puts even the owner there; so the owner lifts FORCE inside the transaction and sets it again before
// its end. Nobody else sees the tables meanwhile: they are locked until then. Constraints hold as for any insert.

import pg from 'pg';
import type { City } from './make.ts';
import { statutoryCalendar } from '#platform/calendar';
import { sendCopies } from '#platform/db-copy';
import { tableNames } from './rows.ts';
import type { PaidOrder, WrittenBatch } from './written.ts';

export type Loaded = {
  readonly rows: number;
  readonly cases: number;
  readonly loadMs: number;
  readonly paidOrders: readonly PaidOrder[];
};

export type LoadOptions = {
  /** Hears how many people are in the database so far. */
  readonly onProgress?: (people: number) => void;
  /** Threads that make rows beside this one; as many as the cores allow unless said. */
  readonly threads?: number;
};

/** `url` is the owner's: staff and roles of a city are not the application's to make. */
export async function loadCity(url: string, city: City, options: LoadOptions = {}): Promise<Loaded> {
  const startedMs = performance.now();
  const client = new pg.Client({
    connectionString: url,
    application_name: 'gongdun-city',
    options: '-c timezone=UTC',
  });
  // A connection that is lost fails what waits for it, and that is how we hear of it.
  client.on('error', () => {});
  await client.connect();
  let rows = 0;
  let cases = 0;
  let people = 0;
  const paidOrders: PaidOrder[] = [];
  try {
    await client.query('begin');
    const forced = await forcedTables(client);
    await client.query(forced.map((table) => `alter table ${table} no force row level security`).join(';'));
    let before: Promise<unknown> = Promise.resolve();
    for await (const batch of city.written(options.threads)) {
      await before;
      options.onProgress?.(people);
      before = quiet(loadBatch(client, batch));
      // What was just sent leaves before the next batch is made.
      await new Promise((resolve) => setImmediate(resolve));
      rows += batch.rows;
      cases += batch.cases;
      people += batch.people;
      paidOrders.push(...batch.paidOrders);
    }
    await before;
    const about = JSON.stringify({ seed: city.seed, workers: city.workers, now: city.now });
    await client.query(
      `insert into setting (name, value, at) values ('city', $1::jsonb, $2)
       on conflict (name) do update set value = excluded.value, at = excluded.at`,
      [about, city.now],
    );
    // Its due dates were computed with what is known of the holidays now: nothing is to be computed anew at the first start.
    await client.query(
      `insert into setting (name, value, at) values ('calendar', jsonb_build_object('knownUntil', $1::text), $2)
       on conflict (name) do nothing`,
      [statutoryCalendar.knownUntil, city.now],
    );
    await client.query(forced.map((table) => `alter table ${table} force row level security`).join(';'));
    await client.query('commit');
    // A table of a million rows about which PostgreSQL knows nothing is read as if it had ten.
    await client.query(`analyze ${tableNames.join(', ')}`);
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    await client.end();
  }
  return { rows, cases, loadMs: Math.round(performance.now() - startedMs), paidOrders };
}

/** Keeps a promise that is awaited later from being reported as unhandled before that. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** The city's tables under FORCE, in the schema that the owner's connection uses. */
async function forcedTables(client: pg.Client): Promise<string[]> {
  const found = await client.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = current_schema()::regnamespace and relforcerowsecurity and relname = any($1) order by 1`,
    [tableNames],
  );
  return found.rows.map((row) => row.name);
}

async function loadBatch(client: pg.Client, { accounts, copies, jobs, runs }: WrittenBatch): Promise<void> {
  // The program may have made its accounts already.
  if (accounts.length > 0) {
    await client.query(
      `insert into account (account_id, name, kind, floor_fen)
       select * from json_to_recordset($1) as a (account_id text, name text, kind text, floor_fen bigint) on conflict do nothing`,
      [JSON.stringify(accounts)],
    );
  }
  await sendCopies(client, copies);
  if (jobs.length > 0) {
    await client.query(
      `select enqueue_job(j.identifier, j.payload, j."runAt", j."jobKey", j."maxAttempts", null)
       from json_to_recordset($1) as j (identifier text, payload json, "runAt" timestamptz, "jobKey" text, "maxAttempts" int)`,
      [JSON.stringify(jobs)],
    );
  }
  for (const { runId, fileHash, lastLine, imported, finishedAt } of runs) {
    await client.query(
      `update import_run set file_hash = $2, last_line = $3, imported_count = $4, finished_at = $5, state = 'done'
       where import_run_id = $1`,
      [runId, fileHash, lastLine, imported, finishedAt],
    );
  }
}
