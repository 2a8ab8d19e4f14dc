-- Erasure: asked for on the phone, decided by two persons, carried out by a role that can do nothing else. What is destroyed is content:
-- headers, commitments, leaves and money stay.

alter table person add column erased_at timestamptz;
comment on column person.erased_at is 'From when on nothing of who this was is left here.';

create table erasure (
  erasure_id uuid primary key,
  person_id uuid not null references person,
  request_id uuid not null,
  state text not null check (state in ('waiting', 'proposed', 'approved', 'done', 'refused', 'cancelled')),
  requested_at timestamptz not null,
  due_at timestamptz not null,
  agree boolean,
  reason text,
  proposed_by uuid references staff,
  proposed_at timestamptz,
  decided_by uuid references staff,
  decided_at timestamptz,
  done_at timestamptz,
  erased_count int,
  kept_count int,
  leaf_id uuid not null references log_leaf,
  readers text[] not null,
  constraint erasure_request_key unique (request_id),
  constraint erasure_proposed_check check (num_nulls(agree, reason, proposed_by, proposed_at) in (0, 4)),
  constraint erasure_four_eyes_check check (
    (decided_by is null) = (decided_at is null)
    and (decided_by is null or (proposed_by is not null and decided_by <> proposed_by))
    and (state not in ('approved', 'done', 'refused') or decided_by is not null))
);
comment on table erasure is 'A person''s wish that what is held about him or her be erased: it waits some days, two persons decide, a job carries it out.';
create unique index erasure_open_key on erasure (person_id) where state in ('waiting', 'proposed', 'approved');
create index erasure_at_idx on erasure (requested_at desc, erasure_id desc);

grant select, insert on erasure to gongdun_app;
grant update (state, agree, reason, proposed_by, proposed_at, decided_by, decided_at) on erasure to gongdun_app;
alter table erasure enable row level security;
alter table erasure force row level security;
create policy erasure_read on erasure for select using (readers && (select current_setting('gongdun.grants')::text[]));
create policy erasure_insert on erasure for insert with check (true);
create policy erasure_update on erasure for update using (readers && (select current_setting('gongdun.grants')::text[])) with check (true);

-- ---- the role that erases ----------------------------------------------------------------------------------------------------

grant select on person, person_alias, case_state, case_action, case_body, case_document, case_vote, case_task, trace_body, rating, notice,
  draft, file, session, sms_code, consent, membership, cover_policy, policy_endorsement, renewal_mandate, authority, roster_line, import_line,
  work_signal, data_access, unmasking, roster, import_run, benefit_claim, payout, payment_order, legal_hold, erasure, log_leaf,
  group_cover, group_insured, payout_account, person_trait, suspicion, person_merge to gongdun_eraser;
grant execute on function ids_of to gongdun_eraser;
grant insert on log_leaf, trace_body to gongdun_eraser;
grant delete on case_body, trace_body, draft, session, sms_code, work_signal, data_access, unmasking, person_trait to gongdun_eraser;
grant update (state) on case_state to gongdun_eraser;
grant update (content) on case_document to gongdun_eraser;
grant update (comment, reply) on rating to gongdun_eraser;
grant update (title, text, sms_params, sms_to_sealed) on notice to gongdun_eraser;
grant update (name, plain_index, key_sealed, state) on file to gongdun_eraser;
grant update (beneficiary) on cover_policy, renewal_mandate to gongdun_eraser;
grant update (value_before, value_after) on policy_endorsement to gongdun_eraser;
grant update (stated_sealed, reason, file_ids) on authority to gongdun_eraser;
grant update (content_sealed, name_mask, id_index, content_index, problems) on roster_line to gongdun_eraser;
grant update (problem_sealed) on import_line to gongdun_eraser;
grant update (name_mask) on group_insured to gongdun_eraser;
grant update (card_sealed, card_index, card_tail, bank_phone_sealed, state, ended_at) on payout_account to gongdun_eraser;
grant update (note) on suspicion to gongdun_eraser;
grant update (conflicts, note, decision_note, undo_note) on person_merge to gongdun_eraser;
grant update (agent_name) on data_access to gongdun_eraser;
grant update (name_sealed, name_index, id_number_sealed, id_number_index, phone_sealed, phone_index, birth_day, sex, occupation,
  platform_org_id, card_sealed, card_tail, erased_at) on person to gongdun_eraser;
grant update (state, done_at, erased_count, kept_count) on erasure to gongdun_eraser;

create policy case_body_erase on case_body for delete to gongdun_eraser using (true);
create policy policy_endorsement_erase on policy_endorsement for update to gongdun_eraser using (true) with check (true);
create policy data_access_erase on data_access for all to gongdun_eraser using (true);
create policy work_signal_erase on work_signal for delete to gongdun_eraser using (true);

create index notice_case_idx on notice (case_id) where case_id is not null;
