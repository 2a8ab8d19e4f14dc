// A bank that only exchanges files: another client of the same port. Batches are laid into one folder, return files are found in another;
// how they travel (a mount, SFTP, the bank's own front-end machine) is the operator's. A return file counts wholly or not at all, and is
// moved aside with the reason when it does not.
import { mkdir, readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beijingDay, OutcomeUnknown, Refused } from '#adapters/party';
import { FileUnreadable, linesDigest } from './file.ts';
import { BankCallbackForged, type BankPort, type BankResult, type PayoutLine, type StatementLine } from './port.ts';
import { NotWritable, readBankFile, writeBankFile, type BankTemplate, type Line } from './template.ts';

const PARTY = 'bank';

export type FileBankConfig = {
  readonly template: BankTemplate;
  readonly outbox: string;
  readonly inbox: string;
  readonly now: () => Date;
  /** Hears of every return file that does not count. */
  readonly onRefused?: (file: string, why: string) => void;
};

type Sent = { readonly batchNo: string; readonly day: string; readonly line: Line };
type Batch = { readonly acceptedAt: Date; readonly day: string; readonly digest: string };

const SETTLED_HOUR = 'T12:00:00+08:00';

function digestOf(lines: readonly Line[]): string {
  return linesDigest(
    lines.map((line) => [line.reference, line.payeeName, line.cardNumber, line.amountFen, line.purpose].join('\u0001')),
  );
}

const lineOf = (line: PayoutLine): Line => ({ ...line });

