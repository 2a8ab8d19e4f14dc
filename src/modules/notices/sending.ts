// The outbox outward: SMS sent once, asked about when nobody knows whether it went, and ended by receipts. No transaction is open while
// a provider is asked. A phone is never told the same thing twice: what is in doubt is asked about, not sent again.

import { systemAccess } from '#platform/access';
import type { Clock } from '#platform/clock';
import type { Database, Tx } from '#platform/db';
import * as store from './store.ts';

export type SmsReceipt = {
  readonly providerId: string;
  readonly state: 'delivered' | 'failed';
  readonly code: string;
};

type Fate =
  | { readonly state: 'not_found' | 'cannot_tell' }
  | {
      readonly state: 'accepted' | 'delivered' | 'failed';
      readonly providerId: string;
      readonly provider?: string;
      readonly code?: string;
    };

export type SmsSender = {
  send(message: {
    readonly phone: string;
    readonly templateCode: string;
    readonly params: Readonly<Record<string, string>>;
    readonly bizId: string;
  }): Promise<{ readonly providerId: string; readonly provider?: string; readonly parts?: readonly string[] }>;
  /** What became of a message whose outcome is in doubt. */
  find(sent: { readonly phone: string; readonly bizId: string; readonly at: Date }): Promise<Fate>;
};

/** Whom a message is for, in which case, and a number of its own where it does not go to the registered phone. */
export type Addressed = {
  readonly personId: string;
  readonly caseId: string | null;
  readonly noticeId: string;
  readonly toSealed: string | null;
};

export type SendingOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly sms: SmsSender;
  /** Mobile number of a person, opened; null where there is none. */
  readonly phoneOf: (tx: Tx, to: Addressed) => Promise<string | null>;
  /** Hears of every message that the provider did not take. */
  readonly onFailed?: (error: unknown, about: { readonly template: string; readonly tries: number }) => void;
};

/** `retried`: tried or asked about again later. */
export type Sent = { readonly sent: number; readonly failed: number; readonly retried: number };

export type Sending = ReturnType<typeof createSending>;

const batchMax = 50;
const sweptMax = 5_000;
const leaseMinutes = 2;
/** Minutes until the next try, by the tries made; after the last one the message has failed. */
const backoffMinutes = [1, 5, 15, 60] as const;
/** A provider's own record of what it took may lag; "not found" sooner than this proves nothing. */
const recordMinutes = 3;

