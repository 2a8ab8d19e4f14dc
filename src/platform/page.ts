// Keyset pagination: an opaque cursor that holds where the last page ended. A cursor is what a client sends back, so it is
// checked like any other input; it must hold no secret, since anybody can read it.

import { z } from 'zod';
import { refuseHttp } from './http-refusals.ts';
import { uuidPattern } from './ids.ts';

const cursorLengthMax = 512;

/** The query of a list: spread it into the route's own query schema. */
export const pageQuery = {
  cursor: z.string().max(cursorLengthMax).optional().describe('上一页返回的 nextCursor'),
  limit: z.coerce.number().int().min(1).max(100).default(20).describe('每页条数'),
};

export type Page<Item> = { readonly items: Item[]; readonly nextCursor: string | null };

export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable().describe('没有下一页时为 null') });
}

export function encodeCursor(value: unknown): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}

/** Undefined for the first page; a cursor that we did not make is refused. */
export function decodeCursor<Schema extends z.ZodType>(
  schema: Schema,
  cursor: string | undefined,
): z.output<Schema> | undefined {
  if (cursor === undefined || cursor === '') return undefined;
  if (cursor.length > cursorLengthMax || !/^[\w-]+$/.test(cursor)) throw refuseHttp('http.bad_cursor');
  const parsed = schema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!parsed.success) throw refuseHttp('http.bad_cursor');
  return parsed.data;
}

/** The usual key of a list: an instant (or the infinity before all and after all) and the id that breaks a tie. */
export type Cursor = readonly [instant: string, id: string];

const infinity = z.enum(['infinity', '-infinity']);
/** The parts of a key, for lists that need a third one to break a tie. */
export const cursorInstant = z.union([z.iso.datetime(), z.iso.date(), infinity]);
export const cursorId = z.string().regex(uuidPattern);
const cursorSchema = z.tuple([cursorInstant, cursorId]);

export function readCursor(cursor: string | undefined): Cursor | null {
  return decodeCursor(cursorSchema, cursor) ?? null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Makes a page from `limit + 1` rows: the extra row says that there is a next page. */
export function cutPage<Row>(rows: readonly Row[], limit: number, keyOf: (last: Row) => unknown): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null };
}