export function createFileBank(config: FileBankConfig): BankPort {
  const { template, outbox, inbox } = config;
  const sent = new Map<string, Sent>();
  const batches = new Map<string, Batch>();
  const results = new Map<string, BankResult & { readonly day: string; readonly cardTail: string }>();
  let known = false;
  let looking: Promise<void> | undefined;

  const pathOf = (batchNo: string) => join(outbox, `${batchNo}.${template.extension}`);

  function learn(batchNo: string, day: string, lines: readonly Line[], acceptedAt: Date): void {
    batches.set(batchNo, { acceptedAt, day, digest: digestOf(lines) });
    for (const line of lines) sent.set(line.reference ?? '', { batchNo, day, line });
  }

  /** What was exchanged before this start. */
  async function remember(): Promise<void> {
    if (known) return;
    for (const folder of [outbox, inbox, join(inbox, 'taken'), join(inbox, 'refused')])
      await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of await filesIn(outbox)) {
      const file = readBankFile(template, 'batch', await readFile(join(outbox, name)));
      learn(file.batchNo, file.day, file.lines, (await stat(join(outbox, name))).mtime);
    }
    for (const name of await filesIn(join(inbox, 'taken'))) take(await readFile(join(inbox, 'taken', name)));
    known = true;
  }

  async function filesIn(folder: string): Promise<string[]> {
    const names = await readdir(folder);
    return names.filter((name) => name.endsWith(`.${template.extension}`)).toSorted();
  }

  function resultOf(line: Line, batchNo: string, seen: Set<string>): BankResult & { day: string; cardTail: string } {
    const reference = line.reference ?? '';
    const known = sent.get(reference);
    if (!known || known.batchNo !== batchNo)
      throw new FileUnreadable(`a line that this batch does not have: ${reference}`);
    if (seen.has(reference)) throw new FileUnreadable(`the same line twice: ${reference}`);
    seen.add(reference);
    if (line.amountFen !== known.line.amountFen || line.cardNumber !== known.line.cardNumber)
      throw new FileUnreadable(`another amount or card than was sent: ${reference}`);
    const state = template.statuses[line.status ?? ''];
    if (!state) throw new FileUnreadable(`an unknown status: ${line.status}`);
    const day = /^\d{8}$/.test(line.day ?? '') ? (line.day ?? '').replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3') : '';
    if (day === '' || day < known.day) throw new FileUnreadable(`a day before the batch: ${line.day}`);
    const before = results.get(reference);
    // A payment that was settled may come back later; nothing else may change.
    if (before && before.state !== state && !(before.state === 'settled' && state === 'returned'))
      throw new FileUnreadable(`another end than was told before: ${reference}`);
    return {
      reference,
      state,
      amountFen: line.amountFen,
      day,
      cardTail: (line.cardNumber ?? '').slice(-4),
      ...(state === 'failed' ? {} : { settledAt: new Date(`${day}${SETTLED_HOUR}`) }),
      ...(line.bankSerial ? { bankSerial: line.bankSerial } : {}),
      ...(line.reason ? { reason: line.reason } : {}),
    };
  }

  /** All of it, or an error and nothing of it. */
  function take(bytes: Buffer): void {
    const file = readBankFile(template, 'returns', bytes);
    const batch = batches.get(file.batchNo);
    if (!batch) throw new FileUnreadable('a batch that was never sent');
    if (file.day < batch.day) throw new FileUnreadable('a file of a day before the batch');
    if (file.day > beijingDay(config.now())) throw new FileUnreadable('a file of a day to come');
    const seen = new Set<string>();
    const taken = file.lines.map((line) => resultOf(line, file.batchNo, seen));
    for (const one of taken) results.set(one.reference, one);
  }

  async function look(): Promise<void> {
    await remember();
    for (const name of await filesIn(inbox)) {
      const bytes = await readFile(join(inbox, name));
      try {
        take(bytes);
        await rename(join(inbox, name), join(inbox, 'taken', name));
      } catch (error) {
        if (!(error instanceof FileUnreadable)) throw error;
        await rename(join(inbox, name), join(inbox, 'refused', name));
        await writeFile(join(inbox, 'refused', `${name}.reason`), `${error.message}\n`, { mode: 0o600 });
        config.onRefused?.(name, error.message);
      }
    }
  }

  /** One look at a time: two would move the same file. */
  async function lookOnce(): Promise<void> {
    looking ??= look().finally(() => {
      looking = undefined;
    });
    try {
      await looking;
    } catch (error) {
      if (error instanceof OutcomeUnknown) throw error;
      throw new OutcomeUnknown(PARTY, 'files', 'network', { cause: error });
    }
  }

  function refuse(code: string, partyMessage: string): Refused {
    return new Refused(PARTY, 'submitBatch', { status: 0, code, partyMessage });
  }

  return {
    async submitBatch({ batchNo, lines }) {
      await lookOnce();
      const wanted = lines.map(lineOf);
      const before = batches.get(batchNo);
      if (before && before.digest !== digestOf(wanted)) throw refuse('BATCH_CONFLICT', '同一批次号的内容不同');
      if (before) return { acceptedAt: before.acceptedAt };
      if (lines.some((line) => sent.has(line.reference))) throw refuse('DUPLICATE_REFERENCE', '有已经发过的付款');
      const day = beijingDay(config.now());
      let bytes: Buffer;
      try {
        bytes = writeBankFile(template, 'batch', { batchNo, day, lines: wanted });
      } catch (error) {
        if (error instanceof NotWritable) throw refuse('NOT_WRITABLE', error.zh);
        throw error;
      }
      const temporary = `${pathOf(batchNo)}.part`;
      await writeFile(temporary, bytes, { mode: 0o600, flush: true });
      await rename(temporary, pathOf(batchNo));
      const acceptedAt = config.now();
      // The file's own time is how the instant is remembered over a restart.
      await utimes(pathOf(batchNo), acceptedAt, acceptedAt);
      learn(batchNo, day, wanted, acceptedAt);
      return { acceptedAt };
    },
    async queryLine(reference) {
      await lookOnce();
      const result = results.get(reference);
      if (!result) return { state: sent.has(reference) ? 'accepted' : 'not_found' };
      const { day: _day, cardTail: _tail, ...told } = result;
      return told;
    },
    async statement(day) {
      await lookOnce();
      return [...results.values()].flatMap((one): StatementLine[] => {
        if (one.state === 'failed' || one.day !== day) return [];
        const bookedAt = new Date(`${day}${SETTLED_HOUR}`);
        const common = { reference: one.reference, amountFen: one.amountFen, cardTail: one.cardTail, bookedAt };
        const bankSerial = one.bankSerial ?? one.reference;
        const out = { ...common, bankSerial, kind: 'payout' as const };
        return one.state === 'settled' ? [out] : [out, { ...common, bankSerial: `${bankSerial}-R`, kind: 'return' }];
      });
    },
    verifyCallback() {
      throw new BankCallbackForged('this bank calls nobody');
    },
  };
}
