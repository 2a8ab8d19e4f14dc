// Who works on a case, as against whoever only reads it (a copy, a supervised list): the former may see the person behind it. Pure.

import { roles, type Service } from '#catalog';
import type { CaseState } from './model.ts';

export function worksOn(service: Service, state: CaseState, grants: readonly string[]): boolean {
  const entered = Object.entries(service.workflow.steps).flatMap(([name, definition]) => {
    const at = state.active.find((one) => one.step === name) ?? state.done[name];
    return at ? [{ definition, orgId: at.orgId }] : [];
  });
  const ownOrgs = new Set([state.applicantOrgId, ...entered.map((one) => one.orgId)]);
  return entered.some(({ definition, orgId }) =>
    (definition.actors ?? [definition.role]).some((role) =>
      grants.some((grant) => {
        if (!grant.startsWith(`${role}@`)) return false;
        const theirs = grant.slice(role.length + 1);
        if (orgId === theirs) return true;
        // Other roles of a step read the case because it was routed to them. A copy is no routing; nor is a company or an
        // insurer at work on a case that is another's.
        if (!state.readers.includes(grant) || state.copied.includes(grant)) return false;
        return roles[role].kind !== 'external' || ownOrgs.has(theirs);
      }),
    ),
  );
}
