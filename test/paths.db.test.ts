// The three workflows of the journey, walked along every outcome with the real modules, parties and database. After each move all that
// the definition promises is looked for: whose turn, the clocks, notices, letters, money, cover, claims, membership; not the end alone.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Service, Workflow } from '#catalog';
import { di001 } from '#catalog/services/daily-insurance/di-001';
import { di003 } from '#catalog/services/daily-insurance/di-003';
import { di004 } from '#catalog/services/daily-insurance/di-004';
import { di005 } from '#catalog/services/daily-insurance/di-005';
import { di006 } from '#catalog/services/daily-insurance/di-006';
import { di009 } from '#catalog/services/daily-insurance/di-009';
import { un001 } from '#catalog/services/union/un-001';
import { nextDeadline, type CaseState, type Facts } from '#modules/cases';
import { statutoryCalendar } from '#platform/calendar';
import { startApp, type TestApp } from './app.ts';
import { createJourney, doors, type Journey } from './journey.ts';
import { keyOf, orgOf, outcomesOf, pathsFrom, stepIn, type Move } from './walk.ts';

const facts: Facts = { now: '2026-01-05T02:00:00.000Z', calendar: statutoryCalendar, route: (role) => orgOf(role) };
const openingData = { accident_time: '2026-01-04T02:00:00.000Z', cover_ends_at: '2026-01-08T16:00:00.000Z' };

/**
 * Outcomes that only a list of people comes to, which needs a file: cover for a list is walked in src/modules/cover/group.db.test.ts, a
 * list of people who join in src/modules/rosters/items.db.test.ts.
 */
const elsewhereWalked = new Map([
  [
    'daily-insurance-enrol',
    ['eligibility/partial', 'quote/free', 'issue/group_done', 'group-upload/submit', 'group-upload/return'],
  ],
  [
    'union-membership-join',
    [
      'batch-import/submit',
      'batch-import/return',
      'batch-confirm/agree',
      'batch-confirm/disagree',
      'batch-confirm/timeout@clock',
    ],
  ],
]);

let app: TestApp;
let journey: Journey;

beforeAll(async () => {
  app = await startApp();
  journey = await createJourney(app);
}, 60_000);
afterAll(async () => {
  await journey?.close();
  await app?.close();
});

const byWorkflow = Map.groupBy(
  [un001, di001, di003, di004, di005, di006, di009, ...doors],
  (service) => service.workflow.code,
);

/** Ways that are walked here. */
const leadsOn = (key: string): boolean => ![...elsewhereWalked.values()].flat().includes(key);

type Planned = { readonly service: Service; readonly moves: readonly Move[] };

/** For every outcome the shortest way from any entry; ways that are the beginning of another are walked with it. */
function plan(services: readonly Service[]): { all: Map<string, Planned>; walks: Planned[] } {
  const all = new Map<string, Planned>();
  for (const service of services) {
    for (const [key, moves] of pathsFrom(service, facts, openingData, leadsOn)) {
      // Only a form that asks for the insurances opens the way to both.
      const isJoint = moves.some((move) => keyOf(move) === 'county-record/joint');
      if (isJoint && !('insurance_kinds' in service.fields)) continue;
      // The return to an entry is a verb of every step; it is walked where only it leads on.
      const known = all.get(key);
      if (!known || known.moves.length > moves.length) all.set(key, { service, moves });
    }
  }
  const wanted = [...all]
    .filter(
      ([key]) =>
        !key.includes('→') && !(elsewhereWalked.get(services[0]?.workflow.code ?? '') ?? []).some((one) => one === key),
    )
    .map(([, one]) => one);
  const named = (one: Planned) => `${one.service.code} ${one.moves.map(keyOf).join(' ')}`;
  const names = wanted.map(named);
  return {
    all,
    walks: wanted.filter((one) => !names.some((name) => name !== named(one) && name.startsWith(`${named(one)} `))),
  };
}

