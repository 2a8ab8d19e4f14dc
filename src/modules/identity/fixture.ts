// For tests of this module only: an identity on a test database with two clocks that stand still, an outbox, people and staff.

import { staffKindOf, type Role } from '#catalog';
import { makeResidentId, syntheticRegion } from '#catalog/fields/index';
import { createActs } from '#modules/administration';
import { createTrace } from '#modules/trace';
import { addOrg } from '#modules/orgs';
import { systemAccess } from '#platform/access';
import { fixedClock } from '#platform/clock';
import { createCrypto } from '#platform/crypto';
import { openDatabase, statement, type Database, type Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { testDatabase } from '#test/database';
import {
  addStaff,
  changeStaffRole,
  createIdentity,
  hashPassword,
  newTotpSecret,
  totpCode,
  type CodeMessage,
} from './index.ts';

/** The case of a person, as a staff member's own access sees it. */
const visibleCase = statement<[string], { person_id: string | null; region: string }>(
  'identity_test.visible_case',
  'select person_id, region from case_state where case_id = $1',
);

const insertCase = statement<[string, string, string, string[]], never>(
  'identity_test.insert_case',
  `insert into case_state (case_id, case_no, service_code, service_hash, region, person_id, seq, head, status, state, readers,
     opened_at, updated_at)
   values ($1, $2, 'DI-006', 'x', '350203', $3, 1, '', 'open', '{}', $4, now(), now())`,
);

export const startOfTests = '2026-03-02T02:00:00.000Z';
const password = 'correct horse battery';

export type Fixture = Awaited<ReturnType<typeof makeFixture>>;

export async function makeFixture() {
  const database = await testDatabase();
  const db = openDatabase({ url: database.appUrl, poolSize: 16 });
  const crypto = createCrypto(Buffer.alloc(32, 5));
  const clock = fixedClock(startOfTests);
  const sessionClock = fixedClock(startOfTests);
  const trace = createTrace('gongdun.test', crypto);
  const acts = createActs({ db, trace, crypto, clock });
  const released: string[] = [];
  const outbox: { phone: string; code: string; message: CodeMessage }[] = [];
  let heard: ((name: string) => void) | null = null;
  const watched = { ...db, transaction: watchedTransaction(db, (name) => heard?.(name)) };
  const identity = createIdentity({
    db: watched,
    crypto,
    trace,
    acts,
    clock,
    sessionClock,
    releaseTasks: async (staffId) => void released.push(staffId),
    publicUrl: 'http://localhost:4180',
    demo: true,
    sendCode: (_tx, phone, code, message) => void outbox.push({ phone, code, message }),
    onRegistered: async () => {},
    authorityOf: async () => null,
    revealCase: async (tx, caseId, field) => {
      const found = await tx.maybe(visibleCase, [caseId]);
      if (!found) return null;
      return { personId: found.person_id, region: found.region, value: field === 'payout_card' ? '6222000' : null };
    },
  });
  const passwordHash = await hashPassword(password);
  let sequence = 0;

  function pass(seconds: number): void {
    sessionClock.set(new Date(Date.parse(sessionClock.now()) + seconds * 1000).toISOString());
  }

  function codeFor(phone: string): string {
    return outbox.findLast((one) => one.phone === phone)?.code ?? '';
  }

  function newPhone(): string {
    sequence += 1;
    return `1380000${String(sequence).padStart(4, '0')}`;
  }

  async function addPerson(phone = newPhone(), name = '张示例') {
    sequence += 1;
    const personId = newId();
    const idNumber = makeResidentId(syntheticRegion, '1990-01-01', sequence);
    await db.transaction(systemAccess, (tx) =>
      identity.addPerson(tx, {
        personId,
        name,
        idDocument: { type: 'resident_id', number: idNumber },
        phone,
        birthDay: '1990-01-01',
        sex: 'unknown',
        region: '350203',
        occupation: 'food_rider',
        platformOrgId: null,
        card: '6222020000000000000',
        synthetic: true,
        createdAt: clock.now(),
      }),
    );
    return { personId, phone, idNumber, name };
  }

  /** From an address of its own, so that tests do not use up each other's limit. */
  async function login(phone: string) {
    sequence += 1;
    await identity.requestCode(phone, `198.51.100.${sequence}`);
    const verified = await identity.verifyCode(phone, codeFor(phone));
    if (verified.state !== 'in') throw new Error(`${phone} is not registered`);
    return verified;
  }

  async function newStaff(...roles: Role[]) {
    sequence += 1;
    const staff = {
      staffId: newId(),
      login: `clerk${sequence}`,
      password,
      totpSecret: newTotpSecret(),
      orgId: newId(),
    };
    await db.transaction(systemAccess, async (tx) => {
      addOrg(tx, {
        orgId: staff.orgId,
        code: `ORG${sequence}`,
        name: '湖里区示例单位',
        kind: 'hrss',
        region: '350206',
      });
      addStaff(tx, crypto, { ...staff, name: '经办示例', passwordHash, kind: staffKindOf(roles[0] ?? '') });
      for (const role of roles) giveRole(tx, staff, role, '2026-01-01', null);
    });
    return staff;
  }

  function giveRole(
    tx: Parameters<typeof changeStaffRole>[0],
    staff: { staffId: string; orgId: string },
    role: Role,
    fromDay: string,
    untilDay: string | null,
  ): void {
    const { staffId, orgId } = staff;
    changeStaffRole(tx, trace, {
      staffId,
      role,
      orgId,
      fromDay,
      untilDay,
      at: clock.now(),
      region: '350206',
      actorId: null,
    });
  }

  const totpNow = (staff: { totpSecret: string }) => totpCode(staff.totpSecret, Date.parse(sessionClock.now()));

  /** Each login needs a time step of its own, because a code is good once. */
  async function loginStaff(staff: { login: string; password: string; totpSecret: string }) {
    pass(30);
    const pending = await identity.loginStaff(staff.login, staff.password);
    return identity.confirmTotp(pending.token, totpNow(staff));
  }

  async function addCase(personId: string, readers: string[]): Promise<string> {
    const caseId = newId();
    await db.transaction(systemAccess, async (tx) =>
      tx.send(insertCase, [caseId, caseId.slice(-20), personId, readers]),
    );
    return caseId;
  }

  async function stop(): Promise<void> {
    await db.close();
    await database.drop();
  }

  return {
    db,
    crypto,
    clock,
    sessionClock,
    outbox,
    acts,
    released,
    identity,
    /** Hears the name of every statement, until null. */
    watch: (listener: ((name: string) => void) | null) => void (heard = listener),
    pass,
    codeFor,
    newPhone,
    addPerson,
    login,
    newStaff,
    giveRole,
    totpNow,
    loginStaff,
    addCase,
    stop,
  };
}

/** The code of the refusal with which this ends; a success is an error of the test. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
  return 'nothing was refused';
}

/** The same work on the same database, with a listener to the names of its statements: what something costs, without a clock. */
function watchedTransaction(db: Database, hear: (name: string) => void): Database['transaction'] {
  const spied = (tx: Tx): Tx =>
    new Proxy(tx, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (key === 'asSystem') return () => spied(target.asSystem());
        if (typeof value !== 'function') return value;
        return (...input: readonly unknown[]) => {
          const [what] = input;
          if (typeof what === 'object' && what !== null && 'name' in what) hear(String(what.name));
          return Reflect.apply(value, target, input);
        };
      },
    });
  return (access, work) => db.transaction(access, (tx) => work(spied(tx)));
}
