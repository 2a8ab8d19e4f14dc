// How a step begins: whose turn it is, from when its limit counts, when the light turns yellow, when a timer fires. Pure.

import type { LimitDefinition, OutcomeDefinition, Role, Service, StepDefinition, Workflow } from '#catalog';
import { roles } from '#catalog';
import { dueAt, dueBefore, lightAt, type WorkingCalendar } from '#platform/calendar';
import { invariant } from '#platform/errors';
import { refuse } from './contract.ts';
import type { ActiveStep, CaseState } from './model.ts';

/** Whether a step takes in the form of the case's own service, and not of one that joins it. */
export function fills(service: Service, step: string): boolean {
  const entry = service.workflow.entries[service.entry];
  return entry !== undefined && (entry.step === step || (entry.again?.includes(step) ?? false));
}

/** What the pure engine may know of the world. */
export type Facts = {
  readonly now: string;
  readonly calendar: WorkingCalendar;
  /** The organisation that acts in a role for a region, or null where none is configured. */
  route(role: Role, region: string): string | null;
  /** Whether an organisation acts in a role anywhere; where this is not given, none does. */
  holds?(role: Role, orgId: string): boolean;
  /** Whether a person of the staff holds a role in an organisation now; where this is not given, nobody does. */
  works?(staffId: string, role: Role, orgId: string): boolean;
};

/** A clock that fires but was never a promise may be this many rounds old before a supervisor is told (convention `loop`). */
export const supervisedRound = 3;

/** Only an outside party's word (or the clock) leads on from here: money or an answer may be on its way. */
export function waitsForParty({ outcomes }: StepDefinition): boolean {
  const by = Object.values(outcomes).map((outcome) => outcome.by ?? []);
  return (
    by.some((kinds) => kinds.includes('event')) &&
    by.every((kinds) => kinds.length > 0 && kinds.every((kind) => kind === 'event' || kind === 'clock'))
  );
}

export function stepOf(workflow: Workflow, step: string): StepDefinition {
  const definition = workflow.steps[step];
  invariant(definition, `workflow ${workflow.code} has no step ${step}`);
  return definition;
}

/** True where the applicant acts: the role belongs to the public, not to an organisation. */
export function isPublicRole(role: Role): boolean {
  return roles[role].kind === 'public';
}

export function actorsOf(definition: StepDefinition): readonly Role[] {
  return definition.actors ?? [definition.role];
}

/** Roles of people who may take an outcome; without one, who may work on the step at all. */
export function peopleFor(definition: StepDefinition, outcome?: OutcomeDefinition): readonly Role[] {
  if (!outcome?.by) return actorsOf(definition);
  return outcome.by.filter((by): by is Role => by !== 'clock' && by !== 'event');
}

export function enterStep(
  workflow: Workflow,
  state: CaseState,
  step: string,
  facts: Facts,
  scope: string | null,
): ActiveStep {
  const definition = stepOf(workflow, step);
  if (waitsForItems(definition, state)) return waiting(step, state, facts, scope);
  const clock = clockOf(definition.limit, state, facts);
  const timer = timerOf(workflow, step);
  return {
    step,
    round: (state.rounds[step] ?? 0) + 1,
    enteredAt: facts.now,
    ...(applicantTurn(definition, step, state) ?? actsIn(definition, state, facts)),
    assigneeId: null,
    ...clock,
    light: 'green',
    timerAt: timer ? dueAt(facts.calendar, facts.now, timer.after).dueAt : null,
    timerNext: timer?.next ?? null,
    scope,
    paused: null,
    extended: false,
    supplement: null,
    cosigners: [],
  };
}

/** A step that people take one by one off a list: the case of the list waits there while a case of each runs. */
export function waitsForItems(definition: StepDefinition, state: Pick<CaseState, 'itemOf'>): boolean {
  return definition.perItem !== undefined && definition.role !== 'system' && state.itemOf === undefined;
}

/** Nobody's turn and no clock: each item has its own. */
function waiting(step: string, state: CaseState, facts: Facts, scope: string | null): ActiveStep {
  return {
    step,
    round: (state.rounds[step] ?? 0) + 1,
    enteredAt: facts.now,
    role: 'system',
    orgId: null,
    assigneeId: null,
    ...noClock,
    light: 'green',
    timerAt: null,
    timerNext: null,
    scope,
    paused: null,
    extended: false,
    supplement: null,
    cosigners: [],
  };
}

/**
 * Where the applicant acts and an organisation applied, the step is that organisation's, in the role in which it applied: what a
 * person would do, what an outside party of its role does, and what it did before and was given back.
 */
