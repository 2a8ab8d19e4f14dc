// What was sealed opens again to the byte, and nothing else does: another key, another name, a changed, missing or doubled piece.

import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWhole, SealBroken, sealTo, sha256OfFile } from './backup-seal.ts';

let dir: string;
const key = Buffer.alloc(32, 5);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'gongdun-test-seal-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

test.each([0, 1, 5_000, 1_048_576, 1_048_577, 3_500_000])('%d random bytes open again', async (size) => {
  const plain = randomBytes(size);
  const path = join(dir, `of-${size}`);
  const sealed = await sealTo(plain, path, key, 'a');
  expect(sealed).toEqual({ bytes: size, sealedBytes: readFileSync(path).length, sha256: await sha256OfFile(path) });
  expect((await openWhole(path, key, 'a')).equals(plain)).toBe(true);
  if (size > 64) expect(readFileSync(path).includes(plain.subarray(0, 64))).toBe(false);
});

test('another key, another name, and every kind of damage are refused', async () => {
  const path = join(dir, 'whole');
  await sealTo(randomBytes(2_500_000), path, key, 'wal/1');
  const good = readFileSync(path);
  await expect(openWhole(path, Buffer.alloc(32, 6), 'wal/1')).rejects.toThrow(SealBroken);
  await expect(openWhole(path, key, 'wal/2')).rejects.toThrow(SealBroken);
  const first = 22 + 4 + good.readUInt32BE(22);
  const damages: Record<string, Buffer> = {
    'one bit': Buffer.concat([good.subarray(0, 900), Buffer.from([(good[900] ?? 0) ^ 1]), good.subarray(901)]),
    'cut at a piece': good.subarray(0, first),
    'cut anywhere': good.subarray(0, good.length - 7),
    'first piece twice': Buffer.concat([good.subarray(0, first), good.subarray(22)]),
    'something after it': Buffer.concat([good, Buffer.from('more')]),
    'nothing at all': Buffer.alloc(0),
  };
  for (const [name, bytes] of Object.entries(damages)) {
    writeFileSync(join(dir, 'damaged'), bytes);
    await expect(openWhole(join(dir, 'damaged'), key, 'wal/1'), name).rejects.toThrow(SealBroken);
  }
});

test('a source that fails leaves nothing behind', async () => {
  const failing = (async function* () {
    yield randomBytes(10);
    throw new Error('disk');
  })();
  await expect(sealTo(failing, join(dir, 'never'), key, 'a')).rejects.toThrow('disk');
  expect(readdirSync(dir).filter((name) => name.startsWith('never'))).toEqual([]);
});
