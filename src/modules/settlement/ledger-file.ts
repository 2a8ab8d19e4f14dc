// The two files of a declaration as lines: 承保明细 (policy, day, premium, personal part, subsidy) and 个人缴费流水 (policy, day, amount).
// The format is ours and published with templates to download; it holds no name and no ID number. Pure: bytes in, lines or problems out.

export type FileKind = 'ledger' | 'flow';

export type DeclaredLine = {
  readonly policyNo: string;
  readonly day: string;
  readonly premiumFen: number;
  readonly personalFen: number;
  readonly subsidyFen: number;
};

export type ReadFile = {
  readonly lines: readonly DeclaredLine[];
  /** The first ones, with their line number; how many in all. */
  readonly problems: readonly { readonly lineNo: number; readonly zh: string }[];
  readonly problemCount: number;
};

export const headers: Readonly<Record<FileKind, readonly string[]>> = {
  ledger: ['保单号', '保障日期', '总保费(元)', '个人承担(元)', '财政补贴(元)'],
  flow: ['保单号', '缴费日期', '个人缴费(元)'],
};

export const fileZh: Readonly<Record<FileKind, string>> = { ledger: '承保明细', flow: '个人缴费流水' };

const problemsMax = 100;
const policyForm = /^[A-Z]{2}\d{20}$/;
const dayForm = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const yuanForm = /^\d{1,9}(\.\d{1,2})?$/;

/** UTF-8, or GB18030 as Excel in Chinese saves it. */
export function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

function cellsOf(line: string): string[] {
  return line.split(',').map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim(),
  );
}

function fenOf(yuan: string): number {
  const [whole = '0', part = ''] = yuan.split('.');
  return Number(whole) * 100 + Number(part.padEnd(2, '0'));
}

export function readFile(kind: FileKind, text: string): ReadFile {
  const wanted = headers[kind];
  const lines: DeclaredLine[] = [];
  const problems: { lineNo: number; zh: string }[] = [];
  let problemCount = 0;
  const wrong = (lineNo: number, zh: string): void => {
    problemCount += 1;
    if (problems.length < problemsMax) problems.push({ lineNo, zh });
  };
  const rows = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const head = cellsOf((rows[0] ?? '').normalize('NFKC'));
  const missing = wanted.filter((name) => !head.includes(name.normalize('NFKC')));
  if (missing.length > 0) {
    wrong(1, `第一行要有“${missing.join('、')}”，请按模板的表头填写`);
    return { lines, problems, problemCount };
  }
  const at = wanted.map((name) => head.indexOf(name.normalize('NFKC')));
  for (const [index, row] of rows.entries()) {
    if (index === 0 || row.trim() === '') continue;
    const cells = cellsOf(row);
    const [policyNo = '', day = '', ...amounts] = at.map((place) => cells[place] ?? '');
    const lineNo = index + 1;
    if (!policyForm.test(policyNo)) wrong(lineNo, `保单号“${policyNo.slice(0, 30)}”不对，应为两位字母加二十位数字`);
    else if (!dayForm.test(day) || Number.isNaN(Date.parse(day)))
      wrong(lineNo, `日期“${day.slice(0, 20)}”不对，应写成 2026-10-01`);
    else if (amounts.some((amount) => !yuanForm.test(amount))) wrong(lineNo, '金额应为元，最多两位小数，不带千分号');
    else {
      const [first = 0, second = 0, third = 0] = amounts.map(fenOf);
      if (kind === 'ledger' && first !== second + third) wrong(lineNo, '总保费应等于个人承担加财政补贴');
      else
        lines.push(
          kind === 'ledger'
            ? { policyNo, day, premiumFen: first, personalFen: second, subsidyFen: third }
            : { policyNo, day, premiumFen: first, personalFen: first, subsidyFen: 0 },
        );
    }
  }
  return { lines, problems, problemCount };
}
