-- A session in which the phone was proven again a moment ago, and what for.

alter table session add column stepped_up_at timestamptz;
alter table session add column stepped_up_for text;
alter table session add constraint session_step_up_check check ((stepped_up_at is null) = (stepped_up_for is null));
comment on column session.stepped_up_at is 'When a code on the phone was proven for what needs more than a login; good for minutes.';
