// A real PostgreSQL that comes with the program, for a laptop, a trial and the tests: made on the first run, started and stopped
// with us, durable unless a test asks otherwise. It listens on the loopback interface and a local socket only. It is not for
// a production with several hosts; there DATABASE_URL names a server that somebody looks after.

import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archiveSettings, spoolOf } from './backup-wal.ts';
import { embeddedHome, prepareHome, type EmbeddedHome, type RunAs } from './embedded-home.ts';
import { checkVersion, ensureDatabase, giveTo, initialise, owner, readPassword } from './embedded-init.ts';
import { claimHome, clearLeftovers, ourMark, readPostmasterPid, releaseHome, stopPostgres } from './embedded-owner.ts';
import { reasonOf, SetupError } from './setup-error.ts';

export { removeEmbedded } from './embedded-home.ts';
export { hasLivingOwner } from './embedded-owner.ts';

export type EmbeddedOptions = {
  /** Folder of the server: data, password, log. It is made if missing. */
  readonly dir: string;
  /** 0 takes a free port. */
  readonly port?: number;
  /** Overrides of PostgreSQL's settings. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Keeps the write-ahead log for the backup, in a spool beside the data. */
  readonly archive?: boolean;
  /** A server that replays its log first needs longer. */
  readonly readyMs?: number;
  /** Name of the program's database. */
  readonly database?: string;
  /** Hears what the operator should know, one sentence at a time. */
  readonly say?: (sentence: string) => void;
};

export type EmbeddedServer = {
  readonly ownerUrl: string;
  /** The same database through the local socket, a little faster. */
  readonly socketUrl: string;
  readonly port: number;
  /** Changes when PostgreSQL died and was started again. */
  readonly pid: number;
  readonly dataDir: string;
  /** Where finished segments of the log wait to be taken into the backup. */
  readonly walSpool: string;
  stop(): Promise<void>;
};

const readyLimitMs = 60_000;
const restartsMax = 5;
const restartWindowMs = 60_000;

const laptopSettings: Readonly<Record<string, string>> = {
  shared_buffers: '256MB',
  max_connections: '120',
  // Backup copies the data with its WAL (pg_backup_start), for which `minimal` is not enough.
  wal_level: 'replica',
  fsync: 'on',
  synchronous_commit: 'on',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
  // Statements may hold personal data; they never reach the log.
  log_min_error_statement: 'panic',
  log_parameter_max_length_on_error: '0',
};

type Running = { readonly child: ChildProcess; readonly pid: number; ended: boolean };
type Launch = {
  readonly place: EmbeddedHome;
  readonly dataDir: string;
  readonly socketDir: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly readyMs: number;
};

export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const say = options.say ?? (() => {});
  const place = prepareHome(options.dir, say);
  claimHome(place.home);
  let socketDir: string | undefined;
  try {
    const dataDir = join(place.home, 'data');
    await clearLeftovers(dataDir, say);
    const archive = options.archive ? archiveSettings(place.home, place.runAs) : {};
    const settings = { ...laptopSettings, ...archive, ...options.settings };
    if (!existsSync(dataDir)) await initialise(place, dataDir, settings['fsync'] !== 'off');
    checkVersion(place, dataDir);
    socketDir = makeSocketDir(place);
    const launch: Launch = { place, dataDir, socketDir, settings, readyMs: options.readyMs ?? readyLimitMs };
    return await supervise(launch, options, say);
  } catch (error) {
    if (socketDir !== undefined) rmSync(socketDir, { recursive: true, force: true });
    releaseHome(place.home);
    throw error;
  }
}

