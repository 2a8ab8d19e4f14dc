// What every kind promises, walked over every kind with several options: examples parse, invalid inputs are refused with their
// own code, nothing throws, formats go round, masks hide, schemas fit. Rules of single kinds are tested beside them.

import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';

import { isRegion, regionFullName } from '#catalog/regions';

import { defaultClass, fieldKind, fieldKindNames, fieldKinds, isFieldKindName, parseField, rawOf } from './index.ts';
import type { FieldOptions, FieldSpec, ParseContext, Person, ValueOf } from './index.ts';

const ctx: ParseContext = { today: '2026-01-05', isRegion, smsCodeVerified: false };
const names = { regionName: regionFullName };
const values = [
  { value: 'rider', zh: '网约配送员' },
  { value: 'courier', zh: '快递员' },
  { value: 'driver', zh: '网约车司机' },
] as const;
const rows = {
  dish: { kind: 'text', options: { max: 20 }, required: true, zh: '名目' },
  cost: { kind: 'money', required: true, zh: '金额' },
  day: { kind: 'date', options: { max: 'today' } },
  paid: { kind: 'boolean' },
} as const;

/** Every kind with no options (or the least) first, then with others that change what is valid. */
const cases: { readonly [K in keyof FieldOptions]: readonly [FieldOptions[K], ...FieldOptions[K][]] } = {
  text: [{}, { min: 5, max: 12 }, { charset: 'digits', max: 10 }, { charset: 'alphanumeric' }],
  longtext: [{}, { min: 10, max: 60 }],
  person_name: [{}, { max: 20 }],
  id_document: [{}, { types: ['passport'] }, { types: ['hk_mo_tw_residence', 'foreign_permanent_residence'] }],
  id_number: [{}, { birthYearMin: 1920 }],
  uscc: [{}, { prefixes: ['81'] }],
  bank_card: [{}],
  phone: [{}, { landline: true }],
  region: [{}, { level: 'city' }, { level: 'province' }],
  address: [{}, { regionRequired: true, max: 30 }],
  location: [{}, { pointRequired: true }],
  date: [
    {},
    { min: 'today', max: 'today+30' },
    { min: '2020-01-01', max: 'today' },
    { precision: 'month', max: 'today' },
  ],
  datetime: [{}, { min: 'today-7', max: 'today' }],
  money: [{}, { minFen: 1, maxFen: 40_000_000 }, { minFen: -500 }],
  integer: [{}, { min: 1, max: 31, unit: '天' }, { min: -5, max: 5 }],
  decimal: [{}, { scale: 4, min: 0.5, max: 3, unit: '%' }, { scale: 6 }],
  enum: [{ values }],
  multi_enum: [{ values }, { values, min: 2 }, { values, max: 1 }],
  boolean: [{}, { mustBeTrue: true }],
  icd10: [{}, { groups: ['injury', 'external_cause'] }],
  file: [{}, { minCount: 2, maxCount: 3 }],
  signature: [{}],
  consent: [{ purpose: 'claim-medical', version: '2026-01' }],
  person_ref: [{}, { required: ['phone', 'idDocument'] }],
  person_list: [
    {},
    { columns: ['idDocument', 'relation', 'sharePercent', 'cardNumber'] },
    { columns: ['post', 'amountFen', 'note'], required: ['post'], min: 3, max: 5 },
  ],
  roster: [{}, { min: 2, ageMin: 16, ageMax: 65 }],
  org_ref: [{}, { known: true }],
  case_ref: [{}],
  group: [
    { fields: rows },
    { fields: rows, min: 2, max: 4 },
    { fields: { inner: { kind: 'group', options: { fields: rows } } } },
  ],
};

const specs: FieldSpec[] = fieldKindNames.flatMap((kind) =>
  cases[kind].map((options) => ({ kind, options, required: true })),
);
const title = (spec: FieldSpec): string => `${spec.kind} ${JSON.stringify(spec.options)}`;
const seeds = Array.from({ length: 40 }, (_, index) => index);

