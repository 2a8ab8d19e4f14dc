// What one person sees of one case, built from its state and actions: masked, in words, with what he or she may do now and why
// not. Pure: the caller gathers names, documents and related cases.

import type { Field, Fields, OutcomeDefinition, Role, Service, StepDefinition } from '#catalog';
import { roles } from '#catalog';
import { caseFields, showValue } from '#catalog/data';
import { fieldKind } from '#catalog/fields/index';
import { isSecret } from '#catalog/form';
import { catalogRegistry } from '#catalog/registry';
import { workingDaysBetween, dayOf, type WorkingCalendar } from '#platform/calendar';
import { evaluate } from '#platform/condition';
import { personGrant, roleGrant } from '#platform/access';
import { capacityFor, needsReason } from './decide.ts';
import { actorsOf, isPublicRole, stepOf } from './enter.ts';
import type { ActiveStep, Actor, CaseAction, CaseState } from './model.ts';
import { actionTitles, limitText, unitZh } from './words.ts';
import type { ActiveStepView, CaseView, Fact, FormField, PossibleAction, TimelineItem } from './contract.ts';

export type ViewInput = {
  readonly service: Service;
  readonly attached: readonly Service[];
  readonly state: CaseState;
  readonly actions: readonly (CaseAction & { readonly entryHash: string; readonly traceState: TimelineItem['trace']['state'] })[];
  readonly viewer: Actor;
  readonly now: string;
  readonly calendar: WorkingCalendar;
  readonly applicant: string;
  readonly regionZh: string;
  readonly orgName: (orgId: string) => string;
  readonly staffName: (staffId: string) => string;
  readonly regionName: (code: string) => string | undefined;
  readonly documents: CaseView['documents'];
  readonly related: CaseView['related'];
  readonly rating: CaseView['rating'];
  /** Services that may enter at a waiting step (attach), offered as links. */
  readonly entrances: readonly { readonly code: string; readonly zh: string; readonly steps: readonly string[] }[];
  /** Names of planned or published lifecycles that `open` links point to. */
  readonly targetZh: (target: string) => { zh: string; available: boolean };
};

export function viewCase(input: ViewInput): CaseView {
  const { service, state } = input;
  const mine = isApplicant(input);
  const active = state.active.map((one) => viewActive(input, one));
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
    region: input.regionZh,
    openedAt: state.openedAt,
    endedAt: state.endedAt,
    supervised: state.supervised?.note ?? null,
    active,
    facts: viewFacts(input, mine),
    timeline: input.actions.flatMap((action) => viewAction(input, action, mine)),
    actions: state.status === 'ended' ? endedActions(input, mine) : openActions(input, mine),
    documents: input.documents,
    related: input.related,
    referrals: state.links.filter((link) => link.kind === 'referral').map((link) => input.targetZh(link.target)),
    rating: input.rating,
    canRate: mine && state.status === 'ended' && state.ratedStars === null,
    path: pathOf(input),
  };
}

function isApplicant(input: ViewInput): boolean {
  const { state, viewer } = input;
  return viewer.kind === 'worker' && state.personId !== null && viewer.grants.includes(personGrant(state.personId));
}

// ---- whose turn --------------------------------------------------------------------------------------------------------------

/** Roles that choose the outcomes of a step: its actors, or those that outcomes name. */
function choosers(definition: StepDefinition): readonly Role[] {
  const named = Object.values(definition.outcomes).flatMap((outcome) => outcome.by ?? []);
  const people = named.filter((by): by is Role => by !== 'clock' && by !== 'event');
  const anyOpen = Object.values(definition.outcomes).some((outcome) => !outcome.by);
  return [...new Set([...(anyOpen ? actorsOf(definition) : []), ...people])];
}

function viewActive(input: ViewInput, active: ActiveStep): ActiveStepView {
  const definition = stepOf(input.service.workflow, active.step);
  const who = choosers(definition);
  const mine = who.length > 0 && capacityFor(who, input.state, active, input.viewer) !== null;
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
    limitText: limitText(active, limit, input.now, (from, to) => workingDaysBetween(input.calendar, dayOf(from), dayOf(to))),
    basis: limit ? `${limit.basis}${limit.needsCheck ? '（待核）' : ''}` : '',
    light: active.light,
    provisional: active.provisional,
    paused: active.paused ? { supplement: '等您补充材料，时限暂停', suspension: '中止办理，时限暂停', extension: '延期审批中' }[active.paused.reason] : null,
    supplement: active.supplement ? { items: [...active.supplement.items], note: active.supplement.note, dueAt: active.supplement.dueAt } : null,
  };
}

