// A small world for tests of money and cover: the real case engine, the real services of daily insurance, PostgreSQL, and the real
// clients against the simulated payment party, bank and insurer, whose callbacks arrive over HTTP. Only the job queue is short: what a
// transaction enqueues is kept until the test drains it.

import { randomBytes, randomUUID } from 'node:crypto';
import { createBankClient, startBankSimulator } from '#adapters/bank';
import { createInsurerClient, startInsurerSimulator } from '#adapters/insurer';
import { createPaymentClient, startPaymentSimulator } from '#adapters/payment';
import type { Role, Service } from '#catalog';
import { di001 } from '#catalog/services/daily-insurance/di-001';
import { di003 } from '#catalog/services/daily-insurance/di-003';
import { di004 } from '#catalog/services/daily-insurance/di-004';
import { di005 } from '#catalog/services/daily-insurance/di-005';
import { di006 } from '#catalog/services/daily-insurance/di-006';
import { di007 } from '#catalog/services/daily-insurance/di-007';
import { di008 } from '#catalog/services/daily-insurance/di-008';
import { di009 } from '#catalog/services/daily-insurance/di-009';
import { di010 } from '#catalog/services/daily-insurance/di-010';
import { createCases, openOfPerson, readState, type Actor, type Cases } from '#modules/cases';
import { createCover, type Cover } from '#modules/cover';
import { createMoney, moneyRoutes, withoutKeys, type Officer } from '#modules/money';
import { addOrg } from '#modules/orgs';
import { createTrace } from '#modules/trace';
import { personGrant, roleGrant, systemAccess, workerAccess, type Access } from '#platform/access';
import { createBreaker } from '#platform/breaker';
import { statutoryCalendar } from '#platform/calendar';
import { fixedClock } from '#platform/clock';
import { createCrypto } from '#platform/crypto';
import { openDatabase, statement, type Tx } from '#platform/db';
import { Refusal } from '#platform/errors';
import { closeHttp, createHttp } from '#platform/http';
import type { JobOptions } from '#platform/jobs';
import { createLog } from '#platform/log';
import { testDatabase, type TestDatabase } from '#test/database';

const region = '350203';
const services = new Map(
  [di001, di003, di004, di005, di006, di007, di008, di009, di010].map((service) => [service.code, service]),
);

const addPerson = statement<[string, string, Buffer], never>(
  'world.add_person',
  `insert into person (person_id, name_sealed, name_index, id_type, id_number_sealed, id_number_index, phone_sealed, phone_index,
     birth_day, sex, region, readers, created_at, synthetic)
   values ($1, '', $3, 'resident_id', '', $3, '', $3, $2, 'unknown', '350203', array['*'], now(), true)`,
);
const addStaff = statement<[string, string, string], never>(
  'world.add_staff',
  `insert into staff (staff_id, login, name, org_id, password_hash, totp_secret_sealed) values ($1, $2, $2, $3, 'none', '')`,
);

export type Worker = {
  readonly personId: string;
  readonly access: Access;
  readonly actor: Actor;
  readonly name: string;
  readonly card: string;
};
export type World = Awaited<ReturnType<typeof makeWorld>>;

const partyLink = { clientId: 'gongdun-test', secret: 'a-secret-of-the-test' };
const quick = { callbackRetryMs: 20, callbackAttempts: 8 };

