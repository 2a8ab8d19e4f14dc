// What the kinds of problems of a list are called where they are counted. Pure.

import { columnZh, type ColumnName } from './header.ts';

const words: Readonly<Record<string, string>> = {
  blank: '没有填写',
  hidden: '隐藏的行',
  merged: '是合并单元格',
  formula_error: '的公式算不出来',
  scientific: '变成了数字，丢了后几位',
  twice: '重复',
  other_name: '与登记的不一致',
  too_young: '年龄不够',
  too_old: '年龄超过',
  against: '不符合办理条件',
  id_type: '没有这种证件',
  no_birth_day: '看不出出生日期',
};

export function kindZh(field: string, code: string): string {
  const column = field in columnZh ? columnZh[field as ColumnName] : '';
  return `${column}${words[code] ?? '不对'}`;
}
