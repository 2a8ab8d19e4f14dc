// How people are reached and paid, joined: cards and checks ask identity who somebody is, notices to tell, and money to hold.

import type { Clock } from '#platform/clock';
import type { Config } from '#platform/config';
import type { CryptoPort } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import type { enqueue as enqueueJob } from '#platform/jobs';
import type { CaseState } from '#modules/cases';
import { createAccounts, createChecks, type Accounts, type CheckPort } from '#modules/contacts';
import type { Identity } from '#modules/identity';
import type { Notices } from '#modules/notices';
import type { Trace } from '#modules/trace';

export type ContactsParts = {
  readonly config: Pick<Config, 'payoutCoolingHours'>;
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly enqueue: typeof enqueueJob;
  readonly port: CheckPort | null;
  readonly publicUrl: string;
  readonly identity: Identity;
  readonly notices: Notices;
};

export function joinContacts(parts: ContactsParts) {
  const { db, crypto, clock, trace, enqueue } = parts;
  const person = (tx: Tx, personId: string) => parts.identity.personIn(tx.asSystem(), personId);

  const checks = createChecks({
    db,
    trace,
    clock,
    port: parts.port,
    person,
    cardOf: (tx, accountId) => accounts.factorsOf(tx, accountId),
    onPerson: async (tx, personId, outcome) => {
      parts.identity.setVerified(tx, personId, outcome === 'match');
      if (outcome === 'mismatch') parts.notices.tell(tx, personId, 'identity_mismatch', {});
    },
    onCard: (tx, accountId, outcome) => accounts.checked(tx, accountId, outcome),
  });

  const accounts: Accounts = createAccounts({
    db,
    crypto,
    trace,
    clock,
    coolingHours: parts.config.payoutCoolingHours,
    stopUrl: `${parts.publicUrl}/m/stop/`,
    firstCard: async (tx, personId) => (await person(tx, personId))?.card ?? null,
    tell: async (tx, personId, template, values) => parts.notices.tell(tx, personId, template, values),
    askAbout: (tx, personId, accountId) => checks.ask(tx, personId, accountId),
    withdraw: (tx, personId) => enqueue(tx, 'payouts.withdraw', { personId }),
    endSessions: (tx, personId) => parts.identity.endSessionsOf(tx, personId),
  });

  /** A card that a form of a case brought, or brought anew; sealed as the case keeps it. */
  async function typedIn(tx: Tx, before: CaseState | null, state: CaseState, actorId: string | null): Promise<void> {
    const name = 'payout_card';
    const value = state.data[name];
    if (state.personId === null || value === undefined || value === before?.data[name]) return;
    if (typeof value !== 'object' || value === null || !('sealed' in value) || typeof value.sealed !== 'string') return;
    const card: unknown = JSON.parse(crypto.open(`case:${state.caseId}:${name}`, value.sealed));
    if (typeof card !== 'string') return;
    await accounts.typed(tx.asSystem(), { personId: state.personId, card, caseId: state.caseId, actorId });
  }

  return { accounts, checks, typedIn };
}

export type Contacts = ReturnType<typeof joinContacts>;
