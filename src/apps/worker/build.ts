// Builds the worker's app: `render.js` (ES module, for the server, whole in itself) and `island.js` (one script for the phone,
// ES2018, no top-level await). Run by `npm run build` and `npm start`, never by the server.

import { join } from 'node:path';
import { build, type InlineConfig } from 'vite';

export type BuildWorkerOptions = {
  /** For example dist/worker. */
  readonly outDir: string;
  /** Rebuild when a source changes, for development. */
  readonly watch?: boolean;
};

const here = import.meta.dirname;

function shared(options: BuildWorkerOptions): InlineConfig {
  return {
    configFile: false,
    root: here,
    logLevel: 'warn',
    publicDir: false,
    clearScreen: false,
    build: { outDir: options.outDir },
  };
}

function watching(options: BuildWorkerOptions): { watch?: object } {
  return options.watch === true ? { watch: {} } : {};
}

export async function buildWorker(options: BuildWorkerOptions): Promise<void> {
  await build({
    ...shared(options),
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    ssr: { noExternal: true },
    build: {
      outDir: options.outDir,
      emptyOutDir: false,
      ssr: join(here, 'pages', 'render.tsx'),
      target: 'es2023',
      rolldownOptions: { output: { format: 'es', entryFileNames: 'render.js' } },
      ...watching(options),
    },
  });
  await build({
    ...shared(options),
    build: {
      outDir: options.outDir,
      emptyOutDir: false,
      target: 'es2018',
      minify: 'oxc',
      modulePreload: false,
      lib: { entry: join(here, 'island', 'main.ts'), formats: ['iife'], name: 'gongdun', fileName: () => 'island.js' },
      ...watching(options),
    },
  });
}
