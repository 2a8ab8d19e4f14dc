// Every query on settlement, its lines, differences and sample, and on the recoveries.

import { statement } from '#platform/db';
import type { DifferenceKind } from './contract.ts';

export type SettlementRow = {
  readonly settlement_id: string;
  readonly case_id: string;
  readonly insurer_org_id: string;
  readonly month: string;
  readonly state: 'declared' | 'approved' | 'paid' | 'withdrawn';
  readonly cutoff_at: string;
  readonly round: number;
  readonly person_days: number;
  readonly gross_fen: number;
  readonly subsidy_fen: number;
  readonly excluded_days: number;
  readonly excluded_fen: number;
  readonly offset_fen: number;
  readonly carried_fen: number;
  readonly claim_fen: number;
  readonly owed_back_fen: number;
  readonly difference_count: number;
  readonly approved_fen: number;
  readonly allocated_fen: number;
  readonly declared_at: string;
};

const columns = `settlement_id, case_id, insurer_org_id, month, state, cutoff_at, round, person_days, gross_fen, subsidy_fen, excluded_days,
  excluded_fen, offset_fen, carried_fen, claim_fen, owed_back_fen, difference_count, approved_fen, allocated_fen, declared_at`;

export const insertSettlement = statement<[string, string, string, string, string, string, string[], string], never>(
  'settlement.insert',
  `insert into settlement (settlement_id, case_id, insurer_org_id, month, state, cutoff_at, declared_at, readers, leaf_id)
   values ($1, $2, $3, $4, 'declared', $5, $6, $7, $8)`,
);

export const ofCase = statement<[string], SettlementRow>(
  'settlement.of_case',
  `select ${columns} from settlement where case_id = $1`,
);

export const lockOfCase = statement<[string], SettlementRow>(
  'settlement.of_case_for_update',
  `select ${columns} from settlement where case_id = $1 for update`,
);

export const ofMonth = statement<[string, string], SettlementRow>(
  'settlement.of_month',
  `select ${columns} from settlement where insurer_org_id = $1 and month = $2 and state <> 'withdrawn'`,
);

export const readersOf = statement<[string], { readers: string[] }>(
  'settlement.readers_of',
  'select readers from settlement where settlement_id = $1',
);

export const redeclare = statement<[string, string], never>(
  'settlement.redeclare',
  `update settlement set month = $2, state = 'declared', approved_fen = 0, allocated_fen = 0 where settlement_id = $1`,
);

export const withdraw = statement<[string], never>(
  'settlement.withdraw',
  `update settlement set state = 'withdrawn', carried_into = null where settlement_id = $1`,
);
/** What a withdrawn settlement had taken over is free again. */
export const releaseCarried = statement<[string], never>(
  'settlement.release_carried',
  'update settlement set carried_into = null where carried_into = $1',
);

/** Months that were settled before an instant, and the instant of the last of them. */
export const settledBefore = statement<[string, string, string], { months: string[] | null; cutoff_at: string | null }>(
  'settlement.settled_before',
  `select array_agg(month::text) as months, max(cutoff_at) as cutoff_at from settlement
   where insurer_org_id = $1 and settlement_id <> $2 and state <> 'withdrawn' and cutoff_at < $3`,
);

/** Takes over what earlier settlements left: approved and not paid, and what was owed back. Each is taken over once. */
export const carry = statement<[string, string, string], never>(
  'settlement.carry',
  `update settlement set carried_into = $2
   where insurer_org_id = $1 and settlement_id <> $2 and carried_into is null and state = 'paid' and cutoff_at < $3
     and (approved_fen > allocated_fen or owed_back_fen > 0)`,
);
export const sumCarried = statement<[string], { left_fen: number; owed_fen: number }>(
  'settlement.sum_carried',
  `select coalesce(sum(approved_fen - allocated_fen), 0)::bigint as left_fen, coalesce(sum(owed_back_fen), 0)::bigint as owed_fen
   from settlement where carried_into = $1`,
);

