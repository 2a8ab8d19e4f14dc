// The world that a story acts in: the program's own modules on a database in memory, a clock moved by whoever tells, and the doors by
// which people, parties and the clock act. Nothing here decides what a module decides.

import type { Service } from '#catalog';
import { documents } from '#catalog/documents/index';
import { notices } from '#catalog/notices';
import { catalogRegistry } from '#catalog/registry';
import { isRegion, regionName } from '#catalog/regions';
import { services } from '#catalog/services/index';
import { personGrant, roleGrant, systemAccess, workerAccess, type Access } from '#platform/access';
import { dayOf, statutoryCalendar } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import { invariant } from '#platform/errors';
import { caseNumber, newId } from '#platform/ids';
import type { enqueue as enqueueJob } from '#platform/jobs';
import { createAppeals } from '#modules/appeals';
import { createCases, type Actor, type Cases } from '#modules/cases';
import { createCover, type CoverOptions } from '#modules/cover';
import { createDocuments } from '#modules/documents';
import { createMembership } from '#modules/membership';
import { createMoney, withoutKeys } from '#modules/money';
import { createNotices } from '#modules/notices';
import type { CaseCommand } from '#contract/cases';
import type { Trace } from '#modules/trace';
import { createMemory } from './memory.ts';
import { answerCases, type Held } from './memory-cases.ts';
import { answerActs } from './memory-acts.ts';
import { answerAppeals, answerCards } from './memory-appeals.ts';
import { answerCover } from './memory-cover.ts';
import { answerMoney } from './memory-money.ts';
import type { Organisations } from './orgs.ts';
import { createParties } from './parties.ts';
import type { CityPerson } from './people.ts';
import type { Blob } from './pictures.ts';
import type { Random } from './random.ts';
import type { Row } from './rows.ts';
import type { CityStaff } from './staff.ts';

export type { Held } from './memory-cases.ts';

export type Job = {
  readonly identifier: string;
  readonly payload: unknown;
  readonly runAt: string | null;
  readonly jobKey: string | null;
  readonly maxAttempts: number | null;
};

export type Setup = {
  readonly random: Random;
  readonly orgs: Organisations;
  readonly staff: ReadonlyMap<string, readonly CityStaff[]>;
  readonly crypto: CryptoPort;
  readonly trace: Trace;
  readonly serviceHash: (code: string) => string;
  /** Last number of each region and day, shared by all batches of a city. */
  readonly numbers: Map<string, number>;
  readonly blobs: Readonly<Record<string, Blob>>;
  readonly pricing: Pick<CoverOptions, 'subsidyMode' | 'sameDay'>;
  readonly startMs: number;
};

/** Jobs that only tell a party something, or end what needs no party: done at once. All others wait for the story, or for the program. */
const atOnce = new Set(['cover.endorse', 'cover.report_claim', 'payments.nothing_to_refund', 'payouts.nothing_to_pay']);

export type World = ReturnType<typeof createWorld>;

