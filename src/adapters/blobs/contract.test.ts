// The file store's contract: held by the folder and by S3 over real HTTP, with every bad habit of a store; and moving from one to the
// other, stopped in the middle and begun again.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createBreaker } from '#platform/breaker';
import {
  copyBlobs,
  createFolderBlobs,
  createS3Blobs,
  OutcomeUnknown,
  startS3Simulator,
  type Blobs,
  type S3Blobs,
  type S3Simulator,
} from './index.ts';
import { sigV4 } from './sigv4.ts';

const keys = { keyId: 'test-key', secret: 'test-secret', bucket: 'gongdun', region: 'cn-test-1' };
const now = (): Date => new Date();
let simulator: S3Simulator;
let honest: ReturnType<S3Simulator['faults']>;
let root: string;
const opened: S3Blobs[] = [];

function s3(overrides: Partial<Parameters<typeof createS3Blobs>[0]> = {}): S3Blobs {
  const breaker = createBreaker({ failuresToOpen: 1_000 });
  const made = createS3Blobs({ ...keys, endpoint: simulator.url, timeoutMs: 2_000, breaker, ...overrides });
  opened.push(made);
  return made;
}
const blob = (text: string): [string, Buffer] => {
  const bytes = Buffer.from(text);
  return [createHash('sha256').update(bytes).digest('hex'), bytes];
};
const addresses = async (store: Blobs, after: string | null, limit: number) =>
  (await store.list(after, limit)).map((one) => one.address);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'blobs-'));
  simulator = await startS3Simulator({ ...keys, now });
  honest = simulator.faults();
});
afterEach(() => simulator.setFaults(honest));
afterAll(async () => {
  for (const one of opened) one.close();
  await simulator.close();
  await rm(root, { recursive: true });
});

