// Reading people: whole for themselves and for modules that act on their case, masked for others, and one value at a time, with a
// reason, for staff who need it. What was shown is written down before it is shown.

import type { IdDocument } from '#catalog/fields/index';
import type { Trace } from '#modules/trace';
import { systemAccess, workerAccess } from '#platform/access';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { cutPage, readCursor, type Page } from '#platform/page';
import { personFieldNames, refuse, type PersonFieldName, type SeenItem } from './contract.ts';
import { unmaskPerHour } from './limits.ts';
import { askedBy, registered } from './claimed.ts';
import { holdNumbers } from './indexes.ts';
import { idNumberIndexes, maskPerson, openPerson, personRow, type NewPerson, type Person } from './person.ts';
import type { StaffSession } from './sessions.ts';
import * as store from './store.ts';

/** A case as this access sees it. `value` is the opened field when the field is the case's own and may be revealed to this staff. */
export type RevealedCase = { readonly personId: string | null; readonly region: string; readonly value: string | null };

export type PeopleOptions = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly trace: Trace;
  readonly clock: Clock;
  /**
   * Asked inside a transaction that carries the staff's own access: the case if row-level security shows it, else null. It
   * throws a refusal when the case's steps do not reveal the field to this staff.
   */
  readonly revealCase: (tx: Tx, caseId: string, field: string, session: StaffSession) => Promise<RevealedCase | null>;
};

export type UnmaskInput = { readonly caseId: string; readonly field: string; readonly reason: string };

/** Enough of a person to know him or her again. */
export type RegisteredPerson = { readonly personId: string; readonly nameIndex: Buffer };

export type People = ReturnType<typeof createPeople>;

