// Erasure on the real routes and the real roles of the database: the wish, the wait, two who decide, and after it nothing left to be found
// in any table, index or blob, while every chain, state and proof still holds. Races, kills and a restored copy.

import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { canonical } from '#modules/trace';
import { systemAccess, workerAccess } from '#platform/access';
import { sha256 } from '#platform/crypto';
import { joinErasures, openEraser, readErased, type OpenEraser } from '#wiring/eraser';
import { prove } from '#wiring/proof';
import { startApp, type Caller, type TestApp } from '#test/app';

let app: TestApp;
let owner: pg.Client;
let eraser: OpenEraser;
let first: Caller;
let second: Caller;

beforeAll(async () => {
  app = await startApp({ workers: 20 });
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
  eraser = openEraser(app.services, app.database.ownerUrl);
  [first, second] = [await app.staff('supervisor'), await app.staff('hrss_reviewer')];
}, 60_000);
afterAll(async () => {
  await eraser?.close();
  await owner?.end();
  await app?.close();
});

const one = async (text: string, values: unknown[] = []) => (await owner.query(text, values)).rows[0];
const many = async (text: string, values: unknown[] = []) => (await owner.query(text, values)).rows;
const dayMs = 86_400_000;
const later = (days: number) => new Date(Date.now() + days * dayMs).toISOString();
/** The eraser of a day that lies ahead: retentions have run out there. */
const eraserAt = (days: number) =>
  openEraser({ ...app.services, clock: { now: () => later(days) } as typeof app.clock }, app.database.ownerUrl);

/** A rider whose cases have all ended, with files, papers and notices; his membership is over too. */
async function formerRider(skip: readonly string[] = []): Promise<string> {
  const row = await one(
    `select s.person_id from case_state s join file f on f.case_id = s.case_id join case_document d on d.case_id = s.case_id
     where s.person_id is not null and s.person_id <> all($1::uuid[])
       and not exists (select 1 from case_state o where o.person_id = s.person_id and o.status = 'open')
       and not exists (select 1 from payout p where p.person_id = s.person_id and p.state not in ('settled', 'cancelled', 'failed', 'returned'))
     group by s.person_id order by count(*) desc limit 1`,
    [skip],
  );
  if (!row) throw new Error('the city has somebody whose cases have ended');
  await owner.query('update membership set ended_on = current_date where person_id = $1 and ended_on is null', [
    row.person_id,
  ]);
  return row.person_id;
}

