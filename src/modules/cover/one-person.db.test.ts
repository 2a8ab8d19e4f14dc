// Somebody who was registered twice and is one person now: what must be one for a person looks at all ids, whatever was bought, claimed
// or renewed under either; and when the two are two again, each has its own.

import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { systemAccess, workerAccess } from '#platform/access';
import { statement } from '#platform/db';
import { makeWorld, refused, type Worker, type World } from '#test/money-world';

let world: World;
const noon = '2026-05-03T04:00:00.000Z';
const join = statement<[string, string, string], never>(
  'test.one_person.join',
  'insert into person_alias (person_id, root_id, since) values ($1, $2, $3)',
);
const part = statement<[string], never>('test.one_person.part', 'delete from person_alias where person_id = $1');
const entries = statement<[string[]], { person_id: string; day: string; kind: string }>(
  'test.one_person.entries',
  'select person_id, day, kind from cover_entry where person_id = any($1::uuid[]) order by day, generation',
);

beforeAll(async () => {
  world = await makeWorld();
});
afterAll(async () => world?.close());
afterEach(async () => {
  await world.drain();
  const broken = await world.money.brokenPromises();
  if (broken.length > 0) throw new Error(JSON.stringify(broken));
});

/** Two registrations; `both` is the session of the one that stands for the other. */
async function twice() {
  world.clock.set('2026-05-03T02:00:00.000Z');
  const from = await world.worker();
  const into = await world.worker();
  const access = workerAccess(into.personId, [into.personId, from.personId]);
  const both: Worker = { ...into, access, actor: { ...into.actor, grants: access.grants } };
  const run = (work: (tx: Parameters<Parameters<typeof world.db.transaction>[1]>[0]) => Promise<unknown>) =>
    world.db.transaction(systemAccess, work);
  return {
    from,
    into,
    both,
    join: () => run((tx) => tx.run(join, [from.personId, into.personId, world.clock.now()])),
    part: () => run((tx) => tx.run(part, [from.personId])),
    entries: () => world.db.transaction(systemAccess, (tx) => tx.run(entries, [[from.personId, into.personId]])),
  };
}

const steps = async (caseId: string) => (await world.state(caseId)).active.map((one) => one.step);
const accident = (at: string) => ({
  accident_time: at,
  accident_spot: { text: '湖里区某路口', region: '350206' },
  accident_kind: '道路交通',
  on_work: 'on',
  injured_condition: '门诊',
  scene_media: [randomUUID()],
  late_reason: '在医院',
});
const bill = (caseNo: string, card: string) => ({
  report_no: caseNo,
  treat_type: '门急诊',
  treat_hospital: '示例医院',
  bill_total: { fen: 50_000 },
  payout_card: card,
  fee_bill: [randomUUID()],
  fee_list: [randomUUID()],
  case_history: [randomUUID()],
});

async function report(who: Worker, at: string) {
  const opened = await world.open(who, 'DI-006', accident(at));
  const adjuster = await world.officer('insurer_adjuster', 'traffic_police');
  await world.act(adjuster, opened.caseId, 'dispatch', 'contact', { contact_note: '已联系' });
  await world.act(adjuster, opened.caseId, 'survey', 'done', { survey_report: '属实' });
  await world.act(adjuster, opened.caseId, 'police-doc', 'none');
  await world.act(adjuster, opened.caseId, 'duty', 'yes', { duty_reason: '属于保险责任' });
  return opened;
}

it('a day that is bound under the other id is not bought again, and is answered under both', async () => {
  const pair = await twice();
  await world.buy(pair.from, '2026-05-04', 1);
  await pair.join();
  const at = '2026-05-04T04:00:00.000Z';
  expect(await world.cover.coveredAt(pair.into.personId, at)).toMatchObject({ covered: true });
  const opened = await world.open(pair.both, 'DI-001', {
    cover_from: '2026-05-04',
    days: '1',
    work_type: '网约配送员',
    work_region: world.region,
    read_clause: 'on',
  });
  expect(await steps(opened.caseId)).toEqual(['eligibility-manual']);
  expect(String((await world.state(opened.caseId)).data['eligibility_doubts'])).toContain('2026-05-04已有保障');
  expect(await world.cover.myCover(pair.both.access)).toMatchObject({ daysAhead: ['2026-05-04'] });
  expect((await world.cover.days(pair.into.personId, null)).items.map((one) => one.day)).toEqual(['2026-05-04']);

  await pair.part();
  expect(await world.cover.coveredAt(pair.into.personId, at)).toMatchObject({ covered: false });
  expect(await world.cover.coveredAt(pair.from.personId, at)).toMatchObject({ covered: true });
  expect((await world.cover.days(pair.into.personId, null)).items).toEqual([]);
});

