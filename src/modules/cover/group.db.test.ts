// A company buys a day for the people of a list (DI-002): who is covered already is not charged for, everybody else is bound exactly once
// whatever is repeated, killed or late, what could not be bound goes back to the company, and each person learns who did this.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemAccess, workerAccess } from '#platform/access';
import { startOfDay } from '#platform/calendar';
import { statement } from '#platform/db';
import { agreeToAll } from '#test/consents';
import { startApp, type Caller, type TestApp } from '#test/app';
import { killedAt } from '#test/killed';
import { csvOf, listOf, people, type Someone } from '#test/roster-files';
import { fieldKinds } from '#catalog/fields/index';
import { addDays } from './days.ts';

let app: TestApp;
let company: Caller;
let rival: Caller;
let office: { role: string; orgId: string; region: string };
let rider: Caller;
let known: Someone;
let day: string;
let seed = 2_000;

const uscc = fieldKinds.uscc.example({}, 1);

beforeAll(async () => {
  app = await startApp();
  company = await app.staff('enterprise');
  rival = await app.staff('enterprise', 2);
  const me = await company.get('/api/staff/me');
  office = { role: 'enterprise', orgId: me.body.roles[0].orgId, region: me.body.roles[0].region };
  const newcomer = app.city.riders.find((one) => one.story === '还没有入会、还没有保障');
  if (!newcomer) throw new Error('a rider without cover');
  rider = await app.worker(newcomer.phone);
  const profile = await app.services.identity.profile(rider.id);
  if (!profile) throw new Error('a rider');
  known = { name: profile.name, id: profile.idNumber, phone: '19900000009' };
  day = addDays(app.services.clock.now().slice(0, 10), 3);
}, 60_000);
afterAll(async () => app?.close());

/** People whom no other test has listed. */
function strangers(count: number): Someone[] {
  seed += count;
  return people(count, seed - count);
}

