-- How a person is paid: the cards, each with the time from which it may be paid to, and what others said about whose it is.

create table payout_account (
  account_id uuid primary key,
  person_id uuid not null references person,
  card_sealed text not null,
  card_index bytea not null,
  card_tail text not null,
  bank_phone_sealed text,
  source text not null constraint payout_account_source_check check (source in ('person', 'claim', 'window')),
  state text not null constraint payout_account_state_check check (state in ('live', 'stopped')),
  check_state text not null constraint payout_account_checked_check
    check (check_state in ('waiting', 'match', 'mismatch', 'no_record', 'unchecked')),
  added_at timestamptz not null,
  usable_at timestamptz not null,
  ended_at timestamptz,
  case_id uuid,
  request_id uuid not null constraint payout_account_request_key unique,
  stop_hash bytea not null constraint payout_account_stop_key unique,
  readers text[] not null,
  leaf_id uuid not null references log_leaf,
  constraint payout_account_ended_check check ((state = 'live') = (ended_at is null))
);
comment on table payout_account is 'A person''s cards, newest last. The newest live one whose usable_at has come is paid to; the number is sealed and found by blind index.';
create index payout_account_person_idx on payout_account (person_id, added_at desc);
create index payout_account_card_idx on payout_account (person_id, card_index, added_at desc);

create table identity_check (
  check_id uuid primary key,
  person_id uuid not null references person,
  kind text not null constraint identity_check_kind_check check (kind in ('person', 'card')),
  account_id uuid references payout_account,
  state text not null constraint identity_check_state_check check (state in ('waiting', 'match', 'mismatch', 'no_record', 'void')),
  provider text,
  asked_at timestamptz not null,
  due_at timestamptz not null,
  tries int not null default 0,
  ended_at timestamptz,
  readers text[] not null,
  leaf_id uuid references log_leaf,
  constraint identity_check_account_check check ((kind = 'card') = (account_id is not null)),
  constraint identity_check_ended_check check ((state = 'waiting') = (ended_at is null))
);
comment on table identity_check is 'What a provider is asked about a person or a card, and its answer, provider and instant; never what was asked with. Waiting ones are asked again.';
create index identity_check_due_idx on identity_check (due_at) where state = 'waiting';
create index identity_check_person_idx on identity_check (person_id, asked_at desc);

grant select, insert, update on payout_account, identity_check to gongdun_app;
alter table payout_account enable row level security;
alter table payout_account force row level security;
create policy payout_account_read on payout_account for select
  using (readers && (select current_setting('gongdun.grants')::text[]));
create policy payout_account_insert on payout_account for insert with check (true);
create policy payout_account_update on payout_account for update
  using (readers && (select current_setting('gongdun.grants')::text[])) with check (true);
alter table identity_check enable row level security;
alter table identity_check force row level security;
create policy identity_check_read on identity_check for select
  using (readers && (select current_setting('gongdun.grants')::text[]));
create policy identity_check_insert on identity_check for insert with check (true);
create policy identity_check_update on identity_check for update
  using (readers && (select current_setting('gongdun.grants')::text[])) with check (true);

-- A message to a number that is not the person's present one: the phone that was given up hears of what happens to the account.
alter table notice add column sms_to_sealed text;
comment on column notice.sms_to_sealed is 'Where the SMS goes when it is not the person''s registered phone; sealed.';
