// The keys of an installation at work: had at the start or the start ends with a sentence; read again every few seconds, so that a new
// version is known to every process before its moment; and replaced by a command (tools/keys.ts).

import pg from 'pg';
import { systemAccess } from '#platform/access';
import { createCrypto, sealedVersion } from '#platform/crypto';
import type { Database } from '#platform/db';
import { every } from '#platform/jobs';
import type { Keyring } from '#platform/keyring';
import { lockKeys, lostKey, openKeys, refreshKeys, type MasterKeys } from '#platform/keyring-store';
import type { Log } from '#platform/log';
import { SetupError } from '#platform/setup-error';
import { rewritten } from './key-tables.ts';

export type OpenedKeys = {
  readonly keyring: Keyring;
  /** Keys that the former master had wrapped. */
  readonly rewrapped: number;
};

/** How soon a process knows a new version; the moment from which one counts is several times this away. */
export const followMs = 2_000;

export async function asOwner<T>(ownerUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'gongdun-keys' });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function inOwnerTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  // An owner who is no superuser is under row-level security too.
  await client.query(`begin; set local timezone to 'UTC'; set local gongdun.grants to '{*}'`);
  try {
    const done = await work();
    await client.query('commit');
    return done;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

export async function openKeyring(
  ownerUrl: string,
  masters: MasterKeys,
  say: (line: string) => void,
): Promise<OpenedKeys> {
  return asOwner(ownerUrl, (client) =>
    inOwnerTransaction(client, async () => {
      await lockKeys(client);
      const { ring, rewrapped } = await openKeys(client, masters);
      // Before anything is committed: keys that do not open what is there are not written down either.
      await requireNewest(client, ring);
      if (rewrapped > 0) say(`已用新的主密钥重新包裹 ${rewrapped} 个数据密钥；可以去掉 MASTER_KEY_PREVIOUS 了。`);
      return { keyring: ring, rewrapped };
    }),
  );
}

/** Of a restored copy: the first of these master keys that opens it. */
export async function openRestored(
  ownerUrl: string,
  candidates: readonly (Buffer | null)[],
  say: (line: string) => void,
): Promise<{ readonly masterKey: Buffer; readonly keyring: Keyring }> {
  let last: unknown;
  for (const masterKey of candidates) {
    if (!masterKey) continue;
    try {
      const { keyring } = await openKeyring(ownerUrl, { masterKey, previousMasterKey: null }, say);
      return { masterKey, keyring };
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      last = error;
    }
  }
  throw last;
}

/** The newest row of each table that holds sealed values opens: else the master key is another's, or a version was lost. */
async function requireNewest(client: pg.Client, ring: Keyring): Promise<void> {
  const crypto = createCrypto(ring);
  for (const table of rewritten) {
    // Too large to look for its newest.
    if (table.only) continue;
    const order = table.key.map(({ name }) => `${name} desc`).join(', ');
    const found = await client.query<Record<string, unknown>>(
      `select ${table.key.map(({ name }) => name).join(', ')}, ${table.columns.map(({ name }) => name).join(', ')}
       from ${table.name} order by ${order} limit 1`,
    );
    const [row] = found.rows;
    for (const { context, sealed } of row ? table.sealedIn(row) : []) {
      const version = sealedVersion(sealed);
      if (!ring.find('field', version)) throw lostKey('field', version);
      try {
        crypto.open(context, sealed);
      } catch (error) {
        throw new SetupError(
          `数据库里的资料（${table.name}）不是用现在的密钥加密的，打不开。请检查 MASTER_KEY 是不是这个数据库的。`,
          `What is sealed in this database (${table.name}) does not open with the present keys. Check that MASTER_KEY belongs to this database.`,
          error,
        );
      }
    }
  }
}

/** Gives a way to stop. */
export function followKeys(db: Database, ring: Keyring, masterKey: Buffer, log: Log): () => Promise<void> {
  let said = false;
  return every(
    followMs,
    async () => {
      const seen = await db.transaction(systemAccess, (tx) => refreshKeys(tx, ring, masterKey));
      if (seen === 'unreadable' && !said)
        log.error({}, 'a data key was wrapped by another master key: restart this process with the new MASTER_KEY');
      said = seen === 'unreadable';
    },
    log,
  );
}
