// A new version takes over while people work: it migrates a busy table, shares the listening socket with the old one, and the old one
// leaves. No request may fail, neither a read nor a write, and none may wait for long. Real processes, as systemd would start them.

import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildApps } from '#tools/build';
import { purposesFor } from '#catalog/purposes';
import { testDatabase, type TestDatabase } from './database.ts';
import { root } from './repo-files.ts';

type Handle = { readonly fd: number; close(): void; getsockname(out: { port?: number }): number };
/** Bound and not listening, so that this process itself takes no connection, as systemd's does not. */
const bind = (net as unknown as { _createServerHandle(host: string, port: number, family: 4): Handle })
  ._createServerHandle;

let database: TestDatabase;
let folder: string;
let handle: Handle;
let port: number;
const children: ChildProcess[] = [];

beforeAll(async () => {
  await buildApps();
  database = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'gongdun-test-upgrade-'));
  handle = bind('127.0.0.1', 0, 4);
  const name: { port?: number } = {};
  handle.getsockname(name);
  port = name.port ?? 0;
  makeNewVersion(join(folder, 'new'));
}, 120_000);

afterAll(async () => {
  for (const child of children) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended(child);
  }
  handle?.close();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** The same program with one migration more: it takes the strongest lock on the table that every step writes. */
function makeNewVersion(at: string): void {
  for (const name of ['src', 'db', 'city', 'tools', 'dist', 'test', 'package.json', 'package-lock.json'])
    cpSync(join(root, name), join(at, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(at, 'node_modules'));
  const next = readdirSync(join(at, 'db')).filter((name) => /^\d{4}_/.test(name)).length + 1;
  writeFileSync(
    join(at, 'db', `${String(next).padStart(4, '0')}_upgrade_test.sql`),
    `alter table case_state add column upgrade_probe int;
     update case_state set upgrade_probe = 1;
     create index upgrade_probe_idx on case_state (upgrade_probe);`,
  );
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

type Instance = { readonly child: ChildProcess; said(): string };

async function start(at: string, more: Record<string, string> = {}): Promise<Instance> {
  const child = spawn(process.execPath, ['src/main.ts', '--workers', '30'], {
    cwd: at,
    stdio: ['ignore', 'pipe', 'pipe', handle.fd],
    env: {
      ...process.env,
      DEMO: 'on',
      DATABASE_URL: database.ownerUrl,
      // The role is the whole server's: another password would lock every other test out.
      APP_DATABASE_PASSWORD: decodeURIComponent(new URL(database.appUrl).password),
      DATA_DIR: join(folder, 'data'),
      LOG_LEVEL: 'warn',
      LISTEN_FDS: '1',
      DRAIN_SECONDS: '2',
      DATABASE_POOL: '10',
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      ...more,
    },
  });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const endMs = Date.now() + 90_000;
  while (child.exitCode === null && Date.now() < endMs) {
    if (said.includes('按 Ctrl-C 停止')) return { child, said: () => said };
    await delay(50);
  }
  throw new Error(`not ready:\n${said.slice(-2_000)}`);
}

const url = (path: string): string => `http://127.0.0.1:${port}${path}`;
let cookie = '';
let csrf = '';

const post = (path: string, body: object): Promise<Response> =>
  fetch(url(path), {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', cookie, 'x-csrf': csrf },
  });

async function login(phone: string): Promise<void> {
  expect((await post('/api/worker/code', { phone })).status).toBe(200);
  let code: string | undefined;
  for (let tries = 0; code === undefined && tries < 100; tries += 1) {
    code = /class="bubble">[^<]*?(\d{6})/.exec(await (await fetch(url('/dev/phone'))).text())?.[1];
    await delay(30);
  }
  const reply = await post('/api/worker/login', { phone, code });
  cookie = (reply.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
  const body: { csrf?: string } = JSON.parse(await reply.text());
  csrf = body.csrf ?? '';
  for (const { code, version } of purposesFor('DI-001')) {
    const word = { purpose: code, version, given: true, requestId: randomUUID() };
    expect((await post('/api/me/consents', word)).status).toBe(200);
  }
}

type Seen = { reads: number; writes: number; failed: string[]; slowestMs: number };

/** Reads and writes one after the other until told to stop; whatever is no good answer is kept. */
async function work(seen: Seen, isOver: () => boolean, kind: 'read' | 'write'): Promise<void> {
  while (!isOver()) {
    const beganMs = performance.now();
    try {
      const reply = kind === 'read' ? await fetch(url('/m'), { headers: { cookie } }) : await enrol();
      await reply.text();
      if (reply.status >= 300) seen.failed.push(`${kind} ${reply.status}`);
    } catch (error) {
      seen.failed.push(`${kind} ${String(error instanceof Error ? (error.cause ?? error) : error)}`);
    }
    seen.slowestMs = Math.max(seen.slowestMs, performance.now() - beganMs);
    if (kind === 'read') seen.reads += 1;
    else seen.writes += 1;
    await delay(15);
  }
}

let day = 0;
function enrol(): Promise<Response> {
  day += 1;
  const from = new Date(Date.now() + (1 + (day % 29)) * 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 10);
  const data = { cover_from: from, days: '1', work_type: '快递员', work_region: '350203', read_clause: 'on' };
  return post('/api/me/cases', { requestId: randomUUID(), serviceCode: 'DI-001', region: '350203', data });
}

/** A report that runs for a while: it holds the weakest lock on the table that the migration changes. */
async function longReport(ms: number): Promise<void> {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  try {
    await client.query('begin');
    await client.query('select count(*) from case_state');
    await delay(ms);
    await client.query('commit');
  } finally {
    await client.end();
  }
}

async function migrated(): Promise<boolean> {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  const found = await client.query(`select 1 from schema_migration where name like '%upgrade_test%'`);
  await client.end();
  return found.rowCount === 1;
}

it('no request fails while a version with a migration takes over under load', { timeout: 240_000 }, async () => {
  const old = await start(root);
  await login(/骑手手机号 (\d{11})/.exec(old.said())?.[1] ?? '');
  const seen: Seen = { reads: 0, writes: 0, failed: [], slowestMs: 0 };
  let over = false;
  const lanes = [1, 2, 3, 4].map((lane) => work(seen, () => over, lane % 2 === 0 ? 'write' : 'read'));
  await delay(1_000);

  const report = longReport(8_000);
  const next = await start(join(folder, 'new'));
  await report;
  expect(await migrated()).toBe(true);
  const both = seen.reads + seen.writes;
  await delay(1_000);
  expect(old.child.exitCode, 'the old version serves until it is told to leave').toBeNull();
  old.child.kill('SIGTERM');
  expect(await ended(old.child)).toBe(0);
  const alone = seen.reads + seen.writes;
  await delay(1_500);
  over = true;
  await Promise.all(lanes);

  expect(seen.failed).toEqual([]);
  expect(seen.writes).toBeGreaterThan(20);
  expect(alone).toBeGreaterThan(both);
  expect(seen.reads + seen.writes, 'the new version serves alone').toBeGreaterThan(alone);
  // Nobody queued up behind the migration for longer than it waits for its lock.
  expect(seen.slowestMs).toBeLessThan(5_000);
  next.child.kill('SIGTERM');
  expect(await ended(next.child)).toBe(0);
});

it('connections made while nobody listens wait for the next version', { timeout: 120_000 }, async () => {
  const waiting = fetch(url('/healthz')).then((reply) => reply.status);
  const next = await start(join(folder, 'new'));
  expect(await waiting).toBe(200);
  next.child.kill('SIGTERM');
  expect(await ended(next.child)).toBe(0);
});
