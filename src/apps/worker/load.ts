// Loads what `build.ts` made: the page renderer for the server and the shared script for the phone.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { invariant } from '#platform/errors';
import type { Render } from './pages/model.ts';

export type WorkerBundle = {
  readonly render: Render;
  readonly island: { readonly source: string; readonly hash: string };
};

/** `distDir` is the `outDir` that `buildWorker` wrote to. A new build needs a new process or a new folder. */
export async function loadWorker(distDir: string): Promise<WorkerBundle> {
  const source = await readFile(join(distDir, 'island.js'), 'utf8');
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 12);
  const built: unknown = await import(pathToFileURL(join(distDir, 'render.js')).href);
  const render = typeof built === 'object' && built !== null && 'render' in built ? built.render : null;
  invariant(typeof render === 'function', 'render.js exports no function render');
  // The bundle is built from pages/render.tsx, whose type this is.
  return { render: render as Render, island: { source, hash } };
}
