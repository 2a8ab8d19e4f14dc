// The system administrator's part: accounts by invitation, suspended, resumed, closed, moved; and a link for a new password. An
// account has no role by itself, and nothing here gives one. Lists are read by all three administrators.

import { isCritical, isRole, roles } from '#catalog';
import type { By } from '#modules/administration';
import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { cutPage, decodeCursor, type Page } from '#platform/page';
import { z } from 'zod';
import { holdOldest } from './indexes.ts';
import { idNumberIndex, idNumberIndexes } from './person.ts';
import type { StaffSession } from './sessions.ts';
import {
  refuse,
  staffKindZh,
  staffStateZh,
  type InviteInput,
  type StaffDetail,
  type StaffItem,
  type StaffQuery,
  type StaffState,
} from './staff-contract.ts';
import {
  byOf,
  heldStaff,
  lockAdministrators,
  requireEnough,
  requireState,
  stateOf,
  type StaffDeskOptions,
} from './staff-desk.ts';
import { foldLogin } from './staff-login.ts';
import { proposalView, substitutionView } from './staff-views.ts';
import { removeSubjectsOf, subjectsOf, type SubjectRow } from './oidc-store.ts';
import * as store from './staff-store.ts';

const linkHours = { invitation: 72, password: 24 } as const;
const hourMs = 3_600_000;

export type LinkAnswer = { readonly staffId: string; readonly link: string; readonly expiresAt: string };
export type StaffAnswer = { readonly staffId: string; readonly state: StaffState };

export type StaffAccountsOptions = StaffDeskOptions & {
  /** What somebody who leaves was working on is given back to the office; after the commit. */
  readonly releaseTasks: (staffId: string) => Promise<void>;
  /** An identity provider is connected. */
  readonly hasProvider?: boolean;
};

export type StaffAccounts = ReturnType<typeof createStaffAccounts>;

