// Backups of an installation with the embedded server: what runs beside the service (shipping the log, the daily backup), and the same
// as a command. With a PostgreSQL of the operator's own the database is his; then only files and keys are taken here.

import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import type { BackupConfig, Config } from '#platform/config';
import { copyUploads, makeBackup, programVersion } from '#platform/backup-base';
import { listBackups, prepareStore, pruneBackups, type Manifest } from '#platform/backup-store';
import { shipWal } from '#platform/backup-wal';
import { embeddedPassword } from '#platform/embedded';
import type { RunningServer } from '#platform/embedded-running';
import { every } from '#platform/jobs';
import { fingerprint } from '#platform/keyring';
import type { Log } from '#platform/log';
import { SetupError } from '#platform/setup-error';

const root = join(import.meta.dirname, '..', '..');
const dayMs = 86_400_000;

/** Null where files lie in an S3-compatible store: its versions and copies are that store's to keep. */
export const filesFolder = (config: Pick<Config, 'dataDir' | 'ports'>): string | null =>
  config.ports.s3 ? null : join(config.dataDir, 'files');

export const backupKeys = z.object({ masterKey: z.string(), ownerPassword: z.string() });

export function requirePlace(config: Config): BackupConfig {
  if (config.backup) return config.backup;
  throw new SetupError(
    '没有设置备份目录。请设置 BACKUP_DIR（另一块盘上的文件夹）和 BACKUP_KEY（openssl rand -hex 32），重新启动工盾后再试。',
    'No backup folder is set. Set BACKUP_DIR (a folder on another disk) and BACKUP_KEY (openssl rand -hex 32), start Gongdun again and try again.',
  );
}

export async function backupNow(
  config: Config,
  server: RunningServer,
  say: (sentence: string) => void,
): Promise<Manifest> {
  return makeBackup({
    place: requirePlace(config),
    ...server,
    spool: server.walSpool,
    filesFolder: filesFolder(config),
    keys: backupKeys.parse({
      masterKey: config.masterKey.toString('hex'),
      ownerPassword: embeddedPassword(join(config.dataDir, 'postgres')),
    }),
    master: fingerprint(config.masterKey),
    program: programVersion(root),
    now: () => new Date(),
    say,
  });
}

type History = { readonly systemId: string; readonly timeline: number; readonly master?: string };

/** A day after the last backup, or at once when the last is another history's: the log alone cannot bring this one back. */
export function isDue(last: Manifest | undefined, ours: History, nowMs: number): boolean {
  return (
    !last ||
    last.systemId !== ours.systemId ||
    last.timeline !== ours.timeline ||
    // The log behind it holds keys that only the present master opens, and the backup has the former one.
    (ours.master !== undefined && last.master !== undefined && last.master !== ours.master) ||
    nowMs - Date.parse(last.startedAt) >= dayMs
  );
}

/** Each restore begins another timeline. */
async function historyOf(ownerUrl: string): Promise<History> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'gongdun-backup' });
  await client.connect();
  try {
    const found = await client.query<{ timeline: string; system_id: string }>(
      `select left(pg_walfile_name(pg_current_wal_lsn()), 8) as timeline, (pg_control_system()).system_identifier::text as system_id`,
    );
    const [row] = found.rows;
    return { systemId: row?.system_id ?? '', timeline: Number.parseInt(row?.timeline ?? '0', 16) };
  } finally {
    await client.end();
  }
}

/** Runs beside the service: the log goes out every few seconds, files every minute, and once a day everything is taken anew. */
export async function startBackups(config: Config, server: RunningServer, log: Log): Promise<() => Promise<void>> {
  const place = requirePlace(config);
  prepareStore(place);
  const ours = { ...(await historyOf(server.ownerUrl)), master: fingerprint(config.masterKey) };
  const stopBase = every(
    60_000,
    async () => {
      if (!isDue(listBackups(place)[0], ours, Date.now())) return;
      const made = await backupNow(config, server, (sentence) => log.warn(sentence));
      log.info({ backup: made.id, files: made.files.length }, 'a backup was made');
      pruneBackups(place, place.keepDays, Date.now());
    },
    log,
  );
  const stops = [
    every(5_000, () => shipWal(place, server.walSpool), log),
    every(60_000, () => copyUploads(place, filesFolder(config)), log),
  ];
  return async () => {
    // A backup under way may take an hour; broken off it counts for nothing, and the next start makes another.
    void stopBase();
    await Promise.all(stops.map((stop) => stop()));
    // What the database hands over while it stops goes with the next start.
    await shipWal(place, server.walSpool).catch((error: unknown) =>
      log.warn({ err: error }, 'the log waits in its spool'),
    );
  };
}
