// Reads a callback of the payment party: signature and age first, then the sealed resource, then whose it is.
// Anything that does not prove itself is `PaymentCallbackForged`; nothing in it may be used.
import type { KeyObject } from 'node:crypto';
import { headerText, partyText, withinSkew, type IncomingHeaders } from '#adapters/party';
import { z } from 'zod';
import { PaymentCallbackForged, type PaymentEvent } from './port.ts';
import { answerMessage, HEADER, openResource, verifyRsa } from './wechat-v3.ts';

const envelopeSchema = z.object({
  id: z.string(),
  event_type: z.string(),
  resource: z.object({
    algorithm: z.literal('AEAD_AES_256_GCM'),
    ciphertext: z.string(),
    nonce: z.string(),
    associated_data: z.string().default(''),
  }),
});
const paidSchema = z.object({
  mchid: partyText,
  appid: partyText,
  out_trade_no: partyText,
  transaction_id: partyText,
  trade_state: z.literal('SUCCESS'),
  success_time: z.iso.datetime({ offset: true }),
  amount: z.object({ total: z.int() }),
});
const refundedSchema = z.object({
  mchid: partyText,
  out_trade_no: partyText,
  out_refund_no: partyText,
  refund_id: partyText,
  refund_status: z.enum(['SUCCESS', 'CLOSED', 'ABNORMAL']),
  success_time: z.iso.datetime({ offset: true }).optional(),
  amount: z.object({ refund: z.int() }),
});
const contractSchema = z.object({ mchid: partyText, out_contract_code: partyText, contract_id: partyText });
const REFUND_STATES = { SUCCESS: 'success', CLOSED: 'closed', ABNORMAL: 'abnormal' } as const;

export type CallbackConfig = {
  readonly appId: string;
  readonly merchantId: string;
  readonly apiV3Key: string;
  readonly now: () => Date;
};

function checkSignature(
  config: CallbackConfig,
  platformKeys: ReadonlyMap<string, KeyObject>,
  headers: IncomingHeaders,
  body: Buffer,
): void {
  const key = platformKeys.get(headerText(headers, HEADER.serial));
  if (key === undefined) throw new PaymentCallbackForged('unknown serial');
  const timestamp = headerText(headers, HEADER.timestamp);
  if (!withinSkew(timestamp, config.now())) throw new PaymentCallbackForged('too old or too new');
  const message = answerMessage({ timestamp, nonce: headerText(headers, HEADER.nonce), body });
  if (!verifyRsa(message, headerText(headers, HEADER.signature), key))
    throw new PaymentCallbackForged('wrong signature');
}

function parsed<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new PaymentCallbackForged('not of the agreed shape', { cause: error });
  }
}

export function parseCallback(
  config: CallbackConfig,
  platformKeys: ReadonlyMap<string, KeyObject>,
  headers: IncomingHeaders,
  rawBody: Buffer,
): PaymentEvent {
  checkSignature(config, platformKeys, headers, rawBody);
  const envelope = parsed(envelopeSchema, rawBody.toString('utf8'));
  const { id: eventId, event_type: eventType } = envelope;
  let text: string;
  try {
    text = openResource(envelope.resource, config.apiV3Key);
  } catch (error) {
    throw new PaymentCallbackForged('the resource does not open', { cause: error });
  }
  if (eventType === 'TRANSACTION.SUCCESS') {
    const paid = parsed(paidSchema, text);
    if (paid.mchid !== config.merchantId || paid.appid !== config.appId) throw new PaymentCallbackForged('not ours');
    const { out_trade_no: orderNo, transaction_id: transactionId } = paid;
    return {
      kind: 'paid',
      eventId,
      orderNo,
      transactionId,
      amountFen: paid.amount.total,
      paidAt: new Date(paid.success_time),
    };
  }
  if (eventType === 'ENTRUST.SIGN' || eventType === 'ENTRUST.TERMINATE') {
    const contract = parsed(contractSchema, text);
    if (contract.mchid !== config.merchantId) throw new PaymentCallbackForged('not ours');
    const { out_contract_code: contractCode, contract_id: contractId } = contract;
    const state = eventType === 'ENTRUST.SIGN' ? ('signed' as const) : ('terminated' as const);
    return { kind: 'contract', eventId, contractCode, contractId, state };
  }
  if (!eventType.startsWith('REFUND.')) return { kind: 'other', eventId, eventType };
  const refunded = parsed(refundedSchema, text);
  if (refunded.mchid !== config.merchantId) throw new PaymentCallbackForged('not ours');
  return {
    kind: 'refund',
    eventId,
    refundNo: refunded.out_refund_no,
    orderNo: refunded.out_trade_no,
    refundId: refunded.refund_id,
    amountFen: refunded.amount.refund,
    state: REFUND_STATES[refunded.refund_status],
    ...(refunded.success_time === undefined ? {} : { settledAt: new Date(refunded.success_time) }),
  };
}
