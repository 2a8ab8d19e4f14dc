// What one person sees of one case, built from its state and actions: masked, in words, with what he or she may do now and why
// not. Pure: the caller gathers names, documents and related cases.

import { z } from 'zod';
import type { Field, Fields, OutcomeDefinition, Role, StepDefinition } from '#catalog';
import { roles } from '#catalog';
import { caseFields, showValue } from '#catalog/data';
import { fieldKind } from '#catalog/fields/index';
import { isSecret } from '#catalog/form';
import { catalogRegistry } from '#catalog/registry';
import { workingDaysBetween, dayOf } from '#platform/calendar';
import { roleGrant } from '#platform/access';
import { capacityFor } from './decide.ts';
import { actorsOf, isPublicRole, peopleFor, stepOf, waitsForItems } from './enter.ts';
import { isRateable, speaksFor, type ActiveStep, type Agent, type CaseAction } from './model.ts';
import { actionsFor } from './view-actions.ts';
import type { ViewInput } from './view-input.ts';
import { actionTitles, limitText, outcomeWords } from './words.ts';
import { worksOn } from './works-on.ts';
import { explanationLine, type ActiveStepView, type CaseView, type Fact, type TimelineItem } from './contract.ts';

export function viewCase(input: ViewInput): CaseView {
  const { service, state } = input;
  const mine = isApplicant(input);
  const facts = viewFacts(input, mine);
  const active = state.active.map((one) => viewActive(input, one, facts));
  return {
    caseId: state.caseId,
    caseNo: state.caseNo,
    seq: state.seq,
    serviceCode: service.code,
    serviceZh: service.zh,
    workflowZh: service.workflow.zh,
    status: state.status,
    endZh: state.end ? (service.workflow.ends[state.end] ?? state.end) : null,
    statusText: statusText(input, active),
    applicant: input.applicant,
    canUnmaskApplicant:
      input.viewer.kind === 'staff' && state.personId !== null && worksOn(service, state, input.viewer.grants),
    region: input.regionZh,
    openedAt: state.openedAt,
    submittedAt: input.actions.findLast(({ type }) => type === 'attached')?.at ?? state.openedAt,
    endedAt: state.endedAt,
    supervised: state.supervised?.note ?? null,
    active,
    facts,
    timeline: input.actions.flatMap((action) => viewAction(input, action, mine)),
    actions: actionsFor(input, mine),
    documents: input.documents,
    related: input.related,
    referrals: referralsOf(input, mine),
    main: input.main,
    merged: mine ? [] : [...input.merged],
    rating: input.rating,
    canRate: mine && !input.viewer.onBehalf && input.viewer.kind === 'worker' && isRateable(state),
    path: pathOf(input),
  };
}

/** Where the case was handed on to. What offices take up among themselves would only send its person to a window for nothing. */
function referralsOf({ state, targetZh }: ViewInput, mine: boolean): CaseView['referrals'] {
  return state.links
    .filter((link) => link.kind === 'referral')
    .map((link) => targetZh(link.target))
    .filter(({ ofOffices = false }) => !(mine && ofOffices))
    .map(({ zh, available }) => ({ zh, available }));
}

function isApplicant({ state, viewer }: ViewInput): boolean {
  if (viewer.kind === 'worker' || viewer.onBehalf) return speaksFor(state, viewer);
  const { applicantRole: role, applicantOrgId: orgId } = state;
  // A company that applied is an applicant like any other; a department that did works on the case as well, with the desk's verbs.
  return Boolean(role && orgId && roles[role].kind === 'external' && viewer.grants.includes(roleGrant(role, orgId)));
}

// ---- whose turn --------------------------------------------------------------------------------------------------------------

/** Roles that choose the outcomes of a step: its actors, or those that outcomes name. */
function choosers(definition: StepDefinition): readonly Role[] {
  return [...new Set(Object.values(definition.outcomes).flatMap((outcome) => peopleFor(definition, outcome)))];
}

function viewActive(input: ViewInput, active: ActiveStep, facts: readonly Fact[]): ActiveStepView {
  const definition = stepOf(input.service.workflow, active.step);
  const { now, calendar } = input.facts;
  const who = choosers(definition);
  const mine = !definition.standing && who.length > 0 && capacityFor(who, input.state, active, input.viewer) !== null;
  const limit = definition.limit;
  return {
    step: active.step,
    zh: definition.zh,
    whose: whose(input, definition, active, who),
    mine,
    assignee: active.assigneeId ? input.staffName(active.assigneeId) : null,
    enteredAt: active.enteredAt,
    dueAt: active.dueAt,
    lastDay: active.lastDay,
    limitText: definition.standing
      ? ''
      : limitText({ dueAt: active.dueAt, pausedAt: active.paused?.at ?? null }, limit, now, (from, to) =>
          workingDaysBetween(calendar, dayOf(from), dayOf(to)),
        ),
    basis: limit ? `${limit.basis}${limit.needsCheck ? '（待核）' : ''}` : '',
    light: active.light,
    provisional: active.provisional,
    paused: active.paused
      ? { supplement: '等您补充材料，时限暂停', suspension: '中止办理，时限暂停' }[active.paused.reason]
      : null,
    supplement: active.supplement
      ? { items: [...active.supplement.items], note: active.supplement.note, dueAt: active.supplement.dueAt }
      : null,
    // Masked and sealed as everywhere else: only what this viewer may read is shown first.
    shows: (definition.shows ?? []).flatMap((name) =>
      facts
        .filter((one) => one.name === name)
        .map((one) => ({ ...one, lines: one.masked ? [] : linesIn(input.state.data[name]) })),
    ),
    silence: definition.standing ? null : silenceOf(definition),
  };
}

