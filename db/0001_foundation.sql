-- The first schema of a tenant: trace, people, organisations, catalogue, cases, clocks, notices, files, cover, money.
-- Tables name no schema; there are no triggers. The application's role owns nothing, appends where the record is append-only,
-- and sees a row when the row's readers and its transaction's grants share an element (gongdun.grants, set per transaction;
-- unset is an error, empty sees nothing).

-- ---- trace -------------------------------------------------------------------------------------------------------------------

create table log_leaf (
  leaf_id uuid primary key,
  entry text not null,
  recorded_at timestamptz not null default clock_timestamp()
);
comment on table log_leaf is 'One canonical entry (RFC 8785 JSON) of each traced act. Append-only, permanent; its position in the log is another table.';

-- json, not jsonb, where a value is only written and read whole: parsing it into pages costs a tenth of a step.
create table trace_body (
  leaf_id uuid primary key references log_leaf,
  salt bytea not null,
  body json not null
);
comment on table trace_body is 'What a traced act other than a case action said, and the salt of its commitment. Erasable.';

-- ---- organisations and staff -------------------------------------------------------------------------------------------------

create table org (
  org_id uuid primary key,
  code text not null,
  name text not null,
  kind text not null,
  region text not null check (region ~ '^[0-9]{6}$'),
  parent_id uuid references org,
  uscc text,
  synthetic boolean not null default false,
  active boolean not null default true,
  constraint org_code_key unique (code)
);
comment on table org is 'Departments, unions, companies, stations, insurers, banks, hospitals. kind is a department or outside party of the catalogue.';
create index org_parent_idx on org (parent_id);
create index org_kind_idx on org (kind, region);

create table org_role (
  org_id uuid not null references org,
  role text not null,
  region text not null check (region ~ '^[0-9]{6}$'),
  priority int not null default 0,
  primary key (org_id, role, region)
);
comment on table org_role is 'Which organisation acts in a role for a region: the routing of cases. The most exact region wins, then the highest priority.';
create index org_role_route_idx on org_role (role, region);

create table staff (
  staff_id uuid primary key,
  login text not null,
  name text not null,
  org_id uuid not null references org,
  password_hash text not null,
  totp_secret_sealed text not null,
  totp_last_step bigint not null default 0,
  failed_count int not null default 0,
  locked_until timestamptz,
  active boolean not null default true,
  synthetic boolean not null default false,
  constraint staff_login_key unique (login)
);
comment on table staff is 'People who work at the desk. TOTP secrets are sealed; totp_last_step refuses a code used twice.';

create table staff_role (
  staff_id uuid not null references staff,
  role text not null,
  org_id uuid not null references org,
  from_day date not null,
  until_day date,
  leaf_id uuid not null references log_leaf,
  primary key (staff_id, role, org_id, from_day)
);
comment on table staff_role is 'A role held in an organisation for a time. Each change is traced.';

-- ---- workers -----------------------------------------------------------------------------------------------------------------

create table person (
  person_id uuid primary key,
  name_sealed text not null,
  name_index bytea not null,
  id_type text not null,
  id_number_sealed text not null,
  id_number_index bytea not null,
  phone_sealed text not null,
  phone_index bytea not null,
  birth_day date not null,
  sex text not null check (sex in ('male', 'female', 'unknown')),
  region text not null check (region ~ '^[0-9]{6}$'),
  occupation text,
  platform_org_id uuid references org,
  card_sealed text,
  card_tail text,
  verified boolean not null default false,
  synthetic boolean not null default false,
  readers text[] not null,
  created_at timestamptz not null,
  constraint person_id_number_key unique (id_number_index),
  constraint person_phone_key unique (phone_index)
);
comment on table person is 'A worker. Identifiers are sealed (field encryption) and found by blind index; masks are made when shown.';

create table sms_code (
  code_id uuid primary key,
  phone_index bytea not null,
  purpose text not null,
  code_hash bytea not null,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  tries int not null default 0,
  used_at timestamptz,
  address text not null
);
comment on table sms_code is 'One-time codes: 6 digits, 5 minutes, 5 tries. Only a keyed hash is kept.';
create index sms_code_phone_idx on sms_code (phone_index, issued_at desc);
create index sms_code_address_idx on sms_code (address, issued_at desc);

