-- Endorsements of policies: append-only, so that what was insured before stands as it was.

create table policy_endorsement (
  endorsement_id uuid primary key,
  policy_id uuid not null references cover_policy,
  item text not null check (item in ('name', 'occupation', 'beneficiary', 'phone')),
  value_before text not null,
  value_after text not null,
  effective_at timestamptz not null,
  case_id uuid not null,
  readers text[] not null,
  leaf_id uuid not null references log_leaf,
  constraint policy_endorsement_case_key unique (case_id)
);
comment on table policy_endorsement is 'What was changed in a policy, from when on; never changed itself. The policy and its days are not rewritten.';
create index policy_endorsement_policy_idx on policy_endorsement (policy_id, item, effective_at desc);

grant select, insert on policy_endorsement to gongdun_app;
alter table policy_endorsement enable row level security;
alter table policy_endorsement force row level security;
create policy policy_endorsement_read on policy_endorsement for select
  using (readers && (select current_setting('gongdun.grants')::text[]));
create policy policy_endorsement_insert on policy_endorsement for insert with check (true);
