// What a line of an older system's file means and what is wrong with it, without looking at the register. Pure. The formats are
// published in docs/guides/import.md; the people of a line are read as those of any list.

import type { IdDocument } from '#catalog/fields/index';
import { isRegion } from '#catalog/regions';
import { occupations } from '#catalog/rules/index';
import { checkLine, foldCell, foldTitle, type Header, type SheetRow } from '#modules/rosters';
import { refuse, type ImportKind } from './contract.ts';

const personTitles = { name: '姓名', idNumber: '身份证号', phone: '手机号' } as const;
const optionalPersonTitles = { idType: '证件类型', post: '从业类别' } as const;
const ownTitles = {
  members: { number: '会员编号', orgCode: '工会编码', joinedOn: '入会日期' },
  policies: {
    number: '保单号',
    orgCode: '承保机构编码',
    region: '地区编码',
    firstDay: '首日',
    lastDay: '末日',
    premium: '保费',
    subsidy: '补贴',
  },
} as const;
const optionalOwnTitles = { members: {}, policies: { startsAt: '首日生效时间', insurerNo: '保险公司保单号' } } as const;

export const titlesOf = (kind: ImportKind): readonly string[] => [
  ...Object.values(ownTitles[kind]),
  ...Object.values(personTitles),
  ...Object.values(optionalOwnTitles[kind]),
  ...Object.values(optionalPersonTitles),
];

export type ImportHeader = Header & { readonly own: Readonly<Record<string, number>> };

export const headerRowsMax = 20;

export function importHeaderIn(row: SheetRow, kind: ImportKind): ImportHeader | readonly string[] {
  const titles = row.cells.map(({ text }) => text);
  const folded = titles.map(foldTitle);
  const at = (title: string): number => folded.indexOf(title);
  const needed = [...Object.values(ownTitles[kind]), ...Object.values(personTitles)];
  const missing = needed.filter((title) => at(title) === -1);
  if (missing.length > 0) return missing;
  const found = (names: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(names).flatMap(([name, title]) => (at(title) === -1 ? [] : [[name, at(title)] as const])),
    );
  const columns = found({ ...personTitles, ...optionalPersonTitles });
  return { line: row.line, titles, columns, own: found({ ...ownTitles[kind], ...optionalOwnTitles[kind] }) };
}

/** The header among the first rows; what it lacks is told of the row that is most like one. */
export function requireHeader(rows: readonly SheetRow[], kind: ImportKind): ImportHeader {
  let least: readonly string[] = titlesOf(kind);
  for (const row of rows) {
    const header = importHeaderIn(row, kind);
    if ('own' in header) return header;
    if (header.length < least.length) least = header;
  }
  throw refuse('imports.no_header', { missing: least.join('、') });
}

export type ImportedPerson = {
  readonly name: string;
  readonly idDocument: IdDocument;
  readonly phone: string;
  readonly birthDay: string;
  readonly occupation: string | null;
};

type Common = { readonly number: string; readonly orgCode: string; readonly person: ImportedPerson };
export type MemberLine = Common & { readonly kind: 'members'; readonly joinedOn: string };
export type PolicyLine = Common & {
  readonly kind: 'policies';
  readonly region: string;
  readonly firstDay: string;
  readonly days: number;
  /** Instant at which the first day's cover began, where the old system says more than its midnight. */
  readonly startsAt: string | null;
  readonly premiumFen: number;
  readonly subsidyFen: number;
  readonly insurerNo: string | null;
  readonly workType: (typeof occupations)[number];
};
export type ImportLine = MemberLine | PolicyLine;
export type ReadLine = { readonly line: number; readonly read: ImportLine | null; readonly problem: string };

const dayMs = 86_400_000;
export const daysMost = 366;
/** Ages are for a service to judge when somebody asks for it; a child's number is a slip. */
const ageMin = 16;
const eldest = '1950-01-01';

