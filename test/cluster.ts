// The PostgreSQL that tests and tools use for a moment: the one of DATABASE_URL, else an embedded one in a temporary folder.
// It holds a migrated template, from which a test's own database is cloned in about a tenth of a second. Durability is off
// here and nowhere else: nobody misses these data after a power cut.

import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { hasLivingOwner, removeEmbedded, startEmbedded } from '#platform/embedded';
import { invariant } from '#platform/errors';
import { ensureAppRole, migrate } from '#platform/migrate';

export type ClusterInfo = {
  /** Owner's connection to a database that nobody changes; from it others are created. */
  readonly maintenanceUrl: string;
  /** Owner's connection to the migrated template. */
  readonly templateUrl: string;
  readonly template: string;
  readonly appPassword: string;
};

export type TestCluster = ClusterInfo & {
  /** Drops all that this cluster made, and stops it if it is ours. */
  stop(): Promise<void>;
};

const folderPrefix = 'gongdun-test-';
const dayMs = 86_400_000;

const untrustedSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '128MB',
  max_connections: '200',
  max_wal_size: '4GB',
};

export async function startTestCluster(): Promise<TestCluster> {
  const given = process.env['DATABASE_URL'];
  if (given !== undefined && given !== '') return prepare(given, async () => {});
  removeAbandoned();
  const dir = mkdtempSync(join(tmpdir(), folderPrefix));
  // Under root the server has another user, who must be able to pass.
  chmodSync(dir, 0o711);
  const server = await startEmbedded({ dir, settings: untrustedSettings });
  const stop = async (): Promise<void> => {
    await server.stop();
    removeEmbedded(dir);
  };
  try {
    return await prepare(server.ownerUrl, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Folders of runs that were killed before they could clean up; one that nobody claimed may belong to a run that goes on. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(folderPrefix))) {
    const dir = join(tmpdir(), name);
    const ageMs = Date.now() - (statSync(dir, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    const isClaimed = existsSync(join(dir, 'owner.json'));
    if (isClaimed ? !hasLivingOwner(dir) : ageMs > dayMs) removeEmbedded(dir);
  }
}

async function prepare(maintenanceUrl: string, stopServer: () => Promise<void>): Promise<TestCluster> {
  const run = `gongdun_t_${randomBytes(4).toString('hex')}`;
  const template = `${run}_template`;
  const templateUrl = urlOf(maintenanceUrl, template);
  const appPassword = randomBytes(18).toString('base64url');
  await administer(maintenanceUrl, `create database ${template}`);
  await ensureAppRole(maintenanceUrl, { password: appPassword });
  await migrate(templateUrl, { dir: join(import.meta.dirname, '..', 'db') });
  return {
    maintenanceUrl,
    templateUrl,
    template,
    appPassword,
    stop: async () => {
      await dropAll(maintenanceUrl, run);
      await stopServer();
    },
  };
}

/** Also what a crashed test left behind: the names of one run share their beginning. */
async function dropAll(maintenanceUrl: string, run: string): Promise<void> {
  const client = new pg.Client({ connectionString: maintenanceUrl });
  await client.connect();
  try {
    const found = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [`${run}_`],
    );
    for (const { datname } of found.rows) await client.query(`drop database if exists ${datname} with (force)`);
  } finally {
    await client.end();
  }
}

/** One statement as the owner, outside of any transaction. */
export async function administer(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

export function urlOf(base: string, database: string): string {
  invariant(/^[a-z][a-z0-9_]{0,62}$/.test(database), `database name ${database}`);
  const url = new URL(base);
  url.pathname = `/${database}`;
  return url.href;
}

export function withLogin(base: string, user: string, password: string): string {
  const url = new URL(base);
  url.username = user;
  url.password = password;
  return url.href;
}
