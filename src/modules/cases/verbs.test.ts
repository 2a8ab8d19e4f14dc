// Each of the clerk's verbs on the pure engine: who may, when not, and what it does. Then any order of them: what is kept is what
// its actions fold to, and whatever waits has a clock or says why not.

import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { CaseCommand } from '#contract/cases';
import { dailyInsuranceClaim } from '#catalog/workflows/daily-insurance-claim';
import { unionMembershipJoin } from '#catalog/workflows/union-membership-join';
import { createCalendar } from '#platform/calendar';
import { announcedYears } from '#platform/holidays';
import { roleGrant } from '#platform/access';
import {
  applicant,
  colleague,
  elsewhere,
  example,
  exampleWorkflow,
  factsAt,
  liveCase,
  otherWorker,
  program,
  refusalCode,
  staff,
  type LiveCase,
} from '#test/live-case';
import { doorTo, orgOf } from '#test/walk';
import { foldAll } from './fold.ts';
import type { Actor } from './model.ts';
import { recompute } from './tick.ts';
import { settle } from './verbs.ts';
import { deadlinesOf } from './write.ts';

const anna = staff('anna', 'county_union');
const boris = staff('boris', 'county_union');
const carl = staff('carl', 'county_union');
const town = staff('town', 'township_union');
const stranger = staff('stranger', 'insurer_adjuster');
const watcher = staff('watcher', 'supervisor');
const reason = '理由写在这里';
const id = '00000000-0000-7000-8000-0000000000cc';

const act = (step: string, outcome: string, more: object = {}): CaseCommand => ({
  type: 'act',
  step,
  outcome,
  data: {},
  ...more,
});

function atCheck(): LiveCase {
  const live = example();
  live.does(act('review', 'approve'), anna);
  return live;
}

function atBoard(): LiveCase {
  const live = atCheck();
  live.does(act('check', 'pass'), town);
  return live;
}

function ended(): LiveCase {
  const live = example();
  live.does(act('review', 'reject', { reason }), anna);
  return live;
}

const onReview: readonly (readonly [string, CaseCommand])[] = [
  ['act', act('review', 'approve')],
  ['return', { type: 'return', step: 'review', to: 'apply', reason }],
  ['transfer', { type: 'transfer', step: 'review', orgId: elsewhere, reason }],
  ['claim', { type: 'claim', step: 'review' }],
  ['release', { type: 'release', step: 'review' }],
  ['cosign', { type: 'cosign', step: 'review', role: 'township_union', orgId: orgOf('township_union'), note: reason }],
  ['opinion', { type: 'opinion', step: 'review', agree: true, text: reason }],
  ['vote', { type: 'vote', step: 'review', choice: 'agree' }],
  ['request_supplement', { type: 'request_supplement', step: 'review', items: ['照片'], note: reason, days: 15 }],
  ['suspend', { type: 'suspend', step: 'review', reason }],
  ['resume', { type: 'resume', step: 'review' }],
  ['extend', { type: 'extend', step: 'review', reason }],
];

describe.each(onReview)('%s', (type, input) => {
  test('is refused to a stranger, to the applicant, in another step and after the end', () => {
    const live = example();
    expect(live.tries(input, stranger)).toBe('cases.wrong_role');
    expect(live.tries(input, applicant)).toBe('cases.wrong_role');
    const elsewhen: CaseCommand = { ...input, step: 'check' } as CaseCommand;
    expect(live.tries(elsewhen, anna)).toBe('cases.out_of_step');
    expect(live.tries({ ...input, step: 'no-such-step' } as CaseCommand, anna)).toBe('cases.out_of_step');
    expect(ended().tries(input, anna)).toBe('cases.ended');
    expect(live.actions).toHaveLength(1);
    expect(type).toBe(input.type);
  });

  if (['opinion', 'vote'].includes(type)) return;
  test('is refused while a colleague has claimed the step', () => {
    const live = example();
    live.does({ type: 'claim', step: 'review' }, boris);
    expect(live.tries(input, anna)).toBe('cases.claimed_by_other');
  });
});

