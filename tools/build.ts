// Builds both apps into dist/, only when their sources changed since the last build: a second start must not pay for it.

import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareBinaries } from '#platform/embedded-home';

const root = join(import.meta.dirname, '..');
const stampPath = join(root, 'dist', '.sources');

/** True when something was built. */
export async function buildApps(options: { readonly force?: boolean } = {}): Promise<boolean> {
  const hash = sourcesHash();
  if (!options.force && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === hash) return false;
  const [{ buildWorker }, { buildConsole }] = await Promise.all([
    import('#apps/worker/build'),
    import('#apps/console/build'),
  ]);
  await buildWorker({ outDir: join(root, 'dist', 'worker') });
  await buildConsole({ outDir: join(root, 'dist', 'console') });
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stampPath, hash);
  return true;
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
