// Personal data at the desk, joined: who looked at whose, and what the law lets and makes us do with it. Translation only.

import type { FastifyRequest } from 'fastify';
import { parseField } from '#catalog/fields/index';
import { refuse } from '#contract/privacy';
import { dayOf } from '#platform/calendar';
import type { HttpPlugin } from '#platform/http';
import { actingAs, idNumberIndex, maskName, requireStaff } from '#modules/identity';
import { createLooks, looksRoutes } from '#modules/privacy';
import type { Services } from './services.ts';

export function personalRoutes(services: Services): HttpPlugin {
  const { db, clock, crypto, identity, acts } = services;
  const today = () => dayOf(clock.now());
  const looks = createLooks({
    db,
    clock,
    maskedName: async (tx, personId) => maskName((await identity.personIn(tx, personId))?.name ?? ''),
  });

  /** A search by number is itself a look: it is an act with a reason, whether or not somebody is found. */
  async function findPerson(
    request: FastifyRequest,
    asked: { readonly requestId: string; readonly idNumber: string; readonly reason: string },
  ) {
    const parsed = parseField({ kind: 'id_number', required: true, zh: '证件号码' }, asked.idNumber, {
      today: today(),
    });
    if (!parsed.ok) throw refuse('privacy.person_unknown');
    const number = String(parsed.value);
    const found = await acts.once<{ personId: string | null; person: string }>({
      by: actingAs(requireStaff(request), 'audit_administrator'),
      requestId: asked.requestId,
      type: 'person_searched',
      // Eighteen digits can be guessed from a plain hash of them.
      content: { number: idNumberIndex(crypto, { type: 'resident_id', number }).toString('hex'), reason: asked.reason },
      work: async (tx) => {
        const personId = await identity.idByNumber(tx, number);
        const person = personId ? await identity.personIn(tx, personId) : undefined;
        const shown = person ? maskName(person.name) : '';
        return {
          title: `按证件号码查询查看记录：${person ? shown : '没有登记'}`,
          // The number itself is kept nowhere.
          body: { person_id: personId, reason: asked.reason },
          answer: { personId, person: shown },
        };
      },
    });
    if (found.personId === null) throw refuse('privacy.person_unknown');
    return { personId: found.personId, person: found.person };
  }

  return async (app) => {
    await app.register(looksRoutes({ looks, today, findPerson }));
  };
}