describe('the guard of whatever leaves a step', () => {
  const ways: readonly (readonly [string, () => LiveCase, CaseCommand, Actor])[] = [
    ['an outcome', atCheck, act('check', 'pass'), town],
    ['a return', atCheck, { type: 'return', step: 'check', to: 'review', reason }, town],
    ['a vote', atBoard, { type: 'vote', step: 'board', choice: 'agree' }, anna],
  ];
  describe.each(ways)('%s', (_name, arrange, input, actor) => {
    const step = 'step' in input ? input.step : '';
    const office = actor === town ? 'township_union' : 'county_union';

    test('waits for the pause to end', () => {
      const live = arrange();
      live.does({ type: 'suspend', step, reason }, actor);
      expect(live.tries(input, actor)).toBe('cases.paused');
      live.does({ type: 'resume', step }, actor);
      expect(live.tries(input, actor)).toBe('done');
    });

    test('waits for every opinion that was asked', () => {
      const live = arrange();
      live.does({ type: 'cosign', step, role: 'supervisor', orgId: orgOf('supervisor'), note: reason }, actor);
      expect(live.tries(input, actor)).toBe('cases.cosign_pending');
      live.does({ type: 'opinion', step, agree: false, text: reason }, watcher);
      expect(live.tries(input, actor)).toBe('done');
    });

    test('is another person’s than the one who did the step before', () => {
      const live = arrange();
      const before = step === 'board' ? 'town' : 'anna';
      expect(live.tries(input, staff(before, office))).toBe('cases.four_eyes');
    });
  });
});

describe('act', () => {
  test('takes what people may take, with a reason where it goes against somebody', () => {
    const live = example();
    expect(live.tries(act('review', 'reject'), anna)).toBe('cases.reason_required');
    expect(live.tries(act('review', 'return', { reason: '短' }), anna)).toBe('cases.reason_required');
    expect(live.tries(act('review', 'paid'), anna)).toBe('cases.not_yours_to_choose');
    expect(live.tries(act('review', 'nothing'), anna)).toBe('cases.no_such_outcome');
    expect(live.tries(act('review', 'joint'), anna)).toBe('cases.outcome_not_open');
    expect(live.tries(act('review', 'joint', { data: { joint: true } }), anna)).toBe('done');
    expect(live.state().data['joint']).toBe(true);
    expect(atBoard().tries(act('board', 'pass'), anna)).toBe('cases.not_yours_to_choose');
  });
});

describe('return', () => {
  test('gives the case back to a step that was passed, with no exit effect and a new clock', () => {
    const live = atCheck();
    const given: CaseCommand = { type: 'return', step: 'check', to: 'review', reason };
    expect(live.tries({ ...given, reason: '短' }, town)).toBe('cases.reason_required');
    for (const to of ['board', 'check', 'nowhere'])
      expect(live.tries({ ...given, to }, town)).toBe('cases.no_such_outcome');
    const decision = live.does(given, town);
    expect([decision.exits, decision.entries]).toEqual([[], ['review']]);
    expect(live.active('review')).toMatchObject({ round: 2, light: 'green', assigneeId: null });
    expect(live.state().done['check']).toMatchObject({ outcome: 'return', actorId: 'town' });
  });

  test('goes by the outcome of the step where it has one for that', () => {
    const live = example();
    expect(live.tries({ type: 'return', step: 'review', to: 'apply', reason }, anna)).toBe('cases.no_such_outcome');
    expect(live.does(act('review', 'return', { reason }), anna).exits).toEqual([{ step: 'review', outcome: 'return' }]);
    expect(live.state().active.map((one) => one.step)).toEqual(['apply']);
  });
});

describe('withdraw', () => {
  test('is the applicant’s, in a step that allows it, and runs no exit effect', () => {
    const live = example();
    expect(live.tries({ type: 'withdraw' }, anna)).toBe('cases.not_applicant');
    expect(live.tries({ type: 'withdraw' }, otherWorker)).toBe('cases.not_applicant');
    const decision = live.does({ type: 'withdraw', reason }, applicant);
    expect([decision.exits, decision.body.left]).toEqual([[], ['review']]);
    expect(live.state()).toMatchObject({ status: 'ended', end: 'withdrawn', active: [] });
    expect(live.tries({ type: 'withdraw' }, applicant)).toBe('cases.ended');
    expect(live.tries({ type: 'appeal', reason }, applicant)).toBe('cases.ended');
    expect(atCheck().tries({ type: 'withdraw' }, applicant)).toBe('cases.not_withdrawable');
  });
});

