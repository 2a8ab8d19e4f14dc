// The application's role: it logs in, owns nothing, and row-level security binds it. Roles belong to the whole cluster, so
// several databases and several starting programs share this one; making it must not fail because somebody else just did.

import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';
import { sqlState } from './db.ts';
import { invariant } from './errors.ts';
import { reasonOf, SetupError } from './setup-error.ts';

export const appRole = 'gongdun_app';
/** Nobody logs in as it: the job that erases takes it on, and what it may destroy is what the schema grants it and nothing else. */
export const eraserRole = 'gongdun_eraser';

// Duplicate role, the same seen one moment earlier by the index, and "tuple concurrently updated".
const lostRace = new Set(['42710', '23505', 'XX000', '40001']);
const attemptsMax = 20;

type RoleRow = { readonly excess: string[] };

/** The URL with which the application connects. Gives the role this password, or proves that it has it already. */
export async function ensureAppRole(ownerUrl: string, options: { readonly password: string }): Promise<string> {
  invariant(/^[\w-]{16,}$/.test(options.password), 'the application password is at least 16 characters of base64url');
  const appUrl = withUser(ownerUrl, options.password);
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    await createRoleIfMissing(client);
    await checkRights(client);
    if (await canConnect(appUrl)) return appUrl;
    // The verifier, not the password, so that no statement log can hold the password.
    await insist(client, `alter role ${appRole} login password '${scramVerifier(options.password)}'`);
  } finally {
    await client.end();
  }
  if (await canConnect(appUrl)) return appUrl;
  throw new SetupError(
    `应用角色 ${appRole} 无法登录数据库。请检查 pg_hba.conf 是否允许该角色用口令连接。`,
    `The application's role ${appRole} cannot log in. Check that pg_hba.conf lets it connect with a password.`,
  );
}

/** Migrations grant to the role, so it exists before them; without a password nobody can log in as it. */
export async function createRoleIfMissing(client: pg.Client): Promise<void> {
  const found = await client.query<{ rolname: string }>('select rolname from pg_roles where rolname = any($1)', [
    [appRole, eraserRole],
  ]);
  const known = new Set(found.rows.map((row) => row.rolname));
  const limits = 'nosuperuser nobypassrls nocreatedb nocreaterole noreplication';
  if (!known.has(appRole)) await insist(client, `create role ${appRole} login ${limits}`);
  if (!known.has(eraserRole)) await insist(client, `create role ${eraserRole} nologin ${limits}`);
  const held = await client.query<{ has: boolean }>(`select pg_has_role(current_user, $1, 'member') as has`, [
    eraserRole,
  ]);
  if (held.rows[0]?.has === false) await insist(client, `grant ${eraserRole} to current_user`);
}

async function insist(client: pg.Client, text: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query(text);
      return;
    } catch (error) {
      const state = sqlState(error) ?? '';
      if (state === '42710' || (state === '23505' && text.startsWith('create'))) return;
      if (state === '42501') throw missingRight(error);
      if (!lostRace.has(state) || attempt >= attemptsMax) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 40));
    }
  }
}

function missingRight(error: unknown): SetupError {
  return new SetupError(
    `DATABASE_URL 的用户没有建立或修改应用角色的权限。请由管理员执行 ALTER ROLE 该用户 CREATEROLE，` +
      `或预先执行 CREATE ROLE ${appRole} LOGIN PASSWORD '…'; CREATE ROLE ${eraserRole} NOLOGIN; GRANT ${eraserRole} TO 该用户; 并设置 APP_DATABASE_PASSWORD。`,
    `The user of DATABASE_URL may not make or change the application's role. Let an administrator run ALTER ROLE that_user CREATEROLE, ` +
      `or run CREATE ROLE ${appRole} LOGIN PASSWORD '…'; CREATE ROLE ${eraserRole} NOLOGIN; GRANT ${eraserRole} TO that_user; ` +
      `beforehand and set APP_DATABASE_PASSWORD.`,
    error,
  );
}

/** A role that could pass row-level security would make every promise of the access rules empty. */
async function checkRights(client: pg.Client): Promise<void> {
  const found = await client.query<RoleRow>(
    `select array_remove(array[
              case when r.rolsuper then 'SUPERUSER' end,
              case when r.rolbypassrls then 'BYPASSRLS' end,
              case when r.rolcreaterole then 'CREATEROLE' end,
              case when exists (select 1 from pg_class c where c.relowner = r.oid) then 'OWNER OF TABLES' end,
              case when exists (select 1 from pg_auth_members m where m.member = r.oid) then 'MEMBER OF ROLES' end
            ], null) as excess
       from pg_roles r where r.rolname = $1`,
    [appRole],
  );
  const role = found.rows[0];
  invariant(role, 'the application role was just made');
  if (role.excess.length === 0) return;
  const excess = role.excess.join(', ');
  throw new SetupError(
    `应用角色 ${appRole} 权限过大（${excess}），会绕过行级权限控制。请由管理员收回这些权限后再试。`,
    `The application's role ${appRole} has too many rights (${excess}) and could pass row-level security. Take them away and try again.`,
  );
}

async function canConnect(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch (error) {
    // Wrong password, no password, not permitted by pg_hba.conf or to this database: the caller decides.
    if (['28P01', '28000', '42501'].includes(sqlState(error) ?? '')) return false;
    throw new SetupError(
      `无法以应用角色连接数据库：${reasonOf(error)}。`,
      `Cannot connect to the database as the application's role: ${reasonOf(error)}.`,
      error,
    );
  } finally {
    await client.end().catch(() => {});
  }
}

/** What PostgreSQL keeps of a password: RFC 5803, as `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`. */
function scramVerifier(password: string): string {
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const keyed = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${keyed('Server Key').toString('base64')}`;
}

function withUser(ownerUrl: string, password: string): string {
  const url = new URL(ownerUrl);
  url.username = appRole;
  url.password = password;
  return url.href;
}
