// Every rule: its tables are total, its versions leave no day open, and its numbers keep their promises for all inputs. A proof that
// finds nothing wrong is worth what it finds in a table that is wrong, so broken tables are here too.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Citation } from './define.ts';
import {
  benefitOn,
  benefitRule,
  parametersOf,
  premiumOn,
  premiumRule,
  proveTotal,
  RuleNotInForce,
  rules,
  splitPremium,
  type Table,
} from './index.ts';

const xiamen = '350203';
const day = '2026-05-03';

test('a source is short enough to stand behind every line that it carries', () => {
  for (const { id, parameters } of Object.values(rules)) {
    for (const { basis, cites } of parameters) {
      const own = Object.values<Citation | undefined>(cites ?? {});
      const sources = [basis, ...own.flatMap((one) => one?.basis ?? [])];
      for (const source of sources) expect([id, source, Array.from(source).length <= 24]).toEqual([id, source, true]);
      // The line itself says whether its source was checked.
      for (const source of sources) expect(source).not.toContain('待核');
    }
  }
});

describe('tables', () => {
  test.each(
    Object.values(rules).flatMap((rule) =>
      rule.versions.flatMap((version) => version.tables.map((table) => [rule.id, version.from, table] as const)),
    ),
  )('%s from %s: %o is total and without overlap', (_id, _from, table) => {
    expect(proveTotal(table)).toEqual([]);
  });

  const ages = (rows: Table['rows']): Table => ({
    name: 'ages',
    zh: '年龄',
    axes: [{ name: 'age', kind: 'integer', min: 0, max: 150 }],
    rows,
  });
  const row = (min: number, max: number) => ({ when: { age: { min, max } }, value: 0, zh: '' });

  test('a gap, an overlap, an unknown axis and a cell that is off its axis are found', () => {
    expect(proveTotal(ages([row(0, 15), row(17, 150)]))).toEqual([{ kind: 'gap', at: { age: 16 }, rows: [] }]);
    expect(proveTotal(ages([row(0, 16), row(16, 150)]))).toEqual([{ kind: 'overlap', at: { age: 16 }, rows: [0, 1] }]);
    expect(proveTotal(ages([row(0, 150), { when: { height: '*' }, value: 0, zh: '' }]))).toEqual([
      { kind: 'unknown_axis', row: 1, axis: 'height' },
    ]);
    expect(proveTotal(ages([row(0, 151)]))).toEqual([{ kind: 'bad_cell', row: 0, axis: 'age' }]);
  });

  test('the proof agrees with trying every point', () => {
    const interval = fc
      .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }))
      .map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }));
    fc.assert(
      fc.property(
        fc.array(fc.record({ n: interval, c: fc.subarray(['x', 'y'], { minLength: 1 }) }), { maxLength: 5 }),
        (cells) => {
          const table: Table = {
            name: 't',
            zh: '',
            axes: [
              { name: 'n', kind: 'integer', min: 0, max: 20 },
              { name: 'c', kind: 'enum', values: ['x', 'y'] },
            ],
            rows: cells.map((when) => ({ when, value: 0, zh: '' })),
          };
          const counts = Array.from({ length: 21 }, (_, n) =>
            ['x', 'y'].map((c) => cells.filter((one) => one.n.min <= n && n <= one.n.max && one.c.includes(c)).length),
          ).flat();
          expect(proveTotal(table).length === 0).toBe(counts.every((count) => count === 1));
        },
      ),
    );
  });
});

describe('dates and places', () => {
  test('the most exact place wins, and a day before the first version has no rule', () => {
    expect(parametersOf(premiumRule, day, '350203')?.region).toBe('350200');
    expect(parametersOf(premiumRule, day, '430121')?.region).toBeUndefined();
    expect(() => premiumOn('2023-12-31', { age: 30, days: 1, workType: '快递员' }, xiamen)).toThrow(RuleNotInForce);
  });

  test('parameters of one place follow each other without overlap', () => {
    for (const rule of Object.values(rules)) {
      const places = new Map<string, { from: string; until?: string }[]>();
      for (const version of rule.versions)
        places.set(version.region ?? '', [...(places.get(version.region ?? '') ?? []), version]);
      for (const versions of places.values()) {
        const sorted = versions.toSorted((a, b) => (a.from < b.from ? -1 : 1));
        sorted.slice(0, -1).forEach((version, index) => expect(version.until, rule.id).toBe(sorted[index + 1]?.from));
      }
    }
  });
});

