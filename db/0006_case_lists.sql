-- The desk's lists at a million cases: each first page, and each next one, is read off an index in the order in which it is shown.

create table case_copy (
  case_id uuid not null,
  role text not null,
  org_id uuid not null references org,
  at timestamptz not null,
  primary key (case_id, role, org_id)
);
comment on table case_copy is 'Offices to which a case was copied (抄送). A copy stays in their list after the case has ended.';
create index case_copy_office_idx on case_copy (org_id, role, at desc, case_id desc);
grant select, insert on case_copy to gongdun_app;

alter table case_copy enable row level security;
alter table case_copy force row level security;
create policy case_copy_insert on case_copy for insert with check (true);
create policy case_copy_read on case_copy for select
  using ((select true from case_state s where s.case_id = case_copy.case_id));

-- What hangs on a case is seen by whoever sees the case. Asked as a value and not as `exists`: that one PostgreSQL may answer by
-- reading all cases into a hash, whatever the limit of the list.
drop policy case_action_read on case_action;
create policy case_action_read on case_action for select
  using ((select true from case_state s where s.case_id = case_action.case_id));
drop policy case_vote_read on case_vote;
create policy case_vote_read on case_vote for select
  using ((select true from case_state s where s.case_id = case_vote.case_id));
drop policy case_body_read on case_body;
create policy case_body_read on case_body for select
  using ((select true from case_action a where a.action_id = case_body.action_id));

-- What was copied so far stands in the actions; who migrates reads with the system's eyes.
select set_config('gongdun.grants', '{*}', true);
insert into case_copy (case_id, role, org_id, at)
select a.case_id, split_part(c, '@', 1), split_part(c, '@', 2)::uuid, min(a.at)
from case_action a join case_body b on b.action_id = a.action_id, json_array_elements_text(b.body -> 'copied') c
where a.type = 'copied' and exists (select 1 from org o where o.org_id = split_part(c, '@', 2)::uuid)
group by 1, 2, 3;

-- A page of the to-do list ends at (due, case, step): two steps of one case may be due at once. What has no due date comes last.
-- What is supervised is found by who may read it; that is little, whoever asks.
drop index case_task_queue_idx;
create index case_task_queue_idx on case_task
  (org_id, role, (case when due_at is null then 'infinity'::timestamptz else due_at end), case_id, step);
create index case_task_watched_idx on case_task using gin (readers) where supervised;

-- What a clerk has done, newest first, steps only.
drop index case_action_actor_idx;
create index case_action_actor_idx on case_action (actor_id, at desc, case_id desc) where actor_id is not null and step is not null;

create index rating_at_idx on rating (at desc, case_id desc);
drop index rating_due_idx;
create index rating_due_idx on rating (due_rectify_at, case_id) where due_rectify_at is not null and replied_at is null;

-- Colleagues to whom work may be given.
create index staff_role_office_idx on staff_role (org_id, role);
