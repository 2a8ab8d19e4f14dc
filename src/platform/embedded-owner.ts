// Who owns an embedded server: the marker that says which process of ours started it, and what to do with a server whose
// process died without stopping it. It ends a process only after seeing that it is a PostgreSQL on exactly this data.

import { spawnSync } from 'node:child_process';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './setup-error.ts';

/** Stands on the command line of every server that we start. */
export const ourMark = 'cluster_name=gongdun';

/** Linux gives numbers up to 4,194,304; other systems fewer. */
const pidOfNobody = 2 ** 31 - 1;

type Marker = { readonly pid: number; readonly startedAt: string };

/** Says that `home` belongs to this process. Refuses when another living process of ours has it. */
export function claimHome(home: string): void {
  const markerPath = join(home, 'owner.json');
  const mine: Marker = { pid: process.pid, startedAt: startOfProcess(process.pid) };
  const draft = join(home, `owner.${process.pid}.json`);
  writeFileSync(draft, JSON.stringify(mine));
  try {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      if (tryLink(draft, markerPath)) return;
      const found = readMarker(markerPath);
      if (found !== undefined && isLiving(found)) throw inUse(home, found.pid);
      removeStale(markerPath, found);
    }
    throw inUse(home, 0);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Whether the process that claimed `home` still lives. */
export function hasLivingOwner(home: string): boolean {
  const found = readMarker(join(home, 'owner.json'));
  return found !== undefined && isLiving(found);
}

export function releaseHome(home: string): void {
  rmSync(join(home, 'owner.json'), { force: true });
}

function inUse(home: string, pid: number): SetupError {
  return new SetupError(
    `数据目录 ${home} 正由另一个运行中的进程（${pid}）使用。请先停止它，或另选数据目录。`,
    `The data in ${home} is in use by another running process (${pid}). Stop it first, or choose another folder.`,
  );
}

function tryLink(from: string, to: string): boolean {
  try {
    // A hard link fails when the name is taken, and the file is complete from the first moment.
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes a dead process's marker away; puts it back when somebody else's living one was caught by mistake. */
function removeStale(markerPath: string, seen: Marker | undefined): void {
  const aside = `${markerPath}.${process.pid}`;
  try {
    renameSync(markerPath, aside);
  } catch {
    return;
  }
  const taken = readMarker(aside);
  if (taken !== undefined && taken.pid !== seen?.pid && isLiving(taken)) tryLink(aside, markerPath);
  rmSync(aside, { force: true });
}

function readMarker(path: string): Marker | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Marker;
  } catch {
    return undefined;
  }
}

function isLiving(marker: Marker): boolean {
  return isAlive(marker.pid) && startOfProcess(marker.pid) === marker.startedAt;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isZombie(pid: number): boolean {
  return procStat(pid)?.[0] === 'Z';
}

/** Fields of /proc/PID/stat from the state on; undefined where there is no such file. */
function procStat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** With the pid, this tells a process from a later one that got the same number. */
function startOfProcess(pid: number): string {
  if (process.platform === 'linux') return procStat(pid)?.[19] ?? '';
  return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? '';
}

function commandOf(pid: number): string {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      return '';
    }
  }
  return spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
}

/** What PostgreSQL wrote about itself; undefined when no server has run since the last clean stop. */
export function readPostmasterPid(dataDir: string): { readonly pid: number; readonly isReady: boolean } | undefined {
  try {
    const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    return Number.isSafeInteger(pid) && pid > 1 ? { pid, isReady: lines[7]?.trim() === 'ready' } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Deals with what a killed process left on this data: a PostgreSQL that still runs is stopped by its pid, and a pid file
 * whose number now belongs to some other program is removed. `home` must be claimed.
 */
export async function clearLeftovers(dataDir: string, say: (sentence: string) => void): Promise<void> {
  const left = readPostmasterPid(dataDir);
  if (left === undefined) return;
  if (!isAlive(left.pid)) return disown(dataDir);
  const command = commandOf(left.pid);
  if (command !== '' && !command.includes(dataDir)) {
    // After a restart of the machine or the container the number can belong to anything; PostgreSQL itself cannot tell.
    return disown(dataDir);
  }
  if (!command.includes(` -D ${dataDir} `) || !command.includes(ourMark)) throw inUse(dataDir, left.pid);
  say(
    `上次运行没有正常结束，正在停止遗留的数据库进程 ${left.pid}。` +
      ` The last run did not end properly: stopping its PostgreSQL, process ${left.pid}.`,
  );
  if (await stopPostgres(left.pid, (ms) => waitUntil(() => !isAlive(left.pid), ms))) return;
  throw new SetupError(
    `遗留的数据库进程 ${left.pid} 无法停止。请手动结束该进程后再试。`,
    `The PostgreSQL process ${left.pid} of an earlier run does not stop. End it by hand and try again.`,
  );
}

/**
 * Writes a number that no process can have into the pid file of a server that is dead. PostgreSQL takes a zombie, which stays
 * for as long as nobody reaps it, for alive. The rest of the file stays: by it PostgreSQL sees whether a child of the dead
 * server is still at its memory.
 */
function disown(dataDir: string): void {
  const path = join(dataDir, 'postmaster.pid');
  const [, ...rest] = readFileSync(path, 'utf8').split('\n');
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, [String(pidOfNobody), ...rest].join('\n'), { mode: 0o644 });
  renameSync(draft, path);
}

/** Fast shutdown, then immediate, then kill; each with a limit. True when it has ended. */
export async function stopPostgres(pid: number, hasEndedWithin: (ms: number) => Promise<boolean>): Promise<boolean> {
  const steps: [NodeJS.Signals, number][] = [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ];
  for (const [signal, waitMs] of steps) {
    try {
      process.kill(pid, signal);
    } catch {
      return true;
    }
    if (await hasEndedWithin(waitMs)) return true;
  }
  return false;
}

export async function waitUntil(condition: () => boolean, limitMs: number): Promise<boolean> {
  const endMs = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() >= endMs) return false;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  return true;
}
