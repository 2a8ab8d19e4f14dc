// Money after a database was restored to an earlier moment: what was on its way to the bank then may have arrived since, and what was
// sent after that moment is not known here at all. The first is asked about and never sent unasked; the second is listed for people.

import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import { statement, type Database, type Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import type { BankPort, StatementLine } from './ports.ts';

export type DoubtfulPayout = {
  readonly reference: string;
  readonly batchId: string;
  readonly batchNo: string;
  readonly caseId: string;
  readonly amountFen: number;
  readonly state: string;
};

const selectDoubtful = statement<[], DoubtfulPayout>(
  'money.doubtful_payouts',
  `select p.reference, b.batch_id as "batchId", b.batch_no as "batchNo", p.case_id as "caseId", p.amount_fen as "amountFen", p.state
   from payout p join payout_batch b on b.batch_id = p.batch_id
   where p.state in ('batched', 'submitted', 'unknown') and b.state in ('approved', 'submitted') order by p.reference`,
);
const holdPayouts = statement<[], never>(
  'money.hold_payouts',
  `update payout p set state = 'unknown', checked_at = null from payout_batch b
   where b.batch_id = p.batch_id and p.state in ('batched', 'submitted') and b.state in ('approved', 'submitted')`,
);
const holdBatches = statement<[string], never>(
  'money.hold_batches',
  `update payout_batch set state = 'submitted', submitted_at = coalesce(submitted_at, $1), submit_count = greatest(submit_count, 1)
   where state in ('approved', 'submitted')`,
);
const selectKnown = statement<[string[]], { reference: string }>(
  'money.known_references',
  'select reference from payout where reference = any($1)',
);

/** A restore that reaches further back than this is nothing that lists can mend. */
const daysMax = 400;

export function createRestored(options: { readonly db: Database; readonly clock: Clock; readonly port: BankPort }) {
  const { db, port } = options;

  const doubtful = (): Promise<readonly DoubtfulPayout[]> =>
    db.transaction(systemAccess, (tx) => tx.run(selectDoubtful, []));

  /** What the bank booked since that moment and this copy has no payout for. */
  async function lostSince(instant: string): Promise<readonly StatementLine[]> {
    const lost: StatementLine[] = [];
    const last = dayOf(options.clock.now());
    let days = 0;
    for (let day = dayOf(instant); day <= last; day = Temporal.PlainDate.from(day).add({ days: 1 }).toString()) {
      days += 1;
      invariant(days <= daysMax, 'a restore reaches back at most a year');
      // What came in is no payout; the reconciliation of its day takes it.
      const lines = (await port.statement(day)).filter((line) => line.kind !== 'receipt');
      const known = await db.transaction(systemAccess, (tx) =>
        tx.run(selectKnown, [[...new Set(lines.map((line) => line.reference))]]),
      );
      const ours = new Set(known.map((row) => row.reference));
      lost.push(...lines.filter((line) => !ours.has(line.reference)));
    }
    return lost;
  }

  const askBank = (reference: string) => port.queryLine(reference);

  /** From now on the bank is asked about each of them, as about any payout whose result is unknown. */
  function hold(tx: Tx): void {
    tx.send(holdPayouts, []);
    tx.send(holdBatches, [options.clock.now()]);
  }

  return { doubtful, lostSince, askBank, hold };
}