export async function makeWorld(start = '2026-05-03T02:00:00.000Z', given?: TestDatabase) {
  const database = given ?? (await testDatabase());
  const db = openDatabase({ url: database.appUrl, poolSize: 12 });
  const clock = fixedClock(start);
  const now = () => new Date(clock.now());
  const crypto = createCrypto(Buffer.alloc(32, 7));
  const trace = createTrace('gongdun.test', crypto);
  const insurerOrg = randomUUID();
  const roles: readonly Role[] = [
    'insurer_underwriter',
    'insurer_adjuster',
    'insurer_finance',
    'traffic_police',
    'supervisor',
    'hrss_window',
    'medical_expert',
    'bank',
  ];
  const people = new Map<string, { name: string; card: string; birthDay: string }>();

  const app = await createHttp({ log: createLog({ level: 'silent' }), publicUrl: 'http://localhost' });
  const asker: { current: { actor: Actor; access: Access } | null } = { current: null };
  const paymentSim = await startPaymentSimulator({ now, ...quick, faults: { lie: { refundDelayMs: 5 } } });
  const listening = { url: '' };

  const jobs: { identifier: string; payload: unknown }[] = [];
  /** Jobs for a later time; a test brings them forward when that time has come. */
  const laterJobs: typeof jobs = [];
  const enqueue = (tx: Tx, identifier: string, payload: unknown, jobOptions: JobOptions = {}) => {
    const job = { identifier, payload: JSON.parse(JSON.stringify(payload)) as unknown };
    tx.onCommit(() => (jobOptions.runAt ? laterJobs : jobs).push(job));
  };

  let cases: Cases;
  const casesPort = {
    lock: (tx: Tx, caseId: string) => cases.lock(tx, caseId),
    event: (tx: Tx, input: Parameters<Cases['event']>[1]) => cases.event(tx, input),
    read: async (tx: Tx, caseId: string) => (await tx.maybe(readState, [caseId]))?.state ?? null,
    openOf: async (tx: Tx, personId: string, serviceCode: string) =>
      (await tx.run(openOfPerson, [personId, serviceCode])).map((row) => row.state),
  };
  const personOf = (personId: string) => {
    const found = people.get(personId);
    if (!found) throw new Error(`no person ${personId}`);
    return found;
  };

  // Port 0 needs the server first, and the server needs the routes first: the parties behind the routes are filled in after.
  const breaker = () => createBreaker({ failuresToOpen: 1_000 });
  const insurerSim = await startInsurerSimulator({ now, ...partyLink });
  const insurer = createInsurerClient({
    ...partyLink,
    baseUrl: insurerSim.url,
    timeoutMs: 400,
    now,
    breaker: breaker(),
  });
  const payment = createPaymentClient({
    ...paymentSim.credentials,
    channel: 'h5',
    planId: 12_535,
    timeoutMs: 400,
    now,
    breaker: breaker(),
    get notifyUrl() {
      return `${listening.url}/ports/payment/callback`;
    },
    get refundNotifyUrl() {
      return `${listening.url}/ports/payment/callback`;
    },
  });
  const bankBox: { port?: ReturnType<typeof createBankClient> } = {};
  const bank: ReturnType<typeof createBankClient> = {
    submitBatch: (batch) => bankOf().submitBatch(batch),
    queryLine: (reference) => bankOf().queryLine(reference),
    statement: (day) => bankOf().statement(day),
    verifyCallback: (headers, body) => bankOf().verifyCallback(headers, body),
  };
  function bankOf() {
    if (!bankBox.port) throw new Error('the bank is not there yet');
    return bankBox.port;
  }

  /** People whose death a window has checked. */
  const dead = new Set<string>();
  /** Who holds the role only in the place of others. */
  const absent = new Map<string, readonly string[]>();
  /** Whether an insurer underwrites here. */
  const market = { isServed: true };
  const money = createMoney({
    db,
    clock,
    crypto,
    trace,
    enqueue,
    payment,
    withholding: payment.withholding,
    debitsSettled: (tx, paid, failed) => cover.renewals.settled(tx, paid, failed),
    bank,
    cases: casesPort,
    findPayee: async (_tx, personId) => ({ name: personOf(personId).name, card: null }),
    sharesOf: (...input) => cover.sharesOf(...input),
    orgName: () => '测试保险公司',
    staffName: async (_tx, staffId) => staffId.slice(0, 4),
    absentOf: async (_tx, staffId) => absent.get(staffId) ?? [],
    proving: withoutKeys,
  });
  const cover: Cover = createCover({
    db,
    clock,
    trace,
    enqueue,
    insurer,
    tellsOfOrders: async () => ['示例接单平台'],
    cases: casesPort,
    money,
    family: {
      open: (state, name) => cases.unsealed(state, name),
      seal: (...input) => cases.sealed(...input),
      isDead: async (_tx, personId) => dead.has(personId),
      isIdOf: async () => true,
    },
    findInsured: async (_tx, personId) => ({
      birthDay: personOf(personId).birthDay,
      occupation: '网约配送员',
      idNumberHash: personId.replaceAll('-', '').repeat(2),
    }),
  });
  cases = createCases({
    db,
    clock,
    calendar: () => statutoryCalendar,
    trace,
    crypto,
    route: (role) => (roles.includes(role) && (market.isServed || role !== 'insurer_underwriter') ? insurerOrg : null),
    published: (code) => {
      const service = services.get(code);
      return service ? { service, hash: code } : undefined;
    },
    byHash: (hash): Service => services.get(hash) ?? di001,
    isRegion: () => true,
    checkFiles: async () => new Map(),
    announce: () => {},
    makeDocument: () => {},
    mayExpire: money.payments.mayExpire,
    letGo: money.letGo,
    effects: { ...money.effects, ...cover.effects },
    deciders: { ...cover.deciders },
  });

  await app.register(
    moneyRoutes({
      money,
      sessionOf: () => {
        if (!asker.current) throw new Error('nobody asks');
        return asker.current;
      },
    }),
  );
  listening.url = await app.listen({ port: 0, host: '127.0.0.1' });
  const bankSim = await startBankSimulator({
    now,
    ...partyLink,
    ...quick,
    callbackUrl: `${listening.url}/ports/bank/callback`,
    faults: { lie: { settleDelayMs: 5 } },
  });
  bankBox.port = createBankClient({ ...partyLink, baseUrl: bankSim.url, timeoutMs: 400, now, breaker: breaker() });

  await db.transaction(systemAccess, async (tx) =>
    addOrg(tx, { orgId: insurerOrg, code: 'INS', name: '示例保险公司', kind: 'insurer', region: '350200' }),
  );
  await money.prepare();

  async function worker(birthDay = '1994-04-05'): Promise<Worker> {
    const personId = randomUUID();
    const person = { name: '陈小雨', card: '6200000000000000017', birthDay };
    people.set(personId, person);
    await db.transaction(systemAccess, (tx) => tx.run(addPerson, [personId, birthDay, randomBytes(32)]));
    bankSim.registerCard(person.card, person.name);
    const grants = [personGrant(personId)];
    return {
      personId,
      access: workerAccess(personId),
      actor: { kind: 'worker', id: personId, name: '陈*', grants },
      name: person.name,
      card: person.card,
    };
  }

  async function officer(...held: Role[]): Promise<Officer & { actor: Actor }> {
    const staffId = randomUUID();
    await db.transaction(systemAccess, (tx) => tx.run(addStaff, [staffId, staffId, insurerOrg]));
    const grants = (held.length > 0 ? held : (['insurer_finance'] as const)).map((role) => roleGrant(role, insurerOrg));
    return {
      staffId,
      access: { kind: 'staff', actorId: staffId, grants },
      actor: { kind: 'staff', id: staffId, name: '经办', grants },
    };
  }

  /** Runs what was enqueued, and what that enqueues; a job that fails is kept for the next time, as the queue would. */
  async function drain(): Promise<unknown[]> {
    const tasks: Readonly<Record<string, (payload: unknown) => Promise<void>>> = { ...money.tasks, ...cover.tasks };
    const failed: typeof jobs = [];
    const errors: unknown[] = [];
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const task = tasks[job.identifier];
      if (!task) throw new Error(`no task ${job.identifier}`);
      try {
        await task(job.payload);
      } catch (error) {
        failed.push(job);
        errors.push(error);
      }
    }
    jobs.push(...failed);
    return errors;
  }

  function open(who: Worker, serviceCode: string, data: Record<string, unknown>) {
    return cases.openCase(
      who.access,
      who.actor,
      { personId: who.personId, orgId: null },
      { requestId: randomUUID(), serviceCode, region, data },
    );
  }

  function act(
    who: { access: Access; actor: Actor },
    caseId: string,
    step: string,
    outcome: string,
    data: Record<string, unknown> = {},
    reason?: string,
  ) {
    return cases.commandCase(who.access, who.actor, {
      requestId: randomUUID(),
      caseId,
      command: { type: 'act', step, outcome, data, ...(reason ? { reason } : {}) },
    });
  }

  async function state(caseId: string) {
    const row = await db.transaction(systemAccess, (tx) => tx.one(readState, [caseId]));
    return row.state;
  }

  async function until(caseId: string, step: string): Promise<void> {
    for (let tries = 0; tries < 200; tries += 1) {
      const found = await state(caseId);
      if (found.active.some((one) => one.step === step) || found.end === step) return;
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    const found = await state(caseId);
    throw new Error(`case is in ${found.active.map((one) => one.step).join()} / ${found.end}, not in ${step}`);
  }

  /** Buys cover, pays it, and has it issued. */
  async function buy(who: Worker, from: string, days: number, workType = '网约配送员') {
    const opened = await open(who, 'DI-001', {
      cover_from: from,
      days: String(days),
      work_type: workType,
      work_region: region,
      read_clause: 'on',
    });
    await drain();
    const order = await money.payments.orderOf(who.access, opened.caseId);
    if (order) paymentSim.pay(order.orderNo);
    await until(opened.caseId, 'underwrite');
    await drain();
    return { caseId: opened.caseId, caseNo: opened.caseNo, order };
  }

  /** An outside party's event, where a test does not care how it came. */
  async function casesEvent(caseId: string, step: string, outcome: string): Promise<boolean> {
    return db.transaction(systemAccess, (tx) => casesPort.event(tx, { caseId, step, outcome, data: {} }));
  }

  async function balance(accountId: string) {
    return db.transaction(systemAccess, (tx) => money.ledger.balance(tx, accountId));
  }

  async function close(): Promise<void> {
    await closeHttp(app);
    await Promise.all([paymentSim.close(), bankSim.close(), insurerSim.close()]);
    await db.close();
    await database.drop();
  }

  return {
    market,
    dead,
    absent,
    database,
    db,
    clock,
    crypto,
    trace,
    money,
    cover,
    cases,
    casesPort,
    paymentSim,
    bankSim,
    insurerSim,
    app,
    url: listening.url,
    asker,
    jobs,
    laterJobs,
    insurerOrg,
    region,
    worker,
    officer,
    drain,
    open,
    act,
    state,
    until,
    buy,
    balance,
    casesEvent,
    close,
  };
}

/** The code of the refusal that a promise ends in. */
export async function refused(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof Refusal) return error.code;
  throw new Error(`expected a refusal, got ${String(error)}`, { cause: error });
}
