-- Group cover: an organisation buys a day for the people of a list and pays once. An order may be an organisation's; a policy names who
-- took it out where that is not the insured person; and how far a group has come is kept, so that an interruption loses nothing.

alter table payment_order alter column person_id drop not null;
alter table payment_order add column org_id uuid references org;
alter table payment_order add constraint payment_order_payer_check check ((person_id is null) <> (org_id is null));
comment on column payment_order.org_id is 'The organisation that pays, where no person does.';
comment on table payment_order is 'Money asked of a person or an organisation through the payment port.';

alter table cover_policy add column holder_org_id uuid references org;
comment on column cover_policy.holder_org_id is 'The organisation that took the policy out and paid (投保人); null where the insured person did.';

create table group_cover (
  case_id uuid primary key,
  case_no text not null,
  org_id uuid not null references org,
  region text not null check (region ~ '^[0-9]{6}$'),
  day date not null,
  insurer_org_id uuid references org,
  replace_rule text not null check (replace_rule in ('none', 'before_first_order')),
  state text not null check (state in ('listing', 'listed', 'declaring', 'declared', 'binding', 'bound')),
  listed_line int not null default 0,
  declared_line int not null default 0,
  bound_line int not null default 0,
  told_line int not null default 0,
  listed_count int not null default 0,
  refused_count int not null default 0,
  declined_count int not null default 0,
  bound_count int not null default 0,
  left_refunded_fen bigint not null default 0 check (left_refunded_fen >= 0),
  paid_at timestamptz,
  readers text[] not null,
  policy_readers text[] not null
);
comment on table group_cover is 'A day of cover that an organisation buys for the people of a list. The _line columns say behind which line each part of the work goes on after an interruption.';
create index group_cover_org_idx on group_cover (org_id, day desc);

create table group_insured (
  case_id uuid not null references group_cover,
  line int not null,
  person_id uuid not null references person,
  policy_id uuid not null,
  name_mask text not null,
  work_type text not null,
  refusal text check (refusal in ('too_young', 'too_old', 'covered', 'not_insurable', 'declined')),
  replaces int,
  request_id uuid,
  primary key (case_id, line),
  constraint group_insured_request_key unique (request_id)
);
comment on table group_insured is 'One person of a group: refused before anything was paid, declined by the insurer, or bound, which is when cover_policy has policy_id. A person who takes the place of another has a line of his own, made once by its request.';
create index group_insured_person_idx on group_insured (person_id);
create index group_insured_refused_idx on group_insured (case_id, line) where refusal is not null;
create unique index group_insured_replaces_key on group_insured (case_id, replaces) where replaces is not null and refusal is null;

grant select, insert, update on group_cover to gongdun_app;
-- A list that was given back before anything was paid is handed in anew.
grant select, insert, update, delete on group_insured to gongdun_app;

alter table group_cover enable row level security;
alter table group_cover force row level security;
create policy group_cover_read on group_cover for select using (readers && (select current_setting('gongdun.grants')::text[]));
create policy group_cover_insert on group_cover for insert with check (true);
create policy group_cover_update on group_cover for update
  using (readers && (select current_setting('gongdun.grants')::text[])) with check (true);
-- Asked once a statement: a group has a hundred thousand people.
alter table group_insured enable row level security;
alter table group_insured force row level security;
create policy group_insured_all on group_insured for all
  using (case_id in (select case_id from group_cover)) with check (true);
