// Auto-renewal on the real engine, database and payment simulator: signed on the phone, charged in the evening once, bound, paused,
// refilled, changed, stopped; by the first order; and what happens when the party is silent, repeats itself, or loses its answer.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemAccess } from '#platform/access';
import { statement } from '#platform/db';
import { beneficiaryAt } from './endorsements.ts';
import { makeWorld, refused, type Worker, type World } from '#test/money-world';

let world: World;
const morning = '2026-05-03T02:00:00.000Z';
const evening = '2026-05-03T10:05:00.000Z';
const tomorrow = '2026-05-04';

const renewalsOf = statement<[string], { day: string; state: string; reason: string | null; order_no: string }>(
  'test.renewals_of',
  'select day, state, reason, order_no from renewal where person_id = $1 order by day, attempt',
);
const endAll = statement<[], never>(
  'test.end_mandates',
  `update renewal_mandate set state = 'ended' where state <> 'ended'`,
);
const entriesOf = statement<[string], { day: string; generation: number; starts_at: string }>(
  'test.entries_of',
  'select day, generation, starts_at from cover_entry where person_id = $1 order by day, generation',
);

beforeAll(async () => {
  world = await makeWorld(morning);
});
afterAll(async () => world?.close());
afterEach(async () => {
  world.paymentSim.setFaults({
    latencyMs: 0,
    dropRate: 0,
    hangRate: 0,
    errorRate: 0,
    garbageRate: 0,
    forgetCallbackRate: 0,
    repeatCallbacks: 1,
  });
  await world.drain();
  await world.db.transaction(systemAccess, async (tx) => tx.send(endAll, []));
  const broken = await world.money.brokenPromises();
  if (broken.length > 0) throw new Error(JSON.stringify(broken));
  world.clock.set(morning);
});

const renewals = (who: Worker) => world.db.transaction(systemAccess, (tx) => tx.run(renewalsOf, [who.personId]));
const entries = (who: Worker) => world.db.transaction(systemAccess, (tx) => tx.run(entriesOf, [who.personId]));
const debitsOf = (who: Worker, orders = world.paymentSim.orders()) =>
  renewals(who).then((rows) => orders.filter((one) => rows.some((row) => row.order_no === one.orderNo)));

const form = (over: Record<string, unknown> = {}) => ({
  trigger_mode: '每日固定',
  monthly_cap: '10.00',
  work_type: '网约配送员',
  work_region: world.region,
  low_balance_alert: 'on',
  read_clause: 'on',
  ...over,
});

/** Signed here and at the party. */
async function mandate(over: Record<string, unknown> = {}) {
  const who = await world.worker();
  const { caseId, caseNo } = await world.open(who, 'DI-003', form(over));
  await world.drain();
  const code = String((await world.state(caseId)).data['withholding_contract']);
  expect(world.paymentSim.sign(code)).toBe(true);
  await expect
    .poll(async () => {
      await world.drain();
      return (await world.state(caseId)).active[0]?.step;
    })
    .toBe('auto-run');
  return { who, caseId, caseNo, code };
}

/** What the background does in the evening, until nothing moves. */
async function settle(): Promise<void> {
  await world.cover.renewals.run();
  await world.money.debits.sendDue();
  await world.drain();
}
async function evening_(): Promise<void> {
  world.clock.set(evening);
  await settle();
}
const bound = (who: Worker) =>
  expect.poll(async () => {
    await world.drain();
    return (await renewals(who)).map((one) => one.state);
  });

describe('a consent that was withdrawn', () => {
  it('lets nothing be renewed or charged while it is, and renews again after', async () => {
    const { who } = await mandate();
    const stop = (stopped: boolean) =>
      world.db.transaction(systemAccess, async (tx) => world.cover.renewals.stopFor(tx, who.personId, stopped));
    await stop(true);
    await evening_();
    expect(await renewals(who)).toEqual([]);
    expect((await world.cover.renewals.mandateOf(who.access, who.personId))?.stopped_at).not.toBeNull();
    await stop(false);
    await evening_();
    await bound(who).toEqual(['bound']);
  });
});

