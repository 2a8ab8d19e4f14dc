// The papers of a claim on the phone, without script: behind a fresh code, for their person and for nobody else.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { statement } from '#platform/db';
import { systemAccess } from '#platform/access';
import { newId } from '#platform/ids';
import { startApp, type TestApp } from '#test/app';
import { codeFor, createVisitor, type Visitor } from '#test/visitor';
import sharp from 'sharp';

let app: TestApp;
let rider: Visitor;
let personId = '';

/** A claim of this person, so far as the pages ask: which service it was opened for and which it took along. */
const openClaim = statement<[string, string, string, string, string[]], never>(
  'step_up_test.claim',
  `insert into case_state (case_id, case_no, service_code, service_hash, region, person_id, seq, head, status, state, readers,
     opened_at, updated_at)
   values ($1, $2, 'DI-006', 'x', '350203', $3, 1, '', 'open', $4, $5, now(), now())`,
);
const claimFile = statement<[string, string], never>(
  'step_up_test.file',
  'update file set case_id = $2 where file_id = $1',
);

beforeAll(async () => {
  app = await startApp();
  rider = createVisitor(app);
  await rider.prove(app.city.rider.phone);
  personId = (await app.services.identity.sessionOf(rider.jar['gd_worker'] ?? '', 'worker'))?.personId ?? '';
});
afterAll(() => app?.close());

async function paperOf(attached: readonly string[]): Promise<string> {
  const bytes = await sharp({ create: { width: 20, height: 20, channels: 3, background: '#486' } })
    .png()
    .toBuffer();
  const answer = await rider.upload(
    '/m/files',
    {},
    { name: 'photo.upload', filename: 'a.png', type: 'image/png', bytes },
  );
  const { fileId } = JSON.parse(answer.body);
  const caseId = newId();
  await app.db.transaction(systemAccess, async (tx) => {
    const readers = ['*', `person:${personId}`];
    tx.send(openClaim, [caseId, caseId.slice(-20), personId, JSON.stringify({ attached }), readers]);
    tx.send(claimFile, [fileId, caseId]);
  });
  return `/m/files/${fileId}`;
}

async function stepUp(visitor: Visitor, from: string): Promise<string> {
  const shown = await visitor.get(from);
  expect(shown.statusCode).toBe(200);
  const keep = from.slice(from.indexOf('?'));
  const { asked, code } = await codeFor(app, app.city.rider.phone, () => visitor.post(`/m/step-up/code${keep}`));
  const page = await visitor.get(asked.headers.location ?? '');
  expect(page.body).toContain('已发送到');
  expect((await visitor.post(`/m/step-up/code/check${keep}`, { code: '00' })).statusCode).toBe(422);
  const done = await visitor.post(`/m/step-up/code/check${keep}`, { code });
  expect(done.statusCode).toBe(303);
  return String(done.headers.location);
}

it('photos of the accident open at once; medical papers ask for a code that says what for, and then open', async () => {
  expect((await rider.get(await paperOf([]))).statusCode).toBe(200);
  const medical = await paperOf(['DI-007']);
  const sent = await rider.get(medical);
  expect(sent.statusCode).toBe(303);
  expect(sent.headers.location).toBe(`/m/step-up?for=health_data&next=${encodeURIComponent(medical)}`);
  const back = await stepUp(rider, sent.headers.location ?? '');
  expect(back).toBe(medical);
  const [sms] = app.parties.simulators.sms?.messages({ phone: app.city.rider.phone, limit: 1 }) ?? [];
  expect(`${sms?.text}`).toContain('用于查看伤情、病历等健康资料');
  const opened = await rider.get(medical);
  expect([opened.statusCode, opened.headers['content-type']]).toEqual([200, 'image/jpeg']);
  // Another session of the same person has proven nothing.
  const again = createVisitor(app);
  await again.prove(app.city.rider.phone);
  expect((await again.get(medical)).statusCode).toBe(303);
});

it('a stranger is told that there is no such file, and is asked for no code', async () => {
  const medical = await paperOf(['DI-009']);
  const stranger = createVisitor(app);
  const other = app.city.riders.find((one) => one.phone !== app.city.rider.phone);
  await stranger.prove(other?.phone ?? '');
  expect((await stranger.get(medical)).statusCode).toBe(404);
});

it('leads back to pages of ours alone, and for no reason but ours', async () => {
  for (const next of ['https://evil.example/m', '//evil.example', '/desk'])
    expect((await rider.get(`/m/step-up?for=health_data&next=${encodeURIComponent(next)}`)).headers.location).toBe(
      '/m',
    );
  expect((await rider.get('/m/step-up?for=anything')).statusCode).toBe(404);
});
