// Paths through a workflow, found by searching the pure engine from an entry: for every outcome the shortest way that takes it. A
// plain model of tokens, written from the definition alone, says where each move must lead. Nothing here reads a database.

import { roles, type Role, type Service, type StepDefinition, type Workflow } from '#catalog';
import { decideWhen } from '#catalog/decide-when';
import { di001 } from '#catalog/services/daily-insurance/di-001';
import {
  act,
  clockOutcome,
  command,
  fold,
  open,
  openItem,
  tick,
  type ActiveStep,
  type Actor,
  type CaseAction,
  type CaseState,
  type Decision,
  type Facts,
} from '#modules/cases';
import { personGrant, roleGrant } from '#platform/access';
import type { Condition } from '#platform/condition';

export type Move =
  | { readonly kind: 'open'; readonly step: string; readonly outcome: string }
  | {
      readonly kind: 'act';
      readonly step: string;
      readonly outcome: string;
      readonly by: 'worker' | 'staff' | 'event' | 'system';
    }
  | { readonly kind: 'vote'; readonly step: string; readonly outcome: string; readonly choice: 'agree' | 'disagree' }
  | { readonly kind: 'clock'; readonly step: string; readonly outcome: string }
  | { readonly kind: 'timer'; readonly step: string; readonly outcome: 'timer' }
  | { readonly kind: 'back'; readonly step: string; readonly outcome: 'back'; readonly to: string };

export type Node = {
  readonly state: CaseState;
  readonly actions: readonly CaseAction[];
  readonly moves: readonly Move[];
};
export type Taken = {
  readonly before: CaseState;
  readonly after: CaseState;
  readonly decisions: readonly Decision[];
  readonly actions: readonly CaseAction[];
  readonly facts: Facts;
};

const personId = '00000000-0000-7000-8000-000000000001';
export const walkRegion = '350203';
export const orgOf = (role: Role): string => `org-${role}`;

/** A service that is nothing but a door into a workflow. */
export function doorTo(workflow: Workflow, entry: string): Service {
  return { ...di001, code: 'XX-000', workflow, entry, fields: {}, materials: {}, eligibility: [], rules: [] };
}

export function stepIn(workflow: Workflow, name: string): StepDefinition {
  const step = workflow.steps[name];
  if (!step) throw new Error(`${workflow.code} has no step ${name}`);
  return step;
}

const staffActor = (held: readonly Role[], active: ActiveStep | null, id: string): Actor => ({
  kind: 'staff',
  id,
  name: '经办',
  grants: held.map((role) =>
    roleGrant(role, active && active.role === role && active.orgId ? active.orgId : orgOf(role)),
  ),
});
const worker: Actor = { kind: 'worker', id: personId, name: '申请人', grants: [personGrant(personId)] };
export const stranger: Actor = {
  kind: 'staff',
  id: 'stranger',
  name: '外人',
  grants: [roleGrant('data_operator', 'elsewhere')],
};
const program = (kind: 'system' | 'event' | 'clock'): Actor => ({ kind, id: null, name: '', grants: ['*'] });

const isPerson = (chooser: string): chooser is Role => chooser !== 'clock' && chooser !== 'event';
const isPublic = (role: Role): boolean => roles[role].kind === 'public';

/** Who takes an outcome, by the definition: the program's parties or a role. */
export function takerOf(
  step: StepDefinition,
  outcome: string,
): { by: 'worker' | 'staff' | 'event' | 'system' | 'clock'; roles: readonly Role[] } {
  const choosers = step.outcomes[outcome]?.by;
  if (choosers) {
    const people = choosers.filter(isPerson);
    if (people.length > 0) return { by: people.some(isPublic) ? 'worker' : 'staff', roles: people };
    return { by: choosers.includes('event') ? 'event' : 'clock', roles: [] };
  }
  if (step.role === 'system') return { by: 'system', roles: [] };
  const people = step.actors ?? [step.role];
  return { by: people.some(isPublic) ? 'worker' : 'staff', roles: people };
}

