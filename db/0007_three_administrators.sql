-- 三员分立: what an account is made for is fixed when it is made, and a role of another kind cannot be written beside it.

alter table staff add column kind text not null default 'business'
  constraint staff_kind_check check (kind in ('business', 'system_administrator', 'security_administrator', 'audit_administrator'));
alter table staff add constraint staff_kind_key unique (staff_id, kind);

-- A role that was given and taken on one day has two rows of that day: the later one counts.
alter table staff_role add column seq bigint generated always as identity;
alter table staff_role drop constraint staff_role_pkey;
alter table staff_role add constraint staff_role_pkey primary key (staff_id, role, org_id, from_day, seq);
alter table staff_role add column kind text not null generated always as (
  case when role in ('system_administrator', 'security_administrator', 'audit_administrator') then role else 'business' end) stored;
alter table staff_role add constraint staff_role_kind_fkey foreign key (staff_id, kind) references staff (staff_id, kind);

-- The application may never change what an account is made for, nor whose it is.
revoke update on staff from gongdun_app;
grant update (name, org_id, password_hash, totp_secret_sealed, totp_last_step, failed_count, locked_until, active) on staff to gongdun_app;
