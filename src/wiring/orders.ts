// Enterprises, joined: whose ID number a company's program names is asked of identity, and what it tells of orders goes to cover by a
// job, so that a batch is answered before anybody is charged.

import type { Acts } from '#modules/administration';
import type { WorkSignal } from '#modules/enterprise';
import { createEnterprises } from '#modules/enterprise';
import { idNumberIndex, type Identity } from '#modules/identity';
import type { Orgs } from '#modules/orgs';
import type { Trace } from '#modules/trace';
import { systemClock, type Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import type { enqueue as enqueueJob } from '#platform/jobs';

export type OrdersParts = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly acts: Acts;
  readonly enqueue: typeof enqueueJob;
  readonly identity: Pick<Identity, 'idByNumber'>;
  readonly orgs: Pick<Orgs, 'orgName'>;
};

export function joinEnterprises(parts: OrdersParts) {
  const { db, crypto, clock, trace, acts, enqueue, orgs } = parts;

  /** Of each person the newest order of a batch says whether he works today; whom nobody knows is insured by nobody. */
  async function heard(tx: Tx, signals: readonly WorkSignal[]): Promise<void> {
    const newest = new Map<string, { personId: string; acceptedAt: string; company: string }>();
    for (const { personId, at, orgId } of signals) {
      const known = personId === null ? undefined : newest.get(personId);
      if (personId === null || (known && known.acceptedAt >= at)) continue;
      newest.set(personId, { personId, acceptedAt: at, company: orgs.orgName(orgId) });
    }
    if (newest.size > 0) enqueue(tx, 'cover.order_signals', { signals: [...newest.values()] }, { maxAttempts: 5 });
  }

  const enterprises = createEnterprises({
    db,
    crypto,
    trace,
    acts,
    clock,
    realClock: systemClock(),
    indexOf: (number) => idNumberIndex(crypto, { type: 'resident_id', number }),
    personOf: (tx, number) => parts.identity.idByNumber(tx, number),
    heard,
  });
  /** Names of the companies that tell of orders. */
  const tellsOfOrders = async (tx: Tx) => (await enterprises.signals.telling(tx)).map(orgs.orgName);
  return { enterprises, tellsOfOrders };
}
