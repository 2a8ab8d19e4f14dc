// The first journey over HTTP, step by step, for tests that need a case at some point of it: joins, covered, hurt, claimed, paid.

import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { workerAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { makeCardNumber } from '#catalog/fields/index';
import type { Answer, Caller, TestApp } from './app.ts';

/** Calls again until `found` gives something; for what jobs and callbacks bring. */
export async function until<T>(
  what: string,
  found: () => Promise<T | null | undefined | false>,
  limitMs = 20_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await found();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what} did not come within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

/** A small picture, stored as the person's own. */
export async function picture(app: TestApp, personId: string): Promise<string> {
  const bytes = await sharp({ create: { width: 80, height: 60, channels: 3, background: '#789' } })
    .jpeg()
    .toBuffer();
  return (await app.services.files.store(workerAccess(personId), { name: '照片.jpg', bytes })).fileId;
}

export async function submit(rider: Caller, serviceCode: string, data: object, region = '350203'): Promise<Answer> {
  return rider.post('/api/me/cases', { requestId: randomUUID(), serviceCode, region, data });
}

export async function act(
  by: Caller,
  caseId: string,
  step: string,
  outcome: string,
  data: object = {},
  reason?: string,
): Promise<Answer> {
  return by.post(`/api/cases/${caseId}/commands`, {
    requestId: randomUUID(),
    command: { type: 'act', step, outcome, data, ...(reason ? { reason } : {}) },
  });
}

export async function membershipForm(app: TestApp, personId: string): Promise<object> {
  return {
    occupation: '网约配送员',
    main_platform: '鹭送外卖平台（虚构）',
    start_month: '2025-05-01',
    usual_area: '350203',
    accept_charter: 'on',
    applicant_sign: { fileId: await picture(app, personId) },
    photo: [await picture(app, personId)],
  };
}

export function coverForm(app: TestApp, days = 1, from = dayOf(app.clock.now())): object {
  return { cover_from: from, days: String(days), work_type: '网约配送员', work_region: '350203', read_clause: 'on' };
}

/** Buys cover and pays at the simulated cashier; gives the case once the policy is issued. */
export async function buyCover(
  app: TestApp,
  rider: Caller,
  form: object,
): Promise<{ caseId: string; policyNo: string }> {
  const opened = await submit(rider, 'DI-001', form);
  if (opened.status !== 201) throw new Error(`no cover case: ${opened.text}`);
  const caseId: string = opened.body.caseId;
  await until('the order at the payment party', async () => {
    const order = await app.services.money.payments.orderOf(workerAccess(rider.id), caseId);
    if (order?.state === 'open') app.parties.simulators.payment?.pay(order.orderNo);
    return order?.state === 'paid';
  });
  const policyNo = await until('the policy', async () => {
    const state = await app.services.reader.state(workerAccess(rider.id), caseId);
    return typeof state.data['policy_no'] === 'string' ? state.data['policy_no'] : null;
  });
  return { caseId, policyNo };
}

/** Local date and time as a form posts them, to the second: cover begins with the second of payment. */
export function localTime(instant: string): string {
  return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 19);
}

export async function reportForm(app: TestApp, personId: string, at = app.clock.now()): Promise<object> {
  return {
    accident_time: localTime(at),
    accident_spot: { text: '厦门市思明区湖滨南路与演示路口' },
    accident_kind: '道路交通',
    order_no: 'D20260001',
    on_work: 'on',
    injured_condition: '住院',
    scene_media: [await picture(app, personId)],
  };
}

/** Takes a report through contact, survey, police and duty to where the papers are awaited. */
export async function acceptReport(app: TestApp, caseId: string): Promise<void> {
  const adjuster = await app.staff('insurer_adjuster');
  const police = await app.staff('traffic_police');
  for (const [by, step, outcome, data] of [
    [adjuster, 'dispatch', 'contact', { contact_note: '已电话联系，先就医，保留票据' }],
    [adjuster, 'survey', 'done', { survey_report: '现场与描述一致', survey_at_work: 'on' }],
    [police, 'police-doc', 'done', { police_finding: '对方车辆变道未让行', police_liability: '无责任' }],
    [adjuster, 'duty', 'yes', { duty_reason: '属于保险责任' }],
    [adjuster, 'prepay-option', 'skip', {}],
  ] as const) {
    const answer = await act(by, caseId, step, outcome, data);
    if (answer.status !== 200) throw new Error(`${step}/${outcome}: ${answer.text}`);
  }
}

export const card = makeCardNumber('621700011234567890');

export async function medicalForm(
  app: TestApp,
  personId: string,
  reportNo: string,
  billYuan = '3860.50',
): Promise<object> {
  return {
    report_no: reportNo,
    treat_type: '住院',
    treat_hospital: '鹭江协议医院（虚构）',
    bill_total: billYuan,
    medicare_paid: '800.00',
    treat_finished: 'on',
    payout_card: card,
    fee_bill: [await picture(app, personId)],
    fee_list: [await picture(app, personId)],
    case_history: [await picture(app, personId)],
  };
}

/** One settlement officer makes a batch of a case's payment. */
export async function makeBatch(app: TestApp, caseId: string): Promise<{ batchId: string; linesHash: string }> {
  const maker = await app.staff('insurer_finance', 1);
  const payout = await until('the drafted payout', async () => {
    const list = await maker.get('/api/payouts?state=drafted&limit=100');
    return list.body.items.find((one: { caseId: string }) => one.caseId === caseId);
  });
  const made = await maker.post('/api/payout-batches', { requestId: randomUUID(), payoutIds: [payout.payoutId] });
  if (made.status !== 200) throw new Error(`no batch: ${made.text}`);
  return made.body;
}

/** The other one approves it; the bank's word ends it. */
export async function approve(
  app: TestApp,
  { batchId, linesHash }: { batchId: string; linesHash: string },
): Promise<void> {
  const checker = await app.staff('insurer_finance', 2);
  const decided = await checker.post(`/api/payout-batches/${batchId}/decide`, {
    requestId: randomUUID(),
    decision: 'approve',
    linesHash,
  });
  if (decided.status !== 200) throw new Error(`not approved: ${decided.text}`);
}

export async function payOut(app: TestApp, caseId: string): Promise<void> {
  await approve(app, await makeBatch(app, caseId));
}
