// The check of ended claims on the real routes: closed with a hash, drawn once, handed out, concluded, confirmed by another, told to the
// insurer; and who cannot.

import { createHash, randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type Answer, type Caller, type TestApp } from '#test/app';
import { joinSampling } from './sampling.ts';

let app: TestApp;
let owner: pg.Client;
let supervisor: Caller;
let month: string;
const departments = ['hrss_reviewer', 'finance_bureau', 'county_union'] as const;
const callers = new Map<string, Caller>();

beforeAll(async () => {
  app = await startApp({ workers: 120 });
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
  await owner.query(`select set_config('gongdun.grants', '{*}', false)`);
  supervisor = await app.staff('supervisor');
  for (const role of departments) callers.set(role, await app.staff(role));
  // Every ended claim of the city ended in one month: enough of them, and a month that is over.
  const { rows } = await owner.query(
    `update benefit_claim set ended_at = date_trunc('month', now() at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai' - interval '10 days'
     where ended_at is not null returning to_char(ended_at at time zone 'Asia/Shanghai', 'YYYY-MM') as month`,
  );
  month = rows[0].month;
}, 120_000);
afterAll(async () => {
  await owner?.end();
  await app?.close();
});

function department(role: string): Caller {
  const found = callers.get(role);
  if (!found) throw new Error(`no ${role}`);
  return found;
}
const requestId = () => randomUUID();
const rowsOf = async (sql: string, values: unknown[] = []) => (await owner.query(sql, values)).rows;
const draw = (by: Caller, body: object = {}) =>
  by.post(`/api/sampling/months/${month}/draw`, { requestId: requestId(), sharePercent: 50, leastEach: 2, ...body });
const listOf = async (by: Caller, query = '') => (await by.get(`/api/sampling/sheets?limit=100${query}`)).body.items;
const ofMonth = async () => {
  const { body } = await supervisor.get('/api/sampling/months');
  return body.items.find((one: { month: string }) => one.month === month);
};
const act = (by: Caller, sheetId: string, verb: string, body: object = {}) =>
  by.post(`/api/sampling/sheets/${sheetId}/${verb}`, { requestId: requestId(), ...body });
const wrong = { conclusion: 'wrong', remark: '伤残津贴少算两天', follow: 'reassess' };

it('a month is closed once with the hash of its seed and its list, by however many at once', async () => {
  const { months } = joinSampling(app.services);
  expect((await draw(supervisor)).body.code).toBe('sampling.month_missing');
  await Promise.all([months.close(), months.close(), months.close()]);
  const closed = await ofMonth();
  const [{ n }] = await rowsOf(
    `select count(*)::int as n from benefit_claim where ended_at is not null and benefit <> 'prepay'`,
  );
  expect(n).toBeGreaterThan(5);
  expect(closed).toMatchObject({ total: n, seed: null, drawnAt: null, sheets: 0 });
  const leaves = await rowsOf(`select entry from log_leaf where entry like '%sampling.closed%'`);
  expect(leaves.length).toBeGreaterThan(0);
  const [stored] = await rowsOf('select seed_sealed, seed from claim_sampling where month = $1', [`${month}-01`]);
  expect(stored).toMatchObject({ seed: null });
  // What ends in the month afterwards, or is reopened, does not change the list.
  const before = await rowsOf('select * from claim_pool order by claim_id');
  await months.close();
  expect(await rowsOf('select * from claim_pool order by claim_id')).toEqual(before);
});

