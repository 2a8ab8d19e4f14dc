// The load of `http-writes`, in a process of its own: keep-alive connections, each sending the next submission as soon as the last
// was answered. It speaks just enough HTTP/1.1 over plain sockets that it takes little of the machine from what is measured.

import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { application } from './journey.ts';
import { asChild } from './children.ts';
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
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { done: times.length, seconds: given.seconds, p50Ms: at(0.5), p99Ms: at(0.99), statuses, firstRefusal };
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

type Reply = { readonly status: number; readonly body: string };
type Line = { send(request: Buffer): Promise<Reply>; close(): void };

async function openLine(port: number): Promise<Line> {
  const socket = await new Promise<Socket>((resolve, reject) => {
    const made = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(made));
    made.once('error', reject);
  });
  let waiting: { resolve(reply: Reply): void; reject(error: Error): void } | null = null;
  let received: Buffer = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
    const reply = readReply(received);
    if (!reply) return;
    received = Buffer.alloc(0);
    waiting?.resolve(reply);
  });
  socket.on('error', (error) => waiting?.reject(error));
  socket.on('close', () => waiting?.reject(new Error('the server closed a connection')));
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      }),
    close: () => {
      waiting = null;
      socket.destroy();
    },
  };
}

/** A whole answer with a content-length, as this server gives them; null while it is still coming. */
function readReply(bytes: Buffer): Reply | null {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return null;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? '0');
  const from = headEnd + 4;
  if (bytes.length < from + length) return null;
  return { status: Number(head.slice(9, 12)), body: bytes.toString('utf8', from, from + length) };
}
