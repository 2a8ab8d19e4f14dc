// Three kinds of test by file name: `*.browser.test.ts` (Chromium and a database), `*.db.test.ts` (a database), all others
// (neither, and therefore fast).

import { defineConfig } from 'vitest/config';

const roots = ['src', 'test', 'city', 'bench', 'tools'];
const ending = (suffix: string): string[] => roots.map((root) => `${root}/**/*.${suffix}`);
const globalSetup = ['./test/global-setup.ts'];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ending('test.{ts,tsx}'),
          exclude: ['**/node_modules/**', ...ending('{db,browser}.test.ts')],
        },
      },
      { extends: true, test: { name: 'db', include: ending('db.test.ts'), globalSetup } },
      {
        extends: true,
        test: { name: 'browser', include: ending('browser.test.ts'), globalSetup, testTimeout: 120_000 },
      },
    ],
  },
});