describe.each([...byWorkflow])('%s', (code, services) => {
  const workflow = services[0]?.workflow;
  if (!workflow) throw new Error('a workflow has a service');
  const { all, walks } = plan(services);
  const walked = new Set<string>();

  it.each(walks.map((one) => [`${one.service.code} ${one.moves.map(keyOf).join(' · ')}`, one] as const))(
    '%s',
    async (_name, { service, moves }) => {
      await walk(service, moves, walked);
      expect([...walked]).toEqual(expect.arrayContaining(moves.map(keyOf)));
    },
  );

  it('has walked every outcome', () => {
    const elsewhere = elsewhereWalked.get(code) ?? [];
    expect(outcomesOf(workflow).filter((key) => !all.has(key) && !elsewhere.includes(key))).toEqual([]);
    expect(
      outcomesOf(workflow)
        .filter((key) => !walked.has(key))
        .toSorted(),
    ).toEqual((elsewhereWalked.get(code) ?? []).toSorted());
  });
});

it('the ledger holds and every state follows from its actions', async () => {
  expect(await app.services.money.brokenPromises()).toEqual([]);
  expect((await app.services.cases.compareStates()).different).toEqual([]);
}, 60_000);

async function walk(service: Service, moves: readonly Move[], walked: Set<string>): Promise<void> {
  const { who, facts: arranged, before } = await journey.arrange(service, moves);
  const caseId = await journey.open(service, who, arranged);
  let seq = await proveEffects(service.workflow, caseId, 0, walked);
  await before(caseId);
  for (const move of moves.slice(1)) {
    const now = await journey.state(caseId);
    // Automatic steps go by themselves; only what waits is moved.
    if (!now.active.some((one) => one.step === move.step)) {
      expect([move.step, now.done[move.step]?.outcome]).toEqual([move.step, move.outcome]);
      continue;
    }
    await journey.take(who, caseId, move, service);
    await journey.until(caseId, (found) => found.seq > seq);
    seq = await proveEffects(service.workflow, caseId, seq, walked);
  }
}

type ActionRow = {
  seq: number;
  type: string;
  step: string | null;
  outcome: string | null;
  actor_kind: string;
  body: { left?: string[]; entered?: { step: string }[] };
};

/** All actions since `after`: what each must have caused is there. Gives the sequence number of the last. */
async function proveEffects(workflow: Workflow, caseId: string, after: number, walked: Set<string>): Promise<number> {
  const found = await journey.owner.query<ActionRow>(
    'select a.seq, a.type, a.step, a.outcome, a.actor_kind, b.body from case_action a join case_body b using (action_id) where case_id = $1 and seq > $2 order by seq',
    [caseId, after],
  );
  const state = await journey.state(caseId);
  for (const action of found.rows) {
    const { step, outcome } = action;
    if (step && outcome)
      walked.add(
        `${step}/${outcome === 'return' && action.type === 'returned' ? `back→${action.body.entered?.[0]?.step ?? ''}` : outcome}${action.actor_kind === 'clock' && outcome !== 'timer' ? '@clock' : ''}`,
      );
    const isExit =
      step !== null && outcome !== null && ['opened', 'decided', 'attached', 'voted'].includes(action.type);
    if (isExit) await proveAutomatic(workflow, state, step, 'exit', outcome);
    for (const { step: entered } of action.body.entered ?? [])
      await proveAutomatic(workflow, state, entered, 'enter', null);
  }
  await proveTurns(workflow, state);
  return state.seq;
}

