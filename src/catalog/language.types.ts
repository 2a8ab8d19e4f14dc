// What must not compile in a definition. Each `@ts-expect-error` is a test: when the language lets the fault through, the error is
// missing and the type check fails. Nothing imports this file and nothing here runs.

import { choices, defineService, defineWorkflow, field, on, type Service } from './define.ts';

const form = {
  amount: field('money', '金额'),
  grade: field('enum', '等级', choices('轻伤', '重伤')),
  happened_at: field('datetime', '时间'),
  is_member: field('boolean', '是否会员'),
};
const ask = on(form);

export const accepted = [
  ask('amount').gt(500_000),
  ask('grade').eq('重伤'),
  ask('happened_at').hoursAgo().gt(48),
  ask('is_member').eq(true),
];

// @ts-expect-error a field that the form does not have
ask('amuont');
// @ts-expect-error an enum value that does not exist
ask('grade').eq('微伤');
// @ts-expect-error an enum value that does not exist, in a list
ask('grade').in(['轻伤', '微伤']);
// @ts-expect-error money is compared with fen, not with text
ask('amount').gt('500000');
// @ts-expect-error a yes-or-no has no order
ask('is_member').gt(true);
// @ts-expect-error an amount is no instant
ask('amount').hoursAgo();
// @ts-expect-error a kind that does not exist
field('moeny', '金额');
// @ts-expect-error an option of another kind
field('date', '日期', { maxFen: 1 });
// @ts-expect-error an option of the wrong type
field('integer', '天数', { min: '1' });
// @ts-expect-error a class that does not exist
field('text', '说明', {}, { class: 'secret' });
// @ts-expect-error a retention that does not exist
field('text', '说明', {}, { retention: 'for_ever' });

const base = { code: 'x', zh: '例', en: 'X', domain: 'relief', purpose: '例' } as const;
const step = { zh: '环节', kind: 'human', role: 'worker', produces: '例' } as const;
const hour = { value: 1, unit: 'hour', basis: '例', basisType: 'local_promise' } as const;
const zero = { kind: 'step', ref: 'zero', zh: '例' } as const;
const meet = { join: 'meet', scope: ['one'] } as const;
const entry = { step: 'one', zh: '入口', caseMode: 'new', startedBy: 'service' } as const;

export const sound = defineWorkflow({
  ...base,
  entries: { ask: entry },
  steps: {
    one: { ...step, outcomes: { done: { zh: '完成', next: ['two'] } } },
    two: { ...step, outcomes: { done: { zh: '完成', end: 'over' } } },
  },
  ends: { over: '办结' },
});

defineWorkflow({
  ...base,
  entries: { ask: entry },
  // @ts-expect-error the target step is missing
  steps: { one: { ...step, outcomes: { done: { zh: '完成', next: ['tow'] } } } },
  ends: { over: '办结' },
});

defineWorkflow({
  ...base,
  entries: { ask: entry },
  // @ts-expect-error the end is unknown
  steps: { one: { ...step, outcomes: { done: { zh: '完成', end: 'finished' } } } },
  ends: { over: '办结' },
});

defineWorkflow({
  ...base,
  // @ts-expect-error the entry names an unknown step
  entries: { ask: { ...entry, step: 'start' } },
  steps: { one: { ...step, outcomes: { done: { zh: '完成', end: 'over' } } } },
  ends: { over: '办结' },
});

defineWorkflow({
  ...base,
  entries: { ask: entry },
  // @ts-expect-error the role is unknown
  steps: { one: { ...step, role: 'wizard', outcomes: { done: { zh: '完成', end: 'over' } } } },
  ends: { over: '办结' },
});

defineWorkflow({
  ...base,
  entries: { ask: entry },
  // @ts-expect-error the chooser is unknown
  steps: { one: { ...step, outcomes: { done: { zh: '完成', end: 'over', by: ['wizard'] } } } },
  ends: { over: '办结' },
});

defineWorkflow({
  ...base,
  entries: { ask: entry },
  steps: {
    one: {
      ...step,
      // @ts-expect-error a limit counted from an unknown step
      limit: { ...hour, countedFrom: zero },
      outcomes: { done: { zh: '完成', end: 'over' } },
    },
  },
  ends: { over: '办结' },
});

defineWorkflow({
  ...base,
  entries: { ask: entry },
  steps: {
    one: {
      ...step,
      // @ts-expect-error a unit that does not exist
      limit: { value: 1, unit: 'fortnight', basis: '例', basisType: 'local_promise' },
      outcomes: { done: { zh: '完成', end: 'over' } },
    },
  },
  ends: { over: '办结' },
});

defineWorkflow({
  ...base,
  entries: { ask: entry },
  // @ts-expect-error a join that does not exist
  steps: { one: { ...step, outcomes: { done: { zh: '完成', next: ['one'], parallel: meet } } } },
  ends: { over: '办结' },
});

defineWorkflow({
  ...base,
  entries: { ask: entry },
  steps: { one: { ...step, outcomes: { done: { zh: '完成', end: 'over' } } } },
  // @ts-expect-error a timer that leads to an unknown step
  timers: [{ step: 'one', after: hour, effectZh: '例', next: 'two' }],
  ends: { over: '办结' },
});

declare const service: Service;

// @ts-expect-error a department that does not exist
defineService({ ...service, lead: 'post_office' });
// @ts-expect-error an audience that does not exist
defineService({ ...service, audience: ['everybody'] });
// @ts-expect-error a material without its Chinese name
defineService({ ...service, materials: { proof: { required: true, ocr: 'none' } } });
