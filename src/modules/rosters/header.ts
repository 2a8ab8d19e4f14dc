// Where a list begins and which column holds what: the header is looked for in the first rows by the words that offices use, and what
// is a title, a repeated header, an empty row or a note at the end is told from a person. Pure.

import type { SheetRow } from './sheet.ts';

export type ColumnName = 'name' | 'idNumber' | 'phone' | 'post' | 'idType';

const synonyms: Readonly<Record<ColumnName, readonly string[]>> = {
  name: [
    '姓名',
    '名字',
    '员工姓名',
    '人员姓名',
    '职工姓名',
    '骑手姓名',
    '被保险人',
    '被保险人姓名',
    '参保人姓名',
    '会员姓名',
    '名称',
    '劳动者姓名',
  ],
  idNumber: [
    '身份证号',
    '身份证',
    '身份证号码',
    '证件号',
    '证件号码',
    '居民身份证号',
    '居民身份证号码',
    '公民身份号码',
    '身份号码',
    '证件编号',
    '身份证件号码',
    '被保险人证件号',
    '被保险人证件号码',
  ],
  phone: [
    '手机',
    '手机号',
    '手机号码',
    '联系电话',
    '电话',
    '电话号码',
    '联系方式',
    '移动电话',
    '手机电话',
    '本人手机',
    '本人手机号',
    '联系手机',
  ],
  post: ['岗位', '职位', '工种', '从业类别', '职业', '岗位名称', '工作岗位', '职务', '职业类别', '类别'],
  idType: ['证件类型', '证件种类', '证件名称', '身份证件类型'],
};

export const columnZh: Readonly<Record<ColumnName, string>> = {
  name: '姓名',
  idNumber: '身份证号',
  phone: '手机号',
  post: '岗位',
  idType: '证件类型',
};

const byWord = new Map(
  Object.entries(synonyms).flatMap(([column, words]) => words.map((word) => [word, column as ColumnName] as const)),
);

export type Header = {
  readonly line: number;
  readonly columns: Readonly<Partial<Record<ColumnName, number>>>;
  /** The header as it was written, for the corrected file. */
  readonly titles: readonly string[];
};

/** The header stands somewhere in these first rows. */
export const headerRowsMax = 20;

/** `* 姓 名（必填）` is 姓名. */
export function foldTitle(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[(（【].*?[)）】]/g, '')
    .replaceAll(/[\s*:：;；、.。\-_/\\'"]/g, '');
}

export function headerIn(row: SheetRow): Header | null {
  const columns: Partial<Record<ColumnName, number>> = {};
  row.cells.forEach(({ text }, at) => {
    const known = byWord.get(foldTitle(text));
    if (known && columns[known] === undefined) columns[known] = at;
  });
  if (columns.name === undefined || columns.idNumber === undefined) return null;
  return { line: row.line, columns, titles: row.cells.map(({ text }) => text) };
}

const noteStart =
  /^(合计|总计|小计|共计|共\d|制表|填表|填报|审核|复核|经办|负责人|单位负责|联系人|盖章|单位盖章|公章|日期|备注|说明|注[:：]|注意|附件|以上|以下空白|填写说明)/;

/** A row that is no person: empty, a title again, a sum, who drew up the table. */
export function isNoPerson(row: SheetRow, header: Header): boolean {
  const filled = row.cells.filter(({ text }) => text.trim() !== '');
  if (filled.length === 0) return true;
  if (headerIn(row)) return true;
  const at = (column: ColumnName) => {
    const index = header.columns[column];
    return index === undefined ? '' : (row.cells[index]?.text.trim() ?? '');
  };
  const first = foldTitle(filled[0]?.text ?? '');
  if (at('idNumber') === '' && at('phone') === '' && (noteStart.test(first) || noteStart.test(foldTitle(at('name')))))
    return true;
  // A title over the whole width, or a number that counts an empty line.
  return at('idNumber') === '' && at('phone') === '' && at('name') === '';
}
