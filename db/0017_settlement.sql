-- The monthly settlement of premium subsidies, the recovery of what was given twice, and the insurers' service points.

-- Money out also goes to organisations: the treasury pays an insurer by its name and the account that it declared.
alter table payout alter column person_id drop not null;
alter table payout drop constraint payout_amount_fen_check;
alter table payout add constraint payout_amount_fen_check
  check (amount_fen >= 1 and amount_fen <= case when person_id is null then 100000000000 else 100000000 end);

-- The days of a month; what was bound or released since a settlement. Entries are written in the order of their time.
create index cover_entry_day_idx on cover_entry (day);
create index cover_entry_at_idx on cover_entry using brin (at) with (pages_per_range = 32);

create table settlement (
  settlement_id uuid primary key,
  case_id uuid not null,
  insurer_org_id uuid not null references org,
  month date not null check (extract(day from month) = 1),
  state text not null check (state in ('declared', 'approved', 'paid', 'withdrawn')),
  cutoff_at timestamptz not null,
  round int not null default 0 check (round >= 0),
  person_days bigint not null default 0 check (person_days >= 0),
  gross_fen bigint not null default 0 check (gross_fen >= 0),
  subsidy_fen bigint not null default 0 check (subsidy_fen >= 0),
  excluded_days bigint not null default 0 check (excluded_days >= 0),
  excluded_fen bigint not null default 0 check (excluded_fen >= 0),
  offset_fen bigint not null default 0,
  carried_fen bigint not null default 0 check (carried_fen >= 0),
  claim_fen bigint not null default 0 check (claim_fen >= 0),
  owed_back_fen bigint not null default 0 check (owed_back_fen >= 0),
  difference_count int not null default 0 check (difference_count >= 0),
  approved_fen bigint not null default 0 check (approved_fen between 0 and claim_fen),
  allocated_fen bigint not null default 0 check (allocated_fen between 0 and approved_fen),
  carried_into uuid references settlement,
  declared_at timestamptz not null,
  readers text[] not null,
  leaf_id uuid not null references log_leaf,
  constraint settlement_case_key unique (case_id)
);
comment on table settlement is 'One declaration of an insurer for a month. Its days are those of cover_entry as of cutoff_at, for ever; what changes later is an offset of the next one.';
create unique index settlement_month_key on settlement (insurer_org_id, month) where state <> 'withdrawn';
create index settlement_carried_idx on settlement (carried_into) where carried_into is not null;

create table settlement_line (
  settlement_id uuid not null references settlement,
  source text not null check (source in ('ledger', 'flow')),
  line_no int not null check (line_no > 0),
  policy_no text not null,
  day date not null,
  premium_fen bigint not null,
  personal_fen bigint not null,
  subsidy_fen bigint not null,
  primary key (settlement_id, source, line_no)
);
comment on table settlement_line is 'The lines of the files of a declaration while they are compared; the files themselves are kept with the case.';

create table settlement_difference (
  settlement_id uuid not null references settlement,
  round int not null,
  place int not null check (place > 0),
  kind text not null check (kind in ('total', 'missing_here', 'missing_there', 'amount_differs', 'double', 'excluded', 'flow_differs', 'unreadable')),
  policy_no text,
  day date,
  ours_fen bigint,
  theirs_fen bigint,
  note text,
  readers text[] not null,
  primary key (settlement_id, round, place)
);
comment on table settlement_difference is 'Where a declaration and our ledger disagree, line by line, for each round of the comparison. Append-only.';

create table settlement_sample (
  settlement_id uuid not null references settlement,
  round int not null,
  place int not null check (place > 0),
  policy_no text not null,
  person_id uuid not null references person,
  days int not null,
  readers text[] not null,
  primary key (settlement_id, round, place)
);
comment on table settlement_sample is 'Who was drawn for the audit by telephone; the same seed draws the same people. Append-only.';

create table subsidy_recovery (
  recovery_id uuid primary key,
  case_id uuid not null,
  reference text not null,
  org_id uuid not null references org,
  amount_fen bigint not null check (amount_fen > 0),
  received_fen bigint not null default 0 check (received_fen between 0 and amount_fen),
  state text not null check (state in ('ordered', 'received', 'transferred')),
  ordered_at timestamptz not null,
  readers text[] not null,
  leaf_id uuid not null references log_leaf,
  constraint subsidy_recovery_case_key unique (case_id),
  constraint subsidy_recovery_reference_key unique (reference)
);
comment on table subsidy_recovery is 'An order to return subsidies. It is received when the bank says so, and never before.';

create table subsidy_receipt (
  bank_serial text primary key,
  recovery_id uuid not null references subsidy_recovery,
  amount_fen bigint not null check (amount_fen > 0),
  at timestamptz not null,
  leaf_id uuid not null references log_leaf
);
comment on table subsidy_receipt is 'Money that came back, once for each serial number of the bank. Append-only.';
create index subsidy_receipt_recovery_idx on subsidy_receipt (recovery_id);

create table service_point (
  point_id uuid primary key,
  case_id uuid not null,
  insurer_org_id uuid not null references org,
  region text not null check (region ~ '^[0-9]{6}$'),
  name text not null,
  place text not null,
  longitude double precision check (longitude between -180 and 180),
  latitude double precision check (latitude between -90 and 90),
  open_hours text not null,
  hotline text not null,
  items text[] not null,
  state text not null check (state in ('published', 'removed')),
  score numeric(5, 2),
  scored_at timestamptz,
  published_at timestamptz not null,
  removed_at timestamptz,
  leaf_id uuid not null references log_leaf,
  constraint service_point_case_key unique (case_id)
);
comment on table service_point is 'An insurer''s service point as the public sees it. Public by intent: no row-level security, no personal data.';
create index service_point_region_idx on service_point (region, name) where state = 'published';

grant select, insert, update on settlement, subsidy_recovery, service_point to gongdun_app;
grant select, insert, delete on settlement_line to gongdun_app;
grant select, insert on settlement_difference, settlement_sample, subsidy_receipt to gongdun_app;

do $$
declare
  t text;
begin
  foreach t in array array['settlement', 'settlement_difference', 'settlement_sample', 'subsidy_recovery'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format(
      'create policy %I on %I for select using (readers && (select current_setting(''gongdun.grants'')::text[]))',
      t || '_read', t);
    execute format('create policy %I on %I for insert with check (true)', t || '_insert', t);
    execute format(
      'create policy %I on %I for update using (readers && (select current_setting(''gongdun.grants'')::text[])) with check (true)',
      t || '_update', t);
  end loop;
end $$;
