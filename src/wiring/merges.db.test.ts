// Two registrations of one person on a whole city: found, looked at side by side, merged by two clerks, used from either phone, undone
// without a trace but the trail; two clerks at once, chains, circles, and a kill in the middle.

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idCheckDigit, makeCardNumber, syntheticRegion } from '#catalog/fields/index';
import { purposeOf } from '#catalog/purposes';
import { systemAccess } from '#platform/access';
import { newId } from '#platform/ids';
import { startApp, type Caller, type TestApp } from '#test/app';
import { agreeToAll } from '#test/consents';
import { buyCover, coverForm, submit, until } from '#test/first-journey';

let app: TestApp;
let owner: pg.Client;
let window: Caller;
let reviewer: Caller;
let people = 0;
const region = '350203';

beforeAll(async () => {
  app = await startApp({ background: true });
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
  await owner.query("set gongdun.grants = '{*}'");
  window = await holder('hrss_window');
  reviewer = await holder('hrss_reviewer');
}, 60_000);
afterAll(async () => {
  await owner?.end();
  await app?.close();
});

/** Whoever holds the role in the office that acts for the district. */
async function holder(role: string): Promise<Caller> {
  const orgId = app.services.orgs.route(role, region);
  for (let nth = 1; nth < 12; nth += 1) {
    const caller = await app.staff(role, nth);
    const me = await caller.get('/api/staff/me');
    if (me.body.roles.some((one: { orgId: string }) => one.orgId === orgId)) return caller;
  }
  throw new Error(`nobody is ${role} for ${region}`);
}

type Made = { readonly personId: string; readonly phone: string };
type Given = {
  name?: string;
  number?: string;
  type?: 'resident_id' | 'passport';
  card?: string | null;
  birthDay?: string;
};

async function person({ name = '林双登', number, type = 'resident_id', card = null, birthDay = '1990-01-02' }: Given) {
  people += 1;
  const personId = newId();
  const phone = `1990008${String(people).padStart(4, '0')}`;
  await app.db.transaction(systemAccess, (tx) =>
    app.services.identity.addPerson(tx, {
      personId,
      name,
      idDocument: { type, number: number ?? numbered(people * 7) },
      phone,
      birthDay,
      sex: 'male',
      region,
      occupation: '外卖骑手',
      platformOrgId: null,
      card,
      synthetic: true,
      createdAt: app.clock.now(),
    }),
  );
  return { personId, phone };
}

const whole = (first17: string) => first17 + idCheckDigit(first17);
const numbered = (sequence: number) => whole(`${syntheticRegion}19900102${String(sequence % 1000).padStart(3, '0')}`);

/** Two registrations with one digit between their numbers, found by the job that a registration enqueues. */
async function twins(over: Given = {}): Promise<[Made, Made, string]> {
  people += 1;
  const name = `林双登${'一二三四五六七八九十'[people % 10]}${'甲乙丙丁戊己庚辛壬癸'[Math.floor(people / 10) % 10]}`;
  const right = numbered(100 + people);
  const slip = String((Number(right[16]) + 1) % 10);
  const one = await person({ name, number: right, ...over });
  const other = await person({ name, number: whole(right.slice(0, 16) + slip) });
  await app.services.merges.check(one);
  await app.services.merges.check(other);
  const suspicionId = await suspicionOf(one, other);
  return [one, other, suspicionId];
}

async function suspicionOf(one: Made, other: Made): Promise<string> {
  const { rows } = await owner.query<{ suspicion_id: string }>(
    'select suspicion_id from suspicion where one_id = least($1::uuid, $2::uuid) and other_id = greatest($1::uuid, $2::uuid)',
    [one.personId, other.personId],
  );
  if (!rows[0]) throw new Error('nothing was suspected');
  return rows[0].suspicion_id;
}

const pairOf = async (suspicionId: string) => (await window.get(`/api/desk/duplicates/${suspicionId}`)).body;

async function propose(from: Made, into: Made, suspicionId: string, by = window, requestId = randomUUID()) {
  const { conflictsHash } = await pairOf(suspicionId);
  return by.post('/api/desk/merges', {
    requestId,
    fromId: from.personId,
    intoId: into.personId,
    note: '核对了两个证件原件',
    conflictsHash,
  });
}

