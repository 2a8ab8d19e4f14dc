// An Excel workbook (.xlsx), read as a stream and with a limit on everything: what it unpacks to, the length of a row, the texts that its
// cells share. Formulas give the value that was saved with them; hidden sheets are passed over, hidden rows say so; of a merged cell
// only the first holds the value.

import { SaxesParser } from 'saxes';
import yauzl from 'yauzl';
import { Refusal } from '#platform/errors';
import { cellCharactersMax, cellsMax, refuseSheet, rowsMax, type Cell, type Sheet, type SheetRow } from './sheet.ts';

const partBytesMax = 160 * 1024 * 1024;
const textCharactersMax = 60_000_000;
const entriesMax = 2_000;

type Entries = ReadonlyMap<string, yauzl.Entry>;
type Book = { readonly zip: yauzl.ZipFile; readonly entries: Entries };
type Place = { readonly name: string; readonly path: string; readonly isHidden: boolean };

export async function openXlsx(bytes: Buffer): Promise<readonly Sheet[]> {
  const book = await openBook(bytes);
  const places = await sheetsOf(book);
  const texts = await sharedTexts(book);
  const dateStyles = await dateStylesOf(book);
  const hidden = places.filter((one) => one.isHidden);
  const notes = hidden.length > 0 ? [`隐藏的工作表没有读取：${hidden.map(({ name }) => name).join('、')}。`] : [];
  return places
    .filter((one) => !one.isHidden)
    .map((place) => ({
      kind: 'xlsx' as const,
      how: `工作表“${place.name}”`,
      notes,
      rows: () => rowsOf(book, place.path, texts, dateStyles),
    }));
}

async function openBook(bytes: Buffer): Promise<Book> {
  try {
    const zip = await yauzl.fromBufferPromise(bytes, { lazyEntries: true, validateEntrySizes: true });
    if (zip.entryCount > entriesMax) throw refuseSheet('rosters.bomb');
    const entries = new Map<string, yauzl.Entry>();
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
    return { zip, entries };
  } catch (error) {
    throw error instanceof Refusal ? error : refuseSheet('rosters.not_a_table');
  }
}

type Handlers = {
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  close?(name: string): void;
  text?(text: string): void;
};

/** The text of one part in pieces, never more of it than the limit; a missing part has none. */
async function* pieces({ zip, entries }: Book, path: string): AsyncGenerator<string> {
  const entry = entries.get(path);
  if (!entry) return;
  if (entry.uncompressedSize > partBytesMax) throw refuseSheet('rosters.bomb');
  const decoder = new TextDecoder();
  let bytes = 0;
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      const piece = chunk as Buffer;
      bytes += piece.length;
      if (bytes > partBytesMax) throw refuseSheet('rosters.bomb');
      yield decoder.decode(piece, { stream: true });
    }
  } catch (error) {
    throw error instanceof Refusal ? error : refuseSheet('rosters.not_a_table');
  }
}

function parserWith(handlers: Handlers): SaxesParser {
  const parser = new SaxesParser({ xmlns: false, fragment: false });
  // Prefixes differ between programs; the local name does not.
  const local = (name: string) => name.slice(name.indexOf(':') + 1);
  parser.on('opentag', ({ name, attributes }) => handlers.open?.(local(name), attributes));
  parser.on('closetag', ({ name }) => handlers.close?.(local(name)));
  parser.on('text', (text) => handlers.text?.(text));
  parser.on('error', () => {
    throw refuseSheet('rosters.not_a_table');
  });
  return parser;
}

async function walk(book: Book, path: string, handlers: Handlers): Promise<void> {
  const parser = parserWith(handlers);
  for await (const piece of pieces(book, path)) parser.write(piece);
  if (book.entries.has(path)) parser.close();
}

async function sheetsOf(book: Book): Promise<readonly Place[]> {
  const targets = new Map<string, string>();
  await walk(book, 'xl/_rels/workbook.xml.rels', {
    open: (name, { Id, Target }) => void (name === 'Relationship' && Id && Target && targets.set(Id, Target)),
  });
  const places: Place[] = [];
  await walk(book, 'xl/workbook.xml', {
    open: (name, attributes) => {
      if (name !== 'sheet') return;
      const target = targets.get(attributes['r:id'] ?? attributes['id'] ?? '') ?? '';
      const path = target.startsWith('/') ? target.slice(1) : `xl/${target}`;
      const state = attributes['state'] ?? 'visible';
      places.push({ name: attributes['name'] ?? '', path, isHidden: state !== 'visible' });
    },
  });
  if (places.length === 0) throw refuseSheet('rosters.not_a_table');
  return places;
}

async function sharedTexts(book: Book): Promise<readonly string[]> {
  const texts: string[] = [];
  let characters = 0;
  let current = '';
  let inText = false;
  let inReading = false;
  await walk(book, 'xl/sharedStrings.xml', {
    open: (name) => {
      if (name === 'si') current = '';
      // How a word is read aloud is no part of it.
      if (name === 'rPh') inReading = true;
      inText = name === 't' && !inReading;
    },
    text: (text) => {
      if (inText && current.length < cellCharactersMax) current += text;
    },
    close: (name) => {
      if (name === 't') inText = false;
      if (name === 'rPh') inReading = false;
      if (name !== 'si') return;
      characters += current.length;
      if (characters > textCharactersMax) throw refuseSheet('rosters.bomb');
      texts.push(current.slice(0, cellCharactersMax));
    },
  });
  return texts;
}

const dateFormats = new Set([14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58]);

