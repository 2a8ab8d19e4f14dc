// A whole app for a test: its own database with a small synthetic city, the real modules, the real clients against simulators on
// loopback, over HTTP. Nothing of ours is replaced. `close` leaves nothing behind.

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createPlainServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import type { City } from '#city';
import { totpCode } from '#modules/identity';
import { systemClock, type Clock } from '#platform/clock';
import { createFolderBlobs } from '#adapters/blobs';
import { readConfig, type Environment } from '#platform/config';
import { openDatabase, type Database } from '#platform/db';
import { closeHttp, type Http } from '#platform/http';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { startBackground, type Background } from '#wiring/background';
import { createDemo } from '#wiring/demo';
import { makeAndLoad } from '#wiring/first-run';
import { followKeys, openKeyring } from '#wiring/keys';
import { connectParties, type Parties } from '#wiring/parties';
import { demonstrationScan } from '#wiring/scanner';
import { createServer } from '#wiring/server';
import { createServices, type Services } from '#wiring/services';
import { buildApps } from '#tools/build';
import { agreeToAll } from './consents.ts';
import { testDatabase, type TestDatabase } from './database.ts';

export type Caller = {
  readonly cookie: string;
  readonly csrf: string;
  /** Person or staff id. */
  readonly id: string;
  get(url: string): Promise<Answer>;
  post(url: string, body: object): Promise<Answer>;
};

// The body of an answer is whatever the route said; tests look into it.
// eslint-disable-next-line typescript/no-explicit-any
export type Answer = { readonly status: number; readonly body: any; readonly text: string };

export type TestApp = {
  readonly url: string;
  readonly app: Http;
  readonly services: Services;
  readonly parties: Parties;
  readonly city: City;
  readonly db: Database;
  readonly database: TestDatabase;
  readonly clock: Clock;
  readonly dataDir: string;
  /** Logs a member of staff in through the real door; the n-th who holds the role (1 unless said). */
  staff(role: string, nth?: number): Promise<Caller>;
  /** Logs a worker in by SMS code; a number nobody has registers a new person. */
  worker(phone: string): Promise<Caller>;
  anonymous(): Caller;
  close(): Promise<void>;
};

export type AppOptions = {
  /** People in the city besides its stories. */
  readonly workers?: number;
  /** How many of them lived their stories here; the others came with the register of an older system. */
  readonly lived?: number;
  /** Jobs and periodic loops; off where a test drives them itself. */
  readonly background?: boolean;
  readonly seed?: number;
  /** The name in the address; browsers know security keys on `localhost` and on no address. */
  readonly host?: 'localhost';
  /** Further settings, once the address of the app is known. */
  readonly settings?: (url: string) => Promise<Environment>;
};

