-- Phones change hands: when a number last proved its owner, what was tried since, and how a number was changed or given up.

alter table person add column logged_in_at timestamptz not null default now();
alter table person add column confirm_tries int not null default 0;
comment on column person.logged_in_at is 'When this person last came in by the phone. Carriers give a number to somebody else after 90 days at the soonest, so after that a code proves a phone and no owner.';
comment on column person.confirm_tries is 'Wrong answers to the question that is asked then, since the last right one.';

create table code_failure (
  address text not null,
  at timestamptz not null
);
comment on table code_failure is 'Wrong codes by network address, whatever numbers they were tried on; swept after a day.';
create index code_failure_address_idx on code_failure (address, at desc);
grant select, insert, delete on code_failure to gongdun_app;

create table phone_change (
  change_id uuid primary key,
  person_id uuid references person,
  kind text not null constraint phone_change_kind_check check (kind in ('codes', 'window', 'lost')),
  state text not null constraint phone_change_state_check check (state in ('asked', 'waiting', 'done', 'stopped')),
  old_phone_sealed text,
  new_phone_sealed text,
  asked_at timestamptz not null,
  effective_at timestamptz,
  ended_at timestamptz,
  staff_id uuid references staff,
  org_id uuid references org,
  request_id uuid not null constraint phone_change_request_key unique,
  stop_hash bytea constraint phone_change_stop_key unique,
  readers text[] not null,
  leaf_id uuid references log_leaf
);
comment on table phone_change is 'Each change of a registered number: by both phones'' codes, at a window with a wait, or a number given up. Numbers are sealed.';
create index phone_change_person_idx on phone_change (person_id, asked_at desc);
create index phone_change_due_idx on phone_change (effective_at) where state = 'waiting';
create unique index phone_change_waiting_key on phone_change (person_id) where state = 'waiting';
grant select, insert, update on phone_change to gongdun_app;
alter table phone_change enable row level security;
alter table phone_change force row level security;
create policy phone_change_read on phone_change for select
  using (readers && (select current_setting('gongdun.grants')::text[]));
create policy phone_change_insert on phone_change for insert with check (true);
create policy phone_change_update on phone_change for update
  using (readers && (select current_setting('gongdun.grants')::text[])) with check (true);
