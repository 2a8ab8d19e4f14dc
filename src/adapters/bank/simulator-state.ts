// What the simulated bank remembers: batches, their lines and results, and whose card is whose.
// No network and no lies here: this is the truth that the lies depart from.
import { join } from 'node:path';
import { beijingDay, openJournal } from '#adapters/party';
import { z } from 'zod';
import type { StatementLine } from './port.ts';

const lineSchema = z.object({
  reference: z.string(),
  payeeName: z.string(),
  cardNumber: z.string(),
  amountFen: z.int(),
  purpose: z.string(),
});
const resultSchema = z.object({
  reference: z.string(),
  state: z.enum(['settled', 'returned', 'failed']),
  at: z.string(),
  bankSerial: z.string().optional(),
  reason: z.string().optional(),
});
export type SimResult = z.infer<typeof resultSchema>;
export type SimLine = z.infer<typeof lineSchema> & { readonly batchNo: string; readonly result?: SimResult };

const recordSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('batch'),
    batchNo: z.string(),
    digest: z.string(),
    acceptedAt: z.string(),
    lines: z.array(lineSchema),
  }),
  z.object({ type: z.literal('results'), results: z.array(resultSchema) }),
  z.object({
    type: z.literal('receipt'),
    bankSerial: z.string(),
    reference: z.string(),
    amountFen: z.int(),
    cardTail: z.string(),
    at: z.string(),
  }),
  z.object({ type: z.literal('card'), cardNumber: z.string(), holderName: z.string(), open: z.boolean() }),
]);
type StateRecord = z.infer<typeof recordSchema>;

export type SimBatch = { readonly digest: string; readonly acceptedAt: string; readonly references: readonly string[] };

export type BankBook = {
  batch(batchNo: string): SimBatch | undefined;
  line(reference: string): SimLine | undefined;
  lines(): SimLine[];
  saveBatch(batch: Omit<Extract<StateRecord, { type: 'batch' }>, 'type'>): void;
  saveCard(cardNumber: string, holderName: string, open: boolean): void;
  /** Decides and books the lines that have no result yet; returns those it booked. */
  settle(references: readonly string[], at: Date): SimLine[];
  /** Somebody pays in. */
  receive(receipt: { reference: string; amountFen: number; cardTail: string }, at: Date): string;
  statementLines(day: string): StatementLine[];
  close(): void;
};

// Banks compare names without regard to width, spaces and the several middle dots.
function sameName(left: string, right: string): boolean {
  const normal = (name: string): string =>
    name
      .normalize('NFKC')
      .replaceAll(/[\s·・•‧.]/g, '')
      .toUpperCase();
  return normal(left) === normal(right);
}

type SimCard = { readonly holderName: string; readonly open: boolean };

function judge(
  line: SimLine,
  card: SimCard | undefined,
  strict: boolean,
): { state: SimResult['state']; reason?: string } {
  if (card === undefined) return strict ? { state: 'failed', reason: '账号不存在' } : { state: 'settled' };
  if (!card.open) return { state: 'failed', reason: '账户已销户' };
  return sameName(card.holderName, line.payeeName) ? { state: 'settled' } : { state: 'returned', reason: '户名不符' };
}

function statementLinesOf({ reference, cardNumber, amountFen, result }: SimLine): StatementLine[] {
  if (result?.bankSerial === undefined) return [];
  const { bankSerial, at, state } = result;
  const common = { reference, amountFen, cardTail: cardNumber.slice(-4), bookedAt: new Date(at) };
  const out: StatementLine = { ...common, bankSerial, kind: 'payout' };
  return state === 'returned' ? [out, { ...common, bankSerial: `${bankSerial}R`, kind: 'return' }] : [out];
}

export function openBook(stateDir: string | undefined, strict: boolean): BankBook {
  const batches = new Map<string, SimBatch>();
  const lines = new Map<string, SimLine>();
  const cards = new Map<string, SimCard>();
  const booked = new Map<string, string[]>();
  const received: Extract<StateRecord, { type: 'receipt' }>[] = [];
  let serials = 0;

  function replay(record: StateRecord): void {
    if (record.type === 'card') cards.set(record.cardNumber, record);
    if (record.type === 'batch') {
      const { batchNo, digest, acceptedAt } = record;
      batches.set(batchNo, { digest, acceptedAt, references: record.lines.map((line) => line.reference) });
      for (const line of record.lines) lines.set(line.reference, { ...line, batchNo });
    }
    if (record.type === 'receipt') {
      serials += 1;
      received.push(record);
    }
    if (record.type === 'results') for (const result of record.results) replayResult(result);
  }
  function replayResult(result: SimResult): void {
    const line = lines.get(result.reference);
    if (line === undefined) return;
    lines.set(result.reference, { ...line, result });
    if (result.bankSerial === undefined) return;
    serials += 1;
    const day = beijingDay(new Date(result.at));
    const ofDay = booked.get(day) ?? [];
    ofDay.push(result.reference);
    booked.set(day, ofDay);
  }
  const journal = openJournal({
    path: stateDir === undefined ? undefined : join(stateDir, 'bank.jsonl'),
    parse: (value) => recordSchema.parse(value),
    replay,
  });
  function save(record: StateRecord): void {
    journal.append(record);
    replay(record);
  }

  function settle(references: readonly string[], at: Date): SimLine[] {
    let next = serials;
    const results = references.flatMap((reference) => {
      const line = lines.get(reference);
      if (line === undefined || line.result !== undefined) return [];
      const verdict = judge(line, cards.get(line.cardNumber), strict);
      const common = { reference, ...verdict, at: at.toISOString() };
      if (verdict.state === 'failed') return [common];
      next += 1;
      return [{ ...common, bankSerial: `B${String(next).padStart(12, '0')}` }];
    });
    if (results.length === 0) return [];
    save({ type: 'results', results });
    return results.flatMap((result) => lines.get(result.reference) ?? []);
  }

  return {
    batch: (batchNo) => batches.get(batchNo),
    line: (reference) => lines.get(reference),
    lines: () => [...lines.values()],
    saveBatch: (batch) => save({ type: 'batch', ...batch }),
    saveCard: (cardNumber, holderName, open) => save({ type: 'card', cardNumber, holderName, open }),
    settle,
    receive(receipt, at) {
      const bankSerial = `B${String(serials + 1).padStart(12, '0')}`;
      save({ type: 'receipt', bankSerial, ...receipt, at: at.toISOString() });
      return bankSerial;
    },
    statementLines: (day) => [
      ...(booked.get(day) ?? []).flatMap((reference) => {
        const line = lines.get(reference);
        return line === undefined ? [] : statementLinesOf(line);
      }),
      ...received
        .filter((one) => beijingDay(new Date(one.at)) === day)
        .map(({ bankSerial, reference, amountFen, cardTail, at }) => ({
          bankSerial,
          reference,
          kind: 'receipt' as const,
          amountFen,
          cardTail,
          bookedAt: new Date(at),
        })),
    ],
    close: () => journal.close(),
  };
}
