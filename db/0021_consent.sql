-- Consent to the use of personal information: every word of it, given and withdrawn, by purpose and version.

create table consent (
  person_id uuid not null references person,
  purpose text not null,
  seq int not null check (seq > 0),
  version text not null,
  state text not null check (state in ('given', 'withdrawn')),
  channel text not null check (channel in ('mobile', 'agent', 'window')),
  by_id uuid not null,
  at timestamptz not null,
  request_id uuid not null,
  leaf_id uuid not null references log_leaf,
  readers text[] not null,
  primary key (person_id, purpose, seq)
);
comment on table consent is 'A person''s word on a purpose, append-only; the one with the highest seq holds. by_id is who said it: the person, an agent, a clerk at a window.';
create unique index consent_request_key on consent (person_id, request_id);

grant select, insert on consent to gongdun_app;
alter table consent enable row level security;
alter table consent force row level security;
create policy consent_read on consent for select using (readers && (select current_setting('gongdun.grants')::text[]));
create policy consent_insert on consent for insert with check (true);

alter table renewal_mandate add column stopped_at timestamptz;
comment on column renewal_mandate.stopped_at is 'Since when nothing is renewed because the person withdrew a consent that it needs; null while it may run.';
