// The door of merges: who may be registered twice, and one id standing for another until that is undone.

import { createFinding } from './finding.ts';
import { createMerging } from './merging.ts';
import { createPairs } from './pairs.ts';
import type { MergesOptions } from './base.ts';

export type { MergesOptions } from './base.ts';
export type { Conflict } from './contract.ts';
export { mergeRoutes } from './http.ts';

export type Merges = ReturnType<typeof createMerges>;

export function createMerges(options: MergesOptions) {
  const pairs = createPairs(options);
  const finding = createFinding(options);
  return {
    suspicions: pairs.list,
    pair: pairs.pair,
    settleDifferent: pairs.settleDifferent,
    compare: pairs.compare,
    unmask: pairs.unmask,
    ...createMerging(options, pairs),
    ...finding,
    tasks: { 'merges.check': (payload: unknown) => finding.check(readCheck(payload)) },
  };
}

function readCheck(payload: unknown): { personId: string } {
  const personId = typeof payload === 'object' && payload !== null && 'personId' in payload ? payload.personId : '';
  return { personId: String(personId) };
}
