// The write-ahead log on its way into the backup: PostgreSQL copies each finished segment into a spool beside its data, and we seal it
// from there into the backup folder. Two steps, because PostgreSQL's own user may reach neither our program nor the backup folder,
// and a backup folder that is away for a while must not stop the database.

import { createReadStream, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openWhole, SealBroken, sealTo } from './backup-seal.ts';
import { pathsOf, type BackupPlace, type Manifest } from './backup-store.ts';
import { giveTo } from './embedded-init.ts';
import type { RunAs } from './embedded-home.ts';
import { reasonOf, SetupError } from './setup-error.ts';

export const spoolOf = (home: string): string => join(home, 'wal-spool');

const segmentName = /^[0-9A-F]{24}$/;
const ownName = /^[0-9A-F]{24}$|^[0-9A-F]{8}\.history$/;

/** Settings of an embedded server that keeps its log. A quiet system hands over what it has after a minute. */
export function archiveSettings(home: string, runAs: RunAs): Record<string, string> {
  const spool = spoolOf(home);
  mkdirSync(spool, { recursive: true, mode: 0o700 });
  giveTo(spool, runAs);
  const quoted = (path: string) => `'${path.replaceAll(`'`, `'\\''`).replaceAll('%', '%%')}'`;
  const at = quoted(spool);
  // Written aside and forced to the disk before it gets its name; a segment that PostgreSQL hands over twice must be the same.
  const command =
    `if test -f ${at}/%f; then cmp -s "%p" ${at}/%f; ` +
    `else cp "%p" ${at}/.%f && sync ${at}/.%f && mv ${at}/.%f ${at}/%f && sync ${at}; fi`;
  return { archive_mode: 'on', archive_command: command, archive_timeout: '60s' };
}

export type Shipped = { readonly segments: number };

/** Seals what lies in the spool into the backup folder and removes it from the spool, oldest first. Safe to run twice at once. */
export async function shipWal(place: BackupPlace, spool: string): Promise<Shipped> {
  if (!existsSync(spool)) return { segments: 0 };
  const names = readdirSync(spool).filter((name) => /^[0-9A-F]{8}/.test(name));
  let segments = 0;
  for (const name of names.toSorted()) {
    const from = join(spool, name);
    // The note that a base backup leaves (`….backup`) is in its manifest.
    if (ownName.test(name)) {
      const to = join(pathsOf(place).wal, name);
      if (existsSync(to)) await mustBeSame(place, from, to, name);
      else await sealTo(createReadStream(from), to, place.key, `wal/${name}`).catch(ignoreGone);
      segments += 1;
    }
    await rm(from, { force: true });
  }
  return { segments };
}

function ignoreGone(error: unknown): void {
  // Another process shipped it in the meantime.
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}

/** Another content under the name of a segment is another history: overwriting it would spoil what can be restored. */
async function mustBeSame(place: BackupPlace, from: string, to: string, name: string): Promise<void> {
  const parts: Buffer[] = [];
  try {
    for await (const part of createReadStream(from)) parts.push(part as Buffer);
    if ((await openWhole(to, place.key, `wal/${name}`)).equals(Buffer.concat(parts))) return;
  } catch (error) {
    if (error instanceof SealBroken) throw otherHistory(to, reasonOf(error));
    return ignoreGone(error);
  }
  throw otherHistory(to, 'another content');
}

function otherHistory(path: string, reason: string): SetupError {
  return new SetupError(
    `备份目录里已有同名而内容不同的日志段 ${path}（${reason}）。可能是别的系统在用同一个 BACKUP_DIR，或 BACKUP_KEY 换过：请给本系统另设一个 BACKUP_DIR。`,
    `The backup folder has another log segment under the name ${path} (${reason}). Another system may use this BACKUP_DIR, or BACKUP_KEY was changed: give this one a folder of its own.`,
  );
}

export type SpoolState = { readonly waiting: number; readonly oldestMs: number | null };

/** What PostgreSQL has handed over and the backup does not have yet. */
export function spoolState(spool: string, nowMs: number): SpoolState {
  if (!existsSync(spool)) return { waiting: 0, oldestMs: null };
  const ages = readdirSync(spool)
    .filter((name) => ownName.test(name))
    .map((name) => nowMs - (statSync(join(spool, name), { throwIfNoEntry: false })?.mtimeMs ?? nowMs));
  return { waiting: ages.length, oldestMs: ages.length === 0 ? null : Math.max(...ages) };
}

/** The segment after this one. The last eight digits count segments within four gigabytes. */
export function nextSegment(name: string, segmentBytes: number): string {
  const perFile = 0x1_0000_0000 / segmentBytes;
  const high = Number.parseInt(name.slice(8, 16), 16);
  const low = Number.parseInt(name.slice(16), 16) + 1;
  const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, '0');
  return name.slice(0, 8) + (low < perFile ? hex(high) + hex(low) : hex(high + 1) + hex(0));
}

export type WalChain = {
  /** Segments without a gap, from the backup's first. */
  readonly segments: readonly string[];
  /** The first that is missing although later ones are there; null when the chain goes to the end. */
  readonly missing: string | null;
};

/** What can be replayed on a backup. A later timeline is a restored copy's and has base backups of its own. */
export function walChain(place: Pick<BackupPlace, 'dir'>, manifest: Manifest): WalChain {
  const { wal } = pathsOf(place);
  const timeline = manifest.startSegment.slice(0, 8);
  const present = new Set(
    readdirSync(wal).filter(
      (name) => segmentName.test(name) && name.startsWith(timeline) && name >= manifest.startSegment,
    ),
  );
  const segments: string[] = [];
  let at = manifest.startSegment;
  for (; present.has(at); at = nextSegment(at, manifest.segmentBytes)) segments.push(at);
  const hasLater = present.size > segments.length || at <= manifest.stopSegment;
  return { segments, missing: hasLater ? at : null };
}
