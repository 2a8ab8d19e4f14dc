// A bank on loopback that speaks the bank link: takes batch files, settles them after a while, calls back, states its day,
// and can be slow, fail, repeat, forget and lie. For demonstration and tests: no money moves.
import { randomBytes } from 'node:crypto';
import {
  createFaultBox,
  createHmacGate,
  jsonAnswer,
  refusal,
  seededDraw,
  seededStream,
  startCallbacks,
  startSimServer,
  type CallbackAttempt,
  type Faults,
  type FaultsPatch,
  type SimOutcome,
  type SimRequest,
  type SimulatorOptions,
} from '#adapters/party';
import { z } from 'zod';
import { FileUnreadable, readBatch, writeStatement } from './file.ts';
import { openBook, type BankBook, type SimLine } from './simulator-state.ts';

export type BankLie = {
  readonly settleDelayMs: number;
  /** Share of requests to take a batch, and then never answer. */
  readonly silentAcceptRate: number;
  /** Share of lines that stay accepted until somebody asks for them. */
  readonly holdUntilQueriedRate: number;
  /** Share of lines about which a query answers "unknown". */
  readonly unknownRate: number;
  /** Share of result callbacks sent a second time as another event. */
  readonly doubleResultRate: number;
  /** Added to the amount that results and answers about lines tell; the statement is never wrong about it. */
  readonly wrongAmountFen: number;
  /** Share of settled lines missing in the statement. */
  readonly statementMissingRate: number;
  readonly forgedCopies: number;
};

const HONEST_LIE: BankLie = {
  settleDelayMs: 300,
  silentAcceptRate: 0,
  holdUntilQueriedRate: 0,
  unknownRate: 0,
  doubleResultRate: 0,
  wrongAmountFen: 0,
  statementMissingRate: 0,
  forgedCopies: 0,
};

export type BankSimulatorOptions = SimulatorOptions<BankLie> & {
  readonly clientId: string;
  readonly secret: string;
  /** Where results are called back to. */
  readonly callbackUrl: string;
  /** Unknown cards fail instead of taking any holder. */
  readonly strict?: boolean;
};

export type BankSimulator = {
  readonly url: string;
  readonly port: number;
  setFaults(patch: FaultsPatch<BankLie>): void;
  faults(): Faults<BankLie>;
  registerCard(cardNumber: string, holderName: string): void;
  closeCard(cardNumber: string, holderName: string): void;
  line(reference: string): SimLine | undefined;
  lines(): SimLine[];
  /** Somebody pays into our account; gives the bank's serial number. */
  receive(receipt: { reference: string; amountFen: number; cardTail?: string }): string;
  /** Settles at once what waits, held lines too. */
  settleNow(): void;
  pendingCallbacks(): number;
  callbackAttempts(): readonly CallbackAttempt[];
  close(): Promise<void>;
};

const CALLBACK_RESULTS_MAX = 500;
const submitSchema = z.object({ batchNo: z.string().min(1).max(64), fileName: z.string(), fileBase64: z.base64() });

type Desk = {
  readonly book: BankBook;
  readonly now: () => Date;
  readonly lie: () => BankLie;
  readonly draw: (label: string, key: string) => number;
  readonly tell: (batchNo: string, lines: readonly SimLine[], forged: boolean) => void;
};

function lineAnswer(line: SimLine, wrongFen: number): Record<string, unknown> {
  const { reference, result } = line;
  if (result === undefined) return { reference, state: 'accepted' };
  const { state, at, bankSerial, reason } = result;
  const amountFen = line.amountFen + wrongFen;
  return { reference, state, amountFen, bankSerial, reason, ...(state === 'settled' ? { settledAt: at } : {}) };
}

function acceptBatch(desk: Desk, request: SimRequest, onAccepted: (batchNo: string) => void): SimOutcome {
  const { book } = desk;
  let batchNo: string;
  let content: ReturnType<typeof readBatch>;
  try {
    const wanted = submitSchema.parse(JSON.parse(request.body.toString('utf8')));
    batchNo = wanted.batchNo;
    content = readBatch(Buffer.from(wanted.fileBase64, 'base64').toString('utf8'));
  } catch (error) {
    return refusal(400, error instanceof FileUnreadable ? 'FILE' : 'FORMAT', '报文或文件格式错误，或控制行与明细不符');
  }
  const { lines, digest } = content;
  const known = book.batch(batchNo);
  if (known !== undefined) {
    if (known.digest !== digest) return refusal(409, 'BATCH_CONFLICT', '批次号重复且内容不同');
    return jsonAnswer(200, { batchNo, acceptedAt: known.acceptedAt });
  }
  const references = new Set(lines.map((line) => line.reference));
  if (content.batchNo !== batchNo || lines.length === 0) return refusal(400, 'FILE', '文件与批次不符');
  const repeated = references.size !== lines.length || lines.some((line) => book.line(line.reference) !== undefined);
  if (repeated) return refusal(409, 'DUPLICATE_REFERENCE', '付款流水号重复');
  const acceptedAt = desk.now().toISOString();
  book.saveBatch({ batchNo, digest, acceptedAt, lines });
  onAccepted(batchNo);
  return jsonAnswer(200, { batchNo, acceptedAt });
}

type Settlement = {
  settle(batchNo: string, references: readonly string[]): void;
  schedule(batchNo: string): void;
  batchesWaiting(): string[];
  waiting(batchNo: string): readonly string[];
  stop(): void;
};

