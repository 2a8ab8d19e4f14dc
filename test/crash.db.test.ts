// kill -9, twice, in the middle of load: the program, and then PostgreSQL under it. A client that keeps its request ids and asks again
// loses nothing that was acknowledged and causes nothing twice. A real process, a real embedded server with its durability on.

import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { firstKeyring } from '#platform/keyring';
import { createLog } from '#platform/log';
import { systemClock } from '#platform/clock';
import { createFolderBlobs } from '#adapters/blobs';
import { readConfig } from '#platform/config';
import { openDatabase } from '#platform/db';
import { removeEmbedded } from '#platform/embedded';
import { createMetrics } from '#platform/metrics';
import { isAsked, purposes } from '#catalog/purposes';
import { prepareDatabase } from '#wiring/database';
import { connectParties } from '#wiring/parties';
import { demonstrationScan } from '#wiring/scanner';
import { createServices } from '#wiring/services';
import { root } from './repo-files.ts';

/** What the city's people asked for was asked before. */
let loadedAt = new Date();

type Write = { readonly requestId: string; readonly path: string; readonly body: object };
type Acknowledged = { readonly caseId: string; readonly seq: number };

let dataDir: string;
let port: number;
let server: ChildProcess | undefined;
let said = '';
let cookie = '';
let csrf = '';
/** What the client was promised, and what it still has to ask for again. */
const promised = new Map<string, Acknowledged>();
const open = new Map<string, Write>();
const opened = new Set<string>();

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'gongdun-test-'));
  // Under root the database has another user, who must be able to pass.
  chmodSync(dataDir, 0o711);
  port = await freePort();
});

