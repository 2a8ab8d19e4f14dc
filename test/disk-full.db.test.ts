// R3: the disk of the data fills up under a running program. Writes are refused with a sentence while there is still room, what was
// acknowledged stays, reads go on, and when there is room again everything goes on by itself: the same processes, no restart.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildApps } from '#tools/build';
import { purposesFor } from '#catalog/purposes';
import { root } from './repo-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'gongdun-test-disk-'));
/** A disk of our own needs the right to mount one; without it the test says that it did not run. */
const canMount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=900m', 'tmpfs', folder]).status === 0;
const dataDir = join(folder, 'data');
const reserveMb = 150;
let child: ChildProcess | undefined;
let port = 0;
let said = '';
let cookie = '';
let csrf = '';

beforeAll(async () => {
  if (!canMount) return;
  await buildApps();
  port = await new Promise<number>((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
  const { DATABASE_URL: _given, ...env } = process.env;
  child = spawn(process.execPath, ['src/main.ts', '--port', String(port), '--workers', '20'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, DEMO: 'on', DATA_DIR: dataDir, LOG_LEVEL: 'warn', DISK_RESERVE_MB: String(reserveMb) },
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => (said += bytes.toString()));
  for (let tries = 0; tries < 1_800 && !said.includes('按 Ctrl-C 停止'); tries += 1) {
    if (child.exitCode !== null) throw new Error(said.slice(-2_000));
    await delay(50);
  }
  await login();
}, 120_000);

afterAll(async () => {
  if (child && child.exitCode === null) {
    const gone = new Promise((resolve) => child?.once('exit', resolve));
    child.kill('SIGINT');
    await gone;
  }
  if (canMount) spawnSync('umount', ['-l', folder]);
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const url = (path: string): string => `http://127.0.0.1:${port}${path}`;
const post = (path: string, body: object): Promise<Response> =>
  fetch(url(path), {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', cookie, 'x-csrf': csrf },
  });
const read = (path: string): Promise<Response> => fetch(url(path), { headers: { cookie } });

async function login(): Promise<void> {
  const phone = /骑手手机号 (\d{11})/.exec(said)?.[1] ?? '';
  expect((await post('/api/worker/code', { phone })).status).toBe(200);
  let code: string | undefined;
  for (let tries = 0; code === undefined && tries < 100; tries += 1) {
    code = /class="bubble">[^<]*?(\d{6})/.exec(await (await read('/dev/phone')).text())?.[1];
    await delay(50);
  }
  const reply = await post('/api/worker/login', { phone, code });
  cookie = (reply.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
  const body: { csrf?: string } = JSON.parse(await reply.text());
  csrf = body.csrf ?? '';
  for (const { code: purpose, version } of purposesFor('DI-001'))
    await post('/api/me/consents', { purpose, version, given: true, requestId: randomUUID() });
}

let day = 0;
let last = '';
/** Opens a case; the same request id again is the same case. */
function enrol(requestId: string, nth: number): Promise<Response> {
  const from = new Date(Date.now() + (1 + nth) * 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 10);
  const data = { cover_from: from, days: '1', work_type: '快递员', work_region: '350203', read_clause: 'on' };
  return post('/api/me/cases', { requestId, serviceCode: 'DI-001', region: '350203', data });
}

const freeMb = (): number => {
  const { bavail, bsize } = statfsSync(folder);
  return (bavail * bsize) / 1_048_576;
};

function fill(name: string, leaveMb: number): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.alloc(Math.max(0, Math.floor((freeMb() - leaveMb) * 1_048_576))));
  return path;
}

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await what().catch(() => false)) return;
    await delay(100);
  }
  throw new Error(`it did not come to pass: ${last}\n${said.slice(-400)}`);
}

it.skipIf(!canMount)(
  'refuses writes with a sentence, goes on reading, and recovers by itself',
  async () => {
    const postmaster = () => readFileSync(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0];
    const before = postmaster();
    const acknowledged: string[] = [];
    for (; day < 5; day += 1) {
      const reply = await enrol(randomUUID(), day);
      expect(reply.ok, await reply.clone().text()).toBe(true);
      acknowledged.push(((await reply.json()) as { caseId: string }).caseId);
    }
    for (const leaveMb of [reserveMb - 60, 0]) {
      const waiting = randomUUID();
      const filler = fill(`filler-${leaveMb}`, leaveMb);
      // The server looks at its disk from time to time; until then PostgreSQL itself may be what refuses.
      await until(async () => (await (await enrol(randomUUID(), 20)).text()).includes('http.disk_full'));
      const refused = await enrol(waiting, day);
      const problem = (await refused.json()) as { code: string; detail: string; next: string };
      expect([refused.status, problem.code]).toEqual([503, 'http.disk_full']);
      expect([problem.detail, problem.next].join('')).toContain('暂时不能办理');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      for (const path of ['/m', '/api/me/seen', `/m/cases/${acknowledged[0]}`, '/m/services'])
        expect((await read(path)).status, path).toBeLessThan(400);

      rmSync(filler);
      await until(async () => (await read('/readyz')).status === 200);
      await until(async () => {
        const reply = await enrol(waiting, day);
        if (reply.ok) acknowledged.push(((await reply.json()) as { caseId: string }).caseId);
        else last = await reply.text();
        return reply.ok;
      });
      day += 1;
    }
    expect(child?.exitCode).toBeNull();
    expect(postmaster(), 'PostgreSQL never stopped').toBe(before);
    for (const caseId of acknowledged) expect((await read(`/m/cases/${caseId}`)).status).toBe(200);
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
  },
  90_000,
);
