// What the clerk's verbs share: who acts in which capacity, and how a decision is written down. Pure.

import type { Role, StepDefinition, Workflow } from '#catalog';
import { isRole } from '#catalog';
import { roleGrant } from '#platform/access';
import { refuse } from './contract.ts';
import {
  capacityFor,
  capacityIn,
  requireActive,
  requireUnclaimed,
  wrongRole,
  type Capacity,
  type Decision,
  type Turn,
} from './decide.ts';
import { actorsOf, stepOf, type Facts } from './enter.ts';
import { speaksFor, type ActionBody, type ActionType, type ActiveStep, type Actor, type CaseState } from './model.ts';

export type Context = {
  readonly workflow: Workflow;
  readonly state: CaseState;
  readonly actor: Actor;
  readonly facts: Facts;
};

export function record(
  context: Context,
  type: ActionType,
  capacity: Capacity,
  body: Omit<ActionBody, 'v'>,
  step: string | null = null,
  outcome: string | null = null,
): Decision {
  return {
    type,
    step,
    outcome,
    actorRole: capacity.role,
    actorOrgId: capacity.orgId,
    at: context.facts.now,
    body: { v: 1, ...body },
    exits: [],
    entries: [],
  };
}

/** The office in which this actor works on this step; the applicant and somebody else's step are refused. */
export function clerk(context: Context, step: string): Turn {
  const { workflow, state, actor } = context;
  const active = requireActive(workflow, state, step);
  const definition = stepOf(workflow, step);
  const capacity = clerkCapacity(definition, state, active, actor);
  if (!capacity) throw wrongRole(definition, actorsOf(definition));
  requireUnclaimed(definition, active, actor);
  return { active, capacity, definition };
}

/** The verbs of the desk pause clocks and pass on work: an applicant has none of them, not even in his or her own step. */
export function clerkCapacity(
  definition: StepDefinition,
  state: CaseState,
  active: ActiveStep,
  actor: Actor,
): Capacity | null {
  return actor.kind === 'staff' && !actor.onBehalf ? capacityFor(actorsOf(definition), state, active, actor) : null;
}

/** Any office that reads the case. */
export function staffCapacity(context: Context): Capacity {
  const { actor, state } = context;
  if (actor.kind === 'system') return { role: 'system', orgId: null };
  const held = actor.grants.find((grant) => state.readers.includes(grant) && officeOf(grant));
  const office = held && officeOf(held);
  if (!office) throw refuse('cases.wrong_role', { step: '本办件', role: '经办单位' });
  return office;
}

/** An office that works on a step now or did before; one that only reads is refused. */
export function partCapacity(context: Context): Capacity {
  const { workflow, actor, state } = context;
  for (const active of state.active) {
    const capacity = clerkCapacity(stepOf(workflow, active.step), state, active, actor);
    if (capacity) return capacity;
  }
  for (const { actorRole, orgId } of Object.values(state.done)) {
    if (actor.kind !== 'staff' || !actorRole || !orgId || !isRole(actorRole)) continue;
    if (actor.grants.includes(roleGrant(actorRole, orgId))) return { role: actorRole, orgId };
  }
  throw refuse('cases.wrong_role', { step: '本办件', role: '经办单位' });
}

function officeOf(grant: string): { role: Role; orgId: string } | null {
  const [role, orgId] = grant.split('@');
  return role && orgId && isRole(role) ? { role, orgId } : null;
}

export function applicant(context: Context): Capacity {
  const { actor, state } = context;
  if (speaksFor(state, actor)) return { role: 'worker', orgId: null };
  const company = state.applicantOrgId;
  const isTheirs = (grant: string) =>
    state.applicantRole && company ? grant === roleGrant(state.applicantRole, company) : grant.endsWith(`@${company}`);
  if (company && actor.grants.some(isTheirs)) {
    const role = state.applicantRole ?? capacityIn(['enterprise', 'platform_company'], actor)?.role ?? 'enterprise';
    return { role, orgId: company };
  }
  throw refuse('cases.not_applicant');
}

export function requireOpen(state: CaseState): void {
  if (state.status === 'ended') throw refuse('cases.ended');
}
