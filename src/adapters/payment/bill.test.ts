// The trade bill against rows as the party writes them.
import { expect, test } from 'vitest';
import { BillUnreadable, fenOfYuan, parseBill, writeBill, yuanOfFen } from './bill.ts';

const HEAD =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const PAID =
  '`2026-03-02 00:00:00,`wx01,`1900000001,`0,`,`4200000001,`order-1,`openid,`JSAPI,`SUCCESS,`OTHERS,`CNY,`12.00,`0.34,`0,`0,`0.00,`0.00,`,`,`保障费, 两天,`,`0.07000,`0.60%,`12.34,`0.00,`';
const REFUNDED =
  '`2026-03-02 23:59:59,`wx01,`1900000001,`0,`,`4200000001,`order-1,`openid,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5030000001,`refund-1,`0.40,`0.00,`ORIGINAL,`PROCESSING,`保障费, 两天,`,`0.00000,`0.60%,`0.00,`0.40,`';
const SUM_HEAD = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';
const bill = (summary: string): string => `\uFEFF${[HEAD, PAID, REFUNDED, SUM_HEAD, summary].join('\r\n')}\r\n`;
const SUMMARY = '`2,`12.00,`0.40,`0.00,`0.07000,`12.34,`0.40';

test('reads payments and refunds, commas in the product name, Beijing time', () => {
  expect(parseBill(bill(SUMMARY))).toEqual([
    {
      kind: 'payment',
      at: new Date('2026-03-01T16:00:00Z'),
      orderNo: 'order-1',
      transactionId: '4200000001',
      amountFen: 1234,
    },
    {
      kind: 'refund',
      at: new Date('2026-03-02T15:59:59Z'),
      orderNo: 'order-1',
      transactionId: '4200000001',
      amountFen: 40,
      refundNo: 'refund-1',
      refundId: '5030000001',
      refundState: 'processing',
    },
  ]);
});

test.each([
  ['a wrong count', bill(SUMMARY.replace('`2', '`3'))],
  ['a wrong total', bill(SUMMARY.replace('12.34', '12.35'))],
  ['a missing summary', [HEAD, PAID].join('\r\n')],
  ['a lost row', bill(SUMMARY).replace(`${PAID}\r\n`, '')],
  ['a cut row', bill(SUMMARY).replace(',`12.34', '')],
  ['an unknown state', bill(SUMMARY).replace('`SUCCESS', '`PENDING')],
  ['a page instead of a file', '<html></html>'],
])('refuses %s whole', (_name, text) => {
  expect(() => parseBill(text)).toThrow(BillUnreadable);
});

test('amounts never pass through floating point', () => {
  for (const fen of [0, 1, 7, 40, 99, 100, 1234, 4_000_000_01, 99_999_999_999])
    expect(fenOfYuan(yuanOfFen(fen))).toBe(fen);
  expect(fenOfYuan('0.29')).toBe(29);
  expect(fenOfYuan('5')).toBe(500);
  expect(() => fenOfYuan('-1.00')).toThrow(BillUnreadable);
  expect(() => fenOfYuan('1.005')).toThrow(BillUnreadable);
});

test('what the simulator writes is what the client reads', () => {
  const rows = parseBill(bill(SUMMARY));
  const written = writeBill(
    rows.map((row) => ({ ...row, description: '一天, 保障', payer: 'p', tradeType: 'JSAPI' })),
    'wx01',
    '1900000001',
  );
  expect(parseBill(written)).toEqual(rows);
});
