// What a person may do with a case now, and for what is blocked, why: the outcomes of the step, the verbs of the desk and of the
// applicant, each with its form. Pure; the engine decides again when a command comes.

import type { Field, Fields, Role, Service, StepDefinition } from '#catalog';
import { isSecret } from '#catalog/form';
import { roleGrant } from '#platform/access';
import { evaluate } from '#platform/condition';
import { capacityFor, needsReason } from './decide.ts';
import { actorsOf, isPublicRole, stepOf } from './enter.ts';
import type { ActiveStep } from './model.ts';
import type { ViewInput } from './view-input.ts';
import { unitZh } from './words.ts';
import type { FormField, PossibleAction } from './contract.ts';

function toFormFields(fields: Fields): FormField[] {
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

export function openActions(input: ViewInput, mine: boolean): PossibleAction[] {
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
    const people = outcome.by
      ? outcome.by.filter((by): by is Role => by !== 'clock' && by !== 'event')
      : actorsOf(definition);
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
  const service =
    [...input.attached].toReversed().find((one) => entrySteps(one).includes(step)) ??
    (entrySteps(input.service).includes(step) ? input.service : null);
  return service
    ? Object.fromEntries(Object.entries(service.fields).map(([name, field]) => [name, { ...field, required: false }]))
    : {};
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
  return ['return', 'pending', 'doubt', 'unreachable', 'complex', 'skip', 'none'].includes(outcome)
    ? 'normal'
    : 'primary';
}

function blockedReason(input: ViewInput, active: ActiveStep, definition: StepDefinition): string | null {
  if (active.paused) return `“${definition.zh}”已暂停（${active.paused.note}），恢复后才能决定`;
  const pending = active.cosigners.filter((one) => !one.opinion).length;
  if (pending > 0) return `还有 ${pending} 个会签意见没有回来`;
  if (input.viewer.kind === 'staff' && active.assigneeId && active.assigneeId !== input.viewer.id)
    return `${input.staffName(active.assigneeId)}已领办`;
  const before = (definition.differentFrom ?? []).find((step) => input.state.done[step]?.actorId === input.viewer.id);
  if (input.viewer.kind === 'staff' && before)
    return `您办理过“${stepOf(input.service.workflow, before).zh}”，按规定须由另一人办理`;
  return null;
}

function verb(
  key: string,
  zh: string,
  command: Record<string, unknown>,
  extra: Partial<PossibleAction> = {},
): PossibleAction {
  return { key, zh, kind: 'verb', tone: 'normal', command, form: [], needsReason: false, blocked: null, ...extra };
}

const plainField = (
  name: string,
  kind: FormField['kind'],
  zh: string,
  options: Record<string, unknown> = {},
  required = true,
): FormField => ({
  name,
  kind,
  zh,
  required,
  options,
  help: null,
  showWhen: null,
  requiredWhen: null,
  secret: false,
});

function applicantStepActions(input: ViewInput, active: ActiveStep): PossibleAction[] {
  if (!active.supplement) return [];
  return [
    verb(
      'supplement',
      '提交补充材料',
      { type: 'supplement', step: active.step, seen: input.state.seq },
      {
        tone: 'primary',
        form: toFormFields(resupply(input)),
      },
    ),
  ];
}

/** A supplement may bring any field or paper again; nothing is required, what is left out stands. */
function resupply(input: ViewInput): Fields {
  const fields: Record<string, Field> = {};
  for (const service of [input.service, ...input.attached]) {
    for (const [name, field] of Object.entries(service.fields)) fields[name] = { ...field, required: false };
    for (const [name, material] of Object.entries(service.materials)) {
      fields[name] = {
        kind: 'file',
        zh: material.zh,
        options: { maxCount: 9 },
        required: false,
        class: 'sensitive',
        retention: 'insurance',
      };
    }
  }
  return fields;
}

function applicantVerbs(input: ViewInput): PossibleAction[] {
  const { state, service } = input;
  const list: PossibleAction[] = [verb('urge', '催办', { type: 'urge' })];
  const stuck = state.active.find((one) => !stepOf(service.workflow, one.step).withdrawable);
  list.push(
    verb(
      'withdraw',
      '撤回申请',
      { type: 'withdraw', seen: state.seq },
      {
        tone: 'danger',
        blocked: stuck ? `已到“${stepOf(service.workflow, stuck.step).zh}”环节，不能撤回` : null,
      },
    ),
  );
  return list;
}

function deskVerbs(input: ViewInput, active: ActiveStep, definition: StepDefinition): PossibleAction[] {
  const step = active.step;
  const seen = input.state.seq;
  const list: PossibleAction[] = [];
  if (active.cosigners.some((one) => !one.opinion && input.viewer.grants.includes(roleGrant(one.role, one.orgId)))) {
    list.push(
      verb(
        'opinion',
        '签署会签意见',
        { type: 'opinion', step, seen },
        {
          tone: 'primary',
          form: [plainField('agree', 'boolean', '同意', {}, false), plainField('text', 'longtext', '意见')],
        },
      ),
    );
  }
  if (!capacityFor(actorsOf(definition), input.state, active, input.viewer) || actorsOf(definition).every(isPublicRole))
    return list;
  if (definition.vote) {
    const choices = {
      values: [
        { value: 'agree', zh: '同意' },
        { value: 'disagree', zh: '不同意' },
        { value: 'abstain', zh: '弃权' },
      ],
    };
    list.push(
      verb(
        'vote',
        '投票',
        { type: 'vote', step, seen },
        { tone: 'primary', form: [plainField('choice', 'enum', '表决', choices)] },
      ),
    );
  }
  list.push(...workVerbs(input, active), ...clockVerbs(input, active, definition));
  return list;
}

/** Taking and passing on work. */
function workVerbs(input: ViewInput, active: ActiveStep): PossibleAction[] {
  const step = active.step;
  const seen = input.state.seq;
  return [
    active.assigneeId === input.viewer.id
      ? verb('release', '释放', { type: 'release', step, seen })
      : verb(
          'claim',
          '领办',
          { type: 'claim', step, seen },
          { blocked: active.assigneeId ? `${input.staffName(active.assigneeId)}已领办` : null },
        ),
    verb(
      'request_supplement',
      '一次性告知补正',
      { type: 'request_supplement', step, seen },
      {
        form: [
          plainField('items', 'longtext', '需要补充的材料（每行一项）'),
          plainField('note', 'longtext', '说明'),
          plainField('days', 'integer', '补正期限（天）', { min: 1, max: 60 }),
        ],
        blocked: active.paused ? '已经暂停' : null,
      },
    ),
    ...returns(input, active),
    verb(
      'transfer',
      '转办',
      { type: 'transfer', step, seen },
      { form: [plainField('orgId', 'org_ref', '转给哪个单位')], needsReason: true },
    ),
    verb(
      'cosign',
      '加签',
      { type: 'cosign', step, seen, role: active.role },
      { form: [plainField('orgId', 'org_ref', '请哪个单位会签'), plainField('note', 'longtext', '需要对方说明什么')] },
    ),
    verb('note', '内部备注', { type: 'note' }, { form: [plainField('note', 'longtext', '备注（只有经办单位可见）')] }),
    ...(input.state.supervised
      ? [
          verb(
            'answer_supervision',
            '答复督办',
            { type: 'answer_supervision' },
            { form: [plainField('note', 'longtext', '答复')] },
          ),
        ]
      : []),
  ];
}

/** Pausing and lengthening the clock of a step. */
function clockVerbs(input: ViewInput, active: ActiveStep, definition: StepDefinition): PossibleAction[] {
  const step = active.step;
  const seen = input.state.seq;
  const list = [
    active.paused?.reason === 'suspension'
      ? verb('resume', '恢复办理', { type: 'resume', step, seen })
      : verb(
          'suspend',
          '中止',
          { type: 'suspend', step, seen },
          { needsReason: true, blocked: active.paused ? '正在等待补正' : null },
        ),
  ];
  if (definition.limit?.extension)
    list.push(
      verb(
        'extend',
        `延长${definition.limit.extension.value}${unitZh[definition.limit.extension.unit]}`,
        { type: 'extend', step, seen },
        { needsReason: true, blocked: active.extended ? '已经延长过一次' : null },
      ),
    );
  return list;
}

function returns(input: ViewInput, active: ActiveStep): PossibleAction[] {
  if (active.scope) return [];
  const human = Object.keys(input.state.done).filter(
    (step) => step !== active.step && input.service.workflow.steps[step]?.kind === 'human',
  );
  if (human.length === 0) return [];
  const values = human.map((step) => ({ value: step, zh: stepOf(input.service.workflow, step).zh }));
  return [
    verb(
      'return',
      '退回前面环节',
      { type: 'return', step: active.step, seen: input.state.seq },
      { tone: 'normal', form: [plainField('to', 'enum', '退回到', { values })], needsReason: true },
    ),
  ];
}

export function endedActions(input: ViewInput, mine: boolean): PossibleAction[] {
  if (!mine || input.state.end === 'withdrawn') return [];
  return [verb('appeal', '不服处理结果', { type: 'appeal' }, { needsReason: true })];
}
