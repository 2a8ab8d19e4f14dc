// A page on a weak phone, by Lighthouse: 400 kbit/s, 400 ms round trip, six times slower, in the Chromium of the tests. Chromium is
// started and ended here, by its own id.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import lighthouse from 'lighthouse';
import { invariant } from '#platform/errors';
import { findChromium } from '#test/chromium';

export type Weak = { readonly score: number; readonly lcpMs: number };
export type WeakPhone = { visit(url: string, cookie: string): Promise<Weak>; stop(): Promise<void> };

const weakNetwork = {
  rttMs: 400,
  throughputKbps: 400,
  cpuSlowdownMultiplier: 6,
  requestLatencyMs: 400,
  downloadThroughputKbps: 400,
  uploadThroughputKbps: 400,
};
const startLimitMs = 30_000;

export async function startWeakPhone(): Promise<WeakPhone> {
  const { path, flags } = await findChromium();
  const profile = mkdtempSync(join(tmpdir(), 'gongdun-weak-'));
  const chromium = spawn(path, [...flags, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: 'ignore',
  });
  const stop = async (): Promise<void> => {
    if (chromium.exitCode === null && chromium.signalCode === null) {
      const ended = once(chromium, 'exit');
      chromium.kill('SIGTERM');
      await ended;
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const { port, path: browserPath } = await debuggingDoor(join(profile, 'DevToolsActivePort'));
    return {
      stop,
      visit: async (url, cookie) => {
        await setCookie(`ws://127.0.0.1:${port}${browserPath}`, url, cookie);
        return visit(port, url);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function debuggingDoor(file: string): Promise<{ port: number; path: string }> {
  const endsMs = performance.now() + startLimitMs;
  while (performance.now() < endsMs) {
    const [port, path] = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    if (Number(port) > 0 && path) return { port: Number(port), path };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('Chromium did not open its debugging port');
}

/** The browser's only cookie from here on; none for an empty one. */
async function setCookie(browser: string, url: string, cookie: string): Promise<void> {
  const socket = new WebSocket(browser);
  await once(socket, 'open');
  const ask = async (id: number, method: string, params: object): Promise<void> => {
    const answered = once(socket, 'message');
    socket.send(JSON.stringify({ id, method, params }));
    await answered;
  };
  await ask(1, 'Storage.clearCookies', {});
  const [name = '', value = ''] = cookie.split('=');
  if (cookie !== '') await ask(2, 'Storage.setCookies', { cookies: [{ name, value, url }] });
  socket.close();
}

async function visit(port: number, url: string): Promise<Weak> {
  const result = await lighthouse(url, {
    port,
    output: 'json',
    logLevel: 'error',
    onlyCategories: ['performance'],
    formFactor: 'mobile',
    throttling: weakNetwork,
    // The cookie must stay; pages are not stored (cache-control: no-store), and the cache is cleared between runs.
    disableStorageReset: true,
  });
  const score = result?.lhr.categories['performance']?.score;
  const lcpMs = result?.lhr.audits['largest-contentful-paint']?.numericValue;
  const why = result?.lhr.runtimeError?.message ?? 'no result';
  invariant(typeof score === 'number' && typeof lcpMs === 'number', `Lighthouse gave no score for ${url}: ${why}`);
  return { score: Math.round(score * 100), lcpMs };
}
