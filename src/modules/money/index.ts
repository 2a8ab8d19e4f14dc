// The door of money: the ledger, payments, payouts, batches and reconciliation over one set of ports.

import { systemAccess } from '#platform/access';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import type { enqueue } from '#platform/jobs';
import type { Trace } from '#modules/trace';
import { accounts } from './accounts.ts';
import { createBatches } from './batches.ts';
import { accountKindZh, refuse, type AccountView } from './contract.ts';
import { createDebits, type DebitsSettled } from './debits.ts';
import { createLedger } from './ledger.ts';
import * as store from './ledger-store.ts';
import { createPayments, type PaymentsOptions } from './payments.ts';
import { bookOf, createPayouts } from './payouts.ts';
import * as payoutStore from './payout-store.ts';
import type {
  AbsentOf,
  BankPort,
  CasesPort,
  FindPayee,
  MayPay,
  PaymentPort,
  Proving,
  SharesOf,
  WithholdingPort,
} from './ports.ts';
import { createCardGate } from './withdrawn.ts';
import { createReconcile, type TakeReceipt } from './reconcile.ts';
import { createRestored } from './restored.ts';

export { accounts } from './accounts.ts';
export type { Officer } from './batches.ts';
export { withoutKeys } from './proving.ts';
export { moneyRoutes } from './http.ts';
export type { DebitFailed, DebitPaid } from './debits.ts';
export type { TakeReceipt } from './reconcile.ts';
export type { AbsentOf, BankPort, CasesPort, PaymentPort, Proving, Share } from './ports.ts';
export { readersOf } from './readers.ts';
/** For the synthetic city, which answers them from memory. */
export * as ledgerStatements from './ledger-store.ts';
export * as paymentStatements from './payment-store.ts';
export * as payoutStatements from './payout-store.ts';

export type MoneyOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly crypto: CryptoPort;
  readonly trace: Trace;
  readonly enqueue: typeof enqueue;
  readonly payment: PaymentPort;
  readonly withholding: WithholdingPort | null;
  /** Where the payer's browser goes after signing a withholding contract. */
  readonly renewalUrl?: string;
  /** Whoever charged hears what became of it. */
  readonly debitsSettled: DebitsSettled;
  readonly bank: BankPort;
  readonly cases: CasesPort;
  readonly findPayee: FindPayee;
  readonly mayPay?: MayPay;
  readonly sharesOf?: SharesOf;
  readonly orgName: (orgId: string) => string;
  /** Money that came in with a reference of ours: whose it is. */
  readonly takeReceipt?: TakeReceipt;
  readonly staffName: (tx: Tx, staffId: string) => Promise<string>;
  /** How an approver proves that it is he or she. */
  readonly proving: Proving;
  readonly absentOf: AbsentOf;
} & Pick<PaymentsOptions, 'returnUrl' | 'payerRef'>;

export type Money = ReturnType<typeof createMoney>;

const checkStepMs = 7 * 86_400_000;

export function createMoney(options: MoneyOptions) {
  const { db, payment, bank, ...shared } = options;
  const { clock } = options;
  const ledger = createLedger(options);
  const debits = createDebits({ ...shared, db, ledger, settled: options.debitsSettled, returnUrl: options.renewalUrl });
  const payments = createPayments({ ...shared, db, ledger, debits, port: payment });
  const payouts = createPayouts({ ...shared, db, ledger, port: bank });
  const gate = createCardGate({ ...shared, db, payouts });
  const batches = createBatches({ ...shared, db, ledger, port: bank, payouts, gate });
  const reconcile = createReconcile({ ...shared, db, ledger, bank, payment, payments, payouts });

  /** The accounts exist before the first request. */
  async function prepare(): Promise<void> {
    await db.transaction(systemAccess, async (tx) => ledger.ensureAccounts(tx));
  }

  async function listAccounts(): Promise<readonly AccountView[]> {
    const [rows, unapproved] = await db.transaction(systemAccess, async (tx) => [
      await tx.run(store.listBalances, []),
      await tx.run(payoutStore.sumUnapproved, []),
    ]);
    return accounts.flatMap(({ accountId, name, kind, side }) => {
      const row = rows.find((one) => one.account_id === accountId);
      if (!row) return [];
      const waitingFen = unapproved
        .filter(({ step }) => bookOf(step).reserve === accountId)
        .reduce((fen, one) => fen + one.fen, 0);
      return {
        accountId,
        name,
        kindZh: accountKindZh[kind],
        balanceFen: side === 'debit' ? 0 - row.posted_fen : row.posted_fen,
        reservedFen: waitingFen - row.reserved_fen,
        floorFen: row.floor_fen,
      };
    });
  }

  /** Before a case leaves, by a person or the clock, a step that waits for money to move. */
  async function letGo(tx: Tx, caseId: string, step: string): Promise<void> {
    if (step === 'refund-pay') throw refuse('money.refund_running');
    await payouts.letGo(tx, caseId, step);
  }

  /**
   * Every promise of the ledger that does not hold; empty is the only good answer. Entries are never changed, so what was checked once
   * need not be again: a check goes on from the time of the one before. It goes in steps, so that no statement grows with the years.
   */
  async function brokenPromises(since: string | null = null): Promise<readonly store.Broken[]> {
    const run = (span: [string, string]) =>
      db.transaction(systemAccess, async (tx) => [
        ...(await tx.run(store.checkTransfers, span)),
        ...(await tx.run(store.checkSnapshots, span)),
      ]);
    const { at: first } = await db.transaction(systemAccess, (tx) => tx.one(store.selectFirstAt, [since]));
    const broken = await db.transaction(systemAccess, (tx) => tx.run(store.checkFloors, []));
    const untilMs = Date.parse(clock.now());
    for (let ms = first ? Date.parse(first) : untilMs; ms < untilMs; ms += checkStepMs) {
      const end = Math.min(ms + checkStepMs, untilMs);
      broken.push(...(await run([new Date(ms).toISOString(), new Date(end).toISOString()])));
    }
    return broken;
  }

  return {
    ledger,
    payments,
    debits,
    payouts,
    batches,
    reconcile,
    payment,
    bank,
    prepare,
    listAccounts,
    brokenPromises,
    restored: createRestored({ db, clock, port: bank }),
    letGo,
    effects: { ...payments.effects, ...debits.effects, ...payouts.effects },
    tasks: { ...payments.tasks, ...debits.tasks, ...payouts.tasks, ...batches.tasks, ...gate.tasks },
  };
}