export async function startApp(options: AppOptions = {}): Promise<TestApp> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gongdun-test-'));
  const database = await testDatabase();
  // The port is known only after listening: callbacks go through an address that is filled in then.
  const port = await holdPort();
  const callback = port.number;
  const url = `http://${options.host ?? '127.0.0.1'}:${callback}`;
  const loopback = `http://127.0.0.1:${callback}`;
  const config = readConfig(
    {
      // Journeys that end in a payment go from claim to bank in minutes; the wait of a new card has its own test.
      PAYOUT_COOLING_HOURS: '0',
      ...(await options.settings?.(url)),
      DATABASE_URL: database.ownerUrl,
      DEMO: 'on',
      DATA_DIR: dataDir,
      LOG_LEVEL: 'error',
      NODE_ENV: 'test',
    },
    ['--port', '0', '--workers', String(options.workers ?? 10), '--seed', String(options.seed ?? 1)],
  );
  const db = openDatabase({ url: database.appUrl, poolSize: 8, applicationName: 'gongdun-test' });
  const { keyring } = await openKeyring(database.ownerUrl, config, () => {});
  const unfollow = followKeys(db, keyring, config.masterKey, createLog({ level: 'error' }));
  const clock = systemClock();
  const parties = await connectParties(config, clock, { callbackBase: loopback });
  const services = createServices({
    config,
    keyring,
    db,
    clock,
    parties,
    metrics: createMetrics(),
    scan: demonstrationScan,
    blobs: createFolderBlobs(join(dataDir, 'files')),
    log: createLog({ level: 'silent' }),
    publicUrl: url,
  });
  await services.prepare();
  const city = await makeAndLoad(
    services,
    database.ownerUrl,
    { seed: config.seed, workers: config.workers, now: clock.now() },
    (paid) => parties.simulators.payment?.learn(paid),
    options.lived === undefined ? {} : { lived: options.lived },
  );
  await buildApps();
  const log = createLog({ level: 'error' });
  const app = await createServer({
    services,
    log,
    publicUrl: url,
    dist: join(import.meta.dirname, '..', 'dist'),
    health: {
      ownerUrl: database.ownerUrl,
      parties: parties.states,
      sms: parties.sms.health,
      scanner: 'demonstration',
      walSpool: null,
    },
    demo: createDemo(services, parties, city.accounts),
  });
  await port.release();
  await app.listen({ host: '127.0.0.1', port: callback });
  const background: Background | null = options.background
    ? await startBackground(services, { ownerUrl: database.ownerUrl, concurrency: 2, log })
    : null;

  const call = async (cookie: string, csrf: string, request: InjectOptions): Promise<Answer> => {
    const response = await app.inject({ ...request, headers: { cookie, 'x-csrf': csrf, ...request.headers } });
    const isJson = (response.headers['content-type'] ?? '').includes('json');
    return { status: response.statusCode, body: isJson ? JSON.parse(response.body) : null, text: response.body };
  };
  const caller = (cookie: string, csrf: string, id: string): Caller => ({
    cookie,
    csrf,
    id,
    get: (path) => call(cookie, csrf, { method: 'GET', url: path }),
    post: (path, body) => call(cookie, csrf, { method: 'POST', url: path, payload: body }),
  });

  // One login for each: a one-time code is good for one login only.
  const loggedIn = new Map<string, Promise<Caller>>();
  function staff(role: string, nth = 1): Promise<Caller> {
    const key = `${role}/${nth}`;
    const known = loggedIn.get(key) ?? logStaffIn(role, nth);
    loggedIn.set(key, known);
    return known;
  }

  async function logStaffIn(role: string, nth: number): Promise<Caller> {
    const account = city.accounts.filter((one) => one.role === role)[nth - 1];
    if (!account) throw new Error(`the city has no ${nth}. ${role}`);
    const first = await app.inject({
      method: 'POST',
      url: '/api/staff/login',
      payload: { login: account.login, password: account.password },
    });
    const pending = cookieOf(first.headers['set-cookie']);
    const second = await app.inject({
      method: 'POST',
      url: '/api/staff/totp',
      headers: { cookie: pending },
      payload: { code: totpCode(account.totpSecret, Date.now()) },
    });
    if (second.statusCode !== 200) throw new Error(`login of ${account.login} failed: ${second.body}`);
    const cookie = cookieOf(second.headers['set-cookie']);
    const me = await call(cookie, '', { method: 'GET', url: '/api/staff/me' });
    return caller(cookie, me.body.csrf, me.body.staff.staffId);
  }

  async function worker(phone: string): Promise<Caller> {
    await app.inject({ method: 'POST', url: '/api/worker/code', payload: { phone } });
    const code = await codeSentTo(phone);
    const done = await app.inject({ method: 'POST', url: '/api/worker/login', payload: { phone, code } });
    const body: { state: string; csrf?: string } = JSON.parse(done.body);
    if (body.state !== 'in') throw new Error(`${phone} is not registered: ${done.body}`);
    const cookie = cookieOf(done.headers['set-cookie']);
    const session = await services.identity.sessionOf(cookie.split('=')[1] ?? '', 'worker');
    const personId = session?.kind === 'worker' ? session.personId : '';
    await agreeToAll(services, personId);
    return caller(cookie, body.csrf ?? '', personId);
  }

  /** The code is sent after the commit, by SMS: it is read where the phone would show it. */
  async function codeSentTo(phone: string): Promise<string> {
    for (let tries = 0; tries < 100; tries += 1) {
      const sms = parties.simulators.sms?.messages({ phone, limit: 1 })[0];
      const code = sms ? /\d{6}/.exec(`${sms.text} ${JSON.stringify(sms)}`)?.[0] : undefined;
      if (code) return code;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`no code came to ${phone}`);
  }

  return {
    url,
    app,
    services,
    parties,
    city,
    db,
    database,
    clock,
    dataDir,
    staff,
    worker,
    anonymous: () => caller('', '', ''),
    close: async () => {
      await background?.stop();
      await unfollow();
      await closeHttp(app, 2_000);
      await parties.stop();
      await db.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function cookieOf(header: string | string[] | undefined): string {
  const first = [header ?? ''].flat()[0] ?? '';
  return first.split(';')[0] ?? '';
}

/**
 * A port that the simulators are told before the server listens on it. It is held until then: what is only looked up is given to
 * the next connection of any program.
 */
async function holdPort(): Promise<{ readonly number: number; release(): Promise<void> }> {
  const holder = createPlainServer();
  const number = await new Promise<number>((resolve, reject) => {
    holder.once('error', reject);
    holder.listen(0, '127.0.0.1', () => {
      const address = holder.address();
      if (typeof address === 'object' && address) resolve(address.port);
      else reject(new Error('no port'));
    });
  });
  return { number, release: () => new Promise((resolve) => holder.close(() => resolve())) };
}
