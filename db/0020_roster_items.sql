-- A list whose people act one by one: what became of each is counted off the list's own lines.

alter table roster_line add column item_ended boolean not null default false;
comment on column roster_line.item_ended is 'The case of this person has ended; outcome says how, or before that how far it has come.';
create index roster_line_waiting_idx on roster_line (roster_id, line) where state = 'good' and item_case_id is null;

alter table person add column arrived_as uuid;
comment on column person.arrived_as is 'For somebody who was known from a list: the registration with which he or she came, so that the same one sent again is no second one.';
create unique index person_arrived_key on person (arrived_as) where arrived_as is not null;
