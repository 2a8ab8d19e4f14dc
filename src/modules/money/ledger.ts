// The double-entry ledger: post, reserve, post what was reserved, void it, read a balance. Append-only. The same key with the same
// request gives the same transfer, with another request a refusal. A floor is guarded by reserving under the account's lock.

import type { Clock } from '#platform/clock';
import { sameBytes, sha256 } from '#platform/crypto';
import { type Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { canonical, type Trace } from '#modules/trace';
import { accounts } from './accounts.ts';
import { refuse } from './contract.ts';
import * as store from './ledger-store.ts';

export type Movement = {
  /** Never expires and is never used for anything else. */
  readonly idem: string;
  readonly debit: string;
  readonly credit: string;
  readonly amountFen: number;
  readonly code: string;
  readonly caseId?: string | null;
};

/** For whom the trace names the act. */
export type About = { readonly region?: string; readonly actorId?: string | null; readonly subjectId?: string | null };

export type Balance = { readonly postedFen: number; readonly reservedFen: number; readonly availableFen: number };

export type Ledger = ReturnType<typeof createLedger>;

const amountFenMax = 100_000_000_000_000;

type Row = {
  readonly movement: Movement;
  readonly transferId: string;
  readonly hash: Buffer;
  readonly state: store.TransferRow['state'];
  readonly pendingOf: string | null;
  readonly reservedFen: number;
};

export function createLedger(options: { readonly clock: Clock; readonly trace: Trace }) {
  // An account never changes once it is made, so what was read once stays true.
  const known = new Map<string, { name: string; floorFen: number | null }>();

  function ensureAccounts(tx: Tx): void {
    for (const one of accounts) tx.send(store.insertAccount, [one.accountId, one.name, one.kind, one.floorFen]);
  }

  async function floorOf(tx: Tx, accountId: string): Promise<{ name: string; floorFen: number | null }> {
    const found = known.get(accountId);
    if (found) return found;
    const [row] = await tx.run(store.selectFloors, [[accountId]]);
    invariant(row, `account ${accountId} does not exist`);
    const account = { name: row.name, floorFen: row.floor_fen };
    known.set(accountId, account);
    return account;
  }

  /** The account's lock is held to the end of the transaction, so what was available stays so until it is taken. */
  async function requireAvailable(tx: Tx, accountId: string, amountFen: number): Promise<void> {
    const { name, floorFen } = await floorOf(tx, accountId);
    if (floorFen === null) return;
    tx.send(store.lockKeys, [[`account/${accountId}`]]);
    const { availableFen } = await balance(tx, accountId);
    if (availableFen - amountFen < floorFen) throw refuse('money.below_floor', { account: name });
  }

  async function balance(tx: Tx, accountId: string): Promise<Balance> {
    const row = await tx.one(store.selectBalance, [accountId]);
    return {
      postedFen: row.posted_fen,
      reservedFen: row.reserved_fen,
      availableFen: row.posted_fen + row.reserved_fen,
    };
  }

  function hashOf(movement: Movement, state: store.TransferRow['state'], pendingOf: string | null): Buffer {
    const { debit, credit, amountFen, code, caseId } = movement;
    return sha256(canonical({ debit, credit, amountFen, code, caseId: caseId ?? null, state, pendingOf }));
  }

  function write(tx: Tx, rows: readonly Row[], about: About): void {
    const at = options.clock.now();
    const first = rows[0];
    invariant(first, 'a transfer is written');
    const leafId = options.trace.record(tx, {
      eventId: first.transferId,
      type: `money.${first.movement.code}`,
      at,
      region: about.region ?? '',
      department: 'insurer',
      actorId: about.actorId ?? null,
      subjectId: about.subjectId ?? null,
      body: rows.map(({ movement, transferId, state, pendingOf }) => ({
        ...movement,
        caseId: movement.caseId ?? null,
        transferId,
        state,
        pendingOf,
      })),
    });
    const column = <Value>(of: (row: Row) => Value) => rows.map((row) => of(row));
    tx.send(store.insertTransfers, [
      column((row) => row.transferId),
      column((row) => row.movement.idem),
      column((row) => row.hash),
      column((row) => row.movement.debit),
      column((row) => row.movement.credit),
      column((row) => row.movement.amountFen),
      column((row) => row.movement.code),
      column((row) => row.state),
      column((row) => row.pendingOf),
      column((row) => row.movement.caseId ?? null),
      column((row) => row.reservedFen),
      at,
      leafId,
    ]);
  }

  /** The transfer that this key already made, if it was the same request. */
  async function earlier(tx: Tx, idem: string, hash: Buffer): Promise<string | null> {
    tx.send(store.lockKeys, [[`idem/${idem}`]]);
    const row = await tx.maybe(store.selectByIdem, [idem]);
    if (!row) return null;
    if (!sameBytes(row.request_hash, hash)) throw refuse('money.idem_reused');
    return row.transfer_id;
  }

  async function move(tx: Tx, movement: Movement, state: 'posted' | 'pending', about: About): Promise<string> {
    checkAmount(movement);
    const hash = hashOf(movement, state, null);
    const before = await earlier(tx, movement.idem, hash);
    if (before) return before;
    await requireAvailable(tx, movement.debit, movement.amountFen);
    const transferId = newId();
    write(tx, [{ movement, transferId, hash, state, pendingOf: null, reservedFen: 0 }], about);
    return transferId;
  }

  /** Moves money now. */
  function post(tx: Tx, movement: Movement, about: About = {}): Promise<string> {
    return move(tx, movement, 'posted', about);
  }

  /** Holds money for a later post or void. */
  function reserve(tx: Tx, movement: Movement, about: About = {}): Promise<string> {
    return move(tx, movement, 'pending', about);
  }

  /**
   * Many at once, one statement and one leaf. The caller holds the rows that own these keys, so no key can be in use elsewhere; a key
   * that was used fails the transaction.
   */
  async function moveMany(
    tx: Tx,
    movements: readonly Movement[],
    state: 'posted' | 'pending',
    about: About = {},
  ): Promise<readonly string[]> {
    if (movements.length === 0) return [];
    const taken = new Map<string, number>();
    for (const movement of movements) {
      checkAmount(movement);
      taken.set(movement.debit, (taken.get(movement.debit) ?? 0) + movement.amountFen);
    }
    for (const [accountId, fen] of [...taken].toSorted(([a], [b]) => (a < b ? -1 : 1)))
      await requireAvailable(tx, accountId, fen);
    const rows = movements.map((movement) => ({
      movement,
      transferId: newId(),
      hash: hashOf(movement, state, null),
      state,
      pendingOf: null,
      reservedFen: 0,
    }));
    write(tx, rows, about);
    return rows.map((row) => row.transferId);
  }

  async function resolve(
    tx: Tx,
    pendingId: string,
    state: 'resolved_post' | 'resolved_void',
    amountFen: number | null,
    about: About,
  ): Promise<string> {
    tx.send(store.lockKeys, [[`pending/${pendingId}`]]);
    const pending = await tx.one(store.selectTransfer, [pendingId]);
    invariant(pending.state === 'pending', `transfer ${pendingId} is not a reserve`);
    const fen = amountFen ?? pending.amount_fen;
    const before = await tx.maybe(store.selectResolution, [pendingId]);
    if (before) {
      if (before.state === state && before.amount_fen === fen) return before.transfer_id;
      throw refuse('money.already_resolved');
    }
    if (fen > pending.amount_fen) throw refuse('money.over_reserved');
    const movement: Movement = {
      idem: `${state === 'resolved_post' ? 'post' : 'void'}:${pendingId}`,
      debit: pending.debit,
      credit: pending.credit,
      amountFen: fen,
      code: pending.code,
      caseId: pending.case_id,
    };
    checkAmount(movement);
    const transferId = newId();
    write(
      tx,
      [
        {
          movement,
          transferId,
          hash: hashOf(movement, state, pendingId),
          state,
          pendingOf: pendingId,
          reservedFen: pending.amount_fen,
        },
      ],
      about,
    );
    return transferId;
  }

  /** Posts what was reserved, or less; the rest is free again. */
  function postPending(tx: Tx, pendingId: string, amountFen?: number, about: About = {}): Promise<string> {
    return resolve(tx, pendingId, 'resolved_post', amountFen ?? null, about);
  }

  function voidPending(tx: Tx, pendingId: string, about: About = {}): Promise<string> {
    return resolve(tx, pendingId, 'resolved_void', null, about);
  }

  /** Balances as of ten minutes ago: no transaction in flight can still write before that (statements end after 15 s). */
  async function snapshot(tx: Tx): Promise<number> {
    const at = new Date(Date.parse(options.clock.now()) - 600_000).toISOString();
    return (await tx.run(store.insertSnapshots, [at])).length;
  }

  return { ensureAccounts, post, reserve, moveMany, postPending, voidPending, balance, snapshot };
}

function checkAmount(movement: Movement): void {
  const { amountFen, debit, credit } = movement;
  invariant(
    Number.isSafeInteger(amountFen) && amountFen > 0 && amountFen <= amountFenMax,
    `amount ${amountFen} of ${movement.idem}`,
  );
  invariant(debit !== credit, `transfer ${movement.idem} moves within one account`);
}