export type Reconciled = [
  settlementId: string,
  round: number,
  personDays: number,
  grossFen: number,
  subsidyFen: number,
  excludedDays: number,
  excludedFen: number,
  offsetFen: number,
  carriedFen: number,
  claimFen: number,
  owedBackFen: number,
  differences: number,
];
export const setReconciled = statement<Reconciled, never>(
  'settlement.set_reconciled',
  `update settlement set round = $2, person_days = $3, gross_fen = $4, subsidy_fen = $5, excluded_days = $6, excluded_fen = $7,
     offset_fen = $8, carried_fen = $9, approved_fen = 0, allocated_fen = 0, claim_fen = $10, owed_back_fen = $11, difference_count = $12
   where settlement_id = $1`,
);

export const approve = statement<[string, number], never>(
  'settlement.approve',
  `update settlement set state = 'approved', approved_fen = $2, allocated_fen = 0 where settlement_id = $1`,
);
export const allocate = statement<[string, number], never>(
  'settlement.allocate',
  'update settlement set allocated_fen = $2 where settlement_id = $1',
);
export const markPaid = statement<[string], never>(
  'settlement.mark_paid',
  `update settlement set state = 'paid' where settlement_id = $1`,
);

/** What was allocated of the budget of a year, by the day of the declaration in Beijing. */
export const sumAllocated = statement<[string, string], { fen: number }>(
  'settlement.sum_allocated',
  `select coalesce(sum(allocated_fen), 0)::bigint as fen from settlement
   where state in ('approved', 'paid') and settlement_id <> $2
     and extract(year from declared_at at time zone 'Asia/Shanghai') = $1::int`,
);

export const sumYear = statement<
  [string, string, string],
  { months: number; person_days: number; gross_fen: number; subsidy_fen: number; allocated_fen: number }
>(
  'settlement.sum_year',
  `select count(*)::int as months, coalesce(sum(person_days), 0)::bigint as person_days, coalesce(sum(gross_fen), 0)::bigint as gross_fen,
     coalesce(sum(subsidy_fen - excluded_fen), 0)::bigint as subsidy_fen, coalesce(sum(allocated_fen), 0)::bigint as allocated_fen
   from settlement where insurer_org_id = $1 and month >= $2 and month < $3 and state in ('approved', 'paid')`,
);

export const listSettlements = statement<[string | null, string | null, number], SettlementRow>(
  'settlement.list',
  `select ${columns} from settlement
   where (month, settlement_id) < (coalesce($1::date, 'infinity'), coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
   order by month desc, settlement_id desc limit $3`,
);

// ---- lines, differences, sample ------------------------------------------------------------------------------------------------

export const deleteLines = statement<[string], never>(
  'settlement.delete_lines',
  'delete from settlement_line where settlement_id = $1',
);

export const insertLines = statement<
  [string, 'ledger' | 'flow', number, string[], string[], number[], number[], number[]],
  never
>(
  'settlement.insert_lines',
  `insert into settlement_line (settlement_id, source, line_no, policy_no, day, premium_fen, personal_fen, subsidy_fen)
   select $1, $2, $3 + l.line_no, l.policy_no, l.day, l.premium_fen, l.personal_fen, l.subsidy_fen
   from unnest($4::text[], $5::date[], $6::bigint[], $7::bigint[], $8::bigint[]) with ordinality
     as l (policy_no, day, premium_fen, personal_fen, subsidy_fen, line_no)`,
);

export const insertDifferences = statement<
  [
    string,
    number,
    number,
    string[],
    string[],
    (string | null)[],
    (string | null)[],
    (string | null)[],
    (string | null)[],
    (string | null)[],
  ],
  never
>(
  'settlement.insert_differences',
  `insert into settlement_difference (settlement_id, round, place, readers, kind, policy_no, day, ours_fen, theirs_fen, note)
   select $1, $2, $3 + d.place, $4, d.kind, d.policy_no, d.day, d.ours_fen, d.theirs_fen, d.note
   from unnest($5::text[], $6::text[], $7::date[], $8::bigint[], $9::bigint[], $10::text[]) with ordinality
     as d (kind, policy_no, day, ours_fen, theirs_fen, note, place)`,
);

