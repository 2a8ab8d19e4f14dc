// The double-entry ledger as the city keeps it: the same accounts, keys, codes and entries as in life, written as rows. The rules
// (floors, once-only keys) are the ledger's own; the city only tells stories that keep them, and its test proves that they do.

import { sha256 } from '#platform/crypto';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { canonical } from '#modules/trace';
import type { Row } from './rows.ts';
import type { World } from './world.ts';

export type Movement = {
  readonly idem: string;
  readonly debit: string;
  readonly credit: string;
  readonly amountFen: number;
  readonly code: string;
  readonly caseId: string;
};
type State = 'posted' | 'pending' | 'resolved_post' | 'resolved_void';
type About = { readonly region?: string; readonly actorId?: string | null; readonly subjectId?: string | null };

export function post(world: World, movement: Movement, about: About = {}): string {
  return write(world, [movement], 'posted', null, about)[0] ?? '';
}

export function reserve(world: World, movements: readonly Movement[], about: About = {}): readonly string[] {
  return write(world, movements, 'pending', null, about);
}

export function postPending(world: World, pendingId: string, about: About = {}): void {
  resolve(world, pendingId, 'resolved_post', about);
}

export function voidPending(world: World, pendingId: string, about: About = {}): void {
  resolve(world, pendingId, 'resolved_void', about);
}

function resolve(world: World, pendingId: string, state: State, about: About): void {
  const pending = world.rows.transfer.find((one) => one.transfer_id === pendingId);
  invariant(
    pending?.case_id && pending.amount_fen && pending.debit && pending.credit && pending.code,
    `no reserve ${pendingId}`,
  );
  const { debit, credit, amount_fen: amountFen, code, case_id: caseId } = pending;
  const idem = `${state === 'resolved_post' ? 'post' : 'void'}:${pendingId}`;
  write(world, [{ idem, debit, credit, amountFen, code, caseId }], state, pendingId, about);
}

function write(
  world: World,
  movements: readonly Movement[],
  state: State,
  pendingOf: string | null,
  about: About,
): string[] {
  const at = world.now();
  const made = movements.map((movement) => ({ movement, transferId: newId() }));
  const first = made[0];
  invariant(first, 'a transfer is written');
  const leafId = world.record({
    eventId: first.transferId,
    type: `money.${first.movement.code}`,
    at,
    region: about.region ?? '',
    department: 'insurer',
    actorId: about.actorId ?? null,
    subjectId: about.subjectId ?? null,
    body: made.map(({ movement, transferId }) => ({ ...movement, transferId, state, pendingOf })),
  });
  for (const { movement, transferId } of made) {
    const { idem, debit, credit, amountFen, code, caseId } = movement;
    world.rows.transfer.push({
      transfer_id: transferId,
      idem,
      request_hash: sha256(canonical({ debit, credit, amountFen, code, caseId, state, pendingOf })),
      debit,
      credit,
      amount_fen: amountFen,
      code,
      state,
      pending_of: pendingOf,
      case_id: caseId,
      at,
      leaf_id: leafId,
    });
    const entry = (accountId: string, fen: number, pending: boolean): Row<'entry'> => ({
      transfer_id: transferId,
      account_id: accountId,
      amount_fen: fen,
      pending,
      at,
    });
    if (state === 'posted' || state === 'resolved_post')
      world.rows.entry.push(entry(debit, -amountFen, false), entry(credit, amountFen, false));
    if (state === 'pending') world.rows.entry.push(entry(debit, -amountFen, true), entry(credit, amountFen, true));
    if (pendingOf) world.rows.entry.push(entry(debit, amountFen, true), entry(credit, -amountFen, true));
  }
  return made.map((one) => one.transferId);
}
