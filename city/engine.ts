// What the program's engine does with a decision, without a database: effects, automatic steps, the traced action and its fold. It
// mirrors `carry` of the cases module; one membership application is lived through both and compared by the city's tests.

import type { Service } from '#catalog';
import { personGrant, roleGrant } from '#platform/access';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { act, engineNotices, fold } from '#modules/cases';
import type { ActionBody, ActiveStep, Actor, CaseState, Decision, Facts, Ruling } from '#modules/cases';
import type { Trace } from '#modules/trace';
import type { Rows } from './rows.ts';
import type { Context, Held, Plugs, World } from './world.ts';

/** A decision on a state: asked again when effects have added to what the state holds. */
export type Decide = (state: CaseState) => Decision;
export type Carry = (
  one: Held,
  before: CaseState | null,
  caseId: string,
  first: Decide,
  actor: Actor,
  facts: Facts,
) => void;

const automaticStepsMax = 32;
const systemActor: Actor = { kind: 'system', id: null, name: '系统', grants: ['*'] };

export type CarryOptions = {
  readonly tx: Tx;
  readonly rows: Rows;
  readonly trace: Trace;
  readonly plugs: Plugs;
  readonly now: () => string;
  readonly world: () => World;
};

export function createCarry({ tx, rows, trace, plugs, now, world: worldOf }: CarryOptions): Carry {
  function carry(one: Held, before: CaseState | null, caseId: string, first: Decide, actor: Actor, facts: Facts): void {
    const requestId = actor.kind === 'clock' || actor.kind === 'event' ? null : newId();
    let state = before;
    let decide: Decide | null = first;
    let by = actor;
    for (let count = 0; decide; count += 1) {
      invariant(
        count < automaticStepsMax,
        `case ${caseId} runs through more than ${automaticStepsMax} automatic steps`,
      );
      const decision = decide(state ?? noState);
      const body = runEffects(one.service, state, caseId, decision, decide, by, facts);
      state = write(one, state, caseId, decision, body, by, requestId);
      decide = nextAutomatic(one.service, state, facts);
      by = systemActor;
    }
    invariant(state, 'a decision was carried');
    one.state = state;
    const dossier = rows.dossier.find((row) => row.dossier_id === state.dossierId);
    if (dossier && before) dossier.readers = [...new Set([...dossier.readers, ...state.readers])];
    if (state.status === 'ended' && before?.status !== 'ended') plugs.ended(worldOf(), state);
  }

  function write(
    one: Held,
    state: CaseState | null,
    caseId: string,
    decision: Decision,
    body: ActionBody,
    by: Actor,
    requestId: string | null,
  ): CaseState {
    const actionId = newId();
    const seq = (state?.seq ?? 0) + 1;
    const committed = trace.commit(body);
    const leaf = trace.leaf({
      eventId: actionId,
      type: `case.${decision.type}`,
      at: decision.at,
      region: state?.region ?? body.opened?.region ?? '',
      department: decision.actorOrgId ?? '',
      actorId: by.id,
      subjectId: state?.personId ?? body.opened?.personId ?? null,
      previous: one.head,
      commitment: committed.commitment,
    });
    rows.log_leaf.push({ leaf_id: leaf.leafId, entry: leaf.entry, recorded_at: now() });
    const header = {
      seq,
      type: decision.type,
      step: decision.step,
      outcome: decision.outcome,
      at: decision.at,
    };
    rows.case_action.push({
      ...header,
      action_id: actionId,
      case_id: caseId,
      actor_kind: by.kind,
      actor_id: by.id,
      actor_role: decision.actorRole,
      actor_org_id: decision.actorOrgId,
      recorded_at: now(),
      request_id: requestId,
      case_prev: one.head,
      commitment: committed.commitment,
      leaf_id: leaf.leafId,
    });
    // jsonb keeps no text, so the canonical form is needed for the commitment only.
    rows.case_body.push({ action_id: actionId, salt: committed.salt, body: JSON.stringify(body) });
    if (body.vote && by.id) {
      const { step, round, choice } = body.vote;
      rows.case_vote.push({
        case_id: caseId,
        step,
        round,
        voter_id: by.id,
        choice,
        at: decision.at,
        leaf_id: leaf.leafId,
      });
    }
    one.head = leaf.hash;
    return fold(state, caseId, {
      ...header,
      actionId,
      actorKind: by.kind,
      actorId: by.id,
      actorRole: decision.actorRole,
      actorOrgId: decision.actorOrgId,
      body,
    });
  }

  function runEffects(
    service: Service,
    state: CaseState | null,
    caseId: string,
    decision: Decision,
    decide: Decide,
    actor: Actor,
    facts: Facts,
  ): ActionBody {
    let body = decision.body;
    let clocksSet = state === null;
    const preview = (): CaseState =>
      fold(state, caseId, {
        ...decision,
        actionId: '',
        seq: (state?.seq ?? 0) + 1,
        actorKind: actor.kind,
        actorId: actor.id,
        body,
      });
    for (const { step, outcome, when } of [
      ...decision.exits.map((exit) => ({ ...exit, when: 'exit' as const })),
      ...decision.entries.map((entry) => ({ step: entry, outcome: null, when: 'enter' as const })),
    ]) {
      if (when === 'enter' && !clocksSet) {
        clocksSet = true;
        if (state && body.data && body.data !== decision.body.data) {
          body = {
            ...body,
            entered: withClocks(
              service,
              body.entered,
              decide({ ...state, data: { ...state.data, ...body.data } }).body.entered,
            ),
          };
        }
      }
      for (const auto of service.workflow.steps[step]?.auto ?? []) {
        if (auto.when !== when || (auto.on && !(outcome !== null && auto.on.includes(outcome)))) continue;
        if (!auto.effect && !auto.template && auto.action !== 'open') continue;
        const context: Context = {
          tx,
          world: worldOf(),
          service,
          state: preview(),
          step,
          outcome,
          actor,
          facts,
          targets: auto.targets,
        };
        if (auto.effect) {
          const effect = plugs.effects[auto.effect];
          invariant(effect, `the city does not know the effect ${auto.effect}`);
          const data = effect(context);
          if (data) body = { ...body, data: { ...body.data, ...data } };
        }
        if (auto.template) {
          const after = {
            ...context,
            state: auto.effect ? preview() : context.state,
            reason: body.reason ?? body.note ?? null,
          };
          if (auto.action === 'sms') plugs.announce(after, auto.template);
          if (auto.action === 'doc') plugs.makeDocument(after, auto.template);
        }
        if (auto.action === 'open') {
          const links = auto.targets.map((target) => ({
            kind: 'referral' as const,
            target,
            caseId: null,
            at: facts.now,
          }));
          body = { ...body, links: [...(body.links ?? []), ...links] };
        }
      }
    }
    tellOfEngine();
    const readers = readersAlways(decision, body, state?.region ?? body.opened?.region ?? '', facts);
    return readers.length > 0 ? { ...body, readers: [...new Set([...(body.readers ?? []), ...readers])] } : body;

    function tellOfEngine(): void {
      const template =
        decision.type === 'light_turned' ? `${decision.outcome ?? ''}_light` : engineNotices[decision.type];
      if (!template) return;
      const after = preview();
      const steps = decision.step ? [decision.step] : after.active.map((active) => active.step);
      for (const step of steps.length > 0 ? steps : (body.left ?? []).slice(0, 1)) {
        const reason = body.reason ?? body.note ?? null;
        plugs.announce(
          {
            tx,
            world: worldOf(),
            service,
            state: after,
            step,
            outcome: decision.outcome,
            actor,
            facts,
            targets: [],
            reason,
          },
          template,
        );
      }
    }
  }

  function nextAutomatic(service: Service, state: CaseState, facts: Facts): Decide | null {
    for (const { step } of state.active) {
      const definition = service.workflow.steps[step];
      if (definition?.role !== 'system') continue;
      const outcomes = Object.entries(definition.outcomes);
      const only = outcomes[0];
      const decider = definition.decide ? plugs.deciders[definition.decide] : undefined;
      invariant(decider || !definition.decide, `the city does not know the decider ${definition.decide}`);
      const ruling: Ruling | null = decider
        ? decider({ tx, world: worldOf(), service, state, step, outcome: null, actor: systemActor, facts, targets: [] })
        : outcomes.length === 1 && only && !only[1].by
          ? { outcome: only[0] }
          : null;
      if (!ruling) continue;
      const { outcome, data = {}, explanation } = ruling;
      return (at) => act(service, at, { type: 'act', step, outcome, data, explanation }, systemActor, facts);
    }
    return null;
  }

  return carry;
}

export const noState = {} as CaseState;

/** A limit that counts from something the effects have just recorded is set anew, as the engine does. */
function withClocks(
  service: Service,
  entered: ActionBody['entered'] = [],
  again: ActionBody['entered'] = [],
): readonly ActiveStep[] {
  return entered.map((one) => {
    const counts = service.workflow.steps[one.step]?.limit?.countedFrom?.kind === 'event';
    return (counts && again.find((other) => other.step === one.step)) || one;
  });
}

/** As the engine has it: the system and the applicant always read, a supervisor once the case is supervised. */
function readersAlways(decision: Decision, body: ActionBody, region: string, facts: Facts): readonly string[] {
  const readers: string[] = [];
  const opened = decision.body.opened;
  if (opened) readers.push('*', ...(opened.personId ? [personGrant(opened.personId)] : []));
  if (body.supervised && 'note' in body.supervised) {
    const supervisor = facts.route('supervisor', region);
    if (supervisor) readers.push(roleGrant('supervisor', supervisor));
  }
  return readers;
}
