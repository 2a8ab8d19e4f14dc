// The first journey over HTTP on real PostgreSQL, with jobs, callbacks and simulators: a rider joins, is covered, is hurt, is paid
// and rates; money, ledger, clocks, documents and notices are as they should be at the end.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workerAccess } from '#platform/access';
import { startApp, type Caller, type TestApp } from './app.ts';
import * as journey from './first-journey.ts';

let app: TestApp;
let rider: Caller;

beforeAll(async () => {
  app = await startApp({ background: true });
  rider = await app.worker(app.city.rider.phone);
});
afterAll(() => app?.close());

const view = async (caseId: string) => (await rider.get(`/api/me/cases/${caseId}`)).body;

it('joins the union', async () => {
  const opened = await journey.submit(rider, 'UN-001', await journey.membershipForm(app, rider.id));
  expect(opened.status, opened.text).toBe(201);
  const caseId = opened.body.caseId;
  const county = await clerkOf(caseId, 'county_union');
  expect((await journey.act(county, caseId, 'assign-union', 'region', {})).status).toBe(200);
  const township = await clerkOf(caseId, 'township_union');
  expect((await journey.act(township, caseId, 'township-review', 'approve', {})).status).toBe(200);
  const end = await journey.act(county, caseId, 'county-record', 'single', {});
  expect(end.body, end.text).toMatchObject({ status: 'ended', end: 'completed' });
  const seen = await view(caseId);
  expect(seen.documents.map((one: { title: string }) => one.title).toSorted()).toEqual(['入会通知书', '电子会员证']);
  const again = await journey.submit(rider, 'UN-001', await journey.membershipForm(app, rider.id));
  expect(again.body).toMatchObject({ status: 'ended', end: 'redirected' });
});

it('is covered from the minute of payment, hurt, paid, and rates', async () => {
  const { caseId: coverCase, policyNo } = await journey.buyCover(app, rider, journey.coverForm(app, 2));
  expect(policyNo).toMatch(/^GD\d{20}$/);
  const cover = await rider.get('/api/me/cover');
  expect(cover.body).toMatchObject({ coveredNow: true, policyNo });
  const policy = await papers(coverCase);
  expect(policy).toHaveLength(1);
  for (const text of [policyNo, '保险股份有限公司', '证件号末四位</th><td>', '0.40元', '酒后驾驶', '12333', '均为虚构'])
    expect(policy[0]).toContain(text);
  expect(policy[0]).not.toMatch(/\{\{|\{insurer|末四位<\/th><td>\*/);

  const reported = await journey.submit(rider, 'DI-006', await journey.reportForm(app, rider.id));
  expect(reported.status, reported.text).toBe(201);
  const { caseId, caseNo } = reported.body;
  expect(reported.body.active[0]?.step).toBe('dispatch');
  await journey.acceptReport(app, caseId);

  const claimed = await journey.submit(rider, 'DI-007', await journey.medicalForm(app, rider.id, caseNo));
  expect(claimed.status, claimed.text).toBe(201);
  expect(claimed.body.caseId).toBe(caseId);
  const second = await journey.submit(rider, 'DI-007', await journey.medicalForm(app, rider.id, caseNo));
  expect(second.status, second.text).toBe(409);

  const adjuster = await app.staff('insurer_adjuster');
  expect((await journey.act(adjuster, caseId, 'doc-check', 'complete')).status).toBe(200);
  const suggestion = await adjuster.get(`/api/cases/${caseId}/suggestion?step=assess`);
  expect(suggestion.body.amountFen).toBeGreaterThan(0);
  const tooMuch = await journey.act(adjuster, caseId, 'assess', 'agree', {
    approved_fen: { fen: suggestion.body.amountFen + 1 },
    assess_note: '按规则计算',
  });
  expect(tooMuch.status).toBe(422);
  const agreed = await journey.act(adjuster, caseId, 'assess', 'agree', {
    approved_fen: { fen: suggestion.body.amountFen },
    assess_note: '按规则计算',
  });
  expect(agreed.status, agreed.text).toBe(200);
  // What he agrees to lies before him, and the message said it too.
  const shown = Object.fromEntries((await view(caseId)).facts.map((one: { name: string }) => [one.name, one]));
  const { zh, value } = suggestion.body.explanation[0];
  expect(shown).toMatchObject({
    approved_fen: { zh: '核定赔付金额' },
    benefit_explanation: { zh: '计算过程', text: expect.stringContaining(`${zh}，${value}`) },
    payout_card: { text: expect.stringMatching(/^[*]{4} [*]{4} [*]{4} \d{4}$/) },
  });
  const tail = shown['payout_card'].text.slice(-4);
  const sms = await journey.until(
    'the offer by SMS',
    async () => app.parties.simulators.sms?.messages().find((one) => one.templateCode === 'claim_offer') ?? null,
  );
  for (const text of ['【工盾】您的理赔', shown['approved_fen'].text, `尾号${tail}的卡`, '不表态就按此付款'])
    expect(sms.text).toContain(text);

  const confirmed = await rider.post(`/api/me/cases/${caseId}/commands`, {
    requestId: randomUUID(),
    command: { type: 'act', step: 'confirm', outcome: 'agree', data: {} },
  });
  expect(confirmed.status, confirmed.text).toBe(200);

  await journey.payOut(app, caseId);
  await journey.until('the money', async () =>
    (await app.services.reader.state(workerAccess(rider.id), caseId)).active.some((one) => one.step === 'close'),
  );
  const [settlement = ''] = await papers(caseId);
  for (const text of ['赔付通知书', shown['approved_fen'].text, zh, `<td>${tail}</td>`])
    expect(settlement).toContain(text);

  const supervisor = await app.staff('supervisor');
  const closed = await journey.act(supervisor, caseId, 'close', 'done', { visit_note: '已回访，款已收到' });
  expect(closed.body, closed.text).toMatchObject({ status: 'ended', end: 'completed' });

  const rated = await rider.post(`/api/me/cases/${caseId}/rating`, {
    requestId: randomUUID(),
    stars: 5,
    comment: '很快',
  });
  expect(rated.status, rated.text).toBe(200);
  expect((await view(caseId)).rating).toEqual({ stars: 5, comment: '很快' });
});

it('leaves a ledger that balances and states that rebuild', async () => {
  expect(await app.services.money.brokenPromises()).toEqual([]);
  const { checked, different } = await app.services.cases.compareStates();
  expect(different).toEqual([]);
  expect(checked).toBeGreaterThan(20);
});

/** The printed papers of a case, as the rider sees them. */
async function papers(caseId: string): Promise<readonly string[]> {
  const access = workerAccess(rider.id);
  const { documents } = await view(caseId);
  return Promise.all(
    documents.map((one: { documentId: string }) => app.services.documents.print(access, one.documentId)),
  );
}

/** The clerk whose organisation the case was routed to. */
async function clerkOf(caseId: string, role: string): Promise<Caller> {
  for (let nth = 1; ; nth += 1) {
    const clerk = await app.staff(role, nth);
    if ((await clerk.get(`/api/cases/${caseId}`)).status === 200) return clerk;
  }
}