function applicantTurn(
  definition: StepDefinition,
  step: string,
  state: CaseState,
): Pick<ActiveStep, 'role' | 'orgId'> | null {
  const { applicantRole: role, applicantOrgId: orgId } = state;
  if (!role || !orgId || definition.orgFrom || !actorsOf(definition).includes(role)) return null;
  const { kind } = roles[definition.role];
  const theirs = kind === 'public' ? state.personId === null : kind === 'external' && definition.role === role;
  return theirs || state.done[step]?.actorRole === role ? { role, orgId } : null;
}

export function timerOf(workflow: Workflow, step: string) {
  return workflow.timers?.find((one) => one.step === step);
}

type ClockFields = Pick<ActiveStep, 'countedFrom' | 'dueAt' | 'lastDay' | 'unit' | 'provisional' | 'yellowAt'>;
const noClock: ClockFields = {
  countedFrom: null,
  dueAt: null,
  lastDay: null,
  unit: null,
  provisional: false,
  yellowAt: null,
};

export function clockOf(limit: LimitDefinition | undefined, state: CaseState, facts: Facts): ClockFields {
  if (!limit) return noClock;
  const from = limit.countedFrom;
  if (from?.kind === 'event' && from.direction === 'before') {
    const event = instantOf(state.data[from.ref]);
    if (!event) return noClock;
    const due = dueBefore(facts.calendar, event, limit);
    return withLight(facts.now, due, limit, facts);
  }
  const start = startOf(limit, state, facts.now);
  return withLight(start, dueAt(facts.calendar, start, limit), limit, facts);
}

function withLight(
  start: string,
  due: { dueAt: string; lastDay: string | null; provisional: boolean },
  limit: LimitDefinition,
  facts: Facts,
): ClockFields {
  return {
    countedFrom: start,
    dueAt: due.dueAt,
    lastDay: due.lastDay,
    unit: limit.unit,
    provisional: due.provisional,
    yellowAt: yellowAt(start, due.dueAt, facts.now),
  };
}

/** When the light turns yellow; never before now while there is time left, so that no light is dated back. */
export function yellowAt(start: string, due: string, now: string): string {
  const yellow = lightAt(start, due);
  return yellow < now && due > now ? now : yellow;
}

function startOf(limit: LimitDefinition, state: CaseState, now: string): string {
  const from = limit.countedFrom;
  if (!from) return now;
  if (from.kind === 'step') return state.done[from.ref]?.at ?? now;
  return instantOf(state.data[from.ref]) ?? now;
}

/** A field that holds an instant or a day; a day counts from its start in China. */
function instantOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return new Date(`${value}T00:00:00+08:00`).toISOString();
  return Number.isNaN(Date.parse(value)) ? null : new Date(value).toISOString();
}

/** Who acts in a step: the organisation that somebody named, in the role that it holds there, or the one that the role leads to. */
function actsIn(
  definition: StepDefinition,
  state: CaseState,
  facts: Facts,
): Pick<ActiveStep, 'role' | 'orgId' | 'named'> {
  const from = definition.orgFrom;
  const orgId = from && 'field' in from ? orgIdIn(state.data[from.field]) : null;
  if (!orgId) return { role: definition.role, orgId: orgOf(definition, state, facts) };
  const allowed = actorsOf(definition);
  const role = facts.holds ? allowed.find((one) => facts.holds?.(one, orgId)) : definition.role;
  if (!role) throw refuse('cases.no_organisation', { role: allowed.map((one) => roles[one].zh).join('、') });
  return { role, orgId, named: true };
}

function orgOf(definition: StepDefinition, state: CaseState, facts: Facts): string | null {
  if (isPublicRole(definition.role) || roles[definition.role].kind === 'system') return null;
  const from = definition.orgFrom;
  if (from && 'step' in from) {
    const acted = state.done[from.step]?.orgId;
    if (acted) return acted;
  }
  // A company acts for itself: the applicant's own organisation before any routing.
  if (roles[definition.role].kind === 'external' && state.applicantOrgId && definition.role === 'enterprise') {
    return state.applicantOrgId;
  }
  const routed = facts.route(definition.role, state.region);
  if (!routed) throw refuse('cases.no_organisation', { role: roles[definition.role].zh });
  return routed;
}

function orgIdIn(value: unknown): string | null {
  if (typeof value === 'object' && value !== null && 'orgId' in value && typeof value.orgId === 'string')
    return value.orgId;
  return null;
}
