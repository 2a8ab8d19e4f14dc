// A transaction that remembers instead of writing: modules that only insert (trace, notices, documents) run as they are, and their
// inserts become rows of the city. It understands `insert into t (columns) values (…)`, also several of them joined by `with`, and
// refuses everything else.

import { systemAccess } from '#platform/access';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import type { Rows, TableName } from './rows.ts';
import { tables } from './tables.ts';

type Source = { readonly param: number } | { readonly literal: unknown };
type Insert = { readonly table: TableName; readonly columns: readonly (readonly [string, Source])[] };

const inserts = new Map<string, readonly Insert[]>();

export function recordingTx(rows: Rows, now: () => string): Tx {
  const never = (): never => {
    throw new Error('the city asks no database');
  };
  return {
    access: systemAccess,
    run: never,
    maybe: never,
    one: never,
    onCommit: never,
    asSystem: never,
    send: (what, params) => {
      let known = inserts.get(what.name);
      if (!known) {
        known = parseAll(what.text);
        inserts.set(what.name, known);
      }
      for (const insert of known) {
        const row: Record<string, unknown> = { ...emptyRow(insert.table) };
        if (insert.table === 'log_leaf') row['recorded_at'] = now();
        for (const [column, source] of insert.columns)
          row[column] = 'param' in source ? params[source.param] : source.literal;
        // The columns are those of the statement, which the loading test holds against the schema.
        (rows[insert.table] as unknown[]).push(row);
      }
    },
  };
}

const emptyRows = new Map<TableName, Readonly<Record<string, null>>>();

/** Columns that a statement leaves out are null. */
function emptyRow(table: TableName): Readonly<Record<string, null>> {
  const known = emptyRows.get(table);
  if (known) return known;
  const made = Object.fromEntries(Object.keys(tables[table]).map((column) => [column, null]));
  emptyRows.set(table, made);
  return made;
}

function isTable(name: string): name is TableName {
  return Object.hasOwn(tables, name);
}

const insertPattern = /insert into \w+ \([^)]*\)\s*values \([^()]*\)/g;

function parseAll(text: string): readonly Insert[] {
  const rest = text.replaceAll(insertPattern, '#').replaceAll(/\s+/g, ' ').trim();
  invariant(
    /^(with \w+ as \(#\)(, \w+ as \(#\))* )?#$/.test(rest),
    `the city cannot keep what this writes: ${text.slice(0, 80)}`,
  );
  return (text.match(insertPattern) ?? []).map(parse);
}

function parse(text: string): Insert {
  const found = /^\s*insert into (\w+) \(([^)]*)\)\s*values \(([^()]*)\)\s*$/.exec(text);
  const [, table = '', columns = '', values = ''] = found ?? [];
  invariant(found && isTable(table), `the city cannot keep what this writes: ${text.slice(0, 80)}`);
  const sources = values.split(',').map((value) => sourceOf(value.trim()));
  const names = columns.split(',').map((name) => name.trim());
  invariant(names.length === sources.length, `columns and values differ: ${text.slice(0, 80)}`);
  return { table, columns: names.map((name, at) => [name, sources[at] ?? { literal: null }] as const) };
}

function sourceOf(value: string): Source {
  const param = /^\$(\d+)(?:::\w+)?$/.exec(value)?.[1];
  if (param) return { param: Number(param) - 1 };
  const quoted = /^'([^']*)'$/.exec(value)?.[1];
  invariant(quoted !== undefined, `the city does not read the value ${value}`);
  return { literal: quoted };
}
