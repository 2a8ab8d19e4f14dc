// Money in under a withholding contract (委托代扣): the contract at the payment party, debits sent by their own numbers, and what became
// of each, taken once and many at a time. The network is touched outside of every transaction; an unknown outcome is asked about and
// never sent under a new number.

import type { Effect } from '#modules/cases';
import { systemAccess, type Access } from '#platform/access';
import type { Clock } from '#platform/clock';
import { sha256 } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import type { enqueue as enqueueJob } from '#platform/jobs';
import { textIn } from './data.ts';
import * as store from './debit-store.ts';
import type { Ledger } from './ledger.ts';
import { insertEvent } from './payment-store.ts';
import { isRefused, isUnknown, type CasesPort, type WithholdingPort } from './ports.ts';
import { moneyRoles, readersOf } from './readers.ts';

export type Debit = {
  readonly orderNo: string;
  readonly caseId: string;
  readonly personId: string;
  readonly contractCode: string;
  readonly amountFen: number;
  readonly description: string;
  readonly readers: readonly string[];
};
export type DebitPaid = {
  readonly orderNo: string;
  readonly caseId: string;
  readonly amountFen: number;
  readonly paidAt: string;
};
export type DebitFailed = { readonly orderNo: string; readonly caseId: string; readonly reason: string };
/** Hears of debits that ended, in the transaction that takes the party's word. */
export type DebitsSettled = (tx: Tx, paid: readonly DebitPaid[], failed: readonly DebitFailed[]) => Promise<void>;

type Said =
  | {
      readonly orderNo: string;
      readonly state: 'paid';
      readonly amountFen: number;
      readonly transactionId: string;
      readonly paidAt: string;
    }
  | { readonly orderNo: string; readonly state: 'failed'; readonly reason: string };

export type DebitsOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly ledger: Ledger;
  /** Null where the party has agreed to no withholding. */
  readonly withholding: WithholdingPort | null;
  readonly cases: CasesPort;
  readonly enqueue: typeof enqueueJob;
  readonly returnUrl?: string | undefined;
  readonly settled: DebitsSettled;
};

const askAgainMs = 20_000;
/** Longer than any call takes: a debit that is still being sent is not sent a second time. */
const sendAgainMs = 60_000;
const debitDays = 2;
const pollMax = 100;
const together = 8;
const settleMax = 100;
const attemptsMax = 40;

export type Debits = ReturnType<typeof createDebits>;

