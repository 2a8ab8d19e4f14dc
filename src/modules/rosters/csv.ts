// A CSV file as offices write it: UTF-8 with or without a mark, GB18030, UTF-16 from Excel, or several of them in one file; commas, tabs
// or semicolons; quotes and line breaks inside cells.

import { parse } from 'csv-parse';
import { Refusal } from '#platform/errors';
import { cellCharactersMax, cellsMax, refuseSheet, rowsMax, type Sheet, type SheetRow } from './sheet.ts';

/** Beyond this part of the lines that have letters, a file is of one encoding; below it, of several. */
const mostly = 0.9;

/** `rowsMost`: where another module reads longer files. */
export function readCsv(bytes: Buffer, rowsMost = rowsMax): Sheet {
  const { text, how, notes } = decode(bytes);
  const delimiter = delimiterOf(text);
  return { kind: 'csv', how, notes, rows: () => rowsOf(text, delimiter, rowsMost) };
}

export function decode(bytes: Buffer): { text: string; how: string; notes: string[] } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return { text: new TextDecoder('utf-16le').decode(bytes), how: 'UTF-16', notes: [] };
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return { text: new TextDecoder('utf-16be').decode(bytes), how: 'UTF-16', notes: [] };
  const whole = strictly(bytes);
  if (whole !== null) return { text: whole, how: 'UTF-8', notes: [] };
  const lines = linesOf(bytes);
  const known = lines.map(strictly);
  const withLetters = lines.map((line) => line.some((byte) => byte >= 0x80));
  const lettered = withLetters.filter(Boolean).length;
  const foreign = known.filter((text, at) => withLetters[at] && text === null).length;
  const gb18030 = new TextDecoder('gb18030');
  // A lonely Chinese word of GB18030 may look like UTF-8: where nearly all lines are not, all are GB18030.
  if (foreign >= lettered * mostly) return { text: gb18030.decode(bytes), how: 'GB18030', notes: [] };
  const text = known.map((line, at) => line ?? gb18030.decode(lines[at])).join('\n');
  return {
    text,
    how: 'UTF-8 与 GB18030 混用',
    notes: ['文件里混用了两种文字编码，已逐行识别，请核对姓名有没有乱码。'],
  };
}

function strictly(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** No byte of a GB18030 character is a line feed. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, from)) {
    lines.push(bytes.subarray(from, at));
    from = at + 1;
  }
  lines.push(bytes.subarray(from));
  return lines;
}

/** The separator that the first lines use most. */
function delimiterOf(text: string): string {
  const head = text.slice(0, 4_000);
  const counts = [',', '\t', ';', '，', '|'].map((one) => ({ one, count: head.split(one).length }));
  return counts.toSorted((a, b) => b.count - a.count)[0]?.one ?? ',';
}

async function* rowsOf(text: string, delimiter: string, rowsMost: number): AsyncGenerator<SheetRow> {
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: false,
    // A quote that never ends would make one record of the whole rest.
    max_record_size: cellCharactersMax * 10,
  });
  parser.end(text);
  let last = 0;
  let count = 0;
  try {
    for await (const one of parser) {
      const { record, info } = one as { record: string[]; info: { lines: number } };
      count += 1;
      // A record may go over several lines; people look for where it begins.
      const line = last + 1;
      last = Math.max(line, info.lines);
      if (count > rowsMost) throw refuseSheet('rosters.too_many_lines', { max: rowsMost });
      if (record.length > cellsMax) throw refuseSheet('rosters.too_wide', { line });
      yield { line, cells: record.map((cell) => ({ text: cell.slice(0, cellCharactersMax) })) };
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw refuseSheet('rosters.too_wide', { line: last + 1 });
  }
}
