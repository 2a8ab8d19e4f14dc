// The promise of a backup, on a real server with its durability on: taken while people work, restored to a moment, equal to the original
// at that moment by the cases' and the ledger's own checks; what is damaged, missing, cut off or of another key is refused with its place.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { restoreBackup, type RestoreOptions } from '#platform/backup-restore';
import { listBackups, pathsOf, pruneBackups, verifyBackup, type BackupPlace } from '#platform/backup-store';
import { nextSegment, shipWal } from '#platform/backup-wal';
import { readConfig, type Config } from '#platform/config';
import { removeEmbedded } from '#platform/embedded';
import { SetupError } from '#platform/setup-error';
import { backupNow, filesFolder, isDue, requirePlace } from '#wiring/backup';
import { prepareDatabase, type PreparedDatabase } from '#wiring/database';
import { makeAndLoad } from '#wiring/first-run';
import { createCrypto } from '#platform/crypto';
import { fingerprint } from '#platform/keyring';
import { rewriteAll } from '#wiring/key-rewrite';
import { addVersion } from '#wiring/key-work';
import { asOwner, openKeyring, openRestored } from '#wiring/keys';
import { operate, type Operated } from '#wiring/operate';
import { isSound, prove, type Proof } from '#wiring/proof';
import { root } from './repo-files.ts';

let folder: string;
let config: Config;
let database: PreparedDatabase;
let original: Operated;
let place: BackupPlace;
const env = { DEMO: 'on', MASTER_KEY: '1'.repeat(64), BACKUP_KEY: '2'.repeat(64), LOG_LEVEL: 'error' };
const small = { shared_buffers: '16MB' };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gongdun-test-backup-'));
  chmodSync(folder, 0o711);
  config = readConfig({ ...env, DATA_DIR: join(folder, 'data'), BACKUP_DIR: join(folder, 'backup') }, [
    '--workers',
    '10',
  ]);
  place = requirePlace(config);
  database = await prepareDatabase(config, join(root, 'db'), () => {});
  original = await operate(config, database, 'none');
  await original.services.prepare();
  const mark = { seed: 1, workers: 20, now: new Date().toISOString() };
  await makeAndLoad(original.services, database.ownerUrl, mark, () => {});
}, 120_000);

afterAll(async () => {
  await original?.close();
  await database?.stop();
  for (const name of existsSync(folder) ? readdirSync(folder) : []) removeEmbedded(join(folder, name, 'postgres'));
  rmSync(folder, { recursive: true, force: true });
});