async function supervise(launch: Launch, options: EmbeddedOptions, say: (sentence: string) => void) {
  const { place, dataDir, socketDir } = launch;
  const password = readPassword(place.home);
  const port = await choosePort(options.port ?? 0);
  let stopping = false;
  let current = await launchPostgres(launch, port);
  let restarting: Promise<void> | undefined;
  let deaths: number[] = [];

  // PostgreSQL that was killed is started again: what was acknowledged is in its log, and nobody should have to do it by hand.
  function watch(running: Running): void {
    running.child.once('exit', () => {
      if (stopping) return;
      deaths = [...deaths.filter((at) => Date.now() - at < restartWindowMs), Date.now()];
      if (deaths.length > restartsMax) {
        say(`数据库反复退出，不再重启，请查看 ${logOf(place.home)}。PostgreSQL keeps ending: read that log.`);
        return;
      }
      say('数据库意外退出，正在重新启动。PostgreSQL ended unexpectedly: starting it again.');
      restarting = relaunch().catch((error: unknown) => say(reasonOf(error)));
    });
  }
  async function relaunch(): Promise<void> {
    const next = await launchPostgres(launch, port);
    current = next;
    if (stopping) await end(next);
    else watch(next);
  }
  watch(current);

  const database = options.database ?? 'gongdun';
  const server: EmbeddedServer = {
    ownerUrl: `postgresql://${owner}:${password}@127.0.0.1:${port}/${database}`,
    socketUrl: `postgresql://${owner}:${password}@${encodeURIComponent(socketDir)}:${port}/${database}`,
    port,
    get pid() {
      return current.pid;
    },
    dataDir,
    walSpool: spoolOf(place.home),
    stop: async () => {
      if (stopping) return;
      stopping = true;
      await restarting;
      await end(current);
      rmSync(socketDir, { recursive: true, force: true });
      releaseHome(place.home);
    },
  };
  try {
    await ensureDatabase(server.ownerUrl, database);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

async function end(running: Running): Promise<void> {
  // From here on the program waits for it.
  running.child.ref();
  await stopPostgres(running.pid, (ms) => {
    if (running.ended) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(running.ended), ms);
      running.child.once('exit', () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  });
}

/** Starts the server and waits until it accepts connections. The port of a killed server can need a moment to be free. */
async function launchPostgres(launch: Launch, port: number): Promise<Running> {
  const endMs = Date.now() + launch.readyMs;
  for (;;) {
    const logStart = sizeOf(logOf(launch.place.home));
    const running = spawnPostgres(launch, port);
    while (!running.ended && Date.now() < endMs) {
      const state = readPostmasterPid(launch.dataDir);
      if (state?.pid === running.pid && state.isReady) return running;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    if (!running.ended) {
      await end(running);
      throw startFailed(launch.place.home, `not ready after ${launch.readyMs / 1000} s`);
    }
    const log = readLog(launch.place.home, logStart);
    // The children of a killed server hold its shared memory until they have noticed.
    if (Date.now() < endMs && /pre-existing shared memory|is the system starting up/.test(log)) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    if (/could not (bind|create any TCP)/.test(log)) throw portInUse(port);
    throw startFailed(launch.place.home, log.trim().split('\n').slice(-4).join('\n'));
  }
}

const chrt = '/usr/bin/chrt';

/**
 * On a machine of few cores, whatever we send wakes a server process that takes the core from us at once, while another core may
 * stand idle. Under Linux's batch policy (which needs no right) it waits its turn: a seventh more steps a second on two cores.
 */
function yielding(program: string, args: readonly string[]): [string, readonly string[]] {
  return process.platform === 'linux' && existsSync(chrt) ? [chrt, ['-b', '0', program, ...args]] : [program, args];
}

function spawnPostgres({ place, dataDir, socketDir, settings }: Launch, port: number): Running {
  const all = {
    ...settings,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: socketDir,
    unix_socket_permissions: '0700',
  };
  const args = ['-D', dataDir, '-c', ourMark, '-p', String(port)];
  for (const [name, value] of Object.entries(all)) args.push('-c', `${name}=${value}`);
  const log = openSync(logOf(place.home), 'a', 0o600);
  // A group of its own: Ctrl-C on the terminal must reach us, not the database under us.
  const [program, rest] = yielding(join(place.binDir, 'postgres'), args);
  const child = spawn(program, rest, {
    ...place.runAs,
    cwd: dataDir,
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', PGDATA: dataDir },
  });
  closeSync(log);
  const running: Running = { child, pid: child.pid ?? 0, ended: child.pid === undefined };
  const leash = child.pid === undefined ? undefined : tie(child.pid, place.runAs);
  child.once('error', () => {
    running.ended = true;
  });
  child.once('exit', () => {
    running.ended = true;
    leash?.kill('SIGKILL');
  });
  child.unref();
  return running;
}

/**
 * Ties the server's life to ours, even when we are killed with no time to say goodbye: a shell waits on a pipe that only we
 * hold open, and when the kernel closes it, asks the server to stop.
 */
function tie(pid: number, runAs: RunAs): ChildProcess | undefined {
  if (process.platform === 'win32') return undefined;
  const leash = spawn('/bin/sh', ['-c', 'read -r line; kill -INT "$1" 2>/dev/null', 'sh', String(pid)], {
    ...runAs,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  leash.on('error', () => {});
  leash.unref();
  const pipe = leash.stdin;
  if (pipe !== null && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
  return leash;
}

/** A socket's whole path may have 107 bytes; a deep folder's socket goes to the temporary folder. */
function makeSocketDir({ home, runAs }: EmbeddedHome): string {
  const near = join(home, 'socket');
  const isShort = Buffer.byteLength(near) <= 80;
  // The lock beside a killed server's socket names a process that may still stand there as a zombie.
  rmSync(near, { recursive: true, force: true });
  const dir = isShort ? near : mkdtempSync(join(tmpdir(), 'gongdun-socket-'));
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o700);
  giveTo(dir, runAs);
  return dir;
}

async function choosePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', () => reject(portInUse(wanted)));
    probe.listen({ port: wanted, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(portInUse(wanted));
      });
    });
  });
}

function portInUse(port: number): SetupError {
  return new SetupError(
    `数据库端口 ${port} 已被占用。请停止占用它的程序，或换一个端口。`,
    `The database port ${port} is in use. Stop the program that uses it, or choose another port.`,
  );
}

function logOf(home: string): string {
  return join(home, 'postgres.log');
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** The owner's password of a server that was made in `dir`. */
export function embeddedPassword(dir: string): string {
  return readPassword(embeddedHome(dir) ?? dir);
}

/** What the log gained since `from`, at most its last 4,000 bytes. */
function readLog(home: string, from: number): string {
  const size = sizeOf(logOf(home));
  const start = Math.max(from, size - 4_000);
  const buffer = Buffer.alloc(Math.max(0, size - start));
  const file = openSync(logOf(home), 'r');
  try {
    readSync(file, buffer, 0, buffer.length, start);
  } finally {
    closeSync(file);
  }
  return buffer.toString('utf8');
}

function startFailed(home: string, detail: string): SetupError {
  return new SetupError(
    `数据库没有启动，原因见 ${logOf(home)}：\n${detail}`,
    `PostgreSQL did not start; the reason is in ${logOf(home)}.`,
  );
}
