// All modules, joined. One function makes them from a database and the outside parties; the server, the tests and the benchmarks
// use the same one, so that what is measured and tested is what runs.

import { catalogRegistry } from '#catalog/registry';
import { documents as documentTemplates } from '#catalog/documents/index';
import { notices as noticeTemplates } from '#catalog/notices';
import { purposesFor } from '#catalog/purposes';
import { isRegion, isWithin, regionName } from '#catalog/regions';
import { fieldKind } from '#catalog/fields/index';
import { isSecret } from '#catalog/form';
import { caseFields } from '#catalog/data';
import { systemAccess, type Access } from '#platform/access';
import { dayOf, statutoryCalendar } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import type { Config } from '#platform/config';
import { createCrypto } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { declareRefusals, invariant } from '#platform/errors';
import { enqueue } from '#platform/jobs';
import type { Keyring } from '#platform/keyring';
import type { Metrics } from '#platform/metrics';
import { readCursor } from '#platform/page';
import { createActs } from '#modules/administration';
import { createAppeals } from '#modules/appeals';
import { createCatalogue } from '#modules/catalogue';
import {
  createCases,
  createRatings,
  createReader,
  openOfPerson,
  readState,
  readStateByNo,
  worksOn,
  type Cases,
  type Colleagues,
} from '#modules/cases';
import { createCover, type Cover } from '#modules/cover';
import { createDocuments } from '#modules/documents';
import { createDeskDrafts, createDrafts } from '#modules/drafts';
import { createFiles, type FileBlobs, type Scanner } from '#modules/files';
import { createIdentity, maskName, type RevealedCase, type StaffSession } from '#modules/identity';
import { refuse as refuseIdentity } from '#contract/identity';
import { createMembership } from '#modules/membership';
import { createMoney, type TakeReceipt } from '#modules/money';
import { createNotices, type SmsReceipt } from '#modules/notices';
import { createRosters } from '#modules/rosters';
import { createOrgs } from '#modules/orgs';
import { createAccessLog, createPrivacy } from '#modules/privacy';
import { createTrace } from '#modules/trace';
import type { Log } from '#platform/log';
import { selectSeesPerson, selectStaffName, selectColleagues, selectStranded } from './lookups.ts';
import type { Parties } from './parties.ts';
import { createSettlementParts } from './settlement.ts';
import { createPrinted } from './printed.ts';
import { joinImports } from './imports.ts';
import { joinContacts } from './contacts.ts';
import { joinMerges } from './merges.ts';
import { joinEnterprises } from './orders.ts';
import { connectProvider } from './provider.ts';
import { absentWith, provingWith } from './proving.ts';
import { listsPort, rosterPorts } from './roster-ports.ts';
import { codeSender, rememberNames, joinAuthorities, joinFamily, phoneOf, plainText } from './people.ts';

const refuse = declareRefusals({
  'cover.person_unknown': {
    status: 404,
    zh: '没有找到这个人，或您无权查询。',
    next: '请核对证件号码，或从办件页面查询。',
  },
});

export type ServicesOptions = {
  readonly config: Config;
  /** `firstKeyring(config.masterKey)` where keys are never replaced. */
  readonly keyring: Keyring;
  readonly db: Database;
  readonly clock: Clock;
  readonly parties: Pick<Parties, 'payment' | 'bank' | 'insurer' | 'identity' | 'sms' | 'smsReceipts'>;
  readonly metrics: Metrics;
  readonly scan: Scanner;
  /** For what waits in quarantine, with more patience. */
  readonly scanLater?: Scanner;
  readonly blobs: FileBlobs;
  readonly log: Log;
  /** The address that the world reaches us at, for the way back from the cashier. */
  readonly publicUrl: string;
};

/** What auto-renewal cannot go on without. */
const renewalNeeds = purposesFor('DI-003');

export type Services = ReturnType<typeof createServices>;

