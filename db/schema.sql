-- Made by `npm run schema` from the migrations; not to be edited.

create table account (
  account_id text not null,
  name text not null,
  kind text not null,
  floor_fen bigint,
  constraint account_pkey PRIMARY KEY (account_id),
  constraint account_kind_check CHECK (kind = ANY (ARRAY['clearing'::text, 'fund'::text, 'payable'::text, 'receivable'::text, 'bank'::text]))
);
comment on table account is 'Accounts of the double-entry ledger. floor_fen: the balance (credit minus debit) may not go below it; null is no floor.';
grant insert, select on table account to gongdun_app;

create table admin_act (
  act_id uuid not null,
  request_id uuid not null,
  request_hash bytea not null,
  type text not null,
  actor_id uuid,
  actor_role text not null,
  staff_id uuid,
  org_id uuid,
  title text not null,
  answer json not null,
  at timestamp with time zone not null,
  leaf_id uuid not null,
  readers text[] not null,
  constraint admin_act_pkey PRIMARY KEY (act_id),
  constraint admin_act_request_key UNIQUE (request_id),
  constraint admin_act_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES staff(staff_id),
  constraint admin_act_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint admin_act_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id),
  constraint admin_act_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id)
);
comment on table admin_act is 'Every act of an administrator, append-only; its details are the body of its leaf.';
CREATE INDEX admin_act_at_idx ON admin_act USING btree (at DESC, act_id DESC);
CREATE INDEX admin_act_org_idx ON admin_act USING btree (org_id, at DESC) WHERE org_id IS NOT NULL;
CREATE INDEX admin_act_staff_idx ON admin_act USING btree (staff_id, at DESC) WHERE staff_id IS NOT NULL;
alter table admin_act enable row level security;
alter table admin_act force row level security;
create policy admin_act_insert on admin_act for insert to public with check (true);
create policy admin_act_read on admin_act for select to public using (((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)) OR ( SELECT bool_or((held.held ~~ 'audit\_administrator@%'::text)) AS bool_or
   FROM unnest((current_setting('gongdun.grants'::text))::text[]) held(held))));
grant insert, select on table admin_act to gongdun_app;

create table api_key (
  key_id uuid not null,
  org_id uuid not null,
  name text not null,
  key_hash bytea not null,
  hint text not null,
  scopes text[] not null,
  rate_per_minute integer not null,
  made_by uuid not null,
  made_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  replaces uuid,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  minute_at timestamp with time zone,
  minute_count integer default 0 not null,
  constraint api_key_pkey PRIMARY KEY (key_id),
  constraint api_key_hash_key UNIQUE (key_hash),
  constraint api_key_rate_per_minute_check CHECK (rate_per_minute >= 1 AND rate_per_minute <= 600),
  constraint api_key_scopes_check CHECK (cardinality(scopes) > 0),
  constraint api_key_made_by_fkey FOREIGN KEY (made_by) REFERENCES staff(staff_id),
  constraint api_key_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id),
  constraint api_key_replaces_fkey FOREIGN KEY (replaces) REFERENCES api_key(key_id)
);
comment on table api_key is 'A key of a company''s program. Only a keyed hash is kept; hint is its last four characters.';
CREATE INDEX api_key_org_idx ON api_key USING btree (org_id, made_at DESC);
CREATE UNIQUE INDEX api_key_replaces_key ON api_key USING btree (replaces) WHERE replaces IS NOT NULL;
grant insert, select on table api_key to gongdun_app;
grant update (key_hash, expires_at, revoked_at, last_used_at, minute_at, minute_count) on table api_key to gongdun_app;

create table api_key_use (
  use_id uuid not null,
  key_id uuid not null,
  org_id uuid not null,
  at timestamp with time zone not null,
  method text not null,
  route text not null,
  status integer not null,
  address text not null,
  leaf_id uuid not null,
  readers text[] not null,
  constraint api_key_use_pkey PRIMARY KEY (use_id),
  constraint api_key_use_key_id_fkey FOREIGN KEY (key_id) REFERENCES api_key(key_id),
  constraint api_key_use_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint api_key_use_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id)
);
comment on table api_key_use is 'Every call with a key, append-only; the company reads its own.';
CREATE INDEX api_key_use_key_idx ON api_key_use USING btree (key_id, at DESC, use_id DESC);
alter table api_key_use enable row level security;
alter table api_key_use force row level security;
create policy api_key_use_insert on api_key_use for insert to public with check (true);
create policy api_key_use_read on api_key_use for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
grant insert, select on table api_key_use to gongdun_app;

create table appeal (
  case_id uuid not null,
  person_id uuid,
  against_key text not null,
  subject text not null,
  region text not null,
  opened_at timestamp with time zone not null,
  readers text[] not null,
  constraint appeal_pkey PRIMARY KEY (case_id)
);
comment on table appeal is 'An index of appeals for finding repeats: person, organisation (its name folded), subject, day. No words of the appeal.';
CREATE INDEX appeal_against_idx ON appeal USING btree (against_key, region, opened_at DESC);
CREATE INDEX appeal_person_idx ON appeal USING btree (person_id, opened_at DESC) WHERE person_id IS NOT NULL;
alter table appeal enable row level security;
alter table appeal force row level security;
create policy appeal_insert on appeal for insert to public with check (true);
create policy appeal_read on appeal for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy appeal_update on appeal for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table appeal to gongdun_app;

create table authority (
  authority_id uuid not null,
  kind text not null,
  state text not null,
  principal_id uuid,
  agent_id uuid,
  agent_staff_id uuid,
  org_id uuid,
  services text[] not null,
  stated_sealed text not null,
  file_ids uuid[] default '{}'::uuid[] not null,
  created_at timestamp with time zone not null,
  from_at timestamp with time zone,
  until_at timestamp with time zone not null,
  decided_by uuid,
  decided_at timestamp with time zone,
  reason text,
  ended_at timestamp with time zone,
  ended_by text,
  request_id uuid not null,
  readers text[] not null,
  leaf_id uuid not null,
  constraint authority_pkey PRIMARY KEY (authority_id),
  constraint authority_request_key UNIQUE (request_id),
  constraint authority_active_check CHECK (state <> 'active'::text OR principal_id IS NOT NULL AND from_at IS NOT NULL),
  constraint authority_agent_check CHECK ((agent_id IS NULL) <> (agent_staff_id IS NULL)),
  constraint authority_ended_by_check CHECK (ended_by = ANY (ARRAY['principal'::text, 'agent'::text, 'disowned'::text, 'office'::text])),
  constraint authority_kind_check CHECK (kind = ANY (ARRAY['consent'::text, 'kinship'::text, 'guardianship'::text, 'assisted'::text])),
  constraint authority_not_oneself_check CHECK (agent_id IS NULL OR principal_id IS NULL OR agent_id <> principal_id),
  constraint authority_services_check CHECK (cardinality(services) >= 1 AND cardinality(services) <= 20),
  constraint authority_state_check CHECK (state = ANY (ARRAY['requested'::text, 'active'::text, 'refused'::text, 'ended'::text])),
  constraint authority_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES person(person_id),
  constraint authority_agent_staff_id_fkey FOREIGN KEY (agent_staff_id) REFERENCES staff(staff_id),
  constraint authority_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES staff(staff_id),
  constraint authority_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint authority_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id),
  constraint authority_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES person(person_id)
);
comment on table authority is 'Who may act for whom, in which services, from when until when. Holds only while state is active and until_at is ahead. What the agent stated is sealed.';
CREATE INDEX authority_agent_idx ON authority USING btree (agent_id, created_at DESC) WHERE agent_id IS NOT NULL;
CREATE INDEX authority_principal_idx ON authority USING btree (principal_id, created_at DESC) WHERE principal_id IS NOT NULL;
CREATE INDEX authority_queue_idx ON authority USING btree (org_id, created_at) WHERE state = 'requested'::text AND (kind = ANY (ARRAY['kinship'::text, 'guardianship'::text]));
alter table authority enable row level security;
alter table authority force row level security;
create policy authority_insert on authority for insert to public with check (true);
create policy authority_read on authority for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy authority_update on authority for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table authority to gongdun_app;
grant select on table authority to gongdun_eraser;
grant update (stated_sealed, file_ids, reason) on table authority to gongdun_eraser;

create table balance_snapshot (
  account_id text not null,
  at timestamp with time zone not null,
  posted_fen bigint not null,
  pending_fen bigint not null,
  constraint balance_snapshot_pkey PRIMARY KEY (account_id, at),
  constraint balance_snapshot_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(account_id)
);
comment on table balance_snapshot is 'Balance of an account at an instant; a balance is the last snapshot and the entries after it.';
grant insert, select on table balance_snapshot to gongdun_app;

create table bank_line (
  line_key text not null,
  day date not null,
  reference text,
  bank_serial text not null,
  amount_fen bigint not null,
  kind text not null,
  matched_payout_id uuid,
  at timestamp with time zone not null,
  constraint bank_line_pkey PRIMARY KEY (line_key),
  constraint bank_line_matched_payout_id_fkey FOREIGN KEY (matched_payout_id) REFERENCES payout(payout_id)
);
comment on table bank_line is 'Lines of the bank''s day statement, append-only, matched by reference.';
CREATE INDEX bank_line_day_idx ON bank_line USING btree (day);
grant insert, select on table bank_line to gongdun_app;

create table benefit_claim (
  claim_id uuid not null,
  report_case_id uuid not null,
  benefit text not null,
  case_id uuid not null,
  person_id uuid not null,
  policy_id uuid not null,
  amount_fen bigint default 0 not null,
  state text not null,
  readers text[] not null,
  accident_day date not null,
  ended_at timestamp with time zone,
  constraint benefit_claim_pkey PRIMARY KEY (claim_id),
  constraint benefit_claim_amount_fen_check CHECK (amount_fen >= 0 AND amount_fen <= 40000000),
  constraint benefit_claim_benefit_check CHECK (benefit = ANY (ARRAY['medical'::text, 'allowance'::text, 'disability'::text, 'death'::text, 'prepay'::text])),
  constraint benefit_claim_state_check CHECK (state = ANY (ARRAY['open'::text, 'agreed'::text, 'paid'::text, 'denied'::text])),
  constraint benefit_claim_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES cover_policy(policy_id)
);
comment on table benefit_claim is 'One claim a benefit and accident. amount_fen is what was agreed; sums are held to the limit of the policy.';
comment on column benefit_claim.accident_day is 'The day of the accident in Beijing time; limits of a year count by it.';
comment on column benefit_claim.ended_at is 'When it was paid, or denied by a decision; null before, and for one that was let go with an undecided case.';
CREATE INDEX benefit_claim_case_idx ON benefit_claim USING btree (case_id);
CREATE INDEX benefit_claim_ended_idx ON benefit_claim USING btree (ended_at) WHERE ended_at IS NOT NULL;
CREATE UNIQUE INDEX benefit_claim_once_key ON benefit_claim USING btree (report_case_id, benefit) WHERE state <> 'denied'::text;
CREATE INDEX benefit_claim_person_idx ON benefit_claim USING btree (person_id);
CREATE INDEX benefit_claim_policy_idx ON benefit_claim USING btree (policy_id);
alter table benefit_claim enable row level security;
alter table benefit_claim force row level security;
create policy benefit_claim_delete on benefit_claim for delete to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy benefit_claim_insert on benefit_claim for insert to public with check (true);
create policy benefit_claim_read on benefit_claim for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy benefit_claim_update on benefit_claim for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table benefit_claim to gongdun_app;
grant select on table benefit_claim to gongdun_eraser;

create table case_action (
  action_id uuid not null,
  case_id uuid not null,
  seq integer not null,
  type text not null,
  step text,
  outcome text,
  actor_kind text not null,
  actor_id uuid,
  actor_role text,
  actor_org_id uuid,
  at timestamp with time zone not null,
  recorded_at timestamp with time zone not null,
  request_id uuid,
  case_prev bytea not null,
  commitment bytea not null,
  leaf_id uuid not null,
  constraint case_action_pkey PRIMARY KEY (action_id),
  constraint case_action_seq_key UNIQUE (case_id, seq),
  constraint case_action_actor_kind_check CHECK (actor_kind = ANY (ARRAY['worker'::text, 'staff'::text, 'system'::text, 'clock'::text, 'event'::text])),
  constraint case_action_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id)
);
comment on table case_action is 'The append-only list of what was done in a case: header, hash of the case''s previous entry, commitment to the body.';
CREATE INDEX case_action_actor_idx ON case_action USING btree (actor_id, at DESC, case_id DESC) WHERE actor_id IS NOT NULL AND step IS NOT NULL;
alter table case_action enable row level security;
alter table case_action force row level security;
create policy case_action_insert on case_action for insert to public with check (true);
create policy case_action_read on case_action for select to public using (( SELECT true
   FROM case_state s
  WHERE (s.case_id = case_action.case_id)));
grant insert, select on table case_action to gongdun_app;
grant select on table case_action to gongdun_eraser;

create table case_body (
  action_id uuid not null,
  salt bytea not null,
  body json not null,
  constraint case_body_pkey PRIMARY KEY (action_id),
  constraint case_body_action_id_fkey FOREIGN KEY (action_id) REFERENCES case_action(action_id)
) with (toast_tuple_target=8160);
comment on table case_body is 'The content of an action and the salt of its commitment. Erasing the row keeps every proof valid.';
alter table case_body enable row level security;
alter table case_body force row level security;
create policy case_body_erase on case_body for delete to gongdun_eraser using (true);
create policy case_body_insert on case_body for insert to public with check (true);
create policy case_body_read on case_body for select to public using (( SELECT true
   FROM case_action a
  WHERE (a.action_id = case_body.action_id)));
grant insert, select on table case_body to gongdun_app;
grant delete, select on table case_body to gongdun_eraser;

create table case_copy (
  case_id uuid not null,
  role text not null,
  org_id uuid not null,
  at timestamp with time zone not null,
  constraint case_copy_pkey PRIMARY KEY (case_id, role, org_id),
  constraint case_copy_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id)
);
comment on table case_copy is 'Offices to which a case was copied (抄送). A copy stays in their list after the case has ended.';
CREATE INDEX case_copy_office_idx ON case_copy USING btree (org_id, role, at DESC, case_id DESC);
alter table case_copy enable row level security;
alter table case_copy force row level security;
create policy case_copy_insert on case_copy for insert to public with check (true);
create policy case_copy_read on case_copy for select to public using (( SELECT true
   FROM case_state s
  WHERE (s.case_id = case_copy.case_id)));
grant insert, select on table case_copy to gongdun_app;

create table case_document (
  document_id uuid not null,
  case_id uuid not null,
  template text not null,
  title text not null,
  content json not null,
  readers text[] not null,
  at timestamp with time zone not null,
  leaf_id uuid not null,
  constraint case_document_pkey PRIMARY KEY (document_id),
  constraint case_document_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id)
) with (toast_tuple_target=8160);
comment on table case_document is 'A letter or certificate: its template and the values put into it, so that it can be printed again to the byte.';
CREATE INDEX case_document_case_idx ON case_document USING btree (case_id, at);
alter table case_document enable row level security;
alter table case_document force row level security;
create policy case_document_delete on case_document for delete to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy case_document_insert on case_document for insert to public with check (true);
create policy case_document_read on case_document for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy case_document_update on case_document for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select on table case_document to gongdun_app;
grant select on table case_document to gongdun_eraser;
grant update (content) on table case_document to gongdun_eraser;

create table case_link (
  from_case_id uuid not null,
  to_case_id uuid not null,
  kind text not null,
  at timestamp with time zone not null,
  constraint case_link_pkey PRIMARY KEY (from_case_id, to_case_id, kind)
);
comment on table case_link is 'A case that opened, cites or continues another.';
CREATE INDEX case_link_to_idx ON case_link USING btree (to_case_id);
grant insert, select on table case_link to gongdun_app;

