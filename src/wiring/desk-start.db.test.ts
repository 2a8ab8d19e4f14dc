// A company applies at the desk, is given its form back, supplements, withdraws, and sees nothing of another company's.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeResidentId } from '#catalog/fields/identity';
import { startApp, type Caller, type TestApp } from '#test/app';
import { publishDeskService } from '#test/desk-service';

let app: TestApp;
let company: Caller;
let rival: Caller;
let office: { role: string; orgId: string; region: string };

const code = 'CA-901';
/** 000000 is no region: the number can belong to nobody. */
const idNumber = makeResidentId('000000', '1990-01-05', 1);

async function officeOf(caller: Caller) {
  const me = await caller.get('/api/staff/me');
  const [held] = me.body.roles;
  return { role: String(held.role), orgId: String(held.orgId), region: String(held.region) };
}

beforeAll(async () => {
  app = await startApp();
  await publishDeskService(app.services);
  company = await app.staff('enterprise');
  rival = await app.staff('enterprise', 2);
  office = await officeOf(company);
}, 60_000);

afterAll(async () => app?.close());

const data = { station_size: '十人以下' };
const start = (caller: Caller, body: object = {}) =>
  caller.post(`/api/desk/services/${code}/start`, { requestId: randomUUID(), ...office, data, ...body });

test('services are offered to the roles that may start them, and refused to all others', async () => {
  const list = await company.get('/api/desk/services');
  const offered: { code: string; as: { orgId: string }[] }[] = list.body.items;
  expect(offered.map((one) => one.code)).toContain(code);
  expect(offered.find((one) => one.code === code)?.as.map((one) => one.orgId)).toEqual([office.orgId]);
  const adjuster = await app.staff('insurer_adjuster');
  const others = await adjuster.get('/api/desk/services');
  expect(others.body.items.map((one: { code: string }) => one.code)).not.toContain(code);
  expect((await adjuster.get(`/api/desk/services/${code}`)).status).toBe(403);
  expect((await start(adjuster)).status).toBe(403);
  // Nobody applies in the name of another company.
  expect((await start(rival)).status).toBe(403);
  expect((await start(company, { role: 'county_union' })).status).toBe(403);
});

test('what is typed is kept for its author, right or wrong, and ends with the case', async () => {
  const values = { station_size: '', remark: '写了一半', manager_id: '1101' };
  const saved = await company.post(`/api/desk/services/${code}/draft`, { ...office, values });
  expect(saved.status).toBe(200);
  const form = await company.get(`/api/desk/services/${code}`);
  expect(form.body.draft.values).toEqual(values);
  expect((await rival.get(`/api/desk/services/${code}`)).body.draft).toBeNull();
  const [row] = (await app.db.pool.query("select set_config('gongdun.grants', '{*}', false)")).rows.length
    ? (await app.db.pool.query('select data::text as text from draft where staff_id = $1', [company.id])).rows
    : [];
  expect(String(row?.text ?? '')).not.toContain('写了一半');
  const made = await start(company, { data: { ...data, manager_id: idNumber } });
  expect(made.status, made.text).toBe(201);
  expect((await company.get(`/api/desk/services/${code}`)).body.draft).toBeNull();
});

test('the form is checked, and sending it twice or at once makes one case', async () => {
  const wrong = await start(company, { data: { station_size: '几百人' } });
  expect(wrong.status).toBe(422);
  expect(wrong.body.problems[0].path).toBe('station_size');
  const requestId = randomUUID();
  const both = await Promise.all([start(company, { requestId }), start(company, { requestId })]);
  expect(both.map((one) => one.status)).toEqual([201, 201]);
  expect(both[0]?.body.caseId).toBe(both[1]?.body.caseId);
  expect((await start(company, { requestId })).body.caseId).toBe(both[0]?.body.caseId);
});

test('a company sees what it applied for and never what another did', async () => {
  const made = (await start(company)).body;
  const mine = await company.get('/api/desk/tasks?tab=started');
  const row = mine.body.items.find((one: { caseId: string }) => one.caseId === made.caseId);
  expect(row.stepZh).toBe('县总工会审查');
  expect(row.orgZh).toContain('总工会');
  expect((await company.get(`/api/cases/${made.caseId}`)).status).toBe(200);
  expect((await rival.get(`/api/cases/${made.caseId}`)).status).toBe(404);
  expect((await rival.get('/api/desk/tasks?tab=started')).body.items).toEqual([]);
  expect((await rival.get(`/api/cases/by-no/${made.caseNo}`)).status).toBe(404);
});

test('given back, it is the turn of the company that applied; what the office noted stays there', async () => {
  const { caseId } = (await start(company)).body;
  const union = await reviewer(caseId);
  const given = await act(union, caseId, 'review', 'return', { review_note: '内部意见不外传' }, '请补写说明');
  expect(given.status, given.text).toBe(200);
  const todo = await company.get('/api/desk/tasks');
  expect(todo.body.items.map((one: { caseId: string }) => one.caseId)).toContain(caseId);
  expect((await rival.get('/api/desk/tasks')).body.items.map((one: { caseId: string }) => one.caseId)).not.toContain(
    caseId,
  );
  const view = await company.get(`/api/cases/${caseId}`);
  expect(view.body.active[0].mine).toBe(true);
  expect(view.text).toContain('请补写说明');
  expect(view.text).not.toContain('内部意见不外传');
  expect(view.body.canRate).toBe(false);
  const again = await act(company, caseId, 'apply', 'submit', { remark: '补写了' });
  expect(again.status, again.text).toBe(200);
  expect((await act(await reviewer(caseId), caseId, 'review', 'approve', {})).status).toBe(200);
  // What a person would do, the company that applied does.
  const confirm = await company.get('/api/desk/tasks');
  expect(confirm.body.items.map((one: { caseId: string }) => one.caseId)).toContain(caseId);
  expect((await act(rival, caseId, 'confirm', 'confirm', {})).status).toBe(404);
  const done = await act(company, caseId, 'confirm', 'confirm', {});
  expect(done.body.end, done.text).toBe('completed');
});

test('asked for a supplement the company brings it, and it may withdraw', async () => {
  const { caseId } = (await start(company)).body;
  const union = await reviewer(caseId);
  const asked = await command(union, caseId, {
    type: 'request_supplement',
    step: 'review',
    items: ['营业执照'],
    note: '请补交',
    days: 5,
  });
  expect(asked.status, asked.text).toBe(200);
  const view = await company.get(`/api/cases/${caseId}`);
  expect(view.body.actions.map((one: { key: string }) => one.key)).toContain('supplement');
  expect((await command(rival, caseId, { type: 'supplement', step: 'review', data: {} })).status).toBe(404);
  expect(
    (await command(company, caseId, { type: 'supplement', step: 'review', data: { remark: '已补' } })).status,
  ).toBe(200);
  const withdrawn = await command(company, caseId, { type: 'withdraw' });
  expect(withdrawn.body.end, withdrawn.text).toBe('withdrawn');
});

async function reviewer(caseId: string): Promise<Caller> {
  for (const nth of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) {
    const union = await app.staff('county_union', nth);
    if ((await union.get(`/api/cases/${caseId}`)).status === 200) return union;
  }
  throw new Error('no county union reads the case');
}

const command = (caller: Caller, caseId: string, body: object) =>
  caller.post(`/api/cases/${caseId}/commands`, { requestId: randomUUID(), command: body });
const act = (caller: Caller, caseId: string, step: string, outcome: string, given: object, reason?: string) =>
  command(caller, caseId, { type: 'act', step, outcome, data: given, ...(reason ? { reason } : {}) });
