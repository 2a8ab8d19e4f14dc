// Builds the desk: one bundle a page, names that carry a hash, and beside each text file its brotli and gzip form, so that the
// server never compresses. Runs at build time only.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

export type ConsoleBuild = { readonly fileCount: number };

const compressible = new Set(['.js', '.css', '.svg']);
const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

export async function buildConsole(options: { readonly outDir: string }): Promise<ConsoleBuild> {
  await build({
    configFile: false,
    root: import.meta.dirname,
    base: '/desk/',
    logLevel: 'warn',
    plugins: [react()],
    build: {
      outDir: options.outDir,
      emptyOutDir: true,
      assetsDir: 'assets',
      // A data: URL would need its own exception in the content security policy.
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1200,
      reportCompressedSize: false,
      modulePreload: { polyfill: false },
    },
  });
  return { fileCount: await compress(options.outDir) };
}

async function compress(outDir: string): Promise<number> {
  const entries = await readdir(outDir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && compressible.has(extname(entry.name)));
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name);
    const bytes = await readFile(path);
    // Level 9 costs a tenth of the time of 11 for about 3 % more bytes, which a desk's wire does not feel.
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
    await writeFile(`${path}.br`, await brotli(bytes, quality));
    await writeFile(`${path}.gz`, await gzipped(bytes, { level: 9 }));
  }
  return files.length;
}