create table case_number_counter (
  region text not null,
  day date not null,
  last integer not null,
  constraint case_number_counter_pkey PRIMARY KEY (region, day)
);
comment on table case_number_counter is 'Blocks of case numbers are taken from here; a gap is allowed, a double is not.';
grant insert, select, update on table case_number_counter to gongdun_app;

create table case_state (
  case_id uuid not null,
  case_no text not null,
  dossier_id uuid,
  parent_case_id uuid,
  service_code text not null,
  service_hash text not null,
  region text not null,
  person_id uuid,
  applicant_org_id uuid,
  seq integer not null,
  head bytea not null,
  status text not null,
  end_code text,
  state json not null,
  readers text[] not null,
  opened_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint case_state_pkey PRIMARY KEY (case_id),
  constraint case_state_no_key UNIQUE (case_no),
  constraint case_state_status_check CHECK (status = ANY (ARRAY['open'::text, 'ended'::text])),
  constraint case_state_dossier_id_fkey FOREIGN KEY (dossier_id) REFERENCES dossier(dossier_id)
) with (fillfactor=70, toast_tuple_target=8160);
comment on table case_state is 'The fold of a case''s actions. It can be rebuilt from them at any time, and a job proves it.';
CREATE INDEX case_state_applicant_idx ON case_state USING btree (applicant_org_id, opened_at DESC, case_id DESC) WHERE applicant_org_id IS NOT NULL;
CREATE INDEX case_state_dossier_idx ON case_state USING btree (dossier_id) WHERE dossier_id IS NOT NULL;
CREATE INDEX case_state_parent_idx ON case_state USING btree (parent_case_id) WHERE parent_case_id IS NOT NULL;
CREATE INDEX case_state_person_idx ON case_state USING btree (person_id, opened_at DESC);
alter table case_state enable row level security;
alter table case_state force row level security;
create policy case_state_delete on case_state for delete to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy case_state_insert on case_state for insert to public with check (true);
create policy case_state_read on case_state for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy case_state_update on case_state for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table case_state to gongdun_app;
grant select on table case_state to gongdun_eraser;
grant update (state) on table case_state to gongdun_eraser;

create table case_task (
  case_id uuid not null,
  step text not null,
  role text not null,
  org_id uuid,
  assignee_id uuid,
  entered_at timestamp with time zone not null,
  due_at timestamp with time zone,
  light text default 'green'::text not null,
  paused boolean default false not null,
  supervised boolean default false not null,
  readers text[] not null,
  constraint case_task_pkey PRIMARY KEY (case_id, step),
  constraint case_task_light_check CHECK (light = ANY (ARRAY['green'::text, 'yellow'::text, 'red'::text]))
);
comment on table case_task is 'Whose turn it is: a row for each step of an open case that waits for somebody.';
CREATE INDEX case_task_assignee_idx ON case_task USING btree (assignee_id) WHERE assignee_id IS NOT NULL;
CREATE INDEX case_task_queue_idx ON case_task USING btree (org_id, role, (
CASE
    WHEN due_at IS NULL THEN 'infinity'::timestamp with time zone
    ELSE due_at
END), case_id, step);
CREATE INDEX case_task_watched_idx ON case_task USING gin (readers) WHERE supervised;
alter table case_task enable row level security;
alter table case_task force row level security;
create policy case_task_delete on case_task for delete to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy case_task_insert on case_task for insert to public with check (true);
create policy case_task_read on case_task for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy case_task_update on case_task for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant delete, insert, select, update on table case_task to gongdun_app;
grant select on table case_task to gongdun_eraser;

create table case_vote (
  case_id uuid not null,
  step text not null,
  round integer not null,
  voter_id uuid not null,
  choice text not null,
  at timestamp with time zone not null,
  leaf_id uuid not null,
  constraint case_vote_pkey PRIMARY KEY (case_id, step, round, voter_id),
  constraint case_vote_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id)
);
comment on table case_vote is 'The ledger of votes: insert-only, one vote a voter and round.';
alter table case_vote enable row level security;
alter table case_vote force row level security;
create policy case_vote_insert on case_vote for insert to public with check (true);
create policy case_vote_read on case_vote for select to public using (( SELECT true
   FROM case_state s
  WHERE (s.case_id = case_vote.case_id)));
grant insert, select on table case_vote to gongdun_app;
grant select on table case_vote to gongdun_eraser;

create table claim_pool (
  month date not null,
  claim_id uuid not null,
  case_id uuid not null,
  insurer_org_id uuid not null,
  region text not null,
  benefit text not null,
  outcome text not null,
  amount_fen bigint not null,
  ended_at timestamp with time zone not null,
  readers text[] not null,
  constraint claim_pool_pkey PRIMARY KEY (month, claim_id),
  constraint claim_pool_outcome_check CHECK (outcome = ANY (ARRAY['paid'::text, 'denied'::text])),
  constraint claim_pool_case_id_fkey FOREIGN KEY (case_id) REFERENCES case_state(case_id),
  constraint claim_pool_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES benefit_claim(claim_id),
  constraint claim_pool_insurer_org_id_fkey FOREIGN KEY (insurer_org_id) REFERENCES org(org_id),
  constraint claim_pool_month_fkey FOREIGN KEY (month) REFERENCES claim_sampling(month)
);
comment on table claim_pool is 'The claims of a closed month as they had ended then. Append-only: the draw can be repeated for ever.';
alter table claim_pool enable row level security;
alter table claim_pool force row level security;
create policy claim_pool_insert on claim_pool for insert to public with check (true);
create policy claim_pool_read on claim_pool for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy claim_pool_update on claim_pool for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select on table claim_pool to gongdun_app;

create table claim_sampling (
  month date not null,
  seed_sealed text not null,
  seed_hash bytea not null,
  pool_hash bytea not null,
  pool_size integer not null,
  closed_at timestamp with time zone not null,
  leaf_id uuid not null,
  seed text,
  share_basis_points integer,
  least_each integer,
  due_on date,
  drawn_by uuid,
  drawn_at timestamp with time zone,
  readers text[] not null,
  constraint claim_sampling_pkey PRIMARY KEY (month),
  constraint claim_sampling_leaf_key UNIQUE (leaf_id),
  constraint claim_sampling_drawn_check CHECK (num_nulls(seed, share_basis_points, least_each, due_on, drawn_by, drawn_at) = ANY (ARRAY[0, 6])),
  constraint claim_sampling_least_each_check CHECK (least_each >= 1 AND least_each <= 100),
  constraint claim_sampling_month_check CHECK (EXTRACT(day FROM month) = 1::numeric),
  constraint claim_sampling_pool_size_check CHECK (pool_size >= 0),
  constraint claim_sampling_seed_check CHECK (seed IS NULL OR sha256(convert_to(seed, 'UTF8'::name)) = seed_hash),
  constraint claim_sampling_share_basis_points_check CHECK (share_basis_points >= 1 AND share_basis_points <= 10000),
  constraint claim_sampling_drawn_by_fkey FOREIGN KEY (drawn_by) REFERENCES staff(staff_id),
  constraint claim_sampling_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id)
);
comment on table claim_sampling is 'A month whose ended claims are frozen, with the hash of the seed that draws from them; the seed is told with the draw.';
alter table claim_sampling enable row level security;
alter table claim_sampling force row level security;
create policy claim_sampling_insert on claim_sampling for insert to public with check (true);
create policy claim_sampling_read on claim_sampling for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy claim_sampling_update on claim_sampling for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select on table claim_sampling to gongdun_app;
grant update (seed, share_basis_points, least_each, due_on, drawn_by, drawn_at) on table claim_sampling to gongdun_app;

create table claim_sheet (
  sheet_id uuid not null,
  month date not null,
  claim_id uuid not null,
  place integer not null,
  role text not null,
  org_id uuid not null,
  due_on date not null,
  checker_id uuid,
  state text not null,
  conclusion text,
  remark text,
  return_reason text,
  follow text,
  concluded_at timestamp with time zone,
  confirmed_by uuid,
  confirmed_at timestamp with time zone,
  readers text[] not null,
  constraint claim_sheet_pkey PRIMARY KEY (sheet_id),
  constraint claim_sheet_claim_key UNIQUE (month, claim_id),
  constraint claim_sheet_place_key UNIQUE (month, place),
  constraint claim_sheet_checker_check CHECK ((state = 'waiting'::text) = (checker_id IS NULL)),
  constraint claim_sheet_concluded_check CHECK ((state = ANY (ARRAY['to_confirm'::text, 'done'::text])) = (conclusion IS NOT NULL)),
  constraint claim_sheet_conclusion_check CHECK (conclusion = ANY (ARRAY['right'::text, 'wrong'::text, 'unclear'::text])),
  constraint claim_sheet_follow_check CHECK (follow = ANY (ARRAY['reassess'::text, 'recover'::text, 'correct'::text])),
  constraint claim_sheet_follow_up_check CHECK ((NOT conclusion IS DISTINCT FROM 'wrong'::text) = (follow IS NOT NULL)),
  constraint claim_sheet_four_eyes_check CHECK ((state = 'done'::text AND conclusion = 'wrong'::text) = (confirmed_by IS NOT NULL) AND (confirmed_by IS NULL OR confirmed_by <> checker_id)),
  constraint claim_sheet_place_check CHECK (place > 0),
  constraint claim_sheet_state_check CHECK (state = ANY (ARRAY['waiting'::text, 'checking'::text, 'to_confirm'::text, 'done'::text])),
  constraint claim_sheet_checker_id_fkey FOREIGN KEY (checker_id) REFERENCES staff(staff_id),
  constraint claim_sheet_confirmed_by_fkey FOREIGN KEY (confirmed_by) REFERENCES staff(staff_id),
  constraint claim_sheet_month_claim_id_fkey FOREIGN KEY (month, claim_id) REFERENCES claim_pool(month, claim_id),
  constraint claim_sheet_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id)
);
comment on table claim_sheet is 'What a department found about a claim that was drawn. A wrong one counts once a second person has confirmed it.';
CREATE INDEX claim_sheet_due_idx ON claim_sheet USING btree (due_on, sheet_id);
alter table claim_sheet enable row level security;
alter table claim_sheet force row level security;
create policy claim_sheet_insert on claim_sheet for insert to public with check (true);
create policy claim_sheet_read on claim_sheet for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy claim_sheet_update on claim_sheet for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select on table claim_sheet to gongdun_app;
grant update (role, org_id, due_on, checker_id, state, conclusion, remark, return_reason, follow, concluded_at, confirmed_by, confirmed_at, readers) on table claim_sheet to gongdun_app;

create table code_failure (
  address text not null,
  at timestamp with time zone not null
);
comment on table code_failure is 'Wrong codes by network address, whatever numbers they were tried on; swept after a day.';
CREATE INDEX code_failure_address_idx ON code_failure USING btree (address, at DESC);
grant delete, insert, select on table code_failure to gongdun_app;

create table consent (
  person_id uuid not null,
  purpose text not null,
  seq integer not null,
  version text not null,
  state text not null,
  channel text not null,
  by_id uuid not null,
  at timestamp with time zone not null,
  request_id uuid not null,
  leaf_id uuid not null,
  readers text[] not null,
  constraint consent_pkey PRIMARY KEY (person_id, purpose, seq),
  constraint consent_channel_check CHECK (channel = ANY (ARRAY['mobile'::text, 'agent'::text, 'window'::text])),
  constraint consent_seq_check CHECK (seq > 0),
  constraint consent_state_check CHECK (state = ANY (ARRAY['given'::text, 'withdrawn'::text])),
  constraint consent_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint consent_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id)
);
comment on table consent is 'A person''s word on a purpose, append-only; the one with the highest seq holds. by_id is who said it: the person, an agent, a clerk at a window.';
CREATE UNIQUE INDEX consent_request_key ON consent USING btree (person_id, request_id);
alter table consent enable row level security;
alter table consent force row level security;
create policy consent_insert on consent for insert to public with check (true);
create policy consent_read on consent for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
grant insert, select on table consent to gongdun_app;
grant select on table consent to gongdun_eraser;

create table cover_entry (
  person_id uuid not null,
  day date not null,
  generation integer not null,
  policy_id uuid not null,
  kind text not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  at timestamp with time zone not null,
  readers text[] not null,
  leaf_id uuid not null,
  constraint cover_entry_pkey PRIMARY KEY (person_id, day, generation),
  constraint cover_entry_check CHECK ((kind = 'bound'::text) = ((generation % 2) = 1) AND (kind = ANY (ARRAY['bound'::text, 'released'::text]))),
  constraint cover_entry_generation_check CHECK (generation > 0),
  constraint cover_entry_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint cover_entry_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES cover_policy(policy_id)
);
comment on table cover_entry is 'The append-only ledger of cover by person and day. Odd generations bind a day, even ones release it; a person is covered by a day whose last generation is odd.';
CREATE INDEX cover_entry_at_idx ON cover_entry USING brin (at) WITH (pages_per_range='32');
CREATE INDEX cover_entry_day_idx ON cover_entry USING btree (day);
alter table cover_entry enable row level security;
alter table cover_entry force row level security;
create policy cover_entry_delete on cover_entry for delete to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy cover_entry_insert on cover_entry for insert to public with check (true);
create policy cover_entry_read on cover_entry for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy cover_entry_update on cover_entry for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select on table cover_entry to gongdun_app;

create table cover_policy (
  policy_id uuid not null,
  policy_no text not null,
  person_id uuid not null,
  case_id uuid,
  insurer_org_id uuid not null,
  insurer_policy_no text,
  region text not null,
  work_type text not null,
  first_day date not null,
  days integer not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  premium_fen bigint not null,
  subsidy_fen bigint not null,
  beneficiary text,
  issued_at timestamp with time zone not null,
  readers text[] not null,
  leaf_id uuid not null,
  import_run_id uuid,
  import_source text,
  imported_on date,
  holder_org_id uuid,
  constraint cover_policy_pkey PRIMARY KEY (policy_id),
  constraint cover_policy_no_key UNIQUE (policy_no),
  constraint cover_policy_check CHECK (subsidy_fen >= 0 AND subsidy_fen <= premium_fen),
  constraint cover_policy_days_check CHECK (days >= 1 AND days <= 366),
  constraint cover_policy_origin_check CHECK ((case_id IS NULL) = (import_run_id IS NOT NULL) AND (import_run_id IS NULL) = (import_source IS NULL) AND (import_run_id IS NULL) = (imported_on IS NULL)),
  constraint cover_policy_premium_fen_check CHECK (premium_fen >= 0 AND premium_fen <= 1000000000),
  constraint cover_policy_holder_org_id_fkey FOREIGN KEY (holder_org_id) REFERENCES org(org_id),
  constraint cover_policy_insurer_org_id_fkey FOREIGN KEY (insurer_org_id) REFERENCES org(org_id),
  constraint cover_policy_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint cover_policy_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id)
);
comment on table cover_policy is 'A policy of daily accident cover; its days stand in cover_entry.';
comment on column cover_policy.import_run_id is 'Where there is no case: the run that brought the policy over from import_source. Such a policy is settled where it was sold.';
comment on column cover_policy.holder_org_id is 'The organisation that took the policy out and paid (投保人); null where the insured person did.';
CREATE INDEX cover_policy_case_idx ON cover_policy USING btree (case_id);
CREATE INDEX cover_policy_person_idx ON cover_policy USING btree (person_id, first_day DESC);
alter table cover_policy enable row level security;
alter table cover_policy force row level security;
create policy cover_policy_delete on cover_policy for delete to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy cover_policy_insert on cover_policy for insert to public with check (true);
create policy cover_policy_read on cover_policy for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy cover_policy_update on cover_policy for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select on table cover_policy to gongdun_app;
grant select on table cover_policy to gongdun_eraser;
grant update (policy_no) on table cover_policy to gongdun_app;
grant update (beneficiary) on table cover_policy to gongdun_eraser;

