// The table as it was packed: counts, the demonstration city, places directly under a province, and its structure as a whole.

import { expect, test } from 'vitest';

import {
  childrenOf,
  demonstrationRegion,
  isRegion,
  isWithin,
  parentOf,
  regionFullName,
  regionName,
  regionPath,
} from './regions.ts';

test('the demonstration city and its six districts', () => {
  expect(childrenOf(demonstrationRegion)).toEqual([
    { code: '350203', zh: '思明区' },
    { code: '350205', zh: '海沧区' },
    { code: '350206', zh: '湖里区' },
    { code: '350211', zh: '集美区' },
    { code: '350212', zh: '同安区' },
    { code: '350213', zh: '翔安区' },
  ]);
  expect(regionPath('350206').map((one) => one.zh)).toEqual(['福建省', '厦门市', '湖里区']);
});

test('places of the domain rules', () => {
  const known = {
    '430121': '长沙县',
    '500113': '巴南区',
    '620000': '甘肃省',
    '620621': '民勤县',
    '620725': '山丹县',
    '621000': '庆阳市',
  };
  for (const [code, zh] of Object.entries(known)) expect(regionName(code)).toBe(zh);
});

test('placeholders are not regions; what stood under them stands under the province', () => {
  for (const code of ['110100', '500200', '429000', '130171', '350299', '', '__proto__'])
    expect(isRegion(code)).toBe(false);
  expect(regionFullName('110101')).toBe('北京市东城区');
  expect(regionFullName('429004')).toBe('湖北省仙桃市');
  expect(regionFullName('500230')).toBe('重庆市丰都县');
  expect(regionFullName('810001')).toBe('香港特别行政区中西区');
  expect(regionFullName('999999')).toBeUndefined();
  expect(childrenOf('110000')).toHaveLength(16);
  expect(childrenOf('999999')).toEqual([]);
});

test('every place is reached from the provinces exactly once, and its path ends in it', () => {
  const provinces = childrenOf();
  expect(provinces).toHaveLength(34);
  const seen = new Set<string>();
  const walk = (code: string): void => {
    expect(seen.has(code)).toBe(false);
    seen.add(code);
    expect(code).toMatch(/^[1-8]\d{5}$/);
    expect(regionName(code)).toMatch(/^\p{Script=Han}{2,20}$/u);
    expect(regionPath(code)[regionPath(code).length - 1]?.code).toBe(code);
    for (const child of childrenOf(code)) {
      expect(parentOf(child.code)).toBe(code);
      walk(child.code);
    }
  };
  for (const province of provinces) walk(province.code);
  expect(seen.size).toBe(3243);
});

test('within', () => {
  expect(isWithin('350206', '350200')).toBe(true);
  expect(isWithin('350206', '350000')).toBe(true);
  expect(isWithin('350206', '350206')).toBe(true);
  expect(isWithin('350200', '350206')).toBe(false);
  expect(isWithin('350299', '350200')).toBe(false);
});
