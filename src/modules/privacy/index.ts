// The door of privacy: what people agreed to, and whether an act may go on without asking again.

import { isAsked, purposeOf, purposes, purposesFor, type Purpose } from '#catalog/purposes';
import { canonical, type Trace } from '#modules/trace';
import { personGrant, systemAccess, workerAccess, type Access } from '#platform/access';
import type { Clock } from '#platform/clock';
import { sha256 } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { refuse, type ConsentView, type ConsentWord } from './contract.ts';
import * as store from './store.ts';

export { createAccessLog, type AccessLog } from './accesses.ts';
export { privacyRoutes } from './http.ts';
export { createHolds, type HoldTarget } from './holds.ts';
export { holdRoutes } from './holds-http.ts';
export { createEraser, type ErasedItem, type Eraser } from './eraser.ts';
export { createErasures, type Erasures } from './erasures.ts';
export { erasureRoutes } from './erasures-http.ts';
export { createLooks } from './looks.ts';
export { looksRoutes } from './looks-http.ts';
export type { ConsentView } from './contract.ts';

/** Who says it, and how: the person on the phone unless said otherwise. */
export type SaidBy = { readonly channel: store.ConsentRow['channel']; readonly byId: string };

export type PrivacyOptions = {
  readonly db: Database;
  readonly trace: Trace;
  readonly clock: Clock;
  /** What follows at once: called in the transaction of the word, with the purposes that the person has withdrawn by now. */
  readonly onDecided: (tx: Tx, personId: string, withdrawn: readonly string[]) => void | Promise<void>;
};

export type Privacy = ReturnType<typeof createPrivacy>;

export function createPrivacy({ db, trace, clock, onDecided }: PrivacyOptions) {
  const holds = (purpose: Purpose, rows: readonly store.ConsentRow[]): boolean =>
    rows.some((row) => row.purpose === purpose.code && row.state === 'given' && row.version === purpose.version);

  /** Says yes or no to one purpose. The same request again changes nothing, however late it comes. */
  async function decide(
    access: Access,
    personId: string,
    word: ConsentWord & { readonly requestId: string },
    by: SaidBy = { channel: 'mobile', byId: personId },
  ): Promise<void> {
    await db.transaction(access, (tx) => decideIn(tx, personId, word, by));
  }

  async function decideIn(
    tx: Tx,
    personId: string,
    { purpose: code, version, given, requestId }: ConsentWord & { readonly requestId: string },
    by: SaidBy,
  ): Promise<void> {
    const purpose = purposeOf(code);
    if (!purpose) throw refuse('privacy.no_purpose');
    if (!isAsked(purpose)) throw refuse('privacy.not_by_consent', { purpose: purpose.zh });
    const state = given ? 'given' : 'withdrawn';
    // An agent may not read what the principal said elsewhere; what follows from it is the system's to find out.
    const all = tx.asSystem();
    await tx.run(store.lockPerson, [personId]);
    const [known, rows] = await Promise.all([
      all.maybe(store.byRequest, [personId, requestId]),
      all.run(store.latest, [personId]),
    ]);
    if (known) {
      if (known.purpose !== code || known.state !== state) throw refuse('privacy.request_reused');
      return;
    }
    if (given && version !== purpose.version) throw refuse('privacy.words_changed', { purpose: purpose.zh });
    const last = rows.find((row) => row.purpose === code);
    // What stands already is not said twice, and what was never given cannot be taken back.
    if (given ? holds(purpose, rows) : last?.state !== 'given') return;
    const said = { version: given ? version : (last?.version ?? version), state, seq: (last?.seq ?? 0) + 1 } as const;
    write(tx, { personId, purpose, requestId, by, ...said });
    const withdrawn = rows.flatMap((row) => (row.purpose !== code && row.state === 'withdrawn' ? [row.purpose] : []));
    await onDecided(all, personId, given ? withdrawn : [...withdrawn, code]);
  }

  type Said = {
    readonly personId: string;
    readonly purpose: Purpose;
    readonly version: string;
    readonly state: 'given' | 'withdrawn';
    readonly seq: number;
    readonly requestId: string;
    readonly by: SaidBy;
  };

  function write(tx: Tx, { personId, purpose, version, state, seq, requestId, by }: Said): void {
    const at = clock.now();
    const leafId = trace.record(tx, {
      eventId: newId(),
      type: `consent.${state}`,
      at,
      region: '',
      department: '',
      actorId: by.byId,
      subjectId: personId,
      // The words themselves are committed to, so that nobody can say later that other ones were agreed to.
      body: { purpose: purpose.code, version, channel: by.channel, words: sha256(canonical(purpose)).toString('hex') },
    });
    const readers = ['*', personGrant(personId)];
    tx.send(store.insert, [
      personId,
      purpose.code,
      seq,
      version,
      state,
      by.channel,
      by.byId,
      at,
      requestId,
      leafId,
      readers,
    ]);
  }

  /** In the transaction of a registration: what was ticked on its last page. Other words than today's are no consent. */
  async function registered(tx: Tx, personId: string, version: string | null): Promise<void> {
    if (version === null || purposeOf('identity')?.version !== version) return;
    const word = { purpose: 'identity', version, given: true, requestId: newId() };
    await decideIn(tx, personId, word, { channel: 'mobile', byId: personId });
  }

  /** What must still be asked before this service, the first one first. */
  async function missing(personId: string, serviceCode: string): Promise<readonly Purpose[]> {
    return db.transaction(systemAccess, (tx) => missingIn(tx, personId, serviceCode));
  }

  async function missingIn(tx: Tx, personId: string, serviceCode: string): Promise<readonly Purpose[]> {
    const needed = purposesFor(serviceCode);
    if (needed.length === 0) return [];
    const rows = await tx.asSystem().run(store.latest, [personId]);
    return needed.filter((purpose) => !holds(purpose, rows));
  }

  /** Nothing is done for a person without what it needs. */
  async function require(tx: Tx, personId: string, serviceCode: string): Promise<void> {
    tx.send(store.holdPerson, [personId]);
    const [first] = await missingIn(tx, personId, serviceCode);
    if (first) throw refuse('privacy.consent_needed', { purpose: first.zh });
  }

  /** What follows from the words of a person is found out anew: whose words these are has changed. */
  async function renewed(tx: Tx, personId: string): Promise<void> {
    const rows = await tx.asSystem().run(store.latest, [personId]);
    await onDecided(
      tx.asSystem(),
      personId,
      rows.flatMap((row) => (row.state === 'withdrawn' ? [row.purpose] : [])),
    );
  }

  async function list(personId: string): Promise<readonly ConsentView[]> {
    const rows = await db.transaction(workerAccess(personId), (tx) => tx.run(store.latest, [personId]));
    return purposes.map((purpose): ConsentView => {
      const row = rows.find((one) => one.purpose === purpose.code);
      const { code, zh, version } = purpose;
      const state = !isAsked(purpose)
        ? 'duty'
        : holds(purpose, rows)
          ? 'given'
          : row?.state === 'given'
            ? 'outdated'
            : (row?.state ?? 'never');
      const { at = null, channel = null } = row ?? {};
      return { purpose: code, zh, version, state, at, channel, agreedVersion: row?.version ?? null };
    });
  }

  return { decide, decideIn, registered, renewed, missing, require, list };
}
