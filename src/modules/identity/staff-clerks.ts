// A company's own administrator manages its own clerks and nobody else's: invited with the company's roles in the company itself, and
// removed again. Everything reaches exactly as far as the company.

import { isRole } from '#catalog';
import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { StaffSession } from './sessions.ts';
import type { LinkAnswer, StaffAccounts, StaffAnswer } from './staff-accounts.ts';
import { refuse, type ClerkInput, type StaffItem } from './staff-contract.ts';
import { byOf, heldStaff, requireState, stateOf, type StaffDeskOptions } from './staff-desk.ts';
import { changeStaffRole } from './staff-login.ts';
import * as store from './staff-store.ts';

export type StaffClerks = ReturnType<typeof createStaffClerks>;

export function createStaffClerks(
  options: StaffDeskOptions & {
    readonly accounts: Pick<StaffAccounts, 'inviteStaffAs' | 'itemsOf'>;
    readonly releaseTasks: (staffId: string) => Promise<void>;
  },
) {
  const { db, acts, clock, sessionClock, sessions, trace } = options;

  async function inviteClerk(session: StaffSession, input: ClerkInput): Promise<LinkAnswer> {
    const by = byOf(session, 'enterprise_administrator');
    const orgId = by.orgId ?? '';
    const org = await db.transaction(systemAccess, (tx) => tx.maybe(store.selectOrg, [orgId, '']));
    const allowed = org?.kind === 'platform_company' ? ['platform_company', 'enterprise'] : ['enterprise'];
    if (!isRole(input.role) || !allowed.includes(input.role)) throw refuse('identity.role_unfit', { role: input.role });
    const { role, ...account } = input;
    return options.accounts.inviteStaffAs(by, { ...account, orgId, kind: 'business' }, (tx, staffId) => {
      const grant = { staffId, role, orgId, fromDay: dayOf(clock.now()), untilDay: null };
      changeStaffRole(tx, trace, { ...grant, at: clock.now(), region: by.region, actorId: by.staffId });
    });
  }

  async function listClerks(session: StaffSession): Promise<StaffItem[]> {
    const by = byOf(session, 'enterprise_administrator');
    return db.transaction(systemAccess, async (tx) => {
      const rows = await tx.run(store.listStaff, ['', 200, null, by.orgId, null, 'business']);
      return options.accounts.itemsOf(tx, rows);
    });
  }

  /** The clerk's account ends with the clerk's work for the company. */
  async function removeClerk(
    session: StaffSession,
    staffId: string,
    input: { readonly requestId: string; readonly reason: string },
  ): Promise<StaffAnswer> {
    const by = byOf(session, 'enterprise_administrator');
    return acts.once<StaffAnswer>({
      by,
      requestId: input.requestId,
      type: 'staff_closed',
      content: { staffId, reason: input.reason },
      work: async (tx) => {
        const row = await heldStaff(tx, staffId, by);
        if (row.org_id !== by.orgId || row.kind !== 'business') throw refuse('identity.staff_missing');
        // Somebody who is also an administrator of the company, or works elsewhere, is not the company's alone to remove.
        const held = await tx.run(store.heldRoles, [[staffId], dayOf(clock.now())]);
        const isOurs = held.every(
          (one) => one.org_id === by.orgId && ['enterprise', 'platform_company'].includes(one.role),
        );
        if (!isOurs) throw refuse('identity.role_unfit', { role: held[0]?.role ?? '' });
        requireState(row, 'invited', 'active', 'suspended');
        const now = clock.now();
        tx.send(store.closeStaff, [staffId, now]);
        tx.send(store.endAllSubstitutions, [staffId, now]);
        tx.send(store.revokeLinks, [staffId, null, sessionClock.now()]);
        sessions.endAllOfStaff(tx, staffId);
        tx.onCommit(() => void options.releaseTasks(staffId));
        return {
          title: `移除经办人“${row.name}”（${row.login}）：${input.reason}`,
          staffId,
          orgId: row.org_id,
          body: { reason: input.reason, before: stateOf(row) },
          answer: { staffId, state: 'closed' },
        };
      },
    });
  }

  return { inviteClerk, listClerks, removeClerk };
}
