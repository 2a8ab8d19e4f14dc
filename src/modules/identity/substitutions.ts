// Substitution on leave: for some days a colleague of the same organisation has the work of a role. The person who acts stays the
// person who acts: whoever made something may not check it, in whichever right. Critical roles are lent through four eyes.

import { isCritical, staffKindOf } from '#catalog';
import type { By } from '#modules/administration';
import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { refuse as refuseIdentity } from './contract.ts';
import type { StaffSession } from './sessions.ts';
import { roleZh } from './staff-accounts.ts';
import { refuse, type StandInInput, type SubstitutionItem } from './staff-contract.ts';
import { byOf, requireState, type StaffDeskOptions } from './staff-desk.ts';
import type { RoleAnswer, StaffRoles } from './staff-roles.ts';
import { isSecurity, substitutionView } from './staff-views.ts';
import * as store from './staff-store.ts';

const daysMax = 92;
const dayMs = 86_400_000;

/** Writes the loan itself; whoever calls this has found that it may be made. */
export function lendWith({ trace, clock }: Pick<StaffDeskOptions, 'trace' | 'clock'>) {
  return (tx: Tx, row: store.ProposalRow, by: By): void => {
    const { staff_id: substituteId, stands_in_for: staffId, role, org_id: orgId, from_day, until_day, reason } = row;
    const substitutionId = newId();
    const at = clock.now();
    const leafId = trace.record(tx, {
      eventId: substitutionId,
      type: 'staff.stood_in',
      at,
      region: row.org_region,
      department: orgId,
      actorId: by.staffId,
      subjectId: substituteId,
      body: { staff_id: staffId, substitute_id: substituteId, role, org_id: orgId, from_day, until_day, reason },
    });
    tx.send(store.insertSubstitution, [
      substitutionId,
      staffId ?? '',
      substituteId,
      role,
      orgId,
      from_day,
      until_day ?? '',
      reason,
      by.staffId ?? '',
      at,
      leafId,
    ]);
  };
}

export type Substitutions = ReturnType<typeof createSubstitutions>;

