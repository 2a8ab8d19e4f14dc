// What providers are asked about people and cards: written with what it is about, asked after the commit, and again until there is an
// answer. Nobody waits for it, and nobody is turned away because a provider is silent. Only the outcome is kept.

import type { Trace } from '#modules/trace';
import { personGrant, systemAccess } from '#platform/access';
import type { Clock } from '#platform/clock';
import type { Database, Tx } from '#platform/db';
import { newId } from '#platform/ids';
import * as store from './store.ts';

export type CheckOutcome = 'match' | 'mismatch' | 'no_record';

export type CheckPort = {
  readonly provider: string;
  checkPerson(factors: { name: string; idNumber: string; phone: string }): Promise<CheckOutcome>;
  checkCard(factors: { name: string; idNumber: string; phone: string; card: string }): Promise<CheckOutcome>;
};

export type CheckedPerson = {
  readonly name: string;
  readonly idType: string;
  readonly idNumber: string;
  readonly phone: string;
};

export type ChecksOptions = {
  readonly db: Database;
  readonly trace: Trace;
  readonly clock: Clock;
  readonly port: CheckPort | null;
  readonly person: (tx: Tx, personId: string) => Promise<CheckedPerson | undefined>;
  readonly cardOf: (tx: Tx, accountId: string) => Promise<{ card: string; bankPhone: string | null }>;
  readonly onPerson: (tx: Tx, personId: string, outcome: CheckOutcome) => Promise<void>;
  readonly onCard: (tx: Tx, accountId: string, outcome: CheckOutcome) => Promise<void>;
};

const atOnce = 20;
const minuteMs = 60_000;
/** Minutes until the next question, by the questions put so far; then every six hours. */
const backoffMinutes = [1, 5, 15, 60] as const;
const backoffMinutesMax = 360;

export type Checks = ReturnType<typeof createChecks>;

export function createChecks(options: ChecksOptions) {
  const { db, trace, clock, port } = options;

  /** Asks whose phone this is, or whose card; false where nobody can be asked. Other documents than ID cards cannot be checked so. */
  async function ask(tx: Tx, personId: string, accountId: string | null): Promise<boolean> {
    if (port === null) return false;
    const found = await options.person(tx.asSystem(), personId);
    if (found?.idType !== 'resident_id' || found.phone === '') return false;
    const kind = accountId === null ? 'person' : 'card';
    if (accountId === null) tx.send(store.voidChecks, [personId, clock.now()]);
    tx.send(store.insertCheck, [newId(), personId, kind, accountId, clock.now(), ['*', personGrant(personId)]]);
    return true;
  }

  /** One round; gives how many had an answer. */
  async function askDue(): Promise<number> {
    if (port === null) return 0;
    const rows = await db.transaction(systemAccess, (tx) => tx.run(store.claimChecks, [clock.now(), atOnce]));
    let answered = 0;
    for (const row of rows) if (await askOne(port, row)) answered += 1;
    return answered;
  }

  async function askOne(asked: CheckPort, row: store.CheckRow): Promise<boolean> {
    const factors = await db.transaction(systemAccess, async (tx) => {
      const found = await options.person(tx, row.person_id);
      if (!found || row.account_id === null) return found && { ...found, card: null };
      const { card, bankPhone } = await options.cardOf(tx, row.account_id);
      return { ...found, card, phone: bankPhone ?? found.phone };
    });
    if (!factors) return false;
    const { name, idNumber, phone, card } = factors;
    let outcome: CheckOutcome;
    try {
      outcome = await (card === null
        ? asked.checkPerson({ name, idNumber, phone })
        : asked.checkCard({ name, idNumber, phone, card }));
    } catch {
      // Silent, busy, or set up wrongly: the health page shows how long it has been so.
      const minutes = backoffMinutes[row.tries - 1] ?? backoffMinutesMax;
      const dueAt = new Date(Date.parse(clock.now()) + minutes * minuteMs).toISOString();
      await db.transaction(systemAccess, async (tx) => tx.send(store.waitCheck, [row.check_id, dueAt]));
      return false;
    }
    await take(asked.provider, row, outcome);
    return true;
  }

  /** Taken once: of two processes that asked, the first one's answer counts. */
  async function take(provider: string, row: store.CheckRow, outcome: CheckOutcome): Promise<void> {
    await db.transaction(systemAccess, async (tx) => {
      const at = clock.now();
      const leafId = trace.record(tx, {
        eventId: newId(),
        type: 'identity_check.answered',
        at,
        region: '',
        department: '',
        actorId: null,
        subjectId: row.person_id,
        body: { check_id: row.check_id, kind: row.kind, provider, outcome },
      });
      if (!(await tx.maybe(store.endCheck, [row.check_id, outcome, provider, at, leafId]))) return;
      if (row.account_id === null) await options.onPerson(tx, row.person_id, outcome);
      else await options.onCard(tx, row.account_id, outcome);
    });
  }

  /** How many wait for an answer, and since when the oldest does. */
  function queue(): Promise<{ readonly count: number; readonly oldest: string | null }> {
    return db.transaction(systemAccess, (tx) => tx.one(store.queueAge, []));
  }

  return { ask, askDue, queue, connected: port !== null };
}
