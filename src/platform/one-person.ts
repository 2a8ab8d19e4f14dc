// All ids of one person: somebody who was registered twice keeps both, and one stands for the others. The database answers
// (`ids_of`), so that a query says `person_id = any(ids_of($1))`; here is the same for programs. Nothing is found out any other way.

import { statement, type Tx } from './db.ts';

const selectIds = statement<[string], { ids: string[] }>('person.ids', 'select ids_of($1::uuid) as ids');

/** The one that stands for the others comes first. */
export async function idsOf(tx: Tx, personId: string): Promise<readonly string[]> {
  return (await tx.one(selectIds, [personId])).ids;
}

/** Costs nothing where the ids are the same, which they nearly always are. */
export async function isSamePerson(tx: Tx, one: string | null, other: string | null): Promise<boolean> {
  if (one === other || one === null || other === null) return one === other && one !== null;
  return (await idsOf(tx, one)).includes(other);
}
