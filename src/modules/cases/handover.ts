// Work that changes hands without anybody at the desk: tasks of who may not act any more go back to their office. Each case moves in
// a transaction of its own, by a recorded act of the system; a case that moved meanwhile is left as it is.

import { systemAccess } from '#platform/access';
import type { Decision } from './decide.ts';
import type { Engine } from './engine.ts';
import { systemActor, type CaseState } from './model.ts';

export type TaskRef = { readonly caseId: string; readonly step: string };

export function createHandover(engine: Engine) {
  const { options } = engine;

  async function move(caseId: string, decide: (state: CaseState) => Omit<Decision, 'at' | 'exits' | 'entries'> | null) {
    return options.db.transaction(systemAccess, async (tx) => {
      const row = await engine.load(tx, caseId);
      if (row.state.status !== 'open') return false;
      const decided = decide(row.state);
      if (!decided) return false;
      const facts = engine.factsAt(options.clock.now());
      const decision: Decision = { ...decided, at: facts.now, exits: [], entries: [] };
      const service = options.byHash(row.state.serviceHash);
      await engine.carry(tx, { service, before: row, caseId, decision, actor: systemActor, facts, request: null });
      return true;
    });
  }

  /** Gives these tasks back to their offices; gives how many moved. */
  async function releaseTasks(tasks: readonly TaskRef[], reason: string): Promise<number> {
    let moved = 0;
    for (const { caseId, step } of tasks) {
      const done = await move(caseId, (state) => {
        const active = state.active.find((one) => one.step === step);
        if (!active?.assigneeId) return null;
        return systemRecord('released', step, { changed: [{ ...active, assigneeId: null }], reason });
      });
      if (done) moved += 1;
    }
    return moved;
  }

  return { releaseTasks };
}

function systemRecord(
  type: 'released',
  step: string,
  body: Omit<Decision['body'], 'v'>,
): Omit<Decision, 'at' | 'exits' | 'entries'> {
  return { type, step, outcome: null, actorRole: 'system', actorOrgId: null, body: { v: 1, ...body } };
}