async function decide(mergeId: string, agree = true, by = reviewer, requestId = randomUUID()) {
  const { body } = await by.get(`/api/desk/merges/${mergeId}`);
  return by.post(`/api/desk/merges/${mergeId}/decide`, {
    requestId,
    agree,
    note: agree ? '' : '照片不是同一个人',
    conflictsHash: body?.pair?.conflictsHash ?? '',
  });
}

async function merge(from: Made, into: Made, suspicionId: string): Promise<string> {
  const proposed = await propose(from, into, suspicionId);
  expect([proposed.status, proposed.body?.code]).toEqual([200, undefined]);
  expect((await decide(proposed.body.mergeId)).status).toBe(200);
  return proposed.body.mergeId;
}
const undo = (mergeId: string, by = reviewer) =>
  by.post(`/api/desk/merges/${mergeId}/undo`, { requestId: randomUUID(), note: '本人说不是同一人' });
const idsOf = async (one: Made): Promise<string[]> =>
  (await owner.query<{ ids: string[] }>('select ids_of($1) as ids', [one.personId])).rows[0]?.ids ?? [];

/** Every row of every table that names one of these, but for the trail; the rest of the city goes on meanwhile. */
async function dump(keys: readonly string[]): Promise<Map<string, string>> {
  const trail = [
    'log_leaf',
    'trace_body',
    'admin_act',
    'person_merge',
    'notice',
    'session',
    'sms_code',
    'setting',
    'sms_part',
  ];
  const { rows: tables } = await owner.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = current_schema() and not tablename = any($1) order by 1`,
    [trail],
  );
  const all = new Map<string, string>();
  for (const { name } of tables) {
    const { rows } = await owner.query<{ row: string }>(
      `select (to_jsonb(t) - 'checked_at')::text as row from "${name}" t order by 1`,
    );
    const own = rows.flatMap(({ row }) => (keys.some((key) => row.includes(key)) ? [row] : []));
    all.set(name, own.join('\n'));
  }
  return all;
}

describe('finding', () => {
  it('a passport and a later ID card, a slip in a number, a card; namesakes are left alone', async () => {
    const card = makeCardNumber('621700011234567001');
    const passport = await person({ name: '林换证', type: 'passport', number: 'X00123456', card });
    const resident = await person({ name: '林换证', number: numbered(11), card });
    const namesake = await person({ name: '林同名', number: numbered(21) });
    const other = await person({ name: '林同名', number: numbered(432) });
    const family = await person({ name: '陈家人', number: numbered(31), card });
    for (const one of [passport, resident, namesake, other, family]) await app.services.merges.check(one);
    const { body } = await window.get('/api/desk/duplicates?limit=100');
    const strong = body.items.find((one: { suspicionId: string }) => one.suspicionId);
    expect(strong).toBeDefined();
    const of = async (a: Made, b: Made) => pairOf(await suspicionOf(a, b));
    const pair = await of(passport, resident);
    expect(pair.reasons).toEqual(['姓名、出生日期相同，登记的证件种类不同', '姓名相同，收款卡相同']);
    expect(pair.strengthZh).toBe('很可能是同一人');
    expect((await of(resident, family)).strengthZh).toBe('需要留意');
    await expect(suspicionOf(namesake, other)).rejects.toThrow('nothing');
    // Nothing of it is readable.
    expect(JSON.stringify(pair)).not.toContain('林换证');
    expect(JSON.stringify(pair)).not.toContain('X00123456');
    expect(pair.one.name).toMatch(/\*/);
  });

  it('the night looks at everybody in steps, finds what it found before no second time, and goes on after a kill', async () => {
    const one = await person({ name: '林夜查', number: numbered(701) });
    const two = await person({ name: '林夜查', number: numbered(711) });
    const { found } = await app.services.merges.night();
    expect(found).toBeGreaterThan(0);
    const id = await suspicionOf(one, two);
    expect((await app.services.merges.night()).found).toBe(0);
    expect(await suspicionOf(one, two)).toBe(id);
    await owner.query('delete from person_trait');
    const again = await Promise.all([app.services.merges.step(), app.services.merges.step()]);
    expect(again.reduce((sum, step) => sum + step.found, 0)).toBe(0);
  });

  it('“not the same person” holds, until there is a reason that was not known', async () => {
    const [one, other, suspicionId] = await twins();
    const different = (requestId = randomUUID()) =>
      window.post(`/api/desk/duplicates/${suspicionId}/different`, { requestId, note: '是双胞胎兄弟' });
    const requestId = randomUUID();
    expect((await different(requestId)).status).toBe(200);
    expect((await different(requestId)).status).toBe(200);
    expect((await different()).body.code).toBe('merges.decided');
    await app.services.merges.check(one);
    expect((await pairOf(suspicionId)).state).toBe('different');
    const card = makeCardNumber('621700011234567002');
    const known = await app.db.transaction(systemAccess, (tx) =>
      app.services.identity.knownPeople(tx, [one.personId, other.personId]),
    );
    for (const { personId } of known)
      await owner.query('update person set card_sealed = $2, card_tail = $3 where person_id = $1', [
        personId,
        app.services.crypto.seal(`person:card_sealed:${personId}`, card),
        card.slice(-4),
      ]);
    await app.services.merges.check(one);
    await app.services.merges.check(other);
    const opened = await pairOf(suspicionId);
    expect([opened.state, opened.reasons]).toEqual(['open', expect.arrayContaining(['姓名相同，收款卡相同'])]);
  });

  it('a clerk with two documents asks for a look; another district’s clerk sees nothing of it', async () => {
    const one = await person({ name: '林改名', number: numbered(801) });
    const two = await person({ name: '林新名', number: numbered(905) });
    const ask = (a: string, b: string) =>
      window.post('/api/desk/duplicates', {
        requestId: randomUUID(),
        oneType: 'resident_id',
        oneNumber: a,
        otherType: 'resident_id',
        otherNumber: b,
        note: '改过名字，两个证件都在手上',
      });
    expect((await ask(numbered(801), numbered(801))).body.code).toBe('merges.same_number');
    expect((await ask(numbered(801), numbered(999))).body.code).toBe('merges.same_number');
    const made = await ask(numbered(801), numbered(905));
    expect(made.status).toBe(200);
    expect(made.body.suspicionId).toBe(await suspicionOf(one, two));
    const elsewhere = await otherWindow();
    expect((await elsewhere.get(`/api/desk/duplicates/${made.body.suspicionId}`)).body.code).toBe('merges.none');
    const opened = await window.post(`/api/desk/duplicates/${made.body.suspicionId}/unmask`, {
      personId: one.personId,
      field: 'id_number',
      reason: '与证件原件核对',
    });
    expect(opened.body).toEqual({ value: numbered(801) });
    expect((await (await app.worker(one.phone)).get('/api/me/seen')).body.items[0]).toMatchObject({
      field: 'id_number',
      reason: '与证件原件核对',
    });
  });
});

async function otherWindow(): Promise<Caller> {
  const orgId = app.services.orgs.route('hrss_window', region);
  for (let nth = 1; nth < 12; nth += 1) {
    const caller = await app.staff('hrss_window', nth);
    const me = await caller.get('/api/staff/me');
    if (me.body.roles.every((one: { orgId: string }) => one.orgId !== orgId)) return caller;
  }
  throw new Error('no other window');
}

describe('merging', () => {
  it('shows both everything from either phone, as one person, and undoes it without a trace but the trail', async () => {
    const [from, into, suspicionId] = await twins();
    const [first, second] = [await app.worker(from.phone), await app.worker(into.phone)];
    const { caseId } = await buyCover(app, first, coverForm(app));
    await app.services.privacy.decide(systemAccess, from.personId, {
      purpose: 'payout_account',
      version: purposeOf('payout_account')?.version ?? '',
      given: false,
      requestId: randomUUID(),
    });
    expect((await second.get('/api/me/cases')).body.items).toEqual([]);
    const keys = [from.personId, into.personId, caseId];
    const before = await dump(keys);
    // Not an empty comparison.
    expect([...before.values()].filter((rows) => rows !== '').length).toBeGreaterThan(12);
    const pair = await pairOf(suspicionId);
    expect(pair.conflicts.map((one: { code: string }) => one.code)).toContain('consent_payout_account');

    const mergeId = await merge(from, into, suspicionId);
    expect(await idsOf(from)).toEqual([into.personId, from.personId]);
    for (const session of [first, second]) {
      const mine = (await session.get('/api/me/cases')).body.items;
      expect(mine.map((one: { caseId: string }) => one.caseId)).toEqual([caseId]);
      expect((await session.get(`/api/me/cases/${caseId}`)).status).toBe(200);
    }
    // Whatever device: the one id.
    const session = await app.services.identity.sessionOf(first.cookie.split('=')[1] ?? '', 'worker');
    expect(session?.personId).toBe(into.personId);
    expect((await pairOf(suspicionId)).state).toBe('merged');
    for (const phone of [from.phone, into.phone])
      await expect.poll(() => textsTo(phone).join()).toContain('已合并为一个人');

    expect((await undo(mergeId)).status).toBe(200);
    const after = await dump(keys);
    // A login writes no more than its own session; what differs is the trail, which is left out of the dump.
    const differs = [...before].flatMap(([table, rows]) => (after.get(table) === rows ? [] : [table]));
    expect(differs).toEqual([]);
    expect((await second.get('/api/me/cases')).body.items).toEqual([]);
    expect((await second.get(`/api/me/cases/${caseId}`)).status).toBe(404);
    expect((await first.get(`/api/me/cases/${caseId}`)).status).toBe(200);
    expect((await pairOf(suspicionId)).state).toBe('open');
  });

  it('what was made while they were one belongs to the id that stood for both', async () => {
    const [from, into, suspicionId] = await twins();
    const mergeId = await merge(from, into, suspicionId);
    // Either phone opens the one person.
    const first = await login(from);
    expect(first.id).toBe(into.personId);
    await agreeToAll(app.services, first.id);
    const made = await submit(first, 'DI-001', coverForm(app), region);
    expect(made.status).toBe(201);
    expect((await undo(mergeId)).status).toBe(200);
    const second = await login(into);
    const listed = async (who: Caller) =>
      (await who.get('/api/me/cases')).body.items.map((one: { caseId: string }) => one.caseId);
    expect(await listed(second)).toEqual([made.body.caseId]);
    expect(await listed(first)).toEqual([]);
  });

  it('a withdrawal under either id counts for both, until the one person says otherwise', async () => {
    const [from, into, suspicionId] = await twins();
    const [first] = [await app.worker(from.phone), await app.worker(into.phone)];
    const { version = '' } = purposeOf('insurer') ?? {};
    const word = (given: boolean) => ({ purpose: 'insurer', version, given, requestId: randomUUID() });
    await app.services.privacy.decide(systemAccess, from.personId, word(false));
    await app.services.privacy.decide(systemAccess, into.personId, word(true));
    const mergeId = await merge(from, into, suspicionId);
    const state = async (one: Made) =>
      (await app.services.privacy.list(one.personId)).find(({ purpose }) => purpose === 'insurer')?.state;
    expect([await state(into), await state(from)]).toEqual(['withdrawn', 'withdrawn']);
    const blocked = await submit(first, 'DI-001', coverForm(app), region);
    expect(blocked.body.code).toBe('privacy.consent_needed');
    await app.services.privacy.decide(systemAccess, into.personId, word(true));
    expect([await state(into), await state(from)]).toEqual(['given', 'given']);
    await undo(mergeId);
    expect([await state(into), await state(from)]).toEqual(['given', 'withdrawn']);
  });

  it('two persons decide: who proposed does not, and each role does its own', async () => {
    const [from, into, suspicionId] = await twins();
    expect((await propose(from, into, suspicionId, reviewer)).status).toBe(403);
    const proposed = await propose(from, into, suspicionId);
    const { mergeId } = proposed.body;
    expect((await decide(mergeId, true, window)).status).toBe(403);
    const staff = await owner.query<{ staff_id: string }>(
      'select proposed_by as staff_id from person_merge where merge_id = $1',
      [mergeId],
    );
    await expect(
      owner.query(`update person_merge set state = 'active', decided_by = $2, decided_at = now() where merge_id = $1`, [
        mergeId,
        staff.rows[0]?.staff_id,
      ]),
    ).rejects.toThrow('four_eyes');
    const refused = await reviewer.post(`/api/desk/merges/${mergeId}/decide`, {
      requestId: randomUUID(),
      agree: false,
      note: '',
      conflictsHash: '',
    });
    expect(refused.body.code).toBe('merges.reason_required');
    expect((await decide(mergeId, false)).status).toBe(200);
    expect(await idsOf(from)).toEqual([from.personId]);
    const again = await propose(from, into, suspicionId);
    expect(again.status).toBe(200);
    expect(
      (await window.post(`/api/desk/merges/${again.body.mergeId}/withdraw`, { requestId: randomUUID() })).status,
    ).toBe(200);
    expect((await decide(again.body.mergeId)).body.code).toBe('merges.decided');
  });

  it('what is decided is what was seen', async () => {
    const [from, into, suspicionId] = await twins();
    const stale = await pairOf(suspicionId);
    const proposed = await propose(from, into, suspicionId);
    const word = { purpose: 'insurer', version: purposeOf('insurer')?.version ?? '', requestId: randomUUID() };
    await app.services.privacy.decide(systemAccess, from.personId, { ...word, given: true });
    await app.services.privacy.decide(systemAccess, into.personId, { ...word, given: true, requestId: randomUUID() });
    await app.services.privacy.decide(systemAccess, from.personId, { ...word, given: false, requestId: randomUUID() });
    const late = await reviewer.post(`/api/desk/merges/${proposed.body.mergeId}/decide`, {
      requestId: randomUUID(),
      agree: true,
      note: '',
      conflictsHash: stale.conflictsHash,
    });
    expect(late.body.code).toBe('merges.changed');
    expect((await decide(proposed.body.mergeId)).status).toBe(200);
  });
});

/** By the code among the other messages that the phone has got. */
async function login({ phone }: Made): Promise<Caller> {
  await app.app.inject({ method: 'POST', url: '/api/worker/code', payload: { phone } });
  const code = await until('the code', async () => {
    const found = textsTo(phone).flatMap((text) => /^(?:【.*】)?验证码(\d{6})/.exec(text)?.[1] ?? []);
    return found[0] ?? null;
  });
  const done = await app.app.inject({ method: 'POST', url: '/api/worker/login', payload: { phone, code } });
  const cookie = [done.headers['set-cookie'] ?? ''].flat()[0]?.split(';')[0] ?? '';
  const session = await app.services.identity.sessionOf(cookie.split('=')[1] ?? '', 'worker');
  const headers = { cookie, 'x-csrf': session?.csrf ?? '' };
  const call = async (method: 'GET' | 'POST', url: string, payload?: object) => {
    const answer = await app.app.inject({ method, url, headers, ...(payload ? { payload } : {}) });
    return { status: answer.statusCode, body: JSON.parse(answer.body), text: answer.body };
  };
  return {
    cookie,
    csrf: session?.csrf ?? '',
    id: session?.personId ?? '',
    get: (url) => call('GET', url),
    post: (url, body) => call('POST', url, body),
  };
}

const textsTo = (phone: string) =>
  (app.parties.simulators.sms?.messages({ phone, limit: 50 }) ?? []).map((one) => one.text);

describe('two at once', () => {
  it('two clerks propose and two decide the same: one merge, one answer for a repeat', async () => {
    const [from, into, suspicionId] = await twins();
    const requestId = randomUUID();
    const answers = await Promise.all([
      propose(from, into, suspicionId, window, requestId),
      propose(from, into, suspicionId, window, requestId),
      propose(into, from, suspicionId),
      propose(from, into, suspicionId),
    ]);
    const won = answers.filter((one) => one.status === 200);
    expect(new Set(won.map((one) => one.body.mergeId)).size).toBe(1);
    expect(answers.flatMap((one) => (one.status === 200 ? [] : [one.body.code]))).toEqual(
      expect.arrayContaining(['merges.proposed_already']),
    );
    const mergeId = won[0]?.body.mergeId;
    const decided = await Promise.all([decide(mergeId), decide(mergeId), decide(mergeId, false)]);
    expect(decided.filter((one) => one.status === 200)).toHaveLength(1);
  });

  it('chains, circles, and merging into what is merged', async () => {
    const [a, b, ab] = await twins();
    const [c, d, cd] = await twins();
    const bridge = async (one: Made, two: Made) => {
      await owner.query(
        `insert into suspicion (suspicion_id, one_id, other_id, reasons, strength, state, found_at, readers)
         select gen_random_uuid(), least($1::uuid, $2::uuid), greatest($1::uuid, $2::uuid), '{reported}', 'likely', 'open', now(), readers
         from suspicion where suspicion_id = $3`,
        [one.personId, two.personId, ab],
      );
      return suspicionOf(one, two);
    };
    const bc = await bridge(b, c);
    const ac = await bridge(a, c);
    const first = await merge(a, b, ab);
    // A is not itself any more: whoever is merged goes by the one who stands for it.
    expect((await propose(a, c, ac)).body.code).toBe('merges.not_the_root');
    expect((await propose(b, a, ab)).body.code).toBe('merges.already_one');
    const second = await merge(b, c, bc);
    expect(await idsOf(a)).toEqual([c.personId, ...[a.personId, b.personId].toSorted()]);
    expect((await propose(c, a, ac)).body.code).toBe('merges.already_one');
    expect((await propose(c, b, bc)).body.code).toBe('merges.already_one');
    // The first is undone while the second stands: A goes, B stays with C.
    expect((await undo(first)).status).toBe(200);
    expect([await idsOf(a), await idsOf(b)]).toEqual([[a.personId], [c.personId, b.personId]]);
    const again = await merge(a, c, ac);
    expect((await undo(second)).status).toBe(200);
    expect([await idsOf(b), await idsOf(a)]).toEqual([[b.personId], [c.personId, a.personId]]);
    const waiting = await propose(c, d, cd);
    expect((await undo(again)).body.code).toBe('merges.built_upon');
    expect((await decide(waiting.body.mergeId, false)).status).toBe(200);
    expect((await undo(again)).status).toBe(200);
    expect((await undo(again)).body.code).toBe('merges.not_active');
    const { rows } = await owner.query(
      'select 1 from person_alias where root_id in (select person_id from person_alias)',
    );
    expect(rows).toEqual([]);
  });

  it('a kill in the middle leaves nothing half done, and the same request does it', async () => {
    const [from, into, suspicionId] = await twins();
    const { mergeId } = (await propose(from, into, suspicionId)).body;
    const blocker = new pg.Client({ connectionString: app.database.ownerUrl });
    await blocker.connect();
    await blocker.query('begin');
    // Held where the merge is about to write whom it stands for.
    await blocker.query('lock table person_alias in exclusive mode');
    const requestId = randomUUID();
    const deciding = decide(mergeId, true, reviewer, requestId);
    await expect
      .poll(async () => {
        const { rows } = await owner.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
             and query like '%person_alias%' and pid <> pg_backend_pid()`,
        );
        return rows.length;
      })
      .toBeGreaterThan(0);
    expect((await deciding).status).toBeGreaterThanOrEqual(500);
    await blocker.query('rollback');
    await blocker.end();
    expect(await idsOf(from)).toEqual([from.personId]);
    const { rows } = await owner.query('select state from person_merge where merge_id = $1', [mergeId]);
    expect(rows).toEqual([{ state: 'proposed' }]);
    expect((await decide(mergeId, true, reviewer, requestId)).status).toBe(200);
    expect((await decide(mergeId, true, reviewer, requestId)).status).toBe(200);
    expect(await idsOf(from)).toEqual([into.personId, from.personId]);
  });

  it('the person objects on the phone; who decides sees it first', async () => {
    const [from, into, suspicionId] = await twins();
    const mergeId = await merge(from, into, suspicionId);
    await app.services.merges.object(from.personId, mergeId);
    await app.services.merges.object(from.personId, mergeId);
    const { body } = await reviewer.get('/api/desk/merges?tab=active&objected=true');
    expect(body.items.map((one: { mergeId: string }) => one.mergeId)).toContain(mergeId);
    const stranger = await person({ name: '林路人' });
    await expect(app.services.merges.object(stranger.personId, mergeId)).rejects.toThrow('merges.none');
    expect((await undo(mergeId)).status).toBe(200);
  });
});
