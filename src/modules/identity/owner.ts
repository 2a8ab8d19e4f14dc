// Whose a phone is now. Carriers give a number to somebody else after 90 days at the soonest (电信服务规范; 待核), and whoever logged in had
// the number then; so after 90 days without a login a code proves a phone and no owner. Then the last four of the ID number are asked for,
// without a name or any other hint; whoever cannot say them, or says "that is not me", starts anew, and the former owner keeps everything.

import type { Trace } from '#modules/trace';
import { systemAccess } from '#platform/access';
import type { Clock } from '#platform/clock';
import { sameBytes, sha256, type CryptoPort } from '#platform/crypto';
import { brokenConstraint, type Database, type Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { z } from 'zod';
import { refuse } from './contract.ts';
import { holdNumbers } from './indexes.ts';
import { confirmMinutes, confirmTriesMax } from './limits.ts';
import { personContext } from './person.ts';
import type { NewSession, Sessions } from './sessions.ts';
import * as store from './store.ts';

export type OwnerOptions = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly trace: Trace;
  readonly clock: Clock;
  readonly sessionClock: Clock;
  readonly sessions: Pick<Sessions, 'begin' | 'endAllOfPerson'>;
  /** Proves a phone that has no owner any more, for a new registration. */
  readonly registrationToken: (phone: string, codeId: string) => string;
  /** Keeps the number that was given up with the person whose it was. */
  readonly onPhoneLost?: ((tx: Tx, personId: string, phone: string) => Promise<void>) | undefined;
};

const context = 'login:confirm:1';
const doubtSchema = z.object({ personId: z.uuid(), phone: z.string(), codeId: z.uuid(), untilMs: z.number() });

export function createOwner(options: OwnerOptions) {
  const { db, crypto, trace, clock, sessionClock, sessions } = options;
  const nowMs = () => Date.parse(sessionClock.now());

  const openPhone = (personId: string, sealed: string) => crypto.open(personContext('phone_sealed', personId), sealed);

  /** What a browser carries between the code and the answer; sealed, and it says nothing. */
  function doubt(personId: string, phone: string, codeId: string): string {
    const untilMs = nowMs() + confirmMinutes * 60_000;
    return crypto.seal(context, JSON.stringify({ personId, phone, codeId, untilMs }));
  }

  function opened(token: string): z.infer<typeof doubtSchema> {
    try {
      const read = doubtSchema.parse(JSON.parse(crypto.open(context, token)));
      if (read.untilMs > nowMs()) return read;
    } catch {
      // Whatever is wrong with it, the person can do only one thing.
    }
    throw refuse('identity.registration_expired');
  }

  /** The last four of the document's number. Counted before it is compared, in a row that is held: many at once are no more tries. */
  async function confirmOwner(
    token: string,
    rawTail: string,
    oldToken: string | null,
  ): Promise<{ readonly personId: string } & NewSession> {
    const { personId, phone } = opened(token);
    const tail = rawTail.normalize('NFKC').replaceAll(/\s/g, '').toUpperCase();
    const outcome = await db.transaction(systemAccess, async (tx) => {
      const row = await tx.maybe(store.holdOwner, [personId]);
      if (row === undefined || openPhone(personId, row.phone_sealed) !== phone) return 'gone';
      if (row.confirm_tries >= confirmTriesMax) return 'closed';
      const known = crypto.open(personContext('id_number_sealed', personId), row.id_number_sealed).slice(-4);
      if (!sameBytes(sha256(known.toUpperCase()), sha256(tail))) {
        tx.send(store.countConfirm, [personId]);
        return 'wrong';
      }
      tx.send(store.loggedIn, [personId, sessionClock.now()]);
      return { personId, ...sessions.begin(tx, 'worker', { personId }, oldToken) };
    });
    if (outcome === 'gone') throw refuse('identity.registration_expired');
    if (outcome === 'closed') throw refuse('identity.confirm_closed');
    if (outcome === 'wrong') throw refuse('identity.confirm_wrong');
    return outcome;
  }

  /** "That is not me": a fresh start for whoever holds the phone. A repeat finds the number free and gives the same. */
  async function notOwner(token: string): Promise<{ readonly token: string; readonly phone: string }> {
    const { personId, phone, codeId } = opened(token);
    await db.transaction(systemAccess, async (tx) => {
      const row = await tx.maybe(store.holdOwner, [personId]);
      if (row && openPhone(personId, row.phone_sealed) === phone) await losePhone(tx, personId, phone, null);
    });
    return { token: options.registrationToken(phone, codeId), phone };
  }

  /** From within a session: what was opened is somebody else's. */
  async function disownPhone(personId: string): Promise<void> {
    await db.transaction(systemAccess, async (tx) => {
      const row = await tx.maybe(store.holdOwner, [personId]);
      const phone = row ? openPhone(personId, row.phone_sealed) : '';
      if (phone !== '') await losePhone(tx, personId, phone, null);
    });
  }

  /** The number is nobody's; the person keeps everything else, is sent nothing there, and is found at a window. */
  async function losePhone(tx: Tx, personId: string, phone: string, actorId: string | null): Promise<void> {
    writePhone(tx, personId, '');
    sessions.endAllOfPerson(tx, personId);
    trace.record(tx, {
      eventId: newId(),
      type: 'person.phone_lost',
      at: clock.now(),
      region: '',
      department: '',
      actorId,
      subjectId: personId,
      body: {},
    });
    await options.onPhoneLost?.(tx, personId, phone);
  }

  function writePhone(tx: Tx, personId: string, phone: string): void {
    const index = crypto.blindIndex('phone', phone === '' ? `lost:${personId}` : phone);
    tx.send(store.setPhone, [personId, crypto.seal(personContext('phone_sealed', personId), phone), index]);
  }

  /** Both numbers, or the person at a window, were proven by the caller. Everybody who was logged in is out. */
  async function changePhone(tx: Tx, personId: string, phone: string): Promise<'changed' | 'taken'> {
    const other = await tx.maybe(store.selectPersonByPhone, [[...crypto.blindIndexes('phone', phone)]]);
    if (other && other.person_id !== personId) return 'taken';
    await holdNumbers(tx, crypto, { phone, except: personId });
    const index = crypto.blindIndex('phone', phone);
    await tx.run(store.setPhone, [personId, crypto.seal(personContext('phone_sealed', personId), phone), index]);
    tx.send(store.loggedIn, [personId, sessionClock.now()]);
    sessions.endAllOfPerson(tx, personId);
    return 'changed';
  }

  /** Of two who take one number at once the second is told so, as one who came later is. */
  function isPhoneTaken(error: unknown): boolean {
    return brokenConstraint(error) === 'person_phone_key';
  }

  return { doubt, confirmOwner, notOwner, disownPhone, changePhone, isPhoneTaken };
}
