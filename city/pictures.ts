// The few pictures that stand for every paper and photo of the city: stripes and the word DEMO, so that nobody takes them for
// evidence. Each is encrypted once under a key of its own, as the file store keeps files.

import { crc32, deflateSync } from 'node:zlib';
import type { CryptoPort } from '#platform/crypto';
import { sha256 } from '#platform/crypto';
import type { Random } from './random.ts';

export type Blob = {
  /** Where the store keeps it: the hash of the ciphertext. */
  readonly address: string;
  readonly sealed: Buffer;
  /** Base64, sealed again in each file's row. */
  readonly key: string;
  readonly plainBytes: number;
  readonly plainIndex: Buffer;
};

const colours: Readonly<Record<string, readonly [number, number, number]>> = {
  photo: [70, 120, 180],
  signature: [90, 90, 90],
  scene: [180, 110, 60],
  bill: [60, 140, 100],
  record: [140, 80, 140],
};

export function makePictures(random: Random, crypto: CryptoPort): Readonly<Record<string, Blob>> {
  return Object.fromEntries(
    Object.entries(colours).map(([name, colour]) => {
      const plain = png(colour);
      const key = random.bytes(32);
      const sealed = crypto.sealBytes(key, plain);
      const plainIndex = crypto.blindIndex('file', sha256(plain).toString('hex'));
      return [
        name,
        {
          address: sha256(sealed).toString('hex'),
          sealed,
          key: key.toString('base64'),
          plainBytes: plain.length,
          plainIndex,
        },
      ];
    }),
  );
}

const width = 240;
const height = 160;
/** D E M O, five by seven dots each. */
const letters = [
  ['11110', '10001', '10001', '10001', '10001', '10001', '11110'],
  ['11111', '10000', '10000', '11110', '10000', '10000', '11111'],
  ['10001', '11011', '10101', '10101', '10001', '10001', '10001'],
  ['01110', '10001', '10001', '10001', '10001', '10001', '01110'],
];
const dot = 8;

function png([red, green, blue]: readonly [number, number, number]): Buffer {
  const raw = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const letter = letters[Math.floor((x - 24) / (dot * 6))];
      const isInk =
        y >= 52 && letter?.[Math.floor((y - 52) / dot)]?.[Math.floor(((x - 24) % (dot * 6)) / dot)] === '1' && x >= 24;
      const shade = isInk ? 255 : (x + y) % 64 < 32 ? 0 : 24;
      const at = y * (width * 3 + 1) + 1 + x * 3;
      raw.set(isInk ? [255, 255, 255] : [red + shade, green + shade, blue + shade], at);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([head, body, check]);
}
