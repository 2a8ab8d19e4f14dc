// Legal hold on the real routes: put on a case, an event, a person; lifted by two; seen on the case page; asked by whoever erases, also
// while one is being put.

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHolds } from '#modules/privacy';
import { systemAccess } from '#platform/access';
import { startApp, type Caller, type TestApp } from '#test/app';

let app: TestApp;
let owner: pg.Client;
let keeper: Caller;
let second: Caller;
let claim: { case_id: string; case_no: string; person_id: string; dossier_id: string };
let sibling: { case_id: string };
let holds: ReturnType<typeof createHolds>;

beforeAll(async () => {
  app = await startApp();
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
  [keeper, second] = [await app.staff('supervisor'), await app.staff('hrss_reviewer')];
  const { rows } = await owner.query(
    `select s.case_id, s.case_no, s.person_id, s.dossier_id, o.case_id as sibling from case_state s
       join case_state o on o.dossier_id = s.dossier_id and o.case_id <> s.case_id
     where exists (select 1 from staff_role r where r.staff_id = $1 and (r.role || '@' || r.org_id) = any (s.readers)) limit 1`,
    [keeper.id],
  );
  [claim, sibling] = [rows[0], { case_id: rows[0].sibling }];
  const { db, acts, clock } = app.services;
  holds = createHolds({ db, acts, clock, maskedName: async () => '' });
}, 60_000);
afterAll(async () => {
  await owner?.end();
  await app?.close();
});

const words = { authority: '示例法院', documentNo: '示例 1 号', reason: '诉讼证据' };
const put = (body: object, by = keeper) => by.post('/api/desk/holds', { requestId: randomUUID(), ...words, ...body });
const over = (caseIds: string[], personIds: string[] = []) =>
  app.db.transaction(systemAccess, async (tx) => {
    const held = await holds.over(tx, caseIds, personIds);
    return [[...held.caseIds].toSorted(), [...held.personIds]];
  });
const lift = async (holdId: string) => {
  await keeper.post(`/api/desk/holds/${holdId}/lift`, { requestId: randomUUID(), reason: '已审结' });
  return second.post(`/api/desk/holds/${holdId}/decide`, { requestId: randomUUID(), agree: true });
};

it('a case is held alone, an event with all its cases, a person with all that is his', async () => {
  expect(await over([claim.case_id, sibling.case_id], [claim.person_id])).toEqual([[], []]);
  const one = await put({ scope: 'case', caseNo: claim.case_no });
  expect(one.status).toBe(200);
  expect(await over([claim.case_id, sibling.case_id], [claim.person_id])).toEqual([[claim.case_id], []]);
  const event = await put({ scope: 'dossier', caseNo: claim.case_no });
  expect(await over([claim.case_id, sibling.case_id])).toEqual([[claim.case_id, sibling.case_id].toSorted(), []]);
  const { idNumber } = (await app.services.identity.profile(claim.person_id)) ?? {};
  const person = await put({ scope: 'person', idNumber });
  expect(await over([], [claim.person_id])).toEqual([[], [claim.person_id]]);
  const seen = await keeper.get(`/api/cases/${claim.case_id}/holds`);
  expect(seen.body.items.map((item: { scopeZh: string }) => item.scopeZh).toSorted()).toEqual(
    ['这一个办件', '这次事件的全部办件', '这个人的全部资料'].toSorted(),
  );
  const stranger = await app.staff('case_dispatcher', 3);
  expect((await stranger.get(`/api/cases/${claim.case_id}/holds`)).status).toBe(404);
  for (const { body } of [one, event, person]) expect((await lift(body.holdId)).status).toBe(200);
  expect(await over([claim.case_id], [claim.person_id])).toEqual([[], []]);
});

it('who proposed to lift cannot agree; two who agree at once lift once; a refusal keeps it', async () => {
  const { body } = await put({ scope: 'case', caseNo: claim.case_no });
  const url = `/api/desk/holds/${body.holdId}`;
  const decide = (by: Caller, agree: boolean) => by.post(`${url}/decide`, { requestId: randomUUID(), agree });
  expect((await decide(second, true)).body.code).toBe('privacy.hold_changed');
  expect((await keeper.post(`${url}/lift`, { requestId: randomUUID(), reason: '已审结' })).status).toBe(200);
  expect((await decide(keeper, true)).body.code).toBe('privacy.hold_own');
  expect((await decide(second, false)).status).toBe(200);
  expect(await over([claim.case_id])).toEqual([[claim.case_id], []]);
  await keeper.post(`${url}/lift`, { requestId: randomUUID(), reason: '已审结' });
  const third = await app.staff('data_operator');
  const answers = await Promise.all([decide(second, true), decide(third, true)]);
  expect(answers.map((one) => String(one.status)).toSorted()).toEqual(['200', '409']);
  expect(await over([claim.case_id])).toEqual([[], []]);
  const { rows } = await owner.query(
    `select count(*)::int as n from admin_act where type = 'hold_lifted' and title like '%示例 1 号%'`,
  );
  expect(rows[0].n).toBe(4);
});

it('the same put again is one hold; the database itself refuses one person for both', async () => {
  const requestId = randomUUID();
  const body = { requestId, scope: 'case', caseNo: claim.case_no };
  const [first, again] = await Promise.all([put(body), put(body)]);
  expect(again.body).toEqual(first.body);
  const set = `update legal_hold set lift_reason = 'x', lift_proposed_by = $2, lift_proposed_at = now(), lifted_by = $2, lifted_at = now() where hold_id = $1`;
  await expect(owner.query(set, [first.body.holdId, keeper.id])).rejects.toThrow(/legal_hold_four_eyes_check/);
  await lift(first.body.holdId);
});

it('a hold that is put during an erasure waits for its end, and what begins after it sees it', async () => {
  let letGo: () => void = () => {};
  let isUnderWay: () => void = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const underWay = new Promise<void>((resolve) => (isUnderWay = resolve));
  const erasing = app.db.transaction(systemAccess, async (tx) => {
    await holds.over(tx, [claim.case_id], []);
    isUnderWay();
    await held;
  });
  await underWay;
  let isPut = false;
  const putting = put({ scope: 'case', caseNo: claim.case_no }).then((answer) => {
    isPut = true;
    return answer;
  });
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(isPut).toBe(false);
  letGo();
  await erasing;
  const { body } = await putting;
  expect(await over([claim.case_id])).toEqual([[claim.case_id], []]);
  await lift(body.holdId);
});
