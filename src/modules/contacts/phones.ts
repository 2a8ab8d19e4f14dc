// Another number for a person: with codes on both phones at once; or, the old one lost, at a window that has looked at the document, after
// a time in which the old phone can stop it. Everything else of the person stays; whoever was logged in is out.

import { randomBytes } from 'node:crypto';
import type { Trace } from '#modules/trace';
import { personGrant, roleGrant, systemAccess } from '#platform/access';
import { momentZh } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { refuse, type WindowPhoneInput } from './contract.ts';
import * as store from './phone-store.ts';

type Message = { readonly template: string; readonly values: Readonly<Record<string, string>> };
export type PhoneWindow = { readonly staffId: string; readonly role: string; readonly orgId: string };

export type PhonesOptions = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly trace: Trace;
  readonly clock: Clock;
  readonly waitHours: number;
  readonly stopUrl: string;
  readonly orgName: (orgId: string) => string;
  readonly people: {
    /** The phone of a person; empty where the number was given up. */
    readonly phoneOf: (tx: Tx, personId: string) => Promise<string>;
    readonly nameOf: (tx: Tx, personId: string) => Promise<string>;
    readonly byIdentity: (tx: Tx, name: string, idNumber: string) => Promise<string | null>;
    readonly sendCode: (
      phone: string,
      address: string,
      purpose: `phone:${string}`,
      message: Message,
    ) => Promise<unknown>;
    readonly proveCode: (tx: Tx, phone: string, purpose: `phone:${string}`, code: string) => Promise<boolean>;
    readonly changePhone: (tx: Tx, personId: string, phone: string) => Promise<'changed' | 'taken'>;
    readonly isPhoneTaken: (error: unknown) => boolean;
  };
  readonly tell: (
    tx: Tx,
    personId: string,
    template: string,
    values: Readonly<Record<string, string>>,
    elsewhere?: string,
  ) => void;
  /** Whose the new number is, asked of a provider. */
  readonly askAbout: (tx: Tx, personId: string) => Promise<unknown>;
};

const hourMs = 3_600_000;
const dueAtOnce = 50;
const asksADay = 40;
const codeMinutes = 15;

export type Phones = ReturnType<typeof createPhones>;