describe('transfer', () => {
  const to = (more: object): CaseCommand => ({ type: 'transfer', step: 'review', reason, ...more });

  test('goes to an organisation that does this work, which then reads and holds it', () => {
    const live = example();
    expect(live.tries(to({ orgId: id }), anna)).toBe('cases.no_organisation');
    expect(live.tries(to({ orgId: orgOf('supervisor') }), anna)).toBe('cases.no_organisation');
    expect(live.tries(to({}), anna)).toBe('cases.no_organisation');
    expect(live.tries(to({ orgId: elsewhere, reason: '短' }), anna)).toBe('cases.reason_required');
    live.does({ type: 'claim', step: 'review' }, anna);
    live.does(to({ orgId: elsewhere }), anna);
    expect(live.active('review')).toMatchObject({ orgId: elsewhere, assigneeId: null });
    expect(live.state().readers).toContain(roleGrant('county_union', elsewhere));
    expect(live.tries(act('review', 'approve'), anna)).toBe('cases.wrong_role');
  });

  test('or to a colleague who works there', () => {
    const live = example();
    expect(live.tries(to({ assigneeId: id }), anna)).toBe('cases.no_organisation');
    expect(live.tries(to({ assigneeId: colleague, orgId: elsewhere }), anna)).toBe('cases.no_organisation');
    live.does(to({ assigneeId: colleague }), anna);
    expect(live.active('review').assigneeId).toBe(colleague);
    expect(live.tries(act('review', 'approve'), anna)).toBe('cases.claimed_by_other');
    expect(live.tries(act('review', 'approve'), staff(colleague, 'county_union'))).toBe('done');
  });

  test('nobody is known where the directory is not given', () => {
    const { holds: _holds, works: _works, ...blind } = factsAt('2026-01-05T03:00:00.000Z');
    const live = example();
    const decide = () => live.decide(to({ orgId: elsewhere }), anna, blind);
    expect(refusalCode(decide)).toBe('cases.no_organisation');
  });
});

describe('claim and release', () => {
  test('one has the step until it is released; a vote cannot be claimed', () => {
    const live = example();
    live.does({ type: 'claim', step: 'review' }, anna);
    expect(live.tries({ type: 'claim', step: 'review' }, boris)).toBe('cases.claimed_by_other');
    live.does({ type: 'release', step: 'review' }, anna);
    expect(live.tries({ type: 'claim', step: 'review' }, boris)).toBe('done');
    expect(atBoard().tries({ type: 'claim', step: 'board' }, anna)).toBe('cases.no_such_outcome');
  });
});

describe('cosign and opinion', () => {
  test('another office is asked, reads the case, answers once', () => {
    const live = example();
    const ask = (role: string, orgId: string): CaseCommand => ({
      type: 'cosign',
      step: 'review',
      role,
      orgId,
      note: reason,
    });
    expect(live.tries(ask('wizard', id), anna)).toBe('cases.no_organisation');
    expect(live.tries(ask('supervisor', id), anna)).toBe('cases.no_organisation');
    live.does(ask('supervisor', orgOf('supervisor')), anna);
    expect(live.state().readers).toContain(roleGrant('supervisor', orgOf('supervisor')));
    const say: CaseCommand = { type: 'opinion', step: 'review', agree: false, text: '依据不足' };
    expect(live.tries(say, anna)).toBe('cases.wrong_role');
    live.does(say, watcher);
    expect(live.active('review').cosigners[0]?.opinion).toMatchObject({
      by: 'watcher',
      agree: false,
      text: '依据不足',
    });
    expect(live.tries(say, watcher)).toBe('cases.wrong_role');
  });
});