describe('the mandate', () => {
  it('is signed at the party, told by its callback, and renews from tomorrow', async () => {
    const who = await world.worker();
    const { caseId } = await world.open(who, 'DI-003', form());
    await world.drain();
    expect((await world.state(caseId)).active[0]?.step).toBe('auto-bank');
    expect(await world.money.debits.signUrlOf(who.access, caseId)).toContain('/entrust/');
    // Nothing is charged before it is signed.
    await evening_();
    expect(await renewals(who)).toEqual([]);
    const code = String((await world.state(caseId)).data['withholding_contract']);
    world.paymentSim.sign(code);
    await expect
      .poll(async () => {
        await world.drain();
        return (await world.state(caseId)).active[0]?.step;
      })
      .toBe('auto-run');
    expect((await world.state(caseId)).data).toMatchObject({ renewal_first_day: tomorrow, renewal_daily_fen: 20 });
  });

  it('one a person, and only who can be insured without a person looking', async () => {
    const { who } = await mandate();
    expect(await refused(world.open(who, 'DI-003', form()))).toBe('cover.mandate_exists');
    const old = await world.worker('1960-05-03');
    expect(await refused(world.open(old, 'DI-003', form()))).toBe('cover.renewal_age');
    const driver = await world.worker();
    expect(await refused(world.open(driver, 'DI-003', form({ work_type: '货车司机' })))).toBe('cover.renewal_manual');
    expect(await refused(world.open(driver, 'DI-003', form({ monthly_cap: '0.19' })))).toBe('cover.cap_too_small');
    const farther = form({ work_region: '350902', trigger_mode: '接单日自动' });
    expect(await refused(world.open(driver, 'DI-003', farther))).toBe('cover.trigger_unavailable');
  });

  it('a forgotten callback is asked for; an unsigned contract goes back to the person', async () => {
    world.paymentSim.setFaults({ forgetCallbackRate: 1 });
    const who = await world.worker();
    const { caseId } = await world.open(who, 'DI-003', form());
    await world.drain();
    world.paymentSim.sign(String((await world.state(caseId)).data['withholding_contract']));
    world.clock.set('2026-05-03T02:01:00.000Z');
    await world.money.debits.askWaitingContracts();
    expect((await world.state(caseId)).active[0]?.step).toBe('auto-run');
    const other = await world.worker();
    const unsigned = await world.open(other, 'DI-003', form());
    await world.drain();
    world.clock.set('2026-05-03T03:30:00.000Z');
    await world.cases.runDueDeadlines(100);
    expect((await world.state(unsigned.caseId)).active[0]?.step).toBe('auto-sign');
    await world.act(other, unsigned.caseId, 'auto-sign', 'submit', form());
    expect((await world.state(unsigned.caseId)).active[0]?.step).toBe('auto-bank');
  });
});

