-- A person who was registered twice stays two rows, and nothing that was written under either is rewritten: one id stands for the others.
-- ids_of is the one answer to "all ids of this person"; whoever asks about a person's own things asks for any of them.

create table person_alias (
  person_id uuid not null,
  root_id uuid not null,
  since timestamptz not null,
  constraint person_alias_pkey primary key (person_id),
  constraint person_alias_person_id_fkey foreign key (person_id) references person (person_id),
  constraint person_alias_root_id_fkey foreign key (root_id) references person (person_id),
  constraint person_alias_self_check check (person_id <> root_id)
);
create index person_alias_root_idx on person_alias (root_id);
comment on table person_alias is 'Whom a merged person id stands for. Made from the merges that are in force, and gone when they are undone; a root is never an alias itself.';
grant select, insert, delete on person_alias to gongdun_app;

create function ids_of(person uuid) returns uuid[] language plpgsql stable strict as $$
declare
  root uuid;
  others uuid[];
begin
  select a.root_id into root from person_alias a where a.person_id = person;
  root := coalesce(root, person);
  select array_agg(a.person_id order by a.person_id) into others from person_alias a where a.root_id = root;
  return root || others;
end $$;
comment on function ids_of(uuid) is 'All ids of one person, the one that stands for the others first.';

create function hold_person(person uuid) returns void language plpgsql as $$
declare
  root uuid;
  held uuid;
begin
  root := (ids_of(person))[1];
  loop
    perform pg_advisory_xact_lock(hashtextextended(current_schema() || '/person/' || root, 0));
    held := root;
    -- Each statement of this function sees what was committed while it waited.
    root := (ids_of(person))[1];
    exit when root = held;
  end loop;
end $$;
comment on function hold_person(uuid) is 'One at a time for a person until the transaction ends, under whichever id; a merge in between is waited for.';

grant execute on function ids_of, hold_person to gongdun_app;
