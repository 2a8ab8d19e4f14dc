// Evidence and papers: limit → real type by content → re-encoded if an image → encrypted under a key of its own → kept in a
// folder at the hash of the ciphertext. The key is sealed in the row; destroying it erases the file. A file is seen by whoever
// sees its case, and by whoever uploaded it.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileTypeFromBuffer } from 'file-type';
import sharp from 'sharp';
import { personGrant, systemAccess, type Access } from '#platform/access';
import type { CryptoPort } from '#platform/crypto';
import { sha256 } from '#platform/crypto';
import { statement, type Database, type Tx } from '#platform/db';
import { invariant, Refusal } from '#platform/errors';
import { isUuid, newId } from '#platform/ids';
import { fileBytesMax, refuse } from './contract.ts';
import { createQueue } from './queue.ts';
import { createSweep } from './sweep.ts';

export { fileRoutes } from './http.ts';

const allowed = new Map<string, 'image' | 'pdf' | 'video' | 'audio'>([
  ['image/jpeg', 'image'],
  ['image/png', 'image'],
  ['image/webp', 'image'],
  ['image/heic', 'image'],
  ['application/pdf', 'pdf'],
  ['video/mp4', 'video'],
  ['video/quicktime', 'video'],
]);

type FileRow = {
  file_id: string;
  name: string;
  media_type: string;
  bytes: number;
  address: string;
  key_sealed: string | null;
  state: string;
  person_id: string | null;
  case_id: string | null;
  readers: string[];
};

const insertFile = statement<
  [string, string | null, string, string, number, string, string, Buffer, string, string[], string],
  never
