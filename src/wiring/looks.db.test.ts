// Looks at the desk of the audit administrator, on the real routes: unusual ones by their criteria at their exact edges, filters, pages,
// and the search by number, which is an act of its own.

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { dayOf } from '#platform/calendar';
import { newId } from '#platform/ids';
import { startApp, type Caller, type TestApp } from '#test/app';

let app: TestApp;
let owner: pg.Client;
let auditor: Caller;
let clerk: { staff_id: string; name: string; org: string };
let cases: { case_id: string; person_id: string; case_no: string; actor: string | null }[];

beforeAll(async () => {
  app = await startApp({ workers: 60 });
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
  auditor = await app.staff('audit_administrator');
  clerk = (
    await owner.query(
      `select f.staff_id, f.name, o.name as org from staff f join org o using (org_id)
       where exists (select 1 from case_action a where a.actor_id = f.staff_id) order by f.login limit 1`,
    )
  ).rows[0];
  cases = (
    await owner.query(
      `select s.case_id, s.person_id, s.case_no,
         (select a.actor_id from case_action a where a.case_id = s.case_id and a.actor_id = $1 limit 1) as actor
       from case_state s where s.person_id is not null
         and not exists (select 1 from case_task t where t.case_id = s.case_id and t.assignee_id = $1)`,
      [clerk.staff_id],
    )
  ).rows;
}, 60_000);
beforeEach(async () => {
  await owner.query('delete from data_access');
  await owner.query('delete from unmasking');
});
afterAll(async () => {
  await owner?.end();
  await app?.close();
});

const today = dayOf(new Date().toISOString());
/** Noon of the day in Beijing, so that no hour of running moves it over midnight. */
const noon = new Date(`${today}T12:00:00+08:00`).toISOString();

async function look(one: { case_id: string; person_id: string }, at = noon, staffId = clerk.staff_id, kind = 'case') {
  await owner.query(
    `insert into data_access (access_id, person_id, case_id, kind, actor_kind, actor_id, hour, at, readers)
     values ($1, $2, $3, $4, 'staff', $5, $6, $6, '{*}')`,
    [newId(), one.person_id, one.case_id, kind, staffId, at],
  );
}
const unusual = async (day = today) => (await auditor.get(`/api/admin/looks/unusual?day=${day}`)).body;
const minutesAfter = (minutes: number) => new Date(Date.parse(noon) + minutes * 60_000).toISOString();

it('looks outside of one’s own cases are unusual from the eleventh on, and one’s own never', async () => {
  const foreign = cases.find((one) => one.actor === null);
  const own = cases.find((one) => one.actor !== null);
  if (!foreign || !own) throw new Error('the city has both');
  for (let at = 0; at < 30; at += 1) await look(own, minutesAfter(at));
  for (let at = 0; at < 10; at += 1) await look(foreign, minutesAfter(at));
  expect((await unusual()).items).toEqual([]);
  await look(foreign, minutesAfter(11));
  const { items, criteria } = await unusual();
  expect(items).toEqual([
    {
      staffId: clerk.staff_id,
      who: clerk.name,
      orgName: clerk.org,
      looks: 41,
      persons: own.person_id === foreign.person_id ? 1 : 2,
      outside: 11,
      why: ['看了 11 次不是自己经手的办件，超过 10 次'],
    },
  ]);
  expect(criteria).toHaveLength(2);
  const before = dayOf(new Date(Date.parse(noon) - 86_400_000).toISOString());
  expect((await unusual(before)).items).toEqual([]);
});

it('many persons in a day are unusual from the fifty-first on; who looked at most stands first', async () => {
  const others = (await owner.query('select staff_id from staff where staff_id <> $1 limit 1', [clerk.staff_id])).rows;
  const persons = (await owner.query('select person_id from person limit 60')).rows;
  const own = cases.find((one) => one.actor !== null);
  const see = (count: number, staffId: string) =>
    owner.query(
      `insert into data_access (access_id, person_id, case_id, kind, actor_kind, actor_id, hour, at, readers)
       select gen_random_uuid(), p, $1, 'case', 'staff', $2, $3::timestamptz + n * interval '1 minute', $3, '{*}'
       from unnest($4::uuid[]) with ordinality as x (p, n)`,
      [own?.case_id, staffId, noon, persons.slice(0, count).map((one) => one.person_id)],
    );
  await see(50, clerk.staff_id);
  expect((await unusual()).items).toEqual([]);
  await owner.query('delete from data_access');
  await see(51, clerk.staff_id);
  await see(60, others[0].staff_id);
  const { items } = await unusual();
  expect(items.map((one: { staffId: string }) => one.staffId)).toEqual([others[0].staff_id, clerk.staff_id]);
  expect(items[1].why).toEqual(['一天看了 51 人，超过 50 人']);
});

