// Finding who may be registered twice: at once when somebody registers, and every night through all persons in bounded steps. Keyed
// indexes bring candidates together; the numbers themselves are opened only to compare two.

import { systemAccess } from '#platform/access';
import { statement, type Tx } from '#platform/db';
import { newId } from '#platform/ids';
import type { KnownPerson } from '#modules/identity';
import { readersOf, type MergesOptions } from './base.ts';
import { likenessOf } from './likeness.ts';
import * as store from './store.ts';

type Trait = { readonly personId: string; readonly kind: 'name_birth' | 'phone_name' | 'card'; readonly trait: Buffer };

const putTraits = statement<[string[], string[], Buffer[]], never>(
  'merges.put_traits',
  `insert into person_trait (person_id, kind, trait)
   select * from unnest($1::uuid[], $2::text[], $3::bytea[]) on conflict do nothing`,
);

/** What more than so many have in common says nothing: the card of an agency, a name in a list made up of examples. */
const sharedMax = 10;

const sharing = statement<[string[], number], { one_id: string; other_id: string; kinds: string[] }>(
  'merges.sharing',
  `select t.person_id as one_id, o.person_id as other_id, array_agg(distinct t.kind) as kinds
   from person_trait t join person_trait o on o.kind = t.kind and o.trait = t.trait and o.person_id <> t.person_id
   where t.person_id = any($1::uuid[])
     and (select count(*) from (select 1 from person_trait c where c.kind = t.kind and c.trait = t.trait limit $2 + 1) n) <= $2
     and not o.person_id = any(ids_of(t.person_id))
   group by 1, 2`,
);

const forgetTraits = statement<[string], never>(
  'merges.forget_traits',
  'delete from person_trait where person_id = $1',
);

const readScan = statement<[string], { after_id: string; round: number }>(
  'merges.read_scan',
  'select after_id, round from trait_scan where scan = $1 for update',
);
const saveScan = statement<[string, string, number, string], never>(
  'merges.save_scan',
  `insert into trait_scan (scan, after_id, round, at) values ($1, $2, $3, $4)
   on conflict (scan) do update set after_id = excluded.after_id, round = excluded.round, at = excluded.at`,
);

const first = '00000000-0000-0000-0000-000000000000';
const scan = 'nightly';
const stepPeople = 500;
/** What one night may look at; the next goes on behind it, so that a province comes round in some nights. */
const nightPeople = 500_000;

export function createFinding(options: MergesOptions) {
  const { db, crypto, clock, people } = options;

  function traitsOf(person: KnownPerson): Trait[] {
    const { personId } = person;
    const made = (kind: Trait['kind'], value: string): Trait => ({
      personId,
      kind,
      trait: crypto.commitment('trait', `${kind}\n${value}`),
    });
    return [
      made('name_birth', `${person.nameFolded}\n${person.birthDay}`),
      ...(person.phone ? [made('phone_name', `${person.phone}\n${person.nameFolded}`)] : []),
      ...(person.card ? [made('card', person.card)] : []),
    ];
  }

  /** Writes the traits of these people, and a suspicion for every pair that looks like one person. Gives how many are new. */
  async function look(tx: Tx, some: readonly KnownPerson[]): Promise<number> {
    if (some.length === 0) return 0;
    const traits = some.flatMap(traitsOf);
    tx.send(putTraits, [
      traits.map((one) => one.personId),
      traits.map((one) => one.kind),
      traits.map((one) => one.trait),
    ]);
    const pairs = await tx.run(sharing, [some.map((one) => one.personId), sharedMax]);
    const others = await people.read(tx, [...new Set(pairs.map((pair) => pair.other_id))]);
    const known = new Map([...others, ...some].map((one) => [one.personId, one]));
    let count = 0;
    for (const pair of pairs) {
      const one = known.get(pair.one_id);
      const other = known.get(pair.other_id);
      if (one && other && (await suspect(tx, one, other, pair.kinds))) count += 1;
    }
    return count;
  }

  async function suspect(tx: Tx, a: KnownPerson, b: KnownPerson, kinds: readonly string[]): Promise<boolean> {
    const likeness = likenessOf(looksOf(a), looksOf(b), {
      phoneName: kinds.includes('phone_name'),
      card: kinds.includes('card'),
    });
    if (!likeness) return false;
    const [one, other] = a.personId < b.personId ? [a, b] : [b, a];
    const readers = readersOf(options.route, [one, other]);
    const { reasons, strength } = likeness;
    const made = await tx.maybe(store.putSuspicion, [
      newId(),
      one.personId,
      other.personId,
      [...reasons],
      strength,
      clock.now(),
      readers,
      null,
      false,
    ]);
    return made !== undefined;
  }

  /** The job behind a registration: whoever has just come is compared with everybody at once. */
  async function check({ personId }: { readonly personId: string }): Promise<void> {
    await db.transaction(systemAccess, async (tx) => look(tx, await people.read(tx, [personId])));
  }

  /** Before somebody is registered: who is here already and looks like this person. Writes nothing. */
  async function alike(tx: Tx, person: Omit<KnownPerson, 'personId'>): Promise<readonly KnownPerson[]> {
    const traits = traitsOf({ ...person, personId: first });
    const rows = await tx.run(holders, [traits.map((one) => one.kind), traits.map((one) => one.trait), sharedMax]);
    const found = await people.read(
      tx,
      rows.map((row) => row.person_id),
    );
    return found.filter((one) => {
      const kinds = rows.find((row) => row.person_id === one.personId)?.kinds ?? [];
      const shared = { phoneName: kinds.includes('phone_name'), card: kinds.includes('card') };
      return likenessOf(looksOf({ ...person, personId: first }), looksOf(one), shared) !== null;
    });
  }

  /** One step of the night's look; true while there is more. Each step is a transaction, and what is done is done. */
  async function step(): Promise<{ readonly looked: number; readonly found: number; readonly more: boolean }> {
    return db.transaction(systemAccess, async (tx) => {
      const at = await tx.maybe(readScan, [scan]);
      const { people: some, last } = await people.after(tx, at?.after_id ?? first, stepPeople);
      const found = await look(tx, some);
      tx.send(saveScan, [scan, last ?? first, (at?.round ?? 1) + (last === null ? 1 : 0), clock.now()]);
      return { looked: some.length, found, more: last !== null };
    });
  }

  /** What a night does. Several processes share the steps; a kill loses the step that was under way, which is made again. */
  async function night(): Promise<{ looked: number; found: number }> {
    let [looked, found] = [0, 0];
    while (looked < nightPeople) {
      const one = await step();
      looked += one.looked;
      found += one.found;
      if (!one.more) break;
    }
    return { looked, found };
  }

  /** For the erasure of a person: what the traits knew goes too. */
  function forget(tx: Tx, personId: string): void {
    tx.send(forgetTraits, [personId]);
  }

  return { check, alike, step, night, forget };
}

const holders = statement<[string[], Buffer[], number], { person_id: string; kinds: string[] }>(
  'merges.holders',
  `select t.person_id, array_agg(distinct t.kind) as kinds
   from unnest($1::text[], $2::bytea[]) as a (kind, trait) join person_trait t on t.kind = a.kind and t.trait = a.trait
   where (select count(*) from (select 1 from person_trait c where c.kind = a.kind and c.trait = a.trait limit $3 + 1) n) <= $3
   group by t.person_id`,
);

const looksOf = (person: KnownPerson) => ({
  name: person.nameFolded,
  birthDay: person.birthDay,
  idType: person.idType,
  idNumber: person.idNumber,
});
