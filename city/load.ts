// Loads a city into a migrated database, in one transaction: all of it or nothing. Rows travel as arrays, some thousand a statement,
// so that they obey row-level security and constraints like any other insert; COPY is refused on such tables to all but superusers.

import pg from 'pg';
import type { City, CityBatch } from './make.ts';
import type { Rows, TableName } from './rows.ts';
import { countRows, tableNames } from './rows.ts';
import { tables } from './tables.ts';

const rowsAtOnce = 5_000;

/** An order that was paid: a simulated payment party must know it, or it refuses every refund of the city. */
export type PaidOrder = {
  readonly orderNo: string;
  readonly transactionId: string;
  readonly amountFen: number;
  readonly refundedFen: number;
  readonly description: string;
  readonly paidAt: string;
  readonly expiresAt: string;
};

export type Loaded = {
  readonly rows: number;
  readonly cases: number;
  readonly loadMs: number;
  readonly paidOrders: readonly PaidOrder[];
};

/** `url` is the owner's: staff and roles of a city are not the application's to make. */
export async function loadCity(url: string, city: City): Promise<Loaded> {
  const startedMs = performance.now();
  // Pipelined: PostgreSQL writes one batch while the next is made.
  const client = new pg.Client({
    connectionString: url,
    application_name: 'gongdun-city',
    options: '-c timezone=UTC',
    pipeline: true,
  });
  await client.connect();
  let rows = 0;
  let cases = 0;
  const paidOrders: PaidOrder[] = [];
  try {
    await client.query('begin');
    await client.query(`set local gongdun.grants = '{*}'`);
    let before: Promise<unknown> = Promise.resolve();
    for (const batch of city.batches()) {
      await before;
      before = quiet(loadBatch(client, batch));
      // What was just sent leaves before the next batch is made.
      await new Promise((resolve) => setImmediate(resolve));
      rows += countRows(batch.rows);
      cases += batch.rows.case_state.length;
      paidOrders.push(...paidIn(batch.rows));
    }
    await before;
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
  return { rows, cases, loadMs: Math.round(performance.now() - startedMs), paidOrders };
}

function paidIn(rows: Rows): PaidOrder[] {
  return rows.payment_order.flatMap(
    ({ order_no, transaction_id, amount_fen, refund_fen, state, description, paid_at, expires_at }) =>
      order_no && transaction_id && amount_fen && description && paid_at && expires_at
        ? [
            {
              orderNo: order_no,
              transactionId: transaction_id,
              amountFen: amount_fen,
              refundedFen: state === 'refunded' ? (refund_fen ?? 0) : 0,
              description,
              paidAt: paid_at,
              expiresAt: expires_at,
            },
          ]
        : [],
  );
}

/** Keeps a promise that is awaited later from being reported as unhandled before that. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

function loadBatch(client: pg.Client, batch: CityBatch): Promise<unknown> {
  const sent: Promise<unknown>[] = [];
  for (const table of tableNames) {
    for (let from = 0; from < batch.rows[table].length; from += rowsAtOnce) {
      sent.push(quiet(client.query(insertOf(table), columnsOf(batch.rows, table, from, from + rowsAtOnce))));
    }
  }
  for (const { identifier, payload, jobKey } of batch.jobs) {
    const values = [identifier, JSON.stringify(payload), jobKey];
    sent.push(quiet(client.query('select enqueue_job($1, $2::json, null, $3, null, null)', values)));
  }
  return Promise.all(sent);
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
