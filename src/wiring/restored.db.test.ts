// The gate before a restored copy: closed for live parties until somebody has looked and said so by name; the queue then sends nothing.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '#platform/config';
import { makeWorld, type World } from '#test/money-world';
import { accept, readMark, refuseUnreviewed, review, writeMark, type RestoredMark } from './restored.ts';

let world: World;
let dataDir: string;
beforeAll(async () => {
  world = await makeWorld();
  dataDir = mkdtempSync(join(tmpdir(), 'gongdun-test-restored-'));
});
afterAll(async () => {
  rmSync(dataDir, { recursive: true });
  await world?.close();
});

const mark = (): RestoredMark => ({
  backup: '20260503T000000Z',
  until: world.clock.now(),
  restoredAt: world.clock.now(),
  acceptedAt: null,
  acceptedBy: null,
});
const config = (env: Record<string, string>) =>
  readConfig({ DATA_DIR: dataDir, MASTER_KEY: 'a'.repeat(64), ...env }, []);

it('a copy does not meet live parties before it was accepted; a demonstration of simulators may run', () => {
  const bank = { BANK_URL: 'https://bank.example', BANK_CLIENT_ID: 'us', BANK_SECRET: 'secret' };
  expect(() => refuseUnreviewed(config({ DEMO: 'off' }))).not.toThrow();
  writeMark(dataDir, mark());
  expect(() => refuseUnreviewed(config({ DEMO: 'off' }))).toThrow('restore --review');
  expect(() => refuseUnreviewed(config({ DEMO: 'on', ...bank }))).toThrow('restore --review');
  expect(() => refuseUnreviewed(config({ DEMO: 'on' }))).not.toThrow();
  writeMark(dataDir, { ...mark(), acceptedAt: world.clock.now(), acceptedBy: '运维' });
  expect(() => refuseUnreviewed(config({ DEMO: 'off' }))).not.toThrow();
  writeFileSync(join(dataDir, 'restored.json'), '{"backup":1}');
  expect(() => readMark(dataDir)).toThrow('重新恢复');
});

it('accepting takes what waits for the bank off the queue, and is traced with the name', async () => {
  const client = new pg.Client({ connectionString: world.database.ownerUrl });
  await client.connect();
  try {
    for (const [task, key] of [
      ['payouts.submit', 'payouts.submit:1'],
      ['payments.other', 'payments.other:1'],
    ])
      await client.query(`select enqueue_job($1, '{}', now(), $2, 5, null)`, [task, key]);
    expect(await review(world, mark())).toEqual({ doubtful: [], lost: [] });
    const accepted = await accept(world, world.database.ownerUrl, mark(), { name: '运维', lost: 0 });
    expect(accepted).toMatchObject({ acceptedBy: '运维', acceptedAt: world.clock.now() });
    const jobs = await client.query<{ key: string }>('select key from graphile_worker.jobs');
    expect(jobs.rows.map((row) => row.key)).toEqual(['payments.other:1']);
    const traced = await client.query<{ body: object }>(
      `select body from trace_body b join log_leaf l using (leaf_id) where l.entry like '%restore.accepted%'`,
    );
    expect(traced.rows).toMatchObject([{ body: { by: '运维', lost: 0 } }]);
  } finally {
    await client.end();
  }
});
