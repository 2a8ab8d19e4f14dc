-- Organisations apply at the desk: a form that a clerk is filling in for his or her organisation is kept on the server as a worker's
-- is, sealed whole, and what an organisation applied for is listed newest first.

alter table draft alter column person_id drop not null;
alter table draft add column staff_id uuid references staff;
alter table draft add column org_id uuid references org;
alter table draft add column readers text[];
alter table draft add constraint draft_subject_check check ((person_id is null) <> (staff_id is null));
create unique index draft_desk_key on draft (staff_id, service_code) where staff_id is not null and submitted_case_id is null;

drop policy draft_all on draft;
create policy draft_all on draft for all
  using ('person:' || person_id::text = any ((select current_setting('gongdun.grants')::text[])::text[])
         or readers && (select current_setting('gongdun.grants')::text[])
         or '*' = any ((select current_setting('gongdun.grants')::text[])::text[]))
  with check (true);

create index case_state_applicant_idx on case_state (applicant_org_id, opened_at desc, case_id desc) where applicant_org_id is not null;
