// Where the synthetic city takes chance from: one seed and a label give one endless stream, so that the city is the same to the
// byte each time. Never for keys or codes that guard anything outside of a demonstration.

import { createCipheriv, createHash } from 'node:crypto';
import { invariant } from '#platform/errors';

export type Random = {
  /** Whole number, both ends included. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** An item by its weight. */
  weighted<Item>(items: readonly (readonly [Item, number])[]): Item;
  bytes(count: number): Buffer;
  /** A UUIDv7 of that instant. */
  id(atMs: number): string;
};

/** `blockBytes` is how much is made at a time. */
export function createRandom(seed: number, label: string, blockBytes = 65_536): Random {
  const key = createHash('sha256').update(`gongdun/city/${seed}/${label}`).digest();
  // The keystream of AES-256-CTR over zeros: fast, and long enough for any city.
  const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(blockBytes);
  let block = stream.update(zeros);
  let used = 0;

  const bytes = (count: number): Buffer => {
    if (used + count > block.length) {
      block = stream.update(zeros);
      used = 0;
    }
    used += count;
    return block.subarray(used - count, used);
  };
  const unit = () => bytes(4).readUInt32LE(0) / 2 ** 32;
  const int = (min: number, max: number) => min + Math.floor(unit() * (max - min + 1));
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[int(0, items.length - 1)];
    invariant(item !== undefined, 'nothing to pick from');
    return item;
  };
  return {
    int,
    pick,
    chance: (probability) => unit() < probability,
    weighted: (items) => {
      let left = unit() * items.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [item, weight] of items) {
        left -= weight;
        if (left < 0) return item;
      }
      return pick(items)[0];
    },
    bytes: (count) => Buffer.from(bytes(count)),
    id: (atMs) => {
      const raw = Buffer.alloc(16);
      raw.writeUIntBE(atMs, 0, 6);
      bytes(10).copy(raw, 6);
      raw[6] = 0x70 | ((raw[6] ?? 0) & 0x0f);
      raw[8] = 0x80 | ((raw[8] ?? 0) & 0x3f);
      const hex = raw.toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    },
  };
}
