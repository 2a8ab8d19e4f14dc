// The published vectors, GB 11643's arithmetic as properties, and every kind of document.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  ageOn,
  birthDateOf,
  idCheckDigit,
  idDocument,
  idNumber,
  isSyntheticId,
  makeResidentId,
  parseResidentId,
  syntheticRegion,
  upgradeIdNumber,
} from './identity.ts';

const ctx = { today: '2026-01-05' };
const codes = (raw: unknown, options = {}): string[] => {
  const parsed = idNumber.parse(raw, options, ctx);
  return parsed.ok ? [] : parsed.problems.map((one) => one.code);
};
const days = fc
  .date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2025-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
/** Numbers of nobody: region 000000 is in no edition of GB/T 2260. */
const numbers = fc
  .tuple(days, fc.integer({ min: 0, max: 999 }))
  .map(([day, sequence]) => makeResidentId(syntheticRegion, day, sequence));

describe('resident numbers', () => {
  test('published vectors', () => {
    expect(idNumber.parse('11010519491231002X', {}, ctx)).toEqual({
      ok: true,
      value: '11010519491231002X',
      warnings: [],
    });
    expect(parseResidentId('11010519491231002X')).toEqual({
      regionCode: '110105',
      birthDate: '1949-12-31',
      sex: 'female',
    });
    // Its check digit is right; born in 1880, it is refused by the rule on the year, which an option moves.
    expect(idCheckDigit('44052418800101001')).toBe('4');
    expect(codes('440524188001010014')).toEqual(['id_birth_year']);
    expect(codes('440524188001010014', { birthYearMin: 1880 })).toEqual([]);
    expect(codes('110105194912310021')).toEqual(['id_check_digit']);
  });

  test('typed as people type: full-width, small x, blanks, zero-width characters', () => {
    for (const raw of [
      '11010519491231002x',
      '１１０１０５ 19491231 002Ｘ',
      '\u200B110105194912\u200D31002X\uFEFF',
      ['11010519491231002X'],
    ]) {
      expect(idNumber.parse(raw, {}, ctx)).toMatchObject({ ok: true, value: '11010519491231002X' });
    }
  });

  test('born today is real, born tomorrow is not yet', () => {
    expect(codes(makeResidentId(syntheticRegion, '2026-01-05', 1))).toEqual([]);
    expect(codes(makeResidentId(syntheticRegion, '2026-01-06', 1))).toEqual(['id_birth_future']);
    expect(codes(makeResidentId(syntheticRegion, '2023-02-29', 1))).toEqual(['id_birth_date']);
    expect(codes(makeResidentId(syntheticRegion, '2024-02-29', 1))).toEqual([]);
  });

  test('a number made for examples is known as such', () => {
    expect(isSyntheticId(idNumber.example({}, 3))).toBe(true);
    expect(isSyntheticId('11010519491231002X')).toBe(false);
    expect(codes(makeResidentId('990000', '1990-01-01', 1))).toEqual(['id_region']);
    expect(codes(makeResidentId('010000', '1990-01-01', 1))).toEqual(['id_region']);
  });

  test('any change of a single character breaks it', () => {
    fc.assert(
      fc.property(
        numbers,
        fc.integer({ min: 0, max: 17 }),
        fc.constantFrom(...Array.from('0123456789X')),
        (number, at, char) => {
          fc.pre(number[at] !== char);
          const changed = number.slice(0, at) + char + number.slice(at + 1);
          expect(parseResidentId(changed)).toBeUndefined();
          expect(codes(changed)).not.toEqual([]);
        },
      ),
    );
  });

  test('two neighbours swapped break it', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 15 }), (number, at) => {
        fc.pre(number[at] !== number[at + 1]);
        const swapped = `${number.slice(0, at)}${number[at + 1]}${number[at]}${number.slice(at + 2)}`;
        expect(parseResidentId(swapped)).toBeUndefined();
      }),
    );
  });

  test('15 digits become the 18 of the same person', () => {
    fc.assert(
      fc.property(numbers, (number) => {
        fc.pre(number.slice(6, 8) === '19');
        const old = number.slice(0, 6) + number.slice(8, 17);
        expect(upgradeIdNumber(old)).toBe(number);
        expect(idNumber.parse(old, {}, ctx)).toMatchObject({ ok: true, value: number });
      }),
    );
    expect(codes('000000490230001')).toEqual(['id_birth_date']);
  });

  test('what was made is read back', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 0, max: 999 }), (birthDate, sequence) => {
        expect(parseResidentId(makeResidentId('350206', birthDate, sequence))).toEqual({
          regionCode: '350206',
          birthDate,
          sex: sequence % 2 === 1 ? 'male' : 'female',
        });
      }),
    );
  });

  test('the mask hides the birth date and keeps six and four', () => {
    expect(idNumber.mask('11010519491231002X')).toBe('110105********002X');
    fc.assert(
      fc.property(numbers, (number) => {
        expect(idNumber.mask(number).slice(6, 14)).toBe('********');
      }),
    );
  });
});