describe('vote', () => {
  const say = (choice: 'agree' | 'disagree' | 'abstain', more: object = {}): CaseCommand => ({
    type: 'vote',
    step: 'board',
    choice,
    ...more,
  });

  test('is one a person; the one that settles takes the outcome with its exit effects', () => {
    const live = atBoard();
    expect(live.does(say('agree'), anna).exits).toEqual([]);
    expect(live.tries(say('disagree', { reason }), anna)).toBe('cases.vote_cast');
    expect(live.does(say('agree'), boris)).toMatchObject({
      exits: [{ step: 'board', outcome: 'pass' }],
      entries: ['confirm'],
    });
    expect(live.state().votes['board#1']).toEqual({ anna: 'agree', boris: 'agree' });
  });

  test('against needs the reason that the outcome needs', () => {
    const live = atBoard();
    expect(live.tries(say('disagree'), anna)).toBe('cases.reason_required');
    live.does(say('disagree', { reason }), anna);
    expect(live.actions.at(-1)?.body?.reason).toBe(reason);
    live.does(say('abstain'), boris);
    expect(live.state()).toMatchObject({ status: 'ended', end: 'rejected' });
  });

  test('a step without one has none', () => {
    expect(example().tries({ type: 'vote', step: 'review', choice: 'agree' }, anna)).toBe('cases.no_such_outcome');
  });

  const verdicts = { pass: 'p', fail: 'f' };
  it.each([
    ['all', { mode: 'all', count: 3, ...verdicts }, ['agree', 'agree'], null],
    ['all', { mode: 'all', count: 3, ...verdicts }, ['agree', 'agree', 'agree'], 'p'],
    ['all', { mode: 'all', count: 3, ...verdicts }, ['disagree'], 'f'],
    ['all', { mode: 'all', count: 3, ...verdicts }, ['agree', 'abstain'], 'f'],
    ['any', { mode: 'any', count: 3, ...verdicts }, ['disagree', 'agree'], 'p'],
    ['any', { mode: 'any', count: 3, ...verdicts }, ['disagree', 'abstain'], null],
    ['any', { mode: 'any', count: 3, ...verdicts }, ['disagree', 'abstain', 'disagree'], 'f'],
    ['2 of 3', { mode: 'count', count: 2, of: 3, ...verdicts }, ['agree', 'disagree'], null],
    ['2 of 3', { mode: 'count', count: 2, of: 3, ...verdicts }, ['abstain', 'disagree'], 'f'],
  ] as const)('%s: %o', (_name, rule, choices, outcome) => {
    expect(settle(rule, choices)).toBe(outcome);
  });

  test('every vote is settled by the last voter at the latest, and never undone', () => {
    const choice = fc.constantFrom('agree', 'disagree', 'abstain');
    const rule = fc
      .tuple(fc.constantFrom('all', 'any', 'count'), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 7 }))
      .map(([mode, count, more]) =>
        mode === 'count' ? { mode, count, of: count + more, ...verdicts } : { mode, count, ...verdicts },
      );
    fc.assert(
      fc.property(rule, fc.array(choice, { minLength: 14, maxLength: 14 }), (one, all) => {
        const rules = one as Parameters<typeof settle>[0];
        const voters = rules.mode === 'count' ? rules.of : rules.count;
        const results = Array.from({ length: voters }, (_, at) => settle(rules, all.slice(0, at + 1)));
        const first = results.findIndex((result) => result !== null);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(new Set(results.slice(first)).size).toBe(1);
      }),
    );
  });
});

describe('supplement', () => {
  const ask: CaseCommand = { type: 'request_supplement', step: 'review', items: ['照片'], note: '请重拍', days: 15 };
  const bring: CaseCommand = { type: 'supplement', step: 'review', data: { photo: 'new' } };

  test('is asked once, brought by the applicant, and the clock goes on with what was left', () => {
    const live = example();
    const due = live.active('review').dueAt;
    expect(live.tries(bring, applicant)).toBe('cases.not_paused');
    live.does(ask, anna);
    expect(live.tries(ask, anna)).toBe('cases.paused');
    expect(live.tries(bring, anna)).toBe('cases.not_applicant');
    expect(live.tries(bring, otherWorker)).toBe('cases.not_applicant');
    live.pass(7 * 24);
    live.does(bring, applicant);
    const after = live.active('review');
    expect(after).toMatchObject({ paused: null, supplement: null, light: 'green' });
    expect(due !== null && after.dueAt !== null && after.dueAt > due).toBe(true);
    expect(live.state().data['photo']).toBe('new');
  });

  test('that is not brought leaves the decision to a person', () => {
    const live = example();
    live.does(ask, anna);
    live.pass(20 * 24);
    expect(live.actions.map((one) => one.type)).toContain('supplement_expired');
    expect(live.state()).toMatchObject({ status: 'open' });
    expect(live.active('review').paused).toBeNull();
  });
});