export function createServices(options: ServicesOptions) {
  const { config, db, clock, parties } = options;
  const crypto = createCrypto(options.keyring);
  const trace = createTrace(config.origin, crypto);
  const calendar = () => statutoryCalendar;
  const orgs = createOrgs({ db });
  const catalogue = createCatalogue({ db, trace, clock });
  const accesses = createAccessLog({ db, clock });
  const files = createFiles({
    db,
    crypto,
    clock,
    blobs: options.blobs,
    scan: options.scan,
    ...(options.scanLater ? { scanLater: options.scanLater } : {}),
    onRead: accesses.note,
    dayLimit: { files: config.uploadFilesADay, mb: config.uploadMbADay },
  });

  const acts = createActs({ db, trace, crypto, clock });
  const privacy = createPrivacy({
    db,
    trace,
    clock,
    onDecided: (tx, personId, withdrawn) =>
      cover.renewals.stopFor(
        tx,
        personId,
        renewalNeeds.some(({ code }) => withdrawn.includes(code)),
      ),
  });
  const identity = createIdentity({
    db,
    crypto,
    trace,
    acts,
    releaseTasks: (staffId) => releaseStranded(staffId),
    clock,
    publicUrl: options.publicUrl,
    demo: config.demo,
    // A code is worth nothing after five minutes: it goes to the provider at once, after the commit, and not through the outbox.
    sendCode: codeSender(parties.sms, options.log),
    revealCase,
    onPhoneLost: (tx, personId, phone) => contacts.phones.givenUp(tx, personId, phone),
    onRegistered: async (tx, { personId, consentVersion }) => {
      await privacy.registered(tx, personId, consentVersion);
      await contacts.checks.ask(tx, personId, null);
      enqueue(tx, 'merges.check', { personId }, { maxAttempts: 10 });
    },
    authorityOf: (tx, authorityId) => authorities.onBehalfOf(tx, authorityId),
    provider: connectProvider(config, options.publicUrl, options.log),
    keysRequired: config.approverKeys === 'required',
  });

  const { enterprises, tellsOfOrders } = joinEnterprises({ db, crypto, clock, trace, acts, enqueue, identity, orgs });

  /** People belong to identity; modules that act on a case ask here, with the system's eyes, for what the case entitles them to. */
  const person = async (tx: Tx, personId: string) => {
    const found = await identity.personIn(tx.asSystem(), personId);
    invariant(found, `person ${personId} exists`);
    return found;
  };

  const notices = createNotices({
    db,
    clock,
    sms: parties.sms,
    templates: noticeTemplates,
    sources: catalogRegistry,
    regionName: (code) => regionName(code) ?? code,
    phoneOf: (tx, to) => phoneOf({ authorities, identity, crypto, clock }, tx, to),
    onFailed: (error, about) => options.log.warn({ err: error, ...about }, 'an SMS was not taken'),
  });
  /** Receipts end notices, and tell how well their provider delivers. */
  async function takeReceipts(provider: string, receipts: readonly SmsReceipt[]): Promise<void> {
    await notices.takeReceipts(provider, receipts);
    for (const { state } of receipts) parties.sms.noteReceipt(provider, state === 'delivered');
  }
  parties.smsReceipts.handTo(takeReceipts);
  options.metrics.gauge(
    'gongdun_sms_providers_resting',
    'SMS providers that are left alone because they do badly',
    () => parties.sms.health().filter((one) => one.state !== 'good').length,
  );
  const joined = { db, crypto, clock, trace, identity, orgs, files, notices, catalogue };
  const authorities = joinAuthorities({ ...joined, cases: () => cases });
  const { publicUrl } = options;
  const contacts = joinContacts({ ...joined, config, enqueue, port: parties.identity, publicUrl });
  const merges = joinMerges({ ...joined, acts, privacy, authorities });
  const documents = createDocuments({
    db,
    trace,
    templates: documentTemplates,
    sources: catalogRegistry,
    regionName: (code) => regionName(code) ?? code,
    orgName: orgs.orgName,
  });
  const membership = createMembership({
    trace,
    crypto,
    orgName: orgs.orgName,
    person: async (tx, personId) => {
      const { birthDay, region } = await person(tx, personId);
      return { birthDay, region };
    },
  });

  // Cases and money know each other: money moves a case, a case asks for money. The knot is tied here and nowhere else.
  let cases: Cases;
  let takeReceipt: TakeReceipt;
  const casesPort = {
    lock: (tx: Tx, caseId: string) => cases.lock(tx, caseId),
    event: (tx: Tx, input: Parameters<Cases['event']>[1]) => cases.event(tx, input),
    read: async (tx: Tx, caseId: string) => (await tx.maybe(readState, [caseId]))?.state ?? null,
    openOf: async (tx: Tx, personId: string, serviceCode: string) =>
      (await tx.run(openOfPerson, [personId, serviceCode])).map((row) => row.state),
  };
  const money = createMoney({
    db,
    clock,
    crypto,
    trace,
    enqueue,
    payment: parties.payment,
    withholding: parties.payment.withholding,
    debitsSettled: (tx, paid, failed) => cover.renewals.settled(tx, paid, failed),
    bank: parties.bank,
    cases: casesPort,
    findPayee: async (tx, personId) => {
      const { name } = await person(tx, personId);
      return { name, card: await contacts.accounts.current(tx, personId) };
    },
    mayPay: contacts.accounts.mayPay,
    sharesOf: (...input) => cover.sharesOf(...input),
    orgName: orgs.orgName,
    takeReceipt: (receipt) => takeReceipt(receipt),
    staffName: async (tx, staffId) => (await tx.maybe(selectStaffName, [staffId]))?.name ?? '经办人',
    proving: provingWith(identity),
    absentOf: absentWith(clock),
    renewalUrl: `${options.publicUrl}/m/renewal`,
    returnUrl: (caseId) => `${options.publicUrl}/m/pay/${caseId}`,
  });
  /** What the installation lays over the rule of premiums. */
  const pricing = {
    subsidyMode: config.subsidyMode,
    sameDay: (region: string) => config.sameDayRegions.some((allowed) => isWithin(region, allowed)),
  };
  const cover: Cover = createCover({
    db,
    clock,
    trace,
    enqueue,
    insurer: parties.insurer,
    orgName: orgs.orgName,
    tellsOfOrders,
    cases: casesPort,
    money,
    ...pricing,
    family: joinFamily({ authorities, identity, cases: () => cases }),
    lists: listsPort({
      rosters: () => rosters,
      authorities,
      notices,
      identity,
      enterprises,
      synthetic: config.demo,
    }),
    findInsured: async (tx, personId) => {
      const found = await person(tx, personId);
      return {
        birthDay: found.birthDay,
        occupation: found.occupation,
        // The insurer knows the insured by it for years, so it is no index whose key is replaced.
        idNumberHash: crypto.commitment('insured', `${found.idType}:${found.idNumber}`).toString('hex'),
      };
    },
  });

  const appeals = createAppeals({
    cases: {
      lock: casesPort.lock,
      byNo: async (tx, caseNo) => (await tx.maybe(readStateByNo, [caseNo]))?.state ?? null,
      link: (...input) => cases.link(...input),
      remark: (...input) => cases.remark(...input),
    },
    announce: notices.announce,
    occupationOf: async (tx, personId) => (await person(tx, personId)).occupation ?? '',
    orgName: orgs.orgName,
  });
  const rosters = createRosters({
    db,
    crypto,
    clock,
    enqueue,
    content: files.content,
    storeTable: files.storeTable,
    claimFile: files.claim,
    ...rosterPorts({ catalogue, crypto, identity, membership }),
    cases: { read: casesPort.read, items: () => cases.items },
    synthetic: config.demo,
  });
  const imports = joinImports({ db, crypto, clock, trace, acts, identity, orgs, synthetic: config.demo });
  const settled = createSettlementParts({
    config,
    db,
    clock,
    crypto,
    trace,
    money,
    cases: casesPort,
    orgs,
    files,
    notices,
    nameOf: async (tx, personId) => maskName(await nameOf(tx, personId)),
  });
  const { settlement, servicePoints } = settled;
  takeReceipt = settlement.takeReceipt;

  const colleagues: Colleagues = (tx, role, orgId) => tx.run(selectColleagues, [role, orgId, dayOf(clock.now())]);
  cases = createCases({
    db,
    clock,
    calendar,
    trace,
    crypto,
    route: orgs.route,
    holds: orgs.holds,
    colleagues,
    published: catalogue.published,
    byHash: catalogue.byHash,
    isRegion,
    served: {
      has: (region) => isRegion(region) && isWithin(region, config.region),
      name: regionName(config.region) ?? config.region,
    },
    checkFiles: files.checkFiles,
    announce: notices.announce,
    makeDocument: (context, template) => void documents.makeDocument(context, template),
    mayExpire: money.payments.mayExpire,
    letGo: money.letGo,
    effects: {
      ...membership.effects,
      ...appeals.effects,
      ...money.effects,
      ...cover.effects,
      ...rosters.effects,
      ...settlement.effects,
      ...servicePoints.effects,
    },
    deciders: { ...membership.deciders, ...appeals.deciders, ...cover.deciders },
    onStuck: (caseId, error) => options.log.error({ err: error, caseId }, 'the clock could not move a case'),
    onItems: rosters.onItems,
    onItem: rosters.onItem,
    onCarried: contacts.typedIn,
    onSteps: (count) => options.metrics.steps(count),
  });

  /** Gives back to the offices what nobody who may act holds; of everybody, or of one person. */
  async function releaseStranded(staffId: string | null): Promise<void> {
    const tasks = await db.transaction(systemAccess, (tx) => tx.run(selectStranded, [dayOf(clock.now()), staffId]));
    await cases.releaseTasks(tasks, '原经办人不再承担这个岗位，任务退回本单位').catch((error: unknown) => {
      // The hourly sweep tries again.
      options.log.error({ err: error, staffId }, 'tasks of who left could not be given back');
    });
  }

  const nameOf = rememberNames(async (tx, personId) => (await person(tx, personId)).name);

  const reader = createReader({
    db,
    onViewed: (tx, access, { personId, caseId }) => accesses.note(tx, access, { personId, caseId, kind: 'case' }),
    clock,
    calendar,
    byHash: catalogue.byHash,
    publishedServices: catalogue.publishedServices,
    route: orgs.route,
    colleagues,
    orgName: orgs.orgName,
    regionName,
    applicantName: async (tx, personId, orgId, open) => {
      if (!personId) return orgId ? orgs.orgName(orgId) : '';
      const name = await nameOf(tx, personId);
      return open ? name : maskName(name);
    },
    joined: async (tx, state) => {
      const names = { byHash: catalogue.byHash, orgName: orgs.orgName };
      const [main, merged] = await Promise.all([appeals.mainOf(tx, state, names), appeals.mergedInto(tx, state)]);
      return { main, merged: [...merged] };
    },
    targetZh: (target) => {
      const service = catalogue.publishedServices().find((one) => one.workflow.code === target);
      const { zh = target, ofOffices = false } = catalogRegistry.planned[target] ?? {};
      return { zh: service?.zh ?? zh, available: service !== undefined, ofOffices };
    },
  });

  /** A sealed value of a case, for staff in whose steps it is used; the reason and the trace are identity's. */
  async function revealCase(
    tx: Tx,
    caseId: string,
    field: string,
    session: StaffSession,
  ): Promise<RevealedCase | null> {
    const row = await tx.maybe(readState, [caseId]);
    if (!row) return null;
    const { state } = row;
    const service = catalogue.byHash(state.serviceHash);
    // Unmasking is for those who work on the case: whoever only reads it asks an office that does.
    if (!worksOn(service, state, session.access.grants)) throw refuseIdentity('identity.field_hidden');
    const known = caseFields(service, catalogRegistry)[field] ?? attachedField(state.attached, field);
    const value =
      known && isSecret(known) && field in state.data ? plainText(known, cases.unsealed(state, field)) : null;
    return { personId: state.personId, region: state.region, value };
  }

  function attachedField(codes: readonly string[], name: string) {
    for (const code of codes) {
      const field = catalogue.published(code)?.service.fields[name];
      if (field) return field;
    }
    return undefined;
  }

  /** The person that a query of cover is about: by a case that the asker sees, or by ID number among the people whose cases he sees. */
  async function personFor(
    access: Access,
    query: { caseId?: string | undefined; idNumber?: string | undefined },
  ): Promise<string> {
    const found = await db.transaction(access, async (tx) => {
      if (query.caseId) return (await tx.maybe(readState, [query.caseId]))?.state.personId ?? null;
      const parsed = fieldKind('id_number').parse(query.idNumber, {}, { today: dayOf(clock.now()) });
      if (!parsed.ok) return null;
      const personId = await identity.idByNumber(tx.asSystem(), String(parsed.value));
      return personId && (await tx.maybe(selectSeesPerson, [personId])) ? personId : null;
    });
    if (!found) throw refuse('cover.person_unknown');
    return found;
  }

  const { print, printPdf } = createPrinted({ db, accesses, documents, reader, nameOf, person, demo: config.demo });

  async function suggest(access: Access, caseId: string) {
    const state = await reader.state(access, caseId);
    return db.transaction(access, (tx) => cover.suggest(tx, state));
  }

  /** Reads what lives in memory; called once the database is ready. */
  async function prepare(): Promise<void> {
    await orgs.load();
    await catalogue.publishAuthored();
    await money.prepare();
  }

  return {
    config,
    db,
    clock,
    crypto,
    trace,
    releaseStranded,
    calendar,
    orgs,
    catalogue,
    files,
    acts,
    privacy,
    accesses,
    enterprises,
    identity,
    authorities,
    contacts,
    merges,
    notices,
    membership,
    money,
    cover,
    rosters,
    imports,
    settlement,
    servicePoints,
    pricing,
    cases,
    reader,
    documents: { ...documents, print, printPdf },
    drafts: createDrafts({ db, crypto, clock, isRegion, published: catalogue.published }),
    deskDrafts: createDeskDrafts({ db, crypto, clock }),
    ratings: createRatings({ db, clock, byHash: catalogue.byHash }),
    metrics: options.metrics,
    smsReceipts: { token: parties.smsReceipts.token, read: parties.sms.readReceipts, take: takeReceipts },
    tasks: { ...merges.tasks, ...money.tasks, ...cover.tasks, ...rosters.tasks, ...settlement.tasks },
    region: config.region,
    isRegion,
    readCursor: (cursor: string | null) => readCursor(cursor ?? undefined),
    personFor,
    suggest,
    prepare,
  };
}
