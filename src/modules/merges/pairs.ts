// Two registrations beside each other, masked, with everything in which they differ; and the list of those that wait to be looked at.

import { fieldKinds, idDocumentZh } from '#catalog/fields/index';
import type { PersonFieldName } from '#contract/identity';
import { maskName, type KnownPerson, type StaffSession } from '#modules/identity';
import type { Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { idsOf } from '#platform/one-person';
import { cutPage, readCursor, type Page } from '#platform/page';
import { byOf, conflictsHash, readersOf, shortly, type MergesOptions } from './base.ts';
import {
  reasonWords,
  refuse,
  strengthWords,
  type PairView,
  type Reason,
  type Side,
  type Strength,
  type SuspicionItem,
} from './contract.ts';
import * as store from './store.ts';

export type SuspicionFilter = {
  readonly state: 'open' | 'different' | 'all';
  readonly strength?: Strength | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
};

const lastId = 'ffffffff-ffff-7fff-bfff-ffffffffffff';

export type Pairs = ReturnType<typeof createPairs>;

export function createPairs(options: MergesOptions) {
  const { db, people, acts, clock } = options;

  async function list(session: StaffSession, filter: SuspicionFilter): Promise<Page<SuspicionItem>> {
    const [at, id] = readCursor(filter.cursor) ?? ['infinity', lastId];
    return db.transaction(session.access, async (tx) => {
      const rows = await tx.run(store.listSuspicions, [
        filter.state,
        filter.strength ?? null,
        at,
        id,
        filter.limit + 1,
      ]);
      const page = cutPage(rows, filter.limit, (last) => [last.found_at, last.suspicion_id]);
      const ids = page.items.flatMap((row) => [row.one_id, row.other_id]);
      const known = new Map((await people.read(tx.asSystem(), ids)).map((one) => [one.personId, one]));
      return { ...page, items: page.items.map((row) => itemOf(row, known)) };
    });
  }

  function itemOf(row: store.SuspicionRow, known: ReadonlyMap<string, KnownPerson>): SuspicionItem {
    return {
      suspicionId: row.suspicion_id,
      one: shortly(known.get(row.one_id)),
      other: shortly(known.get(row.other_id)),
      reasons: row.reasons.map((reason) => reasonWords[reason]),
      strength: row.strength,
      strengthZh: strengthWords[row.strength],
      state: stateOf(row),
      foundAt: row.found_at,
      settledBy: row.settled_by,
      note: row.note,
    };
  }

  /** Row-level security says who may look: the offices of both places. */
  async function seen(tx: Tx, suspicionId: string): Promise<store.SuspicionRow> {
    const row = await tx.maybe(store.selectSuspicion, [suspicionId]);
    if (!row) throw refuse('merges.none');
    return row;
  }

  async function pair(session: StaffSession, suspicionId: string): Promise<PairView> {
    return db.transaction(session.access, async (tx) => {
      const row = await seen(tx, suspicionId);
      return viewOf(tx.asSystem(), {
        ids: await standing(tx.asSystem(), row),
        suspicionId,
        reasons: row.reasons,
        strength: row.strength,
        state: stateOf(row),
        mergeId: row.merge_id,
      });
    });
  }

  /** Whoever was merged meanwhile is looked at as the one who stands for all; two that are one already, as they are. */
  async function standing(
    tx: Tx,
    row: Pick<store.SuspicionRow, 'one_id' | 'other_id' | 'same'>,
  ): Promise<[string, string]> {
    if (row.same) return [row.one_id, row.other_id];
    const [one = row.one_id] = await idsOf(tx, row.one_id);
    const [other = row.other_id] = await idsOf(tx, row.other_id);
    return one < other ? [one, other] : [other, one];
  }

  type Shown = {
    readonly ids: readonly [string, string];
    readonly suspicionId: string | null;
    readonly reasons: readonly Reason[];
    readonly strength: Strength | null;
    readonly state: PairView['state'];
    readonly mergeId: string | null;
  };

  async function viewOf(tx: Tx, shown: Shown): Promise<PairView> {
    const [one, other] = await bothOf(tx, shown.ids);
    const conflicts = await options.conflictsOf(tx, one, other);
    return {
      suspicionId: shown.suspicionId,
      reasons: shown.reasons.map((reason) => reasonWords[reason]),
      strengthZh: shown.strength && strengthWords[shown.strength],
      state: shown.state,
      one: await sideOf(tx, one),
      other: await sideOf(tx, other),
      conflicts: [...conflicts],
      conflictsHash: conflictsHash(conflicts).toString('hex'),
      mergeId: shown.mergeId,
    };
  }

  async function bothOf(tx: Tx, ids: readonly [string, string]): Promise<[KnownPerson, KnownPerson]> {
    const found = await people.read(tx, ids);
    const [one, other] = ids.map((id) => found.find((person) => person.personId === id));
    if (!one || !other) throw refuse('merges.none');
    return [one, other];
  }

  async function sideOf(tx: Tx, person: KnownPerson): Promise<Side> {
    return {
      personId: person.personId,
      name: maskName(person.name),
      idTypeZh: idDocumentZh[person.idType],
      idNumber: fieldKinds.id_document.mask({ type: person.idType, number: person.idNumber }),
      phone: fieldKinds.phone.mask(person.phone),
      birthDay: `${person.birthDay.slice(0, 4)}-**-**`,
      card: person.card === null ? null : fieldKinds.bank_card.mask(person.card),
      region: options.regionName(person.region),
      registeredAt: person.createdAt,
      verified: person.verified,
      listed: person.listed,
      ids: (await idsOf(tx, person.personId)).length,
      counts: [...(await options.countsOf(tx, person.personId))],
    };
  }

  /** Good until there is a reason that was not known when it was said. */
  async function settleDifferent(
    session: StaffSession,
    suspicionId: string,
    input: { readonly requestId: string; readonly note: string },
  ): Promise<{ done: true }> {
    const by = byOf(session, 'either');
    await db.transaction(session.access, (tx) => seen(tx, suspicionId));
    return acts.once({
      by,
      requestId: input.requestId,
      type: 'person_different',
      content: { suspicionId, note: input.note },
      work: async (tx) => {
        const row = await seen(tx, suspicionId);
        if (row.merge_id !== null) throw refuse('merges.proposed_already');
        if (row.same) throw refuse('merges.already_one');
        const settled = await tx.maybe(store.settleDifferent, [
          suspicionId,
          session.staff.staffId,
          clock.now(),
          input.note,
        ]);
        if (!settled) throw refuse('merges.decided');
        return {
          title: `认定两个登记不是同一人：${input.note}`,
          body: { suspicion_id: suspicionId, one: row.one_id, other: row.other_id, reasons: row.reasons },
          answer: { done: true as const },
        };
      },
    });
  }

  /** A clerk who has two documents of one person before him asks that they be looked at, whether anything was found or not. */
  async function compare(
    session: StaffSession,
    input: {
      readonly requestId: string;
      readonly documents: readonly [Parameters<typeof people.byDocument>[1], Parameters<typeof people.byDocument>[1]];
      readonly note: string;
    },
  ): Promise<{ suspicionId: string }> {
    const by = byOf(session, 'propose');
    const { requestId, note, documents } = input;
    return acts.once({
      by,
      requestId,
      type: 'person_compared',
      // The numbers themselves stand nowhere.
      content: {
        note,
        documents: documents.map((one) =>
          options.crypto.commitment('merges', `${one.type}:${one.number}`).toString('hex'),
        ),
      },
      work: async (tx) => {
        const found = await Promise.all(documents.map((one) => people.byDocument(tx, one)));
        const [one = null, other = null] = found;
        if (!one || !other || one === other) throw refuse('merges.same_number');
        const pairOf = await bothOf(tx, [one, other]);
        const [left, right] = one < other ? [one, other] : [other, one];
        const readers = readersOf(options.route, pairOf);
        // Only about people of the clerk's own place: numbers are no key to everybody's data.
        if (!readers.some((grant) => session.access.grants.includes(grant))) throw refuse('merges.same_number');
        await tx.run(store.putSuspicion, [
          newId(),
          left,
          right,
          ['reported'],
          'likely',
          clock.now(),
          readers,
          note,
          true,
        ]);
        const { suspicion_id: suspicionId } = await tx.one(store.suspicionOf, [left, right]);
        return {
          title: `提出核对两个登记：${note}`,
          body: { suspicion_id: suspicionId, one, other },
          answer: { suspicionId },
        };
      },
    });
  }

  async function unmask(
    session: StaffSession,
    suspicionId: string,
    input: { readonly personId: string; readonly field: PersonFieldName; readonly reason: string },
  ): Promise<string> {
    const ids = await db.transaction(session.access, async (tx) =>
      standing(tx.asSystem(), await seen(tx, suspicionId)),
    );
    if (!ids.includes(input.personId)) throw refuse('merges.none');
    return people.openField(session, { ...input, caseId: null });
  }

  /** What a suspicion between these two says, for a merge of them. */
  async function reasonsOf(tx: Tx, a: string, b: string): Promise<readonly Reason[]> {
    const rows = await tx.run(store.reasonsBetween, [a, b]);
    return [...new Set(rows.flatMap((row) => row.reasons))];
  }

  return { list, pair, viewOf, bothOf, settleDifferent, compare, unmask, reasonsOf };
}

function stateOf(row: store.SuspicionRow): SuspicionItem['state'] {
  if (row.same) return 'merged';
  if (row.merge_state === 'proposed') return 'proposed';
  return row.state;
}

/** For whoever reads a merge without a suspicion: everything else is the same. */
export const noSuspicion = { suspicionId: null, strength: null } as const;
