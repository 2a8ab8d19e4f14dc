// A small definition that every proof accepts, and ways to spoil it: the tests of the proofs stand on it. Not published.

import {
  defineService,
  defineWorkflow,
  field,
  on,
  choices,
  type Field,
  type Service,
  type StepDefinition,
  type Workflow,
} from '#catalog/define';
import type { DocumentTemplate } from '#catalog/documents/letter';
import type { NoticeTemplate } from '#catalog/notices';
import type { Registry } from '#catalog/registry';

const askForm = { kind_of_help: field('enum', '求助类别', choices('生活', '医疗')) };
const help = on(askForm)('kind_of_help');
const local = { basis: '地方承诺', basisType: 'local_promise' } as const;
const days = (value: number) => ({ value, unit: 'working_day', ...local }) as const;

export const exampleWorkflow: Workflow = defineWorkflow({
  code: 'example',
  zh: '示例',
  en: 'Example',
  domain: 'relief',
  purpose: '供证明的测试使用',
  entries: { ask: { step: 'ask', zh: '申请', caseMode: 'new', startedBy: 'service' } },
  steps: {
    ask: {
      zh: '申请',
      kind: 'human',
      role: 'worker',
      produces: '申请表',
      withdrawable: true,
      outcomes: { submit: { zh: '提交申请', next: ['check'] } },
    },
    check: {
      zh: '核对',
      kind: 'auto',
      role: 'system',
      produces: '核对结果',
      decide: 'example.check',
      outcomes: {
        living: { zh: '生活困难', next: ['share'], when: help.eq('生活') },
        medical: { zh: '医疗困难', next: ['share'] },
      },
    },
    share: {
      zh: '分派',
      kind: 'human',
      role: 'grassroots_union',
      produces: '分派单',
      limit: {
        value: 5,
        unit: 'working_day',
        basis: '社会救助暂行办法第十条',
        basisType: 'statutory',
        countedFrom: { kind: 'event', ref: 'hurt_on', zh: '事发之日' },
      },
      outcomes: {
        both: { zh: '分头核对', next: ['visit', 'means'], parallel: { join: 'review', scope: ['visit', 'means'] } },
      },
      auto: [{ action: 'rule', targets: ['RT-EXAMPLE'], when: 'enter' }],
    },
    visit: {
      zh: '入户',
      kind: 'human',
      role: 'grassroots_union',
      produces: '入户记录',
      limit: days(3),
      outcomes: { done: { zh: '入户完成', next: ['review'] } },
    },
    means: {
      zh: '核查',
      kind: 'human',
      role: 'civil_affairs_checker',
      produces: '核查结果',
      limit: days(3),
      outcomes: { done: { zh: '核查完成', next: ['review'] } },
    },
    review: {
      zh: '审核',
      kind: 'join',
      role: 'county_union',
      produces: '审核意见',
      limit: days(5),
      waitFor: 'all_active_branches',
      form: { opinion: field('longtext', '审核意见', {}) },
      outcomes: { pass: { zh: '审核通过', next: ['legal-check'] }, reject: { zh: '不予通过', next: ['tell'] } },
      reveals: ['diagnosis'],
      readers: ['township_union'],
    },
    'legal-check': {
      zh: '复核',
      kind: 'human',
      role: 'county_union',
      produces: '复核意见',
      limit: days(5),
      differentFrom: ['review'],
      vote: { mode: 'all', count: 2, pass: 'pass', fail: 'fail' },
      outcomes: { pass: { zh: '复核通过', end: 'granted' }, fail: { zh: '复核不通过', next: ['review'] } },
      auto: [
        { action: 'sms', targets: ['申请人'], when: 'exit', template: 'example_told' },
        { action: 'doc', targets: ['通知书'], when: 'exit', template: 'example_letter' },
        { action: 'open', targets: ['example'], when: 'exit', on: ['pass'] },
        { action: 'record', targets: ['登记'], when: 'exit', effect: 'example.record' },
      ],
    },
    tell: {
      zh: '告知',
      kind: 'auto',
      role: 'system',
      produces: '告知',
      limit: days(30),
      outcomes: {
        expire: { zh: '期满没有表态', end: 'rejected', by: ['clock'] },
        accept: { zh: '接受结果', end: 'rejected', by: ['worker'] },
      },
      shows: ['opinion'],
      auto: [{ action: 'sms', targets: ['申请人'], when: 'enter', template: 'example_told' }],
    },
  },
  ends: { granted: '给予', rejected: '不予', withdrawn: '撤回' },
});

