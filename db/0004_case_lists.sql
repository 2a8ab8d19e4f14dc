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
  using (exists (select 1 from case_state s where s.case_id = case_copy.case_id));

-- What was copied so far stands in the actions; who migrates reads with the system's eyes.
select set_config('gongdun.grants', '{*}', true);
insert into case_copy (case_id, role, org_id, at)
select a.case_id, split_part(c, '@', 1), split_part(c, '@', 2)::uuid, min(a.at)
from case_action a join case_body b on b.action_id = a.action_id, json_array_elements_text(b.body -> 'copied') c
where a.type = 'copied' and exists (select 1 from org o where o.org_id = split_part(c, '@', 2)::uuid)
group by 1, 2, 3;

-- To-do and supervised lists end a page at (due, case, step): two steps of one case may be due at once.
drop index case_task_queue_idx;
create index case_task_queue_idx on case_task (org_id, role, (coalesce(due_at, 'infinity'::timestamptz)), case_id, step);
create index case_task_supervised_idx on case_task ((coalesce(due_at, 'infinity'::timestamptz)), case_id, step) where supervised;

-- What a clerk has done, newest first, steps only.
drop index case_action_actor_idx;
create index case_action_actor_idx on case_action (actor_id, at desc, case_id desc) where actor_id is not null and step is not null;

create index rating_at_idx on rating (at desc, case_id desc);
drop index rating_due_idx;
create index rating_due_idx on rating (due_rectify_at, case_id) where due_rectify_at is not null and replied_at is null;

-- Colleagues to whom work may be given.
create index staff_role_office_idx on staff_role (org_id, role);