describe('premium', () => {
  const terms = fc.record({
    days: fc.integer({ min: 0, max: 366 }),
    rateDailyFen: fc.integer({ min: 1, max: 10_000 }),
    subsidyBasisPoints: fc.integer({ min: 0, max: 10_000 }),
    rateMeans: fc.constantFrom('gross' as const, 'net' as const),
  });

  test('worker and subsidy together are the premium, and neither is negative', () => {
    fc.assert(
      fc.property(terms, (values) => {
        const split = splitPremium(values.days, values);
        expect(split.payableFen + split.subsidyFen).toBe(split.grossFen);
        expect(Math.min(split.payableFen, split.subsidyFen)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('gross: the rate is the whole; net: the rate is the worker’s part; half a fen goes against the subsidy', () => {
    const half = { rateDailyFen: 40, subsidyBasisPoints: 5_000 };
    expect(splitPremium(1, { ...half, rateMeans: 'gross' })).toEqual({ grossFen: 40, payableFen: 20, subsidyFen: 20 });
    expect(splitPremium(1, { ...half, rateMeans: 'net' })).toEqual({ grossFen: 80, payableFen: 40, subsidyFen: 40 });
    expect(splitPremium(1, { ...half, rateDailyFen: 41, rateMeans: 'gross' })).toEqual({
      grossFen: 41,
      payableFen: 21,
      subsidyFen: 20,
    });
  });
});

describe('benefits', () => {
  const fen = fc.integer({ min: 0, max: 100_000_000 });
  const before = fc.record({ totalFen: fc.integer({ min: 0, max: 40_000_000 }), itemFen: fen, prepaidFen: fen });
  const limits = parametersOf(benefitRule, day, xiamen)?.values;
  const claim = fc.oneof(
    fc.record({
      benefit: fc.constant('medical' as const),
      billFen: fen,
      medicareFen: fen,
      injuryFen: fen,
      selfPayFen: fen,
      before,
    }),
    fc.record({
      benefit: fc.constant('allowance' as const),
      stayDays: fc.nat(400),
      leaveDays: fc.nat(400),
      usedDaysYear: fc.nat(400),
      before,
    }),
    fc.record({ benefit: fc.constant('disability' as const), grade: fc.integer({ min: 1, max: 10 }), before }),
    fc.record({ benefit: fc.constant('death' as const), before }),
    fc.record({ benefit: fc.constant('prepay' as const), estimateFen: fen, before }),
  );

  test('no benefit passes its limits, and all together never 400,000 yuan', () => {
    fc.assert(
      fc.property(claim, (input) => {
        const { amountFen } = benefitOn(day, input, xiamen).value;
        expect(amountFen).toBeGreaterThanOrEqual(0);
        expect(amountFen + input.before.totalFen).toBeLessThanOrEqual(limits?.totalLimitFen ?? 0);
        if (input.benefit === 'medical') expect(amountFen).toBeLessThanOrEqual(limits?.medicalLimitFen ?? 0);
        if (input.benefit === 'medical') expect(amountFen).toBeLessThanOrEqual(input.billFen);
        if (input.benefit === 'disability' || input.benefit === 'death')
          expect(amountFen).toBeLessThanOrEqual(limits?.lifeLimitFen ?? 0);
      }),
    );
  });

  test('a higher bill never gives less', () => {
    fc.assert(
      fc.property(fen, fen, fen, before, (billFen, more, medicareFen, prior) => {
        const of = (bill: number) =>
          benefitOn(
            day,
            { benefit: 'medical', billFen: bill, medicareFen, injuryFen: 0, selfPayFen: 0, before: prior },
            xiamen,
          ).value.amountFen;
        expect(of(billFen + more)).toBeGreaterThanOrEqual(of(billFen));
      }),
    );
  });

  test('a worse grade never gives less, and every explanation has its source', () => {
    const of = (grade: number) =>
      benefitOn(day, { benefit: 'disability', grade, before: { totalFen: 0, itemFen: 0, prepaidFen: 0 } }, xiamen);
    for (let grade = 1; grade < 10; grade += 1)
      expect(of(grade).value.amountFen).toBeGreaterThan(of(grade + 1).value.amountFen);
    for (const line of of(3).explanation) expect(line.basis.length).toBeGreaterThan(4);
  });
});
