// Cover on the real engine and database: buying, the minute it starts, races for a day, giving back, who was covered when, and the
// claims that stand on it.

import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemAccess } from '#platform/access';
import { statement, type Tx } from '#platform/db';
import { makeWorld, refused, type Worker, type World } from '#test/money-world';

let world: World;
const noon = '2026-05-03T04:00:00.000Z';
const ledgerOf = statement<[string], { day: string; generation: number; kind: string }>(
  'test.cover_ledger',
  'select day, generation, kind from cover_entry where person_id = $1 order by day, generation',
);
const claimsOf = statement<[string], { benefit: string; amount_fen: number; state: string }>(
  'test.claims_of',
  'select benefit, amount_fen, state from benefit_claim where person_id = $1 order by benefit, state',
);

const explanationOf = statement<[string], { body: string }>(
  'test.explanation_of',
  'select b.body::text as body from case_body b join case_action a using (action_id) where a.case_id = $1',
);

/** A claim of before on the person's policy: what it drew, on an accident of which day. */
const insertBefore = statement<[string, string, number, string], never>(
  'test.insert_claim_before',
  `insert into benefit_claim (claim_id, report_case_id, benefit, case_id, person_id, policy_id, accident_day, amount_fen, state, readers)
   select gen_random_uuid(), gen_random_uuid(), $2, case_id, person_id, policy_id, $4::date, $3, 'paid', array['*']
   from cover_policy where person_id = $1`,
);
const insertDecided = statement<[string, number, string, string], never>(
  'test.insert_decided',
  `insert into benefit_claim (claim_id, report_case_id, benefit, case_id, person_id, policy_id, accident_day, amount_fen, state, readers)
   select gen_random_uuid(), gen_random_uuid(), 'medical', case_id, person_id, policy_id, '2026-02-10', 100, $3, array['*', $4]
   from cover_policy, generate_series(1, $2) where person_id = $1`,
);
const coverReader = (one: World) => `insurer_adjuster@${one.insurerOrg}`;
const insertRival = statement<[string], never>(
  'test.insert_rival_claim',
  `insert into benefit_claim (claim_id, report_case_id, benefit, case_id, person_id, policy_id, accident_day, amount_fen, state, readers)
   select gen_random_uuid(), c.case_id, 'prepay', c.case_id, p.person_id, p.policy_id, p.first_day, 1, 'agreed', array['*']
   from case_state c join cover_policy p on p.person_id = c.person_id where c.case_id = $1`,
);
const countWaiting = statement<[], { count: number }>(
  'test.count_waiting',
  `select count(*) as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
);

beforeAll(async () => {
  world = await makeWorld();
});
afterAll(async () => world?.close());
afterEach(async () => {
  await world.drain();
  const broken = await world.money.brokenPromises();
  if (broken.length > 0) throw new Error(JSON.stringify(broken));
  world.clock.set('2026-05-03T02:00:00.000Z');
});

const ledger = (who: Worker) => world.db.transaction(systemAccess, (tx) => tx.run(ledgerOf, [who.personId]));
const claims = (who: Worker) => world.db.transaction(systemAccess, (tx) => tx.run(claimsOf, [who.personId]));

describe('buying', () => {
  it('covers today from the minute of payment, the next days from midnight, and splits the premium', async () => {
    const who = await world.worker();
    world.clock.set(noon);
    const { caseId } = await world.buy(who, '2026-05-03', 3);
    const { data, active } = await world.state(caseId);
    expect(active.map((one) => one.step)).toEqual(['in-force']);
    expect(data).toMatchObject({
      gross_fen: 120,
      subsidy_fen: 60,
      payable_fen: 60,
      cover_starts_at: noon,
      cover_ends_at: '2026-05-05T16:00:00.000Z',
      cover_days: '2026-05-03 至 2026-05-05（3天）',
    });
    const ask = (at: string) => world.cover.coveredAt(who.personId, at);
    expect(await ask('2026-05-03T03:59:59.999Z')).toMatchObject({ covered: false, startsAt: noon });
    expect(await ask(noon)).toMatchObject({
      covered: true,
      policyNo: data['policy_no'],
      evidence: { day: '2026-05-03', generation: 1 },
    });
    expect(await ask('2026-05-05T15:59:59.999Z')).toMatchObject({ covered: true });
    expect(await ask('2026-05-05T16:00:00.000Z')).toMatchObject({ covered: false, evidence: null });
    expect(await world.cover.myCover(who.access)).toMatchObject({
      coveredNow: true,
      until: '2026-05-05T16:00:00.000Z',
      daysAhead: ['2026-05-04', '2026-05-05'],
    });
    expect(
      (await world.cover.days(who.personId, null)).items.map((day) => [day.day, day.stateZh, day.refundable]),
    ).toEqual([
      ['2026-05-05', '未开始', true],
      ['2026-05-04', '未开始', true],
      ['2026-05-03', '在保', false],
    ]);
    expect(world.insurerSim.policy(String(data['policy_no']))).toBeDefined();
  });

  it.each([
    ['2011-05-04', '年龄'],
    ['1960-05-03', '年龄'],
  ])('sends a person born %s to a clerk, never refuses', async (birthDay, word) => {
    const who = await world.worker(birthDay);
    const opened = await world.open(who, 'DI-001', {
      cover_from: '2026-05-04',
      days: '1',
      work_type: '快递员',
      work_region: world.region,
      read_clause: 'on',
    });
    const state = await world.state(opened.caseId);
    expect(state.active.map((one) => one.step)).toEqual(['eligibility-manual']);
    expect(String(state.data['eligibility_doubts'])).toContain(word);
  });

  it('the birthday itself decides: 16 and 65 pass', async () => {
    for (const birthDay of ['2010-05-04', '1960-05-05']) {
      const who = await world.worker(birthDay);
      const opened = await world.open(who, 'DI-001', {
        cover_from: '2026-05-04',
        days: '1',
        work_type: '快递员',
        work_region: world.region,
        read_clause: 'on',
      });
      expect((await world.state(opened.caseId)).active.map((one) => one.step)).toEqual(['pay']);
    }
  });

  it('a day that is covered already goes to a clerk', async () => {
    const who = await world.worker();
    await world.buy(who, '2026-05-04', 2);
    const second = await world.open(who, 'DI-001', {
      cover_from: '2026-05-05',
      days: '2',
      work_type: '快递员',
      work_region: world.region,
      read_clause: 'on',
    });
    expect((await world.state(second.caseId)).data['eligibility_doubts']).toEqual(['同日重复：2026-05-05已有保障']);
  });

  /** Both pass eligibility and are paid before either is issued; then both are issued at once. */
  async function race(...forms: { cover_from: string; days: string }[]) {
    const who = await world.worker();
    const rest = { work_type: '网约配送员', work_region: world.region, read_clause: 'on' };
    const opened = await Promise.all(forms.map((form) => world.open(who, 'DI-001', { ...form, ...rest })));
    await world.drain();
    for (const one of opened) {
      const order = await world.money.payments.orderOf(who.access, one.caseId);
      expect(world.paymentSim.pay(order?.orderNo ?? '')).toBe(true);
    }
    await Promise.all(opened.map((one) => world.until(one.caseId, 'underwrite')));
    const payable = (await world.balance('premium_payable')).postedFen;
    await Promise.all(opened.map(() => world.drain()));
    const moved = async (caseId: string) =>
      (await world.state(caseId)).active.every((one) => !['underwrite', 'issue', 'refund-pay'].includes(one.step));
    await expect
      .poll(
        async () => {
          await world.drain();
          await world.money.payments.settleOpenOrders();
          return (await Promise.all(opened.map((one) => moved(one.caseId)))).every(Boolean);
        },
        { timeout: 4_000 },
      )
      .toBe(true);
    return {
      who,
      states: await Promise.all(opened.map((one) => world.state(one.caseId))),
      earnedFen: (await world.balance('premium_payable')).postedFen - payable,
    };
  }

  it('two purchases of the same day at once: one binds, the other gets its money back', async () => {
    const { who, states, earnedFen } = await race(
      { cover_from: '2026-05-06', days: '1' },
      { cover_from: '2026-05-06', days: '1' },
    );
    expect(await ledger(who)).toEqual([{ day: '2026-05-06', generation: 1, kind: 'bound' }]);
    expect(new Set(states.map((one) => one.end ?? one.active[0]?.step))).toEqual(new Set(['cancelled', 'in-force']));
    expect(states.find((one) => one.end === 'cancelled')?.data).toMatchObject({ refund_fen: 20 });
    expect(earnedFen).toBe(40);
    const refunds = world.paymentSim
      .refunds()
      .filter((refund) => states.some((one) => one.data['payment_order_no'] === refund.orderNo));
    expect(refunds.map((refund) => refund.amountFen)).toEqual([20]);
  });

  it('where purchases overlap, the later one keeps its free days and is refunded the rest', async () => {
    const { who, states, earnedFen } = await race(
      { cover_from: '2026-05-10', days: '2' },
      { cover_from: '2026-05-11', days: '2' },
    );
    expect((await ledger(who)).map((row) => `${row.day} ${row.generation}`)).toEqual([
      '2026-05-10 1',
      '2026-05-11 1',
      '2026-05-12 1',
    ]);
    const [loser, ...others] = states.filter((one) => one.data['conflict_days']);
    expect(others).toEqual([]);
    expect(loser?.data).toMatchObject({
      conflict_days: ['2026-05-11'],
      conflict_refund_fen: 20,
      gross_fen: 40,
      subsidy_fen: 20,
    });
    expect(earnedFen).toBe(120);
    await expect
      .poll(() =>
        world.paymentSim
          .refunds()
          .filter((refund) => refund.orderNo === loser?.data['payment_order_no'])
          .map((refund) => refund.amountFen),
      )
      .toEqual([20]);
  });

  it('waits while the insurer is down and goes on when it is back', async () => {
    const who = await world.worker();
    world.insurerSim.setFaults({ errorRate: 1 });
    const { caseId } = await world.buy(who, '2026-05-08', 1);
    expect((await world.state(caseId)).active.map((one) => one.step)).toEqual(['underwrite']);
    world.insurerSim.setFaults({ errorRate: 0 });
    await world.drain();
    expect((await world.state(caseId)).active.map((one) => one.step)).toEqual(['in-force']);
  });

  it('a doubtful trade goes to the insurer’s person, whose no is a whole refund', async () => {
    const who = await world.worker();
    const { caseId } = await world.buy(who, '2026-05-08', 1, '货车司机');
    await world.until(caseId, 'manual-underwrite');
    const underwriter = await world.officer('insurer_underwriter');
    await world.act(
      underwriter,
      caseId,
      'manual-underwrite',
      'reject',
      { underwriter_note: '超出承保范围' },
      '超出承保范围',
    );
    await world.drain();
    await world.until(caseId, 'cancelled');
    expect((await world.state(caseId)).data).toMatchObject({ refund_fen: 20 });
    expect(await ledger(who)).toEqual([]);
  });
});

describe('what a payment cannot do', () => {
  it('buy where no insurer acts any more: all of it goes back, and the next is not taken', async () => {
    const who = await world.worker();
    const premium = (await world.balance('premium_received')).postedFen;
    world.insurerSim.setFaults({ errorRate: 1 });
    const { caseId } = await world.buy(who, '2026-05-08', 1);
    world.insurerSim.setFaults({ errorRate: 0 });
    world.market.isServed = false;
    const end = async () => {
      await world.drain();
      return (await world.state(caseId)).end;
    };
    try {
      await expect.poll(end, { timeout: 4_000 }).toBe('cancelled');
      expect(await refused(world.buy(await world.worker(), '2026-05-08', 1))).toBe('cases.no_organisation');
    } finally {
      world.market.isServed = true;
    }
    expect((await world.state(caseId)).data).toMatchObject({ refund_fen: 20 });
    expect(await ledger(who)).toEqual([]);
    expect((await world.balance('premium_received')).postedFen).toBe(premium);
  });

  it('be made in the year 9999', async () => {
    const who = await world.worker();
    const opened = await world.open(who, 'DI-001', {
      cover_from: '2026-05-08',
      days: '1',
      work_type: '网约配送员',
      work_region: '350203',
      read_clause: 'on',
    });
    await world.drain();
    const order = await world.money.payments.orderOf(who.access, opened.caseId);
    await world.money.payments.handlePaymentEvent({
      kind: 'paid',
      eventId: 'e',
      orderNo: order?.orderNo ?? '',
      transactionId: 't9999',
      amountFen: order?.amountFen ?? 0,
      paidAt: new Date('9999-12-31T23:59:59-12:00'),
    });
    expect(await world.drain()).toEqual([]);
    const { active, data } = await world.state(opened.caseId);
    expect(active.map((one) => one.step)).toEqual(['in-force']);
    expect(data['paid_at']).toBe(world.clock.now());
  });
});

describe('giving back', () => {
  it('releases days that have not started, once, and reverses the subsidy', async () => {
    const who = await world.worker();
    const { caseId, caseNo } = await world.buy(who, '2026-05-04', 3);
    const before = await world.balance('subsidy_receivable');
    const form = { policy_ref: caseNo, refund_dates: '2026-05-05', refund_days: '2', refund_why: '误操作' };
    const refund = await world.open(who, 'DI-005', form);
    await world.drain();
    await world.until(refund.caseId, 'cancelled');
    expect((await world.state(refund.caseId)).data).toMatchObject({
      refund_fen: 40,
      refund_subsidy_fen: 40,
      refund_day_list: ['2026-05-05', '2026-05-06'],
    });
    expect((await ledger(who)).map((row) => `${row.day} ${row.generation} ${row.kind}`)).toEqual([
      '2026-05-04 1 bound',
      '2026-05-05 1 bound',
      '2026-05-05 2 released',
      '2026-05-06 1 bound',
      '2026-05-06 2 released',
    ]);
    expect((await world.balance('subsidy_receivable')).postedFen - before.postedFen).toBe(40);
    expect(await refused(world.open(who, 'DI-005', form))).toBe('cover.refund_days');
    expect((await world.state(caseId)).active.map((one) => one.step)).toEqual(['in-force']);
    const third = await world.buy(who, '2026-05-05', 1);
    expect((await world.state(third.caseId)).active.map((one) => one.step)).toEqual(['in-force']);
    expect((await ledger(who)).filter((row) => row.day === '2026-05-05').at(-1)).toMatchObject({
      generation: 3,
      kind: 'bound',
    });
  });

  it('refuses more days than are left and says how many are; days that are none of the policy go to a person', async () => {
    const who = await world.worker();
    const { caseNo } = await world.buy(who, '2026-05-05', 3);
    const ask = (from: string, days: number) =>
      world.open(who, 'DI-005', {
        policy_ref: caseNo,
        refund_dates: from,
        refund_days: String(days),
        refund_why: '误操作',
      });
    const problems = [
      { path: 'refund_days', code: 'too_large', zh: '还能退的保障日有 2 天，请填写不超过 2 天。' },
      { path: 'refund_dates', code: 'none_left', zh: '从2026-05-08起没有还能退的保障日，请换一个日期。' },
    ];
    await expect(ask('2026-05-06', 3)).rejects.toMatchObject({ status: 422, problems: problems.slice(0, 1) });
    await expect(ask('2026-05-08', 1)).rejects.toMatchObject({ status: 422, problems: problems.slice(1) });
    const doubtful = await ask('2026-05-04', 2);
    expect((await world.state(doubtful.caseId)).active.map((one) => one.step)).toEqual(['refund-manual']);
    expect((await ledger(who)).map((row) => row.kind)).toEqual(['bound', 'bound', 'bound']);
  });

  it('does not release another person’s policy', async () => {
    const owner = await world.worker();
    const { caseNo } = await world.buy(owner, '2026-05-04', 1);
    const thief = await world.worker();
    expect(
      await refused(
        world.open(thief, 'DI-005', {
          policy_ref: caseNo,
          refund_dates: '2026-05-04',
          refund_days: '1',
          refund_why: '误操作',
        }),
      ),
    ).toBe('cases.not_found');
    expect((await ledger(owner)).map((row) => row.kind)).toEqual(['bound']);
  });
});

const accident = (at: string) => ({
  accident_time: at,
  accident_spot: { text: '湖里区某路口', region: '350206' },
  accident_kind: '道路交通',
  on_work: 'on',
  injured_condition: '门诊',
  scene_media: [randomUUID()],
  late_reason: '在医院',
});
const bill = (caseNo: string, fen: number, card: string) => ({
  report_no: caseNo,
  treat_type: '门急诊',
  treat_hospital: '示例医院',
  bill_total: { fen },
  payout_card: card,
  fee_bill: [randomUUID()],
  fee_list: [randomUUID()],
  case_history: [randomUUID()],
});

/** Report to duty accepted: the case then waits for the papers. */
async function report(who: Worker, at = '2026-05-03T04:30:00.000Z') {
  const opened = await world.open(who, 'DI-006', accident(at));
  const adjuster = await world.officer('insurer_adjuster', 'traffic_police');
  if ((await world.state(opened.caseId)).status === 'ended') return { ...opened, adjuster };
  await world.act(adjuster, opened.caseId, 'dispatch', 'contact', { contact_note: '已联系' });
  await world.act(adjuster, opened.caseId, 'survey', 'done', { survey_report: '属实' });
  await world.act(adjuster, opened.caseId, 'police-doc', 'none');
  await world.act(adjuster, opened.caseId, 'duty', 'yes', { duty_reason: '属于保险责任' });
  return { ...opened, adjuster };
}

describe('claims', () => {
  async function insured(): Promise<Worker> {
    const who = await world.worker();
    world.clock.set(noon);
    await world.buy(who, '2026-05-03', 1);
    world.clock.set('2026-05-03T05:00:00.000Z');
    return who;
  }

  it('hits within cover, is late after 48 hours, and misses a minute before payment', async () => {
    const who = await insured();
    const hit = await world.open(who, 'DI-006', accident('2026-05-03T04:30:00.000Z'));
    expect((await world.state(hit.caseId)).done['policy-check']).toMatchObject({ outcome: 'hit' });
    const miss = await world.open(who, 'DI-006', accident('2026-05-03T03:59:00.000Z'));
    expect(await world.state(miss.caseId)).toMatchObject({ status: 'ended', end: 'redirected' });
    world.clock.set('2026-05-06T05:00:00.000Z');
    const late = await world.open(who, 'DI-006', accident('2026-05-03T04:30:00.000Z'));
    expect((await world.state(late.caseId)).done['policy-check']).toMatchObject({ outcome: 'late' });
    expect(await refused(world.open(who, 'DI-007', bill(miss.caseNo, 1_000, who.card)))).toBe('cover.not_covered');
  });

  it('an accident that is reported twice is pointed out with the number of the first report, and nobody is refused', async () => {
    const who = await insured();
    world.clock.set('2026-05-03T09:30:00.000Z');
    const first = await world.open(who, 'DI-006', accident('2026-05-03T04:30:00.000Z'));
    const near = await world.state((await world.open(who, 'DI-006', accident('2026-05-03T06:29:00.000Z'))).caseId);
    expect(near.done['policy-check']).toMatchObject({ outcome: 'hit' });
    expect(near.data['same_accident_report']).toBe(first.caseNo);
    const told = await world.db.transaction(systemAccess, (tx) => tx.run(explanationOf, [near.caseId]));
    expect(JSON.stringify(told)).toContain(`本人已报案、尚未办结：${first.caseNo}`);
    expect(JSON.stringify(told)).not.toContain('出险');
    const far = await world.state((await world.open(who, 'DI-006', accident('2026-05-03T09:00:00.000Z'))).caseId);
    expect(far.done['policy-check']).toMatchObject({ outcome: 'hit' });
    expect(far.data).not.toHaveProperty('same_accident_report');
    const other = await insured();
    world.clock.set('2026-05-03T08:00:00.000Z');
    const theirs = await world.state((await world.open(other, 'DI-006', accident('2026-05-03T04:30:00.000Z'))).caseId);
    expect(theirs.data).not.toHaveProperty('same_accident_report');
  });

  it('agrees to what the rule gives and no more, and refuses a second claim for the same benefit', async () => {
    const who = await insured();
    const { caseId, caseNo, adjuster } = await report(who);
    await world.act(adjuster, caseId, 'prepay-option', 'skip');
    await world.open(who, 'DI-007', bill(caseNo, 100_000, who.card));
    expect(await refused(world.open(who, 'DI-007', bill(caseNo, 100_000, who.card)))).toBe('cover.claim_exists');
    await world.act(adjuster, caseId, 'doc-check', 'complete');
    const suggestion = await world.db.transaction(adjuster.access, async (tx) =>
      world.cover.suggest(tx, await world.state(caseId)),
    );
    expect(suggestion).toMatchObject({ amountFen: 90_000 });
    expect(
      await refused(
        world.act(adjuster, caseId, 'assess', 'agree', { assess_note: '按规则', approved_fen: { fen: 90_001 } }),
      ),
    ).toBe('cover.over_limit');
    await world.act(adjuster, caseId, 'assess', 'agree', { assess_note: '按规则', approved_fen: { fen: 80_000 } });
    expect((await world.state(caseId)).data).toMatchObject({ agreed_fen: 80_000, rule_fen: 90_000 });
    expect(await claims(who)).toEqual([{ benefit: 'medical', amount_fen: 80_000, state: 'agreed' }]);
    const stay = {
      report_ref: caseNo,
      ward_hospital: '示例医院',
      in_date: '2026-05-01',
      out_date: '2026-05-03',
      payout_card: who.card,
      inpatient_record: [randomUUID()],
    };
    const allowance = await world.open(who, 'DI-008', stay);
    expect((await world.state(allowance.caseId)).data).toMatchObject({ benefit: 'allowance' });
    expect(await claims(who)).toHaveLength(2);
    const both = await world.db.transaction(adjuster.access, async (tx) =>
      world.cover.suggest(tx, await world.state(allowance.caseId)),
    );
    expect(both?.explanation.filter((one) => one.zh === '同一保单的其他理赔').map((one) => one.value)).toEqual([
      `${caseNo}，医疗费，800.00 元`,
    ]);
  });

  it('what was paid ahead comes off the benefit, once', async () => {
    const who = await insured();
    const { caseId, caseNo, adjuster } = await report(who);
    expect(
      await refused(
        world.act(adjuster, caseId, 'prepay-option', 'prepay', {
          prepay_fen: { fen: 4_000_001 },
          payout_card: who.card,
        }),
      ),
    ).toBe('cover.over_limit');
    await world.act(adjuster, caseId, 'prepay-option', 'prepay', {
      prepay_fen: { fen: 20_000 },
      payout_card: who.card,
    });
    await world.casesEvent(caseId, 'prepay', 'paid');
    await world.open(who, 'DI-007', bill(caseNo, 100_000, who.card));
    await world.act(adjuster, caseId, 'doc-check', 'complete');
    await world.act(adjuster, caseId, 'assess', 'high', { assess_note: '按规则', approved_fen: { fen: 70_000 } });
    expect(await claims(who)).toEqual([
      { benefit: 'medical', amount_fen: 90_000, state: 'agreed' },
      { benefit: 'prepay', amount_fen: 0, state: 'agreed' },
    ]);
    const second = await world.officer('insurer_adjuster');
    await world.act(second, caseId, 'assess-dual', 'return', { review_opinion: '再核' }, '金额请再核一次');
    await world.act(adjuster, caseId, 'assess', 'agree', { assess_note: '按规则', approved_fen: { fen: 60_000 } });
    expect((await world.state(caseId)).data).toMatchObject({ agreed_fen: 60_000, agreed_offset_fen: 20_000 });
    expect(await claims(who)).toEqual([
      { benefit: 'medical', amount_fen: 80_000, state: 'agreed' },
      { benefit: 'prepay', amount_fen: 0, state: 'agreed' },
    ]);
  });

  it('two accidents that prepay at once cannot both take the last of the limit', async () => {
    const who = await insured();
    const before = (tx: Tx) => tx.run(insertBefore, [who.personId, 'death', 33_000_000, '2026-05-03']);
    const [first, second] = [await report(who), await report(who, '2026-05-03T04:40:00.000Z')];
    await world.db.transaction(systemAccess, before);
    const prepay = ({ caseId, adjuster }: typeof first) =>
      world.act(adjuster, caseId, 'prepay-option', 'prepay', {
        prepay_fen: { fen: 4_000_000 },
        payout_card: who.card,
      });
    const acted: Promise<unknown>[] = [];
    const waiting = () =>
      expect.poll(async () => (await world.db.transaction(systemAccess, (tx) => tx.one(countWaiting, []))).count);
    // A rival's claim that is never committed holds the first one up at its last statement, while the second one starts.
    const rival = world.db.transaction(systemAccess, async (tx) => {
      await tx.run(insertRival, [first.caseId]);
      acted.push(prepay(first));
      await waiting().toBe(1);
      acted.push(prepay(second));
      await Promise.race([waiting().toBe(2), acted[1]]);
      throw new Error('gives way');
    });
    await expect(rival).rejects.toThrow('gives way');
    await acted[0];
    expect(await refused(acted[1] ?? Promise.resolve())).toBe('cover.over_limit');
    expect((await claims(who)).map((one) => one.amount_fen)).toEqual([33_000_000, 4_000_000]);
  });

  it('the allowance of a year counts by the days of the accidents, not of the policies', async () => {
    const who = await insured();
    const { caseId, caseNo, adjuster } = await report(who);
    await world.act(adjuster, caseId, 'prepay-option', 'skip');
    const stay = { in_date: '2026-05-01', out_date: '2026-05-03', ward_hospital: '示例医院' };
    const papers = { report_ref: caseNo, payout_card: who.card, inpatient_record: [randomUUID()] };
    const allowance = await world.open(who, 'DI-008', { ...stay, ...papers });
    const given = async () =>
      world.db.transaction(adjuster.access, async (tx) => world.cover.suggest(tx, await world.state(allowance.caseId)));
    const before = (day: string) =>
      world.db.transaction(systemAccess, (tx) => tx.run(insertBefore, [who.personId, 'allowance', 1_790_000, day]));
    await before('2025-12-31');
    expect(await given()).toMatchObject({ amountFen: 20_000 });
    await before('2026-01-01');
    expect(await given()).toMatchObject({ amountFen: 10_000 });
  });

  it('a disability is rated by an expert, paid by its grade less what was paid ahead, and never without a grade', async () => {
    const who = await insured();
    const { caseId, caseNo, adjuster } = await report(who);
    await world.act(adjuster, caseId, 'prepay-option', 'prepay', {
      prepay_fen: { fen: 20_000 },
      payout_card: who.card,
    });
    await world.casesEvent(caseId, 'prepay', 'paid');
    const asked = {
      linked_report: caseNo,
      closed_on: '2026-05-03',
      assess_org: '示例鉴定中心',
      assess_grade: '3',
      functional_loss: '右手不能握拳',
      payout_card: who.card,
      rate_report: [randomUUID()],
      image_report: [randomUUID()],
    };
    const claim = await world.open(who, 'DI-009', asked);
    expect(claim.caseId).not.toBe(caseId);
    expect((await world.state(claim.caseId)).active.map((one) => one.step)).toEqual(['disability-rate']);
    expect(await refused(world.open(who, 'DI-009', asked))).toBe('cover.claim_exists');
    const given = async () =>
      world.db.transaction(adjuster.access, async (tx) => world.cover.suggest(tx, await world.state(claim.caseId)));
    // What the applicant's own paper says is no grade.
    expect(await refused(given())).toBe('cover.not_rated');
    const expert = await world.officer('medical_expert');
    expect(
      await refused(world.act(expert, claim.caseId, 'disability-rate', 'rated', { disability_opinion: '看过' })),
    ).toBe('cases.form_invalid');
    await world.act(expert, claim.caseId, 'disability-rate', 'unstable', { disability_opinion: '尚未稳定' });
    await world.act(expert, claim.caseId, 'disability-rate', 'rated', {
      disability_opinion: '符合标准',
      disability_grade: '九级',
    });
    const suggestion = await given();
    expect(suggestion).toMatchObject({ amountFen: 6_000_000 - 20_000 });
    expect(suggestion?.explanation.map((one) => one.zh)).toEqual(
      expect.arrayContaining(['伤残给付比例', '扣除已预付', '提出时间', '申请人所附评定书的等级']),
    );
    await world.act(adjuster, claim.caseId, 'assess', 'high', {
      assess_note: '按等级',
      approved_fen: { fen: 5_980_000 },
    });
    const second = await world.officer('insurer_adjuster');
    await world.act(second, claim.caseId, 'assess-dual', 'approve', { review_opinion: '同意' });
    await world.act(who, claim.caseId, 'confirm', 'agree');
    // The bank gives it back: the card is asked for again on the claim's own form, not on another benefit's.
    await world.casesEvent(claim.caseId, 'pay', 'pay_failed');
    await world.act(who, claim.caseId, 'docs', 'submit', { payout_card: who.card });
    expect((await world.state(claim.caseId)).active.map((one) => one.step)).toEqual(['doc-check']);
    expect((await world.state(claim.caseId)).data).toMatchObject({ benefit: 'disability', disability_grade: '九级' });
  });

  it('refusals are counted by insurer and month, and a few decisions make no rate', async () => {
    const adjuster = await world.officer('insurer_adjuster');
    const mine = async () =>
      (await world.cover.oversight.refusals(adjuster.access)).find((one) => one.month === '2026-02');
    const who = await insured();
    const decide = (count: number, state: string) =>
      world.db.transaction(systemAccess, (tx) =>
        tx.run(insertDecided, [who.personId, count, state, coverReader(world)]),
      );
    await decide(15, 'paid');
    await decide(4, 'denied');
    expect(await mine()).toMatchObject({ decided: 19, denied: 4, refusalBasisPoints: null, paidFen: 1_500 });
    await decide(1, 'denied');
    expect(await mine()).toMatchObject({ decided: 20, denied: 5, refusalBasisPoints: 2_500 });
    // Whoever may read no claim counts none.
    const stranger = { kind: 'staff' as const, actorId: randomUUID(), grants: [`insurer_adjuster@${randomUUID()}`] };
    expect(await world.cover.oversight.refusals(stranger)).toEqual([]);
  });

  it('a denied claim can be made again', async () => {
    const who = await insured();
    const { caseId, caseNo, adjuster } = await report(who);
    await world.act(adjuster, caseId, 'prepay-option', 'skip');
    await world.open(who, 'DI-007', bill(caseNo, 100_000, who.card));
    await world.act(adjuster, caseId, 'doc-check', 'complete');
    await world.act(adjuster, caseId, 'assess', 'deny', { assess_note: '票据不符' }, '票据与病历不符');
    expect(await claims(who)).toEqual([{ benefit: 'medical', amount_fen: 0, state: 'denied' }]);
    const again = await world.open(who, 'DI-007', bill(caseNo, 50_000, who.card));
    expect(again.caseId).not.toBe(caseId);
    expect((await claims(who)).map((one) => one.state)).toEqual(['denied', 'open']);
  });
});
