// Acting by kinship or guardianship, for the dead, the unconscious and the under-age: asked with proof, decided at a window, for a term.
// Whether the person is known is the window's to see; the agent is told only the decision.

import { maskName } from '#modules/identity';
import { personGrant, roleGrant, workerAccess, type Access } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Tx } from '#platform/db';
import { readCursor, cutPage, type Page } from '#platform/page';
import { endOfDay, requestsADay, type Base } from './base.ts';
import {
  authorityKinds,
  authorityStates,
  causes,
  daysMax,
  refuse,
  relations,
  type AuthorityDetail,
  type AuthorityItem,
  type DecideInput,
} from './contract.ts';
import * as store from './store.ts';

export type ProofRequest = {
  readonly requestId: string;
  readonly kind: 'kinship' | 'guardianship';
  readonly name: string;
  readonly idNumber: string;
  readonly relation: keyof typeof relations;
  readonly cause: keyof typeof causes;
  readonly services: readonly string[];
  readonly days: number;
  readonly fileIds: readonly string[];
};

const deciding = 'hrss_window';
const lastId = 'ffffffff-ffff-7fff-bfff-ffffffffffff';
const firstId = '00000000-0000-0000-0000-000000000000';

export function createProof(base: Base) {
  const { options } = base;
  const { db, clock, people } = options;

  async function requestByProof(agentId: string, input: ProofRequest): Promise<string> {
    const services = base.checkedServices(input.services);
    const untilAt = base.untilIn(input.days, daysMax[input.kind]);
    if (input.fileIds.length === 0) throw refuse('authorities.proof_missing');
    const row = await base.once(
      input.requestId,
      () =>
        db.transaction(workerAccess(agentId), async (tx) => {
          const agent = await people.read(tx, agentId);
          if (!agent) throw refuse('authorities.none');
          const orgId = options.route(deciding, agent.region);
          if (!orgId) throw refuse('authorities.no_office');
          const { count } = await tx.one(store.countToday, [agentId, clock.now()]);
          if (count >= requestsADay && !(await tx.maybe(store.byRequest, [input.requestId])))
            throw refuse('authorities.too_many');
          const office = roleGrant(deciding, orgId);
          const { name, idNumber, relation, cause, fileIds } = input;
          const made = await base.make(tx, {
            kind: input.kind,
            principalId: null,
            agent: { personId: agentId },
            orgId,
            region: agent.region,
            services,
            stated: { name, idNumber, relation, cause },
            fileIds,
            untilAt,
            requestId: input.requestId,
            readers: [personGrant(agentId), office],
          });
          await options.keepFiles(tx, fileIds, made.authority_id, [office]);
          return made;
        }),
      (known) => known,
    );
    return row.authority_id;
  }

  async function itemOf(tx: Tx, row: store.AuthorityRow): Promise<AuthorityItem> {
    const stated = base.statedOf(row);
    return {
      authorityId: row.authority_id,
      kind: row.kind,
      kindZh: authorityKinds[row.kind],
      state: row.state,
      stateZh: authorityStates[row.state],
      agent: maskName(await base.agentNameOf(tx.asSystem(), row)),
      principal: maskName(stated.name ?? ''),
      relationZh: wordOf(relations, stated.relation),
      causeZh: wordOf(causes, stated.cause),
      services: row.services.map((code) => ({ code, zh: options.serviceZh(code) ?? code })),
      createdAt: row.created_at,
      untilDay: dayOf(new Date(Date.parse(row.until_at) - 1).toISOString()),
      decidedAt: row.decided_at,
      reason: row.reason,
    };
  }

  /** What waits for these offices, the oldest first; or what they decided, the newest first. */
  async function list(
    access: Access,
    done: boolean,
    cursor: string | undefined,
    limit = 20,
  ): Promise<Page<AuthorityItem>> {
    const orgIds = access.grants.flatMap((grant) =>
      grant.startsWith(`${deciding}@`) ? [grant.split('@')[1] ?? ''] : [],
    );
    return db.transaction(access, async (tx) => {
      const [at, id] = readCursor(cursor) ?? (done ? ['infinity', lastId] : ['-infinity', firstId]);
      const rows = await tx.run(done ? store.decided : store.queue, [orgIds, at, id, limit + 1]);
      const page = cutPage(rows, limit, (last) => [
        done ? (last.decided_at ?? '') : last.created_at,
        last.authority_id,
      ]);
      return { ...page, items: await Promise.all(page.items.map((row) => itemOf(tx, row))) };
    });
  }

  async function mineToDecide(tx: Tx, access: Access, authorityId: string, held: boolean): Promise<store.AuthorityRow> {
    const row = await tx.maybe(held ? store.hold : store.select, [authorityId]);
    const isProof = row?.kind === 'kinship' || row?.kind === 'guardianship';
    if (!row?.org_id || !isProof || !access.grants.includes(roleGrant(deciding, row.org_id)))
      throw refuse('authorities.none');
    return row;
  }

  async function detail(access: Access, authorityId: string, describe: Describe): Promise<AuthorityDetail> {
    const found = await db.transaction(access, async (tx) => {
      const row = await mineToDecide(tx, access, authorityId, false);
      const stated = base.statedOf(row);
      const agent = row.agent_id ? await people.read(tx.asSystem(), row.agent_id) : undefined;
      const principalId = await principalOf(tx, row);
      const cases =
        principalId && row.state === 'requested' ? await options.cases.openOf(tx.asSystem(), principalId) : [];
      return { row, stated, agent, principalId, cases, item: await itemOf(tx, row) };
    });
    const { item, stated, agent, principalId, cases, row } = found;
    return {
      ...item,
      principalName: stated.name ?? '',
      principalIdNumber: stated.idNumber ?? '',
      agentName: agent?.name ?? '',
      agentIdMasked: agent?.idMasked ?? '',
      known: principalId !== null,
      files: [...(await describe(access, row.file_ids))],
      cases: [...cases],
    };
  }

  async function principalOf(tx: Tx, row: store.AuthorityRow): Promise<string | null> {
    if (row.principal_id) return row.principal_id;
    const { name = '', idNumber = '' } = base.statedOf(row);
    const found = await people.byIdentity(tx.asSystem(), name, idNumber);
    return found === row.agent_id ? null : found;
  }

  async function decide(access: Access, authorityId: string, input: DecideInput): Promise<void> {
    await db.transaction(access, async (tx) => {
      const row = await mineToDecide(tx, access, authorityId, true);
      const wanted = input.approve ? 'active' : 'refused';
      if (row.state === wanted) return;
      if (row.state !== 'requested') throw refuse('authorities.decided');
      if (!input.approve && input.reason.length < 4) throw refuse('authorities.reason_required');
      const at = clock.now();
      const staffId = access.actorId ?? '';
      if (input.approve) await approve(tx, access, row, input);
      else base.record(tx, 'authority.refused', authorityId, staffId, row.agent_id, '', { reason: input.reason });
      tx.send(store.decide, [authorityId, wanted, staffId, at, input.reason || null]);
      if (row.agent_id)
        options.tell(tx, row.agent_id, input.approve ? 'authority_approved' : 'authority_refused', {
          services: base.servicesText(row.services),
        });
    });
  }

  async function approve(tx: Tx, access: Access, row: store.AuthorityRow, input: DecideInput): Promise<void> {
    const principalId = await principalOf(tx, row);
    const principal = principalId ? await people.read(tx.asSystem(), principalId) : undefined;
    if (!principal) throw refuse('authorities.principal_unknown');
    const services = base.checkedServices(input.services ?? row.services).filter((code) => row.services.includes(code));
    if (services.length === 0) throw refuse('authorities.services_wrong');
    const days = row.kind === 'assisted' || row.kind === 'consent' ? 1 : daysMax[row.kind];
    const latest = base.untilIn(days, days);
    const untilAt = input.untilDay ? endOfDay(input.untilDay) : row.until_at;
    if (untilAt <= clock.now() || untilAt > latest) throw refuse('authorities.days_wrong', { days });
    base.activate(tx, row, principal, untilAt, services);
    base.record(tx, 'authority.approved', row.authority_id, access.actorId, principal.personId, principal.region, {
      office: row.org_id,
      cases: input.caseIds,
      reason: input.reason,
    });
    for (const caseId of new Set(input.caseIds))
      await options.cases.entrust(tx.asSystem(), caseId, row.authority_id, access, principal.personId);
  }

  return { requestByProof, list, detail, decide };
}

export type Describe = (
  access: Access,
  fileIds: readonly string[],
) => Promise<readonly { readonly fileId: string; readonly name: string; readonly mediaType: string }[]>;

function wordOf(words: Readonly<Record<string, string>>, key: string | undefined): string {
  return key === undefined ? '' : (words[key] ?? '');
}
