// Persons as rows, for whoever has to hold two of them beside each other: each under its own id, also where one stands for another.

import type { IdDocument } from '#catalog/fields/index';
import type { CryptoPort } from '#platform/crypto';
import { statement, type Tx } from '#platform/db';
import { foldName, idNumberIndexes, openPerson, type Person } from './person.ts';
import { personColumns, selectArrived, type StoredPerson } from './store.ts';

type Row = StoredPerson & { readonly claimed: boolean; readonly created_at: string };

export type KnownPerson = Person & {
  readonly nameFolded: string;
  /** Known from a list only; has never come. */
  readonly listed: boolean;
  readonly createdAt: string;
};

const selectKnown = statement<[string[]], Row>(
  'identity.known',
  `select ${personColumns}, claimed, created_at from person where person_id = any($1::uuid[])`,
);

const selectAfter = statement<[string, number], Row>(
  'identity.known_after',
  `select ${personColumns}, claimed, created_at from person where person_id > $1 order by person_id limit $2`,
);

const selectByDocument = statement<[Buffer[]], { person_id: string }>(
  'identity.known_by_document',
  'select person_id from person where id_number_index = any($1::bytea[])',
);

export function createKnown({ crypto }: { readonly crypto: CryptoPort }) {
  function known({ claimed, created_at: createdAt, ...row }: Row): KnownPerson {
    const person = openPerson(crypto, row);
    return { ...person, nameFolded: foldName(person.name), listed: claimed, createdAt };
  }

  /** What was forgotten or erased has no number any more, and is nobody. */
  const somebody = (rows: readonly Row[]) => rows.map(known).filter((one) => one.idNumber !== '');

  return {
    knownPeople: async (tx: Tx, personIds: readonly string[]) => somebody(await tx.run(selectKnown, [[...personIds]])),
    /** In the order of ids; `last` is where the next step begins, null at the end. */
    knownAfter: async (tx: Tx, personId: string, limit: number) => {
      const rows = await tx.run(selectAfter, [personId, limit]);
      return { people: somebody(rows), last: rows.length < limit ? null : (rows.at(-1)?.person_id ?? null) };
    },
    /** Whether a registration of this id brought somebody who was known from a list. */
    arrivedAs: async (tx: Tx, arrivedAs: string) => (await tx.maybe(selectArrived, [arrivedAs])) !== undefined,
    /** The very row, whoever stands for it. */
    knownByDocument: async (tx: Tx, document: IdDocument): Promise<string | null> =>
      (await tx.maybe(selectByDocument, [[...idNumberIndexes(crypto, document)]]))?.person_id ?? null,
  };
}
