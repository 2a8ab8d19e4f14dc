// Where versions of the data keys are kept: one table, wrapped. Only the owner of the database adds and changes them; the program reads
// them again every few seconds. A key that cannot be had stops the start with a sentence: values that nobody can open are said, not found.

import type pg from 'pg';
import { statement, type Tx } from './db.ts';
import {
  fingerprint,
  firstKeys,
  keyNames,
  unwrapKey,
  wrapKey,
  type KeyName,
  type Keyring,
  type KeyVersion,
} from './keyring.ts';
import { createKeyring } from './keyring.ts';
import { SetupError } from './setup-error.ts';

export type KeyState = 'live' | 'kept' | 'dropped';

export type KeyRow = {
  readonly name: KeyName;
  readonly version: number;
  readonly state: KeyState;
  readonly wrapped: string | null;
  readonly master: string;
  readonly made_at: string;
  readonly active_in_ms: number;
  readonly finished_at: string | null;
};

export type MasterKeys = { readonly masterKey: Buffer; readonly previousMasterKey: Buffer | null };

const columns = `name, version, state, wrapped, master, made_at, finished_at,
  (extract(epoch from active_from - clock_timestamp()) * 1000)::float8 as active_in_ms from data_key order by name, version`;

export const selectKeys = statement<[], KeyRow>('platform.data_keys', `select ${columns}`);

export async function readKeys(client: pg.ClientBase): Promise<readonly KeyRow[]> {
  return (await client.query<KeyRow>(`select ${columns}`)).rows;
}

/** One command or start at a time makes or changes keys. */
export async function lockKeys(client: pg.ClientBase): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtextextended('data_key', 0))`);
}

export async function insertKey(
  client: pg.ClientBase,
  one: { name: KeyName; version: number; key: Buffer; masterKey: Buffer; inSeconds: number },
): Promise<void> {
  await client.query(
    `insert into data_key (name, version, wrapped, master, made_at, active_from)
     values ($1, $2, $3, $4, clock_timestamp(), clock_timestamp() + $5 * interval '1 second')`,
    [
      one.name,
      one.version,
      wrapKey(one.masterKey, one.name, one.version, one.key),
      fingerprint(one.masterKey),
      one.inSeconds,
    ],
  );
}

/**
 * In the caller's transaction, after `lockKeys`: the ring of this database. The first start makes version 1; where the previous master
 * key is given, what it wrapped is wrapped anew, which is all that replacing the master takes.
 */
export async function openKeys(
  client: pg.ClientBase,
  masters: MasterKeys,
): Promise<{ readonly ring: Keyring; readonly rewrapped: number }> {
  let rows = await readKeys(client);
  if (rows.length === 0) {
    const keys = firstKeys(masters.previousMasterKey ?? masters.masterKey);
    for (const name of keyNames)
      await insertKey(client, { name, version: 1, key: keys[name], masterKey: masters.masterKey, inSeconds: 0 });
    rows = await readKeys(client);
  }
  requireWhole(rows);
  let rewrapped = 0;
  const ring = ringOf(rows, (row) => {
    const found = unwrapKey(masters.masterKey, row.name, row.version, row.wrapped);
    if (found) return found;
    const previous = masters.previousMasterKey;
    const old = previous && unwrapKey(previous, row.name, row.version, row.wrapped);
    if (old) rewrapped += 1;
    return old;
  });
  if (rewrapped > 0) {
    for (const row of rows) {
      const key = row.wrapped === null ? undefined : ring.find(row.name, row.version);
      if (key)
        await client.query('update data_key set wrapped = $3, master = $4 where name = $1 and version = $2', [
          row.name,
          row.version,
          wrapKey(masters.masterKey, row.name, row.version, key),
          fingerprint(masters.masterKey),
        ]);
    }
  }
  return { ring, rewrapped };
}

type Wrapped = KeyRow & { readonly wrapped: string };

function ringOf(rows: readonly KeyRow[], open: (row: Wrapped) => Buffer | null): Keyring {
  const of = (name: KeyName): readonly KeyVersion[] =>
    rows.flatMap((row) => {
      if (row.name !== name || row.wrapped === null) return [];
      const key = open({ ...row, wrapped: row.wrapped });
      if (!key) throw foreignMaster(row);
      return [{ version: row.version, key, activeAtMs: Date.now() + row.active_in_ms }];
    });
  return createKeyring({
    field: of('field'),
    index: of('index'),
    digest: of('digest'),
    commitment: of('commitment'),
    pseudonym: of('pseudonym'),
  });
}

/** Versions are numbered without a gap, and a dropped one leaves its row: what is missing was lost. */
function requireWhole(rows: readonly KeyRow[]): void {
  for (const name of keyNames) {
    const versions = rows.filter((row) => row.name === name);
    const gap = versions.findIndex((row, at) => row.version !== at + 1);
    if (gap !== -1) throw lostKey(name, gap + 1);
    // The newest is never dropped and never merely kept.
    if (versions.at(-1)?.state !== 'live') throw lostKey(name, versions.length + 1);
  }
}

/** Also said where a value names a version that no row has. */
export function lostKey(name: KeyName, version: number): SetupError {
  return new SetupError(
    `数据库里缺少数据密钥 ${name} 的第 ${version} 版，用它加密的资料打不开。请不要删改 data_key 表：从备份恢复这张表的那一行，再启动。`,
    `The data key ${name}, version ${version}, is missing from the database: what it sealed cannot be opened. Restore its row of data_key from a backup, then start.`,
  );
}

function foreignMaster({ name, version, master }: KeyRow): SetupError {
  return new SetupError(
    `MASTER_KEY 打不开数据库里的数据密钥（${name} 第 ${version} 版，由指纹 ${master} 的主密钥包裹）。请设回那个主密钥；` +
      '如果正在更换主密钥，请把原来的设为 MASTER_KEY_PREVIOUS。',
    `MASTER_KEY does not open the data keys of this database (${name}, version ${version}, wrapped by the master key with the fingerprint ${master}). ` +
      'Set that master key; while replacing it, set the former one as MASTER_KEY_PREVIOUS.',
  );
}

/** Takes up versions that came and went since; what was known stays known when the master was replaced meanwhile. */
export async function refreshKeys(tx: Tx, ring: Keyring, masterKey: Buffer): Promise<'same' | 'unreadable'> {
  const rows = await tx.run(selectKeys, []);
  let unreadable = false;
  for (const name of keyNames) {
    const versions = rows.flatMap((row): KeyVersion[] => {
      if (row.name !== name || row.wrapped === null) return [];
      const key = ring.find(name, row.version) ?? unwrapKey(masterKey, name, row.version, row.wrapped);
      if (!key) unreadable = true;
      return key ? [{ version: row.version, key, activeAtMs: Date.now() + row.active_in_ms }] : [];
    });
    if (versions.length > 0) ring.replace(name, versions);
  }
  return unreadable ? 'unreadable' : 'same';
}
