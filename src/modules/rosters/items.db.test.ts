// A list of people who each decide for themselves (UN-002): known and unknown people get a case of their own, whoever only guessed a phone
// gets nothing, the company learns how many and not why, and its case goes on when the last of them has ended.

import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemAccess } from '#platform/access';
import { startApp, type Caller, type TestApp } from '#test/app';
import { csvOf, listOf, people, type Someone } from '#test/roster-files';

let app: TestApp;
let company: Caller;
let office: { role: string; orgId: string; region: string };
let parentId: string;
let rider: Caller;
const strangers = people(3, 700);

async function multipart(
  url: string,
  name: string,
  type: string,
  bytes: Buffer,
  caller = company,
): Promise<Record<string, string>> {
  const boundary = 'gongdun';
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: ${type}\r\n\r\n`;
  const answer = await app.app.inject({
    method: 'POST',
    url,
    headers: {
      cookie: caller.cookie,
      'x-csrf': caller.csrf,
      'content-type': `multipart/form-data; boundary=${boundary}`,
    },
    payload: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  });
  return JSON.parse(answer.body);
}

const listed = (caseId: string) => ({ caseId, step: 'batch-confirm' });
const view = async (caller: Caller, caseId: string) => (await caller.get(`/api/cases/${caseId}`)).body;

beforeAll(async () => {
  app = await startApp();
  company = await app.staff('enterprise');
  const me = await company.get('/api/staff/me');
  office = { role: 'enterprise', orgId: me.body.roles[0].orgId, region: me.body.roles[0].region };
  const newcomer = app.city.riders.find((one) => one.story === '还没有入会、还没有保障');
  if (!newcomer) throw new Error('a rider who is no member');
  rider = await app.worker(newcomer.phone);
  const known = await app.services.identity.profile(rider.id);
  if (!known) throw new Error('a rider');
  const list: Someone[] = [{ name: known.name, id: known.idNumber, phone: '19900000009' }, ...strangers];
  const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } })
    .png()
    .toBuffer();
  const { fileId } = await multipart('/api/files', 'a.png', 'image/png', picture);
  const query = `requestId=${randomUUID()}&service=UN-002&field=worker_list`;
  const { rosterId = '' } = await multipart(
    `/api/desk/rosters?${query}`,
    'list.csv',
    'text/csv',
    Buffer.from(csvOf(listOf(list))),
  );
  await app.services.tasks['rosters.check']({ rosterId });
  const data = {
    station_name: { name: '示例站点' },
    host_union: { name: '示例工会' },
    worker_list: { rosterId },
    dues_mode: '免收',
    contact_person: '王联络',
    roster_file: { fileIds: [fileId] },
  };
  const made = await company.post('/api/desk/services/UN-002/start', { requestId: randomUUID(), ...office, data });
  if (made.status !== 201) throw new Error(made.text);
  parentId = made.body.caseId;
}, 60_000);
afterAll(async () => app?.close());

async function mine(caller: Caller): Promise<{ caseId: string; mineNow: boolean; statusText: string }[]> {
  const found: { serviceCode: string; caseId: string; mineNow: boolean; statusText: string }[] = (
    await caller.get('/api/me/cases')
  ).body.items;
  return found.filter((one) => one.serviceCode === 'UN-002');
}

const act = (caller: Caller, caseId: string, step: string, outcome: string, prefix = '/api/me/cases') =>
  caller.post(`${prefix}/${caseId}/commands`, {
    requestId: randomUUID(),
    command: { type: 'act', step, outcome, data: {} },
  });

async function register(someone: Someone, phone = someone.phone) {
  await app.app.inject({ method: 'POST', url: '/api/worker/code', payload: { phone } });
  let code: string | undefined;
  for (let tries = 0; tries < 100 && !code; tries += 1) {
    const sent = app.parties.simulators.sms?.messages({ phone, limit: 5 }) ?? [];
    code = sent.map((one) => /\d{6}/.exec(`${one.text} ${JSON.stringify(one)}`)?.[0]).find(Boolean);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const login = await app.app.inject({ method: 'POST', url: '/api/worker/login', payload: { phone, code } });
  const said: { state: string; token: string } = JSON.parse(login.body);
  // Nobody is logged in as somebody by a phone that a company wrote down.
  expect(said.state).toBe('register');
  const body = {
    token: said.token,
    requestId: randomUUID(),
    name: someone.name,
    idDocument: { type: 'resident_id', number: someone.id },
    region: '350203',
  };
  const send = () => app.app.inject({ method: 'POST', url: '/api/worker/register', payload: body });
  const first = await send();
  return { first, again: send };
}

test('a case each is opened once, however often and by however many the job is done', async () => {
  await Promise.all([1, 2].map(() => app.services.tasks['rosters.open_items'](listed(parentId))));
  await app.services.tasks['rosters.open_items'](listed(parentId));
  const { body } = await company.get(`/api/desk/cases/${parentId}/people`);
  expect(body).toMatchObject({ total: 4, leftOut: 0, stages: [{ zh: '等待本人确认', ended: false, count: 4 }] });
  expect(body.items).toHaveLength(4);
  for (const { name } of strangers) expect(JSON.stringify(body)).not.toContain(name);
  const parent = await view(company, parentId);
  expect(parent).toMatchObject({ status: 'open', statusText: expect.stringContaining('名单上的每个人') });
  expect(parent.active[0]).toMatchObject({ step: 'batch-confirm', dueAt: null, mine: false });
  expect((await mine(rider)).map((one) => one.mineNow)).toEqual([true]);
});

test('the person decides; neither the company nor another worker does or looks on', async () => {
  const [own] = await mine(rider);
  const caseId = own?.caseId ?? '';
  expect((await company.get(`/api/cases/${caseId}`)).status).toBe(404);
  const other = app.city.riders.find((one) => one.phone !== '' && one.story.startsWith('claim: docs'));
  const stranger = await app.worker(other?.phone ?? '');
  expect((await act(stranger, caseId, 'batch-confirm', 'agree')).status).toBe(404);
  expect((await act(company, parentId, 'batch-confirm', 'agree', '/api/cases')).status).toBe(403);
  const agreed = await act(rider, caseId, 'batch-confirm', 'agree');
  expect(agreed.body.active?.[0]?.step, agreed.text).toBe('grassroots-review');
  const { stages } = (await company.get(`/api/desk/cases/${parentId}/people`)).body;
  expect(stages).toContainEqual({ zh: '本人同意入会', ended: false, count: 1 });
});

test('whoever proves another phone, or the phone with another name, does not become the person of the list', async () => {
  const [, second, third] = strangers;
  if (!second || !third) throw new Error('three strangers');
  const elsewhere = await register(second, '19988887777');
  expect(elsewhere.first.statusCode).toBe(409);
  expect(elsewhere.first.body).toContain('identity.listed_elsewhere');
  expect(elsewhere.first.body).not.toContain(second.phone);
  const wrongName = await register({ ...third, name: '王不是' });
  expect(wrongName.first.statusCode).toBe(409);
});

test('who comes with the listed phone, the name and the ID number is that person, and a repeat is no error', async () => {
  const [first] = strangers;
  if (!first) throw new Error('a stranger');
  const came = await register(first);
  expect(came.first.statusCode, came.first.body).toBe(200);
  expect((await came.again()).statusCode).toBe(200);
});

test('when all have ended the case of the list goes on to its end', async () => {
  const { cases, db } = app.services;
  const children = await db.pool.query<{ case_id: string; step: string }>(
    `with eyes as (select set_config('gongdun.grants', '{*}', false))
     select s.case_id, s.state -> 'active' -> 0 ->> 'step' as step from eyes, case_state s where s.parent_case_id = $1`,
    [parentId],
  );
  for (const { case_id: caseId, step } of children.rows) {
    if (step !== 'batch-confirm') continue;
    const gone = await db.transaction(systemAccess, (tx) => cases.event(tx, { caseId, step, outcome: 'disagree' }));
    expect(gone).toBe(true);
  }
  await app.services.tasks['rosters.end_items'](listed(parentId));
  // One is still with the union: the list waits.
  expect((await view(company, parentId)).status).toBe('open');
  const [own] = await mine(rider);
  const unionStep = await app.staff('grassroots_union', await nthReader('grassroots_union', own?.caseId ?? ''));
  const refused = await unionStep.post(`/api/cases/${own?.caseId}/commands`, {
    requestId: randomUUID(),
    command: { type: 'act', step: 'grassroots-review', outcome: 'reject', data: {}, reason: '不在本地从业' },
  });
  expect(refused.status, refused.text).toBe(200);
  const county = await app.staff('county_union', await nthReader('county_union', own?.caseId ?? ''));
  const ended = await county.post(`/api/cases/${own?.caseId}/commands`, {
    requestId: randomUUID(),
    command: { type: 'act', step: 'county-recheck', outcome: 'reject', data: {}, reason: '经复核不在本地从业' },
  });
  expect(ended.body.end, ended.text).toBe('rejected');
  await app.services.tasks['rosters.end_items'](listed(parentId));
  await app.services.tasks['rosters.end_items'](listed(parentId));
  const parent = await view(company, parentId);
  expect(parent).toMatchObject({ status: 'ended', endZh: '办结' });
  const { stages } = (await company.get(`/api/desk/cases/${parentId}/people`)).body;
  expect(stages.every((one: { ended: boolean }) => one.ended)).toBe(true);
  expect((await cases.compareStates()).different).toEqual([]);
});

async function nthReader(role: string, caseId: string): Promise<number> {
  for (const nth of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    if ((await (await app.staff(role, nth)).get(`/api/cases/${caseId}`)).status === 200) return nth;
  throw new Error(`no ${role} reads the case`);
}
