// The two files of the bank link, both UTF-8 CSV (RFC 4180) with a control line first: count, total in fen and the
// SHA-256 of the sorted data lines, so that order does not matter and a lost, added or changed line shows.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { PayoutLine, StatementLine } from './port.ts';

export class FileUnreadable extends Error {
  override readonly name = 'FileUnreadable';
}

function writeCell(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function writeLine(cells: readonly (string | number)[]): string {
  return cells.map((cell) => writeCell(String(cell))).join(',');
}

function readLine(line: string): string[] {
  const cells: string[] = [];
  // One cell a match: quoted with doubled quotes, or plain; then a comma or the end.
  const cell = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (;;) {
    const match = cell.exec(line);
    if (match === null) throw new FileUnreadable('broken quoting');
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '') return cells;
  }
}

export function linesDigest(lines: readonly string[]): string {
  return createHash('sha256').update(lines.toSorted().join('\n')).digest('hex');
}

type Control = { readonly tag: 'H' | 'S'; readonly name: string };

function writeFile(control: Control, rows: readonly string[], totalFen: number): string {
  const head = writeLine([control.tag, control.name, rows.length, totalFen, linesDigest(rows)]);
  return `${[head, ...rows].join('\n')}\n`;
}

function readFile<T>(
  text: string,
  tag: Control['tag'],
  readRow: (cells: readonly string[]) => T,
  amountOf: (row: T) => number,
): { name: string; digest: string; rows: T[] } {
  const [head, ...lines] = text.split('\n').filter((line) => line !== '');
  const [headTag, name, count, total, digest] = readLine(head ?? '');
  if (headTag !== tag || name === undefined) throw new FileUnreadable('no control line');
  const rows = lines.map((line) => readRow(readLine(line)));
  const sum = rows.reduce((fen, row) => fen + amountOf(row), 0);
  if (Number(count) !== rows.length || Number(total) !== sum || digest !== linesDigest(lines)) {
    throw new FileUnreadable('the control line does not agree with the lines');
  }
  return { name, digest, rows };
}

const fen = z
  .string()
  .regex(/^[1-9]\d{0,14}$/)
  .transform(Number);
// No control characters: a line break in a name would make one payee two.
const plain = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}]+$/u);
const payoutCells = z.tuple([z.literal('D'), plain(64), plain(100), z.string().regex(/^\d{8,32}$/), fen, plain(100)]);
const statementCells = z.tuple([
  z.literal('L'),
  plain(64),
  plain(64),
  z.enum(['payout', 'return', 'receipt']),
  fen,
  z.string().regex(/^\d{4}$/),
  z.iso.datetime({ offset: true }),
]);

function checked<T>(schema: z.ZodType<T>, cells: readonly string[]): T {
  const parsed = schema.safeParse(cells);
  if (!parsed.success) throw new FileUnreadable('a line of the wrong shape', { cause: parsed.error });
  return parsed.data;
}

/** Throws `FileUnreadable` for a line that the bank could not read back. */
export function writeBatch(batchNo: string, lines: readonly PayoutLine[]): string {
  const rows = lines.map((line) => {
    const cells = ['D', line.reference, line.payeeName, line.cardNumber, String(line.amountFen), line.purpose];
    checked(payoutCells, cells);
    return writeLine(cells);
  });
  return writeFile(
    { tag: 'H', name: batchNo },
    rows,
    lines.reduce((sum, line) => sum + line.amountFen, 0),
  );
}

/** `digest` names the content whatever the order of its lines. */
export function readBatch(text: string): { batchNo: string; digest: string; lines: PayoutLine[] } {
  const readRow = (cells: readonly string[]): PayoutLine => {
    const [, reference, payeeName, cardNumber, amountFen, purpose] = checked(payoutCells, cells);
    return { reference, payeeName, cardNumber, amountFen, purpose };
  };
  const { name, digest, rows } = readFile(text, 'H', readRow, (line) => line.amountFen);
  return { batchNo: name, digest, lines: rows };
}

export function writeStatement(day: string, lines: readonly StatementLine[]): string {
  const rows = lines.map((line) =>
    writeLine([
      'L',
      line.bankSerial,
      line.reference,
      line.kind,
      line.amountFen,
      line.cardTail,
      line.bookedAt.toISOString(),
    ]),
  );
  return writeFile(
    { tag: 'S', name: day },
    rows,
    lines.reduce((sum, line) => sum + line.amountFen, 0),
  );
}

export function readStatement(text: string): { day: string; lines: StatementLine[] } {
  const readRow = (cells: readonly string[]): StatementLine => {
    const [, bankSerial, reference, kind, amountFen, cardTail, bookedAt] = checked(statementCells, cells);
    return { bankSerial, reference, kind, amountFen, cardTail, bookedAt: new Date(bookedAt) };
  };
  const { name, rows } = readFile(text, 'S', readRow, (line) => line.amountFen);
  return { day: name, lines: rows };
}
