// Making the embedded server's database, once, and knowing it again: initdb into a folder aside, the owner's password, the
// version that the data needs. A first run that was cut off must leave nothing that looks like a database.

import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { EmbeddedHome, RunAs } from './embedded-home.ts';
import { invariant } from './errors.ts';
import { reasonOf, SetupError } from './setup-error.ts';

export const owner = 'gongdun_owner';

/** Makes the database in a folder aside and renames it, so that a run that was cut off leaves nothing that looks whole. */
export async function initialise(place: EmbeddedHome, dataDir: string, isDurable: boolean): Promise<void> {
  for (const name of readdirSync(place.home)) {
    if (name.startsWith('making-')) rmSync(join(place.home, name), { recursive: true, force: true });
  }
  const aside = join(place.home, `making-${process.pid}`);
  const made = join(aside, 'data');
  const passwordFile = join(aside, 'password');
  const password = randomBytes(24).toString('base64url');
  for (const folder of [aside, made]) {
    mkdirSync(folder, { mode: 0o700 });
    giveTo(folder, place.runAs);
  }
  writeFileSync(passwordFile, password, { mode: 0o600 });
  giveTo(passwordFile, place.runAs);
  const args = ['-D', made, '-U', owner, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--data-checksums'];
  args.push('--locale=C.UTF-8', '--encoding=UTF8', ...(isDurable ? [] : ['--no-sync']));
  const done = await runInitdb(join(place.binDir, 'initdb'), args, place.runAs);
  if (done !== '') {
    rmSync(aside, { recursive: true, force: true });
    throw new SetupError(
      `建立数据库失败：${done}。请检查磁盘空间和 ${place.home} 的权限，然后再试。`,
      `Making the database failed: ${done}. Check the disk and the permissions of ${place.home}, then try again.`,
    );
  }
  writeFileSync(join(place.home, 'owner-password'), `${password}\n`, { mode: 0o600, flush: true });
  renameSync(made, dataDir);
  rmSync(aside, { recursive: true, force: true });
}

function runInitdb(program: string, args: string[], runAs: RunAs): Promise<string> {
  return new Promise((resolve) => {
    const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' };
    const child = spawn(program, args, { ...runAs, cwd: '/', env, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-2_000);
    });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code === 0 ? '' : errors.trim() || `initdb ${signal ?? code}`));
  });
}

export function giveTo(path: string, runAs: RunAs): void {
  if (runAs !== undefined) chownSync(path, runAs.uid, runAs.gid);
}

export function checkVersion(place: EmbeddedHome, dataDir: string): void {
  const shown = spawnSync(join(place.binDir, 'postgres'), ['--version'], {
    ...place.runAs,
    cwd: '/',
    encoding: 'utf8',
  });
  const program = /(\d+)/.exec(shown.stdout)?.[1];
  let data: string;
  try {
    data = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  } catch (error) {
    throw new SetupError(
      `无法读取数据库目录 ${dataDir}（${reasonOf(error)}）。请用建立它的用户运行，或另选数据目录。`,
      `The database in ${dataDir} cannot be read (${reasonOf(error)}). Run as the user who made it, or choose another folder.`,
      error,
    );
  }
  if (data !== program) {
    throw new SetupError(
      `数据目录 ${dataDir} 由 PostgreSQL ${data} 建立，而当前程序自带 PostgreSQL ${program}。请先用旧版程序备份，再恢复到新目录。`,
      `The data in ${dataDir} was made by PostgreSQL ${data}, this program carries ${program}. Back it up with the old program and restore it into a new folder.`,
    );
  }
}

export async function ensureDatabase(url: string, database: string): Promise<void> {
  invariant(/^[a-z][a-z0-9_]{0,50}$/.test(database), `database name ${database}`);
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const client = new pg.Client({ connectionString: maintenance.href, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`create database ${database}`);
  } finally {
    await client.end();
  }
}

export function readPassword(home: string): string {
  try {
    return readFileSync(join(home, 'owner-password'), 'utf8').trim();
  } catch (error) {
    throw new SetupError(
      `找不到数据库口令文件 ${join(home, 'owner-password')}。请从备份恢复该文件；演示数据可用 npm start -- --fresh 重新建立。`,
      `The database's password file ${join(home, 'owner-password')} is missing. Restore it from a backup; demonstration data can be made anew with npm start -- --fresh.`,
      error,
    );
  }
}
