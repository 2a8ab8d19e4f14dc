// The repository as text: its files, their imports, and where an import leads. For the tests of conventions.

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const left = new Set(['node_modules', '.git', 'dist', '.gongdun', 'coverage']);
const textual = /\.(ts|tsx|mjs|js|json|sql|md|css|html|yml|yaml|txt|toml)$|^(LICENSE|run|\.npmrc|\.gitignore)$/;

export type SourceFile = { readonly path: string; readonly text: string };

function walk(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    // Hidden files beside code are an editor's own.
    if (left.has(name) || (name.startsWith('.') && folder.includes('/src'))) return [];
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : textual.test(name) ? [path] : [];
  });
}

/** Every text file of the repository, by its path from the root. */
export function textFiles(): readonly SourceFile[] {
  return walk(root).map((path) => ({ path: relative(root, path), text: readFileSync(path, 'utf8') }));
}

export const isCode = (path: string): boolean => /^(src|test|city|bench|tools)\/.*\.tsx?$/.test(path);
export const isTest = (path: string): boolean => path.startsWith('test/') || /(\.test\.tsx?|\/fixture\.ts)$/.test(path);

export type Import = { readonly specifier: string; readonly isTypeOnly: boolean };

const importPattern = /^(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?'([^']+)';?/gms;

export function importsOf(text: string): readonly Import[] {
  const still = [...text.matchAll(importPattern)].map((match) => ({
    specifier: match[2] ?? '',
    isTypeOnly: match[1] !== undefined,
  }));
  const dynamic = [...text.matchAll(/\bimport\('([^']+)'\)/g)].map((match) => ({
    specifier: match[1] ?? '',
    isTypeOnly: false,
  }));
  return [...still, ...dynamic];
}

const doors = Object.entries(
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { imports: Record<string, string> }).imports,
);

/** Path of the file that an import leads to; null for a package or a builtin, undefined for a door that leads nowhere. */
export function resolveImport(from: string, specifier: string): string | null | undefined {
  if (specifier.startsWith('.')) return onDisk(join(dirname(from), specifier));
  if (!specifier.startsWith('#')) return null;
  for (const [pattern, target] of doors) {
    const [head = '', tail] = pattern.split('*');
    if (tail === undefined ? specifier !== pattern : !specifier.startsWith(head)) continue;
    const path = onDisk(target.replace('*', specifier.slice(head.length)).replace(/^\.\//, ''));
    if (path) return path;
  }
  return undefined;
}

function onDisk(path: string): string | undefined {
  return existsSync(join(root, path)) ? path : undefined;
}
