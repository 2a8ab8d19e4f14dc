// Work that changes hands without anybody at the desk: tasks of who may not act any more go back to their office, and an office that
// closes hands its open steps to its successor. Each case moves in a transaction of its own, by a recorded act of the system; a case
// that moved meanwhile is left as it is.

import { roleGrant, systemAccess } from '#platform/access';
import { statement, type Tx } from '#platform/db';
import type { Decision } from './decide.ts';
import type { Engine } from './engine.ts';
import { systemActor, type ActiveStep, type CaseState } from './model.ts';

export type TaskRef = { readonly caseId: string; readonly step: string };

const tasksOfOffice = statement<[string], { case_id: string; step: string; role: string }>(
  'cases.tasks_of_office',
  'select case_id, step, role from case_task where org_id = $1 order by case_id, step',
);

export type OfficeTasks = { readonly role: string; readonly count: number };
const countOfOffice = statement<[string], OfficeTasks>(
  'cases.count_of_office',
  'select role, count(*)::int as count from case_task where org_id = $1 group by role order by role',
);

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

  /** What waits at an organisation now, by role. */
  const officeTasks = (tx: Tx, orgId: string): Promise<OfficeTasks[]> => tx.run(countOfOffice, [orgId]);

  /** Every open step of one organisation goes to another; called again, it goes on where it stopped. */
  async function moveOffice(from: string, to: string, reason: string): Promise<number> {
    const rows = await options.db.transaction(systemAccess, (tx) => tx.run(tasksOfOffice, [from]));
    let moved = 0;
    for (const caseId of new Set(rows.map((row) => row.case_id))) {
      const done = await move(caseId, (state) => {
        const changed = state.active.filter((one) => one.orgId === from).map((one) => handed(one, to));
        const [first] = changed;
        if (!first) return null;
        const readers = changed.map((one) => roleGrant(one.role, to));
        return systemRecord('transferred', first.step, { changed, readers, reason });
      });
      if (done) moved += 1;
    }
    return moved;
  }

  return { releaseTasks, officeTasks, moveOffice };
}

const handed = (active: ActiveStep, orgId: string): ActiveStep => ({ ...active, orgId, assigneeId: null });

function systemRecord(
  type: 'released' | 'transferred',
  step: string,
  body: Omit<Decision['body'], 'v'>,
): Omit<Decision, 'at' | 'exits' | 'entries'> {
  return { type, step, outcome: null, actorRole: 'system', actorOrgId: null, body: { v: 1, ...body } };
}
