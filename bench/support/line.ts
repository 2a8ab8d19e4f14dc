// One keep-alive connection of a load: just enough HTTP/1.1 over a plain socket that it takes little of the machine from what is
// measured.

import { connect, type Socket } from 'node:net';

export type Reply = { readonly status: number; readonly body: string };
export type Line = { send(request: Buffer): Promise<Reply>; close(): void };

export async function openLine(port: number): Promise<Line> {
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

/** Of unsorted times; 0 where there are none. */
export function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
