// clamd on loopback, as far as INSTREAM goes. It knows the one harmless test file that every scanner knows, and can be slow, hang up,
// hang, answer nonsense, and refuse what is too large.
import { createServer, type Socket } from 'node:net';
import { createFaultBox, seededStream, type Faults, type FaultsPatch } from '#adapters/party';

/** The EICAR test string in two halves, so that no scanner takes this source for it. */
export const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

export type ClamdLie = {
  /** Says that what it was sent is too large, whatever it is. */
  readonly tooLarge: boolean;
};

export type ClamdSimulator = {
  readonly address: { readonly host: string; readonly port: number };
  setFaults(patch: FaultsPatch<ClamdLie>): void;
  faults(): Faults<ClamdLie>;
  scanned(): number;
  close(): Promise<void>;
};

const COMMAND = 'zINSTREAM\0';

/** The stream's bytes when it is whole, null before. */
function readStream(received: Buffer): Buffer | null {
  const chunks: Buffer[] = [];
  let at = COMMAND.length;
  while (received.length >= at + 4) {
    const length = received.readUInt32BE(at);
    at += 4;
    if (length === 0) return Buffer.concat(chunks);
    if (received.length < at + length) return null;
    chunks.push(received.subarray(at, at + length));
    at += length;
  }
  return null;
}

export async function startClamdSimulator(
  options: { readonly port?: number; readonly seed?: number } = {},
): Promise<ClamdSimulator> {
  const box = createFaultBox<ClamdLie>({ tooLarge: false });
  const random = seededStream(options.seed ?? 5);
  const sockets = new Set<Socket>();
  let scanned = 0;

  function answer(socket: Socket, stream: Buffer): void {
    const faults = box.get();
    scanned += 1;
    if (random() < faults.dropRate) return void socket.destroy();
    if (random() < faults.hangRate) return;
    const said = faults.lie.tooLarge
      ? 'INSTREAM size limit exceeded. ERROR'
      : random() < faults.garbageRate
        ? 'stream: perhaps'
        : stream.includes(eicar)
          ? 'stream: Eicar-Test-Signature FOUND'
          : 'stream: OK';
    setTimeout(() => socket.end(`${said}\0`), faults.latencyMs).unref();
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    let received = Buffer.alloc(0);
    let done = false;
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (piece) => {
      if (done) return;
      received = Buffer.concat([received, Buffer.from(piece)]);
      if (received.length >= COMMAND.length && !received.subarray(0, COMMAND.length).equals(Buffer.from(COMMAND))) {
        socket.end('UNKNOWN COMMAND\0');
        return;
      }
      const stream = readStream(received);
      if (stream === null) return;
      done = true;
      answer(socket, stream);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return {
    address: { host: '127.0.0.1', port: address.port },
    setFaults: box.patch,
    faults: box.get,
    scanned: () => scanned,
    async close() {
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await ended;
    },
  };
}
