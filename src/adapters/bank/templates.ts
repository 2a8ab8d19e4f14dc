// The file formats that are known. Banks do not publish theirs: these three follow the kinds that are in use, and each is marked 待核
// until the bank that is connected has confirmed it or sent its own, which is then one more entry here.
import type { BankTemplate, Column, HeadField, LineField } from './template.ts';

const head = (columns: readonly Column<HeadField>[]): readonly Column<HeadField>[] => columns;
const line = (columns: readonly Column<LineField>[]): readonly Column<LineField>[] => columns;

const statuses = {
  '0000': 'settled',
  E101: 'returned',
  E102: 'returned',
  E201: 'failed',
  E202: 'failed',
  E203: 'failed',
} as const;

const fixed: BankTemplate = {
  code: 'fixed-gbk',
  zh: '定长文件，GBK（待核）',
  verified: false,
  encoding: 'gbk',
  bom: false,
  layout: 'fixed',
  amount: 'fen',
  extension: 'txt',
  batch: {
    head: head([
      { field: 'tag', is: 'H', bytes: 1 },
      { field: 'batchNo', bytes: 36 },
      { field: 'day', bytes: 8 },
      { field: 'count', bytes: 8, fill: 'zero' },
      { field: 'total', bytes: 16, fill: 'zero' },
    ]),
    line: line([
      { field: 'tag', is: 'D', bytes: 1 },
      { field: 'seq', bytes: 8, fill: 'zero' },
      { field: 'reference', bytes: 32 },
      { field: 'cardNumber', bytes: 32 },
      { field: 'payeeName', bytes: 60, fill: 'wide' },
      { field: 'amount', bytes: 16, fill: 'zero' },
      { field: 'purpose', bytes: 60, fill: 'wide' },
    ]),
    tail: head([
      { field: 'tag', is: 'T', bytes: 1 },
      { field: 'count', bytes: 8, fill: 'zero' },
      { field: 'total', bytes: 16, fill: 'zero' },
    ]),
  },
  returns: {
    head: head([
      { field: 'tag', is: 'R', bytes: 1 },
      { field: 'batchNo', bytes: 36 },
      { field: 'day', bytes: 8 },
      { field: 'count', bytes: 8, fill: 'zero' },
      { field: 'total', bytes: 16, fill: 'zero' },
    ]),
    line: line([
      { field: 'tag', is: 'D', bytes: 1 },
      { field: 'reference', bytes: 32 },
      { field: 'cardNumber', bytes: 32 },
      { field: 'amount', bytes: 16, fill: 'zero' },
      { field: 'status', bytes: 4 },
      { field: 'bankSerial', bytes: 32 },
      { field: 'day', bytes: 8 },
      { field: 'reason', bytes: 60, fill: 'wide' },
    ]),
    tail: head([
      { field: 'tag', is: 'T', bytes: 1 },
      { field: 'count', bytes: 8, fill: 'zero' },
      { field: 'total', bytes: 16, fill: 'zero' },
    ]),
  },
  statuses,
  linesMax: 50_000,
};

const separated = {
  batch: {
    head: head([{ field: 'batchNo' }, { field: 'day' }, { field: 'count' }, { field: 'total' }]),
    line: line([
      { field: 'seq' },
      { field: 'reference' },
      { field: 'cardNumber' },
      { field: 'payeeName' },
      { field: 'amount' },
      { field: 'purpose' },
    ]),
    tail: null,
  },
  returns: {
    head: head([{ field: 'batchNo' }, { field: 'day' }, { field: 'count' }, { field: 'total' }]),
    line: line([
      { field: 'reference' },
      { field: 'cardNumber' },
      { field: 'amount' },
      { field: 'status' },
      { field: 'bankSerial' },
      { field: 'day' },
      { field: 'reason' },
    ]),
    tail: null,
  },
} as const;

export const bankTemplates: readonly BankTemplate[] = [
  fixed,
  {
    ...separated,
    code: 'bar-gb18030',
    zh: '竖线分隔，GB18030，可写生僻字（待核）',
    verified: false,
    encoding: 'gb18030',
    bom: false,
    layout: { separator: '|', quoted: false },
    amount: 'yuan',
    extension: 'txt',
    statuses,
    linesMax: 20_000,
  },
  {
    ...separated,
    code: 'csv-gbk',
    zh: 'CSV，GBK（待核）',
    verified: false,
    encoding: 'gbk',
    bom: false,
    layout: { separator: ',', quoted: true },
    amount: 'yuan',
    extension: 'csv',
    statuses,
    linesMax: 20_000,
  },
  {
    ...separated,
    code: 'csv-utf8',
    zh: 'CSV，UTF-8 带 BOM（待核）',
    verified: false,
    encoding: 'utf8',
    bom: true,
    layout: { separator: ',', quoted: true },
    amount: 'yuan',
    extension: 'csv',
    statuses,
    linesMax: 100_000,
  },
];