describe.each(specs.map((spec) => [title(spec), spec] as const))('%s', (_title, spec) => {
  const kind = fieldKind(spec.kind);
  const options = spec.options ?? {};

  test('examples are valid, and the same seed gives the same one', () => {
    for (const seed of seeds) {
      const value = kind.example(options, seed);
      expect(kind.example(options, seed)).toEqual(value);
      expect(parseField(spec, rawOf(spec, value), ctx)).toEqual({ ok: true, value, warnings: [] });
      // The same through the text of a JSON body.
      const sent: unknown = JSON.parse(JSON.stringify(rawOf(spec, value)));
      expect(parseField(spec, sent, ctx)).toMatchObject({ ok: true, value });
    }
  });

  test('examples move with the day', () => {
    const today = '2031-07-31';
    for (const seed of seeds) {
      const value = kind.example(options, seed, today);
      expect(parseField(spec, rawOf(spec, value), { ...ctx, today })).toMatchObject({ ok: true, value });
    }
  });

  test('each invalid input is refused with its own code, in whole sentences', () => {
    for (const seed of [0, 1, 7]) {
      for (const { raw, code } of kind.invalid(options, seed)) {
        const parsed = kind.parse(raw, options, ctx);
        const shown = typeof raw === 'string' ? raw.slice(0, 40) : raw;
        expect({ shown, codes: parsed.ok ? [] : parsed.problems.map((one) => one.code) }).toMatchObject({
          shown,
          codes: [code],
        });
        if (parsed.ok) continue;
        for (const one of parsed.problems) expect(one.zh).toMatch(/^[\s\S]{6,}。$/u);
      }
    }
  });

  test('masks are not the value', () => {
    for (const seed of seeds) {
      const value = kind.example(options, seed);
      const masked = kind.mask(value);
      expect(masked.length).toBeGreaterThan(0);
      if (defaultClass(spec) !== 'public' && spec.kind !== 'file')
        expect(masked).not.toContain(kind.format(value, options));
    }
  });

  test('anything at all is parsed or refused, never thrown', () => {
    const check = (raw: unknown): void => {
      const parsed = kind.parse(raw, options, ctx);
      if (!parsed.ok) {
        expect(parsed.problems.length).toBeGreaterThan(0);
        return;
      }
      expect(typeof kind.format(parsed.value, options, names)).toBe('string');
      expect(typeof kind.mask(parsed.value)).toBe('string');
      // What was accepted once is accepted again, and is the same: values are stable.
      expect(kind.parse(rawOf(spec, parsed.value), options, ctx)).toMatchObject(
        spec.kind === 'signature' && 'typedName' in Object(parsed.value)
          ? { ok: false }
          : { ok: true, value: parsed.value },
      );
    };
    fc.assert(fc.property(fc.jsonValue(), check), { numRuns: 60 });
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }), check),
      {
        numRuns: 60,
      },
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), check), { numRuns: 60 });
  });

  test('the schema is plain JSON and fits the examples', () => {
    const schema = kind.jsonSchema(options);
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    expect('type' in schema || 'oneOf' in schema).toBe(true);
    const checker = z.fromJSONSchema(schema);
    for (const seed of seeds) expect(checker.safeParse(kind.example(options, seed)).error).toBeUndefined();
    for (const wrong of [null, [[]], { no: 1 }, '\u0000']) {
      if (!kind.parse(wrong, options, ctx).ok)
        expect(checker.safeParse(wrong).success && wrong !== '\u0000').toBe(false);
    }
  });
});

test('every problem code has an invalid input in one of the option sets', () => {
  for (const name of fieldKindNames) {
    const kind = fieldKind(name);
    const sampled = cases[name].flatMap((options) => kind.invalid(options, 1).map((sample) => sample.code));
    expect({ name, missing: kind.codes.filter((code) => !sampled.includes(code)) }).toEqual({ name, missing: [] });
  }
});

test('what is shown can be typed again', () => {
  const readable: FieldSpec[] = specs.filter(
    ({ kind }) =>
      ![
        'id_document',
        'address',
        'location',
        'region',
        'file',
        'signature',
        'consent',
        'person_ref',
        'person_list',
        'roster',
        'org_ref',
        'group',
      ].includes(kind),
  );
  expect(readable.length).toBeGreaterThan(30);
  for (const spec of readable) {
    const kind = fieldKind(spec.kind);
    const options = spec.options ?? {};
    for (const seed of seeds) {
      const value = kind.example(options, seed);
      expect(kind.parse(kind.format(value, options), options, ctx)).toMatchObject({ ok: true, value });
    }
  }
});

test('an optional field left empty is nothing; a required one is blank; a box not ticked is no', () => {
  expect(parseField({ kind: 'phone' }, ' \u3000', ctx)).toEqual({ ok: true, value: undefined, warnings: [] });
  expect(parseField({ kind: 'address' }, { region: '', detail: '' }, ctx)).toMatchObject({
    ok: true,
    value: undefined,
  });
  expect(parseField({ kind: 'phone' }, '123', ctx)).toMatchObject({ ok: false });
  expect(parseField({ kind: 'phone', required: true }, undefined, ctx)).toMatchObject({
    problems: [{ code: 'blank' }],
  });
  expect(parseField({ kind: 'boolean' }, undefined, ctx)).toMatchObject({ ok: true, value: false });
});

test('a group is as closed as its most closed field', () => {
  expect(defaultClass({ kind: 'group', options: { fields: { a: { kind: 'uscc' }, b: { kind: 'phone' } } } })).toBe(
    'personal',
  );
  expect(defaultClass({ kind: 'group', options: { fields: { a: { kind: 'uscc' } } } })).toBe('public');
  expect(defaultClass({ kind: 'bank_card' })).toBe('sensitive');
});

test('names of kinds', () => {
  expect(Object.keys(fieldKinds)).toEqual([...fieldKindNames]);
  for (const name of fieldKindNames) expect(fieldKinds[name].kind).toBe(name);
  expect(isFieldKindName('money')).toBe(true);
  expect(isFieldKindName('constructor')).toBe(false);
});

test('values are inferred from kinds and options', () => {
  type Rider = ValueOf<'enum', { values: typeof values }>;
  expectTypeOf<Rider>().toEqualTypeOf<'rider' | 'courier' | 'driver'>();
  expectTypeOf<ValueOf<'money'>>().toEqualTypeOf<number>();
  expectTypeOf<ValueOf<'multi_enum', { values: typeof values }>>().toEqualTypeOf<Rider[]>();
  expectTypeOf<ValueOf<'person_list'>>().toEqualTypeOf<Person[]>();
  type Item = ValueOf<'group', { fields: typeof rows }>[number];
  expectTypeOf<Item['cost']>().toEqualTypeOf<number>();
  expectTypeOf<Item['paid']>().toEqualTypeOf<boolean>();
  expectTypeOf<Item['day']>().toEqualTypeOf<string | undefined>();
  // @ts-expect-error a field that the group does not have
  expectTypeOf<Item['nothing']>().not.toEqualTypeOf<string>();
  expect(rows.cost.kind).toBe('money');
});
