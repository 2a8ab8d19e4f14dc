// Money out, one payout at a time: drafted when a case enters its payment step, ended by what the bank says. The bank's word is taken
// once; money and case move in the same transaction. What is unknown is asked about, never sent again under another reference.

import { yuan } from '#catalog/rules/index';
import { roleGrant, systemAccess } from '#platform/access';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { enqueue as enqueueJob } from '#platform/jobs';
import type { CaseState, Effect, EffectContext } from '#modules/cases';
import type { Trace } from '#modules/trace';
import { refuse } from './contract.ts';
import type { Ledger } from './ledger.ts';
import { fenIn, textIn } from './data.ts';
import * as store from './payout-store.ts';
import { claimBook, subsidyBook, type PayoutBook } from './payout-books.ts';
import { moneyRoles, readersOf } from './readers.ts';
import {
  isRefused,
  isUnknown,
  type BankPort,
  type CasesPort,
  type FindPayee,
  type MayPay,
  type LineResult,
  type SharesOf,
} from './ports.ts';

export type PayoutsOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly crypto: CryptoPort;
  readonly trace: Trace;
  readonly ledger: Ledger;
  readonly port: BankPort;
  readonly cases: CasesPort;
  readonly findPayee: FindPayee;
  readonly mayPay?: MayPay;
  readonly sharesOf?: SharesOf;
  readonly orgName: (orgId: string) => string;
  readonly enqueue: typeof enqueueJob;
};

const askAfterMs = 60_000;
const askMax = 200;
const stuckAfterMs = 86_400_000;
const submitAttempts = 60;

/** What each payment step pays, from which datum of the case, and out of whose money. */
const purposes: Readonly<Record<string, { readonly zh: string; readonly field: string; readonly book: PayoutBook }>> = {
  pay: { zh: '日保赔款', field: 'agreed_fen', book: claimBook },
  prepay: { zh: '日保预付赔款', field: 'prepay_fen', book: claimBook },
  allocate: { zh: '日保保费财政补贴', field: 'allocated_fen', book: subsidyBook },
};

/** The accounts through which the money of a payment step goes. */
export function bookOf(step: string): PayoutBook {
  return purposes[step]?.book ?? claimBook;
}

export type Payouts = ReturnType<typeof createPayouts>;

