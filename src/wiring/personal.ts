// Personal data at the desk, joined: who looked at whose, and what the law lets and makes us do with it. Translation only.

import type { FastifyRequest } from 'fastify';
import { parseField } from '#catalog/fields/index';
import { holdRoles, refuse, refuseHold, type PutHoldInput } from '#contract/privacy';
import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Tx } from '#platform/db';
import type { HttpPlugin } from '#platform/http';
import { actingAs, idNumberIndex, maskName, requireStaff } from '#modules/identity';
import { createHolds, createLooks, erasureRoutes, holdRoutes, looksRoutes, type HoldTarget } from '#modules/privacy';
import { joinErasures } from './eraser.ts';
import type { Services } from './services.ts';

const numberField = { kind: 'id_number', required: true, zh: '证件号码' } as const;

export function personalRoutes(services: Services): HttpPlugin {
  const { db, clock, crypto, identity, acts, reader } = services;
  const today = () => dayOf(clock.now());
  const maskedName = async (tx: Tx, personId: string) => maskName((await identity.personIn(tx, personId))?.name ?? '');
  const looks = createLooks({ db, clock, maskedName });

  /** A search by number is itself a look: it is an act with a reason, whether or not somebody is found. */
  async function findPerson(
    request: FastifyRequest,
    asked: { readonly requestId: string; readonly idNumber: string; readonly reason: string },
  ) {
    const parsed = parseField(numberField, asked.idNumber, {
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

  /** A case with the asker's own eyes, a person by the whole number: nobody holds what he does not know. */
  async function findTarget(request: FastifyRequest, input: PutHoldInput): Promise<HoldTarget> {
    if (input.scope === 'person') {
      const parsed = parseField(numberField, input.idNumber ?? '', { today: today() });
      if (!parsed.ok) throw refuse('privacy.person_unknown');
      return db.transaction(systemAccess, async (tx) => {
        const id = await identity.idByNumber(tx, String(parsed.value));
        if (!id) throw refuse('privacy.person_unknown');
        return { scope: 'person', id, title: `${await maskedName(tx, id)}的全部资料` };
      });
    }
    const { access } = requireStaff(request);
    const caseId = await reader.idByNo(access, input.caseNo ?? '');
    const { caseNo, dossierId } = await reader.state(access, caseId);
    if (input.scope === 'case') return { scope: 'case', id: caseId, title: `办件 ${caseNo}` };
    if (dossierId === null) throw refuseHold('privacy.hold_no_dossier');
    return { scope: 'dossier', id: dossierId, title: `办件 ${caseNo} 所属事件` };
  }

  const by = (request: FastifyRequest) => actingAs(requireStaff(request), ...holdRoles);

  return async (app) => {
    await app.register(looksRoutes({ looks, today, findPerson }));
    await app.register(erasureRoutes({ erasures: joinErasures(services), by }));
    await app.register(
      holdRoutes({
        holds: createHolds({ db, acts, clock, maskedName }),
        by,
        find: findTarget,
        seesCase: async (request, caseId) => void (await reader.state(requireStaff(request).access, caseId)),
      }),
    );
  };
}