describe('the evening', () => {
  it('charges once, binds tomorrow from midnight, splits the premium, and tells the insurer', async () => {
    const { who, caseId, caseNo } = await mandate();
    const payable = (await world.balance('premium_payable')).postedFen;
    await evening_();
    await bound(who).toEqual(['bound']);
    await settle();
    await settle();
    expect(await entries(who)).toEqual([{ day: tomorrow, generation: 1, starts_at: '2026-05-03T16:00:00.000Z' }]);
    expect((await debitsOf(who)).map((one) => one.amountFen)).toEqual([20]);
    expect((await world.balance('premium_payable')).postedFen - payable).toBe(40);
    await world.drain();
    expect(world.insurerSim.policy(`GD${caseNo}D20260504`)).toMatchObject({ decision: 'approve', days: [tomorrow] });
    expect(await world.cover.myCover(who.access)).toMatchObject({ daysAhead: [tomorrow] });
    expect(await world.cover.renewals.list(who.access, who.personId, null)).toMatchObject({
      items: [{ day: tomorrow, payable_fen: 20, state: 'bound', why: '前一日按您选的日子续保' }],
    });
    expect((await world.state(caseId)).seq).toBe(2);
  });

  it('what the evening missed is made up for on the day, from the payment on', async () => {
    const { who } = await mandate();
    world.clock.set('2026-05-04T02:00:00.000Z');
    await settle();
    await bound(who).toEqual(['bound']);
    expect(await entries(who)).toEqual([{ day: tomorrow, generation: 1, starts_at: '2026-05-04T02:00:00.000Z' }]);
  });

  it('nothing by day, nothing at night, nothing on a Sunday for those of the week', async () => {
    const { who } = await mandate({ trigger_mode: '周一至周五' });
    await settle();
    world.clock.set('2026-05-03T14:30:00.000Z');
    await settle();
    expect(await renewals(who)).toEqual([]);
    world.clock.set('2026-05-08T10:05:00.000Z');
    await settle();
    expect(await renewals(who)).toEqual([]);
    world.clock.set('2026-05-10T10:05:00.000Z');
    await settle();
    await bound(who).toEqual(['bound']);
    expect((await renewals(who))[0]?.day).toBe('2026-05-11');
  });

  it('a day that is covered already is not charged', async () => {
    const { who } = await mandate();
    await world.buy(who, tomorrow, 1);
    await evening_();
    expect(await renewals(who)).toEqual([]);
  });

  it.each([
    ['5xx', { errorRate: 1 }],
    ['cut off', { dropRate: 1 }],
    ['garbage', { garbageRate: 1 }],
  ] as const)(
    'the party’s answer lost (%s): asked about, sent again under the same number, paid once',
    async (_name, faults) => {
      const { who } = await mandate();
      world.clock.set(evening);
      await world.cover.renewals.run();
      world.paymentSim.setFaults({ ...faults, forgetCallbackRate: 1 });
      await world.money.debits.sendDue();
      world.paymentSim.setFaults({
        errorRate: 0,
        dropRate: 0,
        garbageRate: 0,
        repeatCallbacks: 3,
        forgetCallbackRate: 0,
      });
      expect((await renewals(who)).map((one) => one.state)).toEqual(['charging']);
      // Not at once: it may still be on its way.
      expect(await world.money.debits.sendDue()).toBe(0);
      world.clock.set('2026-05-03T10:07:00.000Z');
      await world.money.debits.sendDue();
      world.clock.set('2026-05-03T10:08:00.000Z');
      await world.money.debits.askOpen();
      await bound(who).toEqual(['bound']);
      expect(await debitsOf(who)).toHaveLength(1);
      expect(await entries(who)).toHaveLength(1);
    },
  );

  it('a late payment of a day that somebody bought by hand goes back whole', async () => {
    const { who } = await mandate();
    world.clock.set(evening);
    await world.cover.renewals.run();
    await world.buy(who, tomorrow, 1);
    const before = world.paymentSim.refunds().length;
    await world.money.debits.sendDue();
    await bound(who).toEqual(['refunded']);
    expect(await entries(who)).toHaveLength(1);
    await expect
      .poll(async () => {
        await world.drain();
        return world.paymentSim
          .refunds()
          .slice(before)
          .map((one) => one.amountFen);
      })
      .toEqual([20]);
  });

  it('two processes at once, and every word five times: one charge a person and day', async () => {
    const people = await Promise.all([mandate(), mandate(), mandate()]);
    world.paymentSim.setFaults({ repeatCallbacks: 5 });
    world.clock.set(evening);
    await Promise.all([world.cover.renewals.run(), world.cover.renewals.run(), world.cover.renewals.run()]);
    await Promise.all([world.money.debits.sendDue(), world.money.debits.sendDue()]);
    for (const { who } of people) {
      await bound(who).toEqual(['bound']);
      expect(await debitsOf(who)).toHaveLength(1);
      expect(await entries(who)).toHaveLength(1);
    }
  });
});