export function readLine(row: SheetRow, header: ImportHeader, kind: ImportKind, today: string): ReadLine {
  const checked = checkLine(row, header, { ageMin, ageMax: null, today });
  const problems = checked.problems.map(({ zh }) => zh);
  const note = (zh: string): null => {
    problems.push(zh);
    return null;
  };
  const cell = (name: string): string => {
    const at = header.own[name];
    return foldCell((at === undefined ? undefined : row.cells[at])?.text ?? '');
  };
  const common = { number: numberIn(cell('number'), kind, note), orgCode: cell('orgCode') };
  if (common.orgCode === '') note(`没有填写“${ownTitles[kind].orgCode}”。`);
  const own = kind === 'members' ? memberIn(cell, today, note) : policyIn(cell, today, checked.given.post, note);
  const { listed } = checked;
  if (problems.length > 0 || !listed || !own || common.number === null)
    return { line: row.line, read: null, problem: problems.join('') };
  const { name, idDocument, phone, birthDay, post } = listed;
  const person = { name, idDocument, phone, birthDay, occupation: post === '' ? null : post };
  return { line: row.line, read: { ...common, number: common.number, person, ...own }, problem: '' };
}

type Note = (zh: string) => null;

function numberIn(text: string, kind: ImportKind, note: Note): string | null {
  const zh = ownTitles[kind].number;
  const number = text.toUpperCase();
  if (!/^[\p{L}\p{N}][\p{L}\p{N}\-_/.]{0,39}$/u.test(number))
    return note(number === '' ? `没有填写“${zh}”。` : `“${zh}”只能有汉字、字母、数字和横线，最多 40 位。`);
  // The shape of our own numbers: a later one of ours could be the same.
  if (/^(M|GD)\d{14,}$/.test(number)) return note(`“${zh}”与本系统的编号形状相同，请在前面加上旧系统的代号。`);
  return number;
}

function dayIn(text: string, zh: string, note: Note): string | null {
  const match = /^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?$/.exec(text);
  const day = match && `${match[1]}-${match[2]?.padStart(2, '0')}-${match[3]?.padStart(2, '0')}`;
  const real = day && !Number.isNaN(Date.parse(day)) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  return real ? day : note(`“${zh}”不是日期，请写成 2024-03-05。`);
}

function memberIn(cell: (name: string) => string, today: string, note: Note) {
  const joinedOn = dayIn(cell('joinedOn'), '入会日期', note);
  if (joinedOn === null) return null;
  if (joinedOn > today || joinedOn < eldest) return note('“入会日期”不能晚于今天，也不能早于 1950 年。');
  return { kind: 'members' as const, joinedOn };
}

function fenIn(text: string, zh: string, note: Note): number | null {
  const match = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(text.replace(/元$/, ''));
  if (!match) return note(`“${zh}”要写成以元为单位的数字，最多两位小数。`);
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}

function policyIn(cell: (name: string) => string, today: string, post: string, note: Note) {
  const firstDay = dayIn(cell('firstDay'), '首日', note);
  const lastDay = dayIn(cell('lastDay'), '末日', note);
  const premiumFen = fenIn(cell('premium'), '保费', note);
  const subsidyFen = fenIn(cell('subsidy'), '补贴', note);
  const region = cell('region');
  if (!isRegion(region)) note('“地区编码”不是六位行政区划代码。');
  const insurerNo = cell('insurerNo').slice(0, 60);
  if (firstDay === null || lastDay === null || premiumFen === null || subsidyFen === null) return null;
  const days = Math.round((Date.parse(lastDay) - Date.parse(firstDay)) / dayMs) + 1;
  if (days < 1 || days > daysMost) return note(`“末日”不能早于“首日”，一张保单最多 ${daysMost} 天。`);
  if (firstDay < '2000-01-01' || Date.parse(firstDay) > Date.parse(today) + daysMost * dayMs)
    return note('“首日”不能早于 2000 年，也不能在一年以后。');
  if (subsidyFen > premiumFen) return note('“补贴”不能多于“保费”。');
  const time = cell('startsAt');
  if (time !== '' && !/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) return note('“首日生效时间”要写成 09:30，或者不填。');
  const startsAt = time === '' ? null : new Date(`${firstDay}T${time}:00+08:00`).toISOString();
  const workType = occupations.find((one) => one === post) ?? '其他';
  const amounts = { premiumFen, subsidyFen, insurerNo: insurerNo === '' ? null : insurerNo };
  return { kind: 'policies' as const, region, firstDay, days, startsAt, workType, ...amounts };
}
