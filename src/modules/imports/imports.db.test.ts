// Members and policies of an older system: every class of bad line, the same file again, a kill in the middle, two commands at once, an
// undo that leaves what people have built upon, and what the person, the desk and the treasury see of it afterwards.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { makeResidentId } from '#catalog/fields/identity';
import { canonical } from '#modules/trace';
import { systemAccess } from '#platform/access';
import { sha256 } from '#platform/crypto';
import { statement } from '#platform/db';
import { startApp, type Caller, type TestApp } from '#test/app';
import { csvOf, someone, type Someone } from '#test/roster-files';
import { months } from '#modules/cover';
import type { ImportKind } from './contract.ts';

let app: TestApp;
let by: string;
let union: string;
let insurer: string;
let folder: string;
let rider: Caller;

beforeAll(async () => {
  app = await startApp();
  rider = await app.worker(app.city.riders[0]?.phone ?? '');
  folder = await mkdtemp(join(tmpdir(), 'gongdun-test-import-'));
  by = app.city.accounts.find((one) => one.role === 'system_administrator')?.login ?? '';
  union = codeOf('industry_union');
  insurer = codeOf('insurer_underwriter');
}, 60_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await app?.close();
});

function codeOf(role: string): string {
  const { orgs } = app.services;
  const orgId = orgs.route(role, '350203');
  return (orgId && orgs.get(orgId)?.code) ?? '';
}

const memberTitles = ['会员编号', '姓名', '身份证号', '手机号', '工会编码', '入会日期', '从业类别'];
const policyTitles = [
  '保单号',
  '姓名',
  '身份证号',
  '手机号',
  '承保机构编码',
  '地区编码',
  '首日',
  '末日',
  '保费',
  '补贴',
  '首日生效时间',
];
const member = (number: string, { name, id, phone }: Someone, joined = '2023-05-06', org = union) => [
  number,
  name,
  id,
  phone,
  org,
  joined,
  '网约配送员',
];
const policy = (number: string, { name, id, phone }: Someone, days: readonly [string, string], time = '') => [
  number,
  name,
  id,
  phone,
  insurer,
  '350203',
  ...days,
  '0.80',
  '0.4',
  time,
];
const members = (...rows: string[][]) => Buffer.from(csvOf([memberTitles, ...rows]));
const policies = (...rows: string[][]) => Buffer.from(csvOf([policyTitles, ...rows]));

type More = { source?: string; dryRun?: boolean };
async function bring(kind: ImportKind, bytes: Buffer, { source = '旧会员系统', dryRun = false }: More = {}) {
  return app.services.imports.run({ kind, bytes, fileName: 'old.csv', source, by, dryRun });
}

async function rows<Row>(sql: string): Promise<Row[]> {
  const name = `test.imports_${sha256(sql).toString('hex').slice(0, 20)}`;
  const known = asked.get(name) ?? statement<[], unknown>(name, sql);
  asked.set(name, known);
  return (await app.db.transaction(systemAccess, (tx) => tx.run(known, []))) as Row[];
}
const asked = new Map<string, ReturnType<typeof statement<[], unknown>>>();
const count = async (sql: string) => (await rows<{ n: number }>(`select count(*)::int as n from ${sql}`))[0]?.n ?? -1;

