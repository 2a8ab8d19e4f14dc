// The rows of the city on their way to the database, typed by the table that they go to.

import { invariant } from '#platform/errors';
import { tables } from './tables.ts';

export type TableName = keyof typeof tables;
export const tableNames = Object.keys(tables) as readonly TableName[];

type ColumnValue = {
  uuid: string | null;
  text: string | null;
  'text[]': readonly string[];
  timestamptz: string | null;
  date: string | null;
  bytea: Buffer;
  json: string;
  jsonb: string;
  boolean: boolean;
  int: number | null;
  bigint: number | null;
};

/** A row as it will stand. jsonb is text already. */
export type Row<Table extends TableName> = {
  -readonly [Column in keyof (typeof tables)[Table]]: (typeof tables)[Table][Column] extends keyof ColumnValue
    ? ColumnValue[(typeof tables)[Table][Column]]
    : never;
};

export type Rows = { readonly [Table in TableName]: Row<Table>[] };

export function isTable(name: string): name is TableName {
  return Object.hasOwn(tables, name);
}

/** Defaults of the schema that the modules' inserts rely on; all else that they leave out is null. */
const defaults: Partial<Record<TableName, Readonly<Record<string, unknown>>>> = {
  notice: { sms_tries: 0 },
  payout_batch: { submit_count: 0 },
};

const empties = new Map(
  tableNames.map((table) => [
    table,
    { ...Object.fromEntries(Object.keys(tables[table]).map((column) => [column, null])), ...defaults[table] },
  ]),
);

/** What the columns hold that an insert leaves out. */
export function emptyRow(table: TableName): Record<string, unknown> {
  return { ...empties.get(table) };
}

export function emptyRows(): Rows {
  const rows: Partial<Record<TableName, unknown[]>> = {};
  for (const table of tableNames) rows[table] = [];
  invariant(
    tableNames.every((table) => rows[table]),
    'every table has its list',
  );
  return rows as Rows;
}

export function countRows(rows: Rows): number {
  return tableNames.reduce((sum, table) => sum + rows[table].length, 0);
}