export function createStaffAccounts(options: StaffAccountsOptions) {
  const { db, crypto, acts, clock, sessionClock, sessions } = options;

  /** The link itself is never stored: it follows from the request, for whoever made it. */
  function makeLink(tx: Tx, by: By, staffId: string, purpose: 'invitation' | 'password', requestId: string): string {
    const now = sessionClock.now();
    const expiresAt = new Date(Date.parse(now) + linkHours[purpose] * hourMs).toISOString();
    const hash = crypto.digest('staff_link', acts.secretOf(purpose, by, requestId));
    tx.send(store.revokeLinks, [staffId, purpose, now]);
    tx.send(store.insertLink, [newId(), staffId, purpose, hash, by.staffId, now, expiresAt]);
    return expiresAt;
  }

  function withLink(
    answer: { staffId: string; expiresAt: string },
    by: By,
    purpose: string,
    requestId: string,
  ): LinkAnswer {
    // Behind the hash sign it reaches no server's log.
    return { ...answer, link: `${options.publicUrl}/desk/invitation#${acts.secretOf(purpose, by, requestId)}` };
  }

  async function inviteAs(
    by: By,
    input: InviteInput,
    along: (tx: Tx, staffId: string) => void = () => {},
  ): Promise<LinkAnswer> {
    const document = { type: 'resident_id' as const, number: input.idNumber };
    const personIndexes = idNumberIndexes(crypto, document);
    const login = foldLogin(input.login);
    // The number itself goes nowhere but into its keyed index; a repeat says the same under whatever key that is.
    const content = { ...input, idNumber: crypto.commitment('staff_invited', input.idNumber).toString('hex') };
    const answer = await acts.once({
      by,
      requestId: input.requestId,
      type: 'staff_invited',
      content,
      work: async (tx) => {
        const org = await tx.maybe(store.selectOrg, [input.orgId, '']);
        if (!org?.active) throw refuse('identity.org_closed');
        const staffId = newId();
        const now = clock.now();
        const isHeld = () => tx.maybe(store.selectByPersonIndex, [[...personIndexes]]);
        if (personIndexes.length > 1) {
          await holdOldest(tx, [personIndexes]);
          if (await isHeld()) throw refuse('identity.person_has_account');
        }
        const made = await tx.maybe(store.inviteStaff, [
          staffId,
          login,
          input.name,
          input.orgId,
          input.kind,
          idNumberIndex(crypto, document),
          now,
        ]);
        if (!made) {
          if (await isHeld()) throw refuse('identity.person_has_account');
          throw refuse('identity.login_taken', { login });
        }
        const expiresAt = makeLink(tx, by, staffId, 'invitation', input.requestId);
        along(tx, staffId);
        return {
          title: `邀请${staffKindZh[input.kind]}“${input.name}”（${login}），单位 ${org.name}`,
          staffId,
          orgId: input.orgId,
          body: { login, kind: input.kind },
          answer: { staffId, expiresAt },
        };
      },
    });
    return withLink(answer, by, 'invitation', input.requestId);
  }

  const invite = async (session: StaffSession, input: InviteInput) =>
    inviteAs(byOf(session, 'system_administrator'), input);

  /** A new invitation for who did not come in time, or a link for a new password, which still needs the second factor. */
  async function sendLink(session: StaffSession, staffId: string, requestId: string): Promise<LinkAnswer> {
    const by = byOf(session, 'system_administrator');
    const answer = await acts.once({
      by,
      requestId,
      type: 'staff_link_made',
      content: { staffId },
      work: async (tx) => {
        const row = await heldStaff(tx, staffId, by);
        requireState(row, 'invited', 'active');
        const purpose = row.password_hash === '' ? 'invitation' : 'password';
        const expiresAt = makeLink(tx, by, staffId, purpose, requestId);
        const what = purpose === 'invitation' ? '重发邀请链接' : '发出重设口令的链接';
        return {
          title: `给“${row.name}”（${row.login}）${what}`,
          staffId,
          orgId: row.org_id,
          body: { purpose },
          answer: { staffId, expiresAt, purpose },
        };
      },
    });
    return withLink({ staffId, expiresAt: answer.expiresAt }, by, answer.purpose, requestId);
  }

  /** One change of an account with its reason; sessions end where the account may not go on. */
  async function change(
    session: StaffSession,
    staffId: string,
    input: { readonly requestId: string; readonly reason: string },
    how: {
      readonly type: string;
      readonly zh: string;
      readonly from: readonly StaffState[];
      readonly apply: (tx: Tx, row: store.StaffRow) => void;
    },
  ): Promise<StaffAnswer> {
    const by = byOf(session, 'system_administrator');
    return acts.once({
      by,
      requestId: input.requestId,
      type: how.type,
      content: { staffId, reason: input.reason },
      work: async (tx) => {
        await lockAdministrators(tx);
        const row = await heldStaff(tx, staffId, by);
        requireState(row, ...how.from);
        how.apply(tx, row);
        await requireEnoughAfter(tx, row);
        const after = await tx.one(store.readStaff, [staffId]);
        return {
          title: `${how.zh}“${row.name}”（${row.login}）：${input.reason}`,
          staffId,
          orgId: row.org_id,
          body: { reason: input.reason, before: stateOf(row), after: stateOf(after) },
          answer: { staffId, state: stateOf(after) },
        };
      },
    });
  }

  /** Who was no administrator in office takes none away. */
  async function requireEnoughAfter(tx: Tx, before: store.StaffRow): Promise<void> {
    if (before.kind === 'business' || !before.active) return;
    const held = await tx.run(store.heldRoles, [[before.staff_id], dayOf(clock.now())]);
    if (held.some((one) => one.role === before.kind)) await requireEnough(tx, before.kind, clock);
  }

  const suspend = (session: StaffSession, staffId: string, input: { requestId: string; reason: string }) =>
    change(session, staffId, input, {
      type: 'staff_suspended',
      zh: '停用账号',
      from: ['invited', 'active'],
      apply: (tx) => {
        tx.send(store.suspendStaff, [staffId, clock.now()]);
        tx.send(store.revokeLinks, [staffId, null, sessionClock.now()]);
        sessions.endAllOfStaff(tx, staffId);
        tx.onCommit(() => void options.releaseTasks(staffId));
      },
    });

  const resume = (session: StaffSession, staffId: string, input: { requestId: string; reason: string }) =>
    change(session, staffId, input, {
      type: 'staff_resumed',
      zh: '恢复账号',
      from: ['suspended'],
      apply: (tx) => tx.send(store.resumeStaff, [staffId]),
    });

  /** For good: the account is kept for the record, the person may get another one. */
  const close = (session: StaffSession, staffId: string, input: { requestId: string; reason: string }) =>
    change(session, staffId, input, {
      type: 'staff_closed',
      zh: '注销账号',
      from: ['invited', 'active', 'suspended'],
      apply: (tx) => {
        const now = clock.now();
        tx.send(store.closeStaff, [staffId, now]);
        tx.send(store.endAllSubstitutions, [staffId, now]);
        tx.send(removeSubjectsOf, [staffId, now]);
        tx.send(store.revokeLinks, [staffId, null, sessionClock.now()]);
        sessions.endAllOfStaff(tx, staffId);
        tx.onCommit(() => void options.releaseTasks(staffId));
      },
    });

  async function list(session: StaffSession, query: StaffQuery): Promise<Page<StaffItem>> {
    byOf(session, 'system_administrator', 'security_administrator', 'audit_administrator');
    const text = query.text?.trim() ? `%${query.text.trim().replaceAll(/[\\%_]/g, '\\$&')}%` : null;
    const after = decodeCursor(z.string(), query.cursor) ?? '';
    return db.transaction(systemAccess, async (tx) => {
      const rows = await tx.run(store.listStaff, [
        after,
        query.limit + 1,
        text,
        query.orgId ?? null,
        query.state ?? null,
        query.kind ?? null,
      ]);
      const page = cutPage(rows, query.limit, (last) => last.login);
      return { ...page, items: await withRoles(tx, page.items) };
    });
  }

  async function withRoles(tx: Tx, rows: readonly store.StaffRow[]): Promise<StaffItem[]> {
    const held = await tx.run(store.heldRoles, [rows.map((row) => row.staff_id), dayOf(clock.now())]);
    const byStaff = Map.groupBy(held, (one) => one.staff_id);
    return rows.map((row) => itemOf(row, byStaff.get(row.staff_id) ?? []));
  }

  async function detail(session: StaffSession, staffId: string): Promise<StaffDetail> {
    const by = byOf(session, 'system_administrator', 'security_administrator', 'audit_administrator');
    return db.transaction(systemAccess, async (tx) => {
      const row = await tx.maybe(store.readStaff, [staffId]);
      if (!row) throw refuse('identity.staff_missing');
      const [held, history, proposals, substitutions, subjects] = await Promise.all([
        tx.run(store.heldRoles, [[staffId], dayOf(clock.now())]),
        tx.run(store.roleHistory, [staffId]),
        tx.run(store.listProposals, ['infinity', lastId, 50, staffId, null]),
        tx.run(store.substitutionsOf, [staffId]),
        tx.run(subjectsOf, [staffId]),
      ]);
      const isOther = staffId !== by.staffId;
      return {
        ...itemOf(row, held),
        invitedAt: row.invited_at,
        suspendedAt: row.suspended_at,
        closedAt: row.closed_at,
        lockedUntil: row.locked_until,
        history: history.map((one) => ({
          role: one.role,
          roleZh: roleZh(one.role),
          orgId: one.org_id,
          orgName: one.org_name,
          fromDay: one.from_day,
          untilDay: one.until_day,
          givenBy: one.given_by,
        })),
        proposals: proposals.map((one) => proposalView(one, session)),
        substitutions: substitutions.map((one) => substitutionView(one, session, dayOf(clock.now()))),
        subjects: subjects.map(subjectView),
        can: {
          administer: isOther && by.role === 'system_administrator',
          grant: isOther && by.role === 'security_administrator',
          linkSubject: isOther && by.role === 'system_administrator' && options.hasProvider === true,
        },
      };
    });
  }

  return {
    inviteStaffAs: inviteAs,
    itemsOf: withRoles,
    inviteStaff: invite,
    sendStaffLink: sendLink,
    suspendStaff: suspend,
    resumeStaff: resume,
    closeStaff: close,
    listStaff: list,
    staffDetail: detail,
  };
}

const lastId = 'ffffffff-ffff-7fff-bfff-ffffffffffff';

export function roleZh(role: string): string {
  return isRole(role) ? roles[role].zh : role;
}

function subjectView(row: SubjectRow): StaffDetail['subjects'][number] {
  return {
    linkId: row.link_id,
    issuer: row.issuer,
    subject: row.subject,
    proposedBy: row.proposer_name,
    proposedAt: row.proposed_at,
    confirmedBy: row.confirmer_name,
    confirmedAt: row.confirmed_at,
  };
}

function itemOf(row: store.StaffRow, held: readonly store.HeldRow[]): StaffItem {
  const state = stateOf(row);
  return {
    staffId: row.staff_id,
    login: row.login,
    name: row.name,
    orgId: row.org_id,
    orgName: row.org_name,
    kind: row.kind,
    kindZh: staffKindZh[row.kind],
    state,
    stateZh: staffStateZh[state],
    roles:
      state === 'closed'
        ? []
        : held.map((one) => ({
            role: one.role,
            roleZh: roleZh(one.role),
            critical: isCritical(one.role),
            orgId: one.org_id,
            orgName: one.org_name,
            standsInFor: one.stands_in_for,
          })),
  };
}
