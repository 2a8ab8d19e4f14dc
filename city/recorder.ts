// Reads inserts: `insert into t (columns) values (…)`, also several of them joined by `with`, so that a module's plain inserts become
// rows of the city as they are. Every other statement is refused.

import type { Statement } from '#platform/db';
import { invariant } from '#platform/errors';
import type { TableName } from './rows.ts';
import { tables } from './tables.ts';

type Source = { readonly param: number } | { readonly literal: unknown };
export type Insert = {
  readonly table: TableName;
  readonly columns: readonly (readonly [string, Source])[];
  /** What the columns hold that the statement leaves out. */
  readonly empty: Readonly<Record<string, unknown>>;
};

/** Defaults of the schema that such inserts rely on; all else that they leave out is null. */
const defaults: Partial<Record<TableName, Readonly<Record<string, unknown>>>> = {
  notice: { sms_tries: 0 },
  payout_batch: { submit_count: 0 },
};

const known = new Map<string, readonly Insert[]>();

export function insertsOf(what: Pick<Statement<never, never>, 'name' | 'text'>): readonly Insert[] {
  const found = known.get(what.name) ?? parseAll(what.name, what.text);
  known.set(what.name, found);
  return found;
}

export function isTable(name: string): name is TableName {
  return Object.hasOwn(tables, name);
}

const empties = new Map<TableName, Readonly<Record<string, unknown>>>();

/** What the columns hold that an insert leaves out. */
export function emptyRow(table: TableName): Readonly<Record<string, unknown>> {
  const made = empties.get(table) ?? {
    ...Object.fromEntries(Object.keys(tables[table]).map((column) => [column, null])),
    ...defaults[table],
  };
  empties.set(table, made);
  return made;
}

const insertPattern = /insert into \w+ \([^)]*\)\s*values \([^()]*\)/g;

function parseAll(name: string, text: string): readonly Insert[] {
  const rest = text.replaceAll(insertPattern, '#').replaceAll(/\s+/g, ' ').trim();
  invariant(/^(with \w+ as \(#\)(, \w+ as \(#\))* )?#$/.test(rest), `the city has no answer to the statement ${name}`);
  return (text.match(insertPattern) ?? []).map(parse);
}

function parse(text: string): Insert {
  const found = /^\s*insert into (\w+) \(([^)]*)\)\s*values \(([^()]*)\)\s*$/.exec(text);
  const [, table = '', columns = '', values = ''] = found ?? [];
  invariant(found && isTable(table), `the city cannot keep what this writes: ${text.slice(0, 80)}`);
  const sources = values.split(',').map((value) => sourceOf(value.trim()));
  const names = columns.split(',').map((name) => name.trim());
  invariant(names.length === sources.length, `columns and values differ: ${text.slice(0, 80)}`);
  return {
    table,
    columns: names.map((name, at) => [name, sources[at] ?? { literal: null }] as const),
    empty: emptyRow(table),
  };
}

function sourceOf(value: string): Source {
  const param = /^\$(\d+)(?:::\w+)?$/.exec(value)?.[1];
  if (param) return { param: Number(param) - 1 };
  const quoted = /^'([^']*)'$/.exec(value)?.[1];
  invariant(quoted !== undefined, `the city does not read the value ${value}`);
  return { literal: quoted };
}
