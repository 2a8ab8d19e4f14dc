// The clock of cases: what falls due happens at its true date even if the server was down, due dates are computed anew when a
// year's holidays are announced, and states are rebuilt from their actions and compared.

import { systemAccess } from '#platform/access';
import type { Tx } from '#platform/db';
import { canonical } from '#modules/trace';
import type { Engine } from './engine.ts';
import { erasedState, foldAll } from './fold.ts';
import { systemActor, type Actor, type CaseAction, type CaseState } from './model.ts';
import * as store from './store.ts';
import { recompute, tick, type ClockKind } from './tick.ts';

/** A clock that waits for money looks again after this long. */
const heldClockMs = 30_000;
/** A clock that failed is an alert; it tries again after this long. */
const failedClockMs = 300_000;
const openBatch = 500;
const clockActor: Actor = { kind: 'clock', id: null, name: '时钟', grants: ['*'] };

export function createCaseClock(engine: Engine) {
  const { options } = engine;
  const now = () => options.clock.now();

  /** Runs one deadline that is due, at its true date. False when none is. */
  async function runNextDeadline(): Promise<boolean> {
    let taken: string | null = null;
    try {
      return await options.db.transaction(systemAccess, async (tx) => {
        const due = await tx.maybe(store.claimDeadline, [now()]);
        if (!due) return false;
        taken = due.case_id;
        await runDeadline(tx, due);
        return true;
      });
    } catch (error) {
      if (taken === null) throw error;
      // One case that the clock cannot move must not stop the clocks of all others.
      await postpone(taken, failedClockMs);
      options.onStuck?.(taken, error);
      return true;
    }
  }

  async function runDeadline(tx: Tx, due: store.DeadlineRow): Promise<void> {
    const caseId = due.case_id;
    // The case may have moved between the look and the lock; then its deadline did too, and comes up again if it is due.
    const [there, row] = await Promise.all([
      tx.maybe(store.holdDeadline, [caseId, due.step, due.kind, due.fire_at]),
      engine.load(tx, caseId),
    ]);
    if (!there) return;
    const service = options.byHash(row.state.serviceHash);
    if (due.kind === 'clock' && options.mayExpire && !(await options.mayExpire(tx, caseId))) {
      tx.send(store.postponeDeadline, [caseId, laterBy(heldClockMs)]);
      return;
    }
    const facts = engine.factsAt(due.fire_at);
    const decision = tick(service, row.state, due.step, due.kind as ClockKind, clockActor, facts);
    if (!decision) {
      tx.send(store.deleteDeadline, [caseId]);
      return;
    }
    await engine.letGo(tx, service, caseId, decision);
    await engine.carry(tx, { service, before: row, caseId, decision, actor: clockActor, facts, request: null });
  }

  const laterBy = (ms: number) => new Date(Date.parse(now()) + ms).toISOString();

  async function postpone(caseId: string, ms: number): Promise<void> {
    await options.db.transaction(systemAccess, async (tx) => tx.send(store.postponeDeadline, [caseId, laterBy(ms)]));
  }

  /** Runs what is due, oldest first, up to `most`; gives how many. */
  async function runDueDeadlines(most: number): Promise<number> {
    for (let count = 0; count < most; count += 1) {
      if (!(await runNextDeadline())) return count;
    }
    return most;
  }

  /** After a holiday notice: every open case whose due date stood on a guess is computed anew, by a recorded action. */
  async function recomputeAll(signal?: AbortSignal): Promise<number> {
    let changed = 0;
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const rows = await options.db.transaction(systemAccess, (tx) =>
        tx.run(store.listProvisional, [after, openBatch]),
      );
      for (const { case_id: caseId, provisional } of rows) {
        if (!provisional) continue;
        signal?.throwIfAborted();
        changed += await options.db.transaction(systemAccess, async (tx) => {
          const row = await engine.load(tx, caseId);
          const service = options.byHash(row.state.serviceHash);
          const facts = engine.factsAt(now());
          const decision = recompute(service, row.state, facts);
          if (!decision) return 0;
          await engine.carry(tx, {
            service,
            before: row,
            caseId,
            decision,
            actor: systemActor,
            facts,
            request: null,
          });
          return 1;
        });
      }
      const last = rows.at(-1);
      if (!last || rows.length < openBatch) return changed;
      signal?.throwIfAborted();
      after = last.case_id;
    }
  }

  /**
   * At the start of the program: when the calendar knows more holidays than at the last start, due dates are computed anew, once, and
   * that it was done is kept. Stopped in the middle it begins again; a case that is right already is left alone. Gives how many
   * cases changed, null when the calendar has not moved. An aborted signal ends it with that signal's reason.
   */
  async function recomputeIfCalendarMoved(signal?: AbortSignal): Promise<number | null> {
    const { knownUntil } = options.calendar();
    const last = await options.db.transaction(systemAccess, (tx) => tx.maybe(store.selectCalendar, []));
    if (last?.known_until === knownUntil) return null;
    const changed = await recomputeAll(signal);
    await options.db.transaction(systemAccess, async (tx) => tx.send(store.putCalendar, [knownUntil, now()]));
    return changed;
  }

  /** Rebuilds every state from its actions and names the cases where the two differ. */
  async function compareStates(): Promise<{ checked: number; different: string[] }> {
    const different: string[] = [];
    let checked = 0;
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const { suspects, last, count } = await options.db.transaction(systemAccess, async (tx) => {
        const rows = await tx.run(store.listCases, [after, openBatch]);
        const actions = await store.readActionsOf(
          tx,
          rows.map((row) => row.case_id),
        );
        return {
          suspects: rows
            .filter((row) => !rebuilds(row.case_id, row.state, actions.get(row.case_id) ?? []))
            .map((row) => row.case_id),
          last: rows.length < openBatch ? null : (rows.at(-1)?.case_id ?? null),
          count: rows.length,
        };
      });
      checked += count;
      for (const caseId of suspects) if (!(await rebuildsHeld(caseId))) different.push(caseId);
      if (!last) return { checked, different };
      after = last;
    }
  }

  /** Erased bodies leave a state that cannot be rebuilt whole: all of them are gone then, the state holds nothing of them, and every header stands. */
  function rebuilds(caseId: string, state: CaseState, actions: readonly CaseAction[]): boolean {
    const rebuilt = foldAll(caseId, actions);
    if (rebuilt.erased === 0) return canonical(rebuilt) === canonical(state);
    return (
      rebuilt.erased === rebuilt.seq && rebuilt.seq === state.seq && canonical(erasedState(state)) === canonical(state)
    );
  }

  /** Looked at again while nobody else can act: a case that moved between two reads is no fault. */
  async function rebuildsHeld(caseId: string): Promise<boolean> {
    return options.db.transaction(systemAccess, async (tx) => {
      const { state } = await engine.load(tx, caseId);
      return rebuilds(caseId, state, await store.readActions(tx, caseId));
    });
  }

  return { runNextDeadline, runDueDeadlines, recomputeAll, recomputeIfCalendarMoved, compareStates };
}
