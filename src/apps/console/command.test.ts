// What is sent for what was typed.

import { describe, expect, test } from 'vitest';
import { caseCommand, type PossibleAction } from '#contract/cases';
import { buildCommand, isImmediate, linesOf, reasonProblem } from './command.ts';

function action(command: Record<string, unknown>, more: Partial<PossibleAction> = {}): PossibleAction {
  return {
    key: 'k',
    zh: '办',
    kind: 'verb',
    tone: 'normal',
    command,
    form: [],
    needsReason: false,
    blocked: null,
    ...more,
  };
}

describe('every command that is built is one that the contract accepts', () => {
  test.each([
    [{ type: 'act', step: 's', outcome: 'approve' }, { amount: '12.30' }, '', { data: { amount: '12.30' } }],
    [{ type: 'act', step: 's', outcome: 'deny' }, {}, ' 资料不实，不予给付 ', { reason: '资料不实，不予给付' }],
    [
      { type: 'request_supplement', step: 's' },
      { items: '1. 发票\n病历；诊断证明', days: '10' },
      '请尽快补齐',
      { items: ['发票', '病历', '诊断证明'], days: 10, note: '请尽快补齐' },
    ],
    [{ type: 'opinion', step: 's' }, { agree: 'false' }, '依据不足', { agree: false, text: '依据不足' }],
    [{ type: 'return', step: 's', to: 'docs' }, {}, '请重新核对', { to: 'docs', reason: '请重新核对' }],
    [{ type: 'supervise' }, {}, '请今日办结', { note: '请今日办结' }],
    [{ type: 'claim', step: 's', seen: 7 }, {}, '', { step: 's', seen: 7 }],
    [
      { type: 'transfer', step: 's', seen: 7 },
      { orgId: { orgId: '0195a000-0000-7000-8000-000000000001', name: '示例单位' } },
      '不在本辖区',
      { orgId: '0195a000-0000-7000-8000-000000000001', reason: '不在本辖区' },
    ],
    [
      { type: 'copy' },
      { role: 'supervisor', orgId: { orgId: '0195a000-0000-7000-8000-000000000001', name: '示例单位' } },
      '请知悉并指导',
      { role: 'supervisor', orgId: '0195a000-0000-7000-8000-000000000001', reason: '请知悉并指导' },
    ],
    [{ type: 'vote', step: 's' }, { choice: 'disagree', reason: '人数不足' }, '', { reason: '人数不足' }],
  ])('%o', (template, values, reason, expected) => {
    const built = buildCommand(action(template), values, reason);
    expect(built).toMatchObject(expected);
    expect(caseCommand.safeParse(built).error).toBeUndefined();
  });
});

test('a note that the form itself asks for is not overwritten by the reason', () => {
  expect(buildCommand(action({ type: 'note' }), { note: '已电话联系' }, '另一句')['note']).toBe('已电话联系');
});

test('fields left empty are not sent', () => {
  expect(
    buildCommand(action({ type: 'act', step: 's', outcome: 'x' }), { a: '', b: undefined, c: '0' }, '')['data'],
  ).toEqual({ c: '0' });
});

test('lines lose their numbering, not their content', () => {
  expect(linesOf('1、身份证\n\n（2024）年流水\n· 发票')).toEqual(['身份证', '（2024）年流水', '发票']);
});

test('a reason of three characters is too short where one is needed', () => {
  const needs = action({ type: 'transfer', step: 's' }, { needsReason: true });
  expect(reasonProblem(needs, ' 不归我 ')).toContain('四个字');
  expect(reasonProblem(needs, '不归我管')).toBeNull();
  expect(reasonProblem(action({ type: 'claim', step: 's' }), '')).toBeNull();
});

test('only a harmless verb that asks nothing is done at the first press', () => {
  expect(isImmediate(action({ type: 'claim', step: 's' }))).toBe(true);
  expect(isImmediate(action({ type: 'act' }, { kind: 'outcome' }))).toBe(false);
  expect(isImmediate(action({ type: 'withdraw' }, { tone: 'danger' }))).toBe(false);
  expect(isImmediate(action({ type: 'suspend' }, { needsReason: true }))).toBe(false);
});
