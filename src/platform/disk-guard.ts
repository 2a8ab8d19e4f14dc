// Keeps the last of the disk for what must still be written when nothing more should be: PostgreSQL that cannot write its log stops
// altogether, and then nobody reads either. So writes are refused while there is still room, and taken again by themselves.

import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import type { Log } from './log.ts';

export type DiskGuard = { isFull(): boolean; stop(): void };

const lookMs = 1_000;
/** Else a disk at the limit would take a write, refuse one, and so on. */
const enoughAgain = 1.25;

export function watchDisk(paths: readonly string[], reserveBytes: number, log: Pick<Log, 'error' | 'warn'>): DiskGuard {
  let full = false;
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      const free = await Promise.all(
        paths
          .filter((path) => existsSync(path))
          .map(async (path) => {
            const { bavail, bsize } = await statfs(path);
            return bavail * bsize;
          }),
      );
      const least = Math.min(...free);
      const was = full;
      full = least < reserveBytes * (was ? enoughAgain : 1);
      if (full && !was) log.error({ freeBytes: least, reserveBytes }, 'the disk is nearly full: writes are refused');
      if (was && !full) log.warn({ freeBytes: least }, 'there is room on the disk again: writes are taken');
    } catch {
      // A folder that cannot be looked at says nothing; a write to it will.
    } finally {
      looking = false;
    }
  };
  void look();
  const timer = setInterval(() => void look(), lookMs);
  timer.unref();
  return { isFull: () => full, stop: () => clearInterval(timer) };
}