export function actorFor(move: Move, workflow: Workflow, active: ActiveStep | null, id = `staff-${move.step}`): Actor {
  if (move.kind === 'clock' || move.kind === 'timer') return program('clock');
  const step = stepIn(workflow, move.step);
  const { by, roles: held } = takerOf(step, move.outcome);
  if (move.kind === 'act' && (move.by === 'event' || move.by === 'system')) return program(move.by);
  return by === 'worker' || held.some(isPublic)
    ? worker
    : staffActor(held.length > 0 ? held : (step.actors ?? [step.role]), active, id);
}

/** Data that make a condition true: enough for the closed shapes that outcomes use. */
export function dataFor(condition: Condition | undefined): Record<string, unknown> {
  if (!condition) return {};
  if ((condition.op === 'eq' || condition.op === 'ne') && condition.a.op === 'field' && condition.b.op === 'const') {
    return { [condition.a.name]: condition.op === 'eq' ? condition.b.value : `不是${String(condition.b.value)}` };
  }
  if (condition.op === 'in' && condition.a.op === 'field') return { [condition.a.name]: condition.values[0] };
  if (condition.op === 'present' && condition.a.op === 'field') return { [condition.a.name]: ['有'] };
  // What is not there is not sent.
  if (condition.op === 'not' && condition.of.op === 'present') return {};
  throw new Error(`no data for the condition ${JSON.stringify(condition)}`);
}

/** The move as the pure engine takes it; refusals come out as they are. `at` lets the clock act at its true date. */
export function take(
  service: Service,
  node: Node | null,
  move: Move,
  facts: Facts,
  caseId: string,
  openingData: Readonly<Record<string, unknown>> = {},
): Taken {
  const { workflow } = service;
  const decisions: Decision[] = [];
  const actions: CaseAction[] = [];
  let state = node?.state ?? null;
  let when = facts;
  const carry = (decision: Decision, actor: Actor) => {
    const action: CaseAction = {
      actionId: `a${(state?.seq ?? 0) + 1}`,
      seq: (state?.seq ?? 0) + 1,
      type: decision.type,
      step: decision.step,
      outcome: decision.outcome,
      actorKind: actor.kind,
      actorId: actor.id,
      actorRole: decision.actorRole,
      actorOrgId: decision.actorOrgId,
      at: decision.at,
      body: decision.body,
    };
    state = fold(state, caseId, action);
    decisions.push(decision);
    actions.push(action);
  };
  if (move.kind === 'open') {
    const opening = {
      caseId,
      caseNo: '35020320260105000001',
      serviceCode: service.code,
      serviceHash: 'x',
      region: walkRegion,
      personId,
      applicantOrgId: null,
      dossierId: null,
      parentCaseId: null,
      data: openingData,
      readers: [],
    };
    const actor = actorFor(move, workflow, null);
    carry(open(service, opening, actor, facts), actor);
    return { before: opened(state), after: opened(state), decisions, actions, facts };
  }
  const before = opened(state);
  const active = before.active.find((one) => one.step === move.step) ?? null;
  const data = move.kind === 'act' ? dataFor(stepIn(workflow, move.step).outcomes[move.outcome]?.when) : {};
  const reason = '理由写在这里';
  if (move.kind === 'vote') {
    for (const id of ['voter-1', 'voter-2']) {
      const actor = actorFor(move, workflow, active, id);
      const still = opened(state);
      if (still.active.some((one) => one.step === move.step && one.round === active?.round))
        carry(command(service, still, { type: 'vote', step: move.step, choice: move.choice }, actor, facts), actor);
    }
  } else if (move.kind === 'clock' || move.kind === 'timer') {
    const at = move.kind === 'clock' ? active?.dueAt : active?.timerAt;
    if (!at) throw new Error(`${move.step} has no ${move.kind}`);
    when = { ...facts, now: at };
    const decision = tick(service, before, move.step, move.kind, program('clock'), when);
    if (!decision) throw new Error(`the clock did nothing to ${move.step}`);
    carry(decision, program('clock'));
  } else if (move.kind === 'back') {
    const actor = actorFor(move, workflow, active);
    carry(command(service, before, { type: 'return', step: move.step, to: move.to, reason }, actor, facts), actor);
  } else {
    const actor = actorFor(move, workflow, active);
    carry(
      act(service, before, { type: 'act', step: move.step, outcome: move.outcome, data, reason }, actor, facts),
      actor,
    );
  }
  return { before, after: opened(state), decisions, actions, facts: when };
}

