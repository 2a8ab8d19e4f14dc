// Every query of the login by an identity provider.

import { statement } from '#platform/db';

export type SubjectRow = {
  link_id: string;
  staff_id: string;
  issuer: string;
  subject: string;
  proposed_by: string;
  proposer_name: string;
  proposed_at: string;
  confirmed_by: string | null;
  confirmer_name: string | null;
  confirmed_at: string | null;
};

const columns = `s.link_id, s.staff_id, s.issuer, s.subject, s.proposed_by, p.name as proposer_name, s.proposed_at, s.confirmed_by,
  c.name as confirmer_name, s.confirmed_at
  from staff_subject s join staff p on p.staff_id = s.proposed_by left join staff c on c.staff_id = s.confirmed_by`;

export const insertSubject = statement<[string, string, string, string, string, string], { link_id: string }>(
  'identity.insert_subject',
  `insert into staff_subject (link_id, staff_id, issuer, subject, proposed_by, proposed_at)
   values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning link_id`,
);

export const subjectsOf = statement<[string], SubjectRow>(
  'identity.subjects_of',
  `select ${columns} where s.staff_id = $1 and s.removed_at is null order by s.proposed_at`,
);

export const confirmSubject = statement<[string, string, string, string], { link_id: string }>(
  'identity.confirm_subject',
  `update staff_subject set confirmed_by = $3, confirmed_at = $4
   where link_id = $1 and staff_id = $2 and removed_at is null and confirmed_by is null returning link_id`,
);

export const removeSubject = statement<[string, string, string], { subject: string; issuer: string }>(
  'identity.remove_subject',
  `update staff_subject set removed_at = $3 where link_id = $1 and staff_id = $2 and removed_at is null returning subject, issuer`,
);

export const removeSubjectsOf = statement<[string, string], never>(
  'identity.remove_subjects_of',
  'update staff_subject set removed_at = $2 where staff_id = $1 and removed_at is null',
);

/** Only what two administrators have agreed on, and only an account in use. */
export const staffBySubject = statement<[string, string], { staff_id: string }>(
  'identity.staff_by_subject',
  `select s.staff_id from staff_subject s join staff f on f.staff_id = s.staff_id
   where s.issuer = $1 and s.subject = $2 and s.removed_at is null and s.confirmed_by is not null and f.active
   for share of s`,
);

export const spendLogin = statement<[Buffer, string], { at: string }>(
  'identity.spend_oidc_login',
  'insert into oidc_login (state_hash, at) values ($1, $2) on conflict do nothing returning at',
);
