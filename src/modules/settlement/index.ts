// The door of the settlement: effects of the monthly settlement and of the recovery, the comparison as a job, and what is shown of it.

import { z } from 'zod';
import { createEffects } from './effects.ts';
import type { SettlementOptions } from './options.ts';
import { createReading } from './reading.ts';
import { createReconcile } from './reconcile.ts';
import { createRecovery } from './recovery.ts';

export { settlementRoutes } from './http.ts';
export type { SettlementOptions } from './options.ts';

export type Settlement = ReturnType<typeof createSettlement>;

export function createSettlement(options: SettlementOptions & { readonly region: string }) {
  const { effects } = createEffects(options);
  const { reconcile } = createReconcile(options);
  const recovery = createRecovery(options);
  const payload = z.object({ caseId: z.uuid() });
  return {
    effects: { ...effects, ...recovery.effects },
    takeReceipt: recovery.takeReceipt,
    reading: createReading(options),
    tasks: { 'settlement.reconcile': (input: unknown) => reconcile(payload.parse(input).caseId) },
  };
}
