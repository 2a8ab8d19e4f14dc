// A backup made into a data folder again: checked, opened into an empty place, its log replayed up to a moment, and stopped. What is
// missing or damaged is said with its place, and then nothing is left behind that looks like a database. The original is never touched.

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { forceDisk, inParallel, openTo, openWhole, SealBroken, sha256OfFile } from './backup-seal.ts';
import {
  contextOfFile,
  keysContext,
  listBackups,
  pathsOf,
  readManifest,
  type BackupPlace,
  type Manifest,
} from './backup-store.ts';
import { walChain } from './backup-wal.ts';
import { startEmbedded, type EmbeddedServer } from './embedded.ts';
import { prepareHome, type EmbeddedHome } from './embedded-home.ts';
import { giveTo } from './embedded-init.ts';
import { SetupError } from './setup-error.ts';

export type RestoreOptions = {
  readonly place: BackupPlace;
  /** The new data folder; must not exist or be empty. */
  readonly into: string;
  /** Undefined replays everything there is. */
  readonly until?: Date;
  readonly id?: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly say: (sentence: string) => void;
};

export type Restored = {
  readonly manifest: Manifest;
  /** What opens the restored data, from the backup. */
  readonly keys: unknown;
  readonly segments: number;
  readonly server: EmbeddedServer;
};

const replayMs = 6 * 3_600_000;

/** Gives the restored server running, promoted, without archiving; the caller proves it and stops it. */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { place, say } = options;
  const into = resolve(options.into);
  if (existsSync(into) && readdirSync(into).length > 0) {
    throw new SetupError(
      `目录 ${into} 不是空的。恢复只写入新的空目录，请换一个 --into。`,
      `The folder ${into} is not empty. A restore writes into a new, empty folder only: choose another --into.`,
    );
  }
  const manifest = chooseBackup(options);
  const madeInto = !existsSync(into);
  mkdirSync(into, { recursive: true, mode: 0o711 });
  const home = prepareHome(join(into, 'postgres'), say);
  try {
    say(`正在恢复备份 ${manifest.id}（完成于 ${manifest.finishedAt}）…`);
    // What is missing of the log is known soon, the database's folder takes long.
    const replay = await unpackWal(place, manifest, home, options.until === undefined);
    const keys = await unpack(place, manifest, home);
    await forceDisk(home.home);
    say(`已解开 ${manifest.files.length} 个文件、${replay.segments.length} 个日志段，正在重放…`);
    const server = await replayLog(options, manifest, home, replay);
    await copyUploadsBack(place, join(into, 'files'));
    rmSync(walOf(home), { recursive: true, force: true });
    return { manifest, keys, segments: replay.segments.length, server };
  } catch (error) {
    rmSync(home.home, { recursive: true, force: true });
    rmSync(join(into, 'postgres'), { recursive: true, force: true });
    rmSync(join(into, 'files'), { recursive: true, force: true });
    if (madeInto) rmSync(into, { recursive: true, force: true });
    throw error;
  }
}

function chooseBackup({ place, until, id }: RestoreOptions): Manifest {
  const whole = listBackups(place);
  const limit = until?.toISOString();
  const chosen = id
    ? whole.find((one) => one.id === id)
    : whole.find((one) => limit === undefined || one.finishedAt <= limit);
  if (!chosen) {
    const known = whole.map((one) => `${one.id}（${one.finishedAt}）`).join('、') || '无';
    throw new SetupError(
      `没有合适的备份：${id ? `找不到 ${id}` : `${limit} 之前没有完整的备份`}。现有：${known}。`,
      `No backup suits: ${id ? `${id} is not there` : `none was whole before ${limit}`}. There are: ${known}.`,
    );
  }
  if (limit !== undefined && chosen.finishedAt > limit) {
    throw new SetupError(
      `备份 ${chosen.id} 完成于 ${chosen.finishedAt}，恢复不到它之前的 ${limit}。请选更早的备份。`,
      `The backup ${chosen.id} was finished at ${chosen.finishedAt}; a moment before that (${limit}) needs an earlier one.`,
    );
  }
  return readManifest(place, chosen.id);
}

const walOf = ({ home }: EmbeddedHome): string => join(home, 'wal-restore');

async function unpack(place: BackupPlace, manifest: Manifest, { home, runAs }: EmbeddedHome): Promise<unknown> {
  const folder = pathsOf(place).of(manifest.id);
  const data = join(home, 'data');
  const make = (path: string): void => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    giveTo(path, runAs);
  };
  make(data);
  for (const path of manifest.folders.toSorted()) make(join(data, path));
  await inParallel(manifest.files, async (file) => {
    const source = join(folder, file.name);
    const target = join(data, file.path);
    if (!existsSync(dirname(target))) make(dirname(target));
    await orDamaged(source, file.path, async () => {
      if ((await sha256OfFile(source)) !== file.sha256) throw new SealBroken('not the file of the manifest');
      await openTo(source, target, place.key, contextOfFile(manifest.id, file.path));
    });
    chmodSync(target, 0o600);
    giveTo(target, runAs);
  });
  const keysPath = join(folder, 'keys');
  const keys: unknown = await orDamaged(keysPath, 'keys', async () =>
    JSON.parse((await openWhole(keysPath, place.key, keysContext(manifest.id))).toString('utf8')),
  );
  const password =
    typeof keys === 'object' && keys !== null && 'ownerPassword' in keys ? String(keys.ownerPassword) : '';
  writeFileSync(join(home, 'owner-password'), `${password}\n`, { mode: 0o600, flush: true });
  return keys;
}

