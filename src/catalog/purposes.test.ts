// The purposes of personal information against the services: what needs a consent says so, and nothing is asked that is not needed.

import { expect, test } from 'vitest';
import { allFields } from './form.ts';
import { isAsked, purposeOf, purposes, purposesFor } from './purposes.ts';
import { services } from './services/index.ts';

const onPhone = services.filter((service) => service.channels.includes('mobile'));
const codesFor = (code: string) => purposesFor(code).map((one) => one.code);

test('whoever is asked for a bank card has been asked whether it may be used', () => {
  const withCard = onPhone.filter((service) =>
    Object.values(allFields(service)).some(({ kind }) => kind === 'bank_card'),
  );
  expect(withCard.length).toBeGreaterThan(2);
  for (const { code } of withCard) expect(codesFor(code), code).toContain('payout_account');
});

test('what goes to an insurer is asked for, but for a report and a refund', () => {
  const insured = onPhone.filter(({ domain }) => domain === 'daily-insurance').map(({ code }) => code);
  expect(insured.filter((code) => !codesFor(code).includes('insurer'))).toEqual(['DI-005', 'DI-006']);
});

test('an accident is reported without any question', () => {
  expect(purposesFor('DI-006')).toEqual([]);
});

test('a service that needs no health data, no insurer and no card asks for the identity only', () => {
  expect(codesFor('UN-001')).toEqual(['identity']);
  expect(codesFor('DS-001')).toEqual(['identity']);
});

test('each purpose has its own words, basis and version, and names services by their codes', () => {
  expect(new Set(purposes.map((one) => one.code)).size).toBe(purposes.length);
  for (const one of purposes) {
    expect(one.version, one.code).toMatch(/^\d{4}-\d{2}$/);
    expect(one.words.join('').length, one.code).toBeGreaterThan(20);
    expect(one.law, one.code).toMatch(/个人信息保护法/);
    if (!isAsked(one)) expect(one.services, one.code).toEqual([]);
    const named = [...(one.services === 'all' ? [] : one.services), ...(one.except ?? [])];
    for (const code of named) expect(code).toMatch(/^[A-Z]{2}-\d{3}$/);
  }
  expect(purposeOf('marketing')).toBeUndefined();
});