export type DifferenceRow = {
  readonly place: number;
  readonly kind: DifferenceKind;
  readonly policy_no: string | null;
  readonly day: string | null;
  readonly ours_fen: number | null;
  readonly theirs_fen: number | null;
  readonly note: string | null;
};
export const listDifferences = statement<[string, number, number, number], DifferenceRow>(
  'settlement.list_differences',
  `select place, kind, policy_no, day, ours_fen, theirs_fen, note from settlement_difference
   where settlement_id = $1 and round = $2 and place > $3 order by place limit $4`,
);

export const insertSample = statement<[string, number, string[], string[], string[], number[]], never>(
  'settlement.insert_sample',
  `insert into settlement_sample (settlement_id, round, place, readers, policy_no, person_id, days)
   select $1, $2, s.place, $3, s.policy_no, s.person_id, s.days
   from unnest($4::text[], $5::uuid[], $6::int[]) with ordinality as s (policy_no, person_id, days, place)`,
);
export type SampleRow = {
  readonly place: number;
  readonly policy_no: string;
  readonly person_id: string;
  readonly days: number;
};
export const listSample = statement<[string, number], SampleRow>(
  'settlement.list_sample',
  'select place, policy_no, person_id, days from settlement_sample where settlement_id = $1 and round = $2 order by place',
);

// ---- recovery ----------------------------------------------------------------------------------------------------------------

export type RecoveryRow = {
  readonly recovery_id: string;
  readonly case_id: string;
  readonly reference: string;
  readonly org_id: string;
  readonly amount_fen: number;
  readonly received_fen: number;
  readonly state: 'ordered' | 'received' | 'transferred';
};
const recoveryColumns = 'recovery_id, case_id, reference, org_id, amount_fen, received_fen, state';

export const insertRecovery = statement<[string, string, string, string, number, string, string[], string], never>(
  'settlement.insert_recovery',
  `insert into subsidy_recovery (recovery_id, case_id, reference, org_id, amount_fen, state, ordered_at, readers, leaf_id)
   values ($1, $2, $3, $4, $5, 'ordered', $6, $7, $8)`,
);
export const recoveryOfReference = statement<[string], RecoveryRow>(
  'settlement.recovery_of_reference',
  `select ${recoveryColumns} from subsidy_recovery where reference = $1`,
);
export const lockRecovery = statement<[string], RecoveryRow>(
  'settlement.recovery_for_update',
  `select ${recoveryColumns} from subsidy_recovery where recovery_id = $1 for update`,
);
export const recoveryOfCase = statement<[string], RecoveryRow>(
  'settlement.recovery_of_case',
  `select ${recoveryColumns} from subsidy_recovery where case_id = $1`,
);
/** One bank serial is taken once: a repeat finds its key and gives no row. */
export const insertReceipt = statement<[string, string, number, string, string], { bank_serial: string }>(
  'settlement.insert_receipt',
  `insert into subsidy_receipt (bank_serial, recovery_id, amount_fen, at, leaf_id) values ($1, $2, $3, $4, $5)
   on conflict do nothing returning bank_serial`,
);
export const receiptExists = statement<[string], { bank_serial: string }>(
  'settlement.receipt_exists',
  'select bank_serial from subsidy_receipt where bank_serial = $1',
);
export const addReceived = statement<[string, number], { amount_fen: number; received_fen: number }>(
  'settlement.add_received',
  `update subsidy_recovery set received_fen = received_fen + $2,
     state = case when received_fen + $2 = amount_fen then 'received' else state end
   where recovery_id = $1 returning amount_fen, received_fen`,
);
export const transferRecovery = statement<[string], never>(
  'settlement.transfer_recovery',
  `update subsidy_recovery set state = 'transferred' where case_id = $1 and state = 'ordered'`,
);
/** One order at a time for an insurer: what it holds when it is looked at is what it holds when it is ordered. */
export const lockInsurer = statement<[string], never>(
  'settlement.lock_insurer',
  `select pg_advisory_xact_lock(hashtextextended(current_schema() || '/settlement/' || $1, 0))`,
);
/** What an insurer got and was not yet told to give back. */
export const heldByInsurer = statement<[string], { fen: number }>(
  'settlement.held_by_insurer',
  `select ((select coalesce(sum(allocated_fen), 0) from settlement where insurer_org_id = $1 and state = 'paid')
     - (select coalesce(sum(amount_fen), 0) from subsidy_recovery where org_id = $1))::bigint as fen`,
);
