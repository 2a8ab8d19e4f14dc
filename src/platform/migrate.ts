// Brings a database to the schema that this program expects: numbered SQL files, forward only, each in its own transaction and
// recorded with its hash. Also makes the application's role, which owns nothing. It never edits data that a migration does not
// name, and it refuses, with a sentence for the operator, whatever it cannot do whole.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Logger, runMigrations } from 'graphile-worker';
import pg from 'pg';
import { createRoleIfMissing } from './app-role.ts';
import { sqlState } from './db.ts';
import { invariant } from './errors.ts';
import { reasonOf, SetupError } from './setup-error.ts';

export { appRole, ensureAppRole, eraserRole } from './app-role.ts';

export type MigrateOptions = {
  /** Folder of the `NNNN_what.sql` files. */
  readonly dir: string;
  /** One tenant is one schema. */
  readonly schema?: string;
  /** Schema of the job queue; one per tenant. */
  readonly workerSchema?: string;
  /** How long a migration tries to get at a busy table. */
  readonly lockPatienceMs?: number;
};

export type MigrateResult = { readonly applied: readonly string[]; readonly present: readonly string[] };

export type Migration = {
  readonly number: number;
  readonly name: string;
  readonly text: string;
  readonly hash: string;
  /** Marked `--! breaking-change`: a program that does not know this migration must not run on its schema. */
  readonly isBreaking: boolean;
};

type AppliedRow = {
  readonly number: number;
  readonly name: string;
  readonly sha256: string;
  readonly is_breaking: boolean;
};

const oldestMajor = 15;
const namePattern = /^(\d{4})_[a-z0-9_]+\.sql$/;

export async function migrate(ownerUrl: string, options: MigrateOptions): Promise<MigrateResult> {
  const schema = identifier(options.schema ?? 'public');
  const migrations = readMigrations(options.dir);
  const client = await connect(ownerUrl);
  try {
    await checkServer(client);
    // One migrator at a time; the others wait here and then find everything done. Freed with the connection.
    await client.query(`select pg_advisory_lock(hashtextextended('gongdun.migrate.' || $1, 0))`, [schema]);
    await prepareSchema(client, schema);
    const workerSchema = identifier(options.workerSchema ?? 'graphile_worker');
    await migrateJobs(ownerUrl, workerSchema);
    const rows = await client.query<AppliedRow>(
      `select number, name, sha256, is_breaking from ${schema}.schema_migration order by number`,
    );
    const missing = planMigrations(migrations, rows.rows);
    if (rows.rows.length > 0) await refuseBreakingUnder(client, missing, workerSchema);
    for (const migration of missing) await applyPatiently(client, schema, migration, options);
    return { applied: missing.map(({ name }) => name), present: migrations.map(({ name }) => name) };
  } finally {
    await client.end();
  }
}

/** The files in order. A gap, a double number or a strange name is an incomplete copy of the source. */
export function readMigrations(dir: string): Migration[] {
  const names = readdirSync(dir)
    .filter((name) => name.endsWith('.sql') && name !== 'schema.sql')
    .toSorted();
  return names.map((name, index) => {
    const number = Number(namePattern.exec(name)?.[1]);
    if (number !== index + 1) {
      throw new SetupError(
        `迁移文件 ${join(dir, name)} 的编号不连续或名称不规范，源代码可能不完整，请重新获取。`,
        `The migration ${join(dir, name)} is out of sequence or oddly named; the source may be incomplete. Get it again.`,
      );
    }
    const text = readFileSync(join(dir, name), 'utf8');
    invariant(!/^\s*(commit|rollback)\b/im.test(text), `${name} ends its own transaction`);
    const hash = createHash('sha256').update(text).digest('hex');
    return { number, name, text, hash, isBreaking: /^--! breaking-change\b/m.test(text) };
  });
}

