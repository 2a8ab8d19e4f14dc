// The door of authorities: who may act for whom, how that comes to be, and how it ends.

import { workerAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Tx } from '#platform/db';
import { createAssist } from './assist.ts';
import { createBase, type AuthorityOptions } from './base.ts';
import { createConsent } from './consent.ts';
import { authorityKinds, authorityStates, type AuthorityView } from './contract.ts';
import { createProof } from './proof.ts';
import * as store from './store.ts';

export type { AuthorityOptions } from './base.ts';
export type { ConsentRequest } from './consent.ts';
export { authorityRoutes } from './http.ts';
export type { ProofRequest } from './proof.ts';

export type Authorities = ReturnType<typeof createAuthorities>;

const listMax = 50;

export function createAuthorities(options: AuthorityOptions) {
  const base = createBase(options);

  async function viewOf(tx: Tx, row: store.AuthorityRow): Promise<AuthorityView> {
    const isOver = row.state === 'active' && !base.isLive(row);
    const principal = row.principal_id ? await options.people.read(tx, row.principal_id) : undefined;
    return {
      authorityId: row.authority_id,
      kind: row.kind,
      kindZh: authorityKinds[row.kind],
      state: isOver ? 'over' : row.state,
      stateZh: isOver ? '已到期' : authorityStates[row.state],
      agentName: await base.agentNameOf(tx, row),
      principalName: principal?.name ?? base.statedOf(row).name ?? '',
      services: row.services.map((code) => ({ code, zh: options.serviceZh(code) ?? code })),
      createdAt: row.created_at,
      untilDay: dayOf(new Date(Date.parse(row.until_at) - 1).toISOString()),
      reason: row.reason,
    };
  }

  /** For whom this person acts, and who acts for this person; the newest first. */
  async function ofPerson(personId: string) {
    return options.db.transaction(workerAccess(personId), async (tx) => {
      const [asAgent, asPrincipal] = await Promise.all([
        tx.run(store.ofAgent, [personId, listMax]),
        tx.run(store.ofPrincipal, [personId, listMax]),
      ]);
      const views = (rows: readonly store.AuthorityRow[]) => Promise.all(rows.map((row) => viewOf(tx.asSystem(), row)));
      return { asAgent: await views(asAgent), asPrincipal: await views(asPrincipal) };
    });
  }

  /** Ready to be used by its agent: begins the session in which nothing but it counts. */
  async function startActing<T>(agentId: string, authorityId: string, begin: (tx: Tx) => T): Promise<T> {
    return options.db.transaction(workerAccess(agentId), async (tx) => {
      await base.requireAgent(tx, authorityId, agentId);
      return begin(tx.asSystem());
    });
  }

  return {
    ...createConsent(base),
    ...createProof(base),
    ...createAssist(base),
    ofPerson,
    startActing,
    end: base.end,
    onBehalfOf: base.onBehalfOf,
    hold: base.hold,
    mayAct: base.mayAct,
    isDead: base.isDead,
    deadAmong: base.deadAmong,
  };
}
export { windowOf } from './assist.ts';
