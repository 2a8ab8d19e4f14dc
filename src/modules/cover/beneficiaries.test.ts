// Sharing a sum: exactly, fairly, and with every doubt said.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeResidentId, syntheticRegion } from '#catalog/fields/index';
import { doubtsOf, split, type Beneficiary, type Circumstances } from './beneficiaries.ts';

const born = (day: string, sequence = 11) => makeResidentId(syntheticRegion, day, sequence);
const one = (change: Partial<Beneficiary> = {}): Beneficiary => ({
  name: '林一',
  idNumber: born('1990-01-01'),
  idType: 'resident_id',
  relation: '妻子',
  sharePercent: null,
  card: '6200000000000000017',
  payeeName: null,
  ...change,
});
const plain: Circumstances = {
  beneficiaries: [one()],
  named: null,
  today: '2026-05-20',
  accidentDay: '2026-05-03',
  deathDay: '2026-05-04',
  saidInTime: true,
  reason: '抢救无效',
  isCriminal: false,
  hasAgreement: false,
  otherHeirs: null,
};

describe('shares', () => {
  it('alike, and the fen that are left over from the first on', () => {
    expect(split(100, [null, null, null])).toEqual([34, 33, 33]);
    expect(split(40_000_000, [null, null, null])).toEqual([13_333_334, 13_333_333, 13_333_333]);
    expect(split(2, [null, null, null])).toEqual([1, 1, 0]);
  });

  it('as told; who has nothing gets no fen that is left over', () => {
    expect(split(100, [33.33, 66.67])).toEqual([34, 66]);
    expect(split(101, [0, 50, 50])).toEqual([0, 51, 50]);
  });

  it('sum to the whole, and nobody is a fen or more from the exact part', () => {
    const parts = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40_000_000 }), parts, (fen, weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const given = split(
          fen,
          weights.map((weight) => weight / 100),
        );
        expect(given.reduce((sum, part) => sum + part, 0)).toBe(fen);
        given.forEach((part, at) => expect(Math.abs(part - (fen * (weights[at] ?? 0)) / total)).toBeLessThanOrEqual(1));
      }),
    );
  });
});

describe('doubts', () => {
  const about = (change: Partial<Circumstances>) => doubtsOf({ ...plain, ...change }).join('\n');

  it('none where nothing is odd', () => {
    expect(about({})).toBe('');
    expect(about({ named: '林一', beneficiaries: [one({ relation: '朋友' })] })).toBe('');
  });

  it('of every kind', () => {
    expect(about({ named: '王二' })).toContain('指定的受益人是“王二”，申请里没有');
    expect(about({ named: '林一', beneficiaries: [one(), one({ name: '林二' })] })).toContain('申请里还有别人');
    expect(about({ beneficiaries: [one(), one({ relation: '哥哥' })] })).toContain('第2位不像第一顺序继承人');
    expect(about({ beneficiaries: [one({ relation: '外祖父母' })] })).toContain('不像第一顺序继承人');
    const unequal = [one({ sharePercent: 60 }), one({ sharePercent: 40, relation: '儿子' })];
    expect(about({ beneficiaries: unequal })).toContain('没有全体继承人的书面协议');
    expect(about({ beneficiaries: unequal, hasAgreement: true })).toBe('');
    const child = one({ idNumber: born('2015-06-01'), relation: '女儿' });
    expect(about({ beneficiaries: [child] })).toContain('第1位未满十八周岁，没有写监护人');
    expect(about({ beneficiaries: [{ ...child, payeeName: '林一' }] })).toContain('写的是监护人');
    expect(about({ beneficiaries: [one({ payeeName: '王二' })] })).toContain('不是本人名下');
    expect(about({ deathDay: '2026-12-01' })).toMatch(/第 212 天[^]*不一致/);
    expect(about({ deathDay: '2026-05-01' })).toContain('早于事故时间');
    expect(about({ isCriminal: true })).toContain('第四十三条');
    expect(about({ reason: '猝死' })).toContain('是否意外');
    expect(about({ otherHeirs: '父亲，2020 年去世' })).toContain('没列出的人');
  });
});