/** Which cell styles show a number as a day. */
async function dateStylesOf(book: Book): Promise<ReadonlySet<number>> {
  const own = new Set<number>();
  const styles = new Set<number>();
  let inCells = false;
  let index = 0;
  await walk(book, 'xl/styles.xml', {
    open: (name, { numFmtId, formatCode }) => {
      if (name === 'numFmt' && /[yd年月日]/i.test((formatCode ?? '').replaceAll(/\[[^\]]*\]|"[^"]*"/g, '')))
        own.add(Number(numFmtId));
      if (name === 'cellXfs') inCells = true;
      if (name !== 'xf' || !inCells) return;
      const format = Number(numFmtId ?? 0);
      if (dateFormats.has(format) || own.has(format)) styles.add(index);
      index += 1;
    },
    close: (name) => {
      if (name === 'cellXfs') inCells = false;
    },
  });
  return styles;
}

/** Merged ranges stand behind the cells: they are looked for first, without taking the cells apart. */
async function mergesOf(book: Book, path: string): Promise<ReadonlySet<string>> {
  const covered = new Set<string>();
  let tail = '';
  for await (const piece of pieces(book, path)) {
    const text = tail + piece;
    for (const [, from = '', to = ''] of text.matchAll(/mergeCell ref="([A-Z]+\d+):([A-Z]+\d+)"/g))
      cover(covered, from, to);
    tail = text.slice(-60);
  }
  return covered;
}

function cover(covered: Set<string>, from: string, to: string): void {
  const [first, last] = [placeOf(from), placeOf(to)];
  // A title over the whole sheet needs no list of its cells.
  const rows = Math.min(last.row, first.row + rowsMax);
  const columns = Math.min(last.column, first.column + cellsMax);
  for (let row = first.row; row <= rows && covered.size < 500_000; row += 1)
    for (let column = first.column; column <= columns; column += 1)
      if (row !== first.row || column !== first.column) covered.add(`${row}/${column}`);
}

function placeOf(reference: string): { row: number; column: number } {
  const [, letters = '', digits = ''] = /^([A-Z]+)(\d+)$/.exec(reference) ?? [];
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return { row: Number(digits), column: column - 1 };
}

async function* rowsOf(
  book: Book,
  path: string,
  texts: readonly string[],
  dateStyles: ReadonlySet<number>,
): AsyncGenerator<SheetRow> {
  const merged = await mergesOf(book, path);
  const ready: SheetRow[] = [];
  let count = 0;
  const parser = parserWith(
    rowHandlers({ texts, dateStyles, merged }, (row) => {
      count += 1;
      if (count > rowsMax) throw refuseSheet('rosters.too_many_lines', { max: rowsMax });
      ready.push(row);
    }),
  );
  for await (const piece of pieces(book, path)) {
    parser.write(piece);
    yield* ready.splice(0);
  }
  if (book.entries.has(path)) parser.close();
  yield* ready.splice(0);
}

type Context = {
  readonly texts: readonly string[];
  readonly dateStyles: ReadonlySet<number>;
  readonly merged: ReadonlySet<string>;
};

function rowHandlers({ texts, dateStyles, merged }: Context, emit: (row: SheetRow) => void): Handlers {
  let line = 0;
  let isHidden = false;
  let cells: Cell[] = [];
  let column = 0;
  let type = '';
  let style = 0;
  let value = '';
  let inValue = false;
  return {
    open: (name, attributes) => {
      if (name === 'row') {
        line = attributes['r'] ? Number(attributes['r']) : line + 1;
        isHidden = attributes['hidden'] === '1' || attributes['hidden'] === 'true';
        cells = [];
        column = -1;
      } else if (name === 'c') {
        column = attributes['r'] ? placeOf(attributes['r']).column : column + 1;
        if (column >= cellsMax) throw refuseSheet('rosters.too_wide', { line });
        type = attributes['t'] ?? 'n';
        style = Number(attributes['s'] ?? 0);
        value = '';
      }
      inValue = name === 'v' || name === 't';
    },
    text: (text) => {
      if (inValue && value.length < cellCharactersMax) value += text;
    },
    close: (name) => {
      if (name === 'v' || name === 't') inValue = false;
      if (name === 'c') {
        while (cells.length < column) cells.push(emptyCell(merged, line, cells.length));
        cells[column] =
          value === '' ? emptyCell(merged, line, column) : cellOf(type, value, texts, dateStyles.has(style));
      }
      if (name === 'row') emit({ line, cells, ...(isHidden ? { isHidden } : {}) });
    },
  };
}

function emptyCell(merged: ReadonlySet<string>, line: number, column: number): Cell {
  return merged.has(`${line}/${column}`) ? { text: '', isMerged: true } : { text: '' };
}

function cellOf(type: string, value: string, texts: readonly string[], isDay: boolean): Cell {
  if (type === 's') return { text: texts[Number(value)] ?? '' };
  if (type === 'e') return { text: value, isError: true };
  if (type === 'b') return { text: value === '1' ? '是' : '否' };
  if (type !== 'n') return { text: value };
  return isDay ? { text: dayOfSerial(Number(value)) } : { text: value, isNumber: true };
}

/** Days are counted from the end of 1899, with a 29 February 1900 that never was. */
function dayOfSerial(serial: number): string {
  if (!Number.isFinite(serial) || serial < 1 || serial > 2_958_465) return String(serial);
  return new Date(Date.UTC(1899, 11, 30) + Math.floor(serial) * 86_400_000).toISOString().slice(0, 10);
}