export function createDebits(options: DebitsOptions) {
  const { db, clock, ledger, cases } = options;
  const before = (ms: number): string => new Date(Date.parse(clock.now()) - ms).toISOString();

  function port(): WithholdingPort {
    invariant(options.withholding, 'no withholding was agreed with the payment party');
    return options.withholding;
  }

  // ---- the contract ------------------------------------------------------------------------------------------------------------

  /** Entering `auto-bank`: a contract of its own for each round, which a job makes known to the party. */
  const sign: Effect = async (context) => {
    const { tx, state, step } = context;
    invariant(state.personId, 'only a person signs');
    const contractCode = sha256(`${state.caseId}/contract/${state.rounds[step] ?? 1}`)
      .toString('hex')
      .slice(0, 32);
    const readers = readersOf(context, moneyRoles);
    tx.send(store.insertContract, [contractCode, state.caseId, state.personId, clock.now(), readers]);
    options.enqueue(tx, 'debits.sign', { contractCode }, { maxAttempts: attemptsMax });
    return { withholding_contract: contractCode };
  };

  async function contractOf(code: string): Promise<store.ContractRow | undefined> {
    return db.transaction(systemAccess, (tx) => tx.maybe(store.selectContract, [code]));
  }

  async function signAtParty(contractCode: string): Promise<void> {
    const contract = await contractOf(contractCode);
    if (contract?.state !== 'created') return;
    const { returnUrl } = options;
    const { signUrl } = await port().preSign({
      contractCode,
      displayName: `日保自动续保 ${contractCode.slice(0, 6)}`,
      payerRef: contractCode,
      ...(returnUrl ? { returnUrl } : {}),
    });
    await db.transaction(systemAccess, async (tx) => tx.send(store.openContract, [contractCode, signUrl]));
  }

  /** The party's word about a contract, asked for: callbacks repeat, come late and pass each other. */
  async function askContract(contractCode: string): Promise<void> {
    const said = await port().contract(contractCode);
    if (said.state === 'unsigned') return;
    await db.transaction(systemAccess, async (tx) => {
      const known = await tx.maybe(store.selectContract, [contractCode]);
      if (!known) return;
      await cases.lock(tx, known.case_id);
      const { state, case_id: caseId } = await tx.one(store.lockContract, [contractCode]);
      if (said.state === 'signed' && said.contractId && state !== 'signed' && state !== 'ended') {
        tx.send(store.signContract, [contractCode, said.contractId, clock.now()]);
        // Signed after the case had gone on without it: what nobody waits for must not stay open.
        if (!(await cases.event(tx, { caseId, step: 'auto-bank', outcome: 'pass' })))
          options.enqueue(tx, 'debits.terminate', { contractCode }, { maxAttempts: attemptsMax });
      }
      if (said.state === 'terminated' && state !== 'ended') {
        tx.send(store.endContract, [contractCode, clock.now()]);
        for (const step of ['auto-run', 'auto-pause'])
          if (await cases.event(tx, { caseId, step, outcome: 'stop', data: { stopped_by: '在支付平台关闭了代扣' } }))
            return;
      }
    });
  }

  async function terminateAtParty(contractCode: string): Promise<void> {
    const contract = await contractOf(contractCode);
    if (!contract) return;
    await port().terminate(contractCode, '停止自动续保');
    await db.transaction(systemAccess, async (tx) => tx.send(store.endContract, [contractCode, clock.now()]));
  }

  /** The callback may be forgotten: contracts that wait are asked about. */
  async function askWaitingContracts(): Promise<number> {
    if (!options.withholding) return 0;
    const taken = await db.transaction(systemAccess, (tx) =>
      tx.run(store.takeWaitingContracts, [before(askAgainMs), clock.now(), pollMax]),
    );
    await inTurns(taken, async ({ contract_code: code, state }) => {
      if (state === 'created') await signAtParty(code);
      else await askContract(code);
    });
    return taken.length;
  }

  // ---- debits ------------------------------------------------------------------------------------------------------------------

  /** Writes debits in the transaction that decided on them. */
  function charge(tx: Tx, debits: readonly Debit[]): void {
    const now = clock.now();
    const expiresAt = new Date(Date.parse(now) + debitDays * 86_400_000).toISOString();
    for (const one of debits) {
      tx.add(store.insertDebit, {
        order_no: one.orderNo,
        case_id: one.caseId,
        person_id: one.personId,
        amount_fen: one.amountFen,
        description: one.description,
        state: 'created',
        expires_at: expiresAt,
        created_at: now,
        contract_code: one.contractCode,
        readers: one.readers,
      });
    }
  }

  /** Sends what is due, some at a time. Gives how many were taken. */
  async function sendDue(limit: number = pollMax): Promise<number> {
    if (!options.withholding) return 0;
    const due = await db.transaction(systemAccess, (tx) =>
      tx.run(store.takeDueDebits, [before(sendAgainMs), clock.now(), limit]),
    );
    const accepted: string[] = [];
    const said: Said[] = [];
    await inTurns(due, async (one) => {
      try {
        await port().debit({
          orderNo: one.order_no,
          contractId: one.contract_id,
          amountFen: one.amount_fen,
          description: one.description,
        });
        accepted.push(one.order_no);
      } catch (error) {
        if (!isRefused(error)) throw error;
        // A no to the message is a no to the debit only where the party knows of none under this number.
        said.push(
          (await ask(one.order_no)) ?? {
            orderNo: one.order_no,
            state: 'failed',
            reason: error.partyMessage || error.code,
          },
        );
      }
    });
    if (accepted.length > 0) await db.transaction(systemAccess, async (tx) => tx.send(store.openDebits, [accepted]));
    await settle(said);
    return due.length;
  }

  /** What became of a debit; null while it is not decided, or never came there. */
  async function ask(orderNo: string): Promise<Said | null> {
    const { state, amountFen, transactionId, paidAt, reason } = await port().queryDebit(orderNo);
    if (state === 'paid' && amountFen !== undefined && paidAt !== undefined)
      return { orderNo, state, amountFen, transactionId: transactionId ?? '', paidAt: paidAt.toISOString() };
    return state === 'failed' ? { orderNo, state, reason: reason ?? '扣款没有成功' } : null;
  }

  async function askOpen(limit: number = pollMax): Promise<number> {
    if (!options.withholding) return 0;
    const open = await db.transaction(systemAccess, (tx) =>
      tx.run(store.takeOpenDebits, [before(askAgainMs), clock.now(), limit]),
    );
    const said: Said[] = [];
    await inTurns(open, async ({ order_no: orderNo, state }) => {
      const answer = await ask(orderNo);
      if (answer) said.push(answer);
      // Its contract ended before it was sent, and the party has never heard of it.
      else if (state === 'created') said.push({ orderNo, state: 'failed', reason: '自动续保已停止' });
    });
    await settle(said);
    return open.length;
  }

  /** Takes what the party said, each debit once. A payment counts whatever we thought before; a failure only while nothing else is known. */
  async function settle(said: readonly Said[]): Promise<void> {
    const byNo = new Map(said.map((one) => [one.orderNo, one]));
    const numbers = [...byNo.keys()].toSorted();
    for (let at = 0; at < numbers.length; at += settleMax) {
      const some = numbers.slice(at, at + settleMax);
      await db.transaction(systemAccess, (tx) => settleSome(tx, some, byNo));
    }
  }

  async function settleSome(tx: Tx, numbers: string[], byNo: ReadonlyMap<string, Said>): Promise<void> {
    const paid: (DebitPaid & { transactionId: string })[] = [];
    const failed: DebitFailed[] = [];
    for (const row of await tx.run(store.lockDebits, [numbers])) {
      const said = byNo.get(row.order_no);
      if (!said || !['created', 'open', 'closed'].includes(row.state)) continue;
      const { order_no: orderNo, case_id: caseId, amount_fen: amountFen } = row;
      if (said.state === 'failed') {
        if (row.state !== 'closed') failed.push({ orderNo, caseId, reason: said.reason });
        continue;
      }
      const differs = said.amountFen !== amountFen;
      const kind = differs ? 'paid_differs' : 'paid';
      const key = `${kind}:${orderNo}:${said.transactionId}${differs ? `:${said.amountFen}` : ''}`;
      tx.send(insertEvent, [key, orderNo, kind, JSON.stringify(said), clock.now()]);
      const paidAt = said.paidAt < clock.now() ? said.paidAt : clock.now();
      if (!differs) paid.push({ orderNo, caseId, amountFen, paidAt, transactionId: said.transactionId });
    }
    const column = <Value>(of: (one: (typeof paid)[number]) => Value): Value[] => paid.map((one) => of(one));
    if (paid.length > 0)
      tx.send(store.payDebits, [
        column((one) => one.orderNo),
        column((one) => one.transactionId),
        column((one) => one.paidAt),
      ]);
    if (failed.length > 0) tx.send(store.closeDebits, [failed.map((one) => one.orderNo)]);
    await ledger.moveMany(
      tx,
      paid.map(({ orderNo, caseId, amountFen }) => ({
        idem: `payment:${orderNo}`,
        debit: 'payment_clearing',
        credit: 'premium_received',
        amountFen,
        code: 'payment',
        caseId,
      })),
      'posted',
    );
    await options.settled(tx, paid, failed);
  }

  /** A mandate ends: what was not sent is never sent, and the party is told. Gives the numbers that were taken back. */
  async function stop(tx: Tx, caseId: string): Promise<readonly string[]> {
    const cancelled = await tx.run(store.cancelUnsent, [caseId]);
    const contract = await tx.maybe(store.contractOfCase, [caseId]);
    if (contract && contract.state !== 'ended' && options.withholding)
      options.enqueue(tx, 'debits.terminate', { contractCode: contract.contract_code }, { maxAttempts: attemptsMax });
    return cancelled.map((one) => one.order_no);
  }

  /** Where the person signs, while there is something to sign. */
  async function signUrlOf(access: Access, caseId: string): Promise<string | null> {
    const contract = await db.transaction(access, (tx) => tx.maybe(store.contractOfCase, [caseId]));
    return contract?.state === 'open' ? contract.sign_url : null;
  }

  /** The payer came back from signing: the party is asked at once, unless it is silent. */
  async function refreshContract(access: Access, caseId: string): Promise<void> {
    const contract = await db.transaction(access, (tx) => tx.maybe(store.contractOfCase, [caseId]));
    if (contract?.state !== 'open') return;
    await askContract(contract.contract_code).catch((error: unknown) => {
      if (!isUnknown(error) && !isRefused(error)) throw error;
    });
  }

  const tasks = {
    'debits.sign': (payload: unknown) => signAtParty(textIn(payload, 'contractCode')),
    'debits.contract': (payload: unknown) => askContract(textIn(payload, 'contractCode')),
    'debits.terminate': (payload: unknown) => terminateAtParty(textIn(payload, 'contractCode')),
  };

  return {
    isAvailable: options.withholding !== null,
    effects: { 'debits.sign': sign },
    tasks,
    charge,
    settle,
    sendDue,
    askOpen,
    askWaitingContracts,
    stop,
    signUrlOf,
    refreshContract,
  };
}

/** A few at a time; one that cannot be known now is known later, and the others do not wait for it. */
async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = items.values();
  const turn = async (): Promise<void> => {
    for (const item of queue) {
      try {
        await work(item);
      } catch (error) {
        if (!isUnknown(error) && !isRefused(error)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(together, items.length) }, turn));
}