export const exampleService: Service = defineService({
  code: 'RL-999',
  zh: '示例事项',
  en: 'Example service',
  domain: 'relief',
  workflow: exampleWorkflow,
  entry: 'ask',
  audience: ['worker'],
  lead: 'union',
  cooperating: [],
  channels: ['mobile'],
  dossier: { kind: 'hardship', zh: '困难', happenedAt: 'hurt_on' },
  fields: {
    ...askForm,
    hurt_on: field('date', '事发日期', {}, { concept: 'accident_day' }),
    diagnosis: field('icd10', '诊断', {}, { optional: true, showWhen: help.eq('医疗') }),
    spent_fen: field('money', '已花费', {}, { optional: true }),
    repaid_fen: field(
      'money',
      '已报销',
      {},
      {
        optional: true,
        check: {
          when: {
            op: 'lte',
            a: { op: 'sum', of: [{ op: 'field', name: 'repaid_fen' }] },
            b: { op: 'field', name: 'spent_fen' },
          },
          zh: '报销的比花费的还多，请核对。',
        },
      },
    ),
    terms_read: field('boolean', '我已阅读说明', { mustBeTrue: true }),
  },
  terms: {
    zh: '说明摘要',
    before: 'terms_read',
    sections: [{ zh: '给谁', lines: ['由{insurer}给付。'], basis: '示例', confidence: 'verified' }],
  },
  materials: { proof: { zh: '证明', required: true, ocr: 'none' } },
  eligibility: [
    { zh: '求助类别明确', when: help.present() },
    { zh: '在册', when: { fact: 'example.listed' } },
  ],
  promisedLimit: { value: 10, unit: 'working_day' },
  outcome: { type: 'payment', zh: '救助金' },
  fee: { charged: false, zh: '免费' },
  rules: ['RT-EXAMPLE'],
  legalBasis: ['社会救助暂行办法第十条'],
});

const told: NoticeTemplate = {
  code: 'example_told',
  title: '结果',
  text: '您的{service}（{case_no}）结果：{end}，登记号{record_no}。',
  sms: true,
  to: ['subject'],
};
const letter: DocumentTemplate = {
  code: 'example_letter',
  title: '通知书',
  layout: 'letter',
  addressee: '',
  recipients: ['worker', 'county_union'],
  body: [],
  variables: ['opinion', 'diagnosis'],
};

export const exampleRegistry: Registry = {
  deciders: { 'example.check': { zh: '核对', writes: {} } },
  effects: { 'example.record': { zh: '登记', writes: { record_no: field('text', '登记号', {}) } } },
  facts: ['example.listed'],
  notices: { example_told: told },
  documents: { example_letter: letter },
  rules: { 'RT-EXAMPLE': { zh: '示例表', proveTotal: () => [] } },
  planned: {},
};

export type Example = { readonly service: Service; readonly registry: Registry };
export const example: Example = { service: exampleService, registry: exampleRegistry };

type Spoil = (good: Example) => Example;

export const spoilWorkflow =
  (change: (workflow: Workflow) => Partial<Record<keyof Workflow, unknown>>): Spoil =>
  (good) => {
    const workflow = { ...good.service.workflow, ...change(good.service.workflow) } as Workflow;
    return { ...good, service: { ...good.service, workflow } };
  };

/** Changes one step; a property given as undefined is taken away. */
export const spoilStep = (name: string, change: Partial<Record<keyof StepDefinition, unknown>>): Spoil =>
  spoilWorkflow((workflow) => {
    const changed = Object.entries({ ...workflow.steps[name], ...change }).filter(([, value]) => value !== undefined);
    return { steps: { ...workflow.steps, [name]: Object.fromEntries(changed) } };
  });

export const spoilService =
  (change: Partial<Record<keyof Service, unknown>>): Spoil =>
  (good) => ({
    ...good,
    service: { ...good.service, ...change } as Service,
  });

export const spoilField =
  (name: string, change: Partial<Record<keyof Field, unknown>>): Spoil =>
  (good) =>
    spoilService({ fields: { ...good.service.fields, [name]: { ...good.service.fields[name], ...change } } })(good);

export const spoilRegistry =
  (change: Partial<Registry>): Spoil =>
  (good) => ({ ...good, registry: { ...good.registry, ...change } });
