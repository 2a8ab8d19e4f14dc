// The clerk's other verbs, as pure functions: return, withdraw, transfer, claim, co-handle, vote, supplement, suspend, extend,
// urge, supervise, appeal, note, copy; and the verbs of the clock. Each checks who may and when, and gives a Decision.

import type { Service, StepDefinition, Workflow } from '#catalog';
import { isRole, roles } from '#catalog';
import { personGrant, roleGrant } from '#platform/access';
import { dueAfterPause, dueAt, lightAt } from '#platform/calendar';
import { invariant } from '#platform/errors';
import { refuse, type CaseCommand } from './contract.ts';
import {
  act,
  capacityFor,
  capacityIn,
  move,
  readersOf,
  requireActive,
  type Capacity,
  type Decision,
} from './decide.ts';
import { actorsOf, clockOf, enterStep, stepOf, type Facts } from './enter.ts';
import type { ActionBody, ActionType, ActiveStep, Actor, CaseState } from './model.ts';

const urgeHoursMin = 24;

export function command(service: Service, state: CaseState, input: CaseCommand, actor: Actor, facts: Facts): Decision {
  const context: Context = { workflow: service.workflow, state, actor, facts };
  switch (input.type) {
    case 'act':
      return act(service, state, input, actor, facts);
    case 'return':
      return giveBack(context, input);
    case 'withdraw':
      return withdraw(context, input.reason);
    case 'transfer':
      return transfer(context, input);
    case 'claim':
      return claim(context, input.step);
    case 'release':
      return release(context, input.step);
    case 'cosign':
      return cosign(context, input);
    case 'opinion':
      return opinion(context, input);
    case 'vote':
      return vote(context, input);
    case 'request_supplement':
      return requestSupplement(context, input);
    case 'supplement':
      return supplement(context, input);
    case 'suspend':
      return suspend(context, input);
    case 'resume':
      return resume(context, input);
    case 'extend':
      return extend(context, input);
    case 'urge':
      return urge(context);
    case 'supervise':
      return supervise(context, input.note);
    case 'answer_supervision':
      return answerSupervision(context, input.note);
    case 'note':
      return record(context, 'noted', staffCapacity(context), { note: input.note });
    case 'copy':
      return copy(context, input);
    case 'appeal':
      return appeal(context, input.reason);
  }
}

type Context = { readonly workflow: Workflow; readonly state: CaseState; readonly actor: Actor; readonly facts: Facts };

