// Every query on payout, payout_batch and payout_approval.

import { statement } from '#platform/db';
import type { PayoutState } from './contract.ts';
import type { KeptProof } from './ports.ts';

export type PayoutRow = {
  readonly payout_id: string;
  readonly reference: string;
  readonly case_id: string;
  readonly person_id: string | null;
  readonly step: string;
  readonly purpose: string;
  readonly payee_name_sealed: string;
  readonly card_sealed: string;
  readonly card_tail: string;
  readonly amount_fen: number;
  readonly org_id: string;
  readonly batch_id: string | null;
  readonly state: PayoutState;
  readonly bank_serial: string | null;
  readonly reason: string | null;
  readonly created_at: string;
  readonly settled_at: string | null;
  readonly reserve_id: string | null;
  /** Which of several payees of the case, from 1; null where it pays one. */
  readonly payee: number | null;
};

const columns = `payout_id, reference, case_id, person_id, step, purpose, payee_name_sealed, card_sealed, card_tail, amount_fen, org_id,
  batch_id, state, bank_serial, reason, created_at, settled_at, reserve_id, payee`;

export const insertPayout = statement<
  [
    string,
    string,
    string,
    string | null,
    string,
    string,
    string,
    string,
    string,
    number,
    string,
    string,
    string[],
    number | null,
  ],
  never
>(
  'money.insert_payout',
  `insert into payout (payout_id, reference, case_id, person_id, step, purpose, payee_name_sealed, card_sealed, card_tail, amount_fen,
     org_id, state, created_at, readers, payee)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'drafted', $12, $13, $14)`,
);

/** Payouts of a step of a case that are not at an end. */
export const lockLiveOfStep = statement<[string, string], PayoutRow>(
  'money.live_payouts_of_step',
  `select ${columns} from payout where case_id = $1 and step = $2 and state in ('drafted', 'batched', 'submitted', 'unknown') for update`,
);

export const paidInStep = statement<[string, string], { paid_fen: number }>(
  'money.paid_in_step',
  `select coalesce(sum(amount_fen), 0)::bigint as paid_fen from payout where case_id = $1 and step = $2 and state = 'settled'`,
);

/** The lines of a case that pays several people: who has been paid, whose line still runs, and what failed last for the others. */
export const linesOfStep = statement<
  [string, string],
  Pick<PayoutRow, 'state' | 'amount_fen' | 'reason' | 'created_at'> & { readonly payee: number }
>(
  'money.payout_lines_of_step',
  `select distinct on (payee) payee, state, amount_fen, reason, created_at from payout
   where case_id = $1 and step = $2 and payee is not null order by payee, created_at desc, payout_id desc`,
);

export const lockPayouts = statement<[string[]], PayoutRow>(
  'money.payouts_for_update',
  `select ${columns} from payout where payout_id = any($1) order by payout_id for update`,
);

export const lockByReference = statement<[string], PayoutRow>(
  'money.payout_by_reference_for_update',
  `select ${columns} from payout where reference = $1 for update`,
);

export const selectByReference = statement<[string], PayoutRow>(
  'money.payout_by_reference',
  `select ${columns} from payout where reference = $1`,
);

export const listByReference = statement<[string[]], PayoutRow>(
  'money.payouts_by_reference',
  `select ${columns} from payout where reference = any($1)`,
);

export const listOfBatch = statement<[string], PayoutRow>(
  'money.payouts_of_batch',
  `select ${columns} from payout where batch_id = $1 order by reference`,
);

export const lockOfBatch = statement<[string], PayoutRow>(
  'money.payouts_of_batch_for_update',
  `select ${columns} from payout where batch_id = $1 order by payout_id for update`,
);

export const listPayouts = statement<[string[], string | null, string | null, number], PayoutRow>(
  'money.list_payouts',
  `select ${columns} from payout
   where state = any($1)
     and (created_at, payout_id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
   order by created_at desc, payout_id desc limit $4`,
);

/**
 * Takes payouts about which nothing final is known and marks them as asked about now, the ones not asked about for longest first:
 * what the bank has or may have, and what is still `batched` though the job that hands it over has used up its attempts.
 */
export const claimUnsettled = statement<[string, string, number, number], { reference: string; batch_id: string }>(
  'money.claim_unsettled_payouts',
  `update payout set checked_at = $2 where payout_id in (
     select p.payout_id from payout p join payout_batch b on b.batch_id = p.batch_id
     where (p.state in ('submitted', 'unknown') or (p.state = 'batched' and b.submit_count >= $3)) and b.submitted_at < $1
       and coalesce(p.checked_at, b.submitted_at) < $1
     order by coalesce(p.checked_at, b.submitted_at), p.payout_id limit $4 for update of p skip locked)
   returning reference, batch_id`,
);

/** Approved before a time, and still without an end. */
export const countStuck = statement<[string], { count: number }>(
  'money.count_stuck_payouts',
  `select count(*) as count from payout p join payout_batch b on b.batch_id = p.batch_id
   join payout_approval a on a.batch_id = b.batch_id
   where p.state in ('batched', 'submitted', 'unknown') and b.state in ('approved', 'submitted') and a.at < $1`,
);

/** Says on the payout why it stands; no row when it says so already. */
export const noteReason = statement<[string, string], { payout_id: string }>(
  'money.note_payout_reason',
  'update payout set reason = $2 where payout_id = $1 and reason is distinct from $2 returning payout_id',
);

