// The pure heart of the engine: definition + state + command + facts → the consequences, or a refusal. No I/O, no clock of
// its own. The clerk's other verbs stand in verbs.ts; both give the same Decision.

import type { OutcomeDefinition, Role, Service, StepDefinition, Workflow } from '#catalog';
import { isRole, roles } from '#catalog';
import { decideWhen } from '#catalog/decide-when';
import { roleGrant } from '#platform/access';
import { evaluate } from '#platform/condition';
import { invariant } from '#platform/errors';
import { refuse } from './contract.ts';
import { actorsOf, enterStep, isPublicRole, peopleFor, stepOf, supervisedRound, type Facts } from './enter.ts';
import { speaksFor, type ActionBody, type ActionType, type ActiveStep, type Actor, type CaseState } from './model.ts';

export type Decision = {
  readonly type: ActionType;
  readonly step: string | null;
  readonly outcome: string | null;
  readonly actorRole: Role | null;
  readonly actorOrgId: string | null;
  readonly at: string;
  readonly body: ActionBody;
  /**
   * Steps whose exit effects (with the outcome taken) and whose entry effects are due, in this order. Only an outcome has exit
   * effects (catalogue, convention `auto`): a return, a withdrawal and a timer take none, so that what a step does when it is
   * passed is never done by giving it back; the engine tells of them itself.
   */
  readonly exits: readonly { readonly step: string; readonly outcome: string }[];
  readonly entries: readonly string[];
};

/** Who the actor is in this step: a role and the organisation he or she acts for. */
export type Capacity = { readonly role: Role | null; readonly orgId: string | null };

export type Act = {
  readonly type: 'act';
  readonly step: string;
  readonly outcome: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly reason?: string | undefined;
  readonly explanation?: unknown;
};

export type Opening = Pick<
  CaseState,
  | 'caseId'
  | 'caseNo'
  | 'serviceCode'
  | 'serviceHash'
  | 'region'
  | 'personId'
  | 'applicantOrgId'
  | 'dossierId'
  | 'parentCaseId'
  | 'itemOf'
> & { readonly data: Readonly<Record<string, unknown>>; readonly readers: readonly string[] };

/** Opens a case at its service's entry and takes the first outcome (`submit`, or the step's only one) at once. */
export function open(service: Service, opening: Opening, actor: Actor, facts: Facts): Decision {
  const workflow = service.workflow;
  const entry = workflow.entries[service.entry];
  invariant(entry, `service ${service.code} names an entry that its workflow lacks`);
  const definition = stepOf(workflow, entry.step);
  const outcomeId =
    'submit' in definition.outcomes
      ? 'submit'
      : (decideWhen(definition, opening.data, facts.now) ?? Object.keys(definition.outcomes)[0]);
  invariant(outcomeId, `step ${entry.step} has no outcome`);
  const { caseId, data, readers, ...opened } = opening;
  const fresh = emptyState(opening, facts.now);
  const capacity = openingCapacity(definition, actor);
  const applied = opening.applicantOrgId && capacity.role ? { applicantRole: capacity.role } : {};
  const moved = move(workflow, { ...fresh, ...applied, data }, entry.step, outcomeId, facts, null);
  invariant(caseId, 'a case is opened with its id');
  // The office that opened the case goes on reading it, whoever has the next turn.
  const openers = capacity.role && capacity.orgId ? [roleGrant(capacity.role, capacity.orgId)] : [];
  return {
    ...moved,
    type: 'opened',
    step: entry.step,
    outcome: outcomeId,
    actorRole: capacity.role,
    actorOrgId: capacity.orgId,
    at: facts.now,
    body: {
      ...moved.body,
      v: 1,
      opened: { ...opened, ...applied },
      data,
      readers: [...readers, ...openers, ...(moved.body.readers ?? [])],
    },
  };
}

/** Opens the case of one item of a list, at the step that is taken for each. */
export function openItem(workflow: Workflow, opening: Opening, step: string, facts: Facts): Decision {
  const { caseId, data, readers, ...opened } = opening;
  invariant(opened.itemOf === step && caseId, `the case of an item knows its step ${step}`);
  const moved = entering(workflow, { ...emptyState(opening, facts.now), data }, [step], null, facts, [], [], []);
  const body: ActionBody = { ...moved.body, opened, data, readers: [...readers, ...(moved.body.readers ?? [])] };
  const nobody = { outcome: null, actorRole: 'system', actorOrgId: null } as const;
  return { ...moved, ...nobody, type: 'item_opened', step, at: facts.now, body };
}

