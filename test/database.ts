// A database of its own for a test file, cloned from the migrated template. The file drops it in `afterAll`; a connection that
// the test left open makes that fail, so leaks are seen.

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { appRole } from '#platform/migrate';
import { administer, urlOf, withLogin } from './cluster.ts';

export type TestDatabase = {
  /** Connects as the owner, who migrates and may do all. */
  readonly ownerUrl: string;
  /** Connects as the application, under row-level security. */
  readonly appUrl: string;
  readonly name: string;
  /** Drops the database; throws when a connection to it is still open after two seconds. */
  drop(): Promise<void>;
};

export async function testDatabase(): Promise<TestDatabase> {
  const { template } = inject('cluster');
  return createDatabase(template);
}

/** A database without any table, for tests of the migrations themselves; `locale` as CREATE DATABASE takes it. */
export async function emptyDatabase(locale = ''): Promise<TestDatabase> {
  return createDatabase(`template0 ${locale}`);
}

async function createDatabase(template: string): Promise<TestDatabase> {
  const cluster = inject('cluster');
  const run = cluster.template.replace(/_template$/, '');
  const name = `${run}_${randomBytes(5).toString('hex')}`;
  await administer(cluster.maintenanceUrl, `create database ${name} template ${template}`);
  const ownerUrl = urlOf(cluster.maintenanceUrl, name);
  return {
    ownerUrl,
    appUrl: withLogin(ownerUrl, appRole, cluster.appPassword),
    name,
    drop: () => drop(cluster.maintenanceUrl, name),
  };
}

async function drop(maintenanceUrl: string, name: string): Promise<void> {
  // A closed connection is gone from the server a moment after the client's end.
  const leaks = await waitForNoConnections(maintenanceUrl, name, 2_000);
  await administer(maintenanceUrl, `drop database ${name} with (force)`);
  if (leaks.length > 0) throw new Error(`connections to ${name} were left open: ${leaks.join('; ')}`);
}

async function waitForNoConnections(maintenanceUrl: string, name: string, limitMs: number): Promise<string[]> {
  const client = new pg.Client({ connectionString: maintenanceUrl });
  await client.connect();
  try {
    const endMs = Date.now() + limitMs;
    for (;;) {
      const found = await client.query<{ label: string }>(
        `select application_name || ' ' || coalesce(state, '') || ' ' || left(query, 80) as label
           from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
        [name],
      );
      if (found.rows.length === 0 || Date.now() > endMs) return found.rows.map(({ label }) => label);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await client.end();
  }
}
