// Writing a table back for the person who handed it in: the same rows in the same places with one column more. Everything is text, so
// that no program makes numbers of identifiers again. As a stream, in the kind in which it came.

import { Zip, ZipDeflate } from 'fflate';
import type { SheetRow } from './sheet.ts';

export type WrittenRow = { readonly line: number; readonly cells: readonly string[] };

export const problemColumn = '问题';

/** Rows as they came, with `problems` in the column of that name: behind the header's last, or where an earlier one stood. */
export async function* withProblems(
  rows: AsyncIterable<SheetRow>,
  header: { readonly line: number; readonly titles: readonly string[] },
  problemsOf: (line: number) => string,
): AsyncGenerator<WrittenRow> {
  const known = header.titles.findIndex((title) => title.trim() === problemColumn);
  const filled = header.titles.findLastIndex((title) => title.trim() !== '') + 1;
  const at = known === -1 ? filled : known;
  for await (const { line, cells } of rows) {
    const texts = cells.map(({ text }) => text);
    const word = line === header.line ? problemColumn : line > header.line ? problemsOf(line) : '';
    if (line >= header.line) {
      while (texts.length < at) texts.push('');
      texts[at] = word;
    }
    yield { line, cells: texts };
  }
}

/** UTF-8 with a mark, which every office program understands. */
export async function* writeCsv(rows: AsyncIterable<WrittenRow>): AsyncGenerator<Buffer> {
  let text = '\ufeff';
  for await (const row of rows) {
    text += `${row.cells.map(quoted).join(',')}\r\n`;
    if (text.length < 65_536) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const parts: Readonly<Record<string, string>> = {
  '[Content_Types].xml': `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
  '_rels/.rels': `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="名单" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
};

export async function* writeXlsx(rows: AsyncIterable<WrittenRow>): AsyncGenerator<Buffer> {
  let ready: Buffer[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    ready.push(Buffer.from(chunk));
  });
  for (const [name, text] of Object.entries(parts)) {
    const part = new ZipDeflate(name, { level: 6 });
    zip.add(part);
    part.push(Buffer.from(text), true);
  }
  const sheet = new ZipDeflate('xl/worksheets/sheet1.xml', { level: 6 });
  zip.add(sheet);
  let text = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`;
  for await (const row of rows) {
    text += `<row r="${row.line}">${row.cells.map(cellXml).join('')}</row>`;
    if (text.length < 65_536) continue;
    sheet.push(Buffer.from(text));
    text = '';
    yield* ready;
    ready = [];
  }
  sheet.push(Buffer.from(`${text}</sheetData></worksheet>`), true);
  zip.end();
  yield* ready;
}

const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function cellXml(text: string): string {
  if (text === '') return '<c/>';
  // What XML cannot hold is nothing that anybody typed.
  const clean = text.replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');
  return `<c t="inlineStr"><is><t xml:space="preserve">${clean.replaceAll(/[&<>]/g, (one) => marks[one] ?? one)}</t></is></c>`;
}