/** The case of a list goes on when the last item has ended: to the next join, or to its own end where there is none. */
export function endItems(
  workflow: Workflow,
  state: CaseState,
  step: string,
  data: Readonly<Record<string, unknown>>,
  facts: Facts,
): Decision {
  const active = requireActive(workflow, state, step);
  const join = nextJoin(workflow, step);
  const left = [step];
  const moved: Moved = join
    ? entering(workflow, { ...state, data: { ...state.data, ...data } }, [join], active.scope, facts, [], left, [])
    : { exits: [], entries: [], body: { v: 1, left, ended: 'completed' } };
  const nobody = { outcome: 'items_ended', actorRole: 'system', actorOrgId: null } as const;
  return { ...moved, ...nobody, type: 'items_ended', step, at: facts.now, body: { ...moved.body, data } };
}

/** The first join that can be reached from a step. */
export function nextJoin(workflow: Workflow, from: string): string | null {
  const seen = new Set([from]);
  for (const step of seen) {
    for (const { next = [] } of Object.values(stepOf(workflow, step).outcomes)) {
      for (const target of next) {
        if (stepOf(workflow, target).kind === 'join') return target;
        seen.add(target);
      }
    }
  }
  return null;
}

function openingCapacity(definition: StepDefinition, actor: Actor): Capacity {
  if (actor.kind === 'worker' || actor.onBehalf) {
    const role = actorsOf(definition).find(isPublicRole);
    // What an office or a company begins is not begun by whoever knows its code.
    if (!role) throw wrongRole(definition, actorsOf(definition));
    return { role, orgId: null };
  }
  const held = capacityIn(actorsOf(definition), actor);
  if (!held && actor.kind === 'staff') throw wrongRole(definition, actorsOf(definition));
  return held ?? { role: null, orgId: null };
}

/** Takes an outcome of an active step. */
export function act(service: Service, state: CaseState, command: Act, actor: Actor, facts: Facts): Decision {
  const workflow = service.workflow;
  const { active, definition, capacity } = requireTurn(workflow, state, command.step, actor, command.outcome);
  const outcome = definition.outcomes[command.outcome];
  if (!outcome) throw refuse('cases.no_such_outcome', { step: definition.zh, outcome: command.outcome });
  if (
    definition.vote &&
    actor.kind !== 'system' &&
    [definition.vote.pass, definition.vote.fail].includes(command.outcome)
  ) {
    throw refuse('cases.not_yours_to_choose', { outcome: outcome.zh });
  }
  if (needsReason(command.outcome, outcome) && actor.kind === 'staff') requireReason(command.reason);
  const after = { ...state, data: { ...state.data, ...command.data } };
  requireOpenOutcome(outcome, after, facts);
  const moved = move(workflow, after, command.step, command.outcome, facts, active);
  return {
    ...moved,
    type: 'decided',
    step: command.step,
    outcome: command.outcome,
    actorRole: capacity.role,
    actorOrgId: capacity.orgId,
    at: facts.now,
    body: {
      ...moved.body,
      ...(Object.keys(command.data).length > 0 ? { data: command.data } : {}),
      ...(command.reason ? { reason: command.reason } : {}),
      ...(command.explanation === undefined ? {} : { explanation: command.explanation }),
    },
  };
}

/** Outcomes that go against the applicant or send work back are never taken without reasons. */
export function needsReason(outcomeId: string, outcome: OutcomeDefinition): boolean {
  return outcome.reason === 'required' || ['reject', 'deny', 'return', 'refuse', 'object'].includes(outcomeId);
}

export function requireReason(reason: string | undefined): string {
  const text = (reason ?? '').trim();
  if (text.length < 4) throw refuse('cases.reason_required');
  return text;
}

export function requireOpenOutcome(outcome: OutcomeDefinition, state: CaseState, facts: Facts): void {
  if (outcome.when && !evaluate(outcome.when, { fields: state.data, now: facts.now })) {
    throw refuse('cases.outcome_not_open', { outcome: outcome.zh, condition: outcome.conditionZh ?? outcome.zh });
  }
}

export type Turn = {
  readonly active: ActiveStep;
  readonly definition: StepDefinition;
  readonly capacity: Capacity;
};

/** Whose turn it is, before anything else is looked at: the step waits, and the actor works on it or takes this outcome of it. */
export function requirePart(
  workflow: Workflow,
  state: CaseState,
  step: string,
  actor: Actor,
  outcomeId: string | null,
): Turn {
  const active = requireActive(workflow, state, step);
  const definition = stepOf(workflow, step);
  return { active, definition, capacity: requireCapacity(definition, state, active, actor, outcomeId) };
}

/** The one guard of all that leaves a step by a person's hand: an outcome, a vote, a return. */
export function requireTurn(
  workflow: Workflow,
  state: CaseState,
  step: string,
  actor: Actor,
  outcomeId: string | null,
): Turn {
  const turn = requirePart(workflow, state, step, actor, outcomeId);
  requireFree(turn.definition, turn.active, actor);
  requireFourEyes(workflow, turn.definition, state, actor);
  return turn;
}

