// Word of orders from platforms: each order of a company once, in whole batches or not at all; the ID number is turned into its keyed
// index on arrival. What a first order means for a day of cover is not known here.

import { fieldKind } from '#catalog/fields/index';
import { roleGrant } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import { statement, type Database, type Tx } from '#platform/db';
import type { FieldProblem } from '#platform/errors';
import { newId } from '#platform/ids';
import { refuse, type WorkSignalsInput } from './contract.ts';
import type { Enterprise } from './keys.ts';

export type WorkSignal = {
  readonly signalId: string;
  readonly orgId: string;
  readonly orderRef: string;
  readonly personId: string | null;
  readonly at: string;
  readonly workDay: string;
};

type SignalRow = {
  signal_id: string;
  order_ref: string;
  id_number_index: Buffer;
  person_id: string | null;
  at: string;
  work_day: string;
};

const insertSignals = statement<
  [string, string[], string[], Buffer[], (string | null)[], string[], string[], string, string, string[]],
  { signal_id: string }
>(
  'enterprise.insert_signals',
  `insert into work_signal (signal_id, org_id, order_ref, id_number_index, person_id, at, work_day, received_at, key_id, readers)
   select s.signal_id, $1, s.order_ref, s.id_index, s.person_id, s.at, s.work_day, $8, $9, $10
   from unnest($2::uuid[], $3::text[], $4::bytea[], $5::uuid[], $6::timestamptz[], $7::date[])
     as s (signal_id, order_ref, id_index, person_id, at, work_day)
   order by s.order_ref
   on conflict (org_id, order_ref) do nothing returning signal_id`,
);

/** A company that told of no order for so long tells of none. */
const silentDays = 7;

const ordersOf = statement<[string, string, string, number], { tells: boolean; worked: boolean }>(
  'enterprise.orders_of',
  `select exists (select 1 from work_signal where org_id = $1 and work_day > $3::date - $4::int and work_day <= $3::date) as tells,
     exists (select 1 from work_signal where work_day = $3::date
       and id_number_index in (select id_number_index from person where person_id = any(ids_of($2)))) as worked`,
);

const tellers = statement<[string, number], { org_id: string }>(
  'enterprise.tellers',
  `select o.org_id from org o
   where exists (select 1 from work_signal s where s.org_id = o.org_id and s.work_day > $1::date - $2::int and s.work_day <= $1::date)`,
);

export type SignalsOptions = {
  readonly db: Database;
  readonly clock: Clock;
  /** The keyed index of an ID number, and whose it is where it is somebody's. */
  readonly indexOf: (idNumber: string) => Buffer;
  readonly personOf: (tx: Tx, idNumber: string) => Promise<string | null>;
  /** Told of what was new, in the same transaction: a first order may begin a day of cover. */
  readonly heard?: (tx: Tx, signals: readonly WorkSignal[]) => Promise<void>;
};

const futureMs = 5 * 60_000;
const pastMs = 7 * 86_400_000;

export function createSignals(options: SignalsOptions) {
  const { db, clock } = options;

  function check(input: WorkSignalsInput): void {
    const now = Date.parse(clock.now());
    const problems: FieldProblem[] = [];
    const seen = new Set<string>();
    for (const [at, one] of input.signals.entries()) {
      const path = `signals.${at}`;
      const parsed = fieldKind('id_number').parse(one.idNumber, {}, { today: dayOf(clock.now()) });
      if (!parsed.ok) problems.push({ path: `${path}.idNumber`, code: 'invalid', zh: '证件号码不对。' });
      const took = Date.parse(one.at);
      if (took > now + futureMs) problems.push({ path: `${path}.at`, code: 'future', zh: '接单时间晚于现在。' });
      if (took < now - pastMs) problems.push({ path: `${path}.at`, code: 'old', zh: '接单时间早于七天前。' });
      if (seen.has(one.orderRef))
        problems.push({ path: `${path}.orderRef`, code: 'twice', zh: '同一批里订单号重复。' });
      seen.add(one.orderRef);
    }
    if (problems.length > 0) throw refuse('enterprise.signal_invalid', { count: problems.length }, problems);
  }

  async function receive(by: Enterprise, input: WorkSignalsInput): Promise<{ accepted: number; repeated: number }> {
    check(input);
    return db.transaction(by.access, async (tx) => {
      const people = new Map<string, string | null>();
      for (const { idNumber } of input.signals)
        if (!people.has(idNumber)) people.set(idNumber, await options.personOf(tx.asSystem(), idNumber));
      const rows = input.signals.map((one) => rowOf(one, people.get(one.idNumber) ?? null));
      // In one order, so that two batches that share orders do not wait for each other in a circle.
      rows.sort((a, b) => (a.order_ref < b.order_ref ? -1 : 1));
      const readers = ['*', ...by.access.grants, roleGrant('enterprise_administrator', by.orgId)];
      const made = await tx.run(insertSignals, [
        by.orgId,
        rows.map((row) => row.signal_id),
        rows.map((row) => row.order_ref),
        rows.map((row) => row.id_number_index),
        rows.map((row) => row.person_id),
        rows.map((row) => row.at),
        rows.map((row) => row.work_day),
        clock.now(),
        by.keyId,
        readers,
      ]);
      const fresh = new Set(made.map((row) => row.signal_id));
      const heard = rows.filter((row) => fresh.has(row.signal_id)).map((row) => signalOf(row, by.orgId));
      if (heard.length > 0) await options.heard?.(tx, heard);
      return { accepted: fresh.size, repeated: rows.length - fresh.size };
    });
  }

  function rowOf(one: WorkSignalsInput['signals'][number], personId: string | null): SignalRow {
    const at = new Date(one.at).toISOString();
    return {
      signal_id: newId(),
      order_ref: one.orderRef,
      id_number_index: options.indexOf(one.idNumber),
      person_id: personId,
      at,
      work_day: dayOf(at),
    };
  }

  /** Whether a person took orders on a day; unknown where the organisation itself tells of none, since then silence says nothing. */
  async function ordersOn(
    tx: Tx,
    { orgId, personId, day }: { readonly orgId: string; readonly personId: string; readonly day: string },
  ): Promise<'none' | 'some' | 'unknown'> {
    const { tells, worked } = await tx.one(ordersOf, [orgId, personId, day, silentDays]);
    return worked ? 'some' : tells ? 'none' : 'unknown';
  }

  /** Companies that have told of orders lately: only theirs can begin a day of cover. */
  async function telling(tx: Tx): Promise<readonly string[]> {
    const rows = await tx.run(tellers, [dayOf(clock.now()), silentDays]);
    return rows.map((row) => row.org_id);
  }

  return { receive, ordersOn, telling };
}

function signalOf(row: SignalRow, orgId: string): WorkSignal {
  const { signal_id: signalId, order_ref: orderRef, person_id: personId, at, work_day: workDay } = row;
  return { signalId, orgId, orderRef, personId, at, workDay };
}