create table session (
  token_hash bytea primary key,
  kind text not null check (kind in ('worker', 'staff', 'staff_pending')),
  person_id uuid references person,
  staff_id uuid references staff,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  idle_minutes int not null,
  expires_at timestamptz not null,
  csrf text not null,
  revoked_at timestamptz,
  constraint session_subject_check check ((person_id is null) <> (staff_id is null))
);
comment on table session is 'Opaque sessions, hashed, with idle and absolute limits, revocable.';
create index session_person_idx on session (person_id) where revoked_at is null;
create index session_staff_idx on session (staff_id) where revoked_at is null;

create table unmasking (
  unmasking_id uuid primary key,
  staff_id uuid not null references staff,
  case_id uuid,
  person_id uuid,
  field text not null,
  reason text not null check (length(reason) >= 4),
  at timestamptz not null,
  leaf_id uuid not null references log_leaf
);
comment on table unmasking is 'Who saw which masked value, when and why.';
create index unmasking_person_idx on unmasking (person_id, at desc);
create index unmasking_staff_idx on unmasking (staff_id, at desc);

-- ---- catalogue ---------------------------------------------------------------------------------------------------------------

create table definition (
  hash text primary key,
  kind text not null check (kind in ('service', 'workflow')),
  code text not null,
  body jsonb not null,
  created_at timestamptz not null
);
comment on table definition is 'Compiled definitions, immutable, named by the SHA-256 of their canonical JSON.';

create table publication (
  publication_id uuid primary key,
  code text not null,
  hash text not null references definition,
  state text not null check (state in ('published', 'withdrawn')),
  effective_from timestamptz not null,
  leaf_id uuid not null references log_leaf
);
comment on table publication is 'Which version of a service is offered from when. A live case keeps the version it began with.';
create index publication_code_idx on publication (code, effective_from desc);

-- ---- cases -------------------------------------------------------------------------------------------------------------------

create table dossier (
  dossier_id uuid primary key,
  kind text not null,
  person_id uuid references person,
  title text not null,
  happened_at timestamptz,
  opened_at timestamptz not null,
  readers text[] not null
);
comment on table dossier is 'One life event (an accident, an illness, a dispute) with all the cases that it opened.';
create index dossier_person_idx on dossier (person_id, opened_at desc);

create table case_number_counter (
  region text not null,
  day date not null,
  last int not null,
  primary key (region, day)
);
comment on table case_number_counter is 'Blocks of case numbers are taken from here; a gap is allowed, a double is not.';

create table case_state (
  case_id uuid primary key,
  case_no text not null,
  dossier_id uuid references dossier,
  parent_case_id uuid,
  service_code text not null,
  service_hash text not null,
  region text not null,
  person_id uuid,
  applicant_org_id uuid,
  seq int not null,
  head bytea not null,
  status text not null check (status in ('open', 'ended')),
  end_code text,
  state json not null,
  readers text[] not null,
  opened_at timestamptz not null,
  updated_at timestamptz not null,
  constraint case_state_no_key unique (case_no)
) with (fillfactor = 70);
comment on table case_state is 'The fold of a case''s actions. It can be rebuilt from them at any time, and a job proves it.';
create index case_state_person_idx on case_state (person_id, opened_at desc);
create index case_state_dossier_idx on case_state (dossier_id) where dossier_id is not null;
create index case_state_parent_idx on case_state (parent_case_id) where parent_case_id is not null;

create table case_action (
  action_id uuid primary key,
  case_id uuid not null,
  seq int not null,
  type text not null,
  step text,
  outcome text,
  actor_kind text not null check (actor_kind in ('worker', 'staff', 'system', 'clock', 'event')),
  actor_id uuid,
  actor_role text,
  actor_org_id uuid,
  at timestamptz not null,
  recorded_at timestamptz not null,
  request_id uuid,
  case_prev bytea not null,
  commitment bytea not null,
  leaf_id uuid not null references log_leaf,
  constraint case_action_seq_key unique (case_id, seq)
);
comment on table case_action is 'The append-only list of what was done in a case: header, hash of the case''s previous entry, commitment to the body.';
create index case_action_actor_idx on case_action (actor_id, at desc) where actor_id is not null;

create table case_body (
  action_id uuid primary key references case_action,
  salt bytea not null,
  body json not null
);
comment on table case_body is 'The content of an action and the salt of its commitment. Erasing the row keeps every proof valid.';

