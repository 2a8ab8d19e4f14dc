// The engine on real PostgreSQL: one transaction a write, repeats, races, stale commands, the clock at its true date, states that
// rebuild to themselves.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '#catalog';
import { un001 } from '#catalog/services/union/un-001';
import { di006 } from '#catalog/services/daily-insurance/di-006';
import { personGrant, roleGrant, systemAccess, workerAccess, type Access } from '#platform/access';
import { createCalendar, statutoryCalendar } from '#platform/calendar';
import { announcedYears } from '#platform/holidays';
import { fixedClock } from '#platform/clock';
import { createCrypto } from '#platform/crypto';
import { openDatabase, statement, type Database } from '#platform/db';
import { Refusal } from '#platform/errors';
import { createTrace } from '#modules/trace';
import { testDatabase, type TestDatabase } from '#test/database';
import type { CaseCommand } from './contract.ts';
import { createCases, readActions, type Actor, type Applicant, type Cases } from './index.ts';

const orgs: Partial<Record<Role, string>> = {
  county_union: randomUUID(),
  township_union: randomUUID(),
  industry_union: randomUUID(),
  grassroots_union: randomUUID(),
  insurer_adjuster: randomUUID(),
  insurer_finance: randomUUID(),
  traffic_police: randomUUID(),
  supervisor: randomUUID(),
  hrss_window: randomUUID(),
};
const clock = fixedClock('2026-03-02T02:00:00.000Z');
const services = new Map([
  ['UN-001', un001],
  ['DI-006', di006],
]);
let database: TestDatabase;
let db: Database;
let cases: Cases;
let calendar = statutoryCalendar;
const colleague = randomUUID();

const counts = statement<[string], { actions: number; leaves: number; tasks: number; deadlines: number }>(
  'test.counts',
  `select (select count(*) from case_action where case_id = $1) as actions,
     (select count(*) from log_leaf l join case_action a on a.leaf_id = l.leaf_id where a.case_id = $1) as leaves,
     (select count(*) from case_task where case_id = $1) as tasks,
     (select count(*) from deadline where case_id = $1) as deadlines`,
);

const numbersTaken = statement<[string], { count: number }>(
  'test.numbers_taken',
  'select count(*) as count from case_number_counter where region = $1',
);
const copiesOf = statement<[string], { role: string; org_id: string }>(
  'test.copies',
  'select role, org_id from case_copy where case_id = $1',
);
const forgetCalendar = statement<[], never>(
  'test.forget_calendar',
  `update setting set value = '{}' where name = 'calendar'`,
);
const addOrgRow = statement<[string, string], never>(
  'test.add_org',
  `insert into org (org_id, code, name, kind, region) values ($1, $2, '示例单位', 'union', '350203')`,
);

beforeAll(async () => {
  database = await testDatabase();
  db = openDatabase({ url: database.appUrl, poolSize: 12 });
  const crypto = createCrypto(Buffer.alloc(32, 7));
  cases = createCases({
    db,
    clock,
    calendar: () => calendar,
    holds: (role, orgId) => orgs[role] === orgId,
    colleagues: async () => [{ staffId: colleague, name: '王同事' }],
    trace: createTrace('gongdun.test', crypto),
    crypto,
    route: (role) => orgs[role] ?? null,
    published: (code) => {
      const service = services.get(code);
      return service ? { service, hash: code } : undefined;
    },
    byHash: (hash) => services.get(hash) ?? un001,
    isRegion: (code) => code === '350203',
    checkFiles: async () => new Map(),
    announce: () => {},
    makeDocument: () => {},
    effects: {
      'membership.record': async () => ({ member_no: 'M1' }),
      'membership.issue_card': async () => ({}),
    },
    deciders: {
      'membership.check': async () => ({ outcome: 'pass' }),
      'cover.policy_check': async () => ({ outcome: 'hit' }),
    },
  });
  await db.transaction(systemAccess, async (tx) => {
    for (const [role, orgId] of Object.entries(orgs)) tx.send(addOrgRow, [orgId, role]);
  });
});

afterAll(async () => {
  await db?.close();
  await database?.drop();
});

const addPerson = statement<[string, Buffer], never>(
  'test.add_person',
  `insert into person (person_id, name_sealed, name_index, id_type, id_number_sealed, id_number_index, phone_sealed, phone_index,
     birth_day, sex, region, readers, created_at, synthetic)
   values ($1, '', $2, 'resident_id', '', $2, '', $2, '1990-01-01', 'unknown', '350203', array['*'], now(), true)`,
);

