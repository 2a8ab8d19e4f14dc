-- What became of a message: in doubt from the moment we begin to speak until its outcome is known, then taken, then delivered or not.
-- Each part of a long message has its own receipt; receipts may come before we know that the message was taken.

alter table notice drop constraint notice_sms_state_check;
alter table notice add constraint notice_sms_state_check
  check (sms_state in ('none', 'queued', 'doubtful', 'sent', 'delivered', 'failed', 'unknown'));
alter table notice add column sms_provider text;
alter table notice add column sms_at timestamptz;
comment on column notice.sms_at is 'When it was last handed to a provider; a provider is asked by this day what became of it.';
drop index notice_sms_idx;
create index notice_sms_idx on notice (sms_next_at) where sms_state in ('queued', 'doubtful');

create table sms_part (
  provider text not null,
  provider_id text not null,
  notice_id uuid references notice,
  state text not null,
  code text not null default '',
  at timestamptz not null,
  constraint sms_part_pkey primary key (provider, provider_id),
  constraint sms_part_state_check check (state in ('sent', 'delivered', 'failed'))
);
comment on table sms_part is 'What providers took, part by part, and its receipt. Without a notice: a login code, or a receipt that came first.';
create index sms_part_notice_idx on sms_part (notice_id) where notice_id is not null;
create index sms_part_at_idx on sms_part using brin (at);
grant select, insert, update, delete on sms_part to gongdun_app;
