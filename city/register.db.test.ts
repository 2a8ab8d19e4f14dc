// People of the register are people of the program: what the city makes of a register is what the program's import makes of its files,
// and whoever came so logs in, sees his or her days, is found at the desk and reports an accident.

import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dayOf, startOfDay } from '#platform/calendar';
import { createCrypto } from '#platform/crypto';
import { idNumberIndex } from '#modules/identity';
import { withIdSource } from '#platform/ids';
import { createTrace } from '#modules/trace';
import { startApp, type TestApp } from '#test/app';
import * as journey from '#test/first-journey';
import { foundationOf, type Basis } from './batches.ts';
import { plainRows } from './parity-tables.ts';
import { storyCount } from './population.ts';
import { createRandom } from './random.ts';
import { addRuns, followRuns, makeBlock, registerOf, type Register } from './register.ts';
import { files, registerLines, textOf, type Listed } from './register-lines.ts';
import type { Row, TableName } from './rows.ts';
import { createWorld, type World } from './world.ts';

const dayMs = 86_400_000;
/** Everybody of the stories, and some more. */
const lived = storyCount + 20;
const workers = lived + 300;
const kinds = ['members', 'policies'] as const;
let app: TestApp;
let owner: pg.Client;
let by: { staff_id: string; org_id: string; login: string };

beforeAll(async () => {
  app = await startApp({ workers, lived, background: true });
  owner = new pg.Client({ connectionString: app.database.ownerUrl, options: '-c timezone=UTC' });
  await owner.connect();
  await owner.query("set gongdun.grants = '{*}'");
  const login = app.city.accounts.find((one) => one.role === 'system_administrator')?.login;
  by = (await rowsOf<typeof by>('select staff_id, org_id, login from staff where login = $1', [login]))[0] as typeof by;
});
afterAll(async () => {
  await owner?.end();
  await app?.close();
});

const builtIn: (oid: number, format: 'text') => unknown = pg.types.getTypeParser;
const asInCity: Readonly<Record<number, (value: string) => unknown>> = { 1082: String, 20: Number };
async function rowsOf<Found>(text: string, values: readonly unknown[] = []): Promise<Found[]> {
  const found = await owner.query({
    text,
    values: [...values],
    types: { getTypeParser: (oid: number) => asInCity[oid] ?? builtIn(oid, 'text') },
  } as pg.QueryConfig);
  return found.rows;
}

function basis(): Basis {
  const { masterKey, origin } = app.services.config;
  return { seed: app.city.seed, nowMs: Date.parse(app.city.now), masterKey, origin };
}

function registerFrom(from: number, until: number, nowMs: number): Register {
  const register = registerOf({ seed: app.city.seed, nowMs, from, until, region: '350200' });
  if (!register) throw new Error('a register has people');
  return register;
}

/** The files of a register whose import is twenty days before `nowMs`. */
function filesOf(from: number, until: number, nowMs: number) {
  const today = new Date(nowMs - 20 * dayMs + 8 * 3_600_000).toISOString().slice(0, 10);
  const lines = registerLines({ seed: app.city.seed, nowMs, today }, 0, from, until);
  const text = textOf(lines, 0);
  return { lines, bytes: { members: Buffer.from(text.members.text), policies: Buffer.from(text.policies.text) } };
}

async function bring(kind: (typeof kinds)[number], bytes: Buffer) {
  const { source, name } = files[kind];
  return app.services.imports.run({ kind, bytes, fileName: name, source, by: by.login, dryRun: false });
}

async function comes({ person }: Listed): Promise<void> {
  const { identity } = app.services;
  const { phone, name, idNumber, district, occupation, platformCode } = person;
  await identity.requestCode(phone, `10.7.${person.index % 250}.9`);
  const sent = () => app.parties.simulators.sms?.messages({ phone, limit: 1 })[0];
  const code = await journey.until('a code', async () => /\d{6}/.exec(sent()?.text ?? '')?.[0]);
  const verified = await identity.verifyCode(phone, code);
  if (verified.state !== 'register') throw new Error('known by the phone alone');
  const platformOrgId = app.services.orgs.byCode(`platform-${platformCode}`)?.orgId ?? '';
  const idDocument = { type: 'resident_id', number: idNumber } as const;
  const { region } = district;
  await identity.register({ token: verified.token, name, idDocument, region, occupation, platformOrgId });
}