/** Every row of every table, also of the job queue, as text. */
async function dump(): Promise<string> {
  const tables = await many(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname in ('public', 'graphile_worker')`,
  );
  const texts: string[] = [];
  for (const { name } of tables)
    for (const row of await many(`select t::text as line from ${name} t`)) texts.push(row.line);
  return texts.join('\n');
}

const blobs = (): string[] =>
  readdirSync(join(app.dataDir, 'files'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);

/** One pixel. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** All that says who somebody is: plain, sealed, and as an index. */
async function marksOf(personId: string): Promise<readonly string[]> {
  const person = await app.services.identity.profile(personId);
  const row = await one(
    `select name_sealed, id_number_sealed, phone_sealed, card_sealed, encode(id_number_index, 'hex') as id_index,
       encode(phone_index, 'hex') as phone_index from person where person_id = $1`,
    [personId],
  );
  // A clerk may have the same name; it stands with the clerk's account.
  const isClerks = (await one('select count(*)::int as n from staff where name = $1', [person?.name])).n > 0;
  const marks = [isClerks ? null : person?.name, person?.idNumber, person?.phone, person?.card, ...Object.values(row)];
  return marks.filter((mark): mark is string => typeof mark === 'string' && mark !== '');
}

async function eraseAll(by: OpenEraser, personId: string): Promise<void> {
  for (const { case_id } of await many('select case_id from case_state where person_id = $1', [personId]))
    expect(await by.erase({ kind: 'case', id: case_id }, '测试')).toBe(true);
  expect(await by.erase({ kind: 'loose', id: personId }, '测试')).toBe(true);
  expect(await by.erase({ kind: 'person', id: personId }, '测试')).toBe(true);
}

it('leaves nothing to be found in any table or blob, and every chain, state and commitment still holds', async () => {
  const personId = await formerRider();
  // The city's files share their bytes; this one is his alone.
  const photo = await app.services.files.store(workerAccess(personId), { name: '伤情照片.png', bytes: picture });
  await owner.query(
    'update file set case_id = (select case_id from case_state where person_id = $2 limit 1) where file_id = $1',
    [photo.fileId, personId],
  );
  const before = await prove(app.services, app.database.ownerUrl);
  const marks = await marksOf(personId);
  const files = await many('select address from file where file_id = $1', [photo.fileId]);
  const bodies = await many(
    `select b.body::text as body, b.salt from case_body b join case_action a using (action_id) join case_state s using (case_id) where s.person_id = $1`,
    [personId],
  );
  const money = await many('select * from payout where person_id = $1 order by payout_id', [personId]);
  const entries = await one('select count(*)::int as n, sum(amount_fen)::text as fen from entry');
  const text = await dump();
  for (const mark of marks.filter((one) => one.startsWith('v1.'))) expect(text.includes(mark), mark).toBe(true);
  expect(files.length).toBeGreaterThan(0);
  expect(blobs()).toEqual(expect.arrayContaining(files.map((file) => file.address)));

  const ahead = eraserAt(365 * 12);
  try {
    await eraseAll(ahead, personId);
    // Again, nothing is there.
    expect(await ahead.erase({ kind: 'person', id: personId }, '测试')).toBe(false);
  } finally {
    await ahead.close();
  }

  const after = await dump();
  for (const mark of marks) expect(after.includes(mark), mark).toBe(false);
  for (const { salt } of bodies) expect(after.includes(salt.toString('hex'))).toBe(false);
  expect(after).not.toContain('伤情照片');
  for (const { address } of files) expect(blobs()).not.toContain(address);
  const proof = await prove(app.services, app.database.ownerUrl);
  expect([proof.differentCases, proof.brokenPromises, proof.brokenChains]).toEqual([[], 0, 0]);
  expect(proof.cases).toBe(before.cases);
  // Money and its evidence are as they were.
  expect(await many('select * from payout where person_id = $1 order by payout_id', [personId])).toEqual(money);
  expect(await one('select count(*)::int as n, sum(amount_fen)::text as fen from entry')).toEqual(entries);
  // What remains of bodies opens the commitments of its headers, and each header is what its leaf says.
  for (const row of await many(
    'select b.body, b.salt, a.commitment, l.entry from case_body b join case_action a using (action_id) join log_leaf l using (leaf_id)',
  )) {
    expect(sha256(row.salt, canonical(row.body)).equals(row.commitment)).toBe(true);
    expect(JSON.parse(row.entry).commitment).toBe(row.commitment.toString('base64'));
  }
  expect((await one(`select count(*)::int as n from log_leaf where entry like '%"type":"person.erased"%'`)).n).toBe(1);
});

it('what was erased is shown as erased and cannot be acted on', async () => {
  const gone = await one(
    `select s.case_id, s.readers, (select document_id from case_document d where d.case_id = s.case_id limit 1) as document_id,
       (select file_id from file f where f.case_id = s.case_id limit 1) as file_id
     from case_state s where (s.state ->> 'erased')::int > 0
       and exists (select 1 from case_document d where d.case_id = s.case_id) and exists (select 1 from file f where f.case_id = s.case_id) limit 1`,
  );
  const grant = gone.readers.find((reader: string) => reader.includes('@'));
  const access = { kind: 'staff' as const, actorId: first.id, grants: [grant] };
  const actor = { kind: 'staff' as const, id: first.id, name: '', grants: [grant] };
  const view = await app.services.reader.view(access, actor, gone.case_id);
  expect(view.statusText).toContain('内容已依法删除');
  expect(view.facts).toEqual([]);
  expect(view.timeline.every((item) => item.note === '内容已依法删除，存证仍然有效')).toBe(true);
  await expect(app.services.documents.print(access, gone.document_id)).rejects.toMatchObject({
    code: 'documents.erased',
  });
  await expect(app.services.files.read(access, gone.file_id)).rejects.toMatchObject({ code: 'files.erased' });
  await expect(
    app.db.transaction(systemAccess, (tx) => app.services.cases.remark(tx, gone.case_id, '补记')),
  ).rejects.toMatchObject({ code: 'cases.erased' });
});

it('the role can destroy content and nothing else, and the application cannot become it', async () => {
  const as = new pg.Client({ connectionString: app.database.ownerUrl, options: '-c role=gongdun_eraser' });
  await as.connect();
  await as.query(`set gongdun.grants to '{*}'`);
  for (const text of [
    'delete from case_action',
    'delete from log_leaf',
    'delete from entry',
    'update payout set amount_fen = 1',
    `update case_state set status = 'open'`,
    'delete from erasure',
    'update legal_hold set lifted_at = now()',
    'select password_hash from staff',
  ])
    await expect(as.query(text), text).rejects.toThrow(/permission denied/);
  await as.end();
  const program = new pg.Client({ connectionString: app.database.appUrl });
  await program.connect();
  await expect(program.query('set role gongdun_eraser')).rejects.toThrow(/permission denied/);
  await program.query(`set gongdun.grants to '{*}'`);
  for (const text of ['delete from case_body', 'delete from trace_body', 'delete from data_access'])
    await expect(program.query(text), text).rejects.toThrow(/permission denied/);
  await program.end();
});

it('an open case, a held one and a retention that runs keep what is theirs, with the clause and the day', async () => {
  const hurt =
    await one(`select s.person_id from case_state s where s.status = 'open' and s.service_code = 'DI-006' and exists (select 1 from case_state o
       join cover_policy p on p.case_id = o.case_id where o.person_id = s.person_id and o.status = 'ended') limit 1`);
  const { items } = await joinErasures(app.services).mine(hurt.person_id);
  const byKind = (kind: string) => items.filter((item) => item.kind === kind);
  expect(byKind('case').some((item) => item.why.startsWith('还在办理'))).toBe(true);
  expect(byKind('case').some((item) => item.until !== null && item.basis.includes('保险法第八十七条'))).toBe(true);
  expect(byKind('person')[0]?.verdict).toBe('keep');
  const open = await one(`select case_id from case_state where status = 'open' and person_id = $1 limit 1`, [
    hurt.person_id,
  ]);
  expect(await eraser.erase({ kind: 'case', id: open.case_id }, '测试')).toBe(false);
  expect(await eraser.erase({ kind: 'person', id: hurt.person_id }, '测试')).toBe(false);
});

it('a wish waits, is taken back with one tap, is proposed by one and decided by another, and carried out once', async () => {
  const row = await one(
    `select s.person_id, s.case_id from case_state s where s.end_code = 'withdrawn' and s.person_id is not null
       and (s.state ->> 'erased')::int = 0 limit 1`,
  );
  const erasures = joinErasures(app.services);
  const personId: string = row.person_id;
  const requestId = randomUUID();
  await Promise.all([erasures.ask(personId, requestId), erasures.ask(personId, requestId)]);
  await expect(erasures.ask(personId, randomUUID())).rejects.toMatchObject({ code: 'privacy.erasure_open' });
  await erasures.cancel(personId);
  await erasures.cancel(personId);
  expect((await erasures.mine(personId)).last?.state).toBe('cancelled');
  await erasures.ask(personId, randomUUID());
  const [listed] = (await first.get('/api/desk/erasures')).body.items;
  const url = `/api/desk/erasures/${listed.erasureId}`;
  const propose = (agree: boolean) =>
    first.post(`${url}/propose`, { requestId: randomUUID(), agree, reason: '本人申请' });
  expect((await propose(true)).body.code).toBe('privacy.erasure_early');
  await owner.query(`update erasure set due_at = now() - interval '1 minute' where erasure_id = $1`, [
    listed.erasureId,
  ]);
  expect((await first.get(`${url}/plan`)).body.items.length).toBeGreaterThan(1);
  expect((await propose(true)).status).toBe(200);
  const decide = (by: Caller) => by.post(`${url}/decide`, { requestId: randomUUID(), agree: true });
  expect((await decide(first)).body.code).toBe('privacy.erasure_own');
  const third = await app.staff('data_operator');
  const statuses = (await Promise.all([decide(second), decide(third)])).map((answer) => String(answer.status));
  expect(statuses.toSorted()).toEqual(['200', '409']);
  await expect(erasures.cancel(personId)).rejects.toMatchObject({ code: 'privacy.erasure_late' });
  // Two processes carry it out at once.
  await Promise.all([eraser.run(), eraser.run()]);
  const { last } = await erasures.mine(personId);
  expect([last?.state, (last?.erasedCount ?? 0) > 0]).toEqual(['done', true]);
  const state = await one('select state from case_state where case_id = $1', [row.case_id]);
  expect([state.state.erased, state.state.data]).toEqual([state.state.seq, {}]);
  expect((await prove(app.services, app.database.ownerUrl)).differentCases).toEqual([]);
});

it('a hold that comes first keeps it; whoever acts at the same time acts before or is told', async () => {
  const {
    case_id: caseId,
    case_no: caseNo,
    readers,
  } = await one(
    `select s.case_id, s.case_no, s.readers from case_state s where s.status = 'ended' and (s.state ->> 'erased')::int = 0
       and exists (select 1 from staff_role r where r.staff_id = $1 and (r.role || '@' || r.org_id) = any (s.readers)) limit 1`,
    [first.id],
  );
  const words = { scope: 'case', caseNo, authority: '示例法院', documentNo: '示例 9 号', reason: '诉讼证据' };
  const hold = await first.post('/api/desk/holds', { requestId: randomUUID(), ...words });
  expect(hold.status).toBe(200);
  expect(await eraser.erase({ kind: 'case', id: caseId }, '测试')).toBe(false);
  await owner.query(
    'update legal_hold set lift_reason = $2, lift_proposed_by = $3, lift_proposed_at = now(), lifted_by = $4, lifted_at = now() where hold_id = $1',
    [hold.body.holdId, '审结', first.id, second.id],
  );
  const remark = () => app.db.transaction(systemAccess, (tx) => app.services.cases.remark(tx, caseId, '补记'));
  const [erased, acted] = await Promise.allSettled([eraser.erase({ kind: 'case', id: caseId }, '测试'), remark()]);
  expect(erased).toEqual({ status: 'fulfilled', value: true });
  if (acted.status === 'rejected') expect(acted.reason.code).toBe('cases.erased');
  expect(readers.length).toBeGreaterThan(0);
  const left = await one(
    'select count(*)::int as n from case_body b join case_action a using (action_id) where case_id = $1',
    [caseId],
  );
  expect(left.n).toBe(0);
  const proof = await prove(app.services, app.database.ownerUrl);
  expect([proof.differentCases, proof.brokenChains]).toEqual([[], 0]);
});

it('killed between any two items it goes on; a copy of an earlier day forgets the same again', async () => {
  const personId = await formerRider(
    (await many('select person_id from person where erased_at is not null')).map((row) => row.person_id),
  );
  const { rows: kept } = await owner.query('select * from person where person_id = $1', [personId]);
  const marks = await marksOf(personId);
  const erasureId = randomUUID();
  await owner.query(
    `insert into erasure (erasure_id, person_id, request_id, state, requested_at, due_at, agree, reason, proposed_by, proposed_at, decided_by, decided_at, leaf_id, readers)
     select $1, $2, $3, 'approved', now(), now(), true, '本人申请', $4, now(), $5, now(), leaf_id, '{*}' from log_leaf limit 1`,
    [erasureId, personId, randomUUID(), first.id, second.id],
  );
  const cases = await many('select case_id from case_state where person_id = $1', [personId]);
  for (let turn = 0; turn <= cases.length + 2; turn += 1) {
    // Its connections die after each item, as a kill does; the next run begins at the list again.
    const dying = eraserAt(365 * 12);
    const running = dying.run().catch(() => 0);
    await new Promise((resolve) => setTimeout(resolve, 15 * turn));
    await owner.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gongdun-eraser' and datname = current_database()`,
    );
    await running;
    await dying.close();
  }
  const last = eraserAt(365 * 12);
  await last.run();
  const done = await one('select state from erasure where erasure_id = $1', [erasureId]);
  expect(done.state).toBe('done');
  const text = await dump();
  for (const mark of marks)
    expect(
      text.split('\n').filter((line) => line.includes(mark)),
      mark,
    ).toEqual([]);
  expect((await prove(app.services, app.database.ownerUrl)).differentCases).toEqual([]);

  // A restored copy has the person again; the list that lies beside the data makes it forget.
  expect(existsSync(join(app.dataDir, 'erased.jsonl'))).toBe(true);
  const back = kept[0];
  await owner.query(
    `update person set name_sealed = $2, id_number_sealed = $3, id_number_index = $4, phone_sealed = $5, phone_index = $6, erased_at = null where person_id = $1`,
    [personId, back.name_sealed, back.id_number_sealed, back.id_number_index, back.phone_sealed, back.phone_index],
  );
  const again = readErased(app.services.config);
  expect(again).toContainEqual({ kind: 'person', id: personId });
  expect(await last.again(again)).toBeGreaterThan(0);
  await last.close();
  const forgotten = await dump();
  for (const mark of marks) expect(forgotten.includes(mark), mark).toBe(false);
}, 60_000);

it('looks are forgotten after their three years, and not before', async () => {
  const { person_id: personId, case_id: caseId } = await one(
    'select person_id, case_id from case_state where person_id is not null limit 1',
  );
  for (const [days, id] of [
    [365 * 3 + 3, randomUUID()],
    [365 * 3 - 3, randomUUID()],
  ] as const)
    await owner.query(
      `insert into data_access (access_id, person_id, case_id, kind, actor_kind, actor_id, hour, at, readers) values ($1, $2, $3, 'case', 'staff', $4, $5, $5, '{*}')`,
      [id, personId, caseId, first.id, later(-days)],
    );
  expect(await eraser.sweep()).toBe(1);
  expect(await eraser.sweep()).toBe(0);
});
