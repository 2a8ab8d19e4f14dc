-- Data keys, each version wrapped by the master key, which is never here. A version is dropped by taking its wrapped key away; its row
-- stays, so that a missing row is a lost key.

create table data_key (
  name text not null,
  version int not null,
  state text not null default 'live',
  wrapped text,
  master text not null,
  made_at timestamptz not null,
  active_from timestamptz not null,
  finished_at timestamptz,
  progress jsonb not null default '{}',
  constraint data_key_pkey primary key (name, version),
  constraint data_key_name_check check (name in ('field', 'index', 'digest', 'commitment', 'pseudonym')),
  constraint data_key_version_check check (version > 0),
  constraint data_key_state_check check (state in ('live', 'kept', 'dropped')),
  constraint data_key_wrapped_check check ((wrapped is null) = (state = 'dropped'))
);
comment on table data_key is 'Versions of the keys that seal, index and hash, wrapped by the master key. The newest whose moment has come is used for what is made.';
comment on column data_key.state is 'live; kept: no longer used, but what is only ever added to was made with it; dropped: nothing is left that it opens.';
comment on column data_key.master is 'Fingerprint of the master key that wrapped it.';
comment on column data_key.progress is 'How far what was made with earlier versions has been made again with this one, by table.';
grant select on data_key to gongdun_app;

-- A company''s key that is used stands under the present key from then on.
grant update (key_hash) on api_key to gongdun_app;