export function createSubstitutions(
  options: StaffDeskOptions & {
    readonly staffRoles: Pick<StaffRoles, 'propose'>;
    readonly lend: ReturnType<typeof lendWith>;
    readonly releaseTasks: (staffId: string) => Promise<void>;
  },
) {
  const { db, acts, clock } = options;
  const today = () => dayOf(clock.now());

  /** For oneself when one goes on leave; a security administrator for whoever fell ill. */
  async function standIn(session: StaffSession, input: StandInInput): Promise<RoleAnswer> {
    const absentId = input.staffId ?? session.staff.staffId;
    const isOwn = absentId === session.staff.staffId;
    const by = isOwn ? holderBy(session, input) : byOf(session, 'security_administrator');
    if (isOwn && isCritical(input.role)) throw refuse('identity.substitute_critical', { role: roleZh(input.role) });
    return acts.once<RoleAnswer>({
      by,
      requestId: input.requestId,
      type: isCritical(input.role) ? 'role_proposed' : 'stand_in_made',
      content: input,
      work: async (tx) => {
        const row = await checked(tx, absentId, input);
        const what = `由“${row.staff_name}”代办“${row.absent_name ?? ''}”的“${roleZh(input.role)}”，${input.fromDay} 至 ${input.untilDay}：${input.reason}`;
        if (isCritical(input.role)) {
          const grant = { staffId: row.staff_id, role: input.role, orgId: input.orgId, region: row.org_region };
          const days = { fromDay: input.fromDay, untilDay: input.untilDay };
          return options.staffRoles.propose(
            tx,
            'stand_in',
            { ...grant, ...days },
            input.reason,
            by,
            `提请${what}`,
            absentId,
          );
        }
        options.lend(tx, row, by);
        return {
          title: what,
          staffId: row.staff_id,
          orgId: input.orgId,
          body: { stands_in_for: absentId, role: input.role, from_day: input.fromDay, until_day: input.untilDay },
          answer: { state: 'done', proposalId: null },
        };
      },
    });
  }

  async function checked(tx: Tx, absentId: string, input: StandInInput): Promise<store.ProposalRow> {
    const days = (Date.parse(input.untilDay) - Date.parse(input.fromDay)) / dayMs;
    if (input.fromDay < today() || days < 0 || days >= daysMax) throw refuse('identity.days_wrong');
    // In the order of their ids, so that two who stand in for each other do not wait for each other.
    const pair = [absentId, input.substituteId].toSorted();
    const rows: (store.StaffRow | undefined)[] = [];
    for (const one of pair) rows.push(await tx.maybe(store.lockStaff, [one]));
    const absent = rows.find((one) => one?.staff_id === absentId);
    const substitute = rows.find((one) => one?.staff_id === input.substituteId);
    if (!absent || !substitute || absent === substitute) throw refuse('identity.substitute_unfit');
    requireState(substitute, 'active');
    const fits = substitute.kind === 'business' && substitute.org_id === input.orgId;
    if (!fits || staffKindOf(input.role) !== 'business') throw refuse('identity.substitute_unfit');
    if (!(await tx.maybe(store.holdsRole, [absentId, input.role, input.orgId, today()])))
      throw refuse('identity.role_not_held');
    const org = await tx.maybe(store.selectOrg, [input.orgId, input.role]);
    if (!org?.active) throw refuse('identity.org_closed');
    return {
      proposal_id: '',
      purpose: 'stand_in',
      staff_id: substitute.staff_id,
      staff_name: substitute.name,
      stands_in_for: absentId,
      absent_name: absent.name,
      role: input.role,
      org_id: input.orgId,
      org_name: org.name,
      org_region: org.region,
      from_day: input.fromDay,
      until_day: input.untilDay,
      reason: input.reason,
      proposed_by: '',
      proposer_name: '',
      proposed_at: '',
      state: 'waiting',
      decider_name: null,
      decided_at: null,
      decision_reason: null,
    };
  }

  async function endStandIn(session: StaffSession, substitutionId: string, requestId: string): Promise<{ done: true }> {
    return acts.once<{ done: true }>({
      by: isSecurity(session) ? byOf(session, 'security_administrator') : ownBy(session),
      requestId,
      type: 'stand_in_ended',
      content: { substitutionId },
      work: async (tx) => {
        const row = await tx.maybe(store.lockSubstitution, [substitutionId]);
        const may = row && (row.staff_id === session.staff.staffId || isSecurity(session));
        if (!row || !may) throw refuse('identity.substitution_missing');
        tx.send(store.endSubstitution, [substitutionId, clock.now()]);
        tx.onCommit(() => void options.releaseTasks(row.substitute_id));
        return {
          title: `结束“${row.substitute_name}”代办“${row.staff_name}”的“${roleZh(row.role)}”`,
          staffId: row.substitute_id,
          orgId: row.org_id,
          body: { substitution_id: substitutionId },
          answer: { done: true },
        };
      },
    });
  }

  async function mySubstitutions(session: StaffSession): Promise<SubstitutionItem[]> {
    const rows = await db.transaction(systemAccess, (tx) => tx.run(store.substitutionsOf, [session.staff.staffId]));
    return rows.map((row) => substitutionView(row, session, today()));
  }

  /** Who could stand in at an organisation where one has a role. */
  async function colleagues(session: StaffSession, orgId: string) {
    const isMine = session.staff.roles.some((one) => one.orgId === orgId && !one.standsInFor);
    if (!isMine && !isSecurity(session)) throw refuseIdentity('identity.not_allowed');
    const rows = await db.transaction(systemAccess, (tx) => tx.run(store.colleaguesAt, [orgId, session.staff.staffId]));
    return rows.map((row) => ({ staffId: row.staff_id, name: row.name, login: row.login }));
  }

  return { standIn, endStandIn, mySubstitutions, colleagues };
}

function holderBy(session: StaffSession, input: StandInInput): By {
  const held = session.staff.roles.find(
    (one) => one.role === input.role && one.orgId === input.orgId && !one.standsInFor,
  );
  if (!held) throw refuse('identity.role_not_held');
  return { staffId: session.staff.staffId, role: held.role, orgId: held.orgId, region: held.region };
}

export function ownBy(session: StaffSession): By {
  const held = session.staff.roles.find((one) => !one.standsInFor);
  return {
    staffId: session.staff.staffId,
    role: held?.role ?? 'none',
    orgId: held?.orgId ?? null,
    region: held?.region ?? '',
  };
}