test('age changes on the birthday', () => {
  expect(ageOn('2010-01-05', '2026-01-04')).toBe(15);
  expect(ageOn('2010-01-05', '2026-01-05')).toBe(16);
  expect(ageOn('2008-02-29', '2026-02-28')).toBe(17);
  expect(ageOn('2008-02-29', '2026-03-01')).toBe(18);
});

describe('documents', () => {
  const parse = (type: string, number: unknown): string[] | string => {
    const parsed = idDocument.parse({ type, number }, {}, ctx);
    return parsed.ok ? parsed.value.number : parsed.problems.map((one) => `${one.path?.join('.')}:${one.code}`);
  };

  test.each<[string, string, string]>([
    ['resident_id', '11010519491231002x', '11010519491231002X'],
    ['hk_mo_permit', 'h00123456', 'H00123456'],
    ['hk_mo_permit', 'M0012345678', 'M0012345678'],
    ['taiwan_permit', '0012 3456', '00123456'],
    ['hk_mo_tw_residence', makeResidentId('830000', '1990-05-01', 12), makeResidentId('830000', '1990-05-01', 12)],
    [
      'foreign_permanent_residence',
      makeResidentId('900000', '1985-05-01', 12),
      makeResidentId('900000', '1985-05-01', 12),
    ],
    ['foreign_permanent_residence', 'xxx000090010100', 'XXX000090010100'],
    ['passport', 'e00-123456', 'E00123456'],
  ])('%s %s', (type, raw, number) => {
    expect(parse(type, raw)).toBe(number);
  });

  test.each<[string, string, string]>([
    ['resident_id', '1101051949', 'number:id_format'],
    ['hk_mo_permit', 'A00123456', 'number:id_format'],
    ['hk_mo_permit', 'H001234567', 'number:id_format'],
    ['taiwan_permit', '001234567', 'number:id_format'],
    ['hk_mo_tw_residence', '11010519491231002X', 'number:id_region'],
    ['foreign_permanent_residence', '11010519491231002X', 'number:id_format'],
    ['foreign_permanent_residence', 'XXX000090130100', 'number:id_birth_date'],
    ['passport', 'PASSPORT', 'number:id_format'],
    ['__proto__', '1', 'type:id_type'],
  ])('%s %s is refused', (type, raw, problem) => {
    expect(parse(type, raw)).toEqual([problem]);
  });

  test('a bare number is a resident ID; the birth date is known where the document says it', () => {
    expect(idDocument.parse('11010519491231002X', {}, ctx)).toMatchObject({ ok: true, value: { type: 'resident_id' } });
    expect(birthDateOf({ type: 'resident_id', number: '11010519491231002X' })).toBe('1949-12-31');
    expect(birthDateOf({ type: 'passport', number: 'E00123456' })).toBeUndefined();
    expect(idDocument.mask({ type: 'passport', number: 'E00123456' })).toBe('E******56');
    expect(idDocument.format({ type: 'taiwan_permit', number: '00123456' }, {})).toBe(
      '台湾居民来往大陆通行证 00123456',
    );
  });
});
