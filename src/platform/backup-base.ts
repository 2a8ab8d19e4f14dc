// A base backup of the running embedded server: PostgreSQL is told (pg_backup_start), its folder is copied as it stands, and the log
// written meanwhile makes the copy whole. Work goes on all the while. Broken off at any point it leaves a folder without a manifest,
// which counts for nothing.

import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { copyFile, open, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import pg from 'pg';
import { forceDisk, inParallel, sealTo, syncFolder } from './backup-seal.ts';
import {
  contextOfFile,
  keysContext,
  nameOfFile,
  pathsOf,
  prepareStore,
  writeManifest,
  type BackupPlace,
  type FileEntry,
  type Manifest,
} from './backup-store.ts';
import { shipWal } from './backup-wal.ts';
import { invariant } from './errors.ts';
import { newId } from './ids.ts';
import { reasonOf, SetupError } from './setup-error.ts';

export type BaseOptions = {
  readonly place: BackupPlace;
  readonly ownerUrl: string;
  readonly dataDir: string;
  readonly spool: string;
  /** Folder of the uploaded files, sealed with keys of their own; null where they lie elsewhere. */
  readonly filesFolder: string | null;
  /** What opens the data: goes into the backup sealed. */
  readonly keys: unknown;
  readonly program: string;
  readonly master: string;
  readonly now: () => Date;
  readonly say: (sentence: string) => void;
};

/** PostgreSQL's list of what a base backup leaves out: contents of folders that it makes anew, and files of this run. */
const emptied = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);
const leftOut = /^(postmaster\.(pid|opts)|pg_internal\.init.*|pgsql_tmp.*|backup_label.*|tablespace_map.*|.*\.tmp)$/;
const archiveMs = 300_000;

export async function makeBackup(options: BaseOptions): Promise<Manifest> {
  prepareStore(options.place);
  const startedAt = options.now().toISOString();
  const id = startedAt.replaceAll(/[-:]|\.\d+/g, '');
  const folder = pathsOf(options.place).of(id);
  mkdirSync(folder, { mode: 0o700 });
  const client = new pg.Client({
    connectionString: options.ownerUrl,
    connectionTimeoutMillis: 10_000,
    application_name: 'gongdun-backup',
  });
  client.on('error', () => {});
  await client.connect();
  try {
    const facts = await readFacts(client);
    // The backup belongs to this connection: when it breaks, PostgreSQL forgets it.
    await client.query(`select pg_backup_start('gongdun ${id}', true)`);
    const { folders, files } = await copyData(options, id, folder);
    await client.query(`set statement_timeout = ${archiveMs}`);
    const stop = await stopBackup(client);
    const labelName = 'label';
    const label = await sealTo(
      Buffer.from(stop.label),
      join(folder, labelName),
      options.place.key,
      contextOfFile(id, 'backup_label'),
    );
    files.push({ name: labelName, path: 'backup_label', ...label });
    await sealTo(Buffer.from(JSON.stringify(options.keys)), join(folder, 'keys'), options.place.key, keysContext(id));
    await shipWal(options.place, options.spool);
    const uploads = await copyUploads(options.place, options.filesFolder);
    const manifest: Manifest = {
      version: 1,
      id,
      startedAt,
      finishedAt: options.now().toISOString(),
      program: options.program,
      master: options.master,
      ...facts,
      startSegment: stop.startSegment,
      stopSegment: stop.stopSegment,
      folders,
      files,
      uploads,
    };
    await forceDisk(folder);
    await writeManifest(options.place, manifest);
    return manifest;
  } finally {
    await client.end().catch(() => {});
  }
}

async function readFacts(client: pg.Client) {
  const found = await client.query<{
    postgres: string;
    system_id: string;
    timeline: number;
    segment_bytes: string;
    archive_mode: string;
    migrations: number;
  }>(
    `select current_setting('server_version') as postgres, (pg_control_system()).system_identifier::text as system_id,
            (pg_control_checkpoint()).timeline_id as timeline, current_setting('archive_mode') as archive_mode,
            (select setting from pg_settings where name = 'wal_segment_size') as segment_bytes,
            (select count(*)::int from schema_migration) as migrations`,
  );
  const row = found.rows[0];
  invariant(row, 'the server says what it is');
  if (row.archive_mode !== 'on') {
    throw new SetupError(
      '数据库没有保留日志（archive_mode 未开），这样的备份恢复不到任意时刻。请设好 BACKUP_DIR 和 BACKUP_KEY，重新启动工盾后再备份。',
      'The database keeps no log (archive_mode is off). Set BACKUP_DIR and BACKUP_KEY, start Gongdun again, then make the backup.',
    );
  }
  return {
    postgres: row.postgres,
    systemId: row.system_id,
    timeline: row.timeline,
    segmentBytes: Number(row.segment_bytes),
    migrations: row.migrations,
  };
}