function opened(state: CaseState | null): CaseState {
  if (!state) throw new Error('the case is not open');
  return state;
}

/**
 * Where the case of a list waits for its people, the walk goes on in the case of one of them. Null where nobody is waited for: where
 * there is one, `taken.after` is the list's own case and the answer is the item's.
 */
export function itemOf(service: Service, taken: Taken): (Taken & { readonly step: string }) | null {
  const { workflow } = service;
  const waiting = taken.after.active.find(({ step }) => {
    const { perItem, role } = stepIn(workflow, step);
    return perItem && role !== 'system' && taken.after.itemOf === undefined;
  });
  if (!waiting) return null;
  const { serviceCode, serviceHash, region, data } = taken.after;
  const { step } = waiting;
  const decision = openItem(
    workflow,
    {
      caseId: 'item',
      caseNo: '35020320260105000002',
      serviceCode,
      serviceHash,
      region,
      personId,
      applicantOrgId: null,
      dossierId: null,
      parentCaseId: taken.after.caseId,
      itemOf: step,
      data,
      readers: [],
    },
    step,
    taken.facts,
  );
  const action: CaseAction = {
    actionId: 'i1',
    seq: 1,
    type: decision.type,
    step: decision.step,
    outcome: decision.outcome,
    actorKind: 'system',
    actorId: null,
    actorRole: decision.actorRole,
    actorOrgId: decision.actorOrgId,
    at: decision.at,
    body: decision.body,
  };
  const after = fold(null, 'item', action);
  return { ...taken, before: after, after, decisions: [decision], actions: [action], step };
}

/** Every move that the definition offers in a state, the clock's and the way back to an entry included. */
export function movesIn(workflow: Workflow, state: CaseState): Move[] {
  const entries = new Set(Object.values(workflow.entries).map((entry) => entry.step));
  const moves: Move[] = [];
  for (const { step, scope } of state.active) {
    const definition = stepIn(workflow, step);
    for (const outcome of Object.keys(definition.outcomes)) {
      const { vote } = definition;
      const { by } = takerOf(definition, outcome);
      if (vote && (outcome === vote.pass || outcome === vote.fail))
        moves.push({ kind: 'vote', step, outcome, choice: outcome === vote.pass ? 'agree' : 'disagree' });
      else if (by !== 'clock') moves.push({ kind: 'act', step, outcome, by });
      if (clockOutcome(definition) === outcome) moves.push({ kind: 'clock', step, outcome });
    }
    if (workflow.timers?.some((timer) => timer.step === step)) moves.push({ kind: 'timer', step, outcome: 'timer' });
    // A return is the desk's; where the step has an outcome of its own for it, that is the way.
    const isDesk = definition.role !== 'system' && !(definition.actors ?? [definition.role]).some(isPublic);
    const mayReturn = isDesk && !scope && Object.values(definition.outcomes).some((one) => !one.by);
    const ownWay = definition.outcomes['return']?.next ?? [];
    for (const to of mayReturn ? Object.keys(state.done) : []) {
      const isPlace = entries.has(to) && to !== step && stepIn(workflow, to).kind === 'human' && !ownWay.includes(to);
      if (isPlace) moves.push({ kind: 'back', step, outcome: 'back', to });
    }
  }
  return moves;
}

export const keyOf = (move: Move): string =>
  `${move.step}/${move.outcome}${move.kind === 'clock' ? '@clock' : move.kind === 'back' ? `→${move.to}` : ''}`;

/** Every outcome of a workflow, by the key of the move that takes it. */
export function outcomesOf(workflow: Workflow): string[] {
  const keys = Object.entries(workflow.steps).flatMap(([name, step]) =>
    Object.keys(step.outcomes).map((outcome) =>
      takerOf(step, outcome).by === 'clock' ? `${name}/${outcome}@clock` : `${name}/${outcome}`,
    ),
  );
  const silent = Object.entries(workflow.steps).flatMap(([name, step]) =>
    step.limit?.silence?.outcome ? [`${name}/${step.limit.silence.outcome}@clock`] : [],
  );
  const timers = (workflow.timers ?? []).map((timer) => `${timer.step}/timer`);
  return [...keys, ...silent, ...timers];
}

