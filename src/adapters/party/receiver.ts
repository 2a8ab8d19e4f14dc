// The receiving end of callbacks for contract tests: keeps what arrives, answers as told.
import type { IncomingHttpHeaders } from 'node:http';
import { HONEST } from './faults.ts';
import { startSimServer } from './server.ts';

export type Received = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

export type Receiver = {
  readonly url: string;
  readonly received: Received[];
  /** Status for each arrival; 204 unless told otherwise. */
  answer: (arrival: Received) => number;
  close(): Promise<void>;
};

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const receiver: Receiver = { url: '', received, answer: () => 204, close: async () => await server.close() };
  const server = await startSimServer({
    port: undefined,
    faults: () => HONEST,
    random: () => 0.5,
    handle: ({ path, headers, body }) => {
      const arrival = { path, headers, body };
      received.push(arrival);
      return { status: receiver.answer(arrival) };
    },
  });
  return Object.assign(receiver, { url: server.url });
}