afterAll(async () => {
  if (server?.exitCode === null && server.signalCode === null) {
    server.kill('SIGINT');
    await ended(server);
  }
  removeEmbedded(join(dataDir, 'postgres'));
  rmSync(dataDir, { recursive: true, force: true });
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

async function start(): Promise<ChildProcess> {
  const { DATABASE_URL: _given, ...env } = process.env;
  const child = spawn(process.execPath, ['src/main.ts', '--port', String(port), '--workers', '60'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, DEMO: 'on', DATA_DIR: dataDir, LOG_LEVEL: 'error' },
  });
  said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const endMs = Date.now() + 60_000;
  while (child.exitCode === null && Date.now() < endMs) {
    // Its last line: by then it serves, and has said who can log in.
    if (said.includes('按 Ctrl-C 停止')) return child;
    await delay(50);
  }
  throw new Error(`the program did not become ready:\n${said.slice(-2_000)}`);
}

const base = (): string => `http://127.0.0.1:${port}`;

async function post(path: string, body: object): Promise<Response> {
  return fetch(`${base()}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', cookie, 'x-csrf': csrf },
    signal: AbortSignal.timeout(10_000),
  });
}

async function login(): Promise<void> {
  const phone = /骑手手机号 (\d{11})/.exec(said)?.[1] ?? '';
  expect((await post('/api/worker/code', { phone })).status).toBe(200);
  let code: string | undefined;
  for (let tries = 0; code === undefined && tries < 100; tries += 1) {
    code = /class="bubble">[^<]*?(\d{6})/.exec(await (await fetch(`${base()}/dev/phone`)).text())?.[1];
    await delay(30);
  }
  const reply = await post('/api/worker/login', { phone, code });
  expect(reply.status).toBe(200);
  cookie = (reply.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
  const body: { csrf?: string } = JSON.parse(await reply.text());
  csrf = body.csrf ?? '';
  for (const { code, version } of purposes.filter(isAsked)) await agree(code, version);
}

/** By the phone's own page, one purpose at a time. */
async function agree(purpose: string, version: string): Promise<void> {
  const reply = await fetch(`${base()}/m/consent/DI-001`, {
    method: 'POST',
    body: new URLSearchParams({ purpose, agreed: version, csrf, request_id: randomUUID() }),
    headers: { cookie },
    redirect: 'manual',
  });
  expect(reply.status).toBe(303);
}

/** Sends a write once. Only an answer of the program counts; a broken line or "try again" leaves it open. */
async function attempt(write: Write): Promise<boolean> {
  open.set(write.requestId, write);
  const reply = await post(write.path, write.body).catch(() => null);
  if (!reply || reply.status >= 500) return false;
  const answer: Acknowledged = JSON.parse(await reply.text());
  if (reply.status !== 200 && reply.status !== 201)
    throw new Error(`${write.path}: ${reply.status} ${JSON.stringify(answer)}`);
  promised.set(write.requestId, { caseId: answer.caseId, seq: answer.seq });
  if (write.path === '/api/me/cases') opened.add(write.requestId);
  open.delete(write.requestId);
  return true;
}

/** Buys cover and urges what was bought, one after the other, until the program is gone or the time is over. */
async function load(ms: number, lane: number): Promise<void> {
  const endMs = Date.now() + ms;
  for (let count = 0; Date.now() < endMs; count += 1) {
    const day = new Date(Date.now() + (1 + ((count * 7 + lane) % 29)) * 86_400_000 + 8 * 3_600_000)
      .toISOString()
      .slice(0, 10);
    const requestId = randomUUID();
    const data = { cover_from: day, days: '1', work_type: '快递员', work_region: '350203', read_clause: 'on' };
    const done = await attempt({
      requestId,
      path: '/api/me/cases',
      body: { requestId, serviceCode: 'DI-001', region: '350203', data },
    });
    if (!done) return;
    const urgeId = randomUUID();
    const caseId = promised.get(requestId)?.caseId ?? '';
    if (
      !(await attempt({
        requestId: urgeId,
        path: `/api/me/cases/${caseId}/commands`,
        body: { requestId: urgeId, command: { type: 'urge' } },
      }))
    )
      return;
  }
}

const lanes = [0, 1, 2, 3, 4, 5];

async function settleOpen(): Promise<void> {
  const endMs = Date.now() + 20_000;
  while (open.size > 0 && Date.now() < endMs) {
    await Promise.all([...open.values()].map((write) => attempt(write)));
    if (open.size > 0) await delay(200);
  }
  expect(open.size, said.slice(-2_000)).toBe(0);
}

it('loses nothing that it acknowledged and does nothing twice', async () => {
  server = await start();
  loadedAt = new Date();
  await login();

  const firstLoad = Promise.all(lanes.map((lane) => load(20_000, lane)));
  await delay(1_500);
  server.kill('SIGKILL');
  await ended(server);
  await firstLoad;
  const beforeRestart = promised.size;
  expect(beforeRestart).toBeGreaterThan(20);
  expect(open.size).toBeGreaterThan(0);
  server = await start();
  await settleOpen();

  const secondLoad = Promise.all(lanes.map((lane) => load(20_000, lane)));
  await delay(1_500);
  const postmaster = Number(readFileSync(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(postmaster, 'SIGKILL');
  await secondLoad;
  expect(promised.size).toBeGreaterThan(beforeRestart + 20);
  await settleOpen();
  expect(server.exitCode).toBeNull();
  server.kill('SIGINT');
  const code = await ended(server);
  expect(code, said.slice(-3_000)).toBe(0);

  await compare();
}, 120_000);

/** The client's book against the database, opened anew. */
async function compare(): Promise<void> {
  const config = readConfig({ DEMO: 'on', DATA_DIR: dataDir, LOG_LEVEL: 'silent' }, ['--port', String(port)]);
  const database = await prepareDatabase(config, join(root, 'db'), () => {});
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  const db = openDatabase({ url: database.appUrl, poolSize: 4 });
  const clock = systemClock();
  const parties = await connectParties(config, clock, { callbackBase: base() });
  try {
    await owner.connect();
    const actions = await owner.query<{ request_id: string; case_id: string; firsts: number; steps: number }>(
      `select request_id, min(case_id::text) as case_id, count(*) filter (where type = 'opened')::int as firsts, count(distinct case_id)::int as steps
       from case_action where request_id is not null and actor_id = (select person_id from case_state where case_id = $1) group by request_id`,
      [[...promised.values()][0]?.caseId],
    );
    const done = new Map(actions.rows.map((one) => [one.request_id, one]));
    const faults: string[] = [];
    for (const [requestId, { caseId }] of promised) {
      const found = done.get(requestId);
      if (found?.case_id !== caseId)
        faults.push(`${requestId} was acknowledged for ${caseId} and stands for ${found?.case_id ?? 'nothing'}`);
      if (found?.steps !== 1 || found.firsts !== (opened.has(requestId) ? 1 : 0))
        faults.push(`${requestId} was done ${JSON.stringify(found)}`);
    }
    expect(faults).toEqual([]);
    // Everything was asked for until it was acknowledged, so nothing stands that the client does not know of.
    expect([...done.keys()].toSorted()).toEqual([...promised.keys()].toSorted());
    const answers = await owner.query<{ request_id: string }>('select request_id from request where at > $1', [
      loadedAt,
    ]);
    expect(answers.rows.map((one) => one.request_id).toSorted()).toEqual([...promised.keys()].toSorted());
    const doubled = await owner.query(
      'select case_id from payment_order where case_id = any($1) group by case_id having count(*) > 1',
      [[...promised.values()].map((one) => one.caseId)],
    );
    expect(doubled.rows).toEqual([]);
    const gaps = await owner.query(
      'select a.case_id from case_action a join case_state s using (case_id) group by a.case_id, s.seq having count(*) <> s.seq or max(a.seq) <> s.seq',
    );
    expect(gaps.rows).toEqual([]);

    const services = createServices({
      config,
      keyring: firstKeyring(config.masterKey),
      db,
      clock,
      parties,
      metrics: createMetrics(),
      scan: demonstrationScan,
      blobs: createFolderBlobs(join(dataDir, 'files')),
      log: createLog({ level: 'silent' }),
      publicUrl: base(),
    });
    await services.prepare();
    expect(await services.money.brokenPromises()).toEqual([]);
    const compared = await services.cases.compareStates();
    expect(compared.different).toEqual([]);
    expect(compared.checked).toBeGreaterThan(promised.size / 2);
  } finally {
    await owner.end();
    await db.close();
    await parties.stop();
    await database.stop();
  }
}
