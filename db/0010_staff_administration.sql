-- Accounts by invitation, roles that need four eyes, substitution on leave, and the list of all administrative acts.

alter table staff
  add column person_index bytea,
  add column invited_at timestamptz,
  add column suspended_at timestamptz,
  add column closed_at timestamptz,
  add constraint staff_active_check
    check (not active or (suspended_at is null and closed_at is null and password_hash <> ''));
comment on column staff.person_index is 'Keyed index of the ID number: one person, one open account, and so one of the three administrators at most.';
create unique index staff_person_key on staff (person_index) where closed_at is null;
create index staff_org_idx on staff (org_id, login);
grant update (suspended_at, closed_at) on staff to gongdun_app;

-- Nobody gives oneself anything.
alter table staff_role add column given_by uuid references staff;
alter table staff_role add constraint staff_role_giver_check check (given_by is null or given_by <> staff_id);

create table staff_link (
  link_id uuid primary key,
  staff_id uuid not null references staff,
  purpose text not null check (purpose in ('invitation', 'password', 'second_factor')),
  token_hash bytea not null,
  made_by uuid references staff,
  made_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz,
  constraint staff_link_token_key unique (token_hash),
  constraint staff_link_maker_check check (made_by is null or made_by <> staff_id)
);
comment on table staff_link is 'One-time links and codes: an invitation, a new password (system administrator), a new second factor (security administrator). Only a keyed hash is kept.';
create index staff_link_staff_idx on staff_link (staff_id, purpose);

create table role_proposal (
  proposal_id uuid primary key,
  purpose text not null check (purpose in ('give', 'take', 'stand_in')),
  staff_id uuid not null references staff,
  stands_in_for uuid references staff,
  role text not null,
  org_id uuid not null references org,
  from_day date not null,
  until_day date,
  reason text not null,
  proposed_by uuid not null references staff,
  proposed_at timestamptz not null,
  state text not null default 'waiting' check (state in ('waiting', 'approved', 'rejected', 'withdrawn')),
  decided_by uuid references staff,
  decided_at timestamptz,
  decision_reason text,
  constraint role_proposal_decided_check check ((state = 'waiting') = (decided_by is null)),
  constraint role_proposal_four_eyes_check check (state not in ('approved', 'rejected') or decided_by <> proposed_by),
  constraint role_proposal_self_check check (staff_id <> proposed_by and staff_id is distinct from decided_by),
  constraint role_proposal_absent_check
    check ((purpose = 'stand_in') = (stands_in_for is not null) and stands_in_for is distinct from staff_id)
);
comment on table role_proposal is 'A critical role is proposed by one security administrator and decided by another; neither is the person it is about.';
create unique index role_proposal_waiting_key on role_proposal (staff_id, role, org_id, purpose) where state = 'waiting';
create index role_proposal_list_idx on role_proposal (proposed_at desc, proposal_id desc);

create table substitution (
  substitution_id uuid primary key,
  staff_id uuid not null references staff,
  substitute_id uuid not null references staff,
  role text not null,
  org_id uuid not null references org,
  from_day date not null,
  until_day date not null,
  reason text not null,
  made_by uuid not null references staff,
  made_at timestamptz not null,
  ended_at timestamptz,
  leaf_id uuid not null references log_leaf,
  -- Rights of administrators are never lent.
  kind text not null default 'business' check (kind = 'business'),
  constraint substitution_role_check check (role not in ('system_administrator', 'security_administrator', 'audit_administrator')),
  constraint substitution_self_check check (staff_id <> substitute_id and made_by <> substitute_id),
  constraint substitution_days_check check (until_day between from_day and from_day + 92),
  constraint substitution_absent_fkey foreign key (staff_id, kind) references staff (staff_id, kind),
  constraint substitution_substitute_fkey foreign key (substitute_id, kind) references staff (staff_id, kind)
);
comment on table substitution is 'While somebody is on leave, a colleague has the work of the role; whoever acts is still a person of his or her own.';
create index substitution_substitute_idx on substitution (substitute_id, until_day) where ended_at is null;
create index substitution_staff_idx on substitution (staff_id, until_day);

create table admin_act (
  act_id uuid primary key,
  request_id uuid not null,
  request_hash bytea not null,
  type text not null,
  actor_id uuid references staff,
  actor_role text not null,
  staff_id uuid references staff,
  org_id uuid references org,
  title text not null,
  answer json not null,
  at timestamptz not null,
  leaf_id uuid not null references log_leaf,
  readers text[] not null,
  constraint admin_act_request_key unique (request_id)
);
comment on table admin_act is 'Every act of an administrator, append-only; its details are the body of its leaf.';
create index admin_act_at_idx on admin_act (at desc, act_id desc);
create index admin_act_staff_idx on admin_act (staff_id, at desc) where staff_id is not null;
create index admin_act_org_idx on admin_act (org_id, at desc) where org_id is not null;

grant select, insert on staff_link, role_proposal, substitution, admin_act to gongdun_app;
grant update (used_at, revoked_at) on staff_link to gongdun_app;
grant update (state, decided_by, decided_at, decision_reason) on role_proposal to gongdun_app;
grant update (ended_at) on substitution to gongdun_app;

-- The audit administrator reads all of it, whichever organisation he or she sits in.
alter table admin_act enable row level security;
alter table admin_act force row level security;
create policy admin_act_insert on admin_act for insert with check (true);
create policy admin_act_read on admin_act for select using (
  readers && (select current_setting('gongdun.grants')::text[])
  or (select bool_or(held like 'audit\_administrator@%') from unnest(current_setting('gongdun.grants')::text[]) held));

create index case_task_assignee_idx on case_task (assignee_id) where assignee_id is not null;

-- Who holds which role on a day: the newest row of a role says whether it is held; a substitute holds it while the absent one does.
create function roles_on(day date) returns table (staff_id uuid, role text, org_id uuid, stands_in_for uuid)
language sql stable as $$
  select h.staff_id, h.role, h.org_id, null::uuid
  from (select distinct on (r.staff_id, r.role, r.org_id) r.staff_id, r.role, r.org_id, r.until_day from staff_role r
        where r.from_day <= day order by r.staff_id, r.role, r.org_id, r.from_day desc, r.seq desc) h
  where h.until_day is null or h.until_day >= day
  union all
  select s.substitute_id, s.role, s.org_id, s.staff_id
  from substitution s
  where s.ended_at is null and day between s.from_day and s.until_day
    and coalesce((select r.until_day is null or r.until_day >= day from staff_role r
      where r.staff_id = s.staff_id and r.role = s.role and r.org_id = s.org_id and r.from_day <= day
      order by r.from_day desc, r.seq desc limit 1), false)
    and exists (select 1 from staff f where f.staff_id = s.staff_id and f.closed_at is null)
$$;
comment on function roles_on is 'Roles held on a legal day, with those lent by a substitution.';
grant execute on function roles_on to gongdun_app;