describe('caps, short purses, and the end', () => {
  it('rests at the cap until the next month, and goes on when the cap is raised', async () => {
    const { who, caseId } = await mandate({ monthly_cap: '0.30' });
    await evening_();
    await bound(who).toEqual(['bound']);
    world.clock.set('2026-05-04T10:05:00.000Z');
    await settle();
    await settle();
    expect(await renewals(who)).toHaveLength(1);
    expect((await world.cover.renewals.mandateOf(who.access, who.personId))?.paused_until).toBe('2026-06-01');
    expect((await world.state(caseId)).done['auto-run']?.outcome).toBe('capped');
    await world.act(who, caseId, 'auto-run', 'change', { trigger_mode: '每日固定', monthly_cap: '5.00' });
    await settle();
    await expect
      .poll(async () => {
        await world.drain();
        return (await renewals(who)).map((one) => [one.day, one.state]);
      })
      .toEqual([
        [tomorrow, 'bound'],
        ['2026-05-05', 'bound'],
      ]);
  });

  it('a short purse pauses and tells; refilled, the same evening is tried again under a new number; unanswered, it ends', async () => {
    const { who, caseId, code } = await mandate();
    world.paymentSim.setPurse(code, 10);
    world.clock.set(evening);
    await world.cover.renewals.run();
    await world.money.debits.sendDue();
    world.clock.set('2026-05-03T10:06:00.000Z');
    await world.money.debits.askOpen();
    await world.drain();
    expect(await renewals(who)).toMatchObject([{ state: 'failed', reason: '扣款失败，余额不足' }]);
    expect((await world.state(caseId)).active[0]?.step).toBe('auto-pause');
    await settle();
    expect(await renewals(who)).toHaveLength(1);
    world.paymentSim.setPurse(code, 500);
    await world.act(who, caseId, 'auto-pause', 'refill');
    await settle();
    await bound(who).toEqual(['failed', 'bound']);
    expect(new Set((await renewals(who)).map((one) => one.order_no)).size).toBe(2);
    world.paymentSim.setPurse(code, 0);
    world.clock.set('2026-05-04T10:05:00.000Z');
    await settle();
    world.clock.set('2026-05-04T10:06:00.000Z');
    await world.money.debits.askOpen();
    await world.drain();
    world.clock.set('2026-05-08T01:00:00.000Z');
    await world.cases.runDueDeadlines(100);
    expect(await world.state(caseId)).toMatchObject({ status: 'ended', end: 'stopped' });
    await expect
      .poll(async () => {
        await world.drain();
        return world.paymentSim.contracts().find((one) => one.code === code)?.state;
      })
      .toBe('TERMINATED');
  });

  it('stopped: what was not sent is never sent, what was charged stays, and a day can be given back', async () => {
    const { who, caseId, caseNo, code } = await mandate();
    await evening_();
    await bound(who).toEqual(['bound']);
    await world.act(who, caseId, 'auto-run', 'stop');
    expect(await world.state(caseId)).toMatchObject({ end: 'stopped' });
    await world.drain();
    expect(world.paymentSim.contracts().find((one) => one.code === code)?.state).toBe('TERMINATED');
    world.clock.set('2026-05-03T11:00:00.000Z');
    const back = await world.open(who, 'DI-005', {
      policy_ref: caseNo,
      refund_dates: tomorrow,
      refund_days: '1',
      refund_why: '当日不出工',
    });
    await expect
      .poll(async () => {
        await world.drain();
        return (await world.state(back.caseId)).end;
      })
      .toBe('cancelled');
    expect(world.paymentSim.refunds().at(-1)?.amountFen).toBe(20);
    world.clock.set('2026-05-04T10:05:00.000Z');
    await settle();
    expect(await renewals(who)).toHaveLength(1);
  });

  it('stopped between planning and sending: nothing is taken', async () => {
    const { who, caseId } = await mandate();
    world.clock.set(evening);
    await world.cover.renewals.run();
    await world.act(who, caseId, 'auto-run', 'stop');
    await world.money.debits.sendDue();
    await world.drain();
    expect((await renewals(who)).map((one) => [one.state, one.reason])).toEqual([
      ['failed', '自动续保已停止，没有扣款'],
    ]);
    expect(await debitsOf(who)).toEqual([]);
  });

  it('ended at the party’s side: the mandate stops', async () => {
    const { caseId, code } = await mandate();
    world.paymentSim.endContract(code);
    await expect
      .poll(async () => {
        await world.drain();
        return (await world.state(caseId)).end;
      })
      .toBe('stopped');
  });
});

describe('an endorsement', () => {
  const ask = (policyNo: string, over: Record<string, unknown> = {}) => ({
    policy_ref: policyNo,
    endorse_item: '受益人',
    value_before: '法定',
    value_after: '陈示例',
    endorse_reason: '新写一位',
    endorse_proof: ['00000000-0000-4000-8000-000000000001'],
    ...over,
  });
  const beneficiary = statement<[string], { beneficiary: string | null }>(
    'test.beneficiary_of',
    'select beneficiary from cover_policy where person_id = $1',
  );

  it('holds from the approval on, in the mandate too, and rewrites no policy', async () => {
    const { who, caseNo } = await mandate();
    await evening_();
    await bound(who).toEqual(['bound']);
    const underwriter = await world.officer('insurer_underwriter');
    expect(
      await refused(world.open(who, 'DI-004', ask(caseNo, { endorse_item: '职业类别', value_after: '飞行员' }))),
    ).toBe('cover.occupation_unknown');
    const other = await world.worker();
    expect(await refused(world.open(other, 'DI-004', ask(caseNo)))).toBe('cases.not_found');
    const asked = await world.open(who, 'DI-004', ask(caseNo));
    await world.act(underwriter, asked.caseId, 'endorse-check', 'approve');
    expect(await world.state(asked.caseId)).toMatchObject({ end: 'completed', data: { endorsed_at: evening } });
    const { policy_id: policyId } = (await world.state(asked.caseId)).data;
    const at = (instant: string) =>
      world.db.transaction(systemAccess, (tx) => beneficiaryAt(tx, String(policyId), instant));
    expect([await at('2026-05-03T10:04:59.000Z'), await at(evening)]).toEqual([null, '陈示例']);
    world.clock.set('2026-05-04T10:05:00.000Z');
    await settle();
    await bound(who).toEqual(['bound', 'bound']);
    const rows = await world.db.transaction(systemAccess, (tx) => tx.run(beneficiary, [who.personId]));
    expect(rows.map((row) => row.beneficiary)).toEqual(expect.arrayContaining(['陈示例', null]));
  });

  it('a policy that is over is not endorsed', async () => {
    const who = await world.worker();
    const { caseNo } = await world.buy(who, '2026-05-03', 1);
    world.clock.set('2026-05-04T02:00:00.000Z');
    expect(await refused(world.open(who, 'DI-004', ask(caseNo)))).toBe('cover.policy_over');
  });
});

