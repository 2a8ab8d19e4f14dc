// Case numbers (办件编号). They are taken from the database in blocks: a crash leaves a gap, never a double.

import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Database } from '#platform/db';
import { caseNumber } from '#platform/ids';
import { takeNumbers } from './store.ts';

export function createNumbers(db: Database) {
  const blockSize = 100;
  const blocks = new Map<string, { next: number; last: number }>();
  const waiting = new Map<string, Promise<void>>();
  return async (region: string, now: string): Promise<string> => {
    const day = dayOf(now);
    const key = `${region}/${day}`;
    for (;;) {
      const block = blocks.get(key);
      if (block && block.next <= block.last) {
        const number = block.next;
        block.next += 1;
        return caseNumber(region, day, number);
      }
      const pending = waiting.get(key) ?? takeBlock(key, region, day);
      waiting.set(key, pending);
      await pending;
    }
  };

  async function takeBlock(key: string, region: string, day: string): Promise<void> {
    try {
      const row = await db.transaction(systemAccess, (tx) => tx.one(takeNumbers, [region, day, blockSize]));
      if (blocks.size > 200) blocks.clear();
      blocks.set(key, { next: row.last - blockSize + 1, last: row.last });
    } finally {
      waiting.delete(key);
    }
  }
}
