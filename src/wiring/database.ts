// From a configuration to a migrated database with its two roles: the embedded server, or the operator's own.

import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '#platform/config';
import { removeEmbedded, startEmbedded } from '#platform/embedded';
import { ensureAppRole, migrate } from '#platform/migrate';

export type PreparedDatabase = {
  readonly ownerUrl: string;
  readonly appUrl: string;
  /** Migrations applied at this start. */
  readonly applied: readonly string[];
  stop(): Promise<void>;
};

export async function prepareDatabase(
  config: Config,
  migrations: string,
  say: (line: string) => void,
): Promise<PreparedDatabase> {
  const dir = join(config.dataDir, 'postgres');
  if (config.fresh && !config.databaseUrl) removeEmbedded(dir);
  const server = config.databaseUrl ? null : await startEmbedded({ dir, say });
  const ownerUrl = config.databaseUrl ?? server?.ownerUrl ?? '';
  try {
    // Our own server is reached by its socket: no TCP between two processes of one machine.
    const appUrl = await ensureAppRole(server?.socketUrl ?? ownerUrl, {
      password: config.appDatabasePassword ?? derivedPassword(config),
    });
    const { applied } = await migrate(ownerUrl, { dir: migrations });
    return { ownerUrl, appUrl, applied, stop: async () => server?.stop() };
  } catch (error) {
    await server?.stop();
    throw error;
  }
}

/** The application's password follows from the master key: nothing to store, the same at every start. */
function derivedPassword(config: Config): string {
  return createHmac('sha256', config.masterKey).update('gongdun/app-role/1').digest('base64url');
}
