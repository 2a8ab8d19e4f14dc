// Identifiers: UUIDv7 for rows, and the case number that people read out (region 6 + date 8 + sequence 6).

import { randomUUIDv7 } from 'node:crypto';

let source: () => string = randomUUIDv7;

export function newId(): string {
  return source();
}

/**
 * Runs work with ids from another source, for a synthetic city that is the same to the byte each time. The work awaits nothing but
 * memory: whoever else asked for an id while it waits would get one of these.
 */
export async function withIdSource<T>(ids: () => string, work: () => Promise<T>): Promise<T> {
  const before = source;
  source = ids;
  try {
    return await work();
  } finally {
    source = before;
  }
}

export const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && uuidPattern.test(value);
}

/** 办件编号: region (GB/T 2260, 6 digits) + day of acceptance (8 digits) + sequence of that region and day (6 digits). */
export function caseNumber(region: string, day: string, sequence: number): string {
  return `${region}${day.replaceAll('-', '')}${String(sequence).padStart(6, '0')}`;
}
