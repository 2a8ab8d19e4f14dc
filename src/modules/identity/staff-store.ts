// Every query by which staff are administered.

import { statement } from '#platform/db';
import type { StaffKind } from '#catalog';

export type StaffRow = {
  staff_id: string;
  login: string;
  name: string;
  org_id: string;
  org_name: string;
  org_region: string;
  kind: StaffKind;
  password_hash: string;
  active: boolean;
  invited_at: string | null;
  suspended_at: string | null;
  closed_at: string | null;
  locked_until: string | null;
};

const columns = `f.staff_id, f.login, f.name, f.org_id, o.name as org_name, o.region as org_region, f.kind, f.password_hash, f.active,
  f.invited_at, f.suspended_at, f.closed_at, f.locked_until`;

/** Locked: acts on one account come one after the other. */
export const lockStaff = statement<[string], StaffRow>(
  'identity.staff_for_update',
  `select ${columns} from staff f join org o on o.org_id = f.org_id where f.staff_id = $1 for update of f`,
);

export const readStaff = statement<[string], StaffRow>(
  'identity.staff',
  `select ${columns} from staff f join org o on o.org_id = f.org_id where f.staff_id = $1`,
);

const stateCondition = `case when $5::text is null then true
    when $5 = 'closed' then f.closed_at is not null
    when $5 = 'suspended' then f.suspended_at is not null and f.closed_at is null
    when $5 = 'active' then f.active
    else not f.active and f.suspended_at is null and f.closed_at is null end`;

export const listStaff = statement<
  [string, number, string | null, string | null, string | null, string | null],
  StaffRow
>(
  'identity.list_staff',
  `select ${columns} from staff f join org o on o.org_id = f.org_id
   where f.login > $1 and ($3::text is null or f.name ilike $3 or f.login ilike $3 or o.name ilike $3)
     and ($4::uuid is null or f.org_id = $4) and ${stateCondition} and ($6::text is null or f.kind = $6)
   order by f.login limit $2`,
);

export type HeldRow = {
  staff_id: string;
  role: string;
  org_id: string;
  org_name: string;
  stands_in_for: string | null;
};

export const heldRoles = statement<[string[], string], HeldRow>(
  'identity.held_roles',
  `select r.staff_id, r.role, r.org_id, o.name as org_name, a.name as stands_in_for
   from roles_on($2::date) r join org o on o.org_id = r.org_id left join staff a on a.staff_id = r.stands_in_for
   where r.staff_id = any($1::uuid[]) order by r.role, o.code`,
);

/** The person's own, not lent. */
export const holdsRole = statement<[string, string, string, string], { one: number }>(
  'identity.holds_role',
  `select 1 as one from roles_on($4::date) r
   where r.staff_id = $1 and r.role = $2 and r.org_id = $3 and r.stands_in_for is null`,
);

export const roleHistory = statement<
  [string],
  {
    role: string;
    org_id: string;
    org_name: string;
    from_day: string;
    until_day: string | null;
    given_by: string | null;
  }
>(
  'identity.role_history',
  `select r.role, r.org_id, o.name as org_name, r.from_day, r.until_day, g.name as given_by
   from staff_role r join org o on o.org_id = r.org_id left join staff g on g.staff_id = r.given_by
   where r.staff_id = $1 order by r.seq desc limit 100`,
);

/** Days from which a role of this person is still to come. */
export const comingRoles = statement<[string, string, string, string], { from_day: string }>(
  'identity.coming_roles',
  `select distinct from_day from staff_role where staff_id = $1 and role = $2 and org_id = $3 and from_day > $4::date`,
);

export const countHolders = statement<[string, string], { count: number }>(
  'identity.count_holders',
  `select count(distinct r.staff_id)::int as count from roles_on($2::date) r join staff f on f.staff_id = r.staff_id
   where r.role = $1 and f.active`,
);

export const selectOrg = statement<
  [string, string],
  { name: string; kind: string; region: string; active: boolean; acts: boolean }
>(
  'identity.org',
  `select o.name, o.kind, o.region, o.active, exists (select 1 from org_role r where r.org_id = o.org_id and r.role = $2) as acts
   from org o where o.org_id = $1`,
);

