// Migrations on a real server: once each, whole or not at all, several programs at the same time, and the application's role.

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { administer, withLogin } from '#test/cluster';
import { emptyDatabase, testDatabase, type TestDatabase } from '#test/database';
import { ensureAppRole, migrate } from './migrate.ts';

let database: TestDatabase;
let dir: string;

beforeEach(async () => {
  database = await emptyDatabase();
  dir = mkdtempSync(join(tmpdir(), 'gongdun-test-migrations-'));
  writeFileSync(
    join(dir, '0001_first.sql'),
    'create table item (n int not null); grant select on item to gongdun_app;',
  );
});

afterEach(async () => {
  rmSync(dir, { recursive: true });
  await database.drop();
});

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('migrating', () => {
  test('each file runs once and is recorded, and the job queue is there', async () => {
    expect((await migrate(database.ownerUrl, { dir })).applied).toEqual(['0001_first.sql']);
    writeFileSync(join(dir, '0002_second.sql'), 'alter table item add word text;');
    expect((await migrate(database.ownerUrl, { dir })).applied).toEqual(['0002_second.sql']);
    expect((await migrate(database.ownerUrl, { dir })).applied).toEqual([]);
    expect(await query(database.ownerUrl, 'select number, name from schema_migration order by number')).toEqual([
      { number: 1, name: '0001_first.sql' },
      { number: 2, name: '0002_second.sql' },
    ]);
    expect(await query(database.ownerUrl, `select to_regproc('graphile_worker.add_job') is not null as there`)).toEqual(
      [{ there: true }],
    );
  });

  test('several programs that start together do it once', async () => {
    const results = await Promise.all(Array.from({ length: 6 }, () => migrate(database.ownerUrl, { dir })));
    expect(results.flatMap(({ applied }) => applied)).toEqual(['0001_first.sql']);
  });

  test('a migration that fails is undone as a whole, says where, and runs after it is repaired', async () => {
    writeFileSync(join(dir, '0002_second.sql'), 'create table half (n int);\nselect\n  nonsense;');
    await expect(migrate(database.ownerUrl, { dir })).rejects.toThrow('0002_second.sql:3');
    expect(await query(database.ownerUrl, `select to_regclass('half') as half`)).toEqual([{ half: null }]);
    expect(await query(database.ownerUrl, 'select number from schema_migration')).toEqual([{ number: 1 }]);
    writeFileSync(join(dir, '0002_second.sql'), 'create table half (n int);');
    expect((await migrate(database.ownerUrl, { dir })).applied).toEqual(['0002_second.sql']);
  });

  test('an edited old migration is refused and nothing newer runs', async () => {
    await migrate(database.ownerUrl, { dir });
    writeFileSync(join(dir, '0001_first.sql'), 'create table item (n int not null); -- edited');
    writeFileSync(join(dir, '0002_second.sql'), 'create table second (n int);');
    await expect(migrate(database.ownerUrl, { dir })).rejects.toThrow('已执行的迁移不得修改');
    expect(await query(database.ownerUrl, `select to_regclass('second') as second`)).toEqual([{ second: null }]);
  });

  test('one schema is one tenant: two live side by side in a database', async () => {
    for (const tenant of ['tenant_a', 'tenant_b']) {
      await migrate(database.ownerUrl, { dir, schema: tenant, workerSchema: `${tenant}_worker` });
    }
    const found = await query(
      database.ownerUrl,
      `select schemaname from pg_tables where tablename = 'item' order by 1`,
    );
    expect(found).toEqual([{ schemaname: 'tenant_a' }, { schemaname: 'tenant_b' }]);
  });

  test('a busy table: whoever comes after waits a second at most, and the migration goes on when it is free', async () => {
    await migrate(database.ownerUrl, { dir });
    writeFileSync(join(dir, '0002_second.sql'), 'alter table item add word text;');
    const holder = new pg.Client({ connectionString: database.ownerUrl });
    await holder.connect();
    try {
      await holder.query('begin; select * from item');
      await expect(migrate(database.ownerUrl, { dir, lockPatienceMs: 100 })).rejects.toThrow('一直被占用');
      const waiting = migrate(database.ownerUrl, { dir });
      await new Promise((resolve) => setTimeout(resolve, 300));
      const startedAt = performance.now();
      await query(database.ownerUrl, 'select * from item');
      expect(performance.now() - startedAt).toBeLessThan(3_000);
      await holder.query('commit');
      expect((await waiting).applied).toEqual(['0002_second.sql']);
    } finally {
      await holder.end();
    }
  });

  test('a breaking migration does not begin while an old program serves, and refuses it afterwards', async () => {
    await migrate(database.ownerUrl, { dir });
    const old = new pg.Client({ connectionString: database.ownerUrl });
    await old.connect();
    try {
      await old.query(`select pg_advisory_lock_shared(hashtextextended('gongdun.worker.graphile_worker', 0))`);
      writeFileSync(join(dir, '0002_second.sql'), '--! breaking-change\nalter table item add word text;');
      await expect(migrate(database.ownerUrl, { dir })).rejects.toThrow('请先停止全部旧版程序');
    } finally {
      await old.end();
    }
    expect((await migrate(database.ownerUrl, { dir })).applied).toEqual(['0002_second.sql']);
    rmSync(join(dir, '0002_second.sql'));
    await expect(migrate(database.ownerUrl, { dir })).rejects.toThrow('请改用更新的版本');
  });

  test('a user without the right to create is told which right is missing', async () => {
    const user = `gongdun_t_${randomBytes(4).toString('hex')}`;
    await administer(database.ownerUrl, `create role ${user} login password 'only-for-this-test'`);
    try {
      const url = withLogin(database.ownerUrl, user, 'only-for-this-test');
      await expect(migrate(url, { dir })).rejects.toThrow('权限');
    } finally {
      await administer(database.ownerUrl, `drop role ${user}`);
    }
  });

  test('a server that does not answer is named without its password', async () => {
    const failure = migrate('postgresql://somebody:secret-word@127.0.0.1:1/none', { dir });
    await expect(failure).rejects.toThrow('127.0.0.1:1/none');
    await expect(failure).rejects.not.toThrow('secret-word');
  });
});

