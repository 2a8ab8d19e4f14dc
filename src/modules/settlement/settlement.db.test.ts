// A month of subsidies from the declaration to the treasury's money: compared line by line, declared once, paid once, frozen at its
// instant, carried and offset into the next, and what was given twice brought back when the bank says so.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Caller } from '#test/app';
import { before, makeSettlementWorld, policyNo, yuan, type SettlementWorld } from '#test/settlement-world';

let world: SettlementWorld;
let reviewer: Caller;
let investigator: Caller;
let finance: Caller;
let treasurer: Caller;

beforeAll(async () => {
  world = await makeSettlementWorld();
  reviewer = await world.app.staff('hrss_reviewer');
  investigator = await world.app.staff('hrss_investigator');
  finance = await world.app.staff('finance_bureau');
  treasurer = await world.app.staff('finance_bureau', 2);
  for (let place = 0; place < 12; place += 1) await world.policy(place);
  // Seven fen of subsidy over three days: whole fen that add up.
  await world.policy(12, { days: 3, premiumFen: 16, subsidyFen: 7 });
}, 120_000);
afterAll(async () => {
  const broken = await world?.app.services.money.brokenPromises();
  await world?.close();
  if (broken && broken.length > 0) throw new Error(JSON.stringify(broken));
});

const early = () => before(before(world.month));

/** Makes and approves the one batch of a case's payout, and waits for the bank. */
async function pay(caseId: string): Promise<void> {
  const list = await finance.get('/api/payouts?state=drafted&limit=50');
  const mine = list.body.items.filter((one: { caseId: string }) => one.caseId === caseId);
  expect(mine).toHaveLength(1);
  const made = await finance.post('/api/payout-batches', { requestId: randomUUID(), payoutIds: [mine[0].payoutId] });
  expect(made.status, made.text).toBe(200);
  const decide = (who: Caller) =>
    who.post(`/api/payout-batches/${made.body.batchId}/decide`, {
      requestId: randomUUID(),
      decision: 'approve',
      linesHash: made.body.linesHash,
    });
  expect((await decide(finance)).status).toBe(403);
  expect((await decide(treasurer)).status).toBe(200);
  await world.until(caseId, 'annual');
}

/** From the review to the allocation, for so much of what is approved. */
async function toAllocation(caseId: string, approvedFen: number, allocatedFen = approvedFen): Promise<void> {
  await world.done(reviewer, caseId, 'hrss-review', 'approve', {
    review_note: '审核无误',
    approved_subsidy: yuan(approvedFen),
  });
  await world.done(investigator, caseId, 'sample-audit', 'pass', { sample_reached: '5', sample_report: '均属实' });
  await world.done(finance, caseId, 'budget-check', allocatedFen < approvedFen ? 'short' : 'enough', {
    budget_left: yuan(allocatedFen),
  });
  await world.done(
    finance,
    caseId,
    'finance-review',
    allocatedFen < approvedFen ? 'partial' : 'approve',
    allocatedFen < approvedFen
      ? { finance_note: '余额不足', partial_subsidy: yuan(allocatedFen) }
      : { finance_note: '同意' },
  );
}

let firstCase = '';

test('a month of the city, declared with the lines that we give out, agrees', async () => {
  const month = before(`${world.today.slice(0, 7)}-01`);
  await world.policy(30, { firstDay: month, person: 25 });
  await world.policy(31, { firstDay: month, days: 3, premiumFen: 16, subsidyFen: 7, person: 26 });
  const made = await world.start(world.insurer, 'DI-011', await world.declaration({ month }));
  expect(made.status, made.text).toBe(201);
  const { caseId } = made.body;
  await expect.poll(() => world.stepsOf(caseId), { timeout: 20_000 }).not.toBe('reconcile');
  const list = (await world.insurer.get(`/api/settlements/${caseId}/differences`)).body.items;
  expect(list).toEqual([]);
  expect(await world.stepsOf(caseId)).toBe('hrss-review');
  expect((await reviewer.get(`/api/settlements/${caseId}`)).body.personDays).toBeGreaterThan(0);
}, 60_000);

