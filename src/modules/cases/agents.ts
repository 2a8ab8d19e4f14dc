// Acting for the applicant, as the case keeps it: a case entrusted to an agent, and the applicant's word that something done under an
// authority was not theirs. Whether an authority holds is not asked here; its grant is worth nothing without one.

import { authorityGrant } from '#platform/access';
import { statement, type Tx } from '#platform/db';
import { isSamePerson } from '#platform/one-person';
import { refuse } from './contract.ts';
import type { Decision } from './decide.ts';
import type { Engine } from './engine.ts';
import type { ActionBody, ActionType, Actor } from './model.ts';

const openUnder = statement<[string, string], { case_id: string }>(
  'cases.open_under_authority',
  `select case_id from case_state where person_id = any(ids_of($1)) and status = 'open' and $2 = any (readers) order by case_id`,
);
const openOfOne = statement<[string, number], { case_id: string }>(
  'cases.open_of_one',
  `select case_id from case_state where person_id = any(ids_of($1)) and status = 'open' order by opened_at desc limit $2`,
);

const listMax = 20;

export function createAgents(engine: Engine) {
  const { options } = engine;

  async function write(
    tx: Tx,
    caseId: string,
    type: ActionType,
    body: Omit<ActionBody, 'v'>,
    actor: Actor,
  ): Promise<void> {
    const row = await engine.load(tx, caseId);
    const service = options.byHash(row.state.serviceHash);
    const facts = engine.factsAt(options.clock.now());
    const nobody = { actorRole: null, actorOrgId: null, step: null, outcome: null, exits: [], entries: [] };
    const decision: Decision = { type, at: facts.now, body: { v: 1, ...body }, ...nobody };
    await engine.carry(tx, { service, before: row, caseId, decision, actor, facts, request: null });
  }

  /** From now on the agent sees this case and acts in it, while the authority holds. Once entrusted is entrusted. */
  async function entrust(
    tx: Tx,
    input: { readonly caseId: string; readonly personId: string; readonly authorityId: string; readonly note: string },
    actor: Actor,
  ): Promise<void> {
    const { state } = await engine.load(tx, input.caseId);
    if (!(await isSamePerson(tx, state.personId, input.personId))) throw refuse('cases.not_found');
    const grant = authorityGrant(input.authorityId);
    if (state.readers.includes(grant)) return;
    await write(tx, input.caseId, 'entrusted', { note: input.note, readers: [grant] }, actor);
  }

  /** Every open case that the authority touched goes to its supervisor; nothing is undone behind anybody's back. */
  async function disown(tx: Tx, personId: string, authorityId: string, actor: Actor): Promise<void> {
    const note = '本人表示：代办的内容不是本人要办的，请先与本人核实再继续办理。';
    for (const { case_id: caseId } of await tx.run(openUnder, [personId, authorityGrant(authorityId)])) {
      const { state } = await engine.load(tx, caseId);
      if (state.supervised?.note !== note) await write(tx, caseId, 'supervised', { note, supervised: { note } }, actor);
    }
  }

  /** What of a person is open, for an office that entrusts it to an agent. */
  async function openOf(tx: Tx, personId: string) {
    const rows = await tx.run(openOfOne, [personId, listMax]);
    const states = await Promise.all(rows.map((row) => engine.load(tx, row.case_id)));
    return states.map(({ state }) => ({
      caseId: state.caseId,
      caseNo: state.caseNo,
      serviceZh: options.byHash(state.serviceHash).zh,
      openedAt: state.openedAt,
    }));
  }

  return { entrust, disown, openOf };
}
