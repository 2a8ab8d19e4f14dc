// A death from the family's phone to the bank, through the real pages and routes on a real city: the window looks at the proof, the
// family asks, the insurer decides with four eyes, each beneficiary is paid. The phone of the dead is told nothing.

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeCardNumber, makeResidentId, syntheticRegion } from '#catalog/fields/index';
import { startApp, type Caller, type TestApp } from '#test/app';
import { act, approve, picture, until } from '#test/first-journey';
import { createVisitor } from '#test/visitor';

let app: TestApp;
let owner: pg.Client;
beforeAll(async () => {
  app = await startApp({ background: true });
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
}, 60_000);
afterAll(async () => {
  await owner?.end();
  await app?.close();
});

async function comeIn(story: string) {
  const visitor = createVisitor(app);
  const phone = app.city.riders.find((one) => one.story === story)?.phone ?? '';
  await visitor.prove(phone);
  const session = await app.services.identity.sessionOf(visitor.jar['gd_worker'] ?? '', 'worker');
  const profile = session && (await app.services.identity.profile(session.personId));
  if (!session || !profile) throw new Error(`${story} did not come in`);
  return {
    visitor,
    phone,
    id: session.personId,
    name: session.name,
    region: profile.region,
    idNumber: profile.idNumber,
  };
}

async function windowOf(region: string): Promise<Caller> {
  const orgId = app.services.orgs.route('hrss_window', region);
  for (let nth = 1; nth < 9; nth += 1) {
    const caller = await app.staff('hrss_window', nth);
    const me = await caller.get('/api/staff/me');
    if (me.body.roles.some((role: { orgId: string }) => role.orgId === orgId)) return caller;
  }
  throw new Error('no window');
}

const textsTo = (phone: string) =>
  (app.parties.simulators.sms?.messages({ phone, limit: 50 }) ?? []).map((one) => one.text);
const plain = (body: string) => body.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