describe('the first order of the day', () => {
  const signal = (who: Worker, acceptedAt: string, company = '示例接单平台') =>
    world.cover.renewals.signal({ personId: who.personId, acceptedAt, company });

  it('covers from the payment, once, whatever the platform repeats; late words and other triggers change nothing', async () => {
    const { who } = await mandate({ trigger_mode: '接单日自动' });
    world.clock.set('2026-05-04T01:00:00.000Z');
    await settle();
    expect(await renewals(who)).toEqual([]);
    expect(await signal(who, '2026-05-03T10:00:00.000Z')).toBe('too_late');
    expect(await signal(who, 'yesterday')).toBe('too_late');
    // A platform whose clock is ahead tells of now.
    const answers = await Promise.all([1, 2, 3].map(() => signal(who, '2026-05-04T05:00:00.000Z')));
    expect(answers.filter((one) => one === 'renewed')).toHaveLength(1);
    await world.money.debits.sendDue();
    await bound(who).toEqual(['bound']);
    expect(await entries(who)).toEqual([{ day: tomorrow, generation: 1, starts_at: '2026-05-04T01:00:00.000Z' }]);
    expect(await signal(who, '2026-05-04T01:00:00.000Z')).toBe('not_renewed');
    const daily = await mandate();
    world.clock.set('2026-05-04T01:00:00.000Z');
    expect(await signal(daily.who, '2026-05-04T01:00:00.000Z')).toBe('not_renewed');
  });

  it('listens to the platforms that were chosen, and to no other', async () => {
    expect(await refused(mandate({ trigger_mode: '接单日自动', linked_platforms: ['美团'] }))).toBe(
      'cover.trigger_unavailable',
    );
    const { who } = await mandate({ trigger_mode: '接单日自动', linked_platforms: ['其他'] });
    world.clock.set('2026-05-04T01:00:00.000Z');
    expect(await signal(who, '2026-05-04T01:00:00.000Z', '北京美团科技有限公司（虚构）')).toBe('not_renewed');
    expect(await signal(who, '2026-05-04T01:00:00.000Z')).toBe('renewed');
  });

  it('a job of many orders renews each person once, however often it runs, and nothing once its day is over', async () => {
    const riders = [await mandate({ trigger_mode: '接单日自动' }), await mandate({ trigger_mode: '接单日自动' })];
    world.clock.set('2026-05-04T01:00:00.000Z');
    const signals = riders.map(({ who }) => ({
      personId: who.personId,
      acceptedAt: '2026-05-04T00:59:00.000Z',
      company: '示例接单平台',
    }));
    const job = world.cover.tasks['cover.order_signals'];
    await Promise.all([job({ signals }), job({ signals })]);
    for (const { who } of riders) expect(await renewals(who)).toHaveLength(1);
    world.clock.set('2026-05-05T01:00:00.000Z');
    await job({ signals });
    for (const { who } of riders) expect(await renewals(who)).toHaveLength(1);
  });

  it('an order after cover began the same day charges nothing', async () => {
    const { who } = await mandate({ trigger_mode: '接单日自动' });
    world.clock.set('2026-05-04T01:00:00.000Z');
    await world.buy(who, tomorrow, 1);
    expect(await signal(who, '2026-05-04T01:30:00.000Z')).toBe('not_renewed');
    expect(await renewals(who)).toEqual([]);
  });
});
