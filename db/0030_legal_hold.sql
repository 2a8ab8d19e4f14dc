-- Legal hold: what an authority ordered to be kept, and who let it go. It stands above every retention and every erasure.

create table legal_hold (
  hold_id uuid primary key,
  scope text not null check (scope in ('case', 'dossier', 'person')),
  case_id uuid references case_state,
  dossier_id uuid references dossier,
  person_id uuid references person,
  authority text not null check (length(authority) between 2 and 100),
  document_no text not null check (length(document_no) between 2 and 100),
  reason text not null,
  put_by uuid not null references staff,
  put_at timestamptz not null,
  lift_reason text,
  lift_proposed_by uuid references staff,
  lift_proposed_at timestamptz,
  lifted_by uuid references staff,
  lifted_at timestamptz,
  readers text[] not null,
  constraint legal_hold_target_check check (
    (scope = 'case') = (case_id is not null) and (scope = 'dossier') = (dossier_id is not null)
    and (scope = 'person') = (person_id is not null)),
  constraint legal_hold_proposed_check check (num_nulls(lift_reason, lift_proposed_by, lift_proposed_at) in (0, 3)),
  constraint legal_hold_four_eyes_check check (
    (lifted_by is null) = (lifted_at is null)
    and (lifted_by is null or (lift_proposed_by is not null and lifted_by <> lift_proposed_by)))
);
comment on table legal_hold is 'What must not be erased, by whose order and document; lifted by two persons. Only the program itself reads it, for whoever may know.';
create index legal_hold_case_idx on legal_hold (case_id) where lifted_at is null and case_id is not null;
create index legal_hold_dossier_idx on legal_hold (dossier_id) where lifted_at is null and dossier_id is not null;
create index legal_hold_person_idx on legal_hold (person_id) where lifted_at is null and person_id is not null;
create index legal_hold_at_idx on legal_hold (put_at desc, hold_id desc);

grant select, insert on legal_hold to gongdun_app;
grant update (lift_reason, lift_proposed_by, lift_proposed_at, lifted_by, lifted_at) on legal_hold to gongdun_app;
alter table legal_hold enable row level security;
alter table legal_hold force row level security;
create policy legal_hold_read on legal_hold for select using (readers && (select current_setting('gongdun.grants')::text[]));
create policy legal_hold_insert on legal_hold for insert with check (true);
create policy legal_hold_update on legal_hold for update using (readers && (select current_setting('gongdun.grants')::text[])) with check (true);
