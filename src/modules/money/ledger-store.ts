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

/**
 * Refunds of an order, whose keys are `refund:<order>:R1`, and how each was resolved. Found by equality: a range over text means
 * another thing in another collation.
 */
export const listRefundsOf = statement<[string], { amount_fen: number; resolution: string | null }>(
  'money.refunds_of_order',
  `select t.amount_fen, r.state as resolution
   from transfer t left join transfer r on r.pending_of = t.transfer_id
   where split_part(t.idem, ':', 2) = $1 and t.code = 'refund' and t.pending_of is null`,
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

export type Broken = { readonly broken: string; readonly subject: string };

/** Since when there is something to check: a given time, or the first transfer. */
export const selectFirstAt = statement<[string | null], { at: string | null }>(
  'money.first_at',
  "select coalesce($1::timestamptz, (select min(at) - interval '1 second' from transfer)) as at",
);

/** What must hold of the transfers of a span of time; a row is a broken promise. */
export const checkTransfers = statement<[string, string], Broken>(
  'money.check_transfers',
  `select case when count(e.transfer_id) = 0 then 'a transfer has no entries' else 'entries of a transfer do not sum to zero' end as broken,
     t.transfer_id::text as subject
     from transfer t left join entry e on e.transfer_id = t.transfer_id
     where t.at > $1 and t.at <= $2 group by t.transfer_id having count(e.transfer_id) = 0 or sum(e.amount_fen) <> 0
   union all
   select 'more was posted than reserved', r.transfer_id::text from transfer r join transfer p on p.transfer_id = r.pending_of
     where r.at > $1 and r.at <= $2 and (r.amount_fen > p.amount_fen or p.state <> 'pending')`,
);

/** Each snapshot of a span of time is the one before it and the entries between: so a balance may stand on the last one. */
export const checkSnapshots = statement<[string, string], Broken>(
  'money.check_snapshots',
  `select 'a snapshot differs from its entries' as broken, s.account_id || ' ' || s.at as subject
   from balance_snapshot s
   left join lateral (
     select at, posted_fen, pending_fen from balance_snapshot where account_id = s.account_id and at < s.at order by at desc limit 1) b on true
   cross join lateral (
     select sum(e.amount_fen) filter (where not e.pending) as posted,
       sum(e.amount_fen) filter (where e.pending and t.debit = s.account_id) as reserved
     from entry e join transfer t on t.transfer_id = e.transfer_id
     where e.account_id = s.account_id and e.at > coalesce(b.at, '-infinity') and e.at <= s.at) e
   where s.at > $1 and s.at <= $2
     and (s.posted_fen, s.pending_fen)
       <> (coalesce(b.posted_fen, 0) + coalesce(e.posted, 0), coalesce(b.pending_fen, 0) + coalesce(e.reserved, 0))`,
);

export const checkFloors = statement<[], Broken>(
  'money.check_floors',
  `select 'a balance is under its floor' as broken, b.account_id as subject from (${balanceSql}) b
   where b.posted_fen + b.reserved_fen < b.floor_fen`,
);
