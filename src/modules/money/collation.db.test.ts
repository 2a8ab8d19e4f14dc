// Money on a database whose text is ordered by a language's rules, as an operator's own PostgreSQL often is: `;` before `:`, digits
// beside letters. What is found must not depend on it.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { join } from 'node:path';
import { migrate } from '#platform/migrate';
import { emptyDatabase } from '#test/database';
import { makeWorld, type World } from '#test/money-world';

let world: World;
beforeAll(async () => {
  const database = await emptyDatabase(`locale_provider icu icu_locale 'en-US'`);
  await migrate(database.ownerUrl, { dir: join(import.meta.dirname, '..', '..', '..', 'db') });
  world = await makeWorld('2026-05-03T02:00:00.000Z', database);
});
afterAll(async () => world?.close());

it('two refunds of one order go under two numbers', async () => {
  const who = await world.worker();
  const { caseNo, order } = await world.buy(who, '2026-05-04', 3);
  for (const day of ['2026-05-05', '2026-05-06']) {
    const form = { policy_ref: caseNo, refund_dates: day, refund_days: '1', refund_why: '误操作' };
    const refund = await world.open(who, 'DI-005', form);
    await world.drain();
    await world.until(refund.caseId, 'cancelled');
  }
  const refunds = world.paymentSim.refunds().filter((refund) => refund.orderNo === order?.orderNo);
  expect(refunds.map((refund) => [refund.refundNo, refund.amountFen])).toEqual([
    [`${order?.orderNo}R1`, 20],
    [`${order?.orderNo}R2`, 20],
  ]);
  expect(await world.money.brokenPromises()).toEqual([]);
});