create table data_access (
  access_id uuid not null,
  person_id uuid not null,
  case_id uuid not null,
  kind text not null,
  actor_kind text not null,
  actor_id uuid not null,
  agent_name text,
  hour timestamp with time zone not null,
  at timestamp with time zone not null,
  readers text[] not null,
  constraint data_access_pkey PRIMARY KEY (access_id),
  constraint data_access_hour_key UNIQUE (actor_id, case_id, kind, hour),
  constraint data_access_actor_kind_check CHECK (actor_kind = ANY (ARRAY['staff'::text, 'agent'::text])),
  constraint data_access_agent_check CHECK ((actor_kind = 'agent'::text) = (agent_name IS NOT NULL)),
  constraint data_access_kind_check CHECK (kind = ANY (ARRAY['case'::text, 'file'::text, 'document'::text])),
  constraint data_access_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id)
);
comment on table data_access is 'Looks at a person''s case, its files and documents, append-only; the first look of an hour stands for the hour.';
CREATE INDEX data_access_actor_idx ON data_access USING btree (actor_id, at DESC);
CREATE INDEX data_access_at_idx ON data_access USING btree (at DESC, access_id DESC);
CREATE INDEX data_access_person_idx ON data_access USING btree (person_id, at DESC, access_id DESC);
alter table data_access enable row level security;
alter table data_access force row level security;
create policy data_access_erase on data_access for all to gongdun_eraser using (true);
create policy data_access_insert on data_access for insert to public with check (true);
create policy data_access_read on data_access for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
grant insert, select on table data_access to gongdun_app;
grant delete, select on table data_access to gongdun_eraser;
grant update (agent_name) on table data_access to gongdun_eraser;

create table data_key (
  name text not null,
  version integer not null,
  state text default 'live'::text not null,
  wrapped text,
  master text not null,
  made_at timestamp with time zone not null,
  active_from timestamp with time zone not null,
  finished_at timestamp with time zone,
  progress jsonb default '{}'::jsonb not null,
  constraint data_key_pkey PRIMARY KEY (name, version),
  constraint data_key_name_check CHECK (name = ANY (ARRAY['field'::text, 'index'::text, 'digest'::text, 'commitment'::text, 'pseudonym'::text])),
  constraint data_key_state_check CHECK (state = ANY (ARRAY['live'::text, 'kept'::text, 'dropped'::text])),
  constraint data_key_version_check CHECK (version > 0),
  constraint data_key_wrapped_check CHECK ((wrapped IS NULL) = (state = 'dropped'::text))
);
comment on table data_key is 'Versions of the keys that seal, index and hash, wrapped by the master key. The newest whose moment has come is used for what is made.';
comment on column data_key.state is 'live; kept: no longer used, but what is only ever added to was made with it; dropped: nothing is left that it opens.';
comment on column data_key.master is 'Fingerprint of the master key that wrapped it.';
comment on column data_key.progress is 'How far what was made with earlier versions has been made again with this one, by table.';
grant select on table data_key to gongdun_app;

create table deadline (
  case_id uuid not null,
  step text not null,
  kind text not null,
  fire_at timestamp with time zone not null,
  try_at timestamp with time zone not null,
  constraint deadline_pkey PRIMARY KEY (case_id),
  constraint deadline_kind_check CHECK (kind = ANY (ARRAY['yellow'::text, 'red'::text, 'timer'::text, 'clock'::text, 'supplement'::text]))
);
comment on table deadline is 'The next thing that the clock will do to a case, and when. Its case is taken with SKIP LOCKED, and the action that it causes puts the next one in its place.';
comment on column deadline.fire_at is 'The date at which it takes effect, whenever it is carried out.';
comment on column deadline.try_at is 'When the clock looks next: fire_at, or later while money is on its way or after a failure.';
CREATE INDEX deadline_try_idx ON deadline USING btree (try_at);
grant delete, insert, select, update on table deadline to gongdun_app;

create table definition (
  hash text not null,
  kind text not null,
  code text not null,
  body jsonb not null,
  created_at timestamp with time zone not null,
  constraint definition_pkey PRIMARY KEY (hash),
  constraint definition_kind_check CHECK (kind = ANY (ARRAY['service'::text, 'workflow'::text]))
);
comment on table definition is 'Compiled definitions, immutable, named by the SHA-256 of their canonical JSON.';
grant insert, select on table definition to gongdun_app;

create table dossier (
  dossier_id uuid not null,
  kind text not null,
  person_id uuid,
  title text not null,
  happened_at timestamp with time zone,
  opened_at timestamp with time zone not null,
  readers text[] not null,
  constraint dossier_pkey PRIMARY KEY (dossier_id),
  constraint dossier_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id)
);
comment on table dossier is 'One life event (an accident, an illness, a dispute) with all the cases that it opened.';
CREATE INDEX dossier_person_idx ON dossier USING btree (person_id, opened_at DESC);
alter table dossier enable row level security;
alter table dossier force row level security;
create policy dossier_delete on dossier for delete to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy dossier_insert on dossier for insert to public with check (true);
create policy dossier_read on dossier for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy dossier_update on dossier for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select on table dossier to gongdun_app;
grant update (readers) on table dossier to gongdun_app;

create table draft (
  draft_id uuid not null,
  person_id uuid,
  service_code text not null,
  service_hash text not null,
  data jsonb not null,
  from_case_id uuid,
  case_id uuid,
  step text,
  updated_at timestamp with time zone not null,
  submitted_case_id uuid,
  staff_id uuid,
  org_id uuid,
  readers text[],
  authority_id uuid,
  constraint draft_pkey PRIMARY KEY (draft_id),
  constraint draft_subject_check CHECK ((person_id IS NULL) <> (staff_id IS NULL)),
  constraint draft_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id),
  constraint draft_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id),
  constraint draft_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id)
);
comment on table draft is 'A form being filled in, saved page by page. Sensitive fields are sealed.';
CREATE UNIQUE INDEX draft_desk_key ON draft USING btree (staff_id, service_code) WHERE staff_id IS NOT NULL AND submitted_case_id IS NULL;
CREATE INDEX draft_person_idx ON draft USING btree (person_id, updated_at DESC);
alter table draft enable row level security;
alter table draft force row level security;
create policy draft_all on draft for all to public using (((('authority:'::text || (authority_id)::text) = ANY (( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)::text[])) OR (('person:'::text || (person_id)::text) = ANY (( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)::text[])) OR (readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)) OR ('*'::text = ANY (( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)::text[])))) with check (true);
grant delete, insert, select, update on table draft to gongdun_app;
grant delete, select on table draft to gongdun_eraser;

create table entry (
  transfer_id uuid not null,
  account_id text not null,
  amount_fen bigint not null,
  pending boolean not null,
  at timestamp with time zone not null,
  constraint entry_pkey PRIMARY KEY (transfer_id, account_id, pending),
  constraint entry_amount_fen_check CHECK (amount_fen <> 0),
  constraint entry_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(account_id),
  constraint entry_transfer_id_fkey FOREIGN KEY (transfer_id) REFERENCES transfer(transfer_id)
);
comment on table entry is 'Double entry: the entries of a transfer sum to zero. Positive is credit. Pending entries are what is reserved, and their reversal.';
CREATE INDEX entry_account_idx ON entry USING btree (account_id, at);
grant insert, select on table entry to gongdun_app;

create table erasure (
  erasure_id uuid not null,
  person_id uuid not null,
  request_id uuid not null,
  state text not null,
  requested_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  agree boolean,
  reason text,
  proposed_by uuid,
  proposed_at timestamp with time zone,
  decided_by uuid,
  decided_at timestamp with time zone,
  done_at timestamp with time zone,
  erased_count integer,
  kept_count integer,
  leaf_id uuid not null,
  readers text[] not null,
  constraint erasure_pkey PRIMARY KEY (erasure_id),
  constraint erasure_request_key UNIQUE (request_id),
  constraint erasure_four_eyes_check CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL OR proposed_by IS NOT NULL AND decided_by <> proposed_by) AND ((state <> ALL (ARRAY['approved'::text, 'done'::text, 'refused'::text])) OR decided_by IS NOT NULL)),
  constraint erasure_proposed_check CHECK (num_nulls(agree, reason, proposed_by, proposed_at) = ANY (ARRAY[0, 4])),
  constraint erasure_state_check CHECK (state = ANY (ARRAY['waiting'::text, 'proposed'::text, 'approved'::text, 'done'::text, 'refused'::text, 'cancelled'::text])),
  constraint erasure_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES staff(staff_id),
  constraint erasure_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint erasure_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id),
  constraint erasure_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES staff(staff_id)
);
comment on table erasure is 'A person''s wish that what is held about him or her be erased: it waits some days, two persons decide, a job carries it out.';
CREATE INDEX erasure_at_idx ON erasure USING btree (requested_at DESC, erasure_id DESC);
CREATE UNIQUE INDEX erasure_open_key ON erasure USING btree (person_id) WHERE state = ANY (ARRAY['waiting'::text, 'proposed'::text, 'approved'::text]);
alter table erasure enable row level security;
alter table erasure force row level security;
create policy erasure_insert on erasure for insert to public with check (true);
create policy erasure_read on erasure for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy erasure_update on erasure for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select on table erasure to gongdun_app;
grant select on table erasure to gongdun_eraser;
grant update (state, agree, reason, proposed_by, proposed_at, decided_by, decided_at) on table erasure to gongdun_app;
grant update (state, done_at, erased_count, kept_count) on table erasure to gongdun_eraser;

create table file (
  file_id uuid not null,
  person_id uuid,
  case_id uuid,
  name text not null,
  media_type text not null,
  bytes integer not null,
  address text not null,
  key_sealed text,
  plain_index bytea not null,
  state text not null,
  readers text[] not null,
  at timestamp with time zone not null,
  authority_id uuid,
  constraint file_pkey PRIMARY KEY (file_id),
  constraint file_bytes_check CHECK (bytes >= 1 AND bytes <= 20971520),
  constraint file_state_check CHECK (state = ANY (ARRAY['quarantined'::text, 'clean'::text, 'infected'::text, 'erased'::text]))
);
comment on table file is 'Evidence and papers. The address is the hash of the ciphertext; destroying the key erases the file.';
CREATE INDEX file_authority_idx ON file USING btree (authority_id) WHERE authority_id IS NOT NULL;
CREATE INDEX file_case_idx ON file USING btree (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX file_person_idx ON file USING btree (person_id, at DESC);
CREATE INDEX file_quarantined_idx ON file USING btree (at) WHERE state = 'quarantined'::text;
CREATE INDEX file_unclaimed_idx ON file USING btree (at) WHERE case_id IS NULL AND state = 'clean'::text;
alter table file enable row level security;
alter table file force row level security;
create policy file_delete on file for delete to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy file_insert on file for insert to public with check (true);
create policy file_read on file for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy file_update on file for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table file to gongdun_app;
grant select on table file to gongdun_eraser;
grant update (name, key_sealed, plain_index, state) on table file to gongdun_eraser;

create table group_cover (
  case_id uuid not null,
  case_no text not null,
  org_id uuid not null,
  region text not null,
  day date not null,
  insurer_org_id uuid,
  replace_rule text not null,
  state text not null,
  listed_line integer default 0 not null,
  declared_line integer default 0 not null,
  bound_line integer default 0 not null,
  told_line integer default 0 not null,
  listed_count integer default 0 not null,
  refused_count integer default 0 not null,
  declined_count integer default 0 not null,
  bound_count integer default 0 not null,
  left_refunded_fen bigint default 0 not null,
  paid_at timestamp with time zone,
  readers text[] not null,
  policy_readers text[] not null,
  constraint group_cover_pkey PRIMARY KEY (case_id),
  constraint group_cover_left_refunded_fen_check CHECK (left_refunded_fen >= 0),
  constraint group_cover_region_check CHECK (region ~ '^[0-9]{6}$'::text),
  constraint group_cover_replace_rule_check CHECK (replace_rule = ANY (ARRAY['none'::text, 'before_first_order'::text])),
  constraint group_cover_state_check CHECK (state = ANY (ARRAY['listing'::text, 'listed'::text, 'declaring'::text, 'declared'::text, 'binding'::text, 'bound'::text])),
  constraint group_cover_insurer_org_id_fkey FOREIGN KEY (insurer_org_id) REFERENCES org(org_id),
  constraint group_cover_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id)
);
comment on table group_cover is 'A day of cover that an organisation buys for the people of a list. The _line columns say behind which line each part of the work goes on after an interruption.';
CREATE INDEX group_cover_org_idx ON group_cover USING btree (org_id, day DESC);
alter table group_cover enable row level security;
alter table group_cover force row level security;
create policy group_cover_insert on group_cover for insert to public with check (true);
create policy group_cover_read on group_cover for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy group_cover_update on group_cover for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table group_cover to gongdun_app;
grant select on table group_cover to gongdun_eraser;

create table group_insured (
  case_id uuid not null,
  line integer not null,
  person_id uuid not null,
  policy_id uuid not null,
  name_mask text not null,
  work_type text not null,
  refusal text,
  replaces integer,
  request_id uuid,
  constraint group_insured_pkey PRIMARY KEY (case_id, line),
  constraint group_insured_request_key UNIQUE (request_id),
  constraint group_insured_refusal_check CHECK (refusal = ANY (ARRAY['too_young'::text, 'too_old'::text, 'covered'::text, 'not_insurable'::text, 'declined'::text])),
  constraint group_insured_case_id_fkey FOREIGN KEY (case_id) REFERENCES group_cover(case_id),
  constraint group_insured_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id)
);
comment on table group_insured is 'One person of a group: refused before anything was paid, declined by the insurer, or bound, which is when cover_policy has policy_id. A person who takes the place of another has a line of his own, made once by its request.';
CREATE INDEX group_insured_person_idx ON group_insured USING btree (person_id);
CREATE INDEX group_insured_refused_idx ON group_insured USING btree (case_id, line) WHERE refusal IS NOT NULL;
CREATE UNIQUE INDEX group_insured_replaces_key ON group_insured USING btree (case_id, replaces) WHERE replaces IS NOT NULL AND refusal IS NULL;
alter table group_insured enable row level security;
alter table group_insured force row level security;
create policy group_insured_all on group_insured for all to public using ((case_id IN ( SELECT group_cover.case_id
   FROM group_cover))) with check (true);
grant delete, insert, select, update on table group_insured to gongdun_app;
grant select on table group_insured to gongdun_eraser;
grant update (name_mask) on table group_insured to gongdun_eraser;

create table identity_check (
  check_id uuid not null,
  person_id uuid not null,
  kind text not null,
  account_id uuid,
  state text not null,
  provider text,
  asked_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  tries integer default 0 not null,
  ended_at timestamp with time zone,
  readers text[] not null,
  leaf_id uuid,
  constraint identity_check_pkey PRIMARY KEY (check_id),
  constraint identity_check_account_check CHECK ((kind = 'card'::text) = (account_id IS NOT NULL)),
  constraint identity_check_ended_check CHECK ((state = 'waiting'::text) = (ended_at IS NULL)),
  constraint identity_check_kind_check CHECK (kind = ANY (ARRAY['person'::text, 'card'::text])),
  constraint identity_check_state_check CHECK (state = ANY (ARRAY['waiting'::text, 'match'::text, 'mismatch'::text, 'no_record'::text, 'void'::text])),
  constraint identity_check_account_id_fkey FOREIGN KEY (account_id) REFERENCES payout_account(account_id),
  constraint identity_check_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint identity_check_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id)
);
comment on table identity_check is 'What a provider is asked about a person or a card, and its answer, provider and instant; never what was asked with. Waiting ones are asked again.';
CREATE INDEX identity_check_due_idx ON identity_check USING btree (due_at) WHERE state = 'waiting'::text;
CREATE INDEX identity_check_person_idx ON identity_check USING btree (person_id, asked_at DESC);
alter table identity_check enable row level security;
alter table identity_check force row level security;
create policy identity_check_insert on identity_check for insert to public with check (true);
create policy identity_check_read on identity_check for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy identity_check_update on identity_check for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table identity_check to gongdun_app;

