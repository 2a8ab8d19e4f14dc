// Bank files as banks really want them, described by data: which encoding, fixed widths in bytes or separated cells, which cells stand in
// the head, the lines and the tail. One writer and one reader for all of them. A value is never cut to fit, and a character is never
// replaced: what cannot be written exactly is refused.
import iconv from 'iconv-lite';
import { FileUnreadable } from './file.ts';

export type HeadField = 'tag' | 'batchNo' | 'day' | 'count' | 'total';
export type LineField =
  | 'tag'
  | 'seq'
  | 'reference'
  | 'payeeName'
  | 'cardNumber'
  | 'amount'
  | 'purpose'
  | 'status'
  | 'reason'
  | 'bankSerial'
  | 'day';

export type Column<Field extends string> = {
  readonly field: Field;
  /** What a tag says. */
  readonly is?: string;
  /** Width in bytes of the encoding, in a file of fixed widths. */
  readonly bytes?: number;
  /** Text stands left and is filled with spaces, or with full-width spaces; numbers stand right and are filled with zeros. */
  readonly fill?: 'space' | 'wide' | 'zero';
};

export type Shape = {
  readonly head: readonly Column<HeadField>[];
  readonly line: readonly Column<LineField>[];
  readonly tail: readonly Column<HeadField>[] | null;
};

export type BankTemplate = {
  readonly code: string;
  readonly zh: string;
  /** 待核: no bank has confirmed this format. */
  readonly verified: boolean;
  readonly encoding: 'gbk' | 'gb18030' | 'utf8';
  readonly bom: boolean;
  readonly layout: 'fixed' | { readonly separator: string; readonly quoted: boolean };
  readonly amount: 'fen' | 'yuan';
  readonly extension: string;
  readonly batch: Shape;
  readonly returns: Shape;
  /** The bank's codes; whatever is not listed makes the whole file unreadable. */
  readonly statuses: Readonly<Record<string, 'settled' | 'returned' | 'failed'>>;
  readonly linesMax: number;
};

export type Head = { readonly batchNo: string; readonly day: string };
export type Line = Readonly<Partial<Record<LineField, string>>> & { readonly amountFen: number };
export type BankFile = Head & { readonly lines: readonly Line[] };

/** A value that this file cannot hold exactly. */
export class NotWritable extends Error {
  override readonly name = 'NotWritable';
  readonly zh: string;
  constructor(zh: string) {
    super('a value cannot be written exactly');
    this.zh = zh;
  }
}

const CRLF = '\r\n';
const WIDE_SPACE = '\u3000';

function encode(template: BankTemplate, text: string): Buffer {
  const bytes = iconv.encode(text, template.encoding);
  if (iconv.decode(bytes, template.encoding, { stripBOM: false }) !== text) {
    const rare = Array.from(text).find(
      (one) => iconv.decode(iconv.encode(one, template.encoding), template.encoding, { stripBOM: false }) !== one,
    );
    throw new NotWritable(`“${rare ?? text}”在该银行的文件编码里没有，请人工处理这一笔。`);
  }
  return bytes;
}

