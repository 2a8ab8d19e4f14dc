// The canonical text against another implementation of RFC 8785, for whatever JSON there is.

import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonical } from './index.ts';

it('writes any JSON as RFC 8785 says', () => {
  const numbers = fc.double({ noNaN: true, noDefaultInfinity: true });
  const any = fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.dictionary(fc.string({ unit: 'grapheme' }), numbers));
  fc.assert(
    fc.property(any, (value) => {
      expect(canonical(value)).toBe(canonicalize(value));
    }),
  );
});

it('sorts by code units, leaves out what is undefined, and writes an instant as its text', () => {
  expect(canonical({ b: [1, undefined, 'é\n'], a: undefined, '\u{1F600}': 1, '\uFB33': 2 })).toBe(
    '{"b":[1,null,"é\\n"],"\u{1F600}":1,"\uFB33":2}',
  );
  expect(canonical(new Date(0))).toBe('"1970-01-01T00:00:00.000Z"');
});

it.each([[undefined], [Number.NaN], [Infinity], ['\ud800'], [{ a: 1n }], [() => 1]])('refuses %s', (value) => {
  expect(() => canonical(value)).toThrow('a traced');
});
