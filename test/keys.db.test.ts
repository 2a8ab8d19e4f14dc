// Keys are replaced while people log in, register, are looked up and have their papers opened: nothing fails, nobody is registered twice,
// the command may be killed, and a key that is lost or foreign is said at the start. The command is the real one, in its own process.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeResidentId, syntheticRegion } from '#catalog/fields/index';
import { systemAccess } from '#platform/access';
import { createCrypto } from '#platform/crypto';
import { firstKeyring, keyNames, unwrapKey, wrapKey } from '#platform/keyring';
import { SetupError } from '#platform/setup-error';
import { rewritten, unrepeatable } from '#wiring/key-tables';
import { asOwner, inOwnerTransaction, openKeyring } from '#wiring/keys';
import { startApp, type Caller, type TestApp } from './app.ts';
import { root } from './repo-files.ts';

let app: TestApp;
let owner: pg.Pool;
let working: ReturnType<typeof load> | undefined;
let rider: Caller;
let administrator: string;
const codes = new Map<string, string>();
let serial = 0;
const old: string[] = [];

beforeAll(async () => {
  app = await startApp({ workers: 400 });
  owner = new pg.Pool({ connectionString: app.database.ownerUrl, max: 4, options: '-c gongdun.grants={*}' });
  rider = await app.worker(app.city.rider.phone);
  // Not those whom the tests log in themselves: a number gets one code a minute.
  const known = await owner.query<{ person_id: string }>('select person_id from person where not claimed');
  const named = new Set(app.city.riders.map((one) => one.phone).concat(app.city.rider.phone));
  for (const { person_id: id } of known.rows)
    if (!named.has((await app.services.identity.profile(id))?.phone ?? '')) old.push(id);
  administrator = app.city.accounts.find((one) => one.role === 'system_administrator')?.login ?? '';
}, 180_000);

afterAll(async () => {
  await working?.stop();
  await owner?.end();
  await app?.close();
});

const count = async (text: string, values: unknown[] = []): Promise<number> =>
  Number((await owner.query<{ count: string }>(`select count(*) as count ${text}`, values)).rows[0]?.count);

type Ran = { readonly code: number | null; readonly said: string };

