// The comparison of two days, as properties: every line is accounted for exactly once, and equal days have no difference.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compare } from './differences.ts';

const words = { party: '银行对账单', what: '付款', ownerRole: 'insurer_finance' };
const lines = fc.uniqueArray(
  fc.record({ reference: fc.stringMatching(/^[a-f]{1,2}$/), amountFen: fc.integer({ min: 1, max: 3 }) }),
  { selector: (line) => line.reference, maxLength: 12 },
);
const theirs = fc.array(
  fc.record({
    key: fc.uuid(),
    reference: fc.stringMatching(/^[a-f]{1,2}$/),
    amountFen: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 12 },
);

test('equal days have no difference', () => {
  fc.assert(
    fc.property(lines, (ours) => {
      const { matched, differences } = compare(
        ours,
        ours.map((line) => ({ ...line, key: line.reference })),
        words,
      );
      expect(differences).toEqual([]);
      expect(matched).toHaveLength(ours.length);
    }),
  );
});

test('every reference comes out once, matched or different', () => {
  fc.assert(
    fc.property(lines, theirs, (ours, other) => {
      const { matched, differences } = compare(ours, other, words);
      const out = [...matched.map((line) => line.reference), ...differences.map((one) => one.reference)];
      expect(out.toSorted()).toEqual([...new Set([...ours, ...other].map((line) => line.reference))].toSorted());
      for (const line of matched)
        expect(ours.find((our) => our.reference === line.reference)?.amountFen).toBe(line.amountFen);
    }),
  );
});

test('the kinds, each with a sentence', () => {
  const their = (reference: string, amountFen: number, key = reference) => ({ key, reference, amountFen });
  const { differences } = compare(
    [
      { reference: 'lost', amountFen: 1 },
      { reference: 'wrong', amountFen: 2 },
      { reference: 'twice', amountFen: 3 },
    ],
    [their('wrong', 3), their('twice', 3, 'k1'), their('twice', 3, 'k2'), their('strange', 9)],
    words,
  );
  expect(differences.map((one) => [one.kind, one.reference, one.oursFen, one.theirsFen])).toEqual([
    ['missing_there', 'lost', 1, null],
    ['amount_differs', 'wrong', 2, 3],
    ['double', 'twice', 3, 6],
    ['missing_here', 'strange', null, 9],
  ]);
  for (const one of differences) expect(one.zh).toMatch(/。$/);
});