function whose(input: ViewInput, definition: StepDefinition, active: ActiveStep, who: readonly Role[]): string {
  if (active.supplement || who.some(isPublicRole) || isPublicRole(definition.role)) return '申请人';
  if (who.length === 0) return definition.role === 'system' ? '系统' : `等待${roles[definition.role].zh}的回执`;
  return active.orgId ? input.orgName(active.orgId) : roles[definition.role].zh;
}

function statusText(input: ViewInput, active: readonly ActiveStepView[]): string {
  const { state, service } = input;
  if (state.status === 'ended') return `已结束：${state.end ? (service.workflow.ends[state.end] ?? state.end) : '办结'}`;
  const first = active[0];
  if (!first) return '办理中';
  if (first.paused) return `${first.zh}：${first.paused}`;
  if (first.whose === '申请人') return `轮到申请人：${first.zh}`;
  return first.whose.startsWith('等待') ? `${first.zh}：${first.whose}` : `${first.whose}正在办理：${first.zh}`;
}

// ---- facts -------------------------------------------------------------------------------------------------------------------

function fieldsWithSteps(input: ViewInput): { readonly fields: Fields; readonly stepOfField: ReadonlyMap<string, string> } {
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
    if (value === undefined || value === null) return [];
    const step = stepOfField.get(name) ?? null;
    // A worker reads what he or she gave and what was decided; working notes of the desk stay at the desk.
    if (mine && step && field.class === 'internal') return [];
    return [factOf(input, name, field, value, step, mine || shown.has(name))];
  });
}

function factOf(input: ViewInput, name: string, field: Field, value: unknown, step: string | null, open: boolean): Fact {
  const fileIds = fileIdsIn(value);
  const hidden = field.class === 'sensitive' && !open;
  const secret = isSecret(field);
  const kind = fieldKind(field.kind);
  const text = secret || hidden ? showValue({ ...field, class: 'sensitive' }, value) : kind.format(value, field.options, { regionName: input.regionName });
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
  if ('fileIds' in value && Array.isArray(value.fileIds)) return value.fileIds.filter((id): id is string => typeof id === 'string');
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
      note: body ? note : '内容已按申请依法删除，存证仍然有效',
      explanation: body?.explanation ?? null,
      trace: { state: action.traceState, entryHash: action.entryHash },
    },
  ];
}

function outcomeZh(definition: StepDefinition | undefined, outcome: string | null): string {
  return outcome ? (definition?.outcomes[outcome]?.zh ?? '') : '';
}

function byWhom(input: ViewInput, action: CaseAction, mine: boolean): string {
  if (action.actorKind === 'system' || action.actorKind === 'clock') return action.actorKind === 'clock' ? '时限到期' : '系统';
  if (action.actorKind === 'event') return '外部回执';
  if (action.actorKind === 'worker') return mine ? '我' : '申请人';
  const org = action.actorOrgId ? input.orgName(action.actorOrgId) : '经办单位';
  return mine || !action.actorId ? org : `${org} ${input.staffName(action.actorId)}`;
}

// ---- what may be done --------------------------------------------------------------------------------------------------------

export function toFormFields(fields: Fields): FormField[] {
  return Object.entries(fields)
    .filter(([, field]) => field.prefill !== 'rule')
    .map(([name, field]) => ({
      name,
      kind: field.kind,
      zh: field.zh,
      required: field.required,
      options: field.options as Record<string, unknown>,
      help: field.help ?? null,
      showWhen: field.showWhen ?? null,
      requiredWhen: field.requiredWhen ?? null,
      secret: isSecret(field),
    }));
}

function openActions(input: ViewInput, mine: boolean): PossibleAction[] {
  const list: PossibleAction[] = [];
  for (const active of input.state.active) {
    const definition = stepOf(input.service.workflow, active.step);
    list.push(...outcomeActions(input, active, definition));
    if (mine) list.push(...applicantStepActions(input, active));
    else list.push(...deskVerbs(input, active, definition));
  }
  if (mine) list.push(...applicantVerbs(input));
  return list;
}

