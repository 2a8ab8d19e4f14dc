// One HTTP call to an outside party: bounded in time and size, through the breaker, never retried here.
// It must not decide what an answer means (the clients do), only that there is one.
import { BreakerOpen, createBreaker, type Breaker } from '#platform/breaker';
import type { z } from 'zod';
import { OutcomeUnknown } from './errors.ts';

export type PartyAnswer = { readonly status: number; readonly headers: Headers; readonly body: Buffer };

export type PartyCall<T> = {
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  /** Judges the answer; runs inside the breaker, so that answers that cannot be trusted count against the party. */
  readonly accept: (answer: PartyAnswer) => T;
};

export type PartyCaller = <T>(call: PartyCall<T>) => Promise<T>;

// The largest file a party sends is a day's statement: 200,000 lines of about 150 bytes, with room.
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

export function createPartyBreaker(): Breaker {
  return createBreaker({ isFailure: (error) => error instanceof OutcomeUnknown });
}

export function createPartyCaller(options: {
  readonly party: string;
  readonly timeoutMs: number;
  readonly breaker?: Breaker | undefined;
}): PartyCaller {
  const { party, timeoutMs } = options;
  const breaker = options.breaker ?? createPartyBreaker();

  async function send(call: PartyCall<unknown>): Promise<PartyAnswer> {
    try {
      const response = await fetch(call.url, {
        method: call.method,
        headers: call.headers,
        body: call.body ?? null,
        // A party that redirects would get our signed request sent elsewhere.
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { status: response.status, headers: response.headers, body: await readBounded(response) };
    } catch (error) {
      throw transportError(party, call.operation, error);
    }
  }

  return async (call) => {
    try {
      return await breaker.run(async () => {
        const answer = await send(call);
        if (answer.status >= 500) throw new OutcomeUnknown(party, call.operation, 'server_error');
        if (answer.status === 429) throw new OutcomeUnknown(party, call.operation, 'throttled');
        return call.accept(answer);
      });
    } catch (error) {
      if (error instanceof BreakerOpen) throw new OutcomeUnknown(party, call.operation, 'breaker_open');
      throw error;
    }
  };
}

async function readBounded(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw new RangeError('answer too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function transportError(party: string, operation: string, error: unknown): OutcomeUnknown {
  if (error instanceof RangeError) return new OutcomeUnknown(party, operation, 'garbled', { cause: error });
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new OutcomeUnknown(party, operation, 'timeout', { cause: error });
  }
  return new OutcomeUnknown(party, operation, 'network', { cause: error, maybeDone: !neverConnected(error) });
}

function neverConnected(error: unknown): boolean {
  if (!(error instanceof Error) || !(error.cause instanceof Error)) return false;
  const code = 'code' in error.cause ? error.cause.code : undefined;
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'UND_ERR_CONNECT_TIMEOUT';
}

/** Parses a body by its schema; anything else than the agreed shape leaves the outcome unknown. */
export function readJson<T>(party: string, operation: string, body: Buffer, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new OutcomeUnknown(party, operation, 'garbled', { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new OutcomeUnknown(party, operation, 'garbled', { cause: parsed.error });
  return parsed.data;
}