it('all looks by filter, over pages, each once and masked', async () => {
  const [one, two] = [cases[0], cases.find((other) => other.person_id !== cases[0]?.person_id)];
  if (!one || !two) throw new Error('two people');
  for (let at = 0; at < 25; at += 1) await look(one, minutesAfter(at), clerk.staff_id, at % 2 === 0 ? 'case' : 'file');
  await look(two, minutesAfter(-60 * 24 * 40));
  await owner.query(
    `insert into unmasking (unmasking_id, staff_id, case_id, person_id, field, reason, at, leaf_id)
     select $1, $2, $3, $4, 'phone', '电话回访', $5, leaf_id from log_leaf limit 1`,
    [newId(), clerk.staff_id, one.case_id, one.person_id, noon],
  );
  const all = async (query: string) => {
    const seen: { lookId: string; kind: string; person: string; reason: string | null }[] = [];
    let cursor = '';
    for (let page = 0; page < 9; page += 1) {
      const answer = await auditor.get(`/api/admin/looks?limit=10${query}${cursor}`);
      expect(answer.status).toBe(200);
      seen.push(...answer.body.items);
      if (answer.body.nextCursor === null) break;
      cursor = `&cursor=${answer.body.nextCursor}`;
    }
    expect(new Set(seen.map((item) => item.lookId)).size).toBe(seen.length);
    return seen;
  };
  expect(await all('')).toHaveLength(26);
  expect(await all('&kind=file')).toHaveLength(12);
  expect((await all('&kind=value')).map((item) => item.reason)).toEqual(['电话回访']);
  // Of one person everything is shown, however old.
  expect(await all(`&personId=${two.person_id}`)).toHaveLength(1);
  expect(await all(`&staffId=${clerk.staff_id}&day=${today}`)).toHaveLength(26);
  expect(await all(`&staff=${encodeURIComponent(clerk.name)}`)).toHaveLength(26);
  expect(await all(`&org=${encodeURIComponent(clerk.org)}`)).toHaveLength(26);
  expect(await all('&staff=100%25')).toEqual([]);
  expect(await all(`&org=${encodeURIComponent('没有这个单位')}`)).toEqual([]);
  for (const item of await all('')) expect(item.person).toMatch(/\*/);
});

it('a person is found by the whole number only, with a reason, and the search is kept without the number', async () => {
  const { rows } = await owner.query(`select person_id from person where id_type = 'resident_id' limit 1`);
  const { personId = '', idNumber = '' } = (await app.services.identity.profile(rows[0].person_id)) ?? {};
  const requestId = randomUUID();
  const ask = (body: object) => auditor.post('/api/admin/looks/person', { requestId, reason: '投诉核查', ...body });
  const found = await ask({ idNumber });
  expect([found.status, found.body.personId]).toEqual([200, personId]);
  expect(found.body.person).toMatch(/\*/);
  expect((await ask({ idNumber })).body).toEqual(found.body);
  expect((await ask({ idNumber: idNumber.slice(0, 17) })).status).toBe(404);
  expect(
    (await auditor.post('/api/admin/looks/person', { requestId: randomUUID(), idNumber, reason: '' })).status,
  ).toBe(422);
  const { rows: acts } = await owner.query(
    `select a.title, b.body::text as body from admin_act a join trace_body b using (leaf_id) where a.type = 'person_searched'`,
  );
  expect(acts).toHaveLength(1);
  expect(acts[0].body).toContain('投诉核查');
  expect(acts[0].body + acts[0].title).not.toContain(idNumber);
});
