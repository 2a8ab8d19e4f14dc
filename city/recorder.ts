// A transaction that remembers instead of writing: modules that only add rows (trace, notices, documents) run as they are, and
// their rows become rows of the city. It refuses everything else.

import { systemAccess } from '#platform/access';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import type { Rows, TableName } from './rows.ts';
import { tables } from './tables.ts';

export function recordingTx(rows: Rows, now: () => string): Tx {
  const never = (): never => {
    throw new Error('the city asks no database');
  };
  return {
    access: systemAccess,
    run: never,
    maybe: never,
    one: never,
    send: never,
    onCommit: never,
    asSystem: never,
    add: (what, added) => {
      for (const [table, columns] of Object.entries(what.tables)) {
        invariant(isTable(table), `the city keeps no table ${table}`);
        const row: Record<string, unknown> = { ...emptyRow(table) };
        if (table === 'log_leaf') row['recorded_at'] = now();
        for (const column of columns) row[column] = added[column];
        // The columns are those of the statement, which the loading test holds against the schema.
        (rows[table] as unknown[]).push(row);
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
