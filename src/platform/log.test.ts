// Nothing personal reaches the log, whatever key or sentence it hides in, and a line stays JSON.

import { Writable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLog, maskText } from './log.ts';

function logged(record: Record<string, unknown>, message = 'said'): { line: string; parsed: Record<string, unknown> } {
  let line = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      line += String(chunk);
      done();
    },
  });
  createLog({ level: 'info', destination }).info(record, message);
  return { line, parsed: JSON.parse(line) };
}

test('identifiers in any string are masked; a case number and a fraction are not', () => {
  expect(maskText('号 00000019900101001X，电话13800138000。')).toBe('号 0000**************，电话138********。');
  expect(maskText('card=6222020000000000000')).toBe('card=6222*********');
  expect(maskText('case 35020320260302000001 took 0.12345678901234567 s')).toBe(
    'case 35020320260302000001 took 0.12345678901234567 s',
  );
});

test('a line with a masked number is JSON still', () => {
  const { parsed, line } = logged({ row: { value: 13_800_138_000, list: [6_222_020_000_000_000] } });
  expect(line).not.toContain('13800138000');
  expect(line).not.toContain('6222020000000000');
  expect(parsed).toMatchObject({ level: 'info', msg: 'said', row: { value: '138********' } });
});

test('values under keys of secrets are hidden at any depth', () => {
  const { line } = logged({
    body: { password: 'open sesame', form: [{ name: '张三', code: '123456' }] },
    csrf: 'abc-token',
  });
  for (const secret of ['open sesame', '张三', '123456', 'abc-token']) expect(line).not.toContain(secret);
});

test('of a database error the row that it quotes is left out', () => {
  const error = Object.assign(new Error('duplicate key'), {
    code: '23505',
    constraint: 'person_phone_key',
    detail: 'Failing row contains (张三, 湖里).',
  });
  const { line, parsed } = logged({ err: error });
  expect(line).not.toContain('张三');
  expect(parsed['err']).toMatchObject({ errorCode: '23505', constraint: 'person_phone_key' });
});

test('no phone and no 18-digit number survives in any surroundings', () => {
  const secret = fc.oneof(
    fc.tuple(fc.constantFrom('3', '5', '8', '9'), fc.stringMatching(/^\d{9}$/)).map(([two, rest]) => `1${two}${rest}`),
    fc.stringMatching(/^\d{17}[\dX]$/),
  );
  const words = fc.string().filter((text) => !/[\d.]$|^\d/.test(text));
  fc.assert(
    fc.property(words, secret, words, (before, hidden, after) => {
      expect(maskText(before + hidden + after)).not.toContain(hidden);
      expect(logged({ text: before + hidden + after }).line).not.toContain(hidden);
    }),
  );
});
