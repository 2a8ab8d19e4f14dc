// Evidence and papers: limit → real type by content → scanned → re-encoded if an image → encrypted under a key of its own → kept in
// a store at the hash of the ciphertext. The key is sealed in the row; destroying it erases the file. A file is seen by whoever sees
// its case, and by whoever uploaded it; what no scanner has looked at yet is kept and seen by nobody.

import { randomBytes } from 'node:crypto';
import { fileTypeFromBuffer } from 'file-type';
import { ownId, personGrant, subjectOf, systemAccess, type Access } from '#platform/access';
import type { CryptoPort } from '#platform/crypto';
import { sha256 } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { isUuid, newId } from '#platform/ids';
import { fileBytesMax, refuse } from './contract.ts';
import { reencode } from './images.ts';
import { createQuarantine, type Rejected } from './quarantine.ts';
import { createQueue } from './queue.ts';
import * as rows from './store.ts';
import { createSweep } from './sweep.ts';

export type { Rejected };
export { acceptUploads, fileRoutes, uploadOf } from './http.ts';

const allowed = new Map<string, 'image' | 'pdf' | 'video' | 'audio' | 'sheet'>([
  ['image/jpeg', 'image'],
  ['image/png', 'image'],
  ['image/webp', 'image'],
  ['image/heic', 'image'],
  ['application/pdf', 'pdf'],
  ['video/mp4', 'video'],
  ['video/quicktime', 'video'],
  ['text/csv', 'sheet'],
]);

/** Where ciphertexts lie, by the hash of their bytes. */
export type FileBlobs = {
  put(address: string, bytes: Buffer): Promise<void>;
  get(address: string): Promise<Buffer | null>;
  remove(address: string): Promise<void>;
  list(after: string | null, limit: number): Promise<readonly { readonly address: string; readonly at: Date }[]>;
};

/** Says whether bytes are harmful; a scanner that cannot say (throws `outcome_unknown`) makes the file wait. */
export type Scanner = (bytes: Buffer) => Promise<'clean' | 'infected'>;

export type StoredFile = {
  readonly fileId: string;
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly state: rows.FileState;
};

/** What one person may upload within a day. */
export type DayLimit = { readonly files: number; readonly mb: number };

export type Files = ReturnType<typeof createFiles>;