describe.each([
  ['folder', (): Blobs => createFolderBlobs(join(root, 'folder'))],
  ['S3', (): Blobs => s3()],
])('%s', (name, make) => {
  test('keeps, gives back, finds, removes; twice is as once', async () => {
    const [address, bytes] = blob(`${name} 工盾`);
    expect(await make().get(address)).toBeNull();
    expect(await make().has(address)).toBe(false);
    for (let round = 0; round < 2; round += 1) await make().put(address, bytes);
    expect(await make().get(address)).toEqual(bytes);
    expect(await make().has(address)).toBe(true);
    for (let round = 0; round < 2; round += 1) await make().remove(address);
    expect(await make().get(address)).toBeNull();
  });

  test('lists by address, page by page, with the time of each', async () => {
    const all = Array.from({ length: 25 }, (_, n) => blob(`${name} ${n}`));
    for (const [address, bytes] of all) await make().put(address, bytes);
    const sorted = all.map(([address]) => address).toSorted();
    const first = await addresses(make(), null, 10);
    const second = await addresses(make(), first.at(-1) ?? null, 10);
    const third = await addresses(make(), second.at(-1) ?? null, 10);
    expect([...first, ...second, ...third]).toEqual(sorted);
    const [newest] = await make().list(null, 1);
    expect(Math.abs((newest?.at.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    for (const address of sorted) await make().remove(address);
    expect(await make().list(null, 10)).toEqual([]);
  });

  test('twenty megabytes', async () => {
    const [address, bytes] = blob('x'.repeat(20 * 1024 * 1024));
    await make().put(address, bytes);
    expect((await make().get(address))?.equals(bytes)).toBe(true);
    await make().remove(address);
  });
});

test('a folder with a torn write in it shows only what is whole', async () => {
  const folder = join(root, 'torn');
  const store = createFolderBlobs(folder);
  const [address, bytes] = blob('whole');
  await store.put(address, bytes);
  await writeFile(join(folder, address.slice(0, 2), `.${address}.0011`), 'torn');
  expect(await addresses(store, null, 10)).toEqual([address]);
  expect((await readdir(folder)).length).toBe(1);
});

describe('S3', () => {
  // The worked examples of "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)", Amazon S3 API Reference:
  // GET object, PUT object, GET bucket lifecycle, list objects.
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  const empty = createHash('sha256').update('').digest('hex');
  const base = { date: '20130524T000000Z', region: 'us-east-1', service: 's3' };
  const common = { host: 'examplebucket.s3.amazonaws.com', 'x-amz-date': base.date };
  test.each([
    [
      'GET object',
      'GET',
      '/test.txt',
      '',
      { ...common, range: 'bytes=0-9', 'x-amz-content-sha256': empty },
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'PUT object',
      'PUT',
      '/test%24file.text',
      '',
      {
        ...common,
        date: 'Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      },
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ],
    [
      'GET lifecycle',
      'GET',
      '/',
      'lifecycle=',
      { ...common, 'x-amz-content-sha256': empty },
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ],
    [
      'list objects',
      'GET',
      '/',
      'max-keys=2&prefix=J',
      { ...common, 'x-amz-content-sha256': empty },
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ])('the published signature: %s', (_name, method, path, query, headers: Record<string, string>, signature) => {
    const signedHeaders = Object.keys(headers).toSorted();
    const bodyHash = headers['x-amz-content-sha256'] ?? '';
    expect(
      sigV4({ ...base, method, path, query: new URLSearchParams(query), headers, signedHeaders, bodyHash }, secret),
    ).toBe(signature);
  });

  test.each([
    ['a wrong secret', { secret: 'other' }],
    ['a wrong key', { keyId: 'other' }],
    ['another region', { region: 'elsewhere' }],
    ['another bucket', { bucket: 'other' }],
  ])('%s is no empty store but a failure', async (_name, wrong) => {
    const [address, bytes] = blob('never');
    await expect(s3(wrong).put(address, bytes)).rejects.toBeInstanceOf(OutcomeUnknown);
    await expect(s3(wrong).get(address)).rejects.toBeInstanceOf(OutcomeUnknown);
    await expect(s3(wrong).list(null, 10)).rejects.toBeInstanceOf(OutcomeUnknown);
    expect(simulator.objects().size).toBe(0);
  });

  test.each([
    ['slow', { latencyMs: 500 }, 'timeout'],
    ['a black hole', { hangRate: 1 }, 'timeout'],
    ['cut off', { dropRate: 1 }, 'network'],
    ['5xx', { errorRate: 1 }, 'server_error'],
  ] as const)('%s: unknown; the same again gets through', async (_name, faults, reason) => {
    const [address, bytes] = blob(`fault ${reason}`);
    const store = s3({ timeoutMs: 250 });
    simulator.setFaults(faults);
    await expect(store.put(address, bytes)).rejects.toMatchObject({ name: 'OutcomeUnknown', reason });
    await expect(store.get(address)).rejects.toMatchObject({ name: 'OutcomeUnknown', reason });
    simulator.setFaults(honest);
    await store.put(address, bytes);
    expect(await store.get(address)).toEqual(bytes);
    await store.remove(address);
  });

  test('bytes that are not those of their address are refused by the store itself', async () => {
    const [address] = blob('one thing');
    await expect(s3().put(address, Buffer.from('another'))).rejects.toBeInstanceOf(OutcomeUnknown);
    expect(await s3().has(address)).toBe(false);
  });

  test('a dead store is spared after a few failures', async () => {
    const breaker = createBreaker({ failuresToOpen: 3 });
    const store = s3({ endpoint: 'http://127.0.0.1:1', breaker });
    for (let n = 0; n < 3; n += 1) await expect(store.has('a'.repeat(64))).rejects.toMatchObject({ reason: 'network' });
    await expect(store.has('a'.repeat(64))).rejects.toMatchObject({ reason: 'breaker_open' });
  });
});

test('a folder moves into S3: stopped, begun again, and what was changed on disk is named', async () => {
  const folder = join(root, 'move');
  const from = createFolderBlobs(folder);
  const to = s3();
  const all = Array.from({ length: 12 }, (_, n) => blob(`move ${n}`));
  for (const [address, bytes] of all) await from.put(address, bytes);
  const [spoiled = ''] = all[3] ?? [];
  await writeFile(join(folder, spoiled.slice(0, 2), spoiled), 'spoiled');

  const stop = new AbortController();
  let sent = 0;
  const halfway: Blobs = {
    ...to,
    put: async (address, bytes) => {
      await to.put(address, bytes);
      sent += 1;
      if (sent === 5) stop.abort();
    },
  };
  expect((await copyBlobs(from, halfway, { stop: stop.signal })).copied).toBe(5);
  const rest = await copyBlobs(from, to);
  expect(rest).toMatchObject({ seen: 12, copied: 6, broken: [spoiled] });
  expect(await copyBlobs(from, to)).toMatchObject({ copied: 0, broken: [spoiled] });
  for (const [address, bytes] of all) if (address !== spoiled) expect(await to.get(address)).toEqual(bytes);
});