// ---- accounts ----------------------------------------------------------------------------------------------------------------

export const inviteStaff = statement<[string, string, string, string, string, Buffer, string], { staff_id: string }>(
  'identity.invite_staff',
  `insert into staff (staff_id, login, name, org_id, kind, person_index, invited_at, password_hash, totp_secret_sealed, active)
   values ($1, $2, $3, $4, $5, $6, $7, '', '', false) on conflict do nothing returning staff_id`,
);

export const selectByPersonIndex = statement<[Buffer[]], { staff_id: string }>(
  'identity.staff_by_person',
  'select staff_id from staff where person_index = any($1::bytea[]) and closed_at is null',
);

export const suspendStaff = statement<[string, string | null], never>(
  'identity.suspend_staff',
  'update staff set suspended_at = $2, active = false where staff_id = $1',
);

export const resumeStaff = statement<[string], never>(
  'identity.resume_staff',
  `update staff set suspended_at = null, active = password_hash <> '' where staff_id = $1`,
);

export const closeStaff = statement<[string, string], never>(
  'identity.close_staff',
  'update staff set closed_at = $2, active = false where staff_id = $1',
);

export const activateStaff = statement<[string, string, string, number], { staff_id: string }>(
  'identity.activate_staff',
  `update staff set password_hash = $2, totp_secret_sealed = $3, totp_last_step = $4, active = true, failed_count = 0, locked_until = null
   where staff_id = $1 and password_hash = '' and suspended_at is null and closed_at is null returning staff_id`,
);

export const setPassword = statement<[string, string], { staff_id: string }>(
  'identity.set_password',
  `update staff set password_hash = $2 where staff_id = $1 and active returning staff_id`,
);

export const setTotp = statement<[string, string, number], { staff_id: string }>(
  'identity.set_totp',
  `update staff set totp_secret_sealed = $2, totp_last_step = $3, failed_count = 0, locked_until = null
   where staff_id = $1 and active returning staff_id`,
);

export const spendTotp = statement<[string, number], { staff_id: string }>(
  'identity.spend_totp',
  `update staff set totp_last_step = $2, failed_count = 0, locked_until = null
   where staff_id = $1 and active and totp_last_step < $2 returning staff_id`,
);

export const dropTotp = statement<[string], never>(
  'identity.drop_totp',
  `update staff set totp_secret_sealed = '' where staff_id = $1`,
);

// ---- links -------------------------------------------------------------------------------------------------------------------

export const insertLink = statement<[string, string, string, Buffer, string | null, string, string], never>(
  'identity.insert_link',
  `insert into staff_link (link_id, staff_id, purpose, token_hash, made_by, made_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)`,
);

export const revokeLinks = statement<[string, string | null, string], never>(
  'identity.revoke_links',
  `update staff_link set revoked_at = $3
   where staff_id = $1 and ($2::text is null or purpose = $2) and used_at is null and revoked_at is null`,
);

export type LinkRow = {
  link_id: string;
  staff_id: string;
  purpose: 'invitation' | 'password' | 'second_factor' | 'key';
  expires_at: string;
};

/** Locked: of two who bring it at once the second finds it used. */
export const selectLink = statement<[Buffer[], string], LinkRow>(
  'identity.link',
  `select link_id, staff_id, purpose, expires_at from staff_link
   where token_hash = any($1::bytea[]) and used_at is null and revoked_at is null and expires_at > $2 for update`,
);

export const useLink = statement<[string, string], never>(
  'identity.use_link',
  'update staff_link set used_at = $2 where link_id = $1',
);

// ---- proposals ---------------------------------------------------------------------------------------------------------------

export type ProposalRow = {
  proposal_id: string;
  purpose: 'give' | 'take' | 'stand_in';
  staff_id: string;
  staff_name: string;
  stands_in_for: string | null;
  absent_name: string | null;
  role: string;
  org_id: string;
  org_name: string;
  org_region: string;
  from_day: string;
  until_day: string | null;
  reason: string;
  proposed_by: string;
  proposer_name: string;
  proposed_at: string;
  state: 'waiting' | 'approved' | 'rejected' | 'withdrawn';
  decider_name: string | null;
  decided_at: string | null;
  decision_reason: string | null;
};

