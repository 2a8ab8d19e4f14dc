// What a worker's phone pays: bytes and requests of every page, and how the pages feel on a weak phone (Lighthouse, median of
// three, on three pages; on eight with --all; --no-lighthouse leaves it out).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { closeHttp, type Http } from '#platform/http';
import { invariant } from '#platform/errors';
import { createLog } from '#platform/log';
import { buildApps } from '#tools/build';
import { median, type BenchContext } from '#tools/bench-context';
import { createServer } from '#wiring/server';
import { everyPage, type PageVisit } from './support/pages.ts';
import { startWeakPhone } from './support/weak-phone.ts';
import { createWorld } from './support/world.ts';

export const about = "bytes and requests of every page of the worker's app, and Lighthouse on a weak phone";

const dist = join(import.meta.dirname, '..', 'dist');
const weakPages = 3;

export async function run(context: BenchContext): Promise<void> {
  await buildApps();
  const world = await createWorld(await context.startDatabase(), context.folder);
  context.keep(world.stop);
  const log = createLog({ level: 'warn' });
  const app = await createServer({
    services: world.services,
    log,
    publicUrl: 'http://127.0.0.1',
    dist,
    demo: null,
    health: null,
  });
  context.keep(() => closeHttp(app, 2_000));
  const { visits, weak } = await everyPage(world, app);

  await measureBytes(context, app, visits);
  context.emit('shared_script_brotli_bytes', brotliBytes(readFileSync(join(dist, 'worker', 'island.js'))), 'bytes');
  if (context.args.includes('--no-lighthouse')) return;
  const base = await app.listen({ host: '127.0.0.1', port: 0 });
  await measureWeak(context, base, context.args.includes('--all') ? weak : weak.slice(0, weakPages));
}

/** Style is inlined, so a page's answer is its HTML and CSS; other addresses in it are further requests. */
async function measureBytes(context: BenchContext, app: Http, visits: readonly PageVisit[]): Promise<void> {
  const pages: { url: string; bytes: number; requests: number }[] = [];
  const skipped: string[] = [];
  for (const { url, cookie } of visits) {
    const answer = await app.inject({ url: encodeURI(url), headers: { cookie, accept: 'text/html' } });
    invariant(answer.statusCode < 500, `${url} answered ${answer.statusCode}`);
    // A question that the answers so far do not ask sends elsewhere.
    if (answer.statusCode !== 200) {
      skipped.push(`${url} (${answer.statusCode})`);
      continue;
    }
    pages.push({ url, bytes: brotliBytes(answer.rawPayload), requests: 1 + requestsOf(answer.body) });
  }
  const heaviest = pages.toSorted((a, b) => b.bytes - a.bytes);
  context.say(
    `${pages.length} pages; heaviest: ${heaviest
      .slice(0, 3)
      .map(({ url, bytes }) => `${url} ${bytes}`)
      .join(', ')}`,
  );
  if (skipped.length > 0) context.say(`not asked or not there: ${skipped.join(', ')}`);
  context.emit('pages', pages.length, 'pages');
  context.emit('max_first_load_brotli_bytes', heaviest[0]?.bytes ?? 0, 'bytes');
  context.emit('max_requests', Math.max(...pages.map((page) => page.requests)), 'requests');
}

function requestsOf(html: string): number {
  const addresses = new Set<string>();
  for (const [tag] of html.matchAll(/<(?:script|img|link|iframe)\b[^>]*>/g)) {
    const address = /\b(?:src|href)="([^"]+)"/.exec(tag)?.[1];
    if (address && !address.startsWith('data:')) addresses.add(address);
  }
  return addresses.size;
}

function brotliBytes(bytes: Buffer): number {
  return brotliCompressSync(bytes).length;
}

async function measureWeak(context: BenchContext, base: string, pages: readonly PageVisit[]): Promise<void> {
  const phone = await startWeakPhone();
  context.keep(phone.stop);
  const found = [];
  for (const { url, cookie } of pages) {
    const runs = [];
    for (let count = 0; count < 3; count += 1) runs.push(await phone.visit(`${base}${url}`, cookie));
    const score = median(runs.map((one) => one.score));
    const lcpMs = median(runs.map((one) => one.lcpMs));
    context.say(`${url}: Lighthouse ${score}, LCP ${lcpMs.toFixed(0)} ms`);
    found.push({ score, lcpMs });
  }
  context.emit('min_weak_lighthouse', Math.min(...found.map((one) => one.score)), 'score');
  context.emit('max_weak_lcp_ms', Math.round(Math.max(...found.map((one) => one.lcpMs))), 'ms');
}