export function requireActive(workflow: Workflow, state: CaseState, step: string): ActiveStep {
  if (state.status === 'ended') throw refuse('cases.ended');
  const active = state.active.find((one) => one.step === step);
  if (!active) throw refuse('cases.out_of_step', { step: workflow.steps[step]?.zh ?? step });
  return active;
}

function requireCapacity(
  definition: StepDefinition,
  state: CaseState,
  active: ActiveStep,
  actor: Actor,
  outcomeId: string | null,
): Capacity {
  if (actor.kind === 'system' || actor.kind === 'clock' || actor.kind === 'event') {
    return { role: actor.kind === 'system' ? 'system' : null, orgId: null };
  }
  const outcome = outcomeId === null ? undefined : definition.outcomes[outcomeId];
  const allowed = peopleFor(definition, outcome);
  if (outcome && allowed.length === 0) throw refuse('cases.not_yours_to_choose', { outcome: outcome.zh });
  const capacity = capacityFor(allowed, state, active, actor);
  if (!capacity) throw wrongRole(definition, allowed);
  return capacity;
}

export function wrongRole(definition: StepDefinition, allowed: readonly Role[]) {
  return refuse('cases.wrong_role', { step: definition.zh, role: allowed.map((role) => roles[role].zh).join('、') });
}

/** The capacity in which the actor may work on an active step, or null. */
export function capacityFor(
  allowed: readonly Role[],
  state: CaseState,
  active: ActiveStep,
  actor: Actor,
): Capacity | null {
  if (actor.kind === 'worker' || actor.onBehalf) {
    const role = allowed.find(isPublicRole);
    return role && speaksFor(state, actor) ? { role, orgId: null } : null;
  }
  for (const role of allowed) {
    if (active.orgId && actor.grants.includes(roleGrant(role, active.orgId))) return { role, orgId: active.orgId };
    if (active.named) continue;
    // A step owned by one role may be done by another that the case routes elsewhere; readers of the case name where. A copy is for
    // reading alone.
    if (role !== active.role && !isPublicRole(role)) {
      const at = (grant: string) => grant.startsWith(`${role}@`) && !state.copied.includes(grant);
      const held = actor.grants.find((grant) => at(grant) && state.readers.includes(grant));
      if (held) return { role, orgId: held.slice(role.length + 1) };
    }
  }
  return null;
}

export function capacityIn(allowed: readonly Role[], actor: Actor): Capacity | null {
  for (const role of allowed) {
    const held = actor.grants.find((grant) => grant.startsWith(`${role}@`));
    if (held) return { role, orgId: held.slice(role.length + 1) };
  }
  return null;
}

function requireFree(definition: StepDefinition, active: ActiveStep, actor: Actor): void {
  if (actor.kind === 'event' || actor.kind === 'clock' || actor.kind === 'system') return;
  if (active.paused) {
    throw refuse('cases.paused', { step: definition.zh, why: pauseZh[active.paused.reason] });
  }
  const pending = active.cosigners.filter((one) => !one.opinion).length;
  if (pending > 0) throw refuse('cases.cosign_pending', { count: pending });
  requireUnclaimed(definition, active, actor);
}

export const pauseZh = { supplement: '等待补正', suspension: '中止办理' } as const;

/** A vote is nobody's alone: a claim does not keep the other voters out. */
export function requireUnclaimed(definition: StepDefinition, active: ActiveStep, actor: Actor): void {
  if (active.assigneeId && actor.kind === 'staff' && active.assigneeId !== actor.id && !definition.vote) {
    throw refuse('cases.claimed_by_other', { name: '另一位经办人' });
  }
}

function requireFourEyes(workflow: Workflow, definition: StepDefinition, state: CaseState, actor: Actor): void {
  if (actor.kind !== 'staff') return;
  for (const step of definition.differentFrom ?? []) {
    if (state.done[step]?.actorId === actor.id) {
      throw refuse('cases.four_eyes', { step: workflow.steps[step]?.zh ?? step });
    }
  }
  // Whoever filled something in for the applicant does not decide about it.
  for (const [step, done] of Object.entries(state.done)) {
    if (actor.onBehalf || done.actorId !== actor.id || !done.actorRole) continue;
    if (isRole(done.actorRole) && isPublicRole(done.actorRole))
      throw refuse('cases.four_eyes', { step: workflow.steps[step]?.zh ?? step });
  }
}

type Moved = Pick<Decision, 'body' | 'exits' | 'entries'>;

