// What a table is to us, whatever file it came in: rows of cells with the line number that people see in their own program, read one
// after the other. How a file says that it cannot be read. Pure but for the refusals that it declares.

import { declareRefusals } from '#platform/errors';

export type Cell = {
  readonly text: string;
  /** A number as a spreadsheet keeps it: fifteen digits are true, what follows is not. */
  readonly isNumber?: boolean;
  /** Part of a merged cell that begins above or to the left. */
  readonly isMerged?: boolean;
  readonly isError?: boolean;
};

export type SheetRow = {
  /** As the person's own program numbers it, from 1. */
  readonly line: number;
  readonly cells: readonly Cell[];
  readonly isHidden?: boolean;
};

export type Sheet = {
  readonly kind: 'csv' | 'xlsx';
  /** How it was written: an encoding, or the name of the sheet. */
  readonly how: string;
  /** What the person should know about the file as a whole. */
  readonly notes: readonly string[];
  rows(): AsyncGenerator<SheetRow>;
};

export const linesMax = 100_000;
/** Titles and notes stand around the lines of a list. */
export const rowsMax = linesMax + 2_000;
export const cellsMax = 200;
export const cellCharactersMax = 2_000;

export const refuseSheet = declareRefusals({
  'rosters.old_excel': {
    status: 415,
    zh: '这是旧版 Excel（.xls）文件，系统读不了。',
    next: '请用 Excel 或 WPS 打开，“另存为” Excel 工作簿（.xlsx）或 CSV 后再上传。',
  },
  'rosters.not_a_table': {
    status: 415,
    zh: '这个文件不是 Excel（.xlsx）或 CSV 表格，或已经损坏、加了密码。',
    next: '请打开看看内容，去掉密码，另存为 .xlsx 或 CSV 后再上传。',
  },
  'rosters.too_many_lines': {
    status: 413,
    zh: '名单超过 {max} 行。',
    next: '请拆成几个文件，分几次上传。',
  },
  'rosters.too_wide': {
    status: 422,
    zh: '第 {line} 行太长或列数太多，不像一份名单。',
    next: '请检查这一行的引号是否成对，或删去多余的内容后再上传。',
  },
  'rosters.bomb': {
    status: 413,
    zh: '这个 Excel 文件展开后太大，系统没有打开它。',
    next: '请把名单复制到一个新的工作簿，只保留需要的列，再上传。',
  },
  'rosters.no_header': {
    status: 422,
    zh: '前 20 行里没有找到表头：要有“姓名”和“身份证号”两列。',
    next: '请在名单上方写明各列的名称，例如：姓名、身份证号、手机号，再上传。',
  },
  'rosters.no_lines': { status: 422, zh: '表头下面没有人员。', next: '请填写人员后再上传。' },
});
