// Reads the receipts that providers post: an array in JSON, at most a few hundred in one. They are not signed, so nothing in them is
// believed beyond what became of a message whose id we already know.
import { z } from 'zod';
import { SmsReceiptsUnreadable, type SmsReceipt } from './port.ts';

const ITEMS_MAX = 1_000;
const id = z.string().min(1).max(100);
const code = z.string().max(100);

export function readReceiptArray<Item>(
  body: Buffer,
  item: z.ZodType<Item>,
  receiptOf: (item: Item) => SmsReceipt,
): readonly SmsReceipt[] {
  try {
    return z
      .array(item)
      .max(ITEMS_MAX)
      .parse(JSON.parse(body.toString('utf8')))
      .map(receiptOf);
  } catch (error) {
    throw new SmsReceiptsUnreadable('not of the agreed shape', { cause: error });
  }
}

/** SmsReport of Alibaba Cloud, by HTTP. */
const aliyunReport = z.object({ biz_id: id, success: z.boolean(), err_code: code.default('') });

export const readAliyunReceipts = (body: Buffer): readonly SmsReceipt[] =>
  readReceiptArray(body, aliyunReport, (one) => ({
    providerId: one.biz_id,
    state: one.success ? 'delivered' : 'failed',
    code: one.err_code,
  }));

/** Status report of Tencent Cloud, by HTTP. */
const tencentReport = z.object({ sid: id, report_status: z.enum(['SUCCESS', 'FAIL']), errmsg: code.default('') });

export const readTencentReceipts = (body: Buffer): readonly SmsReceipt[] =>
  readReceiptArray(body, tencentReport, (one) => ({
    providerId: one.sid,
    state: one.report_status === 'SUCCESS' ? 'delivered' : 'failed',
    code: one.errmsg,
  }));
