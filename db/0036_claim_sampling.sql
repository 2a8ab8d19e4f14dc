-- Supervision of ended claims: when a claim ended, the month that is closed with the hash of a seed nobody knows yet, the draw, and a
-- check sheet for each claim that was drawn.

select set_config('gongdun.grants', '{*}', true);
alter table benefit_claim add column ended_at timestamptz;
-- A claim that was let go with its undecided case ended by nobody's decision and has no end.
update benefit_claim c set ended_at = coalesce((s.state ->> 'endedAt')::timestamptz, s.updated_at)
from case_state s
where s.case_id = c.case_id and (c.state = 'paid' or (c.state = 'denied' and coalesce(s.state ->> 'end', '') not in ('withdrawn', 'expired')));
comment on column benefit_claim.ended_at is 'When it was paid, or denied by a decision; null before, and for one that was let go with an undecided case.';
create index benefit_claim_ended_idx on benefit_claim (ended_at) where ended_at is not null;

create table claim_sampling (
  month date primary key check (extract(day from month) = 1),
  seed_sealed text not null,
  seed_hash bytea not null,
  pool_hash bytea not null,
  pool_size int not null check (pool_size >= 0),
  closed_at timestamptz not null,
  leaf_id uuid not null references log_leaf constraint claim_sampling_leaf_key unique,
  seed text,
  share_basis_points int check (share_basis_points between 1 and 10000),
  least_each int check (least_each between 1 and 100),
  due_on date,
  drawn_by uuid references staff,
  drawn_at timestamptz,
  readers text[] not null,
  constraint claim_sampling_drawn_check check (num_nulls(seed, share_basis_points, least_each, due_on, drawn_by, drawn_at) in (0, 6)),
  constraint claim_sampling_seed_check check (seed is null or sha256(convert_to(seed, 'UTF8')) = seed_hash)
);
comment on table claim_sampling is 'A month whose ended claims are frozen, with the hash of the seed that draws from them; the seed is told with the draw.';

create table claim_pool (
  month date not null references claim_sampling,
  claim_id uuid not null references benefit_claim,
  case_id uuid not null references case_state,
  insurer_org_id uuid not null references org,
  region text not null,
  benefit text not null,
  outcome text not null check (outcome in ('paid', 'denied')),
  amount_fen bigint not null,
  ended_at timestamptz not null,
  readers text[] not null,
  primary key (month, claim_id)
);
comment on table claim_pool is 'The claims of a closed month as they had ended then. Append-only: the draw can be repeated for ever.';

create table claim_sheet (
  sheet_id uuid primary key,
  month date not null,
  claim_id uuid not null,
  place int not null check (place > 0),
  role text not null,
  org_id uuid not null references org,
  due_on date not null,
  checker_id uuid references staff,
  state text not null check (state in ('waiting', 'checking', 'to_confirm', 'done')),
  conclusion text check (conclusion in ('right', 'wrong', 'unclear')),
  remark text,
  return_reason text,
  follow text check (follow in ('reassess', 'recover', 'correct')),
  concluded_at timestamptz,
  confirmed_by uuid references staff,
  confirmed_at timestamptz,
  readers text[] not null,
  foreign key (month, claim_id) references claim_pool,
  constraint claim_sheet_claim_key unique (month, claim_id),
  constraint claim_sheet_place_key unique (month, place),
  constraint claim_sheet_checker_check check ((state = 'waiting') = (checker_id is null)),
  constraint claim_sheet_concluded_check check ((state in ('to_confirm', 'done')) = (conclusion is not null)),
  constraint claim_sheet_follow_up_check check ((conclusion is not distinct from 'wrong') = (follow is not null)),
  constraint claim_sheet_four_eyes_check check (
    (state = 'done' and conclusion = 'wrong') = (confirmed_by is not null) and (confirmed_by is null or confirmed_by <> checker_id))
);
comment on table claim_sheet is 'What a department found about a claim that was drawn. A wrong one counts once a second person has confirmed it.';
create index claim_sheet_due_idx on claim_sheet (due_on, sheet_id);

grant select, insert on claim_sampling, claim_pool, claim_sheet to gongdun_app;
grant update (seed, share_basis_points, least_each, due_on, drawn_by, drawn_at) on claim_sampling to gongdun_app;
grant update (role, org_id, due_on, checker_id, state, conclusion, remark, return_reason, follow, concluded_at, confirmed_by, confirmed_at, readers)
  on claim_sheet to gongdun_app;

do $$
declare t text;
begin
  foreach t in array array['claim_sampling', 'claim_pool', 'claim_sheet'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy %I on %I for select using (readers && (select current_setting(''gongdun.grants'')::text[]))', t || '_read', t);
    execute format('create policy %I on %I for insert with check (true)', t || '_insert', t);
    execute format(
      'create policy %I on %I for update using (readers && (select current_setting(''gongdun.grants'')::text[])) with check (true)',
      t || '_update', t);
  end loop;
end $$;
