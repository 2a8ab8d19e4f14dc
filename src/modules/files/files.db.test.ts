// What the file store takes: how many a person and day, how large a picture, and what becomes of what no case took.

import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemAccess, workerAccess } from '#platform/access';
import { fixedClock } from '#platform/clock';
import { createCrypto } from '#platform/crypto';
import { openDatabase, statement, type Database } from '#platform/db';
import { Refusal } from '#platform/errors';
import { administer } from '#test/cluster';
import { testDatabase, type TestDatabase } from '#test/database';
import { createFolderBlobs } from '#adapters/blobs';
import { createFiles, type Files, type Scanner } from './index.ts';

let database: TestDatabase;
let db: Database;
let folder: string;
let files: Files;
let scan: Scanner = async () => 'clean';
const start = '2026-05-03T02:00:00.000Z';
const clock = fixedClock(start);
const pdf = (size = 0) =>
  Buffer.concat([Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n'), Buffer.alloc(size)]);
const claim = statement<[string], never>(
  'test.claim',
  'update file set case_id = gen_random_uuid() where file_id = $1',
);

beforeAll(async () => {
  database = await testDatabase();
  db = openDatabase({ url: database.appUrl, poolSize: 4 });
  folder = await mkdtemp(join(tmpdir(), 'gongdun-test-files-'));
  files = createFiles({
    db,
    crypto: createCrypto(Buffer.alloc(32, 3)),
    clock,
    blobs: createFolderBlobs(folder),
    scan: (bytes) => scan(bytes),
    dayLimit: { files: 5, mb: 3 },
  });
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

const store = (person: string, bytes: Buffer) => files.store(workerAccess(person), { name: 'a', bytes });
const tried = (person: string, bytes: Buffer) =>
  store(person, bytes).then(
    () => 'taken',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  );
const onDisk = async () => (await readdir(folder, { recursive: true })).filter((name) => /[0-9a-f]{64}$/.test(name));

it('takes so many files and bytes of a person within a day, and says when it is full', async () => {
  clock.set(start);
  const [many, large] = [randomUUID(), randomUUID()];
  for (let n = 0; n < 5; n += 1) expect(await tried(many, pdf())).toBe('taken');
  const before = (await onDisk()).length;
  const refused = await store(many, pdf()).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'files.day_full', status: 429, zh: expect.stringContaining('5 个') });
  expect((await onDisk()).length).toBe(before);
  expect(await tried(large, pdf(2_000_000))).toBe('taken');
  expect(await tried(large, pdf(2_000_000))).toBe('taken');
  expect(await tried(large, pdf())).toBe('files.day_full');
  // Not even all at once.
  const crowd = randomUUID();
  const answers = await Promise.all(Array.from({ length: 30 }, () => tried(crowd, pdf())));
  expect(new Set(answers)).toEqual(new Set(['taken', 'files.busy']));
  expect(answers.filter((one) => one === 'taken')).toHaveLength(4);
  clock.set('2026-05-04T02:00:00.001Z');
  expect([await tried(many, pdf()), await tried(large, pdf())]).toEqual(['taken', 'taken']);
});

it('refuses a picture of too many points before it is decoded, an interlaced one sooner', async () => {
  const flat = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: '#777' } });
  const [bomb, interlaced, camera] = await Promise.all([
    flat(7_680, 7_680).png().toBuffer(),
    flat(6_000, 5_000).png({ progressive: true }).toBuffer(),
    flat(8_192, 6_144).jpeg().toBuffer(),
  ]);
  const who = randomUUID();
  expect([await tried(who, bomb), await tried(who, interlaced), await tried(who, camera)]).toEqual([
    'files.too_many_pixels',
    'files.too_many_pixels',
    'taken',
  ]);
});

it('erases after a week what no case took, and keeps what a case or an unfinished form has', async () => {
  clock.set('2026-06-01T00:00:00.000Z');
  const [lost, used, filling] = [randomUUID(), randomUUID(), randomUUID()];
  const stored = await Promise.all([lost, used, filling].map((who) => store(who, pdf())));
  const [lostId = '', usedId = '', fillingId = ''] = stored.map((one) => one.fileId);
  await db.transaction(systemAccess, async (tx) => tx.send(claim, [usedId]));
  await administer(
    database.ownerUrl,
    `insert into person (person_id, name_sealed, name_index, id_type, id_number_sealed, id_number_index, phone_sealed, phone_index,
       birth_day, sex, region, verified, synthetic, readers, created_at)
     values ('${filling}', '', '', 'resident_id', '', '', '', '', '1990-01-01', 'unknown', '350203', false, true, '{*}', now());
     insert into draft (draft_id, person_id, service_code, service_hash, data, updated_at)
     values ('${randomUUID()}', '${filling}', 'DI-001', 'x', '{}', '2026-06-01')`,
  );
  await files.sweep();
  const before = (await onDisk()).length;
  clock.set('2026-06-07T23:59:59.000Z');
  expect(await files.sweep()).toBe(0);
  clock.set('2026-06-08T00:00:01.000Z');
  expect(await files.sweep()).toBe(1);
  expect((await onDisk()).length).toBe(before - 1);
  const readable = (who: string, id: string) =>
    files.read(workerAccess(who), id).then(
      () => true,
      () => false,
    );
  expect([await readable(lost, lostId), await readable(used, usedId), await readable(filling, fillingId)]).toEqual([
    false,
    true,
    true,
  ]);
});
