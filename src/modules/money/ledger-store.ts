// Every query on account, transfer, entry and balance_snapshot. Transfers and their entries are written by one set-based statement.

import { statement } from '#platform/db';

export const insertAccount = statement<[string, string, string, number | null], never>(
  'money.insert_account',
  'insert into account (account_id, name, kind, floor_fen) values ($1, $2, $3, $4) on conflict do nothing',
);

export const selectFloors = statement<[string[]], { account_id: string; name: string; floor_fen: number | null }>(
  'money.floors',
  'select account_id, name, floor_fen from account where account_id = any($1)',
);

/** Serialises whoever would move under the same key or out of the same floored account, inside this tenant's schema. */
export const lockKeys = statement<[string[]], never>(
  'money.lock_keys',
  `select pg_advisory_xact_lock(hashtextextended(current_schema() || '/money/' || key, 0))
   from (select distinct unnest($1::text[]) as key order by 1) keys`,
);

export type TransferRow = {
  readonly transfer_id: string;
  readonly idem: string;
  readonly request_hash: Buffer;
  readonly debit: string;
  readonly credit: string;
  readonly amount_fen: number;
  readonly code: string;
  readonly state: 'posted' | 'pending' | 'resolved_post' | 'resolved_void';
  readonly pending_of: string | null;
  readonly case_id: string | null;
};

const transferColumns = 'transfer_id, idem, request_hash, debit, credit, amount_fen, code, state, pending_of, case_id';

export const selectByIdem = statement<[string], TransferRow>(
  'money.transfer_by_idem',
  `select ${transferColumns} from transfer where idem = $1`,
);

export const selectTransfer = statement<[string], TransferRow>(
  'money.transfer',
  `select ${transferColumns} from transfer where transfer_id = $1`,
);

export const selectResolution = statement<[string], TransferRow>(
  'money.resolution',
  `select ${transferColumns} from transfer where pending_of = $1`,
);

/** Transfers whose key begins with a prefix, and how each was resolved. */
export const listByPrefix = statement<
  [string, string],
  { transfer_id: string; idem: string; amount_fen: number; resolution: string | null }
>(
  'money.transfers_by_prefix',
  `select t.transfer_id, t.idem, t.amount_fen, r.state as resolution
   from transfer t left join transfer r on r.pending_of = t.transfer_id
   where t.idem >= $1 and t.idem < $2 and t.pending_of is null`,
);

export type InsertParams = [
  string[],
  string[],
  Buffer[],
  string[],
  string[],
  number[],
  string[],
  string[],
  (string | null)[],
  (string | null)[],
  number[],
  string,
  string,
];

export const insertTransfers = statement<InsertParams, never>(
  'money.insert_transfers',
  `with t as (
     select * from unnest($1::uuid[], $2::text[], $3::bytea[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::uuid[],
       $10::uuid[], $11::bigint[])
     as t (transfer_id, idem, request_hash, debit, credit, amount_fen, code, state, pending_of, case_id, reserved_fen)),
   made as (
     insert into transfer (transfer_id, idem, request_hash, debit, credit, amount_fen, code, state, pending_of, case_id, at, leaf_id)
     select transfer_id, idem, request_hash, debit, credit, amount_fen, code, state, pending_of, case_id, $12, $13 from t)
   insert into entry (transfer_id, account_id, amount_fen, pending, at)
   select t.transfer_id, e.account_id, e.fen, e.pending, $12 from t cross join lateral (values
     (t.debit, -t.amount_fen, false, t.state in ('posted', 'resolved_post')),
     (t.credit, t.amount_fen, false, t.state in ('posted', 'resolved_post')),
     (t.debit, -t.amount_fen, true, t.state = 'pending'),
     (t.credit, t.amount_fen, true, t.state = 'pending'),
     (t.debit, t.reserved_fen, true, t.pending_of is not null),
     (t.credit, -t.reserved_fen, true, t.pending_of is not null)
   ) as e (account_id, fen, pending, applies) where e.applies`,
);

const balanceSql = `
  select a.account_id, a.name, a.kind, a.floor_fen,
    (coalesce(s.posted_fen, 0) + coalesce(e.posted, 0))::bigint as posted_fen,
    (coalesce(s.pending_fen, 0) + coalesce(e.reserved, 0))::bigint as reserved_fen
  from account a
  left join lateral (select at, posted_fen, pending_fen from balance_snapshot where account_id = a.account_id order by at desc limit 1) s on true
  left join lateral (
    select sum(e.amount_fen) filter (where not e.pending) as posted,
      sum(e.amount_fen) filter (where e.pending and t.debit = a.account_id) as reserved
    from entry e join transfer t on t.transfer_id = e.transfer_id
    where e.account_id = a.account_id and e.at > coalesce(s.at, '-infinity')) e on true`;

export type BalanceRow = {
  readonly account_id: string;
  readonly name: string;
  readonly kind: string;
  readonly floor_fen: number | null;
  readonly posted_fen: number;
  /** What is reserved out of the account: zero or negative. What is reserved towards it does not count until it is posted. */
  readonly reserved_fen: number;
};

export const selectBalance = statement<[string], BalanceRow>('money.balance', `${balanceSql} where a.account_id = $1`);
export const listBalances = statement<[], BalanceRow>('money.balances', `${balanceSql} order by a.account_id`);

/** A snapshot continues the one before it, so that its cost is the entries since then. */
export const insertSnapshots = statement<[string], { account_id: string }>(
  'money.insert_snapshots',
  `insert into balance_snapshot (account_id, at, posted_fen, pending_fen)
   select a.account_id, $1::timestamptz, coalesce(s.posted_fen, 0) + coalesce(e.posted, 0), coalesce(s.pending_fen, 0) + coalesce(e.reserved, 0)
   from account a
   left join lateral (select at, posted_fen, pending_fen from balance_snapshot where account_id = a.account_id order by at desc limit 1) s on true
   cross join lateral (
     select sum(e.amount_fen) filter (where not e.pending) as posted,
       sum(e.amount_fen) filter (where e.pending and t.debit = a.account_id) as reserved
     from entry e join transfer t on t.transfer_id = e.transfer_id
     where e.account_id = a.account_id and e.at > coalesce(s.at, '-infinity') and e.at <= $1) e
   where s.at is null or s.at < $1
   on conflict do nothing returning account_id`,
);

/** Everything that must always hold of the ledger; a row is a broken promise. */
export const checkLedger = statement<[], { broken: string; subject: string }>(
  'money.check_ledger',
  `select 'entries of a transfer do not sum to zero' as broken, transfer_id::text as subject
     from entry group by transfer_id having sum(amount_fen) <> 0
   union all
   select 'a transfer has no entries', t.transfer_id::text from transfer t where not exists (select 1 from entry e where e.transfer_id = t.transfer_id)
   union all
   select 'more was posted than reserved', r.transfer_id::text from transfer r join transfer p on p.transfer_id = r.pending_of
     where r.amount_fen > p.amount_fen or p.state <> 'pending'
   union all
   select 'a balance is under its floor', a.account_id from account a join entry e on e.account_id = a.account_id join transfer t using (transfer_id)
     where a.floor_fen is not null
     group by a.account_id, a.floor_fen
     having sum(e.amount_fen) filter (where not e.pending or t.debit = e.account_id) < a.floor_fen`,
);
