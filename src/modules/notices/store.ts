// Every query on the outbox.

import { statement } from '#platform/db';

export type NoticeRow = {
  readonly notice_id: string;
  readonly template: string;
  readonly title: string;
  readonly text: string;
  readonly case_id: string | null;
  readonly at: string;
  readonly read_at: string | null;
};

export type NewNotice = [
  noticeId: string,
  personId: string | null,
  orgId: string | null,
  role: string | null,
  caseId: string | null,
  template: string,
  title: string,
  text: string,
  channels: string[],
  at: string,
  smsState: 'none' | 'queued',
  readers: string[],
];

export const insert = statement<NewNotice, never>(
  'notices.insert',
  `insert into notice (notice_id, person_id, org_id, role, case_id, template, title, text, channels, at, sms_state, readers)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
);

export type Claimed = {
  readonly notice_id: string;
  readonly person_id: string;
  readonly template: string;
  readonly text: string;
  readonly tries: number;
};

/** $1 now, $2 end of the lease, $3 how many. */
export const claim = statement<[string, string, number], Claimed>(
  'notices.claim',
  `update notice set sms_provider_id =
     'wait|' || $2::text || '|' || (coalesce(nullif(split_part(sms_provider_id, '|', 3), ''), '0')::int + 1)
   where notice_id in (
     select notice_id from notice
     where sms_state = 'queued' and (sms_provider_id is null or split_part(sms_provider_id, '|', 2) <= $1::text)
     order by at limit $3::int for update skip locked)
   returning notice_id, person_id, template, text, split_part(sms_provider_id, '|', 3)::int as tries`,
);

export const settle = statement<[string, 'queued' | 'sent' | 'failed', string | null], never>(
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
