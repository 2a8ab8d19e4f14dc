// How a simulated party calls us back: several at once, tried again with growing pauses until we answer 2xx, repeated,
// reordered or forgotten as its faults say. Callbacks not delivered yet survive a restart.
import { join } from 'node:path';
import { z } from 'zod';
import type { CommonFaults } from './faults.ts';
import { openJournal } from './journal.ts';

const callbackSchema = z.object({
  id: z.string(),
  url: z.string(),
  /** What the party wants to say, before signing; a signature is made at each attempt, because it ages. */
  payload: z.string(),
  forged: z.boolean(),
});
export type Callback = z.infer<typeof callbackSchema>;

const recordSchema = z.union([z.object({ due: callbackSchema }), z.object({ done: z.string() })]);

export type CallbackAttempt = {
  readonly id: string;
  readonly status: number | 'unreachable';
  readonly forged: boolean;
};

export type CallbackOptions = {
  readonly stateDir: string | undefined;
  readonly party: string;
  readonly faults: () => CommonFaults;
  readonly random: () => number;
  readonly prepare: (callback: Callback) => { readonly headers: Record<string, string>; readonly body: string };
  readonly retryMs: number | undefined;
  readonly attempts: number | undefined;
};

type Sender = {
  /** Sends until heard or out of tries, then tells `finished`. */
  send(callback: Callback): void;
  later(ms: number, work: () => void): void;
  attempts(): readonly CallbackAttempt[];
  close(): Promise<void>;
};

export type Callbacks = {
  push(callback: Callback, delayMs?: number): void;
  pending(): number;
  attempts(): readonly CallbackAttempt[];
  close(): Promise<void>;
};

const CONCURRENT_MAX = 8;
const TIMEOUT_MS = 5_000;
const PAUSE_MS_MAX = 30_000;
const GATHER_MS = 60;
const LOG_MAX = 1_000;

function createSender(options: CallbackOptions, finished: (callback: Callback) => void): Sender {
  const retryMs = options.retryMs ?? 200;
  const attemptsMax = options.attempts ?? 12;
  const stop = new AbortController();
  const timers = new Set<NodeJS.Timeout>();
  const ready: { callback: Callback; attempt: number }[] = [];
  const running = new Set<Promise<void>>();
  const log: CallbackAttempt[] = [];

  function later(ms: number, work: () => void): void {
    if (ms <= 0) return work();
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms).unref();
    timers.add(timer);
  }

  function pump(): void {
    while (!stop.signal.aborted && running.size < CONCURRENT_MAX) {
      const next = ready.shift();
      if (next === undefined) return;
      const job = deliver(next.callback, next.attempt).finally(() => {
        running.delete(job);
        pump();
      });
      running.add(job);
    }
  }

  async function post(callback: Callback): Promise<number | 'unreachable'> {
    const { headers, body } = options.prepare(callback);
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    try {
      const response = await fetch(callback.url, { method: 'POST', headers, body, redirect: 'error', signal });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 'unreachable';
    }
  }

  async function deliver(callback: Callback, attempt: number): Promise<void> {
    const status = await post(callback);
    // Cut off by our own end: it stays due, for the next start.
    if (stop.signal.aborted) return;
    log.push({ id: callback.id, status, forged: callback.forged });
    if (log.length > LOG_MAX) log.shift();
    const heard = status !== 'unreachable' && status >= 200 && status < 300;
    // A forger gets one try: it has no one's patience.
    if (heard || callback.forged || attempt >= attemptsMax) return finished(callback);
    later(Math.min(PAUSE_MS_MAX, retryMs * 2 ** (attempt - 1)), () => enqueue(callback, attempt + 1));
  }

  function enqueue(callback: Callback, attempt: number): void {
    ready.push({ callback, attempt });
    pump();
  }

  return {
    send: (callback) => enqueue(callback, 1),
    later,
    attempts: () => log,
    async close() {
      stop.abort();
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}

export function startCallbacks(options: CallbackOptions): Callbacks {
  const due = new Map<string, Callback>();
  const copiesLeft = new Map<string, number>();
  const gathered: Callback[] = [];
  const sender = createSender(options, finishCopy);
  const journal = openJournal({
    path: options.stateDir === undefined ? undefined : join(options.stateDir, `${options.party}-callbacks.jsonl`),
    parse: (value) => recordSchema.parse(value),
    replay: (record) => ('due' in record ? due.set(record.due.id, record.due) : due.delete(record.done)),
    compact: () => [...due.values()].map((callback) => ({ due: callback })),
  });

  function finishCopy(callback: Callback): void {
    const left = (copiesLeft.get(callback.id) ?? 1) - 1;
    copiesLeft.set(callback.id, left);
    if (left > 0) return;
    copiesLeft.delete(callback.id);
    due.delete(callback.id);
    journal.append({ done: callback.id });
  }

  function release(callback: Callback): void {
    const copies = callback.forged ? 1 : options.faults().repeatCallbacks;
    copiesLeft.set(callback.id, copies);
    for (let copy = 0; copy < copies; copy += 1) sender.send(callback);
  }

  function flush(): void {
    for (const callback of gathered.splice(0).toReversed()) release(callback);
  }

  function offer(callback: Callback): void {
    if (!options.faults().reorder) return release(callback);
    gathered.push(callback);
    if (gathered.length === 1) sender.later(GATHER_MS, flush);
  }

  // What was due before the restart goes out once its party is up.
  for (const callback of due.values()) sender.later(1, () => offer(callback));
  return {
    push(callback, delayMs = 0) {
      if (!callback.forged && options.random() < options.faults().forgetCallbackRate) return;
      due.set(callback.id, callback);
      journal.append({ due: callback });
      sender.later(delayMs, () => offer(callback));
    },
    pending: () => due.size,
    attempts: sender.attempts,
    async close() {
      await sender.close();
      journal.close();
    },
  };
}
