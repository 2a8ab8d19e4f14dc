-- Lists of people that organisations hand in as files, line by line; and people who are known from such a list and have not yet come
-- themselves: they are found by their ID number alone, never by the phone that somebody wrote down for them.

create table roster (
  roster_id uuid primary key,
  request_id uuid not null,
  org_id uuid not null references org,
  staff_id uuid not null references staff,
  service_code text not null,
  field text not null,
  file_id uuid not null,
  file_name text not null,
  previous_id uuid references roster,
  state text not null check (state in ('checking', 'checked', 'failed', 'taken', 'erased')),
  kind text,
  how text,
  header json,
  notes text[] not null default '{}',
  failure text,
  lines_read int not null default 0,
  last_line int not null default 0,
  good_count int not null default 0,
  bad_count int not null default 0,
  case_id uuid,
  created_at timestamptz not null,
  checked_at timestamptz,
  readers text[] not null,
  constraint roster_request_key unique (request_id)
);
comment on table roster is 'A list of people that an organisation uploaded for a service. lines_read and last_line say how far its check has come: a check that was interrupted goes on behind them.';
create index roster_org_idx on roster (org_id, created_at desc);
create index roster_old_idx on roster (created_at) where state in ('checking', 'checked', 'failed');
create index roster_case_idx on roster (case_id) where case_id is not null;

create table roster_line (
  roster_id uuid not null references roster,
  line int not null,
  state text not null check (state in ('good', 'bad')),
  content_sealed text not null,
  name_mask text not null,
  id_index bytea,
  content_index bytea,
  problems json not null,
  person_id uuid references person,
  item_case_id uuid,
  outcome text,
  primary key (roster_id, line)
);
comment on table roster_line is 'One line of a list as it was written, sealed; what is wrong with it; whom it means once the list is taken, and what became of it.';
create index roster_line_bad_idx on roster_line (roster_id, line) where state = 'bad';
create index roster_line_person_idx on roster_line (person_id) where person_id is not null;
create index roster_line_case_idx on roster_line (item_case_id) where item_case_id is not null;

grant select, insert, update, delete on roster_line to gongdun_app;
grant select, insert, update on roster to gongdun_app;

alter table roster enable row level security;
alter table roster force row level security;
create policy roster_read on roster for select using (readers && (select current_setting('gongdun.grants')::text[]));
create policy roster_insert on roster for insert with check (true);
create policy roster_update on roster for update
  using (readers && (select current_setting('gongdun.grants')::text[])) with check (true);
-- Asked once a statement: a list has a hundred thousand lines.
alter table roster_line enable row level security;
alter table roster_line force row level security;
create policy roster_line_all on roster_line for all
  using (roster_id in (select roster_id from roster)) with check (true);

alter table person add column claimed boolean not null default false;
comment on column person.claimed is 'Known from a list only: the phone is what somebody else wrote down, and phone_index is none that a login finds. Ends when the person comes with the phone and the ID number.';
