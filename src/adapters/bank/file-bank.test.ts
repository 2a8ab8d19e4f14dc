// Bank files: what is written is read back, by every template; what a bank can do wrong in a return file; and the whole exchange by folders.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileUnreadable } from './file.ts';
import { createFileBank } from './file-bank.ts';
import type { BankPort, PayoutLine } from './port.ts';
import { NotWritable, readBankFile, writeBankFile, type BankTemplate, type Line } from './template.ts';
import { bankTemplates } from './templates.ts';

const byCode = (code: string): BankTemplate => {
  const found = bankTemplates.find((one) => one.code === code);
  if (!found) throw new Error(`no template ${code}`);
  return found;
};
const line = (more: Partial<PayoutLine> = {}): PayoutLine => ({
  reference: 'a1'.repeat(16),
  payeeName: '张三',
  cardNumber: '6222020000000000001',
  amountFen: 12_345,
  purpose: '医疗费用',
  ...more,
});

describe('formats', () => {
  const name = fc
    .array(fc.constantFrom(...Array.from('张王李买提·艾力阿布都工盾（）ＡA1 ,"')), { minLength: 1, maxLength: 12 })
    .map((all) => all.join('').trim())
    .filter((text) => text !== '');
  const lines = fc.uniqueArray(
    fc.record({
      reference: fc.stringMatching(/^[0-9a-f]{32}$/),
      payeeName: name,
      cardNumber: fc.stringMatching(/^[1-9]\d{15,18}$/),
      amountFen: fc.integer({ min: 1, max: 100_000_000_000 }),
      purpose: name,
    }),
    { selector: (one) => one.reference, maxLength: 20 },
  );

  test.each(bankTemplates.map((one) => [one.code, one] as const))(
    '%s: written, read back, the same',
    (_code, template) => {
      fc.assert(
        fc.property(lines, (all) => {
          const file = { batchNo: 'B0123', day: '2026-03-02', lines: all };
          const back = readBankFile(template, 'batch', writeBankFile(template, 'batch', file));
          expect(
            back.lines.map(({ reference, payeeName, cardNumber, amountFen, purpose }) => ({
              reference,
              payeeName,
              cardNumber,
              amountFen,
              purpose,
            })),
          ).toEqual(all);
          expect([back.batchNo, back.day]).toEqual(['B0123', '2026-03-02']);
        }),
        { numRuns: 60 },
      );
    },
  );

  test.each(bankTemplates.map((one) => [one.code, one] as const))(
    '%s: a file cut anywhere is not half a file',
    (_code, template) => {
      const all = [line(), line({ reference: 'b2'.repeat(16) }), line({ reference: 'c3'.repeat(16) })];
      const bytes = writeBankFile(template, 'batch', { batchNo: 'B1', day: '2026-03-02', lines: all });
      for (let at = 0; at < bytes.length; at += 7)
        expect(() => readBankFile(template, 'batch', bytes.subarray(0, at))).toThrow(FileUnreadable);
    },
  );

  test('fixed widths are counted in bytes, names filled with full-width spaces', () => {
    const bytes = writeBankFile(byCode('fixed-gbk'), 'batch', { batchNo: 'B1', day: '2026-03-02', lines: [line()] });
    const [head, detail, tail] = bytes.toString('latin1').split('\r\n');
    expect([head?.length, detail?.length, tail?.length]).toEqual([69, 209, 25]);
    const payee = iconv.decode(Buffer.from(detail?.slice(73, 133) ?? '', 'latin1'), 'gbk');
    expect(payee).toBe(`张三${'\u3000'.repeat(28)}`);
    expect(detail?.slice(133, 149)).toBe('0000000000012345');
  });

  test('a rare character is refused where the encoding lacks it, and written where it has it', () => {
    const rare = { batchNo: 'B1', day: '2026-03-02', lines: [line({ payeeName: '张𬭚' })] };
    for (const code of ['fixed-gbk', 'csv-gbk'])
      expect(() => writeBankFile(byCode(code), 'batch', rare)).toThrow(NotWritable);
    for (const code of ['bar-gb18030', 'csv-utf8']) {
      const bytes = writeBankFile(byCode(code), 'batch', rare);
      expect(readBankFile(byCode(code), 'batch', bytes).lines[0]?.payeeName).toBe('张𬭚');
    }
  });

  test.each([
    ['too long for its column', { payeeName: '长'.repeat(31) }],
    ['a line break', { payeeName: '张三\r\nD' }],
    ['spaces around it', { payeeName: ' 张三' }],
  ])('never cut, never cleaned: %s', (_name, wrong) => {
    const file = { batchNo: 'B1', day: '2026-03-02', lines: [line(wrong)] };
    expect(() => writeBankFile(byCode('fixed-gbk'), 'batch', file)).toThrow(NotWritable);
  });

  test('the separator inside a value is refused where nothing can quote it', () => {
    const file = { batchNo: 'B1', day: '2026-03-02', lines: [line({ purpose: '医疗|费' })] };
    expect(() => writeBankFile(byCode('bar-gb18030'), 'batch', file)).toThrow(NotWritable);
  });
});

