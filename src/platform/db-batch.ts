// Statements that travel together: all that a transaction asks for before it waits for an answer goes to PostgreSQL in one write,
// with one Sync, and comes back in one. `pg` alone would end each statement with a Sync of its own, and PostgreSQL would wake
// this process for each. Only text goes over the wire, and only prepared statements.

import type pg from 'pg';
import { invariant } from './errors.ts';

export type Rows = { readonly rows: Record<string, unknown>[]; readonly command: string };

/** One statement on its way, with its values already as PostgreSQL's text. */
export type Item = {
  readonly name: string;
  readonly text: string;
  readonly values: readonly (string | Buffer | null)[];
  readonly resolve: (rows: Rows) => void;
  readonly reject: (error: Error) => void;
};

type Parser = (value: string) => unknown;
type Column = { readonly name: string; readonly parse: Parser };

/** What a connection knows already: parsed statements, and the columns of those that were described. */
type Known = {
  readonly parsed: Set<string>;
  readonly columns: Map<string, readonly Column[]>;
  /** Names whose ParseComplete is on its way, in order. */
  readonly parsing: string[];
};

const knownBy = new WeakMap<pg.Connection, Known>();

function knownOf(connection: pg.Connection): Known {
  const had = knownBy.get(connection);
  if (had) return had;
  const known: Known = { parsed: new Set(), columns: new Map(), parsing: [] };
  connection.on('parseComplete', () => {
    const name = known.parsing.shift();
    if (name !== undefined) known.parsed.add(name);
  });
  knownBy.set(connection, known);
  return known;
}

/** A parameter as PostgreSQL's text. What has no text of its own is a bug, found before anything was sent. */
export function wireValue(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  invariant(Array.isArray(value), `a parameter of type ${typeof value} cannot be sent`);
  return `{${value.map(element).join(',')}}`;
}

function element(value: unknown): string {
  const text = wireValue(value);
  if (text === null) return 'NULL';
  if (Buffer.isBuffer(text)) return `"\\\\x${text.toString('hex')}"`;
  // An array in an array travels as its text: PostgreSQL's own arrays of arrays must all be of one length.
  return typeof value === 'string' || Array.isArray(value)
    ? `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
    : text;
}

/** RFC 7464's separator: no JSON text holds it, so that many travel as one text without being quoted. None is empty, for null. */
export const jsonSeparator = '\u001e';

type FieldMessage = { readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[] };
type RowMessage = { readonly fields: readonly (string | null)[] };

/**
 * What `client.query` accepts beside strings (`pg.Submittable`); the client hands over each message of the answer. `done` is
 * called once, when the connection is free again or lost.
 */
export function batchOf(
  items: readonly Item[],
  parserOf: (oid: number) => Parser,
  done: (error: Error | null) => void,
): pg.Submittable & { readonly statements: readonly Item[] } {
  let at = 0;
  let rows: Record<string, unknown>[] = [];
  let columns: readonly Column[] = [];
  /** A value that we cannot read: the statement was done, and whoever asked hears of it when its answer is whole. */
  let unreadable: Error | null = null;
  let known: Known | null = null;

  const current = (): Item => {
    const item = items[at];
    invariant(item, 'an answer without a statement');
    return item;
  };

  return {
    statements: items,
    submit: (connection: pg.Connection) => {
      const knows = knownOf(connection);
      known = knows;
      const parsedHere = new Set<string>();
      connection.stream.cork();
      for (const { name, text, values } of items) {
        if (!knows.parsed.has(name) && !parsedHere.has(name)) {
          connection.parse({ name, text, types: [] }, false);
          knows.parsing.push(name);
          parsedHere.add(name);
        }
        connection.bind({ statement: name, values: [...values] }, false);
        if (!knows.columns.has(name)) connection.describe({ type: 'P', name: '' }, false);
        connection.execute(null, false);
      }
      connection.sync();
      connection.stream.uncork();
    },
    handleRowDescription: (message: FieldMessage) => {
      known?.columns.set(
        current().name,
        message.fields.map(({ name, dataTypeID }) => ({ name, parse: parserOf(dataTypeID) })),
      );
    },
    handleDataRow: (message: RowMessage) => {
      if (unreadable) return;
      if (rows.length === 0) columns = known?.columns.get(current().name) ?? [];
      try {
        rows.push(rowOf(columns, message.fields));
      } catch (error) {
        unreadable = error instanceof Error ? error : new Error(String(error));
      }
    },
    handleCommandComplete: (message: { readonly text: string }) => {
      const item = current();
      if (known && !known.columns.has(item.name)) known.columns.set(item.name, []);
      if (unreadable) item.reject(unreadable);
      else item.resolve({ rows, command: message.text });
      at += 1;
      rows = [];
      unreadable = null;
    },
    handleEmptyQuery: () => {
      current().resolve({ rows: [], command: '' });
      at += 1;
    },
    handleError: (error: Error) => {
      // What follows the failed statement was skipped by PostgreSQL, up to the Sync; so were the answers to its Parse messages.
      if (known) known.parsing.length = 0;
      for (const item of items.slice(at)) item.reject(error);
      at = items.length;
      done(error);
    },
    handleReadyForQuery: () => done(null),
  } as pg.Submittable & { readonly statements: readonly Item[] };
}

function rowOf(columns: readonly Column[], values: readonly (string | null)[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [index, { name, parse }] of columns.entries()) {
    const value = values[index];
    row[name] = value === null || value === undefined ? null : parse(value);
  }
  return row;
}
