// One line of a list: what its cells mean after all that a spreadsheet and a keyboard do to numbers, and what is wrong with it, field by
// field, with what to do. Pure.

import {
  ageOn,
  birthDateOf,
  fieldKinds,
  idDocumentZh,
  type IdDocument,
  type IdDocumentType,
} from '#catalog/fields/index';
import { columnZh, type ColumnName, type Header } from './header.ts';
import type { Cell, SheetRow } from './sheet.ts';

export type LineProblem = { readonly field: ColumnName | 'line'; readonly code: string; readonly zh: string };

export type Listed = {
  readonly name: string;
  readonly idDocument: IdDocument;
  readonly birthDay: string;
  readonly phone: string;
  readonly post: string;
};

export type CheckedLine = {
  readonly line: number;
  /** As written, after folding: kept for the corrected file and for whoever mends the line. */
  readonly given: Readonly<Record<ColumnName, string>>;
  readonly listed: Listed | null;
  readonly problems: readonly LineProblem[];
};

export type LineRules = { readonly ageMin: number; readonly ageMax: number | null; readonly today: string };

const scientific = /^[+-]?\d+(?:\.\d+)?e[+-]?\d+$/i;
/** Digits that a spreadsheet keeps of a number. */
const trueDigits = 15;

/** Full-width forms, blanks that are seen and not seen, an apostrophe that made a number a text. */
export function foldCell(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu, ' ')
    .replace(/^['‘’`]/, '')
    .trim();
}

export function checkLine(row: SheetRow, header: Header, rules: LineRules): CheckedLine {
  const cell = (column: ColumnName): Cell => {
    const at = header.columns[column];
    return (at === undefined ? undefined : row.cells[at]) ?? { text: '' };
  };
  const problems: LineProblem[] = [];
  const note = (field: LineProblem['field'], code: string, zh: string) => void problems.push({ field, code, zh });
  const ctx = { today: rules.today };

  if (row.isHidden) note('line', 'hidden', '这一行在表里是隐藏的，没有计入。要计入的请取消隐藏，不要的请删去。');
  for (const column of ['name', 'idNumber', 'phone'] as const) {
    if (cell(column).isMerged) note(column, 'merged', `“${columnZh[column]}”是合并单元格。请取消合并，每一行都填写。`);
    if (cell(column).isError) note(column, 'formula_error', `“${columnZh[column]}”的公式算不出来。请改成直接填写。`);
  }
  const given = {
    name: nameText(cell('name')),
    idNumber: idText(cell('idNumber'), note),
    phone: phoneText(cell('phone')),
    post: foldCell(cell('post').text),
    idType: foldCell(cell('idType').text),
  };
  const known = (column: ColumnName) => problems.some((one) => one.field === column);
  const add = (column: ColumnName, found: readonly { code: string; zh: string }[]) => {
    const first = found[0];
    if (first && !known(column)) note(column, first.code, first.zh);
  };

  const name = fieldKinds.person_name.parse(given.name, {}, ctx);
  if (!name.ok) add('name', name.problems);
  const type = idTypeOf(given.idType);
  if (!type)
    add('idType', [
      { code: 'id_type', zh: `没有“${given.idType}”这种证件。请填写：${Object.values(idDocumentZh).join('、')}。` },
    ]);
  const idDocument = fieldKinds.id_document.parse({ type: type ?? 'resident_id', number: given.idNumber }, {}, ctx);
  if (!idDocument.ok) add('idNumber', idDocument.problems);
  const phone = fieldKinds.phone.parse(given.phone, {}, ctx);
  if (!phone.ok) add('phone', phone.problems);
  const birthDay = idDocument.ok ? birthDateOf(idDocument.value) : undefined;
  if (idDocument.ok && birthDay === undefined)
    add('idNumber', [
      { code: 'no_birth_day', zh: '这种证件号码里没有出生日期，名单办不了。请本人到窗口或手机上办理。' },
    ]);
  if (birthDay !== undefined) add('idNumber', ageProblems(ageOn(birthDay, rules.today), rules));

  const isGood = problems.length === 0 && name.ok && idDocument.ok && phone.ok && birthDay !== undefined;
  const listed = isGood
    ? { name: name.value, idDocument: idDocument.value, birthDay, phone: phone.value, post: given.post.slice(0, 60) }
    : null;
  return { line: row.line, given, listed, problems };
}

function ageProblems(age: number, { ageMin, ageMax }: LineRules) {
  if (age < ageMin)
    return [{ code: 'too_young', zh: `按证件号码是 ${age} 周岁，不满 ${ageMin} 周岁，不能办理。请删去这一行。` }];
  if (ageMax !== null && age > ageMax)
    return [{ code: 'too_old', zh: `按证件号码是 ${age} 周岁，超过 ${ageMax} 周岁，不能办理。请删去这一行。` }];
  return [];
}

/** Blanks inside a Chinese name are for looks (`张 三`); in a name of other letters they are not. */
function nameText(cell: Cell): string {
  const text = foldCell(cell.text.replaceAll(/[•‧∙⋅・●]/g, '·'));
  return /^[\p{Script=Han}·\s]+$/u.test(text) ? text.replaceAll(/\s/g, '') : text;
}

type Note = (field: 'idNumber', code: string, zh: string) => void;

function idText(cell: Cell, note: Note): string {
  const text = foldCell(cell.text)
    .replaceAll(/[\s\-–—]/g, '')
    .toUpperCase();
  const digits = text.replaceAll(/\D/g, '');
  if (scientific.test(text) || (cell.isNumber && digits.length > trueDigits)) {
    const zh = '身份证号被表格当成数字，后几位已经丢了。请把这一列设为“文本”，重新填写完整的号码。';
    note('idNumber', 'scientific', zh);
  }
  return text;
}

/** A phone number has eleven digits: a spreadsheet that made a number of it lost none. */
function phoneText(cell: Cell): string {
  const text = foldCell(cell.text);
  if (scientific.test(text)) {
    const whole = Number(text);
    return Number.isSafeInteger(whole) ? String(whole) : text;
  }
  return text.replace(/\.0+$/, '').replaceAll(/[\s\-–—()]/g, '');
}

const typesByWord = new Map<string, IdDocumentType>(
  Object.entries(idDocumentZh).map(([type, zh]) => [zh, type as IdDocumentType]),
);

function idTypeOf(text: string): IdDocumentType | null {
  if (text === '' || (text.includes('身份证') && !/港澳|台湾|外国|永久/.test(text))) return 'resident_id';
  return typesByWord.get(text) ?? [...typesByWord].find(([zh]) => zh.includes(text) || text.includes(zh))?.[1] ?? null;
}
