// Lists as offices hand them in, for tests: people whose ID numbers can belong to nobody, and workbooks made by hand so that everything
// that a spreadsheet may write can be written.

import { zipSync, strToU8 } from 'fflate';
import { makeResidentId } from '#catalog/fields/identity';

const surnames = ['赵', '钱', '孙', '李', '周', '吴', '郑', '王', '冯', '陈'];
const given = ['伟', '芳', '娜', '敏', '静', '强', '磊', '洋', '勇', '艳'];

export type Someone = { readonly name: string; readonly id: string; readonly phone: string };

/** Region 000000 is none, the sequence is beyond that of the synthetic city, and numbers that begin with 199 have no owner whom a test could reach. */
export function someone(index: number): Someone {
  const day = new Date(Date.UTC(1970, 0, 1) + (index % 10_000) * 86_400_000).toISOString().slice(0, 10);
  const name = `${surnames[index % 10]}${given[Math.floor(index / 10) % 10]}${given[Math.floor(index / 100) % 10]}`;
  const phone = `199${String(index).padStart(8, '0')}`;
  return { name, id: makeResidentId('000000', day, 500 + Math.floor(index / 10_000)), phone };
}

export const people = (count: number, from = 0): Someone[] =>
  Array.from({ length: count }, (_, at) => someone(from + at));

export function csvOf(rows: readonly (readonly string[])[]): string {
  return rows
    .map((row) => row.map((one) => (/[",\n]/.test(one) ? `"${one.replaceAll('"', '""')}"` : one)).join(','))
    .join('\r\n');
}

export const listOf = (list: readonly Someone[]): string[][] => [
  ['序号', '姓名', '身份证号', '手机号', '岗位'],
  ...list.map(({ name, id, phone }, at) => [String(at + 1), name, id, phone, '网约配送员']),
];

export type Sheet = { readonly name: string; readonly xml: string; readonly hidden?: boolean };

export const textCell = (at: string, text: string): string =>
  `<c r="${at}" t="inlineStr"><is><t>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</t></is></c>`;
export const numberCell = (at: string, value: string, style = 0): string =>
  `<c r="${at}" s="${style}"><v>${value}</v></c>`;

export function sheetXml(rows: readonly string[], merges: readonly string[] = []): string {
  const merged =
    merges.length > 0 ? `<mergeCells>${merges.map((one) => `<mergeCell ref="${one}"/>`).join('')}</mergeCells>` : '';
  return `<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows.join('')}</sheetData>${merged}</worksheet>`;
}

export function workbook(sheets: readonly Sheet[], shared: readonly string[] = []): Buffer {
  const files: Record<string, Uint8Array> = {
    '[Content_Types].xml': strToU8(
      '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    ),
    'xl/workbook.xml': strToU8(
      `<?xml version="1.0"?><workbook xmlns:r="r"><sheets>${sheets
        .map(
          ({ name, hidden }, at) =>
            `<sheet name="${name}" sheetId="${at + 1}" r:id="rId${at + 1}"${hidden ? ' state="hidden"' : ''}/>`,
        )
        .join('')}</sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': strToU8(
      `<?xml version="1.0"?><Relationships>${sheets.map((_, at) => `<Relationship Id="rId${at + 1}" Target="worksheets/sheet${at + 1}.xml"/>`).join('')}</Relationships>`,
    ),
    'xl/styles.xml': strToU8(
      '<?xml version="1.0"?><styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    ),
    'xl/sharedStrings.xml': strToU8(
      `<?xml version="1.0"?><sst>${shared.map((one) => `<si><t>${one}</t><rPh><t>yin</t></rPh></si>`).join('')}</sst>`,
    ),
  };
  sheets.forEach(({ xml }, at) => {
    files[`xl/worksheets/sheet${at + 1}.xml`] = strToU8(xml);
  });
  return Buffer.from(zipSync(files));
}