create table import_line (
  import_run_id uuid not null,
  line integer not null,
  state text not null,
  problem_sealed text,
  person_id uuid,
  made_person boolean default false not null,
  target_id uuid,
  undone_at timestamp with time zone,
  kept_because text,
  constraint import_line_pkey PRIMARY KEY (import_run_id, line),
  constraint import_line_problem_check CHECK ((state = 'bad'::text) = (problem_sealed IS NOT NULL)),
  constraint import_line_state_check CHECK (state = ANY (ARRAY['imported'::text, 'same'::text, 'bad'::text])),
  constraint import_line_target_check CHECK ((state = 'imported'::text) = (target_id IS NOT NULL)),
  constraint import_line_import_run_id_fkey FOREIGN KEY (import_run_id) REFERENCES import_run(import_run_id),
  constraint import_line_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id)
);
comment on table import_line is 'What became of a line: the membership or policy that it made, or why it made none. What the line itself said is not kept.';
CREATE INDEX import_line_person_idx ON import_line USING btree (person_id) WHERE person_id IS NOT NULL;
alter table import_line enable row level security;
alter table import_line force row level security;
create policy import_line_all on import_line for all to public using ((import_run_id IN ( SELECT import_run.import_run_id
   FROM import_run))) with check (true);
grant delete, insert, select, update on table import_line to gongdun_app;
grant select on table import_line to gongdun_eraser;
grant update (problem_sealed) on table import_line to gongdun_eraser;

create table import_run (
  import_run_id uuid not null,
  kind text not null,
  source text not null,
  file_name text not null,
  file_hash bytea not null,
  state text not null,
  staff_id uuid not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  last_line integer default 0 not null,
  imported_count integer default 0 not null,
  same_count integer default 0 not null,
  bad_count integer default 0 not null,
  lines_erased_at timestamp with time zone,
  readers text[] not null,
  constraint import_run_pkey PRIMARY KEY (import_run_id),
  constraint import_run_kind_check CHECK (kind = ANY (ARRAY['members'::text, 'policies'::text])),
  constraint import_run_state_check CHECK (state = ANY (ARRAY['running'::text, 'done'::text, 'undoing'::text, 'undone'::text, 'partly_undone'::text])),
  constraint import_run_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id)
);
comment on table import_run is 'One file of an older system, by its content: the same file again goes on behind last_line and doubles nothing.';
CREATE UNIQUE INDEX import_run_file_key ON import_run USING btree (kind, source, file_hash) WHERE state = ANY (ARRAY['running'::text, 'done'::text]);
CREATE INDEX import_run_started_idx ON import_run USING btree (started_at DESC);
alter table import_run enable row level security;
alter table import_run force row level security;
create policy import_run_insert on import_run for insert to public with check (true);
create policy import_run_read on import_run for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy import_run_update on import_run for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table import_run to gongdun_app;
grant select on table import_run to gongdun_eraser;

create table key_challenge (
  challenge bytea not null,
  nonce bytea not null,
  staff_id uuid not null,
  session_hash bytea not null,
  link_id uuid,
  at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint key_challenge_pkey PRIMARY KEY (challenge),
  constraint key_challenge_link_id_fkey FOREIGN KEY (link_id) REFERENCES staff_link(link_id),
  constraint key_challenge_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id)
);
comment on table key_challenge is 'What a key was asked to sign: a hash over the act, its object, the person and a nonce. Good once, for two minutes, in the session that asked.';
CREATE INDEX key_challenge_at_idx ON key_challenge USING btree (at);
grant delete, insert, select on table key_challenge to gongdun_app;
grant update (used_at) on table key_challenge to gongdun_app;

create table legal_hold (
  hold_id uuid not null,
  scope text not null,
  case_id uuid,
  dossier_id uuid,
  person_id uuid,
  authority text not null,
  document_no text not null,
  reason text not null,
  put_by uuid not null,
  put_at timestamp with time zone not null,
  lift_reason text,
  lift_proposed_by uuid,
  lift_proposed_at timestamp with time zone,
  lifted_by uuid,
  lifted_at timestamp with time zone,
  readers text[] not null,
  constraint legal_hold_pkey PRIMARY KEY (hold_id),
  constraint legal_hold_authority_check CHECK (length(authority) >= 2 AND length(authority) <= 100),
  constraint legal_hold_document_no_check CHECK (length(document_no) >= 2 AND length(document_no) <= 100),
  constraint legal_hold_four_eyes_check CHECK ((lifted_by IS NULL) = (lifted_at IS NULL) AND (lifted_by IS NULL OR lift_proposed_by IS NOT NULL AND lifted_by <> lift_proposed_by)),
  constraint legal_hold_proposed_check CHECK (num_nulls(lift_reason, lift_proposed_by, lift_proposed_at) = ANY (ARRAY[0, 3])),
  constraint legal_hold_scope_check CHECK (scope = ANY (ARRAY['case'::text, 'dossier'::text, 'person'::text])),
  constraint legal_hold_target_check CHECK ((scope = 'case'::text) = (case_id IS NOT NULL) AND (scope = 'dossier'::text) = (dossier_id IS NOT NULL) AND (scope = 'person'::text) = (person_id IS NOT NULL)),
  constraint legal_hold_case_id_fkey FOREIGN KEY (case_id) REFERENCES case_state(case_id),
  constraint legal_hold_dossier_id_fkey FOREIGN KEY (dossier_id) REFERENCES dossier(dossier_id),
  constraint legal_hold_lift_proposed_by_fkey FOREIGN KEY (lift_proposed_by) REFERENCES staff(staff_id),
  constraint legal_hold_lifted_by_fkey FOREIGN KEY (lifted_by) REFERENCES staff(staff_id),
  constraint legal_hold_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id),
  constraint legal_hold_put_by_fkey FOREIGN KEY (put_by) REFERENCES staff(staff_id)
);
comment on table legal_hold is 'What must not be erased, by whose order and document; lifted by two persons. Only the program itself reads it, for whoever may know.';
CREATE INDEX legal_hold_at_idx ON legal_hold USING btree (put_at DESC, hold_id DESC);
CREATE INDEX legal_hold_case_idx ON legal_hold USING btree (case_id) WHERE lifted_at IS NULL AND case_id IS NOT NULL;
CREATE INDEX legal_hold_dossier_idx ON legal_hold USING btree (dossier_id) WHERE lifted_at IS NULL AND dossier_id IS NOT NULL;
CREATE INDEX legal_hold_person_idx ON legal_hold USING btree (person_id) WHERE lifted_at IS NULL AND person_id IS NOT NULL;
alter table legal_hold enable row level security;
alter table legal_hold force row level security;
create policy legal_hold_insert on legal_hold for insert to public with check (true);
create policy legal_hold_read on legal_hold for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy legal_hold_update on legal_hold for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select on table legal_hold to gongdun_app;
grant select on table legal_hold to gongdun_eraser;
grant update (lift_reason, lift_proposed_by, lift_proposed_at, lifted_by, lifted_at) on table legal_hold to gongdun_app;

create table log_leaf (
  leaf_id uuid not null,
  entry text not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint log_leaf_pkey PRIMARY KEY (leaf_id)
);
comment on table log_leaf is 'One canonical entry (RFC 8785 JSON) of each traced act. Append-only, permanent; its position in the log is another table.';
grant insert, select on table log_leaf to gongdun_app;
grant insert, select on table log_leaf to gongdun_eraser;

create table membership (
  membership_id uuid not null,
  person_id uuid not null,
  union_org_id uuid not null,
  member_no text not null,
  joined_on date not null,
  ended_on date,
  case_id uuid,
  readers text[] not null,
  leaf_id uuid not null,
  card_serial integer default 1 not null,
  card_since timestamp with time zone,
  import_run_id uuid,
  import_source text,
  imported_on date,
  constraint membership_pkey PRIMARY KEY (membership_id),
  constraint membership_no_key UNIQUE (member_no),
  constraint membership_card_serial_check CHECK (card_serial >= 1 AND card_serial <= 10000),
  constraint membership_origin_check CHECK ((case_id IS NULL) = (import_run_id IS NOT NULL) AND (import_run_id IS NULL) = (import_source IS NULL) AND (import_run_id IS NULL) = (imported_on IS NULL)),
  constraint membership_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint membership_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id),
  constraint membership_union_org_id_fkey FOREIGN KEY (union_org_id) REFERENCES org(org_id)
);
comment on table membership is 'Union membership. One active membership a person.';
comment on column membership.import_run_id is 'Where there is no case: the run that brought the membership over from import_source.';
CREATE UNIQUE INDEX membership_active_key ON membership USING btree (person_id) WHERE ended_on IS NULL;
alter table membership enable row level security;
alter table membership force row level security;
create policy membership_delete on membership for delete to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy membership_insert on membership for insert to public with check (true);
create policy membership_read on membership for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy membership_update on membership for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table membership to gongdun_app;
grant select on table membership to gongdun_eraser;

create table notice (
  notice_id uuid not null,
  person_id uuid,
  org_id uuid,
  role text,
  case_id uuid,
  template text not null,
  title text not null,
  text text not null,
  channels text[] not null,
  at timestamp with time zone not null,
  read_at timestamp with time zone,
  sms_state text not null,
  sms_provider_id text,
  readers text[] not null,
  sms_next_at timestamp with time zone,
  sms_tries integer default 0 not null,
  sms_params json,
  sms_provider text,
  sms_at timestamp with time zone,
  sms_to_sealed text,
  constraint notice_pkey PRIMARY KEY (notice_id),
  constraint notice_sms_state_check CHECK (sms_state = ANY (ARRAY['none'::text, 'queued'::text, 'doubtful'::text, 'sent'::text, 'delivered'::text, 'failed'::text, 'unknown'::text])),
  constraint notice_sms_tries_check CHECK (sms_tries >= 0)
);
comment on table notice is 'The outbox: what was told to whom, in the app and by SMS.';
comment on column notice.sms_next_at is 'When a queued SMS is tried next; a worker that takes it moves this into the future.';
comment on column notice.sms_at is 'When it was last handed to a provider; a provider is asked by this day what became of it.';
comment on column notice.sms_to_sealed is 'Where the SMS goes when it is not the person''s registered phone; sealed.';
CREATE INDEX notice_case_idx ON notice USING btree (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX notice_org_idx ON notice USING btree (org_id, role, at DESC) WHERE org_id IS NOT NULL;
CREATE INDEX notice_person_idx ON notice USING btree (person_id, at DESC);
CREATE INDEX notice_sms_idx ON notice USING btree (sms_next_at) WHERE sms_state = ANY (ARRAY['queued'::text, 'doubtful'::text]);
alter table notice enable row level security;
alter table notice force row level security;
create policy notice_delete on notice for delete to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy notice_insert on notice for insert to public with check (true);
create policy notice_read on notice for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy notice_update on notice for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table notice to gongdun_app;
grant select on table notice to gongdun_eraser;
grant update (title, text, sms_params, sms_to_sealed) on table notice to gongdun_eraser;

create table oidc_login (
  state_hash bytea not null,
  at timestamp with time zone not null,
  constraint oidc_login_pkey PRIMARY KEY (state_hash)
);
comment on table oidc_login is 'Logins by the identity provider that have come back: each is good once.';
CREATE INDEX oidc_login_at_idx ON oidc_login USING btree (at);
grant delete, insert, select on table oidc_login to gongdun_app;

create table org (
  org_id uuid not null,
  code text not null,
  name text not null,
  kind text not null,
  region text not null,
  parent_id uuid,
  uscc text,
  synthetic boolean default false not null,
  active boolean default true not null,
  constraint org_pkey PRIMARY KEY (org_id),
  constraint org_code_key UNIQUE (code),
  constraint org_region_check CHECK (region ~ '^[0-9]{6}$'::text),
  constraint org_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES org(org_id)
);
comment on table org is 'Departments, unions, companies, stations, insurers, banks, hospitals. kind is a department or outside party of the catalogue.';
CREATE INDEX org_kind_idx ON org USING btree (kind, region);
CREATE INDEX org_parent_idx ON org USING btree (parent_id);
grant insert, select, update on table org to gongdun_app;

create table org_role (
  org_id uuid not null,
  role text not null,
  region text not null,
  priority integer default 0 not null,
  constraint org_role_pkey PRIMARY KEY (org_id, role, region),
  constraint org_role_region_check CHECK (region ~ '^[0-9]{6}$'::text),
  constraint org_role_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id)
);
comment on table org_role is 'Which organisation acts in a role for a region: the routing of cases. The most exact region wins, then the highest priority.';
CREATE INDEX org_role_route_idx ON org_role USING btree (role, region);
grant delete, insert, select, update on table org_role to gongdun_app;

create table payment_event (
  event_key text not null,
  order_no text not null,
  kind text not null,
  body jsonb not null,
  at timestamp with time zone not null,
  constraint payment_event_pkey PRIMARY KEY (event_key)
);
comment on table payment_event is 'What the payment port told us, once each: a repeat finds its key taken.';
CREATE INDEX payment_event_refused_idx ON payment_event USING btree (at) WHERE kind = ANY (ARRAY['paid_differs'::text, 'paid_unknown'::text]);
grant insert, select on table payment_event to gongdun_app;

create table payment_order (
  order_no text not null,
  case_id uuid not null,
  person_id uuid,
  amount_fen bigint not null,
  description text not null,
  state text not null,
  pay_url text,
  transaction_id text,
  refund_no text,
  refund_fen bigint,
  expires_at timestamp with time zone not null,
  paid_at timestamp with time zone,
  created_at timestamp with time zone not null,
  checked_at timestamp with time zone,
  readers text[] not null,
  contract_code text,
  org_id uuid,
  constraint payment_order_pkey PRIMARY KEY (order_no),
  constraint payment_order_refund_key UNIQUE (refund_no),
  constraint payment_order_amount_fen_check CHECK (amount_fen > 0),
  constraint payment_order_payer_check CHECK ((person_id IS NULL) <> (org_id IS NULL)),
  constraint payment_order_state_check CHECK (state = ANY (ARRAY['created'::text, 'open'::text, 'paid'::text, 'closed'::text, 'refunding'::text, 'refunded'::text])),
  constraint payment_order_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id)
);
comment on table payment_order is 'Money asked of a person or an organisation through the payment port.';
comment on column payment_order.contract_code is 'The withholding contract under which it is debited; null where the payer pays by hand.';
comment on column payment_order.org_id is 'The organisation that pays, where no person does.';
CREATE INDEX payment_order_case_idx ON payment_order USING btree (case_id);
CREATE INDEX payment_order_debit_idx ON payment_order USING btree (COALESCE(checked_at, created_at)) WHERE contract_code IS NOT NULL AND (state = ANY (ARRAY['created'::text, 'open'::text]));
CREATE INDEX payment_order_open_idx ON payment_order USING btree (created_at) WHERE state = ANY (ARRAY['created'::text, 'open'::text, 'refunding'::text]);
CREATE INDEX payment_order_paid_idx ON payment_order USING btree (paid_at) WHERE paid_at IS NOT NULL;
alter table payment_order enable row level security;
alter table payment_order force row level security;
create policy payment_order_delete on payment_order for delete to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy payment_order_insert on payment_order for insert to public with check (true);
create policy payment_order_read on payment_order for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy payment_order_update on payment_order for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table payment_order to gongdun_app;
grant select on table payment_order to gongdun_eraser;