export function createSending(options: SendingOptions) {
  const { db, clock } = options;

  /** Sends what is queued and asks about what is in doubt, one batch; call it again while it sends. */
  async function sendQueued(limit: number = batchMax): Promise<Sent> {
    const now = clock.now();
    const claimed = await db.transaction(systemAccess, async (tx) => {
      const rows = await tx.run(store.claim, [now, later(now, leaseMinutes), limit]);
      const phones = await Promise.all(rows.map((row) => options.phoneOf(tx, addressed(row))));
      return rows.map((row, at) => ({ row, phone: phones[at] ?? null }));
    });
    const counts = { sent: 0, failed: 0, retried: 0 };
    for (const { row, phone } of claimed) counts[await handle(row, phone)] += 1;
    return counts;
  }

  async function handle(row: store.Claimed, phone: string | null): Promise<keyof Sent> {
    if (!phone) return end(row, 'failed');
    if (row.doubt_at !== null) return ask(row, phone, row.doubt_at);
    return send(row, phone);
  }

  async function send(row: store.Claimed, phone: string): Promise<keyof Sent> {
    try {
      const taken = await options.sms.send({
        phone,
        templateCode: row.template,
        params: row.sms_params,
        bizId: row.notice_id,
      });
      return await keep(row, taken, 'sent', '');
    } catch (error) {
      options.onFailed?.(error, { template: row.template, tries: row.sms_tries });
      if (isRefused(error)) return end(row, 'failed');
      if (maybeDone(error)) return wait(row, store.askLater, recordMinutes);
      return again(row, store.requeue, 'failed');
    }
  }

  async function ask(row: store.Claimed, phone: string, doubtAt: string): Promise<keyof Sent> {
    // Midnight of the clock that jumps is no midnight of the provider's: early looks only wait.
    if (Date.parse(clock.now()) - Date.parse(doubtAt) < recordMinutes * 60_000)
      return wait(row, store.askLater, recordMinutes);
    try {
      const fate = await options.sms.find({ phone, bizId: row.notice_id, at: new Date(doubtAt) });
      if (!('providerId' in fate))
        return await (fate.state === 'not_found' ? again(row, store.requeue, 'failed', 0) : end(row, 'unknown'));
      return await keep(row, fate, fate.state === 'accepted' ? 'sent' : fate.state, fate.code ?? '');
    } catch (error) {
      options.onFailed?.(error, { template: row.template, tries: row.sms_tries });
      return again(row, store.askLater, 'unknown');
    }
  }

  async function wait(row: store.Claimed, how: typeof store.askLater, minutes: number): Promise<keyof Sent> {
    await db.transaction(systemAccess, async (tx) => tx.send(how, [row.notice_id, later(clock.now(), minutes)]));
    return 'retried';
  }

  function again(
    row: store.Claimed,
    how: typeof store.askLater,
    atLast: 'failed' | 'unknown',
    minutes: number | undefined = backoffMinutes[row.sms_tries - 1],
  ): Promise<keyof Sent> {
    const worn = row.sms_tries > backoffMinutes.length;
    return minutes === undefined || worn ? end(row, atLast) : wait(row, how, minutes);
  }

  async function end(row: store.Claimed, state: 'failed' | 'unknown'): Promise<keyof Sent> {
    await db.transaction(systemAccess, async (tx) => tx.send(store.settle, [row.notice_id, state, null, null]));
    return 'failed';
  }

  async function keep(
    row: store.Claimed,
    taken: { readonly providerId: string; readonly provider?: string; readonly parts?: readonly string[] },
    state: 'sent' | 'delivered' | 'failed',
    code: string,
  ): Promise<keyof Sent> {
    const provider = taken.provider ?? 'sms';
    const parts = taken.parts ?? [taken.providerId];
    await db.transaction(systemAccess, async (tx) => {
      const states = parts.map(() => state);
      const codes = parts.map(() => code.slice(0, 100));
      await tx.run(store.keepParts, [provider, parts, states, codes, row.notice_id, clock.now()]);
      await tx.run(store.settle, [row.notice_id, 'sent', taken.providerId, provider]);
      await tx.run(store.endByParts, [[row.notice_id]]);
    });
    return 'sent';
  }

  /** Receipts of one provider: in any order, early, late, more than once. */
  async function takeReceipts(provider: string, receipts: readonly SmsReceipt[]): Promise<void> {
    // One statement may touch a row once: of two words on one part in a single post, the first stands.
    const byId = new Map<string, SmsReceipt>();
    for (const receipt of receipts) if (!byId.has(receipt.providerId)) byId.set(receipt.providerId, receipt);
    const all = [...byId.values()];
    if (all.length === 0) return;
    await db.transaction(systemAccess, async (tx) => {
      const rows = await tx.run(store.keepParts, [
        provider,
        all.map((one) => one.providerId),
        all.map((one) => one.state),
        all.map((one) => one.code.slice(0, 100)),
        null,
        clock.now(),
      ]);
      const notices = [...new Set(rows.flatMap((row) => row.notice_id ?? []))];
      if (notices.length === 0) return;
      await tx.run(store.lockNotices, [notices]);
      await tx.run(store.endByParts, [notices]);
    });
  }

  async function sweep(): Promise<void> {
    await db.transaction(systemAccess, async (tx) => tx.send(store.sweepParts, [clock.now(), sweptMax]));
  }

  return { sendQueued, takeReceipts, sweep };
}

/** The provider answered and said no: the same message again would be refused again. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && 'kind' in error && error.kind === 'refused';
}

/** Only whoever says so himself is certain that nothing was taken. */
function maybeDone(error: unknown): boolean {
  return !(error instanceof Error && 'maybeDone' in error && error.maybeDone === false);
}

function later(instant: string, minutes: number): string {
  return new Date(Date.parse(instant) + minutes * 60_000).toISOString();
}

function addressed(row: store.Claimed): Addressed {
  return { personId: row.person_id, caseId: row.case_id, noticeId: row.notice_id, toSealed: row.sms_to_sealed };
}
