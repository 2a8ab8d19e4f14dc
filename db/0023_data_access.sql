-- Who opened what of a person, for that person to read: one row an hour for each one who looks, case and kind of look.

create table data_access (
  access_id uuid primary key,
  person_id uuid not null references person,
  case_id uuid not null,
  kind text not null check (kind in ('case', 'file', 'document')),
  actor_kind text not null check (actor_kind in ('staff', 'agent')),
  actor_id uuid not null,
  agent_name text,
  hour timestamptz not null,
  at timestamptz not null,
  readers text[] not null,
  constraint data_access_hour_key unique (actor_id, case_id, kind, hour),
  constraint data_access_agent_check check ((actor_kind = 'agent') = (agent_name is not null))
);
comment on table data_access is 'Looks at a person''s case, its files and documents, append-only; the first look of an hour stands for the hour.';
create index data_access_person_idx on data_access (person_id, at desc, access_id desc);

grant select, insert on data_access to gongdun_app;
alter table data_access enable row level security;
alter table data_access force row level security;
create policy data_access_read on data_access for select using (readers && (select current_setting('gongdun.grants')::text[]));
create policy data_access_insert on data_access for insert with check (true);
