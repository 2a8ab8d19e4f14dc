// The folder must run in a browser, on phones that are years old, without the region table. What lint cannot see is looked for here.

import { readdirSync, readFileSync } from 'node:fs';

import { build } from 'esbuild';
import { expect, test } from 'vitest';

const folder = import.meta.dirname;
const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));

test('only siblings are imported, so no module of Node and no table can come in', () => {
  expect(sources.length).toBeGreaterThan(12);
  for (const name of sources) {
    const imports = Array.from(
      readFileSync(`${folder}/${name}`, 'utf8').matchAll(/from '([^']+)'/g),
      (match) => match[1],
    );
    expect({ name, foreign: imports.filter((one) => !one?.startsWith('./')) }).toEqual({ name, foreign: [] });
  }
});

test('nothing that old phones lack', () => {
  const newer =
    /Temporal\.|\.replaceAll\(|Object\.(?:hasOwn|fromEntries|groupBy)\(|\.at\(|structuredClone|toSorted|findLast|\(\?<[=!]|isWellFormed/;
  for (const name of sources)
    expect({ name, found: newer.exec(readFileSync(`${folder}/${name}`, 'utf8'))?.[0] }).toEqual({
      name,
      found: undefined,
    });
});

test('it compiles for the browser in the syntax of the worker’s pages', async () => {
  const { outputFiles, warnings } = await build({
    entryPoints: [`${folder}/index.ts`],
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    target: 'es2018',
  });
  expect(warnings).toEqual([]);
  expect(outputFiles[0]?.text).toContain('id_check_digit');
  expect(outputFiles[0]?.text).not.toContain('思明区');
});
