// Cursors go round, and one that we did not make is refused.

import { expect, test } from 'vitest';
import { z } from 'zod';
import { newId } from './ids.ts';
import { cutPage, decodeCursor, encodeCursor, readCursor } from './page.ts';

test('a cursor goes round', () => {
  const id = newId();
  expect(readCursor(encodeCursor(['2026-03-02T02:00:00.000Z', id]))).toEqual(['2026-03-02T02:00:00.000Z', id]);
  expect(readCursor(encodeCursor(['infinity', id]))).toEqual(['infinity', id]);
  expect(decodeCursor(z.number(), encodeCursor(7))).toBe(7);
  expect(readCursor(undefined)).toBeNull();
  expect(readCursor('')).toBeNull();
});

test.each([
  'x',
  '%%%',
  encodeCursor(['now()', newId()]),
  encodeCursor(['2026-03-02', "'; drop table"]),
  encodeCursor({}),
])('a made-up cursor is refused: %s', (cursor) => {
  expect(() => readCursor(cursor)).toThrow('http.bad_cursor');
});

test('the extra row says that there is a next page, and is not on this one', () => {
  const page = cutPage([1, 2, 3], 2, (last) => last);
  expect(page.items).toEqual([1, 2]);
  expect(decodeCursor(z.number(), page.nextCursor ?? undefined)).toBe(2);
  expect(cutPage([1, 2], 2, (last) => last).nextCursor).toBeNull();
});
