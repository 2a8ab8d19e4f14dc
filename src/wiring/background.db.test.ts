// What is done once a day, on the real modules: days are reconciled by themselves, and what was changed behind the program is found.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '#platform/log';
import { administer } from '#test/cluster';
import { makeWorld, type World } from '#test/money-world';
import { runDaily } from './background.ts';

let world: World;
const said: string[] = [];
const log = {
  ...createLog({ level: 'silent' }),
  error: (_about: unknown, message?: string) => void said.push(String(message)),
  warn: (about: { task?: string }) => void said.push(`${about.task} failed`),
} as ReturnType<typeof createLog>;

beforeAll(async () => {
  world = await makeWorld('2026-05-03T04:00:00.000Z');
});
afterAll(async () => world?.close());

async function runDay(instant: string): Promise<number> {
  world.clock.set(instant);
  const merges = { night: async () => ({ looked: 0, found: 0 }) };
  return (await runDaily({ ...world, merges }, log)).filter((name) => name !== 'find_duplicates').length;
}
const reconciled = async () =>
  (await world.money.reconcile.listReconciliations(undefined, 50)).items
    .map((one) => `${one.day} ${one.party}`)
    .toSorted();

it('reconciles every day since the first with both parties, once, and finds the books in order', async () => {
  const { caseId } = await world.buy(await world.worker(), '2026-05-04', 1);
  expect(await runDay('2026-05-03T04:10:00.000Z')).toBe(4);
  expect(await reconciled()).toEqual([]);
  expect(await runDay('2026-05-03T18:30:00.000Z')).toBe(2);
  expect(await runDay('2026-05-03T19:30:00.000Z')).toBe(1);
  expect(await runDay('2026-05-04T04:00:00.000Z')).toBe(1);
  expect(await reconciled()).toEqual(['2026-05-03 bank', '2026-05-03 payment']);
  expect((await world.balance('payment_clearing')).postedFen).toBe(0);
  world.bankSim.setFaults({ errorRate: 1 });
  expect(await runDay('2026-05-06T04:00:00.000Z')).toBe(3);
  expect(said.splice(0)).toEqual(['reconcile_bank failed']);
  world.bankSim.setFaults({ errorRate: 0 });
  expect(await runDay('2026-05-06T04:10:00.000Z')).toBe(1);
  expect(await reconciled()).toHaveLength(6);
  expect(said).toEqual([]);
  await administer(
    world.database.ownerUrl,
    `update case_state set state = jsonb_set(state::jsonb, '{region}', '"350299"')::json where case_id = '${caseId}'`,
  );
  await world.buy(await world.worker(), '2026-05-07', 1);
  await administer(
    world.database.ownerUrl,
    `update entry set amount_fen = amount_fen + 1 where at > '2026-05-06' and amount_fen > 0`,
  );
  expect(await runDay('2026-05-07T04:00:00.000Z')).toBe(4);
  expect(said).toEqual(['the ledger breaks its promises', 'case states differ from their actions']);
});
