-- Persons who may be registered twice: what makes one suspect it, the word that they are not the same, and merges, proposed by one and
-- decided by another, each of which can be undone.

create table person_trait (
  person_id uuid not null references person,
  kind text not null constraint person_trait_kind_check check (kind in ('name_birth', 'phone_name', 'card')),
  trait bytea not null,
  primary key (person_id, kind, trait)
);
create index person_trait_trait_idx on person_trait (kind, trait);
comment on table person_trait is 'Keyed indexes by which two rows of one person find each other; nothing can be read back from them. What a person had once (a former phone, a former card) stays. Can be emptied and made again.';

create table suspicion (
  suspicion_id uuid primary key,
  one_id uuid not null references person,
  other_id uuid not null references person,
  reasons text[] not null,
  strength text not null constraint suspicion_strength_check check (strength in ('strong', 'likely', 'weak')),
  state text not null constraint suspicion_state_check check (state in ('open', 'different')),
  found_at timestamptz not null,
  settled_reasons text[],
  settled_by uuid references staff (staff_id),
  settled_at timestamptz,
  note text,
  readers text[] not null,
  constraint suspicion_pair_key unique (one_id, other_id),
  constraint suspicion_order_check check (one_id < other_id),
  constraint suspicion_settled_check check ((state = 'different') <= (settled_by is not null))
);
comment on table suspicion is 'Two ids that may be one person, and why. Who said that they are not is not asked again until there is a reason that was not known then.';
create index suspicion_list_idx on suspicion (found_at desc, suspicion_id desc);
create index suspicion_other_idx on suspicion (other_id);

create table person_merge (
  merge_id uuid primary key,
  from_id uuid not null references person,
  into_id uuid not null references person,
  state text not null constraint person_merge_state_check check (state in ('proposed', 'active', 'refused', 'withdrawn', 'undone')),
  reasons text[] not null,
  note text not null,
  conflicts json not null,
  conflicts_hash bytea not null,
  proposed_by uuid not null references staff (staff_id),
  proposed_at timestamptz not null,
  decided_by uuid references staff (staff_id),
  decided_at timestamptz,
  decision_note text,
  undone_by uuid references staff (staff_id),
  undone_at timestamptz,
  undo_note text,
  objected_at timestamptz,
  readers text[] not null,
  constraint person_merge_self_check check (from_id <> into_id),
  constraint person_merge_four_eyes_check check (decided_by is distinct from proposed_by or state = 'withdrawn'),
  constraint person_merge_decided_check check (state <> 'active' or decided_by is not null),
  constraint person_merge_undone_check check (state <> 'undone' or undone_by is not null)
);
comment on table person_merge is 'One id is to stand for another from a decision until it is undone. Nothing else is written anywhere, so that undoing it leaves everything as it was; what came after belongs to the id under which it was made.';
create unique index person_merge_from_key on person_merge (from_id) where state in ('proposed', 'active');
create index person_merge_into_idx on person_merge (into_id);
create index person_merge_list_idx on person_merge (proposed_at desc, merge_id desc);

create table trait_scan (
  scan text primary key,
  after_id uuid not null,
  round integer not null,
  at timestamptz not null
);
comment on table trait_scan is 'How far the nightly look for duplicates has come through all persons.';

grant select, insert, delete on person_trait to gongdun_app;
grant select, insert, update on suspicion, person_merge, trait_scan to gongdun_app;

do $$
declare
  t text;
begin
  foreach t in array array['suspicion', 'person_merge'] loop
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
