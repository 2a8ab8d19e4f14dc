// The clerk's other verbs, as pure functions: return, withdraw, transfer, claim, co-handle, vote, urge, supervise, appeal, note,
// copy. Each checks who may and when, and gives a Decision. What stops a clock stands in pauses.ts, the clock's own in tick.ts.

import type { OutcomeDefinition, Role, Service, StepDefinition, Workflow } from '#catalog';
import { isRole, roles } from '#catalog';
import { roleGrant } from '#platform/access';
import { invariant } from '#platform/errors';
import { refuse, type CaseCommand } from './contract.ts';
import {
  act,
  move,
  needsReason,
  readersOf,
  requireActive,
  requireOpenOutcome,
  requirePart,
  requireReason,
  requireTurn,
  wrongRole,
  type Capacity,
  type Decision,
} from './decide.ts';
import { actorsOf, enterStep, stepOf, type Facts } from './enter.ts';
import { isRateable, type ActiveStep, type Actor, type CaseState } from './model.ts';
import { extend, requestSupplement, resume, supplement, suspend } from './pauses.ts';
import {
  applicant,
  clerk,
  clerkCapacity,
  partCapacity,
  record,
  requireOpen,
  staffCapacity,
  type Context,
} from './verb-context.ts';

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

/** Who may send a command at all, asked before what it carries is looked at: a form is not explained to the wrong person. */
export function requireSender(
  service: Service,
  state: CaseState,
  input: CaseCommand,
  actor: Actor,
  facts: Facts,
): void {
  if (input.type === 'act') requirePart(service.workflow, state, input.step, actor, input.outcome);
  if (input.type === 'supplement') {
    requireActive(service.workflow, state, input.step);
    applicant({ workflow: service.workflow, state, actor, facts });
  }
}

/**
 * 退回: back to an earlier step that was really passed, with reasons. Where the step has an outcome of its own for that (with its
 * form and its letter), that one is taken instead.
 */