const proposalColumns = `p.proposal_id, p.purpose, p.staff_id, f.name as staff_name, p.stands_in_for, a.name as absent_name, p.role,
     p.org_id, o.name as org_name, o.region as org_region, p.from_day, p.until_day, p.reason, p.proposed_by, m.name as proposer_name,
     p.proposed_at, p.state, d.name as decider_name, p.decided_at, p.decision_reason
   from role_proposal p join staff f on f.staff_id = p.staff_id join org o on o.org_id = p.org_id
     join staff m on m.staff_id = p.proposed_by left join staff d on d.staff_id = p.decided_by
     left join staff a on a.staff_id = p.stands_in_for`;

export const insertProposal = statement<
  [string, string, string, string | null, string, string, string, string | null, string, string, string],
  { proposal_id: string }
>(
  'identity.insert_proposal',
  `insert into role_proposal (proposal_id, purpose, staff_id, stands_in_for, role, org_id, from_day, until_day, reason, proposed_by, proposed_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing returning proposal_id`,
);

export const lockProposal = statement<[string], ProposalRow>(
  'identity.proposal_for_update',
  `select ${proposalColumns} where p.proposal_id = $1 for update of p`,
);

export const decideProposal = statement<[string, string, string, string, string], never>(
  'identity.decide_proposal',
  `update role_proposal set state = $2, decided_by = $3, decided_at = $4, decision_reason = $5 where proposal_id = $1 and state = 'waiting'`,
);

export const listProposals = statement<[string, string, number, string | null, string | null], ProposalRow>(
  'identity.list_proposals',
  `select ${proposalColumns}
   where (p.proposed_at, p.proposal_id) < ($1::timestamptz, $2::uuid) and ($4::uuid is null or p.staff_id = $4)
     and ($5::text is null or p.state = $5)
   order by p.proposed_at desc, p.proposal_id desc limit $3`,
);

// ---- substitutions -----------------------------------------------------------------------------------------------------------

export type SubstitutionRow = {
  substitution_id: string;
  staff_id: string;
  staff_name: string;
  substitute_id: string;
  substitute_name: string;
  role: string;
  org_name: string;
  org_region: string;
  org_id: string;
  from_day: string;
  until_day: string;
  reason: string;
  ended_at: string | null;
};

const substitutionColumns = `s.substitution_id, s.staff_id, f.name as staff_name, s.substitute_id, t.name as substitute_name, s.role,
     o.name as org_name, o.region as org_region, s.org_id, s.from_day, s.until_day, s.reason, s.ended_at
   from substitution s join staff f on f.staff_id = s.staff_id join staff t on t.staff_id = s.substitute_id
     join org o on o.org_id = s.org_id`;

export const insertSubstitution = statement<
  [string, string, string, string, string, string, string, string, string, string, string],
  never
>(
  'identity.insert_substitution',
  `insert into substitution (substitution_id, staff_id, substitute_id, role, org_id, from_day, until_day, reason, made_by, made_at, leaf_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);

export const substitutionsOf = statement<[string], SubstitutionRow>(
  'identity.substitutions_of',
  `select ${substitutionColumns} where s.staff_id = $1 or s.substitute_id = $1 order by s.from_day desc, s.substitution_id desc limit 100`,
);

export const lockSubstitution = statement<[string], SubstitutionRow>(
  'identity.substitution_for_update',
  `select ${substitutionColumns} where s.substitution_id = $1 and s.ended_at is null for update of s`,
);

export const endSubstitution = statement<[string, string], never>(
  'identity.end_substitution',
  'update substitution set ended_at = $2 where substitution_id = $1 and ended_at is null',
);

export const endAllSubstitutions = statement<[string, string], never>(
  'identity.end_all_substitutions',
  'update substitution set ended_at = $2 where (staff_id = $1 or substitute_id = $1) and ended_at is null',
);

/** Who may stand in: business staff at the same organisation. */
export const colleaguesAt = statement<[string, string], { staff_id: string; name: string; login: string }>(
  'identity.colleagues_at',
  `select distinct f.staff_id, f.name, f.login from staff f
   where f.active and f.kind = 'business' and f.org_id = $1 and f.staff_id <> $2 order by f.name, f.login limit 200`,
);