async function textOf(stream: AsyncGenerator<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function codeSentTo(phone: string): Promise<string> {
  for (let tries = 0; tries < 200; tries += 1) {
    const sms = app.parties.simulators.sms?.messages({ phone, limit: 1 })[0];
    const code = sms ? /\d{6}/.exec(`${sms.text} ${JSON.stringify(sms)}`)?.[0] : undefined;
    if (code) return code;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no code came to ${phone}`);
}

async function comeWith(phone: string, who: Someone) {
  const { identity } = app.services;
  await identity.requestCode(phone, '10.0.0.9');
  const verified = await identity.verifyCode(phone, await codeSentTo(phone));
  if (verified.state !== 'register') throw new Error('known by the phone alone');
  return identity.register({
    token: verified.token,
    name: who.name,
    idDocument: { type: 'resident_id', number: who.id },
    region: '350203',
  });
}

test('each class of bad line is told by the file’s line number, good ones are taken, and a trial writes nothing', async () => {
  const [a, b, c] = [someone(100), someone(101), someone(102)];
  const registered = await app.services.identity.profile(rider.id);
  if (!registered) throw new Error('a rider');
  const known = { name: registered.name, id: registered.idNumber, phone: '19911110000' };
  const active = await rows<{ person_id: string }>('select person_id from membership where ended_on is null limit 1');
  const joined = await app.services.identity.profile(active[0]?.person_id ?? '');
  if (!joined) throw new Error('a member');
  const held = { name: joined.name, id: joined.idNumber, phone: '19911110001' };
  const child = { ...c, id: makeResidentId('000000', '2020-01-02', 700) };
  const file = members(
    member('厦-0001', a),
    member('厦-0001', b),
    member('厦-0003', a),
    member('厦-0004', { ...b, id: b.id.replace(/.$/, (last) => (last === '0' ? '1' : '0')) }),
    member('厦-0005', { ...b, phone: '123' }),
    member('厦-0006', b, '2023-13-40'),
    member('厦-0007', b, '2099-01-01'),
    member('厦-0008', b, '2023-05-06', 'no-such-union'),
    member('厦-0009', b, '2023-05-06', insurer),
    member('', b),
    member('M35020320260301000009', b),
    member('厦-0012', child),
    member('厦-0013', { ...known, name: '不是他' }),
    member('厦-0014', held),
    ['', '合计', '', '', '', '', ''],
    member('厦-0016', c),
  );
  const before = await count('membership');
  const tried = await bring('members', file, { dryRun: true });
  expect(tried.runId).toBeNull();
  expect([await count('membership'), await count('import_run'), await count('import_line')]).toEqual([before, 0, 0]);
  const done = await bring('members', file);
  expect(done.counts).toEqual({ imported: 2, linked: 0, same: 0, bad: 13 });
  expect(tried.counts).toEqual(done.counts);
  expect([...tried.problems]).toEqual([...done.problems]);
  const words: [number, string][] = [
    [3, '第 2 行的会员编号相同'],
    [4, '第 2 行的身份证号相同'],
    [5, '最后一位校验不对'],
    [6, '手机'],
    [7, '不是日期'],
    [8, '晚于今天'],
    [9, '没有编码为 no-such-union 的接收会员的工会'],
    [10, '没有编码为'],
    [11, '没有填写“会员编号”'],
    [12, '形状相同'],
    [13, '周岁'],
    [14, '姓名与这个证件号码登记的不一致'],
    [15, '已有有效会籍'],
  ];
  for (const [line, word] of words) expect(done.problems.get(line), `line ${line}`).toContain(word);
  expect(done.problems.size).toBe(words.length);
  const report = await textOf(done.marked());
  expect(report.split('\r\n')[0]).toBe(`\ufeff${memberTitles.join(',')},问题`);
  expect(report).toContain('厦-0012');
  // Neither the lines nor the problems can be read in the database, and no person's name or number stands there.
  const kept = await rows<{ text: string }>(
    'select l::text || r::text as text from import_line l join import_run r using (import_run_id)',
  );
  for (const one of [a.id, b.id, held.id, a.phone, joined.name]) expect(JSON.stringify(kept)).not.toContain(one);
});

test('the published templates are what the command takes', async () => {
  for (const kind of ['members', 'policies'] as const) {
    const bytes = await readFile(join(import.meta.dirname, '../../../docs/guides', `import-${kind}.csv`));
    const tried = await bring(kind, bytes, { dryRun: true });
    expect([...tried.problems]).toEqual([]);
    expect(tried.counts).toMatchObject({ imported: 1, bad: 0 });
  }
});

test('a missing column, an unknown administrator and a bad name of the source are refused as a whole', async () => {
  const file = Buffer.from(csvOf([memberTitles.filter((one) => one !== '入会日期'), []]));
  await expect(bring('members', file)).rejects.toMatchObject({ code: 'imports.no_header' });
  await expect(bring('members', members(), { source: '!' })).rejects.toMatchObject({ code: 'imports.source_name' });
  const clerk = app.city.accounts.find((one) => one.role === 'county_union')?.login ?? '';
  const other = {
    kind: 'members',
    bytes: members(),
    fileName: 'x',
    source: '旧系统',
    by: clerk,
    dryRun: true,
  } as const;
  await expect(app.services.imports.run(other)).rejects.toMatchObject({ code: 'imports.no_operator' });
});

test('GB18030 is read; the same file, a corrected one and another source double nobody', async () => {
  const [d, e] = [someone(110), someone(111)];
  const gbk = iconv.encode(csvOf([memberTitles, member('B-1', d), member('B-2', e)]), 'gb18030');
  const first = await bring('members', gbk);
  expect(first.counts).toMatchObject({ imported: 2, bad: 0 });
  const people = await count('person');
  const again = await bring('members', gbk);
  expect(again.runId).toBe(first.runId);
  expect(again.counts).toEqual(first.counts);
  const corrected = await bring(
    'members',
    members(member('B-1', d), member('B-2', e, '2023-05-07'), member('B-3', someone(112))),
  );
  expect(corrected.counts).toMatchObject({ imported: 1, same: 1, bad: 1 });
  expect(corrected.problems.get(3)).toContain('入会日期不同');
  const elsewhere = await bring('members', members(member('B-1', d), member('C-2', e)), { source: '另一个系统' });
  expect(elsewhere.problems.get(2)).toContain('另一份会籍');
  expect(elsewhere.problems.get(3)).toContain('会员编号 B-2');
  expect(await count('person')).toBe(people + 1);
});

test('a number that has changed hands tells nobody; the phone, the name and the whole ID number open the membership, marked unverified', async () => {
  const who = someone(5_120);
  await bring('members', members(member('OLD-120', who)));
  const { identity, membership } = app.services;
  // Whoever has the number now proves it, and is a stranger.
  const stranger = someone(5_121);
  const other = await comeWith('19933330001', stranger);
  expect(other.personId).toBeDefined();
  await expect(comeWith('19933330002', who)).rejects.toMatchObject({ code: 'identity.listed_elsewhere' });
  const came = await comeWith(who.phone, who);
  const found = await app.db.transaction(systemAccess, (tx) => membership.activeMember(tx, came.personId));
  expect(found).toMatchObject({ memberNo: 'OLD-120', joinedOn: '2023-05-06', imported: { source: '旧会员系统' } });
  expect(await identity.profile(came.personId)).toMatchObject({ name: who.name, verified: false });
  const page = await app.app.inject({ url: '/m/me', headers: { cookie: `gd_worker=${came.token}` } });
  expect(page.body).toContain('会员编号 OLD-120');
  expect(page.body).toContain('由旧系统“旧会员系统”导入，资料待核');
});

test('imported days answer with evidence, are not settled again, and their commitments open', async () => {
  const own = await app.services.identity.profile(rider.id);
  if (!own) throw new Error('a rider');
  const linked = { name: own.name, id: own.idNumber, phone: own.phone };
  const fresh = someone(130);
  const file = policies(
    policy('P-1', linked, ['2021-03-01', '2021-03-03'], '09:30'),
    policy('P-2', fresh, ['2021-03-01', '2021-03-02']),
    policy('P-3', fresh, ['2021-03-02', '2021-03-05']),
    policy('P-4', { ...fresh, name: '另有其人' }, ['2021-04-02', '2021-04-05']),
    policy('P-5', someone(131), ['2021-03-05', '2021-03-02']),
    policy('P-6', someone(131), ['2021-03-05', '2022-12-02']),
    policy('P-7', someone(131), ['2021-03-05', '2021-03-06']).with(9, '1.20'),
    policy('P-8', someone(131), ['2021-03-05', '2021-03-06']).with(5, '999999'),
    policy('P-9', someone(131), ['2021-03-05', '2021-03-06']).with(4, union),
    policy('P-10', someone(131), ['2021-03-05', '2021-03-06']).with(8, '八毛'),
  );
  const done = await bring('policies', file, { source: '旧保单系统' });
  expect(done.counts).toEqual({ imported: 2, linked: 1, same: 0, bad: 8 });
  for (const [line, word] of [
    [4, '第 3 行的保障日重叠'],
    [5, '姓名不同'],
    [6, '末日'],
    [7, '最多 366 天'],
    [8, '不能多于“保费”'],
    [9, '行政区划'],
    [10, '承保机构'],
    [11, '以元为单位'],
  ] as const)
    expect(done.problems.get(line), `line ${line}`).toContain(word);
  const at = (instant: string) => app.services.cover.coveredAt(rider.id, instant);
  expect(await at('2021-03-01T01:00:00Z')).toMatchObject({ covered: false });
  const covered = await at('2021-03-01T02:00:00Z');
  expect(covered).toMatchObject({ covered: true, policyNo: 'P-1', imported: { source: '旧保单系统' } });
  expect(await at('2021-03-03T15:59:59Z')).toMatchObject({ covered: true });
  expect(await at('2021-03-03T16:00:00Z')).toMatchObject({ covered: false });
  const days = await app.services.cover.days(rider.id, null, 1_000);
  expect(days.items.find((one) => one.day === '2021-03-03')).toMatchObject({
    policyNo: 'P-1',
    refundable: false,
    importedFrom: '旧保单系统',
  });

  const [leaf] = await rows<{
    body: { commitments: { id: string; commitment: string }[] };
    entry: string;
    salt: Buffer;
  }>(
    `select b.body, b.salt, l.entry from trace_body b join log_leaf l using (leaf_id) where b.leaf_id = '${covered.evidence?.leafId ?? ''}'`,
  );
  const [row] = await rows<Record<string, string>>(`select * from cover_policy where policy_no = 'P-1'`);
  if (!leaf || !row) throw new Error('a leaf and a policy');
  expect(JSON.parse(leaf.entry).commitment).toBe(sha256(leaf.salt, canonical(leaf.body)).toString('base64'));
  const { crypto } = app.services;
  const body = {
    kind: 'policy',
    source: '旧保单系统',
    subject: crypto.pseudonym(rider.id),
    policyNo: 'P-1',
    insurer: row['insurer_org_id'],
    firstDay: '2021-03-01',
    days: 3,
    startsAt: '2021-03-01T01:30:00.000Z',
    endsAt: '2021-03-03T16:00:00.000Z',
    premiumFen: 80,
    subsidyFen: 40,
  };
  const salt = crypto.commitment('import_commitment', row['policy_id'] ?? '');
  const one = leaf.body.commitments.find(({ id }) => id === row['policy_id']);
  expect(one?.commitment).toBe(sha256(salt, canonical(body)).toString('base64'));

  const sums = await app.db.transaction(systemAccess, (tx) =>
    months.sum(tx, {
      insurerOrgId: row['insurer_org_id'] ?? '',
      from: '2021-03-01',
      until: '2021-04-01',
      cutoffAt: '2999-01-01T00:00:00Z',
      ageMin: 0,
      ageMax: 200,
    }),
  );
  expect(sums).toMatchObject({ person_days: 0, subsidy_fen: 0 });

  const clash = await bring('policies', policies(policy('Q-1', linked, ['2021-03-03', '2021-03-04'])), {
    source: '旧保单系统',
  });
  expect(clash.problems.get(2)).toContain('2021-03-03 已有保障（保单 P-1）');
});

test('an undo ends what nobody built upon, keeps the rest with the reason, and frees the numbers', async () => {
  const [one, two, three] = [someone(5_140), someone(5_141), someone(5_142)];
  const file = members(member('U-1', one), member('U-2', two), member('U-3', three));
  const { runId } = await bring('members', file);
  if (!runId) throw new Error('a run');
  await comeWith(two.phone, two);
  const undone = await app.services.imports.undo(runId, by);
  expect(undone).toEqual({ state: 'partly_undone', kept: [{ line: 3, zh: '本人已经用手机登记，看得到这份记录' }] });
  expect(await app.services.imports.undo(runId, by)).toEqual(undone);
  const left = await rows<{ member_no: string }>(
    `select member_no from membership where import_run_id = '${runId}' and ended_on is null`,
  );
  expect(left.map((row) => row.member_no)).toEqual(['U-2']);
  // Who was known from the file alone is forgotten: the ID number is nobody's again.
  const again = await bring(
    'members',
    members(member('U-1', one, '2022-02-02'), member('U-2', two), member('U-3', three)),
  );
  expect(again.counts).toEqual({ imported: 2, linked: 0, same: 1, bad: 0 });
  expect(await count(`membership where member_no = 'U-1' and joined_on = '2022-02-02'`)).toBe(1);

  const cover = policies(
    policy('UP-1', three, ['2021-06-01', '2021-06-02']),
    policy('UP-2', one, ['2021-06-01', '2021-06-02']),
  );
  const brought = await bring('policies', cover, { source: '旧保单系统' });
  const [claimed] = await rows<{ policy_id: string }>(`select policy_id from cover_policy where policy_no = 'UP-2'`);
  const [item] = await rows<{ case_id: string }>('select case_id from case_state limit 1');
  await rows(`insert into policy_endorsement (endorsement_id, policy_id, item, value_before, value_after, effective_at, case_id, readers, leaf_id)
    select gen_random_uuid(), policy_id, 'phone', '', '', now(), '${item?.case_id}', '{*}', leaf_id from cover_policy where policy_id = '${claimed?.policy_id}'`);
  const released = await app.services.imports.undo(brought.runId ?? '', by);
  expect(released).toEqual({ state: 'partly_undone', kept: [{ line: 3, zh: '已有批改' }] });
  const [person] = await rows<{ person_id: string }>(`select person_id from membership where member_no = 'U-3'`);
  const asked = await app.services.cover.coveredAt(person?.person_id ?? '', '2021-06-01T04:00:00Z');
  expect(asked).toMatchObject({ covered: false, policyNo: 'UP-1', evidence: { generation: 2 } });
  const anew = await bring('policies', policies(policy('UP-1', three, ['2021-06-01', '2021-06-04'])), {
    source: '旧保单系统',
  });
  expect(anew.counts).toMatchObject({ imported: 1, bad: 0 });
  const bound = await app.services.cover.coveredAt(person?.person_id ?? '', '2021-06-01T04:00:00Z');
  expect(bound).toMatchObject({ covered: true, evidence: { generation: 3 } });
  await expect(app.services.imports.undo(crypto.randomUUID(), by)).rejects.toMatchObject({ code: 'imports.no_run' });
});

test('two commands at once: the same file is one run, two files with the same people make one membership each', async () => {
  const crowd = Array.from({ length: 1_500 }, (_, at) => someone(20_000 + at));
  const file = members(...crowd.map((who, at) => member(`T-${at}`, who)));
  const turned = members(...crowd.toReversed().map((who, at) => member(`V-${at}`, who)));
  const [a, b, c] = await Promise.all([bring('members', file), bring('members', file), bring('members', turned)]);
  expect(a.runId).toBe(b.runId);
  expect(a.counts.imported + c.counts.imported).toBe(1_500);
  expect(a.counts.bad + c.counts.bad).toBe(1_500);
  expect(await count(`membership where member_no like 'T-%' or member_no like 'V-%'`)).toBe(1_500);
  expect(await count(`import_line where import_run_id = '${a.runId}'`)).toBe(1_500);
}, 60_000);

test('killed in the middle it goes on behind the last chunk, and doubles nobody', async () => {
  const lines = 7_000;
  const path = join(folder, 'members.csv');
  const text = csvOf([
    memberTitles,
    ...Array.from({ length: lines }, (_, at) => member(`K-${at}`, someone(40_000 + at))),
  ]);
  await writeFile(path, text);
  const { appPassword } = inject('cluster');
  const env = {
    ...process.env,
    DATABASE_URL: app.database.ownerUrl,
    APP_DATABASE_PASSWORD: appPassword,
    DEMO: 'on',
    DATA_DIR: app.dataDir,
  };
  const child = spawn(process.execPath, ['tools/import.ts', 'members', path, '--source', '旧会员系统', '--by', by], {
    cwd: join(import.meta.dirname, '..', '..', '..'),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (said += part.toString()));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const reached = () => count(`membership where member_no like 'K-%'`);
  while ((await reached()) < 1_000 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill('SIGKILL');
  await ended;
  const there = await reached();
  expect(said).not.toContain('Error');
  expect(there % 1_000).toBe(0);
  expect(there).toBeLessThan(lines);
  const done = await bring('members', Buffer.from(text));
  expect(done.resumedBehind).toBe(there + 1);
  expect(done.counts).toEqual({ imported: lines, linked: 0, same: 0, bad: 0 });
  expect(await reached()).toBe(lines);
  expect(
    await count(
      `person p where exists (select 1 from membership m where m.person_id = p.person_id and member_no like 'K-%')`,
    ),
  ).toBe(lines);
}, 120_000);

test('lines are erased when the retention is over: from then on no undo as a whole, and a repeat still doubles nobody', async () => {
  const who = someone(150);
  const file = members(member('R-1', who));
  const { runId } = await bring('members', file);
  await rows(`update import_run set started_at = now() - interval '181 days' where import_run_id = '${runId}'`);
  expect(await app.services.imports.sweep()).toBe(1);
  expect(await count(`import_line where import_run_id = '${runId}'`)).toBe(0);
  await expect(app.services.imports.undo(runId ?? '', by)).rejects.toMatchObject({ code: 'imports.too_late' });
  const again = await bring('members', file);
  expect(again.runId).not.toBe(runId);
  expect(again.counts).toEqual({ imported: 0, linked: 0, same: 1, bad: 0 });
  expect((await app.services.imports.list()).length).toBeGreaterThan(2);
});
