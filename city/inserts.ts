// Reads `insert into t (columns) values (…)`, so that a module's plain inserts become rows of the city as they are. Every other
// statement is refused.

import type { Statement } from '#platform/db';
import { invariant } from '#platform/errors';
import { isTable, type TableName } from './rows.ts';

export type Insert = {
  readonly table: TableName;
  readonly columns: readonly string[];
  /** What each column holds: a parameter by its place, or text. */
  readonly sources: readonly (number | string)[];
};

const known = new Map<string, Insert>();

export function insertOf({ name, text }: Pick<Statement<never, never>, 'name' | 'text'>): Insert {
  const found = known.get(name) ?? parse(name, text);
  known.set(name, found);
  return found;
}

function parse(name: string, text: string): Insert {
  const found = /^\s*insert into (\w+) \(([^)]*)\)\s*values \(([^()]*)\)\s*$/.exec(text);
  invariant(found, `the city has no answer to the statement ${name}`);
  const [, table = '', names = '', values = ''] = found;
  invariant(isTable(table), `the city keeps no table ${table}`);
  const columns = names.split(',').map((one) => one.trim());
  const sources = values.split(',').map((one) => sourceOf(one.trim()));
  invariant(columns.length === sources.length, `columns and values of ${name} differ`);
  return { table, columns, sources };
}

function sourceOf(value: string): number | string {
  const [, param, quoted] = /^(?:\$(\d+)(?:::json)?|'([^']*)')$/.exec(value) ?? [];
  if (param) return Number(param) - 1;
  invariant(quoted !== undefined, `the city does not read the value ${value}`);
  return quoted;
}
