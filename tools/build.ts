// Builds both apps into dist/, only when their sources changed since the last build: a second start must not pay for it. Several
// may ask at once (tests, two starts): one builds in a folder beside, the others wait, and nobody ever reads half a build.

import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareBinaries } from '#platform/embedded-home';
import { buildOnce } from './build-once.ts';

const root = join(import.meta.dirname, '..');

/** True when something was built. */
export async function buildApps(options: { readonly force?: boolean } = {}): Promise<boolean> {
  return buildOnce({
    dist: join(root, 'dist'),
    stamp: sourcesHash(),
    force: options.force ?? false,
    parts: {
      worker: async (outDir) => (await import('#apps/worker/build')).buildWorker({ outDir }),
      console: async (outDir) => (await import('#apps/console/build')).buildConsole({ outDir }),
    },
  });
}

function sourcesHash(): string {
  const hash = createHash('sha256');
  const files = globSync(
    [
      'src/apps/**/*',
      'src/catalog/**/*.ts',
      'src/platform/condition.ts',
      'src/platform/errors.ts',
      'package-lock.json',
    ],
    {
      cwd: root,
      withFileTypes: true,
    },
  ).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  for (const path of paths) hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0');
  return hash.digest('hex');
}

if (process.argv[1] === import.meta.filename) {
  try {
    prepareBinaries();
  } catch {
    // No binaries for this system: the operator has a PostgreSQL of his own, and the start says so otherwise.
  }
  const built = await buildApps({ force: process.argv.includes('--force') });
  console.log(built ? '已构建 dist/worker 与 dist/console' : '没有改动，不需要构建');
}