function yuanOf(fen: number): string {
  return `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
}

function amountText(template: BankTemplate, fen: number): string {
  return template.amount === 'fen' ? String(fen) : yuanOf(fen);
}

function readAmount(template: BankTemplate, text: string): number {
  const match = template.amount === 'fen' ? /^(\d{1,15})$/.exec(text) : /^(\d{1,13})\.(\d{2})$/.exec(text);
  if (!match) throw new FileUnreadable('not an amount');
  return template.amount === 'fen' ? Number(match[1]) : Number(match[1]) * 100 + Number(match[2]);
}

function fixedCell(template: BankTemplate, column: Column<string>, value: string): Buffer {
  const width = column.bytes ?? 0;
  const bytes = encode(template, value);
  const room = width - bytes.length;
  if (room < 0) throw new NotWritable(`“${value}”超过该银行文件的栏宽（${width} 字节）。`);
  if (column.fill === 'zero') return Buffer.concat([Buffer.alloc(room, '0'), bytes]);
  if (column.fill !== 'wide') return Buffer.concat([bytes, Buffer.alloc(room, ' ')]);
  // Full-width spaces take two bytes each; an odd byte is one narrow space.
  const wide = encode(template, WIDE_SPACE.repeat(Math.trunc(room / 2)));
  return Buffer.concat([bytes, wide, Buffer.alloc(room % 2, ' ')]);
}

function separatedCell(separator: string, quoted: boolean, value: string): string {
  if (quoted) return /[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  if (value.includes(separator)) throw new NotWritable(`“${value}”含有该银行文件的分隔符 ${separator}。`);
  return value;
}

function writeRow(
  template: BankTemplate,
  columns: readonly Column<string>[],
  valueOf: (column: Column<string>) => string,
): Buffer {
  const values = columns.map((column) => {
    const value = column.is ?? valueOf(column);
    if (/\p{Cc}/u.test(value) || value !== value.trim() || !value.isWellFormed())
      throw new NotWritable(`“${value}”含有不能写进文件的字符或首尾空格。`);
    return value;
  });
  const { layout } = template;
  const cells =
    layout === 'fixed'
      ? Buffer.concat(columns.map((column, at) => fixedCell(template, column, values[at] ?? '')))
      : encode(
          template,
          values.map((value) => separatedCell(layout.separator, layout.quoted, value)).join(layout.separator),
        );
  return Buffer.concat([cells, Buffer.from(CRLF)]);
}

/** Throws `NotWritable`, with a sentence for a clerk. */
export function writeBankFile(template: BankTemplate, kind: 'batch' | 'returns', file: BankFile): Buffer {
  const shape = template[kind];
  if (file.lines.length > template.linesMax) throw new NotWritable(`一个文件最多 ${template.linesMax} 笔。`);
  const total = file.lines.reduce((sum, line) => sum + line.amountFen, 0);
  const head = (column: Column<string>): string =>
    ({
      tag: '',
      batchNo: file.batchNo,
      day: file.day.replaceAll('-', ''),
      count: String(file.lines.length),
      total: amountText(template, total),
    })[column.field as HeadField];
  const rows = [
    writeRow(template, shape.head, head),
    ...file.lines.map((line, at) =>
      writeRow(template, shape.line, ({ field }) => {
        if (field === 'seq') return String(at + 1);
        if (field === 'amount') return amountText(template, line.amountFen);
        const value = line[field as LineField] ?? '';
        return field === 'day' ? value.replaceAll('-', '') : value;
      }),
    ),
    ...(shape.tail ? [writeRow(template, shape.tail, head)] : []),
  ];
  return Buffer.concat([...(template.bom ? [Buffer.from('\ufeff')] : []), ...rows]);
}

function cutFixed(template: BankTemplate, columns: readonly Column<string>[], row: Buffer): string[] {
  const width = columns.reduce((sum, column) => sum + (column.bytes ?? 0), 0);
  if (row.length !== width) throw new FileUnreadable(`a row of ${row.length} bytes instead of ${width}`);
  let at = 0;
  return columns.map((column) => {
    const text = iconv.decode(row.subarray(at, at + (column.bytes ?? 0)), template.encoding, { stripBOM: false });
    at += column.bytes ?? 0;
    return column.fill === 'zero' ? text.replace(/^0+(?=\d)/, '') : text.replace(/[ \u3000]+$/, '');
  });
}

function cutSeparated(separator: string, quoted: boolean, row: string): string[] {
  if (!quoted) return row.split(separator);
  const cells: string[] = [];
  // One cell a match: quoted with doubled quotes, or plain; then a comma or the end.
  const cell = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (;;) {
    const match = cell.exec(row);
    if (match === null) throw new FileUnreadable('broken quoting');
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '') return cells;
  }
}

function readRow(
  template: BankTemplate,
  columns: readonly Column<string>[],
  row: Buffer,
): Readonly<Record<string, string>> {
  const { layout } = template;
  const text = iconv.decode(row, template.encoding, { stripBOM: false });
  if (text.includes('\ufffd')) throw new FileUnreadable('not of this encoding');
  const cells =
    layout === 'fixed' ? cutFixed(template, columns, row) : cutSeparated(layout.separator, layout.quoted, text);
  if (cells.length !== columns.length)
    throw new FileUnreadable(`a row of ${cells.length} cells instead of ${columns.length}`);
  return Object.fromEntries(
    columns.map((column, at) => {
      const value = cells[at] ?? '';
      if (column.is !== undefined && value !== column.is) throw new FileUnreadable('a row of another kind');
      return [column.field, value];
    }),
  );
}

function splitRows(bytes: Buffer): Buffer[] {
  const rows: Buffer[] = [];
  let from = 0;
  for (;;) {
    // No second byte of these encodings is a line break.
    const end = bytes.indexOf(0x0a, from);
    if (end < 0) break;
    const cr = end > from && bytes[end - 1] === 0x0d;
    rows.push(bytes.subarray(from, cr ? end - 1 : end));
    from = end + 1;
  }
  if (from < bytes.length) throw new FileUnreadable('cut off in the middle of a row');
  return rows.filter((row) => row.length > 0);
}

function dayOf(text: string): string {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (!match) throw new FileUnreadable('not a day');
  return `${match[1]}-${match[2]}-${match[3]}`;
}

/** Throws `FileUnreadable` for anything that is not wholly what the template says: half a file settles nothing. */
export function readBankFile(template: BankTemplate, kind: 'batch' | 'returns', bytes: Buffer): BankFile {
  const shape = template[kind];
  const bom = Buffer.from('\ufeff');
  const rows = splitRows(template.bom && bytes.subarray(0, 3).equals(bom) ? bytes.subarray(3) : bytes);
  const [first, ...rest] = rows;
  if (!first) throw new FileUnreadable('empty');
  const head = readRow(template, shape.head, first);
  const last = shape.tail ? rest.pop() : undefined;
  if (shape.tail && !last) throw new FileUnreadable('no tail');
  const tail = shape.tail && last ? readRow(template, shape.tail, last) : {};
  const lines = rest.map((row): Line => {
    const cells = readRow(template, shape.line, row);
    return { ...cells, amountFen: readAmount(template, cells['amount'] ?? '') };
  });
  const total = lines.reduce((sum, line) => sum + line.amountFen, 0);
  for (const part of [head, tail]) {
    if ('count' in part && Number(part['count']) !== lines.length) throw new FileUnreadable('the count does not agree');
    if ('total' in part && readAmount(template, part['total'] ?? '') !== total)
      throw new FileUnreadable('the total does not agree');
  }
  return { batchNo: head['batchNo'] ?? '', day: dayOf(head['day'] ?? ''), lines };
}
