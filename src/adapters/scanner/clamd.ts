// The real client of clamd: INSTREAM over TCP or a Unix socket, one connection a file. What it finds is told as harmful and no more:
// names of viruses help nobody at a window. It never retries by itself. https://docs.clamav.net/manual/Usage/ClamdProtocol.html
import { connect, type Socket } from 'node:net';
import { BreakerOpen, createBreaker, type Breaker } from '#platform/breaker';
import { OutcomeUnknown, type ScannerPort } from './port.ts';

const PARTY = 'scanner';
const OPERATION = 'scan';
const CHUNK_BYTES = 64 * 1024;
const ANSWER_BYTES_MAX = 4 * 1024;

export type ClamdAddress = { readonly host: string; readonly port: number } | { readonly path: string };

export type ClamdConfig = {
  readonly address: ClamdAddress;
  /** A scan of 20 MB takes seconds on a small host. */
  readonly timeoutMs: number;
  readonly breaker?: Breaker;
};

/** Lengths are four bytes, the highest first; zero ends the stream. */
function* framed(bytes: Buffer): Generator<Buffer> {
  yield Buffer.from('zINSTREAM\0');
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const chunk = bytes.subarray(at, at + CHUNK_BYTES);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(chunk.length);
    yield length;
    yield chunk;
  }
  yield Buffer.alloc(4);
}

function judge(answer: string): 'clean' | 'infected' {
  if (answer === 'stream: OK') return 'clean';
  if (/^stream: .+ FOUND$/.test(answer)) return 'infected';
  // "INSTREAM size limit exceeded. ERROR" too: what was not looked at is not clean.
  throw new OutcomeUnknown(PARTY, OPERATION, 'garbled');
}

function converse(config: ClamdConfig, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ ...config.address, timeout: config.timeoutMs });
    let answer = '';
    const fail = (reason: 'timeout' | 'network' | 'garbled', cause?: unknown): void => {
      socket.destroy();
      reject(new OutcomeUnknown(PARTY, OPERATION, reason, { cause }));
    };
    const whole = setTimeout(() => fail('timeout'), config.timeoutMs);
    socket.on('timeout', () => fail('timeout'));
    // A scanner that says no in the middle closes its end while we still write: its words count, not the broken pipe.
    socket.on('error', (error) => (answer.endsWith('\0') ? undefined : fail('network', error)));
    socket.on('close', () => {
      clearTimeout(whole);
      fail('network');
    });
    socket.on('data', (piece) => {
      answer += piece.toString('utf8');
      if (answer.length > ANSWER_BYTES_MAX) return fail('garbled');
      const end = answer.indexOf('\0');
      if (end < 0) return undefined;
      clearTimeout(whole);
      resolve(answer.slice(0, end));
      socket.destroy();
      return undefined;
    });
    socket.on('connect', () => {
      for (const piece of framed(bytes)) if (!socket.destroyed) socket.write(piece);
    });
  });
}

export function createClamdScanner(config: ClamdConfig): ScannerPort {
  const breaker = config.breaker ?? createBreaker();
  return async (bytes) => {
    try {
      return await breaker.run(async () => judge(await converse(config, bytes)));
    } catch (error) {
      if (error instanceof BreakerOpen) throw new OutcomeUnknown(PARTY, OPERATION, 'breaker_open');
      throw error;
    }
  };
}
