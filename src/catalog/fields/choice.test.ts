// Choices, ticks, consents to a version, files and signatures.

import { expect, test } from 'vitest';

import { file, signature } from './attachment.ts';
import { boolean, consent, consentToken, manyOf, oneOf } from './choice.ts';

const ctx = { today: '2026-01-05' };
const values = [
  { value: 'rider', zh: '网约配送员' },
  { value: 'courier', zh: '快递员' },
  { value: 'other', zh: '其他' },
];

test('one of a list, by code or by label', () => {
  expect(oneOf.parse('rider', { values }, ctx)).toMatchObject({ ok: true, value: 'rider' });
  expect(oneOf.parse('快递员 ', { values }, ctx)).toMatchObject({ ok: true, value: 'courier' });
  for (const raw of ['Rider', 'constructor', '网约']) {
    expect(oneOf.parse(raw, { values }, ctx)).toMatchObject({ ok: false, problems: [{ code: 'not_in_list' }] });
  }
});

test('several: in the order of the list, each once', () => {
  expect(manyOf.parse(['other', 'rider', 'other'], { values }, ctx)).toMatchObject({
    ok: true,
    value: ['rider', 'other'],
  });
  expect(manyOf.parse('courier', { values }, ctx)).toMatchObject({ ok: true, value: ['courier'] });
  expect(manyOf.parse('["rider"]', { values }, ctx)).toMatchObject({ ok: true, value: ['rider'] });
  expect(manyOf.format(['rider', 'other'], { values })).toBe('网约配送员、其他');
  expect(manyOf.parse(['rider'], { values, min: 2 }, ctx)).toMatchObject({
    problems: [{ code: 'too_few', zh: '至少选 2 项，请补选。' }],
  });
});

test('ticks', () => {
  expect([true, 'on', '1', 'TRUE', '是', ['false', 'on']].map((raw) => boolean.parse(raw, {}, ctx))).toEqual(
    Array.from({ length: 6 }, () => ({ ok: true, value: true, warnings: [] })),
  );
  expect([false, undefined, '', '0', '否', ['false']].map((raw) => boolean.parse(raw, {}, ctx))).toEqual(
    Array.from({ length: 6 }, () => ({ ok: true, value: false, warnings: [] })),
  );
  expect(boolean.parse('off', { mustBeTrue: true }, ctx)).toMatchObject({
    ok: false,
    problems: [{ code: 'must_be_true' }],
  });
});

test('consent names the text that was on the page', () => {
  const options = { purpose: 'claim-medical', version: '2026-01' };
  const value = { ...options, agreed: true };
  expect(consent.parse(consentToken(options), options, ctx)).toMatchObject({ ok: true, value });
  expect(consent.parse({ ...options, agreed: 'on' }, options, ctx)).toMatchObject({ ok: true, value });
  expect(consent.parse('claim-medical@2025-12', options, ctx)).toMatchObject({
    ok: false,
    problems: [{ code: 'consent_version' }],
  });
  expect(consent.parse('other@2026-01', options, ctx)).toMatchObject({
    ok: false,
    problems: [{ code: 'consent_version' }],
  });
  // A bare tick does not say what was read.
  expect(consent.parse('on', options, ctx)).toMatchObject({ ok: false });
  expect(consent.parse({ ...options, agreed: false }, options, ctx)).toMatchObject({
    ok: false,
    problems: [{ code: 'blank' }],
  });
});

test('files by id', () => {
  const a = '00000000-0000-7000-8000-00000000000a';
  const b = '00000000-0000-7000-8000-00000000000b';
  for (const raw of [[a, b], `${a},${b}`, { fileIds: [a, b] }, JSON.stringify([a.toUpperCase(), b, a])]) {
    expect(file.parse(raw, {}, ctx)).toEqual({ ok: true, value: { fileIds: [a, b] }, warnings: [] });
  }
  expect(file.parse([a, b], { maxCount: 1 }, ctx)).toMatchObject({ ok: false, problems: [{ code: 'too_many' }] });
  expect(file.parse([a, '../b'], {}, ctx)).toMatchObject({ ok: false, problems: [{ code: 'reference' }] });
});

test('a typed signature counts only when the server itself checked the code', () => {
  const typed = { typedName: '张三', smsCodeVerified: true };
  expect(signature.parse(typed, {}, ctx)).toMatchObject({ ok: false, problems: [{ code: 'sms_code' }] });
  expect(signature.parse(typed, {}, { ...ctx, smsCodeVerified: true })).toMatchObject({ ok: true, value: typed });
  const fileId = '00000000-0000-7000-8000-00000000000a';
  expect(signature.parse({ fileId }, {}, ctx)).toEqual({ ok: true, value: { fileId }, warnings: [] });
  expect(signature.parse(fileId, {}, ctx)).toEqual({ ok: true, value: { fileId }, warnings: [] });
});
