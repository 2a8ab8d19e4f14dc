// How people are reached and paid, joined: cards and checks ask identity who somebody is, notices to tell, and money to hold.

import type { Clock } from '#platform/clock';
import type { Config } from '#platform/config';
import type { CryptoPort } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import type { enqueue as enqueueJob } from '#platform/jobs';
import type { CaseState } from '#modules/cases';
import { createAccounts, createChecks, createPhones, type Accounts, type CheckPort } from '#modules/contacts';
import type { Identity } from '#modules/identity';
import type { Notices } from '#modules/notices';
import type { Orgs } from '#modules/orgs';
import type { Trace } from '#modules/trace';
import { byIdentity, noticeTo } from './people.ts';

export type ContactsParts = {
  readonly config: Pick<Config, 'payoutCoolingHours' | 'phoneChangeHours'>;
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly enqueue: typeof enqueueJob;
  readonly port: CheckPort | null;
  readonly publicUrl: string;
  readonly identity: Identity;
  readonly notices: Notices;
  readonly orgs: Pick<Orgs, 'orgName'>;
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
    tell: async (tx, personId, template, values) => {
      tell(tx, personId, template, values);
      // Whoever took the account over may have changed the phone first: the number before it hears of it too.
      const former = template === 'card_changed' ? await phones.former(tx, personId) : null;
      if (former !== null) tell(tx, personId, template, values, former);
    },
    askAbout: (tx, personId, accountId) => checks.ask(tx, personId, accountId),
    withdraw: (tx, personId) => enqueue(tx, 'payouts.withdraw', { personId }),
    endSessions: (tx, personId) => parts.identity.endSessionsOf(tx, personId),
  });

  function tell(tx: Tx, personId: string, template: string, values: Record<string, string>, elsewhere?: string): void {
    const to = elsewhere === undefined ? undefined : (id: string) => crypto.seal(noticeTo(id), elsewhere);
    parts.notices.tell(tx, personId, template, values, to);
  }

  const phones = createPhones({
    db,
    crypto,
    trace,
    clock,
    waitHours: parts.config.phoneChangeHours,
    stopUrl: `${parts.publicUrl}/m/stop/`,
    orgName: parts.orgs.orgName,
    people: {
      phoneOf: async (tx, personId) => (await person(tx, personId))?.phone ?? '',
      nameOf: async (tx, personId) => (await person(tx, personId))?.name ?? '',
      byIdentity: (tx, name, idNumber) => byIdentity(parts, tx, name, idNumber),
      sendCode: parts.identity.requestCode,
      proveCode: parts.identity.proveCode,
      changePhone: parts.identity.changePhone,
      isPhoneTaken: parts.identity.isPhoneTaken,
    },
    tell,
    askAbout: (tx, personId) => checks.ask(tx, personId, null),
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

  return { accounts, checks, phones, typedIn };
}

export type Contacts = ReturnType<typeof joinContacts>;
