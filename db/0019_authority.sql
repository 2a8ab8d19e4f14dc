-- Acting for another: by the person's own consent, by kinship or guardianship that a window has checked, or at a window.

create table authority (
  authority_id uuid primary key,
  kind text not null constraint authority_kind_check check (kind in ('consent', 'kinship', 'guardianship', 'assisted')),
  state text not null constraint authority_state_check check (state in ('requested', 'active', 'refused', 'ended')),
  principal_id uuid references person,
  agent_id uuid references person,
  agent_staff_id uuid references staff,
  org_id uuid references org,
  services text[] not null constraint authority_services_check check (cardinality(services) between 1 and 20),
  stated_sealed text not null,
  file_ids uuid[] not null default '{}',
  created_at timestamptz not null,
  from_at timestamptz,
  until_at timestamptz not null,
  decided_by uuid references staff,
  decided_at timestamptz,
  reason text,
  ended_at timestamptz,
  ended_by text constraint authority_ended_by_check check (ended_by in ('principal', 'agent', 'disowned', 'office')),
  request_id uuid not null constraint authority_request_key unique,
  readers text[] not null,
  leaf_id uuid not null references log_leaf,
  constraint authority_agent_check check ((agent_id is null) <> (agent_staff_id is null)),
  constraint authority_active_check check (state <> 'active' or (principal_id is not null and from_at is not null)),
  constraint authority_not_oneself_check check (agent_id is null or principal_id is null or agent_id <> principal_id)
);
comment on table authority is 'Who may act for whom, in which services, from when until when. Holds only while state is active and until_at is ahead. What the agent stated is sealed.';
create index authority_agent_idx on authority (agent_id, created_at desc) where agent_id is not null;
create index authority_principal_idx on authority (principal_id, created_at desc) where principal_id is not null;
create index authority_queue_idx on authority (org_id, created_at) where state = 'requested' and kind in ('kinship', 'guardianship');
grant select, insert, update on authority to gongdun_app;
alter table authority enable row level security;
alter table authority force row level security;
create policy authority_read on authority for select
  using (readers && (select current_setting('gongdun.grants')::text[]));
create policy authority_insert on authority for insert with check (true);
create policy authority_update on authority for update
  using (readers && (select current_setting('gongdun.grants')::text[])) with check (true);

-- A session in which an agent acts: the agent's own, and under which authority.
alter table session add column authority_id uuid;

-- An agent fills in a draft of its own.
alter table draft add column authority_id uuid;
drop policy draft_all on draft;
create policy draft_all on draft for all
  using ('authority:' || authority_id::text = any ((select current_setting('gongdun.grants')::text[])::text[])
         or 'person:' || person_id::text = any ((select current_setting('gongdun.grants')::text[])::text[])
         or readers && (select current_setting('gongdun.grants')::text[])
         or '*' = any ((select current_setting('gongdun.grants')::text[])::text[]))
  with check (true);

-- Proof of kinship belongs to a request and not to a case.
alter table file add column authority_id uuid;
create index file_authority_idx on file (authority_id) where authority_id is not null;
