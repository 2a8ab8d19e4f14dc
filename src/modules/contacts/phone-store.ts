// Every query on `phone_change`.

import { statement } from '#platform/db';

export type ChangeRow = {
  readonly change_id: string;
  readonly person_id: string | null;
  readonly kind: 'codes' | 'window' | 'lost';
  readonly state: 'asked' | 'waiting' | 'done' | 'stopped';
  readonly old_phone_sealed: string | null;
  readonly new_phone_sealed: string | null;
  readonly asked_at: string;
  readonly effective_at: string | null;
  readonly staff_id: string | null;
  readonly request_id: string;
};

const columns = `change_id, person_id, kind, state, old_phone_sealed, new_phone_sealed, asked_at, effective_at, staff_id, request_id`;

export const insert = statement<
  [
    string,
    string | null,
    string,
    string,
    string | null,
    string | null,
    string,
    string | null,
    string | null,
    string | null,
    string,
    string[],
    string | null,
  ],
  never
>(
  'contacts.insert_phone_change',
  `insert into phone_change (change_id, person_id, kind, state, old_phone_sealed, new_phone_sealed, asked_at, ended_at, staff_id, org_id,
     request_id, readers, leaf_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
);

export const byRequest = statement<[string], ChangeRow>(
  'contacts.phone_change_by_request',
  `select ${columns} from phone_change where request_id = $1`,
);

export const hold = statement<[string], ChangeRow>(
  'contacts.phone_change_for_update',
  `select ${columns} from phone_change where change_id = $1 for update`,
);

export const holdByStop = statement<[Buffer[]], ChangeRow>(
  'contacts.phone_change_by_stop',
  `select ${columns} from phone_change where stop_hash = any($1::bytea[]) for update`,
);

export const wait = statement<[string, string, Buffer, string], never>(
  'contacts.wait_phone_change',
  `update phone_change set state = 'waiting', effective_at = $2, stop_hash = $3, leaf_id = $4 where change_id = $1 and state = 'asked'`,
);

export const end = statement<[string, 'done' | 'stopped', string], never>(
  'contacts.end_phone_change',
  'update phone_change set state = $2, ended_at = $3 where change_id = $1',
);

/** A window's newer word takes the place of one that still waits. */
export const stopWaitingOf = statement<[string, string], never>(
  'contacts.stop_waiting_phone_changes',
  `update phone_change set state = 'stopped', ended_at = $2 where person_id = $1 and state = 'waiting'`,
);

export const due = statement<[string, number], ChangeRow>(
  'contacts.due_phone_changes',
  `select ${columns} from phone_change where state = 'waiting' and effective_at <= $1 order by effective_at limit $2
   for update skip locked`,
);

/** The number that was given up last, if that is not longer ago than asked: it hears of what happens to the account. */
export const formerPhone = statement<[string, string], ChangeRow>(
  'contacts.former_phone',
  `select ${columns} from phone_change
   where person_id = $1 and state = 'done' and kind <> 'lost' and ended_at > $2 order by ended_at desc limit 1`,
);

export const waitingOf = statement<[string], ChangeRow>(
  'contacts.waiting_phone_change',
  `select ${columns} from phone_change where person_id = $1 and state = 'waiting'`,
);

export const countByStaff = statement<[string, string], { count: number }>(
  'contacts.count_phone_changes_of_staff',
  `select count(*)::int as count from phone_change where staff_id = $1 and asked_at > $2::timestamptz - interval '1 day'`,
);
