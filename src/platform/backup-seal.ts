// One file of a backup: compressed, then sealed in pieces, so that a gigabyte needs no gigabyte of memory and a piece that is changed,
// missing, moved or cut off is found. AES-256-GCM with a key for each file, derived from the backup's key and the file's name. The
// backup's key is never in the backup.

import { execFile } from 'node:child_process';
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import { newId } from './ids.ts';

const magic = Buffer.from('GDBK1\n');
const saltBytes = 16;
const pieceBytes = 1_048_576;
const tagBytes = 16;

export type Sealed = { readonly bytes: number; readonly sealedBytes: number; readonly sha256: string };

/** A file of a backup that does not open: changed, cut off, or sealed with another key. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

function fileKey(key: Buffer, salt: Buffer, context: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, `gongdun/backup/1/${context}`, 32));
}

/** The last piece says so in its nonce: what was cut off between two pieces does not open. */
function nonceOf(index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(index, 4);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

async function* pieces(source: AsyncIterable<Buffer>): AsyncGenerator<{ piece: Buffer; isLast: boolean }> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const bytes of source) {
    held.push(bytes);
    size += bytes.length;
    // One byte more than a piece must be there before it is known not to be the last.
    while (size > pieceBytes) {
      const all = Buffer.concat(held);
      yield { piece: all.subarray(0, pieceBytes), isLast: false };
      held = [all.subarray(pieceBytes)];
      size -= pieceBytes;
    }
  }
  yield { piece: Buffer.concat(held), isLast: true };
}

/**
 * Seals what `source` gives under `target`: written aside, forced to the disk, then given its name. `isForced`: off where a folder is
 * forced to the disk once for all its files.
 */
export async function sealTo(
  source: AsyncIterable<Buffer> | Buffer,
  target: string,
  key: Buffer,
  context: string,
  isForced = true,
): Promise<Sealed> {
  const aside = `${target}.${newId()}.part`;
  const salt = randomBytes(saltBytes);
  const own = fileKey(key, salt, context);
  const hash = createHash('sha256');
  let bytes = 0;
  let sealedBytes = 0;
  const counted = async function* (from: AsyncIterable<Buffer>) {
    for await (const part of from) {
      bytes += part.length;
      yield part;
    }
  };
  const seal = async function* (from: AsyncIterable<Buffer>) {
    const out = (part: Buffer) => {
      hash.update(part);
      sealedBytes += part.length;
      return part;
    };
    yield out(Buffer.concat([magic, salt]));
    let index = 0;
    for await (const { piece, isLast } of pieces(from)) {
      const cipher = createCipheriv('aes-256-gcm', own, nonceOf(index, isLast));
      const body = Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()]);
      const head = Buffer.alloc(4);
      head.writeUInt32BE(body.length);
      yield out(Buffer.concat([head, body]));
      index += 1;
    }
  };
  try {
    const from = Buffer.isBuffer(source) ? Readable.from([source]) : Readable.from(source);
    await pipeline(
      from,
      counted,
      createZstdCompress(),
      seal,
      createWriteStream(aside, { mode: 0o600, flush: isForced }),
    );
    await rename(aside, target);
    if (isForced) await syncFolder(dirname(target));
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  return { bytes, sealedBytes, sha256: hash.digest('hex') };
}

/** The plain content, piece by piece. Throws `SealBroken` at the first piece that is not as it was written. */
export async function* openSealed(path: string, key: Buffer, context: string): AsyncGenerator<Buffer> {
  const source: AsyncIterable<Buffer> = createReadStream(path);
  const plain = unseal(source, key, context);
  const unpacked = createZstdDecompress();
  // The error of a source that breaks must be the one that the reader sees.
  let broken: unknown;
  const feeding = pipeline(Readable.from(plain), unpacked as unknown as NodeJS.WritableStream).catch(
    (error: unknown) => {
      broken = error;
    },
  );
  try {
    for await (const part of unpacked) yield part as Buffer;
  } catch (error) {
    await feeding;
    throw broken instanceof SealBroken ? broken : new SealBroken(String(error), { cause: error });
  }
  await feeding;
  if (broken !== undefined) throw broken;
}

async function* unseal(source: AsyncIterable<Buffer>, key: Buffer, context: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  const chunks = source[Symbol.asyncIterator]();
  const take = async (size: number): Promise<Buffer | null> => {
    while (rest.length < size) {
      const next = await chunks.next();
      if (next.done) return null;
      rest = Buffer.concat([rest, next.value]);
    }
    const taken = rest.subarray(0, size);
    rest = rest.subarray(size);
    return taken;
  };
  const head = await take(magic.length + saltBytes);
  if (!head?.subarray(0, magic.length).equals(magic)) throw new SealBroken('no file of a backup');
  const own = fileKey(key, head.subarray(magic.length), context);
  for (let index = 0; ; index += 1) {
    const length = (await take(4))?.readUInt32BE();
    const body = length === undefined || length > pieceBytes + tagBytes ? null : await take(length);
    if (!body || body.length < tagBytes) throw new SealBroken('cut off');
    const isLast = rest.length === 0 && (await isEnd());
    const decipher = createDecipheriv('aes-256-gcm', own, nonceOf(index, isLast));
    decipher.setAuthTag(body.subarray(body.length - tagBytes));
    let plain: Buffer;
    try {
      plain = Buffer.concat([decipher.update(body.subarray(0, body.length - tagBytes)), decipher.final()]);
    } catch (error) {
      throw new SealBroken('changed, or sealed with another key', { cause: error });
    }
    yield plain;
    if (isLast) return;
  }

  async function isEnd(): Promise<boolean> {
    const next = await chunks.next();
    if (next.done) return true;
    rest = next.value;
    return false;
  }
}

export async function openTo(path: string, target: string, key: Buffer, context: string): Promise<void> {
  await pipeline(openSealed(path, key, context), createWriteStream(target, { mode: 0o600 }));
}

export async function openWhole(path: string, key: Buffer, context: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of openSealed(path, key, context)) parts.push(part);
  return Buffer.concat(parts);
}

/** A disk that is asked for one file at a time waits most of the time. */
const atOnce = 8;

export async function inParallel<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const rest = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of rest) await work(item, index);
  };
  const lanes = await Promise.allSettled(Array.from({ length: atOnce }, lane));
  for (const done of lanes) if (done.status === 'rejected') throw done.reason;
}

/** Everything of the disk that `path` lies on: a thousand small files are forced at once, not one by one. */
export async function forceDisk(path: string): Promise<void> {
  await promisify(execFile)('sync', ['-f', path]);
}

/** A name that was given or taken away is on the disk only when its folder is. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest('hex');
}
