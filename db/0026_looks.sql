-- Looks at people's data as the audit administrator reads them: by time, by who looked, and the unusual ones of a day.

create index data_access_at_idx on data_access (at desc, access_id desc);
create index data_access_actor_idx on data_access (actor_id, at desc);
create index unmasking_at_idx on unmasking (at desc, unmasking_id desc);
