// What a person may do with a case now, and for what is blocked, why: the outcomes of the step, the verbs of the desk and of the
// applicant, each with its form. Whether a thing may be done is asked of the engine itself, with a sample of what the person would
// send; nothing of it is decided again here. Pure.

import type { Fields, Service, StepDefinition } from '#catalog';
import { roles } from '#catalog';
import { allFields, isSecret } from '#catalog/form';
import { evaluate, fieldsRead, type Condition } from '#platform/condition';
import { Refusal } from '#platform/errors';
import { needsReason } from './decide.ts';
import { fills, isPublicRole, stepOf } from './enter.ts';
import type { ActiveStep } from './model.ts';
import type { ViewInput } from './view-input.ts';
import { command, officesOf } from './verbs.ts';
import { outcomeWords, unitZh } from './words.ts';
import { refuse, type CaseCommand, type FormField, type PossibleAction } from './contract.ts';

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
      check: field.check ?? null,
      secret: isSecret(field),
    }));
}

export function actionsFor(input: ViewInput, mine: boolean): PossibleAction[] {
  const { state, service } = input;
  const list = state.active.flatMap((active) => {
    const definition = stepOf(service.workflow, active.step);
    const verbs = mine ? applicantStepActions(input, active) : deskVerbs(input, active, definition);
    return [...outcomeActions(input, active, definition), ...verbs];
  });
  return [...list, ...(mine ? [...besides(input), ...applicantVerbs(input)] : caseVerbs(input))];
}

// ---- asked of the engine ---------------------------------------------------------------------------------------------------------

/** Refusals that say "not you" or "not here": nothing is offered then, rather than offered and blocked. */
const notOffered: ReadonlySet<string> = new Set([
  'cases.wrong_role',
  'cases.not_applicant',
  'cases.not_yours_to_choose',
  'cases.no_such_outcome',
  'cases.out_of_step',
  'cases.ended',
  'cases.not_ended',
  'cases.not_paused',
  'cases.outcome_not_open',
]);

const sampleText = '示例理由';
const sampleId = '00000000-0000-7000-8000-000000000000';

