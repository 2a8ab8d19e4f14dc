// RFC 8785: the one text of a JSON value, which is what is hashed. Numbers and strings are written as ECMAScript's own JSON writes
// them, members are sorted by UTF-16 code units, and what is no JSON is a bug.

import { invariant } from '#platform/errors';

/** Undefined members are left out, as JSON does. */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return text(value);
    case 'number':
      invariant(Number.isFinite(value), 'a traced number is finite');
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return list(value);
      return 'toJSON' in value && typeof value.toJSON === 'function' ? canonical(value.toJSON()) : members(value);
    default:
      invariant(false, 'a traced value must be JSON');
  }
}

function text(value: string): string {
  invariant(value.isWellFormed(), 'a traced text has no lone surrogate');
  return JSON.stringify(value);
}

function list(values: readonly unknown[]): string {
  let made = '';
  for (const value of values) made += `${made === '' ? '' : ','}${value === undefined ? 'null' : canonical(value)}`;
  return `[${made}]`;
}

function members(value: object): string {
  let made = '';
  for (const key of Object.keys(value).toSorted()) {
    const member: unknown = (value as Readonly<Record<string, unknown>>)[key];
    if (member === undefined) continue;
    made += `${made === '' ? '' : ','}${text(key)}:${canonical(member)}`;
  }
  return `{${made}}`;
}
