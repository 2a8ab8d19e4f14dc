// Builds that are asked for at once: one is made, nobody reads half of it, and a dead builder's lock holds nobody up.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildOnce } from './build-once.ts';

let dist: string;
beforeEach(() => {
  dist = join(mkdtempSync(join(tmpdir(), 'gongdun-build-')), 'dist');
});
afterEach(() => rmSync(join(dist, '..'), { recursive: true, force: true }));

let made = 0;
beforeEach(() => {
  made = 0;
});

/** A slow build of two files in each of two folders. */
const build = (stamp: string, force = false) =>
  buildOnce({ dist, stamp, force, parts: { first: make(stamp), second: make(stamp) } });
const make = (stamp: string) => async (outDir: string) => {
  made += 1;
  for (const name of ['a.js', 'b.js']) {
    await wait(30);
    writeFileSync(join(outDir, name), stamp);
  }
};
const read = (part: string) => ['a.js', 'b.js'].map((name) => readFileSync(join(dist, part, name), 'utf8'));

it('is made once for all who ask at once, and whole for each of them', async () => {
  const answers = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const built = await build('one');
      return { built, files: [...read('first'), ...read('second')] };
    }),
  );
  expect(answers.filter(({ built }) => built)).toHaveLength(1);
  expect(made).toBe(2);
  for (const { files } of answers) expect(files).toEqual(['one', 'one', 'one', 'one']);
  expect(readdirSync(dist).toSorted()).toEqual(['.sources', 'first', 'second']);
});

it('leaves the old build in its place until the new one is whole', async () => {
  await build('one');
  const next = build('two');
  const seen = new Set<string>();
  for (let count = 0; count < 10; count += 1) {
    for (const text of [...read('first'), ...read('second')]) seen.add(text);
    await wait(5);
  }
  expect([...seen]).toEqual(['one']);
  expect(await next).toBe(true);
  expect(read('second')).toEqual(['two', 'two']);
  expect(await build('two')).toBe(false);
  expect(await build('two', true)).toBe(true);
});

it('goes on after a builder that died or failed', async () => {
  await build('one');
  // No process has this number: the largest that Linux gives is 4,194,304.
  writeFileSync(join(dist, '.lock'), '99999999');
  expect(await build('two')).toBe(true);
  const failing = buildOnce({
    dist,
    stamp: 'three',
    force: false,
    parts: { first: () => Promise.reject(new Error('no')) },
  });
  await expect(failing).rejects.toThrow('no');
  expect(existsSync(join(dist, '.lock'))).toBe(false);
  expect(read('first')).toEqual(['two', 'two']);
  expect(await build('three')).toBe(true);
});