/** Leaves a step by an outcome: enters what follows, joins, cancels siblings of a branch that leaves its scope, or ends. */
export function move(
  workflow: Workflow,
  state: CaseState,
  step: string,
  outcomeId: string,
  facts: Facts,
  active: ActiveStep | null,
): Moved {
  const outcome = stepOf(workflow, step).outcomes[outcomeId];
  invariant(outcome, `step ${step} has no outcome ${outcomeId}`);
  const exits = [{ step, outcome: outcomeId }];
  const left = [step];
  const scope = active?.scope ?? null;
  const siblings = scope ? state.active.filter((one) => one.scope === scope && one.step !== step) : [];

  if (outcome.end !== undefined) {
    const cancelled = state.active.filter((one) => one.step !== step).map((one) => one.step);
    return {
      exits,
      entries: [],
      body: { v: 1, left, ...(cancelled.length > 0 ? { cancelled } : {}), ended: outcome.end },
    };
  }
  const targets = outcome.next ?? [];
  // The outcome is part of "done" from here on, so that a limit counted from this step starts now.
  const after: CaseState = {
    ...state,
    done: {
      ...state.done,
      [step]: { at: facts.now, outcome: outcomeId, actorId: null, actorRole: null, orgId: active?.orgId ?? null },
    },
  };
  if (scope && targets.includes(scope)) {
    if (siblings.length > 0) return { exits, entries: [], body: { v: 1, left } };
    return entering(workflow, after, [scope], null, facts, exits, left, []);
  }
  if (scope && targets.every((target) => staysInside(workflow, scope, target))) {
    return entering(workflow, after, targets, scope, facts, exits, left, []);
  }
  const nextScope = outcome.parallel ? outcome.parallel.join : null;
  return entering(
    workflow,
    after,
    targets,
    nextScope,
    facts,
    exits,
    left,
    siblings.map((one) => one.step),
  );
}

function staysInside(workflow: Workflow, join: string, target: string): boolean {
  for (const definition of Object.values(workflow.steps)) {
    for (const outcome of Object.values(definition.outcomes)) {
      if (outcome.parallel?.join === join && outcome.parallel.scope.includes(target)) return true;
    }
  }
  return false;
}

function entering(
  workflow: Workflow,
  state: CaseState,
  targets: readonly string[],
  scope: string | null,
  facts: Facts,
  exits: Moved['exits'],
  left: readonly string[],
  cancelled: readonly string[],
): Moved {
  const entered = targets.map((target) => enterStep(workflow, state, target, facts, scope));
  // A step that the program itself keeps (a mandate that runs, month after month) is nobody's delay.
  const looped = entered.find((one) => one.round >= supervisedRound && stepOf(workflow, one.step).role !== 'system');
  return {
    exits,
    entries: targets,
    body: {
      v: 1,
      left,
      ...(cancelled.length > 0 ? { cancelled } : {}),
      entered,
      readers: entered.flatMap((one) => readersOf(stepOf(workflow, one.step), one, state, facts)),
      ...(looped && !state.supervised
        ? { supervised: { note: `“${stepOf(workflow, looped.step).zh}”已进行到第${looped.round}轮，请督办` } }
        : {}),
    },
  };
}

/** Who may read the case from this step on: its actors' organisations and the further readers that the step names. */
export function readersOf(
  definition: StepDefinition,
  active: ActiveStep,
  state: CaseState,
  facts: Facts,
): readonly string[] {
  const readers: string[] = active.named && active.orgId ? [roleGrant(active.role, active.orgId)] : [];
  const named = new Set(definition.readers ?? []);
  for (const role of [...(active.named ? [] : actorsOf(definition)), ...named]) {
    if (isPublicRole(role) || roles[role].kind === 'system') continue;
    // Where the applicant's organisation has the turn in a role of its own, nobody else is let in as its alternative.
    const isApplicants = active.role !== definition.role && active.orgId === state.applicantOrgId;
    if (isApplicants && !named.has(role)) {
      if (role === active.role && active.orgId) readers.push(roleGrant(role, active.orgId));
      continue;
    }
    // Where a person or the person's company may act, the company is the one that applied, never whichever the region has.
    const isAlternative = isPublicRole(definition.role) && roles[role].kind === 'external' && !named.has(role);
    const orgId =
      role === definition.role ? active.orgId : isAlternative ? state.applicantOrgId : facts.route(role, state.region);
    if (orgId) readers.push(roleGrant(role, orgId));
  }
  return readers;
}

function emptyState(opening: Opening, now: string): CaseState {
  return {
    ...opening,
    attached: [],
    seq: 0,
    openedAt: now,
    status: 'open',
    end: null,
    endedAt: null,
    active: [],
    done: {},
    rounds: {},
    votes: {},
    links: [],
    supervised: null,
    urgedAt: null,
    copied: [],
    ratedStars: null,
    erased: 0,
  };
}