async function stopBackup(client: pg.Client): Promise<{ label: string; startSegment: string; stopSegment: string }> {
  try {
    const stopped = await client.query<{ label: string; stop_segment: string }>(
      `select labelfile as label, pg_walfile_name(lsn) as stop_segment from pg_backup_stop(true)`,
    );
    const row = stopped.rows[0];
    const startSegment = /^START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)/m.exec(row?.label ?? '')?.[1];
    invariant(row && startSegment, 'PostgreSQL says where the backup begins');
    return { label: row.label, startSegment, stopSegment: row.stop_segment };
  } catch (error) {
    throw new SetupError(
      `数据库日志没有归档成功（${reasonOf(error)}），这次备份作废。请检查磁盘空间和数据库日志 postgres.log 里 archive_command 的报错。`,
      `The database's log was not archived (${reasonOf(error)}); this backup is void. Check the disk and archive_command in postgres.log.`,
      error,
    );
  }
}

async function copyData(options: BaseOptions, id: string, folder: string) {
  const { dataDir, place } = options;
  const spaces = join(dataDir, 'pg_tblspc');
  invariant(!existsSync(spaces) || readdirSync(spaces).length === 0, 'the embedded database has no tablespaces');
  const folders: string[] = [];
  const files: FileEntry[] = [];
  const paths: string[] = [];
  for (const entry of readdirSync(dataDir, { recursive: true, withFileTypes: true })) {
    const path = relative(dataDir, join(entry.parentPath, entry.name)).split(sep).join('/');
    const [top = ''] = path.split('/');
    if (entry.isDirectory()) {
      if (path === top || !emptied.has(top) || path === 'pg_wal/archive_status') folders.push(path);
    } else if (entry.isFile() && !leftOut.test(entry.name) && !emptied.has(top)) paths.push(path);
  }
  // Last, as PostgreSQL's own tool does: it says where replaying begins.
  const control = 'global/pg_control';
  const take = async (path: string, index: number): Promise<void> => {
    const source = join(dataDir, path);
    // A table that was dropped meanwhile has no file any more.
    if (statSync(source, { throwIfNoEntry: false }) === undefined) return;
    const name = nameOfFile(index);
    try {
      const context = contextOfFile(id, path);
      files.push({
        name,
        path,
        ...(await sealTo(createReadStream(source), join(folder, name), place.key, context, false)),
      });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT' && !existsSync(source))) throw error;
    }
  };
  const others = paths.filter((one) => one !== control);
  await inParallel(others, take);
  await take(control, others.length);
  return { folders, files };
}

/** Folders that did not change since they were copied last are not looked into again. */
const copiedAt = new Map<string, number>();

/** Copies the uploaded files that the backup does not have. They never change: their name is the hash of their content. */
export async function copyUploads(place: Pick<BackupPlace, 'dir'>, from: string | null): Promise<number> {
  if (from === null || !existsSync(from)) return 0;
  const to = pathsOf(place).uploads;
  let count = 0;
  for (const name of readdirSync(from)) {
    const source = join(from, name);
    const found = statSync(source, { throwIfNoEntry: false });
    if (!found?.isDirectory()) continue;
    const target = join(to, name);
    const key = `${source}\n${target}`;
    if (copiedAt.get(key) === found.mtimeMs && existsSync(target)) continue;
    mkdirSync(target, { recursive: true, mode: 0o700 });
    const present = new Set(readdirSync(target));
    const wanted = readdirSync(source).filter((address) => !address.startsWith('.') && !present.has(address));
    for (const address of wanted) if (await copyWhole(join(source, address), join(target, address))) count += 1;
    if (wanted.length > 0) await syncFolder(target);
    // Within the same tick of the clock another file can still come.
    if (Date.now() - found.mtimeMs > 2_000) copiedAt.set(key, found.mtimeMs);
  }
  return count;
}

async function copyWhole(source: string, target: string): Promise<boolean> {
  const aside = join(dirname(target), `.${newId()}`);
  try {
    await copyFile(source, aside);
    const file = await open(aside, 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, target);
    return true;
  } catch (error) {
    await rm(aside, { force: true });
    // Swept away meanwhile.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT' && !existsSync(source)) return false;
    throw error;
  }
}

/** The version of the program, as package.json has it. */
export function programVersion(root: string): string {
  const parsed: { version?: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return parsed.version ?? '';
}
