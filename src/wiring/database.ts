// From a configuration to a migrated database with its two roles: the embedded server, or the operator's own.

import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '#platform/config';
import { removeEmbedded, startEmbedded, type EmbeddedServer } from '#platform/embedded';
import { ensureAppRole, migrate } from '#platform/migrate';
import { SetupError } from '#platform/setup-error';
import { openKeyring, type OpenedKeys } from './keys.ts';

export type PreparedDatabase = OpenedKeys & {
  readonly ownerUrl: string;
  readonly appUrl: string;
  /** Migrations applied at this start. */
  readonly applied: readonly string[];
  /** The server that is ours; null where the operator looks after his own. */
  readonly embedded: Pick<EmbeddedServer, 'dataDir' | 'walSpool'> | null;
  stop(): Promise<void>;
};

export async function prepareDatabase(
  config: Config,
  migrations: string,
  say: (line: string) => void,
): Promise<PreparedDatabase> {
  const dir = join(config.dataDir, 'postgres');
  if (config.fresh && !config.databaseUrl) removeEmbedded(dir);
  const server = config.databaseUrl ? null : await startEmbedded({ dir, say, archive: config.backup !== null });
  const ownerUrl = config.databaseUrl ?? server?.ownerUrl ?? '';
  try {
    // Our own server is reached by its socket: no TCP between two processes of one machine.
    const appUrl = await ensureAppRole(server?.socketUrl ?? ownerUrl, {
      password: config.appDatabasePassword ?? derivedSecret(config, 'app-role'),
    });
    const { applied } = await migrate(ownerUrl, { dir: migrations });
    const opened = await openKeyring(ownerUrl, config, say);
    return { ...opened, ownerUrl, appUrl, applied, embedded: server, stop: async () => server?.stop() };
  } catch (error) {
    await server?.stop();
    throw unreachable(error) ?? error;
  }
}

/** What an operator can do about a PostgreSQL that does not let us in; null for every other failure. */
function unreachable(error: unknown): SetupError | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'ECONNRESET', 'ENOENT'].includes(code)) {
    return new SetupError(
      '连不上 DATABASE_URL 指向的 PostgreSQL。请检查地址、端口和防火墙，确认它已启动；或去掉 DATABASE_URL 用自带的数据库。',
      'PostgreSQL at DATABASE_URL cannot be reached. Check address, port and firewall, or unset DATABASE_URL to use the embedded one.',
      error,
    );
  }
  if (['28P01', '28000', '3D000'].includes(code)) {
    return new SetupError(
      'PostgreSQL 拒绝了 DATABASE_URL 里的用户、口令或数据库名。请核对；数据库要先建好。',
      'PostgreSQL refused the user, password or database of DATABASE_URL. Check them; the database must exist.',
      error,
    );
  }
  return null;
}

/** A secret of our own follows from the master key: nothing to store, the same at every start, and no part of the key itself. */
export function derivedSecret(
  config: Pick<Config, 'masterKey' | 'previousMasterKey'>,
  use: 'app-role' | 'simulators',
): string {
  // While the master is replaced the former one's: whoever started with it connects still.
  return createHmac('sha256', config.previousMasterKey ?? config.masterKey)
    .update(`gongdun/${use}/1`)
    .digest('base64url');
}
