// People who are known from a list before they have come themselves. They are found by their ID number; the phone is what somebody else
// wrote down, so no login finds them by it: whoever proves that phone must still name the person and the whole ID number.

import { parseResidentId, type IdDocument } from '#catalog/fields/index';
import type { CryptoPort } from '#platform/crypto';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { holdNumbers, holdOldest } from './indexes.ts';
import { idNumberIndexes, isNameOf, personContext, personRow, type PersonRow, type Registration } from './person.ts';
import * as store from './store.ts';

export type ListedPerson = {
  readonly name: string;
  readonly idDocument: IdDocument;
  readonly phone: string;
  readonly birthDay: string;
  readonly occupation: string | null;
};

/** The row of somebody who is known from a list only. Pure. */
export function listedRow(
  crypto: CryptoPort,
  one: ListedPerson,
  given: {
    readonly personId: string;
    readonly region: string;
    readonly synthetic: boolean;
    readonly createdAt: string;
  },
): PersonRow & { readonly claimed: true; readonly arrived_as: null } {
  const sex = parseResidentId(one.idDocument.number)?.sex ?? 'unknown';
  const row = personRow(crypto, { ...one, ...given, sex, platformOrgId: null });
  // An index that no phone has: the number is kept for messages alone.
  const phoneIndex = crypto.blindIndex('phone', `claimed:${given.personId}:${one.phone}`);
  return { ...row, phone_index: phoneIndex, claimed: true, arrived_as: null };
}

type Given = { readonly region: string; readonly synthetic: boolean };

export function createClaimed(options: { readonly crypto: CryptoPort; readonly clock: { now(): string } }) {
  const { crypto, clock } = options;

  /** Person ids of the listed people, in their order: of those who are registered, and of those who are made here. */
  async function peopleOfList(tx: Tx, list: readonly ListedPerson[], given: Given): Promise<string[]> {
    return (await prepareList(tx, list, given))(tx);
  }

  /**
   * The same in two parts, for long lists: who is known is asked and who is not is sealed first; what that gives writes them, perhaps
   * in a transaction that begins later, and answers with the ids.
   */
  async function prepareList(
    tx: Tx,
    list: readonly ListedPerson[],
    given: Given,
  ): Promise<(tx: Tx) => Promise<string[]>> {
    const asked = list.map((one) => askedBy(crypto, one.idDocument));
    const known = await registered(tx, asked);
    const fresh = list.flatMap((one, at) => {
      const by = asked[at];
      return !by || known.has(by.key) ? [] : [{ ...by, row: rowOf(one, given) }];
    });
    return async (later) => {
      let unknown = fresh;
      if (fresh.some(({ indexes }) => indexes.length > 1)) {
        await holdOldest(
          later,
          fresh.map(({ indexes }) => indexes),
        );
        const held = await registered(later, asked);
        unknown = fresh.filter(({ key }) => !held.has(key));
      }
      const made = new Map<string, string>();
      if (unknown.length > 0)
        for (const row of await insert(
          later,
          unknown.map(({ row }) => row),
        ))
          made.set(row.id_number_index.toString('hex'), row.person_id);
      // Of the others somebody may have been registered meanwhile, and ids may have been merged.
      const others = await registered(
        later,
        asked.filter(({ key }) => !made.has(key)),
      );
      return asked.map(({ key }) => {
        const id = made.get(key) ?? others.get(key)?.person_id;
        invariant(id, 'who was listed is known now');
        return id;
      });
    };
  }

  function insert(tx: Tx, fresh: readonly ReturnType<typeof rowOf>[]) {
    const column = <Key extends keyof ReturnType<typeof rowOf>>(key: Key) => fresh.map((row) => row[key]);
    return tx.run(store.insertClaimed, [
      column('person_id'),
      column('name_sealed'),
      column('name_index'),
      column('id_type'),
      column('id_number_sealed'),
      column('id_number_index'),
      column('phone_sealed'),
      column('phone_index'),
      column('birth_day'),
      column('sex'),
      column('region'),
      column('occupation'),
      column('synthetic'),
      clock.now(),
    ]);
  }

  function rowOf(one: ListedPerson, given: Given) {
    return listedRow(crypto, one, { ...given, personId: newId(), createdAt: clock.now() });
  }

  /** Which of these people have come themselves. */
  async function arrivedAmong(tx: Tx, personIds: readonly string[]): Promise<readonly string[]> {
    return (await tx.run(store.selectArrivedAmong, [[...personIds]])).map((row) => row.person_id);
  }

  /** What a list said of people who never came is taken out again; the empty row stays for what still names it. */
  function forgetClaimed(tx: Tx, personIds: readonly string[]): void {
    const sealed = (column: Parameters<typeof personContext>[0], text: string) =>
      personIds.map((personId) => crypto.seal(personContext(column, personId), text));
    const none = (kind: 'name' | 'id_number' | 'phone') =>
      personIds.map((personId) => crypto.blindIndex(kind, `forgotten:${personId}`));
    tx.send(store.forgetClaimed, [
      [...personIds],
      sealed('name_sealed', '（已清除）'),
      none('name'),
      sealed('id_number_sealed', ''),
      none('id_number'),
      sealed('phone_sealed', ''),
      none('phone'),
    ]);
  }

  return { peopleOfList, prepareList, arrivedAmong, forgetClaimed };
}

