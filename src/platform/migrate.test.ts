// Which migrations run and which are refused, without a database.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkServerVersion, planMigrations, readMigrations, type Migration } from './migrate.ts';

function file(number: number, isBreaking = false): Migration {
  return { number, name: `000${number}_x.sql`, text: '', hash: `hash${number}`, isBreaking };
}

function row(number: number, isBreaking = false) {
  return { number, name: `000${number}_x.sql`, sha256: `hash${number}`, is_breaking: isBreaking };
}

function withFiles<T>(files: Record<string, string>, use: (dir: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'gongdun-test-migrations-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
    return use(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('PostgreSQL 14 is too old and 15 is not', () => {
  expect(() => checkServerVersion(140_022)).toThrow('PostgreSQL 14 版本过低');
  expect(() => checkServerVersion(150_000)).not.toThrow();
  expect(() => checkServerVersion(180_004)).not.toThrow();
});

test('only what is missing runs, in order', () => {
  expect(planMigrations([file(1), file(2), file(3)], [row(1)]).map(({ number }) => number)).toEqual([2, 3]);
  expect(planMigrations([file(1)], [row(1)])).toEqual([]);
});

test('an edited old migration is refused by name', () => {
  expect(() => planMigrations([{ ...file(1), hash: 'other' }, file(2)], [row(1)])).toThrow('0001_x.sql');
});

test('an older program runs on a newer schema unless a breaking change was made', () => {
  expect(planMigrations([file(1)], [row(1), row(2)])).toEqual([]);
  expect(() => planMigrations([file(1)], [row(1), row(2, true)])).toThrow('更新版本');
});

test('files are read in order with their marker; schema.sql is not one of them', () => {
  const files = { '0002_b.sql': '--! breaking-change\nselect 2;', '0001_a.sql': 'select 1;', 'schema.sql': '' };
  const read = withFiles(files, readMigrations);
  expect(read.map(({ name, isBreaking }) => [name, isBreaking])).toEqual([
    ['0001_a.sql', false],
    ['0002_b.sql', true],
  ]);
});

test.each([
  { '0002_b.sql': '' },
  { '0001_a.sql': '', '0003_c.sql': '' },
  { '0001_a.sql': '', '0001_b.sql': '' },
  { '1_a.sql': '' },
])('an incomplete sequence is refused: %o', (files) => {
  expect(() => withFiles(files, readMigrations)).toThrow('编号不连续');
});

test('a migration may not end its own transaction', () => {
  expect(() => withFiles({ '0001_a.sql': 'create table a ();\ncommit;' }, readMigrations)).toThrow(
    'ends its own transaction',
  );
});