/** Breadth first: for each move the shortest path that ends with it, on ways that `leadsOn` allows. States with the same steps at work count as one. */
export function pathsFrom(
  service: Service,
  facts: Facts,
  openingData: Readonly<Record<string, unknown>>,
  leadsOn: (key: string) => boolean = () => true,
): Map<string, readonly Move[]> {
  const { workflow } = service;
  const entry = workflow.entries[service.entry];
  if (!entry) throw new Error(`no entry ${service.entry}`);
  const first = stepIn(workflow, entry.step);
  const openMove: Move = {
    kind: 'open',
    step: entry.step,
    outcome:
      'submit' in first.outcomes
        ? 'submit'
        : (decideWhen(first, openingData, facts.now) ?? Object.keys(first.outcomes)[0] ?? ''),
  };
  const found = new Map<string, readonly Move[]>([[keyOf(openMove), [openMove]]]);
  const start = take(service, null, openMove, facts, 'case', openingData);
  const queue: Node[] = [nodeAfter(service, start, [], [openMove])];
  const seen = new Set<string>();
  for (let node = queue.shift(); node; node = queue.shift()) {
    for (const move of movesIn(workflow, node.state)) {
      const moves = [...node.moves, move];
      const taken = take(service, node, move, facts, 'case');
      if (!found.has(keyOf(move))) found.set(keyOf(move), moves);
      const place =
        taken.after.active
          .map((one) => `${one.step}@${one.scope ?? ''}`)
          .toSorted()
          .join() + (taken.after.active.length > 0 ? `|${entriesDone(workflow, taken.after)}` : '');
      if (seen.has(place) || taken.after.status === 'ended' || !leadsOn(keyOf(move))) continue;
      seen.add(place);
      queue.push(nodeAfter(service, taken, node.actions, moves));
    }
  }
  return found;
}

function nodeAfter(service: Service, taken: Taken, before: readonly CaseAction[], moves: readonly Move[]): Node {
  const item = itemOf(service, taken);
  return item
    ? { state: item.after, actions: item.actions, moves }
    : { state: taken.after, actions: [...before, ...taken.actions], moves };
}

function entriesDone(workflow: Workflow, state: CaseState): string {
  return Object.values(workflow.entries)
    .map((entry) => (state.done[entry.step] ? '1' : '0'))
    .join('');
}

// ---- the model of tokens ---------------------------------------------------------------------------------------------------------

export type Token = { readonly step: string; readonly scope: string | null };

/** Where the tokens stand after a move, by the definition alone. */
export function tokensAfter(workflow: Workflow, tokens: readonly Token[], move: Move): readonly Token[] {
  const mine = tokens.find((one) => one.step === move.step);
  const rest = tokens.filter((one) => one !== mine);
  if (move.kind === 'back') return [...rest, { step: move.to, scope: null }];
  if (move.kind === 'timer') {
    const timer = workflow.timers?.find((one) => one.step === move.step);
    return [...rest, ...(timer ? [{ step: timer.next, scope: null }] : [])];
  }
  const outcome = stepIn(workflow, move.step).outcomes[move.outcome];
  if (!outcome || outcome.end !== undefined) return [];
  const next = outcome.next ?? [];
  const scope = mine?.scope ?? null;
  if (scope) {
    if (next.includes(scope))
      return rest.some((one) => one.scope === scope) ? rest : [...rest, { step: scope, scope: null }];
    const inside = Object.values(workflow.steps)
      .flatMap((step) => Object.values(step.outcomes))
      .flatMap((one) => (one.parallel?.join === scope ? one.parallel.scope : []));
    if (next.every((step) => inside.includes(step))) return [...rest, ...next.map((step) => ({ step, scope }))];
    return [
      ...rest.filter((one) => one.scope !== scope),
      ...next.map((step) => ({ step, scope: outcome.parallel?.join ?? null })),
    ];
  }
  return [...rest, ...next.map((step) => ({ step, scope: outcome.parallel?.join ?? null }))];
}