create table case_task (
  case_id uuid not null,
  step text not null,
  role text not null,
  org_id uuid,
  assignee_id uuid,
  entered_at timestamptz not null,
  due_at timestamptz,
  light text not null default 'green' check (light in ('green', 'yellow', 'red')),
  paused boolean not null default false,
  supervised boolean not null default false,
  readers text[] not null,
  primary key (case_id, step)
);
comment on table case_task is 'Whose turn it is: a row for each step of an open case that waits for somebody.';
create index case_task_queue_idx on case_task (org_id, role, due_at, case_id);

create table deadline (
  case_id uuid not null,
  step text not null,
  kind text not null check (kind in ('yellow', 'red', 'timer', 'clock', 'supplement')),
  seq int not null,
  fire_at timestamptz not null,
  primary key (case_id, step, kind)
);
comment on table deadline is 'What the clock will do to a case and when. A row is claimed with SKIP LOCKED and removed by the action that it causes.';
create index deadline_fire_idx on deadline (fire_at);

create table request (
  request_id uuid primary key,
  actor text not null,
  request_hash bytea not null,
  answer json not null,
  at timestamptz not null
);
comment on table request is 'Every write carries a request id made by its client: the same request again gets the same answer, another one under the same id is refused.';
create index request_at_idx on request (at);

create table case_vote (
  case_id uuid not null,
  step text not null,
  round int not null,
  voter_id uuid not null,
  choice text not null,
  at timestamptz not null,
  leaf_id uuid not null references log_leaf,
  primary key (case_id, step, round, voter_id)
);
comment on table case_vote is 'The ledger of votes: insert-only, one vote a voter and round.';

create table case_link (
  from_case_id uuid not null,
  to_case_id uuid not null,
  kind text not null,
  at timestamptz not null,
  primary key (from_case_id, to_case_id, kind)
);
comment on table case_link is 'A case that opened, cites or continues another.';
create index case_link_to_idx on case_link (to_case_id);

create table draft (
  draft_id uuid primary key,
  person_id uuid not null references person,
  service_code text not null,
  service_hash text not null,
  data jsonb not null,
  from_case_id uuid,
  case_id uuid,
  step text,
  updated_at timestamptz not null,
  submitted_case_id uuid
);
comment on table draft is 'A form being filled in, saved page by page. Sensitive fields are sealed.';
create index draft_person_idx on draft (person_id, updated_at desc);

create table case_document (
  document_id uuid primary key,
  case_id uuid not null,
  template text not null,
  title text not null,
  content json not null,
  readers text[] not null,
  at timestamptz not null,
  leaf_id uuid not null references log_leaf
);
comment on table case_document is 'A letter or certificate: its template and the values put into it, so that it can be printed again to the byte.';
create index case_document_case_idx on case_document (case_id, at);

create table rating (
  case_id uuid primary key,
  person_id uuid not null,
  stars int not null check (stars between 1 and 5),
  comment text,
  at timestamptz not null,
  due_rectify_at timestamptz,
  reply text,
  replied_by uuid,
  replied_at timestamptz,
  readers text[] not null,
  leaf_id uuid not null references log_leaf
);
comment on table rating is '好差评: one rating a case, five levels; a bad one (1 or 2) must be answered and rectified within 15 working days.';
create index rating_due_idx on rating (due_rectify_at) where replied_at is null;

create table notice (
  notice_id uuid primary key,
  person_id uuid,
  org_id uuid,
  role text,
  case_id uuid,
  template text not null,
  title text not null,
  text text not null,
  channels text[] not null,
  at timestamptz not null,
  read_at timestamptz,
  sms_state text not null check (sms_state in ('none', 'queued', 'sent', 'failed')),
  sms_provider_id text,
  readers text[] not null
);
comment on table notice is 'The outbox: what was told to whom, in the app and by SMS.';
create index notice_person_idx on notice (person_id, at desc);
create index notice_org_idx on notice (org_id, role, at desc) where org_id is not null;
create index notice_sms_idx on notice (at) where sms_state = 'queued';

-- ---- files -------------------------------------------------------------------------------------------------------------------

create table file (
  file_id uuid primary key,
  person_id uuid,
  case_id uuid,
  name text not null,
  media_type text not null,
  bytes int not null check (bytes between 1 and 20971520),
  address text not null,
  key_sealed text,
  plain_index bytea not null,
  state text not null check (state in ('quarantined', 'clean', 'infected', 'erased')),
  readers text[] not null,
  at timestamptz not null
);
comment on table file is 'Evidence and papers. The address is the hash of the ciphertext; destroying the key erases the file.';
create index file_person_idx on file (person_id, at desc);
create index file_case_idx on file (case_id) where case_id is not null;

