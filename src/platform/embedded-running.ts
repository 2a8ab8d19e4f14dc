// The embedded server as another process finds it: a command beside the program that serves. It starts and stops nothing.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spoolOf } from './backup-wal.ts';
import { embeddedHome } from './embedded-home.ts';
import { owner, readPassword } from './embedded-init.ts';
import { isAlive, readPostmasterPid } from './embedded-owner.ts';

export type RunningServer = { readonly ownerUrl: string; readonly dataDir: string; readonly walSpool: string };

/** The server of `dir` when it runs and takes connections; undefined else. */
export function runningServer(dir: string, database = 'gongdun'): RunningServer | undefined {
  const home = embeddedHome(dir);
  if (home === undefined) return undefined;
  const dataDir = join(home, 'data');
  const state = readPostmasterPid(dataDir);
  if (!state?.isReady || !isAlive(state.pid)) return undefined;
  const port = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[3] ?? '';
  return {
    ownerUrl: `postgresql://${owner}:${readPassword(home)}@127.0.0.1:${port}/${database}`,
    dataDir,
    walSpool: spoolOf(home),
  };
}
