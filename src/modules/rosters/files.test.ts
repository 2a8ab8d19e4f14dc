// Files as offices write them, byte by byte: encodings, separators, workbooks with everything that a spreadsheet puts into them.

import { expect, test } from 'vitest';
import { csvOf, listOf, numberCell, people, sheetXml, textCell, workbook } from '#test/roster-files';
import { findList, openSheets } from './check.ts';
import { checkLine } from './line.ts';
import { isNoPerson } from './header.ts';
import type { SheetRow } from './sheet.ts';
import { withProblems, writeCsv, writeXlsx, type WrittenRow } from './write.ts';

const rules = { ageMin: 16, ageMax: null, today: '2026-06-01' };
const three = people(3);
const rows = listOf(three);

async function read(bytes: Buffer) {
  const { sheet, header } = await findList(await openSheets(bytes));
  const all: SheetRow[] = [];
  for await (const row of sheet.rows()) all.push(row);
  const lines = all.filter((row) => row.line > header.line && !isNoPerson(row, header));
  return { sheet, header, all, lines, checked: lines.map((row) => checkLine(row, header, rules)) };
}

const namesOf = async (bytes: Buffer) => (await read(bytes)).checked.map((one) => one.listed?.name);
const names = three.map((one) => one.name);
/** GB18030 by the decoder's own table: there is no encoder in the platform. */
const gb = gbEncoder();

test('UTF-8 with and without a mark, UTF-16, GB18030, and two encodings in one file', async () => {
  const text = csvOf(rows);
  expect(await namesOf(Buffer.from(text))).toEqual(names);
  expect(await namesOf(Buffer.from(`\ufeff${text}`))).toEqual(names);
  expect(await namesOf(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]))).toEqual(names);
  const whole = await read(gb(text));
  expect(whole.checked.map((one) => one.listed?.name)).toEqual(names);
  expect(whole.sheet.how).toBe('GB18030');
  const lines = text.split('\r\n');
  const mixed = Buffer.concat(
    lines.flatMap((line, at) => [at > 1 ? gb(line) : Buffer.from(line), Buffer.from('\r\n')]),
  );
  const both = await read(mixed);
  expect(both.checked.map((one) => one.listed?.name)).toEqual(names);
  expect(both.sheet.notes).toHaveLength(1);
});

test('titles and empty rows above, tabs and semicolons, quotes with line breaks, a repeated header, sums and names below', async () => {
  const framed = [
    ['示例配送有限公司人员名单'],
    [''],
    ['填报日期：2026年5月'],
    ...rows.slice(0, 2),
    rows[0] ?? [],
    ...rows.slice(2),
    [''],
    ['合计', '3人'],
    ['制表人：张三', '', '', '', '审核：李四'],
  ];
  for (const separator of [',', '\t', ';']) {
    const text = framed.map((row) => row.join(separator)).join('\n');
    expect(await namesOf(Buffer.from(text)), separator).toEqual(names);
  }
  const broken = rows.map((row, at) => (at === 1 ? [...row.slice(0, 4), '配送员\n（夜班，"临时"）'] : row));
  const found = await read(Buffer.from(csvOf(broken)));
  expect(found.checked[0]?.listed?.post).toContain('夜班');
  // The line in which the next one begins, as an editor counts.
  expect(found.lines.map((row) => row.line)).toEqual([2, 4, 5]);
});

test('a quote that never ends, a table without a header, an old workbook and rubbish are refused with what to do', async () => {
  const endless = `${csvOf(rows)}\r\n4,"${'x'.repeat(50_000)}`;
  await expect(read(Buffer.from(endless))).rejects.toMatchObject({ code: 'rosters.too_wide' });
  await expect(read(Buffer.from('甲,乙\n1,2'))).rejects.toMatchObject({ code: 'rosters.no_header' });
  await expect(read(Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 1, 2]))).rejects.toMatchObject({ code: 'rosters.old_excel' });
  await expect(read(Buffer.from('PK\u0003\u0004nonsense'))).rejects.toMatchObject({ code: 'rosters.not_a_table' });
  await expect(read(Buffer.from([1, 0, 2, 0, 0, 7]))).rejects.toMatchObject({ code: 'rosters.not_a_table' });
});

const head = `<row r="3">${['姓 名*', '证件号码（必填）', '联系电话', '岗位', '入职日期'].map((one, at) => textCell(`${'ABCDE'[at]}3`, one)).join('')}</row>`;
const [a, b, c] = three;