async function proveAutomatic(
  workflow: Workflow,
  state: CaseState,
  step: string,
  when: 'enter' | 'exit',
  outcome: string | null,
): Promise<void> {
  for (const action of stepIn(workflow, step).auto ?? []) {
    if (action.when !== when || (action.on && !(outcome !== null && action.on.includes(outcome)))) continue;
    const where = `${workflow.code}/${step}/${outcome ?? 'enter'}`;
    if (action.action === 'sms' && action.template) {
      const told = await count(
        'notice',
        `case_id = $1 and template = $2 and (person_id = $3 or org_id is not null) and text <> ''`,
        [state.caseId, action.template, state.personId],
      );
      expect(`${where} ${action.template} ${told > 0}`).toBe(`${where} ${action.template} true`);
    }
    if (action.action === 'doc' && action.template) {
      expect(
        `${where} ${action.template} ${(await count('case_document', 'case_id = $1 and template = $2', [state.caseId, action.template])) > 0}`,
      ).toBe(`${where} ${action.template} true`);
    }
    if (action.action === 'open')
      expect(state.links.map((one) => one.target)).toEqual(expect.arrayContaining([...action.targets]));
    const proof = action.effect ? effectProofs[action.effect] : undefined;
    if (action.effect) {
      if (!proof) throw new Error(`no proof for the effect ${action.effect}`);
      expect(`${where} ${action.effect} ${await proof(state, step)}`).toBe(`${where} ${action.effect} true`);
    }
  }
}

async function count(table: string, where: string, values: unknown[]): Promise<number> {
  const found = await journey.owner.query<{ count: string }>(`select count(*) from ${table} where ${where}`, values);
  return Number(found.rows[0]?.count);
}

const some = async (table: string, where: string, values: unknown[]): Promise<boolean> =>
  (await count(table, where, values)) > 0;
const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

/** What stands in the tables of the modules once an effect has run. */
const effectProofs: Readonly<Record<string, (state: CaseState, step: string) => Promise<boolean>>> = {
  'membership.record': (state) =>
    some('membership', 'case_id = $1 and person_id = $2 and member_no = $3 and ended_on is null', [
      state.caseId,
      state.personId,
      state.data['member_no'],
    ]),
  'payments.request': (state) =>
    some('payment_order', 'case_id = $1 and person_id = $2 and amount_fen = $3', [
      state.caseId,
      state.personId,
      state.data['payable_fen'],
    ]),
  'membership.require_card': async () => true,
  // One person's purchase has no list to go through.
  'cover.work_group': async (state) => !(await some('group_cover', 'case_id = $1', [state.caseId])),
  'membership.issue_card': async (state) =>
    state.data['card_code'] === undefined || some('membership', 'member_no = $1', [state.data['member_no']]),
  'payments.refund': async (state) => {
    if (state.data['refund_fen'] === 0) return true;
    const paid = typeof state.data['refund_case_id'] === 'string' ? state.data['refund_case_id'] : state.caseId;
    return some('payment_order', `case_id = $1 and (refund_no is not null or state in ('refunding', 'refunded'))`, [
      paid,
    ]);
  },
  'payouts.draft': async (state, step) => {
    const amountFen = state.data[step === 'prepay' ? 'prepay_fen' : 'agreed_fen'];
    return (
      (await some('payout', 'case_id = $1 and step = $2 and amount_fen = $3', [state.caseId, step, amountFen])) &&
      (await some('transfer', `case_id = $1 and credit = 'payout_reserve' and amount_fen = $2`, [
        state.caseId,
        amountFen,
      ]))
    );
  },
  'cover.request_underwriting': async (state) =>
    (await some(
      `graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id`,
      `t.identifier = 'cover.underwrite' and j.payload->>'caseId' = $1`,
      [state.caseId],
    )) || state.done['underwrite'] !== undefined,
  'cover.check_endorsement': async (state) => typeof state.data['endorsed_policy_no'] === 'string',
  'cover.endorse_policy': (state) =>
    some('policy_endorsement', 'case_id = $1 and value_after = $2', [state.caseId, state.data['value_after']]),
  'debits.sign': (state) =>
    some('withholding_contract', 'case_id = $1 and contract_code = $2', [
      state.caseId,
      state.data['withholding_contract'],
    ]),
  'cover.register_mandate': (state) => mandate(state, 'signing', 'active', 'paused', 'ended'),
  'cover.start_renewal': (state) => mandate(state, 'active', 'paused', 'ended'),
  'cover.change_renewal': (state) =>
    some('renewal_mandate', 'case_id = $1 and monthly_cap_fen = $2', [state.caseId, state.data['monthly_cap']]),
  'cover.pause_renewal': (state) => mandate(state, 'paused', 'active', 'ended'),
  'cover.resume_renewal': (state) => mandate(state, 'active', 'ended'),
  'cover.end_renewal': (state) => mandate(state, 'ended'),
  'cover.bind': async (state) =>
    (await count(
      'cover_entry e join cover_policy p using (policy_id)',
      `p.case_id = $1 and e.kind = 'bound' and e.person_id = $2`,
      [state.caseId, state.personId],
    )) === lengthOf(state.data['cover_day_list']) && lengthOf(state.data['cover_day_list']) > 0,
  'cover.accrue_subsidy': (state) =>
    some('transfer', `case_id = $1 and debit = 'subsidy_receivable' and amount_fen = $2`, [
      state.caseId,
      state.data['subsidy_fen'],
    ]),
  'cover.require_days_left': async (state) =>
    (await count(
      'cover_entry e join cover_policy p using (policy_id)',
      `p.case_id = $1 and e.kind = 'bound' and e.day >= $2::date`,
      [state.data['cited_case_id'], state.data['refund_dates']],
    )) >= Number(state.data['refund_days']),
  'cover.release': async (state) => {
    const days = lengthOf(state.data['refund_day_list']);
    return (await count('cover_entry', `person_id = $1 and kind = 'released'`, [state.personId])) === days;
  },
  'cover.open_claim': (state) =>
    some('benefit_claim', `case_id = $1 and person_id = $2 and benefit = $3`, [
      state.caseId,
      state.personId,
      state.data['benefit'],
    ]),
  'cover.check_prepay': (state) => some('benefit_claim', `case_id = $1 and benefit = 'prepay'`, [state.caseId]),
  'cover.agree': (state) =>
    some('benefit_claim', `case_id = $1 and benefit = $3 and state in ('agreed', 'paid') and amount_fen >= $2`, [
      state.caseId,
      state.data['agreed_fen'],
      state.data['benefit'],
    ]),
  // Of a living person nothing ends.
  'cover.register_death': async (state) =>
    state.data['benefit'] !== 'death' ||
    !(await some('renewal_mandate', `person_id = $1 and state <> 'ended'`, [state.personId])),
  'cover.settle_claim': async (state) =>
    (await some('benefit_claim', `case_id = $1 and benefit = $2 and state = 'paid'`, [
      state.caseId,
      state.data['benefit'],
    ])) &&
    (await some('payout', `case_id = $1 and state = 'settled' and settled_at is not null`, [state.caseId])) &&
    (await some('transfer', `case_id = $1 and state = 'resolved_post'`, [state.caseId])),
  'cover.deny_claim': async (state) =>
    state.data['benefit'] === undefined || some('benefit_claim', `case_id = $1 and state = 'denied'`, [state.caseId]),
};