export function createPayouts(options: PayoutsOptions) {
  const { db, clock, crypto, ledger, cases } = options;

  const nameContext = (payoutId: string) => `payout:payee_name:${payoutId}`;
  const cardContext = (payoutId: string) => `payout:card:${payoutId}`;

  function openPayee(row: Pick<store.PayoutRow, 'payout_id' | 'payee_name_sealed' | 'card_sealed'>): {
    name: string;
    card: string;
  } {
    return {
      name: crypto.open(nameContext(row.payout_id), row.payee_name_sealed),
      card: crypto.open(cardContext(row.payout_id), row.card_sealed),
    };
  }

  function cardOf(state: CaseState): string | null {
    const value = state.data['payout_card'];
    if (typeof value !== 'object' || value === null || !('sealed' in value) || typeof value.sealed !== 'string')
      return null;
    const card: unknown = JSON.parse(crypto.open(`case:${state.caseId}:payout_card`, value.sealed));
    return typeof card === 'string' ? card : null;
  }

  /** A person is paid by his real name and registered card; an organisation by its name and the account that it declared. */
  async function payeeOf(tx: Tx, state: CaseState): Promise<{ name: string; card: string }> {
    if (state.personId) {
      const payee = await options.findPayee(tx, state.personId);
      const card = cardOf(state) ?? payee.card;
      if (!card) throw refuse('money.no_card');
      return { name: payee.name, card };
    }
    const account = state.data['bank_account'];
    invariant(state.applicantOrgId, `case ${state.caseId} has nobody to be paid`);
    if (typeof account !== 'string' || account === '') throw refuse('money.no_card');
    return { name: options.orgName(state.applicantOrgId), card: account };
  }

  /** Entering a payment step: what was agreed becomes owed, to the insured person by his real name, or to each who shares it. */
  const draft: Effect = async (context) => {
    const { tx, state, step } = context;
    const purpose = purposes[step];
    const orgId = state.active.find((one) => one.step === step)?.orgId;
    invariant(purpose && orgId, `case ${state.caseId} cannot be paid in step ${step}`);
    await letGo(tx, state.caseId, step);
    const at = clock.now();
    // A case that comes back after it was paid is owed only what is more.
    const { paid_fen: paidFen } = await tx.asSystem().one(store.paidInStep, [state.caseId, step]);
    const agreedFen = fenIn(state.data, purpose.field);
    const amountFen = agreedFen - paidFen;
    if (amountFen <= 0) {
      options.enqueue(tx, 'payouts.nothing_to_pay', { caseId: state.caseId, step });
      return { payout_fen: 0 };
    }
    const shares = options.sharesOf?.(state, step, agreedFen) ?? null;
    if (!shares) {
      const payee = await payeeOf(tx, state);
      await leaveRefusedCard(tx, state, payee.card);
      const reference = await owe(context, purpose, orgId, {
        ...payee,
        payee: null,
        amountFen,
        at,
      });
      return { payout_fen: amountFen, payout_reference: reference };
    }
    const lines = await tx.asSystem().run(store.linesOfStep, [state.caseId, step]);
    const paid = new Set(lines.filter((one) => one.state === 'settled').map((one) => one.payee));
    const owed = shares.filter((one) => !paid.has(one.payee) && one.amountFen > 0);
    const owedFen = owed.reduce((fen, one) => fen + one.amountFen, 0);
    invariant(owedFen === amountFen, `the shares of case ${state.caseId} come to ${owedFen} of ${amountFen} fen`);
    for (const one of owed)
      await owe(context, { ...purpose, zh: `${purpose.zh}（第${one.payee}位，共${shares.length}位）` }, orgId, {
        ...one,
        at,
      });
    return { payout_fen: amountFen };
  };

  /** A card that was stopped or is somebody else's: the draft ends at once, and the person is asked for another. */
  async function leaveRefusedCard(tx: Tx, { personId }: CaseState, card: string): Promise<void> {
    if (!personId) return;
    const [standing] = (await options.mayPay?.(tx, [{ personId, card }])) ?? [];
    if (standing && !standing.may && standing.why !== 'waits') options.enqueue(tx, 'payouts.withdraw', { personId });
  }

  /** Nobody has it in a batch: it ends as not paid, and the case hears why. */
  async function failDrafted(tx: Tx, row: store.PayoutRow, reason: string): Promise<void> {
    await tx.run(store.endPayout, [row.payout_id, 'failed', null, null, reason]);
    await releaseAgreed(tx, row);
    await tell(tx, row, 'pay_failed', { pay_failed_reason: reason, pay_failed_at: clock.now() });
  }

  type Line = {
    readonly name: string;
    readonly card: string;
    readonly payee: number | null;
    readonly amountFen: number;
    /** Lines of one draft have one instant, by which they are known for one round. */
    readonly at: string;
  };

  /** Writes one line of what is owed, and takes its money from the fund into the reserve. */
  async function owe(
    context: EffectContext,
    { zh, book }: { readonly zh: string; readonly book: PayoutBook },
    orgId: string,
    { name, card, payee, amountFen, at }: Line,
  ): Promise<string> {
    const { tx, state, step } = context;
    const payoutId = newId();
    const reference = payoutId.replaceAll('-', '');
    tx.send(store.insertPayout, [
      payoutId,
      reference,
      state.caseId,
      state.personId,
      step,
      `${zh} ${state.caseNo}`,
      crypto.seal(nameContext(payoutId), name),
      crypto.seal(cardContext(payoutId), card),
      card.slice(-4),
      amountFen,
      orgId,
      at,
      book === claimBook
        ? [...new Set([...readersOf(context, moneyRoles), roleGrant('insurer_finance', orgId)])]
        : ['*', roleGrant(book.officer, orgId)],
      payee,
    ]);
    await ledger.post(
      tx,
      {
        idem: `agreed:${reference}`,
        debit: book.fund,
        credit: book.reserve,
        amountFen,
        code: book === claimBook ? 'claim_agreed' : 'subsidy_agreed',
        caseId: state.caseId,
      },
      { region: state.region, subjectId: state.personId },
    );
    return reference;
  }

  /**
   * The case is about to leave a payment step by another way than the bank's word, or enters it again: a draft that nobody has
   * batched is cancelled; what the bank has, or may have, holds the case where it is.
   */
  async function letGo(tx: Tx, caseId: string, step: string): Promise<void> {
    for (const row of await tx.asSystem().run(store.lockLiveOfStep, [caseId, step])) {
      if (row.state !== 'drafted') throw refuse('money.payout_running');
      await tx.asSystem().run(store.endPayout, [row.payout_id, 'cancelled', null, null, '办件离开支付环节']);
      await releaseAgreed(tx, row);
    }
  }

  async function releaseAgreed(tx: Tx, row: store.PayoutRow): Promise<void> {
    const book = bookOf(row.step);
    await ledger.post(
      tx,
      {
        idem: `unagreed:${row.reference}`,
        debit: book.reserve,
        credit: book.fund,
        amountFen: row.amount_fen,
        code: book === claimBook ? 'claim_released' : 'subsidy_released',
        caseId: row.case_id,
      },
      { subjectId: row.person_id },
    );
  }

  /** Takes one final result of the bank. `stale`: it is not ours, was known, or differs in amount; nothing was booked. */
  async function applyResult(result: LineResult): Promise<'taken' | 'stale'> {
    return db.transaction(systemAccess, async (tx) => {
      const found = await tx.maybe(store.selectByReference, [result.reference]);
      if (!found) return 'stale';
      await cases.lock(tx, found.case_id);
      const row = await tx.one(store.lockByReference, [result.reference]);
      if (!['batched', 'submitted', 'unknown'].includes(row.state) || !row.reserve_id) return 'stale';
      if (result.amountFen !== row.amount_fen) {
        await refuseResult(tx, row, result);
        return 'stale';
      }
      if (result.state === 'settled') await settle(tx, row, row.reserve_id, result);
      else await fail(tx, row, row.reserve_id, result);
      if (row.batch_id) await tx.run(store.finishBatch, [row.batch_id]);
      return 'taken';
    });
  }

  async function settle(tx: Tx, row: store.PayoutRow, reserveId: string, result: LineResult): Promise<void> {
    const paidAt = (result.settledAt ?? new Date(clock.now())).toISOString();
    await tx.run(store.endPayout, [row.payout_id, 'settled', result.bankSerial ?? null, paidAt, null]);
    await ledger.postPending(tx, reserveId, row.amount_fen, { subjectId: row.person_id });
    await tell(tx, row, 'paid', { paid_fen: row.amount_fen, bank_serial: result.bankSerial ?? null, paid_at: paidAt });
  }

  /** The case hears how its payment ended; one that pays several people hears it once, when the last of their lines has ended. */
  async function tell(
    tx: Tx,
    row: store.PayoutRow,
    outcome: 'paid' | 'pay_failed',
    data: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const to = { caseId: row.case_id, step: row.step };
    if (row.payee === null) return void (await cases.event(tx, { ...to, outcome, data }));
    const lines = await tx.run(store.linesOfStep, [row.case_id, row.step]);
    if (lines.some((one) => ['drafted', 'batched', 'submitted', 'unknown'].includes(one.state))) return;
    const paid = lines.filter((one) => one.state === 'settled');
    const failed = lines.filter(
      (one) => one.created_at === row.created_at && (one.state === 'returned' || one.state === 'failed'),
    );
    const paidData = {
      paid_fen: paid.reduce((fen, one) => fen + one.amount_fen, 0),
      paid_payees: paid.map((one) => one.payee),
    };
    if (failed.length === 0) await cases.event(tx, { ...to, outcome: 'paid', data: { ...data, ...paidData } });
    else
      await cases.event(tx, {
        ...to,
        outcome: 'pay_failed',
        data: {
          ...paidData,
          pay_failed_at: clock.now(),
          pay_failed_reason: failed.map((one) => `第${one.payee}位收款人：${one.reason ?? '没有付成'}`).join('；'),
        },
      });
  }

  async function fail(tx: Tx, row: store.PayoutRow, reserveId: string, result: LineResult): Promise<void> {
    const reason = result.reason ?? (result.state === 'returned' ? '银行退回' : '银行未受理');
    await tx.run(store.endPayout, [row.payout_id, result.state, result.bankSerial ?? null, null, reason]);
    await ledger.voidPending(tx, reserveId, { subjectId: row.person_id });
    await releaseAgreed(tx, row);
    await tell(tx, row, 'pay_failed', { pay_failed_reason: reason, pay_failed_at: clock.now() });
  }

  /** The bank's word about another amount is not believed; that it was said is kept, once however often it is said. */
  async function refuseResult(tx: Tx, row: store.PayoutRow, result: LineResult): Promise<void> {
    const reason = `银行回报的金额${yuan(result.amountFen)}与应付的${yuan(row.amount_fen)}不一致，没有采信，须核实。`;
    if (!(await tx.maybe(store.noteReason, [row.payout_id, reason]))) return;
    options.trace.record(tx, {
      eventId: newId(),
      type: 'money.result_refused',
      at: clock.now(),
      region: '',
      department: 'bank',
      actorId: null,
      subjectId: row.person_id,
      body: { reference: row.reference, oursFen: row.amount_fen, theirsFen: result.amountFen, state: result.state },
    });
  }

  /** A verified callback; every result stands on its own, so one that cannot be taken holds up no other. */
  async function handleBankEvent(event: { readonly results: readonly LineResult[] }): Promise<void> {
    for (const result of event.results) await applyResult(result);
  }

  const ago = (ms: number) => new Date(Date.parse(clock.now()) - ms).toISOString();

  /** Asks the bank about payouts whose result did not come. Gives how many were asked. */
  async function settleUnknownPayouts(): Promise<number> {
    const rows = await db.transaction(systemAccess, (tx) =>
      tx.run(store.claimUnsettled, [ago(askAfterMs), clock.now(), submitAttempts, askMax]),
    );
    const lost = new Set<string>();
    let bug: unknown = null;
    for (const { reference, batch_id: batchId } of rows) {
      try {
        const status = await options.port.queryLine(reference);
        if ('amountFen' in status) await applyResult(status);
        else if (status.state === 'not_found') lost.add(batchId);
      } catch (error) {
        // One that cannot be taken holds up no other, now or next time.
        if (!isUnknown(error) && !isRefused(error)) bug ??= error;
      }
    }
    // The bank never got it: the same batch goes again under the same number, which the bank takes once.
    if (lost.size > 0)
      await db.transaction(systemAccess, async (tx) => {
        for (const batchId of lost) enqueueSubmit(options.enqueue, tx, batchId);
      });
    if (bug) throw bug;
    return rows.length;
  }

  /** Approved more than a day ago and still without an end: somebody has to talk to the bank. */
  async function countStuck(): Promise<number> {
    return (await db.transaction(systemAccess, (tx) => tx.one(store.countStuck, [ago(stuckAfterMs)]))).count;
  }

  const tasks = {
    'payouts.nothing_to_pay': async (payload: unknown) => {
      const input = { caseId: textIn(payload, 'caseId'), step: textIn(payload, 'step') };
      await db.transaction(systemAccess, (tx) =>
        cases.event(tx, { ...input, outcome: 'paid', data: { paid_fen: 0, paid_at: clock.now() } }),
      );
    },
  };

  return {
    effects: { 'payouts.draft': draft },
    tasks,
    letGo,
    applyResult,
    handleBankEvent,
    settleUnknownPayouts,
    countStuck,
    openPayee,
    failDrafted,
  };
}

/** Lets the job hand a batch to the bank; a job that waits for it already is replaced. */
export function enqueueSubmit(enqueue: typeof enqueueJob, tx: Tx, batchId: string): void {
  enqueue(tx, 'payouts.submit', { batchId }, { jobKey: `payouts.submit:${batchId}`, maxAttempts: submitAttempts });
}
