// A list from the upload to the report: checked by a job that an interruption does not lose, matched with the register, compared with the
// one before, given back with what is wrong beside each line, and seen by nobody but the company that handed it in.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { idNumberIndex } from '#modules/identity';
import { systemAccess } from '#platform/access';
import { statement } from '#platform/db';
import { startApp, type Caller, type TestApp } from '#test/app';
import { publishDeskService } from '#test/desk-service';
import { killedAt } from '#test/killed';
import { csvOf, listOf, people } from '#test/roster-files';
import { findList, openSheets } from './check.ts';

let app: TestApp;
let company: Caller;
let rival: Caller;

beforeAll(async () => {
  app = await startApp();
  await publishDeskService(app.services);
  company = await app.staff('enterprise');
  rival = await app.staff('enterprise', 2);
}, 60_000);
afterAll(async () => app?.close());

type Sent = { status: number; body: { rosterId: string; code?: string } };

async function upload(caller: Caller, file: string | Buffer, more: Record<string, string> = {}): Promise<Sent> {
  const boundary = 'gongdun';
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="list.csv"\r\ncontent-type: text/csv\r\n\r\n`;
  const query = new URLSearchParams({ requestId: randomUUID(), service: 'CA-901', field: 'staff_list', ...more });
  const answer = await app.app.inject({
    method: 'POST',
    url: `/api/desk/rosters?${query.toString()}`,
    headers: {
      cookie: caller.cookie,
      'x-csrf': caller.csrf,
      'content-type': `multipart/form-data; boundary=${boundary}`,
    },
    payload: Buffer.concat([Buffer.from(head), Buffer.from(file), Buffer.from(`\r\n--${boundary}--\r\n`)]),
  });
  return { status: answer.statusCode, body: JSON.parse(answer.body) };
}

const check = (rosterId: string) => app.services.tasks['rosters.check']({ rosterId });
const view = async (rosterId: string, caller = company) => (await caller.get(`/api/desk/rosters/${rosterId}`)).body;

async function checked(list: string[][], more: Record<string, string> = {}) {
  const { status, body } = await upload(company, csvOf(list), more);
  expect(status).toBe(201);
  await check(body.rosterId);
  return view(body.rosterId);
}

let list: string[][];
beforeEach(() => {
  list = listOf(people(6));
});

test('good and bad lines are counted and told by the file’s own line numbers', async () => {
  list[2] = ['2', '', '', '', ''];
  list[3] = ['3', '王伟', list[1]?.[2] ?? '', '19900000000', ''];
  list[4] = ['4', '李四', '3.50203E+17', '123', ''];
  const found = await checked([['名单'], ...list, ['合计', '6人']]);
  expect(found).toMatchObject({ state: 'checked', read: 5, good: 3, bad: 2, failure: null });
  expect(found.headerZh).toContain('第 2 行');
  const lines = (await company.get(`/api/desk/rosters/${found.rosterId}/lines`)).body.items;
  expect(lines.map((one: { line: number }) => one.line)).toEqual([5, 6]);
  expect(JSON.stringify(lines)).toContain('与第 3 行的身份证号相同');
  expect(found.kinds.map((one: { zh: string }) => one.zh)).toContain('身份证号变成了数字，丢了后几位');
  expect(JSON.stringify(lines)).not.toContain(list[1]?.[2]);
});

test('the corrected file, mended and handed in again, differs only where it was mended', async () => {
  const [, first = []] = list;
  list[2] = [...(list[2] ?? []).slice(0, 3), '123', ''];
  const before = await checked(list);
  const corrected = await company.get(`/api/desk/rosters/${before.rosterId}/corrected`);
  expect(corrected.status).toBe(200);
  expect(corrected.text).toContain('手机号');
  const { sheet } = await findList(await openSheets(Buffer.from(corrected.text)));
  const rows: string[][] = [];
  for await (const row of sheet.rows()) rows.push(row.cells.map(({ text }) => text));
  expect(rows.map((row) => row[5] ?? '').filter(Boolean)).toHaveLength(2);
  const mended = rows.map((row, at) =>
    at === 2 ? row.with(3, '19900000001') : at === 1 ? row.with(3, '19911112222') : row,
  );
  const after = await checked(mended, { previousId: before.rosterId });
  expect(after).toMatchObject({ good: 6, bad: 0, changes: { added: 1, changed: 1, removed: 0, same: 4 } });
  expect(first[2]).toBeDefined();
});

test('what the register knows otherwise is said, and nothing else of the register is', async () => {
  const rider = app.city.riders[0];
  const known = await app.worker(rider?.phone ?? '');
  const person = await app.services.identity.profile(known.id);
  if (!person) throw new Error('a rider');
  list[1] = ['1', person.name, person.idNumber, '19922223333', ''];
  list[2] = ['2', '王不是', person.idNumber, '19922223333', ''];
  const { rosterId, good, bad } = await checked(list);
  expect([good, bad]).toEqual([5, 1]);
  list[1] = ['1', '王不是', person.idNumber, '19922223333', ''];
  list[2] = listOf(people(6))[2] ?? [];
  const other = await checked(list);
  const lines = (await company.get(`/api/desk/rosters/${other.rosterId}/lines`)).text;
  expect(lines).toContain('登记的不一致');
  expect(lines).not.toContain(person.name);
  expect(lines).not.toContain(person.phone);
  expect(rosterId).not.toBe(other.rosterId);
});

test('no other company sees a list, its lines or its file; identifiers are sealed', async () => {
  const { rosterId } = await checked(list);
  for (const path of ['', '/lines', '/corrected'])
    expect((await rival.get(`/api/desk/rosters/${rosterId}${path}`)).status, path).toBe(404);
  expect((await upload(await app.staff('insurer_adjuster'), csvOf(list))).status).toBe(422);
  const { text } = await app.db.transaction(systemAccess, (tx) => tx.one(wholeRoster, [rosterId]));
  expect(text).toContain('v1.');
  for (const { name, id, phone } of people(6)) for (const one of [name, id, phone]) expect(text).not.toContain(one);
});

const wholeRoster = statement<[string], { text: string }>(
  'test.whole_roster',
  `select string_agg(r::text || l::text, '') as text from roster r join roster_line l using (roster_id) where r.roster_id = $1`,
);

test('a file that is no list is refused at once or told as a whole, and the same request makes one list', async () => {
  expect((await upload(company, Buffer.from([0xd0, 0xcf, 0x11, 0xe0]))).body.code).toBe('rosters.old_excel');
  expect(
    await checked([
      ['甲', '乙'],
      ['1', '2'],
    ]),
  ).toMatchObject({ state: 'failed', good: 0 });
  expect(await checked(list.slice(0, 1))).toMatchObject({ state: 'failed' });
  const requestId = randomUUID();
  const both = await Promise.all([
    upload(company, csvOf(list), { requestId }),
    upload(company, csvOf(list), { requestId }),
  ]);
  expect(new Set(both.map((one) => one.body.rosterId)).size).toBe(1);
  expect((await upload(rival, csvOf(list), { requestId })).status).toBe(409);
});

test('a check that was killed goes on behind the last lines that it kept, and two at once keep each line once', async () => {
  const long = listOf(people(5_000, 100));
  const { body } = await upload(company, csvOf(long));
  expect(await killedAt(app.db, 'rosters.advance', 3, () => check(body.rosterId))).toBe('killed');
  const between = await view(body.rosterId);
  expect(between).toMatchObject({ state: 'checking' });
  expect(between.read).toBeGreaterThan(0);
  expect(between.read).toBeLessThan(5_000);
  await Promise.allSettled([check(body.rosterId), check(body.rosterId)]);
  await check(body.rosterId);
  expect(await view(body.rosterId)).toMatchObject({ state: 'checked', read: 5_000, good: 5_000, bad: 0 });
});

test('a list that nobody took is erased after its time', async () => {
  const { rosterId } = await checked(list);
  await app.db.transaction(systemAccess, (tx) => tx.run(makeOld, [rosterId]));
  expect(await app.services.rosters.sweep()).toBeGreaterThan(0);
  expect(await view(rosterId)).toMatchObject({ state: 'erased', fileName: '' });
  expect((await company.get(`/api/desk/rosters/${rosterId}/lines`)).body.items).toEqual([]);
  expect(idNumberIndex(app.services.crypto, { type: 'resident_id', number: '1' })).toHaveLength(32);
});

const makeOld = statement<[string], never>(
  'test.make_roster_old',
  `update roster set created_at = created_at - interval '31 days' where roster_id = $1`,
);
