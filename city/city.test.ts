// The city is the same to the byte for the same seed, nobody real lives in it, its rows fit together, and every state has its story.

import { createHash } from 'node:crypto';
import { serialize } from 'node:v8';
import { beforeAll, describe, expect, it } from 'vitest';
import { roles, type Service } from '#catalog';
import { ageOn } from '#catalog/fields/index';
import { parseResidentId, syntheticRegion } from '#catalog/fields/identity';
import { services } from '#catalog/services/index';
import { createCrypto, sha256 } from '#platform/crypto';
import { foldAll, nextDeadline, type ActionBody, type CaseAction, type CaseState } from '#modules/cases';
import { canonical } from '#modules/trace';
import { makeCity, type City } from './index.ts';
import { districts } from './names.ts';
import { emptyRows, tableNames, type Rows } from './rows.ts';

const now = '2026-05-20T03:00:00.000Z';
const masterKey = Buffer.alloc(32, 7);
const small = (seed: number, workers = 260) =>
  makeCity({ seed, workers, now, masterKey, origin: 'gongdun.test', serviceHash: (code) => `hash of ${code}` });

async function collect(city: City): Promise<Rows> {
  const all = emptyRows();
  for await (const { rows } of city.batches())
    for (const table of tableNames) (all[table] as unknown[]).push(...rows[table]);
  return all;
}

async function hashOf(city: City): Promise<string> {
  const hash = createHash('sha256').update(
    JSON.stringify([city.accounts, city.riders, city.blobs.map((one) => one.address)]),
  );
  for await (const { rows, jobs } of city.batches()) hash.update(serialize([rows, jobs]));
  return hash.digest('hex');
}

let city: City;
let rows: Rows;
let states: CaseState[];

beforeAll(async () => {
  city = await small(1);
  rows = await collect(city);
  states = rows.case_state.map((row) => JSON.parse(row.state) as CaseState);
});

describe('chance', () => {
  it('gives the same bytes for the same seed, and others for another', async () => {
    const first = await hashOf(await small(1, 130));
    expect(await hashOf(await small(1, 130))).toBe(first);
    expect(await hashOf(await small(2, 130))).not.toBe(first);
  });

  it.each([
    '2025-01-28T15:59:00.000Z',
    '2026-02-14T16:05:00.000Z',
    '2026-05-05T22:40:00.000Z',
    '2026-10-08T13:50:00.000Z',
    '2027-12-31T04:00:00.000Z',
  ])('tells every story at any time of day and year: %s', async (at) => {
    const other = await makeCity({
      seed: 4,
      workers: 160,
      now: at,
      masterKey,
      origin: 'x',
      serviceHash: (code) => code,
    });
    const made = await collect(other);
    expect(made.person.length).toBe(160);
    expect(made.deadline.every((row) => (row.fire_at ?? '') > at)).toBe(true);
    expect(made.case_action.every((row) => (row.at ?? '') <= at)).toBe(true);
  });

  it('moves with the time at which the city stands', async () => {
    const later = await makeCity({
      seed: 3,
      workers: 1,
      now: '2026-10-12T09:30:00.000Z',
      masterKey,
      origin: 'x',
      serviceHash: (code) => code,
    });
    const ends = (await collect(later)).case_state.map((row) => row.updated_at ?? '');
    expect(ends.every((at) => at <= later.now)).toBe(true);
    expect(ends.some((at) => at > '2026-10-12')).toBe(true);
  });
});

describe('people', () => {
  const crypto = createCrypto(masterKey);

  it('have right ID numbers that belong to nobody', () => {
    expect(rows.person.length).toBe(260);
    const numbers = rows.person.map((row) =>
      crypto.open(`person:id_number_sealed:${row.person_id}`, row.id_number_sealed ?? ''),
    );
    expect(new Set(numbers).size).toBe(numbers.length);
    numbers.forEach((number, at) => {
      const parsed = parseResidentId(number);
      expect(parsed?.regionCode).toBe(syntheticRegion);
      expect(parsed?.birthDate).toBe(rows.person[at]?.birth_day);
      expect(parsed?.sex).toBe(rows.person[at]?.sex);
    });
    expect(rows.person.every((row) => row.synthetic)).toBe(true);
  });

  it('are of working age, but for those above it whose stories need that', () => {
    const ages = rows.person.map((row) => ageOn(row.birth_day ?? '', now.slice(0, 10)));
    expect(ages.every((age) => age >= 18 && age <= 68)).toBe(true);
    expect(ages.filter((age) => age > 65).length).toBeGreaterThan(3);
  });

  it('begin with a rider who has joined nothing and bought nothing', () => {
    expect(city.rider.phone).toBe('19900000001');
    const index = crypto.blindIndex('phone', city.rider.phone).toString('hex');
    const rider = rows.person.find((row) => row.phone_index.toString('hex') === index);
    expect(rider).toBeDefined();
    expect(rows.case_state.some((row) => row.person_id === rider?.person_id)).toBe(false);
  });
});

