// A scanner that is away: the file waits, nobody sees it, it is looked at later, once; what did not pass is gone and its owner is told.

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createFolderBlobs, createS3Blobs, startS3Simulator, type S3Simulator } from '#adapters/blobs';
import { createClamdScanner, eicar, startClamdSimulator, type ClamdSimulator } from '#adapters/scanner';
import { systemAccess, workerAccess } from '#platform/access';
import { createBreaker } from '#platform/breaker';
import { fixedClock } from '#platform/clock';
import { createCrypto } from '#platform/crypto';
import { openDatabase, statement, type Database } from '#platform/db';
import { Refusal } from '#platform/errors';
import { testDatabase, type TestDatabase } from '#test/database';
import { createFiles, type FileBlobs, type Files } from './index.ts';

let database: TestDatabase;
let db: Database;
let folder: string;
let clamd: ClamdSimulator;
let honest: ReturnType<ClamdSimulator['faults']>;
let blobs: FileBlobs;
let files: Files;
let picture: Buffer;
const clock = fixedClock('2026-05-03T02:00:00.000Z');
const rowOf = statement<[string], { state: string; media_type: string; address: string; keyed: boolean }>(
  'test.row',
  'select state, media_type, address, key_sealed is not null as keyed from file where file_id = $1',
);

function make(store: FileBlobs): Files {
  const scan = createClamdScanner({
    address: clamd.address,
    timeoutMs: 300,
    breaker: createBreaker({ failuresToOpen: 1_000 }),
  });
  const crypto = createCrypto(Buffer.alloc(32, 3));
  return createFiles({ db, crypto, clock, blobs: store, scan, dayLimit: { files: 50, mb: 50 } });
}

beforeAll(async () => {
  database = await testDatabase();
  db = openDatabase({ url: database.appUrl, poolSize: 4 });
  folder = await mkdtemp(join(tmpdir(), 'gongdun-quarantine-'));
  clamd = await startClamdSimulator();
  honest = clamd.faults();
  blobs = createFolderBlobs(folder);
  files = make(blobs);
  picture = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#777' } })
    .png()
    .toBuffer();
});
beforeEach(() => clamd.setFaults(honest));
afterAll(async () => {
  await db?.close();
  await database?.drop();
  await clamd?.close();
  await rm(folder, { recursive: true, force: true });
});

const access = workerAccess(randomUUID());
const upload = (bytes: Buffer) => files.store(access, { name: '照片', bytes });
const row = (fileId: string) => db.transaction(systemAccess, (tx) => tx.one(rowOf, [fileId]));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'fine',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  );
const pdfWith = (text: string) => Buffer.from(`%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n${text}`);

it('well: scanned, encoded anew, shown', async () => {
  const { fileId, state, mediaType } = await upload(picture);
  expect([state, mediaType]).toEqual(['clean', 'image/jpeg']);
  expect((await files.read(access, fileId)).content.subarray(0, 2).toString('hex')).toBe('ffd8');
  expect(await codeOf(upload(pdfWith(eicar)))).toBe('files.infected');
});

it.each([
  ['hung up', { dropRate: 1 }],
  ['silent', { hangRate: 1 }],
  ['talking nonsense', { garbageRate: 1 }],
  ['too small for it', { lie: { tooLarge: true } }],
])('a scanner that is %s: kept as it came, usable in a form, seen by nobody', async (_name, faults) => {
  clamd.setFaults(faults);
  const { fileId, state } = await upload(picture);
  expect(state).toBe('quarantined');
  expect(await codeOf(files.read(access, fileId))).toBe('files.checking');
  expect(await files.describe(access, [fileId])).toMatchObject([{ fileId, state: 'quarantined' }]);
  const types = await db.transaction(access, (tx) => files.checkFiles(tx, [fileId], randomUUID()));
  expect(types.get(fileId)).toBe('image/png');
  const before = await row(fileId);
  // The ciphertext of the original, not the original.
  expect((await blobs.get(before.address))?.includes(picture.subarray(0, 16))).toBe(false);

  await expect(files.scanWaiting()).rejects.toMatchObject({ kind: 'outcome_unknown' });
  clamd.setFaults(honest);
  expect(await files.scanWaiting()).toEqual({ passed: 1, rejected: [], waiting: 0 });
  const { content, mediaType } = await files.read(access, fileId);
  expect([mediaType, content.subarray(0, 2).toString('hex')]).toEqual(['image/jpeg', 'ffd8']);
  expect(await blobs.get(before.address)).toBeNull();
});

