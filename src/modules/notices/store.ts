// Every query on the outbox.

import { rowsStatement, statement } from '#platform/db';

export type NoticeRow = {
  readonly notice_id: string;
  readonly template: string;
  readonly title: string;
  readonly text: string;
  readonly case_id: string | null;
  readonly at: string;
  readonly read_at: string | null;
};

type NewNotice = {
  notice_id: string;
  person_id: string | null;
  org_id: string | null;
  role: string | null;
  case_id: string | null;
  template: string;
  title: string;
  text: string;
  channels: readonly string[];
  at: string;
  readers: readonly string[];
  sms_state: 'none' | 'queued';
  sms_next_at: string | null;
  /** What the provider of SMS fills into its own copy of the template, as JSON. */
  sms_params: string | null;
  sms_to_sealed: string | null;
};

const types: Readonly<Record<keyof NewNotice, string>> = {
  notice_id: 'uuid',
  person_id: 'uuid',
  org_id: 'uuid',
  role: 'text',
  case_id: 'uuid',
  template: 'text',
  title: 'text',
  text: 'text',
  channels: 'text[]',
  at: 'timestamptz',
  readers: 'text[]',
  sms_state: 'text',
  sms_next_at: 'timestamptz',
  sms_params: 'json',
  sms_to_sealed: 'text',
};

export const insert = rowsStatement<NewNotice>('notices.insert', types, {
  notice: Object.keys(types) as (keyof NewNotice)[],
});

export type Claimed = {
  readonly notice_id: string;
  readonly person_id: string;
  readonly case_id: string | null;
  readonly template: string;
  readonly sms_to_sealed: string | null;
  readonly sms_params: Readonly<Record<string, string>>;
  readonly sms_tries: number;
  /** When it was handed over before, for one that is in doubt; null for one that was never sent. */
  readonly doubt_at: string | null;
};

/**
 * $1 now, $2 when the lease ends and whoever comes next may try, $3 how many. From here on the outcome is in doubt until somebody
 * knows it: a crash in the middle of sending must not send again.
 */
export const claim = statement<[string, string, number], Claimed>(
  'notices.claim',
  `with due as (
     select notice_id, sms_state, sms_at from notice where sms_state in ('queued', 'doubtful') and sms_next_at <= $1
     order by sms_next_at limit $3::int for update skip locked)
   update notice n set sms_state = 'doubtful', sms_next_at = $2, sms_tries = n.sms_tries + 1,
     sms_at = case when due.sms_state = 'queued' then $1::timestamptz else n.sms_at end
   from due where n.notice_id = due.notice_id
   returning n.notice_id, n.person_id, n.case_id, n.sms_to_sealed, n.template, n.sms_params, n.sms_tries,
     case when due.sms_state = 'doubtful' then due.sms_at end as doubt_at`,
);

/** Known not to have been taken: it may be sent again. */
export const requeue = statement<[string, string], never>(
  'notices.requeue',
  `update notice set sms_state = 'queued', sms_next_at = $2 where notice_id = $1 and sms_state = 'doubtful'`,
);

/** Still in doubt, asked about again later. */
export const askLater = statement<[string, string], never>(
  'notices.ask_later',
  `update notice set sms_next_at = $2 where notice_id = $1 and sms_state = 'doubtful'`,
);

export const settle = statement<[string, 'sent' | 'failed' | 'unknown', string | null, string | null], never>(
  'notices.settle',
  `update notice set sms_state = $2, sms_provider_id = $3, sms_provider = $4
   where notice_id = $1 and sms_state in ('queued', 'doubtful')`,
);

/** What was taken, or a receipt; the first final word stands, and a receipt that came first finds its notice here. */
export const keepParts = statement<
  [string, readonly string[], readonly string[], readonly string[], string | null, string],
  { notice_id: string | null }
>(
  'notices.keep_parts',
  `insert into sms_part (provider, provider_id, state, code, notice_id, at)
   select $1, part.provider_id, part.state, part.code, $5::uuid, $6::timestamptz
   from unnest($2::text[], $3::text[], $4::text[]) as part (provider_id, state, code)
   order by part.provider_id
   on conflict (provider, provider_id) do update set
     state = case when sms_part.state = 'sent' then excluded.state else sms_part.state end,
     code = case when sms_part.state = 'sent' then excluded.code else sms_part.code end,
     notice_id = coalesce(sms_part.notice_id, excluded.notice_id)
   returning notice_id`,
);

/** Two parts of one message may end at the same moment: whoever comes second must see the first. */
export const lockNotices = statement<[readonly string[]], { notice_id: string }>(
  'notices.lock',
  'select notice_id from notice where notice_id = any ($1::uuid[]) order by notice_id for update',
);

export const endByParts = statement<[readonly string[]], never>(
  'notices.end_by_parts',
  `update notice n set sms_state = ended.state
   from (select notice_id, case when bool_or(state = 'failed') then 'failed' when bool_and(state = 'delivered') then 'delivered' end as state
         from sms_part where notice_id = any ($1::uuid[]) group by notice_id) ended
   where n.notice_id = ended.notice_id and ended.state is not null and n.sms_state in ('sent', 'unknown')`,
);

/** Receipts that belong to no notice after a week are of login codes, or forged; the rest stay half a year. */
export const sweepParts = statement<[string, number], never>(
  'notices.sweep_parts',
  `delete from sms_part where (provider, provider_id) in (
     select provider, provider_id from sms_part
     where at < $1::timestamptz - interval '7 days' and (notice_id is null or at < $1::timestamptz - interval '180 days') limit $2)`,
);

const columns = 'notice_id, template, title, text, case_id, at, read_at';

export const ofPerson = statement<[string, string | null, string | null, number], NoticeRow>(
  'notices.of_person',
  `select ${columns} from notice
   where person_id = any(ids_of($1)) and ($2::timestamptz is null or (at, notice_id) < ($2::timestamptz, $3::uuid))
   order by at desc, notice_id desc limit $4`,
);

export const unreadOfPerson = statement<[string], { unread: number }>(
  'notices.unread_of_person',
  'select count(*) as unread from notice where person_id = any(ids_of($1)) and read_at is null',
);

/** Row-level security leaves the notices of the reader's own roles. */
export const ofOrgs = statement<[string[], string | null, string | null, number], NoticeRow>(
  'notices.of_orgs',
  `select ${columns} from notice
   where org_id = any ($1::uuid[]) and ($2::timestamptz is null or (at, notice_id) < ($2::timestamptz, $3::uuid))
   order by at desc, notice_id desc limit $4`,
);

export const unreadOfOrgs = statement<[string[]], { unread: number }>(
  'notices.unread_of_orgs',
  'select count(*) as unread from notice where org_id = any ($1::uuid[]) and read_at is null',
);

export const markRead = statement<[string, string], { notice_id: string }>(
  'notices.mark_read',
  'update notice set read_at = coalesce(read_at, $2) where notice_id = $1 returning notice_id',
);

export const oneOfPerson = statement<[string, string], NoticeRow>(
  'notices.one_of_person',
  `select ${columns} from notice where notice_id = $1 and person_id = any(ids_of($2))`,
);

export const markAllRead = statement<[string, string], never>(
  'notices.mark_all_read',
  'update notice set read_at = $2 where person_id = any(ids_of($1)) and read_at is null',
);