type Worker = { access: Access; actor: Actor; applicant: Applicant };

function worker(): Worker {
  const personId = randomUUID();
  return {
    access: workerAccess(personId),
    actor: { kind: 'worker', id: personId, name: '张*', grants: [personGrant(personId)] },
    applicant: { personId, orgId: null },
  };
}

function staff(...roles: Role[]): { access: Access; actor: Actor } {
  const id = randomUUID();
  const grants = roles.map((role) => roleGrant(role, orgs[role] ?? ''));
  return { access: { kind: 'staff', actorId: id, grants }, actor: { kind: 'staff', id, name: '经办', grants } };
}

const file = () => randomUUID();
const application = () => ({
  occupation: '网约配送员',
  main_platform: '某平台（虚构）',
  start_month: '2025-05-01',
  usual_area: '350203',
  accept_charter: 'on',
  applicant_sign: { fileId: file() },
  photo: [file()],
});

function open(who: Worker, requestId = randomUUID(), data: Record<string, unknown> = application()) {
  return cases.openCase(who.access, who.actor, who.applicant, {
    requestId,
    serviceCode: 'UN-001',
    region: '350203',
    data,
  });
}

async function refused(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Refusal);
  return error instanceof Refusal ? error.code : '';
}

describe('opening', () => {
  it('writes actions, leaves, tasks and deadlines in one transaction', async () => {
    const who = worker();
    const answer = await open(who);
    expect(answer.active.map((one) => one.step)).toEqual(['assign-union']);
    expect(answer.caseNo).toMatch(/^35020320260302\d{6}$/);
    const row = await db.transaction(who.access, (tx) => tx.one(counts, [answer.caseId]));
    expect(row).toEqual({ actions: 2, leaves: 2, tasks: 1, deadlines: 1 });
  });

  it('gives the same answer to the same request, also when it comes twenty times at once', async () => {
    const who = worker();
    const requestId = randomUUID();
    const data = application();
    const answers = await Promise.all(Array.from({ length: 20 }, () => open(who, requestId, data)));
    expect(new Set(answers.map((answer) => answer.caseId)).size).toBe(1);
    expect(await refused(open(who, requestId, application()))).toBe('cases.request_reused');
  });

  it('names every wrong field and writes nothing', async () => {
    const who = worker();
    const bad = { ...application(), occupation: '飞行员', start_month: '2999-01-01', accept_charter: undefined };
    const error = await open(who, randomUUID(), bad).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Refusal);
    if (!(error instanceof Refusal)) return;
    expect(error.problems.map((problem) => problem.path).toSorted()).toEqual([
      'accept_charter',
      'occupation',
      'start_month',
    ]);
  });
});