/** Books what is due and tells about it, doubled and forged as the lies of the moment say. */
function createSettlement({ book, now, lie, draw, tell }: Desk): Settlement {
  const timers = new Set<NodeJS.Timeout>();

  function settle(batchNo: string, references: readonly string[]): void {
    for (let from = 0; from < references.length; from += CALLBACK_RESULTS_MAX) {
      const booked = book.settle(references.slice(from, from + CALLBACK_RESULTS_MAX), now());
      if (booked.length === 0) continue;
      tell(batchNo, booked, false);
      const twice = booked.filter((line) => draw('double', line.reference) < lie().doubleResultRate);
      if (twice.length > 0) tell(batchNo, twice, false);
      for (let copy = 0; copy < lie().forgedCopies; copy += 1) tell(batchNo, booked, true);
    }
  }
  const waiting = (batchNo: string): readonly string[] =>
    (book.batch(batchNo)?.references ?? []).filter((reference) => book.line(reference)?.result === undefined);

  function settleUnheld(batchNo: string): void {
    const held = lie().holdUntilQueriedRate;
    const due = waiting(batchNo).filter((reference) => draw('hold', reference) >= held);
    settle(batchNo, due);
  }
  return {
    settle,
    waiting,
    batchesWaiting: () => [...new Set(book.lines().flatMap((line) => (line.result === undefined ? line.batchNo : [])))],
    schedule(batchNo) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        settleUnheld(batchNo);
      }, lie().settleDelayMs).unref();
      timers.add(timer);
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function queryLine(desk: Desk, settlement: Settlement, reference: string): SimOutcome {
  const known = desk.book.line(reference);
  if (known === undefined) return refusal(404, 'LINE_NOT_FOUND', '无此流水');
  const { unknownRate, holdUntilQueriedRate, wrongAmountFen } = desk.lie();
  if (desk.draw('unknown', reference) < unknownRate) return jsonAnswer(200, { reference, state: 'unknown' });
  // The question is what wakes a held line: this answer is still the old one, the next is the new.
  if (desk.draw('hold', reference) < holdUntilQueriedRate) settlement.settle(known.batchNo, [reference]);
  return jsonAnswer(200, lineAnswer(known, wrongAmountFen));
}

function statement(desk: Desk, day: string): SimOutcome {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return refusal(400, 'FORMAT', '日期格式错误');
  const missing = desk.lie().statementMissingRate;
  const lines = desk.book.statementLines(day).filter((line) => desk.draw('statement', line.reference) >= missing);
  return { status: 200, headers: { 'content-type': 'text/csv; charset=utf-8' }, body: writeStatement(day, lines) };
}

function createRoutes(desk: Desk, settlement: Settlement, random: () => number): (request: SimRequest) => SimOutcome {
  return (request) => {
    const { method, path } = request;
    if (method === 'POST' && path === '/v1/batches') {
      const outcome = acceptBatch(desk, request, settlement.schedule);
      return random() < desk.lie().silentAcceptRate ? 'hang' : outcome;
    }
    const [, kind, name] = /^\/v1\/(lines|statements)\/([^/]+)$/.exec(path) ?? [];
    if (method !== 'GET' || kind === undefined || name === undefined) return refusal(404, 'NO_ROUTE', '无此接口');
    const plain = decodeURIComponent(name);
    return kind === 'lines' ? queryLine(desk, settlement, plain) : statement(desk, plain);
  };
}

export async function startBankSimulator(options: BankSimulatorOptions): Promise<BankSimulator> {
  const { now, stateDir, seed = 1 } = options;
  const book = openBook(stateDir, options.strict ?? false);
  const box = createFaultBox(HONEST_LIE, options.faults);
  const random = seededStream(seed);
  const gate = createHmacGate(options);
  const callbacks = startCallbacks({
    stateDir,
    party: 'bank',
    faults: box.get,
    random,
    retryMs: options.callbackRetryMs,
    attempts: options.callbackAttempts,
    prepare: ({ payload, forged }) => ({ headers: gate.callbackHeaders(payload, forged), body: payload }),
  });
  function tell(batchNo: string, lines: readonly SimLine[], forged: boolean): void {
    const results = lines.map((line) => lineAnswer(line, box.get().lie.wrongAmountFen + (forged ? 1 : 0)));
    const id = randomBytes(16).toString('hex');
    const payload = JSON.stringify({ eventId: id, batchNo, results });
    callbacks.push({ id, url: options.callbackUrl, payload, forged });
  }
  const draw = (label: string, key: string): number => seededDraw(seed, label, key);
  const desk: Desk = { book, now, draw, tell, lie: () => box.get().lie };
  const settlement = createSettlement(desk);
  const handle = gate.guard(createRoutes(desk, settlement, random));
  const server = await startSimServer({ port: options.port, faults: box.get, random, handle });
  for (const batchNo of settlement.batchesWaiting()) settlement.schedule(batchNo);

  return {
    url: server.url,
    port: server.port,
    setFaults: box.patch,
    faults: box.get,
    registerCard: (cardNumber, holderName) => book.saveCard(cardNumber, holderName, true),
    closeCard: (cardNumber, holderName) => book.saveCard(cardNumber, holderName, false),
    line: (reference) => book.line(reference),
    lines: () => book.lines(),
    receive: ({ reference, amountFen, cardTail = '0000' }) => book.receive({ reference, amountFen, cardTail }, now()),
    settleNow() {
      for (const batchNo of settlement.batchesWaiting()) settlement.settle(batchNo, settlement.waiting(batchNo));
    },
    pendingCallbacks: callbacks.pending,
    callbackAttempts: callbacks.attempts,
    async close() {
      settlement.stop();
      await server.close();
      await callbacks.close();
      book.close();
    },
  };
}
