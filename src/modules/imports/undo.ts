// Undoing an import: what nobody has built upon is ended, its days released, its numbers freed, and people who were known from the file
// alone are forgotten. What somebody has built upon stays, with the reason, person by person.

import { imported as cover } from '#modules/cover';
import { imported as membership } from '#modules/membership';
import type { Trace } from '#modules/trace';
import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import type { Database, Tx } from '#platform/db';
import { newId } from '#platform/ids';
import * as store from './store.ts';

export type UndoOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly trace: Trace;
  /** Why somebody may not lose what was imported: came to the phone, or had a case opened since. By person. */
  readonly builtOn: (
    tx: Tx,
    personIds: readonly string[],
    madeIds: readonly string[],
    since: string,
  ) => Promise<ReadonlyMap<string, string>>;
  /** Of people whom a run made, forgets those of whom nothing else is kept. */
  readonly forget: (tx: Tx, personIds: readonly string[], runId: string) => Promise<void>;
};

const chunkLines = 1_000;

/** Appended to the numbers that become free. */
const suffixOf = (runId: string): string => runId.slice(-8);

export function createUndo(options: UndoOptions) {
  const { db, clock, trace } = options;

  async function undoAll(run: { readonly runId: string; readonly region: string }): Promise<void> {
    while (await db.transaction(systemAccess, (tx) => undoSome(tx, run)));
  }

  /** False when none is left. */
  async function undoSome(tx: Tx, { runId, region }: { runId: string; region: string }): Promise<boolean> {
    await tx.run(store.lockImports, []);
    const run = await tx.one(store.holdRun, [runId]);
    if (run.state !== 'undoing') return false;
    const at = clock.now();
    const lines = await tx.run(store.linesToUndo, [runId, chunkLines]);
    if (lines.length === 0) {
      const kept = await tx.run(store.keptLines, [runId]);
      tx.send(store.setState, [runId, kept.length > 0 ? 'partly_undone' : 'undone', at]);
      return false;
    }
    const people = [...new Set(lines.map((one) => one.person_id))];
    const made = lines.flatMap((one) => (one.made_person ? [one.person_id] : []));
    if (run.kind === 'policies') await tx.run(cover.lockPeople, [people]);
    const against = await options.builtOn(tx, people, made, run.started_at);
    const targets = lines.map((one) => one.target_id);
    const built = new Map(
      run.kind === 'policies'
        ? (await tx.run(cover.builtOnPolicies, [targets])).map((row) => [row.policy_id, row.why])
        : [],
    );
    const free = lines.filter((one) => !against.has(one.person_id) && !built.has(one.target_id));
    const ids = free.map((one) => one.target_id);
    const undone = new Set(ids.length > 0 ? await release(tx, run, ids, region, at) : []);
    const kept = lines.map((one) =>
      undone.has(one.target_id)
        ? null
        : (against.get(one.person_id) ?? built.get(one.target_id) ?? '会员证已补换，或会籍已经变动'),
    );
    const gone = free.flatMap((one) => (one.made_person && undone.has(one.target_id) ? [one.person_id] : []));
    if (gone.length > 0) await options.forget(tx, gone, runId);
    tx.send(store.endLines, [runId, lines.map((one) => one.line), kept, at]);
    return true;
  }

  /** The ids of what was undone. */
  async function release(tx: Tx, run: store.RunRow, ids: string[], region: string, at: string): Promise<string[]> {
    const runId = run.import_run_id;
    const leafId = trace.record(tx, {
      eventId: newId(),
      type: run.kind === 'members' ? 'membership.import_undone' : 'cover.import_undone',
      at,
      region,
      department: '',
      actorId: null,
      subjectId: null,
      body: { run: runId, ids },
    });
    if (run.kind === 'members') {
      const rows = await tx.run(membership.undoImported, [ids, runId, dayOf(at), suffixOf(runId)]);
      return rows.map((row) => row.membership_id);
    }
    const rows = await tx.run(cover.releaseImported, [ids, at, leafId]);
    tx.send(cover.freeNumbers, [ids, suffixOf(runId)]);
    return [...new Set(rows.map((row) => row.policy_id))];
  }

  return { undoAll };
}
