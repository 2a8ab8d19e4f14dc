// How a worker proves a phone, comes in, or registers. A code that was tried is counted and committed before anything is refused,
// and a number that nobody registered is treated like any other until its code is proven.

import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { fieldKinds } from '#catalog/fields/index';
import { isRegion } from '#catalog/regions';
import type { Trace } from '#modules/trace';
import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import { sameBytes, type CryptoPort } from '#platform/crypto';
import { brokenConstraint, type Database, type Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { arrive } from './claimed.ts';
import { refuse, type RegisterInput } from './contract.ts';
import { holdNumbers } from './indexes.ts';
import { createOwner, type OwnerOptions } from './owner.ts';
import {
  ageMin,
  codeLimits,
  failuresPerAddressHour,
  recycledAfterDays,
  mayAskForCode,
  networkOf,
  registrationMinutes,
  registrationTriesMax,
} from './limits.ts';
import { checkRegistration, personRow, type Registration } from './person.ts';
import type { NewSession, Sessions } from './sessions.ts';
import * as store from './store.ts';

/**
 * `login` opens a session; `sign` stands for a drawn signature where a phone has no script; `authority:<id>` consents to exactly
 * that authority; `step_up:<reason>` opens what needs more than a login; `window:<what>` agrees to being registered as just that. A code
 * of one purpose is worth nothing for another.
 */
export type CodePurpose =
  | 'login'
  | 'sign'
  | `authority:${string}`
  | `step_up:${string}`
  | `phone:${string}`
  | `window:${string}`;

/** Asked for by somebody who is logged in, for the own phone: the code of the login a moment ago is not in its way. */
const isOwn = (purpose: CodePurpose) => purpose === 'sign' || purpose.startsWith('step_up:');

/** What the message with the code says; the code itself is added as `code`. */
export type CodeMessage = { readonly template: string; readonly values: Readonly<Record<string, string>> };
const loginMessage: CodeMessage = { template: 'login_code', values: {} };

export type WorkerLoginOptions = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly trace: Trace;
  readonly clock: Clock;
  readonly sessionClock: Clock;
  readonly sessions: Sessions;
  /** What else is written with a registration. */
  readonly onPhoneLost?: OwnerOptions['onPhoneLost'];
  readonly onRegistered: (tx: Tx, registered: Registered) => Promise<void>;
  /** Writes the message into the outbox of this transaction. */
  readonly sendCode: (tx: Tx, phone: string, code: string, message: CodeMessage) => Promise<void> | void;
};

export type Registered = { readonly personId: string; readonly consentVersion: string | null };

export type VerifiedCode =
  | ({ readonly state: 'in'; readonly personId: string } & NewSession)
  | { readonly state: 'register'; readonly token: string }
  /** So long without a login that the number may be another's by now. */
  | { readonly state: 'confirm'; readonly token: string };

const minuteMs = 60_000;
const registrationContext = 'registration:token:1';
const registrationSchema = z.object({ phone: z.string(), codeId: z.uuid(), untilMs: z.number() });

export type WorkerLogin = ReturnType<typeof createWorkerLogin>;

