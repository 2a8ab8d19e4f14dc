// The rows of a chunk are a pure function of its lines: the synthetic city copies what the command inserts.

import { expect, test } from 'vitest';
import { createCrypto } from '#platform/crypto';
import { chunkRows, commitmentOf, type Taken } from './index.ts';

const crypto = createCrypto(Buffer.alloc(32, 7));
const person = {
  name: '演示甲',
  idDocument: { type: 'resident_id', number: '000000199001010018' },
  phone: '19900000000',
  birthDay: '1990-01-01',
  occupation: null,
} as const;
const given = {
  runId: 'run',
  source: '旧系统',
  at: '2026-03-01T00:00:00.000Z',
  today: '2026-03-01',
  route: (role: string) => (role === 'county_union' ? 'county' : null),
};
const common = { personId: 'p1', orgId: 'org', orgRegion: '350203', generationOf: () => 0 };
const member: Taken = {
  ...common,
  targetId: 'm1',
  line: { kind: 'members', number: 'A-1', orgCode: 'u', person, joinedOn: '2023-01-01' },
};
const policy: Taken = {
  ...common,
  targetId: 'c1',
  generationOf: (day) => (day === '2026-02-28' ? 2 : 0),
  line: {
    kind: 'policies',
    number: 'P-1',
    orgCode: 'i',
    person,
    region: '350203',
    firstDay: '2026-02-27',
    days: 3,
    startsAt: '2026-02-27T01:30:00.000Z',
    premiumFen: 120,
    subsidyFen: 60,
    insurerNo: null,
    workType: '网约配送员',
  },
};

test('each row names the leaf that commits to it, and the same lines make the same rows', () => {
  const told: unknown[] = [];
  const make = () =>
    chunkRows(crypto, [member, policy], given, (commitments) => {
      told.push(commitments);
      return 'leaf';
    });
  const rows = make();
  expect(make()).toEqual(rows);
  expect(told[0]).toEqual(told[1]);
  const [one] = rows.membership;
  const [two] = rows.cover_policy;
  if (!one || !two) throw new Error('a membership and a policy');
  expect(told[0]).toEqual([commitmentOf(crypto, one), commitmentOf(crypto, two)]);
  expect([...rows.membership, ...rows.cover_policy, ...rows.cover_entry].every((row) => row.leaf_id === 'leaf')).toBe(
    true,
  );
  expect(one.readers).toContain('county_union@county');
  expect(two.readers).toContain('insurer_adjuster@org');
});

test('days over the end of a month: the first begins when it began, a day that was given back gets its next generation', () => {
  const { cover_entry: entries } = chunkRows(crypto, [policy], given, () => 'leaf');
  expect(entries.map(({ day, generation, starts_at, ends_at }) => [day, generation, starts_at, ends_at])).toEqual([
    ['2026-02-27', 1, '2026-02-27T01:30:00.000Z', '2026-02-27T16:00:00.000Z'],
    ['2026-02-28', 3, '2026-02-27T16:00:00.000Z', '2026-02-28T16:00:00.000Z'],
    ['2026-03-01', 1, '2026-02-28T16:00:00.000Z', '2026-03-01T16:00:00.000Z'],
  ]);
});

test('a commitment tells of every fact of a row', () => {
  const {
    cover_policy: [row],
  } = chunkRows(crypto, [policy], given, () => 'leaf');
  if (!row) throw new Error('a policy');
  const { commitment } = commitmentOf(crypto, row);
  for (const change of [
    { days: 4 },
    { premium_fen: 121 },
    { policy_no: 'P-2' },
    { person_id: 'p2' },
    { policy_id: 'c2' },
  ])
    expect(commitmentOf(crypto, { ...row, ...change }).commitment).not.toBe(commitment);
});
