// What the statements of administrative acts give in memory.

import { lockRequest, selectByRequest } from '#modules/administration';
import type { Memory } from './memory.ts';

export function answerActs({ on, by }: Memory): void {
  on(lockRequest, () => {});
  on(selectByRequest, (requestId) => by('admin_act', 'request_id', requestId));
}
