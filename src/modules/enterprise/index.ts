// The door of enterprises: keys of their programs, and what these tell.

import { createKeys, type KeysOptions } from './keys.ts';
import { createSignals, type SignalsOptions } from './signals.ts';

export { enterpriseRoutes, type EnterpriseRoutesOptions } from './http.ts';
export type { Enterprise } from './keys.ts';
export type { WorkSignal } from './signals.ts';

export type Enterprises = ReturnType<typeof createEnterprises>;

export function createEnterprises(options: KeysOptions & SignalsOptions) {
  return { keys: createKeys(options), signals: createSignals(options) };
}