const lines = z.array(explanationLine);

function linesIn(value: unknown): z.infer<typeof lines> {
  return lines.safeParse(value).data ?? [];
}

/** What the clock chooses for a person who does not. */
function silenceOf(definition: StepDefinition): string | null {
  const outcome = Object.values(definition.outcomes).find((one) => one.by?.includes('clock'));
  return outcome ? outcomeWords(outcome) : null;
}

function whose(input: ViewInput, definition: StepDefinition, active: ActiveStep, who: readonly Role[]): string {
  if (definition.standing) return '系统';
  if (waitsForItems(definition, input.state)) return '名单上的每个人';
  if (active.supplement || who.some(isPublicRole) || isPublicRole(definition.role))
    return isApplicant(input) ? '您' : '申请人';
  if (who.length === 0) return definition.role === 'system' ? '系统' : `等待${roles[definition.role].zh}的回执`;
  return active.orgId ? input.orgName(active.orgId) : roles[definition.role].zh;
}

function statusText(input: ViewInput, active: readonly ActiveStepView[]): string {
  const { state, service } = input;
  if (state.status === 'ended')
    return `已结束：${state.end ? (service.workflow.ends[state.end] ?? state.end) : '办结'}${state.erased > 0 ? '（内容已依法删除）' : ''}`;
  const first = active[0];
  if (!first) return '办理中';
  if (service.workflow.steps[first.step]?.standing) return first.zh;
  if (first.paused) return `${first.zh}：${first.paused}`;
  if (['您', '申请人'].includes(first.whose)) return `轮到${first.whose}：${first.zh}`;
  return first.whose.startsWith('等待') ? `${first.zh}：${first.whose}` : `${first.whose}正在办理：${first.zh}`;
}

// ---- facts -------------------------------------------------------------------------------------------------------------------

function fieldsWithSteps(input: ViewInput): {
  readonly fields: Fields;
  readonly stepOfField: ReadonlyMap<string, string>;
} {
  const fields: Record<string, Field> = {};
  for (const service of [...input.attached, input.service]) Object.assign(fields, caseFields(service, catalogRegistry));
  const stepOfField = new Map<string, string>();
  for (const definition of Object.values(input.service.workflow.steps)) {
    for (const form of [definition.form, ...Object.values(definition.outcomes).map((outcome) => outcome.form)]) {
      for (const name of Object.keys(form ?? {})) stepOfField.set(name, definition.zh);
    }
  }
  for (const service of [input.service, ...input.attached]) {
    for (const name of [...Object.keys(service.fields), ...Object.keys(service.materials)]) stepOfField.delete(name);
  }
  return { fields, stepOfField };
}

/** Sensitive fields that the viewer may see: those revealed by a step that his or her role does. */
function revealed(input: ViewInput): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [step, definition] of Object.entries(input.service.workflow.steps)) {
    const acts = actorsOf(definition).some((role) =>
      input.viewer.grants.some((grant) => grant.startsWith(`${role}@`) && input.state.readers.includes(grant)),
    );
    const reached = input.state.done[step] !== undefined || input.state.active.some((one) => one.step === step);
    if (acts && reached) for (const name of definition.reveals ?? []) names.add(name);
  }
  return names;
}

function viewFacts(input: ViewInput, mine: boolean): Fact[] {
  const { fields, stepOfField } = fieldsWithSteps(input);
  const shown = revealed(input);
  return Object.entries(fields).flatMap(([name, field]): Fact[] => {
    const value = input.state.data[name];
    // Keys of our own rows say nothing to anybody.
    if (value === undefined || value === null || name.endsWith('_id')) return [];
    const step = stepOfField.get(name) ?? null;
    // A worker reads what he or she gave and what was decided; working notes of the desk stay at the desk.
    if (mine && step && field.class === 'internal') return [];
    return [factOf(input, name, field, value, step, mine || shown.has(name))];
  });
}