const mandate = (state: CaseState, ...states: string[]) =>
  some('renewal_mandate', 'case_id = $1 and state = any($2)', [state.caseId, states]);

/** The desk's rows and the clock's rows are those of the state, no more and no less. */
async function proveTurns(workflow: Workflow, state: CaseState): Promise<void> {
  const service = app.services.catalogue.byHash(state.serviceHash);
  const tasks = await journey.owner.query<{ step: string; org_id: string | null }>(
    'select step, org_id from case_task where case_id = $1 order by step',
    [state.caseId],
  );
  const waiting = state.active.filter((one) => stepIn(workflow, one.step).role !== 'system');
  expect(tasks.rows).toEqual(
    waiting.map((one) => ({ step: one.step, org_id: one.orgId })).toSorted((a, b) => (a.step < b.step ? -1 : 1)),
  );
  const clocks = await journey.owner.query<{ at: string }>(
    `select step || '/' || kind || '/' || to_char(fire_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') as at from deadline where case_id = $1`,
    [state.caseId],
  );
  const next = nextDeadline(service, state);
  expect(clocks.rows.map((one) => one.at)).toEqual(
    next ? [`${next.step}/${next.kind}/${next.fireAt.slice(0, 19)}`] : [],
  );
  expect(state.status === 'ended' ? tasks.rows.length + clocks.rows.length : 0).toBe(0);
}