export function createWorld(setup: Setup) {
  const { random, orgs, crypto, trace } = setup;
  const people = new Map<string, CityPerson>();
  let nowMs = setup.startMs;
  let clockText = { ms: Number.NaN, text: '' };
  const now = (): string => {
    if (clockText.ms !== nowMs) clockText = { ms: nowMs, text: new Date(nowMs).toISOString() };
    return clockText.text;
  };
  const clock: Clock = { now, offsetMs: () => 0, setOffsetMs: (ms) => (nowMs += ms) };
  const memory = createMemory(now);
  const { rows, by, db } = memory;
  const held = answerCases(memory);
  answerCover(memory);
  answerMoney(memory);
  answerActs(memory);
  answerCards(memory);
  answerAppeals(memory, held.byId);
  const parties = createParties();
  let jobs: Job[] = [];
  const enqueue: typeof enqueueJob = (_tx, identifier, payload, options) => {
    const { runAt = null, jobKey = null, maxAttempts = null } = options ?? {};
    jobs = [
      ...jobs.filter((job) => jobKey === null || job.jobKey !== jobKey),
      { identifier, payload, runAt, jobKey, maxAttempts },
    ];
  };
  const modules = createModules();

  function createModules() {
    const personOf = (personId: string): CityPerson => {
      const person = people.get(personId);
      invariant(person, `nobody has the id ${personId}`);
      return person;
    };
    const nameOf = (code: string) => regionName(code) ?? code;
    const asked = { db, clock, trace, enqueue };
    // Cases and money know each other, as in the program.
    let cases: Cases;
    const casesPort = {
      lock: (...input: Parameters<Cases['lock']>) => cases.lock(...input),
      event: (...input: Parameters<Cases['event']>) => cases.event(...input),
      read: async (_tx: unknown, caseId: string) => held.byId.get(caseId)?.state ?? null,
      openOf: async (_tx: unknown, personId: string, serviceCode: string) =>
        [...held.byId.values()]
          .map((one) => one.state)
          .filter((one) => one.personId === personId && one.serviceCode === serviceCode && one.status === 'open'),
    };
    const outbox = createNotices({
      db,
      clock,
      sms: { send: nobody, find: nobody },
      templates: notices,
      sources: catalogRegistry,
      regionName: nameOf,
      phoneOf: nobody,
    });
    const papers = createDocuments({
      db,
      trace,
      templates: documents,
      sources: catalogRegistry,
      regionName: nameOf,
      orgName: orgs.name,
    });
    const membership = createMembership({
      trace,
      crypto,
      orgName: orgs.name,
      person: async (_tx, personId) => ({
        birthDay: personOf(personId).birthDay,
        region: personOf(personId).district.region,
      }),
    });
    const money = createMoney({
      ...asked,
      crypto,
      payment: parties.payment,
      // Nobody of the city renews.
      withholding: null,
      debitsSettled: async () => {},
      bank: parties.bank,
      cases: casesPort,
      findPayee: async (_tx, personId) => personOf(personId),
      orgName: orgs.name,
      staffName: async () => '',
      absentOf: async () => [],
      proving: withoutKeys,
    });
    const cover = createCover({
      ...asked,
      ...setup.pricing,
      insurer: parties.insurer,
      cases: casesPort,
      money,
      findInsured: async (_tx, personId) => ({ ...personOf(personId), idNumberHash: '' }),
    });
    const appeals = createAppeals({
      cases: {
        lock: (...input) => cases.lock(...input),
        byNo: async (_tx, caseNo) =>
          [...held.byId.values()].map((one) => one.state).find((one) => one.caseNo === caseNo) ?? null,
        link: (...input) => cases.link(...input),
        remark: (...input) => cases.remark(...input),
      },
      announce: outbox.announce,
      occupationOf: async (_tx, personId) => personOf(personId).occupation,
      orgName: orgs.name,
    });
    cases = createCases({
      db,
      clock,
      calendar: () => statutoryCalendar,
      trace,
      crypto,
      route: orgs.route,
      published: (code) => ({ service: serviceOf(code), hash: setup.serviceHash(code) }),
      byHash: (hash) => byHash(setup, hash),
      isRegion,
      checkFiles: async (_tx, fileIds, caseId) => claimFiles(fileIds, caseId),
      announce: outbox.announce,
      makeDocument: (context, template) => void papers.makeDocument(context, template),
      mayExpire: money.payments.mayExpire,
      effects: { ...membership.effects, ...appeals.effects, ...money.effects, ...cover.effects },
      deciders: { ...membership.deciders, ...appeals.deciders, ...cover.deciders },
      numbers: async (region, at) => nextNumber(region, dayOf(at)),
      write: (_tx, input) => held.write(input),
      onStuck: (caseId, error) => {
        throw new Error(`the clock cannot move the case ${caseId}`, { cause: error });
      },
    });
    return { cases, money, cover };
  }

  function nextNumber(region: string, day: string): string {
    const key = `${region}/${day}`;
    const next = (setup.numbers.get(key) ?? 0) + 1;
    setup.numbers.set(key, next);
    return caseNumber(region, day, next);
  }

  function claimFiles(fileIds: readonly string[], caseId: string): ReadonlyMap<string, string> {
    const files = fileIds.flatMap((fileId) => by('file', 'file_id', fileId));
    for (const file of files) file.case_id ??= caseId;
    return new Map(files.map((file) => [file.file_id ?? '', file.media_type ?? '']));
  }

  // ---- who acts ----------------------------------------------------------------------------------------------------------------

  function staffActor(role: string, orgId: string, which = 0): Actor & { readonly id: string } {
    const list = setup.staff.get(roleGrant(role, orgId)) ?? [];
    const one = list[which % Math.max(1, list.length)];
    invariant(one, `nobody works as ${role} at ${orgs.name(orgId)}`);
    return { kind: 'staff', id: one.staffId, name: one.name, grants: [roleGrant(role, orgId)] };
  }

  function workerActor(person: CityPerson): Actor {
    return { kind: 'worker', id: person.personId, name: person.maskedName, grants: [personGrant(person.personId)] };
  }

  function accessOf({ kind, id, grants }: Actor): Access {
    return { kind: kind === 'worker' ? 'worker' : 'staff', actorId: id, grants };
  }

  function heldCase(caseId: string): Held {
    const one = held.byId.get(caseId);
    invariant(one, `the city holds no case ${caseId}`);
    return one;
  }

  // ---- what they do ------------------------------------------------------------------------------------------------------------

  /** Opens a case; a service that enters in the middle takes the waiting step of the case that its form names, and gives that case. */
  async function openCase(
    code: string,
    person: CityPerson,
    region: string,
    data: Readonly<Record<string, unknown>>,
  ): Promise<Held> {
    const { personId } = person;
    const input = { requestId: newId(), serviceCode: code, region, data: { ...data } };
    const applicant = { personId, orgId: null };
    const { caseId } = await modules.cases.openCase(workerAccess(personId), workerActor(person), applicant, input);
    await runJobsAtOnce();
    return heldCase(caseId);
  }

  async function perform(one: Held, actor: Actor, command: CaseCommand): Promise<void> {
    const input = { requestId: newId(), caseId: one.state.caseId, command };
    await modules.cases.commandCase(accessOf(actor), actor, input);
    await runJobsAtOnce();
  }

  async function happen(
    one: Held,
    step: string,
    outcome: string,
    data: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const input = { caseId: one.state.caseId, step, outcome, data };
    invariant(
      await db.transaction(systemAccess, (tx) => modules.cases.event(tx, input)),
      `case ${one.state.caseNo} is not at ${step}`,
    );
    await runJobsAtOnce();
  }

  /** 好差评; gives the rating's row. */
  async function rate(one: Held, person: CityPerson, stars: number, comment: string): Promise<Row<'rating'>> {
    const input = { requestId: newId(), caseId: one.state.caseId, stars, comment };
    await modules.cases.rateCase(workerActor(person), input);
    const row = rows.rating.at(-1);
    invariant(row, 'a rating leaves a row');
    return row;
  }

  // ---- jobs and the clock ------------------------------------------------------------------------------------------------------

  /** A job that fails stays for the next time. */
  async function run(job: Job): Promise<void> {
    const tasks: Readonly<Record<string, (payload: unknown) => Promise<void>>> = {
      ...modules.money.tasks,
      ...modules.cover.tasks,
    };
    const task = tasks[job.identifier];
    invariant(task, `no module does the job ${job.identifier}`);
    await task(job.payload);
    jobs = jobs.filter((one) => one !== job);
  }

  async function runJobsAtOnce(): Promise<void> {
    for (let job = due(); job; job = due()) await run(job);
    function due(): Job | undefined {
      return jobs.find(({ identifier }) => atOnce.has(identifier));
    }
  }

  /** Does the job that waits for this: an order, a case or a batch, by its id. */
  async function runJob(identifier: string, about: string): Promise<void> {
    const job = jobs.find(
      (one) => one.identifier === identifier && Object.values(one.payload as object).includes(about),
    );
    invariant(job, `no job ${identifier} waits for ${about}`);
    await run(job);
    await runJobsAtOnce();
  }

  /** Moves the clock; what falls due in these cases meanwhile happens at its true date, and unpaid orders are closed in time. */
  async function goTo(toMs: number, cases: readonly Held[]): Promise<void> {
    for (;;) {
      const deadline = firstOf(cases.map((one) => one.deadline?.tryAt));
      const order = firstOf(cases.flatMap((one) => waitingOrders(one).map(({ expires_at }) => expires_at)));
      const next = firstOf([deadline, order]);
      if (next === undefined || Date.parse(next) > toMs) break;
      nowMs = Math.max(Date.parse(next), nowMs);
      if (next === order) await closeOrders(cases, next);
      else invariant(await modules.cases.runNextDeadline(), 'the clock has something to do');
      await runJobsAtOnce();
    }
    nowMs = toMs;
  }

  function waitingOrders({ state }: Held): readonly Row<'payment_order'>[] {
    return by('payment_order', 'case_id', state.caseId).filter(
      (one) => one.state === 'created' || one.state === 'open',
    );
  }

  async function closeOrders(cases: readonly Held[], at: string): Promise<void> {
    for (const one of cases)
      for (const order of waitingOrders(one))
        if ((order.expires_at ?? '') <= at)
          await modules.money.payments.refreshOrder(systemAccess, order.case_id ?? '');
  }

  return {
    ...modules,
    db,
    rows,
    by,
    held: held.byId,
    people,
    orgs,
    crypto,
    trace,
    clock,
    random,
    says: parties.says,
    now,
    nowMs: () => nowMs,
    setNow: (toMs: number) => {
      nowMs = toMs;
    },
    /** What is left for the program to do. */
    jobs: (): readonly Job[] => jobs,
    works: (role: string, orgId: string): boolean => setup.staff.has(roleGrant(role, orgId)),
    staffActor,
    workerActor,
    accessOf,
    openCase,
    perform,
    happen,
    rate,
    runJob,
    goTo,
    blobs: setup.blobs,
    /** An act that is not of a case, traced as in life. */
    record: (traced: Parameters<Trace['record']>[1]) =>
      db.transaction(systemAccess, async (tx) => trace.record(tx, traced)),
  };
}

function firstOf(instants: readonly (string | null | undefined)[]): string | undefined {
  let first: string | undefined;
  for (const one of instants) if (one && (first === undefined || one < first)) first = one;
  return first;
}

const known = new Map(services.map((service) => [service.code, service]));

function serviceOf(code: string): Service {
  const service = known.get(code);
  invariant(service, `no service ${code}`);
  return service;
}

const hashes = new WeakMap<Setup, Map<string, Service>>();

function byHash(setup: Setup, hash: string): Service {
  const made = hashes.get(setup) ?? new Map(services.map((service) => [setup.serviceHash(service.code), service]));
  hashes.set(setup, made);
  const service = made.get(hash);
  invariant(service, `no service has the hash ${hash}`);
  return service;
}

function nobody(): never {
  throw new Error('the city asks nobody');
}
