// Puts freshly built folders in the place of old ones: built beside under a lock, then renamed. It knows nothing of what is built.

import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export type BuildOnce = {
  readonly dist: string;
  /** What the build stands for; a build with the same stamp is not made again. */
  readonly stamp: string;
  readonly force: boolean;
  /** Each makes one folder of `dist`. */
  readonly parts: Readonly<Record<string, (outDir: string) => Promise<unknown>>>;
};

const pollMs = 200;
/** The owner writes its pid right after creating the file. */
const emptyLockMs = 10_000;

/** True when something was built by this call. */
export async function buildOnce({ dist, stamp, force, parts }: BuildOnce): Promise<boolean> {
  const stampPath = join(dist, '.sources');
  const isCurrent = () => !force && readText(stampPath) === stamp;
  if (isCurrent()) return false;
  mkdirSync(dist, { recursive: true });
  return locked(join(dist, '.lock'), async () => {
    if (isCurrent()) return false;
    const beside = join(dist, '.new');
    const before = join(dist, '.old');
    rmSync(beside, { recursive: true, force: true });
    for (const [name, make] of Object.entries(parts)) {
      mkdirSync(join(beside, name), { recursive: true });
      await make(join(beside, name));
    }
    // From here to the new stamp the folder says that it is of no build: a start that is killed in between builds again.
    rmSync(stampPath, { force: true });
    for (const name of Object.keys(parts)) {
      rmSync(before, { recursive: true, force: true });
      if (isThere(join(dist, name))) renameSync(join(dist, name), before);
      renameSync(join(beside, name), join(dist, name));
    }
    writeFileSync(join(beside, '.sources'), stamp);
    renameSync(join(beside, '.sources'), stampPath);
    for (const folder of [before, beside]) rmSync(folder, { recursive: true, force: true });
    return true;
  });
}

/** Whoever creates the lock file works, the others wait; a dead owner's lock is removed. */
async function locked<T>(lockPath: string, work: () => Promise<T>): Promise<T> {
  while (!isTaken(lockPath)) {
    const owner = Number(readText(lockPath));
    const isDead = owner > 0 ? !isAlive(owner) : ageMs(lockPath) > emptyLockMs;
    if (isDead) rmSync(lockPath, { force: true });
    else await wait(pollMs);
  }
  try {
    return await work();
  } finally {
    rmSync(lockPath, { force: true });
  }
}

function isTaken(lockPath: string): boolean {
  try {
    writeFileSync(lockPath, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Of a file that went meanwhile: none. */
function ageMs(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? Date.now() - found.mtimeMs : 0;
}
