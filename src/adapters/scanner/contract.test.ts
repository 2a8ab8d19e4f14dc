// The scanner's contract: held by the simulator always, and by a real clamd with a database of one line where the host has one
// (Debian: clamav-daemon).
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createBreaker } from '#platform/breaker';
import {
  createClamdScanner,
  eicar,
  OutcomeUnknown,
  startClamdSimulator,
  type ClamdAddress,
  type ClamdSimulator,
  type ScannerPort,
} from './index.ts';

const scanner = (address: ClamdAddress, timeoutMs = 300): ScannerPort =>
  createClamdScanner({ address, timeoutMs, breaker: createBreaker({ failuresToOpen: 1_000 }) });

function contract(name: string, scan: () => ScannerPort): void {
  test(`${name}: harmless`, async () => {
    expect(await scan()(Buffer.from('工盾'))).toBe('clean');
    expect(await scan()(Buffer.alloc(3_000_000, 'a'))).toBe('clean');
  });
  test(`${name}: the test file of all scanners`, async () => {
    expect(await scan()(Buffer.from(eicar))).toBe('infected');
  });
  test(`${name}: many at once`, async () => {
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, n) => scan()(Buffer.from(n % 2 === 0 ? eicar : 'harmless'))),
    );
    expect(all).toEqual(Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? 'infected' : 'clean')));
  });
}

describe('the simulator', () => {
  let simulator: ClamdSimulator;
  let honest: ReturnType<ClamdSimulator['faults']>;
  beforeAll(async () => {
    simulator = await startClamdSimulator();
    honest = simulator.faults();
  });
  afterEach(() => simulator.setFaults(honest));
  afterAll(() => simulator.close());

  contract('simulator', () => scanner(simulator.address, 5_000));

  test.each([
    ['slow', { latencyMs: 500 }, 'timeout'],
    ['a black hole', { hangRate: 1 }, 'timeout'],
    ['cut off', { dropRate: 1 }, 'network'],
    ['garbage', { garbageRate: 1 }, 'garbled'],
    ['too large for it', { lie: { tooLarge: true } }, 'garbled'],
  ] as const)('%s: neither clean nor infected', async (_name, faults, reason) => {
    simulator.setFaults(faults);
    for (const bytes of [Buffer.from('x'), Buffer.from(eicar)])
      await expect(scanner(simulator.address)(bytes)).rejects.toMatchObject({ name: 'OutcomeUnknown', reason });
  });

  test('nobody there; and after a few failures it is spared', async () => {
    const breaker = createBreaker({ failuresToOpen: 3 });
    const scan = createClamdScanner({ address: { host: '127.0.0.1', port: 1 }, timeoutMs: 300, breaker });
    for (let n = 0; n < 3; n += 1) await expect(scan(Buffer.from('x'))).rejects.toBeInstanceOf(OutcomeUnknown);
    await expect(scan(Buffer.from('x'))).rejects.toMatchObject({ reason: 'breaker_open' });
  });
});

function findClamd(): string | null {
  try {
    return execFileSync('sh', ['-c', 'command -v clamd'], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
    }).trim();
  } catch {
    return null;
  }
}
const clamd = findClamd();

describe.skipIf(clamd === null)('a real clamd', () => {
  let dir: string;
  let server: ChildProcess;
  let path: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'clamd-'));
    path = join(dir, 'clamd.sock');
    // Target 0 (any file): the signature is the string itself, in hexadecimal.
    writeFileSync(join(dir, 'eicar.ndb'), `Eicar-Test:0:*:${Buffer.from(eicar).toString('hex')}\n`);
    writeFileSync(
      join(dir, 'clamd.conf'),
      [`DatabaseDirectory ${dir}`, `LocalSocket ${path}`, 'Foreground yes', 'OfficialDatabaseOnly no'].join('\n'),
    );
    server = spawn(clamd ?? '', ['--config-file', join(dir, 'clamd.conf')], { stdio: 'ignore' });
    const up = () => scanner({ path })(Buffer.from('x')).catch(() => null);
    await vi.waitUntil(up, { timeout: 30_000, interval: 200 });
  }, 40_000);
  afterAll(async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill();
    await ended;
    rmSync(dir, { recursive: true });
  });

  contract('clamd', () => scanner({ path }, 20_000));
});