test('a declaration that agrees with the ledger is matched, reviewed, drawn, and paid by the treasury with four eyes', async () => {
  const made = await world.start(world.insurer, 'DI-011', await world.declaration());
  expect(made.status, made.text).toBe(201);
  firstCase = made.body.caseId;
  await world.until(firstCase, 'hrss-review');
  const shown = (await reviewer.get(`/api/settlements/${firstCase}`)).body;
  expect(shown).toMatchObject({ personDays: 27, grossFen: 12 * 80 + 16, subsidyFen: 12 * 40 + 7, differenceCount: 0 });
  expect(shown.claimFen).toBe(487);
  const over = await world.act(reviewer, firstCase, 'hrss-review', 'approve', {
    review_note: '多给一点',
    approved_subsidy: '4.88',
  });
  expect(over.body.code).toBe('settlement.over_claim');
  const before = await world.balance('premium_payable');
  await toAllocation(firstCase, 487);
  const drawn = (await investigator.get(`/api/settlements/${firstCase}/sample`)).body.items;
  expect(drawn).toHaveLength(10);
  const opened = await investigator.post(`/api/settlements/${firstCase}/sample/phone`, {
    place: 1,
    reason: '抽样核实',
  });
  expect(opened.body.phone).toMatch(/^1\d{10}$/);
  const { rows: told } = await world.owner.query(
    "select 1 from notice where template = 'subsidy_sampled' and case_id = $1",
    [firstCase],
  );
  expect(told).toHaveLength(10);
  await pay(firstCase);
  expect((await world.stateOf(firstCase)).data).toMatchObject({ allocated_fen: 487, paid_fen: 487 });
  expect(before - (await world.balance('premium_payable'))).toBe(487);
  expect(await world.balance('subsidy_reserve')).toBe(0);
  const paper = await world.insurer.get(`/api/cases/${firstCase}`);
  expect(paper.text).toContain('保费财政补贴结算申报表');
}, 60_000);

test('a month is declared once, also by two at the same time, and not before it is over', async () => {
  const form = await world.declaration();
  const again = await world.start(world.insurer, 'DI-011', form);
  expect(again.body.code).toBe('settlement.declared_already');
  const now = await world.start(world.insurer, 'DI-011', {
    ...form,
    settle_month: world.today.slice(0, 7),
    premium_ledger: await world.csvFile(world.insurer, 'x'),
  });
  expect(now.body.code).toBe('settlement.month_not_over');
  await world.policy(20, { firstDay: early(), days: 4 });
  const old = await world.declaration({ month: early() });
  const both = await Promise.all([
    world.start(world.insurer, 'DI-011', old),
    world.start(world.insurer, 'DI-011', old),
  ]);
  expect(both.map((one) => one.status).toSorted((a, b) => a - b)).toEqual([201, 409]);
  const caseId = both.find((one) => one.status === 201)?.body.caseId;
  await world.until(caseId, 'hrss-review');
  expect((await reviewer.get(`/api/settlements/${caseId}`)).body.claimFen).toBe(80);
  await toAllocation(caseId, 80, 50);
  await pay(caseId);
}, 60_000);