describe('suspend and resume', () => {
  test('the clock stands still between them', () => {
    const live = example();
    expect(live.tries({ type: 'resume', step: 'review' }, anna)).toBe('cases.not_paused');
    expect(live.tries({ type: 'suspend', step: 'review', reason: '短' }, anna)).toBe('cases.reason_required');
    live.does({ type: 'suspend', step: 'review', reason }, anna);
    expect(live.tries({ type: 'suspend', step: 'review', reason }, anna)).toBe('cases.paused');
    expect(live.tries({ type: 'extend', step: 'review', reason }, anna)).toBe('cases.paused');
    live.pass(60 * 24);
    expect(live.active('review').light).toBe('green');
    live.does({ type: 'resume', step: 'review', note: '结论已出' }, anna);
    const { dueAt, yellowAt } = live.active('review');
    expect(dueAt !== null && dueAt > live.now()).toBe(true);
    expect(yellowAt !== null && yellowAt >= live.now()).toBe(true);
  });

  test('what waits for a supplement is not resumed by hand', () => {
    const live = example();
    live.does({ type: 'request_supplement', step: 'review', items: ['照片'], note: '请重拍', days: 15 }, anna);
    expect(live.tries({ type: 'resume', step: 'review' }, anna)).toBe('cases.not_paused');
  });
});

describe('extend', () => {
  test('once, where the law allows it; no light is dated back', () => {
    const live = example();
    expect(live.tries({ type: 'extend', step: 'review', reason: '短' }, anna)).toBe('cases.reason_required');
    const before = live.active('review').dueAt ?? '';
    // Five working days end with Monday the 12th; just before that the yellow light of the longer limit lies ahead.
    live.pass(Math.floor((Date.parse(before) - Date.parse(live.now())) / 3_600_000) - 1);
    live.does({ type: 'extend', step: 'review', reason }, anna);
    const { dueAt, yellowAt, light } = live.active('review');
    expect(dueAt !== null && dueAt > before).toBe(true);
    expect([light, yellowAt !== null && yellowAt >= live.now()]).toEqual(['green', true]);
    expect(live.tries({ type: 'extend', step: 'review', reason }, anna)).toBe('cases.extension_refused');
    expect(atCheck().tries({ type: 'extend', step: 'check', reason }, town)).toBe('cases.extension_refused');
  });

  test('after the limit, the yellow light is not put into the past', () => {
    const live = example();
    live.pass(13 * 24);
    live.does({ type: 'extend', step: 'review', reason }, anna);
    const { dueAt, yellowAt } = live.active('review');
    expect(dueAt !== null && dueAt > live.now()).toBe(true);
    expect(yellowAt).toBe(live.now());
  });
});

describe('urge', () => {
  test('once in 24 hours, by the applicant, while the case is open', () => {
    const live = example();
    expect(live.tries({ type: 'urge' }, anna)).toBe('cases.not_applicant');
    live.does({ type: 'urge' }, applicant);
    live.pass(23);
    expect(live.tries({ type: 'urge' }, applicant)).toBe('cases.urge_too_soon');
    live.pass(1);
    expect(live.tries({ type: 'urge' }, applicant)).toBe('done');
    expect(ended().tries({ type: 'urge' }, applicant)).toBe('cases.ended');
  });
});

describe('supervise', () => {
  test('is the region’s supervisor’s, with words, and is lifted by an answer', () => {
    const live = example();
    const call: CaseCommand = { type: 'supervise', note: '请今日办结' };
    const answer: CaseCommand = { type: 'answer_supervision', note: '已安排专人' };
    expect(live.tries(call, anna)).toBe('cases.wrong_role');
    expect(live.tries(call, { ...watcher, grants: [roleGrant('supervisor', elsewhere)] })).toBe('cases.wrong_role');
    expect(live.tries({ ...call, note: '快' }, watcher)).toBe('cases.reason_required');
    expect(live.tries(answer, anna)).toBe('cases.not_paused');
    live.does(call, watcher);
    expect(live.state().supervised).toMatchObject({ note: '请今日办结', by: 'watcher' });
    expect(live.tries(answer, stranger)).toBe('cases.wrong_role');
    live.does(answer, anna);
    expect(live.state().supervised).toBeNull();
    expect(ended().tries(call, watcher)).toBe('cases.ended');
  });
});

describe('note', () => {
  test('is for offices that read the case', () => {
    const live = example();
    expect(live.tries({ type: 'note', note: '已电话联系' }, stranger)).toBe('cases.wrong_role');
    expect(live.tries({ type: 'note', note: '已电话联系' }, applicant)).toBe('cases.wrong_role');
    expect(live.tries({ type: 'note', note: '已电话联系' }, anna)).toBe('done');
  });
});