async function ask<T extends object>(text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

/** A write as any other, told apart by its text; it is promised when this returns. */
const write = (text: string) =>
  ask(`insert into log_leaf (leaf_id, entry) values (gen_random_uuid(), '${text}') returning leaf_id`);

const server = () => {
  if (!database.embedded) throw new Error('embedded');
  return { ownerUrl: database.ownerUrl, ...database.embedded };
};

/** The log up to now, in the backup. */
async function archive(): Promise<void> {
  const [row] = await ask<{ name: string }>('select pg_walfile_name(pg_switch_wal()) as name');
  for (let tries = 0; tries < 200; tries += 1) {
    await shipWal(place, server().walSpool);
    if (existsSync(join(pathsOf(place).wal, row?.name ?? ''))) return;
    await delay(50);
  }
  throw new Error('the log was not archived');
}

let count = 0;
async function restored<T>(
  more: Partial<RestoreOptions>,
  look: (proof: Proof, leaves: string[]) => T,
  masters: readonly Buffer[] = [config.masterKey],
): Promise<T> {
  count += 1;
  const into = join(folder, `restored-${count}`);
  const done = await restoreBackup({ place, into, settings: small, say: () => {}, ...more });
  try {
    const { ownerUrl } = done.server;
    const { keyring } = await openRestored(ownerUrl, masters, () => {});
    const copy = await operate({ ...config, dataDir: into }, { appUrl: ownerUrl, keyring }, 'none');
    const proof = await prove(copy.services, done.server.ownerUrl);
    await copy.close();
    const client = new pg.Client({ connectionString: done.server.ownerUrl });
    await client.connect();
    const leaves = await client.query<{ entry: string }>(
      `select entry from log_leaf where entry like 'test %' order by 1`,
    );
    await client.end();
    return look(
      proof,
      leaves.rows.map((row) => row.entry),
    );
  } finally {
    await done.server.stop();
  }
}

async function refused(more: Partial<RestoreOptions>): Promise<string> {
  count += 1;
  const into = join(folder, `restored-${count}`);
  const failure = await restoreBackup({ place, into, settings: small, say: () => {}, ...more }).then(
    async (done) => {
      await done.server.stop();
      return `${JSON.stringify(more)} was restored: ${readFileSync(join(into, 'postgres', 'postgres.log'), 'utf8')}`;
    },
    (error: unknown) => error,
  );
  expect(failure, String(failure)).toBeInstanceOf(SetupError);
  expect(existsSync(into), 'nothing is left that looks like a database').toBe(false);
  return failure instanceof SetupError ? failure.zh : '';
}

it('taken while people write, restored to a moment: what was promised before is there, nothing after, and the books are equal', async () => {
  const until = { over: false };
  let written = 0;
  const writing = (async () => {
    while (!until.over) {
      written += 1;
      await write(`busy ${written}`);
    }
  })();
  const made = await backupNow(config, server(), () => {});
  until.over = true;
  await writing;
  expect(written).toBeGreaterThan(3);
  expect(await verifyBackup(place, made.id, true)).toEqual({ files: made.files.length, problems: [] });

  await write('test before');
  await delay(20);
  const at = await prove(original.services, database.ownerUrl);
  expect(isSound(at)).toBe(true);
  expect(at.cases).toBeGreaterThan(10);
  const moment = new Date();
  await delay(20);
  await write('test after');
  await archive();

  await restored({ until: moment }, (proof, leaves) => {
    expect(leaves).toEqual(['test before']);
    expect(proof).toEqual(at);
  });
  await restored({}, (proof, leaves) => {
    expect(leaves).toEqual(['test after', 'test before']);
    expect(proof.tables['log_leaf']).not.toEqual(at.tables['log_leaf']);
    expect(isSound(proof)).toBe(true);
  });
  const uploads = readdirSync(filesFolder(config) ?? '', { recursive: true })
    .map(String)
    .toSorted();
  expect(uploads.length).toBeGreaterThan(2);
  expect(
    readdirSync(join(folder, 'restored-1', 'files'), { recursive: true })
      .map(String)
      .toSorted(),
  ).toEqual(uploads);
}, 180_000);

it('after keys were replaced, and the master itself, a copy of before and one of after open, each with its own keys', async () => {
  const before = await prove(original.services, database.ownerUrl);
  await backupNow(config, server(), () => {});
  await delay(20);
  const moment = new Date();
  await delay(20);
  const next = Buffer.alloc(32, 77);
  await asOwner(database.ownerUrl, async (client) => {
    await addVersion(client, config.masterKey, 'field', 0);
    const { keyring: ring } = await openKeyring(database.ownerUrl, config, () => {});
    expect(ring.active('field').version).toBe(2);
    const changed = await rewriteAll({ client, crypto: createCrypto(ring), ring, name: 'field' });
    expect(changed).toBeGreaterThan(20);
    const { rewrapped } = await openKeyring(
      database.ownerUrl,
      { masterKey: next, previousMasterKey: config.masterKey },
      () => {},
    );
    expect(rewrapped).toBeGreaterThan(5);
  });
  await archive();
  // `restored` opens the copy with the former master, the only one that the backup holds; the newest rows of all tables are opened.
  await restored({ until: moment }, (proof) => expect(proof).toEqual(before));
  await expect(restored({}, () => {})).rejects.toThrow('MASTER_KEY_PREVIOUS');
  await restored({}, (proof) => expect(isSound(proof)).toBe(true), [config.masterKey, next]);
  const [last] = listBackups(place);
  const ours = { systemId: last?.systemId ?? '', timeline: last?.timeline ?? 0 };
  const due = (master: Buffer) => isDue(last, { ...ours, master: fingerprint(master) }, Date.now());
  expect([due(config.masterKey), due(next)]).toEqual([false, true]);
  await openKeyring(database.ownerUrl, { masterKey: config.masterKey, previousMasterKey: next }, () => {});
}, 180_000);

it('a proof finds what was changed behind the program', async () => {
  await ask(
    `update case_action set case_prev = sha256('x') where seq = 2 and case_id = (select case_id from case_state limit 1)`,
  );
  const proof = await prove(original.services, database.ownerUrl);
  expect(proof.brokenChains + proof.differentCases.length).toBeGreaterThan(0);
});

it('a wrong key, a wrong moment, a damaged file, a missing or damaged segment are refused with their place', async () => {
  const [last] = listBackups(place);
  if (!last) throw new Error('the backup of the first test');
  expect(await refused({ place: { ...place, key: Buffer.alloc(32, 9) } })).toContain('BACKUP_KEY');
  expect(await refused({ until: new Date('2020-01-01T00:00:00Z') })).toContain('之前没有完整的备份');
  expect(await refused({ until: new Date(Date.now() + 3_600_000) })).toContain('最后一笔在');

  const { wal, of } = pathsOf(place);
  const aside = join(folder, 'aside');
  const damaged = async (path: string, more: Partial<RestoreOptions>, spoil: (bytes: Buffer) => Buffer | null) => {
    cpSync(path, aside);
    const bytes = spoil(readFileSync(path));
    if (bytes) writeFileSync(path, bytes);
    else rmSync(path);
    const said = await refused(more);
    cpSync(aside, path);
    return said;
  };
  const flip = (bytes: Buffer) =>
    Buffer.concat([bytes.subarray(0, 60), Buffer.from([(bytes[60] ?? 0) ^ 1]), bytes.subarray(61)]);

  const moment = new Date();
  await delay(20);
  await write('test much later');
  await archive();
  const first = join(wal, last.startSegment);
  expect(await damaged(first, {}, flip)).toContain(`${first} 损坏`);
  expect(await damaged(first, {}, () => null)).toContain(`${first} 缺失`);
  // Behind the backup itself: what lies before the gap can still be had, what lies after it cannot.
  const segments = readdirSync(wal)
    .filter((name) => name > last.stopSegment)
    .toSorted();
  const gap = join(wal, segments[0] ?? '');
  expect(segments.length).toBeGreaterThan(1);
  expect(await damaged(gap, {}, () => null)).toContain(`${gap} 缺失`);
  expect(await damaged(gap, { until: moment }, flip)).toContain(`${gap} 损坏`);
  const data = join(of(last.id), last.files[3]?.name ?? '');
  expect(await damaged(data, {}, flip)).toContain(data);
  expect(await damaged(join(of(last.id), 'keys'), {}, () => null)).toContain('keys');
  const manifest = join(of(last.id), 'manifest.json');
  expect(
    await damaged(manifest, {}, (bytes) => Buffer.from(bytes.toString().replace('"uploads":', '"uploads":1'))),
  ).toContain('BACKUP_KEY');
  cpSync(data, aside);
  writeFileSync(data, flip(readFileSync(data)));
  expect((await verifyBackup(place, last.id, false)).problems).toHaveLength(1);
  cpSync(aside, data);
  await expect(restoreBackup({ place, into: folder, say: () => {} })).rejects.toThrow('不是空的');
}, 180_000);

it('killed in the middle, a backup counts for nothing, and the next one is whole', async () => {
  const whole = listBackups(place).length;
  const child = spawn(process.execPath, ['tools/backup.ts', 'now'], {
    cwd: root,
    stdio: 'ignore',
    env: { ...process.env, ...env, DATA_DIR: config.dataDir, BACKUP_DIR: place.dir },
  });
  const folders = () => readdirSync(pathsOf(place).base);
  const before = folders().length;
  while (folders().length === before && child.exitCode === null) await delay(5);
  const id = folders().toSorted().at(-1) ?? '';
  while (readdirSync(pathsOf(place).of(id)).length < 50 && child.exitCode === null) await delay(5);
  child.kill('SIGKILL');
  await gone(child);
  expect(folders().length).toBe(before + 1);
  expect(listBackups(place)).toHaveLength(whole);
  await delay(1_100);
  const next = await backupNow(config, server(), () => {});
  expect((await verifyBackup(place, next.id, true)).problems).toEqual([]);
  const listed = spawnSync(process.execPath, ['tools/backup.ts', 'list'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env, DATA_DIR: config.dataDir, BACKUP_DIR: place.dir },
  });
  expect([listed.status, listed.stdout.includes(next.id), listed.stderr]).toEqual([0, true, '']);
  const ours = { systemId: next.systemId, timeline: next.timeline };
  const nowMs = Date.parse(next.startedAt) + 3_600_000;
  expect([isDue(next, ours, nowMs), isDue(next, ours, nowMs + 86_400_000)]).toEqual([false, true]);
  expect([isDue(undefined, ours, nowMs), isDue(next, { ...ours, timeline: 2 }, nowMs)]).toEqual([true, true]);
  // Old backups go, never the last whole one, and with them the log that nobody needs any more.
  const later = Date.now() + 40 * 86_400_000;
  const pruned = pruneBackups(place, 14, later);
  expect([pruned.backups.length, pruned.unfinished]).toEqual([whole, 1]);
  expect(listBackups(place).map((one) => one.id)).toEqual([next.id]);
  expect(readdirSync(pathsOf(place).wal).toSorted()[0]).toBe(next.startSegment);
  await restored({}, (proof) => expect(proof.cases).toBeGreaterThan(10));
}, 120_000);

function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

it('segments are counted across four gigabytes', () => {
  expect(nextSegment('000000010000000000000009', 16 * 1024 * 1024)).toBe('00000001000000000000000A');
  expect(nextSegment('0000000100000000000000FF', 16 * 1024 * 1024)).toBe('000000010000000100000000');
});
