// What an operator may set, what is refused and how, and that no secret is printed.

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printConfig, readConfig } from './config.ts';
import { SetupError } from './setup-error.ts';

let dir: string;
const key = 'ab'.repeat(32);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'gongdun-config-'));
});

afterAll(() => rmSync(dir, { recursive: true }));

function refusal(env: Record<string, string>, argv: string[] = []): SetupError {
  try {
    readConfig({ DATA_DIR: dir, ...env }, argv);
  } catch (error) {
    if (error instanceof SetupError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a demonstration', () => {
  test('needs nothing set, and keeps its key between starts', () => {
    const first = readConfig({ DATA_DIR: dir }, []);
    expect(first).toMatchObject({
      demo: true,
      host: '127.0.0.1',
      port: 4180,
      publicUrl: 'http://localhost:4180',
      region: '350200',
      subsidyMode: 'gross',
      sameDayRegions: ['350200'],
      workers: 2_000,
      fresh: false,
    });
    expect(readConfig({ DATA_DIR: dir }, []).masterKey).toEqual(first.masterKey);
    expect(statSync(join(dir, 'keys.json')).mode & 0o777).toBe(0o600);
  });

  test('is off with a database of yours, in production, or when told so', () => {
    const base = { MASTER_KEY: key };
    expect(readConfig({ ...base, DATABASE_URL: 'postgres://u:p@db/x' }, []).demo).toBe(false);
    expect(readConfig({ ...base, NODE_ENV: 'production' }, [])).toMatchObject({
      demo: false,
      sameDayRegions: [],
      host: '127.0.0.1',
    });
    expect(readConfig({ ...base, HOST: '0.0.0.0' }, []).host).toBe('0.0.0.0');
    expect(readConfig({ ...base, DEMO: 'off' }, []).demo).toBe(false);
    expect(readConfig({ ...base, DEMO: 'on', DATABASE_URL: 'postgres://u:p@db/x' }, []).demo).toBe(true);
  });

  test('options of the command win over the environment', () => {
    const config = readConfig({ DATA_DIR: dir, PORT: '5000' }, [
      '--port',
      '5001',
      '--workers',
      '50',
      '--seed',
      '9',
      '--fresh',
    ]);
    expect(config).toMatchObject({ port: 5001, publicUrl: 'http://localhost:5001', workers: 50, seed: 9, fresh: true });
  });
});

describe('refused, in both languages, by name', () => {
  test.each([
    [{ PORT: '70000' }, 'PORT'],
    [{ PORT: '1e3' }, 'PORT'],
    [{ DATABASE_URL: 'mysql://x', MASTER_KEY: key }, 'DATABASE_URL'],
    [{ PUBLIC_URL: 'gongdun.example' }, 'PUBLIC_URL'],
    [{ MASTER_KEY: 'abc' }, 'MASTER_KEY'],
    [{ SUBSIDY_MODE: 'both' }, 'SUBSIDY_MODE'],
    [{ BACKGROUND: 'elsewhere' }, 'BACKGROUND'],
    [{ DEMO: 'on', BACKGROUND: 'off' }, 'BACKGROUND'],
    [{ SAME_DAY_COVER: '350200,厦门' }, 'SAME_DAY_COVER'],
    [{ BANK_URL: 'https://bank.example' }, 'BANK_CLIENT_ID、BANK_SECRET'],
    [{ BANK_URL: 'bank', BANK_CLIENT_ID: 'a', BANK_SECRET: 'b' }, 'BANK_URL'],
    [{ NODE_ENV: 'production' }, 'MASTER_KEY'],
    [{ MASTER_KEY: key, BACKUP_DIR: '/b' }, 'BACKUP_KEY'],
    [{ MASTER_KEY: key, BACKUP_DIR: '/b', BACKUP_KEY: key }, 'BACKUP_KEY'],
  ])('%o', (env: Record<string, string>, named) => {
    const error = refusal(env);
    expect(error.zh).toContain(named);
    expect(error.en).toContain(named);
    expect(error.zh).toMatch(/。$/);
  });

  test.each([[['--port', 'x']], [['--port']], [['--workers', '3']], [['--seed', '-1']], [['--loud']], [['extra']]])(
    '%o',
    (argv) => {
      expect(refusal({}, argv).zh).toMatch(/选项/);
    },
  );

  test('a damaged key file is not replaced by a new key', () => {
    const other = mkdtempSync(join(dir, 'damaged-'));
    writeFileSync(join(other, 'keys.json'), '{"masterKey":"12');
    expect(refusal({ DATA_DIR: other }).zh).toContain('keys.json');
  });
});

test('background work is done here unless another instance does it', () => {
  const own = { DATA_DIR: dir, DATABASE_URL: 'postgresql://db/gongdun', MASTER_KEY: key, DEMO: 'off' };
  expect(readConfig(own, []).background).toBe(true);
  expect(readConfig({ ...own, BACKGROUND: 'off' }, []).background).toBe(false);
});

test('the printed table names every setting and no secret', () => {
  const config = readConfig(
    {
      DATABASE_URL: 'postgres://app:hunter2@db.example/x',
      MASTER_KEY: key,
      METRICS_TOKEN: 'metrics-token-1234',
      BANK_URL: 'https://bank.example/',
      BANK_CLIENT_ID: 'us',
      BANK_SECRET: 'bank-secret',
    },
    [],
  );
  expect(config.ports.bank).toEqual({ baseUrl: 'https://bank.example', clientId: 'us', secret: 'bank-secret' });
  const table = printConfig(config);
  expect(table).toContain('db.example');
  expect(table).toContain('https://bank.example');
  for (const secret of ['hunter2', key, 'metrics-token-1234', 'bank-secret']) expect(table).not.toContain(secret);
});
