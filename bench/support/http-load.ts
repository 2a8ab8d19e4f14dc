// The load of `http-writes`, in a process of its own: keep-alive connections, each sending the next submission as soon as the last
// was answered.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { application } from './journey.ts';
import { asChild } from './children.ts';
import { openLine, percentile } from './line.ts';
import { district } from './world.ts';

const input = z.object({
  port: z.number(),
  connections: z.number(),
  warmSeconds: z.number(),
  seconds: z.number(),
  writers: z.array(
    z.object({
      cookie: z.string(),
      csrf: z.string(),
      papers: z.array(z.object({ photo: z.string(), signature: z.string() })),
    }),
  ),
});
type Input = z.infer<typeof input>;

export const loadResult = z.object({
  done: z.number(),
  seconds: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  /** Answers by status, those of the warm-up too. */
  statuses: z.record(z.string(), z.number()),
  firstRefusal: z.string(),
});

asChild(async (message, say) => {
  say(await load(input.parse(message)));
  return async () => {};
});

async function load(given: Input): Promise<z.infer<typeof loadResult>> {
  const next = submissions(given);
  const statuses: Record<string, number> = {};
  let firstRefusal = '';
  const times: number[] = [];
  const measureFromMs = performance.now() + given.warmSeconds * 1_000;
  const endsMs = measureFromMs + given.seconds * 1_000;
  await Promise.all(
    Array.from({ length: given.connections }, async () => {
      const line = await openLine(given.port);
      while (performance.now() < endsMs) {
        const request = next();
        if (request === null) break;
        const sentMs = performance.now();
        const { status, body } = await line.send(request);
        const doneMs = performance.now();
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (status !== 201) firstRefusal ||= body.slice(0, 500);
        else if (sentMs >= measureFromMs && doneMs <= endsMs) times.push(doneMs - sentMs);
      }
      line.close();
    }),
  );
  return {
    done: times.length,
    seconds: given.seconds,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    statuses,
    firstRefusal,
  };
}

/** Person after person, each time with papers that no case has taken yet; null when all are used. */
function submissions({ writers, port }: Input): () => Buffer | null {
  let count = 0;
  return () => {
    const writer = writers[count % writers.length];
    const papers = writer?.papers[Math.floor(count / writers.length)];
    count += 1;
    if (!writer || !papers) return null;
    const body = Buffer.from(
      JSON.stringify({ requestId: randomUUID(), serviceCode: 'UN-001', region: district, data: application(papers) }),
    );
    const head = `POST /api/me/cases HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncookie: ${writer.cookie}\r\nx-csrf: ${writer.csrf}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), body]);
  };
}
