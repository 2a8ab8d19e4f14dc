// The security administrator's part: roles given and taken, critical ones by two, and a new second factor. No account is made
// here, and nobody gives oneself anything. Stand-ins for critical roles pass through the same four eyes.

import { isCritical, isRole, roles, staffKindOf } from '#catalog';
import type { By } from '#modules/administration';
import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { cutPage, readCursor, type Page } from '#platform/page';
import { refuse as refuseIdentity } from './contract.ts';
import type { StaffSession } from './sessions.ts';
import { roleZh } from './staff-accounts.ts';
import { refuse, type ProposalItem, type RoleInput, type TakeInput } from './staff-contract.ts';
import {
  byOf,
  heldStaff,
  lockAdministrators,
  requireEnough,
  requireState,
  type StaffDeskOptions,
} from './staff-desk.ts';
import { changeStaffRole } from './staff-login.ts';
import { proposalView } from './staff-views.ts';
import * as store from './staff-store.ts';

export type RoleAnswer = { readonly state: 'done' | 'waiting'; readonly proposalId: string | null };
type Grant = {
  readonly staffId: string;
  readonly role: string;
  readonly orgId: string;
  readonly region: string;
  readonly fromDay: string;
  readonly untilDay: string | null;
};

/** Companies are served by these beside the role of their own kind. */
const companyRoles: readonly string[] = ['enterprise', 'employer_representative', 'enterprise_administrator'];
export const codeHours = 24;
const lastId = 'ffffffff-ffff-7fff-bfff-ffffffffffff';

export type StaffRoles = ReturnType<typeof createStaffRoles>;