/** Which migrations are still to run; refuses an edited old file and a database that has moved on without us. */
export function planMigrations(files: readonly Migration[], applied: readonly AppliedRow[]): readonly Migration[] {
  for (const row of applied) {
    const file = files[row.number - 1];
    if (file === undefined) {
      if (!row.is_breaking) continue;
      throw new SetupError(
        `数据库已由更新版本的程序升级（${row.name}），当前版本不能在其上运行。请改用更新的版本。`,
        `The database was upgraded by a newer program (${row.name}) and this version cannot run on it. Use the newer version.`,
      );
    }
    if (file.hash !== row.sha256) {
      throw new SetupError(
        `已执行过的迁移 ${row.name} 与现有文件 ${file.name} 的内容不同。已执行的迁移不得修改：请恢复原文件，把改动写成新的迁移。`,
        `The migration ${row.name} was applied, and the file ${file.name} is now different. Restore it and write the change as a new migration.`,
      );
    }
  }
  return files.slice(applied.length);
}

const lockMs = 1_000;
const lockPatienceMs = 180_000;

/**
 * Who waits for a lock on a busy table makes everybody after him wait too, and an upgrade happens while people work. So a migration
 * waits a second, gives way to those behind it, and tries again for three minutes.
 */
async function applyPatiently(client: pg.Client, schema: string, migration: Migration, options: MigrateOptions) {
  const endMs = Date.now() + (options.lockPatienceMs ?? lockPatienceMs);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await apply(client, schema, migration);
    } catch (error) {
      const cause = error instanceof SetupError ? error.cause : error;
      const gaveWay = lostLocks.has(sqlState(cause) ?? '');
      if (!gaveWay) throw error;
      if (Date.now() >= endMs) throw tableBusy(migration, error);
      await new Promise((resolve) => setTimeout(resolve, Math.min(attempt * 100, 2_000) * (0.5 + Math.random())));
    }
  }
}

/** Lock not available, deadlock detected. */
const lostLocks = new Set(['55P03', '40P01']);

function tableBusy({ name }: Migration, error: unknown): SetupError {
  return new SetupError(
    `迁移 ${name} 要改的表一直被占用，已放弃并整体撤销，数据库停留在上一步。请找出长时间运行的语句（视图 pg_stat_activity）并结束它，或在人少的时候再试。`,
    `A table that the migration ${name} changes stayed busy; it was undone as a whole. Find the long-running statement in pg_stat_activity and end it, or try again at a quiet hour.`,
    error,
  );
}

/**
 * What is marked as breaking takes the ground from under the old version. Every program that serves holds a shared lock while it lives
 * (the presence of its job worker); as long as one does, such a migration does not begin.
 */
async function refuseBreakingUnder(client: pg.Client, missing: readonly Migration[], workerSchema: string) {
  const breaking = missing.find((migration) => migration.isBreaking);
  if (!breaking) return;
  const lock = `hashtextextended('gongdun.worker.${workerSchema}', 0)`;
  const free = await client.query<{ got: boolean }>(`select pg_try_advisory_lock(${lock}) as got`);
  if (free.rows[0]?.got !== true) {
    throw new SetupError(
      `迁移 ${breaking.name} 与旧版程序不兼容，而旧版程序仍在运行。请先停止全部旧版程序，再启动新版（这次升级会短暂停止服务）。`,
      `The migration ${breaking.name} does not suit the old version, which is still running. Stop it everywhere, then start the new one (this upgrade interrupts the service).`,
    );
  }
  await client.query(`select pg_advisory_unlock(${lock})`);
}

/** Each migration in its own transaction; its row goes in first, so that a second migrator clashes before it does anything. */
async function apply(client: pg.Client, schema: string, migration: Migration): Promise<void> {
  try {
    await client.query(`begin; set local search_path to ${schema}; set local lock_timeout to '${lockMs}ms'`);
    await client.query(`insert into schema_migration (number, name, sha256, is_breaking) values ($1, $2, $3, $4)`, [
      migration.number,
      migration.name,
      migration.hash,
      migration.isBreaking,
    ]);
    await client.query(migration.text);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw migrationFailed(migration, error);
  }
}

function migrationFailed(migration: Migration, error: unknown): SetupError {
  const position = error instanceof pg.DatabaseError ? Number(error.position) : Number.NaN;
  const line = Number.isNaN(position) ? '' : `:${migration.text.slice(0, position).split('\n').length}`;
  const where = `${migration.name}${line}`;
  return new SetupError(
    `迁移 ${where} 失败并已整体撤销，数据库停留在上一步：${reasonOf(error)}${rightHint(error).zh}`,
    `The migration ${where} failed and was undone as a whole; the database is as it was before: ${reasonOf(error)}${rightHint(error).en}`,
    error,
  );
}

