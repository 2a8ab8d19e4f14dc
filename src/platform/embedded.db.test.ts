// The embedded server as an operator meets it: first and second start, root, a port in use, and every way of dying.

import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { isAlive, readPostmasterPid, waitUntil } from './embedded-owner.ts';
import { removeEmbedded, startEmbedded, type EmbeddedOptions, type EmbeddedServer } from './embedded.ts';
import { SetupError } from './setup-error.ts';

const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === 'linux';
const folders: string[] = [];
const servers: EmbeddedServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  for (const folder of folders.splice(0)) {
    removeEmbedded(join(folder, 'pg'));
    rmSync(folder, { recursive: true, force: true });
  }
});

function newFolder(mode = 0o711): string {
  const folder = mkdtempSync(join(tmpdir(), 'gongdun-test-embedded-'));
  chmodSync(folder, mode);
  folders.push(folder);
  return join(folder, 'pg');
}

async function start(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const server = await startEmbedded({ settings: { shared_buffers: '16MB' }, ...options });
  servers.push(server);
  return server;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** A process of its own that starts the server and then waits to be killed. */
async function startInChild(dir: string): Promise<{ child: ChildProcess; url: string; pid: number }> {
  const program = `
    const { startEmbedded } = await import(${JSON.stringify(join(import.meta.dirname, 'embedded.ts'))});
    const server = await startEmbedded({ dir: ${JSON.stringify(dir)}, settings: { shared_buffers: '16MB' } });
    console.log(JSON.stringify({ url: server.ownerUrl, pid: server.pid }));
    setInterval(() => {}, 1000);`;
  const cwd = join(import.meta.dirname, '..', '..');
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [first] = await once(child.stdout, 'data');
  return { child, ...(JSON.parse(String(first)) as { url: string; pid: number }) };
}

async function kill9(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** The shell that ties the server's life to its starter's. */
function leashOf(pid: number): number {
  const found = readdirSync('/proc').find((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').endsWith(`\0sh\0${pid}\0`);
    } catch {
      return false;
    }
  });
  return Number(found);
}

describe('starting', () => {
  test('a first start makes a durable UTF-8 database, a second finds it within 1.5 s, and a stop leaves no process', async () => {
    const dir = newFolder();
    const first = await start({ dir });
    const settings = await query(
      first.ownerUrl,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit, current_setting('wal_level') as wal,
              current_setting('data_checksums') as checksums, current_setting('server_encoding') as encoding,
              current_setting('listen_addresses') as listens, (select datcollate from pg_database where datname = current_database()) as locale`,
    );
    expect(settings).toEqual([
      {
        fsync: 'on',
        commit: 'on',
        wal: 'replica',
        checksums: 'on',
        encoding: 'UTF8',
        listens: '127.0.0.1',
        locale: 'C.UTF-8',
      },
    ]);
    await query(first.ownerUrl, `create table kept (word text); insert into kept values ('工盾')`);
    const firstPid = first.pid;
    await first.stop();
    expect(isAlive(firstPid)).toBe(false);
    expect(existsSync(join(dir, 'owner.json'))).toBe(false);

    const startedAt = performance.now();
    const second = await start({ dir });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(await query(second.socketUrl, 'select word from kept')).toEqual([{ word: '工盾' }]);
    expect(statSync(join(dir, 'owner-password')).mode & 0o777).toBe(0o600);
    await expect(query(second.ownerUrl.replace(/:[^:@]+@/, ':wrong@'), 'select 1')).rejects.toThrow('password');
  });

  test.runIf(isRoot && isLinux)(
    'under root the server has an unprivileged user, even below a folder that only root may enter',
    async () => {
      const dir = newFolder(0o700);
      const said: string[] = [];
      const server = await start({ dir, say: (sentence) => said.push(sentence) });
      const uids = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'));
      expect(uids?.[1]).toBe('65534');
      expect(said.join('\n')).toContain('/var/tmp/');
      expect(server.dataDir.startsWith('/var/tmp/gongdun-')).toBe(true);
      await server.stop();
      removeEmbedded(dir);
      expect(existsSync(server.dataDir)).toBe(false);
    },
  );

  test('what a first run that was cut off left is not mistaken for a database', async () => {
    const dir = newFolder();
    mkdirSync(join(dir, 'making-4711', 'data'), { recursive: true });
    writeFileSync(join(dir, 'making-4711', 'data', 'PG_VERSION'), '18\n');
    const server = await start({ dir });
    expect(await query(server.ownerUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(readdirSync(dir).filter((name) => name.startsWith('making-'))).toEqual([]);
  });
});

describe('refusing', () => {
  test('a port in use is a sentence, and nothing is left running or claimed', async () => {
    const dir = newFolder();
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    await expect(start({ dir, port })).rejects.toThrow(`端口 ${port} 已被占用`);
    blocker.close();
    await once(blocker, 'close');
    expect(readPostmasterPid(join(dir, 'data'))).toBeUndefined();
    const server = await start({ dir, port });
    expect(server.port).toBe(port);
  });

  test('a second start on the same data is refused while the first one runs, and does not disturb it', async () => {
    const dir = newFolder();
    const server = await start({ dir });
    await expect(start({ dir })).rejects.toThrow(SetupError);
    expect(await query(server.ownerUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('data of another major version are named and left alone', async () => {
    const dir = newFolder();
    const server = await start({ dir });
    await server.stop();
    writeFileSync(join(server.dataDir, 'PG_VERSION'), '14\n');
    await expect(start({ dir })).rejects.toThrow('PostgreSQL 14');
  });
});

describe('dying', () => {
  test('when its starter is killed, the server ends by itself and keeps what it acknowledged', async () => {
    const dir = newFolder();
    const { child, url, pid } = await startInChild(dir);
    await query(url, 'create table kept (n int); insert into kept values (1)');
    await kill9(child);
    expect(await waitUntil(() => !isAlive(pid), 10_000)).toBe(true);
    const server = await start({ dir });
    expect(await query(server.ownerUrl, 'select n from kept')).toEqual([{ n: 1 }]);
  });

  test.runIf(isLinux)('an orphan that still runs is stopped by the next start, which says so', async () => {
    const dir = newFolder();
    const { child, url, pid } = await startInChild(dir);
    await query(url, 'create table kept (n int); insert into kept values (1)');
    process.kill(leashOf(pid), 'SIGKILL');
    await kill9(child);
    expect(isAlive(pid)).toBe(true);
    const said: string[] = [];
    const server = await start({ dir, say: (sentence) => said.push(sentence) });
    expect(said.join('\n')).toContain(String(pid));
    expect(isAlive(pid)).toBe(false);
    expect(await query(server.ownerUrl, 'select n from kept')).toEqual([{ n: 1 }]);
  });

  test('a stale pid file whose number belongs to another program does not stop a start', async () => {
    const dir = newFolder();
    const server = await start({ dir });
    await server.stop();
    writeFileSync(join(server.dataDir, 'postmaster.pid'), `${process.ppid}\n${server.dataDir}\n0\n5432\n\n\n\nready\n`);
    const again = await start({ dir });
    expect(await query(again.ownerUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(isAlive(process.ppid)).toBe(true);
  });

  test.runIf(isLinux)('a killed server that nobody reaps does not stop a start', async () => {
    const dir = newFolder();
    const { child, url, pid } = await startInChild(dir);
    const port = Number(new URL(url).port);
    await query(url, 'create table kept (n int); insert into kept values (1)');
    const path = join(dir, 'data', 'postmaster.pid');
    const [, ...rest] = readFileSync(path, 'utf8').split('\n');
    await kill9(child);
    process.kill(pid, 'SIGKILL');
    // What a first process does that never waits for its children: the shell becomes a sleep and leaves a zombie behind.
    // Of the server's own user: another's PostgreSQL would rightly take for a stranger.
    const { uid, gid } = statSync(path);
    const careless = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {
      ...(isRoot ? { uid, gid } : {}),
      cwd: '/',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const zombie = Number(String((await once(careless.stdout, 'data'))[0]));
    expect(await waitUntil(() => !isAlive(zombie), 5_000)).toBe(true);
    expect(process.kill(zombie, 0)).toBe(true);
    writeFileSync(path, [zombie, ...rest].join('\n'));
    const lock = join(dir, 'socket', `.s.PGSQL.${port}.lock`);
    if (existsSync(lock)) writeFileSync(lock, [zombie, ...readFileSync(lock, 'utf8').split('\n').slice(1)].join('\n'));
    const server = await start({ dir, port });
    expect(await query(server.ownerUrl, 'select n from kept')).toEqual([{ n: 1 }]);
    await kill9(careless);
  });

  test('PostgreSQL killed under us comes back on the same port with what it acknowledged', async () => {
    const dir = newFolder();
    const server = await start({ dir });
    await query(server.ownerUrl, 'create table kept (n int); insert into kept values (1)');
    const killed = server.pid;
    process.kill(killed, 'SIGKILL');
    expect(await waitUntil(() => server.pid !== killed, 20_000)).toBe(true);
    expect(await query(server.ownerUrl, 'select n from kept')).toEqual([{ n: 1 }]);
  });
});
