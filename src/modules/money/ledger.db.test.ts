// The ledger's promises as properties on real PostgreSQL: whatever is tried in whatever order, entries sum to zero, a reserve resolves at
// most once and never for more, no floored account goes under its floor, and a key means one request for ever.

import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemAccess } from '#platform/access';
import { fixedClock } from '#platform/clock';
import { createCrypto } from '#platform/crypto';
import { openDatabase, sqlState, statement, type Database } from '#platform/db';
import { Refusal } from '#platform/errors';
import { createTrace } from '#modules/trace';
import { administer } from '#test/cluster';
import { testDatabase, type TestDatabase } from '#test/database';
import { createLedger, type Ledger } from './ledger.ts';
import { checkFloors, checkSnapshots, checkTransfers, insertAccount } from './ledger-store.ts';

let database: TestDatabase;
let db: Database;
let ledger: Ledger;
const clock = fixedClock('2026-05-03T02:00:00.000Z');
const always: [string, string] = ['-infinity', 'infinity'];

const sums = statement<[], { entries: number; orphans: number }>(
  'test.ledger_sums',
  `select coalesce(sum(amount_fen), 0)::bigint as entries,
     (select count(*) from log_leaf l where not exists (select 1 from transfer t where t.leaf_id = l.leaf_id)) as orphans from entry`,
);
const tamper = statement<[], never>('test.tamper_entry', 'update entry set amount_fen = amount_fen + 1');

beforeAll(async () => {
  database = await testDatabase();
  db = openDatabase({ url: database.appUrl, poolSize: 12 });
  ledger = createLedger({ clock, trace: createTrace('gongdun.test', createCrypto(Buffer.alloc(32, 7))) });
  await db.transaction(systemAccess, async (tx) => ledger.ensureAccounts(tx));
});

afterAll(async () => {
  await db?.close();
  await database?.drop();
});

/** Accounts of their own for each run, so that runs do not see each other's money. */
async function freshAccounts() {
  const tag = randomUUID().slice(0, 8);
  const names = { open: `open-${tag}`, floored: `floored-${tag}`, other: `other-${tag}` };
  await db.transaction(systemAccess, async (tx) => {
    await tx.run(insertAccount, [names.open, '甲', 'clearing', null]);
    await tx.run(insertAccount, [names.floored, '乙', 'payable', 0]);
    await tx.run(insertAccount, [names.other, '丙', 'fund', null]);
  });
  return names;
}

type Names = Awaited<ReturnType<typeof freshAccounts>>;
type Step =
  | {
      readonly do: 'post' | 'reserve';
      readonly from: keyof Names;
      readonly to: keyof Names;
      readonly fen: number;
      readonly key: number;
    }
  | { readonly do: 'settle' | 'void'; readonly of: number; readonly fen: number };

const account = fc.constantFrom<keyof Names>('open', 'floored', 'other');
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc
      .record({
        do: fc.constantFrom('post' as const, 'reserve' as const),
        from: account,
        to: account,
        fen: fc.integer({ min: 1, max: 500 }),
        key: fc.nat(12),
      })
      .filter((one) => one.from !== one.to),
    fc.record({
      do: fc.constantFrom('settle' as const, 'void' as const),
      of: fc.nat(8),
      fen: fc.integer({ min: 1, max: 600 }),
    }),
  ),
  { minLength: 3, maxLength: 14 },
);

/** What a step comes to: done, or the code of its refusal. */
async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

async function run(
  names: Names,
  tag: string,
  step: Step,
  reserved: readonly string[],
  onReserve: (id: string) => void,
): Promise<string> {
  return outcome(
    db.transaction(systemAccess, async (tx) => {
      if ('key' in step) {
        const movement = {
          idem: `${tag}:${step.key}`,
          debit: names[step.from],
          credit: names[step.to],
          amountFen: step.fen,
          code: 'test',
        };
        const id = await ledger[step.do](tx, movement);
        if (step.do === 'reserve') tx.onCommit(() => onReserve(id));
        return;
      }
      const pendingId = reserved[step.of % Math.max(1, reserved.length)];
      if (!pendingId) return;
      await (step.do === 'settle' ? ledger.postPending(tx, pendingId, step.fen) : ledger.voidPending(tx, pendingId));
    }),
  );
}

async function promisesHold(names: Names): Promise<void> {
  await db.transaction(systemAccess, async (tx) => {
    expect(await tx.run(checkTransfers, always)).toEqual([]);
    expect(await tx.run(checkFloors, [])).toEqual([]);
    expect(await tx.one(sums, [])).toEqual({ entries: 0, orphans: 0 });
    const floored = await ledger.balance(tx, names.floored);
    expect(floored.availableFen).toBeGreaterThanOrEqual(0);
    const all = await Promise.all(Object.values(names).map((name) => ledger.balance(tx, name)));
    expect(all.reduce((fen, one) => fen + one.postedFen, 0)).toBe(0);
  });
}

describe('whatever is tried', () => {
  it('one after the other', async () => {
    expect.hasAssertions();
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const names = await freshAccounts();
        const tag = randomUUID();
        const reserved: string[] = [];
        for (const step of plan)
          await run(names, tag, step, reserved, (id) => reserved.includes(id) || reserved.push(id));
        await promisesHold(names);
      }),
      { numRuns: 25 },
    );
  });

  it('all at once', async () => {
    expect.hasAssertions();
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const names = await freshAccounts();
        const tag = randomUUID();
        const reserved: string[] = [];
        await db.transaction(systemAccess, (tx) =>
          ledger.post(tx, {
            idem: `${tag}:seed`,
            debit: names.open,
            credit: names.floored,
            amountFen: 700,
            code: 'test',
          }),
        );
        const half = Math.ceil(plan.length / 2);
        await Promise.all(
          plan.slice(0, half).map((step) => run(names, tag, step, reserved, (id) => reserved.push(id))),
        );
        await Promise.all(plan.slice(half).map((step) => run(names, tag, step, reserved, (id) => reserved.push(id))));
        await promisesHold(names);
      }),
      { numRuns: 15 },
    );
  });
});