create table payout (
  payout_id uuid not null,
  reference text not null,
  case_id uuid not null,
  person_id uuid,
  step text not null,
  purpose text not null,
  payee_name_sealed text not null,
  card_sealed text not null,
  card_tail text not null,
  amount_fen bigint not null,
  org_id uuid not null,
  batch_id uuid,
  state text not null,
  bank_serial text,
  reason text,
  created_at timestamp with time zone not null,
  settled_at timestamp with time zone,
  reserve_id uuid,
  readers text[] not null,
  checked_at timestamp with time zone,
  payee smallint,
  constraint payout_pkey PRIMARY KEY (payout_id),
  constraint payout_reference_key UNIQUE (reference),
  constraint payout_amount_fen_check CHECK (amount_fen >= 1 AND amount_fen <=
CASE
    WHEN person_id IS NULL THEN '100000000000'::bigint
    ELSE 100000000::bigint
END),
  constraint payout_payee_check CHECK (payee >= 1 AND payee <= 99),
  constraint payout_state_check CHECK (state = ANY (ARRAY['drafted'::text, 'batched'::text, 'submitted'::text, 'unknown'::text, 'settled'::text, 'returned'::text, 'failed'::text, 'cancelled'::text])),
  constraint payout_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id),
  constraint payout_reserve_id_fkey FOREIGN KEY (reserve_id) REFERENCES transfer(transfer_id)
);
comment on table payout is 'Money owed to a person on a case. unknown is resolved by a query, never by sending again under a new reference.';
comment on column payout.checked_at is 'When the bank was last asked about it: who has waited longest is asked next.';
comment on column payout.payee is 'Which of several payees of the case this is, counted from 1; null where the case pays one.';
CREATE INDEX payout_batch_idx ON payout USING btree (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX payout_case_idx ON payout USING btree (case_id);
CREATE INDEX payout_list_idx ON payout USING btree (created_at, payout_id);
CREATE INDEX payout_open_idx ON payout USING btree (org_id, state, created_at) WHERE state = ANY (ARRAY['drafted'::text, 'batched'::text, 'submitted'::text, 'unknown'::text]);
CREATE UNIQUE INDEX payout_payee_once_key ON payout USING btree (case_id, step, payee) WHERE payee IS NOT NULL AND (state = ANY (ARRAY['drafted'::text, 'batched'::text, 'submitted'::text, 'unknown'::text, 'settled'::text]));
CREATE INDEX payout_settled_idx ON payout USING btree (settled_at) WHERE state = 'settled'::text;
alter table payout enable row level security;
alter table payout force row level security;
create policy payout_delete on payout for delete to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy payout_insert on payout for insert to public with check (true);
create policy payout_read on payout for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy payout_update on payout for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table payout to gongdun_app;
grant select on table payout to gongdun_eraser;

create table payout_account (
  account_id uuid not null,
  person_id uuid not null,
  card_sealed text not null,
  card_index bytea not null,
  card_tail text not null,
  bank_phone_sealed text,
  source text not null,
  state text not null,
  check_state text not null,
  added_at timestamp with time zone not null,
  usable_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  case_id uuid,
  request_id uuid not null,
  stop_hash bytea not null,
  readers text[] not null,
  leaf_id uuid not null,
  constraint payout_account_pkey PRIMARY KEY (account_id),
  constraint payout_account_request_key UNIQUE (request_id),
  constraint payout_account_stop_key UNIQUE (stop_hash),
  constraint payout_account_checked_check CHECK (check_state = ANY (ARRAY['waiting'::text, 'match'::text, 'mismatch'::text, 'no_record'::text, 'unchecked'::text])),
  constraint payout_account_ended_check CHECK ((state = 'live'::text) = (ended_at IS NULL)),
  constraint payout_account_source_check CHECK (source = ANY (ARRAY['person'::text, 'claim'::text, 'window'::text])),
  constraint payout_account_state_check CHECK (state = ANY (ARRAY['live'::text, 'stopped'::text])),
  constraint payout_account_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint payout_account_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id)
);
comment on table payout_account is 'A person''s cards, newest last. The newest live one whose usable_at has come is paid to; the number is sealed and found by blind index.';
CREATE INDEX payout_account_card_idx ON payout_account USING btree (person_id, card_index, added_at DESC);
CREATE INDEX payout_account_person_idx ON payout_account USING btree (person_id, added_at DESC);
alter table payout_account enable row level security;
alter table payout_account force row level security;
create policy payout_account_insert on payout_account for insert to public with check (true);
create policy payout_account_read on payout_account for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy payout_account_update on payout_account for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table payout_account to gongdun_app;
grant select on table payout_account to gongdun_eraser;
grant update (card_sealed, card_index, card_tail, bank_phone_sealed, state, ended_at) on table payout_account to gongdun_eraser;

create table payout_approval (
  batch_id uuid not null,
  maker_id uuid not null,
  approver_id uuid not null,
  lines_hash bytea not null,
  decision text not null,
  reason text,
  at timestamp with time zone not null,
  leaf_id uuid not null,
  maker_for uuid,
  approver_for uuid,
  proof jsonb,
  constraint payout_approval_pkey PRIMARY KEY (batch_id, approver_id),
  constraint payout_approval_decision_check CHECK (decision = ANY (ARRAY['approve'::text, 'refuse'::text])),
  constraint payout_approval_four_eyes_check CHECK (approver_id <> maker_id),
  constraint payout_approval_stand_in_check CHECK (COALESCE(approver_id <> maker_for, true) AND COALESCE(approver_for <> maker_id, true) AND COALESCE(approver_for <> maker_for, true)),
  constraint payout_approval_approver_for_fkey FOREIGN KEY (approver_for) REFERENCES staff(staff_id),
  constraint payout_approval_approver_id_fkey FOREIGN KEY (approver_id) REFERENCES staff(staff_id),
  constraint payout_approval_batch_fkey FOREIGN KEY (batch_id, maker_id) REFERENCES payout_batch(batch_id, maker_id),
  constraint payout_approval_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint payout_approval_maker_for_fkey FOREIGN KEY (maker_for) REFERENCES staff(staff_id)
);
comment on table payout_approval is 'Four eyes: the approver is not the maker, and approved exactly the lines whose hash is here.';
comment on column payout_approval.approver_for is 'For whom the approver stood in.';
comment on column payout_approval.proof is 'What the approver''s key signed; the challenge follows from the batch, its lines'' hash, the decision, the person and the nonce.';
grant insert, select on table payout_approval to gongdun_app;

create table payout_batch (
  batch_id uuid not null,
  batch_no text not null,
  org_id uuid not null,
  maker_id uuid not null,
  line_count integer not null,
  total_fen bigint not null,
  lines_hash bytea not null,
  state text not null,
  made_at timestamp with time zone not null,
  submitted_at timestamp with time zone,
  submit_count integer default 0 not null,
  readers text[] not null,
  leaf_id uuid not null,
  maker_for uuid,
  constraint payout_batch_pkey PRIMARY KEY (batch_id),
  constraint payout_batch_made_for_key UNIQUE NULLS NOT DISTINCT (batch_id, maker_id, maker_for),
  constraint payout_batch_maker_key UNIQUE (batch_id, maker_id),
  constraint payout_batch_no_key UNIQUE (batch_no),
  constraint payout_batch_line_count_check CHECK (line_count > 0),
  constraint payout_batch_state_check CHECK (state = ANY (ARRAY['made'::text, 'approved'::text, 'submitted'::text, 'done'::text, 'voided'::text])),
  constraint payout_batch_total_fen_check CHECK (total_fen > 0),
  constraint payout_batch_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint payout_batch_maker_for_fkey FOREIGN KEY (maker_for) REFERENCES staff(staff_id),
  constraint payout_batch_maker_id_fkey FOREIGN KEY (maker_id) REFERENCES staff(staff_id),
  constraint payout_batch_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id)
);
comment on table payout_batch is 'A batch of payouts with its maker, count, total and the hash of its sorted lines.';
comment on column payout_batch.maker_for is 'For whom the maker stood in.';
CREATE INDEX payout_batch_list_idx ON payout_batch USING btree (made_at, batch_id);
alter table payout_batch enable row level security;
alter table payout_batch force row level security;
create policy payout_batch_delete on payout_batch for delete to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy payout_batch_insert on payout_batch for insert to public with check (true);
create policy payout_batch_read on payout_batch for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy payout_batch_update on payout_batch for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table payout_batch to gongdun_app;

create table person (
  person_id uuid not null,
  name_sealed text not null,
  name_index bytea not null,
  id_type text not null,
  id_number_sealed text not null,
  id_number_index bytea not null,
  phone_sealed text not null,
  phone_index bytea not null,
  birth_day date not null,
  sex text not null,
  region text not null,
  occupation text,
  platform_org_id uuid,
  card_sealed text,
  card_tail text,
  verified boolean default false not null,
  synthetic boolean default false not null,
  readers text[] not null,
  created_at timestamp with time zone not null,
  claimed boolean default false not null,
  arrived_as uuid,
  erased_at timestamp with time zone,
  logged_in_at timestamp with time zone default now() not null,
  confirm_tries integer default 0 not null,
  constraint person_pkey PRIMARY KEY (person_id),
  constraint person_id_number_key UNIQUE (id_number_index),
  constraint person_phone_key UNIQUE (phone_index),
  constraint person_region_check CHECK (region ~ '^[0-9]{6}$'::text),
  constraint person_sex_check CHECK (sex = ANY (ARRAY['male'::text, 'female'::text, 'unknown'::text])),
  constraint person_platform_org_id_fkey FOREIGN KEY (platform_org_id) REFERENCES org(org_id)
);
comment on table person is 'A worker. Identifiers are sealed (field encryption) and found by blind index; masks are made when shown.';
comment on column person.claimed is 'Known from a list only: the phone is what somebody else wrote down, and phone_index is none that a login finds. Ends when the person comes with the phone and the ID number.';
comment on column person.arrived_as is 'For somebody who was known from a list: the registration with which he or she came, so that the same one sent again is no second one.';
comment on column person.erased_at is 'From when on nothing of who this was is left here.';
comment on column person.logged_in_at is 'When this person last came in by the phone. Carriers give a number to somebody else after 90 days at the soonest, so after that a code proves a phone and no owner.';
comment on column person.confirm_tries is 'Wrong answers to the question that is asked then, since the last right one.';
CREATE UNIQUE INDEX person_arrived_key ON person USING btree (arrived_as) WHERE arrived_as IS NOT NULL;
alter table person enable row level security;
alter table person force row level security;
create policy person_delete on person for delete to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy person_insert on person for insert to public with check (true);
create policy person_read on person for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy person_update on person for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table person to gongdun_app;
grant select on table person to gongdun_eraser;
grant update (name_sealed, name_index, id_number_sealed, id_number_index, phone_sealed, phone_index, birth_day, sex, occupation, platform_org_id, card_sealed, card_tail, erased_at) on table person to gongdun_eraser;

create table person_alias (
  person_id uuid not null,
  root_id uuid not null,
  since timestamp with time zone not null,
  constraint person_alias_pkey PRIMARY KEY (person_id),
  constraint person_alias_self_check CHECK (person_id <> root_id),
  constraint person_alias_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id),
  constraint person_alias_root_id_fkey FOREIGN KEY (root_id) REFERENCES person(person_id)
);
comment on table person_alias is 'Whom a merged person id stands for. Made from the merges that are in force, and gone when they are undone; a root is never an alias itself.';
CREATE INDEX person_alias_root_idx ON person_alias USING btree (root_id);
grant delete, insert, select on table person_alias to gongdun_app;
grant select on table person_alias to gongdun_eraser;

create table person_merge (
  merge_id uuid not null,
  from_id uuid not null,
  into_id uuid not null,
  state text not null,
  reasons text[] not null,
  note text not null,
  conflicts json not null,
  conflicts_hash bytea not null,
  proposed_by uuid not null,
  proposed_at timestamp with time zone not null,
  decided_by uuid,
  decided_at timestamp with time zone,
  decision_note text,
  undone_by uuid,
  undone_at timestamp with time zone,
  undo_note text,
  objected_at timestamp with time zone,
  readers text[] not null,
  constraint person_merge_pkey PRIMARY KEY (merge_id),
  constraint person_merge_decided_check CHECK (state <> 'active'::text OR decided_by IS NOT NULL),
  constraint person_merge_four_eyes_check CHECK (decided_by IS DISTINCT FROM proposed_by OR state = 'withdrawn'::text),
  constraint person_merge_self_check CHECK (from_id <> into_id),
  constraint person_merge_state_check CHECK (state = ANY (ARRAY['proposed'::text, 'active'::text, 'refused'::text, 'withdrawn'::text, 'undone'::text])),
  constraint person_merge_undone_check CHECK (state <> 'undone'::text OR undone_by IS NOT NULL),
  constraint person_merge_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES staff(staff_id),
  constraint person_merge_from_id_fkey FOREIGN KEY (from_id) REFERENCES person(person_id),
  constraint person_merge_into_id_fkey FOREIGN KEY (into_id) REFERENCES person(person_id),
  constraint person_merge_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES staff(staff_id),
  constraint person_merge_undone_by_fkey FOREIGN KEY (undone_by) REFERENCES staff(staff_id)
);
comment on table person_merge is 'One id is to stand for another from a decision until it is undone. Nothing else is written anywhere, so that undoing it leaves everything as it was; what came after belongs to the id under which it was made.';
CREATE UNIQUE INDEX person_merge_from_key ON person_merge USING btree (from_id) WHERE state = ANY (ARRAY['proposed'::text, 'active'::text]);
CREATE INDEX person_merge_into_idx ON person_merge USING btree (into_id);
CREATE INDEX person_merge_list_idx ON person_merge USING btree (proposed_at DESC, merge_id DESC);
alter table person_merge enable row level security;
alter table person_merge force row level security;
create policy person_merge_insert on person_merge for insert to public with check (true);
create policy person_merge_read on person_merge for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy person_merge_update on person_merge for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table person_merge to gongdun_app;
grant select on table person_merge to gongdun_eraser;
grant update (note, conflicts, decision_note, undo_note) on table person_merge to gongdun_eraser;

create table person_trait (
  person_id uuid not null,
  kind text not null,
  trait bytea not null,
  constraint person_trait_pkey PRIMARY KEY (person_id, kind, trait),
  constraint person_trait_kind_check CHECK (kind = ANY (ARRAY['name_birth'::text, 'phone_name'::text, 'card'::text])),
  constraint person_trait_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id)
);
comment on table person_trait is 'Keyed indexes by which two rows of one person find each other; nothing can be read back from them. What a person had once (a former phone, a former card) stays. Can be emptied and made again.';
CREATE INDEX person_trait_trait_idx ON person_trait USING btree (kind, trait);
grant delete, insert, select on table person_trait to gongdun_app;
grant delete, select on table person_trait to gongdun_eraser;

create table phone_change (
  change_id uuid not null,
  person_id uuid,
  kind text not null,
  state text not null,
  old_phone_sealed text,
  new_phone_sealed text,
  asked_at timestamp with time zone not null,
  effective_at timestamp with time zone,
  ended_at timestamp with time zone,
  staff_id uuid,
  org_id uuid,
  request_id uuid not null,
  stop_hash bytea,
  readers text[] not null,
  leaf_id uuid,
  constraint phone_change_pkey PRIMARY KEY (change_id),
  constraint phone_change_request_key UNIQUE (request_id),
  constraint phone_change_stop_key UNIQUE (stop_hash),
  constraint phone_change_kind_check CHECK (kind = ANY (ARRAY['codes'::text, 'window'::text, 'lost'::text])),
  constraint phone_change_state_check CHECK (state = ANY (ARRAY['asked'::text, 'waiting'::text, 'done'::text, 'stopped'::text])),
  constraint phone_change_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint phone_change_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id),
  constraint phone_change_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id),
  constraint phone_change_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id)
);
comment on table phone_change is 'Each change of a registered number: by both phones'' codes, at a window with a wait, or a number given up. Numbers are sealed.';
CREATE INDEX phone_change_due_idx ON phone_change USING btree (effective_at) WHERE state = 'waiting'::text;
CREATE INDEX phone_change_person_idx ON phone_change USING btree (person_id, asked_at DESC);
CREATE UNIQUE INDEX phone_change_waiting_key ON phone_change USING btree (person_id) WHERE state = 'waiting'::text;
alter table phone_change enable row level security;
alter table phone_change force row level security;
create policy phone_change_insert on phone_change for insert to public with check (true);
create policy phone_change_read on phone_change for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy phone_change_update on phone_change for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table phone_change to gongdun_app;
grant select on table phone_change to gongdun_eraser;
grant update (state, old_phone_sealed, new_phone_sealed, ended_at) on table phone_change to gongdun_eraser;

