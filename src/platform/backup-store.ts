// The folder of the backups: what stands where in it, which backups are whole, how one is checked, and what is old enough to go. A
// backup is whole when its manifest is there, which is written last; the manifest is authenticated by the backup's key.

import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { openSealed, SealBroken, sha256OfFile, syncFolder } from './backup-seal.ts';
import { sameBytes } from './crypto.ts';
import { newId } from './ids.ts';
import { reasonOf, SetupError } from './setup-error.ts';

const fileEntry = z.object({
  /** In the backup: a number, so that no name of the database's folder has to be a name here. */
  name: z.string(),
  /** Path below the database's folder. */
  path: z.string(),
  bytes: z.number(),
  sealedBytes: z.number(),
  sha256: z.string(),
});

const manifestBody = z.object({
  version: z.literal(1),
  id: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  program: z.string(),
  migrations: z.number(),
  postgres: z.string(),
  systemId: z.string(),
  timeline: z.number(),
  startSegment: z.string(),
  stopSegment: z.string(),
  segmentBytes: z.number(),
  folders: z.array(z.string()),
  files: z.array(fileEntry),
  uploads: z.number(),
  /** Fingerprint of the master key that the backup holds; a later one makes a new backup due. */
  master: z.string().optional(),
});
const manifestFile = z.object({ body: manifestBody, mac: z.string() });

export type Manifest = z.infer<typeof manifestBody>;
export type FileEntry = z.infer<typeof fileEntry>;

export type BackupPlace = { readonly dir: string; readonly key: Buffer };

export const pathsOf = ({ dir }: Pick<BackupPlace, 'dir'>) => ({
  base: join(dir, 'base'),
  of: (id: string) => join(dir, 'base', id),
  wal: join(dir, 'wal'),
  uploads: join(dir, 'uploads'),
});

export const nameOfFile = (index: number): string => String(index).padStart(6, '0');
export const contextOfFile = (id: string, path: string): string => `base/${id}/${path}`;
export const keysContext = (id: string): string => `keys/${id}`;

export function prepareStore({ dir }: BackupPlace): void {
  const paths = pathsOf({ dir });
  try {
    for (const path of [paths.base, paths.wal, paths.uploads]) mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new SetupError(
      `备份目录 ${dir} 不能使用：${reasonOf(error)}。请检查 BACKUP_DIR、挂载和权限。`,
      `The backup folder ${dir} cannot be used: ${reasonOf(error)}. Check BACKUP_DIR, the mount and the rights.`,
      error,
    );
  }
}

export async function writeManifest(place: BackupPlace, body: Manifest): Promise<void> {
  const folder = pathsOf(place).of(body.id);
  const aside = join(folder, `manifest.${newId()}.part`);
  const text = JSON.stringify({ body, mac: macOf(place.key, body) });
  await writeFile(aside, text, { mode: 0o600, flush: true });
  await rename(aside, join(folder, 'manifest.json'));
  await syncFolder(folder);
}

/** Over the values in the schema's order, whatever order the file has them in. */
function macOf(key: Buffer, body: Manifest): string {
  const text = JSON.stringify(manifestBody.parse(body));
  return createHmac('sha256', key).update('gongdun/backup/manifest/1\n').update(text).digest('hex');
}

/** Whole backups, newest first; the key is not needed, and nothing is proved. */
export function listBackups(place: Pick<BackupPlace, 'dir'>): readonly Manifest[] {
  const { base, of } = pathsOf(place);
  if (!existsSync(base)) return [];
  return readdirSync(base)
    .filter((id) => existsSync(join(of(id), 'manifest.json')))
    .flatMap((id) => {
      const parsed = manifestFile.safeParse(parseJson(join(of(id), 'manifest.json')));
      return parsed.success ? [parsed.data.body] : [];
    })
    .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));
}

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/** The manifest as it was written by whoever has the key. */
export function readManifest(place: BackupPlace, id: string): Manifest {
  const path = join(pathsOf(place).of(id), 'manifest.json');
  const parsed = manifestFile.safeParse(parseJson(path));
  if (!parsed.success) throw noManifest(path);
  const mac = macOf(place.key, parsed.data.body);
  if (!sameBytes(Buffer.from(mac), Buffer.from(parsed.data.mac))) throw wrongKey(path);
  return parsed.data.body;
}

function noManifest(path: string): SetupError {
  return new SetupError(
    `找不到备份清单 ${path}，或它已损坏。请用 backup list 查看完整的备份。`,
    `The manifest ${path} is missing or damaged. See the whole backups with: backup list.`,
  );
}

export function wrongKey(path: string): SetupError {
  return new SetupError(
    `${path} 与 BACKUP_KEY 不符：口令不是做这份备份时的那一个，或清单被改动过。请换成当时的 BACKUP_KEY。`,
    `${path} does not agree with BACKUP_KEY: it is not the key of this backup, or the manifest was changed. Use the key of that time.`,
  );
}

export type Verified = { readonly files: number; readonly problems: readonly string[] };

/** Reads every byte of a backup: nothing missing, nothing changed; `deep` opens each file too. */
export async function verifyBackup(place: BackupPlace, id: string, deep: boolean): Promise<Verified> {
  const manifest = readManifest(place, id);
  const folder = pathsOf(place).of(id);
  const problems: string[] = [];
  for (const file of manifest.files) {
    const path = join(folder, file.name);
    const problem = await problemOf(path, file.sha256, deep ? [place.key, contextOfFile(id, file.path)] : null);
    if (problem) problems.push(`${path}（${file.path}）：${problem}`);
  }
  const keys = await problemOf(join(folder, 'keys'), null, [place.key, keysContext(id)]);
  if (keys) problems.push(`${join(folder, 'keys')}：${keys}`);
  return { files: manifest.files.length, problems };
}

async function problemOf(path: string, sha256: string | null, open: [Buffer, string] | null): Promise<string | null> {
  try {
    if (sha256 !== null && (await sha256OfFile(path)) !== sha256) return '内容与清单不符 changed';
    if (open) for await (const part of openSealed(path, ...open)) void part;
    return null;
  } catch (error) {
    if (error instanceof SealBroken) return '打不开 does not open';
    return '缺失 missing';
  }
}

export type Pruned = { readonly backups: readonly string[]; readonly segments: number; readonly unfinished: number };

/** Removes backups older than the limit, but never the last whole one, and the WAL that no kept backup needs. */
export function pruneBackups(place: Pick<BackupPlace, 'dir'>, keepDays: number, nowMs: number): Pruned {
  const { base, of, wal } = pathsOf(place);
  const whole = listBackups(place);
  const limit = new Date(nowMs - keepDays * 86_400_000).toISOString();
  const gone = whole.slice(1).filter((one) => one.finishedAt < limit);
  for (const { id } of gone) rmSync(of(id), { recursive: true });
  const kept = whole.filter((one) => !gone.includes(one));
  // A backup that was cut off has no manifest; a day is longer than any backup takes.
  const unfinished = readdirSync(base).filter(
    (id) => !existsSync(join(of(id), 'manifest.json')) && nowMs - statSync(of(id)).mtimeMs > 86_400_000,
  );
  for (const id of unfinished) rmSync(of(id), { recursive: true });
  const first = kept.map((one) => one.startSegment).toSorted()[0];
  const old = first === undefined ? [] : readdirSync(wal).filter((name) => /^[0-9A-F]{24}$/.test(name) && name < first);
  for (const name of old) rmSync(join(wal, name));
  return { backups: gone.map(({ id }) => id), segments: old.length, unfinished: unfinished.length };
}