function outcomeActions(input: ViewInput, active: ActiveStep, definition: StepDefinition): PossibleAction[] {
  const entrances = input.entrances.filter((one) => one.steps.includes(active.step));
  return Object.entries(definition.outcomes).flatMap(([id, outcome]): PossibleAction[] => {
    const people = outcome.by ? outcome.by.filter((by): by is Role => by !== 'clock' && by !== 'event') : actorsOf(definition);
    if (people.length === 0 || !capacityFor(people, input.state, active, input.viewer)) return [];
    if (definition.vote && (id === definition.vote.pass || id === definition.vote.fail)) return [];
    if (id === 'submit' && entrances.length > 0 && input.viewer.kind === 'worker') {
      return entrances.map((entrance) => startService(entrance, input.state.caseNo));
    }
    if (outcome.when && !evaluate(outcome.when, { fields: input.state.data, now: input.now })) return [];
    return [
      {
        key: `${active.step}/${id}`,
        zh: outcome.conditionZh ? `${outcome.zh}（${outcome.conditionZh}）` : outcome.zh,
        kind: 'outcome',
        tone: tone(id),
        command: { type: 'act', step: active.step, outcome: id, seen: input.state.seq },
        form: toFormFields({ ...resubmission(input, active.step), ...definition.form, ...outcome.form }),
        needsReason: needsReason(id, outcome) && input.viewer.kind === 'staff',
        blocked: blockedReason(input, active, definition),
      },
    ];
  });
}

/** Returned to the applicant: the form of the service is filled in again. */
function resubmission(input: ViewInput, step: string): Fields {
  const service = [...input.attached].toReversed().find((one) => entrySteps(one).includes(step)) ?? (entrySteps(input.service).includes(step) ? input.service : null);
  return service ? Object.fromEntries(Object.entries(service.fields).map(([name, field]) => [name, { ...field, required: false }])) : {};
}

function entrySteps(service: Service): readonly string[] {
  const entry = service.workflow.entries[service.entry];
  return entry ? (entry.waits ?? [entry.step]) : [];
}

function startService(entrance: ViewInput['entrances'][number], caseNo: string): PossibleAction {
  return {
    key: `start/${entrance.code}`,
    zh: entrance.zh,
    kind: 'outcome',
    tone: 'primary',
    command: { type: 'start', serviceCode: entrance.code, caseNo },
    form: [],
    needsReason: false,
    blocked: null,
  };
}

function tone(outcome: string): PossibleAction['tone'] {
  if (['reject', 'deny', 'refuse', 'no', 'breach', 'disagree'].includes(outcome)) return 'danger';
  return ['return', 'pending', 'doubt', 'unreachable', 'complex', 'skip', 'none'].includes(outcome) ? 'normal' : 'primary';
}

function blockedReason(input: ViewInput, active: ActiveStep, definition: StepDefinition): string | null {
  if (active.paused) return `“${definition.zh}”已暂停（${active.paused.note}），恢复后才能决定`;
  const pending = active.cosigners.filter((one) => !one.opinion).length;
  if (pending > 0) return `还有 ${pending} 个会签意见没有回来`;
  if (input.viewer.kind === 'staff' && active.assigneeId && active.assigneeId !== input.viewer.id) return `${input.staffName(active.assigneeId)}已领办`;
  const before = (definition.differentFrom ?? []).find((step) => input.state.done[step]?.actorId === input.viewer.id);
  if (input.viewer.kind === 'staff' && before) return `您办理过“${stepOf(input.service.workflow, before).zh}”，按规定须由另一人办理`;
  return null;
}

function verb(key: string, zh: string, command: Record<string, unknown>, extra: Partial<PossibleAction> = {}): PossibleAction {
  return { key, zh, kind: 'verb', tone: 'normal', command, form: [], needsReason: false, blocked: null, ...extra };
}

const plainField = (name: string, kind: FormField['kind'], zh: string, options: Record<string, unknown> = {}, required = true): FormField => ({
  name, kind, zh, required, options, help: null, showWhen: null, requiredWhen: null, secret: false,
});

function applicantStepActions(input: ViewInput, active: ActiveStep): PossibleAction[] {
  if (!active.supplement) return [];
  return [
    verb('supplement', '提交补充材料', { type: 'supplement', step: active.step, seen: input.state.seq }, {
      tone: 'primary',
      form: toFormFields(resupply(input)),
    }),
  ];
}

/** A supplement may bring any field or paper again; nothing is required, what is left out stands. */
function resupply(input: ViewInput): Fields {
  const fields: Record<string, Field> = {};
  for (const service of [input.service, ...input.attached]) {
    for (const [name, field] of Object.entries(service.fields)) fields[name] = { ...field, required: false };
    for (const [name, material] of Object.entries(service.materials)) {
      fields[name] = { kind: 'file', zh: material.zh, options: { maxCount: 9 }, required: false, class: 'sensitive', retention: 'insurance' };
    }
  }
  return fields;
}

function applicantVerbs(input: ViewInput): PossibleAction[] {
  const { state, service } = input;
  const list: PossibleAction[] = [verb('urge', '催办', { type: 'urge' })];
  const stuck = state.active.find((one) => !stepOf(service.workflow, one.step).withdrawable);
  list.push(
    verb('withdraw', '撤回申请', { type: 'withdraw', seen: state.seq }, {
      tone: 'danger',
      blocked: stuck ? `已到“${stepOf(service.workflow, stuck.step).zh}”环节，不能撤回` : null,
    }),
  );
  return list;
}