it('only the supervisor draws, once, and the published seed is the one that was promised', async () => {
  const [insurer] = [await app.staff('insurer_adjuster')];
  for (const one of [...callers.values(), insurer]) expect((await draw(one)).status).toBe(403);
  expect((await draw(supervisor, { sharePercent: 0 })).status).toBe(422);
  const body = { requestId: requestId() };
  const answers = await Promise.all([draw(supervisor, body), draw(supervisor, body), draw(supervisor)]);
  expect(answers.map((one) => one.status).toSorted((a, b) => a - b)).toEqual(
    answers[2]?.status === 200 ? [200, 409, 409] : [200, 200, 409],
  );
  const drawn = await ofMonth();
  expect(createHash('sha256').update(drawn.seed).digest('hex')).toBe(drawn.seedHash);
  expect(drawn.sheets).toBe(drawn.strata.reduce((sum: number, one: { drawn: number }) => sum + one.drawn, 0));
  for (const one of drawn.strata) expect(one.drawn).toBe(Math.min(one.total, Math.max(2, Math.ceil(one.total / 2))));
  // From the list that is to be had at the desk, as an outsider would draw it.
  const text = (await supervisor.get(`/api/sampling/months/${month}/pool`)).text;
  const pool = text
    .replace(/^\uFEFF/, '')
    .trim()
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(','));
  expect(
    createHash('sha256')
      .update(
        pool
          .map((one) => `${one.join(',')}\n`)
          .toSorted()
          .join(''),
      )
      .digest('hex'),
  ).toBe(drawn.poolHash);
  const rank = (id = '') => createHash('sha256').update(`${drawn.seed}/${id}`).digest('hex');
  const strata = Map.groupBy(pool, ([, org, outcome]) => `${org}/${outcome}`);
  const expected = [...strata.values()].flatMap((ones) =>
    ones
      .toSorted((a, b) => (rank(a[0]) < rank(b[0]) ? -1 : 1))
      .slice(0, Math.min(ones.length, Math.max(2, Math.ceil(ones.length / 2))))
      .map(([id]) => id),
  );
  const sheets = await rowsOf('select claim_id from claim_sheet where month = $1', [`${month}-01`]);
  expect(new Set(sheets.map((one) => one.claim_id))).toEqual(new Set(expected));
  expect(sheets).toHaveLength(expected.length);
  // No other seed can ever stand there.
  await expect(owner.query(`update claim_sampling set seed = 'x' where month = $1`, [`${month}-01`])).rejects.toThrow(
    /claim_sampling_seed_check/,
  );
});

it('each department sees its own sheets, the supervisor all, an insurer none', async () => {
  const all = await listOf(supervisor);
  // A union of a district sees its district, the bureaus of the city all that was handed to them.
  const unions = app.city.accounts.filter((one) => one.role === 'county_union').length;
  const clerks = [department('hrss_reviewer'), department('finance_bureau')];
  for (let nth = 1; nth <= unions; nth += 1) clerks.push(await app.staff('county_union', nth));
  const own = await Promise.all(clerks.map((one) => listOf(one)));
  const [first, second] = own;
  expect([first.length, second.length].every((count) => count > 0)).toBe(true);
  expect(new Set(own.flat().map((one) => one.sheetId)).size).toBe(all.length);
  const insurer = await app.staff('insurer_adjuster');
  expect((await insurer.get('/api/sampling/sheets')).status).toBe(403);
  const reviewer = department('hrss_reviewer');
  expect((await reviewer.get(`/api/sampling/sheets/${second[0].sheetId}`)).status).toBe(404);
  const { body } = await reviewer.get(`/api/sampling/sheets/${first[0].sheetId}`);
  expect(body).toMatchObject({ state: 'waiting', can: { take: true, conclude: false, confirm: false, assign: false } });
  expect(body.claim.applicant).toMatch(/\*/);
  if (body.outcomeZh === '已赔付') expect(body.claim.calculation.length).toBeGreaterThan(0);
  else expect(body.claim.denial).toBeTruthy();
  // A look at somebody's claim is a look at that person's data.
  const looks = await rowsOf('select 1 from data_access where actor_id = $1 and kind = $2', [reviewer.id, 'case']);
  expect(looks.length).toBeGreaterThan(0);
  // Pages, one sheet at a time.
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Answer['body'] = (await supervisor.get(`/api/sampling/sheets?limit=2${cursor && `&cursor=${cursor}`}`))
      .body;
    seen.push(...page.items.map((one: { sheetId: string }) => one.sheetId));
    cursor = page.nextCursor;
  }
  expect(seen).toEqual(all.map((one: { sheetId: string }) => one.sheetId));
});