export function createPeople(options: PeopleOptions) {
  const { db, crypto, trace, clock } = options;

  /** Whole; in the caller's transaction and only if its access sees the person. */
  async function personIn(tx: Tx, personId: string): Promise<Person | undefined> {
    const row = await tx.maybe(store.selectPerson, [personId]);
    return row && openPerson(crypto, row);
  }

  /** For the person's own pages. */
  async function profile(personId: string): Promise<Person | undefined> {
    return db.transaction(workerAccess(personId), (tx) => personIn(tx, personId));
  }

  /** For whoever the caller has found entitled to know who this is; never whole. */
  async function maskedProfile(personId: string): Promise<Person | undefined> {
    const person = await db.transaction(systemAccess, (tx) => personIn(tx, personId));
    return person && maskPerson(person);
  }

  async function addPerson(tx: Tx, person: NewPerson): Promise<void> {
    await holdNumbers(tx, crypto, person);
    await store.insertPerson(tx, personRow(crypto, person));
  }

  async function unmask(session: StaffSession, input: UnmaskInput): Promise<string> {
    const { caseId, field } = input;
    const found = await db.transaction(session.access, async (tx) => {
      const revealed = await options.revealCase(tx, caseId, field, session);
      if (!revealed) throw refuse('identity.person_not_visible');
      const isOfPerson = revealed.value === null;
      if (isOfPerson && (revealed.personId === null || !isPersonField(field))) throw refuse('identity.field_hidden');
      await refuseTooMany(tx, session.staff.staffId);
      writeUnmasking(tx, session, revealed, input);
      return revealed;
    });
    if (found.value !== null) return found.value;
    const person = found.personId === null ? undefined : await readWhole(found.personId);
    const value = person && isPersonField(field) ? valueOf(person, field) : null;
    if (value === null) throw refuse('identity.field_hidden');
    return value;
  }

  function writeUnmasking(
    tx: Tx,
    by: StaffSession,
    of: Pick<RevealedCase, 'personId' | 'region'>,
    { caseId, field, reason }: Omit<UnmaskInput, 'caseId'> & { readonly caseId: string | null },
  ): void {
    const at = clock.now();
    const unmaskingId = newId();
    const { staffId } = by.staff;
    const leafId = trace.record(tx, {
      eventId: unmaskingId,
      type: 'person.unmasked',
      at,
      region: of.region,
      department: by.staff.roles[0]?.orgId ?? '',
      actorId: staffId,
      subjectId: of.personId,
      body: { case_id: caseId, field, reason },
    });
    tx.send(store.insertUnmasking, [unmaskingId, staffId, caseId, of.personId, field, reason, at, leafId]);
  }

  /**
   * The number of a person who must be called for a case that is not his own; who may ask, and for whom, the caller has found out. It
   * counts and is written down as any other unmasking.
   */
  async function openPhone(
    session: StaffSession,
    input: { readonly personId: string; readonly caseId: string; readonly reason: string },
  ): Promise<string> {
    return openField(session, { ...input, field: 'phone' });
  }

  /** One value of a person; who may ask, and for whom, the caller has found out. */
  async function openField(
    session: StaffSession,
    input: {
      readonly personId: string;
      readonly caseId: string | null;
      readonly field: PersonFieldName;
      readonly reason: string;
    },
  ): Promise<string> {
    const { personId, caseId, field, reason } = input;
    await db.transaction(session.access, async (tx) => {
      await refuseTooMany(tx, session.staff.staffId);
      writeUnmasking(tx, session, { personId, region: '' }, { caseId, field, reason });
    });
    const person = await readWhole(personId);
    const value = person ? valueOf(person, field) : null;
    if (value === null) throw refuse('identity.field_hidden');
    return value;
  }

  async function readWhole(personId: string): Promise<Person | undefined> {
    return db.transaction(systemAccess, (tx) => personIn(tx, personId));
  }

  /** Counted under a lock, so that thirty at once are thirty and not sixty. */
  async function refuseTooMany(tx: Tx, staffId: string): Promise<void> {
    tx.send(store.lockFor, [`identity.unmask.${staffId}`]);
    const now = clock.now();
    const { count, oldest } = await tx.one(store.countUnmaskings, [staffId, now]);
    if (count < unmaskPerHour) return;
    const ageSeconds = oldest === null ? 0 : (Date.parse(now) - Date.parse(oldest)) / 1000;
    const waitSeconds = Math.max(1, Math.ceil(3_600 - ageSeconds));
    throw refuse('identity.unmask_too_many', { limit: unmaskPerHour, waitSeconds });
  }

  /** Who saw which of this person's hidden values, the newest first. */
  async function whoHasSeen(personId: string, cursor?: string, limit = 20): Promise<Page<SeenItem>> {
    const [at, id] = readCursor(cursor) ?? ['infinity', lastId];
    const rows = await db.transaction(workerAccess(personId), (tx) =>
      tx.run(store.listSeen, [personId, at, id, limit + 1]),
    );
    const page = cutPage(rows, limit, (last) => [last.at, last.unmasking_id]);
    return { ...page, items: page.items.map(seenItem) };
  }

  /** Whose ID number this is; null where nobody has registered with it. */
  async function idByNumber(tx: Tx, idNumber: string): Promise<string | null> {
    const indexes = idNumberIndexes(crypto, { type: 'resident_id', number: idNumber });
    return (await tx.maybe(store.selectPersonByIdNumber, [[...indexes]]))?.person_id ?? null;
  }

  /** Who is registered with these papers, by the hex of their present index; for comparing a list with the register. */
  async function byDocuments(tx: Tx, documents: readonly IdDocument[]): Promise<ReadonlyMap<string, RegisteredPerson>> {
    const rows = await registered(
      tx,
      documents.map((one) => askedBy(crypto, one)),
    );
    return new Map(
      [...rows].map(([index, row]) => [index, { personId: row.person_id, nameIndex: row.name_index }] as const),
    );
  }

  /** What a provider says of name, number and phone; a no takes nothing away from the person but the word. */
  function setVerified(tx: Tx, personId: string, verified: boolean): void {
    tx.send(store.setVerified, [personId, verified]);
  }

  return {
    personIn,
    setVerified,
    byDocuments,
    profile,
    maskedProfile,
    idByNumber,
    addPerson,
    unmask,
    openPhone,
    openField,
    whoHasSeen,
  };
}

const lastId = 'ffffffff-ffff-7fff-bfff-ffffffffffff';

const fieldNames: Readonly<Record<string, string>> = {
  name: '姓名',
  id_number: '证件号码',
  phone: '手机号',
  card: '银行卡号',
};

function seenItem(row: store.SeenRow): SeenItem {
  return {
    seenId: row.unmasking_id,
    at: row.at,
    field: row.field,
    fieldZh: fieldNames[row.field] ?? '办件中的敏感信息',
    staffName: row.staff_name,
    orgName: row.org_name,
    reason: row.reason,
    caseId: row.case_id,
  };
}

function isPersonField(field: string): field is PersonFieldName {
  return personFieldNames.some((one) => one === field);
}

function valueOf(person: Person, field: PersonFieldName): string | null {
  const values = { name: person.name, id_number: person.idNumber, phone: person.phone, card: person.card };
  return values[field];
}
