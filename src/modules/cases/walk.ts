// One step's walk: what a decision sets off (effects, notices, documents, readers, clocks), and the automatic decision that follows it.
// Nothing is written here but by the effects themselves.

import type { Service, StepDefinition } from '#catalog';
import { decideWhen } from '#catalog/decide-when';
import { personGrant, roleGrant } from '#platform/access';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { act, type Decision } from './decide.ts';
import type { EffectContext, EngineOptions, Ruling } from './engine.ts';
import { clockOf, stepOf, waitsForItems, type Facts } from './enter.ts';
import { fold } from './fold.ts';
import { systemActor, type ActionBody, type ActionType, type ActiveStep, type Actor, type CaseState } from './model.ts';

/** What is told of the engine's own acts, whatever the workflow. */
export const engineNotices: Readonly<Partial<Record<ActionType, string>>> = {
  returned: 'case_returned',
  withdrawn: 'case_withdrawn',
  transferred: 'case_transferred',
  cosigner_added: 'opinion_asked',
  supplement_requested: 'supplement_requested',
  supplement_submitted: 'supplement_arrived',
  supplement_expired: 'supplement_expired',
  suspended: 'case_suspended',
  resumed: 'case_resumed',
  extended: 'case_extended',
  urged: 'case_urged',
  supervised: 'case_supervised',
};

type WalkOptions = Pick<EngineOptions, 'effects' | 'deciders' | 'announce' | 'makeDocument'>;

export function createWalk(options: WalkOptions) {
  async function runEffects(
    tx: Tx,
    service: Service,
    state: CaseState | null,
    caseId: string,
    decision: Decision,
    actor: Actor,
    facts: Facts,
  ): Promise<ActionBody> {
    let body = decision.body;
    let folded: { readonly body: ActionBody; readonly state: CaseState } | null = null;
    /** The case as it will stand with what the effects have added so far. */
    const preview = (): CaseState => {
      if (folded?.body !== body) {
        const header = { actionId: '', seq: (state?.seq ?? 0) + 1, actorKind: actor.kind, actorId: actor.id };
        folded = { body, state: fold(state, caseId, { ...decision, ...header, body }) };
      }
      return folded.state;
    };
    let clocksSet = decision.entries.length === 0;
    for (const { step, outcome, when } of [
      ...decision.exits.map((exit) => ({ ...exit, when: 'exit' as const })),
      ...decision.entries.map((step) => ({ step, outcome: null, when: 'enter' as const })),
    ]) {
      if (when === 'enter' && !clocksSet) {
        body = withClocks(service, body, preview(), facts);
        clocksSet = true;
      }
      const definition = stepOf(service.workflow, step);
      // What the step does, it does for each item, in that item's own case.
      if (waitsForItems(definition, preview())) continue;
      for (const action of definition.auto ?? []) {
        if (action.when !== when || (action.on && !(outcome !== null && action.on.includes(outcome)))) continue;
        const context: EffectContext = {
          tx,
          service,
          state: preview(),
          step,
          outcome,
          actor,
          facts,
          targets: action.targets,
        };
        if (action.effect) {
          const effect = options.effects[action.effect];
          invariant(effect, `effect ${action.effect} of ${service.workflow.code}/${step} is not registered`);
          const data = await effect(context);
          if (data) body = { ...body, data: { ...body.data, ...data } };
        }
        const after = {
          ...context,
          state: action.effect ? preview() : context.state,
          reason: body.reason ?? body.note ?? null,
        };
        if (action.action === 'sms' && action.template) options.announce(after, action.template);
        if (action.action === 'doc' && action.template) options.makeDocument(after, action.template);
        if (action.action === 'open') {
          const links = action.targets.map((target) => ({
            kind: 'referral' as const,
            target,
            caseId: null,
            at: facts.now,
          }));
          body = { ...body, links: [...(body.links ?? []), ...links] };
        }
      }
    }
    tellOfEngine(preview);
    const readers = readersAlways(decision, body, state?.region ?? body.opened?.region ?? '', facts);
    return readers.length > 0 ? { ...body, readers: [...new Set([...(body.readers ?? []), ...readers])] } : body;

    function tellOfEngine(preview: () => CaseState): void {
      const template =
        decision.type === 'light_turned' ? `${decision.outcome ?? ''}_light` : engineNotices[decision.type];
      if (!template) return;
      const after = preview();
      const steps = decision.step ? [decision.step] : after.active.map((one) => one.step);
      // A withdrawal leaves no step; it is told once, of the step where the case stood.
      for (const step of steps.length > 0 ? steps : (body.left ?? []).slice(0, 1)) {
        const reason = body.reason ?? body.note ?? null;
        options.announce(
          { tx, service, state: after, step, outcome: decision.outcome, actor, facts, targets: [], reason },
          template,
        );
      }
    }
  }

  async function nextAutomatic(tx: Tx, service: Service, state: CaseState, facts: Facts): Promise<Decision | null> {
    for (const active of state.active) {
      const definition = stepOf(service.workflow, active.step);
      if (definition.role !== 'system') continue;
      const ruling = await rule(tx, service, state, active, definition, facts);
      if (!ruling) continue;
      return act(
        service,
        state,
        {
          type: 'act',
          step: active.step,
          outcome: ruling.outcome,
          data: ruling.data ?? {},
          explanation: ruling.explanation,
        },
        systemActor,
        facts,
      );
    }
    return null;
  }

  /** What an automatic step comes to now; null while it waits for an event or the clock. */
  async function rule(
    tx: Tx,
    service: Service,
    state: CaseState,
    active: ActiveStep,
    definition: StepDefinition,
    facts: Facts,
  ): Promise<Ruling | null> {
    if (definition.decide === 'catalog.when') {
      const outcome = decideWhen(definition, state.data, facts.now);
      return outcome ? { outcome } : null;
    }
    if (definition.decide) {
      const decider = options.deciders[definition.decide];
      invariant(decider, `decider ${definition.decide} of ${service.workflow.code}/${active.step} is not registered`);
      return decider({ tx, service, state, step: active.step, outcome: null, actor: systemActor, facts, targets: [] });
    }
    const outcomes = Object.entries(definition.outcomes);
    const only = outcomes[0];
    return outcomes.length === 1 && only && !only[1].by ? { outcome: only[0] } : null;
  }

  return { runEffects, nextAutomatic };
}

/** The system and the applicant always read their case, a supervisor once it is supervised; all others by the steps that concern them. */
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

/** Limits counted from an event may read what the exit effects have just found out (when cover ends, when a hearing is). */
function withClocks(service: Service, body: ActionBody, after: CaseState, facts: Facts): ActionBody {
  if (!body.entered || !body.data) return body;
  return {
    ...body,
    entered: body.entered.map((one) => {
      const { limit } = stepOf(service.workflow, one.step);
      return limit?.countedFrom?.kind === 'event' ? { ...one, ...clockOf(limit, after, facts) } : one;
    }),
  };
}
