// Who may start a service at the desk, read off the catalogue. Pure.

import { roles, type Role, type Service } from '#catalog';

/** Roles of organisations that may enter a service at the desk. */
export function startingRoles(service: Service): readonly Role[] {
  const entry = service.workflow.entries[service.entry];
  const step = entry && service.workflow.steps[entry.step];
  const atDesk = service.channels.some((channel) => channel === 'enterprise_portal' || channel === 'staff');
  if (!entry || !step || !atDesk || entry.startedBy === 'system') return [];
  return (step.actors ?? [step.role]).filter((role) => ['external', 'department'].includes(roles[role].kind));
}
