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
    // No block is written again, so a view of it stays what it is.
    bytes,
    id: (atMs) => {
      const time = atMs.toString(16).padStart(12, '0');
      const rest = bytes(10).toString('hex');
      const variant = '89ab'.charAt(Number.parseInt(rest.charAt(3), 16) % 4);
      return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-${variant}${rest.slice(4, 7)}-${rest.slice(7, 19)}`;
    },
  };
}
