// Reads the explanation of a rule, however it is wrapped, into lines: what was looked at, what came out, by which clause, and
// whether the clause was checked against its source. Pure.

import type { Explained } from './api-types.ts';
import { entriesOf } from './data.ts';

function lineOf(value: unknown): Explained | null {
  if (typeof value === 'string') return { zh: value, value: '', basis: '', verified: true };
  const line = entriesOf(value);
  const text = (key: string): string => {
    const found = line.get(key);
    return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
  };
  // What says nothing about its check counts as unchecked.
  return text('zh') === ''
    ? null
    : { zh: text('zh'), value: text('value'), basis: text('basis'), verified: line.get('verified') === true };
}

export function explanationOf(value: unknown): readonly Explained[] {
  if (Array.isArray(value)) return value.map(lineOf).filter((line) => line !== null);
  for (const key of ['lines', 'explanation']) {
    const inner = entriesOf(value).get(key);
    if (Array.isArray(inner)) return explanationOf(inner);
  }
  const line = lineOf(value);
  return line ? [line] : [];
}

/** Each clause that the lines stand on, once, in the order of the lines. */
export function clausesOf(lines: readonly Explained[]): readonly Pick<Explained, 'basis' | 'verified'>[] {
  const found = new Map<string, boolean>();
  for (const { basis, verified } of lines) if (basis !== '') found.set(basis, verified && (found.get(basis) ?? true));
  return [...found].map(([basis, verified]) => ({ basis, verified }));
}