it('a sheet is taken once and concluded by who took it; “wrong” needs another person, is told, and happens once', async () => {
  const reviewer = department('hrss_reviewer');
  const [sheet] = await listOf(reviewer);
  const { sheetId } = sheet;
  expect((await act(supervisor, sheetId, 'take')).body.code).toBe('sampling.not_yours');
  expect((await act(reviewer, sheetId, 'conclude', wrong)).body.code).toBe('sampling.sheet_changed');
  const taken = await Promise.all([act(reviewer, sheetId, 'take'), act(reviewer, sheetId, 'take')]);
  expect(taken.map((one) => one.status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  expect((await act(reviewer, sheetId, 'conclude', { ...wrong, follow: null })).status).toBe(422);
  expect((await act(supervisor, sheetId, 'conclude', wrong)).body.code).toBe('sampling.not_yours');
  expect((await act(reviewer, sheetId, 'conclude', wrong)).status).toBe(200);
  expect((await act(reviewer, sheetId, 'confirm', { agree: true })).body.code).toBe('sampling.own');
  // Sent back, concluded again, confirmed by two at once.
  expect((await act(supervisor, sheetId, 'confirm', { agree: false, reason: '请附计算' })).status).toBe(200);
  expect((await reviewer.get(`/api/sampling/sheets/${sheetId}`)).body).toMatchObject({
    state: 'checking',
    returnReason: '请附计算',
  });
  await act(reviewer, sheetId, 'conclude', wrong);
  const same = { requestId: requestId(), agree: true };
  const confirmed = await Promise.all([
    act(supervisor, sheetId, 'confirm', same),
    act(supervisor, sheetId, 'confirm', same),
    act(supervisor, sheetId, 'confirm', { agree: true }),
  ]);
  expect(confirmed.filter((one) => one.status === 200).length).toBeGreaterThan(0);
  expect((await reviewer.get(`/api/sampling/sheets/${sheetId}`)).body).toMatchObject({
    state: 'done',
    followZh: '要求重新核定',
    can: { take: false, conclude: false, confirm: false, assign: false },
  });
  const [{ case_id: caseId, insurer_org_id: insurer }] = await rowsOf(
    `select p.case_id, p.insurer_org_id from claim_sheet s join claim_pool p using (month, claim_id) where s.sheet_id = $1`,
    [sheetId],
  );
  const notes = await rowsOf(
    `select b.body from case_action a join case_body b using (action_id) where a.case_id = $1 and a.type = 'noted' and b.body ->> 'note' like '%理赔抽查%'`,
    [caseId],
  );
  expect(notes).toHaveLength(1);
  const told = await rowsOf(
    `select 1 from notice where template = 'claim_found_wrong' and case_id = $1 and $2 = any (readers)`,
    [caseId, `insurer_adjuster@${insurer}`],
  );
  expect(told).toHaveLength(1);
  expect(await ofMonth()).toMatchObject({ done: 1, wrong: 1 });
  // The database holds the four eyes too.
  await expect(
    owner.query('update claim_sheet set confirmed_by = checker_id where sheet_id = $1', [sheetId]),
  ).rejects.toThrow(/claim_sheet_four_eyes_check/);
});

it('what is overdue lights up; the supervisor hands it to another department, which loses the old one its sight', async () => {
  const finance = department('finance_bureau');
  const [sheet] = await listOf(finance);
  await act(finance, sheet.sheetId, 'take');
  await owner.query(`update claim_sheet set due_on = current_date - 3 where sheet_id = $1`, [sheet.sheetId]);
  const late = await listOf(supervisor, '&show=overdue');
  expect(late.map((one: { sheetId: string }) => one.sheetId)).toEqual([sheet.sheetId]);
  expect(late[0].overdue).toBe(true);
  expect(await ofMonth()).toMatchObject({ overdue: 1 });
  expect((await act(finance, sheet.sheetId, 'assign', { role: 'hrss_reviewer' })).status).toBe(403);
  expect((await act(supervisor, sheet.sheetId, 'assign', { role: 'hrss_reviewer' })).status).toBe(200);
  expect((await finance.get(`/api/sampling/sheets/${sheet.sheetId}`)).status).toBe(404);
  const reviewer = department('hrss_reviewer');
  expect((await act(reviewer, sheet.sheetId, 'take')).status).toBe(200);
  const right = { conclusion: 'right', remark: '与材料和规则一致' };
  expect((await act(reviewer, sheet.sheetId, 'conclude', right)).status).toBe(200);
  const csv = (await supervisor.get(`/api/sampling/months/${month}/sheets`)).text;
  expect(csv.split('\r\n').length).toBe((await listOf(supervisor, '&show=all')).length + 2);
  expect(csv).toContain('伤残津贴少算两天');
  expect((await finance.get(`/api/sampling/months/${month}/sheets`)).text).not.toContain('伤残津贴少算两天');
});
