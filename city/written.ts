// A batch as it is loaded: its rows already written for COPY, so that a thread which made them hands over bytes and no objects.

import { writeCopy, type WrittenCopy } from '#platform/db-copy';
import type { RunEnd } from './register.ts';
import { countRows, tableNames, type Row, type Rows, type TableName } from './rows.ts';
import { tables } from './tables.ts';
import type { Job } from './world.ts';

export type CityBatch = {
  readonly rows: Rows;
  readonly jobs: readonly Job[];
  /** Runs that are over with this batch. */
  readonly runs?: readonly RunEnd[];
};

/** An order that was paid: a simulated payment party must know it, or it refuses every refund of the city. */
export type PaidOrder = {
  readonly orderNo: string;
  readonly transactionId: string;
  readonly amountFen: number;
  readonly refundedFen: number;
  readonly description: string;
  readonly paidAt: string;
  readonly expiresAt: string;
};

export type WrittenBatch = {
  readonly copies: readonly WrittenCopy[];
  readonly accounts: readonly Row<'account'>[];
  readonly jobs: readonly Job[];
  readonly runs: readonly RunEnd[];
  readonly paidOrders: readonly PaidOrder[];
  readonly rows: number;
  readonly cases: number;
  readonly people: number;
};

export function writeBatch({ rows, jobs, runs = [] }: CityBatch): WrittenBatch {
  const copied = tableNames.filter((table) => table !== 'account' && rows[table].length > 0);
  return {
    copies: copied.map((table) => writeCopy({ table, columns: columnsOf(table), rows: valuesOf(rows, table) })),
    accounts: rows.account,
    jobs,
    runs,
    paidOrders: paidIn(rows),
    rows: countRows(rows),
    cases: rows.case_state.length,
    people: rows.person.length,
  };
}

function columnsOf(table: TableName): readonly string[] {
  return Object.keys(tables[table]);
}

function* valuesOf(rows: Rows, table: TableName): Generator<readonly unknown[]> {
  const columns = columnsOf(table);
  for (const row of rows[table]) {
    const values = row as Readonly<Record<string, unknown>>;
    yield columns.map((column) => values[column]);
  }
}

function paidIn(rows: Rows): PaidOrder[] {
  return rows.payment_order.flatMap(
    ({ order_no, transaction_id, amount_fen, refund_fen, state, description, paid_at, expires_at }) =>
      order_no && transaction_id && amount_fen && description && paid_at && expires_at
        ? [
            {
              orderNo: order_no,
              transactionId: transaction_id,
              amountFen: amount_fen,
              refundedFen: state === 'refunded' ? (refund_fen ?? 0) : 0,
              description,
              paidAt: paid_at,
              expiresAt: expires_at,
            },
          ]
        : [],
  );
}
