-- The outbox keeps the state of an SMS in columns of its own: when it is tried next, how often it was, and what the provider fills
-- into its copy of the template.

alter table notice add column sms_next_at timestamptz;
alter table notice add column sms_tries int not null default 0 check (sms_tries >= 0);
alter table notice add column sms_params json;

-- The parameters of what is still queued cannot be told from its text with certainty; it stays readable in the app.
update notice set sms_state = 'failed', sms_provider_id = null where sms_state = 'queued';

drop index notice_sms_idx;
create index notice_sms_idx on notice (sms_next_at) where sms_state = 'queued';
comment on column notice.sms_next_at is 'When a queued SMS is tried next; a worker that takes it moves this into the future.';
