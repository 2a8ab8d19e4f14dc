// The card that a person is paid to. A card that is new is paid to only after a time in which whoever did not ask for it can stop it:
// however it came, typed on the phone, in a claim, or at a window. Which card money may go to is asked at the moment of paying.

import { randomBytes } from 'node:crypto';
import { fieldKinds } from '#catalog/fields/index';
import type { Trace } from '#modules/trace';
import { personGrant, systemAccess, workerAccess } from '#platform/access';
import { dayOf, momentZh } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { checkZh, refuse, type AccountView, type CardStanding } from './contract.ts';
import * as store from './store.ts';

export type AccountsOptions = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly trace: Trace;
  readonly clock: Clock;
  readonly coolingHours: number;
  /** `https://…/m/stop/`: where whoever was told can stop it without a login. */
  readonly stopUrl: string;
  /** The card that came with the person, from a registration or an older system; null where there was none. */
  readonly firstCard: (tx: Tx, personId: string) => Promise<string | null>;
  /** Tells the present phone and the one before it, if it was given up lately. */
  readonly tell: (
    tx: Tx,
    personId: string,
    template: string,
    values: Readonly<Record<string, string>>,
  ) => Promise<void>;
  /** Asks a provider whose the card is; false where none is connected or the document cannot be checked. */
  readonly askAbout: (tx: Tx, personId: string, accountId: string) => Promise<boolean>;
  /** What waited to be paid to this card is not. */
  readonly withdraw: (tx: Tx, personId: string) => void;
  /** The account is in doubt: nobody stays logged in. */
  readonly endSessions: (tx: Tx, personId: string) => void;
};

type NewCard = {
  readonly requestId: string;
  readonly personId: string;
  readonly card: string;
  readonly bankPhone: string | null;
  readonly source: store.AccountRow['source'];
  readonly caseId: string | null;
  readonly actorId: string | null;
};

const hourMs = 3_600_000;
const changesADay = 5;
const shownMax = 20;

export type Accounts = ReturnType<typeof createAccounts>;

