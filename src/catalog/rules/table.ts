// Decision tables as data: a formula looks its answer up, and `proveTotal` shows that every point of the declared axes has exactly
// one row. The proof cuts each axis only where some row begins or ends, so it is exact for whole-number axes of any width.

import { invariant } from '#platform/errors';

export type Axis =
  | { readonly name: string; readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly name: string; readonly kind: 'enum'; readonly values: readonly string[] };

/** An interval (both ends included), some values, or `*` for the whole axis. */
export type Cell = '*' | { readonly min: number; readonly max: number } | readonly string[];

export type Row<Value = unknown> = {
  readonly when: Readonly<Record<string, Cell>>;
  readonly value: Value;
  readonly zh: string;
};

export type Table<Value = unknown> = {
  readonly name: string;
  readonly zh: string;
  readonly axes: readonly Axis[];
  readonly rows: readonly Row<Value>[];
};

export type Point = Readonly<Record<string, number | string>>;

export type TableProblem =
  | { readonly kind: 'gap' | 'overlap'; readonly at: Point; readonly rows: readonly number[] }
  | { readonly kind: 'unknown_axis' | 'bad_cell'; readonly row: number; readonly axis: string };

const pointsMax = 200_000;

/** The only row that holds at a point. The table is proved total, so none or two is a bug, or a point off the axes. */
export function lookup<Value>(table: Table<Value>, point: Point): Row<Value> {
  const found = table.rows.filter((row) => holds(table, row, point));
  invariant(found.length === 1 && found[0], `table ${table.name} has ${found.length} rows at ${JSON.stringify(point)}`);
  return found[0];
}

function cellOf(row: Row, axis: Axis): Cell {
  return row.when[axis.name] ?? '*';
}

function holds(table: Table, row: Row, point: Point): boolean {
  return table.axes.every((axis) => cellHolds(cellOf(row, axis), point[axis.name], axis));
}

function cellHolds(cell: Cell, value: number | string | undefined, axis: Axis): boolean {
  if (axis.kind === 'integer') {
    if (typeof value !== 'number' || value < axis.min || value > axis.max) return false;
    return cell === '*' || ('min' in cell && cell.min <= value && value <= cell.max);
  }
  if (typeof value !== 'string' || !axis.values.includes(value)) return false;
  return cell === '*' || ('includes' in cell && cell.includes(value));
}

/** Every fault of a table; empty when each point of its axes has exactly one row. */
export function proveTotal(table: Table): readonly TableProblem[] {
  const malformed = table.rows.flatMap((row, index) => malformedCells(table, row, index));
  if (malformed.length > 0) return malformed;
  const problems: TableProblem[] = [];
  const pieces = table.axes.map((axis) => piecesOf(table, axis));
  const count = pieces.reduce((product, one) => product * one.length, 1);
  invariant(count <= pointsMax, `table ${table.name} has ${count} points to prove`);
  for (let number = 0; number < count; number += 1) {
    const at = pointOf(table.axes, pieces, number);
    const rows = table.rows.flatMap((row, index) => (holds(table, row, at) ? [index] : []));
    if (rows.length === 0) problems.push({ kind: 'gap', at, rows });
    if (rows.length > 1) problems.push({ kind: 'overlap', at, rows });
  }
  return problems;
}

function malformedCells(table: Table, row: Row, index: number): TableProblem[] {
  const problems: TableProblem[] = [];
  for (const [name, cell] of Object.entries(row.when)) {
    const axis = table.axes.find((one) => one.name === name);
    if (!axis) problems.push({ kind: 'unknown_axis', row: index, axis: name });
    else if (!wellFormed(cell, axis)) problems.push({ kind: 'bad_cell', row: index, axis: name });
  }
  return problems;
}

function wellFormed(cell: Cell, axis: Axis): boolean {
  if (cell === '*') return true;
  if (axis.kind === 'integer') {
    return (
      'min' in cell &&
      Number.isInteger(cell.min) &&
      Number.isInteger(cell.max) &&
      cell.min <= cell.max &&
      cell.min >= axis.min &&
      cell.max <= axis.max
    );
  }
  return 'includes' in cell && cell.length > 0 && cell.every((value) => axis.values.includes(value));
}

/** One point of each piece into which the rows cut an axis: inside a piece all points fall into the same rows. */
function piecesOf(table: Table, axis: Axis): readonly (number | string)[] {
  if (axis.kind === 'enum') return axis.values;
  const starts = new Set<number>([axis.min]);
  for (const row of table.rows) {
    const cell = cellOf(row, axis);
    if (cell === '*' || !('min' in cell)) continue;
    starts.add(cell.min);
    if (cell.max < axis.max) starts.add(cell.max + 1);
  }
  return [...starts].toSorted((a, b) => a - b);
}

function pointOf(axes: readonly Axis[], pieces: readonly (readonly (number | string)[])[], number: number): Point {
  const point: Record<string, number | string> = {};
  let rest = number;
  axes.forEach((axis, index) => {
    const values = pieces[index] ?? [];
    const value = values[rest % values.length];
    invariant(value !== undefined, `axis ${axis.name} has no value`);
    point[axis.name] = value;
    rest = Math.floor(rest / values.length);
  });
  return point;
}