function rightHint(error: unknown): { zh: string; en: string } {
  if (sqlState(error) !== '42501') return { zh: '。', en: '.' };
  return {
    zh: '。DATABASE_URL 的用户缺少权限：请用数据库的所有者连接。',
    en: '. The user of DATABASE_URL lacks a right: connect as the owner of the database.',
  };
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'gongdun-migrate',
  });
  // A connection that breaks fails the query that waits for it; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    const { host, port, database } = client;
    throw new SetupError(
      `无法连接数据库 ${host}:${port}/${database}：${reasonOf(error)}。请检查 DATABASE_URL、口令和网络。`,
      `Cannot connect to the database ${host}:${port}/${database}: ${reasonOf(error)}. Check DATABASE_URL, the password and the network.`,
      error,
    );
  }
}

async function checkServer(client: pg.Client): Promise<void> {
  const shown = await client.query<{ version: string; encoding: string }>(
    `select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding`,
  );
  const row = shown.rows[0];
  invariant(row, 'the server says its version');
  checkServerVersion(Number(row.version));
  if (row.encoding !== 'UTF8') {
    throw new SetupError(
      `数据库编码是 ${row.encoding}，需要 UTF8。请用 ENCODING 'UTF8' 新建数据库。`,
      `The database's encoding is ${row.encoding}, UTF8 is needed. Create a database with ENCODING 'UTF8'.`,
    );
  }
}

/** `server_version_num`: 150004 is 15.4. */
export function checkServerVersion(versionNumber: number): void {
  const major = Math.floor(versionNumber / 10_000);
  if (major >= oldestMajor) return;
  throw new SetupError(
    `PostgreSQL ${major} 版本过低，需要 ${oldestMajor} 或更高版本。请升级，或去掉 DATABASE_URL 使用自带的数据库。`,
    `PostgreSQL ${major} is too old, ${oldestMajor} or later is needed. Upgrade it, or unset DATABASE_URL to use the embedded one.`,
  );
}

async function prepareSchema(client: pg.Client, schema: string): Promise<void> {
  await createRoleIfMissing(client);
  try {
    // CREATE SCHEMA IF NOT EXISTS asks for the right even when there is nothing to do.
    const found = await client.query('select 1 from pg_namespace where nspname = $1', [schema]);
    if (found.rowCount === 0) await client.query(`create schema ${schema}`);
    await client.query(`
      create table if not exists ${schema}.schema_migration (
        number integer not null,
        name text not null,
        sha256 text not null,
        is_breaking boolean not null,
        applied_at timestamptz not null default now(),
        constraint schema_migration_pk primary key (number)
      );
      comment on table ${schema}.schema_migration is 'Migrations that were applied, with the hash of each file; rows are only added.';
      grant usage on schema ${schema} to gongdun_app`);
  } catch (error) {
    if (sqlState(error) !== '42501') throw error;
    throw new SetupError(
      `DATABASE_URL 的用户没有在模式 ${schema} 中建表的权限。请由管理员执行：ALTER DATABASE 数据库名 OWNER TO 该用户；然后再试。`,
      `The user of DATABASE_URL may not create tables in the schema ${schema}. Let an administrator run ALTER DATABASE name OWNER TO that_user, then try again.`,
      error,
    );
  }
}

/** The job queue's own migrations come first: ours wrap its functions. */
async function migrateJobs(ownerUrl: string, schema: string): Promise<void> {
  const quiet = new Logger(() => () => {});
  try {
    await runMigrations({ connectionString: ownerUrl, schema, maxPoolSize: 2, logger: quiet, taskList: {} });
  } catch (error) {
    throw new SetupError(
      `任务队列的表（模式 ${schema}）无法建立：${reasonOf(error)}${rightHint(error).zh}`,
      `The job queue's tables (schema ${schema}) cannot be made: ${reasonOf(error)}${rightHint(error).en}`,
      error,
    );
  }
}

/** A name that needs no quoting, so that it can stand in a statement. */
function identifier(name: string): string {
  invariant(/^[a-z_][a-z0-9_]{0,62}$/.test(name), `schema name ${JSON.stringify(name)}`);
  return name;
}
