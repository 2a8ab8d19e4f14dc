// Cards that money may not go to: not yet, because they are new, or not at all, because they were stopped or are somebody else's. Asked
// when a batch is made and again when it is approved. What waits for a card that will never do ends as not paid, and its case goes back
// to the person for another; a batch that nobody approved yet and that holds such a line is void. What the bank has is the bank's.

import { systemAccess } from '#platform/access';
import { momentZh } from '#platform/calendar';
import { statement, type Database, type Tx } from '#platform/db';
import { refuse } from './contract.ts';
import { textIn } from './data.ts';
import type { Payouts } from './payouts.ts';
import * as store from './payout-store.ts';
import type { CardStanding, CasesPort, MayPay } from './ports.ts';

/** Lines of several payees are their own cards, not the person's. */
const waitingOf = statement<[string], { payout_id: string; case_id: string; batch_id: string | null }>(
  'money.waiting_payouts_of_person',
  `select p.payout_id, p.case_id, p.batch_id from payout p left join payout_batch b on b.batch_id = p.batch_id
   where p.person_id = $1 and p.payee is null and (p.state = 'drafted' or (p.state = 'batched' and b.state = 'made'))
   order by p.case_id, p.payout_id`,
);

type Line = Pick<store.PayoutRow, 'person_id' | 'payee' | 'payee_name_sealed' | 'card_sealed' | 'payout_id'>;

export const neverPaid = {
  stopped: '收款卡已被停止，请换一张本人名下的卡',
  mismatch: '收款卡的持卡人核对没有通过，请换一张本人名下的卡',
} as const;

export function waitsZh(standing: CardStanding): string | null {
  if (standing.may) return null;
  return standing.why === 'waits' ? `新换的卡，${momentZh(standing.untilAt)}起可付` : neverPaid[standing.why];
}

export type CardGate = ReturnType<typeof createCardGate>;

export function createCardGate(options: {
  readonly db: Database;
  readonly mayPay?: MayPay;
  readonly cases: Pick<CasesPort, 'lock'>;
  readonly payouts: Pick<Payouts, 'failDrafted' | 'openPayee'>;
}) {
  const { db, cases, payouts } = options;

  /** Of each line whether its card may be paid to now; lines that pay nobody's own card may. */
  async function standings<Row extends Line>(tx: Tx, rows: readonly Row[]): Promise<ReadonlyMap<Row, CardStanding>> {
    const own = rows.filter((row) => row.person_id !== null && row.payee === null);
    const cards = own.map((row) => ({ personId: row.person_id ?? '', card: payouts.openPayee(row).card }));
    const found = (await options.mayPay?.(tx, cards)) ?? [];
    return new Map(own.map((row, at) => [row, found[at] ?? { may: true }]));
  }

  async function requirePayable(tx: Tx, rows: readonly Line[]): Promise<void> {
    const not = [...(await standings(tx, rows)).values()].flatMap((one) => waitsZh(one) ?? []);
    const [first] = not;
    if (first !== undefined) throw refuse('money.card_waits', { count: not.length, why: first });
  }

  const tasks = {
    /** Repeated after a crash it finds what is left. */
    'payouts.withdraw': async (payload: unknown) => {
      const waiting = await db.transaction(systemAccess, (tx) => tx.run(waitingOf, [textIn(payload, 'personId')]));
      for (const one of waiting) await db.transaction(systemAccess, (tx) => withdraw(tx, one));
    },
  };

  async function withdraw(
    tx: Tx,
    {
      payout_id: payoutId,
      case_id: caseId,
      batch_id: batchId,
    }: { payout_id: string; case_id: string; batch_id: string | null },
  ): Promise<void> {
    await cases.lock(tx, caseId);
    const batch = batchId === null ? undefined : await tx.maybe(store.lockBatch, [batchId]);
    const [found] = await tx.run(store.lockPayouts, [[payoutId]]);
    if (!found) return;
    const standing = (await standings(tx, [found])).get(found);
    if (!standing || standing.may || standing.why === 'waits') return;
    let row: store.PayoutRow | undefined = found;
    if (found.state === 'batched' && batch?.state === 'made') {
      await tx.run(store.setBatchState, [batch.batch_id, 'voided']);
      await tx.run(store.releaseBatch, [batch.batch_id]);
      [row] = await tx.run(store.lockPayouts, [[payoutId]]);
    }
    if (row?.state === 'drafted') await payouts.failDrafted(tx, row, neverPaid[standing.why]);
  }

  return { standings, requirePayable, tasks };
}
