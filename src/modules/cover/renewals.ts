// Auto-renewal by the day: who is due is planned in one statement a thousand at a time, the debits are money's, and what was paid is
// bound many at a time. A person is charged for a day once, whatever is repeated; what was paid and cannot be covered goes back whole.

import type { Premium } from '#catalog/rules/index';
import { systemAccess, type Access } from '#platform/access';
import { dayOf, startOfDay } from '#platform/calendar';
import type { Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { cutPage, decodeCursor, type Page } from '#platform/page';
import type { DebitFailed, DebitPaid } from '#modules/money';
import { z } from 'zod';
import { ageOn } from '#catalog/fields/index';
import { addDays, spansOf } from './days.ts';
import { isRefused, partyAttempts, type CoverOptions } from './options.ts';
import { countsFrom } from './mandates.ts';
import { createPricing } from './purchase.ts';
import * as store from './renewal-store.ts';
import { tradeOf } from './trades.ts';

/** Hours of Beijing: tomorrow is charged from six in the evening; the payment party takes no debits at night. */
const eveningHour = 18;
const morningHour = 7;
const nightHour = 22;
const planMax = 1_000;
const declareMax = 500;
const noCase = '00000000-0000-0000-0000-000000000000';
/** Any age between the limits: a mandate ends with its last insurable day, so the price is that of everybody. */
const anyAge = 30;
/** An order told of later than this is history: nothing is covered back in time. */
const orderHoursMax = 12;

type Market = { readonly region: string; readonly work_type: string };
const orderSignal = z.object({ personId: z.string(), acceptedAt: z.string(), company: z.string() });
/** An order that somebody took, and of which company. */
export type OrderSignal = z.infer<typeof orderSignal>;
export type SignalAnswer = 'renewed' | 'not_renewed' | 'too_late';

export function createRenewals(options: CoverOptions) {
  const { db, clock, money } = options;
  const { priced } = createPricing(options);

  /** Plans what is due now. Gives how many renewals were begun; call it again until it gives none. */
  async function run(): Promise<number> {
    const now = clock.now();
    const today = dayOf(now);
    const hour = hourOf(now);
    if (hour < morningHour || hour >= nightHour) return 0;
    // What was missed is made up for on the day itself, where cover may start on the day: it then begins with the payment. Not in the
    // evening: the whole price for the rest of an evening is no bargain that anybody asked for.
    return hour < eveningHour ? plan(today, { sameDay: true }) : plan(addDays(today, 1), { sameDay: false });
  }

  async function plan(day: string, how: { sameDay: boolean }): Promise<number> {
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
    const triggers: store.Trigger[] = weekday === 0 || weekday === 6 ? ['daily'] : ['daily', 'weekdays'];
    let count = 0;
    for (let after = noCase; ;) {
      const planned = await db.transaction(systemAccess, (tx) =>
        planSome(tx, { day, triggers, after, only: null, sameDay: how.sameDay, why: whyOf(how.sameDay) }),
      );
      count += planned.length;
      const last = planned.at(-1);
      if (!last || planned.length < planMax) return count;
      after = last.case_id;
    }
  }

  type Scope = {
    readonly day: string;
    readonly triggers: store.Trigger[];
    readonly after: string;
    /** One mandate only: an order signal. */
    readonly only: string | null;
    readonly sameDay: boolean;
    readonly why: string;
  };

  async function planSome(tx: Tx, scope: Scope): Promise<readonly store.Planned[]> {
    const now = clock.now();
    const markets = await tx.run(store.listMarkets, [scope.triggers]);
    const open = markets.flatMap((one) => marketOf(one, scope));
    if (open.length === 0) return [];
    const params = [
      scope.day,
      scope.triggers,
      open.map((one) => one.region),
      open.map((one) => one.work_type),
      open.map((one) => one.payableFen),
      open.map((one) => one.subsidyFen),
      startOfDay(`${dayOf(now).slice(0, 7)}-01`),
      now,
      scope.why,
      scope.after,
      planMax,
      scope.only,
    ] satisfies store.PlanParams;
    const planned = await tx.run(store.planRenewals, params);
    const capped = await tx.run(store.restCapped, params);
    for (const { case_id: caseId } of capped)
      options.enqueue(tx, 'cover.tell_capped', { caseId }, { maxAttempts: partyAttempts });
    charge(tx, scope.day, planned);
    const free = planned.filter((one) => one.payable_fen === 0);
    await bind(
      tx,
      free.map(({ order_no: orderNo, case_id: caseId }) => ({ orderNo, caseId, amountFen: 0, paidAt: now })),
    );
    return planned;
  }

  /** What a day costs there; nothing where it may not be bought today. */
  function marketOf(market: Market, scope: Scope): (Market & Premium)[] {
    const { value } = priced(
      { firstDay: scope.day, workType: tradeOf(market.work_type), region: market.region },
      anyAge,
      1,
    );
    return scope.sameDay && !value.sameDayAllowed ? [] : [{ ...market, ...value }];
  }

  function charge(tx: Tx, day: string, planned: readonly store.Planned[]): void {
    money.debits.charge(
      tx,
      planned.flatMap((one) =>
        one.payable_fen > 0 && one.contract_code
          ? [
              {
                orderNo: one.order_no,
                caseId: one.case_id,
                personId: one.person_id,
                contractCode: one.contract_code,
                amountFen: one.payable_fen,
                description: `日保自动续保 ${day}`,
                readers: one.readers,
              },
            ]
          : [],
      ),
    );
  }

  /** A platform says that somebody took the first order of the day. Repeats, late words and wrong clocks change nothing. */
  async function signal({ personId, acceptedAt, company }: OrderSignal): Promise<SignalAnswer> {
    const now = clock.now();
    const day = dayOf(now);
    // The platform's clock is not ours: what it tells decides only whether the order belongs to today at all.
    const saidMs = Math.min(Date.parse(acceptedAt), Date.parse(now));
    const isLate = Number.isNaN(saidMs) || Date.parse(now) - saidMs > orderHoursMax * 3_600_000;
    if (isLate || dayOf(new Date(saidMs).toISOString()) !== day) return 'too_late';
    return db.transaction(systemAccess, async (tx) => {
      const mandate = await tx.maybe(store.mandateOf, [personId]);
      if (mandate?.state !== 'active' || mandate.trigger !== 'order') return 'not_renewed';
      if (!countsFrom(mandate.platforms, company)) return 'not_renewed';
      const planned = await planSome(tx, {
        day,
        triggers: ['order'],
        after: noCase,
        only: mandate.case_id,
        sameDay: true,
        why: `当日接单，${beijingTime(now)} 收到`,
      });
      return planned.length > 0 ? 'renewed' : 'not_renewed';
    });
  }

  // ---- what became of the debits -----------------------------------------------------------------------------------------------

  /** In money's transaction: paid days are bound, what failed is written down, and its case told by a job. */
  async function settled(tx: Tx, paid: readonly DebitPaid[], failed: readonly DebitFailed[]): Promise<void> {
    await bind(tx, paid);
    if (failed.length === 0) return;
    tx.send(store.endRenewals, [
      failed.map((one) => one.orderNo),
      failed.map(() => null),
      failed.map(() => 'failed'),
      failed.map((one) => one.reason),
    ]);
    for (const { caseId, reason } of failed)
      options.enqueue(tx, 'cover.debit_failed', { caseId, reason }, { maxAttempts: partyAttempts });
  }

  async function bind(tx: Tx, paid: readonly DebitPaid[]): Promise<void> {
    if (paid.length === 0) return;
    const at = clock.now();
    const byNo = new Map(paid.map((one) => [one.orderNo, one]));
    tx.send(store.holdMerged, [[...byNo.keys()]]);
    const rows = await tx.run(store.renewalsByOrder, [[...byNo.keys()]]);
    // A debit that we had given up and that was paid after all is not bound any more: the person was told that it was not.
    const open = rows.flatMap((row) => {
      const [span] = row.state === 'charging' ? spansOf([row.day], byNo.get(row.order_no)?.paidAt ?? at) : [];
      return span ? [{ ...row, ...span, policyId: newId(), policyNo: policyNoOf(row) }] : [];
    });
    const leaves = open.map((one) =>
      options.trace.record(tx, {
        eventId: one.policyId,
        type: 'cover.renewed',
        at,
        region: one.region,
        department: 'insurer',
        actorId: null,
        subjectId: one.person_id,
        body: { policyNo: one.policyNo, case: one.case_no, day: one.day, startsAt: one.startsAt, why: one.why },
      }),
    );
    const column = <Value>(of: (one: (typeof open)[number]) => Value): Value[] => open.map((one) => of(one));
    const bound = await tx.run(store.bindRenewed, [
      column((one) => one.policyId),
      column((one) => one.policyNo),
      column((one) => one.person_id),
      column((one) => one.case_id),
      column((one) => one.day),
      column((one) => one.startsAt),
      column((one) => one.endsAt),
      column((one) => one.insurer_org_id),
      column((one) => one.region),
      column((one) => one.work_type),
      column((one) => one.payable_fen + one.subsidy_fen),
      column((one) => one.subsidy_fen),
      column((one) => one.beneficiary),
      leaves,
      column((one) => `{${one.readers.map((reader) => `"${reader}"`).join(',')}}`),
      at,
    ]);
    const done = new Set(bound.map((one) => one.policy_id));
    const held = open.filter((one) => done.has(one.policyId));
    await earn(tx, held);
    const lost = rows.filter((row) => row.state !== 'bound' && !held.some((one) => one.order_no === row.order_no));
    await giveBack(tx, lost);
    tx.send(store.endRenewals, [
      [...held, ...lost].map((one) => one.order_no),
      [...held.map((one) => one.policyId), ...lost.map(() => null)],
      [...held.map(() => 'bound'), ...lost.map(() => 'refunded')],
      [...held.map(() => null), ...lost.map(() => '当日已有保障或已过，扣款原路退回')],
    ]);
    for (let from = 0; from < held.length; from += declareMax) {
      const policyIds = held.slice(from, from + declareMax).map((one) => one.policyId);
      options.enqueue(tx, 'cover.declare', { policyIds }, { maxAttempts: partyAttempts });
    }
  }

  /** The worker's part is earned and the public part is owed, each once a policy. */
  async function earn(tx: Tx, held: readonly (store.ToBind & { policyNo: string })[]): Promise<void> {
    const earned = held
      .filter((one) => one.payable_fen > 0)
      .map(({ policyNo, payable_fen: amountFen, case_id: caseId }) => ({
        idem: `earned:${policyNo}`,
        debit: 'premium_received',
        credit: 'premium_payable',
        amountFen,
        code: 'premium',
        caseId,
      }));
    const subsidy = held
      .filter((one) => one.subsidy_fen > 0)
      .map(({ policyNo, subsidy_fen: amountFen, case_id: caseId }) => ({
        idem: `subsidy:${policyNo}`,
        debit: 'subsidy_receivable',
        credit: 'premium_payable',
        amountFen,
        code: 'subsidy',
        caseId,
      }));
    await money.ledger.moveMany(tx, [...earned, ...subsidy], 'posted');
  }

  async function giveBack(tx: Tx, lost: readonly store.ToBind[]): Promise<void> {
    for (const one of lost) {
      if (one.payable_fen === 0) continue;
      const { order_no: orderNo, case_id: caseId, payable_fen: amountFen } = one;
      await money.payments.refundOrder(tx, { orderNo, caseId, amountFen, from: 'premium_received' });
    }
  }

  // ---- jobs --------------------------------------------------------------------------------------------------------------------

  /** The insurer hears of renewed days in batches. Where it counts otherwise our ledger stands, and the trace keeps its answer. */
  async function declare(policyIds: readonly string[]): Promise<void> {
    const policies = await db.transaction(systemAccess, async (tx) => {
      const rows = await tx.run(store.policiesToDeclare, [[...policyIds]]);
      const insured = await Promise.all(rows.map((row) => options.findInsured(tx, row.person_id)));
      return rows.map((row, index) => {
        const person = insured[index];
        const { value } = priced(
          { firstDay: row.first_day, workType: tradeOf(row.work_type), region: row.region },
          anyAge,
          1,
        );
        return {
          policyNo: row.policy_no,
          idNumberHash: person?.idNumberHash ?? '',
          age: person ? ageOn(person.birthDay, row.first_day) : anyAge,
          occupation: row.work_type,
          riskClass: value.riskClass,
          days: [row.first_day],
          startsAt: new Date(row.starts_at),
          premiumFen: row.premium_fen,
          subsidyFen: row.subsidy_fen,
        };
      });
    });
    const [first] = policies;
    if (!first) return;
    const refused = await declined(`B${first.policyNo}`, policies);
    if (refused.length === 0) return;
    await db.transaction(systemAccess, async (tx) => {
      options.trace.record(tx, {
        eventId: newId(),
        type: 'cover.declaration_refused',
        at: clock.now(),
        region: '',
        department: 'insurer',
        actorId: null,
        subjectId: null,
        body: { refused },
      });
    });
  }

  async function declined(batchNo: string, policies: Parameters<typeof options.insurer.declare>[0]['policies']) {
    try {
      return (await options.insurer.declare({ batchNo, policies })).refused;
    } catch (error) {
      if (!isRefused(error)) throw error;
      return policies.map(({ policyNo }) => ({ policyNo, code: error.code }));
    }
  }

  const tell = (step: string, outcome: string) => async (payload: { caseId: string; reason?: string | undefined }) => {
    const { caseId, reason } = payload;
    const data = reason ? { debit_failed_reason: reason } : {};
    await db.transaction(systemAccess, (tx) => options.cases.event(tx, { caseId, step, outcome, data }));
  };

  const payload = z.object({ caseId: z.string(), reason: z.string().optional() });
  const tasks = {
    'cover.declare': (input: unknown) => declare(z.object({ policyIds: z.array(z.string()) }).parse(input).policyIds),
    // A job that runs only after midnight renews nothing: cover never begins in the past, and a day that is over is not charged.
    'cover.order_signals': async (input: unknown) => {
      for (const one of z.object({ signals: z.array(orderSignal) }).parse(input).signals) await signal(one);
    },
    'cover.debit_failed': (input: unknown) => tell('auto-run', 'insufficient')(payload.parse(input)),
    'cover.tell_capped': (input: unknown) => tell('auto-run', 'capped')(payload.parse(input)),
  };

  /** What the person agreed to no longer carries renewals, or carries them again; a day that is being charged goes on. */
  function stopFor(tx: Tx, personId: string, stopped: boolean): void {
    tx.send(store.stopMandates, [personId, stopped ? clock.now() : null]);
  }

  // ---- reading -----------------------------------------------------------------------------------------------------------------

  /** A person's mandate, live or last, with what it has used of this month's cap; null where there was none. */
  async function mandateOf(access: Access, personId: string) {
    return db.transaction(access, async (tx) => {
      const mandate = await tx.maybe(store.mandateOf, [personId]);
      if (!mandate) return null;
      const { fen } = await tx.one(store.usedInMonth, [
        mandate.case_id,
        startOfDay(`${dayOf(clock.now()).slice(0, 7)}-01`),
      ]);
      return { ...mandate, usedFen: fen };
    });
  }

  async function list(
    access: Access,
    personId: string,
    cursor: string | null,
    limit = 31,
  ): Promise<Page<store.RenewalRow>> {
    const until = decodeCursor(z.iso.date(), cursor ?? undefined) ?? '9999-12-31';
    const rows = await db.transaction(access, (tx) => tx.run(store.listRenewals, [personId, until, limit + 1]));
    return cutPage(rows, limit, (last) => last.day);
  }

  return { run, signal, settled, stopFor, tasks, mandateOf, list };
}

const whyOf = (sameDay: boolean): string => (sameDay ? '当日补投' : '前一日按您选的日子续保');

function policyNoOf(row: Pick<store.ToBind, 'case_no' | 'day' | 'attempt'>): string {
  const again = row.attempt > 1 ? `-${row.attempt}` : '';
  return `GD${row.case_no}D${row.day.replaceAll('-', '')}${again}`;
}

const hourOf = (instant: string): number => new Date(Date.parse(instant) + 8 * 3_600_000).getUTCHours();
const beijingTime = (instant: string): string =>
  new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(11, 16);