function deskVerbs(input: ViewInput, active: ActiveStep, definition: StepDefinition): PossibleAction[] {
  const { viewer, state } = input;
  const step = active.step;
  const seen = state.seq;
  const list: PossibleAction[] = [];
  if (active.cosigners.some((one) => !one.opinion && viewer.grants.includes(roleGrant(one.role, one.orgId)))) {
    list.push(verb('opinion', '签署会签意见', { type: 'opinion', step, seen }, { tone: 'primary', form: [plainField('agree', 'boolean', '同意', {}, false), plainField('text', 'longtext', '意见')] }));
  }
  if (!capacityFor(actorsOf(definition), state, active, viewer) || actorsOf(definition).every(isPublicRole)) return list;
  if (definition.vote) {
    const choices = { values: [{ value: 'agree', zh: '同意' }, { value: 'disagree', zh: '不同意' }, { value: 'abstain', zh: '弃权' }] };
    list.push(verb('vote', '投票', { type: 'vote', step, seen }, { tone: 'primary', form: [plainField('choice', 'enum', '表决', choices)] }));
  }
  list.push(
    active.assigneeId === viewer.id ? verb('release', '释放', { type: 'release', step, seen }) : verb('claim', '领办', { type: 'claim', step, seen }, { blocked: active.assigneeId ? `${input.staffName(active.assigneeId)}已领办` : null }),
    verb('request_supplement', '一次性告知补正', { type: 'request_supplement', step, seen }, {
      form: [plainField('items', 'longtext', '需要补充的材料（每行一项）'), plainField('note', 'longtext', '说明'), plainField('days', 'integer', '补正期限（天）', { min: 1, max: 60 })],
      blocked: active.paused ? '已经暂停' : null,
    }),
    ...returns(input, active),
    verb('transfer', '转办', { type: 'transfer', step, seen }, { form: [plainField('orgId', 'org_ref', '转给哪个单位')], needsReason: true }),
    verb('cosign', '加签', { type: 'cosign', step, seen, role: active.role }, { form: [plainField('orgId', 'org_ref', '请哪个单位会签'), plainField('note', 'longtext', '需要对方说明什么')] }),
    active.paused?.reason === 'suspension' ? verb('resume', '恢复办理', { type: 'resume', step, seen }) : verb('suspend', '中止', { type: 'suspend', step, seen }, { needsReason: true, blocked: active.paused ? '正在等待补正' : null }),
  );
  if (definition.limit?.extension) list.push(verb('extend', `延长${definition.limit.extension.value}${unitZh[definition.limit.extension.unit]}`, { type: 'extend', step, seen }, { needsReason: true, blocked: active.extended ? '已经延长过一次' : null }));
  list.push(verb('note', '内部备注', { type: 'note' }, { form: [plainField('note', 'longtext', '备注（只有经办单位可见）')] }));
  if (state.supervised) list.push(verb('answer_supervision', '答复督办', { type: 'answer_supervision' }, { form: [plainField('note', 'longtext', '答复')] }));
  return list;
}

function returns(input: ViewInput, active: ActiveStep): PossibleAction[] {
  if (active.scope) return [];
  const human = Object.keys(input.state.done).filter((step) => step !== active.step && input.service.workflow.steps[step]?.kind === 'human');
  if (human.length === 0) return [];
  const values = human.map((step) => ({ value: step, zh: stepOf(input.service.workflow, step).zh }));
  return [verb('return', '退回前面环节', { type: 'return', step: active.step, seen: input.state.seq }, { tone: 'normal', form: [plainField('to', 'enum', '退回到', { values })], needsReason: true })];
}

function endedActions(input: ViewInput, mine: boolean): PossibleAction[] {
  if (!mine || input.state.end === 'withdrawn') return [];
  return [verb('appeal', '不服处理结果', { type: 'appeal' }, { needsReason: true })];
}

// ---- path --------------------------------------------------------------------------------------------------------------------

/** The main way: what was passed, where it stands, and what normally follows (the first outcome of each step). */
function pathOf(input: ViewInput): CaseView['path'] {
  const { state, service } = input;
  const names = (step: string) => stepOf(service.workflow, step).zh;
  const done = Object.entries(state.done)
    .filter(([step]) => !state.active.some((one) => one.step === step))
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
  const first: OutcomeDefinition | undefined = Object.values(definition.outcomes).find((outcome) => outcome.next);
  return first?.next ?? [];
}
