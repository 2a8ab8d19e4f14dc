-- Appeals: by whom, against whom and when, so that repeats are found. What was said stands in the case alone. And the case in which a
-- poor rating is rectified.

alter table rating add column rectify_case_id uuid;

create table appeal (
  case_id uuid primary key,
  person_id uuid,
  against_key text not null,
  subject text not null,
  region text not null,
  opened_at timestamptz not null,
  readers text[] not null
);
comment on table appeal is 'An index of appeals for finding repeats: person, organisation (its name folded), subject, day. No words of the appeal.';
create index appeal_person_idx on appeal (person_id, opened_at desc) where person_id is not null;
create index appeal_against_idx on appeal (against_key, region, opened_at desc);
grant select, insert, update on appeal to gongdun_app;

alter table appeal enable row level security;
alter table appeal force row level security;
create policy appeal_read on appeal for select using (readers && (select current_setting('gongdun.grants')::text[]));
create policy appeal_insert on appeal for insert with check (true);
create policy appeal_update on appeal for update
  using (readers && (select current_setting('gongdun.grants')::text[])) with check (true);