// ---- the same rows -----------------------------------------------------------------------------------------------------------

/** What the city makes of these people, as one block of its own. */
async function inCity(register: Register): Promise<World> {
  const { masterKey, origin, seed, nowMs } = basis();
  const random = createRandom(seed, 'parity');
  const crypto = createCrypto(masterKey, random.bytes);
  const trace = createTrace(origin, crypto, random.bytes);
  const { orgs } = foundationOf({ seed, nowMs });
  const nobody = { staff: new Map(), blobs: {}, serviceHash: () => '', pricing: {}, numbers: new Map() };
  const world = createWorld({ ...nobody, random, orgs, crypto, trace, startMs: nowMs });
  return withIdSource(
    () => random.id(world.nowMs()),
    async () => {
      addRuns(world, register, by.staff_id);
      const follow = followRuns(register);
      follow.add(await makeBlock(world, register, 0));
      const region = register.region;
      const ends = await follow.end(world, {
        staffId: by.staff_id,
        orgId: by.org_id,
        role: 'system_administrator',
        region,
      });
      for (const { runId, fileHash } of ends)
        for (const run of world.rows.import_run)
          if (run.import_run_id === runId) Object.assign(run, { file_hash: fileHash, state: 'done' });
      return world;
    },
  );
}

it('leaves the same behind as the program’s import and the people who come then', async () => {
  // Imported today, so the city that tells of it stands twenty days later; its runs take hours, which end before midnight from a morning.
  const nowMs = Date.parse(startOfDay(dayOf(app.clock.now()))) + 6 * 3_600_000 + 20 * dayMs;
  const [from, until] = [10_000, 10_040];
  const { lines, bytes } = filesOf(from, until, nowMs);
  const runs: string[] = [];
  for (const kind of kinds) {
    const done = await bring(kind, bytes[kind]);
    expect(done.counts).toMatchObject({ imported: lines[kind].length, bad: 0, same: 0 });
    runs.push(done.runId ?? '');
  }
  const everybody = new Set([...lines.members, ...lines.policies].map(({ who }) => who));
  const arrived = [...everybody].filter((who) => who.arrived);
  for (const who of arrived) await comes(who);
  // A provider is asked about each of them meanwhile.
  await journey.until('the checks of who came', async () => {
    const unchecked = 'select 1 from person where arrived_as is not null and not verified limit 1';
    return (await rowsOf(unchecked)).length === 0;
  });
  const world = await inCity(registerFrom(from, until, nowMs));

  const lived = async (table: TableName, where: string) =>
    rowsOf<Record<string, unknown>>(`select * from ${table} where ${where}`, [runs]);
  const ofRun = 'import_run_id = any($1)';
  const ofPolicies = `policy_id in (select policy_id from cover_policy where ${ofRun})`;
  const wheres = {
    import_run: ofRun,
    import_line: ofRun,
    membership: ofRun,
    cover_policy: ofRun,
    cover_entry: ofPolicies,
    person: `person_id in (select person_id from import_line where ${ofRun})`,
    admin_act: `answer::text = any(select to_json(r)::text from unnest($1::text[]) r)`,
    log_leaf: `leaf_id in (select leaf_id from cover_policy where ${ofRun} union select leaf_id from membership where ${ofRun})`,
  } as const;
  for (const [table, where] of Object.entries(wheres) as [keyof typeof wheres, string][]) {
    const made: readonly object[] = table === 'log_leaf' ? chunkLeaves(world) : world.rows[table];
    const columns = new Set(made.flatMap((row) => Object.keys(row)));
    const found = (await lived(table, where)).map((row) =>
      Object.fromEntries(Object.entries(row).filter(([column]) => columns.has(column))),
    );
    expect(found.length, table).toBeGreaterThan(0);
    expect.soft(plainRows(made as Record<string, unknown>[]), table).toEqual(plainRows(found));
  }

  const hexOf = (rows: readonly { request_hash?: unknown; file_hash?: unknown }[]) =>
    rows
      .map((row) => (row.request_hash ?? row.file_hash) as Buffer)
      .map((one) => one.toString('hex'))
      .toSorted();
  expect(hexOf(world.rows.admin_act)).toEqual(hexOf(await lived('admin_act', wheres.admin_act)));
  expect(hexOf(world.rows.import_run)).toEqual(hexOf(await lived('import_run', wheres.import_run)));
  const indexesOf = (rows: readonly Partial<Row<'person'>>[]) =>
    rows
      .map((row) => [row.id_number_index, row.name_index, row.claimed ? row.id_number_index : row.phone_index])
      .map((all) => all.map((one) => one?.toString('hex')).join())
      .toSorted();
  expect(indexesOf(world.rows.person)).toEqual(indexesOf(await lived('person', wheres.person)));
});