create table policy_endorsement (
  endorsement_id uuid not null,
  policy_id uuid not null,
  item text not null,
  value_before text not null,
  value_after text not null,
  effective_at timestamp with time zone not null,
  case_id uuid not null,
  readers text[] not null,
  leaf_id uuid not null,
  constraint policy_endorsement_pkey PRIMARY KEY (endorsement_id),
  constraint policy_endorsement_case_key UNIQUE (case_id),
  constraint policy_endorsement_item_check CHECK (item = ANY (ARRAY['name'::text, 'occupation'::text, 'beneficiary'::text, 'phone'::text])),
  constraint policy_endorsement_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint policy_endorsement_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES cover_policy(policy_id)
);
comment on table policy_endorsement is 'What was changed in a policy, from when on; never changed itself. The policy and its days are not rewritten.';
CREATE INDEX policy_endorsement_policy_idx ON policy_endorsement USING btree (policy_id, item, effective_at DESC);
alter table policy_endorsement enable row level security;
alter table policy_endorsement force row level security;
create policy policy_endorsement_erase on policy_endorsement for update to gongdun_eraser using (true) with check (true);
create policy policy_endorsement_insert on policy_endorsement for insert to public with check (true);
create policy policy_endorsement_read on policy_endorsement for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
grant insert, select on table policy_endorsement to gongdun_app;
grant select on table policy_endorsement to gongdun_eraser;
grant update (value_before, value_after) on table policy_endorsement to gongdun_eraser;

create table publication (
  publication_id uuid not null,
  code text not null,
  hash text not null,
  state text not null,
  effective_from timestamp with time zone not null,
  leaf_id uuid not null,
  constraint publication_pkey PRIMARY KEY (publication_id),
  constraint publication_state_check CHECK (state = ANY (ARRAY['published'::text, 'withdrawn'::text])),
  constraint publication_hash_fkey FOREIGN KEY (hash) REFERENCES definition(hash),
  constraint publication_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id)
);
comment on table publication is 'Which version of a service is offered from when. A live case keeps the version it began with.';
CREATE INDEX publication_code_idx ON publication USING btree (code, effective_from DESC);
grant insert, select on table publication to gongdun_app;

create table rating (
  case_id uuid not null,
  person_id uuid not null,
  stars integer not null,
  comment text,
  at timestamp with time zone not null,
  due_rectify_at timestamp with time zone,
  reply text,
  replied_by uuid,
  replied_at timestamp with time zone,
  readers text[] not null,
  leaf_id uuid not null,
  rectify_case_id uuid,
  constraint rating_pkey PRIMARY KEY (case_id),
  constraint rating_stars_check CHECK (stars >= 1 AND stars <= 5),
  constraint rating_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id)
);
comment on table rating is '好差评: one rating a case, five levels; a bad one (1 or 2) must be answered and rectified within 15 working days.';
CREATE INDEX rating_at_idx ON rating USING btree (at DESC, case_id DESC);
CREATE INDEX rating_due_idx ON rating USING btree (due_rectify_at, case_id) WHERE due_rectify_at IS NOT NULL AND replied_at IS NULL;
alter table rating enable row level security;
alter table rating force row level security;
create policy rating_delete on rating for delete to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy rating_insert on rating for insert to public with check (true);
create policy rating_read on rating for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy rating_update on rating for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table rating to gongdun_app;
grant select on table rating to gongdun_eraser;
grant update (comment, reply) on table rating to gongdun_eraser;

create table reconciliation (
  reconciliation_id uuid not null,
  day date not null,
  party text not null,
  matched_count integer not null,
  difference_count integer not null,
  differences jsonb not null,
  at timestamp with time zone not null,
  leaf_id uuid not null,
  constraint reconciliation_pkey PRIMARY KEY (reconciliation_id),
  constraint reconciliation_party_check CHECK (party = ANY (ARRAY['bank'::text, 'payment'::text])),
  constraint reconciliation_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id)
);
comment on table reconciliation is 'The result of comparing a day of ours with a day of an outside party; a difference has an owner.';
CREATE INDEX reconciliation_day_idx ON reconciliation USING btree (party, day DESC, at DESC);
grant insert, select on table reconciliation to gongdun_app;

create table renewal (
  case_id uuid not null,
  day date not null,
  attempt integer not null,
  person_id uuid not null,
  order_no text not null,
  payable_fen bigint not null,
  subsidy_fen bigint not null,
  why text not null,
  state text not null,
  reason text,
  policy_id uuid,
  planned_at timestamp with time zone not null,
  readers text[] not null,
  constraint renewal_pkey PRIMARY KEY (case_id, day, attempt),
  constraint renewal_order_key UNIQUE (order_no),
  constraint renewal_attempt_check CHECK (attempt > 0),
  constraint renewal_payable_fen_check CHECK (payable_fen >= 0),
  constraint renewal_state_check CHECK (state = ANY (ARRAY['charging'::text, 'bound'::text, 'failed'::text, 'refunded'::text])),
  constraint renewal_subsidy_fen_check CHECK (subsidy_fen >= 0),
  constraint renewal_case_id_fkey FOREIGN KEY (case_id) REFERENCES renewal_mandate(case_id),
  constraint renewal_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES cover_policy(policy_id)
);
comment on table renewal is 'One day that a mandate renewed or tried to: what was charged, why, and what came of it.';
CREATE UNIQUE INDEX renewal_day_key ON renewal USING btree (person_id, day) WHERE state = ANY (ARRAY['charging'::text, 'bound'::text]);
CREATE INDEX renewal_list_idx ON renewal USING btree (person_id, day DESC, attempt DESC);
alter table renewal enable row level security;
alter table renewal force row level security;
create policy renewal_insert on renewal for insert to public with check (true);
create policy renewal_read on renewal for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy renewal_update on renewal for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table renewal to gongdun_app;

create table renewal_mandate (
  case_id uuid not null,
  case_no text not null,
  person_id uuid not null,
  region text not null,
  work_type text not null,
  trigger text not null,
  monthly_cap_fen bigint not null,
  state text not null,
  contract_code text,
  insurer_org_id uuid not null,
  beneficiary text,
  first_day date,
  last_day date not null,
  paused_until date,
  resumed_at timestamp with time zone,
  readers text[] not null,
  stopped_at timestamp with time zone,
  platforms text[] default '{}'::text[] not null,
  constraint renewal_mandate_pkey PRIMARY KEY (case_id),
  constraint renewal_mandate_monthly_cap_fen_check CHECK (monthly_cap_fen >= 1 AND monthly_cap_fen <= 1000000),
  constraint renewal_mandate_state_check CHECK (state = ANY (ARRAY['signing'::text, 'active'::text, 'paused'::text, 'ended'::text])),
  constraint renewal_mandate_trigger_check CHECK (trigger = ANY (ARRAY['daily'::text, 'weekdays'::text, 'order'::text])),
  constraint renewal_mandate_insurer_org_id_fkey FOREIGN KEY (insurer_org_id) REFERENCES org(org_id),
  constraint renewal_mandate_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id)
);
comment on table renewal_mandate is 'A person''s standing wish to be insured by the day, one live mandate a person; the case says how it came to be.';
comment on column renewal_mandate.stopped_at is 'Since when nothing is renewed because the person withdrew a consent that it needs; null while it may run.';
comment on column renewal_mandate.platforms is 'Whose orders count, by the names of the form; empty: whoever tells of orders.';
CREATE INDEX renewal_mandate_due_idx ON renewal_mandate USING btree (case_id) WHERE state = 'active'::text;
CREATE UNIQUE INDEX renewal_mandate_live_key ON renewal_mandate USING btree (person_id) WHERE state <> 'ended'::text;
alter table renewal_mandate enable row level security;
alter table renewal_mandate force row level security;
create policy renewal_mandate_insert on renewal_mandate for insert to public with check (true);
create policy renewal_mandate_read on renewal_mandate for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy renewal_mandate_update on renewal_mandate for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table renewal_mandate to gongdun_app;
grant select on table renewal_mandate to gongdun_eraser;
grant update (beneficiary) on table renewal_mandate to gongdun_eraser;

create table request (
  request_id uuid not null,
  actor text not null,
  request_hash bytea not null,
  answer json not null,
  at timestamp with time zone not null,
  constraint request_pkey PRIMARY KEY (request_id)
);
comment on table request is 'Every write carries a request id made by its client: the same request again gets the same answer, another one under the same id is refused.';
CREATE INDEX request_at_idx ON request USING brin (at);
grant delete, insert, select on table request to gongdun_app;

create table role_proposal (
  proposal_id uuid not null,
  purpose text not null,
  staff_id uuid not null,
  stands_in_for uuid,
  role text not null,
  org_id uuid not null,
  from_day date not null,
  until_day date,
  reason text not null,
  proposed_by uuid not null,
  proposed_at timestamp with time zone not null,
  state text default 'waiting'::text not null,
  decided_by uuid,
  decided_at timestamp with time zone,
  decision_reason text,
  constraint role_proposal_pkey PRIMARY KEY (proposal_id),
  constraint role_proposal_absent_check CHECK ((purpose = 'stand_in'::text) = (stands_in_for IS NOT NULL) AND stands_in_for IS DISTINCT FROM staff_id),
  constraint role_proposal_decided_check CHECK ((state = 'waiting'::text) = (decided_by IS NULL)),
  constraint role_proposal_four_eyes_check CHECK ((state <> ALL (ARRAY['approved'::text, 'rejected'::text])) OR decided_by <> proposed_by),
  constraint role_proposal_purpose_check CHECK (purpose = ANY (ARRAY['give'::text, 'take'::text, 'stand_in'::text])),
  constraint role_proposal_self_check CHECK (staff_id <> proposed_by AND staff_id IS DISTINCT FROM decided_by),
  constraint role_proposal_state_check CHECK (state = ANY (ARRAY['waiting'::text, 'approved'::text, 'rejected'::text, 'withdrawn'::text])),
  constraint role_proposal_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES staff(staff_id),
  constraint role_proposal_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id),
  constraint role_proposal_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES staff(staff_id),
  constraint role_proposal_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id),
  constraint role_proposal_stands_in_for_fkey FOREIGN KEY (stands_in_for) REFERENCES staff(staff_id)
);
comment on table role_proposal is 'A critical role is proposed by one security administrator and decided by another; neither is the person it is about.';
CREATE INDEX role_proposal_list_idx ON role_proposal USING btree (proposed_at DESC, proposal_id DESC);
CREATE UNIQUE INDEX role_proposal_waiting_key ON role_proposal USING btree (staff_id, role, org_id, purpose) WHERE state = 'waiting'::text;
grant insert, select on table role_proposal to gongdun_app;
grant update (state, decided_by, decided_at, decision_reason) on table role_proposal to gongdun_app;

create table roster (
  roster_id uuid not null,
  request_id uuid not null,
  org_id uuid not null,
  staff_id uuid not null,
  service_code text not null,
  field text not null,
  file_id uuid not null,
  file_name text not null,
  previous_id uuid,
  state text not null,
  kind text,
  how text,
  header json,
  notes text[] default '{}'::text[] not null,
  failure text,
  lines_read integer default 0 not null,
  last_line integer default 0 not null,
  good_count integer default 0 not null,
  bad_count integer default 0 not null,
  case_id uuid,
  created_at timestamp with time zone not null,
  checked_at timestamp with time zone,
  readers text[] not null,
  constraint roster_pkey PRIMARY KEY (roster_id),
  constraint roster_request_key UNIQUE (request_id),
  constraint roster_state_check CHECK (state = ANY (ARRAY['checking'::text, 'checked'::text, 'failed'::text, 'taken'::text, 'erased'::text])),
  constraint roster_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id),
  constraint roster_previous_id_fkey FOREIGN KEY (previous_id) REFERENCES roster(roster_id),
  constraint roster_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id)
);
comment on table roster is 'A list of people that an organisation uploaded for a service. lines_read and last_line say how far its check has come: a check that was interrupted goes on behind them.';
CREATE INDEX roster_case_idx ON roster USING btree (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX roster_old_idx ON roster USING btree (created_at) WHERE state = ANY (ARRAY['checking'::text, 'checked'::text, 'failed'::text]);
CREATE INDEX roster_org_idx ON roster USING btree (org_id, created_at DESC);
alter table roster enable row level security;
alter table roster force row level security;
create policy roster_insert on roster for insert to public with check (true);
create policy roster_read on roster for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy roster_update on roster for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table roster to gongdun_app;
grant select on table roster to gongdun_eraser;

create table roster_line (
  roster_id uuid not null,
  line integer not null,
  state text not null,
  content_sealed text not null,
  name_mask text not null,
  id_index bytea,
  content_index bytea,
  problems json not null,
  person_id uuid,
  item_case_id uuid,
  outcome text,
  item_ended boolean default false not null,
  constraint roster_line_pkey PRIMARY KEY (roster_id, line),
  constraint roster_line_state_check CHECK (state = ANY (ARRAY['good'::text, 'bad'::text])),
  constraint roster_line_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id),
  constraint roster_line_roster_id_fkey FOREIGN KEY (roster_id) REFERENCES roster(roster_id)
);
comment on table roster_line is 'One line of a list as it was written, sealed; what is wrong with it; whom it means once the list is taken, and what became of it.';
comment on column roster_line.item_ended is 'The case of this person has ended; outcome says how, or before that how far it has come.';
CREATE INDEX roster_line_bad_idx ON roster_line USING btree (roster_id, line) WHERE state = 'bad'::text;
CREATE INDEX roster_line_case_idx ON roster_line USING btree (item_case_id) WHERE item_case_id IS NOT NULL;
CREATE INDEX roster_line_person_idx ON roster_line USING btree (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX roster_line_waiting_idx ON roster_line USING btree (roster_id, line) WHERE state = 'good'::text AND item_case_id IS NULL;
alter table roster_line enable row level security;
alter table roster_line force row level security;
create policy roster_line_all on roster_line for all to public using ((roster_id IN ( SELECT roster.roster_id
   FROM roster))) with check (true);
grant delete, insert, select, update on table roster_line to gongdun_app;
grant select on table roster_line to gongdun_eraser;
grant update (content_sealed, name_mask, id_index, content_index, problems) on table roster_line to gongdun_eraser;

create table schema_migration (
  number integer not null,
  name text not null,
  sha256 text not null,
  is_breaking boolean not null,
  applied_at timestamp with time zone default now() not null,
  constraint schema_migration_pk PRIMARY KEY (number)
);
comment on table schema_migration is 'Migrations that were applied, with the hash of each file; rows are only added.';

create table service_point (
  point_id uuid not null,
  case_id uuid not null,
  insurer_org_id uuid not null,
  region text not null,
  name text not null,
  place text not null,
  longitude double precision,
  latitude double precision,
  open_hours text not null,
  hotline text not null,
  items text[] not null,
  state text not null,
  score numeric(5,2),
  scored_at timestamp with time zone,
  published_at timestamp with time zone not null,
  removed_at timestamp with time zone,
  leaf_id uuid not null,
  constraint service_point_pkey PRIMARY KEY (point_id),
  constraint service_point_case_key UNIQUE (case_id),
  constraint service_point_latitude_check CHECK (latitude >= '-90'::integer::double precision AND latitude <= 90::double precision),
  constraint service_point_longitude_check CHECK (longitude >= '-180'::integer::double precision AND longitude <= 180::double precision),
  constraint service_point_region_check CHECK (region ~ '^[0-9]{6}$'::text),
  constraint service_point_state_check CHECK (state = ANY (ARRAY['published'::text, 'removed'::text])),
  constraint service_point_insurer_org_id_fkey FOREIGN KEY (insurer_org_id) REFERENCES org(org_id),
  constraint service_point_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id)
);
comment on table service_point is 'An insurer''s service point as the public sees it. Public by intent: no row-level security, no personal data.';
CREATE INDEX service_point_region_idx ON service_point USING btree (region, name) WHERE state = 'published'::text;
grant insert, select, update on table service_point to gongdun_app;