export function createPhones(options: PhonesOptions) {
  const { db, crypto, trace, clock, people } = options;
  const context = (changeId: string, which: 'old' | 'new') => `phone_change:${which}:${changeId}`;
  const stopHash = (token: string) => crypto.digest('stop', token);

  function record(tx: Tx, type: string, personId: string | null, actorId: string | null, body: object): string {
    const act = { eventId: newId(), type, at: clock.now(), region: '', department: '', actorId, subjectId: personId };
    return trace.record(tx, { ...act, body });
  }

  // ---- with both phones ------------------------------------------------------------------------------------------------------

  /** The session has proven the old phone; this sends a code to the new one. The answer is the same whoever has it. */
  async function requestNew(personId: string, phone: string): Promise<void> {
    const message = { template: 'phone_code', values: {} };
    await people.sendCode(phone, `person:${personId}`, `phone:${personId}`, message);
  }

  async function changeByCodes(
    personId: string,
    input: { readonly requestId: string; readonly phone: string; readonly code: string },
  ): Promise<void> {
    const { requestId, phone, code } = input;
    const outcome = await taking(() =>
      db.transaction(systemAccess, async (tx) => {
        if (await tx.maybe(store.byRequest, [requestId])) return 'changed';
        if (!(await people.proveCode(tx, phone, `phone:${personId}`, code))) return 'wrong';
        const old = await people.phoneOf(tx, personId);
        if (old === phone) return 'same';
        if ((await people.changePhone(tx, personId, phone)) === 'taken') return 'taken';
        tx.send(store.stopWaitingOf, [personId, clock.now()]);
        await keep(tx, { personId, kind: 'codes', old, phone, requestId, actorId: personId });
        return 'changed';
      }),
    );
    if (outcome === 'wrong') throw refuse('contacts.code_wrong');
    if (outcome === 'same') throw refuse('contacts.phone_same');
    if (outcome === 'taken') throw refuse('contacts.phone_taken');
  }

  async function taking<T>(work: () => Promise<T>): Promise<T | 'taken'> {
    try {
      return await work();
    } catch (error) {
      if (people.isPhoneTaken(error)) return 'taken';
      throw error;
    }
  }

  type Kept = {
    readonly personId: string;
    readonly kind: 'codes' | 'lost';
    readonly old: string;
    readonly phone: string | null;
    readonly requestId: string;
    readonly actorId: string | null;
  };

  async function keep(tx: Tx, { personId, kind, old, phone, requestId, actorId }: Kept): Promise<void> {
    const changeId = newId();
    const now = clock.now();
    const leafId = record(tx, kind === 'lost' ? 'phone.given_up' : 'phone.changed', personId, actorId, { kind });
    tx.send(store.insert, [
      changeId,
      personId,
      kind,
      'done',
      old === '' ? null : crypto.seal(context(changeId, 'old'), old),
      phone === null ? null : crypto.seal(context(changeId, 'new'), phone),
      now,
      now,
      null,
      null,
      requestId,
      ['*', personGrant(personId)],
      leafId,
    ]);
    if (phone !== null) await changed(tx, personId, old, phone);
  }

  /** Both phones hear of it, and the new one is asked about. */
  async function changed(tx: Tx, personId: string, old: string, phone: string): Promise<void> {
    const values = { tail: phone.slice(-4) };
    options.tell(tx, personId, 'phone_changed', values);
    if (old !== '') options.tell(tx, personId, 'phone_left', values, old);
    await options.askAbout(tx, personId);
  }

  // ---- at a window -----------------------------------------------------------------------------------------------------------

  /** The clerk has the document in hand. The answer is the same whether the person is known or not; the code goes to the new phone. */
  async function requestAtWindow(window: PhoneWindow, input: WindowPhoneInput): Promise<{ readonly changeId: string }> {
    const changeId = await db.transaction(systemAccess, async (tx) => {
      const known = await tx.maybe(store.byRequest, [input.requestId]);
      if (known) return known.change_id;
      const { count } = await tx.one(store.countByStaff, [window.staffId, clock.now()]);
      if (count >= asksADay) throw refuse('contacts.window_too_many');
      const made = newId();
      const personId = await people.byIdentity(tx, input.name, input.idNumber);
      tx.send(store.insert, [
        made,
        personId,
        'window',
        'asked',
        null,
        crypto.seal(context(made, 'new'), input.phone),
        clock.now(),
        null,
        window.staffId,
        window.orgId,
        input.requestId,
        ['*', roleGrant(window.role, window.orgId)],
        null,
      ]);
      return made;
    });
    const message = { template: 'phone_window_code', values: { office: options.orgName(window.orgId) } };
    await people.sendCode(input.phone, `staff:${window.staffId}`, `phone:${changeId}`, message);
    return { changeId };
  }

  /** The new phone's code: from now on the old one has its time to object; a number that was given up has none. */
  async function confirmAtWindow(window: PhoneWindow, changeId: string, code: string) {
    const outcome = await db.transaction(systemAccess, async (tx) => {
      const row = await tx.maybe(store.hold, [changeId]);
      if (row?.staff_id !== window.staffId || row.new_phone_sealed === null) throw refuse('contacts.change_gone');
      if (row.state !== 'asked') return { kind: 'right' as const, personId: row.person_id, at: row.effective_at };
      if (Date.parse(clock.now()) - Date.parse(row.asked_at) > codeMinutes * 60_000)
        throw refuse('contacts.change_gone');
      const phone = crypto.open(context(changeId, 'new'), row.new_phone_sealed);
      if (!(await people.proveCode(tx, phone, `phone:${changeId}`, code))) return { kind: 'wrong' as const };
      if (row.person_id === null) return { kind: 'unknown' as const };
      const old = await people.phoneOf(tx, row.person_id);
      if (old === phone) return { kind: 'same' as const };
      const at = new Date(Date.parse(clock.now()) + (old === '' ? 0 : options.waitHours * hourMs)).toISOString();
      const token = randomBytes(16).toString('base64url');
      const body = { change_id: changeId, effective_at: at };
      const leafId = record(tx, 'phone.change_asked', row.person_id, window.staffId, body);
      await tx.run(store.stopWaitingOf, [row.person_id, clock.now()]);
      await tx.run(store.wait, [changeId, at, stopHash(token), leafId]);
      const values = { tail: phone.slice(-4), until: momentZh(at), url: options.stopUrl + token };
      options.tell(tx, row.person_id, 'phone_change_asked', values);
      return { kind: 'right' as const, personId: row.person_id, at };
    });
    if (outcome.kind === 'wrong') throw refuse('contacts.code_wrong');
    if (outcome.kind === 'unknown') throw refuse('contacts.person_unknown');
    if (outcome.kind === 'same') throw refuse('contacts.phone_same');
    await applyDue();
    const personId = outcome.personId ?? '';
    const name = await db.transaction(systemAccess, (tx) => people.nameOf(tx, personId));
    return { name, effectiveAt: outcome.at ?? clock.now() };
  }

  /** What a window began and nobody stopped. A number that somebody else registered meanwhile is left to him. */
  async function applyDue(): Promise<number> {
    const rows = await db.transaction(systemAccess, (tx) => tx.run(store.due, [clock.now(), dueAtOnce]));
    for (const { change_id: changeId } of rows) {
      const outcome = await taking(() => db.transaction(systemAccess, (tx) => apply(tx, changeId)));
      if (outcome === 'taken') await db.transaction(systemAccess, async (tx) => endTaken(tx, changeId));
    }
    return rows.length;
  }

  async function apply(tx: Tx, changeId: string): Promise<'changed' | 'taken' | 'over'> {
    const row = await tx.maybe(store.hold, [changeId]);
    if (row?.state !== 'waiting' || row.person_id === null || row.new_phone_sealed === null) return 'over';
    const phone = crypto.open(context(changeId, 'new'), row.new_phone_sealed);
    const old = await people.phoneOf(tx, row.person_id);
    if ((await people.changePhone(tx, row.person_id, phone)) === 'taken') return 'taken';
    tx.send(store.end, [changeId, 'done', clock.now()]);
    record(tx, 'phone.changed', row.person_id, row.staff_id, { kind: 'window', change_id: changeId });
    await changed(tx, row.person_id, old, phone);
    return 'changed';
  }

  async function endTaken(tx: Tx, changeId: string): Promise<void> {
    const row = await tx.maybe(store.hold, [changeId]);
    if (row?.state === 'waiting') tx.send(store.end, [changeId, 'stopped', clock.now()]);
  }

  // ---- stopping and giving up -------------------------------------------------------------------------------------------------

  async function lookAt(token: string): Promise<{ readonly tail: string; readonly stopped: boolean } | null> {
    const row = await db.transaction(systemAccess, (tx) =>
      tx.maybe(store.holdByStop, [[...crypto.digests('stop', token)]]),
    );
    if (!row || row.state === 'done' || row.new_phone_sealed === null) return null;
    return {
      tail: crypto.open(context(row.change_id, 'new'), row.new_phone_sealed).slice(-4),
      stopped: row.state === 'stopped',
    };
  }

  async function stopByLink(token: string): Promise<boolean> {
    return db.transaction(systemAccess, async (tx) => {
      const row = await tx.maybe(store.holdByStop, [[...crypto.digests('stop', token)]]);
      if (!row || row.state === 'done' || row.person_id === null) return false;
      if (row.state !== 'waiting') return true;
      tx.send(store.end, [row.change_id, 'stopped', clock.now()]);
      record(tx, 'phone.change_stopped', row.person_id, null, { change_id: row.change_id });
      options.tell(tx, row.person_id, 'phone_change_stopped', {});
      return true;
    });
  }

  /** For the person's own page: what a window has begun. */
  async function waiting(personId: string): Promise<{ readonly tail: string; readonly at: string } | null> {
    const row = await db.transaction(systemAccess, (tx) => tx.maybe(store.waitingOf, [personId]));
    if (!row?.new_phone_sealed || row.effective_at === null) return null;
    return { tail: crypto.open(context(row.change_id, 'new'), row.new_phone_sealed).slice(-4), at: row.effective_at };
  }

  async function stopOwn(personId: string): Promise<void> {
    await db.transaction(systemAccess, async (tx) => {
      if (!(await tx.maybe(store.waitingOf, [personId]))) return;
      tx.send(store.stopWaitingOf, [personId, clock.now()]);
      record(tx, 'phone.change_stopped', personId, personId, {});
    });
  }

  /** The number is somebody else's now: it is kept with the person whose it was, for a window to compare. */
  async function givenUp(tx: Tx, personId: string, phone: string): Promise<void> {
    await keep(tx, { personId, kind: 'lost', old: phone, phone: null, requestId: newId(), actorId: null });
  }

  /** The number before this one, if it was changed within thirty days. */
  async function former(tx: Tx, personId: string): Promise<string | null> {
    const since = new Date(Date.parse(clock.now()) - 30 * 24 * hourMs).toISOString();
    const row = await tx.asSystem().maybe(store.formerPhone, [personId, since]);
    return row?.old_phone_sealed ? crypto.open(context(row.change_id, 'old'), row.old_phone_sealed) : null;
  }

  return {
    requestNew,
    changeByCodes,
    requestAtWindow,
    confirmAtWindow,
    applyDue,
    lookAt,
    stopByLink,
    waiting,
    stopOwn,
    givenUp,
    former,
  };
}