describe('keys and reserves', () => {
  it('the same key and request give the same transfer, twenty at once; another request is refused', async () => {
    const names = await freshAccounts();
    const movement = { idem: randomUUID(), debit: names.open, credit: names.other, amountFen: 100, code: 'test' };
    const post = (fen = 100) => db.transaction(systemAccess, (tx) => ledger.post(tx, { ...movement, amountFen: fen }));
    const ids = await Promise.all(Array.from({ length: 20 }, () => post()));
    expect(new Set(ids).size).toBe(1);
    expect(await outcome(post(101))).toBe('money.idem_reused');
    expect((await db.transaction(systemAccess, (tx) => ledger.balance(tx, names.other))).postedFen).toBe(100);
  });

  it('a reserve resolves once: of a post and a void at once exactly one holds', async () => {
    const names = await freshAccounts();
    const id = await db.transaction(systemAccess, (tx) =>
      ledger.reserve(tx, { idem: randomUUID(), debit: names.open, credit: names.other, amountFen: 100, code: 'test' }),
    );
    const tries = await Promise.all([
      outcome(db.transaction(systemAccess, (tx) => ledger.postPending(tx, id))),
      outcome(db.transaction(systemAccess, (tx) => ledger.voidPending(tx, id))),
    ]);
    expect(tries.toSorted()).toEqual(['done', 'money.already_resolved']);
  });

  it('no more is posted than was reserved, and what is left is free again', async () => {
    const names = await freshAccounts();
    const id = await db.transaction(systemAccess, async (tx) => {
      await ledger.post(tx, {
        idem: randomUUID(),
        debit: names.open,
        credit: names.floored,
        amountFen: 100,
        code: 'test',
      });
      return ledger.reserve(tx, {
        idem: randomUUID(),
        debit: names.floored,
        credit: names.other,
        amountFen: 80,
        code: 'test',
      });
    });
    expect(await outcome(db.transaction(systemAccess, (tx) => ledger.postPending(tx, id, 81)))).toBe(
      'money.over_reserved',
    );
    expect(
      await outcome(
        db.transaction(systemAccess, (tx) =>
          ledger.reserve(tx, {
            idem: randomUUID(),
            debit: names.floored,
            credit: names.other,
            amountFen: 21,
            code: 'test',
          }),
        ),
      ),
    ).toBe('money.below_floor');
    await db.transaction(systemAccess, (tx) => ledger.postPending(tx, id, 30));
    expect(await db.transaction(systemAccess, (tx) => ledger.balance(tx, names.floored))).toEqual({
      postedFen: 70,
      reservedFen: 0,
      availableFen: 70,
    });
  });

  it('balances are the same with and without snapshots', async () => {
    const names = await freshAccounts();
    const post = (fen: number) =>
      db.transaction(systemAccess, (tx) =>
        ledger.post(tx, { idem: randomUUID(), debit: names.open, credit: names.other, amountFen: fen, code: 'test' }),
      );
    await post(11);
    await db.transaction(systemAccess, (tx) =>
      ledger.reserve(tx, { idem: randomUUID(), debit: names.other, credit: names.open, amountFen: 5, code: 'test' }),
    );
    clock.set('2026-05-03T03:00:00.000Z');
    await post(22);
    expect(await db.transaction(systemAccess, (tx) => ledger.snapshot(tx))).toBeGreaterThan(0);
    clock.set('2026-05-03T04:00:00.000Z');
    await post(33);
    await db.transaction(systemAccess, (tx) => ledger.snapshot(tx));
    expect(await db.transaction(systemAccess, (tx) => ledger.balance(tx, names.other))).toEqual({
      postedFen: 66,
      reservedFen: -5,
      availableFen: 61,
    });
  });

  it('what was changed behind the ledger is found, also below a snapshot', async () => {
    const names = await freshAccounts();
    const transferId = await db.transaction(systemAccess, (tx) =>
      ledger.post(tx, { idem: randomUUID(), debit: names.open, credit: names.other, amountFen: 9, code: 'test' }),
    );
    clock.set('2026-05-03T05:00:00.000Z');
    await db.transaction(systemAccess, (tx) => ledger.snapshot(tx));
    const found = () =>
      db.transaction(systemAccess, async (tx) => [
        ...(await tx.run(checkTransfers, always)),
        ...(await tx.run(checkSnapshots, always)),
      ]);
    expect(await found()).toEqual([]);
    await administer(
      database.ownerUrl,
      `update entry set amount_fen = amount_fen + 1 where transfer_id = '${transferId}' and account_id = '${names.other}'`,
    );
    expect(await found()).toEqual([
      { broken: 'entries of a transfer do not sum to zero', subject: transferId },
      { broken: 'a snapshot differs from its entries', subject: expect.stringContaining(names.other) as string },
    ]);
    await administer(
      database.ownerUrl,
      `update entry set amount_fen = 9 where transfer_id = '${transferId}' and amount_fen = 10`,
    );
  });

  it('the application may not change an entry', async () => {
    const error: unknown = await db
      .transaction(systemAccess, (tx) => tx.run(tamper, []))
      .catch((reason: unknown) => reason);
    expect(sqlState(error)).toBe('42501');
  });
});
