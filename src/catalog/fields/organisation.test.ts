// GB 32100 and GB 11714 on published codes, and as properties.

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { makeUscc, orgCodeCheckChar, orgRef, uscc } from './organisation.ts';

const ctx = { today: '2026-01-05' };
const codes = (raw: unknown, options = {}): string[] => {
  const parsed = uscc.parse(raw, options, ctx);
  return parsed.ok ? [] : parsed.problems.map((one) => one.code);
};

test('published vectors', () => {
  for (const code of ['91350100M000100Y43', '91000000000000000K', '81430121000000000E'])
    expect(codes(code)).toEqual([]);
  expect(orgCodeCheckChar('M000100Y')).toBe('4');
  expect(makeUscc('91', '350100', 'M000100Y')).toBe('91350100M000100Y43');
  expect(uscc.parse('９１３５０１００ｍ０００１００ｙ４３', {}, ctx)).toMatchObject({
    ok: true,
    value: '91350100M000100Y43',
  });
  expect(uscc.parse('91350100-M000100Y-43', {}, ctx)).toMatchObject({ ok: true, value: '91350100M000100Y43' });
});

test('refusals, each for its own reason', () => {
  expect(codes('91350100M000100Y4')).toEqual(['uscc_format']);
  expect(codes('9135010OM000100Y43')).toEqual(['uscc_format']);
  expect(codes('91350100M000100Y44')).toEqual(['uscc_check_character']);
  expect(codes('91350100M000100Y43', { prefixes: ['81'] })).toEqual(['uscc_prefix']);
});

test('any change of a single character breaks it', () => {
  const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  const body = fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(body, fc.integer({ min: 0, max: 17 }), fc.constantFrom(...Array.from(alphabet)), (body8, at, char) => {
      const code = makeUscc('91', '000000', body8);
      // A body whose GB 11714 check is 10 carries X, which GB 32100 allows.
      expect(codes(code)).toEqual([]);
      fc.pre(code[at] !== char);
      expect(codes(code.slice(0, at) + char + code.slice(at + 1))).not.toEqual([]);
    }),
  );
});

test('an organisation by name, by choice, with its code', () => {
  expect(orgRef.parse(' 示例配送（厦门）有限公司 ', {}, ctx)).toMatchObject({
    ok: true,
    value: { name: '示例配送（厦门）有限公司' },
  });
  const orgId = '00000000-0000-7000-8000-000000000001';
  const whole = { name: '示例公司', orgId, uscc: '91350100M000100Y43' };
  expect(orgRef.parse(whole, { known: true }, ctx)).toMatchObject({ ok: true, value: whole });
  expect(orgRef.parse(JSON.stringify(whole), {}, ctx)).toMatchObject({ ok: true, value: whole });
  expect(orgRef.parse({ name: '示例公司' }, { known: true }, ctx)).toMatchObject({
    ok: false,
    problems: [{ code: 'org_unknown' }],
  });
  expect(orgRef.parse({ name: '示例公司', uscc: '91350100M000100Y44' }, {}, ctx)).toMatchObject({
    ok: false,
    problems: [{ code: 'uscc_check_character', path: ['uscc'] }],
  });
});