async function orDamaged<T>(path: string, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isOurs =
      error instanceof SealBroken || (error instanceof Error && 'code' in error && error.code === 'ENOENT');
    if (!isOurs) throw error;
    throw new SetupError(
      `备份文件 ${path}（${what}）缺失、损坏或被改动，不能用它恢复。请用 backup list 选另一份备份。`,
      `The file ${path} (${what}) of the backup is missing, damaged or changed; it cannot be restored. Choose another backup.`,
      error,
    );
  }
}

type Replay = { readonly segments: readonly string[]; readonly broken: { segment: string; reason: string } | null };

/** Opens the log up to the first segment that is missing or damaged; whether that is too early is seen when it is replayed. */
async function unpackWal(
  place: BackupPlace,
  manifest: Manifest,
  home: EmbeddedHome,
  needsAll: boolean,
): Promise<Replay> {
  const { wal } = pathsOf(place);
  const chain = walChain(place, manifest);
  const to = walOf(home);
  mkdirSync(to, { recursive: true, mode: 0o700 });
  giveTo(to, home.runAs);
  let broken = chain.missing === null ? null : { segment: chain.missing, reason: '缺失 missing' };
  const segments: string[] = [];
  for (const name of chain.segments) {
    const target = join(to, name);
    try {
      await openTo(join(wal, name), target, place.key, `wal/${name}`);
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      rmSync(target, { force: true });
      broken = { segment: name, reason: '损坏 damaged' };
      break;
    }
    giveTo(target, home.runAs);
    segments.push(name);
  }
  // Without a moment everything was asked for, so a gap is a refusal; with one it may lie behind it.
  if (broken && (needsAll || broken.segment <= manifest.stopSegment))
    throw logBroken(join(wal, broken.segment), broken.reason, null);
  return { segments, broken };
}

function logBroken(path: string, reason: string, until: Date | null): SetupError {
  const wanted = until ? `恢复不到 ${until.toISOString()}` : '之后的记录恢复不了';
  return new SetupError(
    `日志段 ${path} ${reason}，${wanted}。请找回这个文件；或用 --time 选它之前的时刻，或另选一份它之后做的备份。`,
    `The log segment ${path} is ${reason}; what comes after it cannot be restored. Find that file, choose an earlier --time, or a later backup.`,
  );
}

async function replayLog(
  options: RestoreOptions,
  manifest: Manifest,
  home: EmbeddedHome,
  replay: Replay,
): Promise<EmbeddedServer> {
  const { until, place } = options;
  const signal = join(home.home, 'data', 'recovery.signal');
  writeFileSync(signal, '', { mode: 0o600 });
  giveTo(signal, home.runAs);
  const from = walOf(home).replaceAll(`'`, `'\\''`);
  const settings: Record<string, string> = {
    restore_command: `cp '${from}/%f' "%p"`,
    recovery_target_timeline: 'current',
    recovery_target_action: 'promote',
    archive_mode: 'off',
    ...(until ? { recovery_target_time: until.toISOString().replace('T', ' ').replace('Z', '+00') } : {}),
    ...options.settings,
  };
  const dir = join(resolve(options.into), 'postgres');
  const logPath = join(home.home, 'postgres.log');
  try {
    const server = await startEmbedded({ dir, settings, readyMs: replayMs, say: options.say });
    // A copy of another moment than was asked for is worse than none: only PostgreSQL's own word that it stopped there counts.
    if (!until || /recovery stopping (before|after)/.test(readFileSync(logPath, 'utf8'))) return server;
    await server.stop();
    throw new Error(endedEarly);
  } catch (error) {
    if (replay.broken)
      throw logBroken(join(pathsOf(place).wal, replay.broken.segment), replay.broken.reason, until ?? null);
    throw tooLate(logPath, until, error) ?? error;
  }
}

const endedEarly = 'recovery ended before configured recovery target was reached';

/** PostgreSQL does not stop at a moment that its log does not reach. */
function tooLate(logPath: string, until: Date | undefined, error: unknown): SetupError | null {
  const log = existsSync(logPath) ? readFileSync(logPath, 'utf8') : '';
  const isEarly = log.includes(endedEarly) || (error instanceof Error && error.message === endedEarly);
  if (!until || !isEarly) return null;
  const last = /last completed transaction was at log time ([^\n]+)/.exec(log)?.[1] ?? '—';
  return new SetupError(
    `备份里的日志还没有到 ${until.toISOString()}，最后一笔在 ${last}。不写 --time 即恢复到最后一笔；或等这一分钟的日志归档后再试。`,
    `The log of the backup does not reach ${until.toISOString()}; its last transaction was at ${last}. Leave out --time to restore up to there.`,
    error,
  );
}

async function copyUploadsBack(place: BackupPlace, to: string): Promise<void> {
  const from = pathsOf(place).uploads;
  if (!existsSync(from)) return;
  for (const name of readdirSync(from)) {
    mkdirSync(join(to, name), { recursive: true, mode: 0o700 });
    for (const address of readdirSync(join(from, name)).filter((one) => !one.startsWith('.')))
      await copyFile(join(from, name, address), join(to, name, address));
  }
}
