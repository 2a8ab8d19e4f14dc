// The list of logins serves the tour: who is needed comes first, and two of one office are told apart.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { roles, type Role } from '#catalog';
import { tourFirst } from './demo-accounts.ts';

const account = (login: string, role: Role, orgZh: string) => ({
  login,
  name: '演示',
  role,
  roleZh: roles[role].zh,
  orgZh,
  password: '',
  totpSecret: '',
});

const listed = tourFirst([
  account('case-dispatcher-1', 'case_dispatcher', '总工会'),
  account('insurer-finance-1', 'insurer_finance', '甲公司'),
  account('insurer-finance-2', 'insurer_finance', '甲公司'),
  account('insurer-finance-3', 'insurer_finance', '乙公司'),
  account('insurer-adjuster-1', 'insurer_adjuster', '甲公司'),
]);

test('the accounts of the tour come first, in its order, with what they do', () => {
  expect(listed.map((one) => [one.login, one.tour !== null])).toEqual([
    ['insurer-adjuster-1', true],
    ['insurer-finance-1', true],
    ['insurer-finance-2', true],
    ['case-dispatcher-1', false],
    ['insurer-finance-3', false],
  ]);
});

test('two of one office are 甲 and 乙; one alone is neither', () => {
  const titles = new Map(listed.map((one) => [one.login, one.roleZh]));
  expect(titles.get('insurer-finance-1')).toBe(`${roles.insurer_finance.zh}甲`);
  expect(titles.get('insurer-finance-2')).toBe(`${roles.insurer_finance.zh}乙`);
  expect(titles.get('insurer-finance-3')).toBe(roles.insurer_finance.zh);
});

test('every account that the tour of the README names is among them', () => {
  const readme = readFileSync('README.md', 'utf8');
  const needed = tourFirst(
    ['insurer-adjuster-1', 'traffic-police-1', 'insurer-finance-1', 'insurer-finance-2', 'supervisor-1'].map((login) =>
      account(login, 'supervisor', login),
    ),
  );
  for (const { login, tour } of needed)
    expect([login, readme.includes(`\`${login}\``), tour !== null]).toEqual([login, true, true]);
});