test('what differs is listed by kind, explained and settled by our figures; what was left and what was given back follow', async () => {
  const month = before(early());
  await world.age(24);
  for (const place of [21, 22, 23, 24]) await world.policy(place, { firstDay: month });
  // A day of the first settled month turns out not to have been covered.
  await world.release(policyNo(0), world.month, world.app.clock.now());
  await new Promise((resolve) => setTimeout(resolve, 20));
  world.app.clock.setOffsetMs(20 * 60_000);
  const lines = [
    '保单号,保障日期,总保费(元),个人承担(元),财政补贴(元)',
    `${policyNo(21)},${month},0.40,0.20,0.20`,
    `${policyNo(21)},${month},0.40,0.20,0.20`,
    `${policyNo(21)},${month.slice(0, 8)}02,0.40,0.10,0.30`,
    `${policyNo(22)},${month},0.40,0.20,0.20`,
    `${policyNo(22)},${month.slice(0, 8)}02,0.40,0.20,0.20`,
    `${policyNo(23)},${month},0.40,0.20,0.20`,
    `${policyNo(24)},${month},0.40,0.40,0.00`,
    `${policyNo(24)},${month.slice(0, 8)}02,0.40,0.20,0.20`,
    `${policyNo(99)},${month},0.40,0.20,0.20`,
    '合计,,3.60,,',
  ];
  const made = await world.start(
    world.insurer,
    'DI-011',
    await world.declaration({ month, ledger: lines.join('\r\n'), days: 7, grossFen: 280 }),
  );
  const caseId = made.body.caseId;
  await world.until(caseId, 'explain');
  const list = (await world.insurer.get(`/api/settlements/${caseId}/differences`)).body.items;
  expect(list.map((one: { kind: string }) => one.kind).toSorted()).toEqual(
    [
      'amount_differs',
      'double',
      'excluded',
      'missing_here',
      'missing_there',
      'total',
      'total',
      'unreadable',
    ].toSorted(),
  );
  const file = await reviewer.get(`/api/settlements/${caseId}/differences/file`);
  expect(file.text).toContain('申报有，台账没有');
  const missing = await world.act(world.insurer, caseId, 'explain', 'accept', {
    difference_note: '重新导出',
    accept_way: '重新上传承保明细',
  });
  expect(missing.body.code).toBe('settlement.ledger_missing');
  await world.done(world.insurer, caseId, 'explain', 'accept', {
    difference_note: '我方重复导出，按系统核算',
    accept_way: '按系统核算数结算',
  });
  await world.until(caseId, 'hrss-review');
  const shown = (await reviewer.get(`/api/settlements/${caseId}`)).body;
  // 4 policies of 2 days, one of which is of nobody's age; 20 fen given back of the first month; 30 fen left unpaid of the second.
  expect(shown).toMatchObject({
    subsidyFen: 160,
    excludedDays: 2,
    excludedFen: 40,
    offsetFen: 20,
    carriedFen: 30,
    claimFen: 130,
  });
  // What happens after the instant changes nothing here.
  await world.release(policyNo(22), month, world.app.clock.now());
  await world.done(reviewer, caseId, 'hrss-review', 'return', { review_note: '发票不清' }, '发票不清楚，请换一张');
  await world.until(caseId, 'declare');
  const again = await world.done(world.insurer, caseId, 'declare', 'submit', {
    ...(await world.declaration({ month, ledger: lines.join('\n'), days: 7, grossFen: 280 })),
  });
  expect(again.caseId).toBe(caseId);
  await world.until(caseId, 'explain');
  expect((await reviewer.get(`/api/settlements/${caseId}`)).body).toMatchObject({ claimFen: 130, round: 3 });
}, 60_000);

test('disputed, failed in the audit, sent back by the treasury, returned by the bank: each way leads on, and the year is closed', async () => {
  const month = before(before(early()));
  await world.policy(27, { firstDay: month });
  const ledger = `保单号,保障日期,总保费(元),个人承担(元),财政补贴(元)\n${policyNo(27)},${month},0.40,0.00,0.40\n`;
  const made = await world.start(world.insurer, 'DI-011', await world.declaration({ month, ledger }));
  const { caseId } = made.body;
  await world.until(caseId, 'explain');
  await world.done(world.insurer, caseId, 'explain', 'dispute', { difference_note: '按合同全额补贴' });
  const approve = () =>
    world.done(reviewer, caseId, 'hrss-review', 'approve', { review_note: '按台账审定', approved_subsidy: '0.40' });
  await approve();
  const report = { sample_reached: '0', sample_report: '联系不上' };
  await world.done(investigator, caseId, 'sample-audit', 'fail', report, '被抽样人否认投保');
  expect(await world.stepsOf(caseId)).toBe('explain');
  await world.done(world.insurer, caseId, 'explain', 'dispute', { difference_note: '已补充投保记录' });
  await approve();
  await world.done(investigator, caseId, 'sample-audit', 'pass', { sample_reached: '1', sample_report: '属实' });
  await world.done(finance, caseId, 'budget-check', 'enough', { budget_left: '100' });
  const back = await world.act(
    finance,
    caseId,
    'finance-review',
    'return',
    { finance_note: '请附会议纪要' },
    '请附会议纪要',
  );
  expect(back.status, back.text).toBe(200);
  await toAllocation(caseId, 40);
  const bank = world.app.parties.simulators.bank;
  const holder = (await world.insurer.get('/api/staff/me')).body.roles[0].orgZh;
  bank?.closeCard('35020000000000001', holder);
  const spent = await world.balance('subsidy_spending');
  const [failed] = (await finance.get('/api/payouts?state=drafted&limit=50')).body.items.filter(
    (one: { caseId: string }) => one.caseId === caseId,
  );
  const batch = await finance.post('/api/payout-batches', { requestId: randomUUID(), payoutIds: [failed.payoutId] });
  await treasurer.post(`/api/payout-batches/${batch.body.batchId}/decide`, {
    requestId: randomUUID(),
    decision: 'approve',
    linesHash: batch.body.linesHash,
  });
  await expect
    .poll(async () => (await finance.get('/api/payouts?state=failed&limit=50')).text, { timeout: 20_000 })
    .toContain(failed.payoutId);
  expect(await world.stepsOf(caseId)).toBe('allocate');
  expect(await world.balance('subsidy_spending')).toBe(spent);
  bank?.registerCard('35020000000000001', holder);
  await pay(caseId);
  await world.done(finance, caseId, 'annual', 'balanced', { rate_advice: '维持现行费率' });
  expect(await world.stepsOf(caseId)).toBe('completed');
  expect((await finance.get(`/api/cases/${caseId}`)).text).toContain('保费财政补贴清算书');
}, 60_000);