create table session (
  token_hash bytea not null,
  kind text not null,
  person_id uuid,
  staff_id uuid,
  created_at timestamp with time zone not null,
  seen_at timestamp with time zone not null,
  idle_minutes integer not null,
  expires_at timestamp with time zone not null,
  csrf text not null,
  revoked_at timestamp with time zone,
  authority_id uuid,
  stepped_up_at timestamp with time zone,
  stepped_up_for text,
  constraint session_pkey PRIMARY KEY (token_hash),
  constraint session_kind_check CHECK (kind = ANY (ARRAY['worker'::text, 'staff'::text, 'staff_pending'::text])),
  constraint session_step_up_check CHECK ((stepped_up_at IS NULL) = (stepped_up_for IS NULL)),
  constraint session_subject_check CHECK ((person_id IS NULL) <> (staff_id IS NULL)),
  constraint session_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id),
  constraint session_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id)
);
comment on table session is 'Opaque sessions, hashed, with idle and absolute limits, revocable.';
comment on column session.stepped_up_at is 'When a code on the phone was proven for what needs more than a login; good for minutes.';
CREATE INDEX session_expires_idx ON session USING btree (expires_at);
CREATE INDEX session_person_idx ON session USING btree (person_id) WHERE revoked_at IS NULL;
CREATE INDEX session_staff_idx ON session USING btree (staff_id) WHERE revoked_at IS NULL;
grant delete, insert, select, update on table session to gongdun_app;
grant delete, select on table session to gongdun_eraser;

create table setting (
  name text not null,
  value jsonb not null,
  at timestamp with time zone not null,
  constraint setting_pkey PRIMARY KEY (name)
);
comment on table setting is 'Small facts of this installation: demonstration clock, calendar version, seed of the city.';
grant insert, select, update on table setting to gongdun_app;

create table settlement (
  settlement_id uuid not null,
  case_id uuid not null,
  insurer_org_id uuid not null,
  month date not null,
  state text not null,
  cutoff_at timestamp with time zone not null,
  round integer default 0 not null,
  person_days bigint default 0 not null,
  gross_fen bigint default 0 not null,
  subsidy_fen bigint default 0 not null,
  excluded_days bigint default 0 not null,
  excluded_fen bigint default 0 not null,
  offset_fen bigint default 0 not null,
  carried_fen bigint default 0 not null,
  claim_fen bigint default 0 not null,
  owed_back_fen bigint default 0 not null,
  difference_count integer default 0 not null,
  approved_fen bigint default 0 not null,
  allocated_fen bigint default 0 not null,
  carried_into uuid,
  declared_at timestamp with time zone not null,
  readers text[] not null,
  leaf_id uuid not null,
  constraint settlement_pkey PRIMARY KEY (settlement_id),
  constraint settlement_case_key UNIQUE (case_id),
  constraint settlement_carried_fen_check CHECK (carried_fen >= 0),
  constraint settlement_check CHECK (approved_fen >= 0 AND approved_fen <= claim_fen),
  constraint settlement_check1 CHECK (allocated_fen >= 0 AND allocated_fen <= approved_fen),
  constraint settlement_claim_fen_check CHECK (claim_fen >= 0),
  constraint settlement_difference_count_check CHECK (difference_count >= 0),
  constraint settlement_excluded_days_check CHECK (excluded_days >= 0),
  constraint settlement_excluded_fen_check CHECK (excluded_fen >= 0),
  constraint settlement_gross_fen_check CHECK (gross_fen >= 0),
  constraint settlement_month_check CHECK (EXTRACT(day FROM month) = 1::numeric),
  constraint settlement_owed_back_fen_check CHECK (owed_back_fen >= 0),
  constraint settlement_person_days_check CHECK (person_days >= 0),
  constraint settlement_round_check CHECK (round >= 0),
  constraint settlement_state_check CHECK (state = ANY (ARRAY['declared'::text, 'approved'::text, 'paid'::text, 'withdrawn'::text])),
  constraint settlement_subsidy_fen_check CHECK (subsidy_fen >= 0),
  constraint settlement_carried_into_fkey FOREIGN KEY (carried_into) REFERENCES settlement(settlement_id),
  constraint settlement_insurer_org_id_fkey FOREIGN KEY (insurer_org_id) REFERENCES org(org_id),
  constraint settlement_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id)
);
comment on table settlement is 'One declaration of an insurer for a month. Its days are those of cover_entry as of cutoff_at, for ever; what changes later is an offset of the next one.';
CREATE INDEX settlement_carried_idx ON settlement USING btree (carried_into) WHERE carried_into IS NOT NULL;
CREATE UNIQUE INDEX settlement_month_key ON settlement USING btree (insurer_org_id, month) WHERE state <> 'withdrawn'::text;
alter table settlement enable row level security;
alter table settlement force row level security;
create policy settlement_insert on settlement for insert to public with check (true);
create policy settlement_read on settlement for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy settlement_update on settlement for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table settlement to gongdun_app;

create table settlement_difference (
  settlement_id uuid not null,
  round integer not null,
  place integer not null,
  kind text not null,
  policy_no text,
  day date,
  ours_fen bigint,
  theirs_fen bigint,
  note text,
  readers text[] not null,
  constraint settlement_difference_pkey PRIMARY KEY (settlement_id, round, place),
  constraint settlement_difference_kind_check CHECK (kind = ANY (ARRAY['total'::text, 'missing_here'::text, 'missing_there'::text, 'amount_differs'::text, 'double'::text, 'excluded'::text, 'flow_differs'::text, 'unreadable'::text])),
  constraint settlement_difference_place_check CHECK (place > 0),
  constraint settlement_difference_settlement_id_fkey FOREIGN KEY (settlement_id) REFERENCES settlement(settlement_id)
);
comment on table settlement_difference is 'Where a declaration and our ledger disagree, line by line, for each round of the comparison. Append-only.';
alter table settlement_difference enable row level security;
alter table settlement_difference force row level security;
create policy settlement_difference_insert on settlement_difference for insert to public with check (true);
create policy settlement_difference_read on settlement_difference for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy settlement_difference_update on settlement_difference for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select on table settlement_difference to gongdun_app;

create table settlement_line (
  settlement_id uuid not null,
  source text not null,
  line_no integer not null,
  policy_no text not null,
  day date not null,
  premium_fen bigint not null,
  personal_fen bigint not null,
  subsidy_fen bigint not null,
  constraint settlement_line_pkey PRIMARY KEY (settlement_id, source, line_no),
  constraint settlement_line_line_no_check CHECK (line_no > 0),
  constraint settlement_line_source_check CHECK (source = ANY (ARRAY['ledger'::text, 'flow'::text])),
  constraint settlement_line_settlement_id_fkey FOREIGN KEY (settlement_id) REFERENCES settlement(settlement_id)
);
comment on table settlement_line is 'The lines of the files of a declaration while they are compared; the files themselves are kept with the case.';
grant delete, insert, select on table settlement_line to gongdun_app;

create table settlement_sample (
  settlement_id uuid not null,
  round integer not null,
  place integer not null,
  policy_no text not null,
  person_id uuid not null,
  days integer not null,
  readers text[] not null,
  constraint settlement_sample_pkey PRIMARY KEY (settlement_id, round, place),
  constraint settlement_sample_place_check CHECK (place > 0),
  constraint settlement_sample_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id),
  constraint settlement_sample_settlement_id_fkey FOREIGN KEY (settlement_id) REFERENCES settlement(settlement_id)
);
comment on table settlement_sample is 'Who was drawn for the audit by telephone; the same seed draws the same people. Append-only.';
alter table settlement_sample enable row level security;
alter table settlement_sample force row level security;
create policy settlement_sample_insert on settlement_sample for insert to public with check (true);
create policy settlement_sample_read on settlement_sample for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy settlement_sample_update on settlement_sample for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select on table settlement_sample to gongdun_app;

create table sms_code (
  code_id uuid not null,
  phone_index bytea not null,
  purpose text not null,
  code_hash bytea not null,
  issued_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  tries integer default 0 not null,
  used_at timestamp with time zone,
  address text not null,
  constraint sms_code_pkey PRIMARY KEY (code_id)
);
comment on table sms_code is 'One-time codes: 6 digits, 5 minutes, 5 tries. Only a keyed hash is kept.';
CREATE INDEX sms_code_address_idx ON sms_code USING btree (address, issued_at DESC);
CREATE INDEX sms_code_issued_idx ON sms_code USING brin (issued_at);
CREATE INDEX sms_code_phone_idx ON sms_code USING btree (phone_index, issued_at DESC);
grant delete, insert, select, update on table sms_code to gongdun_app;
grant delete, select on table sms_code to gongdun_eraser;

create table sms_part (
  provider text not null,
  provider_id text not null,
  notice_id uuid,
  state text not null,
  code text default ''::text not null,
  at timestamp with time zone not null,
  constraint sms_part_pkey PRIMARY KEY (provider, provider_id),
  constraint sms_part_state_check CHECK (state = ANY (ARRAY['sent'::text, 'delivered'::text, 'failed'::text])),
  constraint sms_part_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES notice(notice_id)
);
comment on table sms_part is 'What providers took, part by part, and its receipt. Without a notice: a login code, or a receipt that came first.';
CREATE INDEX sms_part_at_idx ON sms_part USING brin (at);
CREATE INDEX sms_part_notice_idx ON sms_part USING btree (notice_id) WHERE notice_id IS NOT NULL;
grant delete, insert, select, update on table sms_part to gongdun_app;

create table staff (
  staff_id uuid not null,
  login text not null,
  name text not null,
  org_id uuid not null,
  password_hash text not null,
  totp_secret_sealed text not null,
  totp_last_step bigint default 0 not null,
  failed_count integer default 0 not null,
  locked_until timestamp with time zone,
  active boolean default true not null,
  synthetic boolean default false not null,
  kind text default 'business'::text not null,
  person_index bytea,
  invited_at timestamp with time zone,
  suspended_at timestamp with time zone,
  closed_at timestamp with time zone,
  constraint staff_pkey PRIMARY KEY (staff_id),
  constraint staff_kind_key UNIQUE (staff_id, kind),
  constraint staff_login_key UNIQUE (login),
  constraint staff_active_check CHECK (NOT active OR suspended_at IS NULL AND closed_at IS NULL AND password_hash <> ''::text),
  constraint staff_kind_check CHECK (kind = ANY (ARRAY['business'::text, 'system_administrator'::text, 'security_administrator'::text, 'audit_administrator'::text])),
  constraint staff_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id)
);
comment on table staff is 'People who work at the desk. TOTP secrets are sealed; totp_last_step refuses a code used twice.';
comment on column staff.person_index is 'Keyed index of the ID number: one person, one open account, and so one of the three administrators at most.';
CREATE INDEX staff_org_idx ON staff USING btree (org_id, login);
CREATE UNIQUE INDEX staff_person_key ON staff USING btree (person_index) WHERE closed_at IS NULL;
grant insert, select on table staff to gongdun_app;
grant update (name, org_id, password_hash, totp_secret_sealed, totp_last_step, failed_count, locked_until, active, suspended_at, closed_at) on table staff to gongdun_app;

create table staff_key (
  key_id uuid not null,
  staff_id uuid not null,
  name text not null,
  credential_id bytea not null,
  public_key bytea not null,
  transports text[] not null,
  counter bigint not null,
  enrolled_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  removed_at timestamp with time zone,
  removed_by uuid,
  constraint staff_key_pkey PRIMARY KEY (key_id),
  constraint staff_key_credential_key UNIQUE (credential_id),
  constraint staff_key_counter_check CHECK (counter >= 0),
  constraint staff_key_credential_id_check CHECK (length(credential_id) >= 16 AND length(credential_id) <= 1023),
  constraint staff_key_name_check CHECK (length(name) >= 1 AND length(name) <= 40),
  constraint staff_key_removed_check CHECK ((removed_at IS NULL) = (removed_by IS NULL)),
  constraint staff_key_removed_by_fkey FOREIGN KEY (removed_by) REFERENCES staff(staff_id),
  constraint staff_key_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id)
);
comment on table staff_key is 'Keys by which staff prove an approval. Never deleted: an approval of years ago is still checked with the key it was made with.';
CREATE INDEX staff_key_staff_idx ON staff_key USING btree (staff_id);
grant insert, select on table staff_key to gongdun_app;
grant update (counter, last_used_at, removed_at, removed_by) on table staff_key to gongdun_app;

create table staff_link (
  link_id uuid not null,
  staff_id uuid not null,
  purpose text not null,
  token_hash bytea not null,
  made_by uuid,
  made_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint staff_link_pkey PRIMARY KEY (link_id),
  constraint staff_link_token_key UNIQUE (token_hash),
  constraint staff_link_maker_check CHECK (made_by IS NULL OR made_by <> staff_id),
  constraint staff_link_purpose_check CHECK (purpose = ANY (ARRAY['invitation'::text, 'password'::text, 'second_factor'::text, 'key'::text])),
  constraint staff_link_made_by_fkey FOREIGN KEY (made_by) REFERENCES staff(staff_id),
  constraint staff_link_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id)
);
comment on table staff_link is 'One-time links and codes: an invitation, a new password (system administrator), a new second factor or a first key after all were lost (security administrator). Only a keyed hash is kept.';
CREATE INDEX staff_link_staff_idx ON staff_link USING btree (staff_id, purpose);
grant insert, select on table staff_link to gongdun_app;
grant update (used_at, revoked_at) on table staff_link to gongdun_app;

create table staff_role (
  staff_id uuid not null,
  role text not null,
  org_id uuid not null,
  from_day date not null,
  until_day date,
  leaf_id uuid not null,
  seq bigint generated always as identity not null,
  kind text generated always as (
CASE
    WHEN (role = ANY (ARRAY['system_administrator'::text, 'security_administrator'::text, 'audit_administrator'::text])) THEN role
    ELSE 'business'::text
END) stored not null,
  given_by uuid,
  constraint staff_role_pkey PRIMARY KEY (staff_id, role, org_id, from_day, seq),
  constraint staff_role_giver_check CHECK (given_by IS NULL OR given_by <> staff_id),
  constraint staff_role_given_by_fkey FOREIGN KEY (given_by) REFERENCES staff(staff_id),
  constraint staff_role_kind_fkey FOREIGN KEY (staff_id, kind) REFERENCES staff(staff_id, kind),
  constraint staff_role_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint staff_role_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id),
  constraint staff_role_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id)
);
comment on table staff_role is 'A role held in an organisation for a time. Each change is traced.';
CREATE INDEX staff_role_office_idx ON staff_role USING btree (org_id, role);
grant insert, select on table staff_role to gongdun_app;

create table staff_subject (
  link_id uuid not null,
  staff_id uuid not null,
  issuer text not null,
  subject text not null,
  proposed_by uuid not null,
  proposed_at timestamp with time zone not null,
  confirmed_by uuid,
  confirmed_at timestamp with time zone,
  removed_at timestamp with time zone,
  constraint staff_subject_pkey PRIMARY KEY (link_id),
  constraint staff_subject_confirmed_check CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
  constraint staff_subject_four_eyes_check CHECK (confirmed_by IS DISTINCT FROM proposed_by),
  constraint staff_subject_self_check CHECK (staff_id <> proposed_by AND staff_id IS DISTINCT FROM confirmed_by),
  constraint staff_subject_subject_check CHECK (length(subject) >= 1 AND length(subject) <= 255),
  constraint staff_subject_confirmed_by_fkey FOREIGN KEY (confirmed_by) REFERENCES staff(staff_id),
  constraint staff_subject_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES staff(staff_id),
  constraint staff_subject_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id)
);
comment on table staff_subject is 'Who of an identity provider opens which account: registered by a system administrator, good when a security administrator has confirmed it, because either alone could otherwise enter it.';
CREATE UNIQUE INDEX staff_subject_key ON staff_subject USING btree (issuer, subject) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX staff_subject_staff_key ON staff_subject USING btree (staff_id, issuer) WHERE removed_at IS NULL;
grant insert, select on table staff_subject to gongdun_app;
grant update (confirmed_by, confirmed_at, removed_at) on table staff_subject to gongdun_app;