describe('organisations', () => {
  it('act in every role of a department or outside party, in every district', () => {
    const routed = new Set(rows.org_role.map((row) => `${row.role}@${row.region}`));
    const missing = Object.entries(roles)
      .filter(([, role]) => role.kind === 'department' || role.kind === 'external')
      .flatMap(([role]) => districts.map(({ region }) => [role, region] as const))
      .filter(([role, region]) => !routed.has(`${role}@${region}`) && !routed.has(`${role}@350200`));
    expect(missing).toEqual([]);
  });

  it('have somebody at every desk, and two where four eyes are asked for', () => {
    const held = Map.groupBy(rows.staff_role, (row) => `${row.role}@${row.org_id}`);
    for (const { role, org_id: orgId } of rows.org_role) {
      const least = ['insurer_finance', 'insurer_adjuster', 'hrss_reviewer'].includes(role ?? '') ? 2 : 1;
      expect(held.get(`${role}@${orgId}`)?.length ?? 0, `${role}`).toBeGreaterThanOrEqual(least);
    }
    expect(city.accounts.map((one) => one.login)).toContain('insurer-finance-2');
    expect(new Set(city.accounts.map((one) => one.login)).size).toBe(rows.staff.length);
  });

  it('say of themselves that they are fictional or a demonstration', () => {
    expect(rows.org.filter((row) => !/（虚构）|（演示）/.test(row.name ?? ''))).toEqual([]);
    expect(rows.org.every((row) => row.synthetic)).toBe(true);
  });
});

