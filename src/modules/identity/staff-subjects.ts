// Which subject of the identity provider opens which account. The system administrator registers it, a security administrator confirms
// it; either may end it at once. One alone could otherwise link somebody else's account to a subject of his own and walk in.

import { newId } from '#platform/ids';
import { refuse, refuseOidc, type SubjectAnswer } from './oidc-contract.ts';
import * as oidc from './oidc-store.ts';
import type { StaffSession } from './sessions.ts';
import { byOf, heldStaff, requireState, type StaffDeskOptions } from './staff-desk.ts';

export type StaffSubjectsOptions = StaffDeskOptions & {
  /** Of the provider that is connected; null when there is none. */
  readonly issuer: string | null;
};

export type StaffSubjects = ReturnType<typeof createStaffSubjects>;

export function createStaffSubjects(options: StaffSubjectsOptions) {
  const { acts, clock, sessions } = options;

  async function propose(
    session: StaffSession,
    staffId: string,
    input: { readonly requestId: string; readonly subject: string; readonly reason: string },
  ): Promise<SubjectAnswer> {
    const by = byOf(session, 'system_administrator');
    const { issuer } = options;
    if (issuer === null) throw refuseOidc('identity.oidc_off');
    return acts.once({
      by,
      requestId: input.requestId,
      type: 'staff_subject_proposed',
      content: { staffId, issuer, subject: input.subject, reason: input.reason },
      work: async (tx) => {
        const row = await heldStaff(tx, staffId, by);
        requireState(row, 'invited', 'active', 'suspended');
        const known = await tx.run(oidc.subjectsOf, [staffId]);
        if (known.some((one) => one.issuer === issuer)) throw refuse('identity.subject_held');
        const proposer = session.staff.staffId;
        const made = await tx.maybe(oidc.insertSubject, [
          newId(),
          staffId,
          issuer,
          input.subject,
          proposer,
          clock.now(),
        ]);
        if (!made) throw refuse('identity.subject_taken');
        return {
          title: `给“${row.name}”（${row.login}）登记统一身份认证 ${input.subject}：${input.reason}`,
          staffId,
          orgId: row.org_id,
          body: { issuer, subject: input.subject, reason: input.reason },
          answer: { linkId: made.link_id, confirmed: false },
        };
      },
    });
  }

  async function confirm(
    session: StaffSession,
    staffId: string,
    input: { readonly requestId: string; readonly linkId: string },
  ): Promise<SubjectAnswer> {
    const by = byOf(session, 'security_administrator');
    return acts.once({
      by,
      requestId: input.requestId,
      type: 'staff_subject_confirmed',
      content: { staffId, linkId: input.linkId },
      work: async (tx) => {
        const row = await heldStaff(tx, staffId, by);
        requireState(row, 'invited', 'active', 'suspended');
        const link = (await tx.run(oidc.subjectsOf, [staffId])).find((one) => one.link_id === input.linkId);
        if (!link || link.confirmed_by !== null) throw refuse('identity.subject_missing');
        await tx.one(oidc.confirmSubject, [input.linkId, staffId, session.staff.staffId, clock.now()]);
        return {
          title: `确认“${row.name}”（${row.login}）的统一身份认证 ${link.subject}`,
          staffId,
          orgId: row.org_id,
          body: { issuer: link.issuer, subject: link.subject, proposed_by: link.proposed_by },
          answer: { linkId: input.linkId, confirmed: true },
        };
      },
    });
  }

  /** Ends the sessions too: the one that came in this way cannot be told from the others. */
  async function remove(
    session: StaffSession,
    staffId: string,
    input: { readonly requestId: string; readonly linkId: string; readonly reason: string },
  ): Promise<SubjectAnswer> {
    const by = byOf(session, 'system_administrator', 'security_administrator');
    return acts.once({
      by,
      requestId: input.requestId,
      type: 'staff_subject_removed',
      content: { staffId, linkId: input.linkId, reason: input.reason },
      work: async (tx) => {
        const row = await heldStaff(tx, staffId, by);
        const gone = await tx.maybe(oidc.removeSubject, [input.linkId, staffId, clock.now()]);
        if (!gone) throw refuse('identity.subject_missing');
        sessions.endAllOfStaff(tx, staffId);
        return {
          title: `解除“${row.name}”（${row.login}）的统一身份认证 ${gone.subject}：${input.reason}`,
          staffId,
          orgId: row.org_id,
          body: { issuer: gone.issuer, subject: gone.subject, reason: input.reason },
          answer: { linkId: input.linkId, confirmed: false },
        };
      },
    });
  }

  return { proposeSubject: propose, confirmSubject: confirm, removeSubject: remove };
}