>(
  'files.insert',
  `insert into file (file_id, person_id, name, media_type, bytes, address, key_sealed, plain_index, state, readers, at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);

const selectDay = statement<[string, string], { files: number; bytes: number }>(
  'files.day',
  `select count(*)::int as files, coalesce(sum(bytes), 0)::float8 as bytes from file
   where person_id = $1 and at > $2::timestamptz - interval '1 day'`,
);

const selectFile = statement<[string], FileRow>(
  'files.select',
  'select file_id, name, media_type, bytes, address, key_sealed, state, person_id, case_id, readers from file where file_id = $1',
);

const selectFiles = statement<[string[]], FileRow>(
  'files.select_many',
  'select file_id, name, media_type, bytes, address, key_sealed, state, person_id, case_id, readers from file where file_id = any($1::uuid[])',
);

/** A file of a case is read by whoever reads the case: its own readers follow the case's at reading time. */
const claimFiles = statement<[string[], string], never>(
  'files.claim',
  'update file set case_id = $2 where file_id = any($1::uuid[]) and case_id is null',
);

const selectCaseReadable = statement<[string], { one: number }>(
  'files.case_readable',
  'select 1 as one from case_state where case_id = $1',
);

/** Says whether bytes are harmful; a scanner that is down makes the file wait (throws). */
export type Scanner = (bytes: Buffer) => Promise<'clean' | 'infected'>;

export type StoredFile = {
  readonly fileId: string;
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
};

/** What one person may upload within a day. */
export type DayLimit = { readonly files: number; readonly mb: number };

export type Files = ReturnType<typeof createFiles>;

export function createFiles(options: {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly clock: { now(): string };
  readonly folder: string;
  readonly scan: Scanner;
  readonly dayLimit: DayLimit;
}) {
  const queued = createQueue();
  const pathOf = (address: string) => join(options.folder, address.slice(0, 2), address);

  async function store(access: Access, upload: { name: string; bytes: Buffer }): Promise<StoredFile> {
    invariant(access.actorId, 'only somebody who is logged in uploads');
    return queued(access.actorId, () => take(access, upload));
  }

  async function take(access: Access, upload: { name: string; bytes: Buffer }): Promise<StoredFile> {
    if (upload.bytes.length === 0) throw refuse('files.empty');
    if (upload.bytes.length > fileBytesMax) throw refuse('files.too_large', { mb: fileBytesMax / 1024 / 1024 });
    await refuseFullDay(access);
    const detected = await fileTypeFromBuffer(upload.bytes);
    const kind = detected ? allowed.get(detected.mime) : undefined;
    if (!detected || !kind) throw refuse('files.not_what_it_says');
    if ((await options.scan(upload.bytes)) === 'infected') throw refuse('files.infected');
    const clean = kind === 'image' ? await reencode(upload.bytes) : { bytes: upload.bytes, mediaType: detected.mime };

    const fileId = newId();
    const key = randomBytes(32);
    const sealed = options.crypto.sealBytes(key, clean.bytes);
    const address = sha256(sealed).toString('hex');
    await writeWhole(address, sealed);
    const personId = access.kind === 'worker' ? access.actorId : null;
    const readers = ['*', ...(personId ? [personGrant(personId)] : access.grants)];
    const name = safeName(upload.name);
    await options.db.transaction(access, async (tx) =>
      tx.send(insertFile, [
        fileId,
        personId,
        name,
        clean.mediaType,
        clean.bytes.length,
        address,
        options.crypto.seal(`file:key_sealed:${fileId}`, key.toString('base64')),
        options.crypto.blindIndex('file', sha256(upload.bytes).toString('hex')),
        'clean',
        readers,
        options.clock.now(),
      ]),
    );
    return { fileId, name, mediaType: clean.mediaType, bytes: clean.bytes.length };
  }

  /** Counted before the work: the queue takes few files of one person at once, so a day ends at most a few over. */
  async function refuseFullDay(access: Access): Promise<void> {
    if (access.kind !== 'worker' || access.actorId === null) return;
    const { files, mb } = options.dayLimit;
    const person = access.actorId;
    const day = await options.db.transaction(access, (tx) => tx.one(selectDay, [person, options.clock.now()]));
    if (day.files >= files || day.bytes >= mb * 1024 * 1024)
      throw refuse('files.day_full', { files, mb, waitSeconds: 3_600 });
  }

  /** Written beside, then renamed: a crash leaves no half file at an address. */
  async function writeWhole(address: string, sealed: Buffer): Promise<void> {
    const folder = join(options.folder, address.slice(0, 2));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const temporary = join(folder, `.${address}.${newId()}`);
    await writeFile(temporary, sealed, { mode: 0o600, flush: true });
    await rename(temporary, join(folder, address));
  }

  /** A file's bytes for whoever may see it: its uploader, or a reader of the case that it belongs to. */
  async function read(access: Access, fileId: string): Promise<StoredFile & { content: Buffer }> {
    if (!isUuid(fileId)) throw refuse('files.not_found');
    const row = await options.db.transaction(systemAccess, (tx) => tx.maybe(selectFile, [fileId]));
    if (!row || row.state !== 'clean' || !row.key_sealed) throw refuse('files.not_found');
    const own = row.readers.some((reader) => reader !== '*' && access.grants.includes(reader));
    const caseId = row.case_id;
    const throughCase =
      !own && caseId && (await options.db.transaction(access, (tx) => tx.maybe(selectCaseReadable, [caseId])));
    if (!own && !throughCase) throw refuse('files.not_found');
    const sealed = await readFile(pathOf(row.address));
    invariant(sha256(sealed).toString('hex') === row.address, `file ${fileId} was changed on disk`);
    const key = Buffer.from(options.crypto.open(`file:key_sealed:${fileId}`, row.key_sealed), 'base64');
    return {
      fileId,
      name: row.name,
      mediaType: row.media_type,
      bytes: row.bytes,
      content: options.crypto.openBytes(key, sealed),
    };
  }

  /** Files that a form names: they exist, are clean, and were uploaded by the person or belong to the case already. Gives their types. */
  async function checkFiles(tx: Tx, fileIds: readonly string[], caseId: string): Promise<ReadonlyMap<string, string>> {
    const rows = await tx.run(selectFiles, [[...fileIds]]);
    const usable = new Map(
      rows
        .filter(
          (row) => row.state === 'clean' && (row.case_id === null || row.case_id === caseId || isOwn(row, tx.access)),
        )
        .map((row) => [row.file_id, row.media_type]),
    );
    if (fileIds.some((id) => !usable.has(id))) throw refuse('files.not_yours');
    tx.send(claimFiles, [[...fileIds], caseId]);
    return usable;
  }

  /** Names and types of files that this access may see; others are left out. */
  async function describe(access: Access, fileIds: readonly string[]): Promise<readonly StoredFile[]> {
    const wanted = fileIds.filter(isUuid);
    if (wanted.length === 0) return [];
    const rows = await options.db.transaction(access, (tx) => tx.run(selectFiles, [wanted]));
    return rows.map((row) => ({ fileId: row.file_id, name: row.name, mediaType: row.media_type, bytes: row.bytes }));
  }

  return { store, read, describe, checkFiles, writeWhole, sweep: createSweep({ ...options, pathOf }) };
}

function isOwn(row: FileRow, access: Access): boolean {
  return row.readers.some((reader) => reader !== '*' && access.grants.includes(reader));
}

// The cameras of today's phones have 50 million points. Interlaced, a picture is held whole in memory while it is decoded.
const megapixelsMax = 51;
const megapixelsInterlacedMax = 25;

/** Decoded and encoded anew: what was hidden behind the picture does not survive, and neither does a picture that is not one. */
async function reencode(bytes: Buffer): Promise<{ bytes: Buffer; mediaType: string }> {
  try {
    // Reads the header only, so that size is refused before anything is decoded.
    const { width, height, isProgressive } = await sharp(bytes, { limitInputPixels: false }).metadata();
    const megapixels = isProgressive ? megapixelsInterlacedMax : megapixelsMax;
    if (width * height > megapixels * 1_000_000) throw refuse('files.too_many_pixels', { megapixels });
    const image = sharp(bytes, { limitInputPixels: megapixelsMax * 1_000_000, failOn: 'error' }).rotate();
    const resized = image.resize({ width: 2400, height: 2400, fit: 'inside', withoutEnlargement: true });
    return { bytes: await resized.jpeg({ quality: 85 }).toBuffer(), mediaType: 'image/jpeg' };
  } catch (error) {
    throw error instanceof Refusal ? error : refuse('files.broken_image');
  }
}

/** A name for people: no path, no control characters, at most 80 characters. */
function safeName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? '';
  const clean = Array.from(last)
    .filter((character) => character >= ' ' && character !== '\u007f')
    .slice(0, 80)
    .join('');
  return clean || '未命名文件';
}
