// The limits on codes as a table and as properties, without a database.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mayAskForCode, networkOf, type CodeHistory } from './limits.ts';

const nothing: CodeHistory = {
  lastAgeSeconds: null,
  hourCount: 0,
  hourOldestAgeSeconds: 0,
  dayCount: 0,
  dayOldestAgeSeconds: 0,
  addressHourCount: 0,
  addressOldestAgeSeconds: 0,
  addressDayCount: 0,
  addressDayOldestAgeSeconds: 0,
};

test.each<[string, Partial<CodeHistory>, ReturnType<typeof mayAskForCode>]>([
  ['the first', {}, { may: true }],
  ['59 seconds after the last', { lastAgeSeconds: 59 }, { may: false, why: 'gap', waitSeconds: 1 }],
  ['60 seconds after the last', { lastAgeSeconds: 60 }, { may: true }],
  ['the fifth in an hour', { lastAgeSeconds: 61, hourCount: 4 }, { may: true }],
  [
    'the sixth in an hour',
    { lastAgeSeconds: 61, hourCount: 5, hourOldestAgeSeconds: 3_000 },
    { may: false, why: 'number', waitSeconds: 600 },
  ],
  [
    'the eleventh in a day',
    { lastAgeSeconds: 4_000, dayCount: 10, dayOldestAgeSeconds: 86_000 },
    { may: false, why: 'number', waitSeconds: 400 },
  ],
  [
    'the thirty-first from an address',
    { addressHourCount: 30, addressOldestAgeSeconds: 3_599.5 },
    { may: false, why: 'address', waitSeconds: 1 },
  ],
  [
    'the three hundred and first of a day from an address',
    { addressDayCount: 300, addressDayOldestAgeSeconds: 86_000 },
    { may: false, why: 'address', waitSeconds: 400 },
  ],
])('%s', (_name, history, verdict) => {
  expect(mayAskForCode({ ...nothing, ...history })).toEqual(verdict);
});

test('a refusal always names a wait of at least a second and at most a day', () => {
  const count = fc.integer({ min: 0, max: 40 });
  const age = fc.double({ min: 0, max: 86_400, noNaN: true });
  const histories = fc.record({
    lastAgeSeconds: fc.option(age),
    hourCount: count,
    hourOldestAgeSeconds: age,
    dayCount: count,
    dayOldestAgeSeconds: age,
    addressHourCount: count,
    addressOldestAgeSeconds: age,
    addressDayCount: fc.integer({ min: 0, max: 400 }),
    addressDayOldestAgeSeconds: age,
  });
  fc.assert(
    fc.property(histories, (history) => {
      const verdict = mayAskForCode(history);
      if (verdict.may) return;
      expect(verdict.waitSeconds).toBeGreaterThanOrEqual(1);
      expect(verdict.waitSeconds).toBeLessThanOrEqual(86_400);
    }),
  );
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['person:42', 'person:42::/64'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