it('from the proof at the window to three payments', async () => {
  const dead = await comeIn('claim: docs, fresh');
  const wife = await comeIn('还没有入会、还没有保障');
  const { visitor } = wife;
  const { rows } = await owner.query<{ case_id: string; case_no: string }>(
    `select case_id, state->>'caseNo' as case_no from case_state where person_id = $1 and state->>'serviceCode' = 'DI-006' and status = 'open'`,
    [dead.id],
  );
  const report = rows[0];
  if (!report) throw new Error('no report');

  const asked = await visitor.post('/m/me/helping/proof', {
    cause: 'dead',
    kind: 'kinship',
    relation: 'spouse',
    name: dead.name,
    idNumber: dead.idNumber,
    services: 'DI-010',
    days: '90',
    proof: await picture(app, wife.id),
  });
  expect(asked.statusCode).toBe(303);
  const window = await windowOf(wife.region);
  const { body: list } = await window.get('/api/desk/authorities');
  const { authorityId } = list.items[0];
  const caseIds = [report.case_id];
  expect((await window.post(`/api/desk/authorities/${authorityId}/decide`, { approve: true, caseIds })).status).toBe(
    200,
  );
  await app.services.notices.sendQueued();
  const before = textsTo(dead.phone).length;

  expect((await visitor.post(`/m/me/helping/${authorityId}/start`)).statusCode).toBe(303);
  expect((await visitor.get('/m')).body).toContain('日保身故理赔');
  expect((await visitor.post('/m/services/DI-010/start')).headers.location).toBe('/m/apply/DI-010');
  // What the form asks of personal data is agreed to first, one purpose at a time.
  for (let count = 0; count < 8; count += 1) {
    const page = (await visitor.get('/m/apply/DI-010')).headers.location ?? '';
    if (!page.startsWith('/m/consent/')) break;
    const body = (await visitor.get(page)).body;
    const given = (name: string) => new RegExp(`name="${name}"[^>]*value="([^"]+)"`).exec(body)?.[1] ?? '';
    await visitor.post('/m/consent/DI-010', { purpose: given('purpose'), agreed: given('agreed') });
  }
  const cards = [1, 2, 3].map((nth) => makeCardNumber(`62170001123456${String(nth).padStart(4, '0')}`));
  const heirs = [
    { name: '林一', relation: '妻子' },
    { name: '陈二', relation: '儿子' },
    { name: '陈三', relation: '母亲' },
  ];
  const claimants = heirs.flatMap(({ name, relation }, at): [string, string][] => [
    [`claimants.${at}.name`, name],
    [`claimants.${at}.idDocument.type`, 'resident_id'],
    [`claimants.${at}.idDocument.number`, makeResidentId(syntheticRegion, '1990-01-01', 31 + at)],
    [`claimants.${at}.relation`, relation],
    [`claimants.${at}.cardNumber`, cards[at] ?? ''],
  ]);
  const answers: readonly [string, readonly [string, string][]][] = [
    ['linked_report', [['linked_report', report.case_no]]],
    ['insured_id', [['insured_id', dead.idNumber]]],
    [
      'death_time',
      [['death_time', new Date(Date.parse(app.clock.now()) + 7.5 * 3_600_000).toISOString().slice(0, 16)]],
    ],
    ['death_reason', [['death_reason', '抢救无效']]],
    ['within_180_days', [['within_180_days', 'on']]],
    ['claimants', claimants],
  ];
  for (const [name, fields] of answers) {
    const answer = await visitor.post(`/m/apply/DI-010/${name}`, fields);
    expect([name, answer.statusCode, plain(answer.body).slice(0, 300)]).toEqual([name, 303, '']);
  }
  const bytes = await sharp({ create: { width: 80, height: 60, channels: 3, background: '#789' } })
    .jpeg()
    .toBuffer();
  for (const name of ['death_cert', 'cremation_cert', 'kin_proof']) {
    const file = { name: `${name}.upload`, filename: '证明.jpg', type: 'image/jpeg', bytes };
    const uploaded = await visitor.upload(`/m/apply/DI-010/${name}`, { _op: 'next' }, file);
    expect([name, uploaded.statusCode]).toEqual([name, 303]);
  }
  const review = plain((await visitor.get('/m/apply/DI-010/review')).body);
  // The list is kept under seal and never shown again.
  for (const number of cards) expect(review).not.toContain(number);
  const sent = await visitor.post('/m/apply/DI-010/submit');
  expect([sent.statusCode, sent.headers.location]).toEqual([303, expect.stringMatching(/^\/m\/cases\//)]);
  const caseId = /cases\/([0-9a-f-]{36})/.exec(sent.headers.location ?? '')?.[1] ?? '';
  expect(caseId).not.toBe(report.case_id);

  const adjuster = await app.staff('insurer_adjuster', 1);
  const done = async (by: Caller, step: string, outcome: string, data: object = {}) => {
    const answer = await act(by, caseId, step, outcome, data);
    expect([step, answer.status, answer.status === 200 ? '' : answer.text]).toEqual([step, 200, '']);
  };
  await done(adjuster, 'doc-check', 'complete');
  const desk = await adjuster.get(`/api/cases/${caseId}`);
  expect(desk.text).not.toContain(cards[0]);
  await done(adjuster, 'assess', 'high', { assess_note: '按规则', approved_fen: { fen: 10_000_001 } });
  const same = await act(adjuster, caseId, 'assess-dual', 'approve', { review_opinion: '同意' });
  expect(same.status).not.toBe(200);
  await done(await app.staff('insurer_adjuster', 2), 'assess-dual', 'approve', { review_opinion: '同意' });

  const offer = plain((await visitor.get(`/m/cases/${caseId}`)).body);
  expect(offer).toContain('林*（妻子）');
  const agreed = await visitor.post(`/m/cases/${caseId}/act/${encodeURIComponent('confirm/agree')}`);
  expect(agreed.statusCode).toBe(303);

  heirs.forEach(({ name }, at) => app.parties.simulators.bank?.registerCard(cards[at] ?? '', name));
  const maker = await app.staff('insurer_finance', 1);
  const drafted = (await maker.get('/api/payouts?state=drafted&limit=100')).body.items.filter(
    (one: { caseId: string }) => one.caseId === caseId,
  );
  expect(drafted.map((one: { amountFen: number }) => one.amountFen).toSorted()).toEqual([
    3_333_333, 3_333_334, 3_333_334,
  ]);
  const payoutIds = drafted.map((one: { payoutId: string }) => one.payoutId);
  const made = await maker.post('/api/payout-batches', { requestId: randomUUID(), payoutIds });
  await approve(app, made.body);
  await until('the payments', async () => {
    const found = await owner.query<{ state: string }>('select state from payout where case_id = $1', [caseId]);
    return found.rows.every((row) => row.state === 'settled');
  });
  await until('the case', async () => {
    const page = plain((await visitor.get(`/m/cases/${caseId}`)).body);
    return page.includes('赔付通知书');
  });
  const paper = /href="(\/m\/[^"]*documents?\/[^"]+)"/.exec((await visitor.get(`/m/cases/${caseId}`)).body)?.[1] ?? '';
  // The agent proves the own phone, for the dead cannot.
  expect((await visitor.stepUp(wife.phone, 'health_data', paper)).headers.location).toBe(paper);
  const letter = plain((await visitor.get(paper)).body);
  expect(letter).toContain('陈*（母亲）');

  await app.services.notices.sendQueued();
  // Nothing since the window looked went to the phone of the dead; the family was told.
  expect(textsTo(dead.phone)).toHaveLength(before);
  expect(textsTo(wife.phone).some((text) => text.includes('赔款'))).toBe(true);
}, 90_000);
