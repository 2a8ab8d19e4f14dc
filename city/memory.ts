// A database in memory for the modules of the program: their statements are answered from the rows of a batch, so that the city runs
// the program itself and only PostgreSQL is missing. Plain inserts are read from their text; every other statement has an answer of
// its own (memory-*.ts), typed by the statement, and one that has none fails by its name. Nobody else writes here meanwhile, so locks
// are always free; a refusal is a bug of the city, so nothing is ever rolled back.

import { systemAccess, type Access } from '#platform/access';
import type { Database, Statement, Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { insertOf } from './inserts.ts';
import { emptyRow, emptyRows, isTable, type Row, type Rows, type TableName } from './rows.ts';

type AnyStatement = Statement<readonly unknown[], unknown>;
type Answer = (params: readonly unknown[]) => readonly unknown[] | void;

export type Memory = {
  readonly rows: Rows;
  readonly db: Database;
  /** What a statement gives; an update may give nothing. */
  on<Params extends readonly unknown[], Found>(
    what: Statement<Params, Found>,
    answer: (...params: Params) => readonly object[] | void,
  ): void;
  /** Rows by a column that never changes, in the order in which they were written. */
  by<Table extends TableName>(table: Table, column: keyof Row<Table>, value: unknown): readonly Row<Table>[];
};

type Index = { read: number; readonly found: Map<unknown, unknown[]> };

export function createMemory(now: () => string): Memory {
  const rows: Rows = emptyRows();
  const answers = new Map<string, Answer>();
  const indexes = new Map<TableName, Map<PropertyKey, Index>>();

  function indexOf(table: TableName, column: PropertyKey): Index {
    const ofTable = indexes.get(table) ?? new Map<PropertyKey, Index>();
    indexes.set(table, ofTable);
    const index = ofTable.get(column) ?? { read: 0, found: new Map() };
    ofTable.set(column, index);
    return index;
  }

  function by<Table extends TableName>(table: Table, column: keyof Row<Table>, value: unknown): readonly Row<Table>[] {
    const index = indexOf(table, column);
    const list: readonly Row<Table>[] = rows[table];
    for (; index.read < list.length; index.read += 1) {
      const row = list[index.read];
      const of = row?.[column];
      const known = index.found.get(of);
      if (known) known.push(row);
      else index.found.set(of, [row]);
    }
    return (index.found.get(value) ?? []) as readonly Row<Table>[];
  }

  /** The columns are those of the statement, which the loading test holds against the schema. */
  function keep<Column extends string>(
    table: TableName,
    columns: readonly Column[],
    cell: (column: Column, at: number) => unknown,
  ): void {
    const row = emptyRow(table);
    if (table === 'log_leaf') row['recorded_at'] = now();
    for (const [at, column] of columns.entries()) row[column] = cell(column, at);
    (rows[table] as unknown[]).push(row);
  }

  function ask(what: AnyStatement, params: readonly unknown[]): readonly unknown[] {
    const answer = answers.get(what.name);
    if (answer) return answer(params) ?? [];
    const { table, columns, sources } = insertOf(what);
    keep(table, columns, (_column, at) => {
      const source = sources[at];
      return typeof source === 'number' ? params[source] : source;
    });
    return [];
  }

  /** Rows change where they stand, so whoever asks gets them as they were. */
  function copies<Found>(what: AnyStatement, params: readonly unknown[]): Found[] {
    return ask(what, params).map((row) => ({ ...(row as Found) }));
  }

  function makeTx(access: Access, hooks: (() => void)[]): Tx {
    const tx: Tx = {
      access,
      run: async (what, params) => copies(what as AnyStatement, params),
      maybe: async (what, params) => {
        const found = copies<never>(what as AnyStatement, params);
        invariant(found.length <= 1, `${what.name} gave ${found.length} rows where one was promised`);
        return found[0];
      },
      one: async (what, params) => {
        const [found] = copies<never>(what as AnyStatement, params);
        invariant(found !== undefined, `${what.name} gave no row where one was promised`);
        return found;
      },
      send: (what, params) => void ask(what as AnyStatement, params),
      add: (what, added) => {
        for (const [table, columns] of Object.entries(what.tables)) {
          invariant(isTable(table), `the city keeps no table ${table}`);
          keep(table, columns, (column) => added[column]);
        }
      },
      onCommit: (hook) => void hooks.push(hook),
      asSystem: () => makeTx(systemAccess, hooks),
    };
    return tx;
  }

  return {
    rows,
    by,
    on: (what, answer) =>
      void answers.set(what.name, (params) =>
        (answer as (...all: readonly unknown[]) => readonly unknown[] | void)(...params),
      ),
    db: {
      transaction: async (access, work) => {
        const hooks: (() => void)[] = [];
        const result = await work(makeTx(access, hooks));
        for (const hook of hooks) hook();
        return result;
      },
      ping: async () => {},
      close: async () => {},
      get pool(): never {
        throw new Error('the city has no connections');
      },
    },
  };
}