it('two purchases that were under way before the merge bind the day once, and the other money goes back', async () => {
  const pair = await twice();
  const form = {
    cover_from: '2026-05-06',
    days: '1',
    work_type: '网约配送员',
    work_region: world.region,
    read_clause: 'on',
  };
  const opened = [await world.open(pair.from, 'DI-001', form), await world.open(pair.into, 'DI-001', form)];
  await world.drain();
  await pair.join();
  for (const { caseId } of opened) {
    const order = await world.money.payments.orderOf(systemAccess, caseId);
    world.paymentSim.pay(order?.orderNo ?? '');
  }
  await Promise.all(opened.map(({ caseId }) => world.until(caseId, 'underwrite')));
  await world.drain();
  await expect
    .poll(async () => (await Promise.all(opened.map(({ caseId }) => steps(caseId)))).flat().toSorted())
    .not.toContain('underwrite');
  await world.drain();
  expect((await pair.entries()).filter((one) => one.kind === 'bound')).toHaveLength(1);
});

it('what was bought under the other id is given back under its own, and nobody else’s is', async () => {
  const pair = await twice();
  const { caseNo } = await world.buy(pair.from, '2026-05-08', 2);
  const refund = { policy_ref: caseNo, refund_dates: '2026-05-08', refund_days: '2', refund_why: '误操作' };
  expect(await refused(world.open(pair.into, 'DI-005', refund))).toBe('cases.not_found');
  await pair.join();
  const opened = await world.open(pair.both, 'DI-005', refund);
  await world.drain();
  await world.until(opened.caseId, 'cancelled');
  expect((await pair.entries()).map((one) => [one.person_id === pair.from.personId, one.day, one.kind])).toEqual([
    [true, '2026-05-08', 'bound'],
    [true, '2026-05-08', 'released'],
    [true, '2026-05-09', 'bound'],
    [true, '2026-05-09', 'released'],
  ]);
});

it('one accident under two policies of one person is pointed out, claimed once, and counts for both limits', async () => {
  const pair = await twice();
  world.clock.set(noon);
  // Covered twice on one day before anybody knew: both policies stand.
  await world.buy(pair.from, '2026-05-03', 1);
  await world.buy(pair.into, '2026-05-03', 1);
  world.clock.set('2026-05-03T05:00:00.000Z');
  const first = await report(pair.from, '2026-05-03T04:30:00.000Z');
  await pair.join();
  const second = await report(pair.both, '2026-05-03T04:40:00.000Z');
  expect((await world.state(second.caseId)).data['same_accident_report']).toBe(first.caseNo);
  // The report was made under the other id; the claim on it is the same person's.
  await world.open(pair.both, 'DI-007', bill(first.caseNo, pair.into.card));
  expect(await refused(world.open(pair.both, 'DI-007', bill(second.caseNo, pair.into.card)))).toBe(
    'cover.claim_exists',
  );
});

it('one mandate a person: a second one is refused, and a day is renewed once for both', async () => {
  const pair = await twice();
  const form = {
    trigger_mode: '每日固定',
    monthly_cap: '10.00',
    work_type: '网约配送员',
    work_region: world.region,
    low_balance_alert: 'on',
    read_clause: 'on',
  };
  const sign = async (who: Worker) => {
    const { caseId } = await world.open(who, 'DI-003', form);
    await world.drain();
    world.paymentSim.sign(String((await world.state(caseId)).data['withholding_contract']));
    await expect
      .poll(async () => {
        await world.drain();
        return (await steps(caseId))[0];
      })
      .toBe('auto-run');
  };
  await sign(pair.from);
  await pair.join();
  expect(await refused(world.open(pair.both, 'DI-003', form))).toBe('cover.mandate_exists');
  expect((await world.cover.renewals.mandateOf(pair.both.access, pair.into.personId))?.person_id).toBe(
    pair.from.personId,
  );
  await pair.part();
  await sign(pair.into);
  await pair.join();
  // Two mandates from before: whichever comes first renews the day, and the other is not charged.
  world.clock.set('2026-05-03T10:05:00.000Z');
  await world.cover.renewals.run();
  await world.cover.renewals.run();
  await world.money.debits.sendDue();
  await expect
    .poll(async () => {
      await world.drain();
      return (await pair.entries()).map((one) => [one.day, one.kind]);
    })
    .toEqual([['2026-05-04', 'bound']]);
  await world.cover.renewals.run();
  await world.money.debits.sendDue();
  await world.drain();
  expect(await pair.entries()).toHaveLength(1);
});
