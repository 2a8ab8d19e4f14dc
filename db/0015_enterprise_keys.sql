-- The programs of companies: keys that are hashed, scoped, limited and expire, each use of them, and word of orders.

create table api_key (
  key_id uuid primary key,
  org_id uuid not null references org,
  name text not null,
  key_hash bytea not null,
  hint text not null,
  scopes text[] not null check (cardinality(scopes) > 0),
  rate_per_minute int not null check (rate_per_minute between 1 and 600),
  made_by uuid not null references staff,
  made_at timestamptz not null,
  expires_at timestamptz not null,
  replaces uuid references api_key,
  revoked_at timestamptz,
  last_used_at timestamptz,
  minute_at timestamptz,
  minute_count int not null default 0,
  constraint api_key_hash_key unique (key_hash)
);
comment on table api_key is 'A key of a company''s program. Only a keyed hash is kept; hint is its last four characters.';
create index api_key_org_idx on api_key (org_id, made_at desc);
create unique index api_key_replaces_key on api_key (replaces) where replaces is not null;

create table api_key_use (
  use_id uuid primary key,
  key_id uuid not null references api_key,
  org_id uuid not null references org,
  at timestamptz not null,
  method text not null,
  route text not null,
  status int not null,
  address text not null,
  leaf_id uuid not null references log_leaf,
  readers text[] not null
);
comment on table api_key_use is 'Every call with a key, append-only; the company reads its own.';
create index api_key_use_key_idx on api_key_use (key_id, at desc, use_id desc);

create table work_signal (
  signal_id uuid primary key,
  org_id uuid not null references org,
  order_ref text not null,
  id_number_index bytea not null,
  person_id uuid references person,
  at timestamptz not null,
  work_day date not null,
  received_at timestamptz not null,
  key_id uuid not null references api_key,
  readers text[] not null,
  constraint work_signal_order_key unique (org_id, order_ref)
);
comment on table work_signal is 'A platform''s word that somebody took an order: the worker by keyed index only, each order once. person_id is null for who is not registered.';
create index work_signal_person_idx on work_signal (id_number_index, work_day);
create index work_signal_day_idx on work_signal (work_day, received_at);

grant select, insert on api_key, api_key_use, work_signal to gongdun_app;
grant update (expires_at, revoked_at, last_used_at, minute_at, minute_count) on api_key to gongdun_app;

do $$
declare t text;
begin
  foreach t in array array['api_key_use', 'work_signal'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy %I on %I for insert with check (true)', t || '_insert', t);
    execute format('create policy %I on %I for select using (readers && (select current_setting(''gongdun.grants'')::text[]))',
      t || '_read', t);
  end loop;
end $$;