export function createAccounts(options: AccountsOptions) {
  const { db, crypto, trace, clock } = options;
  const cardContext = (accountId: string) => `payout_account:card:${accountId}`;
  const bankPhoneContext = (accountId: string) => `payout_account:bank_phone:${accountId}`;
  const indexOf = (card: string) => crypto.blindIndex('card', card);

  /** Digits that a card can have: the right length, a last digit that fits where banks obey it, and not one digit over and over. */
  function readCard(raw: string): string {
    const parsed = fieldKinds.bank_card.parse(raw, {}, { today: dayOf(clock.now()) });
    // Card numbers of banks begin with 3 to 6, or 9 for some old ones (ISO/IEC 7812); a repeated digit is nobody's.
    if (parsed.ok && /^[34569]/.test(parsed.value) && !/^(\d)\1+$/.test(parsed.value)) return parsed.value;
    const zh = parsed.ok ? '' : (parsed.problems[0]?.zh ?? '');
    throw refuse('contacts.card_invalid', {}, zh === '' ? [] : [{ path: 'card', code: 'card_format', zh }]);
  }

  /** The person changes the card; a repeat of the request finds what it made. */
  async function change(
    personId: string,
    input: { readonly requestId: string; readonly card: string; readonly bankPhone: string | null },
    by: { readonly source: 'person' | 'window'; readonly actorId: string } = { source: 'person', actorId: personId },
  ): Promise<void> {
    const card = readCard(input.card);
    await db.transaction(systemAccess, async (tx) => {
      await tx.run(store.lock, [`contacts.cards.${personId}`]);
      if (await tx.maybe(store.accountByRequest, [input.requestId])) return;
      const { count } = await tx.one(store.countToday, [personId, clock.now()]);
      if (count >= changesADay) throw refuse('contacts.card_too_many');
      const [current, standing] = await Promise.all([currentIn(tx, personId), standingOf(tx, personId, card)]);
      if (current === card && standing.may) throw refuse('contacts.card_same');
      if (!standing.may && standing.why === 'stopped' && by.source === 'person') throw refuse('contacts.card_stopped');
      await add(tx, { ...input, card, personId, caseId: null, ...by });
    });
  }

  /** A card was typed into a case: one that is not known as the person's is new from now on, with all that follows. */
  async function typed(
    tx: Tx,
    input: Pick<NewCard, 'personId' | 'card' | 'actorId'> & { readonly caseId: string },
  ): Promise<void> {
    const { personId, card } = input;
    await tx.run(store.lock, [`contacts.cards.${personId}`]);
    const standing = await standingOf(tx, personId, card);
    if (!standing.may && standing.why === 'stopped') throw refuse('contacts.card_stopped');
    if (standing.may || standing.why === 'waits') return;
    await add(tx, { ...input, requestId: newId(), bankPhone: null, source: 'claim' });
  }

  async function add(tx: Tx, input: NewCard): Promise<void> {
    const { personId, card } = input;
    const accountId = newId();
    const now = clock.now();
    const usableAt = new Date(Date.parse(now) + options.coolingHours * hourMs).toISOString();
    const token = randomBytes(16).toString('base64url');
    const tail = card.slice(-4);
    const leafId = trace.record(tx, {
      eventId: accountId,
      type: 'payout_account.added',
      at: now,
      region: '',
      department: '',
      actorId: input.actorId,
      subjectId: personId,
      body: { source: input.source, tail, case_id: input.caseId, usable_at: usableAt },
    });
    tx.send(store.insertAccount, [
      accountId,
      personId,
      crypto.seal(cardContext(accountId), card),
      indexOf(card),
      tail,
      input.bankPhone === null ? null : crypto.seal(bankPhoneContext(accountId), input.bankPhone),
      input.source,
      'unchecked',
      now,
      usableAt,
      input.caseId,
      input.requestId,
      stopHash(token),
      ['*', personGrant(personId)],
      leafId,
    ]);
    if (await options.askAbout(tx, personId, accountId)) tx.send(store.setChecked, [accountId, 'waiting']);
    await options.tell(tx, personId, 'card_changed', { tail, until: momentZh(usableAt), url: options.stopUrl + token });
  }

  const stopHash = (token: string) => crypto.digest('stop', token);

  async function standingOf(
    tx: Tx,
    personId: string,
    card: string,
  ): Promise<CardStanding | { may: false; why: 'new' }> {
    const [found] = await standingsIn(tx, [{ personId, card }]);
    if (found) return found;
    return (await options.firstCard(tx, personId)) === card ? { may: true } : { may: false, why: 'new' };
  }

  async function standingsIn(
    tx: Tx,
    cards: readonly { readonly personId: string; readonly card: string }[],
  ): Promise<readonly (CardStanding | undefined)[]> {
    const all = cards.flatMap(({ personId, card }, at) =>
      crypto.blindIndexes('card', card).map((index) => ({ personId, index, at })),
    );
    const rows = await tx
      .asSystem()
      .run(store.standings, [
        all.map(({ personId }) => personId),
        all.map(({ index }) => index),
        all.map(({ at }) => at),
      ]);
    const byPlace = new Map(rows.map((row) => [row.place, row]));
    const now = clock.now();
    return cards.map((_card, at) => {
      const row = byPlace.get(at);
      if (!row) return undefined;
      if (row.state === 'stopped') return { may: false, why: 'stopped' };
      if (row.check_state === 'mismatch') return { may: false, why: 'mismatch' };
      return row.usable_at > now ? { may: false, why: 'waits', untilAt: row.usable_at } : { may: true };
    });
  }

  /** For whoever pays: of each whether money may go there now. A card that nobody ever told us of is one from before all this. */
  async function mayPay(
    tx: Tx,
    cards: readonly { readonly personId: string; readonly card: string }[],
  ): Promise<readonly CardStanding[]> {
    if (cards.length === 0) return [];
    return (await standingsIn(tx, cards)).map((one) => one ?? { may: true });
  }

  /** The card that is paid to now; null where the person has none. */
  async function currentIn(tx: Tx, personId: string): Promise<string | null> {
    const rows = await tx.asSystem().run(store.accountsOf, [personId, shownMax]);
    const row = rows.find((one) => isUsable(one, clock.now()));
    return row ? crypto.open(cardContext(row.account_id), row.card_sealed) : options.firstCard(tx, personId);
  }

  /** For the provider that is asked about it. */
  async function factorsOf(tx: Tx, accountId: string) {
    const row = await tx.one(store.selectAccount, [accountId]);
    return {
      card: crypto.open(cardContext(accountId), row.card_sealed),
      bankPhone:
        row.bank_phone_sealed === null ? null : crypto.open(bankPhoneContext(accountId), row.bank_phone_sealed),
    };
  }

  /** What the bank's side says of it. A no is told, and what waited for this card goes back to the person for another. */
  async function checked(tx: Tx, accountId: string, outcome: 'match' | 'mismatch' | 'no_record'): Promise<void> {
    const row = await tx.one(store.lockAccount, [accountId]);
    tx.send(store.setChecked, [accountId, outcome]);
    if (outcome !== 'mismatch' || row.state !== 'live') return;
    await options.tell(tx, row.person_id, 'card_refused', { tail: row.card_tail });
    options.withdraw(tx, row.person_id);
  }

  /** What the page of a link shows: the last four digits and nothing else; null when there is no such link. */
  async function lookAt(token: string): Promise<{ readonly tail: string; readonly stopped: boolean } | null> {
    const row = await db.transaction(systemAccess, (tx) =>
      tx.maybe(store.lockByStop, [[...crypto.digests('stop', token)]]),
    );
    return row ? { tail: row.card_tail, stopped: row.state === 'stopped' } : null;
  }

  /** "That was not me", by whoever was told. */
  async function stopByLink(token: string): Promise<boolean> {
    return db.transaction(systemAccess, async (tx) => {
      const row = await tx.maybe(store.lockByStop, [[...crypto.digests('stop', token)]]);
      if (row) await stop(tx, row, null);
      return row !== undefined;
    });
  }

  async function stopOwn(personId: string, accountId: string): Promise<void> {
    await db.transaction(systemAccess, async (tx) => {
      const row = await tx.maybe(store.lockAccount, [accountId]);
      if (row?.person_id !== personId) throw refuse('contacts.stop_gone');
      await stop(tx, row, personId);
    });
  }

  async function stop(tx: Tx, row: store.AccountRow, actorId: string | null): Promise<void> {
    if (row.state === 'stopped') return;
    const { account_id: accountId, person_id: personId, card_tail: tail } = row;
    tx.send(store.stopAccount, [accountId, clock.now()]);
    trace.record(tx, {
      eventId: newId(),
      type: 'payout_account.stopped',
      at: clock.now(),
      region: '',
      department: '',
      actorId,
      subjectId: personId,
      body: { account_id: accountId, tail },
    });
    options.withdraw(tx, personId);
    options.endSessions(tx, personId);
    await options.tell(tx, personId, 'card_stopped', { tail });
  }

  /** For the person's own page, the newest first; the card that came with the registration is last. */
  async function list(personId: string): Promise<readonly AccountView[]> {
    const { rows, first } = await db.transaction(workerAccess(personId), async (tx) => ({
      rows: await tx.run(store.accountsOf, [personId, shownMax]),
      first: await options.firstCard(tx.asSystem(), personId),
    }));
    const now = clock.now();
    const current = rows.find((one) => isUsable(one, now))?.account_id;
    const views = rows.map((row): AccountView => ({
      accountId: row.account_id,
      tail: row.card_tail,
      addedAt: row.added_at,
      usableAt: row.usable_at,
      source: row.source,
      checkZh: checkZh[row.check_state],
      standing: standingZh(row, current, now),
    }));
    if (first === null || rows.length >= shownMax) return views;
    const before = { accountId: '', tail: first.slice(-4), addedAt: '', usableAt: '', source: 'person' as const };
    return [...views, { ...before, checkZh: '', standing: current === undefined ? 'current' : 'former' }];
  }

  return { change, typed, mayPay, current: currentIn, factorsOf, checked, lookAt, stopByLink, stopOwn, list };
}

function isUsable(row: store.AccountRow, now: string): boolean {
  return row.state === 'live' && row.check_state !== 'mismatch' && row.usable_at <= now;
}

function standingZh(row: store.AccountRow, current: string | undefined, now: string): AccountView['standing'] {
  if (row.state === 'stopped') return 'stopped';
  if (row.check_state === 'mismatch') return 'refused';
  if (row.account_id === current) return 'current';
  return row.usable_at > now ? 'waiting' : 'former';
}
