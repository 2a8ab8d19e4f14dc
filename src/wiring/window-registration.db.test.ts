// A worker without an account at a window: what is typed, who looks alike, the code for exactly that, consents one by one, both names kept.

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { idCheckDigit, syntheticRegion } from '#catalog/fields/index';
import { isAsked, purposes } from '#catalog/purposes';
import { startApp, type Caller, type TestApp } from '#test/app';
import { until } from '#test/first-journey';

let app: TestApp;
let owner: pg.Client;
let window: Caller;
let people = 0;

beforeAll(async () => {
  app = await startApp();
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
  await owner.query("set gongdun.grants = '{*}'");
  window = await app.staff('hrss_window');
}, 60_000);
afterAll(async () => {
  await owner?.end();
  await app?.close();
});

const whole = (first17: string) => first17 + idCheckDigit(first17);

function someone(over: Record<string, string> = {}) {
  people += 1;
  const tail = String(people).padStart(3, '0');
  return {
    requestId: randomUUID(),
    phone: `199000600${String(people).padStart(2, '0')}`,
    name: `林窗口${'一二三四五六七八九'[people % 9]}`,
    idType: 'resident_id',
    idNumber: whole(`${syntheticRegion}19880506${tail}`),
    region: '350203',
    ...over,
  };
}
const ask = (form: object, by = window) => by.post('/api/desk/registrations', form);
const finish = (form: object, more: object, by = window) =>
  by.post('/api/desk/registrations/finish', { ...form, alikeSeen: false, agreed: all(), ...more });
const all = () => purposes.filter(isAsked).map(({ code, version }) => ({ purpose: code, version }));
const codeFor = (phone: string, at = 0) =>
  until('the code', async () => {
    const texts = (app.parties.simulators.sms?.messages({ phone, limit: 20 }) ?? []).map((one) => one.text);
    const codes = texts.flatMap((text) => /正在用这个手机号.*验证码(\d{6})/.exec(text)?.[1] ?? []);
    return codes[at] ?? null;
  });

it('registers by the worker’s own code, writes both names and each consent, and a repeat makes nothing more', async () => {
  const form = someone();
  const asked = await ask(form);
  expect([asked.status, asked.body?.alike]).toEqual([200, []]);
  const code = await codeFor(form.phone);
  // The code is for these words: a letter changed is another registration.
  expect((await finish({ ...form, name: '林别人' }, { code })).body.code).toBe('window.code_wrong');
  expect((await finish(form, { code, agreed: [] })).body.code).toBe('window.identity_needed');
  const agreed = all().slice(0, 2);
  const answers = await Promise.all([finish(form, { code, agreed }), finish(form, { code, agreed })]);
  expect(answers.map((one) => one.status)).toEqual([200, 200]);
  expect((await finish(form, { code, agreed })).body).toEqual({ name: form.name, phone: expect.stringContaining('*') });
  const { rows } = await owner.query<{ person_id: string; purpose: string; channel: string; by_id: string }>(
    `select c.person_id, c.purpose, c.channel, c.by_id from consent c where c.by_id = $1 order by c.purpose`,
    [window.id],
  );
  expect(new Set(rows.map((row) => `${row.purpose} ${row.channel}`))).toEqual(
    new Set(agreed.map((one) => `${one.purpose} window`)),
  );
  const [{ person_id: personId } = { person_id: '' }] = rows;
  expect(await app.services.identity.profile(personId)).toMatchObject({ name: form.name, idNumber: form.idNumber });
  const told = await owner.query(`select 1 from notice where person_id = $1 and template = 'window_registered'`, [
    personId,
  ]);
  expect(told.rows).toHaveLength(1);
  const trace = await owner.query<{ entry: string }>(
    `select l.entry from log_leaf l join trace_body b using (leaf_id) where b.body::text like $1`,
    [`%"window":"${window.id}"%`],
  );
  expect(trace.rows).toHaveLength(1);
});

it('whoever is registered already is not made again, and whoever looks alike is seen first', async () => {
  const first = someone();
  await ask(first);
  expect((await finish(first, { code: await codeFor(first.phone) })).status).toBe(200);
  expect((await ask(someone({ idNumber: first.idNumber }))).body.code).toBe('identity.id_taken');
  expect((await ask(someone({ phone: first.phone }))).body.code).toBe('identity.phone_taken');
  const known = await owner.query<{ person_id: string }>(
    'select person_id from person order by created_at desc limit 1',
  );
  await app.services.merges.check({ personId: known.rows[0]?.person_id ?? '' });
  const passport = someone({ name: first.name, idType: 'passport', idNumber: 'X00654321', birthDay: '1988-05-06' });
  const asked = await ask(passport);
  expect(asked.body.alike).toEqual([
    { who: expect.stringContaining('居民身份证'), phone: expect.stringContaining('*') },
  ]);
  expect(asked.text).not.toContain(first.idNumber);
  const code = await codeFor(passport.phone);
  expect((await finish(passport, { code })).body.code).toBe('window.alike_first');
  expect((await finish(passport, { code, alikeSeen: true })).status).toBe(200);
});

it('a child, a wrong code, too many codes, and what is not a window', async () => {
  const child = someone({ idNumber: whole(`${syntheticRegion}20150101011`) });
  expect((await ask(child)).body.code).toBe('identity.too_young');
  expect((await ask(someone({ idNumber: '123' }))).body.code).toBe('identity.registration_invalid');
  const form = someone();
  await ask(form);
  for (let tries = 0; tries < 5; tries += 1)
    expect((await finish(form, { code: '000000' })).body.code).toBe('window.code_wrong');
  // Guessed out: even the right one is worth nothing now.
  expect((await finish(form, { code: await codeFor(form.phone) })).body.code).toBe('window.code_wrong');
  expect((await ask(form)).body.code).toBe('identity.code_too_soon');
  // Another clerk cannot end what this one began.
  const other = someone();
  await ask(other);
  const colleague = await app.staff('county_union');
  expect((await finish(other, { code: await codeFor(other.phone) }, colleague)).body.code).toBe('window.code_wrong');
  expect((await ask(someone(), await app.staff('insurer_adjuster'))).status).toBe(403);
});
