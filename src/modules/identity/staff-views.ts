// Pure: proposals and substitutions as the desk shows them.

import { isRole, roles } from '#catalog';
import type { StaffSession } from './sessions.ts';
import type { ProposalItem, SubstitutionItem } from './staff-contract.ts';
import type { ProposalRow, SubstitutionRow } from './staff-store.ts';

const zhOf = (role: string): string => (isRole(role) ? roles[role].zh : role);

const purposeZh = { give: '授予岗位', take: '收回岗位', stand_in: '代办' } as const;
const stateZh = { waiting: '等待复核', approved: '已同意', rejected: '不同意', withdrawn: '已撤回' } as const;

export function isSecurity(session: StaffSession): boolean {
  return session.staff.roles.some((one) => one.role === 'security_administrator');
}

export function proposalView(row: ProposalRow, session: StaffSession): ProposalItem {
  const me = session.staff.staffId;
  const isWaiting = row.state === 'waiting' && isSecurity(session);
  return {
    proposalId: row.proposal_id,
    purpose: row.purpose,
    purposeZh: purposeZh[row.purpose],
    staffId: row.staff_id,
    staffName: row.staff_name,
    standsInFor: row.absent_name,
    roleZh: zhOf(row.role),
    orgName: row.org_name,
    fromDay: row.from_day,
    untilDay: row.until_day,
    reason: row.reason,
    proposedBy: row.proposer_name,
    proposedAt: row.proposed_at,
    state: row.state,
    stateZh: stateZh[row.state],
    decidedBy: row.decider_name,
    decidedAt: row.decided_at,
    decisionReason: row.decision_reason,
    canDecide: isWaiting && row.proposed_by !== me && row.staff_id !== me && row.stands_in_for !== me,
    canWithdraw: isWaiting && row.proposed_by === me,
  };
}

export function substitutionView(row: SubstitutionRow, session: StaffSession, today: string): SubstitutionItem {
  const isOver = row.ended_at !== null || row.until_day < today;
  return {
    substitutionId: row.substitution_id,
    staffId: row.staff_id,
    staffName: row.staff_name,
    substituteId: row.substitute_id,
    substituteName: row.substitute_name,
    roleZh: zhOf(row.role),
    orgName: row.org_name,
    fromDay: row.from_day,
    untilDay: row.until_day,
    reason: row.reason,
    state: isOver ? 'over' : row.from_day > today ? 'coming' : 'running',
    canEnd: !isOver && (row.staff_id === session.staff.staffId || isSecurity(session)),
  };
}