-- ---- membership --------------------------------------------------------------------------------------------------------------

create table membership (
  membership_id uuid primary key,
  person_id uuid not null references person,
  union_org_id uuid not null references org,
  member_no text not null,
  joined_on date not null,
  ended_on date,
  case_id uuid not null,
  readers text[] not null,
  leaf_id uuid not null references log_leaf,
  constraint membership_no_key unique (member_no)
);
comment on table membership is 'Union membership. One active membership a person.';
create unique index membership_active_key on membership (person_id) where ended_on is null;

-- ---- cover -------------------------------------------------------------------------------------------------------------------

create table cover_policy (
  policy_id uuid primary key,
  policy_no text not null,
  person_id uuid not null references person,
  case_id uuid not null,
  insurer_org_id uuid not null references org,
  insurer_policy_no text,
  region text not null,
  work_type text not null,
  first_day date not null,
  days int not null check (days between 1 and 366),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  premium_fen bigint not null check (premium_fen between 0 and 1000000000),
  subsidy_fen bigint not null check (subsidy_fen between 0 and premium_fen),
  beneficiary text,
  issued_at timestamptz not null,
  readers text[] not null,
  leaf_id uuid not null references log_leaf,
  constraint cover_policy_no_key unique (policy_no)
);
comment on table cover_policy is 'A policy of daily accident cover; its days stand in cover_entry.';
create index cover_policy_person_idx on cover_policy (person_id, first_day desc);
create index cover_policy_case_idx on cover_policy (case_id);

create table cover_entry (
  person_id uuid not null,
  day date not null,
  generation int not null check (generation > 0),
  policy_id uuid not null references cover_policy,
  kind text not null check ((kind = 'bound') = (generation % 2 = 1) and kind in ('bound', 'released')),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  at timestamptz not null,
  readers text[] not null,
  leaf_id uuid not null references log_leaf,
  primary key (person_id, day, generation)
);
comment on table cover_entry is 'The append-only ledger of cover by person and day. Odd generations bind a day, even ones release it; a person is covered by a day whose last generation is odd.';

create table benefit_claim (
  claim_id uuid primary key,
  report_case_id uuid not null,
  benefit text not null check (benefit in ('medical', 'allowance', 'disability', 'death', 'prepay')),
  case_id uuid not null,
  person_id uuid not null,
  policy_id uuid not null references cover_policy,
  amount_fen bigint not null default 0 check (amount_fen between 0 and 40000000),
  state text not null check (state in ('open', 'agreed', 'paid', 'denied')),
  readers text[] not null
);
comment on table benefit_claim is 'One claim a benefit and accident. amount_fen is what was agreed; sums are held to the limit of the policy.';
create unique index benefit_claim_once_key on benefit_claim (report_case_id, benefit) where state <> 'denied';
create index benefit_claim_person_idx on benefit_claim (person_id);

-- ---- money -------------------------------------------------------------------------------------------------------------------

create table account (
  account_id text primary key,
  name text not null,
  kind text not null check (kind in ('clearing', 'fund', 'payable', 'receivable', 'bank')),
  floor_fen bigint
);
comment on table account is 'Accounts of the double-entry ledger. floor_fen: the balance (credit minus debit) may not go below it; null is no floor.';

create table transfer (
  transfer_id uuid primary key,
  idem text not null,
  request_hash bytea not null,
  debit text not null references account,
  credit text not null references account,
  amount_fen bigint not null check (amount_fen > 0 and amount_fen <= 100000000000000),
  code text not null,
  state text not null check (state in ('posted', 'pending', 'resolved_post', 'resolved_void')),
  pending_of uuid references transfer,
  case_id uuid,
  action_id uuid,
  at timestamptz not null,
  leaf_id uuid not null references log_leaf,
  constraint transfer_idem_key unique (idem),
  constraint transfer_accounts_check check (debit <> credit),
  constraint transfer_pending_check check ((pending_of is null) = (state in ('posted', 'pending')))
);
comment on table transfer is 'Money moved or reserved, append-only. A pending transfer is resolved at most once, by another transfer that names it.';
create unique index transfer_resolution_key on transfer (pending_of) where pending_of is not null;
create index transfer_case_idx on transfer (case_id) where case_id is not null;
create index transfer_at_idx on transfer (at);

