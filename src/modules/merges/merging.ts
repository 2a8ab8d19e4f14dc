// Merges: one proposes, another decides having seen the same, and either of those who decide can undo. Nothing is rewritten: who stands
// for whom is worked out anew from the merges in force, in the same transaction.

import type { StaffSession } from '#modules/identity';
import { systemAccess } from '#platform/access';
import { brokenConstraint, type Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { idsOf } from '#platform/one-person';
import { cutPage, readCursor, type Page } from '#platform/page';
import { aliasesOf } from './aliases.ts';
import { byOf, conflictsHash, mayDecide, readersOf, shortly, type MergesOptions } from './base.ts';
import { mergeStates, reasonWords, refuse, type MergeItem, type MergeState, type MergeView } from './contract.ts';
import { noSuspicion, type Pairs } from './pairs.ts';
import * as store from './store.ts';

export type MergeFilter = {
  readonly states: readonly MergeState[];
  readonly objected: boolean;
  readonly cursor?: string | undefined;
  readonly limit: number;
};

const lastId = 'ffffffff-ffff-7fff-bfff-ffffffffffff';
const noMerge = '00000000-0000-0000-0000-000000000000';

export function createMerging(options: MergesOptions, pairs: Pairs) {
  const { db, people, acts, clock } = options;

  async function propose(
    session: StaffSession,
    input: {
      readonly requestId: string;
      readonly fromId: string;
      readonly intoId: string;
      readonly note: string;
      readonly conflictsHash: string;
    },
  ): Promise<{ mergeId: string }> {
    const by = byOf(session, 'propose');
    const { fromId, intoId, note } = input;
    return acts
      .once({
        by,
        requestId: input.requestId,
        type: 'person_merge_proposed',
        content: { fromId, intoId, note, conflictsHash: input.conflictsHash },
        work: async (tx) => {
          await tx.run(store.holdPeople, [[fromId, intoId]]);
          const both = await pairs.bothOf(tx, [fromId, intoId]);
          const readers = readersOf(options.route, both);
          if (!readers.some((grant) => session.access.grants.includes(grant))) throw refuse('merges.none');
          await requireRoots(tx, fromId, intoId);
          const waiting = await tx.run(store.waitingOf, [[fromId, intoId], noMerge]);
          if (waiting.length > 0) throw refuse('merges.proposed_already');
          const seen = await requireSeen(tx, [fromId, intoId], input.conflictsHash);
          const reasons = await pairs.reasonsOf(tx, fromId, intoId);
          const mergeId = newId();
          await tx.run(store.insertMerge, [
            mergeId,
            fromId,
            intoId,
            [...reasons],
            note,
            JSON.stringify(seen),
            conflictsHash(seen),
            session.staff.staffId,
            clock.now(),
            readers,
          ]);
          return {
            title: `提请把一个登记并入另一个登记：${note}`,
            body: { merge_id: mergeId, from: fromId, into: intoId, reasons, conflicts: seen.map(({ code }) => code) },
            answer: { mergeId },
          };
        },
      })
      .catch((error: unknown) => {
        if (brokenConstraint(error) === 'person_merge_from_key') throw refuse('merges.proposed_already');
        throw error;
      });
  }

  async function requireRoots(tx: Tx, fromId: string, intoId: string): Promise<void> {
    const [from, into] = await Promise.all([idsOf(tx, fromId), idsOf(tx, intoId)]);
    if (from[0] === into[0]) throw refuse('merges.already_one');
    if (from[0] !== fromId || into[0] !== intoId) throw refuse('merges.not_the_root');
  }

  /** In the order in which they were shown: the smaller id is the left one, so that both clerks see the same list. */
  async function requireSeen(tx: Tx, ids: readonly [string, string], hash: string) {
    const [one, other] = await pairs.bothOf(tx, ordered(ids));
    const conflicts = await options.conflictsOf(tx, one, other);
    if (conflictsHash(conflicts).toString('hex') !== hash) throw refuse('merges.changed');
    return conflicts;
  }

  async function decide(
    session: StaffSession,
    mergeId: string,
    input: {
      readonly requestId: string;
      readonly agree: boolean;
      readonly note: string;
      readonly conflictsHash: string;
    },
  ): Promise<{ done: true }> {
    const by = byOf(session, 'decide');
    const { agree, note } = input;
    await requireVisible(session, mergeId);
    return acts.once({
      by,
      requestId: input.requestId,
      type: agree ? 'person_merge_agreed' : 'person_merge_refused',
      content: { mergeId, agree, note, conflictsHash: input.conflictsHash },
      work: async (tx) => {
        const row = await held(tx, mergeId);
        if (row.state !== 'proposed') throw refuse('merges.decided');
        if (row.proposed_by === session.staff.staffId) throw refuse('merges.same_eyes');
        const ids: [string, string] = [row.from_id, row.into_id];
        if (!agree && note.trim().length < 4) throw refuse('merges.reason_required');
        if (agree) {
          await tx.run(store.holdPeople, [ids]);
          await requireRoots(tx, ...ids);
          await requireSeen(tx, ids, input.conflictsHash);
        }
        const at = clock.now();
        const state = agree ? 'active' : 'refused';
        await tx.one(store.decideMerge, [mergeId, state, session.staff.staffId, at, note || null]);
        if (agree) await carry(tx, ids, 'person_merged');
        return {
          title: agree ? '同意合并两个登记' : `不同意合并两个登记：${note}`,
          body: { merge_id: mergeId, from: row.from_id, into: row.into_id, note, proposed_by: row.proposed_by },
          answer: { done: true as const },
        };
      },
    });
  }

  /** The proposer takes it back, while nobody has decided. */
  async function withdraw(
    session: StaffSession,
    mergeId: string,
    input: { readonly requestId: string },
  ): Promise<{ done: true }> {
    const by = byOf(session, 'propose');
    await requireVisible(session, mergeId);
    return acts.once({
      by,
      requestId: input.requestId,
      type: 'person_merge_withdrawn',
      content: { mergeId },
      work: async (tx) => {
        const row = await held(tx, mergeId);
        if (row.state !== 'proposed' || row.proposed_by !== session.staff.staffId) throw refuse('merges.decided');
        await tx.one(store.decideMerge, [mergeId, 'withdrawn', session.staff.staffId, clock.now(), null]);
        return {
          title: '撤回合并两个登记的提请',
          body: { merge_id: mergeId },
          answer: { done: true as const },
        };
      },
    });
  }

  /** One is enough: two ids that are two again hide from each other what a wrong merge had shown, and that must not wait. */
  async function undo(
    session: StaffSession,
    mergeId: string,
    input: { readonly requestId: string; readonly note: string },
  ): Promise<{ done: true }> {
    const by = byOf(session, 'decide');
    await requireVisible(session, mergeId);
    return acts.once({
      by,
      requestId: input.requestId,
      type: 'person_merge_undone',
      content: { mergeId, note: input.note },
      work: async (tx) => {
        const row = await held(tx, mergeId);
        if (row.state !== 'active') throw refuse('merges.not_active');
        const ids: [string, string] = [row.from_id, row.into_id];
        await tx.run(store.holdPeople, [ids]);
        const group = await idsOf(tx, row.into_id);
        const waiting = await tx.run(store.waitingOf, [[...group], mergeId]);
        if (waiting.length > 0) throw refuse('merges.built_upon');
        await tx.one(store.undoMerge, [mergeId, session.staff.staffId, clock.now(), input.note]);
        await carry(tx, ids, 'person_unmerged');
        return {
          title: `撤销两个登记的合并：${input.note}`,
          body: { merge_id: mergeId, from: row.from_id, into: row.into_id, note: input.note },
          answer: { done: true as const },
        };
      },
    });
  }

  /** Who stands for whom, worked out anew for all that hang together; both phones are told. */
  async function carry(tx: Tx, [from, into]: readonly [string, string], template: string): Promise<void> {
    const ids = [...new Set([...(await idsOf(tx, from)), ...(await idsOf(tx, into))])];
    const edges = await tx.run(store.edgesAmong, [ids]);
    const aliases = aliasesOf(edges.map((edge) => ({ from: edge.from_id, into: edge.into_id, at: edge.decided_at })));
    await tx.run(store.clearAliases, [ids]);
    await tx.run(store.putAliases, [
      aliases.map((one) => one.personId),
      aliases.map((one) => one.rootId),
      aliases.map((one) => one.since),
    ]);
    await options.onChanged(tx, ids);
    people.forgetSessions(tx);
    const known = await people.read(tx, [from, into]);
    for (const one of known) {
      const other = known.find((two) => two !== one);
      if (!one.listed) options.tell(tx, one.personId, template, { other: phoneTail(other?.phone ?? '') });
    }
  }

  async function held(tx: Tx, mergeId: string): Promise<store.MergeRow> {
    const row = await tx.maybe(store.holdMerge, [mergeId]);
    if (!row) throw refuse('merges.none');
    return row;
  }

  async function requireVisible(session: StaffSession, mergeId: string): Promise<void> {
    const row = await db.transaction(session.access, (tx) => tx.maybe(store.selectMerge, [mergeId]));
    if (!row) throw refuse('merges.none');
  }

  async function list(session: StaffSession, filter: MergeFilter): Promise<Page<MergeItem>> {
    const [at, id] = readCursor(filter.cursor) ?? ['infinity', lastId];
    return db.transaction(session.access, async (tx) => {
      const rows = await tx.run(store.listMerges, [[...filter.states], filter.objected, at, id, filter.limit + 1]);
      const page = cutPage(rows, filter.limit, (last) => [last.proposed_at, last.merge_id]);
      return { ...page, items: await itemsOf(tx.asSystem(), page.items, session) };
    });
  }

  async function itemsOf(tx: Tx, rows: readonly store.MergeRow[], session: StaffSession): Promise<MergeItem[]> {
    const ids = rows.flatMap((row) => [row.from_id, row.into_id]);
    const known = new Map((await people.read(tx, ids)).map((one) => [one.personId, one]));
    const decides = mayDecide(session);
    return rows.map((row) => {
      const isMine = row.proposed_by === session.staff.staffId;
      return {
        mergeId: row.merge_id,
        from: shortly(known.get(row.from_id)),
        into: shortly(known.get(row.into_id)),
        state: row.state,
        stateZh: mergeStates[row.state],
        reasons: row.reasons.map((reason) => reasonWords[reason]),
        note: row.note,
        proposedBy: row.proposed_name,
        proposedAt: row.proposed_at,
        decidedBy: row.decided_name,
        decidedAt: row.decided_at,
        decisionNote: row.decision_note,
        undoneBy: row.undone_name,
        undoneAt: row.undone_at,
        undoNote: row.undo_note,
        objectedAt: row.objected_at,
        conflicts: row.conflicts.length,
        can: {
          decide: decides && row.state === 'proposed' && !isMine,
          withdraw: row.state === 'proposed' && isMine,
          undo: decides && row.state === 'active',
        },
      };
    });
  }

  /** While it waits, what is seen is the present; afterwards, what was seen when it was proposed. */
  async function one(session: StaffSession, mergeId: string): Promise<MergeView> {
    return db.transaction(session.access, async (tx) => {
      const row = await tx.maybe(store.selectMerge, [mergeId]);
      if (!row) throw refuse('merges.none');
      const [merge] = await itemsOf(tx.asSystem(), [row], session);
      const pair = await pairs.viewOf(tx.asSystem(), {
        ...noSuspicion,
        ids: ordered([row.from_id, row.into_id]),
        reasons: row.reasons,
        state: row.state === 'active' ? 'merged' : row.state === 'proposed' ? 'proposed' : 'open',
        mergeId,
      });
      if (!merge) throw refuse('merges.none');
      return { merge, pair: row.state === 'proposed' ? pair : { ...pair, conflicts: [...row.conflicts] } };
    });
  }

  /** What is merged of a person, for the person's own page. */
  async function ofPerson(personId: string) {
    return db.transaction(systemAccess, async (tx) => {
      const rows = await tx.run(store.activeOf, [personId]);
      const known = new Map(
        (
          await people.read(
            tx,
            rows.flatMap((row) => [row.from_id, row.into_id]),
          )
        ).map((person) => [person.personId, person]),
      );
      return rows.map((row) => ({
        mergeId: row.merge_id,
        phones: [row.from_id, row.into_id].map((id) => phoneTail(known.get(id)?.phone ?? '')),
        at: row.decided_at ?? row.proposed_at,
        objectedAt: row.objected_at,
      }));
    });
  }

  /** The person says that it is wrong: whoever decides sees it first. It undoes nothing by itself, so that nobody hides by a tap. */
  async function object(personId: string, mergeId: string): Promise<void> {
    await db.transaction(systemAccess, async (tx) => {
      const rows = await tx.run(store.activeOf, [personId]);
      if (!rows.some((row) => row.merge_id === mergeId)) throw refuse('merges.none');
      const at = clock.now();
      if (!(await tx.maybe(store.objectTo, [mergeId, at]))) return;
      options.trace.record(tx, {
        eventId: newId(),
        type: 'person.merge_objected',
        at,
        region: '',
        department: '',
        actorId: personId,
        subjectId: personId,
        body: { merge_id: mergeId },
      });
    });
  }

  return { propose, decide, withdraw, undo, merges: list, merge: one, ofPerson, object };
}

const ordered = ([a, b]: readonly [string, string]): [string, string] => (a < b ? [a, b] : [b, a]);

/** 尾号 1234 */
const phoneTail = (phone: string): string => phone.slice(-4);