test('nobody else sees a settlement', async () => {
  for (const role of ['insurer_adjuster', 'enterprise', 'mediator'])
    expect((await (await world.app.staff(role)).get(`/api/settlements/${firstCase}`)).status).toBe(403);
  const otherReviewer = await world.app.staff('county_union');
  expect((await otherReviewer.get('/api/settlements')).status).toBe(403);
});

test('subsidies given twice: clue, order, and the money that the bank states, in parts and once each', async () => {
  const analyst = await world.app.staff('risk_analyst');
  const me = await analyst.get('/api/staff/me');
  const office = me.body.roles[0];
  const made = await world.start(
    analyst,
    'DI-012',
    {
      clue_source: '系统比对',
      person_or_org: `${policyNo(0)}、${policyNo(98)}`,
      overlap_range: '2026-10-01 至 2026-10-02',
      overlap_scheme: ['同日两单'],
      amount_involved: '0.40',
      match_report: await world.csvFile(analyst, '保单号,天数\n'),
    },
    office,
  );
  expect(made.status, made.text).toBe(201);
  const { caseId, caseNo } = made.body;
  expect((await world.stateOf(caseId)).data['clue_explanation']).toMatchObject([
    { zh: policyNo(0) },
    { value: '台账没有这张保单' },
  ]);
  const order = (recover_fen: string) =>
    world.act(investigator, caseId, 'dup-verify', 'true', {
      verify_note: '属实',
      recover_from: { name: '承保公司', orgId: world.office.orgId },
      recover_fen,
      recover_ground: '同一人同一日两张保单均享受了补贴',
    });
  expect((await order('9999')).body.code).toBe('settlement.recover_too_much');
  const ordered = await order('0.40');
  expect(ordered.status, ordered.text).toBe(200);
  expect(await world.balance('subsidy_recoverable')).toBe(-40);
  const paidByHand = await world.act(reviewer, caseId, 'recover', 'paid');
  expect(paidByHand.status).toBe(403);
  const take = (bankSerial: string, amountFen: number, reference = `TH${caseNo}`) =>
    world.app.services.settlement.takeReceipt({ reference, bankSerial, amountFen, bookedAt: world.app.clock.now() });
  expect(await take('S1', 10, 'TH000')).toBeNull();
  expect(await take('S1', 41)).toBe(40);
  expect(await Promise.all([take('S1', 15), take('S1', 15)])).toEqual(['taken', 'taken']);
  expect(await world.balance('subsidy_recoverable')).toBe(-25);
  expect(await world.stepsOf(caseId)).toBe('recover');
  // The last part comes as a line of the bank's day, and the day is reconciled twice.
  world.app.parties.simulators.bank?.receive({ reference: `TH${caseNo}`, amountFen: 25 });
  const day = new Date(Date.parse(world.app.clock.now()) + 8 * 3_600_000).toISOString().slice(0, 10);
  world.app.clock.setOffsetMs(world.app.clock.offsetMs() + 30 * 3_600_000);
  await world.app.services.money.reconcile.reconcileDay(day, 'bank');
  await world.app.services.money.reconcile.reconcileDay(day, 'bank');
  expect(await world.stepsOf(caseId)).toBe('recovered');
  expect(await world.balance('subsidy_recoverable')).toBe(0);
  expect(await take('S9', 1)).toBe(0);
}, 60_000);
