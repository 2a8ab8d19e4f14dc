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

const chunkBytesMin = 65_536;
const dataHeadBytes = 5;
/** CopyDone: its type and its length. */
const copyDone = Buffer.from([0x63, 0, 0, 0, 4]);

/** Appends rows to tables, in this order; the caller's transaction is what makes it all or nothing. */
export async function copyInto(client: pg.Client, copies: readonly Copy[]): Promise<void> {
  // Written before anything is sent: what has no text is found while nothing waits for it.
  const written = copies.map(({ table, columns, rows }) => ({
    text: `copy ${table} (${columns.join(', ')}) from stdin`,
    chunks: [...chunksOf(rows), copyDone],
  }));
  await new Promise<void>((resolve, reject) => {
    let failure: Error | null = null;
    const submittable = {
      submit: (connection: pg.Connection) => {
        const { stream } = connection;
        stream.cork();
        for (const { text, chunks } of written) {
          connection.parse({ name: '', text, types: [] }, false);
          connection.bind({ statement: '', values: [] }, false);
          connection.execute(null, false);
          for (const chunk of chunks) stream.write(chunk);
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
  for (const row of rows) {
    let line = '';
    for (const value of row) line += line === '' ? field(value) : `\t${field(value)}`;
    text += `${line}\n`;
    if (text.length < chunkBytesMin) continue;
    yield dataOf(text);
    text = '';
  }
  if (text !== '') yield dataOf(text);
}

function dataOf(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  const message = Buffer.allocUnsafe(dataHeadBytes + bytes);
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
