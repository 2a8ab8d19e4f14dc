// The check before sending: what is shown, what is required, and where each problem stands.

import { describe, expect, test } from 'vitest';
import type { FormField } from '#contract/cases';
import { checkForm, problemOf, problemsByPath, valuesShown } from './form-check.ts';

const at = { today: '2026-03-12', now: '2026-03-12T02:20:00.000Z' };

function formField(name: string, kind: string, more: Partial<FormField> = {}): FormField {
  return {
    name,
    kind,
    zh: name,
    required: true,
    options: {},
    help: null,
    showWhen: null,
    requiredWhen: null,
    check: null,
    secret: false,
    ...more,
  };
}

const amount = formField('amount', 'money');
const why = formField('why', 'longtext', {
  showWhen: { op: 'present', a: { op: 'field', name: 'amount' } },
  required: false,
});
const large = formField('large', 'text', {
  required: false,
  requiredWhen: { op: 'gt', a: { op: 'field', name: 'amount' }, b: { op: 'const', value: 100_000 } },
});

describe('conditions run over parsed values', () => {
  test('a field that depends on another is shown once that one is right', () => {
    expect(checkForm([amount, why], { amount: '十元' }, at).shown.map(({ name }) => name)).toEqual(['amount']);
    expect(checkForm([amount, why], { amount: '10' }, at).shown.map(({ name }) => name)).toEqual(['amount', 'why']);
  });

  test('money is compared in fen', () => {
    expect(checkForm([amount, large], { amount: '1,000.00' }, at).required.has('large')).toBe(false);
    expect(checkForm([amount, large], { amount: '1,000.01' }, at).problems['large']).toContain('填写');
  });

  test('what is not shown is not sent', () => {
    const state = checkForm([amount, why], { amount: '', why: '旧内容' }, at);
    expect(valuesShown(state, { amount: '', why: '旧内容' })).toEqual({});
  });
});

test('a judgement must be made: neither yes nor no is a problem', () => {
  const field = formField('at_work', 'boolean');
  expect(checkForm([field], {}, at).problems['at_work']).toContain('是');
  expect(checkForm([field], { at_work: 'false' }, at).problems).toEqual({});
});

test('an instant later than now is a problem, an earlier one of today is none', () => {
  const field = formField('contacted_at', 'datetime', { options: { max: 'now' } });
  // The clock says 10:20 in Shanghai.
  expect(checkForm([field], { contacted_at: '2026-03-12T10:30' }, at).problems['contacted_at']).toBeDefined();
  expect(checkForm([field], { contacted_at: '2026-03-12T10:10' }, at).problems).toEqual({});
});

test('answers that disagree are a problem of the later one', () => {
  const days = ['in_date', 'out_date'].map((name) => formField(name, 'date'));
  const [from, until] = days.map(({ name }) => ({ op: 'field', name }));
  const zh = '出院日比入院日还早，请核对。';
  const form = days.map((field, index) =>
    index === 0 ? field : { ...field, check: { when: { op: 'gte', a: until, b: from }, zh } },
  );
  const problems = (out: string) => checkForm(form, { in_date: '2026-03-05', out_date: out }, at).problems;
  expect(problems('2026-03-04')).toEqual({ out_date: zh });
  expect(problems('2026-03-06')).toEqual({});
});

test('the problem of a row stands at its place', () => {
  const group = formField('people', 'group', {
    options: { min: 1, max: 5, fields: { phone: { kind: 'phone', zh: '手机号', required: true } } },
  });
  const { problems } = checkForm([group], { people: [{ phone: '13900000000' }, { phone: '12' }] }, at);
  expect(problems['people.1.phone']).toContain('手机号');
  expect(problemOf(problems, 'people')).toBe(problems['people.1.phone']);
});

test('the names of uploaded files stay on the page', () => {
  const field = formField('photos', 'file');
  const raw = {
    photos: { fileIds: ['0195a000-0000-7000-8000-0000000000f1'], names: [{ fileId: 'x', name: 'a.jpg' }] },
  };
  const state = checkForm([field], raw, at);
  expect(state.problems).toEqual({});
  expect(valuesShown(state, raw)).toEqual({ photos: { fileIds: ['0195a000-0000-7000-8000-0000000000f1'] } });
});

test("the server's problems are found by the field's own name", () => {
  const problems = problemsByPath([
    { path: 'data.amount', zh: '太多' },
    { path: 'command.data.place.text', zh: '没写' },
  ]);
  expect(problemOf(problems, 'amount')).toBe('太多');
  expect(problemOf(problems, 'place')).toBe('没写');
});