export function createFiles(options: {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly clock: { now(): string };
  readonly blobs: FileBlobs;
  /** While somebody waits for it: it must answer soon or not at all. */
  readonly scan: Scanner;
  /** For what waits in quarantine, with more patience. */
  readonly scanLater?: Scanner;
  readonly dayLimit: DayLimit;
  /** Told who reads a file of a case that is not his own, before it is given. */
  readonly onRead?: (
    tx: Tx,
    access: Access,
    looked: { readonly personId: string | null; readonly caseId: string; readonly kind: 'file' },
  ) => void;
}) {
  const queued = createQueue();
  const { blobs } = options;

  async function store(access: Access, upload: { name: string; bytes: Buffer }): Promise<StoredFile> {
    invariant(access.actorId, 'only somebody who is logged in uploads');
    return queued(access.actorId, () => take(access, upload));
  }

  async function take(access: Access, upload: { name: string; bytes: Buffer }): Promise<StoredFile> {
    await refuseSize(access, upload.bytes);
    const detected = (await fileTypeFromBuffer(upload.bytes)) ?? textTable(upload);
    const kind = detected ? allowed.get(detected.mime) : undefined;
    if (!detected || !kind) throw refuse('files.not_what_it_says');
    const verdict = await scanNow(upload.bytes);
    if (verdict === 'infected') throw refuse('files.infected');
    // Unscanned bytes are not decoded: a picture in quarantine stays as it came.
    const reencoded = verdict === 'clean' && kind === 'image';
    const clean = reencoded ? await reencode(upload.bytes) : { bytes: upload.bytes, mediaType: detected.mime };
    return keep(access, upload, clean, verdict === 'clean' ? 'clean' : 'quarantined');
  }

  /** A table for the module that reads it, kept as it came. Whether it is one is that module's to say. */
  async function storeTable(
    access: Access,
    upload: { name: string; bytes: Buffer; mediaType: string },
  ): Promise<StoredFile> {
    invariant(access.actorId, 'only somebody who is logged in uploads');
    return queued(access.actorId, async () => {
      await refuseSize(access, upload.bytes);
      const verdict = await scanNow(upload.bytes);
      if (verdict === 'infected') throw refuse('files.infected');
      return keep(access, upload, upload, verdict === 'clean' ? 'clean' : 'quarantined');
    });
  }

  async function refuseSize(access: Access, bytes: Buffer): Promise<void> {
    if (bytes.length === 0) throw refuse('files.empty');
    if (bytes.length > fileBytesMax) throw refuse('files.too_large', { mb: fileBytesMax / 1024 / 1024 });
    await refuseFullDay(access);
  }

  async function keep(
    access: Access,
    upload: { name: string; bytes: Buffer },
    clean: { bytes: Buffer; mediaType: string },
    state: 'clean' | 'quarantined',
  ): Promise<StoredFile> {
    const fileId = newId();
    const { sealed, address, keySealed } = seal(fileId, clean.bytes);
    await reachable(() => blobs.put(address, sealed));
    const personId = access.kind === 'worker' ? subjectOf(access) : null;
    // What an agent uploads belongs to the principal, and the agent sees it while the authority holds.
    const readers = [
      '*',
      ...(personId ? [personGrant(personId)] : []),
      ...(access.kind === 'worker' && !access.onBehalf ? [] : access.grants),
    ];
    const name = safeName(upload.name);
    await options.db.transaction(access, async (tx) =>
      tx.send(rows.insertFile, [
        fileId,
        personId,
        name,
        clean.mediaType,
        clean.bytes.length,
        address,
        keySealed,
        options.crypto.blindIndex('file', sha256(upload.bytes).toString('hex')),
        state,
        readers,
        options.clock.now(),
      ]),
    );
    return { fileId, name, mediaType: clean.mediaType, bytes: clean.bytes.length, state };
  }

  async function scanNow(bytes: Buffer): Promise<'clean' | 'infected' | 'later'> {
    try {
      return await options.scan(bytes);
    } catch (error) {
      if (isUnknown(error)) return 'later';
      throw error;
    }
  }

  /** Ciphertext under a key of its own, which lies sealed in the row. */
  function seal(fileId: string, bytes: Buffer): { sealed: Buffer; address: string; keySealed: string } {
    const key = randomBytes(32);
    const sealed = options.crypto.sealBytes(key, bytes);
    const keySealed = options.crypto.seal(`file:key_sealed:${fileId}`, key.toString('base64'));
    return { sealed, address: sha256(sealed).toString('hex'), keySealed };
  }

  /** The bytes of a row, checked against their address. */
  async function unseal(row: rows.FileRow): Promise<Buffer> {
    invariant(row.key_sealed, `file ${row.file_id} has a key`);
    const sealed = await reachable(() => blobs.get(row.address));
    invariant(sealed, `file ${row.file_id} lies in the store`);
    invariant(sha256(sealed).toString('hex') === row.address, `file ${row.file_id} was changed in the store`);
    const key = Buffer.from(options.crypto.open(`file:key_sealed:${row.file_id}`, row.key_sealed), 'base64');
    return options.crypto.openBytes(key, sealed);
  }

  /** Counted before the work: the queue takes few files of one person at once, so a day ends at most a few over. */
  async function refuseFullDay(access: Access): Promise<void> {
    if (access.kind !== 'worker' || access.actorId === null) return;
    const { files, mb } = options.dayLimit;
    const person = subjectOf(access);
    const day = await options.db.transaction(access, (tx) => tx.one(rows.selectDay, [person, options.clock.now()]));
    if (day.files >= files || day.bytes >= mb * 1024 * 1024)
      throw refuse('files.day_full', { files, mb, waitSeconds: 3_600 });
  }

  /** A file's bytes for whoever may see it: its uploader, or a reader of the case that it belongs to. */
  async function read(access: Access, fileId: string): Promise<StoredFile & { content: Buffer }> {
    if (!isUuid(fileId)) throw refuse('files.not_found');
    const row = await options.db.transaction(systemAccess, (tx) => tx.maybe(rows.selectFile, [fileId]));
    if (!row) throw refuse('files.not_found');
    const own = row.readers.some((reader) => reader !== '*' && access.grants.includes(reader));
    const caseId = row.case_id;
    const throughCase =
      !own && caseId && (await options.db.transaction(access, (tx) => tx.maybe(rows.selectCaseReadable, [caseId])));
    if (!own && !throughCase) throw refuse('files.not_found');
    // Who may see it may know why it is not shown.
    if (row.state === 'quarantined') throw refuse('files.checking', { waitSeconds: 60 });
    if (row.state === 'infected') throw refuse('files.infected');
    if (row.state === 'erased') throw refuse('files.erased');
    if (row.state !== 'clean' || !row.key_sealed) throw refuse('files.not_found');
    const { person_id: personId } = row;
    if (caseId && !(personId !== null && ownId(access) !== null && access.grants.includes(personGrant(personId))))
      await options.db.transaction(access, async (tx) =>
        options.onRead?.(tx, access, { personId, caseId, kind: 'file' }),
      );
    return { ...storedOf(row, 'clean'), content: await unseal(row) };
  }

  /** For a job of the module that took the file in; null when there is nothing to read any more. What is not scanned yet is asked for again. */
  async function content(fileId: string): Promise<Buffer | null> {
    const row = await options.db.transaction(systemAccess, (tx) => tx.maybe(rows.selectFile, [fileId]));
    if (row?.state === 'quarantined') throw new Error(`file ${fileId} has not been scanned yet`);
    return row?.state === 'clean' && row.key_sealed ? unseal(row) : null;
  }

  /** A file that a module took in for a case is kept as long as the case. */
  function claim(tx: Tx, fileId: string, caseId: string): void {
    tx.send(rows.claimFiles, [[fileId], caseId]);
  }

  /** Files that a form names: they exist, are clean, and were uploaded by the person or belong to the case already. Gives their types. */
  async function checkFiles(tx: Tx, fileIds: readonly string[], caseId: string): Promise<ReadonlyMap<string, string>> {
    const found = await tx.run(rows.selectFiles, [[...fileIds]]);
    if (found.some((row) => row.state === 'infected')) throw refuse('files.infected');
    const usable = new Map(
      found
        .filter(
          (row) =>
            (row.state === 'clean' || row.state === 'quarantined') &&
            (row.case_id === null || row.case_id === caseId || isOwn(row, tx.access)),
        )
        .map((row) => [row.file_id, row.media_type]),
    );
    if (fileIds.some((id) => !usable.has(id))) throw refuse('files.not_yours');
    tx.send(rows.claimFiles, [[...fileIds], caseId]);
    return usable;
  }

  /** Files of the asker's own, from now on also for those who decide about the authority. */
  async function keepForAuthority(
    tx: Tx,
    fileIds: readonly string[],
    authorityId: string,
    readers: readonly string[],
  ): Promise<void> {
    const kept = await tx.run(rows.keepProof, [[...fileIds], authorityId, [...readers]]);
    if (kept.length !== new Set(fileIds).size) throw refuse('files.not_found');
  }

  /** Names and types of files that this access may see; others are left out. */
  async function describe(access: Access, fileIds: readonly string[]): Promise<readonly StoredFile[]> {
    const wanted = fileIds.filter(isUuid);
    if (wanted.length === 0) return [];
    const found = await options.db.transaction(access, (tx) => tx.run(rows.selectFiles, [wanted]));
    return found.flatMap((row) => (row.state === 'erased' ? [] : [storedOf(row, row.state)]));
  }

  const quarantine = createQuarantine({
    db: options.db,
    blobs,
    scan: options.scanLater ?? options.scan,
    unseal,
    seal,
  });

  return {
    store,
    storeTable,
    content,
    claim,
    read,
    describe,
    checkFiles,
    keepForAuthority,
    /** The synthetic city's ciphertexts, made beforehand. */
    writeWhole: blobs.put,
    /** The bytes of a file whose key is destroyed. */
    removeWhole: blobs.remove,
    ...quarantine,
    ...createSweep(options),
  };
}

/** Who stores for us is away: whoever uploads or reads is asked to come again. */
async function reachable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isUnknown(error)) throw refuse('files.store_away', { waitSeconds: 30 });
    throw error;
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof Error && 'kind' in error && error.kind === 'outcome_unknown';
}

function storedOf(row: rows.FileRow, state: rows.FileState): StoredFile {
  return { fileId: row.file_id, name: row.name, mediaType: row.media_type, bytes: row.bytes, state };
}

function isOwn(row: rows.FileRow, access: Access): boolean {
  return row.readers.some((reader) => reader !== '*' && access.grants.includes(reader));
}

/** Text has no signature of its own: it is what its name says when it reads as text, in UTF-8 or as Excel in Chinese saves it. */
function textTable({ name, bytes }: { name: string; bytes: Buffer }): { mime: string } | undefined {
  if (!/\.csv$/i.test(name) || bytes.includes(0)) return undefined;
  const readable = ['utf-8', 'gb18030'].some((encoding) => {
    try {
      new TextDecoder(encoding, { fatal: true }).decode(bytes);
      return true;
    } catch {
      return false;
    }
  });
  return readable ? { mime: 'text/csv' } : undefined;
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
