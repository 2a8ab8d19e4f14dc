// COPY … FROM STDIN, many tables in one go: all of it leaves at once, with one Sync behind it, and nobody waits for PostgreSQL's
// consent to each table. Should one fail, PostgreSQL passes over all that follows, up to the Sync. Text format, as in db-batch.

import type pg from 'pg';
import { wireValue } from './db-batch.ts';

export type Copy = {
  readonly table: string;
  readonly columns: readonly string[];
  /** Values in the order of the columns, as a statement's parameters would be given. */
  readonly rows: Iterable<readonly unknown[]>;
};

/** A copy as it goes over the wire: made once, in whichever thread. */
export type WrittenCopy = {
  readonly table: string;
  readonly columns: readonly string[];
  readonly chunks: readonly Uint8Array[];
};

const chunkBytesMin = 65_536;
const dataHeadBytes = 5;
/** CopyDone: its type and its length. */
const copyDone = Buffer.from([0x63, 0, 0, 0, 4]);

/** Appends rows to tables, in this order; the caller's transaction is what makes it all or nothing. */
export async function copyInto(client: pg.Client, copies: readonly Copy[]): Promise<void> {
  // Written before anything is sent: what has no text is found while nothing waits for it.
  await sendCopies(client, copies.map(writeCopy));
}

export function writeCopy({ table, columns, rows }: Copy): WrittenCopy {
  return { table, columns, chunks: [...chunksOf(rows)] };
}

export async function sendCopies(client: pg.Client, written: readonly WrittenCopy[]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let failure: Error | null = null;
    const submittable = {
      submit: (connection: pg.Connection) => {
        const { stream } = connection;
        stream.cork();
        for (const { table, columns, chunks } of written) {
          const text = `copy ${table} (${columns.join(', ')}) from stdin`;
          connection.parse({ name: '', text, types: [] }, false);
          connection.bind({ statement: '', values: [] }, false);
          connection.execute(null, false);
          for (const chunk of chunks) stream.write(chunk);
          stream.write(copyDone);
        }
        connection.sync();
        stream.uncork();
      },
      handleCopyInResponse: () => {},
      handleCommandComplete: () => {},
      handleError: (error: Error) => {
        failure = error;
        reject(error);
      },
      handleReadyForQuery: () => {
        if (!failure) resolve();
      },
    };
    client.query(submittable);
  });
}

/** CopyData messages of some size, since a message a row would cost PostgreSQL a read each. */
function* chunksOf(rows: Copy['rows']): Generator<Buffer> {
  let text = '';
  // Rows that belong together share one array of readers, which is written once.
  let shared: { readonly list: readonly unknown[]; readonly text: string } | null = null;
  const fieldOf = (value: unknown): string => {
    if (!Array.isArray(value)) return field(value);
    if (shared?.list !== value) shared = { list: value, text: field(value) };
    return shared.text;
  };
  for (const row of rows) {
    let line = '';
    for (const value of row) line += line === '' ? fieldOf(value) : `\t${fieldOf(value)}`;
    text += `${line}\n`;
    if (text.length < chunkBytesMin) continue;
    yield dataOf(text);
    text = '';
  }
  if (text !== '') yield dataOf(text);
}

function dataOf(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  // Memory of its own, so that a thread can hand it over.
  const message = Buffer.allocUnsafeSlow(dataHeadBytes + bytes);
  message.write('d', 'latin1');
  message.writeInt32BE(bytes + dataHeadBytes - 1, 1);
  message.write(text, dataHeadBytes, 'utf8');
  return message;
}

const special = /[\\\t\n\r]/;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function field(value: unknown): string {
  const text = wireValue(value);
  if (text === null) return '\\N';
  if (Buffer.isBuffer(text)) return `\\\\x${text.toString('hex')}`;
  return special.test(text) ? text.replaceAll(/[\\\t\n\r]/g, (one) => escapes[one] ?? one) : text;
}
