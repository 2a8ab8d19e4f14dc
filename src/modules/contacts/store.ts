// Every query on `payout_account` and `identity_check`.

import { statement } from '#platform/db';
import type { CheckState } from './contract.ts';

export const lock = statement<[string], unknown>(
  'contacts.lock',
  'select pg_advisory_xact_lock(hashtextextended($1, 0))',
);

export type AccountRow = {
  readonly account_id: string;
  readonly person_id: string;
  readonly card_sealed: string;
  readonly card_tail: string;
  readonly bank_phone_sealed: string | null;
  readonly source: 'person' | 'claim' | 'window';
  readonly state: 'live' | 'stopped';
  readonly check_state: CheckState;
  readonly added_at: string;
  readonly usable_at: string;
  readonly request_id: string;
  readonly case_id: string | null;
};

const columns = `account_id, person_id, card_sealed, card_tail, bank_phone_sealed, source, state, check_state, added_at, usable_at,
  request_id, case_id`;

export const insertAccount = statement<
  [
    string,
    string,
    string,
    Buffer,
    string,
    string | null,
    string,
    CheckState,
    string,
    string,
    string | null,
    string,
    Buffer,
    string[],
    string,
  ],
  never
>(
  'contacts.insert_account',
  `insert into payout_account (account_id, person_id, card_sealed, card_index, card_tail, bank_phone_sealed, source, state, check_state,
     added_at, usable_at, case_id, request_id, stop_hash, readers, leaf_id)
   values ($1, $2, $3, $4, $5, $6, $7, 'live', $8, $9, $10, $11, $12, $13, $14, $15)`,
);

export const selectAccount = statement<[string], AccountRow>(
  'contacts.account',
  `select ${columns} from payout_account where account_id = $1`,
);

export const accountByRequest = statement<[string], AccountRow>(
  'contacts.account_by_request',
  `select ${columns} from payout_account where request_id = $1`,
);

export const accountsOf = statement<[string, number], AccountRow>(
  'contacts.accounts_of',
  `select ${columns} from payout_account where person_id = $1 order by added_at desc, account_id desc limit $2`,
);

export const countToday = statement<[string, string], { count: number }>(
  'contacts.count_accounts_today',
  `select count(*)::int as count from payout_account where person_id = $1 and added_at > $2::timestamptz - interval '1 day'`,
);

/** Of each person and card, by its place in the question, the newest word about it under whichever index. */
export const standings = statement<
  [string[], Buffer[], number[]],
  Pick<AccountRow, 'state' | 'check_state' | 'usable_at'> & { readonly place: number }
>(
  'contacts.card_standings',
  `select distinct on (n.place) n.place, a.state, a.check_state, a.usable_at
   from unnest($1::uuid[], $2::bytea[], $3::int[]) as n (person_id, card_index, place)
   join payout_account a on a.person_id = n.person_id and a.card_index = n.card_index
   order by n.place, a.added_at desc, a.account_id desc`,
);

export const lockByStop = statement<[Buffer[]], AccountRow>(
  'contacts.account_by_stop',
  `select ${columns} from payout_account where stop_hash = any($1::bytea[]) for update`,
);

export const lockAccount = statement<[string], AccountRow>(
  'contacts.account_for_update',
  `select ${columns} from payout_account where account_id = $1 for update`,
);

export const stopAccount = statement<[string, string], never>(
  'contacts.stop_account',
  `update payout_account set state = 'stopped', ended_at = $2 where account_id = $1 and state = 'live'`,
);

export const setChecked = statement<[string, CheckState], never>(
  'contacts.set_account_checked',
  'update payout_account set check_state = $2 where account_id = $1',
);

// ---- checks ------------------------------------------------------------------------------------------------------------------

export const insertCheck = statement<[string, string, string, string | null, string, string[]], never>(
  'contacts.insert_check',
  `insert into identity_check (check_id, person_id, kind, account_id, state, asked_at, due_at, readers)
   values ($1, $2, $3, $4, 'waiting', $5, $5, $6)`,
);

/** What was asked about before the phone changed has no meaning any more. */
export const voidChecks = statement<[string, string], never>(
  'contacts.void_checks',
  `update identity_check set state = 'void', ended_at = $2 where person_id = $1 and kind = 'person' and state = 'waiting'`,
);

export type CheckRow = {
  readonly check_id: string;
  readonly person_id: string;
  readonly kind: 'person' | 'card';
  readonly account_id: string | null;
  readonly tries: number;
};

/** Taken for two minutes: who dies with it leaves it to the next. */
export const claimChecks = statement<[string, number], CheckRow>(
  'contacts.claim_checks',
  `update identity_check set due_at = $1::timestamptz + interval '2 minutes', tries = tries + 1 where check_id in (
     select check_id from identity_check where state = 'waiting' and due_at <= $1 order by due_at, check_id limit $2
     for update skip locked)
   returning check_id, person_id, kind, account_id, tries`,
);

export const waitCheck = statement<[string, string], never>(
  'contacts.wait_check',
  `update identity_check set due_at = $2 where check_id = $1 and state = 'waiting'`,
);

export const endCheck = statement<[string, string, string, string, string], { check_id: string }>(
  'contacts.end_check',
  `update identity_check set state = $2, provider = $3, ended_at = $4, leaf_id = $5 where check_id = $1 and state = 'waiting'
   returning check_id`,
);

export const queueAge = statement<[], { count: number; oldest: string | null }>(
  'contacts.check_queue',
  `select count(*)::int as count, min(asked_at) as oldest from identity_check where state = 'waiting'`,
);
