// Who has seen my data, on the real routes: a look at a case, its file and its document is written before it is shown, once an hour, for
// its person to read in words; one's own looks are not, and nobody else reads them.

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newId } from '#platform/ids';
import { agentAccess } from '#platform/access';
import { startApp, type Caller, type TestApp } from '#test/app';

let app: TestApp;
let owner: pg.Client;
let rider: Caller;
let adjuster: Caller;
let claim: { case_id: string; case_no: string };

beforeAll(async () => {
  app = await startApp();
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
  rider = await app.worker(app.city.riders.find((one) => one.story === 'claim: docs, fresh')?.phone ?? '');
  const { rows } = await owner.query(
    `select case_id, case_no from case_state where person_id = $1 and service_code = 'DI-006'`,
    [rider.id],
  );
  claim = rows[0];
  const { rows: readers } = await owner.query<{ staff_id: string }>(
    `select staff_id from staff_role r join case_state s on s.case_id = $1 and (r.role || '@' || r.org_id) = any (s.readers)
     where r.role = 'insurer_adjuster' limit 1`,
    [claim.case_id],
  );
  for (let nth = 1; adjuster === undefined && nth < 9; nth += 1) {
    const one = await app.staff('insurer_adjuster', nth).catch(() => undefined);
    if (one && one.id === readers[0]?.staff_id) adjuster = one;
  }
  if (adjuster === undefined) throw new Error('nobody of the insurer reads the claim');
});
beforeEach(() => owner.query('delete from data_access'));
afterAll(async () => {
  await owner?.end();
  await app?.close();
});

const looks = async () =>
  (await owner.query('select kind, actor_kind, actor_id, person_id from data_access order by at, kind')).rows;

it('a case opened by staff is on the phone in words, with the office, once an hour however often and at once', async () => {
  const open = () => adjuster.get(`/api/cases/${claim.case_id}`);
  expect((await Promise.all([open(), open(), open()])).map((one) => one.status)).toEqual([200, 200, 200]);
  expect((await open()).status).toBe(200);
  expect(await looks()).toEqual([{ kind: 'case', actor_kind: 'staff', actor_id: adjuster.id, person_id: rider.id }]);
  const { rows } = await owner.query(
    'select o.name as org, f.name from staff f join org o using (org_id) where staff_id = $1',
    [adjuster.id],
  );
  const page = await rider.get('/m/me/access');
  for (const text of [rows[0].org, rows[0].name, `打开了办件 ${claim.case_no}`, '办理“日保出险报案”'])
    expect(page.text).toContain(text);
  const stranger = await app.worker(app.city.riders.find((one) => one.story === 'claim: rejected')?.phone ?? '');
  expect((await stranger.get('/m/me/access')).text).not.toContain(claim.case_no);
});

it('a file and a document are written before they are given', async () => {
  const { rows: files } = await owner.query<{ file_id: string }>(
    'select file_id from file where case_id = $1 limit 1',
    [claim.case_id],
  );
  const file = await adjuster.get(`/api/files/${files[0]?.file_id}`);
  expect(file.status).toBe(200);
  expect((await looks()).map((one) => one.kind)).toEqual(['file']);
  expect((await rider.get('/m/me/access')).text).toContain('查看了办件里的文件');
  const { rows: papers } = await owner.query<{ document_id: string; person_id: string; reader: string }>(
    `select d.document_id, s.person_id, (select r from unnest(s.readers) r where r like '%@%' limit 1) as reader
     from case_document d join case_state s using (case_id) where s.person_id is not null limit 1`,
  );
  const [paper] = papers;
  const office = { kind: 'staff', actorId: adjuster.id, grants: [paper?.reader ?? ''] } as const;
  expect(await app.services.documents.print(office, paper?.document_id ?? '')).toContain('<html');
  expect(await looks()).toContainEqual({
    kind: 'document',
    actor_kind: 'staff',
    actor_id: adjuster.id,
    person_id: paper?.person_id,
  });
});

it('one’s own look is none, a look that was refused is none, and an agent’s is one', async () => {
  expect((await rider.get(`/api/me/cases/${claim.case_id}`)).status).toBe(200);
  const finance = await app.staff('county_finance').catch(() => app.staff('case_dispatcher'));
  expect((await finance.get(`/api/cases/${claim.case_id}`)).status).toBe(404);
  expect(await looks()).toEqual([]);
  const authorityId = newId();
  const agentId = randomUUID();
  await app.db.transaction(
    agentAccess(agentId, {
      authorityId,
      kind: 'consent',
      personId: rider.id,
      principalName: '甄某',
      agentKind: 'worker',
      agentName: '贾代办',
      untilAt: '2030-01-01T00:00:00.000Z',
      services: ['DI-006'],
    }),
    async (tx) =>
      app.services.accesses.note(tx, tx.access, { personId: rider.id, caseId: claim.case_id, kind: 'case' }),
  );
  expect((await rider.get('/m/me/access')).text).toContain('代办人 贾代办');
});

it('what is undone is not taken for written', async () => {
  const look = { personId: rider.id, caseId: claim.case_id, kind: 'case' } as const;
  const access = { kind: 'staff', actorId: adjuster.id, grants: [] } as const;
  const failing = { ...access, actorId: newId() };
  await expect(
    app.db.transaction(failing, async (tx) => {
      app.services.accesses.note(tx, failing, look);
      throw new Error('undone');
    }),
  ).rejects.toThrow('undone');
  expect(await looks()).toEqual([]);
  await app.db.transaction(failing, async (tx) => app.services.accesses.note(tx, failing, look));
  expect(await looks()).toHaveLength(1);
});

it('goes on over pages, unmasked values among the looks, each once', async () => {
  for (let at = 0; at < 23; at += 1)
    await owner.query(
      `insert into data_access (access_id, person_id, case_id, kind, actor_kind, actor_id, hour, at, readers)
       values ($1, $2, $3, 'case', 'staff', $4, $5, $5, $6)`,
      [
        newId(),
        rider.id,
        claim.case_id,
        adjuster.id,
        new Date(Date.UTC(2026, 0, 1, at)).toISOString(),
        ['*', `person:${rider.id}`],
      ],
    );
  for (let at = 0; at < 22; at += 1) {
    await owner.query(`insert into log_leaf (leaf_id, entry) values ($1, '{}')`, [newId()]);
    await owner.query(
      `insert into unmasking (unmasking_id, staff_id, case_id, person_id, field, reason, at, leaf_id)
       select $1, $2, $3, $4, 'phone', $5, $6, leaf_id from log_leaf limit 1`,
      [
        newId(),
        adjuster.id,
        claim.case_id,
        rider.id,
        `第 ${at} 次电话回访`,
        new Date(Date.UTC(2026, 0, 1, at, 30)).toISOString(),
      ],
    );
  }
  const seen: string[] = [];
  let url: string | undefined = '/m/me/access';
  let pages = 0;
  for (; url !== undefined && pages < 9; pages += 1) {
    const text: string = (await rider.get(url)).text;
    seen.push(...[...text.matchAll(/<span class="d">([^<]+ · [^<]+)<\/span>/g)].map((match) => match[1] ?? ''));
    url = /href="(\/m\/me\/access\?cursor=[^"]+)"/.exec(text)?.[1];
  }
  expect(pages).toBe(3);
  expect(seen).toHaveLength(45);
  expect(new Set(seen).size).toBe(45);
});
