// Where nobody has a key and nobody needs one: the synthetic city, whose officers never were at a desk, and tests of money alone.

import { invariant } from '#platform/errors';
import type { Proving } from './ports.ts';

export const withoutKeys: Proving = {
  need: async () => 'none',
  begin: () => never(),
  take: () => never(),
  check: async () => false,
};

function never(): never {
  invariant(false, 'no key is asked for where none is needed');
}