describe('copy', () => {
  const to = (role: string, orgId: string, why = reason): CaseCommand => ({ type: 'copy', role, orgId, reason: why });

  test('by who works on the case or did, to an office of its lifecycle, with a reason', () => {
    const live = example();
    expect(live.tries(to('supervisor', orgOf('supervisor')), stranger)).toBe('cases.wrong_role');
    expect(live.tries(to('supervisor', orgOf('supervisor')), applicant)).toBe('cases.wrong_role');
    expect(live.tries(to('supervisor', orgOf('supervisor'), '短'), anna)).toBe('cases.reason_required');
    expect(live.tries(to('supervisor', id), anna)).toBe('cases.no_organisation');
    // A platform company has no part in this lifecycle, whoever it is.
    expect(live.tries(to('platform_company', orgOf('platform_company')), anna)).toBe('cases.no_organisation');
    live.does(to('supervisor', orgOf('supervisor')), anna);
    expect(live.state().copied).toEqual([roleGrant('supervisor', orgOf('supervisor'))]);
    expect(live.state().readers).toContain(roleGrant('supervisor', orgOf('supervisor')));
  });

  test('a reader who has no part in the case lets nobody else in; one who had may, also after the end', () => {
    const live = example();
    live.does(to('supervisor', orgOf('supervisor')), anna);
    expect(live.tries(to('township_union', orgOf('township_union')), watcher)).toBe('cases.wrong_role');
    expect(ended().tries(to('township_union', orgOf('township_union')), anna)).toBe('done');
  });
});

describe('appeal', () => {
  test('after the end, by the applicant', () => {
    expect(example().tries({ type: 'appeal', reason }, applicant)).toBe('cases.not_ended');
    const live = ended();
    expect(live.tries({ type: 'appeal', reason }, anna)).toBe('cases.not_applicant');
    live.does({ type: 'appeal', reason }, applicant);
    expect(live.state()).toMatchObject({ status: 'ended', links: [{ kind: 'referral', target: 'decision-review' }] });
  });
});

describe('the timer', () => {
  test('takes the step away at its true date, with no exit effect', () => {
    const live = atCheck();
    const { timerAt } = live.active('check');
    live.pass(30 * 24);
    const fired = live.actions.find((one) => one.type === 'timer_fired');
    expect([fired?.at, fired?.body?.left]).toEqual([timerAt, ['check']]);
    expect(live.state().done['check']?.outcome).toBe('timer');
  });
});

describe('when holidays are announced', () => {
  test('due dates that stood on a guess are right, and lights go back as far as they do', () => {
    const start = '2027-01-05T02:00:00.000Z';
    const live = liveCase(doorTo(exampleWorkflow, 'apply'), start);
    expect(live.active('review').provisional).toBe(true);
    live.pass(8 * 24);
    expect(live.active('review').light).toBe('red');
    const rest = ['2027-01-06', '2027-01-07', '2027-01-08', '2027-01-11', '2027-01-12', '2027-01-13'];
    const longer = createCalendar([
      ...announcedYears,
      { year: 2027, source: '示例', provisional: false, holidays: rest, workingWeekends: [] },
    ]);
    const service = doorTo(exampleWorkflow, 'apply');
    const decision = recompute(service, live.state(), factsAt(live.now(), longer));
    const [after] = decision?.body.changed ?? [];
    expect(after).toMatchObject({ step: 'review', provisional: false, light: 'green' });
    expect(after?.dueAt && after.dueAt > live.now()).toBe(true);
    expect(after?.yellowAt && after.yellowAt >= live.now()).toBe(true);
    if (decision) live.keep(decision, program('system'));
    expect(recompute(service, live.state(), factsAt(live.now(), longer))).toBeNull();
  });
});