describe('rows', () => {
  const references: readonly (readonly [keyof Rows, string, keyof Rows, string])[] = [
    ['trace_body', 'leaf_id', 'log_leaf', 'leaf_id'],
    ['org', 'parent_id', 'org', 'org_id'],
    ['org_role', 'org_id', 'org', 'org_id'],
    ['staff', 'org_id', 'org', 'org_id'],
    ['staff_role', 'staff_id', 'staff', 'staff_id'],
    ['person', 'platform_org_id', 'org', 'org_id'],
    ['dossier', 'person_id', 'person', 'person_id'],
    ['case_state', 'person_id', 'person', 'person_id'],
    ['case_state', 'dossier_id', 'dossier', 'dossier_id'],
    ['case_state', 'parent_case_id', 'case_state', 'case_id'],
    ['case_action', 'case_id', 'case_state', 'case_id'],
    ['case_action', 'leaf_id', 'log_leaf', 'leaf_id'],
    ['case_action', 'actor_org_id', 'org', 'org_id'],
    ['case_body', 'action_id', 'case_action', 'action_id'],
    ['case_task', 'org_id', 'org', 'org_id'],
    ['case_task', 'assignee_id', 'staff', 'staff_id'],
    ['deadline', 'case_id', 'case_state', 'case_id'],
    ['case_link', 'to_case_id', 'case_state', 'case_id'],
    ['case_document', 'case_id', 'case_state', 'case_id'],
    ['case_document', 'leaf_id', 'log_leaf', 'leaf_id'],
    ['rating', 'case_id', 'case_state', 'case_id'],
    ['notice', 'case_id', 'case_state', 'case_id'],
    ['file', 'case_id', 'case_state', 'case_id'],
    ['membership', 'case_id', 'case_state', 'case_id'],
    ['membership', 'union_org_id', 'org', 'org_id'],
    ['cover_policy', 'case_id', 'case_state', 'case_id'],
    ['cover_entry', 'policy_id', 'cover_policy', 'policy_id'],
    ['benefit_claim', 'policy_id', 'cover_policy', 'policy_id'],
    ['benefit_claim', 'case_id', 'case_state', 'case_id'],
    ['transfer', 'debit', 'account', 'account_id'],
    ['transfer', 'credit', 'account', 'account_id'],
    ['transfer', 'pending_of', 'transfer', 'transfer_id'],
    ['transfer', 'leaf_id', 'log_leaf', 'leaf_id'],
    ['entry', 'transfer_id', 'transfer', 'transfer_id'],
    ['payment_order', 'case_id', 'case_state', 'case_id'],
    ['payout', 'case_id', 'case_state', 'case_id'],
    ['payout', 'reserve_id', 'transfer', 'transfer_id'],
    ['payout', 'batch_id', 'payout_batch', 'batch_id'],
    ['payout_approval', 'batch_id', 'payout_batch', 'batch_id'],
  ];

  it.each(references)('%s.%s names a row of %s', (table, column, other, key) => {
    const valuesOf = (name: keyof Rows, of: string) =>
      rows[name].map((row) => Object.entries(row).find(([one]) => one === of)?.[1]);
    const known = new Set(valuesOf(other, key));
    const named = valuesOf(table, column).filter((value) => value !== null);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((value) => !known.has(value))).toEqual([]);
  });

  it('hold each state as the fold of its actions, chained and committed to', () => {
    const bodies = new Map(rows.case_body.map((row) => [row.action_id, row]));
    const leaves = new Map(rows.log_leaf.map((row) => [row.leaf_id, row.entry ?? '']));
    const actionsOf = Map.groupBy(rows.case_action, (row) => row.case_id ?? '');
    for (const state of states) {
      let head: Buffer = Buffer.alloc(32);
      const actions = (actionsOf.get(state.caseId) ?? []).map((row): CaseAction => {
        const kept = bodies.get(row.action_id);
        const body = JSON.parse(kept?.body ?? 'null') as ActionBody;
        expect(row.case_prev.equals(head)).toBe(true);
        expect(row.commitment.equals(sha256(kept?.salt ?? '', canonical(body)))).toBe(true);
        const entry = leaves.get(row.leaf_id) ?? '';
        expect(entry).toContain(row.commitment.toString('base64'));
        head = sha256(entry);
        return {
          actionId: row.action_id ?? '',
          seq: row.seq ?? 0,
          type: row.type as CaseAction['type'],
          step: row.step,
          outcome: row.outcome,
          actorKind: row.actor_kind as CaseAction['actorKind'],
          actorId: row.actor_id,
          actorRole: row.actor_role,
          actorOrgId: row.actor_org_id,
          at: row.at ?? '',
          body,
        };
      });
      expect(JSON.parse(JSON.stringify(foldAll(state.caseId, actions)))).toEqual(state);
      expect(rows.case_state.find((row) => row.case_id === state.caseId)?.head.equals(head)).toBe(true);
    }
  });

  it('have nothing overdue: what fell due has happened', () => {
    expect(rows.deadline.filter((row) => (row.fire_at ?? '') <= now)).toEqual([]);
    const expected = states.flatMap((state) => {
      const next = nextDeadline(serviceOf(state), state);
      return next ? [`${state.caseId}/${next.step}/${next.kind}/${next.fireAt}`] : [];
    });
    expect(rows.deadline.map((row) => `${row.case_id}/${row.step}/${row.kind}/${row.fire_at}`).toSorted()).toEqual(
      expected.toSorted(),
    );
  });
});

/** Each value once, in order. */
function sorted(values: readonly (string | null)[]): string[] {
  return [...new Set(values.map(String))].toSorted((a, b) => (a < b ? -1 : 1));
}

function serviceOf(state: CaseState): Service {
  const service = services.find((one) => one.code === state.serviceCode);
  if (!service) throw new Error(state.serviceCode);
  return service;
}

describe('money', () => {
  it('sums to zero in every transfer, and keeps the floors', () => {
    const sums = new Map<string, number>();
    for (const { transfer_id: id, amount_fen: fen } of rows.entry)
      sums.set(id ?? '', (sums.get(id ?? '') ?? 0) + (fen ?? 0));
    expect(sums.size).toBe(rows.transfer.length);
    expect([...sums.values()].filter((sum) => sum !== 0)).toEqual([]);
    for (const { account_id: account, floor_fen: floor } of rows.account) {
      if (floor === null) continue;
      const debits = new Set(rows.transfer.filter((row) => row.debit === account).map((row) => row.transfer_id));
      const left = rows.entry
        .filter((row) => row.account_id === account && (!row.pending || debits.has(row.transfer_id)))
        .reduce((sum, row) => sum + (row.amount_fen ?? 0), 0);
      expect(left, `${account}`).toBeGreaterThanOrEqual(floor);
    }
  });

  it('has payouts and batches in every state', () => {
    const payoutStates = ['batched', 'cancelled', 'drafted', 'failed', 'returned', 'settled', 'submitted', 'unknown'];
    expect(sorted(rows.payout.map((row) => row.state))).toEqual(payoutStates);
    expect(sorted(rows.payout_batch.map((row) => row.state))).toEqual([
      'approved',
      'done',
      'made',
      'submitted',
      'voided',
    ]);
    expect(rows.payout_approval.every((row) => row.maker_id !== row.approver_id)).toBe(true);
  });

  it('binds a day once and releases it once', () => {
    const days = Map.groupBy(rows.cover_entry, (row) => `${row.person_id}/${row.day}`);
    for (const entries of days.values())
      expect(entries.map((row) => row.generation)).toEqual(entries.map((_, at) => at + 1));
    expect(rows.cover_entry.some((row) => row.kind === 'released')).toBe(true);
  });
});