function record(
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

function requireReason(reason: string | undefined): string {
  const text = (reason ?? '').trim();
  if (text.length < 4) throw refuse('cases.reason_required');
  return text;
}

/** The capacity in which this actor works on this step; somebody else's step is refused. */
function worker(
  context: Context,
  step: string,
): { active: ActiveStep; capacity: Capacity; definition: StepDefinition } {
  const active = requireActive(context.workflow, context.state, step);
  const definition = stepOf(context.workflow, step);
  const capacity = capacityFor(actorsOf(definition), context.state, active, context.actor);
  if (!capacity) {
    throw refuse('cases.wrong_role', {
      step: definition.zh,
      role: actorsOf(definition)
        .map((role) => roles[role].zh)
        .join('、'),
    });
  }
  if (active.assigneeId && context.actor.kind === 'staff' && active.assigneeId !== context.actor.id) {
    throw refuse('cases.claimed_by_other', { name: '另一位经办人' });
  }
  return { active, capacity, definition };
}

function staffCapacity(context: Context): Capacity {
  const { actor, state } = context;
  if (actor.kind === 'system') return { role: 'system', orgId: null };
  for (const grant of actor.grants) {
    const [role, orgId] = grant.split('@');
    if (role && orgId && isRole(role) && state.readers.includes(grant)) return { role, orgId };
  }
  throw refuse('cases.wrong_role', { step: '本办件', role: '经办单位' });
}

function applicant(context: Context): Capacity {
  const { actor, state } = context;
  if (actor.kind === 'worker' && state.personId && actor.grants.includes(personGrant(state.personId))) {
    return { role: 'worker', orgId: null };
  }
  const company = state.applicantOrgId;
  if (company && actor.grants.some((grant) => grant.endsWith(`@${company}`))) {
    return { role: capacityIn(['enterprise', 'platform_company'], actor)?.role ?? 'enterprise', orgId: company };
  }
  throw refuse('cases.not_applicant');
}

function requireOpen(state: CaseState): void {
  if (state.status === 'ended') throw refuse('cases.ended');
}

/** 退回: back to an earlier step that was really passed, with reasons. */
function giveBack(context: Context, input: { step: string; to: string; reason: string }): Decision {
  const { active, capacity, definition } = worker(context, input.step);
  const reason = requireReason(input.reason);
  const declared = Object.values(definition.outcomes).some((outcome) => outcome.next?.includes(input.to));
  if (
    !context.state.done[input.to] ||
    active.scope ||
    (!declared && stepOf(context.workflow, input.to).kind === 'auto')
  ) {
    throw refuse('cases.no_such_outcome', {
      step: definition.zh,
      outcome: `退回至“${context.workflow.steps[input.to]?.zh ?? input.to}”`,
    });
  }
  const entered = enterStep(context.workflow, context.state, input.to, context.facts, null);
  const readers = readersOf(stepOf(context.workflow, input.to), entered, context.state, context.facts);
  const body = { left: [input.step], entered: [entered], reason, readers };
  return { ...record(context, 'returned', capacity, body, input.step, 'return'), entries: [input.to] };
}

function withdraw(context: Context, reason: string | undefined): Decision {
  requireOpen(context.state);
  const capacity = applicant(context);
  const blocked = context.state.active.find((one) => !stepOf(context.workflow, one.step).withdrawable);
  if (blocked || context.state.active.length === 0) {
    throw refuse('cases.not_withdrawable', { step: blocked ? stepOf(context.workflow, blocked.step).zh : '办结' });
  }
  invariant(
    'withdrawn' in context.workflow.ends,
    `workflow ${context.workflow.code} is withdrawable and has no end for it`,
  );
  return record(context, 'withdrawn', capacity, {
    left: context.state.active.map((one) => one.step),
    ended: 'withdrawn',
    ...(reason ? { reason } : {}),
  });
}

/** 转办 to another organisation, or 委派 to a colleague. */
function transfer(
  context: Context,
  input: { step: string; orgId?: string | undefined; assigneeId?: string | undefined; reason: string },
): Decision {
  const { active, capacity } = worker(context, input.step);
  const reason = requireReason(input.reason);
  const orgId = input.orgId ?? active.orgId;
  const changed: ActiveStep = { ...active, orgId, assigneeId: input.assigneeId ?? null };
  const readers = orgId ? [roleGrant(active.role, orgId)] : [];
  return record(context, 'transferred', capacity, { changed: [changed], reason, readers }, input.step);
}

function claim(context: Context, step: string): Decision {
  const { active, capacity } = worker(context, step);
  invariant(context.actor.id, 'a claim needs a person');
  return record(context, 'claimed', capacity, { changed: [{ ...active, assigneeId: context.actor.id }] }, step);
}

function release(context: Context, step: string): Decision {
  const { active, capacity } = worker(context, step);
  return record(context, 'released', capacity, { changed: [{ ...active, assigneeId: null }] }, step);
}

/** 加签: another organisation must give its opinion before the step can be decided. */
function cosign(context: Context, input: { step: string; role: string; orgId: string; note: string }): Decision {
  const { active, capacity } = worker(context, input.step);
  if (!isRole(input.role)) throw refuse('cases.no_organisation', { role: input.role });
  const cosigners = [...active.cosigners, { role: input.role, orgId: input.orgId, opinion: null }];
  const readers = [roleGrant(input.role, input.orgId)];
  return record(
    context,
    'cosigner_added',
    capacity,
    { changed: [{ ...active, cosigners }], note: input.note, readers },
    input.step,
  );
}

function opinion(context: Context, input: { step: string; agree: boolean; text: string }): Decision {
  const active = requireActive(context.workflow, context.state, input.step);
  const index = active.cosigners.findIndex(
    (one) => !one.opinion && context.actor.grants.includes(roleGrant(one.role, one.orgId)),
  );
  const asked = active.cosigners[index];
  if (!asked || !context.actor.id) {
    throw refuse('cases.wrong_role', { step: stepOf(context.workflow, input.step).zh, role: '会签单位' });
  }
  const given = { by: context.actor.id, at: context.facts.now, agree: input.agree, text: input.text };
  const cosigners = active.cosigners.map((one, at) => (at === index ? { ...one, opinion: given } : one));
  const capacity = { role: asked.role, orgId: asked.orgId };
  return record(
    context,
    'opinion_given',
    capacity,
    { changed: [{ ...active, cosigners }] },
    input.step,
    input.agree ? 'agree' : 'disagree',
  );
}

/** 会签 / 或签 / N of M: the last vote that settles it also takes the outcome. `eligible` is how many may vote. */
function vote(context: Context, input: { step: string; choice: 'agree' | 'disagree' | 'abstain' }): Decision {
  const { active, capacity, definition } = worker(context, input.step);
  const rule = definition.vote;
  if (!rule || !context.actor.id) throw refuse('cases.no_such_outcome', { step: definition.zh, outcome: '投票' });
  const cast = context.state.votes[`${input.step}#${active.round}`] ?? {};
  if (cast[context.actor.id]) throw refuse('cases.vote_cast');
  const choices = [...Object.values(cast), input.choice];
  const body = { vote: { step: input.step, round: active.round, choice: input.choice } };
  const settled = settle(rule, choices);
  if (!settled) return record(context, 'voted', capacity, body, input.step, input.choice);
  const moved = move(context.workflow, context.state, input.step, settled, context.facts, active);
  return {
    ...record(context, 'voted', capacity, { ...moved.body, ...body }, input.step, settled),
    exits: moved.exits,
    entries: moved.entries,
  };
}

/** The outcome that a set of votes has settled, or null while it is open. `all` and `count` need `count` votes in favour. */
export function settle(rule: NonNullable<StepDefinition['vote']>, choices: readonly string[]): string | null {
  const agreed = choices.filter((choice) => choice === 'agree').length;
  const against = choices.filter((choice) => choice === 'disagree').length;
  if (rule.mode === 'any') return agreed > 0 ? rule.pass : null;
  const needed = rule.count ?? 2;
  if (agreed >= needed) return rule.pass;
  return rule.mode === 'all' && against > 0 ? rule.fail : against >= needed ? rule.fail : null;
}

/** 补正: the applicant is told once, in one list, what is missing; the clock of the step rests meanwhile. */
function requestSupplement(
  context: Context,
  input: { step: string; items: string[]; note: string; days: number },
): Decision {
  const { active, capacity, definition } = worker(context, input.step);
  if (active.paused) throw refuse('cases.paused', { step: definition.zh, why: '等待补正' });
  const due = dueAt(context.facts.calendar, context.facts.now, { value: input.days, unit: 'calendar_day' });
  const changed: ActiveStep = {
    ...active,
    paused: { at: context.facts.now, reason: 'supplement', note: input.note },
    supplement: { items: input.items, note: input.note, dueAt: due.dueAt, by: context.actor.id ?? '' },
  };
  return record(context, 'supplement_requested', capacity, { changed: [changed], note: input.note }, input.step);
}

function supplement(context: Context, input: { step: string; data: Record<string, unknown> }): Decision {
  const active = requireActive(context.workflow, context.state, input.step);
  const capacity = applicant(context);
  if (!active.supplement) throw refuse('cases.not_paused', { step: stepOf(context.workflow, input.step).zh });
  return record(
    context,
    'supplement_submitted',
    capacity,
    { changed: [running(context, active)], data: input.data },
    input.step,
  );
}

function suspend(context: Context, input: { step: string; reason: string }): Decision {
  const { active, capacity, definition } = worker(context, input.step);
  if (active.paused) throw refuse('cases.paused', { step: definition.zh, why: '暂停' });
  const reason = requireReason(input.reason);
  const paused = { at: context.facts.now, reason: 'suspension' as const, note: reason };
  return record(context, 'suspended', capacity, { changed: [{ ...active, paused }], reason }, input.step);
}

function resume(context: Context, input: { step: string; note?: string | undefined }): Decision {
  const { active, capacity, definition } = worker(context, input.step);
  if (active.paused?.reason !== 'suspension') throw refuse('cases.not_paused', { step: definition.zh });
  return record(
    context,
    'resumed',
    capacity,
    { changed: [running(context, active)], ...(input.note ? { note: input.note } : {}) },
    input.step,
  );
}

/** A paused step runs again: what was left of its limit is left still. */
function running(context: Context, active: ActiveStep): ActiveStep {
  const base = { ...active, paused: null, supplement: null };
  if (!active.paused || !active.dueAt || !active.unit || active.dueAt <= active.paused.at) return base;
  const { calendar, now } = context.facts;
  const due = dueAfterPause(calendar, active.dueAt, active.paused.at, now, active.unit);
  const yellow = active.countedFrom ? lightAt(active.countedFrom, due.dueAt) : null;
  return {
    ...base,
    dueAt: due.dueAt,
    lastDay: due.lastDay,
    provisional: due.provisional,
    yellowAt: yellow && yellow < now ? now : yellow,
    timerAt: active.timerAt ? dueAfterPause(calendar, active.timerAt, active.paused.at, now, active.unit).dueAt : null,
  };
}

function extend(context: Context, input: { step: string; reason: string }): Decision {
  const { active, capacity, definition } = worker(context, input.step);
  const extension = definition.limit?.extension;
  const reason = requireReason(input.reason);
  if (!extension || active.extended || !active.dueAt) throw refuse('cases.extension_refused', { step: definition.zh });
  // The extension follows the limit: it starts with the last day of what there was.
  const from = new Date(Date.parse(active.dueAt) - 1).toISOString();
  const due = dueAt(context.facts.calendar, from, extension);
  const changed: ActiveStep = {
    ...active,
    extended: true,
    dueAt: due.dueAt,
    lastDay: due.lastDay,
    provisional: due.provisional,
    yellowAt: lightAt(active.countedFrom ?? active.enteredAt, due.dueAt),
    light: 'green',
  };
  return record(context, 'extended', capacity, { changed: [changed], reason }, input.step);
}

function urge(context: Context): Decision {
  requireOpen(context.state);
  const capacity = applicant(context);
  const last = context.state.urgedAt;
  if (last && Date.parse(context.facts.now) - Date.parse(last) < urgeHoursMin * 3_600_000) {
    throw refuse('cases.urge_too_soon', { hours: urgeHoursMin });
  }
  return record(context, 'urged', capacity, { urged: true });
}

function supervise(context: Context, note: string): Decision {
  requireOpen(context.state);
  const capacity =
    context.actor.kind === 'system' ? { role: null, orgId: null } : capacityIn(['supervisor'], context.actor);
  if (!capacity) throw refuse('cases.wrong_role', { step: '督办', role: roles.supervisor.zh });
  return record(context, 'supervised', capacity, { supervised: { note: requireReason(note) } });
}

function answerSupervision(context: Context, note: string): Decision {
  if (!context.state.supervised) throw refuse('cases.not_paused', { step: '督办' });
  const capacity = staffCapacity(context);
  return record(context, 'supervision_answered', capacity, { supervised: { lifted: true }, note: requireReason(note) });
}

function copy(context: Context, input: { role: string; orgId: string }): Decision {
  const capacity = staffCapacity(context);
  if (!isRole(input.role)) throw refuse('cases.no_organisation', { role: input.role });
  const grant = roleGrant(input.role, input.orgId);
  return record(context, 'copied', capacity, { copied: [grant], readers: [grant] });
}

/** 不服处理结果: kept in the case and linked to the service that reviews it; the case itself stays as it was decided. */
function appeal(context: Context, reason: string): Decision {
  const capacity = applicant(context);
  if (context.state.status !== 'ended') throw refuse('cases.not_ended');
  const link = { kind: 'referral' as const, target: 'decision-review', caseId: null, at: context.facts.now };
  return record(context, 'appealed', capacity, { reason: requireReason(reason), links: [link] });
}

// ---- the clock ---------------------------------------------------------------------------------------------------------------

export type ClockKind = 'yellow' | 'red' | 'timer' | 'clock' | 'supplement';

/** What the clock does to a step at its true date; null when the step has moved on meanwhile or rests. */
export function tick(
  service: Service,
  state: CaseState,
  step: string,
  kind: ClockKind,
  actor: Actor,
  facts: Facts,
): Decision | null {
  const context: Context = { workflow: service.workflow, state, actor, facts };
  const active = state.active.find((one) => one.step === step);
  if (state.status === 'ended' || !active) return null;
  if (kind === 'supplement') return active.supplement ? expireSupplement(context, active) : null;
  if (active.paused) return null;
  const nobody = { role: null, orgId: null };
  if (kind === 'yellow' || kind === 'red') {
    const changed = [{ ...active, light: kind }];
    const note = `“${stepOf(context.workflow, step).zh}”已到办理时限，请督办`;
    return record(
      context,
      'light_turned',
      nobody,
      { changed, ...(kind === 'red' ? { supervised: { note } } : {}) },
      step,
      kind,
    );
  }
  if (kind === 'timer') return fireTimer(context, active);
  const outcome = clockOutcome(stepOf(context.workflow, step));
  if (!outcome) return null;
  return act(service, state, { type: 'act', step, outcome, data: {} }, actor, facts);
}

/** The outcome that the clock takes at expiry: one that names the clock, or silence with a legal effect. */
export function clockOutcome(definition: StepDefinition): string | null {
  const byClock = Object.entries(definition.outcomes).find(([, outcome]) => outcome.by?.includes('clock'));
  return byClock?.[0] ?? definition.limit?.silence?.outcome ?? null;
}

function fireTimer(context: Context, active: ActiveStep): Decision | null {
  if (!active.timerNext) return null;
  const entered = enterStep(context.workflow, context.state, active.timerNext, context.facts, null);
  const readers = readersOf(stepOf(context.workflow, active.timerNext), entered, context.state, context.facts);
  const body = { left: [active.step], entered: [entered], readers };
  return {
    ...record(context, 'timer_fired', { role: null, orgId: null }, body, active.step, 'timer'),
    entries: [active.timerNext],
  };
}

/** The supplement was not brought in time: the step runs again and a person decides what that means. */
function expireSupplement(context: Context, active: ActiveStep): Decision {
  const body = { changed: [running(context, active)], note: '补正期限已满，材料没有补齐，请经办人决定' };
  return record(context, 'supplement_expired', { role: null, orgId: null }, body, active.step);
}

/** 节假日安排公布后: the due dates of the active steps are computed anew and the change is recorded. */
export function recompute(service: Service, state: CaseState, facts: Facts): Decision | null {
  const context: Context = { workflow: service.workflow, state, actor: systemActor, facts };
  const changed: ActiveStep[] = [];
  for (const active of state.active) {
    if (!active.provisional || !active.countedFrom || active.paused || active.extended) continue;
    const definition = stepOf(service.workflow, active.step);
    const clock = clockOf(definition.limit, state, { ...facts, now: active.enteredAt });
    if (clock.dueAt !== active.dueAt || clock.provisional !== active.provisional) changed.push({ ...active, ...clock });
  }
  if (changed.length === 0) return null;
  return record(
    context,
    'clock_recomputed',
    { role: 'system', orgId: null },
    { changed, note: '节假日安排公布后重新计算时限' },
  );
}

const systemActor: Actor = { kind: 'system', id: null, name: '系统', grants: ['*'] };

/** 好差评, once, by the applicant, after the end. */
export function rate(
  state: CaseState,
  stars: number,
  comment: string,
  actor: Actor,
  facts: Facts,
  workflow: Workflow,
): Decision {
  const context: Context = { workflow, state, actor, facts };
  const capacity = applicant(context);
  if (state.status !== 'ended') throw refuse('cases.not_ended');
  if (state.ratedStars !== null) throw refuse('cases.already_rated');
  return record(context, 'rated', capacity, { rated: stars, ...(comment ? { note: comment } : {}) });
}