export type Asked = { readonly key: string; readonly indexes: readonly Buffer[] };

/** How a document is found: by any of its indexes, the present one first; by its hex the answers are told apart. */
export function askedBy(crypto: CryptoPort, document: IdDocument): Asked {
  const indexes = idNumberIndexes(crypto, document);
  return { key: indexes[0]?.toString('hex') ?? '', indexes };
}

/** By the hex of the present index, under whichever index they stand. */
export async function registered(tx: Tx, asked: readonly Asked[]): Promise<ReadonlyMap<string, store.IndexedRow>> {
  if (asked.length === 0) return new Map();
  const rows = await tx.run(store.selectByIdIndexes, [asked.flatMap(({ indexes }) => indexes)]);
  const byIndex = new Map(rows.map((row) => [row.id_number_index.toString('hex'), row] as const));
  return new Map(
    asked.flatMap(({ key, indexes }) => {
      const row = indexes.map((index) => byIndex.get(index.toString('hex'))).find(Boolean);
      return row ? [[key, row] as const] : [];
    }),
  );
}

export type Arriving = Registration & {
  readonly phone: string;
  /** The id that this registration would have made: by it a repeat is known. */
  readonly arrivedAs: string;
  readonly occupation: string | null;
  readonly platformOrgId: string | null;
};

/**
 * Whoever has proven a phone and names a person who is known from a list: the person, when phone, name and ID number are those of the
 * list; `elsewhere` when the list has another phone or name; null when nobody is known so. Nothing of the list is told.
 */
export async function arrive(
  tx: Tx,
  crypto: CryptoPort,
  one: Arriving,
): Promise<{ readonly personId: string } | 'elsewhere' | null> {
  const row = await tx.maybe(store.selectByIdNumberForUpdate, [[...idNumberIndexes(crypto, one.idDocument)]]);
  if (!row?.claimed) return null;
  const personId = row.person_id;
  const context = personContext('phone_sealed', personId);
  if (crypto.open(context, row.phone_sealed) !== one.phone || !isNameOf(crypto, one.name, row.name_index))
    return 'elsewhere';
  await holdNumbers(tx, crypto, { phone: one.phone, except: personId });
  await tx.run(store.confirmClaimed, [
    personId,
    crypto.seal(context, one.phone),
    crypto.blindIndex('phone', one.phone),
    one.birthDay,
    one.sex,
    one.region,
    one.occupation,
    one.platformOrgId,
    one.arrivedAs,
  ]);
  return { personId };
}