function giveBack(context: Context, input: { step: string; to: string; reason: string }): Decision {
  const { workflow, state, actor, facts } = context;
  const { active, capacity, definition } = requireTurn(workflow, state, input.step, actor, null);
  if (!clerkCapacity(definition, state, active, actor)) throw wrongRole(definition, actorsOf(definition));
  const target = workflow.steps[input.to];
  const declared = definition.outcomes['return']?.next?.includes(input.to);
  if (
    !target ||
    !state.done[input.to] ||
    input.to === input.step ||
    target.kind !== 'human' ||
    active.scope ||
    declared
  ) {
    throw refuse('cases.no_such_outcome', {
      step: definition.zh,
      outcome: `退回至“${target?.zh ?? input.to}”`,
    });
  }
  const reason = requireReason(input.reason);
  const entered = enterStep(workflow, state, input.to, facts, null);
  const body = { left: [input.step], entered: [entered], reason, readers: readersOf(target, entered, state, facts) };
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

/** 转办 to another organisation, or 委派 to a colleague: to somebody who is there and does this work. */
function transfer(
  context: Context,
  input: { step: string; orgId?: string | undefined; assigneeId?: string | undefined; reason: string },
): Decision {
  const { active, capacity } = clerk(context, input.step);
  const { facts } = context;
  const orgId = input.orgId ?? active.orgId;
  const toNobody = !input.orgId && !input.assigneeId;
  if (toNobody || !orgId || (input.orgId && !facts.holds?.(active.role, orgId))) throw noOrganisation(active.role);
  if (input.assigneeId && !facts.works?.(input.assigneeId, active.role, orgId)) throw noOrganisation(active.role);
  const reason = requireReason(input.reason);
  const changed: ActiveStep = { ...active, orgId, assigneeId: input.assigneeId ?? null };
  const readers = [roleGrant(active.role, orgId)];
  return record(context, 'transferred', capacity, { changed: [changed], reason, readers }, input.step);
}

function noOrganisation(role: string) {
  return refuse('cases.no_organisation', { role: isRole(role) ? roles[role].zh : role });
}

function claim(context: Context, step: string): Decision {
  const { active, capacity, definition } = clerk(context, step);
  if (definition.vote) throw refuse('cases.no_such_outcome', { step: definition.zh, outcome: '领办' });
  invariant(context.actor.id, 'a claim needs a person');
  return record(context, 'claimed', capacity, { changed: [{ ...active, assigneeId: context.actor.id }] }, step);
}

function release(context: Context, step: string): Decision {
  const { active, capacity } = clerk(context, step);
  return record(context, 'released', capacity, { changed: [{ ...active, assigneeId: null }] }, step);
}

/** 加签: another organisation must give its opinion before the step can be decided. */
function cosign(context: Context, input: { step: string; role: string; orgId: string; note: string }): Decision {
  const { active, capacity } = clerk(context, input.step);
  const known = officesOf(context.workflow).some((role) => role === input.role);
  if (!known || !isRole(input.role) || !context.facts.holds?.(input.role, input.orgId))
    throw noOrganisation(input.role);
  const cosigners = [...active.cosigners, { role: input.role, orgId: input.orgId, opinion: null }];
  const body = { changed: [{ ...active, cosigners }], note: input.note, readers: [roleGrant(input.role, input.orgId)] };
  return record(context, 'cosigner_added', capacity, body, input.step);
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
  const body = { changed: [{ ...active, cosigners }] };
  return record(context, 'opinion_given', asked, body, input.step, input.agree ? 'agree' : 'disagree');
}

type Ballot = { step: string; choice: 'agree' | 'disagree' | 'abstain'; reason?: string | undefined };

/** 会签 / 或签 / N of M: the last vote that settles it also takes the outcome, with all that an outcome must pass. */
function vote(context: Context, input: Ballot): Decision {
  const { workflow, state, actor, facts } = context;
  const { active, capacity, definition } = requireTurn(workflow, state, input.step, actor, null);
  const rule = definition.vote;
  if (!rule || !actor.id) throw refuse('cases.no_such_outcome', { step: definition.zh, outcome: '投票' });
  const cast = state.votes[`${input.step}#${active.round}`] ?? {};
  if (cast[actor.id]) throw refuse('cases.vote_cast');
  const against = definition.outcomes[rule.fail];
  const mustSay = input.choice === 'disagree' && against && needsReason(rule.fail, against);
  const reason = mustSay ? requireReason(input.reason) : input.reason;
  const body = {
    vote: { step: input.step, round: active.round, choice: input.choice },
    ...(reason ? { reason } : {}),
  };
  const settled = settle(rule, [...Object.values(cast), input.choice]);
  if (!settled) return record(context, 'voted', capacity, body, input.step, input.choice);
  requireOpenOutcome(outcomeOf(definition, settled), state, facts);
  const moved = move(workflow, state, input.step, settled, facts, active);
  return {
    ...record(context, 'voted', capacity, { ...moved.body, ...body }, input.step, settled),
    exits: moved.exits,
    entries: moved.entries,
  };
}

function outcomeOf(definition: StepDefinition, id: string): OutcomeDefinition {
  const outcome = definition.outcomes[id];
  invariant(outcome, `“${definition.zh}” has no outcome ${id}`);
  return outcome;
}

/**
 * The outcome that a set of votes has settled, or null while it is open: passed once enough agree, failed once too few are left
 * who could. The last possible vote always settles it; to abstain is not to agree.
 */
export function settle(rule: NonNullable<StepDefinition['vote']>, choices: readonly string[]): string | null {
  const agreed = choices.filter((choice) => choice === 'agree').length;
  const needed = rule.mode === 'any' ? 1 : rule.count;
  const voters = rule.mode === 'count' ? rule.of : rule.count;
  if (agreed >= needed) return rule.pass;
  return voters - (choices.length - agreed) < needed ? rule.fail : null;
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
  const capacity = context.actor.kind === 'system' ? { role: null, orgId: null } : supervisor(context);
  return record(context, 'supervised', capacity, { supervised: { note: requireReason(note) } });
}

/** The supervisor of the case's region, or one who reads the case. */
function supervisor({ actor, state, facts }: Context): Capacity {
  const routed = facts.route('supervisor', state.region);
  for (const orgId of actor.grants.flatMap((grant) => (grant.startsWith('supervisor@') ? [grant.slice(11)] : []))) {
    if (orgId === routed || state.readers.includes(roleGrant('supervisor', orgId)))
      return { role: 'supervisor', orgId };
  }
  throw refuse('cases.wrong_role', { step: '督办', role: roles.supervisor.zh });
}

function answerSupervision(context: Context, note: string): Decision {
  if (!context.state.supervised) throw refuse('cases.not_paused', { step: '督办' });
  const capacity = staffCapacity(context);
  return record(context, 'supervision_answered', capacity, { supervised: { lifted: true }, note: requireReason(note) });
}

/** 抄送: who works on the case or did lets another office of its lifecycle read it, and says why. */
function copy(context: Context, input: { role: string; orgId: string; reason: string }): Decision {
  const capacity = partCapacity(context);
  const known = officesOf(context.workflow).some((role) => role === input.role);
  if (!known || !isRole(input.role) || !context.facts.holds?.(input.role, input.orgId))
    throw noOrganisation(input.role);
  const grant = roleGrant(input.role, input.orgId);
  // A copy is for reading alone: whoever reads the case by its own part in it must not lose that part.
  if (context.state.readers.includes(grant)) throw refuse('cases.reads_already');
  return record(context, 'copied', capacity, {
    copied: [grant],
    readers: [grant],
    reason: requireReason(input.reason),
  });
}

/** Offices that a lifecycle knows: those that act in it or read it, and the supervisor. Nobody else is ever let in by hand. */
export function officesOf(workflow: Workflow): readonly Role[] {
  const steps = Object.values(workflow.steps);
  const named = steps.flatMap((step) => [
    // In a dispute a company is the other side: it may apply like a person, and is never let in by hand.
    ...actorsOf(step).filter((role) => workflow.domain !== 'dispute' || roles[role].kind !== 'external'),
    ...(step.readers ?? []),
  ]);
  return [...new Set<Role>([...named, 'supervisor'])].filter(
    (role) => !['public', 'system'].includes(roles[role].kind),
  );
}

/** 不服处理结果: kept in the case and linked to the service that reviews it; the case itself stays as it was decided. */
function appeal(context: Context, reason: string): Decision {
  const capacity = applicant(context);
  if (context.state.status !== 'ended') throw refuse('cases.not_ended');
  if (context.state.end === 'withdrawn') throw refuse('cases.ended');
  const link = { kind: 'referral' as const, target: 'decision-review', caseId: null, at: context.facts.now };
  return record(context, 'appealed', capacity, { reason: requireReason(reason), links: [link] });
}

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
  if (!isRateable(state)) throw refuse('cases.not_rateable');
  return record(context, 'rated', capacity, { rated: stars, ...(comment ? { note: comment } : {}) });
}
