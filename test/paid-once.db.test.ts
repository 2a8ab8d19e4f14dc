// What is agreed is paid once, whatever way the case takes meanwhile: returned while the bank has the money, returned before that,
// denied after it was drafted, taken back by the supervisor after it was paid, reported twice, claimed before anybody agreed to it.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { startApp, type Answer, type Caller, type TestApp } from './app.ts';
import * as journey from './first-journey.ts';

let app: TestApp;
let rider: Caller;
let adjuster: Caller;
let finance: Caller;
let owner: pg.Client;

beforeAll(async () => {
  app = await startApp({ background: true, workers: 30 });
  rider = await app.worker(app.city.rider.phone);
  adjuster = await app.staff('insurer_adjuster');
  finance = await app.staff('insurer_finance');
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
  await journey.buyCover(app, rider, journey.coverForm(app, 3));
}, 60_000);
afterAll(async () => {
  await owner?.end();
  await app?.close();
});

const minutesAgo = (minutes: number) => new Date(Date.parse(app.clock.now()) - minutes * 60_000).toISOString();

/** Each accident is another: they lie more than two hours apart. */
let accidents = 0;
async function report(at?: string): Promise<{ caseId: string; caseNo: string }> {
  accidents += 1;
  app.clock.setOffsetMs(app.clock.offsetMs() + 3 * 3_600_000);
  const opened = await journey.submit(rider, 'DI-006', await journey.reportForm(app, rider.id, at ?? minutesAgo(1)));
  expect(opened.status, opened.text).toBe(201);
  return opened.body;
}

const claim = async (caseNo: string) =>
  journey.submit(rider, 'DI-007', await journey.medicalForm(app, rider.id, caseNo));

async function agree(caseId: string): Promise<void> {
  const { amountFen } = (await adjuster.get(`/api/cases/${caseId}/suggestion?step=assess`)).body;
  const data = { approved_fen: { fen: amountFen }, assess_note: '按规则计算' };
  const agreed = await journey.act(adjuster, caseId, 'assess', 'agree', data);
  expect(agreed.status, agreed.text).toBe(200);
  const command = { type: 'act', step: 'confirm', outcome: 'agree', data: {} };
  const confirmed = await rider.post(`/api/me/cases/${caseId}/commands`, { requestId: randomUUID(), command });
  expect(confirmed.status, confirmed.text).toBe(200);
}

async function toPay(): Promise<{ caseId: string; caseNo: string }> {
  const reported = await report();
  await journey.acceptReport(app, reported.caseId);
  const claimed = await claim(reported.caseNo);
  expect(claimed.status, claimed.text).toBe(201);
  expect((await journey.act(adjuster, reported.caseId, 'doc-check', 'complete')).status).toBe(200);
  await agree(reported.caseId);
  return reported;
}

const giveBack = (by: Caller, caseId: string, step: string): Promise<Answer> =>
  by.post(`/api/cases/${caseId}/commands`, {
    requestId: randomUUID(),
    command: { type: 'return', step, to: 'assess', reason: '金额需要重新核定' },
  });

async function payouts(caseId: string): Promise<{ state: string; fen: number }[]> {
  const { rows } = await owner.query<{ state: string; fen: string }>(
    'select state, amount_fen as fen from payout where case_id = $1 order by created_at',
    [caseId],
  );
  return rows.map(({ state, fen }) => ({ state, fen: Number(fen) }));
}

const activeSteps = async (caseId: string): Promise<string[]> =>
  (await rider.get(`/api/me/cases/${caseId}`)).body.active.map((one: { step: string }) => one.step);

describe('a claim at payment', () => {
  it('is not returned while the bank may have the money', async () => {
    const { caseId } = await toPay();
    const [drafted] = await payouts(caseId);
    const batch = await journey.makeBatch(app, caseId);
    const refused = await giveBack(finance, caseId, 'pay');
    expect(refused.status, refused.text).toBe(409);
    expect(refused.body.code).toBe('money.payout_running');
    await journey.approve(app, batch);
    await journey.until('the money', async () => (await activeSteps(caseId)).includes('close'));
    expect(await payouts(caseId)).toEqual([{ state: 'settled', fen: drafted?.fen }]);
  });

  it('is returned before that, and its payment is gone', async () => {
    const { caseId } = await toPay();
    expect((await giveBack(finance, caseId, 'pay')).status).toBe(200);
    expect((await payouts(caseId)).map((one) => one.state)).toEqual(['cancelled']);
    const denied = await journey.act(
      adjuster,
      caseId,
      'assess',
      'deny',
      { assess_note: '票据与病历不符' },
      '票据与病历不符',
    );
    expect(denied.status, denied.text).toBe(200);
    expect((await payouts(caseId)).filter((one) => one.state !== 'cancelled')).toEqual([]);
    expect(await app.services.money.brokenPromises()).toEqual([]);
  });

  it('that comes back after it was paid owes only what is more', async () => {
    const { caseId } = await toPay();
    await journey.payOut(app, caseId);
    await journey.until('the money', async () => (await activeSteps(caseId)).includes('close'));
    const supervisor = await app.staff('supervisor');
    const returned = await giveBack(supervisor, caseId, 'close');
    expect(returned.status, returned.text).toBe(200);
    await agree(caseId);
    await journey.until('the case', async () => (await activeSteps(caseId)).includes('close'));
    expect((await payouts(caseId)).map((one) => one.state)).toEqual(['settled']);
    expect(await app.services.money.brokenPromises()).toEqual([]);
  });
});

describe('one accident', () => {
  it('is claimed only after the insurer has agreed to be liable', async () => {
    const early = await report();
    const tooSoon = await claim(early.caseNo);
    expect(tooSoon.status, tooSoon.text).toBe(409);
    expect(tooSoon.body.code).toBe('cover.duty_open');
  });

  it('reported twice is paid once for each benefit', async () => {
    const at = minutesAgo(5);
    const first = await report(at);
    const second = await report(at);
    await journey.acceptReport(app, first.caseId);
    await journey.acceptReport(app, second.caseId);
    expect((await claim(first.caseNo)).status).toBe(201);
    const again = await claim(second.caseNo);
    expect(again.status, again.text).toBe(409);
    expect(again.body.code).toBe('cover.claim_exists');
  });
});