function command(...args: string[]): { readonly ended: Promise<Ran>; kill(): void } {
  const child = spawn(process.execPath, ['tools/keys.ts', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      DEMO: 'on',
      LOG_LEVEL: 'error',
      DATABASE_URL: app.database.ownerUrl,
      APP_DATABASE_PASSWORD: decodeURIComponent(new URL(app.database.appUrl).password),
      DATA_DIR: app.dataDir,
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
  return {
    ended: new Promise((resolve) => child.once('exit', (code) => resolve({ code, said }))),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** What people do meanwhile, as fast as it goes; every failure is kept. */
function load() {
  const over = { now: false };
  const failures: string[] = [];
  const done = { logins: 0, registered: 0, refusedTwice: 0, found: 0, opened: 0, pages: 0 };
  const { identity, files } = app.services;
  const fresh = () => {
    serial += 1;
    return { phone: `199${String(50_000_000 + serial + Math.floor(Date.now() % 1e6) * 10).slice(-8)}`, serial };
  };
  const codeOf = async (phone: string): Promise<string> => {
    await identity.requestCode(phone, `10.${serial % 250}.${Math.floor(serial / 250) % 250}.9`);
    for (let tries = 0; tries < 200; tries += 1) {
      const sms = app.parties.simulators.sms?.messages({ phone, limit: 1 })[0];
      const code = sms ? /\d{6}/.exec(`${sms.text} ${JSON.stringify(sms)}`)?.[0] : undefined;
      if (code && codes.get(phone) !== code) {
        codes.set(phone, code);
        return code;
      }
      await delay(5);
    }
    throw new Error('no code');
  };
  const loops = [
    // Somebody new, from two phones with the same papers at once: one of them is registered.
    async () => {
      const one = fresh();
      const other = fresh();
      const idNumber = makeResidentId(
        syntheticRegion,
        `19${70 + Math.floor(one.serial / 900)}-07-07`,
        one.serial % 900,
      );
      const attempts = await Promise.all(
        [one, other].map(async ({ phone }) => {
          const verified = await identity.verifyCode(phone, await codeOf(phone));
          if (verified.state !== 'register') throw new Error('a new number is new');
          return identity
            .register({
              token: verified.token,
              requestId: randomUUID(),
              name: '试例',
              idDocument: { type: 'resident_id', number: idNumber },
              region: '350203',
            })
            .then(
              (made) => made,
              (error: { code?: string }) => {
                if (error.code !== 'identity.id_taken') throw error;
                done.refusedTwice += 1;
                return null;
              },
            );
        }),
      );
      if (attempts.filter(Boolean).length !== 1) throw new Error('one person, one registration');
      done.registered += 1;
      const found = await app.db.transaction(systemAccess, (tx) => identity.idByNumber(tx, idNumber));
      if (found !== attempts.find(Boolean)?.personId) throw new Error('found by another id');
      done.found += 1;
    },
    // Old people, by phone and by what was sealed long ago.
    async () => {
      const personId = old[Math.floor(Math.random() * old.length)] ?? '';
      const whole = await identity.profile(personId);
      if (!whole) throw new Error('a person is there');
      done.opened += 1;
      const by = await app.db.transaction(systemAccess, (tx) => identity.personByPhone(tx, whole.phone));
      const byId = await app.db.transaction(systemAccess, (tx) => identity.idByNumber(tx, whole.idNumber));
      if (by !== whole.personId || (whole.idType === 'resident_id' && byId !== whole.personId))
        throw new Error('not found by phone or number');
      if (!codes.has(whole.phone)) {
        const verified = await identity.verifyCode(whole.phone, await codeOf(whole.phone));
        if (verified.state !== 'in') throw new Error('somebody registered is asked to register');
        done.logins += 1;
      }
    },
    async () => {
      const answer = await rider.get('/api/me/seen');
      if (answer.status !== 200) throw new Error(`the session: ${answer.status} ${answer.text}`);
      const [file] = (
        await owner.query<{ file_id: string }>(
          `select file_id from file where state = 'clean' order by random() limit 1`,
        )
      ).rows;
      if (file && !(await files.content(file.file_id))) throw new Error('a file does not open');
      done.pages += 1;
    },
  ];
  const running = loops.map(async (work) => {
    while (!over.now) {
      await work().catch((error: unknown) => failures.push(String(error instanceof Error ? error.stack : error)));
      await delay(15);
    }
  });
  return {
    stop: async () => {
      over.now = true;
      await Promise.all(running);
      return { failures, done };
    },
  };
}

describe('while everybody works', () => {
  it('the key that seals is replaced, the command killed in the middle and run again', async () => {
    working = load();
    // The command comes as far as the files and waits there, where it is killed.
    const holder = await owner.connect();
    await holder.query('begin');
    await holder.query('select 1 from file for update');
    const first = command('rotate', 'field', '--by', administrator, '--in', '6');
    for (let tries = 0; tries < 600; tries += 1) {
      if ((await count(`from data_key where name = 'field' and version = 2 and progress ? 'staff'`)) > 0) break;
      await delay(50);
    }
    first.kill();
    expect((await first.ended).code).toBeNull();
    expect(await count(`from person where name_sealed like 'v2.%'`)).toBeGreaterThan(100);
    expect(await count(`from file where key_sealed like 'v2.%'`)).toBe(0);
    await holder.query('rollback');
    holder.release();

    const unfinished = await command('status').ended;
    expect(unfinished.said).toContain('field 的更换没有收尾');
    expect((await command('finish', 'field', '--by', administrator).ended).said).toContain('还没有重做完');
    expect((await command('rotate', 'field', '--by', administrator, '--in', '6').ended).said).toContain('还没有收尾');
    const resumed = await command('resume', 'field').ended;
    expect([resumed.code, resumed.said]).toEqual([0, expect.stringContaining('能重做的都重做了')]);
    const { failures, done } = await working.stop();
    expect(failures).toEqual([]);
    expect(done.logins).toBeGreaterThan(3);
    expect(done.registered).toBeGreaterThan(3);
    expect(done.pages).toBeGreaterThan(10);

    const ended = await command('finish', 'field', '--by', administrator).ended;
    // Bodies of cases are never rewritten, so their key stays.
    expect([ended.code, ended.said]).toEqual([0, expect.stringContaining('只为上面的记录保留')]);
    for (const table of rewritten)
      for (const { name, type } of table.columns)
        if (type !== 'bytea')
          expect(await count(`from ${table.name} where ${name}::text ~ '(^|"sealed": ")v1[.]'`), table.name).toBe(0);
    expect(await count(`from admin_act where type in ('key_rotated', 'key_finished') and actor_id is not null`)).toBe(
      2,
    );
  }, 180_000);

  it('the key of indexes is replaced: everybody is found throughout, and nobody is registered twice', async () => {
    const before = (
      await owner.query<{ person_id: string; phone_index: Buffer; id_number_index: Buffer }>(
        'select person_id, phone_index, id_number_index from person where not claimed order by person_id limit 50',
      )
    ).rows;
    working = load();
    const ran = await command('rotate', 'index', '--by', administrator, '--in', '6').ended;
    expect([ran.code, ran.said]).toEqual([0, expect.stringContaining('能重做的都重做了')]);
    await delay(500);
    const { failures, done } = await working.stop();
    expect(failures).toEqual([]);
    expect(done.found).toBeGreaterThan(3);
    expect(done.refusedTwice).toBe(done.registered);
    for (const row of before)
      expect(
        await count('from person where person_id = $1 and phone_index <> $2 and id_number_index <> $3', [
          row.person_id,
          row.phone_index,
          row.id_number_index,
        ]),
      ).toBe(1);

    const { rows } = await owner.query<{ person_id: string }>('select person_id from person');
    const numbers = new Map<string, string>();
    for (const { person_id: personId } of rows) {
      const whole = await app.services.identity.profile(personId);
      if (!whole || whole.idNumber === '') continue;
      expect(numbers.get(`${whole.idType} ${whole.idNumber}`), 'twice').toBeUndefined();
      numbers.set(`${whole.idType} ${whole.idNumber}`, personId);
    }
    // Limits of codes count by number for a day: the earlier index is needed until then.
    const early = await command('finish', 'index', '--by', administrator).ended;
    expect([early.code, early.said]).toEqual([1, expect.stringContaining('满一天再收尾')]);
    await owner.query(`update sms_code set issued_at = issued_at - interval '2 days'`);
    const ended = await command('finish', 'index', '--by', administrator).ended;
    expect([ended.code, ended.said]).toEqual([0, expect.stringContaining('index 第 2 版已收尾')]);
  }, 180_000);

  it('the key of tokens is replaced: who is logged in stays so, and what was not used since is named', async () => {
    const asleep = await app.worker(app.city.riders[1]?.phone ?? '');
    const ran = await command('rotate', 'digest', '--by', administrator, '--in', '6').ended;
    expect(ran.code, ran.said).toBe(0);
    await delay(2_500);
    expect((await rider.get('/api/me/seen')).status).toBe(200);
    expect((await asleep.get('/api/me/seen')).status).toBe(200);
    const early = await command('finish', 'digest', '--by', administrator).ended;
    expect([early.code, early.said]).toEqual([1, expect.stringContaining('还没有用过')]);
    // A minute later they are used: from then on they stand under the present key.
    await owner.query(`update session set seen_at = seen_at - interval '5 minutes'`);
    await delay(5_500);
    expect((await rider.get('/api/me/seen')).status).toBe(200);
    const ended = await command('finish', 'digest', '--by', administrator, '--anyway').ended;
    expect([ended.code, ended.said]).toEqual([0, expect.stringContaining('旧版已删除')]);
    await delay(8_000);
    expect((await rider.get('/api/me/seen')).status).toBe(200);
    expect((await asleep.get('/api/me/seen')).status).toBe(401);
  }, 120_000);
});

describe('at the start', () => {
  const open = (masterKey: Buffer, previousMasterKey: Buffer | null = null) =>
    openKeyring(app.database.ownerUrl, { masterKey, previousMasterKey }, () => {});
  const refused = async (work: Promise<unknown>): Promise<string> => {
    const failure = await work.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SetupError);
    return failure instanceof SetupError ? failure.zh : '';
  };

  it('another master key is refused; with the former one beside it everything is wrapped anew and nothing else changes', async () => {
    const former = app.services.config.masterKey;
    const next = Buffer.alloc(32, 5);
    const sealed = await count(`from person where name_sealed like 'v2.%'`);
    expect(await refused(open(next))).toContain('MASTER_KEY_PREVIOUS');
    const { rewrapped, keyring } = await open(next, former);
    expect(rewrapped).toBeGreaterThan(5);
    expect((await open(next)).rewrapped).toBe(0);
    expect(await refused(open(former))).toContain('MASTER_KEY 打不开');
    const row = await owner.query<{ person_id: string; phone_sealed: string }>(
      'select person_id, phone_sealed from person order by person_id limit 1',
    );
    const [one] = row.rows;
    expect(createCrypto(keyring).open(`person:phone_sealed:${one?.person_id}`, one?.phone_sealed ?? '')).toMatch(/\d+/);
    expect(await count(`from person where name_sealed like 'v2.%'`)).toBe(sealed);
    await open(former, next);
  });

  it('a lost version is said, and so is one that was never this database’s', async () => {
    await owner.query(`create table kept_keys as select * from data_key`);
    const put = async () => {
      await owner.query('truncate data_key');
      await owner.query('insert into data_key select * from kept_keys');
    };
    const master = app.services.config.masterKey;
    await owner.query(`delete from data_key where name = 'field' and version = 1`);
    expect(await refused(open(master))).toContain('field 的第 1 版');
    await put();
    await owner.query(
      `delete from data_key where name = 'field' and version = 2; update data_key set state = 'live' where name = 'field'`,
    );
    expect(await refused(open(master))).toContain('field 的第 2 版');
    await put();
    await owner.query(`delete from data_key where name = 'pseudonym'`);
    expect(await refused(open(master))).toContain('pseudonym');
    await put();
    // All of them gone: what would be made instead does not open what is there, and is not kept.
    await owner.query('truncate data_key');
    expect(await refused(open(master))).toContain('field 的第 2 版');
    expect(await count('from data_key')).toBe(0);
    await put();
    await owner.query('drop table kept_keys');
    expect((await open(master)).rewrapped).toBe(0);
  });

  it('a wrapped key opens under its own name and version only', () => {
    const key = Buffer.alloc(32, 3);
    const wrapped = wrapKey(key, 'field', 2, Buffer.alloc(32, 8));
    expect(unwrapKey(key, 'field', 2, wrapped)).toEqual(Buffer.alloc(32, 8));
    expect([unwrapKey(key, 'field', 3, wrapped), unwrapKey(key, 'index', 2, wrapped)]).toEqual([null, null]);
    expect(unwrapKey(Buffer.alloc(32, 4), 'field', 2, wrapped)).toBeNull();
    for (const name of keyNames) expect(firstKeyring(key).active(name).version).toBe(1);
  });
});

it('every column that is sealed or indexed is made again or named as one that cannot be', async () => {
  const { rows } = await owner.query<{ name: string }>(
    `select table_name || '.' || column_name as name from information_schema.columns
     where table_schema = current_schema() and (column_name like '%\\_sealed' or (column_name like '%\\_index' and data_type = 'bytea'))`,
  );
  const listed = new Set([
    ...rewritten.flatMap((table) => table.columns.map(({ name }) => `${table.name}.${name}`)),
    ...unrepeatable,
  ]);
  expect(rows.length).toBeGreaterThan(15);
  expect(rows.map(({ name }) => name).filter((name) => !listed.has(name))).toEqual([]);
});

it('every table with seals is read whole by the command, as the owner', async () => {
  await asOwner(app.database.ownerUrl, (client) =>
    inOwnerTransaction(client, async () => {
      for (const { name } of rewritten) await client.query(`select 1 from ${name} limit 1`);
    }),
  );
  expect(await count('from person')).toBeGreaterThan(400);
});