describe('commands', () => {
  it('refuses the wrong role, a step that has passed, a stale screen and a missing reason, and writes nothing', async () => {
    const who = worker();
    const opened = await open(who);
    const clerk = staff('county_union');
    const act = (by: { access: Access; actor: Actor }, step: string, outcome: string, extra: object = {}) =>
      cases.commandCase(by.access, by.actor, {
        requestId: randomUUID(),
        caseId: opened.caseId,
        command: { type: 'act', step, outcome, data: {}, ...extra },
      });
    const before = await db.transaction(systemAccess, (tx) => tx.one(counts, [opened.caseId]));
    expect(await refused(act(staff('insurer_adjuster'), 'assign-union', 'region'))).toBe('cases.not_found');
    expect(await refused(act(who, 'assign-union', 'region'))).toBe('cases.wrong_role');
    expect(await refused(act(clerk, 'township-review', 'approve'))).toBe('cases.out_of_step');
    expect(await refused(act(clerk, 'assign-union', 'region', { seen: opened.seq - 1 }))).toBe('cases.stale');
    expect(await refused(act(clerk, 'assign-union', 'nowhere'))).toBe('cases.no_such_outcome');
    expect(await db.transaction(systemAccess, (tx) => tx.one(counts, [opened.caseId]))).toEqual(before);

    await act(clerk, 'assign-union', 'region');
    expect(await refused(act(staff('township_union'), 'township-review', 'reject'))).toBe('cases.reason_required');
    const done = await act(staff('township_union'), 'township-review', 'return', { reason: '照片不清楚，请重拍' });
    expect(done.active[0]?.step).toBe('apply');
  });

  it('lets exactly one of two clerks who act at once through', async () => {
    const who = worker();
    const opened = await open(who);
    const attempts = ['region', 'industry'].map((outcome) => {
      const clerk = staff('county_union');
      return cases.commandCase(clerk.access, clerk.actor, {
        requestId: randomUUID(),
        caseId: opened.caseId,
        command: { type: 'act', step: 'assign-union', outcome, data: {}, seen: opened.seq },
      });
    });
    const settled = await Promise.allSettled(attempts);
    expect(settled.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    const loser = settled.find((one) => one.status === 'rejected');
    expect(loser?.reason).toBeInstanceOf(Refusal);
  });

  it('walks to the end, with the card issued by itself, and the state rebuilds to the byte', async () => {
    const who = worker();
    const opened = await open(who);
    const step = (role: Role, name: string, outcome: string) => {
      const by = staff(role);
      return cases.commandCase(by.access, by.actor, {
        requestId: randomUUID(),
        caseId: opened.caseId,
        command: { type: 'act', step: name, outcome, data: {} },
      });
    };
    await step('county_union', 'assign-union', 'region');
    await step('township_union', 'township-review', 'approve');
    expect(await refused(step('county_union', 'county-record', 'joint'))).toBe('cases.outcome_not_open');
    const end = await step('county_union', 'county-record', 'single');
    expect(end).toMatchObject({ status: 'ended', end: 'completed', active: [] });
    const compared = await cases.compareStates();
    expect(compared.different).toEqual([]);
    expect(compared.checked).toBeGreaterThan(3);
    const row = await db.transaction(who.access, (tx) => tx.one(counts, [opened.caseId]));
    expect(row).toMatchObject({ tasks: 0, deadlines: 0 });
  });
});

describe('who may, before what', () => {
  it('tells the wrong person so, and not what is wrong in the form', async () => {
    const who = worker();
    const opened = await open(who);
    const clerk = staff('county_union');
    await cases.commandCase(clerk.access, clerk.actor, {
      requestId: randomUUID(),
      caseId: opened.caseId,
      command: { type: 'act', step: 'assign-union', outcome: 'region', data: { joint: 'nonsense' } },
    });
    const command = {
      type: 'act' as const,
      step: 'township-review',
      outcome: 'approve',
      data: { opinion: { $gt: '' } },
    };
    expect(
      await refused(
        cases.commandCase(clerk.access, clerk.actor, { requestId: randomUUID(), caseId: opened.caseId, command }),
      ),
    ).toBe('cases.wrong_role');
  });

  it('a region that is none takes no case number', async () => {
    const who = worker();
    const wrong = { requestId: randomUUID(), serviceCode: 'UN-001', region: '999999', data: application() };
    expect(await refused(cases.openCase(who.access, who.actor, who.applicant, wrong))).toBe('cases.form_invalid');
    const taken = await db.transaction(systemAccess, (tx) => tx.one(numbersTaken, ['999999']));
    expect(taken.count).toBe(0);
  });
});

describe('passing on', () => {
  const send = (by: { access: Access; actor: Actor }, caseId: string, command: CaseCommand) =>
    cases.commandCase(by.access, by.actor, { requestId: randomUUID(), caseId, command });

  it('a copy is kept for the office, once, with its reason', async () => {
    const opened = await open(worker());
    const clerk = staff('county_union');
    const copy = (orgId: string): CaseCommand => ({ type: 'copy', role: 'supervisor', orgId, reason: '请知悉并指导' });
    expect(await refused(send(clerk, opened.caseId, copy(randomUUID())))).toBe('cases.no_organisation');
    await send(clerk, opened.caseId, copy(orgs.supervisor ?? ''));
    expect(await refused(send(clerk, opened.caseId, copy(orgs.supervisor ?? '')))).toBe('cases.reads_already');
    const rows = await db.transaction(systemAccess, (tx) => tx.run(copiesOf, [opened.caseId]));
    expect(rows).toEqual([{ role: 'supervisor', org_id: orgs.supervisor }]);
  });

  it('a step goes to a colleague who is there, and to nobody else', async () => {
    const opened = await open(worker());
    const clerk = staff('county_union');
    const give = (assigneeId: string): CaseCommand => ({
      type: 'transfer',
      step: 'assign-union',
      assigneeId,
      reason: '今日休假',
    });
    expect(await refused(send(clerk, opened.caseId, give(randomUUID())))).toBe('cases.no_organisation');
    await send(clerk, opened.caseId, give(colleague));
    expect(await refused(send(clerk, opened.caseId, { type: 'claim', step: 'assign-union' }))).toBe(
      'cases.claimed_by_other',
    );
  });
});

describe('the calendar', () => {
  it('due dates are computed anew once when it knows more, and that is kept', async () => {
    await db.transaction(systemAccess, async (tx) => tx.send(forgetCalendar, []));
    clock.set('2027-03-01T02:00:00.000Z');
    const opened = await open(worker());
    clock.set('2026-03-02T02:00:00.000Z');
    expect(await cases.recomputeIfCalendarMoved()).toBe(0);
    expect(await cases.recomputeIfCalendarMoved()).toBeNull();
    const year = { year: 2027, source: '示例', provisional: false, holidays: ['2027-03-02'], workingWeekends: [] };
    calendar = createCalendar([...announcedYears, year]);
    expect(await cases.recomputeIfCalendarMoved()).toBe(1);
    expect(await cases.recomputeIfCalendarMoved()).toBeNull();
    const actions = await db.transaction(systemAccess, (tx) => readActions(tx, opened.caseId));
    expect(actions.at(-1)).toMatchObject({ type: 'clock_recomputed', actorKind: 'system' });
    calendar = statutoryCalendar;
    expect((await cases.compareStates()).different).toEqual([]);
  });
});

describe('parallel parts', () => {
  it('waits at the join for every branch', async () => {
    const who = worker();
    const personId = who.applicant.personId ?? '';
    await db.transaction(systemAccess, async (tx) => tx.send(addPerson, [personId, Buffer.from(personId)]));
    const opened = await cases.openCase(who.access, who.actor, who.applicant, {
      requestId: randomUUID(),
      serviceCode: 'DI-006',
      region: '350203',
      data: {
        accident_time: '2026-03-02T09:00',
        accident_spot: { text: '湖滨南路路口' },
        accident_kind: '道路交通',
        on_work: 'on',
        injured_condition: '门诊',
        scene_media: [file()],
      },
    });
    const step = (role: Role, name: string, outcome: string, data: Record<string, unknown> = {}) => {
      const by = staff(role);
      return cases.commandCase(by.access, by.actor, {
        requestId: randomUUID(),
        caseId: opened.caseId,
        command: { type: 'act', step: name, outcome, data },
      });
    };
    const contacted = await step('insurer_adjuster', 'dispatch', 'contact', { contact_note: '已电话联系，建议先就医' });
    expect(contacted.active.map((one) => one.step).toSorted()).toEqual(['police-doc', 'survey']);
    const surveyed = await step('insurer_adjuster', 'survey', 'done', { survey_report: '现场照片与描述一致' });
    expect(surveyed.active.map((one) => one.step)).toEqual(['police-doc']);
    const joined = await step('traffic_police', 'police-doc', 'none');
    expect(joined.active.map((one) => one.step)).toEqual(['duty']);
  });
});

describe('the clock', () => {
  it('turns lights and fires timers at their true dates after the server was down for weeks', async () => {
    const who = worker();
    const opened = await open(who);
    const clerk = staff('county_union');
    await cases.commandCase(clerk.access, clerk.actor, {
      requestId: randomUUID(),
      caseId: opened.caseId,
      command: { type: 'act', step: 'assign-union', outcome: 'region', data: {} },
    });
    clock.set('2026-04-20T02:00:00.000Z');
    await cases.runDueDeadlines(1000);
    const actions = await db.transaction(systemAccess, async (tx) => {
      const { readActions } = await import('./index.ts');
      return readActions(tx, opened.caseId);
    });
    const timer = actions.find((action) => action.type === 'timer_fired');
    // 7 working days after 2 March 2026: the limit ends with 11 March, and the county decides instead.
    expect(timer?.at).toBe('2026-03-11T16:00:00.000Z');
    expect(timer?.body?.entered?.[0]?.step).toBe('county-recheck');
    const lights = actions
      .filter((action) => action.type === 'light_turned')
      .map((action) => [action.step, action.outcome]);
    expect(lights).toContainEqual(['township-review', 'red']);
    clock.set('2026-03-02T02:00:00.000Z');
  });

  it('lets two clocks run at once without doing anything twice', async () => {
    const who = worker();
    const opened = await open(who);
    clock.set('2026-03-06T02:00:00.000Z');
    await Promise.all([cases.runDueDeadlines(500), cases.runDueDeadlines(500), cases.runDueDeadlines(500)]);
    const row = await db.transaction(systemAccess, (tx) => tx.one(counts, [opened.caseId]));
    expect(row.actions).toBe(4);
    clock.set('2026-03-02T02:00:00.000Z');
  });
});
