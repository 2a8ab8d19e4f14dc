// Phones as people paste them, regions with and without the table, positions in China.

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { isRegion, regionFullName } from '#catalog/regions';

import { address, location, phone, region } from './place.ts';

const ctx = { today: '2026-01-05', isRegion };
const phoneOnly = { today: '2026-01-05' };

test.each([
  ['19900001234', {}, '19900001234'],
  ['+86 199-0000-1234', {}, '19900001234'],
  ['0086 199 0000 1234', {}, '19900001234'],
  ['\u202A１９９００００１２３４\u202C', {}, '19900001234'],
  ['(0592)1234567', { landline: true }, '0592-1234567'],
  ['010－12345678', { landline: true }, '010-12345678'],
  ['05921234567-801', { landline: true }, '0592-1234567-801'],
])('%s', (raw, options, value) => {
  expect(phone.parse(raw, options, ctx)).toMatchObject({ ok: true, value });
  expect(phone.parse(value, options, ctx)).toMatchObject({ ok: true, value });
});

test('phones that are none', () => {
  for (const raw of ['12900001234', '1990000123', '199000012345', '0592-1234567']) {
    expect(phone.parse(raw, {}, ctx)).toMatchObject({ ok: false, problems: [{ code: 'phone_format' }] });
  }
});

test('the mask hides the four in the middle', () => {
  expect(phone.mask('19900001234')).toBe('199****1234');
  const digits = fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 9, maxLength: 9 });
  fc.assert(
    fc.property(digits, (rest) => {
      expect(phone.mask(`13${rest}`).slice(3, 7)).toBe('****');
    }),
  );
});

test('regions: the table decides where there is one', () => {
  expect(region.parse('350206', {}, ctx)).toMatchObject({ ok: true, value: '350206' });
  expect(region.parse('350299', {}, ctx)).toMatchObject({ problems: [{ code: 'region_unknown' }] });
  // A phone has no table; the server says the last word.
  expect(region.parse('350299', {}, phoneOnly)).toMatchObject({ ok: true });
  expect(region.parse('990299', {}, phoneOnly)).toMatchObject({ problems: [{ code: 'region_unknown' }] });
  expect(region.parse('350200', {}, ctx)).toMatchObject({
    problems: [{ code: 'region_level', zh: '请选到区县一级。' }],
  });
  expect(region.parse('350200', { level: 'city' }, ctx)).toMatchObject({ ok: true });
  // 东莞 has no counties, so the city is as exact as it gets.
  expect(region.parse('441900', {}, ctx)).toMatchObject({ ok: true });
  expect(region.format('350206', {}, { regionName: regionFullName })).toBe('福建省厦门市湖里区');
  expect(region.format('350206', {})).toBe('350206');
});

test('addresses', () => {
  const value = { region: '350206', detail: '示例路１号' };
  expect(address.parse(value, {}, ctx)).toMatchObject({ ok: true, value: { region: '350206', detail: '示例路1号' } });
  expect(address.parse('示例路1号', { regionRequired: true }, ctx)).toMatchObject({
    problems: [{ code: 'region_blank' }],
  });
  expect(address.parse({ region: '350206' }, {}, ctx)).toMatchObject({
    problems: [{ code: 'blank', path: ['detail'] }],
  });
  expect(address.parse({ region: '350299', detail: '1号' }, {}, ctx)).toMatchObject({
    problems: [{ path: ['region'] }],
  });
  expect(address.format(value, {}, { regionName: regionFullName })).toBe('福建省厦门市湖里区 示例路１号');
  expect(address.mask(value)).toBe('3502**，***');
});

test('positions: with a point, without script, outside China, half sent', () => {
  expect(location.parse({ lat: '24.4798331', lng: '118.0894', accuracyM: '12.3', text: '' }, {}, ctx)).toMatchObject({
    ok: true,
    value: { lat: 24.479833, lng: 118.0894, accuracyM: 13, text: '' },
  });
  expect(location.parse('{"lat":24.5,"lng":118.1,"text":"北门"}', {}, ctx)).toMatchObject({
    ok: true,
    value: { text: '北门' },
  });
  expect(location.parse({ region: '350206', text: '示例路口' }, {}, ctx)).toEqual({
    ok: true,
    value: { region: '350206', text: '示例路口' },
    warnings: [],
  });
  expect(location.parse('示例路口', {}, ctx)).toMatchObject({ ok: true, value: { text: '示例路口' } });
  expect(location.parse('示例路口', { pointRequired: true }, ctx)).toMatchObject({
    problems: [{ code: 'point_blank' }],
  });
  expect(location.parse({ lat: 24.5, text: 'x' }, {}, ctx)).toMatchObject({ problems: [{ code: 'location_format' }] });
  expect(location.parse({ lat: 118.1, lng: 24.5, text: 'x' }, {}, ctx)).toMatchObject({
    problems: [{ code: 'location_outside' }],
  });
  expect(location.parse({}, {}, ctx)).toMatchObject({ problems: [{ code: 'blank' }] });
  expect(location.format({ text: '北门', lat: 24.5, lng: 118.1, accuracyM: 20 }, {})).toBe(
    '北门（东经 118.1°，北纬 24.5°，误差约 20 米）',
  );
});
