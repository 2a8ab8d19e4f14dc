// CPU time of this process and of the embedded PostgreSQL, so that a figure can be read on a machine that does other things too.
// Reads /proc, and says nothing where there is none.

import { existsSync, readdirSync, readFileSync } from 'node:fs';

const tickUs = 10_000;

export type CpuTimes = { readonly nodeUs: number; readonly postgresUs: number | null };

export function cpuTimes(postmasterPid: number): CpuTimes {
  const { user, system } = process.cpuUsage();
  return { nodeUs: user + system, postgresUs: existsSync('/proc/self/stat') ? treeUs(postmasterPid) : null };
}

/** The postmaster, what its ended children took, and its living children. */
function treeUs(pid: number): number {
  let ticks = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(name);
    if (stat && Number(name) === pid) ticks += stat.own + stat.ended;
    else if (stat?.parent === pid) ticks += stat.own;
  }
  return ticks * tickUs;
}

function statOf(pid: string): { parent: number; own: number; ended: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold spaces.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const at = (index: number): number => fields[index] ?? 0;
    return { parent: at(1), own: at(11) + at(12), ended: at(13) + at(14) };
  } catch {
    return null;
  }
}
