// Reads at a steady rate, in a process of their own: each is due at its instant whether or not the one before was answered, and its
// time counts from that instant, so that a server which falls behind is not spared the waiting that it causes.

import { z } from 'zod';
import { asChild } from './children.ts';
import { openLine, percentile, type Line } from './line.ts';

const input = z.object({
  port: z.number(),
  requests: z
    .array(
      z.object({ path: z.string(), cookie: z.string(), expects: z.string().default('').describe('in the answer') }),
    )
    .min(1),
  perSecond: z.number(),
  connections: z.number(),
  warmSeconds: z.number(),
  seconds: z.number(),
});

export type ReadsInput = z.input<typeof input>;
export type ReadsResult = {
  readonly done: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers by status, those of the warm-up too. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly firstRefusal: string;
};

asChild(async (message, say) => {
  say(await load(input.parse(message)));
  return async () => {};
});

async function load(given: z.infer<typeof input>): Promise<ReadsResult> {
  const lines = await Promise.all(Array.from({ length: given.connections }, () => openLine(given.port)));
  const startMs = performance.now();
  const total = Math.floor((given.warmSeconds + given.seconds) * given.perSecond);
  const dueOf = (index: number): number => startMs + (index * 1_000) / given.perSecond;
  const measuredFrom = Math.floor(given.warmSeconds * given.perSecond);
  const statuses: Record<string, number> = {};
  const times: number[] = [];
  let firstRefusal = '';
  let next = 0;
  async function work(line: Line): Promise<void> {
    while (next < total) {
      const index = next;
      next += 1;
      const request = given.requests[index % given.requests.length];
      if (!request) return;
      const wait = dueOf(index) - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const sentMs = performance.now();
      const { status, body } = await line.send(bytesOf(given.port, request));
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status !== 200 || !body.includes(request.expects)) firstRefusal ||= body.slice(0, 500);
      // A timer wakes up to a millisecond late, which is ours and not the server's; a connection that was busy is the server's.
      const fromMs = wait > 0 ? sentMs : dueOf(index);
      if (index >= measuredFrom) times.push(performance.now() - fromMs);
    }
  }
  await Promise.all(lines.map((line) => work(line)));
  for (const line of lines) line.close();
  return {
    done: times.length,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    statuses,
    firstRefusal,
  };
}

function bytesOf(port: number, { path, cookie }: { readonly path: string; readonly cookie: string }): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncookie: ${cookie}\r\n\r\n`);
}
