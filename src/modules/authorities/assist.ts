// Assisted handling at a window: a clerk acts for a worker who is there. The worker's own code is the consent; it lasts an hour, both
// names stand in everything that is done, and the worker's phone is told at once, with a way to stop it.

import { roleGrant, systemAccess } from '#platform/access';
import type { Tx } from '#platform/db';
import type { Base } from './base.ts';
import { requestMinutes } from './base.ts';
import { assistingRoles, assistMinutes, refuse, type AssistInput } from './contract.ts';
import * as store from './store.ts';

/** The office in which the clerk assists. */
export type Window = {
  readonly staffId: string;
  readonly role: string;
  readonly orgId: string;
  readonly region: string;
};

export function createAssist(base: Base) {
  const { options } = base;
  const { db, clock, people } = options;

  async function requestAssist(window: Window, input: AssistInput) {
    const services = base.checkedServices(input.services);
    const row = await base.once(
      input.requestId,
      () =>
        db.transaction(systemAccess, async (tx) =>
          base.make(tx, {
            kind: 'assisted',
            principalId: await people.byPhone(tx, input.phone),
            agent: { staffId: window.staffId },
            orgId: window.orgId,
            region: window.region,
            services,
            stated: { phone: input.phone },
            untilAt: untilAt(),
            requestId: input.requestId,
            readers: [roleGrant(window.role, window.orgId)],
          }),
        ),
      (known) => known,
    );
    const values = { office: options.orgName(window.orgId), services: base.servicesText(services) };
    const message = { template: 'assist_code', values };
    // Counted for the clerk and not for the window's network, behind which the whole office sits.
    const { waitSeconds } = await base.sendCode(input.phone, `staff:${window.staffId}`, row, message);
    return { authorityId: row.authority_id, waitSeconds };
  }

  const untilAt = () => new Date(Date.parse(clock.now()) + assistMinutes * 60_000).toISOString();

  /** Gives the name to compare with the document; `begin` opens the session in the same transaction. */
  async function startAssist<T>(
    window: Window,
    authorityId: string,
    code: string,
    begin: (tx: Tx) => T,
  ): Promise<{ readonly applicant: string; readonly services: readonly string[]; readonly begun: T }> {
    const outcome = await db.transaction(systemAccess, async (tx) => {
      const row = await tx.maybe(store.hold, [authorityId]);
      if (row?.agent_staff_id !== window.staffId || row.kind !== 'assisted') throw refuse('authorities.none');
      const late = Date.parse(clock.now()) - Date.parse(row.created_at) > requestMinutes * 60_000;
      if (row.state !== 'requested' || late) throw refuse('authorities.over');
      const { phone = '' } = base.statedOf(row);
      if (!(await people.proveCode(tx, phone, authorityId, code))) return { kind: 'wrong' as const };
      const principalId = await people.byPhone(tx, phone);
      const principal = principalId ? await people.read(tx, principalId) : undefined;
      if (!principal) return { kind: 'unknown' as const };
      base.activate(tx, row, principal, untilAt(), row.services);
      const agent = await base.agentNameOf(tx, row);
      options.tell(tx, principal.personId, 'assist_begun', { agent, services: base.servicesText(row.services) });
      return { kind: 'right' as const, applicant: principal.name, services: row.services, begun: begin(tx) };
    });
    if (outcome.kind === 'wrong') throw refuse('authorities.code_wrong');
    if (outcome.kind === 'unknown') throw refuse('authorities.not_registered');
    return outcome;
  }

  return { requestAssist, startAssist };
}

export function windowOf(staff: {
  readonly staffId: string;
  readonly roles: readonly { role: string; orgId: string; region: string }[];
}): Window | null {
  const held = staff.roles.find(({ role }) => assistingRoles.some((one) => one === role));
  return held ? { staffId: staff.staffId, role: held.role, orgId: held.orgId, region: held.region } : null;
}
