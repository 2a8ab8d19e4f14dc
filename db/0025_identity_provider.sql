-- Staff may come in by their employer's identity provider: an account is linked to a subject by two administrators, never by an e-mail.

create table staff_subject (
  link_id uuid primary key,
  staff_id uuid not null references staff,
  issuer text not null,
  subject text not null check (length(subject) between 1 and 255),
  proposed_by uuid not null references staff,
  proposed_at timestamptz not null,
  confirmed_by uuid references staff,
  confirmed_at timestamptz,
  removed_at timestamptz,
  constraint staff_subject_confirmed_check check ((confirmed_by is null) = (confirmed_at is null)),
  constraint staff_subject_four_eyes_check check (confirmed_by is distinct from proposed_by),
  constraint staff_subject_self_check check (staff_id <> proposed_by and staff_id is distinct from confirmed_by)
);
comment on table staff_subject is 'Who of an identity provider opens which account: registered by a system administrator, good when a security administrator has confirmed it, because either alone could otherwise enter it.';
create unique index staff_subject_key on staff_subject (issuer, subject) where removed_at is null;
create unique index staff_subject_staff_key on staff_subject (staff_id, issuer) where removed_at is null;

create table oidc_login (
  state_hash bytea primary key,
  at timestamptz not null
);
comment on table oidc_login is 'Logins by the identity provider that have come back: each is good once.';
create index oidc_login_at_idx on oidc_login (at);

grant select, insert on staff_subject to gongdun_app;
grant update (confirmed_by, confirmed_at, removed_at) on staff_subject to gongdun_app;
grant select, insert, delete on oidc_login to gongdun_app;
