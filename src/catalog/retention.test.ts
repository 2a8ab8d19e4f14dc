// Every table has a class of retention, every class its clause; what a case must be kept for follows from what came of it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { classOfCase, keptUntil, retentionClasses, tableRetention } from './retention.ts';

it('no table of the schema is without a class, and no class names a table that is not there', () => {
  const sql = readFileSync(join(import.meta.dirname, '..', '..', 'db', 'schema.sql'), 'utf8');
  const tables = [...sql.matchAll(/^create table (\w+)/gm)].map((match) => match[1] ?? '');
  expect(tables.length).toBeGreaterThan(60);
  expect(Object.keys(tableRetention).toSorted()).toEqual(tables.toSorted());
});

it('every class says from when and by which clause', () => {
  for (const { zh, from, basis } of Object.values(retentionClasses))
    expect([zh, from, basis].every((text) => /\p{Script=Han}/u.test(text))).toBe(true);
});

it('a case of which nothing came is kept by nothing; a claim five years; a refused one too, for it may be disputed', () => {
  const of = (serviceCode: string, end: string | null, bore: boolean) => classOfCase({ serviceCode, end, bore });
  expect(of('DI-006', 'withdrawn', false)).toBe('unused_case');
  expect(of('DI-001', 'cancelled', true)).toBe('insurance_file');
  expect(of('DI-007', 'rejected', false)).toBe('insurance_file');
  expect(of('UN-001', 'completed', true)).toBe('membership_file');
  expect(of('DS-001', 'completed', false)).toBe('appeal_file');
  expect(keptUntil('unused_case', '2026-03-01')).toBeNull();
  expect(keptUntil('insurance_file', '2024-02-29')).toBe('2029-02-28');
  expect(keptUntil('accounting', '2026-12-31')).toBe('2056-12-31');
  expect(keptUntil('log', '2026-08-31')).toBe('2027-02-28');
});
