// The trade bill's CSV (ALL): 27 columns, every value after a backtick, then a summary of 7. Amounts in yuan.
// Values may hold commas, so a row is cut at ",`"; the header rows carry no backtick.
// https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html
import { beijingIso } from '#adapters/party';
import type { BillLine, RefundState } from './port.ts';

const COLUMNS = [
  '交易时间',
  '公众账号ID',
  '商户号',
  '特约商户号',
  '设备号',
  '微信订单号',
  '商户订单号',
  '用户标识',
  '交易类型',
  '交易状态',
  '付款银行',
  '货币种类',
  '应结订单金额',
  '代金券金额',
  '微信退款单号',
  '商户退款单号',
  '退款金额',
  '充值券退款金额',
  '退款类型',
  '退款状态',
  '商品名称',
  '商户数据包',
  '手续费',
  '费率',
  '订单金额',
  '申请退款金额',
  '费率备注',
] as const;

const SUMMARY = [
  '总交易单数',
  '应结订单总金额',
  '退款总金额',
  '充值券退款总金额',
  '手续费总金额',
  '订单总金额',
  '申请退款总金额',
] as const;

const REFUND_STATES: Readonly<Record<string, RefundState>> = {
  SUCCESS: 'success',
  PROCESSING: 'processing',
  CHANGE: 'abnormal',
  FAIL: 'closed',
};

export class BillUnreadable extends Error {
  override readonly name = 'BillUnreadable';
}

/** '12.34' → 1234, without floating point. */
export function fenOfYuan(yuan: string): number {
  const match = /^(\d{1,11})(?:\.(\d{1,2}))?$/.exec(yuan);
  if (match === null) throw new BillUnreadable(`not an amount in yuan: ${yuan.slice(0, 20)}`);
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}

export function yuanOfFen(fen: number): string {
  return `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
}

function values(row: string): string[] {
  if (!row.startsWith('`')) throw new BillUnreadable('a data row without a backtick');
  return row.slice(1).split(',`');
}

function readRow(row: string): BillLine {
  const cells = values(row);
  if (cells.length !== COLUMNS.length) throw new BillUnreadable(`a row of ${cells.length} columns`);
  const cell = (name: (typeof COLUMNS)[number]): string => cells[COLUMNS.indexOf(name)] ?? '';
  const at = new Date(`${cell('交易时间').replace(' ', 'T')}+08:00`);
  if (Number.isNaN(at.getTime())) throw new BillUnreadable('a row without a time');
  const common = { at, orderNo: cell('商户订单号'), transactionId: cell('微信订单号') };
  if (cell('交易状态') === 'SUCCESS') return { ...common, kind: 'payment', amountFen: fenOfYuan(cell('订单金额')) };
  if (cell('交易状态') !== 'REFUND') throw new BillUnreadable(`a row of state ${cell('交易状态').slice(0, 20)}`);
  const refundState = REFUND_STATES[cell('退款状态')];
  if (refundState === undefined) throw new BillUnreadable('a refund of unknown state');
  return {
    ...common,
    kind: 'refund',
    amountFen: fenOfYuan(cell('申请退款金额')),
    refundNo: cell('商户退款单号'),
    refundId: cell('微信退款单号'),
    refundState,
  };
}

function sumFen(lines: readonly BillLine[], kind: BillLine['kind']): number {
  return lines.reduce((sum, line) => sum + (line.kind === kind ? line.amountFen : 0), 0);
}

/** Every row is read and the summary must agree, or the whole bill is unreadable: half a bill reconciles nothing. */
export function parseBill(text: string): BillLine[] {
  const rows = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((row) => row !== '');
  const summaryAt = rows.findLastIndex((row) => !row.startsWith('`'));
  if (rows[0] !== COLUMNS.join(',') || summaryAt < 1 || rows[summaryAt] !== SUMMARY.join(',')) {
    throw new BillUnreadable('unknown headers');
  }
  const lines = rows.slice(1, summaryAt).map(readRow);
  const totals = values(rows[summaryAt + 1] ?? '');
  const agrees =
    rows.length === summaryAt + 2 &&
    Number(totals[0]) === lines.length &&
    fenOfYuan(totals[5] ?? '') === sumFen(lines, 'payment') &&
    fenOfYuan(totals[6] ?? '') === sumFen(lines, 'refund');
  if (!agrees) throw new BillUnreadable('the summary does not agree with the rows');
  return lines;
}

export type BillRow = BillLine & { readonly description: string; readonly payer: string; readonly tradeType: string };

function writeRow(row: BillRow, appId: string, merchantId: string): string {
  const paid = row.kind === 'payment';
  const amount = yuanOfFen(row.amountFen);
  const refundState = Object.entries(REFUND_STATES).find(([, state]) => state === row.refundState)?.[0] ?? '';
  const cells = [
    beijingIso(row.at).slice(0, 19).replace('T', ' '),
    appId,
    merchantId,
    '0',
    '',
    row.transactionId,
    row.orderNo,
    row.payer,
    row.tradeType,
    paid ? 'SUCCESS' : 'REFUND',
    'OTHERS',
    'CNY',
    paid ? amount : '0.00',
    '0.00',
    row.refundId ?? '0',
    row.refundNo ?? '0',
    paid ? '0.00' : amount,
    '0.00',
    paid ? '' : 'ORIGINAL',
    refundState,
    row.description,
    '',
    '0.00000',
    '0.60%',
    paid ? amount : '0.00',
    paid ? '0.00' : amount,
    '',
  ];
  return cells.map((value) => `\`${value}`).join(',');
}

export function writeBill(rows: readonly BillRow[], appId: string, merchantId: string): string {
  const paid = yuanOfFen(sumFen(rows, 'payment'));
  const refunded = yuanOfFen(sumFen(rows, 'refund'));
  const totals = [String(rows.length), paid, refunded, '0.00', '0.00000', paid, refunded];
  return [
    COLUMNS.join(','),
    ...rows.map((row) => writeRow(row, appId, merchantId)),
    SUMMARY.join(','),
    totals.map((value) => `\`${value}`).join(','),
    '',
  ].join('\r\n');
}