export function createStaffRoles(
  options: StaffDeskOptions & {
    readonly lend: (tx: Tx, row: store.ProposalRow, by: By) => void;
    readonly releaseTasks: (staffId: string) => Promise<void>;
  },
) {
  const { db, crypto, trace, acts, clock, sessionClock, sessions } = options;
  const today = () => dayOf(clock.now());

  /** The role fits the account's kind and the organisation's duty. */
  async function requireFit(tx: Tx, row: store.StaffRow, role: string, orgId: string) {
    const org = await tx.maybe(store.selectOrg, [orgId, role]);
    if (!org?.active) throw refuse('identity.org_closed');
    if (!isRole(role) || ['system', 'public'].includes(roles[role].kind) || staffKindOf(role) !== row.kind)
      throw refuse('identity.role_unfit', { role: roleZh(role) });
    const isCompany = org.kind === 'cooperating_employer' || org.kind === 'platform_company';
    const fits =
      row.kind !== 'business' || org.acts || roles[role].org === org.kind || (isCompany && companyRoles.includes(role));
    if (!fits) throw refuse('identity.role_unfit', { role: roleZh(role) });
    return { role, org };
  }

  function write(tx: Tx, grant: Grant, by: By): void {
    const { role } = grant;
    invariant(isRole(role), 'a role that is given was checked');
    sessions.forget(tx);
    changeStaffRole(tx, trace, { ...grant, role, at: clock.now(), actorId: by.staffId });
  }

  /** Ends what is held today and everything that was to begin later. */
  async function end(tx: Tx, grant: Omit<Grant, 'fromDay' | 'untilDay'>, by: By): Promise<void> {
    tx.onCommit(() => void options.releaseTasks(grant.staffId));
    const coming = await tx.run(store.comingRoles, [grant.staffId, grant.role, grant.orgId, today()]);
    for (const fromDay of [today(), ...coming.map((one) => one.from_day)])
      write(tx, { ...grant, fromDay, untilDay: dayBefore(fromDay) }, by);
  }

  async function giveRole(session: StaffSession, staffId: string, input: RoleInput): Promise<RoleAnswer> {
    const by = byOf(session, 'security_administrator');
    const fromDay = input.fromDay ?? today();
    const untilDay = input.untilDay ?? null;
    return acts.once<RoleAnswer>({
      by,
      requestId: input.requestId,
      type: isCritical(input.role) ? 'role_proposed' : 'role_given',
      content: { staffId, ...input },
      work: async (tx) => {
        const row = await heldStaff(tx, staffId, by);
        requireState(row, 'invited', 'active', 'suspended');
        const { role, org } = await requireFit(tx, row, input.role, input.orgId);
        if (fromDay < today() || (untilDay !== null && untilDay < fromDay)) throw refuse('identity.days_wrong');
        if (fromDay === today() && (await tx.maybe(store.holdsRole, [staffId, role, input.orgId, today()])))
          throw refuse('identity.role_held');
        const grant = { staffId, role, orgId: input.orgId, region: org.region, fromDay, untilDay };
        const what = `“${row.name}”（${row.login}）${org.name}“${roleZh(role)}”岗位：${input.reason}`;
        if (isCritical(role)) return propose(tx, 'give', grant, input.reason, by, `提请授予${what}`);
        write(tx, grant, by);
        return { title: `授予${what}`, staffId, orgId: input.orgId, body: { ...grant }, answer: doneAnswer };
      },
    });
  }

  async function takeRole(session: StaffSession, staffId: string, input: TakeInput): Promise<RoleAnswer> {
    const by = byOf(session, 'security_administrator');
    // To take a payer's right away is safe and may be urgent; to take an administrator's away is how one would seize the house.
    const byTwo = staffKindOf(input.role) !== 'business';
    return acts.once<RoleAnswer>({
      by,
      requestId: input.requestId,
      type: byTwo ? 'role_proposed' : 'role_taken',
      content: { staffId, ...input },
      work: async (tx) => {
        const row = await heldStaff(tx, staffId, by);
        const held = await tx.maybe(store.holdsRole, [staffId, input.role, input.orgId, today()]);
        const coming = await tx.run(store.comingRoles, [staffId, input.role, input.orgId, today()]);
        if (!isRole(input.role) || (!held && coming.length === 0)) throw refuse('identity.role_not_held');
        const region = row.org_region;
        const grant = { staffId, role: input.role, orgId: input.orgId, region, fromDay: today(), untilDay: null };
        const what = `“${row.name}”（${row.login}）“${roleZh(input.role)}”岗位：${input.reason}`;
        if (byTwo) return propose(tx, 'take', grant, input.reason, by, `提请收回${what}`);
        await end(tx, grant, by);
        return { title: `收回${what}`, staffId, orgId: input.orgId, body: { ...grant }, answer: doneAnswer };
      },
    });
  }

  async function propose(
    tx: Tx,
    purpose: store.ProposalRow['purpose'],
    grant: Grant,
    reason: string,
    by: By,
    title: string,
    standsInFor: string | null = null,
  ) {
    const { staffId, role, orgId, fromDay, untilDay } = grant;
    const proposalId = newId();
    const proposer = by.staffId ?? '';
    const made = await tx.maybe(store.insertProposal, [
      proposalId,
      purpose,
      staffId,
      standsInFor,
      role,
      orgId,
      fromDay,
      untilDay,
      reason,
      proposer,
      clock.now(),
    ]);
    if (!made) throw refuse('identity.proposal_waiting');
    const answer: RoleAnswer = { state: 'waiting', proposalId };
    return { title, staffId, orgId, body: { proposal_id: proposalId, purpose, ...grant }, answer };
  }

  async function decide(
    session: StaffSession,
    proposalId: string,
    input: { readonly requestId: string; readonly agree: boolean; readonly reason: string },
  ): Promise<ProposalItem> {
    const by = byOf(session, 'security_administrator');
    await acts.once({
      by,
      requestId: input.requestId,
      type: input.agree ? 'proposal_approved' : 'proposal_rejected',
      content: { proposalId, agree: input.agree, reason: input.reason },
      work: async (tx) => {
        await lockAdministrators(tx);
        const found = await waiting(tx, proposalId);
        const { staff_id: staffId, stands_in_for: absent } = found;
        if ([found.proposed_by, staffId, absent].includes(by.staffId)) throw refuse('identity.four_eyes');
        const row = await heldStaff(tx, staffId, by);
        tx.send(store.decideProposal, [
          proposalId,
          input.agree ? 'approved' : 'rejected',
          by.staffId ?? '',
          clock.now(),
          input.reason,
        ]);
        if (input.agree) await carryOut(tx, found, row, by);
        const verb = input.agree ? '同意' : '不同意';
        return {
          title: `${verb}${proposalView(found, session).purposeZh}“${found.staff_name}”“${roleZh(found.role)}”`,
          staffId,
          orgId: found.org_id,
          body: { proposal_id: proposalId, agree: input.agree, reason: input.reason },
          answer: null,
        };
      },
    });
    return oneProposal(session, proposalId);
  }

  async function carryOut(tx: Tx, found: store.ProposalRow, row: store.StaffRow, by: By): Promise<void> {
    requireState(row, 'invited', 'active', 'suspended');
    const { role } =
      found.purpose === 'take' ? { role: found.role } : await requireFit(tx, row, found.role, found.org_id);
    if (!isRole(role)) throw refuse('identity.role_unfit', { role });
    const grant = { staffId: found.staff_id, role, orgId: found.org_id, region: found.org_region };
    // What waited past its first day begins on the day it is agreed to.
    const fromDay = found.from_day < today() ? today() : found.from_day;
    if (found.purpose !== 'take' && found.until_day !== null && found.until_day < fromDay)
      throw refuse('identity.days_wrong');
    if (found.purpose === 'stand_in') options.lend(tx, { ...found, from_day: fromDay }, by);
    else if (found.purpose === 'give') write(tx, { ...grant, fromDay, untilDay: found.until_day }, by);
    else {
      await end(tx, grant, by);
      await requireEnough(tx, role, clock);
    }
  }

  async function withdraw(session: StaffSession, proposalId: string, requestId: string): Promise<ProposalItem> {
    const by = byOf(session, 'security_administrator');
    await acts.once({
      by,
      requestId,
      type: 'proposal_withdrawn',
      content: { proposalId },
      work: async (tx) => {
        const found = await waiting(tx, proposalId);
        if (found.proposed_by !== by.staffId) throw refuseIdentity('identity.not_allowed');
        tx.send(store.decideProposal, [proposalId, 'withdrawn', by.staffId ?? '', clock.now(), '']);
        const title = `撤回对“${found.staff_name}”“${roleZh(found.role)}”的提请`;
        return { title, staffId: found.staff_id, orgId: found.org_id, body: { proposal_id: proposalId }, answer: null };
      },
    });
    return oneProposal(session, proposalId);
  }

  async function waiting(tx: Tx, proposalId: string): Promise<store.ProposalRow> {
    const found = await tx.maybe(store.lockProposal, [proposalId]);
    if (!found) throw refuse('identity.proposal_missing');
    if (found.state !== 'waiting') throw refuse('identity.proposal_decided');
    return found;
  }

  async function oneProposal(session: StaffSession, proposalId: string): Promise<ProposalItem> {
    const found = await db.transaction(systemAccess, (tx) => tx.maybe(store.lockProposal, [proposalId]));
    if (!found) throw refuse('identity.proposal_missing');
    return proposalView(found, session);
  }

  async function listProposals(
    session: StaffSession,
    query: { readonly state?: string | undefined; readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<Page<ProposalItem>> {
    byOf(session, 'security_administrator', 'audit_administrator');
    const [at, id] = readCursor(query.cursor) ?? ['infinity', lastId];
    const rows = await db.transaction(systemAccess, (tx) =>
      tx.run(store.listProposals, [at, id, query.limit + 1, null, query.state ?? null]),
    );
    const page = cutPage(rows, query.limit, (last) => [last.proposed_at, last.proposal_id]);
    return { ...page, items: page.items.map((row) => proposalView(row, session)) };
  }

  /**
   * The old second factor is dead at once. The code that comes back opens nothing by itself: only whoever also knows the password can
   * enrol a new one with it, so neither administrator alone can enter another's account.
   */
  async function resetSecondFactor(
    session: StaffSession,
    staffId: string,
    input: { readonly requestId: string; readonly reason: string },
  ): Promise<{ staffId: string; code: string; expiresAt: string }> {
    const by = byOf(session, 'security_administrator');
    const code = readable(acts.secretOf('second_factor', by, input.requestId));
    const answer = await acts.once({
      by,
      requestId: input.requestId,
      type: 'second_factor_reset',
      content: { staffId, reason: input.reason },
      work: async (tx) => {
        const row = await heldStaff(tx, staffId, by);
        requireState(row, 'active', 'suspended');
        const now = sessionClock.now();
        const expiresAt = new Date(Date.parse(now) + codeHours * 3_600_000).toISOString();
        tx.send(store.dropTotp, [staffId]);
        tx.send(store.revokeLinks, [staffId, 'second_factor', now]);
        const hash = crypto.digest('staff_link', foldCode(code));
        tx.send(store.insertLink, [newId(), staffId, 'second_factor', hash, by.staffId, now, expiresAt]);
        sessions.endAllOfStaff(tx, staffId);
        return {
          title: `重置“${row.name}”（${row.login}）的第二验证：${input.reason}`,
          staffId,
          orgId: row.org_id,
          body: { reason: input.reason },
          answer: { staffId, expiresAt },
        };
      },
    });
    return { ...answer, code };
  }

  return {
    giveRole,
    takeRole,
    propose,
    requireFit,
    decideProposal: decide,
    withdrawProposal: withdraw,
    listProposals,
    resetSecondFactor,
  };
}

const doneAnswer: RoleAnswer = { state: 'done', proposalId: null };

export function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

/** Read out over a counter: 16 characters in fours, none that is taken for another; 80 bits. */
export function readable(secret: string): string {
  const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
  const bytes = [...Buffer.from(secret, 'base64url')].slice(0, 16);
  const text = bytes.map((byte) => alphabet[byte % 32] ?? '2').join('');
  return text.replaceAll(/(.{4})(?!$)/g, '$1-');
}

export function foldCode(code: string): string {
  return code
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '');
}