describe.each(bankTemplates.map((one) => [one.code, one] as const))('%s by folders', (_code, template) => {
  let root: string;
  let bank: BankPort;
  const refused: string[] = [];
  const clock = { at: new Date('2026-03-02T04:00:00Z') };
  const make = () =>
    createFileBank({
      template,
      outbox: join(root, 'out'),
      inbox: join(root, 'in'),
      now: () => clock.at,
      onRefused: (_file, why) => refused.push(why),
    });
  const [one, two, three] = [
    line(),
    line({ reference: 'b2'.repeat(16) }),
    line({ reference: 'c3'.repeat(16), amountFen: 7 }),
  ];
  const answer = (of: PayoutLine, status: string, more: Partial<Line> = {}): Line => ({
    reference: of.reference,
    cardNumber: of.cardNumber,
    amountFen: of.amountFen,
    status,
    bankSerial: `S${of.reference.slice(0, 8)}`,
    day: '2026-03-02',
    reason: status === '0000' ? '' : '户名不符',
    ...more,
  });
  const returned = async (name: string, file: { batchNo?: string; day?: string; lines: readonly Line[] }) =>
    await writeFile(
      join(root, 'in', `${name}.${template.extension}`),
      writeBankFile(template, 'returns', { batchNo: 'B1', day: '2026-03-02', ...file }),
    );
  const stateOf = async (of: PayoutLine) => (await bank.queryLine(of.reference)).state;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'file-bank-'));
    clock.at = new Date('2026-03-02T04:00:00Z');
    refused.length = 0;
    bank = make();
    await bank.submitBatch({ batchNo: 'B1', lines: [one, two, three] });
  });
  afterEach(() => rm(root, { recursive: true }));

  test('out, back, stated; the same after a restart', async () => {
    expect(await stateOf(one)).toBe('accepted');
    expect(await bank.queryLine('none')).toEqual({ state: 'not_found' });
    await returned('r1', { lines: [answer(one, '0000'), answer(two, 'E101'), answer(three, 'E201')] });
    for (const again of [bank, make()]) {
      bank = again;
      expect(await Promise.all([one, two, three].map(stateOf))).toEqual(['settled', 'returned', 'failed']);
      expect(await bank.queryLine(two.reference)).toMatchObject({ reason: '户名不符', amountFen: 12_345 });
      const statement = await bank.statement('2026-03-02');
      expect(statement.map((entry) => [entry.reference.slice(0, 2), entry.kind])).toEqual([
        ['a1', 'payout'],
        ['b2', 'payout'],
        ['b2', 'return'],
      ]);
    }
    expect(refused).toEqual([]);
  });

  test('the same batch again is the same batch; other content and a used reference are refused', async () => {
    const first = await bank.submitBatch({ batchNo: 'B1', lines: [three, two, one] });
    clock.at = new Date('2026-03-03T04:00:00Z');
    expect(await bank.submitBatch({ batchNo: 'B1', lines: [one, two, three] })).toEqual(first);
    await expect(bank.submitBatch({ batchNo: 'B1', lines: [one] })).rejects.toMatchObject({ code: 'BATCH_CONFLICT' });
    await expect(bank.submitBatch({ batchNo: 'B2', lines: [one] })).rejects.toMatchObject({
      code: 'DUPLICATE_REFERENCE',
    });
    expect(await readdir(join(root, 'out'))).toEqual([`B1.${template.extension}`]);
  });

  test.each([
    [
      'a line that was never sent',
      { lines: [answer(one, '0000'), answer(line({ reference: 'ff'.repeat(16) }), '0000')] },
    ],
    ['the same line twice', { lines: [answer(one, '0000'), answer(one, '0000')] }],
    ['another amount', { lines: [answer(one, '0000', { amountFen: 1 })] }],
    ['another card', { lines: [answer(one, '0000', { cardNumber: '6222020000000000009' })] }],
    ['a status nobody knows', { lines: [answer(one, 'ZZZZ')] }],
    ['a batch nobody sent', { batchNo: 'B9', lines: [answer(one, '0000')] }],
    ['the file of yesterday', { day: '2026-03-01', lines: [answer(one, '0000')] }],
    ['the file of tomorrow', { day: '2026-03-03', lines: [answer(one, '0000')] }],
  ])('%s: refused as a whole, with the reason', async (_name, file) => {
    await returned('bad', file);
    expect(await stateOf(one)).toBe('accepted');
    expect(refused).toHaveLength(1);
    expect((await readdir(join(root, 'in', 'refused'))).toSorted()).toEqual([
      `bad.${template.extension}`,
      `bad.${template.extension}.reason`,
    ]);
    // A right one afterwards counts.
    await returned('good', { lines: [answer(one, '0000')] });
    expect(await stateOf(one)).toBe('settled');
  });

  test('wrong totals, another encoding, a cut file', async () => {
    const good = writeBankFile(template, 'returns', {
      batchNo: 'B1',
      day: '2026-03-02',
      lines: [answer(one, '0000'), answer(two, 'E101')],
    });
    const rows = good.toString('latin1').split('\r\n');
    const without = [...rows.slice(0, 1), ...rows.slice(2)].join('\r\n');
    const spoiled = [
      ['lost', Buffer.from(without, 'latin1')],
      ['cut', good.subarray(0, -5)],
      ['empty', Buffer.alloc(0)],
      ['noise', Buffer.from('garbage\r\n')],
    ] as const;
    for (const [name, bytes] of spoiled) await writeFile(join(root, 'in', `${name}.${template.extension}`), bytes);
    expect(await Promise.all([one, two].map(stateOf))).toEqual(['accepted', 'accepted']);
    expect(refused).toHaveLength(4);
  });

  test('a settled payment may come back later; a failed one may not turn into a settled one', async () => {
    await returned('r1', { lines: [answer(one, '0000'), answer(three, 'E201')] });
    expect(await stateOf(one)).toBe('settled');
    clock.at = new Date('2026-03-03T04:00:00Z');
    await returned('r2', { day: '2026-03-03', lines: [answer(one, 'E101', { day: '2026-03-03' })] });
    expect(await stateOf(one)).toBe('returned');
    await returned('r3', { day: '2026-03-03', lines: [answer(three, '0000', { day: '2026-03-03' })] });
    expect(await stateOf(three)).toBe('failed');
    expect(refused[0]).toContain('another end');
  });

  test('what cannot be written is refused before anything leaves', async () => {
    const before = await readFile(join(root, 'out', `B1.${template.extension}`));
    const wrong = line({ reference: 'dd'.repeat(16), payeeName: '张三\n' });
    await expect(bank.submitBatch({ batchNo: 'B3', lines: [wrong] })).rejects.toMatchObject({
      kind: 'refused',
      code: 'NOT_WRITABLE',
    });
    expect(await readdir(join(root, 'out'))).toEqual([`B1.${template.extension}`]);
    expect(await readFile(join(root, 'out', `B1.${template.extension}`))).toEqual(before);
  });
});
