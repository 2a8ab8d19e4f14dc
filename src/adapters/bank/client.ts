// The real client of the bank link: batch file in, line query, day statement, signed callbacks (HMAC-SHA256 both ways).
// It never retries by itself and never invents a second number for a payout.
import {
  callbackIsGenuine,
  createHmacCaller,
  OutcomeUnknown,
  partyText,
  readJson,
  Refused,
  type HmacClientConfig,
} from '#adapters/party';
import { z } from 'zod';
import { FileUnreadable, readStatement, writeBatch } from './file.ts';
import { BankCallbackForged, type BankEvent, type BankPort, type BankResult, type StatementLine } from './port.ts';

const PARTY = 'bank';

export type BankClientConfig = HmacClientConfig;

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const acceptedSchema = z.object({ batchNo: z.string(), acceptedAt: instant });
const resultSchema = z.object({
  reference: partyText,
  state: z.enum(['settled', 'returned', 'failed']),
  amountFen: z.int().positive(),
  bankSerial: partyText.optional(),
  settledAt: instant.optional(),
  reason: partyText.optional(),
});
const lineSchema = z.discriminatedUnion('state', [
  z.object({ reference: partyText, state: z.enum(['unknown', 'accepted']) }),
  resultSchema,
]);
const eventSchema = z.object({
  eventId: partyText,
  batchNo: partyText,
  results: z.array(resultSchema).min(1).max(500),
});

/** Leaves absent keys absent. */
function resultOf({ reference, state, amountFen, ...line }: z.infer<typeof resultSchema>): BankResult {
  return {
    reference,
    state,
    amountFen,
    ...(line.bankSerial === undefined ? {} : { bankSerial: line.bankSerial }),
    ...(line.settledAt === undefined ? {} : { settledAt: line.settledAt }),
    ...(line.reason === undefined ? {} : { reason: line.reason }),
  };
}

function readDayStatement(body: Buffer, day: string): StatementLine[] {
  try {
    const statement = readStatement(body.toString('utf8'));
    if (statement.day === day) return statement.lines;
  } catch (error) {
    if (!(error instanceof FileUnreadable)) throw error;
  }
  throw new OutcomeUnknown(PARTY, 'statement', 'garbled');
}

function readEvent(rawBody: Buffer): BankEvent {
  try {
    const event = eventSchema.parse(JSON.parse(rawBody.toString('utf8')));
    return { eventId: event.eventId, batchNo: event.batchNo, results: event.results.map(resultOf) };
  } catch (error) {
    throw new BankCallbackForged('not of the agreed shape', { cause: error });
  }
}

export function createBankClient(config: BankClientConfig): BankPort {
  const call = createHmacCaller(PARTY, config);

  return {
    async submitBatch({ batchNo, lines }) {
      const file = Buffer.from(writeBatch(batchNo, lines)).toString('base64');
      const json = { batchNo, fileName: `${batchNo}.csv`, fileBase64: file };
      const body = await call({ operation: 'submitBatch', method: 'POST', target: '/v1/batches', json });
      const accepted = readJson(PARTY, 'submitBatch', body, acceptedSchema);
      if (accepted.batchNo !== batchNo) throw new OutcomeUnknown(PARTY, 'submitBatch', 'garbled');
      return { acceptedAt: accepted.acceptedAt };
    },
    async queryLine(reference) {
      const target = `/v1/lines/${encodeURIComponent(reference)}`;
      try {
        const body = await call({ operation: 'queryLine', method: 'GET', target });
        const line = readJson(PARTY, 'queryLine', body, lineSchema);
        if (line.reference !== reference) throw new OutcomeUnknown(PARTY, 'queryLine', 'garbled');
        return 'amountFen' in line ? resultOf(line) : { state: line.state };
      } catch (error) {
        if (error instanceof Refused && error.code === 'LINE_NOT_FOUND') return { state: 'not_found' };
        throw error;
      }
    },
    async statement(day) {
      const target = `/v1/statements/${encodeURIComponent(day)}`;
      return readDayStatement(await call({ operation: 'statement', method: 'GET', target }), day);
    },
    verifyCallback(headers, rawBody) {
      if (!callbackIsGenuine(headers, rawBody, config)) throw new BankCallbackForged('wrong signature or age');
      return readEvent(rawBody);
    },
  };
}