describe('stories', () => {
  /** Steps that a case can wait at; the others are passed at once. */
  const waits = (service: Service, step: string) => {
    // A new card is issued in the same moment: nothing is ever given back to its form.
    if (step === 'card-request') return false;
    const definition = service.workflow.steps[step];
    const outcomes = Object.values(definition?.outcomes ?? {});
    return (
      definition?.role !== 'system' || (!definition.decide && (outcomes.length > 1 || outcomes[0]?.by !== undefined))
    );
  };

  /** What follows from the entry of a service; outcomes on fields that nobody can fill in yet lead nowhere. */
  function reachable(service: Service): { steps: Set<string>; ends: Set<string> } {
    const { workflow } = service;
    const steps = new Set([workflow.entries[service.entry]?.step ?? '']);
    const ends = new Set<string>();
    for (const step of steps) {
      for (const [name, outcome] of Object.entries(workflow.steps[step]?.outcomes ?? {})) {
        if (outsideOfThese.has(`${workflow.code}/${step}/${name}`)) continue;
        for (const next of outcome.next ?? []) steps.add(next);
        if (outcome.end) ends.add(outcome.end);
      }
      for (const timer of workflow.timers ?? []) if (timer.step === step) steps.add(timer.next);
      if (workflow.steps[step]?.withdrawable && 'withdrawn' in workflow.ends) ends.add('withdrawn');
    }
    return { steps, ends };
  }

  /** Outcomes that need a service which is not published: 一件事 joint handling, automatic renewal. Free cover needs a full subsidy. */
  const outsideOfThese = new Set([
    'union-membership-join/county-record/joint',
    'daily-insurance-enrol/in-force/renew',
    'daily-insurance-enrol/quote/free',
  ]);

  /** The city has no stories of these yet; poor ratings are told for their queues only. */
  const untold = new Set(['DI-002', 'DI-003', 'DI-004', 'DI-010', 'DI-011', 'DI-012', 'DI-013', 'UN-002', 'DS-004']);

  it.each(services.filter(({ code }) => !untold.has(code)).map((service) => [service.code, service] as const))(
    '%s: every step is reached and every end is met',
    (_code, service) => {
      const { steps, ends } = reachable(service);
      const mine = states.filter((state) => serviceOf(state).workflow.code === service.workflow.code);
      const passed = new Set(
        mine.flatMap((state) => [...Object.keys(state.done), ...state.active.map((one) => one.step)]),
      );
      const resting = new Set(mine.flatMap((state) => state.active.map((one) => one.step)));
      expect([...steps].filter((step) => !passed.has(step))).toEqual([]);
      expect([...steps].filter((step) => waits(service, step) && !resting.has(step))).toEqual([]);
      expect([...ends].filter((end) => !mine.some((state) => state.end === end))).toEqual([]);
      expect(states.some((state) => state.serviceCode === service.code || state.attached.includes(service.code))).toBe(
        true,
      );
    },
  );

  it('show green, yellow and red lights, pauses and supervision', () => {
    expect(sorted(rows.case_task.map((row) => row.light))).toEqual(['green', 'red', 'yellow']);
    expect(rows.case_task.some((row) => row.paused)).toBe(true);
    expect(rows.case_task.some((row) => row.supervised)).toBe(true);
  });

  it('leave notices, documents, members and ratings behind', () => {
    expect(rows.notice.some((row) => row.template === 'claim_paid')).toBe(true);
    expect(rows.notice.every((row) => row.sms_state === 'sent' || row.sms_state === 'none')).toBe(true);
    expect(new Set(rows.case_document.map((row) => row.template)).size).toBeGreaterThanOrEqual(4);
    expect(rows.membership.length).toBeGreaterThan(50);
    expect(rows.rating.some((row) => (row.stars ?? 5) <= 2 && row.due_rectify_at !== null)).toBe(true);
  });
});
