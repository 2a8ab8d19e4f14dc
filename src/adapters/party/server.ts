// The HTTP server under every simulated party, on loopback: reads a request, lets the faults of the moment happen to it,
// and hands it to the party. It must not know any protocol.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { CommonFaults } from './faults.ts';

export type SimRequest = {
  readonly method: string;
  readonly path: string;
  /** Path and query as they were sent: what signatures cover. */
  readonly target: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

export type SimAnswer = {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
};

/** `hang`: the party did its work and never answers. */
export type SimOutcome = SimAnswer | 'hang';

export type SimServer = { readonly url: string; readonly port: number; close(): Promise<void> };

export type SimServerOptions = {
  readonly port: number | undefined;
  readonly faults: () => CommonFaults;
  readonly random: () => number;
  readonly handle: (request: SimRequest) => SimOutcome | Promise<SimOutcome>;
  /** Pages for people are spared the faults. */
  readonly isPage?: (path: string) => boolean;
};

const BODY_BYTES_MAX = 64 * 1024 * 1024;

type Fate = 'fine' | 'drop' | 'hang' | 'error' | 'garbage';

function drawFate(faults: CommonFaults, random: () => number): { fate: Fate; afterWork: boolean } {
  const draw = random();
  const afterWork = random() < 0.5;
  let edge = faults.dropRate;
  if (draw < edge) return { fate: 'drop', afterWork };
  edge += faults.hangRate;
  if (draw < edge) return { fate: 'hang', afterWork };
  edge += faults.errorRate;
  if (draw < edge) return { fate: 'error', afterWork };
  edge += faults.garbageRate;
  return { fate: draw < edge ? 'garbage' : 'fine', afterWork: true };
}

export async function pause(ms: number): Promise<void> {
  if (ms <= 0) return;
  await new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
}

export async function startSimServer(options: SimServerOptions): Promise<SimServer> {
  let closed = false;

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    const page = options.isPage?.(request.path) === true;
    const faults = options.faults();
    const { fate, afterWork } = page ? { fate: 'fine' as const, afterWork: true } : drawFate(faults, options.random);
    if (!page) await pause(faults.latencyMs);
    // Closed while it waited: like a process that died before it began.
    if (closed) return;
    const outcome = fate === 'fine' || afterWork ? await options.handle(request) : 'hang';
    if (fate === 'drop') response.destroy();
    else if (fate === 'error') response.writeHead(503, { 'content-type': 'text/plain' }).end('Service Unavailable');
    else if (fate === 'garbage') response.writeHead(200, { 'content-type': 'application/json' }).end('{"\u0000garbage');
    else if (fate === 'fine' && outcome !== 'hang') {
      response.writeHead(outcome.status, outcome.headers).end(outcome.body);
    }
  }

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      // A fault of the simulator itself must be seen by whoever tests with it, not taken for a planned fault.
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'content-type': 'text/plain' }).end(`simulator bug: ${String(error)}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    async close() {
      closed = true;
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await ended;
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<SimRequest> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    const piece = Buffer.from(chunk);
    bytes += piece.length;
    if (bytes > BODY_BYTES_MAX) throw new RangeError('body too large');
    chunks.push(piece);
  }
  const target = incoming.url ?? '/';
  const url = new URL(target, 'http://simulator.invalid');
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    target,
    query: url.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks),
  };
}

export function jsonAnswer(
  status: number,
  value: unknown,
): { status: number; headers: Record<string, string>; body: string } {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(value) };
}