/** What the engine would say to this command; null when it would do it. Whom a person will choose is taken as well chosen. */
function refusalOf(input: ViewInput, sample: CaseCommand): Refusal | null {
  const facts = { ...input.facts, holds: () => true, works: () => true };
  try {
    command(input.service, input.state, sample, input.viewer, facts);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** The action with the engine's word on it, or nothing where it is not this person's. */
function offered(input: ViewInput, sample: CaseCommand, action: Omit<PossibleAction, 'blocked'>): PossibleAction[] {
  const refusal = refusalOf(input, sample);
  if (refusal && notOffered.has(refusal.code)) return [];
  return [{ ...action, blocked: refusal && sentence(input, sample, refusal) }];
}

/** The pure engine knows nobody's name; the desk does. */
function sentence(input: ViewInput, sample: CaseCommand, refusal: Refusal): string {
  const active = input.state.active.find((one) => 'step' in sample && one.step === sample.step);
  const name = active?.assigneeId && input.staffName(active.assigneeId);
  return refusal.code === 'cases.claimed_by_other' && name ? refuse('cases.claimed_by_other', { name }).zh : refusal.zh;
}

// ---- outcomes --------------------------------------------------------------------------------------------------------------------

function outcomeActions(input: ViewInput, active: ActiveStep, definition: StepDefinition): PossibleAction[] {
  const { step } = active;
  const entrances = input.entrances.filter((one) => one.steps.includes(step));
  return Object.entries(definition.outcomes).flatMap(([id, outcome]): PossibleAction[] => {
    const form = { ...resubmission(input, step), ...definition.form, ...outcome.form };
    // A condition on what is still to be filled in is open until it is.
    const stillOpen = outcome.when && fieldsRead(outcome.when).some((name) => name in form);
    const sample = { type: 'act' as const, step, outcome: id, data: {}, reason: sampleText };
    const refusal = refusalOf(input, sample);
    if (refusal && notOffered.has(refusal.code) && !(stillOpen && refusal.code === 'cases.outcome_not_open')) return [];
    // A step that the case's own form enters is filled in here; where only others enter, they are gone to.
    if (id === 'submit' && !fills(input.service, step) && entrances.length > 0 && input.viewer.kind === 'worker') {
      return entrances.map((entrance) => startService(entrance, input.state.caseNo));
    }
    return [
      {
        key: `${step}/${id}`,
        zh: outcomeWords(outcome),
        kind: 'outcome',
        tone: tone(id),
        command: { type: 'act', step, outcome: id, seen: input.state.seq },
        form: toFormFields(settled(form, input)),
        needsReason: needsReason(id, outcome) && input.viewer.kind === 'staff',
        blocked: refusal && refusal.code !== 'cases.outcome_not_open' ? sentence(input, sample, refusal) : null,
      },
    ];
  });
}

/** Conditions on what the case holds already are answered here: the page knows only what stands in the form. */
function settled(form: Fields, { state, facts }: ViewInput): Fields {
  const now = { fields: state.data, now: facts.now };
  const isPast = (condition: Condition | undefined): condition is Condition =>
    condition !== undefined && fieldsRead(condition).every((name) => !(name in form));
  return Object.fromEntries(
    Object.entries(form).flatMap(([name, field]) => {
      if (isPast(field.showWhen) && !evaluate(field.showWhen, now)) return [];
      if (!isPast(field.requiredWhen)) return [[name, field]];
      const { requiredWhen, ...rest } = field;
      return [[name, { ...rest, required: field.required || evaluate(requiredWhen, now) }]];
    }),
  );
}

/** Returned to the applicant: the form of the service is filled in again. */
function resubmission(input: ViewInput, step: string): Fields {
  const service =
    [...input.attached].toReversed().find((one) => entrySteps(one).includes(step)) ??
    (fills(input.service, step) ? input.service : null);
  return service ? givenAgain(service) : {};
}

/** Fields and papers of a form that may be given again: nothing is required, what is left out stands. */
function givenAgain(service: Service): Fields {
  return Object.fromEntries(
    Object.entries(allFields(service)).map(([name, { requiredWhen: _when, ...field }]) => [
      name,
      { ...field, required: false },
    ]),
  );
}

function entrySteps(service: Service): readonly string[] {
  const entry = service.workflow.entries[service.entry];
  return entry ? (entry.waits ?? [entry.step]) : [];
}

/** Services that open a case of their own beside this one, once it has come so far. */
function besides(input: ViewInput): PossibleAction[] {
  return input.entrances
    .filter(({ after }) => after && input.state.done[after.step]?.outcome === after.outcome)
    .map((entrance) => ({ ...startService(entrance, input.state.caseNo), tone: 'normal' as const }));
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

/** A verb of the desk or of the applicant; `sample` is what its form would add to its command. */
function verb(
  input: ViewInput,
  key: string,
  zh: string,
  template: Record<string, unknown>,
  sample: Record<string, unknown> = {},
  extra: Partial<PossibleAction> = {},
): PossibleAction[] {
  const filled = { ...template, ...sample, ...(extra.needsReason ? { reason: sampleText } : {}) } as CaseCommand;
  const action = { key, zh, kind: 'verb' as const, tone: 'normal' as const, form: [], needsReason: false, ...extra };
  return offered(input, filled, { ...action, command: template });
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
  check: null,
  secret: false,
});

function applicantStepActions(input: ViewInput, { step }: ActiveStep): PossibleAction[] {
  const form = toFormFields(Object.assign({}, ...[input.service, ...input.attached].map(givenAgain)));
  const template = { type: 'supplement', step, seen: input.state.seq };
  return verb(input, 'supplement', '提交补充材料', template, { data: {} }, { tone: 'primary', form });
}

function applicantVerbs(input: ViewInput): PossibleAction[] {
  const { seq } = input.state;
  // Nobody is urged while nothing but the system or the clock is waited for (cover that simply runs), or the person alone.
  const waited = input.state.active.some((one) => one.role !== 'system' && !one.supplement && !isPublicRole(one.role));
  return [
    ...(waited ? verb(input, 'urge', '催办', { type: 'urge' }) : []),
    ...verb(input, 'withdraw', '撤回申请', { type: 'withdraw', seen: seq }, {}, { tone: 'danger' }),
    ...verb(input, 'appeal', '不服处理结果', { type: 'appeal' }, {}, { needsReason: true }),
  ];
}

const noteForm = (zh: string) => [plainField('note', 'longtext', zh)];
const noteSample = { note: sampleText };

/** What concerns the case and no single step. */
function caseVerbs(input: ViewInput): PossibleAction[] {
  const offices = officesOf(input.service.workflow).map((role) => ({ value: role, zh: roles[role].zh }));
  const copy = [
    plainField('role', 'enum', '抄送给哪个岗位', { values: offices }),
    plainField('orgId', 'org_ref', '哪个单位', { roleFrom: 'role' }),
  ];
  const chosen = { role: offices[0]?.value ?? '', orgId: sampleId };
  const note = verb(input, 'note', '内部备注', { type: 'note' }, noteSample, {
    form: noteForm('备注（只有经办单位可见）'),
  });
  const supervise = verb(input, 'supervise', '督办', { type: 'supervise' }, noteSample, {
    form: noteForm('督办要求（经办单位会收到）'),
  });
  const answer = verb(input, 'answer_supervision', '答复督办', { type: 'answer_supervision' }, noteSample, {
    form: noteForm('答复'),
  });
  return [
    ...note,
    ...verb(input, 'copy', '抄送', { type: 'copy' }, chosen, { form: copy, needsReason: true }),
    ...supervise,
    ...answer,
  ];
}

function deskVerbs(input: ViewInput, active: ActiveStep, definition: StepDefinition): PossibleAction[] {
  const { step } = active;
  const { seq: seen } = input.state;
  const opinionForm = [plainField('agree', 'boolean', '同意', {}, false), plainField('text', 'longtext', '意见')];
  const choices = [
    { value: 'agree', zh: '同意' },
    { value: 'disagree', zh: '不同意' },
    { value: 'abstain', zh: '弃权' },
  ];
  const against = definition.vote && definition.outcomes[definition.vote.fail];
  const mustSay = against && needsReason(definition.vote.fail, against);
  const voteForm = [
    plainField('choice', 'enum', '表决', { values: choices }),
    ...(mustSay ? [plainField('reason', 'longtext', '理由（不同意时必填）', {}, false)] : []),
  ];
  return [
    ...verb(
      input,
      'opinion',
      '签署会签意见',
      { type: 'opinion', step, seen },
      { agree: true, text: sampleText },
      { tone: 'primary', form: opinionForm },
    ),
    ...verb(
      input,
      'vote',
      '投票',
      { type: 'vote', step, seen },
      { choice: 'agree' },
      { tone: 'primary', form: voteForm },
    ),
    ...workVerbs(input, active),
    ...clockVerbs(input, active, definition),
  ];
}

/** Taking and passing on work. */
function workVerbs(input: ViewInput, active: ActiveStep): PossibleAction[] {
  const { step, role } = active;
  const { seq: seen } = input.state;
  const held = active.assigneeId !== null && active.assigneeId === input.viewer.id;
  const colleagues = (input.colleagues.get(step) ?? []).map(({ staffId, name }) => ({ value: staffId, zh: name }));
  const transfer = { type: 'transfer', step, seen };
  return [
    ...(held
      ? verb(input, 'release', '释放', { type: 'release', step, seen })
      : verb(input, 'claim', '领办', { type: 'claim', step, seen })),
    ...verb(
      input,
      'request_supplement',
      '一次性告知补正',
      { type: 'request_supplement', step, seen },
      { items: [sampleText], note: sampleText, days: 15 },
      {
        form: [
          plainField('items', 'longtext', '需要补充的材料（每行一项）'),
          plainField('note', 'longtext', '说明'),
          plainField('days', 'integer', '补正期限（天）', { min: 1, max: 60 }),
        ],
      },
    ),
    ...returns(input, active),
    ...(colleagues.length > 0
      ? verb(
          input,
          'delegate',
          '委派同事',
          transfer,
          { assigneeId: sampleId },
          {
            form: [plainField('assigneeId', 'enum', '交给哪位同事', { values: colleagues })],
            needsReason: true,
          },
        )
      : []),
    ...verb(
      input,
      'transfer',
      '转办',
      transfer,
      { orgId: sampleId },
      {
        form: [plainField('orgId', 'org_ref', '转给哪个单位', { role })],
        needsReason: true,
      },
    ),
    ...verb(
      input,
      'cosign',
      '加签',
      { type: 'cosign', step, seen, role },
      { orgId: sampleId, note: sampleText },
      {
        form: [
          plainField('orgId', 'org_ref', '请哪个单位会签', { role }),
          plainField('note', 'longtext', '需要对方说明什么'),
        ],
      },
    ),
  ];
}

/** Pausing and lengthening the clock of a step. */
function clockVerbs(input: ViewInput, active: ActiveStep, definition: StepDefinition): PossibleAction[] {
  const { step } = active;
  const { seq: seen } = input.state;
  const extension = definition.limit?.extension;
  return [
    ...verb(input, 'resume', '恢复办理', { type: 'resume', step, seen }),
    ...(active.paused?.reason === 'suspension'
      ? []
      : verb(input, 'suspend', '中止', { type: 'suspend', step, seen }, {}, { needsReason: true })),
    ...(extension
      ? verb(
          input,
          'extend',
          `延长${extension.value}${unitZh[extension.unit]}`,
          { type: 'extend', step, seen },
          {},
          { needsReason: true },
        )
      : []),
  ];
}

/** Earlier steps to which the engine would give the case back. */
function returns(input: ViewInput, active: ActiveStep): PossibleAction[] {
  const template = { type: 'return', step: active.step, seen: input.state.seq };
  const places = Object.keys(input.state.done).filter((to) => {
    const refusal = refusalOf(input, { type: 'return', step: active.step, to, reason: sampleText });
    return !refusal || !notOffered.has(refusal.code);
  });
  const values = places.map((step) => ({ value: step, zh: stepOf(input.service.workflow, step).zh }));
  const form = [plainField('to', 'enum', '退回到', { values })];
  return places.length === 0
    ? []
    : verb(input, 'return', '退回前面环节', template, { to: places[0] }, { form, needsReason: true });
}