test('a workbook: a merged title, shared texts, formulas, numbers, days, a merged post, hidden rows and sheets', async () => {
  if (!a || !b || !c) throw new Error('three people');
  const sheet = sheetXml(
    [
      `<row r="1">${textCell('A1', '人员花名册')}</row>`,
      head,
      `<row r="4"><c r="A4" t="s"><v>0</v></c>${textCell('B4', a.id)}${numberCell('C4', '1.9900000000E10')}${textCell('D4', '配送员')}${numberCell('E4', '46023', 1)}</row>`,
      `<row r="5"><c r="A5" t="str"><f>CONCATENATE(X1,X2)</f><v>${b.name}</v></c>${textCell('B5', b.id)}${numberCell('C5', '19900000001')}</row>`,
      `<row r="6" hidden="1">${textCell('A6', c.name)}${textCell('B6', c.id)}${textCell('C6', c.phone)}</row>`,
    ],
    ['A1:E2', 'D4:D5'],
  );
  const found = await read(
    workbook(
      [
        { name: '旧', xml: sheetXml([]), hidden: true },
        { name: '名单', xml: sheet },
      ],
      [a.name],
    ),
  );
  expect(found.header.line).toBe(3);
  expect(found.checked.map((one) => one.listed?.name)).toEqual([a.name, b.name, undefined]);
  expect(found.checked.map((one) => one.listed?.phone)).toEqual(['19900000000', '19900000001', undefined]);
  expect(found.checked[2]?.problems.map((one) => one.code)).toEqual(['hidden']);
  expect(found.all.find((row) => row.line === 4)?.cells[4]?.text).toBe('2026-01-01');
  expect(found.sheet.notes.join()).toContain('旧');
});

test('a number that a spreadsheet shortened, a merged name and a broken formula are refused line by line', async () => {
  if (!a || !b || !c) throw new Error('three people');
  const sheet = sheetXml(
    [
      head,
      `<row r="4">${textCell('A4', a.name)}${numberCell('B4', '1.1010119900101E17')}${textCell('C4', a.phone)}</row>`,
      `<row r="5">${textCell('A5', b.name)}${numberCell('B5', '110101199001010000')}${textCell('C5', b.phone)}</row>`,
      `<row r="6"><c r="A6"/>${textCell('B6', c.id)}${textCell('C6', c.phone)}</row>`,
      `<row r="7">${textCell('A7', c.name)}<c r="B7" t="e"><v>#REF!</v></c>${textCell('C7', c.phone)}</row>`,
    ],
    ['A5:A6'],
  );
  const { checked } = await read(workbook([{ name: '名单', xml: sheet }]));
  expect(checked.map((one) => one.problems.map(({ field, code }) => `${field} ${code}`))).toEqual([
    ['idNumber scientific'],
    ['idNumber scientific'],
    ['name merged'],
    ['idNumber formula_error'],
  ]);
  expect(checked.flatMap((one) => one.problems).every(({ zh }) => zh.endsWith('。'))).toBe(true);
});

test('a workbook that unpacks to more than it may is not opened', async () => {
  const bomb = workbook([{ name: '名单', xml: `<worksheet>${' '.repeat(165 * 1024 * 1024)}</worksheet>` }]);
  expect(bomb.length).toBeLessThan(2 * 1024 * 1024);
  const before = process.memoryUsage().rss;
  await expect(read(bomb)).rejects.toMatchObject({ code: 'rosters.bomb' });
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
}, 120_000);

async function whole(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}

test('the corrected file has the same rows with one column more, and is read again with that column ignored', async () => {
  const framed = [['名单'], [''], ...rows, ['合计', '3']];
  const source = Buffer.from(csvOf(framed));
  for (const write of [writeCsv, writeXlsx] as ((rows: AsyncIterable<WrittenRow>) => AsyncIterable<Buffer>)[]) {
    const { sheet, header } = await findList(await openSheets(source));
    const problemOf = (line: number) => (line === 5 ? '手机号不对。' : '');
    const once = await whole(write(withProblems(sheet.rows(), header, problemOf)));
    const again = await read(once);
    expect(again.checked.map((one) => one.listed?.name)).toEqual(names);
    expect(again.lines.map((row) => row.line)).toEqual([4, 5, 6]);
    expect(again.lines.map((row) => row.cells[5]?.text ?? '')).toEqual(['', '手机号不对。', '']);
    const twice = await whole(write(withProblems(again.sheet.rows(), again.header, () => '改好了')));
    const third = await read(twice);
    expect(third.header.titles.filter((one) => one === '问题')).toHaveLength(1);
    expect(third.lines[0]?.cells[5]?.text).toBe('改好了');
  }
});

/** The inverse of the platform's decoder over the two-byte part of GB18030. */
function gbEncoder(): (text: string) => Buffer {
  const decoder = new TextDecoder('gb18030');
  const table = new Map<string, Buffer>();
  for (let high = 0x81; high <= 0xfe; high += 1)
    for (let low = 0x40; low <= 0xfe; low += 1) {
      if (low === 0x7f) continue;
      const bytes = Buffer.from([high, low]);
      const text = decoder.decode(bytes);
      if (text.length === 1 && !table.has(text)) table.set(text, bytes);
    }
  return (text) =>
    Buffer.concat(
      Array.from(text, (one) => (one < '\u0080' ? Buffer.from(one) : (table.get(one) ?? Buffer.from('?')))),
    );
}