async function upload(list: readonly Someone[], caller = company): Promise<string> {
  const boundary = 'gongdun';
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\ncontent-type: text/csv\r\n\r\n`;
  const answer = await app.app.inject({
    method: 'POST',
    url: `/api/desk/rosters?requestId=${randomUUID()}&service=DI-002&field=daily_roster`,
    headers: {
      cookie: caller.cookie,
      'x-csrf': caller.csrf,
      'content-type': `multipart/form-data; boundary=${boundary}`,
    },
    payload: Buffer.concat([
      Buffer.from(head),
      Buffer.from(csvOf(listOf([...list]))),
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
  });
  const { rosterId } = JSON.parse(answer.body);
  await app.services.tasks['rosters.check']({ rosterId });
  return rosterId;
}

const form = (rosterId: string, more: Record<string, unknown> = {}) => ({
  org_uscc: uscc,
  cover_date: day,
  daily_roster: { rosterId },
  work_type: '网约配送员',
  payer_share: '单位',
  cutoff_ack: true,
  people_agree: true,
  read_clause: true,
  ...more,
});

async function start(list: readonly Someone[], more: Record<string, unknown> = {}): Promise<string> {
  const data = form(await upload(list), more);
  const made = await company.post('/api/desk/services/DI-002/start', { requestId: randomUUID(), ...office, data });
  if (made.status !== 201) throw new Error(made.text);
  return made.body.caseId;
}

const job = (caseId: string, step: string) => app.services.tasks['cover.group']({ caseId, step });
const stepOf = async (caseId: string): Promise<string> =>
  (await company.get(`/api/cases/${caseId}`)).body.active.map((one: { step: string }) => one.step).join();
const group = async (caseId: string, caller = company) => (await caller.get(`/api/desk/cases/${caseId}/group`)).body;
const insured = async (caseId: string, query = '', caller = company) =>
  (await caller.get(`/api/desk/cases/${caseId}/insured${query}`)).body;
const payment = async (caseId: string) => (await company.get(`/api/desk/cases/${caseId}/payment`)).body.payment;

/** From the list to the cashier. */
async function quoted(list: readonly Someone[], more: Record<string, unknown> = {}): Promise<string> {
  const caseId = await start(list, more);
  await job(caseId, 'eligibility');
  expect(await stepOf(caseId)).toBe('pay');
  return caseId;
}

async function pay(caseId: string): Promise<void> {
  const { orderNo } = await payment(caseId);
  await app.services.tasks['payments.create']({ orderNo });
  const simulator = app.parties.simulators.payment;
  if (!simulator) throw new Error('a simulator');
  simulator.pay(orderNo);
  const checked = await company.post(`/api/desk/cases/${caseId}/payment/check`, {});
  expect(checked.body.payment.state).toBe('paid');
}

async function issued(caseId: string): Promise<void> {
  await job(caseId, 'underwrite');
  await job(caseId, 'issue');
}

const daysOf = statement<[string, string], { person_id: string; generation: number; kind: string; policy_no: string }>(
  'test.group_days',
  `select e.person_id, e.generation, e.kind, p.policy_no from cover_entry e join cover_policy p on p.policy_id = e.policy_id
   where p.case_id = $1 and e.day = $2 order by e.person_id, e.generation`,
);
const transfersOf = statement<[string], { code: string; amount_fen: number; state: string }>(
  'test.group_transfers',
  'select code, amount_fen, state from transfer where case_id = $1 order by at, code',
);
const bound = (caseId: string) => app.db.transaction(systemAccess, (tx) => tx.run(daysOf, [caseId, day]));
const transfers = (caseId: string) => app.db.transaction(systemAccess, (tx) => tx.run(transfersOf, [caseId]));

test('everybody of a list is insured once, whatever is done twice; the company pays once and the subsidy accrues', async () => {
  const list = strangers(5);
  const caseId = await start(list);
  expect(await stepOf(caseId)).toBe('eligibility');
  await Promise.all([job(caseId, 'eligibility'), job(caseId, 'eligibility')]);
  expect(await group(caseId)).toMatchObject({ state: 'checked', total: 5, listed: 5, insurable: 5, refused: 0 });
  expect(await payment(caseId)).toMatchObject({ amountFen: 100, state: 'created' });
  await pay(caseId);
  await Promise.all([job(caseId, 'underwrite'), job(caseId, 'underwrite')]);
  await Promise.all([job(caseId, 'issue'), job(caseId, 'issue')]);
  await job(caseId, 'issue');
  expect(await stepOf(caseId)).toBe('in-force');
  expect(await group(caseId)).toMatchObject({ state: 'done', bound: 5, outBy: [] });
  const days = await bound(caseId);
  expect(days.map((one) => [one.generation, one.kind])).toEqual(days.map(() => [1, 'bound']));
  expect(new Set(days.map((one) => one.person_id)).size).toBe(5);
  const moved = await transfers(caseId);
  const sum = (code: string) => moved.filter((one) => one.code === code).map((one) => one.amount_fen);
  expect([sum('payment'), sum('premium'), sum('subsidy'), sum('refund')]).toEqual([[100], [100], [100], []]);
});

test('names are masked, and neither a rival nor an outsider sees the group, its people or its payment', async () => {
  const list = strangers(2);
  const caseId = await quoted(list);
  const { items } = await insured(caseId);
  expect(items).toHaveLength(2);
  expect(JSON.stringify(items)).not.toContain(list[0]?.name);
  expect(items[0]).toMatchObject({ standing: 'waiting', workType: '网约配送员', policyNo: null });
  for (const path of ['group', 'insured'])
    expect((await rival.get(`/api/desk/cases/${caseId}/${path}`)).status, path).toBe(404);
  expect((await rival.get(`/api/desk/cases/${caseId}/payment`)).body.payment).toBeNull();
  expect((await rider.get(`/api/desk/cases/${caseId}/group`)).status).toBe(401);
  expect((await rider.get(`/api/me/payments/${caseId}`)).body.payment ?? null).toBeNull();
});

test('whoever has the day already is not charged for, and the company learns no more than that', async () => {
  await agreeToAll(app.services, rider.id);
  const other = await quoted([known, ...strangers(2)]);
  await pay(other);
  await issued(other);
  const caseId = await quoted([known, ...strangers(3)]);
  expect(await group(caseId)).toMatchObject({ insurable: 3, refused: 1 });
  expect(await payment(caseId)).toMatchObject({ amountFen: 60 });
  const { items } = await insured(caseId, '?out=1');
  expect(items).toEqual([expect.objectContaining({ standing: 'refused', zh: '那一天已有保障，不重复收费' })]);
  await pay(caseId);
  await issued(caseId);
  expect((await bound(caseId)).length).toBe(3);
});

test('a day that somebody else covers between paying and issuing is refunded, and no day is bound twice', async () => {
  const shared = strangers(3);
  const first = await quoted([...shared, ...strangers(1)]);
  const second = await quoted(shared);
  await pay(first);
  await pay(second);
  await Promise.all([issued(first), issued(second)]);
  const days = [...(await bound(first)), ...(await bound(second))];
  expect(days).toHaveLength(4);
  expect(new Set(days.map((one) => one.person_id)).size).toBe(4);
  const moved = [...(await transfers(first)), ...(await transfers(second))];
  const sum = (code: string) => moved.filter((one) => one.code === code).reduce((fen, one) => fen + one.amount_fen, 0);
  expect([sum('payment'), sum('premium'), sum('refund')]).toEqual([140, 80, 60]);
});

test('a process that dies in the middle of listing or issuing goes on behind what it kept', async () => {
  const list = strangers(2_400);
  const caseId = await start(list);
  expect(await killedAt(app.db, 'cover.advance_listed', 2, () => job(caseId, 'eligibility'))).toBe('killed');
  const between = await group(caseId);
  expect(between.listed).toBeGreaterThan(0);
  expect(between.listed).toBeLessThan(2_400);
  await job(caseId, 'eligibility');
  expect(await group(caseId)).toMatchObject({ listed: 2_400, insurable: 2_400 });
  await pay(caseId);
  expect(await killedAt(app.db, 'cover.advance_declared', 3, () => job(caseId, 'underwrite'))).toBe('killed');
  await job(caseId, 'underwrite');
  expect(await killedAt(app.db, 'cover.advance_bound', 2, () => job(caseId, 'issue'))).toBe('killed');
  const half = (await group(caseId)).bound;
  expect(half).toBeGreaterThan(0);
  expect(half).toBeLessThan(2_400);
  await Promise.allSettled([job(caseId, 'issue'), job(caseId, 'issue')]);
  await job(caseId, 'issue');
  expect(await group(caseId)).toMatchObject({ state: 'done', bound: 2_400 });
  expect(new Set((await bound(caseId)).map((one) => one.person_id)).size).toBe(2_400);
  expect((await transfers(caseId)).filter((one) => one.code === 'premium')).toEqual([
    expect.objectContaining({ amount_fen: 48_000 }),
  ]);
}, 60_000);

test('money that comes after the day before has ended covers nobody back in time, and what covers nobody goes back', async () => {
  const caseId = await quoted(strangers(2), { cover_date: addDays(day, 1) });
  const order = await payment(caseId);
  expect(order.expiresAt <= startOfDay(addDays(day, 1))).toBe(true);
  const late = await app.services.money.payments.acceptByNo(order.orderNo, {
    transactionId: 'late',
    amountFen: order.amountFen,
    paidAt: app.services.clock.now(),
  });
  expect(late).toBe('accepted');
  // The answer of the insurer comes two days after the day.
  await app.db.transaction(systemAccess, (tx) => tx.run(longAgo, [caseId]));
  await job(caseId, 'underwrite');
  await app.db.transaction(systemAccess, (tx) => tx.run(longAgo, [caseId]));
  await job(caseId, 'issue');
  expect(await stepOf(caseId)).toBe('refund-pay');
  const moved = await transfers(caseId);
  expect(moved.filter((one) => one.code === 'refund').map((one) => one.amount_fen)).toEqual([40]);
  expect(moved.filter((one) => one.code === 'premium')).toEqual([]);
});
/** The day of the group is over. */
const longAgo = statement<[string], never>(
  'test.group_long_ago',
  `update group_cover set day = day - 30 where case_id = $1 and day > now()`,
);

test('each person is told once, sees who took the cover out, and is not offered the company’s money', async () => {
  const caseId = await quoted([known, ...strangers(1)], { cover_date: addDays(day, 2) });
  await pay(caseId);
  await issued(caseId);
  await Promise.all([1, 2].map(() => app.services.tasks['cover.tell_group']({ caseId })));
  const told = (await app.services.notices.list(rider.id, undefined)).items.filter(
    (one) => one.title === '单位为您买了保障',
  );
  expect(told.filter((one) => one.text.includes(addDays(day, 2)))).toHaveLength(1);
  const { policies } = (await rider.get('/api/me/cover')).body;
  const mine = policies.find((one: { firstDay: string }) => one.firstDay === addDays(day, 2));
  expect(mine).toMatchObject({ caseId: null, refundableDays: [], boundDays: [addDays(day, 2)] });
  expect(mine.holder).toBe(app.services.orgs.orgName(office.orgId));
  expect((await rider.get(`/api/cases/${caseId}`)).status).not.toBe(200);
});

test('a list of people who are all covered comes to a person and costs nothing', async () => {
  const list = strangers(2);
  const first = await quoted(list);
  await pay(first);
  await issued(first);
  const caseId = await start(list);
  await job(caseId, 'eligibility');
  expect(await stepOf(caseId)).toBe('eligibility-manual');
  expect(await payment(caseId)).toBeNull();
});

test('a list of one, a day that has begun, an unchecked list and a foreign list are refused', async () => {
  const send = async (data: Record<string, unknown>) =>
    (await company.post('/api/desk/services/DI-002/start', { requestId: randomUUID(), ...office, data })).body;
  expect((await send(form(await upload(strangers(1))))).code).toBe('rosters.too_few');
  const rosterId = await upload(strangers(2));
  expect((await send(form(rosterId, { cover_date: app.services.clock.now().slice(0, 10) }))).code).toBe(
    'cases.form_invalid',
  );
  expect((await send(form(rosterId, { people_agree: false }))).code).toBe('cases.form_invalid');
  expect((await send(form(await upload(strangers(2), rival)))).code).toBe('rosters.not_found');
});

const replace = (caseId: string, line: number, who: Someone, more: Record<string, string> = {}, caller = company) =>
  caller.post(`/api/desk/cases/${caseId}/insured/${line}/replace`, {
    requestId: randomUUID(),
    name: who.name,
    idNumber: who.id,
    phone: who.phone,
    ...more,
  });

async function insuredGroup(list: readonly Someone[], more: Record<string, unknown> = {}): Promise<string> {
  const caseId = await quoted(list, more);
  await pay(caseId);
  await issued(caseId);
  return caseId;
}

test('a person is replaced once: the newcomer is covered, the other is not, no money moves, and both are told', async () => {
  const [one, newcomer] = [strangers(2), strangers(1)[0]];
  if (!newcomer) throw new Error('a newcomer');
  const caseId = await insuredGroup(one);
  const before = await transfers(caseId);
  const requestId = randomUUID();
  const both = await Promise.all([1, 2].map(() => replace(caseId, 2, newcomer, { requestId })));
  expect(both.map((answer) => [answer.status, answer.body.line])).toEqual([
    [200, 4],
    [200, 4],
  ]);
  expect((await replace(caseId, 2, strangers(1)[0] ?? newcomer)).body.code).toBe('cover.not_replaceable');
  const { items } = await insured(caseId);
  expect(items.map((row: { line: number; standing: string }) => [row.line, row.standing])).toEqual([
    [2, 'released'],
    [3, 'bound'],
    [4, 'bound'],
  ]);
  expect(await transfers(caseId)).toEqual(before);
  const kinds = (await bound(caseId)).map((row) => row.kind).toSorted((a, b) => a.localeCompare(b));
  expect(kinds).toEqual(['bound', 'bound', 'bound', 'released']);
});

test('two newcomers for one place at once: one gets it; who is covered, too old, badly written or the same gets none', async () => {
  const list = strangers(2);
  const caseId = await insuredGroup(list);
  const [a, b] = strangers(2);
  if (!a || !b || !list[1]) throw new Error('two newcomers');
  expect((await replace(caseId, 2, list[1])).body.code).toBe('cover.newcomer_covered');
  expect((await replace(caseId, 2, { ...a, id: '1234' })).body.code).toBe('cover.newcomer_invalid');
  expect((await replace(caseId, 2, a, {}, rival)).body.code).toBe('cover.no_group');
  const both = await Promise.all([replace(caseId, 2, a), replace(caseId, 2, b)]);
  expect(both.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  expect((await bound(caseId)).filter((row) => row.kind === 'bound')).toHaveLength(3);
});

test('whoever does not want the company’s cover leaves it, once; the company gets its part back in one sum, the subsidy is reversed', async () => {
  const caseId = await insuredGroup([known, ...strangers(2)], { cover_date: addDays(day, 4) });
  const policy = (await rider.get('/api/me/cover')).body.policies.find(
    (one: { firstDay: string }) => one.firstDay === addDays(day, 4),
  );
  const { groups } = app.services.cover;
  const access = workerAccess(rider.id);
  await Promise.all([groups.leave(access, policy.policyNo), groups.leave(access, policy.policyNo)]);
  const other = (await insured(caseId)).items.find((row: { standing: string }) => row.standing === 'bound');
  await expect(groups.leave(access, other.policyNo)).rejects.toThrow('cover.no_group');
  await app.services.tasks['cover.refund_left']({ caseId });
  await app.services.tasks['cover.refund_left']({ caseId });
  const moved = await transfers(caseId);
  const sum = (code: string) => moved.filter((one) => one.code === code).map((one) => one.amount_fen);
  expect([sum('refund'), sum('subsidy_reversed')]).toEqual([[20], [20]]);
  const again = (await rider.get('/api/me/cover')).body.policies.find(
    (one: { firstDay: string }) => one.firstDay === addDays(day, 4),
  );
  expect(again.boundDays).toEqual([]);
});
