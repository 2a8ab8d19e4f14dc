// Acting with consent: the agent names a phone, services and a term; the person who holds that phone consents with the code that
// tells exactly this. Nothing in the answers says whether the number belongs to anybody.

import { maskName } from '#modules/identity';
import { personGrant, systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Base } from './base.ts';
import { requestMinutes, requestsADay } from './base.ts';
import { daysMax, refuse } from './contract.ts';
import * as store from './store.ts';

export type ConsentRequest = {
  readonly requestId: string;
  readonly phone: string;
  readonly services: readonly string[];
  readonly days: number;
};

export function createConsent(base: Base) {
  const { options } = base;
  const { db, clock, people } = options;

  /** `address` is the agent's network address, for the limits of codes. */
  async function requestConsent(agentId: string, input: ConsentRequest, address: string) {
    const services = base.checkedServices(input.services);
    const untilAt = base.untilIn(input.days, daysMax.consent);
    const made = await base.once(
      input.requestId,
      () =>
        db.transaction(systemAccess, async (tx) => {
          const agent = await people.read(tx, agentId);
          const principalId = await people.byPhone(tx, input.phone);
          if (!agent) throw refuse('authorities.none');
          if (principalId === agentId) throw refuse('authorities.oneself');
          const { count } = await tx.one(store.countToday, [agentId, clock.now()]);
          if (count >= requestsADay && !(await tx.maybe(store.byRequest, [input.requestId])))
            throw refuse('authorities.too_many');
          return base.make(tx, {
            kind: 'consent',
            principalId,
            agent: { personId: agentId },
            orgId: null,
            region: agent.region,
            services,
            stated: { phone: input.phone },
            untilAt,
            requestId: input.requestId,
            readers: [personGrant(agentId)],
          });
        }),
      (row) => row,
    );
    const agentName = await db.transaction(systemAccess, (tx) => base.agentNameOf(tx, made));
    const values = {
      agent: maskName(agentName),
      services: base.servicesText(made.services),
      until: dayOf(new Date(Date.parse(made.until_at) - 1).toISOString()),
    };
    const message = made.principal_id ? { template: 'consent_code', values } : null;
    const { waitSeconds } = await base.sendCode(input.phone, address, made, message);
    return { authorityId: made.authority_id, waitSeconds };
  }

  async function confirmConsent(agentId: string, authorityId: string, code: string): Promise<void> {
    const outcome = await db.transaction(systemAccess, async (tx) => {
      const row = await tx.maybe(store.hold, [authorityId]);
      if (row?.agent_id !== agentId || row.kind !== 'consent') throw refuse('authorities.none');
      if (base.isLive(row)) return 'right';
      const late = Date.parse(clock.now()) - Date.parse(row.created_at) > requestMinutes * 60_000;
      if (row.state !== 'requested' || late) throw refuse('authorities.over');
      const { phone = '' } = base.statedOf(row);
      const isRight = await people.proveCode(tx, phone, authorityId, code);
      const principalId = await people.byPhone(tx, phone);
      const principal = principalId === null ? undefined : await people.read(tx, principalId);
      // A wrong try is committed and refused afterwards. A number that changed hands meanwhile consents to nothing.
      if (!isRight || !principal || principal.personId !== row.principal_id) return 'wrong';
      base.activate(tx, row, principal, row.until_at, row.services);
      const agent = await base.agentNameOf(tx, row);
      options.tell(tx, principal.personId, 'authority_granted', { agent, services: base.servicesText(row.services) });
      return 'right';
    });
    if (outcome === 'wrong') throw refuse('authorities.code_wrong');
  }

  return { requestConsent, confirmConsent };
}