create table entry (
  transfer_id uuid not null references transfer,
  account_id text not null references account,
  amount_fen bigint not null check (amount_fen <> 0),
  pending boolean not null,
  at timestamptz not null,
  primary key (transfer_id, account_id, pending)
);
comment on table entry is 'Double entry: the entries of a transfer sum to zero. Positive is credit. Pending entries are what is reserved, and their reversal.';
create index entry_account_idx on entry (account_id, at);

create table balance_snapshot (
  account_id text not null references account,
  at timestamptz not null,
  posted_fen bigint not null,
  pending_fen bigint not null,
  primary key (account_id, at)
);
comment on table balance_snapshot is 'Balance of an account at an instant; a balance is the last snapshot and the entries after it.';

create table payment_order (
  order_no text primary key,
  case_id uuid not null,
  person_id uuid not null,
  amount_fen bigint not null check (amount_fen > 0),
  description text not null,
  state text not null check (state in ('created', 'open', 'paid', 'closed', 'refunding', 'refunded')),
  pay_url text,
  transaction_id text,
  refund_no text,
  refund_fen bigint,
  expires_at timestamptz not null,
  paid_at timestamptz,
  created_at timestamptz not null,
  checked_at timestamptz,
  readers text[] not null,
  constraint payment_order_refund_key unique (refund_no)
);
comment on table payment_order is 'Money asked of a person through the payment port.';
create index payment_order_case_idx on payment_order (case_id);
create index payment_order_open_idx on payment_order (created_at) where state in ('created', 'open', 'refunding');

create table payment_event (
  event_key text primary key,
  order_no text not null,
  kind text not null,
  body jsonb not null,
  at timestamptz not null
);
comment on table payment_event is 'What the payment port told us, once each: a repeat finds its key taken.';

create table payout (
  payout_id uuid primary key,
  reference text not null,
  case_id uuid not null,
  person_id uuid not null,
  step text not null,
  purpose text not null,
  payee_name_sealed text not null,
  card_sealed text not null,
  card_tail text not null,
  amount_fen bigint not null check (amount_fen between 1 and 100000000),
  org_id uuid not null references org,
  batch_id uuid,
  state text not null check (state in ('drafted', 'batched', 'submitted', 'unknown', 'settled', 'returned', 'failed', 'cancelled')),
  bank_serial text,
  reason text,
  created_at timestamptz not null,
  settled_at timestamptz,
  reserve_id uuid references transfer,
  readers text[] not null,
  constraint payout_reference_key unique (reference)
);
comment on table payout is 'Money owed to a person on a case. unknown is resolved by a query, never by sending again under a new reference.';
create index payout_case_idx on payout (case_id);
create index payout_open_idx on payout (org_id, state, created_at) where state in ('drafted', 'batched', 'submitted', 'unknown');
create index payout_batch_idx on payout (batch_id) where batch_id is not null;

create table payout_batch (
  batch_id uuid primary key,
  batch_no text not null,
  org_id uuid not null references org,
  maker_id uuid not null references staff,
  line_count int not null check (line_count > 0),
  total_fen bigint not null check (total_fen > 0),
  lines_hash bytea not null,
  state text not null check (state in ('made', 'approved', 'submitted', 'done', 'voided')),
  made_at timestamptz not null,
  submitted_at timestamptz,
  submit_count int not null default 0,
  readers text[] not null,
  leaf_id uuid not null references log_leaf,
  constraint payout_batch_no_key unique (batch_no),
  constraint payout_batch_maker_key unique (batch_id, maker_id)
);
comment on table payout_batch is 'A batch of payouts with its maker, count, total and the hash of its sorted lines.';

create table payout_approval (
  batch_id uuid not null,
  maker_id uuid not null,
  approver_id uuid not null references staff,
  lines_hash bytea not null,
  decision text not null check (decision in ('approve', 'refuse')),
  reason text,
  at timestamptz not null,
  leaf_id uuid not null references log_leaf,
  primary key (batch_id, approver_id),
  constraint payout_approval_batch_fkey foreign key (batch_id, maker_id) references payout_batch (batch_id, maker_id),
  constraint payout_approval_four_eyes_check check (approver_id <> maker_id)
);
comment on table payout_approval is 'Four eyes: the approver is not the maker, and approved exactly the lines whose hash is here.';

create table bank_line (
  line_key text primary key,
  day date not null,
  reference text,
  bank_serial text not null,
  amount_fen bigint not null,
  kind text not null,
  matched_payout_id uuid references payout,
  at timestamptz not null
);
comment on table bank_line is 'Lines of the bank''s day statement, append-only, matched by reference.';
create index bank_line_day_idx on bank_line (day);