export function createWorkerLogin(options: WorkerLoginOptions) {
  const { db, crypto, trace, clock, sessionClock, sessions } = options;
  const nowMs = () => Date.parse(sessionClock.now());
  const owner = createOwner({ ...options, registrationToken: (...proven) => registrationToken(...proven) });

  /** Sends a code, whoever the number belongs to. `rawAddress` is the caller's network address. */
  async function requestCode(
    rawPhone: string,
    rawAddress: string,
    purpose: CodePurpose = 'login',
    /** Null where nobody is to be told: counted and answered like any other, so that the answer says nothing. */
    message: CodeMessage | null = loginMessage,
  ) {
    const address = networkOf(rawAddress);
    const phone = readPhone(rawPhone);
    const phoneIndexes = [...crypto.blindIndexes('phone', phone)];
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    await db.transaction(systemAccess, async (tx) => {
      // Number before address, always: two locks taken in one order cannot wait for each other.
      tx.send(store.lockFor, [`identity.code.number.${phoneIndexes.at(-1)?.toString('base64')}`]);
      tx.send(store.lockFor, [`identity.code.address.${address}`]);
      const now = sessionClock.now();
      const counts = await tx.one(store.countCodes, [phoneIndexes, address, now, isOwn(purpose) ? purpose : null]);
      refuseTooMany(counts, now);
      const codeId = newId();
      const expiresAt = new Date(Date.parse(now) + codeLimits.minutes * minuteMs).toISOString();
      const phoneIndex = crypto.blindIndex('phone', phone);
      const hash = crypto.digest('sms_code', wholeCode(codeId, code));
      tx.send(store.insertCode, [codeId, phoneIndex, purpose, hash, now, expiresAt, address]);
      if (message) await options.sendCode(tx, phone, code, message);
    });
    return { sent: true as const, waitSeconds: codeLimits.perNumberGapSeconds };
  }

  function refuseTooMany(counts: store.CodeCounts, now: string): void {
    const age = (at: string | null) => (at === null ? 0 : (Date.parse(now) - Date.parse(at)) / 1000);
    const verdict = mayAskForCode({
      lastAgeSeconds: counts.last_at === null ? null : age(counts.last_at),
      hourCount: counts.hour_count,
      hourOldestAgeSeconds: age(counts.hour_oldest),
      dayCount: counts.day_count,
      dayOldestAgeSeconds: age(counts.day_oldest),
      addressHourCount: counts.address_count,
      addressOldestAgeSeconds: age(counts.address_oldest),
      addressDayCount: counts.address_day_count,
      addressDayOldestAgeSeconds: age(counts.address_day_oldest),
    });
    if (verdict.may) return;
    const { waitSeconds } = verdict;
    const details = { waitSeconds, waitMinutes: Math.ceil(waitSeconds / 60) };
    if (verdict.why === 'gap') throw refuse('identity.code_too_soon', details);
    throw refuse(verdict.why === 'number' ? 'identity.code_too_many' : 'identity.code_too_many_here', details);
  }

  const wholeCode = (codeId: string, code: string): string => `${codeId}:${code}`;

  /** Uses the number's newest code up; its id, or undefined when the code is wrong, old, used or tried too often. */
  async function spendCode(tx: Tx, phone: string, purpose: CodePurpose, rawCode: string) {
    // The row is held until the end: of a hundred who bring it at once, each sees the tries of those before.
    const row = await tx.maybe(store.lastCode, [[...crypto.blindIndexes('phone', phone)], purpose]);
    const now = sessionClock.now();
    if (!row || row.used_at !== null || row.expires_at <= now || row.tries >= codeLimits.triesMax) return undefined;
    const code = rawCode.normalize('NFKC').replaceAll(/\s/g, '');
    const hashes = crypto.digests('sms_code', wholeCode(row.code_id, code));
    if (!hashes.some((hash) => sameBytes(hash, row.code_hash))) {
      tx.send(store.countTry, [row.code_id]);
      return undefined;
    }
    tx.send(store.useCode, [row.code_id, now]);
    return row.code_id;
  }

  /**
   * `oldToken` is the session that the browser came with: it ends, so that nobody's session lives on under a new login. Wrong codes are
   * counted for the address as well, on whatever numbers they are tried; known and unknown numbers cost the same until the code is right.
   */
  async function verifyCode(
    rawPhone: string,
    code: string,
    oldToken: string | null = null,
    rawAddress: string | null = null,
  ): Promise<VerifiedCode> {
    const phone = readPhone(rawPhone);
    const address = rawAddress === null ? null : networkOf(rawAddress);
    const verified = await db.transaction(systemAccess, async (tx): Promise<VerifiedCode | null> => {
      if (address !== null) await refuseGuessing(tx, address);
      const codeId = await spendCode(tx, phone, 'login', code);
      if (codeId === undefined) {
        if (address !== null) tx.send(store.insertFailure, [address, sessionClock.now()]);
        return null;
      }
      const person = await tx.maybe(store.selectOwner, [[...crypto.blindIndexes('phone', phone)]]);
      if (!person) return { state: 'register', token: registrationToken(phone, codeId) };
      const personId = person.person_id;
      if (nowMs() - Date.parse(person.logged_in_at) > recycledAfterDays * 24 * 60 * minuteMs)
        return { state: 'confirm', token: owner.doubt(personId, phone, codeId) };
      return { state: 'in', personId, ...begin(tx, personId, oldToken) };
    });
    // Refused outside of the transaction: the count of the wrong try must stay.
    if (!verified) throw refuse('identity.code_wrong');
    return verified;
  }

  function begin(tx: Tx, personId: string, oldToken: string | null): NewSession {
    tx.send(store.loggedIn, [personId, sessionClock.now()]);
    return sessions.begin(tx, 'worker', { personId }, oldToken);
  }

  /** One after the other for an address, so that a hundred at once are a hundred and not two hundred. */
  async function refuseGuessing(tx: Tx, address: string): Promise<void> {
    tx.send(store.lockFor, [`identity.guess.${address}`]);
    const { count, oldest } = await tx.one(store.countFailures, [address, sessionClock.now()]);
    if (count < failuresPerAddressHour) return;
    const waitSeconds = Math.max(1, Math.ceil(3_600 - (nowMs() - Date.parse(oldest ?? sessionClock.now())) / 1000));
    throw refuse('identity.too_many_wrong_here', { waitSeconds, waitMinutes: Math.ceil(waitSeconds / 60) });
  }

  /** Sends a code to the person's own phone, and proves it: a signature without a drawing. */
  async function proveSignature(phone: string, code: string): Promise<void> {
    const codeId = await db.transaction(systemAccess, (tx) => spendCode(tx, readPhone(phone), 'sign', code));
    if (codeId === undefined) throw refuse('identity.code_wrong');
  }

  /** In the caller's transaction, which must be committed whatever comes out: a wrong try counts. */
  async function proveCode(tx: Tx, phone: string, purpose: CodePurpose, code: string): Promise<boolean> {
    return (await spendCode(tx, readPhone(phone), purpose, code)) !== undefined;
  }

  /** Whose number this is now; null where nobody registered it. */
  async function personByPhone(tx: Tx, phone: string): Promise<string | null> {
    const row = await tx.maybe(store.selectOneByPhone, [[...crypto.blindIndexes('phone', readPhone(phone))]]);
    return row?.person_id ?? null;
  }

  /** Sealed, not stored: it says only that this phone was proven until then. */
  function registrationToken(phone: string, codeId: string): string {
    const untilMs = nowMs() + registrationMinutes * minuteMs;
    return crypto.seal(registrationContext, JSON.stringify({ phone, codeId, untilMs }));
  }

  function readRegistrationToken(token: string): z.infer<typeof registrationSchema> {
    try {
      const read = registrationSchema.parse(JSON.parse(crypto.open(registrationContext, token)));
      if (read.untilMs > nowMs()) return read;
    } catch {
      // Whatever is wrong with it, the person can do only one thing.
    }
    throw refuse('identity.registration_expired');
  }

  async function register(input: RegisterInput, oldToken: string | null = null) {
    const { phone, codeId } = readRegistrationToken(input.token);
    const checked = checkRegistration(input, dayOf(clock.now()), isRegion);
    if (!checked.ok) {
      throw refuse('identity.registration_invalid', { count: checked.problems.length }, checked.problems);
    }
    if (checked.value.age < ageMin) throw refuse('identity.too_young');
    // Counted in a transaction of its own, because a taken number undoes the next one.
    const counted = await db.transaction(systemAccess, (tx) =>
      tx.maybe(store.countRegistration, [codeId, registrationTriesMax]),
    );
    if (!counted) throw refuse('identity.registration_expired');
    const personId = personIdOf(codeId, input.requestId ?? newId());
    try {
      return await db.transaction(systemAccess, (tx) =>
        insertRegistered(tx, personId, phone, checked.value, input, oldToken),
      );
    } catch (error) {
      const constraint = brokenConstraint(error);
      if (constraint === undefined) throw error;
      const known = (await beginAgain(personId, oldToken)) ?? (await beginArrived(personId, oldToken));
      if (known) return known;
      if (constraint === 'person_id_number_key') throw refuse('identity.id_taken');
      if (constraint === 'person_phone_key') throw refuse('identity.phone_taken');
      if (constraint === 'person_platform_org_id_fkey') {
        const zh = '请从列表里选择平台企业。';
        const problem = { path: 'platformOrgId', code: 'org_unknown', zh };
        throw refuse('identity.registration_invalid', { count: 1 }, [problem]);
      }
      throw error;
    }
  }

  /** Made of the proven code and the request, so that a repeat finds the person whom the first one made, and nothing else does. */
  function personIdOf(codeId: string, requestId: string): string {
    const hex = crypto.commitment('registration', `${codeId}:${requestId}`).toString('hex');
    return `${codeId.slice(0, 14)}7${hex.slice(0, 3)}-8${hex.slice(3, 6)}-${hex.slice(6, 18)}`;
  }

  async function beginAgain(personId: string, oldToken: string | null) {
    return db.transaction(systemAccess, async (tx) => {
      const known = await tx.maybe(store.selectPerson, [personId]);
      return known && { personId, ...begin(tx, personId, oldToken) };
    });
  }

  /** The same registration sent again, of somebody who was known from a list. */
  async function beginArrived(arrivedAs: string, oldToken: string | null) {
    return db.transaction(systemAccess, async (tx) => {
      const known = await tx.maybe(store.selectArrived, [arrivedAs]);
      if (!known) return undefined;
      const personId = known.person_id;
      return { personId, ...begin(tx, personId, oldToken) };
    });
  }

  async function insertRegistered(
    tx: Tx,
    personId: string,
    phone: string,
    registration: Registration,
    input: RegisterInput,
    oldToken: string | null,
  ): Promise<{ personId: string } & NewSession> {
    const made = await putRegistered(tx, personId, phone, registration, input, null);
    return { personId: made, ...begin(tx, made, oldToken) };
  }

  /** Who has come, or comes from a list; `clerk` where somebody at a window wrote it down. */
  async function putRegistered(
    tx: Tx,
    personId: string,
    phone: string,
    registration: Registration,
    input: Pick<RegisterInput, 'occupation' | 'platformOrgId' | 'consentVersion'>,
    clerk: { readonly staffId: string; readonly orgId: string } | null,
  ): Promise<string> {
    const { name, idDocument, birthDay, sex, region } = registration;
    const listed = await arrive(tx, crypto, {
      ...registration,
      phone,
      name,
      arrivedAs: personId,
      occupation: input.occupation ?? null,
      platformOrgId: input.platformOrgId ?? null,
    });
    if (listed === 'elsewhere') throw refuse('identity.listed_elsewhere');
    if (listed) {
      await traceRegistered(tx, listed.personId, region, idDocument.type, input, clerk);
      return listed.personId;
    }
    await holdNumbers(tx, crypto, { idDocument, phone });
    await store.insertPerson(
      tx,
      personRow(crypto, {
        personId,
        name,
        idDocument,
        phone,
        birthDay,
        sex,
        region,
        occupation: input.occupation ?? null,
        platformOrgId: input.platformOrgId ?? null,
        createdAt: clock.now(),
      }),
    );
    await traceRegistered(tx, personId, region, idDocument.type, input, clerk);
    return personId;
  }

  async function traceRegistered(
    tx: Tx,
    personId: string,
    region: string,
    idType: string,
    input: Pick<RegisterInput, 'consentVersion'>,
    clerk: { readonly staffId: string; readonly orgId: string } | null,
  ): Promise<void> {
    const consentVersion = input.consentVersion ?? null;
    trace.record(tx, {
      eventId: newId(),
      type: 'person.registered',
      at: clock.now(),
      region,
      department: clerk?.orgId ?? '',
      actorId: clerk?.staffId ?? personId,
      subjectId: personId,
      body: { id_type: idType, consent_version: consentVersion, ...(clerk ? { window: clerk.staffId } : {}) },
    });
    await options.onRegistered(tx, { personId, consentVersion });
  }

  return { requestCode, verifyCode, register, putRegistered, proveSignature, proveCode, personByPhone, ...owner };
}

function readPhone(raw: string): string {
  const parsed = fieldKinds.phone.parse(raw, {}, { today: '2000-01-01' });
  if (parsed.ok) return parsed.value;
  const problems = parsed.problems.map(({ code, zh }) => ({ path: 'phone', code, zh }));
  throw refuse('identity.phone_invalid', {}, problems);
}