function factOf(
  input: ViewInput,
  name: string,
  field: Field,
  value: unknown,
  step: string | null,
  open: boolean,
): Fact {
  const fileIds = fileIdsIn(value);
  const hidden = field.class === 'sensitive' && !open;
  const secret = isSecret(field);
  const kind = fieldKind(field.kind);
  const text =
    secret || hidden
      ? showValue({ ...field, class: 'sensitive' }, value)
      : kind.format(value, field.options, { regionName: input.regionName });
  return {
    name,
    zh: field.zh,
    kind: field.kind,
    text,
    masked: secret || hidden,
    canUnmask: secret && input.viewer.kind === 'staff',
    fileIds: hidden ? [] : fileIds,
    step,
  };
}

function fileIdsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('fileIds' in value && Array.isArray(value.fileIds))
    return value.fileIds.filter((id): id is string => typeof id === 'string');
  return 'fileId' in value && typeof value.fileId === 'string' ? [value.fileId] : [];
}

// ---- timeline ----------------------------------------------------------------------------------------------------------------

function viewAction(input: ViewInput, action: ViewInput['actions'][number], mine: boolean): TimelineItem[] {
  const body = action.body;
  // Internal notes, claims and copies are the desk's own; the applicant sees every act that changed something.
  if (mine && ['noted', 'claimed', 'released', 'copied'].includes(action.type)) return [];
  const definition = action.step ? input.service.workflow.steps[action.step] : undefined;
  const note = body?.reason ?? body?.note ?? null;
  return [
    {
      seq: action.seq,
      at: action.at,
      title: actionTitles[action.type](definition?.zh ?? '', outcomeZh(definition, action.outcome)),
      by: byWhom(input, action, mine),
      note: body ? note : '内容已依法删除，存证仍然有效',
      explanation: body?.explanation ?? null,
      trace: { state: action.traceState, entryHash: action.entryHash },
    },
  ];
}

function outcomeZh(definition: StepDefinition | undefined, outcome: string | null): string {
  return outcome ? (definition?.outcomes[outcome]?.zh ?? '') : '';
}

function byWhom(input: ViewInput, action: CaseAction, mine: boolean): string {
  if (action.actorKind === 'system' || action.actorKind === 'clock')
    return action.actorKind === 'clock' ? '时限到期' : '系统';
  if (action.actorKind === 'event') return '外部回执';
  const agent = action.body?.onBehalf;
  if (agent) return byAgent(input, agent, mine);
  if (action.actorKind === 'worker') return mine ? '我' : '申请人';
  const org = action.actorOrgId ? input.orgName(action.actorOrgId) : '经办单位';
  if (mine || !action.actorId) return org;
  const absent = action.body?.standsInFor;
  return `${org} ${input.staffName(action.actorId)}${absent ? `（代${absent}）` : ''}`;
}

/** Both names: the agent's, and whom it was done for. Staff see the names of the public masked, as everywhere. */
function byAgent(input: ViewInput, agent: Agent, mine: boolean): string {
  const open = mine || agent.kind === 'assisted';
  const name = open ? agent.agentName : fieldKind('person_name').mask(agent.agentName);
  return `${name}（代${input.applicant}${agent.kind === 'assisted' ? '，窗口代办' : ''}）`;
}

// ---- path --------------------------------------------------------------------------------------------------------------------

/** The main way: what was passed, where it stands, and what normally follows (the first outcome of each step). */
function pathOf(input: ViewInput): CaseView['path'] {
  const { state, service } = input;
  const names = (step: string) => stepOf(service.workflow, step).zh;
  const done = Object.entries(state.done)
    .filter(([step, { outcome }]) => outcome !== 'withdrawn' && !state.active.some((one) => one.step === step))
    .toSorted(([, a], [, b]) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .map(([step]) => ({ step, zh: names(step), state: 'done' as const }));
  const active = state.active.map((one) => ({ step: one.step, zh: names(one.step), state: 'active' as const }));
  const ahead: CaseView['path'] = [];
  const seen = new Set([...done, ...active].map((one) => one.step));
  let next = state.active[0] ? mainTargets(stepOf(service.workflow, state.active[0].step)) : [];
  while (next.length > 0 && ahead.length < 12) {
    const fresh = next.filter((step) => !seen.has(step));
    for (const step of fresh) {
      seen.add(step);
      ahead.push({ step, zh: names(step), state: 'ahead' });
    }
    next = fresh[0] ? mainTargets(stepOf(service.workflow, fresh[0])) : [];
  }
  return [...done, ...active, ...ahead];
}

function mainTargets(definition: StepDefinition): readonly string[] {
  // The outcome written first is the usual one. Where that ends the case, nothing lies ahead: what follows a refusal or a
  // complaint is not shown to people as their way.
  const usual: OutcomeDefinition | undefined = Object.values(definition.outcomes)[0];
  return usual?.next ?? [];
}