create table subsidy_receipt (
  bank_serial text not null,
  recovery_id uuid not null,
  amount_fen bigint not null,
  at timestamp with time zone not null,
  leaf_id uuid not null,
  constraint subsidy_receipt_pkey PRIMARY KEY (bank_serial),
  constraint subsidy_receipt_amount_fen_check CHECK (amount_fen > 0),
  constraint subsidy_receipt_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint subsidy_receipt_recovery_id_fkey FOREIGN KEY (recovery_id) REFERENCES subsidy_recovery(recovery_id)
);
comment on table subsidy_receipt is 'Money that came back, once for each serial number of the bank. Append-only.';
CREATE INDEX subsidy_receipt_recovery_idx ON subsidy_receipt USING btree (recovery_id);
grant insert, select on table subsidy_receipt to gongdun_app;

create table subsidy_recovery (
  recovery_id uuid not null,
  case_id uuid not null,
  reference text not null,
  org_id uuid not null,
  amount_fen bigint not null,
  received_fen bigint default 0 not null,
  state text not null,
  ordered_at timestamp with time zone not null,
  readers text[] not null,
  leaf_id uuid not null,
  constraint subsidy_recovery_pkey PRIMARY KEY (recovery_id),
  constraint subsidy_recovery_case_key UNIQUE (case_id),
  constraint subsidy_recovery_reference_key UNIQUE (reference),
  constraint subsidy_recovery_amount_fen_check CHECK (amount_fen > 0),
  constraint subsidy_recovery_check CHECK (received_fen >= 0 AND received_fen <= amount_fen),
  constraint subsidy_recovery_state_check CHECK (state = ANY (ARRAY['ordered'::text, 'received'::text, 'transferred'::text])),
  constraint subsidy_recovery_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint subsidy_recovery_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id)
);
comment on table subsidy_recovery is 'An order to return subsidies. It is received when the bank says so, and never before.';
alter table subsidy_recovery enable row level security;
alter table subsidy_recovery force row level security;
create policy subsidy_recovery_insert on subsidy_recovery for insert to public with check (true);
create policy subsidy_recovery_read on subsidy_recovery for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy subsidy_recovery_update on subsidy_recovery for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table subsidy_recovery to gongdun_app;

create table substitution (
  substitution_id uuid not null,
  staff_id uuid not null,
  substitute_id uuid not null,
  role text not null,
  org_id uuid not null,
  from_day date not null,
  until_day date not null,
  reason text not null,
  made_by uuid not null,
  made_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  leaf_id uuid not null,
  kind text default 'business'::text not null,
  constraint substitution_pkey PRIMARY KEY (substitution_id),
  constraint substitution_days_check CHECK (until_day >= from_day AND until_day <= (from_day + 92)),
  constraint substitution_kind_check CHECK (kind = 'business'::text),
  constraint substitution_role_check CHECK (role <> ALL (ARRAY['system_administrator'::text, 'security_administrator'::text, 'audit_administrator'::text])),
  constraint substitution_self_check CHECK (staff_id <> substitute_id AND made_by <> substitute_id),
  constraint substitution_absent_fkey FOREIGN KEY (staff_id, kind) REFERENCES staff(staff_id, kind),
  constraint substitution_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint substitution_made_by_fkey FOREIGN KEY (made_by) REFERENCES staff(staff_id),
  constraint substitution_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id),
  constraint substitution_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id),
  constraint substitution_substitute_fkey FOREIGN KEY (substitute_id, kind) REFERENCES staff(staff_id, kind),
  constraint substitution_substitute_id_fkey FOREIGN KEY (substitute_id) REFERENCES staff(staff_id)
);
comment on table substitution is 'While somebody is on leave, a colleague has the work of the role; whoever acts is still a person of his or her own.';
CREATE INDEX substitution_staff_idx ON substitution USING btree (staff_id, until_day);
CREATE INDEX substitution_substitute_idx ON substitution USING btree (substitute_id, until_day) WHERE ended_at IS NULL;
grant insert, select on table substitution to gongdun_app;
grant update (ended_at) on table substitution to gongdun_app;

create table suspicion (
  suspicion_id uuid not null,
  one_id uuid not null,
  other_id uuid not null,
  reasons text[] not null,
  strength text not null,
  state text not null,
  found_at timestamp with time zone not null,
  settled_reasons text[],
  settled_by uuid,
  settled_at timestamp with time zone,
  note text,
  readers text[] not null,
  constraint suspicion_pkey PRIMARY KEY (suspicion_id),
  constraint suspicion_pair_key UNIQUE (one_id, other_id),
  constraint suspicion_order_check CHECK (one_id < other_id),
  constraint suspicion_settled_check CHECK ((state = 'different'::text) <= (settled_by IS NOT NULL)),
  constraint suspicion_state_check CHECK (state = ANY (ARRAY['open'::text, 'different'::text])),
  constraint suspicion_strength_check CHECK (strength = ANY (ARRAY['strong'::text, 'likely'::text, 'weak'::text])),
  constraint suspicion_one_id_fkey FOREIGN KEY (one_id) REFERENCES person(person_id),
  constraint suspicion_other_id_fkey FOREIGN KEY (other_id) REFERENCES person(person_id),
  constraint suspicion_settled_by_fkey FOREIGN KEY (settled_by) REFERENCES staff(staff_id)
);
comment on table suspicion is 'Two ids that may be one person, and why. Who said that they are not is not asked again until there is a reason that was not known then.';
CREATE INDEX suspicion_list_idx ON suspicion USING btree (found_at DESC, suspicion_id DESC);
CREATE INDEX suspicion_other_idx ON suspicion USING btree (other_id);
alter table suspicion enable row level security;
alter table suspicion force row level security;
create policy suspicion_insert on suspicion for insert to public with check (true);
create policy suspicion_read on suspicion for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy suspicion_update on suspicion for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table suspicion to gongdun_app;
grant select on table suspicion to gongdun_eraser;
grant update (note) on table suspicion to gongdun_eraser;

create table trace_body (
  leaf_id uuid not null,
  salt bytea not null,
  body json not null,
  constraint trace_body_pkey PRIMARY KEY (leaf_id),
  constraint trace_body_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id)
) with (toast_tuple_target=8160);
comment on table trace_body is 'What a traced act other than a case action said, and the salt of its commitment. Erasable.';
grant insert, select on table trace_body to gongdun_app;
grant delete, insert, select on table trace_body to gongdun_eraser;

create table trait_scan (
  scan text not null,
  after_id uuid not null,
  round integer not null,
  at timestamp with time zone not null,
  constraint trait_scan_pkey PRIMARY KEY (scan)
);
comment on table trait_scan is 'How far the nightly look for duplicates has come through all persons.';
grant insert, select, update on table trait_scan to gongdun_app;

create table transfer (
  transfer_id uuid not null,
  idem text not null,
  request_hash bytea not null,
  debit text not null,
  credit text not null,
  amount_fen bigint not null,
  code text not null,
  state text not null,
  pending_of uuid,
  case_id uuid,
  at timestamp with time zone not null,
  leaf_id uuid not null,
  constraint transfer_pkey PRIMARY KEY (transfer_id),
  constraint transfer_idem_key UNIQUE (idem),
  constraint transfer_accounts_check CHECK (debit <> credit),
  constraint transfer_amount_fen_check CHECK (amount_fen > 0 AND amount_fen <= '100000000000000'::bigint),
  constraint transfer_pending_check CHECK ((pending_of IS NULL) = (state = ANY (ARRAY['posted'::text, 'pending'::text]))),
  constraint transfer_state_check CHECK (state = ANY (ARRAY['posted'::text, 'pending'::text, 'resolved_post'::text, 'resolved_void'::text])),
  constraint transfer_credit_fkey FOREIGN KEY (credit) REFERENCES account(account_id),
  constraint transfer_debit_fkey FOREIGN KEY (debit) REFERENCES account(account_id),
  constraint transfer_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint transfer_pending_of_fkey FOREIGN KEY (pending_of) REFERENCES transfer(transfer_id)
);
comment on table transfer is 'Money moved or reserved, append-only. A pending transfer is resolved at most once, by another transfer that names it.';
CREATE INDEX transfer_at_idx ON transfer USING btree (at);
CREATE INDEX transfer_case_idx ON transfer USING btree (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX transfer_refund_idx ON transfer USING btree (split_part(idem, ':'::text, 2)) WHERE code = 'refund'::text AND pending_of IS NULL;
CREATE UNIQUE INDEX transfer_resolution_key ON transfer USING btree (pending_of) WHERE pending_of IS NOT NULL;
grant insert, select on table transfer to gongdun_app;

create table unmasking (
  unmasking_id uuid not null,
  staff_id uuid not null,
  case_id uuid,
  person_id uuid,
  field text not null,
  reason text not null,
  at timestamp with time zone not null,
  leaf_id uuid not null,
  constraint unmasking_pkey PRIMARY KEY (unmasking_id),
  constraint unmasking_reason_check CHECK (length(reason) >= 4),
  constraint unmasking_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES log_leaf(leaf_id),
  constraint unmasking_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id)
);
comment on table unmasking is 'Who saw which masked value, when and why.';
CREATE INDEX unmasking_at_idx ON unmasking USING btree (at DESC, unmasking_id DESC);
CREATE INDEX unmasking_person_idx ON unmasking USING btree (person_id, at DESC);
CREATE INDEX unmasking_staff_idx ON unmasking USING btree (staff_id, at DESC);
grant insert, select on table unmasking to gongdun_app;
grant delete, select on table unmasking to gongdun_eraser;

create table withholding_contract (
  contract_code text not null,
  case_id uuid not null,
  person_id uuid not null,
  state text not null,
  contract_id text,
  sign_url text,
  created_at timestamp with time zone not null,
  signed_at timestamp with time zone,
  ended_at timestamp with time zone,
  checked_at timestamp with time zone,
  readers text[] not null,
  constraint withholding_contract_pkey PRIMARY KEY (contract_code),
  constraint withholding_contract_signed_check CHECK (state <> 'signed'::text OR contract_id IS NOT NULL),
  constraint withholding_contract_state_check CHECK (state = ANY (ARRAY['created'::text, 'open'::text, 'signed'::text, 'ended'::text])),
  constraint withholding_contract_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id)
);
comment on table withholding_contract is 'A contract at the payment party that lets money be withheld; signed and ended only by the party''s word.';
CREATE INDEX withholding_contract_case_idx ON withholding_contract USING btree (case_id);
CREATE INDEX withholding_contract_waiting_idx ON withholding_contract USING btree (COALESCE(checked_at, created_at)) WHERE state = ANY (ARRAY['created'::text, 'open'::text]);
alter table withholding_contract enable row level security;
alter table withholding_contract force row level security;
create policy withholding_contract_insert on withholding_contract for insert to public with check (true);
create policy withholding_contract_read on withholding_contract for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
create policy withholding_contract_update on withholding_contract for update to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting))) with check (true);
grant insert, select, update on table withholding_contract to gongdun_app;

create table work_signal (
  signal_id uuid not null,
  org_id uuid not null,
  order_ref text not null,
  id_number_index bytea not null,
  person_id uuid,
  at timestamp with time zone not null,
  work_day date not null,
  received_at timestamp with time zone not null,
  key_id uuid not null,
  readers text[] not null,
  constraint work_signal_pkey PRIMARY KEY (signal_id),
  constraint work_signal_order_key UNIQUE (org_id, order_ref),
  constraint work_signal_key_id_fkey FOREIGN KEY (key_id) REFERENCES api_key(key_id),
  constraint work_signal_org_id_fkey FOREIGN KEY (org_id) REFERENCES org(org_id),
  constraint work_signal_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id)
);
comment on table work_signal is 'A platform''s word that somebody took an order: the worker by keyed index only, each order once. person_id is null for who is not registered.';
CREATE INDEX work_signal_day_idx ON work_signal USING btree (work_day, received_at);
CREATE INDEX work_signal_person_idx ON work_signal USING btree (id_number_index, work_day);
alter table work_signal enable row level security;
alter table work_signal force row level security;
create policy work_signal_erase on work_signal for delete to gongdun_eraser using (true);
create policy work_signal_insert on work_signal for insert to public with check (true);
create policy work_signal_read on work_signal for select to public using ((readers && ( SELECT (current_setting('gongdun.grants'::text))::text[] AS current_setting)));
grant insert, select on table work_signal to gongdun_app;
grant delete, select on table work_signal to gongdun_eraser;

CREATE OR REPLACE FUNCTION public.enqueue_job(identifier text, payload json, run_at timestamp with time zone, job_key text, max_attempts integer, queue_name text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform graphile_worker.add_job(identifier, payload, queue_name := queue_name, run_at := run_at,
    max_attempts := max_attempts, job_key := job_key);
end $function$;
grant execute on function enqueue_job(text,json,timestamp with time zone,text,integer,text) to gongdun_app;
comment on function enqueue_job(text,json,timestamp with time zone,text,integer,text) is 'Adds a job in the caller''s transaction (graphile-worker).';
CREATE OR REPLACE FUNCTION public.hold_person(person uuid)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
end $function$;
grant execute on function hold_person(uuid) to public;
grant execute on function hold_person(uuid) to gongdun_app;
comment on function hold_person(uuid) is 'One at a time for a person until the transaction ends, under whichever id; a merge in between is waited for.';
CREATE OR REPLACE FUNCTION public.ids_of(person uuid)
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE STRICT
AS $function$
declare
  root uuid;
  others uuid[];
begin
  select a.root_id into root from person_alias a where a.person_id = person;
  root := coalesce(root, person);
  select array_agg(a.person_id order by a.person_id) into others from person_alias a where a.root_id = root;
  return root || others;
end $function$;
grant execute on function ids_of(uuid) to public;
grant execute on function ids_of(uuid) to gongdun_app;
grant execute on function ids_of(uuid) to gongdun_eraser;
comment on function ids_of(uuid) is 'All ids of one person, the one that stands for the others first.';
CREATE OR REPLACE FUNCTION public.roles_on(day date)
 RETURNS TABLE(staff_id uuid, role text, org_id uuid, stands_in_for uuid)
 LANGUAGE sql
 STABLE
AS $function$
  select h.staff_id, h.role, h.org_id, null::uuid
  from (select distinct on (r.staff_id, r.role, r.org_id) r.staff_id, r.role, r.org_id, r.until_day from staff_role r
        where r.from_day <= day order by r.staff_id, r.role, r.org_id, r.from_day desc, r.seq desc) h
  where h.until_day is null or h.until_day >= day
  union all
  select s.substitute_id, s.role, s.org_id, s.staff_id
  from substitution s
  where s.ended_at is null and day between s.from_day and s.until_day
    and coalesce((select r.until_day is null or r.until_day >= day from staff_role r
      where r.staff_id = s.staff_id and r.role = s.role and r.org_id = s.org_id and r.from_day <= day
      order by r.from_day desc, r.seq desc limit 1), false)
    and exists (select 1 from staff f where f.staff_id = s.staff_id and f.closed_at is null)
$function$;
grant execute on function roles_on(date) to public;
grant execute on function roles_on(date) to gongdun_app;
comment on function roles_on(date) is 'Roles held on a legal day, with those lent by a substitution.';