describe('the application role', () => {
  test('many programs may make it at once; it logs in, owns nothing and cannot pass row-level security', async () => {
    const { appPassword } = inject('cluster');
    const urls = await Promise.all(
      Array.from({ length: 8 }, () => ensureAppRole(database.ownerUrl, { password: appPassword })),
    );
    expect(new Set(urls).size).toBe(1);
    const role = await query(
      urls[0] ?? '',
      `select rolname, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as strong from pg_roles where rolname = current_user`,
    );
    expect(role).toEqual([{ rolname: 'gongdun_app', strong: false }]);
    await migrate(database.ownerUrl, { dir });
    expect(await query(urls[0] ?? '', 'select * from item')).toEqual([]);
    await expect(query(urls[0] ?? '', 'insert into item values (1)')).rejects.toThrow('permission denied');
    await expect(query(urls[0] ?? '', 'create table mine ()')).rejects.toThrow('permission denied');
  });

  test('a role that could pass row-level security is refused', async () => {
    await administer(database.ownerUrl, 'create table stolen (); alter table stolen owner to gongdun_app');
    const { appPassword } = inject('cluster');
    await expect(ensureAppRole(database.ownerUrl, { password: appPassword })).rejects.toThrow('OWNER OF TABLES');
  });
});

test('a cloned database is migrated, separate, and made within two seconds', async () => {
  const startedAt = performance.now();
  const clone = await testDatabase();
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  try {
    const found = await query(
      clone.appUrl,
      `select current_database() as name, to_regclass('case_action') is not null as migrated`,
    );
    expect(found).toEqual([{ name: clone.name, migrated: true }]);
  } finally {
    await clone.drop();
  }
});

test('a connection that a test leaves open fails its drop', async () => {
  const clone = await testDatabase();
  const leak = new pg.Client({ connectionString: clone.ownerUrl, application_name: 'leak' });
  leak.on('error', () => {});
  await leak.connect();
  await expect(clone.drop()).rejects.toThrow('leak');
  await leak.end().catch(() => {});
});
