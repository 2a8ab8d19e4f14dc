// Each proof has definitions that violate it, made by spoiling one thing in a definition that every proof accepts: the finding
// appears in the spoiled one and in nothing else, and the sound twin has none.

import { describe, expect, it } from 'vitest';
import { field } from '#catalog/define';
import { proofs, verify, type Finding } from '#catalog/verify';
import {
  example,
  spoilField,
  spoilRegistry,
  spoilService,
  spoilStep,
  spoilWorkflow,
  type Example,
} from '#test/catalogue-example';

type Case = {
  readonly proof: string;
  readonly what: string;
  readonly spoil: (good: Example) => Example;
  readonly severity?: Finding['severity'];
};

const limit = { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' };
const told = example.registry.notices['example_told'];
const letter = example.registry.documents['example_letter'];
if (!told || !letter) throw new Error('the example has lost its templates');
const steps = example.service.workflow.steps;
const sms = (template?: string) => ({
  action: 'sms',
  targets: ['申请人'],
  when: 'exit',
  ...(template ? { template } : {}),
});

const shape: readonly Case[] = [
  {
    proof: 'targets_exist',
    what: 'a target step is missing',
    spoil: spoilStep('visit', { outcomes: { done: { zh: '完成', next: ['nowhere'] } } }),
  },
  {
    proof: 'targets_exist',
    what: 'an end is missing',
    spoil: spoilStep('visit', { outcomes: { done: { zh: '完成', end: 'nowhere' } } }),
  },
  {
    proof: 'targets_exist',
    what: 'an outcome leads nowhere',
    spoil: spoilStep('visit', { outcomes: { done: { zh: '完成' } } }),
  },
  { proof: 'targets_exist', what: 'a step has no outcome', spoil: spoilStep('visit', { outcomes: {} }) },
  {
    proof: 'targets_exist',
    what: 'an entry has no step',
    spoil: spoilWorkflow(() => ({
      entries: { ask: { step: 'nowhere', zh: '申请', caseMode: 'new', startedBy: 'service' } },
    })),
  },
  {
    proof: 'reachable',
    what: 'a step hangs in the air',
    spoil: spoilWorkflow((workflow) => ({ steps: { ...workflow.steps, island: steps['visit'] } })),
  },
  {
    proof: 'can_end',
    what: 'two steps send a case to and fro for ever',
    spoil: (good) => spoilStep('tell', { outcomes: { again: { zh: '再告知', next: ['tell'], by: ['worker'] } } })(good),
  },
  { proof: 'waiting_clock', what: 'a step waits without a clock', spoil: spoilStep('visit', { limit: undefined }) },
  {
    proof: 'waiting_clock',
    what: 'an entry step is entered again without a clock',
    spoil: spoilStep('review', { outcomes: { ...steps['review']?.outcomes, return: { zh: '退回', next: ['ask'] } } }),
  },
  {
    proof: 'clock_has_limit',
    what: 'the clock has an outcome and no limit',
    spoil: spoilStep('tell', { limit: undefined }),
  },
  {
    proof: 'clock_has_limit',
    what: 'silence has no outcome',
    spoil: spoilStep('visit', { limit: { ...limit, silence: { effect: 'deemed_approved', outcome: 'nothing' } } }),
  },
  {
    proof: 'clock_has_limit',
    what: 'the clock has two outcomes',
    spoil: spoilStep('tell', {
      outcomes: { ...steps['tell']?.outcomes, other: { zh: '另', end: 'granted', by: ['clock'] } },
    }),
  },
  {
    proof: 'auto_loop',
    what: 'automatic steps send each other round',
    spoil: spoilStep('check', { outcomes: { ...steps['check']?.outcomes, again: { zh: '再来', next: ['check'] } } }),
  },
  { proof: 'parallel_joins', what: 'the join is no join', spoil: spoilStep('review', { kind: 'human' }) },
  {
    proof: 'parallel_joins',
    what: 'a branch cannot reach the join',
    spoil: spoilStep('visit', { outcomes: { done: { zh: '完成', end: 'granted' } } }),
  },
  {
    proof: 'parallel_joins',
    what: 'a branch lies outside of the scope',
    spoil: spoilStep('share', {
      outcomes: { both: { zh: '并行', next: ['visit', 'means'], parallel: { join: 'review', scope: ['visit'] } } },
    }),
  },
  {
    proof: 'parallel_joins',
    what: 'the scope names no step',
    spoil: spoilStep('share', {
      outcomes: {
        both: {
          zh: '并行',
          next: ['visit', 'means'],
          parallel: { join: 'review', scope: ['visit', 'means', 'nowhere'] },
        },
      },
    }),
  },
  {
    proof: 'parallel_joins',
    what: 'a parallel part lies inside another',
    spoil: spoilStep('visit', {
      outcomes: {
        done: { zh: '完成', next: ['review'] },
        more: { zh: '再并行', next: ['means', 'review'], parallel: { join: 'review', scope: ['means'] } },
      },
    }),
  },
  {
    proof: 'parallel_joins',
    what: 'two steps begin without a join',
    spoil: spoilStep('share', { outcomes: { both: { zh: '并行', next: ['visit', 'means'] } } }),
  },
  {
    proof: 'attach_waits',
    what: 'a case never waits where it should be taken up',
    spoil: spoilWorkflow((workflow) => ({
      entries: { ...workflow.entries, later: { step: 'check', zh: '接续', caseMode: 'attach', startedBy: 'service' } },
    })),
  },
  {
    proof: 'withdraw_end',
    what: 'a withdrawal has no end',
    spoil: spoilWorkflow(() => ({ ends: { granted: '给予', rejected: '不予' } })),
  },
  {
    proof: 'vote_outcomes',
    what: 'a vote passes into nothing',
    spoil: spoilStep('legal-check', { vote: { mode: 'all', count: 2, pass: 'carried', fail: 'fail' } }),
  },
  {
    proof: 'outcome_speaks',
    what: 'an outcome means nothing alone',
    spoil: spoilStep('visit', { outcomes: { done: { zh: '是', next: ['review'] } } }),
  },
  {
    proof: 'outcome_speaks',
    what: 'two outcomes have one name',
    spoil: spoilStep('tell', {
      outcomes: { ...steps['tell']?.outcomes, other: { zh: '接受结果', end: 'granted', by: ['worker'] } },
    }),
  },
  {
    proof: 'vote_outcomes',
    what: 'a vote has no number',
    spoil: spoilStep('legal-check', { vote: { mode: 'count', pass: 'pass', fail: 'fail' } }),
  },
  {
    proof: 'vote_outcomes',
    what: 'a vote of one in any does not say of how many',
    spoil: spoilStep('legal-check', { vote: { mode: 'any', pass: 'pass', fail: 'fail' } }),
  },
  {
    proof: 'vote_outcomes',
    what: 'a vote by number does not say of how many',
    spoil: spoilStep('legal-check', { vote: { mode: 'count', count: 2, pass: 'pass', fail: 'fail' } }),
  },
  {
    proof: 'vote_outcomes',
    what: 'more votes are needed than there are voters',
    spoil: spoilStep('legal-check', { vote: { mode: 'count', count: 4, of: 3, pass: 'pass', fail: 'fail' } }),
  },
  {
    proof: 'vote_outcomes',
    what: 'a vote fails into its pass',
    spoil: spoilStep('legal-check', { vote: { mode: 'all', count: 2, pass: 'pass', fail: 'pass' } }),
  },
];

const people: readonly Case[] = [
  {
    proof: 'applicant_told',
    what: "it is the applicant's turn and nobody tells him",
    spoil: spoilStep('tell', { auto: undefined }),
  },
  {
    proof: 'applicant_told',
    what: 'an office alone is told',
    spoil: spoilRegistry({ notices: { example_told: { ...told, to: [{ role: 'county_union' }] } } }),
  },
  { proof: 'roles_exist', what: 'a role is unknown', spoil: spoilStep('visit', { role: 'wizard' }) },
  {
    proof: 'roles_exist',
    what: 'an administrator reads cases',
    spoil: spoilStep('visit', { readers: ['audit_administrator'] }),
  },
  {
    proof: 'roles_exist',
    what: 'a chooser is unknown',
    spoil: spoilStep('visit', { outcomes: { done: { zh: '完成', next: ['review'], by: ['wizard'] } } }),
  },
  { proof: 'roles_exist', what: 'the owner may not act', spoil: spoilStep('visit', { actors: ['county_union'] }) },
  {
    proof: 'roles_exist',
    what: 'an automatic step belongs to a person',
    spoil: spoilStep('check', { role: 'county_union', decide: undefined, limit }),
  },
  {
    proof: 'no_machine_refusal',
    what: 'a machine refuses',
    spoil: spoilStep('check', { outcomes: { ...steps['check']?.outcomes, bad: { zh: '不符', end: 'rejected' } } }),
  },
  {
    proof: 'no_machine_refusal',
    what: 'the clock refuses where nobody did',
    spoil: spoilStep('visit', {
      outcomes: { done: { zh: '完成', next: ['review'] }, late: { zh: '超时', end: 'rejected', by: ['clock'] } },
    }),
  },
  { proof: 'four_eyes', what: 'the same person checks', spoil: spoilStep('legal-check', { differentFrom: undefined }) },
  { proof: 'four_eyes', what: 'the other person comes later', spoil: spoilStep('share', { differentFrom: ['tell'] }) },
  {
    proof: 'readers_narrow',
    what: 'an outside party reads along',
    spoil: spoilStep('review', { readers: ['insurer_adjuster'] }),
  },
  {
    proof: 'notice_narrow',
    what: 'an SMS tells a diagnosis',
    spoil: spoilRegistry({ notices: { example_told: { ...told, text: '您的诊断为{diagnosis}' } } }),
  },
  {
    proof: 'notice_narrow',
    what: 'a notice tells an outside party too much',
    spoil: spoilRegistry({
      notices: { example_told: { ...told, text: '{opinion}', to: [{ role: 'insurer_adjuster' }] } },
    }),
  },
  {
    proof: 'notice_narrow',
    what: 'a letter shows what no step reveals',
    spoil: spoilStep('review', { reveals: undefined }),
  },
];

const data: readonly Case[] = [
  {
    proof: 'shows_what_is_known',
    what: 'a step shows what comes later only',
    spoil: spoilStep('visit', { shows: ['opinion'] }),
  },
  {
    proof: 'shows_what_is_known',
    what: 'a step shows what its actor may not see',
    spoil: spoilStep('visit', { shows: ['diagnosis'] }),
  },
  {
    proof: 'form_one_pass',
    what: 'a check reads a later answer',
    spoil: spoilField('spent_fen', {
      check: { when: { op: 'present', a: { op: 'field', name: 'repaid_fen' } }, zh: '请先填报销' },
    }),
  },
  {
    proof: 'service_binds',
    what: 'the terms stand before nothing that must be declared',
    spoil: spoilService({ terms: { ...example.service.terms, before: 'spent_fen' } }),
  },
  {
    proof: 'service_binds',
    what: 'the terms use a value that no page has',
    spoil: spoilService({
      terms: {
        ...example.service.terms,
        sections: [{ zh: '给谁', lines: ['{nobody}'], basis: '示例', confidence: 'verified' }],
      },
    }),
  },
  { proof: 'field_classified', what: 'a field has no class', spoil: spoilField('hurt_on', { class: undefined }) },
  {
    proof: 'field_classified',
    what: 'a field has no retention',
    spoil: spoilField('hurt_on', { retention: undefined }),
  },
  {
    proof: 'field_classified',
    what: 'a diagnosis is called internal',
    spoil: spoilField('diagnosis', { class: 'internal' }),
  },
  {
    proof: 'decides_what_it_reads',
    what: 'a condition reads what nobody asked',
    spoil: spoilStep('check', {
      outcomes: {
        living: { zh: '生活', next: ['share'], when: { op: 'present', a: { op: 'field', name: 'unasked' } } },
      },
    }),
  },
  {
    proof: 'decides_what_it_reads',
    what: 'a condition reads what is asked later only',
    spoil: spoilStep('share', {
      outcomes: {
        both: { ...steps['share']?.outcomes['both'], when: { op: 'present', a: { op: 'field', name: 'record_no' } } },
      },
    }),
  },
  {
    proof: 'decides_what_it_reads',
    what: 'a decision hangs on what its role cannot see',
    spoil: spoilStep('share', {
      outcomes: {
        both: { ...steps['share']?.outcomes['both'], when: { op: 'present', a: { op: 'field', name: 'diagnosis' } } },
      },
    }),
  },
  {
    proof: 'decides_what_it_reads',
    what: 'a step reveals what nobody asked',
    spoil: spoilStep('review', { reveals: ['diagnosis', 'unasked'] }),
  },
  {
    proof: 'form_one_pass',
    what: 'a field hangs on a later one',
    spoil: spoilField('kind_of_help', { showWhen: { op: 'present', a: { op: 'field', name: 'hurt_on' } } }),
  },
  {
    proof: 'form_one_pass',
    what: 'eligibility reads what the form lacks',
    spoil: spoilService({ eligibility: [{ zh: '年龄', when: { op: 'present', a: { op: 'field', name: 'age' } } }] }),
  },
  {
    proof: 'one_name_one_kind',
    what: 'a name is a day here and text there',
    spoil: spoilStep('visit', { form: { hurt_on: field('text', '事发日期', {}) } }),
  },
  {
    proof: 'one_name_one_kind',
    what: 'one value has two labels in a lifecycle',
    spoil: spoilStep('share', {
      form: { visit_note: field('text', '走访记录', {}) },
      outcomes: {
        both: { ...steps['share']?.outcomes['both'], form: { visit_note: field('text', '更正走访记录', {}) } },
      },
    }),
  },
  { proof: 'templates_exist', what: 'a notice has no template', spoil: spoilStep('visit', { auto: [sms()] }) },
  { proof: 'templates_exist', what: 'a template is missing', spoil: spoilStep('visit', { auto: [sms('lost')] }) },
  {
    proof: 'templates_exist',
    what: 'a variable has no source',
    spoil: spoilRegistry({ notices: { example_told: { ...told, text: '{unasked}' } } }),
  },
  {
    proof: 'templates_exist',
    what: "a letter's variable has no source",
    spoil: spoilRegistry({ documents: { example_letter: { ...letter, variables: ['unasked'] } } }),
  },
  {
    proof: 'event_field',
    what: 'the event is nowhere',
    spoil: spoilStep('visit', { limit: { ...limit, countedFrom: { kind: 'event', ref: 'unasked', zh: '某日' } } }),
  },
  {
    proof: 'event_field',
    what: 'the event is no day',
    spoil: spoilStep('visit', { limit: { ...limit, countedFrom: { kind: 'event', ref: 'kind_of_help', zh: '某日' } } }),
  },
  {
    proof: 'per_item_list',
    what: 'the list is a day',
    spoil: spoilStep('visit', { perItem: { zh: '逐人', items: 'hurt_on' } }),
  },
  {
    proof: 'per_item_list',
    what: 'the list comes with a later service',
    severity: 'pending',
    spoil: spoilStep('visit', { perItem: { zh: '逐人', items: 'roster' } }),
  },
  { proof: 'service_binds', what: 'the entry is missing', spoil: spoilService({ entry: 'other' }) },
  {
    proof: 'service_binds',
    what: 'a material is called like a field',
    spoil: spoilService({ materials: { hurt_on: { zh: '证明', required: true, ocr: 'none' } } }),
  },
  {
    proof: 'service_binds',
    what: 'a shared value has no concept',
    spoil: spoilField('diagnosis', { prefill: 'shared' }),
  },
  {
    proof: 'service_binds',
    what: 'the accident of the dossier has no day',
    spoil: spoilService({ dossier: { kind: 'hardship', zh: '困难', happenedAt: 'kind_of_help' } }),
  },
];

const references: readonly Case[] = [
  { proof: 'registered', what: 'a decider is unknown', spoil: spoilRegistry({ deciders: {} }) },
  {
    proof: 'registered',
    what: 'an effect is unknown',
    spoil: spoilStep('visit', { auto: [{ action: 'record', targets: [], when: 'exit', effect: 'lost' }] }),
  },
  { proof: 'registered', what: 'a fact is unknown', spoil: spoilRegistry({ facts: [] }) },
  {
    proof: 'registered',
    what: "a machine decides a person's step",
    spoil: spoilStep('visit', { decide: 'example.check' }),
  },
  { proof: 'rules_total', what: 'a rule table is unknown', spoil: spoilService({ rules: ['RT-LOST'] }) },
  {
    proof: 'rules_total',
    what: 'a rule table has a gap',
    spoil: spoilRegistry({ rules: { 'RT-EXAMPLE': { zh: '示例表', proveTotal: () => ['3 级没有取值'] } } }),
  },
  {
    proof: 'rules_total',
    what: 'a rule table has no values yet',
    severity: 'pending',
    spoil: spoilRegistry({ rules: { 'RT-EXAMPLE': { zh: '示例表' } } }),
  },
  {
    proof: 'links_open',
    what: 'a link leads to nothing',
    spoil: spoilStep('visit', { auto: [{ action: 'open', targets: ['lost'], when: 'exit' }] }),
  },
  {
    proof: 'links_open',
    what: 'a link leads to what is not published yet',
    severity: 'pending',
    spoil: (good) =>
      spoilRegistry({ planned: { later: { zh: '以后' } } })(
        spoilStep('visit', { auto: [{ action: 'open', targets: ['later'], when: 'exit' }] })(good),
      ),
  },
  {
    proof: 'links_open',
    what: 'an action waits for an outcome that is not there',
    spoil: spoilStep('visit', { auto: [{ action: 'record', targets: [], when: 'exit', on: ['lost'] }] }),
  },
  {
    proof: 'limits_have_basis',
    what: 'a statutory limit names no law',
    spoil: spoilStep('visit', { limit: { ...limit, basisType: 'statutory' } }),
  },
  {
    proof: 'limits_have_basis',
    what: 'a basis must be checked',
    severity: 'pending',
    spoil: spoilStep('visit', { limit: { ...limit, needsCheck: true } }),
  },
  { proof: 'limits_have_basis', what: 'a service has no law at all', spoil: spoilService({ legalBasis: [] }) },
];

const run = ({ service, registry }: Example) => verify([service], registry);

describe('proofs', () => {
  it('have nothing to say about the sound example', () => {
    expect(run(example)).toEqual([]);
  });

  it.each([...shape, ...people, ...data, ...references])('$proof: $what', ({ proof, spoil, severity = 'error' }) => {
    const found = run(spoil(example)).filter((finding) => finding.proof === proof);
    expect(found.map((finding) => finding.severity)).toContain(severity);
    expect(run(example).filter((finding) => finding.proof === proof)).toEqual([]);
  });

  it('concept_one_kind: two services hold one datum as different kinds', () => {
    const other = {
      ...example.service,
      code: 'RL-998',
      fields: { day: field('text', '哪天', {}, { concept: 'accident_day' }) },
    };
    const twin = { ...other, fields: { day: field('datetime', '哪天', {}, { concept: 'accident_day' }) } };
    const found = (second: typeof other) =>
      verify([example.service, second], example.registry).filter((finding) => finding.proof === 'concept_one_kind');
    expect(found(other)).toHaveLength(1);
    expect(found(twin)).toEqual([]);
  });

  it('are each shown to fail', () => {
    const shown = new Set(
      [...shape, ...people, ...data, ...references].map((one) => one.proof).concat('concept_one_kind'),
    );
    expect(proofs.map((proof) => proof.name).filter((name) => !shown.has(name))).toEqual([]);
  });

  it('name each place and say what to mend', () => {
    const [finding] = run(spoilStep('visit', { limit: undefined })(example));
    expect(finding).toEqual({
      proof: 'waiting_clock',
      where: 'example/visit',
      zh: '这个环节会等待，但没有时限，也没有定时',
      severity: 'error',
    });
  });
});