create table reconciliation (
  reconciliation_id uuid primary key,
  day date not null,
  party text not null check (party in ('bank', 'payment')),
  matched_count int not null,
  difference_count int not null,
  differences jsonb not null,
  at timestamptz not null,
  leaf_id uuid not null references log_leaf
);
comment on table reconciliation is 'The result of comparing a day of ours with a day of an outside party; a difference has an owner.';
create index reconciliation_day_idx on reconciliation (party, day desc, at desc);

-- ---- operation ---------------------------------------------------------------------------------------------------------------

create table setting (
  name text primary key,
  value jsonb not null,
  at timestamptz not null
);
comment on table setting is 'Small facts of this installation: demonstration clock, calendar version, seed of the city.';

-- ---- rights of the application's role ----------------------------------------------------------------------------------------

grant select, insert on
  log_leaf, case_action, case_vote, case_link, unmasking, definition, publication, cover_policy, cover_entry,
  transfer, entry, balance_snapshot, payment_event, payout_approval, bank_line, reconciliation, staff_role, case_document
to gongdun_app;
grant select, insert on case_body, trace_body, request, dossier to gongdun_app;
grant delete on request to gongdun_app;
grant select, insert, update on
  person, sms_code, session, case_number_counter, case_state, rating, notice, file, draft, membership, benefit_claim,
  payment_order, payout, payout_batch, setting, staff, org, org_role
to gongdun_app;
grant select, insert, update, delete on case_task, deadline to gongdun_app;
grant delete on draft, org_role to gongdun_app;
grant update (readers) on dossier to gongdun_app;
grant select, insert on account to gongdun_app;

-- ---- row-level security ------------------------------------------------------------------------------------------------------
-- The setting is read once a statement (the sub-select makes it an init plan), not once a row.

do $$
declare
  t text;
begin
  foreach t in array array[
    'person', 'dossier', 'case_state', 'case_task', 'case_document', 'rating', 'notice', 'file', 'membership',
    'cover_policy', 'cover_entry', 'benefit_claim', 'payment_order', 'payout', 'payout_batch'
  ] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format(
      'create policy %I on %I for select using (readers && (select current_setting(''gongdun.grants'')::text[]))',
      t || '_read', t);
    execute format('create policy %I on %I for insert with check (true)', t || '_insert', t);
    execute format(
      'create policy %I on %I for update using (readers && (select current_setting(''gongdun.grants'')::text[])) with check (true)',
      t || '_update', t);
    execute format(
      'create policy %I on %I for delete using (readers && (select current_setting(''gongdun.grants'')::text[]))',
      t || '_delete', t);
  end loop;
  -- What hangs on a case is seen by whoever sees the case.
  foreach t in array array['case_action', 'case_vote'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy %I on %I for insert with check (true)', t || '_insert', t);
    execute format(
      'create policy %I on %I for select using (exists (select 1 from case_state s where s.case_id = %I.case_id))',
      t || '_read', t, t);
  end loop;
  alter table case_body enable row level security;
  alter table case_body force row level security;
  create policy case_body_insert on case_body for insert with check (true);
  create policy case_body_read on case_body for select
    using (exists (select 1 from case_action a where a.action_id = case_body.action_id));
  alter table draft enable row level security;
  alter table draft force row level security;
  create policy draft_all on draft for all
    using ('person:' || person_id::text = any ((select current_setting('gongdun.grants')::text[])::text[])
           or '*' = any ((select current_setting('gongdun.grants')::text[])::text[]))
    with check (true);
end $$;

-- ---- jobs --------------------------------------------------------------------------------------------------------------------
-- The application's role enqueues through this one door, in its own transaction; it has no other right on the job queue.

create function enqueue_job(identifier text, payload json, run_at timestamptz, job_key text, max_attempts int, queue_name text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform graphile_worker.add_job(identifier, payload, queue_name := queue_name, run_at := run_at,
    max_attempts := max_attempts, job_key := job_key);
end $$;
comment on function enqueue_job is 'Adds a job in the caller''s transaction (graphile-worker).';
revoke all on function enqueue_job from public;
grant execute on function enqueue_job to gongdun_app;
alter table case_state set (toast_tuple_target = 8160);
alter table case_body set (toast_tuple_target = 8160);
alter table trace_body set (toast_tuple_target = 8160);
alter table case_document set (toast_tuple_target = 8160);
