-- Of what the clock will do to a case only the first stands in the table: whatever happens then says what is next. A case that
-- waited for its yellow and its red light kept two rows and now keeps one.

delete from deadline d using deadline earlier
where earlier.case_id = d.case_id and (earlier.fire_at, earlier.step, earlier.kind) < (d.fire_at, d.step, d.kind);

alter table deadline drop constraint deadline_pkey;
alter table deadline drop column seq;
alter table deadline add primary key (case_id);
alter table deadline add column try_at timestamptz;
update deadline set try_at = fire_at;
alter table deadline alter column try_at set not null;
drop index deadline_fire_idx;
create index deadline_try_idx on deadline (try_at);
comment on column deadline.fire_at is 'The date at which it takes effect, whenever it is carried out.';
comment on column deadline.try_at is 'When the clock looks next: fire_at, or later while money is on its way or after a failure.';
comment on table deadline is 'The next thing that the clock will do to a case, and when. Its case is taken with SKIP LOCKED, and the action that it causes puts the next one in its place.';

-- Requests are only ever swept by age; a block range index costs a write nothing.
drop index request_at_idx;
create index request_at_idx on request using brin (at);
