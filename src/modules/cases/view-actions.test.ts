// What is offered is what the engine would do: every button without a reason works, every other one says the engine's own.

import { describe, expect, test } from 'vitest';
import { applicant, colleague, example, exampleWorkflow, factsAt, staff, type LiveCase } from '#test/live-case';
import { doorTo } from '#test/walk';
import type { CaseCommand, PossibleAction } from './contract.ts';
import type { Actor } from './model.ts';
import { actionsFor } from './view-actions.ts';

const anna = staff('anna', 'county_union');
const boris = staff('boris', 'county_union');
const town = staff('town', 'township_union');
const watcher = staff('watcher', 'supervisor');
const reason = '理由写在这里';

function offers(live: LiveCase, viewer: Actor): Map<string, PossibleAction> {
  const list = actionsFor(
    {
      service: doorTo(exampleWorkflow, 'apply'),
      attached: [],
      state: live.state(),
      actions: [],
      viewer,
      facts: factsAt(live.now()),
      colleagues: new Map([['review', [{ staffId: colleague, name: '王同事' }]]]),
      applicant: '',
      regionZh: '',
      orgName: () => '',
      staffName: (id) => `工号${id}`,
      regionName: () => undefined,
      documents: [],
      related: [],
      rating: null,
      main: null,
      merged: [],
      entrances: [],
      targetZh: (target) => ({ zh: target, available: false }),
    },
    viewer.kind === 'worker',
  );
  return new Map(list.map((one) => [one.key, one]));
}

const keys = (live: LiveCase, viewer: Actor) => [...offers(live, viewer).keys()];
const blocked = (live: LiveCase, viewer: Actor, key: string) => offers(live, viewer).get(key)?.blocked;

describe('what is offered', () => {
  test('to the clerk whose turn it is; nothing to others', () => {
    const live = example();
    expect(keys(live, anna)).toEqual([
      'review/approve',
      'review/joint',
      'review/return',
      'review/reject',
      'claim',
      'request_supplement',
      'delegate',
      'transfer',
      'cosign',
      'suspend',
      'extend',
      'note',
      'copy',
    ]);
    expect(keys(live, staff('stranger', 'insurer_adjuster'))).toEqual([]);
    expect(offers(live, anna).get('delegate')?.form[0]?.options).toEqual({
      values: [{ value: colleague, zh: '王同事' }],
    });
  });

  test('to the applicant and to the supervisor', () => {
    const live = example();
    expect(keys(live, applicant)).toEqual(['urge', 'withdraw']);
    expect(keys(live, watcher)).toContain('supervise');
    live.does({ type: 'supervise', note: reason }, watcher);
    expect(keys(live, anna)).toContain('answer_supervision');
    live.does({ type: 'act', step: 'review', outcome: 'reject', data: {}, reason }, anna);
    expect(keys(live, applicant)).toEqual(['appeal']);
    // An order to answer is answered also after the end.
    expect(keys(live, anna)).toEqual(['note', 'copy', 'answer_supervision']);
  });

  test('a vote is offered as a vote, and its reason with it', () => {
    const live = example();
    live.does({ type: 'act', step: 'review', outcome: 'approve', data: {} }, anna);
    live.does({ type: 'act', step: 'check', outcome: 'pass', data: {} }, town);
    expect(keys(live, boris).filter((key) => key.startsWith('board/'))).toEqual([]);
    expect(
      offers(live, boris)
        .get('vote')
        ?.form.map((one) => one.name),
    ).toEqual(['choice', 'reason']);
    live.does({ type: 'vote', step: 'board', choice: 'agree' }, boris);
    expect(blocked(live, boris, 'vote')).toContain('已经投过票');
  });
});

describe('what is blocked', () => {
  test('by a colleague’s claim: all that works on the step, by name', () => {
    const live = example();
    live.does({ type: 'claim', step: 'review' }, boris);
    const all = offers(live, anna);
    for (const key of ['review/approve', 'claim', 'request_supplement', 'transfer', 'cosign', 'suspend', 'extend'])
      expect([key, all.get(key)?.blocked]).toEqual([key, '这件事已由工号boris领办。']);
    expect(all.get('note')?.blocked).toBeNull();
  });

  test('by time: urging within a day, a limit that was extended once', () => {
    const live = example();
    live.does({ type: 'urge' }, applicant);
    expect(blocked(live, applicant, 'urge')).toContain('催办过');
    live.does({ type: 'extend', step: 'review', reason }, anna);
    expect(blocked(live, anna, 'extend')).toContain('延长');
    live.does({ type: 'suspend', step: 'review', reason }, anna);
    expect(blocked(live, anna, 'review/approve')).toContain('中止办理');
    expect(blocked(live, anna, 'resume')).toBeNull();
  });

  test('by where the case is: a withdrawal', () => {
    const live = example();
    live.does({ type: 'act', step: 'review', outcome: 'approve', data: {} }, anna);
    expect(blocked(live, applicant, 'withdraw')).toContain('复核');
    expect(blocked(live, anna, 'claim')).toBeNull();
    expect(blocked(live, anna, 'check/pass')).toContain('您办理过前面的环节');
  });
});

test('a verb of the desk that is not blocked is done', () => {
  const filled: Readonly<Record<string, object>> = {
    request_supplement: { items: ['照片'], note: reason, days: 5 },
    delegate: { assigneeId: colleague, reason },
    transfer: { orgId: 'org-county_union', reason },
    cosign: { orgId: 'org-county_union', note: reason },
    suspend: { reason },
    extend: { reason },
    note: { note: reason },
    copy: { role: 'supervisor', orgId: 'org-supervisor', reason },
    claim: {},
  };
  for (const [key, more] of Object.entries(filled)) {
    const live = example();
    const action = offers(live, anna).get(key);
    expect([key, action?.blocked]).toEqual([key, null]);
    expect([key, live.tries({ ...action?.command, ...more } as CaseCommand, anna)]).toEqual([key, 'done']);
  }
});
