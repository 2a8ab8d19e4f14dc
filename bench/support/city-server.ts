// The real server on a synthetic city, in a process of its own, after its tables were grown to the size that a bench asks for. Says
// where it listens and who at which desk is logged in, and serves until it is told to stop.

import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import pg from 'pg';
import { z } from 'zod';
import { loadCity, makeCity, type DemoAccount } from '#city';
import { serviceHash } from '#modules/catalogue';
import { totpCode } from '#modules/identity';
import { invariant } from '#platform/errors';
import { closeHttp, type Http } from '#platform/http';
import { createLog } from '#platform/log';
import { keepFresh, startBackground } from '#wiring/background';
import { createServer } from '#wiring/server';
import { asChild } from './children.ts';
import { growCases, growCover, type CoverQuestion } from './grow.ts';
import { startBuying, type Buying } from './list-buyers.ts';
import { createWorld, type World } from './world.ts';

const input = z.object({
  ownerUrl: z.string(),
  appUrl: z.string(),
  pid: z.number(),
  folder: z.string(),
  poolSize: z.number(),
  workers: z.number(),
  /** Cases in all; the city's own are copied until there are so many. */
  cases: z.number(),
  /** Rows of the ledger of cover, and people in it about whom one may ask; none unless said. */
  coverEntries: z.number().default(0),
  coverAsked: z.number().default(0),
  /** People a second whom companies insure by lists meanwhile, and people of a list; nobody unless said. */
  enrolPerSecond: z.number().default(0),
  listPeople: z.number().default(500),
  /** Whether jobs run in this process too. */
  background: z.boolean().default(true),
  /** Roles of which every account logs in. */
  roles: z.array(z.string()),
});

export type CityServing = {
  readonly port: number;
  readonly cases: number;
  readonly openTasks: number;
  readonly questions: readonly CoverQuestion[];
  readonly clerks: readonly { readonly login: string; readonly cookie: string; readonly todo: number }[];
};

asChild(async (message, say) => {
  const given = input.parse(message);
  const world = await createWorld(given, given.folder, { poolSize: given.poolSize });
  const { services } = world;
  const { masterKey, origin } = services.config;
  const now = services.clock.now();
  const city = await makeCity({
    seed: 1,
    workers: given.workers,
    now,
    masterKey,
    origin,
    serviceHash,
    pricing: services.pricing,
  });
  await loadCity(given.ownerUrl, city);
  await services.prepare();
  const owner = new pg.Client({ connectionString: given.ownerUrl });
  await owner.connect();
  const grown = await growCases(owner, given.cases);
  const adjuster = city.accounts.find((one) => one.role === 'insurer_adjuster');
  const reader = adjuster ? await grantOf(owner, adjuster.login) : '';
  const questions =
    given.coverEntries > 0 ? await growCover(owner, given.coverEntries, given.coverAsked, { reader, now }) : [];
  await owner.end();
  const log = createLog({ level: 'warn' });
  const dist = join(import.meta.dirname, '..', '..', 'dist');
  const app = await createServer({ services, log, publicUrl: 'http://127.0.0.1', dist, demo: null, health: null });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const background = given.background
    ? await startBackground(services, { ownerUrl: given.ownerUrl, concurrency: 2, log })
    : keepFresh(services, log);
  const address = app.server.address();
  invariant(typeof address === 'object' && address, 'the server listens');
  const clerks = [];
  for (const account of city.accounts) {
    if (given.roles.includes(account.role)) clerks.push(await logIn(app, account));
  }
  say({ port: address.port, ...grown, questions, clerks } satisfies CityServing);
  const buying = given.enrolPerSecond > 0 ? await buyFor(services, given) : null;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  return async () => {
    log.warn({ p99Ms: delay.percentile(99) / 1e6, maxMs: delay.max / 1e6 }, 'delay of the event loop');
    await buying?.stop().catch((error: unknown) => log.error({ err: error }, 'a list was not insured'));
    await background.stop();
    await closeHttp(app, 2_000);
    await world.stop();
  };
});

/** The first company of the first district that insures people. */
async function buyFor(services: World['services'], given: z.infer<typeof input>): Promise<Buying> {
  const region = '350203';
  const orgId = services.orgs.route('enterprise', region);
  invariant(orgId, 'a company of the city insures its people');
  const owner = new pg.Client({ connectionString: given.ownerUrl });
  await owner.connect();
  const { rows } = await owner.query<{ staff_id: string }>(
    'select staff_id from staff_role where org_id = $1 limit 1',
    [orgId],
  );
  await owner.end();
  const { enrolPerSecond: perSecond, listPeople } = given;
  return startBuying(services, { orgId, staffId: rows[0]?.staff_id ?? '', region, perSecond, listPeople });
}

/** The first role of an account, as rows name their readers. */
async function grantOf(owner: pg.Client, login: string): Promise<string> {
  const { rows } = await owner.query<{ reader: string }>(
    `select r.role || '@' || r.org_id as reader from staff_role r join staff s using (staff_id) where s.login = $1 limit 1`,
    [login],
  );
  return rows[0]?.reader ?? '';
}

/** By the real door: password, then the one-time code. */
async function logIn(app: Http, account: DemoAccount): Promise<CityServing['clerks'][number]> {
  const { login, password, totpSecret } = account;
  const first = await app.inject({ method: 'POST', url: '/api/staff/login', payload: { login, password } });
  const second = await app.inject({
    method: 'POST',
    url: '/api/staff/totp',
    headers: { cookie: cookieOf(first.headers['set-cookie']) },
    payload: { code: totpCode(totpSecret, Date.now()) },
  });
  const cookie = cookieOf(second.headers['set-cookie']);
  const page = await app.inject({ method: 'GET', url: '/api/desk/tasks', headers: { cookie } });
  invariant(page.statusCode === 200, `${login} sees the work list: ${page.body}`);
  const { counts } = z.object({ counts: z.object({ todo: z.number() }) }).parse(JSON.parse(page.body));
  return { login, cookie, todo: counts.todo };
}

function cookieOf(header: string | string[] | undefined): string {
  return [header ?? ''].flat()[0]?.split(';')[0] ?? '';
}
