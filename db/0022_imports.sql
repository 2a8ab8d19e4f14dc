-- Members and policies that an older system kept: brought over by an operator's command, marked with where they came from, without a
-- case of ours behind them. A line of a file is known again until the retention of its run is over.

create table import_run (
  import_run_id uuid primary key,
  kind text not null constraint import_run_kind_check check (kind in ('members', 'policies')),
  source text not null,
  file_name text not null,
  file_hash bytea not null,
  state text not null constraint import_run_state_check check (state in ('running', 'done', 'undoing', 'undone', 'partly_undone')),
  staff_id uuid not null references staff,
  started_at timestamptz not null,
  finished_at timestamptz,
  last_line int not null default 0,
  imported_count int not null default 0,
  same_count int not null default 0,
  bad_count int not null default 0,
  lines_erased_at timestamptz,
  readers text[] not null
);
comment on table import_run is 'One file of an older system, by its content: the same file again goes on behind last_line and doubles nothing.';
create unique index import_run_file_key on import_run (kind, source, file_hash) where state in ('running', 'done');
create index import_run_started_idx on import_run (started_at desc);

create table import_line (
  import_run_id uuid not null references import_run,
  line int not null,
  state text not null constraint import_line_state_check check (state in ('imported', 'same', 'bad')),
  problem_sealed text,
  person_id uuid references person,
  made_person boolean not null default false,
  target_id uuid,
  undone_at timestamptz,
  kept_because text,
  primary key (import_run_id, line),
  constraint import_line_target_check check ((state = 'imported') = (target_id is not null)),
  constraint import_line_problem_check check ((state = 'bad') = (problem_sealed is not null))
);
comment on table import_line is 'What became of a line: the membership or policy that it made, or why it made none. What the line itself said is not kept.';
create index import_line_person_idx on import_line (person_id) where person_id is not null;

grant select, insert, update on import_run to gongdun_app;
grant select, insert, update, delete on import_line to gongdun_app;
alter table import_run enable row level security;
alter table import_run force row level security;
create policy import_run_read on import_run for select using (readers && (select current_setting('gongdun.grants')::text[]));
create policy import_run_insert on import_run for insert with check (true);
create policy import_run_update on import_run for update
  using (readers && (select current_setting('gongdun.grants')::text[])) with check (true);
alter table import_line enable row level security;
alter table import_line force row level security;
create policy import_line_all on import_line for all
  using (import_run_id in (select import_run_id from import_run)) with check (true);

alter table membership alter column case_id drop not null;
alter table membership add column import_run_id uuid;
alter table membership add column import_source text;
alter table membership add column imported_on date;
alter table membership add constraint membership_origin_check check (
  (case_id is null) = (import_run_id is not null) and (import_run_id is null) = (import_source is null) and (import_run_id is null) = (imported_on is null));
comment on column membership.import_run_id is 'Where there is no case: the run that brought the membership over from import_source.';

alter table cover_policy alter column case_id drop not null;
alter table cover_policy add column import_run_id uuid;
alter table cover_policy add column import_source text;
alter table cover_policy add column imported_on date;
alter table cover_policy add constraint cover_policy_origin_check check (
  (case_id is null) = (import_run_id is not null) and (import_run_id is null) = (import_source is null) and (import_run_id is null) = (imported_on is null));
comment on column cover_policy.import_run_id is 'Where there is no case: the run that brought the policy over from import_source. Such a policy is settled where it was sold.';
-- Undoing an import frees the number for a corrected one; nothing else of a policy ever changes.
grant update (policy_no) on cover_policy to gongdun_app;
