-- Approvers' keys (WebAuthn), the proof that stays with an approval, and for whom a substitute made or approved a batch.

create table staff_key (
  key_id uuid primary key,
  staff_id uuid not null references staff,
  name text not null check (length(name) between 1 and 40),
  credential_id bytea not null check (length(credential_id) between 16 and 1023),
  public_key bytea not null,
  transports text[] not null,
  counter bigint not null check (counter >= 0),
  enrolled_at timestamptz not null,
  last_used_at timestamptz,
  removed_at timestamptz,
  removed_by uuid references staff,
  constraint staff_key_credential_key unique (credential_id),
  constraint staff_key_removed_check check ((removed_at is null) = (removed_by is null))
);
comment on table staff_key is 'Keys by which staff prove an approval. Never deleted: an approval of years ago is still checked with the key it was made with.';
create index staff_key_staff_idx on staff_key (staff_id);

create table key_challenge (
  challenge bytea primary key,
  nonce bytea not null,
  staff_id uuid not null references staff,
  session_hash bytea not null,
  link_id uuid references staff_link,
  at timestamptz not null,
  used_at timestamptz
);
comment on table key_challenge is 'What a key was asked to sign: a hash over the act, its object, the person and a nonce. Good once, for two minutes, in the session that asked.';
create index key_challenge_at_idx on key_challenge (at);

alter table staff_link drop constraint staff_link_purpose_check;
alter table staff_link add constraint staff_link_purpose_check check (purpose in ('invitation', 'password', 'second_factor', 'key'));
comment on table staff_link is 'One-time links and codes: an invitation, a new password (system administrator), a new second factor or a first key after all were lost (security administrator). Only a keyed hash is kept.';

alter table payout_batch add column maker_for uuid references staff;
comment on column payout_batch.maker_for is 'For whom the maker stood in.';
alter table payout_batch add constraint payout_batch_made_for_key unique nulls not distinct (batch_id, maker_id, maker_for);

alter table payout_approval add column maker_for uuid references staff;
alter table payout_approval add column approver_for uuid references staff;
alter table payout_approval add column proof jsonb;
comment on column payout_approval.approver_for is 'For whom the approver stood in.';
comment on column payout_approval.proof is 'What the approver''s key signed; the challenge follows from the batch, its lines'' hash, the decision, the person and the nonce.';
-- Persons are compared, and those in whose place they stood: nobody's work is checked in his or her own name.
alter table payout_approval add constraint payout_approval_stand_in_check check (
  coalesce(approver_id <> maker_for, true) and coalesce(approver_for <> maker_id, true) and coalesce(approver_for <> maker_for, true)
);

grant select, insert on staff_key to gongdun_app;
grant update (counter, last_used_at, removed_at, removed_by) on staff_key to gongdun_app;
grant select, insert, delete on key_challenge to gongdun_app;
grant update (used_at) on key_challenge to gongdun_app;
