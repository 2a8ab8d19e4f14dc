// The door of money: the ledger, payments, payouts, batches and reconciliation over one set of ports.

import { systemAccess } from '#platform/access';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import type { enqueue } from '#platform/jobs';
import type { Trace } from '#modules/trace';
import { createBatches } from './batches.ts';
import type { AccountView } from './contract.ts';
import { createLedger } from './ledger.ts';
import { checkLedger, listBalances } from './ledger-store.ts';
import { createPayments, type PaymentsOptions } from './payments.ts';
import { createPayouts } from './payouts.ts';
import type { BankPort, CasesPort, FindPayee, PaymentPort } from './ports.ts';
import { createReconcile } from './reconcile.ts';

export { accounts } from './accounts.ts';
export type { Officer } from './batches.ts';
export { moneyRoutes } from './http.ts';
export type { BankPort, CaseContext, CasesPort, CaseState, PaymentPort } from './ports.ts';
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
  readonly bank: BankPort;
  readonly cases: CasesPort;
  readonly findPayee: FindPayee;
  readonly staffName: (tx: Tx, staffId: string) => Promise<string>;
} & Pick<PaymentsOptions, 'returnUrl' | 'payerRef'>;

export type Money = ReturnType<typeof createMoney>;

export function createMoney(options: MoneyOptions) {
  const { db, payment, bank, ...shared } = options;
  const ledger = createLedger(options);
  const payments = createPayments({ ...shared, db, ledger, port: payment });
  const payouts = createPayouts({ ...shared, db, ledger, port: bank });
  const batches = createBatches({ ...shared, db, ledger, port: bank, payouts });
  const reconcile = createReconcile({ ...shared, db, ledger, bank, payment, payments, payouts });

  /** The accounts exist before the first request. */
  async function prepare(): Promise<void> {
    await db.transaction(systemAccess, async (tx) => ledger.ensureAccounts(tx));
  }

  async function listAccounts(): Promise<readonly AccountView[]> {
    const rows = await db.transaction(systemAccess, (tx) => tx.run(listBalances, []));
    return rows.map((row) => ({
      accountId: row.account_id,
      name: row.name,
      kind: row.kind,
      postedFen: row.posted_fen,
      reservedFen: row.reserved_fen,
      floorFen: row.floor_fen,
    }));
  }

  /** Every promise of the ledger that does not hold; empty is the only good answer. */
  async function brokenPromises(): Promise<readonly { broken: string; subject: string }[]> {
    return db.transaction(systemAccess, (tx) => tx.run(checkLedger, []));
  }

  async function snapshot(): Promise<number> {
    return db.transaction(systemAccess, (tx) => ledger.snapshot(tx));
  }

  return {
    ledger,
    payments,
    payouts,
    batches,
    reconcile,
    payment,
    bank,
    orderOf: payments.orderOf,
    refreshOrder: payments.refreshOrder,
    prepare,
    listAccounts,
    brokenPromises,
    snapshot,
    effects: { ...payments.effects, ...payouts.effects },
    tasks: { ...payments.tasks, ...payouts.tasks, ...batches.tasks },
  };
}
