// What was sealed or indexed with earlier keys, made again with the keys of now: a batch of rows a transaction, in the order of their
// keys, each transaction keeping how far it came. Killed at any moment it goes on from there; who works meanwhile waits for a batch at most.

import type pg from 'pg';
import { sealedVersion, type CryptoPort } from '#platform/crypto';
import type { KeyName, Keyring } from '#platform/keyring';
import { rewritten, type SealedTable } from './key-tables.ts';
import { inOwnerTransaction } from './keys.ts';

const batchRows = 300;
const triesMax = 8;
/** Deadlock, serialization: somebody held rows in another order. */
const again = new Set(['40P01', '40001']);

type Progress = { readonly after: readonly unknown[] | null; readonly rows: number; readonly done: boolean };
export type AllProgress = Readonly<Record<string, Progress>>;

/** Indexes stand in two tables, seals in all. */
export const tablesOf = (name: KeyName): readonly SealedTable[] =>
  name === 'field'
    ? rewritten
    : name === 'index'
      ? rewritten.filter((table) => table.columns.some(({ type }) => type === 'bytea'))
      : [];

export async function progressOf(client: pg.ClientBase, name: KeyName, version: number): Promise<AllProgress> {
  const found = await client.query<{ progress: AllProgress }>(
    'select progress from data_key where name = $1 and version = $2',
    [name, version],
  );
  return found.rows[0]?.progress ?? {};
}

export type RewriteOptions = {
  readonly client: pg.Client;
  readonly crypto: CryptoPort;
  readonly ring: Keyring;
  readonly name: KeyName;
  readonly onBatch?: (table: string, rows: number, changed: number) => void;
};

/** To the end of every table; gives the rows that were changed. */
export async function rewriteAll(options: RewriteOptions): Promise<number> {
  const { client, ring, name } = options;
  const { version } = ring.active(name);
  let changed = 0;
  for (const table of tablesOf(name)) {
    let before = (await progressOf(client, name, version))[table.name] ?? { after: null, rows: 0, done: false };
    while (!before.done) {
      const from = before;
      const done = await patiently(() => inOwnerTransaction(client, () => batch(options, table, version, from)));
      changed += done.changed;
      before = done.progress;
      options.onBatch?.(table.name, before.rows, done.changed);
    }
  }
  return changed;
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (!again.has(code) || tries >= triesMax) throw error;
    }
  }
}

async function batch(
  { client, crypto, ring, name }: RewriteOptions,
  table: SealedTable,
  version: number,
  before: Progress,
): Promise<{ progress: Progress; changed: number }> {
  const keys = table.key.map((one) => one.name);
  const columns = table.columns.map((one) => one.name);
  const beyond =
    before.after === null
      ? 'true'
      : `(${keys.join(', ')}) > (${table.key.map(({ type }, at) => `$${at + 1}::${type}`).join(', ')})`;
  const { rows } = await client.query<Record<string, unknown>>(
    `select ${[...keys, ...columns, ...(table.also ?? [])].join(', ')} from ${table.name} where ${beyond} and ${table.only ?? 'true'}
     order by ${keys.join(', ')} limit ${batchRows} for update`,
    before.after === null ? [] : [...before.after],
  );
  const active = ring.active('field').version;
  const made = rows.flatMap((row) => {
    const isPresent = table.sealedIn(row).every(({ sealed }) => sealedVersion(sealed) === active);
    if (name === 'field' && isPresent) return [];
    const fresh = table.again(row, crypto);
    if (!fresh || (name === 'index' && sameIndexes(table, row, fresh))) return [];
    return [{ row, fresh }];
  });
  if (made.length > 0) {
    const all = [...table.key, ...table.columns];
    const values = all.map(({ name: column }) =>
      made.map(({ row, fresh }) => (column in fresh ? fresh[column] : row[column])),
    );
    await client.query(
      `update ${table.name} t set ${columns.map((column) => `${column} = n.${column}`).join(', ')}
       from unnest(${all.map(({ type }, at) => `$${at + 1}::${type}[]`).join(', ')}) as n (${all.map((one) => one.name).join(', ')})
       where ${keys.map((key) => `t.${key} = n.${key}`).join(' and ')}`,
      values,
    );
  }
  const last = rows.at(-1);
  const progress: Progress = {
    after: last ? keys.map((key) => last[key]) : before.after,
    rows: before.rows + rows.length,
    done: rows.length < batchRows,
  };
  await client.query(
    'update data_key set progress = progress || jsonb_build_object($3::text, $4::jsonb) where name = $1 and version = $2',
    [name, version, table.name, JSON.stringify(progress)],
  );
  return { progress, changed: made.length };
}

function sameIndexes(
  table: SealedTable,
  row: Readonly<Record<string, unknown>>,
  fresh: Readonly<Record<string, string | Buffer | null>>,
): boolean {
  return table.columns.every(({ name, type }) => {
    if (type !== 'bytea') return true;
    const [was, is] = [row[name], fresh[name]];
    return Buffer.isBuffer(was) && Buffer.isBuffer(is) ? was.equals(is) : was === is;
  });
}