describe('any order of verbs', () => {
  const everyone: readonly Actor[] = [
    anna,
    boris,
    carl,
    town,
    watcher,
    stranger,
    applicant,
    otherWorker,
    staff('all', 'county_union', 'township_union', 'insurer_adjuster', 'traffic_police', 'insurer_finance'),
    program('event'),
  ];
  const opening = { accident_time: '2026-01-04T02:00:00.000Z', cover_ends_at: '2026-01-08T16:00:00.000Z' };

  /** One command of any kind, well formed, right or wrong; `pick` chooses among what the definition names. */
  function commandFrom(
    live: LiveCase,
    steps: readonly string[],
    outcomes: (step: string) => readonly string[],
    pick: (most: number) => number,
  ): CaseCommand {
    const active = live.state().active;
    const step = (pick(4) > 0 && active[pick(Math.max(active.length, 1))]?.step) || (steps[pick(steps.length)] ?? '');
    const named = outcomes(step);
    const orgId = [elsewhere, orgOf('county_union'), orgOf('supervisor'), id][pick(4)] ?? id;
    const role = ['county_union', 'supervisor', 'township_union', 'wizard'][pick(4)] ?? '';
    const all: readonly CaseCommand[] = [
      act(step, named[pick(Math.max(named.length, 1))] ?? 'none', { reason }),
      act(step, named[pick(Math.max(named.length, 1))] ?? 'none', { reason }),
      { type: 'return', step, to: steps[pick(steps.length)] ?? '', reason },
      { type: 'withdraw' },
      { type: 'transfer', step, reason, ...(pick(2) ? { orgId } : { assigneeId: colleague }) },
      { type: 'claim', step },
      { type: 'release', step },
      { type: 'cosign', step, role, orgId, note: reason },
      { type: 'opinion', step, agree: pick(2) > 0, text: reason },
      { type: 'vote', step, choice: (['agree', 'disagree', 'abstain'] as const)[pick(3)] ?? 'agree', reason },
      { type: 'request_supplement', step, items: ['照片'], note: reason, days: 1 + pick(30) },
      { type: 'supplement', step, data: { photo: pick(9) } },
      { type: 'suspend', step, reason },
      { type: 'resume', step },
      { type: 'extend', step, reason },
      { type: 'urge' },
      { type: 'supervise', note: reason },
      { type: 'answer_supervision', note: reason },
      { type: 'note', note: reason },
      { type: 'copy', role, orgId, reason },
      { type: 'appeal', reason },
    ];
    return all[pick(all.length)] ?? { type: 'urge' };
  }

  it.each([
    ['example', exampleWorkflow, 'apply'],
    ['membership', unionMembershipJoin, 'apply'],
    ['claim', dailyInsuranceClaim, 'report'],
  ] as const)(
    '%s: the state is what its actions fold to, and whatever waits has a clock or says why not',
    (_name, workflow, wanted) => {
      const entry =
        Object.keys(workflow.entries).find((key) => workflow.entries[key]?.step === wanted) ??
        Object.keys(workflow.entries)[0] ??
        '';
      const service = doorTo(workflow, entry);
      const steps = Object.keys(workflow.steps);
      const outcomes = (step: string) => Object.keys(workflow.steps[step]?.outcomes ?? {});
      const seen = new Set<string>();
      const sequence = fc.array(fc.tuple(fc.nat(), fc.nat(everyone.length - 1), fc.nat(200)), {
        minLength: 5,
        maxLength: 40,
      });
      fc.assert(
        fc.property(sequence, (turns) => {
          const live = liveCase(service, '2026-01-05T02:00:00.000Z', opening);
          for (const [seed, who, hours] of turns) {
            let rest = seed;
            const pick = (most: number): number => {
              rest = (rest * 1_103_515_245 + 12_345) % 2_147_483_648;
              return Math.floor(rest / 65_536) % most;
            };
            if (hours > 150) live.pass(hours - 150);
            // Automatic steps go on at once, as they do in the engine.
            const automatic = live.state().active.find((one) => one.role === 'system');
            const ways = automatic ? outcomes(automatic.step) : [];
            if (automatic) live.tries(act(automatic.step, ways[pick(ways.length)] ?? ''), program('system'));
            const before = live.state();
            const input = commandFrom(live, steps, outcomes, pick);
            const said = live.tries(input, everyone[who] ?? anna);
            if (said === 'done') seen.add(input.type);
            else expect(live.state()).toBe(before);
            expect(before.readers.filter((reader) => !live.state().readers.includes(reader))).toEqual([]);
          }
          const state = live.state();
          expect(foldAll('case', live.actions)).toEqual(state);
          expect(new Set(state.active.map((one) => one.step)).size).toBe(state.active.length);
          expect(state.status === 'ended' ? state.active : []).toEqual([]);
          for (const active of state.active) {
            const isSilent =
              active.paused?.note !== undefined || active.light === 'red' || !workflow.steps[active.step]?.limit;
            expect([active.step, deadlinesOf(service, active).length > 0 || isSilent]).toEqual([active.step, true]);
          }
        }),
        { numRuns: 150, seed: 20260105 },
      );
      expect([...seen]).toEqual(expect.arrayContaining(['act', 'claim', 'suspend', 'note']));
    },
  );
});