function chunkLeaves(world: World): readonly object[] {
  const { rows } = world;
  const named = new Set([...rows.membership, ...rows.cover_policy].map((row) => row.leaf_id));
  return rows.log_leaf.filter((row) => named.has(row.leaf_id));
}

// ---- whole people ------------------------------------------------------------------------------------------------------------

it('knows its files: the same ones again are the same runs and bring nobody', async () => {
  const count = async () => (await rowsOf<{ n: number }>('select count(*)::int as n from person'))[0]?.n ?? 0;
  const before = await count();
  const { lines, bytes } = filesOf(lived, workers, Date.parse(app.city.now));
  for (const kind of kinds) {
    const [run] = await rowsOf<{ id: string; last: number }>(
      'select import_run_id as id, last_line as last from import_run where kind = $1 order by started_at limit 1',
      [kind],
    );
    const again = await bring(kind, bytes[kind]);
    expect(again).toMatchObject({ runId: run?.id, resumedBehind: run?.last, counts: { imported: lines[kind].length } });
    expect(run?.last).toBe(lines[kind].length + 1);
  }
  expect(await count()).toBe(before);
  const [mark] = await rowsOf<{ people: number }>(
    "select (value->>'workers')::int as people from setting where name = 'city'",
  );
  expect(mark?.people).toBe(workers);
});

/** Of the loaded city: somebody who has come, with cover that holds now. */
function coveredNow(): Listed {
  const { lines } = filesOf(lived, workers, Date.parse(app.city.now));
  const today = new Date(Date.parse(app.city.now) + 8 * 3_600_000).toISOString().slice(0, 10);
  const found = lines.policies.find(({ who, line }) => {
    const until = new Date(Date.parse(line.firstDay) + line.days * dayMs).toISOString().slice(0, 10);
    return who.arrived && line.firstDay <= today && today < until;
  });
  if (!found) throw new Error('somebody is covered today');
  return found.who;
}

it('logs them in by SMS code, shows them their days and the membership, and lets them report an accident', async () => {
  const { person } = coveredNow();
  const rider = await app.worker(person.phone);
  const days = await app.app.inject({ url: '/m/cover', headers: { cookie: rider.cookie } });
  expect(days.statusCode).toBe(200);
  expect(days.body).toContain('鹭江旧日保平台(虚构)');
  expect(days.body).toContain('待核');
  const at = app.clock.now();
  expect(await app.services.cover.coveredAt(rider.id, at)).toMatchObject({
    covered: true,
    imported: { source: files.policies.source },
  });
  const reported = await journey.submit(
    rider,
    'DI-006',
    await journey.reportForm(app, rider.id),
    person.district.region,
  );
  expect(reported.status, reported.text).toBe(201);
  const { caseId } = reported.body;
  const adjuster = await app.staff('insurer_adjuster');
  const asked = await adjuster.get(`/api/cover/at?caseId=${caseId}&at=${encodeURIComponent(at)}`);
  expect(asked.body).toMatchObject({ covered: true });
  const seen = await adjuster.get(`/api/cases/${caseId}`);
  expect(seen.status).toBe(200);
});

it('lets somebody of the register who has not come yet come with phone, name and ID number', async () => {
  const { lines } = filesOf(lived, workers, Date.parse(app.city.now));
  const who = lines.members.find((one) => !one.who.arrived)?.who;
  if (!who) throw new Error('somebody has not come');
  await comes(who);
  const [row] = await rowsOf<{ claimed: boolean }>('select claimed from person where id_number_index = $1', [
    idNumberIndex(createCrypto(app.services.config.masterKey), { type: 'resident_id', number: who.person.idNumber }),
  ]);
  expect(row?.claimed).toBe(false);
});