export const setBatch = statement<[string[], string], never>(
  'money.payouts_into_batch',
  `update payout set batch_id = $2, state = 'batched' where payout_id = any($1)`,
);

export const releaseBatch = statement<[string], never>(
  'money.payouts_out_of_batch',
  `update payout set batch_id = null, state = 'drafted' where batch_id = $1 and state = 'batched'`,
);

/** What stands in batches that nobody has approved yet, by its step; the ledger reserves it only then. */
export const sumUnapproved = statement<[], { step: string; fen: number }>(
  'money.sum_unapproved_payouts',
  "select step, sum(amount_fen)::bigint as fen from payout where state = 'batched' and reserve_id is null group by step",
);

export const setReserves = statement<[string[], string[]], never>(
  'money.payout_reserves',
  `update payout set reserve_id = r.reserve_id from unnest($1::uuid[], $2::uuid[]) as r (payout_id, reserve_id)
   where payout.payout_id = r.payout_id`,
);

export const setStateOfBatch = statement<[string, string], never>(
  'money.payout_states_of_batch',
  `update payout set state = $2 where batch_id = $1 and state in ('batched', 'submitted', 'unknown')`,
);

export const endPayout = statement<[string, string, string | null, string | null, string | null], never>(
  'money.end_payout',
  'update payout set state = $2, bank_serial = $3, settled_at = $4, reason = $5 where payout_id = $1',
);

export type BatchRow = {
  readonly batch_id: string;
  readonly batch_no: string;
  readonly org_id: string;
  readonly maker_id: string;
  /** For whom the maker stood in. */
  readonly maker_for: string | null;
  readonly line_count: number;
  readonly total_fen: number;
  readonly lines_hash: Buffer;
  readonly state: 'made' | 'approved' | 'submitted' | 'done' | 'voided';
  readonly made_at: string;
  readonly submit_count: number;
};

const batchColumns =
  'b.batch_id, b.batch_no, b.org_id, b.maker_id, b.maker_for, b.line_count, b.total_fen, b.lines_hash, b.state, b.made_at, b.submit_count';

export const insertBatch = statement<
  [string, string, string, string, number, number, Buffer, string, string[], string, string | null],
  never
>(
  'money.insert_batch',
  `insert into payout_batch (batch_id, batch_no, org_id, maker_id, line_count, total_fen, lines_hash, state, made_at, readers, leaf_id, maker_for)
   values ($1, $2, $3, $4, $5, $6, $7, 'made', $8, $9, $10, $11)`,
);

export const lockBatch = statement<[string], BatchRow>(
  'money.batch_for_update',
  `select ${batchColumns} from payout_batch b where b.batch_id = $1 for update`,
);

export const selectBatch = statement<[string], BatchRow>(
  'money.batch',
  `select ${batchColumns} from payout_batch b where b.batch_id = $1`,
);

export const setBatchState = statement<[string, string], never>(
  'money.batch_state',
  'update payout_batch set state = $2 where batch_id = $1',
);

/** Counted before the bank is asked, so that the count is never less than the sendings. */
export const countSubmit = statement<[string, string], { submit_count: number }>(
  'money.count_submit',
  `update payout_batch set submit_count = submit_count + 1, submitted_at = coalesce(submitted_at, $2)
   where batch_id = $1 and state in ('approved', 'submitted') returning submit_count`,
);

export const finishBatch = statement<[string], never>(
  'money.finish_batch',
  `update payout_batch b set state = 'done' where b.batch_id = $1 and b.state in ('approved', 'submitted')
     and not exists (select 1 from payout p where p.batch_id = b.batch_id and p.state in ('batched', 'submitted', 'unknown'))`,
);

export type ApprovalRow = {
  readonly batch_id: string;
  readonly approver_id: string;
  readonly approver_for: string | null;
  readonly lines_hash: Buffer;
  readonly decision: 'approve' | 'refuse';
  readonly reason: string | null;
  readonly proof: KeptProof | null;
};

export const insertApproval = statement<
  [string, string, string, Buffer, string, string | null, string, string, string | null, string | null, string | null],
  never
>(
  'money.insert_approval',
  `insert into payout_approval (batch_id, maker_id, approver_id, lines_hash, decision, reason, at, leaf_id, maker_for, approver_for, proof)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);

const approvalColumns = 'batch_id, approver_id, approver_for, lines_hash, decision, reason, proof';

export const listApprovals = statement<[string[]], ApprovalRow>(
  'money.approvals',
  `select ${approvalColumns} from payout_approval where batch_id = any($1) order by at`,
);

/** Approvals that carry a proof, for whoever checks them again; in the order of their batches. */
export const listProved = statement<[string, number], ApprovalRow>(
  'money.proved_approvals',
  `select ${approvalColumns} from payout_approval
   where proof is not null and decision = 'approve' and batch_id > $1 order by batch_id limit $2`,
);

export const listBatches = statement<[string | null, string | null, number], BatchRow>(
  'money.list_batches',
  `select ${batchColumns} from payout_batch b
   where (b.made_at, b.batch_id) < (coalesce($1::timestamptz, 'infinity'), coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
   order by b.made_at desc, b.batch_id desc limit $3`,
);
