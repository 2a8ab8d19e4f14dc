-- Auto-renewal of daily cover: the contract under which money may be withheld, the mandate that a person signed, and each renewal.

alter table payment_order add column contract_code text;
comment on column payment_order.contract_code is 'The withholding contract under which it is debited; null where the payer pays by hand.';
create index payment_order_debit_idx on payment_order ((coalesce(checked_at, created_at)))
  where contract_code is not null and state in ('created', 'open');

create table withholding_contract (
  contract_code text primary key,
  case_id uuid not null,
  person_id uuid not null references person,
  state text not null check (state in ('created', 'open', 'signed', 'ended')),
  contract_id text,
  sign_url text,
  created_at timestamptz not null,
  signed_at timestamptz,
  ended_at timestamptz,
  checked_at timestamptz,
  readers text[] not null,
  constraint withholding_contract_signed_check check (state <> 'signed' or contract_id is not null)
);
comment on table withholding_contract is 'A contract at the payment party that lets money be withheld; signed and ended only by the party''s word.';
create index withholding_contract_case_idx on withholding_contract (case_id);
create index withholding_contract_waiting_idx on withholding_contract ((coalesce(checked_at, created_at))) where state in ('created', 'open');

create table renewal_mandate (
  case_id uuid primary key,
  case_no text not null,
  person_id uuid not null references person,
  region text not null,
  work_type text not null,
  trigger text not null check (trigger in ('daily', 'weekdays', 'order')),
  monthly_cap_fen bigint not null check (monthly_cap_fen between 1 and 1000000),
  state text not null check (state in ('signing', 'active', 'paused', 'ended')),
  contract_code text,
  insurer_org_id uuid not null references org,
  beneficiary text,
  first_day date,
  last_day date not null,
  paused_until date,
  resumed_at timestamptz,
  readers text[] not null
);
comment on table renewal_mandate is 'A person''s standing wish to be insured by the day, one live mandate a person; the case says how it came to be.';
create unique index renewal_mandate_live_key on renewal_mandate (person_id) where state <> 'ended';
create index renewal_mandate_due_idx on renewal_mandate (case_id) where state = 'active';

create table renewal (
  case_id uuid not null references renewal_mandate,
  day date not null,
  attempt int not null check (attempt > 0),
  person_id uuid not null,
  order_no text not null,
  payable_fen bigint not null check (payable_fen >= 0),
  subsidy_fen bigint not null check (subsidy_fen >= 0),
  why text not null,
  state text not null check (state in ('charging', 'bound', 'failed', 'refunded')),
  reason text,
  policy_id uuid references cover_policy,
  planned_at timestamptz not null,
  readers text[] not null,
  primary key (case_id, day, attempt),
  constraint renewal_order_key unique (order_no)
);
comment on table renewal is 'One day that a mandate renewed or tried to: what was charged, why, and what came of it.';
-- Whatever happens, a person is charged for a day once.
create unique index renewal_day_key on renewal (person_id, day) where state in ('charging', 'bound');
create index renewal_list_idx on renewal (person_id, day desc, attempt desc);

do $$
declare
  t text;
begin
  foreach t in array array['withholding_contract', 'renewal_mandate', 'renewal'] loop
    execute format('grant select, insert, update on %I to gongdun_app', t);
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
