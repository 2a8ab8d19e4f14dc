// Queries of the reconciliation: statement lines, results, and which payouts and refunds were booked on a day.

import { statement } from '#platform/db';
import type { Difference, Party } from './contract.ts';

export const insertBankLines = statement<
  [string, string[], string[], string[], number[], string[], (string | null)[], string],
  never
>(
  'money.insert_bank_lines',
  `insert into bank_line (line_key, day, reference, bank_serial, amount_fen, kind, matched_payout_id, at)
   select l.line_key, $1::date, l.reference, l.bank_serial, l.amount_fen, l.kind, l.payout_id, $8
   from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::uuid[])
     as l (line_key, reference, bank_serial, amount_fen, kind, payout_id)
   on conflict do nothing`,
);

export const listSettledBetween = statement<[string, string], { reference: string; amount_fen: number; step: string }>(
  'money.payouts_settled_between',
  `select reference, amount_fen, step from payout where state = 'settled' and settled_at >= $1 and settled_at < $2 order by reference`,
);

export const listIdems = statement<[string[]], { idem: string }>(
  'money.idems',
  'select idem from transfer where idem = any($1)',
);

/** Refunds that we began in a time, as the party counts them, with what became of them. */
export const listRefundsBetween = statement<
  [string, string],
  { idem: string; amount_fen: number; resolution: string | null }
>(
  'money.refunds_between',
  `select t.idem, t.amount_fen, r.state as resolution from transfer t left join transfer r on r.pending_of = t.transfer_id
   where t.code = 'refund' and t.pending_of is null and t.at >= $1 and t.at < $2 order by t.idem`,
);

export const insertReconciliation = statement<[string, string, Party, number, number, string, string, string], never>(
  'money.insert_reconciliation',
  `insert into reconciliation (reconciliation_id, day, party, matched_count, difference_count, differences, at, leaf_id)
   values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8)`,
);

/** Days of a span, both ends included, that nobody reconciled with a party yet. */
export const listOpenDays = statement<[Party, string, string], { day: string }>(
  'money.days_not_reconciled',
  `select d::date as day from generate_series($2::date, $3::date, interval '1 day') d
   where not exists (select 1 from reconciliation r where r.party = $1 and r.day = d::date) order by 1`,
);

export type ReconciliationRow = {
  readonly reconciliation_id: string;
  readonly day: string;
  readonly party: Party;
  readonly matched_count: number;
  readonly difference_count: number;
  readonly differences: Difference[];
  readonly at: string;
};

export const listReconciliations = statement<[string | null, string | null, number], ReconciliationRow>(
  'money.list_reconciliations',
  `select reconciliation_id, day, party, matched_count, difference_count, differences, at from reconciliation
   where $1::timestamptz is null or (at, reconciliation_id) < ($1::timestamptz, $2::uuid)
   order by at desc, reconciliation_id desc limit $3`,
);
