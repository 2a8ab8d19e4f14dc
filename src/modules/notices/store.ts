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
  case_id: string;
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
};

export const insert = rowsStatement<NewNotice>('notices.insert', types, {
  notice: Object.keys(types) as (keyof NewNotice)[],
});

export type Claimed = {
  readonly notice_id: string;
  readonly person_id: string;
  readonly template: string;
  readonly sms_params: Readonly<Record<string, string>>;
  readonly sms_tries: number;
};

/** $1 now, $2 when the lease ends and whoever comes next may try, $3 how many. */
export const claim = statement<[string, string, number], Claimed>(
  'notices.claim',
  `update notice set sms_next_at = $2, sms_tries = sms_tries + 1
   where notice_id in (
     select notice_id from notice where sms_state = 'queued' and sms_next_at <= $1
     order by sms_next_at limit $3::int for update skip locked)
   returning notice_id, person_id, template, sms_params, sms_tries`,
);

export const retry = statement<[string, string], never>(
  'notices.retry',
  `update notice set sms_next_at = $2 where notice_id = $1 and sms_state = 'queued'`,
);

export const settle = statement<[string, 'sent' | 'failed', string | null], never>(
  'notices.settle',
  `update notice set sms_state = $2, sms_provider_id = $3 where notice_id = $1 and sms_state = 'queued'`,
);

const columns = 'notice_id, template, title, text, case_id, at, read_at';

export const ofPerson = statement<[string, string | null, string | null, number], NoticeRow>(
  'notices.of_person',
  `select ${columns} from notice
   where person_id = $1 and ($2::timestamptz is null or (at, notice_id) < ($2::timestamptz, $3::uuid))
   order by at desc, notice_id desc limit $4`,
);

export const unreadOfPerson = statement<[string], { unread: number }>(
  'notices.unread_of_person',
  'select count(*) as unread from notice where person_id = $1 and read_at is null',
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
  `select ${columns} from notice where notice_id = $1 and person_id = $2`,
);

export const markAllRead = statement<[string, string], never>(
  'notices.mark_all_read',
  'update notice set read_at = $2 where person_id = $1 and read_at is null',
);
