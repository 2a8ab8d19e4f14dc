// Which organisation a case goes to, and what a search finds, without a database.

import { describe, expect, test } from 'vitest';
import { holdsIn, makeDirectory, routeIn, searchIn, type Org } from './routing.ts';

function org(orgId: string, name: string, region: string, kind = 'union'): Org {
  return { orgId, code: orgId, name, kind, region, parentId: null, uscc: null, synthetic: true };
}

const directory = makeDirectory(
  [
    org('a', '示例省总工会', '350000'),
    org('b', '示例市总工会', '350200'),
    org('c', '湖里区总工会', '350206'),
    org('d', '湖里区快递行业工会联合会', '350206'),
    org('e', '示例市保险公司', '350200', 'insurer'),
    { ...org('f', '示例配送（厦门）有限公司', '350203', 'platform_company'), uscc: '91000000MA0000000X' },
  ],
  [
    { orgId: 'a', role: 'county_union', region: '350000', priority: 9 },
    { orgId: 'b', role: 'county_union', region: '350200', priority: 0 },
    { orgId: 'c', role: 'county_union', region: '350206', priority: 0 },
    { orgId: 'd', role: 'county_union', region: '350206', priority: 1 },
    { orgId: 'e', role: 'insurer_adjuster', region: '350200', priority: 0 },
    { orgId: 'b', role: 'supervisor', region: '350200', priority: 3 },
    { orgId: 'a', role: 'supervisor', region: '350200', priority: 3 },
    { orgId: 'gone', role: 'county_union', region: '350203', priority: 9 },
  ],
);

describe('routing', () => {
  test('the exact region wins over its city and province, whatever their priority', () => {
    expect(routeIn(directory, 'county_union', '350206')).toBe('d');
    expect(routeIn(directory, 'county_union', '350200')).toBe('b');
    expect(routeIn(directory, 'county_union', '350100')).toBe('a');
  });

  test('a county without its own goes to its city; an organisation that is gone does not count', () => {
    expect(routeIn(directory, 'county_union', '350203')).toBe('b');
  });

  test('equal priority is settled by code, so that every process agrees', () => {
    expect(routeIn(directory, 'supervisor', '350206')).toBe('a');
  });

  test('nobody was set up: null', () => {
    expect(routeIn(directory, 'insurer_adjuster', '110101')).toBeNull();
    expect(routeIn(directory, 'bank', '350206')).toBeNull();
  });
});

describe('search', () => {
  test('part of a name, the nearer first', () => {
    expect(searchIn(directory, '总工会', undefined, '350206').map((one) => one.orgId)).toEqual(['c', 'b', 'a']);
  });

  test('a name that begins with the text comes before a nearer one that holds it', () => {
    expect(searchIn(directory, '示例', 'union', '350206').map((one) => one.orgId)).toEqual(['b', 'a']);
  });

  test('full-width brackets, blanks and case make no difference; a credit code finds its holder', () => {
    expect(searchIn(directory, '配送(厦门) 有限').map((one) => one.orgId)).toEqual(['f']);
    expect(searchIn(directory, '91000000ma0000000x').map((one) => one.orgId)).toEqual(['f']);
  });

  test('initials of the sounds find a name, also where a character has two readings', () => {
    expect(searchIn(directory, 'hlqkd').map((one) => one.orgId)).toEqual(['d']);
    expect(searchIn(directory, 'SLPS').map((one) => one.orgId)).toEqual(['f']);
    expect(searchIn(directory, 'psxmyx').map((one) => one.orgId)).toEqual(['f']);
    expect(searchIn(directory, 'pssmyx').map((one) => one.orgId)).toEqual(['f']);
    expect(searchIn(directory, 'hqlkd')).toEqual([]);
  });

  test('a role narrows to those who act in it, wherever', () => {
    expect(searchIn(directory, '总工会', undefined, '350206', 'supervisor').map((one) => one.orgId)).toEqual([
      'b',
      'a',
    ]);
    expect(holdsIn(directory, 'supervisor', 'a')).toBe(true);
    expect(holdsIn(directory, 'supervisor', 'c')).toBe(false);
    expect(holdsIn(directory, 'county_union', 'gone')).toBe(false);
  });

  test('kind narrows, and nothing matches nonsense', () => {
    expect(searchIn(directory, '', 'insurer').map((one) => one.orgId)).toEqual(['e']);
    expect(searchIn(directory, '不存在')).toEqual([]);
  });
});