it('what does not pass later is destroyed, and said to whom it belongs', async () => {
  clamd.setFaults({ dropRate: 1 });
  const [harmful, harmless] = [await upload(pdfWith(eicar)), await upload(pdfWith('fine'))];
  const caseId = randomUUID();
  await db.transaction(access, (tx) => files.checkFiles(tx, [harmful.fileId], caseId));
  const { address } = await row(harmful.fileId);
  clamd.setFaults(honest);
  const looked = await files.scanWaiting();
  expect(looked).toMatchObject({ passed: 1, rejected: [{ fileId: harmful.fileId, caseId }], waiting: 0 });
  expect(await row(harmful.fileId)).toMatchObject({ state: 'infected', keyed: false });
  expect(await blobs.get(address)).toBeNull();
  expect(await codeOf(files.read(access, harmful.fileId))).toBe('files.infected');
  expect(await codeOf(db.transaction(access, (tx) => files.checkFiles(tx, [harmful.fileId], caseId)))).toBe(
    'files.infected',
  );
  expect((await files.read(access, harmless.fileId)).content.equals(pdfWith('fine'))).toBe(true);
});

it('looked at by two at once: shown once, and nothing is left over', async () => {
  clamd.setFaults({ dropRate: 1 });
  const waiting = await Promise.all(Array.from({ length: 4 }, () => upload(picture)));
  clamd.setFaults(honest);
  await Promise.all([files.scanWaiting(), files.scanWaiting()]);
  for (const { fileId } of waiting) expect((await files.read(access, fileId)).mediaType).toBe('image/jpeg');
  const rows = await Promise.all(waiting.map(({ fileId }) => row(fileId)));
  const kept = new Set(rows.map((one) => one.address));
  const all = await blobs.list(null, 1_000);
  expect([...kept].filter((address) => !all.some((one) => one.address === address))).toEqual([]);
});

it('orphans go after a day; what has a row stays', async () => {
  const old = { at: new Date(Date.now() - 2 * 86_400_000) };
  const { fileId } = await upload(picture);
  const { address } = await row(fileId);
  const [lost, fresh] = ['a'.repeat(64), 'b'.repeat(64)];
  const removed: string[] = [];
  const store = make({
    ...blobs,
    list: async () => [
      { address, ...old },
      { address: lost, ...old },
      { address: fresh, at: new Date() },
    ],
    remove: async (one) => void removed.push(one),
  });
  expect(await store.sweepOrphans()).toBe(1);
  expect(removed).toEqual([lost]);
});

it('kept in S3: no plaintext leaves; a store that is away or spoils is a sentence, not a wrong picture', async () => {
  const keys = { keyId: 'k', secret: 's', bucket: 'gongdun', region: 'cn-test-1' };
  const simulator: S3Simulator = await startS3Simulator({ ...keys, now: () => new Date() });
  const breaker = createBreaker({ failuresToOpen: 1_000 });
  const s3 = createS3Blobs({ ...keys, endpoint: simulator.url, timeoutMs: 300, breaker });
  try {
    const stored = make(s3);
    const secret = pdfWith('身份证 110101');
    const { fileId } = await stored.store(access, { name: 'a', bytes: secret });
    expect((await stored.read(access, fileId)).content.equals(secret)).toBe(true);
    for (const object of simulator.objects().values()) expect(object.includes('110101')).toBe(false);
    simulator.setFaults({ hangRate: 1 });
    expect(await codeOf(stored.read(access, fileId))).toBe('files.store_away');
    expect(await codeOf(stored.store(access, { name: 'a', bytes: secret }))).toBe('files.store_away');
    simulator.setFaults({ hangRate: 0, lie: { rotRate: 1 } });
    expect(await codeOf(stored.read(access, fileId))).toContain('was changed in the store');
  } finally {
    s3.close();
    await simulator.close();
  }
});
